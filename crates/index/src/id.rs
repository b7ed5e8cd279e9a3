//! Ids as numbers: a letter and twelve hexadecimal digits are seven bytes, and a column of numbers is read without
//! its dictionary.

/// Letters of ids that are made here: of articles, and of flash items.
const LETTERS: [char; 2] = ['a', 'f'];
/// Bits of the digits.
const BITS: u32 = 48;

/// The number of an id that is one of [`LETTERS`] and twelve lower-case hexadecimal digits.
pub(crate) fn number_of(id: &str) -> Option<u64> {
    let mut chars = id.chars();
    let letter = chars.next()?;
    let kind = LETTERS.iter().position(|known| *known == letter)? as u64;
    let digits = chars.as_str();
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let whole = digits.len() == 12 && digits.chars().all(is_digit);
    let number = u64::from_str_radix(digits, 16).ok().filter(|_| whole)?;
    Some(kind << BITS | number)
}

/// The id of a number.
pub(crate) fn id_of(number: u64) -> String {
    let letter = LETTERS[(number >> BITS & 1) as usize];
    format!("{letter}{:012x}", number & ((1 << BITS) - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_is_its_id_again(id in "[afr]{0,1}[0-9a-fA-F+]{11,13}|[af][0-9a-f]{12}|r-1|f\u{e9}[0-9]{10}") {
            if let Some(number) = number_of(&id) {
                prop_assert_eq!(id_of(number), id);
            }
        }

        #[test]
        fn every_id_that_is_made_has_one(letter in "[af]", digits in 0_u64..1 << BITS) {
            let id = format!("{letter}{digits:012x}");
            prop_assert_eq!(number_of(&id).map(id_of), Some(id));
        }
    }

    #[test]
    fn what_a_dump_calls_a_record_is_none() {
        for id in
            ["", "a", "r-1", "a+12345678901", "A123456789012", "a12345678901G", "a1234567890123"]
        {
            assert_eq!(number_of(id), None, "{id}");
        }
    }
}
