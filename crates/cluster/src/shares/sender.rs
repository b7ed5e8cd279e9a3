//! Sends the documents of a share into the index of documents, where other machines may have stored
//! documents under the same ids. The header of [`shares`](super) defines the words.

use std::cell::RefCell;

use foldhash::{HashMap, HashSet};
use wensou_index::{DocumentTerms, FieldValues, Sketch};
use wensou_ingest::{Record, next_free_id};
use wensou_text::Segmenter;

use super::parts::SharedArticle;
use super::shared_document::{SharedDocument, StoredDocument, first_location};
use super::shared_indexes::SharedIndexes;
use crate::bulk::{BulkOptions, BulkWriter, Operation};
use crate::document_version::DocumentVersion;
use crate::error::Result;
use crate::publication::check_none_refused;
use crate::statistics::StatisticsBuilder;

/// A document of the share that this machine sends, with the values and terms of its record, and as
/// JSON.
pub(super) struct OwnDocument {
    document: SharedDocument,
    values: FieldValues,
    terms: DocumentTerms,
    json: Vec<u8>,
}

impl OwnDocument {
    pub(super) fn new(
        document: SharedDocument,
        values: FieldValues,
        terms: DocumentTerms,
    ) -> Result<Self> {
        let json = document.to_json(&values, &terms)?;
        Ok(Self { document, values, terms, json })
    }
}

/// Where a record of the share is stored.
struct Placement {
    /// The id of the document that has the record.
    id: String,
    /// Whether this machine counts the record in its statistics.
    is_counted_here: bool,
    /// Whether other machines have the record, too.
    is_merged: bool,
}

impl Placement {
    /// The placement of a record that no other machine is known to have.
    fn alone(id: &str) -> Self {
        Self { id: id.to_owned(), is_counted_here: true, is_merged: false }
    }
}

/// What to do with an own document, given the document that is stored under its id.
enum Resolution {
    /// Nothing, because the stored document has all that the own document has.
    Present(Placement),
    /// Write `json` under the id.
    Write {
        json: Vec<u8>,
        /// The version of the stored document, which is replaced; `None` if no document is stored.
        version: Option<DocumentVersion>,
        placement: Placement,
    },
    /// The stored document is that of another record: one of the two must take another id.
    Collision(Box<StoredDocument>),
}

/// A document to write.
struct Write<'w> {
    id: &'w str,
    json: &'w [u8],
    /// The version that this replaces; `None` if no document may be stored under the id.
    version: Option<DocumentVersion>,
}

/// Sends the documents of one share, and counts those that no other machine counts.
pub(super) struct ShareSender<'b> {
    indexes: &'b SharedIndexes<'b>,
    /// The key of the share.
    share: &'b str,
    /// The folder that the paths of the share are below, as it was given when the index was built.
    base: String,
    segmenter: &'b Segmenter,
    /// The statistics of the documents that this machine counts.
    pub(super) statistics: StatisticsBuilder,
    /// All articles of the share that were sent.
    pub(super) articles: Vec<SharedArticle>,
    /// The number of documents that were sent.
    pub(super) documents: u64,
    /// How many of the documents that were sent are flash items that other machines have, too.
    pub(super) merged: u64,
}

impl<'b> ShareSender<'b> {
    pub(super) fn new(
        indexes: &'b SharedIndexes<'b>,
        share: &'b str,
        base: String,
        segmenter: &'b Segmenter,
    ) -> Self {
        Self {
            indexes,
            share,
            base,
            segmenter,
            statistics: StatisticsBuilder::default(),
            articles: Vec::new(),
            documents: 0,
            merged: 0,
        }
    }

    /// Sends documents and counts them. First tries to create all of them; those whose ids are
    /// taken are pending. A pending document is resolved against the stored document, again and
    /// again, until no other machine has changed the stored document between the read and the
    /// write.
    pub(super) fn send(&mut self, chunk: Vec<OwnDocument>) -> Result<()> {
        let creations =
            chunk.iter().map(|own| Write { id: own.document.id(), json: &own.json, version: None });
        let taken = self.write_all(creations)?;
        let documents = chunk.iter().map(|own| &own.document);
        let mut pending: Vec<&SharedDocument> =
            documents.filter(|own| taken.contains(own.id())).collect();
        let mut placements: HashMap<String, Placement> = HashMap::default();
        while !pending.is_empty() {
            pending = self.resolve_all(&pending, &mut placements)?;
        }
        for own in &chunk {
            let id = own.document.id();
            let placement = placements.remove(id).unwrap_or_else(|| Placement::alone(id));
            self.count(own, placement);
        }
        Ok(())
    }

    /// Counts a document that was sent.
    fn count(&mut self, own: &OwnDocument, placement: Placement) {
        let OwnDocument { document, values, terms, .. } = own;
        self.documents += 1;
        self.merged += u64::from(placement.is_merged);
        if placement.is_counted_here {
            self.statistics.add(values, terms);
        }
        if let Record::Article(article) = &document.record {
            self.articles.push(SharedArticle {
                id: placement.id,
                path: article.path.clone(),
                start: article.span.start,
                ordinal: document.ordinal,
                sketch: Sketch::of_article(&document.record, terms),
            });
        }
    }

    /// Resolves own documents against those that are stored under their ids: reads the stored
    /// documents in batches, sends own documents whose ids collide one by one, and writes the
    /// others in batches. Adds to `placements` the placement of each document that is resolved, by
    /// the id that the document had before. Returns the documents that are still pending, because
    /// other machines changed the stored ones in between.
    fn resolve_all<'s>(
        &self,
        pending: &[&'s SharedDocument],
        placements: &mut HashMap<String, Placement>,
    ) -> Result<Vec<&'s SharedDocument>> {
        let ids: Vec<&str> = pending.iter().map(|own| own.id()).collect();
        let mut stored = self.indexes.read(&ids)?;
        let mut writes = Vec::new();
        for own in pending {
            match self.resolve(own, stored.remove(own.id()))? {
                Resolution::Present(placement) => {
                    placements.insert(own.id().to_owned(), placement);
                }
                Resolution::Write { json, version, placement } => {
                    writes.push((*own, json, version, placement));
                }
                Resolution::Collision(stored) => {
                    let placement = self.send_one((*own).clone(), Some(*stored))?;
                    placements.insert(own.id().to_owned(), placement);
                }
            }
        }
        let refused = self.write_all(writes.iter().map(|(own, json, version, _)| Write {
            id: own.id(),
            json,
            version: *version,
        }))?;
        let mut still_pending = Vec::new();
        for (own, _, _, placement) in writes {
            match refused.contains(own.id()) {
                true => still_pending.push(own),
                false => drop(placements.insert(own.id().to_owned(), placement)),
            }
        }
        Ok(still_pending)
    }

    /// Sends one document. If its record cannot have its id, tries the next free ids. `stored` is
    /// the document under its id, as it was read last; `None` if no such document is known.
    fn send_one(
        &self,
        mut own: SharedDocument,
        mut stored: Option<StoredDocument>,
    ) -> Result<Placement> {
        loop {
            match self.resolve(&own, stored)? {
                Resolution::Present(placement) => return Ok(placement),
                Resolution::Write { json, version, placement } => {
                    if self.indexes.write(own.id(), json, version)? {
                        return Ok(placement);
                    }
                }
                Resolution::Collision(stored) if own.precedes(&stored.document) => {
                    self.displace(&stored.document)?;
                    let json = own.analyse_to_json(self.segmenter)?;
                    if self.indexes.write(own.id(), json, Some(stored.version))? {
                        return Ok(Placement::alone(own.id()));
                    }
                }
                Resolution::Collision(_) => {
                    let id = self.free_id(&own.record)?;
                    own.set_id(id);
                }
            }
            stored = self.indexes.read_one(own.id())?;
        }
    }

    /// Gives a stored document a new id: sends it again under that id, and notes the id for the
    /// machine that completes the index. The caller replaces the stored document afterwards, so
    /// that its record is never missing.
    fn displace(&self, stored: &SharedDocument) -> Result<()> {
        let mut displaced = stored.clone();
        displaced.set_id(self.free_id(&stored.record)?);
        let placement = self.send_one(displaced, None)?;
        self.indexes.note_new_id(&stored.record, &placement.id)
    }

    /// What to do with an own document, given the document that is stored under its id.
    fn resolve(&self, own: &SharedDocument, stored: Option<StoredDocument>) -> Result<Resolution> {
        let Some(stored) = stored else {
            let json = own.analyse_to_json(self.segmenter)?;
            let placement = Placement::alone(own.id());
            return Ok(Resolution::Write { json, version: None, placement });
        };
        if own.is_same_article(&stored.document) {
            return Ok(Resolution::Present(Placement::alone(own.id())));
        }
        let Some(merged) = stored.document.merge_item(own, self.share) else {
            return Ok(Resolution::Collision(Box::new(stored)));
        };
        let StoredDocument { document, version } = stored;
        let placement = Placement {
            id: own.id().to_owned(),
            is_counted_here: document.shares.first().is_some_and(|first| first == self.share),
            is_merged: document.shares != [self.share],
        };
        if document.is_of_share(self.share) && document.record == merged.record {
            return Ok(Resolution::Present(placement));
        }
        let json = merged.analyse_to_json(self.segmenter)?;
        Ok(Resolution::Write { json, version: Some(version), placement })
    }

    /// Writes documents. Returns the ids of those that were not written, because another version is
    /// stored under the id.
    fn write_all<'w>(&self, writes: impl Iterator<Item = Write<'w>>) -> Result<HashSet<String>> {
        // The ids of all refused documents are needed.
        let options = BulkOptions { max_errors: usize::MAX, ..BulkOptions::default() };
        let mut writer =
            BulkWriter::new(self.indexes.client, self.indexes.documents_index, options)?;
        for Write { id, json, version } in writes {
            writer.push(&match version {
                None => Operation::create(id, json),
                Some(version) => Operation::index(id, json).with_version(version.into()),
            })?;
        }
        let mut summary = writer.finish()?;
        // The cluster answers 409 (conflict) if another version is stored.
        let refused = summary.errors.extract_if(.., |error| error.status == 409);
        let refused: HashSet<String> = refused.map(|error| error.id).collect();
        summary.failed -= refused.len() as u64;
        check_none_refused(summary)?;
        Ok(refused)
    }

    /// The next id for a record that must take another one: an id that is free, or under which this
    /// record is stored already.
    fn free_id(&self, record: &Record) -> Result<String> {
        let failure = RefCell::new(None);
        let is_free = |id: &str| match self.indexes.read_one(id) {
            Ok(stored) => stored.is_none_or(|stored| {
                first_location(&stored.document.record) == first_location(record)
            }),
            Err(error) => {
                *failure.borrow_mut() = Some(error);
                // Ends the search.
                true
            }
        };
        let id = next_free_id(record, &self.base, is_free);
        failure.into_inner().map_or(Ok(id), Err)
    }
}
