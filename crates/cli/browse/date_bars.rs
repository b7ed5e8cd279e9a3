//! The hits over time: a bar for each day, week, month, quarter or year. Choosing a bar narrows the
//! query to its period.

use wensou_query::{Step, Timeline};

/// The state of the popup with the hits over time: the bars, and which of them is selected.
#[derive(Debug, Default)]
pub(crate) struct DateBars {
    /// Whether the documents are still being counted.
    pub(crate) waiting: bool,
    pub(crate) bars: Vec<Period>,
    pub(crate) selected: usize,
    /// Documents without a date.
    pub(crate) undated: u64,
}

/// One bar, which stands for a day, week, month, quarter or year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) label: String,
    pub(crate) documents: u64,
    /// The value of `date:` that selects the documents of the period.
    pub(crate) filter: String,
}

impl DateBars {
    /// A popup without bars, because the documents are still being counted.
    pub(crate) fn waiting() -> Self {
        Self { waiting: true, ..Self::default() }
    }

    /// Sets the bars to those of a timeline, and selects the newest.
    pub(crate) fn fill(&mut self, timeline: &Timeline) {
        let step = timeline.step;
        self.bars = timeline
            .bars
            .iter()
            .map(|bar| {
                let label = step.label(bar.start);
                // The label of a week is its first day. Any other label is a value of `date:`.
                let filter = match (step, step.end(bar.start).yesterday()) {
                    (Step::Week, Ok(last_day)) => format!("{}..{last_day}", bar.start),
                    _ => label.clone(),
                };
                Period { label, documents: bar.stated + bar.inferred, filter }
            })
            .collect();
        self.undated = timeline.undated;
        self.selected = self.bars.len().saturating_sub(1);
        self.waiting = false;
    }

    pub(crate) fn move_by(&mut self, bars: isize) {
        let last = self.bars.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(bars).min(last);
    }

    pub(crate) fn selected_bar(&self) -> Option<&Period> {
        self.bars.get(self.selected)
    }
}
