//! Why there are no certificate authorities to trust: the CA file that was named cannot be used,
//! or, if none was named, those of the system cannot be read.

use std::path::PathBuf;

use thiserror::Error;

/// Why there are no certificate authorities to trust. The message says how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// The CA file cannot be used.
    #[error("the CA file {} cannot be used ({problem}): name a PEM file with the certificate of the authority that signed those of the cluster", .path.display())]
    CaFile {
        /// The path.
        path: PathBuf,
        /// Why it cannot be used.
        problem: String,
    },
    /// No CA file was named, and the certificate authorities of the system cannot be read.
    #[error(
        "the certificate authorities of this system cannot be read ({problem}): name a CA file"
    )]
    NoAuthorities {
        /// Why they cannot be read.
        problem: String,
    },
}
