//! A glued Tags line as characters: where it could be cut, and how natural each cut is.

use super::vocabulary::is_word_char;
use crate::fold::fold;
use crate::punctuation::is_han;

/// Longer lines than this (in characters) are no Tags lines of this shape.
const LONGEST_LINE: usize = 400;

/// A line as characters, with its folded twin of the same length.
pub(super) struct Glue {
    chars: Vec<char>,
    #[cfg(test)]
    folded: Vec<char>,
    classes: Vec<Class>,
    /// For each place, the hash of the folded text up to it.
    hashes: Vec<u64>,
    /// Powers of the hash's base.
    powers: Vec<u64>,
    /// For each place, how natural it is that one keyword ends and another begins there.
    seams: Vec<f32>,
    /// For each place, the best seam from there on, but for the end of the line.
    seams_ahead: Vec<f32>,
    /// For each place, how much a keyword looks as if another one began there, wherever it begins itself.
    breaks: Vec<f32>,
    /// Places with small letters behind three or more capitals: a break for keywords that hold the three.
    behind_capitals: Vec<bool>,
    /// For each place, where its folded character stands next; the line's length if nowhere.
    again: Vec<usize>,
    /// The runs of letters, digits and dots.
    words: Vec<Range>,
}

/// A run of so many capitals is a word by itself.
const CAPITALS: usize = 3;

/// Base of the hash: polynomial, so that the hash of any range comes from those of two beginnings.
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

pub(super) fn hash_on(hash: u64, c: char) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(u64::from(c) + 1)
}

/// The hash of a folded text.
pub(super) fn text_hash(folded: &str) -> u64 {
    folded.chars().fold(0, hash_on)
}

/// A range of characters.
pub(super) type Range = (usize, usize);

impl Glue {
    /// `None` if the line is too short or too long to be one.
    pub(super) fn new(glued: &str) -> Option<Self> {
        let chars: Vec<char> = glued.trim().chars().collect();
        if !(4..=LONGEST_LINE).contains(&chars.len()) {
            return None;
        }
        let whole: Vec<char> = fold(glued.trim()).chars().collect();
        let folded = if whole.len() == chars.len() {
            whole
        } else {
            // Rare characters that fold to several: the first of them keeps the places.
            chars.iter().map(|c| fold(&c.to_string()).chars().next().unwrap_or(*c)).collect()
        };
        let classes = chars.iter().map(|c| Class::of(*c)).collect();
        let (mut hashes, mut powers) = (vec![0_u64], vec![1_u64]);
        for (at, c) in folded.iter().enumerate() {
            hashes.push(hash_on(hashes[at], *c));
            powers.push(powers[at].wrapping_mul(BASE));
        }
        let again = again(&folded);
        let words = words(&folded);
        let (seams, seams_ahead) = (Vec::new(), Vec::new());
        let (breaks, behind_capitals) = (Vec::new(), Vec::new());
        let mut line = Self {
            chars,
            #[cfg(test)]
            folded,
            classes,
            hashes,
            powers,
            seams,
            seams_ahead,
            breaks,
            behind_capitals,
            again,
            words,
        };
        line.seams = (0..=line.len()).map(|at| line.seam_at(at)).collect();
        let end = line.len();
        line.seams_ahead = line.seams.clone();
        line.seams_ahead[end] = f32::MIN;
        for at in (0..end).rev() {
            line.seams_ahead[at] = line.seams_ahead[at].max(line.seams_ahead[at + 1]);
        }
        line.breaks = (1..end).map(|at| line.break_anywhere(at)).collect();
        line.behind_capitals = (1..end).map(|at| line.is_behind_capitals(at)).collect();
        Some(line)
    }

    /// The hash of the folded text of a range.
    pub(super) fn hash(&self, (from, to): Range) -> u64 {
        self.hashes[to].wrapping_sub(self.hashes[from].wrapping_mul(self.powers[to - from]))
    }

    /// The runs of letters, digits and dots that end below `from`.
    pub(super) fn words_from(&self, from: usize) -> &[Range] {
        &self.words[self.words.partition_point(|word| word.1 <= from)..]
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(super) fn chars(&self, (from, to): Range) -> &[char] {
        &self.chars[from..to]
    }

    /// Whether the character at `at` belongs to no Latin word.
    pub(super) fn parts_words(&self, at: usize) -> bool {
        !self.chars[at].is_ascii_alphanumeric()
    }

    #[cfg(test)]
    pub(super) fn folded_char(&self, at: usize) -> char {
        self.folded[at]
    }

    pub(super) fn original(&self, (from, to): Range) -> String {
        self.chars[from..to].iter().collect::<String>().trim().to_owned()
    }

    /// Where below a range its folded text stands again.
    pub(super) fn occurrences_below(&self, (from, to): Range) -> impl Iterator<Item = usize> + '_ {
        let (hash, length) = (self.hash((from, to)), to - from);
        let mut at = from;
        std::iter::from_fn(move || {
            at = self.again[at];
            (at + length <= self.len()).then_some(at)
        })
        .filter(move |&at| at >= to && self.hash((at, at + length)) == hash)
    }

    /// How natural it is that one keyword ends and another begins at `at`.
    pub(super) fn seam(&self, at: usize) -> f32 {
        self.seams[at]
    }

    /// No seam at `at` or behind it is better, that at the end of the line aside.
    pub(super) fn best_seam_from(&self, at: usize) -> f32 {
        self.seams_ahead[at]
    }

    fn seam_at(&self, at: usize) -> f32 {
        if at == self.chars.len() || at == 0 {
            return 0.0;
        }
        let (before, after) = (self.chars[at - 1], self.chars[at]);
        if before == ' ' || after == ' ' {
            return -20.0;
        }
        match (self.classes[at - 1], self.classes[at]) {
            (Class::Han, Class::Han) => -1.8,
            (Class::Han, _) => 0.6,
            (_, Class::Han) => -2.5,
            (Class::Lower, Class::Upper | Class::Digit) => 0.4,
            (Class::Lower, Class::Lower) => -4.0,
            (Class::Digit, Class::Digit) => -3.0,
            (Class::Upper, Class::Upper) => -0.6,
            // `GPT|opensea` is a seam, `B|aby` is none.
            (Class::Upper, Class::Lower) if self.capitals_before(0, at) >= 2 => -1.2,
            (Class::Upper, Class::Lower) => -5.0,
            _ => -0.8,
        }
    }

    /// How much a keyword that begins at `from` looks as if another one began inside it, at `at`.
    pub(super) fn break_at(&self, from: usize, at: usize) -> f32 {
        if self.behind_capitals[at - 1] {
            return if at - from >= CAPITALS { 1.5 } else { 0.0 };
        }
        self.breaks[at - 1]
    }

    fn break_anywhere(&self, at: usize) -> f32 {
        match (self.classes[at - 1], self.classes[at]) {
            (Class::Han, Class::Upper | Class::Lower | Class::Digit) => 2.0,
            // `OpenSea` has one; a run of capitals behind small letters is another word.
            (Class::Lower, Class::Upper) if self.capitals_after(at) >= 2 => 1.8,
            (Class::Lower, Class::Upper) => 0.7,
            _ => 0.0,
        }
    }

    fn is_behind_capitals(&self, at: usize) -> bool {
        self.classes[at] == Class::Lower && self.capitals_before(0, at) >= CAPITALS
    }

    fn capitals_before(&self, from: usize, at: usize) -> usize {
        self.chars[from..at].iter().rev().take_while(|c| c.is_ascii_uppercase()).count()
    }

    fn capitals_after(&self, at: usize) -> usize {
        self.chars[at..].iter().take_while(|c| c.is_ascii_uppercase()).count()
    }
}

/// For each place, where its character stands next; the length if nowhere.
fn again(folded: &[char]) -> Vec<usize> {
    let mut again = vec![folded.len(); folded.len()];
    // By the lower bits of a character, the last places that have them.
    let mut heads = [usize::MAX; 64];
    let mut others = vec![usize::MAX; folded.len()];
    for (at, c) in folded.iter().enumerate().rev() {
        let head = &mut heads[*c as usize % 64];
        others[at] = *head;
        let mut place = *head;
        while place != usize::MAX {
            if folded[place] == *c {
                again[at] = place;
                break;
            }
            place = others[place];
        }
        *head = at;
    }
    again
}

fn words(folded: &[char]) -> Vec<Range> {
    let mut words: Vec<Range> = Vec::new();
    for (at, _) in folded.iter().enumerate().filter(|(_, c)| is_word_char(**c)) {
        match words.last_mut() {
            Some(word) if word.1 == at => word.1 = at + 1,
            _ => words.push((at, at + 1)),
        }
    }
    words
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Upper,
    Lower,
    Digit,
    Han,
    Other,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            'A'..='Z' => Self::Upper,
            'a'..='z' => Self::Lower,
            '0'..='9' => Self::Digit,
            _ if is_han(c) => Self::Han,
            // Other scripts part words as Chinese does, too: no letter case tells.
            _ if !c.is_ascii() && c.is_alphabetic() => Self::Han,
            _ => Self::Other,
        }
    }
}

/// Whether a tag that nobody knows could hold `c`.
pub(super) fn is_tag_char(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn tables_of_a_line_say_what_a_look_at_it_does(text in "[ABCab1幣價格 é]{4,40}") {
            let Some(line) = Glue::new(&text) else { return Ok(()) };
            for at in 0..line.len() {
                let ahead = (at..line.len()).map(|at| line.seam(at));
                prop_assert_eq!(line.best_seam_from(at), ahead.fold(f32::MIN, f32::max));
                let next = line.folded[at + 1..].iter().position(|c| *c == line.folded[at]);
                prop_assert_eq!(line.again[at], next.map_or(line.len(), |next| at + 1 + next));
                for from in 0..at {
                    let capitals = line.capitals_before(from, at);
                    let wanted = match (line.classes[at - 1], line.classes[at]) {
                        (Class::Upper, Class::Lower) if capitals >= CAPITALS => 1.5,
                        (Class::Upper, Class::Lower) => 0.0,
                        _ => line.break_anywhere(at),
                    };
                    prop_assert_eq!(line.break_at(from, at), wanted);
                }
            }
        }
    }
}
