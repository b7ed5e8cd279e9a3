//! A setting as `wensou config` prints it.

use serde_json::Value;

use crate::config::SettingOrigin;

/// A setting: its name, its value in JSON and in text, and its origin.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) value: Value,
    pub(super) text: String,
    pub(super) origin: SettingOrigin,
}

impl Row {
    pub(super) fn new(name: &'static str, value: Value, origin: SettingOrigin) -> Self {
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Null => "none".to_owned(),
            value => value.to_string(),
        };
        Self { name, value, text, origin }
    }

    /// Replaces the text of the value.
    pub(super) fn with_text(self, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..self }
    }
}
