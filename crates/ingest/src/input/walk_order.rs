//! A key by which paths sort in the order in which a walk finds the files below a root.

/// Separates the path of a container from that of its member.
pub(crate) const MEMBER_SEPARATOR: &str = "!/";

/// A key by which paths below one root sort in the order of the walk: component by component, so
/// that `a/b.txt` comes before `a.txt`.
///
/// A member of a container, `file!/member`, has the key of its file. A folder whose name ends with
/// `!` is taken for a container.
///
/// ```
/// use wensou_ingest::walk_key;
///
/// assert!(walk_key("a/b.txt") < walk_key("a.txt"));
/// assert_eq!(walk_key("a.zip!/2.txt"), walk_key("a.zip!/1.txt"));
/// assert_eq!(walk_key("a.zip!/2.txt"), walk_key("a.zip"));
/// ```
#[must_use]
pub fn walk_key(path: &str) -> String {
    // No name has a NUL, and no character sorts before it.
    file_or_container(path).replace('/', "\0")
}

/// The path of a file; for a member of a container, the path of the container.
fn file_or_container(path: &str) -> &str {
    path.split_once(MEMBER_SEPARATOR).map_or(path, |(file, _)| file)
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;
    use std::convert::Infallible;
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::options::Options;

    /// Compares two paths by their keys.
    fn walk_order(a: &str, b: &str) -> Ordering {
        walk_key(a).cmp(&walk_key(b))
    }

    /// The paths of all files below a folder in the order in which a walk finds them.
    fn walked(root: &std::path::Path) -> Vec<String> {
        let scanned = crate::scan::<Infallible>(&[root.to_path_buf()], &Options::default());
        let files = scanned.unwrap().file_list;
        files.iter().map(|file| file.unwrap().relative).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn walk_keys_sort_paths_in_the_order_of_the_walk(
            names in prop::collection::vec("[aB甲 .-]{0,2}[b乙](/[aB甲!-]{1,2}[c丙]){0,2}", 1..20),
        ) {
            let root = tempfile::tempdir().unwrap();
            for name in &names {
                let path = root.path().join(format!("{name}.txt"));
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "頁").unwrap();
            }
            let walked = walked(root.path());
            let mut sorted = walked.clone();
            sorted.reverse();
            sorted.sort_by(|a, b| walk_order(a, b));
            prop_assert_eq!(&sorted, &walked);
            sorted.reverse();
            sorted.sort_by_key(|path| walk_key(path));
            prop_assert_eq!(sorted, walked);
        }
    }

    #[test]
    fn characters_that_sort_before_the_slash_do_not_change_the_order_of_folders() {
        // By bytes, ` `, `-` and `.` sort before `/`, so `a-b/c.txt` would come before `a/b.txt`.
        let root = tempfile::tempdir().unwrap();
        for name in ["a.txt", "a/b.txt", "a/b/c.txt", "a-b/c.txt", "a b.txt", "z/甲.txt", "B.txt"]
        {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "頁").unwrap();
        }
        let walked = walked(root.path());
        assert_eq!(walked.len(), 7);
        assert!(walked.is_sorted_by(|a, b| walk_order(a, b).is_lt()), "{walked:?}");
    }

    #[test]
    fn members_sort_as_their_container() {
        assert_eq!(walk_order("a/b.zip!/z.txt", "a/b.zip"), Ordering::Equal);
        assert_eq!(walk_order("a/b.zip!/z.txt", "a/b.zip.txt"), Ordering::Less);
        assert_eq!(walk_order("a/b.zip!/z.txt", "a/a.txt"), Ordering::Greater);
    }
}
