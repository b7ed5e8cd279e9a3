//! What a file contributes to the corpus statistics, as a list of additions.
//!
//! The file table keeps the list, so that a later build can replay it if it cannot read the file.
//! An addition holds only what the statistics have computed anyway, so recording it costs little:
//! the hashes of those paragraphs above a flash item that were compared, and the lines of a page
//! only if the page was taken into the sample of its site.

use std::borrow::Cow;
use std::io;

use serde::{Deserialize, Serialize};

use crate::corpus::id_from_dump::IdFromDump;
use crate::corpus::line_hash::LineHash;

/// One addition to the statistics.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Addition<'a> {
    /// The tags and the keyword around a title, see [`Title`](crate::title::Title).
    Title {
        #[serde(borrow)]
        prefix_tag: Option<Cow<'a, str>>,
        #[serde(borrow)]
        tag: Option<Cow<'a, str>>,
        #[serde(borrow)]
        keyword: Option<Cow<'a, str>>,
    },
    /// Tags that a page or record gives one by one, not concatenated.
    Tags(Cow<'a, [String]>),
    /// A flash item: the hash of its last paragraph, which ends with a date, the hashes of the
    /// paragraphs above it that were compared with those of other pages, and how many paragraphs
    /// there are above it, at most [`MAX_PRECEDING`](crate::flash::contexts::MAX_PRECEDING).
    Item { dated: u64, above: Vec<u32>, num_above: u64 },
    /// A page that was taken into the sample of its site: the key of the site, the signature of the
    /// page, which copies of one article share, and the hashes of its lines.
    Page { site: u64, signature: u64, lines: Cow<'a, [LineHash]> },
    /// The file is a dump that contains flash items.
    ItemsInDump,
    /// The id that a dump gives to the flash item with this content hash.
    IdFromDump { content: u64, id: Cow<'a, IdFromDump> },
}

/// Records additions to the statistics, file by file. The default recorder records nothing.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    bytes: Vec<u8>,
    enabled: bool,
}

impl Recorder {
    /// A recorder that records.
    pub(crate) fn enabled() -> Self {
        Self { bytes: Vec::new(), enabled: true }
    }

    /// Records an addition if recording is enabled; otherwise `addition` is not called.
    pub(crate) fn record<'a>(&mut self, addition: impl FnOnce() -> Addition<'a>) {
        if self.enabled
            && let Ok(bytes) = postcard::to_extend(&addition(), std::mem::take(&mut self.bytes))
        {
            self.bytes = bytes;
        }
    }

    /// Takes the bytes that were recorded since the last call.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

/// Passes every addition that a [`Recorder`] has recorded to `add`.
pub(crate) fn replay(mut bytes: &[u8], mut add: impl FnMut(Addition<'_>)) -> io::Result<()> {
    while !bytes.is_empty() {
        let (addition, remaining) = postcard::take_from_bytes(bytes).map_err(io::Error::other)?;
        add(addition);
        bytes = remaining;
    }
    Ok(())
}
