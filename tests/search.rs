//! Searching: hits, output, exit status.

use crate::util::Dir;

/// The index of two pages that share a flash item, and of a dump with a line that is no record.
fn indexed() -> Dir {
    let dir = Dir::new();
    dir.write(
        "archive/000/0001.txt",
        "幣圈資訊 幣圈資訊\nCtrl+D 幣圈資訊\nads\n首頁 > 以太坊 > Info\n\n\
         以太坊合并后的質押收益_ETH:以太坊價格\n\nAuthor:\n\nTime:1900/1/1 0:00:00\n\n來源:鏈聞\n\n\
         以太坊合并之后,質押收益率約為百分之五,驗證者的數量穩步上升。\n\n\
         分析師:比特幣減半將至:金色財經報道,分析師表示,比特幣減半將在明年四月到來,礦工需要準備。[2023/5/6 9:30:00]\n\n\
         里面的細節并不復雜,后來的人也能讀懂PackyMcCormick的文章。\n\nTags:ETHBTC以太坊價格BTC幣\n\n以太坊\n\
         比特幣挖礦難度創新高_BTC:比特幣價格\n\n全網算力再次上升,難度隨之調整.\n\n1900/1/1 0:00:00\nads\n",
    );
    dir.write(
        "archive/000/0002.txt",
        "币圈资讯 币圈资讯\nCtrl+D 币圈资讯\nads\n首页 > 比特币 > Info\n\n\
         比特币的第四次减半_BTC:比特币价格\n\nAuthor:\n\nTime:2023/6/1 8:00:00\n\n来源:星球日报\n\n\
         比特币每四年减半一次,这一次发生在区块高度八十四万。\n\n\
         分析师:比特币减半将至:金色财经报道,分析师表示,比特币减半将在明年四月到来,矿工需要准备。[2023/5/6 9:30:00]\n\n\
         人工智能产业的发展也影响了芯片供应。\n\nTags:BTC比特币价格\n\n比特币\n",
    );
    dir.write(
        "archive/dump.jsonl",
        "{\"id\":\"x-1\",\"kind\":\"flash\",\"title\":\"交易所上線BRC-20代幣\",\"text\":\"某交易所宣布上線BRC-20代幣,成交額5.4億美元。\",\"date\":\"2023-05-20T10:00:00\",\"source\":\"快訊社\",\"tags\":[\"BRC20\"]}\n\
         {\"id\":\"x-2\",\"title\":\"没有日期的文章\",\"text\":\"这篇文章只谈质押。\"}\n\
         not json\n",
    );
    dir.index();
    dir
}

#[test]
fn both_scripts_find_the_same_in_the_same_order() {
    let dir = indexed();
    for (hant, hans) in [
        ("質押", "质押"),
        ("比特幣減半", "比特币减半"),
        ("\"人工智慧\" OR 區塊", "\"人工智慧\" OR 区块"),
        ("後來 裡面", "后来 里面"),
        ("以太坊合併之後質押收益率是多少", "以太坊合并之后质押收益率是多少"),
        ("tag:比特幣價格", "tag:比特币价格"),
        ("source:鏈聞", "source:链闻"),
    ] {
        let found = dir.ids(&[hant]);
        assert_eq!(found, dir.ids(&[hans]), "{hant}");
        assert!(!found.is_empty(), "{hant}");
    }
}

#[test]
fn a_flash_item_in_two_pages_is_the_only_hit_for_its_text() {
    let dir = indexed();
    let hits = dir.hits(&["\"分析師表示\""]);
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0]["kind"], "flash");
    assert_eq!(hits[0]["seen_in"].as_array().unwrap().len(), 2);
    assert_eq!(hits[0]["date"]["value"], "2023-05-06T09:30:00");
    assert_eq!(hits[0]["date"]["provenance"], "stated");
}

#[test]
fn a_related_article_in_the_footer_does_not_make_its_page_a_hit() {
    assert_eq!(indexed().ids(&["\"全網算力\""]), Vec::<String>::new());
}

#[test]
fn phrases_ignore_spaces_and_punctuation_and_may_cross_word_boundaries() {
    let dir = indexed();
    assert_eq!(dir.ids(&["\"brc20 代幣\""]), ["x-1"]);
    assert_eq!(dir.ids(&["\"智能产\""]).len(), 1);
    // This query is no phrase: it finds the words into which capitals divide PackyMcCormick.
    assert_eq!(dir.ids(&["packy mccormick"]).len(), 1);
    assert_eq!(dir.ids(&["\"押\""]).len(), 2);
}

#[test]
fn fields_and_operators_find_the_right_documents() {
    let dir = indexed();
    assert_eq!(dir.ids(&["kind:flash"]).len(), 2);
    assert_eq!(dir.ids(&["質押 -tag:ETH"]), ["x-2"]);
    assert_eq!(dir.ids(&["date:none"]), ["x-2"]);
    assert_eq!(dir.ids(&["date:2023-05-20"]), ["x-1"]);
    assert_eq!(dir.ids(&["since:2023-06 until:2023-06"]).len(), 1);
    // The first page states only the null date, 1900/1/1.
    assert_eq!(dir.ids(&["date:inferred"]).len(), 1);
    assert_eq!(dir.ids(&["title:減半"]).len(), 2);
    assert_eq!(dir.ids(&["title:質押 OR title:減半"]).len(), 3);
    assert_eq!(dir.ids(&["tag:brc*"]), ["x-1"]);
    assert_eq!(dir.ids(&["category:比特幣"]).len(), 1);
    assert_eq!(dir.ids(&["path:0002.txt kind:article"]).len(), 1);
    assert_eq!(dir.ids(&["path:archive/000 kind:article"]).len(), 2);
    assert_eq!(dir.ids(&["has:flash"]).len(), 2);
    assert_eq!(dir.ids(&["\"減半 礦工\"~40 kind:flash"]).len(), 1);
    assert_eq!(dir.ids(&["\"減半 礦工\"~4"]).len(), 0);
    assert_eq!(dir.ids(&["+減半 質押"]).len(), 2);
    assert_eq!(dir.ids(&["--strict", "減半 - 礦工"]).len(), 1, "a dash alone asks for nothing");
    assert_eq!(dir.ids(&["減半 -，"]).len(), 2, "negated punctuation asks for nothing");
}

#[test]
fn every_word_must_occur_and_missing_words_are_named() {
    let dir = indexed();
    let all = dir.hits(&["--strict", "減半 礦工"]);
    assert_eq!(all.len(), 1);
    assert!(all[0].get("missing").is_none());
    let hits = dir.hits(&["減半 礦工 質押"]);
    assert_eq!(hits[0]["missing"], serde_json::json!(["質押"]));
    let ran = dir.run(&["search", "減半 礦工 質押"]);
    assert!(ran.stdout.contains("missing: 質押"), "{}", ran.stdout);
    assert!(ran.stderr.contains("no document contains every word"), "{}", ran.stderr);
}

#[test]
fn highlights_are_characters_of_the_original() {
    let dir = indexed();
    for hit in dir.hits(&["減半"]) {
        let snippet: Vec<char> = hit["snippet"]["text"].as_str().unwrap().chars().collect();
        let highlights = hit["snippet"]["highlights"].as_array().unwrap();
        assert!(!highlights.is_empty());
        for range in highlights {
            let [start, end] = [0, 1].map(|at| range[at].as_u64().unwrap() as usize);
            let marked: String = snippet[start..end].iter().collect();
            assert!(["減半", "减半"].contains(&marked.as_str()), "{marked}");
        }
    }
}

#[test]
fn the_span_of_a_flash_item_is_its_bytes_in_the_file() {
    let dir = indexed();
    let hit = &dir.hits(&["\"分析師表示\""])[0];
    let path = dir.path().join(hit["path"].as_str().unwrap());
    let bytes = std::fs::read(path).unwrap();
    let [start, end] = ["start", "end"].map(|at| hit["span"][at].as_u64().unwrap() as usize);
    let text = std::str::from_utf8(&bytes[start..end]).unwrap();
    assert!(text.starts_with("分析師:比特幣減半將至:"), "{text}");
    assert!(text.trim_end().ends_with("[2023/5/6 9:30:00]"), "{text}");
    let raw = dir.ok(&["show", hit["id"].as_str().unwrap(), "--raw"]);
    assert_eq!(raw, text);
}

#[test]
fn hits_are_sorted_by_date_and_cut_by_limit_and_offset() {
    let dir = indexed();
    let newest = dir.ids(&["--sort", "newest"]);
    assert_eq!(newest.len(), 5);
    assert_eq!(newest.last().unwrap(), "x-2", "undated last");
    let oldest = dir.ids(&["--sort", "oldest"]);
    assert_eq!(oldest.last().unwrap(), "x-2", "undated last");
    // Of the five hits, four have a date.
    assert_eq!(newest[0], oldest[3]);
    let slice = dir.ok(&["search", "-f", "ids", "--sort", "newest", "--offset", "1", "-n", "2"]);
    assert_eq!(slice.lines().collect::<Vec<_>>(), &newest[1..3]);
}

#[test]
fn json_and_tsv_have_the_keys_of_a_hit() {
    let dir = indexed();
    let array: serde_json::Value =
        serde_json::from_str(&dir.ok(&["search", "BRC-20", "-f", "json"])).unwrap();
    let hit = &array[0];
    for key in [
        "id", "kind", "title", "date", "source", "category", "tags", "path", "span", "score",
        "snippet", "seen_in",
    ] {
        assert!(hit.get(key).is_some(), "{key}");
    }
    let tsv = dir.ok(&["search", "BRC-20", "-f", "tsv"]);
    let lines: Vec<&str> = tsv.lines().collect();
    assert!(lines[0].starts_with("id\tkind\tdate\t"));
    assert!(lines[1].starts_with("x-1\tflash\t2023-05-20T10:00:00\tstated\t"));
    assert_eq!(lines[0].split('\t').count(), lines[1].split('\t').count());
}

#[test]
fn the_exit_status_tells_hits_no_hits_and_errors() {
    let dir = indexed();
    assert_eq!(dir.run(&["search", "質押"]).code, 0);
    assert_eq!(dir.run(&["search", "\"沒有這句話\""]).code, 1);
    let wrong = dir.run(&["search", "tga:BTC"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
    assert!(
        wrong.stderr.contains("error[Q003]") && wrong.stderr.contains("`tag`"),
        "{}",
        wrong.stderr
    );
    let nothing = dir.run(&["search", "，。"]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.stderr.contains("Q011"), "{}", nothing.stderr);
    assert_eq!(dir.run(&["search", "質押", "--index", "nowhere"]).code, 3);
    assert_eq!(dir.run(&["show", "zzz"]).code, 1);
    dir.write("index/CURRENT", "gen-999999\n");
    let broken = dir.run(&["search", "質押"]);
    assert_eq!(broken.code, 3);
    assert!(broken.stderr.contains("wensou index --rebuild"), "{}", broken.stderr);
}

#[test]
fn the_message_about_an_unknown_tag_names_a_similar_tag() {
    let ran = indexed().run(&["search", "tag:BRC"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("W002") && ran.stderr.contains("brc20"), "{}", ran.stderr);
}

#[test]
fn skipped_lines_are_counted_and_named_and_make_a_strict_build_fail() {
    let dir = indexed();
    let stats = dir.ok(&["stats", "--skipped"]);
    assert!(stats.contains("1 malformed") && stats.contains("dump.jsonl:3"), "{stats}");
    let before = dir.ids(&["--sort", "newest"]);
    let strict = dir.run(&["index", "archive", "--strict", "--quiet"]);
    assert_eq!(strict.code, 2);
    assert!(strict.stderr.contains("dump.jsonl:3"), "{}", strict.stderr);
    assert!(strict.stderr.contains("the old index was kept"), "{}", strict.stderr);
    assert_eq!(dir.ids(&["--sort", "newest"]), before, "the old index stays");
    let first = ["index", "archive", "--strict", "--quiet", "--index", "other", "--log", "log.txt"];
    let first = dir.run(&first);
    assert_eq!(first.code, 2);
    let logged = std::fs::read_to_string(dir.path().join("log.txt")).unwrap();
    for text in [&first.stderr, &logged] {
        assert!(text.contains("no index was built") && !text.contains("old index"), "{text}");
    }
    // A build that has failed leaves no list of all problems.
    let record = |id: u32| format!(r#"{{"id":"m-{id}","title":"減半","text":"減半將至"}}"#);
    let lines = (0..30).map(|id| record(id) + "\nnot json\n");
    dir.write("many/dump.jsonl", lines.collect::<String>());
    for (args, expected) in [(&["--strict"][..], false), (&[][..], true)] {
        let ran = dir.run(&[&["index", "many", "--quiet", "--index", "more"], args].concat());
        assert!(ran.stderr.contains("skipped 10 more"), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.stderr.contains("stats --skipped"), expected, "{args:?}: {}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_missing_file_is_told_from_one_in_a_closed_folder() {
    use std::fs::{Permissions, read_dir, remove_file, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    /// The user id of `nobody`.
    const NOBODY: u32 = 65_534;

    let dir = Dir::new();
    dir.write("open/a.jsonl", r#"{"id":"a1","title":"減半","text":"減半將至"}"#);
    dir.write("closed/b.jsonl", r#"{"id":"b1","title":"質押","text":"質押收益"}"#);
    dir.ok(&["index", "open", "closed", "--quiet"]);
    remove_file(dir.path().join("open/a.jsonl")).unwrap();
    let closed = dir.path().join("closed");
    set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
    for (args, expected) in [
        (&["search", "減半"][..], "open/a.jsonl has been moved or removed"),
        (&["search", "質押"][..], "closed/b.jsonl cannot be read"),
        (&["show", "a1", "--raw"][..], "cannot find open/a.jsonl, which was moved or removed"),
        (&["show", "b1", "--raw"][..], "cannot read closed/b.jsonl: make it readable"),
    ] {
        let mut command = dir.command(args);
        // The superuser may read everything.
        if read_dir(&closed).is_ok() {
            command.uid(NOBODY);
        }
        let Ok(output) = command.output() else {
            crate::util::report_skipped("another user may not run the binary");
            break;
        };
        let ran = crate::util::Ran::from(output);
        assert!(ran.stderr.contains(expected), "{args:?}: {ran:?}");
    }
    set_permissions(&closed, Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn export_prints_every_record_with_the_text_of_its_page() {
    let dir = indexed();
    let records: Vec<serde_json::Value> =
        dir.ok(&["export"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 6, "five records, one of them in two variants");
    let flash: Vec<&serde_json::Value> = records
        .iter()
        .filter(|record| record["kind"] == "flash" && record["id"] != "x-1")
        .collect();
    assert_eq!(flash[0]["title"], "分析師:比特幣減半將至");
    assert_eq!(flash[1]["title"], "分析师:比特币减半将至");
    assert_eq!(flash[1]["same_as"], flash[0]["id"]);
    assert_eq!(flash[1]["seen_in"], serde_json::json!(["archive/000/0002.txt"]));
    assert_eq!(records[1]["flashes"][0], flash[1]["id"], "a page names its own variant");
    assert!(dir.ok(&["show", flash[1]["id"].as_str().unwrap()]).contains("比特币减半将至"));
    let first = &records[0];
    assert_eq!(first["kind"], "article");
    assert_eq!(first["path"], "archive/000/0001.txt");
    assert_eq!(first["title"], "以太坊合并后的質押收益");
    assert_eq!(first["suffix_tags"], serde_json::json!(["ETH", "以太坊價格"]));
    assert_eq!(first["source"], "鏈聞");
    assert_eq!(first["site"], "幣圈資訊");
    assert_eq!(first["category"], "以太坊");
    assert_eq!(first["tags"], serde_json::json!(["ETH", "BTC", "以太坊價格", "BTC幣"]));
    assert_eq!(
        first["paragraphs"],
        serde_json::json!([
            "以太坊合并之后,質押收益率約為百分之五,驗證者的數量穩步上升。",
            "里面的細節并不復雜,后來的人也能讀懂PackyMcCormick的文章。"
        ])
    );
    assert_eq!(first["flashes"].as_array().unwrap().len(), 1);
    assert_eq!(first["date"]["provenance"], "inferred");
}

#[test]
fn tags_are_counted_in_either_script() {
    let dir = indexed();
    let tags = dir.ok(&["tags", "--format", "tsv"]);
    assert!(tags.contains("BTC\t2\n"), "{tags}");
    assert_eq!(
        dir.ok(&["tags", "--prefix", "比特幣", "-f", "tsv"]),
        dir.ok(&["tags", "--prefix", "比特币", "-f", "tsv"])
    );
    assert!(dir.ok(&["tags", "kind:flash", "-f", "tsv"]).contains("BRC20\t1\n"));
}

#[test]
fn indexing_again_does_nothing_unless_something_changed() {
    let dir = indexed();
    let again = dir.run(&["index", "archive"]);
    assert!(again.stderr.contains("the index is up to date"), "{}", again.stderr);
    assert_eq!(again.code, 0);
    let same = dir.run(&["index"]);
    assert!(same.stderr.contains("the index is up to date"), "{}", same.stderr);
    let anew = dir.run(&["index", "--rebuild"]);
    assert!(anew.stderr.contains("indexed 2 pages and 1 dump"), "{}", anew.stderr);
    dir.write("archive/more.jsonl", "{\"id\":\"y-1\",\"title\":\"新的一篇\",\"text\":\"正文\"}");
    let changed = dir.run(&["index"]);
    assert!(changed.stderr.contains("1 added, 0 changed, 0 removed"), "{}", changed.stderr);
    assert_eq!(dir.ids(&["新的一篇"]), ["y-1"]);
}
