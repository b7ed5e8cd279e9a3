//! Completes an index when all shares have been sent, and publishes it.
//!
//! Each step leaves alone what was done before, so it does no harm if a machine stops halfway: run
//! any of the shares again, and it begins anew.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;
use serde_json::{Value, json};
use wensou_index::{ArticleText, Index, Kind, NearDuplicateFinder, analyse_record, searched_path};
use wensou_ingest::{Article, FlashItem, Record, correct_references, walk_key};
use wensou_text::Segmenter;

use super::build::Build;
use super::parts::SharedArticle;
use super::read_write::{READ_AT_ONCE, SOURCE, TIMEOUT};
use super::shared_document::{SharedDocument, first_location};
use super::state::BuildState;
use crate::bulk::{BulkOptions, BulkWriter, Operation};
use crate::copy::{Job, Writer, accepted};
use crate::error::{Error, Result};
use crate::pages::PageOptions;
use crate::schema::field;
use crate::statistics::StatisticsBuilder;

/// Pairs of articles that are compared at a time.
const CANDIDATES: usize = 200;

pub(super) fn complete(
    build: &Build<'_>,
    index: &Index,
    state: &BuildState,
    job: &Job<'_>,
) -> Result<()> {
    let segmenter = index.analysis()?.segmenter();
    let completion = Completion { build, segmenter };
    // A machine may have stopped when the index was about to be published.
    job.unblock(build.documents)?;
    build.client.refresh(build.documents)?;
    let mut counted = completion.statistics(state)?;
    let merged = completion.recount(&mut counted)?;
    completion.correct_references(&merged)?;
    completion.write_groups(state)?;
    job.describe(build.documents, counted, state.shares.len() as u64)?;
    // This also deletes the index of parts, with the index that was searched before.
    job.publish(build.documents, Writer::Shares).map(drop)
}

/// What completes an index.
struct Completion<'b> {
    build: &'b Build<'b>,
    segmenter: &'b Segmenter,
}

impl Completion<'_> {
    /// What all machines have counted.
    fn statistics(&self, state: &BuildState) -> Result<StatisticsBuilder> {
        let mut counted = StatisticsBuilder::default();
        for (key, share) in &state.shares {
            let parts = share.parts.unwrap_or_default();
            self.build.for_each_statistics_part((key, parts), |part| counted.add_part(part))?;
        }
        Ok(counted)
    }

    /// Counts merged flash items as they are, and not as the first machine had them. Returns those
    /// with several variants.
    fn recount(&self, counted: &mut StatisticsBuilder) -> Result<Vec<FlashItem>> {
        let mut several = Vec::new();
        self.for_each(json!({ "term": { (field::MERGED): true } }), |stored| {
            if let Some(before) = &stored.counted
                && *before != stored.record
            {
                let analyse = |record| analyse_record(stored.ordinal, record, self.segmenter);
                let (values, terms) = analyse(before)?;
                counted.subtract(&values, &terms);
                let (values, terms) = analyse(&stored.record)?;
                counted.add(&values, &terms);
            }
            match stored.record {
                Record::Flash(item) if !item.variants.is_empty() => several.push(item),
                _ => {}
            }
            Ok(())
        })?;
        Ok(several)
    }

    /// Corrects the ids by which articles refer to merged flash items.
    fn correct_references(&self, items: &[FlashItem]) -> Result<()> {
        let mut by_path: BTreeMap<&str, Vec<&FlashItem>> = BTreeMap::new();
        for item in items {
            let paths: BTreeSet<&str> =
                item.all_occurrences().map(|seen| seen.path.as_str()).collect();
            paths.into_iter().for_each(|path| by_path.entry(path).or_default().push(item));
        }
        let mut writer = self.writer()?;
        let paths: Vec<&str> = by_path.keys().copied().collect();
        for paths in paths.chunks(READ_AT_ONCE) {
            let paths: Vec<&str> = paths.iter().map(|path| searched_path(path)).collect();
            let query = json!({ "bool": { "filter": [
                { "term": { (field::KIND): Kind::Article as u8 } },
                { "terms": { (field::PATH): paths } },
            ] } });
            self.for_each(query, |mut stored| {
                let Record::Article(article) = &mut stored.record else { return Ok(()) };
                let Some(items) = by_path.get(article.path.as_str()) else { return Ok(()) };
                if correct_all(article, items) {
                    self.rewrite(&mut writer, &stored)?;
                }
                Ok(())
            })?;
        }
        accepted(writer.finish()?)
    }

    /// Finds the near-duplicates of all shares, and notes in each its group.
    fn write_groups(&self, state: &BuildState) -> Result<()> {
        let mut articles: Vec<(String, SharedArticle)> = Vec::new();
        for (key, share) in &state.shares {
            let parts = share.parts.unwrap_or_default();
            self.build.for_each_article((key, parts), |article| {
                articles.push((walk_key(&article.path), article));
            })?;
        }
        articles.sort_by(|(a, left), (b, right)| (a, left.ordinal).cmp(&(b, right.ordinal)));
        let articles: Vec<SharedArticle> = articles.into_iter().map(|(_, it)| it).collect();
        let sketches: Vec<_> = articles.iter().map(|article| article.sketch).collect();
        let mut finder = NearDuplicateFinder::new(&sketches);
        loop {
            let candidates: Vec<[u32; 2]> =
                std::iter::from_fn(|| finder.next_candidates()).take(CANDIDATES).collect();
            if candidates.is_empty() {
                break;
            }
            let texts = self.texts(&articles, &candidates)?;
            for [a, b] in candidates {
                if texts[&a].is_near_duplicate(&texts[&b]) {
                    finder.join([a, b]);
                }
            }
        }
        let mut writer = self.writer()?;
        for members in finder.into_groups() {
            let mut documents = Vec::new();
            for members in members.chunks(READ_AT_ONCE) {
                let members = members.iter().map(|member| &articles[*member as usize]);
                documents.extend(self.read(&members.collect::<Vec<_>>())?);
            }
            let group = documents.iter().map(|stored| stored.id().to_owned()).min();
            for mut stored in documents {
                if stored.group != group {
                    stored.group.clone_from(&group);
                    self.rewrite(&mut writer, &stored)?;
                }
            }
        }
        accepted(writer.finish()?)
    }

    /// The texts of the articles of some candidates.
    fn texts(
        &self,
        articles: &[SharedArticle],
        candidates: &[[u32; 2]],
    ) -> Result<HashMap<u32, ArticleText>> {
        let numbers: BTreeSet<u32> = candidates.iter().flatten().copied().collect();
        let numbers: Vec<u32> = numbers.into_iter().collect();
        let mut texts = HashMap::default();
        for numbers in numbers.chunks(READ_AT_ONCE) {
            let wanted: Vec<_> = numbers.iter().map(|number| &articles[*number as usize]).collect();
            let documents = self.read(&wanted)?;
            let of = |(number, stored): (&u32, SharedDocument)| {
                (*number, ArticleText::of(&stored.record))
            };
            texts.extend(numbers.iter().zip(documents).map(of));
        }
        Ok(texts)
    }

    /// Reads the documents of articles, in their order.
    fn read(&self, articles: &[&SharedArticle]) -> Result<Vec<SharedDocument>> {
        let ids: Vec<&str> = articles.iter().map(|article| article.id.as_str()).collect();
        let mut found = self.build.read(&ids)?;
        let missing = || Error::Disturbed { index: self.build.documents.to_owned() };
        let mut documents = Vec::with_capacity(articles.len());
        for SharedArticle { id, path, start, .. } in articles {
            let is_it =
                |stored: &SharedDocument| first_location(&stored.record) == (path.as_str(), *start);
            let stored = found.remove(id).map(|read| read.stored).filter(is_it);
            documents.push(match stored {
                Some(stored) => stored,
                None => {
                    let id = self.build.new_id_of(path, *start)?;
                    self.build.read_one(&id)?.ok_or_else(missing)?.stored
                }
            });
        }
        Ok(documents)
    }

    /// Passes the documents that match a query to `each`.
    fn for_each(
        &self,
        query: Value,
        mut each: impl FnMut(SharedDocument) -> Result<()>,
    ) -> Result<()> {
        let body = json!({
            "query": query,
            "_source": SOURCE,
            "sort": [{ (field::TIE): "asc" }],
        });
        let options = PageOptions { timeout: Some(TIMEOUT), ..PageOptions::default() };
        let pages = self.build.client.pages(self.build.documents, body, options)?;
        for hit in pages {
            let Some(source) = hit?.source else { continue };
            each(serde_json::from_str(source.get())?)?;
        }
        Ok(())
    }

    fn writer(&self) -> Result<BulkWriter> {
        BulkWriter::new(self.build.client, self.build.documents, BulkOptions::default())
    }

    /// Writes a document in place of what it was.
    fn rewrite(&self, writer: &mut BulkWriter, stored: &SharedDocument) -> Result<()> {
        writer.push(&Operation::index(stored.id(), &stored.analyse_to_json(self.segmenter)?))
    }
}

fn correct_all(article: &mut Article, items: &[&FlashItem]) -> bool {
    let changed = items.iter().filter(|item| correct_references(article, item));
    changed.count() > 0
}
