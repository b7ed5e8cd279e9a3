//! Building an index from an archive: a new generation beside the old one, then the swap.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::thread;

use wensou_ingest::{Looked, Progress, Report};

use crate::analysis::{Analysis, TableFiles};
use crate::error::Error;
use crate::generation::{Draft, Sums};
use crate::meta::{Base, Meta};
use crate::open::Index;
use crate::previous::Previous;
use crate::schema::FORMAT_VERSION;
use crate::writer::Writer;

/// How an index is built.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BuildOptions {
    /// How files are read and parsed.
    pub ingest: wensou_ingest::Options,
    /// Threads for analysis.
    pub threads: usize,
    /// Bytes that the engine may hold in memory before it writes a segment.
    pub memory_bytes: usize,
    /// Bytes of records after which it writes one in any case: those of a segment are in memory when all become one.
    pub segment_bytes: u64,
    /// The user's words and synonyms.
    pub tables: TableFiles,
    /// Whether a page that had to be skipped is an error. The old index then stays.
    pub strict: bool,
    /// Whether to take nothing over from the index that is there.
    pub anew: bool,
    /// Whether to wait for another process that is building.
    pub wait: bool,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            ingest: wensou_ingest::Options::default(),
            threads: thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: 40 << 20,
            segment_bytes: 96 << 20,
            tables: TableFiles::default(),
            strict: false,
            anew: false,
            wait: false,
        }
    }
}

/// Reads the archive in `roots` and makes its index the current one of the folder `dir`.
///
/// Until the very end `dir` keeps its old index, and every error leaves it untouched. Where the old
/// one was made by the same analysis, what the archive still says is taken over from it, unless
/// [`BuildOptions::anew`]; the outcome finds the same either way.
///
/// # Errors
///
/// [`Error::Busy`] if another process is building, [`Error::Strict`] if pages were skipped that
/// must not be, [`Error::Name`] for an input whose path is not UTF-8, [`Error::Archive`] if no input can be read at all, and I/O errors of `dir`.
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
    let draft = Draft::create(dir, options.wait)?;
    // Taken first: what changes while it is read makes the next look see a difference.
    let looked = wensou_ingest::look::<Infallible>(roots, &options.ingest);
    let looked = looked.map_err(|error| Error::Archive(Box::new(error)))?;
    let archive = written(looked.fingerprint());
    let (analysis, tables) = Analysis::write(&options.tables, &draft.folder())?;
    let number = crate::meta::analysis() + &tables.number();
    let previous = match options.anew {
        true => None,
        false => previous(dir, &number)?,
    };
    let known = match &previous {
        Some(previous) => {
            previous.share(&draft)?;
            previous.sums()
        }
        None => Sums::new(),
    };
    let reused = previous.is_some();
    let wrote = write(&draft.folder(), &analysis, looked, options, progress, previous);
    let Wrote { report, written, base } = wrote.map_err(|error| draft.cause_of(error))?;
    let meta = Meta {
        format: FORMAT_VERSION,
        analysis: number,
        tables,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        built: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        roots: roots.iter().map(|root| absolute(root)).collect(),
        given: roots.to_vec(),
        encoding: options.ingest.encoding.clone(),
        archive,
        report,
        base,
        files: draft.seal(&known)?,
    };
    draft.publish(&meta.to_bytes()?)?;
    Ok(Built { meta, reused, written })
}

/// What the stages wrote.
struct Wrote {
    report: Report,
    written: u64,
    base: Option<Base>,
}

fn write(
    folder: &Path,
    analysis: &Analysis,
    looked: Looked,
    options: &BuildOptions,
    progress: &dyn Progress,
    previous: Option<Previous>,
) -> Result<Wrote, Error> {
    let mut writer = Writer::new(folder, options, previous)?;
    let report = writer.read(analysis, looked, options, progress)?;
    if options.strict && !report.skipped.is_empty() {
        return Err(Error::Strict { report: Box::new(report) });
    }
    let written = writer.written();
    Ok(Wrote { report, written, base: writer.finish()? })
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
}

/// The index in use, if what it holds can be taken over.
fn previous(dir: &Path, analysis: &str) -> Result<Option<Previous>, Error> {
    match Index::open(dir) {
        Ok(index) if index.meta().analysis == analysis => Previous::new(index),
        Ok(_) | Err(Error::Missing { .. } | Error::Unreadable { .. } | Error::Format { .. }) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether building again would make the index that is there: same analysis, same tables, same files
/// read in the same encoding.
///
/// # Errors
///
/// [`Error::Archive`] if the roots cannot be looked at.
pub fn is_current(meta: &Meta, roots: &[PathBuf], options: &BuildOptions) -> Result<bool, Error> {
    let tables = &options.tables;
    let same = roots.iter().map(|root| absolute(root)).eq(meta.roots.iter().cloned());
    let absolutely = |path: &Option<PathBuf>| path.as_deref().map(absolute);
    let before = meta.tables.files();
    let same_tables = [(&tables.words, &before.words), (&tables.synonyms, &before.synonyms)]
        .into_iter()
        .all(|(now, before)| absolutely(now) == *before);
    let same = same && meta.encoding == options.ingest.encoding;
    Ok(same && same_tables && meta.stale().is_none() && fingerprint(roots, &options.ingest)? == meta.archive)
}

/// As [`Meta::archive`] has it.
pub(crate) fn fingerprint(
    roots: &[PathBuf],
    options: &wensou_ingest::Options,
) -> Result<String, Error> {
    let number = wensou_ingest::fingerprint(roots, options);
    let number = number.map_err(|error| Error::Archive(Box::new(error)))?;
    Ok(written(number))
}

/// A fingerprint as the index keeps it.
fn written(fingerprint: u64) -> String {
    format!("{fingerprint:016x}")
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
