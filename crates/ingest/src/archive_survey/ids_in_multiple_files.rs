//! The ids that articles of several files have, and the order of these files in the walk.

use std::sync::Arc;

use foldhash::HashMap;

use crate::corpus::article_ids::{ArticleIds, IdInFile};
use crate::input::walk_order::MEMBER_SEPARATOR;

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

    /// How often an id, given by its key, occurs in the files that the walk reads before `dump`,
    /// which is the path of a dump below its root. For a dump in a container, these are the files
    /// before the container.
    pub(crate) fn count_before(&self, key: u64, dump: &str) -> u64 {
        let Some(files) = self.0.get(&key) else { return 0 };
        let has_dump = |path: &str| {
            let member = dump.strip_prefix(path);
            member.is_some_and(|it| it.is_empty() || it.starts_with(MEMBER_SEPARATOR))
        };
        let before = files.iter().take_while(|(path, _)| !has_dump(path));
        before.map(|(_, times)| u64::from(*times)).sum()
    }
}
