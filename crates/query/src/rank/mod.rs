//! What a match is worth: BM25, the weights of fields and terms, and the proximity of the words.

pub(crate) mod bm25;
mod proximity;

pub(crate) use proximity::{
    EXPANSION_WEIGHT, LATIN_WEIGHT, RERANK_DEPTH, STOP_WEIGHT, WORD_BONUS, kind_weight, proximity,
    rerank, weight,
};
