//! The fold, which maps all spellings that a search treats alike to one spelling.
//!
//! It combines NFKC, lower case, OpenCC's t2s and the variants of `data/tables/variants.tsv` in one
//! table, which is built at compile time. Latin, Greek and Cyrillic letters lose their accents, and
//! ligatures become the letters that they join ([`accents`]). A row of dots such as `…` stays one
//! character ([`ellipsis`]). Default-ignorable characters vanish, as in Unicode's
//! NFKC_Casefold.
//!
//! The fold needs no context: fold(xy) = fold(x) fold(y), except for sequences that NFKC composes
//! (a letter and its combining marks, the parts of a Hangul syllable). So, except for such
//! sequences, the fold of a piece of a text is a piece of the fold of that text. The phrases of t2s
//! (乾坤 keeps 乾) do not break this, because the variants unify the characters that a phrase treats
//! specially.
//!
//! There is another exception: pinyin in brackets vanishes after a Chinese character
//! ([`annotation`]). But a text can be cut before any Chinese character without changing its fold.
//!
//! Almost every character, such as ①, folds to exactly one. ㍿ and ﬁ fold to several, and é as two
//! code points (a letter and a combining accent) folds to one character. [`Folded`] records only
//! these exceptions, so its map back to the original costs almost nothing.

pub(crate) mod accents;
pub(crate) mod annotation;
mod chars;
pub(crate) mod ellipsis;
pub(crate) mod key;
mod offsets;
pub(crate) mod pattern;
mod removed;
pub(crate) mod script;
pub(crate) mod symbols;
pub(crate) mod t2s;

use std::borrow::Cow;
use std::ops::Range;

use crate::fold::accents::without_accent;
use crate::fold::chars::{Sequence, fold_into};
use crate::fold::offsets::ByteOffsets;
use crate::fold::removed::{may_have_annotations_or_accents, removed_ranges, without_accents};
use crate::tables::{EXPAND, JOIN, at_distance, fold_entry};

/// Folds `text`.
///
/// The result has about as many bytes as `text`, and folding it again does not change it. Cost: one
/// table look-up for each character.
///
/// ```
/// use wensou_text::fold;
/// assert_eq!(fold("開源大模型 ＧＰＴ－４"), "开源大模型 gpt-4");
/// assert_eq!(fold("甚麼"), fold("什么"));
/// ```
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out, |_| {});
    if !may_have_annotations_or_accents(&out) {
        return out;
    }
    for range in removed_ranges(&out).into_iter().rev() {
        out.replace_range(range, "");
    }
    // Last, because an annotation is recognised by the tone mark of its pinyin.
    without_accents(out)
}

/// The fold of a single character.
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
        distance => (Some(without_accent(at_distance(c, distance))), String::new()),
    };
    one.into_iter().chain(many.chars().collect::<Vec<_>>())
}

/// A sequence of the original that does not fold one to one: several characters, or one that folds
/// to several or to none. Offsets and numbers are in characters.
#[derive(Debug, Clone, Copy)]
struct Exception {
    /// Its offset in the folded text.
    folded_start: usize,
    /// The number of its characters in the folded text.
    folded_len: usize,
    /// Its offset in the original.
    original_start: usize,
    /// The number of its characters in the original.
    original_len: usize,
}

/// A folded text, with an exact map back to the original.
///
/// Offsets count characters of the folded text unless a name says otherwise. Offsets beyond the end
/// are treated as the end.
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
    original: Cow<'t, str>,
    text: String,
    /// The number of characters of `text`.
    char_count: usize,
    original_char_count: usize,
    /// In the order of the text.
    exceptions: Vec<Exception>,
    original_offsets: ByteOffsets,
    folded_offsets: ByteOffsets,
}

impl<'t> Folded<'t> {
    /// Folds `text`. Cost: that of [`fold`], and one record for each sequence that does not fold
    /// character by character.
    pub fn new(text: &'t str) -> Self {
        Self::of(Cow::Borrowed(text))
    }

    fn of(original: Cow<'t, str>) -> Self {
        let text: &str = &original;
        let mut out = String::with_capacity(text.len());
        let mut sequences = Vec::new();
        fold_into(text, &mut out, |sequence| sequences.push(sequence));

        let mut exceptions = Vec::with_capacity(sequences.len());
        let (mut original_byte, mut folded_byte) = (0, 0);
        let (mut original_char, mut folded_char) = (0, 0);
        for Sequence { original_bytes, folded_bytes } in sequences {
            // Between sequences, each character folds to one.
            let chars_between = text[original_byte..original_bytes.start].chars().count();
            original_char += chars_between;
            folded_char += chars_between;
            let original_chars = text[original_bytes.clone()].chars().count();
            let folded_chars = out[folded_bytes.clone()].chars().count();
            if (original_chars, folded_chars) != (1, 1) {
                exceptions.push(Exception {
                    folded_start: folded_char,
                    folded_len: folded_chars,
                    original_start: original_char,
                    original_len: original_chars,
                });
            }
            original_char += original_chars;
            folded_char += folded_chars;
            (original_byte, folded_byte) = (original_bytes.end, folded_bytes.end);
        }
        let tail = out[folded_byte..].chars().count();
        let is_final = !may_have_annotations_or_accents(&out);
        let folded = Folded {
            original,
            text: out,
            char_count: folded_char + tail,
            original_char_count: original_char + tail,
            exceptions,
            original_offsets: ByteOffsets::default(),
            folded_offsets: ByteOffsets::default(),
        };
        if is_final {
            return folded;
        }
        let removed = removed_ranges(&folded.text);
        let folded = if removed.is_empty() { folded } else { folded.without(&removed) };
        Folded { text: without_accents(folded.text), ..folded }
    }

    /// As [`Folded::new`], but owns the text.
    pub fn owned(text: String) -> Folded<'static> {
        Folded::of(Cow::Owned(text))
    }

    /// Removes byte ranges of the folded text. The original of each range then belongs to the
    /// character before the range. If a removed character belongs to an exception, what remains of
    /// that exception is still one exception.
    fn without(self, removed: &[Range<usize>]) -> Self {
        let mut text = String::with_capacity(self.text.len());
        // For each sequence with removed characters, its range and how many are removed.
        let mut groups: Vec<(Range<usize>, usize)> = Vec::new();
        let (mut byte, mut char) = (0, 0);
        for range in removed {
            let kept = &self.text[byte..range.start];
            text.push_str(kept);
            let from = char + kept.chars().count();
            let to = from + self.text[range.clone()].chars().count();
            (byte, char) = (range.end, to);
            let around = self.sequence_at(from - 1).start..self.sequence_at(to - 1).end;
            match groups.last_mut().filter(|(last, _)| around.start < last.end) {
                Some((last, count)) => {
                    last.end = last.end.max(around.end);
                    *count += to - from;
                }
                None => groups.push((around, to - from)),
            }
        }
        text.push_str(&self.text[byte..]);
        let (mut exceptions, mut removed_chars) = (Vec::new(), 0);
        let mut old = self.exceptions.iter().peekable();
        for (sequence, count) in groups {
            while let Some(e) = old.next_if(|e| e.folded_start < sequence.start) {
                exceptions.push(Exception { folded_start: e.folded_start - removed_chars, ..*e });
            }
            while old.next_if(|e| e.folded_start < sequence.end).is_some() {}
            let original = self.original_chars(sequence.clone());
            exceptions.push(Exception {
                folded_start: sequence.start - removed_chars,
                folded_len: sequence.len() - count,
                original_start: original.start,
                original_len: original.len(),
            });
            removed_chars += count;
        }
        exceptions
            .extend(old.map(|e| Exception { folded_start: e.folded_start - removed_chars, ..*e }));
        let char_count = self.char_count - removed_chars;
        Folded { text, char_count, exceptions, folded_offsets: ByteOffsets::default(), ..self }
    }

    /// The range of the folded characters of the exception that character `at` belongs to, or of
    /// this character alone.
    fn sequence_at(&self, at: usize) -> Range<usize> {
        let joined = self.last_exception(|e| e.folded_start <= at);
        let joined = joined.map(|e| e.folded_start..e.folded_start + e.folded_len);
        joined.filter(|sequence| at < sequence.end).unwrap_or(at..at + 1)
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The original text.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// Number of characters of the folded text.
    pub fn char_count(&self) -> usize {
        self.char_count
    }

    /// Whether every character of the original folds to exactly one character.
    pub fn is_one_to_one(&self) -> bool {
        self.exceptions.is_empty()
    }

    /// The bytes of the folded text that the characters `chars` occupy.
    pub fn folded_bytes(&self, chars: Range<usize>) -> Range<usize> {
        let start = self.folded_offsets.byte_of(&self.text, self.char_count, chars.start);
        start..self.folded_offsets.byte_of(&self.text, self.char_count, chars.end).max(start)
    }

    /// The characters `chars` of the folded text.
    ///
    /// ```
    /// assert_eq!(wensou_text::Folded::new("開源大模型").slice(2..5), "大模型");
    /// ```
    pub fn slice(&self, chars: Range<usize>) -> &str {
        &self.text[self.folded_bytes(chars)]
    }

    /// The characters of the original that the folded characters `chars` come from. Where several
    /// characters fold together, the range covers all of them. An empty range maps to the empty
    /// range before the characters that the folded character `chars.start` comes from.
    pub fn original_chars(&self, chars: Range<usize>) -> Range<usize> {
        let start = self.original_start(chars.start);
        if chars.end <= chars.start {
            return start..start;
        }
        start..self.original_end(chars.end.min(self.char_count)).max(start)
    }

    /// The bytes of the original that the folded characters `chars` come from, always on character
    /// boundaries; see [`Folded::original_chars`].
    pub fn original_bytes(&self, chars: Range<usize>) -> Range<usize> {
        let chars = self.original_chars(chars);
        let start =
            self.original_offsets.byte_of(&self.original, self.original_char_count, chars.start);
        start..self.original_offsets.byte_of(&self.original, self.original_char_count, chars.end)
    }

    /// The first original character that the folded character `at` comes from.
    fn original_start(&self, at: usize) -> usize {
        if at >= self.char_count {
            return self.original_char_count;
        }
        match self.last_exception(|e| e.folded_start <= at) {
            None => at,
            Some(e) if at < e.folded_start + e.folded_len => e.original_start,
            Some(e) => e.original_start + e.original_len + (at - e.folded_start - e.folded_len),
        }
    }

    /// The end of the original characters that the folded character `at - 1` comes from.
    fn original_end(&self, at: usize) -> usize {
        match self.last_exception(|e| e.folded_start < at) {
            None => at,
            Some(e) if at <= e.folded_start + e.folded_len => e.original_start + e.original_len,
            Some(e) => e.original_start + e.original_len + (at - e.folded_start - e.folded_len),
        }
    }

    /// The last exception for which `before` is true. It must be true for a prefix of the
    /// exceptions.
    fn last_exception(&self, before: impl Fn(&Exception) -> bool) -> Option<&Exception> {
        let after = self.exceptions.partition_point(|e| before(e));
        self.exceptions.get(after.checked_sub(1)?)
    }
}
