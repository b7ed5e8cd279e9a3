//! Reads the messages of an mbox file.

use serde_json::Value;

use super::lines::next_line;
use super::sink::{Flow, Sink};
use super::text_reader::TextReader;
use crate::date::sort_key;
use crate::fields::html_text::html_lines;
use crate::fields::key_reader::RawFields;
use crate::input::sniff_lines::is_from_line;
use crate::mail::{self, Mail, MailSource};
use crate::page::markup::Markup;

/// A message whose lines are being collected.
#[derive(Default)]
struct Collected {
    /// The message without its `From ` line; of a message that is too long, only
    /// `max_record_bytes` + 1 bytes.
    bytes: Vec<u8>,
    /// Length of the whole message, with its `From ` line.
    length: u64,
    /// The offset at which the message begins.
    start: u64,
    /// The number of the line on which it begins.
    line: u64,
}

/// Passes every message to `sink`. A message begins with a line `From …` that is the first line of
/// the file or follows a blank line.
pub(super) fn each(file: &mut TextReader<'_>, sink: &mut Sink<'_>) -> Flow {
    // A message of more than `max_record_bytes` is skipped; a message of more than
    // `max_skippable_bytes` ends the reading.
    let (max_record_bytes, max_skippable_bytes) =
        (sink.max_record_bytes(), sink.max_skippable_bytes());
    let mut message = Collected::default();
    let (mut line, mut number, mut after_empty_line) = (Vec::new(), 0_u64, true);
    loop {
        let start = file.offset();
        let read = match next_line(file, &mut line, max_record_bytes, max_skippable_bytes) {
            Ok(read) => read,
            Err(error) => return sink.failed(number + 1, &error),
        };
        number += 1;
        let begins = after_empty_line && is_from_line(&line);
        if begins || read == 0 {
            pass_on(file, sink, &message)?;
            message = Collected { start, line: number, ..Collected::default() };
        }
        if read == 0 {
            return Flow::Continue(());
        }
        after_empty_line = line.trim_ascii().is_empty();
        message.length += read;
        // Leave out the `From ` line, which is not a header field.
        let kept = without_quoting(&line);
        let room = (max_record_bytes + 1).saturating_sub(message.bytes.len()).min(kept.len());
        if !begins {
            message.bytes.extend_from_slice(&kept[..room]);
        }
        if message.length > max_skippable_bytes {
            let bytes = message.length;
            return sink.too_long(message.line, bytes);
        }
    }
}

/// A line without the `>` that was put before it, because a line `From …` would begin a message.
fn without_quoting(line: &[u8]) -> &[u8] {
    let is_from = |line: &[u8]| {
        let quotes = line.iter().take_while(|byte| **byte == b'>').count();
        line[quotes..].starts_with(b"From ")
    };
    match line.strip_prefix(b">") {
        Some(quoted) if is_from(quoted) => quoted,
        _ => line,
    }
}

/// Passes a message to `sink`, unless there is nothing but white space after its `From ` line.
fn pass_on(file: &mut TextReader<'_>, sink: &mut Sink<'_>, message: &Collected) -> Flow {
    if message.bytes.trim_ascii().is_empty() {
        return Flow::Continue(());
    }
    sink.begin(message.line)?;
    if message.length > sink.max_record_bytes() as u64 {
        return sink.too_long(message.line, message.length);
    }
    let Some(mail) = mail::read(&message.bytes, MailSource::Mailbox) else {
        return sink.malformed(message.line, "a message without header fields".to_owned());
    };
    let span = file.span(message.start, message.start + message.length);
    for name in &mail.attachments {
        sink.ignored(name)?;
    }
    sink.record(&fields(mail), &message.bytes, span, message.line)
}

/// The fields of a message, named as those of other dumps.
fn fields(mail: Mail) -> RawFields {
    let Mail { text, markup, metadata, .. } = mail;
    let date = match metadata.date {
        // The first second of the date in ISO 8601, as the fields of other dumps state dates.
        Some((moment, _)) => Some(sort_key(moment).to_string()),
        None => metadata.unread_date,
    };
    let mut fields = RawFields::new();
    let texts = [("title", metadata.title), ("author", metadata.author), ("date", date)];
    for (key, text) in texts.into_iter().chain([("url", metadata.url)]) {
        if let Some(text) = text {
            fields.insert(key.to_owned(), Value::String(text));
        }
    }
    let text = match markup {
        Markup::Html => html_lines(&text).join("\n"),
        _ => text,
    };
    fields.insert("text".to_owned(), Value::String(text));
    fields
}
