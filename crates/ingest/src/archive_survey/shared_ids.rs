//! The ids that articles in several dumps have, and which of them come first.

use std::sync::Arc;

use foldhash::HashMap;

use crate::corpus::article_ids::ArticleIds;
use crate::walk_order::MEMBER_SEPARATOR;

/// By the key of each id that several files have: their paths in the order of the walk, and how
/// often each has it.
#[derive(Default)]
pub(crate) struct SharedIds(HashMap<u64, Vec<(Arc<str>, u32)>>);

impl SharedIds {
    /// Those among `ids`, whose files have the paths `files`.
    pub(super) fn of(ids: &ArticleIds, files: &[String]) -> Self {
        let mut shared = Self::default();
        let mut paths: HashMap<u64, Arc<str>> = HashMap::default();
        let mut all = ids.iter().peekable();
        while let Some(((key, file), times)) = all.next() {
            let is_next = |((next, _), _): &((u64, u64), u32)| *next == key;
            if !shared.0.contains_key(&key) && !all.peek().is_some_and(is_next) {
                continue;
            }
            let path = usize::try_from(file).ok().and_then(|file| files.get(file));
            let Some(path) = path else { continue };
            let path = paths.entry(file).or_insert_with(|| Arc::from(path.as_str()));
            shared.0.entry(key).or_default().push((Arc::clone(path), times));
        }
        shared
    }

    /// How often files before that of a dump have an id. `dump` is the path of the dump below the
    /// root.
    pub(crate) fn count_before(&self, key: u64, dump: &str) -> u64 {
        let Some(files) = self.0.get(&key) else { return 0 };
        let is_own = |path: &str| {
            let member = dump.strip_prefix(path);
            member.is_some_and(|it| it.is_empty() || it.starts_with(MEMBER_SEPARATOR))
        };
        let before = files.iter().take_while(|(path, _)| !is_own(path));
        before.map(|(_, times)| u64::from(*times)).sum()
    }
}
