//! Completes an index when all shares have been sent, and publishes it.
//!
//! Every step can be repeated without harm. If a machine stops halfway, any machine that sends its
//! share again starts over with the first step.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;
use serde_json::{Value, json};
use wensou_index::{ArticleText, Index, Kind, NearDuplicateFinder, analyse_record, searched_path};
use wensou_ingest::{Article, FlashItem, Record, correct_references, walk_key};
use wensou_text::Segmenter;

use super::parts::SharedArticle;
use super::registry::ShareRegistry;
use super::shared_document::{SharedDocument, first_location};
use super::shared_indexes::{
    DOCUMENT_TIMEOUT, READ_AT_ONCE, SHARED_DOCUMENT_FIELDS, SharedIndexes,
};
use crate::all_hits::AllHitsOptions;
use crate::bulk::{BulkOptions, BulkWriter, Operation};
use crate::error::{Error, Result};
use crate::publication::{Publication, Publisher, check_none_refused, refresh};
use crate::schema::field;
use crate::statistics::StatisticsBuilder;

/// How many pairs of articles, which may be near-duplicates, are read and compared at a time.
const PAIRS_AT_ONCE: usize = 200;

/// Writes what is known only when all shares have been sent: the statistics, the ids by which
/// articles refer to flash items, and the groups of near-duplicates. Then publishes the index.
/// `publication` has the lock of the address.
pub(super) fn complete(
    indexes: &SharedIndexes<'_>,
    index: &Index,
    registry: &ShareRegistry,
    publication: &Publication<'_>,
) -> Result<()> {
    let segmenter = index.analysis()?.segmenter();
    let completion = Completion { indexes, segmenter };
    // An earlier attempt may have blocked writes, as publishing does, before it stopped.
    publication.unblock(indexes.documents_index)?;
    refresh(indexes.client, indexes.documents_index)?;
    let mut statistics = completion.sum_statistics(registry)?;
    let with_variants = completion.recount_merged(&mut statistics)?;
    completion.correct_references(&with_variants)?;
    completion.write_groups(registry)?;
    publication.describe(indexes.documents_index, statistics, registry.shares.len() as u64)?;
    // This also deletes the index of parts and the index that was published before.
    publication.publish(indexes.documents_index, Publisher::Shares).map(drop)
}

/// The steps that complete an index, and what they have in common.
struct Completion<'b> {
    indexes: &'b SharedIndexes<'b>,
    segmenter: &'b Segmenter,
}

impl Completion<'_> {
    /// The sum of what the machines have counted.
    fn sum_statistics(&self, registry: &ShareRegistry) -> Result<StatisticsBuilder> {
        let mut sum = StatisticsBuilder::default();
        for (key, share) in &registry.shares {
            let parts = share.parts.unwrap_or_default();
            self.indexes.for_each_statistics_part((key, parts), |part| sum.add_part(part))?;
        }
        Ok(sum)
    }

    /// Corrects the statistics for merged flash items: each was counted in the form that it had
    /// before it was merged. Returns the merged flash items that have variants.
    fn recount_merged(&self, statistics: &mut StatisticsBuilder) -> Result<Vec<FlashItem>> {
        let mut with_variants = Vec::new();
        self.for_each_match(json!({ "term": { (field::MERGED): true } }), |stored| {
            if let Some(counted) = &stored.counted
                && *counted != stored.record
            {
                let analyse = |record| analyse_record(stored.ordinal, record, self.segmenter);
                let (values, terms) = analyse(counted)?;
                statistics.subtract(&values, &terms);
                let (values, terms) = analyse(&stored.record)?;
                statistics.add(&values, &terms);
            }
            match stored.record {
                Record::Flash(item) if !item.variants.is_empty() => with_variants.push(item),
                _ => {}
            }
            Ok(())
        })?;
        Ok(with_variants)
    }

    /// Corrects the ids by which articles refer to `items`, which are merged flash items that have
    /// variants.
    fn correct_references(&self, items: &[FlashItem]) -> Result<()> {
        let mut by_path: BTreeMap<&str, Vec<&FlashItem>> = BTreeMap::new();
        for item in items {
            let paths: BTreeSet<&str> =
                item.all_occurrences().map(|occurrence| occurrence.path.as_str()).collect();
            paths.into_iter().for_each(|path| by_path.entry(path).or_default().push(item));
        }
        let mut writer = self.bulk_writer()?;
        let paths: Vec<&str> = by_path.keys().copied().collect();
        for paths in paths.chunks(READ_AT_ONCE) {
            let paths: Vec<&str> = paths.iter().map(|path| searched_path(path)).collect();
            let query = json!({ "bool": { "filter": [
                { "term": { (field::KIND): Kind::Article as u8 } },
                { "terms": { (field::PATH): paths } },
            ] } });
            self.for_each_match(query, |mut stored| {
                let Record::Article(article) = &mut stored.record else { return Ok(()) };
                let Some(items) = by_path.get(article.path.as_str()) else { return Ok(()) };
                if correct_all(article, items) {
                    self.rewrite(&mut writer, &stored)?;
                }
                Ok(())
            })?;
        }
        check_none_refused(writer.finish()?)
    }

    /// Finds the near-duplicates among the articles of all shares, and writes the group of each
    /// into its document.
    fn write_groups(&self, registry: &ShareRegistry) -> Result<()> {
        let articles = self.articles_in_order(registry)?;
        let mut writer = self.bulk_writer()?;
        for indices in self.find_groups(&articles)? {
            let mut documents = Vec::new();
            for chunk in indices.chunks(READ_AT_ONCE) {
                let members = chunk.iter().map(|index| &articles[*index as usize]);
                documents.extend(self.read_articles(&members.collect::<Vec<_>>())?);
            }
            let group = documents.iter().map(|stored| stored.id().to_owned()).min();
            for mut stored in documents {
                if stored.group != group {
                    stored.group.clone_from(&group);
                    self.rewrite(&mut writer, &stored)?;
                }
            }
        }
        check_none_refused(writer.finish()?)
    }

    /// The articles of all shares, in the order of a walk through the whole archive.
    fn articles_in_order(&self, registry: &ShareRegistry) -> Result<Vec<SharedArticle>> {
        let mut articles: Vec<(String, SharedArticle)> = Vec::new();
        for (key, share) in &registry.shares {
            let parts = share.parts.unwrap_or_default();
            self.indexes.for_each_article((key, parts), |article| {
                articles.push((walk_key(&article.path), article));
            })?;
        }
        articles.sort_by(|(left_key, left), (right_key, right)| {
            (left_key, left.ordinal).cmp(&(right_key, right.ordinal))
        });
        Ok(articles.into_iter().map(|(_, article)| article).collect())
    }

    /// The groups of near-duplicates: for each, the indices of its members in `articles`.
    fn find_groups(&self, articles: &[SharedArticle]) -> Result<Vec<Vec<u32>>> {
        let sketches: Vec<_> = articles.iter().map(|article| article.sketch).collect();
        let mut finder = NearDuplicateFinder::new(&sketches);
        loop {
            let pairs: Vec<[u32; 2]> =
                std::iter::from_fn(|| finder.next_candidates()).take(PAIRS_AT_ONCE).collect();
            if pairs.is_empty() {
                return Ok(finder.into_groups());
            }
            let texts = self.article_texts(articles, &pairs)?;
            for [a, b] in pairs {
                if texts[&a].is_near_duplicate(&texts[&b]) {
                    finder.join([a, b]);
                }
            }
        }
    }

    /// The texts of the articles in these pairs, by their indices in `articles`.
    fn article_texts(
        &self,
        articles: &[SharedArticle],
        pairs: &[[u32; 2]],
    ) -> Result<HashMap<u32, ArticleText>> {
        let indices: BTreeSet<u32> = pairs.iter().flatten().copied().collect();
        let indices: Vec<u32> = indices.into_iter().collect();
        let mut texts = HashMap::default();
        for indices in indices.chunks(READ_AT_ONCE) {
            let wanted: Vec<_> = indices.iter().map(|index| &articles[*index as usize]).collect();
            for (index, stored) in indices.iter().zip(self.read_articles(&wanted)?) {
                texts.insert(*index, ArticleText::of(&stored.record));
            }
        }
        Ok(texts)
    }

    /// Reads the documents of articles, in the order of `articles`. An article may have got another
    /// id after its share was sent, see [`SharedIndexes::new_id_of`].
    fn read_articles(&self, articles: &[&SharedArticle]) -> Result<Vec<SharedDocument>> {
        let ids: Vec<&str> = articles.iter().map(|article| article.id.as_str()).collect();
        let mut found = self.indexes.read(&ids)?;
        let missing = || Error::Disturbed { index: self.indexes.documents_index.to_owned() };
        let mut documents = Vec::with_capacity(articles.len());
        for SharedArticle { id, path, start, .. } in articles {
            let is_same =
                |stored: &SharedDocument| first_location(&stored.record) == (path.as_str(), *start);
            let stored = found.remove(id).map(|stored| stored.document).filter(is_same);
            documents.push(match stored {
                Some(stored) => stored,
                None => {
                    let id = self.indexes.new_id_of(path, *start)?;
                    self.indexes.read_one(&id)?.ok_or_else(missing)?.document
                }
            });
        }
        Ok(documents)
    }

    /// Calls `each` with every document that matches a query.
    fn for_each_match(
        &self,
        query: Value,
        mut each: impl FnMut(SharedDocument) -> Result<()>,
    ) -> Result<()> {
        let body = json!({
            "query": query,
            "_source": SHARED_DOCUMENT_FIELDS,
            "sort": [{ (field::TIE): "asc" }],
        });
        let options =
            AllHitsOptions { timeout: Some(DOCUMENT_TIMEOUT), ..AllHitsOptions::default() };
        let hits = self.indexes.client.all_hits(self.indexes.documents_index, body, options)?;
        for hit in hits {
            let Some(source) = hit?.source else { continue };
            each(serde_json::from_str(source.get())?)?;
        }
        Ok(())
    }

    fn bulk_writer(&self) -> Result<BulkWriter> {
        BulkWriter::new(self.indexes.client, self.indexes.documents_index, BulkOptions::default())
    }

    /// Writes a changed document in place of the stored one.
    fn rewrite(&self, writer: &mut BulkWriter, stored: &SharedDocument) -> Result<()> {
        writer.push(&Operation::index(stored.id(), &stored.analyse_to_json(self.segmenter)?))
    }
}

/// Corrects the references of an article to all of these items. Returns whether a reference has
/// changed.
fn correct_all(article: &mut Article, items: &[&FlashItem]) -> bool {
    let mut changed = false;
    for item in items {
        changed |= correct_references(article, item);
    }
    changed
}
