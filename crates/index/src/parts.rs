//! Files of several parts that are read one by one, each with a checksum.
//!
//! ```text
//! file    = part … | directory | trailer
//! trailer = offset of the directory u64 | its length u64 | its length after decompression u64
//!           | XXH3 of its bytes u64 | magic of 8 bytes
//! ```
//!
//! A part is a value as postcard encodes it, in a zstd frame, or plain bytes. The directory is the
//! last part; it says where the others are. All numbers of the trailer are little-endian.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use xxhash_rust::xxh3::xxh3_64;
use zstd::bulk::Compressor;

use crate::files::Folder;

/// The length of the trailer in bytes.
const TRAILER: u64 = 40;
/// The maximum length of a part, in bytes, both as stored and decompressed. A longer one is taken
/// for damage.
const MAX_PART: u64 = 1 << 30;
/// The level of compression with zstd: the fastest of its regular levels.
const LEVEL: i32 = 1;

/// The last eight bytes of a file, which say what kind of file it is.
pub(crate) type Magic = [u8; 8];

/// Where a part of a file is, with its checksum.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Part {
    offset: u64,
    /// The number of bytes of the part as stored.
    length: u64,
    /// The number of bytes of the part after decompression.
    raw_length: u64,
    /// XXH3 of the bytes as stored.
    sum: u64,
}

/// Writes a file of parts.
pub(crate) struct PartsWriter {
    file: File,
    compressor: Compressor<'static>,
    /// The offset at which the next part begins.
    offset: u64,
}

impl PartsWriter {
    pub(crate) fn create(folder: &Folder, name: &str) -> io::Result<Self> {
        Ok(Self { file: folder.create(name)?, compressor: Compressor::new(LEVEL)?, offset: 0 })
    }

    /// Writes a part: `content` as postcard, compressed.
    pub(crate) fn push(&mut self, content: &impl Serialize) -> io::Result<Part> {
        let raw = postcard::to_stdvec(content).map_err(io::Error::other)?;
        let bytes = self.compressor.compress(&raw)?;
        self.file.write_all(&bytes)?;
        let (offset, length) = (self.offset, bytes.len() as u64);
        self.offset += length;
        Ok(Part { offset, length, raw_length: raw.len() as u64, sum: xxh3_64(&bytes) })
    }

    /// Writes bytes as a part, without compressing them.
    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) -> io::Result<Part> {
        self.file.write_all(bytes)?;
        let (offset, length) = (self.offset, bytes.len() as u64);
        self.offset += length;
        Ok(Part { offset, length, raw_length: length, sum: xxh3_64(bytes) })
    }

    /// Writes the directory and ends the file.
    pub(crate) fn finish(mut self, directory: &impl Serialize, magic: &Magic) -> io::Result<()> {
        let Part { offset, length, raw_length, sum } = self.push(directory)?;
        let mut trailer = Vec::with_capacity(TRAILER as usize);
        [offset, length, raw_length, sum].iter().for_each(|n| trailer.extend(n.to_le_bytes()));
        trailer.extend(magic);
        self.file.write_all(&trailer)
    }
}

/// An open file of parts. It stays readable if the file is removed. Clones share the handle.
#[derive(Debug, Clone)]
pub(crate) struct PartsFile {
    name: &'static str,
    length: u64,
    /// Locked while the file is read, because seeking moves the offset for all clones.
    file: Arc<Mutex<File>>,
}

impl PartsFile {
    /// Opens a file without reading it.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] if there is no such file.
    pub(crate) fn open(folder: &Folder, name: &'static str) -> io::Result<Self> {
        let (file, length) = folder.file(name)?;
        Ok(Self { name, length, file: Arc::new(Mutex::new(file)) })
    }

    /// Reads up to `length` bytes from an offset on: fewer if the file ends before.
    fn read_at(&self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        // A damaged `length` may be huge, so not more than 1 MiB is allocated at first.
        let mut bytes = Vec::with_capacity(length.min(1 << 20) as usize);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        Read::take(&mut *file, length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Reads a file of parts. Every part is compared with its checksum.
#[derive(Debug)]
pub(crate) struct Parts(PartsFile);

impl Parts {
    /// Reads the directory of a file. Returns the reader of its parts and the directory.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] if the file is damaged.
    pub(crate) fn of<D: DeserializeOwned>(file: PartsFile, magic: &Magic) -> io::Result<(Self, D)> {
        let name = file.name;
        let start = file.length.checked_sub(TRAILER).ok_or_else(|| damaged(name))?;
        let trailer = file.read_at(start, TRAILER)?;
        // Four numbers of 8 bytes, then the magic.
        let (numbers, found) = trailer.split_at_checked(32).ok_or_else(|| damaged(name))?;
        if found != magic {
            return Err(damaged(name));
        }
        let mut numbers =
            numbers.chunks_exact(8).map(|bytes| bytes.try_into().map_or(0, u64::from_le_bytes));
        let mut next = || numbers.next().unwrap_or(0);
        let part = Part { offset: next(), length: next(), raw_length: next(), sum: next() };
        let parts = Self(file);
        let directory = parts.read(part)?;
        Ok((parts, directory))
    }

    /// Reads a part that [`PartsWriter::push`] wrote.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] if it is damaged.
    pub(crate) fn read<T: DeserializeOwned>(&self, part: Part) -> io::Result<T> {
        let bytes = self.read_bytes(part)?;
        let raw = zstd::bulk::decompress(&bytes, part.raw_length as usize)?;
        if raw.len() as u64 != part.raw_length {
            return Err(damaged(self.0.name));
        }
        postcard::from_bytes(&raw).map_err(|_| damaged(self.0.name))
    }

    /// Reads the bytes of a part as they are in the file: those of a part that
    /// [`PartsWriter::push_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// As [`Parts::read`].
    pub(crate) fn read_bytes(&self, part: Part) -> io::Result<Vec<u8>> {
        let Self(file) = self;
        if part.length > MAX_PART || part.raw_length > MAX_PART {
            return Err(damaged(file.name));
        }
        let bytes = file.read_at(part.offset, part.length)?;
        if xxh3_64(&bytes) != part.sum {
            return Err(damaged(file.name));
        }
        Ok(bytes)
    }
}

/// The error of a damaged file.
pub(crate) fn damaged(name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{name} is damaged"))
}
