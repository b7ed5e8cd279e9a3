//! Inverting by sorting numbers, in runs of bounded size that are merged at the end.
//!
//! A key character is one number: its code, the code of the next one, and its place in the run. A
//! stable radix sort by the codes leaves the places of each list in order. A full run is sorted and
//! written by a thread of its own while the next one fills, so memory is that of three runs
//! whatever the archive has; and a document may lie across two.

use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};
use rustc_hash::FxHashMap;

use super::PairKey;
use super::file::Writer;
use super::lengths::code_of;
use super::list::List;
use super::pack::{read_variable, variable};
use crate::schema::{Kind, Part};

/// Characters of a run: 20 MB of numbers, and as much again while they are sorted.
const RUN: usize = 5 << 19;

/// The code of no character, behind the last one of a text.
const END: u16 = 0;

/// Where a text begins in its run.
#[derive(Debug, Clone, Copy)]
struct Start {
    /// Number of its first character in the run.
    at: u32,
    document: u32,
    /// Place of its first character in its part of the document.
    place: u32,
}

/// Part of an archive, not yet sorted.
#[derive(Debug, Default)]
struct Run {
    /// Code of a character, code of the next one, number in the run: 16, 16 and 32 bits.
    numbers: Vec<u64>,
    starts: Vec<Start>,
    /// What each code stands for; the first is [`END`].
    characters: Vec<(Part, char)>,
}

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
}

/// Collects the key characters of documents and writes their postings.
pub(crate) struct Builder {
    folder: PathBuf,
    run_size: usize,
    run: Run,
    codes: Codes,
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

    /// With runs of so many characters.
    pub(super) fn with_run(folder: &Path, run_size: usize) -> Self {
        Self {
            folder: folder.to_path_buf(),
            run_size,
            run: Run::default(),
            codes: Codes::new(),
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
            // Room for a character and the one behind it, in numbers and in codes.
            if self.run.numbers.len() >= self.run_size
                || self.run.characters.len() + 2 > usize::from(u16::MAX)
            {
                self.flush()?;
            }
            let start =
                Start { at: self.run.numbers.len() as u32, document, place: place + at as u32 };
            self.run.starts.push(start);
            let mut code = self.code(part, text[at]);
            while at < text.len()
                && self.run.numbers.len() < self.run_size
                && self.run.characters.len() + 2 <= usize::from(u16::MAX)
            {
                let next = text.get(at + 1).map_or(END, |c| self.code(part, *c));
                let number = self.run.numbers.len() as u64;
                self.run.numbers.push(u64::from(code) << 48 | u64::from(next) << 32 | number);
                code = next;
                at += 1;
            }
        }
        Ok(())
    }

    fn code(&mut self, part: Part, c: char) -> u16 {
        match self.codes.get(part, c) {
            END => {
                if self.run.characters.is_empty() {
                    self.run.characters.push((part, '\0'));
                }
                let code = self.run.characters.len() as u16;
                self.run.characters.push((part, c));
                self.codes.set(part, c, code);
                code
            }
            code => code,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let run = std::mem::take(&mut self.run);
        self.codes = Codes::new();
        self.run.numbers.reserve(run.numbers.len());
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
    pub(crate) fn finish(mut self, path: &Path) -> io::Result<u32> {
        if !self.run.numbers.is_empty() {
            self.flush()?;
        }
        // Its tables are of no more use, and merging takes memory of its own.
        self.codes = Codes { table: Vec::new(), rest: FxHashMap::default() };
        self.run = Run::default();
        let runs = self.sorted()?;
        let body = &self.lengths;
        let mut writer = Writer::create(path)?;
        merge(runs, |key, list| {
            let part = &body[key.part() as usize];
            writer.list(key, list, |document| part[document as usize])
        })?;
        let mut by_kind = [0; 2];
        for kind in &self.kinds {
            by_kind[*kind as usize] += 1;
        }
        writer.finish(&self.lengths, by_kind, self.totals)?;
        Ok(self.kinds.len() as u32)
    }
}

impl PairKey {
    fn part(self) -> Part {
        Part::ALL[(self.0 >> (2 * super::CHAR_BITS)) as usize % Part::ALL.len()]
    }
}

fn sort_runs(folder: &Path, runs: &Receiver<Run>) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    for run in runs {
        files.push(sort_run(folder, run)?);
    }
    Ok(files)
}

/// Writes the lists of a run, in the order of their keys, into a nameless file.
fn sort_run(folder: &Path, mut run: Run) -> io::Result<File> {
    let mut scratch = vec![0; run.numbers.len()];
    let file = tempfile::tempfile_in(folder)?;
    let mut out = BufWriter::with_capacity(1 << 18, file);
    let owners = Owners::new(&run.starts, run.numbers.len());
    // Single characters: sorted by the first code alone, so that places are in order.
    radix(&mut run.numbers, &mut scratch, &[48, 56]);
    let mut singles = Vec::new();
    let mut lists: Vec<(PairKey, usize, usize)> = Vec::new();
    let mut list = List::default();
    for numbers in run.numbers.chunk_by(|a, b| a >> 48 == b >> 48) {
        let (part, c) = run.characters[(numbers[0] >> 48) as usize];
        gather(numbers, &run.starts, &owners, &mut list);
        list.places.clear();
        let start = singles.len();
        stream(&list, &mut singles);
        lists.push((PairKey::single(part, c), start, list.documents.len()));
    }
    // Pairs: the sort is stable, so places stay in order inside what is equal.
    radix(&mut run.numbers, &mut scratch, &[32, 40, 48, 56]);
    drop(scratch);
    let of_singles = lists.len();
    let mut at = 0;
    for numbers in run.numbers.chunk_by(|a, b| a >> 32 == b >> 32) {
        let (first, second) = ((numbers[0] >> 48) as usize, (numbers[0] >> 32) as u16);
        if second != END {
            let (part, a) = run.characters[first];
            let (_, b) = run.characters[usize::from(second)];
            lists.push((PairKey::pair(part, a, b), at, numbers.len()));
        }
        at += numbers.len();
    }
    let mut order: Vec<u32> = (0..lists.len() as u32).collect();
    order.sort_unstable_by_key(|at| lists[*at as usize].0);
    let mut bytes = Vec::new();
    for at in order {
        let (key, start, count) = lists[at as usize];
        let (documents, coded) = if (at as usize) < of_singles {
            let end = lists.get(at as usize + 1).filter(|_| (at as usize) + 1 < of_singles);
            let end = end.map_or(singles.len(), |(_, end, _)| *end);
            (count, &singles[start..end])
        } else {
            gather(&run.numbers[start..start + count], &run.starts, &owners, &mut list);
            bytes.clear();
            stream(&list, &mut bytes);
            (list.documents.len(), &bytes[..])
        };
        out.write_all(&key.0.to_le_bytes())?;
        out.write_all(&(documents as u32).to_le_bytes())?;
        out.write_all(&(coded.len() as u32).to_le_bytes())?;
        out.write_all(coded)?;
    }
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

/// For every 64th number of a run, the text that it stands in.
struct Owners(Vec<u32>);

impl Owners {
    const STEP: usize = 64;

    fn new(starts: &[Start], count: usize) -> Self {
        let mut text = 0;
        let owners = (0..count.div_ceil(Self::STEP)).map(|step| {
            let at = (step * Self::STEP) as u32;
            while starts.get(text + 1).is_some_and(|next| next.at <= at) {
                text += 1;
            }
            text as u32
        });
        Self(owners.collect())
    }

    fn text(&self, starts: &[Start], at: u32) -> usize {
        let mut text = self.0[at as usize / Self::STEP] as usize;
        while starts.get(text + 1).is_some_and(|next| next.at <= at) {
            text += 1;
        }
        text
    }
}

/// The postings of the numbers of one list.
fn gather(numbers: &[u64], starts: &[Start], owners: &Owners, list: &mut List) {
    list.clear();
    let (mut text, mut until) = (Start { at: 0, document: 0, place: 0 }, 0);
    for number in numbers {
        let at = *number as u32;
        if at >= until {
            let owner = owners.text(starts, at);
            text = starts[owner];
            until = starts.get(owner + 1).map_or(u32::MAX, |next| next.at);
        }
        if list.documents.last() == Some(&text.document) {
            if let Some(frequency) = list.frequencies.last_mut() {
                *frequency += 1;
            }
        } else {
            list.documents.push(text.document);
            list.frequencies.push(1);
        }
        list.places.push(text.place + (at - text.at));
    }
}

/// Stable, by the bytes at these bits.
fn radix(numbers: &mut Vec<u64>, scratch: &mut Vec<u64>, shifts: &[u32]) {
    for shift in shifts {
        let digit = |number: u64| (number >> shift) as usize & 0xFF;
        let mut starts = [0_usize; 257];
        for number in numbers.iter() {
            starts[digit(*number) + 1] += 1;
        }
        if starts[1..].contains(&numbers.len()) {
            continue;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        for number in numbers.iter() {
            let start = &mut starts[digit(*number)];
            scratch[*start] = *number;
            *start += 1;
        }
        std::mem::swap(numbers, scratch);
    }
}

/// A list as a run has it: nothing but gaps.
fn stream(list: &List, out: &mut Vec<u8>) {
    let (mut last, mut places) = (0, list.places.iter());
    for (document, frequency) in list.documents.iter().zip(&list.frequencies) {
        let several = *frequency > 1;
        variable(u64::from(document - last) << 1 | u64::from(several), out);
        last = *document;
        if several {
            variable(u64::from(frequency - 2), out);
        }
        let mut before = 0;
        for place in places.by_ref().take(*frequency as usize) {
            variable(u64::from(place - before), out);
            before = *place;
        }
    }
}

/// Appends what [`stream`] wrote to a list of earlier runs.
fn append(mut bytes: &[u8], documents: u32, placed: bool, list: &mut List) -> Option<()> {
    let mut document = 0;
    for _ in 0..documents {
        let number = read_variable(&mut bytes)?;
        document += (number >> 1) as u32;
        let frequency = if number & 1 == 1 { read_variable(&mut bytes)? as u32 + 2 } else { 1 };
        match list.frequencies.last_mut() {
            // It lies across two runs.
            Some(before) if list.documents.last() == Some(&document) => *before += frequency,
            _ => {
                list.documents.push(document);
                list.frequencies.push(frequency);
            }
        }
        if placed {
            let mut place = 0;
            for _ in 0..frequency {
                place += read_variable(&mut bytes)? as u32;
                list.places.push(place);
            }
        }
    }
    Some(())
}

/// A run that is being read: its next list.
struct Head {
    file: BufReader<File>,
    key: u64,
    documents: u32,
    bytes: Vec<u8>,
}

impl Head {
    /// Reads the next list; `false` at the end.
    fn next(&mut self) -> io::Result<bool> {
        let mut eight = [0; 8];
        match self.file.read_exact(&mut eight) {
            Ok(()) => self.key = u64::from_le_bytes(eight),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
        let mut four = [0; 4];
        self.file.read_exact(&mut four)?;
        self.documents = u32::from_le_bytes(four);
        self.file.read_exact(&mut four)?;
        self.bytes.resize(u32::from_le_bytes(four) as usize, 0);
        self.file.read_exact(&mut self.bytes)?;
        Ok(true)
    }
}

/// Hands every list of the runs to `sink`, in the order of keys.
fn merge(
    runs: Vec<File>,
    mut sink: impl FnMut(PairKey, &List) -> io::Result<()>,
) -> io::Result<()> {
    use std::cmp::Reverse;

    let mut heads: Vec<Head> = runs
        .into_iter()
        .map(|file| Head {
            file: BufReader::with_capacity(1 << 18, file),
            key: 0,
            documents: 0,
            bytes: Vec::new(),
        })
        .collect();
    let mut heap = BinaryHeap::new();
    for (number, head) in heads.iter_mut().enumerate() {
        if head.next()? {
            heap.push(Reverse((head.key, number)));
        }
    }
    let mut list = List::default();
    while let Some(Reverse((key, _))) = heap.peek().copied() {
        list.clear();
        while let Some(Reverse((same, number))) = heap.peek().copied()
            && same == key
        {
            heap.pop();
            let head = &mut heads[number];
            append(&head.bytes, head.documents, PairKey(key).is_pair(), &mut list)
                .ok_or_else(|| io::Error::other("a run of postings does not read as written"))?;
            if head.next()? {
                heap.push(Reverse((head.key, number)));
            }
        }
        sink(PairKey(key), &list)?;
    }
    Ok(())
}
