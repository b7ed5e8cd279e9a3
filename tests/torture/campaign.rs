//! The rounds of a campaign, their figures, and what failed in them.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::util::Random;

/// Failures that are shown in full; the others are counted.
const SHOWN: usize = 12;

/// A number from the environment, or this one.
pub(super) fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |number| number.parse().unwrap())
}

/// One campaign: it counts what happened and collects failures, so that a long run shows them all.
pub(super) struct Campaign {
    name: &'static str,
    rounds: usize,
    seed: u64,
    figures: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
    started: Instant,
}

impl Campaign {
    /// `short` rounds, or as many as the environment variable `variable` says.
    pub(super) fn new(name: &'static str, variable: &str, short: usize, seed: u64) -> Self {
        Self {
            name,
            rounds: number(variable, short),
            seed,
            figures: BTreeMap::new(),
            failures: Vec::new(),
            started: Instant::now(),
        }
    }

    /// The numbers of the rounds, each with its own source of randomness.
    pub(super) fn rounds(&self) -> impl Iterator<Item = (usize, Random)> + use<> {
        let only = std::env::var("WENSOU_ROUND").ok().map(|round| round.parse().unwrap());
        let rounds = match only {
            Some(round) => round..round + 1,
            None => 0..self.rounds,
        };
        let seed = self.seed;
        rounds.map(move |round| {
            let mut random = Random::new(seed << 32 | round as u64);
            // The first numbers of neighbouring seeds are alike.
            for _ in 0..4 {
                random.below(2);
            }
            (round, random)
        })
    }

    /// Counts something for the line of figures.
    pub(super) fn count(&mut self, what: &'static str) {
        self.add(what, 1);
    }

    pub(super) fn add(&mut self, what: &'static str, number: usize) {
        *self.figures.entry(what).or_default() += number;
    }

    /// Remembers the largest of something.
    pub(super) fn maximum(&mut self, what: &'static str, number: usize) {
        let maximum = self.figures.entry(what).or_default();
        *maximum = number.max(*maximum);
    }

    /// Notes a failure; the campaign goes on.
    pub(super) fn fail(&mut self, what: String) {
        self.failures.push(what);
    }

    /// Notes a failure unless `right`.
    pub(super) fn expect(&mut self, right: bool, what: impl FnOnce() -> String) {
        if !right {
            self.failures.push(what());
        }
    }

    /// Prints the figures, on a line of their own even where tests run one after the other.
    ///
    /// # Panics
    ///
    /// If anything failed.
    #[track_caller]
    #[allow(clippy::print_stdout, reason = "the figures are what a campaign is run for")]
    pub(super) fn finish(self) {
        let figures = self.figures.iter().map(|(what, number)| format!(", {number} {what}"));
        let (name, failed) = (self.name, self.failures.len());
        println!(
            "\ntorture: {name}: {} rounds{}, {failed} failures, {:.0} s",
            self.rounds,
            figures.collect::<String>(),
            self.started.elapsed().as_secs_f64(),
        );
        let displayed: Vec<&str> = self.failures.iter().take(SHOWN).map(String::as_str).collect();
        assert!(failed == 0, "{name}: {failed} failures:\n{}", displayed.join("\n"));
    }
}

/// One of these.
pub(super) fn pick<'a, T: ?Sized>(random: &mut Random, from: &[&'a T]) -> &'a T {
    from[random.below(from.len())]
}
