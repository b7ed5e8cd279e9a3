//! Hostile HTML is parsed quickly and on a small stack. A page beyond the limits, whose article is
//! not looked for, is reported.

// Clippy exempts only test functions; their helpers panic on failure, too.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

use std::time::{Duration, Instant};

use wensou_ingest::{CorpusStatistics, Markup, Page, Unextracted, parse_page};

/// Parses a page on a stack of 2 MB, and measures the time.
fn parse(html: String) -> (Page, Duration) {
    let parse = move || {
        let start = Instant::now();
        let page = parse_page(&html, Markup::Html, &CorpusStatistics::default());
        (page, start.elapsed())
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(parse).unwrap().join().unwrap()
}

/// A page with this body.
fn page(body: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>标题_示例网</title></head><body>{body}</body></html>"
    )
}

/// `count` texts, each made from its number, one after another.
fn numbered(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect()
}

/// The paragraphs of an article.
fn article() -> String {
    "<p>这一段是正文，它说了一些话，而且还要继续说下去，直到结束。</p>".repeat(30)
}

/// A page with an article after `count` times `open`, and before `count` times `close`.
fn around(open: &str, count: usize, close: &str) -> String {
    page(&format!("{}{}{}", open.repeat(count), article(), close.repeat(count)))
}

/// A name, and the function that makes the page.
type Attack = (&'static str, fn() -> String);

/// Attacks by nested and misnested elements.
fn attacks_by_nesting() -> Vec<Attack> {
    vec![
        ("divs", || around("<div>", 50_000, "")),
        ("divs within the limit of elements", || around("<div>", 19_000, "</div>")),
        ("divs within the limit of depth", || around("<div>", 380, "</div>")),
        ("divs and spans", || around("<div><span>", 9_000, "")),
        ("tables in tables", || around("<table><tr><td></zz>", 6_000, "")),
        ("tables in tables, many", || around("<table><tr><td>", 100_000, "")),
        ("cells outside of tables", || page(&"<table><td></table>".repeat(6_000))),
        ("text in tables", || page(&format!("<table>{}", "<b>甲<p>".repeat(6_000)))),
        ("formatting", || around("<b><i><u>", 6_000, "")),
        ("formatting with attributes", || page(&numbered(9_000, |i| format!("<b id={i}>甲<p>乙")))),
        ("misnested formatting", || page(&numbered(6_000, |i| format!("<p><b id={i}>甲</p>")))),
        ("misnested links", || page(&"<a href=x><div></a><a><p></div>".repeat(5_000))),
        ("adoption agency", || page(&"<a><b><p></a></b>".repeat(5_000))),
    ]
}

/// Attacks by brackets, references, attributes and comments.
fn attacks_by_tokens() -> Vec<Attack> {
    vec![
        ("brackets", || "<".repeat(8_000_000)),
        ("opened tags", || "<a ".repeat(2_000_000)),
        ("bare references", || page(&"&".repeat(1_600_000))),
        ("references", || page(&"&amp;".repeat(1_600_000))),
        ("references within the limit", || page(&"&amp;".repeat(49_000))),
        ("unknown references", || page(&"&aaaaaaaaaaaaaaaa".repeat(49_000))),
        ("numbers", || page(&format!("&#{};", "9".repeat(4_000_000)))),
        ("an attribute", || page(&format!("<p class='{}'>甲</p>", "a ".repeat(3_000_000)))),
        ("attributes", || page(&format!("<p {}>甲</p>", numbered(400_000, |i| format!("a{i} "))))),
        ("attributes on all", || page(&"<p a b c d e f g h i j k l m n o p>甲".repeat(19_000))),
        ("classes", || {
            page(&"<p class='author date source'>2024-03-04 来源:甲</p>".repeat(19_000))
        }),
        ("comments", || "<!--".repeat(1_500_000)),
        ("declarations", || "<!DOCTYPE ".repeat(500_000)),
        ("a comment", || format!("<!--{}", "-".repeat(6_000_000))),
        ("NULs", || page(&"\0".repeat(5_000_000))),
    ]
}

/// Attacks on the rules for lines and metadata.
fn attacks_on_contents() -> Vec<Attack> {
    vec![
        ("a title", || format!("<title>{}</title>{}", "标题_".repeat(1_000_000), article())),
        ("titles", || format!("{}{}", "<title>标题</title>".repeat(19_000), article())),
        ("headings", || page(&"<h1>标题标题标题</h1>".repeat(19_000))),
        ("lines of the title", || page(&format!("<h1>标</h1>{}", "题<br>".repeat(19_000)))),
        ("breaks", || page(&"甲<br>".repeat(19_900))),
        ("breaks, many", || page(&"甲<br>".repeat(1_000_000))),
        ("lines of pre", || page(&format!("<pre>{}</pre>", "甲\n".repeat(1_500_000)))),
        ("links", || page(&"<a href=/tag>甲</a>".repeat(19_000))),
        ("scripts", || page(&"<script>pubtime:</script>".repeat(19_000))),
        ("a script", || page(&format!("<script>{}</script>", "source:'".repeat(700_000)))),
        ("json", || {
            format!(
                "<script type=application/ld+json>{}</script>{}",
                "[".repeat(3_000_000),
                article()
            )
        }),
        ("json objects", || {
            format!(
                "<script type=application/ld+json>[{}1]</script>{}",
                "{\"@graph\":[{\"author\":\"a\"}]},".repeat(100_000),
                article()
            )
        }),
        ("metas", || {
            format!("{}{}", "<meta name=author content=王小明>".repeat(19_000), article())
        }),
        ("ruby", || page(&"<ruby>汉<rt>han".repeat(9_000))),
        ("templates", || around("<template>", 19_000, "")),
        ("svg", || around("<svg><g>", 9_000, "")),
        ("foreign", || around("<svg><foreignObject><math><mi>", 4_000, "")),
        ("selects", || around("<select><option>", 9_000, "")),
        ("forms", || around("<form><button>", 9_000, "")),
        ("frames", || around("<iframe>", 9_000, "")),
        ("hidden", || around("<div hidden>", 9_000, "")),
        ("hidden in its place", || {
            page(&"<p aria-hidden=true style='visibility:hidden'>甲<noscript>乙".repeat(3_000))
        }),
        ("images", || page(&"<svg><foreignObject>甲</svg><svg>".repeat(6_000))),
        ("texts in a script", || {
            page(&format!("<script>{}</script>", "content:\"\\\"text:'body:`甲".repeat(150_000)))
        }),
        ("end tags", || page(&"</div></p></br>".repeat(500_000))),
        ("unknown elements", || page(&numbered(600_000, |i| format!("<x{i}>")))),
        ("one long line", || page(&"甲乙丙丁，".repeat(380_000))),
        ("commas", || page(&format!("<p>{}</p>", ",".repeat(5_000_000)))),
        ("dates", || page(&"<p>2024-03-04 2024-03-04 2024-03-04</p>".repeat(6_000))),
        ("labels", || page(&"<p>来源:作者:时间:来源:作者:时间:</p>".repeat(6_000))),
        ("labels before spaces", || {
            page(
                &"<p>来源 By 作者 By 发布于 2024-03-04发布于 2024-03-04发布于 来源 By 作者 By</p>"
                    .repeat(6_000),
            )
        }),
        ("headings of comments", || page(&"<h3>网友评论</h3><p>甲，乙。</p>".repeat(9_000))),
        ("headings of lists", || {
            page(&"<div><h3>相关阅读</h3><a>甲乙丙丁戊己庚辛</a></div>".repeat(6_000))
        }),
        ("comments in comments", || {
            let text = "甲乙，丙。\n".repeat(100_000);
            let open = "<div class='comments hot'>".repeat(380);
            format!("{}{open}<pre>{text}</pre>", article())
        }),
        ("flash items", || page(&"<p>【甲乙丙丁】甲，乙。</p><p>2024-03-04</p>".repeat(5_000))),
        ("private characters", || page(&"<p>\u{f0000}甲</p>".repeat(6_000))),
    ]
}

#[test]
fn every_attack_is_parsed_within_ten_seconds() {
    // `WENSOU_ATTACK=NAME` runs one attack alone.
    let only = std::env::var("WENSOU_ATTACK").ok();
    for (name, html) in
        attacks_by_nesting().into_iter().chain(attacks_by_tokens()).chain(attacks_on_contents())
    {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let html = html();
        let bytes = html.len();
        let (page, took) = parse(html);
        println!("{name}: {bytes} bytes, {took:?}, {:?}", page.notes.unextracted);
        // Generous, because other tests run at the same time.
        assert!(took < Duration::from_secs(10), "{name}: {took:?}");
    }
}

#[test]
fn pages_beyond_the_limits_are_reported_and_keep_their_text() {
    let text = "<p>这一段是正文，它说了一些话。</p>";
    for (html, reason) in [
        (page(&format!("{}{text}", "<div>".repeat(500))), Unextracted::TooDeep),
        (page(&format!("{}{text}", "<i></i>".repeat(30_000))), Unextracted::TooLarge),
        (page(&format!("<p x='{}'>{text}", "a".repeat(200_000))), Unextracted::TooLarge),
        (page(&format!("{text}{}", "&amp;".repeat(200_000))), Unextracted::TooLarge),
    ] {
        let (page, _) = parse(html);
        assert_eq!(page.notes.unextracted, Some(reason));
        assert!(page.article.paragraphs[0].starts_with("这一段是正文"), "{reason}");
        assert_eq!(page.article.title, "标题");
    }
}
