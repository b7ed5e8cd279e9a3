//! Records that an earlier index has of files which cannot be read now: they are taken over, for a file that cannot
//! be read has not been deleted.

use std::io;
use std::path::Path;
use std::rc::Rc;

use foldhash::HashMap;

use crate::evidence::Evidence;
use crate::flashes::{Keys, content};
use crate::id::short;
use crate::ids::Ids;
use crate::inputs::{Form, INSIDE, Kind};
use crate::record::{Article, FlashItem, Record, Sighting, Span};
use crate::title::Title;

/// Records of an earlier index, for files that cannot be read now.
pub trait StoredRecords {
    /// Every record that stands in the file or folder `path` (a path as this run spells it: a root as given, joined with
    /// what is below it), or in a member of that file (`path!/member`): articles in their order, then flash items
    /// whole, with all their occurrences. Paths inside the records are spelled as this run spells them.
    ///
    /// Asked for each file that cannot be read, and twice if neither pass can read it.
    ///
    /// # Errors
    ///
    /// Where the records cannot be read: [`ingest_looked`](crate::ingest_looked()) ends then, because they would be lost.
    fn under(&mut self, path: &Path) -> io::Result<Vec<Record>>;
}

/// What is stored of one page, dump or member of an archive.
pub(crate) struct KeptPath {
    pub(crate) path: String,
    /// Whether it is a dump.
    pub(crate) is_dump: bool,
    pub(crate) articles: Vec<Article>,
    /// What stands in it of flash items, in its order.
    pub(crate) occurrences: Vec<KeptOccurrence>,
}

/// A flash item in one place.
pub(crate) struct KeptOccurrence {
    pub(crate) item: Rc<KeptItem>,
    pub(crate) span: Span,
}

/// A flash item in one variant, without its occurrences. Its id is the one that it had.
pub(crate) struct KeptItem {
    pub(crate) keys: Keys,
    pub(crate) flash: FlashItem,
}

/// Sorts what is stored under `below` by the paths that it stands in: those of articles in the order of the articles,
/// then those that have only flash items, by the first of them.
pub(crate) fn by_path(records: Vec<Record>, below: &Path) -> Vec<KeptPath> {
    let mut paths = Paths { below: below.to_string_lossy().into_owned(), ..Paths::default() };
    let mut items = Vec::new();
    for record in records {
        match record {
            Record::Article(article) => {
                if let Some(kept) = paths.get(&article.path) {
                    kept.articles.push(article);
                }
            }
            Record::Flash(flash) => items.push(flash),
        }
    }
    for mut flash in items {
        let (seen_in, writings) =
            (std::mem::take(&mut flash.seen_in), std::mem::take(&mut flash.writings));
        for writing in writings {
            let item = FlashItem {
                id: writing.id,
                column: writing.column,
                title: writing.title,
                text: writing.text,
                outlet: writing.outlet,
                date: flash.date,
                ..FlashItem::default()
            };
            paths.add(item, &writing.seen_in);
        }
        paths.add(flash, &seen_in);
    }
    let mut paths = paths.kept;
    for kept in &mut paths {
        // Items of one span stand in the order that the article gives.
        let order: Vec<&String> =
            kept.articles.iter().flat_map(|article| &article.flashes).collect();
        let place = |id: &String| order.iter().position(|other| *other == id);
        kept.occurrences.sort_by(|a, b| {
            let ends = |span: Span| (span.start, span.end);
            let by_span = ends(a.span).cmp(&ends(b.span));
            by_span.then_with(|| place(&a.item.flash.id).cmp(&place(&b.item.flash.id)))
        });
    }
    paths
}

/// Paths in the order in which they are met.
#[derive(Default)]
struct Paths {
    below: String,
    kept: Vec<KeptPath>,
    known: HashMap<String, usize>,
}

impl Paths {
    /// What is kept of a path, unless it is none below.
    fn get(&mut self, path: &str) -> Option<&mut KeptPath> {
        let at = match self.known.get(path) {
            Some(at) => *at,
            None => {
                if !stands_in(path, &self.below) {
                    return None;
                }
                self.kept.push(KeptPath {
                    path: path.to_owned(),
                    is_dump: is_dump(path),
                    articles: Vec::new(),
                    occurrences: Vec::new(),
                });
                self.known.insert(path.to_owned(), self.kept.len() - 1);
                self.kept.len() - 1
            }
        };
        self.kept.get_mut(at)
    }

    /// Adds the occurrences of an item in one variant.
    fn add(&mut self, flash: FlashItem, seen_in: &[Sighting]) {
        let keys = Keys::of(&flash.title, &flash.text, flash.date.value);
        let item = Rc::new(KeptItem { keys, flash });
        for seen in seen_in {
            if let Some(kept) = self.get(&seen.path) {
                kept.occurrences.push(KeptOccurrence { item: Rc::clone(&item), span: seen.span });
            }
        }
    }
}

impl KeptItem {
    /// The item as it would have been read: what only a dump's record says is a dump's alone.
    pub(crate) fn read_from(&self, is_dump: bool) -> FlashItem {
        let mut flash = self.flash.clone();
        if !is_dump {
            flash.tags.clear();
            (flash.category, flash.url) = (None, None);
        }
        flash
    }
}

/// Whether a path is `below` itself, below it, or a member of it.
fn stands_in(path: &str, below: &str) -> bool {
    let member = || path.strip_prefix(below).is_some_and(|rest| rest.starts_with(INSIDE));
    Path::new(path).starts_with(below) || member()
}

/// Whether a path is that of a dump, by its name.
pub(crate) fn is_dump(path: &str) -> bool {
    Form::of(path).is_some_and(|form| form.kind == Kind::Dump)
}

/// Adds what stored records say about the archive, as far as it can be told from them: which tags and keywords there are,
/// and how dumps call flash items. So the other files are understood as if these had been read.
pub(crate) fn survey(paths: &[KeptPath], evidence: &mut Evidence) {
    for kept in paths {
        for article in &kept.articles {
            match kept.is_dump {
                true => evidence.tags.see_given(&article.tags),
                false => evidence.tags.see_title(&tail(&article.suffix_tags)),
            }
        }
        if !kept.is_dump {
            continue;
        }
        for occurrence in &kept.occurrences {
            let flash = &occurrence.item.flash;
            evidence.items_in_dumps = true;
            let key = content(&flash.title, &flash.text, flash.date.value);
            if flash.id != short('f', key) {
                evidence.name_item(key, flash.id.clone());
            }
        }
    }
}

/// The tail of a title that names these tags.
fn tail(tags: &[String]) -> Title<'_> {
    let tag = |at: usize| tags.get(at).map(String::as_str);
    Title { title: "", head: None, tag: tag(0), keyword: tag(1) }
}

/// Reserves the ids of pages that will be taken over after all files.
pub(crate) fn reserve(paths: &[KeptPath], ids: &mut Ids) {
    for kept in paths.iter().filter(|kept| !kept.is_dump) {
        for article in &kept.articles {
            ids.reserve(&article.id, &kept.path);
        }
    }
}
