//! `duplicates`: the groups of near-duplicates of a generation, and what the next update needs to
//! find them again.
//!
//! The file has several [parts](crate::parts). A search reads the part of the documents, which
//! needs no decoding, and the parts with the members of the groups of its hits. An update reads the
//! part with the sketches and verdicts of the base, whose documents it keeps.
//!
//! The part of the documents tells which group a document is in, in constant time:
//!
//! ```text
//! part    = segment …
//! segment = bits u64 … | ranks u32 … | group u32 …
//! ```
//!
//! Bit n of `bits` is 1 if document n of the segment is in a group. `ranks` has, for each u64 of
//! `bits`, the number of bits that are 1 before it. `group` is the number of the group of each
//! document that is in one. All numbers are little-endian.

use std::{fmt, io};

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use wensou_postings::{OwnedBytes, ranks};

use crate::engine::{DocAddress, DocId, SegmentOrdinal};
use crate::files::{DUPLICATES, Folder};
use crate::parts::{Magic, Part, Parts, PartsFile, PartsWriter, damaged};
use crate::resemblance::{HASHES_PER_SKETCH, Sketch};

/// The last bytes of the file.
const MAGIC: &Magic = b"WSDUPLI2";

/// The maximum number of groups whose members are in one part. A search reads one part for each hit
/// that is in a group.
const GROUPS_PER_PART: usize = 64;

/// The members of a group: for each its segment, as an index into [`Directory::segments`], and its
/// document.
type Members = Vec<(u32, DocId)>;

/// The directory of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Directory {
    segments: Vec<StoredSegment>,
    /// The number of groups.
    groups: u32,
    /// The part of the documents, see the [module](self).
    documents: Part,
    /// A part for each [`GROUPS_PER_PART`] groups: the [`Members`] of each, not compressed.
    members: Vec<Part>,
    /// The part with the sketches and verdicts of the base, a [`StoredBase`].
    base: Part,
}

/// A segment that has documents in groups.
#[derive(Debug, Serialize, Deserialize)]
struct StoredSegment {
    name: String,
    /// The number of its documents that are in groups.
    documents: u32,
    /// The number of u64 in `bits`, see the [module](self).
    words: u32,
}

/// The documents of one segment that are in groups, ascending, each with the number of its group.
#[derive(Debug, Default)]
pub(super) struct SegmentGroups {
    pub(super) segment: String,
    pub(super) documents: Vec<(DocId, u32)>,
}

/// What a build has found out about the articles of the base, the segment whose documents the next
/// update keeps.
#[derive(Debug, Default)]
pub(crate) struct BaseArticles {
    /// The sketch of each article, ascending by document.
    pub(super) sketches: Vec<(DocId, Sketch)>,
    pub(super) verdicts: Verdicts,
}

/// Pairs of documents that were compared, ascending, each with whether the two are near-duplicates.
pub(crate) type Verdicts = Vec<(DocId, DocId, bool)>;

/// [`BaseArticles`] as stored.
#[derive(Debug, Serialize, Deserialize)]
struct StoredBase {
    documents: Vec<DocId>,
    /// The hashes of all documents, one sketch after the other.
    hashes: Vec<u32>,
    verdicts: Verdicts,
}

/// Writes the file `duplicates` of a generation.
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
    let documents = groups.iter().flat_map(|segment| &segment.documents);
    let count = documents.map(|(_, group)| group + 1).max().unwrap_or_default();
    let mut members: Vec<Members> = vec![Vec::new(); count as usize];
    for (segment, SegmentGroups { documents, .. }) in (0..).zip(groups) {
        documents.iter().for_each(|(doc, group)| members[*group as usize].push((segment, *doc)));
    }
    let mut bytes = Vec::new();
    let segments: Vec<StoredSegment> =
        groups.iter().map(|segment| push_segment(&mut bytes, segment)).collect();
    let mut parts = PartsWriter::create(folder, DUPLICATES)?;
    let documents = parts.push_bytes(&bytes)?;
    let push_members = |groups: &[Members]| {
        let bytes = postcard::to_stdvec(groups).map_err(io::Error::other)?;
        parts.push_bytes(&bytes)
    };
    let members = members.chunks(GROUPS_PER_PART).map(push_members).collect::<io::Result<_>>()?;
    let directory =
        Directory { segments, groups: count, documents, members, base: parts.push(&stored)? };
    parts.finish(&directory, MAGIC)
}

/// Appends the entry of a segment to the part of the documents.
fn push_segment(bytes: &mut Vec<u8>, segment: &SegmentGroups) -> StoredSegment {
    let SegmentGroups { segment, documents } = segment;
    let words = documents.last().map_or(0, |(doc, _)| *doc as usize / 64 + 1);
    let mut bits = vec![0_u64; words];
    documents.iter().for_each(|(doc, _)| bits[*doc as usize / 64] |= 1 << (doc % 64));
    bytes.extend(bits.iter().flat_map(|bits| bits.to_le_bytes()));
    bytes.extend(ranks(&bits).flat_map(u32::to_le_bytes));
    bytes.extend(documents.iter().flat_map(|(_, group)| group.to_le_bytes()));
    StoredSegment { name: segment.clone(), documents: documents.len() as u32, words: words as u32 }
}

impl BaseArticles {
    /// Reads the sketches and verdicts of the base of a generation.
    ///
    /// # Errors
    ///
    /// If the file is missing or damaged.
    pub(crate) fn read(generation: &Folder) -> io::Result<Self> {
        let file = PartsFile::open(generation, DUPLICATES)?;
        let (parts, directory) = Parts::of::<Directory>(file, MAGIC)?;
        let StoredBase { documents, hashes, verdicts } = parts.read(directory.base)?;
        let (sketches, remaining) = hashes.as_chunks::<HASHES_PER_SKETCH>();
        let is_ascending = documents.is_sorted_by(|a, b| a < b) && verdicts.is_sorted();
        if sketches.len() != documents.len() || !remaining.is_empty() || !is_ascending {
            return Err(damaged(DUPLICATES));
        }
        let sketches = sketches.iter().map(|hashes| Sketch::from_hashes(*hashes));
        Ok(Self { sketches: documents.into_iter().zip(sketches).collect(), verdicts })
    }
}

/// The groups of near-duplicates of an open index.
#[derive(Debug, Default)]
pub struct DuplicateGroups {
    /// Indexed by the ordinal of the segment in the index.
    by_segment: Vec<GroupNumbers>,
    /// The file and [`Directory::members`]; `None` if the index has no such file.
    members: Option<(Parts, Vec<Part>)>,
    /// The ordinal in the index of each of [`Directory::segments`].
    segments: Vec<SegmentOrdinal>,
    /// The number of groups.
    groups: usize,
}

/// The group of each document of a segment, as stored, see the [module](self).
#[derive(Debug)]
struct GroupNumbers {
    bits: OwnedBytes,
    ranks: OwnedBytes,
    groups: OwnedBytes,
}

impl Default for GroupNumbers {
    fn default() -> Self {
        let none = OwnedBytes::empty;
        Self { bits: none(), ranks: none(), groups: none() }
    }
}

impl GroupNumbers {
    /// Takes the entry of a segment off the front of `bytes`; `None` if there are too few bytes.
    fn take(bytes: &mut OwnedBytes, segment: &StoredSegment) -> Option<Self> {
        let (words, documents) = (segment.words as usize, segment.documents as usize);
        let mut take = |count: Option<usize>| -> Option<OwnedBytes> {
            let (taken, remaining) = Some(bytes.clone())
                .zip(count)
                .and_then(|(bytes, count)| (count <= bytes.len()).then(|| bytes.split(count)))?;
            *bytes = remaining;
            Some(taken)
        };
        let bits = take(words.checked_mul(8))?;
        let ranks = take(words.checked_mul(4))?;
        Some(Self { bits, ranks, groups: take(documents.checked_mul(4))? })
    }

    /// The group of a document; `None` if it is in none.
    fn group_of(&self, doc: DocId) -> Option<u32> {
        let word = doc as usize / 64;
        let (words, _) = self.bits.as_chunks::<8>();
        let bits = u64::from_le_bytes(*words.get(word)?);
        if bits >> (doc % 64) & 1 == 0 {
            return None;
        }
        let before = (bits & ((1 << (doc % 64)) - 1)).count_ones();
        let (ranks, _) = self.ranks.as_chunks::<4>();
        let rank = u32::from_le_bytes(*ranks.get(word)?);
        let at = rank.checked_add(before)? as usize;
        let (groups, _) = self.groups.as_chunks::<4>();
        groups.get(at).map(|group| u32::from_le_bytes(*group))
    }

    /// The documents that are in groups, ascending.
    fn documents(&self) -> impl Iterator<Item = DocId> + '_ {
        let (words, _) = self.bits.as_chunks::<8>();
        let bits = words.iter().map(|bits| u64::from_le_bytes(*bits));
        (0..).step_by(64).zip(bits).flat_map(|(first, bits)| {
            (0..64).filter(move |at| bits >> at & 1 == 1).map(move |at| first + at)
        })
    }
}

/// The members of the group at the index `at` among those of a part. Reads no further.
fn members_at(part: &[u8], at: usize) -> Option<Members> {
    // postcard writes the number of elements before them.
    let (groups, mut remaining) = postcard::take_from_bytes::<usize>(part).ok()?;
    if at >= groups {
        return None;
    }
    for _ in 0..at {
        (_, remaining) = postcard::take_from_bytes::<SkippedMembers>(remaining).ok()?;
    }
    let (members, _) = postcard::take_from_bytes::<Members>(remaining).ok()?;
    Some(members)
}

/// [`Members`] that are read without being kept.
struct SkippedMembers;

impl<'de> Deserialize<'de> for SkippedMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SkipVisitor;

        impl<'de> Visitor<'de> for SkipVisitor {
            type Value = SkippedMembers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the members of a group")
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut members: A,
            ) -> Result<SkippedMembers, A::Error> {
                while members.next_element::<(u32, DocId)>()?.is_some() {}
                Ok(SkippedMembers)
            }
        }

        deserializer.deserialize_seq(SkipVisitor)
    }
}

impl DuplicateGroups {
    /// Reads the groups of a generation from its open file `duplicates`. `names` has the names of
    /// the segments of the generation, by ordinal.
    pub(crate) fn read(file: PartsFile, names: &[String]) -> io::Result<Self> {
        let (parts, directory) = Parts::of::<Directory>(file, MAGIC)?;
        let mut remaining = OwnedBytes::new(parts.read_bytes(directory.documents)?);
        let mut by_segment: Vec<GroupNumbers> = Vec::new();
        by_segment.resize_with(names.len(), GroupNumbers::default);
        let mut segments = Vec::new();
        for segment in &directory.segments {
            let ordinal = (0..).zip(names).find(|(_, name)| **name == segment.name);
            let (ordinal, _): (SegmentOrdinal, _) = ordinal.ok_or_else(|| damaged(DUPLICATES))?;
            let numbers = GroupNumbers::take(&mut remaining, segment);
            by_segment[ordinal as usize] = numbers.ok_or_else(|| damaged(DUPLICATES))?;
            segments.push(ordinal);
        }
        let groups = directory.groups as usize;
        if !remaining.is_empty() || directory.members.len() != groups.div_ceil(GROUPS_PER_PART) {
            return Err(damaged(DUPLICATES));
        }
        let members = Some((parts, directory.members));
        Ok(Self { by_segment, members, segments, groups })
    }

    /// The number of groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.groups
    }

    /// Whether every group has two members or more, the group of each member is that group, and no
    /// other document has a group.
    pub(crate) fn is_intact(&self) -> io::Result<bool> {
        let mut member_count = 0;
        for group in 0..self.groups as u32 {
            let members = self.members(group)?;
            member_count += members.len();
            if members.len() < 2 || members.iter().any(|at| self.group_of(*at) != Some(group)) {
                return Ok(false);
            }
        }
        let documents = self.by_segment.iter().map(|numbers| numbers.documents().count());
        Ok(documents.sum::<usize>() == member_count)
    }

    /// The number of the group of each document of a segment; `None` for documents without
    /// near-duplicates.
    pub fn groups_in(&self, segment: SegmentOrdinal) -> impl Fn(DocId) -> Option<u32> + '_ {
        let numbers = self.by_segment.get(segment as usize);
        move |doc| numbers?.group_of(doc)
    }

    /// The number of the group of a document; `None` if it has no near-duplicates.
    #[must_use]
    pub fn group_of(&self, address: DocAddress) -> Option<u32> {
        self.groups_in(address.segment_ord)(address.doc_id)
    }

    /// The documents of a segment that are in groups, ascending.
    pub(crate) fn documents(&self, segment: SegmentOrdinal) -> impl Iterator<Item = DocId> + '_ {
        self.by_segment.get(segment as usize).into_iter().flat_map(GroupNumbers::documents)
    }

    /// The documents of a group, in the order of the segments.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] if the file is damaged.
    pub fn members(&self, group: u32) -> io::Result<Vec<DocAddress>> {
        let group = group as usize;
        let Some((parts, member_parts)) = &self.members else { return Ok(Vec::new()) };
        let part = member_parts.get(group / GROUPS_PER_PART).ok_or_else(|| damaged(DUPLICATES))?;
        let bytes = parts.read_bytes(*part)?;
        let members = members_at(&bytes, group % GROUPS_PER_PART);
        let members = members.ok_or_else(|| damaged(DUPLICATES))?;
        let member = |(segment, doc): &(u32, DocId)| {
            let segment = self.segments.get(*segment as usize);
            Ok(DocAddress::new(*segment.ok_or_else(|| damaged(DUPLICATES))?, *doc))
        };
        members.iter().map(member).collect()
    }
}
