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
fn invalid_bytes_in_tables_are_reported() {
    let table = |damage: &[u8]| {
        let text = "央行昨日宣布調整利率，市場普遍認為這將影響房市。";
        [format!("title,content\n甲,{text}").as_bytes(), damage, b"\n"].concat()
    };
    for (damage, lossy) in [(&b""[..], 0), (b"\xff\xfe", 1), (b"\0", 1)] {
        let (articles, report) = read("a.csv", table(damage));
        assert_eq!((articles.len(), report.lossy.len()), (1, lossy), "{damage:?}");
        assert!(!articles[0].paragraphs[0].contains('\0'));
    }
    // A character that lies across two buffers is not invalid.
    let long = format!("title,content\n{}", "甲甲,這是一段很長的正文。\n".repeat(20_000));
    assert_eq!(read("a.csv", long).1.lossy.len(), 0);
}

#[test]
fn a_missing_quotation_mark_costs_no_row() {
    let row = |n: u32| format!("標題{n},\"這是第{n}篇的正文內容。\"\n");
    let all = || (0..1000).map(row).collect::<String>();
    let broken = all().replace("第5篇的正文內容。\"", "第5篇的正文內容。");
    let (articles, report) = read("a.csv", format!("title,content\n{broken}"));
    assert_eq!((articles.len(), &report.skipped), (1000, &vec![]));
    let article = &articles[6];
    assert_eq!((&*article.title, &*article.paragraphs[0]), ("標題6", "這是第6篇的正文內容。"));
    // No other row has a quotation mark, so the cell takes in all rows after it.
    let unquoted = broken.replace("\"\n", "\n").replace(",\"", ",");
    let unquoted = unquoted.replace("這是第5篇", "\"這是第5篇");
    let (articles, report) = read("a.csv", format!("title,content\n{unquoted}"));
    assert_eq!((articles.len(), &report.skipped), (1000, &vec![]));
    // The lines are not rows: the row is read as it is, and named.
    let (articles, report) =
        read("a.csv", "title,content\n甲,\"第一段。\n第二段。\" 後記\n乙,丙\n");
    assert_eq!((articles.len(), report.skipped[0].line), (2, Some(2)));
    assert!(report.skipped[0].reason.to_string().contains("quotation mark"));
    // Cells of several lines with quotation marks of their own are intact.
    let text = "title,content\n甲,\"第一段，\"\"乙\"\"。\n第二段, 丙\"\n丁,戊\n";
    let (articles, report) = read("a.csv", text);
    assert_eq!((articles.len(), &report.skipped), (2, &vec![]));
    assert_eq!(articles[0].paragraphs, ["第一段，\"乙\"。", "第二段, 丙"]);
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
