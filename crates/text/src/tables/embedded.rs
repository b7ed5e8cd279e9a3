//! The tables of words and synonyms of the repository as text, embedded in the program.

pub(crate) const WORDS: &str = include_str!("../../../../data/tables/words.tsv");
pub(crate) const NAMES: &str = include_str!("../../../../data/tables/names.tsv");
pub(crate) const REGIONS: &str = include_str!("../../../../data/tables/regions.tsv");

/// The hashes of the tables, combined at build time.
pub(crate) const FINGERPRINT: u64 =
    fingerprint(WORDS) ^ fingerprint(NAMES) ^ fingerprint(REGIONS).rotate_left(1);

/// FNV-1a hash over the bytes of a table.
const fn fingerprint(table: &str) -> u64 {
    let bytes = table.as_bytes();
    let (mut hash, mut at) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}
