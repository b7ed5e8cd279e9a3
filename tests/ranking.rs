//! What is found, and in what order, if a query and the documents do not quite agree:
//!
//! - They differ in spaces, quotation marks, invisible characters or script.
//! - Documents lack words of the query, or have other numbers.
//! - A document has the characters of a typed word only as parts of other words: 中華為首 has those
//!   of 華為.

use serde_json::Value;

use crate::util::Dir;

/// An index of documents without titles: each has an id and a text.
fn index(documents: &[(&str, &str)]) -> Dir {
    let dir = Dir::new();
    let line = |(id, text): &(&str, &str)| {
        serde_json::json!({"id": id, "title": "", "text": text}).to_string() + "\n"
    };
    dir.write("archive/d.jsonl", documents.iter().map(line).collect::<String>());
    dir.index();
    dir
}

/// Documents about deliveries: only `answer` has the number that is asked for.
fn deliveries() -> Dir {
    index(&[
        ("answer", "特斯拉2022年交付量達到131萬輛，創下紀錄。"),
        ("plan", "特斯拉計劃在2023年提高產量，交付的車型沒有變化。"),
        ("other", "比亞迪2022年的交付量也有增長。"),
        ("words", "到底是多少，沒有人知道。"),
        ("weather", "今天天氣晴朗，適合出門散步。"),
    ])
}

/// The ids of the hits, each near-duplicate as a hit of its own. `args` are a query and perhaps
/// options.
fn ids(dir: &Dir, args: &[&str]) -> Vec<String> {
    let printed = dir.ok(&[&["search", "-f", "jsonl", "--all"], args].concat());
    let id = |line: &str| {
        serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned()
    };
    printed.lines().map(id).collect()
}

#[test]
fn spaces_in_a_question_do_not_change_its_hits() {
    let dir = deliveries();
    let whole = ids(&dir, &["特斯拉2022年交付量是多少"]);
    assert_eq!(whole[0], "answer");
    for typed in [
        "特斯拉2022年交付量 是多少",
        "特斯拉2022年交付量 是多少？",
        "特斯拉 2022年交付量是多少",
        "特斯拉2022年 交付量 是多少",
        "特斯拉2022年交付量\u{3000}是多少",
    ] {
        assert_eq!(ids(&dir, &[typed]), whole, "{typed}");
    }
    // Stop words and question words are not required even where spaces separate them from other
    // words.
    for typed in ["比亞迪 的 交付量", "比亞迪 是 交付量", "的 比亞迪 交付量 了"]
    {
        let ran = dir.run(&["search", typed, "--strict", "-f", "ids"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, "other\n"), "{typed}");
    }
    // If a query has only such words, they are searched for.
    assert_eq!(ids(&dir, &["是多少"])[0], "words");
}

#[test]
fn invisible_characters_in_a_query_are_ignored() {
    let dir = deliveries();
    let plain = ids(&dir, &["--strict", "特斯拉交付"]);
    assert_eq!(plain, ["answer", "plan"]);
    for typed in [
        "特斯\u{200b}拉交付",
        "\u{feff}特斯拉交付",
        "特斯拉交付\u{200b}",
        "特斯拉\u{2060}交付",
        "特斯拉交\u{ad}付",
        "\u{200b} 特斯拉交付 \u{200b}",
    ] {
        assert_eq!(ids(&dir, &["--strict", typed]), plain, "{typed:?}");
    }
    assert_eq!(ids(&dir, &["\u{200b}kind:article 比亞迪"]), ids(&dir, &["kind:article 比亞迪"]));
    assert_eq!(ids(&dir, &["--strict", "特斯拉*\u{200b}"]), ids(&dir, &["--strict", "特斯拉*"]));
}

#[test]
fn quotation_marks_inside_a_question_do_not_make_a_phrase() {
    let dir = deliveries();
    let typed = "被稱為「特斯拉交付量」的數字是多少？";
    assert_eq!(ids(&dir, &[typed])[0], "answer");
    // A phrase that a space separates stays exact, and so does a phrase in straight quotes.
    for typed in ["「特斯拉交付量」 是多少", "什麼是\"特斯拉交付量\""] {
        assert_eq!(dir.run(&["search", typed]).code, 1, "{typed}");
    }
}

#[test]
fn hits_that_lack_words_follow_those_that_have_all() {
    let dir = deliveries();
    let typed = "特斯拉 2022年 交付量";
    let hits = dir.hits(&[typed]);
    let order: Vec<&str> = hits.iter().map(|hit| hit["id"].as_str().unwrap()).collect();
    assert_eq!(order, ["answer", "plan", "other"]);
    assert!(hits[0].get("missing").is_none() && hits[0].get("backfilled").is_none());
    assert_eq!(hits[2]["missing"], serde_json::json!(["特斯拉"]));
    let missing = hits[1]["missing"].as_array().unwrap();
    assert!(!missing.is_empty() && !missing.contains(&"特斯拉".into()), "{missing:?}");
    assert!(hits[1..].iter().all(|hit| hit["backfilled"] == true));
    // Only hits with every word are counted.
    let ran = dir.run(&["search", typed]);
    assert!(ran.stderr.contains("1 hit ("), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("1 has every word: the 2 closest matches follow"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("missing: 特斯拉"), "{}", ran.stdout);
    // With `-f ids`, an empty line comes before hits that lack words. With `-0`, only hits with
    // every word are printed.
    let ids_with = |options: &[&str]| dir.ok(&[&["search", "-f", "ids", typed], options].concat());
    assert_eq!(ids_with(&[]), "answer\n\nplan\nother\n");
    assert_eq!(ids_with(&["-0"]), "answer\0");
    assert_eq!(ids_with(&["--strict"]), "answer\n");
    assert_eq!(ids_with(&["-n", "1"]), "answer\n");
    assert_eq!(ids_with(&["--sort", "newest"]), "answer\n", "hits sorted by date have every word");
    // If no document has every word, the closest matches are the hits, but not with --strict.
    let nothing = "特斯拉 交付量 散步";
    assert_eq!(dir.run(&["search", nothing]).code, 0);
    assert_eq!(dir.run(&["search", "--strict", nothing]).code, 1);
    let queries = dir.write("queries.txt", format!("{typed}\n"));
    let batch = dir.ok(&["search", "--batch", queries.to_str().unwrap(), "-f", "ids"]);
    assert_eq!(batch, "answer\t\tplan\tother\n");
    let object = dir.ok(&["search", "--batch", queries.to_str().unwrap()]);
    let object: Value = serde_json::from_str(&object).unwrap();
    assert_eq!(object["total"], 1);
    assert_eq!(object["hits"].as_array().unwrap().len(), 3);
}

#[test]
fn a_document_with_another_number_lacks_the_number_of_the_query() {
    let dir =
        index(&[("point", "通脹率為35點"), ("people", "通脹講話2人"), ("more", "通脹率為13.5%")]);
    // The digits of each number occur in a text, but only as another number or inside one.
    for (typed, wanted) in [("通脹 3.5%", "3.5%"), ("通脹 2%", "2%"), ("通脹 5%", "5%")] {
        let hits = dir.hits(&[typed]);
        assert!(!hits.is_empty(), "{typed}");
        for hit in hits {
            assert_eq!(hit["missing"], serde_json::json!([wanted]), "{typed}: {hit}");
        }
    }
    // With `-0`, for programs, the closest matches are not printed.
    let ran = dir.run(&["search", "-f", "ids", "-0", "通脹 3.5%"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
}

#[test]
fn phrases_filters_and_plus_words_are_never_missing() {
    let dir = index(&[
        ("both", "特斯拉在上海工廠的交付量創下紀錄。"),
        ("factory", "上海工廠開工，打破紀錄。"),
        ("tesla", "特斯拉開會。"),
        ("exact", "特斯拉交付紀錄保持不變。"),
    ]);
    // The phrase must be in the text.
    assert_eq!(ids(&dir, &["「上海工廠」 特斯拉 紀錄"]), ["both", "factory"]);
    assert_eq!(ids(&dir, &["+上海 +特斯拉 紀錄"]), ["both"]);
    assert_eq!(ids(&dir, &["body:上海 特斯拉 紀錄"]), ["both", "factory"]);
    assert_eq!(ids(&dir, &["特斯拉 紀錄 上海 -開工 -開會"]), ["both", "exact"]);
    assert_eq!(dir.run(&["search", "kind:flash 特斯拉 上海"]).code, 1);
}

#[test]
fn hits_that_lack_words_are_the_same_list_for_every_limit_and_offset() {
    // The bits of a number that looks random choose which of the four words each text has.
    let texts: Vec<(String, String)> = (0..120)
        .map(|n| {
            let words = ["蘋果", "香蕉", "葡萄", "西瓜"];
            let has = (0..4).filter(|bit| (n * 7 + n / 16) >> bit & 1 == 1);
            let text: Vec<&str> = has.map(|bit| words[bit as usize]).collect();
            (format!("d{n}"), text.join("和") + &"。水果很多".repeat(n % 5 + 1))
        })
        .collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (&**id, &**text)).collect();
    let dir = index(&texts);
    let typed = "蘋果 香蕉 葡萄 西瓜";
    let whole = ids(&dir, &[typed, "-n", "1000"]);
    let strict = ids(&dir, &[typed, "-n", "1000", "--strict"]);
    assert!(strict.len() < 20 && whole.len() > 60, "{} {}", strict.len(), whole.len());
    assert_eq!(whole[..strict.len()], strict);
    let mut unique = whole.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), whole.len(), "no hit comes twice");
    for size in [1, 3, 7, 30] {
        let joined: Vec<String> = (0..whole.len())
            .step_by(size)
            .flat_map(|offset| {
                ids(&dir, &[typed, "-n", &size.to_string(), "--offset", &offset.to_string()])
            })
            .collect();
        assert_eq!(joined, whole, "{size} hits at a time");
    }
}

#[test]
fn a_noun_such_as_time_at_the_end_of_a_question_is_optional() {
    let dir = index(&[
        ("rcep", "RCEP協定於2022年1月1日正式生效。"),
        ("talks", "RCEP談判的時間很長。"),
        ("none", "今天天氣晴朗。"),
    ]);
    for typed in ["RCEP生效時間", "RCEP 生效時間", "RCEP生效 時間", "RCEP 生效的日期"]
    {
        let ran = dir.run(&["search", "--strict", typed, "-f", "ids"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, "rcep\n"), "{typed}");
    }
    // By itself, or with a `+`, such a noun is required.
    assert_eq!(ids(&dir, &["--strict", "時間"]), ["talks"]);
    assert_eq!(ids(&dir, &["--strict", "+時間 談判"]), ["talks"]);
}

#[test]
fn a_date_counts_as_one_word_and_less_than_the_subject_of_the_query() {
    let dir = index(&[
        ("cpi", "CPI同比上漲，央行表示關注。"),
        ("date1", "2025年3月，會議在北京舉行。"),
        ("date2", "2025年3月的天氣。"),
        ("date3", "他在2025年3月出發。"),
    ]);
    let hits = ids(&dir, &["2025年3月 CPI"]);
    assert_eq!(hits[0], "cpi", "{hits:?}");
    let hits = ids(&dir, &["CPI 2025年3月 央行 豬肉"]);
    assert_eq!(hits[0], "cpi", "{hits:?}");
}

#[test]
fn a_rare_word_outweighs_two_common_ones() {
    let mut documents: Vec<(String, String)> =
        (0..30).map(|n| (format!("c{n}"), format!("市場價格每天都在變化，第{n}次。"))).collect();
    documents.push(("rare".to_owned(), "龍舌蘭釀造的烈酒。".to_owned()));
    let documents: Vec<(&str, &str)> =
        documents.iter().map(|(id, text)| (&**id, &**text)).collect();
    let dir = index(&documents);
    assert_eq!(ids(&dir, &["龍舌蘭 市場 價格"])[0], "rare");
}

#[test]
fn a_word_ranks_above_two_characters_of_other_words() {
    let dir = index(&[
        ("across", "中華為首的隊伍。"),
        ("word", "我們參觀了總部在深圳的華為公司，並且聽了一場關於手機芯片的講座。"),
    ]);
    assert_eq!(ids(&dir, &["華為"]), ["word", "across"]);
    assert_eq!(dir.ids(&["\"華為\""]).len(), 2, "both have the characters");
}

#[test]
fn words_in_either_script_give_the_same_hits_and_scores() {
    let dir = index(&[
        ("simplified", "坐标系的原点。"),
        ("traditional", "座標系的原點。"),
        ("other", "呆着不动；干戚；荫蔽。"),
        ("converted", "待著不動；干鏚；廕庇。"),
    ]);
    for (one, other) in [("坐标", "座標"), ("呆着", "待著"), ("干戚", "干鏚"), ("荫蔽", "廕庇")]
    {
        let found = dir.hits(&[one]);
        assert_eq!(found.len(), 2, "{one}");
        let scores = |hits: &[Value]| -> Vec<(String, String)> {
            hits.iter().map(|hit| (hit["id"].to_string(), hit["score"].to_string())).collect()
        };
        assert_eq!(scores(&found), scores(&dir.hits(&[other])), "{one} {other}");
    }
}

#[test]
fn quotation_marks_of_a_pasted_title_do_not_make_a_phrase_if_no_document_has_every_word() {
    let dir = index(&[
        ("answer", "戰士們守衛在無名的湖畔，青春在高原上閃耀。"),
        ("exact", "這個湖叫做無名湖。"),
        ("other", "今天天氣晴朗，適合出門散步。"),
    ]);
    for typed in ["青春閃耀在“無名小湖”", "青春闪耀在「无名小湖」", "從『無名小湖』到青春"]
    {
        assert_eq!(ids(&dir, &[typed])[0], "answer", "{typed}");
        assert_eq!(dir.run(&["search", "--strict", typed]).code, 1, "{typed}");
    }
    // A phrase that a space separates from other text is exact, and so is a phrase in straight
    // quotes.
    for typed in ["青春 「無名小湖」", "青春\"無名小湖\""] {
        assert_eq!(dir.run(&["search", typed]).code, 1, "{typed}");
    }
}
