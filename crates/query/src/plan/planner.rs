//! Makes a [`Plan`] from the syntax tree of a query.

use super::compile::{Compiled, Compiler, LoadTables};
use super::expr::MatchExpr;
use super::outline::Outline;
use super::query_plan::{Mode, Plan};
use super::weigh::weigh;
use crate::error::Error;
use crate::lang::Query;
use crate::rank::TermStatistics;

/// Plans queries. All that it reads of an index are its tables and its statistics.
#[derive(Clone, Copy)]
pub(crate) struct Planner<'p> {
    load_tables: LoadTables<'p>,
    statistics: &'p dyn TermStatistics,
}

/// Which documents a query matches.
pub(crate) struct Matching {
    pub(crate) expr: MatchExpr,
    /// The number of words that are searched for, see [`Plan::words`].
    pub(crate) word_count: usize,
}

impl<'p> Planner<'p> {
    /// A planner for an index with these tables and statistics.
    pub(crate) fn new(load_tables: LoadTables<'p>, statistics: &'p dyn TermStatistics) -> Self {
        Self { load_tables, statistics }
    }

    /// Makes the plan of a query. Asks for the statistics of all its terms in one batch.
    ///
    /// # Errors
    ///
    /// [`Error::Query`] if nothing in the query can be searched for, or an error of the tables or
    /// the statistics.
    pub(crate) fn plan(self, query: &Query, mode: Mode) -> Result<Plan, Error> {
        let (compiled, _) = self.compile(query, mode, Outline::discarding())?;
        weigh(compiled, self.statistics)
    }

    /// Compiles only what decides which documents match. Asks for no statistics.
    ///
    /// # Errors
    ///
    /// As [`Planner::plan`].
    pub(crate) fn matching(self, query: &Query, mode: Mode) -> Result<Matching, Error> {
        let (compiled, _) = self.compile(query, mode, Outline::discarding())?;
        Ok(Matching { expr: compiled.match_expr, word_count: compiled.words.len() })
    }

    /// Describes what documents must match, for people: one line for each operator or leaf,
    /// indented by two spaces a level.
    ///
    /// # Errors
    ///
    /// As [`Planner::plan`].
    pub(crate) fn outline(self, query: &Query) -> Result<String, Error> {
        let (_, outline) = self.compile(query, Mode::Strict, Outline::recording())?;
        Ok(outline.into_text())
    }

    fn compile(
        self,
        query: &Query,
        mode: Mode,
        outline: Outline,
    ) -> Result<(Compiled, Outline), Error> {
        Compiler::new(&query.text, self.load_tables, mode, outline).compile(&query.root)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use jiff::civil::date;
    use wensou_index::{Kind, TermKind, TextField};
    use wensou_text::{Segmenter, Synonyms};

    use super::*;
    use crate::lang::{Clock, parse};
    use crate::plan::analyze::TextTables;
    use crate::plan::expr::FilterField;
    use crate::rank::FieldTerm;

    /// Made-up statistics, which record the batches of terms that were asked for.
    #[derive(Default)]
    struct FakeStatistics {
        batches: RefCell<Vec<Vec<FieldTerm>>>,
    }

    impl TermStatistics for FakeStatistics {
        fn documents(&self) -> u64 {
            1000
        }

        fn doc_freqs(&self, terms: &[FieldTerm]) -> Result<Vec<u64>, Error> {
            self.batches.borrow_mut().push(terms.to_vec());
            // Every bigram is rare, and everything else is frequent.
            let doc_freq = |term: &FieldTerm| if term.kind == TermKind::Bigram { 1 } else { 900 };
            Ok(terms.iter().map(doc_freq).collect())
        }

        fn average_length(&self, _: Kind, _: TextField) -> f64 {
            100.0
        }

        fn for_each_pinyin_candidate(
            &self,
            each: &mut dyn FnMut(&str, &dyn Fn() -> u64),
        ) -> Result<(), Error> {
            let documents = || 7_u64;
            each("比特币", &documents);
            Ok(())
        }
    }

    fn parsed(typed: &str) -> Query {
        parse(typed, &Clock { today: date(2024, 5, 1) }).unwrap()
    }

    fn plan(typed: &str, mode: Mode, statistics: &FakeStatistics) -> Plan {
        let (segmenter, synonyms) = (Segmenter::standard(), Synonyms::standard([]));
        let tables = || Ok(TextTables { segmenter: &segmenter, synonyms: &synonyms });
        Planner::new(&tables, statistics).plan(&parsed(typed), mode).unwrap()
    }

    #[test]
    fn a_plan_needs_no_index_and_asks_for_statistics_once() {
        for typed in
            ["比特幣 價格", "\"比特幣\" -以太坊", "bitcoin cash 5.4億", "\"a b\"~5", "比特*"]
        {
            for mode in [Mode::Strict, Mode::Relaxed] {
                let statistics = FakeStatistics::default();
                let plan = plan(typed, mode, &statistics);
                let batches = statistics.batches.borrow();
                assert_eq!(batches.len(), 1, "{typed}");
                assert!(batches[0].is_sorted_by(|a, b| a < b), "each term once: {typed}");
                assert!(!plan.needles.is_empty(), "{typed}");
                assert!(plan.scored_terms.iter().all(|term| term.weight > 0.0 && term.idf > 0.0));
            }
        }
    }

    #[test]
    fn weights_come_from_the_statistics() {
        let plan = plan("比特幣", Mode::Strict, &FakeStatistics::default());
        let idf_of = |kind| plan.scored_terms.iter().find(|term| term.kind == kind).unwrap().idf;
        assert!(idf_of(TermKind::Bigram) > 5.0 && idf_of(TermKind::Word) < 0.2);
        assert!(plan.needles[0].weight > 5.0, "a variant is as rare as its rarest bigram");
        // BTC is a synonym: it weighs at most half as much as a typed Latin word, which weighs 2.
        let btc = plan.scored_terms.iter().find(|term| term.text == "btc").unwrap();
        assert!(btc.weight <= 1.0, "{btc:?}");
    }

    #[test]
    fn expressions_say_what_matches_and_where() {
        let expr = |typed: &str| plan(typed, Mode::Strict, &FakeStatistics::default()).match_expr;
        let phrase = |fields: &[TextField], key: &str| MatchExpr::Phrase {
            fields: fields.to_vec(),
            key: key.to_owned(),
        };
        assert_eq!(expr("\"區塊\""), phrase(&TextField::ALL, "区块"));
        assert_eq!(expr("title:\"區塊\""), phrase(&[TextField::Title], "区块"));
        assert_eq!(
            expr("\"區塊\" -\"鏈上\""),
            MatchExpr::and_not(phrase(&TextField::ALL, "区块"), phrase(&TextField::ALL, "链上"))
        );
        assert_eq!(
            expr("NOT kind:flash"),
            MatchExpr::and_not(
                MatchExpr::All,
                MatchExpr::with_number(FilterField::Kind, Kind::Flash as u64)
            )
        );
        assert_eq!(
            expr("date:2024"),
            MatchExpr::dated(Some(date(2024, 1, 1)), Some(date(2025, 1, 1)))
        );
        assert_eq!(expr(""), MatchExpr::All);
    }

    #[test]
    fn the_outline_says_which_words_are_required() {
        let (segmenter, synonyms) = (Segmenter::standard(), Synonyms::standard([]));
        let tables = || Ok(TextTables { segmenter: &segmenter, synonyms: &synonyms });
        let statistics = FakeStatistics::default();
        let not_required = |typed: &str| -> Vec<String> {
            let outline = Planner::new(&tables, &statistics).outline(&parsed(typed)).unwrap();
            let lines = outline.lines().map(str::trim).filter(|line| line.starts_with('('));
            lines.map(str::to_owned).collect()
        };
        assert_eq!(not_required("比特币 的"), ["(ranked only: 的)"]);
        assert_eq!(not_required("+比特币 以太坊"), ["(ranked only: 以太坊)"]);
        assert_eq!(not_required("+比特币 \"以太坊\""), ["(ranked only: 以太坊)"]);
        assert_eq!(not_required("RCEP 生效 時間"), ["(optional: 時間)"]);
        for typed in ["的", "比特币的*", "\"比特币 的\"~5", "時間"] {
            assert_eq!(not_required(typed), [""; 0], "{typed}");
        }
    }

    #[test]
    fn filters_alone_need_no_tables() {
        let no_tables = || panic!("filters need no tables");
        let statistics = FakeStatistics::default();
        let planner = Planner::new(&no_tables, &statistics);
        let plan = planner.plan(&parsed("kind:flash tag:defi* date:2024"), Mode::Strict).unwrap();
        assert!(plan.has_date_filter && plan.scored_terms.is_empty() && plan.words.is_empty());
    }
}
