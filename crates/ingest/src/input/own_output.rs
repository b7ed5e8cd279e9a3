//! Recognises what wensou itself has printed into a file: hits and lists of ids are never archive
//! content. Exports are, unless they lie in the archive that they were made from.

use serde_json::Value;

/// Lines of a text in which a hit must end.
const MAX_HIT_LINES: usize = 40;
/// The first cells of a table of hits.
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

fn has_text_hit(text: &str, first: &str) -> bool {
    let begins = ["1. article ", "1. flash "].iter().any(|begin| first.starts_with(begin));
    // The last line of a hit has its path and its id.
    begins
        && text.lines().skip(1).take(MAX_HIT_LINES).any(|line| {
            line.starts_with("   ") && line.rsplit_once("  ").is_some_and(|(_, id)| is_id(id))
        })
}

/// Whether this is a generated id.
fn is_id(text: &str) -> bool {
    let digits = text.strip_prefix(['a', 'f']).unwrap_or_default();
    matches!(digits.len(), 12 | 16) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether the first object of a dump is a hit, or the hits of a query of a batch.
pub(crate) fn is_hit_object(value: &Value) -> bool {
    let has = |keys: &[&str]| keys.iter().all(|key| value.get(key).is_some());
    has(&["id", "kind", "score", "snippet", "seen_in"])
        || has(&["query", "total", "relaxed", "hits"])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        assert!(is_hit_object(
            &json!({"id": 1, "kind": "flash", "score": 1, "snippet": {}, "seen_in": []})
        ));
        assert!(!is_hit_object(&json!({"id": 1, "title": "x"})));
    }
}
