//! A quick check of all pairs of neighbouring bytes of a text.

/// Whether `is_wanted` accepts any byte of a text together with the byte after it. No byte follows
/// the last one, so the caller has to check the last byte.
///
/// The loop has no branches, so that it becomes vector instructions: if few texts have a wanted
/// pair, that is faster than one `memchr` for each kind of pair. For this, `is_wanted` has to
/// combine its conditions by `|` and `&`, not by `||` and `&&`.
pub(crate) fn any_pair(text: &str, is_wanted: impl Fn(u8, u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let following = bytes.get(1..).unwrap_or_default();
    bytes.iter().zip(following).fold(false, |any, (byte, next)| any | is_wanted(*byte, *next))
}
