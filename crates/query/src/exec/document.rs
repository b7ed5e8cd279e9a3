//! One document in memory: whether it matches an expression, and what it scores.
//!
//! [`Document`] answers for a single record what the executor answers for an index, by looking at
//! each term of the record. A cluster sends the records of its candidates, and [`Document`] matches
//! and scores them on this machine. The executor is tested against [`Document`], too.

use std::cell::OnceCell;

use wensou_index::{
    DocumentTerms, FieldTerms, FieldValues, RecordExt, TermKind, TextField, analyse_record,
    decode_length, encode_length,
};
use wensou_ingest::Record;
use wensou_text::Segmenter;

use super::near::NearPassage;
use super::rerank::RerankScore;
use crate::error::Error;
use crate::haystack::{Haystack, haystacks};
use crate::plan::expr::{Filter, FilterField, FilterValue};
use crate::plan::needle::Needle;
use crate::plan::{MatchExpr, Plan, ScoredTerm};
use crate::rank::bm25::{LengthNorms, max_score, tf_saturation};
use crate::rank::proximity::body_start;
use crate::rank::{COVERAGE_WEIGHT, Coverage, IdfMass};

/// A record with its field values and its terms, as an index would have them.
pub(crate) struct Document {
    record: Record,
    values: FieldValues,
    terms: DocumentTerms,
    /// The texts of the record, each with its field. They are folded when an exact text or a near
    /// passage is first looked for.
    texts: OnceCell<Vec<(TextField, Haystack<'static>)>>,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("id", &self.record.id()).finish_non_exhaustive()
    }
}

impl Document {
    /// Analyses a record as a build does. `ordinal` is the index of the record in the order of the
    /// walk, in which the build found the files of the archive.
    ///
    /// # Errors
    ///
    /// If the record cannot be encoded.
    pub(crate) fn new(ordinal: u64, record: Record, segmenter: &Segmenter) -> Result<Self, Error> {
        let (values, terms) = analyse_record(ordinal, &record, segmenter)?;
        Ok(Self { record, values, terms, texts: OnceCell::new() })
    }

    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// The expression that matches this document alone.
    pub(crate) fn id_expr(&self) -> MatchExpr {
        MatchExpr::with_value(FilterField::Id, self.record.id())
    }

    /// The number that orders documents of equal rank.
    pub(crate) fn tie_breaker(&self) -> u64 {
        self.terms.columns.tie_breaker
    }

    /// The date in civil seconds, see [`wensou_index::civil_seconds`]; `None` if there is none.
    pub(crate) fn date(&self) -> Option<i64> {
        self.terms.columns.date
    }

    /// Whether `has` is true for a text of one of the fields.
    fn any_text(&self, fields: &[TextField], mut has: impl FnMut(&FieldTerms) -> bool) -> bool {
        fields.iter().any(|field| self.terms.field(*field).iter().any(&mut has))
    }

    /// The texts of some fields, folded.
    fn haystacks(&self, fields: &[TextField]) -> impl Iterator<Item = &Haystack<'static>> {
        let texts = self.texts.get_or_init(|| haystacks(self.record.texts()));
        let in_fields = texts.iter().filter(|(field, _)| fields.contains(field));
        in_fields.map(|(_, haystack)| haystack)
    }

    /// Whether the document matches an expression.
    pub(crate) fn matches(&self, expr: &MatchExpr) -> bool {
        match expr {
            MatchExpr::All => true,
            MatchExpr::None => false,
            MatchExpr::And(members) => members.iter().all(|member| self.matches(member)),
            MatchExpr::Or(members) => members.iter().any(|member| self.matches(member)),
            MatchExpr::MinShouldMatch(count, members) => {
                members.iter().filter(|member| self.matches(member)).count() >= *count
            }
            MatchExpr::AndNot(included, excluded) => {
                self.matches(included) && !self.matches(excluded)
            }
            MatchExpr::Term { fields, word } => {
                self.any_text(fields, |text| text.words().any(|other| other == word))
            }
            MatchExpr::Phrase { fields, key } => {
                let key: Vec<char> = key.chars().collect();
                self.any_text(fields, |text| contains(&text.key, &key))
            }
            MatchExpr::Exact { fields, needle } => self.has_exact_text(fields, needle),
            MatchExpr::Near { fields, words, needles, distance } => {
                let (needles, distance) = (needles.clone(), *distance);
                let passage = NearPassage { needles, words: words.len(), distance };
                words.iter().all(|word| self.matches(word))
                    && self.haystacks(fields).any(|haystack| passage.occurs_in(haystack))
            }
            MatchExpr::Prefix { fields, prefix } => {
                self.any_text(fields, |text| text.words().any(|word| word.starts_with(prefix)))
            }
            MatchExpr::Path { name, whole } => {
                self.terms.paths.iter().any(|path| has_name(path, name, *whole))
            }
            MatchExpr::Filter(filter) => self.passes(filter),
        }
    }

    /// Whether one of the fields has an exact text.
    fn has_exact_text(&self, fields: &[TextField], needle: &Needle) -> bool {
        self.haystacks(fields).any(|haystack| haystack.has(needle))
    }

    /// Whether the document passes a filter.
    fn passes(&self, filter: &Filter) -> bool {
        match filter {
            Filter::Term(field, FilterValue::Text(wanted)) => {
                self.values_of(*field).any(|value| value == wanted)
            }
            Filter::Term(field, FilterValue::Number(wanted)) => {
                self.number_of(*field) == i64::try_from(*wanted).ok()
            }
            Filter::Prefix(field, prefix) => {
                self.values_of(*field).any(|value| value.starts_with(prefix))
            }
            Filter::Range { field, from, until } => self.number_of(*field).is_some_and(|number| {
                from.is_none_or(|from| from <= number) && until.is_none_or(|until| number < until)
            }),
            Filter::Exists(field) => {
                self.number_of(*field).is_some() || self.values_of(*field).next().is_some()
            }
        }
    }

    /// The number that the document has in a field of numbers; `None` for other fields.
    fn number_of(&self, field: FilterField) -> Option<i64> {
        match field {
            FilterField::Kind => Some(self.terms.kind as i64),
            FilterField::Date => self.date(),
            FilterField::Provenance => Some(self.values.provenance as i64),
            _ => None,
        }
    }

    /// The texts that the document has in a field of texts; none for other fields.
    fn values_of(&self, field: FilterField) -> Box<dyn Iterator<Item = &str> + '_> {
        let FieldValues { ids, tags, sources, authors, categories, names, sites, .. } =
            &self.values;
        match field {
            FilterField::Id => Box::new(ids.iter().map(String::as_str)),
            FilterField::Tag => Box::new(tags.iter().map(|tag| tag.folded.as_str())),
            FilterField::Source => {
                let sources = sources.iter().map(|source| source.folded.as_str());
                Box::new(sources.chain(authors.iter().map(String::as_str)))
            }
            FilterField::Author => Box::new(names.iter().map(String::as_str)),
            FilterField::Site => Box::new(sites.iter().map(String::as_str)),
            FilterField::Url => Box::new(self.values.url.iter().map(String::as_str)),
            FilterField::Category => Box::new(categories.iter().map(|it| it.folded.as_str())),
            FilterField::Has => Box::new(self.values.has.iter().copied()),
            FilterField::Script => Box::new(std::iter::once(self.values.script)),
            FilterField::Kind | FilterField::Date | FilterField::Provenance => {
                Box::new(std::iter::empty())
            }
        }
    }

    /// How often a term occurs in its field.
    fn term_freq(&self, term: &ScoredTerm) -> u32 {
        let texts = self.terms.field(term.field).iter();
        let count = match term.kind {
            TermKind::Word => {
                texts.flat_map(FieldTerms::words).filter(|word| *word == term.text).count()
            }
            TermKind::Unigram | TermKind::Bigram => {
                let key: Vec<char> = term.text.chars().collect();
                texts.map(|text| count_of(&text.key, &key)).sum()
            }
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The byte that encodes the length of a field, see [`encode_length`].
    fn length_code(&self, field: TextField) -> u8 {
        let length = self.terms.field(field).iter().map(|text| text.key.len()).sum();
        encode_length(self.terms.kind, length)
    }

    /// The length norm of each field.
    fn length_norms(&self, norms: &[LengthNorms; 3]) -> [f32; 3] {
        TextField::ALL.map(|field| norms[field as usize].of(self.length_code(field)))
    }

    /// For each scored term of a plan, what it adds to the BM25 score; `None` if the document lacks
    /// it.
    pub(crate) fn term_scores(&self, plan: &Plan, norms: &[LengthNorms; 3]) -> Vec<Option<f32>> {
        let norm_of_field = self.length_norms(norms);
        let score = |term: &ScoredTerm| {
            let tf = self.term_freq(term) as f32;
            let saturation = tf_saturation(tf, norm_of_field[term.field as usize]);
            (tf > 0.0).then(|| saturation * (term.weight * max_score(term.idf)))
        };
        plan.scored_terms.iter().map(score).collect()
    }

    /// The BM25 score. The scores of the terms are added in the order of
    /// [`SegmentScorer`](super::segment_scorer::SegmentScorer), so that the sums are equal to the
    /// bit.
    pub(crate) fn score(&self, plan: &Plan, norms: &[LengthNorms; 3]) -> f32 {
        let norm_of_field = self.length_norms(norms);
        let mut terms: Vec<(f32, &ScoredTerm)> = plan
            .scored_terms
            .iter()
            .map(|term| (term.weight * max_score(term.idf), term))
            .collect();
        terms.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        terms.iter().fold(0.0, |sum, (max_score, term)| match self.term_freq(term) {
            0 => sum,
            tf => sum + tf_saturation(tf as f32, norm_of_field[term.field as usize]) * max_score,
        })
    }

    /// How much of a relaxed query the document has.
    pub(crate) fn coverage(&self, plan: &Plan) -> Coverage {
        let units = plan.covering.units.iter().filter(|unit| self.matches(&unit.expr));
        let mass: IdfMass = units.map(|unit| unit.mass).sum();
        match plan.covering.units.is_empty() {
            true => Coverage::default(),
            false => plan.covering.scale.coverage(mass),
        }
    }

    /// What reranking adds to the BM25 score of the document if it is among the first hits.
    pub(crate) fn rerank_score(&self, plan: &Plan) -> RerankScore {
        // Where all hits have all words, the words add nothing.
        let words = plan.words.iter().filter(|_| plan.may_lack_words);
        let idf_sum =
            words.filter(|word| self.matches(&word.expr)).fold(0.0, |sum, word| sum + word.idf);
        // The rounded length, as an index stores it, so that positions are the same.
        let (_, title_length) = decode_length(self.length_code(TextField::Title));
        let body_start = body_start(title_length);
        let bigrams = plan.bigrams.bigrams().iter();
        let positions: Vec<_> = bigrams.map(|bigram| self.positions(bigram, body_start)).collect();
        RerankScore {
            proximity: plan.bigrams.proximity(&positions, body_start),
            words: COVERAGE_WEIGHT * idf_sum,
        }
    }

    /// The positions of a bigram: those in the title, then those in the body. The first position of
    /// the body is `body_start`.
    fn positions(&self, bigram: &[char; 2], body_start: u32) -> Vec<u32> {
        let offsets = [(&self.terms.title, 0), (&self.terms.body, body_start)];
        let all = offsets.into_iter().flat_map(|(text, offset)| {
            let [first, second] = bigram;
            let windows = text.key.windows(2).zip(offset..);
            let is_bigram = move |window: &[char]| window[0] == *first && window[1] == *second;
            windows.filter(move |(window, _)| is_bigram(window)).map(|(_, position)| position)
        });
        all.collect()
    }
}

/// Whether a sequence of key characters occurs in a text.
fn contains(text: &[char], sequence: &[char]) -> bool {
    match sequence {
        [] => false,
        [first, others @ ..] => {
            let mut windows = text.windows(sequence.len());
            windows.any(|window| window[0] == *first && window[1..] == *others)
        }
    }
}

/// How often a sequence of key characters occurs in a text.
fn count_of(text: &[char], sequence: &[char]) -> usize {
    match sequence {
        [] => 0,
        // Comparing characters is much quicker than a call that compares the bytes of slices.
        [only] => text.iter().filter(|c| *c == only).count(),
        [first, second] => {
            let following = text.get(1..).unwrap_or_default();
            let pairs = text.iter().zip(following);
            pairs.filter(|(a, b)| *a == first && *b == second).count()
        }
        sequence => text.windows(sequence.len()).filter(|window| *window == sequence).count(),
    }
}

/// Whether a path contains `name` in the sense of [`MatchExpr::Path`]: in the path, `name` must
/// begin where the name of a file or folder begins; if `whole` is set, it must also end where such
/// a name ends.
fn has_name(path: &str, name: &str, whole: bool) -> bool {
    let starts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
    starts
        .filter_map(|start| path[start..].strip_prefix(name))
        .any(|after| !whole || after.is_empty() || after.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::exec::IndexStatistics;
    use crate::exec::top_k::{Count, ScoredDoc, Sort, TopK};
    use crate::lang::{Clock, parse};
    use crate::plan::Mode;
    use crate::runner::Runner;
    use crate::test_support::{QUERIES, sample_index};

    /// [`Document`] matches the documents that the executor finds in an index, and gives them the
    /// same scores to the bit.
    #[test]
    fn a_document_alone_is_matched_and_scored_as_in_its_index() {
        let index = sample_index();
        let runner = Runner::new(&index);
        let segmenter = runner.tables().unwrap().segmenter;
        let addresses = index.in_walk_order().unwrap();
        // Neither matching nor scoring reads the ordinal.
        let ordinal = 0;
        let document = |at| Document::new(ordinal, index.record(at).unwrap(), segmenter).unwrap();
        let documents: Vec<_> = addresses.iter().map(|at| (*at, document(*at))).collect();
        let norms = LengthNorms::of_fields(&IndexStatistics(&index));
        let mut compared = 0;
        for typed in QUERIES {
            let query = parse(typed, &Clock { today: date(2024, 5, 1) }).unwrap();
            for mode in [Mode::Strict, Mode::Relaxed, Mode::Undated] {
                let plan = runner.plan(&query, mode).unwrap();
                let all = addresses.len();
                let (count, sort) = (Count::Documents, Sort::Rank);
                let top_k = TopK::documents(all, count, sort);
                let (_, found) = runner.engine().first_hits(&plan, &top_k).unwrap();
                let matching = documents.iter().filter(|(_, it)| it.matches(&plan.match_expr));
                assert_eq!(matching.count(), found.len(), "{typed} {mode:?}");
                for ScoredDoc { address, coverage, score, tie_breaker, .. } in found {
                    let (_, document) = documents.iter().find(|(at, _)| *at == address).unwrap();
                    assert!(document.matches(&plan.match_expr), "{typed} {mode:?}");
                    assert_eq!(document.score(&plan, &norms).to_bits(), score.to_bits(), "{typed}");
                    assert_eq!(document.coverage(&plan), coverage, "{typed} {mode:?}");
                    assert_eq!(document.tie_breaker(), tie_breaker);
                    let rerank_score = runner.engine().rerank_score(&plan, address).unwrap();
                    assert_eq!(document.rerank_score(&plan), rerank_score, "{typed} {mode:?}");
                    let scores = runner.engine().term_scores(&plan, address).unwrap();
                    assert_eq!(document.term_scores(&plan, &norms), scores, "{typed}");
                    compared += 1;
                }
            }
        }
        // The queries must find enough documents to compare: they find more than a thousand.
        assert!(compared > 1000, "{compared}");
    }
}
