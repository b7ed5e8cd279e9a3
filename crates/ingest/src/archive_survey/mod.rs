//! The first pass as a step of its own, so that several machines can index one archive together:
//! each surveys a part of it, the outcomes are merged, and every machine reads its share with the
//! statistics of the whole.
//!
//! `file` stores the outcome, `reading` tells whether two were made with the same options, and
//! `totals` whether files have changed since.

mod error;
mod file;
pub(crate) mod reading;
mod shared_ids;
pub(crate) mod totals;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::error::SurveyFileError;
pub use self::file::{merge_survey_files, read_survey_file, write_survey_file};
use self::reading::Reading;
pub(crate) use self::shared_ids::SharedIds;
pub use self::totals::FileTotals;
use crate::corpus::statistics::CorpusStatistics;
use crate::selection::contains_path;

/// A part of an archive that was surveyed in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyPart {
    /// The selected paths, see [`Selection::paths`](crate::Selection::paths).
    pub paths: Vec<String>,
    /// Its files.
    pub totals: FileTotals,
}

/// The outcome of a survey of an archive, or of parts of it: unfinished corpus statistics.
pub struct ArchiveSurvey {
    reading: Reading,
    /// In the order of their paths.
    parts: Vec<SurveyPart>,
    /// The files that give ids to records, as paths below the root, in the order of the walk.
    /// Ids refer to them by number.
    dump_files: Vec<String>,
    statistics: CorpusStatistics,
}

/// Statistics of an archive to read pages with, made by surveys of its parts.
pub struct FinishedSurvey {
    pub(crate) statistics: CorpusStatistics,
    pub(crate) reading: Reading,
    /// The ids that articles in several dumps have.
    pub(crate) shared_ids: SharedIds,
    parts: Vec<SurveyPart>,
    identity: u64,
}

/// Two parts that have files in common.
pub(crate) struct Overlap {
    /// A path of the one, and a path of the other.
    pub(crate) paths: [String; 2],
}

impl ArchiveSurvey {
    /// The outcome of a survey of one part. In `statistics`, ids refer to
    /// `dump_files` by number.
    pub(crate) fn new(
        reading: Reading,
        part: SurveyPart,
        dump_files: Vec<String>,
        statistics: CorpusStatistics,
    ) -> Self {
        Self { reading, parts: vec![part], dump_files, statistics }
    }

    /// The parts that were surveyed.
    #[must_use]
    pub fn parts(&self) -> &[SurveyPart] {
        &self.parts
    }

    /// All files that were surveyed.
    #[must_use]
    pub fn totals(&self) -> FileTotals {
        total(&self.parts)
    }

    /// Adds other parts of the same archive, which were surveyed with the same options and have no
    /// files in common with these. The outcome does not depend on the order.
    fn merge(&mut self, mut other: Self) {
        self.parts.append(&mut other.parts);
        self.parts.sort_by(|a, b| a.paths.cmp(&b.paths));
        let files = self.dump_files.iter().chain(&other.dump_files);
        let mut both: Vec<Vec<&str>> = files.map(|file| components(file)).collect();
        both.sort();
        both.dedup();
        let numbers = |files: &[String]| -> Vec<u64> {
            let number =
                |file: &String| both.partition_point(|other| *other < components(file)) as u64;
            files.iter().map(number).collect()
        };
        let (mine, theirs) = (numbers(&self.dump_files), numbers(&other.dump_files));
        let files = both.iter().map(|components| components.join("/")).collect();
        self.statistics.renumber_files(&|file| mine[file as usize]);
        other.statistics.renumber_files(&|file| theirs[file as usize]);
        self.statistics.merge(other.statistics);
        self.dump_files = files;
    }

    /// Drops files to which no id refers, as after a merge.
    fn drop_unused_files(&mut self) {
        let used: Vec<u64> = self.statistics.files_of_ids().into_iter().collect();
        let number = |file| used.partition_point(|used| *used < file) as u64;
        self.statistics.renumber_files(&number);
        let files = std::mem::take(&mut self.dump_files);
        let is_used = |number: &u64| used.binary_search(number).is_ok();
        let files = (0..).zip(files).filter(|(number, _)| is_used(number));
        self.dump_files = files.map(|(_, file)| file).collect();
    }

    /// Two parts of this and the other survey that have files in common.
    fn overlap(&self, other: &Self) -> Option<Overlap> {
        let paths = |survey: &Self| -> Vec<String> {
            let of = |part: &SurveyPart| match part.paths.is_empty() {
                true => vec![String::new()],
                false => part.paths.clone(),
            };
            let mut paths: Vec<String> = survey.parts.iter().flat_map(of).collect();
            paths.sort_by(|a, b| components(a).cmp(&components(b)));
            paths
        };
        let (mine, theirs) = (paths(self), paths(other));
        let nested = |outer: &[String], inner: &[String]| {
            inner.iter().find_map(|path| {
                // What contains a path comes before it, with nothing outside in between.
                let at = outer.partition_point(|it| components(it) <= components(path));
                let outer = outer.get(at.checked_sub(1)?)?;
                contains_path(outer, path).then(|| (outer.clone(), path.clone()))
            })
        };
        let found = nested(&mine, &theirs);
        let found = found.or_else(|| nested(&theirs, &mine).map(|(outer, inner)| (inner, outer)));
        found.map(|(mine, theirs)| Overlap { paths: [mine, theirs] })
    }

    /// Finishes the statistics. `identity` is the hash of the file that they come from.
    fn finish(mut self, identity: u64) -> FinishedSurvey {
        self.statistics.finish();
        let Self { reading, parts, dump_files, mut statistics } = self;
        let ids = statistics.take_article_ids();
        let shared_ids = SharedIds::of(&ids, &dump_files);
        FinishedSurvey { statistics, reading, shared_ids, parts, identity }
    }
}

impl FinishedSurvey {
    /// The parts that were surveyed.
    #[must_use]
    pub fn parts(&self) -> &[SurveyPart] {
        &self.parts
    }

    /// All files that were surveyed.
    #[must_use]
    pub fn totals(&self) -> FileTotals {
        total(&self.parts)
    }

    /// XXH3 of the content of the file that the statistics come from.
    #[must_use]
    pub fn identity(&self) -> u64 {
        self.identity
    }
}

impl fmt::Debug for ArchiveSurvey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArchiveSurvey").field("parts", &self.parts).finish_non_exhaustive()
    }
}

impl fmt::Debug for FinishedSurvey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let identity = format_args!("{:016x}", self.identity);
        f.debug_struct("FinishedSurvey").field("identity", &identity).finish_non_exhaustive()
    }
}

fn total(parts: &[SurveyPart]) -> FileTotals {
    let mut totals = FileTotals::default();
    parts.iter().for_each(|part| totals.merge(part.totals));
    totals
}

/// The components of a path, in which paths have the order of the walk.
fn components(path: &str) -> Vec<&str> {
    path.split('/').collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::corpus::statistics::DumpId;
    use crate::options::Options;

    /// A survey of one part, whose dumps give these ids to items.
    fn part(paths: &[&str], ids: &[(u64, &str, &str)]) -> ArchiveSurvey {
        let mut files: Vec<String> = ids.iter().map(|(_, _, file)| (*file).to_owned()).collect();
        files.sort_by(|a, b| components(a).cmp(&components(b)));
        files.dedup();
        let mut statistics = CorpusStatistics::to_be_merged();
        for (content, id, dump) in ids {
            let number = files.iter().position(|file| file == dump).unwrap() as u64;
            let (id, dump) = ((*id).to_owned(), Arc::from(*dump));
            statistics.add_dump_id(*content, DumpId { id, at: (number, 1), dump });
        }
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let part = SurveyPart { paths, totals: FileTotals::default() };
        ArchiveSurvey::new(Options::default().reading(), part, files, statistics)
    }

    #[test]
    fn the_first_dump_of_the_walk_keeps_its_id() {
        // In the walk, `a/b.jsonl` comes before `a.jsonl`.
        let parts = || {
            let first = part(&["a.jsonl"], &[(1, "x", "a.jsonl"), (4, "y", "a.jsonl")]);
            let second = part(&["a"], &[(2, "x", "a/b.jsonl"), (3, "z", "a/c.jsonl")]);
            (first, second)
        };
        let ids = |survey: ArchiveSurvey| {
            let finished = survey.finish(0);
            let mut ids: Vec<_> = finished.statistics.dump_ids.into_iter().collect();
            ids.sort_by_key(|(content, _)| *content);
            ids.into_iter().map(|(_, id)| (id.id, id.at.0)).collect::<Vec<_>>()
        };
        let expected = [("x@a.jsonl", 2), ("x", 0), ("z", 1), ("y", 2)];
        let expected = expected.map(|(id, at)| (id.to_owned(), at));
        let (mut first, second) = parts();
        first.merge(second);
        assert_eq!(first.dump_files, ["a/b.jsonl", "a/c.jsonl", "a.jsonl"]);
        assert_eq!(ids(first), expected);
        let (first, mut second) = parts();
        second.merge(first);
        assert_eq!(ids(second), expected);
    }

    #[test]
    fn overlaps_are_found_either_way() {
        let overlap = |one: &[&str], other: &[&str]| {
            part(one, &[]).overlap(&part(other, &[])).map(|it| it.paths)
        };
        assert_eq!(overlap(&["a", "b/c"], &["a b", "a.txt", "b/d"]), None);
        let paths = |paths: [&str; 2]| Some(paths.map(str::to_owned));
        assert_eq!(overlap(&["a", "c"], &["b", "c/d"]), paths(["c", "c/d"]));
        assert_eq!(overlap(&["b", "c/d"], &["a", "c"]), paths(["c/d", "c"]));
        assert_eq!(overlap(&["a"], &["a"]), paths(["a", "a"]));
        assert_eq!(overlap(&[], &["a"]), paths(["", "a"]));
    }
}
