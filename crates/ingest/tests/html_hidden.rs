//! HTML pages whose article is hidden or stands in a script, and pages without one, through
//! `parse_page`.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

use wensou_ingest::{Page, Unextracted};

use crate::html_pages::{BODY, body_html, read};

/// A page whose body has a heading and `body`.
fn page_of(body: &str) -> Page {
    read(&format!(
        "<!DOCTYPE html><html><head><title>数据中心开工的消息</title></head>\
         <body><h1>数据中心开工的消息</h1>{body}</body></html>"
    ))
}

#[test]
fn an_article_that_is_hidden_until_a_script_shows_it_is_read() {
    let text = body_html();
    let paragraphs = BODY.map(|paragraph| {
        format!("<section><svg><foreignObject><p>{paragraph}</p></foreignObject></svg></section>")
    });
    for body in [
        format!("<div id=\"js_content\" style=\"visibility: hidden;\">{text}</div>"),
        format!("<div id=js_content style='VISIBILITY:hidden; opacity:0'>{text}</div>"),
        format!(
            "<div>2024-03-04</div><div style=\"visibility: hidden;\">{text}</div>\
             <div>微信扫一扫关注该公众号</div><div>继续滑动看下一个</div>"
        ),
        format!("<div aria-hidden=\"true\">{text}</div>"),
        format!("<noscript>{text}</noscript>"),
        format!("<div>2024-03-04 05:06:07</div><NOSCRIPT><div>{text}</div></NOSCRIPT>"),
        paragraphs.concat(),
        format!("<div style=\"display:none\" id=content>{text}</div>"),
        format!("<div hidden>{text}</div>"),
        format!("<template shadowrootmode=open>{text}</template>"),
        format!("<textarea style=\"display:none\">{text}</textarea>"),
    ] {
        let page = page_of(&body);
        assert_eq!(page.article.paragraphs, BODY, "{body}");
        assert_eq!(page.article.title, "数据中心开工的消息", "{body}");
        assert_eq!(page.notes.unextracted, None, "{body}");
    }
    // One sentence is enough, if the page has no other text.
    let page = page_of(&format!("<div style=\"visibility: hidden;\"><p>{}</p></div>", BODY[0]));
    assert_eq!(page.article.paragraphs, BODY[..1]);
}

#[test]
fn text_that_only_seems_hidden_is_read_with_the_text_around_it() {
    let [first, second, third, last] = BODY;
    for (before, after) in [
        ("<svg viewBox='0 0 1 1'><foreignObject><section>", "</section></foreignObject></svg>"),
        ("<section style='-webkit-backface-visibility: hidden; margin: 0'>", "</section>"),
    ] {
        let page = page_of(&format!(
            "<section><p>{first}</p><p>{second}</p><section>{before}<p>{third}</p>{after}</section>\
             <p>{last}</p></section>"
        ));
        assert_eq!(page.article.paragraphs, BODY, "{before}");
    }
}

#[test]
fn hidden_text_beside_an_article_is_not_read() {
    let menu = "<a href=/a>示例网的首页</a>，<a href=/b>财经新闻和股票行情</a>。".repeat(20);
    for hidden in [
        format!("<div aria-hidden=\"true\">{menu}</div>"),
        format!("<noscript><div>{}</div></noscript>", "请启用脚本。".repeat(4)),
        format!("<div style=\"visibility:hidden\">{}</div>", "登录后可以评论。".repeat(9)),
        format!("<div style=\"display:none\">{}</div>", "登录后可以评论。".repeat(90)),
        format!("<script>var a={{content:\"<p>{}</p>\"}}</script>", "别的文章。".repeat(90)),
    ] {
        let page = page_of(&format!("<div>{}</div>{hidden}", body_html()));
        assert_eq!(page.article.paragraphs, BODY, "{hidden}");
    }
    let page = page_of("<p>示例公司今天宣布停工。</p><noscript>请启用脚本。</noscript>");
    assert_eq!(page.article.paragraphs, ["示例公司今天宣布停工。"]);
}

#[test]
fn an_article_that_stands_in_a_script_is_read() {
    let text = body_html().replace("</", "<\\/");
    let lines = BODY.join("\\n");
    for script in [
        format!(
            "<script id=\"__NEXT_DATA__\" type=\"application/json\">{{\"props\":{{\"pageProps\":\
             {{\"title\":\"甲\",\"content\":\"{text}\"}}}}}}</script>"
        ),
        format!("<script>window.__NUXT__={{data:[{{content:\"{text}\",id:1}}]}}</script>"),
        format!(
            "<script type=\"application/ld+json\">{{\"@type\":\"NewsArticle\",\
             \"headline\":\"数据中心开工的消息\",\"articleBody\":\"{lines}\"}}</script>"
        ),
    ] {
        for shell in [
            "<div id=app></div>",
            "<div class=nav><a href=/a>首页</a> <a href=/b>财经</a></div><div id=app></div>\
             <footer>示例网 版权所有 Copyright 2024</footer><noscript>请启用脚本。</noscript>",
        ] {
            let page = page_of(&format!("{shell}{script}"));
            assert_eq!(page.article.paragraphs, BODY, "{shell}{script}");
            assert_eq!(page.article.title, "数据中心开工的消息");
        }
    }
}

#[test]
fn a_page_of_which_nothing_is_extracted_keeps_its_text_or_is_said_to_have_none() {
    let unextracted = |body: &str| page_of(body).notes.unextracted;
    assert_eq!(unextracted("<div>2024-03-04 05:06:07</div>"), Some(Unextracted::NoText));
    assert_eq!(unextracted("<img src=a.jpg>"), Some(Unextracted::NoText));
    let unread = format!("<script>render([{:?}])</script>", BODY.concat());
    assert_eq!(unextracted(&unread), Some(Unextracted::OnlyInScripts));
    // The extractor leaves out all text of dialogs. Paragraphs below the heading are read all the
    // same.
    let page = page_of(&format!(
        "<div>2024-03-04</div><div role=dialog aria-modal=true>{}</div>",
        body_html()
    ));
    assert_eq!(page.notes.unextracted, None);
    assert_eq!(page.article.paragraphs, BODY);
}
