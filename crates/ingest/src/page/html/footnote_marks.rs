//! Footnote marks inside words: `比特<sup>[1]</sup>幣`. They would split words, so they are left
//! out, as annotations are.

use crate::text::punctuation::is_han;

/// What is known of an open `<sup>`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Superscript {
    /// No `<sup>` is open, or the open one is no note.
    #[default]
    Text,
    /// A `<sup>` is open, and has no text so far; its first text decides.
    MayBeNote,
    /// The open `<sup>` is a note, whose whole text is left out.
    Note,
}

impl Superscript {
    /// Reads the next text; `before` is what the line has so far. Returns whether the text belongs
    /// to a note, which is left out.
    pub(super) fn is_note(&mut self, text: &str, before: &str) -> bool {
        let text = text.trim();
        if *self == Self::MayBeNote && !text.is_empty() {
            *self = if begins_note(text, before) { Self::Note } else { Self::Text };
        }
        *self == Self::Note
    }
}

/// Whether a superscript that begins with `text` is a note, and not a power such as 10² or km².
fn begins_note(text: &str, before: &str) -> bool {
    let is_sign = |c: char| {
        matches!(
            c,
            '[' | '［' | '〔' | '【' | '①'..='⑳' | '*' | '＊' | '†' | '‡' | '※' | '注' | '註'
        )
    };
    if text.starts_with(is_sign) {
        return true;
    }
    let inner = text.strip_prefix(['(', '（']).and_then(|text| text.strip_suffix([')', '）']));
    let is_number =
        |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    // After a unit, such as of length or time, a number is a power.
    let is_word = |c: char| is_han(c) && !matches!(c, '米' | '里' | '尺' | '寸' | '分' | '秒');
    is_number(inner.unwrap_or(text)) && before.trim_end().ends_with(is_word)
}

#[cfg(test)]
mod tests {
    use crate::page::html::html_layout;

    fn line(html: &str) -> String {
        html_layout(html).lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn notes_inside_words_are_left_out() {
        for note in [
            "[1]",
            "<a href='#n1'>[1]</a>",
            "[<a href='#n1'>12</a>]",
            "<a href='#n'><span>[</span>註 1<span>]</span></a>",
            " 〔二〕",
            "①",
            "註1",
            "*",
            "(3)",
            "7",
        ] {
            assert_eq!(
                line(&format!("<p>比特<sup>{note}</sup>幣上漲</p>")),
                "比特幣上漲",
                "{note}"
            );
        }
        assert_eq!(line("<p>比特<sup>[1]</sup><sup>[2]</sup>幣</p>"), "比特幣");
    }

    #[test]
    fn other_superscripts_stay() {
        for (html, text) in [
            ("10<sup>8</sup>元", "108元"),
            ("5平方公里<sup>2</sup>", "5平方公里2"),
            ("km<sup>2</sup>", "km2"),
            ("f<sup>(2)</sup>", "f(2)"),
            ("第1<sup>st</sup>名", "第1st名"),
            ("甲<sup>新</sup>乙", "甲新乙"),
            ("甲<sup></sup>[1]乙", "甲[1]乙"),
            // Without an end tag, a note ends with its line.
            ("甲<sup>[1]乙<p>丙", "甲丙"),
        ] {
            assert_eq!(line(html), text, "{html}");
        }
    }
}
