//! The file of a segment that the postings plugin writes.

use tantivy::index::SegmentComponent;

/// The extension of postings files.
pub(crate) const POST: &str = "post";

/// The component of a segment that the plugin writes.
pub(crate) fn component() -> SegmentComponent {
    SegmentComponent::Custom(POST.to_owned())
}
