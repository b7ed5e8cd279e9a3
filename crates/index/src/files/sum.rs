//! Checksums of whole files.

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use wensou_postings::PageHasher;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::folder::Folder;

/// The length and the checksum (XXH3, 64 bits) of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// The length in bytes.
    pub bytes: u64,
    /// The hash of all bytes.
    #[serde(with = "hexadecimal")]
    pub xxh3: u64,
}

/// The sums of the files of a generation, by name. Its marker, description and seal are left out.
pub type Sums = BTreeMap<String, Sum>;

/// A 64-bit number as 16 hexadecimal digits: many JSON readers cannot represent it exactly.
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
    /// Reads a file of a folder and computes its sum.
    pub(crate) fn of(folder: &Folder, name: &str) -> io::Result<Self> {
        let (mut file, _) = folder.file(name)?;
        Self::read(&mut file)
    }

    /// The sum of a file with these bytes.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, xxh3: xxh3_64(bytes) }
    }

    /// The sum of all bytes that a reader returns up to its end.
    pub(crate) fn read(from: &mut dyn Read) -> io::Result<Self> {
        Self::read_with(from, |_| {})
    }

    /// Does the same as [`Sum::of`], and also returns the page checksums of the file.
    pub(crate) fn with_pages(folder: &Folder, name: &str) -> io::Result<(Self, Vec<u8>)> {
        let (mut file, _) = folder.file(name)?;
        let mut pages = PageHasher::default();
        let sum = Self::read_with(&mut file, |bytes| pages.update(bytes))?;
        Ok((sum, pages.finish()))
    }

    /// Does the same as [`Sum::read`], and passes the bytes to `each`, piece by piece.
    fn read_with(from: &mut dyn Read, mut each: impl FnMut(&[u8])) -> io::Result<Self> {
        let mut hash = Xxh3::new();
        // 256 KiB at a time.
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
