//! The user's own names for the keys of dumps: `--map text=content,date=publish_time`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::field::Field;

/// Which keys hold which fields. These keys are tried before the well-known ones.
///
/// Dots in a key lead into nested objects (`source.name`). A map is stored as text, as it is
/// printed; the text can be parsed again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldMap(Vec<(Field, String)>);

impl FieldMap {
    /// Whether it maps nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields and their keys, in the given order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, key)| (*field, key.as_str()))
    }

    /// Whether `key`, such as the name of a table's column, is mapped to the title or the text.
    pub(crate) fn is_title_or_text(&self, key: &str) -> bool {
        self.iter()
            .any(|(field, mapped)| matches!(field, Field::Title | Field::Text) && mapped == key)
    }
}

impl FromStr for FieldMap {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let entry = |entry: &str| {
            let (field, key) = entry.split_once('=').unwrap_or((entry, ""));
            let (field, key) = (field.trim(), key.trim());
            if key.is_empty() {
                return Err(format!("`{entry}` is not of the form FIELD=KEY"));
            }
            let known = Field::named(field).ok_or_else(|| {
                let names: Vec<&str> = Field::names().collect();
                format!("`{field}` is no field: use one of {}", names.join(", "))
            })?;
            Ok((known, key.to_owned()))
        };
        entries.map(entry).collect::<Result<_, _>>().map(Self)
    }
}

impl TryFrom<String> for FieldMap {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<FieldMap> for String {
    fn from(map: FieldMap) -> Self {
        map.to_string()
    }
}

impl fmt::Display for FieldMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (field, key)) in self.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            write!(f, "{comma}{}={key}", field.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_printed_in_the_form_that_is_parsed() {
        let map: FieldMap = " text=content, date = publish_time,,source=a.b".parse().unwrap();
        assert_eq!(map.to_string(), "text=content,date=publish_time,source=a.b");
        assert_eq!(map.to_string().parse(), Ok(map));
        assert_eq!("".parse(), Ok(FieldMap::default()));
        for bad in ["text", "text=", "body=x", "=x"] {
            assert!(bad.parse::<FieldMap>().is_err(), "{bad}");
        }
    }
}
