//! What is said when the program fails where it should not: whose fault it is, and what to do.
//!
//! The engine trusts its files, so a damaged one can make it panic anywhere. Looking at checksums
//! before each search would cost more than the search; so they are looked at after a panic.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use wensou_index::{Checked, Error as IndexError};

use crate::exit::{self, Defect, Outcome};
use crate::out::Terminal;

/// The folder of the index that this run works on.
static INDEX: OnceLock<PathBuf> = OnceLock::new();
/// What the first panic said, and where.
static SAID: Mutex<Option<String>> = Mutex::new(None);

/// Says which index is looked at if it comes to the worst.
pub(crate) fn works_on(index: &Path) {
    let _ = INDEX.set(index.to_path_buf());
}

/// Runs; a panic becomes an answer. With `RUST_BACKTRACE` it is also reported as usual.
pub(crate) fn guarded(
    terminal: &mut Terminal,
    run: impl FnOnce(&mut Terminal) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Outcome> {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
        said.get_or_insert_with(|| info.to_string());
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
            usual(info);
        }
    }));
    match panic::catch_unwind(AssertUnwindSafe(|| run(terminal))) {
        Err(_) => Err(damage().unwrap_or_else(defect)),
        Ok(Err(error)) if matches!(exit::of_index(&error), Some(IndexError::Engine(_))) => {
            Err(damage().unwrap_or(error))
        }
        Ok(outcome) => outcome,
    }
}

/// The files that are not as they were written, as an error.
fn damage() -> Option<anyhow::Error> {
    let dir = INDEX.get()?;
    let checked = wensou_index::check_files(dir).ok().filter(Checked::is_damaged)?;
    let findings: Vec<&str> = checked.findings.iter().map(|f| f.what.as_str()).collect();
    Some(IndexError::damaged(dir, findings.join("; ")).into())
}

fn defect() -> anyhow::Error {
    let said = SAID.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
    Defect(said).into()
}
