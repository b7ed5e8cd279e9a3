//! Completion candidates for queries and ids: fields, values from the index, saved queries. After
//! an error there are no candidates, because a shell cannot show the error.

use std::ffi::{OsStr, OsString};
use std::sync::OnceLock;

use clap::{ArgMatches, CommandFactory, FromArgMatches};
use clap_complete::engine::CompletionCandidate;
use wensou_query::{Facet, facet, plain};
use wensou_text::fold;

use crate::args::Cli;
use crate::config::GlobalSettings;
use crate::open_index::OpenIndex;

/// Maximum number of values of a facet, or of ids, that are offered.
const MAX_CANDIDATES: usize = 50;

/// The fields that are offered. Their values are completed by [`word_candidates`], if they can be.
const FIELDS: [&str; 13] = [
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
];

/// All words of the command line. clap passes only the last one to a completer.
static WORDS: OnceLock<Vec<OsString>> = OnceLock::new();

/// Sets the line that is being completed.
pub(super) fn set_line(words: &[OsString]) {
    // A process completes one line.
    WORDS.set(words.to_vec()).ok();
}

/// The line as clap reads it, in spite of mistakes in it.
fn matches() -> Option<ArgMatches> {
    let words = WORDS.get()?;
    Cli::command().ignore_errors(true).try_get_matches_from(words).ok()
}

/// The settings that apply to the line.
fn settings() -> Option<GlobalSettings> {
    let matches = matches()?;
    let cli = Cli::from_arg_matches(&matches);
    let flags = cli.map(|cli| cli.flags).unwrap_or_default();
    GlobalSettings::resolve(&flags, &matches).ok()
}

/// Whether the argument at the cursor is the first of its query.
fn is_first_argument() -> bool {
    let is_first = || {
        let matches = matches()?;
        let (_, verb) = matches.subcommand()?;
        Some(verb.get_many::<String>("query")?.len() <= 1)
    };
    is_first().unwrap_or(true)
}

/// Whether `--` precedes the word at the cursor, so that it cannot be an option.
fn is_after_double_dash() -> bool {
    WORDS.get().is_some_and(|words| words.iter().rev().skip(1).any(|word| word == "--"))
}

/// Candidates for an argument of a query: for a word, or for the last of several words in quotes.
pub(super) fn query_candidates(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = current.to_string_lossy();
    let (before, word) = typed.split_at(last_word_start(&typed));
    let is_first_word = before.is_empty();
    let mut found = word_candidates(word, is_first_word).unwrap_or_default();
    // If the only candidate were a field, a shell would complete the field and close the quotes. So
    // offer the values of the field instead.
    if let [field] = found.as_slice()
        && !is_first_word
        && field.ends_with(':')
    {
        let values = word_candidates(field, is_first_word).unwrap_or_default();
        if values.len() > 1 {
            found = values;
        }
    }
    found.into_iter().map(|value| CompletionCandidate::new(format!("{before}{value}"))).collect()
}

/// The start of the last word of a query: after the last space or `(` that is neither quoted nor
/// escaped.
fn last_word_start(typed: &str) -> usize {
    let mut start = 0;
    let mut closer = None;
    let mut chars = typed.char_indices();
    while let Some((at, c)) = chars.next() {
        match (closer, c) {
            (_, '\\') => {
                chars.next();
            }
            (Some(end), _) if c == end => closer = None,
            (Some(_), _) => {}
            (None, '「') => closer = Some('」'),
            (None, '"') => closer = Some('"'),
            (None, _) if c.is_whitespace() || c == '(' => start = at + c.len_utf8(),
            (None, _) => {}
        }
    }
    start
}

/// Candidates for one word of a query; `None` if there are none. `is_first_word` says whether the
/// word is the first of its argument.
fn word_candidates(typed: &str, is_first_word: bool) -> Option<Vec<String>> {
    // The typed word is `kept` followed by `start`. Each of the `values` that begins with `start`
    // makes a candidate.
    let completions_of = |values: &[&str], kept: &str, start: &str| -> Vec<String> {
        let fitting = values.iter().filter(|value| value.starts_with(start));
        fitting.map(|value| format!("{kept}{value}")).collect()
    };
    if let Some(name) = typed.strip_prefix('@') {
        if !is_first_word || !is_first_argument() {
            return None;
        }
        let settings = settings()?;
        let names: Vec<&str> = settings.queries.keys().map(String::as_str).collect();
        return Some(completions_of(&names, "@", name));
    }
    let Some((field, list)) = typed.split_once(':') else {
        // clap completes an argument that begins with a dash as an option, unless `--` precedes it;
        // so fields are offered after a dash only behind `--` or within an argument.
        let negated = typed.starts_with('-') && (!is_first_word || is_after_double_dash());
        let sign = usize::from(negated || typed.starts_with('+'));
        let mut fields = completions_of(&FIELDS, &typed[..sign], &typed[sign..]);
        if typed.is_empty() && is_first_word && is_first_argument() {
            fields.push("@".to_owned());
        }
        return Some(fields);
    };
    // In a list of values, the last value is completed.
    let value = list.rsplit(',').next().unwrap_or_default();
    let kept = &typed[..typed.len() - value.len()];
    let facet_of_field = match field.trim_start_matches(['-', '+']) {
        "kind" => return Some(completions_of(&["article", "flash"], kept, value)),
        "has" => return Some(completions_of(&wensou_index::HAS_VALUES, kept, value)),
        "script" => return Some(completions_of(&["hans", "hant", "mixed"], kept, value)),
        "date" => {
            let dates = ["today", "7d", "30d", "this-month", "last-month", "none", "inferred"];
            return Some(completions_of(&dates, kept, value));
        }
        "tag" => Facet::Tag,
        "source" => Facet::Source,
        "category" => Facet::Category,
        _ => return None,
    };
    let index = OpenIndex::open(&settings()?).ok()?;
    let bare = value.trim_start_matches('「');
    let facet_values = facet(&index, &plain(""), facet_of_field, Some(bare)).ok()?;
    let spelled = facet_values
        .into_iter()
        .take(MAX_CANDIDATES)
        .map(|facet_value| as_continuation(value, &facet_value.value));
    let fitting = completable(value, spelled.collect());
    Some(fitting.into_iter().map(|fitting| format!("{kept}{fitting}")).collect())
}

/// A value spelled so that it begins with the typed text, quoted if necessary: for the typed 区, the
/// value 區塊鏈 becomes 区块链. A shell accepts no candidate that begins otherwise, and both
/// spellings find the same documents.
fn as_continuation(typed: &str, value: &str) -> String {
    let (is_quoted, bare) = match typed.strip_prefix('「') {
        Some(bare) => (true, bare),
        None => (false, typed),
    };
    let folded_length = fold(bare).chars().count();
    let text = if value.starts_with(bare) {
        value.to_owned()
    } else if bare == fold(bare) {
        // Folded text was typed, so continue with folded text.
        bare.to_owned() + &fold(value).chars().skip(folded_length).collect::<String>()
    } else if fold(value).chars().count() == value.chars().count() {
        // Characters fold one to one, so continue with the original ones.
        bare.to_owned() + &value.chars().skip(folded_length).collect::<String>()
    } else {
        // Which original character follows cannot be told, so continue with folded text.
        bare.to_owned() + &fold(value).chars().skip(folded_length).collect::<String>()
    };
    match is_quoted || text.contains(|c: char| !c.is_alphanumeric()) {
        true => format!("「{text}」"),
        false => text,
    }
}

/// The candidates that a shell can complete.
///
/// A shell replaces the typed text by the common prefix of all candidates. A candidate in quotes
/// may make that prefix shorter than the typed text. If so, only candidates that begin with the
/// typed text are kept.
fn completable(typed: &str, values: Vec<String>) -> Vec<String> {
    let bare = typed.trim_start_matches('「');
    let common = values.iter().map(String::as_str).reduce(common_prefix).unwrap_or_default();
    if common.trim_start_matches('「').starts_with(bare) {
        return values;
    }
    values.into_iter().filter(|value| value.starts_with(typed)).collect()
}

fn common_prefix<'a>(one: &'a str, other: &str) -> &'a str {
    let characters = one.char_indices().zip(other.chars());
    let end = characters.take_while(|((_, a), b)| a == b).last();
    end.map_or("", |((at, c), _)| &one[..at + c.len_utf8()])
}

/// Candidates for an id.
pub(super) fn id_candidates(current: &OsStr) -> Vec<CompletionCandidate> {
    let ids = || -> Option<Vec<String>> {
        let index = OpenIndex::open(&settings()?).ok()?;
        index.as_index_ref().ids(&current.to_string_lossy(), MAX_CANDIDATES).ok()
    };
    ids().unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
}
