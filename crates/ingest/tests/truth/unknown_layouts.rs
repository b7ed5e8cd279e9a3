//! Articles that `make_archive.py` makes, put into layouts of sites that the parser does not know,
//! with title, byline and date in many forms.

use serde_json::Value;
use wensou_ingest::{CorpusStatistics, DateProvenance, Markup, Moment, TitleOrigin, parse_page};

use super::make_archive;

/// The layouts: `{T}` is the title, `{S}` the source, `{A}` the author or, where there is none, the
/// editor, `{B}` the body. Each states 2024-03-04 10:05 in the archive's time zone.
const LAYOUTS: [&str; 22] = [
    "{T}\n\n2024-03-04 10:05 來源:{S}\n\n{B}",
    "{T}\n來源:{S}\n作者:{A}\n發布時間:2024/3/4 10:05:00\n{B}",
    "{T}\n\n作者：{A} | 來源：{S} | 2024年3月4日 10:05 | 閱讀 1024\n\n{B}",
    "{T}\n\n記者 {A} 2024年03月04日10:05\n\n來源/{S}\n\n{B}",
    "{T}\n\nPublished: March 4, 2024 10:05 AM\n\n文 | {A}\n\n稿源:{S}\n\n{B}",
    "首頁 > 財經 > 正文\n{T}\n[2024-03-04 10:05:00] 來源:{S} 編輯:{A} 點擊量:12\n評論 點擊收藏\n{B}",
    "正在閱讀:\n{T}\n掃一掃下載示例APP\n{T}\n2024-03-04T02:05:00Z\n本文來源:{S}\n{B}",
    "標題:{T}\n作者:{A}\n來源:{S}\n時間:2024-03-04 10:05\n\n{B}",
    "{T}\n\n采寫/{A}\n\n編輯/ {A}\n\n出處：{S}\n\n民國113年3月4日 上午10:05\n\n{B}",
    "{T}\n\n來源:{S}  2024-03-04 10:05\n\n{T}\n\n{B}",
    "{T}\n\n二〇二四年三月四日 十時五分\n\n轉自:{S}\n\n{B}",
    "2024-03-04 10:05\n\n來源：{S}\n\n{T}\n\n{B}",
    "廣告\n{T}\n发布于 2024-03-04 10:05　来源：{S}\n分享到: 微信 微博\n{B}",
    "{T}\n\n撰文:{A}\n翻譯 & 校對:李四\n神秘欄:甲\n來源:{S}\nMon, 04 Mar 2024 02:05:00 GMT\n\n{B}",
    "{T}\n\n3/4/2024 10:05:00 AM\n\n來源:{S}\n\n{B}",
    "{T}\n\nMon Mar 4 10:05:00 2024\n\n原文來源:{S}\n\n{B}",
    "{T}\n\n(記者 {A})\n\n2024.03.04 10:05\n\n文章來源：{S}\n\n{B}",
    "{T}\n\n更新時間:2024-03-05 11:00 發布時間:2024-03-04 10:05 來源:{S}\n\n{B}",
    "{T}\n\n２０２４年３月４日　１０：０５　來源：{S}\n\n{B}",
    "{T}\n\n202403041005\n\n來源:{S}\n\n{B}",
    "{T}\n{A} · 2024-03-04 10:05 · 3人評論\n來源｜{S}\n{B}",
    "{T}\n\nTime: 1709517900\n\n信息來源：{S}\n\n{B}",
];

/// The least percentage of the articles of a layout in which each value must be right.
const MIN_RIGHT_PERCENT: usize = 97;

/// The greatest percentage of the pages without title and byline in which a title or a value of a
/// byline may be found.
const MAX_MISTAKEN_PERCENT: usize = 2;

/// The maximum number of articles with mistakes that a failure shows.
const MAX_SHOWN: usize = 12;

/// The paragraphs of an article according to the truth.
fn paragraphs(truth: &Value) -> Vec<&str> {
    let paragraphs = truth["paragraphs"].as_array();
    paragraphs.map_or_else(Vec::new, |all| all.iter().filter_map(Value::as_str).collect())
}

#[test]
fn articles_are_found_in_layouts_of_other_sites() {
    let Some(archive) = make_archive::make(120, &["--seed", "31"]) else { return };
    let pages: Vec<Value> =
        archive.truth.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let time = jiff::civil::datetime(2024, 3, 4, 10, 5, 0, 0);
    let mut mistakes = Vec::new();
    for layout in LAYOUTS {
        // The number of articles; and how many of them have the right title, source, author, date
        // and body.
        let (mut count, mut right) = (0, [0; 5]);
        for truth in &pages {
            let value = |key: &str| truth[key].as_str().unwrap_or_default();
            let (title, source) = (value("title"), value("source"));
            let body = paragraphs(truth);
            // Every layout has a source to fill in. If the body began with the title, the parser
            // would drop that paragraph: it takes it for the title once more.
            if source.is_empty() || body.first() == Some(&title) {
                continue;
            }
            count += 1;
            let text = layout
                .replace("{T}", title)
                .replace("{S}", source)
                .replace("{A}", "王小明")
                .replace("{B}", &body.join("\n\n"));
            let statistics = CorpusStatistics::from_pages([(text.as_str(), Markup::Text)]);
            let page = parse_page(&text, Markup::Text, &statistics);
            let author = page.article.author.as_deref().or(page.article.editor.as_deref());
            let is_stated = matches!(page.article.date.provenance, DateProvenance::Stated(_));
            let trimmed: Vec<&str> = body.iter().map(|paragraph| paragraph.trim()).collect();
            let checks = [
                page.article.title == title && page.article.title_origin == TitleOrigin::Stated,
                page.article.source.as_deref() == Some(source),
                author == layout.contains("{A}").then_some("王小明"),
                is_stated && page.article.date.value == Some(Moment::Time(time)),
                page.article.paragraphs == trimmed,
            ];
            for (right, is_right) in right.iter_mut().zip(checks) {
                *right += usize::from(is_right);
            }
            if checks.contains(&false) && mistakes.len() < MAX_SHOWN {
                mistakes.push(format!(
                    "{layout}: {checks:?}\n  {title}, {source}\n  {}, {:?}, {author:?}, {:?}, {:?}",
                    page.article.title,
                    page.article.source,
                    page.article.date,
                    page.article.paragraphs.first(),
                ));
            }
        }
        println!("{right:?} of {count}: {layout:?}");
        for (right, part) in right.iter().zip(["title", "source", "author", "date", "body"]) {
            let mistakes = mistakes.join("\n");
            let is_enough = *right >= count * MIN_RIGHT_PERCENT / 100;
            assert!(is_enough, "{layout}: {part} {right} of {count}\n{mistakes}");
        }
    }
}

/// In pages without title and byline, hardly any text is taken for a title or a byline.
#[test]
fn hardly_anything_is_found_in_text_without_title_and_byline() {
    let Some(archive) = make_archive::make(400, &["--seed", "32"]) else { return };
    let (mut count, mut mistaken) = (0, Vec::new());
    for line in archive.truth.lines() {
        let truth: Value = serde_json::from_str(line).unwrap();
        let text = paragraphs(&truth).join("\n");
        let statistics = CorpusStatistics::from_pages([(text.as_str(), Markup::Text)]);
        let page = parse_page(&text, Markup::Text, &statistics);
        count += 1;
        let found = [
            &page.article.author,
            &page.article.source,
            &page.article.editor,
            &page.article.translator,
            &page.notes.unread_date,
        ];
        let is_stated = matches!(page.article.date.provenance, DateProvenance::Stated(_));
        let has_title = page.article.title_origin == TitleOrigin::Stated;
        if found.iter().any(|value| value.is_some()) || is_stated || has_title {
            mistaken.push(format!(
                "{found:?} {:?} {} {has_title}\n{:.200}",
                page.article.date, page.article.title, text
            ));
        }
    }
    let number = mistaken.len();
    println!("{number} of {count} pages state something");
    let is_rare = number * 100 <= count * MAX_MISTAKEN_PERCENT;
    assert!(is_rare, "{number} of {count}\n{}", mistaken.join("\n"));
}
