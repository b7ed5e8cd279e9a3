//! Front coding: encodes a text as the length of the prefix that it shares with the text before it,
//! and its remaining suffix.
//!
//! For temporary files that are read once and in order. `wensou-postings` has another code for its
//! tables, which are kept, and searched through an index of blocks.

use serde::{Deserialize, Serialize};

/// A text that [`FrontCoded::restore`] rebuilds from the text before it.
#[derive(Serialize, Deserialize)]
pub(crate) struct FrontCoded<'a> {
    /// Length in bytes of the prefix that the text shares with the text before it.
    shared: usize,
    suffix: &'a str,
}

impl<'a> FrontCoded<'a> {
    pub(crate) fn new(previous: &str, text: &'a str) -> Self {
        let shared = common_prefix_len(previous, text);
        Self { shared, suffix: &text[shared..] }
    }

    /// Turns `text`, which must hold the text before this one, into this text.
    pub(crate) fn restore(&self, text: &mut String) {
        text.truncate(self.shared);
        text.push_str(self.suffix);
    }
}

/// Length in bytes of the common prefix of two texts; ends on a character boundary of both.
fn common_prefix_len(one: &str, other: &str) -> usize {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    (0..=same).rev().find(|at| other.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_prefix_ends_on_a_character_boundary() {
        assert_eq!(common_prefix_len("甲乙", "甲丙"), 3, "乙 and 丙 begin with the same two bytes");
        assert_eq!(
            (
                common_prefix_len("", "a"),
                common_prefix_len("ab", "a"),
                common_prefix_len("ab", "ac")
            ),
            (0, 1, 1)
        );
    }
}
