//! Recognises files by their first lines: WARC and ARC, messages, tables, and labelled lines. A
//! labelled line is a text with a short label: the label, a tab and the text, or the text, a tab
//! and the label; or it has the fields of a known data set, without a header, see [`SEPARATED`].

use super::content::Content;
use super::kind::{DumpKind, Kind, PageKind};
use crate::fields::keys;

/// Maximum length of a label in bytes: eight Chinese characters.
const LONGEST_LABEL: usize = 24;
/// Minimum length of a labelled text in bytes: ten Chinese characters.
const SHORTEST_TEXT: usize = 30;
/// Maximum length of the name of a table's column in bytes.
const LONGEST_NAME: usize = 64;
/// Maximum length of the header of a table in bytes.
const LONGEST_TABLE_HEADER: usize = 2 << 10;
/// In a line that separates messages, fewer bytes than this follow `From `.
const FROM_LINE_BYTES: usize = 200;
/// Maximum number of lines in which the header fields of a message are searched for.
const MAX_HEADER_LINES: usize = 200;

/// Recognises a text by its first lines.
pub(super) fn of(text: &[u8]) -> Content {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match line {
        _ if line.starts_with(b"WARC/") => Content::Kind(Kind::Warc),
        _ if line.starts_with(b"filedesc://") => Content::Kind(Kind::Arc),
        _ if is_from_line(line) => Content::Kind(Kind::Dump(DumpKind::Mbox)),
        _ if separated(line).is_some() && is_labelled(text) => {
            Content::Kind(Kind::Dump(DumpKind::Labelled))
        }
        _ if line.contains(&b':') => message(text),
        _ if line.contains(&b'\t') && is_labelled(text) => {
            Content::Kind(Kind::Dump(DumpKind::Labelled))
        }
        _ => table(line),
    }
}

/// Whether the first line may be a labelled line, or the header of a table with tabs: the line has
/// a tab after a short first cell or before a short last cell. `head` may end inside the line.
pub(super) fn may_be_labelled_or_table(head: &[u8]) -> bool {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_short = |cell: &[u8]| cell.trim_ascii_end().len() <= LONGEST_LABEL;
    memchr::memchr(b'\t', line).is_some_and(|at| (1..=LONGEST_LABEL).contains(&at))
        || memchr::memrchr(b'\t', line).is_some_and(|at| is_short(&line[at + 1..]))
}

/// Whether a line separates messages in an mbox file: `From sender Mon Jan  1 10:00:00 2024`.
pub(crate) fn is_from_line(line: &[u8]) -> bool {
    let Some(remaining) = line.strip_prefix(b"From ") else { return false };
    let is_time = |w: &[u8]| {
        w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit() && w[3].is_ascii_digit()
    };
    let is_year = |w: &[u8]| w.iter().all(u8::is_ascii_digit);
    remaining.len() < FROM_LINE_BYTES
        && remaining.windows(4).any(is_time)
        && remaining.windows(4).any(is_year)
}

/// Recognises a message by its header fields: at least three known ones, one of which is technical.
fn message(text: &[u8]) -> Content {
    const KNOWN: [&str; 16] = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "received",
        "mime-version",
        "return-path",
        "content-type",
        "delivered-to",
        "reply-to",
        "sender",
        "dkim-signature",
        "cc",
        "x-mailer",
        "content-transfer-encoding",
    ];
    const TECHNICAL: [&str; 6] =
        ["message-id", "received", "mime-version", "return-path", "content-type", "dkim-signature"];
    let (mut known, mut technical, mut related) = (0, false, false);
    for line in text.split(|byte| *byte == b'\n').take(MAX_HEADER_LINES) {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            break;
        }
        // A line that begins with a space continues the field before.
        let is_folded = matches!(line[0], b' ' | b'\t');
        related |= memchr::memmem::find(&line.to_ascii_lowercase(), b"multipart/related").is_some();
        if is_folded {
            continue;
        }
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if name.len() == line.len() || !name.iter().all(is_name) {
            break;
        }
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        known += usize::from(KNOWN.contains(&name.as_str()));
        technical |= TECHNICAL.contains(&name.as_str());
    }
    match (known >= 3 && technical, related) {
        (true, true) => Content::Kind(Kind::Page(PageKind::WebArchive)),
        (true, false) => Content::Kind(Kind::Page(PageKind::Mail)),
        _ => Content::Text,
    }
}

/// Lines of fields that have a separator of their own, and no header: the separator, and the keys
/// of the fields; those with an empty key are not read.
const SEPARATED: [(&str, &[&str]); 1] =
    // The data set of headlines of Toutiao.
    [("_!_", &["id", "", "category", "title", "tags"])];

/// The fields of a line with one of the separators of [`SEPARATED`], with their keys.
pub(crate) fn separated(line: &[u8]) -> Option<Vec<(&'static str, &[u8])>> {
    SEPARATED.iter().find_map(|(separator, keys)| {
        memchr::memmem::find(line, separator.as_bytes())?;
        let mut ends: Vec<usize> = memchr::memmem::find_iter(line, separator.as_bytes()).collect();
        if ends.len() + 1 != keys.len() {
            return None;
        }
        ends.push(line.len());
        let mut start = 0;
        let fields = keys.iter().zip(ends).map(|(key, end)| {
            let field = &line[start..end];
            start = (end + separator.len()).min(line.len());
            (*key, field)
        });
        Some(fields.filter(|(key, _)| !key.is_empty()).collect())
    })
}

/// Whether every line is a label, a tab and a text, or every line is a text, a tab and a label; or
/// every line has the same separator of [`SEPARATED`].
fn is_labelled(text: &[u8]) -> bool {
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    // The last line may be cut.
    let complete = if lines.len() > 1 { &lines[..lines.len() - 1] } else { &lines[..] };
    let mut non_empty =
        complete.iter().map(|line| line.trim_ascii_end()).filter(|line| !line.is_empty());
    let Some(first) = non_empty.next() else { return false };
    if separated(first).is_some() {
        return non_empty.all(|line| separated(line).is_some());
    }
    let Some(first) = labelled(first) else { return false };
    let has_same_form =
        |line| labelled(line).is_some_and(|line| line.label_first == first.label_first);
    non_empty.all(has_same_form)
}

/// A line that consists of a label, a tab and a text, or of a text, a tab and a label.
pub(crate) struct LabelledLine<'l> {
    pub(crate) label_first: bool,
    pub(crate) label: &'l [u8],
    pub(crate) text: &'l [u8],
}

/// Splits a labelled line; `None` if the line is not labelled.
pub(crate) fn labelled(line: &[u8]) -> Option<LabelledLine<'_>> {
    let at = memchr::memchr(b'\t', line)?;
    let (left, right) = (&line[..at], &line[at + 1..]);
    if right.contains(&b'\t') {
        return None;
    }
    let is_label = |label: &[u8]| {
        // No label has such a character; a sentence or markup may have one.
        let is_foreign = |b: &u8| b.is_ascii_whitespace() || matches!(b, b',' | b'"' | b'<' | b':');
        (1..=LONGEST_LABEL).contains(&label.len()) && !label.iter().any(is_foreign)
    };
    if is_label(left) && right.len() >= SHORTEST_TEXT {
        return Some(LabelledLine { label_first: true, label: left, text: right });
    }
    let label_last = LabelledLine { label_first: false, label: right, text: left };
    (is_label(right) && left.len() >= SHORTEST_TEXT).then_some(label_last)
}

/// Recognises a table by its header: the names of at least two columns are known, and at least one
/// column is that of a title or text.
fn table(header: &[u8]) -> Content {
    let header = header.trim_ascii_end();
    if header.len() > LONGEST_TABLE_HEADER {
        return Content::Text;
    }
    let Ok(header) = std::str::from_utf8(header) else { return Content::Text };
    for (separator, kind) in [(',', DumpKind::Csv), ('\t', DumpKind::Tsv), (';', DumpKind::Csv)] {
        let names: Vec<&str> = header.split(separator).map(|name| name.trim_matches('"')).collect();
        if names.len() < 2
            || names.iter().any(|name| name.trim().is_empty() || name.len() > LONGEST_NAME)
        {
            continue;
        }
        let known = names.iter().filter(|name| keys::is_known(name)).count();
        if known >= 2 && names.iter().any(|name| keys::is_title_or_text(name)) {
            return Content::Kind(Kind::Dump(kind));
        }
    }
    Content::Text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_recognised_by_their_first_lines() {
        let dump = |kind| Content::Kind(Kind::Dump(kind));
        let page = |kind| Content::Kind(Kind::Page(kind));
        let text = "馬曉旭意外受傷讓國奧警惕無奈大雨格外青睞殷家軍";
        for (head, expected) in [
            ("WARC/1.0\r\n".to_owned(), Content::Kind(Kind::Warc)),
            ("filedesc://a.arc 0.0.0.0 2024".to_owned(), Content::Kind(Kind::Arc)),
            ("From a@b.c Mon Jan  1 10:00:00 2024\nX: y\n".to_owned(), dump(DumpKind::Mbox)),
            ("From here it took until 10:00 to arrive.\n".to_owned(), Content::Text),
            ("Received: from a\n by b\nDate: x\nSubject: y\n\nz".to_owned(), page(PageKind::Mail)),
            (
                "From: a\nSubject: y\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\n"
                    .to_owned(),
                page(PageKind::WebArchive),
            ),
            ("Author: 張三\nTime: 2023/3/14\n\n正文".to_owned(), Content::Text),
            ("7_!_101_!_news_!_甲: 乙_!_\n8_!_".to_owned(), dump(DumpKind::Labelled)),
            ("7_!_101_!_news_!_甲_!_\n正文\n".to_owned(), Content::Text),
            (format!("體育\t{text}\n財經\t{text}\n體"), dump(DumpKind::Labelled)),
            (format!("{text}\t3\n{text}\t14\n"), dump(DumpKind::Labelled)),
            (format!("體育\t{text}\n{text}\n"), Content::Text),
            ("名稱\t價格\n甲\t3\n".to_owned(), Content::Text),
            ("id,title,content\n1,甲,乙\n".to_owned(), dump(DumpKind::Csv)),
            ("標題\t正文\n甲\t乙\n".to_owned(), dump(DumpKind::Tsv)),
            ("題目,正文如下\n甲".to_owned(), Content::Text),
        ] {
            assert_eq!(of(head.as_bytes()), expected, "{head}");
        }
    }

    #[test]
    fn a_line_that_may_be_labelled_has_a_label_of_at_most_the_longest_length() {
        let text = "馬曉旭意外受傷讓國奧警惕無奈大雨格外青睞殷家軍";
        let longest = "甲".repeat(LONGEST_LABEL / 3);
        let longer = format!("{longest}a");
        for (label, expected) in [("3", true), (&*longest, true), (&*longer, false)] {
            for line in [format!("{label}\t{text}"), format!("{text}\t{label}")] {
                for end in ["", "\n", "\r\n"] {
                    let head = format!("{line}{end}");
                    assert_eq!(may_be_labelled_or_table(head.as_bytes()), expected, "{head}");
                }
                assert_eq!(labelled(line.as_bytes()).is_some(), expected, "{line}");
            }
        }
    }
}
