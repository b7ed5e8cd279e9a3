//! A quick check of all bytes of a text.

/// Whether any two neighbouring bytes of a text are wanted. For texts of which few have such bytes:
/// a loop over all of them without branches becomes vector instructions, and takes less than one
/// search for each kind. `is_wanted` has to combine its conditions by `|` and `&`.
pub(crate) fn any_pair(text: &str, is_wanted: impl Fn(u8, u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let following = bytes.get(1..).unwrap_or_default();
    bytes.iter().zip(following).fold(false, |any, (byte, next)| any | is_wanted(*byte, *next))
}
