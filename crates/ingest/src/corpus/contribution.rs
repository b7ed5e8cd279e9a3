//! What a file has contributed to the corpus statistics, as a list of additions.
//!
//! The table of files keeps it, so that it can be added again while the file cannot be read. An
//! addition holds only what was computed when it was made: of the paragraphs before a flash item,
//! as many hashes as were compared, and of a page, its lines if its site needed them for its
//! sample. So recording costs hardly more than adding.

use std::borrow::Cow;
use std::io;

use serde::{Deserialize, Serialize};

use crate::corpus::dump_id::DumpId;
use crate::corpus::line_hash::LineHash;

/// One addition to the statistics.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Addition<'a> {
    /// The tags in a title's suffix or prefix.
    Title {
        #[serde(borrow)]
        head: Option<Cow<'a, str>>,
        #[serde(borrow)]
        tag: Option<Cow<'a, str>>,
        #[serde(borrow)]
        keyword: Option<Cow<'a, str>>,
    },
    /// Tags that a page gives separately.
    Tags(Cow<'a, [String]>),
    /// A dated paragraph, by its hash, and the hashes of the paragraphs above it as far as they
    /// were compared; `length` is how many there are.
    Item { dated: u64, above: Vec<u32>, length: u64 },
    /// A page of the sample of its site.
    Page { site: u64, signature: u64, lines: Cow<'a, [LineHash]> },
    /// Flash items in a dump.
    ItemsInDump,
    /// The id that a dump gives to a flash item.
    DumpId { content: u64, id: Cow<'a, DumpId> },
}

/// Records the additions of one file after another.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    bytes: Vec<u8>,
    enabled: bool,
}

impl Recorder {
    pub(crate) fn enabled() -> Self {
        Self { bytes: Vec::new(), enabled: true }
    }

    /// Records an addition, which is made only if recording is enabled.
    pub(crate) fn record<'a>(&mut self, addition: impl FnOnce() -> Addition<'a>) {
        if self.enabled
            && let Ok(bytes) = postcard::to_extend(&addition(), std::mem::take(&mut self.bytes))
        {
            self.bytes = bytes;
        }
    }

    /// Takes what was recorded since the last call.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

/// Passes every recorded addition to `add`.
pub(crate) fn replay(mut bytes: &[u8], mut add: impl FnMut(Addition<'_>)) -> io::Result<()> {
    while !bytes.is_empty() {
        let (addition, remaining) = postcard::take_from_bytes(bytes).map_err(io::Error::other)?;
        add(addition);
        bytes = remaining;
    }
    Ok(())
}
