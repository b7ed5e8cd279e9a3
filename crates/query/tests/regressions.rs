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
fn query_inputs() {
    replay::all("query", query::check);
}

#[test]
fn snippet_inputs() {
    replay::all("snippet", snippet::check);
}
