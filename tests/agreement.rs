//! All ways to answer a query agree: with and without scores, the first hits and all hits, with and
//! without the cache of a session.

use wensou_index::{BuildOptions, Index, RecordExt, build};
use wensou_ingest::Silent;
use wensou_query::lang::{Clock, Query, parse};
use wensou_query::{Options, Session, clauses};

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

/// Enough documents for posting lists with many blocks and in several doc-id windows. The texts
/// have very different lengths.
fn index(dir: &Dir) -> Index {
    let mut random = Random::new(5);
    let mut text = |longest: usize| {
        // Words with a low number are common, those with a high number rare.
        let word = |random: &mut Random| {
            let below = 1 + random.below(WORDS.len());
            WORDS[random.below(below)]
        };
        let count = 1 + random.below(longest);
        (0..count).map(|_| word(&mut random)).collect::<Vec<_>>()
    };
    let mut lines = String::new();
    for number in 0..5_000 {
        let (title, body) = (text(3).concat(), text(if number % 3 == 0 { 90 } else { 12 }));
        let object = serde_json::json!({
            "id": format!("d{number}"),
            "title": title,
            "text": body.join(if number % 2 == 0 { "" } else { " " }),
            "tags": text(2),
            "date": format!("20{:02}-05-{:02}", 15 + number % 9, 1 + number % 28),
        });
        lines.push_str(&format!("{object}\n"));
    }
    let file = dir.write("archive/corpus.jsonl", lines);
    let folder = dir.path().join("index");
    build(&folder, &[file], &BuildOptions::default(), &Silent).unwrap();
    Index::open(&folder).unwrap()
}

/// A random query with up to three levels.
fn query(random: &mut Random, depth: usize) -> String {
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
        5 => format!("({} OR {})", query(random, depth - 1), query(random, depth - 1)),
        6 => format!("({} NOT {})", query(random, depth - 1), query(random, depth - 1)),
        _ => format!("({} {})", query(random, depth - 1), query(random, depth - 1)),
    }
}

fn options(limit: usize) -> Options {
    let mut options = Options::default();
    options.limit = limit;
    options.snippet = 0;
    options
}

#[test]
fn however_a_query_is_answered_the_answer_is_the_same() {
    let dir = Dir::new();
    let index = index(&dir);
    let session = Session::new(&index).unwrap();
    let clock = Clock { today: "2024-01-01".parse().unwrap() };
    let mut random = Random::new(23);
    let mut with_many_hits = 0;
    for _ in 0..150 {
        let typed = query(&mut random, 2);
        let parsed: Query = parse(&typed, &clock).unwrap_or_else(|e| panic!("{typed}: {e:?}"));
        let all = session.search(&parsed, &options(usize::MAX / 2)).unwrap();
        let id = |hit: &wensou_query::Hit| (hit.record.id().to_owned(), hit.score);
        let hits: Vec<(String, f32)> = all.hits.iter().map(id).collect();
        assert_eq!(all.total, hits.len(), "{typed}");
        assert!(hits.iter().all(|(_, score)| score.is_sign_positive()), "{typed}");
        if !all.relaxed {
            // Counted without scoring.
            let whole = parse(&format!("({typed})"), &clock).unwrap();
            if let [only] = clauses(&index, &whole).unwrap().as_slice() {
                assert_eq!(only.alone, all.total, "{typed}");
            }
        }
        with_many_hits += usize::from(hits.len() > 200);
        for limit in [1, 10, 70] {
            let first = session.search(&parsed, &options(limit)).unwrap();
            assert_eq!(first.total, all.total, "{typed}");
            let first_hits: Vec<(String, f32)> = first.hits.iter().map(id).collect();
            assert_eq!(first_hits[..], hits[..limit.min(hits.len())], "{typed}");
            let bare = session.ids(&parsed, &options(limit)).unwrap();
            let names = |hits: &[(String, f32)]| -> Vec<String> {
                hits.iter().map(|(id, _)| id.clone()).collect()
            };
            assert_eq!(names(&bare), names(&first_hits), "{typed}");
            // The cache of a session does not change any score.
            let alone = wensou_query::ids(&index, &parsed, &options(limit)).unwrap();
            assert_eq!(alone, bare, "{typed}");
        }
    }
    assert!(
        with_many_hits > 40,
        "too few queries have hits that can be left out: {with_many_hits}"
    );
}
