//! The ids that articles of several files have, and the order of these files in the walk.

use std::sync::Arc;

use foldhash::HashMap;

use crate::corpus::article_ids::{ArticleIds, IdInFile};

/// For each id that articles of several files have, by the [key](crate::corpus::article_ids) of the
/// id: the paths of these files in the order of the walk, and how often each has the id.
#[derive(Default)]
pub(crate) struct IdsInMultipleFiles(HashMap<u64, Vec<(Arc<str>, u32)>>);

impl IdsInMultipleFiles {
    /// The ids that several files have. `files` has the path of each file, by its number in `ids`.
    pub(super) fn of(ids: &ArticleIds, files: &[String]) -> Self {
        let mut found = Self::default();
        let mut paths: HashMap<u64, Arc<str>> = HashMap::default();
        let mut all = ids.iter().peekable();
        while let Some(((key, file), times)) = all.next() {
            let has_same_key = |((next, _), _): &(IdInFile, u32)| *next == key;
            // Leave out an id that only one file has.
            if !found.0.contains_key(&key) && !all.peek().is_some_and(has_same_key) {
                continue;
            }
            let path = usize::try_from(file).ok().and_then(|file| files.get(file));
            let Some(path) = path else { continue };
            let path = paths.entry(file).or_insert_with(|| Arc::from(path.as_str()));
            found.0.entry(key).or_default().push((Arc::clone(path), times));
        }
        found
    }

    /// How often an id, given by its key, occurs in the files that the walk reads before `file`,
    /// which is a path below the root.
    pub(crate) fn count_before(&self, key: u64, file: &str) -> u64 {
        let Some(files) = self.0.get(&key) else { return 0 };
        // The file itself may not have the id here, if it has changed since the survey.
        let is_before = |path: &str| path.split('/').lt(file.split('/'));
        let before = files.iter().take_while(|(path, _)| is_before(path));
        before.map(|(_, times)| u64::from(*times)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_counted_in_the_files_before_a_file_even_if_that_file_did_not_have_it() {
        // In the order of the walk, which compares name by name: `a` precedes `a b.zip`, although a
        // space precedes `/`.
        let files = ["a/x.jsonl", "a b.zip", "a b.zip.jsonl", "a!/x.jsonl", "a!/y.jsonl", "z.zip"];
        let files = files.map(str::to_owned);
        let (mut ids, key) = (ArticleIds::default(), 7);
        // Powers of two, so that a sum tells which files were counted.
        for (number, times) in (0..).zip([1, 2, 4, 8, 16, 32]) {
            ids.add((key, number), times);
        }
        let ids = IdsInMultipleFiles::of(&ids, &files);
        for (file, expected) in [
            // Files that have the id.
            ("a/x.jsonl", 0),
            ("a b.zip", 1),
            ("a b.zip.jsonl", 1 + 2),
            ("a!/x.jsonl", 1 + 2 + 4),
            ("a!/y.jsonl", 1 + 2 + 4 + 8),
            ("z.zip", 1 + 2 + 4 + 8 + 16),
            // Files that do not have it.
            ("a/w.jsonl", 0),
            ("a.jsonl", 1 + 2 + 4 + 8 + 16),
            ("b.jsonl", 1 + 2 + 4 + 8 + 16),
            ("zz.jsonl", 1 + 2 + 4 + 8 + 16 + 32),
        ] {
            assert_eq!(ids.count_before(key, file), expected, "{file}");
            assert_eq!(ids.count_before(key + 1, file), 0, "{file}");
        }
    }
}
