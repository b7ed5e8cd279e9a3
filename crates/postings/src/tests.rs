//! Whatever is written is read back, and is what a scan of the documents finds.

use std::collections::BTreeMap;

use ownedbytes::OwnedBytes;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::codec::posting_list::{BLOCK, PostingList};
use crate::codec::{bitpack, varint};
use crate::pages::PageSlice;
use crate::write::merge_runs::merge_runs;
use crate::write::run_file;

#[derive(Debug, Clone)]
struct Document {
    kind: Kind,
    title: Vec<char>,
    body: Vec<char>,
    tags: Vec<Vec<char>>,
    /// Of each field.
    words: [Vec<&'static str>; 3],
    paths: Vec<&'static str>,
    date: Option<i64>,
}

impl Document {
    fn terms(&self) -> DocumentTerms {
        let joined = |words: &[&str]| words.join("\u{1f}");
        let text =
            |key: &[char], words: &[&str]| FieldTerms { key: key.to_vec(), words: joined(words) };
        let mut tags: Vec<FieldTerms> = self.tags.iter().map(|tag| text(tag, &[])).collect();
        if !self.words[2].is_empty() {
            // A tag without key characters adds nothing to bigrams and lengths.
            tags.push(text(&[], &self.words[2]));
        }
        DocumentTerms {
            kind: self.kind,
            columns: ColumnValues {
                tie_breaker: self.body.len() as u64 * 77,
                content_hash: self.title.len() as u64 * 99,
                id_number: (self.tags.len() > 1).then_some(self.body.len() as u64),
                date: self.date,
            },
            title: text(&self.title, &self.words[0]),
            body: text(&self.body, &self.words[1]),
            tags,
            paths: self.paths.iter().map(|path| (*path).to_owned()).collect(),
        }
    }
}

fn bytes(documents: &[Document], run_slots: usize) -> Vec<u8> {
    let mut builder = PostingsBuilder::with_run_slots(&std::env::temp_dir(), run_slots);
    documents.iter().for_each(|document| builder.add(&document.terms()).unwrap());
    assert_eq!(builder.num_docs(), documents.len());
    builder.finish(Vec::new()).unwrap()
}

fn open(bytes: Vec<u8>) -> Postings {
    Postings::open(OwnedBytes::new(bytes)).unwrap()
}

type Lists = BTreeMap<TermKey, BTreeMap<u32, Vec<u32>>>;

/// The lists by a scan of the documents.
fn scan(documents: &[Document]) -> Lists {
    let mut lists = Lists::new();
    for (number, document) in (0..).zip(documents) {
        let mut field = |field: TextField, texts: &[Vec<char>]| {
            let mut position = 0;
            for text in texts {
                for (at, c) in (position..).zip(text) {
                    let unigram = lists.entry(TermKey::unigram(field, *c)).or_default();
                    unigram.entry(number).or_default().push(at);
                }
                for (at, pair) in (position..).zip(text.windows(2)) {
                    let key = TermKey::bigram(field, pair[0], pair[1]);
                    let bigram = lists.entry(key).or_default();
                    bigram.entry(number).or_default().push(at);
                }
                position += text.len() as u32 + 1;
            }
        };
        field(TextField::Title, std::slice::from_ref(&document.title));
        field(TextField::Body, std::slice::from_ref(&document.body));
        field(TextField::Tags, &document.tags);
    }
    lists
}

fn check(documents: &[Document], run: usize) {
    let (bytes, lists) = (bytes(documents, run), scan(documents));
    let postings = open(bytes);
    for (key, wanted) in &lists {
        let mut cursor = postings.cursor(*key).expect("a list of every term");
        assert_eq!(cursor.doc_freq() as usize, wanted.len());
        let mut positions = Vec::new();
        for (document, wanted) in wanted {
            assert_eq!(cursor.doc(), *document);
            assert_eq!(cursor.term_freq() as usize, wanted.len());
            cursor.positions(&mut positions);
            let expected = if key.is_bigram() { wanted.as_slice() } else { &[] };
            assert_eq!(positions, expected);
            cursor.advance();
        }
        assert_eq!(cursor.doc(), TERMINATED);
        assert_eq!(cursor.advance(), TERMINATED);
    }
    check_words(&postings, documents);
    check_paths(&postings, documents);
    for (kind, field) in [(Kind::Article, TextField::Body), (Kind::Flash, TextField::Tags)] {
        let of_kind = documents.iter().filter(|document| document.kind == kind);
        assert_eq!(postings.num_docs_of(kind) as usize, of_kind.clone().count());
        let characters: usize = of_kind
            .map(|document| match field {
                TextField::Body => document.body.len(),
                _ => document.tags.iter().map(Vec::len).sum(),
            })
            .sum();
        assert_eq!(postings.total_length(kind, field) as usize, characters);
    }
    let codes = postings.length_codes(TextField::Body).unwrap();
    for (doc, document) in (0_u32..).zip(documents) {
        let wanted = encode_length(document.kind, document.body.len());
        assert_eq!(codes[doc as usize], wanted);
    }
    let dates = documents.iter().filter_map(|document| document.date);
    let bounds = dates.clone().min().zip(dates.max());
    assert_eq!(postings.date_bounds(), bounds.map(|(oldest, newest)| [oldest, newest]));
    assert_eq!(postings.doc_freq(TermKey::unigram(TextField::Body, 'x')), 0);
    assert!(postings.cursor(TermKey::bigram(TextField::Tags, '无', '无')).is_none());
    for (doc, document) in (0..).zip(documents) {
        let (columns, wanted) = (postings.columns(), document.terms().columns);
        assert_eq!(columns.tie_breaker(doc), Some(wanted.tie_breaker));
        assert_eq!(columns.content_hash(doc), Some(wanted.content_hash));
        assert_eq!((columns.id_number(doc), columns.date(doc)), (wanted.id_number, wanted.date));
    }
    assert_eq!(postings.damage(), None);
}

fn check_words(postings: &Postings, documents: &[Document]) {
    let mut lists = BTreeMap::<(TextField, &str), BTreeMap<u32, u32>>::new();
    for (number, document) in (0..).zip(documents) {
        for (field, words) in TextField::ALL.into_iter().zip(&document.words) {
            for word in words {
                *lists.entry((field, word)).or_default().entry(number).or_default() += 1;
            }
        }
    }
    for ((field, word), wanted) in &lists {
        let key = postings.term_key(*field, TermKind::Word, word).expect("a word of the file");
        let mut cursor = postings.cursor(key).expect("a list");
        for (document, tf) in wanted {
            assert_eq!((cursor.doc(), cursor.term_freq()), (*document, *tf));
            cursor.advance();
        }
        assert_eq!(cursor.doc(), TERMINATED);
    }
    for prefix in ["", "b", "比", "币x"] {
        let mut found = Vec::new();
        postings.for_each_word(TextField::Body, prefix, |word, key| {
            found.extend((postings.doc_freq(key) > 0).then(|| word.to_owned()));
        });
        let begins = lists.iter().filter(|((_, word), _)| word.starts_with(prefix));
        let of_body = begins.clone().filter(|((field, _), _)| *field == TextField::Body);
        assert_eq!(found, of_body.map(|((_, word), _)| (*word).to_owned()).collect::<Vec<_>>());
        let with = postings.docs_with_word_prefix(&TextField::ALL, prefix);
        for document in 0..documents.len() as u32 + 2 {
            let wanted = begins.clone().any(|(_, list)| list.contains_key(&document));
            assert_eq!(with.term_freq(document), u32::from(wanted));
        }
    }
    assert_eq!(postings.term_key(TextField::Body, TermKind::Word, "无"), None);
}

fn check_paths(postings: &Postings, documents: &[Document]) {
    for name in ["", "a", "a.txt", "b", "新聞", "新聞/a", "a.t", "a/b/a.txt", "/a", "無"] {
        for whole in [true, false] {
            let is_wanted = |end: &str| match end.strip_prefix(name) {
                Some(rest) if whole => rest.is_empty() || rest.starts_with('/'),
                begins => begins.is_some(),
            };
            let there = |path: &&str| {
                let after_slash = path.match_indices('/').map(|(at, _)| at + 1);
                let starts = std::iter::once(0).chain(after_slash.filter(|at| *at < path.len()));
                starts.map(|at| &path[at..]).any(is_wanted)
            };
            let found = postings.docs_in_path(name, whole);
            for (number, document) in (0..).zip(documents) {
                let wanted = document.paths.iter().any(there);
                assert_eq!(found.term_freq(number), u32::from(wanted), "{name} {whole}");
            }
        }
    }
}

/// Documents and positions, `far` apart.
fn postings(deltas: &[(u32, u32)], far: u32) -> Vec<(u32, u32)> {
    let (mut document, mut postings) = (0, Vec::new());
    for (delta, tf) in deltas {
        document += delta;
        postings.extend((0..*tf).map(|n| (document, n * far)));
    }
    postings
}

/// Packs bit by bit.
fn packed(numbers: &[u32], width: u8) -> Vec<u8> {
    let bits = numbers.iter().flat_map(|number| (0..width).map(move |bit| number >> bit & 1));
    let bits: Vec<u32> = bits.collect();
    bits.chunks(8).map(|bits| (0..).zip(bits).map(|(at, bit)| (*bit as u8) << at).sum()).collect()
}

/// Packs number by number: every fourth of 128 goes into the same lane, each lane is cut into words
/// of 32 bits, and the words of the lanes alternate.
fn lanes(numbers: &[u32], width: u8) -> Vec<u8> {
    let lane =
        |lane| packed(&numbers.iter().skip(lane).step_by(4).copied().collect::<Vec<_>>(), width);
    let lanes: Vec<Vec<u8>> = (0..4).map(lane).collect();
    (0..usize::from(width))
        .flat_map(|at| lanes.iter().flat_map(move |lane| lane[at * 4..][..4].to_vec()))
        .collect()
}

/// Encodes a list as FORMAT.md says.
fn encoded(postings: &[(u32, u32)], has_positions: bool) -> Vec<u8> {
    let packed = |numbers: &[u32]| {
        let width = bitpack::width_of(*numbers.iter().max().unwrap());
        [vec![width], packed(numbers, width)].concat()
    };
    let varints = |numbers: &[u32]| {
        let mut bytes = Vec::new();
        numbers.iter().for_each(|number| varint::write_varint(u64::from(*number), &mut bytes));
        bytes
    };
    let documents: Vec<&[(u32, u32)]> = postings.chunk_by(|a, b| a.0 == b.0).collect();
    let (mut skips, mut blocks, mut last) = (Vec::new(), Vec::new(), 0);
    for block in documents.chunks(BLOCK) {
        let (mut numbers, mut extra_tfs, mut deltas) = (Vec::new(), Vec::new(), Vec::new());
        let (mut less_one, mut has_tf) = (Vec::new(), Vec::new());
        for document in block {
            // Nothing is before the first document, which may be 0.
            less_one
                .push(document[0].0 - last - u32::from(!skips.is_empty() || !less_one.is_empty()));
            has_tf.push(u32::from(document.len() > 1));
            numbers.push((document[0].0 - last) * 2 + u32::from(document.len() > 1));
            last = document[0].0;
            if document.len() > 1 {
                extra_tfs.push(document.len() as u32 - 2);
            }
            deltas.push(document[0].1);
            deltas.extend(document.windows(2).map(|two| two[1].1 - two[0].1));
        }
        let full = block.len() == BLOCK;
        if full {
            let width = bitpack::width_of(*less_one.iter().max().unwrap());
            let any = has_tf.contains(&1);
            blocks.push(width + if any { 128 } else { 0 });
            blocks.extend(lanes(&less_one, width));
            blocks.extend(if any { super::tests::packed(&has_tf, 1) } else { Vec::new() });
        } else {
            blocks.extend(varints(&numbers));
        }
        if !extra_tfs.is_empty() {
            blocks.extend(packed(&extra_tfs));
        }
        if has_positions {
            blocks.extend(if deltas.len() >= 4 { packed(&deltas) } else { varints(&deltas) });
        }
        skips.extend(last.to_le_bytes());
        skips.extend((blocks.len() as u32).to_le_bytes());
        skips.push(block.iter().map(|document| document.len() as u8).max().unwrap());
    }
    if documents.len() > BLOCK { [skips, blocks].concat() } else { blocks }
}

fn text(alphabet: &'static [char], max: usize) -> impl Strategy<Value = Vec<char>> {
    vec(prop::sample::select(alphabet), 0..max)
}

fn document() -> impl Strategy<Value = Document> {
    // One is beyond the first plane: its code is in a map.
    const FEW: &[char] = &['币', '的', 'a', '𠀀'];
    const MANY: &[char] = &['比', '特', '币', '以', '太', '坊', '链', '上', 'b', 't', 'c', '1'];
    let kind = prop::sample::select(&Kind::ALL[..]);
    let texts = (text(MANY, 6), text(FEW, 40), vec(text(MANY, 4), 0..3));
    let words = || vec(prop::sample::select(&["b", "btc", "比特币", "币", "币圈"][..]), 0..6);
    let paths = ["a.txt", "a/b/a.txt", "新聞/a.txt", "新聞/ab/a", "a/新聞/a.html", "a", "b/"];
    let paths = vec(prop::sample::select(paths.to_vec()), 0..4);
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn lists_are_what_a_scan_finds(documents in vec(document(), 0..20), run in 1..400_usize) {
        check(&documents, run);
    }

    #[test]
    fn the_file_is_the_same_whatever_the_runs(
        documents in vec(document(), 0..20),
        run in 1..400_usize,
    ) {
        prop_assert_eq!(bytes(&documents, run), bytes(&documents, usize::MAX));
    }

    #[test]
    fn a_list_is_encoded_as_its_format_says(
        deltas in vec((1..400_u32, 1..5_u32), 1..600),
        far in prop::sample::select(&[1_u32, 300, 70_000, 1 << 27][..]),
        has_positions in any::<bool>(),
    ) {
        let postings = postings(&deltas, far);
        let mut list = PostingList::default();
        match has_positions {
            true => list.fill_with_positions(postings.iter().copied()),
            false => list.fill(postings.iter().map(|(document, _)| *document)),
        }
        let mut bytes = vec![7];
        list.as_slices().encode(&mut bytes);
        prop_assert_eq!(&bytes[1..], encoded(&postings, has_positions));
    }

    #[test]
    fn a_list_cut_anywhere_is_joined_again(
        deltas in vec((1..400_u32, 1..5_u32), 1..200),
        far in prop::sample::select(&[1_u32, 300, 70_000, 1 << 27][..]),
        cuts in vec(any::<prop::sample::Index>(), 0..6),
        has_positions in any::<bool>(),
    ) {
        let postings = postings(&deltas, far);
        let list = |postings: &[(u32, u32)]| {
            let mut list = PostingList::default();
            match has_positions {
                true => list.fill_with_positions(postings.iter().copied()),
                false => list.fill(postings.iter().map(|(document, _)| *document)),
            }
            list
        };
        let key = match has_positions {
            true => TermKey::bigram(TextField::Body, '比', '特'),
            false => TermKey::unigram(TextField::Body, '比'),
        };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(postings.len() + 1)).collect();
        cuts.extend([0, postings.len()]);
        cuts.sort_unstable();
        let runs: Vec<_> = cuts
            .windows(2)
            .map(|cut| run_file::file_of(&[(key, list(&postings[cut[0]..cut[1]]))]))
            .collect();
        let mut merged = Vec::new();
        merge_runs(runs, |key, list| {
            merged.push((key, list.clone()));
            Ok(())
        })
        .unwrap();
        prop_assert_eq!(merged, [(key, list(&postings))]);
    }

    #[test]
    fn runs_are_merged_in_the_order_of_keys(
        runs in vec(vec((prop::sample::select(&['一', '丁', '七', '𠀀'][..]), any::<bool>()), 0..8), 0..20),
    ) {
        let mut wanted = BTreeMap::<TermKey, Vec<(u32, u32)>>::new();
        let mut files = Vec::new();
        for (document, run) in (0..).zip(&runs) {
            let mut lists = BTreeMap::new();
            for (c, pair) in run {
                let key = match pair {
                    true => TermKey::bigram(TextField::Tags, *c, 'a'),
                    false => TermKey::unigram(TextField::Title, *c),
                };
                let mut list = PostingList::default();
                match pair {
                    true => list.fill_with_positions([(document, 3), (document, 5)].into_iter()),
                    false => list.fill([document].into_iter()),
                }
                if lists.insert(key, list).is_none() {
                    wanted.entry(key).or_default().push((document, 3));
                    if *pair {
                        wanted.entry(key).or_default().push((document, 5));
                    }
                }
            }
            files.push(run_file::file_of(&lists.into_iter().collect::<Vec<_>>()));
        }
        let mut wanted = wanted.into_iter();
        merge_runs(files, |key, list| {
            let (next, postings) = wanted.next().expect("no more lists than were written");
            let mut expected = PostingList::default();
            match key.is_bigram() {
                true => expected.fill_with_positions(postings.iter().copied()),
                false => expected.fill(postings.iter().map(|(document, _)| *document)),
            }
            assert_eq!((key, list), (next, &expected));
            Ok(())
        })
        .unwrap();
        prop_assert_eq!(wanted.next(), None);
    }

    #[test]
    fn packing_is_as_its_format_says(numbers in vec(any::<u32>(), 0..300), width in 0..=32_u8) {
        let numbers: Vec<u32> =
            numbers.iter().map(|number| (u64::from(*number) & ((1 << width) - 1)) as u32).collect();
        let mut bytes = vec![7];
        bitpack::pack(&numbers, width, &mut bytes);
        prop_assert_eq!(&bytes[1..], packed(&numbers, width));
        let mut read = vec![1; numbers.len()];
        bitpack::unpack(&bytes[1..], width, &mut read).unwrap();
        prop_assert_eq!(read, numbers);
    }

    #[test]
    fn seeking_finds_what_advancing_does(
        deltas in vec((1..40_u32, 1..5_u32), 1..600),
        targets in vec(0..24_000_u32, 1..40),
    ) {
        let (mut list, mut positions) = (PostingList::default(), Vec::new());
        let (mut documents, mut tfs, mut document) = (Vec::new(), Vec::new(), 0);
        for (delta, tf) in deltas {
            document += delta;
            documents.push(document);
            tfs.push(tf);
            positions.extend((0..tf).map(|n| (document, n * n)));
        }
        list.fill_with_positions(positions.iter().copied());
        let mut bytes = Vec::new();
        list.as_slices().encode(&mut bytes);
        let open = || Cursor::new(PageSlice::of(bytes.clone()), documents.len() as u32, true);
        let mut targets = targets;
        targets.sort_unstable();
        let mut cursor = open();
        for target in targets {
            let at = documents.partition_point(|document| *document < target);
            let wanted = documents.get(at).copied();
            let from = cursor.doc();
            prop_assert_eq!(cursor.seek(target), wanted.unwrap_or(TERMINATED).max(from));
            let Some(document) = wanted else { continue };
            if cursor.doc() == document {
                prop_assert_eq!(cursor.term_freq(), tfs[at]);
                let mut positions = Vec::new();
                cursor.positions(&mut positions);
                let wanted: Vec<u32> = (0..tfs[at]).map(|n| n * n).collect();
                prop_assert_eq!(positions, wanted);
            }
        }
    }

    #[test]
    fn windows_contain_what_advancing_finds(
        deltas in vec((1..40_u32, 1..300_u32), 1..600),
        windows in vec((0..700_u32, 1..12_usize), 1..40),
    ) {
        let (mut list, mut document) = (PostingList::default(), 0);
        let mut documents = Vec::new();
        for (delta, tf) in deltas {
            document += delta;
            documents.push((document, tf));
        }
        let every = documents.iter().flat_map(|(document, count)| vec![*document; *count as usize]);
        list.fill(every.collect::<Vec<_>>().into_iter());
        let mut bytes = Vec::new();
        list.as_slices().encode(&mut bytes);
        let open = || Cursor::new(PageSlice::of(bytes.clone()), documents.len() as u32, false);
        let (mut filling, mut scanning, mut bounding) = (open(), open(), open());
        let mut from = 0;
        for (ahead, words) in windows {
            from += ahead;
            let until = from + words as u32 * 64;
            let (mut bits, mut scanned) = (vec![0; words], Vec::new());
            scanning.scan(from, until, |docs, tfs| {
                scanned.extend(docs.iter().copied().zip(tfs.iter().copied()));
            });
            filling.fill(from, &mut bits);
            let within = documents.iter().filter(|(document, _)| (from..until).contains(document));
            prop_assert_eq!(scanned, within.clone().copied().collect::<Vec<_>>());
            let mut wanted = vec![0; words * 64];
            within.for_each(|(document, frequency)| wanted[(document - from) as usize] = *frequency);
            for (at, frequency) in wanted.iter().enumerate() {
                prop_assert_eq!(bits[at / 64] >> (at % 64) & 1 == 1, *frequency > 0);
            }
            let max = wanted.iter().max().copied().unwrap_or_default();
            if max > 0 && let Some(bound) = bounding.max_tf_in(from, until) {
                prop_assert!(u32::from(bound) >= max.min(255));
            }
            from = until;
        }
        let table = BitsetPostings::new(open(), document as usize + 2);
        prop_assert_eq!(table.doc_freq() as usize, documents.len());
        for (from, until) in [(0, 1), (0, document + 1), (document / 2, document + 3), (document + 9, document + 10)] {
            let within = documents.iter().filter(|(document, _)| (from..until).contains(document));
            let max = within.map(|(_, frequency)| *frequency).max().unwrap_or_default();
            prop_assert!(table.max_tf_in(from, until).is_none_or(|bound| bound >= max));
            prop_assert!(max >= 255 || table.max_tf_in(0, document + 1).is_none_or(|bound| bound < 255));
        }
        let mut rest = documents.iter().copied().peekable();
        for doc in 0..document + 5 {
            let wanted = rest.next_if(|(document, _)| *document == doc).map_or(0, |(_, count)| count);
            prop_assert_eq!(table.term_freq(doc), wanted);
            prop_assert_eq!(table.contains(doc), wanted > 0);
            let bits = table.bits(doc / 64 * 64).first().copied().unwrap_or_default();
            prop_assert_eq!(bits >> (doc % 64) & 1 == 1, wanted > 0);
            let next = documents.iter().find(|(document, _)| *document >= doc);
            prop_assert_eq!(table.next(doc), next.map_or(TERMINATED, |(document, _)| *document));
        }
    }

    #[test]
    fn a_damaged_list_never_panics(
        mut bytes in vec(any::<u8>(), 0..400),
        count in 0..1000_u32,
        start in prop::sample::select(&[0_u8, 1, 7, 255][..]),
    ) {
        if let Some(first) = bytes.first_mut() {
            *first = start;
        }
        let mut cursor = Cursor::new(PageSlice::of(bytes), count, true);
        let (mut positions, mut last) = (Vec::new(), None);
        let (mut filling, mut scanning) = (cursor.restarted(), cursor.restarted());
        for from in (0..2048).step_by(256) {
            filling.fill(from, &mut [0; 4]);
            scanning.scan(from, from + 256, |docs, tfs| {
                assert_eq!(docs.len(), tfs.len());
            });
            scanning.max_tf_in(from, from + 256);
        }
        for step in 0..count {
            let document = cursor.doc();
            if document == TERMINATED {
                break;
            }
            cursor.term_freq();
            cursor.positions(&mut positions);
            prop_assert!(last.is_none_or(|last| last < document));
            last = Some(document);
            if step % 3 == 0 { cursor.seek(document + 5) } else { cursor.advance() };
        }
        prop_assert!(last.is_none_or(|last| last < TERMINATED));
    }
}

#[test]
fn a_document_may_span_runs_and_contain_every_character() {
    let every: Vec<char> = ('\u{4e00}'..='\u{9fff}').chain('\u{20000}'..='\u{2ffff}').collect();
    let body: Vec<char> = every.iter().chain(&every).copied().collect();
    let documents: Vec<Document> = (0..2)
        .map(|number| Document {
            kind: Kind::ALL[number % 2],
            title: vec!['币'],
            body: body.clone(),
            tags: vec![vec!['a'], vec!['b', 'c']],
            words: [vec!["a"], vec!["b"], vec![]],
            paths: vec!["a/b"],
            date: Some(number as i64),
        })
        .collect();
    check(&documents, 50_000);
    check(&documents, 10_000_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_merge_is_a_build_of_the_remaining_documents(
        segments in vec(vec((document(), any::<bool>()), 0..12), 1..5),
    ) {
        let files: Vec<Postings> = segments.iter().map(|segment| {
            let documents: Vec<Document> = segment.iter().map(|(it, _)| it.clone()).collect();
            open(bytes(&documents, 50))
        }).collect();
        let mut next = 0;
        let sources: Vec<MergeSource<'_>> = files.iter().zip(&segments).map(|(postings, segment)| {
            let new_ids = segment.iter().map(|(_, alive)| alive.then(|| {
                next += 1;
                next - 1
            }));
            MergeSource { postings, new_ids: new_ids.collect() }
        }).collect();
        let alive = segments.iter().flatten().filter(|(_, alive)| *alive);
        let alive: Vec<Document> = alive.map(|(document, _)| document.clone()).collect();
        let merged = merge_segments(&sources, Vec::new()).unwrap();
        if merged != bytes(&alive, 50) {
            let [merged, built] = [merged, bytes(&alive, 50)].map(OwnedBytes::new);
            prop_assert!(false, "{:?}", difference(&merged, &built));
        }
    }

    #[test]
    fn a_damaged_byte_is_never_a_silent_wrong_answer(
        documents in vec(document(), 1..40),
        at in any::<prop::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let mut bytes = bytes(&documents, 400);
        let lists = scan(&documents);
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        let Ok(postings) = Postings::open(OwnedBytes::new(bytes)) else { return Ok(()) };
        for (key, wanted) in &lists {
            let found = postings.cursor(*key).map(|mut cursor| {
                let mut found = BTreeMap::new();
                while cursor.doc() != TERMINATED {
                    let mut positions = Vec::new();
                    cursor.positions(&mut positions);
                    found.insert(cursor.doc(), (cursor.term_freq() as usize, positions));
                    cursor.advance();
                }
                found
            });
            let wanted: BTreeMap<_, _> = wanted.iter().map(|(doc, at)| {
                let positions = if key.is_bigram() { at.clone() } else { Vec::new() };
                (*doc, (at.len(), positions))
            }).collect();
            prop_assert!(found == Some(wanted) || postings.damage().is_some());
        }
    }
}

#[test]
fn a_file_that_is_cut_short_is_refused() {
    let mut builder = PostingsBuilder::new(std::env::temp_dir());
    builder.add_empty(Kind::Article).unwrap();
    let bytes = builder.finish(Vec::new()).unwrap();
    for cut in 0..bytes.len() {
        assert!(Postings::open(OwnedBytes::new(bytes[cut + 1..].to_vec())).is_err());
        assert!(Postings::open(OwnedBytes::new(bytes[..cut].to_vec())).is_err());
    }
}

#[test]
fn a_merge_of_a_damaged_file_fails() {
    let document = Document {
        kind: Kind::Flash,
        title: vec!['币'],
        body: vec!['比', '特'],
        tags: Vec::new(),
        words: Default::default(),
        paths: Vec::new(),
        date: None,
    };
    let mut bytes = bytes(&[document], 50);
    bytes[0] ^= 1;
    let postings = open(bytes);
    let sources = [MergeSource { postings: &postings, new_ids: vec![Some(0)] }];
    let error = merge_segments(&sources, Vec::new()).err().unwrap();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
}
