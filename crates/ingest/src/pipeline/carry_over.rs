//! Carries over records of an earlier index for files that cannot be read in this run: such files
//! do not count as deleted, so their records must not get lost.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::corpus::statistics::{CorpusStatistics, IdFromDump, ItemPosition};
use crate::error::Error;
use crate::file_table::FileEntry;
use crate::flash::dedup::folded_content_hash;
use crate::pipeline::ids::{Ids, is_generated_from};
use crate::pipeline::stored_path::{StoredPath, group_by_path, is_generated_id};
use crate::record::Record;
use crate::title::Title;

/// Gives access to the records of an earlier index, for files that cannot be read in this run.
pub trait StoredRecords {
    /// Returns every record of the file `path`, of its members (`path!/member`), or of all files
    /// below the folder `path`: articles in their order, then flash items, each with all its
    /// occurrences, also those in other files.
    ///
    /// `path` is spelled as in this run: a root as it was given, joined with the path below it.
    /// Paths inside the returned records must be spelled in the same way.
    ///
    /// This method is called for each unreadable file or folder, and can be called several times
    /// for the same path.
    ///
    /// # Errors
    ///
    /// If the records cannot be read. [`ingest_scanned`](crate::ingest_scanned()) then fails,
    /// because the records would be lost.
    fn records_under(&mut self, path: &Path) -> io::Result<Vec<Record>>;

    /// Returns the entries in the file table of the earlier index: that of the file `path`, or
    /// those of all files below the folder `path`, in the order of the walk. Their paths are
    /// spelled as in this run. Returns nothing if the earlier index has no file table.
    ///
    /// # Errors
    ///
    /// As [`records_under`](Self::records_under).
    fn files_under(&mut self, path: &Path) -> io::Result<Vec<FileEntry>> {
        let _ = path;
        Ok(Vec::new())
    }
}

/// The stored records of a file or folder, grouped by the path of the page or dump that they come
/// from.
pub(crate) fn stored_records_by_path<E>(
    stored: &mut dyn StoredRecords,
    path: &Path,
) -> Result<Vec<StoredPath>, Error<E>> {
    match stored.records_under(path) {
        Ok(records) => Ok(group_by_path(records, path)),
        Err(source) => Err(Error::Stored { path: path.to_owned(), source }),
    }
}

/// Adds to the statistics as much of what the files contributed as their stored records show: tags,
/// keywords, and the ids that dumps give to flash items. Readable files are then interpreted much
/// as if the unreadable ones had been read.
pub(crate) fn add_to_statistics(stored_paths: &[StoredPath], statistics: &mut CorpusStatistics) {
    for stored_path in stored_paths {
        for article in &stored_path.articles {
            match stored_path.is_dump {
                true => statistics.add_separate_tags(&article.tags),
                false => statistics.add_title(&title_of_suffix(&article.suffix_tags)),
            }
        }
        if !stored_path.is_dump {
            continue;
        }
        for occurrence in &stored_path.occurrences {
            let flash = &occurrence.item.flash;
            statistics.add_items_in_dump();
            let key = folded_content_hash(&flash.title, &flash.text, flash.date.value);
            if !is_generated_from('f', key, &flash.id) {
                // The id is not a generated one, so a dump gave it; the item keeps the id.
                let dump = Arc::from(stored_path.path.as_str());
                // The item comes before all items of dumps that can be read: their files have
                // numbers from 1.
                let at = ItemPosition { file: 0, item: 0 };
                statistics.add_id_from_dump(key, IdFromDump { id: flash.id.clone(), at, dump });
            }
        }
    }
}

/// A title that consists only of a suffix with these tags.
fn title_of_suffix(tags: &[String]) -> Title<'_> {
    let tag = |at: usize| tags.get(at).map(String::as_str);
    Title { title: "", prefix_tag: None, tag: tag(0), keyword: tag(1) }
}

/// Reserves the generated ids of articles that will be carried over, so that no file with the same
/// name or content in another root takes them first. Ids that dumps give are not reserved: the
/// first record with such an id gets it.
pub(crate) fn reserve_ids(stored_paths: &[StoredPath], ids: &mut Ids) {
    for stored_path in stored_paths {
        for article in
            stored_path.articles.iter().filter(|it| !stored_path.is_dump || is_generated_id(&it.id))
        {
            ids.reserve(&article.id, &stored_path.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::io::Write;
    use std::path::PathBuf;

    use super::*;
    use crate::input::last_io_error::failing;
    use crate::pipeline::stored_path::lies_below;
    use crate::spawn::ALLOWED_THREADS;
    use crate::{Options, Reason, Report, Silent, ingest, ingest_scanned, scan};

    /// The records of an earlier index.
    struct Stored(Vec<Record>);

    impl StoredRecords for Stored {
        fn records_under(&mut self, path: &Path) -> io::Result<Vec<Record>> {
            let path = path.to_string_lossy();
            let is_below = |record: &&Record| match record {
                Record::Article(article) => lies_below(&article.path, &path),
                Record::Flash(flash) => {
                    flash.all_occurrences().any(|it| lies_below(&it.path, &path))
                }
            };
            Ok(self.0.iter().filter(is_below).cloned().collect())
        }
    }

    const ITEM: &str = "交易所上線:據交易所公告,交易所今日上線。[2023/3/15 8:00:00]";

    fn page(number: usize) -> String {
        // Longer than a read buffer, and hardly compressible.
        let noise: String = (0..1000_u64)
            .map(|at| {
                format!("{:x}。", xxhash_rust::xxh3::xxh3_64(&(at + number as u64).to_le_bytes()))
            })
            .collect();
        format!("題目{number}\n\n正文{number}:{noise}\n\n{ITEM}\n")
    }

    fn dump() -> String {
        let line = |number: usize| match number % 3 {
            0 => format!(r#"{{"id":"r{number}","title":"甲{number}","text":"{number}"}}"#),
            1 => format!(r#"{{"kind":"flash","id":"k{number}","title":"乙{number}","text":"丙"}}"#),
            _ => format!(r#"{{"title":"丁{number}","text":"{}"}}"#, page(number).replace('\n', "")),
        };
        (0..60).map(line).collect::<Vec<_>>().join("\n")
    }

    fn tar() -> Vec<u8> {
        let mut builder = ::tar::Builder::new(Vec::new());
        for number in 0..9 {
            let (name, text) = match number {
                4 => ("4.jsonl".to_owned(), dump()),
                _ => (format!("{number}.txt"), page(number)),
            };
            let mut header = ::tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            builder.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn xz(bytes: &[u8]) -> Vec<u8> {
        let options = lzma_rust2::XzOptions::with_preset(0);
        let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zip() -> Vec<u8> {
        let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
        for number in 0..9 {
            let (name, text) = match number {
                4 => ("4.jsonl".to_owned(), dump()),
                _ => (format!("{number}.txt"), page(number)),
            };
            let (mut entry, config) = archive.new_file(&name).start().unwrap();
            let mut writer = config.wrap(&mut entry);
            writer.write_all(text.as_bytes()).unwrap();
            let (_, descriptor) = writer.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap()
    }

    /// Reads an archive; `stored` are the records of an earlier index.
    fn read(roots: &[PathBuf], stored: &[Record]) -> (Vec<Record>, Report) {
        let options = Options { threads: 2, ..Options::default() };
        let scanned = scan::<Infallible>(roots, &options).unwrap();
        let mut records = Vec::new();
        let mut stored = Stored(stored.to_vec());
        let report = ingest_scanned(scanned, &options, &Silent, Some(&mut stored), &mut |record| {
            records.push(record);
            Ok::<(), Infallible>(())
        });
        (records, report.unwrap().report)
    }

    fn warc() -> String {
        let record = |number: usize| {
            let text = page(number);
            format!(
                "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}\r\n\r\n",
                text.len()
            )
        };
        (0..5).map(record).collect()
    }

    /// Names and contents of files of every kind. The walk reaches each of them between `1.txt` and
    /// `9.txt`.
    fn files() -> Vec<(&'static str, Vec<u8>)> {
        vec![
            ("5.txt", page(5).into_bytes()),
            ("5.txt.gz", gz(page(5).as_bytes())),
            ("5.jsonl", dump().into_bytes()),
            ("5.jsonl.gz", gz(dump().as_bytes())),
            ("5.jsonl.zst", zstd::encode_all(dump().as_bytes(), 1).unwrap()),
            ("5.jsonl.xz", xz(dump().as_bytes())),
            ("5.tar", tar()),
            ("5.tar.gz", gz(&tar())),
            ("5.tar.zst", zstd::encode_all(&*tar(), 1).unwrap()),
            ("5.tar.xz", xz(&tar())),
            ("5.zip", zip()),
            ("5.warc.gz", gz(warc().as_bytes())),
        ]
    }

    /// Records in an order that does not depend on the order in which they were read.
    fn sorted(mut records: Vec<Record>) -> Vec<Record> {
        for record in &mut records {
            if let Record::Flash(flash) = record {
                flash
                    .occurrences
                    .sort_by(|a, b| (&a.path, a.span.start).cmp(&(&b.path, b.span.start)));
            }
        }
        records.sort_by_key(|record| match record {
            Record::Article(article) => (0, article.path.clone(), article.span.start),
            Record::Flash(flash) => (1, flash.id.clone(), 0),
        });
        records
    }

    /// Asserts that records are equal, and shows the beginnings of the first that differ.
    fn assert_equal_records(records: &[Record], expected: &[Record], case: &str) {
        let first_chars = |it: &Record| format!("{it:?}").chars().take(400).collect::<String>();
        let mut pairs = records.iter().zip(expected);
        let difference = pairs.find(|(record, expected)| record != expected);
        let difference = difference.map(|(a, b)| (first_chars(a), first_chars(b)));
        assert_eq!(difference, None, "{case}");
        assert_eq!(records.len(), expected.len(), "{case}");
    }

    /// Lets reading fail somewhere in a file with this name and these bytes, and asserts that all
    /// records are still there.
    fn check_failing_file(name: &str, bytes: &[u8]) {
        let dir = tempfile::tempdir().unwrap();
        let roots = [dir.path().to_owned()];
        for number in [1, 9] {
            std::fs::write(dir.path().join(format!("{number}.txt")), page(number)).unwrap();
        }
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let (whole, whole_report) = read(&roots, &[]);
        assert_eq!(
            (whole_report.skipped.len(), whole_report.records_kept),
            (0, 0),
            "{name}: {whole_report:?}"
        );
        let mut max_records_read = 0;
        // Let reading fail at several points: the first may lie in a header, others inside a
        // member or near the end.
        for percent in [0, 1, 33, 61, 97] {
            let readable_bytes = bytes.len() as u64 * percent / 100;
            failing::set(&path, Some(readable_bytes));
            let case = format!("{name} at {percent} %");
            let (records, report) = read(&roots, &whole);
            match name {
                // In a zip, the members after a failing one can still be read. The carried-over
                // records follow them, so compare without regard to order.
                "5.zip" => assert_equal_records(&sorted(records), &sorted(whole.clone()), &case),
                _ => assert_equal_records(&records, &whole, &case),
            }
            let is_unreadable = |it: &crate::Skipped| matches!(&it.reason, Reason::Unreadable(_));
            assert!(!report.skipped.is_empty(), "{case}");
            assert!(report.skipped.iter().all(is_unreadable), "{case}: {:?}", report.skipped);
            assert!(report.records_kept > 0, "{case}");
            max_records_read = max_records_read.max(whole.len() as u64 - report.records_kept);
            check_without_earlier_index(&roots);
        }
        // Three records are always read: the articles of `1.txt` and `9.txt`, and their item. At
        // least two more come from the part of the failing file that can be read; but `5.txt` is
        // one page, and the xz reader returns nothing of a block that it cannot read completely.
        if !name.starts_with("5.txt") && !name.ends_with(".xz") {
            assert!(max_records_read > 4, "{name}: only stored records were returned");
        }
        failing::set(&path, None);
        let (records, report) = read(&roots, &whole);
        assert_eq!(
            (&records, &report),
            (&whole, &whole_report),
            "{name}: the file can be read again"
        );
    }

    /// Asserts that without an earlier index, whatever can be read is returned: at least the
    /// articles of `1.txt` and `9.txt`, and their item.
    fn check_without_earlier_index(roots: &[PathBuf]) {
        let mut count = 0;
        let report = ingest(roots, &Options::default(), &Silent, &mut |_| {
            count += 1;
            Ok::<(), Infallible>(())
        });
        assert!(count >= 3 && report.unwrap().records_kept == 0);
    }

    #[test]
    fn no_record_is_lost_if_a_file_can_be_read_only_in_part() {
        for (name, bytes) in files() {
            check_failing_file(name, &bytes);
        }
    }

    #[test]
    fn an_archive_is_read_even_if_the_system_refuses_threads() {
        let dir = tempfile::tempdir().unwrap();
        let roots = [dir.path().to_owned()];
        // More chunks of files than threads.
        for number in 0..700 {
            std::fs::write(
                dir.path().join(format!("{number}.txt")),
                format!("正文{number}。\n\n{ITEM}"),
            )
            .unwrap();
        }
        let whole = read(&roots, &[]);
        for allowed in [0, 1] {
            ALLOWED_THREADS.set(allowed);
            let with_fewer_threads = read(&roots, &[]);
            ALLOWED_THREADS.set(usize::MAX);
            assert_eq!(with_fewer_threads, whole, "{allowed} threads allowed");
        }
    }
}
