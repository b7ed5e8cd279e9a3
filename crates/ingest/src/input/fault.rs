//! Wraps the reason to skip a file in an I/O error, so that the reason reaches the caller through a
//! decompressor.

use std::fmt;
use std::io;

use crate::options::Options;
use crate::report::Reason;

/// A skip reason as an error.
#[derive(Debug)]
struct Fault(Reason);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Fault {}

/// Wraps a reason in an I/O error.
pub(crate) fn fault(reason: Reason) -> io::Error {
    io::Error::other(Fault(reason))
}

/// Why a read failed: the reason in the error, or else the system's message.
pub(crate) fn reason(error: &io::Error) -> Reason {
    attached_reason(error).unwrap_or_else(|| Reason::Unreadable(error.to_string()))
}

/// Why a decompressor or a reader of containers failed. If the error comes neither from the system
/// nor from [`fault`], the data is damaged.
pub(super) fn damage_reason(error: &io::Error) -> Reason {
    if let Some(reason) = attached_reason(error) {
        return reason;
    }
    if error.raw_os_error().is_some() {
        return Reason::Unreadable(error.to_string());
    }
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return truncated();
    }
    Reason::Damaged(error.to_string())
}

/// The reason for data that ends too early.
pub(super) fn truncated() -> Reason {
    Reason::Damaged("it ends too early".to_owned())
}

/// The reason in an error that [`fault`] has made.
fn attached_reason(error: &io::Error) -> Option<Reason> {
    let fault = error.get_ref()?.downcast_ref::<Fault>()?;
    Some(fault.0.clone())
}

/// The reason to skip a file that exceeds `max_file_bytes`. `bytes` is its length, or how much of
/// it was read.
pub(crate) fn too_large(bytes: u64, options: &Options) -> Reason {
    Reason::TooLarge { bytes, limit: options.max_file_bytes }
}
