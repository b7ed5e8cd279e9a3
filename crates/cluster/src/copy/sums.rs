//! The sums of the documents that are on a cluster.

use foldhash::HashMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::document::sum_of;
use crate::error::Result;
use crate::pages::{Hit, PageOptions};
use crate::schema::field;

/// Documents in a page of sums alone.
const SUMS: usize = 10_000;

/// Documents in a page of whole documents.
const DOCUMENTS: usize = 200;

/// The sum of every document of an index, by id, as the documents say it.
pub(crate) fn said(client: &Client, name: &str) -> Result<HashMap<String, String>> {
    #[derive(Deserialize)]
    struct Fields {
        sum: [String; 1],
    }
    let body = json!({
        "query": { "match_all": {} },
        "_source": false,
        "docvalue_fields": [field::SUM],
        "sort": [{ (field::TIE): "asc" }],
    });
    of_pages(client, name, (body, SUMS), |hit| {
        let fields = hit.fields.as_ref().map(|fields| serde_json::from_str(fields.get()));
        Ok(fields.transpose()?.map_or(String::new(), |Fields { sum: [sum] }| sum))
    })
}

/// The sum of every document of an index, by id, computed from the whole document. A document that
/// says another sum has an empty one.
pub(crate) fn computed(client: &Client, name: &str) -> Result<HashMap<String, String>> {
    let body = json!({
        "query": { "match_all": {} },
        "sort": [{ (field::TIE): "asc" }],
    });
    of_pages(client, name, (body, DOCUMENTS), |hit| {
        let source = hit.source.as_ref().map(|source| source.get()).unwrap_or("{}");
        let mut fields: Map<String, Value> = serde_json::from_str(source)?;
        let said = fields.remove(field::SUM);
        let sum = sum_of(&fields)?;
        Ok(if said == Some(json!(sum)) { sum } else { String::new() })
    })
}

fn of_pages(
    client: &Client,
    name: &str,
    (body, size): (Value, usize),
    sum: impl Fn(&Hit) -> Result<String>,
) -> Result<HashMap<String, String>> {
    let mut sums = HashMap::default();
    let options = PageOptions { size, ..PageOptions::default() };
    for hit in client.pages(name, body, options)? {
        let hit = hit?;
        let sum = sum(&hit)?;
        sums.insert(hit.id, sum);
    }
    Ok(sums)
}
