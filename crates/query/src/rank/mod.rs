//! What a match is worth: BM25, the weights of fields and terms, coverage, and the proximity of the
//! words. Nothing here reads an index: statistics come through a trait.

pub(crate) mod bm25;
mod coverage;
pub(crate) mod proximity;
mod statistics;
mod weights;

pub(crate) use coverage::{Coverage, CoverageScale, IdfMass};
pub(crate) use statistics::{FieldTerm, TermStatistics};
pub(crate) use weights::{EXPANSION_WEIGHT, LATIN_WEIGHT, STOP_WEIGHT, kind_weight, weight};

pub(crate) fn tune(name: &str, default: f32) -> f32 {
    use std::collections::HashMap;
    use std::sync::{LazyLock, Mutex};
    static CACHE: LazyLock<Mutex<HashMap<String, f32>>> = LazyLock::new(Mutex::default);
    let mut cache = CACHE.lock().unwrap();
    if let Some(v) = cache.get(name) {
        return *v;
    }
    let v = std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    cache.insert(name.to_owned(), v);
    v
}
