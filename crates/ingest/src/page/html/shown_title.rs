//! Finds the heading or line of a page that shows its title.
//!
//! | what is taken, in this order | what confirms it |
//! |---|---|
//! | the longest heading | a stated title contains it, or nearly so |
//! | the `h1` | it is the longest part of a stated title: `【热点】题目-某网` |
//! | the longest line | a stated title begins with it |
//! | a line | it is the longest part of a stated title, after names of sites: `手机某网-题目` |
//! | the `h1`, or the heading or marked line above the text | no stated title names an article |
//! | the only `h1` | only `<title>` is stated, and no line of the page shows that |
//!
//! A heading that is longer than the stated title must stand above all lines that show just the
//! title, and above the text: headings of comments and of the next article contain the title, too,
//! as in `《题目》有2个想法`.

use std::cell::LazyCell;

use super::letters::{MAX_TITLE_BYTES, letters_and_digits};
use super::other_parts::is_paragraph;
use super::title::{is_separator, parts, without_site_and_sections};
use crate::page::line::{Line, Part};
use crate::page::names::is_masthead;
use crate::page::page_words::page_words;

/// Minimum characters of a heading that can be a title.
const MIN_HEADING: usize = 4;
/// Minimum letters and digits of a title that is compared with longer headings, or that a page with
/// a heading states.
const MIN_TITLE: usize = 6;
/// Maximum number of lines of one heading.
const MAX_LINES_OF_HEADING: usize = 3;

/// What is known when the title is searched.
pub(super) struct ShownTitles<'p> {
    pub(super) lines: &'p [Line<'p>],
    /// What `<title>`, `meta` elements and JSON-LD state, in this order.
    pub(super) stated: &'p [&'p str],
    /// Names of the site, reduced to their [`letters_and_digits`].
    pub(super) site_names: &'p [String],
    /// The first line of the article.
    pub(super) article_start: Option<usize>,
    pub(super) is_article: &'p dyn Fn(usize) -> bool,
}

/// A stated title, reduced to its [`letters_and_digits`].
struct StatedTitle {
    whole: String,
    /// Without the names of site and sections.
    front: String,
}

impl ShownTitles<'_> {
    /// The title as a heading or line shows it. `title_elements`: where elements begin that are
    /// marked as titles, in bytes of the page.
    pub(super) fn find(&self, title_elements: &[usize]) -> Option<String> {
        let text_start = self.text_start();
        self.confirmed_heading(text_start)
            .or_else(|| self.longest_part())
            .or_else(|| self.confirmed_line())
            .or_else(|| self.line_after_site())
            .or_else(|| self.unconfirmed_heading())
            .or_else(|| self.untitled_heading(text_start, title_elements))
            .or_else(|| self.only_heading(text_start))
    }

    /// The first paragraph of the article, or else its first line; `None` without an article.
    fn text_start(&self) -> Option<usize> {
        let start = self.article_start?;
        let is_text = |&line: &usize| (self.is_article)(line) && is_paragraph(&self.lines[line]);
        Some((start..self.lines.len()).find(is_text).unwrap_or(start))
    }

    /// The longest heading that a stated title confirms: the title begins with the heading, which
    /// is at least half as long; or the title contains the heading, which is at least two thirds as
    /// long; or the heading begins with the title, see the documentation of the module. Lengths are
    /// compared without the names of site and sections.
    fn confirmed_heading(&self, text_start: Option<usize>) -> Option<String> {
        let titles: Vec<StatedTitle> =
            self.stated.iter().map(|title| self.reduced(title)).collect();
        let shows_title = |line: &Line<'_>| {
            line.text.len() <= MAX_TITLE_BYTES && {
                let letters = letters_and_digits(&line.text);
                titles.iter().any(|title| title.front == letters)
            }
        };
        let first_title = LazyCell::new(|| self.lines.iter().position(shows_title));
        let is_confirmed = |number: usize, heading: &str| {
            let is_above = |line: Option<usize>| line.is_none_or(|line| number < line);
            titles.iter().any(|StatedTitle { whole, front }| {
                whole.starts_with(heading) && heading.len() * 2 >= front.len()
                    || front.contains(heading) && heading.len() * 3 >= front.len() * 2
                    || heading.starts_with(&**front)
                        && front.chars().nth(MIN_TITLE - 1).is_some()
                        && is_above(*first_title)
                        && is_above(text_start)
            })
        };
        self.headings()
            .filter(|(_, text)| text.len() <= MAX_TITLE_BYTES)
            .map(|(number, text)| (number, letters_and_digits(&text), text))
            .filter(|(number, letters, _)| {
                letters.chars().nth(MIN_HEADING - 1).is_some() && is_confirmed(*number, letters)
            })
            // Of equally long headings, the uppermost.
            .reduce(|best, next| if next.1.len() > best.1.len() { next } else { best })
            .map(|(.., text)| text)
    }

    /// The headings `h1` to `h5`, each with the number of its first line. Lines of the same level
    /// that follow each other are also one heading, such as `<h1>主标题<br>副标题</h1>`.
    fn headings(&self) -> impl Iterator<Item = (usize, String)> {
        let is_heading = |line: &Line<'_>| (1..=5).contains(&line.heading);
        (0..self.lines.len()).flat_map(move |first| {
            let level = self.lines[first].heading;
            let following = &self.lines[first..];
            let count = match is_heading(&following[0]) {
                true => {
                    let lines = following.iter().take(MAX_LINES_OF_HEADING);
                    lines.take_while(|line| line.heading == level).count()
                }
                false => 0,
            };
            (1..=count).map(move |count| {
                let texts: Vec<&str> = following[..count].iter().map(|line| &*line.text).collect();
                (first, texts.join(" "))
            })
        })
    }

    fn reduced(&self, title: &str) -> StatedTitle {
        let front = letters_and_digits(without_site_and_sections(title, self.site_names));
        StatedTitle { whole: letters_and_digits(title), front }
    }

    /// The `h1` that is the longest part of a stated title, and no name of a site or section.
    fn longest_part(&self) -> Option<String> {
        let longest = |title: &&str| parts(title).map(letters_and_digits).max_by_key(String::len);
        let longest: Vec<String> = self.stated.iter().filter_map(longest).collect();
        let is_part = |line: &&Line<'_>| {
            let letters = letters_and_digits(&line.text);
            letters.chars().nth(MIN_TITLE - 1).is_some() && longest.contains(&letters)
        };
        let shown = self.main_headings(1).find(is_part)?;
        Some(shown.text.clone().into_owned())
    }

    /// The longest line with which a stated title begins, if the title ends there or a separator
    /// follows.
    fn confirmed_line(&self) -> Option<String> {
        let is_long = |text: &&str| text.chars().nth(2 * MIN_HEADING - 1).is_some();
        self.lines
            .iter()
            .map(|line| &*line.text)
            .filter(|text| text.len() <= MAX_TITLE_BYTES)
            .filter(is_long)
            .filter(|text| {
                self.stated.iter().any(|title| {
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

    /// The line that is the longest part of a stated title, if before that part stand only names of
    /// sites, as in `手机某网-题目`.
    fn line_after_site(&self) -> Option<String> {
        let is_site = |part: &str| is_masthead(part) || page_words().is_outlet(part);
        let after_site = |title: &&str| {
            let longest = parts(title).max_by_key(|part| part.len())?;
            let mut before = parts(title).take_while(|part| *part != longest).peekable();
            (before.peek().is_some() && before.all(is_site)).then(|| letters_and_digits(longest))
        };
        let wanted: Vec<String> = self.stated.iter().filter_map(after_site).collect();
        let is_wanted = |line: &&Line<'_>| {
            self.can_be_title(line)
                && line.text.chars().nth(2 * MIN_HEADING - 1).is_some()
                && wanted.contains(&letters_and_digits(&line.text))
        };
        let line = self.lines.iter().filter(|_| !wanted.is_empty()).find(is_wanted)?;
        Some(line.text.clone().into_owned())
    }

    /// The first `h1` that can be a title, if each stated title is the name of a site or outlet, or
    /// has fewer than six letters and digits.
    fn unconfirmed_heading(&self) -> Option<String> {
        let is_site = |title: &&str| {
            let letters = letters_and_digits(title);
            letters.chars().nth(MIN_TITLE - 1).is_none()
                || is_masthead(title)
                || self.site_names.contains(&letters)
        };
        if !self.stated.iter().all(is_site) {
            return None;
        }
        let heading = self.main_headings(1).next()?;
        Some(heading.text.clone().into_owned())
    }

    /// If no title is stated that names an article: the last heading above the text, of the highest
    /// level; or else the last line above the text that is marked as a title.
    fn untitled_heading(
        &self,
        text_start: Option<usize>,
        title_elements: &[usize],
    ) -> Option<String> {
        if !self.stated.is_empty() {
            return None;
        }
        let end = text_start.unwrap_or(self.lines.len());
        let above = |line: &Line<'_>| {
            self.lines.get(end).is_none_or(|first| line.start <= first.start)
                && self.can_be_title(line)
        };
        let heading =
            (2..=4).find_map(|level| self.main_headings(level).filter(|line| above(line)).last());
        let marked = || {
            let line_at = |start: &usize| {
                let number = self.lines.partition_point(|line| line.start < *start);
                self.lines.get(number)
            };
            let lines = title_elements.iter().filter_map(line_at);
            lines.rev().find(|line| above(line) && !is_paragraph(line))
        };
        heading.or_else(marked).map(|line| line.text.clone().into_owned())
    }

    /// The only `h1`, if it stands above the text, only `<title>` is stated, and no line shows
    /// that.
    fn only_heading(&self, text_start: Option<usize>) -> Option<String> {
        let [title] = self.stated else { return None };
        let mut headings = self.lines.iter().enumerate().filter(|(_, line)| line.heading == 1);
        let (number, heading) = headings.next()?;
        let is_above = text_start.is_some_and(|start| number <= start);
        if headings.next().is_some() || !is_above || !self.can_be_title(heading) {
            return None;
        }
        let front = self.reduced(title).front;
        let shows_title = |line: &Line<'_>| {
            line.text.len() <= MAX_TITLE_BYTES && letters_and_digits(&line.text).contains(&front)
        };
        let is_long = letters_and_digits(&heading.text).chars().nth(MIN_TITLE - 1).is_some();
        (is_long && heading.links.is_empty() && !self.lines.iter().any(shows_title))
            .then(|| heading.text.clone().into_owned())
    }

    /// The headings of a level in the main part of the page that can be titles.
    fn main_headings(&self, level: u8) -> impl Iterator<Item = &Line<'_>> {
        self.lines.iter().filter(move |line| {
            line.heading == level
                && line.part == Part::Main
                && line.text.len() <= MAX_TITLE_BYTES
                && !is_masthead(&line.text)
        })
    }

    /// Whether a line can be a title that nothing confirms: it is no name of a site or section, no
    /// button, and no heading of other articles.
    fn can_be_title(&self, line: &Line<'_>) -> bool {
        let text = &*line.text;
        let words = page_words();
        line.part == Part::Main
            && text.len() <= MAX_TITLE_BYTES
            && text.chars().nth(MIN_HEADING - 1).is_some()
            && !is_masthead(text)
            && !words.is_outlet(text)
            && !words.is_section(text)
            && !words.is_untitled(text)
            && !words.is_button_line(text)
            && !words.is_heading_of_other_part(text, 2)
            && !self.site_names.contains(&letters_and_digits(text))
    }
}
