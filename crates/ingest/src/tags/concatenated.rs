//! A concatenated Tags line as characters, with a score for splitting it at each position. A line
//! is n tags followed by n keywords, see [`tags`](super).

use wensou_text::fold;

use crate::text::punctuation::is_han;

/// Maximum length of a line, in characters. A longer line is not a line of concatenated tags.
const LONGEST_LINE: usize = 400;
/// The score of a split next to a space: keywords contain spaces, but do not begin or end with one.
pub(super) const SPLIT_AT_SPACE: f32 = -20.0;

/// A line as characters, with its folded counterpart of the same length. Reused for many lines,
/// because allocating these vectors takes as long as reading a line.
#[derive(Default)]
pub(super) struct ConcatenatedTags {
    chars: Vec<char>,
    folded: Vec<char>,
    classes: Vec<Class>,
    /// For each position, the hash of the folded text before it.
    hashes: Vec<u64>,
    /// For each position, the score of a split there: higher if it is more likely that one keyword
    /// ends there and another begins.
    split_scores: Vec<f32>,
    /// For each position, the penalty for an unknown keyword that extends across it.
    breaks: Vec<BreakPenalty>,
    /// For each position, the next one whose bigram (the two folded characters from there on) falls
    /// into the same one of [`BUCKETS`], or [`LAST_IN_BUCKET`]. These may be two different bigrams.
    /// Lines are short, so `u16` suffices.
    next_in_bucket: Vec<u16>,
    /// The runs of letters, digits and dots.
    words: Vec<CharRange>,
}

/// How much it looks as if another keyword began at a position inside a keyword: a penalty that is
/// subtracted from the score of an unknown keyword that contains the position.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
struct BreakPenalty {
    /// The penalty if fewer than [`MIN_CAPITALS`] characters of the keyword precede the position.
    near: f32,
    /// The penalty if at least [`MIN_CAPITALS`] of its characters precede the position.
    far: f32,
}

/// This many capitals in a row, or more, are a word of their own, as in `GPTopensea`. If a keyword
/// contains so many of them, a lower-case letter after them looks like the start of another
/// keyword.
const MIN_CAPITALS: usize = 3;

/// Number of buckets into which bigrams are hashed.
const BUCKETS: usize = 128;
/// In [`ConcatenatedTags::next_in_bucket`]: no later bigram falls into the bucket.
const LAST_IN_BUCKET: u16 = u16::MAX;

/// Base of the polynomial hash: 2^64 divided by the golden ratio. In a polynomial hash, the hash of
/// any range follows from those of two prefixes.
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

/// Powers of the base.
const POWERS: [u64; LONGEST_LINE + 1] = {
    let mut powers = [1; LONGEST_LINE + 1];
    let mut at = 1;
    while at <= LONGEST_LINE {
        powers[at] = BASE.wrapping_mul(powers[at - 1]);
        at += 1;
    }
    powers
};

/// The hash of a text and the character `c` after it, from the hash of the text.
pub(super) fn extend_hash(hash: u64, c: char) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(u64::from(c) + 1)
}

/// The hash of a folded text.
pub(super) fn text_hash(folded: &str) -> u64 {
    folded.chars().fold(0, extend_hash)
}

/// Whether `c` can be part of a Latin word: a letter, a digit or a dot.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '.'
}

/// A range of character positions.
pub(super) type CharRange = (usize, usize);

impl ConcatenatedTags {
    /// Loads a line. Returns false if it is too short or too long for concatenated tags; the other
    /// methods must not be called then.
    pub(super) fn load(&mut self, text: &str) -> bool {
        let text = text.trim();
        self.chars.clear();
        self.chars.extend(text.chars().take(LONGEST_LINE + 1));
        // The shortest line is one tag and one keyword, of two characters each.
        if !(4..=LONGEST_LINE).contains(&self.chars.len()) {
            return false;
        }
        self.folded.clear();
        self.folded.extend(fold(text).chars());
        if self.folded.len() != self.chars.len() {
            // A rare character that folds to several: keep the first, so that positions stay
            // aligned.
            let first = |c: &char| fold(c.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(*c);
            self.folded.clear();
            self.folded.extend(self.chars.iter().map(first));
        }
        self.classes.clear();
        self.classes.extend(self.chars.iter().map(|c| Class::of(*c)));
        self.hashes.clear();
        self.hashes.push(0);
        let mut hash = 0;
        self.hashes.extend(self.folded.iter().map(|c| {
            hash = extend_hash(hash, *c);
            hash
        }));
        self.score_splits_and_breaks();
        self.find_next_in_bucket();
        self.find_words();
        true
    }

    /// Computes `split_scores` and `breaks`.
    fn score_splits_and_breaks(&mut self) {
        self.split_scores.clear();
        self.split_scores.push(0.0);
        self.breaks.clear();
        self.breaks.push(BreakPenalty::default());
        let mut capitals = 0;
        for (at, neighbours) in self.classes.windows(2).enumerate() {
            capitals = if neighbours[0] == Class::Upper { capitals + 1 } else { 0 };
            let spaced = self.chars[at] == ' ' || self.chars[at + 1] == ' ';
            self.split_scores.push(if spaced {
                SPLIT_AT_SPACE
            } else {
                split_score(neighbours[0], neighbours[1], capitals)
            });
            let capital_follows = self.classes.get(at + 2) == Some(&Class::Upper);
            let (before, after) = (neighbours[0], neighbours[1]);
            self.breaks.push(BreakPenalty::between(before, after, capitals, capital_follows));
        }
        self.split_scores.push(0.0);
    }

    /// Computes `next_in_bucket`.
    fn find_next_in_bucket(&mut self) {
        let mut buckets = [LAST_IN_BUCKET; BUCKETS];
        self.next_in_bucket.clear();
        self.next_in_bucket.resize(self.len(), LAST_IN_BUCKET);
        for (at, bigram) in self.folded.windows(2).enumerate().rev() {
            let bucket = &mut buckets[(bigram[0] as usize * 5 + bigram[1] as usize) % BUCKETS];
            self.next_in_bucket[at] = *bucket;
            *bucket = at as u16;
        }
    }

    /// Computes `words`.
    fn find_words(&mut self) {
        self.words.clear();
        for (at, _) in self.folded.iter().enumerate().filter(|(_, c)| is_word_char(**c)) {
            match self.words.last_mut() {
                Some((_, end)) if *end == at => *end = at + 1,
                _ => self.words.push((at, at + 1)),
            }
        }
    }

    /// The hash of the folded text in a range.
    pub(super) fn hash(&self, (from, to): CharRange) -> u64 {
        self.hashes[to].wrapping_sub(self.hashes[from].wrapping_mul(POWERS[to - from]))
    }

    /// The runs of letters, digits and dots.
    pub(super) fn words(&self) -> &[CharRange] {
        &self.words
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(super) fn chars(&self, (from, to): CharRange) -> &[char] {
        &self.chars[from..to]
    }

    /// Whether the character at `at` is no Latin letter or digit, so that a word ends before it and
    /// may begin after it. Unlike in [`is_word_char`], a dot counts as a boundary.
    pub(super) fn is_word_boundary(&self, at: usize) -> bool {
        !self.chars[at].is_ascii_alphanumeric()
    }

    /// The text of a range as in the line, without spaces at its ends.
    pub(super) fn original(&self, range: CharRange) -> String {
        let is_space = |c: &char| c.is_whitespace();
        let chars = self.chars(range);
        let from = chars.iter().position(|c| !is_space(c)).unwrap_or(chars.len());
        let to = chars.iter().rposition(|c| !is_space(c)).map_or(from, |last| last + 1);
        let mut text = String::with_capacity(chars[from..to].iter().map(|c| c.len_utf8()).sum());
        text.extend(&chars[from..to]);
        text
    }

    /// Later positions at which the first two folded characters from `from` on occur again, and how
    /// many of the first `max_chars` match there.
    pub(super) fn repeats(
        &self,
        from: usize,
        max_chars: usize,
    ) -> impl Iterator<Item = (usize, usize)> + '_ {
        let mut at = from;
        std::iter::from_fn(move || {
            at = usize::from(self.next_in_bucket[at]);
            let later = self.folded.get(at..)?.iter();
            let first = self.folded[from..].iter().take(max_chars);
            Some((at, later.zip(first).take_while(|(later, first)| later == first).count()))
        })
        .filter(|(_, length)| *length >= 2)
    }

    /// For each position, the score of a split there.
    pub(super) fn split_scores(&self) -> &[f32] {
        &self.split_scores
    }

    /// The penalty at each position after the first character, for a keyword that begins at `from`.
    pub(super) fn breaks_from(&self, from: usize) -> impl Iterator<Item = f32> + '_ {
        let penalty_at = |(offset, penalty): (usize, &BreakPenalty)| match offset + 1 {
            ..MIN_CAPITALS => penalty.near,
            _ => penalty.far,
        };
        self.breaks[from + 1..].iter().enumerate().map(penalty_at)
    }
}

/// The score of a split between two characters; `capitals` is the number of capitals directly
/// before the split.
fn split_score(before: Class, after: Class, capitals: usize) -> f32 {
    match (before, after) {
        (Class::Han, Class::Han) => -1.8,
        (Class::Han, _) => 0.6,
        (_, Class::Han) => -2.5,
        (Class::Lower, Class::Upper | Class::Digit) => 0.4,
        (Class::Lower, Class::Lower) => -4.0,
        (Class::Digit, Class::Digit) => -3.0,
        (Class::Upper, Class::Upper) => -0.6,
        // `GPT|opensea` is a likely split, `B|aby` is not.
        (Class::Upper, Class::Lower) if capitals >= 2 => -1.2,
        (Class::Upper, Class::Lower) => -5.0,
        _ => -0.8,
    }
}

impl BreakPenalty {
    /// The penalty between two characters. `capitals`: how many capitals directly precede it.
    /// `capital_follows`: whether the character after `after` is a capital.
    fn between(before: Class, after: Class, capitals: usize, capital_follows: bool) -> Self {
        let everywhere = |size| Self { near: size, far: size };
        match (before, after) {
            (Class::Han, Class::Upper | Class::Lower | Class::Digit) => everywhere(2.0),
            // `OpenSea` has a small break; several capitals after a lower-case letter are another
            // word.
            (Class::Lower, Class::Upper) if capital_follows => everywhere(1.8),
            (Class::Lower, Class::Upper) => everywhere(0.7),
            (Class::Upper, Class::Lower) if capitals >= MIN_CAPITALS => {
                Self { near: 0.0, far: 1.5 }
            }
            _ => everywhere(0.0),
        }
    }
}

/// What a character is to the scores of splits.
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
            // Letters beyond ASCII are rare in tags; all count as Chinese characters.
            _ if !c.is_ascii() && c.is_alphabetic() => Self::Han,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
impl ConcatenatedTags {
    pub(super) fn of(text: &str) -> Option<Self> {
        let mut line = Self::default();
        line.load(text).then_some(line)
    }

    pub(super) fn folded(&self, (from, to): CharRange) -> String {
        self.folded[from..to].iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn capitals_before(chars: &[char]) -> usize {
        chars.iter().rev().take_while(|c| c.is_ascii_uppercase()).count()
    }

    proptest! {
        #[test]
        fn the_tables_of_a_line_agree_with_its_characters(
            // `㍿` folds to four characters.
            texts in prop::collection::vec("[ABCab1幣價格 é㍿]{4,40}", 1..4),
        ) {
            let mut line = ConcatenatedTags::default();
            for text in texts {
                if !line.load(&text) { continue }
                let end = line.len();
                let capitals_at = |at: usize| {
                    line.chars[at..].iter().take_while(|c| c.is_ascii_uppercase()).count()
                };
                prop_assert_eq!(line.split_scores.len(), end + 1);
                prop_assert_eq!((line.split_scores[0], line.split_scores[end]), (0.0, 0.0));
                for at in 1..end {
                    let capitals = capitals_before(&line.chars[..at]);
                    let (before, after) = (line.classes[at - 1], line.classes[at]);
                    let spaced = line.chars[at - 1..=at].contains(&' ');
                    let unspaced = split_score(before, after, capitals);
                    let wanted = if spaced { SPLIT_AT_SPACE } else { unspaced };
                    prop_assert_eq!(line.split_scores[at], wanted);
                    let capital_follows = capitals_at(at) >= 2;
                    for from in 0..at {
                        let capitals = capitals_before(&line.chars[from..at]);
                        let wanted =
                            BreakPenalty::between(before, after, capitals, capital_follows).far;
                        let found = line.breaks_from(from).nth(at - from - 1);
                        prop_assert_eq!(found, Some(wanted), "{} at {}", from, at);
                    }
                }
                for from in 0..end - 1 {
                    let repeats: Vec<_> = line.repeats(from, 3).collect();
                    let common = |at: usize| {
                        (1..=3.min(end - at)).rfind(|length| {
                            line.folded((from, from + length)) == line.folded((at, at + length))
                        })
                    };
                    let wanted: Vec<_> = (from + 1..end)
                        .filter_map(|at| Some((at, common(at).filter(|length| *length >= 2)?)))
                        .collect();
                    prop_assert_eq!(repeats, wanted);
                }
                for from in 0..end {
                    for to in from + 1..=end {
                        prop_assert_eq!(line.hash((from, to)), text_hash(&line.folded((from, to))));
                        let text: String = line.chars[from..to].iter().collect();
                        prop_assert_eq!(line.original((from, to)), text.trim());
                    }
                }
            }
        }
    }
}
