//! Which errors are transient.

use crate::error::Error;

impl Error {
    /// Whether the same request may succeed later without a change: the network, a node or the load
    /// is the reason.
    #[must_use]
    pub fn is_transient(&self) -> bool {
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
