//! Collects what a comparison finds, and names what it is about.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::index::SegmentId;

use super::report::{Checked, Severity};
use crate::error::Error;
use crate::open::Index;

/// Findings of one kind that are named one by one; further ones are counted.
const NAMED: u64 = 8;
/// Characters of an error that are shown.
const SHOWN: usize = 200;

/// The name of a segment's file.
pub(super) fn file(segment: SegmentId, extension: &str) -> String {
    format!("{}.{extension}", segment.uuid_string())
}

/// Runs a comparison. An error of it, or a panic of a library that does not expect damage, is a
/// finding.
pub(super) fn guarded<'c>(
    findings: &mut Findings<'c>,
    what: &str,
    compare: impl FnOnce(&mut Findings<'c>) -> Result<(), Error>,
) {
    let outcome = catch_unwind(AssertUnwindSafe(|| compare(findings)));
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => findings.damage(what, format!("cannot be read: {}", cause(&error))),
        Err(_) => findings.damage(what, "cannot be read: what it holds makes no sense"),
    }
}

/// The root cause of an error.
pub(super) fn cause(error: &Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    // Tantivy shows the whole of a list that it cannot read.
    let mut text = deepest.to_string();
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text.replace(char::is_control, "\u{FFFD}")
}

/// Findings of the comparison; of too many of one kind only the first are named.
pub(super) struct Findings<'c> {
    checked: &'c mut Checked,
    /// The folder of the generation.
    generation: String,
    /// What the last findings are about, and how many there were.
    last: (String, u64),
}

impl<'c> Findings<'c> {
    pub(super) fn new(index: &Index, checked: &'c mut Checked) -> Self {
        let name = index.generation().path().file_name().unwrap_or_default();
        let generation = name.display().to_string();
        Self { checked, generation, last: (String::new(), 0) }
    }

    /// Something in the file (or about) `what` that is not what the records say.
    pub(super) fn damage(&mut self, what: &str, difference: impl Display) {
        if self.last.0 != what {
            self.last = (what.to_owned(), 0);
        }
        self.last.1 += 1;
        let generation = &self.generation;
        match self.last.1 {
            ..=NAMED => {
                let what = format!("{generation}/{what}: {difference}");
                self.checked.find(Severity::Damage, what);
            }
            count => {
                let what = format!("{generation}/{what}: and {} more", count - NAMED);
                match self.checked.findings.last_mut().filter(|_| count > NAMED + 1) {
                    Some(last) => last.what = what,
                    None => self.checked.find(Severity::Damage, what),
                }
            }
        }
    }

    /// A file that could not be compared, and why.
    pub(super) fn not_compared(&mut self, what: &str, why: &str) {
        self.last = Default::default();
        let what = format!("{}/{what}: not compared with the records: {why}", self.generation);
        self.checked.find(Severity::Stale, what);
    }
}
