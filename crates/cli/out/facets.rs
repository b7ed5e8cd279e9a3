//! Counts and prints the facets of a search.

use serde_json::{Map, Value, json};
use wensou_query::lang::Query;
use wensou_query::{Facet, FacetValue, Hit, facet, strict_facet};

use super::style::{DIM, TAG, TITLE};
use super::{Terminal, json, sanitize};

use crate::open_index::OpenIndex;
use crate::types::{self, HitFormat};

/// A facet with its most frequent values (of months, the latest), and the number of values left
/// out.
pub(crate) struct FacetCounts {
    facet: Facet,
    values: Vec<FacetValue>,
    omitted: usize,
}

/// Counts the documents that a query matches by each of these facets; with `strict`, only those
/// that have every word. Keeps at most `limit` values
/// of each facet, or all values if `limit` is 0. The most frequent values are kept and come first;
/// of months, the latest are kept, in chronological order. The number of documents without a date
/// (`none`) is no month: it comes last, in addition to the months that are kept.
pub(crate) fn count_facets(
    index: &OpenIndex,
    query: &Query,
    strict: bool,
    requested: &[types::Facet],
    limit: usize,
) -> anyhow::Result<Vec<FacetCounts>> {
    requested
        .iter()
        .map(|requested| {
            let facet_kind = match requested {
                types::Facet::Tag => Facet::Tag,
                types::Facet::Source => Facet::Source,
                types::Facet::Category => Facet::Category,
                types::Facet::Kind => Facet::Kind,
                types::Facet::Month => Facet::Month,
            };
            let prefix = None;
            let mut values = match strict {
                true => strict_facet(index, query, facet_kind, prefix)?,
                false => facet(index, query, facet_kind, prefix)?,
            };
            let is_month = facet_kind == Facet::Month;
            let undated = values.pop_if(|last| is_month && last.value == "none");
            let omitted = if limit > 0 { values.len().saturating_sub(limit) } else { 0 };
            match is_month {
                true => drop(values.drain(..omitted)),
                false => values.truncate(values.len() - omitted),
            }
            values.extend(undated);
            Ok(FacetCounts { facet: facet_kind, values, omitted })
        })
        .collect()
}

/// Prints facets after the hits: as text, or in JSON Lines as one object per value. Prints nothing
/// in other formats: in JSON, [`print_object`] prints hits and facets together, and the remaining
/// formats have no facets.
pub(crate) fn print(
    terminal: &mut Terminal,
    format: HitFormat,
    facets: &[FacetCounts],
) -> anyhow::Result<()> {
    for counted in facets {
        match format {
            HitFormat::Text => print_text(terminal, counted)?,
            HitFormat::Jsonl => {
                for value in &counted.values {
                    let object = json!({
                        "facet": counted.facet.as_str(),
                        "value": value.value,
                        "documents": value.documents,
                    });
                    terminal.json(&object)?;
                }
            }
            HitFormat::Json | HitFormat::Ids | HitFormat::Tsv | HitFormat::Vimgrep => {}
        }
    }
    Ok(())
}

fn print_text(terminal: &mut Terminal, counted: &FacetCounts) -> anyhow::Result<()> {
    terminal.line(format_args!("{TITLE}{}{TITLE:#}", counted.facet.as_str()))?;
    let omitted = counted.omitted;
    let is_month = counted.facet == Facet::Month;
    if omitted > 0 && is_month {
        let months = if omitted == 1 { "earlier month" } else { "earlier months" };
        terminal.line(format_args!("{DIM}{omitted:>7}  {months}{DIM:#}"))?;
    }
    for value in &counted.values {
        let value_text = sanitize::line(&value.value).into_owned();
        terminal.line(format_args!("{:>7}  {TAG}{value_text}{TAG:#}", value.documents))?;
    }
    if omitted > 0 && !is_month {
        terminal.line(format_args!("{DIM}{omitted:>7}  more{DIM:#}"))?;
    }
    terminal.line("")?;
    Ok(())
}

/// Prints hits and facets as one JSON object.
pub(crate) fn print_object(
    terminal: &mut Terminal,
    hits: &[Hit],
    facets: &[FacetCounts],
) -> anyhow::Result<()> {
    let mut by_name = Map::new();
    for counted in facets {
        let values: Vec<Value> = counted
            .values
            .iter()
            .map(|value| json!({"value": value.value, "documents": value.documents}))
            .collect();
        by_name.insert(counted.facet.as_str().to_owned(), values.into());
    }
    let hits: Vec<_> = hits.iter().map(json::hit_object).collect();
    terminal.json_pretty(&json!({"hits": hits, "facets": by_name}))?;
    Ok(())
}
