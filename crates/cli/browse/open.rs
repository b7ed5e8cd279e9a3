//! Opens a record in the pager or in the editor, or its address in the browser.

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anstream::adapter::strip_str;
use anyhow::{Context, bail};
use wensou_query::lang::{Clock, parse_lenient};

use super::item::Item;
use super::text::one_line;
use crate::open_index::OpenIndex;
use crate::original_file::find_original_member;
use crate::out::{attributes, pager};

/// The flags with which a second process of this program opens the index at `location`, a folder or
/// an address, as this one has.
pub(crate) fn index_flags(location: PathBuf, insecure_http: bool) -> Vec<OsString> {
    let mut flags: Vec<OsString> = vec!["--index".into(), location.into_os_string()];
    if insecure_http {
        flags.push("--insecure-http".into());
    }
    flags
}

/// Shows a record as `wensou show` prints it, with the words of `query_text` highlighted, in the
/// pager of [`pager_command`]. `flags` open the index, see [`index_flags`].
pub(crate) fn open_in_pager(
    flags: &[OsString],
    clock: &Clock,
    id: &str,
    query_text: &str,
) -> anyhow::Result<()> {
    // `show` refuses queries with mistakes. The lenient parse repairs mistakes, so pass the
    // canonical form of the parsed query.
    let (query, _) = parse_lenient(query_text, clock);
    let printed = printed_record(flags, id, &query.to_string())?;
    let pager = pager_command(["WENSOU_PAGER", "PAGER"].map(std::env::var_os));
    let mut shell = shell_command(&pager);
    if std::env::var_os("LESS").is_none() {
        // Otherwise `less` prints escape sequences instead of colours.
        shell.env("LESS", "R");
    }
    let shell = shell.stdin(Stdio::piped()).spawn();
    let mut shell = shell.context("cannot run a shell for the pager")?;
    let written = shell.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(&printed));
    let status = shell.wait().context("cannot wait for the pager")?;
    if !status.success() {
        bail!("the pager failed: {}", pager.to_string_lossy());
    }
    match written {
        // The user has quit the pager before it read everything.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to the pager"),
    }
}

/// The command of the pager, by the values of `$WENSOU_PAGER` and `$PAGER`: the first that names a
/// pager, or else `less -R`. A value that asks `wensou show` for no pager is passed over, because
/// here the user has asked for one.
fn pager_command(values: [Option<OsString>; 2]) -> OsString {
    let mut values = values.into_iter().flatten();
    let first = values.find(|value| !pager::means_none(&value.to_string_lossy()));
    first.unwrap_or_else(|| "less -R".into())
}

/// What `wensou show` prints of a record, in colours, with the words of a query highlighted.
fn printed_record(flags: &[OsString], id: &str, query: &str) -> anyhow::Result<Vec<u8>> {
    let mut show = Command::new(std::env::current_exe().context("cannot find this program")?);
    show.args(flags).args(["--color", "always", "show"]);
    if !query.is_empty() {
        show.arg(format!("--highlight={query}"));
    }
    show.args(["--", id]).stdin(Stdio::null());
    let Output { status, stdout, stderr } =
        show.output().context("cannot run this program again")?;
    if !status.success() {
        let message = strip_str(&String::from_utf8_lossy(&stderr)).to_string();
        let message = one_line(&message);
        bail!("cannot show the record: {}", message.strip_prefix("error: ").unwrap_or(&message));
    }
    Ok(stdout)
}

/// Opens the file of an item in `$VISUAL` or `$EDITOR` at the line that its snippet begins in.
pub(crate) fn open_in_editor(index: &OpenIndex, item: &Item) -> anyhow::Result<()> {
    let (path, _) = attributes::location(&item.record);
    let (file, member) = find_original_member(index, path)?;
    if member.is_some() {
        bail!("{path} is inside a container such as a zip file: `wensou show --raw` prints it");
    }
    let bytes = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let line = snippet_line(&bytes, item);
    let editor = first_set_variable(&["VISUAL", "EDITOR"]).unwrap_or_else(|| "vi".into());
    // An editor would take a name that begins with `-` for an option.
    let file = if file.starts_with("-") { Path::new(".").join(file) } else { file };
    let mut shell = shell_command(&editor);
    shell.arg(&editor).args(editor_args(&editor.to_string_lossy(), file.as_os_str().into(), line));
    let status = shell.status().context("cannot run a shell for $EDITOR")?;
    if !status.success() {
        bail!("$EDITOR failed: {}", editor.to_string_lossy());
    }
    Ok(())
}

/// Opens an address in `$BROWSER`, or in the browser of the desktop.
pub(crate) fn open_in_browser(url: &str) -> anyhow::Result<()> {
    let desktop = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let browser = first_set_variable(&["BROWSER"]).unwrap_or_else(|| desktop.into());
    let status = shell_command(&browser).arg(&browser).arg(url).status();
    let status = status.context("cannot run a shell for $BROWSER")?;
    if !status.success() {
        bail!("{} failed for {url}", browser.to_string_lossy());
    }
    Ok(())
}

/// The arguments that open a file at a line: `+N FILE` for most editors, `FILE:N` for some.
fn editor_args(editor: &str, file: OsString, line: usize) -> Vec<OsString> {
    let program = editor.split_whitespace().next().unwrap_or_default();
    let program = Path::new(program).file_name().unwrap_or_default().to_string_lossy();
    let mut with_line = file.clone();
    with_line.push(format!(":{line}"));
    match program.as_ref() {
        "code" | "codium" | "code-insiders" | "cursor" => vec!["--goto".into(), with_line],
        "hx" | "helix" | "subl" | "zed" => vec![with_line],
        _ => vec![format!("+{line}").into(), file],
    }
}

/// The number of the line in which the snippet begins. If the file does not contain the bytes of
/// the snippet, because of another encoding or HTML entities, it is the line in which the record
/// begins.
fn snippet_line(bytes: &[u8], item: &Item) -> usize {
    let (_, span) = attributes::location(&item.record);
    let start = usize::try_from(span.start).unwrap_or(usize::MAX).min(bytes.len());
    let end = usize::try_from(span.end).unwrap_or(usize::MAX).clamp(start, bytes.len());
    let wanted = item.snippet.text.lines().map(str::trim).find(|line| !line.is_empty());
    let at = wanted.and_then(|wanted| {
        let wanted = wanted.as_bytes();
        bytes[start..end].windows(wanted.len()).position(|window| window == wanted)
    });
    let at = start + at.unwrap_or(0);
    bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The first of these environment variables that is set and not empty.
fn first_set_variable(names: &[&str]) -> Option<OsString> {
    names.iter().find_map(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
}

/// A command that runs `line`, as the user configured it, in a shell. The first argument that the
/// caller adds is the `$0` of the shell; the others are appended to `line`.
fn shell_command(line: &OsString) -> Command {
    let mut script = line.clone();
    script.push(" \"$@\"");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script);
    shell
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::out::record::citation;
    use clap::FromArgMatches;
    use wensou_ingest::{FlashItem, Occurrence, Record, Span};
    use wensou_query::Snippet;

    /// A flash item at these bytes of its file, with this text as its snippet.
    fn item(snippet: &str, start: u64, end: u64) -> Item {
        let occurrence = Occurrence { path: "data/一.txt".to_owned(), span: Span { start, end } };
        let flash = FlashItem {
            title: "減半\u{1b}將至".to_owned(),
            outlet: Some("金色財經".to_owned()),
            occurrences: vec![occurrence],
            ..FlashItem::default()
        };
        Item {
            record: Record::Flash(flash),
            title: Snippet::default(),
            snippet: Snippet { text: snippet.to_owned(), ..Snippet::default() },
            missing: Vec::new(),
            near_duplicates: Vec::new(),
        }
    }

    #[test]
    fn a_second_process_opens_the_same_index() {
        let parse = |insecure_http: bool| {
            let mut args: Vec<OsString> = vec!["wensou".into()];
            args.extend(index_flags("http://192.0.2.1/news".into(), insecure_http));
            args.extend([OsString::from("show"), OsString::from("a1")]);
            let matches = crate::args::command().try_get_matches_from(args).unwrap();
            crate::args::Cli::from_arg_matches(&matches).unwrap().flags
        };
        for insecure_http in [false, true] {
            let flags = parse(insecure_http);
            assert_eq!(flags.index.as_deref(), Some(Path::new("http://192.0.2.1/news")));
            assert_eq!(flags.insecure_http, insecure_http);
        }
    }

    #[test]
    fn the_pager_is_the_first_that_is_named() {
        let command = |own: Option<&str>, general: Option<&str>| {
            pager_command([own, general].map(|value| value.map(OsString::from)))
        };
        assert_eq!(command(Some("most"), Some("more")), "most");
        for none in [None, Some(""), Some(" "), Some("cat"), Some(" cat ")] {
            assert_eq!(command(none, Some("more")), "more", "{none:?}");
            assert_eq!(command(none, none), "less -R", "{none:?}");
        }
    }

    #[test]
    fn the_editor_opens_at_the_snippet_and_else_at_the_record() {
        let file = "標題\n\n第一段\n第二段\n第三段\n".as_bytes();
        assert_eq!(snippet_line(file, &item("第二段\n第三", 0, 99)), 4);
        // The record begins at byte 8, in line 3, and does not contain the snippet.
        assert_eq!(snippet_line(file, &item("不在", 8, 99)), 3);
        assert_eq!(snippet_line(file, &item("標題", 8, 99)), 3);
        // The file has become shorter than where the record began: its end is in line 6.
        assert_eq!(snippet_line(file, &item("", 1_000, 2_000)), 6);
        assert_eq!(snippet_line(b"", &item("標題", 0, 0)), 1);
    }

    #[test]
    fn each_editor_gets_the_line_its_own_way() {
        let args = |editor: &str| editor_args(editor, "a.txt".into(), 7);
        assert_eq!(args("vim"), ["+7", "a.txt"]);
        assert_eq!(args("/usr/bin/emacs -nw"), ["+7", "a.txt"]);
        assert_eq!(args("code --wait"), ["--goto", "a.txt:7"]);
        assert_eq!(args("hx"), ["a.txt:7"]);
    }

    #[test]
    fn a_citation_is_one_line_without_control_characters() {
        let cited = citation(&item("", 3, 9).record);
        assert_eq!(cited, "減半␛將至. 金色財經. no date. data/一.txt, bytes 3..9");
    }
}
