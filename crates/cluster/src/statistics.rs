//! The statistics of an index on a cluster: how many documents have each term, and average lengths.
//!
//! The cluster could count the documents of each term for each query, but a query has about a
//! hundred terms, and to ask for all of them costs more than the search. So documents are counted
//! once, when the index is written. Terms are identified by their hashes and grouped in buckets,
//! each a document of the statistics index. A query fetches by their ids the few buckets that have
//! its terms. What such a request costs depends on the number of buckets much more than on their
//! size, so terms that a query often asks for together are in one bucket, see [`TermHash`].

use foldhash::HashMap;
use serde::{Deserialize, Serialize};
use wensou_index::{Analysis, DocumentTerms, FieldTerms, FieldValues, Kind, TextField};
use wensou_text::SYMBOL_TERM_PREFIX;

use crate::bucket::Bucket;
use crate::document::{BUCKET_BITS, TermHash};
use crate::source::Source;
use crate::token::word_token;
use crate::unindexed_document::UnindexedDocument;

/// A bucket has, on average, at most about this many terms. The number of buckets is the number of
/// terms divided by this and rounded down, then rounded up to a power of two, but never more than 2
/// to the power of [`BUCKET_BITS`]. As it is rounded down first, a few buckets may have more terms
/// than this on average: one alone up to 127, and 64 of them less than 65 each.
const BUCKET_TERMS: usize = 64;

/// The most names or words in one document of the statistics index.
const CHUNK_NAMES: usize = 20_000;

/// What an index on a cluster says of itself, in `_meta` of its mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// The version of the fields and mappings, see [`FORMAT`](crate::FORMAT).
    pub format: u32,
    /// The analysis version of the documents.
    pub analysis: String,
    /// The alias that the index was written for; empty if an early version has written it.
    #[serde(default)]
    pub alias: String,
    /// The version of the program that wrote the index.
    pub program: String,
    /// The time of the build, RFC 3339 in UTC.
    pub built: String,
    /// The absolute paths of the files and folders that were indexed; as they were given, if the
    /// index was sent in shares.
    pub roots: Vec<String>,
    /// The number of articles and of flash items.
    pub documents: [u64; 2],
    /// By kind, then by field: the sum of the lengths of all documents in key characters.
    pub lengths: [[u64; 3]; 2],
    /// By kind, then by field: the number of documents that have text in the field.
    pub with_field: [[u64; 3]; 2],
    /// The number of buckets: a power of two, at most 2 to the power of 24.
    pub buckets: u64,
    /// The number of documents of the statistics index that have names: tags, sources and authors.
    pub name_chunks: usize,
    /// The number of documents of the statistics index that have words.
    pub word_chunks: usize,
    /// The text of the user's file of words that were added to the dictionary, if there was one.
    pub words: Option<String>,
    /// The text of the user's file of synonyms, if there was one.
    pub synonyms: Option<String>,
    /// The number of shares in which the index was sent; 0 for a copy of one index.
    #[serde(default)]
    pub shares: u64,
    /// The index in a folder that was copied; `None` if an early version has written the copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

impl Description {
    /// The number of key characters that a field has on average in the documents of this kind. A
    /// document without the field counts with length 0.
    #[must_use]
    pub fn average_length(&self, kind: Kind, field: TextField) -> f64 {
        let documents = self.documents[kind as usize];
        self.lengths[kind as usize][field as usize] as f64 / documents.max(1) as f64
    }

    /// The analysis that the documents went through.
    ///
    /// # Errors
    ///
    /// If the words or the synonyms cannot be parsed.
    pub fn to_analysis(&self) -> Result<Analysis, wensou_index::Error> {
        Analysis::of_texts(self.words.as_deref(), self.synonyms.as_deref())
    }

    /// The number of the bucket that a term is in.
    #[must_use]
    pub fn bucket_of(&self, term: TermHash) -> u64 {
        term.0 & (self.buckets.max(1) - 1)
    }

    /// The least number of documents that the statistics index must have: those of names and of
    /// words, and one bucket if any document has text. How many further buckets have terms is not
    /// known: an empty bucket has no document.
    pub(crate) fn min_statistics_documents(&self) -> u64 {
        let has_terms = self.with_field.iter().flatten().any(|documents| *documents > 0);
        (self.name_chunks + self.word_chunks) as u64 + u64::from(has_terms)
    }
}

/// The id of a bucket in the statistics index.
#[must_use]
pub(crate) fn bucket_id(bucket: u64) -> String {
    format!("terms-{bucket}")
}

/// The id of a document of names.
#[must_use]
pub(crate) fn names_id(chunk: usize) -> String {
    format!("names-{chunk}")
}

/// The id of a document of words.
#[must_use]
pub(crate) fn words_id(chunk: usize) -> String {
    format!("words-{chunk}")
}

/// A document of the statistics index with names (tags, sources and authors) or words, and the
/// number of documents that have each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameCounts {
    /// Words in the order of bytes; or names: first tags in the order of bytes, then sources and
    /// authors in the order of bytes.
    pub names: Vec<(String, u64)>,
}

/// Counts the documents that have each term, and each tag, source, author and word.
#[derive(Debug, Default)]
pub struct StatisticsBuilder {
    /// By the hash of a term: the number of articles, and of flash items, that have it.
    terms: HashMap<u64, [u32; 2]>,
    /// See [`Description::documents`], [`Description::lengths`] and [`Description::with_field`].
    documents: [u64; 2],
    lengths: [[u64; 3]; 2],
    with_field: [[u64; 3]; 2],
    /// The number of documents that have each tag.
    tags: HashMap<String, u64>,
    /// The number of documents that have each source or author.
    sources: HashMap<String, u64>,
    /// The number of documents that have each word in the title, plus the number of those that have
    /// it in the tags.
    words: HashMap<String, u64>,
    /// A buffer for the hashes of the terms in one field of a document.
    buffer: Vec<u64>,
}

impl StatisticsBuilder {
    /// Adds a document.
    pub fn add(&mut self, values: &FieldValues, terms: &DocumentTerms) {
        self.count(values, terms, Change::Add);
    }

    /// Subtracts a document that was counted.
    pub(crate) fn subtract(&mut self, values: &FieldValues, terms: &DocumentTerms) {
        self.count(values, terms, Change::Subtract);
    }

    /// Adds a document to all counts, or subtracts it from them.
    fn count(&mut self, values: &FieldValues, terms: &DocumentTerms, change: Change) {
        let kind = terms.kind as usize;
        self.documents[kind] = change.apply(self.documents[kind], 1);
        for field in TextField::ALL {
            self.count_field(kind, field, terms.field(field), change);
        }
        let tags = values.tags.iter().map(|tag| &tag.folded);
        count_each(&mut self.tags, tags, change);
        let sources = values.sources.iter().map(|source| &source.folded);
        count_each(&mut self.sources, sources.chain(&values.authors), change);
        for field in [TextField::Title, TextField::Tags] {
            let words = terms.field(field).iter().flat_map(FieldTerms::words);
            let words = words.filter(|word| !word.starts_with(SYMBOL_TERM_PREFIX));
            let words: Vec<String> = words.map(str::to_owned).collect();
            count_each(&mut self.words, words.iter(), change);
        }
    }

    /// Adds the terms of a field of a document, or subtracts them.
    fn count_field(&mut self, kind: usize, field: TextField, texts: &[FieldTerms], change: Change) {
        self.buffer.clear();
        let mut token = String::new();
        for text in texts {
            let length = &mut self.lengths[kind][field as usize];
            *length = change.apply(*length, text.key.len() as u64);
            for c in &text.key {
                token.clear();
                token.push(*c);
                self.buffer.push(TermHash::new(field, &token).0);
            }
            for bigram in text.key.windows(2) {
                token.clear();
                token.extend(bigram);
                self.buffer.push(TermHash::new(field, &token).0);
            }
            let words = text.words().map(|word| TermHash::new(field, &word_token(word)).0);
            self.buffer.extend(words);
        }
        self.buffer.sort_unstable();
        self.buffer.dedup();
        let with_field = &mut self.with_field[kind][field as usize];
        *with_field = change.apply(*with_field, u64::from(!self.buffer.is_empty()));
        for term in &self.buffer {
            let counts = self.terms.entry(*term).or_default();
            counts[kind] = match change {
                Change::Add => counts[kind].saturating_add(1),
                Change::Subtract => counts[kind].saturating_sub(1),
            };
        }
    }

    /// Divides what was counted into parts with at most `max_entries` entries each.
    pub(crate) fn into_parts(self, max_entries: usize) -> Vec<StatisticsPart> {
        let mut parts = vec![StatisticsPart {
            documents: self.documents,
            lengths: self.lengths,
            with_field: self.with_field,
            ..StatisticsPart::default()
        }];
        let mut terms: Vec<(u64, [u32; 2])> = self.terms.into_iter().collect();
        terms.sort_unstable();
        parts.extend(
            terms
                .chunks(max_entries)
                .map(|terms| StatisticsPart { terms: terms.to_vec(), ..StatisticsPart::default() }),
        );
        let mut push_chunks =
            |counts: HashMap<String, u64>, part: fn(Vec<(String, u64)>) -> StatisticsPart| {
                let list = sorted(counts);
                parts.extend(list.chunks(max_entries).map(|chunk| part(chunk.to_vec())));
            };
        push_chunks(self.tags, |tags| StatisticsPart { tags, ..StatisticsPart::default() });
        push_chunks(self.sources, |sources| StatisticsPart {
            sources,
            ..StatisticsPart::default()
        });
        push_chunks(self.words, |words| StatisticsPart { words, ..StatisticsPart::default() });
        parts
    }

    /// Adds a part of what was counted, perhaps by another machine.
    pub(crate) fn add_part(&mut self, part: StatisticsPart) {
        for kind in 0..2 {
            self.documents[kind] += part.documents[kind];
            for field in 0..3 {
                self.lengths[kind][field] += part.lengths[kind][field];
                self.with_field[kind][field] += part.with_field[kind][field];
            }
        }
        for (term, added) in part.terms {
            let counts = self.terms.entry(term).or_default();
            for (count, added) in counts.iter_mut().zip(added) {
                *count = count.saturating_add(added);
            }
        }
        let add = |counts: &mut HashMap<String, u64>, list: Vec<(String, u64)>| {
            list.into_iter().for_each(|(name, n)| *counts.entry(name).or_default() += n);
        };
        add(&mut self.tags, part.tags);
        add(&mut self.sources, part.sources);
        add(&mut self.words, part.words);
    }

    /// The number of articles and of flash items.
    pub(crate) fn documents(&self) -> [u64; 2] {
        self.documents
    }

    /// Calls `each` with the id and the JSON of every document of the statistics index. Returns
    /// `description` with the totals that were counted.
    ///
    /// # Errors
    ///
    /// If `each` fails, or if a document cannot be written as JSON.
    pub fn write<E: From<serde_json::Error>>(
        self,
        description: Description,
        mut each: impl FnMut(&str, Vec<u8>) -> Result<(), E>,
    ) -> Result<Description, E> {
        // The count of a term is zero if all documents with it were subtracted again.
        let terms = self.terms.into_iter().filter(|(_, counts)| *counts != [0; 2]);
        let mut terms: Vec<(u64, [u32; 2])> = terms.collect();
        let buckets = (terms.len() / BUCKET_TERMS).next_power_of_two() as u64;
        let buckets = buckets.min(1 << BUCKET_BITS);
        let bucket_of = |term: u64| term & (buckets - 1);
        terms.sort_unstable_by_key(|(term, _)| (bucket_of(*term), *term));
        for bucket in terms.chunk_by(|(a, _), (b, _)| bucket_of(*a) == bucket_of(*b)) {
            let (first_term, _) = bucket[0];
            each(
                &bucket_id(bucket_of(first_term)),
                UnindexedDocument::to_json(Bucket::new(bucket))?,
            )?;
        }
        let names = [sorted(self.tags), sorted(self.sources)].concat();
        let words = sorted(self.words);
        let mut write_chunks = |list: &[(String, u64)], id: fn(usize) -> String| {
            let chunks = list.chunks(CHUNK_NAMES);
            for (number, chunk) in chunks.clone().enumerate() {
                each(
                    &id(number),
                    UnindexedDocument::to_json(NameCounts { names: chunk.to_vec() })?,
                )?;
            }
            Ok::<usize, E>(chunks.len())
        };
        let name_chunks = write_chunks(&names, names_id)?;
        let word_chunks = write_chunks(&words, words_id)?;
        Ok(Description {
            documents: self.documents,
            lengths: self.lengths,
            with_field: self.with_field,
            buckets,
            name_chunks,
            word_chunks,
            ..description
        })
    }
}

/// A part of what a machine has counted, see [`StatisticsBuilder::into_parts`]. The fields are
/// those of [`StatisticsBuilder`]; in each part, most of them are empty or zero.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StatisticsPart {
    documents: [u64; 2],
    lengths: [[u64; 3]; 2],
    with_field: [[u64; 3]; 2],
    terms: Vec<(u64, [u32; 2])>,
    tags: Vec<(String, u64)>,
    sources: Vec<(String, u64)>,
    words: Vec<(String, u64)>,
}

/// Whether a document is added to the counts or subtracted from them.
#[derive(Debug, Clone, Copy)]
enum Change {
    Add,
    Subtract,
}

impl Change {
    fn apply(self, total: u64, count: u64) -> u64 {
        match self {
            Self::Add => total + count,
            Self::Subtract => total.saturating_sub(count),
        }
    }
}

/// Names with their counts, in the order of names, without those whose count is zero.
fn sorted(counts: HashMap<String, u64>) -> Vec<(String, u64)> {
    let mut list: Vec<(String, u64)> = counts.into_iter().filter(|(_, n)| *n > 0).collect();
    list.sort_unstable();
    list
}

/// Counts the values of a document, each once.
fn count_each<'v>(
    counts: &mut HashMap<String, u64>,
    values: impl Iterator<Item = &'v String>,
    change: Change,
) {
    let mut values: Vec<&String> = values.collect();
    values.sort_unstable();
    values.dedup();
    for value in values {
        match counts.get_mut(value) {
            Some(count) => *count = change.apply(*count, 1),
            None => drop(counts.insert(value.clone(), change.apply(0, 1))),
        }
    }
}

#[cfg(test)]
#[path = "statistics_tests.rs"]
mod tests;
