//! The indexes that several machines write.

use crate::client::Client;

/// The indexes that several machines write.
pub(super) struct Build<'c> {
    pub(super) client: &'c Client,
    /// The alias that will lead to the index of documents.
    pub(super) alias: &'c str,
    /// The name of the index of documents.
    pub(super) documents: &'c str,
    /// The name of the index of parts, see [`parts`](super::parts).
    pub(super) parts: String,
}
