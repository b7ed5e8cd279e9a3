//! Caches the pages that the survey has parsed, in temporary files, so that the second pass need
//! not open, decode and outline them again. A page that is not in the cache is read again: the size
//! of the cache is limited, and a failure to write is not an error.

use std::io;

use crate::pipeline::surveyed_page::{SurveyedPage, decode, encode};
use crate::temporary::record_log::{LogReader, RecordLog};

/// Maximum bytes of all cache files together: about half a million pages.
const MAX_CACHE_BYTES: u64 = 2 << 30;
/// Bytes to read at a time.
const READ_BYTES: usize = 1 << 16;

/// Writes the cache of one thread, file by file.
pub(crate) struct SurveyCacheWriter {
    /// `None` if the cache is disabled, and after an error.
    log: Option<RecordLog>,
    max_bytes: u64,
    /// Whether the limit is reached: nothing more is written.
    full: bool,
    /// A buffer for an encoded page.
    entry: Vec<u8>,
}

/// Reads the cache of one thread in the order in which it was written. Clones share the temporary
/// file.
#[derive(Clone)]
pub(crate) struct SurveyCache {
    /// `None` once everything has been read, or if the cache could not be written.
    reader: Option<LogReader>,
    /// Offset of the next file to read.
    at: u64,
    /// Offset of the end of the cache.
    end: u64,
}

impl SurveyCacheWriter {
    /// A cache for one of `threads` threads.
    pub(crate) fn new(threads: usize) -> Self {
        Self::with_limit(MAX_CACHE_BYTES / threads.max(1) as u64)
    }

    /// A cache that keeps nothing.
    pub(crate) fn disabled() -> Self {
        Self { log: None, max_bytes: 0, full: true, entry: Vec::new() }
    }

    fn with_limit(max_bytes: u64) -> Self {
        Self { log: RecordLog::new().ok(), max_bytes, full: false, entry: Vec::new() }
    }

    /// Adds the next file: its page, or `None` if the second pass has to read the file again. Once
    /// the limit is reached, the second pass reads all further files again.
    pub(crate) fn push(&mut self, page: Option<&SurveyedPage<'_>>) {
        let Some(log) = self.log.as_mut().filter(|_| !self.full) else { return };
        self.entry.clear();
        if let Some(page) = page
            && encode(page, &mut self.entry).is_err()
        {
            self.entry.clear();
        }
        self.full = log.end_offset() + self.entry.len() as u64 > self.max_bytes;
        if self.full {
            return;
        }
        if log.push(&self.entry).is_err() {
            // The disk is probably full: free the space for others.
            self.log = None;
        }
        // Do not keep the capacity of one long page.
        self.entry.shrink_to(READ_BYTES);
    }

    /// Offset at which the next file will be written.
    pub(crate) fn end_offset(&self) -> u64 {
        self.log.as_ref().map_or(0, RecordLog::end_offset)
    }

    /// Ends writing.
    pub(crate) fn finish(self) -> SurveyCache {
        let end = self.end_offset();
        let log = self.log.and_then(|log| log.finish().ok());
        SurveyCache { reader: log.map(|log| log.reader(READ_BYTES)), at: 0, end }
    }
}

impl SurveyCache {
    /// Moves forward to the file at offset `at`.
    pub(crate) fn seek(&mut self, at: u64) {
        self.at = at;
    }

    /// The next file's page, or `None` if it has to be read again.
    pub(crate) fn next_page(&mut self) -> io::Result<Option<SurveyedPage<'_>>> {
        if self.at == self.end {
            self.reader = None;
        }
        let Some(reader) = &mut self.reader else { return Ok(None) };
        let (entry, next) = reader.record(self.at)?;
        self.at = next;
        if entry.is_empty() { Ok(None) } else { decode(entry).map(Some) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::page::draft::Draft;
    use crate::page::markup::Markup;
    use crate::page::outline::Outline;

    fn pages() -> impl Strategy<Value = Vec<String>> {
        let parts = prop::sample::select(vec![
            "以太坊交易所 以太坊交易所",
            "首頁 > 瑞波幣 > Info",
            "題目_GPT:CGPT價格",
            "Author: 張三",
            "Time:2022/6/18 4:36:07",
            "來源:鏈聞",
            "正文的一段。",
            "<p>一段&amp;一段[2022/6/18 4:36:07]</p>",
            "浠ュお鍧婄殑鍗囩骇锛屽皢鍦ㄦ槑騫[2022/6/18 4:36:07]",
            "聲音 | 題目甲:據官方消息,題目甲。[2022/6/18 4:36:07]又一段。[2022/6/18]",
            "據悉比特幣突破三萬美元。[1900/1/1 0:00:00]。",
            "Tags:NFTcnft.io",
            "標簽:比特幣,以太坊",
            "瑞波幣",
            "別的題目_FLOW:FLO",
            "1900/1/1 0:00:00",
        ]);
        let page = prop::collection::vec(parts, 0..14).prop_map(|parts| parts.join("\n"));
        prop::collection::vec(page, 0..12)
    }

    proptest! {
        #[test]
        fn surveyed_pages_are_read_back_up_to_the_limit(
            pages in pages(), html in any::<bool>(), kept in prop::collection::vec(any::<bool>(), 12),
            max_bytes in 0..6000_u64,
        ) {
            let markup = if html { Markup::Html } else { Markup::Text };
            let outlines: Vec<Outline<'_>> = pages.iter().map(|page| Outline::of(page, markup)).collect();
            let surveyed: Vec<Option<SurveyedPage<'_>>> = (0..)
                .zip(pages.iter().zip(&outlines))
                .zip(kept)
                .map(|((number, (page, outline)), kept)| {
                    let draft = Draft::of(page, outline);
                    let (lossy, spans_whole_file) = (number > 2, number > 4);
                    let (bytes, bom_bytes) = (number * 700, 3);
                    let page = SurveyedPage { draft, bytes, bom_bytes, lossy, spans_whole_file };
                    kept.then_some(page)
                })
                .collect();
            for max_bytes in [max_bytes, 1 << 30] {
                let mut writer = SurveyCacheWriter::with_limit(max_bytes);
                surveyed.iter().for_each(|page| writer.push(page.as_ref()));
                let mut cache = writer.finish();
                // The length before an entry, of 4 bytes, may exceed the limit.
                prop_assert!(cache.end <= max_bytes + 4 * pages.len() as u64);
                let mut full = false;
                for page in &surveyed {
                    let read = cache.next_page().unwrap();
                    // Pages are missing only after the limit is reached, and then all are.
                    full |= read.is_none() && page.is_some();
                    prop_assert!(!full || max_bytes < 1 << 30);
                    prop_assert_eq!(&read, if full { &None } else { page });
                }
                prop_assert_eq!(cache.next_page().unwrap(), None);
            }
        }
    }

    #[test]
    fn a_cache_that_is_shorter_than_it_should_be_or_is_damaged_is_an_error() {
        let mut writer = SurveyCacheWriter::with_limit(1 << 20);
        writer.push(Some(&SurveyedPage { bytes: 7, ..SurveyedPage::default() }));
        let mut cache = writer.finish();
        cache.end += 1;
        assert_eq!(cache.next_page().unwrap().map(|page| page.bytes), Some(7));
        assert!(cache.next_page().is_err());
        assert!(decode(b"\xff").is_err());
    }
}
