//! `duplicates`: the groups of near-duplicates of a generation, and what the next update needs to
//! find them again.
//!
//! The file has several [parts](crate::parts). A search reads the documents in groups, which need
//! no decoding, and the members of the groups of its hits. An update reads the sketches and
//! verdicts of the base, whose documents it keeps.
//!
//! The part of the documents has a pair of numbers for each, document and group, as little-endian
//! u32: first those of one segment, ascending, then those of the other.

use std::io;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::sketch::{HASHES, Sketch};
use crate::engine::{DocAddress, DocId, SegmentOrdinal};
use crate::generation::{DUPLICATES, Folder};
use crate::parts::{Magic, Part, Parts, PartsWriter, damaged};

const MAGIC: &Magic = b"WSDUPLI1";

/// Groups whose members are in one part.
const BLOCK: usize = 256;

/// The members of a group: segments, by their indexes in the directory, and documents.
type Members = Vec<(u32, DocId)>;

#[derive(Debug, Serialize, Deserialize)]
struct Directory {
    /// The name of each segment that has documents in groups, and how many.
    segments: Vec<(String, u32)>,
    /// The number of groups.
    groups: u32,
    documents: Part,
    /// The members of each [`BLOCK`] groups: segments, as indexes into `segments`, and documents.
    members: Vec<Part>,
    base: Part,
}

/// The documents of one segment that are in groups, ascending, each with the number of its group.
#[derive(Debug, Default)]
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
    let all = || groups.iter().flat_map(|segment| &segment.documents);
    let count = all().map(|(_, group)| group + 1).max().unwrap_or_default();
    let mut members: Vec<Members> = vec![Vec::new(); count as usize];
    for (segment, of) in (0..).zip(groups) {
        of.documents.iter().for_each(|(doc, group)| members[*group as usize].push((segment, *doc)));
    }
    let numbers = all().flat_map(|(doc, group)| [*doc, *group]);
    let bytes: Vec<u8> = numbers.flat_map(u32::to_le_bytes).collect();
    let segments = groups.iter().map(|of| (of.segment.clone(), of.documents.len() as u32));
    let mut parts = PartsWriter::create(folder, DUPLICATES)?;
    let directory = Directory {
        segments: segments.collect(),
        groups: count,
        documents: parts.push_bytes(&bytes)?,
        members: members.chunks(BLOCK).map(|block| parts.push(&block)).collect::<Result<_, _>>()?,
        base: parts.push(&stored)?,
    };
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
    /// The part of the documents.
    bytes: Vec<u8>,
    /// The file, with the parts of the members.
    members: Option<(Parts, Vec<Part>)>,
    /// By segment of the index: its documents in `bytes`, as a range of pairs.
    by_segment: Vec<Range<usize>>,
    /// By segment of the file: the segment of the index.
    segments: Vec<SegmentOrdinal>,
    groups: usize,
}

impl DuplicateGroups {
    /// Reads the groups of a generation, whose segments have these names.
    pub(crate) fn read(generation: &Folder, names: &[String]) -> io::Result<Self> {
        let (parts, directory) = Parts::open::<Directory>(generation, DUPLICATES, MAGIC)?;
        let bytes = parts.read_bytes(directory.documents)?;
        let mut by_segment = vec![0..0; names.len()];
        let (mut segments, mut documents) = (Vec::new(), 0);
        for (name, count) in &directory.segments {
            let ordinal = (0..).zip(names).find(|(_, of)| *of == name).map(|(ordinal, _)| ordinal);
            let ordinal: SegmentOrdinal = ordinal.ok_or_else(|| damaged(DUPLICATES))?;
            let end = documents + *count as usize;
            by_segment[ordinal as usize] = documents..end;
            segments.push(ordinal);
            documents = end;
        }
        let groups = directory.groups as usize;
        let blocks = directory.members.len();
        if bytes.len() != documents * 8 || blocks != groups.div_ceil(BLOCK) {
            return Err(damaged(DUPLICATES));
        }
        let members = Some((parts, directory.members));
        Ok(Self { bytes, members, by_segment, segments, groups })
    }

    /// The number at an index of the part.
    fn number(&self, at: usize) -> u32 {
        let bytes = self.bytes.get(at * 4..).and_then(<[u8]>::first_chunk);
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// A document in groups, by its index in the part, with the number of its group.
    fn document(&self, at: usize) -> (DocId, u32) {
        (self.number(at * 2), self.number(at * 2 + 1))
    }

    /// The number of groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.groups
    }

    /// Whether documents ascend and every group has two of them or more.
    pub(crate) fn is_intact(&self) -> io::Result<bool> {
        let ascends = |range: &Range<usize>| {
            range.clone().map(|at| self.document(at).0).is_sorted_by(|a, b| a < b)
        };
        for group in 0..self.groups as u32 {
            let members = self.members(group)?;
            if members.len() < 2 || members.iter().any(|at| self.group_of(*at) != Some(group)) {
                return Ok(false);
            }
        }
        Ok(self.by_segment.iter().all(ascends))
    }

    /// The number of the group of a document; `None` if it has no near-duplicates.
    #[must_use]
    pub fn group_of(&self, address: DocAddress) -> Option<u32> {
        let (doc, group) = self.from(address).next()?;
        (doc == address.doc_id).then_some(group)
    }

    /// The documents of a group, in the order of the segments.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] if the file is damaged.
    pub fn members(&self, group: u32) -> io::Result<Vec<DocAddress>> {
        let group = group as usize;
        let Some((parts, blocks)) = &self.members else { return Ok(Vec::new()) };
        let block = blocks.get(group / BLOCK).ok_or_else(|| damaged(DUPLICATES))?;
        let block: Vec<Members> = parts.read(*block)?;
        let members = block.get(group % BLOCK).ok_or_else(|| damaged(DUPLICATES))?;
        let member = |(segment, doc): &(u32, DocId)| {
            let segment = self.segments.get(*segment as usize);
            Ok(DocAddress::new(*segment.ok_or_else(|| damaged(DUPLICATES))?, *doc))
        };
        members.iter().map(member).collect()
    }

    /// The documents of a segment that are in groups, from this one on, ascending, each with the
    /// number of its group.
    pub fn from(&self, first: DocAddress) -> impl Iterator<Item = (DocId, u32)> + '_ {
        let range = self.by_segment.get(first.segment_ord as usize).cloned().unwrap_or_default();
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.document(middle).0 < first.doc_id {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        (low..range.end).map(|at| self.document(at))
    }
}
