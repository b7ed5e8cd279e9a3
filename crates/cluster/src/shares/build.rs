//! The indexes that several machines write.

use crate::client::Client;

/// The indexes that several machines write.
pub(super) struct Build<'c> {
    pub(super) client: &'c Client,
    pub(super) alias: &'c str,
    pub(super) documents: &'c str,
    pub(super) parts: String,
}
