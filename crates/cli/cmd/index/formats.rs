//! `wensou index --list-formats`: lists the kinds of files that can be read.

use wensou_ingest::{Format, endings_never_read, endings_of_documents, formats};

use crate::out::Terminal;

/// Lists the kinds of files that can be read: the endings of each, how its content is recognised,
/// and what is read from it. Then come the endings of files that are not read.
pub(super) fn list(terminal: &mut Terminal) -> anyhow::Result<()> {
    for format in formats() {
        let Format { name, content, description, .. } = format;
        terminal.line(format_args!("{name}: {}", endings(format)))?;
        terminal.line(format_args!("    {description}"))?;
        if !content.is_empty() {
            terminal.line(format_args!("    content: {content}"))?;
        }
    }
    terminal.line(format_args!("documents: {}", dotted(endings_of_documents())))?;
    terminal
        .line(format_args!("    not read, but named; --pre COMMAND can turn them into text"))?;
    terminal.line(format_args!("other files: {}", dotted(endings_never_read())))?;
    terminal.line(format_args!(
        "    not opened in a folder, but counted; files with further endings are read if their \
         content is that of a kind above"
    ))?;
    Ok(())
}

/// Endings, each with its dot.
fn dotted(endings: &[&str]) -> String {
    endings.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(" ")
}

/// The endings of names, each with its dot.
fn endings(format: &Format) -> String {
    let dotted = |ending: &&str| match *ending {
        "" => "no ending".to_owned(),
        ending => format!(".{ending}"),
    };
    match format.endings {
        [] => "any ending".to_owned(),
        endings => endings.iter().map(dotted).collect::<Vec<_>>().join(" "),
    }
}
