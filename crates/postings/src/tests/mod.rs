//! Tests that need more than one module, by topic.

mod cursors;
mod damage;
mod documents;
mod encoding;
mod round_trip;
mod runs;
mod segments;
