//! Where a flash item begins: at the paragraph that looks most like its first, and up to which all pages with the
//! item agree.

use std::ops::Range;

use xxhash_rust::xxh3::Xxh3;

use crate::flash::Paragraph;
use crate::headline::{self, Headline};

/// How many paragraphs a flash item can have.
pub(crate) const LONGEST: usize = 12;
/// Below this an item's best beginning is no better than none, and the dated paragraph is all of it.
const THRESHOLD: f32 = -1.0;
/// An item is one paragraph unless something speaks for more.
const SINGLE: f32 = 1.5;
/// What each further paragraph costs.
const DISTANCE: f32 = 0.7;

/// What speaks for a paragraph up to which all pages with the item agree.
const AGREED: f32 = 4.0;
/// What speaks against one above which they differ. Not beyond all doubt: a page can hold an edited item.
const DISAGREED: f32 = 6.0;
/// Beyond this no item goes on, in bytes: none is as long as an article.
const FURTHEST: usize = 6000;

/// Beginnings that are remembered, at 64 bytes each.
const REMEMBERED: usize = 1 << 15;

/// Finds beginnings. The same item stands in many pages, so what its own paragraphs say is remembered by their text.
/// Each has one place where it can stand, so it stays small.
pub(crate) struct Beginnings {
    places: Vec<Option<(u64, Known)>>,
}

/// The best beginning so far.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Best<'a> {
    /// How many paragraphs stand above the dated one.
    above: usize,
    /// The head of the first.
    head: Option<Headline<'a>>,
    score: f32,
}

/// [`Best`] without its text.
#[derive(Clone, Copy)]
struct Known {
    above: usize,
    head: Option<Head>,
    score: f32,
}

/// A headline by its places in the paragraph.
#[derive(Clone, Copy)]
struct Head {
    column: Option<(u32, u32)>,
    title: (u32, u32),
    text: u32,
    score: f32,
}

impl Beginnings {
    pub(crate) fn new() -> Self {
        Self { places: vec![None; REMEMBERED] }
    }

    /// Remembers nothing.
    pub(crate) fn forgotten() -> Self {
        Self { places: Vec::new() }
    }

    /// Index into `pending` of the item's first paragraph, `pending.len()` if `dated` is all of it; and its head.
    /// `bound` is how many paragraphs above it can belong to it at most, where pages differ.
    pub(crate) fn find<'a>(
        &mut self,
        pending: &[Paragraph<'a>],
        dated: Paragraph<'a>,
        bound: Option<usize>,
    ) -> (usize, Option<Headline<'a>>) {
        let near = &pending[pending.len() - pending.len().min(LONGEST - 1)..];
        // As far as pages agree, the text is the same in all of them.
        let agreed = bound.unwrap_or(0).min(near.len());
        let mut best = self.among(&near[near.len() - agreed..], dated, bound);
        further(&mut best, near, dated, bound, agreed..near.len());
        (pending.len() - best.above, best.head)
    }

    /// The best beginning among paragraphs on which pages agree.
    fn among<'a>(
        &mut self,
        near: &[Paragraph<'a>],
        dated: Paragraph<'a>,
        bound: Option<usize>,
    ) -> Best<'a> {
        let first =
            |above: usize| above.checked_sub(1).map_or(dated, |more| near[near.len() - 1 - more]);
        let key = key(near, dated, bound);
        let length = self.places.len().max(1);
        let mut place = self.places.get_mut(key as usize % length);
        if let Some(Some((known, found))) = &mut place
            && *known == key
        {
            return found.of(first(found.above).text);
        }
        let head = headline::read(dated.text, "");
        let score = head.map_or(f32::MIN, |head| head.score).max(THRESHOLD) + SINGLE;
        let mut best = Best { above: 0, head, score };
        further(&mut best, near, dated, bound, 0..near.len());
        if let Some(place) = place {
            *place = Known::new(best, first(best.above).text).map(|found| (key, found));
        }
        best
    }
}

/// Looks for a better beginning at the paragraphs of `range`, counted from the nearest of `near`.
fn further<'a>(
    best: &mut Best<'a>,
    near: &[Paragraph<'a>],
    dated: Paragraph<'a>,
    bound: Option<usize>,
    range: Range<usize>,
) {
    let below = near.iter().rev().take(range.start).map(|p| p.text.len() + 1);
    let mut length = dated.text.len() + below.sum::<usize>();
    for more in range {
        if more > 0 && length > FURTHEST {
            break;
        }
        let paragraph = near[near.len() - 1 - more];
        let agreement = match bound {
            Some(bound) if bound == more + 1 => AGREED,
            // Where two pages agree no further than this, the item hardly begins earlier.
            Some(bound) if bound <= more => -DISAGREED,
            _ => 0.0,
        };
        // The paragraphs below it, as lines.
        let between = near[near.len() - more..].iter().flat_map(|p| p.text.chars().chain(['\n']));
        let rest = between.chain(dated.text.chars());
        let distance = DISTANCE * more as f32;
        // What all pages agree on is an item even if its first line does not look like one.
        let (floor, least) = if agreement > 0.0 {
            (f32::NEG_INFINITY, THRESHOLD)
        } else {
            // Lower by more than what sums in another order can differ.
            (best.score + distance - agreement - 0.01, f32::MIN)
        };
        let head = headline::read_above(paragraph.text, rest, floor);
        let shape = head.map_or(least, |head| head.score.max(least));
        let score = shape + agreement - distance;
        if score > best.score {
            *best = Best { above: more + 1, head, score };
        }
        length += paragraph.text.len() + 1;
    }
}

/// A hash of everything that [`Beginnings::among`] goes by.
fn key(near: &[Paragraph<'_>], dated: Paragraph<'_>, bound: Option<usize>) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&bound.map_or(0, |bound| bound as u64 + 1).to_le_bytes());
    for paragraph in near.iter().chain([&dated]) {
        // Texts may not run into each other.
        hash.update(&(paragraph.text.len() as u64).to_le_bytes());
        hash.update(paragraph.text.as_bytes());
    }
    hash.digest()
}

impl Known {
    /// Nothing for a text that is longer than any page should be.
    fn new(best: Best<'_>, text: &str) -> Option<Self> {
        u32::try_from(text.len()).ok()?;
        // It is a part of `text`, so its places are no further than its end.
        let place = |part: &str| {
            let at = part.as_ptr() as usize - text.as_ptr() as usize;
            (at as u32, (at + part.len()) as u32)
        };
        let head = best.head.map(|head| Head {
            column: head.column.map(place),
            title: place(head.title),
            text: head.text as u32,
            score: head.score,
        });
        Some(Self { above: best.above, head, score: best.score })
    }

    fn of<'a>(&self, text: &'a str) -> Best<'a> {
        let part = |(start, end): (u32, u32)| &text[start as usize..end as usize];
        let head = self.head.map(|head| Headline {
            column: head.column.map(part),
            title: part(head.title),
            text: head.text as usize,
            score: head.score,
        });
        Best { above: self.above, head, score: self.score }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// [`Beginnings::find`] by its definition: every paragraph is read in full, and nothing is remembered.
    fn plain<'a>(
        pending: &[Paragraph<'a>],
        dated: Paragraph<'a>,
        bound: Option<usize>,
    ) -> (usize, Option<Headline<'a>>) {
        let own = headline::read(dated.text, "");
        let mut best = (pending.len(), own);
        let mut best_score = own.map_or(f32::MIN, |own| own.score).max(THRESHOLD) + SINGLE;
        let mut rest = dated.text.to_owned();
        for (more, paragraph) in pending.iter().rev().enumerate().take(LONGEST - 1) {
            let agreement = match bound {
                Some(bound) if bound == more + 1 => AGREED,
                Some(bound) if bound <= more => -DISAGREED,
                _ => 0.0,
            };
            let head = headline::read(paragraph.text, &rest);
            let least = if agreement > 0.0 { THRESHOLD } else { f32::MIN };
            let shape = head.map_or(least, |head| head.score.max(least));
            let score = shape + agreement - DISTANCE * more as f32;
            if score > best_score {
                (best, best_score) = ((pending.len() - 1 - more, head), score);
            }
            rest = format!("{}\n{rest}", paragraph.text);
            if rest.len() > FURTHEST {
                break;
            }
        }
        best
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_is_found(
            items in prop::collection::vec((prop::collection::vec(0..14_usize, 0..5), prop::option::of(0..4_usize)), 1..40),
        ) {
            let long = "很長的一段,".repeat(180);
            let texts = [
                "加密公司Genesis稱已清算一個頭寸:6月18日消息,加密公司Genesis稱已清算一個頭寸。",
                "加密公司Genesis稱已清算一個頭寸:據官方消息,已清算一個頭寸。",
                "聲音 | 加密公司:加密公司本質上沒有價值。",
                "聲音 | 沒有價值",
                "【三箭資本被清算】據鏈聞報道,三箭資本被清算。",
                "【三箭資本】",
                "他表示:“我們已經擺脫了風險。”",
                "Moro還補充說,我們將繼續前進。(The Block)",
                "頭寸:已清算一個頭寸:6月18日消息,已清算一個頭寸。",
                "12:30",
                "正文的一段。",
                "正文的一段:另一段",
                "",
                &long,
            ];
            let paragraph = |text: &usize| Paragraph { text: texts[*text], start: 0, end: 0 };
            let (mut some, mut none) = (Beginnings::new(), Beginnings::forgotten());
            for (text, bound) in &items {
                let mut pending: Vec<Paragraph<'_>> = text.iter().map(paragraph).collect();
                let dated = pending.pop().unwrap_or(paragraph(&0));
                let bound = bound.filter(|bound| *bound <= pending.len());
                let wanted = plain(&pending, dated, bound);
                for beginnings in [&mut some, &mut none] {
                    for _ in 0..2 {
                        prop_assert_eq!(beginnings.find(&pending, dated, bound), wanted);
                    }
                }
            }
        }
    }
}
