//! Lines that recur over the pages of a site, and which of them are boilerplate in a page.
//!
//! Articles repeat lines, too: headings, quotes, datelines, whole copies. So a line is removed only
//! if most pages of its site have it, where boilerplate stands (at the edges of the page, or among
//! other lines that recur), and if it is no sentence, unless it speaks of the site or stands among
//! several lines that do not. A page keeps everything if no sentence would remain.

use foldhash::HashMap;

use crate::corpus::line_kind::LineKind;
use crate::corpus::sample::{LineHash, line_hash};

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
        let mut from = 0;
        while from < lines.len() {
            let length = lines[from..].iter().take_while(|line| line.is_some()).count();
            let run: Vec<Recurring> =
                lines[from..from + length].iter().flatten().copied().collect();
            let at_edge = from == 0 || from + length == lines.len();
            for (at, line) in run.iter().enumerate() {
                remove[from + at] = self.is_boilerplate(*line, &run, at_edge);
            }
            from += length + 1;
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
        let count = *self.counts.get(&line_hash(line)?)?;
        let common = count * COMMON >= self.pages;
        Some(Recurring { count, common, kind: LineKind::of(line) })
    }

    /// Whether a line is boilerplate, given the unbroken run of recurring lines that it stands in.
    fn is_boilerplate(&self, line: Recurring, run: &[Recurring], at_edge: bool) -> bool {
        let common = run.iter().filter(|line| line.common).count();
        if !at_edge && common < MIN_BLOCK {
            let (part, whole) = ALONE;
            return line.kind != LineKind::Sentence
                && self.pages >= ALONE_PAGES
                && line.count * whole >= self.pages * part;
        }
        let is_block = common >= MIN_BLOCK;
        match line.kind {
            LineKind::Label | LineKind::Notice => line.common || is_block,
            LineKind::Sentence => {
                let labels =
                    run.iter().filter(|line| line.common && line.kind != LineKind::Sentence);
                line.common && is_block && labels.count() >= MIN_BLOCK - 1
            }
        }
    }
}
