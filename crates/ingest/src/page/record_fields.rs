//! The names of the fields of records, from `data/tables/record_fields.tsv`.

use std::sync::OnceLock;

use crate::page::labels::Label;
use crate::text::word_table::{WordTable, rows};

const TABLE: &str = include_str!("../../../../data/tables/record_fields.tsv");

/// The meaning of a field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    /// What a label of a byline may mean, too.
    Label(Label),
    Tags,
    /// The text begins here.
    Text,
    /// As `Text`, but other fields may follow.
    Summary,
}

/// The kinds of fields, as the table names them.
const KINDS: [(&str, FieldKind); 11] = [
    ("title", FieldKind::Label(Label::Title)),
    ("author", FieldKind::Label(Label::Author)),
    ("source", FieldKind::Label(Label::Source)),
    ("time", FieldKind::Label(Label::Time)),
    ("written", FieldKind::Label(Label::Updated)),
    ("category", FieldKind::Label(Label::Category)),
    ("link", FieldKind::Label(Label::Link)),
    ("other", FieldKind::Label(Label::Other)),
    ("tags", FieldKind::Tags),
    ("text", FieldKind::Text),
    ("summary", FieldKind::Summary),
];

/// The kind of the field with this name.
pub(super) fn kind_of(name: &str) -> Option<FieldKind> {
    static KIND_OF_NAME: OnceLock<WordTable<FieldKind>> = OnceLock::new();
    let table = KIND_OF_NAME.get_or_init(|| {
        let mut table = WordTable::default();
        for (_, fields) in rows(TABLE) {
            if let Some((_, kind)) = KINDS.iter().find(|(kind, _)| *kind == fields[0]) {
                fields[1..].iter().for_each(|name| table.add(name, *kind));
            }
        }
        table
    });
    table.meaning_of(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_has_a_kind() {
        for (number, fields) in rows(TABLE) {
            assert!(fields.len() >= 2, "line {number}");
            assert!(KINDS.iter().any(|(kind, _)| *kind == fields[0]), "line {number}");
        }
    }

    #[test]
    fn names_are_found_whatever_their_script_and_case() {
        assert_eq!(kind_of("题名"), Some(FieldKind::Label(Label::Title)));
        assert_eq!(kind_of("CONTENT"), Some(FieldKind::Text));
        assert_eq!(kind_of("TI -"), Some(FieldKind::Label(Label::Title)));
        assert_eq!(kind_of("題名表"), None);
    }
}
