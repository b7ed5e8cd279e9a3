//! Reads all hits of a search, page by page, from one point in time: a state of the index that the
//! cluster keeps for a reader. A page here is the part of the hits that one request returns.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::error::{Error, Result};
use crate::request::{Completeness, Request, encode_segment};
use crate::retry::jitter;
use crate::search::search_request;

/// The most times that the point in time is opened again to read one page.
const MAX_REOPENINGS: u32 = 5;

/// The wait before the point in time is opened again. It is multiplied by how often the page has
/// failed, and shortened by [`jitter`].
const REOPEN_WAIT: Duration = Duration::from_millis(500);

/// How all hits of a search are read.
#[derive(Debug, Clone)]
pub struct AllHitsOptions {
    /// The number of hits in a page, at most 10,000. Default: 1,000.
    pub page_size: usize,
    /// How long the cluster keeps the point in time between two pages. Default: 5 minutes.
    pub keep_alive: Duration,
    /// The time limit of the request for a page; `None` for the time limit of the client.
    pub timeout: Option<Duration>,
}

impl Default for AllHitsOptions {
    fn default() -> Self {
        Self { page_size: 1000, keep_alive: Duration::from_secs(300), timeout: None }
    }
}

/// A hit. Its larger parts are raw JSON, so that a reader parses only what it uses.
#[derive(Debug, Clone, Deserialize)]
pub struct Hit {
    /// The physical index that the document is in.
    #[serde(rename = "_index")]
    pub index: String,
    /// The id of the document.
    #[serde(rename = "_id")]
    pub id: String,
    /// The score, if the search computes one.
    #[serde(rename = "_score")]
    pub score: Option<f64>,
    /// The document, if the search asks for it.
    #[serde(rename = "_source")]
    pub source: Option<Box<RawValue>>,
    /// The `fields` or `docvalue_fields` that the search asks for.
    pub fields: Option<Box<RawValue>>,
    /// The values that the hit is sorted by.
    pub sort: Option<Box<RawValue>>,
}

/// An iterator over all hits of a search.
///
/// All pages are of one point in time, which is closed at the end or when this is dropped. There is
/// one exception: if the cluster loses the point in time, because a node that held a part of it is
/// lost, or if a page fails for another transient reason, reading continues after the last hit, in
/// a new point in time. No hit comes twice, and no document is missing that was in the index all
/// the time. The iteration ends after the first error that it returns.
#[derive(Debug)]
pub struct AllHits {
    client: Client,
    index: String,
    body: Map<String, Value>,
    options: AllHitsOptions,
    /// The id of the point in time; `None` while none is open.
    pit: Option<String>,
    /// The hits of the page that was read last, without those that the iterator has returned.
    hits: VecDeque<Hit>,
    /// The sort values of the last hit that was read, after which the next page begins.
    last_sort: Option<Box<RawValue>>,
    /// The number of hits of all pages, as the answer with the first page states it.
    total: Option<u64>,
    /// The number of hits that were read so far.
    read_count: u64,
    /// Whether the point in time was opened again, so that not all pages are of the same one.
    reopened: bool,
    /// Whether the last page was read, or reading has failed.
    finished: bool,
}

/// The body of the request for a page.
#[derive(Serialize)]
struct PageRequest<'a> {
    #[serde(flatten)]
    body: &'a Map<String, Value>,
    size: usize,
    track_total_hits: bool,
    pit: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    search_after: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Page {
    pit_id: Option<String>,
    hits: PageHits,
}

#[derive(Deserialize)]
struct PageHits {
    total: Option<Total>,
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Total {
    value: u64,
}

impl Client {
    /// Reads all hits of a search of an index.
    ///
    /// `body` is the body of the search, and must have a `sort` whose last key is different for
    /// every document. Its `size`, `from`, `search_after`, `pit` and `track_total_hits` are
    /// ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`] if `body` is not an object or has no `sort`; [`Error::NotFound`] if the
    /// index does not exist; and as [`Self::search`].
    ///
    /// ```no_run
    /// # fn all(client: &wensou_cluster::Client) -> wensou_cluster::Result<()> {
    /// let body = serde_json::json!({"query": {"match_all": {}}, "sort": [{"id": "asc"}]});
    /// for hit in client.all_hits("news", body, wensou_cluster::AllHitsOptions::default())? {
    ///     let hit = hit?;
    ///     println!("{}", hit.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn all_hits(&self, index: &str, body: Value, options: AllHitsOptions) -> Result<AllHits> {
        let encode_error = |problem: &str| Error::Encode {
            request: format!("POST /{index}/_search"),
            problem: problem.to_owned(),
        };
        let Value::Object(mut body) = body else {
            return Err(encode_error("the search is not an object"));
        };
        if !body.contains_key("sort") {
            return Err(encode_error("all hits of a search need a `sort`"));
        }
        for key in ["size", "from", "search_after", "pit", "track_total_hits"] {
            body.remove(key);
        }
        let mut all_hits = AllHits {
            client: self.clone(),
            index: index.to_owned(),
            body,
            options,
            pit: None,
            hits: VecDeque::new(),
            last_sort: None,
            total: None,
            read_count: 0,
            reopened: false,
            finished: false,
        };
        all_hits.open_point_in_time()?;
        Ok(all_hits)
    }
}

impl AllHits {
    /// The number of hits of all pages; `None` before the first page was read.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    fn keep_alive(&self) -> String {
        format!("{}s", self.options.keep_alive.as_secs().max(1))
    }

    /// Opens a point in time, from which the next pages are read.
    fn open_point_in_time(&mut self) -> Result<()> {
        #[derive(Deserialize)]
        struct Opened {
            pit_id: String,
        }
        let path = format!("/{}/_search/point_in_time", encode_segment(&self.index));
        let request = Request::post(path)
            .query("keep_alive", &self.keep_alive())
            .query("allow_partial_pit_creation", "false")
            .require(Completeness::Search);
        self.pit = Some(self.client.send(&request)?.json::<Opened>()?.pit_id);
        Ok(())
    }

    /// Reads the next page. If the point in time is lost, or after a transient failure, reads it
    /// from a new point in time.
    fn read_page(&mut self) -> Result<()> {
        let mut reopenings = 0;
        let page = loop {
            let error = match self.request_page() {
                Ok(page) => break page,
                Err(error) => error,
            };
            // A node that is stopping answers with status 500, and its point in time is lost.
            let lost =
                matches!(error, Error::ContextLost { .. } | Error::Status { status: 500, .. });
            if reopenings == MAX_REOPENINGS || !(lost || error.is_transient()) {
                return Err(error);
            }
            reopenings += 1;
            self.close_point_in_time();
            std::thread::sleep(jitter(REOPEN_WAIT.saturating_mul(reopenings)));
            self.reopened = true;
        };
        self.pit = page.pit_id.or(self.pit.take());
        if self.total.is_none() {
            self.total = page.hits.total.map(|total| total.value);
        }
        self.finished = page.hits.hits.len() < self.options.page_size;
        self.read_count += page.hits.hits.len() as u64;
        self.hits = page.hits.hits.into();
        if let Some(last) = self.hits.back() {
            self.last_sort.clone_from(&last.sort);
        }
        if self.finished {
            self.close_point_in_time();
            self.check_total()?;
        }
        Ok(())
    }

    /// Requests the next page once; opens a point in time first if none is open.
    fn request_page(&mut self) -> Result<Page> {
        if self.pit.is_none() {
            self.open_point_in_time()?;
        }
        let body = PageRequest {
            body: &self.body,
            size: self.options.page_size,
            track_total_hits: self.total.is_none(),
            pit: json!({ "id": self.pit, "keep_alive": self.keep_alive() }),
            search_after: self.last_sort.as_deref(),
        };
        // The point in time in the body names the index.
        let no_index = "";
        let mut request = search_request(no_index, &[]).json(&body)?;
        if let Some(time) = self.options.timeout {
            request = request.timeout(time);
        }
        self.client.send(&request)?.json()
    }

    /// Fails if the number of hits that were read is not the total. This happens if several hits
    /// have equal sort keys: the next page begins after all hits that have the keys of the last
    /// one. A point in time that was opened again may have another number of hits, so then nothing
    /// is checked.
    fn check_total(&self) -> Result<()> {
        match self.total {
            Some(total) if total != self.read_count && !self.reopened => Err(Error::Partial {
                at: Request::post(format!("/{}/_search", self.index)).exchange_with("the cluster"),
                reason: format!("{} of {total} hits were read", self.read_count),
            }),
            _ => Ok(()),
        }
    }

    /// Closes the point in time, or gives up after two seconds: the cluster closes it later by
    /// itself.
    fn close_point_in_time(&mut self) {
        if let Some(pit) = self.pit.take()
            && let Ok(request) =
                Request::delete("/_search/point_in_time").json(&json!({ "pit_id": [pit] }))
        {
            let request = request.timeout(Duration::from_secs(2)).accept(404);
            let _ = self.client.send(&request);
        }
    }
}

impl Iterator for AllHits {
    type Item = Result<Hit>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.hits.is_empty()
            && !self.finished
            && let Err(error) = self.read_page()
        {
            self.finished = true;
            self.hits.clear();
            self.close_point_in_time();
            return Some(Err(error));
        }
        self.hits.pop_front().map(Ok)
    }
}

impl Drop for AllHits {
    fn drop(&mut self) {
        self.close_point_in_time();
    }
}

#[cfg(test)]
#[path = "all_hits_tests.rs"]
mod tests;
