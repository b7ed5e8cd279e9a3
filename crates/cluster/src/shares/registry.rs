//! The registry of shares: which shares machines send, and which of them they have sent. It is one
//! document in the index of parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wensou_index::{Share, SurveyTotals};
use wensou_ingest::contains_path;
use xxhash_rust::xxh3::xxh3_64;

use super::shared_indexes::SharedIndexes;
use crate::error::{Error, Result};
use crate::request::{Request, encode_segment};
use crate::share_error::ShareError;
use crate::unindexed_document::UnindexedDocument;

/// The id of the document with the registry, in the index of parts.
const REGISTRY_ID: &str = "build";

/// What is known of all shares. A machine that changes the registry reads the document and writes
/// it again. The cluster refuses the write if another machine has written the document in between.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ShareRegistry {
    /// The UUID of the index of documents when the registry was begun. If the index has another
    /// UUID now, it was deleted and created again, so nothing that was sent is left.
    uuid: String,
    /// The number and the checksum of the files of the whole archive, as the survey found them.
    survey: SurveyTotals,
    /// The registered shares by their keys, see [`key_of`].
    pub(super) shares: BTreeMap<String, RegisteredShare>,
}

/// A share that a machine sends or has sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RegisteredShare {
    /// See [`Share::paths`].
    paths: Vec<String>,
    /// The number of files of the share.
    files: u64,
    /// The checksum of the files of the share, see [`Share::checksum`].
    sum: String,
    /// What its machine has written into the index of parts; `None` until the share was sent.
    pub(super) parts: Option<PartCounts>,
}

/// How many documents a machine has written into the index of parts: those that hold statistics,
/// and those that hold articles with their sketches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartCounts {
    /// The number of documents that hold statistics.
    pub(super) statistics: usize,
    /// The number of documents that hold articles, not the number of articles.
    pub(super) articles: usize,
}

/// The key of the share with these paths.
pub(super) fn key_of(paths: &[String]) -> String {
    format!("{:016x}", xxh3_64(paths.join("\0").as_bytes()))
}

impl RegisteredShare {
    pub(super) fn of(share: &Share) -> Self {
        let Share { paths, files, checksum, .. } = share.clone();
        Self { paths, files, sum: checksum, parts: None }
    }

    /// A path of this share that contains a path of the other share, or is contained in one.
    fn overlapping_path(&self, other: &Self) -> Option<String> {
        // Without paths, a share is the whole archive.
        let paths_of = |share: &Self| match share.paths.as_slice() {
            [] => vec![String::new()],
            paths => paths.to_vec(),
        };
        let other_paths = paths_of(other);
        let overlaps =
            |path: &str, other: &str| contains_path(other, path) || contains_path(path, other);
        let mut paths = paths_of(self).into_iter();
        paths.find(|path| other_paths.iter().any(|other| overlaps(path, other)))
    }
}

impl ShareRegistry {
    pub(super) fn is_sent(&self, key: &str) -> bool {
        self.shares.get(key).is_some_and(|share| share.parts.is_some())
    }

    fn sent_shares(&self) -> impl Iterator<Item = &RegisteredShare> {
        self.shares.values().filter(|share| share.parts.is_some())
    }

    /// The number of files of the shares that were sent.
    pub(super) fn files_sent(&self) -> u64 {
        self.sent_shares().map(|share| share.files).sum()
    }

    /// Whether the shares that were sent have all files that were surveyed.
    ///
    /// # Errors
    ///
    /// [`ShareError::Differ`] if the shares that were sent have at least as many files as were
    /// surveyed, but not the same files.
    pub(super) fn is_complete(&self) -> Result<bool> {
        let files = self.files_sent();
        if files < self.survey.files {
            return Ok(false);
        }
        let parse = |sum: &str| u128::from_str_radix(sum, 16).unwrap_or_default();
        let sums = self.sent_shares().map(|share| parse(&share.sum));
        let sum = sums.fold(0, u128::wrapping_add);
        match files == self.survey.files && sum == parse(&self.survey.checksum) {
            true => Ok(true),
            false => Err(ShareError::Differ { files, surveyed: self.survey.files }.into()),
        }
    }

    /// Adds a share, unless it is registered already. `index` is the name of the index of
    /// documents, for errors.
    fn register(
        &mut self,
        key: &str,
        share: &RegisteredShare,
        index: &str,
    ) -> Result<(), ShareError> {
        let index = || index.to_owned();
        for (other_key, other) in &self.shares {
            if other_key != key
                && let Some(path) = share.overlapping_path(other)
            {
                let path = if path.is_empty() { "the whole archive".to_owned() } else { path };
                return Err(ShareError::Overlap { path, index: index() });
            }
        }
        let registered = self.shares.entry(key.to_owned()).or_insert_with(|| share.clone());
        // If files have changed since the share was registered, documents of the old files may have
        // been sent, and would stay in the index.
        match (registered.files, &registered.sum) == (share.files, &share.sum) {
            true => Ok(()),
            false => Err(ShareError::Changed { index: index() }),
        }
    }
}

impl SharedIndexes<'_> {
    /// Registers a share, and returns the registry.
    ///
    /// # Errors
    ///
    /// [`ShareError::Overlap`] if another share has some of its files; [`ShareError::Changed`] if
    /// this share was registered with other files.
    pub(super) fn register(
        &self,
        key: &str,
        share: &RegisteredShare,
        survey: &SurveyTotals,
    ) -> Result<ShareRegistry> {
        let uuid = self.uuid()?;
        self.update(|registry| {
            if registry.uuid != uuid {
                let survey = survey.clone();
                *registry = ShareRegistry { uuid: uuid.clone(), survey, shares: BTreeMap::new() };
            }
            Ok(registry.register(key, share, self.documents_index)?)
        })
    }

    /// The UUID of the index of documents.
    fn uuid(&self) -> Result<String> {
        let request = Request::get(format!("/{}/_settings", encode_segment(self.documents_index)))
            .query("filter_path", "*.settings.index.uuid")
            .by_cluster_manager();
        let found: Value = self.client.send(&request)?.json()?;
        let uuid = found[self.documents_index]["settings"]["index"]["uuid"].as_str();
        // The answer has no index of this name if somebody else has put an alias in its place.
        uuid.map(str::to_owned)
            .ok_or_else(|| Error::Disturbed { index: self.documents_index.to_owned() })
    }

    /// Notes that a share was sent, and returns the registry.
    pub(super) fn note_sent(&self, key: &str, parts: PartCounts) -> Result<ShareRegistry> {
        self.update(|registry| {
            // If the share is not registered, somebody else has deleted the index of parts since.
            let share = registry.shares.get_mut(key);
            let disturbed = || Error::Disturbed { index: self.documents_index.to_owned() };
            share.ok_or_else(disturbed)?.parts = Some(parts);
            Ok(())
        })
    }

    /// Changes the registry, and returns it. If another machine has written it in between, reads it
    /// again and repeats the change.
    fn update(&self, change: impl Fn(&mut ShareRegistry) -> Result<()>) -> Result<ShareRegistry> {
        loop {
            let get = Request::get_document(&self.parts_index, REGISTRY_ID);
            let (version, stored) = match self.client.get_document(&get)? {
                Some((version, UnindexedDocument { data })) => (Some(version), data),
                None => (None, ShareRegistry::default()),
            };
            let mut registry = stored.clone();
            change(&mut registry)?;
            if version.is_some() && registry == stored {
                return Ok(registry);
            }
            let put = Request::put_document(&self.parts_index, REGISTRY_ID, version);
            match self.client.send(&put.json(&UnindexedDocument { data: &registry })?) {
                Ok(_) => return Ok(registry),
                Err(Error::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A share that was sent, with this number of files and this checksum.
    fn share(paths: &[&str], files: u64, sum: u128) -> RegisteredShare {
        RegisteredShare {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            files,
            sum: format!("{sum:032x}"),
            parts: Some(PartCounts::default()),
        }
    }

    /// The registry of an archive in which the survey found this number of files and this checksum.
    fn registry(files: u64, sum: u128, shares: &[(&str, RegisteredShare)]) -> ShareRegistry {
        let survey =
            SurveyTotals { files, checksum: format!("{sum:032x}"), ..SurveyTotals::default() };
        let shares = shares.iter().cloned().map(|(key, share)| (key.to_owned(), share));
        ShareRegistry { survey, shares: shares.collect(), ..ShareRegistry::default() }
    }

    #[test]
    fn shares_are_complete_when_their_sums_add_up() {
        // Checksums add up modulo 2^128, so the sum of these two is 4.
        let [a, b] = [share(&["a"], 3, u128::MAX), share(&["b"], 2, 5)];
        assert!(!registry(5, 4, &[("a", a.clone())]).is_complete().unwrap());
        assert!(registry(5, 4, &[("a", a.clone()), ("b", b.clone())]).is_complete().unwrap());
        assert!(registry(5, 9, &[("a", a.clone()), ("b", b.clone())]).is_complete().is_err());
        let unsent = RegisteredShare { parts: None, ..b };
        let registry = registry(5, 4, &[("a", a), ("b", unsent)]);
        assert_eq!((registry.files_sent(), registry.is_sent("b")), (3, false));
        assert!(!registry.is_complete().unwrap());
    }

    #[test]
    fn shares_that_overlap_or_have_changed_are_refused() {
        let mut registry = registry(9, 0, &[("a", share(&["a/b", "c"], 3, 1))]);
        for paths in [&["a"][..], &["a/b/d"], &["x", "c"], &[]] {
            let overlapping = share(paths, 1, 1);
            let error = registry.register("x", &overlapping, "n-1").unwrap_err();
            assert!(matches!(error, ShareError::Overlap { .. }), "{error}");
        }
        registry.register("b", &share(&["a/bc", "a/a"], 1, 1), "n-1").unwrap();
        let again = |files| RegisteredShare { parts: None, ..share(&["a/b", "c"], files, 1) };
        registry.register("a", &again(3), "n-1").unwrap();
        assert!(registry.is_sent("a"), "the same share was registered again");
        let error = registry.register("a", &again(4), "n-1").unwrap_err();
        assert!(matches!(error, ShareError::Changed { .. }), "{error}");
    }
}
