//! Compares the paragraphs that pages show before the dated paragraph of a flash item, which is its
//! last one. An item hardly ever begins above the paragraphs on which all pages agree.

use std::collections::hash_map::Entry;

use foldhash::HashMap;

use crate::flash::headline::without_column;
use crate::text::folded_hash::folded_hash;

/// The maximum number of paragraphs before a dated one that are compared.
pub(crate) const MAX_PRECEDING: usize = 6;

/// The shared context of each dated paragraph, by the
/// [hash](crate::flash::item_hash::item_hash) of that paragraph.
#[derive(Debug, Default)]
pub(crate) struct SharedContexts(HashMap<u64, SharedContext>);

/// The paragraphs before a dated one, as far as all pages with the dated one agree on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SharedContext {
    /// The hashes of these paragraphs, nearest to the dated one first.
    pub(crate) agreed: Box<[u32]>,
    /// Whether two pages differ in the next paragraph before these.
    pub(crate) differs: bool,
}

impl SharedContexts {
    /// Adds the paragraphs that a page shows before a dated paragraph: `length` is their number,
    /// and `above` has their hashes, nearest first. If the dated paragraph has a context already,
    /// `above` is consumed only up to and including the first hash that differs from the context.
    /// The survey stores the consumed hashes, and adds them again when its outcome is read. If
    /// these are fewer than `length`, another page differs at the last of them or right after it.
    pub(crate) fn add(&mut self, dated: u64, length: usize, above: impl Iterator<Item = u32>) {
        match self.0.entry(dated) {
            Entry::Vacant(vacant) => {
                let agreed: Box<[u32]> = above.collect();
                // If fewer hashes were stored, an earlier `add` stopped because pages differ.
                let differs = agreed.len() < length;
                vacant.insert(SharedContext { agreed, differs });
            }
            Entry::Occupied(mut known) => {
                // One page alone does not show where pages differ.
                let differs = false;
                known.get_mut().intersect(length, above, differs);
            }
        }
    }

    /// Adds the context of a dated paragraph that has none yet.
    pub(crate) fn insert(&mut self, dated: u64, context: SharedContext) {
        self.0.insert(dated, context);
    }

    /// All contexts, sorted by the hash of the dated paragraph.
    pub(crate) fn sorted(&self) -> Vec<(&u64, &SharedContext)> {
        let mut contexts: Vec<_> = self.0.iter().collect();
        contexts.sort_unstable_by_key(|(dated, _)| **dated);
        contexts
    }

    /// The number of paragraphs before the dated one that are the same on all pages; the item
    /// hardly ever extends beyond them. `None` if no two pages differ there, so that nothing is
    /// known. `dated` is the [hash](crate::flash::item_hash::item_hash) of the dated paragraph, and
    /// `above` has the paragraphs before it on this page, nearest first.
    pub(crate) fn max_extent<'a>(
        &self,
        dated: u64,
        above: impl Iterator<Item = &'a str>,
    ) -> Option<usize> {
        if self.0.is_empty() {
            return None;
        }
        let context = self.0.get(&dated).filter(|context| context.differs)?;
        let on_page = above.take(context.agreed.len()).map(paragraph_hash);
        Some(on_page.zip(&*context.agreed).take_while(|(hash, agreed)| hash == *agreed).count())
    }

    /// Adds the contexts of another thread or machine.
    pub(crate) fn merge(&mut self, other: Self) {
        for (dated, context) in other.0 {
            match self.0.entry(dated) {
                Entry::Vacant(vacant) => {
                    vacant.insert(context);
                }
                Entry::Occupied(mut known) => {
                    let agreed = context.agreed.iter().copied();
                    known.get_mut().intersect(context.agreed.len(), agreed, context.differs);
                }
            }
        }
    }

    /// Drops the contexts in which no two pages differ, because they tell nothing about where an
    /// item begins.
    pub(crate) fn finish(&mut self) {
        self.0.retain(|_, context| context.differs);
        self.0.shrink_to_fit();
    }
}

impl SharedContext {
    /// Cuts the context to its common prefix with `other`, which has `length` hashes. `differs`
    /// says whether pages are known to differ after the last hash of `other`. Consumes `other` only
    /// up to the first difference: the paragraphs before an item usually belong to another article,
    /// so most are not needed.
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
    let text = without_column(text);
    // Half of the hash suffices, and takes half of the memory.
    (folded_hash([text]) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intersecting_stops_at_the_first_difference_and_a_shorter_page_differs() {
        // Pages are not known to differ after the last hash of the other page.
        let differs = false;
        let mut context = SharedContext { agreed: [1, 2, 3].into(), differs: false };
        let mut consumed = 0;
        context.intersect(3, [1, 9, 3].into_iter().inspect(|_| consumed += 1), differs);
        assert_eq!((consumed, &context), (2, &SharedContext { agreed: [1].into(), differs: true }));
        let mut context = SharedContext { agreed: [1, 2].into(), differs: false };
        context.intersect(1, [1].into_iter(), differs);
        assert_eq!(context, SharedContext { agreed: [1].into(), differs: true });
        let mut context = SharedContext { agreed: [1].into(), differs: false };
        context.intersect(2, [1, 2].into_iter(), differs);
        assert_eq!(context, SharedContext { agreed: [1].into(), differs: true });
    }
}
