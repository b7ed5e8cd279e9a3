//! The format of a file by its name: what it holds, and how it is compressed.

use serde::{Deserialize, Serialize};

use super::codec::Codec;
use super::formats;
use super::kind::Kind;

/// The format of a file, according to its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileFormat {
    pub(crate) kind: Kind,
    pub(crate) codec: Codec,
}

impl FileFormat {
    /// An uncompressed text page.
    pub(crate) const PAGE: Self = Self { kind: Kind::TEXT, codec: Codec::Plain };
    /// The name says nothing.
    pub(crate) const UNKNOWN: Self = Self { kind: Kind::Unknown, codec: Codec::Plain };

    /// The format for a file name; `None` if the ending says that no such file is ever read.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let name = name.rsplit('/').next().unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        let (codec, inner) = match split_ending(&lower) {
            (stem, "gz") => (Codec::Gzip, stem),
            (stem, "zst") => (Codec::Zstd, stem),
            (stem, "xz") => (Codec::Xz, stem),
            (_, "tgz") => return Some(Self { kind: Kind::Tar, codec: Codec::Gzip }),
            (_, "tzst") => return Some(Self { kind: Kind::Tar, codec: Codec::Zstd }),
            (_, "txz") => return Some(Self { kind: Kind::Tar, codec: Codec::Xz }),
            _ => (Codec::Plain, lower.as_str()),
        };
        let kind = match formats::kind_of(ending(inner)) {
            Some(kind) => kind,
            None => kind_of_derived_name(inner).unwrap_or(Kind::Unknown),
        };
        let is_never_read = kind == Kind::Unknown && formats::is_never_read(ending(inner));
        (!is_never_read).then_some(Self { kind, codec })
    }

    /// The format of a file that the user named explicitly. Such a file is taken for a text page if
    /// its ending is unknown, is that of XML, or is the ending of files that are otherwise never
    /// read.
    pub(crate) fn named(name: &str) -> Self {
        let format = Self::of(name).unwrap_or(Self::PAGE);
        match format.kind {
            Kind::Unknown | Kind::Xml => Self { kind: Kind::TEXT, ..format },
            _ => format,
        }
    }
}

/// The kind for a name that a program has made from another one: from the address of a page, as
/// `show.aspx?id=8`, `index.html@id=7` and `a.html.1`, or from that of the file that it has copied,
/// as `a.html.bak`.
fn kind_of_derived_name(name: &str) -> Option<Kind> {
    // A copy may have been copied again.
    const MAX_COPIES: usize = 4;
    let mut path = name;
    for _ in 0..MAX_COPIES {
        path = formats::name_of_original(path).unwrap_or(path);
    }
    // wget appends a number if a file of this name exists.
    if let (stem, number) = split_ending(path)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        path = formats::name_of_original(stem).unwrap_or(stem);
    }
    let end = ["?", "@", "%3f", "#"].iter().filter_map(|sign| path.find(sign)).min();
    path = &path[..end.unwrap_or(path.len())];
    if path.len() == name.len() || path.is_empty() {
        return None;
    }
    // `kind_of` takes a name without an ending for a text page, but what is left of a name such as
    // `v1.2` or `show?x=1.5` says nothing about its kind.
    let kind = formats::kind_of(ending(path)).filter(|_| !ending(path).is_empty());
    kind.filter(|kind| matches!(kind, Kind::Page(_) | Kind::Dump(_)))
}

/// The ending of a name, without the dot.
fn ending(name: &str) -> &str {
    split_ending(name).1
}

/// Splits a name into its stem and its ending. A leading dot marks a hidden file, not an ending.
pub(crate) fn split_ending(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, ending),
        _ => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::DumpKind;

    #[test]
    fn formats_are_known_by_the_names_of_files() {
        let of = |name| FileFormat::of(name).map(|format| (format.kind, format.codec));
        let lines = Kind::Dump(DumpKind::JsonLines);
        for (name, kind, codec) in [
            ("a/b.txt", Kind::TEXT, Codec::Plain),
            ("README", Kind::TEXT, Codec::Plain),
            ("b.HTML.GZ", Kind::HTML, Codec::Gzip),
            ("show.aspx?id=8", Kind::HTML, Codec::Plain),
            ("SHOW.ASPX?ID=8.5", Kind::HTML, Codec::Plain),
            ("index.html@id=7", Kind::HTML, Codec::Plain),
            ("index.html.2", Kind::HTML, Codec::Plain),
            ("a.jsp%3fid=2", Kind::HTML, Codec::Plain),
            ("a.html.bak", Kind::HTML, Codec::Plain),
            ("a.TXT~", Kind::TEXT, Codec::Plain),
            ("a.txt.old", Kind::TEXT, Codec::Plain),
            ("a.csv.orig.gz", Kind::Dump(DumpKind::Csv), Codec::Gzip),
            ("a.html.tmp.1", Kind::HTML, Codec::Plain),
            ("README.bak", Kind::Unknown, Codec::Plain),
            ("a.png.bak", Kind::Unknown, Codec::Plain),
            ("dump.jsonl.zst", lines, Codec::Zstd),
            ("dump.jl", lines, Codec::Plain),
            ("a.json", Kind::Dump(DumpKind::Json), Codec::Plain),
            ("a.CSV", Kind::Dump(DumpKind::Csv), Codec::Plain),
            ("pages.tar.xz", Kind::Tar, Codec::Xz),
            ("pages.tgz", Kind::Tar, Codec::Gzip),
            ("pages.zip", Kind::Zip, Codec::Plain),
            ("crawl.warc.gz", Kind::Warc, Codec::Gzip),
            ("crawl.warc.wet.gz", Kind::Warc, Codec::Gzip),
            ("crawl.arc.gz", Kind::Arc, Codec::Gzip),
            ("a.PDF", Kind::NeedsConverter, Codec::Plain),
            ("v1.2.gz", Kind::Unknown, Codec::Gzip),
            ("a.dat", Kind::Unknown, Codec::Plain),
            ("notes@home", Kind::TEXT, Codec::Plain),
        ] {
            assert_eq!(of(name), Some((kind, codec)), "{name}");
        }
        for other in ["a.png", "a.png.gz", "a.7z", "a.tar.bz2", "a.CSS"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
