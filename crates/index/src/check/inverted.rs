//! Compares tantivy's term dictionaries and posting lists with the analysed records.
//!
//! The analysed records tell which documents contain each term of each field. To save memory, only
//! the number of these documents and the sum of the hashes of their doc ids are kept. The same two
//! numbers of the term's posting list are subtracted, and nothing may remain.

use foldhash::HashMap;
use tantivy::postings::{Postings as _, TermInfo};
use tantivy::schema::{Field, IndexRecordOption, Schema, Value};
use tantivy::termdict::TermDictionaryBuilder;
use tantivy::tokenizer::MAX_TOKEN_LEN;
use tantivy::{
    DocAddress, DocId, DocSet, InvertedIndexReader, SegmentReader, TERMINATED, TantivyDocument,
};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::findings::{Findings, file_name};
use super::sections::{self, Section};
use crate::error::Error;
use crate::open::Index;

/// The documents that contain a term according to the records, minus those that contain it
/// according to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RemainingDocuments {
    /// The number of these documents, modulo 2^32.
    count: u32,
    /// A document whose record contains the term.
    any_doc: DocId,
    /// The sum of the [`hash_of`] of each of these documents, modulo 2^64.
    sum: u64,
}

impl RemainingDocuments {
    fn is_empty(&self) -> bool {
        self.count == 0 && self.sum == 0
    }
}

/// The terms of all fields that tantivy inverts, as the records have them.
pub(super) struct InvertedTerms {
    /// Whether the field is inverted, indexed by field id.
    is_inverted: Vec<bool>,
    schema: Schema,
    /// The documents of each term, by the [`term_hash`] of the term.
    terms: HashMap<u64, RemainingDocuments>,
    /// The number of values that all documents have in the field, indexed by field id. Values that
    /// tantivy drops because of their length are left out.
    value_counts: Vec<u64>,
    /// The [`term_hash`] of each term of the current document; a buffer.
    terms_of_document: Vec<u64>,
}

/// A hash of a doc id. Sums of such hashes hardly ever coincide.
fn hash_of(doc: DocId) -> u64 {
    // SplitMix64.
    let mut z = u64::from(doc).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Identifies a term of a field.
fn term_hash(field: Field, term: &[u8]) -> u64 {
    xxh3_64_with_seed(term, u64::from(field.field_id()))
}

/// A term in a message: as text, or else in hex.
fn quoted(term: &[u8]) -> String {
    match std::str::from_utf8(term) {
        Ok(text) if !text.chars().any(char::is_control) => format!("`{text}`"),
        _ => term.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

impl InvertedTerms {
    pub(super) fn new(index: &Index) -> Self {
        let schema = index.searcher().schema().clone();
        Self {
            is_inverted: schema.fields().map(|(_, entry)| entry.is_indexed()).collect(),
            terms: HashMap::default(),
            value_counts: vec![0; schema.num_fields()],
            terms_of_document: Vec::new(),
            schema,
        }
    }

    /// Adds the terms of a document.
    pub(super) fn add(&mut self, doc: DocId, document: &TantivyDocument) {
        self.terms_of_document.clear();
        for (field, value) in document.field_values() {
            let at = field.field_id() as usize;
            if !self.is_inverted[at] {
                continue;
            }
            if let Some(text) = value.as_str() {
                // tantivy drops longer values.
                if text.len() <= MAX_TOKEN_LEN {
                    self.value_counts[at] += 1;
                    self.terms_of_document.push(term_hash(field, text.as_bytes()));
                }
            } else if let Some(number) = value.as_u64() {
                self.value_counts[at] += 1;
                self.terms_of_document.push(term_hash(field, &number.to_be_bytes()));
            }
        }
        self.terms_of_document.sort_unstable();
        self.terms_of_document.dedup();
        for term in &self.terms_of_document {
            let entry = self.terms.entry(*term).or_insert(RemainingDocuments {
                count: 0,
                any_doc: doc,
                sum: 0,
            });
            entry.count += 1;
            entry.sum = entry.sum.wrapping_add(hash_of(doc));
        }
    }

    /// Subtracts the posting lists of the segment, and reports the terms of which something
    /// remains.
    pub(super) fn compare(
        mut self,
        index: &Index,
        ordinal: u32,
        reader: &SegmentReader,
        findings: &mut Findings<'_>,
    ) -> Result<(), Error> {
        let fields: Vec<Field> = self
            .schema
            .fields()
            .filter(|(_, entry)| entry.is_indexed())
            .map(|(field, _)| field)
            .collect();
        let mut sections = Vec::with_capacity(fields.len());
        for field in &fields {
            sections.push(self.subtract_field(*field, reader, findings)?);
        }
        sections::compare(index, reader, &sections, findings)?;
        self.terms.retain(|_, remaining| !remaining.is_empty());
        if self.terms.is_empty() {
            return Ok(());
        }
        for field in fields {
            let name = self.schema.get_field_name(field);
            let inverted = reader.inverted_index(field)?;
            let mut stream = inverted.terms().stream().map_err(tantivy::TantivyError::from)?;
            while let Some((term, _)) = stream.next() {
                if self.terms.remove(&term_hash(field, term)).is_some() {
                    let what = format!(
                        "the posting list of {} of {name} differs from the records",
                        quoted(term)
                    );
                    findings.damage(&file_name(reader.segment_id(), "idx"), what);
                }
            }
        }
        let mut missing: Vec<DocId> =
            self.terms.values().map(|documents| documents.any_doc).collect();
        missing.sort_unstable();
        for doc in missing {
            let id = index.id(DocAddress::new(ordinal, doc))?;
            let what = format!("a term of {id} is missing");
            findings.damage(&file_name(reader.segment_id(), "term"), what);
        }
        Ok(())
    }

    /// Subtracts the posting lists of a field, and checks its dictionary: the ranges of the lists,
    /// the document frequencies, and the numbers of terms and values.
    fn subtract_field(
        &mut self,
        field: Field,
        reader: &SegmentReader,
        findings: &mut Findings<'_>,
    ) -> Result<Section, Error> {
        let to_tantivy_error = tantivy::TantivyError::from;
        let name = self.schema.get_field_name(field).to_owned();
        let term_file = file_name(reader.segment_id(), "term");
        let inverted = reader.inverted_index(field)?;
        let mut stream = inverted.terms().stream().map_err(to_tantivy_error)?;
        let mut dictionary = TermDictionaryBuilder::create(Vec::new()).map_err(to_tantivy_error)?;
        let (mut terms, mut end) = (0, 0);
        while let Some((term, info)) = stream.next() {
            terms += 1;
            dictionary.insert(term, info).map_err(to_tantivy_error)?;
            let mut report = |difference: &str| {
                let what = format!("the term {} of {name} {difference}", quoted(term));
                findings.damage(&term_file, what);
            };
            // Posting lists lie one after another, and none of them has positions.
            let range = &info.postings_range;
            if range.start != end || info.positions_range != (0..0) {
                report("does not have a posting list of its own");
            }
            end = range.end;
            if inverted.terms().get(term).map_err(to_tantivy_error)?.as_ref() != Some(info) {
                report("cannot be looked up");
            }
            let hash = term_hash(field, term);
            let Some(summary) = self.subtract_list(&inverted, info, hash, reader)? else {
                let what = format!("the posting list of {} of {name} is invalid", quoted(term));
                findings.damage(&file_name(reader.segment_id(), "idx"), what);
                continue;
            };
            if summary.count != info.doc_freq {
                report("has a document frequency that differs from its posting list");
            }
            if !summary.is_in_records {
                report("is in no record");
            }
        }
        if terms != inverted.terms().num_terms() {
            let what = format_args!("the number of terms of {name} is wrong");
            findings.damage(&term_file, what);
        }
        if inverted.total_num_tokens() != self.value_counts[field.field_id() as usize] {
            let what = format_args!("the number of values of {name} is wrong");
            findings.damage(&file_name(reader.segment_id(), "idx"), what);
        }
        let dictionary = dictionary.finish().map_err(to_tantivy_error)?;
        Ok(Section { field, terms, dictionary, list_bytes: end as u64 })
    }

    /// Subtracts the documents of one posting list. Returns `None`, and subtracts nothing, if the
    /// doc ids do not ascend, if one is not in the segment, or if a tf is not 1.
    fn subtract_list(
        &mut self,
        inverted: &InvertedIndexReader,
        info: &TermInfo,
        term_hash: u64,
        reader: &SegmentReader,
    ) -> Result<Option<PostingListSummary>, Error> {
        let list = inverted.read_postings_from_terminfo(info, IndexRecordOption::Basic);
        let mut list = list.map_err(tantivy::TantivyError::from)?;
        let (mut count, mut sum, mut last) = (0_u32, 0_u64, None);
        let mut doc = list.doc();
        while doc != TERMINATED {
            if doc >= reader.max_doc() || last >= Some(doc) || list.term_freq() != 1 {
                return Ok(None);
            }
            count += 1;
            sum = sum.wrapping_add(hash_of(doc));
            last = Some(doc);
            doc = list.advance();
        }
        let remaining = self.terms.get_mut(&term_hash);
        let is_in_records = remaining.is_some();
        if let Some(remaining) = remaining {
            remaining.count = remaining.count.wrapping_sub(count);
            remaining.sum = remaining.sum.wrapping_sub(sum);
        }
        Ok(Some(PostingListSummary { count, is_in_records }))
    }
}

/// What is known of one posting list.
struct PostingListSummary {
    /// The number of its documents.
    count: u32,
    /// Whether any record contains the term.
    is_in_records: bool,
}
