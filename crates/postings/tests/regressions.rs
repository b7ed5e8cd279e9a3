//! The checks of the fuzz targets, on their seeds and on inputs that once failed. See
//! docs/FUZZING.md.

// The items of these files are public, because the fuzz targets, a crate of their own, use them.
#![allow(unreachable_pub)]

#[path = "../../../fuzz/checks/postings.rs"]
mod postings;
#[path = "../../../fuzz/checks/replay.rs"]
mod replay;

#[test]
fn seeds_and_former_failures_keep_the_laws() {
    replay::all("postings", postings::check);
}
