//! Finds records by a typed id, and the files that they come from.

use std::path::{Path, PathBuf};

use anyhow::bail;
use wensou_ingest::Record;
use wensou_query::RecordLookup;

use crate::location::OpenIndex;
use crate::out::{Terminal, json, sanitize};

/// [`RecordLookup::Ambiguous`] has at most this many ids.
const MAX_AMBIGUOUS_IDS: usize = 10;

/// The record with this id, or with an id that begins with it. `None`, after a message, if there is
/// no such record.
///
/// # Errors
///
/// If several ids begin with it, or the index cannot be read.
pub(crate) fn record(
    index: &OpenIndex,
    id: &str,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<Record>> {
    match index.queried().lookup(id)? {
        RecordLookup::Found(record) => Ok(Some(variant_named(*record, id))),
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
        let title = match index.queried().lookup(id)? {
            RecordLookup::Found(record) => json::title(&variant_named(*record, id)).to_owned(),
            _ => String::new(),
        };
        lines.push_str(&format!("\n  {id}  {}", sanitize::line(&title)));
    }
    if ids.len() == MAX_AMBIGUOUS_IDS {
        lines.push_str("\n  …");
    }
    Ok(lines)
}

/// The variant of a flash item whose id begins with `id`, as a record of its own. The record is
/// unchanged if its own id begins with `id`, or that of no variant does.
pub(crate) fn variant_named(record: Record, id: &str) -> Record {
    let Record::Flash(flash) = &record else { return record };
    let asked = flash.variants.iter().find(|variant| variant.id.starts_with(id));
    match asked {
        Some(variant) if !flash.id.starts_with(id) => {
            Record::Flash(json::as_variant(flash, variant))
        }
        _ => record,
    }
}

/// The file of a stored path, and which of its members the path names (`archive.zip!/page.txt`).
pub(crate) fn source_member<'p>(
    index: &OpenIndex,
    path: &'p str,
) -> Option<(PathBuf, Option<&'p str>)> {
    // A folder name may contain `!/` too, so the whole path is tried first.
    let whole = source_file(index, path).map(|file| (file, None));
    whole.or_else(|| {
        let mut separators = path.match_indices("!/");
        separators.find_map(|(at, separator)| {
            source_file(index, &path[..at]).map(|file| (file, Some(&path[at + separator.len()..])))
        })
    })
}

/// The file of a stored path: relative to the working folder, or below a root of the index.
pub(crate) fn source_file(index: &OpenIndex, path: &str) -> Option<PathBuf> {
    let named = PathBuf::from(path);
    if named.is_file() {
        return Some(named);
    }
    // A stored path begins with the root as it was typed, perhaps relative to another working
    // folder. The index also keeps the absolute root, so look for the file below that.
    let roots = index.local().map(|index| index.meta().roots.as_slice()).unwrap_or_default();
    roots.iter().find_map(|root| file_below(root, &named))
}

/// The file of a stored path, given the absolute path of a root: the root itself, or a file below
/// it. How many leading components of the stored path are the root as it was typed is not known, so
/// every number is tried.
fn file_below(root: &Path, named: &Path) -> Option<PathBuf> {
    if root.is_file() && root.file_name() == named.file_name() {
        return Some(root.to_path_buf());
    }
    let parts: Vec<_> = named.components().collect();
    (0..parts.len())
        .map(|skip| root.join(parts[skip..].iter().collect::<PathBuf>()))
        .find(|candidate| candidate.is_file())
}
