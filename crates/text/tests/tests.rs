//! Laws of the analysis, on random strings and on real text.

mod corpora;
mod fold;
mod key;
mod non_han;
mod regressions;
mod segment;
mod simplified;
mod tables;
mod traditional;
