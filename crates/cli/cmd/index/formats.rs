//! `wensou index --list-formats`: lists the kinds of files that can be read.

use wensou_ingest::{Format, formats};

use crate::out::Terminal;

/// Lists the kinds of files that can be read: the endings of each, how its content is recognised,
/// and what is read from it.
pub(super) fn list(terminal: &mut Terminal) -> anyhow::Result<()> {
    for format in formats() {
        let Format { name, content, description, .. } = format;
        terminal.line(format_args!("{name}: {}", endings(format)))?;
        terminal.line(format_args!("    {description}"))?;
        if !content.is_empty() {
            terminal.line(format_args!("    content: {content}"))?;
        }
    }
    Ok(())
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
