//! What a check finds.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing needs it: it only takes space.
    Litter,
    /// The index is intact, but out of date.
    Stale,
    /// Files of the archive cannot be read: the records of the index were not compared with them.
    Unreadable,
    /// The index is not what was written.
    Damage,
}

impl Severity {
    /// One word for it, in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Litter => "litter",
            Severity::Stale => "stale",
            Severity::Unreadable => "unreadable",
            Severity::Damage => "damaged",
        }
    }

    /// The command that fixes it; for what cannot be read, the one to run when it can.
    #[must_use]
    pub fn cure(self) -> &'static str {
        match self {
            Severity::Stale | Severity::Unreadable => "wensou index",
            Severity::Litter | Severity::Damage => "wensou check --repair",
        }
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad a finding is.
    pub severity: Severity,
    /// What is wrong, with the file or document.
    pub what: String,
}

/// What a check compared and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Files whose checksums were compared.
    pub files: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Records that were decoded and compared.
    pub records: u64,
    /// Whether the archive was read again.
    pub archive: bool,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Checked {
    pub(super) fn find(&mut self, severity: Severity, what: impl Into<String>) {
        self.findings.push(Finding { severity, what: what.into() });
    }

    /// The worst that was found.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Whether anything is not what was written.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Damage)
    }
}
