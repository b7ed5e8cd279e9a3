//! Adds to the corpus statistics what files that cannot be read for now contributed to those of the
//! earlier index.

use std::path::{Path, PathBuf};

use foldhash::HashSet;

use super::carry_over::{self, StoredRecords, stored_records_by_path};
use super::ids::{Ids, path_hash};
use super::read_paths::lies_below_any;
use super::survey::Survey;
use crate::corpus::statistics::CorpusStatistics;
use crate::error::Error;
use crate::input::MEMBER_SEPARATOR;
use crate::input::file_list::FileList;

/// Adds to the statistics of the survey what two kinds of files and folders contributed to those of
/// the earlier index: those that the walk could not access (`refused`), and those that the survey
/// could not read. Leaves out files that were read although the walk could not list their folder
/// completely. Reserves the ids of the stored records of the first kind.
pub(super) fn survey_stored<E>(
    stored: &mut dyn StoredRecords,
    refused: &[(usize, PathBuf)],
    file_list: &FileList,
    survey: &mut Survey,
    ids: &mut Ids,
) -> Result<(), Error<E>> {
    let unread = std::mem::take(&mut survey.refused);
    let mut counted = CountedFiles::default();
    if !refused.is_empty() {
        let folders: Vec<PathBuf> = refused.iter().map(|(_, path)| path.clone()).collect();
        let unread: HashSet<&Path> = unread.iter().map(PathBuf::as_path).collect();
        for source in file_list.iter() {
            let path = source.map_err(Error::TemporaryFile)?.path;
            if !unread.contains(path.as_path()) {
                counted.add_if_below(&path.to_string_lossy(), &folders);
            }
        }
    }
    for (_, path) in refused {
        let stored_paths = stored_records_by_path(stored, path)?;
        carry_over::reserve_ids(&stored_paths, ids);
        counted.add_contribution(stored, path, &mut survey.statistics)?;
    }
    for path in unread {
        counted.add_contribution(stored, &path, &mut survey.statistics)?;
    }
    Ok(())
}

/// The files whose contributions are in the statistics already: their stored contributions must not
/// be added, too. Files whose stored contributions are never asked for are not noted.
#[derive(Default)]
struct CountedFiles {
    /// Hashes of their paths.
    paths: HashSet<u64>,
}

impl CountedFiles {
    /// Adds a file that was read, if it lies in one of these folders.
    fn add_if_below(&mut self, path: &str, folders: &[PathBuf]) {
        if lies_below_any(path, folders) {
            self.paths.insert(path_hash(path));
        }
    }

    /// Adds to the statistics what the unreadable file or folder `path` contributed to those of the
    /// earlier index, except the contributions of files that are counted already. If that index has
    /// no entries of these files in a file table, derives the contribution from the stored records.
    fn add_contribution<E>(
        &mut self,
        stored: &mut dyn StoredRecords,
        path: &Path,
        statistics: &mut CorpusStatistics,
    ) -> Result<(), Error<E>> {
        let failed = |source| Error::Stored { path: path.to_owned(), source };
        let files = stored.files_under(path).map_err(failed)?;
        if files.is_empty() {
            let mut stored_paths = stored_records_by_path(stored, path)?;
            stored_paths.retain(|it| !self.paths.contains(&file_hash(&it.path)));
            carry_over::add_to_statistics(&stored_paths, statistics);
            // A file can have several members, so files are noted after all are added.
            self.paths.extend(stored_paths.iter().map(|it| file_hash(&it.path)));
            return Ok(());
        }
        for file in files {
            if self.paths.insert(path_hash(&file.path)) {
                statistics.add_contribution(&file.contribution).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// The hash of the path of the file that is, or contains, the page or dump `path`.
fn file_hash(path: &str) -> u64 {
    path_hash(path.split_once(MEMBER_SEPARATOR).map_or(path, |(file, _)| file))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::io;

    use super::*;
    use crate::{FileEntry, Record};

    /// The file table of an earlier index.
    struct EarlierFiles(Vec<FileEntry>);

    impl StoredRecords for EarlierFiles {
        fn records_under(&mut self, _: &Path) -> io::Result<Vec<Record>> {
            Ok(Vec::new())
        }

        fn files_under(&mut self, path: &Path) -> io::Result<Vec<FileEntry>> {
            let below = self.0.iter().filter(|file| Path::new(&file.path).starts_with(path));
            Ok(below.cloned().collect())
        }
    }

    /// What a file with this tag contributes to the statistics.
    fn contribution(tag: &str) -> Vec<u8> {
        let mut statistics = CorpusStatistics::recording();
        statistics.add_separate_tags(&[tag.to_owned()]);
        statistics.take_contribution()
    }

    #[test]
    fn a_stored_contribution_counts_once_and_that_of_a_file_that_was_read_not_at_all() {
        let tagged = [("root/a.txt", "甲"), ("root/b/1.txt", "乙"), ("root/b/2.txt", "丙")];
        let entry = |(path, tag): (&str, &str)| FileEntry {
            path: path.to_owned(),
            contribution: contribution(tag),
            ..FileEntry::default()
        };
        let mut stored = EarlierFiles(tagged.map(entry).to_vec());
        let mut statistics = CorpusStatistics::recording();
        let mut counted = CountedFiles::default();
        // The folder was listed in part, and this file was read.
        counted.add_if_below("root/b/1.txt", &[PathBuf::from("root/b")]);
        let mut added = Vec::new();
        for path in ["root/b", "root", "root/a.txt"] {
            let outcome: Result<(), Error<Infallible>> =
                counted.add_contribution(&mut stored, Path::new(path), &mut statistics);
            outcome.unwrap();
            added.push(statistics.take_contribution());
        }
        assert_eq!(added, [contribution("丙"), contribution("甲"), Vec::new()]);
    }
}
