//! The options that decide how pages are read, as hashes. Corpus statistics can be used only with
//! the same options and the same program with which they were made.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// The version of the program, and a hash of each option that decides how pages are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReadingOptions {
    /// The version, `ANALYSIS_VERSION` and the analysis fingerprint.
    program: String,
    encoding: u64,
    /// `--map`: the user's names for the keys of dumps.
    map: u64,
    /// `--labels`: the user's table of labels of bylines.
    labels: u64,
    /// `--pre` and `--pre-glob`: the command that turns files into text.
    pre: u64,
    /// `--exclude`: patterns of files to leave out.
    exclude: u64,
}

/// The options as text; an option that was not given is empty.
pub(crate) struct OptionTexts {
    pub(crate) encoding: String,
    pub(crate) map: String,
    pub(crate) pre: String,
    pub(crate) exclude: String,
}

impl ReadingOptions {
    /// The hashes for this program and these options. `labels` is the hash of the user's table of
    /// labels.
    pub(crate) fn new(texts: &OptionTexts, labels: u64) -> Self {
        let analysis = wensou_text::analysis_fingerprint();
        let (version, analysis_version) =
            (env!("CARGO_PKG_VERSION"), wensou_text::ANALYSIS_VERSION);
        let hash = |text: &str| xxh3_64(text.as_bytes());
        Self {
            program: format!("{version} {analysis_version}-{analysis:016x}"),
            encoding: hash(&texts.encoding),
            map: hash(&texts.map),
            labels,
            pre: hash(&texts.pre),
            exclude: hash(&texts.exclude),
        }
    }

    /// The first difference from other options, for a message: the name of an option such as
    /// `--encoding`, or words for another version of the program.
    pub(crate) fn difference(&self, other: &Self) -> Option<&'static str> {
        let options = [
            ("--encoding", self.encoding == other.encoding),
            ("--map", self.map == other.map),
            ("--labels", self.labels == other.labels),
            ("--pre or --pre-glob", self.pre == other.pre),
            ("--exclude", self.exclude == other.exclude),
        ];
        if self.program != other.program {
            return Some("another version of wensou");
        }
        options.into_iter().find(|(_, is_same)| !is_same).map(|(name, _)| name)
    }
}
