//! The dictionary: the words of the embedded trie, and those of the project and of the user, which
//! are added to them.

use std::hint::select_unpredictable;

use super::added_words::{AddedWord, AddedWords};
use super::trie::{Node, ROOT, for_each_prefix, log_freq};
use crate::tables::{DICT_TOTAL, FREQS, char_id};

/// Words and their frequencies, as in jieba.
#[derive(Debug, Clone)]
pub(crate) struct Dictionary {
    total: u64,
    log_total: f64,
    added: AddedWords,
}

/// The words of one, two and three characters that start at some character, and where longer ones
/// continue.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ShortWords {
    /// The ids of their frequencies; 0 if there is no such word.
    freq_ids: [u16; 3],
    /// Slot of the node of three characters if a longer word passes through it, else 0.
    slot: u32,
}

/// The words that start at some character, and the best of them to take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BestWord {
    /// Bit n is set if a word of n characters starts here.
    pub(crate) lengths: u32,
    /// Log probability of the best route from here to the end of the run.
    pub(crate) log_prob: f64,
    /// Length in characters of the word that this route takes.
    pub(crate) length: usize,
}

impl Dictionary {
    pub(crate) fn new() -> Self {
        Dictionary {
            total: DICT_TOTAL,
            log_total: (DICT_TOTAL as f64).ln(),
            added: AddedWords::default(),
        }
    }

    /// Log of the sum of all frequencies.
    pub(crate) fn log_total(&self) -> f64 {
        self.log_total
    }

    /// Adds a word, or changes its frequency from `before`, which is 0 for a new word.
    pub(crate) fn add(&mut self, word: &[char], freq: u64, before: u64) {
        self.added.add(AddedWord { chars: word.into(), freq, log_freq: (freq as f64).ln() });
        self.total = self.total - before + freq;
        self.log_total = (self.total as f64).ln();
    }

    /// The frequency of a word; `None` if the dictionary does not have it.
    pub(crate) fn freq(&self, word: &[char]) -> Option<u64> {
        let mut added = self.added.starting_with(word).into_iter().flatten();
        if let Some(added) = added.find(|added| *added.chars == *word) {
            return Some(added.freq);
        }
        let (first, others) = word.split_first()?;
        let first = Node::first(char_id(*first))?;
        let node = others.iter().try_fold(first, |node, c| node.child(char_id(*c)))?;
        let freq = FREQS.get(node.freq_id()).filter(|_| node.freq_id() > 0)?;
        Some(u64::from(*freq))
    }

    /// Calls `found` with the length in characters and the log frequency of every word that is a
    /// prefix of `chars`, shorter words first.
    pub(crate) fn for_each_prefix(&self, chars: &[char], mut found: impl FnMut(usize, f64)) {
        // The words of the trie and the added words ascend by length; an added word replaces the
        // equal word of the trie.
        let added = self.added.starting_with(chars).into_iter().flatten();
        let is_prefix = |word: &&AddedWord| {
            // Most words differ from `chars` in the second character, so a call to memcmp would
            // cost more than this loop.
            word.chars.len() <= chars.len() && word.chars.iter().zip(chars).all(|(a, b)| a == b)
        };
        let mut added = added.filter(is_prefix).peekable();
        for_each_prefix(chars, |length, log_freq| {
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

    /// Looks up the words of up to three characters at every character of a run. `ids` are the
    /// character ids of the run, followed by two zeros.
    ///
    /// No look-up depends on whether the one before found anything: a missing node leads to missing
    /// nodes. So there are no unpredictable branches, and the loads of many characters, most of
    /// them cache misses, overlap.
    pub(crate) fn short_words(ids: &[u16], short: &mut Vec<ShortWords>) {
        short.clear();
        short.extend(ids.windows(3).map(|ids| {
            let one = Node::at(u32::from(ids[0])).if_child_of(ROOT);
            let two = Node::at(one.base() ^ u32::from(ids[1])).if_child_of(one.slot);
            let three = Node::at(two.base() ^ u32::from(ids[2])).if_child_of(two.slot);
            let freq_ids = [one, two, three].map(|node| node.freq_id() as u16);
            ShortWords { freq_ids, slot: select_unpredictable(three.base() == 0, 0, three.slot) }
        }));
    }

    /// The words that are prefixes of `chars`, and the best of them to take. `ids` are the
    /// character ids, followed by two zeros; `short` are the short words found for them.
    /// `log_probs(length)` is the log probability of the best route after a word of that length,
    /// also for lengths up to 3 that reach beyond the end of `chars`.
    ///
    /// Of equally probable words the longer one wins. Rounding decides between nearly equal ones,
    /// so the operations are in the same order as in jieba.
    #[inline(always)]
    pub(crate) fn best_word(
        &self,
        chars: &[char],
        ids: &[u16],
        short: ShortWords,
        log_probs: impl Fn(usize) -> f64,
    ) -> BestWord {
        if self.added.words_at(ids[0], ids[1], chars).is_some() {
            return self.best_word_with_added(chars, log_probs);
        }
        let [one, two, three] = short.freq_ids.map(usize::from);
        // A missing word (frequency id 0) has log probability -∞, so it is never taken.
        let mut best = BestWord {
            lengths: u32::from(one != 0) << 1
                | u32::from(two != 0) << 2
                | u32::from(three != 0) << 3,
            log_prob: log_freq(one) - self.log_total + log_probs(1),
            length: 1,
        };
        let log_prob_two = log_freq(two) - self.log_total + log_probs(2);
        best.length = select_unpredictable(log_prob_two >= best.log_prob, 2, best.length);
        best.log_prob =
            select_unpredictable(log_prob_two >= best.log_prob, log_prob_two, best.log_prob);
        if three != 0 {
            best.add(3, log_freq(three) - self.log_total + log_probs(3));
        }
        if short.slot != 0 {
            let mut node = Node::at(short.slot);
            for (length, id) in (4..).zip(&ids[3..]) {
                let Some(next) = node.child(*id) else { break };
                node = next;
                best.add(length, log_freq(node.freq_id()) - self.log_total + log_probs(length));
            }
        }
        best.or_single_char(self.log_total, log_probs)
    }

    /// [`Dictionary::best_word`] where an added word may start.
    #[cold]
    fn best_word_with_added(&self, chars: &[char], log_probs: impl Fn(usize) -> f64) -> BestWord {
        let mut best = BestWord { lengths: 0, log_prob: f64::NEG_INFINITY, length: 1 };
        self.for_each_prefix(chars, |length, log_freq| {
            best.add(length, log_freq - self.log_total + log_probs(length));
        });
        best.or_single_char(self.log_total, log_probs)
    }
}

impl BestWord {
    /// Considers one more word, longer than those before. A log probability of -∞ means that there
    /// is no such word.
    #[inline(always)]
    fn add(&mut self, length: usize, log_prob: f64) {
        if log_prob == f64::NEG_INFINITY {
            return;
        }
        self.lengths |= 1u32.checked_shl(length as u32).unwrap_or(0);
        if log_prob >= self.log_prob {
            (self.log_prob, self.length) = (log_prob, length);
        }
    }

    /// Where no word starts, the character stands alone, as if it were a word of frequency 1.
    #[inline(always)]
    fn or_single_char(mut self, log_total: f64, log_probs: impl Fn(usize) -> f64) -> BestWord {
        if self.log_prob == f64::NEG_INFINITY {
            (self.log_prob, self.length) = (0.0 - log_total + log_probs(1), 1);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    /// The words and frequencies that the trie was built from.
    static WORDS: LazyLock<BTreeMap<Vec<char>, u64>> = LazyLock::new(|| {
        let packed = include_bytes!("../../data/dict.bin");
        let bytes = miniz_oxide::inflate::decompress_to_vec(packed).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let mut word = Vec::new();
        let entry = |line: &str| {
            let fields: Vec<&str> = line.split('\t').collect();
            word.truncate(fields[0].parse().unwrap());
            word.extend(fields[1].chars());
            (word.clone(), fields[2].parse().unwrap())
        };
        text.lines().skip(1).map(entry).collect()
    });

    /// Words that are added, with their frequencies. They have one to six characters, and some have
    /// a character that no word of the trie has (㐀, 䶵, 龘). Two of them are in the trie, too.
    const ADDED: [(&str, u64); 9] = [
        ("中国人民银", 7),
        ("中国", 9),
        ("区块链浏览器", 3),
        ("的", 5),
        ("㐀中国", 4),
        ("䶵", 8),
        ("中䶵", 2),
        ("龘龘龘龘龘", 6),
        ("以太坊", 1),
    ];

    fn with_added() -> (Dictionary, BTreeMap<Vec<char>, u64>) {
        let (mut dictionary, mut words) = (Dictionary::new(), WORDS.clone());
        for (word, freq) in ADDED {
            add(&mut dictionary, word, freq);
            words.insert(chars(word), freq);
        }
        (dictionary, words)
    }

    /// The dictionary with [`ADDED`], and the same words in a map.
    static WITH_ADDED: LazyLock<(Dictionary, BTreeMap<Vec<char>, u64>)> = LazyLock::new(with_added);

    /// Compares all look-ups at the start of `text` with those in a map.
    fn assert_same_as_map(
        dictionary: &Dictionary,
        words: &BTreeMap<Vec<char>, u64>,
        text: &[char],
    ) {
        let expected: Vec<(usize, f64)> = (1..=text.len())
            .filter_map(|length| Some((length, (*words.get(&text[..length])? as f64).ln())))
            .collect();
        let mut found = Vec::new();
        dictionary.for_each_prefix(text, |length, log_freq| found.push((length, log_freq)));
        assert_eq!(found, expected, "{text:?}");
        for length in 1..=text.len() {
            let freq = words.get(&text[..length]).copied();
            assert_eq!(dictionary.freq(&text[..length]), freq, "{text:?}");
        }
        if text.is_empty() {
            return;
        }
        let mut ids: Vec<u16> = text.iter().map(|c| char_id(*c)).collect();
        ids.extend([0, 0]);
        let mut short = Vec::new();
        Dictionary::short_words(&ids, &mut short);
        assert_eq!(short.len(), text.len());
        // A slope makes longer words less probable or more probable, so that words of different
        // lengths win.
        for slope in [-9.0, -0.5, 0.0, 9.0, 30.0] {
            let log_probs = |length: usize| slope * length as f64;
            let found = dictionary.best_word(text, &ids, short[0], log_probs);
            let mut lengths = 0;
            let mut best: Option<(f64, usize)> = None;
            for (length, log_freq) in &expected {
                lengths |= 1u32.checked_shl(*length as u32).unwrap_or(0);
                let log_prob = log_freq - dictionary.log_total() + log_probs(*length);
                if best.is_none_or(|(best, _)| log_prob >= best) {
                    best = Some((log_prob, *length));
                }
            }
            let (log_prob, length) =
                best.unwrap_or((0.0 - dictionary.log_total() + log_probs(1), 1));
            assert_eq!(found, BestWord { lengths, log_prob, length }, "{text:?}");
        }
    }

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    fn add(dictionary: &mut Dictionary, word: &str, freq: u64) {
        let before = dictionary.freq(&chars(word)).unwrap_or(0);
        dictionary.add(&chars(word), freq, before);
    }

    #[test]
    fn every_word_is_found_with_the_words_that_are_its_prefixes() {
        let built_in = Dictionary::new();
        let (dictionary, words) = &*WITH_ADDED;
        assert!(WORDS.len() > 300_000);
        for word in words.keys() {
            // Characters after the word must not change what is found, whether they are of words
            // (中国) or of none (NUL).
            let mut text = word.clone();
            text.extend(['中', '国', '\0']);
            assert_same_as_map(&built_in, &WORDS, &text);
            assert_same_as_map(dictionary, words, &text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn lookups_in_random_text_agree_with_a_map(
            text in "([一-龥]|[的一是在有中国人民银行区块链]|[㐀-䶵𠀀-𠀯]|.){0,12}",
        ) {
            let (dictionary, words) = &*WITH_ADDED;
            let text = chars(&text);
            for at in 0..=text.len() {
                assert_same_as_map(dictionary, words, &text[at..]);
            }
        }
    }

    #[test]
    fn a_changed_frequency_changes_the_total_by_the_difference() {
        let (dictionary, _) = &*WITH_ADDED;
        let before: u64 = ADDED.iter().filter_map(|(word, _)| WORDS.get(&chars(word))).sum();
        let after: u64 = ADDED.iter().map(|(_, freq)| freq).sum();
        assert_eq!(dictionary.total, DICT_TOTAL - before + after);
    }

    #[test]
    fn words_are_found_with_the_frequencies_of_jieba() {
        let dictionary = Dictionary::new();
        assert_eq!(dictionary.freq(&chars("人工智能")), Some(151));
        assert_eq!(dictionary.freq(&chars("人工智")), None);
        let mut lengths = Vec::new();
        dictionary
            .for_each_prefix(&chars("中国人民银行的"), |length, _| lengths.push(length));
        assert_eq!(lengths, [1, 2, 6]);
    }

    #[test]
    fn added_words_are_found_beside_those_of_the_trie_or_replace_them() {
        let mut dictionary = Dictionary::new();
        add(&mut dictionary, "中国人民银", 7);
        add(&mut dictionary, "中国", 9);
        let mut found = Vec::new();
        dictionary.for_each_prefix(&chars("中国人民银行的"), |length, log| {
            found.push((length, log));
        });
        assert_eq!(found.iter().map(|(length, _)| *length).collect::<Vec<_>>(), [1, 2, 5, 6]);
        assert_eq!(found[1..3], [(2, 9f64.ln()), (5, 7f64.ln())]);
    }

    #[test]
    fn characters_that_no_word_has_match_no_word() {
        let dictionary = Dictionary::new();
        for text in ["\0", "a\0b", "\u{10FFFF}x", "é", "中\0"] {
            dictionary.for_each_prefix(&chars(text), |length, _| {
                assert_eq!((text, length), ("中\0", 1));
            });
        }
    }
}
