//! What the table says of names: outlets, people, cities, sections, and words that are no names.

use super::{MAX_ENDING, PageWords};
use crate::page::names::value::with_joined_names;
use crate::text::punctuation::{is_han, is_space};
use crate::text::word_table::WordTable;

impl PageWords {
    /// Whether a text looks like the name of an outlet, such as `示例社區`.
    pub(crate) fn is_outlet(&self, text: &str) -> bool {
        let chars = text.chars().count();
        // The ending alone is no name.
        let ending = self.outlet.longest_ending(text, MAX_ENDING);
        (3..=20).contains(&chars) && ending.is_some_and(|(_, at)| at > 0)
    }

    /// Whether a text is the name of a city, a province or a country.
    pub(crate) fn is_city(&self, text: &str) -> bool {
        self.city.meaning_of(text).is_some()
    }

    /// Whether a text is the name of a section that many sites have, such as `要聞`.
    pub(crate) fn is_section(&self, text: &str) -> bool {
        self.section.meaning_of(text).is_some()
    }

    /// A text without the city or country that it ends with.
    pub(crate) fn before_city<'a>(&self, text: &'a str) -> &'a str {
        /// Characters of the longest name of a city or country in the table.
        const MAX_CHARS: usize = 7;
        self.city.longest_ending(text, MAX_CHARS).map_or(text, |(_, at)| &text[..at])
    }

    /// Whether a text is the name of a well-known outlet or site that does not end as such names
    /// do.
    pub(crate) fn is_site(&self, text: &str) -> bool {
        self.site.meaning_of(text).is_some()
    }

    /// Whether a short text contains a part of a button or a counter, such as `收藏`.
    pub(crate) fn has_button(&self, text: &str) -> bool {
        /// Maximum characters of a button or counter.
        const MAX_CHARS: usize = 16;
        text.chars().count() <= MAX_CHARS && contains(&self.button, text)
    }

    /// Whether a text stands where a name could, but is no name, such as `佚名`; or has English
    /// words of buttons and labels, as in `About the author`.
    pub(crate) fn is_nobody(&self, text: &str) -> bool {
        let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
        self.nobody.meaning_of(text).is_some()
            || text.is_ascii()
                && !self.ends_as_outlet(text)
                && words.any(|word| self.interface.meaning_of(word).is_some())
    }

    /// Whether a text has a word that stands in labels and links beside an author, such as `專欄`.
    pub(crate) fn has_word_about_authors(&self, text: &str) -> bool {
        contains(&self.about, text)
    }

    /// Whether a text is a part of a newsroom, such as `政治中心`.
    pub(crate) fn is_desk(&self, text: &str) -> bool {
        let desk = self.desk.longest_ending(text, MAX_ENDING);
        desk.is_some_and(|(_, at)| self.is_section(&text[..at]))
    }

    /// Whether a short text is what a platform says of an account, such as `优质财经领域创作者`.
    pub(crate) fn is_account(&self, text: &str) -> bool {
        /// Maximum characters of such a text.
        const MAX_CHARS: usize = 24;
        text.chars().count() <= MAX_CHARS && self.account.longest_ending(text, MAX_ENDING).is_some()
    }

    /// Whether a text says what a post was sent with, such as `iPhone 14 Pro`.
    pub(crate) fn is_device(&self, text: &str) -> bool {
        let Some((_, bytes)) = self.device.longest_at(text) else { return false };
        let after = &text[bytes..];
        let is_model = |c: char| is_space(c) || c.is_ascii_digit();
        !self.ends_as_outlet(text)
            && (after.is_empty()
                || after.starts_with(is_model)
                || after == "客户端"
                || after == "客戶端")
    }

    /// Whether a text ends as names of companies and authorities do.
    pub(crate) fn is_company(&self, text: &str) -> bool {
        self.company.longest_ending(text, MAX_ENDING).is_some()
    }

    /// Whether a text ends as names of outlets do, or is such an ending.
    pub(crate) fn ends_as_outlet(&self, text: &str) -> bool {
        self.outlet.longest_ending(text, MAX_ENDING).is_some()
    }

    /// Whether a text ends as the names of sites do at the end of titles.
    pub(crate) fn ends_as_masthead(&self, text: &str) -> bool {
        self.masthead.longest_ending(text, MAX_ENDING).is_some()
    }

    /// Whether a text is a surname.
    pub(crate) fn is_surname(&self, text: &str) -> bool {
        self.surname.meaning_of(text).is_some()
    }

    /// Whether a text looks like the names of one or more people.
    pub(crate) fn is_people(&self, text: &str) -> bool {
        let joined = with_joined_names(text.trim());
        let text = &*joined;
        let is_separator =
            |c: char| matches!(c, '、' | ',' | '\u{ff0c}' | '/' | '&') || is_space(c);
        let is_latin = text.chars().all(|c| {
            c.is_ascii_alphabetic() || ('\u{c0}'..='\u{24f}').contains(&c) || ".'- ,&".contains(c)
        });
        if is_latin {
            let mut words = text.split(&is_separator).filter(|word| !word.is_empty());
            return text.len() <= 40
                && words.clone().next().is_some()
                && words.clone().count() <= 8
                && words.all(|word| word.starts_with(|c: char| c.is_uppercase()));
        }
        let mut names = text.split(is_separator).filter(|name| !name.is_empty()).peekable();
        names.peek().is_some() && names.all(|name| self.is_person(name))
    }

    /// Whether a text without separators looks like a Chinese name, or like a foreign name in
    /// Chinese characters, such as `約翰·史密斯`.
    fn is_person(&self, name: &str) -> bool {
        let chars = name.chars().count();
        if name.contains(['·', '•', '・', '‧']) {
            return (3..=16).contains(&chars) && name.chars().all(|c| !c.is_ascii_digit());
        }
        let Some((_, bytes)) = self.surname.longest_at(name) else { return false };
        let given_name_chars = name[bytes..].chars().count();
        (1..=2).contains(&given_name_chars) && name.chars().all(is_han)
    }
}

/// Whether a text contains a word of the table.
fn contains(table: &WordTable<()>, text: &str) -> bool {
    text.char_indices().any(|(at, _)| table.longest_at(&text[at..]).is_some())
}
