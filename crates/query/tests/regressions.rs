//! The checks of the fuzz targets, on their seeds and on inputs that once failed. See
//! docs/FUZZING.md.

// Items shared with the targets of another crate are public.
#![allow(unreachable_pub)]

#[path = "../../../fuzz/checks/query.rs"]
mod query;
#[path = "../../../fuzz/checks/replay.rs"]
mod replay;
#[path = "../../../fuzz/checks/snippet.rs"]
mod snippet;

#[test]
fn query_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("query", query::check);
}

#[test]
fn snippet_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("snippet", snippet::check);
}
