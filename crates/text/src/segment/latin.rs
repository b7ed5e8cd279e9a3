//! Segments runs of Latin letters and digits, and finds the parts of them that people search for.
//!
//! A run consists of letters and digits with single connectors or thousands separators in between,
//! and may end with a percent sign after a digit, also if white space separates the two. Its term
//! is the run without white space and connectors, except those between two digits, which carry
//! meaning (`3.5`, `2023-01-05`); thousands separators are dropped. Connectors divide a run into
//! parts. Capitals (camel case, acronyms) and changes between letters and digits divide a part into
//! pieces. Parts and pieces are terms as well. If a run has three parts or more, or a part three
//! pieces or more, each pair of neighbours is a term, too: `ChatGPTPlus` is found by `chatgpt`,
//! `2023-01-05` by `2023-01`.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use crate::fold::Folded;
use crate::segment::token::{PART, Token, TokenKind, WHOLE};
use crate::tables::class::Class;
use crate::tables::class_of;

/// A run with parts and more bytes than this is taken for a link or an address: its parts are
/// words, and the run itself is not.
const MAX_RUN_BYTES: usize = 64;
/// A part with more pieces than this is taken for a hash, and none of its pieces becomes a term.
const MAX_PIECES_OF_PART: usize = 8;
/// If a run has more parts than this, neighbouring parts are not joined.
const MAX_JOINED_PARTS: usize = 8;
/// If the parts of a run together have more pieces than this, pieces are not joined across
/// connectors.
const MAX_JOINED_PIECES: usize = 8;

/// Byte ranges of tokens, each with [`Token::whole`].
type Ranges = Vec<(Range<usize>, bool)>;

/// Whether a character can join letters and digits into one run.
fn is_connector(c: char) -> bool {
    matches!(
        c,
        '.' | '-' | '_' | '\'' | '’' | '&' | '/' | '@' | '\u{2010}' | '\u{2011}' | '\u{2044}'
    )
}

fn is_alnum(c: char) -> bool {
    matches!(class_of(c), Class::Latin | Class::Digit)
}

/// The byte offset of the end of a run. `start` is the byte offset of its first letter or digit in
/// `text`.
pub(crate) fn run_end(text: &str, start: usize) -> usize {
    let mut chars = text[start..].char_indices().map(|(at, c)| (start + at, c)).peekable();
    let mut before = '\0';
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let continues = match class_of(c) {
            Class::Latin | Class::Digit => true,
            // A combining mark does not affect whether a connector stands between letters.
            Class::Mark => continue,
            _ if is_connector(c) => is_alnum(before) && next.is_some_and(is_alnum),
            _ if c == ',' => separates_thousands(text, start, at),
            _ if before.is_ascii_digit() && (c == '%' || c.is_ascii_whitespace()) => {
                let sign = text[at..].trim_ascii_start();
                return if sign.starts_with('%') { text.len() - sign.len() + 1 } else { at };
            }
            _ => false,
        };
        if !continues {
            return at;
        }
        before = c;
    }
    text.len()
}

/// Whether the comma at `at` separates thousands. It does if exactly three digits follow it, and if
/// before it there are one to three digits at the start of the run, or three digits after another
/// comma.
fn separates_thousands(text: &str, start: usize, at: usize) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let leading = bytes[start..at].iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let digits_start = at - leading;
    digits(at + 1) == 3
        && if digits_start == start {
            (1..=3).contains(&leading)
        } else {
            leading == 3 && bytes[digits_start - 1] == b','
        }
}

/// Passes the tokens of a run to `sink`, ordered by start, then by length; only whole words unless
/// `parts` is set.
///
/// `run` is the text of the characters `chars` of the folded text.
pub(crate) fn cut<'f>(
    folded: &'f Folded<'_>,
    chars: Range<usize>,
    run: &'f str,
    parts: bool,
    sink: &mut impl FnMut(Token<'f>),
) {
    let run = Run { text: run, base: chars.start, counted: Cell::new((0, 0)) };
    let is_long = run.text.len() > MAX_RUN_BYTES;
    if !parts && !is_long {
        sink(run.token(0..run.text.len(), WHOLE));
        return;
    }
    // A plain word or number, the common case, is not divided: the only point of a number stands
    // between digits. But the integer part of a number such as `2023.5` is a token, too.
    let bytes = run.text.as_bytes();
    let points = bytes.iter().filter(|b| **b == b'.').count();
    if (points < 2 && bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.'))
        || (bytes.iter().all(u8::is_ascii_lowercase) && !may_divide_by_case(folded, &chars))
    {
        if let Some(integer) = long_integer_part(run.text).filter(|_| parts) {
            sink(run.token(0..integer, PART));
        }
        sink(run.token(0..run.text.len(), WHOLE));
        return;
    }

    let spans = run.parts();
    let is_link = is_long && spans.len() > 1;
    let mut ranges: Ranges = Vec::new();
    if !is_link {
        ranges.push((0..run.text.len(), WHOLE));
    }
    if spans.len() > 1 {
        // The parts of a link are its words.
        let whole = if is_link { WHOLE } else { PART };
        ranges.extend(spans.iter().map(|span| (span.clone(), whole)));
    }
    if parts {
        if !is_link && spans.len() <= MAX_JOINED_PARTS {
            join_neighbours(&spans, &mut ranges);
        }
        if let Some(number) = without_percent_sign(run.text) {
            ranges.push((0..number.len(), PART));
            ranges.push((percentage_start(number)..run.text.len(), PART));
        }
        add_pieces(&run, &spans, &Case::of(folded, &chars, run.text), &mut ranges);
    }
    // Of equal ranges, sort the whole word first and drop the others.
    ranges.sort_by_key(|(range, whole)| (range.start, range.end, !whole));
    ranges.dedup_by(|(later, _), (earlier, _)| later == earlier);
    for (range, whole) in ranges {
        sink(run.token(range, whole));
    }
}

/// Adds the pieces of every part, pairs of these pieces, and pairs of pieces across a connector:
/// `F-16` of `F-16V`. `spans` are the parts.
fn add_pieces(run: &Run<'_>, spans: &[Range<usize>], case: &Case, ranges: &mut Ranges) {
    let mut all_pieces = Vec::new();
    for span in spans {
        let integer = long_integer_part(&run.text[span.clone()]);
        ranges.extend(integer.map(|length| (span.start..span.start + length, PART)));
        let pieces = run.pieces(span.clone(), case);
        if (2..=MAX_PIECES_OF_PART).contains(&pieces.len()) {
            ranges.extend(pieces.iter().map(|piece| (piece.clone(), PART)));
            join_neighbours(&pieces, ranges);
        }
        if all_pieces.len() <= MAX_JOINED_PIECES {
            all_pieces.extend(pieces);
        }
    }
    // If every part is one piece, `cut` has added these pairs already.
    if (spans.len() + 1..=MAX_JOINED_PIECES).contains(&all_pieces.len()) {
        let across = all_pieces.windows(2).filter(|two| two[0].end < two[1].start);
        ranges.extend(across.map(|two| (two[0].start..two[1].end, PART)));
    }
}

/// A run without the percent sign at its end and the white space before the sign; `None` if it has
/// no such sign.
fn without_percent_sign(run: &str) -> Option<&str> {
    run.strip_suffix('%').map(str::trim_ascii_end)
}

/// Where the percentage at the end of a run starts: at `5` in `GDP5%`. `before_sign` is the run
/// without the percent sign.
fn percentage_start(before_sign: &str) -> usize {
    let is_of_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let start = before_sign.trim_end_matches(is_of_number).len();
    // A number does not start with a point or comma.
    start + before_sign[start..].bytes().take_while(|b| !b.is_ascii_digit()).count()
}

/// The length of the integer part of a decimal number, if it is long enough for a year: `2023.5`
/// stands for May 2023 as often as for a number.
fn long_integer_part(number: &str) -> Option<usize> {
    const YEAR_DIGITS: usize = 4;
    let (integer, decimals) = number.split_once('.')?;
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let is_long = integer.len() >= YEAR_DIGITS;
    (is_long && is_digits(integer) && is_digits(decimals)).then_some(integer.len())
}

/// Whether capitals can divide a run: in the original text, some character after the first is not a
/// small ASCII letter, and not all are ASCII capitals.
fn may_divide_by_case(folded: &Folded<'_>, chars: &Range<usize>) -> bool {
    let original = &folded.original()[folded.original_bytes(chars.clone())];
    original.chars().skip(1).any(|c| !c.is_ascii_lowercase())
        && !original.bytes().all(|b| b.is_ascii_uppercase())
}

/// Adds each pair of neighbouring spans as one range, if there are three spans or more.
fn join_neighbours(spans: &[Range<usize>], ranges: &mut Ranges) {
    if spans.len() > 2 {
        ranges.extend(spans.windows(2).map(|two| (two[0].start..two[1].end, PART)));
    }
}

/// For each byte of a run that starts a character, whether that character is a capital in the
/// original text. `None` if the run does not fold character by character.
struct Case(Option<Vec<bool>>);

impl Case {
    fn of(folded: &Folded<'_>, chars: &Range<usize>, run: &str) -> Case {
        let original = &folded.original()[folded.original_bytes(chars.clone())];
        if original.chars().count() != chars.len() {
            return Case(None);
        }
        let mut upper = vec![false; run.len()];
        for ((at, _), c) in run.char_indices().zip(original.chars()) {
            // This includes full-width capitals.
            upper[at] = c.is_uppercase();
        }
        Case(Some(upper))
    }

    fn is_upper(&self, byte: usize) -> bool {
        self.0.as_ref().is_some_and(|upper| upper[byte])
    }
}

/// A run of letters and digits in the folded text.
struct Run<'f> {
    text: &'f str,
    /// Index of its first character in the folded text.
    base: usize,
    /// The byte offset and the character offset in the run at which the last token starts. The next
    /// token counts its characters from there, because tokens come in the order of their starts and
    /// counting from the start of a run that is as long as a page would take quadratic time.
    counted: Cell<(usize, usize)>,
}

impl<'f> Run<'f> {
    /// The parts that connectors divide the run into, as byte ranges. Decimal points and thousands
    /// separators divide nothing. A percent sign at the end belongs to no part.
    fn parts(&self) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        let mut start = 0;
        for (at, c) in self.text.char_indices() {
            let divides = match c {
                '.' => !self.is_decimal_point(at),
                ',' | '%' => false,
                c => is_connector(c),
            };
            if divides {
                spans.push(start..at);
                start = at + c.len_utf8();
            }
        }
        spans.push(start..without_percent_sign(self.text).unwrap_or(self.text).len());
        spans
    }

    /// Whether the point at `at` is decimal: digits on both sides, and no other point touching
    /// those digits. `1.2.3` is a version.
    fn is_decimal_point(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        let digits_before = bytes[..at].iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let digits_after = bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        let before = (at - digits_before).checked_sub(1).map(|at| bytes[at]);
        let after = bytes.get(at + 1 + digits_after);
        digits_before > 0 && digits_after > 0 && before != Some(b'.') && after != Some(&b'.')
    }

    /// The pieces that capitals and changes between letters and digits divide the part `span` into,
    /// as byte ranges.
    fn pieces(&self, span: Range<usize>, case: &Case) -> Vec<Range<usize>> {
        let mut pieces = Vec::new();
        let mut start = span.start;
        let part = &self.text[span.clone()];
        let chars: Vec<(usize, char)> =
            part.char_indices().map(|(at, c)| (span.start + at, c)).collect();
        let is_letter = |c: char| class_of(c) == Class::Latin;
        for (n, two) in chars.windows(2).enumerate() {
            let [(before_at, before), (at, c)] = *two else { continue };
            let is_upper = |at: usize| case.is_upper(at);
            let divides = if is_letter(before) && is_letter(c) {
                // A capital after a small letter (fooBar), or the last capital of an acronym if it
                // starts a word (GPTStore).
                let next_is_lower =
                    chars.get(n + 2).is_some_and(|(at, c)| is_letter(*c) && !is_upper(*at));
                is_upper(at)
                    && (!is_upper(before_at) || (next_is_lower && !is_plural(&chars, n + 2)))
            } else {
                // A change between letters and digits. A decimal point or a combining mark stays
                // with the character before it.
                (is_letter(before) && c.is_ascii_digit())
                    || (before.is_ascii_digit() && is_letter(c))
            };
            if divides {
                pieces.push(start..at);
                start = at;
            }
        }
        pieces.push(start..span.end);
        pieces
    }

    fn token(&self, bytes: Range<usize>, whole: bool) -> Token<'f> {
        let text = &self.text[bytes.clone()];
        let (byte, char) = self.counted.get();
        let start = char + self.text[byte..bytes.start].chars().count();
        self.counted.set((bytes.start, start));
        let start = self.base + start;
        let is_number = text.bytes().all(|b| !b.is_ascii_alphabetic()) && text.is_ascii();
        Token {
            chars: start as u32..(start + text.chars().count()) as u32,
            text: term(text),
            kind: if is_number { TokenKind::Number } else { TokenKind::Latin },
            whole,
        }
    }
}

/// Whether character `n` is a single `s` after an acronym: `NFTs` is not `NF` and `Ts`.
fn is_plural(chars: &[(usize, char)], n: usize) -> bool {
    chars.get(n).is_some_and(|(_, c)| *c == 's')
        && chars.get(n + 1).is_none_or(|(_, c)| class_of(*c) != Class::Latin)
}

/// The term of a run, or of a part or piece of it: without thousands separators and white space,
/// and without connectors except between two digits.
fn term(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Cow::Borrowed(text);
    }
    let mut term = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = '\0';
    while let Some(c) = chars.next() {
        let between_digits =
            before.is_ascii_digit() && chars.peek().is_some_and(char::is_ascii_digit);
        if c != ',' && !c.is_ascii_whitespace() && (!is_connector(c) || between_digits) {
            term.push(c);
        }
        before = c;
    }
    if term == text { Cow::Borrowed(text) } else { Cow::Owned(term) }
}
