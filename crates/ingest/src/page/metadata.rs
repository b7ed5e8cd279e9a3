//! What a page states about itself outside its text: in the head of an HTML page, in front matter,
//! in the fields of a feed, or in the header of a message.

use crate::encoding::mended::Mended;
use crate::record::{DateOrigin, Moment};

/// Metadata of a page. Each value that is present takes precedence over what the text shows; tags
/// are added to those of the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Metadata {
    pub(crate) title: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) translator: Option<String>,
    pub(crate) editor: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) site: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) tags: Vec<String>,
    /// The date of the page, and where the page states it.
    pub(crate) date: Option<(Moment, DateOrigin)>,
    /// A date that is stated in a form that could not be parsed.
    pub(crate) unread_date: Option<String>,
}

impl Metadata {
    /// Repairs mojibake in all values but the address and the unread date. Returns what was
    /// repaired.
    pub(crate) fn repair_mojibake(&mut self) -> Mended {
        let Self { title, author, translator, editor, source, site, category, tags, .. } = self;
        let texts = [title, author, translator, editor, source, site, category];
        Mended::mend_all(texts.into_iter().flatten().chain(tags))
    }
}
