//! The clauses of a query one by one: how many documents match each clause alone, and how many
//! match the query without that clause. The second number shows which clause rules out all
//! documents.

use crate::error::Error;
use crate::index_ref::IndexRef;
use crate::lang::{self, Node, NodeKind, Query};
use crate::plan::analyze::{AnalysedText, QueryWord, Requirement, WordRole};
use crate::plan::expand::TextsOfNodes;
use crate::plan::{Mode, expand, questions};
use crate::runner::Runner;

/// One clause of a query. A document must match all clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The clause in canonical form.
    pub text: String,
    /// The number of documents that match this clause alone.
    pub alone: usize,
    /// The number of documents that match the query without this clause; `None` if there is no
    /// other clause.
    pub without: Option<usize>,
    pub(crate) node: Node,
}

/// The required clauses of a query, in order. Each required word of a text without spaces is a
/// clause of its own, except that a question is one clause, and so are words with a common
/// expansion, such as the 5.4 and 億 of 5.4億. Words that a document may lack are no clauses: stop
/// words beside other text, and a noun that asks for something, such as the 時間 of RCEP生效時間.
///
/// Cost: two counts for each clause.
///
/// # Errors
///
/// As [`crate::search`].
pub fn clauses<'i>(index: impl Into<IndexRef<'i>>, query: &Query) -> Result<Vec<Clause>, Error> {
    count_clauses(&Runner::new(index), query)
}

/// As [`clauses`].
pub(crate) fn count_clauses(runner: &Runner<'_>, query: &Query) -> Result<Vec<Clause>, Error> {
    let nodes = required_nodes(runner, query)?;
    let count = |nodes: Vec<Node>| runner.count(&query_of(query, nodes), Mode::Strict);
    (0..nodes.len())
        .map(|at| {
            let node = nodes[at].clone();
            let others: Vec<Node> = nodes
                .iter()
                .enumerate()
                .filter(|(number, _)| *number != at)
                .map(|(_, other)| other.clone())
                .collect();
            Ok(Clause {
                text: node.to_string(),
                alone: count(vec![node.clone()])?,
                without: if others.is_empty() { None } else { Some(count(others)?) },
                node,
            })
        })
        .collect()
}

/// A query that consists of `nodes`, with the text of `query`.
pub(crate) fn query_of(query: &Query, mut nodes: Vec<Node>) -> Query {
    let root = match nodes.len() {
        1 => nodes.remove(0),
        _ => Node { kind: NodeKind::And(nodes), span: query.root.span },
    };
    Query { root, text: query.text.clone(), warnings: Vec::new() }
}

fn required_nodes(runner: &Runner<'_>, query: &Query) -> Result<Vec<Node>, Error> {
    let nodes = match &query.root.kind {
        NodeKind::And(nodes) => nodes.as_slice(),
        NodeKind::All => &[],
        _ => std::slice::from_ref(&query.root),
    };
    // A `+` makes the text without `+` beside it optional.
    let has_plus = nodes.iter().any(|node| matches!(node.kind, NodeKind::Required(_)));
    // The words of a question that were typed with spaces between them are one clause.
    let joined = match has_plus {
        true => None,
        false => {
            let (tables, relaxed) = (runner.tables()?, false);
            questions::join_words_of_questions(&query.text, nodes, tables.segmenter, relaxed)
        }
    };
    let nodes = joined.as_deref().unwrap_or(nodes);
    let texts = match has_plus {
        true => Vec::new(),
        false => texts_of_group(runner, nodes)?,
    };
    let group_has_text = expand::has_text(nodes, &texts);
    let mut required = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        match &node.kind {
            NodeKind::Required(inner) => required.push(inner.as_ref().clone()),
            NodeKind::Field(_) | NodeKind::Not(_) => required.push(node.clone()),
            _ if has_plus => {}
            NodeKind::Term(term) if !term.prefix => {
                if let Some(expanded) = texts.get(at).and_then(Option::as_ref) {
                    required.extend(clauses_of_text(node, &expanded.text, group_has_text));
                }
            }
            _ => required.push(node.clone()),
        }
    }
    Ok(required)
}

/// The text of each node of a group, as the compiler reads it if the group has no `+`.
fn texts_of_group(runner: &Runner<'_>, nodes: &[Node]) -> Result<TextsOfNodes, Error> {
    let dated = true;
    let mut texts = expand::expanded_texts(nodes, runner.tables()?, Requirement::Words, dated);
    questions::make_noun_optional(&mut texts);
    Ok(texts)
}

/// The clauses that the text of `node` is divided into, as nodes. A question is one clause, because
/// a document need not have all of its words. Words that a document may lack are no clauses.
/// `group_has_text` says whether the group of the node has text other than stop words.
fn clauses_of_text(node: &Node, text: &AnalysedText, group_has_text: bool) -> Vec<Node> {
    let prefix = false;
    let roles = (0..text.words.len()).map(|number| text.role(number, prefix, group_has_text));
    let roles: Vec<WordRole> = roles.collect();
    let required = text.words.iter().zip(&roles).filter(|(_, role)| **role == WordRole::Required);
    let words: Vec<&QueryWord> = required.map(|(word, _)| word).collect();
    // Words with a common expansion form one clause: 5.4 and 億. The first variant of each word is
    // the word itself, and the others are its expansions.
    let clauses: Vec<String> = words
        .chunk_by(|a, b| a.variants.iter().skip(1).any(|variant| b.variants[1..].contains(variant)))
        .map(|words| words.iter().map(|word| word.typed.as_str()).collect())
        .collect();
    // A text of which only stop words are left out keeps its own form.
    let is_whole = clauses.len() == 1 && !roles.contains(&WordRole::Optional);
    if is_whole || (text.question && !clauses.is_empty()) {
        return vec![node.clone()];
    }
    let clause = |text: String| Node {
        kind: NodeKind::Term(lang::Term { text, prefix: false }),
        span: node.span,
    };
    clauses.into_iter().map(clause).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::test_support::sample_index;

    #[test]
    fn only_required_words_are_clauses() {
        let index = sample_index();
        let clock = lang::Clock { today: date(2024, 5, 1) };
        for (typed, expected) in [
            ("比特币 的", &["比特币"][..]),
            ("的 \"比特币\"", &["\"比特币\""]),
            ("的", &["的"]),
            ("的 kind:flash", &["的", "kind:flash"]),
            ("RCEP 生效 時間", &["RCEP", "生效"]),
            ("時間", &["時間"]),
        ] {
            let clauses = clauses(&index, &lang::parse(typed, &clock).unwrap()).unwrap();
            let texts: Vec<&str> = clauses.iter().map(|clause| clause.text.as_str()).collect();
            assert_eq!(texts, expected, "{typed}");
        }
    }
}
