//! The paragraphs that all pages with a flash item show before it: no others can be part of the
//! item.

use std::collections::hash_map::Entry;

use foldhash::HashMap;

use crate::flash::headline::column;
use crate::folded_hash::folded_hash;

/// How many paragraphs before a dated one are compared.
pub(crate) const MAX_PRECEDING: usize = 6;

/// The paragraphs shared before each dated paragraph, by its hash.
#[derive(Debug, Default)]
pub(crate) struct SharedContexts(HashMap<u64, SharedContext>);

/// Hashes of the paragraphs before a dated one, nearest first, as far as all pages agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SharedContext {
    pub(crate) agreed: Box<[u32]>,
    /// Whether two pages differ after these paragraphs.
    pub(crate) differs: bool,
}

impl SharedContexts {
    /// Adds the hashes of the paragraphs above a dated one. `length` is how many there are; only as
    /// many are consumed as are compared.
    pub(crate) fn add(&mut self, dated: u64, length: usize, above: impl Iterator<Item = u32>) {
        match self.0.entry(dated) {
            Entry::Vacant(vacant) => {
                let agreed: Box<[u32]> = above.collect();
                let differs = agreed.len() < length;
                vacant.insert(SharedContext { agreed, differs });
            }
            Entry::Occupied(mut known) => known.get_mut().intersect(length, above, false),
        }
    }

    /// Adds the context of a dated paragraph, which must not be known.
    pub(crate) fn insert(&mut self, dated: u64, context: SharedContext) {
        self.0.insert(dated, context);
    }

    /// All contexts, ascending by the hash of the dated paragraph.
    pub(crate) fn sorted(&self) -> Vec<(&u64, &SharedContext)> {
        let mut contexts: Vec<_> = self.0.iter().collect();
        contexts.sort_unstable_by_key(|(dated, _)| **dated);
        contexts
    }

    /// The largest number of preceding paragraphs that can belong to an item, if pages differ;
    /// `dated` is the [hash](crate::flash::item_hash::item_hash) of its dated paragraph.
    pub(crate) fn max_extent<'a>(
        &self,
        dated: u64,
        above: impl Iterator<Item = &'a str>,
    ) -> Option<usize> {
        if self.0.is_empty() {
            return None;
        }
        let context = self.0.get(&dated).filter(|context| context.differs)?;
        let here = above.take(context.agreed.len()).map(paragraph_hash);
        Some(here.zip(&*context.agreed).take_while(|(here, there)| here == *there).count())
    }

    /// Adds the contexts of another thread.
    pub(crate) fn merge(&mut self, other: Self) {
        for (dated, context) in other.0 {
            match self.0.entry(dated) {
                Entry::Vacant(vacant) => {
                    vacant.insert(context);
                }
                Entry::Occupied(mut known) => {
                    let there = context.agreed.iter().copied();
                    known.get_mut().intersect(context.agreed.len(), there, context.differs);
                }
            }
        }
    }

    /// Drops the contexts that no two pages differ in: they prove nothing.
    pub(crate) fn finish(&mut self) {
        self.0.retain(|_, context| context.differs);
        self.0.shrink_to_fit();
    }
}

impl SharedContext {
    /// Keeps the common prefix with another list of `length` hashes. `other` is consumed only up to
    /// the first difference, because what precedes an item is usually another article.
    fn intersect(&mut self, length: usize, other: impl Iterator<Item = u32>, differs: bool) {
        let mine = self.agreed.iter();
        let common = mine.zip(other).take_while(|(mine, theirs)| **mine == *theirs).count();
        let longest = self.agreed.len().max(length);
        self.differs |= differs || common < longest;
        if common < self.agreed.len() {
            self.agreed = self.agreed[..common].into();
        }
    }
}

/// The hash by which paragraphs are compared.
pub(crate) fn paragraph_hash(text: &str) -> u32 {
    // Pages show the same item under different columns, so the column is left out.
    let text = &text[column(text).1..];
    // The upper 32 bits.
    (folded_hash([text]) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_page_differs_and_reading_stops_at_the_first_difference() {
        let mut context = SharedContext { agreed: [1, 2, 3].into(), differs: false };
        let mut asked = 0;
        context.intersect(3, [1, 9, 3].into_iter().inspect(|_| asked += 1), false);
        assert_eq!((asked, &context), (2, &SharedContext { agreed: [1].into(), differs: true }));
        let mut context = SharedContext { agreed: [1, 2].into(), differs: false };
        context.intersect(1, [1].into_iter(), false);
        assert_eq!(context, SharedContext { agreed: [1].into(), differs: true });
        let mut context = SharedContext { agreed: [1].into(), differs: false };
        context.intersect(2, [1, 2].into_iter(), false);
        assert_eq!(context, SharedContext { agreed: [1].into(), differs: true });
    }
}
