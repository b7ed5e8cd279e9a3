//! Reads mojibake back: text whose UTF-8 bytes were once decoded in another encoding, such as GBK
//! or Windows-1252.
//!
//! A line is searched for passages whose bytes are valid UTF-8 again. Characters that were lost
//! (`?`, `□`, U+FFFD) become U+FFFD. Text may have been converted to Traditional characters after
//! it was misread, so each character counts as itself or as its Simplified form, whichever fits.

use encoding_rs::{BIG5, Encoding, GBK, WINDOWS_1252};
use wensou_text::t2s;

use crate::encoding::code_page::CodePage;
use crate::encoding::detect::is_frequent;
use crate::text::punctuation::is_han;

/// How the bytes of UTF-8 text were once decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misreading {
    Gbk,
    /// As Windows-1252, or as Latin-1, in which the bytes 80 to 9F are control characters.
    Latin1,
    /// In another code page with one byte for each character.
    CodePage(CodePage),
    /// In another encoding with two bytes for most characters, such as Shift_JIS.
    DoubleByte(&'static Encoding),
}

/// A passage read back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Passage {
    /// The text as it was.
    text: String,
    /// Number of characters of the line that it replaces.
    chars: usize,
    /// Number of characters in the text that have three or more bytes in UTF-8, without lost ones.
    long_chars: usize,
    /// Number of characters that are lost.
    lost: usize,
}

/// Maximum number of alternatives to follow at a time, as in a beam search.
const BEAM: usize = 8;
/// If more characters of the line than this are left, a passage is read only up to half of this
/// length, because the cost of copying alternatives grows with the passage. At least as many
/// characters are then left for the next passage.
const MAX_CHARS: usize = 192;

/// The longest passage at the start of `line` that can be read back; empty if there is none.
/// [`Passage::is_credible`] tells whether it is misread text at all.
fn passage(line: &[char], misreading: Misreading) -> Passage {
    let mut alternatives = vec![Alternative::default()];
    let mut best = Passage::default();
    let limit = if line.len() > MAX_CHARS { MAX_CHARS / 2 } else { MAX_CHARS };
    for (at, c) in line.iter().take(limit).enumerate() {
        let mut next: Vec<Alternative> = Vec::new();
        for alternative in alternatives {
            alternative.read(*c, misreading, &mut |mut further| {
                if further.pending.is_empty() {
                    further.complete = CompletePoint {
                        chars: at + 1,
                        text_bytes: further.text.len(),
                        long_chars: further.long_chars,
                        lost: further.lost,
                    };
                }
                // How the rest is read depends only on the pending bytes: of alternatives with the
                // same pending bytes, keep the best.
                match next.iter().position(|other| other.pending == further.pending) {
                    Some(equal) if next[equal].score >= further.score => {}
                    Some(equal) => next[equal] = further,
                    None if next.len() < BEAM => next.push(further),
                    None => {}
                }
            });
        }
        if next.is_empty() {
            break;
        }
        if let Some(longest) = next.iter().max_by_key(|it| (it.complete.chars, it.score)) {
            best.replace_if_longer(longest);
        }
        alternatives = next;
    }
    best
}

/// One way to read back the characters of the line so far.
#[derive(Debug, Clone, Default)]
struct Alternative {
    text: String,
    pending: Pending,
    /// How likely the text is; higher is better.
    score: i32,
    /// See [`Passage::long_chars`].
    long_chars: usize,
    /// See [`Passage::lost`].
    lost: usize,
    complete: CompletePoint,
}

/// The last point of an alternative without pending bytes.
#[derive(Debug, Clone, Copy, Default)]
struct CompletePoint {
    /// Number of characters of the line read so far.
    chars: usize,
    /// Length of the text so far.
    text_bytes: usize,
    /// See [`Passage::long_chars`].
    long_chars: usize,
    /// See [`Passage::lost`].
    lost: usize,
}

/// The bytes of a character that is not complete yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Pending {
    bytes: [u8; 4],
    length: u8,
    /// Bytes still missing.
    missing: u8,
    /// Whether some bytes of the character are lost.
    broken: bool,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.missing == 0
    }
}

impl Alternative {
    /// Reads one more character of the line, and passes every possible way to read it to `emit`.
    fn read(mut self, c: char, misreading: Misreading, emit: &mut dyn FnMut(Self)) {
        if is_hole(c) {
            self.read_hole(emit);
            // Between two characters, `?` may also be a question mark.
            if c != '?' || !self.pending.is_empty() {
                return;
            }
        }
        if c.is_ascii() {
            if self.pending.is_empty() {
                self.text.push(c);
                emit(self);
            }
            return;
        }
        let simplified = match misreading {
            Misreading::Gbk => t2s(c.encode_utf8(&mut [0; 4])).chars().next().filter(|s| *s != c),
            _ => None,
        };
        for (c, cost) in std::iter::once((c, 0)).chain(simplified.map(|s| (s, 1))) {
            let Some((bytes, length)) = bytes_of(c, misreading) else { continue };
            let mut further = self.clone();
            further.score -= cost;
            if bytes[..length].iter().all(|byte| further.push(*byte)) {
                emit(further);
            }
        }
    }

    /// Reads a character that stands for one or two lost bytes, see [`is_hole`].
    fn read_hole(&self, emit: &mut dyn FnMut(Self)) {
        // All common punctuation whose first byte is E2 or E3 has the middle byte 80, for which
        // many decoders have no character.
        if self.pending.missing == 2 && matches!(self.pending.bytes[0], 0xe2 | 0xe3) {
            let mut known = self.clone();
            known.score -= 1;
            if known.push(0x80) {
                emit(known);
            }
        }
        for lost in [1, 2] {
            let mut further = self.clone();
            (0..lost).for_each(|_| further.push_lost());
            further.score -= 1;
            emit(further);
        }
    }

    /// Adds a lost byte.
    fn push_lost(&mut self) {
        let missing = match self.pending.missing {
            // A lost byte that begins a character is taken for that of a Chinese character, which
            // has three bytes.
            0 => 2,
            1 => return self.lose(),
            missing => missing - 1,
        };
        self.pending = Pending { missing, broken: true, ..Pending::default() };
    }

    /// Gives up the pending character.
    fn lose(&mut self) {
        self.text.push('\u{fffd}');
        self.lost += 1;
        self.score -= 3;
        self.pending = Pending::default();
    }

    /// Adds a byte. Returns `false` if no plausible character has the byte after the pending bytes.
    fn push(&mut self, byte: u8) -> bool {
        let pending = &mut self.pending;
        if pending.is_empty() {
            let missing = match byte {
                // Characters of two bytes that Chinese text has, such as `·` and letters with tone
                // marks.
                0xc2..=0xc7 => 1,
                0xe2..=0xef => 2,
                0xf0 => 3,
                _ => {
                    if byte.is_ascii() {
                        self.text.push(char::from(byte));
                    }
                    return byte.is_ascii();
                }
            };
            *pending = Pending { bytes: [byte, 0, 0, 0], length: 1, missing, broken: false };
            return true;
        }
        if !(0x80..=0xbf).contains(&byte) {
            return false;
        }
        if pending.broken {
            // The character is lost anyway, so only the number of its bytes matters.
            self.push_lost();
            return true;
        }
        pending.bytes[usize::from(pending.length)] = byte;
        pending.length += 1;
        pending.missing -= 1;
        if pending.missing > 0 {
            return true;
        }
        let done = std::mem::take(pending);
        let Ok(text) = std::str::from_utf8(&done.bytes[..usize::from(done.length)]) else {
            return false;
        };
        let Some(c) = text.chars().next().filter(|c| is_plausible(*c)) else { return false };
        if c == '\u{fffd}' {
            self.lose();
            return true;
        }
        self.text.push(c);
        self.long_chars += usize::from(done.length >= 3);
        self.score += commonness(c);
        true
    }
}

impl Passage {
    /// Replaces the passage by what an alternative has read completely, if that is longer.
    fn replace_if_longer(&mut self, alternative: &Alternative) {
        let CompletePoint { chars, text_bytes, long_chars, lost } = alternative.complete;
        if chars > self.chars {
            alternative.text[..text_bytes].clone_into(&mut self.text);
            (self.chars, self.long_chars, self.lost) = (chars, long_chars, lost);
        }
    }

    /// Whether the passage is unlikely to be a coincidence.
    fn is_credible(&self, misreading: Misreading) -> bool {
        let han = self.text.chars().filter(|c| is_han(*c)).count();
        let frequent = self.text.chars().filter(|c| is_han(*c) && is_frequent(*c)).count();
        let few_lost = self.lost * 2 <= self.long_chars;
        match misreading {
            // The bytes of intact text are never valid UTF-8 characters of three bytes, so two such
            // characters suffice.
            Misreading::Latin1 => self.long_chars >= 2 && han >= 1 && few_lost,
            // Rare characters of intact text can be valid by chance, but then they hardly give
            // frequent characters.
            _ => self.long_chars >= 3 && frequent >= 1 && frequent * 4 >= han && few_lost,
        }
    }
}

/// `line` with its passages of misread text read back, and the number of characters that are lost;
/// `None` if it has no such passage. `can_begin_passage` says whether such a passage can begin with
/// a character.
pub(crate) fn read_back(
    line: &str,
    misreading: Misreading,
    can_begin_passage: impl Fn(char) -> bool,
) -> Option<(String, usize)> {
    let chars: Vec<char> = line.chars().collect();
    let (mut text, mut lost, mut found, mut at) = (String::new(), 0, false, 0);
    while let Some(c) = chars.get(at) {
        let passage = match can_begin_passage(*c) {
            true => passage(&chars[at..], misreading),
            false => Passage::default(),
        };
        if passage.is_credible(misreading) {
            text.push_str(&passage.text);
            lost += passage.lost;
            at += passage.chars;
            found = true;
        } else {
            // Skip half of the passage, not one character: an attempt at the next character would
            // read nearly the same passage again.
            let step = (passage.chars / 2).max(1);
            text.extend(&chars[at..at + step]);
            at += step;
        }
    }
    found.then_some((text, lost))
}

/// A short text read back, if all of it is one passage of misread text, and the number of
/// characters that are lost, at most one.
pub(crate) fn read_whole(text: &str, misreading: Misreading) -> Option<(String, usize)> {
    let chars: Vec<char> = text.chars().collect();
    let passage = passage(&chars, misreading);
    let is_all = passage.chars == chars.len() && passage.long_chars > 0 && passage.lost <= 1;
    is_all.then_some((passage.text, passage.lost))
}

/// Whether a character stands for lost bytes.
fn is_hole(c: char) -> bool {
    matches!(c, '?' | '\u{fffd}' | '□')
}

/// Whether news text can have a character.
fn is_plausible(c: char) -> bool {
    is_han(c)
        || matches!(c, '\u{a0}'..='\u{ff}' | '\u{100}'..='\u{1dc}' | '\u{2000}'..='\u{27bf}' | '\u{fe30}'..='\u{fffd}')
        || matches!(c, '\u{3000}'..='\u{33ff}' | '\u{ac00}'..='\u{d7a3}' | '\u{1f000}'..='\u{1faff}')
}

/// How likely a character is in Chinese text: 3 for frequent ones, 2 for punctuation and the common
/// half of GB2312 or Big5, otherwise 0.
pub(super) fn commonness(c: char) -> i32 {
    if matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff20}' | '\u{2010}'..='\u{2026}') {
        return 2;
    }
    if !is_han(c) {
        return 0;
    }
    let bytes = |encoding: &'static Encoding| {
        let mut utf8 = [0; 4];
        let (bytes, _, lost) = encoding.encode(c.encode_utf8(&mut utf8));
        if lost { Vec::new() } else { bytes.into_owned() }
    };
    match (&*bytes(GBK), &*bytes(BIG5)) {
        _ if is_frequent(c) => 3,
        ([0xb0..=0xd7, 0xa1..=0xfe], _) | (_, [0xa4..=0xc6, _]) => 2,
        _ => 0,
    }
}

/// The byte that is decoded to `c` as Windows-1252 or Latin-1; `None` if there is none.
pub(crate) fn latin_byte(c: char) -> Option<u8> {
    match bytes_of(c, Misreading::Latin1) {
        Some(([byte, _], 1)) => Some(byte),
        _ => None,
    }
}

/// The one or two bytes that were decoded to `c`, and how many they are; `None` if `c` comes from
/// more than two bytes, or from none.
pub(super) fn bytes_of(c: char, misreading: Misreading) -> Option<([u8; 2], usize)> {
    if misreading == Misreading::Latin1 && u32::from(c) < 0x100 {
        return Some(([c as u8, 0], 1));
    }
    let encoding = match misreading {
        Misreading::Gbk => GBK,
        Misreading::Latin1 => WINDOWS_1252,
        Misreading::CodePage(page) => return page.byte_of(c).map(|byte| ([byte, 0], 1)),
        Misreading::DoubleByte(encoding) => encoding,
    };
    let mut utf8 = [0; 4];
    let (bytes, _, lost) = encoding.encode(c.encode_utf8(&mut utf8));
    match (&*bytes, lost) {
        (&[one], false) => Some(([one, 0], 1)),
        (&[one, two], false) => Some(([one, two], 2)),
        _ => None,
    }
}
