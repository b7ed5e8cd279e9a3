//! What is like a record.

use wensou_index::{Index, Lookup, RecordExt};
use wensou_query::{Error, Hit, Options};

// replaced by wensou_query::similar at merge
/// Searches for the title and the tags of a record as a plain text; the record itself is left out.
pub(crate) fn similar(index: &Index, id: &str, limit: usize) -> Result<Vec<Hit>, Error> {
    let Lookup::Found(address) = index.lookup(id)? else { return Ok(Vec::new()) };
    let record = index.record(address)?;
    let texts = record.texts();
    let text = format!("{} {}", texts.title, texts.tags.join(" "));
    let mut options = Options::default();
    options.limit = limit + 1;
    let results = wensou_query::search(index, &wensou_query::plain(&text), &options)?;
    Ok(results.hits.into_iter().filter(|hit| hit.record.id() != record.id()).take(limit).collect())
}
