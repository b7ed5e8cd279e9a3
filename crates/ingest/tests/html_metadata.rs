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
fn headings_that_contain_the_title_are_not_the_title() {
    const TITLE: &str = "周末徒步龙井村小记";
    for end in [
        "<div id=comments><h2>《周末徒步龙井村小记》有2个想法</h2><p>写得很细。</p></div>",
        "<h2>周末徒步龙井村小记：等您坐沙发呢！</h2>",
        "<h3>周末徒步龙井村小记 的 3 条评论</h3>",
        "<div class=next><h3>周末徒步龙井村小记之二：云栖竹径</h3><p>2021-05-09</p></div>",
    ] {
        for top in ["<h1>周末徒步龙井村小记</h1>", "<p class=bt>周末徒步龙井村小记</p>", ""]
        {
            let top = format!("{top}<div>2021-05-06 10:22</div>");
            let page = page(&format!("<title>{TITLE} &#8211; 阿林的博客</title>"), &top, end);
            assert_eq!(page.article.title, TITLE, "{top}{end}");
            assert_eq!(page.article.date.value, Some(TIME), "{top}{end}");
        }
    }
    // A longer heading above the text is the title.
    let page =
        page(&format!("<title>{TITLE}</title>"), "<h1>周末徒步龙井村小记：雨中的茶园</h1>", "");
    assert_eq!(page.article.title, "周末徒步龙井村小记：雨中的茶园");
}

#[test]
fn titles_that_name_no_article_give_way_to_the_heading_of_the_article() {
    const TITLE: &str = "高温补贴何时到账";
    for stated in [
        "Document",
        "无标题文档",
        "新闻详情",
        "新聞內容",
        "正文 - 江城网",
        "友善列印 - 港灣日報",
        "Vite + React",
        "详情页_江城晚报",
    ] {
        for heading in [
            "<h1>高温补贴何时到账</h1>",
            "<h3>高温补贴何时到账</h3>",
            "<h2>新闻详情</h2><h2 class=article-title>高温补贴何时到账</h2>",
            "<p class=title><b>高温补贴何时到账</b></p>",
            "<div id=newsTitle>高温补贴何时到账</div>",
            "<div itemprop=headline>高温补贴何时到账</div>",
        ] {
            let top = format!("{heading}<div>2021-05-06 10:22</div>");
            let page = page(&format!("<title>{stated}</title>"), &top, "<h2>相关新闻</h2>");
            assert_eq!(page.article.title, TITLE, "{stated} {heading}");
            assert_eq!(page.article.paragraphs, BODY, "{stated} {heading}");
        }
    }
    let page = page("<title>江城日日谈</title>", "<h1>高温补贴何时到账八问</h1>", "");
    assert_eq!(page.article.title, "高温补贴何时到账八问", "the only heading");
}

#[test]
fn a_heading_is_the_title_without_the_names_around_it() {
    for (title, heading, wanted) in [
        ("江城晚报数字报-高温补贴何时到账", "高温补贴何时到账", "高温补贴何时到账"),
        (
            "【江城热点】高温补贴何时到账-江城网-江城新闻门户",
            "高温补贴何时到账",
            "高温补贴何时到账",
        ),
        (
            "主标题写在这里 副标题写在后面-江城网",
            "主标题写在这里<br>副标题写在后面",
            "主标题写在这里 副标题写在后面",
        ),
    ] {
        let page = page(&format!("<title>{title}</title>"), &format!("<h1>{heading}</h1>"), "");
        assert_eq!(page.article.title, wanted);
        assert_eq!(page.article.paragraphs, BODY);
    }
}

#[test]
fn a_line_is_the_title_without_the_names_before_it() {
    let top = "<div class=art_t>武汉樱花季预约人数破纪录</div><div>2021-05-06 10:22</div>";
    let page = page("<title>手机东湖网-武汉樱花季预约人数破纪录</title>", top, "");
    assert_eq!(page.article.title, "武汉樱花季预约人数破纪录");
    assert_eq!(page.article.paragraphs, BODY);
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

#[test]
fn dates_are_read_from_attributes_and_from_several_elements() {
    let markup = DateOrigin::Markup;
    for (head, line, origin) in [
        (
            "",
            "<time class=published itemprop=datePublished content='2021-05-06T10:22:00+08:00'>昨天</time>",
            markup,
        ),
        ("", "<span itemprop=datePublished content='2021-05-06T02:22:00Z'></span>", markup),
        (
            "",
            "<span property='dc:date dc:created' content='2021-05-06 10:22'>5月6日</span>",
            markup,
        ),
        ("", "<abbr class=published title='2021-05-06T10:22:00+08:00'>5月6日</abbr>", markup),
        ("", "<time title='2021-05-06 10:22:00'>3天前</time>", markup),
        ("", "<span class=time data-time=1620267720>2小时前</span>", markup),
        ("", "<em>发表于 <span title='2021-5-6 10:22'>3天前</span></em>", markup),
        (
            "<meta property='bytedance:published_time' content='2021-05-06T10:22:00+08:00'>",
            "",
            DateOrigin::Meta,
        ),
        (
            "",
            "<span class=year><em>2021</em></span><span class=day><em>05</em>/<em>06</em></span>\
             <span class=time>10:22</span>",
            DateOrigin::Text,
        ),
        ("", "<div>2021</div><div>05/06</div><div>10:22</div>", DateOrigin::Text),
        ("", "<b>06</b><i>2021-05</i><i>10:22</i>", DateOrigin::Text),
        ("<script>var createTime = '2021-05-06 10:22';</script>", "", DateOrigin::Script),
    ] {
        let top = format!("<h1>汉江渡口今天停航</h1><div>{line}</div>");
        let page = page(&format!("<title>汉江渡口今天停航</title>{head}"), &top, "");
        assert_eq!(page.article.date.value, Some(TIME), "{head}{line}");
        assert_eq!(page.article.date.provenance, DateProvenance::Stated(origin), "{head}{line}");
    }
    let comments = "<div class=comments><p>王五 <span itemprop=datePublished content='2021-05-06'>\
        </span></p><p>停航多久？</p></div>";
    let found = page("<title>汉江渡口今天停航</title>", "<h1>汉江渡口今天停航</h1>", comments);
    assert_eq!(found.article.date.value, None);
}

#[test]
fn names_are_read_from_json_ld_and_microdata() {
    let graph = |author: &str| {
        format!(
            "<script type='application/ld+json'>{{\"@graph\":[{{\"@type\":\"Person\",\"@id\":\"#p\",\
             \"name\":\"汪洋\"}},{{\"@type\":\"Article\",\"headline\":\"汉江渡口今天停航\",\"author\":{author}}}]}}</script>"
        )
    };
    for (head, top, author) in [
        (graph("{\"@id\":\"#p\"}"), "", Some("汪洋")),
        (graph("[{\"@id\":\"#p\"}]"), "", Some("汪洋")),
        (graph("{\"@id\":\"#q\"}"), "", None),
        (
            String::new(),
            "<div itemprop=author itemscope><meta itemprop=name content=汪洋></div>",
            Some("汪洋"),
        ),
        (String::new(), "<span itemprop=author content=汪洋></span>", Some("汪洋")),
        (
            "<script type='application/ld+json'><!-- {\"@type\":\"NewsArticle\",\"author\":\"汪洋\",\n} --></script>".to_owned(),
            "",
            Some("汪洋"),
        ),
    ] {
        let top = format!("<h1>汉江渡口今天停航</h1>{top}");
        let page = page(&format!("<title>汉江渡口今天停航</title>{head}"), &top, "");
        assert_eq!(page.article.author.as_deref(), author, "{head}{top}");
    }
}

#[test]
fn the_object_in_a_script_that_has_the_text_states_its_metadata() {
    let text = body_html();
    for (title, record) in [
        (
            "汉江大桥合龙",
            r#"{"title":"汉江大桥合龙","content":"X","publishTime":"2021-05-06 10:22:00","source":"汉江晚报","author":"汪洋","tags":["大桥","渡口"]}"#,
        ),
        (
            "汉江大桥合龙_江城在线观察",
            r#"{"title":"汉江大桥合龙","body":"X","createdAt":1620267720,"source":{"name":"汉江晚报"},"authors":[{"name":"汪洋"}],"tags":"大桥,渡口"}"#,
        ),
        (
            "Vite App",
            r#"{"headline":"汉江大桥合龙","contentHtml":"X","publishedAt":"2021-05-06T02:22:00Z","sourceName":"汉江晚报","authorName":"汪洋","keywords":["大桥","渡口"]}"#,
        ),
    ] {
        let record = record.replace('X', &text);
        for script in [
            format!(
                "<script id=__NEXT_DATA__ type='application/json'>{{\"props\":{record},\"list\":[]}}</script>"
            ),
            format!(
                "<script>window.__INITIAL_STATE__={{list:[{{title:'别的',date:'2020-01-01'}}],a:{record}}};</script>"
            ),
        ] {
            let html = format!(
                "<html><head><title>{title}</title></head><body><div id=app></div>{script}</body></html>"
            );
            let article = read(&html).article;
            assert_eq!(article.title, "汉江大桥合龙", "{script}");
            assert_eq!(article.date.value, Some(TIME), "{script}");
            assert_eq!(article.source.as_deref(), Some("汉江晚报"), "{script}");
            assert_eq!(article.author.as_deref(), Some("汪洋"), "{script}");
            assert_eq!(article.tags, ["大桥", "渡口"], "{script}");
            assert_eq!(article.paragraphs, BODY, "{script}");
        }
    }
}

#[test]
fn the_account_of_wechat_is_the_source() {
    let top = "<h1>汉江渡口今天停航</h1><span>苏河</span> <a id=js_name> 城南旧事簿 </a>";
    let page = page("<title>汉江渡口今天停航</title>", top, "");
    assert_eq!(page.article.source.as_deref(), Some("城南旧事簿"));
}

#[test]
fn addresses_are_resolved_and_that_of_the_home_page_is_not_the_page() {
    const URL: &str = "https://a.example.cn/2021/1.html";
    for (head, end) in [
        ("<link rel=canonical href=/2021/1.html><base href='https://a.example.cn/'>", ""),
        ("<link rel=canonical href=//a.example.cn/2021/1.html>", ""),
        (
            "<link rel=canonical href=https://a.example.cn/><meta property=og:url content=https://a.example.cn/2021/1.html>",
            "",
        ),
        ("<!-- saved from url=(0032)https://a.example.cn/2021/1.html -->", ""),
        ("", "<p>本文链接：<a href=x>https://a.example.cn/2021/1.html</a> 转载请注明出处</p>"),
    ] {
        let page = page(
            &format!("<title>汉江渡口今天停航</title>{head}"),
            "<h1>汉江渡口今天停航</h1>",
            end,
        );
        assert_eq!(page.article.url.as_deref(), Some(URL), "{head}{end}");
    }
}

#[test]
fn tags_stand_without_signs_and_labels() {
    for (head, end) in [
        ("", "<div class=tags><a href=/tag/1>#大桥</a> <a href=/tag/2># 渡口</a></div>"),
        ("", "<footer>Tagged <a rel=tag>大桥</a> <a rel=tag>渡口</a></footer>"),
        ("", "<p>关键词：大桥 渡口</p>"),
        (
            "",
            "<footer>分类：<a rel='category tag' href=/c>旅行</a> 标签：<a rel=tag>大桥</a>、\
             <a rel=tag>渡口</a></footer>",
        ),
        ("<meta name=keywords content='大桥 渡口'>", ""),
        (
            "<meta property=article:tag content=渡口>",
            "<div><a href=/tag/1>#大桥</a> <a href=/tag/2>#渡口</a></div>",
        ),
    ] {
        let page = page(
            &format!("<title>汉江渡口今天停航</title>{head}"),
            "<h1>汉江渡口今天停航</h1>",
            end,
        );
        assert_eq!(page.article.tags, ["大桥", "渡口"], "{head}{end}");
        assert_eq!(page.article.paragraphs, BODY, "{head}{end}");
    }
}
