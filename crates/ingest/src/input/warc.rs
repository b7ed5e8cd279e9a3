//! Reads the records of a WARC file (ISO 28500) in order. The name of a member is the number of its
//! record.
//!
//! No crate is used, because the one for the format holds headers and bodies of any length in
//! memory. This reader holds only the headers, and streams the body.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::container::{Container, FetchedResponse};
use super::fault::{damage_reason, truncated};
use super::http::{self, Headers};
use super::{Event, Visit};
use crate::report::Reason;

/// Passes every page and dump of the file to `visit`.
pub(super) fn visit_members(
    container: &Container<'_>,
    read: impl Read,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let mut read = BufReader::with_capacity(1 << 16, read);
    let mut number = 0_u64;
    loop {
        let headers = match next_record_headers(&mut read) {
            Ok(Some(headers)) => headers,
            Ok(None) if number == 0 => return container.skip_file(Reason::Empty, visit),
            Ok(None) => return ControlFlow::Continue(()),
            Err(error) => return container.skip_file(damage_reason(&error), visit),
        };
        number += 1;
        container.meter.count_member();
        let length = headers.get("content-length").and_then(|length| length.parse().ok());
        let Some(length) = length else {
            let what = format!("record {number} has no valid Content-Length");
            return container.skip_file(Reason::Damaged(what), visit);
        };
        let mut body = read.by_ref().take(length);
        emit(container, number, &headers, &mut body, visit)?;
        // Skip the part of the body that was not read. If a compressed file expands without end,
        // the meter makes the read fail.
        let skipped = io::copy(&mut body, &mut io::sink());
        if let Err(error) = skipped {
            return container.skip_file(damage_reason(&error), visit);
        }
        if body.limit() > 0 {
            return container.skip_file(truncated(), visit);
        }
        if let Some(reason) = container.meter.exceeded() {
            return container.skip_file(reason, visit);
        }
    }
}

/// The headers of the next record; `None` at the end of the file.
fn next_record_headers(read: &mut impl BufRead) -> io::Result<Option<Headers>> {
    loop {
        match http::line(read)? {
            None => return Ok(None),
            Some(line) if line.is_empty() => {}
            Some(line) if line.starts_with("WARC/") => return Headers::read(read).map(Some),
            Some(_) => {
                let what = "a record does not begin with `WARC/`";
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
        }
    }
}

/// Passes the page or dump in a record to `visit`, if there is one.
fn emit(
    container: &Container<'_>,
    number: u64,
    headers: &Headers,
    body: &mut impl BufRead,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let url = headers.get("warc-target-uri").map(|url| url.trim_matches(['<', '>']).to_owned());
    if url.as_deref().is_some_and(http::names_a_record_of_the_crawler) {
        return ControlFlow::Continue(());
    }
    let name = number.to_string();
    let ignored = || Event::Ignored(PathBuf::from(container.member_path(&name)));
    let (media_type, read): (Option<String>, Box<dyn Read + '_>) = match headers.get("warc-type") {
        // The crawler's own records hold no page.
        Some("warcinfo" | "request" | "metadata") => return ControlFlow::Continue(()),
        Some("response") => match http::response(body) {
            Ok(response) if response.status == 200 => (response.media_type, response.body),
            Ok(response) => return container.skip_status(&name, response.status, visit),
            Err(error) => return container.skip_member(&name, damage_reason(&error), visit),
        },
        // A plain file, or text extracted from one, without HTTP headers.
        Some("resource" | "conversion") => {
            (headers.get("content-type").map(str::to_owned), Box::new(body))
        }
        _ => return visit(ignored()),
    };
    let url = url.filter(|url| !url.is_empty());
    let response = FetchedResponse { name: &name, media_type: media_type.as_deref(), url };
    container.emit_fetched(response, read, visit)
}
