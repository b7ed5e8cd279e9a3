//! The types of the values of arguments. Keys of the config file take some of these values, too.
//! This module depends neither on `args` nor on `config`.

mod formats;
mod time;
mod zone;

use clap::ValueEnum;
use serde::Deserialize;

pub(crate) use self::formats::{ExportFormat, HitFormat, ListFormat, RecordFormat, ShowFormat};
pub(crate) use self::time::{AsOf, HalfLife, Step};
pub(crate) use self::zone::Zone;

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

/// Order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sort {
    /// Best first
    Rank,
    /// Newest first, undated last
    Newest,
    /// Oldest first, undated last
    Oldest,
}

/// The script that text is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Script {
    /// As in the page
    Original,
    /// Simplified
    Hans,
    /// Traditional
    Hant,
}

/// What hits are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Facet {
    Tag,
    Source,
    Category,
    Kind,
    Month,
}

/// A shell that can complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}
