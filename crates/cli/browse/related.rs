//! Lists of records that no search has found: the pages of a flash item, and the flash items of a
//! page.

use wensou_index::{Kind as RecordKind, RecordExt};
use wensou_ingest::{Article, FlashItem, Occurrence, Record};
use wensou_query::lang::{FieldClause, Kind, Node, NodeKind, Query, Span, Value};
use wensou_query::{Error, Highlighter, IndexRef, Options, RecordLookup, Snippet};

use super::item::Item;
use crate::lookup::variant_with_id;

/// Maximum number of records in a list of the pages of a flash item, or of the flash items of a
/// page.
const MAX_RELATED: usize = 500;
/// Number of articles that one search for the pages of a flash item reads.
const ARTICLES_PER_SEARCH: usize = 500;
/// Maximum length in characters of the snippet of a record that no search has found: the start of
/// its body.
const SNIPPET_CHARS: usize = 100;

impl Item {
    /// A record that no search has found, with the start of its body as the snippet.
    fn from_record(record: Record, highlighter: &Highlighter) -> Self {
        let texts = record.texts();
        let start: String = texts.body.chars().take(SNIPPET_CHARS).collect();
        let cut_end = start.len() < texts.body.len();
        let snippet = Snippet { cut_end, ..highlighter.highlight(&start) };
        Self {
            title: highlighter.highlight(&texts.title),
            snippet,
            missing: Vec::new(),
            near_duplicates: Vec::new(),
            record,
        }
    }
}

/// The records with these ids, in this order.
pub(super) fn records(
    index: IndexRef<'_>,
    ids: &[String],
    query: &Query,
) -> Result<Vec<Item>, Error> {
    let highlighter = Highlighter::new(index, query)?;
    let mut items = Vec::new();
    for id in ids.iter().take(MAX_RELATED) {
        if let RecordLookup::Found(record) = index.lookup(id)? {
            items.push(Item::from_record(variant_with_id(*record, id), &highlighter));
        }
    }
    Ok(items)
}

/// The first [`MAX_RELATED`] pages that contain any variant of a flash item.
pub(super) fn pages(
    index: IndexRef<'_>,
    flash: &FlashItem,
    query: &Query,
) -> Result<Vec<Item>, Error> {
    pages_in_batches(index, flash, query, ARTICLES_PER_SEARCH)
}

/// As [`pages`], with searches that read `batch_size` articles each.
fn pages_in_batches(
    index: IndexRef<'_>,
    flash: &FlashItem,
    query: &Query,
    batch_size: usize,
) -> Result<Vec<Item>, Error> {
    let wanted = articles_at_paths_of(flash);
    let mut options = Options::default();
    options.limit = batch_size;
    // Each page counts as an occurrence of the item, also if its article repeats that of another.
    options.all = true;
    let highlighter = Highlighter::new(index, query)?;
    let ids: Vec<&String> =
        flash.variants.iter().map(|variant| &variant.id).chain([&flash.id]).collect();
    let contains_item = |article: &Article| article.flashes.iter().any(|id| ids.contains(&id));
    let mut items = Vec::new();
    // All records of a dump have the same path, so the articles that contain the item may come
    // after any number of others.
    loop {
        let results = wensou_query::search(index, &wanted, &options)?;
        let is_last = results.hits.is_empty() || options.offset + batch_size >= results.total;
        for record in results.hits.into_iter().map(|hit| hit.record) {
            debug_assert_eq!(record.kind(), RecordKind::Article);
            if matches!(&record, Record::Article(article) if contains_item(article)) {
                items.push(Item::from_record(record, &highlighter));
            }
        }
        if is_last || items.len() >= MAX_RELATED {
            items.truncate(MAX_RELATED);
            return Ok(items);
        }
        options.offset += batch_size;
    }
}

/// A query for the articles at the paths of all occurrences of a flash item.
fn articles_at_paths_of(flash: &FlashItem) -> Query {
    let path_of = |occurrence: &Occurrence| Value {
        text: occurrence.path.clone(),
        prefix: false,
        span: Span::default(),
    };
    let node = |clause| Node { kind: NodeKind::Field(clause), span: Span::default() };
    let paths = FieldClause::Path(flash.all_occurrences().map(path_of).collect());
    let kind = FieldClause::Kind(vec![Kind::Article]);
    let root = Node { kind: NodeKind::And(vec![node(kind), node(paths)]), span: Span::default() };
    Query { root, text: String::new(), warnings: Vec::new() }
}

#[cfg(test)]
mod tests {
    use wensou_index::{BuildOptions, Index};
    use wensou_ingest::Silent;
    use wensou_query::lang::{Clock, parse_lenient};

    use super::*;

    /// A page with an article that has this title, and with the same text and flash item as others.
    fn page(title: &str) -> String {
        format!(
            "幣圈資訊 幣圈資訊\nCtrl+D 幣圈資訊\nads\n首頁 > 比特幣 > Info\n\n\
             {title}_BTC:比特幣價格\n\nAuthor:\n\nTime:2023/6/1 8:00:00\n\n來源:鏈聞\n\n\
             比特幣價格週一突破三萬美元,創下去年六月以來的新高,交易量較前一日增加四分之一。分析師認為,\
             市場對現貨基金獲批的期待推動了這一輪上漲,多家資產管理公司近日向監管機構提交了申請。\n\n\
             分析師:比特幣減半將至:金色財經報道,分析師表示,比特幣減半將在明年四月到來,礦工需要準備。[2023/5/6 9:30:00]\n\n\
             這些申請的結果將在秋天公布,屆時市場的反應還有待觀察。\n\nTags:BTC比特幣價格\n\n比特幣\n"
        )
    }

    #[test]
    fn pages_with_the_same_article_are_all_pages_of_a_flash_item() {
        let dir = tempfile::tempdir().unwrap();
        let [archive, folder] = ["archive", "index"].map(|name| dir.path().join(name));
        std::fs::create_dir(&archive).unwrap();
        for (name, title) in [("1.txt", "比特幣突破三萬美元"), ("2.txt", "比特幣再創新高")]
        {
            std::fs::write(archive.join(name), page(title)).unwrap();
        }
        wensou_index::build(&folder, &[archive], &BuildOptions::default(), &Silent).unwrap();
        let index = Index::open(&folder).unwrap();
        let clock = Clock { today: "2023-06-20".parse().unwrap() };
        let hits = |text: &str| {
            let (query, _) = parse_lenient(text, &clock);
            wensou_query::search(&index, &query, &Options::default()).unwrap().hits
        };
        assert_eq!(hits("kind:article").len(), 1, "the articles are near-duplicates");
        let flash = hits("kind:flash").remove(0).record;
        assert_eq!(flash.occurrences(), 2);
        let Record::Flash(flash) = flash else { panic!("{flash:?}") };
        let (query, _) = parse_lenient("", &clock);
        assert_eq!(pages((&index).into(), &flash, &query).unwrap().len(), 2);
        // More searches than one are needed.
        assert_eq!(pages_in_batches((&index).into(), &flash, &query, 1).unwrap().len(), 2);
    }
}
