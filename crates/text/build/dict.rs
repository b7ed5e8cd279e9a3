//! Reads the dictionary that `build.rs` turns into a trie.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The words of `dict.bin` (see `examples/gen-dict.rs`) with their frequencies.
#[derive(Default)]
pub(crate) struct Dict {
    pub(crate) words: BTreeMap<String, u32>,
    /// The sum of all frequencies, including those of words that the file leaves out.
    pub(crate) total: u64,
}

impl Dict {
    pub(crate) fn read(path: &Path) -> Dict {
        // `gen-dict`, which writes `dict.bin`, folds with this crate, so the crate must build
        // without that file.
        if !path.exists() {
            println!(
                "cargo:warning={} is missing: no dictionary; run `just gen-dict`",
                path.display()
            );
            return Dict { total: 1, ..Dict::default() };
        }
        let packed = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let bytes =
            miniz_oxide::inflate::decompress_to_vec(&packed).expect("dict.bin is raw deflate");
        let text = String::from_utf8(bytes).expect("dict.bin holds UTF-8");
        let mut lines = text.lines();
        let total =
            lines.next().and_then(|line| line.parse().ok()).expect("the first line is the total");
        let mut words = BTreeMap::new();
        let mut word: Vec<char> = Vec::new();
        for line in lines {
            let mut fields = line.split('\t');
            let mut field = || fields.next().expect("a line has three fields");
            // A word shares its first characters with the word before it.
            let shared: usize = field().parse().expect("SHARED is a number");
            word.truncate(shared);
            word.extend(field().chars());
            let freq = field().parse().expect("FREQUENCY is a number");
            words.insert(word.iter().collect(), freq);
        }
        Dict { words, total }
    }

    /// Numbers the characters of the words from 1, the most frequent first, so that frequent nodes
    /// of the trie lie together.
    pub(crate) fn char_ids(&self) -> BTreeMap<char, u16> {
        let mut weights: BTreeMap<char, u64> = BTreeMap::new();
        for (word, freq) in &self.words {
            word.chars().for_each(|c| *weights.entry(c).or_default() += u64::from(*freq));
        }
        let mut chars: Vec<(char, u64)> = weights.into_iter().collect();
        chars.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        let ids: BTreeMap<char, u16> = (1..).zip(&chars).map(|(id, (c, _))| (*c, id)).collect();
        assert_eq!(ids.len(), chars.len(), "16 bits are too few for the characters");
        ids
    }
}
