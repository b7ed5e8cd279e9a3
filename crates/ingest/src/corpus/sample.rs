//! A sample of each site's pages, from which recurring lines are counted.
//!
//! The sample of a site keeps the pages with the smallest signatures, and only the sites with the
//! smallest keys have samples. What is kept therefore depends only on the set of pages, not
//! on their order or on the number of threads, and takes a bounded amount of memory.

use std::collections::BTreeMap;

use foldhash::HashMap;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::corpus::line_hash::{LineHash, MAX_LINE_BYTES, line_hash};
use crate::corpus::recurring::{MIN_PAGES, RecurringLines};

/// Maximum number of pages in the sample of a site.
const MAX_PAGES: usize = 64;
/// Maximum number of sites. With [`MAX_PAGES`] and [`MAX_LINES`], all samples take at most 270 MB,
/// typically a tenth of that.
const MAX_SITES: usize = 4096;
/// Maximum number of lines that are hashed at the top of a page, and the same at its bottom. A hash
/// takes 4 bytes.
const MAX_LINES: usize = 128;

/// The hashes of the short lines at the top and at the bottom of a page, sorted and without
/// repetitions.
pub(crate) type PageLines = Box<[LineHash]>;

/// The samples of all sites: by the key of the site, then by the signature of the page.
#[derive(Debug, Default)]
pub(crate) struct SiteSamples(BTreeMap<u64, BTreeMap<u64, PageLines>>);

impl SiteSamples {
    /// Adds a page, given the lines of its body, if it belongs to the sample. Returns the signature
    /// of the page and the hashes of its lines, or `None` if the page does not belong.
    pub(crate) fn add<'a>(
        &mut self,
        site: u64,
        lines: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<(u64, &[LineHash])> {
        if self.0.len() >= MAX_SITES
            && self.0.last_key_value().is_some_and(|(last, _)| *last < site)
        {
            return None;
        }
        let signature = signature(lines.clone());
        let pages = self.0.entry(site).or_default();
        if pages.len() >= MAX_PAGES
            && pages.last_key_value().is_some_and(|(last, _)| *last < signature)
        {
            return None;
        }
        self.add_hashed_page(site, signature, page_lines(lines));
        let lines = self.0.get(&site)?.get(&signature)?;
        Some((signature, lines))
    }

    /// Adds a page, given its signature and the hashes of its lines.
    pub(crate) fn add_hashed_page(&mut self, site: u64, signature: u64, lines: PageLines) {
        add_page(self.0.entry(site).or_default(), signature, lines);
        self.drop_surplus_sites();
    }

    /// Adds the samples of another thread or machine.
    pub(crate) fn merge(&mut self, other: Self) {
        for (site, other_pages) in other.0 {
            let pages = self.0.entry(site).or_default();
            for (signature, lines) in other_pages {
                add_page(pages, signature, lines);
            }
        }
        self.drop_surplus_sites();
    }

    /// All pages as (site, signature, lines), sorted by site and signature.
    pub(super) fn pages(&self) -> impl Iterator<Item = (u64, u64, &[LineHash])> {
        self.0.iter().flat_map(|(site, pages)| {
            pages.iter().map(|(signature, lines)| (*site, *signature, &**lines))
        })
    }

    /// Drops the sites with the greatest keys until [`MAX_SITES`] remain.
    fn drop_surplus_sites(&mut self) {
        while self.0.len() > MAX_SITES {
            self.0.pop_last();
        }
    }

    /// The recurring lines of each site that has any.
    pub(crate) fn recurring_lines(self) -> HashMap<u64, RecurringLines> {
        let sites = self.0.into_iter().filter(|(_, pages)| pages.len() >= MIN_PAGES);
        sites
            .filter_map(|(site, pages)| {
                let mut counts: HashMap<LineHash, u32> = HashMap::default();
                for line in pages.values().flatten() {
                    *counts.entry(*line).or_default() += 1;
                }
                Some((site, RecurringLines::new(pages.len(), counts)?))
            })
            .collect()
    }
}

/// Adds a page to a site. Pages with the same signature are copies of one article and count once.
fn add_page(pages: &mut BTreeMap<u64, PageLines>, signature: u64, lines: PageLines) {
    match pages.entry(signature) {
        std::collections::btree_map::Entry::Vacant(vacant) => {
            vacant.insert(lines);
        }
        // Keep the smaller list of the two copies, so that the order of pages does not matter.
        std::collections::btree_map::Entry::Occupied(mut known) => {
            if lines < *known.get() {
                known.insert(lines);
            }
        }
    }
    if pages.len() > MAX_PAGES {
        pages.pop_last();
    }
}

/// Hashes the three longest lines of a page. Pages with copies of one article usually have the same
/// three longest lines, whatever surrounds the article on each page.
fn signature<'a>(lines: impl Iterator<Item = &'a str>) -> u64 {
    let mut longest = [""; 3];
    for line in lines {
        let key = |line: &'a str| (line.len(), line);
        if line.len() >= longest[2].len() && key(line) > key(longest[2]) && !longest.contains(&line)
        {
            longest[2] = line;
            longest.sort_unstable_by_key(|line| std::cmp::Reverse(key(line)));
        }
    }
    longest.iter().fold(0, |hash, line| xxh3_64_with_seed(line.as_bytes(), hash))
}

/// Hashes the short lines at the top and at the bottom of a page.
fn page_lines<'a>(lines: impl Iterator<Item = &'a str> + Clone) -> PageLines {
    let short = || lines.clone().filter(|line| line.len() <= MAX_LINE_BYTES);
    let count = short().count();
    let edges = short().enumerate().filter(|(at, _)| *at < MAX_LINES || at + MAX_LINES >= count);
    let mut hashes: Vec<LineHash> = edges.filter_map(|(_, line)| line_hash(line)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn samples(pages: &[(u64, Vec<String>)]) -> SiteSamples {
        let mut samples = SiteSamples::default();
        for (site, lines) in pages {
            samples.add(*site, lines.iter().map(String::as_str));
        }
        samples
    }

    proptest! {
        #[test]
        fn samples_do_not_depend_on_the_order_of_pages_or_merges(
            pages in prop::collection::vec((0..3_u64, prop::collection::vec("[甲乙丙]{1,4}", 0..5)), 0..200)
                .prop_flat_map(|pages| (Just(pages.clone()), Just(pages).prop_shuffle())),
            cut in any::<prop::sample::Index>(),
        ) {
            let (pages, shuffled) = pages;
            let whole = samples(&pages);
            let (left, right) = shuffled.split_at(cut.index(shuffled.len() + 1));
            let mut merged = samples(right);
            merged.merge(samples(left));
            prop_assert_eq!(&whole.0, &merged.0);
            prop_assert!(whole.0.values().all(|pages| pages.len() <= MAX_PAGES));
        }
    }

    #[test]
    fn sites_and_lines_beyond_the_maximum_are_dropped() {
        let mut samples = SiteSamples::default();
        let lines: Vec<String> = (0..2000).map(|number| format!("行{number}")).collect();
        for site in 0..3 * MAX_SITES as u64 {
            // The factor makes keys that do not ascend.
            samples.add(
                site.wrapping_mul(0x9e37_79b9_7f4a_7c15),
                lines[..2].iter().map(String::as_str),
            );
        }
        assert_eq!(samples.0.len(), MAX_SITES);
        let mut samples = SiteSamples::default();
        samples.add(0, lines.iter().map(String::as_str));
        assert_eq!(samples.0[&0].values().next().unwrap().len(), 2 * MAX_LINES);
    }

    #[test]
    fn copies_of_an_article_count_once() {
        let article = "這是一篇很長的文章,它在許多頁裡都一樣。";
        let lines = |top: &'static str| {
            [top, article, "第二段也很長,也一樣。", "第三段也是一樣的。"].into_iter()
        };
        let mut samples = SiteSamples::default();
        for top in ["甲", "乙", "丙"] {
            samples.add(7, lines(top));
        }
        assert_eq!(samples.0[&7].len(), 1);
    }
}
