//! What the cluster says of each operation of a batch.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::redact::Redactor;
use crate::request::Response;
use crate::server_error::{ServerError, error_of};

/// An operation that the cluster refused for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemError {
    /// The id of the document.
    pub id: String,
    /// The HTTP status: 409 is a version conflict, 400 a document that does not fit the mapping.
    pub status: u16,
    /// The name of the exception, such as `mapper_parsing_exception`; for a document that is larger
    /// than a request may be, `document of N bytes`, where N is the size of a request with this
    /// operation alone.
    pub kind: String,
    /// What the cluster said, or the text of the error for a document that is too large.
    pub reason: String,
}

/// The outcome of a [`BulkWriter`](super::BulkWriter).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BulkSummary {
    /// Documents that were written and had not been there.
    pub created: u64,
    /// Documents that were there and were written again or changed.
    pub updated: u64,
    /// Documents that were deleted.
    pub deleted: u64,
    /// Documents that were to be deleted, and were not there.
    pub missing: u64,
    /// Documents that were to be changed, and were the same afterwards.
    pub unchanged: u64,
    /// Operations that were refused because the document has another version. They are among
    /// [`Self::failed`].
    pub conflicts: u64,
    /// Operations that were refused for good.
    pub failed: u64,
    /// The first operations that were refused for good, at most
    /// [`BulkOptions::max_errors`](super::BulkOptions::max_errors) of them.
    pub errors: Vec<ItemError>,
    /// How often an operation failed for a transient reason, alone or with its whole request.
    pub repeated: u64,
    /// The number of requests that were answered with an outcome for each operation.
    pub requests: u64,
    /// The number of bytes of these requests.
    pub bytes: u64,
}

impl BulkSummary {
    /// The number of operations that succeeded, including those that had nothing to delete or to
    /// change.
    #[must_use]
    pub fn succeeded(&self) -> u64 {
        self.created + self.updated + self.deleted + self.missing + self.unchanged
    }

    /// Counts an operation that was refused for good.
    pub(super) fn count_refused(&mut self, error: ItemError, max_errors: usize) {
        self.failed += 1;
        self.conflicts += u64::from(error.status == 409);
        if self.errors.len() < max_errors {
            self.errors.push(error);
        }
    }
}

/// The outcome of one operation.
pub(super) enum Outcome {
    /// The operation was applied.
    Done(Applied),
    /// The operation failed for a transient reason, such as the load or a lost node: send it again.
    Transient(Error),
    /// The operation is refused for good.
    Refused(ItemError),
    /// The operation is refused, and all further operations would be refused, too.
    Fatal(Error),
}

/// What an operation did. The fields of [`BulkSummary`] with these names describe it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Applied {
    Created,
    Updated,
    Deleted,
    Missing,
    Unchanged,
}

impl Applied {
    pub(super) fn count_in(self, summary: &mut BulkSummary) {
        *match self {
            Self::Created => &mut summary.created,
            Self::Updated => &mut summary.updated,
            Self::Deleted => &mut summary.deleted,
            Self::Missing => &mut summary.missing,
            Self::Unchanged => &mut summary.unchanged,
        } += 1;
    }
}

#[derive(Deserialize)]
struct BulkAnswer {
    items: Vec<BTreeMap<String, BulkItem>>,
}

#[derive(Deserialize)]
struct BulkItem {
    #[serde(rename = "_id", default)]
    id: String,
    status: u16,
    #[serde(default)]
    result: String,
    error: Option<Value>,
}

/// The outcomes of `count` operations, in their order.
///
/// # Errors
///
/// [`Error::Malformed`] if the answer cannot be parsed, or does not have `count` outcomes.
pub(super) fn outcomes(
    response: &Response,
    count: usize,
    redactor: &Redactor,
) -> Result<Vec<Outcome>> {
    let answer: BulkAnswer = response.json()?;
    let items: Vec<BulkItem> = answer.items.into_iter().flat_map(BTreeMap::into_values).collect();
    if items.len() != count {
        let problem = format!("it has {} items for {count} operations", items.len());
        return Err(response.malformed(&problem));
    }
    Ok(items.into_iter().map(|item| outcome(item, response, redactor)).collect())
}

fn outcome(item: BulkItem, response: &Response, redactor: &Redactor) -> Outcome {
    let Some(error) = item.error else {
        return Outcome::Done(match (item.result.as_str(), item.status) {
            ("created", _) | (_, 201) => Applied::Created,
            ("deleted", _) => Applied::Deleted,
            ("not_found", _) | (_, 404) => Applied::Missing,
            ("noop", _) => Applied::Unchanged,
            _ => Applied::Updated,
        });
    };
    let server_error = ServerError::of(&error, redactor);
    let kind = server_error.kind.clone();
    let error = error_of(response.exchange().clone(), item.status, &server_error);
    match error {
        Error::Blocked { .. } | Error::Forbidden { .. } | Error::Unauthorized { .. } => {
            Outcome::Fatal(error)
        }
        Error::NotFound { .. } if kind == "index_not_found_exception" => Outcome::Fatal(error),
        // A node that is stopping answers with status 500.
        Error::Status { status: 500, .. } => Outcome::Transient(error),
        _ if error.is_transient() => Outcome::Transient(error),
        _ => Outcome::Refused(ItemError {
            id: item.id,
            status: item.status,
            kind,
            reason: server_error.text(),
        }),
    }
}
