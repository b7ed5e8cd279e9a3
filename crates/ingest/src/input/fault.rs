//! Carries skip reasons through decompressors, wrapped as I/O errors.

use std::fmt;
use std::io;

use crate::options::Options;
use crate::report::Reason;

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

/// Why a read failed: the attached reason, or else the system's message.
pub(crate) fn reason(error: &io::Error) -> Reason {
    attached_reason(error).unwrap_or_else(|| Reason::Unreadable(error.to_string()))
}

/// Why a decompressor or archive reader failed. An error from neither the system nor a lower layer
/// means that the data is damaged.
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

/// The data ends too early.
pub(super) fn truncated() -> Reason {
    Reason::Damaged("it ends too early".to_owned())
}

fn attached_reason(error: &io::Error) -> Option<Reason> {
    let fault = error.get_ref()?.downcast_ref::<Fault>()?;
    Some(fault.0.clone())
}

/// The reason for exceeding the page limit with `bytes` bytes so far.
pub(crate) fn too_large(bytes: u64, options: &Options) -> Reason {
    Reason::TooLarge { bytes, limit: options.max_file_bytes }
}
