//! Operations on documents, and batches of operations as lines of the body of a `_bulk` request.

use serde::Serialize;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Writes a document, in place of the one with the same id.
    Index,
    /// Writes a document if there is none with this id. If the answer is lost and the operation is
    /// sent again, the cluster reports a conflict with the document that the first attempt has
    /// written.
    Create,
    /// Changes a document: the operation has `{"doc": …}`, with `"doc_as_upsert"` if the document
    /// is to be written when there is none.
    Update,
    /// Deletes a document, if there is one.
    Delete,
}

/// A condition on the version that the document has on the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionCondition {
    /// The operation applies only if the version of the document is lower than this number, which
    /// becomes its version.
    External(u64),
    /// The operation applies only if the document still has the numbers that it had when it was
    /// read: then nobody has changed it since.
    Unchanged {
        /// The `_seq_no` of the document.
        seq_no: u64,
        /// The `_primary_term` of the document.
        primary_term: u64,
    },
}

/// An operation on a document.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    action: Action,
    id: &'a str,
    document: &'a [u8],
    version: Option<VersionCondition>,
}

impl<'a> Operation<'a> {
    /// Writes a document, which is a JSON object, in place of the one with the same id.
    #[must_use]
    pub fn index(id: &'a str, document: &'a [u8]) -> Self {
        Self { action: Action::Index, id, document, version: None }
    }

    /// Writes a document if there is none with this id, see [`Action::Create`].
    #[must_use]
    pub fn create(id: &'a str, document: &'a [u8]) -> Self {
        Self { action: Action::Create, id, document, version: None }
    }

    /// Changes a document, see [`Action::Update`].
    #[must_use]
    pub fn update(id: &'a str, change: &'a [u8]) -> Self {
        Self { action: Action::Update, id, document: change, version: None }
    }

    /// Deletes a document.
    #[must_use]
    pub fn delete(id: &'a str) -> Self {
        Self { action: Action::Delete, id, document: &[], version: None }
    }

    /// Adds a condition on the version of the document, see [`VersionCondition`].
    #[must_use]
    pub fn with_version(mut self, version: VersionCondition) -> Self {
        self.version = Some(version);
        self
    }
}

/// Operations, as lines of the body of a `_bulk` request.
#[derive(Debug, Default)]
pub(super) struct Batch {
    lines: Vec<u8>,
    /// The end of each operation in `lines`.
    ends: Vec<usize>,
    /// The id of the document of each operation.
    ids: Vec<String>,
}

impl Batch {
    /// The number of operations.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of bytes of the lines.
    pub(super) fn bytes(&self) -> usize {
        self.lines.len()
    }

    /// The id of the document of the operation with the index `number`.
    pub(super) fn id(&self, number: usize) -> &str {
        &self.ids[number]
    }

    /// Appends an operation.
    pub(super) fn push(&mut self, operation: &Operation<'_>) -> serde_json::Result<()> {
        let start = self.lines.len();
        let written = self.push_lines(operation);
        match written {
            Ok(()) => {
                self.ends.push(self.lines.len());
                self.ids.push(operation.id.to_owned());
            }
            Err(_) => self.lines.truncate(start),
        }
        written
    }

    fn push_lines(&mut self, operation: &Operation<'_>) -> serde_json::Result<()> {
        if operation.action != Action::Delete && operation.document.trim_ascii().is_empty() {
            return Err(serde::ser::Error::custom("the document is empty"));
        }
        let mut meta = serde_json::Map::new();
        meta.insert("_id".to_owned(), operation.id.into());
        match operation.version {
            None => {}
            Some(VersionCondition::External(version)) => {
                meta.insert("version".to_owned(), version.into());
                meta.insert("version_type".to_owned(), "external".into());
            }
            Some(VersionCondition::Unchanged { seq_no, primary_term }) => {
                meta.insert("if_seq_no".to_owned(), seq_no.into());
                meta.insert("if_primary_term".to_owned(), primary_term.into());
            }
        }
        let key = match operation.action {
            Action::Index => "index",
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
        };
        let line = serde_json::Map::from_iter([(key.to_owned(), meta.into())]);
        serde_json::to_writer(&mut self.lines, &line)?;
        self.lines.push(b'\n');
        if operation.action != Action::Delete {
            // A line break would begin another operation, so replace it with a blank. Strings of
            // JSON contain no line break, and between values a blank means the same.
            let start = self.lines.len();
            self.lines.extend_from_slice(operation.document);
            for byte in &mut self.lines[start..] {
                if matches!(*byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
            self.lines.push(b'\n');
        }
        Ok(())
    }

    /// The lines of the operations with these indices.
    pub(super) fn lines_of(&self, numbers: &[usize]) -> Vec<u8> {
        let range = |number: usize| {
            let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.lines[start..self.ends[number]]
        };
        let mut lines = Vec::with_capacity(numbers.iter().map(|number| range(*number).len()).sum());
        for number in numbers {
            lines.extend_from_slice(range(*number));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_become_lines_and_an_empty_document_is_refused() {
        let mut batch = Batch::default();
        batch.push(&Operation::index("a\"\n", b"{\n\"x\": 1\r\n}")).unwrap();
        batch.push(&Operation::delete("b")).unwrap();
        let version = VersionCondition::Unchanged { seq_no: 3, primary_term: 1 };
        batch.push(&Operation::update("c", b"{}").with_version(version)).unwrap();
        batch
            .push(&Operation::create("d", b"{}").with_version(VersionCondition::External(7)))
            .unwrap();
        let lines = String::from_utf8(batch.lines_of(&[0, 1, 2, 3])).unwrap();
        let expected = [
            r#"{"index":{"_id":"a\"\n"}}"#,
            r#"{ "x": 1  }"#,
            r#"{"delete":{"_id":"b"}}"#,
            r#"{"update":{"_id":"c","if_primary_term":1,"if_seq_no":3}}"#,
            "{}",
            r#"{"create":{"_id":"d","version":7,"version_type":"external"}}"#,
            "{}",
        ];
        assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
        assert_eq!(batch.lines_of(&[1]), b"{\"delete\":{\"_id\":\"b\"}}\n");
        assert_eq!((batch.len(), batch.id(2)), (4, "c"));
        assert!(batch.push(&Operation::index("e", b" \n")).is_err());
        assert_eq!(batch.len(), 4);
    }
}
