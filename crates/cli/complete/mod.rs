//! Completion of a command line, by the program itself: the shell scripts (`cmd/completions.rs`)
//! run `wensou` to get candidates. `values` finds candidates for queries and ids, `line` splits and
//! quotes bash lines. A candidate repeats the typed text and continues it, so that no shell deletes
//! any of it. It may only add an opening quote before a value: `tag:B` becomes `tag:「B $C」`.

mod line;
mod values;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{Arg, Command, CommandFactory};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use crate::args::Cli;
use crate::out::sanitize;

/// The environment variable that makes the program print candidates; its value names the shell.
const VARIABLE: &str = "WENSOU_COMPLETE";

/// Prints candidates and returns the exit code if a shell asks for candidates; else returns `None`.
///
/// Bash passes the line up to the cursor and the text that it will replace; the other shells pass
/// the words, the one at the cursor last. The output has one candidate per line; for zsh and fish,
/// a tab and a description may follow.
pub(crate) fn run() -> Option<ExitCode> {
    let shell = std::env::var(VARIABLE).ok()?;
    let args: Vec<OsString> = std::env::args_os().skip_while(|arg| arg != "--").skip(1).collect();
    let mut out = String::new();
    if shell == "bash" {
        let text = |at: usize| args.get(at).map(|arg| arg.to_string_lossy()).unwrap_or_default();
        let (typed_line, replaced) = (text(0), text(1));
        let line = line::split(&typed_line);
        for candidate in candidates(line.words.iter().map(OsString::from).collect()) {
            let value = candidate.get_value().to_string_lossy();
            if let Some(insert) = line.insertion(&value, &replaced) {
                out += &insert;
                out.push('\n');
            }
        }
    } else {
        let mut words = args;
        // fish passes the word at the cursor with its quotes.
        if shell == "fish"
            && let Some(last) = words.last_mut()
        {
            let unquoted = line::split(&last.to_string_lossy());
            *last = unquoted.words.last().map(OsString::from).unwrap_or_default();
        }
        for candidate in candidates(words) {
            out += &candidate.get_value().to_string_lossy();
            if let Some(help) = candidate.get_help() {
                let help = help.to_string();
                out.push('\t');
                out += help.lines().next().unwrap_or_default();
            }
            out.push('\n');
        }
    }
    // Ignore errors: the shell may be gone.
    std::io::stdout().write_all(out.as_bytes()).ok();
    Some(ExitCode::SUCCESS)
}

/// The command, with completers for queries and ids.
fn command() -> Command {
    let with_candidates = |arg: Arg| match arg.get_id().as_str() {
        "query" => arg.add(ArgValueCompleter::new(values::query_candidates)),
        "id" => arg.add(ArgValueCompleter::new(values::id_candidates)),
        _ => arg,
    };
    Cli::command().mut_subcommands(|verb| verb.mut_args(with_candidates))
}

/// Candidates for the last word; none if there is a mistake before it.
fn candidates(words: Vec<OsString>) -> Vec<CompletionCandidate> {
    let Some(last) = words.len().checked_sub(1) else { return Vec::new() };
    values::set_line(&words);
    let working_folder = std::env::current_dir().ok();
    let nothing_typed = words[last].is_empty();
    let mut found =
        complete(&mut command(), words, last, working_folder.as_deref()).unwrap_or_default();
    // At an empty word, options would hide the other candidates, so offer them only if there are no
    // others.
    let is_option =
        |candidate: &CompletionCandidate| candidate.get_value().to_string_lossy().starts_with('-');
    if nothing_typed && !found.iter().all(is_option) {
        found.retain(|candidate| !is_option(candidate));
    }
    // A shell prints candidates unchanged, so leave out those with control characters.
    found.retain(|candidate| {
        let value = candidate.get_value().to_string_lossy();
        sanitize::line(&value) == value
    });
    found
}
