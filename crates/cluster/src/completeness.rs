//! Checks that the answer to a search has the hits of all shards, and that the answer to a request
//! for documents has each of them that exists. OpenSearch sends partial answers with status 200,
//! too.

use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, Exchange, Result};
use crate::redact::Redactor;
use crate::request::Completeness;
use crate::server_error::{ServerError, error_of};

/// What the answer to one search says of its completeness. There is no field for the hits, so the
/// parser skips them.
#[derive(Deserialize)]
struct SearchOutcome {
    #[serde(default)]
    timed_out: bool,
    #[serde(rename = "_shards")]
    shards: Option<Shards>,
    error: Option<Value>,
    status: Option<u16>,
}

#[derive(Deserialize)]
struct Shards {
    total: u64,
    /// Includes shards that were skipped because they can have no hits.
    successful: u64,
    #[serde(default)]
    failed: u64,
    #[serde(default)]
    failures: Vec<Value>,
}

/// Checks the body of an answer.
///
/// # Errors
///
/// [`Error::Partial`] if hits are missing; [`Error::Malformed`] if the answer does not say whether
/// hits are missing. If the cluster could not run the search or fetch one of the documents,
/// the first error that it reports.
pub(crate) fn check(
    completeness: Completeness,
    at: &Exchange,
    body: &[u8],
    redactor: &Redactor,
) -> Result<()> {
    let malformed = |error: serde_json::Error| Error::Malformed {
        at: at.clone(),
        problem: redactor.clean(&error.to_string()),
    };
    match completeness {
        Completeness::Any => Ok(()),
        Completeness::Search => {
            check_search(&serde_json::from_slice(body).map_err(malformed)?, at, redactor)
        }
        Completeness::MultiGet => {
            let fetched: FetchedDocuments = serde_json::from_slice(body).map_err(malformed)?;
            let failure = fetched.docs.into_iter().find_map(|document| document.error);
            failure.map_or(Ok(()), |error| Err(error_of_document(at, &error, redactor)))
        }
    }
}

/// The answer to a request for documents by their ids.
#[derive(Deserialize)]
struct FetchedDocuments {
    docs: Vec<FetchedDocument>,
}

#[derive(Deserialize)]
struct FetchedDocument {
    /// Why the document could not be fetched; `None` also if it does not exist.
    error: Option<Value>,
}

/// The error of a document that could not be fetched, so that nobody knows whether it exists. The
/// answer has no status for a single document, so the status is that of the exception: 404 if the
/// index is missing, or else 503.
fn error_of_document(at: &Exchange, error: &Value, redactor: &Redactor) -> Error {
    let error = ServerError::of(error, redactor);
    let status = if error.kind == "index_not_found_exception" { 404 } else { 503 };
    error_of(at.clone(), status, &error)
}

/// Checks the answer to one search.
fn check_search(outcome: &SearchOutcome, at: &Exchange, redactor: &Redactor) -> Result<()> {
    if let Some(error) = &outcome.error {
        let status = outcome.status.unwrap_or(500);
        return Err(error_of(at.clone(), status, &ServerError::of(error, redactor)));
    }
    let Some(shards) = &outcome.shards else {
        let problem = "it does not say how many shards answered".to_owned();
        return Err(Error::Malformed { at: at.clone(), problem });
    };
    let reason = if shards.failed > 0 {
        let first = shards.failures.first().map(|failure| &failure["reason"]);
        let why = first.map_or(String::new(), |reason| {
            format!(" ({})", ServerError::of(reason, redactor).text())
        });
        format!("{} of {} shards failed{why}", shards.failed, shards.total)
    } else if shards.successful < shards.total {
        // Shards that are not available do not count as failed. A search asks for an error instead,
        // with `allow_partial_search_results=false`, but a count cannot. So the answer to a count
        // may look like this while the index is being deleted.
        format!("{} of {} shards answered", shards.successful, shards.total)
    } else if outcome.timed_out {
        "the search took longer than its `timeout`".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::Partial { at: at.clone(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(completeness: Completeness, body: &str) -> Result<()> {
        let at = Exchange { request: "POST /n/_search".to_owned(), node: "http://a".to_owned() };
        check(completeness, &at, body.as_bytes(), &Redactor::default())
    }

    #[test]
    fn only_complete_answers_are_accepted() {
        let whole = r#"{"timed_out":false,"_shards":{"total":3,"successful":3,"failed":0},
            "hits":{"hits":[]}}"#;
        let late = r#"{"timed_out":true,"_shards":{"total":3,"successful":3,"failed":0}}"#;
        let failed = r#"{"timed_out":false,"_shards":{"total":3,"successful":2,"failed":1,"failures":[
            {"reason":{"type":"node_disconnected_exception","reason":"node left"}}]}}"#;
        // The server also says `terminated_early` when it can compute a total or an aggregation of
        // numbers without reading all documents. Only the parameter `terminate_after` would end a
        // search before it has found all hits, and no request has that parameter.
        let terminated_early = r#"{"timed_out":false,"terminated_early":true,
            "_shards":{"total":3,"successful":3,"failed":0}}"#;
        assert!(checked(Completeness::Search, terminated_early).is_ok());
        assert!(checked(Completeness::Search, whole).is_ok());
        let unavailable = r#"{"count":20,"_shards":{"total":3,"successful":1,"failed":0}}"#;
        for partial in [late, failed, unavailable] {
            let error = checked(Completeness::Search, partial).unwrap_err();
            assert!(matches!(error, Error::Partial { .. }), "{error}");
        }
        assert!(
            checked(Completeness::Search, failed).unwrap_err().to_string().contains("node left")
        );
        for other in ["{}", "[]", "null", r#"{"took":1}"#] {
            assert!(checked(Completeness::Search, other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_document_that_cannot_be_fetched_is_an_error() {
        let fetched = |document: &str| {
            let body =
                format!(r#"{{"docs":[{{"_id":"1","found":true,"_source":{{}}}},{document}]}}"#);
            checked(Completeness::MultiGet, &body)
        };
        assert!(fetched(r#"{"_id":"2","found":false}"#).is_ok());
        let lost =
            r#"{"_id":"2","error":{"type":"no_shard_available_action_exception","reason":""}}"#;
        assert!(matches!(fetched(lost), Err(Error::Unavailable { .. })));
        let missing_index =
            r#"{"_id":"2","error":{"type":"index_not_found_exception","reason":"no such index"}}"#;
        assert!(matches!(fetched(missing_index), Err(Error::NotFound { .. })));
        assert!(checked(Completeness::MultiGet, "{}").is_err());
    }

    #[test]
    fn the_error_of_a_search_is_an_error() {
        let body = r#"{"error":{"type":"index_not_found_exception",
            "reason":"no such index [n]"},"status":404}"#;
        let error = checked(Completeness::Search, body).unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error}");
        let body = r#"{"error":{"type":"rejected_execution_exception"},"status":429}"#;
        let error = checked(Completeness::Search, body).unwrap_err();
        assert!(matches!(error, Error::Overloaded { .. }), "{error}");
    }
}
