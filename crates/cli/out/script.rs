//! Converts text to Simplified or Traditional for display. The archive and the index do not change.

use wensou_query::Snippet;
use wensou_text::{Simplified, Traditional};

use crate::types::Script;

/// Converts text for display. No conversion changes the number of characters.
pub(crate) enum Converter {
    /// No conversion.
    Original,
    /// To Simplified.
    Hans(Box<Simplified>),
    /// To Traditional.
    Hant(Box<Traditional>),
}

impl Converter {
    /// Reads the tables that the script needs.
    pub(crate) fn new(script: Script) -> Self {
        match script {
            Script::Original => Self::Original,
            Script::Hans => Self::Hans(Box::default()),
            Script::Hant => Self::Hant(Box::default()),
        }
    }

    /// Converts a text.
    pub(crate) fn text(&self, text: &str) -> String {
        match self {
            Self::Original => text.to_owned(),
            Self::Hans(simplified) => simplified.convert(text),
            Self::Hant(traditional) => traditional.convert(text),
        }
    }

    /// Converts a snippet. The highlights stay on their characters.
    pub(crate) fn snippet(&self, snippet: Snippet) -> Snippet {
        Snippet { text: self.text(&snippet.text), ..snippet }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlights_stay_on_their_characters() {
        let snippet = Snippet {
            text: "头发与出发,里面的软件".to_owned(),
            highlights: vec![[0, 2], [3, 5], [9, 11]],
            ..Snippet::default()
        };
        let converted = Converter::new(Script::Hant).snippet(snippet);
        let chars: Vec<char> = converted.text.chars().collect();
        let marked: Vec<String> = converted
            .highlights
            .iter()
            .map(|[from, to]| chars[*from..*to].iter().collect())
            .collect();
        assert_eq!(marked, ["頭髮", "出發", "軟件"]);
        let hans = Converter::new(Script::Hans);
        assert_eq!(hans.text("頭髮與裏面"), "头发与里面");
        assert_eq!(hans.text("看著一部名著"), "看着一部名著");
        assert_eq!(Converter::new(Script::Original).text("頭髮与"), "頭髮与");
    }
}
