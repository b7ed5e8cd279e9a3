//! Tests of `check`: an intact index has no finding, and a change in a file is found even if all
//! checksums were computed again.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use wensou_ingest::Silent;
use xxhash_rust::xxh3::xxh3_64;

use super::{Checked, Severity, check, check_files};
use crate::files::{DESCRIPTION, Folder, GENERATION_MARKER, SEAL, Sum};
use crate::generation::current;
use crate::{BuildOptions, Index, build};

/// The sample archive, or a changed copy of it, and its index.
struct SampleIndex {
    folder: TempDir,
    options: BuildOptions,
}

impl SampleIndex {
    /// The sample archive, not indexed yet.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/archive");
        copy_folder(&archive, &folder.path().join("archive"));
        Self { folder, options: BuildOptions::default() }
    }

    fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn build(&self) {
        build(&self.index(), &[self.archive()], &self.options, &Silent).unwrap();
    }

    /// The sample archive with an index that was updated: a base with deleted documents, and a
    /// second segment.
    fn updated() -> Self {
        let sample = Self::new();
        sample.build();
        sample.update();
        sample
    }

    /// Removes a page of the archive, changes two, adds one, and updates the index.
    fn update(&self) {
        let mut pages: Vec<PathBuf> = files_below(&self.archive());
        pages.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
        pages.sort();
        fs::remove_file(&pages[1]).unwrap();
        for (page, text) in [(&pages[5], "改過的一頁"), (&pages[9], "又改過一頁")] {
            let mut bytes = fs::read(page).unwrap();
            bytes.extend(format!("\n\n{text}\n").into_bytes());
            fs::write(page, bytes).unwrap();
        }
        let added = "新的一頁\n\n比特币突破历史高点，市场反应热烈。Ethereum 2.0 上线。\n";
        fs::write(self.archive().join("added.txt"), added).unwrap();
        self.build();
        let index = Index::open(&self.index()).unwrap();
        let segments = index.searcher().segment_readers();
        assert_eq!(segments.len(), 2);
        assert!(segments.iter().any(|segment| segment.num_deleted_docs() > 1));
    }

    fn check(&self) -> Checked {
        check(&self.index(), &self.options.ingest, &Silent).unwrap()
    }

    fn assert_intact(&self, what: &str) {
        let checked = self.check();
        assert_eq!(checked.findings, [], "{what}");
        assert!(checked.archive_compared && checked.records > 0, "{what}");
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let path = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_folder(&entry.path(), &path),
            false => drop(fs::copy(entry.path(), path).unwrap()),
        }
    }
}

/// All files in a folder and the folders in it.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[test]
fn an_intact_index_has_no_finding() {
    let mut sample = SampleIndex::new();
    sample.build();
    sample.assert_intact("built from scratch");
    sample.update();
    sample.assert_intact("updated");
    sample.update();
    sample.assert_intact("updated twice");
    // Rebuild it with so little memory that many segments are written and merged into one.
    sample.options.anew = true;
    sample.options.segment_bytes = 64 << 10;
    sample.options.threads = 3;
    sample.build();
    sample.assert_intact("merged from many segments");
    let words = sample.folder.path().join("words.tsv");
    fs::write(&words, "比特币突破\n").unwrap();
    let synonyms = sample.folder.path().join("synonyms.tsv");
    fs::write(&synonyms, "比特幣\tBTC\n").unwrap();
    sample.options.tables.words = Some(words);
    sample.options.tables.synonyms = Some(synonyms);
    sample.build();
    sample.assert_intact("with tables of the user");
}

#[test]
fn an_index_of_an_empty_archive_has_no_finding() {
    let sample = SampleIndex::new();
    fs::remove_dir_all(sample.archive()).unwrap();
    fs::create_dir(sample.archive()).unwrap();
    sample.build();
    assert_eq!(sample.check().findings, []);
}

#[test]
fn a_root_without_files_is_one_finding() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other, index] = ["one", "other", "index"].map(|name| folder.path().join(name));
    for (root, text) in [(&one, "比特币突破历史高点。"), (&other, "以太坊合并已经完成。")]
    {
        fs::create_dir(root).unwrap();
        fs::write(root.join("page.txt"), format!("新的一頁\n\n{text}\n")).unwrap();
    }
    let options = BuildOptions::default();
    build(&index, &[one, other.clone()], &options, &Silent).unwrap();
    fs::remove_file(other.join("page.txt")).unwrap();
    for is_missing in [false, true] {
        if is_missing {
            fs::remove_dir(&other).unwrap();
        }
        let findings = check(&index, &options.ingest, &Silent).unwrap().findings;
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!(finding.severity, Severity::Unreadable, "{finding:?}");
        assert!(finding.what.contains("other: unreadable: "), "{finding:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_root_without_files_is_named_whatever_else_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let [many, other, index] = ["many", "other", "index"].map(|name| folder.path().join(name));
    for (root, text) in [(&many, "比特币突破历史高点。"), (&other, "以太坊合并已经完成。")]
    {
        fs::create_dir(root).unwrap();
        fs::write(root.join("page.txt"), format!("新的一頁\n\n{text}\n")).unwrap();
    }
    let options = BuildOptions::default();
    build(&index, &[many.clone(), other.clone()], &options, &Silent).unwrap();
    fs::remove_file(other.join("page.txt")).unwrap();
    // More unreadable files than are named: links to what does not exist.
    for number in 0..30 {
        let link = many.join(format!("{number}.txt"));
        std::os::unix::fs::symlink(folder.path().join("nowhere"), link).unwrap();
    }
    let findings = check(&index, &options.ingest, &Silent).unwrap().findings;
    let count = |text: &str| findings.iter().filter(|it| it.what.contains(text)).count();
    assert_eq!(count("other: unreadable: has no files now"), 1, "{findings:?}");
    assert_eq!(count(".txt: unreadable: "), 20, "{findings:?}");
    assert_eq!(count("10 more files: not compared"), 1, "{findings:?}");
}

/// Pseudo-random numbers from a seed, by SplitMix64.
struct Random(u64);

impl Random {
    /// A number from 0 up to, and without, `bound`.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

/// The checksum in the footers of tantivy's files.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
        })
    };
    !bytes.iter().fold(!0, step)
}

/// tantivy's magic number, with which its files end.
const MAGIC: u32 = 1337;
/// The bytes after a footer: its length (u32) and the magic number.
const TAIL: usize = 8;

/// The length of one of tantivy's files without its footer.
fn body_length(bytes: &[u8]) -> usize {
    let tail = bytes.len() - TAIL;
    let length = u32::from_le_bytes(bytes[tail..tail + 4].try_into().unwrap());
    tail - length as usize
}

/// Replaces the checksum in the footer of one of tantivy's files, whose body has this length.
fn update_crc(bytes: &mut Vec<u8>, body_length: usize) {
    let footer = bytes.split_off(body_length);
    let text = std::str::from_utf8(&footer[..footer.len() - TAIL]).unwrap();
    let (version, _) = text.split_once(",\"crc\":").unwrap();
    let text = format!("{version},\"crc\":{}}}", crc32(bytes));
    bytes.extend(text.as_bytes());
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(MAGIC.to_le_bytes());
}

/// The folder of the generation in use.
fn generation_of(dir: &Path) -> Folder {
    let folder = Folder::open(dir).unwrap();
    folder.folder(&current(&folder).unwrap().name).unwrap()
}

/// Computes the checksums of all files again and writes them into the description, and that of the
/// description into `CURRENT` and the seal, so that no file looks changed.
fn update_checksums(dir: &Path) {
    let folder = generation_of(dir);
    let path = folder.path_of(DESCRIPTION);
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for (name, sum) in json["files"].as_object_mut().unwrap() {
        *sum = serde_json::to_value(Sum::of(&folder, name).unwrap()).unwrap();
    }
    let bytes = serde_json::to_vec_pretty(&json).unwrap();
    fs::write(&path, &bytes).unwrap();
    let pointer = fs::read_to_string(dir.join("CURRENT")).unwrap();
    let (before, _) = pointer.trim_end().rsplit_once(' ').unwrap();
    let line = format!("{before} {:016x}\n", xxh3_64(&bytes));
    fs::write(dir.join("CURRENT"), &line).unwrap();
    fs::write(folder.path_of(SEAL), line).unwrap();
}

/// Changes one of the counts in the description. Returns its name.
fn change_count(dir: &Path, random: &mut Random) -> String {
    let path = generation_of(dir).path_of(DESCRIPTION);
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let counts = [
        "/report/articles",
        "/report/flashes_distinct",
        "/report/flashes_seen",
        "/report/undated",
        "/report/unsplit_tags",
        "/base/deleted/documents/0",
        "/base/deleted/documents/1",
        "/base/deleted/characters/0/0",
        "/base/deleted/characters/0/1",
        "/base/deleted/characters/1/2",
    ];
    let count = counts[random.below(counts.len())];
    let value = json.pointer_mut(count).unwrap();
    *value = (value.as_u64().unwrap() + 1 + random.below(3) as u64).into();
    fs::write(&path, serde_json::to_vec_pretty(&json).unwrap()).unwrap();
    format!("{DESCRIPTION}: {count}")
}

/// Changes one to three bytes of a file. With `update_footer`, the footer of a file of tantivy gets
/// the checksum of the changed body. Returns what was changed.
fn change_bytes(path: &Path, random: &mut Random, update_footer: bool) -> String {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let mut bytes = fs::read(path).unwrap();
    let is_of_tantivy = name.contains('.') && !name.ends_with(".json");
    let update_footer = update_footer && is_of_tantivy;
    // If the footer stays as it is, its bytes may change, too.
    let range = if update_footer { body_length(&bytes) } else { bytes.len() };
    let at = random.below(range);
    let count = (1 + random.below(3)).min(range - at);
    let mut change = format!("{name}: {range} bytes, at {at}:");
    for byte in &mut bytes[at..at + count] {
        let before = *byte;
        *byte ^= match random.below(2) {
            0 => 1 << random.below(8),
            _ => 1 + random.below(255) as u8,
        };
        change += &format!(" {before:02x}>{byte:02x}");
    }
    if update_footer {
        update_crc(&mut bytes, range);
        change += ", CRC updated";
    }
    fs::write(path, bytes).unwrap();
    change
}

/// The names of the files of a generation that can be corrupted, in an order that does not depend
/// on the random names of segments.
fn files_to_corrupt(generation: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(generation)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| name != GENERATION_MARKER && name != SEAL);
    let length = |name: &String| fs::metadata(generation.join(name)).unwrap().len();
    names.sort_by_key(|name| (name.rsplit('.').next().unwrap().to_owned(), length(name)));
    names
}

/// The environment variable `WENSOU_CORRUPTIONS` sets how many corruptions are tried instead of 36,
/// and makes the test print each with its finding. Another seed than 17 in `WENSOU_SEED` chooses
/// other corruptions.
#[test]
fn a_corruption_with_recomputed_checksums_is_found() {
    let count_variable = std::env::var("WENSOU_CORRUPTIONS");
    let count: usize = count_variable.as_ref().map_or(36, |count| count.parse().unwrap());
    let seed = std::env::var("WENSOU_SEED").map_or(17, |seed| seed.parse().unwrap());
    let sample = SampleIndex::updated();
    // The damage must be found without the archive.
    fs::remove_dir_all(sample.archive()).unwrap();
    let generation = generation_of(&sample.index()).path().to_path_buf();
    let names = files_to_corrupt(&generation);
    let mut random = Random(seed);
    let mut missed = Vec::new();
    for number in 0..count {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("index");
        copy_folder(&sample.index(), &dir);
        let name = &names[number % names.len()];
        let path = dir.join(generation.file_name().unwrap()).join(name);
        // In every second round over the files, footers do not get the new checksum.
        let update_footer = (number / names.len()).is_multiple_of(2);
        let change = match name == DESCRIPTION {
            true => change_count(&dir, &mut random),
            false => change_bytes(&path, &mut random, update_footer),
        };
        update_checksums(&dir);
        assert_eq!(check_files(&dir).unwrap().findings, [], "{change}");
        let checked = check(&dir, &sample.options.ingest, &Silent).unwrap();
        let damage = checked.findings.iter().find(|finding| finding.severity == Severity::Damage);
        match damage {
            None => missed.push(format!("{number}: {change}")),
            Some(finding) if count_variable.is_ok() => println!("{change} | {}", finding.what),
            Some(_) => {}
        }
    }
    let found = count - missed.len();
    assert!(missed.is_empty(), "{found} of {count} found; missed:\n{}", missed.join("\n"));
}
