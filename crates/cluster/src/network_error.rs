//! Makes the [`Error`] for a request that got no answer, or an answer that cannot be read.

use std::io::ErrorKind;
use std::time::Duration;

use ureq::{Error as Http, Timeout};

use crate::error::{Error, Exchange};
use crate::redact::Redactor;
use crate::tls;

/// The error for a request that could not be sent, that got no answer within its time limit,
/// or whose answer is not valid HTTP or is too long.
pub(crate) fn error_of_network(
    at: Exchange,
    error: &Http,
    time_limit: Duration,
    redactor: &Redactor,
) -> Error {
    if let Some(problem) = tls::problem(error) {
        return Error::Tls { at, problem: redactor.clean(&problem) };
    }
    let text = redactor.clean(&error.to_string());
    let problem = match error {
        Http::Timeout(Timeout::Connect | Timeout::Resolve) => "no connection in time".to_owned(),
        Http::Timeout(_) => return Error::TimedOut { at, after: time_limit },
        Http::Protocol(_) | Http::LargeResponseHeader(..) => {
            return Error::NotACluster { at, found: format!("no HTTP ({text})") };
        }
        Http::BodyExceedsLimit(_) => return Error::Malformed { at, problem: text },
        Http::HostNotFound => "the host is not known".to_owned(),
        Http::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
            "the connection was closed; a node that expects https:// does so".to_owned()
        }
        Http::Io(error) => redactor.clean(&error.to_string()),
        _ => text,
    };
    Error::Unreachable { at, problem }
}
