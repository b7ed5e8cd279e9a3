//! What spaces, quotation marks and nouns mean in a question.
//!
//! A group is the clauses beside each other, up to an OR or a parenthesis. A space must not change
//! what a question means: neighbouring words of a group that are a question together become one
//! text, as if they had been typed without spaces. A noun at the end of a text may ask as a
//! question word does (RCEP生效時間), and a document need not have it.

use wensou_text::{Folded, Segmenter};

use super::analyze::is_question;
use super::dates;
use super::expand::ExpandedText;
use super::stop_words::{Neighbours, StopWords, is_question_noun};
use crate::lang::{Node, NodeKind, Span, Term};

/// The most words that the segmenter cuts a question noun into (举办地 is cut into 举办 and 地).
const MAX_NOUN_WORDS: usize = 2;

/// Joins the neighbouring words of a group that are a question together into one text: words typed
/// with spaces between them are then one clause. `None` if nothing is joined.
///
/// A phrase in Chinese quotation marks that touches a word of a question becomes part of the
/// question, because its marks are those of prose and do not ask for an exact sequence. A phrase
/// that spaces separate from the question stays exact. If `relaxed` is set, a document may lack
/// words of the group. Then a phrase in Chinese quotation marks is joined with the words that touch
/// it in every text, question or not: the title of an article, pasted as a query, may have such
/// marks, too.
pub(crate) fn join_words_of_questions(
    typed: &str,
    nodes: &[Node],
    segmenter: &Segmenter,
    relaxed: bool,
) -> Option<Vec<Node>> {
    if nodes.len() < 2 {
        return None;
    }
    let mut joined = Vec::new();
    let mut from = 0;
    let mut changed = false;
    while from < nodes.len() {
        let run = nodes[from..].iter().enumerate();
        let run = run.take_while(|(at, _)| can_join(typed, nodes, from + at));
        let run_length = run.count();
        let run_nodes = &nodes[from..from + run_length];
        match as_question(run_nodes, segmenter) {
            Some(node) => {
                joined.push(node);
                changed = true;
            }
            None if relaxed => {
                let old_length = joined.len();
                joined.extend(join_touching(run_nodes));
                changed |= joined.len() - old_length < run_length;
            }
            None => joined.extend_from_slice(run_nodes),
        }
        from += run_length;
        // The node that ended the run.
        joined.extend(nodes.get(from).cloned());
        from += 1;
    }
    changed.then_some(joined)
}

/// Whether a node of a group can be joined with others: a word, or a phrase in Chinese quotation
/// marks that touches another node.
fn can_join(typed: &str, nodes: &[Node], at: usize) -> bool {
    match &nodes[at].kind {
        NodeKind::Term(term) => !term.prefix,
        NodeKind::Phrase(phrase) if phrase.near.is_none() => {
            let span = nodes[at].span;
            let opener = typed.get(span.start..).and_then(|tail| tail.chars().next());
            let touches_previous = at > 0 && nodes[at - 1].span.end == span.start;
            let touches_next = nodes.get(at + 1).is_some_and(|next| next.span.start == span.end);
            matches!(opener, Some('「' | '『' | '“')) && (touches_previous || touches_next)
        }
        _ => false,
    }
}

/// The nodes of a run, in which nodes without spaces between them are joined into one text.
fn join_touching(run: &[Node]) -> impl Iterator<Item = Node> {
    let chains = run.chunk_by(|a, b| a.span.end == b.span.start);
    chains.flat_map(|chain| match as_text(chain) {
        Some((node, _)) if chain.len() > 1 => vec![node],
        _ => chain.to_vec(),
    })
}

/// The nodes of a run as one text, and the number of parts that spaces divide it into. `None` if
/// the run is empty or has nodes other than words and phrases.
fn as_text(run: &[Node]) -> Option<(Node, usize)> {
    let (first, last) = (run.first()?, run.last()?);
    let mut text = String::new();
    let mut parts = 1;
    let mut end = first.span.start;
    for node in run {
        if node.span.start != end && !text.is_empty() {
            text.push(' ');
            parts += 1;
        }
        match &node.kind {
            NodeKind::Term(term) => text.push_str(&term.text),
            NodeKind::Phrase(phrase) => text.push_str(&format!("「{}」", phrase.text)),
            _ => return None,
        }
        end = node.span.end;
    }
    let kind = NodeKind::Term(Term { text, prefix: false });
    Some((Node { kind, span: Span::new(first.span.start, last.span.end) }, parts))
}

/// The nodes of a run as one text, if this text is a question.
fn as_question(run: &[Node], segmenter: &Segmenter) -> Option<Node> {
    if run.len() < 2 {
        return None;
    }
    let (node, parts) = as_text(run)?;
    let NodeKind::Term(Term { text, .. }) = &node.kind else { return None };
    let folded = Folded::new(text);
    let mut words = Vec::new();
    // A text of many words is taken for a question. The words of dates do not count for that:
    // `2024年5月1日` would count as six.
    let is_part_of_date =
        |word: &str| word.bytes().all(|b| b.is_ascii_digit()) || ["年", "月", "日"].contains(&word);
    let stop_words = StopWords::new(&folded, Neighbours::default());
    segmenter.words(&folded, |token| {
        if !is_part_of_date(&token.text) {
            let chars = token.chars.start as usize..token.chars.end as usize;
            let stop = stop_words.contains(&token.text, chars);
            words.push((token.text.into_owned(), stop));
        }
    });
    let words = words.iter().map(|(word, stop)| (word.as_str(), *stop));
    is_question(text, words, parts).then_some(node)
}

/// Makes the noun at the end of the texts of a group optional, if it asks for something
/// ([`is_question_noun`]) and the texts have other words that are not stop words. Stop words may
/// follow the noun. A noun directly after a number (十二月份) does not ask.
pub(crate) fn make_noun_optional(texts: &mut [Option<ExpandedText>]) {
    // The words that are not stop words: the index of the text, and of the word in that text.
    let mut words: Vec<(usize, usize)> = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let Some(text) = text else { continue };
        let of_text = text.text.words.iter().enumerate();
        words.extend(of_text.filter(|(_, word)| !word.stop).map(|(at, _)| (number, at)));
    }
    let Some((last, last_word)) = words.pop() else { return };
    let Some(text) = texts[last].as_mut() else { return };
    if words.is_empty() {
        return;
    }
    let until = text.text.words.len();
    // The noun may be cut into several words. It contains `last_word`, the last word that is not a
    // stop word, and may go on with stop words after that: 地 of 举办地 is a stop word.
    for count in 1..=MAX_NOUN_WORDS {
        for end in last_word + 1..=until.min(last_word + MAX_NOUN_WORDS) {
            let Some(start) = end.checked_sub(count).filter(|start| *start <= last_word) else {
                continue;
            };
            let noun: String =
                text.text.words[start..end].iter().map(|word| &*word.variants[0].text).collect();
            let is_counted =
                start.checked_sub(1).is_some_and(|at| is_number(&text.text.words[at].typed));
            if is_question_noun(&noun) && !is_counted {
                text.text.words[start..end].iter_mut().for_each(|word| word.optional = true);
                return;
            }
        }
    }
}

/// Whether a word is a number, in digits or in Chinese numerals.
fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit() || dates::is_numeral(c))
}
