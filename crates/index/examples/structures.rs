//! An experiment: which structure finds exact Chinese phrases at what size and speed.
//!
//! ```sh
//! cargo run --profile quick -p wensou-index --example structures -- FILE.jsonl [MEGABYTES [LETTERS]]
//! ```
//!
//! reads the key `text` of every line, joins texts to documents of 600 characters and more, builds
//! one index of one segment for each structure in a temporary folder, and asks each the same
//! phrases: 1,000 random ones of 1 to 12 characters, and 200 of the most common characters. A scan
//! of the key characters says what is right. `docs/STRUCTURES.md` has the table.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an experiment prints, and ends where it cannot go on"
)]

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use tantivy::collector::{Count, DocSetCollector};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::NoMergePolicy;
use tantivy::query::{BooleanQuery, InvertedIndexRangeQuery, PhraseQuery, Query, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value,
};
use tantivy::store::{Compressor, ZstdCompressor};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use tantivy::{Index, IndexSettings, IndexWriter, Searcher, TantivyDocument, Term};
use wensou_text::{Folded, Key, Segmenter, TokenKind, is_han};

/// Separates the tokens of a value.
const SEPARATOR: char = '\u{1f}';
/// Stands after the last character of a text, so that every character begins a pair.
const END: char = '\u{2}';

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Tokens {
    Grams,
    /// Pairs, and the last character with [`END`].
    GramsToEnd,
    Chars,
    Words,
    /// The words of a plain cut, without the parts that search mode adds.
    WholeWords,
    /// Words that are neither one nor two Chinese characters.
    LongWords,
    CharsAndLongWords,
    /// Each character once.
    DistinctChars,
    /// Every word of the dictionary that stands in the text, wherever a cut would begin or end, and
    /// every other pair as one of [`BUCKETS`] terms that such pairs share.
    Standing,
}

/// How a phrase is looked for.
#[derive(Debug, Clone, Copy)]
enum Phrases {
    /// Positions of pairs; single characters by a field of characters.
    Grams,
    /// The same, single characters as the pairs that begin with them.
    GramPrefix,
    /// Positions of the words that the phrase is cut into.
    Words,
    /// Positions of characters.
    Chars,
    /// Positions of characters, of documents that have all pairs.
    CharsOfGrams,
    /// All pairs, then a look at the stored text.
    Verify,
    /// All standing words and pairs, then a look at the text, unless the phrase is a word.
    StandingVerify,
    /// The same, then positions of characters.
    StandingChars,
}

/// Terms that pairs which are no words share: the private characters of two planes.
const BUCKETS: u32 = 131_000;

struct Structure {
    name: &'static str,
    fields: &'static [(Tokens, IndexRecordOption)],
    phrases: Phrases,
    block: usize,
    /// Texts are compressed each for itself, with a dictionary trained on some of them.
    frames: bool,
}

use IndexRecordOption::{Basic, WithFreqs as Freqs, WithFreqsAndPositions as Positions};

const BLOCK: usize = 16_384;

const STRUCTURES: &[Structure] = &[
    Structure {
        name: "A pairs+positions, characters, words",
        fields: &[(Tokens::Grams, Positions), (Tokens::Chars, Freqs), (Tokens::Words, Freqs)],
        phrases: Phrases::Grams,
        block: BLOCK,
        frames: false,
    },
    Structure {
        name: "B pairs+positions, characters",
        fields: &[(Tokens::Grams, Positions), (Tokens::Chars, Freqs)],
        phrases: Phrases::Grams,
        block: BLOCK,
        frames: false,
    },
    Structure {
        name: "C words+positions",
        fields: &[(Tokens::WholeWords, Positions)],
        phrases: Phrases::Words,
        block: BLOCK,
        frames: false,
    },
    Structure {
        name: "D characters+positions",
        fields: &[(Tokens::Chars, Positions)],
        phrases: Phrases::Chars,
        block: BLOCK,
        frames: false,
    },
    Structure {
        name: "E characters+positions, pairs",
        fields: &[(Tokens::Chars, Positions), (Tokens::Grams, Freqs)],
        phrases: Phrases::CharsOfGrams,
        block: BLOCK,
        frames: false,
    },
    Structure {
        name: "F pairs, characters, then the text",
        fields: &[(Tokens::Grams, Freqs), (Tokens::Chars, Freqs)],
        phrases: Phrases::Verify,
        block: BLOCK,
        frames: false,
    },
    Structure {
        name: "H as A, words of 1-2 characters left out",
        fields: &[(Tokens::Grams, Positions), (Tokens::Chars, Freqs), (Tokens::LongWords, Freqs)],
        phrases: Phrases::Grams,
        block: BLOCK,
        frames: false,
    },
    Structure {
        name: "I as H, no characters",
        fields: &[(Tokens::GramsToEnd, Positions), (Tokens::LongWords, Freqs)],
        phrases: Phrases::GramPrefix,
        block: BLOCK,
        frames: false,
    },
    Structure {
        name: "J as H, characters and words in one field",
        fields: &[(Tokens::Grams, Positions), (Tokens::CharsAndLongWords, Freqs)],
        phrases: Phrases::Grams,
        block: BLOCK,
        frames: false,
    },
    Structure {
        name: "K as I, no term frequencies of words",
        fields: &[(Tokens::GramsToEnd, Positions), (Tokens::LongWords, Basic)],
        phrases: Phrases::GramPrefix,
        block: BLOCK,
        frames: false,
    },
    Structure {
        name: "L as I, texts stored in blocks of 128 kB",
        fields: &[(Tokens::GramsToEnd, Positions), (Tokens::LongWords, Freqs)],
        phrases: Phrases::GramPrefix,
        block: 131_072,
        frames: false,
    },
    Structure {
        name: "M standing words and buckets of pairs, characters, then the text",
        fields: &[(Tokens::Standing, Freqs), (Tokens::DistinctChars, Basic)],
        phrases: Phrases::StandingVerify,
        block: BLOCK,
        frames: true,
    },
    Structure {
        name: "N as M, positions of characters",
        fields: &[(Tokens::Standing, Freqs), (Tokens::Chars, Positions)],
        phrases: Phrases::StandingChars,
        block: BLOCK,
        frames: true,
    },
];

struct Document {
    text: String,
    key: String,
    words: Vec<(String, TokenKind)>,
    whole: Vec<String>,
}

fn main() {
    let mut args = std::env::args().skip(1);
    let file = args.next().expect("usage: structures FILE.jsonl [MEGABYTES]");
    let limit = args.next().map_or(20, |n| n.parse().expect("a number of megabytes")) << 20;
    let documents = read(Path::new(&file), limit);
    let bytes: usize = documents.iter().map(|document| document.text.len()).sum();
    println!("{} documents, {:.1} MB of UTF-8", documents.len(), bytes as f64 / 1e6);
    let phrases = phrases(&documents);
    let truth: Vec<usize> = phrases
        .iter()
        .map(|phrase| documents.iter().filter(|document| document.key.contains(phrase)).count())
        .collect();
    println!(
        "| structure | total | terms | postings | positions | store | MB/s | p50 | p99 | max | common p50 | p99 | wrong |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    let letters = args.next();
    let wanted = |it: &&Structure| letters.as_ref().is_none_or(|some| some.contains(&it.name[..1]));
    for structure in STRUCTURES.iter().filter(wanted) {
        measure(structure, &documents, bytes, &phrases, &truth);
    }
}

fn read(file: &Path, limit: usize) -> Vec<Document> {
    let segmenter = Segmenter::standard();
    let lines = std::fs::read_to_string(file).unwrap();
    let (mut documents, mut text, mut total) = (Vec::new(), String::new(), 0);
    for line in lines.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        text.push_str(object["text"].as_str().unwrap_or_default());
        text.push('\n');
        if text.chars().count() >= 600 {
            let folded = Folded::new(&text);
            let key = Key::new(&folded).chars().iter().collect();
            let mut words = Vec::new();
            segmenter.segment(&folded, |token| words.push((token.text.to_string(), token.kind)));
            let mut whole = Vec::new();
            segmenter.words(&folded, |token| whole.push(token.text.to_string()));
            total += text.len();
            documents.push(Document { text: text.clone(), key, words, whole });
            text.clear();
            if total >= limit {
                break;
            }
        }
    }
    documents
}

/// A small deterministic source of numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

/// 1,000 random pieces of the text, then 200 of characters that are common.
fn phrases(documents: &[Document]) -> Vec<String> {
    let mut random = Random(7);
    let mut counts: HashMap<char, usize> = HashMap::new();
    for c in documents.iter().flat_map(|document| document.key.chars()) {
        *counts.entry(c).or_default() += 1;
    }
    let mut common: Vec<(usize, char)> = counts.into_iter().map(|(c, n)| (n, c)).collect();
    common.sort_unstable();
    let common: Vec<char> = common.iter().rev().take(100).map(|(_, c)| *c).collect();
    let mut phrases = Vec::new();
    while phrases.len() < 1_200 {
        let key: Vec<char> = documents[random.below(documents.len())].key.chars().collect();
        let start = random.below(key.len());
        let end = (start + 1 + random.below(12)).min(key.len());
        let phrase = &key[start..end];
        if phrases.len() < 1_000 || phrase.iter().filter(|c| common.contains(c)).count() >= 2 {
            let end = if phrases.len() < 1_000 { phrase.len() } else { phrase.len().min(4) };
            phrases.push(phrase[..end].iter().collect());
        }
    }
    phrases
}

/// The terms of [`Tokens::Standing`], in the order of their first character.
fn standing(key: &[char], segmenter: &Segmenter, mut found: impl FnMut(&str)) {
    let mut term = String::new();
    for at in 0..key.len() {
        let rest = &key[at..];
        let mut pair = false;
        segmenter.prefixes(rest, |length| {
            if length > 1 {
                pair |= length == 2;
                term.clear();
                term.extend(&rest[..length]);
                found(&term);
            }
        });
        if !pair && rest.len() > 1 {
            term.clear();
            term.push(bucket(rest[0], rest[1]));
            found(&term);
        }
    }
}

fn bucket(a: char, b: char) -> char {
    let hash = (u64::from(a) << 21 | u64::from(b)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let number = ((hash >> 32) as u32) % BUCKETS;
    // The last two of each plane are no characters.
    let plane = number / 65_500;
    char::from_u32(0xF_0000 + plane * 0x1_0000 + number % 65_500).unwrap()
}

fn tokens(document: &Document, tokens: Tokens, segmenter: &Segmenter) -> String {
    let join = |tokens: &mut dyn Iterator<Item = String>| {
        let mut value = String::new();
        for token in tokens {
            value.push_str(&token);
            value.push(SEPARATOR);
        }
        value
    };
    let long = |(word, kind): &&(String, TokenKind)| {
        *kind != TokenKind::Han || word.chars().nth(2).is_some() || !word.chars().all(is_han)
    };
    let key: Vec<char> = document.key.chars().collect();
    match tokens {
        Tokens::Grams => join(&mut key.windows(2).map(|pair| pair.iter().collect())),
        Tokens::GramsToEnd => {
            let key: Vec<char> = key.into_iter().chain([END]).collect();
            join(&mut key.windows(2).map(|pair| pair.iter().collect()))
        }
        Tokens::Chars => join(&mut key.iter().map(char::to_string)),
        Tokens::Words => join(&mut document.words.iter().map(|(word, _)| word.clone())),
        Tokens::WholeWords => join(&mut document.whole.iter().cloned()),
        Tokens::LongWords => {
            join(&mut document.words.iter().filter(long).map(|(word, _)| word.clone()))
        }
        Tokens::DistinctChars => {
            let mut distinct = key;
            distinct.sort_unstable();
            distinct.dedup();
            join(&mut distinct.iter().map(char::to_string))
        }
        Tokens::Standing => {
            let mut value = String::with_capacity(document.key.len() * 3);
            standing(&key, segmenter, |token| {
                value.push_str(token);
                value.push(SEPARATOR);
            });
            value
        }
        Tokens::CharsAndLongWords => {
            let words = document.words.iter().filter(long).map(|(word, _)| word.clone());
            join(&mut key.iter().map(char::to_string).chain(words))
        }
    }
}

fn measure(
    structure: &Structure,
    documents: &[Document],
    bytes: usize,
    phrases: &[String],
    truth: &[usize],
) {
    let dir = tempfile::tempdir().unwrap();
    let mut schema = Schema::builder();
    let fields: Vec<(Field, Tokens)> = structure
        .fields
        .iter()
        .map(|(tokens, record)| {
            let indexing =
                TextFieldIndexing::default().set_tokenizer("tokens").set_index_option(*record);
            let options = TextOptions::default().set_indexing_options(indexing);
            (schema.add_text_field(&format!("{tokens:?}"), options), *tokens)
        })
        .collect();
    let stored = schema.add_text_field("text", STORED);
    let settings = IndexSettings {
        docstore_compression: Compressor::Zstd(ZstdCompressor::default()),
        docstore_blocksize: structure.block,
        ..IndexSettings::default()
    };
    let index = Index::builder()
        .schema(schema.build())
        .settings(settings)
        .open_or_create(MmapDirectory::open(dir.path()).unwrap())
        .unwrap();
    index.tokenizers().register("tokens", Tokenized::default());
    let segmenter = Segmenter::standard();
    let started = Instant::now();
    let mut frames = structure.frames.then(|| Frames::trained(documents));
    let mut writer: IndexWriter = index.writer_with_num_threads(1, 400 << 20).unwrap();
    writer.set_merge_policy(Box::new(NoMergePolicy));
    for document in documents {
        let mut made = TantivyDocument::default();
        for (field, kind) in &fields {
            made.add_text(*field, tokens(document, *kind, &segmenter));
        }
        match &mut frames {
            Some(frames) => frames.push(&document.text),
            None => made.add_text(stored, &document.text),
        }
        writer.add_document(made).unwrap();
    }
    writer.commit().unwrap();
    let segments = index.searchable_segment_ids().unwrap();
    if segments.len() > 1 {
        writer.merge(&segments).wait().unwrap();
    }
    writer.garbage_collect_files().wait().unwrap();
    writer.wait_merging_threads().unwrap();
    let built = started.elapsed();

    let searcher = index.reader().unwrap().searcher();
    let apart = frames.as_ref().map_or(0, Frames::size) as f64 / bytes as f64;
    let finder = Finder { searcher, fields, stored, segmenter, frames };
    // Once to warm up.
    let mut wrong = 0;
    for (phrase, truth) in phrases.iter().zip(truth) {
        wrong += usize::from(finder.count(phrase, structure.phrases) != *truth);
    }
    let mut times: Vec<Duration> = Vec::new();
    for phrase in phrases {
        let started = Instant::now();
        std::hint::black_box(finder.count(phrase, structure.phrases));
        times.push(started.elapsed());
    }
    let (random, common) = times.split_at_mut(1_000);
    random.sort_unstable();
    common.sort_unstable();
    let size = |ending: &str| {
        let files = std::fs::read_dir(dir.path()).unwrap().map(Result::unwrap);
        let sizes = files
            .filter(|file| {
                file.path().extension().is_some_and(|it| ending.is_empty() || it == ending)
            })
            .map(|file| file.metadata().unwrap().len());
        sizes.sum::<u64>() as f64 / bytes as f64
    };
    let micros = |times: &[Duration], share: f64| {
        times[((times.len() - 1) as f64 * share) as usize].as_micros()
    };
    println!(
        "| {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.1} | {} | {} | {} | {} | {} | {wrong} |",
        structure.name,
        size("") + apart,
        size("term"),
        size("idx"),
        size("pos"),
        size("store") + apart,
        bytes as f64 / 1e6 / built.as_secs_f64(),
        micros(random, 0.5),
        micros(random, 0.99),
        micros(random, 1.0),
        micros(common, 0.5),
        micros(common, 0.99),
    );
}

struct Finder {
    searcher: Searcher,
    fields: Vec<(Field, Tokens)>,
    stored: Field,
    segmenter: Segmenter,
    frames: Option<Frames>,
}

/// Texts compressed one by one, in the order of the documents.
struct Frames {
    dictionary: Vec<u8>,
    decoder: zstd::dict::DecoderDictionary<'static>,
    encoder: zstd::bulk::Compressor<'static>,
    bytes: Vec<u8>,
    starts: Vec<usize>,
}

impl Frames {
    fn trained(documents: &[Document]) -> Self {
        let step = (documents.len() / 2_000).max(1);
        let samples: Vec<&str> = documents.iter().step_by(step).map(|it| &*it.text).collect();
        let dictionary = zstd::dict::from_samples(&samples, 112 << 10).unwrap();
        let encoder = zstd::bulk::Compressor::with_dictionary(3, &dictionary).unwrap();
        let decoder = zstd::dict::DecoderDictionary::copy(&dictionary);
        Self { dictionary, decoder, encoder, bytes: Vec::new(), starts: vec![0] }
    }

    fn push(&mut self, text: &str) {
        self.bytes.extend(self.encoder.compress(text.as_bytes()).unwrap());
        self.starts.push(self.bytes.len());
    }

    fn size(&self) -> usize {
        self.bytes.len() + self.dictionary.len() + 4 * self.starts.len()
    }

    fn frame(&self, document: u32) -> &[u8] {
        let at = document as usize;
        &self.bytes[self.starts[at]..self.starts[at + 1]]
    }
}

impl Finder {
    fn term(&self, kinds: &[Tokens], text: &str) -> Term {
        let (field, _) = self.fields.iter().find(|(_, tokens)| kinds.contains(tokens)).unwrap();
        Term::from_field_text(*field, text)
    }

    fn basic(term: Term) -> Box<dyn Query> {
        Box::new(TermQuery::new(term, Basic))
    }

    /// Documents that have the key characters in sequence, as the structure finds them.
    fn count(&self, phrase: &str, phrases: Phrases) -> usize {
        let key: Vec<char> = phrase.chars().collect();
        let grams = [Tokens::Grams, Tokens::GramsToEnd];
        let pair = |at: usize| self.term(&grams, &key[at..at + 2].iter().collect::<String>());
        let single = || {
            let chars = [Tokens::Chars, Tokens::CharsAndLongWords, Tokens::DistinctChars];
            Self::basic(self.term(&chars, phrase))
        };
        let pairs = || -> Vec<Box<dyn Query>> {
            (0..key.len() - 1).map(|at| Self::basic(pair(at))).collect()
        };
        let characters = || -> Box<dyn Query> {
            let terms = key.iter().map(|c| self.term(&[Tokens::Chars], &c.to_string()));
            Box::new(PhraseQuery::new(terms.collect()))
        };
        let query: Box<dyn Query> = match (phrases, key.len()) {
            (Phrases::GramPrefix, 1) => {
                let from = self.term(&grams, phrase);
                let next = char::from_u32(key[0] as u32 + 1).unwrap().to_string();
                let to = self.term(&grams, &next);
                Box::new(InvertedIndexRangeQuery::new(
                    std::ops::Bound::Included(from),
                    std::ops::Bound::Excluded(to),
                ))
            }
            (Phrases::Words, _) => {
                let folded = Folded::new(phrase);
                let mut words = Vec::new();
                self.segmenter.words(&folded, |token| words.push(token.text.to_string()));
                let term = |word: &String| self.term(&[Tokens::WholeWords], word);
                match words.as_slice() {
                    [] => return 0,
                    [word] => Self::basic(term(word)),
                    words => Box::new(PhraseQuery::new(words.iter().map(term).collect())),
                }
            }
            (_, 1) => single(),
            (Phrases::Grams | Phrases::GramPrefix, 2) => Self::basic(pair(0)),
            (Phrases::Grams | Phrases::GramPrefix, length) => {
                let last = length - 2;
                let starts = (0..last).step_by(2).chain([last]);
                Box::new(PhraseQuery::new_with_offset(starts.map(|at| (at, pair(at))).collect()))
            }
            (Phrases::Chars, _) => characters(),
            (Phrases::StandingVerify | Phrases::StandingChars, _) => {
                return self.count_standing(&key, phrase, phrases);
            }
            (Phrases::CharsOfGrams, 2) | (Phrases::Verify, 2) => Self::basic(pair(0)),
            (Phrases::CharsOfGrams, _) => {
                let mut all = pairs();
                all.push(characters());
                Box::new(BooleanQuery::intersection(all))
            }
            (Phrases::Verify, _) => {
                let candidates = BooleanQuery::intersection(pairs());
                let found = self.searcher.search(&candidates, &DocSetCollector).unwrap();
                return found.into_iter().filter(|address| self.holds(*address, phrase)).count();
            }
        };
        self.searcher.search(&query, &Count).unwrap()
    }

    fn count_standing(&self, key: &[char], phrase: &str, phrases: Phrases) -> usize {
        let mut terms = Vec::new();
        standing(key, &self.segmenter, |term| terms.push(term.to_owned()));
        let term = |text: &str| Self::basic(self.term(&[Tokens::Standing], text));
        if terms.iter().any(|term| term == phrase) {
            return self.searcher.search(&*term(phrase), &Count).unwrap();
        }
        terms.sort_unstable();
        terms.dedup();
        let mut all: Vec<Box<dyn Query>> = terms.iter().map(|text| term(text)).collect();
        if let Phrases::StandingChars = phrases {
            let chars = key.iter().map(|c| self.term(&[Tokens::Chars], &c.to_string()));
            all.push(Box::new(PhraseQuery::new(chars.collect())));
            return self.searcher.search(&BooleanQuery::intersection(all), &Count).unwrap();
        }
        let distinct: std::collections::BTreeSet<char> = key.iter().copied().collect();
        if key.len() == 2 {
            let chars =
                distinct.iter().map(|c| self.term(&[Tokens::DistinctChars], &c.to_string()));
            all.extend(chars.map(Self::basic));
        }
        let candidates = BooleanQuery::intersection(all);
        let found = self.searcher.search(&candidates, &DocSetCollector).unwrap();
        let frames = self.frames.as_ref().unwrap();
        let mut decoder =
            zstd::bulk::Decompressor::with_prepared_dictionary(&frames.decoder).unwrap();
        let mut text = Vec::with_capacity(1 << 20);
        let holds = |address: &&tantivy::DocAddress| {
            text.clear();
            decoder.decompress_to_buffer(frames.frame(address.doc_id), &mut text).unwrap();
            let text = std::str::from_utf8(&text).unwrap();
            wensou_text::key_of(text).windows(key.len()).any(|window| window == key)
        };
        found.iter().filter(holds).count()
    }

    fn holds(&self, address: tantivy::DocAddress, phrase: &str) -> bool {
        let document: TantivyDocument = self.searcher.doc(address).unwrap();
        let text = document.get_first(self.stored).unwrap().as_str().unwrap().to_owned();
        wensou_text::key_of(&text).into_iter().collect::<String>().contains(phrase)
    }
}

/// Cuts at [`SEPARATOR`]; positions count tokens.
#[derive(Debug, Clone, Default)]
struct Tokenized {
    token: Token,
}

struct TokenizedStream<'a> {
    rest: std::str::Split<'a, char>,
    token: &'a mut Token,
}

impl Tokenizer for Tokenized {
    type TokenStream<'a> = TokenizedStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TokenizedStream<'a> {
        self.token.reset();
        TokenizedStream { rest: text.split(SEPARATOR), token: &mut self.token }
    }
}

impl TokenStream for TokenizedStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(word) = self.rest.find(|word| !word.is_empty()) else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text.clear();
        self.token.text.push_str(word);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
