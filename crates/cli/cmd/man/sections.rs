//! The sections of a verb's page that its help does not have: examples, files, environment, exit
//! status and references.

use clap::Command;
use roff::{Inline, Roff, bold, roman};

use super::examples::{self, Entry};
use crate::args::{CONFIG_KEYS, QUERY_HELP};

/// The index folder, as an entry of the section FILES.
const INDEX: Entry =
    ("index/", "The index folder, unless --index, WENSOU_INDEX or the config file names another.");
/// The config file, as an entry of the section FILES.
const CONFIG: Entry = (
    "$XDG_CONFIG_HOME/wensou/config.toml",
    "The config file; ~/.config/wensou/config.toml if XDG_CONFIG_HOME is not set.",
);

/// The environment variables that all verbs with settings read. `crates/cluster/src/credentials.rs`
/// and `settings.rs` define those of clusters; the page has them even in a build without clusters.
const ENVIRONMENT: [Entry; 10] = [
    ("WENSOU_INDEX", "The index: a folder, or the address of one on a cluster."),
    ("WENSOU_TZ", "The time zone of \"today\"."),
    ("WENSOU_CONFIG", "The config file."),
    ("XDG_CONFIG_HOME, HOME", "Where the config file is, unless WENSOU_CONFIG names it."),
    (
        "WENSOU_CLUSTER_USER, WENSOU_CLUSTER_PASSWORD, WENSOU_CLUSTER_API_KEY, WENSOU_CLUSTER_TOKEN",
        "Credentials for a cluster: a user and a password, or one of the others. They take \
         precedence over those of the config file.",
    ),
    (
        "WENSOU_CLUSTER_CA_FILE",
        "A file with the authority that signed the certificates of the cluster.",
    ),
    (
        "WENSOU_CLUSTER_TIMEOUT",
        "The seconds that a request to a cluster may take; 10 if not set, and more if it writes.",
    ),
    ("NO_COLOR", "If set and not empty, no colour."),
    ("CLICOLOR, CLICOLOR_FORCE", "0 means no colour; 1 means colour, even in a pipe."),
    ("COLUMNS", "Width of the output, instead of the terminal's."),
];

/// The exit statuses after an error, on the page of every verb.
const ERRORS: [Entry; 2] = [
    ("2", "The command line, the query or a setting is wrong, or the command failed."),
    ("3", "The index is missing, unreadable, damaged, or of another format."),
];

/// The exit statuses of a run that ended by a panic or a signal, on the page of every verb.
const ABNORMAL_ENDS: [Entry; 2] =
    [("101", "A bug in wensou."), ("128+N", "Signal N ended the program: 130 after Ctrl-C.")];

/// Writes the sections at the end of the page of a verb, or of the program if `verb` is `None`:
/// QUERIES for `search`, KEYS for `config`, then EXAMPLES, FILES, ENVIRONMENT, EXIT STATUS and SEE
/// ALSO.
pub(super) fn closing(page: &mut Roff, verb: Option<&str>) {
    match verb {
        Some("search") => verbatim(page, "QUERIES", QUERY_HELP),
        Some("config") => verbatim(page, "KEYS", CONFIG_KEYS),
        _ => {}
    }
    let lines: Vec<String> = examples::of(verb)
        .iter()
        .map(|(command, comment)| format!("# {comment}\n{command}"))
        .collect();
    verbatim(page, "EXAMPLES", &lines.join("\n\n"));
    if verb != Some("man") {
        tagged(page, "FILES", &files(verb));
        tagged(page, "ENVIRONMENT", &environment(verb));
    }
    tagged(page, "EXIT STATUS", &exit_status(verb));
    see_also(page, references(verb));
}

/// The section COMMANDS: each verb with the page that describes it.
pub(super) fn verbs(page: &mut Roff, verbs: &[&Command]) {
    if verbs.is_empty() {
        return;
    }
    page.control("SH", ["COMMANDS"]);
    for verb in verbs {
        let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
        page.control("TP", []);
        page.text([bold(format!("wensou-{}", verb.get_name())), roman("(1)")]);
        page.text([roman(about)]);
    }
}

/// The section SEE ALSO.
pub(super) fn see_also(page: &mut Roff, names: &[&str]) {
    page.control("SH", ["SEE ALSO"]);
    let mut line: Vec<Inline> = Vec::new();
    for name in names {
        let (name, section) = name.split_at(name.find('(').unwrap_or(name.len()));
        if !line.is_empty() {
            line.push(roman(", "));
        }
        line.extend([bold(name), roman(section)]);
    }
    page.text(line);
}

/// A section whose lines are not filled, so that line breaks stay.
fn verbatim(page: &mut Roff, title: &str, lines: &str) {
    page.control("SH", [title]);
    page.control("nf", []);
    for line in lines.lines() {
        match line.is_empty() {
            true => page.control("sp", []),
            // roff indents sections by itself, so drop the indentation of the help.
            false => page.text([roman(line.strip_prefix("  ").unwrap_or(line))]),
        };
    }
    page.control("fi", []);
}

/// A section of entries, each with a tag that is set in bold.
fn tagged(page: &mut Roff, title: &str, entries: &[Entry]) {
    page.control("SH", [title]);
    for (tag, text) in entries {
        page.control("TP", []);
        page.text([bold(*tag)]);
        page.text([roman(*text)]);
    }
}

fn files(verb: Option<&str>) -> Vec<Entry> {
    let mut files = vec![INDEX, CONFIG];
    match verb {
        None | Some("index") => {
            files.push(("data/", "What is indexed if nothing else names an archive."));
        }
        _ => {}
    }
    files
}

fn environment(verb: Option<&str>) -> Vec<Entry> {
    let mut variables = ENVIRONMENT.to_vec();
    let pager = match verb {
        None => Some(
            "The pager for text longer than the screen (`cat` for none), and that Ctrl-O of \
             `wensou browse` opens (the first that is set to another command than `cat`).",
        ),
        Some("show") => Some("The pager for text longer than the screen; `cat` for none."),
        Some("browse") => Some(
            "The pager that Ctrl-O opens: the first that is set to another command than `cat`, or \
             else `less`.",
        ),
        _ => None,
    };
    variables.extend(pager.map(|about| ("WENSOU_PAGER, PAGER", about)));
    if matches!(verb, None | Some("browse")) {
        variables.push(("VISUAL, EDITOR", "The editor that Ctrl-E of `wensou browse` opens."));
    }
    if matches!(verb, None | Some("index" | "survey")) {
        variables.push((
            "TMPDIR",
            "Where a build keeps temporary files: up to 2 GiB of pages, and lists of files and \
             flash items.",
        ));
    }
    variables
}

fn exit_status(verb: Option<&str>) -> Vec<Entry> {
    let (done, no_results) = match verb {
        None | Some("search" | "tags" | "timeline" | "similar" | "show" | "explain" | "export") => {
            ("Something was found, or the command did its work.", Some("Nothing was found."))
        }
        Some("check") => ("The index is intact and not out of date.", None),
        _ => ("The command did its work.", None),
    };
    let mut entries = vec![("0", done)];
    entries.extend(no_results.map(|text| ("1", text)));
    entries.extend(ERRORS);
    match verb {
        Some("check") => entries.push(("4", "The index is intact, but out of date.")),
        None => entries.push(("4", "`wensou check`: the index is intact, but out of date.")),
        _ => {}
    }
    entries.extend(ABNORMAL_ENDS);
    entries
}

/// The pages that the page of a verb refers to.
fn references(verb: Option<&str>) -> &'static [&'static str] {
    match verb.unwrap_or_default() {
        "" => &["wensou-search(1)", "wensou-index(1)", "wensou-query(7)"],
        "search" => &["wensou(1)", "wensou-browse(1)", "wensou-explain(1)", "wensou-query(7)"],
        "browse" | "explain" | "tags" | "timeline" => {
            &["wensou(1)", "wensou-search(1)", "wensou-query(7)"]
        }
        "index" => &[
            "wensou(1)",
            "wensou-check(1)",
            "wensou-backup(1)",
            "wensou-copy(1)",
            "wensou-stats(1)",
            "wensou-survey(1)",
        ],
        "check" | "backup" | "copy" | "stats" | "survey" => &["wensou(1)", "wensou-index(1)"],
        "similar" | "show" => &["wensou(1)", "wensou-search(1)", "wensou-browse(1)"],
        "export" => &["wensou(1)", "wensou-show(1)", "wensou-search(1)"],
        "eval" => &["wensou(1)", "wensou-search(1)", "wensou-explain(1)"],
        "man" => &["wensou(1)", "wensou-query(7)", "man(1)"],
        _ => &["wensou(1)"],
    }
}
