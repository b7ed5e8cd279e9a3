//! The table of the kinds of files: how each is recognised, and by which endings.

use super::kind::{DumpKind, Kind, PageKind};

/// A kind of files that can be read, for `wensou index --list-formats`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Format {
    /// The name of the kind.
    pub name: &'static str,
    /// The endings of such files, without the dot, in lower case. An empty ending stands for
    /// names without an ending.
    pub endings: &'static [&'static str],
    /// How the content is recognised; empty if only the ending tells.
    pub content: &'static str,
    /// What is read from such a file.
    pub description: &'static str,
}

/// A row of the table.
struct Row {
    /// The kind that the endings stand for; `None` for compression, whose endings
    /// `FileFormat::of` interprets.
    kind: Option<Kind>,
    format: Format,
}

const fn row(
    kind: Option<Kind>,
    name: &'static str,
    endings: &'static [&'static str],
    content: &'static str,
    description: &'static str,
) -> Row {
    Row { kind, format: Format { name, endings, content, description } }
}

/// The kinds of files. The content is checked first (`sniff`), the ending second.
static TABLE: [Row; 18] = [
    row(
        Some(Kind::TEXT),
        "text",
        &["", "txt", "text"],
        "",
        "one article a page, with the flash items in it; also copies of files, such as a.txt.bak",
    ),
    row(
        Some(Kind::HTML),
        "HTML",
        &[
            "html", "htm", "xhtml", "xht", "shtml", "shtm", "stm", "php", "php3", "php5", "phtml",
            "asp", "aspx", "jsp", "jspx", "jhtml", "dhtml", "cgi", "do", "action", "cfm",
        ],
        "<!DOCTYPE html>, <html> or another element at the beginning",
        "one article a page; also names with a query, such as a.aspx?id=8 and index.html@id=7",
    ),
    row(
        Some(Kind::Page(PageKind::Markdown)),
        "Markdown",
        &["md", "markdown", "mdown", "mkd", "mdx"],
        "front matter between lines of --- or +++",
        "one article a file; title, date, tags and others from the front matter",
    ),
    row(
        Some(Kind::Dump(DumpKind::JsonLines)),
        "JSON lines",
        &["jsonl", "ndjson", "jl", "jsonlines"],
        "an object in the first line",
        "one record a line",
    ),
    row(
        Some(Kind::Dump(DumpKind::Json)),
        "JSON",
        &["json"],
        "[{ or {\"data\":[{ at the beginning",
        "one record an object of the array",
    ),
    row(
        Some(Kind::Dump(DumpKind::Csv)),
        "CSV",
        &["csv"],
        "a header that names a title or text",
        "one record a row, with a header; the separator can be a comma, semicolon, tab or bar",
    ),
    row(
        Some(Kind::Dump(DumpKind::Tsv)),
        "TSV",
        &["tsv", "tab"],
        "a header that names a title or text",
        "one record a row, with a header",
    ),
    row(
        Some(Kind::Xml),
        "RSS, Atom",
        &["xml", "rss", "atom", "rdf"],
        "<rss>, <feed> or <rdf:RDF>",
        "one record an item or entry",
    ),
    row(
        Some(Kind::Page(PageKind::Mail)),
        "message",
        &["eml"],
        "header fields of a message",
        "one article a message",
    ),
    row(
        Some(Kind::Dump(DumpKind::Mbox)),
        "mbox",
        &["mbox", "mbx"],
        "a line `From … 10:00:00 …`",
        "one record a message",
    ),
    row(
        Some(Kind::Page(PageKind::WebArchive)),
        "web archive",
        &["mht", "mhtml"],
        "header fields with Content-Type: multipart/related",
        "one article: the HTML page that was saved",
    ),
    row(
        Some(Kind::Dump(DumpKind::Sogou)),
        "Sogou news",
        &["sogou"],
        "<doc> with <url> or <content>",
        "one record a <doc>",
    ),
    row(
        Some(Kind::Dump(DumpKind::Labelled)),
        "labelled lines",
        &[],
        "a short label, a tab and a text in each line",
        "one record a line; the label is the category",
    ),
    row(
        Some(Kind::Warc),
        "WARC",
        &["warc", "wet"],
        "WARC/ at the beginning",
        "the pages and dumps that a crawler has recorded, one member a response with status 200",
    ),
    row(
        Some(Kind::Arc),
        "ARC",
        &["arc"],
        "filedesc:// at the beginning",
        "the pages and dumps that a crawler has recorded, one member a response with status 200",
    ),
    row(Some(Kind::Zip), "zip", &["zip"], "PK", "every member of a kind above"),
    row(Some(Kind::Tar), "tar", &["tar"], "ustar", "every member of a kind above"),
    row(
        None,
        "gzip, zstd, xz",
        &["gz", "zst", "xz", "tgz", "tzst", "txz"],
        "the magic number of the format",
        "any kind above, compressed",
    ),
];

/// Endings of files that only another program can turn into text. The report names such files.
const NEED_CONVERTER: [&str; 27] = [
    "pdf", "doc", "docx", "docm", "dot", "dotx", "xls", "xlsx", "xlsm", "xlsb", "ppt", "pptx",
    "pps", "ppsx", "odt", "ods", "odp", "rtf", "wps", "epub", "mobi", "azw", "azw3", "djvu",
    "pages", "msg", "ps",
];

/// Endings of files that are never opened in a folder: media, programs and their parts, databases,
/// and compression that cannot be read. The report counts such files.
const NEVER_READ: [&str; 109] = [
    "7z", "a", "aac", "ai", "apk", "avi", "avif", "bat", "bin", "bmp", "br", "bz2", "c", "cab",
    "cc", "class", "cpp", "crt", "css", "cur", "db", "deb", "dll", "dmg", "dylib", "eot", "exe",
    "flac", "flv", "gif", "go", "h", "heic", "hpp", "icns", "ico", "idx", "ini", "iso", "jar",
    "java", "jpe", "jpeg", "jpg", "js", "key", "less", "lnk", "lock", "lz", "lz4", "lzma", "m3u",
    "m4a", "m4v", "map", "mdb", "mid", "mjs", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg", "msi",
    "numbers", "o", "obj", "ogg", "opus", "otf", "parquet", "pem", "pkl", "png", "psd", "py",
    "pyc", "pyo", "rar", "rb", "rm", "rmvb", "rpm", "rs", "sass", "scss", "sh", "so", "sqlite",
    "sqlite3", "svg", "svgz", "swf", "swp", "sys", "tif", "tiff", "torrent", "ts", "ttf", "vob",
    "wasm", "wav", "webm", "webp", "wma", "wmv",
];

/// Endings that programs append to the name of a copy: `a.html.bak` holds what `a.html` held.
const COPIES: [&str; 11] =
    ["bak", "bk", "bkp", "backup", "old", "orig", "original", "save", "sav", "tmp", "temp"];

/// The name that a copy was made from: `a.html` for `a.html.bak` and `a.html~`. `name` is in lower
/// case; `None` if it is not that of a copy.
pub(super) fn name_of_original(name: &str) -> Option<&str> {
    let original = name.strip_suffix('~').or_else(|| {
        let (original, ending) = name.rsplit_once('.')?;
        COPIES.contains(&ending).then_some(original)
    })?;
    (!original.is_empty()).then_some(original)
}

/// The kinds of files that can be read: text first, compression last.
pub fn formats() -> impl Iterator<Item = &'static Format> {
    TABLE.iter().map(|row| &row.format)
}

/// Endings of documents that only another program can turn into text; the report names such files.
#[must_use]
pub const fn endings_of_documents() -> &'static [&'static str] {
    &NEED_CONVERTER
}

/// Endings of files that are not opened in a folder, but counted.
#[must_use]
pub const fn endings_never_read() -> &'static [&'static str] {
    &NEVER_READ
}

/// The kind that an ending stands for; `None` for compression and for unknown endings.
pub(super) fn kind_of(ending: &str) -> Option<Kind> {
    match TABLE.iter().find(|row| row.format.endings.contains(&ending)) {
        Some(row) => row.kind,
        None => NEED_CONVERTER.contains(&ending).then_some(Kind::NeedsConverter),
    }
}

/// Whether files with this ending are not even opened.
pub(super) fn is_never_read(ending: &str) -> bool {
    NEVER_READ.binary_search(&ending).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_ending_is_in_two_rows() {
        let mut all: Vec<&str> = formats().flat_map(|format| format.endings).copied().collect();
        all.extend(NEED_CONVERTER);
        all.extend(NEVER_READ);
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(NEVER_READ.is_sorted());
    }
}
