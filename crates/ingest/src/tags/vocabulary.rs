//! Tags, keywords and the shapes of keywords that an archive names by itself: in the tails of titles,
//! and where a page gives its tags apart.

use foldhash::{HashMap, HashSet};

use super::glue::{Glue, Range, hash_on, text_hash};
use super::seen::Seen;
use crate::fold::fold;
use crate::title::{Title, is_ticker};

/// Counts of tags and keywords, folded.
#[derive(Debug, Default, Clone)]
pub(crate) struct Vocabulary {
    tags: HashMap<String, u32>,
    keywords: HashMap<String, u32>,
    /// Tags with their keywords, as hashes of both.
    pairs: HashSet<u64>,
    /// By the hash of what stands before and behind the variable word in keywords such as `Baby …` or `…幣價格今日行情`, with
    /// the number of different words seen there.
    shapes: HashMap<u64, u32>,
    /// Hashes of what stands before the word in any shape.
    befores: HashSet<u64>,
    /// Hashes of the words seen there.
    words: HashSet<u64>,
    /// The counts again, by the hash of their text: any range of a line is looked up without making a text of it.
    tag_counts: HashMap<u64, u32>,
    keyword_counts: HashMap<u64, u32>,
    /// What may be a key of `tag_counts`, what of `keyword_counts`, and what of `shapes`.
    tag_seen: Seen,
    keyword_seen: Seen,
    /// Hashes of the first two characters of the keywords: hot, because small.
    keyword_begins: Seen,
    /// Hashes of whatever a keyword begins with: what none does need not be read on.
    keyword_prefixes: Seen,
    shape_seen: Seen,
    /// The same of what stands before the word in a shape with whatever what stands behind it begins with.
    shape_prefixes: Seen,
    /// What may be one of `words`.
    word_seen: Seen,
}

/// A shape must have held this many different words to be one.
const WORDS_OF_A_SHAPE: u32 = 3;

impl Vocabulary {
    /// Takes what the tail of a title names.
    pub(crate) fn see_title(&mut self, title: &Title<'_>) {
        for tag in [title.head, title.tag].into_iter().flatten() {
            count(&mut self.tags, fold(tag));
        }
        if let (Some(tag), Some(keyword)) = (title.tag, title.keyword) {
            self.see_pair(tag, keyword);
        }
    }

    /// Takes tags that a page gives apart: n tags, then their n keywords, if that is what they are.
    pub(crate) fn see_given(&mut self, given: &[String]) {
        let (tags, keywords) = given.split_at(given.len() / 2);
        if given.len().is_multiple_of(2) && tags.iter().all(|tag| is_ticker(tag)) {
            for (tag, keyword) in tags.iter().zip(keywords) {
                count(&mut self.tags, fold(tag));
                self.see_pair(tag, keyword);
            }
        }
    }

    fn see_pair(&mut self, tag: &str, keyword: &str) {
        let keyword = fold(keyword);
        self.pairs.insert(pair_hash(text_hash(&fold(tag)), text_hash(&keyword)));
        count(&mut self.keywords, keyword);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (tag, times) in other.tags {
            *self.tags.entry(tag).or_default() += times;
        }
        for (keyword, times) in other.keywords {
            *self.keywords.entry(keyword).or_default() += times;
        }
        self.pairs.extend(other.pairs);
    }

    /// Learns the shapes of keywords from the keywords.
    pub(crate) fn learn(&mut self) {
        let mut seen: HashMap<(&str, &str), HashSet<&str>> = HashMap::default();
        for keyword in self.keywords.keys() {
            for (before, word, behind) in slots(keyword) {
                seen.entry((before, behind)).or_default().insert(word);
            }
        }
        seen.retain(|_, words| words.len() >= WORDS_OF_A_SHAPE as usize);
        self.words = self.tags.keys().map(|tag| text_hash(tag)).collect();
        self.words.extend(seen.values().flatten().map(|word| text_hash(word)));
        self.word_seen = Seen::of(self.words.iter().copied());
        self.befores = seen.keys().map(|(before, _)| text_hash(before)).collect();
        let prefixes = seen.keys().map(|(_, behind)| behind.chars().count() + 1).sum();
        self.shape_prefixes = Seen::for_keys(prefixes);
        for (before, behind) in seen.keys() {
            let before = text_hash(before);
            for behind in prefix_hashes(behind) {
                self.shape_prefixes.insert(pair_hash(before, behind));
            }
        }
        self.shapes = seen
            .into_iter()
            .map(|((before, behind), words)| {
                let held = u32::try_from(words.len()).unwrap_or(u32::MAX);
                (pair_hash(text_hash(before), text_hash(behind)), held)
            })
            .collect();
        let by_hash = |counts: &HashMap<String, u32>| {
            counts.iter().map(|(text, times)| (text_hash(text), *times)).collect()
        };
        self.tag_counts = by_hash(&self.tags);
        self.keyword_counts = by_hash(&self.keywords);
        self.tag_seen = Seen::of(self.tag_counts.keys().copied());
        self.keyword_seen = Seen::of(self.keyword_counts.keys().copied());
        let begins: Vec<u64> = self.keywords.keys().map(|keyword| first_hash(keyword)).collect();
        self.keyword_begins = Seen::of(begins.into_iter());
        let prefixes = self.keywords.keys().map(|keyword| keyword.chars().count() + 1).sum();
        self.keyword_prefixes = Seen::for_keys(prefixes);
        for hash in self.keywords.keys().flat_map(|keyword| prefix_hashes(keyword)) {
            self.keyword_prefixes.insert(hash);
        }
        self.shape_seen = Seen::of(self.shapes.keys().copied());
    }

    /// The more tags an archive names, the stranger is one that it does not.
    pub(crate) fn richness(&self) -> f32 {
        0.25 * (1.0 + self.tags.len() as f32).ln()
    }

    /// How often the archive names a tag; `hash` is that of its folded text.
    pub(super) fn tag(&self, hash: u64) -> u32 {
        if !self.tag_seen.may_hold(hash) {
            return 0;
        }
        self.tag_counts.get(&hash).copied().unwrap_or(0)
    }

    /// How often the archive names a keyword.
    pub(super) fn keyword(&self, hash: u64) -> u32 {
        if !self.keyword_seen.may_hold(hash) {
            return 0;
        }
        self.keyword_counts.get(&hash).copied().unwrap_or(0)
    }

    /// Whether the archive may name a keyword that begins with the two characters of this hash.
    pub(super) fn may_begin(&self, hash: u64) -> bool {
        self.keyword_begins.may_hold(hash)
    }

    /// Whether the archive may name a keyword that begins with the text of this hash.
    pub(super) fn may_go_on(&self, hash: u64) -> bool {
        self.keyword_prefixes.may_hold(hash)
    }

    /// Whether the archive names them together.
    pub(super) fn pair(&self, tag: u64, keyword: u64) -> bool {
        self.pairs.contains(&pair_hash(tag, keyword))
    }

    /// The shapes that ranges from `from` on can fit.
    pub(super) fn shapes_from<'a>(&'a self, line: &'a Glue, from: usize) -> Shapes<'a> {
        let words = line.words_from(from);
        let mut fitting = 0;
        if !self.befores.is_empty() {
            for (number, word) in words.iter().take(u64::BITS as usize).enumerate() {
                let begins = self.befores.contains(&line.hash((from, word.0.max(from))));
                fitting |= u64::from(begins) << number;
            }
        }
        Shapes { vocabulary: self, line, from, words, fitting }
    }

    #[cfg(test)]
    fn shape(&self, line: &Glue, (from, to): Range) -> Option<(u32, bool)> {
        let mut shapes = self.shapes_from(line, from);
        assert!(!shapes.is_empty() || shapes.best(to).is_none());
        shapes.best(to)
    }
}

/// The shapes that ranges with one beginning can fit, asked of ranges that end further and further on: what
/// stands before the word is looked up once, and what no shape has behind it is not read on.
pub(super) struct Shapes<'a> {
    vocabulary: &'a Vocabulary,
    line: &'a Glue,
    from: usize,
    /// The words below `from`; the first may begin above it.
    words: &'a [Range],
    /// A bit for each word: whether some shape begins with what stands before it, and goes on with what has been
    /// read behind it. A keyword is too short for more words than there are bits.
    fitting: u64,
}

impl Shapes<'_> {
    /// Whether no range fits any.
    pub(super) fn is_empty(&self) -> bool {
        self.fitting == 0
    }

    /// The best shape that the range to `to` fits: how many words the shape has held, and whether this word is known.
    pub(super) fn best(&mut self, to: usize) -> Option<(u32, bool)> {
        let Self { vocabulary, line, from, .. } = *self;
        let mut best = None;
        let mut left = self.fitting;
        while left != 0 {
            let bit = left & left.wrapping_neg();
            left ^= bit;
            let word = self.words[bit.trailing_zeros() as usize];
            let word = (word.0.max(from), word.1.min(to));
            if word.0 >= to {
                break;
            }
            let shape = pair_hash(line.hash((from, word.0)), line.hash((word.1, to)));
            if !vocabulary.shape_prefixes.may_hold(shape) {
                self.fitting ^= bit;
                continue;
            }
            if !vocabulary.shape_seen.may_hold(shape) {
                continue;
            }
            let text = line.hash(word);
            let known = vocabulary.word_seen.may_hold(text) && vocabulary.words.contains(&text);
            // A bare word is a keyword only if the archive knows it: any run of letters is bare.
            if (known || word != (from, to))
                && let Some(held) = vocabulary.shapes.get(&shape)
            {
                best = best.max(Some((known, *held)));
            }
        }
        best.map(|(known, held)| (held, known))
    }
}

/// The hashes of all beginnings of a folded text, the empty one first.
fn prefix_hashes(folded: &str) -> impl Iterator<Item = u64> {
    let further = folded.chars().scan(0, |hash, c| {
        *hash = hash_on(*hash, c);
        Some(*hash)
    });
    std::iter::once(0).chain(further)
}

/// The hash of the first two characters of a folded text.
fn first_hash(folded: &str) -> u64 {
    let end = folded.char_indices().nth(2).map_or(folded.len(), |(end, _)| end);
    text_hash(&folded[..end])
}

fn pair_hash(first: u64, second: u64) -> u64 {
    (first.rotate_left(32) ^ second).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn count(counts: &mut HashMap<String, u32>, key: String) {
    *counts.entry(key).or_default() += 1;
}

/// Whether `c` can be part of the word that a shape holds.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '.'
}

/// Every way to take a keyword for a shape around one Latin word: `(before, word, behind)`.
fn slots(keyword: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let bytes = keyword.as_bytes();
    let inside = |b: &u8| is_word_char(char::from(*b));
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(inside)?;
        let length = bytes[start..].iter().position(|b| !inside(b)).unwrap_or(bytes.len() - start);
        at = start + length;
        Some((&keyword[..start], &keyword[start..at], &keyword[at..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_learnt_from_keywords() {
        let mut vocabulary = Vocabulary::default();
        for line in [
            "甲_DAO:Baby DAO",
            "乙_ETH:Baby ETH",
            "丙_OP:Baby OP",
            "丁_OP:OP幣價格",
            "戊_UNI:UNI幣價格",
        ] {
            vocabulary.see_title(&Title::split(line));
        }
        vocabulary.learn();
        let shape = |text: &str| {
            let line = Glue::new(text).unwrap();
            vocabulary.shape(&line, (0, line.len()))
        };
        assert_eq!(shape("baby sol"), Some((3, false)));
        assert_eq!(shape("baby op"), Some((3, true)));
        assert_eq!(shape("SOL幣價格"), None, "two words make no shape");
        let hash = text_hash;
        assert_eq!((vocabulary.tag(hash("op")), vocabulary.keyword(hash("baby eth"))), (2, 1));
        assert!(vocabulary.pair(hash("dao"), hash("baby dao")));
    }

    #[test]
    fn a_shape_is_found_in_any_range_as_in_its_text() {
        let mut vocabulary = Vocabulary::default();
        for word in ["A", "BB", "CCC", "D.D"] {
            vocabulary.see_title(&Title::split(&format!("甲_{word}:Baby {word}")));
            vocabulary.see_title(&Title::split(&format!("乙_{word}:{word}幣 Token")));
        }
        vocabulary.learn();
        let line = Glue::new("Baby XY幣 TokenBaby BBD.D幣 TokenABaby").unwrap();
        for from in 0..line.len() {
            let mut further_on = vocabulary.shapes_from(&line, from);
            for to in from + 1..=line.len() {
                let text: String = (from..to).map(|at| line.folded_char(at)).collect();
                let known = vocabulary.keywords.contains_key(&text);
                let prefixes: Vec<u64> = prefix_hashes(&text).skip(2).collect();
                assert!(!known || prefixes.iter().all(|hash| vocabulary.may_go_on(*hash)));
                let wanted = slots(&text)
                    .filter_map(|(before, word, behind)| {
                        let shape = pair_hash(text_hash(before), text_hash(behind));
                        let held = vocabulary.shapes.get(&shape)?;
                        let known = vocabulary.words.contains(&text_hash(word));
                        (known || !before.is_empty() || !behind.is_empty())
                            .then_some((known, *held))
                    })
                    .max();
                let wanted = wanted.map(|(known, held)| (held, known));
                assert_eq!(vocabulary.shape(&line, (from, to)), wanted, "{text}");
                assert_eq!(further_on.best(to), wanted, "{text}, after all that end earlier");
                assert_eq!(line.hash((from, to)), text_hash(&text));
            }
        }
    }
}
