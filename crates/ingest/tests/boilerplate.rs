//! Lines that recur over the pages of a site are left out of the text of these pages, and nothing
//! else is.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use wensou_ingest::{Article, FlashItem, Options, Record, Report, Silent, ingest};

/// The sentences of a page. No two pages share one.
fn sentences(number: usize) -> [String; 3] {
    [
        format!("第{number}號礦池昨天宣佈,它的算力在一週之內增加了{}個百分點。", number * 7),
        format!("負責人{number}說,新的機器已經全部裝好,下一步是降低電費。"),
        format!("分析師認為,這對{number}號礦池的用戶來說是一個好消息,但是風險仍然存在。"),
    ]
}

/// The line of a menu for the item with this number. No two items with numbers below 150 have the
/// same line.
fn menu_line(item: usize) -> String {
    format!(
        "{}{}",
        ["財經", "科技", "行情", "礦業", "專欄"][item % 5],
        ["要聞", "導航", "排行"][item % 3]
    ) + &"〇一二三四五六七八九".chars().nth(item / 15).unwrap().to_string()
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn read_with_threads(threads: usize, dir: &Path) -> (Vec<Article>, Vec<FlashItem>, Report) {
    let mut options = Options::default();
    options.threads = threads;
    let (mut articles, mut flashes) = (Vec::new(), Vec::new());
    let report = ingest(&[dir.to_owned()], &options, &Silent, &mut |record| {
        match record {
            Record::Article(article) => articles.push(article),
            Record::Flash(flash) => flashes.push(flash),
        }
        Ok::<(), std::convert::Infallible>(())
    })
    .unwrap();
    (articles, flashes, report)
}

/// Writes a site of `pages` pages, each made by `page` from its number, and reads it with one
/// thread and with four.
fn read_site(
    pages: usize,
    page: impl Fn(usize) -> String,
) -> (Vec<Article>, Vec<FlashItem>, Report) {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..pages {
        write(dir.path(), &format!("{number:03}.txt"), &page(number));
    }
    let with_one_thread = read_with_threads(1, dir.path());
    assert_eq!(with_one_thread, read_with_threads(4, dir.path()), "threads do not matter");
    with_one_thread
}

const FOOTER: [&str; 3] = [
    "關於我們 | 聯繫我們 | 廣告服務 | 加入我們",
    "Copyright © 2014-2024 示例網 All Rights Reserved 京ICP備12345678號",
    "免責聲明:本站文章僅代表作者個人觀點,不構成投資建議。",
];

#[test]
fn sixty_menu_lines_and_three_footer_lines_are_left_out() {
    let (articles, _, report) = read_site(40, |number| {
        let menu: Vec<String> = (0..60).map(menu_line).collect();
        let body = sentences(number).join("\n\n");
        format!("{}\n測試標題之{number}\n\n{body}\n\n{}\n", menu.join("\n"), FOOTER.join("\n"))
    });
    // 60 lines of the menu and 3 of the footer in each of 40 pages.
    assert_eq!(report.boilerplate_lines, 40 * 63);
    for (number, article) in articles.iter().enumerate() {
        assert_eq!(article.title, format!("測試標題之{number}"));
        let text = article.paragraphs.join("\n");
        assert!(text.ends_with(&sentences(number).join("\n")), "{text}");
        assert!(
            !text.contains("要聞") && !text.contains("聯繫我們") && !text.contains("本站"),
            "{text}"
        );
    }
}

#[test]
fn menus_of_sections_are_left_out_like_the_menu_of_the_site() {
    let (articles, _, _) = read_site(60, |number| {
        let section = number % 4;
        let menu_of_section: Vec<String> = (0..6)
            .map(|item| {
                format!(
                    "第{}欄{}",
                    ["甲", "乙", "丙", "丁"][section],
                    ["一", "二", "三", "四", "五", "六"][item]
                )
            })
            .collect();
        let menu_of_site: Vec<String> = (0..12).map(menu_line).collect();
        format!(
            "{}\n{}\n{}\n",
            menu_of_site.join("\n"),
            menu_of_section.join("\n"),
            sentences(number).join("\n")
        )
    });
    for (number, article) in articles.iter().enumerate() {
        assert_eq!(article.paragraphs, sentences(number));
    }
}

#[test]
fn advertisements_and_counters_within_the_text_are_left_out() {
    let (articles, _, _) = read_site(20, |number| {
        let [one, two, three] = sentences(number);
        format!(
            "{one}\n\n點擊下載示例APP\n\n{two}\n\n閱讀:{} 評論:{}\n\n{three}\n",
            number * 31,
            number % 3
        )
    });
    for (number, article) in articles.iter().enumerate() {
        assert_eq!(article.paragraphs, sentences(number));
    }
}

#[test]
fn html_pages_of_a_site_lose_their_menu() {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..20 {
        let menu: String = (0..60).map(|item| format!("<div>{}</div>", menu_line(item))).collect();
        let body: String = sentences(number).iter().map(|text| format!("<p>{text}</p>")).collect();
        let page = format!(
            "<html><head><title>測試標題之{number}</title></head><body>{menu}<h1>測試標題之{number}</h1>{body}<div>{}</div></body></html>",
            FOOTER[1]
        );
        write(dir.path(), &format!("{number:03}.html"), &page);
    }
    for (number, article) in read_with_threads(1, dir.path()).0.iter().enumerate() {
        let text = article.paragraphs.join("\n");
        assert!(text.ends_with(&sentences(number).join("\n")), "{text}");
        assert!(!text.contains("要聞"), "{text}");
    }
}

#[test]
fn pages_with_the_same_header_or_in_the_same_folder_are_a_site() {
    let dir = tempfile::tempdir().unwrap();
    let page = |number: usize, header: &str| {
        format!("{header}{}\n\n收藏本頁\n返回頂部\n", sentences(number).join("\n\n"))
    };
    // `shared`: one site, by its header, in many folders. `single`: a site of one page in each
    // folder. `folder`: one site, by its folder.
    for number in 0..20 {
        let header = "示例財經 示例財經\nCtrl+D 示例財經\n首頁 > 比特幣 > Info\n";
        write(dir.path(), &format!("shared/{number}/1.txt"), &page(number, header));
        write(dir.path(), &format!("single/{number}/1.txt"), &page(number, ""));
        write(dir.path(), &format!("folder/{number}.txt"), &page(number, ""));
    }
    for article in read_with_threads(2, dir.path()).0 {
        let text = article.paragraphs.join("\n");
        assert_eq!(text.contains("返回頂部"), article.path.contains("single"), "{}", article.path);
    }
}

#[test]
fn lines_of_a_site_with_few_pages_stay() {
    // Fewer than eight pages do not show which lines recur.
    for pages in [1, 2, 3, 7] {
        let (articles, _, report) = read_site(pages, |number| {
            format!("{}\n返回頂部\n收藏本頁\n", sentences(number).join("\n"))
        });
        assert_eq!(report.boilerplate_lines, 0);
        assert!(articles.iter().all(|article| article.paragraphs.contains(&"返回頂部".to_owned())));
    }
}

#[test]
fn headings_quotes_and_phrases_that_articles_repeat_stay() {
    let shared_quote = "“我們已經擺脫了風險,并將繼續前進。”";
    let (articles, _, report) = read_site(60, |number| {
        let [one, two, three] = sentences(number);
        let heading = ["01", "結語", "一、背景"][number % 3];
        let quote =
            if number % 2 == 0 { shared_quote } else { "這一頁沒有引文,只有這句話。" };
        format!(
            "比特幣今天上漲。\n\n{one}\n\n{heading}\n\n{two}\n\n{quote}\n\n{three}\n\n記者會繼續關心這件事。\n"
        )
    });
    assert_eq!(report.boilerplate_lines, 0);
    // Three sentences, a heading, a quote, and the first and the last line.
    assert!(articles.iter().all(|article| article.paragraphs.len() == 7));
}

#[test]
fn flash_items_stay_however_often_they_occur() {
    let item = "某幣突破新高:據官方消息,某幣今日突破新高。\n\n市場反應熱烈\n\n負責人沒有回應[2023/3/14 13:02:32]";
    let (articles, flashes, report) = read_site(40, |number| {
        let [one, two, three] = sentences(number);
        format!("{one}\n\n{two}\n\n{item}\n\n{three}\n")
    });
    assert_eq!((flashes.len(), report.flash_occurrences, report.boilerplate_lines), (1, 40, 0));
    assert_eq!(flashes[0].text.lines().count(), 3);
    for (number, article) in articles.iter().enumerate() {
        assert_eq!(article.paragraphs, sentences(number));
    }
}

#[test]
fn copies_of_an_article_keep_all_its_lines() {
    let (articles, _, report) = read_site(45, |number| {
        // The first 35 pages are copies of one article. Of all pages, those with even numbers have
        // a subheading before their text.
        let body = sentences(if number < 35 { 0 } else { number });
        let heading = if number % 2 == 0 { "小標題\n\n" } else { "" };
        format!("轉自{}\n\n{heading}{}\n", number % 7, body.join("\n\n"))
    });
    assert_eq!(report.boilerplate_lines, 0);
    assert!(articles.iter().all(|article| article.paragraphs.len() >= 4));
}

#[test]
fn a_page_without_a_sentence_keeps_its_lines() {
    let (articles, _, _) = read_site(40, |number| {
        if number == 39 {
            "財經要聞\n返回頂部\n收藏本頁\n".to_owned()
        } else {
            format!("財經要聞\n{}\n返回頂部\n收藏本頁\n", sentences(number).join("\n"))
        }
    });
    let paragraphs = |number: usize| &articles[number].paragraphs;
    assert_eq!(paragraphs(0), &sentences(0));
    assert_eq!(paragraphs(39).len(), 3);
}
