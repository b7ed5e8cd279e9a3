//! Decides what a file is: by its content first, by its name second.

use super::content::Content;
use super::kind::{DumpKind, Kind, PageKind};
use super::peek::{LONG_HEAD_BYTES, Peeked};
use super::sniff::{sniff, wants_more};
use crate::fields::keys;
use crate::report::{PRE_OPTION_HINT, Reason};

/// What to do with a file or member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Read it as this kind.
    Read(Kind),
    /// Report it as skipped, with the reason.
    Refused(Reason),
    /// Report it as ignored.
    Ignored,
}

/// Recognises the content of a file by its first bytes.
pub(super) fn content<R: std::io::Read>(file: &mut Peeked<R>) -> Content {
    let found = sniff(file.head());
    if !wants_more(file.head(), found) {
        return found;
    }
    file.read_ahead(LONG_HEAD_BYTES);
    sniff(file.head())
}

/// Decides about a file whose name stands for `by_name`, and which begins with `head`.
pub(super) fn verdict(by_name: Kind, content: Content, head: &[u8]) -> Verdict {
    // Files with such names are read only if their content is recognised.
    let content_must_tell = matches!(by_name, Kind::Unknown | Kind::Xml);
    match content {
        Content::Kind(found) => kind_verdict(by_name, found, head),
        Content::NeedsConverter(name) => Verdict::Refused(needs_converter(name)),
        Content::Binary if by_name == Kind::NeedsConverter => {
            Verdict::Refused(needs_converter("a document"))
        }
        Content::Unsupported(_) | Content::Binary if content_must_tell => Verdict::Ignored,
        Content::Unsupported(what) => Verdict::Refused(Reason::Unsupported(what.to_owned())),
        Content::Binary => Verdict::Refused(Reason::Binary),
        Content::Program => Verdict::Ignored,
        // The file is compressed twice, or it is a compressed member whose name does not say that
        // it is compressed.
        Content::Compressed(_) if content_must_tell => Verdict::Ignored,
        Content::Compressed(_) => Verdict::Refused(Reason::Nested),
        Content::Text if content_must_tell => Verdict::Ignored,
        Content::Text if by_name == Kind::NeedsConverter => Verdict::Read(Kind::TEXT),
        Content::Text => Verdict::Read(by_name),
    }
}

/// Decides about a file whose content was recognised as the kind `found`.
fn kind_verdict(by_name: Kind, found: Kind, head: &[u8]) -> Verdict {
    let kind = match (by_name, found) {
        // The name says more than the first bytes.
        (Kind::Page(PageKind::Markdown), Kind::HTML)
        | (Kind::Page(PageKind::Mail), Kind::Page(PageKind::WebArchive))
        | (Kind::Page(PageKind::WebArchive), Kind::Page(PageKind::Mail))
        | (Kind::Dump(DumpKind::Csv), Kind::Dump(DumpKind::Tsv)) => by_name,
        // The name says that each line is an object of its own. If the first line is broken, the
        // others can still be read.
        (Kind::Dump(DumpKind::JsonLines), Kind::Dump(DumpKind::Json))
            if !head.trim_ascii_start().starts_with(b"[") =>
        {
            by_name
        }
        // Many documents are archives: a `.docx` is a zip archive.
        (Kind::NeedsConverter, Kind::Zip | Kind::Tar) => {
            return Verdict::Refused(needs_converter("a document"));
        }
        // JSON without a key for a title or text, such as settings, is no dump of records.
        (Kind::Unknown, Kind::Dump(DumpKind::Json | DumpKind::JsonLines))
            if !keys::has_title_or_text_key(head) =>
        {
            return Verdict::Ignored;
        }
        _ => found,
    };
    Verdict::Read(kind)
}

/// Why a file that only another program can turn into text is not read, and what to do.
fn needs_converter(name: &str) -> Reason {
    Reason::Unsupported(format!("{name}: {PRE_OPTION_HINT}"))
}
