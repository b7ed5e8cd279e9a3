//! Compares tantivy's columns of a segment with the analysed records.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use tantivy::columnar::{Column, ColumnType, ColumnarReader, StrColumn};
use tantivy::schema::{Field, FieldType, Value};
use tantivy::{Directory, DocId, SegmentReader, TantivyDocument};
use wensou_ingest::Record;
use xxhash_rust::xxh3::xxh3_64;

use super::findings::{Findings, file_name};
use crate::error::Error;
use crate::open::Index;
use crate::record::RecordExt;

/// Compares the columns of a segment with its records.
pub(super) struct ColumnComparison {
    /// The name of the file with the columns.
    file: String,
    columns: Vec<FieldColumn>,
    /// The values that the current document must have according to its record, indexed by field id;
    /// a buffer.
    wanted: Vec<Vec<u64>>,
    /// The values of the current document in one column; a buffer.
    found: Vec<u64>,
}

/// The column of one field.
struct FieldColumn {
    field: Field,
    name: String,
    values: Values,
    /// The number of values that all documents must have according to their records.
    count: u64,
    /// The smallest and the greatest value found: signed numbers as [`ordered_u64`] maps them, text
    /// by its ordinal.
    range: Option<(u64, u64)>,
}

/// The values of a column. They are compared as numbers: text by its hash.
enum Values {
    Unsigned(Column<u64>),
    Signed(Column<i64>),
    Text(Option<TextColumn>),
}

/// A column of texts, by their ordinals in its dictionary.
struct TextColumn {
    column: StrColumn,
    /// The XXH3 of each text, indexed by term ordinal.
    hashes: Vec<u64>,
    /// Whether any document has the text, indexed by term ordinal.
    used: Vec<bool>,
}

impl ColumnComparison {
    /// Opens every column. If the dictionary of one is damaged, adds a finding and leaves the
    /// column out. If `same_analysis` is false, because this program analyses text in another way
    /// than the build did, the columns that depend on the analysis are left out.
    pub(super) fn open(
        index: &Index,
        reader: &SegmentReader,
        same_analysis: bool,
        findings: &mut Findings<'_>,
    ) -> Result<Self, Error> {
        check_column_list(index, reader, findings)?;
        let file = file_name(reader.segment_id(), "fast");
        let fast = reader.fast_fields();
        let schema = reader.schema();
        let mut columns = Vec::new();
        for (field, entry) in schema.fields().filter(|(_, entry)| entry.is_fast()) {
            let name = entry.name().to_owned();
            let values = match entry.field_type() {
                FieldType::U64(_) => Values::Unsigned(fast.u64(&name)?),
                FieldType::I64(_) => Values::Signed(fast.i64(&name)?),
                // Folding is part of the analysis. Of the texts in columns, only ids are not
                // folded.
                _ if !same_analysis && field != index.fields().external_id => continue,
                _ => match fast.str(&name)?.map(TextColumn::open).transpose() {
                    Ok(column) => Values::Text(column),
                    Err(why) => {
                        findings.damage(&file, format_args!("the column {name}: {why}"));
                        continue;
                    }
                },
            };
            columns.push(FieldColumn { field, name, values, count: 0, range: None });
        }
        Ok(Self { file, columns, wanted: vec![Vec::new(); schema.num_fields()], found: Vec::new() })
    }

    /// Compares the values of a document with those of its record.
    pub(super) fn compare(
        &mut self,
        doc: DocId,
        document: &TantivyDocument,
        record: &Record,
        findings: &mut Findings<'_>,
    ) {
        self.wanted.iter_mut().for_each(Vec::clear);
        for (field, value) in document.field_values() {
            let wanted = &mut self.wanted[field.field_id() as usize];
            if let Some(text) = value.as_str() {
                wanted.push(xxh3_64(text.as_bytes()));
            } else if let Some(number) = value.as_u64() {
                wanted.push(number);
            } else if let Some(number) = value.as_i64() {
                wanted.push(number.cast_unsigned());
            }
        }
        for column in &mut self.columns {
            let wanted = &self.wanted[column.field.field_id() as usize];
            self.found.clear();
            column.append_values(doc, &mut self.found);
            column.count += wanted.len() as u64;
            if self.found != *wanted {
                let (name, id) = (&column.name, record.id());
                let what = format!("the {name} of {id} differs from its record");
                findings.damage(&self.file, what);
            }
        }
    }

    /// Compares the statistics of each column with those of all records.
    pub(super) fn finish(self, findings: &mut Findings<'_>) {
        for column in self.columns {
            if let Some(what) = column.difference() {
                findings.damage(&self.file, format_args!("the column {}: {what}", column.name));
            }
        }
    }
}

/// Reports columns that belong to no field or have another type than their field, second columns of
/// a field, and a wrong number of documents.
fn check_column_list(
    index: &Index,
    reader: &SegmentReader,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let name = file_name(reader.segment_id(), "fast");
    let directory = index.searcher().index().directory();
    let slice = directory.open_read(Path::new(&name)).map_err(tantivy::TantivyError::from)?;
    let columnar = ColumnarReader::open(slice);
    let columnar = columnar.map_err(tantivy::TantivyError::from)?;
    let mut seen = BTreeSet::new();
    for (column, handle) in columnar.list_columns().map_err(tantivy::TantivyError::from)? {
        let field = reader.schema().get_field(&column).ok();
        let field_type = field.map(|field| reader.schema().get_field_entry(field).field_type());
        let has_type_of_field = match field_type.filter(|field_type| field_type.is_fast()) {
            Some(FieldType::U64(_)) => handle.column_type() == ColumnType::U64,
            Some(FieldType::I64(_)) => handle.column_type() == ColumnType::I64,
            Some(_) => handle.column_type() == ColumnType::Str,
            None => false,
        };
        if !has_type_of_field || !seen.insert(column) {
            findings.damage(&name, "it has a column that fits no field, or two of one field");
        }
    }
    if columnar.num_docs() != reader.max_doc() {
        findings.damage(&name, "the number of its documents differs from that of its segment");
    }
    Ok(())
}

impl FieldColumn {
    /// Appends the values of a document to `found`, and widens [`FieldColumn::range`] by them.
    fn append_values(&mut self, doc: DocId, found: &mut Vec<u64>) {
        let range = &mut self.range;
        let mut widen = |value: u64| {
            let (min, max) = range.get_or_insert((value, value));
            (*min, *max) = (value.min(*min), value.max(*max));
        };
        match &mut self.values {
            Values::Unsigned(column) => {
                column.values_for_doc(doc).for_each(|value| {
                    widen(value);
                    found.push(value);
                });
            }
            Values::Signed(column) => {
                column.values_for_doc(doc).for_each(|value| {
                    widen(ordered_u64(value));
                    found.push(value.cast_unsigned());
                });
            }
            Values::Text(None) => {}
            Values::Text(Some(TextColumn { column, hashes, used })) => {
                for ord in column.term_ords(doc) {
                    widen(ord);
                    let at = usize::try_from(ord).unwrap_or(usize::MAX);
                    found.push(hashes.get(at).copied().unwrap_or_default());
                    if let Some(used) = used.get_mut(at) {
                        *used = true;
                    }
                }
            }
        }
    }

    /// How the statistics of the column differ from its values, if they do.
    fn difference(&self) -> Option<&'static str> {
        let (values, stated_range) = match &self.values {
            Values::Unsigned(column) => {
                (column.values.num_vals(), (column.min_value(), column.max_value()))
            }
            Values::Signed(column) => {
                let range = (ordered_u64(column.min_value()), ordered_u64(column.max_value()));
                (column.values.num_vals(), range)
            }
            Values::Text(None) => return None,
            Values::Text(Some(text)) => {
                if text.used.contains(&false) {
                    return Some("its dictionary has a value that no record has");
                }
                let ords = text.column.ords();
                (ords.values.num_vals(), (ords.min_value(), ords.max_value()))
            }
        };
        if u64::from(values) != self.count {
            return Some("the number of its values differs from that of the records");
        }
        match self.range {
            Some(range) if range != stated_range => Some("its smallest or greatest value is wrong"),
            _ => None,
        }
    }
}

/// Maps signed numbers to unsigned ones that sort in the same order.
fn ordered_u64(value: i64) -> u64 {
    value.cast_unsigned() ^ (1 << 63)
}

impl TextColumn {
    /// Reads the dictionary of a column. The error is a message that says what is wrong with the
    /// dictionary.
    fn open(column: StrColumn) -> Result<Self, String> {
        let mut hashes = Vec::new();
        let unreadable = |error: io::Error| format!("its dictionary cannot be read: {error}");
        let mut text = String::new();
        let mut stream = column.dictionary().stream().map_err(unreadable)?;
        while stream.advance() {
            // A search looks up a text by its ordinal. This must find the text that comes at that
            // ordinal in the order of the dictionary.
            let found = column.ord_to_str(hashes.len() as u64, &mut text).map_err(unreadable)?;
            if !found || text.as_bytes() != stream.key() {
                return Err("its dictionary finds a text by a wrong ordinal".to_owned());
            }
            hashes.push(xxh3_64(stream.key()));
        }
        if column.num_terms() != hashes.len() {
            return Err("the number of texts in its dictionary is wrong".to_owned());
        }
        let used = vec![false; hashes.len()];
        drop(stream);
        Ok(Self { column, hashes, used })
    }
}

#[cfg(test)]
mod tests {
    use tantivy::columnar::{ColumnarWriter, DynamicColumn};

    use super::*;

    /// Opens the only column of these bytes, which must be named `tag`.
    fn open_column(bytes: Vec<u8>) -> Result<TextColumn, String> {
        let columns = ColumnarReader::open(bytes).unwrap().read_columns("tag").unwrap();
        match columns[0].open().unwrap() {
            DynamicColumn::Str(column) => TextColumn::open(column),
            _ => panic!("the column has no texts"),
        }
    }

    #[test]
    fn a_wrong_number_of_texts_is_named_as_damage_of_the_dictionary() {
        const TEXTS: [&str; 5] = ["甲", "乙", "丙", "丁", "戊"];
        let mut writer = ColumnarWriter::default();
        for (doc, text) in (0..).zip(TEXTS) {
            writer.record_str(doc, "tag", text);
        }
        let mut bytes = Vec::new();
        writer.serialize(TEXTS.len() as u32, None, &mut bytes).unwrap();
        assert_eq!(open_column(bytes.clone()).map(|column| column.hashes.len()), Ok(TEXTS.len()));
        // A dictionary ends with the number of its texts and the version of the format.
        let version = 3_u32;
        let end = [&(TEXTS.len() as u64).to_le_bytes()[..], &version.to_le_bytes()].concat();
        let at = bytes.windows(end.len()).position(|window| window == end).unwrap();
        bytes[at] += 1;
        let error = open_column(bytes).map(|column| column.hashes.len()).unwrap_err();
        assert_eq!(error, "the number of texts in its dictionary is wrong");
    }
}
