//! Characters that are invisible and mean nothing to a search. `build.rs` shares this file.

/// Unicode's Default_Ignorable_Code_Point: soft hyphen, zero-width spaces and joiners, byte order
/// mark, direction marks, variation selectors, fillers. The fold drops them, as Unicode's
/// NFKC_Casefold does; web pages have them inside words.
pub(crate) const fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}
