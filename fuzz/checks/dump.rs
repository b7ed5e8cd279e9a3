//! The laws of the readers of dumps of all kinds.

use wensou_ingest::{Options, Record, fuzz_entry};

/// Panics if `data`, read as a dump of the kind that its first byte chooses, breaks a law.
pub fn check(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    let mut options = Options::default();
    options.max_line_bytes = 1024;
    let (mut end_of_last, mut last_line, mut last_span) = (0, 0, None);
    fuzz_entry::records_of_kind(*kind, data, &options, &mut |record| {
        let (record, record_line) = match record {
            Ok(found) => found,
            Err(skipped) => {
                last_line = skipped.line.unwrap_or(last_line);
                return;
            }
        };
        // Several records can be in one line, for example of a JSON array.
        assert!(record_line >= last_line, "lines in order");
        last_line = record_line;
        let span = match &record {
            Record::Article(article) => article.span,
            Record::Flash(flash) => flash.occurrences[0].span,
        };
        // The rows of a table in JSON that is written by columns have the span of the table.
        let is_in_order = end_of_last <= span.start || last_span == Some(span);
        assert!(is_in_order && span.start <= span.end, "spans in order");
        last_span = Some(span);
        assert!(span.end <= data.len() as u64, "spans in the file");
        end_of_last = span.end;
        if let Record::Article(article) = record {
            assert!(article.paragraphs.iter().all(|p| !p.is_empty() && p.trim() == p));
            assert!(!article.title.is_empty() || !article.paragraphs.is_empty());
        }
    });
}
