//! Reads the bylines and the dateline with which an article begins, and the bylines with which a
//! short one ends, by the rules of text pages.

use crate::page::byline::{self, Byline, BylineReading, dateline};
use crate::page::labels::{Label, Labels};

/// How many of the first lines of an article are read, and how many of these can be paragraphs. A
/// caption or an advertisement may stand above the dateline.
const MAX_LINES: usize = 8;
const MAX_PARAGRAPHS: usize = 2;
/// Minimum characters of a line that counts as a paragraph.
const MIN_PARAGRAPH: usize = 25;

/// What the bylines among the first lines of an article say, and a dateline below them; then what
/// bylines without a date say among the short lines `after_text`.
pub(super) fn read<'t>(
    lines: impl Iterator<Item = &'t str>,
    after_text: impl Iterator<Item = &'t str>,
    labels: &Labels,
) -> Byline {
    let certain = |line: &'t str| byline::read(line, labels).filter(BylineReading::is_certain);
    let mut found = Byline::default();
    let mut paragraphs = 0;
    for line in lines.take(MAX_LINES) {
        if paragraphs == 0
            && let Some(reading) = certain(line)
        {
            found.add(&reading.fields);
        } else if let Some(dateline) = dateline::read(line, labels) {
            // The text of the article begins here.
            found.add(&dateline.fields);
            break;
        } else if line.chars().nth(MIN_PARAGRAPH - 1).is_some() {
            paragraphs += 1;
            if paragraphs == MAX_PARAGRAPHS {
                break;
            }
        }
    }
    for reading in after_text.filter_map(certain) {
        // A name beside a date is that of a reader who comments.
        let is_date = |label| matches!(label, Label::Time | Label::Updated);
        if !reading.fields.iter().any(|field| is_date(field.label)) {
            found.add(&reading.fields);
        }
    }
    found
}
