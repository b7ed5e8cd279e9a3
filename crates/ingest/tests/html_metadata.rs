//! What HTML pages state about their article in the head, in attributes and in scripts, and which
//! heading is its title; through `parse_page`.

use jiff::civil::datetime;
use wensou_ingest::{DateOrigin, DateProvenance, Moment, Page};

use crate::html_pages::{BODY, body_html, read};

const TIME: Moment = Moment::Time(datetime(2021, 5, 6, 10, 22, 0, 0));

/// A page with this head, and with `top` above its text and `end` below it.
fn page(head: &str, top: &str, end: &str) -> Page {
    read(&format!(
        "<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body>{top}\
         <div class=content>{}</div>{end}</body></html>",
        body_html()
    ))
}

#[test]
fn dates_of_events_are_not_the_date_of_the_page() {
    for line in [
        "报名截止时间：2021-06-30",
        "講座時間：2021年6月18日 14:30",
        "投稿截止时间：2021-06-30",
        "新闻发布会时间：2021-06-30",
        "开庭：2021-06-30",
        "开奖日期 2021-06-30",
        "首映：2021-06-30",
        "申购期限：2021-06-30",
        "股权登记日：2021-06-30",
    ] {
        let found = page(
            "<title>江城的一则公告</title>",
            &format!("<h1>江城的一则公告</h1><div>{line}</div>"),
            "",
        );
        assert_eq!(found.article.date.value, None, "{line}");
        let html = format!(
            "<title>江城的一则公告</title><h1>江城的一则公告</h1><div><p>{line}</p>{}</div>",
            body_html()
        );
        assert_eq!(read(&html).article.date.value, None, "{line}");
        let top = format!("<h1>江城的一则公告</h1><div>{line}</div><div>2021-05-06 10:22</div>");
        let found = page("<title>江城的一则公告</title>", &top, "");
        assert_eq!(found.article.date.value, Some(TIME), "{line}");
    }
    for line in [
        "编发时间：",
        "本站首发时间：",
        "新闻发布时间：",
        "稿件录入日期：",
        "见报时间：",
        "北京时间：",
    ] {
        let top = format!("<h1>江城的一则公告</h1><div>{line}2021-05-06 10:22</div>");
        let found = page("<title>江城的一则公告</title>", &top, "");
        assert_eq!(found.article.date.value, Some(TIME), "{line}");
    }
}
