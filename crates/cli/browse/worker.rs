//! The thread that searches, so that typing never waits. Of the waiting requests for one part of
//! the screen, only the newest is answered.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use wensou_ingest::FlashItem;
use wensou_query::lang::{Clock, Diagnostic, Query, parse_lenient};
use wensou_query::{Error, Facet, FacetValue, Highlighter, IndexRef, Options, Sort, Timeline};

use super::item::Item;
use super::related::{pages, records};
#[cfg(debug_assertions)]
use super::screen;
use crate::config::GlobalSettings;
use crate::open_index::OpenIndex;
use crate::out::clauses;

/// Number of hits that one request reads. More are requested when the selection nears the end of
/// the list.
pub(crate) const HITS_PER_REQUEST: usize = 50;

/// A request to the search thread, with a number that its response repeats.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) number: u64,
    /// The query, to search for or only to highlight.
    pub(crate) query: String,
    /// Maximum length of a snippet, in characters.
    pub(crate) snippet_chars: usize,
    /// The order of the hits; `None` for the usual one.
    pub(crate) sort: Option<Sort>,
    pub(crate) kind: RequestKind,
}

/// What a request asks for.
#[derive(Debug, Clone)]
pub(crate) enum RequestKind {
    /// `limit` hits of the query, after the first `offset`.
    Hits { offset: usize, limit: usize },
    /// The pages that contain a flash item.
    Pages(Box<FlashItem>),
    /// The records with these ids, as a list.
    Records(Vec<String>),
    /// Documents similar to the one with this id.
    Similar(String),
    /// The flash items with these ids, for the preview of their page.
    Embedded(Vec<String>),
    /// The tags of the hits.
    Tags,
    /// The hits over time.
    Dates,
}

/// The part of the screen that a response is for. At most one request for each part is waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScreenPart {
    List,
    Preview,
    Popup,
}

impl RequestKind {
    fn screen_part(&self) -> ScreenPart {
        match self {
            Self::Hits { .. } | Self::Pages(_) | Self::Records(_) | Self::Similar(_) => {
                ScreenPart::List
            }
            Self::Embedded(_) => ScreenPart::Preview,
            Self::Tags | Self::Dates => ScreenPart::Popup,
        }
    }
}

/// The response to a request.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) number: u64,
    pub(crate) data: ResponseData,
}

/// What a response holds.
#[derive(Debug)]
pub(crate) enum ResponseData {
    Hits {
        offset: usize,
        items: Vec<Item>,
        /// The number of hits, and of the documents that they stand for.
        total: usize,
        documents: usize,
        took: Duration,
        relaxed: bool,
        warnings: Vec<Diagnostic>,
        /// Why there are no hits, in lines.
        diagnosis: Vec<String>,
        highlighter: Highlighter,
    },
    /// The list of [`RequestKind::Pages`], [`RequestKind::Records`] or [`RequestKind::Similar`].
    Records(Vec<Item>),
    /// The flash items of [`RequestKind::Embedded`].
    Embedded(Vec<Item>),
    Tags(Vec<FacetValue>),
    Dates(Timeline),
    /// The query has mistakes or nothing to search for.
    Refused(Vec<Diagnostic>),
    /// The index could not be read, for this reason.
    Failed(String),
}

/// A handle of the search thread.
pub(crate) struct Worker {
    request_tx: Sender<Request>,
    response_rx: Receiver<Response>,
    thread: JoinHandle<()>,
}

impl Worker {
    /// Starts the search thread, which answers from `index`, the one that `global` names.
    pub(crate) fn start(
        index: Arc<OpenIndex>,
        global: &GlobalSettings,
        clock: Clock,
    ) -> std::io::Result<Self> {
        let (request_tx, request_rx) = channel();
        let (response_tx, response_rx) = channel();
        let mut answerer = Answerer { index, global: global.clone(), clock };
        let thread = std::thread::Builder::new()
            .name("search".to_owned())
            .spawn(move || serve(&mut answerer, &request_rx, &response_tx))?;
        Ok(Self { request_tx, response_rx, thread })
    }

    pub(crate) fn ask(&self, request: Request) {
        // This fails only if the thread has ended, which `is_alive` reports.
        let _ = self.request_tx.send(request);
    }

    /// The next response, if it comes within `timeout`.
    pub(crate) fn next_response(&self, timeout: Duration) -> Option<Response> {
        match timeout.is_zero() {
            true => self.response_rx.try_recv().ok(),
            false => self.response_rx.recv_timeout(timeout).ok(),
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.thread.is_finished()
    }
}

/// Answers requests until the receiver of the responses has gone.
fn serve(answerer: &mut Answerer, request_rx: &Receiver<Request>, response_tx: &Sender<Response>) {
    let mut waiting: Vec<Request> = Vec::new();
    loop {
        if waiting.is_empty() {
            let Ok(request) = request_rx.recv() else { return };
            waiting.push(request);
        }
        while let Ok(request) = request_rx.try_recv() {
            waiting.retain(|older| older.kind.screen_part() != request.kind.screen_part());
            waiting.push(request);
        }
        let response = answerer.answer(&waiting.remove(0));
        if response_tx.send(response).is_err() {
            return;
        }
    }
}

/// What the search thread needs for its answers.
struct Answerer {
    index: Arc<OpenIndex>,
    /// The settings that `index` was opened with.
    global: GlobalSettings,
    clock: Clock,
}

impl Answerer {
    /// Answers one request. If another index has replaced the open one, which happens on a cluster,
    /// opens the new one and answers from it.
    fn answer(&mut self, request: &Request) -> Response {
        let mut outcome = response_data(self.index.as_index_ref(), &self.clock, request);
        if let Err(error) = outcome {
            outcome = match self.index.reopen(&self.global, error.into()) {
                Ok(index) => {
                    self.index = Arc::new(index);
                    response_data(self.index.as_index_ref(), &self.clock, request)
                }
                Err(error) => return response(request, Err(error)),
            };
        }
        response(request, outcome.map_err(anyhow::Error::from))
    }
}

/// Answers one request.
#[cfg(test)]
pub(crate) fn answer(index: IndexRef<'_>, clock: &Clock, request: &Request) -> Response {
    response(request, response_data(index, clock, request).map_err(anyhow::Error::from))
}

fn response(request: &Request, outcome: anyhow::Result<ResponseData>) -> Response {
    let data = outcome.unwrap_or_else(|error| match error.downcast::<Error>() {
        Ok(Error::Query(diagnostics)) => ResponseData::Refused(diagnostics),
        Ok(error) => ResponseData::Failed(error.to_string()),
        Err(error) => ResponseData::Failed(error.to_string()),
    });
    Response { number: request.number, data }
}

/// What the response to a request holds.
fn response_data(
    index: IndexRef<'_>,
    clock: &Clock,
    request: &Request,
) -> Result<ResponseData, Error> {
    #[cfg(debug_assertions)]
    screen::panic_if_asked("search", &request.query);
    let (mut query, _) = parse_lenient(&request.query, clock);
    let mut options = Options::default();
    options.snippet = request.snippet_chars;
    // Unlike in `wensou search`, hits that lack words do not follow those that have all.
    options.backfill = false;
    options.pinyin = true;
    options.sort = request.sort;
    // For hits, `wensou_query::search` reads pinyin by itself. The other functions do not, so they
    // get the query as it was read: their outcome is then about the same query as the hits.
    if !matches!(request.kind, RequestKind::Hits { .. })
        && let Ok(Some((reread, _))) = wensou_query::read_pinyin(index, &query)
    {
        query = reread;
    }
    match &request.kind {
        RequestKind::Hits { offset, limit } => {
            (options.offset, options.limit) = (*offset, *limit);
            hits(index, &query, &options)
        }
        RequestKind::Pages(flash) => Ok(ResponseData::Records(pages(index, flash, &query)?)),
        RequestKind::Records(ids) => Ok(ResponseData::Records(records(index, ids, &query)?)),
        RequestKind::Embedded(ids) => Ok(ResponseData::Embedded(records(index, ids, &query)?)),
        RequestKind::Similar(id) => {
            options.limit = HITS_PER_REQUEST;
            let hits = wensou_query::similar(index, id, &options)?;
            // The user has typed no words for this request, so none is missing.
            let item = |hit| Item { missing: Vec::new(), ..Item::from(hit) };
            Ok(ResponseData::Records(hits.into_iter().map(item).collect()))
        }
        RequestKind::Tags => {
            let prefix = None;
            Ok(ResponseData::Tags(wensou_query::facet(index, &query, Facet::Tag, prefix)?))
        }
        RequestKind::Dates => {
            // `timeline` chooses the shortest step that gives at most 40 bars.
            let step = None;
            Ok(ResponseData::Dates(wensou_query::timeline(index, &query, step)?))
        }
    }
}

/// The hits of a query, and, if no document has every word, the reason in terms of its clauses and
/// words.
fn hits(index: IndexRef<'_>, query: &Query, options: &Options) -> Result<ResponseData, Error> {
    let started = Instant::now();
    let results = wensou_query::search(index, query, options)?;
    let took = started.elapsed();
    let answered = results.reread.as_ref().unwrap_or(query);
    let mut warnings: Vec<Diagnostic> = results
        .readings
        .iter()
        .map(|reading| Diagnostic::read_as_pinyin(&reading.typed, &reading.words))
        .collect();
    let mut diagnosis = Vec::new();
    if results.total == 0 || results.relaxed {
        warnings.extend(wensou_query::similar_words(index, answered)?);
        diagnosis = clauses::lines(&wensou_query::clauses(index, answered)?);
    }
    let highlighter = Highlighter::new(index, answered)?;
    warnings.extend(query.warnings.iter().cloned().chain(results.warnings));
    Ok(ResponseData::Hits {
        offset: options.offset,
        took,
        items: results.hits.into_iter().map(Item::from).collect(),
        total: results.total_hits,
        documents: results.total,
        relaxed: results.relaxed,
        warnings,
        diagnosis,
        highlighter,
    })
}
