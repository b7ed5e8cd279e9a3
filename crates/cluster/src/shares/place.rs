//! Puts the documents of a share where other machines may have put some of the same id.

use std::cell::RefCell;

use foldhash::{HashMap, HashSet};
use wensou_index::{DocumentTerms, FieldValues, Sketch};
use wensou_ingest::{Record, is_same_item, merge_items, next_free_id, walk_key};
use wensou_text::Segmenter;

use super::build::Build;
use super::parts::SharedArticle;
use super::shared_document::{ReadDocument, SharedDocument, first_location, walk_position};
use crate::bulk::{BulkOptions, BulkWriter, Operation};
use crate::copy::accepted;
use crate::error::Result;
use crate::statistics::StatisticsBuilder;
use crate::versioned::DocumentVersion;

/// A document of this machine that is not sent yet.
pub(super) struct NewDocument {
    stored: SharedDocument,
    values: FieldValues,
    terms: DocumentTerms,
    json: Vec<u8>,
}

impl NewDocument {
    pub(super) fn new(
        stored: SharedDocument,
        values: FieldValues,
        terms: DocumentTerms,
    ) -> Result<Self> {
        let json = stored.to_json(&values, &terms)?;
        Ok(Self { stored, values, terms, json })
    }
}

/// Where a record was placed.
struct Placed {
    id: String,
    /// Whether this machine counts it in its statistics.
    is_counted_here: bool,
    /// Whether other machines have it, too.
    is_merged: bool,
}

impl Placed {
    /// A record that only this machine has.
    fn new(id: &str) -> Self {
        Self { id: id.to_owned(), is_counted_here: true, is_merged: false }
    }
}

/// What comes of a record and of the document that has its id.
enum Comparison {
    /// The document has all of it.
    Present(Placed),
    /// Both are one record, which this document has.
    Merged(Box<SharedDocument>, Placed),
    /// They are different records.
    Other,
}

/// A document to write.
struct Write<'w> {
    id: &'w str,
    json: &'w [u8],
    /// The version in whose place it is written; `None` if there must be none.
    version: Option<DocumentVersion>,
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

    /// Sends documents: first as if the cluster had none of them, then those again whose ids it
    /// has, merged with what is there.
    pub(super) fn place(&mut self, window: Vec<NewDocument>) -> Result<()> {
        let created =
            window.iter().map(|new| Write { id: new.stored.id(), json: &new.json, version: None });
        let taken = self.write_all(created)?;
        let mut placed: HashMap<String, Placed> = HashMap::default();
        let mut open: Vec<&SharedDocument> =
            window.iter().map(|new| &new.stored).filter(|new| taken.contains(new.id())).collect();
        while !open.is_empty() {
            open = self.merge_all(&open, &mut placed)?;
        }
        for NewDocument { stored, values, terms, .. } in &window {
            self.documents += 1;
            let placed = placed.remove(stored.id()).unwrap_or_else(|| Placed::new(stored.id()));
            self.merged += u64::from(placed.is_merged);
            if placed.is_counted_here {
                self.statistics.add(values, terms);
            }
            if let Record::Article(article) = &stored.record {
                self.articles.push(SharedArticle {
                    id: placed.id,
                    path: article.path.clone(),
                    start: article.span.start,
                    ordinal: stored.ordinal,
                    sketch: Sketch::of_article(&stored.record, terms),
                });
            }
        }
        Ok(())
    }

    /// Reads the documents that have the ids of some records, and writes what comes of both.
    /// Returns the records whose documents other machines have changed meanwhile.
    fn merge_all<'s>(
        &self,
        open: &[&'s SharedDocument],
        placed: &mut HashMap<String, Placed>,
    ) -> Result<Vec<&'s SharedDocument>> {
        let ids: Vec<&str> = open.iter().map(|mine| mine.id()).collect();
        let mut there = self.build.read(&ids)?;
        let mut merged = Vec::new();
        for mine in open {
            let Some(read) = there.remove(mine.id()) else {
                merged.push((
                    *mine,
                    mine.analyse_to_json(self.segmenter)?,
                    None,
                    Placed::new(mine.id()),
                ));
                continue;
            };
            match self.compare(mine, &read) {
                Comparison::Present(found) => drop(placed.insert(found.id.clone(), found)),
                Comparison::Merged(now, found) => {
                    merged.push((
                        *mine,
                        now.analyse_to_json(self.segmenter)?,
                        Some(read.version),
                        found,
                    ));
                }
                Comparison::Other => {
                    let found = self.find_place((*mine).clone(), Some(read))?;
                    placed.insert(mine.id().to_owned(), found);
                }
            }
        }
        let writes = merged.iter().map(|(mine, json, version, _)| Write {
            id: mine.id(),
            json,
            version: *version,
        });
        let refused = self.write_all(writes)?;
        let mut open = Vec::new();
        for (mine, _, _, found) in merged {
            match refused.contains(mine.id()) {
                true => open.push(mine),
                false => drop(placed.insert(mine.id().to_owned(), found)),
            }
        }
        Ok(open)
    }

    /// What comes of a record and of the document that has its id.
    fn compare(&self, mine: &SharedDocument, there: &ReadDocument) -> Comparison {
        let stored = &there.stored;
        match (&mine.record, &stored.record) {
            (Record::Flash(item), Record::Flash(other)) if is_same_item(item, other) => {
                let found = Placed {
                    id: mine.id().to_owned(),
                    is_counted_here: stored.shares.first().is_some_and(|share| share == self.key),
                    is_merged: stored.shares != [self.key],
                };
                let merged = merge_items(other, item);
                let is_known = stored.shares.iter().any(|share| share == self.key);
                if is_known && merged == *other {
                    return Comparison::Present(found);
                }
                let mut now = stored.clone();
                if walk_key(first_location(&mine.record).0) < stored.walk {
                    (now.ordinal, now.walk) = (mine.ordinal, mine.walk.clone());
                }
                now.counted.get_or_insert_with(|| stored.record.clone());
                now.record = Record::Flash(merged);
                if !is_known {
                    now.shares.push(self.key.to_owned());
                }
                Comparison::Merged(Box::new(now), found)
            }
            (Record::Article(article), Record::Article(other))
                if (&article.path, article.span) == (&other.path, other.span) =>
            {
                Comparison::Present(Placed::new(mine.id()))
            }
            _ => Comparison::Other,
        }
    }

    /// Places a record whose id another record has, or may have.
    fn find_place(
        &self,
        mut mine: SharedDocument,
        mut there: Option<ReadDocument>,
    ) -> Result<Placed> {
        loop {
            let Some(read) = there else {
                if self.build.write(mine.id(), mine.analyse_to_json(self.segmenter)?, None)? {
                    return Ok(Placed::new(mine.id()));
                }
                there = self.build.read_one(mine.id())?;
                continue;
            };
            match self.compare(&mine, &read) {
                Comparison::Present(found) => return Ok(found),
                Comparison::Merged(now, found) => {
                    if self.build.write(
                        mine.id(),
                        now.analyse_to_json(self.segmenter)?,
                        Some(read.version),
                    )? {
                        return Ok(found);
                    }
                }
                Comparison::Other
                    if walk_position(&mine.record) < walk_position(&read.stored.record) =>
                {
                    let before = &read.stored.record;
                    let mut displaced = read.stored.clone();
                    displaced.set_id(self.free_id(before)?);
                    // First where it goes, so that it is somewhere at any time.
                    let moved = self.find_place(displaced, None)?;
                    self.build.note_new_id(before, &moved.id)?;
                    if self.build.write(
                        mine.id(),
                        mine.analyse_to_json(self.segmenter)?,
                        Some(read.version),
                    )? {
                        return Ok(Placed::new(mine.id()));
                    }
                }
                Comparison::Other => {
                    let id = self.free_id(&mine.record)?;
                    mine.set_id(id);
                }
            }
            there = self.build.read_one(mine.id())?;
        }
    }

    /// Writes documents. Returns the ids of those that the cluster has in another version.
    fn write_all<'w>(&self, writes: impl Iterator<Item = Write<'w>>) -> Result<HashSet<String>> {
        let options = BulkOptions { max_errors: usize::MAX, ..BulkOptions::default() };
        let mut writer = BulkWriter::new(self.build.client, self.build.documents, options)?;
        for Write { id, json, version } in writes {
            writer.push(&match version {
                None => Operation::create(id, json),
                Some(version) => Operation::index(id, json).with_version(version.into()),
            })?;
        }
        let mut summary = writer.finish()?;
        let refused = summary.errors.extract_if(.., |error| error.status == 409);
        let refused: HashSet<String> = refused.map(|error| error.id).collect();
        summary.failed -= refused.len() as u64;
        accepted(summary)?;
        Ok(refused)
    }

    /// The next id for a record whose own is taken: one that is free, or that this record has
    /// already.
    fn free_id(&self, record: &Record) -> Result<String> {
        let failed = RefCell::new(None);
        let is_free = |id: &str| match self.build.read_one(id) {
            Ok(there) => there
                .is_none_or(|read| first_location(&read.stored.record) == first_location(record)),
            Err(error) => {
                *failed.borrow_mut() = Some(error);
                true
            }
        };
        let id = next_free_id(record, &self.base, is_free);
        failed.into_inner().map_or(Ok(id), Err)
    }
}
