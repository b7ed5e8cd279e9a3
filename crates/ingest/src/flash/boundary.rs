//! Finds the boundary where a flash item begins: at the paragraph that looks most like a headline,
//! or at the highest paragraph on which all pages that show the item agree. The scores are
//! hand-tuned, and are added to those of [`headline`].

use std::ops::Range;

use xxhash_rust::xxh3::Xxh3;

use crate::direct_mapped_cache::DirectMappedCache;
use crate::flash::headline::{self, Headline};
use crate::flash::paragraph::Paragraph;

/// The maximum number of paragraphs in a flash item.
pub(crate) const MAX_PARAGRAPHS: usize = 12;
/// An item can begin without a headline at the dated paragraph itself, or at the highest paragraph
/// on which all pages agree. The score for the shape of such a paragraph (how much it looks like a
/// headline) is at least this.
const MIN_SHAPE_SCORE: f32 = -1.0;
/// Score added to an item of one paragraph: an item of more paragraphs needs evidence.
const ONE_PARAGRAPH_BONUS: f32 = 1.5;
/// Score subtracted for each paragraph between the first paragraph of the item and the dated one.
const PARAGRAPH_COST: f32 = 0.7;

/// Score added if the first paragraph of the item is the highest on which all pages that show the
/// item agree.
const AGREEMENT_BONUS: f32 = 4.0;
/// Score subtracted if pages differ at the first paragraph of the item or below it. This does not
/// rule the paragraph out, because a page may show an edited form of the item.
const DISAGREEMENT_COST: f32 = 6.0;
/// An item of two or more paragraphs with more than this many bytes is not extended upwards: longer
/// texts are articles.
const MAX_ITEM_BYTES: usize = 6000;

/// Slots of the cache, at 48 bytes each.
const SLOTS: usize = 1 << 15;

/// Finds item boundaries. The same item appears in many pages, so the result for the paragraphs on
/// which pages agree is cached by their text.
pub(crate) struct BoundaryFinder {
    cache: DirectMappedCache<CachedBoundary>,
}

/// A possible beginning of the item; while the boundaries are tried, the best one so far.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Boundary<'a> {
    /// How many paragraphs of the item precede the dated paragraph.
    above: usize,
    /// The headline found in the item's first paragraph.
    headline: Option<Headline<'a>>,
    score: f32,
}

/// A [`Boundary`] with offsets in place of borrowed text.
#[derive(Clone, Copy, Default)]
struct CachedBoundary {
    above: usize,
    headline: Option<HeadlineOffsets>,
    score: f32,
}

/// The parts of a headline as byte offsets in its paragraph.
#[derive(Clone, Copy)]
struct HeadlineOffsets {
    column: Option<(u32, u32)>,
    title: (u32, u32),
    /// Where the text after the title begins.
    text_start: u32,
    score: f32,
}

impl BoundaryFinder {
    pub(crate) fn new() -> Self {
        Self { cache: DirectMappedCache::new(SLOTS) }
    }

    /// A finder without a cache.
    pub(crate) fn uncached() -> Self {
        Self { cache: DirectMappedCache::new(0) }
    }

    /// Finds where the item begins that ends with the paragraph `dated`. `pending` has the
    /// paragraphs between the previous item and `dated`. Returns the index in `pending` of the
    /// item's first paragraph (`pending.len()` if `dated` is the whole item) and the item's
    /// headline. `max_extent` is how many paragraphs before `dated` are the same in all pages, or
    /// `None` if that is not known, see
    /// [`SharedContexts::max_extent`](crate::flash::contexts::SharedContexts::max_extent).
    pub(crate) fn find<'a>(
        &mut self,
        pending: &[Paragraph<'a>],
        dated: Paragraph<'a>,
        max_extent: Option<usize>,
    ) -> (usize, Option<Headline<'a>>) {
        let near = &pending[pending.len() - pending.len().min(MAX_PARAGRAPHS - 1)..];
        // The boundary among the paragraphs that are the same in all pages can be cached.
        let agreed = max_extent.unwrap_or(0).min(near.len());
        let mut best = self.best_agreed(&near[near.len() - agreed..], dated, max_extent);
        try_boundaries(&mut best, near, dated, max_extent, agreed..near.len());
        (pending.len() - best.above, best.headline)
    }

    /// The best boundary among the paragraphs on which pages agree.
    fn best_agreed<'a>(
        &mut self,
        near: &[Paragraph<'a>],
        dated: Paragraph<'a>,
        max_extent: Option<usize>,
    ) -> Boundary<'a> {
        // The first paragraph of the item if `above` paragraphs precede the dated one.
        let first_paragraph = |above: usize| match above {
            0 => dated,
            _ => near[near.len() - above],
        };
        let key = cache_key(near, dated, max_extent);
        if let Some(found) = self.cache.get(key) {
            return found.to_boundary(first_paragraph(found.above).text);
        }
        let headline = headline::best_headline(dated.text, "");
        let score = headline.map_or(f32::MIN, |headline| headline.score).max(MIN_SHAPE_SCORE)
            + ONE_PARAGRAPH_BONUS;
        let mut best = Boundary { above: 0, headline, score };
        try_boundaries(&mut best, near, dated, max_extent, 0..near.len());
        if let Some(found) = CachedBoundary::new(best, first_paragraph(best.above).text) {
            self.cache.insert(key, found);
        }
        best
    }
}

/// Tries some paragraphs of `near` as boundaries, and replaces `best` by a better one. `near` has
/// the paragraphs before the dated one. A paragraph is tried if the number of paragraphs between it
/// and the dated one (0 for the nearest) is in `range`.
fn try_boundaries<'a>(
    best: &mut Boundary<'a>,
    near: &[Paragraph<'a>],
    dated: Paragraph<'a>,
    max_extent: Option<usize>,
    range: Range<usize>,
) {
    let below = near.iter().rev().take(range.start).map(|p| p.text.len() + 1);
    let mut length = dated.text.len() + below.sum::<usize>();
    for between_count in range {
        if between_count > 0 && length > MAX_ITEM_BYTES {
            break;
        }
        let paragraph = near[near.len() - 1 - between_count];
        let agreement = match max_extent {
            Some(max_extent) if max_extent == between_count + 1 => AGREEMENT_BONUS,
            // Pages differ at this paragraph or below it, so the item hardly begins here.
            Some(max_extent) if max_extent <= between_count => -DISAGREEMENT_COST,
            _ => 0.0,
        };
        // The text of the item below this paragraph, one line a paragraph.
        let between =
            near[near.len() - between_count..].iter().flat_map(|p| p.text.chars().chain(['\n']));
        let following = between.chain(dated.text.chars());
        let distance = PARAGRAPH_COST * between_count as f32;
        // Text on which all pages agree is an item even if its first line does not look like one.
        let (min_score, min_shape) = if agreement > 0.0 {
            (f32::NEG_INFINITY, MIN_SHAPE_SCORE)
        } else {
            // The margin covers rounding: the sum is computed in another order.
            (best.score + distance - agreement - 0.01, f32::MIN)
        };
        let headline = headline::best_headline_above(paragraph.text, following, min_score);
        let shape_score = headline.map_or(min_shape, |headline| headline.score.max(min_shape));
        let score = shape_score + agreement - distance;
        if score > best.score {
            *best = Boundary { above: between_count + 1, headline, score };
        }
        length += paragraph.text.len() + 1;
    }
}

/// Hashes everything that [`BoundaryFinder::best_agreed`] depends on.
fn cache_key(near: &[Paragraph<'_>], dated: Paragraph<'_>, max_extent: Option<usize>) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&max_extent.map_or(0, |max_extent| max_extent as u64 + 1).to_le_bytes());
    for paragraph in near.iter().chain([&dated]) {
        // Hash the length too, so that adjacent texts cannot run into each other.
        hash.update(&(paragraph.text.len() as u64).to_le_bytes());
        hash.update(paragraph.text.as_bytes());
    }
    hash.digest()
}

impl CachedBoundary {
    /// Converts a boundary. `text` is the item's first paragraph. Returns `None` if offsets in it
    /// do not fit in `u32`.
    fn new(best: Boundary<'_>, text: &str) -> Option<Self> {
        u32::try_from(text.len()).ok()?;
        // `part` is a slice of `text`, so the subtraction cannot underflow.
        let offsets_of = |part: &str| {
            let at = part.as_ptr() as usize - text.as_ptr() as usize;
            (at as u32, (at + part.len()) as u32)
        };
        let headline = best.headline.map(|headline| HeadlineOffsets {
            column: headline.column.map(offsets_of),
            title: offsets_of(headline.title),
            text_start: headline.text_start as u32,
            score: headline.score,
        });
        Some(Self { above: best.above, headline, score: best.score })
    }

    /// The inverse of [`new`](Self::new).
    fn to_boundary<'a>(self, text: &'a str) -> Boundary<'a> {
        let part = |(start, end): (u32, u32)| &text[start as usize..end as usize];
        let headline = self.headline.map(|headline| Headline {
            column: headline.column.map(part),
            title: part(headline.title),
            text_start: headline.text_start as usize,
            score: headline.score,
        });
        Boundary { above: self.above, headline, score: self.score }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// [`BoundaryFinder::find`] by definition: scores every paragraph in full, without a cache.
    fn find_without_shortcuts<'a>(
        pending: &[Paragraph<'a>],
        dated: Paragraph<'a>,
        max_extent: Option<usize>,
    ) -> (usize, Option<Headline<'a>>) {
        let headline = headline::best_headline(dated.text, "");
        let mut best = (pending.len(), headline);
        let mut best_score =
            headline.map_or(f32::MIN, |headline| headline.score).max(MIN_SHAPE_SCORE)
                + ONE_PARAGRAPH_BONUS;
        let mut following = dated.text.to_owned();
        for (between_count, paragraph) in pending.iter().rev().enumerate().take(MAX_PARAGRAPHS - 1)
        {
            let agreement = match max_extent {
                Some(max_extent) if max_extent == between_count + 1 => AGREEMENT_BONUS,
                Some(max_extent) if max_extent <= between_count => -DISAGREEMENT_COST,
                _ => 0.0,
            };
            let headline = headline::best_headline(paragraph.text, &following);
            let min_shape = if agreement > 0.0 { MIN_SHAPE_SCORE } else { f32::MIN };
            let shape_score = headline.map_or(min_shape, |headline| headline.score.max(min_shape));
            let score = shape_score + agreement - PARAGRAPH_COST * between_count as f32;
            if score > best_score {
                (best, best_score) = ((pending.len() - 1 - between_count, headline), score);
            }
            following = format!("{}\n{following}", paragraph.text);
            if following.len() > MAX_ITEM_BYTES {
                break;
            }
        }
        best
    }

    proptest! {
        #[test]
        fn find_equals_its_definition_with_and_without_a_cache(
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
            let paragraph = |number: &usize| Paragraph { text: texts[*number], start: 0, end: 0 };
            let (mut cached, mut uncached) = (BoundaryFinder::new(), BoundaryFinder::uncached());
            for (numbers, max_extent) in &items {
                let mut pending: Vec<Paragraph<'_>> = numbers.iter().map(paragraph).collect();
                let dated = pending.pop().unwrap_or(paragraph(&0));
                let max_extent = max_extent.filter(|max_extent| *max_extent <= pending.len());
                let wanted = find_without_shortcuts(&pending, dated, max_extent);
                for finder in [&mut cached, &mut uncached] {
                    // The second result of `cached` comes from its cache.
                    for _ in 0..2 {
                        prop_assert_eq!(finder.find(&pending, dated, max_extent), wanted);
                    }
                }
            }
        }
    }
}
