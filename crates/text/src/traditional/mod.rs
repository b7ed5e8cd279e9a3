//! Converts Simplified text to Traditional for display, word by word.
//!
//! One Simplified character can stand for several Traditional ones (干: 乾, 幹, 干), and only the
//! word decides which. The segmenter finds the words. Inside a word, the longest phrase of OpenCC
//! wins; a character that no phrase covers takes its most frequent form. The entries in
//! `data/tables/traditional.tsv` take precedence over OpenCC's `tables`. Where one word has several
//! forms, what stands around it decides: `context`.

mod context;
mod tables;

use context::Context;
use tables::Tables;

use crate::fold::script::{Script, script_of};
use crate::tables::class::is_han;
use crate::tables::{ONLY_SIMPLIFIED, script_bits, t2s_char};

/// The longest phrase that is looked up, in characters.
const LONGEST_PHRASE: usize = 16;
/// Words that are at least so rare ([`crate::Segmenter::rarity`]) can be names. The dictionary has
/// many names, most of them with a frequency of a few dozen at most.
const RARE: f32 = 0.8;
/// Words that are less rare are no given names: place names and the like.
const COMMON: f32 = 0.6;

/// Converts text to Traditional characters. The number of characters does not change.
///
/// Creating a `Traditional` takes about ten milliseconds, because all tables are read.
///
/// ```
/// let traditional = wensou_text::Traditional::new();
/// assert_eq!(traditional.convert("政府干预一个中年人"), "政府干預一個中年人");
/// assert_eq!(traditional.convert("松脆饼干"), "鬆脆餅乾");
/// ```
pub struct Traditional {
    tables: Tables,
}

impl Default for Traditional {
    fn default() -> Self {
        Traditional::new()
    }
}

impl Traditional {
    /// Reads the tables.
    pub fn new() -> Self {
        Traditional { tables: Tables::read() }
    }

    /// Converts a text. Of a Traditional text, only the characters change that Traditional text
    /// does not use; of any other text, the characters that only Traditional text uses stay.
    pub fn convert(&self, text: &str) -> String {
        self.convert_part(text, Script::None)
    }

    /// [`Traditional::convert`] for a part of a document in a script. A part alone, such as 娘家 or
    /// 于洋出席, often has no character that tells its script; then the document's script counts.
    ///
    /// ```
    /// use wensou_text::{Script, Traditional};
    /// let traditional = Traditional::new();
    /// assert_eq!(traditional.convert_part("他在胡同里", Script::Hans), "他在衚衕裡");
    /// assert_eq!(traditional.convert_part("他在胡同里", Script::Hant), "他在胡同里");
    /// ```
    pub fn convert_part(&self, text: &str, document: Script) -> String {
        let is_simplified = |c: char| script_bits(c) == ONLY_SIMPLIFIED;
        let is_traditional = match script_of(text) {
            Script::Hant => true,
            Script::Hans | Script::Mixed => false,
            Script::None => document == Script::Hant,
        };
        if is_traditional && !text.contains(is_simplified) {
            return text.to_owned();
        }
        let converted = self.convert_words(text);
        if !is_traditional {
            return converted;
        }
        let chars = text.chars().zip(converted.chars());
        chars.map(|(c, form)| if is_simplified(c) { form } else { c }).collect()
    }

    fn convert_words(&self, text: &str) -> String {
        let mut parts = Vec::new();
        self.tables.segmenter.split_at_han_words(text, |bytes, is_word| {
            if !bytes.is_empty() {
                parts.push((bytes, is_word));
            }
        });
        let mut out = String::with_capacity(text.len());
        for (at, (bytes, is_word)) in parts.iter().enumerate() {
            let part = &text[bytes.clone()];
            if *is_word {
                let context = Context { tables: &self.tables, text, parts: &parts, at };
                self.push_word(part, &context, &mut out);
            } else {
                let form = |c| self.tables.chars.get(&c).copied().unwrap_or(c);
                out.extend(part.chars().map(form));
            }
        }
        out
    }

    /// Converts a word and appends it to `out`, which holds the converted text before the word.
    fn push_word(&self, word: &str, context: &Context<'_>, out: &mut String) {
        let original: Vec<char> = word.chars().collect();
        let simplified: Vec<char> = original.iter().map(|c| t2s_char(*c)).collect();
        let form = context.form().unwrap_or_else(|| {
            let after_number = context.is_after_number();
            self.converted_word(&simplified, out.chars().next_back(), after_number)
        });
        for ((c, simple), form) in original.iter().zip(&simplified).zip(form.chars()) {
            // A character that t2s changes is Traditional already, and stays.
            out.push(if c == simple { form } else { *c });
        }
    }

    /// The Traditional form of a Simplified word, by the converted character before it, and whether
    /// it follows a number.
    fn converted_word(&self, word: &[char], before: Option<char>, after_number: bool) -> String {
        let tables = &self.tables;
        let is_unknown = self.is_unknown(word);
        if after_number {
            // An unknown word can begin with a measure word.
            let length = if is_unknown { 1 } else { word.len() };
            let (start, following) = word.split_at(length);
            if let Some(form) = tables.after_number.get(&start.iter().collect::<String>()) {
                let is_number = form.chars().all(context::is_numeral);
                let rest = self.converted_word(following, form.chars().next_back(), is_number);
                return form.clone() + &rest;
            }
        }
        if let (Some(last), [c]) = (before, word)
            && let Some(form) = tables.after_char.get(&(last, *c))
        {
            return form.to_string();
        }
        if let [number @ .., '只'] = word
            && !number.is_empty()
            && number.iter().all(|c| context::is_numeral(*c))
        {
            return self.converted_word(number, before, after_number) + "隻";
        }
        let is_name = !after_number && self.is_name(word, is_unknown);
        // The form of a character that no phrase covers, if it is not that of `chars`.
        let preferred = |at: usize, c: char| match word {
            [_] => tables.alone.get(&c),
            _ => {
                let by_place = if at == 0 { &tables.as_surname } else { &tables.in_given };
                let named = by_place.get(&c).filter(|_| is_name);
                named.or_else(|| tables.in_name.get(&c).filter(|_| is_unknown))
            }
        };
        let mut converted = String::new();
        let mut at = 0;
        while let [c, ..] = &word[at..] {
            if let Some((length, phrase)) = self.longest_phrase(&word[at..]) {
                converted.push_str(phrase);
                at += length;
            } else {
                let form = preferred(at, *c).or_else(|| tables.chars.get(c));
                converted.push(form.copied().unwrap_or(*c));
                at += 1;
            }
        }
        converted
    }

    /// The length and the Traditional form of the longest phrase that `chars` begin with.
    fn longest_phrase(&self, chars: &[char]) -> Option<(usize, &str)> {
        let longest = chars.len().min(LONGEST_PHRASE);
        (2..=longest).rev().find_map(|length| {
            let key: String = chars[..length].iter().collect();
            self.tables.phrases.get(&key).map(|phrase| (length, phrase.as_str()))
        })
    }

    /// Whether a word has two Han characters or more, and is neither a phrase nor in the
    /// dictionary. (A word with frequency 1 counts as missing, because its rarity is 1, too.) Such
    /// a word is usually a name, which the segmenter has guessed.
    fn is_unknown(&self, word: &[char]) -> bool {
        word.len() > 1 && word.iter().all(|c| is_han(*c)) && self.is_rarer_than(word, 1.0)
    }

    /// Whether a word looks like the name of a person: a surname and one or two characters of given
    /// names, which are no common word.
    fn is_name(&self, word: &[char], is_unknown: bool) -> bool {
        let tables = &self.tables;
        let is_given = |c: &char| tables.given.contains(c) || tables.in_given.contains_key(c);
        matches!(word, [surname, given @ ..] if (1..=2).contains(&given.len())
            && tables.surnames.contains(surname)
            && given.iter().all(is_given))
            && (is_unknown || self.is_rarer_than(word, RARE))
    }

    /// Whether a word is no phrase, and at least so rare.
    fn is_rarer_than(&self, word: &[char], rarity: f32) -> bool {
        let text: String = word.iter().collect();
        !self.tables.phrases.contains_key(&text)
            && self.tables.segmenter.rarity(&crate::fold(&text)) >= rarity
    }
}
