//! Receives what the second pass has read: assigns ids, emits articles, collects flash items, and
//! counts. `kept_records` keeps what the earlier index has of files that cannot be read.

mod kept_records;

use std::io;
use std::path::{Path, PathBuf};

use crate::archive_survey::{FileTotals, IdsInMultipleFiles};
use crate::corpus::article_ids::{content_id_key, given_id_key};
use crate::corpus::statistics::CorpusStatistics;
use crate::error::Error;
use crate::file_table::{FileEntries, FileEntry, FileEntryLog, SurveyedFile};
use crate::flash::dedup::{FlashDeduplicator, ItemHashes, variant_id};
use crate::id::qualified_id;
use crate::pipeline::carry_over::StoredRecords;
use crate::pipeline::current_dump::{CurrentDump, Repeat, article_hash, text_hash};
use crate::pipeline::ids::Ids;
use crate::pipeline::read_event::{
    DumpKeys, DumpPaths, FoundItem, FoundPage, ReadEvent, ReadFile, member_path,
};
use crate::pipeline::read_paths::ReadPaths;
use crate::record::{Article, FlashItem, Record};
use crate::report::{FileSpan, Reason, Report, Skipped, UnextractedPage, UnreadDate};

/// What [`ingest_scanned`](crate::ingest_scanned()) returns besides the records.
pub struct Ingested {
    /// What was counted and left out.
    pub report: Report,
    /// The files of the archive, also those that cannot be read at the moment and whose records
    /// were kept.
    pub files: FileEntries,
    /// Totals of the files that were found.
    pub totals: FileTotals,
}

/// Receives the events of the second pass, file by file in the order of the walk, and passes
/// records to `sink`.
pub(crate) struct RecordSink<'a, E> {
    pub(crate) report: Report,
    pub(crate) flashes: FlashDeduplicator,
    pub(crate) ids: Ids,
    /// The ids that articles of several files have. Other machines may read some of these files;
    /// `None` if only this machine reads the archive.
    pub(crate) ids_in_multiple_files: Option<&'a IdsInMultipleFiles>,
    pub(crate) statistics: &'a CorpusStatistics,
    /// Records of an earlier index.
    pub(crate) stored: Option<&'a mut dyn StoredRecords>,
    /// Files and folders that the walk could not access.
    pub(crate) refused: Vec<PathBuf>,
    pub(crate) read_paths: ReadPaths,
    /// The entries of the file table.
    pub(crate) file_entries: FileEntryLog,
    /// Number of records, that is articles and occurrences of flash items, that were read in the
    /// current file so far.
    pub(crate) records_in_file: u64,
    /// The dump that is being read, or was read last in the current file.
    pub(crate) dump: CurrentDump,
    /// The earlier dumps of the current file in which reading failed.
    pub(crate) unfinished_dumps: Vec<CurrentDump>,
    pub(crate) sink: &'a mut dyn FnMut(Record) -> Result<(), E>,
}

impl<E> RecordSink<'_, E> {
    /// Receives the next event.
    pub(crate) fn receive(&mut self, event: ReadEvent) -> Result<(), Error<E>> {
        match event {
            ReadEvent::Skipped(skipped) => self.report.skipped.push(skipped),
            ReadEvent::Ignored(path) => self.report.ignored.push(path),
            ReadEvent::NonUtf8Name(path) => self.report.non_utf8_names.push(path),
            ReadEvent::TemporaryFileFailed(error) => return Err(Error::TemporaryFile(error)),
            ReadEvent::NotWalked(path) => self.keep_path(&path)?,
            ReadEvent::FileRead(file) => self.add_file(*file)?,
            ReadEvent::Refused(source) => {
                self.carry_over_path(&source.path, Some(&source.relative))?;
            }
            ReadEvent::UnreadDate(unread) => self.report.unread_dates.push(unread),
            ReadEvent::DumpBegins(paths) => self.begin_dump(paths),
            ReadEvent::MojibakeKept(kept) => self.report.mojibake_kept.push(kept),
            ReadEvent::DumpEnds { path, bytes, repaired, is_lossy, keys } => {
                if is_lossy {
                    self.report.lossy.push(PathBuf::from(&path));
                }
                self.end_dump(path, bytes, repaired, *keys);
            }
            ReadEvent::Page(page) => self.receive_page(*page)?,
            ReadEvent::Record { record, line } => match *record {
                Record::Article(article) => self.add_dump_article(article, line)?,
                Record::Flash(flash) => {
                    self.add_dump_item(flash, line).map_err(Error::TemporaryFile)?;
                }
            },
        }
        Ok(())
    }

    /// Begins a dump. Keeps the ids of the dump before it in `unfinished_dumps`, if stored records
    /// of that dump may have to be carried over.
    fn begin_dump(&mut self, paths: DumpPaths) {
        let before = std::mem::replace(&mut self.dump, CurrentDump::new(paths));
        if self.stored.is_some() && !before.has_ended && before.has_articles() {
            self.unfinished_dumps.push(before);
        }
    }

    /// Ends a dump that was read to its end or abandoned, and counts it.
    fn end_dump(&mut self, path: String, bytes: u64, repaired: u64, keys: DumpKeys) {
        self.dump.has_ended = true;
        self.note_read(&path);
        let DumpKeys { unused, of_wrong_type, other_kinds } = keys;
        Report::add_keys(&mut self.report.unused_keys, &path, unused);
        Report::add_keys(&mut self.report.keys_of_wrong_type, &path, of_wrong_type);
        Report::add_keys(&mut self.report.other_kinds, &path, other_kinds);
        if repaired > 0 {
            self.report.mojibake_repaired += repaired;
            self.report.repaired.push(path.into());
        }
        self.report.dumps += 1;
        self.report.bytes += bytes;
    }

    /// Reports what is unusual about a page, collects its flash items, and emits its article.
    fn receive_page(&mut self, mut page: FoundPage) -> Result<(), Error<E>> {
        self.report.pages += 1;
        self.report.bytes += page.bytes;
        self.report.mojibake_repaired += u64::from(page.notes.mojibake_repaired);
        let path = || PathBuf::from(&page.article.path);
        self.report.boilerplate_lines += u64::from(page.notes.boilerplate_lines);
        if page.lossy {
            self.report.lossy.push(path());
        }
        if page.repaired {
            self.report.repaired.push(path());
        }
        let damaged_spans =
            page.mojibake_kept.iter().map(|span| FileSpan { path: path(), span: *span });
        self.report.mojibake_kept.extend(damaged_spans);
        let unread = page.notes.unread_date.take();
        self.report.unread_dates.extend(unread.map(|text| UnreadDate {
            path: path(),
            line: None,
            text,
        }));
        let attachments = page.attachments.iter();
        self.report.ignored.extend(attachments.map(|name| member_path(&page.article.path, name)));
        let unextracted =
            page.notes.unextracted.map(|reason| UnextractedPage { path: path(), reason });
        self.report.unextracted.extend(unextracted);
        let mut article = page.article;
        article.id = self.ids.new_id('a', page.path_hash, &article.path);
        self.note_read(&article.path);
        for found_item in page.flashes {
            let id = self.add_page_item(found_item, &article.path).map_err(Error::TemporaryFile)?;
            article.flashes.push(id);
        }
        self.records_in_file += 1;
        self.emit_article(article)
    }

    /// Emits an article of a dump, with the id that the dump gives or else with one made from its
    /// content. Leaves the article out if the dump has given its id to an earlier article.
    fn add_dump_article(&mut self, mut article: Article, line: u64) -> Result<(), Error<E>> {
        if article.id.is_empty() {
            let hash = text_hash(&article);
            self.ids.skip_new_ids('a', hash, self.count_before(content_id_key(hash)));
            article.id = self.ids.new_id('a', hash, &article.path);
            self.dump.note_assigned_id(&article.id);
            if self.stored.is_some() {
                self.dump.note_text(hash);
            }
        } else {
            match self.dump.note_given_id('a', &article.id, article_hash(&article)) {
                Repeat::None => {
                    article.id = self.dump_article_id(&article.id);
                    self.dump.note_assigned_id(&article.id);
                }
                Repeat::Identical => {
                    self.report.repeated_records += 1;
                    return Ok(());
                }
                Repeat::Different => {
                    self.report_duplicate_id(&article.path, line, article.id);
                    return Ok(());
                }
            }
        }
        self.records_in_file += 1;
        self.report.records_without_text +=
            u64::from(article.paragraphs.is_empty() && article.flashes.is_empty());
        self.emit_article(article)
    }

    /// The id of an article to which the dump that is being read gives `id`: `id` itself, unless it
    /// is taken or an earlier file has it; otherwise the first of `id@dump`, `id@dump@2` and so on
    /// that is free.
    fn dump_article_id(&mut self, id: &str) -> String {
        let before = self.count_before(given_id_key(id));
        let Self { ids, dump, .. } = self;
        match before {
            0 => ids.claim_for(id, &dump.paths.relative),
            _ => qualified_id(id, &dump.paths.relative, |id| ids.claim(id)),
        }
    }

    /// How many articles in the files before that of the current dump have the id with this key.
    /// Other machines may have read some of these files; if only this machine reads the archive,
    /// returns 0.
    fn count_before(&self, key: u64) -> u64 {
        self.ids_in_multiple_files.map_or(0, |ids| ids.count_before(key, &self.dump.paths.file))
    }

    /// Reports that another record of the same dump has this id.
    fn report_duplicate_id(&mut self, path: &str, line: u64, id: String) {
        let (path, reason) = (PathBuf::from(path), Reason::DuplicateId(id));
        self.report.skipped.push(Skipped { path, line: Some(line), reason });
    }

    /// Counts an article and passes it to the sink.
    fn emit_article(&mut self, article: Article) -> Result<(), Error<E>> {
        self.report.articles += 1;
        self.report.undated += u64::from(article.date.value.is_none());
        self.report.unsplit_tags += u64::from(article.unsplit_tags.is_some());
        (self.sink)(Record::Article(article)).map_err(Error::Sink)
    }

    /// Collects a flash item of a page. Returns the id of its variant.
    fn add_page_item(&mut self, found_item: FoundItem, path: &str) -> io::Result<String> {
        let FoundItem { hashes, mut item, span } = found_item;
        self.records_in_file += 1;
        let id = self.item_id(hashes);
        if let Some(item) = &mut item {
            item.id.clone_from(&id);
        }
        let from_dump = false;
        let key = self.flashes.add(hashes, item.as_deref_mut(), from_dump)?;
        self.flashes.add_occurrence(key, path, span)?;
        let (item_number, variant_number) = key;
        // An item has the number and the id of its first variant.
        Ok(if item_number == variant_number { id } else { variant_id(hashes) })
    }

    /// Collects a flash item of a dump, unless another one in the dump has the same id.
    fn add_dump_item(&mut self, mut flash: FlashItem, line: u64) -> io::Result<()> {
        let hashes = ItemHashes::of(&flash.title, &flash.text, flash.date.value);
        if !flash.id.is_empty()
            && self.dump.note_given_id('f', &flash.id, hashes.folded) == Repeat::Different
        {
            let path =
                flash.occurrences.first().map_or("", |occurrence| &occurrence.path).to_owned();
            self.report_duplicate_id(&path, line, flash.id);
            return Ok(());
        }
        flash.id = self.item_id(hashes);
        self.records_in_file += 1;
        let occurrences = std::mem::take(&mut flash.occurrences);
        let from_dump = true;
        let key = self.flashes.add(hashes, Some(&mut flash), from_dump)?;
        occurrences.iter().try_for_each(|it| self.flashes.add_occurrence(key, &it.path, it.span))
    }

    /// The id of an item that is about to be added, which is that of its first variant.
    fn item_id(&mut self, hashes: ItemHashes) -> String {
        match self.statistics.ids_from_dumps.get(&hashes.folded) {
            Some(from_dump) => from_dump.id.clone(),
            None => {
                let is_new = !self.flashes.has(hashes.folded);
                self.ids.item_id(hashes.folded, is_new)
            }
        }
    }

    /// Notes that a page or dump was read to its end, or that a dump was abandoned: its stored
    /// records are not needed.
    fn note_read(&mut self, path: &str) {
        if self.stored.is_some() {
            self.read_paths.add(path, &self.refused);
        }
    }

    /// Adds a file that was read to the file table. If the file or a part of it cannot be read for
    /// now, its earlier entry is kept, as its records are.
    fn add_file(&mut self, file: ReadFile) -> Result<(), Error<E>> {
        self.dump = CurrentDump::default();
        self.unfinished_dumps.clear();
        let ReadFile { path, stamp, surveyed } = file;
        let records = std::mem::take(&mut self.records_in_file);
        let SurveyedFile { content_hash, refused, contribution } = surveyed;
        if refused {
            return self.keep_files(Path::new(&path));
        }
        if self.stored.is_some() {
            self.read_paths.add_file(&path, &self.refused);
        }
        let unreadable = false;
        let entry = FileEntry { path, stamp, content_hash, records, unreadable, contribution };
        self.file_entries.push(&entry).map_err(Error::TemporaryFile)
    }

    /// Emits all flash items. `totals` are those of all files that were found.
    pub(crate) fn finish(mut self, totals: FileTotals) -> Result<Ingested, Error<E>> {
        self.report.flashes_distinct = self.flashes.item_count();
        let mut flashes = self.flashes.drain().map_err(Error::TemporaryFile)?;
        for flash in &mut flashes {
            (self.sink)(Record::Flash(flash.map_err(Error::TemporaryFile)?))
                .map_err(Error::Sink)?;
        }
        self.report.flash_occurrences = flashes.occurrence_count();
        self.report.records_kept += flashes.carried_over();
        let files = self.file_entries.finish().map_err(Error::TemporaryFile)?;
        Ok(Ingested { report: self.report, files, totals })
    }
}
