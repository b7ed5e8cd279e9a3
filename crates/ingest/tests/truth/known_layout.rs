//! Variants of the known layout: pages of `make_archive.py`, rewritten in many forms that real
//! pages of this family of sites have, and scored against the same thresholds.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};
use wensou_ingest::Options;

use super::{make_archive, score, thresholds};

/// How to write a page. In `breadcrumb` and `source`, `{}` stands for the category and the source
/// of the page. A part that is empty or `false` is left out.
#[derive(Debug, Clone, Copy, Default)]
struct Layout {
    /// The lines with the name of the site.
    header: bool,
    /// The line with the category.
    breadcrumb: &'static str,
    /// Whether the page has a title.
    title: bool,
    /// What stands beside the title in its line.
    tail: Tail,
    /// The line of tags below the body.
    tags: bool,
    /// The related articles in the footer.
    stubs: bool,
    /// The lines with author and date.
    author_and_time: &'static str,
    /// The line with the source.
    source: &'static str,
    /// What separates paragraphs.
    gap: &'static str,
    /// How lines end: a line feed alone, or with a carriage return before it.
    line_end: &'static str,
    /// Whether text has full-width punctuation.
    full_width: bool,
    /// Whether flash items have a column.
    column: bool,
    /// Whether the stamps of flash items have no time.
    date_only: bool,
    /// Whether the page is HTML.
    html: bool,
}

/// What follows or precedes the title in its line.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Tail {
    /// `TITLE_TAG:KEYWORD`.
    #[default]
    Usual,
    /// `TITLE_TAG`.
    OneTag,
    /// `MER:TITLE_TAG`, where `MER` is a tag.
    TagBefore,
    /// Only the title.
    None,
}

/// The layout that the parser knows.
const USUAL: Layout = Layout {
    header: true,
    breadcrumb: "首頁 > {} > Info",
    title: true,
    tail: Tail::Usual,
    tags: true,
    stubs: true,
    author_and_time: "Author:\n\nTime:1900/1/1 0:00:00",
    source: "來源:{}",
    gap: "\n\n",
    line_end: "\n",
    full_width: false,
    column: true,
    date_only: false,
    html: false,
};

/// The string at a key; empty if there is none.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The array at a key; empty if there is none.
fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// Writes a page in `layout`. `page` is the truth about the page; removes from it what the layout
/// omits.
fn render(page: &mut Value, layout: Layout) -> String {
    let mut out = String::new();
    write_header(&mut out, page, layout);
    write_title_and_byline(&mut out, page, layout);
    write_body(&mut out, page, layout);
    write_footer(&mut out, page, layout);
    if layout.full_width {
        out = full_width(page, &out);
    }
    out.replace('\n', layout.line_end)
}

fn write_header(out: &mut String, page: &mut Value, layout: Layout) {
    let site = text(page, "site").to_owned();
    if layout.header {
        write!(out, "{site} {site}\nCtrl+D {site}\nads\n").unwrap();
    } else {
        page["site"] = json!("");
    }
    if !layout.breadcrumb.is_empty() {
        writeln!(out, "{}\n", layout.breadcrumb.replace("{}", text(page, "category"))).unwrap();
    } else if !layout.stubs {
        // The footer does not name the category either.
        page["category"] = json!("");
    }
}

fn write_title_and_byline(out: &mut String, page: &mut Value, layout: Layout) {
    if layout.title {
        let (title, tag, keyword) =
            (text(page, "title"), text(page, "suffix_tag"), text(page, "suffix_keyword"));
        match layout.tail {
            Tail::Usual => write!(out, "{title}_{tag}:{keyword}\n\n").unwrap(),
            Tail::OneTag => write!(out, "{title}_{tag}\n\n").unwrap(),
            Tail::TagBefore => write!(out, "MER:{title}_{tag}\n\n").unwrap(),
            Tail::None => write!(out, "{title}\n\n").unwrap(),
        }
    }
    if !layout.author_and_time.is_empty() {
        write!(out, "{}\n\n", layout.author_and_time).unwrap();
    }
    if layout.source.is_empty() {
        page["source"] = json!("");
    } else if !text(page, "source").is_empty() {
        write!(out, "{}{}", layout.source.replace("{}", text(page, "source")), layout.gap).unwrap();
    }
}

/// Writes the paragraphs, each followed by at most one flash item, as `make_archive.py` does. The
/// truth does not say where the items stand.
fn write_body(out: &mut String, page: &mut Value, layout: Layout) {
    let flashes = list(page, "flashes").to_vec();
    for (number, paragraph) in list(page, "paragraphs").iter().enumerate() {
        write!(out, "{}{}", paragraph.as_str().unwrap().trim(), layout.gap).unwrap();
        if let Some(flash) = flashes.get(number) {
            let column = Some(text(flash, "column")).filter(|c| layout.column && !c.is_empty());
            let column = column.map_or(String::new(), |column| format!("{column} | "));
            let date = text(flash, "date").replace('-', "/").replace('T', " ");
            let date = if layout.date_only { &date[..10] } else { &date };
            let body = text(flash, "text").replace('\n', layout.gap);
            write!(out, "{column}{}:{body}[{date}]{}", text(flash, "title"), layout.gap).unwrap();
        }
    }
    if layout.date_only {
        for flash in page["flashes"].as_array_mut().unwrap() {
            flash["date"] = json!(text(flash, "date")[..10]);
        }
    }
}

fn write_footer(out: &mut String, page: &mut Value, layout: Layout) {
    if layout.tags {
        let tags: String = list(page, "tags").iter().filter_map(Value::as_str).collect();
        write!(out, "Tags:{tags}\n\n").unwrap();
    } else {
        page["tags"] = json!([]);
    }
    if !layout.stubs {
        page["related"] = json!([]);
        return;
    }
    writeln!(out, "{}", text(page, "category")).unwrap();
    for stub in list(page, "related") {
        let (title, snippet) = (text(stub, "title"), text(stub, "snippet"));
        let tail = format!("_{}:{}", text(stub, "suffix_tag"), text(stub, "suffix_keyword"));
        write!(out, "{title}{tail}\n\n{snippet}\n\n1900/1/1 0:00:00\n").unwrap();
    }
    out.push_str("ads\n");
}

/// Makes the punctuation of the text full-width, in `out` and in the truth. Boilerplate stays
/// ASCII, as on real pages with full-width punctuation.
fn full_width(page: &mut Value, out: &str) -> String {
    fn widen(text: &str) -> String {
        text.chars()
            .map(|c| match c {
                ',' => '\u{ff0c}',
                ':' => '\u{ff1a}',
                '?' => '\u{ff1f}',
                '!' => '\u{ff01}',
                ';' => '\u{ff1b}',
                '(' => '\u{ff08}',
                ')' => '\u{ff09}',
                other => other,
            })
            .collect()
    }
    fn widen_all(value: &mut Value) {
        match value {
            Value::String(text) => *text = widen(text),
            Value::Array(values) => values.iter_mut().for_each(widen_all),
            _ => {}
        }
    }
    for key in ["title", "source", "paragraphs"] {
        widen_all(&mut page[key]);
    }
    for flash in page["flashes"].as_array_mut().unwrap() {
        widen_all(&mut flash["title"]);
        widen_all(&mut flash["text"]);
    }
    let boilerplate = ["首頁", "Ctrl+D", "Author", "Time", "Tags", "1900/"];
    let mut above_tags = true;
    let mut wide = Vec::new();
    for line in out.split('\n') {
        above_tags &= !line.starts_with("Tags:");
        // The stamp of a flash item, whose year begins with 2, stays ASCII, too.
        let text_end = line.rfind("[2").filter(|_| line.ends_with(']')).unwrap_or(line.len());
        if !above_tags || boilerplate.iter().any(|prefix| line.starts_with(prefix)) {
            wide.push(line.to_owned());
        } else {
            wide.push(format!("{}{}", widen(&line[..text_end]), &line[text_end..]));
        }
    }
    wide.join("\n")
}

/// Makes ordinary HTML of the lines of a text page: each is in a `div`, an `li`, or ends with `br`.
fn html(text: &str, title: &str) -> String {
    let escape = |line: &str| line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut out =
        format!("<html><head><title>{}</title></head><body><div id=wrap>\n", escape(title));
    let mut number = 0;
    for line in text.lines().filter(|line| !line.is_empty()) {
        number += 1;
        let line = escape(line);
        match number % 3 {
            0 => write!(out, "<ul><li>{line}</li></ul>").unwrap(),
            1 => writeln!(out, "<div><span>{line}</span></div>").unwrap(),
            _ => write!(out, "{line}<br>").unwrap(),
        }
    }
    out + "</div><script>var a = '<p>no text</p>';</script></body></html>"
}

/// Writes pages in `layout`, reads them and checks the scores. `name` is for messages.
fn assert_layout_is_read(name: &str, layout: Layout) {
    // The truth of pages in the usual layout, made once. All layouts are tested with these pages.
    static TRUTH: OnceLock<Option<String>> = OnceLock::new();
    let make = || make_archive::make(150, &["--seed", "11"]).map(|archive| archive.truth);
    let Some(truth_of_usual) = TRUTH.get_or_init(make) else { return };
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("variant");
    let mut truth = String::new();
    for line in truth_of_usual.lines() {
        let mut page: Value = serde_json::from_str(line).unwrap();
        let written = render(&mut page, layout);
        let written = if layout.html { html(&written, text(&page, "title")) } else { written };
        if !layout.title {
            // The parser derives titles from the text, which other tests check.
            page["title"] = json!("");
        }
        let path = root.join(text(&page, "path"));
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
        std::fs::write(path, written).unwrap();
        writeln!(truth, "{page}").unwrap();
    }
    let mut read = score::read(&root, &Options::default());
    if !layout.title {
        for article in &mut read.articles {
            assert_eq!(
                article.title_origin,
                wensou_ingest::TitleOrigin::Derived,
                "{}",
                article.path
            );
            assert!(!article.title.is_empty());
            article.title.clear();
        }
    }
    let mut differences = Vec::new();
    let score = score::score(&root, &truth, &read, &mut |line| differences.push(line));
    thresholds::assert_reached(name, &score, &differences);
}

/// Makes a test of each layout. A layout is [`USUAL`], except for the given fields.
macro_rules! layouts {
    ($($name:ident { $($field:ident: $value:expr),* $(,)? })*) => {
        $(#[test] fn $name() {
            assert_layout_is_read(stringify!($name), Layout { $($field: $value,)* ..USUAL });
        })*
    };
}

layouts! {
    usual {}
    no_breadcrumb { breadcrumb: "" }
    no_footer { stubs: false }
    no_tags_line { tags: false }
    no_tags_line_nor_breadcrumb { tags: false, breadcrumb: "" }
    neither_tags_nor_footer { tags: false, stubs: false }
    no_author_nor_time { author_and_time: "" }
    one_tag_after_the_title { tail: Tail::OneTag }
    a_tag_before_the_title { tail: Tail::TagBefore }
    no_tail { tail: Tail::None }
    only_the_body {
        header: false, breadcrumb: "", title: false, author_and_time: "", tags: false,
        stubs: false,
    }
    only_the_body_without_source {
        header: false, breadcrumb: "", title: false, author_and_time: "", tags: false,
        stubs: false, source: "",
    }
    only_title_and_body {
        header: false, breadcrumb: "", author_and_time: "", tags: false, stubs: false,
    }
    single_line_feeds { gap: "\n" }
    single_line_feeds_without_columns { gap: "\n", column: false }
    carriage_returns { line_end: "\r\n" }
    full_width_punctuation { full_width: true }
    days_without_time { date_only: true }
    two_sources_on_a_line { source: "來源:{} 圖片來源:由無界AI工具生成" }
    author_and_source { source: "作者:PackyMcCormick,NotBoring原文來源:{}" }
    source_after_author_line { source: "文 | 張三\n\n本文來源:{}" }
    sister_site {
        header: false, breadcrumb: "導航:首頁 > {} > 正文",
        author_and_time: "發布時間:2024-04-21 13:50:48", tail: Tail::None,
        tags: false, stubs: false,
    }
    another_sister_site {
        header: false, breadcrumb: "當前位置:首頁 » {} » 正文",
        author_and_time: "發布時間:2024-04-21 13:50:48", tail: Tail::None,
    }
    stated_time { author_and_time: "Author:張三\n\nTime:2023/5/10 8:00:00" }
    author_and_time_on_one_line { author_and_time: "Author: Time:1900/1/1 0:00:00" }
    ordinary_html { html: true }
    ordinary_html_without_tail_and_tags { html: true, tail: Tail::None, tags: false }
}
