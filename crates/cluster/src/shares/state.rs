//! Which shares of an archive there are, and which were sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wensou_index::{Share, SurveyTotals};
use wensou_ingest::contains_path;
use xxhash_rust::xxh3::xxh3_64;

use super::build::Build;
use crate::error::{Error, Result};
use crate::request::{Request, encode_segment};
use crate::share_error::ShareError;
use crate::statistics::StatisticsDocument;

/// The id of the document.
const ID: &str = "build";

/// What is known of all shares. Machines read it, and write it if nobody else has done so since.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BuildState {
    /// The identity of the index of documents: if it was deleted and made again, nothing was sent.
    uuid: String,
    survey: SurveyTotals,
    /// By their keys, see [`key_of`].
    pub(super) shares: BTreeMap<String, SentShare>,
}

/// What is known of a share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SentShare {
    paths: Vec<String>,
    files: u64,
    sum: String,
    /// What was written of it; `None` while it is being sent.
    pub(super) parts: Option<PartCounts>,
}

/// How many documents of each kind a machine has written into the index of parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PartCounts {
    pub(super) statistics: usize,
    pub(super) articles: usize,
}

/// The key of the share with these paths.
pub(super) fn key_of(paths: &[String]) -> String {
    format!("{:016x}", xxh3_64(paths.join("\0").as_bytes()))
}

impl SentShare {
    pub(super) fn of(share: &Share) -> Self {
        let Share { paths, files, sum, .. } = share.clone();
        Self { paths, files, sum, parts: None }
    }

    /// A path of this share that another one has, too.
    fn path_shared_with(&self, other: &Self) -> Option<String> {
        let all = |paths: &[String]| match paths {
            [] => vec![String::new()],
            paths => paths.to_vec(),
        };
        let others = all(&other.paths);
        let mut mine = all(&self.paths).into_iter();
        mine.find(|path| others.iter().any(|it| contains_path(it, path) || contains_path(path, it)))
    }
}

impl BuildState {
    pub(super) fn is_sent(&self, key: &str) -> bool {
        self.shares.get(key).is_some_and(|share| share.parts.is_some())
    }

    fn sent(&self) -> impl Iterator<Item = &SentShare> {
        self.shares.values().filter(|share| share.parts.is_some())
    }

    /// The number of files of the shares that were sent.
    pub(super) fn files_sent(&self) -> u64 {
        self.sent().map(|share| share.files).sum()
    }

    /// Whether all that was surveyed has been sent.
    ///
    /// # Errors
    ///
    /// [`ShareError::Differ`] if as many files have been sent, and some are others.
    pub(super) fn is_complete(&self) -> Result<bool> {
        let files = self.files_sent();
        if files < self.survey.files {
            return Ok(false);
        }
        let number = |sum: &str| u128::from_str_radix(sum, 16).unwrap_or_default();
        let sum = self.sent().fold(0_u128, |sum, share| sum.wrapping_add(number(&share.sum)));
        match files == self.survey.files && sum == number(&self.survey.sum) {
            true => Ok(true),
            false => Err(ShareError::Differ { files, surveyed: self.survey.files }.into()),
        }
    }

    fn register(&mut self, key: &str, share: &SentShare, index: &str) -> Result<(), ShareError> {
        let index = || index.to_owned();
        for (other_key, other) in &self.shares {
            if other_key != key
                && let Some(path) = share.path_shared_with(other)
            {
                let path = if path.is_empty() { "the whole archive".to_owned() } else { path };
                return Err(ShareError::Overlap { path, index: index() });
            }
        }
        let known = self.shares.entry(key.to_owned()).or_insert_with(|| share.clone());
        // What was sent of other files would stay.
        match (known.files, &known.sum) == (share.files, &share.sum) {
            true => Ok(()),
            false => Err(ShareError::Changed { index: index() }),
        }
    }
}

impl Build<'_> {
    /// Adds a share to those that are known.
    pub(super) fn register(
        &self,
        key: &str,
        share: &SentShare,
        survey: &SurveyTotals,
    ) -> Result<BuildState> {
        let uuid = self.uuid()?;
        self.update(|state| {
            if state.uuid != uuid {
                let survey = survey.clone();
                *state = BuildState { uuid: uuid.clone(), survey, shares: BTreeMap::new() };
            }
            Ok(state.register(key, share, self.documents)?)
        })
    }

    /// The identity of the index of documents.
    fn uuid(&self) -> Result<String> {
        let request = Request::get(format!("/{}/_settings", encode_segment(self.documents)))
            .query("filter_path", "*.settings.index.uuid")
            .of_elected_node();
        let found: Value = self.client.send(&request)?.json()?;
        let uuid = found[self.documents]["settings"]["index"]["uuid"].as_str();
        uuid.map(str::to_owned).ok_or_else(|| Error::Disturbed { index: self.documents.to_owned() })
    }

    /// Notes that a share was sent.
    pub(super) fn note_sent(&self, key: &str, parts: PartCounts) -> Result<BuildState> {
        self.update(|state| {
            let share = state.shares.get_mut(key);
            let disturbed = || Error::Disturbed { index: self.documents.to_owned() };
            share.ok_or_else(disturbed)?.parts = Some(parts);
            Ok(())
        })
    }

    /// Changes the state, and returns it. Reads it again and repeats the change if another machine
    /// was quicker.
    fn update(&self, change: impl Fn(&mut BuildState) -> Result<()>) -> Result<BuildState> {
        loop {
            let found = self.client.get_document(&self.parts, ID)?;
            let (version, before) = match found {
                Some((version, StatisticsDocument { data })) => (Some(version), data),
                None => (None, BuildState::default()),
            };
            let mut state = before.clone();
            change(&mut state)?;
            if version.is_some() && state == before {
                return Ok(state);
            }
            let put = Request::put_document(&self.parts, ID, version);
            match self.client.send(&put.json(&StatisticsDocument { data: &state })?) {
                Ok(_) => return Ok(state),
                Err(Error::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(paths: &[&str], files: u64, sum: u128) -> SentShare {
        SentShare {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            files,
            sum: format!("{sum:032x}"),
            parts: Some(PartCounts::default()),
        }
    }

    fn state(files: u64, sum: u128, shares: &[(&str, SentShare)]) -> BuildState {
        let survey = SurveyTotals { files, sum: format!("{sum:032x}"), ..SurveyTotals::default() };
        let shares = shares.iter().cloned().map(|(key, share)| (key.to_owned(), share));
        BuildState { survey, shares: shares.collect(), ..BuildState::default() }
    }

    #[test]
    fn shares_are_complete_when_their_sums_add_up() {
        let [a, b] = [share(&["a"], 3, u128::MAX), share(&["b"], 2, 5)];
        assert!(!state(5, 4, &[("a", a.clone())]).is_complete().unwrap());
        assert!(state(5, 4, &[("a", a.clone()), ("b", b.clone())]).is_complete().unwrap());
        assert!(state(5, 9, &[("a", a.clone()), ("b", b.clone())]).is_complete().is_err());
        let unsent = SentShare { parts: None, ..b };
        let state = state(5, 4, &[("a", a), ("b", unsent)]);
        assert_eq!((state.files_sent(), state.is_sent("b")), (3, false));
        assert!(!state.is_complete().unwrap());
    }

    #[test]
    fn shares_must_not_overlap() {
        let mut state = state(9, 0, &[("a", share(&["a/b", "c"], 3, 1))]);
        for paths in [&["a"][..], &["a/b/d"], &["x", "c"], &[]] {
            let overlapping = share(paths, 1, 1);
            let error = state.register("x", &overlapping, "n-1").unwrap_err();
            assert!(matches!(error, ShareError::Overlap { .. }), "{error}");
        }
        state.register("b", &share(&["a/bc", "a/a"], 1, 1), "n-1").unwrap();
        let again = |files| SentShare { parts: None, ..share(&["a/b", "c"], files, 1) };
        state.register("a", &again(3), "n-1").unwrap();
        assert!(state.is_sent("a"), "the same share again");
        let error = state.register("a", &again(4), "n-1").unwrap_err();
        assert!(matches!(error, ShareError::Changed { .. }), "{error}");
    }
}
