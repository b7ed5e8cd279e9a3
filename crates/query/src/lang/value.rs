//! The values of fields: the lexer reads them, then [`clause`] interprets them for the parser.

use super::ast::{FieldClause, Has, Kind, Script, Value};
use super::chars::{closer_of, ends_value, fold_width, fold_width_and_case, is_space};
use super::date::{Clock, parse_period};
use super::diagnostic::Diagnostic;
use super::field::FieldName;
use super::lex::Lexer;
use super::mistake;
use super::range::{RangeError, parse_range, since, until};
use super::reserved::{self, text_of};
use super::span::Span;
use super::suggest::closest;
use super::token::{RawValue, TokenKind};

impl Lexer<'_> {
    /// Reads the values of the field `name`, after its colon. The field starts at `start`.
    pub(super) fn values(&mut self, name: FieldName, start: usize) {
        let mut values = Vec::new();
        let mut sign = self.span_from(start);
        loop {
            values.extend(self.value(name, sign));
            let comma = self.pos;
            if !self.eat(',') {
                break;
            }
            sign = self.span_from(comma);
        }
        let kind = match values.is_empty() {
            true => TokenKind::Broken,
            false => TokenKind::Field { name, values },
        };
        self.push(kind, start);
    }

    /// Reads one value. `sign` is what comes before the value, for error messages: the field name
    /// with its colon, or a comma.
    fn value(&mut self, name: FieldName, sign: Span) -> Option<RawValue> {
        let start = self.pos;
        match self.peek() {
            Some(c) if closer_of(c).is_some() => {
                let text = self.quoted();
                let span = self.span_from(start);
                self.refuse_suffix("a value");
                text.map(|text| RawValue { text, prefix: false, span })
            }
            Some(c) if fold_width(c) == '(' => {
                let open = Span::new(start, start + c.len_utf8());
                self.report(reserved::refuse_value_group(self.text, name.as_str(), open));
                None
            }
            Some(_) if self.skip_bracket_range() => None,
            Some(c) if !ends_value(c) => self.bare_value(name),
            _ => {
                self.report(mistake::empty_value(self.text, name, sign));
                None
            }
        }
    }

    /// Reads a value without quotation marks.
    fn bare_value(&mut self, name: FieldName) -> Option<RawValue> {
        let start = self.pos;
        let mut glyphs = self.glyphs(ends_value);
        let span = self.span_from(start);
        if !name.takes_text() {
            return Some(RawValue { text: text_of(&glyphs), prefix: false, span });
        }
        let refused = reserved::check_wildcards(self.text, &mut glyphs);
        let reported = refused.is_some();
        self.out.mistakes.extend(refused);
        let (text, prefix) = self.split_off_star(&glyphs, span, reported);
        let empty = text.chars().all(is_space);
        if empty && !glyphs.is_empty() {
            self.report(mistake::empty_value(self.text, name, span));
        }
        (!empty).then_some(RawValue { text, prefix, span })
    }
}

/// Interprets the values of a field. Adds to `mistakes` what is wrong with them. Returns a clause
/// with the valid values; `None` if no value is valid.
pub(super) fn clause(
    text: &str,
    name: FieldName,
    values: Vec<RawValue>,
    clock: &Clock,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<FieldClause> {
    let texts = |values: Vec<RawValue>| -> Vec<Value> {
        values
            .into_iter()
            .map(|RawValue { text, prefix, span }| Value { text, prefix, span })
            .collect()
    };
    match name {
        FieldName::Tag => Some(FieldClause::Tag(texts(values))),
        FieldName::Source => Some(FieldClause::Source(texts(values))),
        FieldName::Author => Some(FieldClause::Author(texts(values))),
        FieldName::Site => Some(FieldClause::Site(texts(values))),
        FieldName::Url => Some(FieldClause::Url(texts(values))),
        FieldName::Category => Some(FieldClause::Category(texts(values))),
        FieldName::Id => Some(FieldClause::Id(texts(values))),
        FieldName::Path => Some(FieldClause::Path(texts(values))),
        FieldName::Kind => {
            known_words(text, name, &values, Kind::WORDS, mistakes).map(FieldClause::Kind)
        }
        FieldName::Has => {
            known_words(text, name, &values, Has::WORDS, mistakes).map(FieldClause::Has)
        }
        FieldName::Script => {
            known_words(text, name, &values, Script::WORDS, mistakes).map(FieldClause::Script)
        }
        FieldName::Date | FieldName::Since | FieldName::Until => {
            date_clause(text, name, &values, clock).map_err(|error| mistakes.push(error)).ok()
        }
        // The lexer turns these into scopes.
        FieldName::Title | FieldName::Body => None,
    }
}

/// The clause of `date:`, `since:` or `until:`, which takes one value.
fn date_clause(
    text: &str,
    name: FieldName,
    values: &[RawValue],
    clock: &Clock,
) -> Result<FieldClause, Diagnostic> {
    let [value] = values else {
        let spans: Vec<Span> = values.iter().map(|value| value.span).collect();
        return Err(mistake::list_of_dates(text, name, &spans));
    };
    let period = || -> Result<_, RangeError> {
        parse_period(&value.text, clock).map_err(|error| (error, 0..value.text.chars().count()))
    };
    let filter = match name {
        FieldName::Since => period().map(since),
        FieldName::Until => period().map(until),
        _ => parse_range(&value.text, clock),
    };
    filter.map(FieldClause::Date).map_err(|(error, chars)| {
        let span = span_of_chars(text, value, chars);
        mistake::date(text, name, span, &error)
    })
}

/// The span of a range of characters of a value; the span of the whole value if it has escapes or
/// quotes, because its characters are then not those of the typed query.
fn span_of_chars(text: &str, value: &RawValue, chars: std::ops::Range<usize>) -> Span {
    let typed = value.span.of(text);
    if typed != value.text {
        return value.span;
    }
    let byte = |at: usize| typed.char_indices().nth(at).map_or(typed.len(), |(byte, _)| byte);
    let start = value.span.start;
    Span::new(start + byte(chars.start), start + byte(chars.end))
}

/// The meanings of the values of a field that takes only the words `known`; `None` if no value is
/// one of these. Adds a mistake for each value that is none of them.
fn known_words<T: Copy>(
    text: &str,
    name: FieldName,
    values: &[RawValue],
    known: &[(&'static str, T)],
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Vec<T>> {
    let mut valid = Vec::new();
    for value in values {
        let folded = fold_width_and_case(&value.text);
        if let Some((_, meaning)) = known.iter().find(|(word, _)| *word == folded) {
            valid.push(*meaning);
            continue;
        }
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        let meant = closest(&folded, words.iter().copied());
        mistakes.push(mistake::unknown_value(text, name, value.span, &value.text, &words, meant));
    }
    (!valid.is_empty()).then_some(valid)
}

impl Kind {
    /// Words of the query language, the canonical one of each kind first.
    const WORDS: &[(&str, Self)] = &[
        ("article", Self::Article),
        ("文章", Self::Article),
        ("flash", Self::Flash),
        ("快訊", Self::Flash),
        ("快讯", Self::Flash),
    ];

    /// The canonical word.
    pub fn as_str(self) -> &'static str {
        word_of(Self::WORDS, self)
    }
}

impl Has {
    /// Words of the query language.
    const WORDS: &[(&str, Self)] = &[
        ("tags", Self::Tags),
        ("date", Self::Date),
        ("source", Self::Source),
        ("author", Self::Author),
        ("category", Self::Category),
        ("related", Self::Related),
        ("flash", Self::Flash),
        ("url", Self::Url),
    ];

    /// The canonical word.
    pub fn as_str(self) -> &'static str {
        word_of(Self::WORDS, self)
    }
}

impl Script {
    /// Words of the query language.
    const WORDS: &[(&str, Self)] =
        &[("hans", Self::Hans), ("hant", Self::Hant), ("mixed", Self::Mixed)];

    /// The canonical word.
    pub fn as_str(self) -> &'static str {
        word_of(Self::WORDS, self)
    }
}

fn word_of<T: Copy + PartialEq>(words: &[(&'static str, T)], meaning: T) -> &'static str {
    words.iter().find(|(_, known)| *known == meaning).map_or("", |(word, _)| word)
}
