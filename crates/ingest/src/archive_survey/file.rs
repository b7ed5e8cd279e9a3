//! Survey files: writes, reads and merges them. A file has a magic number, a format number, a
//! header, the entries of the statistics, and a checksum. Equal surveys have equal files, byte by
//! byte.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use xxhash_rust::xxh3::Xxh3;

use super::error::SurveyFileError as Error;
use super::reading_options::ReadingOptions;
use super::{ArchiveSurvey, FinishedSurvey, Overlap, SurveyPart};
use crate::corpus::entries::Entry;
use crate::corpus::statistics::CorpusStatistics;

/// The first bytes of a survey file.
const MAGIC: &[u8; 12] = b"wensou-stats";
/// The format number. It is raised whenever the meaning of the bytes changes.
const FORMAT: u32 = 1;
/// Bytes to read and write at a time.
const BUFFER: usize = 1 << 18;

/// What a survey file has before the entries of the statistics.
#[derive(Serialize, Deserialize)]
struct Header {
    reading_options: ReadingOptions,
    parts: Vec<SurveyPart>,
    dump_files: Vec<String>,
}

/// Writes a survey to a file. If `path` exists, it is replaced when the new file is complete. Dumps
/// to which no id refers are dropped from the list `dump_files` of the survey first.
///
/// # Errors
///
/// [`SurveyFileError::Io`](Error::Io).
pub fn write_survey_file(survey: &mut ArchiveSurvey, path: &Path) -> Result<(), Error> {
    let failed = |source| Error::Io { what: "write", path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".wensou-").suffix(".stats");
    // Let the umask decide who may read the file, as for any new file. Otherwise only its owner
    // could, because it begins as a temporary file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let temporary = builder.tempfile_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    survey.drop_unused_files();
    write(survey, temporary, path).map_err(failed)
}

/// Writes a survey to a temporary file, and renames that to `path`.
fn write(survey: &ArchiveSurvey, temporary: NamedTempFile, path: &Path) -> io::Result<()> {
    let mut out = Frames { inner: BufWriter::with_capacity(BUFFER, temporary), hash: Xxh3::new() };
    out.write_raw(MAGIC)?;
    out.write_raw(&FORMAT.to_le_bytes())?;
    let ArchiveSurvey { reading_options, parts, dump_files, statistics } = survey;
    out.write_frame(&Header {
        reading_options: reading_options.clone(),
        parts: parts.clone(),
        dump_files: dump_files.clone(),
    })?;
    statistics.each_entry(&mut |entry| out.write_frame(&entry))?;
    // An empty frame ends the entries.
    out.write_raw(&0_u32.to_le_bytes())?;
    let checksum = out.hash.digest().to_le_bytes();
    out.write_raw(&checksum)?;
    let temporary = out.inner.into_inner().map_err(io::IntoInnerError::into_error)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Reads a survey file and finishes its statistics.
///
/// # Errors
///
/// [`SurveyFileError`](Error), if the file cannot be read, or if it is foreign or damaged.
pub fn read_survey_file(path: &Path) -> Result<FinishedSurvey, Error> {
    let (survey, identity) = read(path)?;
    Ok(survey.finish(identity))
}

/// Reads the survey files of several parts of an archive and merges them. The outcome does not
/// depend on the order of the files.
///
/// # Errors
///
/// As [`read_survey_file`]; [`SurveyFileError::Overlap`](Error::Overlap) if parts have files in
/// common, and [`SurveyFileError::DifferentOptions`](Error::DifferentOptions) if they were surveyed
/// with different options.
pub fn merge_survey_files(first: &Path, others: &[PathBuf]) -> Result<ArchiveSurvey, Error> {
    let (mut merged, _) = read(first)?;
    // The parts that each file has, for messages.
    let mut parts_of_files: Vec<(Vec<SurveyPart>, &Path)> = vec![(merged.parts.clone(), first)];
    for path in others {
        let (survey, _) = read(path)?;
        if let Some(what) = merged.reading_options.difference(&survey.reading_options) {
            return Err(Error::DifferentOptions { paths: [first.to_owned(), path.clone()], what });
        }
        if let Some(Overlap { paths: overlapping }) = merged.overlap(&survey) {
            let merged_path = &overlapping[0];
            let is_whole = |part: &SurveyPart| merged_path.is_empty() && part.paths.is_empty();
            let has_path = |part: &SurveyPart| part.paths.contains(merged_path) || is_whole(part);
            let found = parts_of_files.iter().find(|(parts, _)| parts.iter().any(has_path));
            let earlier = found.map_or(first, |(_, file)| file);
            return Err(Error::Overlap { paths: [earlier.to_owned(), path.clone()], overlapping });
        }
        parts_of_files.push((survey.parts.clone(), path));
        merged.merge(survey);
    }
    Ok(merged)
}

/// Reads a survey file. Returns the survey and the checksum of its content.
fn read(path: &Path) -> Result<(ArchiveSurvey, u64), Error> {
    let failed = |source: io::Error| match source.kind() {
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
            Error::Damaged { path: path.to_owned() }
        }
        _ => Error::Io { what: "read", path: path.to_owned(), source },
    };
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(Error::Foreign { path: path.to_owned() });
    }
    let file = File::open(path).map_err(failed)?;
    let mut frames = Frames { inner: BufReader::with_capacity(BUFFER, file), hash: Xxh3::new() };
    match frames.read_raw::<12>() {
        Ok(magic) if magic == *MAGIC => {}
        Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Err(failed(error)),
        _ => return Err(Error::Foreign { path: path.to_owned() }),
    }
    match u32::from_le_bytes(frames.read_raw().map_err(failed)?) {
        FORMAT => read_entries(frames).map_err(failed),
        found => Err(Error::Format { path: path.to_owned(), found, expected: FORMAT }),
    }
}

/// Reads what follows the format number.
fn read_entries(mut frames: Frames<impl Read>) -> io::Result<(ArchiveSurvey, u64)> {
    let damaged = || io::Error::from(ErrorKind::InvalidData);
    let mut buffer = Vec::new();
    let header = frames.read_frame(&mut buffer)?.ok_or_else(damaged)?;
    let Header { reading_options, parts, dump_files } = parse(header)?;
    let mut statistics = CorpusStatistics::default();
    while let Some(entry) = frames.read_frame(&mut buffer)? {
        let entry: Entry<'_> = parse(entry)?;
        let dump_file = match &entry {
            Entry::IdFromDump { id, .. } => Some(id.at.file),
            Entry::ArticleId { file, .. } => Some(*file),
            _ => None,
        };
        if dump_file.is_some_and(|number| number >= dump_files.len() as u64) {
            return Err(damaged());
        }
        statistics.add_entry(entry);
    }
    let identity = frames.hash.digest();
    let checksum = u64::from_le_bytes(frames.read_raw()?);
    let is_end = frames.inner.read(&mut [0])? == 0;
    match identity == checksum && is_end {
        true => Ok((ArchiveSurvey { reading_options, parts, dump_files, statistics }, identity)),
        false => Err(damaged()),
    }
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> io::Result<T> {
    postcard::from_bytes(bytes).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

/// Reads or writes frames: a frame is the length of a piece (u32, little-endian) and its bytes. An
/// empty frame ends the list. Hashes all bytes that are read or written.
struct Frames<T> {
    inner: T,
    hash: Xxh3,
}

impl<T: Write> Frames<T> {
    /// Writes bytes that are not a frame.
    fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.inner.write_all(bytes)
    }

    /// Writes a value as a frame.
    fn write_frame(&mut self, value: &impl Serialize) -> io::Result<()> {
        let bytes = postcard::to_stdvec(value).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.write_raw(&length.to_le_bytes())?;
        self.write_raw(&bytes)
    }
}

impl<T: Read> Frames<T> {
    /// Reads bytes that are not a frame.
    fn read_raw<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.inner.read_exact(&mut bytes)?;
        self.hash.update(&bytes);
        Ok(bytes)
    }

    /// Reads the next frame into `buffer`; `None` for the empty frame that ends the list.
    fn read_frame<'b>(&mut self, buffer: &'b mut Vec<u8>) -> io::Result<Option<&'b [u8]>> {
        let length = u32::from_le_bytes(self.read_raw()?);
        buffer.clear();
        // A damaged length may be huge, so the buffer grows only with the bytes that are there.
        (&mut self.inner).take(length.into()).read_to_end(buffer)?;
        if buffer.len() < length as usize {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.hash.update(buffer);
        Ok((length > 0).then_some(buffer))
    }
}
