//! Completion of a shell's line by the program itself: the shells' scripts are in
//! `cmd/completions.rs`, what can stand in a query in `values`, how a line is cut and quoted in
//! `line`. What is offered always continues what was typed, so that no shell takes anything away.

mod line;
mod values;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{Arg, Command, CommandFactory};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use crate::args::Cli;
use crate::out::sanitize;

/// The variable that turns the program into its own completer; its value names the shell.
const VARIABLE: &str = "WENSOU_COMPLETE";

/// The end of the program if a shell asked for candidates.
///
/// Bash gives the line as far as the cursor and what it will replace, the others the words with
/// the one at the cursor last. One candidate a line is answered, for zsh and fish with a tab and
/// a description behind it where there is one.
pub(crate) fn run() -> Option<ExitCode> {
    let shell = std::env::var(VARIABLE).ok()?;
    let args: Vec<OsString> = std::env::args_os().skip_while(|arg| arg != "--").skip(1).collect();
    let mut out = String::new();
    if shell == "bash" {
        let text = |at: usize| args.get(at).map(|arg| arg.to_string_lossy()).unwrap_or_default();
        let line = line::split(&text(0));
        for candidate in candidates(line.words.iter().map(OsString::from).collect()) {
            let value = candidate.get_value().to_string_lossy();
            if let Some(insert) = line.insertion(&value, &text(1)) {
                out += &insert;
                out.push('\n');
            }
        }
    } else {
        let mut words = args;
        // Fish gives the word at the cursor as it is on the line.
        if shell == "fish"
            && let Some(last) = words.last_mut()
        {
            let cut = line::split(&last.to_string_lossy());
            *last = cut.words.last().map(OsString::from).unwrap_or_default();
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
    // A shell that went away wants no candidates.
    std::io::stdout().write_all(out.as_bytes()).ok();
    Some(ExitCode::SUCCESS)
}

/// The command line, with candidates for queries and ids.
fn command() -> Command {
    let with_candidates = |arg: Arg| match arg.get_id().as_str() {
        "query" => arg.add(ArgValueCompleter::new(values::query)),
        "id" => arg.add(ArgValueCompleter::new(values::id)),
        _ => arg,
    };
    Cli::command().mut_subcommands(|verb| verb.mut_args(with_candidates))
}

/// Candidates for the last word. Without any, or with a mistake before it, a shell is told nothing.
fn candidates(words: Vec<OsString>) -> Vec<CompletionCandidate> {
    let Some(last) = words.len().checked_sub(1) else { return Vec::new() };
    values::typed_before(&words);
    let here = std::env::current_dir().ok();
    let nothing_typed = words[last].is_empty();
    let mut found = complete(&mut command(), words, last, here.as_deref()).unwrap_or_default();
    // Two dashes bring the options; unasked they would bury the rest.
    let is_option =
        |found: &CompletionCandidate| found.get_value().to_string_lossy().starts_with('-');
    if nothing_typed && !found.iter().all(is_option) {
        found.retain(|found| !is_option(found));
    }
    // A shell shows candidates and puts them on its line: a name that a terminal would act on is
    // left to whoever wants to type it.
    found.retain(|found| {
        let value = found.get_value().to_string_lossy();
        sanitize::line(&value) == value
    });
    found
}
