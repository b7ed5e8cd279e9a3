//! Corpus statistics before [`CorpusStatistics::finish`], as a list of entries: the form in which a
//! survey file stores them. Equal statistics have the same entries in the same order.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::corpus::article_ids::ArticleIds;
use crate::corpus::line_hash::LineHash;
use crate::corpus::statistics::{CorpusStatistics, IdFromDump};
use crate::flash::contexts::SharedContext;

/// One entry of the statistics.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Entry<'a> {
    /// What pages have above a dated paragraph, which is the last one of a flash item, see
    /// [`SharedContext`]: the hash of the dated paragraph, the hashes of the paragraphs above it on
    /// which all pages agree, and whether two pages differ in the next paragraph above these.
    Context { dated: u64, agreed: Cow<'a, [u32]>, differs: bool },
    /// A folded tag, and how often it was named.
    Tag(#[serde(borrow)] Cow<'a, str>, u32),
    /// A folded keyword, and how often it was named.
    Keyword(#[serde(borrow)] Cow<'a, str>, u32),
    /// The hash of a tag together with its keyword.
    TagKeyword(u64),
    /// Some dump contains flash items.
    ItemsInDumps,
    /// The id that a dump gives to a flash item.
    IdFromDump { content: u64, id: Cow<'a, IdFromDump> },
    /// How many articles in the dumps of one file have one id: the key of the id, the number of the
    /// file, and the count.
    ArticleId { key: u64, file: u64, times: u32 },
    /// A page of the sample of its site, with the hashes of its lines. Pages with the same
    /// signature are copies of one article.
    Page { site: u64, signature: u64, lines: Cow<'a, [LineHash]> },
}

impl CorpusStatistics {
    /// Passes every entry to `emit`, in an order that depends only on the statistics.
    pub(crate) fn each_entry<E>(
        &self,
        emit: &mut dyn FnMut(Entry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for (dated, SharedContext { agreed, differs }) in self.contexts.sorted() {
            let agreed = Cow::Borrowed(&**agreed);
            emit(Entry::Context { dated: *dated, agreed, differs: *differs })?;
        }
        for (tag, times) in self.tags.tags_by_name() {
            emit(Entry::Tag(Cow::Borrowed(tag), times))?;
        }
        for (keyword, times) in self.tags.keywords_by_name() {
            emit(Entry::Keyword(Cow::Borrowed(keyword), times))?;
        }
        for hash in self.tags.sorted_tag_keyword_hashes() {
            emit(Entry::TagKeyword(hash))?;
        }
        if self.items_in_dumps {
            emit(Entry::ItemsInDumps)?;
        }
        let mut ids: Vec<_> = self.ids_from_dumps.iter().collect();
        ids.sort_unstable_by_key(|(content, _)| **content);
        for (content, id) in ids {
            emit(Entry::IdFromDump { content: *content, id: Cow::Borrowed(id) })?;
        }
        for ((key, file), times) in self.article_ids.iter().flat_map(ArticleIds::iter) {
            emit(Entry::ArticleId { key, file, times })?;
        }
        self.samples.pages().try_for_each(|(site, signature, lines)| {
            emit(Entry::Page { site, signature, lines: Cow::Borrowed(lines) })
        })
    }

    /// Adds an entry that [`each_entry`](Self::each_entry) has passed on.
    pub(crate) fn add_entry(&mut self, entry: Entry<'_>) {
        match entry {
            Entry::Context { dated, agreed, differs } => {
                let context = SharedContext { agreed: agreed.into(), differs };
                self.contexts.insert(dated, context);
            }
            Entry::Tag(tag, times) => self.tags.set_tag(tag.into_owned(), times),
            Entry::Keyword(keyword, times) => self.tags.set_keyword(keyword.into_owned(), times),
            Entry::TagKeyword(hash) => self.tags.add_tag_keyword_hash(hash),
            Entry::ItemsInDumps => self.items_in_dumps = true,
            Entry::IdFromDump { content, id } => {
                drop(self.ids_from_dumps.insert(content, id.into_owned()));
            }
            Entry::ArticleId { key, file, times } => {
                self.article_ids.get_or_insert_default().add((key, file), times);
            }
            Entry::Page { site, signature, lines } => {
                self.samples.add_hashed_page(site, signature, lines.into_owned().into());
            }
        }
    }

    /// The numbers of all files from which an id in these statistics comes, in order.
    pub(crate) fn files_of_ids(&self) -> BTreeSet<u64> {
        let mut files = self.article_ids.as_ref().map(ArticleIds::files).unwrap_or_default();
        files.extend(self.ids_from_dumps.values().map(|id| id.at.file));
        files
    }

    /// Renumbers the files from which ids come. `number` must keep their order.
    pub(crate) fn renumber_files(&mut self, number: &dyn Fn(u64) -> u64) {
        self.ids_from_dumps.values_mut().for_each(|id| id.at.file = number(id.at.file));
        self.article_ids.iter_mut().for_each(|ids| ids.renumber_files(number));
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::corpus::statistics::ItemPosition;
    use crate::title::Title;

    /// The statistics of invented files with these numbers. The remainders make some files agree in
    /// what they contribute, and differ in other things.
    fn statistics_of(files: &[u64]) -> CorpusStatistics {
        let mut statistics = CorpusStatistics::to_be_merged();
        for &file in files {
            let above = [format!("前文{}", file % 3), "首段".to_owned()];
            statistics.add_item("末段", above.iter().map(String::as_str));
            statistics.add_title(&Title::split("甲_DAO:Baby DAO"));
            statistics.add_title(&Title::split(&format!("乙_OP{}:OP幣", file % 5)));
            if file.is_multiple_of(2) {
                statistics.add_items_in_dump();
                let (id, at) = (format!("{}", file % 4), ItemPosition { file, item: 1 });
                let id = IdFromDump { id, at, dump: Arc::from("d") };
                statistics.add_id_from_dump(file % 6, id);
                statistics.article_ids.as_mut().unwrap().add((file % 7, file), 1);
            }
        }
        statistics
    }

    fn entries(statistics: &CorpusStatistics) -> Vec<Vec<u8>> {
        let mut entries = Vec::new();
        let Ok(()) = statistics.each_entry::<Infallible>(&mut |entry| {
            entries.push(postcard::to_stdvec(&entry).unwrap());
            Ok(())
        });
        entries
    }

    proptest! {
        #[test]
        fn entries_do_not_depend_on_the_order_of_files_and_are_read_back(
            files in prop::collection::vec(0..40_u64, 0..40).prop_shuffle(),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut sorted = files.clone();
            sorted.sort_unstable();
            let whole = entries(&statistics_of(&sorted));
            let (left, right) = files.split_at(cut.index(files.len() + 1));
            let mut merged = CorpusStatistics::default();
            merged.merge(statistics_of(right));
            merged.merge(statistics_of(left));
            prop_assert_eq!(&entries(&merged), &whole);
            let mut read = CorpusStatistics::default();
            for entry in &whole {
                read.add_entry(postcard::from_bytes(entry).unwrap());
            }
            prop_assert_eq!(&entries(&read), &whole);
        }
    }
}
