//! Merges the postings files of several segments into one, without deleted documents.
//!
//! Lists are read, merged and written one at a time. Memory grows with the number of documents (12
//! bytes for each) and with the distinct words and paths, but not with the lists.

use std::io::{self, Write};

use super::columns::RecomputedColumns;
use super::file::{DocumentTotals, FileWriter, doc_id};
use super::interner::Interner;
use super::merge_runs::LoserTree;
use super::pipeline::encode_lists;
use crate::codec::length::decode_length;
use crate::codec::posting_list::PostingList;
use crate::document::ColumnValues;
use crate::read::cursor::Cursor;
use crate::read::dictionary::DictionaryReader;
use crate::read::reader::Postings;
use crate::term::{CHAR_BITS, DocId, Kind, PATH_BIT, TermKey, TextField, WORDS_AND_PATHS};

/// A file that is to be merged.
#[derive(Debug)]
pub struct MergeSource<'p> {
    /// The file.
    pub postings: &'p Postings,
    /// The new id of each document of the file; `None` for a deleted one. The new ids of the
    /// documents of all sources must ascend from 0 without gaps.
    pub new_ids: Vec<Option<DocId>>,
}

impl MergeSource<'_> {
    /// The new id of the first remaining document of a list; `None` if all are deleted.
    fn first_doc(&self, mut cursor: Cursor) -> Option<DocId> {
        // At its end, a cursor returns a doc id that no document of the file has.
        while let Some(new_id) = self.new_ids.get(cursor.doc() as usize) {
            if new_id.is_some() {
                return *new_id;
            }
            cursor.advance();
        }
        None
    }

    /// The old ids of the remaining documents: those that are not deleted.
    fn alive(&self) -> impl Iterator<Item = DocId> {
        (0..).zip(&self.new_ids).filter(|(_, new_id)| new_id.is_some()).map(|(doc, _)| doc)
    }

    /// The column values of each remaining document.
    fn columns(&self) -> impl Iterator<Item = io::Result<ColumnValues>> {
        let columns = self.postings.columns();
        self.alive().map(|doc| {
            Ok(ColumnValues {
                tie_breaker: columns.tie_breaker(doc).ok_or_else(damaged)?,
                content_hash: columns.content_hash(doc).ok_or_else(damaged)?,
                id_number: columns.id_number(doc),
                date: columns.date(doc),
            })
        })
    }

    /// Appends the remaining documents of a list under their new ids, and calls `each` with the old
    /// id and the tf of each. `positions` is a buffer.
    fn append(
        &self,
        cursor: &mut Cursor,
        positions: &mut Vec<u32>,
        list: &mut PostingList,
        mut each: impl FnMut(DocId, u32),
    ) {
        while let Some(new_id) = self.new_ids.get(cursor.doc() as usize) {
            if let Some(new_id) = new_id {
                let tf = cursor.term_freq();
                cursor.positions(positions);
                list.push(*new_id, tf, positions);
                each(cursor.doc(), tf);
            }
            cursor.advance();
        }
    }
}

/// Merges files into one without the deleted documents, writes it to `out` and returns `out`.
///
/// The result is, byte for byte, what [`PostingsBuilder`](crate::PostingsBuilder) writes for the
/// remaining documents in their new order. Takes time in proportion to the lists of all sources,
/// and 12 bytes of memory for each document, plus the distinct words and paths.
///
/// # Errors
///
/// If `out` cannot be written, if a source is damaged, or if more than 2³¹ − 1 documents remain.
/// Then `out` is incomplete.
///
/// ```
/// # use ownedbytes::OwnedBytes;
/// # use wensou_postings::*;
/// fn file(titles: &[&str]) -> std::io::Result<Vec<u8>> {
///     let mut builder = PostingsBuilder::new(std::env::temp_dir());
///     for title in titles {
/// #       let title = FieldTerms { key: title.chars().collect(), words: (*title).to_owned() };
/// #       let document = DocumentTerms {
/// #           kind: Kind::Article, columns: ColumnValues::default(), title,
/// #           body: FieldTerms::default(), tags: Vec::new(), paths: Vec::new(),
/// #       };
///         // `document` has the title `title`.
///         builder.add(&document)?;
///     }
///     builder.finish(Vec::new())
/// }
///
/// let first = Postings::open(OwnedBytes::new(file(&["比特币", "以太坊"])?)).unwrap();
/// let second = Postings::open(OwnedBytes::new(file(&["莱特币"])?)).unwrap();
/// // The first document is deleted.
/// let sources = [
///     MergeSource { postings: &first, new_ids: vec![None, Some(0)] },
///     MergeSource { postings: &second, new_ids: vec![Some(1)] },
/// ];
/// assert_eq!(merge_segments(&sources, Vec::new())?, file(&["以太坊", "莱特币"])?);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn merge_segments<W: Write + Send>(sources: &[MergeSource<'_>], out: W) -> io::Result<W> {
    let mut documents = merge_documents(sources)?;
    let mut tables = [Vec::new(), Vec::new()];
    let writer = encode_lists(FileWriter::new(out), |sink| {
        documents.total_lengths = merge_characters(sources, sink)?;
        for (table, kind) in tables.iter_mut().zip([StringKind::Words, StringKind::Paths]) {
            *table = merge_strings(sources, kind, sink)?;
        }
        check_sources(sources)
    })?;
    // The columns of the sources are read again for each column, so that no values are stored.
    let mut columns = RecomputedColumns(|| sources.iter().flat_map(MergeSource::columns));
    let out = writer.finish(tables, &documents, &mut columns)?;
    check_sources(sources)?;
    Ok(out)
}

/// Fails if a damaged page was read.
fn check_sources(sources: &[MergeSource<'_>]) -> io::Result<()> {
    match sources.iter().find_map(|source| source.postings.damage()) {
        None => Ok(()),
        Some(page) => {
            let what = format!("checksum mismatch in page {page} of a postings file");
            Err(io::Error::new(io::ErrorKind::InvalidData, what))
        }
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a postings file is damaged")
}

/// Collects the length codes of the remaining documents, the number of documents of each kind and
/// the bounds of dates. [`merge_characters`] computes the total lengths, because length codes are
/// rounded.
fn merge_documents(sources: &[MergeSource<'_>]) -> io::Result<DocumentTotals> {
    let mut documents = DocumentTotals::default();
    for source in sources {
        let [title, body, tags] = TextField::ALL.map(|field| source.postings.length_codes(field));
        for doc in source.alive() {
            let at = doc as usize;
            let codes = [&title, &body, &tags].map(|codes| codes.as_ref()?.get(at).copied());
            let [Some(title), Some(body), Some(tags)] = codes else { return Err(damaged()) };
            // Fails if there are too many documents.
            doc_id(documents.num_docs())?;
            let (kind, _) = decode_length(title);
            let date = source.postings.columns().date(doc);
            documents.push_encoded(kind, [title, body, tags], date);
        }
    }
    Ok(documents)
}

/// Merges the lists of unigrams and bigrams. Returns the total lengths of the fields, by kind: the
/// length of a field is the sum of the tf of all its unigrams.
fn merge_characters(
    sources: &[MergeSource<'_>],
    sink: &mut dyn FnMut(TermKey, &PostingList) -> io::Result<()>,
) -> io::Result<[[u64; 3]; 2]> {
    let mut kinds = Vec::new();
    let kind_of = |code: &u8| {
        let (kind, _) = decode_length(*code);
        kind
    };
    for source in sources {
        let codes = source.postings.length_codes(TextField::Title).ok_or_else(damaged)?;
        kinds.push(codes.iter().map(kind_of).collect::<Vec<Kind>>());
    }
    let mut readers: Vec<DictionaryReader<'_>> =
        sources.iter().map(|source| DictionaryReader::new(&source.postings.dictionary)).collect();
    let next_key = |source: usize, readers: &mut [DictionaryReader<'_>]| {
        let key = readers[source].next_key();
        // Words and paths, whose keys are greater, are merged by `merge_strings`.
        key.map(|key| key.0).filter(|key| key >> (2 * CHAR_BITS) < WORDS_AND_PATHS)
    };
    let mut keys = Vec::with_capacity(sources.len());
    for source in 0..sources.len() {
        keys.push(LoserTree::entry(source, next_key(source, &mut readers)));
    }
    let mut tree = LoserTree::new(&keys);
    let (mut list, mut positions) = (PostingList::default(), Vec::new());
    let mut total_lengths = [[0; 3]; 2];
    while let Some((key, _)) = tree.smallest() {
        list.clear();
        let field = TermKey(key).unigram_field();
        while let Some((_, source)) = tree.smallest().filter(|(next_key, _)| *next_key == key) {
            let mut cursor = readers[source].current_cursor().ok_or_else(damaged)?;
            sources[source].append(&mut cursor, &mut positions, &mut list, |doc, tf| {
                if let Some(field) = field {
                    let kind = kinds[source][doc as usize];
                    total_lengths[kind as usize][field as usize] += u64::from(tf);
                }
            });
            tree.advance(source, next_key(source, &mut readers));
        }
        if !list.doc_deltas.is_empty() {
            sink(TermKey(key), &list)?;
        }
    }
    Ok(total_lengths)
}

/// Which strings are merged: those of the tables of words, or those of the tables of paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StringKind {
    Words,
    Paths,
}

impl StringKind {
    /// The keys of the string with this number: a word has one for each field, a path only one.
    fn keys(self, number: u32) -> Vec<TermKey> {
        match self {
            Self::Words => {
                TextField::ALL.iter().map(|field| TermKey::word(*field, number)).collect()
            }
            Self::Paths => vec![TermKey::path(number)],
        }
    }

    /// The number of the string that a key belongs to; `None` for other keys.
    fn number_of(self, key: TermKey) -> Option<u32> {
        let low = key.0 as u32;
        let is_path = low & PATH_BIT != 0;
        let is_string = key.0 >> (2 * CHAR_BITS) == WORDS_AND_PATHS;
        let matches = is_string && is_path == (self == Self::Paths);
        matches.then_some((low & !PATH_BIT) >> 2)
    }
}

/// A word or path of a source.
struct OldString {
    /// The smallest new id of the documents that contain the string.
    first_doc: DocId,
    /// The range of its text in the arena, which has the texts of all strings of all sources.
    text: std::ops::Range<usize>,
    source: usize,
    /// The number of the string in its source.
    number: u32,
}

/// Merges the lists of words or of paths, and returns their table.
///
/// As in a build, strings are numbered in the order of their first documents, and strings with the
/// same first document in the order of their bytes. Lists are then looked up in each source by the
/// old numbers, in the order of the new ones.
fn merge_strings(
    sources: &[MergeSource<'_>],
    kind: StringKind,
    sink: &mut dyn FnMut(TermKey, &PostingList) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    let mut arena = String::new();
    let mut strings: Vec<OldString> = Vec::new();
    for (source_number, source) in sources.iter().enumerate() {
        collect_strings(source_number, source, kind, &mut arena, &mut strings);
    }
    let text = |string: &OldString| &arena[string.text.clone()];
    strings.sort_unstable_by(|a, b| text(a).cmp(text(b)));
    // The first document of a string is the first one in any of the sources.
    for same in strings.chunk_by_mut(|a, b| text(a) == text(b)) {
        let first = same.iter().map(|string| string.first_doc).min().unwrap_or_default();
        same.iter_mut().for_each(|string| string.first_doc = first);
    }
    // The order in which strings are numbered. A string that several sources have comes in the
    // order of the sources, in which the documents of its lists ascend.
    let order = |string: &OldString| (string.first_doc, text(string), string.source);
    strings.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
    let mut interner = Interner::default();
    let (mut list, mut positions) = (PostingList::default(), Vec::new());
    let mut readers: Vec<DictionaryReader<'_>> =
        sources.iter().map(|source| DictionaryReader::new(&source.postings.dictionary)).collect();
    for same in strings.chunk_by(|a, b| text(a) == text(b)) {
        let number = interner.get_or_add(text(&same[0]))?;
        for (index, key) in kind.keys(number).into_iter().enumerate() {
            list.clear();
            for string in same {
                let old_key = kind.keys(string.number)[index];
                if let Some(mut cursor) = readers[string.source].cursor(old_key) {
                    let source = &sources[string.source];
                    source.append(&mut cursor, &mut positions, &mut list, |_, _| {});
                }
            }
            if !list.doc_deltas.is_empty() {
                sink(key, &list)?;
            }
        }
    }
    Ok(match kind {
        StringKind::Words => interner.table(),
        StringKind::Paths => interner.path_table(),
    })
}

/// Adds the strings that occur in the remaining documents of a source. `source_number` is the index
/// of the source.
fn collect_strings(
    source_number: usize,
    source: &MergeSource<'_>,
    kind: StringKind,
    arena: &mut String,
    strings: &mut Vec<OldString>,
) {
    let mut first_docs: Vec<Option<DocId>> = Vec::new();
    let mut reader = DictionaryReader::new(&source.postings.dictionary);
    while let Some(key) = reader.next_key() {
        let Some(number) = kind.number_of(key) else { continue };
        let first = reader.current_cursor().and_then(|cursor| source.first_doc(cursor));
        let at = number as usize;
        if first_docs.len() <= at {
            first_docs.resize(at + 1, None);
        }
        first_docs[at] = [first_docs[at], first].into_iter().flatten().min();
    }
    let first_doc = |number: u32| first_docs.get(number as usize).copied().flatten();
    let mut add = |text: &str, number: u32, first_doc: DocId| {
        let start = arena.len();
        arena.push_str(text);
        let text = start..arena.len();
        strings.push(OldString { first_doc, text, source: source_number, number });
    };
    match kind {
        StringKind::Words => source.postings.words.for_each_from("", |word, number| {
            if let Some(first) = first_doc(number) {
                add(word, number, first);
            }
            true
        }),
        StringKind::Paths => {
            for (number, path) in (0..).zip(source.postings.all_paths()) {
                if let Some(first) = first_doc(number) {
                    add(&path, number, first);
                }
            }
        }
    }
}
