//! Separates words of a query that begin with `-` from options, before clap reads the arguments.
//!
//! The rule: an argument is an option if it can be one as a whole (`-n`, `-n5`, `-fjson`, `-cq`),
//! or begins with two hyphens. Any other argument that begins with `-` is a part of the query
//! (`-廣告`, `-tag:a`, `-news`).

use std::ffi::OsString;

use clap::{Arg, Command};

/// If a word of the query begins with `-` and no `--` precedes it, moves all words of the query
/// behind a `--` at the end, in their order. Otherwise the arguments stay as they are.
pub(crate) fn separate_query(command: &Command, args: Vec<OsString>) -> Vec<OsString> {
    let Some((verb, first)) = find_verb(command, &args) else { return args };
    if !verb.get_positionals().any(|arg| arg.get_id() == "query") {
        return args;
    }
    let options: Vec<&Arg> = command
        .get_arguments()
        .filter(|arg| arg.is_global_set())
        .chain(verb.get_arguments())
        .filter(|arg| !arg.is_positional())
        .collect();
    let mut before_words = args[..first].to_vec();
    let mut words = Vec::new();
    let mut has_hyphen_word = false;
    let mut remaining = args[first..].iter().cloned();
    while let Some(arg) = remaining.next() {
        let text = arg.to_string_lossy();
        match arg_kind(&options, &text) {
            ArgKind::End => {
                words.extend(remaining);
                break;
            }
            ArgKind::Option { value_follows } => {
                before_words.push(arg);
                if value_follows {
                    before_words.extend(remaining.next());
                }
            }
            ArgKind::Word => {
                has_hyphen_word |= text.starts_with('-') && text.len() > 1;
                words.push(arg);
            }
        }
    }
    if !has_hyphen_word {
        return args;
    }
    before_words.push("--".into());
    before_words.extend(words);
    before_words
}

/// The verb, and the index of the argument after it. `None` if no argument names a verb.
fn find_verb<'c>(command: &'c Command, args: &[OsString]) -> Option<(&'c Command, usize)> {
    let options: Vec<&Arg> = command.get_arguments().filter(|arg| !arg.is_positional()).collect();
    // The first argument is the name of the program.
    let mut next = 1;
    loop {
        let text = args.get(next)?.to_string_lossy();
        next += 1;
        if !text.starts_with('-') {
            return Some((command.find_subcommand(text.as_ref())?, next));
        }
        if let ArgKind::Option { value_follows: true } = arg_kind(&options, &text) {
            next += 1;
        }
    }
}

/// What an argument is.
enum ArgKind {
    /// `--`: everything after it is the query.
    End,
    /// An option; `value_follows` if its value is the next argument.
    Option { value_follows: bool },
    /// A word of the query.
    Word,
}

/// What the argument `text` is on a command line that may have these options.
fn arg_kind(options: &[&Arg], text: &str) -> ArgKind {
    if text == "--" {
        return ArgKind::End;
    }
    if let Some(name) = text.strip_prefix("--") {
        let known = options.iter().find(|arg| arg.get_long() == Some(name));
        return ArgKind::Option { value_follows: known.is_some_and(|arg| takes_value(arg)) };
    }
    let Some(letters) = text.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
        return ArgKind::Word;
    };
    for (at, letter) in letters.char_indices() {
        // clap adds `-h` and `-V` itself, so `options` lacks them. They are options only if no
        // other letter stands beside them: `-h`, but not `-ch`.
        let is_added_by_clap = matches!(letter, 'h' | 'V');
        let Some(arg) = options.iter().find(|arg| arg.get_short() == Some(letter)) else {
            if is_added_by_clap && letters.len() == 1 {
                continue;
            }
            return ArgKind::Word;
        };
        if takes_value(arg) {
            let value = &letters[at + letter.len_utf8()..];
            let fits = value.is_empty() || is_value(arg, value.strip_prefix('=').unwrap_or(value));
            return if fits {
                ArgKind::Option { value_follows: value.is_empty() }
            } else {
                ArgKind::Word
            };
        }
    }
    ArgKind::Option { value_follows: false }
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

/// Whether the text after the letter of an option can be the value of the option. If the option
/// accepts only certain names, the text must be one of them, as in `-fjson`. Otherwise the text
/// must be a number in digits: `-n5` is an option, but `-news` is a word, not `-n` with the value
/// `ews`.
fn is_value(arg: &Arg, text: &str) -> bool {
    let names = arg.get_possible_values();
    let ignore_case = false;
    match names.is_empty() {
        true => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()),
        false => names.iter().any(|name| name.matches(text, ignore_case)),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    fn separated(line: &str) -> String {
        let args = line.split(' ').map(OsString::from).collect();
        let args = separate_query(&Cli::command(), args);
        args.iter().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_that_begin_with_a_hyphen_are_moved_after_two_hyphens() {
        for (line, wanted) in [
            ("w search 比特幣 -廣告", "w search -- 比特幣 -廣告"),
            ("w search -廣告 -n 5 比特幣 -f json", "w search -n 5 -f json -- -廣告 比特幣"),
            ("w search a -tag:b --sort newest", "w search --sort newest -- a -tag:b"),
            // `-n5` is an option with its value; what follows `-n` in `-news` is no number.
            ("w search a -news -n5", "w search -n5 -- a -news"),
            ("w search a -finance -fjson", "w search -fjson -- a -finance"),
            ("w --index x search a -b", "w --index x search -- a -b"),
            ("w --tz -05:00 timeline a -b", "w --tz -05:00 timeline -- a -b"),
            // An unknown option is taken to have no value; clap reports the option.
            ("w tags a --frmat json -b", "w tags --frmat -- a json -b"),
            ("w search -b -- -n 5", "w search -- -b -n 5"),
        ] {
            assert_eq!(separated(line), wanted, "{line}");
        }
    }

    #[test]
    fn lines_without_a_word_to_move_stay_as_they_are() {
        for line in [
            "w search 比特幣 -n 5",
            "w search -- -廣告 -n",
            "w search -h",
            "w search - a",
            // `-1` is the value of the option before it.
            "w search --as-of -1 a",
            // `show` has no query.
            "w show -x",
            "w -x search a",
            "w",
            // Two options in one argument.
            "w search -cq a",
        ] {
            assert_eq!(separated(line), line);
        }
    }
}
