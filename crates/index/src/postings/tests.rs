//! Whatever is written is read back, and is what a scan of the documents finds.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use tantivy::directory::OwnedBytes;
use tantivy::{DocSet, TERMINATED};

use super::*;
use crate::schema::{Kind, Unit};

#[derive(Debug, Clone)]
struct Document {
    kind: Kind,
    title: Vec<char>,
    body: Vec<char>,
    tags: Vec<Vec<char>>,
    /// Of each part.
    words: [Vec<&'static str>; 3],
    paths: Vec<&'static str>,
}

fn bytes(documents: &[Document], run: usize) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = Builder::with_run(folder.path(), run);
    for document in documents {
        builder.add(document.kind, &document.title, &document.body, &document.tags).unwrap();
        for (part, words) in Part::ALL.into_iter().zip(&document.words) {
            builder.add_words(part, words.iter().copied()).unwrap();
        }
        document.paths.iter().for_each(|path| builder.add_path(path).unwrap());
    }
    let path = folder.path().join("pairs");
    assert_eq!(builder.finish(&path).unwrap() as usize, documents.len());
    std::fs::read(path).unwrap()
}

type Lists = BTreeMap<UnitKey, BTreeMap<u32, Vec<u32>>>;

/// The lists by a scan of the documents.
fn scan(documents: &[Document]) -> Lists {
    let mut lists = Lists::new();
    for (number, document) in (0..).zip(documents) {
        let mut part = |part: Part, texts: &[Vec<char>]| {
            let mut place = 0;
            for text in texts {
                for (at, c) in (place..).zip(text) {
                    let single = lists.entry(UnitKey::single(part, *c)).or_default();
                    single.entry(number).or_default().push(at);
                }
                for (at, pair) in (place..).zip(text.windows(2)) {
                    let pair = lists.entry(UnitKey::pair(part, pair[0], pair[1])).or_default();
                    pair.entry(number).or_default().push(at);
                }
                place += text.len() as u32 + 1;
            }
        };
        part(Part::Title, std::slice::from_ref(&document.title));
        part(Part::Body, std::slice::from_ref(&document.body));
        part(Part::Tags, &document.tags);
    }
    lists
}

fn check(documents: &[Document], run: usize) {
    let (bytes, lists) = (bytes(documents, run), scan(documents));
    let postings = Postings::open(OwnedBytes::new(bytes)).unwrap();
    for (key, wanted) in &lists {
        let mut cursor = postings.list(*key).expect("a list of every unit");
        assert_eq!(cursor.count() as usize, wanted.len());
        let mut places = Vec::new();
        for (document, wanted) in wanted {
            assert_eq!(cursor.doc(), *document);
            assert_eq!(cursor.frequency() as usize, wanted.len());
            cursor.places(&mut places);
            let expected = if key.is_pair() { wanted.as_slice() } else { &[] };
            assert_eq!(places, expected);
            cursor.advance();
        }
        assert_eq!(cursor.doc(), TERMINATED);
        assert_eq!(cursor.advance(), TERMINATED);
    }
    check_words(&postings, documents);
    check_paths(&postings, documents);
    for (kind, part) in [(Kind::Article, Part::Body), (Kind::Flash, Part::Tags)] {
        let of_kind = documents.iter().filter(|document| document.kind == kind);
        assert_eq!(postings.documents_of(kind) as usize, of_kind.clone().count());
        let characters: usize = of_kind
            .map(|document| match part {
                Part::Body => document.body.len(),
                _ => document.tags.iter().map(Vec::len).sum(),
            })
            .sum();
        assert_eq!(postings.characters_of(kind, part) as usize, characters);
    }
    for (code, document) in postings.lengths(Part::Body).iter().zip(documents) {
        assert_eq!(length_of(*code).0, document.kind);
    }
    assert_eq!(postings.count(UnitKey::single(Part::Body, 'x')), 0);
    assert!(postings.list(UnitKey::pair(Part::Tags, '无', '无')).is_none());
}

fn check_words(postings: &Postings, documents: &[Document]) {
    let mut lists = BTreeMap::<(Part, &str), BTreeMap<u32, u32>>::new();
    for (number, document) in (0..).zip(documents) {
        for (part, words) in Part::ALL.into_iter().zip(&document.words) {
            for word in words {
                *lists.entry((part, word)).or_default().entry(number).or_default() += 1;
            }
        }
    }
    for ((part, word), wanted) in &lists {
        let key = postings.key(*part, Unit::Word, word).expect("a word that stands somewhere");
        let mut cursor = postings.list(key).expect("a list");
        for (document, often) in wanted {
            assert_eq!((cursor.doc(), cursor.frequency()), (*document, *often));
            cursor.advance();
        }
        assert_eq!(cursor.doc(), TERMINATED);
    }
    for prefix in ["", "b", "比", "币x"] {
        let mut found = Vec::new();
        postings.words(Part::Body, prefix, |word, key| {
            found.extend((postings.count(key) > 0).then(|| word.to_owned()));
        });
        let begins = lists.iter().filter(|((_, word), _)| word.starts_with(prefix));
        let of_body = begins.clone().filter(|((part, _), _)| *part == Part::Body);
        assert_eq!(found, of_body.map(|((_, word), _)| (*word).to_owned()).collect::<Vec<_>>());
        let with = postings.with_prefix(&Part::ALL, prefix);
        for document in 0..documents.len() as u32 + 2 {
            let wanted = begins.clone().any(|(_, list)| list.contains_key(&document));
            assert_eq!(with.frequency(document), u32::from(wanted));
        }
    }
    assert_eq!(postings.key(Part::Body, Unit::Word, "无"), None);
}

fn check_paths(postings: &Postings, documents: &[Document]) {
    for name in ["", "a", "a.txt", "b", "新聞", "新聞/a", "a.t", "a/b/a.txt", "/a", "無"] {
        for whole in [true, false] {
            let is_wanted = |end: &str| match end.strip_prefix(name) {
                Some(rest) if whole => rest.is_empty() || rest.starts_with('/'),
                begins => begins.is_some(),
            };
            let there = |path: &&str| {
                let behind = path.match_indices('/').map(|(at, _)| at + 1);
                let starts = std::iter::once(0).chain(behind.filter(|at| *at < path.len()));
                starts.map(|at| &path[at..]).any(is_wanted)
            };
            let found = postings.in_paths(name, whole);
            for (number, document) in (0..).zip(documents) {
                let wanted = document.paths.iter().any(there);
                assert_eq!(found.frequency(number), u32::from(wanted), "{name} {whole}");
            }
        }
    }
}

/// Documents and places, so far apart.
fn postings(gaps: &[(u32, u32)], far: u32) -> Vec<(u32, u32)> {
    let (mut document, mut postings) = (0, Vec::new());
    for (gap, frequency) in gaps {
        document += gap;
        postings.extend((0..*frequency).map(|n| (document, n * far)));
    }
    postings
}

/// Bit by bit.
fn packed(numbers: &[u32], width: u8) -> Vec<u8> {
    let bits = numbers.iter().flat_map(|number| (0..width).map(move |bit| number >> bit & 1));
    let bits: Vec<u32> = bits.collect();
    bits.chunks(8).map(|bits| (0..).zip(bits).map(|(at, bit)| (*bit as u8) << at).sum()).collect()
}

/// Number by number: every fourth of 128 goes into the same lane, the lanes into words of 32 bits,
/// and these lie by turns.
fn lanes(numbers: &[u32], width: u8) -> Vec<u8> {
    let lane =
        |lane| packed(&numbers.iter().skip(lane).step_by(4).copied().collect::<Vec<_>>(), width);
    let lanes: Vec<Vec<u8>> = (0..4).map(lane).collect();
    (0..usize::from(width))
        .flat_map(|at| lanes.iter().flat_map(move |lane| lane[at * 4..][..4].to_vec()))
        .collect()
}

/// The list by the words of its format.
fn coded(postings: &[(u32, u32)], placed: bool) -> Vec<u8> {
    let packed = |numbers: &[u32]| {
        let width = pack::width_of(*numbers.iter().max().unwrap());
        [vec![width], packed(numbers, width)].concat()
    };
    let variable = |numbers: &[u32]| {
        let mut bytes = Vec::new();
        numbers.iter().for_each(|number| pack::variable(u64::from(*number), &mut bytes));
        bytes
    };
    let documents: Vec<&[(u32, u32)]> = postings.chunk_by(|a, b| a.0 == b.0).collect();
    let (mut skips, mut blocks, mut last) = (Vec::new(), Vec::new(), 0);
    for block in documents.chunks(list::BLOCK) {
        let (mut numbers, mut more, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
        let (mut less, mut several) = (Vec::new(), Vec::new());
        for document in block {
            // Nothing is before the first document, which can be 0.
            less.push(document[0].0 - last - u32::from(!skips.is_empty() || !less.is_empty()));
            several.push(u32::from(document.len() > 1));
            numbers.push((document[0].0 - last) * 2 + u32::from(document.len() > 1));
            last = document[0].0;
            if document.len() > 1 {
                more.push(document.len() as u32 - 2);
            }
            gaps.push(document[0].1);
            gaps.extend(document.windows(2).map(|two| two[1].1 - two[0].1));
        }
        let full = block.len() == list::BLOCK;
        if full {
            let width = pack::width_of(*less.iter().max().unwrap());
            let any = several.contains(&1);
            blocks.push(width + if any { 128 } else { 0 });
            blocks.extend(lanes(&less, width));
            blocks.extend(if any { super::tests::packed(&several, 1) } else { Vec::new() });
        } else {
            blocks.extend(variable(&numbers));
        }
        if !more.is_empty() {
            blocks.extend(packed(&more));
        }
        if placed {
            blocks.extend(if gaps.len() >= 4 { packed(&gaps) } else { variable(&gaps) });
        }
        skips.extend(last.to_le_bytes());
        skips.extend((blocks.len() as u32).to_le_bytes());
        skips.push(block.iter().map(|document| document.len() as u8).max().unwrap());
    }
    if documents.len() > list::BLOCK { [skips, blocks].concat() } else { blocks }
}

fn text(alphabet: &'static [char], most: usize) -> impl Strategy<Value = Vec<char>> {
    vec(prop::sample::select(alphabet), 0..most)
}

fn document() -> impl Strategy<Value = Document> {
    // Beyond the first plane too: such characters have codes in a table of their own.
    const FEW: &[char] = &['币', '的', 'a', '𠀀'];
    const MANY: &[char] = &['比', '特', '币', '以', '太', '坊', '链', '上', 'b', 't', 'c', '1'];
    let kind = prop::sample::select(&Kind::ALL[..]);
    let texts = (text(MANY, 6), text(FEW, 40), vec(text(MANY, 4), 0..3));
    let words = || vec(prop::sample::select(&["b", "btc", "比特币", "币", "币圈"][..]), 0..6);
    let paths = ["a.txt", "a/b/a.txt", "新聞/a.txt", "新聞/ab/a", "a/新聞/a.html", "a", "b/"];
    let paths = vec(prop::sample::select(paths.to_vec()), 0..4);
    (kind, texts, [words(), words(), words()], paths).prop_map(
        |(kind, (title, body, tags), words, paths)| Document {
            kind,
            title,
            body,
            tags,
            words,
            paths,
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
    fn a_list_is_coded_as_its_format_says(
        gaps in vec((1..400_u32, 1..5_u32), 1..600),
        far in prop::sample::select(&[1_u32, 300, 70_000, 1 << 27][..]),
        placed in any::<bool>(),
    ) {
        let postings = postings(&gaps, far);
        let mut list = list::List::default();
        match placed {
            true => list.fill_placed(postings.iter().copied()),
            false => list.fill(postings.iter().map(|(document, _)| *document)),
        }
        let mut bytes = vec![7];
        list.as_slices().encode(&mut bytes);
        prop_assert_eq!(&bytes[1..], coded(&postings, placed));
    }

    #[test]
    fn a_list_cut_anywhere_is_joined_again(
        gaps in vec((1..400_u32, 1..5_u32), 1..200),
        far in prop::sample::select(&[1_u32, 300, 70_000, 1 << 27][..]),
        cuts in vec(any::<prop::sample::Index>(), 0..6),
        placed in any::<bool>(),
    ) {
        let postings = postings(&gaps, far);
        let list = |postings: &[(u32, u32)]| {
            let mut list = list::List::default();
            match placed {
                true => list.fill_placed(postings.iter().copied()),
                false => list.fill(postings.iter().map(|(document, _)| *document)),
            }
            list
        };
        let key = match placed {
            true => UnitKey::pair(Part::Body, '比', '特'),
            false => UnitKey::single(Part::Body, '比'),
        };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(postings.len() + 1)).collect();
        cuts.extend([0, postings.len()]);
        cuts.sort_unstable();
        let runs: Vec<_> = cuts
            .windows(2)
            .map(|cut| run::file_of(&[(key, list(&postings[cut[0]..cut[1]]))]))
            .collect();
        let mut merged = Vec::new();
        merge::merge(runs, |key, list| {
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
        let mut wanted = BTreeMap::<UnitKey, Vec<(u32, u32)>>::new();
        let mut files = Vec::new();
        for (document, run) in (0..).zip(&runs) {
            let mut lists = BTreeMap::new();
            for (c, pair) in run {
                let key = match pair {
                    true => UnitKey::pair(Part::Tags, *c, 'a'),
                    false => UnitKey::single(Part::Title, *c),
                };
                let mut list = list::List::default();
                match pair {
                    true => list.fill_placed([(document, 3), (document, 5)].into_iter()),
                    false => list.fill([document].into_iter()),
                }
                if lists.insert(key, list).is_none() {
                    wanted.entry(key).or_default().push((document, 3));
                    if *pair {
                        wanted.entry(key).or_default().push((document, 5));
                    }
                }
            }
            files.push(run::file_of(&lists.into_iter().collect::<Vec<_>>()));
        }
        let mut wanted = wanted.into_iter();
        merge::merge(files, |key, list| {
            let (next, postings) = wanted.next().expect("no more lists than were written");
            let mut expected = list::List::default();
            match key.is_pair() {
                true => expected.fill_placed(postings.iter().copied()),
                false => expected.fill(postings.iter().map(|(document, _)| *document)),
            }
            assert_eq!((key, list), (next, &expected));
            Ok(())
        })
        .unwrap();
        prop_assert_eq!(wanted.next(), None);
    }

    #[test]
    fn what_is_packed_is_unpacked(numbers in vec(any::<u32>(), 0..300), width in 0..=32_u8) {
        let numbers: Vec<u32> =
            numbers.iter().map(|number| (u64::from(*number) & ((1 << width) - 1)) as u32).collect();
        let mut bytes = vec![7];
        pack::pack(&numbers, width, &mut bytes);
        prop_assert_eq!(&bytes[1..], packed(&numbers, width));
        let mut read = vec![1; numbers.len()];
        unpack::unpack(&bytes[1..], width, &mut read).unwrap();
        prop_assert_eq!(read, numbers);
    }

    #[test]
    fn seeking_finds_what_advancing_does(
        gaps in vec((1..40_u32, 1..5_u32), 1..600),
        targets in vec(0..24_000_u32, 1..40),
    ) {
        let (mut list, mut places) = (list::List::default(), Vec::new());
        let (mut documents, mut frequencies, mut document) = (Vec::new(), Vec::new(), 0);
        for (gap, frequency) in gaps {
            document += gap;
            documents.push(document);
            frequencies.push(frequency);
            places.extend((0..frequency).map(|n| (document, n * n)));
        }
        list.fill_placed(places.iter().copied());
        let mut bytes = Vec::new();
        list.as_slices().encode(&mut bytes);
        // What follows a list must not matter.
        bytes.extend([0xFF; 3]);
        let open = || Cursor::new(OwnedBytes::new(bytes.clone()), documents.len() as u32, true);
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
                prop_assert_eq!(cursor.frequency(), frequencies[at]);
                let mut places = Vec::new();
                cursor.places(&mut places);
                let places_wanted: Vec<u32> = (0..frequencies[at]).map(|n| n * n).collect();
                prop_assert_eq!(places, places_wanted);
            }
        }
    }

    #[test]
    fn stretches_have_what_advancing_finds(
        gaps in vec((1..40_u32, 1..300_u32), 1..600),
        stretches in vec((0..700_u32, 1..12_usize), 1..40),
    ) {
        let (mut list, mut document) = (list::List::default(), 0);
        let mut documents = Vec::new();
        for (gap, frequency) in gaps {
            document += gap;
            documents.push((document, frequency));
        }
        let every = documents.iter().flat_map(|(document, count)| vec![*document; *count as usize]);
        list.fill(every.collect::<Vec<_>>().into_iter());
        let mut bytes = Vec::new();
        list.as_slices().encode(&mut bytes);
        let open = || Cursor::new(OwnedBytes::new(bytes.clone()), documents.len() as u32, false);
        let (mut marking, mut sweeping, mut glancing) = (open(), open(), open());
        let mut from = 0;
        for (ahead, words) in stretches {
            from += ahead;
            let until = from + words as u32 * 64;
            let (mut bits, mut swept) = (vec![0; words], Vec::new());
            sweeping.sweep(from, until, |docs, frequencies| {
                swept.extend(docs.iter().copied().zip(frequencies.iter().copied()));
            });
            marking.mark(from, &mut bits);
            let within = documents.iter().filter(|(document, _)| (from..until).contains(document));
            prop_assert_eq!(swept, within.clone().copied().collect::<Vec<_>>());
            let mut wanted = vec![0; words * 64];
            within.for_each(|(document, frequency)| wanted[(document - from) as usize] = *frequency);
            for (at, frequency) in wanted.iter().enumerate() {
                prop_assert_eq!(bits[at / 64] >> (at % 64) & 1 == 1, *frequency > 0);
            }
            let most = wanted.iter().max().copied().unwrap_or_default();
            if most > 0 && let Some(bound) = glancing.most_within(from, until) {
                prop_assert!(u32::from(bound) >= most.min(255));
            }
            from = until;
        }
        let table = Unpacked::of(open(), document as usize + 2);
        prop_assert_eq!(table.count() as usize, documents.len());
        for (from, until) in [(0, 1), (0, document + 1), (document / 2, document + 3), (document + 9, document + 10)] {
            let within = documents.iter().filter(|(document, _)| (from..until).contains(document));
            let most = within.map(|(_, frequency)| *frequency).max().unwrap_or_default();
            prop_assert!(table.most_within(from, until).is_none_or(|bound| bound >= most));
            prop_assert!(most >= 255 || table.most_within(0, document + 1).is_none_or(|bound| bound < 255));
        }
        let mut rest = documents.iter().copied().peekable();
        for doc in 0..document + 5 {
            let wanted = rest.next_if(|(document, _)| *document == doc).map_or(0, |(_, count)| count);
            prop_assert_eq!(table.frequency(doc), wanted);
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
        let mut cursor = Cursor::new(OwnedBytes::new(bytes), count, true);
        let (mut places, mut last) = (Vec::new(), None);
        let (mut marking, mut sweeping) = (cursor.rewound(), cursor.rewound());
        for from in (0..2048).step_by(256) {
            marking.mark(from, &mut [0; 4]);
            sweeping.sweep(from, from + 256, |docs, frequencies| {
                assert_eq!(docs.len(), frequencies.len());
            });
            sweeping.most_within(from, from + 256);
        }
        for step in 0..count {
            let document = cursor.doc();
            if document == TERMINATED {
                break;
            }
            cursor.frequency();
            cursor.places(&mut places);
            prop_assert!(last.is_none_or(|last| last < document));
            last = Some(document);
            if step % 3 == 0 { cursor.seek(document + 5) } else { cursor.advance() };
        }
        prop_assert!(last.is_none_or(|last| last < TERMINATED));
    }
}

#[test]
fn a_document_may_lie_across_runs_and_hold_every_character() {
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
        })
        .collect();
    check(&documents, 50_000);
    check(&documents, 10_000_000);
}

#[test]
fn a_damaged_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = Builder::new(folder.path());
    builder.add(Kind::Article, &['币'], &['比', '特', '币'], &[]).unwrap();
    let path = folder.path().join("pairs");
    builder.finish(&path).unwrap();
    let bytes = std::fs::read(path).unwrap();
    for cut in 0..bytes.len() {
        assert!(Postings::open(OwnedBytes::new(bytes[cut + 1..].to_vec())).is_err());
        assert!(Postings::open(OwnedBytes::new(bytes[..cut].to_vec())).is_err());
    }
}
