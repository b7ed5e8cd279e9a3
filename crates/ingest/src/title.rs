//! Title lines: the title, and the tags that the site adds after (or before) it.

use crate::text::punctuation::{is_colon, is_han, is_sentence_end};

/// A title line split into its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Title<'a> {
    pub(crate) title: &'a str,
    /// The `TAG:` before the title; only if the suffix is a tag without a keyword, or, by
    /// [`split_known_layout`](Self::split_known_layout), if there is no suffix.
    pub(crate) prefix_tag: Option<&'a str>,
    /// The `_TAG` after the title.
    pub(crate) tag: Option<&'a str>,
    /// The `:keyword` after the tag.
    pub(crate) keyword: Option<&'a str>,
}

impl<'a> Title<'a> {
    /// Splits `TITLE`, `TITLE_TAG:keyword`, `TITLE_TAG` and `TAG:TITLE_TAG2`.
    pub(crate) fn split(line: &'a str) -> Self {
        let line = line.trim();
        let bare = Title { title: line, ..Title::default() };
        let Some((title, tail)) = line.rsplit_once('_') else { return bare };
        let title = title.trim_end();
        if title.is_empty() {
            return bare;
        }
        let (tag, keyword) = match tail.split_once(is_colon) {
            Some((tag, keyword)) => (tag, Some(keyword.trim())),
            None => (tail, None),
        };
        let is_alone = keyword.is_none();
        if !is_tag(tag, is_alone) || keyword.is_some_and(|keyword| !is_keyword(keyword)) {
            return bare;
        }
        let mut parts = Title { title, prefix_tag: None, tag: Some(tag.trim()), keyword };
        if is_alone
            && let Some((prefix_tag, after_tag)) = title.split_once(is_colon)
            && is_ticker(prefix_tag)
            && !after_tag.trim().is_empty()
        {
            parts.prefix_tag = Some(prefix_tag);
            parts.title = after_tag.trim_start();
        }
        parts
    }

    /// [`split`](Self::split) for a title in the header of the known layout, where a tag may stand
    /// before a title without suffix: `TAG:TITLE`.
    pub(crate) fn split_known_layout(line: &'a str) -> Self {
        let parts = Self::split(line);
        if parts.has_tag_suffix() {
            return parts;
        }
        match parts.title.split_once(is_colon) {
            Some((prefix_tag, title)) if is_ticker(prefix_tag) && !title.trim().is_empty() => {
                Title { title: title.trim_start(), prefix_tag: Some(prefix_tag), ..parts }
            }
            _ => parts,
        }
    }

    /// Whether the line has a tag suffix; other lines than titles hardly ever have one.
    pub(crate) fn has_tag_suffix(&self) -> bool {
        self.tag.is_some()
    }

    /// The tags in the line, in order.
    pub(crate) fn tags(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        [self.prefix_tag, self.tag, self.keyword]
            .into_iter()
            .flatten()
            .filter(|tag| !tag.is_empty())
    }
}

/// Whether a text looks like a ticker symbol, as most tags do: two to eight upper-case Latin
/// letters and digits, with at least one letter.
pub(crate) fn is_ticker(text: &str) -> bool {
    (2..=8).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_uppercase())
}

/// Whether the text after `_` is a tag. If no keyword follows it (`is_alone`), only a typical tag
/// is accepted. A text that is longer than tags usually are belongs to the title.
fn is_tag(tag: &str, is_alone: bool) -> bool {
    let chars = tag.chars().count();
    if tag.is_empty() || tag.contains(char::is_whitespace) || tag.contains(is_sentence_end) {
        return false;
    }
    if is_ticker(tag) {
        return true;
    }
    if is_alone {
        // A lone Chinese suffix of up to six characters is usually a site name, as in
        // `標題_新浪網`. It counts as a tag, so that it is not part of the title.
        let is_name = chars <= 6 && tag.chars().all(is_han);
        // A keyword may stand in place of the tag, as in `標題_CPU價格`.
        let is_letter = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        let is_keyword = chars <= 8 && tag.ends_with(is_han);
        return is_name || is_keyword && tag.chars().all(|c| is_han(c) || is_letter(c));
    }
    chars <= 12
        && tag
            .chars()
            .all(|c| is_han(c) || c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '$' | '+'))
}

/// Whether the text after the colon is a keyword. A longer text, or one with the end of a sentence,
/// belongs to the title.
fn is_keyword(keyword: &str) -> bool {
    !keyword.is_empty() && keyword.chars().count() <= 48 && !keyword.contains(is_sentence_end)
}

/// A title for a page that lost its own: the beginning of its first paragraph. It is blank only if
/// the paragraph is.
pub(crate) fn derived(paragraph: &str) -> &str {
    /// A paragraph of at most this many characters is the title as a whole.
    const MAX_CHARS: usize = 60;
    /// A longer paragraph is cut after this many, unless a sentence or clause ends within
    /// `MAX_CHARS`.
    const CUT_CHARS: usize = 40;
    /// A clause with fewer characters is no title.
    const MIN_CLAUSE_CHARS: usize = 8;
    if paragraph.chars().count() <= MAX_CHARS {
        let title = paragraph.trim_end_matches(['。', '.']);
        return if title.trim().is_empty() { paragraph } else { title };
    }
    // Whether there are letters or digits before a mark. A mark without them ends no sentence, as
    // the `……` at the beginning of a text.
    let mut has_words = false;
    let mut clause_end = None;
    for (number, (at, c)) in paragraph.char_indices().enumerate() {
        if number >= MAX_CHARS {
            break;
        }
        has_words |= c.is_alphanumeric();
        if has_words && is_sentence_end(c) {
            return &paragraph[..at];
        }
        if number >= MIN_CLAUSE_CHARS && matches!(c, ',' | '\u{ff0c}' | ';' | '\u{ff1b}') {
            clause_end = Some(at);
        }
    }
    let cut = paragraph.char_indices().nth(CUT_CHARS).map_or(paragraph.len(), |(at, _)| at);
    &paragraph[..clause_end.unwrap_or(cut)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tag before the title, the title, the tag after it, and the keyword.
    fn parts(line: &str) -> (Option<&str>, &str, Option<&str>, Option<&str>) {
        let Title { title, prefix_tag, tag, keyword } = Title::split(line);
        (prefix_tag, title, tag, keyword)
    }

    #[test]
    fn tag_suffixes_of_every_form_are_split_off() {
        assert_eq!(
            parts("“大廠壟斷大模型”,會被開源終結嗎?_GPT:apenft幣價格今日行情"),
            (None, "“大廠壟斷大模型”,會被開源終結嗎?", Some("GPT"), Some("apenft幣價格今日行情"))
        );
        assert_eq!(
            parts("暴跌并未如期而至_比特幣:加密貨幣"),
            (None, "暴跌并未如期而至", Some("比特幣"), Some("加密貨幣"))
        );
        assert_eq!(parts("談談 UX 研究_ION"), (None, "談談 UX 研究", Some("ION"), None));
        assert_eq!(parts("MER:淺談跨鏈_NAR"), (Some("MER"), "淺談跨鏈", Some("NAR"), None));
        assert_eq!(parts("NFT:cnft_NFT:cnft.io"), (None, "NFT:cnft", Some("NFT"), Some("cnft.io")));
    }

    #[test]
    fn a_keyword_may_stand_in_place_of_the_tag() {
        assert_eq!(parts("測試性能_CPU價格"), (None, "測試性能", Some("CPU價格"), None));
        assert_eq!(parts("測試性能_Apenft幣"), (None, "測試性能_Apenft幣", None, None));
    }

    #[test]
    fn a_tag_before_a_title_without_a_tag_suffix_is_split_off_in_the_known_layout() {
        let Title { prefix_tag, title, .. } = Title::split_known_layout("NAR:以三要素衡量性能");
        assert_eq!((prefix_tag, title), (Some("NAR"), "以三要素衡量性能"));
        let Title { prefix_tag, title, .. } = Title::split_known_layout("美聯儲:銀行業危機");
        assert_eq!((prefix_tag, title), (None, "美聯儲:銀行業危機"));
    }

    #[test]
    fn a_derived_title_ends_with_the_first_sentence_or_clause_and_is_not_blank() {
        let following = "這是後面的文字".repeat(10);
        for (start, title) in [
            ("這是第一句。", "這是第一句"),
            ("……他說這是第一句!", "……他說這是第一句"),
            ("!!這是第一句。", "!!這是第一句"),
            ("這是第一個分句哦,", "這是第一個分句哦"),
        ] {
            assert_eq!(derived(&format!("{start}{following}")), title);
        }
        for (short, title) in
            [("這是一句。", "這是一句"), ("。。", "。。"), ("...", "..."), ("", "")]
        {
            assert_eq!(derived(short), title);
        }
        let dots = "…".repeat(100);
        assert_eq!(derived(&dots), "…".repeat(40));
    }

    #[test]
    fn titles_without_a_tag_suffix_are_not_split() {
        for line in ["美聯儲:銀行業危機", "use snake_case names", "甲_", "_GPT", "A_b c d"]
        {
            let (_, title, ..) = parts(line);
            assert_eq!(title, line);
        }
    }
}
