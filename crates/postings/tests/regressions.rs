//! The checks of the fuzz targets, on their seeds and on what once failed. docs/FUZZING.md says
//! more.

// What is shared with the targets of another crate is public.
#![allow(unreachable_pub)]

#[path = "../../../fuzz/checks/postings.rs"]
mod postings;
#[path = "../../../fuzz/checks/replay.rs"]
mod replay;

#[test]
fn postings_inputs() {
    replay::all("postings", postings::check);
}
