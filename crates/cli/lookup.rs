//! Finds records by a typed id.

use anyhow::bail;
use wensou_ingest::Record;
use wensou_query::RecordLookup;

use crate::open_index::OpenIndex;
use crate::out::{Terminal, attributes, sanitize};

/// The maximum number of ids in [`RecordLookup::Ambiguous`]. If there are this many, further ids of
/// the index may begin with the typed text.
const MAX_AMBIGUOUS_IDS: usize = 10;

/// The record whose id is `id` or begins with `id`. `None`, after a message, if there is no such
/// record.
///
/// # Errors
///
/// If several ids begin with `id`, or the index cannot be read.
pub(crate) fn record(
    index: &OpenIndex,
    id: &str,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<Record>> {
    match index.as_index_ref().lookup(id)? {
        RecordLookup::Found(record) => Ok(Some(variant_with_id(*record, id))),
        RecordLookup::Missing => {
            terminal.notice(format_args!(
                "there is no article or flash item with the id {}",
                sanitize::line(id)
            ));
            Ok(None)
        }
        RecordLookup::Ambiguous(ids) => {
            bail!("more than one id begins with {id}; type more of it:{}", titles(index, &ids)?)
        }
    }
}

/// Each id with the title of its record, on a line of its own.
fn titles(index: &OpenIndex, ids: &[String]) -> anyhow::Result<String> {
    let mut lines = String::new();
    for id in ids {
        let title = match index.as_index_ref().lookup(id)? {
            RecordLookup::Found(record) => {
                attributes::title(&variant_with_id(*record, id)).to_owned()
            }
            _ => String::new(),
        };
        lines.push_str(&format!("\n  {id}  {}", sanitize::line(&title)));
    }
    if ids.len() == MAX_AMBIGUOUS_IDS {
        lines.push_str("\n  …");
    }
    Ok(lines)
}

/// The variant of a flash item whose id begins with `id`, as a record of its own. Returns `record`
/// unchanged if its own id begins with `id`, or if no variant's id does.
pub(crate) fn variant_with_id(record: Record, id: &str) -> Record {
    let Record::Flash(flash) = &record else { return record };
    let variant = flash.variants.iter().find(|variant| variant.id.starts_with(id));
    match variant {
        Some(variant) if !flash.id.starts_with(id) => {
            Record::Flash(attributes::as_variant(flash, variant))
        }
        _ => record,
    }
}
