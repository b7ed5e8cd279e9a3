//! Equality of text across scripts: what two wordings of the same item have in common.

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

/// The same text for a reader of either script.
pub(crate) fn fold(text: &str) -> String {
    // STAND-IN until wensou_text::fold is there.
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}
