//! The kinds of content that files can have.

use serde::{Deserialize, Serialize};

/// The content of a file after decompression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// One page.
    Page(PageKind),
    /// Many records.
    Dump(DumpKind),
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// HTTP responses recorded by a crawler, as WARC.
    Warc,
    /// HTTP responses recorded by a crawler, as ARC.
    Arc,
    /// XML; only the content says whether it is a feed.
    Xml,
    /// A file such as a PDF, which only another program can turn into text.
    NeedsConverter,
    /// The name says nothing. The file is read only if its content is recognised as another kind;
    /// plain text is ignored.
    Unknown,
}

/// The form of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PageKind {
    /// Text, or HTML if the text looks like it.
    Text,
    /// HTML, unless the text has no tags.
    Html,
    /// Markdown, with or without front matter.
    Markdown,
    /// A message in the Internet Message Format (RFC 5322).
    Mail,
    /// A web page with its resources in one message (RFC 2557).
    WebArchive,
}

/// The form of a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum DumpKind {
    /// One JSON object a line.
    JsonLines,
    /// JSON arrays of objects, or objects one after another.
    Json,
    /// Comma-separated values with a header.
    Csv,
    /// Tab-separated values with a header.
    Tsv,
    /// RSS or Atom.
    Feed,
    /// Elements `<doc>`, as Sogou published them.
    Sogou,
    /// A label, a tab and a text in each line, as in THUCNews.
    Labelled,
    /// Messages in one file.
    Mbox,
}

impl Kind {
    /// A text page.
    pub(crate) const TEXT: Self = Self::Page(PageKind::Text);
    /// An HTML page.
    pub(crate) const HTML: Self = Self::Page(PageKind::Html);

    /// Whether files of this kind have members.
    pub(crate) fn is_container(self) -> bool {
        matches!(self, Self::Zip | Self::Tar | Self::Warc | Self::Arc)
    }

    /// Whether files of this kind consist of records with ids and spans of their own.
    pub(crate) fn is_dump(self) -> bool {
        matches!(self, Self::Dump(_))
    }
}
