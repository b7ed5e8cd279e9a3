//! Reads the records of an ARC file, the predecessor of WARC. The name of a member is the number of
//! its record.
//!
//! A record consists of a header line and the response of the server. The fields of the header line
//! are separated by spaces: the first is the address, and the last is the length of the response.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::container::{Container, FetchedResponse};
use super::fault::{damage_reason, truncated};
use super::{Event, Visit, http};
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
        let header = match header(&mut read) {
            Ok(Some(header)) => header,
            Ok(None) if number == 0 => return container.skip_file(Reason::Empty, visit),
            Ok(None) => return ControlFlow::Continue(()),
            Err(error) => return container.skip_file(damage_reason(&error), visit),
        };
        number += 1;
        container.meter.count_member();
        let Some(header) = header else {
            let what =
                format!("record {number} does not begin with an address and end in a length");
            return container.skip_file(Reason::Damaged(what), visit);
        };
        let mut body = read.by_ref().take(header.length);
        emit(container, number, &header, &mut body, visit)?;
        // Skip the part of the body that was not read. If a compressed file expands without end,
        // the meter makes the read fail.
        if let Err(error) = io::copy(&mut body, &mut io::sink()) {
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

/// The line before a record.
struct Header {
    url: String,
    media_type: String,
    /// Length of the response in bytes.
    length: u64,
}

/// Reads the next header line. Returns `None` at the end of the file, and `Some(None)` if the line
/// is not a header.
fn header(read: &mut impl BufRead) -> io::Result<Option<Option<Header>>> {
    loop {
        match http::line(read)? {
            None => return Ok(None),
            Some(line) if line.trim().is_empty() => {}
            Some(line) => {
                let fields: Vec<&str> = line.split(' ').collect();
                // Version 1 has five fields, version 2 ten; the media type is the fourth.
                let length = fields.last().and_then(|length| length.trim().parse().ok());
                let header = length.filter(|_| fields.len() >= 5 && fields[0].contains(':'));
                return Ok(Some(header.map(|length| Header {
                    url: fields[0].to_owned(),
                    media_type: fields[3].to_owned(),
                    length,
                })));
            }
        }
    }
}

/// Passes the page or dump in a record to `visit`, if there is one.
fn emit(
    container: &Container<'_>,
    number: u64,
    header: &Header,
    body: &mut impl BufRead,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    if http::names_a_record_of_the_crawler(&header.url) {
        return ControlFlow::Continue(());
    }
    let name = number.to_string();
    let ignored = || Event::Ignored(PathBuf::from(container.member_path(&name)));
    if !header.url.starts_with("http") {
        return visit(ignored());
    }
    let response = match http::response(body) {
        Ok(response) if response.status == 200 => response,
        Ok(response) => return container.skip_status(&name, response.status, visit),
        Err(error) => return container.skip_member(&name, damage_reason(&error), visit),
    };
    let media_type = response.media_type.unwrap_or_else(|| header.media_type.clone());
    let url = Some(header.url.clone());
    let fetched = FetchedResponse { name: &name, media_type: Some(&media_type), url };
    container.emit_fetched(fetched, response.body, visit)
}
