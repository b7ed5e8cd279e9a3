//! Names in dumps that keep the label that stood before them in a page: `來源：示例財經`,
//! `文/王小明`, `稿源：示例財經 2023-05-17`. Such a value is read as the byline of a page.

use super::field::Field;
use crate::page::byline;
use crate::page::labels::{Delimiter, Label, LabelledValue, Labels, without_separators};
use crate::page::page_words::page_words;

/// Maximum bytes of a value that is read as a byline; a longer one is a text.
const MAX_BYTES: usize = 450;

/// The values of a text in the field of a name, or `None` if the text has no label: then all of it
/// is the name. At least one of the values belongs to `field`, see [`field_of`].
pub(crate) fn read<'t>(
    field: Field,
    text: &'t str,
    labels: &Labels,
) -> Option<Vec<LabelledValue<'t>>> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let first = labels.at_start(text);
    if first.is_some_and(|first| first.delimiter == Delimiter::Space) && begins_as_name(text) {
        return None;
    }
    if first.is_some() || text.contains([':', '\u{ff1a}']) && !text.contains("://") {
        let reading = byline::read(text, labels).filter(|reading| reading.is_whole);
        let has_field = |value: &LabelledValue<'_>| {
            field_of(value.label) == Some(field) && !value.value.is_empty()
        };
        if let Some(reading) = reading.filter(|reading| reading.fields.iter().any(has_field)) {
            return Some(reading.fields);
        }
    }
    let of_label =
        |label, value| (!str::is_empty(value)).then(|| vec![LabelledValue { label, value }]);
    let is_clear =
        |delimiter| matches!(delimiter, Delimiter::Colon | Delimiter::Bar | Delimiter::Slash);
    if let Some(first) = first
        && field_of(first.label) == Some(field)
        && is_clear(first.delimiter)
    {
        return of_label(first.label, without_separators(&text[first.value_start..]));
    }
    // `本報記者王小明`
    let (label, bytes) = labels.longest_at(text).filter(|(label, _)| *label == Label::Reporter)?;
    let name = &text[bytes..];
    let is_person = field == Field::Author && page_words().is_people(name);
    of_label(label, name).filter(|_| is_person)
}

/// Whether a text begins with a Latin word that may be a part of a name although it is a label, as
/// in `Source Media`.
fn begins_as_name(text: &str) -> bool {
    const LABELS: [&str; 6] = ["by", "via", "written", "posted", "edited", "translated"];
    let word = text.split_whitespace().next().unwrap_or_default();
    word.is_ascii() && !LABELS.iter().any(|label| word.eq_ignore_ascii_case(label))
}

/// The field that a label stands for, if it is one of names.
pub(crate) fn field_of(label: Label) -> Option<Field> {
    Some(match label {
        Label::Author | Label::Reporter | Label::Writer => Field::Author,
        Label::Translator => Field::Translator,
        Label::Editor => Field::Editor,
        Label::Source => Field::Source,
        Label::Category => Field::Category,
        Label::Time
        | Label::Updated
        | Label::Title
        | Label::Link
        | Label::Counter
        | Label::Other => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_before_names_are_no_part_of_them() {
        let of = |field, text: &str| {
            let values = read(field, text, Labels::builtin())?;
            let values = values.iter().filter(|value| field_of(value.label) == Some(field));
            Some(values.map(|value| value.value).collect::<Vec<_>>().join("、"))
        };
        for (field, text, expected) in [
            (Field::Source, "来源：示例财经", Some("示例财经")),
            (Field::Source, "来源: 示例财经", Some("示例财经")),
            (Field::Source, "稿源：示例财经 2023-05-17", Some("示例财经")),
            (Field::Source, "2023-05-17 来源：示例财经", Some("示例财经")),
            (Field::Source, "Source: Reuters", Some("Reuters")),
            (Field::Author, "作者：王小明", Some("王小明")),
            (Field::Author, "文/王小明", Some("王小明")),
            (Field::Author, "文｜王小明", Some("王小明")),
            (Field::Author, "本报记者王小明", Some("王小明")),
            (Field::Author, "作者：王小明 编辑：李四光", Some("王小明")),
            (Field::Author, "By John Smith", Some("John Smith")),
            (Field::Editor, "责任编辑：李四光", Some("李四光")),
            (Field::Editor, "编辑 李四光", Some("李四光")),
            (Field::Category, "分类：财经", Some("财经")),
            (Field::Source, "示例财经", None),
            (Field::Source, "Reuters: Asia", None),
            (Field::Source, "via Reuters", Some("Reuters")),
            (Field::Source, "Source Media", None),
            (Field::Author, "文思", None),
            (Field::Author, "编辑部", None),
            (Field::Author, "来源：示例财经", None),
            (Field::Source, "来源", None),
        ] {
            assert_eq!(of(field, text).as_deref(), expected, "{text}");
        }
    }
}
