//! The ids of records: generates them, and converts generated ids to numbers and back. An index
//! keeps the numbers in a column, where each takes eight bytes.

/// First letter of the ids of articles and of flash items.
const LETTERS: [char; 2] = ['a', 'f'];
/// Number of bits that the digits of an id encode.
const BITS: u32 = 48;

/// The id that is generated from a hash: a letter and the first twelve hexadecimal digits of the
/// hash.
pub(crate) fn short_id(letter: char, hash: u64) -> String {
    format!("{letter}{:012x}", hash >> (u64::BITS - BITS))
}

/// A free id for a record of `dump` whose own id is taken by a record of another dump: `id@dump`,
/// or `id@dump@2` and so on if dumps of the same name are in several roots.
pub(crate) fn qualified_id(id: &str, dump: &str, mut is_free: impl FnMut(&str) -> bool) -> String {
    let mut qualified = format!("{id}@{dump}");
    let mut number = 1_u64;
    while !is_free(&qualified) {
        number += 1;
        qualified = format!("{id}@{dump}@{number}");
    }
    qualified
}

/// The number of an id of the generated form (`a` or `f` and twelve lower-case hexadecimal digits);
/// the number has at most 49 bits. `None` for all other ids: nearly all that dumps give, and those
/// that were lengthened to be unique.
#[must_use]
pub fn number_of(id: &str) -> Option<u64> {
    let mut chars = id.chars();
    let letter = chars.next()?;
    let kind = LETTERS.iter().position(|known| *known == letter)? as u64;
    let digits = chars.as_str();
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let is_generated = digits.len() == 12 && digits.chars().all(is_digit);
    let number = u64::from_str_radix(digits, 16).ok().filter(|_| is_generated)?;
    Some(kind << BITS | number)
}

/// The inverse of [`number_of`].
#[must_use]
pub fn of_number(number: u64) -> String {
    short_id(LETTERS[(number >> BITS & 1) as usize], number << (u64::BITS - BITS))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_number_of_an_id_converts_back_to_it(id in "[afr]{0,1}[0-9a-fA-F+]{11,13}|[af][0-9a-f]{12}|r-1|f\u{e9}[0-9]{10}") {
            if let Some(number) = number_of(&id) {
                prop_assert_eq!(of_number(number), id);
            }
        }

        #[test]
        fn every_generated_id_has_a_number(letter in "[af]", digits in 0_u64..1 << BITS) {
            let id = format!("{letter}{digits:012x}");
            prop_assert_eq!(number_of(&id).map(of_number), Some(id));
        }
    }

    #[test]
    fn ids_of_other_forms_have_no_number() {
        for id in
            ["", "a", "r-1", "a+12345678901", "A123456789012", "a12345678901G", "a1234567890123"]
        {
            assert_eq!(number_of(id), None, "{id}");
        }
    }
}
