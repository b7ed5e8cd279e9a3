//! Inverts documents by sorting numbers, in runs of bounded size that are merged at the end.
//!
//! A key character becomes a char id, a number of two bytes that its run assigns. One thread fills
//! a run while another one sorts and writes the previous run. So the builder needs memory for
//! these two runs, about 90 MB, and for what grows with the archive: distinct words and paths, and
//! 3 bytes for each document. Column values wait in a temporary file. A document may span two runs.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use foldhash::HashMap;

use super::columns::ColumnSpill;
use super::file::{DocumentTotals, FileWriter, doc_id};
use super::interner::Interner;
use super::merge_runs::merge_runs;
use super::pipeline::encode_lists;
use super::run::{MAX_SLOTS, Run, RunSorter, SENTINEL};
#[cfg(test)]
use crate::document::ColumnValues;
use crate::document::{DocumentTerms, FieldTerms};
use crate::term::{DocId, TermKey, TextField};

/// The number of slots of a run: one for the char id of each character, and one for the sentinel
/// after each text. The char ids take 5 MB, and 40 MB more while they are sorted.
const RUN_SLOTS: usize = 5 << 19;

/// The char ids of the characters of each field in the current run.
struct CharIds {
    /// The char ids of characters of the Basic Multilingual Plane (below U+10000), by field and
    /// code point.
    table: Vec<u16>,
    /// The char ids of all other characters.
    rare: HashMap<(TextField, char), u16>,
}

impl CharIds {
    /// The number of code points of the Basic Multilingual Plane.
    const PLANE: usize = 0x1_0000;

    fn new() -> Self {
        Self { table: vec![SENTINEL; TextField::ALL.len() * Self::PLANE], rare: HashMap::default() }
    }

    /// The char id of a character; [`SENTINEL`] if it has none.
    fn get(&self, field: TextField, c: char) -> u16 {
        match self.table.get(c as usize + field as usize * Self::PLANE) {
            Some(char_id) if (c as usize) < Self::PLANE => *char_id,
            _ => self.rare.get(&(field, c)).copied().unwrap_or(SENTINEL),
        }
    }

    fn set(&mut self, field: TextField, c: char, char_id: u16) {
        if (c as usize) < Self::PLANE {
            self.table[c as usize + field as usize * Self::PLANE] = char_id;
        } else {
            self.rare.insert((field, c), char_id);
        }
    }

    /// Removes all char ids. `characters` must have every character that has one.
    fn clear(&mut self, characters: &[(TextField, char)]) {
        self.rare.clear();
        for (field, c) in characters {
            if (*c as usize) < Self::PLANE {
                self.set(*field, *c, SENTINEL);
            }
        }
    }
}

/// Builds a postings file from documents.
///
/// The file depends only on the documents and their order. Memory is about 90 MB while documents
/// are added, plus 3 bytes for each document, plus the distinct words and paths. Sorted runs and
/// column values take about as much space in temporary files as the finished file, which is written
/// at the end.
///
/// ```
/// use wensou_postings::{
///     ColumnValues, DocumentTerms, FieldTerms, Kind, OwnedBytes, Postings, PostingsBuilder,
///     TermKey, TextField,
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
    /// The folder of the temporary files.
    folder: PathBuf,
    /// The greatest number of slots of a run.
    run_slots: usize,
    run: Run,
    char_ids: CharIds,
    words: Interner,
    paths: Interner,
    documents: DocumentTotals,
    columns: ColumnSpill,
    /// `None` until the first run is full.
    sorter: Option<SorterThread>,
    number_buffer: NumberBuffer,
}

/// The thread that sorts full runs, and the channel by which it receives them.
struct SorterThread {
    full_runs: SyncSender<Run>,
    thread: JoinHandle<io::Result<Vec<File>>>,
}

impl std::fmt::Debug for PostingsBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("PostingsBuilder");
        debug.field("num_docs", &self.documents.num_docs()).finish_non_exhaustive()
    }
}

impl PostingsBuilder {
    /// A builder that writes sorted runs and column values into nameless temporary files in
    /// `folder`. The system removes these when the process ends.
    #[must_use]
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Self::with_run_slots(folder.as_ref(), RUN_SLOTS)
    }

    /// A builder whose runs have at most `run_slots` slots: one for each character, and one for the
    /// sentinel after each text. A number outside 2 to [`MAX_SLOTS`] is replaced by the nearest of
    /// the two.
    pub(crate) fn with_run_slots(folder: &Path, run_slots: usize) -> Self {
        Self {
            folder: folder.to_path_buf(),
            // A run needs slots for a character and the one after it.
            run_slots: run_slots.clamp(2, MAX_SLOTS),
            run: Run::default(),
            char_ids: CharIds::new(),
            words: Interner::default(),
            paths: Interner::default(),
            documents: DocumentTotals::default(),
            columns: ColumnSpill::new(folder),
            sorter: None,
            number_buffer: NumberBuffer::default(),
        }
    }

    /// The number of documents that were added.
    #[must_use]
    pub fn num_docs(&self) -> usize {
        self.documents.num_docs()
    }

    /// Adds a document. Its doc id is the number of documents that were added before.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be written, or if there are more than 2³¹ − 1 documents, or more
    /// than 2²⁹ distinct words or paths. The builder cannot be used after an error.
    pub fn add(&mut self, terms: &DocumentTerms) -> io::Result<()> {
        let DocumentTerms { kind, columns, title, body, tags, paths } = terms;
        let document = doc_id(self.num_docs())?;
        let lengths = [
            self.add_field(document, TextField::Title, std::slice::from_ref(title))?,
            self.add_field(document, TextField::Body, std::slice::from_ref(body))?,
            self.add_field(document, TextField::Tags, tags)?,
        ];
        self.add_words(document, terms)?;
        // A path belongs to no field: the loop below ignores the number of the field.
        let no_field = 0;
        let paths = paths.iter().map(|path| (no_field, path.as_str()));
        self.number_buffer.assign_numbers(&mut self.paths, paths)?;
        for (_, number) in self.number_buffer.drain() {
            self.run.push_word_or_path(document, TermKey::path(number));
        }
        self.documents.push(*kind, lengths, columns.date);
        self.columns.push(columns)
    }

    fn add_words(&mut self, document: DocId, terms: &DocumentTerms) -> io::Result<()> {
        let words = terms.title.words().map(|word| (TextField::Title as u8, word));
        let words = words.chain(terms.body.words().map(|word| (TextField::Body as u8, word)));
        let tags = terms.tags.iter().flat_map(FieldTerms::words);
        let words = words.chain(tags.map(|word| (TextField::Tags as u8, word)));
        self.number_buffer.assign_numbers(&mut self.words, words)?;
        for (field, number) in self.number_buffer.drain() {
            let field = TextField::ALL[usize::from(field)];
            self.run.push_word_or_path(document, TermKey::word(field, number));
        }
        Ok(())
    }

    /// Adds the key characters of a field. Returns its length.
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
            // Skip a position, so that no phrase spans two tags.
            position += key.len() as u32 + 1;
        }
        Ok(length)
    }

    /// Adds the key characters of a text. `position` is that of the first of them in the field.
    fn add_text(
        &mut self,
        document: DocId,
        field: TextField,
        position: u32,
        key: &[char],
    ) -> io::Result<()> {
        let mut at = 0;
        while at < key.len() {
            // There must be slots and char ids for a character and the one after it.
            if self.run.char_ids.len() + 2 > self.run_slots || !self.has_two_free_char_ids() {
                self.flush_run()?;
            }
            self.run.start_text(document, position + at as u32);
            // One slot is left for the character after these, or for the sentinel.
            let free_slots = self.run_slots - self.run.char_ids.len() - 1;
            for c in key[at..].iter().take(free_slots) {
                let mut char_id = self.char_ids.get(field, *c);
                if char_id == SENTINEL {
                    if !self.has_two_free_char_ids() {
                        break;
                    }
                    char_id = self.get_or_assign_char_id(field, *c);
                }
                self.run.char_ids.push(char_id);
                at += 1;
            }
            // A text that does not fit continues in the next run. The bigram that spans the two
            // runs belongs to this one.
            let next = key.get(at).map_or(SENTINEL, |c| self.get_or_assign_char_id(field, *c));
            self.run.char_ids.push(next);
        }
        Ok(())
    }

    /// Whether there are char ids for two more characters.
    fn has_two_free_char_ids(&self) -> bool {
        self.run.characters.len() + 2 <= usize::from(u16::MAX)
    }

    /// The char id of a character in the current run. A character that has none gets the next char
    /// id.
    fn get_or_assign_char_id(&mut self, field: TextField, c: char) -> u16 {
        match self.char_ids.get(field, c) {
            SENTINEL => {
                let char_id = self.run.new_char_id(field, c);
                self.char_ids.set(field, c, char_id);
                char_id
            }
            char_id => char_id,
        }
    }

    /// Hands the current run to the sorting thread. Waits until that thread has sorted the
    /// previous run.
    fn flush_run(&mut self) -> io::Result<()> {
        let run = std::mem::take(&mut self.run);
        self.char_ids.clear(&run.characters);
        self.run.char_ids.reserve(run.char_ids.len());
        let sorter = match &self.sorter {
            Some(sorter) => sorter,
            None => {
                let (full_runs, received_runs) = sync_channel(0);
                let folder = self.folder.clone();
                let named = thread::Builder::new().name("runs".to_owned());
                let thread = named.spawn(move || sort_runs(&folder, &received_runs))?;
                self.sorter.insert(SorterThread { full_runs, thread })
            }
        };
        match sorter.full_runs.send(run) {
            Ok(()) => Ok(()),
            // The thread has failed, and joining it returns why.
            Err(_) => self.sorted_runs().map(drop),
        }
    }

    /// Waits for the sorting thread, and returns the files of all runs.
    fn sorted_runs(&mut self) -> io::Result<Vec<File>> {
        let Some(SorterThread { full_runs, thread }) = self.sorter.take() else {
            return Ok(Vec::new());
        };
        drop(full_runs);
        let panicked = |_| Err(io::Error::other("the thread that sorts postings panicked"));
        thread.join().unwrap_or_else(panicked)
    }

    /// Sorts the last run, merges all runs, writes the file to `out`, and returns `out`. The
    /// calling thread merges, while three others encode, write, and sort the words and paths.
    ///
    /// # Errors
    ///
    /// If a run cannot be written or read, or if `out` cannot be written.
    pub fn finish<W: Write + Send>(mut self, out: W) -> io::Result<W> {
        if !self.run.is_empty() {
            self.flush_run()?;
        }
        // Free memory for merging.
        self.char_ids = CharIds { table: Vec::new(), rare: HashMap::default() };
        self.run = Run::default();
        let runs = self.sorted_runs()?;
        let Self { words, paths, documents, mut columns, .. } = self;
        let (writer, tables) = thread::scope(|scope| {
            let tables = scope.spawn(|| [words.table(), paths.path_table()]);
            let writer = encode_lists(FileWriter::new(out), |sink| merge_runs(runs, sink))?;
            let panicked = |_| io::Error::other("the thread that sorts words panicked");
            io::Result::Ok((writer, tables.join().map_err(panicked)?))
        })?;
        writer.finish(tables, &documents, &mut columns)
    }

    /// Adds a document without terms; for tests.
    #[cfg(test)]
    pub(crate) fn add_empty(&mut self, kind: crate::term::Kind) -> io::Result<()> {
        let (title, body) = (FieldTerms::default(), FieldTerms::default());
        let (tags, paths) = (Vec::new(), Vec::new());
        let columns = ColumnValues::default();
        self.add(&DocumentTerms { kind, columns, title, body, tags, paths })
    }
}

/// A buffer for the numbers of the words, or of the paths, of one document.
///
/// New words of a document are numbered in the order of their bytes, and not in their order in the
/// text. So a merge, which does not have the text, numbers them in the same way, and a file that
/// was merged from segments with deleted documents is the same, byte for byte, as one that is built
/// from the remaining documents.
#[derive(Debug, Default)]
struct NumberBuffer {
    /// The field and the number of each word or path.
    numbers: Vec<(u8, u32)>,
    /// The text of each new word or path, and its index in `numbers`.
    new: Vec<(String, usize)>,
}

impl NumberBuffer {
    /// Adds the words or paths of a document, each with its field, and numbers them.
    fn assign_numbers<'w>(
        &mut self,
        interner: &mut Interner,
        words: impl Iterator<Item = (u8, &'w str)>,
    ) -> io::Result<()> {
        // A `for` loop would ask for each word which of the chained iterators is next; `for_each`
        // goes through one after the other.
        words.for_each(|(field, word)| {
            let number = interner.get(word);
            if number.is_none() {
                self.new.push((word.to_owned(), self.numbers.len()));
            }
            self.numbers.push((field, number.unwrap_or_default()));
        });
        self.new.sort_unstable();
        for (word, at) in self.new.drain(..) {
            let (_, number) = &mut self.numbers[at];
            *number = interner.get_or_add(&word)?;
        }
        Ok(())
    }

    fn drain(&mut self) -> impl Iterator<Item = (u8, u32)> {
        self.numbers.drain(..)
    }
}

/// Sorts each run that arrives, and writes it into a nameless file in `folder`.
fn sort_runs(folder: &Path, runs: &Receiver<Run>) -> io::Result<Vec<File>> {
    let (mut sorter, mut files) = (RunSorter::default(), Vec::new());
    for run in runs {
        files.push(sorter.sort(run, tempfile::tempfile_in(folder)?)?);
    }
    Ok(files)
}
