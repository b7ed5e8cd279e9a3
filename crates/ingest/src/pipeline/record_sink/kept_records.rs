//! Keeps what the earlier index has of files and folders that cannot be read: their records, and
//! their entries in the file table.

use std::io;
use std::path::{Path, PathBuf};

use foldhash::HashMap;

use super::RecordSink;
use crate::error::Error;
use crate::file_table::FileEntry;
use crate::flash::dedup::variant_id;
use crate::pipeline::carry_over::stored_records_by_path;
use crate::pipeline::ids::path_hash;
use crate::pipeline::read_event::ReadEvent;
use crate::pipeline::stored_path::{StoredItem, StoredOccurrence, StoredPath, is_generated};
use crate::record::Span;

impl<E> RecordSink<'_, E> {
    /// Receives the files and folders that the walk reached after all files and could not access.
    /// `refused` has everything that the walk could not access, each with the number of files that
    /// the walk had found before; `files` is the number of all files.
    pub(crate) fn receive_refused_after_all_files(
        &mut self,
        refused: &[(usize, PathBuf)],
        files: usize,
    ) -> Result<(), Error<E>> {
        let mut after_all_files = refused.iter().filter(|(before, _)| *before == files);
        after_all_files.try_for_each(|(_, path)| self.receive(ReadEvent::NotWalked(path.clone())))
    }

    /// Carries over the stored records of an unreadable file or folder, except those that were
    /// read. `relative` is the path of the file below its root; `None` for what the walk could not
    /// access.
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
            for mut article in stored_path.articles {
                if stored_path.is_dump {
                    if !self.ids.claim(&article.id) {
                        // The part of the dump that was read has this article, too.
                        if self.dump.has(&article.id) || is_generated(&article.id) {
                            continue;
                        }
                        let dump = relative.unwrap_or(&stored_path.path);
                        article.id = self.ids.claim_for(&article.id, dump);
                    }
                } else if !self.ids.claim_at(&article.id, &article.path) {
                    let member = article.path.strip_prefix(&*path.to_string_lossy());
                    // The path below the root, from which the id is made.
                    let name = relative.zip(member).map(|(file, member)| format!("{file}{member}"));
                    let hash = path_hash(name.as_ref().unwrap_or(&article.path));
                    article.id = self.ids.new_id('a', hash, &article.path);
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

    /// Carries over the records of everything that the walk could not access, as far as they were
    /// not carried over before.
    pub(crate) fn carry_over_refused(&mut self) -> Result<(), Error<E>> {
        let relative = None;
        for path in std::mem::take(&mut self.refused) {
            self.carry_over_path(&path, relative)?;
        }
        Ok(())
    }

    /// Keeps the entries that the earlier file table has for a file or folder that the walk could
    /// not access.
    pub(super) fn keep_files(&mut self, path: &Path) -> Result<(), Error<E>> {
        let Some(stored) = self.stored.as_deref_mut() else { return Ok(()) };
        let kept = stored.files_under(path);
        let kept = kept.map_err(|source| Error::Stored { path: path.to_owned(), source })?;
        self.push_kept(kept).map_err(Error::TemporaryFile)
    }

    /// Adds entries of the earlier file table to the new one, marked as those of unreadable files.
    pub(super) fn push_kept(&mut self, files: Vec<FileEntry>) -> io::Result<()> {
        files.into_iter().try_for_each(|mut file| {
            file.unreadable = true;
            self.file_entries.push(&file)
        })
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
