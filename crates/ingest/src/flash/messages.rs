//! Pages of messages that were copied from a chat. Each message begins with its sender and time,
//! and is a flash item.

use std::collections::HashSet;

use crate::date;
use crate::flash::headline::{self, Headline};
use crate::flash::item_hash::item_hash;
use crate::flash::paragraph::{Dated, Paragraph, Piece};
use crate::page::labels::Labels;
use crate::page::line::Line;
use crate::page::names::unlabelled::{Unlabelled, unlabelled};
use crate::record::Moment;
use crate::text::punctuation::{is_colon, is_sentence_end, is_space};

/// Maximum characters of a sender's name.
const MAX_SENDER: usize = 40;
/// Maximum bytes of sender and time together.
const MAX_HEAD_BYTES: usize = 240;

/// Where sender and time of a message stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadForm {
    /// `甲, [2023/5/17 10:20]`: Telegram.
    NameAndBrackets,
    /// `[2023/5/17 10:20] 甲: TEXT`: WhatsApp.
    BracketsAndName,
    /// `2023/5/17 10:20 - 甲: TEXT`: WhatsApp on Android.
    TimeDashName,
    /// `甲 2023-05-17 10:20:33`: WeChat.
    NameAndTime,
    /// `2023-05-17 10:20:33 甲`: QQ.
    TimeAndName,
}

impl HeadForm {
    const ALL: [Self; 5] = [
        Self::NameAndBrackets,
        Self::BracketsAndName,
        Self::TimeDashName,
        Self::NameAndTime,
        Self::TimeAndName,
    ];

    /// How many messages a page must have. Without brackets, a single one may be a byline.
    fn min_messages(self) -> usize {
        if matches!(self, Self::NameAndBrackets | Self::BracketsAndName) { 1 } else { 2 }
    }

    /// Whether the text of a message begins in the line of its sender.
    fn has_text(self) -> bool {
        matches!(self, Self::BracketsAndName | Self::TimeDashName)
    }
}

/// The beginning of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head<'a> {
    sender: &'a str,
    /// `None` if the day is ambiguous, as in `5/4/23`.
    moment: Option<Moment>,
    /// The text in the same line.
    text: &'a str,
}

/// The form of the messages of a page, if its lines from `at` on are messages.
pub(crate) fn form_of_page(lines: &[Line<'_>], at: usize) -> Option<HeadForm> {
    let first = &*lines.get(at)?.text;
    // A quick check first: most pages begin otherwise.
    if !first.contains(is_colon) || !first.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let form = HeadForm::ALL.into_iter().find(|form| head(first, *form).is_some())?;
    let is_head = |line: &Line<'_>| head(&line.text, form).is_some();
    let heads: Vec<&str> =
        lines[at..].iter().filter_map(|line| Some(head(&line.text, form)?.sender)).collect();
    let has_text = form.has_text() || lines.get(at + 1).is_some_and(|line| !is_head(line));
    let is_chat = heads.len() >= form.min_messages() && has_text;
    (is_chat && (form == HeadForm::NameAndBrackets || are_senders(&heads))).then_some(form)
}

/// Whether texts before messages are senders, and not the titles of dated news: some recur, or all
/// are names or accounts.
fn are_senders(texts: &[&str]) -> bool {
    let distinct: HashSet<&str> = texts.iter().copied().collect();
    let is_account = |text: &str| text.ends_with([')', '>', '\u{ff09}']) || text.contains('@');
    let is_name =
        |text: &str| is_account(text) || unlabelled(text, Labels::builtin()) != Unlabelled::NoName;
    texts.len() >= 3 && distinct.len() < texts.len() || distinct.iter().all(|text| is_name(text))
}

/// The senders of the messages, each once, in order.
pub(crate) fn senders<'l>(lines: &'l [Line<'_>], form: HeadForm) -> Vec<&'l str> {
    /// Maximum number of senders that are named.
    const MAX_SENDERS: usize = 20;
    let mut senders = Vec::new();
    for line in lines {
        if let Some(head) = head(&line.text, form)
            && !senders.contains(&head.sender)
        {
            senders.push(head.sender);
            if senders.len() == MAX_SENDERS {
                break;
            }
        }
    }
    senders
}

/// Splits the body of a page of messages into pieces: the last paragraph of each message has its
/// date.
pub(crate) fn split_messages<'a>(
    paragraphs: impl Iterator<Item = Paragraph<'a>>,
    form: HeadForm,
) -> Vec<Piece<'a>> {
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    // The date of the message that is read, where it begins in the page, and its first piece.
    let mut open: Option<(Option<Moment>, usize, usize)> = None;
    let close = |pieces: &mut Vec<Piece<'a>>, open: Option<(Option<Moment>, usize, usize)>| {
        let Some((moment, start, first)) = open.filter(|(_, _, first)| *first < pieces.len())
        else {
            return;
        };
        pieces[first].paragraph.start = start;
        if let Some(last) = pieces.last_mut() {
            last.dated = Some(Dated { moment, hash: item_hash(last.paragraph.text) });
        }
    };
    for paragraph in paragraphs {
        let Some(head) = head(paragraph.text, form) else {
            pieces.push(Piece { paragraph, dated: None });
            continue;
        };
        close(&mut pieces, open);
        open = Some((head.moment, paragraph.start, pieces.len()));
        if !head.text.is_empty() {
            let start = paragraph.end.saturating_sub(head.text.len()).max(paragraph.start);
            let paragraph = Paragraph { text: head.text, start, end: paragraph.end };
            pieces.push(Piece { paragraph, dated: None });
        }
    }
    close(&mut pieces, open);
    pieces
}

/// The headline of a message: as in other flash items, or a short first line with text below it.
pub(crate) fn headline_of_message<'a>(paragraphs: &[Paragraph<'a>]) -> Option<Headline<'a>> {
    /// Maximum characters of a line that is the title.
    const MAX_TITLE: usize = 60;
    let (first, following) = paragraphs.split_first()?;
    let is_title_line = !following.is_empty()
        && first.text.chars().count() <= MAX_TITLE
        && !first.text.contains(|c| is_colon(c) || c == '。');
    if is_title_line {
        let title = date::inside_brackets(first.text);
        return Some(Headline { column: None, title, text_start: first.text.len(), score: 0.0 });
    }
    let following: Vec<&str> = following.iter().map(|paragraph| paragraph.text).collect();
    headline::best_headline(first.text, &following.join("\n"))
}

/// The beginning of a message in a line, if it has this form.
fn head<'l>(line: &'l str, form: HeadForm) -> Option<Head<'l>> {
    let line = line.trim_start_matches('\u{200e}');
    if !form.has_text() && line.len() > MAX_HEAD_BYTES {
        return None;
    }
    let (sender, time, text) = match form {
        HeadForm::NameAndBrackets => {
            let (sender, time) = line.strip_suffix(']')?.rsplit_once('[')?;
            let sender = sender.trim_end().strip_suffix([',', '\u{ff0c}'])?;
            (sender, time, "")
        }
        HeadForm::BracketsAndName => {
            let (time, after) = line.strip_prefix('[')?.split_once(']')?;
            let (sender, text) = after.split_once(is_colon)?;
            (sender, time, text)
        }
        HeadForm::TimeDashName => {
            let (time, after) = line.split_once(" - ")?;
            let (sender, text) = after.split_once(is_colon)?;
            (sender, time, text)
        }
        HeadForm::NameAndTime => {
            let at = line.match_indices(is_space).map(|(at, _)| at).find(|at| {
                let after = line[*at..].trim_start();
                after.starts_with(|c: char| c.is_ascii_digit()) && time_of(after).is_some()
            })?;
            (&line[..at], &line[at..], "")
        }
        HeadForm::TimeAndName => {
            let found = line.starts_with(|c: char| c.is_ascii_digit()).then(|| {
                date::parse_prefix(line).filter(|found| line[found.bytes..].starts_with(is_space))
            })??;
            (&line[found.bytes..], &line[..found.bytes], "")
        }
    };
    let sender = sender.trim_matches(|c: char| is_space(c) || matches!(c, '—' | '–' | '-' | '·'));
    if !is_sender(sender) {
        return None;
    }
    Some(Head { sender, moment: time_of(time.trim())?, text: text.trim() })
}

/// Whether a text can be the name of a sender, and is no label of a byline.
fn is_sender(text: &str) -> bool {
    let labels = Labels::builtin();
    text.chars().count() <= MAX_SENDER
        && text.contains(char::is_alphabetic)
        && !text.contains(|c: char| is_colon(c) || is_sentence_end(c))
        && labels.at_start(text).is_none()
        && labels.whole(text).is_none()
}

/// The time of a message: `None` if the text is no day and time of day, `Some(None)` if the day is
/// ambiguous.
fn time_of(text: &str) -> Option<Option<Moment>> {
    if text.len() > MAX_HEAD_BYTES {
        return None;
    }
    let text = text.replace([',', '\u{ff0c}'], " ");
    let read = |text: &str| {
        let moment = date::parse_whole(text)?.moment;
        moment.filter(|moment| matches!(moment, Moment::Time(_)))
    };
    if let Some(moment) = read(text.trim()) {
        return Some(Some(moment));
    }
    // Without the century, the day is not known in any other text.
    let (first, second) = text.trim().split_once(is_space)?;
    let time_first = first.contains(is_colon);
    let (day, time) = if time_first { (second.trim(), first) } else { (first, second.trim()) };
    let separator = day.chars().find(|c| matches!(c, '.' | '/'))?;
    let numbers: Vec<u16> =
        day.split(separator).map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let [first, second, year] = numbers[..] else { return None };
    let is_time = time.starts_with(|c: char| c.is_ascii_digit()) && time.contains(is_colon);
    if !is_time || !(1..=31).contains(&first) || !(1..=31).contains(&second) {
        return None;
    }
    let year = if year < 100 { 2000 + year } else { year };
    let month_first = time.to_ascii_lowercase().ends_with('m');
    let (day, month) = match separator {
        '.' => (first, second),
        _ if month_first || second > 12 => (second, first),
        _ if first > 12 => (first, second),
        _ => return Some(None),
    };
    read(&format!("{year}-{month}-{day} {time}")).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sender_and_time_are_read_in_every_form() {
        let of = |line: &str| {
            HeadForm::ALL.into_iter().find_map(|form| {
                let head = head(line, form)?;
                let time = head.moment.map(|moment| match moment {
                    Moment::Time(time) => time.strftime("%Y-%m-%d %H:%M").to_string(),
                    _ => String::new(),
                });
                Some((head.sender.to_owned(), time.unwrap_or_default(), head.text.to_owned()))
            })
        };
        let wanted = |sender: &str, text: &str| {
            Some((sender.to_owned(), "2023-05-17 10:20".to_owned(), text.to_owned()))
        };
        for (line, sender, text) in [
            ("示例財經, [2023/5/17 10:20]", "示例財經", ""),
            ("示例財經, [17.05.23 10:20]", "示例財經", ""),
            ("示例財經, [17.05.2023 10:20]", "示例財經", ""),
            ("John Smith, [5/17/2023 10:20 AM]", "John Smith", ""),
            ("王小明 2023-05-17 10:20:33", "王小明", ""),
            ("2023-05-17 10:20:33 王小明(12345)", "王小明(12345)", ""),
            ("[2023/5/17 10:20] 王小明: 文字:甲", "王小明", "文字:甲"),
            ("[2023/5/17 上午10:20:33] 王小明: 文字", "王小明", "文字"),
            ("[17/05/23, 10:20:33] 王小明: 文字", "王小明", "文字"),
            ("[5/17/23, 10:20:33 AM] 王小明：文字", "王小明", "文字"),
            ("[10:20, 2023/5/17] 王小明: 文字", "王小明", "文字"),
            ("[10:20, 17/5/2023] 王小明: 文字", "王小明", "文字"),
            ("2023/5/17, 10:20 - 王小明: 文字", "王小明", "文字"),
            ("王小明 — 2023/5/17 10:20", "王小明", ""),
        ] {
            assert_eq!(of(line), wanted(sender, text), "{line}");
        }
        let ambiguous = Some(("甲乙".to_owned(), String::new(), "文字".to_owned()));
        assert_eq!(of("[05/04/23, 10:20:33] 甲乙: 文字"), ambiguous);
        for line in [
            "[2021-02-10 09:11:56] 來源: 編輯:wang 點擊量:",
            "時間 2023-05-17 10:20",
            "2023-05-17 10:20 來源:新浪",
            "甲說完了。[2023/5/17 10:20]",
            "[2023/5/17] 甲乙: 文字",
            "2023-05-17 10:20:33",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
