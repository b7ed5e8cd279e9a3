//! A query finds what its operators say, and all ways of answering it agree: with and without
//! scores, the first hits and all hits, with and without the cache of a session.

use std::collections::BTreeSet;

use wensou_index::{BuildOptions, Index, RecordExt, build};
use wensou_ingest::Silent;
use wensou_query::lang::{Clock, Query, parse};
use wensou_query::{Options, Session, clauses};
use wensou_text::{Synonyms, fold, key_of};

use crate::util::{Dir, Random};

const WORDS: [&str; 16] = [
    "比特幣",
    "以太坊",
    "減半",
    "礦工",
    "價格",
    "上漲",
    "下跌",
    "市場",
    "人工智能",
    "的",
    "了",
    "模型",
    "btc",
    "gpt4",
    "openai",
    "2023",
];

/// A limit above every number of hits.
const ALL_HITS: usize = usize::MAX / 2;

/// Builds an index of so many documents that posting lists have many blocks and extend over several
/// doc-id windows. The texts have very different lengths.
fn build_index(dir: &Dir) -> Index {
    let mut random = Random::new(5);
    let mut words = |max_words: usize| {
        // Chooses from a random number of words at the start of the list, so that the first words
        // are common and the last ones rare.
        let word = |random: &mut Random| {
            let bound = 1 + random.below(WORDS.len());
            WORDS[random.below(bound)]
        };
        let count = 1 + random.below(max_words);
        (0..count).map(|_| word(&mut random)).collect::<Vec<_>>()
    };
    let mut lines = String::new();
    for number in 0..5_000 {
        let (title, body) = (words(3).concat(), words(if number % 3 == 0 { 90 } else { 12 }));
        let object = serde_json::json!({
            "id": format!("d{number}"),
            "title": title,
            "text": body.join(if number % 2 == 0 { "" } else { " " }),
            "tags": words(2),
            "date": format!("20{:02}-05-{:02}", 15 + number % 9, 1 + number % 28),
        });
        lines.push_str(&format!("{object}\n"));
    }
    let file = dir.write("archive/corpus.jsonl", lines);
    let folder = dir.path().join("index");
    build(&folder, &[file], &BuildOptions::default(), &Silent).unwrap();
    Index::open(&folder).unwrap()
}

/// A random query with up to `depth` operators above each leaf, such as a word, a phrase or a
/// filter.
fn random_query(random: &mut Random, depth: usize) -> String {
    let word = |random: &mut Random| WORDS[random.below(WORDS.len())];
    match random.below(if depth == 0 { 5 } else { 8 }) {
        0 | 1 => word(random).to_owned(),
        2 => format!("\"{}{}\"", word(random), word(random)),
        3 => format!("title:{}", word(random)),
        4 => match random.below(3) {
            0 => format!("tag:{}", word(random)),
            1 => format!("date:20{:02}", 15 + random.below(10)),
            _ => format!("{} {}", word(random), word(random)),
        },
        5 => {
            format!("({} OR {})", random_query(random, depth - 1), random_query(random, depth - 1))
        }
        6 => {
            format!("({} NOT {})", random_query(random, depth - 1), random_query(random, depth - 1))
        }
        _ => format!("({} {})", random_query(random, depth - 1), random_query(random, depth - 1)),
    }
}

fn options(limit: usize) -> Options {
    let mut options = Options::default();
    options.limit = limit;
    options.snippet = 0;
    // Backfill, the documents that lack words and follow the hits, is not counted in the total.
    options.backfill = false;
    // Each near-duplicate is a hit of its own.
    options.all = true;
    options
}

#[test]
fn all_ways_of_answering_a_query_give_the_same_hits() {
    let dir = Dir::new();
    let index = build_index(&dir);
    let session = Session::new(&index).unwrap();
    let clock = Clock { today: "2024-01-01".parse().unwrap() };
    let mut random = Random::new(23);
    let mut with_many_hits = 0;
    for _ in 0..150 {
        let typed = random_query(&mut random, 2);
        let parsed: Query = parse(&typed, &clock).unwrap_or_else(|e| panic!("{typed}: {e:?}"));
        let all = session.search(&parsed, &options(ALL_HITS)).unwrap();
        let id_and_score = |hit: &wensou_query::Hit| (hit.record.id().to_owned(), hit.score);
        let hits: Vec<(String, f32)> = all.hits.iter().map(id_and_score).collect();
        assert_eq!(all.total, hits.len(), "{typed}");
        assert!(hits.iter().all(|(_, score)| score.is_sign_positive()), "{typed}");
        if !all.relaxed {
            // Compare with the number of hits that `clauses` counts, which computes no scores. In
            // parentheses, most queries are a single clause.
            let clause = parse(&format!("({typed})"), &clock).unwrap();
            if let [only] = clauses(&index, &clause).unwrap().as_slice() {
                assert_eq!(only.alone, all.total, "{typed}");
            }
        }
        with_many_hits += usize::from(hits.len() > 200);
        for limit in [1, 10, 70] {
            let first = session.search(&parsed, &options(limit)).unwrap();
            assert_eq!(first.total, all.total, "{typed}");
            let first_hits: Vec<(String, f32)> = first.hits.iter().map(id_and_score).collect();
            assert_eq!(first_hits[..], hits[..limit.min(hits.len())], "{typed}");
            let ids_only = session.ids(&parsed, &options(limit)).unwrap();
            let ids_of = |hits: &[(String, f32)]| -> Vec<String> {
                hits.iter().map(|(id, _)| id.clone()).collect()
            };
            assert_eq!(ids_of(&ids_only), ids_of(&first_hits), "{typed}");
            // Without the cache of the session, the hits and their order are the same.
            let without_session = wensou_query::ids(&index, &parsed, &options(limit)).unwrap();
            assert_eq!(without_session, ids_only, "{typed}");
        }
    }
    assert!(with_many_hits > 40, "too few queries have more than 200 hits: {with_many_hits}");
}

/// Words that the segmenter keeps whole, and for which no table has a synonym, so that each finds
/// only the texts that contain it.
const PLAIN_WORDS: [&str; 10] =
    ["市場", "價格", "上漲", "下跌", "礦工", "模型", "監管", "銀行", "openai", "wallet"];
const TAGS: [&str; 5] = ["銀行", "市場價格", "OpenAI", "模型", "監管 銀行"];

/// The texts of a record that are searched.
#[derive(Clone, Copy, PartialEq)]
enum Scope {
    Any,
    Title,
    Body,
}

/// Which leaves, the parts without operators, a random query may have.
#[derive(Clone, Copy, PartialEq)]
enum Leaves {
    /// Words, phrases, [`Expr::Near`] and filters.
    All,
    /// Words, phrases and [`Expr::Near`], as inside `title:` and `body:`, where filters and scopes
    /// are not allowed.
    OnlyTexts,
}

/// A query, which [`Expr::typed`] writes and [`Expr::matches`] evaluates.
enum Expr {
    Word(&'static str),
    Phrase(String),
    /// Two words in a passage of this many key characters.
    Near(&'static str, &'static str, usize),
    In(Scope, Box<Expr>),
    Tag(&'static str),
    TagPrefix(&'static str),
    Kind(&'static str),
    Year(usize),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
}

/// A record of the export, with the key of each of its texts.
struct Exported {
    id: String,
    kind: String,
    /// `YYYY-MM-DD`, or empty.
    date: String,
    title: Vec<char>,
    body: Vec<char>,
    tags: Vec<Vec<char>>,
    folded_tags: Vec<String>,
}

impl Exported {
    fn read(line: &str) -> Self {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
        let list = |key: &str| -> Vec<String> {
            let values = record[key].as_array().into_iter().flatten();
            values.map(|value| value.as_str().unwrap().to_owned()).collect()
        };
        // An article has paragraphs, a flash item has a text.
        let body = format!("{}\n{}", list("paragraphs").join("\n"), text("text"));
        let tags: Vec<String> = [list("tags"), list("suffix_tags")].concat();
        Self {
            id: text("id"),
            kind: text("kind"),
            date: record["date"]["value"].as_str().unwrap_or_default().to_owned(),
            title: key_of(&text("title")),
            body: key_of(&body),
            tags: tags.iter().map(|tag| key_of(tag)).collect(),
            folded_tags: tags.iter().map(|tag| fold(tag)).collect(),
        }
    }

    /// Whether one of the texts in the scope satisfies `holds`.
    fn any_text(&self, scope: Scope, holds: impl Fn(&[char]) -> bool) -> bool {
        scope != Scope::Body && holds(&self.title)
            || scope != Scope::Title && holds(&self.body)
            || scope == Scope::Any && self.tags.iter().any(|tag| holds(tag))
    }
}

fn contains(text: &[char], word: &[char]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

impl Expr {
    /// A random query with up to `depth` operators above each leaf.
    fn random(random: &mut Random, depth: usize, leaves: Leaves) -> Self {
        let word = |random: &mut Random| PLAIN_WORDS[random.below(PLAIN_WORDS.len())];
        let inner = |random: &mut Random, leaves| {
            Box::new(Self::random(random, depth.saturating_sub(1), leaves))
        };
        match random.below(if depth == 0 { 5 } else { 11 }) {
            0 | 1 => Self::Word(word(random)),
            2 => {
                let both = format!("{}{}", word(random), word(random));
                let chars: Vec<char> = both.chars().collect();
                let from = random.below(chars.len());
                let until = from + 1 + random.below(chars.len() - from);
                Self::Phrase(chars[from..until].iter().collect())
            }
            3 => Self::Near(word(random), word(random), 2 + random.below(20)),
            4 if leaves == Leaves::OnlyTexts => Self::Word(word(random)),
            4 => match random.below(4) {
                0 => Self::Tag(TAGS[random.below(TAGS.len())]),
                1 => Self::TagPrefix(["市場", "open", "監管"][random.below(3)]),
                2 => Self::Kind(["article", "flash"][random.below(2)]),
                _ => Self::Year(2015 + random.below(5)),
            },
            5 | 6 => Self::Or(inner(random, leaves), inner(random, leaves)),
            7 => Self::Not(inner(random, leaves)),
            8 if leaves == Leaves::All => {
                let scope = [Scope::Title, Scope::Body][random.below(2)];
                Self::In(scope, inner(random, Leaves::OnlyTexts))
            }
            _ => Self::And(inner(random, leaves), inner(random, leaves)),
        }
    }

    /// The query as it is typed.
    fn typed(&self) -> String {
        match self {
            Self::Word(word) => (*word).to_owned(),
            Self::Phrase(text) => format!("\"{text}\""),
            Self::Near(one, other, distance) => format!("\"{one} {other}\"~{distance}"),
            Self::In(Scope::Title, inner) => format!("title:({})", inner.typed()),
            Self::In(_, inner) => format!("body:({})", inner.typed()),
            Self::Tag(tag) => format!("tag:\"{tag}\""),
            Self::TagPrefix(prefix) => format!("tag:{prefix}*"),
            Self::Kind(kind) => format!("kind:{kind}"),
            Self::Year(year) => format!("date:{year}"),
            Self::Not(inner) => format!("NOT ({})", inner.typed()),
            Self::And(one, other) => format!("({} AND {})", one.typed(), other.typed()),
            Self::Or(one, other) => format!("({} OR {})", one.typed(), other.typed()),
        }
    }

    /// Whether the record matches, by the definition of each operator.
    fn matches(&self, record: &Exported, scope: Scope) -> bool {
        match self {
            Self::Word(word) => {
                let key = key_of(word);
                record.any_text(scope, |text| contains(text, &key))
            }
            Self::Phrase(phrase) => {
                let key = key_of(phrase);
                record.any_text(scope, |text| contains(text, &key))
            }
            Self::Near(one, other, distance) => {
                let (one, other) = (key_of(one), key_of(other));
                record.any_text(scope, |text| {
                    (0..text.len()).any(|from| {
                        let passage = &text[from..(from + distance).min(text.len())];
                        contains(passage, &one) && contains(passage, &other)
                    })
                })
            }
            Self::In(scope, inner) => inner.matches(record, *scope),
            Self::Tag(tag) => record.folded_tags.contains(&fold(tag)),
            Self::TagPrefix(prefix) => {
                record.folded_tags.iter().any(|tag| tag.starts_with(&fold(prefix)))
            }
            Self::Kind(kind) => record.kind == *kind,
            Self::Year(year) => record.date.starts_with(&year.to_string()),
            Self::Not(inner) => !inner.matches(record, scope),
            Self::And(one, other) => one.matches(record, scope) && other.matches(record, scope),
            Self::Or(one, other) => one.matches(record, scope) || other.matches(record, scope),
        }
    }
}

/// Writes records of [`PLAIN_WORDS`] into a file of the archive.
fn write_records(dir: &Dir, file: &str, count: usize, random: &mut Random) {
    let text = |random: &mut Random, max_words: usize| -> String {
        let separators = ["", "", " ", ",", "\n"];
        let count = 1 + random.below(max_words);
        let words = (0..count).map(|_| {
            // As in `build_index`, the first words of the list are common, the last ones rare.
            let bound = 1 + random.below(PLAIN_WORDS.len());
            let word = PLAIN_WORDS[random.below(bound)];
            format!("{word}{}", separators[random.below(separators.len())])
        });
        words.collect()
    };
    let mut lines = String::new();
    for number in 0..count {
        let tags: Vec<&str> =
            (0..random.below(3)).map(|_| TAGS[random.below(TAGS.len())]).collect();
        let kind = ["article", "flash"][random.below(2)];
        let max_words = if number % 10 == 0 { 60 } else { 8 };
        let mut object = serde_json::json!({
            "id": format!("{file}-{number}"),
            "kind": kind,
            "title": text(random, 2).replace('\n', ""),
            "text": text(random, max_words),
            "tags": tags,
        });
        if random.below(5) > 0 {
            let (year, day) = (2015 + random.below(5), 1 + random.below(28));
            object["date"] = format!("{year}-05-{day:02}").into();
        }
        lines.push_str(&format!("{object}\n"));
    }
    dir.write(&format!("archive/{file}.jsonl"), lines);
}

#[test]
fn a_query_finds_the_exported_records_that_match_by_the_definition_of_its_operators() {
    let synonyms = Synonyms::standard([]);
    for word in PLAIN_WORDS {
        let others: Vec<_> = synonyms.synonyms_of(&key_of(word)).collect();
        assert_eq!(others, [], "{word}");
    }
    let dir = Dir::new();
    let mut random = Random::new(31);
    write_records(&dir, "stays", 5_000, &mut random);
    write_records(&dir, "changes", 1_000, &mut random);
    dir.index();
    // An update adds a segment, and deletes documents of the first one.
    write_records(&dir, "changes", 1_000, &mut random);
    dir.index();
    let export = dir.ok(&["export"]);
    let records: Vec<Exported> = export.lines().map(Exported::read).collect();
    assert!(records.len() > 4_000, "{} records", records.len());

    let index = Index::open(&dir.path().join("index")).unwrap();
    let session = Session::new(&index).unwrap();
    let clock = Clock { today: "2024-01-01".parse().unwrap() };
    let mut with_some_hits = 0;
    for _ in 0..400 {
        let expr = Expr::random(&mut random, 3, Leaves::All);
        let typed = expr.typed();
        let expected: BTreeSet<&str> = records
            .iter()
            .filter(|record| expr.matches(record, Scope::Any))
            .map(|record| record.id.as_str())
            .collect();
        let query = parse(&typed, &clock).unwrap_or_else(|e| panic!("{typed}: {e:?}"));
        let results = session.search(&query, &options(ALL_HITS)).unwrap();
        let mut found: BTreeSet<&str> = results.hits.iter().map(|hit| hit.record.id()).collect();
        if results.relaxed {
            // No document matches: the hits are documents with some of the words.
            found.clear();
        }
        let different: Vec<_> = found.symmetric_difference(&expected).take(3).collect();
        assert!(
            different.is_empty(),
            "{typed}: {} hits instead of {}: {different:?}",
            found.len(),
            expected.len()
        );
        with_some_hits += usize::from((1..records.len()).contains(&expected.len()));
    }
    assert!(with_some_hits > 300, "too few queries have some hits: {with_some_hits}");
}
