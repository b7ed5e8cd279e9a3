//! Lines that recur over the pages of a site, and which of them are boilerplate in a page.
//!
//! Articles repeat lines, too: headings, quotes, datelines, whole copies. So it depends on the
//! position of a recurring line whether it is removed:
//!
//! - At the top and at the bottom of a page: labels and notices ([`LineKind`]) that are common,
//!   which means that at least half of the site's pages have them.
//! - In a block, which is an unbroken run of recurring lines of which at least three are common:
//!   all labels and notices. If at least two labels or notices of the block are common, also its
//!   common sentences.
//! - Elsewhere: labels and notices that nearly all pages have, unless the page has the same line
//!   where it was removed by one of the rules above.
//!
//! A line at either end of a run stays if it borders on other text, is not common, and recurs more
//! or less often than the next line of the run: it is rather a heading of the article. A page keeps
//! all its lines if no sentence would remain.

use foldhash::{HashMap, HashSet};

use crate::corpus::line_hash::{LineHash, line_hash};
use crate::corpus::line_kind::LineKind;

/// Minimum number of pages in the sample of a site: fewer do not show which lines recur.
pub(crate) const MIN_PAGES: usize = 8;
/// A line recurs only if at least this many pages of the sample have it.
const MIN_COUNT: u32 = 6;
/// In addition, a line recurs only if at least 1 page out of this many has it.
const RECURRING_ONE_IN: u32 = 8;
/// A recurring line is common if at least 1 page out of this many has it.
const COMMON_ONE_IN: u32 = 2;
/// Minimum number of common lines in a block. A run with so many is a menu or a footer, wherever it
/// stands.
const MIN_BLOCK: usize = 3;
/// Minimum number of common labels and notices in a block whose common sentences are removed, too.
const MIN_LABELS: usize = 2;
/// A recurring line that is neither in a block nor at an edge of the page is removed if at least
/// this proportion of pages has it: 4 of 5.
const ALONE_PROPORTION: (u32, u32) = (4, 5);
/// Such a line is removed only if the sample of the site has at least this many pages.
const MIN_PAGES_FOR_ALONE: u32 = 10;

/// The lines that recur over the pages of a site.
#[derive(Debug)]
pub(crate) struct RecurringLines {
    /// The number of pages in the sample of the site.
    pages: u32,
    /// In how many pages each recurring line stands.
    counts: HashMap<LineHash, u32>,
}

/// A line of a page that recurs.
#[derive(Clone, Copy)]
struct Recurring {
    hash: LineHash,
    count: u32,
    /// Whether at least half of the pages in the sample have the line.
    common: bool,
    kind: LineKind,
}

impl RecurringLines {
    /// The recurring lines of a site. `pages` is the number of pages in its sample, and `counts`
    /// has in how many of them each line stands. `None` if no line is common.
    pub(crate) fn new(pages: usize, mut counts: HashMap<LineHash, u32>) -> Option<Self> {
        let pages = pages as u32;
        counts.retain(|_, count| *count >= MIN_COUNT && *count * RECURRING_ONE_IN >= pages);
        counts.shrink_to_fit();
        let any_common = counts.values().any(|count| *count * COMMON_ONE_IN >= pages);
        any_common.then_some(Self { pages, counts })
    }

    /// Removes boilerplate from the lines of a page's body. Returns how many lines were removed.
    pub(crate) fn remove_from(&self, body: &mut Vec<&str>) -> usize {
        let lines: Vec<Option<Recurring>> = body.iter().map(|line| self.recurring(line)).collect();
        let mut remove = vec![false; lines.len()];
        // `alone` has the indices of the recurring lines that are neither in a block nor at an edge
        // of the page.
        let (mut from, mut alone) = (0, Vec::new());
        while from < lines.len() {
            let length = lines[from..].iter().take_while(|line| line.is_some()).count();
            let run: Vec<Recurring> =
                lines[from..from + length].iter().flatten().copied().collect();
            let (at_top, at_bottom) = (from == 0, from + length == lines.len());
            if at_top || at_bottom || is_block(&run) {
                select_boilerplate(&run, (at_top, at_bottom), &mut remove[from..from + length]);
            } else {
                alone.extend(from..from + length);
            }
            from += length + 1;
        }
        let removed_lines = lines.iter().zip(&remove).filter(|(_, removed)| **removed);
        let removed_in_runs: HashSet<LineHash> =
            removed_lines.flat_map(|(line, _)| *line).map(|line| line.hash).collect();
        for at in alone {
            // A line that was also removed from a block, or at an edge of the page, may be a
            // heading here with the name of a menu item.
            remove[at] = lines[at].is_some_and(|line| {
                self.is_boilerplate_alone(line) && !removed_in_runs.contains(&line.hash)
            });
        }
        let removed = remove.iter().filter(|remove| **remove).count();
        let mut kept = body.iter().zip(&remove).filter(|(_, remove)| !**remove);
        if removed == 0 || !kept.any(|(line, _)| LineKind::of(line) == LineKind::Sentence) {
            return 0;
        }
        let mut remove = remove.into_iter();
        body.retain(|_| !remove.next().unwrap_or_default());
        removed
    }

    /// What is known of a line; `None` if it does not recur.
    fn recurring(&self, line: &str) -> Option<Recurring> {
        let hash = line_hash(line)?;
        let count = *self.counts.get(&hash)?;
        let common = count * COMMON_ONE_IN >= self.pages;
        Some(Recurring { hash, count, common, kind: LineKind::of(line) })
    }

    /// Whether a recurring line is boilerplate although it is neither in a block nor at an edge of
    /// the page.
    fn is_boilerplate_alone(&self, line: Recurring) -> bool {
        let (part, whole) = ALONE_PROPORTION;
        line.kind != LineKind::Sentence
            && self.pages >= MIN_PAGES_FOR_ALONE
            && line.count * whole >= self.pages * part
    }
}

/// Whether an unbroken run of recurring lines is a menu or a footer, wherever it stands.
fn is_block(run: &[Recurring]) -> bool {
    run.iter().filter(|line| line.common).count() >= MIN_BLOCK
}

/// Sets `remove` for the boilerplate in a run of recurring lines. The run is a block, or is at the
/// top or at the bottom of the page.
fn select_boilerplate(run: &[Recurring], (at_top, at_bottom): (bool, bool), remove: &mut [bool]) {
    let is_block = is_block(run);
    let labels = run.iter().filter(|line| line.common && line.kind != LineKind::Sentence).count();
    for (line, remove) in run.iter().zip(&mut *remove) {
        *remove = match line.kind {
            LineKind::Label | LineKind::Notice => line.common || is_block,
            LineKind::Sentence => line.common && is_block && labels >= MIN_LABELS,
        };
    }
    // The lines of a menu recur equally often. If the line next to the article is not common and
    // recurs more or less often than its neighbour, it is rather a heading of the article.
    let recurs_differently =
        |line: &Recurring, other: &Recurring| !line.common && line.count != other.count;
    if let [.., before, last] = run
        && !at_bottom
        && recurs_differently(last, before)
    {
        remove[run.len() - 1] = false;
    }
    if let [first, after, ..] = run
        && !at_top
        && recurs_differently(first, after)
    {
        remove[0] = false;
    }
}
