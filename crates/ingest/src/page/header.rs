//! The header of a page: lines with the site's name, breadcrumb, title, author and time. Determines
//! where the body begins.

use crate::date;
use crate::flash::messages::{self, HeadForm};
use crate::page::boilerplate::{breadcrumb, is_ad, is_ornament, is_page_number, site};
use crate::page::byline::{self, Byline, BylineReading};
use crate::page::head_title::{heading_of_title, without_site};
use crate::page::labels::{Label, LabelledValue, Labels};
use crate::page::line::{Layout, Line};
use crate::page::metadata::Metadata;
use crate::page::page_words::page_words;
use crate::page::record::{self, Record};
use crate::page::tags_line::{self, TagsLine};
use crate::record::{DateOrigin, Moment};
use crate::title::Title;

/// The contents of a page's header.
#[derive(Debug, Default)]
pub(crate) struct Header {
    pub(crate) site: Option<String>,
    pub(crate) category: Option<String>,
    /// The complete title line with its tag suffix, or the title in an HTML head without its tag
    /// suffix or the names of site and section; `None` if the page lost it.
    pub(crate) title: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) translator: Option<String>,
    pub(crate) editor: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) date: Option<(Moment, DateOrigin)>,
    /// A date that is stated in a form that could not be parsed.
    pub(crate) unread_date: Option<String>,
    /// Tags that the page's metadata states.
    pub(crate) tags: Vec<String>,
    /// The Tags line between the bylines, until the footer takes it.
    pub(crate) tags_line: Option<TagsLine>,
    /// Whether the page shows any sign of the known layout, which is that of the
    /// [family](Self::is_family) of sites. Pages of other sites show such signs, too: a breadcrumb
    /// or a byline with a time is enough. If so, the first line needs less evidence to be the
    /// title.
    pub(crate) is_known_layout: bool,
    /// Whether the page is one of the family of sites whose titles have tags: it shows the site's
    /// name twice in a line or after `Ctrl+D`, or a field `Author:` or `Time:`. If so, no bylines
    /// are read at the end of the body.
    pub(crate) is_family: bool,
    /// The form of the messages of which the page consists, if it was copied from a chat.
    pub(crate) messages: Option<HeadForm>,
    /// What the bylines of header and body say, until [`complete`](Self::complete) takes it.
    pub(crate) byline: Byline,
    /// Index of the first line of the body.
    pub(crate) body_start: usize,
}

/// Reads the header of a page. Removes the lines of a record, see [`record`].
pub(crate) fn read(layout: &mut Layout<'_>, labels: &Labels) -> Header {
    let mut header = Header::default();
    let heading = heading_of_title(layout);
    let lines = &mut layout.lines;
    let mut at = header.skip_boilerplate(lines, 0, heading.unwrap_or(lines.len()));
    if heading.is_none()
        && let Some(form) = messages::form_of_page(lines, at)
    {
        header.take_senders(lines, form);
        header.body_start = at;
        return header;
    }
    match heading {
        Some(line_number) => {
            // Everything above the heading of an HTML page is navigation.
            for line in &lines[at.min(line_number)..line_number] {
                header.take_boilerplate(line);
            }
            header.title = Some(lines[line_number].text.clone().into_owned());
            at = line_number + 1;
        }
        None => {
            at = header.skip_above_title(lines, at, labels);
            match record::take(lines, at, labels) {
                Some(record) => header.take_record(record),
                None => at = header.find_title(lines, at, labels),
            }
        }
    }
    at = header.take_bylines(lines, at, labels);
    if header.title.is_none() && heading.is_none() && header.byline.date().is_some() {
        // The title may stand below the bylines.
        at = header.take_title_below(lines, at, labels);
    }
    if header.title.is_some() {
        record::remove_label_of_text(lines, at);
    }
    if header.title.is_none()
        && let Some(title) = &layout.head_title
        && !title.is_empty()
    {
        header.title = Some(without_site(title).to_owned());
    }
    header.body_start = at;
    header
}

impl Header {
    /// Replaces values that the text gave by those that the page's metadata states.
    pub(crate) fn replace_by(&mut self, metadata: Metadata) {
        let Metadata { tags, date, unread_date, .. } = metadata;
        let fields = [
            (&mut self.title, metadata.title),
            (&mut self.author, metadata.author),
            (&mut self.translator, metadata.translator),
            (&mut self.editor, metadata.editor),
            (&mut self.source, metadata.source),
            (&mut self.site, metadata.site),
            (&mut self.category, metadata.category),
            (&mut self.url, metadata.url),
            (&mut self.unread_date, unread_date),
        ];
        for (field, stated) in fields {
            if stated.is_some() {
                *field = stated;
            }
        }
        self.date = date.or(self.date);
        if self.date.is_some() {
            self.unread_date = None;
        }
        self.tags.extend(tags);
    }

    /// Takes the senders of the messages of which the page consists: a single outlet is the source,
    /// and others are the authors.
    fn take_senders(&mut self, lines: &[Line<'_>], form: HeadForm) {
        let senders = messages::senders(lines, form);
        let is_outlet = |name: &str| page_words().is_outlet(name) || page_words().is_site(name);
        match senders[..] {
            [sender] if is_outlet(sender) => self.source = Some(sender.to_owned()),
            _ => self.author = Some(senders.join("、")),
        }
        self.messages = Some(form);
    }

    /// Takes what a record at the top of the page states.
    fn take_record(&mut self, record: Record) {
        self.title = Some(record.title);
        let fields =
            record.fields.iter().map(|(label, value)| LabelledValue { label: *label, value });
        self.byline.add(&fields.collect::<Vec<_>>());
        self.tags_line = self.tags_line.take().or(record.tags);
    }

    /// Takes the boilerplate lines from `at` on, before line `limit`; returns the line after them.
    pub(crate) fn skip_boilerplate(
        &mut self,
        lines: &[Line<'_>],
        mut at: usize,
        limit: usize,
    ) -> usize {
        while at < lines.len().min(limit) && self.take_boilerplate(&lines[at]) {
            at += 1;
        }
        at
    }

    /// Whether a line is boilerplate. Takes the site or category that it names.
    pub(crate) fn take_boilerplate(&mut self, line: &Line<'_>) -> bool {
        let text = &*line.text;
        if is_ad(text) || is_ornament(text) || is_page_number(text) {
            return true;
        }
        if let Some(site) = site(text) {
            self.is_known_layout = true;
            self.is_family = true;
            self.site.get_or_insert_with(|| site.to_owned());
            return true;
        }
        if let Some(category) = breadcrumb(text) {
            self.is_known_layout = true;
            if let Some(category) = category {
                self.category.get_or_insert_with(|| category.to_owned());
            }
            return true;
        }
        page_words().is_button_line(text)
    }

    /// Reads the bylines from line `at` on, and boilerplate between them; returns the line after
    /// them.
    pub(crate) fn take_bylines(
        &mut self,
        lines: &[Line<'_>],
        mut at: usize,
        labels: &Labels,
    ) -> usize {
        while let Some(line) = lines.get(at) {
            let text = &*line.text;
            if let Some(after) = self.take_tags_line(lines, at, labels) {
                at = after;
                continue;
            }
            if !self.take_usual_line(text)
                && !self.take_boilerplate(line)
                && !self.take_byline(text, labels)
            {
                break;
            }
            at += 1;
        }
        at
    }

    /// Takes the Tags line at `at` if a date or another byline follows it; returns the number of
    /// the line after it. Any other Tags line is read with the footer.
    fn take_tags_line(&mut self, lines: &[Line<'_>], at: usize, labels: &Labels) -> Option<usize> {
        tags_line::tags_value(&lines[at].text)?;
        let (tags, after) = tags_line::read(lines, at);
        let next = &*lines.get(after)?.text;
        let is_byline = date::parse_line(next).is_some()
            || byline::read(next, labels).is_some_and(|reading| reading.is_certain());
        if !is_byline {
            return None;
        }
        self.tags_line = self.tags_line.take().or(tags);
        Some(after)
    }

    /// Reads a line that is an empty field `Author:`, or a field `Time:` with a date in its usual
    /// form; returns whether the line is one of these. This is faster than parsing the line as a
    /// byline.
    fn take_usual_line(&mut self, text: &str) -> bool {
        let time = text.strip_prefix("Time:").filter(|time| date::parse_usual(time).is_some());
        if time.is_none() && text != "Author:" {
            return false;
        }
        (self.is_known_layout, self.is_family) = (true, true);
        // An empty value adds nothing to the byline.
        self.byline.add(&[LabelledValue { label: Label::Time, value: time.unwrap_or_default() }]);
        true
    }

    /// Reads a line that is a date or a byline, or that repeats the title; returns whether the line
    /// is one of these.
    fn take_byline(&mut self, text: &str, labels: &Labels) -> bool {
        if let Some(found) = date::parse_whole(text)
            && !matches!(found.moment, Some(Moment::Year(_)))
        {
            self.byline.add(&[LabelledValue { label: Label::Time, value: text }]);
            return true;
        }
        if self.repeats_title(text) {
            return true;
        }
        let Some(reading) = byline::read(text, labels).filter(|reading| reading.is_whole) else {
            return false;
        };
        if is_known_layout_byline(text, &reading) {
            self.is_known_layout = true;
            self.is_family |= text.starts_with("Author:") || text.starts_with("Time:");
        }
        self.byline.add(&reading.fields);
        true
    }

    /// Splits the title line into title and tags.
    pub(crate) fn split_title<'a>(&self, line: &'a str) -> Title<'a> {
        if self.is_family { Title::split_known_layout(line) } else { Title::split(line) }
    }

    /// Whether a line is the title once more, with or without its tags.
    pub(crate) fn repeats_title(&self, text: &str) -> bool {
        let Some(line) = self.title.as_deref().filter(|line| line.starts_with(first_char(text)))
        else {
            return false;
        };
        line == text || self.split_title(line).title == text
    }

    /// Completes the header with what the bylines of header and body say.
    pub(crate) fn complete(&mut self) {
        let byline = std::mem::take(&mut self.byline);
        self.date = self.date.or_else(|| byline.date().map(|moment| (moment, DateOrigin::Text)));
        self.unread_date = byline.unread_date().map(str::to_owned);
        // The translator counts as the author of a text that names no other.
        let author = byline.author.or_else(|| byline.translator.clone());
        let fields = [
            (&mut self.author, author),
            (&mut self.translator, byline.translator),
            (&mut self.editor, byline.editor),
            (&mut self.source, byline.source),
            (&mut self.category, byline.category),
            (&mut self.url, byline.url.filter(|url| url.contains("://"))),
        ];
        for (field, in_byline) in fields {
            *field = field.take().or(in_byline);
        }
    }
}

fn first_char(text: &str) -> &str {
    &text[..text.chars().next().map_or(0, char::len_utf8)]
}

/// Whether a byline is one of the known layout: it has a field for a time, which may be empty, or a
/// field for an author that is empty or whose line begins with `Author`.
pub(crate) fn is_known_layout_byline(text: &str, reading: &BylineReading<'_>) -> bool {
    text.chars().count() <= 150
        && reading.is_whole
        && reading.fields.iter().any(|field| {
            matches!(field.label, Label::Time | Label::Updated)
                || field.label == Label::Author
                    && (field.value.is_empty() || text.starts_with("Author"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::html::html_layout;
    use crate::page::line::text_layout;

    fn of(text: &str) -> Header {
        let mut header = read(&mut text_layout(text), Labels::builtin());
        header.complete();
        header
    }

    #[test]
    fn every_field_of_a_header_in_the_known_layout_is_read() {
        let text = "以太坊交易所 以太坊交易所\nCtrl+D 以太坊交易所\nads\n首頁 > 瑞波幣 > Info\n\n題目_GPT:CGPT價格\n\nAuthor:\n\nTime:1900/1/1 0:00:00\n\n正文第一段。";
        let header = of(text);
        assert_eq!(header.site.as_deref(), Some("以太坊交易所"));
        assert_eq!(header.category.as_deref(), Some("瑞波幣"));
        assert_eq!(header.title.as_deref(), Some("題目_GPT:CGPT價格"));
        assert_eq!((header.date, header.body_start), (None, 7));
    }

    #[test]
    fn a_title_between_a_breadcrumb_and_a_time_is_found() {
        for crumb in [
            "導航:首頁 > 以太萊特 > 正文",
            "當前位置:首頁 » 以太萊特 » 正文",
            "导航:首页>以太萊特>正文",
        ] {
            let header = of(&format!(
                "{crumb}\n以太萊特是什麼\n發布時間:2024-04-21 13:50:48\n❶ 以太萊特的由來"
            ));
            assert_eq!(header.category.as_deref(), Some("以太萊特"), "{crumb}");
            assert_eq!(header.title.as_deref(), Some("以太萊特是什麼"), "{crumb}");
            assert!(header.date.is_some(), "{crumb}");
            assert_eq!(header.body_start, 3, "{crumb}");
        }
    }

    #[test]
    fn a_page_that_is_only_body_has_no_title() {
        let header =
            of("最近,正在進行AI大戰的各個大廠,翻開了窘迫的一面。\n\n這份文件認為,差距正在縮小。");
        assert_eq!((header.title, header.body_start), (None, 0));
        let header = of("來源:鏈聞\n\n最近,正在進行AI大戰。");
        assert_eq!((header.title, header.body_start), (None, 1));
    }

    #[test]
    fn navigation_above_the_heading_hides_neither_title_nor_date() {
        let mut header = read(
            &mut html_layout(
                "<title>量子計算的下一步_科技網</title><nav><a>首頁</a><a>科技</a></nav><div>廣告位</div><h1>科技網</h1>\
             <h2>量子計算的下一步</h2><p>發布時間:2024-04-21 13:50</p><p>正文。</p>",
            ),
            Labels::builtin(),
        );
        header.complete();
        assert_eq!(header.title.as_deref(), Some("量子計算的下一步"));
        assert!(header.date.is_some());
    }
}
