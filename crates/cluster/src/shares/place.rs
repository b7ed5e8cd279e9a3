//! Puts the documents of a share where other machines may have put some of the same id.

use std::cell::RefCell;
use std::collections::HashSet;

use wensou_index::{ArticleText, DocumentTerms, FieldValues};
use wensou_ingest::{FlashItem, Record, is_same_item, merge_items, next_id, walk_key};
use wensou_text::Segmenter;

use super::Build;
use super::parts::SharedArticle;
use super::stored::{Read, Stored, first_path, position};
use crate::bulk::{BulkOptions, BulkWriter, Operation, Version};
use crate::copy::accepted;
use crate::error::Result;
use crate::statistics::StatisticsBuilder;

/// A document of this machine that is not sent yet.
pub(super) struct NewDocument {
    stored: Stored,
    values: FieldValues,
    terms: DocumentTerms,
    json: Vec<u8>,
}

impl NewDocument {
    pub(super) fn new(stored: Stored, values: FieldValues, terms: DocumentTerms) -> Result<Self> {
        let json = stored.to_json(&values, &terms)?;
        Ok(Self { stored, values, terms, json })
    }
}

/// Where a record was placed.
struct Placed {
    id: String,
    /// Whether this machine counts it in its statistics.
    is_counted_here: bool,
}

/// Places the documents of one share, and counts those that no other machine counts.
pub(super) struct Placement<'b> {
    build: &'b Build<'b>,
    /// The key of the share.
    key: &'b str,
    /// The folder that all paths start with.
    base: String,
    segmenter: &'b Segmenter,
    pub(super) statistics: StatisticsBuilder,
    pub(super) articles: Vec<SharedArticle>,
    /// Documents of the share.
    pub(super) documents: u64,
    /// Flash items of the share that other machines have, too.
    pub(super) merged: u64,
}

impl<'b> Placement<'b> {
    pub(super) fn new(
        build: &'b Build<'b>,
        key: &'b str,
        base: String,
        segmenter: &'b Segmenter,
    ) -> Self {
        Self {
            build,
            key,
            base,
            segmenter,
            statistics: StatisticsBuilder::default(),
            articles: Vec::new(),
            documents: 0,
            merged: 0,
        }
    }

    /// Sends documents: first as if the cluster had none of them, then those one by one of which it
    /// has the id.
    pub(super) fn place(&mut self, window: Vec<NewDocument>) -> Result<()> {
        let taken = self.create(&window)?;
        let mut there = self.build.read(&taken.iter().map(String::as_str).collect::<Vec<_>>())?;
        let taken: HashSet<String> = taken.into_iter().collect();
        for document in window {
            self.documents += 1;
            let NewDocument { stored, values, terms, .. } = &document;
            let id = stored.id().to_owned();
            let placed = match taken.contains(&id) {
                false => Placed { id, is_counted_here: true },
                true => self.resolve(stored.clone(), there.remove(&id))?,
            };
            if let Record::Article(article) = &stored.record {
                self.articles.push(SharedArticle {
                    id: placed.id,
                    path: article.path.clone(),
                    start: article.span.start,
                    ordinal: stored.ordinal,
                    sketch: ArticleText::of(&stored.record).sketch(),
                });
            }
            if placed.is_counted_here {
                self.statistics.add(values, terms);
            }
        }
        Ok(())
    }

    fn write(&self, stored: &Stored, version: Option<Version>) -> Result<bool> {
        self.build.write(stored, version, self.segmenter)
    }

    /// Creates documents; returns the ids that are taken.
    fn create(&self, window: &[NewDocument]) -> Result<Vec<String>> {
        let options = BulkOptions { max_errors: usize::MAX, ..BulkOptions::default() };
        let mut writer = BulkWriter::new(self.build.client, self.build.documents, options)?;
        for NewDocument { stored, json, .. } in window {
            writer.push(&Operation::create(stored.id(), json))?;
        }
        let mut summary = writer.finish()?;
        let taken = summary.errors.extract_if(.., |error| error.status == 409);
        let taken: Vec<String> = taken.map(|error| error.id).collect();
        summary.failed -= taken.len() as u64;
        accepted(summary)?;
        Ok(taken)
    }

    /// Places a record whose id is taken.
    fn resolve(&mut self, mut mine: Stored, mut there: Option<Read>) -> Result<Placed> {
        loop {
            let placed = |is_counted_here| Placed { id: mine.id().to_owned(), is_counted_here };
            let Some(read) = &there else {
                if self.write(&mine, None)? {
                    return Ok(placed(true));
                }
                there = self.build.read_one(mine.id())?;
                continue;
            };
            match (&mine.record, &read.stored.record) {
                (Record::Flash(item), Record::Flash(other)) if is_same_item(item, other) => {
                    if let Some(counter) = self.merge(&mine, item, other, read)? {
                        self.merged += u64::from(read.stored.shares != [self.key]);
                        return Ok(placed(counter == self.key));
                    }
                }
                (Record::Article(article), Record::Article(other))
                    if (&article.path, article.span) == (&other.path, other.span) =>
                {
                    return Ok(placed(true));
                }
                (record, other) if position(record) < position(other) => {
                    let mut displaced = read.stored.clone();
                    displaced.set_id(self.free_id(other)?);
                    // First where it goes, so that it is somewhere at any time.
                    let moved = self.resolve(displaced, None)?;
                    self.build.note_moved(other, &moved.id)?;
                    if self.write(&mine, Some(read.version))? {
                        return Ok(placed(true));
                    }
                }
                (record, _) => {
                    let id = self.free_id(record)?;
                    mine.set_id(id);
                }
            }
            there = self.build.read_one(mine.id())?;
        }
    }

    /// Merges a flash item with what the cluster has of it. Returns the share that counts it, or
    /// `None` if another machine changed it meanwhile.
    fn merge(
        &self,
        mine: &Stored,
        item: &FlashItem,
        other: &FlashItem,
        read: &Read,
    ) -> Result<Option<String>> {
        let there = &read.stored;
        let counter = there.shares.first().cloned().unwrap_or_default();
        let merged = merge_items(other, item);
        let is_known = there.shares.iter().any(|share| share == self.key);
        if is_known && merged == *other {
            return Ok(Some(counter));
        }
        let mut now = there.clone();
        if walk_key(first_path(&mine.record).0) < there.walk {
            (now.ordinal, now.walk) = (mine.ordinal, mine.walk.clone());
        }
        now.record = Record::Flash(merged);
        now.counted.get_or_insert_with(|| there.record.clone());
        if !is_known {
            now.shares.push(self.key.to_owned());
        }
        Ok(self.write(&now, Some(read.version))?.then_some(counter))
    }

    /// The next id for a record whose own is taken: free, or that of this record already.
    fn free_id(&self, record: &Record) -> Result<String> {
        let failed = RefCell::new(None);
        let is_free = |id: &str| match self.build.read_one(id) {
            Ok(there) => {
                there.is_none_or(|read| first_path(&read.stored.record) == first_path(record))
            }
            Err(error) => {
                *failed.borrow_mut() = Some(error);
                true
            }
        };
        let id = next_id(record, &self.base, is_free);
        failed.into_inner().map_or(Ok(id), Err)
    }
}
