//! Records by what was typed for their id, and the files that they come from.

use std::path::{Path, PathBuf};

use anyhow::bail;
use wensou_index::{Index, Lookup};
use wensou_ingest::Record;

use crate::out::{Terminal, json, sanitize};

/// Most ids that [`Lookup::Ambiguous`] names.
const MOST_AMBIGUOUS: usize = 10;

/// The record of an id or of the beginning of one; says why where there is none.
pub(crate) fn record(
    index: &Index,
    id: &str,
    terminal: &mut Terminal,
) -> anyhow::Result<Option<Record>> {
    match index.lookup(id)? {
        Lookup::Found(address) => Ok(Some(variant_named(index.record(address)?, id))),
        Lookup::Missing => {
            terminal.say(format_args!(
                "there is no article or flash item with the id {}",
                sanitize::line(id)
            ));
            Ok(None)
        }
        Lookup::Ambiguous(ids) => {
            bail!("more than one id begins with {id}; type more of it:{}", titles(index, &ids)?)
        }
    }
}

/// Ids with the titles of their records, each on a line of its own.
fn titles(index: &Index, ids: &[String]) -> anyhow::Result<String> {
    let mut lines = String::new();
    for id in ids {
        let title = match index.lookup(id)? {
            Lookup::Found(address) => {
                json::title(&variant_named(index.record(address)?, id)).to_owned()
            }
            _ => String::new(),
        };
        lines.push_str(&format!("\n  {id}  {}", sanitize::line(&title)));
    }
    if ids.len() == MOST_AMBIGUOUS {
        lines.push_str("\n  …");
    }
    Ok(lines)
}

/// The writing of a flash item that the id names: a page's own, where it is not the first.
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
    index: &Index,
    path: &'p str,
) -> Option<(PathBuf, Option<&'p str>)> {
    // A folder may be called so, too: the whole path goes first.
    let whole = source_file(index, path).map(|file| (file, None));
    whole.or_else(|| {
        let mut separators = path.match_indices("!/");
        separators.find_map(|(at, separator)| {
            source_file(index, &path[..at]).map(|file| (file, Some(&path[at + separator.len()..])))
        })
    })
}

/// The file of a stored path: as it was named, or under the folder that it was indexed from.
pub(crate) fn source_file(index: &Index, path: &str) -> Option<PathBuf> {
    let named = PathBuf::from(path);
    if named.is_file() {
        return Some(named);
    }
    // A path is the root as it was typed joined with the rest; the root is kept absolute.
    index.meta().roots.iter().find_map(|root| under(root, &named))
}

fn under(root: &Path, named: &Path) -> Option<PathBuf> {
    if root.is_file() && root.file_name() == named.file_name() {
        return Some(root.to_path_buf());
    }
    let parts: Vec<_> = named.components().collect();
    (0..parts.len())
        .map(|skip| root.join(parts[skip..].iter().collect::<PathBuf>()))
        .find(|candidate| candidate.is_file())
}
