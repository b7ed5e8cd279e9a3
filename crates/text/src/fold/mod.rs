//! The fold: what makes two spellings of a text one to a search.
//!
//! NFKC, lower case, OpenCC's t2s and the variants of `data/tables/variants.tsv`, composed into one table at build time
//! (default-ignorable characters vanish, as in Unicode's NFKC_Casefold). The fold needs no context: but for sequences that
//! NFKC composes (a letter and its marks, the parts of a Hangul syllable), fold(xy) = fold(x) fold(y), so that any piece
//! of a text, folded, is a piece of the folded text. The phrases of t2s (乾坤 keeps 乾) cannot break this: the variants unify
//! what a phrase treats specially with what the plain table says.
//!
//! Nearly every character becomes one character. [`Folded`] records only the sequences that do not (①② do, ㍿ ﬁ é in two
//! parts do not), so that its map to the original costs next to nothing.

pub(crate) mod ignorable;
pub(crate) mod key;
pub(crate) mod script;
pub(crate) mod t2s;

use std::ops::Range;
use std::sync::OnceLock;

use unicode_normalization::UnicodeNormalization;

use crate::fold::ignorable::is_ignorable;
use crate::tables::{EXPAND, JOIN, at_distance, fold_entry};

/// Folds `text`.
///
/// The result is its own fold, and holds about as many bytes as `text`. Cost: one table look-up a character.
///
/// ```
/// use wensou_text::fold;
/// assert_eq!(fold("開源大模型 ＧＰＴ－４"), "开源大模型 gpt-4");
/// assert_eq!(fold("甚麼"), fold("什么"));
/// ```
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out, |_| {});
    out
}

/// What one character folds to by itself.
///
/// ```
/// assert_eq!(wensou_text::fold_char('臺').collect::<String>(), "台");
/// assert_eq!(wensou_text::fold_char('㍿').collect::<String>(), "株式会社");
/// ```
pub fn fold_char(c: char) -> impl Iterator<Item = char> {
    let entry = fold_entry(c);
    let (one, many) = match entry {
        EXPAND | JOIN => {
            let mut buffer = [0; 4];
            (None, fold(c.encode_utf8(&mut buffer)))
        }
        distance => (Some(at_distance(c, distance)), String::new()),
    };
    one.into_iter().chain(many.chars().collect::<Vec<_>>())
}

/// A sequence of the original that became another number of characters, or several that became several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sequence {
    original_bytes: (usize, usize),
    folded_bytes: (usize, usize),
}

/// Folds `text` to the end of `out` and reports the sequences that are not one character for one.
///
/// Every character is written anew, changed or not: to copy what folds to itself in one piece would have the processor
/// guess for each character of a Traditional text whether it changes.
fn fold_into(text: &str, out: &mut String, mut report: impl FnMut(Sequence)) {
    let mut remaining = text.chars();
    // Where the last character that is plain begins, there and folded; a mark that follows is composed with it.
    let mut last_plain = None;
    loop {
        let at = text.len() - remaining.as_str().len();
        let Some(c) = remaining.next() else { break };
        let entry = if c.is_ascii() { 0 } else { fold_entry(c) };
        if entry == EXPAND || entry == JOIN {
            let (start, folded_from) = match last_plain {
                Some(last) if entry == JOIN => last,
                _ => (at, out.len()),
            };
            out.truncate(folded_from);
            let end = sequence_end(text, at + c.len_utf8());
            fold_sequence(&text[start..end], out);
            report(Sequence {
                original_bytes: (start, end),
                folded_bytes: (folded_from, out.len()),
            });
            last_plain = None;
            remaining = text[end..].chars();
        } else {
            last_plain = Some((at, out.len()));
            out.push(if c.is_ascii() { c.to_ascii_lowercase() } else { at_distance(c, entry) });
        }
    }
}

/// The end of the sequence that goes on at byte `from`: everything that joins what stands before it belongs to it.
fn sequence_end(text: &str, from: usize) -> usize {
    text[from..]
        .char_indices()
        .find(|(_, c)| fold_entry(*c) != JOIN)
        .map_or(text.len(), |(offset, _)| from + offset)
}

/// The fold by the book, for the sequences that the table leaves open. Lower case comes before composition, for `H̱` has
/// no composed form and `ẖ` has one.
fn fold_sequence(sequence: &str, out: &mut String) {
    let decomposed = sequence.nfkd().flat_map(char::to_lowercase).filter(|c| !is_ignorable(*c));
    out.extend(
        decomposed
            .map(|c| match fold_entry(c) {
                EXPAND | JOIN => c,
                distance => at_distance(c, distance),
            })
            .nfc(),
    );
}

/// One exception of a [`Folded`]: all four ranges as (start, length).
#[derive(Debug, Clone, Copy)]
struct Exception {
    folded_char: usize,
    folded_chars: usize,
    original_char: usize,
    original_chars: usize,
}

/// A text, folded, with an exact map back to the original.
///
/// Positions are counted in characters of the folded text unless a name says otherwise. Out-of-range positions are taken
/// for the end of the text.
///
/// ```
/// use wensou_text::Folded;
/// let folded = Folded::new("㍿開源");
/// assert_eq!(folded.as_str(), "株式会社开源");
/// assert_eq!(folded.original_chars(4..6), 1..3);
/// assert_eq!(&folded.original()[folded.original_bytes(2..3)], "㍿");
/// ```
#[derive(Debug, Clone)]
pub struct Folded<'t> {
    original: &'t str,
    text: String,
    chars: usize,
    original_char_count: usize,
    exceptions: Vec<Exception>,
    original_offsets: ByteOffsets,
    folded_offsets: ByteOffsets,
}

impl<'t> Folded<'t> {
    /// Folds `text` and remembers how. Cost: that of [`fold`], and one record for each sequence that is not one
    /// character for one.
    pub fn new(text: &'t str) -> Self {
        let mut out = String::with_capacity(text.len());
        let mut sequences = Vec::new();
        fold_into(text, &mut out, |sequence| sequences.push(sequence));

        let mut exceptions = Vec::with_capacity(sequences.len());
        let (mut original_byte, mut folded_byte) = (0, 0);
        let (mut original_char, mut folded_char) = (0, 0);
        for Sequence { original_bytes, folded_bytes } in sequences {
            let plain = text[original_byte..original_bytes.0].chars().count();
            original_char += plain;
            folded_char += plain;
            let original_chars = text[original_bytes.0..original_bytes.1].chars().count();
            let folded_chars = out[folded_bytes.0..folded_bytes.1].chars().count();
            if (original_chars, folded_chars) != (1, 1) {
                exceptions.push(Exception {
                    folded_char,
                    folded_chars,
                    original_char,
                    original_chars,
                });
            }
            original_char += original_chars;
            folded_char += folded_chars;
            (original_byte, folded_byte) = (original_bytes.1, folded_bytes.1);
        }
        let tail = out[folded_byte..].chars().count();
        Folded {
            original: text,
            text: out,
            chars: folded_char + tail,
            original_char_count: original_char + tail,
            exceptions,
            original_offsets: ByteOffsets::default(),
            folded_offsets: ByteOffsets::default(),
        }
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text as it was given.
    pub fn original(&self) -> &'t str {
        self.original
    }

    /// Number of characters of the folded text.
    pub fn char_count(&self) -> usize {
        self.chars
    }

    /// Whether every character of the original became exactly one.
    pub fn is_one_to_one(&self) -> bool {
        self.exceptions.is_empty()
    }

    /// The byte range of the folded text that the characters `chars` take.
    pub fn folded_bytes(&self, chars: Range<usize>) -> Range<usize> {
        let start = self.folded_offsets.byte_of(&self.text, self.chars, chars.start);
        start..self.folded_offsets.byte_of(&self.text, self.chars, chars.end).max(start)
    }

    /// The characters `chars` of the folded text.
    ///
    /// ```
    /// assert_eq!(wensou_text::Folded::new("開源大模型").slice(2..5), "大模型");
    /// ```
    pub fn slice(&self, chars: Range<usize>) -> &str {
        &self.text[self.folded_bytes(chars)]
    }

    /// The character range of the original that the folded characters `chars` come from: whole characters, and whole
    /// sequences where several became one. An empty range gives the empty range before its character.
    pub fn original_chars(&self, chars: Range<usize>) -> Range<usize> {
        let start = self.original_start(chars.start);
        if chars.end <= chars.start {
            return start..start;
        }
        start..self.original_end(chars.end.min(self.chars)).max(start)
    }

    /// The byte range of the original that the folded characters `chars` come from, always on character boundaries; see
    /// [`Folded::original_chars`].
    pub fn original_bytes(&self, chars: Range<usize>) -> Range<usize> {
        let chars = self.original_chars(chars);
        let start =
            self.original_offsets.byte_of(self.original, self.original_char_count, chars.start);
        start..self.original_offsets.byte_of(self.original, self.original_char_count, chars.end)
    }

    /// First original character of what the folded character `at` comes from.
    fn original_start(&self, at: usize) -> usize {
        if at >= self.chars {
            return self.original_char_count;
        }
        match self.last_exception(|e| e.folded_char <= at) {
            None => at,
            Some(e) if at < e.folded_char + e.folded_chars => e.original_char,
            Some(e) => e.original_char + e.original_chars + (at - e.folded_char - e.folded_chars),
        }
    }

    /// Original character after what the folded character `at - 1` comes from.
    fn original_end(&self, at: usize) -> usize {
        match self.last_exception(|e| e.folded_char < at) {
            None => at,
            Some(e) if at <= e.folded_char + e.folded_chars => e.original_char + e.original_chars,
            Some(e) => e.original_char + e.original_chars + (at - e.folded_char - e.folded_chars),
        }
    }

    /// The last exception of those that `before` is true for: all up to some place.
    fn last_exception(&self, before: impl Fn(&Exception) -> bool) -> Option<&Exception> {
        let after = self.exceptions.partition_point(|e| before(e));
        self.exceptions.get(after.checked_sub(1)?)
    }
}

/// Byte offsets of every 64th character of a text, found when first asked for: most texts are never asked.
#[derive(Debug, Clone, Default)]
struct ByteOffsets(OnceLock<Box<[usize]>>);

impl ByteOffsets {
    const STRIDE: usize = 64;

    /// Byte offset of the character `at` of `text`, which has `count` of them; the length of the text from there on.
    fn byte_of(&self, text: &str, count: usize, at: usize) -> usize {
        if at >= count {
            return text.len();
        }
        if text.len() == count {
            return at;
        }
        let offsets = self.0.get_or_init(|| {
            text.char_indices().step_by(Self::STRIDE).map(|(offset, _)| offset).collect()
        });
        let from = offsets.get(at / Self::STRIDE).copied().unwrap_or(0);
        let found = text[from..].char_indices().nth(at % Self::STRIDE);
        found.map_or(text.len(), |(offset, _)| from + offset)
    }
}
