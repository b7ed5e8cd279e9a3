//! Titles, bylines and dates of text pages, in layouts of other sites and below the header of the
//! known layout.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used)]

mod above_title;
mod messages;
mod no_byline;
mod records;
mod sites;
mod tags;

use wensou_ingest::{
    CorpusStatistics, DateProvenance, Markup, Moment, Page, TitleOrigin, parse_page,
};

/// The body of the pages: two paragraphs.
const P: &str =
    "這是一段普通的文字,說的是日常的事情。第二句話也很普通。\n\n下一段也有兩句。這是其中的第二句。";
/// The header of the known layout.
const HEADER: &str = "示例交易所 示例交易所\nCtrl+D 示例交易所\nads\n首頁 > 瑞波幣 > Info\n\n";
/// The lines of the known layout that state no author and no date.
const NULL_TIME: &str = "\n\nAuthor:\n\nTime:1900/1/1 0:00:00\n\n";

/// Parses a page as an archive of its own. `⏎` stands for a line end, and `P` at the end for [`P`].
fn page(text: &str) -> Page {
    let text = text.replace('⏎', "\n");
    let text = text.strip_suffix('P').map_or(text.clone(), |front| format!("{front}{P}"));
    parse_page(&text, Markup::Text, &CorpusStatistics::from_pages([(text.as_str(), Markup::Text)]))
}

/// What a page states, as `title=… source=…`. An inferred date and a derived title are left out.
fn stated(page: &Page) -> String {
    let title =
        (page.article.title_origin == TitleOrigin::Stated).then(|| page.article.title.clone());
    let date = matches!(page.article.date.provenance, DateProvenance::Stated(_))
        .then_some(page.article.date.value)
        .flatten()
        .map(|moment| match moment {
            Moment::Day(day) => day.to_string(),
            Moment::Time(time) => time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Moment::Month(day) => day.strftime("%Y-%m").to_string(),
            Moment::Year(day) => day.strftime("%Y").to_string(),
        });
    // If no author is stated, the translator is the author, too.
    let author =
        page.article.author.clone().filter(|_| page.article.author != page.article.translator);
    let parts = [
        ("title", title),
        ("author", author),
        ("translator", page.article.translator.clone()),
        ("editor", page.article.editor.clone()),
        ("source", page.article.source.clone()),
        ("category", page.article.category.clone()),
        ("url", page.article.url.clone()),
        ("date", date),
        ("unread", page.notes.unread_date.clone()),
    ];
    let fields = parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    fields.collect::<Vec<_>>().join(" ")
}

/// Checks for each page, given as its text and what [`stated`] returns, that it states this, and
/// that its body is [`P`].
fn assert_stated(pages: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, wanted) in pages {
        let page = page(text);
        let got = stated(&page);
        if got != *wanted {
            wrong.push(format!("{text}\n   got  {got}\n   want {wanted}"));
        }
        if page.article.paragraphs.join("\n\n") != P {
            wrong.push(format!("{text}\n   body {:?}", page.article.paragraphs));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_title_above_or_below_a_date_is_read() {
    assert_stated(&[
        (
            "測試標題⏎⏎2023-08-10 09:57 示例社區⏎⏎編譯:示例計劃⏎⏎P",
            "title=測試標題 translator=示例計劃 source=示例社區 date=2023-08-10 09:57:00",
        ),
        (
            "測試標題⏎⏎幣圈資訊 閱讀:42 2024-04-22 12:39:07 評論:0⏎⏎P",
            "title=測試標題 category=幣圈資訊 date=2024-04-22 12:39:07",
        ),
        ("測試標題⏎⏎2024-03-04⏎⏎P", "title=測試標題 date=2024-03-04"),
        ("测试标题⏎2024年3月4日 星期一⏎P", "title=测试标题 date=2024-03-04"),
        (
            "測試標題⏎⏎2024-03-04 05:06:07 來源:新浪⏎⏎P",
            "title=測試標題 source=新浪 date=2024-03-04 05:06:07",
        ),
        (
            "測試標題⏎⏎記者 王小明 2024年03月04日10:00⏎⏎P",
            "title=測試標題 author=王小明 date=2024-03-04 10:00:00",
        ),
        (
            "测试标题⏎⏎记者 王小明 2024年03月04日10:00⏎⏎P",
            "title=测试标题 author=王小明 date=2024-03-04 10:00:00",
        ),
        (
            "測試標題⏎⏎來源:中央社  2024-03-04 10:00⏎⏎P",
            "title=測試標題 source=中央社 date=2024-03-04 10:00:00",
        ),
        ("測試標題⏎⏎發布於 2024-03-04⏎⏎P", "title=測試標題 date=2024-03-04"),
        ("A Test Title⏎⏎Published: March 4, 2024⏎⏎P", "title=A Test Title date=2024-03-04"),
        (
            "A Test Title⏎⏎By John Smith⏎⏎March 4, 2024 10:05 AM⏎⏎P",
            "title=A Test Title author=John Smith date=2024-03-04 10:05:00",
        ),
        ("測試標題⏎⏎民國113年3月4日⏎⏎P", "title=測試標題 date=2024-03-04"),
        ("測試標題⏎⏎二〇二四年三月四日⏎⏎P", "title=測試標題 date=2024-03-04"),
        ("測試標題⏎⏎20240304⏎⏎P", "title=測試標題 date=2024-03-04"),
        ("測試標題⏎⏎2024-03⏎⏎P", "title=測試標題 date=2024-03"),
        ("測試標題⏎⏎１９４９年１０月１日⏎⏎P", "title=測試標題 date=1949-10-01"),
        (
            "測試標題⏎⏎示例日報 / 2024.03.04 / 42閱讀⏎⏎P",
            "title=測試標題 source=示例日報 date=2024-03-04",
        ),
        (
            "2024-03-04 10:00⏎來源：示例网⏎測試標題⏎⏎P",
            "title=測試標題 source=示例网 date=2024-03-04 10:00:00",
        ),
        ("2024-03-04⏎⏎P", "date=2024-03-04"),
    ]);
}

#[test]
fn a_title_above_names_is_read() {
    assert_stated(&[
        ("測試標題⏎⏎作者:王小明  編譯:李四⏎⏎P", "title=測試標題 author=王小明 translator=李四"),
        ("來源:示例財經⏎⏎作者:John Smith⏎⏎P", "author=John Smith source=示例財經"),
        (
            "測試標題⏎⏎來源：示例财经⏎⏎作者：王小明⏎⏎P",
            "title=測試標題 author=王小明 source=示例财经",
        ),
        ("測試標題⏎⏎示例財經記者 王小明⏎⏎P", "title=測試標題 author=王小明 source=示例財經"),
        ("測試標題⏎⏎采寫/王小明⏎⏎編輯/ 李四⏎⏎P", "title=測試標題 author=王小明 editor=李四"),
        ("測試標題⏎⏎來源/示例財經⏎⏎P", "title=測試標題 source=示例財經"),
        ("測試標題⏎⏎編譯、整理:李四⏎⏎P", "title=測試標題 translator=李四"),
        ("測試標題⏎⏎譯文出自:示例計劃⏎⏎P", "title=測試標題 source=示例計劃"),
        ("測試標題⏎⏎作者:甲、乙原文:《一篇文章》⏎⏎P", "title=測試標題 author=甲、乙"),
        (
            "測試標題⏎⏎本文來自 b32z,原文作者:John Smith,由示例計劃編譯。⏎⏎P",
            "title=測試標題 author=John Smith translator=示例計劃 source=b32z",
        ),
        (
            "測試標題⏎⏎撰文:John Smith⏎翻譯 & 校對:李四⏎⏎P",
            "title=測試標題 author=John Smith translator=李四",
        ),
        ("測試標題⏎⏎文 | 示例星球⏎⏎P", "title=測試標題 source=示例星球"),
        ("測試標題⏎⏎文｜王小明⏎⏎P", "title=測試標題 author=王小明"),
        ("測試標題⏎⏎記者:王小明⏎⏎P", "title=測試標題 author=王小明"),
        ("測試標題⏎⏎（本報記者 王小明 李四）⏎⏎P", "title=測試標題 author=王小明 李四"),
        ("測試標題⏎⏎轉自：示例論壇 | 整理：李四⏎⏎P", "title=測試標題 source=示例論壇"),
    ]);
}

#[test]
fn datelines_name_outlet_and_reporter() {
    assert_stated(&[
        (
            "測試標題⏎⏎（中央社記者王小明台北4日電）⏎⏎P",
            "title=測試標題 author=王小明 source=中央社",
        ),
        ("測試標題⏎⏎〔記者王小明／台北報導〕⏎⏎P", "title=測試標題 author=王小明"),
        ("测试标题⏎⏎新华社北京3月4日电⏎⏎P", "title=测试标题 source=新华社"),
        (
            "測試標題⏎⏎2024-03-04⏎⏎新華社北京3月4日電（記者李明）⏎⏎P",
            "title=測試標題 author=李明 source=新華社 date=2024-03-04",
        ),
        (
            "測試標題⏎⏎2024-03-04 10:00 來源：示例網 發稿：王五 作者：王小明 編輯：李四⏎⏎P",
            "title=測試標題 author=王小明 editor=李四 source=示例網 date=2024-03-04 10:00:00",
        ),
    ]);
    // A dateline that begins a paragraph of the text stays in it.
    for above in ["", "2024-03-04⏎⏎"] {
        let page = page(&format!("測試標題⏎⏎{above}新華社北京3月4日電（記者李明）{P}"));
        let without_date = stated(&page).replace(" date=2024-03-04", "");
        assert_eq!(without_date, "title=測試標題 author=李明 source=新華社");
        assert_eq!(
            page.article.paragraphs.join("\n\n"),
            format!("新華社北京3月4日電（記者李明）{P}")
        );
    }
}

#[test]
fn boilerplate_around_a_title_is_left_out() {
    assert_stated(&[
        (
            "AD⏎首頁 > 數字貨幣 > 正文⏎⏎測試標題_數字貨幣⏎⏎[2021-02-10 09:11:56] 來源: 編輯:wang 點擊量:⏎評論 點擊收藏⏎P",
            "title=測試標題 editor=wang category=數字貨幣 date=2021-02-10 09:11:56",
        ),
        (
            "正在閱讀:⏎⏎測試標題⏎⏎掃一掃下載示例APP⏎⏎測試標題⏎⏎文 | 示例星球⏎⏎P",
            "title=測試標題 source=示例星球",
        ),
        (
            "正在阅读：⏎测试标题⏎扫一扫下载示例APP⏎测试标题⏎文｜示例星球⏎P",
            "title=测试标题 source=示例星球",
        ),
        (
            "广告⏎首页 > 数字货币 > 正文⏎测试标题_数字货币⏎[2021-02-10 09:11] 来源：示例网 编辑：wang 点击量：12⏎评论 点击收藏⏎P",
            "title=测试标题 editor=wang source=示例网 category=数字货币 date=2021-02-10 09:11:00",
        ),
        (
            "登錄 | 註冊⏎您的位置:首頁 > 科技⏎測試標題⏎分享到: 微信 微博⏎2024-03-04⏎字號: 大 中 小⏎P",
            "title=測試標題 category=科技 date=2024-03-04",
        ),
        (
            "示例網 > 財經 > 正文⏎測試標題⏎2024-03-04⏎P",
            "title=測試標題 category=財經 date=2024-03-04",
        ),
        ("測試標題⏎⏎測試標題⏎⏎P", "title=測試標題"),
        ("測試標題⏎⏎2024-03-04⏎⏎測試標題⏎⏎P", "title=測試標題 date=2024-03-04"),
    ]);
}

#[test]
fn lists_of_labels_are_read() {
    assert_stated(&[
        (
            "作者 tester (測試員)⏎看板 Soft_Job⏎標題 [技術] 測試標題⏎時間 Wed Nov 27 21:09:36 2013⏎P",
            "title=[技術] 測試標題 author=tester (測試員) category=Soft_Job date=2013-11-27 21:09:36",
        ),
        (
            "標題:測試標題⏎作者:王小明⏎時間:2024-03-04 10:00⏎⏎P",
            "title=測試標題 author=王小明 date=2024-03-04 10:00:00",
        ),
        (
            "Title: A Test⏎Author: John Smith⏎Date: Mon, 04 Mar 2024 02:00:00 GMT⏎⏎P",
            "title=A Test author=John Smith date=2024-03-04 10:00:00",
        ),
        ("发信人: tester (测试员)⏎标题: 测试标题⏎⏎P", "title=测试标题 author=tester (测试员)"),
    ]);
}

#[test]
fn dates_in_the_known_header_are_read_in_many_forms() {
    let stated_date = |time: &str| {
        let page = page(&format!("{HEADER}測試標題_GPT:CGPT價格⏎⏎Author:⏎⏎{time}⏎⏎P"));
        assert_eq!(page.article.paragraphs.join("\n\n"), P, "{time}");
        let found = stated(&page);
        found.strip_prefix("title=測試標題 category=瑞波幣").unwrap_or(&found).trim().to_owned()
    };
    for (time, wanted) in [
        ("Time:4/27/2021 12:48:57 PM", "date=2021-04-27 12:48:57"),
        ("時間:4/5/2021 1:48:57 PM", "date=2021-04-05 13:48:57"),
        ("Time：２０２４／３／４　１０：００：００", "date=2024-03-04 10:00:00"),
        ("Time:1949-10-01", "date=1949-10-01"),
        ("Time:1987年", "date=1987"),
        ("Time:20230517", "date=2023-05-17"),
        ("Time:Wed, 17 May 2023 08:00:00 GMT", "date=2023-05-17 16:00:00"),
        ("Time:May 17, 2023", "date=2023-05-17"),
        ("Time:2023-05", "date=2023-05"),
        ("Time:1684310400", "date=2023-05-17 16:00:00"),
        ("Time:1684310400000", "date=2023-05-17 16:00:00"),
        ("Time:2023-05-17T08:00:00Z", "date=2023-05-17 16:00:00"),
        ("Time:2023/5/17 下午4:00", "date=2023-05-17 16:00:00"),
        ("發布時間:2023年5月17日 星期三 16:00", "date=2023-05-17 16:00:00"),
        ("Time:1900/1/1 0:00:00", ""),
        ("Time:3/4/2021", "unread=3/4/2021"),
        ("Time:2023/13/45 0:00:00", "unread=2023/13/45 0:00:00"),
        ("Time:昨天 10:00", "unread=昨天 10:00"),
        ("Time:17th of Nevermber", "unread=17th of Nevermber"),
    ] {
        assert_eq!(stated_date(time), wanted, "{time}");
    }
}

#[test]
fn tags_beside_the_title_are_read_in_the_known_header() {
    let title_and_tags = |title: &str| {
        let page = page(&format!("{HEADER}{title}{NULL_TIME}P"));
        assert_eq!(page.article.paragraphs.join("\n\n"), P, "{title}");
        (page.article.title, page.article.suffix_tags)
    };
    let tags = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        title_and_tags("NAR:以三要素衡量性能"),
        ("以三要素衡量性能".to_owned(), tags(&["NAR"]))
    );
    assert_eq!(title_and_tags("測試性能_CPU價格"), ("測試性能".to_owned(), tags(&["CPU價格"])));
    assert_eq!(title_and_tags("FIL:测试性能"), ("测试性能".to_owned(), tags(&["FIL"])));
    assert_eq!(title_and_tags("測試性能_NFT頻道"), ("測試性能".to_owned(), tags(&["NFT頻道"])));
    assert_eq!(title_and_tags("美聯儲:測試性能"), ("美聯儲:測試性能".to_owned(), tags(&[])));
    let page = page("AI:未來已來⏎⏎2024-03-04⏎⏎P");
    assert_eq!(page.article.title, "AI:未來已來", "other sites have no such tags");
}

#[test]
fn unknown_labels_do_not_end_the_byline() {
    for (text, wanted) in [
        (
            "原文鏈接:https://example.org⏎⏎譯者:翻譯小組⏎⏎P",
            "translator=翻譯小組 url=https://example.org",
        ),
        (
            "來源:示例網⏎⏎原料地:https://example.org/a⏎⏎譯者:翻譯小組⏎⏎P",
            "translator=翻譯小組 source=示例網",
        ),
        (
            "來源:示例網⏎⏎原料地: https://example.org/a?id=3⏎⏎譯者:翻譯小組⏎⏎P",
            "translator=翻譯小組 source=示例網",
        ),
        ("作者:王小明⏎⏎協力:示例會⏎⏎來源:示例網⏎⏎P", "author=王小明 source=示例網"),
        ("神秘欄:甲⏎⏎采寫:王小明⏎⏎P", "author=王小明"),
    ] {
        let page = page(&format!("{HEADER}測試標題_GPT:CGPT價格{NULL_TIME}{text}"));
        assert_eq!(stated(&page), stated_with("測試標題", "瑞波幣", wanted), "{text}");
        assert_eq!(page.article.paragraphs.join("\n\n"), P, "{text}");
    }
}

/// What [`stated`] returns for a page with this title, this category and these values, of which the
/// address comes last.
fn stated_with(title: &str, category: &str, values: &str) -> String {
    let (names, url) =
        values.split_once(" url=").map_or((values, None), |(names, url)| (names, Some(url)));
    let url = url.map_or(String::new(), |url| format!(" url={url}"));
    format!("title={title} {names} category={category}{url}")
}

#[test]
fn flash_items_with_bracketed_titles_are_read() {
    for text in [
        "【測試標題】正文說的是一件普通的事。 2024-03-04 10:00",
        "【測試標題】正文說的是一件普通的事。(2024-03-04 10:00)",
        "【測試標題】正文說的是一件普通的事。[2024-03-04 10:00]",
        "【測試標題】正文說的是一件普通的事。⏎2024-03-04 10:00",
        "2024-03-04 10:00⏎【測試標題】正文說的是一件普通的事。",
        "2024-03-04 10:00 【測試標題】正文說的是一件普通的事。",
        "【測試標題】正文說的是一件普通的事。2024年3月4日10:00",
        "測試標題⏎2024-03-04 10:00⏎【測試標題】正文說的是一件普通的事。",
    ] {
        let page = page(text);
        assert_eq!(page.flashes.len(), 1, "{text}: {page:?}");
        let flash = &page.flashes[0];
        assert_eq!(
            (flash.title.as_str(), flash.text.as_str()),
            ("測試標題", "正文說的是一件普通的事。"),
            "{text}"
        );
        let time = jiff::civil::datetime(2024, 3, 4, 10, 0, 0, 0);
        assert_eq!(flash.date.value, Some(Moment::Time(time)), "{text}");
        assert_eq!(page.article.paragraphs, [""; 0], "{text}");
    }
}

#[test]
fn bylines_below_the_text_are_read() {
    let body = P.split("\n\n").map(str::to_owned).collect::<Vec<_>>();
    for (end, wanted) in [
        ("(責任編輯:李四)", "editor=李四"),
        ("作者:王小明⏎來源:示例網", "author=王小明 source=示例網"),
        ("2024-03-04", "date=2024-03-04"),
    ] {
        let page = page(&format!("{P}⏎⏎{end}"));
        assert_eq!(stated(&page), wanted, "{end}");
        assert_eq!(page.article.paragraphs, body, "{end}");
    }
}
