//! Reads the records of a document store without the other files of its segment.

use tantivy::fastfield::AliveBitSet;
use tantivy::schema::Field;
use tantivy::store::StoreReader;
use tantivy::{DocId, TantivyError};
use wensou_ingest::Record;

use super::schema::RECORD_FIELD;
use super::stored_document::stored_record;
use crate::error::Error;
use crate::legacy;
use crate::record::{decode, encode};

/// The field id of records in formats 4 and 5. Since format 6 it is [`RECORD_FIELD`].
const OLD_RECORD_FIELD: u32 = 17;
/// If more documents in a row than this cannot be read, the rest of the store is not read. A
/// compressed block of tantivy's store has fewer documents, so one damaged block does not end the
/// reading. There must be a limit, because a damaged store can state billions of documents.
const MAX_UNREADABLE: u32 = 1 << 16;

/// Calls `each` with every record of a store that can be read, by ascending doc id, except those of
/// documents that `alive` says are deleted. Returns the number of documents that cannot be read.
pub(crate) fn for_each_record(
    store: &StoreReader,
    alive: Option<&AliveBitSet>,
    mut each: impl FnMut(DocId, &Record),
) -> u64 {
    let (mut lost, mut unreadable_in_a_row) = (0, 0);
    for doc in 0..DocId::MAX {
        let document = match store.get_document_bytes(doc) {
            Ok(document) => document,
            // A store does not tell the number of its documents. This is the error for a doc id
            // after the last one.
            Err(TantivyError::InvalidArgument(_)) => break,
            Err(_) => {
                lost += 1;
                unreadable_in_a_row += 1;
                if unreadable_in_a_row > MAX_UNREADABLE {
                    break;
                }
                continue;
            }
        };
        unreadable_in_a_row = 0;
        if alive.is_some_and(|alive| alive.is_deleted(doc)) {
            continue;
        }
        match decode_document(&document) {
            Ok(record) => each(doc, &record),
            Err(_) => lost += 1,
        }
    }
    lost
}

/// Reads the record of a document from a store of this format or an older one.
pub(crate) fn read_record(store: &StoreReader, doc: DocId) -> Result<Record, Error> {
    decode_document(&store.get_document_bytes(doc)?)
}

/// Decodes the record in the bytes of a stored document.
fn decode_document(document: &[u8]) -> Result<Record, Error> {
    let fields = [RECORD_FIELD, OLD_RECORD_FIELD].map(Field::from_field_id);
    let record = fields.into_iter().find_map(|field| stored_record(document, field));
    let bytes = record.ok_or(Error::Record(None))?;
    // A record has exactly one encoding. So if encoding the decoded record gives other bytes than
    // the stored ones, these are of an older format.
    match decode(bytes) {
        Ok(record) if encode(&record).is_ok_and(|again| again == bytes) => Ok(record),
        outcome => legacy::decode(bytes).map_or(outcome, Ok),
    }
}
