//! Finds the title: a heading or line of the page that a stated title (`<title>`, `og:title`,
//! JSON-LD) confirms; else the first `h1`, if only the name of the site is stated; else a stated
//! title, without the names of site and section.

use super::json_ld::JsonLd;
use super::letters::{MAX_TITLE_BYTES, letters_and_digits};
use super::stated_data::StatedData;
use crate::fields::placeholder::is_placeholder;
use crate::page::line::{Layout, Line, Part};
use crate::page::names::is_certain_outlet;
use crate::text::punctuation::is_sentence_end;

/// How many lines from the top are searched for the title.
const MAX_LINES: usize = 5_000;
/// Minimum bytes of a line that shows a part of the title: two Chinese characters.
const MIN_PART_BYTES: usize = 6;
/// Minimum characters of a heading that can be a title.
const MIN_HEADING: usize = 4;
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

/// Finds the title. `site_names` are reduced to their [`letters_and_digits`]. `article_start` is
/// the first line of the article.
pub(super) fn read(
    layout: &Layout<'_>,
    stated_data: &StatedData,
    json: &JsonLd,
    site_names: &[String],
    article_start: Option<usize>,
) -> HtmlTitle {
    let lines = &layout.lines;
    let stated: Vec<&str> = [
        layout.head_title.as_deref(),
        stated_data.content(&["og:title", "twitter:title", "articletitle"]),
        json.headline.as_deref(),
    ]
    .into_iter()
    .flatten()
    .map(str::trim)
    // Longer texts are not titles.
    .filter(|title| !title.is_empty() && title.len() <= MAX_TITLE_BYTES && !is_placeholder(title))
    .collect();
    let text = confirmed_heading(lines, &stated, site_names)
        .or_else(|| confirmed_line(lines, &stated))
        .or_else(|| unconfirmed_heading(lines, &stated, site_names))
        .or_else(|| {
            // After `<title>` come titles for other programs (`og:title`, JSON-LD), which rarely
            // contain the name of the site.
            let best = stated.get(1).or(stated.first())?;
            Some(without_site_and_sections(best, site_names).to_owned())
        });
    let mut title = HtmlTitle { text, ..HtmlTitle::default() };
    title.find_lines(lines, article_start);
    title
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

/// The longest heading that a stated title confirms: the title begins with the heading, which is at
/// least half as long; or the title contains the heading, which is at least two thirds as long; or
/// the heading begins with the title, which has at least six characters. Lengths are compared
/// without the names of site and sections.
fn confirmed_heading(lines: &[Line<'_>], stated: &[&str], site_names: &[String]) -> Option<String> {
    // The letters and digits of each title, with and without the names of site and sections.
    let letters_of_titles: Vec<(String, String)> = stated
        .iter()
        .map(|title| {
            (
                letters_and_digits(title),
                letters_and_digits(without_site_and_sections(title, site_names)),
            )
        })
        .collect();
    let is_confirmed = |heading: &str| {
        letters_of_titles.iter().any(|(whole, front)| {
            whole.starts_with(heading) && heading.len() * 2 >= front.len()
                || front.contains(heading) && heading.len() * 3 >= front.len() * 2
                || front.chars().count() >= 6 && heading.starts_with(&**front)
        })
    };
    lines
        .iter()
        .filter(|line| (1..=5).contains(&line.heading) && line.text.len() <= MAX_TITLE_BYTES)
        .map(|line| (letters_and_digits(&line.text), &line.text))
        .filter(|(letters, _)| letters.chars().count() >= MIN_HEADING && is_confirmed(letters))
        // Of equally long headings, `max_by_key` takes the last: here, the uppermost.
        .rev()
        .max_by_key(|(letters, _)| letters.len())
        .map(|(_, text)| text.clone().into_owned())
}

/// The longest line with which a stated title begins, if the title ends there or a separator
/// follows.
fn confirmed_line(lines: &[Line<'_>], stated: &[&str]) -> Option<String> {
    lines
        .iter()
        .map(|line| &*line.text)
        .filter(|text| text.len() <= MAX_TITLE_BYTES && text.chars().count() >= 2 * MIN_HEADING)
        .filter(|text| {
            stated.iter().any(|title| {
                title.strip_prefix(*text).is_some_and(|tail| {
                    let tail = tail.trim_start();
                    tail.is_empty() || tail.starts_with(is_separator)
                })
            })
        })
        // Of equally long lines, `max_by_key` takes the last: here, the uppermost.
        .rev()
        .max_by_key(|text| text.len())
        .map(str::to_owned)
}

/// The first `h1` of the main part that does not look like the name of an outlet, if each stated
/// title is the name of a site or outlet, or has fewer than six letters and digits.
fn unconfirmed_heading(
    lines: &[Line<'_>],
    stated: &[&str],
    site_names: &[String],
) -> Option<String> {
    let is_site = |title: &&str| {
        let letters = letters_and_digits(title);
        letters.chars().count() < 6 || is_certain_outlet(title) || site_names.contains(&letters)
    };
    if !stated.iter().all(is_site) {
        return None;
    }
    lines
        .iter()
        .find(|line| line.heading == 1 && line.part == Part::Main && !is_certain_outlet(&line.text))
        .map(|line| line.text.clone().into_owned())
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
            && (is_certain_outlet(tail)
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

fn is_separator(c: char) -> bool {
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
