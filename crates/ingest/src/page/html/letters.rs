//! Reduces titles and names to what is compared of them.

/// Maximum bytes of a title.
pub(super) const MAX_TITLE_BYTES: usize = 1_200;

/// The letters and digits of a text, for comparing titles and names.
pub(super) fn letters_and_digits(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
