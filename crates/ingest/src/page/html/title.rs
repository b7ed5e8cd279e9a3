//! Finds the title: a heading or line of the page that a stated title (`<title>`, `og:title`,
//! JSON-LD) confirms; else the heading of the article, if what is stated names no article; else a
//! stated title, without the names of site and section.

use super::json_ld::JsonLd;
use super::letters::{MAX_TITLE_BYTES, letters_and_digits};
use super::shown_title::ShownTitles;
use super::stated_data::StatedData;
use crate::fields::placeholder::is_placeholder;
use crate::page::line::{Layout, Line};
use crate::page::names::is_masthead;
use crate::page::page_words::page_words;
use crate::text::punctuation::is_sentence_end;

/// How many lines from the top are searched for the lines of the title.
const MAX_LINES: usize = 5_000;
/// Minimum bytes of a line that shows a part of the title: two Chinese characters.
const MIN_PART_BYTES: usize = 6;
/// Maximum characters of the name of a section at the end of a title; the name of a site may have
/// twice as many.
const MAX_TAIL: usize = 16;

/// The title of a page, and the lines that show it.
#[derive(Debug, Default)]
pub(super) struct HtmlTitle {
    pub(super) text: Option<String>,
    /// Lines with the title and nothing else.
    pub(super) lines: Vec<usize>,
    /// The one of `lines` below which byline and text are expected.
    pub(super) main_line: Option<usize>,
}

/// Finds the title. `site_names` are reduced to their [`letters_and_digits`]. `is_article` says
/// whether a line, given by its number, belongs to the article, and `article_start` is the first
/// such line.
pub(super) fn read(
    layout: &Layout<'_>,
    stated_data: &StatedData,
    json: &JsonLd,
    site_names: &[String],
    article_start: Option<usize>,
    is_article: &dyn Fn(usize) -> bool,
) -> HtmlTitle {
    let lines = &layout.lines;
    let stated: Vec<&str> = [
        layout.head_title.as_deref(),
        stated_data.content(&["og:title", "twitter:title", "articletitle", "headline"]),
        json.headline.as_deref(),
    ]
    .into_iter()
    .flatten()
    .map(str::trim)
    // Longer texts are not titles.
    .filter(|title| !title.is_empty() && title.len() <= MAX_TITLE_BYTES && !is_placeholder(title))
    .filter(|title| !names_no_article(title, site_names))
    .collect();
    let shown = ShownTitles { lines, stated: &stated, site_names, article_start, is_article };
    let text = shown.find(&stated_data.title_elements).or_else(|| {
        // After `<title>` come titles for other programs (`og:title`, JSON-LD), which rarely
        // contain the name of the site.
        let best = stated.get(1).or(stated.first())?;
        Some(without_site_and_sections(best, site_names).to_owned())
    });
    let mut title = HtmlTitle { text, ..HtmlTitle::default() };
    title.find_lines(lines, article_start);
    title
}

/// Whether a stated title names no article: each of its parts is a word for pages of any content,
/// such as `正文` or `Untitled`, or the name of the site, and at least one is such a word.
pub(super) fn names_no_article(title: &str, site_names: &[String]) -> bool {
    /// Maximum characters of the name of a site that only its ending shows.
    const MAX_SITE: usize = 8;
    let is_any_page = |part: &str| page_words().is_untitled(part);
    // A headline may end as outlets do, too: `…收购示例公司`.
    let is_short = |part: &str| part.chars().nth(MAX_SITE).is_none();
    let is_site = |part: &str| {
        is_short(part) && (is_masthead(part) || page_words().is_outlet(part))
            || site_names.contains(&letters_and_digits(part))
    };
    // A name of several words, such as `Vite + React`, has separators in it.
    if is_any_page(title) {
        return true;
    }
    let mut parts = parts(title).peekable();
    let mut has_word = false;
    parts.peek().is_some()
        && parts.all(|part| {
            has_word |= is_any_page(part);
            is_any_page(part) || is_site(part)
        })
        && has_word
}

/// The parts of a title between separators and brackets, as in `【热点】题目-某网`.
pub(super) fn parts(title: &str) -> impl Iterator<Item = &str> {
    let is_end = |c: char| is_separator(c) || matches!(c, '【' | '】' | '[' | ']' | '「' | '」');
    title.split(is_end).map(str::trim).filter(|part| !part.is_empty())
}

impl HtmlTitle {
    /// Finds the lines that show the title, which can be spread over several lines.
    fn find_lines(&mut self, lines: &[Line<'_>], article_start: Option<usize>) {
        let Some(text) = &self.text else { return };
        let wanted = letters_and_digits(text);
        if wanted.is_empty() {
            return;
        }
        // The lines directly above that together show the beginning of the title, each with the
        // number of bytes of the title that it shows.
        let mut spread = Vec::new();
        for (number, line) in lines.iter().enumerate().take(MAX_LINES) {
            if line.text.len() > MAX_TITLE_BYTES {
                spread.clear();
                continue;
            }
            let letters = letters_and_digits(&line.text);
            if letters == wanted
                || line.heading > 0 && letters_and_digits(without_kind(&line.text)) == wanted
            {
                self.lines.push(number);
            }
            let so_far: usize = spread.iter().map(|(_, bytes)| bytes).sum();
            match wanted.get(so_far..) {
                Some(remaining)
                    if !letters.is_empty()
                        && letters.len() >= MIN_PART_BYTES
                        && remaining.starts_with(&letters) =>
                {
                    spread.push((number, letters.len()));
                    if so_far + letters.len() == wanted.len() {
                        self.lines.extend(spread.drain(..).map(|(number, _)| number));
                    }
                }
                _ => spread.clear(),
            }
        }
        self.lines.sort_unstable();
        self.lines.dedup();
        let is_link =
            |line: &Line<'_>| line.links.iter().any(|link| letters_and_digits(link) == wanted);
        let is_no_link = |number: &&usize| !is_link(&lines[**number]);
        // The extractor may take the title for one of the first two lines of the article.
        let is_at_or_above_start =
            |number: &&usize| article_start.is_none_or(|start| **number <= start + 1);
        self.main_line = self
            .lines
            .iter()
            .filter(is_no_link)
            .find(|number| lines[**number].heading > 0)
            .or_else(|| self.lines.iter().filter(is_no_link).rfind(is_at_or_above_start))
            .copied();
    }
}

/// A title without the names of site and sections at its end.
pub(super) fn without_site_and_sections<'t>(title: &'t str, site_names: &[String]) -> &'t str {
    let mut remaining = title.trim();
    let mut is_after_site = false;
    while let Some((at, separator)) = remaining.char_indices().rev().find(|(_, c)| is_separator(*c))
    {
        let tail = remaining[at + separator.len_utf8()..].trim();
        let before = &remaining[..at];
        let front = before.trim_end_matches(|c| is_separator(c) || c.is_whitespace());
        let (chars, front_chars) = (tail.chars().count(), front.chars().count());
        if front_chars < 2 {
            break;
        }
        let tail_letters = letters_and_digits(tail);
        let is_site = chars <= 2 * MAX_TAIL
            && (is_masthead(tail)
                || tail.starts_with("Powered by")
                || site_names.iter().any(|site| is_same_site(site, &tail_letters)));
        // Whether the tail is short, and has neither the end of a sentence nor a colon.
        let is_short_phrase =
            chars <= MAX_TAIL && !tail.contains(|c| is_sentence_end(c) || matches!(c, ':' | '：'));
        // As in `title_section`, `title--section`, `title - section`.
        let is_clear_separator = separator == '_'
            || before.ends_with([' ', separator])
            || remaining[at + separator.len_utf8()..].starts_with(' ');
        // Where no name of a site follows, a clear separator and the lengths show a section.
        let is_section = is_short_phrase && is_after_site && chars <= front_chars
            || is_short_phrase && is_clear_separator && chars <= 12 && front_chars >= 8;
        if !(is_site || is_section || tail.is_empty()) {
            break;
        }
        is_after_site |= is_site;
        remaining = front;
    }
    remaining
}

/// Whether a tail is the name of a site, or begins with a name of at least six bytes, such as two
/// Chinese characters. Both are reduced to their [`letters_and_digits`].
fn is_same_site(site: &str, tail: &str) -> bool {
    !tail.is_empty() && (site == tail || site.len() >= 6 && tail.starts_with(site))
}

/// A heading without the kind of text that a forum puts before it in square brackets, as in
/// `[原创] 题目`.
fn without_kind(heading: &str) -> &str {
    const MAX_KIND: usize = 6;
    let kind = heading.strip_prefix('[').and_then(|after| after.split_once(']'));
    match kind {
        Some((kind, title)) if kind.chars().count() <= MAX_KIND => title.trim_start(),
        _ => heading,
    }
}

pub(super) fn is_separator(c: char) -> bool {
    matches!(c, '_' | '-' | '|' | '｜' | '–' | '—' | '－' | '›' | '»')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_site_and_sections_are_removed() {
        for (title, wanted) in [
            ("示例标题就在这里-股票频道-示例网", "示例标题就在这里"),
            ("示例|矿池|算力_示例新闻", "示例"),
            ("示例--文化--示例网", "示例"),
            ("示例标题就在这里_财经_示例网", "示例标题就在这里"),
            ("示例标题就在这里 - 示例中文网 - 两岸三地", "示例标题就在这里"),
            ("棱镜|数据业大整顿：爬虫共生_财经_示例网", "棱镜|数据业大整顿：爬虫共生"),
            ("示例标题就在这里-EXAMPLE.NET", "示例标题就在这里"),
            (
                "明日预测--最新出炉的报告：全球经济增长率降至2.3%",
                "明日预测--最新出炉的报告：全球经济增长率降至2.3%",
            ),
            ("谈谈COVID-19", "谈谈COVID-19"),
            ("示例标题就在这里", "示例标题就在这里"),
        ] {
            assert_eq!(without_site_and_sections(title, &[]), wanted);
        }
        let site_names = ["奇名".to_owned()];
        assert_eq!(without_site_and_sections("示例标题-奇名", &site_names), "示例标题");
    }
}
