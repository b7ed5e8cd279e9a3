//! Which errors are transient.

use crate::error::Error;

impl Error {
    /// Whether the same request may succeed later without a change, because the cause of the error
    /// was the network, a lost node or the load of the cluster.
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
