//! A quoted phrase finds exactly the documents that a scan of the folded texts finds. This also
//! holds for phrases with symbols that count, such as `+` and `%`.

use std::collections::BTreeSet;

use memchr::memmem;
use wensou_index::{BuildOptions, Index, build};
use wensou_ingest::Silent;
use wensou_query::lang::{Clock, parse};
use wensou_query::{Highlighter, Options, search};
use wensou_text::{fold, is_key_char, key_of};

use crate::util::{Dir, Random, development_data};

struct Document {
    id: String,
    title: String,
    text: String,
}

/// Builds an index of documents.
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

/// The ids of the documents that a query finds.
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

/// A character of a text that counts in a phrase with symbols, see [`counted_chars`]: a key
/// character, or a symbol that counts.
#[derive(Clone, Copy)]
struct Counted {
    c: char,
    /// Whether this is a digit that a space separates from the digit before it.
    apart: bool,
    /// Whether this is punctuation that counts only because it stands between two digits.
    between: bool,
}

/// The characters of a text that count in a phrase with symbols: key characters, each of
/// `+#$€₿%.-/@`, and whatever stands between two digits, unless a space is there.
fn counted_chars(text: &str) -> Vec<Counted> {
    let folded: Vec<char> = fold(text).chars().collect();
    let mut counted: Vec<Counted> = Vec::new();
    let (mut at, mut apart) = (0, false);
    while at < folded.len() {
        if is_key_char(folded[at]) {
            counted.push(Counted { c: folded[at], apart, between: false });
            (at, apart) = (at + 1, false);
            continue;
        }
        let end = (at..folded.len()).find(|at| is_key_char(folded[*at])).unwrap_or(folded.len());
        let gap = &folded[at..end];
        let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
        let between_digits = at > 0 && digit(folded.get(at - 1)) && digit(folded.get(end));
        let spaced = gap.iter().any(|c| c.is_whitespace());
        let is_symbol = |c: char| "+#$€₿%.-/@".contains(c);
        let counts = |c: &&char| between_digits && !spaced || is_symbol(**c);
        let counted_char = |c: &char| Counted { c: *c, apart: false, between: !is_symbol(*c) };
        counted.extend(gap.iter().filter(counts).map(counted_char));
        apart = between_digits && spaced;
        at = end;
    }
    counted
}

/// Whether a phrase has a symbol that counts.
fn has_symbols(phrase: &str) -> bool {
    counted_chars(phrase).iter().any(|counted| !is_key_char(counted.c))
}

/// Where an occurrence of a phrase ends that begins at `at`; `None` if there is none. Beside the
/// symbols at the edges of the phrase, punctuation of the text that counts only between digits is
/// passed over.
fn end_of_occurrence(text: &[Counted], at: usize, phrase: &[Counted]) -> Option<usize> {
    let is_key = |counted: &Counted| is_key_char(counted.c);
    let (first_key, last_key) = (phrase.iter().position(is_key), phrase.iter().rposition(is_key));
    let mut end = at;
    for (number, wanted) in phrase.iter().enumerate() {
        // Before the first key character of the phrase, and at it, `apart` need not be the same: it
        // depends on what stands before the phrase.
        let in_start = first_key.is_none_or(|first| number <= first);
        let in_edge = in_start || last_key.is_some_and(|last| number > last);
        while number > 0 && in_edge && text.get(end).is_some_and(|counted| counted.between) {
            end += 1;
        }
        let counted = text.get(end)?;
        if counted.c != wanted.c || counted.apart != wanted.apart && !in_start {
            return None;
        }
        end += 1;
    }
    Some(end)
}

/// How often a phrase with symbols occurs in a text, without overlaps. An occurrence must not begin
/// or end inside a number of the text.
fn occurrences(text: &[Counted], phrase: &[Counted]) -> usize {
    let (mut count, mut next_free) = (0, 0);
    for at in 0..text.len() {
        let Some(end) = end_of_occurrence(text, at, phrase) else { continue };
        let is_digit = |at: usize| text.get(at).is_some_and(|counted| counted.c.is_ascii_digit());
        let splits_no_number =
            |edge: usize| edge == 0 || !(is_digit(edge - 1) && is_digit(edge)) || text[edge].apart;
        if at >= next_free && splits_no_number(at) && splits_no_number(end) {
            count += 1;
            next_free = end;
        }
    }
    count
}

/// A text, prepared for a scan.
struct Scanned {
    key: String,
    counted_chars: Vec<Counted>,
}

impl Scanned {
    fn new(text: &str) -> Self {
        Self { key: key_of(text).into_iter().collect(), counted_chars: counted_chars(text) }
    }

    /// Whether the text has a phrase. If `symbols`, the symbols that count must be the same, too.
    fn has(&self, phrase: &Scanned, symbols: bool) -> bool {
        // `str::contains` is slow here: this package is compiled without optimisation.
        memmem::find(self.key.as_bytes(), phrase.key.as_bytes()).is_some()
            // This comparison is slower still, so the other one rules out most texts first.
            && (!symbols || occurrences(&self.counted_chars, &phrase.counted_chars) > 0)
    }
}

/// A document, prepared for a scan.
struct ScannedDocument {
    id: String,
    title: Scanned,
    text: Scanned,
}

/// The ids of the documents whose title or, unless `title_only`, text has the phrase.
fn scan(documents: &[ScannedDocument], phrase: &str, title_only: bool) -> BTreeSet<String> {
    let (needle, symbols) = (Scanned::new(phrase), has_symbols(phrase));
    let has = |text: &Scanned| text.has(&needle, symbols);
    documents
        .iter()
        .filter(|document| has(&document.title) || (!title_only && has(&document.text)))
        .map(|document| document.id.clone())
        .collect()
}

/// The documents of an index, with the texts that are indexed.
fn indexed_documents(index: &Index) -> Vec<Document> {
    let addresses = index.in_walk_order().unwrap();
    let document = |address| {
        let record = index.record(address).unwrap();
        let texts = wensou_index::RecordExt::texts(&record);
        let id = wensou_index::RecordExt::id(&record).to_owned();
        Document { id, title: texts.title, text: texts.body }
    };
    addresses.into_iter().map(document).collect()
}

/// Random phrases of one to twelve characters, taken from titles and texts.
struct RandomPhrases {
    count: usize,
    seed: u64,
    start: Start,
}

/// Where a random phrase begins in its text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    AnyCharacter,
    /// At most two characters before a digit or a symbol that counts.
    NearSymbol,
    /// At a symbol that counts, or where the phrase ends with such a symbol.
    AtSymbol,
}

/// Checks that the index and a scan find the same for random phrases. A quarter of the phrases are
/// searched for in titles only.
fn assert_same_as_scan(index: &Index, documents: &[Document], phrases: &RandomPhrases) {
    let scanned = |document: &Document| ScannedDocument {
        id: document.id.clone(),
        title: Scanned::new(&document.title),
        text: Scanned::new(&document.text),
    };
    let scanned: Vec<ScannedDocument> = documents.iter().map(scanned).collect();
    let is_symbol = |c: &char| "+#$€₿%.-/@".contains(*c);
    // `:` and `,` count between digits.
    let is_digit_or_symbol = |c: &char| c.is_numeric() || "+#$€₿%.-/@:,".contains(*c);
    let mut random = Random::new(phrases.seed);
    let mut tried = 0;
    while tried < phrases.count {
        let document = &documents[random.below(documents.len())];
        let title_only = random.below(4) == 0;
        let text = if title_only { &document.title } else { &document.text };
        let chars: Vec<char> = text.chars().collect();
        let length = 1 + random.below(12);
        let mut start = random.below(chars.len());
        if phrases.start == Start::NearSymbol {
            let Some(next) = chars[start..].iter().position(is_digit_or_symbol) else { continue };
            start = (start + next).saturating_sub(random.below(3));
        }
        let mut end = (start + length).min(chars.len());
        if phrases.start == Start::AtSymbol {
            let Some(next) = chars[start..].iter().position(is_symbol) else { continue };
            let at = start + next;
            (start, end) = match random.below(2) {
                0 => (at, (at + length).min(chars.len())),
                _ => ((at + 1).saturating_sub(length), at + 1),
            };
        }
        let phrase: String = chars[start..end].iter().collect();
        if key_of(&phrase).is_empty() && !has_symbols(&phrase) {
            continue;
        }
        tried += 1;
        let quoted = format!("\"{}\"", phrase.replace('\\', "\\\\").replace('"', "\\\""));
        let query = if title_only { format!("title:{quoted}") } else { quoted };
        let found = found(index, &query);
        assert_eq!(found, scan(&scanned, &phrase, title_only), "{query}");
        // Without regard to the rule for symbols: what stands in a text is found there.
        let is_digit = |at: usize| chars.get(at).is_some_and(|c| c.is_numeric());
        let splits_number = |at: usize| at > 0 && is_digit(at - 1) && is_digit(at);
        if has_symbols(&phrase) && !splits_number(start) && !splits_number(end) {
            assert!(found.contains(&document.id), "{query} in {}", document.id);
        }
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
        ("3.5%與13.5%", "35% 3,500 2023.5.1 3. 5% 3 5% $100 $1,000 US$100.50 €5 ₿ ½ 1/2 1:2 1-2"),
        ("然而……比特幣", "然而…比特幣‥3…5 ⒈3 ёлка мой Ελλάδα Hawaiʻi Ma'am 50 % +5% -3度 50€"),
        (
            "C++與C#",
            "C C++ C+ C# c++17 .NET ASP.NET net @user user@a.b 13:02 1302 13 02 A+級 互聯網+",
        ),
        (
            "50%~60%、70%",
            "100%、200%；4.35%,+0.25 -5.5%,+8.8% -6%,-36.5點 8%,±3% 60~%50 5%：6 $~5 1#、2 7、$8 9,/9%·1",
        ),
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
    assert_same_as_scan(
        &index,
        &documents,
        &RandomPhrases { count: 2_000, seed: 7, start: Start::AnyCharacter },
    );
    assert_same_as_scan(
        &index,
        &documents,
        &RandomPhrases { count: 2_000, seed: 8, start: Start::NearSymbol },
    );
    assert_same_as_scan(
        &index,
        &documents,
        &RandomPhrases { count: 2_000, seed: 9, start: Start::AtSymbol },
    );
}

#[test]
fn a_phrase_finds_what_a_scan_finds_in_real_text() {
    for corpus in ["drcd-dev", "cmrc-dev"] {
        let Some(path) = development_data(&format!("corpora/{corpus}/corpus.jsonl")) else {
            return;
        };
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
        // Some texts of the corpora contain HTML tags, which are not indexed: compare with the
        // texts that the index has.
        let documents: Vec<Document> = indexed_documents(&index);
        assert_same_as_scan(
            &index,
            &documents,
            &RandomPhrases { count: 5_000, seed: 11, start: Start::AnyCharacter },
        );
        assert_same_as_scan(
            &index,
            &documents,
            &RandomPhrases { count: 3_000, seed: 12, start: Start::NearSymbol },
        );
        assert_same_as_scan(
            &index,
            &documents,
            &RandomPhrases { count: 1_000, seed: 13, start: Start::AtSymbol },
        );
    }
}

/// Every highlight has the key of the phrase, and every occurrence of the phrase is highlighted.
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
        let symbols = has_symbols(&phrase);
        if key.is_empty() && !symbols {
            continue;
        }
        let query = parse(&format!("\"{phrase}\""), &clock).unwrap();
        let snippet = Highlighter::new(&index, &query).unwrap().highlight(text);
        assert_eq!(snippet.text, text);
        for [from, to] in &snippet.highlights {
            let marked: String = chars[*from..*to].iter().collect();
            assert_eq!(
                key_of(&marked).into_iter().collect::<String>(),
                key,
                "{marked} for {phrase}"
            );
        }
        let text_key: String = key_of(text).into_iter().collect();
        let count = match symbols {
            true => occurrences(&counted_chars(text), &counted_chars(&phrase)),
            false => text_key.matches(&key).count(),
        };
        assert_eq!(snippet.highlights.len(), count, "{phrase} in {text}");
    }
}
