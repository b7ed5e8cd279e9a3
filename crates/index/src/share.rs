//! The part of an archive that one of several machines has indexed.

use serde::{Deserialize, Serialize};

/// The part of an archive that one of several machines has indexed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Its files and folders, as paths below the root with `/`; none for the whole archive.
    pub paths: Vec<String>,
    /// Number of its files.
    pub files: u64,
    /// A sum over the paths and contents of its files, as 32 hexadecimal digits. The sums of shares
    /// without common files add up to that of all of them, modulo 2^128.
    pub sum: String,
    /// What all machines index together.
    pub survey: SurveyTotals,
}

/// What all machines index together, according to the survey whose statistics they use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyTotals {
    /// XXH3 of the content of the file of statistics, as 16 hexadecimal digits; empty if the share
    /// was built with statistics of its own.
    pub identity: String,
    /// Number of files.
    pub files: u64,
    /// The sum over all files, see [`Share::sum`].
    pub sum: String,
    /// Number of parts that were surveyed.
    pub parts: u64,
}
