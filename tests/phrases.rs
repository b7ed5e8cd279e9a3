//! A quoted phrase finds exactly what a scan of the folded text finds.

use std::collections::BTreeSet;

use wensou_index::{BuildOptions, Index, build};
use wensou_ingest::Silent;
use wensou_query::lang::{Clock, parse};
use wensou_query::{Highlighter, Options, search};
use wensou_text::key_of;

use crate::util::{Dir, Random, shared};

struct Document {
    id: String,
    title: String,
    text: String,
}

fn index_of(dir: &Dir, documents: &[Document]) -> Index {
    let lines: Vec<String> = documents
        .iter()
        .map(|document| {
            let object = serde_json::json!({
                "id": document.id, "title": document.title, "text": document.text,
            });
            object.to_string()
        })
        .collect();
    let file = dir.write("archive/corpus.jsonl", lines.join("\n"));
    let index = dir.path().join("index");
    build(&index, &[file], &BuildOptions::default(), &Silent).unwrap();
    Index::open(&index).unwrap()
}

fn found(index: &Index, query: &str) -> BTreeSet<String> {
    let clock = Clock { today: "2024-01-01".parse().unwrap() };
    let query = parse(query, &clock).unwrap_or_else(|errors| panic!("{query}: {errors:?}"));
    let mut options = Options::default();
    options.limit = 100_000;
    options.snippet = 0;
    let results = search(index, &query, &options).unwrap();
    assert!(!results.relaxed, "a phrase is never relaxed");
    assert_eq!(results.total, results.hits.len());
    results.hits.iter().map(|hit| wensou_index::RecordExt::id(&hit.record).to_owned()).collect()
}

/// The documents whose title or text has a key that contains the key of the phrase.
fn scanned(keys: &[(String, String, String)], phrase: &str, title_only: bool) -> BTreeSet<String> {
    let needle: String = key_of(phrase).into_iter().collect();
    keys.iter()
        .filter(|(_, title, text)| {
            title.contains(&needle) || (!title_only && text.contains(&needle))
        })
        .map(|(id, _, _)| id.clone())
        .collect()
}

/// The documents of an index.
fn records(index: &Index) -> Vec<Document> {
    let addresses = index.in_order().unwrap();
    let document = |address| {
        let record = index.record(address).unwrap();
        let texts = wensou_index::RecordExt::texts(&record);
        let id = wensou_index::RecordExt::id(&record).to_owned();
        Document { id, title: texts.title, text: texts.body }
    };
    addresses.into_iter().map(document).collect()
}

/// Compares `count` random substrings of one to twelve characters, half of them in the title only.
fn compare(index: &Index, documents: &[Document], count: usize, seed: u64) {
    let key = |text: &str| key_of(text).into_iter().collect::<String>();
    let keys: Vec<(String, String, String)> = documents
        .iter()
        .map(|document| (document.id.clone(), key(&document.title), key(&document.text)))
        .collect();
    let mut random = Random::new(seed);
    let mut tried = 0;
    while tried < count {
        let document = &documents[random.below(documents.len())];
        let title_only = random.below(4) == 0;
        let text = if title_only { &document.title } else { &document.text };
        let chars: Vec<char> = text.chars().collect();
        let length = 1 + random.below(12);
        let start = random.below(chars.len());
        let phrase: String = chars[start..(start + length).min(chars.len())].iter().collect();
        if key_of(&phrase).is_empty() {
            continue;
        }
        tried += 1;
        let quoted = format!("\"{}\"", phrase.replace('\\', "\\\\").replace('"', "\\\""));
        let query = if title_only { format!("title:{quoted}") } else { quoted };
        assert_eq!(found(index, &query), scanned(&keys, &phrase, title_only), "{query}");
    }
}

#[test]
fn a_phrase_finds_what_a_scan_finds_in_awkward_text() {
    let documents: Vec<Document> = [
        ("比特幣減半", "比特幣(BTC)第四次減半,礦工收入 6.25→3.125 BTC。\n后來,并且于是里面最后。"),
        (
            "比特币减半行情",
            "比特币減半 BRC-20、ＢＲＣ－２０ 与 brc20;㍿①ﬁnance，e\u{301}tude étude",
        ),
        ("人", "人工智能产业:人工智慧產業。人"),
        ("GPT-3.5与GPT4", "CommerceontheInternethascometorely 🚀🚀 PackyMcCormick,NotBoring"),
        ("變體", "龍龙竜 裡裏里 臺台 爲為为 甚麼什么 乾坤乾燥干 著作看着"),
        ("𠮷野家", "𠮷 吉 か゛がｶﾞ 한국어 Ünïcödé ŒUVRE İstanbul ß"),
    ]
    .into_iter()
    .enumerate()
    .map(|(number, (title, text))| Document {
        id: format!("d{number}"),
        title: title.to_owned(),
        text: text.to_owned(),
    })
    .collect();
    let dir = Dir::new();
    let index = index_of(&dir, &documents);
    compare(&index, &documents, 2_000, 7);
}

#[test]
fn a_phrase_finds_what_a_scan_finds_in_real_text() {
    for corpus in ["drcd-dev", "cmrc-dev"] {
        let Some(path) = shared(&format!("corpora/{corpus}/corpus.jsonl")) else { return };
        let documents: Vec<Document> = std::fs::read_to_string(path)
            .unwrap()
            .lines()
            .map(|line| {
                let object: serde_json::Value = serde_json::from_str(line).unwrap();
                let field = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
                Document { id: field("id"), title: field("title"), text: field("text") }
            })
            .collect();
        let dir = Dir::new();
        let index = index_of(&dir, &documents);
        // Some texts have HTML in them, of which only the text is indexed.
        let documents: Vec<Document> = records(&index);
        compare(&index, &documents, 5_000, 11);
    }
}

/// Every highlight, folded, is the phrase, and every occurrence of the phrase is highlighted.
#[test]
fn highlights_are_the_phrase_in_the_characters_of_the_page() {
    let texts = [
        "比特幣(BTC)第四次減半,礦工收入 6.25→3.125 BTC。后來,并且于是里面最后。",
        "比特币減半 BRC-20、ＢＲＣ－２０ 与 brc20;㍿①ﬁnance,e\u{301}tude étude",
        "CommerceontheInternethascometorely 🚀🚀 PackyMcCormick,NotBoring",
        "龍龙竜 裡裏里 臺台 爲為为 甚麼什么 乾坤乾燥干 著作看着 𠮷野家",
    ];
    let clock = Clock { today: "2024-01-01".parse().unwrap() };
    // Highlights do not depend on the index.
    let dir = Dir::new();
    let any = Document { id: "1".into(), title: "題".into(), text: "文".into() };
    let index = index_of(&dir, &[any]);
    let mut random = Random::new(3);
    for round in 0..2_000 {
        let text = texts[round % texts.len()];
        let chars: Vec<char> = text.chars().collect();
        let start = random.below(chars.len());
        let end = (start + 1 + random.below(6)).min(chars.len());
        let phrase: String = chars[start..end].iter().collect();
        let key: String = key_of(&phrase).into_iter().collect();
        if key.is_empty() {
            continue;
        }
        let query = parse(&format!("\"{phrase}\""), &clock).unwrap();
        let snippet = Highlighter::new(&index, &query).unwrap().mark(text);
        assert_eq!(snippet.text, text);
        for [from, to] in &snippet.highlights {
            let marked: String = chars[*from..*to].iter().collect();
            assert_eq!(
                key_of(&marked).into_iter().collect::<String>(),
                key,
                "{marked} for {phrase}"
            );
        }
        let whole: String = key_of(text).into_iter().collect();
        assert_eq!(snippet.highlights.len(), whole.matches(&key).count(), "{phrase} in {text}");
    }
}
