//! Collects the findings of comparisons. Each names the file that it is about.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::index::SegmentId;

use super::report::{Checked, Severity};
use crate::error::Error;
use crate::open::Index;

/// The maximum number of findings in a row about one file that are listed. Further ones are only
/// counted.
const MAX_LISTED: u64 = 8;
/// The maximum number of characters of an error message that are shown.
const MAX_MESSAGE_CHARS: usize = 200;

/// The name of a file of a segment.
pub(super) fn file_name(segment: SegmentId, extension: &str) -> String {
    format!("{}.{extension}", segment.uuid_string())
}

/// Runs the comparison `compare`. If it fails or panics, this is a finding about `what`: the name
/// of a file or segment, or words for several files. Some libraries panic when they read damaged
/// files.
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
    // If tantivy cannot parse a file list, its message has the whole content of the file.
    let mut text = deepest.to_string();
    if let Some((end, _)) = text.char_indices().nth(MAX_MESSAGE_CHARS) {
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
    /// The file that the last finding is about.
    last_file: String,
    /// The number of findings in a row about `last_file`.
    in_a_row: u64,
    /// The first error of this machine that prevented a comparison.
    failure: Option<Error>,
}

impl<'c> Findings<'c> {
    pub(super) fn new(index: &Index, checked: &'c mut Checked) -> Self {
        let name = index.generation().path().file_name().unwrap_or_default();
        let generation = name.display().to_string();
        Self { checked, generation, last_file: String::new(), in_a_row: 0, failure: None }
    }

    /// Adds a finding: the file `name` differs from what it should contain.
    pub(super) fn damage(&mut self, name: &str, difference: impl Display) {
        if self.last_file != name {
            (self.last_file, self.in_a_row) = (name.to_owned(), 0);
        }
        self.in_a_row += 1;
        let generation = &self.generation;
        match self.in_a_row {
            ..=MAX_LISTED => {
                let what = format!("{generation}/{name}: {difference}");
                self.checked.add(Severity::Damage, what);
            }
            count => {
                let what = format!("{generation}/{name}: and {} more", count - MAX_LISTED);
                // The first finding beyond the limit adds this line, and further ones replace it.
                match self.checked.findings.last_mut().filter(|_| count > MAX_LISTED + 1) {
                    Some(last) => last.what = what,
                    None => self.checked.add(Severity::Damage, what),
                }
            }
        }
    }

    /// Adds a finding: the file `name` was not compared, because the index is out of date in the
    /// way that `why` says.
    pub(super) fn not_compared(&mut self, name: &str, why: &str) {
        (self.last_file, self.in_a_row) = Default::default();
        let what =
            format!("{}/{name}: not compared with the stored records: {why}", self.generation);
        self.checked.add(Severity::Stale, what);
    }

    /// Records that a comparison could not be made because of this machine, and not of the index:
    /// for example, a temporary file cannot be written.
    pub(super) fn fail(&mut self, error: Error) {
        self.failure.get_or_insert(error);
    }

    /// Fails if a comparison could not be made because of this machine.
    pub(super) fn finish(self) -> Result<(), Error> {
        self.failure.map_or(Ok(()), Err)
    }
}
