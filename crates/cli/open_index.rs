//! Opens the index that the settings name, in a folder or on a cluster.

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use anyhow::bail;
#[cfg(feature = "cluster")]
use wensou_cluster::{ClusterAddress, ClusterIndex};
use wensou_index::Index;
use wensou_ingest::FileEntry;
use wensou_query::IndexRef;

use crate::config::GlobalSettings;
pub(crate) use crate::config::is_address;
#[cfg(feature = "cluster")]
use crate::copied_index::CopiedIndex;
use crate::out::Terminal;

/// Fails for an index on a cluster, because `verb` needs one in a folder. `hint` tells the user
/// why, or what to do instead.
///
/// # Errors
///
/// If the index is on a cluster.
pub(crate) fn require_folder(
    global: &GlobalSettings,
    verb: &str,
    hint: &str,
) -> anyhow::Result<()> {
    if is_address(&global.index) {
        bail!("`{verb}` needs an index in a folder, and not one on a cluster: {hint}");
    }
    Ok(())
}

/// An open index.
#[derive(Debug)]
pub(crate) enum OpenIndex {
    /// An index in a folder on this machine.
    Local(Box<Index>),
    /// An index on a cluster.
    #[cfg(feature = "cluster")]
    Cluster(Box<CopiedIndex>),
}

impl OpenIndex {
    /// Opens the index that the settings name.
    ///
    /// # Errors
    ///
    /// If there is no such index, or if it cannot be opened.
    pub(crate) fn open(global: &GlobalSettings) -> anyhow::Result<Self> {
        if is_address(&global.index) {
            return open_cluster(global);
        }
        Ok(Self::Local(Box::new(Index::open(&global.index)?)))
    }

    /// The index, if it is in a folder.
    pub(crate) fn local(&self) -> Option<&Index> {
        match self {
            Self::Local(index) => Some(index),
            #[cfg(feature = "cluster")]
            Self::Cluster(_) => None,
        }
    }

    /// The index that knows the files that records were read from: this one, or the one on this
    /// machine that it is a copy of, if there is one.
    fn source(&self) -> Option<&Index> {
        match self {
            Self::Local(index) => Some(index),
            #[cfg(feature = "cluster")]
            Self::Cluster(copy) => copy.source(),
        }
    }

    /// The files and folders that were indexed: their absolute paths, and the same as they were
    /// typed. None, if no index on this machine knows the files of the records.
    pub(crate) fn roots(&self) -> [&[PathBuf]; 2] {
        self.source().map_or([&[], &[]], |index| [&index.meta().roots, &index.meta().given])
    }

    /// The file in which a record occurs, as it was indexed, see [`Index::file_entry`].
    pub(crate) fn file_entry(&self, path: &str) -> Option<FileEntry> {
        self.source().and_then(|index| index.file_entry(path))
    }

    /// Whether an index on this machine knows the file that a record's path names. That of a record
    /// on a cluster may be on another machine. A file at its path here may be another one, or
    /// another version.
    pub(crate) fn knows_file(&self, path: &str) -> bool {
        self.local().is_some() || self.file_entry(path).is_some()
    }

    /// The value of `--index` that opens this index: its folder or its address.
    pub(crate) fn location(&self) -> PathBuf {
        match self {
            Self::Local(index) => index.dir().to_path_buf(),
            #[cfg(feature = "cluster")]
            Self::Cluster(copy) => copy.index.address().to_string().into(),
        }
    }

    /// Opens once more the index that the settings name, after a query has failed with `error`. An
    /// index on a cluster may be deleted at any time once another index has replaced it; queries
    /// that still read the deleted index fail with various errors.
    ///
    /// # Errors
    ///
    /// `error`, unless it came from the cluster and the address now leads to another index.
    pub(crate) fn reopen(
        &self,
        global: &GlobalSettings,
        error: anyhow::Error,
    ) -> anyhow::Result<Self> {
        #[cfg(feature = "cluster")]
        if let Self::Cluster(before) = self
            && crate::exit::cluster_error(&error).is_some()
            && let Ok(Self::Cluster(after)) = Self::open(global)
            && after.index.documents_index() != before.index.documents_index()
        {
            return Ok(Self::Cluster(after));
        }
        // Without the feature `cluster`, nothing else uses `global`.
        let _ = global;
        Err(error)
    }

    /// A reference to the index, in the type that the functions of `wensou_query` take.
    pub(crate) fn as_index_ref(&self) -> IndexRef<'_> {
        self.into()
    }
}

impl From<Index> for OpenIndex {
    fn from(index: Index) -> Self {
        Self::Local(Box::new(index))
    }
}

impl<'i> From<&'i OpenIndex> for IndexRef<'i> {
    fn from(index: &'i OpenIndex) -> Self {
        match index {
            OpenIndex::Local(index) => Self::Local(index),
            #[cfg(feature = "cluster")]
            OpenIndex::Cluster(copy) => Self::Cluster(&copy.index),
        }
    }
}

/// Opens the index that the settings name, and calls `answer` with it. If another index replaces it
/// meanwhile, which happens on a cluster, calls `answer` again with the new one.
///
/// # Errors
///
/// If the index cannot be opened; otherwise as [`ReplaceableIndex::run_step`].
pub(crate) fn answer_from_index<T>(
    global: &GlobalSettings,
    terminal: &mut Terminal,
    answer: impl Fn(&OpenIndex, &mut Terminal) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    ReplaceableIndex::new(OpenIndex::open(global)?, global).run_step(terminal, answer)
}

/// How often a step is run again because another index has replaced the open one. If an index is
/// replaced more often during one step, copies follow each other too quickly, and the step fails.
const MAX_REPLACEMENTS: usize = 3;

/// An open index that is read in one or several steps. On a cluster, another index may replace it
/// between two steps, or during one.
pub(crate) struct ReplaceableIndex<'g> {
    global: &'g GlobalSettings,
    /// Not dropped: the process ends after the search, and then the system unmaps all files faster
    /// than we could one by one.
    current: ManuallyDrop<OpenIndex>,
}

impl<'g> ReplaceableIndex<'g> {
    pub(crate) fn new(index: OpenIndex, global: &'g GlobalSettings) -> Self {
        Self { global, current: ManuallyDrop::new(index) }
    }

    /// The index that is open at the moment.
    pub(crate) fn current(&self) -> &OpenIndex {
        &self.current
    }

    /// Calls `step` with the open index. If `step` fails because another index has replaced the
    /// open one, opens the new index and calls `step` again.
    ///
    /// # Errors
    ///
    /// The error of `step`; or, if the index was replaced after `step` had printed something to
    /// standard output, an error that says so: another call would print the same twice.
    pub(crate) fn run_step<T>(
        &mut self,
        terminal: &mut Terminal,
        step: impl Fn(&OpenIndex, &mut Terminal) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let prints_before = terminal.print_count();
        for _ in 0..MAX_REPLACEMENTS {
            let error = match step(self.current(), terminal) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let reopened = self.current().reopen(self.global, error)?;
            if terminal.print_count() > prints_before {
                bail!(
                    "the index was replaced by another one while the answer was printed, so the \
                     answer is incomplete: run the command again"
                );
            }
            self.current = ManuallyDrop::new(reopened);
        }
        step(self.current(), terminal)
    }
}

#[cfg(feature = "cluster")]
fn open_cluster(global: &GlobalSettings) -> anyhow::Result<OpenIndex> {
    let address = ClusterAddress::parse(&global.index.to_string_lossy())?;
    let client = global.cluster.connect(&address)?;
    let index = ClusterIndex::open_with(client, &address)?;
    Ok(OpenIndex::Cluster(Box::new(CopiedIndex::new(index))))
}

#[cfg(not(feature = "cluster"))]
fn open_cluster(global: &GlobalSettings) -> anyhow::Result<OpenIndex> {
    bail!(
        "{} is on a cluster, which this build of wensou cannot search: install one with the \
         feature `cluster`",
        global.index.display()
    );
}
