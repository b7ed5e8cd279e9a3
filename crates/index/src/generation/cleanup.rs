//! Finds and removes litter: generations in an index folder that are no longer needed.
//!
//! Only folders that are known to be our generations are removed, file by file, and only files that
//! wensou has written. A generation that may be the last readable one is never removed.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::current::{Current, Pointer, pointer};
use super::ownership::{is_generation, seal};
use super::salvage::is_intact;
use crate::error::Error;
use crate::files::{
    ABANDONED, CURRENT, DESCRIPTION, DESCRIPTION_LIMIT, Entry, EntryKind, Folder,
    GENERATION_MARKER, MARKER_LIMIT, SEAL, generation_marker_text, generation_number,
    is_build_file, is_damaged_copy, is_tantivy_lock,
};
use crate::meta::Meta;

/// Whether [`clean_up`] keeps complete generations beside the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeepComplete {
    /// Remove them: the generation in use is known to be intact and to need no other.
    No,
    /// Keep them.
    Yes,
    /// Keep them unless [`needs_no_other`] says that the generation in use does not need them.
    IfNeeded,
}

/// The names of generations that are no longer needed: incomplete ones that a killed build left,
/// and complete ones that were not removed when they were replaced.
///
/// While the index in use is damaged, or was salvaged from a damaged one, any other complete
/// generation may be needed, so it is not litter.
pub(crate) fn litter(folder: &Folder) -> Result<Vec<String>, Error> {
    removable_generations(folder, KeepComplete::IfNeeded)
}

/// The names of the generations that [`clean_up`] removes.
fn removable_generations(
    folder: &Folder,
    keep_complete: KeepComplete,
) -> Result<Vec<String>, Error> {
    let entries = folder.entries().map_err(Error::io("list", folder.path()))?;
    let names = entries.into_iter().filter(is_generation_name).map(|entry| entry.name);
    let pointer = pointer(folder);
    let current = match &pointer {
        Pointer::Names(current) => Some(&current.name),
        Pointer::Legacy(name) => Some(name),
        _ => None,
    };
    // Verifying the generation in use reads all of it, so do that only if there is another complete
    // generation.
    let current_needs_no_other = OnceCell::new();
    let verify = || matches!(&pointer, Pointer::Names(current) if needs_no_other(folder, current));
    let is_removable = |generation: &Folder| match keep_complete {
        KeepComplete::No => true,
        _ if !is_complete(generation) => true,
        KeepComplete::Yes => false,
        KeepComplete::IfNeeded => *current_needs_no_other.get_or_init(verify),
    };
    let removable = names.filter(|name| {
        let Ok(generation) = folder.folder(name) else { return false };
        Some(name) != current && is_generation(&generation, name) && is_removable(&generation)
    });
    Ok(removable.collect())
}

fn is_generation_name(entry: &Entry) -> bool {
    let name = entry.name.strip_suffix(ABANDONED).unwrap_or(&entry.name);
    entry.kind == EntryKind::Folder && generation_number(name).is_some()
}

/// Whether a generation was written completely. Generations of formats before 5 have neither seals
/// nor markers; such a generation counts as complete once it has a description.
fn is_complete(generation: &Folder) -> bool {
    generation.kind(SEAL).is_some()
        || (generation.kind(DESCRIPTION).is_some() && generation.kind(GENERATION_MARKER).is_none())
}

/// Whether the index in use is intact and was not salvaged from another one, see
/// [`Meta::salvaged`].
fn needs_no_other(folder: &Folder, current: &Current) -> bool {
    let meta = folder
        .folder(&current.name)
        .ok()
        .and_then(|generation| Meta::read(folder.path(), &generation, current.checksum).ok());
    meta.is_some_and(|meta| !meta.salvaged) && is_intact(folder, current)
}

/// Removes incomplete generations, and the complete ones that `keep_complete` does not keep, after
/// calling `note` with the names of all generations that it is going to remove. The generation in
/// use stays. The caller must hold the build lock.
pub(super) fn clean_up(
    folder: &Folder,
    keep_complete: KeepComplete,
    note: &mut dyn FnMut(&[String]),
) {
    let litter = removable_generations(folder, keep_complete).unwrap_or_default();
    if litter.is_empty() {
        return;
    }
    note(&litter);
    for name in litter {
        remove_generation(folder, &name);
    }
}

/// Removes a generation: every file that wensou has written, then the folder if it is empty. The
/// marker is removed last, so that the remaining files are still known to be ours if the process is
/// killed meanwhile. The caller must know that wensou has made the folder.
pub(super) fn remove_generation(folder: &Folder, name: &str) {
    let Ok(generation) = folder.folder(name) else { return };
    if !is_generation(&generation, name) {
        return remove_unmarked(folder, name);
    }
    let described = described_files(&generation);
    // Readers of formats before 5, which had no markers, left lock files.
    let is_unmarked = generation.kind(GENERATION_MARKER).is_none();
    let own_current =
        || generation.read(CURRENT, MARKER_LIMIT).ok().and_then(|line| Current::parse(&line));
    let is_ours = |file: &str| match &described {
        Some(described) if described.contains(file) => true,
        // A build that was killed between sealing and publishing leaves `CURRENT` in its
        // generation.
        Some(_) if file == CURRENT => {
            own_current().is_some_and(|current| Some(current) == seal(&generation))
        }
        Some(_) => is_unmarked && is_tantivy_lock(file),
        None => is_build_file(file),
    };
    for Entry { name: file, kind } in generation.entries().unwrap_or_default() {
        let is_removed_last = [DESCRIPTION, SEAL, GENERATION_MARKER].contains(&file.as_str());
        if kind == EntryKind::File && !is_removed_last && is_ours(&file) {
            let _ = generation.remove_file(&file);
        }
    }
    for file in [DESCRIPTION, SEAL, GENERATION_MARKER] {
        if generation.kind(file) == Some(EntryKind::File) {
            let _ = generation.remove_file(file);
        }
    }
    let _ = folder.remove_folder(name);
}

/// Removes a generation whose marker could not be written, for example because the disk was full:
/// the folder is empty, or holds only a part of the marker. [`clean_up`] cannot know that such a
/// folder is ours, so the caller must know it.
pub(super) fn remove_unmarked(folder: &Folder, name: &str) {
    let Ok(generation) = folder.folder(name) else { return };
    let Ok(entries) = generation.entries() else { return };
    let is_part_of_marker = || {
        let text = generation_marker_text(name.strip_suffix(ABANDONED).unwrap_or(name));
        let content = generation.read(GENERATION_MARKER, MARKER_LIMIT);
        content.is_ok_and(|content| is_damaged_copy(&content, text.as_bytes()))
    };
    match entries.as_slice() {
        [] => {}
        [entry] if entry.name == GENERATION_MARKER && is_part_of_marker() => {
            let _ = generation.remove_file(GENERATION_MARKER);
        }
        _ => return,
    }
    let _ = folder.remove_folder(name);
}

/// The names of the files of a complete generation, as its description lists them; `None` if there
/// is no description, or none that the seal confirms.
fn described_files(generation: &Folder) -> Option<BTreeSet<String>> {
    let description = generation.read(DESCRIPTION, DESCRIPTION_LIMIT).ok()?;
    let is_sealed = match (seal(generation), generation.kind(GENERATION_MARKER)) {
        (Some(seal), _) => seal.checksum == xxh3_64(&description),
        // Before format 5 there were neither seals nor markers.
        (None, marker) => marker.is_none(),
    };
    let files = Meta::file_names(&description).filter(|_| is_sealed)?;
    Some(files.into_iter().collect())
}
