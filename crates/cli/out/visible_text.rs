//! The text of a file that a reader sees: without tags, scripts and white space, and with the
//! offset of each character in the file.

/// Elements whose content nobody sees as text.
const HIDDEN: [&str; 3] = ["script", "style", "template"];

/// The longest name or number of a character reference that is decoded, in bytes.
const MAX_REFERENCE: usize = 12;

/// Named character references that are frequent in articles. Of others, only the context of a match
/// suffers.
const NAMED: [(&str, char); 22] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("shy", '\u{ad}'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("hellip", '…'),
    ("middot", '·'),
    ("bull", '•'),
    ("times", '×'),
];

/// The visible text of a file.
pub(crate) struct VisibleText {
    /// The characters that are not white space.
    pub(crate) text: String,
    /// For each byte of `text`, where its character begins in the file.
    offsets: Vec<usize>,
    /// Where the body begins in `text`: after the title in the head of an HTML page.
    pub(crate) body: usize,
}

impl VisibleText {
    /// The visible text of `source`; if it is not `html`, that is all text but white space. Takes
    /// time linear in the length of the text.
    pub(crate) fn of(source: &str, html: bool) -> Self {
        let mut visible = Self { text: String::new(), offsets: Vec::new(), body: 0 };
        let mut at = 0;
        while let Some(c) = source[at..].chars().next() {
            let remaining = &source[at..];
            let (shown, length) = match c {
                '<' if html && is_markup(remaining) => {
                    if is_tag(remaining, "body") {
                        visible.body = visible.text.len();
                    }
                    (None, markup_length(remaining))
                }
                '&' if html => match reference(remaining) {
                    Some((c, length)) => (Some(c), length),
                    None => (Some(c), 1),
                },
                _ => (Some(c), c.len_utf8()),
            };
            if let Some(c) = shown.filter(|c| !is_blank(*c)) {
                visible.text.push(c);
                visible.offsets.resize(visible.text.len(), at);
            }
            at += length;
        }
        visible
    }

    /// Where the character of `text` at this byte begins in the file; `None` after the end.
    pub(crate) fn offset(&self, at: usize) -> Option<usize> {
        self.offsets.get(at).copied()
    }
}

/// Whether a character takes no part in the comparison of texts: white space, and what nobody sees.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Whether a text that begins with `<` begins with a tag, a comment or a declaration.
fn is_markup(remaining: &str) -> bool {
    let next = remaining.as_bytes().get(1);
    next.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'))
}

/// Whether a text begins with the start tag of an element.
fn is_tag(remaining: &str, name: &str) -> bool {
    let Some(start) = remaining.get(1..1 + name.len()) else { return false };
    let next = remaining.as_bytes().get(1 + name.len());
    start.eq_ignore_ascii_case(name) && next.is_none_or(|next| !next.is_ascii_alphanumeric())
}

/// The length of the markup that a text begins with: of a comment, of a tag, or of an element that
/// is hidden. Markup without an end hides the rest of the text, as in browsers.
fn markup_length(remaining: &str) -> usize {
    if remaining.starts_with("<!--") {
        return remaining.find("-->").map_or(remaining.len(), |end| end + "-->".len());
    }
    let tag = tag_length(remaining);
    match HIDDEN.iter().find(|name| is_tag(remaining, name)) {
        Some(name) => tag + hidden_length(&remaining[tag..], name),
        None => tag,
    }
}

/// The length of a tag. A `>` in a quoted value does not end it.
fn tag_length(remaining: &str) -> usize {
    let (mut quote, mut last) = (None, b' ');
    for (at, byte) in remaining.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return at + 1,
            (b'"' | b'\'', None) if last == b'=' => quote = Some(byte),
            _ if quote == Some(byte) => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            last = byte;
        }
    }
    remaining.len()
}

/// The number of bytes up to the end tag of a hidden element.
fn hidden_length(content: &str, name: &str) -> usize {
    let mut end_tags = content.match_indices("</").map(|(at, _)| at);
    let is_end = |at: &usize| {
        let start = content.get(at + 2..at + 2 + name.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    end_tags.find(is_end).unwrap_or(content.len())
}

/// The character that a text begins with as a reference, and the length of the reference.
fn reference(remaining: &str) -> Option<(char, usize)> {
    let end = remaining.bytes().take(MAX_REFERENCE).position(|byte| byte == b';')?;
    let name = remaining.get(1..end)?;
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
        None => NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c)?,
    };
    Some((c, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_scripts_and_white_space_are_not_visible() {
        let html = "<title>題 </title><BODY class='a>b'>甲<b title=\"x > y\">乙</b>\n丙<!-- 註 > -->\
                    &#x4e01;&amp;&unknown;<script>var a = '</b>';</script >戊 < 己<style>無";
        let visible = VisibleText::of(html, true);
        assert_eq!(visible.text, "題甲乙丙丁&&unknown;戊<己");
        assert_eq!(&visible.text[visible.body..][..3], "甲");
        for c in ["題", "甲", "乙", "丙", "戊", "己"] {
            let at = visible.text.find(c).unwrap();
            assert_eq!(visible.offset(at), html.find(c), "{c}");
        }
        assert_eq!(VisibleText::of("<b>甲</b>\r\n乙", false).text, "<b>甲</b>乙");
        assert_eq!(VisibleText::of("", true).offset(0), None);
    }

    #[test]
    fn unclosed_markup_takes_linear_time() {
        for part in ["<a href=\"", "<!--", "<script>", "<", "&", "</", "<a title='>"] {
            let visible = VisibleText::of(&part.repeat(200_000), true);
            assert!(visible.text.len() <= part.len() * 200_000);
        }
    }
}
