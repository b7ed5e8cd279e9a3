//! Finds the generation to use or to salvage records from when `CURRENT` or a description is lost.

use std::io;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::current::{Current, Pointer, pointer};
use super::ownership::{is_generation, seal};
use crate::error::{Error, permitted};
use crate::files::{
    CURRENT, DESCRIPTION, DESCRIPTION_LIMIT, Folder, GENERATION_MARKER, MARKER_LIMIT, SEAL,
    SETTINGS, Sum, Sums, generation_marker_text, generation_number, is_damaged_copy,
};
use crate::meta::{Meta, Settings};

/// If `CURRENT` is missing or damaged, or names a generation that is missing or whose description
/// is damaged, makes `CURRENT` name the newest complete generation whose checksums match. Returns
/// the name of that generation; `None` if `CURRENT` was not changed. The caller must hold the build
/// lock.
///
/// If `CURRENT` names a generation with an intact description, the marker and the seal of that
/// generation are written again where they are missing or damaged.
///
/// A generation with an intact description stays in use although other files of it are damaged and
/// an older generation may be intact: its records are newer, and a build reuses those that can be
/// read.
///
/// # Errors
///
/// [`Error::Denied`] if this user may not read `CURRENT` or the description, because the generation
/// in use may then be intact, and [`Error::Io`] if a file cannot be written.
pub(crate) fn adopt(folder: &Folder) -> Result<Option<String>, Error> {
    match pointer(folder) {
        Pointer::Names(current) => {
            if has_intact_description(folder, &current)? {
                return restore_markers(folder, &current).map(|()| None);
            }
        }
        // An index of an older format: a build reads its settings and replaces it.
        Pointer::Legacy(_) => return Ok(None),
        Pointer::Unreadable(source) if source.kind() == io::ErrorKind::PermissionDenied => {
            return Err(Error::unopened(folder.path(), CURRENT, &source));
        }
        Pointer::Absent | Pointer::Unknown | Pointer::Unreadable(_) => {}
    }
    let complete = complete_generations(folder);
    let Some(found) = complete.into_iter().find(|current| is_intact(folder, current)) else {
        return Ok(None);
    };
    let replace = || {
        let generation = folder.folder(&found.name)?;
        // Replace `CURRENT` in one step: write it into the generation, then rename it.
        let _ = generation.remove_file(CURRENT);
        generation.write_durably(CURRENT, found.line().as_bytes())?;
        generation.rename(CURRENT, folder, CURRENT)?;
        folder.sync()
    };
    replace().map_err(Error::io("replace", &folder.path_of(CURRENT)))?;
    Ok(Some(found.name))
}

/// Whether the description of a generation has the checksum that `CURRENT` states.
///
/// # Errors
///
/// [`Error::Denied`] if this user may not read it.
fn has_intact_description(folder: &Folder, current: &Current) -> Result<bool, Error> {
    let generation = folder.folder(&current.name);
    let description =
        generation.and_then(|generation| generation.read(DESCRIPTION, DESCRIPTION_LIMIT));
    let name = format!("{}/{DESCRIPTION}", current.name);
    let description = permitted(folder.path(), &name, description)?;
    Ok(description.is_ok_and(|description| xxh3_64(&description) == current.checksum))
}

/// Writes the marker and the seal of a generation again if they are missing or damaged. The
/// generation is known to be ours, because `CURRENT` has the checksum of its description.
fn restore_markers(folder: &Folder, current: &Current) -> Result<(), Error> {
    let failed = |error| Error::io("restore the markers of", &folder.path_of(&current.name))(error);
    let generation = folder.folder(&current.name).map_err(failed)?;
    for (name, text) in
        [(GENERATION_MARKER, generation_marker_text(&current.name)), (SEAL, current.line())]
    {
        let text = text.as_bytes();
        match generation.read(name, MARKER_LIMIT) {
            Ok(content) if content == text => continue,
            Ok(content) if is_damaged_copy(&content, text) => {
                generation.remove_file(name).map_err(failed)?;
            }
            // A foreign file, or something that is not a file, stays.
            _ if generation.kind(name).is_some() => continue,
            _ => {}
        }
        generation.write_durably(name, text).map_err(failed)?;
        generation.sync().map_err(failed)?;
    }
    Ok(())
}

/// What `CURRENT` would say of each complete generation, the newest first.
fn complete_generations(folder: &Folder) -> Vec<Current> {
    let mut found: Vec<(u64, Current)> = Vec::new();
    for entry in folder.entries().unwrap_or_default() {
        let Some(number) = generation_number(&entry.name) else { continue };
        let Ok(generation) = folder.folder(&entry.name) else { continue };
        if let Some(seal) = seal(&generation)
            && seal.name == entry.name
            && is_generation(&generation, &entry.name)
        {
            found.push((number, seal));
        }
    }
    found.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
    found.into_iter().map(|(_, current)| current).collect()
}

/// Whether the checksums of the description and of every file of a generation match. Reads all
/// files.
pub(crate) fn is_intact(folder: &Folder, current: &Current) -> bool {
    let Ok(generation) = folder.folder(&current.name) else { return false };
    let description = generation.read(DESCRIPTION, DESCRIPTION_LIMIT);
    let Ok(description) = description else { return false };
    if xxh3_64(&description) != current.checksum {
        return false;
    }
    let meta = Meta::read(folder.path(), &generation, current.checksum);
    meta.is_ok_and(|meta| {
        matches!(first_damaged(folder.path(), &generation, &meta.files), Ok(None))
    })
}

/// The name of the first file of a generation that cannot be read, or whose length or checksum
/// differs from its sum. Reads the files one by one up to that file. `dir` is the index folder.
///
/// # Errors
///
/// [`Error::Denied`] if this user may not read a file.
pub(crate) fn first_damaged<'s>(
    dir: &Path,
    generation: &Folder,
    files: &'s Sums,
) -> Result<Option<&'s str>, Error> {
    for (name, sum) in files {
        let intact = generation
            .file(name)
            .and_then(|(_, length)| Ok(length == sum.bytes && Sum::of(generation, name)? == *sum));
        let path = generation.path_of(name).display().to_string();
        if !permitted(dir, &path, intact)?.unwrap_or(false) {
            return Ok(Some(name.as_str()));
        }
    }
    Ok(None)
}

/// A generation of an index that cannot be opened. Its records can be salvaged.
pub(crate) struct Salvageable {
    /// The folder of the generation.
    pub(crate) generation: Folder,
    /// The settings that it was built with.
    pub(crate) settings: Settings,
    /// Its description, if it can be parsed. Its checksum may not match.
    pub(crate) meta: Option<Meta>,
}

/// Finds the generation to salvage records from when no index can be opened: the one that `CURRENT`
/// names, or else the newest. Generations whose settings cannot be read are left out.
pub(crate) fn find_salvageable(folder: &Folder) -> Option<Salvageable> {
    own_generations(folder).find_map(|generation| {
        let description = generation.read(DESCRIPTION, DESCRIPTION_LIMIT).ok();
        let meta = description.and_then(|bytes| Meta::parse_leniently(&bytes));
        let settings = generation.read(SETTINGS, DESCRIPTION_LIMIT).ok();
        let settings = settings.and_then(|bytes| Settings::parse(&bytes));
        let settings = settings.or_else(|| meta.as_ref().map(Settings::from))?;
        Some(Salvageable { generation, settings, meta })
    })
}

/// Generations of ours: first the one that `CURRENT` names, then the others, from the newest to the
/// oldest.
fn own_generations(folder: &Folder) -> impl Iterator<Item = Folder> {
    let (named, current) = match pointer(folder) {
        Pointer::Names(current) => (Some(current.name.clone()), Some(current)),
        Pointer::Legacy(name) => (Some(name), None),
        _ => (None, None),
    };
    let entries = folder.entries().unwrap_or_default().into_iter();
    let mut names: Vec<String> = entries.map(|entry| entry.name).collect();
    names.retain(|name| generation_number(name).is_some());
    names.sort_unstable_by_key(|name| {
        std::cmp::Reverse((Some(name) == named.as_ref(), generation_number(name)))
    });
    names.into_iter().filter_map(move |name| {
        let generation = folder.folder(&name).ok()?;
        let is_current = current
            .as_ref()
            .filter(|current| current.name == name)
            .is_some_and(|current| matches!(has_intact_description(folder, current), Ok(true)));
        (is_current || is_generation(&generation, &name)).then_some(generation)
    })
}

/// The settings that an index was built with, even if it is damaged or of another format: those of
/// the generation in use, or else of the newest that has any. `None` if `dir` is no index.
#[must_use]
pub fn settings(dir: &Path) -> Option<Settings> {
    find_salvageable(&Folder::open(dir).ok()?).map(|found| found.settings)
}
