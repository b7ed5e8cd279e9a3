//! The sample archive.
