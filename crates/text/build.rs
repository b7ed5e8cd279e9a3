//! Composes what the analysis needs at run time, so that starting costs nothing:
//!
//! - `tables.rs`: the fold (NFKC, lower case, t2s and variants in one), the character classes, the
//!   t2s tables, the scripts of characters, the frequencies and character ids of the dictionary,
//!   and a fingerprint over what terms depend on: fold, classes and dictionary;
//! - `dict.trie`: the dictionary as a double-array trie, which is read in place in the binary.
//!
//! A mistake in a table is a build error that names the line or the character.

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
#[path = "build/dict.rs"]
mod dict;
#[path = "src/fold/ellipsis.rs"]
mod ellipsis;
#[path = "src/tables/ignorable.rs"]
mod ignorable;
#[path = "build/trie.rs"]
mod trie;

use class::Class;
use dict::Dict;

/// The number of characters in a page of a two-level table.
const PAGE: u32 = 64;
/// The first code point that no table covers: a page boundary after the Han blocks, which end at
/// U+323AF.
const LIMIT: u32 = 0x3_2400;
/// A special entry of the fold table: the character folds to several characters. No distance
/// between two characters equals a special entry.
const EXPAND: i32 = i32::MAX;
/// A special entry of the fold table: the character combines with the one before it, or vanishes.
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
    println!("cargo:rerun-if-changed=build/dict.rs");
    println!("cargo:rerun-if-changed=build/trie.rs");
    println!("cargo:rerun-if-changed=src/tables/class.rs");
    println!("cargo:rerun-if-changed=src/tables/ignorable.rs");
    println!("cargo:rerun-if-changed=src/fold/accents.rs");
    println!("cargo:rerun-if-changed=src/fold/ellipsis.rs");

    let t2s = T2s::read(&t2s_path);
    let mappings = compose(&t2s.chars, &read_variants(&variants_path));
    let dict = Dict::read(&dict_path);
    let mut code = String::new();
    let mut hash = Fnv::new();
    emit_fold(&mut code, &mut hash, &mappings);
    emit_classes(&mut code, &mut hash);
    emit_t2s(&mut code, &t2s);
    emit_scripts(&mut code, &t2s);
    let trie = emit_words(&mut code, &mut hash, &dict);
    writeln!(code, "pub(crate) const DATA_FINGERPRINT: u64 = {};", hash.0)
        .expect("writing to a String never fails");

    fs::write(out.join("dict.trie"), trie).expect("OUT_DIR is writable");
    fs::write(out.join("tables.rs"), code).expect("OUT_DIR is writable");
}

/// Writes to `code`, the text of `tables.rs`, the table of what each character folds to. `mappings`
/// are those of t2s and of the variants.
fn emit_fold(code: &mut String, hash: &mut Fnv, mappings: &BTreeMap<char, char>) {
    let fold: Vec<i32> = (0..LIMIT).map(|c| fold_entry(c, mappings)).collect();
    emit_paged(code, "FOLD", "i32", &fold);
    fold.iter().for_each(|entry| hash.add(&entry.to_le_bytes()));
}

/// Writes the table of the [`Class`] of each character.
fn emit_classes(code: &mut String, hash: &mut Fnv) {
    let classes: Vec<u8> = (0..LIMIT).map(class_entry).collect();
    emit_paged(code, "CLASS", "u8", &classes);
    hash.add(&classes);
}

/// Writes the tables of the conversion from Traditional to Simplified characters.
fn emit_t2s(code: &mut String, t2s: &T2s) {
    let mut distances = vec![0i32; LIMIT as usize];
    for (from, to) in &t2s.chars {
        let (from, to) = (*from as u32, *to as u32);
        distances[from as usize] = to.cast_signed() - from.cast_signed();
    }
    emit_paged(code, "T2S", "i32", &distances);
    let phrases = t2s.phrases.iter().map(|phrase| format!("{phrase:?}"));
    emit(code, "T2S_PHRASES", "(&str, &str)", phrases);
    let starts: BTreeSet<char> = t2s.phrases.keys().filter_map(|key| key.chars().next()).collect();
    emit(code, "T2S_PHRASE_STARTS", "char", starts.iter().map(|c| format!("{c:?}")));
}

/// Writes the table of scripts: for each character, bit 0 is set if only Traditional text has it,
/// bit 1 if only Simplified text has it.
fn emit_scripts(code: &mut String, t2s: &T2s) {
    // A character that t2s changes does not occur in Simplified text, unless a phrase keeps it
    // (乾坤).
    let mut scripts = vec![0u8; LIMIT as usize];
    let kept: BTreeSet<char> = t2s.phrases.iter().flat_map(kept_by).collect();
    t2s.chars.keys().filter(|c| !kept.contains(c)).for_each(|c| scripts[*c as usize] |= 1);
    t2s.simplified_only.iter().for_each(|c| scripts[*c as usize] |= 2);
    emit_paged(code, "SCRIPT", "u8", &scripts);
}

/// Writes the frequencies of words and the ids of their characters. Returns the trie of the words,
/// which maps them to ids of frequencies.
fn emit_words(code: &mut String, hash: &mut Fnv, dict: &Dict) -> Vec<u8> {
    // Id 0 means that there is no word: its probability is 0.
    let freqs: Vec<u32> =
        dict.words.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let freq_ids: BTreeMap<u32, u16> = (1..).zip(&freqs).map(|(id, freq)| (*freq, id)).collect();
    assert_eq!(freq_ids.len(), freqs.len(), "16 bits are too few for the frequencies");
    emit(code, "FREQS", "u32", [0].iter().chain(&freqs));
    // Logarithms are taken here, because 15,000 of them would cost every new process 0.2 ms.
    let logs = freqs.iter().map(|freq| format!("{:?}", f64::from(*freq).ln()));
    let logs = std::iter::once("f64::NEG_INFINITY".to_owned()).chain(logs);
    emit(code, "LOG_FREQS", "f64", logs);
    writeln!(code, "pub(crate) const DICT_TOTAL: u64 = {};", dict.total)
        .expect("writing to a String never fails");
    let char_ids = dict.char_ids();
    let mut by_char = vec![0u16; LIMIT as usize];
    char_ids.iter().for_each(|(c, id)| by_char[*c as usize] = *id);
    emit_paged(code, "CHAR_ID", "u16", &by_char);
    // Ids start at 1; characters that no word has share id 0.
    writeln!(code, "pub(crate) const CHAR_IDS: usize = {};", char_ids.len() + 1)
        .expect("writing to a String never fails");
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

/// The three sections of `t2s.tsv`: characters, phrases, and characters that Traditional text does
/// not use.
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
        for (location, fields) in read_tsv(path) {
            match fields.as_slice() {
                [from, to] if to.is_empty() => {
                    t2s.simplified_only.insert(one_char(from, &location));
                }
                [from, to] if from.chars().nth(1).is_none() => {
                    t2s.chars.insert(one_char(from, &location), one_char(to, &location));
                }
                [from, to] => {
                    let (from_length, to_length) = (from.chars().count(), to.chars().count());
                    assert_eq!(from_length, to_length, "{location}: lengths differ");
                    t2s.phrases.insert(from.clone(), to.clone());
                }
                _ => panic!("{location}: expected two fields"),
            }
        }
        t2s
    }
}

/// The characters that a phrase of t2s leaves unchanged.
fn kept_by((from, to): (&String, &String)) -> Vec<char> {
    from.chars().zip(to.chars()).filter(|(a, b)| a == b).map(|(a, _)| a).collect()
}

/// The table `variants.tsv`: what each variant folds to.
fn read_variants(path: &Path) -> BTreeMap<char, char> {
    let mut variants = BTreeMap::new();
    for (location, fields) in read_tsv(path) {
        let [from, to, _group] = fields.as_slice() else {
            panic!("{location}: expected three fields")
        };
        let (from, to) = (one_char(from, &location), one_char(to, &location));
        let normalized = nfkc_lower(from);
        assert_eq!(normalized, from.to_string(), "{location}: NFKC or lower case changes {from}");
        assert!(variants.insert(from, to).is_none(), "{location}: {from} is in the table twice");
    }
    variants
}

/// The location (`FILE:LINE`) and the fields of each line of a table, except empty lines and
/// comments.
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

fn one_char(field: &str, location: &str) -> char {
    let mut chars = field.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => c,
        _ => panic!("{location}: {field:?} is not one character"),
    }
}

/// More mappings in a row than this must be a circle.
const MAX_CHAIN: usize = 8;

/// Combines t2s and the variants, and follows each mapping to its end, so that folding a folded
/// text does not change it.
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
            assert!(round < MAX_CHAIN, "the tables map {from} in a circle");
            to = next;
        }
        composed.insert(*from, to);
    }
    composed
}

/// A character in NFKC and lower case, without ignorable characters.
fn nfkc_lower(c: char) -> String {
    c.nfkd().flat_map(char::to_lowercase).filter(|c| !ignorable::is_ignorable(*c)).nfc().collect()
}

/// How a character folds by itself: the distance to the resulting character, [`EXPAND`] or
/// [`JOIN`].
fn fold_entry(code_point: u32, mappings: &BTreeMap<char, char>) -> i32 {
    let Some(c) = char::from_u32(code_point).map(ellipsis::without_leaders) else { return 0 };
    let lowered: Vec<char> =
        c.nfkd().flat_map(char::to_lowercase).filter(|c| !ignorable::is_ignorable(*c)).collect();
    let Some(first) = lowered.first() else { return JOIN };
    // Whether the character never combines with the one before it.
    let starts_sequence = canonical_combining_class(*first) == 0
        && is_nfc_quick(std::iter::once(*first)) == IsNormalized::Yes;
    if !starts_sequence {
        return JOIN;
    }
    let folded: Vec<char> =
        lowered.iter().map(|c| mappings.get(c).copied().unwrap_or(*c)).nfc().collect();
    // Accents of letters below U+0250, all Latin, stay in the table, because pinyin annotations are
    // recognised by them; the fold drops them as its last step.
    let without_accent = |c: char| if c < '\u{250}' { c } else { accents::without_accent(c) };
    match folded.iter().copied().map(without_accent).collect::<Vec<_>>().as_slice() {
        [to] if accents::ligature(*to).is_some() || has_ligature(*to) => EXPAND,
        [to] => (*to as u32).cast_signed() - code_point.cast_signed(),
        _ => EXPAND,
    }
}

/// Whether a letter is a ligature with an accent.
fn has_ligature(c: char) -> bool {
    c.nfd().next().is_some_and(|first| accents::ligature(first).is_some())
}

/// The number of the [`Class`] of a character.
fn class_entry(code_point: u32) -> u8 {
    let Some(c) = char::from_u32(code_point) else { return Class::Separator as u8 };
    let category = c.general_category();
    let class = if class::is_han(c) {
        Class::Han
    } else if c.is_ascii_digit() {
        Class::Digit
    } else if c == 'ー' {
        Class::LongVowel
    } else if c.is_alphanumeric() {
        match code_point {
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

/// Writes a static array `NAME` whose elements have the type `kind`.
fn emit(code: &mut String, name: &str, kind: &str, values: impl IntoIterator<Item = impl Display>) {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    writeln!(
        code,
        "pub(crate) static {name}: [{kind}; {}] = [{}];",
        values.len(),
        values.join(",")
    )
    .expect("writing to a String never fails");
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
