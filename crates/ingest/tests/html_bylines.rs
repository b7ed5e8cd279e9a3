//! The bylines of HTML pages: what belongs to the article, and what belongs to other parts of the
//! page, such as comments and lists of other articles.

use jiff::civil::{date, datetime};
use wensou_ingest::{DateProvenance, Moment, Page};

use crate::html_pages;

const TEXT: &str = "国家统计局今天发布的数据显示，上半年全国居民人均可支配收入稳步增长，扣除价格因素后\
                    实际增长百分之五。";

fn read_with_head(head: &str, body: &str) -> Page {
    let html = format!(
        "<!DOCTYPE html><html><head><meta charset=utf-8><title>居民收入观察_示例网</title>{head}\
         </head><body>{}</body></html>",
        body.replace("TEXT", TEXT)
    );
    html_pages::read(&html)
}

fn read(body: &str) -> Page {
    read_with_head("", body)
}

/// The stated date, the source and the author of a page.
fn byline(page: &Page) -> (Option<Moment>, Option<&str>, Option<&str>) {
    let date = &page.article.date;
    let is_stated = matches!(date.provenance, DateProvenance::Stated(_));
    let article = &page.article;
    (date.value.filter(|_| is_stated), article.source.as_deref(), article.author.as_deref())
}

const NOTHING: (Option<Moment>, Option<&str>, Option<&str>) = (None, None, None);

#[test]
fn other_parts_of_a_page_give_neither_date_nor_source() {
    for body in [
        "<article><h1>居民收入观察</h1><p>TEXT</p></article><div><h3>相关阅读</h3>\
         <div><a>某地发生交通事故</a><span>2022-01-01 09:00</span></div></div>",
        "<article><h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p></article><div><h3>延伸閱讀</h3>\
         <div><a>某地发生交通事故</a><span>2022-01-01 09:00</span></div></div>",
        "<article><h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p><p>TEXT</p></article>\
         <div class=related-list><a>某地发生交通事故</a><span>2022-01-01</span></div>",
        "<article><h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p></article>\
         <ul><li><a>某地发生交通事故</a> <time datetime=2022-01-01>一月一日</time></li></ul>",
        "<h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p><p>TEXT</p><div id=comments>\
         <div>张三 2023-05-06 10:00</div><p>写得好</p><div>来源：手机</div></div>",
        "<h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p><p>TEXT</p><div id=commentBox><div>李四 \
         <time datetime=2023-05-06T10:00:00+08:00>五月六日</time></div><p>写得好</p></div>",
        "<h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p><p>TEXT</p><footer>更新日期：2024-01-01</footer>",
        "<h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p><aside><h3>热门文章</h3>\
         <div><a>别的文章标题</a><span>2023-01-02 10:00</span></div></aside>",
        "<ul><li><a>某地发生交通事故</a> 2022-01-01</li></ul><h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p>",
        "<div>2024年5月6日 星期一</div><h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p><p>TEXT</p>",
        "<div>今天是2024年5月6日</div><h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p><p>TEXT</p>",
        "<div><a>老王</a><p>注册时间 2008-1-1</p><p>最后登录：2023-2-2</p></div>\
         <h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p><p>TEXT</p>",
        "<table><tr><td>註冊時間</td><td>2008-1-1</td></tr></table>\
         <h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p><p>TEXT</p>",
    ] {
        let page = read(body);
        assert_eq!(byline(&page), NOTHING, "{body}");
        assert!(page.article.paragraphs.iter().any(|paragraph| paragraph == TEXT), "{body}");
    }
}

#[test]
fn a_short_article_is_not_replaced_by_a_list_of_other_articles() {
    let page = read(
        "<article><h1>居民收入观察</h1><div>2023-05-05 10:00</div><p>TEXT</p></article><div>\
         <h3>相关阅读</h3><div><a>某地发生交通事故</a><span>2022-01-01 09:00</span></div></div>",
    );
    let wanted = Some(Moment::Time(datetime(2023, 5, 5, 10, 0, 0, 0)));
    assert_eq!(byline(&page), (wanted, None, None));
    assert_eq!((page.article.paragraphs, page.notes.unextracted), (vec![TEXT.to_owned()], None));
}

#[test]
fn the_byline_of_a_thread_is_not_that_of_its_user() {
    let html = format!(
        "<!DOCTYPE html><html><head><title>居民收入怎么看才对 - 经济杂谈 - 示例论坛 - Powered by \
         Discuz!</title></head><body><h1><a>[原创]</a> <span>居民收入怎么看才对</span></h1><table><tr>\
         <td><a>老王</a><p>注册时间 2008-1-1</p></td><td><em>发表于 2012-6-7 08:09:10</em>\
         <div>{TEXT}<br>{TEXT}</div></td></tr></table></body></html>"
    );
    let page = html_pages::read(&html);
    assert_eq!(page.article.title, "居民收入怎么看才对");
    let wanted = Some(Moment::Time(datetime(2012, 6, 7, 8, 9, 10, 0)));
    assert_eq!(byline(&page), (wanted, None, None));
}

#[test]
fn what_belongs_to_the_article_is_still_read() {
    let day = Some(Moment::Day(date(2024, 3, 4)));
    for (body, source, author) in [
        // An element around the whole article, and the body of the page, are no other parts.
        (
            "<div class=sidebar-right><h1>居民收入观察</h1><div>2024-03-04 示例网</div><p>TEXT</p><p>TEXT</p></div>",
            Some("示例网"),
            None,
        ),
        (
            "<h1>居民收入观察</h1><div class=comment-bar>2024-03-04 <a>示例日报</a> <a>评论</a></div><p>TEXT</p><p>TEXT</p>",
            Some("示例日报"),
            None,
        ),
        (
            "<h1>居民收入观察</h1><p>示例公司公布了居民收入的数据，增长很快，大家都说这很好。</p><div>2024-03-04 来源：示例网</div><p>TEXT</p><p>TEXT</p>",
            Some("示例网"),
            None,
        ),
        (
            "<h2>2024年3月4日 星期一</h2><h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p><p>TEXT</p>",
            None,
            None,
        ),
        (
            "<ul><li>登录</li><li>注册</li></ul><h1>居民收入观察</h1><div>今天 2024-03-04</div><p>TEXT</p><p>TEXT</p>",
            None,
            None,
        ),
        (
            "<div>示例日报 2024年3月4日 星期一</div><h1>居民收入观察</h1><p>TEXT</p><p>TEXT</p>",
            Some("示例日报"),
            None,
        ),
        (
            "<h1>居民收入观察</h1><div>2024-03-04</div><p>TEXT</p><p>TEXT</p><p>记者 王小明</p>",
            None,
            Some("王小明"),
        ),
        (
            "<h1>居民收入观察</h1><div>2024-03-04</div><p>TEXT</p><p>来源：示例网</p>",
            Some("示例网"),
            None,
        ),
    ] {
        let page = read(body);
        assert_eq!(byline(&page), (day, source, author), "{body}");
    }
}

#[test]
fn a_date_that_is_not_understood_is_named() {
    for (head, line, unread) in [
        ("", "发布时间：昨天 10:00", Some("昨天 10:00")),
        ("", "發布日期：113/13/04", Some("113/13/04")),
        ("", "03-04 10:00 来源：示例网", Some("03-04 10:00")),
        ("<meta property=article:published_time content=04/03/2024>", "", Some("04/03/2024")),
        ("<meta name=pubdate content=04/03/2024>", "", Some("04/03/2024")),
        ("", "<time class=published datetime=04/03/2024>三月四日</time>", Some("04/03/2024")),
        // Another date is understood.
        ("<meta property=article:published_time content=04/03/2024>", "2024-03-04", None),
        ("<meta name=date content=2024-03-04>", "发布时间：昨天 10:00", None),
        // A year of Taiwan.
        ("", "發布日期：113/03/04", None),
        // These state no date.
        ("<meta name=pubdate content=0000-00-00>", "", None),
        ("", "发布时间：", None),
        ("", "居民收入 2-1", None),
    ] {
        let body = format!("<h1>居民收入观察</h1><div>{line}</div><p>TEXT</p><p>TEXT</p>");
        let page = read_with_head(head, &body);
        assert_eq!(page.notes.unread_date.as_deref(), unread, "{head}{line}");
    }
}

#[test]
fn datelines_name_source_and_author_unless_others_are_stated() {
    for (head, byline_line, dateline, source, author) in [
        ("", "2024-03-04 10:00", "新华社北京3月4日电（记者李明）", Some("新华社"), Some("李明")),
        ("", "2024-03-04 10:00", "（中央社記者潘姿羽台北23日電）", Some("中央社"), Some("潘姿羽")),
        ("", "2024-03-04 10:00", "〔記者吳佳穎／台北報導〕", None, Some("吳佳穎")),
        ("", "2024-03-04 10:00", "财联社3月4日讯（记者 高艳云）", Some("财联社"), Some("高艳云")),
        (
            "",
            "2024-03-04 来源：示例网",
            "新华社北京3月4日电（记者李明）",
            Some("示例网"),
            Some("李明"),
        ),
        (
            "<meta name=author content=王小明><meta name=source content=示例网>",
            "2024-03-04",
            "新华社北京3月4日电（记者李明）",
            Some("示例网"),
            Some("王小明"),
        ),
        ("", "2024-03-04 10:00", "据新华社3月4日电，", None, None),
    ] {
        let body = format!(
            "<h1>居民收入观察</h1><div>{byline_line}</div><p>{dateline}TEXT</p><p>TEXT</p>"
        );
        let page = read_with_head(head, &body);
        let found = (page.article.source.as_deref(), page.article.author.as_deref());
        assert_eq!(found, (source, author), "{head}{byline_line}{dateline}");
        assert!(page.article.paragraphs[0].starts_with(dateline), "{dateline}");
    }
    let alone =
        read("<h1>居民收入观察</h1><p>（中央社記者潘姿羽台北23日電）</p><p>TEXT</p><p>TEXT</p>");
    assert_eq!(byline(&alone), (None, Some("中央社"), Some("潘姿羽")));
}

#[test]
fn counters_units_and_places_beside_a_date_are_no_sources() {
    for (line, source) in [
        ("2024年3月4日週一 上午10:00·1 分鐘 (閱讀時間)", None),
        ("2024-03-04 10:00 阅读 1.2万 评论 3", None),
        ("2024-03-04 10:00 A03", None),
        ("2024-03-04 10:00 第A03版", None),
        ("2024-03-04 10:00 ★★★", None),
        ("2024-03-04 10:00 »", None),
        ("2024-03-04 10:00 第3期", None),
        ("2024-03-04 10:00 本文共2000字", None),
        ("2024-03-04 10:00 3 人", None),
        ("2024-03-04 10:00 5 min read", None),
        ("2024-03-04 10:00 GMT", None),
        ("2024-03-04 10:00 臺北時間", None),
        ("2024-03-04 10:00 北京", None),
        ("2024-03-04 10:00 IP属地", None),
        ("2024-03-04 10:00 示例日报 A03", Some("示例日报")),
        ("2024-03-04 10:00 36氪 5 分钟", Some("36氪")),
        ("2024-03-04 10:00 <a>澎湃</a>", Some("澎湃")),
        ("2024-03-04 10:00 <a>某地发生交通事故</a>", None),
    ] {
        let page = read(&format!("<h1>居民收入观察</h1><div>{line}</div><p>TEXT</p><p>TEXT</p>"));
        let wanted = Some(Moment::Time(datetime(2024, 3, 4, 10, 0, 0, 0)));
        if !line.ends_with("GMT") {
            assert_eq!(byline(&page).0, wanted, "{line}");
        }
        assert_eq!(page.article.source.as_deref(), source, "{line}");
    }
}

#[test]
fn a_site_is_no_author() {
    for (name, author) in [("网易", None), ("新浪", None), ("老胡", Some("老胡"))] {
        let head = format!("<meta name=author content={name}>");
        let body = "<h1>居民收入观察</h1><div>2024-03-04 来源：新华网</div><p>TEXT</p><p>TEXT</p>";
        let page = read_with_head(&head, body);
        assert_eq!((byline(&page).1, byline(&page).2), (Some("新华网"), author));
    }
}

#[test]
fn sentences_after_labels_are_text() {
    for sentence in [
        "记者：您当初为什么选择回到家乡创业？",
        "记者：最困难的是什么时候，您还记得吗？",
        "来源：我们的水都来自三十公里以外的水库。",
        "作者：用二十年时间走遍了长江沿岸的每一座县城，拍下十万张照片。",
        "编辑：因为父母年纪大了，所以回来了。",
    ] {
        let page = read(&format!(
            "<h1>居民收入观察</h1><p>{sentence}</p><p>TEXT</p><p>TEXT</p><p>TEXT</p>"
        ));
        assert_eq!(byline(&page), NOTHING, "{sentence}");
        assert!(page.article.paragraphs.iter().any(|text| text == sentence), "{sentence}");
    }
}

#[test]
fn newsrooms_and_people_beside_a_date_are_no_outlets() {
    for (line, source, author) in [
        ("政治中心／綜合報導", None, None),
        ("娛樂中心／陳慧明報導", None, Some("陳慧明")),
        ("國際中心/張嘉玲、李佳恩報導", None, Some("張嘉玲、李佳恩")),
        ("<a href=/author/1>陸文禮</a><span>2022年12月21日 17:33</span>", None, Some("陸文禮")),
        ("<span>2022年12月21日</span> <span>何雪瑩</span>", None, Some("何雪瑩")),
        ("来源：江城晚报(武汉) 0人参与", Some("江城晚报"), None),
        ("来源：江城网（www.jc.example.cn）", Some("江城网"), None),
        ("来源：江城晚报记者汪洋", Some("江城晚报"), Some("汪洋")),
        ("作者：王　伟", None, Some("王伟")),
        ("本报记者 徐 靖", None, Some("徐靖")),
        ("作者：欧阳明 李 娜", None, Some("欧阳明 李娜")),
        ("<span class=author>Follow</span>", None, None),
        ("<strong id=article-byline>Article information</strong>", None, None),
    ] {
        let page = read(&format!("<h1>居民收入观察</h1><div>{line}</div><p>TEXT</p><p>TEXT</p>"));
        assert_eq!((byline(&page).1, byline(&page).2), (source, author), "{line}");
    }
    for word in
        ["朗读", "听新闻", "独家", "VIP专享", "手机看", "QQ空间", "多云转晴", "Hong Kong", "on"]
    {
        let line = format!("2024-03-04 10:00 {word}");
        let page = read(&format!("<h1>居民收入观察</h1><div>{line}</div><p>TEXT</p><p>TEXT</p>"));
        assert_eq!(byline(&page).1, None, "{word}");
    }
}
