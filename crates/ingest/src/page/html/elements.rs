//! Classifies HTML elements by name.

/// Block elements: a line ends where one of them opens or closes.
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

/// Elements whose text is left out: it is not shown to readers, or belongs to a control.
pub(super) const SILENT: [&str; 10] = [
    "button", "iframe", "noscript", "object", "script", "select", "style", "svg", "template",
    "textarea",
];

/// Elements around the main content.
const SURROUNDINGS: [&str; 4] = ["header", "nav", "aside", "footer"];

/// Elements that have no content and no end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Formatting elements. If the parent of one is closed first, a parser opens the element again
/// after the parent.
const FORMATTING: [&str; 14] = [
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

pub(super) fn is_block(name: &str) -> bool {
    BLOCKS.binary_search(&name).is_ok()
}

/// Whether an element stands around the main content, as menus do.
pub(super) fn surrounds_content(name: &str) -> bool {
    SURROUNDINGS.contains(&name)
}

/// Whether an element can hold several lines, as a `div` does and a paragraph does not.
pub(super) fn is_container(name: &str) -> bool {
    const OF_ONE_FLOW: [&str; 11] = [
        "blockquote",
        "br",
        "center",
        "hgroup",
        "hr",
        "html",
        "option",
        "p",
        "select",
        "summary",
        "title",
    ];
    is_block(name) && heading_level(name).is_none() && OF_ONE_FLOW.binary_search(&name).is_err()
}

pub(super) fn is_void(name: &str) -> bool {
    VOID.binary_search(&name).is_ok()
}

pub(super) fn is_formatting(name: &str) -> bool {
    FORMATTING.binary_search(&name).is_ok()
}

/// Whether an element stands inside a line. Such elements are not counted as levels between an
/// element and the ancestor that it inherits its `Roles` from (what attributes say a text is, such
/// as a date).
pub(super) fn is_inline(name: &str) -> bool {
    is_formatting(name) || matches!(name, "span" | "cite" | "time" | "label" | "ins" | "var")
}

/// Whether an element annotates characters, for example with pinyin above them. Its text is left
/// out, because it would split words.
pub(super) fn is_annotation(name: &str) -> bool {
    matches!(name, "rt" | "rp" | "rtc")
}

pub(super) fn is_cell(name: &str) -> bool {
    matches!(name, "td" | "th")
}

/// The index of an element in [`SILENT`], if it is there.
pub(super) fn silent_index(name: &str) -> Option<usize> {
    SILENT.binary_search(&name).ok()
}

/// The level of a heading; `None` for other elements.
pub(super) fn heading_level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

/// Whether the start of element `next` ends the element `open`: the end tag of `open` may be left
/// out, or `open` cannot contain another element of its name (`a`).
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
    fn tables_of_elements_are_sorted() {
        assert!(BLOCKS.is_sorted() && SILENT.is_sorted() && VOID.is_sorted());
        assert!(FORMATTING.is_sorted());
    }
}
