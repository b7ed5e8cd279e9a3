//! The dump that is being read, with the ids in it: within one dump, no two articles and no two
//! flash items may have the same id.

use foldhash::{HashMap, HashSet};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::corpus::article_ids::{content_id_key, given_id_key};
use crate::flash::dedup::folded_content_hash;
use crate::pipeline::read_event::DumpPaths;
use crate::record::{Article, Span};

/// Whether a record with the same id came before in the same dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// No record with this id came before.
    None,
    /// The same record came before.
    Identical,
    /// Another record with this id came before.
    Different,
}

/// One dump: its paths, and the ids in it.
#[derive(Debug, Default)]
pub(crate) struct CurrentDump {
    pub(crate) paths: DumpPaths,
    /// Whether [`ReadEvent::DumpEnds`](crate::pipeline::read_event::ReadEvent::DumpEnds) has come:
    /// the dump was read to its end or abandoned, and reading did not fail.
    pub(crate) has_ended: bool,
    /// Hashes of the ids that the dump gives, each with the hash of the first record that has it.
    given_ids: HashMap<u64, u64>,
    /// Hashes of the final ids of the dump's articles, whether the dump gives them or they were
    /// generated.
    assigned_ids: HashSet<u64>,
    /// For the hash of each text, the number of articles that have the text and no given id, less
    /// those that [`take_text`](Self::take_text) has taken.
    text_counts: HashMap<u64, u64>,
}

impl CurrentDump {
    pub(crate) fn new(paths: DumpPaths) -> Self {
        Self { paths, ..Self::default() }
    }

    /// Notes an id that the dump gives to a record; `content` is a hash of the record. Returns
    /// whether a record with this id came before. `letter` is `a` for articles and `f` for flash
    /// items: an article and a flash item may have the same id.
    pub(crate) fn note_given_id(&mut self, letter: char, id: &str, content: u64) -> Repeat {
        let hash = xxh3_64_with_seed(id.as_bytes(), u64::from(letter));
        match self.given_ids.insert(hash, content) {
            None => Repeat::None,
            Some(known) if known == content => Repeat::Identical,
            Some(known) => {
                self.given_ids.insert(hash, known);
                Repeat::Different
            }
        }
    }

    /// Notes the final id of an article.
    pub(crate) fn note_assigned_id(&mut self, id: &str) {
        self.assigned_ids.insert(xxh3_64(id.as_bytes()));
    }

    /// Notes an article to which the dump gives no id, by the hash of its text.
    pub(crate) fn note_text(&mut self, text_hash: u64) {
        *self.text_counts.entry(text_hash).or_default() += 1;
    }

    /// Takes one of the articles with this text hash that were noted. Returns whether one was left:
    /// then the stored article with this text was read again and need not be carried over.
    pub(crate) fn take_text(&mut self, text_hash: u64) -> bool {
        match self.text_counts.get_mut(&text_hash) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// Whether an article of the dump was read.
    pub(crate) fn has_articles(&self) -> bool {
        !self.assigned_ids.is_empty()
    }

    /// Whether the dump gives this id to an article, or an article of the dump was assigned it.
    pub(crate) fn has_article_id(&self, id: &str) -> bool {
        self.assigned_ids.contains(&xxh3_64(id.as_bytes())) || self.gives_article_id(id)
    }

    /// Whether the dump gives this id to an article.
    pub(crate) fn gives_article_id(&self, id: &str) -> bool {
        self.given_ids.contains_key(&xxh3_64_with_seed(id.as_bytes(), u64::from('a')))
    }
}

/// A hash of everything in an article except its path and span.
pub(crate) fn article_hash(article: &Article) -> u64 {
    let article = Article { path: String::new(), span: Span::default(), ..article.clone() };
    // A record can always be encoded. If it could not, articles with the same id would count as
    // identical.
    let encoded = postcard::to_stdvec(&article);
    encoded.map_or_else(|_| xxh3_64(article.id.as_bytes()), |bytes| xxh3_64(&bytes))
}

/// A hash of title, text and date of an article, from which its id is made if it states none.
pub(crate) fn text_hash(article: &Article) -> u64 {
    folded_content_hash(&article.title, &article.paragraphs.join("\n"), article.date.value)
}

/// The key of the id that an article states or, if it states none, will get from its content.
pub(crate) fn id_key(article: &Article) -> u64 {
    match article.id.is_empty() {
        true => content_id_key(text_hash(article)),
        false => given_id_key(&article.id),
    }
}
