//! The thread that searches, so that typing never waits. Only the newest question of each sort
//! counts: what was asked before it is not answered.

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

/// Hits that are read at once; more are when the selection comes near the end.
pub(crate) const BATCH: usize = 50;
/// Hits that are read of lists that are not searched again as the selection moves.
const LONGEST: usize = 500;
/// Characters of the body that stand for a record that no search has cut a snippet of.
const LEAD: usize = 100;

/// A question and its number, by which the answer is known.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) number: u64,
    /// The text of the query line: what is searched for, or only marked.
    pub(crate) text: String,
    /// Most characters of a snippet.
    pub(crate) snippet: usize,
    pub(crate) wanted: Wanted,
}

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// The hits of the text after the first `offset`, `limit` of them.
    Hits { offset: usize, limit: usize },
    /// The pages that a flash item stands in.
    Pages(Box<FlashItem>),
    /// These flash items.
    Flashes(Vec<String>),
    /// What is like this record.
    Similar(String),
    /// The flash items in the page that is previewed.
    Embedded(Vec<String>),
    /// The tags of what the text finds.
    Tags,
}

/// The sorts of questions that wait for one another's answers no more than once each.
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

/// One line of the list: a hit, or a record that was followed to.
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

/// What came of a question.
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
    /// The query cannot be answered as it stands.
    Refused(Vec<Diagnostic>),
    /// The index failed.
    Failed(String),
}

/// The searching thread.
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
        // A thread that is gone is noticed by `is_alive`.
        let _ = self.asks.send(ask);
    }

    /// An answer that is there within `timeout`.
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
            // Nobody typed the words that a similar record lacks.
            let item = |hit| Item { missing: Vec::new(), ..Item::from(hit) };
            Ok(Found::Records(hits.into_iter().map(item).collect()))
        }
        Wanted::Tags => Ok(Found::Tags(wensou_query::facet(index, &query, Facet::Tag, None)?)),
    }
}

/// The records of these ids, in their order.
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

/// The pages that hold a flash item, in whichever writing.
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
    // A dump is one file of many records: only those that hold the item are its pages.
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
