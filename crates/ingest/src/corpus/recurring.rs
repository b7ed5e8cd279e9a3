//! Lines that recur over the pages of a site, and which of them are boilerplate in a page.
//!
//! Articles repeat lines, too: headings, quotes, datelines, whole copies. So a line is removed only
//! if most pages of its site have it, where boilerplate stands (at the edges of the page, or among
//! other lines that recur), and if it is no sentence, unless it speaks of the site or stands among
//! several lines that do not. A page keeps everything if no sentence would remain.

use foldhash::{HashMap, HashSet};

use crate::corpus::line_hash::{LineHash, line_hash};
use crate::corpus::line_kind::LineKind;

/// Fewer pages of a site prove nothing.
pub(crate) const MIN_PAGES: usize = 8;
/// A line recurs if at least this many pages have it.
const MIN_COUNT: u32 = 6;
/// And if at least one page in so many has it: 1 in 2 on its own account, 1 in 8 among others.
const COMMON: u32 = 2;
const OCCASIONAL: u32 = 8;
/// So many common lines in a row are a menu or a footer, wherever they stand.
const MIN_BLOCK: usize = 3;
/// A single line in the middle of a page must be in 4 of 5 pages, of at least 10.
const ALONE: (u32, u32) = (4, 5);
const ALONE_PAGES: u32 = 10;

/// The lines that recur over the pages of a site.
#[derive(Debug)]
pub(crate) struct RecurringLines {
    pages: u32,
    /// In how many pages each line stands, unless in few.
    counts: HashMap<LineHash, u32>,
}

/// A line of a page that recurs.
#[derive(Clone, Copy)]
struct Recurring {
    hash: LineHash,
    count: u32,
    /// Whether at least half of the pages have it.
    common: bool,
    kind: LineKind,
}

impl RecurringLines {
    /// Those of a site, given in how many of its `pages` each line stands; `None` if no line is in
    /// half of them.
    pub(crate) fn new(pages: usize, mut counts: HashMap<LineHash, u32>) -> Option<Self> {
        let pages = pages as u32;
        counts.retain(|_, count| *count >= MIN_COUNT && *count * OCCASIONAL >= pages);
        counts.shrink_to_fit();
        let any_common = counts.values().any(|count| *count * COMMON >= pages);
        any_common.then_some(Self { pages, counts })
    }

    /// Removes boilerplate from the body of a page; returns how many lines.
    pub(crate) fn remove_from(&self, body: &mut Vec<&str>) -> usize {
        let lines: Vec<Option<Recurring>> = body.iter().map(|line| self.recurring(line)).collect();
        let mut remove = vec![false; lines.len()];
        let (mut from, mut alone) = (0, Vec::new());
        while from < lines.len() {
            let length = lines[from..].iter().take_while(|line| line.is_some()).count();
            let run: Vec<Recurring> =
                lines[from..from + length].iter().flatten().copied().collect();
            let (top, bottom) = (from == 0, from + length == lines.len());
            if top || bottom || is_block(&run) {
                select_boilerplate(&run, (top, bottom), &mut remove[from..from + length]);
            } else {
                alone.extend(from..from + length);
            }
            from += length + 1;
        }
        let removed_lines = lines.iter().zip(&remove).filter(|(_, removed)| **removed);
        let in_blocks: HashSet<LineHash> =
            removed_lines.flat_map(|(line, _)| *line).map(|line| line.hash).collect();
        for at in alone {
            // A heading of the article may be the name of a menu item.
            remove[at] = lines[at].is_some_and(|line| {
                self.is_boilerplate_alone(line) && !in_blocks.contains(&line.hash)
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

    fn recurring(&self, line: &str) -> Option<Recurring> {
        let hash = line_hash(line)?;
        let count = *self.counts.get(&hash)?;
        let common = count * COMMON >= self.pages;
        Some(Recurring { hash, count, common, kind: LineKind::of(line) })
    }

    /// Whether a line is boilerplate that stands by itself in the middle of a page.
    fn is_boilerplate_alone(&self, line: Recurring) -> bool {
        let (part, whole) = ALONE;
        line.kind != LineKind::Sentence
            && self.pages >= ALONE_PAGES
            && line.count * whole >= self.pages * part
    }
}

/// Whether an unbroken run of recurring lines is a menu or a footer, wherever it stands.
fn is_block(run: &[Recurring]) -> bool {
    run.iter().filter(|line| line.common).count() >= MIN_BLOCK
}

/// Sets `remove` for the boilerplate in a run of recurring lines that is a block, or stands at an
/// `edge` of the page, top or bottom.
fn select_boilerplate(run: &[Recurring], edge: (bool, bool), remove: &mut [bool]) {
    let is_block = is_block(run);
    let labels = run.iter().filter(|line| line.common && line.kind != LineKind::Sentence).count();
    for (line, remove) in run.iter().zip(&mut *remove) {
        *remove = match line.kind {
            LineKind::Label | LineKind::Notice => line.common || is_block,
            LineKind::Sentence => line.common && is_block && labels >= MIN_BLOCK - 1,
        };
    }
    // The lines of a menu recur equally often. An occasional line next to the article that does not
    // is rather the article's first heading.
    let recurs_differently =
        |line: &Recurring, other: &Recurring| !line.common && line.count != other.count;
    if let [.., before, last] = run
        && !edge.1
        && recurs_differently(last, before)
    {
        remove[run.len() - 1] = false;
    }
    if let [first, after, ..] = run
        && !edge.0
        && recurs_differently(first, after)
    {
        remove[0] = false;
    }
}
