//! `wensou search`: prints the hits of a query, or hands over to `batch` or
//! `matching_documents`.

use std::path::Path;
use std::time::Instant;

use anyhow::bail;
use wensou_index::{Error as IndexError, Index};
use wensou_query::lang::Query;
use wensou_query::{Error, Highlighter, Options, Results};

use super::matching_documents::{self, MatchingDocuments};
use super::query::{
    clock, parse_and_report, report, report_readings, search_options, suggest_words,
};
use crate::args::Search;
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::file_state::warn_about_changes;
use crate::open_index::{OpenIndex, ReplaceableIndex, is_address};
use crate::out::count::count_noun;
use crate::out::facets::FacetCounts;
use crate::out::{Terminal, attributes, clauses, facets, hits, vimgrep};
use crate::types::HitFormat;

pub(crate) fn run(
    global: &GlobalSettings,
    args: &Search,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    check_flags(args)?;
    let mut index = ReplaceableIndex::new(open_or_build(global, terminal)?, global);
    let started = Instant::now();
    let clock = index.run_step(terminal, |index, _| clock(global, index, args.as_of))?;
    if let Some(file) = &args.batch {
        // If another index replaces the open one, `run_step` repeats its whole step. A batch cannot
        // be repeated, because standard input cannot be read twice. So `batch::run` itself opens
        // the new index, and repeats only the query that failed.
        return super::batch::run(index.current(), file, global, args, &clock, terminal);
    }
    let for_program = args.format != HitFormat::Text;
    let Some(query) =
        parse_and_report(global, &args.query.join(" "), &clock, terminal, for_program)
    else {
        return Ok(Outcome::Refused);
    };
    let options = search_options(global, args, &clock);
    if matching_documents::is_asked_for(args) {
        return index.run_step(terminal, |index, terminal| {
            let options = options.clone();
            MatchingDocuments { index, query: &query, args, options }.print(terminal)
        });
    }
    match index.run_step(terminal, |index, _| Answer::find(index, &query, args, &options)) {
        Ok(answer) => print_answer(&answer, &mut index, &query, args, started, terminal),
        Err(error) => match error.downcast::<Error>()? {
            Error::Query(diagnostics) => {
                report(&diagnostics, &query.text, terminal, for_program);
                Ok(Outcome::Refused)
            }
            error => Err(error.into()),
        },
    }
}

/// All that is read from the index before hits are printed. If another index replaces the open one
/// meanwhile, all is read once more, from the new index, so that no hit is printed twice.
struct Answer {
    results: Results,
    facets: Vec<FacetCounts>,
    /// Finds the matches in the files of the hits; only for `--format vimgrep`.
    highlighter: Option<Highlighter>,
}

impl Answer {
    fn find(
        index: &OpenIndex,
        query: &Query,
        args: &Search,
        options: &Options,
    ) -> anyhow::Result<Self> {
        let results = wensou_query::search(index, query, options)?;
        let answered = results.reread.as_ref().unwrap_or(query);
        let (facets, limit) = (&args.facet, args.facet_limit);
        let facets = facets::count_facets(index, answered, options.strict, facets, limit)?;
        let highlighter = match args.format {
            HitFormat::Vimgrep => Some(Highlighter::new(index, answered)?),
            _ => None,
        };
        Ok(Self { results, facets, highlighter })
    }

    /// Prints the hits and the facets.
    fn print(
        &self,
        index: &OpenIndex,
        args: &Search,
        terminal: &mut Terminal,
    ) -> anyhow::Result<()> {
        let Self { results, facets, highlighter } = self;
        if let Some(highlighter) = highlighter {
            return vimgrep::print(terminal, index, highlighter, &results.hits);
        }
        if args.format == HitFormat::Json && !facets.is_empty() {
            return facets::print_object(terminal, &results.hits, facets);
        }
        hits::print(terminal, args.format, &results.hits, hit_options(args))?;
        facets::print(terminal, args.format, facets)
    }
}

/// Prints the hits with all messages about them. If no document has every word, the messages also
/// say how many documents each clause matches, and which words of the index are similar.
fn print_answer(
    answer: &Answer,
    index: &mut ReplaceableIndex<'_>,
    query: &Query,
    args: &Search,
    started: Instant,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let for_program = args.format != HitFormat::Text;
    let results = &answer.results;
    report(&results.warnings, &query.text, terminal, for_program);
    report_readings(&results.readings, terminal, for_program);
    answer.print(index.current(), args, terminal)?;
    warn_about_changes(index.current(), paths(results), for_program, terminal);
    let answered = results.reread.as_ref().unwrap_or(query);
    let no_document_has_every_word = results.total == 0 || results.relaxed;
    if !for_program {
        print_summary(results, args, started, terminal);
        if no_document_has_every_word {
            let clauses =
                index.run_step(terminal, |index, _| Ok(wensou_query::clauses(index, answered)?))?;
            for line in clauses::lines(&clauses) {
                terminal.notice(line);
            }
        }
    }
    if no_document_has_every_word {
        index.run_step(terminal, |index, terminal| {
            suggest_words(index, answered, terminal, for_program)
        })?;
    }
    Ok(if results.total == 0 { Outcome::Nothing } else { Outcome::Done })
}

/// The file of each hit.
fn paths(results: &Results) -> impl Iterator<Item = &str> {
    results.hits.iter().map(|hit| attributes::path(&hit.record))
}

/// How hits are printed, by the flags.
fn hit_options(args: &Search) -> hits::HitOptions<'_> {
    hits::HitOptions { offset: args.offset, fields: &args.fields, null: args.null }
}

/// Refuses flags that the output format does not support.
fn check_flags(args: &Search) -> anyhow::Result<()> {
    if !args.facet.is_empty()
        && matches!(args.format, HitFormat::Ids | HitFormat::Tsv | HitFormat::Vimgrep)
    {
        bail!("--facet needs --format text, json or jsonl");
    }
    hits::check_fields(args.format, &args.fields)?;
    if args.null && args.format != HitFormat::Ids && !args.files {
        bail!("--null needs --format ids or --files-with-matches");
    }
    Ok(())
}

/// Prints how many hits a query has. If one or two documents have every word, and no closest
/// matches follow them, also prints how many documents have some of the words.
fn print_summary(results: &Results, args: &Search, started: Instant, terminal: &mut Terminal) {
    terminal.notice(summary(results, args, started));
    if let Some(partial) = results.partial {
        let documents = count_noun(partial, "document");
        let contain = if partial == 1 { "contains" } else { "contain" };
        terminal.notice(format_args!(
            "{documents} {contain} some of the words: put OR between the words to find them"
        ));
    }
}

/// Opens the index. If there is no index in the default folder, but the working folder has a sample
/// archive, indexes the sample archive first, so that the first command of a new user gives hits.
fn open_or_build(global: &GlobalSettings, terminal: &mut Terminal) -> anyhow::Result<OpenIndex> {
    if is_address(&global.index) {
        return OpenIndex::open(global);
    }
    let dir = global.index.as_path();
    match Index::open(dir) {
        Err(missing @ IndexError::Missing { .. }) => {
            let (true, Some(sample)) = (dir == Path::new("index"), super::index::sample_archive())
            else {
                return Err(missing.into());
            };
            terminal
                .notice(format_args!("no index yet: building it from {} first", sample.display()));
            super::index::build(
                dir,
                &[sample],
                &super::index::default_options(),
                super::index::Reporting::default(),
                terminal,
            )?;
            Ok(Index::open(dir)?.into())
        }
        outcome => Ok(outcome?.into()),
    }
}

/// The number of hits and documents, which of the hits are printed, and the time of the search.
fn summary(results: &Results, args: &Search, started: Instant) -> String {
    let took = started.elapsed().as_secs_f64() * 1000.0;
    let total = count_noun(results.total_hits, "hit");
    let documents = match results.total == results.total_hits {
        true => String::new(),
        false => format!(", {}", count_noun(results.total, "document")),
    };
    let closest = results.hits.iter().filter(|hit| hit.backfilled).count();
    let counted = results.hits.len() - closest;
    let (first, last) = (args.offset + 1, args.offset + counted);
    // Of the hits that `total_hits` counts, `counted` are printed: those of the ranks `first` to
    // `last`.
    let mut line = match counted {
        _ if results.total == 0 => "no hits".to_owned(),
        printed if printed == results.total_hits => total,
        0 if closest > 0 => total,
        0 => format!("none after the first {} of {total}", args.offset),
        1 => format!("{first} of {total}"),
        _ => format!("{first}–{last} of {total}"),
    };
    line.push_str(&format!("{documents} ({took:.1} ms)"));
    if closest > 0 {
        let have = if results.total == 1 { "has" } else { "have" };
        let follow = match closest {
            1 => "the closest match follows".to_owned(),
            _ => format!("the {closest} closest matches follow"),
        };
        let documents = results.total;
        line.push_str(&format!("\n{documents} {have} every word: {follow}"));
    }
    if results.relaxed && results.total > 0 {
        line.push_str("\nno document contains every word: showing the closest matches");
    }
    line
}
