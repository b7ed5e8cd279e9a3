//! Reads messages: mail, and web pages that a browser saved as one message (MHTML).

mod body;
mod flowed;

use std::borrow::Cow;

use encoding_rs::UTF_8;
use mail_parser::{Address, HeaderName, Message, MessageParser, MimeHeaders, PartType};

use body::Body;

use crate::date;
use crate::encoding::detect::detect;
use crate::page::markup::Markup;
use crate::page::metadata::Metadata;
use crate::record::DateOrigin;

/// A message: its text, what its header states, and the names of its attachments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) text: String,
    /// The markup of `text`.
    pub(crate) markup: Markup,
    /// What the header of the message states; of a saved web page, only its address.
    pub(crate) metadata: Metadata,
    /// The names of the attachments, which are not read; empty for a saved web page.
    pub(crate) attachments: Vec<String>,
}

/// Where a message comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MailSource {
    /// A file of its own, which may be a saved web page.
    File,
    /// A file of messages that were sent or received.
    Mailbox,
}

/// Maximum characters of a date that cannot be parsed; the report shows them.
const MAX_UNREAD_DATE_CHARS: usize = 100;

/// Reads a message; `None` if it has no header fields.
pub(crate) fn read(raw: &[u8], source: MailSource) -> Option<Mail> {
    let raw = in_utf8_if_no_charset(raw);
    let message = MessageParser::default().parse(&*raw)?;
    if was_saved(&message, source)
        && let Some((html, address)) = saved_page(&message)
    {
        let url = snapshot_location(&message)
            .or_else(|| message.header_raw(HeaderName::ContentLocation))
            .map(|url| url.trim().to_owned());
        let url = url.or(address).filter(|url| url.starts_with("http"));
        let metadata = Metadata { url, ..Metadata::default() };
        let attachments = Vec::new();
        return Some(Mail { text: html, markup: Markup::Html, metadata, attachments });
    }
    let Body { text, markup, messages } = body::read(&message);
    let attachments = attachments(&messages);
    let title = message.subject().map(str::trim).filter(|subject| !subject.is_empty());
    let mut metadata = Metadata {
        title: title.map(str::to_owned),
        author: message.from().and_then(author),
        ..Metadata::default()
    };
    if let Some(sent) = message.date().filter(|sent| sent.year > 0) {
        let moment = date::from_epoch(sent.to_timestamp());
        metadata.date = moment.map(|moment| (moment, DateOrigin::Mail));
    }
    if metadata.date.is_none() {
        let stated = message.header_raw(HeaderName::Date).map(str::trim);
        metadata.unread_date = stated.filter(|date| !date.is_empty()).map(|date| {
            date.chars().filter(|c| !c.is_control()).take(MAX_UNREAD_DATE_CHARS).collect()
        });
    }
    Some(Mail { text, markup, metadata, attachments })
}

/// A message in UTF-8, if it names no charset. A charset is that of the text: the header may be in
/// another one, or have names and a subject as they are, so the header is in UTF-8 then.
fn in_utf8_if_no_charset(raw: &[u8]) -> Cow<'_, [u8]> {
    let names_charset = || {
        memchr::memchr2_iter(b'c', b'C', raw)
            .any(|at| raw.get(at..at + 7).is_some_and(|word| word.eq_ignore_ascii_case(b"charset")))
    };
    if std::str::from_utf8(raw).is_ok() {
        return Cow::Borrowed(raw);
    }
    let decoded_bytes = if names_charset() { header_bytes(raw) } else { raw.len() };
    let (decoded, rest) = raw.split_at(decoded_bytes);
    match detect(decoded, None) {
        encoding if encoding == UTF_8 => Cow::Borrowed(raw),
        encoding => {
            let text = encoding.decode_without_bom_handling(decoded).0;
            Cow::Owned([text.as_bytes(), rest].concat())
        }
    }
}

/// The length of the header of a message, which ends at the first empty line.
fn header_bytes(raw: &[u8]) -> usize {
    let is_end = |at: &usize| {
        let after = &raw[at + 1..];
        after.starts_with(b"\n") || after.starts_with(b"\r\n")
    };
    memchr::memchr_iter(b'\n', raw).find(is_end).unwrap_or(raw.len())
}

/// Whether a message was never sent, but is a web page that a browser saved, if it has any HTML.
fn was_saved(message: &Message<'_>, source: MailSource) -> bool {
    let has = |name: HeaderName<'static>| message.header(name).is_some();
    if has(HeaderName::To) || has(HeaderName::Received) || has(HeaderName::MessageId) {
        return false;
    }
    if snapshot_location(message).is_some() || names_browser(message) {
        return true;
    }
    if source == MailSource::Mailbox {
        return false;
    }
    // The pictures of a saved page are found by their addresses, so its parts state them.
    let states_location = |part: &mail_parser::MessagePart<'_>| {
        matches!(part.body, PartType::Html(_)) && part.content_location().is_some()
    };
    if has(HeaderName::ContentLocation) || message.parts.iter().any(states_location) {
        return true;
    }
    let is_related = message
        .content_type()
        .and_then(|kind| kind.subtype())
        .is_some_and(|subtype| subtype.eq_ignore_ascii_case("related"));
    !has_address(message) && (is_related || !has(HeaderName::Date))
}

/// The address of a web page that Chromium saved.
fn snapshot_location<'m>(message: &'m Message<'_>) -> Option<&'m str> {
    message.header_raw(HeaderName::Other("Snapshot-Content-Location".into()))
}

/// Whether a sender has an address.
fn has_address(message: &Message<'_>) -> bool {
    let is_address = |address: &str| address.contains('@');
    message.from().is_some_and(|from| from.iter().any(|it| it.address().is_some_and(is_address)))
}

/// Whether a browser stands in the place of the sender: `<Saved by Blink>`, in the language of the
/// browser.
fn names_browser(message: &Message<'_>) -> bool {
    let is_note = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.contains("saved by") || text.contains("保存") || text.contains("儲存")
    };
    let mut senders = message.from().into_iter().flat_map(|from| from.iter());
    !has_address(message)
        && senders.any(|it| [it.name(), it.address()].into_iter().flatten().any(is_note))
}

/// The HTML of a saved web page, which is the first HTML part, and the address of that part.
fn saved_page(message: &Message<'_>) -> Option<(String, Option<String>)> {
    let part = message.parts.iter().find(|part| matches!(part.body, PartType::Html(_)))?;
    let html = body::part_text(message, part).into_owned();
    Some((html, part.content_location().map(str::to_owned)))
}

/// The names of the attachments of a message, and of the messages inside it that were read instead
/// of it. An attachment without a name is called `attachment`, with the ending of its type.
fn attachments(messages: &[&Message<'_>]) -> Vec<String> {
    // A hostile message may have any number of attachments, with names of any length.
    const MAX_ATTACHMENTS: usize = 1_000;
    const MAX_NAME_CHARS: usize = 200;
    let name = |part: &mail_parser::MessagePart<'_>| {
        let name = part.attachment_name().unwrap_or_default();
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name: String = name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect();
        match name.trim() {
            "" => format!("attachment.{}", ending(part)),
            name => name.to_owned(),
        }
    };
    let unread = messages.iter().enumerate().flat_map(|(at, message)| {
        let read = messages.get(at + 1).copied();
        let is_read = move |part: &&mail_parser::MessagePart<'_>| {
            matches!((body::as_message(part), read), (Some(a), Some(b)) if std::ptr::eq(a, b))
        };
        message.attachments().filter(move |part| !is_read(part))
    });
    unread.take(MAX_ATTACHMENTS).map(name).collect()
}

/// The ending of a file name for the type of a part.
fn ending(part: &mail_parser::MessagePart<'_>) -> String {
    if matches!(part.body, PartType::Message(_)) {
        return "eml".to_owned();
    }
    let subtype = part.content_type().and_then(|kind| kind.subtype()).unwrap_or("bin");
    match subtype.to_ascii_lowercase().as_str() {
        "plain" => "txt".to_owned(),
        "jpeg" => "jpg".to_owned(),
        subtype if subtype.len() <= 8 && subtype.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            subtype.to_owned()
        }
        _ => "bin".to_owned(),
    }
}

/// The names of the first ten senders; of a sender without a name, the address.
fn author(from: &Address<'_>) -> Option<String> {
    const MAX_SENDERS: usize = 10;
    let name = |sender: &mail_parser::Addr<'_>| {
        let name = sender.name.as_deref().or(sender.address.as_deref())?;
        let name = name.trim().trim_matches('"');
        (!name.is_empty()).then(|| name.to_owned())
    };
    let names: Vec<String> = from.iter().take(MAX_SENDERS).filter_map(name).collect();
    (!names.is_empty()).then(|| names.join("、"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_author_date_and_text_of_a_message_are_read() {
        let mail = read(
            "From: =?utf-8?B?5by15LiJ?= <a@b.c>\r\nTo: d@e.f\r\nSubject: =?GB2312?B?suLK1A==?=\r\n\
             Date: Thu, 04 Mar 2021 05:06:07 +0800\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n\u{6b63}文\r\n"
                .as_bytes(),
            MailSource::File,
        )
        .unwrap();
        assert_eq!(mail.metadata.title.as_deref(), Some("测试"));
        assert_eq!(mail.metadata.author.as_deref(), Some("張三"));
        let (moment, _) = mail.metadata.date.unwrap();
        assert_eq!(date::sort_key(moment).to_string(), "2021-03-04T05:06:07");
        assert_eq!((mail.text.trim(), mail.markup), ("正文", Markup::Text));
    }

    #[test]
    fn a_saved_page_is_its_html() {
        let mail = read(
            "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.b/c\r\nSubject: x\r\n\
             Date: Thu, 04 Mar 2021 05:06:07 +0800\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/related; type=\"text/html\"; boundary=\"q\"\r\n\r\n--q\r\n\
             Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\
             Content-Location: https://a.b/c\r\n\r\n<p>=E7=94=B2</p>\r\n--q\r\n\
             Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--q--\r\n"
                .as_bytes(),
            MailSource::File,
        )
        .unwrap();
        assert_eq!(mail.text.trim(), "<p>甲</p>");
        assert_eq!(mail.metadata.url.as_deref(), Some("https://a.b/c"));
        assert_eq!(mail.metadata.date, None, "when it was saved is not when it was published");
    }

    #[test]
    fn html_without_receiver_is_mail_unless_a_browser_saved_it() {
        let html = "Content-Type: text/html; charset=utf-8";
        let is_page = |header: &str, of_part: &str, source| {
            let raw = format!(
                "{header}Subject: 甲\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; \
                 boundary=\"q\"\r\n\r\n--q\r\n{html}{of_part}\r\n\r\n<p>乙</p>\r\n--q--\r\n"
            );
            read(raw.as_bytes(), source).unwrap().metadata.title.is_none()
        };
        let date = "Date: Thu, 04 Mar 2021 05:06:07 +0800\r\n";
        let sender = format!("From: b@b.c\r\n{date}");
        let browser = format!("From: <Saved by Blink>\r\n{date}");
        // 由 Microsoft Internet Explorer 5 保存, in Big5.
        let chinese = format!(
            "From: =?big5?B?pdEgTWljcm9zb2Z0IEludGVybmV0IEV4cGxvcmVyIDUgq0+mcw==?=\r\n{date}"
        );
        let location = "\r\nContent-Location: https://a.b/c";
        let (file, mailbox) = (MailSource::File, MailSource::Mailbox);
        for (header, of_part, source, wanted) in [
            (&*sender, "", file, false),
            (date, "", file, false),
            (&sender, "", mailbox, false),
            (&sender, location, mailbox, false),
            ("", "", mailbox, false),
            (&sender, location, file, true),
            ("", location, file, true),
            ("", "", file, true),
            (&browser, "", file, true),
            (&browser, location, mailbox, true),
            (&chinese, "", file, true),
        ] {
            let found = is_page(header, of_part, source);
            assert_eq!(found, wanted, "{header:?} {of_part:?} {source:?}");
        }
    }

    #[test]
    fn a_subject_that_is_not_encoded_is_read() {
        let message = "From: 江城简报 <a@b.c>\r\nTo: d@e.f\r\nSubject: 周刊第一期的新闻\r\n\
                       Content-Type: text/plain; charset=gb2312\r\n\r\n正文的第一段。\r\n";
        let mail = read(&encoding_rs::GBK.encode(message).0, MailSource::File).unwrap();
        assert_eq!(mail.metadata.title.as_deref(), Some("周刊第一期的新闻"));
        assert_eq!(mail.metadata.author.as_deref(), Some("江城简报"));
        assert_eq!(mail.text.trim(), "正文的第一段。");
    }

    #[test]
    fn hostile_messages_do_not_hang_the_reader() {
        let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(20_000);
        let _ = read(nested.as_bytes(), MailSource::File);
        let parts = format!(
            "Content-Type: multipart/mixed; boundary=a\r\n\r\n{}",
            "--a\r\n\r\nx\r\n".repeat(100_000)
        );
        let _ = read(parts.as_bytes(), MailSource::File);
        let deep: String = (0..5_000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
            .collect();
        let _ = read(deep.as_bytes(), MailSource::File);
        let _ = read("a: b\r\n".repeat(100_000).as_bytes(), MailSource::File);
        let _ = read(b"", MailSource::File);
    }
}
