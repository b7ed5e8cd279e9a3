//! Builds an index of an archive: writes a new generation beside the old one, then makes the new
//! one the generation in use.

use std::convert::Infallible;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wensou_ingest::{
    FileEntries, FileTotals, Ingested, Progress, Reason, Report, ScannedArchive, Skipped,
};

use crate::analysis::Analysis;
use crate::engine::build_directory::FirstFailure;
use crate::error::Error;
use crate::existing::Existing;
use crate::file_changes::{FileChanges, FileCounts, path_hash};
use crate::file_table::FileTableWriter;
use crate::files::{FILES, Folder, SETTINGS};
use crate::generation::{Draft, KeepComplete, WhenBusy, is_index_folder};
use crate::meta::{Base, Meta, Settings};
use crate::options::BuildOptions;
use crate::root_totals::is_missing;
use crate::roots::RootSet;
use crate::share::{Share, is_same_share};
use crate::stored::Stored;
use crate::update::Previous;
use crate::write::{BuildInputs, GenerationWriter};

/// Builds the index of the archive in `roots` and makes it the current one of the folder `dir`.
///
/// `dir` keeps its old index until the last step, and every error leaves it untouched. If the old
/// index is intact and was made by the same analysis, unchanged records are reused and records
/// whose pages are gone are removed, unless [`BuildOptions::anew`] is set; searches find the same
/// either way. A file that cannot be read at the moment keeps the records that the old index has of
/// it.
///
/// Memory does not grow with the text of the archive. On the disk, the new index needs space beside
/// the old one, plus the space of the segments that are merged at the end.
///
/// # Errors
///
/// - [`Error::NotAnIndex`] and [`Error::Foreign`] if `dir` contains files that wensou did not make;
/// - [`Error::Busy`] if another process is building;
/// - [`Error::EmptyRoot`] and [`Error::WouldLose`] if records would be lost;
/// - [`Error::UnreadableRoot`] if a root that has records cannot be read;
/// - [`Error::Strict`] if pages were skipped and [`BuildOptions::strict`] is set;
/// - [`Error::NonUtf8Root`] for a root whose path is not UTF-8;
/// - [`Error::Denied`] if this user may not read the old index, and [`Error::Unreadable`] or
///   [`Error::Record`] if it cannot be read although its checksums match;
/// - [`Error::Table`] if a table of the user has a mistake;
/// - [`Error::Survey`] if the statistics of a survey do not fit the options or the files;
/// - [`Error::Archive`] if a root cannot be read or is excluded, if the encoding is unknown, or if
///   neither a file nor the records that the old index has of it can be read;
/// - [`Error::Temporary`] if temporary files cannot be written;
/// - [`Error::Io`] if `dir` cannot be read or written, or a table of the user cannot be read;
/// - [`Error::Engine`] if tantivy fails.
pub fn build(
    dir: &Path,
    roots: &[PathBuf],
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<Built, Error> {
    let roots = &RootSet::of(roots);
    let canonical = canonical_paths(roots)?;
    let roots = &roots.paths_from_here();
    let when_busy = if options.wait { WhenBusy::Wait } else { WhenBusy::Fail };
    let mut draft = Draft::create(dir, when_busy)?;
    let mut options = BuildOptions { ingest: excluding(&options.ingest, dir), ..options.clone() };
    let existing = Existing::find(dir)?;
    let mut stored = existing.stored(roots, &options.moved)?;
    // The fingerprint is taken before any file is read, so that the next build notices a file that
    // changes while it is read.
    let scanned = scan(roots, &options, stored.as_mut())?;
    let archive = format_fingerprint(scanned.fingerprint());
    let (analysis, labels, tables) =
        Analysis::read_and_copy_tables(&options.tables, existing.tables(), draft.folder())?;
    options.ingest.labels = labels.map(Arc::new);
    let version = crate::meta::analysis_version() + &tables.version_suffix();
    let damaged = existing.damage();
    let damaged_index_exists = damaged.is_some() || existing.is_salvaged();
    let previous = previous(existing, &options, &version)?;
    if let Some(previous) = &previous {
        previous.reuse_files(&mut draft)?;
    }
    let reused = previous.is_some();
    let inputs =
        BuildInputs { folder: draft.folder(), analysis: &analysis, options: &options, progress };
    let read = read_and_write(&inputs, scanned, previous, stored.as_mut())?;
    let ReadAndWritten { report, files, totals, written, base } = read;
    let file_counts = write_file_table(draft.folder(), files, stored.as_mut())?;
    check_losses(stored.as_ref(), &report, &options)?;
    let salvaged = damaged_index_exists && report.skipped.iter().any(is_unreadable);
    let meta = Meta {
        format: wensou_postings::FORMAT_VERSION,
        analysis: version,
        tables,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        built: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        roots: canonical,
        given: roots.to_vec(),
        encoding: options.ingest.encoding.clone(),
        exclude: options.ingest.exclude_globs.clone(),
        sample: options.sample,
        map: options.ingest.map.clone(),
        share: Share::of(&options.ingest, totals),
        stats: options.stats.as_deref().map(absolute),
        archive,
        report,
        file_counts,
        salvaged,
        base,
        files: Default::default(),
    };
    let (meta, not_durable) = publish(draft, meta)?;
    Ok(Built { meta, reused, written, damaged, not_durable })
}

/// The canonical paths of the roots, which the description states.
fn canonical_paths(roots: &RootSet) -> Result<Vec<PathBuf>, Error> {
    let canonical: Vec<PathBuf> = roots.roots().iter().map(|root| root.path.clone()).collect();
    match canonical.iter().find(|root| root.to_str().is_none()) {
        Some(path) => Err(Error::NonUtf8Root { path: path.clone() }),
        None => Ok(canonical),
    }
}

/// The generation to update; `None` if a whole build is wanted or needed, for example because the
/// existing index has another analysis version than `analysis`, that of this build.
fn previous(
    existing: Existing,
    options: &BuildOptions,
    analysis: &str,
) -> Result<Option<Previous>, Error> {
    match existing {
        Existing::Intact(index) if !options.anew && index.meta().analysis == analysis => {
            Previous::new(*index)
        }
        _ => Ok(None),
    }
}

/// Fails if records are lost for good: those of a damaged index that can be read neither from it
/// nor from the archive. Never fails if [`BuildOptions::allow_empty`] is set.
fn check_losses(
    stored: Option<&Stored>,
    report: &Report,
    options: &BuildOptions,
) -> Result<(), Error> {
    match stored.and_then(Stored::lost_records) {
        Some(records) if !options.allow_empty => {
            let files = report.skipped.iter().filter(|skipped| is_unreadable(skipped)).count();
            Err(Error::WouldLose { records, files: files as u64 })
        }
        _ => Ok(()),
    }
}

/// Completes a generation and makes it the index. Fills in [`Meta::files`]. Returns the
/// description, and why the index may not survive a power cut, if that is so.
fn publish(draft: Draft, mut meta: Meta) -> Result<(Meta, Option<Error>), Error> {
    let settings = Settings::from(&meta).to_bytes()?;
    let written = draft.folder().write_durably(SETTINGS, &settings);
    written.map_err(Error::io("write", &draft.folder().path_of(SETTINGS)))?;
    meta.files = draft.seal()?;
    // A damaged index may have records that this one lacks, see `Meta::salvaged`.
    let keep_complete = if meta.salvaged { KeepComplete::Yes } else { KeepComplete::No };
    let not_durable = draft.publish(&meta.to_bytes()?, keep_complete)?;
    Ok((meta, not_durable))
}

/// The options for reading an archive whose index is in `dir`. They exclude `dir` and every other
/// index folder.
pub(crate) fn excluding(ingest: &wensou_ingest::Options, dir: &Path) -> wensou_ingest::Options {
    let mut ingest = ingest.clone();
    ingest.exclude.push(dir.to_path_buf());
    ingest.exclude_folder = Some(is_index_folder);
    ingest
}

/// Scans the files of the archive. A root that has no files although the old index has records of
/// it may not be mounted: that is an error, unless the options say to keep or to drop its records.
/// So is a root that exists and cannot be read; its records are never dropped.
pub(crate) fn scan(
    roots: &[PathBuf],
    options: &BuildOptions,
    stored: Option<&mut Stored>,
) -> Result<ScannedArchive, Error> {
    // A tolerant scan reports a root that cannot be read as skipped, and does not fail.
    let tolerant = options.allow_empty || options.keep_missing;
    let scanned = match tolerant {
        true => wensou_ingest::scan_tolerant::<Infallible>(roots, &options.ingest),
        false => wensou_ingest::scan::<Infallible>(roots, &options.ingest),
    };
    let mut scanned = scanned.map_err(Error::of_ingest)?;
    let Some(stored) = stored else { return Ok(scanned) };
    let files = scanned.file_counts_by_root().to_vec();
    for (root, _) in roots.iter().zip(files).filter(|(_, files)| *files == 0) {
        // What the system refuses to read keeps its records. They are lost only if it is gone.
        let refused = refused_below(root, &scanned);
        let records = stored.count_outside(root, &refused);
        if stored.count_under(root) > 0 && !tolerant && refused.iter().any(|path| path == root) {
            let source = fs::read_dir(root).err().unwrap_or_else(|| ErrorKind::Other.into());
            return Err(Error::UnreadableRoot { root: root.clone(), source });
        }
        if records == 0 {
            continue;
        }
        if options.allow_empty {
            // If some of the root is kept, a build finds the rest to be gone.
            if refused.is_empty() {
                stored.forget(root);
            }
        } else if options.keep_missing {
            declare_empty_root_unreadable(&mut scanned, root);
        } else {
            return Err(Error::EmptyRoot { root: root.clone(), records });
        }
    }
    Ok(scanned)
}

/// The files and folders at or below a root that the system refused to read although they exist.
fn refused_below(root: &Path, scanned: &ScannedArchive) -> Vec<PathBuf> {
    let is_refused = |skipped: &&Skipped| {
        is_unreadable(skipped) && skipped.path.starts_with(root) && !is_missing(&skipped.path)
    };
    scanned.skipped().iter().filter(is_refused).map(|skipped| skipped.path.clone()).collect()
}

/// Declares unreadable a root that has no files, so that the records of it are kept. If the scan
/// could not read the root, it has declared this already, and the report names the root only once.
pub(crate) fn declare_empty_root_unreadable(scanned: &mut ScannedArchive, root: &Path) {
    let names_root = |skipped: &Skipped| skipped.path == root && is_unreadable(skipped);
    if !scanned.skipped().iter().any(names_root) {
        scanned.declare_unreadable(root.to_path_buf(), "has no files now".to_owned());
    }
}

/// Writes the table of files, and compares it with that of the previous index.
fn write_file_table(
    folder: &Folder,
    files: FileEntries,
    stored: Option<&mut Stored>,
) -> Result<FileCounts, Error> {
    let failed = |source| Error::io("write", &folder.path_of(FILES))(source);
    let mut counts = FileCounts::default();
    let mut before = stored.and_then(|stored| stored.files_before().ok().flatten());
    let mut changes = FileChanges::default();
    let mut writer = FileTableWriter::create(folder).map_err(failed)?;
    for entry in files {
        let entry = entry.map_err(failed)?;
        counts.files += 1;
        counts.unreadable += u64::from(entry.unreadable);
        if let Some(before) = &mut before {
            changes.count(before.remove(&path_hash(&entry.path)), &entry);
        }
        writer.push(entry).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    counts.changes = before.map(|not_found| {
        changes.removed = not_found.values().filter(|before| before.has_records).count() as u64;
        changes
    });
    Ok(counts)
}

/// What was read from the archive, and what was written into the generation.
struct ReadAndWritten {
    report: Report,
    files: FileEntries,
    totals: FileTotals,
    /// The number of documents that were analysed and written.
    written: u64,
    base: Option<Base>,
}

/// Reads the archive and writes the segments of a generation.
fn read_and_write(
    inputs: &BuildInputs<'_>,
    scanned: ScannedArchive,
    previous: Option<Previous>,
    stored: Option<&mut Stored>,
) -> Result<ReadAndWritten, Error> {
    let failure = FirstFailure::default();
    let run = || {
        let mut writer = GenerationWriter::new(inputs, previous, failure.clone())?;
        let Ingested { report, files, totals } = writer.index_archive(inputs, scanned, stored)?;
        if inputs.options.strict && !report.skipped.is_empty() {
            return Err(Error::Strict { report: Box::new(report) });
        }
        let written = writer.written();
        Ok(ReadAndWritten { report, files, totals, written, base: writer.finish()? })
    };
    // tantivy does not say which file it could not write; `failure` does.
    run().map_err(|error| failure.cause_of(error))
}

/// The outcome of a build.
#[derive(Debug)]
pub struct Built {
    /// The description of the index.
    pub meta: Meta,
    /// Whether documents of the previous index were reused.
    pub reused: bool,
    /// The number of documents that were analysed and written.
    pub written: u64,
    /// What is wrong with the previous index, if it was damaged. In that case only its records
    /// of files that cannot be read were reused, as far as their checksums matched.
    pub damaged: Option<String>,
    /// Why the new index, which is in use, may not survive a power cut, if that is so. In that
    /// case the previous index was left beside it.
    pub not_durable: Option<Error>,
}

/// Whether an index is up to date: whether a build with these options would read the same files in
/// the same way. That is so if the analysis, the roots, the tables, the share and the options that
/// decide how files are read are the same, if the last build could read all files, and if the
/// fingerprint of the files is unchanged. The command that converts files before they are read
/// (`--pre`) is not compared. Reads the names, lengths, times and inodes of all files, but none of
/// their content.
///
/// # Errors
///
/// [`Error::Archive`] if the roots cannot be listed.
pub fn is_current(
    dir: &Path,
    meta: &Meta,
    roots: &[PathBuf],
    options: &BuildOptions,
) -> Result<bool, Error> {
    let tables = &options.tables;
    let roots = RootSet::of(roots);
    let same_roots = roots.roots().iter().map(|root| &root.path).eq(&meta.roots);
    let as_absolute = |path: &Option<PathBuf>| path.as_deref().map(absolute);
    let before = meta.tables.files();
    let same_tables = [
        (&tables.words, &before.words),
        (&tables.synonyms, &before.synonyms),
        (&tables.labels, &before.labels),
    ]
    .into_iter()
    .all(|(now, before)| as_absolute(now) == *before);
    let ingest = &options.ingest;
    let same_read_options = meta.encoding == ingest.encoding
        && meta.exclude == ingest.exclude_globs
        && meta.map == ingest.map
        && is_same_share(meta.share.as_ref(), ingest);
    // Files that could not be read are tried again by every build.
    let all_read = !meta.report.skipped.iter().any(is_unreadable);
    if !(same_roots && same_tables && same_read_options && all_read) || meta.stale().is_some() {
        return Ok(false);
    }
    let ingest = excluding(&options.ingest, dir);
    let fingerprint = wensou_ingest::fingerprint(&roots.paths_from_here(), &ingest);
    let fingerprint = fingerprint.map_err(Error::of_ingest)?;
    Ok(format_fingerprint(fingerprint) == meta.archive)
}

/// Whether the system refused to read a file or folder, so that the index kept its records of it.
pub(crate) fn is_unreadable(skipped: &Skipped) -> bool {
    matches!(skipped.reason, Reason::Unreadable(_))
}

/// A fingerprint as the description states it.
pub(crate) fn format_fingerprint(fingerprint: u64) -> String {
    format!("{fingerprint:016x}")
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
