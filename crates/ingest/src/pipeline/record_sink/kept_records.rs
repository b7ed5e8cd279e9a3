//! Keeps what the earlier index has of files and folders that cannot be read: their records, and
//! their entries in the file table.

use std::io;
use std::path::{Path, PathBuf};

use foldhash::HashMap;

use super::RecordSink;
use crate::error::Error;
use crate::flash::dedup::variant_id;
use crate::pipeline::carry_over::stored_records_by_path;
use crate::pipeline::current_dump::text_hash;
use crate::pipeline::ids::path_hash;
use crate::pipeline::stored_path::{StoredItem, StoredOccurrence, StoredPath, is_generated_id};
use crate::record::{Article, Span};

impl<E> RecordSink<'_, E> {
    /// Carries over the stored records of an unreadable file or folder, except the records of files
    /// and members that were read, or carried over before. `relative` is the path of the file below
    /// its root; `None` for what the walk could not access.
    pub(super) fn carry_over_path(
        &mut self,
        path: &Path,
        relative: Option<&str>,
    ) -> Result<(), Error<E>> {
        let Some(stored) = self.stored.as_deref_mut() else { return Ok(()) };
        for stored_path in stored_records_by_path(stored, path)? {
            if !self.read_paths.claim_for_carry_over(&stored_path.path) {
                continue;
            }
            // The new id of each flash item by its old one: ids change if the dumps that give them
            // have changed.
            let mut new_ids: HashMap<&str, String> = HashMap::default();
            for StoredOccurrence { item, span } in &stored_path.occurrences {
                let id = self
                    .add_stored_item(item, &stored_path, *span)
                    .map_err(Error::TemporaryFile)?;
                new_ids.insert(&item.flash.id, id);
            }
            // The path from which new ids are made: that of the page or dump below its root, or the
            // whole path for what the walk could not access. `member` is `!/` and the name of a
            // member, or empty for the file itself.
            let member = stored_path.path.strip_prefix(&*path.to_string_lossy());
            let id_path = relative.zip(member).map(|(file, member)| format!("{file}{member}"));
            let id_path = id_path.as_ref().unwrap_or(&stored_path.path);
            for mut article in stored_path.articles {
                if !stored_path.is_dump {
                    self.set_id_of_page(&mut article, id_path);
                } else if !self.set_id_of_record(&mut article, id_path) {
                    continue;
                }
                for id in &mut article.flashes {
                    if let Some(new_id) = new_ids.get(id.as_str()) {
                        id.clone_from(new_id);
                    }
                }
                self.report.records_kept += 1;
                self.emit_article(article)?;
            }
        }
        Ok(())
    }

    /// Gives an article of a page a new id if its own is taken. `id_path` is the path from which
    /// that id is made.
    fn set_id_of_page(&mut self, article: &mut Article, id_path: &str) {
        if !self.ids.claim_at(&article.id, &article.path) {
            article.id = self.ids.new_id('a', path_hash(id_path), &article.path);
        }
    }

    /// Gives an article of a dump a new id if its own is taken. `id_path` is the path of the dump
    /// for ids such as `id@dump`. Returns whether the article is carried over: not if the part of
    /// the dump that was read has the article, too.
    fn set_id_of_record(&mut self, article: &mut Article, id_path: &str) -> bool {
        let dumps = self.unfinished_dumps.iter_mut().chain([&mut self.dump]);
        let mut dumps = dumps.filter(|dump| dump.has_articles());
        let read_part = dumps.find(|dump| dump.paths.path == article.path);
        let is_generated = is_generated_id(&article.id);
        let was_read = read_part.is_some_and(|dump| match is_generated {
            // A generated id does not tell whether the article was read: an article with the same
            // text in another dump may have taken it.
            true => dump.gives_article_id(&article.id) || dump.take_text(text_hash(article)),
            false => dump.has_article_id(&article.id),
        });
        if was_read && is_generated {
            return false;
        }
        if self.ids.claim(&article.id) {
            return true;
        }
        if was_read {
            return false;
        }
        article.id = match is_generated {
            true => self.ids.new_id('a', text_hash(article), &article.path),
            false => self.ids.claim_for(&article.id, id_path),
        };
        true
    }

    /// Keeps what the earlier index has of the files and folders that the walk could not access,
    /// unless it was kept before: first of those that the walk reached after all files, then of
    /// folders that were listed only in part, and of what was
    /// [declared unreadable](crate::ScannedArchive::declare_unreadable).
    ///
    /// `refused` has everything that the walk could not access, each with the number of files that
    /// the walk had found before; `files` is the number of all files.
    pub(crate) fn keep_refused(
        &mut self,
        refused: &[(usize, PathBuf)],
        files: usize,
    ) -> Result<(), Error<E>> {
        let after_all_files = refused.iter().filter(|(before, _)| *before == files);
        after_all_files.chain(refused).try_for_each(|(_, path)| self.keep_path(path))
    }

    /// Keeps the records and the entries in the file table that the earlier index has of a file or
    /// folder that the walk could not access, except those of files that were read.
    pub(super) fn keep_path(&mut self, path: &Path) -> Result<(), Error<E>> {
        let relative = None;
        self.carry_over_path(path, relative)?;
        self.keep_files(path)
    }

    /// Keeps the entries that the earlier file table has for a file, or for the files in a folder,
    /// and marks them as those of unreadable files. Leaves out files that have an entry already.
    pub(super) fn keep_files(&mut self, path: &Path) -> Result<(), Error<E>> {
        let Some(stored) = self.stored.as_deref_mut() else { return Ok(()) };
        let files = stored.files_under(path);
        let files = files.map_err(|source| Error::Stored { path: path.to_owned(), source })?;
        for mut file in files {
            if self.read_paths.claim_for_keeping_entry(&file.path) {
                file.unreadable = true;
                self.file_entries.push(&file).map_err(Error::TemporaryFile)?;
            }
        }
        Ok(())
    }

    /// Carries over one occurrence of a flash item; returns the id of its variant.
    fn add_stored_item(
        &mut self,
        item: &StoredItem,
        stored_path: &StoredPath,
        span: Span,
    ) -> io::Result<String> {
        let id = self.item_id(item.hashes);
        let mut flash = item.as_in_file(stored_path.is_dump);
        flash.id.clone_from(&id);
        let key = self.flashes.add(item.hashes, Some(&mut flash), stored_path.is_dump)?;
        self.flashes.add_stored_occurrence(key, &stored_path.path, span)?;
        let (first_variant, variant) = key;
        Ok(if first_variant == variant { id } else { variant_id(item.hashes) })
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::fs;

    use super::*;
    use crate::input::last_io_error::failing;
    use crate::pipeline::stored_path::lies_below;
    use crate::{
        FileEntry, Options, Record, ScannedArchive, Silent, StoredRecords, ingest_scanned, scan,
    };

    const ITEM: &str = "交易所上線:據交易所公告,交易所今日上線。[2023/3/15 8:00:00]";

    /// What an earlier run has read.
    #[derive(Clone, Default)]
    struct Earlier {
        records: Vec<Record>,
        files: Vec<FileEntry>,
    }

    impl StoredRecords for Earlier {
        fn records_under(&mut self, path: &Path) -> io::Result<Vec<Record>> {
            let path = path.to_string_lossy();
            let occurs_below = |record: &&Record| match record {
                Record::Article(article) => lies_below(&article.path, &path),
                Record::Flash(flash) => {
                    flash.all_occurrences().any(|it| lies_below(&it.path, &path))
                }
            };
            Ok(self.records.iter().filter(occurs_below).cloned().collect())
        }

        fn files_under(&mut self, path: &Path) -> io::Result<Vec<FileEntry>> {
            let below = self.files.iter().filter(|file| Path::new(&file.path).starts_with(path));
            Ok(below.cloned().collect())
        }
    }

    /// Writes a page with a flash item at each of these paths in a folder.
    fn write_pages(folder: &Path, names: &[&str]) {
        for name in names {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("題目{name}\n\n正文{name}。\n\n{ITEM}\n")).unwrap();
        }
    }

    fn scan_roots(roots: &[PathBuf]) -> ScannedArchive {
        scan::<Infallible>(roots, &Options::default()).unwrap()
    }

    /// Reads an archive that was scanned, and keeps what an earlier run has read.
    fn read(scanned: ScannedArchive, earlier: &Earlier) -> Earlier {
        let (options, mut earlier, mut records) =
            (Options { threads: 1, ..Options::default() }, earlier.clone(), Vec::new());
        let sink = &mut |record| {
            records.push(record);
            Ok::<(), Infallible>(())
        };
        let ingested = ingest_scanned(scanned, &options, &Silent, Some(&mut earlier), sink);
        let files = ingested.unwrap().files.map(Result::unwrap).collect();
        Earlier { records, files }
    }

    /// The name of each file below `root`, with its number of records and whether it is unreadable.
    /// A file of [`write_pages`] has two records: an article, and an occurrence of the flash item.
    fn entries(read: &Earlier, root: &Path) -> Vec<(String, u64, bool)> {
        let entry = |file: &FileEntry| {
            let name = Path::new(&file.path).strip_prefix(root).unwrap();
            (name.to_string_lossy().into_owned(), file.records, file.unreadable)
        };
        read.files.iter().map(entry).collect()
    }

    #[test]
    fn records_that_are_carried_over_do_not_count_as_those_of_the_next_file() {
        let dir = tempfile::tempdir().unwrap();
        let (root, roots) = (dir.path(), [dir.path().to_owned()]);
        write_pages(root, &["b/1.txt", "b/2.txt", "c.txt"]);
        let whole = read(scan_roots(&roots), &Earlier::default());
        fs::remove_dir_all(root.join("b")).unwrap();
        let mut scanned = scan_roots(&roots);
        let files_before = 0;
        scanned.walk.refused.push((files_before, root.join("b")));
        let again = read(scanned, &whole);
        let wanted = [("b/1.txt", 2, true), ("b/2.txt", 2, true), ("c.txt", 2, false)];
        let wanted = wanted.map(|(name, records, kept)| (name.to_owned(), records, kept));
        assert_eq!(entries(&again, root), wanted);
        assert_eq!(again.records, whole.records);
    }

    #[test]
    fn files_of_an_empty_root_that_is_declared_unreadable_keep_their_entries() {
        let dir = tempfile::tempdir().unwrap();
        let roots = [dir.path().join("gone"), dir.path().join("here")];
        for root in &roots {
            write_pages(root, &["a.txt", "b/1.txt", "b/2.txt"]);
        }
        let whole = read(scan_roots(&roots), &Earlier::default());
        fs::remove_dir_all(&roots[0]).unwrap();
        fs::create_dir(&roots[0]).unwrap();
        let mut scanned = scan_roots(&roots);
        scanned.declare_unreadable(roots[0].clone(), "no file is there".to_owned());
        // Declaring a folder in this root unreadable, too, adds no entry.
        scanned.declare_unreadable(roots[0].join("b"), "nor there".to_owned());
        let again = read(scanned, &whole);
        // The three files of the unreadable root come after those of the other root.
        let mut wanted = entries(&whole, dir.path());
        wanted.rotate_left(3);
        wanted[3..].iter_mut().for_each(|(_, _, unreadable)| *unreadable = true);
        assert_eq!(entries(&again, dir.path()), wanted);
        // What the files contribute to the corpus statistics is kept, too.
        let contributions = |files: &[FileEntry]| -> Vec<Vec<u8>> {
            files.iter().map(|file| file.contribution.clone()).collect()
        };
        assert_eq!(contributions(&again.files[3..]), contributions(&whole.files[..3]));
    }

    #[test]
    fn unlisted_files_of_a_folder_that_was_listed_in_part_keep_their_entries() {
        let dir = tempfile::tempdir().unwrap();
        let (root, roots) = (dir.path(), [dir.path().to_owned()]);
        write_pages(root, &["a.txt", "b/1.txt", "b/2.txt", "b/3.txt", "c.txt"]);
        let whole = read(scan_roots(&roots), &Earlier::default());
        fs::remove_file(root.join("b/2.txt")).unwrap();
        let mut scanned = scan_roots(&roots);
        // The walk reports the error of the folder before the files of the folder.
        let files_before = 1;
        scanned.walk.refused.push((files_before, root.join("b")));
        let again = read(scanned, &whole);
        let wanted = [
            ("a.txt", 2, false),
            ("b/1.txt", 2, false),
            ("b/3.txt", 2, false),
            ("c.txt", 2, false),
            ("b/2.txt", 2, true),
        ];
        let wanted = wanted.map(|(name, records, kept)| (name.to_owned(), records, kept));
        assert_eq!(entries(&again, root), wanted);
        assert_eq!(again.records.len(), whole.records.len());
    }

    fn article_ids(read: &Earlier) -> Vec<&str> {
        let records = read.records.iter();
        let ids = records.filter_map(|record| match record {
            Record::Article(article) => Some(article.id.as_str()),
            Record::Flash(_) => None,
        });
        ids.collect()
    }

    /// Pairs of lines of dumps whose articles get equal ids: both state the same id, or both have
    /// the same content and state none.
    const EQUAL_IDS: [[&str; 2]; 2] = [
        [r#"{"id":"r1","title":"甲","text":"舊"}"#, r#"{"id":"r1","title":"乙","text":"新"}"#],
        [r#"{"title":"甲","text":"正文"}"#, r#"{"title":"甲","text":"正文"}"#],
    ];

    #[test]
    fn an_article_of_an_unreadable_dump_gets_the_id_that_it_would_get_if_it_were_read() {
        // The dump cannot be opened, or its first byte cannot be read.
        for ([line, line_before], is_missing) in
            EQUAL_IDS.into_iter().flat_map(|lines| [(lines, true), (lines, false)])
        {
            let dir = tempfile::tempdir().unwrap();
            let roots = [dir.path().to_owned()];
            let dump = dir.path().join("b.jsonl");
            fs::write(&dump, line).unwrap();
            let earlier = read(scan_roots(&roots), &Earlier::default());
            // The dump before it is read, and takes the id.
            fs::write(dir.path().join("a.jsonl"), line_before).unwrap();
            let whole = read(scan_roots(&roots), &Earlier::default());
            let scanned = scan_roots(&roots);
            match is_missing {
                true => fs::remove_file(&dump).unwrap(),
                false => failing::set(&dump, Some(0)),
            }
            let again = read(scanned, &earlier);
            failing::set(&dump, None);
            assert_eq!(article_ids(&again).len(), 2, "{line}");
            assert_eq!(article_ids(&again), article_ids(&whole), "{line}");
        }
    }

    #[test]
    fn an_article_of_a_dump_that_was_not_found_is_kept_if_the_last_dump_has_its_id() {
        for [line, other_line] in EQUAL_IDS {
            let dir = tempfile::tempdir().unwrap();
            let roots = [dir.path().to_owned()];
            let folder = dir.path().join("b");
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("d.jsonl"), line).unwrap();
            let earlier = read(scan_roots(&roots), &Earlier::default());
            fs::remove_dir_all(&folder).unwrap();
            // The dump that is read last.
            fs::write(dir.path().join("z.jsonl"), other_line).unwrap();
            let mut scanned = scan_roots(&roots);
            scanned.declare_unreadable(folder, "not there".to_owned());
            let again = read(scanned, &earlier);
            let ids = article_ids(&again);
            assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
        }
    }

    #[test]
    fn an_article_of_the_unread_part_of_a_dump_is_kept_if_another_dump_has_its_text() {
        let line = r#"{"title":"甲","text":"正文"}"#;
        // Longer than a read buffer.
        let long_line = format!(r#"{{"title":"乙","text":"{}"}}"#, "長".repeat(100_000));
        let long = long_line.len();
        // Reading fails inside the second line.
        for (lines, readable) in
            [([&*long_line, line], long + 5), ([line, &*long_line], line.len() + long / 2)]
        {
            let dir = tempfile::tempdir().unwrap();
            let roots = [dir.path().to_owned()];
            let dump = dir.path().join("b.jsonl");
            fs::write(&dump, lines.join("\n")).unwrap();
            let earlier = read(scan_roots(&roots), &Earlier::default());
            // The dump before it is read to its end, and takes the id.
            fs::write(dir.path().join("a.jsonl"), line).unwrap();
            let whole = read(scan_roots(&roots), &Earlier::default());
            failing::set(&dump, Some(readable as u64));
            let again = read(scan_roots(&roots), &earlier);
            failing::set(&dump, None);
            assert_eq!(article_ids(&again).len(), 3, "{readable}");
            assert_eq!(article_ids(&again), article_ids(&whole), "{readable}");
        }
    }
}
