//! Prints a timeline: as a bar chart, or for programs.

use serde_json::json;
use wensou_query::{Bar, Timeline};

use super::Terminal;
use super::style::{DATE, DIM};
use crate::types::ListFormat;

/// Blocks of one to eight eighths of a column.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// Documents with an inferred date are drawn with this character.
const SHADE: char = '░';
/// A sequence of more empty bars than this is drawn as one line.
const MAX_EMPTY_BARS: usize = 3;
/// Minimum number of columns for the longest bar, even on a narrow terminal.
const MIN_BAR_COLUMNS: usize = 5;

/// Prints a timeline.
pub(crate) fn print(
    terminal: &mut Terminal,
    format: ListFormat,
    timeline: &Timeline,
) -> anyhow::Result<()> {
    let object = |bar: &Bar| {
        json!({
            "start": bar.start.to_string(),
            "label": timeline.step.label(bar.start),
            "step": timeline.step.as_str(),
            "stated": bar.stated,
            "inferred": bar.inferred,
        })
    };
    match format {
        ListFormat::Text => print_chart(terminal, timeline)?,
        ListFormat::Json => {
            let bars: Vec<_> = timeline.bars.iter().map(object).collect();
            let whole = json!({
                "step": timeline.step.as_str(),
                "bars": bars,
                "undated": timeline.undated,
            });
            terminal.json_pretty(&whole)?;
        }
        ListFormat::Jsonl => {
            for bar in &timeline.bars {
                terminal.json(&object(bar))?;
            }
        }
        ListFormat::Tsv => {
            writeln!(terminal.out(), "start\tlabel\tstated\tinferred")?;
            for bar in &timeline.bars {
                let label = timeline.step.label(bar.start);
                writeln!(
                    terminal.out(),
                    "{}\t{label}\t{}\t{}",
                    bar.start,
                    bar.stated,
                    bar.inferred
                )?;
            }
        }
    }
    Ok(())
}

/// Prints a line for each bar, and the totals to standard error. A sequence of more than
/// [`MAX_EMPTY_BARS`] empty bars has one line.
fn print_chart(terminal: &mut Terminal, timeline: &Timeline) -> anyhow::Result<()> {
    let highest = timeline.bars.iter().map(|bar| bar.stated + bar.inferred).max().unwrap_or(0);
    let label = |bar: &Bar| timeline.step.label(bar.start);
    let label_width = timeline.bars.iter().map(|bar| label(bar).len()).max().unwrap_or(0);
    let count_width = highest.to_string().len();
    // Two spaces follow the label, and two the count.
    let columns =
        terminal.width().saturating_sub(label_width + count_width + 4).max(MIN_BAR_COLUMNS);
    let mut bars = timeline.bars.as_slice();
    while let Some((bar, following)) = bars.split_first() {
        let empty = bars.iter().take_while(|bar| bar.stated + bar.inferred == 0).count();
        if empty > MAX_EMPTY_BARS {
            terminal.line(format_args!("{DIM}{:label_width$}  ({empty} empty){DIM:#}", "⋮"))?;
            bars = &bars[empty..];
            continue;
        }
        let count = bar.stated + bar.inferred;
        terminal.line(format_args!(
            "{DATE}{:label_width$}{DATE:#}  {count:>count_width$}  {}",
            label(bar),
            bar_line(bar, highest, columns),
        ))?;
        bars = following;
    }
    let stated: u64 = timeline.bars.iter().map(|bar| bar.stated).sum();
    let inferred: u64 = timeline.bars.iter().map(|bar| bar.inferred).sum();
    terminal.notice(format_args!(
        "by {}: {stated} stated █, {inferred} inferred {SHADE}, {} undated",
        timeline.step.as_str(),
        timeline.undated,
    ));
    Ok(())
}

/// Draws one bar, at most `columns` wide: stated dates solid, then inferred dates shaded. `highest`
/// is the count of the longest bar.
fn bar_line(bar: &Bar, highest: u64, columns: usize) -> String {
    // In eighths of a column; at least one for a count above 0.
    let eighths = |count: u64| match (count, highest) {
        (0, _) | (_, 0) => 0,
        _ => (count as u128 * columns as u128 * 8 / u128::from(highest)).max(1) as usize,
    };
    let bar_columns = eighths(bar.stated + bar.inferred).div_ceil(8).max(1);
    let stated_eighths = eighths(bar.stated);
    let mut line: String = std::iter::repeat_n(EIGHTHS[7], stated_eighths / 8).collect();
    if stated_eighths % 8 > 0 {
        line.push(EIGHTHS[stated_eighths % 8 - 1]);
    }
    if bar.inferred > 0 {
        let shaded = bar_columns.saturating_sub(line.chars().count()).max(1);
        line.extend(std::iter::repeat_n(SHADE, shaded));
    }
    line.chars().take(columns).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn bar(stated: u64, inferred: u64) -> Bar {
        Bar { start: date(2023, 1, 1), stated, inferred }
    }

    #[test]
    fn bars_are_to_scale_and_never_wider_than_their_room() {
        assert_eq!(bar_line(&bar(8, 0), 8, 4), "████");
        assert_eq!(bar_line(&bar(4, 0), 8, 4), "██");
        assert_eq!(bar_line(&bar(1, 0), 8, 4), "▌");
        assert_eq!(bar_line(&bar(0, 0), 8, 4), "");
        assert_eq!(bar_line(&bar(1, 0), 1_000_000, 4), "▏", "one document is seen");
        assert_eq!(bar_line(&bar(4, 4), 8, 4), "██░░");
        assert_eq!(bar_line(&bar(0, 8), 8, 4), "░░░░");
        // The large count must not overflow.
        for (stated, inferred) in [(7, 1), (1, 7), (u64::MAX / 2, 3), (0, 1), (8, 0)] {
            let highest = stated + inferred;
            assert!(bar_line(&bar(stated, inferred), highest, 4).chars().count() <= 4);
        }
    }
}
