//! Syntax of other search engines that is not supported. It is refused, so that no query is
//! silently misread.

use wensou_text::is_han;

use super::chars::{fold_width, is_space};
use super::diagnostic::{Code, Diagnostic};
use super::print::quoted;
use super::span::Span;

/// One character of a bare word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    pub(super) c: char,
    /// Bytes of the query, the backslash included.
    pub(super) span: Span,
    pub(super) escaped: bool,
}

impl Glyph {
    /// Whether the glyph is `sign` as syntax: unescaped, in either width.
    pub(super) fn is(self, sign: char) -> bool {
        !self.escaped && fold_width(self.c) == sign
    }
}

/// The text that glyphs make.
pub(super) fn text_of(glyphs: &[Glyph]) -> String {
    glyphs.iter().map(|glyph| glyph.c).collect()
}

/// Finds reserved syntax in a word of the query; reports at most one mistake for each word.
///
/// Changes `word` to the best reading, with which the lenient parser continues: reserved syntax
/// around it is removed (`=`, `/…/`, `^2`, a leading `*`), and a `*` inside it and each `?` become
/// text.
pub(super) fn check_word(text: &str, word: &mut Vec<Glyph>) -> Option<Diagnostic> {
    let (first, last) = (*word.first()?, *word.last()?);
    let whole = first.span.to(last.span);
    if word.len() > 1 && first.is('=') {
        word.remove(0);
        let help = format!("for the exact text, type {}", quoted(&text_of(word)));
        return Some(refuse(text, first.span, "`=` for exact terms is", help));
    }
    if word.len() > 2 && first.is('/') && last.is('/') {
        let help = format!(
            "to search for the text itself, quote it: {}; the start of a word is `word*`",
            quoted(whole.of(text))
        );
        *word = word[1..word.len() - 1].to_vec();
        return Some(refuse(text, whole, "a regular expression is", help));
    }
    if let Some(at) = boost(word) {
        let tail = word[at].span.to(last.span);
        let help = format!("leave it out, or quote it: {}", quoted(whole.of(text)));
        word.truncate(at);
        return Some(refuse(text, tail, &format!("the boost `{}` is", tail.of(text)), help));
    }
    check_wildcards(text, word)
}

/// Finds a reserved `*` or `?`. This is the last step of [`check_word`], and the only check of a
/// value of a field, in which `/`, `=` and `^` are text.
pub(super) fn check_wildcards(text: &str, word: &mut Vec<Glyph>) -> Option<Diagnostic> {
    let (first, last) = (*word.first()?, *word.last()?);
    let quote = quoted(first.span.to(last.span).of(text));
    if first.is('*') {
        let stars = word.iter().take_while(|glyph| glyph.is('*')).count();
        word.drain(..stars);
        let help = "`*` can only end a word, as in `指令*`; an empty query lists everything";
        return Some(refuse(text, first.span, "a leading `*` is", help.to_owned()));
    }
    if let Some(at) = word[..word.len() - 1].iter().position(|glyph| glyph.is('*')) {
        let star = word[at].span;
        let inner = ..word.len() - 1;
        word[inner].iter_mut().filter(|glyph| glyph.is('*')).for_each(|glyph| glyph.escaped = true);
        let help =
            format!("`*` can only end a word; to search for the text itself, quote it: {quote}");
        return Some(refuse(text, star, "`*` inside a word is", help));
    }
    // Links are text, and a link may have a query string.
    if text_of(word).contains("://") {
        return None;
    }
    if question_marks_are_text(word) {
        return None;
    }
    let wildcard = word.iter().position(|glyph| !glyph.escaped && glyph.c == '?')?;
    let span = word[wildcard].span;
    word.iter_mut().filter(|glyph| glyph.c == '?').for_each(|glyph| glyph.escaped = true);
    let help = format!("leave it out (a full-width ？ is text), or quote it: {quote}");
    Some(refuse(text, span, "the wildcard `?` is", help))
}

/// After at least this many Chinese characters, a `?` at the end of a word is a question mark.
/// After fewer it may be meant as a wildcard, as `減半?` is in other search engines.
const MIN_QUESTION_CHARS: usize = 5;

/// Whether a word is a Chinese sentence without a `?` before the question and exclamation marks at
/// its end, as in `比特幣是什麼?`.
fn question_marks_are_text(word: &[Glyph]) -> bool {
    let ends_sentence = |glyph: &&Glyph| matches!(glyph.c, '?' | '!' | '？' | '！');
    let trailing = word.iter().rev().take_while(ends_sentence).count();
    let text = &word[..word.len() - trailing];
    let chars = text.iter().filter(|glyph| is_han(glyph.c)).count();
    chars >= MIN_QUESTION_CHARS && !text.iter().any(|glyph| glyph.c == '?')
}

/// The index of a `^` that is followed by a number and ends the word, as in `減半^2`.
fn boost(word: &[Glyph]) -> Option<usize> {
    let at = word.iter().rposition(|glyph| glyph.is('^'))?;
    let number = &word[at + 1..];
    let is_digit_or_point =
        |glyph: &Glyph| !glyph.escaped && matches!(fold_width(glyph.c), '0'..='9' | '.');
    (!number.is_empty() && number.iter().all(is_digit_or_point)).then_some(at)
}

/// The length in bytes of `[a TO b]` at the start of `remaining`. Accepts the brackets that Lucene
/// accepts, `[]` and `{}`, with one word on each side of `TO`.
pub(super) fn bracket_range(remaining: &str) -> Option<usize> {
    let mut chars = remaining.char_indices();
    let (_, '[' | '{') = chars.next().map(|(at, c)| (at, fold_width(c)))? else { return None };
    let (end, closer) = chars.find(|(_, c)| matches!(fold_width(*c), ']' | '}'))?;
    let (from, to) = remaining[..end].split_once(" TO ")?;
    let words = !from.contains(is_space) && !to.contains(is_space);
    words.then_some(end + closer.len_utf8())
}

/// Refuses `[a TO b]`, at `span`.
pub(super) fn refuse_bracket_range(text: &str, span: Span) -> Diagnostic {
    let help = "only dates have ranges, written as `date:2023-01..2023-06`";
    refuse(text, span, "a range in brackets is", help.to_owned())
}

/// Refuses `tag:(a OR b)`; `open` is the parenthesis.
pub(super) fn refuse_value_group(text: &str, field: &str, open: Span) -> Diagnostic {
    let help = match field {
        "date" | "since" | "until" => format!("type (`{field}:…` OR `{field}:…`)"),
        _ => format!("separate the values by commas: `{field}:a,b`"),
    };
    refuse(text, open, &format!("a group of values of `{field}:` is"), help)
}

/// Refuses `*`, `^2` or `~5` right after something that cannot take it; `after` names that thing,
/// such as "a group".
pub(super) fn refuse_suffix(text: &str, span: Span, after: &str) -> Diagnostic {
    let typed = span.of(text);
    let help = match typed.chars().next().map(fold_width) {
        Some('~') => "`~N` belongs to quoted words of text: `\"以太坊 質押\"~20`",
        Some('*') => "`*` can only end a bare word, as in `指令*`",
        _ => "leave it out, or put a space before it",
    };
    refuse(text, span, &format!("`{typed}` after {after} is"), help.to_owned())
}

/// The mistake "… not supported". `what` is the beginning of this sentence with its verb, such as
/// "a regular expression is".
fn refuse(text: &str, span: Span, what: &str, help: String) -> Diagnostic {
    Diagnostic::at(Code::Reserved, text, span, format!("{what} not supported")).with_help(help)
}
