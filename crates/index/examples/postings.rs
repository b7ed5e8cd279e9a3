//! An experiment: what it costs to invert the pairs of characters by sorting numbers, beside an
//! engine's hash table of strings (`structures`, A and B).
//!
//! ```sh
//! cargo run --profile quick --workspace --example postings -- FILE.jsonl [MEGABYTES]
//! ```
//!
//! Every pair is one number (character, character, document, place); a run of numbers is sorted,
//! and written as postings: the gap to the document before and a bit that says whether the pair
//! stands in it once, then the frequencies that are not 1, then the gaps of places, each in
//! bit-packed blocks of 128 and the rest of a list in variable bytes. Read back, they must give
//! what went in. `docs/STRUCTURES.md` has the figures.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an experiment prints, and ends where it cannot go on"
)]

use std::collections::HashMap;
use std::time::Instant;

use bitpacking::{BitPacker, BitPacker4x};

/// One place of a pair: 20 bits of a document within the run, 12 of a place; longer texts take
/// several documents here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place(u64);

const PLACES: u32 = 12;
const DOCUMENTS: u32 = 20;

impl Place {
    fn new(pair: u32, document: u32, place: u32) -> Self {
        Self(u64::from(pair) << 32 | u64::from(document) << PLACES | u64::from(place))
    }

    fn pair(self) -> u32 {
        (self.0 >> 32) as u32
    }

    fn document(self) -> u32 {
        (self.0 as u32) >> PLACES
    }

    fn place(self) -> u32 {
        self.0 as u32 & ((1 << PLACES) - 1)
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let file = args.next().expect("usage: postings FILE.jsonl [MEGABYTES]");
    let limit = args.next().map_or(20, |n| n.parse().expect("a number of megabytes")) << 20;
    let texts = read(&file, limit);
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{} documents, {:.1} MB of UTF-8", texts.len(), bytes as f64 / 1e6);
    let megabytes = bytes as f64 / 1e6;
    let mut last = Instant::now();
    let mut stage = |name: &str| {
        let took = last.elapsed().as_secs_f64();
        println!("{name:<28} {took:.3} s  {:.0} MB/s", megabytes / took);
        last = Instant::now();
    };

    let keys: Vec<Vec<char>> = texts.iter().map(|text| wensou_text::key_of(text)).collect();
    stage("fold and key");

    let mut codes: HashMap<char, u32> = HashMap::new();
    let mut table = vec![u32::MAX; 0x11_0000];
    let mut places = Vec::with_capacity(bytes / 3);
    for (document, key) in (0u32..).zip(&keys) {
        assert!(document < 1 << DOCUMENTS, "too many documents for one run");
        let mut before = None;
        for (at, c) in (0u32..).zip(key) {
            let code = &mut table[*c as usize];
            if *code == u32::MAX {
                *code = codes.len() as u32;
                codes.insert(*c, *code);
            }
            if let Some(before) = before {
                let pair: u32 = before << 16 | *code;
                places.push(Place::new(pair, document, (at - 1) & ((1 << PLACES) - 1)));
            }
            before = Some(*code);
        }
    }
    stage("pairs as numbers");

    let mut scratch = vec![Place(0); places.len()];
    sort(&mut places, &mut scratch);
    stage("sort");

    let lists = write(&places);
    stage("write postings");

    let (pairs, read) = check(&lists, &places);
    stage("read back");
    let share = |bytes: usize| bytes as f64 / megabytes / 1e6;
    println!("{} places, {pairs} pairs, {read} postings", places.len());
    println!(
        "bytes a byte: dictionary {:.3}, documents {:.3}, frequencies {:.3}, places {:.3}",
        share(lists.dictionary.len()),
        share(lists.documents.len()),
        share(lists.frequencies.len()),
        share(lists.places.len()),
    );
}

fn read(file: &str, limit: usize) -> Vec<String> {
    let lines = std::fs::read_to_string(file).unwrap();
    let (mut texts, mut text, mut total) = (Vec::new(), String::new(), 0);
    for line in lines.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        text.push_str(object["text"].as_str().unwrap_or_default());
        text.push('\n');
        if text.chars().count() >= 600 {
            total += text.len();
            texts.push(std::mem::take(&mut text));
            if total >= limit {
                break;
            }
        }
    }
    texts
}

/// Radix sort by the two halves of a pair: documents and places come in order already.
fn sort(places: &mut Vec<Place>, scratch: &mut Vec<Place>) {
    for shift in [32, 43, 54] {
        let digit = |place: Place| (place.0 >> shift) as usize & 0x7FF;
        let mut starts = vec![0usize; 0x801];
        for place in places.iter() {
            starts[digit(*place) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        for place in places.iter() {
            let start = &mut starts[digit(*place)];
            scratch[*start] = *place;
            *start += 1;
        }
        std::mem::swap(places, scratch);
    }
}

#[derive(Debug, Default)]
struct Lists {
    /// Of each pair: the difference to the one before, and in how many documents it stands.
    dictionary: Vec<u8>,
    documents: Vec<u8>,
    frequencies: Vec<u8>,
    places: Vec<u8>,
}

fn variable(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn variable_back(bytes: &mut &[u8]) -> u32 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u32::from(first & 0x7F) << shift;
        if first & 0x80 == 0 {
            return value;
        }
        shift += 7;
    }
}

/// Blocks of 128 numbers bit-packed, the rest in variable bytes.
fn pack(packer: &BitPacker4x, numbers: &[u32], out: &mut Vec<u8>) {
    let mut packed = [0; 4 * BitPacker4x::BLOCK_LEN];
    let blocks = numbers.chunks_exact(BitPacker4x::BLOCK_LEN);
    let tail = blocks.remainder();
    for block in blocks {
        let bits = packer.num_bits(block);
        let length = packer.compress(block, &mut packed, bits);
        out.push(bits);
        out.extend_from_slice(&packed[..length]);
    }
    for number in tail {
        variable(out, *number);
    }
}

fn unpack(packer: &BitPacker4x, count: usize, bytes: &mut &[u8], out: &mut Vec<u32>) {
    out.clear();
    let mut block = [0; BitPacker4x::BLOCK_LEN];
    while count - out.len() >= BitPacker4x::BLOCK_LEN {
        let (bits, rest) = bytes.split_first().unwrap();
        let read = packer.decompress(rest, &mut block, *bits);
        *bytes = &rest[read..];
        out.extend(block);
    }
    while out.len() < count {
        out.push(variable_back(bytes));
    }
}

fn write(places: &[Place]) -> Lists {
    let packer = BitPacker4x::new();
    let mut lists = Lists::default();
    let (mut documents, mut frequencies, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    let mut last_pair = 0;
    for list in places.chunk_by(|a, b| a.pair() == b.pair()) {
        documents.clear();
        frequencies.clear();
        gaps.clear();
        let mut last_document = 0;
        for document in list.chunk_by(|a, b| a.document() == b.document()) {
            let several = document.len() > 1;
            let number = document[0].document();
            documents.push((number - last_document) << 1 | u32::from(several));
            last_document = number;
            if several {
                frequencies.push(document.len() as u32 - 2);
            }
            let mut last = 0;
            for place in document {
                gaps.push(place.place() - last);
                last = place.place();
            }
        }
        variable(&mut lists.dictionary, list[0].pair() - last_pair);
        variable(&mut lists.dictionary, documents.len() as u32);
        last_pair = list[0].pair();
        pack(&packer, &documents, &mut lists.documents);
        pack(&packer, &frequencies, &mut lists.frequencies);
        pack(&packer, &gaps, &mut lists.places);
    }
    lists
}

/// The numbers of pairs and of postings, once every list reads as it was written.
fn check(lists: &Lists, places: &[Place]) -> (usize, usize) {
    let packer = BitPacker4x::new();
    let mut dictionary = &lists.dictionary[..];
    let (mut in_documents, mut in_frequencies, mut in_places) =
        (&lists.documents[..], &lists.frequencies[..], &lists.places[..]);
    let (mut documents, mut frequencies, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    let (mut pairs, mut postings, mut pair, mut read) = (0, 0, 0, places.iter());
    while !dictionary.is_empty() {
        pair += variable_back(&mut dictionary);
        let count = variable_back(&mut dictionary) as usize;
        unpack(&packer, count, &mut in_documents, &mut documents);
        let several = documents.iter().filter(|gap| *gap & 1 == 1).count();
        unpack(&packer, several, &mut in_frequencies, &mut frequencies);
        let all = count - several + frequencies.iter().map(|n| *n as usize + 2).sum::<usize>();
        unpack(&packer, all, &mut in_places, &mut gaps);
        let (mut document, mut frequencies, mut gaps) = (0, frequencies.iter(), gaps.iter());
        for gap in &documents {
            document += gap >> 1;
            let frequency = if gap & 1 == 1 { frequencies.next().unwrap() + 2 } else { 1 };
            let mut place = 0;
            for _ in 0..frequency {
                place += gaps.next().unwrap();
                assert_eq!(read.next(), Some(&Place::new(pair, document, place)));
            }
        }
        pairs += 1;
        postings += count;
    }
    assert_eq!(read.next(), None);
    (pairs, postings)
}
