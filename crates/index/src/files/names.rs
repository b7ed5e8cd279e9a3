//! Names of files and folders of an index, and the texts of its markers.
//!
//! No folder is removed because of its name alone. A folder or generation is ours if it contains a
//! marker of ours. A file in a generation of ours is ours if the description lists it, or, in a
//! generation without a valid description, if a build writes files of this name.

use super::page_sums::PAGE_SUMS;

/// The file that marks an index folder. Programs read its first line, people the rest.
pub(crate) const FOLDER_MARKER: &str = "WENSOU";
/// The text of [`FOLDER_MARKER`].
pub(crate) const FOLDER_MARKER_TEXT: &str = "wensou index folder\n\
    \n\
    This folder holds a search index that `wensou index` has built. It can be removed and built\n\
    again from the archive. Keep no files of your own in it. `wensou backup DIR` copies it.\n";
/// The file that names the generation in use.
pub(crate) const CURRENT: &str = "CURRENT";
/// The file that a process locks while it builds, copies into the folder, or repairs it.
pub(crate) const LOCK: &str = "LOCK";
/// The file that marks a generation, written before any other file of it.
pub(crate) const GENERATION_MARKER: &str = "GENERATION";
/// The file that says that a generation is complete. It has the line that `CURRENT` has while the
/// generation is in use.
pub(crate) const SEAL: &str = "SEAL";
/// The file with the description of a generation.
pub(crate) const DESCRIPTION: &str = "wensou.json";
/// The maximum length of a description, in bytes. Each skipped file takes about 100 bytes of it.
pub(crate) const DESCRIPTION_LIMIT: u64 = 64 << 20;
/// The file with the settings of the index (roots, encoding, tables, …), which the description has,
/// too.
pub(crate) const SETTINGS: &str = "settings";
/// The file with the table of the files of the archive.
pub(crate) const FILES: &str = "files";
/// The file with the groups of near-duplicates.
pub(crate) const DUPLICATES: &str = "duplicates";
/// The maximum length of a marker or a seal, in bytes.
pub(crate) const MARKER_LIMIT: u64 = 4096;
/// The start of the name of every generation.
const PREFIX: &str = "gen-";
/// What is appended to the name of an unfinished generation when a signal ends its build. The
/// generation is then removed; other threads may still write to its old name.
pub(crate) const ABANDONED: &str = ".gone";

/// Whether a name is a single component of a path, so that it refers to an entry of the folder
/// itself.
pub(crate) fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0', ':'])
}

/// The name of a generation.
pub(crate) fn generation_name(number: u64) -> String {
    format!("{PREFIX}{number:06}")
}

/// The number of a generation; `None` unless the name is exactly what [`generation_name`] returns.
pub(crate) fn generation_number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PREFIX)?;
    let number = digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?;
    (generation_name(number) == name).then_some(number)
}

/// The text of [`GENERATION_MARKER`].
pub(crate) fn generation_marker_text(name: &str) -> String {
    format!("wensou generation {name}\n")
}

/// Whether this is the name of a lock file of tantivy. Readers of older versions left such files.
pub(crate) fn is_tantivy_lock(name: &str) -> bool {
    name.starts_with(".tantivy-") && name.ends_with(".lock")
}

/// Whether a build writes a file of this name into a generation. Used only for generations without
/// a valid description, which would list the files: mostly those of builds that did not finish.
pub(crate) fn is_build_file(name: &str) -> bool {
    let fixed_names = [
        "meta.json",
        ".managed.json",
        "words.tsv",
        "synonyms.tsv",
        "labels.tsv",
        // Written by format 5 and before.
        "pairs",
        PAGE_SUMS,
        FILES,
        DUPLICATES,
        SETTINGS,
        DESCRIPTION,
        SEAL,
        // Written into the generation, and then renamed into the index folder.
        CURRENT,
    ];
    // tantivy replaces its lists of segments and files by way of temporary files, which are named
    // `.tmp` and six random characters.
    let is_temporary = name.len() == 10 && name.starts_with(".tmp");
    fixed_names.contains(&name) || is_temporary || is_tantivy_lock(name) || is_segment_file(name)
}

/// Whether this is the name of a file of a segment: `0123456789abcdef0123456789abcdef.store`, or
/// `….25.del`.
fn is_segment_file(name: &str) -> bool {
    let Some((segment, remaining)) = name.split_once('.') else { return false };
    let is_segment_name = segment.len() == 32 && segment.bytes().all(|b| b.is_ascii_hexdigit());
    let is_known_kind = match remaining.split_once('.') {
        None => ["store", "fast", "term", "idx", "pos", "fieldnorm", "post", "pairs", "temp"]
            .contains(&remaining),
        Some((opstamp, kind)) => {
            let is_number = !opstamp.is_empty() && opstamp.bytes().all(|b| b.is_ascii_digit());
            (kind == "del" && is_number) || remaining == "store.temp"
        }
    };
    is_segment_name && is_known_kind
}

/// Whether `content` is what is left of `written` after some damage: it is cut short or partly
/// zeroed, as by a power cut, or at most a tenth of its bytes have changed. A file with any other
/// content is foreign, and never replaced.
pub(crate) fn is_damaged_copy(content: &[u8], written: &[u8]) -> bool {
    let mut bytes = content.iter().zip(written);
    if content.len() <= written.len() && bytes.all(|(found, byte)| *found == 0 || found == byte) {
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
    fn names_of_files_that_builds_write_are_recognised() {
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
    fn a_damaged_marker_is_distinguished_from_a_foreign_file() {
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
