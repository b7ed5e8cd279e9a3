//! The sums of the documents that are on a cluster, by which a copy sees what differs.

use foldhash::HashMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::all_hits::{AllHitsOptions, Hit};
use crate::client::Client;
use crate::document::sum_of;
use crate::error::Result;
use crate::schema::field;

/// The number of hits in a page if only sums are read: the most that [`AllHitsOptions::page_size`]
/// may be.
const SUMS_PAGE_SIZE: usize = 10_000;

/// The number of hits in a page if whole documents are read. It is low because documents are large.
const DOCUMENTS_PAGE_SIZE: usize = 200;

/// The sum that each document of an index states, by id; empty if a document states none.
pub(crate) fn stated_sums(client: &Client, name: &str) -> Result<HashMap<String, String>> {
    #[derive(Deserialize)]
    struct Fields {
        /// The cluster returns the value of each field as a list, here of one value.
        sum: [String; 1],
    }
    let body = json!({
        "query": { "match_all": {} },
        "_source": false,
        "docvalue_fields": [field::SUM],
        "sort": [{ (field::TIE): "asc" }],
    });
    sums_of_hits(client, name, (body, SUMS_PAGE_SIZE), |hit| {
        let fields = hit.fields.as_ref().map(|fields| serde_json::from_str(fields.get()));
        Ok(fields.transpose()?.map_or(String::new(), |Fields { sum: [sum] }| sum))
    })
}

/// The sum of each document of an index, by id, computed from the whole document; empty if the
/// document states another sum. Not for an index that several machines have written: its documents
/// have fields that are not in the sums that they state, so all sums would be empty.
pub(crate) fn computed_sums(client: &Client, name: &str) -> Result<HashMap<String, String>> {
    let body = json!({
        "query": { "match_all": {} },
        "sort": [{ (field::TIE): "asc" }],
    });
    sums_of_hits(client, name, (body, DOCUMENTS_PAGE_SIZE), |hit| {
        let source = hit.source.as_ref().map(|source| source.get()).unwrap_or("{}");
        let mut fields: Map<String, Value> = serde_json::from_str(source)?;
        let stated = fields.remove(field::SUM);
        let sum = sum_of(&fields)?;
        Ok(if stated == Some(json!(sum)) { sum } else { String::new() })
    })
}

/// Reads all documents page by page. Returns the sum that `sum` makes of each hit, by id.
fn sums_of_hits(
    client: &Client,
    name: &str,
    (body, page_size): (Value, usize),
    sum: impl Fn(&Hit) -> Result<String>,
) -> Result<HashMap<String, String>> {
    let mut sums = HashMap::default();
    let options = AllHitsOptions { page_size, ..AllHitsOptions::default() };
    for hit in client.all_hits(name, body, options)? {
        let hit = hit?;
        let sum = sum(&hit)?;
        sums.insert(hit.id, sum);
    }
    Ok(sums)
}
