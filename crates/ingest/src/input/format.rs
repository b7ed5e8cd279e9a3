//! File formats by name: page, dump or container, and how it is compressed.

use serde::{Deserialize, Serialize};

use super::codec::Codec;

/// The content of a file after decompression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// One page. `html` is only a hint; the content decides.
    Page { html: bool },
    /// JSON lines.
    Dump,
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// HTTP responses recorded by a crawler.
    Warc,
}

impl Kind {
    /// Whether the format has members.
    pub(crate) fn is_container(self) -> bool {
        matches!(self, Self::Zip | Self::Tar | Self::Warc)
    }
}

/// The format of a file, according to its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileFormat {
    pub(crate) kind: Kind,
    pub(crate) codec: Codec,
}

impl FileFormat {
    /// The format of a file that the user named explicitly and whose name says nothing.
    pub(crate) const PAGE: Self = Self { kind: Kind::Page { html: false }, codec: Codec::Plain };

    /// Whether the file is one uncompressed page.
    pub(crate) fn is_plain_page(self) -> bool {
        matches!(self.kind, Kind::Page { .. }) && self.codec == Codec::Plain
    }

    /// The format for a file name; `None` if such files hold no pages.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let name = name.rsplit('/').next().unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        let (stem, extension) = split(&lower);
        let (codec, inner) = match extension {
            "gz" => (Codec::Gzip, stem),
            "zst" => (Codec::Zstd, stem),
            "xz" => (Codec::Xz, stem),
            "tgz" => return Some(Self { kind: Kind::Tar, codec: Codec::Gzip }),
            "tzst" => return Some(Self { kind: Kind::Tar, codec: Codec::Zstd }),
            "txz" => return Some(Self { kind: Kind::Tar, codec: Codec::Xz }),
            _ => (Codec::Plain, lower.as_str()),
        };
        let kind = match split(inner).1 {
            "" | "txt" | "text" => Kind::Page { html: false },
            "html" | "htm" | "xhtml" | "shtml" => Kind::Page { html: true },
            "jsonl" | "ndjson" => Kind::Dump,
            "zip" => Kind::Zip,
            "tar" => Kind::Tar,
            "warc" | "wet" => Kind::Warc,
            _ => return None,
        };
        Some(Self { kind, codec })
    }
}

/// Splits off the extension. A leading dot marks a hidden file, not an extension.
fn split(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_seen_through() {
        let of = |name| FileFormat::of(name).map(|format| (format.kind, format.codec));
        assert_eq!(of("a/b.txt"), Some((Kind::Page { html: false }, Codec::Plain)));
        assert_eq!(of("README"), Some((Kind::Page { html: false }, Codec::Plain)));
        assert_eq!(of("b.HTML.GZ"), Some((Kind::Page { html: true }, Codec::Gzip)));
        assert_eq!(of("dump.jsonl.zst"), Some((Kind::Dump, Codec::Zstd)));
        assert_eq!(of("pages.tar.xz"), Some((Kind::Tar, Codec::Xz)));
        assert_eq!(of("pages.tgz"), Some((Kind::Tar, Codec::Gzip)));
        assert_eq!(of("pages.zip"), Some((Kind::Zip, Codec::Plain)));
        assert_eq!(of("crawl.warc.gz"), Some((Kind::Warc, Codec::Gzip)));
        assert_eq!(of("crawl.warc.wet.gz"), Some((Kind::Warc, Codec::Gzip)));
        for other in ["a.png", "a.png.gz", "a.7z", "a.tar.bz2", "a.json", "v1.2.gz"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
