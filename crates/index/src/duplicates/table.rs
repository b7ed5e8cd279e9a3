//! `duplicates`: the groups of near-duplicates of a generation, and what the next update needs to
//! find them again.
//!
//! The file has two [parts](crate::parts). A search reads the groups only. An update reads the
//! sketches and verdicts of the base, whose documents it keeps.

use std::io;

use serde::{Deserialize, Serialize};

use super::sketch::{HASHES, Sketch};
use crate::engine::{DocAddress, DocId};
use crate::generation::{DUPLICATES, Folder};
use crate::parts::{Magic, Part, Parts, PartsWriter, damaged};

const MAGIC: &Magic = b"WSDUPLI1";

#[derive(Debug, Serialize, Deserialize)]
struct Directory {
    groups: Part,
    base: Part,
}

/// The documents of one segment that are in groups, ascending, each with the number of its group.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct SegmentGroups {
    pub(super) segment: String,
    pub(super) documents: Vec<(DocId, u32)>,
}

/// What is known of the articles of the base.
#[derive(Debug, Default)]
pub(crate) struct BaseArticles {
    /// Ascending by document.
    pub(super) sketches: Vec<(DocId, Sketch)>,
    pub(super) verdicts: Verdicts,
}

/// For pairs of documents that were compared, ascending, whether they are near-duplicates.
pub(crate) type Verdicts = Vec<(DocId, DocId, bool)>;

/// [`BaseArticles`] as stored.
#[derive(Debug, Serialize, Deserialize)]
struct StoredBase {
    documents: Vec<DocId>,
    /// The hashes of all documents, one sketch after the other.
    hashes: Vec<u32>,
    verdicts: Verdicts,
}

/// Writes the file of a generation.
pub(super) fn write(
    folder: &Folder,
    groups: &[SegmentGroups],
    base: BaseArticles,
) -> io::Result<()> {
    let stored = StoredBase {
        documents: base.sketches.iter().map(|(doc, _)| *doc).collect(),
        hashes: base.sketches.iter().flat_map(|(_, sketch)| *sketch.hashes()).collect(),
        verdicts: base.verdicts,
    };
    let mut parts = PartsWriter::create(folder, DUPLICATES)?;
    let directory = Directory { groups: parts.push(&groups)?, base: parts.push(&stored)? };
    parts.finish(&directory, MAGIC)
}

impl BaseArticles {
    /// Reads what a generation has of its base.
    ///
    /// # Errors
    ///
    /// If the file is missing or damaged.
    pub(crate) fn read(generation: &Folder) -> io::Result<Self> {
        let (parts, directory) = Parts::open::<Directory>(generation, DUPLICATES, MAGIC)?;
        let StoredBase { documents, hashes, verdicts } = parts.read(directory.base)?;
        let (sketches, remaining) = hashes.as_chunks::<HASHES>();
        let ascends = documents.is_sorted_by(|a, b| a < b);
        let ascends = ascends && verdicts.is_sorted();
        if sketches.len() != documents.len() || !remaining.is_empty() || !ascends {
            return Err(damaged(DUPLICATES));
        }
        let sketches = sketches.iter().map(|hashes| Sketch::from_hashes(*hashes));
        Ok(Self { sketches: documents.into_iter().zip(sketches).collect(), verdicts })
    }
}

/// The groups of near-duplicates of an open index.
#[derive(Debug, Default)]
pub struct DuplicateGroups {
    /// By segment: its documents that are in groups, ascending, each with the number of its group.
    by_segment: Vec<Vec<(DocId, u32)>>,
    /// By group: its documents, in the order of their addresses.
    members: Vec<Vec<DocAddress>>,
}

impl DuplicateGroups {
    /// Reads the groups of a generation, whose segments have these names.
    pub(crate) fn read(generation: &Folder, segments: &[String]) -> io::Result<Self> {
        let (parts, directory) = Parts::open::<Directory>(generation, DUPLICATES, MAGIC)?;
        let groups: Vec<SegmentGroups> = parts.read(directory.groups)?;
        let mut read = Self { by_segment: vec![Vec::new(); segments.len()], members: Vec::new() };
        for SegmentGroups { segment, documents } in groups {
            let at = segments.iter().position(|name| *name == segment);
            let at = at.ok_or_else(|| damaged(DUPLICATES))?;
            if !documents.is_sorted_by(|a, b| a.0 < b.0) {
                return Err(damaged(DUPLICATES));
            }
            read.by_segment[at] = documents;
        }
        let documents: usize = read.by_segment.iter().map(Vec::len).sum();
        for (segment, in_segment) in (0..).zip(&read.by_segment) {
            for (doc, group) in in_segment {
                let group = *group as usize;
                if group >= documents {
                    return Err(damaged(DUPLICATES));
                }
                if group >= read.members.len() {
                    read.members.resize(group + 1, Vec::new());
                }
                read.members[group].push(DocAddress::new(segment, *doc));
            }
        }
        Ok(read)
    }

    /// Whether there are no near-duplicates.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether every group has two documents or more.
    pub(crate) fn all_have_members(&self) -> bool {
        self.members.iter().all(|members| members.len() > 1)
    }

    /// The number of the group of a document; `None` if it has no near-duplicates.
    #[must_use]
    pub fn group_of(&self, address: DocAddress) -> Option<u32> {
        let documents = self.in_segment(address.segment_ord);
        let at = documents.binary_search_by_key(&address.doc_id, |(doc, _)| *doc).ok()?;
        Some(documents[at].1)
    }

    /// The documents of a group, in the order of their addresses.
    #[must_use]
    pub fn members(&self, group: u32) -> &[DocAddress] {
        self.members.get(group as usize).map_or(&[], Vec::as_slice)
    }

    /// The documents of a segment that are in groups, ascending, each with the number of its group.
    #[must_use]
    pub fn in_segment(&self, segment: u32) -> &[(DocId, u32)] {
        self.by_segment.get(segment as usize).map_or(&[], Vec::as_slice)
    }
}
