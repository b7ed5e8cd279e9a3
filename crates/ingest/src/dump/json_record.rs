//! Passes on the record in a JSON text, or the records that it wraps.

use serde_json::Value;

use super::sink::{Flow, Sink};
use super::wrapped::{self, Unwrapped};
use super::{columns, json, json_repair};
use crate::fields::key_reader::RawFields;
use crate::record::Span;

impl Sink<'_> {
    /// Passes on the record in a JSON text.
    pub(super) fn json(&mut self, bytes: &[u8], span: Span, line: u64) -> Flow {
        let mut repaired = None;
        let value = serde_json::from_slice(bytes).or_else(|error| {
            let repaired = repaired.insert(json_repair::repaired(bytes).ok_or(error)?);
            serde_json::from_str(&repaired.text)
        });
        if let Some(repaired) = repaired.as_ref().filter(|_| value.is_ok()) {
            self.is_lossy |= repaired.is_lossy;
        }
        let rows = value.as_ref().ok().and_then(Value::as_object);
        if let Some(rows) = rows.and_then(|fields| self.rows_of_table(fields, line)) {
            // An action before a table names none of its rows.
            self.next_id.take();
            for row in rows {
                let bytes = serde_json::to_vec(&row).unwrap_or_default();
                self.record(&row, &bytes, span, line)?;
            }
            return Flow::Continue(());
        }
        match value.map_err(|error| error.to_string()) {
            Ok(Value::Object(fields)) if self.wraps_records(&fields) => {
                let bytes = repaired.as_ref().map_or(bytes, |repaired| repaired.text.as_bytes());
                self.open_wrappers += 1;
                json::wrapped_records(self, bytes, repaired.is_some(), span, line)?;
                self.open_wrappers -= 1;
                Flow::Continue(())
            }
            Ok(Value::Object(fields)) => {
                match wrapped::unwrap_object(fields, self.next_id.take()) {
                    Unwrapped::Record(fields) => self.record(&fields, bytes, span, line),
                    Unwrapped::Action(id) => {
                        self.next_id = id;
                        Flow::Continue(())
                    }
                }
            }
            Ok(_) => self.malformed(line, "not an object".to_owned()),
            // The place of an error in repaired text is not one in the file.
            Err(what) if repaired.is_some() => {
                let what = what.split_once(" at line").map_or(&*what, |(what, _)| what);
                self.malformed(line, what.to_owned())
            }
            Err(what) => self.malformed(line, what),
        }
    }

    /// The rows of an object that is a table, see [`columns`].
    fn rows_of_table(&mut self, fields: &RawFields, line: u64) -> Option<Vec<RawFields>> {
        let rows = columns::rows(fields, &self.options.map)?;
        columns::unused_keys(fields).for_each(|key| self.records.keys.unused.add(key, line));
        Some(rows)
    }

    /// Whether an object that is not too deep in others wraps records.
    fn wraps_records(&mut self, fields: &RawFields) -> bool {
        self.open_wrappers < wrapped::MAX_WRAPPERS
            && wrapped::wraps_records(fields, &mut self.records.keys)
    }

    /// Whether JSON in a wrapper is a record or wraps records itself. `is_expected` says that its
    /// key is one under which programs put records; then a title or a text makes it a record.
    pub(super) fn is_record_or_wrapper(&mut self, bytes: &[u8], is_expected: bool) -> bool {
        let repaired = || json_repair::repaired(bytes);
        let value = serde_json::from_slice(bytes).ok();
        let value = value.or_else(|| serde_json::from_str(&repaired()?.text).ok());
        let Some(Value::Object(fields)) = value else { return false };
        wrapped::is_record(&fields, is_expected, &mut self.records.keys)
            || self.wraps_records(&fields)
    }
}
