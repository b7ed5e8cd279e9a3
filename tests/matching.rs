//! What matches: dates as words, symbols that count (`+`, `%` and others that must stand in the
//! text if they are typed), and all spellings that fold to the same.

use crate::util::Dir;

/// The index of documents, which are given by id, title and text.
fn indexed(documents: &[(&str, &str, &str)]) -> Dir {
    let dir = Dir::new();
    let lines: Vec<String> = documents
        .iter()
        .map(|(id, title, text)| {
            serde_json::json!({"id": id, "title": title, "text": text}).to_string()
        })
        .collect();
    dir.write("archive/dump.jsonl", lines.join("\n"));
    dir.index();
    dir
}

/// The ids of the documents that have every word of a query, sorted.
fn ids(dir: &Dir, query: &str) -> Vec<String> {
    let mut ids = dir.ids(&["--strict", "--", query]);
    ids.sort();
    ids
}

/// Checks that each query finds exactly the documents with these ids.
#[track_caller]
fn assert_finds(dir: &Dir, cases: &[(&str, &[&str])]) {
    for (query, wanted) in cases {
        assert_eq!(ids(dir, query), *wanted, "{query}");
    }
}

#[test]
fn a_date_in_a_query_finds_documents_of_that_date_unless_limited_to_a_field() {
    let dir = Dir::new();
    let lines = [
        r#"{"id":"dated","title":"比特幣上漲","text":"行情。","date":"2023-05-17"}"#,
        r#"{"id":"text","title":"比特幣下跌","text":"回顧2023年。","date":"2024-01-01"}"#,
        r#"{"id":"title","title":"2023年總結","text":"比特幣。","date":"2024-01-02"}"#,
    ];
    dir.write("archive/dump.jsonl", lines.join("\n"));
    dir.index();
    // Below a negation, a date is only a word: `dated`, whose texts do not name 2023, stays.
    let cases: [(&str, &[&str]); 15] = [
        ("2023", &["dated", "text", "title"]),
        ("title:2023", &["title"]),
        ("body:2023", &["text"]),
        ("title:(2023 總結)", &["title"]),
        ("\"2023\"", &["text", "title"]),
        ("比特幣 -2023", &["dated"]),
        ("比特幣 NOT 2023年", &["dated"]),
        ("比特幣 -(2023 行情)", &["dated", "text", "title"]),
        ("比特幣 2023-05-17", &["dated"]),
        ("比特幣 2023/5/17", &["dated"]),
        ("比特幣 2023-05", &["dated"]),
        ("比特幣 2023/5", &["dated"]),
        ("比特幣 2023/05", &["dated"]),
        ("2023年5月17日", &["dated"]),
        ("比特幣 2023-06", &[]),
    ];
    assert_finds(&dir, &cases);
}

#[test]
fn a_word_is_found_unless_its_letters_or_digits_continue() {
    let dir = indexed(&[
        ("ip", "題", "見 http://192.168.0.121/login.view 頁面"),
        ("version", "題", "v2.0.1發布"),
        ("python", "題", "裝了python3.11.4之後"),
        ("time", "題", "於2023-05-17T10:00:00Z開始"),
        ("trade", "題", "B2B2C平台"),
        ("jet", "題", "F-16V戰機"),
        ("month", "題", "截至2023.5的數據"),
        ("growth", "題", "GDP5%的目標"),
        ("other", "題", "192.168.0.1210，12.0.1，13.11，F-160，AB2BC"),
    ]);
    let cases: [(&str, &[&str]); 11] = [
        ("192.168.0.121", &["ip"]),
        ("2.0.1", &["version"]),
        ("3.11", &["python"]),
        ("2023-05-17", &["time"]),
        ("B2B", &["trade"]),
        ("F-16", &["jet"]),
        ("2023", &["month", "time"]),
        ("5%", &["growth"]),
        ("\"192.168.0.121\"", &["ip"]),
        ("\"F-16\"", &["jet"]),
        ("\"3.11\"", &["python"]),
    ];
    assert_finds(&dir, &cases);
}

#[test]
fn symbols_count_where_they_are_typed() {
    let dir = indexed(&[
        ("p3.5", "題", "增長3.5%。"),
        ("p35", "題", "增長35%。"),
        ("p13.5", "題", "增長13.5%。"),
        ("n3500", "題", "增長3,500。"),
        ("date", "題", "自2023.5.1起%。"),
        ("cpp", "題", "學習C++17的人"),
        ("c", "題", "學習C的人"),
        ("usdc", "題", "USDC上漲"),
        ("sharp", "題", "學習C#語言"),
        ("net", "題", "使用.NET框架與ASP.NET"),
        ("plain-net", "題", "internet的net"),
        ("btc", "題", "$BTC上漲"),
        ("plain-btc", "題", "BTC上漲"),
        ("dollars", "題", "賣$100.50"),
        ("100", "題", "賣100元"),
        ("1000", "題", "賣$1000"),
        ("sign", "₿的歷史", "文"),
    ]);
    let cases: [(&str, &[&str]); 24] = [
        ("\"3.5%\"", &["p3.5"]),
        ("3.5%", &["p3.5"]),
        ("35%", &["p35"]),
        ("\"35%\"", &["p35"]),
        ("title:\"3.5%\"", &[]),
        ("\"2023.5\"", &["date"]),
        ("C++", &["cpp"]),
        ("\"C++\"", &["cpp"]),
        ("C", &["c", "cpp", "sharp"]),
        // Without symbols, a quoted phrase is also found inside words.
        ("\"C\"", &["btc", "c", "cpp", "plain-btc", "sharp", "usdc"]),
        ("C#", &["sharp"]),
        ("\"學習C#\"", &["sharp"]),
        (".NET", &["net"]),
        ("\".NET\"", &["net"]),
        ("$BTC", &["btc"]),
        ("\"$BTC\"", &["btc"]),
        ("$100", &["dollars"]),
        ("\"$100\"", &["dollars"]),
        ("\"₿\"", &["sign"]),
        ("₿", &["sign"]),
        ("\"$\"", &["1000", "btc", "dollars"]),
        ("BTC -$BTC", &["plain-btc"]),
        ("\"學習 C++\"~5", &["cpp"]),
        ("(C++ OR C#) 學習", &["cpp", "sharp"]),
    ];
    assert_finds(&dir, &cases);
}

#[test]
fn times_and_tags_with_symbols_are_exact() {
    let dir = Dir::new();
    let lines = [
        r#"{"id":"a","title":"題","text":"13:02開始","tags":["C++","BRC-20"]}"#,
        r#"{"id":"b","title":"題","text":"13.02開始，1302號","tags":["C","BRC20"]}"#,
        r#"{"id":"c","title":"題","text":"13 02","tags":["BRC-200"]}"#,
    ];
    dir.write("archive/dump.jsonl", lines.join("\n"));
    dir.index();
    let cases: [(&str, &[&str]); 9] = [
        ("13:02", &["a"]),
        ("\"13:02\"", &["a"]),
        ("１３：０２", &["a"]),
        ("\"13 02\"", &["a", "b", "c"]),
        ("C++", &["a"]),
        ("\"BRC-20\"", &["a"]),
        // Outside quotes, the hyphen only joins letters and digits.
        ("BRC-20", &["a", "b"]),
        ("\"13:0\"", &[]),
        ("13:0*", &["a"]),
    ];
    assert_finds(&dir, &cases);
}

#[test]
fn highlights_and_explain_show_the_symbols() {
    let dir = indexed(&[("a", "C++入門", "學C與C++，漲3.5%而非13.5%。")]);
    let snippet = |query: &str| dir.hits(&[query])[0]["snippet"].clone();
    assert_eq!(snippet("C++")["highlights"], serde_json::json!([[3, 6]]), "{}", snippet("C++"));
    let of_number = snippet("\"3.5%\"");
    assert_eq!(of_number["highlights"], serde_json::json!([[8, 12]]), "{of_number}");
    let explained = dir.ok(&["explain", "C++ \"3.5%\""]);
    assert!(
        explained.contains("exact word c++") && explained.contains("exact 3.5%"),
        "{explained}"
    );
}

#[test]
fn accents_ligatures_and_character_forms_are_folded() {
    let dir = indexed(&[
        ("pokemon", "題", "Pokémon與Nestlé在São Paulo"),
        ("plain", "題", "pokemon與nestle在sao paulo"),
        ("strasse", "題", "Straße的ﬁnance與Œuvre、Æther"),
        ("plain-strasse", "題", "strasse的finance與oeuvre、aether"),
        ("private", "題", "前\u{e5e5}後"),
        ("radical", "題", "⺬範"),
        ("half", "題", "½杯"),
        ("marks", "題", "Nguye\u{302}\u{303}n先生與İstanbul"),
    ]);
    for query in ["pokemon", "Pokémon", "\"POKÉMON\"", "nestle", "Nestlé", "sao paulo", "São Paulo"]
    {
        assert_eq!(ids(&dir, query), ["plain", "pokemon"], "{query}");
    }
    for query in ["strasse", "Straße", "STRASSE", "\"straẞe\"", "finance", "œuvre", "aether"] {
        assert_eq!(ids(&dir, query), ["plain-strasse", "strasse"], "{query}");
    }
    let cases: [(&str, &[&str]); 8] = [
        ("\u{e5e5}", &["private"]),
        ("\"前\u{e5e5}\"", &["private"]),
        ("示範", &["radical"]),
        ("1/2", &["half"]),
        ("½", &["half"]),
        ("\"½杯\"", &["half"]),
        ("nguyen", &["marks"]),
        ("istanbul", &["marks"]),
    ];
    assert_finds(&dir, &cases);
    let highlights = |query: &str, id: &str| {
        let hits = dir.hits(&[query]);
        hits.iter().find(|hit| hit["id"] == id).unwrap()["snippet"]["highlights"].clone()
    };
    assert_eq!(highlights("\"strasse\"", "strasse"), serde_json::json!([[0, 6]]));
    assert_eq!(highlights("\"nguyen\"", "marks"), serde_json::json!([[0, 8]]));
}

#[test]
fn numbers_in_words_equal_their_digits() {
    let dir = indexed(&[
        ("p-words", "題", "增長百分之三點五。"),
        ("p-digits", "題", "增長3.5%。"),
        ("tenth-words", "題", "三成的人不同意。"),
        ("tenth-digits", "題", "30%的人不同意。"),
        ("quarter-words", "題", "第三季營收。"),
        ("quarter-digits", "題", "第3季營收。"),
        ("trillion-words", "題", "市值一點七八萬億美元。"),
        ("trillion-digits", "題", "市值1.78万亿美元。"),
        ("zeros", "題", "二○二三年，二ＯＯ八年。"),
        ("idiom", "題", "一成不變的三十季，第三十名。"),
    ]);
    let cases: [(&str, &[&str]); 14] = [
        ("百分之三點五", &["p-digits", "p-words"]),
        ("百分之三点五", &["p-digits", "p-words"]),
        ("3.5%", &["p-digits", "p-words"]),
        ("百分之3.5", &["p-digits", "p-words"]),
        ("三成", &["tenth-digits", "tenth-words"]),
        ("30%", &["tenth-digits", "tenth-words"]),
        ("第三季", &["quarter-digits", "quarter-words"]),
        ("第3季", &["quarter-digits", "quarter-words"]),
        ("第3季營收", &["quarter-digits", "quarter-words"]),
        ("一點七八萬億", &["trillion-digits", "trillion-words"]),
        ("1.78萬億", &["trillion-digits", "trillion-words"]),
        ("1.78万亿", &["trillion-digits", "trillion-words"]),
        ("2023", &["zeros"]),
        ("2008", &["zeros"]),
    ];
    assert_finds(&dir, &cases);
    let hits = dir.hits(&["百分之三點五"]);
    let digits = hits.iter().find(|hit| hit["id"] == "p-digits").unwrap();
    assert_eq!(digits["snippet"]["highlights"], serde_json::json!([[2, 6]]), "{digits}");
}

#[test]
fn a_word_that_the_user_adds_loses_no_hits() {
    let dir = Dir::new();
    let lines = [
        r#"{"id":"a","title":"題","text":"柴犬幣大漲的消息。"}"#,
        r#"{"id":"b","title":"題","text":"柴犬幣 SHIB 大漲的消息。"}"#,
        r#"{"id":"c","title":"題","text":"柴犬幣下跌，城河與護岸。"}"#,
    ];
    dir.write("archive/dump.jsonl", lines.join("\n"));
    // Each word with its frequency, and the first with its part of speech, as in jieba's tables.
    dir.write("words.txt", "柴犬幣大漲 100 n\n護城河 3\n");
    dir.ok(&["index", "archive", "--quiet", "--words", "words.txt"]);
    for query in ["柴犬幣 SHIB 大漲", "柴犬幣大漲", "柴犬币大涨", "SHIB大漲", "SHIB 大漲", "大漲"]
    {
        assert_eq!(ids(&dir, query), ["a", "b"], "{query}");
    }
    let cases: [(&str, &[&str]); 3] =
        [("\"柴犬幣大漲\"", &["a"]), ("柴犬幣", &["a", "b", "c"]), ("護城河", &[])];
    assert_finds(&dir, &cases);
}

#[test]
fn highlights_never_cut_an_emoji() {
    let dir = indexed(&[("a", "題", "好👩\u{200d}👩\u{200d}👧家👍🏽了🇹🇼與e\u{301}a")]);
    let marked = |query: &str| {
        let hit = &dir.hits(&[query])[0];
        let text: Vec<char> = hit["snippet"]["text"].as_str().unwrap().chars().collect();
        let highlights = hit["snippet"]["highlights"].as_array().unwrap().clone();
        let bound = |range: &serde_json::Value, n: usize| range[n].as_u64().unwrap() as usize;
        let texts =
            highlights.iter().map(|range| text[bound(range, 0)..bound(range, 1)].iter().collect());
        texts.collect::<Vec<String>>()
    };
    assert_eq!(marked("\"👩👩\""), ["👩\u{200d}👩\u{200d}👧"]);
    assert_eq!(marked("\"👍\""), ["👍🏽"]);
    assert_eq!(marked("\"了🇹\""), ["了🇹🇼"]);
}

#[test]
fn footnote_marks_and_ruby_inside_words_do_not_prevent_a_match() {
    let dir = Dir::new();
    let note = "<sup id=\"c\" class=\"reference\"><a href=\"#n\">[1]</a></sup>";
    let html = format!(
        "<html><head><title>行情回顧</title></head><body><h1>行情回顧</h1>\
         <p>昨天比特{note}幣的價格上漲了很多，<ruby>交易<rt>jiāo yì</rt>所</ruby>的成交量也增加了。</p>\
         <p>占地10<sup>8</sup>平方公尺。</p></body></html>"
    );
    dir.write("archive/p.html", html);
    dir.index();
    for (query, marked) in
        [("\"比特幣\"", "比特幣"), ("\"交易所\"", "交易所"), ("\"占地108\"", "占地108")]
    {
        let hits = dir.hits(&[query]);
        assert_eq!(hits.len(), 1, "{query}");
        let snippet = &hits[0]["snippet"];
        let text: Vec<char> = snippet["text"].as_str().unwrap().chars().collect();
        let bound = |n: usize| snippet["highlights"][0][n].as_u64().unwrap() as usize;
        assert_eq!(text[bound(0)..bound(1)].iter().collect::<String>(), marked, "{query}");
    }
    assert_eq!(dir.hits(&["\"比特[1]幣\""]).len(), 0);
}

#[test]
fn pinyin_annotations_inside_words_do_not_prevent_a_match() {
    let dir = Dir::new();
    dir.write("a/1.txt", "標題\n\n說到資(zī)本市(shì)場上的礦(kuàng)池，許多人都知道。\n");
    dir.ok(&["index", "a"]);
    for query in ["\"資本市場\"", "\"市場上的礦池\""] {
        assert_eq!(dir.ids(&[query]).len(), 1, "{query}");
    }
}

#[test]
fn highly_repetitive_texts_are_searched_in_time() {
    let long = "哈".repeat(500_000);
    let bigrams = "比特".repeat(100_000);
    let dir = indexed(&[("long", "題", &long), ("bigrams", "題", &bigrams)]);
    let started = std::time::Instant::now();
    let output = dir.ok(&["search", "哈", "--snippet", "200000", "--format", "jsonl"]);
    assert!(output.len() > 200_000);
    // 比特比 has three characters, so no passage of two has both words.
    let near = "\"比特 特比\"~2 ".repeat(300);
    // Cut the query to at most 4,000 characters, after a whole clause. The limit is 4,096.
    let near: String = near.chars().take(4000).collect();
    assert_eq!(ids(&dir, near.trim_end_matches(|c| c != '2')), [""; 0]);
    assert_eq!(ids(&dir, &"\"比特 特比\"~3 ".repeat(200)), ["bigrams"]);
    // The limit is generous, for a busy machine. An algorithm of quadratic time would take minutes.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn short_words_and_numbers_are_found_at_the_start_of_longer_ones() {
    let dir = indexed(&[
        ("whole", "題", "AI與5G，共500元"),
        ("glued", "題", "推動5GtoB平台，AIGC應用，NFTs"),
        ("price", "題", "售價500.00元"),
        ("inside", "題", "he said 15GB，WAI，1500與5000"),
    ]);
    assert_finds(
        &dir,
        &[
            ("AI", &["glued", "whole"]),
            ("ai 平台", &["glued"]),
            ("5G", &["glued", "whole"]),
            ("5g 平台", &["glued"]),
            ("500", &["price", "whole"]),
            ("NFT", &["glued"]),
            ("\"AI 應用\"~20", &["glued"]),
            // A negation excludes only documents with the word itself.
            ("題 -AI", &["glued", "inside", "price"]),
        ],
    );
    // The word itself comes first.
    for typed in ["AI", "5G", "500"] {
        assert_eq!(dir.ids(&["--", typed])[0], "whole", "{typed}");
    }
}
