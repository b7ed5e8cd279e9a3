//! The survey as a step of its own, so that several machines can index one archive together: each
//! surveys a part of it, the surveys are merged, and every machine reads its share with the
//! statistics of the whole.
//!
//! - `file`: survey files, which are written, read and merged.
//! - `reading_options`: the options that pages are read with; surveys are merged only if these are
//!   equal.
//! - `ids_in_multiple_files`: the ids that articles of several files have, and the order of these
//!   files.
//! - `totals`: totals of files, by which changes since the survey are recognised.
//! - `error`: what can be wrong with survey files.

mod error;
mod file;
mod ids_in_multiple_files;
pub(crate) mod reading_options;
pub(crate) mod totals;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::error::SurveyFileError;
pub use self::file::{merge_survey_files, read_survey_file, write_survey_file};
pub(crate) use self::ids_in_multiple_files::IdsInMultipleFiles;
use self::reading_options::ReadingOptions;
pub use self::totals::FileTotals;
use crate::corpus::statistics::CorpusStatistics;
use crate::options::selection::contains_path;

/// A part of an archive that was surveyed in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyPart {
    /// The selected paths, see [`Selection::paths`](crate::Selection::paths). Empty for the whole
    /// archive.
    pub paths: Vec<String>,
    /// The totals of its files.
    pub totals: FileTotals,
}

/// A survey of an archive, or of parts of it: corpus statistics that are not finished yet, so that
/// they can still be merged with others.
pub struct ArchiveSurvey {
    reading_options: ReadingOptions,
    /// In the order of their paths.
    parts: Vec<SurveyPart>,
    /// The paths below the root of the files from which an id in `statistics` comes, in the order
    /// of the walk. These files are dumps or contain dumps. The ids refer to them by their indices
    /// in this list.
    dump_files: Vec<String>,
    statistics: CorpusStatistics,
}

/// The corpus statistics that pages are read with, from surveys of all parts of an archive.
pub struct FinishedSurvey {
    pub(crate) statistics: CorpusStatistics,
    pub(crate) reading_options: ReadingOptions,
    /// The ids that articles of several files have.
    pub(crate) ids_in_multiple_files: IdsInMultipleFiles,
    parts: Vec<SurveyPart>,
    identity: u64,
}

/// How two surveys overlap: they have files in common.
pub(crate) struct Overlap {
    /// For each survey, a path below the root to which it was limited. One of the two paths
    /// contains the other; an empty path is the whole archive.
    pub(crate) paths: [String; 2],
}

impl ArchiveSurvey {
    /// The survey of one part.
    pub(crate) fn new(
        reading_options: ReadingOptions,
        part: SurveyPart,
        dump_files: Vec<String>,
        statistics: CorpusStatistics,
    ) -> Self {
        Self { reading_options, parts: vec![part], dump_files, statistics }
    }

    /// The parts that were surveyed.
    #[must_use]
    pub fn parts(&self) -> &[SurveyPart] {
        &self.parts
    }

    /// The totals of all files that were surveyed.
    #[must_use]
    pub fn totals(&self) -> FileTotals {
        total(&self.parts)
    }

    /// Adds a survey of other parts of the same archive, which was made with the same options and
    /// has no files in common with this one. The outcome does not depend on the order of merges.
    fn merge(&mut self, mut other: Self) {
        self.parts.append(&mut other.parts);
        self.parts.sort_by(|a, b| a.paths.cmp(&b.paths));
        let files = self.dump_files.iter().chain(&other.dump_files);
        let mut merged: Vec<Vec<&str>> = files.map(|file| components(file)).collect();
        merged.sort();
        merged.dedup();
        // For each file of a survey, its index in the merged list.
        let new_numbers = |files: &[String]| -> Vec<u64> {
            let number =
                |file: &String| merged.partition_point(|other| *other < components(file)) as u64;
            files.iter().map(number).collect()
        };
        let [own_numbers, other_numbers] =
            [new_numbers(&self.dump_files), new_numbers(&other.dump_files)];
        let files = merged.iter().map(|components| components.join("/")).collect();
        self.statistics.renumber_files(&|file| own_numbers[file as usize]);
        other.statistics.renumber_files(&|file| other_numbers[file as usize]);
        self.statistics.merge(other.statistics);
        self.dump_files = files;
    }

    /// Removes from `dump_files` the files to which no id refers. There are such files after a
    /// merge, because only one of several ids for the same flash item remains.
    fn drop_unused_files(&mut self) {
        let used: Vec<u64> = self.statistics.files_of_ids().into_iter().collect();
        let number = |file| used.partition_point(|used| *used < file) as u64;
        self.statistics.renumber_files(&number);
        let files = std::mem::take(&mut self.dump_files);
        let is_used = |number: &u64| used.binary_search(number).is_ok();
        let files = (0..).zip(files).filter(|(number, _)| is_used(number));
        self.dump_files = files.map(|(_, file)| file).collect();
    }

    /// The paths by which this and the other survey have files in common, if they have any.
    fn overlap(&self, other: &Self) -> Option<Overlap> {
        let paths = |survey: &Self| -> Vec<String> {
            let selected = |part: &SurveyPart| match part.paths.is_empty() {
                true => vec![String::new()],
                false => part.paths.clone(),
            };
            let mut paths: Vec<String> = survey.parts.iter().flat_map(selected).collect();
            paths.sort_by(|a, b| components(a).cmp(&components(b)));
            paths
        };
        // Finds a path of `inner` that is equal to a path of `outer` or lies below it. Returns the
        // path of `outer` and then that of `inner`.
        let find_contained = |outer: &[String], inner: &[String]| {
            inner.iter().find_map(|path| {
                // Paths are sorted, and those of one survey do not contain each other. So only the
                // last one that is not after `path` can contain it.
                let end = outer.partition_point(|other| components(other) <= components(path));
                let container = outer.get(end.checked_sub(1)?)?;
                contains_path(container, path).then(|| [container.clone(), path.clone()])
            })
        };
        let (own_paths, other_paths) = (paths(self), paths(other));
        let found = find_contained(&own_paths, &other_paths);
        let overlapping = found.or_else(|| {
            let [other_path, own_path] = find_contained(&other_paths, &own_paths)?;
            Some([own_path, other_path])
        });
        overlapping.map(|paths| Overlap { paths })
    }

    /// Finishes the statistics. `identity` is the checksum of the file that they come from.
    fn finish(mut self, identity: u64) -> FinishedSurvey {
        self.statistics.finish();
        let Self { reading_options, parts, dump_files, mut statistics } = self;
        let ids = statistics.take_article_ids();
        let ids_in_multiple_files = IdsInMultipleFiles::of(&ids, &dump_files);
        FinishedSurvey { statistics, reading_options, ids_in_multiple_files, parts, identity }
    }
}

impl FinishedSurvey {
    /// The parts that were surveyed.
    #[must_use]
    pub fn parts(&self) -> &[SurveyPart] {
        &self.parts
    }

    /// The totals of all files that were surveyed.
    #[must_use]
    pub fn totals(&self) -> FileTotals {
        total(&self.parts)
    }

    /// The checksum of the file that the statistics come from, an XXH3 hash. It identifies the
    /// survey.
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

/// The sum of the totals of parts.
fn total(parts: &[SurveyPart]) -> FileTotals {
    let mut totals = FileTotals::default();
    parts.iter().for_each(|part| totals.merge(part.totals));
    totals
}

/// The components of a path. Paths that are compared by their components have the order of the
/// walk.
fn components(path: &str) -> Vec<&str> {
    path.split('/').collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::corpus::statistics::{IdFromDump, ItemPosition};
    use crate::options::Options;

    /// A survey of one part with these paths. `ids` has the ids that dumps give to flash items: the
    /// content hash of the item, the id, and the path of the dump.
    fn survey_of_part(paths: &[&str], ids: &[(u64, &str, &str)]) -> ArchiveSurvey {
        let mut files: Vec<String> = ids.iter().map(|(_, _, file)| (*file).to_owned()).collect();
        files.sort_by(|a, b| components(a).cmp(&components(b)));
        files.dedup();
        let mut statistics = CorpusStatistics::to_be_merged();
        for (content, id, dump) in ids {
            let number = files.iter().position(|file| file == dump).unwrap() as u64;
            let (id, dump) = ((*id).to_owned(), Arc::from(*dump));
            let at = ItemPosition { file: number, item: 1 };
            statistics.add_id_from_dump(*content, IdFromDump { id, at, dump });
        }
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let part = SurveyPart { paths, totals: FileTotals::default() };
        ArchiveSurvey::new(Options::default().reading_options(), part, files, statistics)
    }

    #[test]
    fn of_two_items_with_one_id_the_one_in_the_first_dump_of_the_walk_keeps_it() {
        // In the walk, `a/b.jsonl` comes before `a.jsonl`.
        let parts = || {
            let first = survey_of_part(&["a.jsonl"], &[(1, "x", "a.jsonl"), (4, "y", "a.jsonl")]);
            let second = survey_of_part(&["a"], &[(2, "x", "a/b.jsonl"), (3, "z", "a/c.jsonl")]);
            (first, second)
        };
        let ids = |survey: ArchiveSurvey| {
            let identity = 0;
            let finished = survey.finish(identity);
            let mut ids: Vec<_> = finished.statistics.ids_from_dumps.into_iter().collect();
            ids.sort_by_key(|(content, _)| *content);
            ids.into_iter().map(|(_, id)| (id.id, id.at.file)).collect::<Vec<_>>()
        };
        // The ids of the items with the content hashes 1 to 4, each with the index of its dump in
        // `dump_files`. The first item gets another id, because an earlier dump has an item `x`.
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
    fn an_overlap_is_found_whichever_survey_has_the_outer_path() {
        let overlap = |one: &[&str], other: &[&str]| {
            survey_of_part(one, &[]).overlap(&survey_of_part(other, &[])).map(|it| it.paths)
        };
        assert_eq!(overlap(&["a", "b/c"], &["a b", "a.txt", "b/d"]), None);
        let paths = |paths: [&str; 2]| Some(paths.map(str::to_owned));
        assert_eq!(overlap(&["a", "c"], &["b", "c/d"]), paths(["c", "c/d"]));
        assert_eq!(overlap(&["b", "c/d"], &["a", "c"]), paths(["c/d", "c"]));
        assert_eq!(overlap(&["a"], &["a"]), paths(["a", "a"]));
        assert_eq!(overlap(&[], &["a"]), paths(["", "a"]));
    }
}
