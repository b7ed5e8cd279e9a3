//! Data in temporary files, because it grows with the archive: `record_log` writes it and reads it
//! back, and `front_coding` makes sorted texts in it shorter.

pub(crate) mod front_coding;
pub(crate) mod record_log;
