//! Equality of text across scripts: what two wordings of the same item have in common.

pub(crate) use wensou_text::fold;
use xxhash_rust::xxh3::Xxh3Default;

/// Hash of texts up to script, width, case and blanks.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    let mut hasher = Xxh3Default::new();
    for part in parts {
        let folded = fold(part);
        for word in folded.split_whitespace() {
            hasher.update(word.as_bytes());
        }
        // Parts may not run into each other.
        hasher.update(&[0]);
    }
    hasher.digest()
}
