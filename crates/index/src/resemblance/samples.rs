//! Samples of texts: enough of their shingles to tell most pairs of different texts apart without
//! reading their records.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::compare::count_common;
use super::sketch::{Sketch, is_short, mixed, shingles};

/// A shingle is sampled if its hash is a multiple of this, so a shingle that two texts share is in
/// both samples or in neither.
const ONE_IN: u32 = 8;
/// The maximum number of shingles in a sample: those with the lowest hashes.
const MAX_SHINGLES: usize = 512;
/// A sample with fewer shingles than this does not suffice to call texts different.
const MIN_SHINGLES: usize = 16;
/// Texts are different if less than this fraction of the smaller sample is in the other sample. Of
/// pairs of texts that share three quarters of their shingles, one in a thousand is wrongly taken
/// for different.
const MIN_SHARED: f64 = 0.5;

/// What is known of a text without reading its record.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    /// The hash of the whole body, or 0 if the body is short.
    text_hash: u64,
    /// The hashes of the sampled shingles, ascending, each once.
    shingles: Vec<u32>,
}

/// What two samples say about their texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// The texts are the same.
    Same,
    /// The samples cannot tell: the texts have to be compared.
    Unknown,
    /// The texts are not near-duplicates.
    Different,
}

/// The sketch and the sample of an article. `title` and `body` are the key characters of its title
/// and body, and `text` is its body as stored. One function makes both, so that shingles are hashed
/// only once.
pub(crate) fn sketch_and_sample(title: &[char], body: &[char], text: &str) -> (Sketch, Sample) {
    if is_short(body) {
        return (Sketch::of_short(title, body), Sample::default());
    }
    let mut sketch = Sketch::default();
    let (mut sampled, mut count) = (vec![0; body.len()], 0);
    shingles(body).for_each(|hash| {
        sketch.add(hash);
        // Write every hash, and let the next one overwrite it unless it is sampled: a branch would
        // be unpredictable.
        sampled[count] = hash;
        count += usize::from(hash.is_multiple_of(ONE_IN));
    });
    sampled.truncate(count);
    sampled.sort_unstable();
    sampled.dedup();
    sampled.truncate(MAX_SHINGLES);
    sampled.shrink_to_fit();
    (sketch, Sample { text_hash: text_hash(body, text), shingles: sampled })
}

/// The hash of a whole body: of its key characters and, because these do not tell 3.5% from 35%, of
/// all digits and ASCII punctuation of the original text.
fn text_hash(body: &[char], text: &str) -> u64 {
    let is_symbol = |b: u8| b.is_ascii_digit() || b.is_ascii_punctuation();
    let mut hash = 0;
    // Most bytes are neither digits nor punctuation, so whole blocks are checked at once.
    for block in text.as_bytes().chunks(32) {
        if block.iter().fold(false, |any, b| any | is_symbol(*b)) {
            let symbols = block.iter().filter(|b| is_symbol(**b));
            hash = symbols.fold(hash, |hash, b| mixed(hash ^ u64::from(b + 1)));
        }
    }
    let (threes, remaining) = body.as_chunks::<3>();
    // A character has at most 21 bits, so three of them fit into a u64.
    let joined = |chars: &[char]| chars.iter().fold(0, |all, c| all << 21 | u64::from(*c));
    hash = mixed(hash ^ body.len() as u64);
    hash = threes.iter().fold(hash, |hash, three| mixed(hash ^ joined(three)));
    mixed(hash ^ joined(remaining))
}

impl Sample {
    /// What two samples say about their texts.
    pub(crate) fn compare(&self, other: &Self) -> Likeness {
        if self.text_hash == other.text_hash && self.text_hash != 0 {
            return Likeness::Same;
        }
        // A sample of the maximum size may have been cut: then the sampled shingles whose hashes
        // are above its last one are missing. So compare only as far as both samples are complete.
        let complete_up_to = |sample: &Self| match sample.shingles.len() {
            MAX_SHINGLES => sample.shingles.last().copied().unwrap_or(u32::MAX),
            _ => u32::MAX,
        };
        let end = complete_up_to(self).min(complete_up_to(other));
        let [a, b] = [self, other].map(|sample| {
            let comparable = sample.shingles.partition_point(|hash| *hash <= end);
            &sample.shingles[..comparable]
        });
        let smaller = a.len().min(b.len());
        match smaller >= MIN_SHINGLES && (count_common(a, b) as f64) < MIN_SHARED * smaller as f64 {
            true => Likeness::Different,
            false => Likeness::Unknown,
        }
    }
}

/// Writes the samples of a build into a nameless temporary file.
pub(crate) struct SamplesWriter {
    folder: PathBuf,
    /// The file; `None` until there is a sample.
    file: Option<BufWriter<File>>,
    /// The offset in the file at which each sample ends.
    ends: Vec<u64>,
}

impl SamplesWriter {
    /// No samples yet. Their file is made in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), file: None, ends: Vec::new() }
    }

    /// Adds the sample of the next text.
    pub(crate) fn push(&mut self, sample: &Sample) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(tempfile::tempfile_in(&self.folder)?)),
        };
        file.write_all(&sample.text_hash.to_le_bytes())?;
        for shingle in &sample.shingles {
            file.write_all(&shingle.to_le_bytes())?;
        }
        let end = self.ends.last().copied().unwrap_or_default();
        self.ends.push(end + 8 + 4 * sample.shingles.len() as u64);
        Ok(())
    }

    /// Writes what is buffered, and returns the samples for reading. None can be added to these,
    /// because reading moves the position in the file.
    pub(crate) fn finish(self) -> io::Result<Samples> {
        let file = self.file.map(BufWriter::into_inner).transpose()?;
        Ok(Samples { file, first: None, ends: self.ends })
    }
}

/// The samples of a build, in a nameless temporary file.
pub(crate) struct Samples {
    /// The file; `None` if there are no samples.
    file: Option<File>,
    /// The first text of the pair that was compared last, and its sample. Pairs come in the order
    /// of their first texts, so the next pair often begins with the same text.
    first: Option<(usize, Sample)>,
    /// The offset in the file at which each sample ends.
    ends: Vec<u64>,
}

impl Samples {
    /// What the samples of two texts, given by their indexes, say about the texts;
    /// [`Likeness::Unknown`] if there are no samples.
    pub(crate) fn compare(&mut self, a: usize, b: usize) -> io::Result<Likeness> {
        let first = match self.first.take() {
            Some((text, sample)) if text == a => sample,
            _ => self.read(a)?,
        };
        let likeness = first.compare(&self.read(b)?);
        self.first = Some((a, first));
        Ok(likeness)
    }

    /// The sample of a text, by its index.
    fn read(&mut self, text: usize) -> io::Result<Sample> {
        let Some(file) = &mut self.file else { return Ok(Sample::default()) };
        let start = text.checked_sub(1).map_or(0, |before| self.ends[before]);
        let mut bytes = vec![0; (self.ends[text] - start) as usize];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut bytes)?;
        let (text_hash, shingles) = bytes.split_first_chunk().unwrap_or((&[0; 8], &[]));
        let (shingles, _) = shingles.as_chunks::<4>();
        let shingles = shingles.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        Ok(Sample { text_hash: u64::from_le_bytes(*text_hash), shingles })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The characters `from..from + length` of a text of 20,000 different characters: two parts of
    /// it share shingles only where their ranges overlap.
    fn text(from: u32, length: u32) -> Vec<char> {
        (from..from + length).map(|n| char::from_u32(0x4E00 + n * 7919 % 20_000).unwrap()).collect()
    }

    fn sample_of(body: &[char]) -> Sample {
        let (_, sample) = sketch_and_sample(&[], body, "");
        sample
    }

    #[test]
    fn samples_tell_different_texts_apart() {
        let sample = |from, length| sample_of(&text(from, length));
        let compare = |a: Sample, b: Sample| a.compare(&b);
        use Likeness::{Different, Same, Unknown};
        assert_eq!(compare(sample(0, 900), sample(0, 900)), Same);
        assert_eq!(compare(sample(0, 900), sample(0, 600)), Unknown, "a cut text");
        assert_eq!(
            compare(sample(0, 900), sample(0, 9000)),
            Unknown,
            "a small part of a long text"
        );
        assert_eq!(compare(sample(0, 900), sample(600, 900)), Different, "a third is the same");
        assert_eq!(compare(sample(0, 60), sample(5000, 60)), Unknown, "too little is known");
        assert_eq!(compare(sample(0, 10), sample(0, 10)), Unknown, "short texts");
    }

    #[test]
    fn samples_are_read_as_they_were_written() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = SamplesWriter::new(dir.path());
        // Texts of 10 and of 0 characters are too short for a sample; theirs is empty.
        let all: Vec<Sample> = [900, 10, 0, 9000, 80].map(|n| sample_of(&text(n, n))).into();
        all.iter().for_each(|sample| writer.push(sample).unwrap());
        let mut samples = writer.finish().unwrap();
        for (text, sample) in all.iter().enumerate().rev() {
            assert_eq!(samples.read(text).unwrap(), *sample);
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nameless");
    }
}
