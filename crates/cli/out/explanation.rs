//! Prints the explanation of a query as text or JSON.

use std::io;

use serde_json::{Value, json};
use wensou_index::{Kind, RecordExt, TermKind, TextField};
use wensou_query::{Clause, ExplainedHit, Explanation, Origin, TermScore};

use super::style::{DIM, KIND, TITLE};
use super::text::padded;
use super::{Terminal, attributes, sanitize};

/// Maximum number of scored terms that the text format prints. The others contribute little.
const MAX_TERMS: usize = 20;
/// The columns for a typed word or a clause.
const NAME_COLUMNS: usize = 16;
/// The columns for a scored term.
const TERM_COLUMNS: usize = 14;

/// Prints an explanation as text.
pub(crate) fn print(terminal: &mut Terminal, explained: &Explanation) -> anyhow::Result<()> {
    terminal.line(format_args!("{}   {}", heading("query"), sanitized(&explained.canonical)))?;
    terminal.line(format_args!("{}  {}", heading("folded"), sanitized(&explained.folded)))?;
    if !explained.words.is_empty() {
        print_words(terminal, explained)?;
    }
    if !explained.clauses.is_empty() {
        print_clauses(terminal, explained)?;
    }
    terminal.line("")?;
    terminal.line(format_args!("{}: what a document must match", heading("compiled")))?;
    for line in explained.compiled.lines() {
        terminal.line(format_args!("  {}", sanitized(line)))?;
    }
    if !explained.scored.is_empty() {
        print_scored_terms(terminal, explained)?;
    }
    match &explained.hit {
        Some(hit) => {
            terminal.line("")?;
            print_hit(terminal, hit, &explained.clauses)
        }
        None => Ok(()),
    }
}

/// The heading of a section.
fn heading(name: &str) -> String {
    format!("{TITLE}{name}{TITLE:#}")
}

/// Untrusted text as one sanitized line.
fn sanitized(text: &str) -> String {
    sanitize::line(text).into_owned()
}

fn print_words(terminal: &mut Terminal, explained: &Explanation) -> io::Result<()> {
    terminal.line("")?;
    terminal
        .line(format_args!("{}: the variants of each, with document counts", heading("words")))?;
    for word in &explained.words {
        for (at, variant) in word.variants.iter().enumerate() {
            let typed = if at == 0 { sanitized(&word.typed) } else { String::new() };
            // A document need not have a stop word.
            let stop = if word.stop { ", ranked only" } else { "" };
            terminal.line(format_args!(
                "  {} {:>7}  {} {}{DIM}{}{stop}{DIM:#}",
                padded(&typed, NAME_COLUMNS),
                variant.documents,
                variant.match_mode,
                sanitized(&variant.text),
                origin(variant.origin),
            ))?;
        }
    }
    Ok(())
}

fn print_clauses(terminal: &mut Terminal, explained: &Explanation) -> io::Result<()> {
    terminal.line("")?;
    let title = heading("clauses");
    terminal.line(format_args!("{title}: hits of each alone, and of the query without it"))?;
    for clause in &explained.clauses {
        let without = clause.without.map_or("-".to_owned(), |count| count.to_string());
        let name = padded(&sanitized(&clause.text), NAME_COLUMNS);
        terminal.line(format_args!("  {name} {:>7} {without:>7}", clause.alone))?;
    }
    let relaxed = if explained.relaxed { "  no document contains every word" } else { "" };
    terminal.line(format_args!("  {} {:>7}{relaxed}", padded("all", NAME_COLUMNS), explained.total))
}

fn print_scored_terms(terminal: &mut Terminal, explained: &Explanation) -> io::Result<()> {
    terminal.line("")?;
    terminal.line(format_args!("{}: weight × idf", heading("scored")))?;
    for term in explained.scored.iter().take(MAX_TERMS) {
        terminal.line(format_args!(
            "  {:<9} {} {:>5.2} × {:>5.2}{DIM}{}{DIM:#}",
            kind_name(term.kind),
            padded(&sanitized(&term.text), TERM_COLUMNS),
            term.weight,
            term.idf,
            origin(term.origin),
        ))?;
    }
    if explained.scored.len() > MAX_TERMS {
        let more = explained.scored.len() - MAX_TERMS;
        terminal.line(format_args!("  {DIM}and {more} more: --format json has all{DIM:#}"))?;
    }
    Ok(())
}

fn print_hit(
    terminal: &mut Terminal,
    hit: &ExplainedHit,
    clauses: &[Clause],
) -> anyhow::Result<()> {
    let record = &hit.record;
    terminal.line(format_args!(
        "{KIND}{}{KIND:#} {} {TITLE}{}{TITLE:#}",
        record.kind().name(),
        sanitize::line(record.id()),
        sanitize::line(attributes::title(record)),
    ))?;
    for (clause, matches) in clauses.iter().zip(&hit.clauses) {
        let verdict = if *matches { "matches" } else { "does not match" };
        terminal.line(format_args!("  {verdict} {}", sanitize::line(&clause.text)))?;
    }
    match hit.rank {
        Some(rank) => {
            let after_complete =
                if hit.backfilled { ", after the hits that have every word" } else { "" };
            let rank = match &hit.near_duplicate_of {
                Some(other) => {
                    format!("near-duplicate of {}, shown under hit {rank}", sanitize::line(other))
                }
                None => format!("rank {rank}"),
            };
            terminal.line(format_args!("  {rank}{after_complete}, score {:.3}:", hit.score))?;
        }
        None => terminal.line("  not a hit")?,
    }
    for term in &hit.term_scores {
        terminal.line(format_args!(
            "  {:>8.3}  {} {} in the {}{DIM}{}{DIM:#}",
            term.score,
            kind_name(term.kind),
            sanitize::line(&term.text),
            field_name(term.field),
            origin(term.origin),
        ))?;
    }
    for (value, name) in [
        (hit.passage, "best passage"),
        (hit.runs, "unbroken runs of the query"),
        (hit.lead, "start of the body"),
        (hit.words, "words that it has"),
        (hit.newness, "newer than other hits"),
    ] {
        if let Some(value) = value {
            terminal.line(format_args!("  {value:>8.3}  {name}"))?;
        }
    }
    if hit.recency < 1.0 {
        terminal.line(format_args!("  × {:>6.3}  for its age", hit.recency))?;
    }
    Ok(())
}

/// Why a variant stands for the typed word, with two spaces before the reason; empty for the typed
/// word itself.
fn origin(origin: Origin) -> String {
    match origin {
        Origin::Typed => String::new(),
        origin => format!("  {}", origin.as_str()),
    }
}

/// The name of a term's kind in the text format.
fn kind_name(kind: TermKind) -> &'static str {
    match kind {
        TermKind::Bigram => "bigram",
        TermKind::Word => "word",
        TermKind::Unigram => "unigram",
    }
}

/// The name of a term's kind in JSON, where bigrams and unigrams keep older names.
fn json_kind_name(kind: TermKind) -> &'static str {
    match kind {
        TermKind::Bigram => "pair",
        TermKind::Word => "word",
        TermKind::Unigram => "character",
    }
}

fn field_name(field: TextField) -> &'static str {
    match field {
        TextField::Title => "title",
        TextField::Body => "body",
        TextField::Tags => "tags",
    }
}

/// An explanation as JSON.
pub(crate) fn object(explained: &Explanation) -> Value {
    let words = explained.words.iter().map(|word| {
        let variants = word.variants.iter().map(|variant| {
            json!({
                "text": variant.text,
                "look": variant.match_mode,
                "origin": variant.origin.as_str(),
                "documents": variant.documents,
            })
        });
        json!({"typed": word.typed, "stop": word.stop, "forms": variants.collect::<Vec<_>>()})
    });
    let clauses = explained.clauses.iter().map(
        |clause| json!({"text": clause.text, "alone": clause.alone, "without": clause.without}),
    );
    let scored = explained.scored.iter().map(|term| {
        json!({
            "unit": json_kind_name(term.kind),
            "text": term.text,
            "weight": term.weight,
            "idf": term.idf,
            "origin": term.origin.as_str(),
        })
    });
    json!({
        "query": explained.canonical,
        "folded": explained.folded,
        "words": words.collect::<Vec<_>>(),
        "clauses": clauses.collect::<Vec<_>>(),
        "compiled": explained.compiled,
        "scored": scored.collect::<Vec<_>>(),
        "total": explained.total,
        "relaxed": explained.relaxed,
        "hit": explained.hit.as_ref().map(hit_object),
    })
}

fn hit_object(hit: &ExplainedHit) -> Value {
    let kind: Kind = hit.record.kind();
    let part = |term: &TermScore| {
        json!({
            "part": field_name(term.field),
            "unit": json_kind_name(term.kind),
            "text": term.text,
            "origin": term.origin.as_str(),
            "score": term.score,
        })
    };
    // The parts of the score that are not of a term.
    let others =
        [("body", "lead", hit.lead), ("any", "words", hit.words), ("any", "newness", hit.newness)];
    let others = others.into_iter().filter_map(|(part, unit, score)| {
        let score = score?;
        Some(json!({"part": part, "unit": unit, "text": "", "origin": "typed", "score": score}))
    });
    json!({
        "id": hit.record.id(),
        "kind": kind.name(),
        "title": attributes::title(&hit.record),
        "matches": hit.clauses,
        "rank": hit.rank,
        "near_duplicate_of": hit.near_duplicate_of,
        "backfilled": hit.backfilled,
        "score": hit.score,
        "parts": hit.term_scores.iter().map(part).chain(others).collect::<Vec<_>>(),
        "window": hit.passage,
        "runs": hit.runs,
        "recency": hit.recency,
    })
}
