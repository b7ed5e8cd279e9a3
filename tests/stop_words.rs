//! English stop words: only in English text need a document not have them.

use crate::util::Dir;

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

/// Checks that each query finds exactly the documents with these ids.
#[track_caller]
fn assert_finds(dir: &Dir, cases: &[(&str, &[&str])]) {
    for (query, wanted) in cases {
        let mut ids = dir.ids(&["--strict", "--", query]);
        ids.sort();
        assert_eq!(ids, *wanted, "{query}");
    }
}

#[test]
fn a_letter_joined_to_chinese_is_required() {
    let dir = indexed(&[
        ("a-round", "完成A輪融資"),
        ("a-share", "A股收漲"),
        ("a-vitamin", "維生素A缺乏"),
        ("b-round", "完成B輪融資"),
        ("c-vitamin", "維生素C片"),
        ("gate-and", "AND門電路"),
        ("gate-or", "OR門電路"),
        ("it", "IT行業新聞"),
        ("shareholders", "股東大會的行業新聞"),
    ]);
    assert_finds(
        &dir,
        &[
            ("A輪融資", &["a-round"]),
            ("a轮融资", &["a-round"]),
            ("A 輪", &["a-round"]),
            ("Ａ股", &["a-share"]),
            ("body:A股", &["a-share"]),
            ("+A股", &["a-share"]),
            ("A輪 OR 維生素A", &["a-round", "a-vitamin"]),
            ("B輪", &["b-round"]),
            ("IT行業", &["it"]),
            ("it 行業", &["it"]),
            ("AND門", &["gate-and"]),
            ("新聞 -A股", &["it", "shareholders"]),
            ("行業新聞", &["it", "shareholders"]),
        ],
    );
}

#[test]
fn an_acronym_is_no_stop_word_but_english_text_has_some() {
    let dir = indexed(&[
        ("epidemic", "疫情通報 covid"),
        ("price", "bitcoin price，比特幣與以太坊"),
        ("who", "WHO疫情通報 covid"),
    ]);
    assert_finds(
        &dir,
        &[
            ("WHO 疫情", &["who"]),
            ("who 疫情", &["who"]),
            ("WHO疫情", &["who"]),
            ("WHO COVID", &["who"]),
            ("the price of bitcoin", &["price"]),
            ("比特幣 and 以太坊", &["price"]),
        ],
    );
    let counted = dir.ok(&["search", "-c", "WHO 疫情"]);
    assert_eq!(counted.trim(), "1");
}
