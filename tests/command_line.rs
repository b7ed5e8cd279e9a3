//! The command line: options, and words that begin with `-`; which index a command finds; output
//! for editors and scripts; and `show --script`.

use std::process::Command;

use crate::util::{Dir, Ran};

/// The index of two pages and a dump of two records.
fn indexed() -> Dir {
    let dir = Dir::new();
    let page = |title: &str, text: &str| {
        format!("站名\n\n{title}\n\nTime:2023/5/6 8:00:00\n\n來源:鏈聞\n\n{text}\n")
    };
    dir.write("archive/000/0001.txt", page("比特幣減半", "比特幣減半將至。\n\n這是廣告，news。"));
    dir.write("archive/000/0002.txt", page("比特幣與以太坊", "一行裡有比特幣，還有比特幣。"));
    let record = |id: &str, text: &str| {
        serde_json::json!({"id": id, "title": "快訊", "text": text}).to_string() + "\n"
    };
    let dump = record("d1", "以太坊合併。") + &record("d2", "比特幣\u{1b}[31m挖礦。");
    dir.write("archive/dump.jsonl", &dump);
    dir.index();
    dir
}

/// Runs the binary in a folder of `dir`.
fn run_in(dir: &Dir, folder: &str, args: &[&str]) -> Ran {
    Ran::from(dir.command(args).current_dir(dir.path().join(folder)).output().unwrap())
}

#[test]
fn words_of_a_query_may_begin_with_a_hyphen() {
    let dir = indexed();
    let ids = |args: &[&str]| {
        let mut ids = dir.ids(args);
        ids.sort();
        ids
    };
    let expected = ids(&["--", "比特幣", "-廣告"]);
    assert_eq!(expected.len(), 2);
    for args in
        [["比特幣", "-廣告"], ["-廣告", "比特幣"], ["比特幣", "-news"], ["比特幣", "-\"廣告\""]]
    {
        assert_eq!(ids(&args), expected, "{args:?}");
    }
    // Flags keep their meaning in any position.
    assert_eq!(dir.ok(&["search", "-廣告", "-n1", "比特幣", "-f", "ids"]).lines().count(), 1);
    for verb in ["timeline", "tags", "explain"] {
        let [typed, quoted] = [vec![verb, "比特幣", "-廣告"], vec![verb, "比特幣 -廣告"]];
        assert_eq!(dir.run(&typed).stdout, dir.run(&quoted).stdout, "{verb}");
    }
    let wrong = dir.run(&["search", "比特幣", "--frmat", "json", "-廣告"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("'--frmat'") && wrong.stderr.contains("'--format'"), "{wrong:?}");
}

#[test]
fn the_last_of_a_repeated_option_wins_and_values_may_begin_with_a_hyphen() {
    let dir = indexed();
    let count = |args: &[&str]| dir.ok(&[&["search", "-f", "ids"], args].concat()).lines().count();
    assert_eq!(count(&["-n", "1", "-n", "2", "比特幣"]), 2);
    assert_eq!(count(&["--limit", "3", "-n", "1", "比特幣"]), 1);
    assert!(dir.ok(&["search", "-f", "tsv", "-f", "json", "比特幣"]).starts_with('['));
    assert_eq!(count(&["--tz", "+1", "--tz", "-05:00", "比特幣"]), 3);
    assert!(dir.ok(&["config", "--tz", "-05:00"]).contains("-05:00"));
    assert_eq!(dir.run(&["show", "d2", "--highlight", "-廣告", "--no-pager"]).code, 0);
    let refused = dir.run(&["search", "比特幣", "--tz=+25:00"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("`+25:00` is not a time zone"), "{refused:?}");
    let refused = dir.run(&["search", "比特幣", "-n", "-5"]);
    assert!(refused.code == 2 && refused.stderr.contains("'-5'"), "{refused:?}");
}

#[test]
fn matches_are_printed_for_editors() {
    let dir = indexed();
    let lines = |args: &[&str]| dir.ok(&[&["search", "--format", "vimgrep"], args].concat());
    // Path, line, first byte of the match in the line (from 1), and the line.
    let in_page = lines(&["以太坊 比特幣"]);
    let mut found: Vec<&str> = in_page.lines().collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "archive/000/0002.txt:3:13:比特幣與以太坊",
            "archive/000/0002.txt:3:1:比特幣與以太坊",
            "archive/000/0002.txt:9:13:一行裡有比特幣，還有比特幣。",
            "archive/000/0002.txt:9:31:一行裡有比特幣，還有比特幣。",
        ]
    );
    // For a record of a dump, the line of the dump is printed as it is: JSON has escaped the
    // control characters in it.
    let in_dump = lines(&["挖礦"]);
    assert!(in_dump.starts_with("archive/dump.jsonl:2:"), "{in_dump}");
    let raw = std::fs::read_to_string(dir.path().join("archive/dump.jsonl")).unwrap();
    let column: usize = in_dump.split(':').nth(2).unwrap().parse().unwrap();
    assert!(raw.lines().nth(1).unwrap()[column - 1..].starts_with("挖礦"), "{in_dump}");
    assert!(!in_dump.contains('\u{1b}'));
    // A record without words of the query has one line for its beginning.
    assert_eq!(lines(&["id:d1"]).lines().count(), 1);
    // The path is relative to the working folder.
    let sub = run_in(&dir, "archive/000", &["search", "-f", "vimgrep", "挖礦"]);
    let path = sub.stdout.split(':').next().unwrap();
    assert!(dir.path().join("archive/000").join(path).is_file(), "{sub:?}");
    assert_eq!(dir.run(&["search", "-f", "vimgrep", "\"沒有這句\""]).code, 1);
}

#[test]
fn matches_in_markup_are_not_printed_and_those_across_tags_and_lines_are() {
    let dir = Dir::new();
    let page = "<html><head><meta charset=\"utf-8\"><meta name=\"keywords\" content=\"以太坊合併\">\
        <title>網頁標題</title></head><body><h1>網頁標題</h1>\n\
        <p>昨天<a href=\"/t/以太坊合併\" title=\"以太坊合併\">以太坊</a>合併的消息傳出，市場反應平淡。</p>\n\
        <script>var t=\"以太坊合併\";</script><p>之後以太坊&#x5408;併完成，一切順利。</p></body></html>\n";
    dir.write("archive/a.html", page);
    let wrapped = "標題\n\n分析師認為，聯準會將在下個月降\n息兩碼，市場已經反映。";
    dir.write("archive/b.txt", wrapped);
    dir.index();
    let locations = |query: &str| -> Vec<String> {
        let found = dir.ok(&["search", "--format", "vimgrep", query]);
        // The path, the line, and what stands at the column.
        let location = |line: &str| {
            let fields: Vec<&str> = line.splitn(4, ':').collect();
            let column: usize = fields[2].parse().unwrap();
            let at = &fields[3][column - 1..];
            format!("{}:{}:{}", fields[0], fields[1], at.chars().take(3).collect::<String>())
        };
        found.lines().map(location).collect()
    };
    assert_eq!(locations("\"以太坊合併\""), ["archive/a.html:2:以太坊", "archive/a.html:3:以太坊"]);
    assert_eq!(locations("\"降息兩碼\""), ["archive/b.txt:3:降"]);
    // Of a title, the place in the body counts.
    assert_eq!(locations("\"網頁標題\""), ["archive/a.html:1:網頁標"]);
}

#[test]
fn line_numbers_of_compressed_or_utf_16_files_are_those_of_the_decoded_text() {
    let dir = Dir::new();
    // The byte order mark of UTF-16LE.
    let mut utf16 = vec![0xff, 0xfe];
    let text = "標題一\n\nTime:2023/5/6 8:00:00\n\n上海的比特幣。\n";
    utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    dir.write("archive/u.txt", utf16);
    let lines: String = (0..20)
        .map(|n| serde_json::json!({"id": format!("z{n}"), "title": "題", "text": format!("第{n}號以太坊")}))
        .map(|record| record.to_string() + "\n")
        .collect();
    let plain = dir.write("archive/z.jsonl", lines);
    if Command::new("gzip").arg(&plain).status().is_ok_and(|status| status.success()) {
        dir.index();
        let found = dir.ok(&["search", "-f", "vimgrep", "第7號"]);
        assert!(found.starts_with("archive/z.jsonl.gz:8:"), "{found}");
        let found = dir.ok(&["search", "-f", "vimgrep", "上海"]);
        assert_eq!(found, "archive/u.txt:5:1:上海的比特幣。\n");
    } else {
        crate::util::report_skipped("gzip is missing");
    }
}

#[test]
fn flags_print_the_count_or_the_files_of_the_hits_or_nothing() {
    let dir = indexed();
    let run = |args: &[&str]| {
        let ran = dir.run(&[&["search"], args].concat());
        (ran.code, ran.stdout)
    };
    assert_eq!(run(&["-c", "比特幣"]), (0, "3\n".to_owned()));
    assert_eq!(run(&["--count", "-n", "1", "比特幣"]), (0, "3\n".to_owned()));
    assert_eq!(run(&["-c", "\"沒有這句\""]), (1, "0\n".to_owned()));
    assert_eq!(run(&["-q", "比特幣"]), (0, String::new()));
    assert_eq!(run(&["-q", "比特幣", "\"沒有這句\""]), (1, String::new()));
    assert_eq!(run(&["-q", "tga:x"]).0, 2);
    let (code, files) = run(&["-l", "比特幣"]);
    let mut files: Vec<&str> = files.lines().collect();
    files.sort_unstable();
    assert_eq!(code, 0);
    assert_eq!(files, ["archive/000/0001.txt", "archive/000/0002.txt", "archive/dump.jsonl"]);
    assert_eq!(run(&["-l", "id:d1"]).1, "archive/dump.jsonl\n");
    assert_eq!(run(&["-l", "-0", "id:d1"]).1, "archive/dump.jsonl\0");
    assert_eq!(run(&["-l", "\"沒有這句\""]), (1, String::new()));
    // A misspelt word: without -q, the search would suggest another.
    assert!(dir.run(&["search", "-q", "bitcion"]).stderr.is_empty());
    // The last of these flags wins.
    assert_eq!(run(&["-l", "-c", "id:d1"]).1, "1\n");
    assert_eq!(run(&["-cq", "id:d1"]).1, "");
}

#[test]
fn an_index_is_found_from_folders_below_the_one_that_contains_it() {
    let dir = indexed();
    let found = run_in(&dir, "archive/000", &["search", "-c", "比特幣"]);
    assert_eq!((found.code, found.stdout.as_str()), (0, "3\n"), "{}", found.stderr);
    for args in [&["show", "d1", "--no-pager"][..], &["stats"], &["export"], &["check", "-q"]] {
        assert_eq!(run_in(&dir, "archive/000", args).code, 0, "{args:?}");
    }
    let config = run_in(&dir, "archive/000", &["config"]).stdout;
    assert!(config.contains("found from the working folder upwards"), "{config}");
    // A nearer folder with the name `index`, which has no index in it, is ignored.
    std::fs::create_dir_all(dir.path().join("archive/index")).unwrap();
    assert_eq!(run_in(&dir, "archive/000", &["search", "-c", "比特幣"]).stdout, "3\n");
    // The nearest index above the working folder takes precedence over that of the config file, and
    // the flag over both.
    dir.write("config/wensou/config.toml", "index = \"/nowhere\"\n");
    assert_eq!(run_in(&dir, "archive", &["search", "-c", "比特幣"]).code, 0);
    let missing = run_in(&dir, "archive", &["search", "-c", "比特幣", "--index", "no"]);
    assert_eq!(missing.code, 3);
    std::fs::remove_file(dir.path().join("config/wensou/config.toml")).unwrap();
    // Without --index, a build writes into `index` in the working folder, not into the index above.
    let built = run_in(&dir, "archive/000", &["index", ".", "--quiet"]);
    assert_eq!(built.code, 0, "{}", built.stderr);
    assert!(dir.path().join("archive/000/index/CURRENT").is_file());
    assert_eq!(run_in(&dir, "archive/000", &["search", "-c", "比特幣"]).stdout, "2\n");
}

#[test]
fn show_converts_the_script_by_words_not_by_characters() {
    let dir = Dir::new();
    let text = "政府干预松脆饼干的巨头发布，一个中年人说股价拉升。头发，皇后，以后，干部。";
    let record = serde_json::json!({"id": "s1", "title": "松脆饼干", "text": text});
    dir.write("archive/d.jsonl", record.to_string());
    dir.index();
    let article = dir.ok(&["show", "s1", "--script", "hant", "--no-pager"]);
    let wanted = "政府干預鬆脆餅乾的巨頭發布，一個中年人說股價拉升。頭髮，皇后，以後，幹部。";
    assert!(article.replace('\n', "").contains(wanted), "{article}");
    assert!(article.starts_with("鬆脆餅乾"), "{article}");
}
