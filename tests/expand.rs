//! Expansions of query words: other names, regional words, numbers, dates, joined Latin words, and
//! the user's tables.

use serde_json::Value;

use crate::util::Dir;

/// The index of documents, which are given by id and text.
fn indexed(documents: &[(&str, &str)]) -> Dir {
    let dir = Dir::new();
    let lines: Vec<String> = documents
        .iter()
        .map(|(id, text)| serde_json::json!({"id": id, "title": "題", "text": text}).to_string())
        .collect();
    dir.write("archive/dump.jsonl", lines.join("\n"));
    dir.index();
    dir
}

/// The ids of the documents that have every word of a query, sorted.
fn sorted_ids(dir: &Dir, query: &str) -> Vec<String> {
    let mut ids = dir.ids(&["--strict", query]);
    ids.sort();
    ids
}

#[test]
fn other_names_of_a_thing_are_found_in_any_script_and_rank_below_the_typed_one() {
    let dir = indexed(&[
        ("han", "比特幣今日上漲,交易所的成交量放大。"),
        ("latin", "Bitcoin rose today,交易所的成交量放大。"),
        ("ticker", "今日BTC上漲,交易所的成交量放大。"),
        ("cash", "Bitcoin Cash的成交量放大。"),
        ("none", "以太坊今日上漲。"),
    ]);
    for query in ["比特幣", "比特币", "BTC", "ＢＴＣ", "bitcoin", "Bitcoin"] {
        let found = dir.ids(&[query]);
        let wanted = match query {
            "比特幣" | "比特币" => "han",
            "bitcoin" | "Bitcoin" => "latin",
            _ => "ticker",
        };
        assert!(found.len() >= 3, "{query}: {found:?}");
        let first = &found[0];
        // `cash` has the literal form `bitcoin`, too.
        let literal = first == wanted || (wanted == "latin" && first == "cash");
        assert!(literal, "{query}: the literal form comes first: {found:?}");
        assert!(!found.contains(&"none".to_owned()), "{query}");
    }
    // A longer name has its own synonyms, not those of the shorter name that it begins with.
    let cash = indexed(&[("bch", "BCH大漲。"), ("btc", "BTC大漲。")]);
    assert_eq!(cash.ids(&["bitcoin cash"]), ["bch"]);
    assert_eq!(cash.ids(&["比特幣現金"]), ["bch"]);
    assert_eq!(dir.ids(&["比特币"]), dir.ids(&["比特幣"]));
}

#[test]
fn each_word_has_its_own_expansions_and_a_quoted_phrase_has_none() {
    let dir = indexed(&[
        ("both", "比特幣減半與BTC的行情。"),
        ("ticker", "BTC的行情。"),
        ("han", "比特幣的行情。"),
        ("other", "以太坊的行情。"),
    ]);
    assert_eq!(sorted_ids(&dir, "行情 -比特幣"), ["other"]);
    assert_eq!(sorted_ids(&dir, "行情 NOT (BTC OR 減半)"), ["other"]);
    assert_eq!(sorted_ids(&dir, "\"比特幣\""), ["both", "han"]);
    assert_eq!(sorted_ids(&dir, "\"BTC\""), ["both", "ticker"]);
    assert_eq!(sorted_ids(&dir, "比特幣 行情"), ["both", "han", "ticker"]);
    // Every title is 題.
    assert_eq!(sorted_ids(&dir, "title:比特幣"), Vec::<String>::new());
}

#[test]
fn words_of_different_regions_find_each_other() {
    let dir = indexed(&[
        ("cn", "这款软件的服务器支持人工智能,默认把信息存到硬盘。"),
        ("tw", "這款軟體的伺服器支援人工智慧,預設把資訊存到硬碟。"),
    ]);
    for query in [
        "软件",
        "軟體",
        "軟件",
        "服务器",
        "伺服器",
        "信息",
        "資訊",
        "资讯",
        "硬盘",
        "硬碟",
        "默认",
        "預設",
        "人工智能",
        "人工智慧",
        "AI",
        "软件 服务器",
    ] {
        assert_eq!(sorted_ids(&dir, query), ["cn", "tw"], "{query}");
    }
    assert_eq!(dir.ids(&["软件 服务器"])[0], "cn");
    assert_eq!(dir.ids(&["軟體 伺服器"])[0], "tw");
}

#[test]
fn a_number_is_found_however_it_is_written() {
    let dir = indexed(&[
        ("point", "融資5.4億美元。"),
        ("commas", "融資540,000,000美元。"),
        ("plain", "融資540000000美元。"),
        ("wan", "融資54000万美元。"),
        ("english", "raised $540 million。"),
        ("mixed", "融资5亿4000万美元。"),
        ("ten times as much", "融資54億美元。"),
        ("less", "融資5.3億美元。"),
        ("part", "融資4000万美元。"),
    ]);
    let with_same_value = ["commas", "english", "mixed", "plain", "point", "wan"];
    for query in [
        "五億四千萬",
        "5.4億",
        "5.4亿",
        "5.4 億",
        "540,000,000",
        "540000000",
        "54000萬",
        "540 million",
        "5亿4000万",
    ] {
        assert_eq!(sorted_ids(&dir, query), with_same_value, "{query}");
    }
    assert_eq!(sorted_ids(&dir, "54亿"), ["ten times as much"]);
    // `mixed` has 4000万 as a part of 5亿4000万; only `part` has that value.
    assert_eq!(dir.ids(&["4000万"])[0], "part");
    assert_eq!(sorted_ids(&dir, "40,000,000"), ["part"]);
    let hit = &dir.hits(&["540000000 id:point"])[0];
    assert_eq!(highlighted_texts(hit), ["5.4億"], "the number is highlighted as it is written");
    let hit = &dir.hits(&["5.4億 id:english"])[0];
    assert_eq!(highlighted_texts(hit), ["540 million"]);
}

#[test]
fn a_year_or_month_finds_documents_of_that_date_and_those_that_name_it() {
    let dir = Dir::new();
    let line = |id: &str, text: &str, date: &str| {
        let object = serde_json::json!({"id": id, "title": "題", "text": text, "date": date});
        object.to_string() + "\n"
    };
    dir.write(
        "archive/d.jsonl",
        line("dated", "比特幣減半完成。", "2024-04-20T08:00:00")
            + &line("named", "回顧2024年的比特幣減半。", "2025-01-05T08:00:00")
            + &line("other", "比特幣減半。", "2020-05-12T08:00:00"),
    );
    dir.index();
    for query in ["減半 2024", "2024年減半", "2024年的減半"] {
        assert_eq!(sorted_ids(&dir, query), ["dated", "named"], "{query}");
    }
    assert_eq!(sorted_ids(&dir, "2024年4月 減半"), ["dated"]);
    assert_eq!(sorted_ids(&dir, "2020年5月12日 減半"), ["other"]);
    assert_eq!(
        sorted_ids(&dir, "減半 \"2024\""),
        ["named"],
        "a quoted phrase is only found in the text"
    );
    assert!(
        dir.ok(&["explain", "2024年4月"]).contains("from 2024-04-01 until 2024-05-01 (exclusive)")
    );
}

#[test]
fn a_search_with_few_hits_says_how_many_documents_have_some_of_the_words() {
    let dir = indexed(&[("a", "比特幣減半"), ("b", "比特幣"), ("c", "減半"), ("d", "天氣")]);
    let ran = dir.run(&["search", "--strict", "比特幣 減半"]);
    assert!(
        ran.stderr.contains(
            "3 documents contain some of the words: put OR between the words to find them"
        ),
        "{}",
        ran.stderr
    );
    assert!(!dir.run(&["search", "天氣"]).stderr.contains("some of the words"));
}

#[test]
fn latin_words_are_found_joined_and_separate() {
    let dir = indexed(&[
        ("camel", "PackyMcCormick與StabilityAI談GPT-4。"),
        ("glued", "他提到stabilityai與gpt4。"),
        ("apart", "Packy McCormick 與 Stability AI 談 GPT 4。"),
    ]);
    for query in ["packy mccormick", "PackyMcCormick", "packymccormick", "mccormick"] {
        assert_eq!(sorted_ids(&dir, query), ["apart", "camel"], "{query}");
    }
    for query in ["stability ai", "StabilityAI", "stabilityai", "gpt4", "GPT-4", "gpt 4"] {
        assert_eq!(sorted_ids(&dir, query), ["apart", "camel", "glued"], "{query}");
    }
}

/// The texts of the highlights of a hit's snippet.
fn highlighted_texts(hit: &Value) -> Vec<String> {
    let chars: Vec<char> = hit["snippet"]["text"].as_str().unwrap().chars().collect();
    let ranges = hit["snippet"]["highlights"].as_array().unwrap();
    ranges
        .iter()
        .map(|range| {
            let bound = |n: usize| range[n].as_u64().unwrap() as usize;
            chars[bound(0)..bound(1)].iter().collect()
        })
        .collect()
}

/// Every highlight, folded, is a word of the query or one of its expansions.
#[test]
fn highlights_are_words_of_the_query_or_their_expansions() {
    let texts = [
        "比特幣(BTC)與以太坊(ETH)的質押:礦工轉用軟體,Bitcoin 融資5.4億美元。",
        "比特币与以太坊的质押收益率,矿工转用软件,融资540,000,000美元,XBT报价。",
        "PackyMcCormick談StabilityAI的GPT-4,伺服器與服务器,網路与网络。",
    ];
    let documents: Vec<(String, &str)> =
        texts.iter().enumerate().map(|(n, text)| (format!("d{n}"), *text)).collect();
    let documents: Vec<(&str, &str)> =
        documents.iter().map(|(id, text)| (id.as_str(), *text)).collect();
    let dir = indexed(&documents);
    let mut highlights = 0;
    for query in [
        "比特幣 質押",
        "BTC",
        "软件 融资",
        "5.4亿",
        "540000000",
        "packy mccormick",
        "服务器",
        "網路 OR gpt4",
        "以太坊 质押收益率",
        "stability ai",
    ] {
        let explained: Value =
            serde_json::from_str(&dir.ok(&["explain", "--format", "json", query])).unwrap();
        let mut forms: Vec<String> = Vec::new();
        let mut values: Vec<String> = Vec::new();
        for form in explained["words"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|word| word["forms"].as_array().unwrap())
        {
            let text = form["text"].as_str().unwrap();
            // `look` says how the form is looked for. A value is found however it is written.
            match form["look"].as_str().unwrap() {
                "value" => values.push(text.to_owned()),
                _ => forms.push(wensou_text::key_of(text).into_iter().collect()),
            }
        }
        for hit in dir.hits(&["--snippet", "500", query]) {
            for highlight in highlighted_texts(&hit) {
                highlights += 1;
                let key: String = wensou_text::key_of(&highlight).into_iter().collect();
                let folded = wensou_text::Folded::new(&highlight);
                let values_of_highlight = wensou_text::number_values(&folded);
                let is_value =
                    values_of_highlight.iter().any(|(_, digits)| values.contains(digits));
                assert!(forms.contains(&key) || is_value, "{highlight} for {query}: {forms:?}");
            }
        }
    }
    assert!(highlights > 25, "{highlights} highlights");
}

#[test]
fn words_and_synonyms_of_the_user_are_part_of_the_index() {
    let dir = Dir::new();
    let line = |id: &str, text: &str| {
        serde_json::json!({"id": id, "title": "題", "text": text}).to_string() + "\n"
    };
    dir.write(
        "archive/dump.jsonl",
        line("a", "企业的護城河很深。") + &line("b", "its moat is deep"),
    );
    let words = dir.write("words.tsv", "# mine\n護城河\n");
    let synonyms = dir.write("synonyms.tsv", "護城河,moat\n");
    dir.ok(&["index", "archive", "-q", "--words", "words.tsv", "--synonyms", "synonyms.tsv"]);
    assert_eq!(sorted_ids(&dir, "护城河"), ["a", "b"]);
    assert_eq!(sorted_ids(&dir, "moat"), ["a", "b"]);
    assert!(dir.ok(&["explain", "moat"]).contains("护城河 = "), "explain names the expansion");

    // A mistake in the path of a table is not answered with the table of the last build.
    let mistyped = dir.run(&["index", "archive", "-q", "--words", "wrods.tsv"]);
    assert_eq!(mistyped.code, 2, "{}", mistyped.stderr);
    let names_flag_and_file = ["wrods.tsv", "--words"].map(|part| mistyped.stderr.contains(part));
    assert_eq!(names_flag_and_file, [true, true], "{}", mistyped.stderr);

    // A changed table gives a warning. Searches use the old tables until the next build.
    std::fs::write(&synonyms, "護城河,優勢\n").unwrap();
    let ran = dir.run(&["search", "moat"]);
    assert!(ran.stderr.contains("W005"), "{}", ran.stderr);
    assert!(ran.stderr.contains("synonyms.tsv has changed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("wensou index --rebuild"), "{}", ran.stderr);
    assert_eq!(sorted_ids(&dir, "moat"), ["a", "b"]);
    assert!(dir.ok(&["stats"]).contains("synonyms.tsv has changed"));
    let checked = dir.run(&["check"]).stdout;
    let cured = "synonyms.tsv has changed since it was built; to fix: `wensou index`\n";
    assert!(checked.ends_with(cured), "{checked}");

    // The index remembers its tables, so `index` notices the change.
    dir.ok(&["index", "-q"]);
    assert_eq!(sorted_ids(&dir, "moat"), ["b"]);
    assert!(!dir.run(&["search", "moat"]).stderr.contains("W005"));
    dir.ok(&["index", "-q", "--synonyms", "none"]);
    assert!(dir.ok(&["stats"]).contains("synonyms none"));

    // The index works without the files. A mistake in a table is reported with its line.
    std::fs::remove_file(&words).unwrap();
    assert_eq!(sorted_ids(&dir, "护城河"), ["a"]);
    dir.write("bad.tsv", "護城河,moat\nalone\n");
    let ran = dir.run(&["index", "archive", "--words", "none", "--synonyms", "bad.tsv"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("bad.tsv:2: a line has two words or more"), "{}", ran.stderr);
    assert_eq!(sorted_ids(&dir, "护城河"), ["a"], "the old index was not touched");
}
