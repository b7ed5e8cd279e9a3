//! The binary: parses the arguments, runs the verb (the subcommand), and returns the exit code.

mod allocator;
mod args;
mod browse;
mod cmd;
mod complete;
mod config;
#[cfg(feature = "cluster")]
mod copied_index;
mod crash;
mod exit;
mod file_state;
#[cfg(feature = "cluster")]
mod kept_folder;
mod lookup;
mod open_index;
mod original_file;
mod out;
mod types;

use std::process::ExitCode;

use clap::{ArgMatches, FromArgMatches};

use crate::args::{Cli, Verb};
use crate::config::GlobalSettings;
use crate::exit::Outcome;
use crate::out::Terminal;
use crate::types::Color;

fn main() -> ExitCode {
    if let Some(code) = complete::run() {
        return code;
    }
    // Without this, an index file that is truncated while it is mapped ends the program silently.
    let _ = wensou_index::report_truncated_files();
    let command = args::command();
    let typed = args::separate_query(&command, std::env::args_os().collect());
    let matches =
        command.try_get_matches_from(typed).unwrap_or_else(|error| out::usage_error(&error));
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| out::usage_error(&error));
    let mut terminal = Terminal::new(cli.flags.color.unwrap_or(Color::Auto));
    match crash::guarded(&mut terminal, |terminal| run(&cli, &matches, terminal)) {
        Ok(outcome) => outcome.into(),
        // The reader of the pipe has stopped reading, which is no error.
        Err(error) if exit::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.error(&error);
            exit::code(&error).into()
        }
    }
}

/// Runs the verb with the settings that apply.
fn run(cli: &Cli, matches: &ArgMatches, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    // `wensou config --path` must work even if the config file has mistakes.
    if let Verb::Config(args) = &cli.verb
        && args.path
    {
        let outcome = cmd::config::print_path(terminal)?;
        terminal.flush()?;
        return Ok(outcome);
    }
    // The output of these verbs does not depend on settings, so mistakes in the config file do not
    // matter.
    let outcome_without_settings = match &cli.verb {
        Verb::Completions(args) => Some(cmd::completions::run(args, terminal)?),
        Verb::Man(args) => Some(cmd::man::run(args, terminal)?),
        _ => None,
    };
    if let Some(outcome) = outcome_without_settings {
        terminal.flush()?;
        return Ok(outcome);
    }
    let mut global = GlobalSettings::resolve(&cli.flags, matches)?;
    // Verbs that write use the index that a flag, the environment or the config file names, or else
    // the default, and never one that was merely found from the working folder upwards.
    if matches!(&cli.verb, Verb::Index(_) | Verb::Check(args::Check { repair: true, .. })) {
        global.index = global.written.clone();
    }
    let global = &global;
    *terminal = Terminal::new(*global.color);
    crash::set_index(&global.index);
    let outcome = match &cli.verb {
        Verb::Search(args) => cmd::search::run(global, args, terminal),
        Verb::Browse(args) => cmd::browse::run(global, args),
        Verb::Index(args) => cmd::index::run(global, args, terminal),
        Verb::Survey(args) => cmd::survey::run(global, args, terminal),
        Verb::Check(args) => cmd::check::run(global, args, terminal),
        #[cfg(feature = "cluster")]
        Verb::Copy(args) => cmd::copy::run(global, args, terminal),
        Verb::Backup(args) => cmd::backup::run(global, args, terminal),
        Verb::Explain(args) => cmd::explain::run(global, args, terminal),
        Verb::Similar(args) => cmd::similar::run(global, args, terminal),
        Verb::Show(args) => cmd::show::run(global, args, terminal),
        Verb::Tags(args) => cmd::tags::run(global, args, terminal),
        Verb::Timeline(args) => cmd::timeline::run(global, args, terminal),
        Verb::Stats(args) => cmd::stats::run(global, args, terminal),
        Verb::Export(args) => cmd::export::run(global, args, terminal),
        Verb::Eval(args) => cmd::eval::run(global, args, terminal),
        Verb::Config(args) => cmd::config::run(global, args, terminal),
        // They have run above, without settings.
        Verb::Completions(_) | Verb::Man(_) => Ok(Outcome::Done),
    }?;
    terminal.flush()?;
    Ok(outcome)
}
