//! Documents for the tests, the files that are written for them, and a scan that finds their
//! posting lists.

use std::collections::BTreeMap;

use ownedbytes::OwnedBytes;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::*;

/// What the postings of a document are made from. Title, body and tags are key characters.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) kind: Kind,
    pub(super) title: Vec<char>,
    pub(super) body: Vec<char>,
    pub(super) tags: Vec<Vec<char>>,
    /// The words of each field.
    pub(super) words: [Vec<&'static str>; 3],
    pub(super) paths: Vec<&'static str>,
    pub(super) date: Option<i64>,
}

impl Document {
    pub(super) fn terms(&self) -> DocumentTerms {
        let joined = |words: &[&str]| words.join("\u{1f}");
        let text =
            |key: &[char], words: &[&str]| FieldTerms { key: key.to_vec(), words: joined(words) };
        let [title_words, body_words, tag_words] = &self.words;
        let mut tags: Vec<FieldTerms> = self.tags.iter().map(|tag| text(tag, &[])).collect();
        if !tag_words.is_empty() {
            // A tag without key characters adds nothing to bigrams and lengths.
            tags.push(text(&[], tag_words));
        }
        DocumentTerms {
            kind: self.kind,
            // Any values will do that differ between most documents.
            columns: ColumnValues {
                tie_breaker: self.body.len() as u64 * 77,
                content_hash: self.title.len() as u64 * 99,
                id_number: (self.tags.len() > 1).then_some(self.body.len() as u64),
                date: self.date,
            },
            title: text(&self.title, title_words),
            body: text(&self.body, body_words),
            tags,
            paths: self.paths.iter().map(|path| (*path).to_owned()).collect(),
        }
    }
}

/// The number of slots that puts the few documents of a test into one run, unless they have too
/// many different characters.
pub(super) const ONE_RUN: usize = usize::MAX;

/// The bytes of a postings file of these documents, built in runs of at most `run_slots` slots: one
/// for each key character, and one at the end of each text.
pub(super) fn file_bytes(documents: &[Document], run_slots: usize) -> Vec<u8> {
    let mut builder = PostingsBuilder::with_run_slots(&std::env::temp_dir(), run_slots);
    documents.iter().for_each(|document| builder.add(&document.terms()).unwrap());
    assert_eq!(builder.num_docs(), documents.len());
    builder.finish(Vec::new()).unwrap()
}

pub(super) fn open(bytes: Vec<u8>) -> Postings {
    Postings::open(OwnedBytes::new(bytes)).unwrap()
}

/// For each unigram and bigram the documents that contain it, each with the positions where it
/// stands.
pub(super) type Lists = BTreeMap<TermKey, BTreeMap<u32, Vec<u32>>>;

/// The posting lists of the unigrams and bigrams of documents, found by a scan of their texts.
pub(super) fn scan(documents: &[Document]) -> Lists {
    let mut lists = Lists::new();
    for (number, document) in (0..).zip(documents) {
        let mut field = |field: TextField, texts: &[Vec<char>]| {
            let mut position = 0;
            for text in texts {
                for (at, c) in (position..).zip(text) {
                    let unigram = lists.entry(TermKey::unigram(field, *c)).or_default();
                    unigram.entry(number).or_default().push(at);
                }
                for (at, bigram) in (position..).zip(text.windows(2)) {
                    let key = TermKey::bigram(field, bigram[0], bigram[1]);
                    let bigram = lists.entry(key).or_default();
                    bigram.entry(number).or_default().push(at);
                }
                // One position is skipped between two tags.
                position += text.len() as u32 + 1;
            }
        };
        field(TextField::Title, std::slice::from_ref(&document.title));
        field(TextField::Body, std::slice::from_ref(&document.body));
        field(TextField::Tags, &document.tags);
    }
    lists
}

/// Fewer than `max` characters of an alphabet.
pub(super) fn text(alphabet: &'static [char], max: usize) -> impl Strategy<Value = Vec<char>> {
    vec(prop::sample::select(alphabet), 0..max)
}

pub(super) fn document() -> impl Strategy<Value = Document> {
    // 𠀀 is above U+FFFF: the builder has its char id in a map.
    const FEW: &[char] = &['币', '的', 'a', '𠀀'];
    const MANY: &[char] = &['比', '特', '币', '以', '太', '坊', '链', '上', 'b', 't', 'c', '1'];
    let kind = prop::sample::select(&Kind::ALL[..]);
    let texts = (text(MANY, 6), text(FEW, 40), vec(text(MANY, 4), 0..3));
    let words = || vec(prop::sample::select(&["b", "btc", "比特币", "币", "币圈"][..]), 0..6);
    // The empty suffix after the slash of `b/` is not in the table of paths.
    let paths = ["a.txt", "a/b/a.txt", "新聞/a.txt", "新聞/ab/a", "a/新聞/a.html", "a", "b/"];
    let paths = vec(prop::sample::select(paths.to_vec()), 0..4);
    // In seconds: about 7,900 years before and after 1970.
    let date = prop::option::of(-1_000_000_000_000_i64 / 4..1_000_000_000_000 / 4);
    (kind, texts, [words(), words(), words()], paths, date).prop_map(
        |(kind, (title, body, tags), words, paths, date)| Document {
            kind,
            title,
            body,
            tags,
            words,
            paths,
            date,
        },
    )
}

/// The postings of a list: pairs of a doc id and a position. `deltas_and_tfs` has the doc-id delta
/// and the tf of each document. The positions in a document are 0, `position_distance`, twice that,
/// and so on.
pub(super) fn postings(deltas_and_tfs: &[(u32, u32)], position_distance: u32) -> Vec<(u32, u32)> {
    let (mut document, mut postings) = (0, Vec::new());
    for (delta, tf) in deltas_and_tfs {
        document += delta;
        postings.extend((0..*tf).map(|n| (document, n * position_distance)));
    }
    postings
}
