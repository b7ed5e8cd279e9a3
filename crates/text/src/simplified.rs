//! Converts Traditional text to Simplified for display, word by word.
//!
//! OpenCC's t2s decides most characters. It leaves some as they are that only Taiwan and Hong Kong
//! use, and 著, which is 着 in most words (看着), and 著 in others (著作). The segmenter finds the
//! words, and `data/tables/simplified.tsv` says what becomes of them.

use std::collections::{HashMap, HashSet};

use crate::fold::script::{Script, script_of};
use crate::fold::t2s::t2s;
use crate::segment::Segmenter;
use crate::word_tables::editable;

/// Our own entries. The first lines of the file explain the kinds of lines.
const OWN: &str = include_str!("../../../data/tables/simplified.tsv");

/// Converts text to Simplified characters. The number of characters does not change.
///
/// ```
/// let simplified = wensou_text::Simplified::new();
/// assert_eq!(simplified.convert("他看著一部著名的名著"), "他看着一部著名的名著");
/// ```
pub struct Simplified {
    segmenter: Segmenter,
    chars: HashMap<char, char>,
    /// Words in which a character of `chars` stays.
    kept: HashSet<Vec<char>>,
    /// Words with their forms, which have the same number of characters.
    words: HashMap<Vec<char>, Vec<char>>,
    /// The length of the longest of `kept` and `words`, in characters.
    longest: usize,
}

impl Default for Simplified {
    fn default() -> Self {
        Simplified::new()
    }
}

impl Simplified {
    /// Reads the table.
    pub fn new() -> Self {
        let mut tables = Simplified {
            segmenter: Segmenter::new(),
            chars: HashMap::new(),
            kept: HashSet::new(),
            words: HashMap::new(),
            longest: 0,
        };
        for (_, line) in editable::lines(OWN) {
            let mut fields = line.split('\t');
            let kind = fields.next().unwrap_or_default();
            let from: Vec<char> = fields.next().unwrap_or_default().chars().collect();
            let to: Vec<char> = fields.next().unwrap_or_default().chars().collect();
            match kind {
                "char" => tables.chars.extend(from.into_iter().zip(to)),
                "keep" => drop(tables.kept.insert(from)),
                "word" if from.len() == to.len() => drop(tables.words.insert(from, to)),
                _ => debug_assert!(false, "{line}: unknown kind, or of another length"),
            }
        }
        let words = || tables.kept.iter().chain(tables.words.keys());
        tables.longest = words().map(Vec::len).max().unwrap_or(0);
        let own_words = words().map(|word| (word.iter().collect(), None));
        tables.segmenter = Segmenter::standard_with(own_words);
        tables
    }

    /// Converts a text. Of a Simplified text, only the characters change that t2s changes.
    pub fn convert(&self, text: &str) -> String {
        let simplified = t2s(text);
        let is_own = |c: char| self.chars.contains_key(&c);
        let has_word = || self.words.keys().any(|word| simplified.contains(word[0]));
        if script_of(text) == Script::Hans || !(simplified.contains(is_own) || has_word()) {
            return simplified;
        }
        let mut out = String::with_capacity(simplified.len());
        self.segmenter.split_at_han_words(&simplified, |bytes, _| {
            self.push_word(&simplified[bytes], &mut out);
        });
        out
    }

    /// Converts a word, or the text between words.
    fn push_word(&self, word: &str, out: &mut String) {
        let chars: Vec<char> = word.chars().collect();
        let mut remaining = chars.as_slice();
        while let [c, following @ ..] = remaining {
            let longest = self.longest.min(remaining.len());
            let found = (2..=longest).rev().find_map(|length| {
                let part = &remaining[..length];
                let kept = || self.kept.contains(part).then_some(part);
                self.words.get(part).map(Vec::as_slice).or_else(kept)
            });
            match found {
                Some(form) => {
                    out.extend(form);
                    remaining = &remaining[form.len()..];
                }
                None => {
                    out.push(self.chars.get(c).copied().unwrap_or(*c));
                    remaining = following;
                }
            }
        }
    }
}
