//! Inverts documents by sorting numbers, in runs of bounded size that are merged at the end.
//!
//! A key character is one number of two bytes, a code that its run assigns. A full run is sorted
//! and written by a thread of its own while the next one fills. Memory is therefore that of one run
//! that fills and one that is sorted, some 90 MB, and what grows with the archive: distinct words
//! and paths, and 32 bytes for each document. A document may span two runs.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};
use rustc_hash::FxHashMap;

use super::file::{DocumentSections, FileWriter};
use super::interner::Interner;
use super::merge_runs::merge_runs;
use super::pipeline::encode_lists;
use super::run::{END, MAX_SLOTS, Run, RunSorter};
#[cfg(test)]
use crate::document::ColumnValues;
use crate::document::{DocumentTerms, FieldTerms};
use crate::term::{DocId, TermKey, TextField};

/// Slots of a run: 5 MB of codes, and 40 MB more while they are sorted.
const RUN_SLOTS: usize = 5 << 19;

/// Codes of characters by field, those of the first plane in a table.
struct CharCodes {
    table: Vec<u16>,
    rare: FxHashMap<(TextField, char), u16>,
}

impl CharCodes {
    const PLANE: usize = 0x1_0000;

    fn new() -> Self {
        Self { table: vec![END; TextField::ALL.len() * Self::PLANE], rare: FxHashMap::default() }
    }

    fn get(&self, field: TextField, c: char) -> u16 {
        match self.table.get(c as usize + field as usize * Self::PLANE) {
            Some(code) if (c as usize) < Self::PLANE => *code,
            _ => self.rare.get(&(field, c)).copied().unwrap_or(END),
        }
    }

    fn set(&mut self, field: TextField, c: char, code: u16) {
        if (c as usize) < Self::PLANE {
            self.table[c as usize + field as usize * Self::PLANE] = code;
        } else {
            self.rare.insert((field, c), code);
        }
    }

    /// Forgets all codes, which are those of `characters`.
    fn clear(&mut self, characters: &[(TextField, char)]) {
        self.rare.clear();
        for (field, c) in characters {
            if (*c as usize) < Self::PLANE {
                self.set(*field, *c, END);
            }
        }
    }
}

/// Builds a postings file from documents.
///
/// ```
/// use wensou_postings::{
///     ColumnValues, DocumentTerms, FieldTerms, Kind, OwnedBytes, Postings, PostingsBuilder, TermKey,
///     TextField,
/// };
///
/// let text = |text: &str| FieldTerms { key: text.chars().collect(), words: text.to_owned() };
/// let mut builder = PostingsBuilder::new(std::env::temp_dir());
/// for (number, title) in ["比特币", "以太坊", "比特幣比特幣"].into_iter().enumerate() {
///     builder.add(&DocumentTerms {
///         kind: Kind::Article,
///         columns: ColumnValues { tie_breaker: number as u64, ..ColumnValues::default() },
///         title: text(title),
///         body: FieldTerms::default(),
///         tags: Vec::new(),
///         paths: Vec::new(),
///     })?;
/// }
/// let file = builder.finish(Vec::new())?;
///
/// let postings = Postings::open(OwnedBytes::new(file)).unwrap();
/// let mut list = postings.cursor(TermKey::bigram(TextField::Title, '比', '特')).unwrap();
/// assert_eq!((list.doc_freq(), list.doc(), list.term_freq()), (2, 0, 1));
/// assert_eq!((list.advance(), list.term_freq()), (2, 2));
/// let mut positions = Vec::new();
/// list.positions(&mut positions);
/// assert_eq!(positions, [0, 3]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct PostingsBuilder {
    folder: PathBuf,
    run_slots: usize,
    run: Run,
    codes: CharCodes,
    words: Interner,
    paths: Interner,
    documents: DocumentSections,
    sorter: Option<SorterThread>,
    numbers: NumberBuffer,
}

/// The thread that sorts full runs.
struct SorterThread {
    full: Sender<Run>,
    thread: JoinHandle<io::Result<Vec<File>>>,
}

impl std::fmt::Debug for PostingsBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("PostingsBuilder");
        debug.field("num_docs", &self.documents.num_docs()).finish_non_exhaustive()
    }
}

impl PostingsBuilder {
    /// A builder that writes sorted runs into nameless files of `folder`.
    #[must_use]
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Self::with_run_slots(folder.as_ref(), RUN_SLOTS)
    }

    /// A builder whose runs have so many slots: one for each character, and one for each text.
    pub(crate) fn with_run_slots(folder: &Path, run_slots: usize) -> Self {
        Self {
            folder: folder.to_path_buf(),
            // The smallest run has room for a character and the one after it.
            run_slots: run_slots.clamp(2, MAX_SLOTS),
            run: Run::default(),
            codes: CharCodes::new(),
            words: Interner::default(),
            paths: Interner::default(),
            documents: DocumentSections::default(),
            sorter: None,
            numbers: NumberBuffer::default(),
        }
    }

    /// Documents that were added.
    #[must_use]
    pub fn num_docs(&self) -> usize {
        self.documents.num_docs()
    }

    /// Adds a document, whose id is [`PostingsBuilder::num_docs`] before.
    ///
    /// # Errors
    ///
    /// If a run cannot be written, or if there are more documents, distinct words or paths than a
    /// file can hold.
    pub fn add(&mut self, terms: &DocumentTerms) -> io::Result<()> {
        let DocumentTerms { kind, columns, title, body, tags, paths } = terms;
        let document = DocId::try_from(self.num_docs()).map_err(io::Error::other)?;
        let lengths = [
            self.add_field(document, TextField::Title, std::slice::from_ref(title))?,
            self.add_field(document, TextField::Body, std::slice::from_ref(body))?,
            self.add_field(document, TextField::Tags, tags)?,
        ];
        self.add_words(document, terms)?;
        self.numbers.number(&mut self.paths, paths.iter().map(|path| (0, path.as_str())))?;
        for (_, number) in self.numbers.drain() {
            self.run.push_word_or_path(document, TermKey::path(number));
        }
        self.documents.push(*kind, lengths, columns);
        Ok(())
    }

    fn add_words(&mut self, document: DocId, terms: &DocumentTerms) -> io::Result<()> {
        let words = terms.title.words().map(|word| (TextField::Title as u8, word));
        let words = words.chain(terms.body.words().map(|word| (TextField::Body as u8, word)));
        let tags = terms.tags.iter().flat_map(FieldTerms::words);
        let words = words.chain(tags.map(|word| (TextField::Tags as u8, word)));
        self.numbers.number(&mut self.words, words)?;
        for (field, number) in self.numbers.drain() {
            let field = TextField::ALL[usize::from(field)];
            self.run.push_word_or_path(document, TermKey::word(field, number));
        }
        Ok(())
    }

    /// Adds the key characters of a field; returns its length.
    fn add_field(
        &mut self,
        document: DocId,
        field: TextField,
        texts: &[FieldTerms],
    ) -> io::Result<usize> {
        let (mut length, mut position) = (0, 0);
        for FieldTerms { key, .. } in texts {
            self.add_text(document, field, position, key)?;
            length += key.len();
            // No phrase spans two tags.
            position += key.len() as u32 + 1;
        }
        Ok(length)
    }

    fn add_text(
        &mut self,
        document: DocId,
        field: TextField,
        position: u32,
        key: &[char],
    ) -> io::Result<()> {
        let mut at = 0;
        while at < key.len() {
            // There must be slots and codes for a character and the one after it.
            if self.run.codes.len() + 2 > self.run_slots || !self.has_codes() {
                self.flush_run()?;
            }
            self.run.start_text(document, position + at as u32);
            let slots = self.run_slots - self.run.codes.len() - 1;
            for c in key[at..].iter().take(slots) {
                let mut code = self.codes.get(field, *c);
                if code == END {
                    if !self.has_codes() {
                        break;
                    }
                    code = self.code_of(field, *c);
                }
                self.run.codes.push(code);
                at += 1;
            }
            // A text that does not fit continues in the next run. The bigram that spans the two
            // belongs to this one.
            let next = key.get(at).map_or(END, |c| self.code_of(field, *c));
            self.run.codes.push(next);
        }
        Ok(())
    }

    /// Whether there are codes for two more characters.
    fn has_codes(&self) -> bool {
        self.run.characters.len() + 2 <= usize::from(u16::MAX)
    }

    fn code_of(&mut self, field: TextField, c: char) -> u16 {
        match self.codes.get(field, c) {
            END => {
                let code = self.run.new_code(field, c);
                self.codes.set(field, c, code);
                code
            }
            code => code,
        }
    }

    /// Hands the current run to the thread that sorts.
    fn flush_run(&mut self) -> io::Result<()> {
        let run = std::mem::take(&mut self.run);
        self.codes.clear(&run.characters);
        self.run.codes.reserve(run.codes.len());
        let sorter = match &self.sorter {
            Some(sorter) => sorter,
            None => {
                let (full, runs) = bounded(0);
                let folder = self.folder.clone();
                let named = thread::Builder::new().name("runs".to_owned());
                let thread = named.spawn(move || sort_runs(&folder, &runs))?;
                self.sorter.insert(SorterThread { full, thread })
            }
        };
        match sorter.full.send(run) {
            Ok(()) => Ok(()),
            // The thread has failed, and returns why.
            Err(_) => self.sorted_runs().map(drop),
        }
    }

    fn sorted_runs(&mut self) -> io::Result<Vec<File>> {
        let Some(SorterThread { full, thread }) = self.sorter.take() else { return Ok(Vec::new()) };
        drop(full);
        let panicked = |_| Err(io::Error::other("the thread that sorts postings panicked"));
        thread.join().unwrap_or_else(panicked)
    }

    /// Sorts what is left, merges the runs and writes the file to `out`, which it returns.
    ///
    /// # Errors
    ///
    /// If a run or `out` cannot be written.
    pub fn finish<W: Write + Send>(mut self, out: W) -> io::Result<W> {
        if !self.run.is_empty() {
            self.flush_run()?;
        }
        // Merging needs memory of its own.
        self.codes = CharCodes { table: Vec::new(), rare: FxHashMap::default() };
        self.run = Run::default();
        let runs = self.sorted_runs()?;
        let Self { words, paths, documents, .. } = self;
        let (writer, tables) = thread::scope(|scope| {
            let tables = scope.spawn(|| [words.table(), paths.path_table()]);
            let writer = encode_lists(FileWriter::new(out), |sink| merge_runs(runs, sink))?;
            let panicked = |_| io::Error::other("the thread that sorts words panicked");
            io::Result::Ok((writer, tables.join().map_err(panicked)?))
        })?;
        writer.finish(tables, &documents)
    }

    /// Bytes in memory that grow with the documents, about; the buffers of runs are not among them.
    #[must_use]
    pub fn growing_bytes(&self) -> usize {
        self.documents.bytes()
    }

    /// Adds a document without terms to a file that is being tested.
    #[cfg(test)]
    pub(crate) fn add_empty(&mut self, kind: crate::term::Kind) -> io::Result<()> {
        let (title, body) = (FieldTerms::default(), FieldTerms::default());
        let (tags, paths) = (Vec::new(), Vec::new());
        let columns = ColumnValues::default();
        self.add(&DocumentTerms { kind, columns, title, body, tags, paths })
    }
}

/// The numbers of the words (or paths) of one document.
///
/// New words of a document are numbered in the order of their bytes. The numbers then depend only
/// on which documents there are, so that a file merged from segments with deleted documents is the
/// same, byte for byte, as one that was built from the remaining documents.
#[derive(Debug, Default)]
struct NumberBuffer {
    /// Field and number of each word.
    numbers: Vec<(u8, u32)>,
    /// New words: text, and index in `numbers`.
    new: Vec<(String, usize)>,
}

impl NumberBuffer {
    fn number<'w>(
        &mut self,
        interner: &mut Interner,
        words: impl Iterator<Item = (u8, &'w str)>,
    ) -> io::Result<()> {
        for (field, word) in words {
            let number = interner.get(word);
            if number.is_none() {
                self.new.push((word.to_owned(), self.numbers.len()));
            }
            self.numbers.push((field, number.unwrap_or_default()));
        }
        self.new.sort_unstable();
        for (word, at) in self.new.drain(..) {
            self.numbers[at].1 = interner.number_of(&word)?;
        }
        Ok(())
    }

    fn drain(&mut self) -> impl Iterator<Item = (u8, u32)> {
        self.numbers.drain(..)
    }
}

/// Sorts each run and writes it into a nameless file.
fn sort_runs(folder: &Path, runs: &Receiver<Run>) -> io::Result<Vec<File>> {
    let (mut sorter, mut files) = (RunSorter::default(), Vec::new());
    for run in runs {
        files.push(sorter.sort(run, tempfile::tempfile_in(folder)?)?);
    }
    Ok(files)
}
