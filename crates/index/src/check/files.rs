//! Compares the files of an index folder with the checksums in its description, and looks for
//! litter.

use std::path::Path;

use super::report::{Checked, Severity};
use crate::error::{Error, permitted};
use crate::files::{
    DESCRIPTION, FOLDER_MARKER, Folder, GENERATION_MARKER, MARKER_LIMIT, SEAL, Sum, Sums,
    generation_marker_text,
};
use crate::generation::{Current, current, has_whole_marker, litter, may_be_building};
use crate::meta::Meta;

/// Checks the marker of the folder, and the marker and the seal of the generation in use. Compares
/// the description and all other files of the generation with their checksums, and looks for
/// litter. Returns what `CURRENT` says and the description, or `None` if a file is damaged.
///
/// # Errors
///
/// [`Error::Missing`] and [`Error::Format`], [`Error::Denied`] if this user may not read a file,
/// and [`Error::Io`] if the folder cannot be listed. What is damaged is a finding, not an error.
pub(super) fn check_sums(
    folder: &Folder,
    checked: &mut Checked,
) -> Result<Option<(Current, Meta)>, Error> {
    // Ask before reading anything, and again below: a build that runs at this moment may have ended
    // by then, and it removes what looks like litter before it ends.
    let was_building = may_be_building(folder);
    let Some((current, meta, generation)) = open_generation(folder, checked)? else {
        return Ok(None);
    };
    compare_sums(folder.path(), &generation, &current.name, &meta.files, checked)?;
    // While another process builds, its unfinished generation is not litter, and the generation
    // that it replaces will be gone soon.
    for name in litter(folder)? {
        if !was_building && !may_be_building(folder) && folder.kind(&name).is_some() {
            let what = format!("{name} was left by a build that was stopped");
            checked.add(Severity::Litter, what);
        }
    }
    Ok((!checked.is_damaged()).then_some((current, meta)))
}

/// Opens the generation in use and reads its description. If that fails, adds a finding and returns
/// `None`. A marker, or the seal (the copy of the line of `CURRENT` in the generation), that is
/// missing or damaged is a finding, too.
fn open_generation(
    folder: &Folder,
    checked: &mut Checked,
) -> Result<Option<(Current, Meta, Folder)>, Error> {
    let current = match current(folder) {
        Ok(current) => current,
        Err(error @ Error::Unreadable { .. }) => {
            checked.add(Severity::Damage, message_without_cure(&error));
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let (dir, name) = (folder.path(), &current.name);
    if !permitted(dir, FOLDER_MARKER, has_whole_marker(folder))?.unwrap_or(false) {
        let what = format!("{FOLDER_MARKER}, which marks the folder, is missing or damaged");
        checked.add(Severity::Damage, what);
    }
    let generation = match permitted(dir, name, folder.folder(name))? {
        Ok(generation) => generation,
        Err(error) => {
            checked.add(Severity::Damage, format!("{name}: {error}"));
            return Ok(None);
        }
    };
    for (file, expected) in
        [(GENERATION_MARKER, generation_marker_text(name)), (SEAL, current.line())]
    {
        let path = format!("{name}/{file}");
        match permitted(dir, &path, generation.read(file, MARKER_LIMIT))? {
            Ok(content) if content == expected.as_bytes() => checked.files += 1,
            Ok(_) => checked.add(Severity::Damage, format!("{path} is damaged")),
            Err(error) => checked.add(Severity::Damage, format!("{path}: {error}")),
        }
    }
    match Meta::read(dir, &generation, current.checksum) {
        Ok(meta) => {
            checked.files += 1;
            Ok(Some((current, meta, generation)))
        }
        Err(error @ (Error::Format { .. } | Error::Denied { .. })) => Err(error),
        Err(error) => {
            let what = format!("{name}/{DESCRIPTION}: {}", message_without_cure(&error));
            checked.add(Severity::Damage, what);
            Ok(None)
        }
    }
}

/// Compares the lengths and checksums of the files that the description lists. `dir` is the index
/// folder.
///
/// # Errors
///
/// [`Error::Denied`] if this user may not read a file.
fn compare_sums(
    dir: &Path,
    generation: &Folder,
    generation_name: &str,
    files: &Sums,
    checked: &mut Checked,
) -> Result<(), Error> {
    for (file, sum) in files {
        let path = format!("{generation_name}/{file}");
        let length = generation.file(file).map(|(_, length)| length);
        let found = length.and_then(|length| match length == sum.bytes {
            true => Sum::of(generation, file),
            // A file of another length differs anyway, so it is not hashed.
            false => Ok(Sum { bytes: length, xxh3: 0 }),
        });
        match permitted(dir, &path, found)? {
            Ok(found) if found == *sum => {
                checked.files += 1;
                checked.bytes += sum.bytes;
            }
            Ok(found) if found.bytes != sum.bytes => {
                let (found, stated) = (found.bytes, sum.bytes);
                checked.add(Severity::Damage, format!("{path} has {found} bytes, not {stated}"));
            }
            Ok(_) => checked.add(Severity::Damage, format!("checksum mismatch in {path}")),
            Err(error) => checked.add(Severity::Damage, format!("{path}: {error}")),
        }
    }
    Ok(())
}

/// The message of an error, without the command that cures it: every finding is printed with the
/// command of its severity.
fn message_without_cure(error: &Error) -> String {
    match error {
        Error::Unreadable { source, .. } => source.to_string(),
        error => error.to_string(),
    }
}
