//! Records in JSON that other objects wrap: all of them are read, or what is not read is named.

#![allow(clippy::unwrap_used, missing_docs)]

use wensou_ingest::{Article, Report};

use crate::dumps::read;

fn titles(articles: &[Article]) -> String {
    articles.iter().map(|article| &*article.title).collect()
}

fn unused(report: &Report) -> String {
    let keys = report.unused_keys.iter().map(|key| format!("{}:{}", key.key, key.count));
    keys.collect::<Vec<_>>().join(" ")
}

fn record(title: &str) -> String {
    format!(r#"{{"title":"{title}","content":"央行{title}段的正文。"}}"#)
}

#[test]
fn all_records_in_wrappers_are_read_and_other_keys_are_named() {
    let [a, b, c] = ["甲", "乙", "丙"].map(record);
    let answer = |record: &str| format!(r#"{{"code":0,"message":"成功","data":[{record}]}}"#);
    let (one, two) = (answer(&a), answer(&b));
    for (name, text, expected_titles, expected_keys) in [
        ("a.json", format!("{one}\n{two}\n"), "甲乙", "code:2 message:2"),
        ("a.jsonl", format!("{one}\n{two}\n"), "甲乙", "code:2 message:2"),
        ("a.json", format!("[{one},{two}]"), "甲乙", "code:2 message:2"),
        ("a.json", format!(r#"{{"articles":[{a}],"news":[{b}]}}"#), "甲乙", ""),
        ("a.json", format!(r#"{{"top":{a},"articles":[{b}]}}"#), "甲乙", ""),
        ("a.json", format!(r#"{{"items":[{a}],"next":null,"related":[{b}]}}"#), "甲乙", ""),
        (
            "a.json",
            format!(r#"{{"items":[{a}],"facets":[{{"name":"x"}}],"tags":["x"],"next":"y"}}"#),
            "甲",
            "facets:1 next:1 tags:1",
        ),
        (
            "a.json",
            format!(r#"{{"data":{{"headline":{a},"list":[{b}],"total":9}},"more":[{c}]}}"#),
            "甲乙丙",
            "total:1",
        ),
        (
            "a.json",
            format!(r#"[{{"page":1,"items":[{a},{b}]}},{{"page":2,"items":[{c}]}}]"#),
            "甲乙丙",
            "page:2",
        ),
        ("a.json", format!(r#"{{"2024-03-04":[{a}],"2024-03-05":[{b}]}}"#), "甲乙", ""),
        ("a.json", format!("{{\n\"k1\":{a},\n\"k2\":{b}}}"), "甲乙", ""),
        (
            "a.json",
            format!(r#"{{"took":1,"hits":{{"hits":[{{"_id":"7","_source":{a}}}]}},"aggs":{{}}}}"#),
            "甲",
            "took:1",
        ),
        // An article whose text has parts does not wrap records.
        (
            "a.json",
            "{\n\"title\":\"甲\",\n\"content\":[{\"type\":\"text\",\"text\":\"正文。\"}]}"
                .to_owned(),
            "甲",
            "content.type:1",
        ),
        (
            "a.jsonl",
            format!(r#"{{"title":"甲","summary":"摘要","related":[{b}]}}"#),
            "甲",
            "related:1",
        ),
    ] {
        let (articles, report) = read(name, &text);
        assert_eq!(report.skipped, [], "{name} {text}");
        assert_eq!(titles(&articles), expected_titles, "{name} {text}");
        assert_eq!(unused(&report), expected_keys, "{name} {text}");
        for article in &articles {
            let span = article.span.start as usize..article.span.end as usize;
            assert!(text[span].contains(&article.title), "{name} {text}");
        }
    }
    let broken = format!(r#"{{"data":[{a},{{"title":"乙"}},7],"x":{{"y":1}}}}"#);
    let (articles, report) = read("a.json", &broken);
    assert_eq!((&*titles(&articles), &*unused(&report)), ("甲乙", "x:1"));
    assert_eq!(report.skipped.len(), 1, "{:?}", report.skipped);
}

#[test]
fn records_are_read_from_the_wrappers_of_many_programs() {
    let [a, b] = ["甲", "乙"].map(record);
    for (text, expected_titles, expected_keys) in [
        (
            format!(r#"{{"features":[{{"name":"x"}}],"rows":[{{"row_idx":0,"row":{a}}},{{"row_idx":1,"row":{b}}}]}}"#),
            "甲乙",
            "features:1 row_idx:2",
        ),
        (
            format!(r#"{{"data":{{"posts":{{"edges":[{{"node":{a}}},{{"node":{b}}}]}}}}}}"#),
            "甲乙",
            "",
        ),
        (
            format!(r#"{{"db":[{{"meta":{{"v":5}},"data":{{"posts":[{a},{b}],"tags":[{{"id":"t"}}]}}}}]}}"#),
            "甲乙",
            "meta:1 tags:1",
        ),
        (
            format!(r#"{{"schema":{{"fields":[{{"f":1}}]}},"payload":{{"before":null,"after":{a},"source":{{"name":"x"}},"op":"c"}}}}"#),
            "甲",
            "",
        ),
        (format!(r#"{{"before":{b},"after":{a},"op":"u"}}"#), "甲", ""),
        (format!(r#"{{"value":{a}}}"#), "甲", ""),
        (format!(r#"{{"id":"7","timestamp":"2024-01-01","_source":{a}}}"#), "甲", ""),
        (
            r#"{"title":{"0":"甲","1":"乙"},"content":{"0":"正文一。","1":"正文二。"},"date":{"0":1684290036000,"1":null}}"#
                .to_owned(),
            "甲乙",
            "",
        ),
        (
            r#"{"columns":["title","content"],"index":[0,1],"data":[["甲","正文一。"],["乙","正文二。"]]}"#
                .to_owned(),
            "甲乙",
            "",
        ),
    ] {
        for name in ["a.json", "a.jsonl"] {
            let (articles, report) = read(name, &text);
            assert_eq!(report.skipped, [], "{name} {text}");
            assert_eq!(titles(&articles), expected_titles, "{name} {text}");
            assert_eq!(unused(&report), expected_keys, "{name} {text}");
        }
    }
}

#[test]
fn the_object_with_the_text_takes_precedence_over_the_objects_around_it() {
    let article = r#""title":"甲","text":"正文。""#;
    for (line, expected) in [
        (
            format!(
                r#"{{"id":"r","createdTime":"2024-01-01T00:00:00Z","fields":{{{article},"date":"2023-05-17"}}}}"#
            ),
            "r|2023-05-17||",
        ),
        (
            format!(
                r#"{{"created_at":"2024-01-01","article":{{{article},"publish_time":"2023-05-17"}}}}"#
            ),
            "|2023-05-17||",
        ),
        (
            format!(r#"{{"time":"2024-01-01","data":{{{article},"time":"2023-05-17"}}}}"#),
            "|2023-05-17||",
        ),
        (
            format!(
                r#"{{"author":"crawler01","source":"spider","doc":{{{article},"author":"王小明","source":"示例财经"}}}}"#
            ),
            "||王小明|示例财经",
        ),
        (
            format!(
                r#"{{"time":"2024-01-01","data":{{"time":"2023-05-17","article":{{{article}}}}}}}"#
            ),
            "|2023-05-17||",
        ),
        // What only the outer object says is true of the article.
        (
            format!(r#"{{"source":"示例财经","pub_date":"2023-05-17","doc":{{{article}}}}}"#),
            "|2023-05-17||示例财经",
        ),
    ] {
        let (articles, report) = read("a.jsonl", &line);
        assert_eq!(report.skipped, [], "{line}");
        let article = &articles[0];
        let date = article.date.value.map(|moment| match moment {
            wensou_ingest::Moment::Day(day) => day.to_string(),
            other => format!("{other:?}"),
        });
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let id = if article.id.len() == 1 { &*article.id } else { "" };
        let found = [id.to_owned(), text(&date), text(&article.author), text(&article.source)];
        assert_eq!(found.join("|"), expected, "{line}");
    }
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

#[test]
fn an_object_beside_an_article_is_no_article() {
    for (name, text, expected) in [
        // Highlights, and the document that a view of a database emits.
        (
            "a.jsonl",
            r#"{"_index":"n","_id":"7","_source":{"id":3,"title":"甲","content":"正文。"},"highlight":{"title":["<em>甲</em>"],"content":["<em>正文</em>"]}}"#,
            "7:甲:正文。",
        ),
        (
            "a.jsonl",
            r#"{"id":"8","key":"k","value":{"title":"甲","content":"正文。"},"doc":{"title":"甲","content":"正文。"}}"#,
            "8:甲:正文。",
        ),
        // The page is not the article.
        (
            "a.jsonl",
            r#"{"id":9,"title":"甲","content":"正文。","page":{"id":5,"title":"國際"}}"#,
            "9:甲:正文。",
        ),
        // The status of an answer is not the text.
        (
            "a.json",
            r#"{"id":6,"code":0,"message":"success","data":{"title":"甲","content":"正文。"}}"#,
            "6:甲:正文。",
        ),
    ] {
        let (articles, _) = read(name, text.as_bytes());
        let found: Vec<String> = articles
            .iter()
            .map(|article| {
                format!("{}:{}:{}", article.id, article.title, article.paragraphs.concat())
            })
            .collect();
        assert_eq!(found, [expected], "{text}");
    }
}
