//! Building an index from an archive: a new generation beside the old one, then the swap.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use wensou_ingest::{Progress, Reason, Report, ScannedArchive, Skipped};

use crate::analysis::Analysis;
use crate::engine::build_directory::FirstFailure;
use crate::error::Error;
use crate::existing::Existing;
use crate::generation::{Draft, Folder, SETTINGS, is_index_folder};
use crate::meta::{Base, Meta, Settings};
use crate::options::BuildOptions;
use crate::stored::Stored;
use crate::update::Previous;
use crate::write::GenerationWriter;

/// Reads the archive in `roots` and makes its index the current one of the folder `dir`.
///
/// Until the very end `dir` keeps its old index, and every error leaves it untouched. Where the old
/// one was made by the same analysis and is intact, what the archive still says is taken over from
/// it, unless [`BuildOptions::anew`]; the outcome finds the same either way. A file that cannot be
/// read for now keeps the records that the old index has of it.
///
/// # Errors
///
/// [`Error::NotAnIndex`] if `dir` has other things in it, [`Error::Busy`] if another process is
/// building, [`Error::EmptyRoot`] and [`Error::WouldLose`] if records would be lost,
/// [`Error::Strict`] if pages were skipped that must not be, [`Error::Name`] for an input whose
/// path is not UTF-8, [`Error::Archive`] if no input can be read at all, and I/O errors of `dir`.
pub fn build(
    dir: &Path,
    roots: &[PathBuf],
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<Built, Error> {
    if let Some(path) = roots.iter().map(|root| absolute(root)).find(|root| root.to_str().is_none())
    {
        return Err(Error::Name { path });
    }
    let mut draft = Draft::create(dir, options.wait)?;
    let ingest = excluding(&options.ingest, dir);
    let existing = Existing::find(dir)?;
    let mut stored = existing.stored(roots);
    // Taken first, so that a file which changes while it is read is seen as changed the next time.
    let scanned = scan(roots, &ingest, options, stored.as_mut())?;
    let archive = written(scanned.fingerprint());
    let before = existing.generation();
    let (analysis, tables) = Analysis::write(&options.tables, before, draft.folder())?;
    let number = crate::meta::analysis() + &tables.number();
    let damaged = existing.damage();
    let salvaging = damaged.is_some() || existing.is_salvaged();
    let previous = match (options.anew, existing) {
        (false, Existing::Intact(index)) if index.meta().analysis == number => {
            Previous::new(*index)?
        }
        _ => None,
    };
    if let Some(previous) = &previous {
        previous.share(&mut draft)?;
    }
    let reused = previous.is_some();
    let options = BuildOptions { ingest, ..options.clone() };
    let wrote =
        write(draft.folder(), &analysis, scanned, &options, progress, previous, &mut stored);
    let Wrote { report, written, base } = wrote?;
    if let Some(records) = stored.and_then(|stored| stored.lost_records())
        && !options.allow_empty
    {
        let files = report.skipped.iter().filter(|skipped| is_unreadable(skipped)).count();
        return Err(Error::WouldLose { records, files: files as u64 });
    }
    let salvaged = salvaging && report.skipped.iter().any(is_unreadable);
    let mut meta = Meta {
        format: wensou_postings::FORMAT_VERSION,
        analysis: number,
        tables,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        built: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        roots: roots.iter().map(|root| absolute(root)).collect(),
        given: roots.to_vec(),
        encoding: options.ingest.encoding.clone(),
        archive,
        report,
        salvaged,
        base,
        files: Default::default(),
    };
    let settings = Settings::from(&meta).to_bytes()?;
    let kept = draft.folder().write_durably(SETTINGS, &settings);
    kept.map_err(Error::io("write", &draft.folder().path_of(SETTINGS)))?;
    meta.files = draft.seal()?;
    let not_durable = draft.publish(&meta.to_bytes()?, salvaged)?;
    Ok(Built { meta, reused, written, damaged, not_durable })
}

/// The options of a build into `dir`: the index itself is never a part of an archive, and no other
/// index is.
pub(crate) fn excluding(ingest: &wensou_ingest::Options, dir: &Path) -> wensou_ingest::Options {
    let mut ingest = ingest.clone();
    ingest.exclude.push(dir.to_path_buf());
    ingest.exclude_folder = Some(is_index_folder);
    ingest
}

/// Scans the files of the archive. A root without files of which the old index has records is
/// perhaps not mounted: that is an error, unless the options say to keep or to drop its records.
fn scan(
    roots: &[PathBuf],
    ingest: &wensou_ingest::Options,
    options: &BuildOptions,
    stored: Option<&mut Stored>,
) -> Result<ScannedArchive, Error> {
    let tolerant = options.allow_empty || options.keep_missing;
    let scanned = match tolerant {
        true => wensou_ingest::scan_tolerant::<Infallible>(roots, ingest),
        false => wensou_ingest::scan::<Infallible>(roots, ingest),
    };
    let mut scanned = scanned.map_err(|error| Error::Archive(Box::new(error)))?;
    let Some(stored) = stored else { return Ok(scanned) };
    let files = scanned.files_by_root().to_vec();
    for (root, _) in roots.iter().zip(files).filter(|(_, files)| *files == 0) {
        let records = stored.count_under(root);
        if records == 0 {
            continue;
        }
        if options.allow_empty {
            stored.forget(root);
        } else if options.keep_missing {
            scanned.declare_unreadable(root.clone(), "has no files now".to_owned());
        } else {
            return Err(Error::EmptyRoot { root: root.clone(), records });
        }
    }
    Ok(scanned)
}

/// What the stages wrote.
struct Wrote {
    report: Report,
    written: u64,
    base: Option<Base>,
}

fn write(
    folder: &Folder,
    analysis: &Analysis,
    scanned: ScannedArchive,
    options: &BuildOptions,
    progress: &dyn Progress,
    previous: Option<Previous>,
    stored: &mut Option<Stored>,
) -> Result<Wrote, Error> {
    let failure = FirstFailure::default();
    let write = || {
        let mut writer = GenerationWriter::new(folder, options, previous, failure.clone())?;
        let report = writer.read(analysis, scanned, options, progress, stored.as_mut())?;
        if options.strict && !report.skipped.is_empty() {
            return Err(Error::Strict { report: Box::new(report) });
        }
        let written = writer.written();
        Ok(Wrote { report, written, base: writer.finish()? })
    };
    write().map_err(|error| failure.cause_of(error))
}

/// What came of a build.
#[derive(Debug)]
pub struct Built {
    /// The description of the index.
    pub meta: Meta,
    /// Whether documents of the index before were taken over.
    pub reused: bool,
    /// Documents that were analysed and written.
    pub written: u64,
    /// What is wrong with the index before, if it was damaged: nothing was taken over from it but
    /// records that could be verified, of files that cannot be read.
    pub damaged: Option<String>,
    /// Why the new index, which is in use, may not survive a power cut: the index before was then
    /// left beside it.
    pub not_durable: Option<Error>,
}

/// Whether building again would make the index that is there: same analysis, same tables, same
/// files read in the same encoding.
///
/// # Errors
///
/// [`Error::Archive`] if the roots cannot be looked at.
pub fn is_current(
    dir: &Path,
    meta: &Meta,
    roots: &[PathBuf],
    options: &BuildOptions,
) -> Result<bool, Error> {
    let tables = &options.tables;
    let same = roots.iter().map(|root| absolute(root)).eq(meta.roots.iter().cloned());
    let absolutely = |path: &Option<PathBuf>| path.as_deref().map(absolute);
    let before = meta.tables.files();
    let same_tables = [(&tables.words, &before.words), (&tables.synonyms, &before.synonyms)]
        .into_iter()
        .all(|(now, before)| absolutely(now) == *before);
    let same = same && meta.encoding == options.ingest.encoding;
    // What could not be read is tried again, each time.
    let same = same && !meta.report.skipped.iter().any(is_unreadable);
    if !same || !same_tables || meta.stale().is_some() {
        return Ok(false);
    }
    let ingest = excluding(&options.ingest, dir);
    let number = wensou_ingest::fingerprint(roots, &ingest);
    let number = number.map_err(|error| Error::Archive(Box::new(error)))?;
    Ok(written(number) == meta.archive)
}

/// Whether the system refused to read a file or folder, so that what the index has of it was kept.
pub(crate) fn is_unreadable(skipped: &Skipped) -> bool {
    matches!(skipped.reason, Reason::Unreadable(_))
}

/// A fingerprint as the index keeps it.
pub(crate) fn written(fingerprint: u64) -> String {
    format!("{fingerprint:016x}")
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
