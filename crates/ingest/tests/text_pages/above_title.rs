//! Lines beside a title that are none: separators, numbers of pages, addresses; and titles that are
//! marked as headings.

use super::*;

#[test]
fn separators_numbers_and_addresses_above_a_title_are_no_titles() {
    let wanted = "title=測試標題 source=示例網 date=2024-03-04";
    let block = "測試標題⏎2024-03-04 來源：示例網⏎⏎P";
    let pages: Vec<(String, &str)> = [
        "==============",
        "----------",
        "**********",
        "★★★★★",
        "* * *",
        "————————",
        "■□■□■□",
        "1/3",
        "(1/3)",
        "- 1 -",
        "12",
        "000014349/2023-00012",
        "第1页",
        "第 1 頁 / 共 3 頁",
        "Page 1 of 3",
        "1/3⏎==========",
    ]
    .iter()
    .map(|above| (format!("{above}⏎{block}"), wanted))
    .collect();
    let pages: Vec<(&str, &str)> = pages.iter().map(|(text, wanted)| (&**text, *wanted)).collect();
    assert_stated(&pages);
    assert_stated(&[
        (
            &format!("https://news.example.com/a.html⏎{block}"),
            "title=測試標題 source=示例網 url=https://news.example.com/a.html date=2024-03-04",
        ),
        (
            &format!("https://news.example.com/a.html⏎==========⏎1/3⏎{block}"),
            "title=測試標題 source=示例網 url=https://news.example.com/a.html date=2024-03-04",
        ),
        (&format!("www.example.com/a.html⏎{block}"), wanted),
        ("100天⏎2024-03-04⏎P", "title=100天 date=2024-03-04"),
    ]);
}

#[test]
fn a_list_of_addresses_is_text() {
    let text = "https://a.b/a.html⏎https://a.b/b.html⏎https://a.b/c.html";
    let page = page(text);
    assert_eq!((stated(&page).as_str(), page.article.paragraphs.join("⏎").as_str()), ("", text));
}

#[test]
fn separators_around_a_byline_are_no_text() {
    assert_stated(&[
        (
            "==========⏎測試標題⏎==========⏎2024-03-04 | 示例財經⏎----------⏎P",
            "title=測試標題 source=示例財經 date=2024-03-04",
        ),
        ("----------⏎測試標題⏎----------⏎2024-03-04⏎⏎P", "title=測試標題 date=2024-03-04"),
        ("測試標題⏎第1页⏎2024-03-04⏎P", "title=測試標題 date=2024-03-04"),
    ]);
}

#[test]
fn headings_in_the_way_of_markdown_are_titles_without_their_marks() {
    assert_stated(&[
        ("# 測試標題⏎⏎P", "title=測試標題"),
        ("# 測試標題⏎2024-03-04⏎⏎P", "title=測試標題 date=2024-03-04"),
        ("## 測試標題⏎2024-03-04⏎⏎P", "title=測試標題 date=2024-03-04"),
        ("測試標題⏎======⏎⏎P", "title=測試標題"),
        ("測試標題⏎------⏎⏎P", "title=測試標題"),
        ("測試標題⏎==========⏎⏎2024-03-04⏎⏎P", "title=測試標題 date=2024-03-04"),
    ]);
    let page = page("#測試話題 說完了⏎⏎P");
    assert_eq!((stated(&page), page.article.paragraphs.len()), (String::new(), 3));
}

#[test]
fn the_links_of_a_text_browser_are_left_out() {
    let text = "   #[1]示例網 RSS⏎⏎   [2]首頁 [3]新聞 [4]財經⏎⏎測試標題⏎⏎   \
        2024-03-04 10:00  來源: [5]示例財經⏎⏎P⏎⏎References⏎⏎   1. https://a.b/rss⏎   \
        2. https://a.b/⏎   3. https://a.b/n⏎   4. https://a.b/f⏎   5. https://a.b/s";
    let text = text.replace("⏎P⏎", &format!("⏎{P}⏎"));
    assert_stated(&[(&text, "title=測試標題 source=示例財經 date=2024-03-04 10:00:00")]);
}
