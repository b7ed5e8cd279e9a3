//! Latin letters that are read as pinyin, and hints if nothing matches. Section 8 of
//! `crates/query/GRAMMAR.md` explains the codes of hints, such as W002.

use crate::util::Dir;

/// The index of three articles with Chinese titles, sources and tags.
fn indexed() -> Dir {
    let dir = Dir::new();
    let record = |id: &str, title: &str, text: &str, source: &str, tags: &[&str]| {
        let record = serde_json::json!({
            "id": id, "title": title, "text": text, "source": source, "tags": tags,
            "date": "2023-05-06", "category": "財經", "author": "林知遠",
        });
        record.to_string() + "\n"
    };
    dir.write(
        "archive/d.jsonl",
        record("a1", "比特幣減半", "bitcoin halving 的內文。", "鏈聞", &["比特幣"])
            + &record("a2", "招商銀行年報", "內文：ethereum。", "財聯社", &["招商銀行"])
            + &record("a3", "西安的綠色能源", "以太坊與bitcoin。", "環鏈周報", &["綠色"]),
    );
    dir.index();
    dir
}

#[test]
fn pinyin_is_read_however_it_is_typed_and_in_every_format() {
    let dir = indexed();
    for (typed, id) in [
        ("bitebi", "a1"),
        ("ｂｉｔｅｂｉ", "a1"),
        ("bǐtèbì", "a1"),
        ("bi3te4bi4", "a1"),
        ("bi te bi", "a1"),
        ("BiTeBi", "a1"),
        ("btb", "a1"),
        ("xi'an", "a3"),
        ("xian", "a3"),
        ("xī'ān", "a3"),
        ("lvse", "a3"),
        ("ｌｖｓｅ", "a3"),
        ("lüse", "a3"),
        ("luse", "a3"),
        ("lǜsè", "a3"),
        ("zsyh", "a2"),
        ("zsyh 內文", "a2"),
        ("zhaoshangyinhang", "a2"),
        ("nothing OR zsyh", "a2"),
        ("(bitebi OR nothing) 減半", "a1"),
        ("+bitebi 內文", "a1"),
    ] {
        for format in ["ids", "json", "jsonl", "tsv", "text", "vimgrep"] {
            let ran = dir.run(&["search", "--strict", "-f", format, typed]);
            assert_eq!(ran.code, 0, "{typed} {format}: {ran:?}");
            if format == "ids" {
                assert_eq!(ran.stdout.trim(), id, "{typed}: {ran:?}");
            }
            assert!(ran.stderr.contains("read as pinyin"), "{typed} {format}: {ran:?}");
        }
        dir.write("q", typed);
        let batch = dir.ok(&["search", "--batch", "q"]);
        assert!(batch.contains(&format!("\"id\":\"{id}\"")), "{typed}: {batch}");
        assert!(dir.ok(&["search", "--batch", "q", "-f", "ids"]).starts_with(id), "{typed}");
        assert_eq!(dir.ok(&["search", "-c", typed]), "1\n", "{typed}");
        for verb in ["timeline", "tags"] {
            assert_eq!(dir.run(&[verb, typed]).code, 0, "{verb} {typed}");
        }
    }
    // Letters that occur in a text are not read as pinyin.
    assert!(!dir.run(&["search", "bitcoin"]).stderr.contains("pinyin"));
}

#[test]
fn values_that_match_nothing_and_empty_date_ranges_are_named() {
    let dir = indexed();
    for (query, hints) in [
        ("source:鏈", &["W002", "鏈聞 (1)"][..]),
        ("source:财连社", &["W002", "財聯社 (1)"]),
        ("category:xx", &["W002", "category `xx`"]),
        ("author:林知", &["W002", "author `林知`", "林知"]),
        ("site:nowhere.org", &["W002", "site"]),
        ("url:nowhere.org", &["W002", "url"]),
        ("path:nowhere", &["W002", "path"]),
        ("id:zzz", &["W002", "id"]),
        ("kind:flash", &["W002", "kind `flash`"]),
        ("has:flash", &["W002", "has `flash`"]),
        ("script:mixed", &["W002", "script `mixed`"]),
        ("source:鏈聞*,不存在", &["W002", "source `不存在`"]),
        ("since:2024 until:2023", &["W007", "2024-01-01", "2023-12-31"]),
        ("until:2022 比特幣 since:2023", &["W007"]),
    ] {
        let ran = dir.run(&["search", query]);
        for hint in hints {
            assert!(ran.stderr.contains(hint), "{query}: no {hint} in {}", ran.stderr);
        }
    }
    for query in ["source:鏈聞", "since:2023 until:2023", "source:鏈聞*", "has:tags"] {
        let ran = dir.run(&["search", query]);
        assert!(ran.code == 0 && !ran.stderr.contains("W00"), "{query}: {}", ran.stderr);
    }
}

#[test]
fn similar_words_are_suggested_for_a_word_that_no_document_contains() {
    let dir = indexed();
    for (typed, meant) in [
        ("bitcion", "bitcoin (2)"),
        ("Bitcoim", "bitcoin (2)"),
        ("etherium", "ethereum (1)"),
        ("以太纺", "以太坊 (1)"),
        ("以太紡 減半", "以太坊 (1)"),
        ("比特必", "比特币 (1)"),
        ("bitcion的內文", "bitcoin (2)"),
        ("招商銀航", "招商银行 (1)"),
    ] {
        let ran = dir.run(&["search", typed]);
        assert!(
            ran.stderr.contains("W008") && ran.stderr.contains(&format!("did you mean {meant}?")),
            "{typed}: {}",
            ran.stderr
        );
        assert!(dir.run(&["search", "-f", "json", typed]).stderr.contains("W008"), "{typed}");
    }
    assert!(dir.run(&["timeline", "bitcion"]).stderr.contains("bitcoin (2)"));
    for typed in ["bitcoin", "以太坊", "\"bitcion\"", "tag:bitcion", "比特幣 -bitcion", "12345"]
    {
        assert!(!dir.run(&["search", typed]).stderr.contains("W008"), "{typed}");
    }
}

#[test]
fn the_pinyin_reading_is_reported_beside_a_count_or_file_names_but_not_with_quiet() {
    let dir = indexed();
    for options in [&["-c"][..], &["-l"], &["-c", "--strict"], &["-l", "-n", "1"]] {
        let ran = dir.run(&[&["search"], options, &["bitebi"]].concat());
        assert_eq!(ran.code, 0, "{options:?}: {ran:?}");
        assert!(ran.stderr.contains("read as pinyin"), "{options:?}: {ran:?}");
    }
    let quiet = dir.run(&["search", "-q", "bitebi"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
}

#[test]
fn warnings_are_reported_beside_a_count_or_file_names_but_not_with_quiet() {
    let dir = indexed();
    for flag in ["-c", "-l"] {
        let ran = dir.run(&["search", flag, "source:鏈"]);
        assert_eq!(ran.code, 1, "{flag}: {ran:?}");
        assert!(ran.stderr.contains("W002"), "{flag}: {ran:?}");
    }
    let quiet = dir.run(&["search", "-q", "source:鏈"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (1, ""));
}

#[test]
fn pinyin_is_read_beside_words_that_other_documents_have() {
    let dir = indexed();
    for typed in ["bitebi ethereum", "ethereum bitebi", "bi te bi ethereum"] {
        let ran = dir.run(&["search", "-f", "ids", typed]);
        let mut ids: Vec<&str> = ran.stdout.lines().collect();
        ids.sort_unstable();
        // Ethereum is another name of 以太坊.
        assert_eq!(ids, ["a1", "a2", "a3"], "{typed}: {ran:?}");
        assert!(ran.stderr.contains("read as pinyin"), "{typed}: {ran:?}");
        let text = dir.run(&["search", typed]);
        assert!(text.stderr.contains("no document contains every word"), "{typed}: {text:?}");
        // With --strict and with a filter that nothing matches, there are no hits.
        assert_eq!(dir.run(&["search", "--strict", typed]).code, 1, "{typed}");
        assert_eq!(dir.run(&["search", &format!("{typed} tag:nothing")]).code, 1, "{typed}");
        assert_eq!(dir.run(&["timeline", typed]).code, 0, "{typed}");
    }
}

#[test]
fn syllables_are_read_together_even_if_longer_words_start_with_them() {
    let dir = Dir::new();
    let records = [
        ("title", "比特幣減半", "內文。"),
        ("starts", "Bitcoin technology", "Text of bitcoin."),
        ("words", "Xi", "Xi had an hour."),
        ("xian", "西安", "內文。"),
        ("joined", "Shanghai", "Text."),
        ("city", "上海", "內文。"),
    ];
    let lines = records.map(|(id, title, text)| {
        serde_json::json!({"id": id, "title": title, "text": text}).to_string()
    });
    dir.write("archive/d.jsonl", lines.join("\n"));
    dir.index();
    for typed in ["bi te bi", "ｂｉ ｔｅ ｂｉ", "bǐ tè bì", "title:(bi te bi)"] {
        let ran = dir.run(&["search", "--strict", "-f", "ids", typed]);
        assert_eq!(ran.stdout, "title\n", "{typed}: {ran:?}");
        assert!(ran.stderr.contains("read as pinyin"), "{typed}: {ran:?}");
        assert_eq!(dir.ok(&["search", "-c", typed]), "1\n", "{typed}");
        assert!(dir.run(&["timeline", typed]).stderr.contains("read as pinyin"), "{typed}");
    }
    // Documents with these words are hits as typed, and so are those that join them, and those
    // that match if no title sounds like the letters.
    for (typed, id) in [("xi an", "words"), ("shang hai", "joined"), ("te bi", "starts")] {
        let ran = dir.run(&["search", "--strict", "-f", "ids", typed]);
        assert_eq!(ran.stdout, format!("{id}\n"), "{typed}: {ran:?}");
        assert!(!ran.stderr.contains("read as pinyin"), "{typed}: {ran:?}");
    }
}

#[test]
fn pinyin_is_read_in_a_title_clause_but_not_in_a_body_clause() {
    let dir = indexed();
    let ran = dir.run(&["search", "-f", "ids", "title:bitebi"]);
    assert_eq!(ran.stdout, "a1\n", "{ran:?}");
    assert!(ran.stderr.contains("read as pinyin"), "{ran:?}");
    assert_eq!(dir.run(&["search", "body:bitebi"]).code, 1);
}

#[test]
fn dissimilar_words_are_not_suggested() {
    let dir = Dir::new();
    let record = serde_json::json!({"id": "a", "title": "單價上調", "text": "salaam 與單價。"});
    dir.write("archive/d.jsonl", record.to_string());
    dir.index();
    for typed in ["穿山甲", "閃家", "solana", "salt"] {
        assert!(!dir.run(&["search", typed]).stderr.contains("W008"), "{typed}");
    }
    assert!(dir.run(&["search", "單假"]).stderr.contains("W008"));
}

#[test]
fn an_offset_past_the_last_file_does_not_mean_that_nothing_matches() {
    let dir = indexed();
    for offset in ["2", "500"] {
        let ran = dir.run(&["search", "-l", "--offset", offset, "以太坊"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{offset}");
    }
    // No document has these characters.
    assert_eq!(dir.run(&["search", "-l", "--offset", "1", "龘靐"]).code, 1);
}
