//! Diagnostics of the query language, as text and as JSON.

use crate::util::{Dir, assert_golden};

/// The index of one article.
fn indexed() -> Dir {
    let dir = Dir::new();
    dir.write(
        "archive/one.jsonl",
        "{\"id\":\"a\",\"title\":\"比特幣\",\"text\":\"減半\",\"date\":\"2023-05-01\"}",
    );
    dir.index();
    dir
}

#[test]
fn mistakes_are_reported_with_their_locations() {
    let dir = indexed();
    let mut screen = String::new();
    for query in [
        "減半 \"沒有關上",
        "(減半 OR",
        "減半 tga:BTC",
        "減半 tag:",
        "date:2023-13",
        "date:2023-06..2023-01",
        "減半 AND",
        "since:3m",
        "kind:新聞",
        "減*",
        "，。",
        "減半^2",
    ] {
        let ran = dir.run(&["search", query]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{query}");
        screen.push_str(&format!("$ wensou search '{query}'\n{}\n", ran.stderr));
    }
    assert_golden("diagnostics.txt", &screen);
}

#[test]
fn a_mistake_is_printed_as_one_json_object_with_its_span_if_the_format_is_jsonl() {
    let ran = indexed().run(&["search", "減半 tga:BTC", "--format", "jsonl"]);
    let object: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(object["code"], "Q003");
    assert_eq!(object["span"]["chars"], serde_json::json!({"start": 3, "end": 6}));
    assert_eq!(object["span"]["bytes"], serde_json::json!({"start": 7, "end": 10}));
}
