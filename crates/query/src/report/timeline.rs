//! Timelines: how many documents of a query fall into each day, week, month, quarter or year.

use jiff::civil::{Date, Weekday, date};
use jiff::{Span, ToSpan};

use crate::engine::DayCounts;
use crate::error::Error;
use crate::index_ref::IndexRef;
use crate::lang::Query;
use crate::runner::Runner;

/// The most bars of a timeline whose step is chosen automatically.
const AUTO_BARS: usize = 40;

/// Once a timeline has this many bars, no more empty ones are added: a wrong date in year 1 would
/// make hundreds of thousands of them.
const MAX_BARS: usize = 20_000;

/// The period of one bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A civil day.
    Day,
    /// A week that starts on Monday.
    Week,
    /// A month.
    Month,
    /// Three months that start in January, April, July or October.
    Quarter,
    /// A year.
    Year,
}

impl Step {
    const ALL: [Step; 5] = [Step::Day, Step::Week, Step::Month, Step::Quarter, Step::Year];

    /// The name of the step.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Day => "day",
            Step::Week => "week",
            Step::Month => "month",
            Step::Quarter => "quarter",
            Step::Year => "year",
        }
    }

    /// The first day of the period that `day` lies in.
    fn start(self, day: Date) -> Date {
        match self {
            Step::Day => day,
            Step::Week => {
                let since = day.weekday().since(Weekday::Monday);
                day.checked_sub(i32::from(since).days()).unwrap_or(day)
            }
            Step::Month => day.first_of_month(),
            Step::Quarter => date(day.year(), (day.month() - 1) / 3 * 3 + 1, 1),
            Step::Year => day.first_of_year(),
        }
    }

    fn length(self) -> Span {
        match self {
            Step::Day => 1.day(),
            Step::Week => 1.week(),
            Step::Month => 1.month(),
            Step::Quarter => 3.months(),
            Step::Year => 1.year(),
        }
    }

    /// The first day after the period that starts on `start`.
    #[must_use]
    pub fn end(self, start: Date) -> Date {
        start.checked_add(self.length()).unwrap_or(Date::MAX)
    }

    /// The label of the bar that starts on `start`.
    #[must_use]
    pub fn label(self, start: Date) -> String {
        match self {
            Step::Day | Step::Week => start.to_string(),
            Step::Month => start.strftime("%Y-%m").to_string(),
            Step::Quarter => format!("{:04}-Q{}", start.year(), (start.month() - 1) / 3 + 1),
            Step::Year => format!("{:04}", start.year()),
        }
    }
}

/// One bar of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Its first day.
    pub start: Date,
    /// Documents whose date the page states.
    pub stated: u64,
    /// Documents whose date is inferred.
    pub inferred: u64,
}

/// The documents of a query over time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeline {
    /// The period of a bar.
    pub step: Step,
    /// The bars in order, from the first that has a document to the last. Periods between them that
    /// have no document are empty bars, unless there are too many of them.
    pub bars: Vec<Bar>,
    /// Documents without a date.
    pub undated: u64,
}

/// Counts the documents that [`crate::search`] finds, by period. Without a `step`, the shortest one
/// that gives at most forty bars is used, or years if none does.
///
/// # Errors
///
/// If the query cannot be answered or the index fails.
pub fn timeline<'i>(
    index: impl Into<IndexRef<'i>>,
    query: &Query,
    step: Option<Step>,
) -> Result<Timeline, Error> {
    let runner = Runner::new(index);
    let (days, undated) = runner.engine().day_counts(&runner.strict_or_relaxed_expr(query)?)?;
    let step = step.unwrap_or_else(|| {
        let fits = |step: &Step| bars(&days, *step).len() <= AUTO_BARS;
        Step::ALL.into_iter().find(fits).unwrap_or(Step::Year)
    });
    Ok(Timeline { step, bars: bars(&days, step), undated })
}

/// The bars of a timeline: the counts of days added up by period, with empty bars between them.
fn bars(days: &DayCounts, step: Step) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for (day, [stated, inferred]) in days {
        let start = step.start(*day);
        while let Some(last) = bars.last().map(|bar| bar.start)
            && last < start
            && bars.len() < MAX_BARS
        {
            let Ok(next) = last.checked_add(step.length()) else { break };
            bars.push(Bar { start: next, stated: 0, inferred: 0 });
        }
        if bars.last().is_none_or(|bar| bar.start != start) {
            bars.push(Bar { start, stated: 0, inferred: 0 });
        }
        if let Some(bar) = bars.last_mut() {
            bar.stated += stated;
            bar.inferred += inferred;
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labels of the bars of a timeline with a document on each of the days.
    fn labels(days: &[Date], step: Step) -> Vec<String> {
        let [stated, inferred] = [1, 0];
        let days = days.iter().map(|day| (*day, [stated, inferred])).collect();
        bars(&days, step).iter().map(|bar| step.label(bar.start)).collect()
    }

    #[test]
    fn bars_are_contiguous_and_begin_where_their_step_does() {
        let days = [date(2023, 12, 30), date(2024, 1, 2)];
        let daily = ["2023-12-30", "2023-12-31", "2024-01-01", "2024-01-02"];
        assert_eq!(labels(&days, Step::Day), daily);
        assert_eq!(labels(&days, Step::Week), ["2023-12-25", "2024-01-01"]);
        assert_eq!(labels(&days, Step::Month), ["2023-12", "2024-01"]);
        assert_eq!(labels(&days, Step::Quarter), ["2023-Q4", "2024-Q1"]);
        assert_eq!(labels(&days, Step::Year), ["2023", "2024"]);
        assert_eq!(labels(&[date(2024, 1, 31), date(2024, 3, 1)], Step::Month).len(), 3);
        assert_eq!(labels(&[], Step::Day), Vec::<String>::new());
    }

    #[test]
    fn a_date_in_year_1_makes_at_most_one_bar_more_than_max_bars() {
        let days = [date(1, 1, 1), date(2024, 1, 2)];
        assert!(labels(&days, Step::Day).len() <= MAX_BARS + 1);
        assert_eq!(labels(&days, Step::Year).len(), 2024);
    }
}
