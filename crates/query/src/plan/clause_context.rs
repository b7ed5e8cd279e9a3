//! What the compiler knows about a node from the operators above it.

use wensou_index::TextField;

/// What the operators above a node determine about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClauseContext<'p> {
    pub(super) fields: &'p [TextField],
    /// Whether the node is outside every NOT. Only then is its text scored and highlighted.
    pub(super) positive: bool,
    /// Whether a document without the text is excluded.
    pub(super) required: bool,
    /// Whether even a relaxed query requires all words of the node: after `+`, in `title:` and
    /// `body:`, and inside a NOT.
    pub(super) strict: bool,
    /// Whether the group of the node has text other than stop words, in the node or elsewhere. Then
    /// a document need not have the group's stop words.
    pub(super) group_has_text: bool,
}
