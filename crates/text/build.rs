//! Composes what the analysis needs at run time, so that starting costs nothing:
//!
//! - `tables.rs`: the fold (NFKC, lower case, t2s and variants in one), the character classes, the
//!   t2s tables, the script sets, the frequencies of the dictionary, and a fingerprint over all of
//!   them;
//! - `dict.trie`: the dictionary as a double-array trie, which is read in place in the binary.
//!
//! A mistake in a table is a build error that names the line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

#[path = "src/fold/accents.rs"]
mod accents;
#[path = "src/tables/class.rs"]
#[expect(unreachable_pub, reason = "the crate exports a part of this file")]
mod class;
#[path = "src/tables/ignorable.rs"]
mod ignorable;
#[path = "build/trie.rs"]
mod trie;

use class::Class;

/// Characters in a page of a two-level table; and the first code point that no table covers, the
/// end of the Han blocks.
const PAGE: u32 = 64;
const LIMIT: u32 = 0x3_2400;
/// Special entries of the fold table. No distance between two characters equals them.
const EXPAND: i32 = i32::MAX;
const JOIN: i32 = i32::MIN;

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    let t2s_path = root.join("data/t2s.tsv");
    let variants_path = root.join("../../data/tables/variants.tsv");
    let dict_path = root.join("data/dict.bin");
    for path in [&t2s_path, &variants_path, &dict_path, &root.join("build.rs")] {
        println!("cargo:rerun-if-changed={}", path.display());
    }
    println!("cargo:rerun-if-changed=build/trie.rs");
    println!("cargo:rerun-if-changed=src/tables/class.rs");
    println!("cargo:rerun-if-changed=src/tables/ignorable.rs");
    println!("cargo:rerun-if-changed=src/fold/accents.rs");

    let t2s = T2s::read(&t2s_path);
    let han = compose(&t2s.chars, &read_variants(&variants_path));
    let dict = Dict::read(&dict_path);
    let mut code = String::new();
    let mut hash = Fnv::new();
    emit_fold(&mut code, &mut hash, &han);
    emit_classes(&mut code, &mut hash);
    emit_t2s(&mut code, &t2s);
    emit_scripts(&mut code, &t2s);
    let trie = emit_words(&mut code, &mut hash, &dict);
    writeln!(code, "pub(crate) const DATA_FINGERPRINT: u64 = {};", hash.0).expect("a string grows");

    fs::write(out.join("dict.trie"), trie).expect("OUT_DIR is writable");
    fs::write(out.join("tables.rs"), code).expect("OUT_DIR is writable");
}

/// What each character folds to.
fn emit_fold(code: &mut String, hash: &mut Fnv, han: &BTreeMap<char, char>) {
    let fold: Vec<i32> = (0..LIMIT).map(|c| fold_entry(c, han)).collect();
    emit_paged(code, "FOLD", "i32", &fold);
    fold.iter().for_each(|entry| hash.add(&entry.to_le_bytes()));
}

/// The [`Class`] of each character.
fn emit_classes(code: &mut String, hash: &mut Fnv) {
    let classes: Vec<u8> = (0..LIMIT).map(class_entry).collect();
    emit_paged(code, "CLASS", "u8", &classes);
    hash.add(&classes);
}

/// The conversion from Traditional to Simplified characters.
fn emit_t2s(code: &mut String, t2s: &T2s) {
    let mut deltas = vec![0i32; LIMIT as usize];
    for (from, to) in &t2s.chars {
        let (from, to) = (*from as u32, *to as u32);
        deltas[from as usize] = to.cast_signed() - from.cast_signed();
    }
    emit_paged(code, "T2S", "i32", &deltas);
    let phrases = t2s.phrases.iter().map(|phrase| format!("{phrase:?}"));
    emit(code, "T2S_PHRASES", "(&str, &str)", phrases);
    let starts: BTreeSet<char> = t2s.phrases.keys().filter_map(|key| key.chars().next()).collect();
    emit(code, "T2S_PHRASE_STARTS", "char", starts.iter().map(|c| format!("{c:?}")));
}

/// For each character, bit 0 is set if only Traditional text has it, bit 1 if only Simplified text
/// has it.
fn emit_scripts(code: &mut String, t2s: &T2s) {
    // A character that t2s changes does not occur in Simplified text, unless a phrase keeps it
    // (乾坤).
    let mut scripts = vec![0u8; LIMIT as usize];
    let kept: BTreeSet<char> = t2s.phrases.iter().flat_map(kept_by).collect();
    t2s.chars.keys().filter(|c| !kept.contains(c)).for_each(|c| scripts[*c as usize] |= 1);
    t2s.simplified_only.iter().for_each(|c| scripts[*c as usize] |= 2);
    emit_paged(code, "SCRIPT", "u8", &scripts);
}

/// The frequencies of words and the ids of their characters. Returns the trie of the words, which
/// maps them to ids of frequencies.
fn emit_words(code: &mut String, hash: &mut Fnv, dict: &Dict) -> Vec<u8> {
    // Id 0 means that there is no word: its probability is 0.
    let freqs: Vec<u32> =
        dict.words.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let freq_ids: BTreeMap<u32, u16> = (1..).zip(&freqs).map(|(id, freq)| (*freq, id)).collect();
    assert_eq!(freq_ids.len(), freqs.len(), "16 bits are too few for the frequencies");
    emit(code, "FREQS", "u32", [0].iter().chain(&freqs));
    // Logarithms are taken here, because 15,000 of them would cost a cold query 0.2 ms.
    let logs = freqs.iter().map(|freq| format!("{:?}", f64::from(*freq).ln()));
    let logs = std::iter::once("f64::NEG_INFINITY".to_owned()).chain(logs);
    emit(code, "LOG_FREQS", "f64", logs);
    writeln!(code, "pub(crate) const DICT_TOTAL: u64 = {};", dict.total).expect("a string grows");
    let char_ids = dict.char_ids();
    let mut by_char = vec![0u16; LIMIT as usize];
    char_ids.iter().for_each(|(c, id)| by_char[*c as usize] = *id);
    emit_paged(code, "CHAR_ID", "u16", &by_char);
    writeln!(code, "pub(crate) const CHAR_IDS: usize = {};", char_ids.len() + 1)
        .expect("a string grows");
    let mut words: Vec<(Vec<u16>, u16)> = dict
        .words
        .iter()
        .map(|(word, freq)| (word.chars().map(|c| char_ids[&c]).collect(), freq_ids[freq]))
        .collect();
    words.sort_unstable();
    for (word, freq) in &dict.words {
        hash.add(word.as_bytes());
        hash.add(&freq.to_le_bytes());
    }
    trie::DoubleArray::of(&words).units().flat_map(u64::to_le_bytes).collect()
}

/// The three sections of `t2s.tsv`.
struct T2s {
    chars: BTreeMap<char, char>,
    phrases: BTreeMap<String, String>,
    simplified_only: BTreeSet<char>,
}

impl T2s {
    fn read(path: &Path) -> T2s {
        let mut t2s = T2s {
            chars: BTreeMap::new(),
            phrases: BTreeMap::new(),
            simplified_only: BTreeSet::new(),
        };
        for (at, fields) in read_tsv(path) {
            match fields.as_slice() {
                [from, to] if to.is_empty() => {
                    t2s.simplified_only.insert(one_char(from, &at));
                }
                [from, to] if from.chars().nth(1).is_none() => {
                    t2s.chars.insert(one_char(from, &at), one_char(to, &at));
                }
                [from, to] => {
                    assert_eq!(from.chars().count(), to.chars().count(), "{at}: lengths differ");
                    t2s.phrases.insert(from.clone(), to.clone());
                }
                _ => panic!("{at}: expected two fields"),
            }
        }
        t2s
    }
}

/// The characters that a phrase of t2s keeps.
fn kept_by((from, to): (&String, &String)) -> Vec<char> {
    from.chars().zip(to.chars()).filter(|(a, b)| a == b).map(|(a, _)| a).collect()
}

fn read_variants(path: &Path) -> BTreeMap<char, char> {
    let mut variants = BTreeMap::new();
    for (at, fields) in read_tsv(path) {
        let [from, to, _group] = fields.as_slice() else { panic!("{at}: expected three fields") };
        let (from, to) = (one_char(from, &at), one_char(to, &at));
        assert_eq!(nfkc_lower(from), from.to_string(), "{at}: NFKC or lower case changes {from}");
        assert!(variants.insert(from, to).is_none(), "{at}: {from} is in the table twice");
    }
    variants
}

fn read_tsv(path: &Path) -> impl Iterator<Item = (String, Vec<String>)> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let lines: Vec<_> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(n, line)| {
            (format!("{}:{}", path.display(), n + 1), line.split('\t').map(str::to_owned).collect())
        })
        .collect();
    lines.into_iter()
}

fn one_char(field: &str, at: &str) -> char {
    let mut chars = field.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => c,
        _ => panic!("{at}: {field:?} is not one character"),
    }
}

/// Combines t2s and the variants, and follows each mapping to its end, so that folding twice is
/// folding once.
fn compose(t2s: &BTreeMap<char, char>, variants: &BTreeMap<char, char>) -> BTreeMap<char, char> {
    let step = |c: char| t2s.get(&c).or_else(|| variants.get(&c)).copied();
    for from in variants.keys() {
        assert!(
            !t2s.contains_key(from),
            "variants.tsv: t2s already changes {from}; use {} instead",
            t2s[from]
        );
    }
    let mut composed = BTreeMap::new();
    for from in t2s.keys().chain(variants.keys()) {
        let mut to = *from;
        for round in 0.. {
            let Some(next) = step(to) else { break };
            assert!(round < 8, "the tables map {from} in a circle");
            to = next;
        }
        composed.insert(*from, to);
    }
    composed
}

fn nfkc_lower(c: char) -> String {
    c.nfkd().flat_map(char::to_lowercase).filter(|c| !ignorable::is_ignorable(*c)).nfc().collect()
}

/// How a character folds by itself: the distance to the resulting character, `EXPAND` or `JOIN`.
fn fold_entry(code: u32, han: &BTreeMap<char, char>) -> i32 {
    let Some(c) = char::from_u32(code) else { return 0 };
    let lowered: Vec<char> =
        c.nfkd().flat_map(char::to_lowercase).filter(|c| !ignorable::is_ignorable(*c)).collect();
    let Some(first) = lowered.first() else { return JOIN };
    let starts = canonical_combining_class(*first) == 0
        && is_nfc_quick(std::iter::once(*first)) == IsNormalized::Yes;
    if !starts {
        return JOIN;
    }
    let folded: Vec<char> =
        lowered.iter().map(|c| han.get(c).copied().unwrap_or(*c)).nfc().collect();
    // The accents of the first blocks tell pinyin, so the fold drops them at its end.
    let plain = |c: char| if c < '\u{250}' { c } else { accents::plain(c) };
    match folded.iter().copied().map(plain).collect::<Vec<_>>().as_slice() {
        [to] if accents::ligature(*to).is_some() || has_ligature(*to) => EXPAND,
        [to] => (*to as u32).cast_signed() - code.cast_signed(),
        _ => EXPAND,
    }
}

/// Whether a letter is a ligature with an accent.
fn has_ligature(c: char) -> bool {
    c.nfd().next().is_some_and(|first| accents::ligature(first).is_some())
}

fn class_entry(code: u32) -> u8 {
    let Some(c) = char::from_u32(code) else { return Class::Separator as u8 };
    let category = c.general_category();
    let class = if class::is_han(c) {
        Class::Han
    } else if c.is_ascii_digit() {
        Class::Digit
    } else if c == 'ー' {
        Class::LongVowel
    } else if c.is_alphanumeric() {
        match code {
            0x0041..=0x024F
            | 0x0250..=0x02AF
            | 0x1D00..=0x1D7F
            | 0x1E00..=0x1EFF
            | 0x2C60..=0x2C7F
            | 0xA720..=0xA7FF => Class::Latin,
            0x0370..=0x03FF | 0x1F00..=0x1FFF => Class::Greek,
            0x0400..=0x052F | 0x1C80..=0x1C8F => Class::Cyrillic,
            0x3041..=0x309F => Class::Hiragana,
            0x30A0..=0x30FF | 0x31F0..=0x31FF => Class::Katakana,
            0x1100..=0x11FF | 0x3130..=0x318F | 0xA960..=0xA97F | 0xAC00..=0xD7FF => Class::Hangul,
            _ => Class::Letter,
        }
    } else if matches!(category, GeneralCategory::OtherSymbol | GeneralCategory::PrivateUse) {
        Class::Symbol
    } else if c.general_category_group() == GeneralCategoryGroup::Mark {
        Class::Mark
    } else {
        Class::Separator
    };
    class as u8
}

/// The words of `dict.bin` (see `examples/gen-dict.rs`) with their frequencies.
#[derive(Default)]
struct Dict {
    words: BTreeMap<String, u32>,
    total: u64,
}

impl Dict {
    fn read(path: &Path) -> Dict {
        // The generator of this file folds with this crate, so the crate must build without the
        // file.
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
    fn char_ids(&self) -> BTreeMap<char, u16> {
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

/// Writes `NAME_PAGES`, the page number of every 64 characters, and `NAME`, the distinct pages one
/// after the other.
fn emit_paged<T: Copy + Display + Ord>(code: &mut String, name: &str, kind: &str, values: &[T]) {
    let mut seen: BTreeMap<&[T], usize> = BTreeMap::new();
    let mut pages: Vec<&[T]> = Vec::new();
    let mut index = Vec::new();
    for page in values.chunks(PAGE as usize) {
        let number = *seen.entry(page).or_insert_with(|| {
            pages.push(page);
            pages.len() - 1
        });
        index.push(number);
    }
    emit(code, &format!("{name}_PAGES"), "u16", index);
    emit(code, name, kind, pages.concat());
}

fn emit(code: &mut String, name: &str, kind: &str, values: impl IntoIterator<Item = impl Display>) {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    writeln!(
        code,
        "pub(crate) static {name}: [{kind}; {}] = [{}];",
        values.len(),
        values.join(",")
    )
    .expect("a string grows");
}

/// FNV-1a, 64 bits; good enough for a fingerprint.
struct Fnv(u64);

impl Fnv {
    fn new() -> Fnv {
        Fnv(0xCBF2_9CE4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }
}
