//! The command line of wensou: parse, dispatch, exit code.

mod args;
mod browse;
mod cmd;
mod exit;
mod out;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Verb};
use crate::exit::Outcome;
use crate::out::Terminal;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut terminal = Terminal::new(cli.global.color);
    match run(&cli, &mut terminal) {
        Ok(outcome) => outcome.into(),
        // The reader of a pipe has seen enough: nothing went wrong.
        Err(error) if exit::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.error(&error);
            exit::code(&error).into()
        }
    }
}

fn run(cli: &Cli, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let global = &cli.global;
    let outcome = match &cli.verb {
        Verb::Search(args) => cmd::search::run(global, args, terminal),
        Verb::Browse(args) => cmd::browse::run(global, args),
        Verb::Index(args) => cmd::index::run(global, args, terminal),
        Verb::Explain(args) => cmd::explain::run(global, args, terminal),
        Verb::Similar(args) => cmd::similar::run(global, args, terminal),
        Verb::Show(args) => cmd::show::run(global, args, terminal),
        Verb::Tags(args) => cmd::tags::run(global, args, terminal),
        Verb::Timeline(args) => cmd::timeline::run(global, args, terminal),
        Verb::Stats(args) => cmd::stats::run(global, args, terminal),
        Verb::Export(args) => cmd::export::run(global, args, terminal),
        Verb::Eval(args) => cmd::eval::run(global, args, terminal),
    }?;
    terminal.flush()?;
    Ok(outcome)
}
