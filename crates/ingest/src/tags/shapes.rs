//! Shapes of keywords: the text around a variable word, as in `Baby …` or `…幣價格今日行情`.

use foldhash::{HashMap, HashSet};

use super::bloom::BloomFilter;
use super::concatenated::{CharRange, ConcatenatedTags, extend_hash, is_word_char, text_hash};

/// A text around a word is a shape only if it occurs with at least this many different words.
const MIN_WORDS: usize = 3;

/// The shapes of an archive's keywords. Texts are folded, and kept as hashes: those of
/// [`text_hash`], or [`combined_hash`] for the texts before and after a word.
#[derive(Debug, Default, Clone)]
pub(super) struct Shapes {
    /// Scores of shapes, by the combined hash of the texts before and after the word.
    scores: HashMap<u64, f32>,
    /// Filter of the keys of `scores`.
    shape_filter: BloomFilter,
    /// Filter of combined hashes of the text before the word and any prefix of the text after it.
    prefixes_after: BloomFilter,
    /// Hashes of the texts before the word.
    texts_before: HashSet<u64>,
    /// Filter of the hashes of all suffixes of the texts before the word.
    suffixes_before: BloomFilter,
    /// Hashes of the words that occur in shapes, and of all tags.
    words: HashSet<u64>,
    /// Filter of `words`, asked before the set.
    word_filter: BloomFilter,
}

impl Shapes {
    /// The shapes of folded keywords. `tags` are folded tags, which are known words, too.
    pub(super) fn learn<'a>(
        keywords: impl Iterator<Item = &'a str>,
        tags: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut words_by_shape: HashMap<(&str, &str), HashSet<&str>> = HashMap::default();
        for keyword in keywords {
            for (before, word, after) in word_slots(keyword) {
                words_by_shape.entry((before, after)).or_default().insert(word);
            }
        }
        words_by_shape.retain(|_, words| words.len() >= MIN_WORDS);
        let words: HashSet<u64> =
            tags.chain(words_by_shape.values().flatten().copied()).map(text_hash).collect();
        let texts_before: HashSet<&str> =
            words_by_shape.keys().map(|(before, _)| *before).collect();
        let suffixes_before: Vec<u64> = texts_before
            .iter()
            .flat_map(|before| before.char_indices().map(|(from, _)| text_hash(&before[from..])))
            .collect();
        let prefixes_after: Vec<u64> = words_by_shape
            .keys()
            .flat_map(|(before, after)| {
                let before = text_hash(before);
                prefix_hashes(after).map(move |after| combined_hash(before, after))
            })
            .collect();
        let scores: HashMap<u64, f32> = words_by_shape
            .iter()
            .map(|((before, after), words)| {
                let shape = combined_hash(text_hash(before), text_hash(after));
                (shape, shape_score(words.len()))
            })
            .collect();
        Self {
            shape_filter: BloomFilter::of(scores.keys().copied()),
            scores,
            prefixes_after: BloomFilter::of(prefixes_after.into_iter()),
            texts_before: texts_before.into_iter().map(text_hash).collect(),
            suffixes_before: BloomFilter::of(suffixes_before.into_iter()),
            word_filter: BloomFilter::of(words.iter().copied()),
            words,
        }
    }

    /// The score of a shape, given the hashes of the texts before and after its word.
    fn score_of(&self, before: u64, after: u64) -> Option<f32> {
        let shape = combined_hash(before, after);
        self.shape_filter.may_contain(shape).then(|| self.scores.get(&shape).copied()).flatten()
    }

    fn is_known_word(&self, word: u64) -> bool {
        self.word_filter.may_contain(word) && self.words.contains(&word)
    }
}

/// The score of a shape that occurs with this many words.
fn shape_score(words: usize) -> f32 {
    0.8 + 0.25 * (1.0 + words as f32).ln()
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

    /// The score of the range as a keyword, without its split score.
    pub(super) fn score(self) -> f32 {
        let word_score = if self.0 >> 31 == 1 { 1.0 } else { -0.8 };
        f32::from_bits(self.0 & !(1 << 31)) + word_score
    }
}

/// Where shapes can begin in a line, with their word and possible ends. The starts are searched
/// backwards from the words, so that positions where no shape begins cost nothing.
#[derive(Default)]
pub(super) struct ShapeStarts {
    starts: Vec<ShapeStart>,
    /// For each position, the index in `starts` of its first start.
    first: Vec<Option<u32>>,
    /// Possible ends of the texts after a word, with scores.
    ends: Vec<(usize, f32)>,
}

/// A word of the line with the text before it, if shapes have this text before their word.
struct ShapeStart {
    word: CharRange,
    /// Score of the shape that has this text before its word and nothing after it. This shape also
    /// fits with any prefix of the word, because the next keyword may begin inside the word.
    open: Option<f32>,
    /// A range of indices in [`ShapeStarts::ends`].
    ends: (usize, usize),
    /// The next start at the same position.
    next: Option<u32>,
}

impl ShapeStarts {
    /// Finds where shapes can begin in a line, in place of those of an earlier line. `longest` is
    /// the maximum length of a keyword, in characters.
    pub(super) fn find(&mut self, line: &ConcatenatedTags, shapes: &Shapes, longest: usize) {
        self.starts.clear();
        self.ends.clear();
        self.first.clear();
        self.first.resize(line.len(), None);
        // A bare shape has no text before its word; the hash of the empty text is 0.
        let has_bare_shapes = shapes.texts_before.contains(&0);
        for &word in line.words() {
            let (word_start, word_end) = word;
            if has_bare_shapes {
                let before = 0;
                let (open, ends) = self.find_ends(line, shapes, before, word_end);
                for from in word_start..word_end {
                    self.push(from, ShapeStart { word: (from, word_end), open, ends, next: None });
                }
            }
            for from in (word_start.saturating_sub(longest)..word_start).rev() {
                let before = line.hash((from, word_start));
                if !shapes.suffixes_before.may_contain(before) {
                    break;
                }
                if shapes.texts_before.contains(&before) {
                    let (open, ends) = self.find_ends(line, shapes, before, word_end);
                    self.push(from, ShapeStart { word, open, ends, next: None });
                }
            }
        }
    }

    fn push(&mut self, from: usize, start: ShapeStart) {
        let first = &mut self.first[from];
        self.starts.push(ShapeStart { next: *first, ..start });
        *first = u32::try_from(self.starts.len() - 1).ok();
    }

    /// Finds the possible ends of shapes if their word ends at `end`. `before` is the hash of the
    /// text before the word. Returns `open` and `ends` of a [`ShapeStart`].
    fn find_ends(
        &mut self,
        line: &ConcatenatedTags,
        shapes: &Shapes,
        before: u64,
        end: usize,
    ) -> (Option<f32>, (usize, usize)) {
        let hash_of_empty_text = 0;
        let open = shapes.score_of(before, hash_of_empty_text);
        let first = self.ends.len();
        self.ends.extend(open.map(|score| (end, score)));
        for to in end + 1..=line.len() {
            let after = line.hash((end, to));
            if !shapes.prefixes_after.may_contain(combined_hash(before, after)) {
                break;
            }
            self.ends.extend(shapes.score_of(before, after).map(|score| (to, score)));
        }
        (open, (first, self.ends.len()))
    }

    /// Passes to `emit` every range that begins at `from`, ends by `last` and fits a shape: its
    /// end, and how well it fits.
    pub(super) fn for_each_fit(
        &self,
        (from, last): CharRange,
        line: &ConcatenatedTags,
        shapes: &Shapes,
        mut emit: impl FnMut(usize, Fit),
    ) {
        let mut next = self.first[from];
        while let Some(number) = next {
            let start = &self.starts[number as usize];
            next = start.next;
            let (word_start, word_end) = start.word;
            // Whether the shape has no text before its word.
            let bare = word_start == from;
            if let Some(score) = start.open {
                for to in word_start + 1..word_end.min(last + 1) {
                    let known = shapes.is_known_word(line.hash((word_start, to)));
                    // A word alone fits trivially, so it must be known.
                    if known || !bare {
                        emit(to, Fit::new(known, score));
                    }
                }
            }
            let ends = &self.ends[start.ends.0..start.ends.1];
            if ends.first().is_some_and(|(to, _)| *to <= last) {
                let known = shapes.is_known_word(line.hash(start.word));
                for &(to, score) in ends.iter().take_while(|(to, _)| *to <= last) {
                    if known || !bare || to > word_end {
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
        *hash = extend_hash(*hash, c);
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
    let is_in_word = |b: &u8| is_word_char(char::from(*b));
    let mut at = 0;
    std::iter::from_fn(move || {
        let word_start = at + bytes.get(at..)?.iter().position(is_in_word)?;
        let length = bytes[word_start..]
            .iter()
            .position(|b| !is_in_word(b))
            .unwrap_or(bytes.len() - word_start);
        at = word_start + length;
        Some((&keyword[..word_start], &keyword[word_start..at], &keyword[at..]))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The best fit of each range of a line.
    fn fits(line: &ConcatenatedTags, shapes: &Shapes, longest: usize) -> HashMap<CharRange, Fit> {
        let mut starts = ShapeStarts::default();
        starts.find(line, shapes, longest);
        let mut fits: HashMap<CharRange, Fit> = HashMap::default();
        for from in 0..line.len() {
            let last = line.len().min(from + longest);
            starts.for_each_fit((from, last), line, shapes, |to, fit| {
                let best = fits.entry((from, to)).or_default();
                *best = fit.max(*best);
            });
        }
        fits
    }

    /// Does the same as [`fits`], by testing every range against every shape.
    fn fits_of_all_ranges(
        line: &ConcatenatedTags,
        shapes: &Shapes,
        longest: usize,
    ) -> HashMap<CharRange, Fit> {
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
            let longest = 40;
            fits(&line, &shapes, longest).get(&(0, line.len())).copied()
        };
        let score = shape_score(3);
        assert_eq!(fit("baby sol"), Some(Fit::new(false, score)));
        assert_eq!(fit("baby op"), Some(Fit::new(true, score)));
        assert_eq!(fit("SOL幣價格"), None, "two words make no shape");
    }

    #[test]
    fn the_score_of_a_shape_grows_with_its_words() {
        assert!((3..200_000).map(shape_score).is_sorted());
    }

    proptest! {
        #[test]
        fn fits_in_a_line_are_those_of_testing_every_range(
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
                let wanted = fits_of_all_ranges(&line, &shapes, longest);
                prop_assert_eq!(fits(&line, &shapes, longest), wanted);
            }
        }
    }
}
