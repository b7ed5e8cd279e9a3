//! What an error means for the request that failed.

use crate::error::Error;

impl Error {
    /// Whether an index was deleted that was there before, such as that of a copy that was replaced
    /// while it was read.
    #[must_use]
    pub fn is_of_deleted_index(&self) -> bool {
        matches!(self, Self::NotFound { what, .. } if what.starts_with("index ["))
    }

    /// Whether the same request may succeed later without a change: the network, a node or the load
    /// is the reason.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::TimedOut { .. }
                | Self::Overloaded { .. }
                | Self::Unavailable { .. }
                | Self::Partial { .. }
        )
    }
}
