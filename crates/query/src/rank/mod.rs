//! What a match is worth: BM25, the weights of fields and terms, and the proximity of the words.

pub(crate) mod bm25;
mod proximity;
mod weights;

pub(crate) use proximity::{RERANK_DEPTH, proximity, rerank};
pub(crate) use weights::{EXPANSION_WEIGHT, LATIN_WEIGHT, STOP_WEIGHT, kind_weight, weight};
