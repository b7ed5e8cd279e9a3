//! `wensou browse`, and the pager of `wensou show`, in a pseudo-terminal: keys go in as bytes, and
//! a terminal emulator shows the screen.

use crate::pty::{Pty, modes};
use crate::util::Dir;

// Keys, as the bytes that a terminal sends; `crates/cli/browse/keys.rs` has their meaning. Ctrl-E
// opens the file in the editor, Ctrl-F goes from a flash item to its pages, Ctrl-O shows the record
// in the pager, Ctrl-R offers earlier queries, Ctrl-U clears the query and Ctrl-Y copies the id.
// Alt-D shows the hits over time, Alt-O opens the web address, and Alt-S changes the order.
const ESC: &str = "\x1b";
const CTRL_C: &str = "\x03";
const CTRL_E: &str = "\x05";
const CTRL_F: &str = "\x06";
const CTRL_O: &str = "\x0f";
const CTRL_Q: &str = "\x11";
const CTRL_R: &str = "\x12";
const CTRL_U: &str = "\x15";
const CTRL_Y: &str = "\x19";
const ALT_D: &str = "\x1bd";
const ALT_O: &str = "\x1bo";
const ALT_S: &str = "\x1bs";
const UP: &str = "\x1b[A";

/// The index of a page with a flash item, and of a record with characters that act on a terminal.
fn indexed() -> Dir {
    let dir = Dir::new();
    let flash = "分析師:比特幣減半將至:金色財經報道,分析師表示,比特幣減半將在明年四月到來,礦工需要準備。[2023/5/6 9:30:00]";
    dir.write(
        "archive/000/0001.txt",
        format!(
            "幣圈資訊 幣圈資訊\nCtrl+D 幣圈資訊\nads\n首頁 > 以太坊 > Info\n\n\
             以太坊合并后的質押收益_ETH:以太坊價格\n\nAuthor:\n\nTime:1900/1/1 0:00:00\n\n來源:鏈聞\n\n\
             以太坊合并之后,質押收益率約為百分之五,驗證者的數量穩步上升。\n\n{flash}\n\n\
             里面的細節并不復雜,后來的人也能讀懂PackyMcCormick的文章。\n\nTags:ETHBTC以太坊價格BTC幣\n\n以太坊\n"
        ),
    );
    let hostile = serde_json::json!({
        "id": "h-1",
        "title": "紅色\u{1b}[31m警報\u{7}",
        "text": "終端\u{1b}]0;owned\u{7}控制\u{202e}序列\u{9b}2J。",
    });
    dir.write("archive/hostile.jsonl", hostile.to_string());
    dir.index();
    dir
}

#[test]
fn browse_shows_hits_pages_and_records_as_keys_are_typed() {
    let dir = indexed();
    // This pager ends when Enter is typed.
    let mut pty = Pty::start_browse(&dir, &[], &[("PAGER", "cat; read line </dev/tty")]);
    // Without a query, all records are hits: the page, the flash item and the record of the dump.
    pty.wait_for_text("3 hits");
    assert!(pty.screen.lock().unwrap().screen().alternate_screen());
    assert!(pty.screen.lock().unwrap().screen().bracketed_paste());
    assert_ne!(modes(&*pty.master), pty.modes, "the terminal is not in raw mode");

    pty.send("分析师");
    pty.wait_for_text("› 分析师");
    pty.wait_for_text("分析師:比特幣減半將至");

    // A pasted text, as a terminal marks it.
    pty.send("\x1b[200~ 比特币减半\n四月\x1b[201~");
    pty.wait_for_text("› 分析师 比特币减半 四月");
    pty.wait_for_text("1 hit ");

    pty.resize(40, 12);
    pty.wait_until("narrow screen", |screen| {
        screen.contains("▌flash · 2023-05-06 09:30") && !screen.contains('─')
    });
    pty.resize(80, 24);
    pty.wait_until("wide screen", |screen| screen.contains('─'));

    pty.send(CTRL_F);
    pty.wait_for_text("pages with 分析師:比特幣減半將至");
    pty.wait_for_text("▌article 以太坊合并后的質押收益");
    pty.send(CTRL_Y);
    pty.wait_for_text("copied the id: a");
    // The sequence by which a terminal sets the clipboard.
    assert!(String::from_utf8_lossy(&pty.raw.lock().unwrap()).contains("\x1b]52;c;"));

    pty.send(CTRL_O);
    let paged = pty.wait_until("pager", |screen| {
        screen.contains("以太坊合并后的質押收益") && !screen.contains('›')
    });
    assert!(paged.contains("里面的細節并不復雜"), "{paged}");
    pty.send("\n");
    pty.wait_for_text("pages with 分析師");

    pty.send(ESC);
    pty.wait_until("previous list", |screen| !screen.contains("pages with"));
    pty.send(CTRL_Q);
    assert_eq!(pty.wait_for_exit(), 0);
}

#[test]
fn a_mistake_is_reported_while_typing_and_the_hits_stay() {
    let dir = indexed();
    let mut pty = Pty::start_browse(&dir, &["質押"], &[]);
    pty.wait_for_text("▌article 以太坊合并后的質押收益");
    pty.send(" date:2023-13");
    pty.wait_for_text("is not a date");
    pty.wait_for_text("▌article 以太坊合并后的質押收益");
    // Escape clears the query, then ends the program.
    pty.send(ESC);
    pty.wait_until("empty query", |screen| !screen.contains("2023-13"));
    pty.send(ESC);
    assert_eq!(pty.wait_for_exit(), 0);
}

#[test]
fn the_pager_is_that_of_show() {
    let dir = indexed();
    let pager = [("WENSOU_PAGER", "sed s/^/PAGED:/; read line </dev/tty"), ("PAGER", "false")];
    let mut pty = Pty::start_browse(&dir, &["質押"], &pager);
    pty.wait_for_text("▌article 以太坊合并后的質押收益");
    pty.send(CTRL_O);
    pty.wait_for_text("PAGED:");
    pty.send("\n");
    pty.wait_for_text("▌article 以太坊合并后的質押收益");
    pty.send(CTRL_Q);
    assert_eq!(pty.wait_for_exit(), 0);
}

#[test]
fn a_record_that_cannot_be_shown_in_the_pager_is_reported() {
    let dir = indexed();
    let mut pty = Pty::start_browse(&dir, &["質押"], &[("PAGER", "cat; read line </dev/tty")]);
    pty.wait_for_text("▌article 以太坊合并后的質押收益");
    std::fs::rename(dir.path().join("index"), dir.path().join("elsewhere")).unwrap();
    pty.send(CTRL_O);
    pty.wait_for_text("cannot show the record: no index in ");
    pty.send(CTRL_Q);
    assert_eq!(pty.wait_for_exit(), 0);
}

#[test]
fn the_editor_opens_a_file_in_a_folder_whose_name_is_like_that_of_a_container() {
    let dir = Dir::new();
    dir.write("archive/news!/d.jsonl", r#"{"id":"a1","title":"減半","text":"減半將至"}"#);
    dir.index();
    let editor = [("VISUAL", "echo EDITED; read line </dev/tty; true")];
    let mut pty = Pty::start_browse(&dir, &["減半"], &editor);
    pty.wait_for_text("▌article 減半");
    pty.send(CTRL_E);
    pty.wait_for_text("EDITED");
    pty.send("\n");
    pty.wait_for_text("▌article 減半");
    pty.send(CTRL_Q);
    assert_eq!(pty.wait_for_exit(), 0);
}

#[test]
fn ctrl_c_and_signals_restore_the_terminal() {
    let dir = indexed();
    let mut pty = Pty::start_browse(&dir, &["減半"], &[]);
    pty.wait_for_text("1 hit ");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit(), 130);

    // The exit status is 128 and the number of the signal.
    for (signal, status) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let mut pty = Pty::start_browse(&dir, &["減半"], &[]);
        pty.wait_for_text("1 hit ");
        let id = pty.child.process_id().unwrap().to_string();
        let sent = std::process::Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
        assert_eq!(pty.wait_for_exit(), status);
    }
}

#[test]
#[cfg(debug_assertions)]
fn a_panic_restores_the_terminal_and_is_then_reported() {
    let dir = indexed();
    // A debug build panics in the activity that the variable names once the query contains `panic`.
    // A panic while the screen is drawn ends the program as usual (status 101). A panic in the
    // thread that searches is reported as an error (status 2).
    for (activity, status) in [("draw", 101), ("search", 2)] {
        let mut pty = Pty::start_browse(&dir, &[], &[("WENSOU_BROWSE_PANIC", activity)]);
        pty.wait_for_text("3 hits");
        pty.send("panic");
        assert_eq!(pty.wait_for_exit(), status);
        // The message of the panic.
        pty.wait_for_text(&format!("asked for, in {activity}"));
    }
}

#[test]
fn text_from_pages_cannot_act_on_the_terminal() {
    let dir = indexed();
    let mut pty = Pty::start_browse(&dir, &["警報"], &[]);
    pty.wait_for_text("▌article 紅色␛[31m警報␇");
    pty.send("\r");
    pty.wait_for_text("終端␛]0;owned␇控制");
    pty.send(CTRL_Q);
    assert_eq!(pty.wait_for_exit(), 0);
    let raw = pty.raw.lock().unwrap();
    let raw = String::from_utf8_lossy(&raw);
    assert!(!raw.contains(['\u{7}', '\u{9b}', '\u{202e}']), "{raw:?}");
    assert!(!raw.contains("\x1b]0;") && !raw.contains("\x1b[31m警"), "{raw:?}");
}

#[test]
fn browse_outside_a_terminal_advises_search() {
    let dir = indexed();
    let ran = dir.run(&["browse", "減半"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr,
        "error: `wensou browse` needs a terminal; in a pipe or script, use `wensou search`\n"
    );
    assert_eq!(ran.stdout, "");
    // The message is the same without an index.
    let again = Dir::new().run(&["browse"]);
    assert_eq!((again.code, again.stderr), (2, ran.stderr));
}

#[test]
fn without_an_index_the_terminal_is_not_touched() {
    let dir = Dir::new();
    let mut pty = Pty::start_browse(&dir, &[], &[]);
    assert_eq!(pty.wait_for_exit(), 3);
    pty.wait_for_text("no index in index");
    // No mode of the terminal was set.
    assert!(!String::from_utf8_lossy(&pty.raw.lock().unwrap()).contains("\x1b[?"));
}

#[test]
fn show_uses_the_pager_only_for_text_longer_than_the_screen() {
    let dir = Dir::new();
    let line = |id: &str, text: &str| {
        serde_json::json!({"id": id, "title": "題", "text": text}).to_string() + "\n"
    };
    let long = "很長的一段文字。\n".repeat(60);
    dir.write("archive/d.jsonl", line("long", &long) + &line("short", "短"));
    dir.index();
    let pager = [("PAGER", "sed s/^/PAGED:/")];
    let contents =
        Pty::start_verb(&dir, "show", &["long"], &pager).wait_for_text("PAGED:很長的一段");
    assert!(contents.contains("PAGED:很長的一段文字。"));
    let contents = Pty::start_verb(&dir, "show", &["short"], &pager).wait_for_text("short");
    assert!(!contents.contains("PAGED"), "{contents}");
    let contents = Pty::start_verb(&dir, "show", &["long", "--no-pager"], &pager)
        .wait_for_text("archive/d.jsonl");
    assert!(!contents.contains("PAGED"), "{contents}");
    // If the pager does not exist, the text is printed without it.
    let missing = [("PAGER", "no-such-pager-here")];
    Pty::start_verb(&dir, "show", &["long"], &missing).wait_for_text("archive/d.jsonl");
}

#[test]
fn queries_are_kept_for_the_next_run() {
    let dir = indexed();
    let mut pty = Pty::start_browse(&dir, &["質押"], &[]);
    pty.wait_for_text("▌article 以太坊合并后的質押收益");
    pty.send(CTRL_Q);
    assert_eq!(pty.wait_for_exit(), 0);
    let kept = std::fs::read_to_string(dir.path().join("state/wensou/history")).unwrap();
    assert_eq!(kept, "質押\n");
    let mut pty = Pty::start_browse(&dir, &[], &[]);
    pty.wait_for_text("3 hits");
    // On the first hit, the key goes to the previous query.
    pty.send(UP);
    pty.wait_for_text("› 質押");
    pty.send(&format!("{CTRL_U}減半"));
    pty.wait_for_text("› 減半");
    pty.send(CTRL_R);
    pty.wait_for_text("earlier queries");
    pty.send("\r");
    pty.wait_for_text("› 質押");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit(), 130);
}

#[test]
fn browse_expands_saved_queries_and_shows_their_mistakes_and_hints() {
    let dir = indexed();
    // `Pty` sets XDG_CONFIG_HOME to the folder itself.
    dir.write("wensou/config.toml", "[queries]\nyield = \"質押\"\nwrong = \"tga:x\"\n");
    let mut pty = Pty::start_browse(&dir, &["@yield"], &[]);
    pty.wait_for_text("▌article 以太坊合并后的質押收益");
    pty.wait_for_text("› @yield");
    pty.send(&format!("{CTRL_U}@wrong"));
    pty.wait_for_text("in @wrong: ");
    pty.send(&format!("{CTRL_U}@yeild "));
    pty.wait_for_text("no saved query `yeild`");
    pty.send(&format!("{CTRL_U}yitaifang"));
    pty.wait_for_text("read as pinyin for 以太坊");
    pty.send(&format!("{CTRL_U}PackyMcCormik"));
    pty.wait_for_text("did you mean packymccormick");
    pty.send(CTRL_Q);
    assert_eq!(pty.wait_for_exit(), 0);
}

#[test]
fn a_click_and_the_keys_for_sort_dates_and_web_address_work_in_a_terminal() {
    let dir = indexed();
    let mut pty = Pty::start_browse(&dir, &["比特币 OR 質押"], &[("BROWSER", "true")]);
    pty.wait_for_text("2 hits");
    // A click on the second hit (column 6 of line 5), as a terminal reports it.
    pty.send("\x1b[<0;6;5M");
    pty.wait_until("the second hit", |screen| {
        screen.lines().nth(4).is_some_and(|line| line.starts_with('▌'))
    });
    pty.send(ALT_S);
    pty.wait_for_text("newest first");
    pty.send(ALT_D);
    pty.wait_for_text("dates of the hits");
    pty.send("\r");
    pty.wait_for_text("date:");
    pty.send(ALT_O);
    pty.wait_for_text("this record has no web address");
    pty.send(CTRL_Q);
    assert_eq!(pty.wait_for_exit(), 0);
    // The sequence after which the terminal no longer reports clicks.
    assert!(String::from_utf8_lossy(&pty.raw.lock().unwrap()).contains("\x1b[?1000l"));
}
