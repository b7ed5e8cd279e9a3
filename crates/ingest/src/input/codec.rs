//! Compressions of a single stream. Each is read as it comes, with a bound on its window.

use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use serde::{Deserialize, Serialize};

/// Bytes in memory that a stream may refer back to: what `zstd -19` and `xz -9` need, and no more.
const WINDOW_LOG: u32 = 27;
/// The same for xz, in KiB, with the rest of its decoder.
const XZ_KIB: u32 = (1 << (WINDOW_LOG - 10)) + 1024;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Codec {
    Plain,
    Gzip,
    Zstd,
    Xz,
}

impl Codec {
    /// Reads `inner` decompressed. Several streams one after the other are one.
    pub(super) fn read<'a>(self, inner: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::Plain => Box::new(inner),
            Self::Gzip => Box::new(MultiGzDecoder::new(BufReader::new(inner))),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(inner)?;
                decoder.window_log_max(WINDOW_LOG)?;
                Box::new(decoder)
            }
            Self::Xz => Box::new(XzReader::new_mem_limit(BufReader::new(inner), true, XZ_KIB)),
        })
    }
}
