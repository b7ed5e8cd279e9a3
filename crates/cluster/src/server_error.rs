//! Makes an [`Error`] of the status and body of an answer.

use serde::Deserialize;
use serde_json::Value;

use crate::closed_error::IndexClosed;
use crate::error::{Error, Exchange};
use crate::query_error::TooManyClauses;
use crate::redact::Redactor;

/// The error of an answer or of an item of a batch, in the words of the server, without secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ServerError {
    /// The name of the exception, such as `index_not_found_exception`; empty if there is none.
    pub(crate) kind: String,
    /// The reason, cleaned.
    pub(crate) reason: String,
    /// The name of the index that the error is about; empty if the server names none.
    pub(crate) index: String,
}

impl ServerError {
    /// Reads the value of the key `error` of an answer: an object, or a text if a proxy or a plugin
    /// has written the answer.
    pub(crate) fn of(error: &Value, redactor: &Redactor) -> Self {
        let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        if let Some(reason) = error.as_str() {
            return Self { reason: redactor.clean(reason), ..Self::default() };
        }
        let mut kind = text(error, "type");
        let mut reason = text(error, "reason");
        // The reason may be no more than "all shards failed", so add the reason of the cause or of
        // the first shard.
        for cause in
            [&error["caused_by"], &error["root_cause"][0], &error["failed_shards"][0]["reason"]]
        {
            let detail = text(cause, "reason");
            if reason.is_empty() {
                reason = detail;
            } else if !detail.is_empty() && !reason.contains(&detail) {
                reason = format!("{reason}: {detail}");
            }
            if kind.is_empty() {
                kind = text(cause, "type");
            }
        }
        let named = [error, &error["root_cause"][0], &error["failed_shards"][0]];
        let names = named.map(|named| text(named, "index"));
        let index = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        Self {
            kind: redactor.clean(&kind),
            reason: redactor.clean(&reason),
            index: redactor.clean(&index),
        }
    }

    /// Reads a whole body; `None` if it is not JSON.
    fn of_body(body: &[u8], redactor: &Redactor) -> Option<Self> {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default)]
            error: Value,
            #[serde(default)]
            message: Option<String>,
        }
        let body: Body = serde_json::from_slice(body).ok()?;
        let mut error = Self::of(&body.error, redactor);
        if error.reason.is_empty() {
            error.reason = redactor.clean(&body.message.unwrap_or_default());
        }
        Some(error)
    }

    /// The reason, or else the name of the exception, for a message.
    pub(crate) fn text(&self) -> String {
        match (self.reason.as_str(), self.kind.as_str()) {
            ("", "") => "no reason given".to_owned(),
            ("", kind) => kind.to_owned(),
            (reason, _) => reason.to_owned(),
        }
    }

    /// Whether shards of the index are missing, because the cluster has just lost a node or deleted
    /// the index.
    fn lacks_shards(&self) -> bool {
        self.reason.contains("Partial shards failure") || self.kind.starts_with("node_")
    }

    /// Whether the query of a search has more clauses than the cluster accepts. The exception of a
    /// search is about its shards; the reason of the first shard says so in the words of Lucene.
    fn has_too_many_clauses(&self) -> bool {
        matches!(self.kind.as_str(), "too_many_clauses" | "too_many_nested_clauses")
            || self.reason.contains("maxClauseCount is set to")
    }

    /// Whether writes are blocked until an operator acts.
    fn blocks_writes(&self) -> bool {
        // The exception is `cluster_block_exception` or `index_create_block_exception`.
        self.kind.ends_with("_block_exception") && !self.reason.contains("SERVICE_UNAVAILABLE")
    }
}

/// Makes an [`Error`] of a status and of what the server says of it, in an answer or in an item of
/// a batch.
pub(crate) fn error_of(at: Exchange, status: u16, error: &ServerError) -> Error {
    let reason = error.text();
    match (status, error.kind.as_str()) {
        (403 | 429, _) if error.blocks_writes() => Error::Blocked { at, reason },
        (403, _) => Error::Forbidden { at, right: missing_right(&reason) },
        // An index was just deleted, or a node was lost.
        (404 | 500, _) if error.lacks_shards() => Error::Unavailable { at, reason },
        // The status depends on the version of the cluster.
        (400 | 500, _) if error.has_too_many_clauses() => TooManyClauses { at, reason }.into(),
        (404, "search_context_missing_exception") => Error::ContextLost { at, reason },
        (404, _) => {
            let what = reason.strip_prefix("no such ").unwrap_or(&reason).to_owned();
            Error::NotFound { at, what }
        }
        // The client checks names before it sends them, so a name is invalid only because an alias
        // or an index has it already.
        (
            400,
            "resource_already_exists_exception"
            | "invalid_alias_name_exception"
            | "invalid_index_name_exception",
        ) => Error::NameTaken { at, reason },
        (400, "index_closed_exception") => {
            let index = if error.index.is_empty() { "INDEX" } else { &error.index }.to_owned();
            IndexClosed { at, index }.into()
        }
        (409, _) => Error::Conflict { at, reason },
        (429, _) => Error::Overloaded { at, reason },
        (502..=504, _) => Error::Unavailable { at, reason },
        _ => Error::Status { at, status, reason },
    }
}

/// The error that the status and the body of an answer stand for. `credentials` says which kind of
/// credentials was sent. The body of the request had `sent_bytes`.
pub(crate) fn error_of_answer(
    at: Exchange,
    (status, body): (u16, &[u8]),
    (credentials, redactor): (String, &Redactor),
    sent_bytes: usize,
) -> Error {
    match (status, ServerError::of_body(body, redactor)) {
        (401, _) => Error::Unauthorized { at, credentials },
        (413, _) => Error::TooLarge { at, bytes: sent_bytes },
        (_, Some(error)) => error_of(at, status, &error),
        // A proxy in front of the cluster answers in HTML.
        (403 | 429 | 502..=504, None) => {
            let reason = format!("status {status}, {}", body_excerpt(body, redactor));
            error_of(at, status, &ServerError { reason, ..ServerError::default() })
        }
        // The answer to HEAD has no body.
        (404, None) if body.is_empty() => {
            let what = at.request.rsplit('/').next().unwrap_or_default().to_owned();
            Error::NotFound { at, what }
        }
        (_, None) => {
            let found = format!("status {status}, {}", body_excerpt(body, redactor));
            Error::NotACluster { at, found }
        }
    }
}

/// The first 80 characters of a body that is not an answer of a cluster, in quotation marks, for a
/// message; `nothing` if the body is empty.
pub(crate) fn body_excerpt(body: &[u8], redactor: &Redactor) -> String {
    let clean = redactor.clean_bytes(body);
    if clean.is_empty() {
        return "nothing".to_owned();
    }
    format!("{:?}", clean.chars().take(80).collect::<String>())
}

/// The right in "no permissions for [indices:data/read/search] and User …". If the reason has
/// another form: `for it (REASON)`, which follows "the right" in the message of
/// [`Error::Forbidden`].
fn missing_right(reason: &str) -> String {
    let right = reason
        .split_once("no permissions for [")
        .and_then(|(_, rest)| rest.split_once(']'))
        .map(|(right, _)| right.to_owned());
    right.unwrap_or_else(|| format!("for it ({reason})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Exchange {
        Exchange { request: "GET /".to_owned(), node: "http://a:9200".to_owned() }
    }

    /// The number of bytes that the request had.
    const SENT_BYTES: usize = 7;

    fn answer(status: u16, body: &str) -> Error {
        let plain = Redactor::default();
        let credentials = ("no credentials".to_owned(), &plain);
        error_of_answer(at(), (status, body.as_bytes()), credentials, SENT_BYTES)
    }

    fn exception(status: u16, kind: &str, reason: &str) -> Error {
        let body = serde_json::json!({"error": {"type": kind, "reason": reason}, "status": status});
        answer(status, &body.to_string())
    }

    #[test]
    fn every_status_and_exception_has_its_error() {
        use Error::{Blocked, Conflict, ContextLost, NameTaken, NotFound, Overloaded, Unavailable};
        let index = "index_not_found_exception";
        assert!(matches!(exception(404, index, "no such index [n]"), NotFound { .. }));
        let lost = exception(404, "search_context_missing_exception", "");
        assert!(matches!(lost, ContextLost { .. }));
        assert!(matches!(exception(409, "version_conflict_engine_exception", ""), Conflict { .. }));
        assert!(matches!(
            exception(400, "resource_already_exists_exception", ""),
            NameTaken { .. }
        ));
        assert!(matches!(exception(429, "rejected_execution_exception", ""), Overloaded { .. }));
        let flood = "index [n] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage]";
        assert!(matches!(exception(429, "cluster_block_exception", flood), Blocked { .. }));
        let create = "blocked by: [FORBIDDEN/10/cluster create-index blocked (api)];";
        assert!(matches!(exception(403, "index_create_block_exception", create), Blocked { .. }));
        let quorum = "blocked by: [SERVICE_UNAVAILABLE/2/no cluster manager]";
        assert!(matches!(exception(503, "cluster_block_exception", quorum), Unavailable { .. }));
        assert!(matches!(answer(503, "<html>no backend"), Unavailable { .. }));
        let lost = "Partial shards failure: [node-2][127.0.0.1:9622] Node not connected";
        let search = "search_phase_execution_exception";
        assert!(matches!(exception(500, search, lost), Unavailable { .. }));
        assert!(matches!(exception(500, "node_closed_exception", ""), Unavailable { .. }));
        let deleted = "Partial shards failure: No search context found for id [157]";
        assert!(matches!(exception(404, search, deleted), Unavailable { .. }));
        assert!(matches!(exception(500, search, "a defect"), Error::Status { status: 500, .. }));
        assert!(matches!(answer(413, "<html>"), Error::TooLarge { bytes: SENT_BYTES, .. }));
        assert!(matches!(answer(401, "Unauthorized"), Error::Unauthorized { .. }));
        assert!(matches!(answer(404, "<html>nginx"), Error::NotACluster { .. }));
        assert!(matches!(answer(400, r#"{"error":"bad"}"#), Error::Status { status: 400, .. }));
    }

    #[test]
    fn a_query_with_too_many_clauses_has_a_message_with_the_cure() {
        let reason = "Query contains too many nested clauses; maxClauseCount is set to 1024";
        let of_shard = serde_json::json!({"status": 500, "error": {
            "type": "search_phase_execution_exception",
            "reason": "all shards failed",
            "failed_shards": [{"reason": {"type": "too_many_nested_clauses", "reason": reason}}],
        }});
        let errors = [
            answer(500, &of_shard.to_string()),
            exception(400, "too_many_nested_clauses", reason),
            exception(400, "too_many_clauses", "maxClauseCount is set to 1024"),
        ];
        for error in errors {
            assert!(matches!(error, Error::TooManyClauses(_)), "{error:?}");
            let text = error.to_string();
            assert!(text.contains("shorten the query") && text.contains("1024"), "{text}");
        }
    }

    #[test]
    fn a_closed_index_has_a_message_with_the_cure() {
        let body = serde_json::json!({"status": 400, "error": {
            "type": "index_closed_exception",
            "reason": "closed",
            "index": "news-0011223344556677",
            "root_cause": [{"type": "index_closed_exception", "reason": "closed"}],
        }});
        let text = answer(400, &body.to_string()).to_string();
        assert!(text.contains("`POST /news-0011223344556677/_open`"), "{text}");
        let text = exception(400, "index_closed_exception", "closed").to_string();
        assert!(text.contains("`POST /INDEX/_open`"), "{text}");
    }

    #[test]
    fn the_excerpt_of_a_body_that_repeats_a_long_token_has_no_part_of_it() {
        let token = "tok3n".repeat(200);
        let redactor = Redactor::new([token.clone().into()]);
        let body = format!("<html>{}", format!("{token}\n").repeat(40));
        let excerpt = body_excerpt(body.as_bytes(), &redactor);
        assert!(excerpt.starts_with("\"<html>***"), "{excerpt}");
        assert!(!excerpt.contains("tok3n"), "{excerpt}");
    }

    #[test]
    fn a_missing_right_is_named() {
        let reason = "no permissions for [indices:data/write/bulk] and User [name=reader]";
        let text = exception(403, "security_exception", reason).to_string();
        assert!(text.ends_with("for the right indices:data/write/bulk"), "{text}");
    }

    #[test]
    fn the_message_has_the_reason_of_the_first_shard() {
        let body = r#"{"error":{"type":"search_phase_execution_exception","reason":"all shards failed",
            "failed_shards":[{"reason":{"type":"x","reason":"too many clauses"}}]},"status":500}"#;
        assert!(answer(500, body).to_string().contains("all shards failed: too many clauses"));
    }
}
