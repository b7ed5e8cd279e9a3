//! The possible tags of a line of concatenated tags. Such a line is n tags followed by n keywords;
//! keyword i is the keyword *of* tag i. So a tag begins at the start of the line, or where another
//! tag ends.

use super::Vocabulary;
use super::concatenated::{CharRange, ConcatenatedTags};

/// Maximum length of a tag, in characters.
pub(super) const LONGEST_TAG: usize = 8;
/// Maximum length of the tags' half, in characters.
const LONGEST_HALF: usize = 80;
/// Score added if the tag is a whole word of its keyword, see [`containment_score`].
const WHOLE_WORD: f32 = 1.8;
/// Score added if the tag begins or ends a word of its keyword, but does not do both.
const WORD_BEGINNING_OR_END: f32 = 0.4;
/// Score added if the archive names the tag with this keyword, and the keyword does not contain the
/// tag.
pub(super) const NAMED: f32 = 2.0;
/// Score added if the keyword has nothing to do with its tag.
pub(super) const UNRELATED: f32 = -2.0;
/// Score subtracted for each entry (a tag with its keyword). Otherwise a line would be split into
/// many short entries, whose keywords contain the two or three letters of their tags by chance.
pub(super) const ENTRY_COST: f32 = 2.2;
/// Margin added to upper bounds for rounding: the score of a split adds the same numbers in another
/// order than its bound.
const ROUNDING: f32 = 1e-3;

/// A range taken as a tag.
pub(super) struct Tag {
    from: u16,
    to: u16,
    /// Where the characters of the tag occur again after it in the line, as a range of indices in
    /// [`Tags::repeats_after`]. The score of an entry is higher if its keyword contains such a
    /// position.
    repeats_after: (u32, u32),
    pub(super) score: f32,
    /// Upper bound on what the tag adds to a score with any keyword, without the keyword's own
    /// score.
    pub(super) max_gain: f32,
    /// Whether a keyword can be related to the tag: because it may contain the tag, or because the
    /// archive names the tag, perhaps with this keyword.
    pub(super) related: bool,
    /// Whether the archive names this text as a tag.
    pub(super) known: bool,
}

impl Tag {
    pub(super) fn to(&self) -> usize {
        self.to.into()
    }

    pub(super) fn range(&self) -> CharRange {
        (self.from.into(), self.to.into())
    }
}

/// All tags that can follow each other from the beginning of the line.
#[derive(Default)]
pub(super) struct Tags {
    tags: Vec<Tag>,
    /// For each start, the range of indices of its tags in `tags`.
    ranges: Vec<(usize, usize)>,
    /// Positions at which the characters of a tag occur again, see [`Tag::repeats_after`].
    repeats_after: Vec<usize>,
    /// A buffer: the positions at which the text that begins at the current start occurs again,
    /// each with the number of characters that are equal there.
    repeats: Vec<(usize, usize)>,
    /// The last possible end of the tags' half.
    pub(super) max_end: usize,
}

impl Tags {
    /// Finds the tags of a line, in place of those of an earlier line.
    pub(super) fn find(&mut self, line: &ConcatenatedTags, vocabulary: &Vocabulary) {
        self.tags.clear();
        self.ranges.clear();
        self.repeats_after.clear();
        self.max_end = 0;
        let unknown_penalty = vocabulary.unknown_penalty();
        // At least the two characters of a keyword follow the tags.
        let last = line.len().saturating_sub(2).min(LONGEST_HALF);
        // Whether a tag can end at each position.
        let mut ends = [false; LONGEST_HALF + 1];
        ends[0] = true;
        for from in 0..last {
            let first = self.tags.len();
            // A tag begins only at the start or where another ends.
            if ends[from] {
                self.find_from(from, last, unknown_penalty, line, vocabulary);
            }
            for tag in &self.tags[first..] {
                ends[tag.to()] = true;
                self.max_end = self.max_end.max(tag.to());
            }
            self.ranges.push((first, self.tags.len()));
        }
    }

    /// Finds the tags that begin at `from` and end by `last`.
    fn find_from(
        &mut self,
        from: usize,
        last: usize,
        unknown_penalty: f32,
        line: &ConcatenatedTags,
        vocabulary: &Vocabulary,
    ) {
        let chars = line.chars((from, last.min(from + LONGEST_TAG)));
        // An unknown tag must look like a ticker symbol: capitals and digits, with at least one
        // capital.
        let is_ticker_char = |c: &&char| c.is_ascii_uppercase() || c.is_ascii_digit();
        let ticker_chars = chars.iter().take_while(is_ticker_char).count();
        let first_capital = chars.iter().position(char::is_ascii_uppercase).unwrap_or(ticker_chars);
        self.repeats.clear();
        self.repeats.extend(line.repeats(from, LONGEST_TAG));
        for to in from + 2..=last.min(from + LONGEST_TAG) {
            let range = (from, to);
            let named = vocabulary.tag_score(line.hash(range));
            let length = to - from;
            let resembles_ticker = length <= ticker_chars && length > first_capital;
            let unknown = || resembles_ticker.then(|| unknown_tag_score(length) - unknown_penalty);
            let Some(score) = named.or_else(unknown) else { continue };
            let first = self.repeats_after.len() as u32;
            let full_repeats =
                self.repeats.iter().filter(|(at, length)| *at >= to && *length >= to - from);
            self.repeats_after.extend(full_repeats.map(|(at, _)| *at));
            let repeats_after = (first, self.repeats_after.len() as u32);
            let containment = if repeats_after.0 < repeats_after.1 {
                containment_score(to - from, WHOLE_WORD)
            } else {
                f32::MIN
            };
            let known = named.is_some();
            let upper_bound = containment.max(if known { NAMED } else { UNRELATED });
            let max_gain = score - ENTRY_COST + upper_bound + ROUNDING;
            let related = upper_bound > UNRELATED;
            let (from, to) = (from as u16, to as u16);
            self.tags.push(Tag { from, to, repeats_after, score, max_gain, related, known });
        }
    }

    /// The tags that begin at `from`.
    pub(super) fn starting_at(&self, from: usize) -> &[Tag] {
        &self.tags[self.indices_starting_at(from)]
    }

    /// The indices of the tags that begin at `from`.
    pub(super) fn indices_starting_at(&self, from: usize) -> std::ops::Range<usize> {
        self.ranges.get(from).map_or(0..0, |&(first, end)| first..end)
    }

    /// The tag at an index.
    pub(super) fn get(&self, index: usize) -> &Tag {
        &self.tags[index]
    }

    /// The score for a keyword that contains the tag's characters; `None` if it does not.
    pub(super) fn containment_score(
        &self,
        tag: &Tag,
        (from, to): CharRange,
        line: &ConcatenatedTags,
    ) -> Option<f32> {
        let length = usize::from(tag.to - tag.from);
        self.repeats_after[tag.repeats_after.0 as usize..tag.repeats_after.1 as usize]
            .iter()
            .filter(|at| **at >= from && **at + length <= to)
            .map(|&at| {
                let begins_word = at == from || line.is_word_boundary(at - 1);
                let ends_word = at + length == to || line.is_word_boundary(at + length);
                // A tag is hardly ever a whole word of its keyword by chance.
                match (begins_word, ends_word) {
                    (true, true) => WHOLE_WORD,
                    (false, false) => 0.0,
                    _ => WORD_BEGINNING_OR_END,
                }
            })
            .reduce(f32::max)
            .map(|word_score| containment_score(length, word_score))
    }
}

/// The score for containing a tag of this length: long tags are rarely contained by chance.
/// `word_score` is higher the more the tag is a word of its own in the keyword.
fn containment_score(length: usize, word_score: f32) -> f32 {
    2.3 + 0.3 * length as f32 + word_score
}

/// The score of a tag that the archive does not name: most tags have three letters.
fn unknown_tag_score(length: usize) -> f32 {
    match length {
        3 => 0.0,
        4 => -0.4,
        2 => -1.8,
        5 => -1.2,
        6 => -2.4,
        _ => -4.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::title::Title;

    proptest! {
        #[test]
        fn tags_are_all_ranges_that_are_known_or_resemble_a_ticker(
            text in "([ABc1 ]|幣|NFT|BTC|é){2,40}",
        ) {
            let mut vocabulary = Vocabulary::default();
            for title in ["辛_NFT", "壬_BTC:價格", "癸_幣A:價格", "癸_幣A:BTC", "癸_c:價格"] {
                vocabulary.add_title(&Title::split(title));
            }
            vocabulary.learn();
            let Some(line) = ConcatenatedTags::of(&text) else { return Ok(()) };
            let mut tags = Tags::default();
            tags.find(&line, &vocabulary);
            let last = line.len() - 2;
            let mut ends = vec![0];
            let mut max_end = 0;
            for from in 0..last {
                let mut found = tags.starting_at(from).iter();
                let longest = if ends.contains(&from) { LONGEST_TAG } else { 0 };
                for to in from + 2..=last.min(from + longest) {
                    let chars = line.chars((from, to));
                    let resembles_ticker = chars.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
                        && chars.iter().any(char::is_ascii_uppercase);
                    let named = vocabulary.tag_score(line.hash((from, to)));
                    if named.is_none() && !resembles_ticker {
                        continue;
                    }
                    ends.push(to);
                    max_end = max_end.max(to);
                    let unknown_tag_score = unknown_tag_score(to - from) - vocabulary.unknown_penalty();
                    let tag = found.next().unwrap();
                    prop_assert_eq!(tag.range(), (from, to));
                    prop_assert_eq!(tag.score, named.unwrap_or(unknown_tag_score));
                    prop_assert_eq!(tag.known, named.is_some());
                    let text = line.folded((from, to));
                    let length = to - from;
                    let repeats: Vec<usize> = (to..=line.len() - length)
                        .filter(|at| line.folded((*at, at + length)) == text)
                        .collect();
                    let repeats_after = tag.repeats_after.0 as usize..tag.repeats_after.1 as usize;
                    prop_assert_eq!(&tags.repeats_after[repeats_after], &repeats[..]);
                    prop_assert_eq!(tag.related, named.is_some() || !repeats.is_empty());
                    for &at in &repeats {
                        let containment_score = tags.containment_score(tag, (at, at + length), &line);
                        prop_assert_eq!(containment_score, Some(score_as_whole_word(length)));
                        let gain = tag.score - ENTRY_COST + score_as_whole_word(length);
                        prop_assert!(gain <= tag.max_gain);
                        prop_assert_eq!(tags.containment_score(tag, (at + 1, at + length), &line), None);
                    }
                }
                prop_assert!(found.next().is_none());
            }
            prop_assert_eq!(tags.max_end, max_end);
        }
    }

    fn score_as_whole_word(length: usize) -> f32 {
        containment_score(length, WHOLE_WORD)
    }
}
