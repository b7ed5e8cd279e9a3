//! HTML pages with one difficulty each, through `parse_page`.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

use jiff::civil::{date, datetime};
use wensou_ingest::{
    CorpusStatistics, DateBasis, DateOrigin, DateProvenance, Markup, Moment, Page, parse_page,
};

pub(crate) const BODY: [&str; 4] = [
    "示例公司周一宣布，它将在未来三年里投资建设新的数据中心，以满足日益增长的需求。",
    "公司负责人在发布会上表示，这项计划已经得到董事会的批准，首批项目将于年底开工。",
    "分析人士认为，行业竞争正在加剧，企业需要更高的效率，也需要更稳定的电力供应。",
    "当地居民对此看法不一，有人期待新的就业机会，也有人担心噪音与用水会受到影响。",
];

/// The paragraphs of [`BODY`] as HTML.
pub(crate) fn body_html() -> String {
    BODY.iter().map(|paragraph| format!("<p>{paragraph}</p>")).collect()
}

pub(crate) fn read(html: &str) -> Page {
    parse_page(html, Markup::Html, &CorpusStatistics::default())
}

/// Parses a page that has `head` in its head element, and `byline` between title and text.
fn page(head: &str, byline: &str) -> Page {
    read(&format!(
        "<!DOCTYPE html><html><head><title>数据中心开工的消息_示例网</title>{head}</head><body>\
         <div class=nav><a href=/a>首页</a><a href=/b>财经</a><a href=/c>联系我们</a></div>\
         <div class=main><h1>数据中心开工的消息</h1>{byline}<div class=content>{}</div></div>\
         <div class=foot><a href=/x>关于我们</a> <a href=/y>版权声明</a></div></body></html>",
        body_html()
    ))
}

const TIME: Moment = Moment::Time(datetime(2024, 3, 4, 5, 6, 7, 0));

fn date_of(page: &Page) -> (Option<Moment>, DateProvenance) {
    (page.article.date.value, page.article.date.provenance)
}

#[test]
fn the_article_is_read_without_its_surroundings() {
    let page = page("", "");
    assert_eq!(page.article.title, "数据中心开工的消息");
    assert_eq!(page.article.paragraphs, BODY);
    assert_eq!(
        (page.article.date.value, page.article.source, page.article.author),
        (None, None, None)
    );
    assert_eq!(page.notes.unextracted, None);
}

#[test]
fn dates_are_read_from_metadata_markup_text_and_scripts() {
    for (head, byline, origin) in [
        (
            "<meta property=article:published_time content=2024-03-04T05:06:07+08:00>",
            "",
            DateOrigin::Meta,
        ),
        ("<meta name=pubdate content='2024-03-04 05:06:07'>", "", DateOrigin::Meta),
        ("<meta name=publishdate content='2024-03-03T21:06:07Z'>", "", DateOrigin::Meta),
        ("<meta name=DC.date content='2024-03-04 05:06:07'>", "", DateOrigin::Meta),
        ("<meta name=PubDate content='2024-03-04 05:06:07'>", "", DateOrigin::Meta),
        (
            "<script type='application/ld+json'>[{\"@graph\":[{\"@type\":[\"NewsArticle\"],\
             \"datePublished\":\"2024-03-04T05:06:07+0800\"}]}]</script>",
            "",
            DateOrigin::JsonLd,
        ),
        ("", "<time datetime='2024-03-04T05:06:07+08:00'>三月四日</time>", DateOrigin::Markup),
        ("", "<div>2024-03-04 05:06:07</div>", DateOrigin::Text),
        ("", "<div>2024年3月4日 05:06:07 来源: <a>示例日报</a></div>", DateOrigin::Text),
        (
            "",
            "<div>分享到：<a>微博</a></div><div>2024-03-04 05:06:07 来源: <a>示例日报</a></div>",
            DateOrigin::Text,
        ),
        ("<script>var a={pubtime:'2024-03-04 05:06:07'}</script>", "", DateOrigin::Script),
    ] {
        let page = page(head, byline);
        let wanted = (Some(TIME), DateProvenance::Stated(origin));
        assert_eq!(date_of(&page), wanted, "{head}{byline}");
        assert_eq!(page.article.paragraphs, BODY, "{head}{byline}");
    }
}

#[test]
fn a_day_gets_the_time_that_the_text_states_and_a_date_in_the_url_is_inferred() {
    let day_and_time = page(
        "<meta name=publishdate content=2024-03-04>",
        "<div><span>2024-03-04 05:06:07</span></div>",
    );
    assert_eq!(day_and_time.article.date.value, Some(TIME));
    let dated_url =
        page("<link rel=canonical href='https://news.example.cn/2024/0304/c1.html'>", "");
    assert_eq!(
        date_of(&dated_url),
        (Some(Moment::Day(date(2024, 3, 4))), DateProvenance::Inferred(DateBasis::Url))
    );
    assert_eq!(dated_url.article.url.as_deref(), Some("https://news.example.cn/2024/0304/c1.html"));
    let render_time =
        page("<script>var time='2024-03-04 05:06:07', ctime=\"1709500000\";</script>", "");
    assert_eq!(render_time.article.date.value, None, "when the page was rendered is not its date");
}

#[test]
fn sources_and_authors_are_read() {
    for (head, byline, source, author) in [
        (
            "",
            "<div>2019-09-07 13:43:45 来源: <a>示例日报</a> <a>举报</a></div>",
            Some("示例日报"),
            None,
        ),
        ("", "<div><span>来源：</span><em id=source> 示例日报</em></div>", Some("示例日报"), None),
        ("", "<div><span>作者：王小明</span> <span>编辑：李四</span></div>", None, Some("王小明")),
        ("", "<p>王小明/示例日报</p>", Some("示例日报"), Some("王小明")),
        ("", "<div><span>2019-09-07</span> · <span>示例日报</span></div>", Some("示例日报"), None),
        ("<meta name=source content='来源：示例日报'>", "", Some("示例日报"), None),
        ("<meta name=mediaid content=示例日报>", "", Some("示例日报"), None),
        ("<meta name=author content=王小明>", "", None, Some("王小明")),
        ("<meta property=article:author content=王小明>", "", None, Some("王小明")),
        ("<meta name=author content=104363>", "", None, None),
        ("<meta name=author content=示例网>", "", None, None),
        // The editor is not the author.
        ("<meta name=author content=李四>", "<div>责任编辑：李四</div>", None, None),
        ("<meta name=author content='name, email@example.com'>", "", None, None),
        (
            "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"author\":[{\"name\":\"王小明\"},{\"name\":\"李四\"}]}</script>",
            "",
            None,
            Some("王小明、李四"),
        ),
        ("", "<div><span>前天</span> <span>2019-09-07</span></div>", None, None),
        ("", "<div class=info>发布于 2019-09-07</div>", None, None),
        ("", "<div class=info>时间 2019-09-07 来源 新浪财经</div>", Some("新浪财经"), None),
        ("", "<div class=info>发布时间 2019-09-07 作者 李四</div>", None, Some("李四")),
        ("", "<div class=info>来源：示例网；</div>", Some("示例网"), None),
    ] {
        let page = page(head, byline);
        let found = (page.article.source.as_deref(), page.article.author.as_deref());
        assert_eq!(found, (source, author), "{head}{byline}");
    }
}

#[test]
fn names_of_sites_and_sections_beside_a_title_are_left_out() {
    for (head, heading, wanted) in [
        ("<title>数据中心-股票频道-示例网</title>", "", "数据中心"),
        ("<title>数据中心|矿池|算力_示例新闻</title>", "<h1>数据中心</h1>", "数据中心"),
        ("<title>数据中心--文化--示例网</title>", "<h2>示例网</h2>", "数据中心"),
        (
            "<title>数据中心开工_奇名</title><meta property=og:site_name content=奇名>",
            "",
            "数据中心开工",
        ),
        ("<title>奇名</title><meta property=og:title content=数据中心开工>", "", "数据中心开工"),
        ("<title>首页</title>", "<h1>数据中心开工</h1>", "数据中心开工"),
        (
            "<title>数据中心开工又停工 - 奇名</title>",
            "<div>数据中心开工又停工</div>",
            "数据中心开工又停工",
        ),
    ] {
        let page =
            read(&format!("<html><head>{head}</head><body>{heading}{}</body></html>", body_html()));
        assert_eq!(page.article.title, wanted, "{head}{heading}");
        assert_eq!(page.article.paragraphs.last().map(String::as_str), Some(BODY[3]), "{head}");
    }
}

#[test]
fn any_number_of_links_may_precede_the_title() {
    // Signs of the known layout are searched for in the first 40 lines only. More lines than these
    // before the title do no harm, either.
    for count in [0, 1, 38, 39, 40, 41, 60, 300] {
        let links: String =
            (0..count).map(|i| format!("<li><a href=/{i}>栏目{i}</a></li>")).collect();
        let page = read(&format!(
            "<html><head><title>数据中心开工的消息 - 示例网</title></head><body><ul>{links}</ul>\
             <h1>数据中心开工的消息</h1><div>{}</div></body></html>",
            body_html()
        ));
        assert_eq!(
            (&*page.article.title, page.article.paragraphs.len()),
            ("数据中心开工的消息", 4),
            "{count}"
        );
    }
}

#[test]
fn hidden_text_is_not_the_article() {
    for hidden in [
        "<div style='display:none'>暗中的话，不该出现。</div>",
        "<p style=\"color:red; DISPLAY : none;\">暗中的话，不该出现。</p>",
        "<div hidden><p>暗中的话，不该出现。</p></div>",
        "<template><p>暗中的话，不该出现。</p></template>",
        "<script>document.write('暗中的话，不该出现。')</script>",
        "<!-- <p>暗中的话，不该出现。</p> -->",
        "<p>明处的话，<span style='display:none'>暗中的话，</span>应当出现。</p>",
        "<div style='display:none'><p>暗中的话，<b>没有关好</div>",
    ] {
        let (first, last) = (&BODY[..2], &BODY[2..]);
        let text =
            |texts: &[&str]| -> String { texts.iter().map(|t| format!("<p>{t}</p>")).collect() };
        let page = read(&format!(
            "<html><head><title>数据中心</title></head><body><div>{}{hidden}{}</div></body></html>",
            text(first),
            text(last)
        ));
        assert!(
            !page.article.paragraphs.concat().contains("暗中"),
            "{hidden}: {:?}",
            page.article.paragraphs
        );
        assert!(page.article.paragraphs.iter().any(|paragraph| paragraph == BODY[3]), "{hidden}");
    }
}

#[test]
fn table_cells_and_breaks_are_read_and_ruby_annotations_are_left_out() {
    let page = read(&format!(
        "<html><body><div>{}<table><tr><th>公司</th><th>收入</th></tr><tr><td>甲公司的业务</td><td>三百亿元</td></tr></table>\
         <p>第一行的话说完了，<br>第二行的话也说完了。</p>\
         <p><ruby>数据<rp>(</rp><rt>shù jù</rt><rp>)</rp>中心<rt>zhōng xīn</ruby>的话。</p></div></body></html>",
        body_html()
    ));
    let remaining: Vec<&str> = page.article.paragraphs[4..].iter().map(String::as_str).collect();
    assert_eq!(
        remaining,
        [
            "公司\t收入",
            "甲公司的业务\t三百亿元",
            "第一行的话说完了，",
            "第二行的话也说完了。",
            "数据中心的话。"
        ]
    );
}

#[test]
fn tags_are_read_from_metadata_and_links() {
    let page = page(
        "<meta name=keywords content='数据,中心，开工'><meta property=article:tag content=电力>",
        "<div>标签：<a href=/tag/1>云</a> <a href=/tag/2>算力</a></div>",
    );
    assert_eq!(page.article.tags, ["云", "算力", "电力", "数据", "中心", "开工"]);
}

#[test]
fn the_span_of_a_flash_item_covers_the_item() {
    let item = "甲公司完成融资：据官方消息，甲公司完成新一轮融资，金额未披露。[2022/1/30 9:22:03]";
    let html = format!(
        "<html><body><div class=nav><a>首页</a></div><div>{}<p>&nbsp;{item}</p>{}</div></body></html>",
        body_html(),
        body_html()
    );
    let page = read(&html);
    let flash = &page.flashes[0];
    assert_eq!(flash.title, "甲公司完成融资");
    assert!(html[flash.occurrences[0].span.range()].ends_with(item));
}

#[test]
fn null_dates_state_nothing() {
    let visible = "<div>2024-03-04 05:06:07</div>";
    for null in [
        "1970-01-01T08:00:00+08:00",
        "1970-01-01T00:00:00Z",
        "1969-12-31T19:00:00-05:00",
        "1970-01-01 08:00:00",
        "1970-01-01",
        "1900-01-01T00:00:00+09:00",
        "0001-01-01T00:00:00",
    ] {
        for head in [
            format!("<meta property=article:published_time content='{null}'>"),
            format!("<meta name=pubdate content='{null}'>"),
            format!(
                "<script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"datePublished\":\"{null}\"}}</script>"
            ),
        ] {
            assert_eq!(page(&head, visible).article.date.value, Some(TIME), "{head}");
            assert_eq!(page(&head, "").article.date.value, None, "{head}");
        }
    }
    assert_eq!(page("", "<div>发布时间：1970-01-01 08:00:00</div>").article.date.value, None);
    let day = page("", "<div>1970年1月1日 来源：示例日报</div>").article.date.value;
    assert_eq!(day, Some(Moment::Day(date(1970, 1, 1))), "newspapers appeared on this day");
}

#[test]
fn placeholders_state_nothing() {
    for placeholder in ["{{source}}", "${author}", "None", "nan", "N/A", "undefined", "null"] {
        let page = page(
            &format!(
                "<meta name=author content='{placeholder}'><meta name=keywords content='{placeholder}'>\
                 <meta name=source content='{placeholder}'><meta property=article:section content='{placeholder}'>"
            ),
            &format!("<div>2024-03-04 05:06:07 来源：{placeholder} 作者：{placeholder}</div>"),
        );
        let article = &page.article;
        assert_eq!((&article.author, &article.source, &article.category), (&None, &None, &None));
        assert!(article.tags.is_empty(), "{placeholder}: {:?}", article.tags);
        assert_eq!(article.date.value, Some(TIME), "{placeholder}");
        assert_eq!(article.paragraphs, BODY, "{placeholder}");
    }
}

#[test]
fn json_ld_about_something_else_is_not_taken_for_the_page() {
    let ld = |json: &str| format!("<script type=application/ld+json>{json}</script>");
    let list = ld(
        "{\"@type\":\"ItemList\",\"itemListElement\":[{\"@type\":\"NewsArticle\",\"headline\":\"别的\",\
         \"datePublished\":\"2020-01-01\",\"author\":{\"name\":\"王五\"}}]}",
    );
    let article = page(&list, "<div>2024-03-04 05:06:07</div>").article;
    assert_eq!((article.date.value, article.author), (Some(TIME), None));
    let page_first = ld("{\"@type\":\"WebPage\",\"datePublished\":\"2001-01-01\"}")
        + &ld("{\"@type\":\"NewsArticle\",\"datePublished\":\"2024-03-04T05:06:07+08:00\"}");
    assert_eq!(page(&page_first, "").article.date.value, Some(TIME));
}
