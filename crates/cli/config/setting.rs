//! A setting: a value and where it comes from.

use std::fmt;
use std::ops::Deref;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SettingOrigin {
    /// A flag, by name.
    Flag(&'static str),
    /// An environment variable, by name.
    Environment(&'static str),
    /// A line of the config file.
    File(usize),
    /// Kept in the index by the last build.
    Index,
    /// Found in the working folder or in a folder above it.
    FoundFromWorkingFolder,
    /// Not set anywhere, so the value is the default.
    Default,
}

/// A value and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: SettingOrigin,
}

impl<T> Deref for Setting<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "flag {flag}"),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::File(line) => write!(f, "line {line}"),
            Self::Index => f.write_str("kept in the index"),
            Self::FoundFromWorkingFolder => f.write_str("found from the working folder upwards"),
            Self::Default => f.write_str("default"),
        }
    }
}
