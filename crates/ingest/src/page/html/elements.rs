//! What the names of elements mean.

/// Elements that end a line when they open and close.
const BLOCKS: [&str; 45] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "title",
    "tr",
    "ul",
];

/// Elements whose text is not shown to readers.
pub(super) const SILENT: [&str; 10] = [
    "button", "iframe", "noscript", "object", "script", "select", "style", "svg", "template",
    "textarea",
];

/// Elements around the main content.
const FRAMES: [&str; 4] = ["header", "nav", "aside", "footer"];

/// Elements that have no content and no end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Elements that a parser opens again where their parent was closed before them.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

pub(super) fn is_block(name: &str) -> bool {
    BLOCKS.binary_search(&name).is_ok()
}

pub(super) fn is_frame(name: &str) -> bool {
    FRAMES.contains(&name)
}

pub(super) fn is_void(name: &str) -> bool {
    VOID.binary_search(&name).is_ok()
}

pub(super) fn is_formatting(name: &str) -> bool {
    FORMATTING.binary_search(&name).is_ok()
}

/// Whether the element stands inside a line and takes over the roles of its parent.
pub(super) fn is_inline(name: &str) -> bool {
    is_formatting(name) || matches!(name, "span" | "cite" | "time" | "label" | "ins" | "var")
}

/// Annotations above characters, such as pinyin: they would split words.
pub(super) fn is_annotation(name: &str) -> bool {
    matches!(name, "rt" | "rp" | "rtc")
}

pub(super) fn is_cell(name: &str) -> bool {
    matches!(name, "td" | "th")
}

/// The index in [`SILENT`].
pub(super) fn silent(name: &str) -> Option<usize> {
    SILENT.binary_search(&name).ok()
}

pub(super) fn heading(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

/// Whether an open element ends where another one starts, because its end tag may be left out.
pub(super) fn ends_before(open: &str, next: &str) -> bool {
    match open {
        "p" => is_block(next) && next != "br",
        "li" => next == "li",
        "dt" | "dd" => matches!(next, "dt" | "dd"),
        "td" | "th" => matches!(next, "td" | "th" | "tr" | "tbody"),
        "tr" => matches!(next, "tr" | "tbody"),
        "option" => matches!(next, "option" | "optgroup"),
        "rt" | "rp" | "rb" | "rtc" => matches!(next, "rt" | "rp" | "rb" | "rtc"),
        "a" => next == "a",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(BLOCKS.is_sorted() && SILENT.is_sorted() && VOID.is_sorted());
        assert!(FORMATTING.is_sorted());
    }
}
