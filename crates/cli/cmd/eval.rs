//! `wensou eval`: measures the ranking on a judged set of queries.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;
use wensou_query::eval::{Judgements, Measures, Run, confidence_interval, mean, measure, p_value};
use wensou_query::lang::{Clock, parse_lenient};
use wensou_query::{Options, Session, plain};

use super::query::clock;
use crate::args::Eval;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::open_index::OpenIndex;
use crate::out::Terminal;
use crate::out::count::count_noun;

/// A query of the judged set: one line of the file of queries.
#[derive(Deserialize)]
struct JudgedQuery {
    id: String,
    text: String,
}

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Eval,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let index = OpenIndex::open(global)?;
    let judgements = read_judgements(&args.qrels)?;
    let as_of = None;
    let clock = clock(global, &index, as_of)?;
    let session = Session::new(&index)?;
    let mut run = Run::new();
    let mut out = match &args.run {
        Some(path) => {
            let file =
                File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
            Some(BufWriter::new(file))
        }
        None => None,
    };
    for query in read_queries(&args.queries)? {
        let mut hits = rank(&session, &query.text, args, &clock)?;
        if let Some(grades) = judgements.get(&query.id) {
            hits.iter_mut().for_each(|hit| hit.take_best_graded_id(grades));
        }
        if let Some(out) = &mut out {
            // Lines of a TREC run, whose second column is always `Q0`.
            for (rank, RankedHit { id, score, .. }) in hits.iter().enumerate() {
                writeln!(out, "{} Q0 {id} {} {score:.6} wensou", query.id, rank + 1)?;
            }
        }
        run.insert(query.id, hits.into_iter().map(|hit| hit.id).collect());
    }
    if let Some(mut out) = out {
        out.flush()?;
    }
    let measured = measure(&run, &judgements);
    if measured.is_empty() {
        bail!("{}: no document is judged relevant", args.qrels.display());
    }
    let baseline = match &args.compare {
        Some(path) => Some(measure(&read_run(path)?, &judgements)),
        None => None,
    };
    print(&measured, baseline.as_deref(), terminal)?;
    Ok(Outcome::Done)
}

/// A hit of one query.
struct RankedHit {
    id: String,
    score: f32,
    near_duplicates: Vec<String>,
}

impl RankedHit {
    /// Gives the hit the id of its near-duplicate with the best grade, if that grade is better than
    /// its own: a user who sees one of the near-duplicates sees them all.
    fn take_best_graded_id(&mut self, grades: &HashMap<String, u32>) {
        let grade = |id: &String| grades.get(id).copied().unwrap_or_default();
        let best = self.near_duplicates.iter().max_by_key(|id| grade(id));
        if let Some(best) = best.filter(|best| grade(best) > grade(&self.id)) {
            self.id = best.clone();
        }
    }
}

/// The hits of one query, best first.
fn rank(
    session: &Session<'_>,
    text: &str,
    args: &Eval,
    clock: &Clock,
) -> anyhow::Result<Vec<RankedHit>> {
    let query = match args.plain {
        true => plain(text),
        false => {
            let (query, _) = parse_lenient(text, clock);
            query
        }
    };
    let mut options = Options::default();
    options.limit = args.limit;
    match session.collapsed_ids(&query, &options) {
        Ok(hits) => Ok(hits
            .into_iter()
            .map(|(id, score, near_duplicates)| RankedHit { id, score, near_duplicates })
            .collect()),
        // A query without searchable text finds nothing.
        Err(wensou_query::Error::Query(_)) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn read_lines(path: &Path) -> anyhow::Result<Vec<String>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines: Result<Vec<String>, _> = BufReader::new(file).lines().collect();
    lines.with_context(|| format!("cannot read {}", path.display()))
}

fn read_queries(path: &Path) -> anyhow::Result<Vec<JudgedQuery>> {
    let mut queries = Vec::new();
    for (number, line) in
        read_lines(path)?.iter().enumerate().filter(|(_, line)| !line.trim().is_empty())
    {
        queries.push(serde_json::from_str(line).with_context(|| {
            format!("{}:{}: expected {{\"id\": …, \"text\": …}}", path.display(), number + 1)
        })?);
    }
    Ok(queries)
}

fn read_judgements(path: &Path) -> anyhow::Result<Judgements> {
    let mut judgements = Judgements::new();
    for (number, line) in
        read_lines(path)?.iter().enumerate().filter(|(_, line)| !line.trim().is_empty())
    {
        let mut cells = line.split('\t');
        let (Some(query), Some(document), Some(grade)) = (cells.next(), cells.next(), cells.next())
        else {
            bail!("{}:{}: expected QUERY<TAB>DOCUMENT<TAB>GRADE", path.display(), number + 1);
        };
        let grade = grade.trim().parse().with_context(|| {
            format!("{}:{}: expected a grade, a number of 0 or more", path.display(), number + 1)
        })?;
        judgements.entry(query.to_owned()).or_default().insert(document.to_owned(), grade);
    }
    Ok(judgements)
}

/// Reads a TREC run. The order of the lines is the ranking; their rank and score are not read.
fn read_run(path: &Path) -> anyhow::Result<Run> {
    let mut run = Run::new();
    for (number, line) in read_lines(path)?.iter().enumerate() {
        let mut cells = line.split_whitespace();
        let (Some(query), Some(_), Some(document)) = (cells.next(), cells.next(), cells.next())
        else {
            bail!(
                "{}:{}: expected a line of a TREC run: QUERY Q0 DOCUMENT …",
                path.display(),
                number + 1
            );
        };
        run.entry(query.to_owned()).or_default().push(document.to_owned());
    }
    Ok(run)
}

/// Prints the mean of each measure over the queries with its confidence interval, and compares it
/// with the mean of the run `baseline` if there is one.
fn print(
    measured: &[(String, Measures)],
    baseline: Option<&[(String, Measures)]>,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    writeln!(terminal.out(), "{}", count_noun(measured.len(), "query"))?;
    let means = mean(measured).values();
    for (index, name) in Measures::NAMES.into_iter().enumerate() {
        let column = |all: &[(String, Measures)]| -> Vec<f64> {
            all.iter().map(|(_, measures)| measures.values()[index]).collect()
        };
        let values = column(measured);
        let [low, high] = confidence_interval(&values);
        let mut line = format!("{name:<11} {:.4}  95 % [{low:.4}, {high:.4}]", means[index]);
        if let Some(baseline) = baseline {
            let p = p_value(&values, &column(baseline));
            let baseline_mean = mean(baseline).values()[index];
            // The usual level of significance.
            let verdict = if p < 0.05 { "significant" } else { "not significant" };
            line.push_str(&format!(
                "  vs. {baseline_mean:.4}: {:+.4}, p = {p:.4}, {verdict}",
                means[index] - baseline_mean
            ));
        }
        writeln!(terminal.out(), "{line}")?;
    }
    Ok(())
}
