//! From bytes to text: detection, decoding, the way back to file offsets, repair of mojibake.
//!
//! | module | what it does |
//! |---|---|
//! | `detect` | detects the encoding of a file |
//! | `mixed` | divides a file with lines in two encodings into sections |
//! | `decode` | decodes a whole file, and maps offsets of the text back to the file |
//! | `offset_map` | the map of offsets that `decode` and dumps use |
//! | `entities` | decodes character references in text pages |
//! | `edits` | small replacements in a text, with the map of offsets |
//! | `binary` | tells whether a decoded file is text |
//! | `clutter` | removes codes of terminals, and byte order marks inside a text |
//! | `mojibake` | recognises a line of mojibake, and repairs it with the next five |
//! | `restore` | reads back UTF-8 that was decoded as GBK, Windows-1252 or another encoding |
//! | `doubled` | reads back UTF-8 that was decoded as Windows-1252 twice |
//! | `legacy` | reads back GB2312 and Big5 that were decoded in another encoding |
//! | `foreign` | reads back text that was decoded in an encoding of another language |
//! | `code_page` | the single-byte encodings in which `foreign` reads |
//! | `short` | repairs short texts on the evidence of others |
//! | `mended` | repairs all texts of a page or record, and counts the repairs |

mod binary;
mod clutter;
mod code_page;
pub(crate) mod decode;
pub(crate) mod detect;
mod doubled;
pub(crate) mod edits;
pub(crate) mod entities;
mod foreign;
pub(crate) mod legacy;
pub(crate) mod mended;
pub(crate) mod mixed;
pub(crate) mod mojibake;
pub(crate) mod offset_map;
pub(crate) mod restore;
pub(crate) mod short;
