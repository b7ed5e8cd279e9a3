//! The dictionary: a double-array trie that lies in the binary and is read in place, and the words a user adds.
//!
//! The trie is built by yada in `build.rs` and walked here, because yada would either check all of its 6 MB at every start
//! or take it unchecked; a walk with bounds checked at each step needs neither. A unit is 32 bits, little endian:
//! label (bits 0-7), has-leaf (8), extended offset (9), offset (10-30), is-leaf (31); the child of node `n` by byte `b` is
//! `n ^ offset(n) ^ b`, the value of a word is in the child by 0.

use std::collections::HashMap;

use crate::tables::{DICT_TOTAL, FIRST, FREQS, LOG_FREQS};

static TRIE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/dict.trie"));

const LEAF: u32 = 1 << 31;
const HAS_LEAF: u32 = 1 << 8;

#[inline(always)]
fn unit(node: u32) -> u32 {
    let at = node as usize * 4;
    match TRIE.get(at..at + 4) {
        Some(bytes) => u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
        None => LEAF,
    }
}

/// A node of the trie: its number and its unit.
#[derive(Clone, Copy)]
struct Node(u32, u32);

impl Node {
    #[inline(always)]
    fn offset(self) -> u32 {
        (self.1 >> 10) << ((self.1 & (1 << 9)) >> 6)
    }

    #[inline(always)]
    fn child(self, byte: u8) -> Option<Node> {
        let to = self.0 ^ self.offset() ^ u32::from(byte);
        let there = unit(to);
        (there & (LEAF | 0xFF) == u32::from(byte)).then_some(Node(to, there))
    }

    /// Place of the frequency in `FREQS`, if a word ends here.
    #[inline(always)]
    fn value(self) -> Option<usize> {
        (self.1 & HAS_LEAF != 0).then(|| (unit(self.0 ^ self.offset()) & !LEAF) as usize)
    }
}

/// Words and their frequencies, as jieba knows them.
#[derive(Debug, Clone)]
pub(crate) struct Dictionary {
    total: u64,
    log_total: f64,
    added: AddedWords,
}

/// Words a user adds, by first character, shorter ones first.
#[derive(Debug, Clone, Default)]
struct AddedWords {
    lists: Vec<Vec<Added>>,
    /// For each character of the main block the number of its list, from 1: every character of every text is asked
    /// for, and hashing it would cost more than walking the trie.
    main: Vec<u32>,
    /// The same for the other characters.
    rest: HashMap<char, u32>,
}

/// The main block of Han characters.
const MAIN: std::ops::Range<usize> = 0x4E00..0xA000;

impl AddedWords {
    #[inline(always)]
    fn with_first(&self, first: char) -> Option<&[Added]> {
        let number = match self.main.get((first as usize).wrapping_sub(MAIN.start)) {
            Some(number) => *number,
            None if self.rest.is_empty() => return None,
            None => self.rest.get(&first).copied().unwrap_or(0),
        };
        self.lists.get((number as usize).checked_sub(1)?).map(Vec::as_slice)
    }

    fn list(&mut self, first: char) -> &mut Vec<Added> {
        let number = match MAIN.contains(&(first as usize)) {
            true => {
                if self.main.is_empty() {
                    self.main = vec![0; MAIN.len()];
                }
                &mut self.main[first as usize - MAIN.start]
            }
            false => self.rest.entry(first).or_default(),
        };
        if *number == 0 {
            self.lists.push(Vec::new());
            *number = self.lists.len() as u32;
        }
        &mut self.lists[*number as usize - 1]
    }
}

#[derive(Debug, Clone)]
struct Added {
    chars: Box<[char]>,
    freq: u64,
    log_freq: f64,
}

impl Dictionary {
    pub(crate) fn new() -> Self {
        Dictionary {
            total: DICT_TOTAL,
            log_total: (DICT_TOTAL as f64).ln(),
            added: AddedWords::default(),
        }
    }

    /// Logarithm of the sum of all frequencies.
    pub(crate) fn log_total(&self) -> f64 {
        self.log_total
    }

    /// Adds a word or changes its frequency.
    pub(crate) fn add(&mut self, word: &[char], freq: u64) {
        let Some(first) = word.first() else { return };
        let before = self.freq(word).unwrap_or(0);
        let list = self.added.list(*first);
        let added = Added { chars: word.into(), freq, log_freq: (freq as f64).ln() };
        match list.iter().position(|old| *old.chars == *word) {
            Some(at) => list[at] = added,
            None => {
                let at = list.partition_point(|old| old.chars.len() <= word.len());
                list.insert(at, added);
            }
        }
        self.total = self.total - before + freq;
        self.log_total = (self.total as f64).ln();
    }

    /// Frequency of a word.
    pub(crate) fn freq(&self, word: &[char]) -> Option<u64> {
        let mut added = self.added.with_first(*word.first()?).into_iter().flatten();
        let added = added.find(|added| *added.chars == *word);
        if let Some(added) = added {
            return Some(added.freq);
        }
        let mut node = Node(0, unit(0));
        let mut buffer = [0; 4];
        for c in word {
            for byte in c.encode_utf8(&mut buffer).bytes() {
                node = node.child(byte)?;
            }
        }
        FREQS.get(node.value()?).map(|freq| u64::from(*freq))
    }

    /// Calls `found` with the number of characters and the logarithm of the frequency of every word that `chars` begin
    /// with, shorter words first.
    #[inline(always)]
    pub(crate) fn prefixes(&self, chars: &[char], found: impl FnMut(usize, f64)) {
        let Some(first) = chars.first() else { return };
        match self.added.with_first(*first) {
            None => walk(chars, found),
            Some(added) => merged(chars, added, found),
        }
    }
}

/// Walks the trie where a user added words: theirs replace the dictionary's.
fn merged(chars: &[char], added: &[Added], mut found: impl FnMut(usize, f64)) {
    // Both come by length, shorter words first.
    let mut added = added.iter().filter(|word| chars.starts_with(&word.chars)).peekable();
    walk(chars, |length, log_freq| {
        while let Some(word) = added.next_if(|word| word.chars.len() < length) {
            found(word.chars.len(), word.log_freq);
        }
        let word = added.next_if(|word| word.chars.len() == length);
        found(length, word.map_or(log_freq, |word| word.log_freq));
    });
    for word in added {
        found(word.chars.len(), word.log_freq);
    }
}

/// Walks the embedded trie along `chars`.
#[inline(always)]
fn walk(chars: &[char], mut found: impl FnMut(usize, f64)) {
    let Some((first, rest)) = chars.split_first() else { return };
    // Three steps out of four start at a character of the main block: a table takes them at once.
    let start = match FIRST.get((*first as usize).wrapping_sub(0x4E00)) {
        Some(0) => return,
        Some(node) => Some(Node(*node, unit(*node))),
        None => step(Node(0, unit(0)), *first),
    };
    let Some(mut node) = start else { return };
    let mut length = 1;
    let mut rest = rest.iter();
    loop {
        if let Some(log_freq) = node.value().and_then(|value| LOG_FREQS.get(value)) {
            found(length, *log_freq);
        }
        let Some(next) = rest.next().and_then(|c| step(node, *c)) else { return };
        node = next;
        length += 1;
    }
}

/// One character down the trie.
#[inline(always)]
fn step(node: Node, c: char) -> Option<Node> {
    let code = c as u32;
    if let 0x800..=0xFFFF = code {
        // The bytes of UTF-8, without the detour over a buffer: all but a handful of characters are of this length.
        return node
            .child(0xE0 | (code >> 12) as u8)?
            .child(0x80 | (code >> 6 & 0x3F) as u8)?
            .child(0x80 | (code & 0x3F) as u8);
    }
    let mut buffer = [0; 4];
    c.encode_utf8(&mut buffer).bytes().try_fold(node, Node::child)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn words_are_found_with_the_frequencies_of_jieba() {
        let dictionary = Dictionary::new();
        assert_eq!(dictionary.freq(&chars("人工智能")), Some(151));
        assert_eq!(dictionary.freq(&chars("人工智")), None);
        let mut lengths = Vec::new();
        dictionary.prefixes(&chars("中国人民银行的"), |length, _| lengths.push(length));
        assert_eq!(lengths, [1, 2, 6]);
    }

    #[test]
    fn added_words_stand_beside_and_replace() {
        let mut dictionary = Dictionary::new();
        dictionary.add(&chars("中国人民银"), 7);
        dictionary.add(&chars("中国"), 9);
        let mut found = Vec::new();
        dictionary
            .prefixes(&chars("中国人民银行的"), |length, log| found.push((length, log)));
        assert_eq!(found.iter().map(|(length, _)| *length).collect::<Vec<_>>(), [1, 2, 5, 6]);
        assert_eq!(found[1].1, 9f64.ln());
        assert_eq!(found[2].1, 7f64.ln());
    }

    #[test]
    fn foreign_characters_lead_nowhere() {
        let dictionary = Dictionary::new();
        for text in ["\0", "a\0b", "\u{10FFFF}x", "é", "中\0"] {
            dictionary.prefixes(&chars(text), |length, _| assert_eq!((text, length), ("中\0", 1)));
        }
    }
}
