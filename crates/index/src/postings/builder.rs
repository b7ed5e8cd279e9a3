//! Inverting by sorting numbers, in runs of bounded size that are merged at the end.
//!
//! A key character is one number of two bytes: a code that its run gives it. A full run is sorted
//! and written by a thread of its own while the next one fills, so memory is that of a run in
//! codes, and of one in codes and while it is sorted, whatever the archive has; and a document may
//! lie across two.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};
use rustc_hash::FxHashMap;

use super::UnitKey;
use super::file::Writer;
use super::lengths::code_of;
use super::merge::merge;
use super::packing::packed;
use super::run::{END, MOST_SLOTS, Run, Sorter};
use super::words::Numbers;
use crate::schema::{Kind, Part};

/// Slots of a run: 5 MB of codes, and 40 MB more while they are sorted.
const RUN: usize = 5 << 19;

/// Codes of characters by part, small ones in a table.
struct Codes {
    table: Vec<u16>,
    rest: FxHashMap<(Part, char), u16>,
}

impl Codes {
    const TABLE: usize = 0x1_0000;

    fn new() -> Self {
        Self { table: vec![END; Part::ALL.len() * Self::TABLE], rest: FxHashMap::default() }
    }

    fn get(&self, part: Part, c: char) -> u16 {
        match self.table.get(c as usize + part as usize * Self::TABLE) {
            Some(code) if (c as usize) < Self::TABLE => *code,
            _ => self.rest.get(&(part, c)).copied().unwrap_or(END),
        }
    }

    fn set(&mut self, part: Part, c: char, code: u16) {
        if (c as usize) < Self::TABLE {
            self.table[c as usize + part as usize * Self::TABLE] = code;
        } else {
            self.rest.insert((part, c), code);
        }
    }

    /// Forgets the characters, which are all that there are.
    fn clear(&mut self, characters: &[(Part, char)]) {
        self.rest.clear();
        for (part, c) in characters {
            if (*c as usize) < Self::TABLE {
                self.set(*part, *c, END);
            }
        }
    }
}

/// Collects the key characters, words and paths of documents and writes their postings.
pub(crate) struct Builder {
    folder: PathBuf,
    run_size: usize,
    run: Run,
    codes: Codes,
    words: Numbers,
    paths: Numbers,
    kinds: Vec<Kind>,
    lengths: [Vec<u8>; 3],
    totals: [[u64; 3]; 2],
    full: Option<Sender<Run>>,
    sorter: Option<JoinHandle<io::Result<Vec<File>>>>,
}

impl Builder {
    /// Runs are written into nameless files of `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self::with_run(folder, RUN)
    }

    /// With runs of so many slots: one for each character, and one for each text.
    pub(super) fn with_run(folder: &Path, run_size: usize) -> Self {
        Self {
            folder: folder.to_path_buf(),
            // The least has room for a character and the one behind it.
            run_size: run_size.clamp(2, MOST_SLOTS),
            run: Run::default(),
            codes: Codes::new(),
            words: Numbers::default(),
            paths: Numbers::default(),
            kinds: Vec::new(),
            lengths: Default::default(),
            totals: Default::default(),
            full: None,
            sorter: None,
        }
    }

    /// Adds the next document: the key characters of its title, its body and each tag.
    pub(crate) fn add(
        &mut self,
        kind: Kind,
        title: &[char],
        body: &[char],
        tags: &[Vec<char>],
    ) -> io::Result<()> {
        let document = u32::try_from(self.kinds.len()).map_err(io::Error::other)?;
        self.kinds.push(kind);
        self.part(kind, document, Part::Title, std::iter::once(title))?;
        self.part(kind, document, Part::Body, std::iter::once(body))?;
        self.part(kind, document, Part::Tags, tags.iter().map(Vec::as_slice))
    }

    /// Adds words of a part of the document that was added last.
    pub(crate) fn add_words<'w>(
        &mut self,
        part: Part,
        words: impl Iterator<Item = &'w str>,
    ) -> io::Result<()> {
        for word in words {
            let number = self.words.of(word)?;
            self.run.word(self.last(), UnitKey::word(part, number));
        }
        Ok(())
    }

    /// Adds a path where the document stands that was added last.
    pub(crate) fn add_path(&mut self, path: &str) -> io::Result<()> {
        let number = self.paths.of(path)?;
        self.run.word(self.last(), UnitKey::path(number));
        Ok(())
    }

    /// The document that was added last.
    fn last(&self) -> u32 {
        (self.kinds.len() as u32).saturating_sub(1)
    }

    fn part<'t>(
        &mut self,
        kind: Kind,
        document: u32,
        part: Part,
        texts: impl Iterator<Item = &'t [char]>,
    ) -> io::Result<()> {
        let (mut length, mut place) = (0, 0);
        for text in texts {
            self.text(document, part, place, text)?;
            length += text.len();
            // No phrase runs from one tag into the next.
            place += text.len() as u32 + 1;
        }
        self.totals[kind as usize][part as usize] += length as u64;
        self.lengths[part as usize].push(code_of(kind, length));
        Ok(())
    }

    fn text(&mut self, document: u32, part: Part, place: u32, text: &[char]) -> io::Result<()> {
        let mut at = 0;
        while at < text.len() {
            // Room for a character and the one behind it, in slots and in codes.
            if self.run.codes.len() + 2 > self.run_size || !self.has_codes() {
                self.flush()?;
            }
            self.run.start(document, place + at as u32);
            let room = self.run_size - self.run.codes.len() - 1;
            for c in text[at..].iter().take(room) {
                let mut code = self.codes.get(part, *c);
                if code == END {
                    if !self.has_codes() {
                        break;
                    }
                    code = self.code(part, *c);
                }
                self.run.codes.push(code);
                at += 1;
            }
            // A text that goes on does so in the next run, and the pair that lies across is of this
            // one.
            let behind = text.get(at).map_or(END, |c| self.code(part, *c));
            self.run.codes.push(behind);
        }
        Ok(())
    }

    /// For two more characters.
    fn has_codes(&self) -> bool {
        self.run.characters.len() + 2 <= usize::from(u16::MAX)
    }

    fn code(&mut self, part: Part, c: char) -> u16 {
        match self.codes.get(part, c) {
            END => {
                let code = self.run.code(part, c);
                self.codes.set(part, c, code);
                code
            }
            code => code,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let run = std::mem::take(&mut self.run);
        self.codes.clear(&run.characters);
        self.run.codes.reserve(run.codes.len());
        let full = match &self.full {
            Some(full) => full,
            None => {
                let (sender, receiver) = bounded(0);
                let folder = self.folder.clone();
                self.sorter = Some(
                    thread::Builder::new()
                        .name("runs".to_owned())
                        .spawn(move || sort_runs(&folder, &receiver))?,
                );
                self.full.insert(sender)
            }
        };
        match full.send(run) {
            Ok(()) => Ok(()),
            // It ended early: for a reason, which it returned.
            Err(_) => self.sorted().map(drop),
        }
    }

    fn sorted(&mut self) -> io::Result<Vec<File>> {
        self.full = None;
        match self.sorter.take().map(JoinHandle::join) {
            None => Ok(Vec::new()),
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => Err(io::Error::other("the sorting of postings panicked")),
        }
    }

    /// Sorts what is left, merges the runs and writes the file. Returns the number of documents.
    pub(crate) fn finish(self, path: &Path) -> io::Result<u32> {
        self.finish_into(File::create_new(path)?)
    }

    /// [`Builder::finish`] into an empty file.
    pub(crate) fn finish_into(mut self, file: File) -> io::Result<u32> {
        if !self.run.is_empty() {
            self.flush()?;
        }
        // Its tables are of no more use, and merging takes memory of its own.
        self.codes = Codes { table: Vec::new(), rest: FxHashMap::default() };
        self.run = Run::default();
        let runs = self.sorted()?;
        let mut by_kind = [0; 2];
        for kind in &self.kinds {
            by_kind[*kind as usize] += 1;
        }
        let (words, paths, writer) = (self.words, self.paths, Writer::into(file));
        let (writer, tables) = thread::scope(|scope| {
            let tables = scope.spawn(|| [words.table(), paths.table_of_ends()]);
            let writer = packed(writer, |sink| merge(runs, sink))?;
            let tables =
                tables.join().map_err(|_| io::Error::other("the sorting of words panicked"))?;
            io::Result::Ok((writer, tables))
        })?;
        writer.finish(tables, &self.lengths, by_kind, self.totals)?;
        Ok(self.kinds.len() as u32)
    }
}

/// Writes each run into a nameless file.
fn sort_runs(folder: &Path, runs: &Receiver<Run>) -> io::Result<Vec<File>> {
    let (mut sorter, mut files) = (Sorter::default(), Vec::new());
    for run in runs {
        files.push(sorter.sort(run, tempfile::tempfile_in(folder)?)?);
    }
    Ok(files)
}
