//! Shapes of keywords: the text around a variable word, as in `Baby …` or `…幣價格今日行情`.

use foldhash::{HashMap, HashSet};

use super::bloom::BloomFilter;
use super::concatenated::{ConcatenatedTags, Range, hash_on, is_word_char, text_hash};

/// A shape must occur with this many different words.
const WORDS_OF_A_SHAPE: usize = 3;

/// The shapes of an archive's keywords.
#[derive(Debug, Default, Clone)]
pub(super) struct Shapes {
    /// Scores of shapes, by the combined hash of the texts before and after the word.
    scores: HashMap<u64, f32>,
    /// Filter of the keys of `scores`.
    bloom: BloomFilter,
    /// Filter of shapes whose second half is shortened to any prefix.
    prefixes: BloomFilter,
    /// Hashes of the texts before the word, and a filter of all their suffixes.
    prefixes_of_word: HashSet<u64>,
    endings: BloomFilter,
    /// Hashes of the words seen in shapes, and of all tags.
    words: HashSet<u64>,
    word_seen: BloomFilter,
}

impl Shapes {
    pub(super) fn learn<'a>(
        keywords: impl Iterator<Item = &'a str>,
        tags: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut held: HashMap<(&str, &str), HashSet<&str>> = HashMap::default();
        for keyword in keywords {
            for (before, word, after) in word_slots(keyword) {
                held.entry((before, after)).or_default().insert(word);
            }
        }
        held.retain(|_, words| words.len() >= WORDS_OF_A_SHAPE);
        let words: HashSet<u64> =
            tags.chain(held.values().flatten().copied()).map(text_hash).collect();
        let prefixes_of_word: HashSet<&str> = held.keys().map(|(before, _)| *before).collect();
        let endings: Vec<u64> = prefixes_of_word
            .iter()
            .flat_map(|before| before.char_indices().map(|(from, _)| text_hash(&before[from..])))
            .collect();
        let prefixes: Vec<u64> = held
            .keys()
            .flat_map(|(before, after)| {
                let before = text_hash(before);
                prefix_hashes(after).map(move |after| combined_hash(before, after))
            })
            .collect();
        let scores: HashMap<u64, f32> = held
            .iter()
            .map(|((before, after), words)| {
                let shape = combined_hash(text_hash(before), text_hash(after));
                (shape, 0.8 + 0.25 * (1.0 + words.len() as f32).ln())
            })
            .collect();
        Self {
            bloom: BloomFilter::of(scores.keys().copied()),
            scores,
            prefixes: BloomFilter::of(prefixes.into_iter()),
            prefixes_of_word: prefixes_of_word.into_iter().map(text_hash).collect(),
            endings: BloomFilter::of(endings.into_iter()),
            word_seen: BloomFilter::of(words.iter().copied()),
            words,
        }
    }

    fn get(&self, before: u64, after: u64) -> Option<f32> {
        let shape = combined_hash(before, after);
        self.bloom.may_contain(shape).then(|| self.scores.get(&shape).copied()).flatten()
    }

    fn is_known_word(&self, word: u64) -> bool {
        self.word_seen.may_contain(word) && self.words.contains(&word)
    }
}

/// How well a range fits a shape. Greater is better: known words first, then shapes with more
/// words. The highest bit tells whether the word is known; the others are the bits of the shape's
/// score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fit(u32);

impl Fit {
    fn new(known: bool, score: f32) -> Self {
        Self(u32::from(known) << 31 | score.to_bits())
    }

    /// The score of such a keyword, without its split score.
    pub(super) fn score(self) -> f32 {
        let word = if self.0 >> 31 == 1 { 1.0 } else { -0.8 };
        f32::from_bits(self.0 & !(1 << 31)) + word
    }
}

/// Where shapes can begin in a line, with their word and possible ends. The starts are searched
/// backwards from the words, so that positions where no shape begins cost nothing.
#[derive(Default)]
pub(super) struct ShapeStarts {
    starts: Vec<ShapeStart>,
    /// For each position, its first start.
    from: Vec<Option<u32>>,
    /// Possible ends of the texts after a word, with scores.
    ends: Vec<(usize, f32)>,
}

struct ShapeStart {
    word: Range,
    /// Score of the shape with nothing after its word: it may end at any prefix of the word.
    open: Option<f32>,
    /// A range of [`ShapeStarts::ends`].
    ends: Range,
    /// The next start at the same position.
    next: Option<u32>,
}

impl ShapeStarts {
    /// Finds the starts in a line whose keywords have at most `longest` characters. A `bare` shape
    /// has no text before its word.
    pub(super) fn find(&mut self, line: &ConcatenatedTags, shapes: &Shapes, longest: usize) {
        self.starts.clear();
        self.ends.clear();
        self.from.clear();
        self.from.resize(line.len(), None);
        let bare = shapes.prefixes_of_word.contains(&0);
        for &word in line.words() {
            if bare {
                let (open, ends) = self.close(line, shapes, 0, word.1);
                for from in word.0..word.1 {
                    self.push(from, ShapeStart { word: (from, word.1), open, ends, next: None });
                }
            }
            for from in (word.0.saturating_sub(longest)..word.0).rev() {
                let before = line.hash((from, word.0));
                if !shapes.endings.may_contain(before) {
                    break;
                }
                if shapes.prefixes_of_word.contains(&before) {
                    let (open, ends) = self.close(line, shapes, before, word.1);
                    self.push(from, ShapeStart { word, open, ends, next: None });
                }
            }
        }
    }

    fn push(&mut self, from: usize, start: ShapeStart) {
        let first = &mut self.from[from];
        self.starts.push(ShapeStart { next: *first, ..start });
        *first = u32::try_from(self.starts.len() - 1).ok();
    }

    /// The possible ends of shapes with the text `before`, if their word ends at `end`.
    fn close(
        &mut self,
        line: &ConcatenatedTags,
        shapes: &Shapes,
        before: u64,
        end: usize,
    ) -> (Option<f32>, Range) {
        let open = shapes.get(before, 0);
        let first = self.ends.len();
        self.ends.extend(open.map(|score| (end, score)));
        for to in end + 1..=line.len() {
            let after = line.hash((end, to));
            if !shapes.prefixes.may_contain(combined_hash(before, after)) {
                break;
            }
            self.ends.extend(shapes.get(before, after).map(|score| (to, score)));
        }
        (open, (first, self.ends.len()))
    }

    /// Passes the end of every range that begins at `from`, ends by `last` and fits a shape to
    /// `emit`.
    pub(super) fn each(
        &self,
        (from, last): Range,
        line: &ConcatenatedTags,
        shapes: &Shapes,
        mut emit: impl FnMut(usize, Fit),
    ) {
        let mut next = self.from[from];
        while let Some(number) = next {
            let start = &self.starts[number as usize];
            next = start.next;
            let (word, bare) = (start.word, start.word.0 == from);
            if let Some(score) = start.open {
                for to in word.0 + 1..word.1.min(last + 1) {
                    let known = shapes.is_known_word(line.hash((word.0, to)));
                    // A word alone fits trivially, so it must be known.
                    if known || !bare {
                        emit(to, Fit::new(known, score));
                    }
                }
            }
            let ends = &self.ends[start.ends.0..start.ends.1];
            if ends.first().is_some_and(|(to, _)| *to <= last) {
                let known = shapes.is_known_word(line.hash(word));
                for &(to, score) in ends.iter().take_while(|(to, _)| *to <= last) {
                    if known || !bare || to > word.1 {
                        emit(to, Fit::new(known, score));
                    }
                }
            }
        }
    }
}

/// The hashes of all prefixes of a folded text, starting with the empty one.
pub(super) fn prefix_hashes(folded: &str) -> impl Iterator<Item = u64> {
    let further = folded.chars().scan(0, |hash, c| {
        *hash = hash_on(*hash, c);
        Some(*hash)
    });
    std::iter::once(0).chain(further)
}

/// One hash from two, which depends on their order.
pub(super) fn combined_hash(first: u64, second: u64) -> u64 {
    (first.rotate_left(32) ^ second).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Every split of a keyword around one Latin word: `(before, word, after)`.
fn word_slots(keyword: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let bytes = keyword.as_bytes();
    let inside = |b: &u8| is_word_char(char::from(*b));
    let mut at = 0;
    std::iter::from_fn(move || {
        let word_start = at + bytes.get(at..)?.iter().position(inside)?;
        let length =
            bytes[word_start..].iter().position(|b| !inside(b)).unwrap_or(bytes.len() - word_start);
        at = word_start + length;
        Some((&keyword[..word_start], &keyword[word_start..at], &keyword[at..]))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fits(line: &ConcatenatedTags, shapes: &Shapes, longest: usize) -> HashMap<Range, Fit> {
        let mut starts = ShapeStarts::default();
        starts.find(line, shapes, longest);
        let mut fits: HashMap<Range, Fit> = HashMap::default();
        for from in 0..line.len() {
            let last = line.len().min(from + longest);
            starts.each((from, last), line, shapes, |to, fit| {
                let best = fits.entry((from, to)).or_default();
                *best = fit.max(*best);
            });
        }
        fits
    }

    /// [`fits`] by testing every range against every shape.
    fn plain(line: &ConcatenatedTags, shapes: &Shapes, longest: usize) -> HashMap<Range, Fit> {
        let mut fits = HashMap::default();
        for from in 0..line.len() {
            for to in from + 1..=line.len().min(from + longest) {
                let text = line.folded((from, to));
                let best = word_slots(&text)
                    .filter_map(|(before, word, after)| {
                        let shape = combined_hash(text_hash(before), text_hash(after));
                        let score = *shapes.scores.get(&shape)?;
                        let known = shapes.words.contains(&text_hash(word));
                        (known || word.len() < text.len()).then_some(Fit::new(known, score))
                    })
                    .max();
                fits.extend(best.map(|best| ((from, to), best)));
            }
        }
        fits
    }

    #[test]
    fn shapes_are_learnt_from_keywords() {
        let keywords = ["baby dao", "baby eth", "baby op", "op幣價格", "uni幣價格"];
        let shapes = Shapes::learn(keywords.into_iter(), ["op"].into_iter());
        let fit = |text: &str| {
            let line = ConcatenatedTags::of(text).unwrap();
            fits(&line, &shapes, 40).get(&(0, line.len())).copied()
        };
        let score = 0.8 + 0.25 * 4_f32.ln();
        assert_eq!(fit("baby sol"), Some(Fit::new(false, score)));
        assert_eq!(fit("baby op"), Some(Fit::new(true, score)));
        assert_eq!(fit("SOL幣價格"), None, "two words make no shape");
    }

    #[test]
    fn a_shape_is_worth_more_the_more_words_it_has_held() {
        let scores = (3..200_000_u32).map(|held| 0.8 + 0.25 * (1.0 + held as f32).ln());
        assert!(scores.is_sorted());
    }

    proptest! {
        #[test]
        fn shapes_are_found_in_a_line_as_in_its_ranges(
            parts in prop::collection::vec(prop::sample::select(vec![
                "Baby ", "BB", "CCC", "d.d", "A", "幣", "幣價格", " Token", "3X Long ", "é", "Ｂ", " ",
            ]), 1..14),
            longest in 3..41_usize,
        ) {
            let mut keywords: Vec<String> = Vec::new();
            for word in ["a", "bb", "ccc", "d.d"] {
                let shapes = ["baby W", "W幣 token", "W幣", "3x long W", "3x long W token", "W", "baby W幣價格"];
                keywords.extend(shapes.iter().map(|shape| shape.replace('W', word)));
            }
            let shapes = Shapes::learn(keywords.iter().map(String::as_str), ["xy", "幣"].into_iter());
            if let Some(line) = ConcatenatedTags::of(&parts.concat()) {
                prop_assert_eq!(fits(&line, &shapes, longest), plain(&line, &shapes, longest));
            }
        }
    }
}
