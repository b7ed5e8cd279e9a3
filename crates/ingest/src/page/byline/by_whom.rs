//! Reads who wrote, translated or edited an article from texts without a label in front, such as
//! `本文由示例編譯`, `John Smith,由李四編譯。` or `王小明/文`.

use crate::page::labels::{Label, LabelledValue, Labels, is_name, without_separators};
use crate::page::page_words::page_words;
use crate::text::punctuation::{is_comma, is_space};

/// Maximum characters of a person or group between `由` and the label.
const MAX_PERSON: usize = 24;

/// The person in a text such as `本文由示例編譯` or `由甲翻譯`, as the value of the label for what
/// the person did.
pub(super) fn by_whom<'a>(text: &'a str, labels: &Labels) -> Option<LabelledValue<'a>> {
    let text = text.trim_end_matches(['。', '.']).trim_end();
    let remaining = text.strip_prefix("本文").unwrap_or(text).strip_prefix('由')?;
    // `由此可見` and `由于` begin sentences.
    if remaining.starts_with(['此', '于', '於', '來', '来']) {
        return None;
    }
    let (label, at) = labels.at_end(remaining)?;
    let label = match label {
        Label::Translator => Label::Translator,
        Label::Author => Label::Author,
        Label::Editor => Label::Editor,
        _ => return None,
    };
    let value = remaining[..at].trim();
    let can_be_person =
        value.chars().count() <= MAX_PERSON && is_name(value) && !value.contains(is_comma);
    (can_be_person && !value.is_empty()).then_some(LabelledValue { label, value })
}

/// Splits a value such as `John Smith,由李四編譯。`: the value before its last comma, and the
/// person after that comma, as the value of the label for what the person did.
pub(super) fn by_whom_after<'a>(
    value: &'a str,
    labels: &Labels,
) -> Option<(&'a str, LabelledValue<'a>)> {
    let (at, comma) = value.rmatch_indices(is_comma).next()?;
    let field = by_whom(value[at + comma.len()..].trim(), labels)?;
    let value = without_separators(&value[..at]);
    is_name(value).then_some((value, field))
}

/// The person in a text such as `王小明 編譯` or `王小明/文`, as the value of the label for what
/// the person did.
pub(super) fn person_first<'a>(text: &'a str, labels: &Labels) -> Option<LabelledValue<'a>> {
    let (name, work) = text.rsplit_once(|c| is_space(c) || matches!(c, '/' | '\u{ff0f}'))?;
    let (name, label) = (without_separators(name), labels.whole(work)?);
    let is_work =
        matches!(label, Label::Author | Label::Writer | Label::Translator | Label::Editor);
    (is_work && page_words().is_people(name)).then_some(LabelledValue { label, value: name })
}
