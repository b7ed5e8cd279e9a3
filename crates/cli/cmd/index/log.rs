//! The log of a build: a file with its progress and problems.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::Context;

use crate::out::sanitize;

/// A file that lines are appended to, or `None` once it is closed; clones share the file.
#[derive(Debug, Clone)]
pub(crate) struct Log(Arc<Mutex<Option<File>>>);

impl Log {
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::options().create(true).append(true).open(path);
        let file = file.with_context(|| format!("cannot write the log {}", path.display()))?;
        Ok(Self(Arc::new(Mutex::new(Some(file)))))
    }

    /// Appends a line with the time in UTC. Errors are ignored: they must not end a build.
    pub(crate) fn note(&self, what: &str) {
        if let Ok(mut file) = self.0.lock() {
            write(file.as_mut(), what);
        }
    }

    /// Appends a last line. Lines that other threads append later are dropped.
    pub(crate) fn close(&self, what: &str) {
        if let Ok(mut file) = self.0.lock() {
            write(file.take().as_mut(), what);
        }
    }
}

fn write(file: Option<&mut File>, what: &str) {
    let Some(file) = file else { return };
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    // In one write, so that a kill does not cut the line.
    let _ = file.write_all(format!("{now} {}\n", sanitize::line(what)).as_bytes());
}
