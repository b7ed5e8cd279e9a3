//! Saved queries: what `@name` at the start of a query stands for.

use wensou_query::lang::{
    Clock, Code, Diagnostic, Location, Query, Span, closest, parse, saved_name,
};

use super::GlobalSettings;

/// A mistake in a query, with the text that it is in.
#[derive(Debug)]
pub(crate) struct QueryMistake {
    pub(crate) diagnostic: Diagnostic,
    /// The text that the location of the diagnostic refers to.
    pub(crate) text: String,
    /// The name of the saved query that `text` is; `None` if `text` was typed, or is the typed text
    /// with its saved query expanded.
    pub(crate) saved: Option<String>,
}

/// Expands the saved query that the typed text may begin with, and parses the result. The spans of
/// the parsed query refer to the expanded text, `(saved) (rest)`.
///
/// # Errors
///
/// All mistakes of the typed text; if it has none, all mistakes of the saved query; if that has
/// none, all mistakes of the expanded text.
pub(crate) fn read_query(
    text: &str,
    global: &GlobalSettings,
    clock: &Clock,
) -> Result<Query, Vec<QueryMistake>> {
    let expanded = expand(text, global, clock, &mut Vec::new())?;
    parse(&expanded, clock).map_err(|diagnostics| mistakes(diagnostics, &expanded))
}

/// Diagnostics about `text` as mistakes. If `text` is a saved query, the caller sets its name.
fn mistakes(diagnostics: Vec<Diagnostic>, text: &str) -> Vec<QueryMistake> {
    let mistake = |diagnostic| QueryMistake { diagnostic, text: text.to_owned(), saved: None };
    diagnostics.into_iter().map(mistake).collect()
}

/// `text` with the saved query at its start expanded. `being_expanded` has the names of the saved
/// queries that led to `text`. If `text` names one of them again, that query refers to itself.
fn expand(
    text: &str,
    global: &GlobalSettings,
    clock: &Clock,
    being_expanded: &mut Vec<String>,
) -> Result<String, Vec<QueryMistake>> {
    let Some(reference) = saved_name(text) else {
        return parse(text, clock)
            .map(|_| text.to_owned())
            .map_err(|diagnostics| mistakes(diagnostics, text));
    };
    let remainder = reference.remaining.of(text);
    parse(remainder, clock).map_err(|diagnostics| {
        let start = reference.remaining.start;
        let in_text = diagnostics.into_iter().map(|diagnostic| shifted(diagnostic, text, start));
        mistakes(in_text.collect(), text)
    })?;
    let refuse = |code, message: String, help: String| {
        let diagnostic = Diagnostic::at(code, text, reference.span, message).with_help(help);
        mistakes(vec![diagnostic], text)
    };
    let name = reference.name;
    let Some(saved) = global.queries.get(name) else {
        return Err(refuse(
            Code::UnknownSaved,
            format!("no saved query `{name}`"),
            unknown_name_help(name, global),
        ));
    };
    if being_expanded.iter().any(|other| other == name) {
        let help = format!("change it at {}", global.location(saved.line));
        return Err(refuse(
            Code::UnknownSaved,
            format!("the saved query `{name}` refers to itself"),
            help,
        ));
    }
    if saved.value.trim().is_empty() {
        let help = format!("write one at {}", global.location(saved.line));
        return Err(refuse(Code::Empty, format!("the saved query `{name}` is empty"), help));
    }
    being_expanded.push(name.to_owned());
    let inner = expand(&saved.value, global, clock, being_expanded).map_err(|mut mistakes| {
        for mistake in &mut mistakes {
            mistake.saved.get_or_insert_with(|| name.to_owned());
        }
        mistakes
    })?;
    being_expanded.pop();
    Ok(match remainder.trim() {
        "" => format!("({inner})"),
        remainder => format!("({inner}) ({remainder})"),
    })
}

/// A mistake in `text[by..]` as a mistake in `text`.
fn shifted(mut diagnostic: Diagnostic, text: &str, by: usize) -> Diagnostic {
    diagnostic.location = diagnostic.location.map(|Location { bytes, .. }| {
        let bytes = Span::new(bytes.start + by, bytes.end + by);
        Location { bytes, chars: bytes.in_chars(text) }
    });
    diagnostic
}

/// The help for a name that no saved query has.
fn unknown_name_help(typed: &str, global: &GlobalSettings) -> String {
    let text = format!("to search for the text itself, quote it: \"@{typed}\"");
    let known: Vec<&str> = global.queries.keys().map(String::as_str).collect();
    if known.is_empty() {
        return format!(
            "there are no saved queries: `wensou config` shows the config file for them; {text}"
        );
    }
    let list: Vec<String> = known.iter().map(|name| format!("@{name}")).collect();
    match closest(typed, known) {
        Some(meant) => {
            format!("did you mean `@{meant}`? saved queries are {}; {text}", list.join(", "))
        }
        None => format!("saved queries are {}; {text}", list.join(", ")),
    }
}
