//! Values of dumps as programs, scrapers and people write them: dates with other words, names with
//! labels, lists written as one text, and words that stand for nothing.

#![allow(clippy::unwrap_used, missing_docs)]

use serde_json::{Value, json};
use wensou_ingest::{Article, Moment, Report};

use crate::dumps::read;

/// Reads one record with a title, a text and these further fields.
fn record(further: &Value) -> (Article, Report) {
    let mut fields = json!({"title": "央行宣布調整利率", "content": "市場普遍認為這將影響房市。"});
    let further = further.as_object().unwrap().clone();
    fields.as_object_mut().unwrap().extend(further);
    let (mut articles, report) = read("a.jsonl", fields.to_string());
    assert_eq!(report.skipped, [], "{fields}");
    (articles.remove(0), report)
}

fn date(article: &Article) -> String {
    match article.date.value {
        Some(Moment::Day(day)) => day.to_string(),
        Some(Moment::Time(time)) => time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Some(Moment::Month(day)) => day.strftime("%Y-%m").to_string(),
        Some(Moment::Year(day)) => day.strftime("%Y").to_string(),
        None => "none".to_owned(),
    }
}

fn wrong_types(report: &Report) -> Vec<&str> {
    report.keys_of_wrong_type.iter().map(|key| &*key.key).collect()
}

fn unused(report: &Report) -> Vec<&str> {
    report.unused_keys.iter().map(|key| &*key.key).collect()
}

#[test]
fn a_date_is_read_in_every_form_that_pages_have() {
    for (value, expected) in [
        (json!("2023年5月17日早上"), "2023-05-17"),
        (json!("2023年5月17日 午間"), "2023-05-17"),
        (json!("2023年5月17日晚9時許"), "2023-05-17 21:00:00"),
        (json!("2023-05-17T10"), "2023-05-17"),
        (json!("2023-05-17 10:20 +8"), "2023-05-17 10:20:00"),
        (json!("2023. 5. 17."), "2023-05-17"),
        (json!("2023-05-17_10-20-33"), "2023-05-17 10:20:33"),
        (json!("2023年5月中旬"), "2023-05"),
        (json!("2023-05-17 10:20 ~ 11:30"), "2023-05-17 10:20:00"),
        (json!("发布时间：2023-05-17 10:20"), "2023-05-17 10:20:00"),
        (json!("2023-05-17 来源：示例财经"), "2023-05-17"),
        (json!("2023-05-17 22:20 美东时间"), "2023-05-18 10:20:00"),
        (json!("北京时间2023年5月17日10:20"), "2023-05-17 10:20:00"),
        (json!("1987"), "1987"),
        (json!(1987), "1987"),
        (json!("1987-05"), "1987-05"),
    ] {
        let (article, report) = record(&json!({ "date": value }));
        assert_eq!((&*date(&article), report.unread_dates.len()), (expected, 0), "{value}");
    }
    for value in [json!("\\N"), json!("暂无"), json!("不详"), json!("NaT")] {
        let (article, report) = record(&json!({ "date": value }));
        assert_eq!((&*date(&article), report.unread_dates.len()), ("none", 0), "{value}");
    }
    for value in [json!("2023-05-17 至 2023-05-20"), json!("前天"), json!(45063)] {
        let (article, report) = record(&json!({ "date": value }));
        assert_eq!((&*date(&article), report.unread_dates.len()), ("none", 1), "{value}");
    }
}

#[test]
fn a_date_of_an_export_is_read_at_every_precision() {
    for (value, expected) in [
        ("1987", "1987"),
        ("1987-05", "1987-05"),
        ("1987-05-06", "1987-05-06"),
        ("1987-05-06T07:08:09", "1987-05-06 07:08:09"),
        ("1970-01-01T08:00:00", "1970-01-01 08:00:00"),
        ("soon", "none"),
    ] {
        let (article, report) = record(&json!({
            "title_origin": "Stated",
            "paragraphs": ["市場普遍認為。"],
            "span": {"start": 0, "end": 9},
            "date": {"value": value, "provenance": "stated", "evidence": "text"},
        }));
        let unread = usize::from(expected == "none");
        assert_eq!((&*date(&article), report.unread_dates.len()), (expected, unread), "{value}");
    }
}

#[test]
fn names_have_no_labels_and_lists_of_names_no_brackets() {
    for (fields, expected) in [
        (json!({"source": "来源：示例财经", "author": "作者：王小明"}), "王小明|示例财经|"),
        (json!({"author": "文/王小明", "editor": "责任编辑：李四光"}), "王小明||李四光"),
        (json!({"source": "稿源：示例财经 2023-05-17"}), "|示例财经|"),
        (json!({"author": "作者：王小明 编辑：李四光"}), "王小明||李四光"),
        (json!({"authors": "['王小明', '李四光']"}), "王小明、李四光||"),
        (json!({"authors": "{\"王小明\",\"李四光\"}"}), "王小明、李四光||"),
        (json!({"authors": "('王小明', '李四光')"}), "王小明、李四光||"),
        (json!({"authors": "[{\"name\":\"王小明\"}]"}), "王小明||"),
        (json!({"authors": ["作者：王小明", "李四光"]}), "王小明、李四光||"),
        (json!({"author": "[[王小明]]"}), "王小明||"),
        (json!({"source": "{'id': None, 'name': '示例财经'}"}), "|示例财经|"),
        (json!({"source": "不详", "author": "暂无", "editor": "无"}), "||"),
        (json!({"source": "[]", "author": "未知", "editor": ""}), "||"),
        (json!({"source": "示例财经（综合）", "author": "文思"}), "文思|示例财经（综合）|"),
    ] {
        let (article, _) = record(&fields);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let found = [text(&article.author), text(&article.source), text(&article.editor)];
        assert_eq!(found.join("|"), expected, "{fields}");
    }
    let (article, _) = record(&json!({"source": "稿源：示例财经 2023-05-17"}));
    assert_eq!(date(&article), "2023-05-17");
    let (article, _) =
        record(&json!({"source": "稿源：示例财经 2023-05-17", "date": "2023-05-18"}));
    assert_eq!(date(&article), "2023-05-18");
}

#[test]
fn an_address_is_no_source() {
    let (article, report) = record(&json!({"source": "https://e.org/1"}));
    assert_eq!((article.source, article.url.as_deref()), (None, Some("https://e.org/1")));
    assert_eq!(unused(&report), Vec::<&str>::new());
    let (article, report) = record(&json!({"source": "https://e.org/1", "url": "https://e.org/2"}));
    assert_eq!((article.source, article.url.as_deref()), (None, Some("https://e.org/2")));
    assert_eq!(unused(&report), ["source"]);
}

#[test]
fn numbers_are_no_names_and_tags_may_have_hashes() {
    let (article, report) = record(&json!({"author": 3, "categories": [5], "tags": [7]}));
    assert_eq!((article.author, article.category, article.tags.len()), (None, None, 0));
    let mut keys = wrong_types(&report);
    keys.sort_unstable();
    assert_eq!(keys, ["author", "categories", "tags"]);
    for tags in [
        json!("#比特币 #减半 #以太坊"),
        json!("#比特币##减半##以太坊#"),
        json!([["比特币", 0.31], ["减半", 0.2], ["以太坊", 0.1]]),
        json!("比特币,减半,暂无,以太坊"),
        json!("关键词：比特币、减半、以太坊"),
    ] {
        let (article, _) = record(&json!({ "tags": tags }));
        assert_eq!(article.tags, ["比特币", "减半", "以太坊"], "{tags}");
    }
}

#[test]
fn formatted_words_do_not_split_a_sentence() {
    let text =
        json!(["央行", {"type": "bold", "text": "昨日"}, "宣布調整利率。\n\n市場已有預期。"]);
    let (articles, _) = read("a.jsonl", json!({"title": "甲", "text": text}).to_string());
    assert_eq!(articles[0].paragraphs, ["央行昨日宣布調整利率。", "市場已有預期。"]);
}

#[test]
fn lines_before_a_header_and_repeated_headers_are_no_rows() {
    let text = "市場普遍認為這將影響房市。";
    for (name, table) in [
        ("a.csv", format!("sep=;\ntitle;content\n甲;{text}\n乙;{text}\n")),
        ("a.csv", format!("# 2024, exported\ntitle,content\n甲,{text}\n乙,{text}\n")),
        ("a.csv", format!("title,content\n甲,{text}\ntitle,content\n乙,{text}\n")),
        ("a.tsv", format!("title\tcontent\n甲\t{text}\ntitle\tcontent\n乙\t{text}\n")),
    ] {
        let (articles, report) = read(name, &table);
        assert_eq!(report.skipped, [], "{table}");
        let titles: Vec<&str> = articles.iter().map(|article| &*article.title).collect();
        assert_eq!(titles, ["甲", "乙"], "{table}");
        let span = articles[1].span.start as usize..articles[1].span.end as usize;
        assert!(table[span].starts_with('乙'), "{table}");
    }
}

#[test]
fn dumps_that_were_joined_have_byte_order_marks_between_them() {
    let line = |title| json!({"title": title, "content": "市場普遍認為。"}).to_string();
    let text = format!("\u{feff}{}\n\u{feff}{}\n", line("甲"), line("乙"));
    let (articles, report) = read("a.jsonl", &text);
    assert_eq!((articles.len(), report.skipped), (2, vec![]));
    let span = articles[1].span.start as usize..articles[1].span.end as usize;
    assert!(text[span].starts_with('{'));
}

#[test]
fn lines_with_a_separator_of_their_own_are_records() {
    let text = "655_!_101_!_news_culture_!_京城最值得你來場文化之旅的博物館_!_保利集團,馬未都\n\
                656_!_101_!_news_culture_!_發酵床的墊料種類有哪些: 答案_!_\n";
    let (articles, report) = read("a.txt", text);
    assert_eq!(report.skipped, []);
    let found: Vec<_> = articles
        .iter()
        .map(|article| (&*article.id, &*article.title, article.category.as_deref()))
        .collect();
    let category = Some("news_culture");
    assert_eq!(
        found,
        [
            ("655", "京城最值得你來場文化之旅的博物館", category),
            ("656", "發酵床的墊料種類有哪些: 答案", category)
        ]
    );
    assert_eq!(articles[0].tags, ["保利集團", "馬未都"]);
}

#[test]
fn front_matter_of_clippers_is_understood() {
    let page = "---\ntitle: 央行宣布調整利率\nsource: https://e.org/1\nauthor:\n  - \"[[王小明]]\"\n\
                published: 2023-05-17\n---\n市場普遍認為這將影響房市。\n";
    for page in [page.to_owned(), page.replace("\n  - \"[[王小明]]\"", " [[王小明]]")] {
        let (articles, _) = read("a.md", &page);
        let article = &articles[0];
        assert_eq!(article.author.as_deref(), Some("王小明"), "{page}");
        assert_eq!((&article.source, article.url.as_deref()), (&None, Some("https://e.org/1")));
    }
}
