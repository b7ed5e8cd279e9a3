//! Collects the findings of comparisons. Each names the file that it is about.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::index::SegmentId;

use super::report::{Checked, Severity};
use crate::error::Error;
use crate::open::Index;

/// The number of findings in a row about one file that are listed. Further ones are only counted.
const NAMED: u64 = 8;
/// The maximum number of characters of an error message that are shown.
const SHOWN: usize = 200;

/// The name of a file of a segment.
pub(super) fn file(segment: SegmentId, extension: &str) -> String {
    format!("{}.{extension}", segment.uuid_string())
}

/// Runs a comparison of the file `what`. An error or a panic in it becomes a finding: some
/// libraries panic when they read damaged files.
pub(super) fn guarded<'c>(
    findings: &mut Findings<'c>,
    what: &str,
    compare: impl FnOnce(&mut Findings<'c>) -> Result<(), Error>,
) {
    let outcome = catch_unwind(AssertUnwindSafe(|| compare(findings)));
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => findings.damage(what, format!("cannot be read: {}", cause(&error))),
        Err(_) => findings.damage(what, "cannot be read: its content is invalid"),
    }
}

/// The message of the root cause of an error, shortened and without control characters.
pub(super) fn cause(error: &Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    // tantivy includes the whole content of a file list that it cannot parse.
    let mut text = deepest.to_string();
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text.replace(char::is_control, "\u{FFFD}")
}

/// The findings of all comparisons. If there are many about one file, only the first are listed.
pub(super) struct Findings<'c> {
    checked: &'c mut Checked,
    /// The name of the generation.
    generation: String,
    /// The file that the last finding is about, and the number of findings in a row about it.
    last: (String, u64),
}

impl<'c> Findings<'c> {
    pub(super) fn new(index: &Index, checked: &'c mut Checked) -> Self {
        let name = index.generation().path().file_name().unwrap_or_default();
        let generation = name.display().to_string();
        Self { checked, generation, last: (String::new(), 0) }
    }

    /// Adds a finding: the file `what` differs from what it should contain.
    pub(super) fn damage(&mut self, what: &str, difference: impl Display) {
        if self.last.0 != what {
            self.last = (what.to_owned(), 0);
        }
        self.last.1 += 1;
        let generation = &self.generation;
        match self.last.1 {
            ..=NAMED => {
                let what = format!("{generation}/{what}: {difference}");
                self.checked.add(Severity::Damage, what);
            }
            count => {
                let what = format!("{generation}/{what}: and {} more", count - NAMED);
                match self.checked.findings.last_mut().filter(|_| count > NAMED + 1) {
                    Some(last) => last.what = what,
                    None => self.checked.add(Severity::Damage, what),
                }
            }
        }
    }

    /// Adds a finding: the file `what` could not be compared, for the reason `why`.
    pub(super) fn not_compared(&mut self, what: &str, why: &str) {
        self.last = Default::default();
        let what =
            format!("{}/{what}: not compared with the stored records: {why}", self.generation);
        self.checked.add(Severity::Stale, what);
    }
}
