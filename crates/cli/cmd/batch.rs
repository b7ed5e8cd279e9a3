//! `wensou search --batch`: many queries, one per line.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use wensou_query::lang::{Clock, Query};
use wensou_query::{Error, Options, Session};

use super::query::{mistake_object, search_options};
use crate::args::Search;
use crate::config::{GlobalSettings, read_query};
use crate::exit::Outcome;
use crate::open_index::OpenIndex;
use crate::out::{Terminal, hits, json};
use crate::types::HitFormat;

/// How often a query that fails is tried again, each time after the index was opened anew. On a
/// cluster, queries fail when another index has replaced the open one, which was then deleted.
const MAX_RETRIES: u32 = 5;

/// Runs each line of `file` as a query. For a query with a mistake, prints an object with the
/// mistake, or an empty line if ids are printed. One such query makes the whole run end with the
/// exit status of a mistake.
pub(crate) fn run(
    index: &OpenIndex,
    file: &Path,
    global: &GlobalSettings,
    args: &Search,
    clock: &Clock,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let prints_ids = match args.format {
        HitFormat::Ids => true,
        HitFormat::Text | HitFormat::Jsonl => false,
        HitFormat::Json | HitFormat::Tsv | HitFormat::Vimgrep => {
            bail!("--batch supports only --format jsonl (the default) and ids")
        }
    };
    let mut lines = read_lines(file)?;
    let mut state = BatchState {
        global,
        args,
        clock,
        prints_ids,
        failed_line: None,
        has_hits: false,
        has_mistakes: false,
    };
    let mut reopened: Option<OpenIndex> = None;
    let mut failures = 0;
    loop {
        let answered =
            state.answer_lines(reopened.as_ref().unwrap_or(index), &mut *lines, terminal);
        let Err(LineFailure { error, is_first }) = answered else { return Ok(state.outcome()) };
        failures = if is_first { 1 } else { failures + 1 };
        if failures > MAX_RETRIES {
            return Err(error);
        }
        // Returns `error` unless another index has replaced the open one.
        reopened = Some(reopened.as_ref().unwrap_or(index).reopen(global, error)?);
    }
}

/// The lines of a batch.
type Lines<'l> = dyn Iterator<Item = anyhow::Result<String>> + 'l;

/// The state of a batch. It stays when the index is opened anew.
struct BatchState<'a> {
    global: &'a GlobalSettings,
    args: &'a Search,
    clock: &'a Clock,
    /// Whether ids are printed instead of objects.
    prints_ids: bool,
    /// The line whose query failed with an error other than a mistake, to be tried again.
    failed_line: Option<String>,
    /// Whether any query has had hits.
    has_hits: bool,
    /// Whether any query has had mistakes.
    has_mistakes: bool,
}

impl BatchState<'_> {
    /// Answers the line that failed before, if there is one, and all lines after it. If a line
    /// fails, keeps the line in `failed_line`.
    fn answer_lines(
        &mut self,
        index: &OpenIndex,
        lines: &mut Lines<'_>,
        terminal: &mut Terminal,
    ) -> Result<(), LineFailure> {
        let mut retried = self.failed_line.take();
        let batch = BatchSession {
            session: match Session::new(index) {
                Ok(session) => session,
                Err(error) => {
                    self.failed_line = retried;
                    return Err(LineFailure { error: error.into(), is_first: false });
                }
            },
            options: search_options(self.global, self.args, self.clock),
            line_end: if self.args.null { '\0' } else { '\n' },
        };
        loop {
            let (line, is_first_try) = match retried.take() {
                Some(line) => (line, false),
                None => match lines.next() {
                    None => return Ok(()),
                    Some(Ok(line)) => (line, true),
                    Some(Err(error)) => return Err(LineFailure { error, is_first: true }),
                },
            };
            if let Err(error) = self.answer_line(&batch, &line, terminal) {
                self.failed_line = Some(line);
                return Err(LineFailure { error, is_first: is_first_try });
            }
        }
    }

    /// Answers one line and notes whether it had hits or a mistake. Flushes the answer, because a
    /// program may wait for it before it writes the next line.
    fn answer_line(
        &mut self,
        batch: &BatchSession<'_>,
        line: &str,
        terminal: &mut Terminal,
    ) -> anyhow::Result<()> {
        let answered = match read_query(line, self.global, self.clock) {
            Err(mistakes) => {
                Err(mistakes.iter().map(|mistake| mistake_object(mistake, self.global)).collect())
            }
            Ok(query) if self.prints_ids => batch.print_ids(&query, terminal)?,
            Ok(query) => batch.print_object(line, &query, terminal)?,
        };
        match answered {
            Ok(has_hits) => self.has_hits |= has_hits,
            Err(errors) => {
                self.has_mistakes = true;
                match self.prints_ids {
                    // An empty line, so that line numbers of input and output agree.
                    true => write!(terminal.out(), "{}", batch.line_end)?,
                    false => terminal.json(&json!({"query": line, "errors": errors}))?,
                }
            }
        }
        Ok(terminal.flush()?)
    }

    fn outcome(&self) -> Outcome {
        match (self.has_mistakes, self.has_hits) {
            (true, _) => Outcome::Refused,
            (_, true) => Outcome::Done,
            (_, false) => Outcome::Nothing,
        }
    }
}

/// Why a line was not answered.
struct LineFailure {
    error: anyhow::Error,
    /// Whether this was the first failure of the line. `false` also if no session could be opened.
    is_first: bool,
}

/// The outcome of a query: whether it has hits, or the mistakes in it as JSON objects.
type Answered = Result<bool, Vec<Value>>;

/// What all queries of a batch use while the same index is open.
struct BatchSession<'i> {
    session: Session<'i>,
    options: Options,
    /// The character after the ids of each query.
    line_end: char,
}

impl BatchSession<'_> {
    /// Prints the ids of the hits on one line, separated by tabs.
    fn print_ids(&self, query: &Query, terminal: &mut Terminal) -> anyhow::Result<Answered> {
        let [complete, closest] = match self.session.split_ids(query, &self.options) {
            Ok(hits) => hits,
            Err(error) => return Ok(Err(mistakes(error)?)),
        };
        let cells = |hits: &[(String, f32)]| -> Vec<String> {
            hits.iter().map(|(id, _)| hits::cell(id)).collect()
        };
        let mut ids = cells(&complete);
        if !closest.is_empty() {
            // An empty cell separates hits with all words from those that lack some.
            ids.push(String::new());
            ids.extend(cells(&closest));
        }
        write!(terminal.out(), "{}{}", ids.join("\t"), self.line_end)?;
        Ok(Ok(!complete.is_empty() || !closest.is_empty()))
    }

    /// Prints the hits as one JSON object.
    fn print_object(
        &self,
        line: &str,
        query: &Query,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Answered> {
        let results = match self.session.search(query, &self.options) {
            Ok(results) => results,
            Err(error) => return Ok(Err(mistakes(error)?)),
        };
        let hits: Vec<_> = results.hits.iter().map(json::hit_object).collect();
        let object = json!({
            "query": line,
            "total": results.total,
            "total_hits": results.total_hits,
            "relaxed": results.relaxed,
            "hits": hits,
        });
        terminal.json(&object)?;
        Ok(Ok(results.total > 0))
    }
}

/// Returns the mistakes of a query as a value, so that the run goes on, and any other error as an
/// error.
fn mistakes(error: Error) -> anyhow::Result<Vec<Value>> {
    match error {
        Error::Query(diagnostics) => Ok(diagnostics.iter().map(|it| json!(it)).collect()),
        error => Err(error.into()),
    }
}

/// The lines of a file, or of standard input for `-`.
fn read_lines(
    file: &Path,
) -> anyhow::Result<Box<dyn Iterator<Item = anyhow::Result<String>> + '_>> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin().lines().map(|line| line.context("cannot read -"))));
    }
    let cannot_read = || format!("cannot read {}", file.display());
    let opened = File::open(file).with_context(cannot_read)?;
    Ok(Box::new(BufReader::new(opened).lines().map(move |line| line.with_context(cannot_read))))
}
