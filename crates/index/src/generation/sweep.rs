//! What lies in an index folder and is no part of the index, and how it goes.
//!
//! Only generations that carry our marker go, file by file, and of their files only those that we
//! have written. None goes that may be the last one that can be read.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::current::{Current, DESCRIPTION_LIMIT, Pointer, pointer};
use super::folder::{Entry, EntryKind, Folder};
use super::names::{
    CURRENT, DESCRIPTION, GONE, MARKER, MARKER_LIMIT, SEAL, generation_number, is_build_file,
    is_tantivy_lock,
};
use super::ownership::{is_generation, seal};
use super::salvage::is_intact;
use crate::error::Error;
use crate::meta::Meta;

/// Names of generations that belong to no index: left by builds that were killed, or that could not
/// be removed when their time was over.
///
/// While the index in use is damaged, or has records of one that was and whose archive could not be
/// read whole, every other complete generation may be needed and is no litter.
pub(crate) fn litter(folder: &Folder) -> Result<Vec<String>, Error> {
    litter_beside(folder, None)
}

/// [`litter`] beside the index in use, of which perhaps is known whether it needs no other.
fn litter_beside(folder: &Folder, known_enough: Option<bool>) -> Result<Vec<String>, Error> {
    let entries = folder.entries().map_err(Error::io("list", folder.path()))?;
    let names = entries.into_iter().filter(is_generation_name).map(|entry| entry.name);
    let pointer = pointer(folder);
    let current = match &pointer {
        Pointer::Names(current) => Some(&current.name),
        Pointer::Legacy(name) => Some(name),
        _ => None,
    };
    // Looked at only where there is another complete generation, which is hardly ever.
    let enough = OnceCell::new();
    let is_enough = || {
        let verified = || matches!(&pointer, Pointer::Names(current) if is_enough(folder, current));
        *enough.get_or_init(|| known_enough.unwrap_or_else(verified))
    };
    let unwanted = names.filter(|name| {
        let Ok(generation) = folder.folder(name) else { return false };
        Some(name) != current
            && is_generation(&generation, name)
            && (!is_complete(&generation) || is_enough())
    });
    Ok(unwanted.collect())
}

fn is_generation_name(entry: &Entry) -> bool {
    let name = entry.name.strip_suffix(GONE).unwrap_or(&entry.name);
    entry.kind == EntryKind::Folder && generation_number(name).is_some()
}

/// Whether the build of a generation went through. One of before format 5 cannot say.
fn is_complete(generation: &Folder) -> bool {
    generation.kind(SEAL).is_some()
        || (generation.kind(DESCRIPTION).is_some() && generation.kind(MARKER).is_none())
}

/// Whether the index in use is intact and owes no record to what is left of another one.
fn is_enough(folder: &Folder, current: &Current) -> bool {
    let meta = folder
        .folder(&current.name)
        .ok()
        .and_then(|generation| Meta::read(folder.path(), &generation, current.checksum).ok());
    meta.is_some_and(|meta| !meta.salvaged) && is_intact(folder, current)
}

/// Removes the litter, for which the lock must be held, and tells `note` first what is about to go.
pub(super) fn sweep(folder: &Folder, known_enough: Option<bool>, note: &mut dyn FnMut(&[String])) {
    let litter = litter_beside(folder, known_enough).unwrap_or_default();
    if litter.is_empty() {
        return;
    }
    note(&litter);
    for name in litter {
        remove_generation(folder, &name);
    }
}

/// Removes a generation: every file of it that wensou has written, and the folder if nothing else
/// is in it. The marker goes last, so that what is left after a kill is known to be ours.
pub(super) fn remove_generation(folder: &Folder, name: &str) {
    let Ok(generation) = folder.folder(name) else { return };
    if !is_generation(&generation, name) {
        return;
    }
    let listed = listed_files(&generation);
    // Readers of formats before 5, which had no markers, left lock files behind.
    let unmarked = generation.kind(MARKER).is_none();
    let pointer = || generation.read(CURRENT, MARKER_LIMIT).ok().and_then(|it| Current::parse(&it));
    let ours = |file: &str| match &listed {
        Some(listed) if listed.contains(file) => true,
        // A build that was killed between sealing and publishing leaves the pointer in it.
        Some(_) if file == CURRENT => pointer().is_some_and(|it| Some(it) == seal(&generation)),
        Some(_) => unmarked && is_tantivy_lock(file),
        None => is_build_file(file),
    };
    for Entry { name: file, kind } in generation.entries().unwrap_or_default() {
        let last = [DESCRIPTION, SEAL, MARKER].contains(&file.as_str());
        if kind == EntryKind::File && !last && ours(&file) {
            let _ = generation.remove_file(&file);
        }
    }
    for file in [DESCRIPTION, SEAL, MARKER] {
        if generation.kind(file) == Some(EntryKind::File) {
            let _ = generation.remove_file(file);
        }
    }
    let _ = folder.remove_folder(name);
}

/// The files of a complete generation, by its description.
fn listed_files(generation: &Folder) -> Option<BTreeSet<String>> {
    let description = generation.read(DESCRIPTION, DESCRIPTION_LIMIT).ok()?;
    let sealed = match (seal(generation), generation.kind(MARKER)) {
        (Some(seal), _) => seal.checksum == xxh3_64(&description),
        // Before format 5 there were neither seals nor markers.
        (None, marker) => marker.is_none(),
    };
    let files = Meta::files_of(&description).filter(|_| sealed)?;
    Some(files.into_iter().collect())
}
