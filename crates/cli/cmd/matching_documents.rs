//! `wensou search` with `--count`, `--files-with-matches` or `--quiet`: prints the number of
//! matching documents, their files, or nothing, instead of hits.

use std::collections::HashSet;

use wensou_query::lang::Query;
use wensou_query::{Error, Options, RecordLookup, Results, Session};

use super::query::{report, report_readings};
use crate::args::Search;
use crate::exit::Outcome;
use crate::open_index::OpenIndex;
use crate::original_file::{note_on_unknown_files, original_member};
use crate::out::{Terminal, attributes};

/// Messages are always for people: these flags have no format for programs.
const FOR_PROGRAM: bool = false;

/// Whether `--count`, `--files-with-matches` or `--quiet` is given.
pub(super) fn is_asked_for(args: &Search) -> bool {
    args.count || args.files || args.quiet
}

/// The documents that match a query. The three flags report their number, their files, or nothing.
pub(super) struct MatchingDocuments<'a> {
    pub(super) index: &'a OpenIndex,
    pub(super) query: &'a Query,
    pub(super) args: &'a Search,
    pub(super) options: Options,
}

impl MatchingDocuments<'_> {
    /// Prints what the flags ask for. Only documents that have every word match.
    pub(super) fn print(mut self, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
        self.options.strict = true;
        let found = match self.args.files {
            true => self.print_files(terminal),
            false => self.print_count(terminal),
        };
        match found {
            Ok(true) => Ok(Outcome::Done),
            Ok(false) => Ok(Outcome::Nothing),
            Err(error) => match error.downcast::<Error>()? {
                Error::Query(diagnostics) => {
                    report(&diagnostics, &self.query.text, terminal, FOR_PROGRAM);
                    Ok(Outcome::Refused)
                }
                error => Err(error.into()),
            },
        }
    }

    /// The number of matching documents, and the warnings. The results have no hits.
    fn results_without_hits(&self) -> Result<Results, Error> {
        let mut options = self.options.clone();
        (options.limit, options.offset) = (0, 0);
        wensou_query::search(self.index, self.query, &options)
    }

    /// Prints the number of documents, or nothing if `--quiet` is given. Returns whether there are
    /// any.
    fn print_count(&self, terminal: &mut Terminal) -> anyhow::Result<bool> {
        let results = self.results_without_hits()?;
        if !self.args.quiet {
            report(&results.warnings, &self.query.text, terminal, FOR_PROGRAM);
            report_readings(&results.readings, terminal, FOR_PROGRAM);
            writeln!(terminal.out(), "{}", results.total)?;
        }
        Ok(results.total > 0)
    }

    /// Prints the files of the documents in order of rank, each once. Returns whether any document
    /// matches, even if all come before the offset.
    fn print_files(&self, terminal: &mut Terminal) -> anyhow::Result<bool> {
        let results = self.results_without_hits()?;
        let documents =
            usize::try_from(self.index.as_index_ref().documents()).unwrap_or(usize::MAX);
        let mut options = self.options.clone();
        options.limit = self.args.limit.unwrap_or(documents).min(documents);
        let ids = Session::new(self.index)?.ids(self.query, &options)?;
        report(&results.warnings, &self.query.text, terminal, FOR_PROGRAM);
        report_readings(&results.readings, terminal, FOR_PROGRAM);
        let line_end = if self.args.null { '\0' } else { '\n' };
        let (mut printed, mut has_noted) = (HashSet::new(), false);
        for (id, _) in &ids {
            let RecordLookup::Found(record) = self.index.as_index_ref().lookup(id)? else {
                continue;
            };
            for path in attributes::occurrence_paths(&record) {
                let note = if has_noted { None } else { note_on_unknown_files(self.index, [path]) };
                if let Some(note) = note {
                    terminal.notice(format_args!("note: {note}"));
                    has_noted = true;
                }
                // The path that opens the file from the working folder. For a member of a
                // container, that is the path of the container.
                let file = original_member(self.index, path).map(|(file, _)| file);
                let file = file.map_or_else(|| path.to_owned(), |file| file.display().to_string());
                if printed.insert(file.clone()) {
                    write!(terminal.out(), "{file}{line_end}")?;
                }
            }
        }
        Ok(results.total > 0)
    }
}
