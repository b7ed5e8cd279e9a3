//! Recognises files that contain the output of wensou itself: texts that begin with the first hit
//! of a search, tables of hits, lists that have nothing but generated ids, and dumps that begin
//! with hits in JSON. These are never read as content of an archive. Exports are read, unless they
//! lie in the archive that they were made from.

use std::path::{Component, Path, PathBuf};

use memchr::memmem;

/// Bytes at the start of a dump that are examined.
const MAX_START_BYTES: usize = 8 << 10;
/// The id of the first hit must be within this many lines after the first line of the hit.
const MAX_HIT_LINES: usize = 40;
/// The start of the header line in a table of hits.
const TABLE_HEAD: &str = "id\tkind\tdate\tprovenance\ttitle\t";

/// Whether a text is the output of a search: hits, a table of hits, or ids.
pub(crate) fn is_search_output(text: &str) -> bool {
    let Some(first) = text.lines().next() else { return false };
    match first.as_bytes().first() {
        Some(b'1') => has_text_hit(text, first),
        Some(b'i') => first.starts_with(TABLE_HEAD),
        Some(b'a' | b'f') => text.lines().all(is_id),
        _ => false,
    }
}

/// Whether a text begins with a hit as `wensou search` prints it; `first` is the first line.
fn has_text_hit(text: &str, first: &str) -> bool {
    let begins_as_hit = ["1. article ", "1. flash "].iter().any(|head| first.starts_with(head));
    // The last line of a hit consists of its path and its id.
    begins_as_hit
        && text.lines().skip(1).take(MAX_HIT_LINES).any(|line| {
            line.starts_with("   ") && line.rsplit_once("  ").is_some_and(|(_, id)| is_id(id))
        })
}

/// Whether a line is a generated id: the letter `a` or `f` and 12 hexadecimal digits, or 16 if the
/// short id was taken.
fn is_id(line: &str) -> bool {
    let digits = line.strip_prefix(['a', 'f']).unwrap_or_default();
    matches!(digits.len(), 12 | 16) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a dump that begins with `start` is the output of a search, or an export of the archive
/// in which the dump lies. `root` is the root folder that the dump was found in. It is `None` if
/// the dump is itself a root: such a file is never taken for an export of its archive.
pub(crate) fn is_output_of_archive(start: &[u8], root: Option<&Path>) -> bool {
    if start.starts_with(TABLE_HEAD.as_bytes()) {
        return true;
    }
    let start = &start[..start.len().min(MAX_START_BYTES)];
    if !matches!(start.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return false;
    }
    let has = |keys: &[&str]| {
        keys.iter().all(|key| memmem::find(start, format!("\"{key}\":").as_bytes()).is_some())
    };
    // The keys of a single hit, and of the object that has all hits.
    if has(&["kind", "score", "snippet"]) || has(&["query", "relaxed", "hits"]) {
        return true;
    }
    // The keys of an exported record.
    has(&["title_origin", "span"]) && root.is_some_and(|root| names_file_below(start, root))
}

/// Whether the first path in an export is the path of a file below `root`. The path in the export
/// begins with the root as it was spelled when the archive was indexed, which can differ from
/// `root`. Therefore every suffix of the path is tried, longest first.
fn names_file_below(start: &[u8], root: &Path) -> bool {
    const KEY: &[u8] = b"\"path\":\"";
    let path = memmem::find(start, KEY).and_then(|at| {
        let value = &start[at + KEY.len()..];
        let end = memchr::memchr(b'"', value)?;
        std::str::from_utf8(&value[..end]).ok()
    });
    let Some(path) = path else { return false };
    let is_name = |part: &Component<'_>| matches!(part, Component::Normal(_));
    let parts: Vec<_> = Path::new(path).components().filter(is_name).collect();
    (0..parts.len())
        .any(|skipped| root.join(parts[skipped..].iter().collect::<PathBuf>()).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_searches_is_recognised() {
        for text in [
            "1. article 標題  2023-05-01\n   來源\n   正文\n   pages/a.txt  a53484a949624\n\n2. flash x",
            "id\tkind\tdate\tprovenance\ttitle\tsource\n",
            "a53484a949624\nf123456789abc\n",
        ] {
            assert!(is_search_output(text), "{text}");
        }
        for text in [
            "",
            "1. article 的用法\n   第一段\n",
            "標題\n\n1. article x  a53484a949624",
            "a53484a949624 是一個編號\n",
            "id\tname\n",
        ] {
            assert!(!is_search_output(text), "{text}");
        }
        for dump in [
            r#"{"date":{},"id":"a","kind":"flash","path":"x","score":1.0,"snippet":{}}"#,
            r#"[ {"id":"a","kind":"flash","score":1.0,"snippet":{}} ]"#,
            r#"{"hits":[],"query":"x","relaxed":false,"total":0}"#,
            "id\tkind\tdate\tprovenance\ttitle\tsource",
        ] {
            assert!(is_output_of_archive(dump.as_bytes(), None), "{dump}");
        }
        assert!(!is_output_of_archive(br#"{"id":1,"title":"x","text":"\"score\": 1"}"#, None));
    }

    #[test]
    fn an_export_is_output_only_in_its_own_archive() {
        let dir = tempfile::tempdir().unwrap();
        let page = dir.path().join("a.txt");
        std::fs::write(&page, "x").unwrap();
        let export = format!(
            r#"{{"path":"{}","span":{{"start":0}},"title_origin":"Stated"}}"#,
            page.display()
        );
        assert!(is_output_of_archive(export.as_bytes(), Some(dir.path())));
        assert!(!is_output_of_archive(export.as_bytes(), Some(&dir.path().join("other"))));
        assert!(!is_output_of_archive(export.as_bytes(), None));
    }
}
