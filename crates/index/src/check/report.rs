//! The outcome of a check.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Files that are no longer needed and only take space.
    Litter,
    /// The index is intact, but out of date.
    Stale,
    /// Files of the archive cannot be read, so records were not compared with them.
    Unreadable,
    /// A file is missing or changed, or contradicts the stored records.
    Damage,
}

impl Severity {
    /// The word that stands for this severity in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Litter => "litter",
            Severity::Stale => "stale",
            Severity::Unreadable => "unreadable",
            Severity::Damage => "damaged",
        }
    }

    /// The command that fixes a finding of this severity. For [`Severity::Unreadable`], run it once
    /// the files can be read again.
    #[must_use]
    pub fn cure(self) -> &'static str {
        match self {
            Severity::Stale | Severity::Unreadable => "wensou index",
            Severity::Litter | Severity::Damage => "wensou check --repair",
        }
    }
}

/// A difference that a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad the difference is.
    pub severity: Severity,
    /// What is wrong, and in which file or document.
    pub what: String,
}

/// What a check compared, and its findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// The number of intact files of the generation, its marker, description and seal included.
    pub files: u64,
    /// The summed size in bytes of the intact files that the description lists.
    pub bytes: u64,
    /// The number of records that were decoded and compared.
    pub records: u64,
    /// Whether the archive was read again, and its records compared with the stored ones.
    pub archive_compared: bool,
    /// The findings, in the order in which they were made.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Adds a finding.
    pub(super) fn add(&mut self, severity: Severity, what: impl Into<String>) {
        self.findings.push(Finding { severity, what: what.into() });
    }

    /// The severity of the worst finding; `None` if there is none.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Whether any finding is [`Severity::Damage`].
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Damage)
    }
}
