//! Building a postings file from documents, and merging the files of several segments.

pub(crate) mod builder;
pub(crate) mod file;
pub(crate) mod interner;
pub(crate) mod merge_runs;
pub(crate) mod merge_segments;
pub(crate) mod pipeline;
pub(crate) mod run;
