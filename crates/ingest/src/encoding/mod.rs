//! From bytes to text: detection, decoding, the way back to file offsets, repair of mojibake.

pub(crate) mod decode;
pub(crate) mod detect;
pub(crate) mod edits;
pub(crate) mod entities;
pub(crate) mod legacy;
pub(crate) mod mended;
pub(crate) mod mixed;
pub(crate) mod mojibake;
pub(crate) mod offset_map;
pub(crate) mod restore;
