//! Converts Simplified text to Traditional for display, word by word.
//!
//! One Simplified character can stand for several Traditional ones (干: 乾, 幹, 干), and only the
//! word decides which. The segmenter finds the words. Inside a word, the longest phrase of OpenCC
//! wins; a character that no phrase covers takes its most frequent form. The entries in
//! `data/tables/traditional.tsv` take precedence over OpenCC's tables.

use std::collections::HashMap;

use crate::fold::script::{Script, script_of};
use crate::fold::t2s::t2s;
use crate::segment::Segmenter;
use crate::tables::class::is_han;
use crate::tables::t2s_char;
use crate::word_tables::editable;

/// OpenCC's phrases and characters, Simplified and Traditional.
const OPENCC: &str = include_str!("../data/s2t.tsv");
/// Our own entries. The first lines of the file explain the kinds of lines.
const OWN: &str = include_str!("../../../data/tables/traditional.tsv");

/// The longest phrase that is looked up, in characters.
const LONGEST_PHRASE: usize = 16;

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
    segmenter: Segmenter,
    /// The Traditional form of each Simplified phrase.
    phrases: HashMap<String, String>,
    /// Forms of characters that no phrase covers.
    chars: HashMap<char, char>,
    /// Forms of characters that stand alone, as a word of one character.
    alone: HashMap<char, char>,
    /// Forms of words after a number, such as measure words.
    after_number: HashMap<String, String>,
    /// Forms of characters that stand alone, by the converted character before them and the
    /// Simplified character.
    after_char: HashMap<(char, char), char>,
    /// Forms of characters in an unknown word, which is usually a name.
    in_name: HashMap<char, char>,
    /// What 隻 counts, Simplified: animals, parts of bodies and others.
    counted: Vec<String>,
}

impl Default for Traditional {
    fn default() -> Self {
        Traditional::new()
    }
}

impl Traditional {
    /// Reads the tables.
    pub fn new() -> Self {
        let mut usual_forms = UsualForms::default();
        let mut tables = Traditional {
            segmenter: Segmenter::new(),
            phrases: HashMap::new(),
            chars: HashMap::new(),
            alone: HashMap::new(),
            after_number: HashMap::new(),
            after_char: HashMap::new(),
            in_name: HashMap::new(),
            counted: Vec::new(),
        };
        // Our own entries replace those of OpenCC; `usual_forms` corrects the spellings of all
        // others.
        let mut own_words = Vec::new();
        let mut own_chars = Vec::new();
        for (_, line) in editable::lines(OWN) {
            let mut fields = line.split('\t');
            let kind = fields.next().unwrap_or_default();
            let from = fields.next().unwrap_or_default();
            let to = fields.next().unwrap_or_default();
            let mapping = from.chars().zip(to.chars()).next();
            match kind {
                "form" => usual_forms.add(from, to),
                "word" => own_words.push((t2s(from), from.to_owned())),
                "char" => own_chars.extend(mapping),
                "alone" => tables.alone.extend(mapping),
                "number" => {
                    tables.after_number.insert(from.to_owned(), to.to_owned());
                }
                "after" => tables.after_char.extend(after_mapping(from, to)),
                "name" => tables.in_name.extend(mapping),
                "counted" => tables.counted.push(from.to_owned()),
                _ => debug_assert!(false, "{line}: unknown kind"),
            }
        }
        for (_, line) in editable::lines(OPENCC) {
            let Some((from, to)) = line.split_once('\t') else { continue };
            let (mut from_chars, mut to_chars) = (from.chars(), to.chars());
            match (from_chars.next(), to_chars.next(), from_chars.next()) {
                (Some(from), Some(to), None) => {
                    tables.chars.insert(from, usual_forms.of_char(to));
                }
                _ => {
                    tables.phrases.insert(from.to_owned(), usual_forms.of_phrase(to));
                }
            }
        }
        tables.chars.extend(own_chars);
        let words = own_words.iter().map(|(word, _)| (word.clone(), None));
        tables.segmenter = Segmenter::standard_with(words);
        tables.phrases.extend(own_words);
        tables
    }

    /// Converts a text. A Traditional text is returned unchanged; in any other text, the characters
    /// that only Traditional text uses are left as they are.
    pub fn convert(&self, text: &str) -> String {
        if script_of(text) == Script::Hant {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        self.segmenter.split_at_han_words(text, |bytes, is_word| {
            let (part, after) = (&text[bytes.clone()], &text[bytes.end..]);
            if !is_word {
                self.push_chars(part, &mut out);
            } else if self.is_measure_word(part, after, &out) {
                out.push('隻');
            } else {
                self.push_word(part, &mut out);
            }
        });
        out
    }

    /// Whether a word is 只 as a measure word after 這 or the like: it is one if something follows
    /// that 隻 counts, perhaps after a short description.
    fn is_measure_word(&self, word: &str, after: &str, converted_before: &str) -> bool {
        const BEFORE: &str = "這那哪每某此";
        /// Adjectives of one character.
        const SHORT: &str = "小大老黑白花紅红灰黃黄母公幼野新舊旧好死壞坏胖瘦肥";
        /// The longest description that ends with 的, in characters.
        const LONGEST: usize = 3;
        if word != "只" || !converted_before.ends_with(|c| BEFORE.contains(c)) {
            return false;
        }
        let is_counted = |text: &str| {
            let described = text.trim_start_matches(|c| SHORT.contains(c));
            let starts_with = |text: &str| self.counted.iter().any(|noun| text.starts_with(noun));
            starts_with(text) || starts_with(described)
        };
        let is_han_char = |(_, c): &(usize, char)| is_han(*c);
        let start = after.char_indices().take_while(is_han_char).take(LONGEST);
        let after_de = start.filter(|(_, c)| *c == '的').map(|(at, c)| &after[at + c.len_utf8()..]);
        is_counted(after) || after_de.take(1).any(is_counted)
    }

    /// Converts the text between words, character by character.
    fn push_chars(&self, text: &str, out: &mut String) {
        out.extend(text.chars().map(|c| self.chars.get(&c).copied().unwrap_or(c)));
    }

    /// Converts a word and appends it to `out`, which holds the converted text before the word.
    fn push_word(&self, word: &str, out: &mut String) {
        let original: Vec<char> = word.chars().collect();
        let simplified: Vec<char> = original.iter().map(|c| t2s_char(*c)).collect();
        let converted = self.converted_word(&simplified, out);
        for ((c, simple), form) in original.iter().zip(&simplified).zip(converted.chars()) {
            // A character that t2s changes is Traditional already, and stays.
            out.push(if c == simple { form } else { *c });
        }
    }

    /// The Traditional form of a Simplified word after the converted text `before`.
    fn converted_word(&self, word: &[char], before: &str) -> String {
        if ends_with_number(before) {
            // An unknown word can begin with a measure word.
            let length = if self.is_unknown(word) { 1 } else { word.len() };
            let (start, following) = word.split_at(length);
            if let Some(form) = self.after_number.get(&start.iter().collect::<String>()) {
                return form.clone() + &self.converted_word(following, form);
            }
        }
        if let (Some(last), [c]) = (before.chars().next_back(), word)
            && let Some(form) = self.after_char.get(&(last, *c))
        {
            return form.to_string();
        }
        // The forms that take precedence over those in `chars`.
        let preferred = match word {
            [_] => Some(&self.alone),
            _ if self.is_unknown(word) => Some(&self.in_name),
            _ => None,
        };
        let mut converted = String::new();
        let mut remaining = word;
        while let [c, following @ ..] = remaining {
            if let Some((length, phrase)) = self.longest_phrase(remaining) {
                converted.push_str(phrase);
                remaining = &remaining[length..];
            } else {
                let form = preferred.and_then(|forms| forms.get(c)).or_else(|| self.chars.get(c));
                converted.push(form.copied().unwrap_or(*c));
                remaining = following;
            }
        }
        converted
    }

    /// The length and the Traditional form of the longest phrase that `chars` begin with.
    fn longest_phrase(&self, chars: &[char]) -> Option<(usize, &str)> {
        let longest = chars.len().min(LONGEST_PHRASE);
        (2..=longest).rev().find_map(|length| {
            let key: String = chars[..length].iter().collect();
            self.phrases.get(&key).map(|phrase| (length, phrase.as_str()))
        })
    }

    /// Whether a word has two Han characters or more, and is neither a phrase nor in the
    /// dictionary. (A word with frequency 1 counts as missing, because its rarity is 1, too.) Such
    /// a word is usually a name, which the segmenter has guessed.
    fn is_unknown(&self, word: &[char]) -> bool {
        let text: String = word.iter().collect();
        word.len() > 1
            && word.iter().all(|c| is_han(*c))
            && !self.phrases.contains_key(&text)
            && self.segmenter.rarity(&crate::fold(&text)) >= 1.0
    }
}

/// What a line `after` says: the form of the second of two characters.
fn after_mapping(from: &str, to: &str) -> Option<((char, char), char)> {
    let mut from = from.chars();
    Some(((from.next()?, from.next()?), to.chars().nth(1)?))
}

/// Whether a text ends with a digit, or with a character of Chinese numerals, also of vague ones
/// (幾, 數, 餘). Then the next word is probably a measure word.
fn ends_with_number(text: &str) -> bool {
    const NUMERALS: &str = "一二三四五六七八九十百千萬万億亿余餘數数兩两几幾";
    text.chars()
        .next_back()
        .is_some_and(|c| c.is_ascii_digit() || ('０'..='９').contains(&c) || NUMERALS.contains(c))
}

/// Replaces spellings of OpenCC by more frequent ones: the lines `form` of our own table.
#[derive(Default)]
struct UsualForms {
    chars: HashMap<char, char>,
    /// Spellings of several characters: what is replaced, and by what.
    sequences: Vec<(String, String)>,
}

impl UsualForms {
    fn add(&mut self, from: &str, to: &str) {
        let mut chars = from.chars().zip(to.chars());
        match (chars.next(), chars.next()) {
            (Some((from, to)), None) => {
                self.chars.insert(from, to);
            }
            _ => self.sequences.push((from.to_owned(), to.to_owned())),
        }
    }

    fn of_char(&self, c: char) -> char {
        self.chars.get(&c).copied().unwrap_or(c)
    }

    fn of_phrase(&self, phrase: &str) -> String {
        let mut text: String = phrase.chars().map(|c| self.of_char(c)).collect();
        for (from, to) in &self.sequences {
            if text.contains(from.as_str()) {
                text = text.replace(from.as_str(), to);
            }
        }
        text
    }
}
