//! Finds the text of a message among its versions and parts.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

use super::flowed::unwrapped;
use crate::encoding::decode::Decoded;
use crate::fields::html_text::html_lines;
use crate::page::markup::Markup;
use crate::text::punctuation::is_han;

/// How many messages that one another forward are looked into.
const MAX_FORWARDED: usize = 4;
/// The HTML of a message is taken if it has more than this many times as much text as the plain
/// text. A plain text that is a version of the HTML has at least half of it: the HTML has a header
/// and a footer more. A program that writes only HTML puts a note there instead, which says where
/// to see the message, or nothing but links.
const MUCH_MORE: usize = 2;

/// What programs write into the plain version of a message that they have written in HTML only, in
/// lower case.
const NOTES: [&str; 16] = [
    "不支持html",
    "不支援html",
    "无法显示html",
    "無法顯示html",
    "不能显示html",
    "不能顯示html",
    "浏览器中查看",
    "浏览器中打开",
    "浏览器查看",
    "瀏覽器中查看",
    "瀏覽器中檢視",
    "瀏覽器檢視",
    "in your browser",
    "in a browser",
    "support html",
    "multi-part message in mime",
];
/// A longer text than this [`amount`] is no note.
const MAX_NOTE_AMOUNT: usize = 80;

/// The text of a message.
pub(super) struct Body<'m> {
    pub(super) text: String,
    pub(super) markup: Markup,
    /// The message, and each message inside the one before it that was looked into, because the
    /// one before it has no text of its own.
    pub(super) messages: Vec<&'m Message<'m>>,
}

/// The plain text of a message, or its HTML if that says much more. A message without text has the
/// text of the message that it forwards.
pub(super) fn read<'m>(message: &'m Message<'m>) -> Body<'m> {
    let mut messages = vec![message];
    loop {
        let message = messages[messages.len() - 1];
        let OwnText { text, markup, amount } = own_text(message);
        let inner = forwarded(message).filter(|_| amount == 0 && messages.len() < MAX_FORWARDED);
        match inner {
            Some(inner) => messages.push(inner),
            None => return Body { text, markup, messages },
        }
    }
}

/// The first message that is attached to a message.
fn forwarded<'m>(message: &'m Message<'m>) -> Option<&'m Message<'m>> {
    message.parts.iter().find_map(as_message)
}

/// The message that a part is.
pub(super) fn as_message<'m>(part: &'m MessagePart<'m>) -> Option<&'m Message<'m>> {
    if let PartType::Message(inner) = &part.body { Some(inner) } else { None }
}

/// The text that a message has itself.
struct OwnText {
    text: String,
    markup: Markup,
    /// See [`amount`].
    amount: usize,
}

fn own_text(message: &Message<'_>) -> OwnText {
    let parts = |ids: &[u32]| -> Vec<&MessagePart<'_>> {
        ids.iter().filter_map(|id| message.parts.get(*id as usize)).collect()
    };
    let is_html = |part: &MessagePart<'_>| matches!(part.body, PartType::Html(_));
    let (text_parts, html_parts) = (parts(&message.text_body), parts(&message.html_body));
    let amount_of = |parts: &[&MessagePart<'_>], html: bool| -> usize {
        let wanted = parts.iter().filter(|part| is_html(part) == html);
        wanted.map(|part| amount(&plain_text(message, part))).sum()
    };
    let (plain_amount, html_amount) = (amount_of(&text_parts, false), amount_of(&html_parts, true));
    let mut text = String::new();
    let is_note = || {
        let is_text = |part: &&&MessagePart<'_>| !is_html(part);
        let mut plain = text_parts.iter().filter(is_text);
        plain_amount <= MAX_NOTE_AMOUNT
            && plain.any(|part| {
                let text = plain_text(message, part).to_lowercase();
                NOTES.iter().any(|note| text.contains(note))
            })
    };
    if html_amount > plain_amount.saturating_mul(MUCH_MORE)
        || html_amount > plain_amount && is_note()
    {
        for part in html_parts {
            match is_html(part) {
                true => text.push_str(&part_text(message, part)),
                false => text.push_str(&as_html(&plain_text(message, part))),
            }
        }
        return OwnText { text, markup: Markup::Html, amount: html_amount };
    }
    for part in text_parts {
        text.push_str(&plain_text(message, part));
        text.push('\n');
    }
    OwnText { text, markup: Markup::Text, amount: plain_amount }
}

/// Plain text as HTML: a paragraph for each line.
fn as_html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    escaped.lines().map(|line| format!("<p>{line}</p>\n")).collect()
}

/// The text of a part, without markup and without the line breaks of a mail program.
fn plain_text<'m>(message: &Message<'_>, part: &'m MessagePart<'_>) -> Cow<'m, str> {
    let text = part_text(message, part);
    if matches!(part.body, PartType::Html(_)) {
        return Cow::Owned(html_lines(&text).join("\n"));
    }
    let has = |name: &str, value: &str| {
        let attribute = part.content_type().and_then(|kind| kind.attribute(name));
        attribute.is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    match has("format", "flowed") {
        true => Cow::Owned(unwrapped(&text, has("delsp", "yes"))),
        false => text,
    }
}

/// How much a text says: its Chinese characters and its other words, without web addresses.
fn amount(text: &str) -> usize {
    let (mut amount, mut in_word, mut address_end) = (0, false, 0);
    for (at, c) in text.char_indices() {
        if at < address_end {
            continue;
        }
        if is_han(c) || !c.is_alphanumeric() {
            amount += usize::from(is_han(c));
            in_word = false;
        } else if !in_word {
            in_word = true;
            let word = &text[at..];
            if ["http://", "https://", "www."].iter().any(|start| word.starts_with(start)) {
                let length = word.find(|c: char| !c.is_ascii_graphic()).unwrap_or(word.len());
                (address_end, in_word) = (at + length, false);
            } else {
                amount += 1;
            }
        }
    }
    amount
}

/// The text of a part, decoded. The parser takes a text for UTF-8 if its header names no charset,
/// but the text may be in another one, which HTML can state itself. Many old programs name ASCII or
/// Latin-1 whatever they write.
pub(super) fn part_text<'m>(message: &Message<'_>, part: &'m MessagePart<'_>) -> Cow<'m, str> {
    let (PartType::Text(text) | PartType::Html(text)) = &part.body else {
        return Cow::Borrowed("");
    };
    let lost = |text: &str| text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let charset = part.content_type().and_then(|kind| kind.attribute("charset"));
    let is_vague = charset.is_some_and(|charset| {
        let charset = charset.to_ascii_lowercase();
        matches!(&*charset, "us-ascii" | "ascii" | "iso-8859-1" | "latin1" | "windows-1252")
    });
    let (is_wrong, lost_before) = (is_vague && !text.is_ascii(), lost(text));
    if !is_wrong && lost_before == 0 {
        return Cow::Borrowed(text);
    }
    match detected_text(message, part) {
        Some(found) if is_wrong && is_chinese(&found) => Cow::Owned(found),
        Some(found) if !is_wrong && lost(&found) < lost_before => Cow::Owned(found),
        _ => Cow::Borrowed(text),
    }
}

/// Whether a text is Chinese, and not of a Western language that was read as Chinese: then single
/// Chinese characters stand inside its words, as in `La r間ion`.
fn is_chinese(text: &str) -> bool {
    /// Minimum number of Chinese characters.
    const MIN_HAN: usize = 8;
    let chars: Vec<char> = text.chars().collect();
    let han = chars.iter().filter(|c| is_han(**c)).count();
    let is_letter = |c: char| c.is_ascii_lowercase();
    let inside = chars.windows(3).filter(|w| is_han(w[1]) && is_letter(w[0]) && is_letter(w[2]));
    han >= MIN_HAN && inside.count() * 10 <= han
}

/// The text of a part in the encoding that its bytes show.
fn detected_text(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let range = part.offset_body as usize..part.offset_end as usize;
    let raw = message.raw_message.get(range)?;
    let bytes = match part.encoding {
        Encoding::None => Cow::Borrowed(raw),
        Encoding::QuotedPrintable => Cow::Owned(quoted_printable_decode(raw)?),
        Encoding::Base64 => Cow::Owned(base64_decode(raw)?),
    };
    let (encoding, hint) = (None, None);
    let decoded = Decoded::new(&bytes, encoding, hint).ok()?;
    Some(decoded.text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Mail, MailSource, read};

    /// A message of two versions.
    fn alternative(plain: &str, html: &str) -> Mail {
        let raw = format!(
            "From: b@b.c\r\nTo: a@b.c\r\nSubject: x\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/alternative; boundary=q\r\n\r\n\
             --q\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{plain}\r\n\
             --q\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--q--\r\n"
        );
        read(raw.as_bytes(), MailSource::File).unwrap()
    }

    #[test]
    fn the_version_with_the_text_is_read() {
        let sentence = "據會長介紹，該市已有五百家企業參與了光伏組件的試點。";
        let article = sentence.repeat(6);
        let html = format!("<p>{article}</p>");
        for note in [
            "您的邮件客户端不支持HTML格式，请点击以下链接在浏览器中查看：http://x.cn/v/1",
            "View this email in your browser: https://x.cn/1\r\n\r\nUnsubscribe: https://x.cn/2",
            "https://x.cn/1\r\nhttps://x.cn/2?with=a&long=query\r\nwww.x.cn/3",
            " ",
        ] {
            let mail = alternative(note, &html);
            assert_eq!(mail.markup, Markup::Html, "{note}");
            assert!(mail.text.contains(sentence), "{note}");
        }
        // Even a short text is more than a note.
        let html = format!("<p>{sentence}</p><p>一家。</p>");
        let mail =
            alternative("您的邮件客户端不支持HTML格式，请在浏览器中查看：http://x.cn/v/1", &html);
        assert_eq!(mail.markup, Markup::Html);
        // The HTML has a header and a footer more.
        let html = format!("<p>在瀏覽器中查看</p><p>{article}</p><p>版權所有，退訂請點擊此處</p>");
        let mail = alternative(&article, &html);
        assert_eq!((mail.markup, mail.text.trim()), (Markup::Text, &*article));
    }

    #[test]
    fn the_message_that_a_message_forwards_is_read() {
        let inner = "From: c@b.c\r\nSubject: y\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
                     轉寄的正文。\r\n";
        let raw = |own: &str| {
            format!(
                "From: b@b.c\r\nTo: a@b.c\r\nSubject: x\r\nMIME-Version: 1.0\r\n\
                 Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\
                 Content-Type: text/plain; charset=utf-8\r\n\r\n{own}\r\n--q\r\n\
                 Content-Type: message/rfc822\r\n\r\n{inner}\r\n--q--\r\n"
            )
        };
        let mail = read(raw("").as_bytes(), MailSource::File).unwrap();
        assert_eq!((mail.text.trim(), &*mail.attachments), ("轉寄的正文。", &[][..]));
        let mail = read(raw("見附件。").as_bytes(), MailSource::File).unwrap();
        assert_eq!(
            (mail.text.trim(), &*mail.attachments),
            ("見附件。", &["attachment.eml".into()][..])
        );
    }

    #[test]
    fn a_part_that_states_no_or_a_wrong_charset_is_decoded_by_its_bytes() {
        let html = "<meta charset=gb2312><p>厦门已经有六百家企业参与了这一试点，市民可以查询。</p>";
        let bytes = encoding_rs::GB18030.encode(html).0;
        let quoted: String = bytes.iter().map(|byte| format!("={byte:02X}")).collect();
        let quoted =
            quoted.as_bytes().chunks(72).map(|line| [line, b"=\r\n"].concat()).collect::<Vec<_>>();
        for charset in ["", "; charset=us-ascii", "; charset=iso-8859-1", "; charset=x-unknown"] {
            for (coding, body) in [("8bit", &*bytes), ("quoted-printable", &*quoted.concat())] {
                let head = format!(
                    "From: b@b.c\r\nTo: a@b.c\r\nSubject: x\r\nMIME-Version: 1.0\r\n\
                     Content-Type: text/html{charset}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
                );
                let mail = read(&[head.as_bytes(), body].concat(), MailSource::File).unwrap();
                assert_eq!(mail.text.trim(), html, "{charset} {coding}");
            }
        }
    }
}
