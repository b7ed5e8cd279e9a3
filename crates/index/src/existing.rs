//! The contents of an index folder before a build: an intact index, a damaged one, or nothing.

use std::path::{Path, PathBuf};

use crate::analysis::TableMeta;
use crate::error::Error;
use crate::files::Folder;
use crate::generation::{Salvageable, current, find_salvageable, first_damaged};
use crate::meta::{Meta, Settings};
use crate::open::Index;
use crate::stored::Stored;

/// The index before a build.
pub(crate) enum Existing {
    /// There is none.
    Nothing,
    /// The checksums of all files match.
    Intact(Box<Index>),
    /// It is damaged or of another format, or `CURRENT` is missing. Only its records and settings
    /// are read.
    Unusable {
        /// The generation that records and settings are read from.
        found: Box<Salvageable>,
        /// What is damaged; `None` if the index is only of another format, or if only `CURRENT` is
        /// missing.
        damage: Option<String>,
    },
}

/// Describes the first damaged file of the generation in use; `None` if no file is damaged, or if
/// the description cannot be read.
///
/// # Errors
///
/// [`Error::Denied`] if this user may not read a file that the description lists.
fn damaged_file(dir: &Path) -> Result<Option<String>, Error> {
    let open = || {
        let folder = Folder::open(dir).ok()?;
        let current = current(&folder).ok()?;
        let generation = folder.folder(&current.name).ok()?;
        let meta = Meta::read(dir, &generation, current.checksum).ok()?;
        Some((generation, meta))
    };
    let Some((generation, meta)) = open() else { return Ok(None) };
    let damaged = first_damaged(dir, &generation, &meta.files)?;
    Ok(damaged.map(|name| format!("checksum mismatch in {name}")))
}

impl Existing {
    /// Opens the index in `dir` and compares every file with its checksum.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] if this user may not read the index, and other errors if the folder cannot
    /// be read.
    pub(crate) fn find(dir: &Path) -> Result<Self, Error> {
        // Compare the files before opening them, because tantivy trusts the lengths in its files.
        let damage = match damaged_file(dir)? {
            Some(damage) => Some(damage),
            None => match Index::open(dir) {
                Ok(index) => return Ok(Self::Intact(Box::new(index))),
                Err(Error::Missing { .. } | Error::Format { .. }) => None,
                Err(Error::Unreadable { source, .. }) => Some(source.to_string()),
                Err(error) => return Err(error),
            },
        };
        let folder = Folder::open(dir).map_err(Error::io("open", dir))?;
        Ok(match find_salvageable(&folder) {
            None => Self::Nothing,
            Some(found) => Self::Unusable { found: Box::new(found), damage },
        })
    }

    /// What is damaged; `None` if nothing is, because the index is intact, only of another format,
    /// or missing, or if only `CURRENT` is missing.
    pub(crate) fn damage(&self) -> Option<String> {
        match self {
            Self::Unusable { damage, .. } => damage.clone(),
            Self::Nothing | Self::Intact(_) => None,
        }
    }

    /// Whether the index is intact, and its build salvaged records from a damaged one, see
    /// [`Meta::salvaged`].
    pub(crate) fn is_salvaged(&self) -> bool {
        matches!(self, Self::Intact(index) if index.meta().salvaged)
    }

    /// The folder of the generation, and the user's tables that it was built with; `None` if there
    /// is no index.
    pub(crate) fn tables(&self) -> Option<(&Folder, &TableMeta)> {
        match self {
            Self::Nothing => None,
            Self::Intact(index) => Some((index.generation(), &index.meta().tables)),
            Self::Unusable { found, .. } => Some((&found.generation, &found.settings.tables)),
        }
    }

    /// The records of the index, for files below `roots` that cannot be read at the moment; `None`
    /// if there is no index. `moved` has the old and new paths of renamed roots.
    ///
    /// # Errors
    ///
    /// If there is an index, but its folder cannot be opened once more, for example because this
    /// process has too many open files.
    pub(crate) fn stored(
        &self,
        roots: &[PathBuf],
        moved: &[(PathBuf, PathBuf)],
    ) -> Result<Option<Stored>, Error> {
        let (generation, settings, meta) = match self {
            Self::Nothing => return Ok(None),
            Self::Intact(index) => {
                (index.generation(), Settings::from(index.meta()), Some(index.meta()))
            }
            Self::Unusable { found, .. } => {
                (&found.generation, found.settings.clone(), found.meta.as_ref())
            }
        };
        let mut settings = settings;
        for (old, new) in moved {
            settings.rename_root(old, new);
        }
        let expected = meta.map(|meta| meta.report.articles + meta.report.flashes_distinct);
        let folder =
            generation.try_clone().map_err(|error| Error::unreadable(generation.path(), error))?;
        Ok(Some(Stored::new(folder, &settings, expected, roots)))
    }
}
