//! The words of a query that a hit lacks, found by reading the hit's record.

use wensou_index::{RecordExt, Texts, moment_start};
use wensou_ingest::Record;

use crate::haystack::Haystack;
use crate::plan::Plan;
use crate::plan::analyze::{MatchMode, QueryWord};

/// The words of the plan that a record lacks, as typed, each once; `texts` are those of the record.
/// The words of a date are not missing if the record is dated within it.
pub(crate) fn missing_words(plan: &Plan, record: &Record, texts: &Texts) -> Vec<String> {
    let texts = [&*texts.title, &*texts.body, &texts.tags.join("\n")];
    let mut has = vec![false; plan.words.len()];
    for text in texts {
        for word in Haystack::new(text).words_found(&plan.needles) {
            has[word] = true;
        }
    }
    let day = record.date().value.map(|moment| moment_start(moment).date());
    let names_its_date = |word: &QueryWord| {
        word.variants.iter().any(|variant| match variant.mode {
            MatchMode::Dated(from, until) => day.is_some_and(|day| from <= day && day < until),
            _ => false,
        })
    };
    let mut missing: Vec<String> = Vec::new();
    for (word, _) in plan.words.iter().map(|planned| &planned.word).zip(has).filter(|(_, has)| !has)
    {
        if !names_its_date(word) && !missing.contains(&word.typed) {
            missing.push(word.typed.clone());
        }
    }
    missing
}
