//! Documents on their way to the engine, counted in bytes.
//!
//! The engine lets ten thousand of them wait, however long they are: with every page's text, key
//! and words that is more memory than all else. A document that takes room until it is indexed
//! bounds it.

use std::sync::Arc;

use tantivy::TantivyDocument;
use tantivy::schema::document::Document;
use wensou_ingest::ByteBudget;

/// A document that takes room until the engine has it, or drops it.
pub(crate) struct Counted {
    document: TantivyDocument,
    place: Place,
}

struct Place {
    room: Arc<ByteBudget>,
    bytes: u64,
}

impl Counted {
    /// `bytes` have entered `room` already.
    pub(crate) fn new(document: TantivyDocument, room: &Arc<ByteBudget>, bytes: u64) -> Self {
        Self { document, place: Place { room: Arc::clone(room), bytes } }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.release(self.bytes);
    }
}

impl Document for Counted {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }

    fn into_tantivy_document(self) -> TantivyDocument {
        drop(self.place);
        self.document
    }
}
