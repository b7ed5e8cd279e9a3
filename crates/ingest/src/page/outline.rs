//! The outline of a page: its lines, with header, body and footer.

use crate::corpus::statistics::CorpusStatistics;
use crate::flash::paragraph::Paragraph;
use crate::flash::stamp::text_before_final_stamp;
use crate::page::boilerplate::is_boilerplate;
use crate::page::byline::{self, dateline};
use crate::page::footer::{self, Footer};
use crate::page::header::{self, Header};
use crate::page::html::{self, Html, HtmlBody};
use crate::page::label_forms;
use crate::page::labels::Labels;
use crate::page::line::{Layout, Part, text_layout};
use crate::page::markdown::markdown_layout;
use crate::page::markup::Markup;
use crate::page::metadata::Metadata;
use crate::page::tags_line::TagsLine;
use crate::page::text_browser;
use crate::report::Unextracted;
use crate::text::punctuation::{is_colon, is_sentence_end};
use crate::title::Title;

/// How many of the first lines of a body can be bylines.
const MAX_BYLINES: usize = 6;

/// How many of the last lines of a body can be bylines.
const MAX_CLOSING_BYLINES: usize = 3;

/// How many lines below a line that is not understood are searched for a byline.
const MAX_GAP: usize = 2;

/// A page's lines, and where header, body and footer begin.
pub(crate) struct Outline<'a> {
    pub(crate) layout: Layout<'a>,
    /// The header, completed by bylines of the body.
    pub(crate) header: Header,
    pub(crate) footer: Footer,
    /// Which of the first paragraphs are not text of the article: bylines, unknown fields between
    /// bylines, and repetitions of the title.
    not_text: [bool; MAX_BYLINES],
    /// How many paragraphs at the end are bylines.
    closing_bylines: usize,
    /// Why an HTML page's whole text was kept instead of its article.
    pub(crate) unextracted: Option<Unextracted>,
}

impl<'a> Outline<'a> {
    pub(crate) fn of(text: &'a str, markup: Markup) -> Self {
        Self::with_metadata(text, markup, Metadata::default())
    }

    /// The outline of a page with metadata from outside its text, such as front matter or a feed.
    pub(crate) fn with_metadata(text: &'a str, markup: Markup, metadata: Metadata) -> Self {
        Self::with_labels(text, markup, metadata, Labels::builtin())
    }

    /// Does the same as [`with_metadata`](Self::with_metadata), with these labels of bylines.
    pub(crate) fn with_labels(
        text: &'a str,
        markup: Markup,
        mut metadata: Metadata,
        labels: &Labels,
    ) -> Self {
        let mojibake_of_metadata = metadata.repair_mojibake();
        let mut layout = match markup {
            Markup::Text => {
                let mut layout = text_layout(text);
                text_browser::remove_links(&mut layout.lines);
                layout
            }
            Markup::Html => {
                let mut page = html::read(text, labels);
                page.layout.add_mojibake(mojibake_of_metadata, text.len());
                let mojibake_of_head = page.metadata.repair_mojibake();
                page.layout.add_mojibake(mojibake_of_head, text.len());
                return Self::of_html(page, metadata, labels);
            }
            Markup::Markdown => markdown_layout(text, metadata.title.as_deref()),
        };
        layout.repair_mojibake(text.len());
        layout.add_mojibake(mojibake_of_metadata, text.len());
        label_forms::rewrite(&mut layout.lines, labels);
        Self::of_layout(layout, [metadata], labels)
    }

    /// The outline of an HTML page. `metadata` is from outside the page, and takes precedence over
    /// what the page states in its head.
    fn of_html(page: Html, metadata: Metadata, labels: &Labels) -> Self {
        let Html { layout, metadata: stated, body } = page;
        match body {
            // Nothing is read in the head of such a page: `stated` is empty.
            HtmlBody::KnownLayout => Self::of_layout(layout, [metadata], labels),
            HtmlBody::Article => {
                let footer = Footer { body_end: layout.lines.len(), ..Footer::default() };
                let mut header = Header::default();
                header.replace_by(stated);
                header.replace_by(metadata);
                let not_text = [false; MAX_BYLINES];
                Self { layout, header, footer, not_text, closing_bylines: 0, unextracted: None }
            }
            HtmlBody::Unextracted(reason) => {
                let outline = Self::of_layout(layout, [stated, metadata], labels);
                Self { unextracted: Some(reason), ..outline }
            }
        }
    }

    /// The outline of lines in the known layout or in any other. Metadata replaces what the lines
    /// show, and what earlier elements of `metadata` state.
    fn of_layout<const N: usize>(
        mut layout: Layout<'a>,
        metadata: [Metadata; N],
        labels: &Labels,
    ) -> Self {
        let mut header = header::read(&mut layout, labels);
        if header.messages.is_some() {
            let footer = Footer { body_end: layout.lines.len(), ..Footer::default() };
            metadata.into_iter().for_each(|metadata| header.replace_by(metadata));
            let not_text = [false; MAX_BYLINES];
            return Self {
                layout,
                header,
                footer,
                not_text,
                closing_bylines: 0,
                unextracted: None,
            };
        }
        let mut footer =
            footer::read(&layout.lines, header.body_start, header.category.as_deref(), labels);
        if !header.is_family {
            // Only the known layout has tags without anything between them.
            let lines = [&mut header.tags_line, &mut footer.tags];
            lines.into_iter().flatten().for_each(TagsLine::separate_at_spaces);
        }
        match header.tags_line.take() {
            tags if footer.tags.is_none() => footer.tags = tags,
            Some(TagsLine::Separate(tags)) => header.tags.extend(tags),
            Some(TagsLine::Concatenated(tags)) => header.tags.push(tags),
            None => {}
        }
        let not_text = [false; MAX_BYLINES];
        let mut outline =
            Self { layout, header, footer, not_text, closing_bylines: 0, unextracted: None };
        outline.take_bylines(labels);
        outline.take_closing_bylines(labels);
        outline.header.complete();
        metadata.into_iter().for_each(|metadata| outline.header.replace_by(metadata));
        outline
    }

    /// Reads the bylines among the first paragraphs of the body, and a dateline after them.
    fn take_bylines(&mut self, labels: &Labels) {
        let mut byline = std::mem::take(&mut self.header.byline);
        let mut not_text = [false; MAX_BYLINES];
        // The number of the last paragraph that is known to be a byline. A paragraph above it that
        // is not understood needs no search: the byline below it is known.
        let mut gap_end = 0;
        let first = self.paragraphs().take(MAX_BYLINES + MAX_GAP);
        let first: Vec<&str> = first.map(|paragraph| paragraph.text).collect();
        // The first line below the title, which is the first paragraph if it is not known.
        let below_title = usize::from(self.header.title.is_none());
        if let Some(above_text) = first.get(..=below_title)
            && above_text.iter().all(|text| is_short(text))
            && byline::read(above_text[below_title], labels).is_none()
        {
            byline.note_unread_line(above_text[below_title]);
        }
        for (number, &text) in first.iter().enumerate().take(MAX_BYLINES) {
            not_text[number] = self.header.repeats_title(text);
            if not_text[number] {
                continue;
            }
            let reading = byline::read(text, labels);
            if reading.is_none()
                && let Some(dateline) = dateline::read(text, labels)
            {
                // The text of the article begins here.
                byline.add(&dateline.fields);
                break;
            }
            // The first line below the title.
            let is_below_title = match number {
                0 => self.header.title.is_some(),
                1 => self.header.title.is_none() && is_short(first[0]),
                _ => false,
            };
            if reading.is_none() && is_below_title && is_short(text) {
                byline.note_unread_line(text);
            }
            match reading {
                Some(reading) => {
                    byline.add(&reading.fields);
                    not_text[number] = reading.is_whole;
                    if !reading.is_whole {
                        break;
                    }
                }
                None if number < gap_end => not_text[number] = may_be_field(text),
                None if !is_short(text) => break,
                None => {
                    let below = first.iter().enumerate().skip(number + 1).take(MAX_GAP);
                    let is_byline = |text: &str| {
                        byline::read(text, labels).is_some_and(|reading| reading.is_certain())
                    };
                    let Some((below, _)) = below.into_iter().find(|(_, text)| is_byline(text))
                    else {
                        break;
                    };
                    gap_end = below;
                    not_text[number] = may_be_field(text);
                }
            }
        }
        self.not_text = not_text;
        self.header.byline = byline;
    }

    /// Reads the bylines among the last paragraphs of the body. Pages of the family have none
    /// there.
    fn take_closing_bylines(&mut self, labels: &Labels) {
        if self.header.is_family {
            return;
        }
        let mut byline = std::mem::take(&mut self.header.byline);
        let mut last = self
            .body()
            .rev()
            .take(MAX_CLOSING_BYLINES + 1)
            .map(|paragraph| paragraph.text)
            .peekable();
        let mut closing = 0;
        while closing < MAX_CLOSING_BYLINES
            && let Some(text) = last.next()
            && is_short(text)
            && let Some(reading) = byline::read(text, labels)
            && reading.is_certain()
            // Below a flash item of the form `【TITLE】TEXT`, a date belongs to the item.
            && last.peek().is_some_and(|above| !above.starts_with('【'))
        {
            byline.add(&reading.fields);
            closing += 1;
        }
        drop(last);
        for line in &self.layout.lines[self.footer.bylines.clone()] {
            if let Some(reading) = byline::read(&line.text, labels) {
                byline.add(&reading.fields);
            }
        }
        self.closing_bylines = closing;
        self.header.byline = byline;
    }

    /// The paragraphs of the article: [`paragraphs`](Self::paragraphs) without those that are not
    /// text (`not_text`) and without the closing bylines.
    pub(crate) fn body(&self) -> impl DoubleEndedIterator<Item = Paragraph<'_>> {
        let paragraphs: Vec<Paragraph<'_>> = self.paragraphs().collect();
        let end = paragraphs.len().saturating_sub(self.closing_bylines);
        let is_text = move |number: &usize| !self.not_text.get(*number).copied().unwrap_or(false);
        paragraphs
            .into_iter()
            .enumerate()
            .take(end)
            .filter(move |(number, _)| is_text(number))
            .map(|(_, paragraph)| paragraph)
    }

    /// The lines of the body, without boilerplate, the lines around the main part of an HTML page,
    /// and a Tags line above the text.
    pub(crate) fn paragraphs(&self) -> impl DoubleEndedIterator<Item = Paragraph<'_>> {
        let tags_above_body = self.footer.tags_above_body.map_or(0..0, |(from, to)| from..to);
        let end = self.footer.body_end.max(self.header.body_start);
        (self.header.body_start..end)
            .filter(move |line_number| !tags_above_body.contains(line_number))
            .map(|line_number| &self.layout.lines[line_number])
            .filter(|line| line.part == Part::Main && !is_boilerplate(&line.text))
            .map(|line| Paragraph { text: &line.text, start: line.start, end: line.end })
    }

    /// Adds to the statistics: the tags of the page, those of its stubs (related articles in the
    /// footer), and the page's flash items, each with the paragraphs above it.
    pub(crate) fn survey(&self, statistics: &mut CorpusStatistics) {
        let title = self.header.title.as_deref().map(|line| self.header.split_title(line));
        let titles_of_stubs = self.footer.stubs.iter().map(|stub| Title::split(&stub.title));
        for title in title.into_iter().chain(titles_of_stubs) {
            statistics.add_title(&title);
        }
        if let Some(TagsLine::Separate(tags)) = &self.footer.tags {
            statistics.add_separate_tags(tags);
        }
        if self.header.messages.is_some() {
            return;
        }
        let paragraphs: Vec<Paragraph<'_>> = self.paragraphs().collect();
        let mut from = 0;
        for (at, paragraph) in paragraphs.iter().enumerate() {
            if let Some(dated) = text_before_final_stamp(paragraph.text) {
                // The nearest paragraph first, up to the item before.
                let above = paragraphs[from..at].iter().rev().map(|p| p.text);
                statistics.add_item(dated, above);
                from = at + 1;
            }
        }
    }
}

/// Whether a line can stand between bylines: it is short, and no sentence.
fn is_short(text: &str) -> bool {
    const MAX_CHARS: usize = 60;
    // The bytes are a quick check: a character has at most four.
    text.len() <= 4 * MAX_CHARS
        && text.chars().count() <= MAX_CHARS
        && !text.ends_with(['。', ',', '\u{ff0c}'])
}

/// Whether a line looks like a label, a colon and a short value. Its callers ask only about lines
/// that are no bylines, so the label is not a known one.
fn may_be_field(text: &str) -> bool {
    let Some((label, value)) = text.split_once(is_colon) else { return false };
    let is_label =
        (1..=8).contains(&label.chars().count()) && label.chars().all(char::is_alphanumeric);
    let value = value.trim();
    // The `?` or `!` of an address ends no sentence.
    let is_address = value.starts_with("http")
        && !value.contains(|c: char| c == ' ' || is_sentence_end(c) && !c.is_ascii());
    let is_short = || value.chars().count() <= 20 && !value.contains(is_sentence_end);
    is_label && (is_address || is_short())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paragraphs of the page: long enough for the extractor to take them for an article.
    const BODY: [&str; 4] = [
        "示例公司周一宣布，它将在未来三年里投资建设新的数据中心，以满足日益增长的需求。",
        "公司负责人在发布会上表示，这项计划已经得到董事会的批准，首批项目将于年底开工。",
        "分析人士认为，行业竞争正在加剧，企业需要更高的效率，也需要更稳定的电力供应。",
        "当地居民对此看法不一，有人期待新的就业机会，也有人担心噪音与用水会受到影响。",
    ];

    /// An HTML page that has `byline` between title and text.
    fn page(byline: &str) -> String {
        let body: String = BODY.iter().map(|text| format!("<p>{text}</p>")).collect();
        format!(
            "<!DOCTYPE html><html><head><title>数据中心开工的消息_示例网</title></head><body>\
             <div class=nav><a href=/a>首页</a><a href=/b>财经</a><a href=/c>联系我们</a></div>\
             <div class=main><h1>数据中心开工的消息</h1>{byline}<div class=content>{body}</div></div>\
             <div class=foot><a href=/x>关于我们</a> <a href=/y>版权声明</a></div></body></html>"
        )
    }

    #[test]
    fn the_labels_of_a_user_are_recognised_in_html() {
        let labels = Labels::with_table("author\t執事\nsource\t貨源\n").unwrap();
        let page = page("<div class=info>執事：王小明　貨源：示例日报　2024-03-04</div>");
        let read = |labels| Outline::with_labels(&page, Markup::Html, Metadata::default(), labels);
        let with_table = read(&labels);
        assert_eq!(with_table.unextracted, None, "the rules for text pages are not used");
        assert_eq!(with_table.header.author.as_deref(), Some("王小明"));
        assert_eq!(with_table.header.source.as_deref(), Some("示例日报"));
        assert!(with_table.header.date.is_some());
        let body: Vec<&str> = with_table.body().map(|paragraph| paragraph.text).collect();
        assert_eq!(body, BODY);
        let without = read(Labels::builtin());
        assert_eq!(without.header.author, None, "only the user's table has the label");
    }
}
