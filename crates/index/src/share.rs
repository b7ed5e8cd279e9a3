//! Shares: the parts of an archive that several machines index, one each.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wensou_ingest::{FileTotals, FinishedSurvey, Options, Selection, read_survey_file};

/// The part of an archive that one of several machines has indexed, as stored in its index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Its files and folders, as paths relative to the root, separated by `/`. Empty for the whole
    /// archive.
    pub paths: Vec<String>,
    /// The number of its files.
    pub files: u64,
    /// A checksum of the paths and contents of its files, as 32 hexadecimal digits. If shares have
    /// no common files, their checksums add up, modulo 2^128, to the checksum of all their files.
    #[serde(rename = "sum")]
    pub checksum: String,
    /// The totals of what all machines index together.
    pub survey: SurveyTotals,
}

/// The totals of what all machines index together, from the survey whose statistics they use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyTotals {
    /// XXH3 of the content of the statistics file, as 16 hexadecimal digits; empty if the share was
    /// built with statistics of its own.
    pub identity: String,
    /// The number of files.
    pub files: u64,
    /// The checksum of all files, see [`Share::checksum`].
    #[serde(rename = "sum")]
    pub checksum: String,
    /// The number of parts of the archive that were surveyed separately.
    pub parts: u64,
}

impl Share {
    /// The share that a build with these options has read; `None` if it has read a whole archive
    /// with statistics of its own.
    pub(crate) fn of(options: &Options, totals: FileTotals) -> Option<Self> {
        let Options { selection, survey, .. } = options;
        if selection.is_whole() && survey.is_none() {
            return None;
        }
        Some(Self {
            paths: selection.paths().to_vec(),
            files: totals.files,
            checksum: hexadecimal(totals.sum),
            survey: survey.as_deref().map(SurveyTotals::of).unwrap_or_default(),
        })
    }

    /// The selection of files that makes a build read this share.
    #[must_use]
    pub fn selection(&self) -> Selection {
        Selection::new(self.paths.iter().cloned())
    }
}

impl SurveyTotals {
    fn of(survey: &FinishedSurvey) -> Self {
        let FileTotals { files, sum, .. } = survey.totals();
        Self {
            identity: format!("{:016x}", survey.identity()),
            files,
            checksum: hexadecimal(sum),
            parts: survey.parts().len() as u64,
        }
    }
}

fn hexadecimal(sum: u128) -> String {
    format!("{sum:032x}")
}

/// Whether a build with these options would index `share`, the share of an existing index, with the
/// same statistics. `None` stands for the whole archive with statistics of its own. The files
/// themselves are not compared.
pub(crate) fn is_same_share(share: Option<&Share>, options: &Options) -> bool {
    let selected = Share::of(options, FileTotals::default());
    let paths_and_survey = |share: &Share| (share.paths.clone(), share.survey.clone());
    share.map(paths_and_survey) == selected.as_ref().map(paths_and_survey)
}

/// Changes the options so that they select a share. `stats` is the file of statistics that the
/// share was built with, if there was one; the options then use these statistics, too. Without a
/// share, the options stay as they are.
///
/// # Errors
///
/// A message, if `stats` cannot be read, or if it has changed since the index was built.
pub fn select_share(
    options: &mut Options,
    share: Option<&Share>,
    stats: Option<&Path>,
) -> Result<(), String> {
    let Some(share) = share else { return Ok(()) };
    options.selection = share.selection();
    let Some(stats) = stats else { return Ok(()) };
    let survey = read_survey_file(stats).map_err(|error| error.to_string())?;
    if SurveyTotals::of(&survey) != share.survey {
        return Err(format!("{} has changed since the index was built", stats.display()));
    }
    // The statistics file may be in a folder of the archive, but is not part of it.
    options.exclude.push(stats.to_owned());
    options.survey = Some(Arc::new(survey));
    Ok(())
}
