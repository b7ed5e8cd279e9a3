//! A campaign: its rounds, figures and failures.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::util::{Random, number_from_environment};

/// Maximum number of failures that are printed. Those beyond it are only counted.
const MAX_PRINTED_FAILURES: usize = 12;

/// What a campaign is called, how long it is and what its random numbers depend on.
pub(super) struct Settings {
    /// The name in the line of figures.
    pub(super) name: &'static str,
    /// The environment variable that may give the number of rounds.
    pub(super) rounds_variable: &'static str,
    /// The number of rounds without the variable.
    pub(super) default_rounds: usize,
    /// A number that no other campaign has, from which the seed of each round is made.
    pub(super) seed: u64,
}

/// Counts events and collects failures, so that a long run reports all of them at its end.
pub(super) struct Campaign {
    name: &'static str,
    /// The number of rounds in the line of figures.
    rounds: usize,
    seed: u64,
    /// The numbers of the line of figures, by what they count.
    figures: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
    started: Instant,
}

impl Campaign {
    /// A campaign whose first round begins now.
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            name: settings.name,
            rounds: number_from_environment(settings.rounds_variable, settings.default_rounds),
            seed: settings.seed,
            figures: BTreeMap::new(),
            failures: Vec::new(),
            started: Instant::now(),
        }
    }

    /// The numbers of the rounds, each with a random generator of its own. With `WENSOU_ROUND`,
    /// only the round that it names.
    pub(super) fn rounds(&mut self) -> impl Iterator<Item = (usize, Random)> + use<> {
        let only = std::env::var("WENSOU_ROUND").ok().map(|round| round.parse().unwrap());
        let rounds = match only {
            Some(round) => round..round + 1,
            None => 0..self.rounds,
        };
        self.rounds = rounds.len();
        let seed = self.seed;
        rounds.map(move |round| {
            let mut random = Random::new(seed << 32 | round as u64);
            // The first numbers of similar seeds are similar, so skip them.
            for _ in 0..4 {
                random.below(2);
            }
            (round, random)
        })
    }

    /// Adds 1 to a figure.
    pub(super) fn count(&mut self, figure: &'static str) {
        self.add(figure, 1);
    }

    /// Adds `number` to a figure.
    pub(super) fn add(&mut self, figure: &'static str, number: usize) {
        *self.figures.entry(figure).or_default() += number;
    }

    /// Raises a figure to `number`, unless it is as great already.
    pub(super) fn raise_to(&mut self, figure: &'static str, number: usize) {
        let maximum = self.figures.entry(figure).or_default();
        *maximum = number.max(*maximum);
    }

    /// Records a failure; the campaign goes on.
    pub(super) fn fail(&mut self, what: String) {
        self.failures.push(what);
    }

    /// Records a failure unless `holds`.
    pub(super) fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.failures.push(what());
        }
    }

    /// Prints the line of figures.
    ///
    /// # Panics
    ///
    /// If anything failed.
    #[track_caller]
    #[allow(clippy::print_stdout, reason = "the figures are what a campaign is run for")]
    pub(super) fn finish(self) {
        let figures = self.figures.iter().map(|(figure, number)| format!(", {number} {figure}"));
        let (name, failed) = (self.name, self.failures.len());
        println!(
            "\ntorture: {name}: {} rounds{}, {failed} failures, {:.0} s",
            self.rounds,
            figures.collect::<String>(),
            self.started.elapsed().as_secs_f64(),
        );
        let displayed: Vec<&str> =
            self.failures.iter().take(MAX_PRINTED_FAILURES).map(String::as_str).collect();
        assert!(failed == 0, "{name}: {failed} failures:\n{}", displayed.join("\n"));
    }
}

/// A random element.
pub(super) fn pick<'a, T: ?Sized>(random: &mut Random, from: &[&'a T]) -> &'a T {
    from[random.below(from.len())]
}
