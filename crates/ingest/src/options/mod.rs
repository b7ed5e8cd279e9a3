//! Options for reading an archive: which files are read, and how.

pub(crate) mod pre_command;
pub(crate) mod selection;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::Encoding;

use crate::archive_survey::FinishedSurvey;
use crate::archive_survey::reading_options::{OptionTexts, ReadingOptions};
use crate::fields::field_map::FieldMap;
use crate::options::pre_command::PreCommand;
use crate::options::selection::Selection;
use crate::page::labels::Labels;

/// Options of [`ingest`](crate::ingest()).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Decode every file with this encoding (a WHATWG label such as `big5`) instead of detecting
    /// it.
    pub encoding: Option<String>,
    /// Pages of more than this many bytes, after decompression, are skipped and reported. Dumps are
    /// streamed and have no such limit.
    pub max_file_bytes: u64,
    /// A compressed file or a container is abandoned after this many decompressed bytes in all.
    pub max_container_bytes: u64,
    /// A compressed file or a container is abandoned after this many times its own length in
    /// decompressed bytes, but not before [`max_file_bytes`](Self::max_file_bytes). Text usually
    /// expands 3 to 50 times.
    pub max_ratio: u64,
    /// Records of dumps, such as JSONL lines, of more than this many bytes are skipped and
    /// reported. A record of more than 16 times as many bytes ends the reading of the dump.
    pub max_line_bytes: usize,
    /// A dump is abandoned after this many consecutive lines or records that give no new record:
    /// blank or invalid lines, and repetitions of recent records.
    pub max_barren_lines: u64,
    /// Files and folders never to read, even if a symbolic link leads to them under another path. A
    /// path that does not exist excludes nothing.
    pub exclude: Vec<PathBuf>,
    /// Called for each folder; returns whether to leave it out, with everything in it.
    pub exclude_folder: Option<fn(&Path) -> bool>,
    /// Files and folders to leave out below every root, as lines of a `.gitignore` file. A file
    /// named `.wensouignore` does the same for its folder.
    pub exclude_globs: Vec<String>,
    /// The files and folders to read. If they are not everything, there must be only one root.
    pub selection: Selection,
    /// Statistics to read pages with, instead of those of the files that are read.
    pub survey: Option<Arc<FinishedSurvey>>,
    /// The user's names for the keys of dumps, tables and front matter. They take precedence over
    /// the well-known names.
    pub map: FieldMap,
    /// The command that turns files into text: those that its globs select, or, without globs,
    /// those that cannot be read otherwise.
    pub pre: Option<PreCommand>,
    /// The labels of bylines: those of the program and of a user's table. `None`: only those of the
    /// program. Pages that were read with other labels have to be read again.
    pub labels: Option<Arc<Labels>>,
    /// Number of threads. The records and their order do not depend on it.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            encoding: None,
            max_file_bytes: 8 << 20,
            max_container_bytes: 1 << 40,
            max_ratio: 500,
            max_line_bytes: 16 << 20,
            max_barren_lines: 200_000,
            exclude: Vec::new(),
            exclude_folder: None,
            exclude_globs: Vec::new(),
            selection: Selection::default(),
            survey: None,
            map: FieldMap::default(),
            pre: None,
            labels: None,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

impl Options {
    /// The labels of bylines: those of the option, or else those of the program.
    pub(crate) fn labels(&self) -> &Labels {
        self.labels.as_deref().unwrap_or_else(|| Labels::builtin())
    }

    /// The options that decide how pages are read, in a form that can be stored and compared.
    pub(crate) fn reading_options(&self) -> ReadingOptions {
        let encoding = self.encoding.as_deref().map(|label| {
            let known = Encoding::for_label(label.trim().as_bytes());
            known.map_or_else(|| label.to_owned(), |known| known.name().to_owned())
        });
        let texts = OptionTexts {
            encoding: encoding.unwrap_or_default(),
            map: self.map.to_string(),
            pre: self.pre.as_ref().map(PreCommand::text).unwrap_or_default(),
            exclude: self.exclude_globs.join("\n"),
        };
        ReadingOptions::new(&texts, self.labels.as_ref().map_or(0, |labels| labels.table_hash()))
    }
}
