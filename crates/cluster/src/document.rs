//! A record as a document of the cluster.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use wensou_index::{
    DocumentTerms, FACET_SEPARATOR, FacetValue, FieldTerms, FieldValues, TextField,
};
use wensou_ingest::Record;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::schema::field;
use crate::token::{bigrams, shared_start, unigrams, word_token};

const SECONDS_PER_DAY: i64 = 86_400;

/// The sum of a document, see [`field::SUM`], and the document as JSON. `group` is the least
/// among the ids of the document and its near-duplicates; `None` if it has no near-duplicates.
///
/// # Errors
///
/// If the record cannot be written as JSON.
pub fn document(
    record: &Record,
    values: &FieldValues,
    terms: &DocumentTerms,
    group: Option<&str>,
) -> serde_json::Result<(String, Vec<u8>)> {
    let (sum, fields) = document_fields(record, values, terms, group)?;
    Ok((sum, serde_json::to_vec(&fields)?))
}

/// The sum of a document and its fields, see [`document`].
pub(crate) fn document_fields(
    record: &Record,
    values: &FieldValues,
    terms: &DocumentTerms,
    group: Option<&str>,
) -> serde_json::Result<(String, Map<String, Value>)> {
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    set(field::ID, json!(values.ids));
    set(field::ORDINAL, json!(values.ordinal));
    set(field::KIND, json!(terms.kind as u8));
    if let Some(date) = terms.columns.date {
        set(field::DATE, json!(date));
        set(field::DAY, json!(date.div_euclid(SECONDS_PER_DAY)));
    }
    set(field::PROVENANCE, json!(values.provenance as u8));
    let folded = |values: &[FacetValue]| -> Vec<String> {
        values.iter().map(|value| value.folded.clone()).collect()
    };
    set(field::TAG, json!(folded(&values.tags)));
    // `source:` also finds the author, translator and editor, each as a whole; `author:` finds each
    // name in them, too.
    set(field::SOURCE, json!([folded(&values.sources), values.authors.clone()].concat()));
    set(field::AUTHOR, json!(values.names));
    set(field::SITE, json!(values.sites));
    set(field::URL, json!(values.url));
    set(field::CATEGORY, json!(folded(&values.categories)));
    set(field::HAS, json!(values.has));
    set(field::SCRIPT, json!(values.script));
    set(field::PATH, json!(path_suffixes(&terms.paths)));
    set(field::TAG_FACET, facets(&values.tags));
    set(field::SOURCE_FACET, facets(&values.sources));
    set(field::CATEGORY_FACET, facets(&values.categories));
    set(field::TIE, json!(to_ordered_i64(terms.columns.tie_breaker)));
    set(field::HASH, json!(format!("{:016x}", terms.columns.content_hash)));
    set(field::OCCURRENCES, json!(values.occurrences));
    if let Some(group) = group {
        set(field::GROUP, json!(group));
    }
    let tokens_of =
        |texts: &[FieldTerms]| -> Vec<String> { texts.iter().flat_map(tokens).collect() };
    let text_fields = json!({
        "title": tokens_of(std::slice::from_ref(&terms.title)),
        "body": tokens_of(std::slice::from_ref(&terms.body)),
        "tags": tokens_of(&terms.tags),
    });
    set(terms.kind.name(), text_fields);
    set(field::RECORD, serde_json::to_value(record)?);
    let sum = sum_of(&fields)?;
    fields.insert(field::SUM.to_owned(), json!(sum));
    Ok((sum, fields))
}

/// The sum of a document with these fields, which lack the sum itself. The order in which the
/// fields were inserted does not matter: the map sorts them.
pub(crate) fn sum_of(fields: &Map<String, Value>) -> serde_json::Result<String> {
    Ok(format!("{:016x}", xxh3_64(&serde_json::to_vec(fields)?)))
}

/// The tokens of a text, as three values of a field: its bigrams, its unigrams and its words. The
/// cluster leaves a gap between the positions of two values, so that no phrase spans them.
fn tokens(text: &FieldTerms) -> [String; 3] {
    let mut words = String::new();
    for word in text.words() {
        words.push_str(&word_token(word));
        words.push(' ');
    }
    [bigrams(&text.key), unigrams(&text.key), words]
}

/// Facet values as [`field::TAG_FACET`] describes them.
fn facets(values: &[FacetValue]) -> Value {
    let facet = |FacetValue { folded, original }: &FacetValue| {
        // A value that is too long is cut. Values with the same beginning are then counted as one.
        let both_forms = format!("{folded}{FACET_SEPARATOR}{original}");
        both_forms.chars().take(MAX_FACET_CHARS).collect::<String>()
    };
    values.iter().map(facet).collect()
}

/// The longest facet value in characters. The cluster accepts 32,766 bytes, and a character takes
/// at most four.
const MAX_FACET_CHARS: usize = 8000;

/// Maps unsigned numbers to signed ones, which the cluster can store, in the same order.
#[must_use]
pub(crate) fn to_ordered_i64(number: u64) -> i64 {
    (number ^ (1 << 63)) as i64
}

/// Those suffixes of the paths that start with the name of a file or folder: of `a/b.html`, these
/// are `a/b.html` and `b.html`. Each suffix is returned once.
fn path_suffixes(paths: &[String]) -> Vec<&str> {
    let mut suffixes: Vec<&str> = paths
        .iter()
        .flat_map(|path| {
            let starts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
            starts.map(|start| &path[start..])
        })
        .filter(|suffix| !suffix.is_empty())
        .collect();
    suffixes.sort_unstable();
    suffixes.dedup();
    suffixes
}

/// The hash of a token and its field, by which statistics identify a term. The form of the token
/// tells bigrams, unigrams and words apart.
///
/// The low `BUCKET_BITS` bits decide the bucket of the term. They are the hash of the start of the
/// text, see `shared_start`, so a bigram, the words that begin with it, and their terms in other
/// fields are in one bucket. A query asks for most of these together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TermHash(pub u64);

/// The number of bits of a [`TermHash`] that terms with the same [`shared_start`] share. The other
/// 40 bits tell these terms apart.
pub(crate) const BUCKET_BITS: u32 = 24;

impl TermHash {
    /// The hash of a token in a field.
    #[must_use]
    pub fn new(field: TextField, token: &str) -> Self {
        // The field is hashed as a byte, not used as the seed: small seeds merely permute the
        // hashes of short tokens, so tokens of different fields would collide.
        let mut hasher = Xxh3::new();
        hasher.update(&[field as u8]);
        hasher.update(token.as_bytes());
        let bucket = xxh3_64(shared_start(token).as_bytes()) & ((1 << BUCKET_BITS) - 1);
        Self(hasher.digest() << BUCKET_BITS | bucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bigram_and_the_words_that_begin_with_it_share_a_bucket_in_all_fields() {
        let bucket = |term: TermHash| term.0 & ((1 << BUCKET_BITS) - 1);
        let hash = |field, token: &str| TermHash::new(field, token);
        // A `W` marks the token of a word.
        let tokens = ["比特", "W比特", "W比特币", "W比特币现金"];
        let terms: Vec<TermHash> = TextField::ALL
            .iter()
            .flat_map(|field| tokens.iter().map(|token| hash(*field, token)))
            .collect();
        assert!(terms.iter().all(|term| bucket(*term) == bucket(terms[0])), "{terms:x?}");
        let distinct: std::collections::BTreeSet<TermHash> = terms.iter().copied().collect();
        assert_eq!(distinct.len(), terms.len());
        let title = |token| bucket(hash(TextField::Title, token));
        assert_ne!(title("比特"), title("特币"));
        assert_eq!(title("比"), title("W比"));
        // A Latin word shares a bucket only with the same word in other fields.
        assert_ne!(title("Wbitcoin"), title("Wbitfinex"));
        assert_eq!(title("Wbitcoin"), bucket(hash(TextField::Body, "Wbitcoin")));
    }
}
