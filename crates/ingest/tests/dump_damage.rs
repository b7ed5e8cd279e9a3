//! Dumps with damaged characters, missing quotation marks and words that stand for null.

#![allow(clippy::unwrap_used, missing_docs)]

use crate::dumps::read;

#[test]
fn records_with_damaged_characters_are_read() {
    let intact = r#"{"title":"乙","content":"央行昨日宣布調整利率，市場普遍認為這將影響房市。"}"#;
    for (damaged, body, lossy) in [
        (&b"{\"title\":\"\xe7\x94\xb2\",\"content\":\"a\tb\"}"[..], "a\tb", 0),
        (b"{\"title\":\"\xe7\x94\xb2\",\"content\":\"a\0b\"}", "ab", 1),
        (b"{\"title\":\"\xe7\x94\xb2\",\"content\":\"a\xffb\"}", "a\u{fffd}b", 1),
        (br#"{"title":"\u7532","content":"a\ud83d"}"#, "a\u{fffd}", 1),
        (br#"{"title":"\u7532","content":"ab","score":NaN,"x":-Infinity}"#, "ab", 0),
        (br#"{"title":"\u7532","content":"it\'s C:\d"}"#, "it's C:\\d", 0),
    ] {
        for (name, bytes) in [
            ("a.jsonl", [intact.as_bytes(), b"\n", damaged].concat()),
            ("a.json", [b"[", intact.as_bytes(), b",", damaged, b"]"].concat()),
        ] {
            let (articles, report) = read(name, &bytes);
            assert_eq!(report.skipped, [], "{name} {body}");
            assert_eq!((&*articles[1].title, &*articles[1].paragraphs[0]), ("甲", body), "{name}");
            assert_eq!(report.lossy.len(), lossy, "{name} {body}");
        }
    }
    // Other errors still cost the record.
    let (articles, report) = read("a.jsonl", format!("{intact}\n{{\"title\":\"甲\t\",}}\n"));
    assert_eq!((articles.len(), report.skipped.len(), report.lossy.len()), (1, 1, 0));
}

#[test]
fn comparisons_in_texts_are_not_taken_for_tags() {
    let text = "若 a<b 且 b>c，則 a<c。當價格x<p 時，賣方不願成交，直到 y>z 為止。";
    for (name, dump) in [
        ("a.jsonl", format!(r#"{{"title":"甲","content":"{text}"}}"#)),
        ("a.csv", format!("title,content\n甲,{text}\n")),
        ("b.jsonl", format!(r#"{{"title":"甲","content":"<p>{text}</p>"}}"#)),
    ] {
        let (articles, _) = read(name, dump);
        assert_eq!(articles[0].paragraphs, [text], "{name}");
    }
}

#[test]
fn words_that_stand_for_null_are_no_values() {
    let line = r#"{"id":"nan","title":"甲","content":"None","summary":"乙","author":"None","source":"nan","url":"N/A","category":"-","tags":["null","丙"]}"#;
    let (articles, report) = read("a.jsonl", line);
    assert_eq!(report.skipped, []);
    let article = &articles[0];
    let names = [&article.author, &article.source, &article.url, &article.category];
    assert!(names.iter().all(|name| name.is_none()), "{names:?}");
    assert_eq!(
        (&*article.paragraphs, &*article.tags),
        (&["乙".to_owned()][..], &["丙".to_owned()][..])
    );
    assert_ne!(article.id, "nan");
    let (articles, _) = read("a.csv", "title,content,author\n甲,nan的由來,南\n");
    assert_eq!(
        (&*articles[0].paragraphs[0], articles[0].author.as_deref()),
        ("nan的由來", Some("南"))
    );
}
