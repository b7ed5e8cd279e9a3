//! The laws of the reader of JSON lines.

use wensou_ingest::{Options, Record, fuzz_entry};

/// Panics if `data`, read as JSON lines in UTF-8, breaks a law.
pub fn check(data: &[u8]) {
    // A byte order mark of UTF-16 means another encoding, which the target `dump` reads.
    if data.starts_with(b"\xff\xfe") || data.starts_with(b"\xfe\xff") {
        return;
    }
    let mut options = Options::default();
    options.max_line_bytes = 1024;
    let (mut end_of_last, mut events, mut last_line, mut last_span) = (0, 0, 0, None);
    fuzz_entry::records(data, &options, &mut |record| {
        events += 1;
        let (record, record_line) = match record {
            Ok(found) => found,
            Err(skipped) => {
                assert!(skipped.line.is_none_or(|line| line > last_line), "lines in order");
                last_line = skipped.line.unwrap_or(last_line);
                return;
            }
        };
        let span = match &record {
            Record::Article(article) => article.span,
            Record::Flash(flash) => flash.occurrences[0].span,
        };
        // The rows of a table that is written by columns have the line and the span of the table.
        let is_same = last_span.replace(span) == Some(span);
        assert!(record_line > last_line || is_same, "lines in order");
        last_line = record_line;
        let is_in_order = end_of_last <= span.start || is_same;
        assert!(is_in_order && span.start < span.end, "spans in order");
        end_of_last = span.end;
        let bytes = &data[span.start as usize..span.end as usize];
        assert!(bytes.starts_with(b"{") && bytes.ends_with(b"}") && !bytes.contains(&b'\n'));
        assert!(
            serde_json::from_slice::<serde_json::Value>(bytes).is_ok(),
            "the span has the JSON of the record"
        );
        if let Record::Article(article) = record {
            assert!(article.paragraphs.iter().all(|p| !p.is_empty() && p.trim() == p));
        }
    });
    // A file of white space and byte order marks alone has no line to report.
    let text = String::from_utf8_lossy(data);
    let blank = text.trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace()).is_empty();
    assert!(events > 0 || blank, "a line is read or reported");
}
