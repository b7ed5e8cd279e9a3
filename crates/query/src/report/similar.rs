//! More like this: documents of both kinds that share the key terms of a given one.

use std::collections::HashMap;

use tantivy::query::{BooleanQuery, Occur, Query};
use wensou_index::{Index, Lookup, Part, RecordExt, Texts, Unit};
use wensou_ingest::Record;
use wensou_text::{Folded, Segmenter, TokenKind};

use crate::error::Error;
use crate::exec::filter;
use crate::exec::top_k::{RankedQuery, Sort, TopK};
use crate::plan::analyze::{Origin, Variant, term_kind_of};
use crate::plan::needle::{Haystack, Needle};
use crate::plan::queries::{ScoredTerm, TextQueries, any};
use crate::plan::stop_words::is_stop;
use crate::rank;
use crate::rank::bm25::Statistics;
use crate::report::snippet::{highlight_all, snippet};
use crate::session::{Hit, Options};

/// Key terms taken from the given document.
const MAX_KEY_TERMS: usize = 25;

/// If the given document has this many key terms, a similar one must share at least [`MIN_SHARED`].
const ENOUGH_KEY_TERMS: usize = 6;
const MIN_SHARED: usize = 2;

/// Weight of a word in the title or in a tag, relative to one in the body.
const TITLE_AND_TAG_WEIGHT: f32 = 3.0;

/// The documents most like the one with this id, best first. The document itself is left out, and
/// so are the flash items of its own page if it is an article. [`Hit::shared`] lists the key terms
/// that both have. An unknown id gives no hits.
///
/// # Errors
///
/// If the index fails.
pub fn similar(index: &Index, id: &str, options: &Options) -> Result<Vec<Hit>, Error> {
    let Lookup::Found(address) = index.lookup(id)? else { return Ok(Vec::new()) };
    let record = index.record(address)?;
    let statistics = Statistics::new(index);
    let words = key_terms(index, &statistics, &record.texts())?;
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let (match_query, scored) = (similarity_query(index, &words, &record), scored(&words));
    let wanted = options.offset.saturating_add(options.limit);
    let top_k = TopK { limit: wanted, count: false, sort: Sort::Rank, recency: None };
    let ranked = RankedQuery { match_query: &match_query, scored_terms: &scored, covering: &[] };
    let (_, found) = top_k.search(index, &statistics, &ranked)?;
    let needles: Vec<Needle> = words
        .iter()
        .enumerate()
        .filter_map(|(number, word)| Needle::of(&word.variant, number, word.weight))
        .collect();
    found
        .iter()
        .skip(options.offset)
        .map(|found| {
            let record = index.record(found.address)?;
            let texts = record.texts();
            let all = format!("{}\n{}\n{}", texts.title, texts.tags.join("\n"), texts.body);
            let shared = Haystack::new(&all).words_found(&needles);
            Ok(Hit {
                title: highlight_all(&texts.title, &needles),
                snippet: snippet(&texts.body, &needles, options.snippet),
                missing: Vec::new(),
                shared: shared.into_iter().map(|number| words[number].typed.clone()).collect(),
                score: found.score,
                record,
            })
        })
        .collect()
}

/// A word that tells what a document is about.
struct KeyTerm {
    /// As the document writes it.
    typed: String,
    variant: Variant,
    /// The kind of term that it is indexed as.
    kind: Unit,
    /// Its tf-idf in the document, times its rarity in Chinese.
    weight: f32,
}

/// The key terms of a document, highest weight first.
fn key_terms(
    index: &Index,
    statistics: &Statistics<'_>,
    texts: &Texts,
) -> Result<Vec<KeyTerm>, Error> {
    let segmenter = index.analysis()?.segmenter();
    let mut words: HashMap<String, (f32, String, TokenKind)> = HashMap::new();
    count(&texts.title, TITLE_AND_TAG_WEIGHT, segmenter, &mut words);
    for tag in &texts.tags {
        count(tag, TITLE_AND_TAG_WEIGHT, segmenter, &mut words);
    }
    count(&texts.body, 1.0, segmenter, &mut words);
    let mut key_terms = Vec::new();
    for (word, (count, typed, kind)) in words {
        let Some(variant) = Variant::new(&word, kind, Origin::Typed) else { continue };
        let term_kind = term_kind_of(kind, &word);
        // A word that no other document has finds nothing.
        if statistics.doc_freq(Part::Body, term_kind, &word) > 1 {
            // In a small archive a word can be rare by chance, so its rarity in Chinese at large
            // counts too.
            let rarity = segmenter.rarity(&word);
            let idf = statistics.idf(Part::Body, term_kind, &word);
            let weight = (1.0 + count.ln()) * idf * rarity * rarity;
            key_terms.push(KeyTerm { typed, variant, kind: term_kind, weight });
        }
    }
    key_terms
        .sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.variant.text.cmp(&b.variant.text)));
    key_terms.truncate(MAX_KEY_TERMS);
    Ok(key_terms)
}

/// Counts the words of a text that can be key terms: no stop words, no single Chinese characters or
/// letters, no numbers.
fn count(
    text: &str,
    worth: f32,
    segmenter: &Segmenter,
    words: &mut HashMap<String, (f32, String, TokenKind)>,
) {
    let folded = Folded::new(text);
    segmenter.words(&folded, |token| {
        let min_chars = match token.kind {
            TokenKind::Han | TokenKind::Latin => 2,
            TokenKind::Other => 1,
            // Years and amounts are shared by chance.
            TokenKind::Number | TokenKind::Value => return,
        };
        if is_stop(&token.text) || token.text.chars().count() < min_chars {
            return;
        }
        let chars = token.chars.start as usize..token.chars.end as usize;
        let typed = || text[folded.original_bytes(chars)].to_owned();
        words.entry(token.text.to_string()).or_insert_with(|| (0.0, typed(), token.kind)).0 +=
            worth;
    });
}

fn similarity_query(index: &Index, words: &[KeyTerm], record: &Record) -> BooleanQuery {
    let fields = index.fields();
    let queries = TextQueries { index, fields: &Part::ALL };
    let min_shared = if words.len() < ENOUGH_KEY_TERMS { 1 } else { MIN_SHARED };
    let shared = words.iter().map(|word| (Occur::Should, queries.variant(&word.variant))).collect();
    let shared = BooleanQuery::with_minimum_required_clauses(shared, min_shared);
    let mut own: Vec<Box<dyn Query>> = vec![filter::exact(fields.id, record.id())];
    if let Record::Article(article) = record {
        own.extend(article.flashes.iter().map(|id| filter::exact(fields.id, id)));
    }
    BooleanQuery::new(vec![(Occur::Must, Box::new(shared)), (Occur::MustNot, any(own))])
}

fn scored(words: &[KeyTerm]) -> Vec<ScoredTerm> {
    let max_weight = words.first().map_or(1.0, |word| word.weight);
    let in_field = |word: &KeyTerm, field| ScoredTerm {
        field,
        kind: word.kind,
        text: word.variant.text.clone(),
        weight: rank::weight(field, Unit::Word) * word.weight / max_weight,
        origin: Origin::Typed,
    };
    words.iter().flat_map(|word| Part::ALL.map(|field| in_field(word, field))).collect()
}
