//! Completion of what is typed on a shell's line: fields and their values from the index, ids, saved
//! queries. Whatever goes wrong here is silence: a shell waits for words, not for errors.

use std::ffi::OsStr;

use clap::{CommandFactory, FromArgMatches};
use clap_complete::engine::CompletionCandidate;
use wensou_index::{Index, Lookup};
use wensou_query::{Facet, facet, plain};

use crate::args::{Cli, Global};

/// Most values that are offered.
const OFFERED: usize = 50;

const FIELDS: [&str; 14] = [
    "tag:",
    "source:",
    "category:",
    "kind:",
    "date:",
    "since:",
    "until:",
    "title:",
    "body:",
    "has:",
    "script:",
    "path:",
    "id:",
    "@",
];

/// The settings of the line that is being typed.
fn settings() -> Option<Global> {
    let words: Vec<_> = std::env::args_os().skip_while(|arg| arg != "--").skip(1).collect();
    let matches = Cli::command().ignore_errors(true).try_get_matches_from(words).ok()?;
    let cli = Cli::from_arg_matches(&matches);
    let flags = cli.map(|cli| cli.flags).unwrap_or_default();
    Global::resolve(&flags, &matches).ok()
}

/// Candidates for a word of a query.
pub(crate) fn query(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = current.to_string_lossy();
    values(&typed).unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
}

fn values(typed: &str) -> Option<Vec<String>> {
    let begins = |values: &[&str], before: &str, after: &str| -> Vec<String> {
        let fitting = values.iter().filter(|value| value.starts_with(after));
        fitting.map(|value| format!("{before}{value}")).collect()
    };
    if let Some(name) = typed.strip_prefix('@') {
        let settings = settings()?;
        let names: Vec<&str> = settings.queries.keys().map(String::as_str).collect();
        return Some(begins(&names, "@", name));
    }
    let Some((field, list)) = typed.split_once(':') else {
        return Some(begins(&FIELDS, "", typed));
    };
    // Of a list of values the last one is being typed.
    let value = list.rsplit(',').next().unwrap_or_default();
    let before = &typed[..typed.len() - value.len()];
    let counted = match field.trim_start_matches(['-', '+']) {
        "kind" => return Some(begins(&["article", "flash"], before, value)),
        "has" => return Some(begins(&wensou_index::HAS, before, value)),
        "script" => return Some(begins(&["hans", "hant", "mixed"], before, value)),
        "date" => {
            let dates = ["today", "7d", "30d", "this-month", "last-month", "none", "inferred"];
            return Some(begins(&dates, before, value));
        }
        "tag" => Facet::Tag,
        "source" => Facet::Source,
        "category" => Facet::Category,
        _ => return None,
    };
    let index = Index::open(&settings()?.index).ok()?;
    let value = value.trim_start_matches('「');
    let values = facet(&index, &plain(""), counted, Some(value)).ok()?;
    let quoted = |value: String| match value.contains(|c: char| !c.is_alphanumeric()) {
        // A shell takes its own quotes away, and leaves these.
        true => format!("{before}「{value}」"),
        false => format!("{before}{value}"),
    };
    Some(values.into_iter().take(OFFERED).map(|value| quoted(value.value)).collect())
}

/// Candidates for an id.
pub(crate) fn id(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = current.to_string_lossy();
    let ids = || -> Option<Vec<String>> {
        let index = Index::open(&settings()?.index).ok()?;
        Some(match index.lookup(&typed).ok()? {
            Lookup::Found(address) => vec![index.id(address).ok()?],
            Lookup::Ambiguous(ids) => ids,
            Lookup::Missing => Vec::new(),
        })
    };
    ids().unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
}
