//! The fields of a record.

use serde::{Deserialize, Serialize};

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Field {
    /// The id.
    Id,
    /// `flash` for a flash item; everything else is an article.
    Kind,
    /// The title.
    Title,
    /// The text, or a list of paragraphs.
    Text,
    /// When it was published.
    Date,
    /// The outlet that it came from.
    Source,
    /// The site.
    Site,
    /// Who wrote it.
    Author,
    /// Who translated or compiled it.
    Translator,
    /// Who edited it.
    Editor,
    /// The category.
    Category,
    /// The tags.
    Tags,
    /// The address.
    Url,
    /// The column of a flash item.
    Column,
}

/// The fields and their names in `--map FIELD=KEY`, by which a user says which key of a dump holds
/// a field (see [`FieldMap`](crate::FieldMap)).
const NAMES: [(Field, &str); 14] = [
    (Field::Id, "id"),
    (Field::Kind, "kind"),
    (Field::Title, "title"),
    (Field::Text, "text"),
    (Field::Date, "date"),
    (Field::Source, "source"),
    (Field::Site, "site"),
    (Field::Author, "author"),
    (Field::Translator, "translator"),
    (Field::Editor, "editor"),
    (Field::Category, "category"),
    (Field::Tags, "tags"),
    (Field::Url, "url"),
    (Field::Column, "column"),
];

impl Field {
    /// Its name in `--map`.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(field, _)| *field == self).map_or("", |(_, name)| name)
    }

    /// The field with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(field, _)| *field)
    }

    /// The names of all fields.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, name)| *name)
    }
}
