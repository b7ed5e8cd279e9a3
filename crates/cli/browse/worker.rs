//! The thread that searches, so that typing never waits. Of the questions for the same part of the
//! screen, only the newest is answered.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use wensou_index::{Index, Kind as RecordKind, Lookup, RecordExt};
use wensou_ingest::{Article, FlashItem, Occurrence, Record};
use wensou_query::lang::parse_lenient;
use wensou_query::lang::{
    Clock, Diagnostic, FieldClause, Kind, Node, NodeKind, Query, Span, Value,
};
use wensou_query::{Error, Facet, FacetValue, Highlighter, Hit, Options, Snippet};

#[cfg(debug_assertions)]
use super::screen;
use crate::lookup::variant_named;

/// Number of hits that are read at once. More are read when the selection nears the end.
pub(crate) const BATCH: usize = 50;
/// Maximum number of records in a list that comes from no search and is read at once.
const LONGEST: usize = 500;
/// Maximum length in characters of the snippet of a record that comes from no search: the start of
/// its body.
const LEAD: usize = 100;

/// A question to the search thread, with a number that its answer repeats.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) number: u64,
    /// The query, to search for or only to highlight.
    pub(crate) text: String,
    /// Maximum length of a snippet, in characters.
    pub(crate) snippet: usize,
    pub(crate) wanted: Wanted,
}

/// What a question asks for.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// `limit` hits of the query, after the first `offset`.
    Hits { offset: usize, limit: usize },
    /// The pages that contain a flash item.
    Pages(Box<FlashItem>),
    /// Flash items by id.
    Flashes(Vec<String>),
    /// Documents similar to the one with this id.
    Similar(String),
    /// Flash items by id, for the preview of their page.
    Embedded(Vec<String>),
    /// The tags of the hits.
    Tags,
}

/// The part of the screen that an answer is for. At most one question for each is waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    List,
    Preview,
    Tags,
}

impl Wanted {
    fn sort(&self) -> Sort {
        match self {
            Self::Hits { .. } | Self::Pages(_) | Self::Flashes(_) | Self::Similar(_) => Sort::List,
            Self::Embedded(_) => Sort::Preview,
            Self::Tags => Sort::Tags,
        }
    }
}

/// One item of the list: a hit, or a record that was followed.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) record: Record,
    pub(crate) title: Snippet,
    pub(crate) snippet: Snippet,
    pub(crate) missing: Vec<String>,
}

impl From<Hit> for Item {
    fn from(hit: Hit) -> Self {
        let Hit { record, title, snippet, missing, .. } = hit;
        Self { record, title, snippet, missing }
    }
}

impl Item {
    fn of(record: Record, highlighter: &Highlighter) -> Self {
        let texts = record.texts();
        let lead: String = texts.body.chars().take(LEAD).collect();
        let cut_end = lead.len() < texts.body.len();
        let snippet = Snippet { cut_end, ..highlighter.mark(&lead) };
        Self { title: highlighter.mark(&texts.title), snippet, missing: Vec::new(), record }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) number: u64,
    pub(crate) found: Found,
}

/// The result of a question.
#[derive(Debug)]
pub(crate) enum Found {
    Hits {
        offset: usize,
        items: Vec<Item>,
        total: usize,
        took: Duration,
        relaxed: bool,
        warnings: Vec<Diagnostic>,
        highlighter: Highlighter,
    },
    Records(Vec<Item>),
    Embedded(Vec<Item>),
    Tags(Vec<FacetValue>),
    /// The query has mistakes or nothing to search for.
    Refused(Vec<Diagnostic>),
    /// The index failed.
    Failed(String),
}

/// A handle of the search thread.
pub(crate) struct Worker {
    asks: Sender<Ask>,
    answers: Receiver<Answer>,
    thread: JoinHandle<()>,
}

impl Worker {
    pub(crate) fn start(index: Arc<Index>, clock: Clock) -> std::io::Result<Self> {
        let (asks, asked) = channel();
        let (answered, answers) = channel();
        let thread = std::thread::Builder::new()
            .name("search".to_owned())
            .spawn(move || serve(&index, &clock, &asked, &answered))?;
        Ok(Self { asks, answers, thread })
    }

    pub(crate) fn ask(&self, ask: Ask) {
        // This fails only if the thread has ended, which `is_alive` reports.
        let _ = self.asks.send(ask);
    }

    /// The next answer, if it comes within `timeout`.
    pub(crate) fn answer(&self, timeout: Duration) -> Option<Answer> {
        match timeout.is_zero() {
            true => self.answers.try_recv().ok(),
            false => self.answers.recv_timeout(timeout).ok(),
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.thread.is_finished()
    }
}

fn serve(index: &Index, clock: &Clock, asked: &Receiver<Ask>, answered: &Sender<Answer>) {
    let mut waiting: Vec<Ask> = Vec::new();
    loop {
        if waiting.is_empty() {
            let Ok(ask) = asked.recv() else { return };
            waiting.push(ask);
        }
        while let Ok(ask) = asked.try_recv() {
            waiting.retain(|older| older.wanted.sort() != ask.wanted.sort());
            waiting.push(ask);
        }
        let answer = answer(index, clock, &waiting.remove(0));
        if answered.send(answer).is_err() {
            return;
        }
    }
}

/// Answers one question.
pub(crate) fn answer(index: &Index, clock: &Clock, ask: &Ask) -> Answer {
    let found = find(index, clock, ask).unwrap_or_else(|error| match error {
        Error::Query(diagnostics) => Found::Refused(diagnostics),
        error => Found::Failed(error.to_string()),
    });
    Answer { number: ask.number, found }
}

fn find(index: &Index, clock: &Clock, ask: &Ask) -> Result<Found, Error> {
    #[cfg(debug_assertions)]
    screen::panic_if_asked("search", &ask.text);
    let (query, _) = parse_lenient(&ask.text, clock);
    let mut options = Options::default();
    options.snippet = ask.snippet;
    match &ask.wanted {
        Wanted::Hits { offset, limit } => {
            let started = Instant::now();
            options.offset = *offset;
            options.limit = *limit;
            let results = wensou_query::search(index, &query, &options)?;
            Ok(Found::Hits {
                offset: *offset,
                took: started.elapsed(),
                items: results.hits.into_iter().map(Item::from).collect(),
                total: results.total,
                relaxed: results.relaxed,
                warnings: query.warnings.iter().cloned().chain(results.warnings).collect(),
                highlighter: Highlighter::new(index, &query)?,
            })
        }
        Wanted::Pages(flash) => Ok(Found::Records(pages(index, flash, &query)?)),
        Wanted::Flashes(ids) => Ok(Found::Records(records(index, ids, &query)?)),
        Wanted::Embedded(ids) => Ok(Found::Embedded(records(index, ids, &query)?)),
        Wanted::Similar(id) => {
            options.limit = BATCH;
            let hits = wensou_query::similar(index, id, &options)?;
            // Do not show missing words: the user has typed none.
            let item = |hit| Item { missing: Vec::new(), ..Item::from(hit) };
            Ok(Found::Records(hits.into_iter().map(item).collect()))
        }
        Wanted::Tags => Ok(Found::Tags(wensou_query::facet(index, &query, Facet::Tag, None)?)),
    }
}

/// The records with these ids, in this order.
fn records(index: &Index, ids: &[String], query: &Query) -> Result<Vec<Item>, Error> {
    let highlighter = Highlighter::new(index, query)?;
    let mut items = Vec::new();
    for id in ids.iter().take(LONGEST) {
        if let Lookup::Found(address) = index.lookup(id)? {
            items.push(Item::of(variant_named(index.record(address)?, id), &highlighter));
        }
    }
    Ok(items)
}

/// The pages that contain any variant of a flash item.
fn pages(index: &Index, flash: &FlashItem, query: &Query) -> Result<Vec<Item>, Error> {
    let value = |occurrence: &Occurrence| Value {
        text: occurrence.path.clone(),
        prefix: false,
        span: Span::default(),
    };
    let node = |clause| Node { kind: NodeKind::Field(clause), span: Span::default() };
    let paths = FieldClause::Path(flash.all_occurrences().map(value).collect());
    let kind = FieldClause::Kind(vec![Kind::Article]);
    let root = Node { kind: NodeKind::And(vec![node(kind), node(paths)]), span: Span::default() };
    let wanted = Query { root, text: String::new(), warnings: Vec::new() };
    let mut options = Options::default();
    options.limit = LONGEST;
    let highlighter = Highlighter::new(index, query)?;
    let results = wensou_query::search(index, &wanted, &options)?;
    let ids: Vec<&String> =
        flash.variants.iter().map(|variant| &variant.id).chain([&flash.id]).collect();
    // All records of a dump have the same path: keep those that contain the item.
    let holds = |article: &Article| article.flashes.iter().any(|id| ids.contains(&id));
    let records = results.hits.into_iter().map(|hit| hit.record);
    Ok(records
        .filter(|record| matches!(record, Record::Article(article) if holds(article)))
        .map(|record| {
            debug_assert_eq!(record.kind(), RecordKind::Article);
            Item::of(record, &highlighter)
        })
        .collect())
}
