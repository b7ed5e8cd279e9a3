//! Formats counts and sizes for people.

/// A number with its noun: `1 hit`, `2 hits`, `3 queries`. The plural of a noun that ends in `y`
/// ends in `ies`, so `day` is no possible noun.
pub(crate) fn count_noun(number: impl TryInto<u64>, noun: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    match noun.strip_suffix('y') {
        _ if number == 1 => format!("1 {noun}"),
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {noun}s"),
    }
}

/// A number of bytes in decimal units.
pub(crate) fn byte_size(number: u64) -> String {
    indicatif::DecimalBytes(number).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_singular() {
        let counts = [0_u64, 1, 2].map(|number| count_noun(number, "flash item"));
        assert_eq!(counts, ["0 flash items", "1 flash item", "2 flash items"]);
        assert_eq!(count_noun(1_usize, "query"), "1 query");
        assert_eq!(count_noun(3_usize, "query"), "3 queries");
    }
}
