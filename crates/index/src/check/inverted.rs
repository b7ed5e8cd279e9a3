//! Tantivy's term dictionaries and posting lists, against the analysed records.
//!
//! For each term of each field the records say in which documents it stands. Kept are the number of
//! these documents and the sum of a hash of each, not the documents themselves; what the posting
//! list of the term says is taken off again, and nothing may be left.

use rustc_hash::FxHashMap;
use tantivy::postings::Postings as _;
use tantivy::schema::{Field, IndexRecordOption, Schema, Value};
use tantivy::termdict::TermDictionaryBuilder;
use tantivy::tokenizer::MAX_TOKEN_LEN;
use tantivy::{DocAddress, DocId, DocSet, SegmentReader, TERMINATED, TantivyDocument};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::findings::{Findings, file};
use super::sections::{self, Section};
use crate::error::Error;
use crate::open::Index;

/// What the records say of one term, less what the index says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Documents {
    /// How many documents have it.
    count: u32,
    /// One that has it.
    any: DocId,
    /// Sum of the hashes of all.
    sum: u64,
}

impl Documents {
    fn is_empty(&self) -> bool {
        self.count == 0 && self.sum == 0
    }
}

/// The terms of all fields that tantivy inverts.
pub(super) struct Inverted {
    /// By number of the field, whether it is inverted.
    fields: Vec<bool>,
    schema: Schema,
    terms: FxHashMap<u64, Documents>,
    /// By number of the field, the values of all documents.
    tokens: Vec<u64>,
    /// Terms of the document at hand.
    of_document: Vec<u64>,
}

/// A hash of a doc id: sums of these are as good as random.
fn hash_of(doc: DocId) -> u64 {
    // SplitMix64.
    let mut z = u64::from(doc).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn key(field: Field, term: &[u8]) -> u64 {
    xxh3_64_with_seed(term, u64::from(field.field_id()))
}

/// How a term is written in a message.
fn shown(term: &[u8]) -> String {
    match std::str::from_utf8(term) {
        Ok(text) if !text.chars().any(char::is_control) => format!("`{text}`"),
        _ => term.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

impl Inverted {
    pub(super) fn new(index: &Index) -> Self {
        let schema = index.searcher().schema().clone();
        Self {
            fields: schema.fields().map(|(_, entry)| entry.is_indexed()).collect(),
            terms: FxHashMap::default(),
            tokens: vec![0; schema.num_fields()],
            of_document: Vec::new(),
            schema,
        }
    }

    /// Adds the terms of a document.
    pub(super) fn add(&mut self, doc: DocId, document: &TantivyDocument) {
        self.of_document.clear();
        for (field, value) in document.field_values() {
            let at = field.field_id() as usize;
            if !self.fields[at] {
                continue;
            }
            if let Some(text) = value.as_str() {
                // Tantivy drops what is longer.
                if text.len() <= MAX_TOKEN_LEN {
                    self.tokens[at] += 1;
                    self.of_document.push(key(field, text.as_bytes()));
                }
            } else if let Some(number) = value.as_u64() {
                self.tokens[at] += 1;
                self.of_document.push(key(field, &number.to_be_bytes()));
            }
        }
        self.of_document.sort_unstable();
        self.of_document.dedup();
        for term in &self.of_document {
            let entry = self.terms.entry(*term).or_insert(Documents { count: 0, any: doc, sum: 0 });
            entry.count += 1;
            entry.sum = entry.sum.wrapping_add(hash_of(doc));
        }
    }

    /// Takes off what the index says, and names the terms of which something is left.
    pub(super) fn compare(
        mut self,
        index: &Index,
        ordinal: u32,
        reader: &SegmentReader,
        findings: &mut Findings<'_>,
    ) -> Result<(), Error> {
        let fields: Vec<Field> =
            self.schema.fields().filter(|(_, e)| e.is_indexed()).map(|(field, _)| field).collect();
        let mut sections = Vec::with_capacity(fields.len());
        for field in &fields {
            sections.push(self.take_off(*field, reader, findings)?);
        }
        sections::compare(index, reader, &sections, findings)?;
        self.terms.retain(|_, left| !left.is_empty());
        if self.terms.is_empty() {
            return Ok(());
        }
        for field in fields {
            let name = self.schema.get_field_name(field);
            let inverted = reader.inverted_index(field)?;
            let mut stream = inverted.terms().stream().map_err(tantivy::TantivyError::from)?;
            while let Some((term, _)) = stream.next() {
                if self.terms.remove(&key(field, term)).is_some() {
                    let what = format!(
                        "the documents of the term {} of {name} are not those of the records",
                        shown(term)
                    );
                    findings.damage(&file(reader.segment_id(), "idx"), what);
                }
            }
        }
        let mut left: Vec<DocId> = self.terms.values().map(|documents| documents.any).collect();
        left.sort_unstable();
        for doc in left {
            let id = index.id(DocAddress::new(ordinal, doc))?;
            let what = format!("a term of {id} is missing");
            findings.damage(&file(reader.segment_id(), "term"), what);
        }
        Ok(())
    }

    fn take_off(
        &mut self,
        field: Field,
        reader: &SegmentReader,
        findings: &mut Findings<'_>,
    ) -> Result<Section, Error> {
        let io = tantivy::TantivyError::from;
        let name = self.schema.get_field_name(field);
        let in_terms = file(reader.segment_id(), "term");
        let in_lists = file(reader.segment_id(), "idx");
        let inverted = reader.inverted_index(field)?;
        let mut stream = inverted.terms().stream().map_err(io)?;
        let mut dictionary = TermDictionaryBuilder::create(Vec::new()).map_err(io)?;
        let (mut terms, mut end) = (0, 0);
        while let Some((term, info)) = stream.next() {
            terms += 1;
            dictionary.insert(term, info).map_err(io)?;
            // Posting lists lie one behind the other, and none of them has positions.
            let range = &info.postings_range;
            if range.start != end || info.positions_range != (0..0) {
                let what = format!("the term {} of {name} has not its own list", shown(term));
                findings.damage(&in_terms, what);
            }
            end = range.end;
            let looked_up = inverted.terms().get(term).map_err(io)?;
            if looked_up.as_ref() != Some(info) {
                let what = format!("the term {} of {name} cannot be looked up", shown(term));
                findings.damage(&in_terms, what);
            }
            let list = inverted.read_postings_from_terminfo(info, IndexRecordOption::Basic);
            let mut list = list.map_err(io)?;
            let (mut count, mut sum, mut last) = (0_u32, 0_u64, None);
            let mut doc = list.doc();
            while doc != TERMINATED {
                if doc >= reader.max_doc() || last >= Some(doc) || list.term_freq() != 1 {
                    let what = format!("the list of {} of {name} makes no sense", shown(term));
                    findings.damage(&in_lists, what);
                    break;
                }
                count += 1;
                sum = sum.wrapping_add(hash_of(doc));
                last = Some(doc);
                doc = list.advance();
            }
            if count != info.doc_freq {
                let what = format!("the count of {} of {name} is not right", shown(term));
                findings.damage(&in_terms, what);
            }
            match self.terms.get_mut(&key(field, term)) {
                Some(left) => {
                    left.count = left.count.wrapping_sub(count);
                    left.sum = left.sum.wrapping_sub(sum);
                }
                None => {
                    let what = format!("the term {} of {name} is in no record", shown(term));
                    findings.damage(&in_terms, what);
                }
            }
        }
        if terms != inverted.terms().num_terms() {
            findings
                .damage(&in_terms, format_args!("the terms of {name} are not as many as it says"));
        }
        if inverted.total_num_tokens() != self.tokens[field.field_id() as usize] {
            findings
                .damage(&in_lists, format_args!("the values of {name} are not as many as it says"));
        }
        let dictionary = dictionary.finish().map_err(io)?;
        Ok(Section { field, terms, dictionary, lists: end as u64 })
    }
}
