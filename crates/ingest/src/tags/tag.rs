//! What of a line's first half can be a tag.

use super::Vocabulary;
use super::glue::{Glue, Range};

pub(super) const LONGEST_TAG: usize = 8;
/// The tags' half is at most this long.
const LONGEST_HALF: usize = 80;
/// What is added where the letters of a tag are a whole word of its keyword.
const WHOLE: f32 = 1.8;
/// What it is worth that the archive names a tag with its keyword.
pub(super) const NAMED: f32 = 2.0;
/// What it is worth that a keyword has nothing to do with its tag.
pub(super) const UNRELATED: f32 = -2.0;
/// What every pair costs: as much as two letters and a keyword hold by chance.
pub(super) const PAIR: f32 = 2.2;
/// Sums in another order may differ by this.
const ROUNDING: f32 = 1e-3;

/// What can be said of a range taken for a tag.
pub(super) struct Tag {
    from: u16,
    to: u16,
    /// Where its letters stand below it, as a range of [`Tags::places`].
    places: (u32, u32),
    pub(super) score: f32,
    /// With no keyword it adds more to a segmentation than this, the keyword's own score aside.
    pub(super) most: f32,
    /// Whether keywords can be related to it.
    pub(super) related: bool,
    /// Whether the archive names it.
    pub(super) known: bool,
}

impl Tag {
    pub(super) fn to(&self) -> usize {
        self.to.into()
    }

    pub(super) fn range(&self) -> Range {
        (self.from.into(), self.to.into())
    }
}

/// All tags that follow each other from the beginning of a line on.
#[derive(Default)]
pub(super) struct Tags {
    tags: Vec<Tag>,
    /// By where tags begin: their range in `tags`.
    from: Vec<Range>,
    places: Vec<usize>,
    /// Where the beginnings of a tag stand below it, with how many of its letters.
    again: Vec<Range>,
    /// The tags' half ends here at the latest.
    pub(super) reach: usize,
}

impl Tags {
    pub(super) fn find(&mut self, line: &Glue, vocabulary: &Vocabulary) {
        self.tags.clear();
        self.from.clear();
        self.places.clear();
        self.reach = 0;
        let richness = vocabulary.richness();
        let last = line.len().saturating_sub(2).min(LONGEST_HALF);
        let mut ends = [false; LONGEST_HALF + 1];
        ends[0] = true;
        for from in 0..last {
            let first = self.tags.len();
            // Only where another tag ends does one begin.
            if ends[from] {
                self.find_from(from, last, richness, line, vocabulary);
            }
            for tag in &self.tags[first..] {
                ends[tag.to()] = true;
                self.reach = self.reach.max(tag.to());
            }
            self.from.push((first, self.tags.len()));
        }
    }

    fn find_from(
        &mut self,
        from: usize,
        last: usize,
        richness: f32,
        line: &Glue,
        vocabulary: &Vocabulary,
    ) {
        let chars = line.chars((from, last.min(from + LONGEST_TAG)));
        let fits = |c: &&char| c.is_ascii_uppercase() || c.is_ascii_digit();
        // A tag that the archive does not name anywhere is of capitals and digits.
        let letters = chars.iter().take_while(fits).count();
        let capital = chars.iter().position(char::is_ascii_uppercase).unwrap_or(letters);
        self.again.clear();
        self.again.extend(line.again(from, LONGEST_TAG));
        for to in from + 2..=last.min(from + LONGEST_TAG) {
            let range = (from, to);
            let named = vocabulary.tag(line.hash(range));
            let length = to - from;
            let strange = length <= letters && length > capital;
            let stranger = || strange.then(|| stranger(length) - richness);
            let Some(score) = named.or_else(stranger) else { continue };
            let first = self.places.len() as u32;
            let whole = self.again.iter().filter(|(at, length)| *at >= to && *length >= to - from);
            self.places.extend(whole.map(|(at, _)| *at));
            let places = (first, self.places.len() as u32);
            let held = if places.0 < places.1 { held(to - from, WHOLE) } else { f32::MIN };
            let known = named.is_some();
            let hope = held.max(if known { NAMED } else { UNRELATED });
            let most = score - PAIR + hope + ROUNDING;
            let related = hope > UNRELATED;
            let (from, to) = (from as u16, to as u16);
            self.tags.push(Tag { from, to, places, score, most, related, known });
        }
    }

    /// The tags that begin at `from`.
    pub(super) fn from(&self, from: usize) -> &[Tag] {
        &self.tags[self.numbers_from(from)]
    }

    /// The numbers of the tags that begin at `from`.
    pub(super) fn numbers_from(&self, from: usize) -> std::ops::Range<usize> {
        self.from.get(from).map_or(0..0, |&(first, end)| first..end)
    }

    /// The tag with a number.
    pub(super) fn get(&self, number: usize) -> &Tag {
        &self.tags[number]
    }

    /// What it is worth that the letters of a tag stand in a keyword; `None` if they do not.
    pub(super) fn held(&self, tag: &Tag, (from, to): Range, line: &Glue) -> Option<f32> {
        let length = usize::from(tag.to - tag.from);
        self.places[tag.places.0 as usize..tag.places.1 as usize]
            .iter()
            .filter(|at| **at >= from && **at + length <= to)
            .map(|&at| {
                let opens = at == from || line.parts_words(at - 1);
                let ends = at + length == to || line.parts_words(at + length);
                // A tag that is a whole word of its keyword is hardly there by chance.
                match (opens, ends) {
                    (true, true) => WHOLE,
                    (false, false) => 0.0,
                    _ => 0.4,
                }
            })
            .reduce(f32::max)
            .map(|word| held(length, word))
    }
}

/// What it is worth that a keyword holds the letters of its tag: a longer tag is held by chance less
/// often.
fn held(length: usize, word: f32) -> f32 {
    2.3 + 0.3 * length as f32 + word
}

/// How good a tag is that the archive does not name anywhere: mostly they have three letters.
fn stranger(length: usize) -> f32 {
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
        fn tags_are_all_ranges_that_can_be_one(text in "([ABc1 ]|幣|NFT|BTC|é){2,40}") {
            let mut vocabulary = Vocabulary::default();
            for title in ["辛_NFT", "壬_BTC:價格", "癸_幣A:價格", "癸_幣A:BTC", "癸_c:價格"] {
                vocabulary.add_title(&Title::split(title));
            }
            vocabulary.learn();
            let Some(line) = Glue::of(&text) else { return Ok(()) };
            let mut tags = Tags::default();
            tags.find(&line, &vocabulary);
            let last = line.len() - 2;
            let mut ends = vec![0];
            let mut reach = 0;
            for from in 0..last {
                let mut found = tags.from(from).iter();
                let longest = if ends.contains(&from) { LONGEST_TAG } else { 0 };
                for to in from + 2..=last.min(from + longest) {
                    let chars = line.chars((from, to));
                    let strange = chars.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
                        && chars.iter().any(char::is_ascii_uppercase);
                    let named = vocabulary.tag(line.hash((from, to)));
                    if named.is_none() && !strange {
                        continue;
                    }
                    ends.push(to);
                    reach = reach.max(to);
                    let stranger = stranger(to - from) - vocabulary.richness();
                    let tag = found.next().unwrap();
                    prop_assert_eq!(tag.range(), (from, to));
                    prop_assert_eq!(tag.score, named.unwrap_or(stranger));
                    prop_assert_eq!(tag.known, named.is_some());
                    let text = line.folded((from, to));
                    let length = to - from;
                    let again: Vec<usize> = (to..=line.len() - length)
                        .filter(|at| line.folded((*at, at + length)) == text)
                        .collect();
                    let places = tag.places.0 as usize..tag.places.1 as usize;
                    prop_assert_eq!(&tags.places[places], &again[..]);
                    prop_assert_eq!(tag.related, named.is_some() || !again.is_empty());
                    for &at in &again {
                        let held = tags.held(tag, (at, at + length), &line);
                        prop_assert_eq!(held, Some(held_whole(length)));
                        prop_assert!(tag.score - PAIR + held_whole(length) <= tag.most);
                        prop_assert_eq!(tags.held(tag, (at + 1, at + length), &line), None);
                    }
                }
                prop_assert!(found.next().is_none());
            }
            prop_assert_eq!(tags.reach, reach);
        }
    }

    fn held_whole(length: usize) -> f32 {
        held(length, WHOLE)
    }
}
