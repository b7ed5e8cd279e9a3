//! The ids of the dump that is being read: within one dump, no id may occur twice.

use foldhash::{HashMap, HashSet};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::corpus::article_ids::{content_id_key, given_id_key};
use crate::flash::dedup::folded_content_hash;
use crate::record::{Article, Span};

/// Whether an id has occurred in the same dump before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    None,
    /// It has, with the same record.
    Identical,
    /// It has, with another record.
    Different,
}

/// The ids of one dump.
#[derive(Debug, Default)]
pub(crate) struct CurrentDump {
    /// Path below its root.
    pub(crate) relative: String,
    /// Hashes of the ids that the dump gives, with hashes of the records.
    given: HashMap<u64, u64>,
    /// Hashes of the ids that we have assigned to its articles.
    assigned: HashSet<u64>,
}

impl CurrentDump {
    pub(crate) fn new(relative: String) -> Self {
        Self { relative, ..Self::default() }
    }

    /// Notes the id of a record with this content. Articles and flash items are told apart by a
    /// letter.
    pub(crate) fn see(&mut self, letter: char, id: &str, content: u64) -> Repeat {
        let hash = xxh3_64_with_seed(id.as_bytes(), u64::from(letter));
        match self.given.insert(hash, content) {
            None => Repeat::None,
            Some(known) if known == content => Repeat::Identical,
            Some(known) => {
                self.given.insert(hash, known);
                Repeat::Different
            }
        }
    }

    /// Notes the id that we have assigned to an article.
    pub(crate) fn add(&mut self, id: &str) {
        self.assigned.insert(xxh3_64(id.as_bytes()));
    }

    /// Whether an article of the dump states this id, or was assigned it.
    pub(crate) fn has(&self, id: &str) -> bool {
        let given = xxh3_64_with_seed(id.as_bytes(), u64::from('a'));
        self.assigned.contains(&xxh3_64(id.as_bytes())) || self.given.contains_key(&given)
    }
}

/// A hash of everything in an article but where it stands.
pub(crate) fn article_hash(article: &Article) -> u64 {
    let article = Article { path: String::new(), span: Span::default(), ..article.clone() };
    // A record can always be encoded; if not, it is not identical to any other.
    let encoded = postcard::to_stdvec(&article);
    encoded.map_or_else(|_| xxh3_64(article.id.as_bytes()), |bytes| xxh3_64(&bytes))
}

/// The hash of what an article says, from which its id is made if it states none.
pub(crate) fn text_hash(article: &Article) -> u64 {
    folded_content_hash(&article.title, &article.paragraphs.join("\n"), article.date.value)
}

/// The key of the id that an article states or would get.
pub(crate) fn id_key(article: &Article) -> u64 {
    match article.id.is_empty() {
        true => content_id_key(text_hash(article)),
        false => given_id_key(&article.id),
    }
}
