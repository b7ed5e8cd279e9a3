//! A reference to an index: in a folder of this machine, or on a cluster.

#[cfg(feature = "cluster")]
use wensou_cluster::ClusterIndex;
use wensou_index::Index;
use wensou_ingest::Record;

use crate::engine::{Engine, IdLookup};
use crate::error::Error;
use crate::exec::Executor;
#[cfg(feature = "cluster")]
use crate::remote::ClusterEngine;

/// An index that queries run on: one on this machine, or one on a cluster.
///
/// Both give the same answers. Functions that take an index accept a reference to either.
///
/// ```
/// use wensou_query::{Facet, IndexRef, facet, plain};
///
/// fn tags<'i>(index: impl Into<IndexRef<'i>>) -> Result<usize, wensou_query::Error> {
///     // The empty query matches every document.
///     let (query, value_prefix) = (plain(""), None);
///     Ok(facet(index, &query, Facet::Tag, value_prefix)?.len())
/// }
/// # fn use_it(index: &wensou_index::Index) { let _ = tags(index); }
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum IndexRef<'i> {
    /// An index in a folder of this machine.
    Local(&'i Index),
    /// An index on a cluster.
    #[cfg(feature = "cluster")]
    Cluster(&'i ClusterIndex),
}

impl<'i> From<&'i Index> for IndexRef<'i> {
    fn from(index: &'i Index) -> Self {
        Self::Local(index)
    }
}

#[cfg(feature = "cluster")]
impl<'i> From<&'i ClusterIndex> for IndexRef<'i> {
    fn from(index: &'i ClusterIndex) -> Self {
        Self::Cluster(index)
    }
}

/// The outcome of looking up a record by its id, or by the beginning of it.
#[derive(Debug)]
pub enum RecordLookup {
    /// The record with this id, or the only one whose id starts with what was looked up.
    Found(Box<Record>),
    /// No id starts with what was looked up.
    Missing,
    /// Several ids start with what was looked up: the first ten of them.
    Ambiguous(Vec<String>),
}

impl<'i> IndexRef<'i> {
    /// Finds a record by its id, or else by the beginning of it.
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub fn lookup(self, id: &str) -> Result<RecordLookup, Error> {
        let engine = self.engine();
        Ok(match engine.lookup(id)? {
            IdLookup::One(address) => RecordLookup::Found(Box::new(engine.record(address)?)),
            IdLookup::Missing => RecordLookup::Missing,
            IdLookup::Ambiguous(ids) => RecordLookup::Ambiguous(ids),
        })
    }

    /// The first `limit` ids that start with `prefix`, in the order of bytes.
    ///
    /// # Errors
    ///
    /// If the index fails.
    pub fn ids(self, prefix: &str, limit: usize) -> Result<Vec<String>, Error> {
        self.engine().ids(prefix, limit)
    }

    /// The number of documents.
    #[must_use]
    pub fn documents(self) -> u64 {
        self.engine().statistics().documents()
    }

    /// Calls `each` with every record, until `each` fails. Records come in the order of the walk,
    /// in which the build found the files of the archive.
    ///
    /// # Errors
    ///
    /// The error of `each`, or that of the index.
    pub fn for_each_record<E: From<Error>>(
        self,
        mut each: impl FnMut(Record) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut failure = None;
        self.engine().for_each_record(&mut |record| match each(record) {
            Ok(()) => true,
            Err(error) => {
                failure = Some(error);
                false
            }
        })?;
        failure.map_or(Ok(()), Err)
    }

    /// The engine that answers for the index.
    pub(crate) fn engine(self) -> Box<dyn Engine + 'i> {
        match self {
            Self::Local(index) => Box::new(Executor::new(index)),
            #[cfg(feature = "cluster")]
            Self::Cluster(index) => Box::new(ClusterEngine::new(index)),
        }
    }
}
