//! Small replacements in a text, and the map of offsets back to the original, which is the text
//! before the replacements.

use std::ops::Range;

/// The replacements made in a text, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Edits(Vec<Edit>);

/// One replacement.
#[derive(Debug, PartialEq, Eq)]
struct Edit {
    /// Where the replacement is in the edited text.
    edited: Range<usize>,
    /// Where the replaced text is in the original.
    original: Range<usize>,
}

impl Edits {
    /// The offset in the original that corresponds to `offset` in the edited text. An offset inside
    /// a replacement maps to the end of what was replaced, and an offset at which something was
    /// removed to the end of the removed text.
    pub(crate) fn original_of(&self, offset: usize) -> usize {
        let after = self.0.partition_point(|edit| edit.edited.start <= offset);
        let Some(edit) = after.checked_sub(1).and_then(|at| self.0.get(at)) else { return offset };
        let Edit { edited, original } = edit;
        match offset - edited.start {
            0 if !edited.is_empty() => original.start,
            inside => original.end + inside.saturating_sub(edited.len()),
        }
    }
}

/// Copies a text with replacements.
pub(crate) struct Editor<'a> {
    original: &'a str,
    /// Everything before this offset of the original has been copied or replaced.
    at: usize,
    text: String,
    edits: Vec<Edit>,
}

impl<'a> Editor<'a> {
    pub(crate) fn new(original: &'a str) -> Self {
        Self { original, at: 0, text: String::with_capacity(original.len()), edits: Vec::new() }
    }

    /// Replaces a range of the original, which must lie after all ranges replaced before.
    pub(crate) fn replace(&mut self, from: usize, to: usize, replacement: &str) {
        self.text.push_str(&self.original[self.at..from]);
        let start = self.text.len();
        self.text.push_str(replacement);
        self.edits.push(Edit { edited: start..self.text.len(), original: from..to });
        self.at = to;
    }

    /// The edited text; `None` if nothing was replaced.
    pub(crate) fn finish(mut self) -> Option<(String, Edits)> {
        self.text.push_str(&self.original[self.at..]);
        (!self.edits.is_empty()).then_some((self.text, Edits(self.edits)))
    }
}

/// The text without its NUL characters; `None` if it has none.
pub(crate) fn without_nuls(text: &str) -> Option<(String, Edits)> {
    let mut editor = Editor::new(text);
    for at in memchr::memchr_iter(0, text.as_bytes()) {
        editor.replace(at, at + 1, "");
    }
    editor.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn offsets_lead_back_across_replacements() {
        let mut editor = Editor::new("甲&amp;乙\0\0丙");
        editor.replace(3, 8, "&");
        editor.replace(11, 12, "");
        editor.replace(12, 13, "");
        let (text, edits) = editor.finish().unwrap();
        assert_eq!(text, "甲&乙丙");
        // Before 甲, before and after `&`, after 乙, at the end.
        let originals: Vec<usize> = [0, 3, 4, 7, 10].map(|at| edits.original_of(at)).to_vec();
        assert_eq!(originals, [0, 3, 8, 13, 16]);
    }

    proptest! {
        #[test]
        fn every_character_leads_back_to_itself(text in "[甲乙a\0]{0,30}") {
            if let Some((without, edits)) = without_nuls(&text) {
                prop_assert_eq!(&without, &text.replace('\0', ""));
                for (at, c) in without.char_indices() {
                    prop_assert!(text[edits.original_of(at)..].starts_with(c));
                }
                prop_assert_eq!(edits.original_of(without.len()), text.len());
            } else {
                prop_assert!(!text.contains('\0'));
            }
        }
    }
}
