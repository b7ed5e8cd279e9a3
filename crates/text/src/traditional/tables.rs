//! Reads the tables of the conversion to Traditional.

use std::collections::{HashMap, HashSet};

use crate::fold::t2s::t2s;
use crate::segment::Segmenter;
use crate::word_tables::editable;

/// OpenCC's phrases and characters, Simplified and Traditional.
const OPENCC: &str = include_str!("../../data/s2t.tsv");
/// Our own entries. The first lines of the file explain the kinds of lines.
const OWN: &str = include_str!("../../../../data/tables/traditional.tsv");

/// What the tables say.
pub(super) struct Tables {
    /// Knows the words of our own table, too.
    pub(super) segmenter: Segmenter,
    /// The Traditional form of each Simplified phrase.
    pub(super) phrases: HashMap<String, String>,
    /// Forms of characters that no phrase covers.
    pub(super) chars: HashMap<char, char>,
    /// Forms of characters that stand alone, as a word of one character.
    pub(super) alone: HashMap<char, char>,
    /// Forms of words after a number, such as measure words.
    pub(super) after_number: HashMap<String, String>,
    /// Forms of characters that stand alone, by the converted character before them and the
    /// Simplified character.
    pub(super) after_char: HashMap<(char, char), char>,
    /// Forms of characters in an unknown word, which is usually a name.
    pub(super) in_name: HashMap<char, char>,
    /// Characters that are surnames, Simplified.
    pub(super) surnames: HashSet<char>,
    /// Forms of characters as surnames.
    pub(super) as_surname: HashMap<char, char>,
    /// Characters that given names consist of, Simplified.
    pub(super) given: HashSet<char>,
    /// Forms of characters in given names.
    pub(super) in_given: HashMap<char, char>,
    /// What 隻 counts, Simplified: animals, parts of bodies and others.
    pub(super) counted: Vec<String>,
    /// Lists of Simplified words, by their names.
    lists: HashMap<String, Vec<String>>,
    /// Forms of Simplified words near other words: each form with these words, Simplified.
    pub(super) near: HashMap<String, Vec<(String, Vec<String>)>>,
}

impl Tables {
    /// Reads the tables.
    pub(super) fn read() -> Self {
        let mut usual_forms = UsualForms::default();
        let mut tables = Tables {
            segmenter: Segmenter::new(),
            phrases: HashMap::new(),
            chars: HashMap::new(),
            alone: HashMap::new(),
            after_number: HashMap::new(),
            after_char: HashMap::new(),
            in_name: HashMap::new(),
            surnames: HashSet::new(),
            as_surname: HashMap::new(),
            given: HashSet::new(),
            in_given: HashMap::new(),
            counted: Vec::new(),
            lists: HashMap::new(),
            near: HashMap::new(),
        };
        // Our own entries replace those of OpenCC; `usual_forms` corrects the spellings of all
        // others.
        let mut own_words = Vec::new();
        let mut own_phrases = Vec::new();
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
                "phrase" => own_phrases.push((t2s(from), from.to_owned())),
                "char" => own_chars.extend(mapping),
                "alone" => tables.alone.extend(mapping),
                "number" => {
                    tables.after_number.insert(from.to_owned(), to.to_owned());
                }
                "after" => tables.after_char.extend(after_mapping(from, to)),
                "name" => tables.in_name.extend(mapping),
                "surname" if to.is_empty() => tables.surnames.extend(from.chars()),
                "surname" => tables.as_surname.extend(mapping),
                "given" if to.is_empty() => tables.given.extend(from.chars()),
                "given" => tables.in_given.extend(mapping),
                "counted" => tables.counted.push(from.to_owned()),
                "list" => {
                    tables.lists.insert(from.to_owned(), split_words(to));
                }
                "near" => {
                    let words = split_words(to);
                    tables.near.entry(t2s(from)).or_default().push((from.to_owned(), words));
                }
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
        // A word with a form that depends on the words near it is one word, too.
        let near = tables.near.keys().filter(|word| word.chars().count() > 1);
        let words = own_words.iter().map(|(word, _)| word).chain(near);
        tables.segmenter = Segmenter::standard_with(words.map(|word| (word.clone(), None)));
        tables.phrases.extend(own_words.into_iter().chain(own_phrases));
        tables
    }

    /// The words of a line `list`.
    pub(super) fn list(&self, name: &str) -> &[String] {
        let list = self.lists.get(name);
        debug_assert!(list.is_some(), "no list {name}");
        list.map_or(&[], Vec::as_slice)
    }
}

fn split_words(words: &str) -> Vec<String> {
    words.split(' ').map(str::to_owned).collect()
}

/// What a line `after` says: the form of the second of two characters.
fn after_mapping(from: &str, to: &str) -> Option<((char, char), char)> {
    let mut from = from.chars();
    Some(((from.next()?, from.next()?), to.chars().nth(1)?))
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
