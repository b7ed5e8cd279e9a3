//! Reports panics: either as damage of the index, or as a bug.
//!
//! tantivy trusts its files, so a damaged file can make it panic anywhere. Verifying checksums
//! before each search would cost more than the search, so they are verified after a panic.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use wensou_index::{Checked, Error as IndexError};

use crate::exit::{self, Defect, Outcome};
use crate::out::Terminal;

/// The index of this run: a folder, or the address of an index on a cluster, for which [`damage`]
/// finds nothing.
static INDEX: OnceLock<PathBuf> = OnceLock::new();
/// Message and location of the first panic of this run, in any thread.
static PANIC_MESSAGE: Mutex<Option<String>> = Mutex::new(None);

/// Sets the index that is verified after a panic.
pub(crate) fn set_index(index: &Path) {
    let _ = INDEX.set(index.to_path_buf());
}

/// Calls `run`. If `run` panics, or tantivy fails, verifies the index: the error then names the
/// damaged files. If none is damaged, a panic becomes a [`Defect`], and an error of tantivy stays.
/// With `RUST_BACKTRACE` a panic is also reported as usual.
pub(crate) fn guarded(
    terminal: &mut Terminal,
    run: impl FnOnce(&mut Terminal) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Outcome> {
    let default_hook = panic::take_hook();
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        let mut message = PANIC_MESSAGE.lock().unwrap_or_else(PoisonError::into_inner);
        message.get_or_insert_with(|| info.to_string());
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
            default_hook(info);
        }
    }));
    match panic::catch_unwind(AssertUnwindSafe(|| run(terminal))) {
        Err(_) => Err(damage().unwrap_or_else(defect)),
        Ok(Err(error)) if matches!(exit::index_error(&error), Some(IndexError::Engine(_))) => {
            Err(damage().unwrap_or(error))
        }
        Ok(outcome) => outcome,
    }
}

/// The damaged files of the index as an error; `None` if it is intact.
fn damage() -> Option<anyhow::Error> {
    let dir = INDEX.get()?;
    let checked = wensou_index::check_files(dir).ok().filter(Checked::is_damaged)?;
    let findings: Vec<&str> = checked.findings.iter().map(|f| f.what.as_str()).collect();
    Some(IndexError::damaged(dir, findings.join("; ")).into())
}

/// The panic as an error, because the index is intact.
fn defect() -> anyhow::Error {
    let mut message = PANIC_MESSAGE.lock().unwrap_or_else(PoisonError::into_inner);
    Defect(message.take().unwrap_or_default()).into()
}
