//! Corpus statistics: what the survey collects from all pages, in order to interpret each of them.
//!
//! Everything here is a count, a hash or a short string: about 80 bytes for each distinct flash
//! item and each distinct tag, and a bounded sample of each site's pages. Merging is commutative,
//! so the result does not depend on the number of threads or on their timing.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::io;

use foldhash::{HashMap, HashSet};

use crate::corpus::article_ids::ArticleIds;
use crate::corpus::contribution::{Addition, Recorder, replay};
pub(crate) use crate::corpus::id_from_dump::{IdFromDump, ItemPosition};
use crate::corpus::recurring::RecurringLines;
use crate::corpus::sample::SiteSamples;
use crate::flash::contexts::{MAX_PRECEDING, SharedContexts, paragraph_hash};
use crate::flash::item_hash::item_hash;
use crate::flash::paragraph::Piece;
use crate::id::qualified_id;
use crate::tags::Vocabulary;
use crate::title::Title;

/// The corpus statistics of an archive.
#[derive(Debug, Default)]
pub struct CorpusStatistics {
    /// For each dated paragraph (the last one of a flash item, which ends with a date), the
    /// paragraphs that all pages with it have before it.
    pub(crate) contexts: SharedContexts,
    /// Tags, keywords, and the shapes of keywords: texts around a variable word that many keywords
    /// share, such as `…幣價格`.
    pub(crate) tags: Vocabulary,
    /// The ids that dumps give to flash items, by the content hash of the item. The same item in a
    /// page gets the same id.
    pub(crate) ids_from_dumps: HashMap<u64, IdFromDump>,
    /// Whether any dump contains flash items, with or without ids.
    pub(crate) items_in_dumps: bool,
    /// Samples of the pages of each site.
    pub(super) samples: SiteSamples,
    /// The lines that recur over the pages of a site, by the key of the site. Empty until
    /// [`finish`](Self::finish).
    recurring: HashMap<u64, RecurringLines>,
    /// Records additions, if [`recording`](Self::recording) has enabled it.
    recorder: Recorder,
    /// The ids of articles in dumps; `None` unless several machines survey the archive together.
    pub(crate) article_ids: Option<ArticleIds>,
}

impl CorpusStatistics {
    /// Statistics that record every addition, so that
    /// [`take_contribution`](Self::take_contribution) can return them.
    pub(crate) fn recording() -> Self {
        Self { recorder: Recorder::enabled(), ..Self::default() }
    }

    /// Statistics of a part of the archive, which will be merged with those of other machines.
    pub(crate) fn to_be_merged() -> Self {
        Self { article_ids: Some(ArticleIds::default()), ..Self::default() }
    }

    /// Returns everything that was added since the last call, encoded.
    pub(crate) fn take_contribution(&mut self) -> Vec<u8> {
        self.recorder.take()
    }

    /// Adds a contribution that [`take_contribution`](Self::take_contribution) returned.
    ///
    /// # Errors
    ///
    /// If the bytes are invalid. What precedes the first invalid addition has then been added.
    pub(crate) fn add_contribution(&mut self, bytes: &[u8]) -> io::Result<()> {
        replay(bytes, |addition| match addition {
            Addition::Title { prefix_tag, tag, keyword } => self.add_title(&Title {
                title: "",
                prefix_tag: prefix_tag.as_deref(),
                tag: tag.as_deref(),
                keyword: keyword.as_deref(),
            }),
            Addition::Tags(tags) => self.add_separate_tags(&tags),
            Addition::Item { dated, above, num_above } => {
                self.add_context(dated, num_above as usize, above.into_iter());
            }
            Addition::Page { site, signature, lines } => {
                self.samples.add_hashed_page(site, signature, lines.into_owned().into());
            }
            Addition::ItemsInDump => self.add_items_in_dump(),
            Addition::IdFromDump { content, id } => self.add_id_from_dump(content, id.into_owned()),
        })
    }

    /// Counts the tags and the keyword around a title.
    pub(crate) fn add_title(&mut self, title: &Title<'_>) {
        let Title { prefix_tag, tag, keyword, .. } = *title;
        if prefix_tag.or(tag).is_none() {
            return;
        }
        self.tags.add_title(title);
        self.recorder.record(|| Addition::Title {
            prefix_tag: prefix_tag.map(Cow::Borrowed),
            tag: tag.map(Cow::Borrowed),
            keyword: keyword.map(Cow::Borrowed),
        });
    }

    /// Counts the tags of a page or record that gives them one by one, not concatenated.
    pub(crate) fn add_separate_tags(&mut self, given: &[String]) {
        self.tags.add_separate_tags(given);
        self.recorder.record(|| Addition::Tags(Cow::Borrowed(given)));
    }

    /// Notes that a dump has flash items.
    pub(crate) fn add_items_in_dump(&mut self) {
        self.items_in_dumps = true;
        self.recorder.record(|| Addition::ItemsInDump);
    }

    /// Notes a dated paragraph of a page, and the paragraphs `above` it, nearest first.
    pub(crate) fn add_item<'a>(&mut self, dated: &str, above: impl Iterator<Item = &'a str>) {
        let above: Vec<&str> = above.take(MAX_PRECEDING).collect();
        let num_above = above.len();
        self.add_context(item_hash(dated), num_above, above.into_iter().map(paragraph_hash));
    }

    /// Notes the paragraphs above a dated one: `above` yields their hashes, nearest first, and
    /// `num_above` is their number. A hash that is not compared is not computed.
    fn add_context(&mut self, dated: u64, num_above: usize, above: impl Iterator<Item = u32>) {
        let mut computed: Vec<u32> = Vec::with_capacity(num_above);
        let above = above.inspect(|hash| computed.push(*hash));
        self.contexts.add(dated, num_above, above);
        let num_above = num_above as u64;
        self.recorder.record(|| Addition::Item { dated, above: computed, num_above });
    }

    /// Notes the body of a page. `site` is the [key](crate::corpus::site::site_key) of its site.
    /// Dated paragraphs are left out, because flash items recur in many pages without being
    /// boilerplate.
    pub(crate) fn add_page(&mut self, site: u64, body: &[Piece<'_>]) {
        let lines = body.iter().filter(|piece| piece.dated.is_none());
        let lines = lines.map(|piece| piece.paragraph.text);
        if let Some((signature, lines)) = self.samples.add(site, lines) {
            let lines = Cow::Borrowed(lines);
            self.recorder.record(|| Addition::Page { site, signature, lines });
        }
    }

    /// The lines that recur over the pages of a site, if there are any.
    pub(crate) fn recurring_lines(&self, site: u64) -> Option<&RecurringLines> {
        self.recurring.get(&site)
    }

    /// Notes the id that a dump gives to the item with this content hash.
    pub(crate) fn add_id_from_dump(&mut self, content: u64, id: IdFromDump) {
        self.recorder.record(|| Addition::IdFromDump { content, id: Cow::Borrowed(&id) });
        // If the item already has an id, keep the smaller one, so that the order of additions does
        // not matter.
        match self.ids_from_dumps.entry(content) {
            Entry::Vacant(vacant) => drop(vacant.insert(id)),
            Entry::Occupied(mut known) => {
                let known_id = known.get();
                if (&id.id, id.at) < (&known_id.id, known_id.at) {
                    known.insert(id);
                }
            }
        }
    }

    /// Takes the ids of articles in dumps out of the statistics.
    pub(crate) fn take_article_ids(&mut self) -> ArticleIds {
        self.article_ids.take().unwrap_or_default()
    }

    /// Makes the ids that dumps give to flash items unique. If several items have the same id, the
    /// first item keeps it, and the first item of each other dump gets `id@dump`. The entry of a
    /// further item of the same dump is removed, because its record will be refused.
    fn resolve_ids_from_dumps(&mut self) {
        let mut by_id: HashMap<&str, Vec<(&IdFromDump, u64)>> = HashMap::default();
        for (content, id) in &self.ids_from_dumps {
            by_id.entry(&id.id).or_default().push((id, *content));
        }
        let mut repeated: Vec<_> = by_id.values().filter(|items| items.len() > 1).collect();
        repeated.sort_by_key(|items| items.iter().map(|(id, _)| id.at).min());
        let mut taken: HashSet<String> = HashSet::default();
        let mut resolved: Vec<(u64, Option<String>)> = Vec::new();
        for items in repeated {
            let mut items = items.clone();
            items.sort_by_key(|(id, content)| (id.at, *content));
            let mut dumps: Vec<&str> = Vec::new();
            for (id, content) in items {
                let is_first = dumps.is_empty();
                if dumps.contains(&&*id.dump) {
                    resolved.push((content, None));
                    continue;
                }
                dumps.push(&id.dump);
                if !is_first {
                    let is_free = |id: &str| !by_id.contains_key(id) && !taken.contains(id);
                    let id = qualified_id(&id.id, &id.dump, is_free);
                    taken.insert(id.clone());
                    resolved.push((content, Some(id)));
                }
            }
        }
        for (content, id) in resolved {
            match (id, self.ids_from_dumps.get_mut(&content)) {
                (Some(id), Some(known)) => known.id = id,
                _ => drop(self.ids_from_dumps.remove(&content)),
            }
        }
    }

    /// Adds the statistics of another thread or machine.
    pub(crate) fn merge(&mut self, other: Self) {
        self.contexts.merge(other.contexts);
        self.tags.merge(other.tags);
        self.items_in_dumps |= other.items_in_dumps;
        self.samples.merge(other.samples);
        for (content, id) in other.ids_from_dumps {
            self.add_id_from_dump(content, id);
        }
        if let Some(ids) = other.article_ids {
            self.article_ids.get_or_insert_default().merge(ids);
        }
    }

    /// Makes the ids of dumps unique, drops contexts in which no pages differ, learns the shapes of
    /// keywords, and counts recurring lines. Call it once, after the survey.
    pub(crate) fn finish(&mut self) {
        self.resolve_ids_from_dumps();
        self.contexts.finish();
        self.tags.learn();
        self.recurring = std::mem::take(&mut self.samples).recurring_lines();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_begins_below_the_paragraph_in_which_pages_differ() {
        let mut statistics = CorpusStatistics::default();
        statistics.add_item("末段", ["首段", "甲頁的前文"].into_iter());
        assert_eq!(
            statistics.contexts.max_extent(item_hash("末段"), ["首段"].into_iter()),
            None,
            "one page proves nothing"
        );
        let mut other = CorpusStatistics::default();
        other.add_item("末段", ["首段", "乙頁的前文"].into_iter());
        statistics.merge(other);
        statistics.finish();
        // The item has at most one paragraph above its dated one; it has none on a page where
        // another paragraph stands there.
        assert_eq!(
            statistics.contexts.max_extent(item_hash("末段"), ["首段", "丙頁的前文"].into_iter()),
            Some(1)
        );
        assert_eq!(
            statistics.contexts.max_extent(item_hash("末段"), ["別的"].into_iter()),
            Some(0)
        );
    }

    #[test]
    fn contributions_can_be_added_to_other_statistics() {
        let mut statistics = CorpusStatistics::recording();
        statistics.add_title(&Title::split("題目_DAO:Baby DAO"));
        statistics.add_item("末段", ["首段", "甲頁的前文"].into_iter());
        let first = statistics.take_contribution();
        statistics.add_item("末段", ["首段", "乙頁的前文", "又一段"].into_iter());
        statistics.add_items_in_dump();
        let second = statistics.take_contribution();
        assert!(statistics.take_contribution().is_empty());
        // The order of contributions does not matter.
        for contributions in [[&first, &second], [&second, &first]] {
            let mut again = CorpusStatistics::default();
            for contribution in contributions {
                again.add_contribution(contribution).unwrap();
            }
            again.finish();
            assert_eq!(
                again.contexts.max_extent(item_hash("末段"), ["首段", "丙頁的前文"].into_iter()),
                Some(1)
            );
            assert!(again.items_in_dumps);
        }
        assert!(CorpusStatistics::default().add_contribution(&[255, 255]).is_err());
    }

    #[test]
    fn copies_of_one_article_do_not_show_where_an_item_begins() {
        let mut statistics = CorpusStatistics::default();
        for _ in 0..2 {
            statistics.add_item("末段", ["首段", "前文"].into_iter());
        }
        statistics.finish();
        assert_eq!(
            statistics.contexts.max_extent(item_hash("末段"), ["首段", "前文"].into_iter()),
            None
        );
    }
}
