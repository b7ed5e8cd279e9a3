//! Generations: every build writes a folder of its own, and one rename makes it the index.
//!
//! ```text
//! index/
//!   WENSOU           marks the folder as an index folder
//!   CURRENT          the name of the generation in use and the hash of its description, one line
//!   LOCK             held (flock) by the one process that builds; its note says what it does
//!   gen-000007/
//!     GENERATION     marks the folder as a generation of ours
//!     wensou.json    the description, which has the sums of all other files
//!     settings       what is needed to build the index anew, a second time
//!     SEAL           the same line as CURRENT: this generation is complete
//!     page-sums      checksums of the pages of tantivy's files
//!     …              the files of the tantivy index
//! ```
//!
//! A reader resolves `CURRENT` once and keeps its files open, so a rebuild never pulls them away
//! from under it. A build that dies leaves a generation that `CURRENT` does not name; the next
//! build removes it. No file of a generation ever changes, so the next one may share files with it.
//!
//! - `folder` opens files through a handle, without links; `names` has the names and markers;
//! - `current` reads the pointer, `lock` has the build lock, `ownership` tells whose a folder is;
//! - `draft` writes a generation and publishes it; `sweep` removes what is needed no more;
//! - `page_sums` has checksums of parts of files; `salvage` finds the generation to use when the pointer is lost; `backup` copies one.

mod backup;
mod current;
mod draft;
mod folder;
mod lock;
mod names;
mod ownership;
mod page_sums;
mod salvage;
mod sweep;

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use wensou_postings::PageHasher;
use xxhash_rust::xxh3::Xxh3;

pub use backup::backup;
pub use current::current_generation;
pub(crate) use current::{Current, DESCRIPTION_LIMIT, current};
pub(crate) use draft::Draft;
pub use draft::abandon;
pub(crate) use folder::Folder;
pub(crate) use lock::may_be_building;
pub(crate) use names::{
    DESCRIPTION, FOLDER_MARKER, MARKER, SEAL, SETTINGS, is_plain_name, marker_text,
};
pub use ownership::is_index_folder;
pub(crate) use ownership::{MARKER_LIMIT, has_whole_marker};
pub(crate) use page_sums::{PAGE_SUMS, PageSums, has_page_sums};
pub use salvage::settings;
pub(crate) use salvage::{find_remains, first_damaged};
pub(crate) use sweep::litter;
pub use sweep::{recover, remove_litter};

/// The length of a file and what it hashes to (XXH3, 64 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Bytes.
    pub bytes: u64,
    /// The hash of all of them.
    #[serde(with = "hexadecimal")]
    pub xxh3: u64,
}

/// The files of a generation but for its marker, description and seal, by name.
pub type Sums = BTreeMap<String, Sum>;

/// A number that JSON readers could not hold exactly.
mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{number:016x}"))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        u64::from_str_radix(&text, 16).map_err(D::Error::custom)
    }
}

impl Sum {
    /// The sum of a file as it is.
    pub(crate) fn of(folder: &Folder, name: &str) -> io::Result<Self> {
        let (mut file, _) = folder.file(name)?;
        Self::read(&mut file)
    }

    /// The sum of everything that can be read.
    pub(crate) fn read(from: &mut dyn Read) -> io::Result<Self> {
        Self::read_with(from, |_| {})
    }

    /// [`Sum::of`] with the checksums of the pages of the file.
    pub(crate) fn with_pages(folder: &Folder, name: &str) -> io::Result<(Self, Vec<u8>)> {
        let (mut file, _) = folder.file(name)?;
        let mut pages = PageHasher::default();
        let sum = Self::read_with(&mut file, |bytes| pages.update(bytes))?;
        Ok((sum, pages.finish()))
    }

    fn read_with(from: &mut dyn Read, mut each: impl FnMut(&[u8])) -> io::Result<Self> {
        let mut hash = Xxh3::new();
        let mut buffer = vec![0; 1 << 18];
        let mut bytes = 0;
        loop {
            let read = match from.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if read == 0 {
                return Ok(Self { bytes, xxh3: hash.digest() });
            }
            hash.update(&buffer[..read]);
            each(&buffer[..read]);
            bytes += read as u64;
        }
    }
}

#[cfg(test)]
mod tests;
