//! Messages on stderr beside the results.

use crate::util::Dir;

/// The index of two articles whose ids begin with the same letters.
fn indexed() -> Dir {
    let dir = Dir::new();
    dir.write(
        "archive/d.jsonl",
        "{\"id\":\"abc1\",\"title\":\"甲的標題\",\"text\":\"減半將至\",\"tags\":[\"BTC\"],\"date\":\"2024-04-20\"}\n\
         {\"id\":\"abc2\",\"title\":\"乙的標題\",\"text\":\"質押收益\",\"tags\":[\"ETH\"]}\n",
    );
    dir.index();
    dir
}

#[test]
fn an_ambiguous_id_lists_the_titles() {
    let ran = indexed().run(&["show", "abc"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_eq!(
        ran.stderr,
        "error: more than one id begins with abc; type more of it:\n  abc1  甲的標題\n  abc2  乙的標題\n"
    );
}

#[test]
fn tags_and_timeline_say_when_nothing_matches() {
    let dir = indexed();
    for (args, message) in [
        (["tags", "id:nosuch"], "no tags match\n"),
        (["timeline", "id:nosuch"], "no documents match\n"),
    ] {
        let ran = dir.run(&args);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (1, "", message));
        let machine = dir.run(&[args[0], args[1], "--format", "jsonl"]);
        assert_eq!(
            (machine.code, machine.stderr.as_str()),
            (1, ""),
            "programs read the exit status"
        );
    }
}

#[test]
fn messages_use_the_singular_for_a_count_of_one() {
    let dir = indexed();
    let built = dir.run(&["index", "--rebuild"]).stderr;
    assert!(built.contains("indexed 1 dump ") && built.contains("2 articles, 0 flash"), "{built}");
    let found = dir.run(&["search", "減半"]).stderr;
    assert!(found.starts_with("1 hit ("), "{found}");
    let limited = dir.run(&["search", "", "-n", "1"]).stderr;
    assert!(limited.starts_with("1 of 2 hits ("), "{limited}");
    let skipped = dir.run(&["search", "", "--offset", "5"]).stderr;
    assert!(skipped.starts_with("none after the first 5 of 2 hits ("), "{skipped}");
    let checked = dir.run(&["check"]).stderr;
    assert!(checked.starts_with("intact: ") && checked.contains(" files ("), "{checked}");
}

#[test]
#[cfg(unix)]
fn ctrl_c_clears_the_progress_bar_and_says_which_index_is_in_use() {
    use crate::pty::Pty;

    // The survey of 200,000 such lines takes long enough to be interrupted while the progress bar
    // is drawn.
    let line = "{\"title\":\"長的標題\",\"text\":\"比特幣減半將在明年四月到來,礦工需要準備。\"}\n";
    for (existing, message) in
        [(false, "stopped: no index was built"), (true, "stopped: the old index was kept")]
    {
        let dir = if existing { indexed() } else { Dir::new() };
        dir.write("archive/long.jsonl", line.repeat(200_000));
        let mut pty = Pty::start_verb(&dir, "index", &["archive"], &[]);
        pty.wait_for_text("survey");
        pty.send("\x03");
        assert_eq!(pty.wait_for_exit(), 130);
        let screen = pty.wait_for_text(message);
        // The terminal echoes the key as ^C.
        assert_eq!(screen.trim_start_matches("^C").trim(), message);
        assert_eq!(dir.run(&["search", "質押", "-f", "ids"]).code, if existing { 0 } else { 3 });
    }
}
