//! Whether the answer to a search has the hits of all shards. OpenSearch sends a part with status
//! 200.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{Error, Exchange, Result};
use crate::reason::{ServerError, error_of};
use crate::redact::Redactor;
use crate::request::Completeness;

/// What an answer says of itself. Hits are skipped without being stored.
#[derive(Deserialize)]
struct Outcome {
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
    #[serde(default)]
    failed: u64,
    #[serde(default)]
    failures: Vec<Value>,
}

/// Checks the body of an answer.
///
/// # Errors
///
/// [`Error::Partial`] if hits are missing, [`Error::Malformed`] if the answer does not say so, and
/// the error of an item of several searches.
pub(crate) fn check(
    completeness: Completeness,
    at: &Exchange,
    body: &[u8],
    redactor: &Redactor,
) -> Result<()> {
    #[derive(Deserialize)]
    struct Several<'a> {
        #[serde(borrow)]
        responses: Vec<&'a RawValue>,
    }
    let malformed = |error: serde_json::Error| Error::Malformed {
        at: at.clone(),
        problem: redactor.clean(&error.to_string()),
    };
    match completeness {
        Completeness::Any => Ok(()),
        Completeness::Search => {
            check_one(&serde_json::from_slice(body).map_err(malformed)?, at, redactor)
        }
        Completeness::MultiSearch => {
            let several: Several<'_> = serde_json::from_slice(body).map_err(malformed)?;
            several.responses.iter().try_for_each(|one| {
                check_one(&serde_json::from_str(one.get()).map_err(malformed)?, at, redactor)
            })
        }
        Completeness::MultiGet => {
            let fetched: Fetched = serde_json::from_slice(body).map_err(malformed)?;
            let failed = fetched.docs.into_iter().find_map(|document| document.error);
            failed.map_or(Ok(()), |error| Err(error_of_document(at, &error, redactor)))
        }
    }
}

/// The documents of several that were asked for by their ids. Those that do not exist have no
/// error.
#[derive(Deserialize)]
struct Fetched {
    docs: Vec<FetchedDocument>,
}

#[derive(Deserialize)]
struct FetchedDocument {
    error: Option<Value>,
}

/// The error of a document that exists, perhaps, and could not be fetched. It has no status.
fn error_of_document(at: &Exchange, error: &Value, redactor: &Redactor) -> Error {
    let error = ServerError::of(error, redactor);
    let status = if error.kind == "index_not_found_exception" { 404 } else { 503 };
    error_of(at.clone(), status, &error)
}

fn check_one(outcome: &Outcome, at: &Exchange, redactor: &Redactor) -> Result<()> {
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
    fn only_whole_answers_pass() {
        let whole = r#"{"timed_out":false,"_shards":{"total":3,"failed":0},"hits":{"hits":[]}}"#;
        let late = r#"{"timed_out":true,"_shards":{"total":3,"failed":0}}"#;
        let lacking = r#"{"timed_out":false,"_shards":{"total":3,"failed":1,"failures":[
            {"reason":{"type":"node_disconnected_exception","reason":"node left"}}]}}"#;
        // Said of totals that are known without a scan, also.
        // The server says so, too, of an aggregation that it reads from an index of numbers. Only
        // `terminate_after` would cut a search short, and it is never sent.
        let early =
            r#"{"timed_out":false,"terminated_early":true,"_shards":{"total":3,"failed":0}}"#;
        assert!(checked(Completeness::Search, early).is_ok());
        assert!(checked(Completeness::Search, early).is_ok());
        assert!(checked(Completeness::Search, whole).is_ok());
        for partial in [late, lacking] {
            let error = checked(Completeness::Search, partial).unwrap_err();
            assert!(matches!(error, Error::Partial { .. }), "{error}");
            let several = format!(r#"{{"responses":[{whole},{partial}]}}"#);
            let error = checked(Completeness::MultiSearch, &several).unwrap_err();
            assert!(matches!(error, Error::Partial { .. }), "{error}");
        }
        assert!(
            checked(Completeness::Search, lacking).unwrap_err().to_string().contains("node left")
        );
        let several = format!(r#"{{"responses":[{whole},{whole}]}}"#);
        assert!(checked(Completeness::MultiSearch, &several).is_ok());
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
        let gone =
            r#"{"_id":"2","error":{"type":"index_not_found_exception","reason":"no such index"}}"#;
        assert!(matches!(fetched(gone), Err(Error::NotFound { .. })));
        assert!(checked(Completeness::MultiGet, "{}").is_err());
    }

    #[test]
    fn the_error_of_one_of_several_searches_is_an_error() {
        let body = r#"{"responses":[{"error":{"type":"index_not_found_exception",
            "reason":"no such index [n]"},"status":404}]}"#;
        let error = checked(Completeness::MultiSearch, body).unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }), "{error}");
        let body =
            r#"{"responses":[{"error":{"type":"rejected_execution_exception"},"status":429}]}"#;
        let error = checked(Completeness::MultiSearch, body).unwrap_err();
        assert!(matches!(error, Error::Overloaded { .. }), "{error}");
    }
}
