//! The stored records of an earlier index, grouped by the page, dump or member that they came from.

use std::path::Path;
use std::rc::Rc;

use foldhash::HashMap;

use crate::flash::dedup::ItemHashes;
use crate::input::{FileFormat, MEMBER_SEPARATOR};
use crate::record::{Article, FlashItem, Occurrence, Record, Span};

/// The stored records of one page, dump or member.
pub(crate) struct StoredPath {
    pub(crate) path: String,
    /// Whether the path is that of a dump, as its name or the records show.
    pub(crate) is_dump: bool,
    pub(crate) articles: Vec<Article>,
    /// Occurrences of flash items, in file order.
    pub(crate) occurrences: Vec<StoredOccurrence>,
}

/// One occurrence of a flash item.
pub(crate) struct StoredOccurrence {
    pub(crate) item: Rc<StoredItem>,
    pub(crate) span: Span,
}

/// A flash item, or one of its variants, without occurrences. `flash.id` is the id in the earlier
/// index.
pub(crate) struct StoredItem {
    pub(crate) hashes: ItemHashes,
    pub(crate) flash: FlashItem,
}

/// Groups the stored records under `below` by path: first the paths of articles, in the order of
/// the articles, then paths with flash items only, in the order of the items.
pub(crate) fn group_by_path(records: Vec<Record>, below: &Path) -> Vec<StoredPath> {
    let mut groups =
        PathGroups { below: below.to_string_lossy().into_owned(), ..PathGroups::default() };
    let mut items = Vec::new();
    for record in records {
        match record {
            Record::Article(article) => {
                if let Some(stored_path) = groups.group_of(&article.path) {
                    stored_path.articles.push(article);
                }
            }
            Record::Flash(flash) => items.push(flash),
        }
    }
    for mut flash in items {
        let (occurrences, variants) =
            (std::mem::take(&mut flash.occurrences), std::mem::take(&mut flash.variants));
        for variant in variants {
            let item = FlashItem {
                id: variant.id,
                column: variant.column,
                title: variant.title,
                text: variant.text,
                outlet: variant.outlet,
                date: flash.date,
                ..FlashItem::default()
            };
            groups.add_occurrences(item, &variant.occurrences);
        }
        groups.add_occurrences(flash, &occurrences);
    }
    let mut stored_paths = groups.stored_paths;
    for stored_path in &mut stored_paths {
        // The content decides what a file is, so the name of a dump may not show that it is one.
        // A page has one article, which begins at byte 0 and has a generated id.
        stored_path.is_dump |= stored_path.articles.len() > 1
            || stored_path.articles.iter().any(|it| it.span.start > 0 || !is_generated_id(&it.id));
        // Items can have the same span, if it is the whole file, as in a message. They keep the
        // order that the article gives.
        let order: Vec<&String> =
            stored_path.articles.iter().flat_map(|article| &article.flashes).collect();
        let position_in_article = |id: &String| order.iter().position(|other| *other == id);
        stored_path.occurrences.sort_by(|a, b| {
            let start_and_end = |span: Span| (span.start, span.end);
            let by_span = start_and_end(a.span).cmp(&start_and_end(b.span));
            by_span.then_with(|| {
                let [a, b] = [a, b].map(|it| position_in_article(&it.item.flash.id));
                a.cmp(&b)
            })
        });
    }
    stored_paths
}

/// Groups of records by path, in the order in which the paths first occur.
#[derive(Default)]
struct PathGroups {
    /// Only records of files at this path or below it are grouped.
    below: String,
    stored_paths: Vec<StoredPath>,
    /// The index of each path in `stored_paths`.
    known: HashMap<String, usize>,
}

impl PathGroups {
    /// The group of a path; `None` if the path is not under `below`.
    fn group_of(&mut self, path: &str) -> Option<&mut StoredPath> {
        let at = match self.known.get(path) {
            Some(at) => *at,
            None => {
                if !lies_below(path, &self.below) {
                    return None;
                }
                self.stored_paths.push(StoredPath {
                    path: path.to_owned(),
                    is_dump: is_dump(path),
                    articles: Vec::new(),
                    occurrences: Vec::new(),
                });
                self.known.insert(path.to_owned(), self.stored_paths.len() - 1);
                self.stored_paths.len() - 1
            }
        };
        self.stored_paths.get_mut(at)
    }

    /// Adds the occurrences of a flash item or of one of its variants.
    fn add_occurrences(&mut self, flash: FlashItem, occurrences: &[Occurrence]) {
        let hashes = ItemHashes::of(&flash.title, &flash.text, flash.date.value);
        let item = Rc::new(StoredItem { hashes, flash });
        for occurrence in occurrences {
            if let Some(stored_path) = self.group_of(&occurrence.path) {
                stored_path
                    .occurrences
                    .push(StoredOccurrence { item: Rc::clone(&item), span: occurrence.span });
            }
        }
    }
}

impl StoredItem {
    /// The item as the file gave it: a page, unlike a dump, gives no tags, category or address.
    pub(crate) fn as_in_file(&self, is_dump: bool) -> FlashItem {
        let mut flash = self.flash.clone();
        if !is_dump {
            flash.tags.clear();
            (flash.category, flash.url) = (None, None);
        }
        flash
    }
}

/// Whether `path` is `root`, lies below it, or is a member of it.
pub(super) fn lies_below(path: &str, root: &str) -> bool {
    let is_member =
        || path.strip_prefix(root).is_some_and(|member| member.starts_with(MEMBER_SEPARATOR));
    Path::new(path).starts_with(root) || is_member()
}

/// Whether a path is that of a dump, by its name.
pub(crate) fn is_dump(path: &str) -> bool {
    FileFormat::of(path).is_some_and(|format| format.kind.is_dump())
}

/// Whether the id of an article looks like a generated one; a dump may give such an id, too.
pub(crate) fn is_generated_id(id: &str) -> bool {
    let digits = id.strip_prefix('a').unwrap_or_default();
    matches!(digits.len(), 12 | 16) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
