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
