//! The analysis of an index: that of the program, with the words and synonyms that the user adds.
//! The user's table of byline labels is handled in the same way as these, although it does not
//! change the analysis.
//!
//! The user's tables are copied into the generation when it is built, so that queries are segmented
//! into the same words as documents, even if the user changes or removes the files later. If a file
//! has changed, its hash differs, and the index is stale.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wensou_ingest::Labels;
use wensou_text::{Segmenter, Synonyms, TableError, parse_synonyms, parse_words};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::Error;
use crate::files::Folder;

/// The maximum length of a table, in bytes: enough for more than a million words.
const TABLE_LIMIT: u64 = 32 << 20;

/// The name of the copy of the user's words in the folder of a generation.
pub(crate) const WORDS: &str = "words.tsv";
/// The name of the copy of the user's synonyms in the folder of a generation.
pub(crate) const SYNONYMS: &str = "synonyms.tsv";
/// The name of the copy of the user's labels in the folder of a generation.
pub(crate) const LABELS: &str = "labels.tsv";

/// The files of the user's tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableFiles {
    /// Words to add to the dictionary, see [`wensou_text::parse_words`].
    pub words: Option<PathBuf>,
    /// Groups of words that mean the same, see [`wensou_text::parse_synonyms`].
    pub synonyms: Option<PathBuf>,
    /// Labels of bylines, see [`Labels::with_table`].
    pub labels: Option<PathBuf>,
}

/// A table that an index was built with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFile {
    /// The absolute path of the file.
    pub path: PathBuf,
    /// XXH3 of its content when it was read, as 16 hexadecimal digits.
    pub hash: String,
}

/// The tables that an index was built with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableMeta {
    /// Words added to the dictionary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<TableFile>,
    /// Groups of words that mean the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synonyms: Option<TableFile>,
    /// Labels of bylines. They decide how pages are read, not how text is analysed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<TableFile>,
}

impl TableMeta {
    /// The files of the tables, from which a later build reads them again.
    #[must_use]
    pub fn files(&self) -> TableFiles {
        let path = |table: &Option<TableFile>| table.as_ref().map(|table| table.path.clone());
        TableFiles {
            words: path(&self.words),
            synonyms: path(&self.synonyms),
            labels: path(&self.labels),
        }
    }

    /// The first table whose file has changed since the build. A file that cannot be read counts as
    /// unchanged, because an index may be used on another machine.
    #[must_use]
    pub fn changed_table(&self) -> Option<&Path> {
        let tables = [&self.words, &self.synonyms, &self.labels].into_iter().flatten();
        let changed = |table: &&TableFile| {
            read_file(&table.path).is_ok_and(|content| hash(&content) != table.hash)
        };
        tables.filter(changed).map(|table| table.path.as_path()).next()
    }

    /// What the tables add to the analysis version in the description: the hashes of the words and
    /// of the synonyms, each after a `+`. Labels are not part of the analysis.
    pub(crate) fn version_suffix(&self) -> String {
        let hash = |table: &Option<TableFile>| {
            table.as_ref().map_or(String::new(), |table| format!("+{}", table.hash))
        };
        hash(&self.words) + &hash(&self.synonyms)
    }
}

/// Reads a table of the user. The path may come from an index that somebody else has built, so only
/// regular files of bounded length are read.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "is not a regular file"));
    }
    if metadata.len() > TABLE_LIMIT {
        let what = format!("has {} bytes, more than the {TABLE_LIMIT} allowed", metadata.len());
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    fs::read(path)
}

fn hash(content: &[u8]) -> String {
    format!("{:016x}", xxh3_64(content))
}

/// The text of a table, and its file for error messages.
struct Table {
    path: PathBuf,
    text: String,
}

impl Table {
    /// Reads the user's file at `path`, or its copy in an earlier generation if that file cannot be
    /// read. A copy of another file is not used.
    fn read(path: Option<PathBuf>, copy: Option<TableCopy<'_>>) -> Result<Option<Self>, Error> {
        let Some(path) = path else { return Ok(None) };
        let absolute = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        let copy = copy.filter(|copy| copy.table.path == absolute);
        let text = match (read_file(&path), copy) {
            (Err(error), Some(copy)) => copy.read().map_err(|problem| {
                let what = format!("{error}; its copy in the index cannot be used: {problem}");
                io::Error::new(error.kind(), what)
            }),
            (content, _) => content.and_then(|content| {
                String::from_utf8(content).map_err(|_| io::Error::other("is not UTF-8"))
            }),
        };
        Ok(Some(Self { text: text.map_err(Error::io("read", &path))?, path }))
    }

    /// Reads the copy of a table in a generation.
    fn read_copy(
        folder: &Folder,
        name: &str,
        table: Option<&TableFile>,
    ) -> Result<Option<Self>, Error> {
        let Some(table) = table else { return Ok(None) };
        let path = folder.path_of(name);
        let text = TableCopy { folder, name, table }.read().map_err(Error::io("read", &path))?;
        Ok(Some(Self { path, text }))
    }

    /// Parses the text of the table. The error names its file.
    fn parsed<T>(&self, parse: impl Fn(&str) -> Result<T, TableError>) -> Result<T, Error> {
        parse(&self.text).map_err(|TableError { line, reason }| Error::Table {
            path: self.path.clone(),
            line,
            reason,
        })
    }
}

/// The copy of a table in a generation.
struct TableCopy<'a> {
    /// The folder of the generation.
    folder: &'a Folder,
    /// The name of the copy.
    name: &'a str,
    /// The table, as the description of the generation states it.
    table: &'a TableFile,
}

impl TableCopy<'_> {
    /// Reads the text of the copy. Fails if its hash is not that of the table.
    fn read(&self) -> io::Result<String> {
        let content = self.folder.read(self.name, TABLE_LIMIT)?;
        let text = String::from_utf8(content).ok();
        let text = text.filter(|text| hash(text.as_bytes()) == self.table.hash);
        text.ok_or_else(|| io::Error::other("checksum mismatch"))
    }
}

/// The labels of bylines that a generation was built with: those of the program and of the copy of
/// the user's table. `None` if it was built without a table of labels.
pub(crate) fn labels_of_generation(
    folder: &Folder,
    meta: &TableMeta,
) -> Result<Option<Labels>, Error> {
    let table = Table::read_copy(folder, LABELS, meta.labels.as_ref())?;
    table.map(|table| table.parsed(Labels::with_table)).transpose()
}

/// The labels of bylines: those of the program and of the user's table. `None` if the user has no
/// table of labels.
pub(crate) fn labels_of_user(files: &TableFiles) -> Result<Option<Labels>, Error> {
    let no_copy = None;
    let table = Table::read(files.labels.clone(), no_copy)?;
    table.map(|table| table.parsed(Labels::with_table)).transpose()
}

/// How text is segmented into words, and which words are synonyms.
#[derive(Debug)]
pub struct Analysis {
    segmenter: Segmenter,
    synonyms: Synonyms,
}

impl Analysis {
    /// What segments text into words.
    #[must_use]
    pub fn segmenter(&self) -> &Segmenter {
        &self.segmenter
    }

    /// Groups of synonyms.
    #[must_use]
    pub fn synonyms(&self) -> &Synonyms {
        &self.synonyms
    }

    /// Makes the analysis from the texts of the user's tables, for an index that stores these texts
    /// and not files.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] if one of them cannot be parsed.
    pub fn of_texts(words: Option<&str>, synonyms: Option<&str>) -> Result<Self, Error> {
        let table = |name: &str, text: Option<&str>| {
            text.map(|text| Table { path: PathBuf::from(name), text: text.to_owned() })
        };
        Self::of(table(WORDS, words).as_ref(), table(SYNONYMS, synonyms).as_ref())
    }

    /// The analysis of the program, with the entries of the user's tables.
    fn of(words: Option<&Table>, synonyms: Option<&Table>) -> Result<Self, Error> {
        let words = words.map_or(Ok(Vec::new()), |table| table.parsed(parse_words))?;
        let groups = synonyms.map_or(Ok(Vec::new()), |table| table.parsed(parse_synonyms))?;
        Ok(Self {
            segmenter: Segmenter::standard_with(words),
            synonyms: Synonyms::standard(groups),
        })
    }

    /// Reads the user's tables, copies them into `folder`, that of a new generation, and makes the
    /// analysis. If a table cannot be read, its copy in an earlier generation is used instead:
    /// `earlier` has the folder of that generation, and the tables that it was built with. Returns
    /// the analysis, the labels of bylines if the user has a table of them, and the entry of the
    /// tables in the description.
    pub(crate) fn read_and_copy_tables(
        files: &TableFiles,
        earlier: Option<(&Folder, &TableMeta)>,
        folder: &Folder,
    ) -> Result<(Self, Option<Labels>, TableMeta), Error> {
        let earlier_copy = |name, table: fn(&TableMeta) -> &Option<TableFile>| {
            let (folder, tables) = earlier?;
            Some(TableCopy { folder, name, table: table(tables).as_ref()? })
        };
        let words = Table::read(files.words.clone(), earlier_copy(WORDS, |tables| &tables.words))?;
        let synonyms =
            Table::read(files.synonyms.clone(), earlier_copy(SYNONYMS, |tables| &tables.synonyms))?;
        let labels =
            Table::read(files.labels.clone(), earlier_copy(LABELS, |tables| &tables.labels))?;
        let analysis = Self::of(words.as_ref(), synonyms.as_ref())?;
        let byline_labels =
            labels.as_ref().map(|table| table.parsed(Labels::with_table)).transpose()?;
        let write = |name: &str, table: Option<Table>| -> Result<Option<TableFile>, Error> {
            let Some(Table { path, text }) = table else { return Ok(None) };
            let written = folder.write_durably(name, text.as_bytes());
            written.map_err(Error::io("write", &folder.path_of(name)))?;
            let path = std::path::absolute(&path).unwrap_or(path);
            Ok(Some(TableFile { path, hash: hash(text.as_bytes()) }))
        };
        let meta = TableMeta {
            words: write(WORDS, words)?,
            synonyms: write(SYNONYMS, synonyms)?,
            labels: write(LABELS, labels)?,
        };
        Ok((analysis, byline_labels, meta))
    }

    /// Reads the copies of the user's words and synonyms in a generation. Returns their texts, in
    /// this order.
    pub(crate) fn table_texts(
        folder: &Folder,
        meta: &TableMeta,
    ) -> Result<[Option<String>; 2], Error> {
        let words = Table::read_copy(folder, WORDS, meta.words.as_ref())?;
        let synonyms = Table::read_copy(folder, SYNONYMS, meta.synonyms.as_ref())?;
        Ok([words, synonyms].map(|table| table.map(|table| table.text)))
    }

    /// Reads the analysis that a generation was built with from the copies of the tables in it.
    pub(crate) fn of_generation(folder: &Folder, meta: &TableMeta) -> Result<Self, Error> {
        let words = Table::read_copy(folder, WORDS, meta.words.as_ref())?;
        let synonyms = Table::read_copy(folder, SYNONYMS, meta.synonyms.as_ref())?;
        Self::of(words.as_ref(), synonyms.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_table_is_replaced_by_its_copy_unless_that_is_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let open = |name: &str| {
            fs::create_dir(dir.path().join(name)).unwrap();
            Folder::open(&dir.path().join(name)).unwrap()
        };
        let earlier = open("earlier");
        // The user's file, which is lost: it is never written here.
        let file = dir.path().join("my-words.tsv");
        let table = TableFile { path: file.clone(), hash: hash("區塊鏈技術\n".as_bytes()) };
        let tables = TableMeta { words: Some(table.clone()), ..TableMeta::default() };
        let files = TableFiles { words: Some(file), ..TableFiles::default() };
        let read = |name| {
            let (earlier, folder) = (Some((&earlier, &tables)), open(name));
            Analysis::read_and_copy_tables(&files, earlier, &folder).map(|(_, _, tables)| tables)
        };
        fs::write(earlier.path_of(WORDS), "區塊鏈技術\n").unwrap();
        assert_eq!(read("from intact copy").unwrap().words, Some(table));
        let other = TableFiles { words: Some(dir.path().join("other.tsv")), ..files.clone() };
        let read_other = Analysis::read_and_copy_tables(
            &other,
            Some((&earlier, &tables)),
            &open("from a copy of another file"),
        );
        assert!(matches!(read_other, Err(Error::Io { .. })), "{read_other:?}");
        fs::write(earlier.path_of(WORDS), "區塊鏈技巧\n").unwrap();
        let error = read("from damaged copy").unwrap_err();
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        assert!(cause.is_some_and(|cause| cause.contains("checksum mismatch")), "{error}");
    }
}
