//! Compares the files of an index folder with the checksums in its description, and looks for
//! litter.

use super::report::{Checked, Severity};
use crate::error::Error;
use crate::files::{
    DESCRIPTION, FOLDER_MARKER, Folder, GENERATION_MARKER, MARKER_LIMIT, SEAL, Sum, Sums,
    generation_marker_text,
};
use crate::generation::{Current, current, has_whole_marker, litter, may_be_building};
use crate::meta::Meta;

/// Checks the markers of the folder and of the generation in use, compares the description and all
/// other files of that generation with their checksums, and looks for litter. Returns what
/// `CURRENT` says and the description, or `None` if a file is damaged.
///
/// # Errors
///
/// [`Error::Missing`] and [`Error::Format`], and [`Error::Io`] if the folder cannot be listed. What
/// is damaged is a finding, not an error.
pub(super) fn check_sums(
    folder: &Folder,
    checked: &mut Checked,
) -> Result<Option<(Current, Meta)>, Error> {
    // Ask before reading anything, too: a build that runs at this moment may have ended when the
    // question is asked again below, and removes what looks like litter before it ends.
    let was_building = may_be_building(folder);
    let Some((current, meta, generation)) = open_generation(folder, checked)? else {
        return Ok(None);
    };
    compare_sums(&generation, &current.name, &meta.files, checked);
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
/// `None`. Markers that are missing or damaged are findings, too.
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
    let name = &current.name;
    if !has_whole_marker(folder) {
        let what = format!("{FOLDER_MARKER}, which marks the folder, is missing or damaged");
        checked.add(Severity::Damage, what);
    }
    let generation = match folder.folder(name) {
        Ok(generation) => generation,
        Err(error) => {
            checked.add(Severity::Damage, format!("{name}: {error}"));
            return Ok(None);
        }
    };
    for (file, expected) in
        [(GENERATION_MARKER, generation_marker_text(name)), (SEAL, current.line())]
    {
        match generation.read(file, MARKER_LIMIT) {
            Ok(content) if content == expected.as_bytes() => checked.files += 1,
            Ok(_) => checked.add(Severity::Damage, format!("{name}/{file} is damaged")),
            Err(error) => checked.add(Severity::Damage, format!("{name}/{file}: {error}")),
        }
    }
    match Meta::read(folder.path(), &generation, current.checksum) {
        Ok(meta) => {
            checked.files += 1;
            Ok(Some((current, meta, generation)))
        }
        Err(error @ Error::Format { .. }) => Err(error),
        Err(error) => {
            let what = format!("{name}/{DESCRIPTION}: {}", message_without_cure(&error));
            checked.add(Severity::Damage, what);
            Ok(None)
        }
    }
}

/// Compares the lengths and checksums of the files that the description lists.
fn compare_sums(generation: &Folder, generation_name: &str, files: &Sums, checked: &mut Checked) {
    for (file, sum) in files {
        let length = generation.file(file).map(|(_, length)| length);
        let found = length.and_then(|length| match length == sum.bytes {
            true => Sum::of(generation, file),
            // A file of another length need not be hashed.
            false => Ok(Sum { bytes: length, xxh3: 0 }),
        });
        match found {
            Ok(found) if found == *sum => {
                checked.files += 1;
                checked.bytes += sum.bytes;
            }
            Ok(found) if found.bytes != sum.bytes => {
                let (found, stated) = (found.bytes, sum.bytes);
                let what = format!("{generation_name}/{file} has {found} bytes, not {stated}");
                checked.add(Severity::Damage, what);
            }
            Ok(_) => {
                let what = format!("checksum mismatch in {generation_name}/{file}");
                checked.add(Severity::Damage, what);
            }
            Err(error) => {
                checked.add(Severity::Damage, format!("{generation_name}/{file}: {error}"));
            }
        }
    }
}

/// The message of an error, without the command that cures it: every finding is printed with the
/// command of its severity.
fn message_without_cure(error: &Error) -> String {
    match error {
        Error::Unreadable { source, .. } => source.to_string(),
        error => error.to_string(),
    }
}
