//! Finds the title line of a text page.
//!
//! A line is the title for one of these reasons: it has the tags of the known layout; the page
//! shows other signs of that layout; a byline, a date or a dateline follows within a few lines; the
//! line is repeated there; it is marked as a heading; or it stands below the bylines with which the
//! page begins. A title with a label is read by [`record`](crate::page::record).

use crate::date;
use crate::page::boilerplate::is_ornament;
use crate::page::byline::{self, dateline};
use crate::page::header::{Header, is_known_layout_byline};
use crate::page::labels::{Label, LabelledValue, Labels};
use crate::page::line::Line;
use crate::page::page_words::page_words;
use crate::page::tags_line::tags_value;
use crate::record::Moment;
use crate::text::punctuation::{closing, is_colon, is_space};
use crate::title::Title;

/// Maximum characters of a title that has neither a tag suffix nor other signs of the known layout.
const MAX_TITLE: usize = 90;
/// Maximum characters of a title with a tag suffix.
const MAX_TITLE_WITH_SUFFIX: usize = 200;
/// Maximum characters of a title that the byline of the known layout follows.
const MAX_TITLE_ABOVE_BYLINE: usize = 150;
/// Maximum characters of a title in a page with another sign of the known layout.
const MAX_TITLE_OF_KNOWN_LAYOUT: usize = 100;
/// Maximum characters of a title that stands below the bylines.
const MAX_TITLE_BELOW_BYLINES: usize = 60;

/// How many lines a search looks at: [`Header::find_title`] looks for a title and for the byline of
/// the known layout from line `at` on, [`Header::is_title_confirmed`] for any byline from the line
/// below the title on.
const MAX_SEARCHED: usize = 5;

impl Header {
    /// Finds and sets the title of a text page, at or shortly after line `at`. Returns the number
    /// of the line after the title, or `at` if no title is found.
    pub(crate) fn find_title(&mut self, lines: &[Line<'_>], at: usize, labels: &Labels) -> usize {
        let Some(first) = lines.get(at) else { return at };
        let has_tag_suffix = |text: &str| Title::split(text).has_tag_suffix();
        if !has_tag_suffix(&first.text) && begins_with_byline(&first.text, labels) {
            return at;
        }
        let end = lines.len().min(at + MAX_SEARCHED);
        // The number of the line with the byline of the known layout. This line follows the title,
        // possibly after a breadcrumb.
        let known_byline = (at + 1..end).find(|&i| {
            // Most pages of the known layout name no author.
            &lines[i].text == "Author:"
                || byline::read(&lines[i].text, labels)
                    .is_some_and(|reading| is_known_layout_byline(&lines[i].text, &reading))
        });
        // The more signs a title has, the longer it may be, and the further down it may stand.
        let candidates = at..known_byline.unwrap_or(end);
        let with_tag_suffix = candidates
            .clone()
            .take(if known_byline.is_some() { MAX_SEARCHED } else { 2 })
            .find(|&i| {
                is_title_like(&lines[i].text, MAX_TITLE_WITH_SUFFIX)
                    && has_tag_suffix(&lines[i].text)
            });
        let line_number = match (with_tag_suffix, known_byline) {
            (Some(line_number), _) => line_number,
            (None, Some(_)) if is_title_like(&first.text, MAX_TITLE_ABOVE_BYLINE) => at,
            (None, None)
                if self.is_known_layout
                    && is_title_like(&first.text, MAX_TITLE_OF_KNOWN_LAYOUT) =>
            {
                at
            }
            (None, None) if self.is_title_confirmed(lines, at, labels) => at,
            (None, None) if is_heading(lines, at) => at,
            _ => return at,
        };
        self.title = Some(without_heading_mark(&lines[line_number].text).to_owned());
        line_number + 1
    }

    /// Skips lines above the title that are no titles: the address of the page, which is taken, and
    /// numbers such as `1/3`. Because a title may be a number, too, numbers are skipped only if the
    /// line below them is a title. Returns the number of the next line.
    pub(crate) fn skip_above_title(
        &mut self,
        lines: &[Line<'_>],
        mut at: usize,
        labels: &Labels,
    ) -> usize {
        /// How many lines with numbers are skipped, and separators between them.
        const MAX_NUMBERS: usize = 3;
        // Several addresses are a list, which is text.
        let is_address_at =
            |at: usize| lines.get(at).is_some_and(|line: &Line<'_>| is_address(&line.text));
        if is_address_at(at) && !is_address_at(at + 1) && at + 1 < lines.len() {
            let value = &*lines[at].text;
            self.byline.add(&[LabelledValue { label: Label::Link, value }]);
            at = self.skip_boilerplate(lines, at + 1, lines.len());
        }
        let remaining = lines.get(at..).unwrap_or_default().iter();
        let is_skipped = |line: &&Line<'_>| is_number(&line.text) || is_ornament(&line.text);
        let numbers = remaining.take(MAX_NUMBERS).take_while(is_skipped).count();
        let title = at + numbers;
        let is_above_title =
            numbers > 0 && title < lines.len() && self.is_title_confirmed(lines, title, labels);
        if is_above_title { title } else { at }
    }

    /// Whether the lines below the line at `at` show that this line is the title. Sets the site or
    /// category that boilerplate among them names.
    fn is_title_confirmed(&mut self, lines: &[Line<'_>], at: usize, labels: &Labels) -> bool {
        let title = &*lines[at].text;
        if !is_bare_title(title) || tags_value(title).is_some() {
            return false;
        }
        if lines.get(at + 1).is_some_and(|below| is_underline(&lines[at], below)) {
            return true;
        }
        for (number, line) in lines.iter().enumerate().skip(at + 1).take(MAX_SEARCHED) {
            if tags_value(&line.text).is_some() {
                // Tags directly above a sentence of the text stand below the title.
                if lines.get(number + 1).is_some_and(|next| next.text.contains('。')) {
                    return true;
                }
                continue;
            }
            // The text may begin with a dateline.
            let has_dateline = || dateline::read(&line.text, labels).is_some();
            if line.text == lines[at].text || is_month(&line.text) || has_dateline() {
                return true;
            }
            if let Some(reading) = byline::read(&line.text, labels)
                && reading.is_whole
            {
                if reading.is_certain() {
                    return true;
                }
            } else if !self.take_boilerplate(line) {
                return false;
            }
        }
        false
    }

    /// Takes the line at `at` as the title if a title can stand there, below the byline, and reads
    /// the bylines below that title. Returns the number of the line after them, or `at` if there is
    /// no title.
    pub(crate) fn take_title_below(
        &mut self,
        lines: &[Line<'_>],
        at: usize,
        labels: &Labels,
    ) -> usize {
        match &lines[at.min(lines.len())..] {
            // The last line of a page is no title.
            [line, _, ..]
                if is_bare_title(&line.text)
                    && line.text.chars().count() <= MAX_TITLE_BELOW_BYLINES
                    && !begins_with_short_label(&line.text)
                    && byline::read(&line.text, labels).is_none() =>
            {
                self.title = Some(line.text.clone().into_owned());
                self.take_bylines(lines, at + 1, labels)
            }
            _ => at,
        }
    }
}

/// Whether a line is a date, or is or begins with a byline. A byline that has only counters, other
/// boilerplate, categories and titles does not count, because a title may begin with these.
fn begins_with_byline(text: &str, labels: &Labels) -> bool {
    date::parse_line(text).is_some()
        || byline::read(text, labels).is_some_and(|reading| {
            reading.fields.iter().any(|field| {
                !matches!(
                    field.label,
                    Label::Counter | Label::Other | Label::Category | Label::Title
                )
            })
        })
}

/// Whether a line begins with at most two characters before a space or colon, as `地點 北京` does:
/// beside bylines these are a label and its value.
fn begins_with_short_label(text: &str) -> bool {
    let is_end = |c| is_space(c) || is_colon(c);
    text.split_once(is_end).is_some_and(|(word, _)| word.chars().count() <= 2)
}

/// Whether a line is a quote as a whole, as dialogues have them.
fn is_quote(text: &str) -> bool {
    let closing = text.chars().next().filter(|c| matches!(c, '“' | '「' | '『')).and_then(closing);
    closing.is_some_and(|closing| text.ends_with(closing))
}

/// Whether a line is a month and nothing else. (`byline::read` finds a line with a whole date.)
fn is_month(text: &str) -> bool {
    date::parse_whole(text).is_some_and(|found| matches!(found.moment, Some(Moment::Month(_))))
}

/// Whether a line is a web address and nothing else.
fn is_address(text: &str) -> bool {
    ["http://", "https://", "www."].iter().any(|start| text.starts_with(start))
        && !text.contains(char::is_whitespace)
}

/// Whether a line is a number, with or without signs and units, but no date: `1/3`, `★ 12`.
fn is_number(text: &str) -> bool {
    const MAX_BYTES: usize = 40;
    text.len() <= MAX_BYTES
        && text.contains(|c: char| c.is_ascii_digit())
        && page_words().is_count(text)
        && date::parse_line(text).is_none()
}

/// Whether the line `below` underlines a title, as `=====` and `-----` do. No blank line may stand
/// between the two.
fn is_underline(title: &Line<'_>, below: &Line<'_>) -> bool {
    const MIN_BYTES: usize = 3;
    /// A line break has one or two bytes.
    const MAX_BREAK: usize = 2;
    below.text.len() >= MIN_BYTES
        && ["=", "-"].iter().any(|mark| below.text.trim_start_matches(mark).is_empty())
        && below.start.saturating_sub(title.end) <= MAX_BREAK
}

/// Whether the line at `at` is marked as a heading in the way of Markdown, `# TITLE`, and text
/// follows it.
fn is_heading(lines: &[Line<'_>], at: usize) -> bool {
    let text = &*lines[at].text;
    text.starts_with("# ") && is_bare_title(without_heading_mark(text)) && at + 1 < lines.len()
}

/// A title without the marks of a heading in Markdown.
fn without_heading_mark(text: &str) -> &str {
    const MAX_LEVEL: usize = 6;
    let after = text.trim_start_matches('#');
    let level = text.len() - after.len();
    if (1..=MAX_LEVEL).contains(&level) && after.starts_with(is_space) {
        after.trim()
    } else {
        text
    }
}

/// Whether a line can be a title: it has at most `max_chars` characters, does not end like a
/// sentence or a clause, and is no address.
fn is_title_like(text: &str, max_chars: usize) -> bool {
    text.chars().count() <= max_chars
        && !text.ends_with(['。', ',', '\u{ff0c}', ';', '\u{ff1b}'])
        && !is_address(text)
}

/// Whether a line that has no other sign of a title can be one: it is short, and no sentence.
fn is_bare_title(text: &str) -> bool {
    is_title_like(text, MAX_TITLE)
        && !text.contains('。')
        && !text.ends_with([':', '\u{ff1a}', '、'])
        && !text.starts_with(['【', '['])
        && !is_quote(text)
        && !page_words().is_button_line(text)
        && text.chars().filter(|c| c.is_alphanumeric()).nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_ends_like_a_sentence_or_a_clause_is_no_title() {
        for mark in ["。", ",", "，", ";", "；"] {
            assert!(!is_title_like(&format!("測試標題{mark}"), MAX_TITLE), "{mark}");
        }
        for mark in ["", "!", "？", "……"] {
            assert!(is_title_like(&format!("測試標題{mark}"), MAX_TITLE), "{mark}");
        }
    }
}
