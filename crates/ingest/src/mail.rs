//! Reads messages: mail, and web pages that a browser saved as one message (MHTML).

use std::borrow::Cow;

use encoding_rs::UTF_8;
use mail_parser::{Address, HeaderName, Message, MessageParser, MimeHeaders, PartType};

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

/// Maximum characters of a date that cannot be parsed; the report shows them.
const MAX_UNREAD_DATE_CHARS: usize = 100;

/// Reads a message; `None` if it has no header fields.
pub(crate) fn read(raw: &[u8]) -> Option<Mail> {
    let raw = in_utf8_if_no_charset(raw);
    let message = MessageParser::default().parse(&*raw)?;
    let saved_url = message
        .header_raw(HeaderName::Other("Snapshot-Content-Location".into()))
        .or_else(|| message.header_raw(HeaderName::ContentLocation))
        .map(|url| url.trim().to_owned());
    let has = |name: HeaderName<'static>| message.header(name).is_some();
    // Mail has these header fields; a saved page has none of them, because it was never sent.
    let was_sent = has(HeaderName::To) || has(HeaderName::Received) || has(HeaderName::MessageId);
    if !was_sent && let Some((html, address)) = saved_page(&message) {
        let url = saved_url.or(address).filter(|url| url.starts_with("http"));
        let metadata = Metadata { url, ..Metadata::default() };
        let attachments = Vec::new();
        return Some(Mail { text: html, markup: Markup::Html, metadata, attachments });
    }
    let (text, markup) = body(&message);
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
    Some(Mail { text, markup, metadata, attachments: attachments(&message) })
}

/// A message in UTF-8, if it names no charset; otherwise the message as it is.
fn in_utf8_if_no_charset(raw: &[u8]) -> Cow<'_, [u8]> {
    let names_charset = || {
        memchr::memchr2_iter(b'c', b'C', raw)
            .any(|at| raw.get(at..at + 7).is_some_and(|word| word.eq_ignore_ascii_case(b"charset")))
    };
    if std::str::from_utf8(raw).is_ok() || names_charset() {
        return Cow::Borrowed(raw);
    }
    match detect(raw, None) {
        encoding if encoding == UTF_8 => Cow::Borrowed(raw),
        encoding => {
            let text = encoding.decode_without_bom_handling(raw).0;
            Cow::Owned(text.into_owned().into_bytes())
        }
    }
}

/// The HTML of a saved web page, which is the first HTML part, and the address of that part.
fn saved_page(message: &Message<'_>) -> Option<(String, Option<String>)> {
    message.parts.iter().find_map(|part| match &part.body {
        PartType::Html(html) => {
            Some((html.clone().into_owned(), part.content_location().map(str::to_owned)))
        }
        _ => None,
    })
}

/// The text of a message: its plain text, or else its HTML.
fn body(message: &Message<'_>) -> (String, Markup) {
    let parts = |ids: &[u32]| -> Vec<&PartType<'_>> {
        ids.iter().filter_map(|id| message.parts.get(*id as usize)).map(|part| &part.body).collect()
    };
    let mut text = String::new();
    for part in parts(&message.text_body) {
        if let PartType::Text(part) = part {
            text.push_str(part);
            text.push('\n');
        }
    }
    if !text.trim().is_empty() {
        return (text, Markup::Text);
    }
    for part in parts(&message.html_body) {
        if let PartType::Html(part) = part {
            text.push_str(part);
        }
    }
    (text, Markup::Html)
}

/// The names of a message's attachments. An attachment without a name is called `attachment`, with
/// the ending of its type.
fn attachments(message: &Message<'_>) -> Vec<String> {
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
    message.attachments().take(MAX_ATTACHMENTS).map(name).collect()
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
        )
        .unwrap();
        assert_eq!(mail.text.trim(), "<p>甲</p>");
        assert_eq!(mail.metadata.url.as_deref(), Some("https://a.b/c"));
        assert_eq!(mail.metadata.date, None, "when it was saved is not when it was published");
    }

    #[test]
    fn hostile_messages_do_not_hang_the_reader() {
        let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(20_000);
        let _ = read(nested.as_bytes());
        let parts = format!(
            "Content-Type: multipart/mixed; boundary=a\r\n\r\n{}",
            "--a\r\n\r\nx\r\n".repeat(100_000)
        );
        let _ = read(parts.as_bytes());
        let deep: String = (0..5_000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
            .collect();
        let _ = read(deep.as_bytes());
        let _ = read("a: b\r\n".repeat(100_000).as_bytes());
        let _ = read(b"");
    }
}
