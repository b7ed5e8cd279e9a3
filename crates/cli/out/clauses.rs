//! Why a search finds nothing: how many documents each clause of the query matches.

use wensou_query::Clause;

use super::count::count_noun;
use super::sanitize;

/// How many documents each clause matches alone, and without which clause there are hits. Empty if
/// there are fewer than two clauses.
pub(crate) fn lines(clauses: &[Clause]) -> Vec<String> {
    if clauses.len() < 2 {
        return Vec::new();
    }
    let text = |clause: &Clause| sanitize::line(&clause.text).into_owned();
    let alone: Vec<String> =
        clauses.iter().map(|clause| format!("{} {}", text(clause), clause.alone)).collect();
    let mut lines = vec![format!("hits of each clause alone: {}", alone.join(" · "))];
    for clause in clauses {
        if let Some(without @ 1..) = clause.without {
            lines.push(format!("without {}: {}", text(clause), count_noun(without, "hit")));
        }
    }
    lines
}
