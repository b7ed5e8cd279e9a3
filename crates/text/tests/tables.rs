//! Tests of `variants.tsv` and `t2s.tsv`, of t2s, of scripts and of the analysis fingerprint.

use std::collections::BTreeSet;

use wensou_text::{Script, analysis_fingerprint, fold, script_of, t2s};

const VARIANTS: &str = include_str!("../../../data/tables/variants.tsv");
/// The groups of variants, which are the third field of each line; the head of the file explains
/// them.
const GROUPS: [&str; 11] = [
    "t2s-phrase",
    "s2t",
    "tw-hk",
    "jp",
    "old-form",
    "variant",
    "usage",
    "radical",
    "numeral",
    "case",
    "symbol",
];

#[test]
fn variants_are_sorted_and_each_is_needed() {
    let mut before = None;
    for line in VARIANTS.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [from, to, group] = fields[..] else { panic!("three fields: {line}") };
        assert!(GROUPS.contains(&group), "unknown group: {line}");
        assert!(before < Some(from.chars().next()), "not sorted by code point: {line}");
        assert_eq!(t2s(from), from, "t2s changes it already: {line}");
        assert_eq!(fold(from), to, "the fold must map FROM to TO: {line}");
        assert_ne!(from, to, "{line}");
        before = Some(from.chars().next());
    }
}

#[test]
fn the_sections_of_the_t2s_table_are_sorted() {
    let table = include_str!("../data/t2s.tsv");
    let lines: Vec<(&str, &str)> = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .collect();
    let keys_where = |is_wanted: fn(&str, &str) -> bool| -> Vec<&str> {
        let wanted = lines.iter().filter(|(from, to)| is_wanted(from, to));
        wanted.map(|(from, _)| *from).collect()
    };
    let chars = keys_where(|from, to| !to.is_empty() && from.chars().count() == 1);
    let phrases = keys_where(|from, _| from.chars().count() > 1);
    let simplified_only = keys_where(|_, to| to.is_empty());
    for (section, keys) in [
        ("characters", chars),
        ("phrases", phrases),
        ("characters that Traditional text does not use", simplified_only),
    ] {
        // A section that is missing would be sorted, too.
        assert!(keys.len() > 200, "{section}");
        assert!(keys.is_sorted(), "{section}");
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "{section}");
    }
}

#[test]
fn t2s_takes_the_longest_phrase_and_keeps_other_text() {
    // By themselves, 乾 becomes 干, 瞭 becomes 了 and 畫 becomes 画.
    assert_eq!(t2s("乾隆與乾燥，瞭望與瞭解"), "乾隆与干燥，瞭望与了解");
    assert_eq!(t2s("計畫 ABC ①"), "计划 ABC ①");
    assert_eq!(t2s(""), "");
}

#[test]
fn scripts_are_recognised_by_their_own_characters() {
    assert_eq!(script_of("台灣的開源社群"), Script::Hant);
    assert_eq!(script_of("台湾的开源社区"), Script::Hans);
    assert_eq!(script_of("開源开源"), Script::Mixed);
    assert_eq!(script_of("乾坤 GPT 中文"), Script::None);
    assert_eq!(script_of(""), Script::None);
}

#[test]
fn the_fingerprint_is_computed_at_compile_time() {
    const FINGERPRINT: u64 = analysis_fingerprint();
    assert_ne!(FINGERPRINT, 0);
}
