//! What an archive says about itself: collected from all pages first, used to read each of them.
//!
//! Everything here is a count, a hash or a short string: about 80 bytes for each distinct flash item
//! and each distinct tag. Merging is commutative, so the evidence does not depend on threads.

use foldhash::HashMap;

use crate::fold;
use crate::headline::column;
use crate::page::{Markup, survey};
use crate::tags::Vocabulary;

/// How many paragraphs above a dated one are remembered.
const REMEMBERED: usize = 6;

/// The evidence of an archive.
#[derive(Debug, Default)]
pub struct Evidence {
    /// By the hash of an item's dated paragraph.
    chains: HashMap<u64, Chain>,
    /// Tags, keywords and the shapes of keywords.
    pub(crate) tags: Vocabulary,
    /// Ids of the flash items of JSONL dumps, by content: a page's item that is one of them takes its id.
    pub(crate) dumped: HashMap<u64, String>,
    /// Whether any dump has flash items, with or without ids.
    pub(crate) items_in_dumps: bool,
}

/// The paragraphs above a dated one, nearest first, as far as all pages with it agree.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Chain {
    agreed: Box<[u32]>,
    /// Two pages went on differently.
    broken: bool,
}

impl Evidence {
    /// The evidence of some pages, each a text with its markup.
    #[must_use]
    pub fn of_pages<'a>(pages: impl IntoIterator<Item = (&'a str, Markup)>) -> Self {
        let mut evidence = Self::default();
        for (text, markup) in pages {
            survey(text, markup, &mut evidence);
        }
        evidence.finish();
        evidence
    }

    /// Notes that `dated` stands below the paragraphs `above`, nearest first.
    pub(crate) fn see_item<'a>(&mut self, dated: &str, above: impl Iterator<Item = &'a str>) {
        let above: Vec<&str> = above.take(REMEMBERED).collect();
        match self.chains.entry(item_hash(dated)) {
            std::collections::hash_map::Entry::Vacant(vacant) => {
                let agreed = above.into_iter().map(short_hash).collect();
                vacant.insert(Chain { agreed, broken: false });
            }
            std::collections::hash_map::Entry::Occupied(mut known) => {
                known.get_mut().meet(above.len(), above.into_iter().map(short_hash), false);
            }
        }
    }

    /// How many paragraphs above a dated one can belong to its item at most, where pages differ; by the
    /// [hash](item_hash) of the dated one.
    pub(crate) fn bound<'a>(
        &self,
        dated: u64,
        above: impl Iterator<Item = &'a str>,
    ) -> Option<usize> {
        if self.chains.is_empty() {
            return None;
        }
        let chain = self.chains.get(&dated).filter(|chain| chain.broken)?;
        let here = above.take(chain.agreed.len()).map(short_hash);
        Some(here.zip(&*chain.agreed).take_while(|(here, there)| here == *there).count())
    }

    /// Notes the id that a dump gives an item.
    pub(crate) fn name_item(&mut self, content: u64, id: String) {
        // Of several dumps' ids the least: an order that threads cannot change.
        let known = self.dumped.entry(content).or_insert_with(|| id.clone());
        if id < *known {
            *known = id;
        }
    }

    /// Adds what another thread saw.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, chain) in other.chains {
            match self.chains.entry(key) {
                std::collections::hash_map::Entry::Vacant(vacant) => {
                    vacant.insert(chain);
                }
                std::collections::hash_map::Entry::Occupied(mut known) => {
                    let there = chain.agreed.iter().copied();
                    known.get_mut().meet(chain.agreed.len(), there, chain.broken);
                }
            }
        }
        self.tags.merge(other.tags);
        self.items_in_dumps |= other.items_in_dumps;
        for (key, id) in other.dumped {
            self.name_item(key, id);
        }
    }

    /// Drops what only one page said, and learns the shapes of keywords. Call once, after the survey.
    pub(crate) fn finish(&mut self) {
        self.chains.retain(|_, chain| chain.broken);
        self.chains.shrink_to_fit();
        self.tags.learn();
    }
}

impl Chain {
    /// Agrees with another chain of so many paragraphs. Its hashes are asked for only up to the first that
    /// differs: most items are met again, and what stands above is mostly another article.
    fn meet(&mut self, length: usize, other: impl Iterator<Item = u32>, broken: bool) {
        let mine = self.agreed.iter();
        let common = mine.zip(other).take_while(|(mine, theirs)| **mine == *theirs).count();
        let longest = self.agreed.len().max(length);
        self.broken |= broken || common < longest;
        if common < self.agreed.len() {
            self.agreed = self.agreed[..common].into();
        }
    }
}

/// What an item is known by: its dated paragraph without column.
pub(crate) fn item_hash(dated: &str) -> u64 {
    fold::hash([&dated[column(dated).1..]])
}

fn short_hash(text: &str) -> u32 {
    // Pages file the same item under different columns, so the column is no part of it.
    let text = &text[column(text).1..];
    // The upper half of the 64 bits.
    (fold::hash([text]) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_item_ends_where_pages_differ() {
        let mut evidence = Evidence::default();
        evidence.see_item("末段", ["首段", "甲頁的前文"].into_iter());
        assert_eq!(
            evidence.bound(item_hash("末段"), ["首段"].into_iter()),
            None,
            "one page proves nothing"
        );
        let mut other = Evidence::default();
        other.see_item("末段", ["首段", "乙頁的前文"].into_iter());
        evidence.merge(other);
        evidence.finish();
        assert_eq!(evidence.bound(item_hash("末段"), ["首段", "丙頁的前文"].into_iter()), Some(1));
        assert_eq!(evidence.bound(item_hash("末段"), ["別的"].into_iter()), Some(0));
    }

    #[test]
    fn the_same_article_twice_proves_nothing() {
        let mut evidence = Evidence::default();
        for _ in 0..2 {
            evidence.see_item("末段", ["首段", "前文"].into_iter());
        }
        evidence.finish();
        assert_eq!(evidence.bound(item_hash("末段"), ["首段", "前文"].into_iter()), None);
    }

    #[test]
    fn a_page_that_holds_less_differs_and_one_that_differs_is_not_read_on() {
        let mut chain = Chain { agreed: [1, 2, 3].into(), broken: false };
        let mut asked = 0;
        chain.meet(3, [1, 9, 3].into_iter().inspect(|_| asked += 1), false);
        assert_eq!((asked, &chain), (2, &Chain { agreed: [1].into(), broken: true }));
        let mut chain = Chain { agreed: [1, 2].into(), broken: false };
        chain.meet(1, [1].into_iter(), false);
        assert_eq!(chain, Chain { agreed: [1].into(), broken: true });
        let mut chain = Chain { agreed: [1].into(), broken: false };
        chain.meet(2, [1, 2].into_iter(), false);
        assert_eq!(chain, Chain { agreed: [1].into(), broken: true });
    }
}
