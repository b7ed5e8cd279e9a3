//! The words of the archive's field, from `data/tables/words.tsv`.

const TABLE: &str = include_str!("../../../data/tables/words.tsv");

/// FNV-1a over the table, at build time.
pub(crate) const FINGERPRINT: u64 = {
    let bytes = TABLE.as_bytes();
    let (mut hash, mut at) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
};

/// Every word with its frequency, if the table gives one.
pub(crate) fn words() -> impl Iterator<Item = (String, Option<u32>)> {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| match line.split_once('\t') {
        Some((word, freq)) => (word.to_owned(), freq.trim().parse().ok()),
        None => (line.to_owned(), None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fold, is_han};

    #[test]
    fn the_table_is_sorted_and_every_line_can_be_a_word() {
        let words: Vec<String> = words().map(|(word, _)| word).collect();
        assert!(words.len() > 50);
        for pair in words.windows(2) {
            assert!(pair[0] < pair[1], "{} must stand before {}", pair[1], pair[0]);
        }
        for word in words {
            assert!(fold(&word).chars().all(is_han), "{word}");
        }
        for line in TABLE.lines().filter(|line| line.contains('\t') && !line.starts_with('#')) {
            let freq = line.split_once('\t').unwrap().1;
            assert!(freq.trim().parse::<u32>().is_ok(), "{line}: the frequency is a whole number");
        }
    }
}
