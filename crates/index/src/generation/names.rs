//! The names and markers by which an index folder knows its own.
//!
//! Nothing is removed, truncated or replaced because of its name alone. A folder or generation is
//! ours if it carries a marker with our first line; a file in it is ours if the description or the
//! form of the name says so, and no other.

/// Marks an index folder. Its first line says so to programs, the rest to people.
pub(crate) const FOLDER_MARKER: &str = "WENSOU";
/// What [`FOLDER_MARKER`] contains.
pub(crate) const FOLDER_MARKER_TEXT: &str = "wensou index folder\n\
    \n\
    This folder holds a search index that `wensou index` has built. It can be removed and built\n\
    again from the archive. Keep no files of your own in it. `wensou backup DIR` copies it.\n";
/// Names the generation in use.
pub(crate) const CURRENT: &str = "CURRENT";
/// Held by the process that builds.
pub(crate) const LOCK: &str = "LOCK";
/// Marks a generation from the moment its folder is there.
pub(crate) const MARKER: &str = "GENERATION";
/// Says that a generation is complete, and what its description hashes to.
pub(crate) const SEAL: &str = "SEAL";
/// The description of a generation.
pub(crate) const DESCRIPTION: &str = "wensou.json";
/// A second copy of what is needed to build the index anew.
pub(crate) const SETTINGS: &str = "settings";
/// Length of a marker file at most, in bytes.
pub(crate) const MARKER_LIMIT: u64 = 4096;
/// What the names of generations start with.
const PREFIX: &str = "gen-";
/// What the name of a generation ends with that was given up by a signal.
pub(crate) const GONE: &str = ".gone";

/// Whether a name is one component of a path that means itself.
pub(crate) fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0', ':'])
}

/// The name of a generation.
pub(crate) fn generation_name(number: u64) -> String {
    format!("{PREFIX}{number:06}")
}

/// The number of a generation, if the name has exactly the form that we write.
pub(crate) fn generation_number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PREFIX)?;
    let number = digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?;
    (generation_name(number) == name).then_some(number)
}

/// What the marker of a generation contains.
pub(crate) fn marker_text(name: &str) -> String {
    format!("wensou generation {name}\n")
}

/// Whether tantivy makes lock files of this name: readers of older versions left some.
pub(crate) fn is_tantivy_lock(name: &str) -> bool {
    name.starts_with(".tantivy-") && name.ends_with(".lock")
}

/// Whether a build writes files of this name into a generation. Asked only of generations that
/// were never finished: a finished one has a list of its files.
pub(crate) fn is_build_file(name: &str) -> bool {
    let fixed = [
        "meta.json",
        ".managed.json",
        "words.tsv",
        "synonyms.tsv",
        // Of format 5 and before.
        "pairs",
        super::PAGE_SUMS,
        SETTINGS,
        DESCRIPTION,
        SEAL,
        CURRENT,
    ];
    // tantivy replaces its lists of files by way of files with such names.
    let temporary = name.len() == 10 && name.starts_with(".tmp");
    fixed.contains(&name) || temporary || is_tantivy_lock(name) || is_segment_file(name)
}

/// `0123456789abcdef0123456789abcdef.store`, or `….25.del`.
fn is_segment_file(name: &str) -> bool {
    let Some((segment, rest)) = name.split_once('.') else { return false };
    let hexadecimal = segment.len() == 32 && segment.bytes().all(|b| b.is_ascii_hexdigit());
    let kind = match rest.split_once('.') {
        None => ["store", "fast", "term", "idx", "pos", "fieldnorm", "post", "pairs", "temp"]
            .contains(&rest),
        Some((stamp, kind)) => {
            let number = !stamp.is_empty() && stamp.bytes().all(|b| b.is_ascii_digit());
            (kind == "del" && number) || rest == "store.temp"
        }
    };
    hexadecimal && kind
}

/// Whether `content` is `written` with a little damage: cut short, with zeros in it, as a power cut
/// leaves them, or with a few bytes changed. What is something else altogether is not ours to
/// repair.
pub(crate) fn is_damaged_copy(content: &[u8], written: &[u8]) -> bool {
    let mut pairs = content.iter().zip(written);
    if content.len() <= written.len() && pairs.all(|(found, byte)| *found == 0 || found == byte) {
        return true;
    }
    let same = content.iter().zip(written).filter(|(a, b)| a == b).count();
    content.len() == written.len() && same * 10 >= written.len() * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_our_exact_form_are_generations() {
        assert_eq!(generation_number("gen-000007"), Some(7));
        assert_eq!(generation_number("gen-1234567"), Some(1_234_567));
        for name in ["gen-7", "gen-0000007", "gen-", "gen-src", "gen-00000x", "gen-+00007", "gen"] {
            assert_eq!(generation_number(name), None, "{name}");
        }
    }

    #[test]
    fn names_of_builds_are_told_from_others() {
        let segment = "0123456789abcdef0123456789abcdef";
        for kind in ["store", "fast", "25.del", "post"] {
            assert!(is_build_file(&format!("{segment}.{kind}")), "{kind}");
        }
        for name in ["thesis.txt", "a.store", "meta.json~", "README.md"] {
            assert!(!is_build_file(name), "{name}");
        }
        assert!(!is_build_file(&format!("{segment}.bak")));
        assert!(!is_build_file(&format!("{segment}.x.del")));
    }

    #[test]
    fn a_damaged_marker_is_told_from_a_foreign_file() {
        let marker = FOLDER_MARKER_TEXT.as_bytes();
        assert!(is_damaged_copy(&marker[..5], marker));
        let mut flipped = marker.to_vec();
        flipped[3] ^= 4;
        assert!(is_damaged_copy(&flipped, marker));
        let mut torn = marker.to_vec();
        torn[40..].fill(0);
        assert!(is_damaged_copy(&torn, marker));
        assert!(!is_damaged_copy(b"notes of mine", marker));
    }
}
