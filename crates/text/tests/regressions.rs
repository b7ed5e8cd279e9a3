//! The checks of the fuzz targets, on their seeds and on inputs that once failed. See
//! docs/FUZZING.md.

// The items of these files are public, because the fuzz targets, a crate of their own, use them.
#![allow(unreachable_pub)]

#[path = "../../../fuzz/checks/fold.rs"]
mod fold;
#[path = "../../../fuzz/checks/replay.rs"]
mod replay;
#[path = "../../../fuzz/checks/segment.rs"]
mod segment;

#[test]
fn fold_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("fold", fold::check);
}

#[test]
fn segmenter_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("segment", segment::check);
}
