//! The header of a page: site lines, breadcrumb, title, author and time. Determines where the body
//! begins.

use crate::date;
use crate::page::boilerplate::{breadcrumb, is_ad, site};
use crate::page::labels::{Field, Label, fields, has_fields, is_name};
use crate::page::line::{Layout, Line, Part};
use crate::page::metadata::Metadata;
use crate::page::title::Title;
use crate::punctuation::is_stop;
use crate::record::{DateOrigin, Moment};

/// The contents of a page's header.
#[derive(Debug, Default)]
pub(crate) struct Header {
    pub(crate) site: Option<String>,
    pub(crate) category: Option<String>,
    /// The complete title line with its tag suffix; `None` if the page lost it.
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
    /// Whether the page shows any sign of the known site layout; if so, the rest is read by its
    /// rules.
    pub(crate) is_known_layout: bool,
    /// The first line of the body.
    pub(crate) body: usize,
}

/// A title is among this many first lines.
const MAX_TITLE_LINE: usize = 40;

/// Reads the header of a page.
pub(crate) fn read(layout: &Layout<'_>) -> Header {
    let lines = &layout.lines;
    let mut header = Header::default();
    let heading = heading(layout);
    let mut at = header.skip_boilerplate(lines, 0, heading.unwrap_or(lines.len()));
    match heading {
        Some(line_number) => {
            // Everything above an HTML page's heading is navigation.
            for line in &lines[at.min(line_number)..line_number] {
                header.take_boilerplate(line);
            }
            header.title = Some(lines[line_number].text.clone().into_owned());
            at = line_number + 1;
        }
        None => at = header.find_title(lines, at),
    }
    at = header.take_meta_lines(lines, at);
    if header.title.is_none()
        && let Some(title) = &layout.head_title
        && !title.is_empty()
    {
        header.title = Some(without_site(title).to_owned());
    }
    header.body = at;
    header
}

impl Header {
    /// Replaces what was read by what the page's metadata states.
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
        self.tags.extend(tags);
    }

    /// Skips boilerplate lines, starting at `at`.
    fn skip_boilerplate(&mut self, lines: &[Line<'_>], mut at: usize, limit: usize) -> usize {
        while at < lines.len().min(limit) && self.take_boilerplate(&lines[at]) {
            at += 1;
        }
        at
    }

    fn take_boilerplate(&mut self, line: &Line<'_>) -> bool {
        let text = &*line.text;
        if is_ad(text) {
            return true;
        }
        if let Some(site) = site(text) {
            self.is_known_layout = true;
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
        false
    }

    /// Finds the title of a text page at or shortly after `at`; returns the line after it.
    fn find_title(&mut self, lines: &[Line<'_>], at: usize) -> usize {
        let Some(first) = lines.get(at) else { return at };
        if has_fields(&first.text) {
            return at;
        }
        let end = lines.len().min(at + 5);
        // Author and time follow the title, possibly after a breadcrumb.
        let anchor = (at + 1..end).find(|&i| is_meta(&lines[i].text));
        let candidates = at..anchor.unwrap_or(end);
        let with_tail = candidates.clone().take(if anchor.is_some() { 5 } else { 2 }).find(|&i| {
            is_title_like(&lines[i].text, 200) && Title::split(&lines[i].text).has_tail()
        });
        let line_number = match (with_tail, anchor) {
            (Some(line_number), _) => line_number,
            (None, Some(_)) if is_title_like(&first.text, 150) => at,
            (None, None) if self.is_known_layout && is_title_like(&first.text, 100) => at,
            _ => return at,
        };
        self.title = Some(lines[line_number].text.clone().into_owned());
        line_number + 1
    }

    /// Reads the lines with author and time, and boilerplate between them.
    fn take_meta_lines(&mut self, lines: &[Line<'_>], mut at: usize) -> usize {
        while let Some(line) = lines.get(at) {
            let text = &*line.text;
            if !self.take_boilerplate(line) {
                if let Some(found) = date::parse_whole(text) {
                    self.note_date(found.moment);
                } else if is_meta(text) {
                    self.is_known_layout = true;
                    self.take_fields(&fields(text));
                } else {
                    break;
                }
            }
            at += 1;
        }
        at
    }

    fn note_date(&mut self, moment: Option<Moment>) {
        self.date = self.date.or_else(|| moment.map(|moment| (moment, DateOrigin::Text)));
    }

    fn take_fields(&mut self, fields: &[Field<'_>]) {
        for field in fields {
            match field.label {
                Label::Time => {
                    let moment = date::parse_prefix(field.value).and_then(|found| found.moment);
                    self.note_date(moment);
                }
                Label::Author => set_once(&mut self.author, field.value),
                Label::Source => set_once(&mut self.source, field.value),
                Label::Compiler | Label::Other => {}
            }
        }
    }
}

/// Sets `slot` if it is empty and `value` can be a name.
pub(crate) fn set_once(slot: &mut Option<String>, value: &str) {
    if !value.is_empty() && is_name(value) {
        slot.get_or_insert_with(|| value.to_owned());
    }
}

/// Whether a line states author or time: it has empty fields or a time.
fn is_meta(text: &str) -> bool {
    if !has_fields(text) || text.chars().count() > 150 {
        return false;
    }
    let fields = fields(text);
    fields.iter().any(|field| {
        field.label == Label::Time
            && (field.value.is_empty() || date::parse_prefix(field.value).is_some())
            || field.label == Label::Author
                && (field.value.is_empty() || text.starts_with("Author"))
    })
}

fn is_title_like(text: &str, longest: usize) -> bool {
    let last = text.chars().last().unwrap_or(' ');
    text.chars().count() <= longest
        && last != '。'
        && last != ','
        && last != '\u{ff0c}'
        && last != ';'
}

/// The heading that is an HTML page's title: the one named in the page's head, or else the first
/// `h1`.
fn heading(layout: &Layout<'_>) -> Option<usize> {
    let near = || layout.lines.iter().enumerate().take(MAX_TITLE_LINE);
    let head = layout.head_title.as_deref().unwrap_or_default();
    let agrees = |line: &Line<'_>| {
        let title = Title::split(&line.text).title;
        title.chars().count() >= 4 && (head.contains(title) || without_site(head).contains(title))
    };
    let headings = || near().filter(|(_, line)| (1..=3).contains(&line.heading));
    headings()
        .find(|(_, line)| agrees(line))
        .or_else(|| headings().find(|(_, line)| line.heading == 1 && line.part == Part::Main))
        .or_else(|| {
            near().find(|(_, line)| {
                !head.is_empty() && Title::split(&line.text).title == without_site(head)
            })
        })
        .map(|(line_number, _)| line_number)
}

/// The title in an HTML head, without the names of site and section after it.
fn without_site(title: &str) -> &str {
    let parts = Title::split(title);
    if parts.has_tail() {
        return parts.title;
    }
    for separator in ["_", " - ", " | ", " – ", " — ", "\u{ff5c}"] {
        if let Some((front, _)) = title.split_once(separator)
            && front.chars().count() >= 4
        {
            return front.trim();
        }
    }
    match title.rsplit_once('-') {
        Some((front, back))
            if front.chars().count() >= 8
                && back.chars().count() <= 8
                && !back.contains(is_stop) =>
        {
            front.trim()
        }
        _ => title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::html::html_layout;
    use crate::page::line::text_layout;

    fn of(text: &str) -> Header {
        read(&text_layout(text))
    }

    #[test]
    fn the_whole_header() {
        let text = "以太坊交易所 以太坊交易所\nCtrl+D 以太坊交易所\nads\n首頁 > 瑞波幣 > Info\n\n題目_GPT:CGPT價格\n\nAuthor:\n\nTime:1900/1/1 0:00:00\n\n正文第一段。";
        let header = of(text);
        assert_eq!(header.site.as_deref(), Some("以太坊交易所"));
        assert_eq!(header.category.as_deref(), Some("瑞波幣"));
        assert_eq!(header.title.as_deref(), Some("題目_GPT:CGPT價格"));
        assert_eq!((header.date, header.body), (None, 7));
    }

    #[test]
    fn sister_sites() {
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
            assert_eq!(header.body, 3, "{crumb}");
        }
    }

    #[test]
    fn a_page_that_is_only_body_has_no_title() {
        let header =
            of("最近,正在進行AI大戰的各個大廠,翻開了窘迫的一面。\n\n這份文件認為,差距正在縮小。");
        assert_eq!((header.title, header.body), (None, 0));
        let header = of("來源:鏈聞\n\n最近,正在進行AI大戰。");
        assert_eq!((header.title, header.body), (None, 0));
    }

    #[test]
    fn ordinary_html() {
        let header = read(&html_layout(
            "<title>量子計算的下一步_科技網</title><nav><a>首頁</a><a>科技</a></nav><div>廣告位</div><h1>科技網</h1>\
             <h2>量子計算的下一步</h2><p>發布時間:2024-04-21 13:50</p><p>正文。</p>",
        ));
        assert_eq!(header.title.as_deref(), Some("量子計算的下一步"));
        assert!(header.date.is_some());
    }
}
