//! The groups of near-duplicates, by which hits are collapsed into one.

#[cfg(feature = "cluster")]
use std::cell::RefCell;

#[cfg(feature = "cluster")]
use foldhash::HashMap;
use wensou_index::DuplicateGroups;

use super::doc_id::DocAddress;

/// The groups of near-duplicates of an index.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Groups<'g> {
    /// All groups of an index on this machine.
    Local(&'g DuplicateGroups),
    /// The groups of those documents that a cluster has sent.
    #[cfg(feature = "cluster")]
    Cluster(&'g ClusterGroups),
}

impl Groups<'_> {
    /// The group of a document; `None` if it has no near-duplicates.
    pub(crate) fn group_of(self, address: DocAddress) -> Option<u32> {
        match self {
            Self::Local(groups) => groups.group_of(address),
            #[cfg(feature = "cluster")]
            Self::Cluster(groups) => groups.group_of(address),
        }
    }

    /// The number of groups. The numbers of groups are less than this.
    pub(crate) fn count(self) -> usize {
        match self {
            Self::Local(groups) => groups.count(),
            #[cfg(feature = "cluster")]
            Self::Cluster(groups) => groups.count(),
        }
    }
}

/// The groups of the documents that a cluster has sent.
#[cfg(feature = "cluster")]
#[derive(Debug, Default)]
pub(crate) struct ClusterGroups {
    /// The number of each group, by the id that the group has on the cluster.
    numbers: RefCell<HashMap<String, u32>>,
    /// The id that each group has on the cluster, by the number of the group.
    ids: RefCell<Vec<String>>,
    /// The number of the group of each document, by doc id. The documents of a cluster have the doc
    /// ids 0, 1, … in the order in which they were added.
    of_documents: RefCell<Vec<Option<u32>>>,
}

#[cfg(feature = "cluster")]
impl ClusterGroups {
    /// Forgets all documents.
    pub(crate) fn clear(&self) {
        self.numbers.borrow_mut().clear();
        self.ids.borrow_mut().clear();
        self.of_documents.borrow_mut().clear();
    }

    /// Adds the next document. `group` is the id that its group has on the cluster.
    pub(crate) fn push(&self, group: Option<&str>) {
        let mut numbers = self.numbers.borrow_mut();
        let mut ids = self.ids.borrow_mut();
        let number = group.map(|group| {
            *numbers.entry(group.to_owned()).or_insert_with(|| {
                ids.push(group.to_owned());
                ids.len() as u32 - 1
            })
        });
        self.of_documents.borrow_mut().push(number);
    }

    /// The ids that the groups have on the cluster.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.ids.borrow().clone()
    }

    /// The id that the group of a document has on the cluster.
    pub(crate) fn id_of(&self, address: DocAddress) -> Option<String> {
        let group = self.group_of(address)?;
        self.ids.borrow().get(group as usize).cloned()
    }

    /// The documents of a group that the cluster has sent. `group` is the id that the group has on
    /// the cluster.
    pub(crate) fn documents_of(&self, group: &str) -> Vec<DocAddress> {
        let number = self.numbers.borrow().get(group).copied();
        let of_documents = self.of_documents.borrow();
        let numbered = of_documents.iter().zip(0..);
        let of_group =
            numbered.filter(|(of_document, _)| of_document.is_some() && **of_document == number);
        of_group.map(|(_, document)| DocAddress::new(0, document)).collect()
    }

    pub(super) fn group_of(&self, address: DocAddress) -> Option<u32> {
        self.of_documents.borrow().get(address.doc_id as usize).copied().flatten()
    }

    fn count(&self) -> usize {
        self.numbers.borrow().len()
    }
}
