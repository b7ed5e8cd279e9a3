//! Measures the ranking on the judged set of the sample archive (`tests/relevance/`).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use wensou_query::eval::{Judgements, Measures, Run, mean, measure};
use wensou_text::fold;

use crate::sample::indexed;
use crate::util::is_renewing;

/// The classes of queries, which the key `about` names.
const ABOUT: [&str; 10] =
    ["ticker", "name", "number", "tag", "topic", "question", "date", "phrase", "glued", "regional"];
/// The kinds of documents that a query may want.
const KINDS: [&str; 3] = ["article", "flash", "both"];

/// Half of the last decimal place of the pinned values, and a margin for binary rounding.
const TOLERANCE: f64 = 5e-5 + 1e-9;

/// Maximum number of changed queries that a report lists.
const MAX_LISTED_QUERIES: usize = 15;

/// A line of `queries.jsonl`. `tests/relevance/README.md` explains the keys.
#[derive(Deserialize)]
struct Query {
    id: String,
    text: String,
    kind: String,
    about: String,
    note: String,
    /// The text of the query in the other script, if it differs.
    other: Option<String>,
}

/// Four measures, in the order of [`Measures::NAMES`], by the name of a class or kind, or by the id
/// of a query.
type Table = BTreeMap<String, [f64; 4]>;

/// The measures in `metrics.json`, by which a change of the ranking is noticed.
#[derive(Deserialize)]
struct Pinned {
    overall: [f64; 4],
    about: Table,
    kind: Table,
    query: Table,
}

/// A file of `tests/relevance`.
fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/relevance").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn queries() -> Vec<Query> {
    read("queries.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// All judgements, in file order: query, document and grade.
fn judgements() -> Vec<(String, String, u32)> {
    let judgement = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [query, document, grade] = cells[..] else { panic!("not three cells: {line}") };
        (query.to_owned(), document.to_owned(), grade.parse().unwrap())
    };
    read("qrels.tsv").lines().map(judgement).collect()
}

/// Runs queries through `wensou eval`, and reads the ranking that the program writes. `name` is the
/// name of the files; `texts` are the ids and texts of the queries.
fn run<'a>(name: &str, texts: impl Iterator<Item = (&'a str, &'a str)>) -> Run {
    let dir = indexed();
    let lines: String = texts
        .map(|(id, text)| format!("{}\n", serde_json::json!({"id": id, "text": text})))
        .collect();
    let queries = dir.write(&format!("{name}.jsonl"), lines);
    let out = dir.path().join(format!("{name}.run"));
    dir.ok(&[
        "eval",
        "--syntax",
        "--queries",
        queries.to_str().unwrap(),
        "--qrels",
        path("qrels.tsv").to_str().unwrap(),
        "--run",
        out.to_str().unwrap(),
    ]);
    let mut run = Run::new();
    for line in fs::read_to_string(out).unwrap().lines() {
        // A line of a TREC run: query, `Q0`, document, rank, score, `wensou`.
        let cells: Vec<&str> = line.split(' ').collect();
        run.entry(cells[0].to_owned()).or_default().push(cells[2].to_owned());
    }
    run
}

/// The current measures, in the form of the pinned ones.
fn measured(queries: &[Query]) -> Pinned {
    let mut judged = Judgements::new();
    for (query, document, grade) in judgements() {
        judged.entry(query).or_default().insert(document, grade);
    }
    let run = run("queries", queries.iter().map(|query| (&*query.id, &*query.text)));
    let all = measure(&run, &judged);
    let means_by = |class: &dyn Fn(&Query) -> &str| -> Table {
        let mut members: BTreeMap<&str, Vec<(String, Measures)>> = BTreeMap::new();
        for query in queries {
            let of_query = all.iter().find(|(id, _)| *id == query.id).unwrap();
            members.entry(class(query)).or_default().push(of_query.clone());
        }
        members.into_iter().map(|(name, all)| (name.to_owned(), mean(&all).values())).collect()
    };
    Pinned {
        overall: mean(&all).values(),
        about: means_by(&|query| &query.about),
        kind: means_by(&|query| &query.kind),
        query: all.iter().map(|(id, measures)| (id.clone(), measures.values())).collect(),
    }
}

/// JSON with one line per row, for readable differences.
fn json(pinned: &Pinned) -> String {
    let row = |values: &[f64; 4]| {
        let [a, b, c, d] = values;
        format!("[{a:.4}, {b:.4}, {c:.4}, {d:.4}]")
    };
    let table = |table: &Table| {
        let rows: Vec<String> =
            table.iter().map(|(name, values)| format!("    \"{name}\": {}", row(values))).collect();
        rows.join(",\n")
    };
    format!(
        "{{\n  \"columns\": {},\n  \"overall\": {},\n  \"about\": {{\n{}\n  }},\n  \"kind\": {{\n{}\n  }},\n  \"query\": {{\n{}\n  }}\n}}\n",
        serde_json::json!(Measures::NAMES),
        row(&pinned.overall),
        table(&pinned.about),
        table(&pinned.kind),
        table(&pinned.query),
    )
}

fn differs(a: &[f64; 4], b: &[f64; 4]) -> bool {
    a.iter().zip(b).any(|(a, b)| (a - b).abs() > TOLERANCE)
}

/// A report of the rows that differ from the pinned ones; `None` if there are no differences.
fn difference(pinned: &Pinned, now: &Pinned, queries: &[Query]) -> Option<String> {
    let mut out = String::new();
    let mut row = |name: &str, was: Option<&[f64; 4]>, is: Option<&[f64; 4]>| {
        let values = |values: Option<&[f64; 4]>| match values {
            Some([a, b, c, d]) => format!("{a:.4} {b:.4} {c:.4} {d:.4}"),
            None => "(no such row)".to_owned(),
        };
        writeln!(out, "{:27} -> {:27}  {name}", values(was), values(is)).unwrap();
    };
    let mut changed = differs(&pinned.overall, &now.overall);
    if changed {
        row("overall", Some(&pinned.overall), Some(&now.overall));
    }
    for (was, is) in [(&pinned.about, &now.about), (&pinned.kind, &now.kind)] {
        for name in was.keys().chain(is.keys().filter(|name| !was.contains_key(*name))) {
            match (was.get(name), is.get(name)) {
                (Some(was), Some(is)) if !differs(was, is) => {}
                (was, is) => {
                    changed = true;
                    row(name, was, is);
                }
            }
        }
    }
    // The queries that differ, each with the change of the sum of its measures. The largest losses
    // come first, so that a better mean does not hide them.
    let mut changed_queries: Vec<(f64, &Query)> = queries
        .iter()
        .filter_map(|query| match (pinned.query.get(&query.id), now.query.get(&query.id)) {
            (Some(was), Some(is)) => {
                differs(was, is).then(|| (is.iter().sum::<f64>() - was.iter().sum::<f64>(), query))
            }
            _ => Some((0.0, query)),
        })
        .collect();
    changed_queries.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    for (_, query) in changed_queries.iter().take(MAX_LISTED_QUERIES) {
        let name = format!("{} {} ({})", query.id, query.text, query.note);
        row(&name, pinned.query.get(&query.id), now.query.get(&query.id));
    }
    changed |= !changed_queries.is_empty() || pinned.query.len() != now.query.len();
    changed.then(|| {
        format!(
            "{} of {} queries changed; {} fell and {} rose. The {} worst, with their {}:\n{out}",
            changed_queries.len(),
            queries.len(),
            changed_queries.iter().filter(|(by, _)| *by < 0.0).count(),
            changed_queries.iter().filter(|(by, _)| *by > 0.0).count(),
            changed_queries.len().min(MAX_LISTED_QUERIES),
            Measures::NAMES.join(", "),
        )
    })
}

#[test]
fn the_ranking_of_the_sample_is_as_pinned() {
    let queries = queries();
    let now = measured(&queries);
    if is_renewing() {
        fs::write(path("metrics.json"), json(&now)).unwrap();
        return;
    }
    let pinned = serde_json::from_str(&read("metrics.json")).unwrap();
    if let Some(difference) = difference(&pinned, &now, &queries) {
        panic!(
            "The measures differ from tests/relevance/metrics.json.\n{difference}\n\
             To pin the new measures, and to see all differences:\n\
             WENSOU_BLESS=1 cargo test --test tests relevance && git diff tests/relevance/metrics.json"
        );
    }
}

#[test]
fn a_change_of_a_measure_is_reported_query_by_query() {
    let queries = queries();
    let now = measured(&queries);
    let mut other: Pinned = serde_json::from_str(&json(&now)).unwrap();
    assert_eq!(difference(&other, &now, &queries), None, "rounding alone is no difference");
    for value in &mut other.query.get_mut("q001").unwrap()[..2] {
        // One in the last decimal place, which is more than the tolerance.
        *value += 1e-4;
    }
    let report = difference(&other, &now, &queries).unwrap();
    assert!(report.starts_with("1 of "), "{report}");
    assert!(report.contains(&queries[0].text), "{report}");
    other.query.remove("q002");
    assert!(difference(&other, &now, &queries).unwrap().contains("(no such row)"));
}

#[test]
fn a_query_in_the_other_script_has_the_same_ranking() {
    let queries = queries();
    let has_other = |query: &Query| query.other.is_some();
    let own = run("own", queries.iter().filter(|q| has_other(q)).map(|q| (&*q.id, &*q.text)));
    let other = run(
        "other",
        queries.iter().filter_map(|query| Some((&*query.id, query.other.as_deref()?))),
    );
    for query in queries.iter().filter(|query| has_other(query)) {
        let (text, converted) = (&query.text, query.other.as_ref().unwrap());
        assert_ne!(text, converted, "{}", query.id);
        assert_eq!(fold(text), fold(converted), "{}: not the same text", query.id);
        assert_eq!(own.get(&query.id), other.get(&query.id), "{text} / {converted}");
    }
}

#[test]
fn the_judged_set_is_valid() {
    let queries = queries();
    assert!(queries.len() >= 60, "{} queries", queries.len());
    let ids: HashSet<&str> = queries.iter().map(|query| &*query.id).collect();
    assert_eq!(ids.len(), queries.len(), "two queries have the same id");
    let texts: HashSet<&str> = queries.iter().map(|query| &*query.text).collect();
    assert_eq!(texts.len(), queries.len(), "two queries have the same text");
    for about in ABOUT {
        assert!(queries.iter().any(|query| query.about == about), "no query about a {about}");
    }

    // Without the variants of flash items, which are exported but cannot be hits.
    let kinds: HashMap<String, String> = indexed()
        .hits(&["kind:article,flash"])
        .iter()
        .map(|hit| ["id", "kind"].map(|key| hit[key].as_str().unwrap().to_owned()).into())
        .collect();
    let mut wanted: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut seen = HashSet::new();
    let judgements = judgements();
    for (query, document, grade) in &judgements {
        assert!(ids.contains(&**query), "{query} is judged but not asked");
        let kind = kinds.get(document);
        assert!(kind.is_some(), "{query}: no search gives {document}");
        assert!((1..=2).contains(grade), "{query}: {document} has the grade {grade}");
        assert!(seen.insert((query, document)), "{query}: {document} is judged twice");
        if *grade == 2 {
            wanted.entry(query).or_default().insert(kind.unwrap());
        }
    }
    for query in &queries {
        let Query { id, kind, about, note, .. } = query;
        assert!(KINDS.contains(&&**kind) && ABOUT.contains(&&**about), "{id}: {kind}, {about}");
        assert!(!note.is_empty(), "{id} does not say what is wanted");
        let expected: HashSet<&str> =
            if kind == "both" { KINDS[..2].iter().copied().collect() } else { [&**kind].into() };
        assert_eq!(wanted.get(&**id), Some(&expected), "{id}: kind of what has grade 2");
    }
}
