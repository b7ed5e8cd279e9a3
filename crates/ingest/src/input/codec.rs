//! Compression formats of single streams, which are decompressed with a bounded window.

use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use serde::{Deserialize, Serialize};

/// log₂ of the maximum window in bytes: enough for `zstd -19` and `xz -9`.
const WINDOW_LOG: u32 = 27;
/// Memory limit for xz in KiB: the same window, plus 1 MiB for the rest of the decoder.
const XZ_MEMORY_KIB: u32 = (1 << (WINDOW_LOG - 10)) + 1024;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Codec {
    Plain,
    Gzip,
    Zstd,
    Xz,
}

impl Codec {
    /// A reader that decompresses `inner`. Concatenated streams are read as one.
    pub(super) fn reader<'a>(self, inner: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::Plain => Box::new(inner),
            Self::Gzip => Box::new(MultiGzDecoder::new(BufReader::new(inner))),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(inner)?;
                decoder.window_log_max(WINDOW_LOG)?;
                Box::new(decoder)
            }
            Self::Xz => {
                let allow_concatenated = true;
                let inner = BufReader::new(inner);
                Box::new(XzReader::new_mem_limit(inner, allow_concatenated, XZ_MEMORY_KIB))
            }
        })
    }
}
