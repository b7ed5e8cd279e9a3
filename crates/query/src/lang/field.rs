//! The names of the fields: which names and aliases exist, and what a name before a colon means.

use std::fmt;

use super::chars::{ends_word, fold_width, fold_width_and_case};

/// A field that a query can name before a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldName {
    /// `tag`, 標籤, 标签.
    Tag,
    /// `date`, 日期.
    Date,
    /// `since`: the start of a date range.
    Since,
    /// `until`: the inclusive end of a date range.
    Until,
    /// `kind`, 類型, 类型.
    Kind,
    /// `source`, 來源, 来源.
    Source,
    /// `author`, 作者.
    Author,
    /// `site`, 網站, 网站, 站點, 站点.
    Site,
    /// `url`, 網址, 网址.
    Url,
    /// `category`, 分類, 分类.
    Category,
    /// `title`, 標題, 标题.
    Title,
    /// `body`.
    Body,
    /// `id`.
    Id,
    /// `path`.
    Path,
    /// `has`.
    Has,
    /// `script`.
    Script,
}

/// Every name and alias. The first name of a field is the canonical one.
const NAMES: &[(&str, FieldName)] = &[
    ("tag", FieldName::Tag),
    ("標籤", FieldName::Tag),
    ("标签", FieldName::Tag),
    ("date", FieldName::Date),
    ("日期", FieldName::Date),
    ("since", FieldName::Since),
    ("until", FieldName::Until),
    ("kind", FieldName::Kind),
    ("類型", FieldName::Kind),
    ("类型", FieldName::Kind),
    ("source", FieldName::Source),
    ("來源", FieldName::Source),
    ("来源", FieldName::Source),
    ("author", FieldName::Author),
    ("作者", FieldName::Author),
    ("site", FieldName::Site),
    ("網站", FieldName::Site),
    ("网站", FieldName::Site),
    ("站點", FieldName::Site),
    ("站点", FieldName::Site),
    ("url", FieldName::Url),
    ("網址", FieldName::Url),
    ("网址", FieldName::Url),
    ("category", FieldName::Category),
    ("分類", FieldName::Category),
    ("分类", FieldName::Category),
    ("title", FieldName::Title),
    ("標題", FieldName::Title),
    ("标题", FieldName::Title),
    ("body", FieldName::Body),
    ("id", FieldName::Id),
    ("path", FieldName::Path),
    ("has", FieldName::Has),
    ("script", FieldName::Script),
];

impl FieldName {
    /// The canonical (ASCII) name.
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }

    /// The field with this name or alias, in any width and case.
    pub fn parse(name: &str) -> Option<Self> {
        let folded = fold_width_and_case(name);
        NAMES.iter().find(|(known, _)| *known == folded).map(|(_, field)| *field)
    }

    /// The canonical names, in the order in which help lists them.
    pub fn all() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name).filter(|name| name.is_ascii())
    }

    /// Whether the values of the field are text from the archive. Such a value may end in `*`.
    pub(super) fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Tag
                | Self::Source
                | Self::Author
                | Self::Site
                | Self::Url
                | Self::Category
                | Self::Id
                | Self::Path
        )
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the start of a word is: a field name with its colon, or text. Lengths are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WordStart {
    /// A known field; `len` includes the colon.
    Field { name: FieldName, len: usize },
    /// An ASCII name before a colon that is not the name of a field; `len` is without the colon.
    Unknown { len: usize },
    /// Text: no colon, or one that is not syntax (`http://`, `13:02`, `聲音：`).
    Text,
}

/// Reads a field name and its colon at the start of `remaining`.
pub(super) fn word_start(remaining: &str) -> WordStart {
    let Some((len, colon)) = remaining
        .char_indices()
        .find(|(_, c)| ends_word(*c) || matches!(fold_width(*c), ':' | '\\'))
    else {
        return WordStart::Text;
    };
    if fold_width(colon) != ':' {
        return WordStart::Text;
    }
    let (name, after) = (&remaining[..len], len + colon.len_utf8());
    match FieldName::parse(name) {
        Some(name) => WordStart::Field { name, len: after },
        None if is_identifier(name) && !remaining[after..].starts_with("//") => {
            WordStart::Unknown { len }
        }
        None => WordStart::Text,
    }
}

/// Whether `name` looks like a field's name: an ASCII letter, then ASCII letters, digits, `_` and
/// `-`, in any width.
fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars().map(fold_width);
    chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_makes_a_field_only_after_a_known_name() {
        let tag = FieldName::Tag;
        assert_eq!(word_start("tag:BTC"), WordStart::Field { name: tag, len: 4 });
        assert_eq!(word_start("ＴＡＧ：BTC"), WordStart::Field { name: tag, len: 12 });
        assert_eq!(word_start("标签:BTC"), WordStart::Field { name: tag, len: 7 });
        assert_eq!(word_start("tga:BTC"), WordStart::Unknown { len: 3 });
        for text in ["http://a.b", "13:02", "聲音：", ":x", "tag", "tag\\:x", "(tag:x", "a.b:c"]
        {
            assert_eq!(word_start(text), WordStart::Text, "{text}");
        }
    }
}
