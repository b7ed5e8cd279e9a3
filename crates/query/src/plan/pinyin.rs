//! Latin letters that no text contains, read as the pinyin of a word or as its initials.
//!
//! Only words of titles, tags and sources are read this way, and only those fields are then
//! searched; bodies are never searched by sound. The words come from the dictionaries of the index,
//! so every reading finds something.

use std::collections::HashMap;

use pinyin::ToPinyinMulti;
use wensou_text::is_han;

use crate::error::Error;
use crate::lang::{self, FieldClause, Node, NodeKind, Phrase, Query, Value};
use crate::rank::TermStatistics;

/// Letters that may be the initials of a word; fewer would be those of too many words.
const MIN_INITIALS: usize = 3;
/// Letters that may spell a word in full; fewer would spell too many words.
const MIN_SPELLING: usize = 4;

/// The most words that one reading may stand for; the most frequent ones are taken.
const MAX_WORDS: usize = 5;

/// How letters were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The letters, in lower case.
    pub typed: String,
    /// The words, folded.
    pub words: Vec<String>,
}

/// The query with every Latin word that sounds like words of the index replaced by them; `None` if
/// there is no such word.
pub(crate) fn read_as_pinyin(
    statistics: &dyn TermStatistics,
    query: &Query,
) -> Result<Option<(Query, Vec<Reading>)>, Error> {
    let mut readings = Vec::new();
    let root = match &query.root.kind {
        NodeKind::And(nodes) => {
            let nodes = nodes.iter().map(|node| reread_node(statistics, node, &mut readings));
            let nodes = nodes.collect::<Result<_, Error>>()?;
            Node { kind: NodeKind::And(nodes), span: query.root.span }
        }
        _ => reread_node(statistics, &query.root, &mut readings)?,
    };
    let query = Query { root, text: query.text.clone(), warnings: Vec::new() };
    Ok((!readings.is_empty()).then_some((query, readings)))
}

fn reread_node(
    statistics: &dyn TermStatistics,
    node: &Node,
    readings: &mut Vec<Reading>,
) -> Result<Node, Error> {
    let letters = match &node.kind {
        NodeKind::Term(term) if !term.prefix && can_be_pinyin(&term.text) => {
            term.text.to_lowercase()
        }
        _ => return Ok(node.clone()),
    };
    let words = words(statistics, &letters)?;
    if words.is_empty() {
        return Ok(node.clone());
    }
    let at = |kind| Node { kind, span: node.span };
    let alternatives = words.iter().flat_map(|word| {
        let value = Value { text: word.clone(), prefix: true, span: node.span };
        let phrase = at(NodeKind::Phrase(Phrase { text: word.clone(), near: None }));
        [
            at(NodeKind::Scoped { scope: lang::Scope::Title, node: Box::new(phrase) }),
            at(NodeKind::Field(FieldClause::Tag(vec![value.clone()]))),
            at(NodeKind::Field(FieldClause::Source(vec![value]))),
        ]
    });
    let rewritten = at(NodeKind::Or(alternatives.collect()));
    readings.push(Reading { typed: letters, words });
    Ok(rewritten)
}

fn can_be_pinyin(text: &str) -> bool {
    text.len() >= MIN_INITIALS && text.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The words of titles, tags and sources that sound like `letters`, most frequent first.
fn words(statistics: &dyn TermStatistics, letters: &str) -> Result<Vec<String>, Error> {
    let mut found: HashMap<String, u64> = HashMap::new();
    statistics.for_each_name(&mut |word, documents| {
        if sounds_like(word, letters) {
            *found.entry(word.to_owned()).or_default() += documents;
        }
    })?;
    let mut found: Vec<(u64, String)> = found.into_iter().map(|(word, n)| (n, word)).collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    Ok(found.into_iter().take(MAX_WORDS).map(|(_, word)| word).collect())
}

/// Whether `letters` spell the whole word in pinyin, or its initials.
fn sounds_like(word: &str, letters: &str) -> bool {
    let count = word.chars().count();
    if count < 2 || count > letters.len() || !word.chars().all(is_han) {
        return false;
    }
    let syllables: Option<Vec<Vec<String>>> = word
        .to_pinyin_multi()
        .map(|sounds| {
            // ü is typed as v.
            Some(sounds?.into_iter().map(|sound| sound.plain().replace('ü', "v")).collect())
        })
        .collect();
    let Some(syllables) = syllables else { return false };
    let initials = letters.len() == count
        && count >= MIN_INITIALS
        && syllables
            .iter()
            .zip(letters.chars())
            .all(|(sounds, letter)| sounds.iter().any(|sound| sound.starts_with(letter)));
    initials || letters.len() >= MIN_SPELLING && spells(&syllables, letters)
}

/// Whether one reading of each character, joined, spells the letters.
fn spells(syllables: &[Vec<String>], letters: &str) -> bool {
    match syllables.split_first() {
        None => letters.is_empty(),
        Some((sounds, remaining)) => sounds.iter().any(|sound| {
            letters.strip_prefix(sound.as_str()).is_some_and(|after| spells(remaining, after))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_by_their_sound_and_their_initials() {
        for (word, letters) in [
            ("比特币", "bitebi"),
            ("比特币", "btb"),
            ("以太坊", "yitaifang"),
            ("以太坊", "ytf"),
            ("银行", "yinhang"),
            ("银行", "yinxing"),
            ("绿色", "lvse"),
            ("重庆", "chongqing"),
        ] {
            assert!(sounds_like(word, letters), "{word} {letters}");
        }
        for (word, letters) in [
            ("比特币", "bite"),
            ("比特币", "bitebix"),
            ("比特币", "bt"),
            ("币", "bi"),
            ("银行", "yh"),
            ("btc", "btc"),
            ("", "abc"),
        ] {
            assert!(!sounds_like(word, letters), "{word} {letters}");
        }
    }
}
