//! Records in JSON that other objects wrap: all of them are read, or what is not read is named.

#![allow(clippy::unwrap_used, missing_docs)]

use wensou_ingest::Report;

use crate::dumps::read;

fn unused(report: &Report) -> String {
    let keys = report.unused_keys.iter().map(|key| format!("{}:{}", key.key, key.count));
    keys.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_keys_of_an_object_that_stands_for_the_article_are_those_of_the_record() {
    for (line, expected, expected_keys) in [
        (
            r#"{"url":"https://a.b","article":{"headline":"甲","text":"乙","published":"2024-03-04","views":3}}"#,
            "甲|乙|2024||https://a.b",
            "article.views:1",
        ),
        (
            r#"{"id":"1","content":{"title":"甲","text":"乙\n丙","author":"丁"}}"#,
            "甲|乙/丙||丁|",
            "",
        ),
        (r#"{"title":"甲","content":{"html":"<p>乙</p><p>丙</p>"}}"#, "甲|乙/丙|||", ""),
        (
            r#"{"title":"甲","summary":"摘要","data":{"article":{"title":"別","content":"乙"}}}"#,
            "甲|乙|||",
            "data.article.title:1 summary:1",
        ),
        (
            r#"{"title":{"rendered":"甲"},"content":{"rendered":"<p>乙</p><p>丙</p>","protected":false}}"#,
            "甲|乙/丙|||",
            "content.protected:1",
        ),
        (
            r#"{"title":{"text":"甲","sub":"副"},"text":{"zh":"乙","en":"B"},"author":[{"name":"丁","id":3},{"name":"戊","id":4}]}"#,
            "甲|乙||丁、戊|",
            "title.sub:1 text.en:1 author.id:1",
        ),
        (
            r#"{"title":"甲","content":[{"title":"小題","text":"乙"},{"type":"image","url":"x"}]}"#,
            "甲|乙|||",
            "content.title:1 content.type:1 content.url:1",
        ),
    ] {
        let (articles, report) = read("a.jsonl", line);
        assert_eq!((&report.skipped, report.keys_of_wrong_type.len()), (&vec![], 0), "{line}");
        let article = &articles[0];
        let date = article.date.value.map(|_| "2024").unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let found = [
            article.title.clone(),
            article.paragraphs.join("/"),
            date.to_owned(),
            text(&article.author),
            text(&article.url),
        ];
        assert_eq!(found.join("|"), expected, "{line}");
        let mut keys: Vec<_> = expected_keys.split_whitespace().collect();
        keys.sort_unstable();
        let found_keys = unused(&report);
        let mut found_keys: Vec<_> = found_keys.split_whitespace().collect();
        found_keys.sort_unstable();
        assert_eq!(found_keys, keys, "{line}");
    }
}
