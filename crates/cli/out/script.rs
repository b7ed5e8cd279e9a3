//! Converts text to Simplified or Traditional for display. The archive and the index do not change.

use wensou_query::Snippet;
use wensou_text::{Simplified, Traditional, script_of_all};

use crate::types::Script;

/// Converts text for display. No conversion changes the number of characters.
pub(crate) enum Converter {
    /// No conversion.
    Original,
    /// To Simplified.
    Hans(Box<Simplified>),
    /// To Traditional, from a record in a script.
    Hant(Box<Traditional>, wensou_text::Script),
}

impl Converter {
    /// Reads the tables that the script needs. `texts` are those of the record: its paragraphs are
    /// converted one by one, and some have no character that tells the script they are in.
    pub(crate) fn new<'t>(script: Script, texts: impl IntoIterator<Item = &'t str>) -> Self {
        match script {
            Script::Original => Self::Original,
            Script::Hans => Self::Hans(Box::default()),
            Script::Hant => Self::Hant(Box::default(), script_of_all(texts)),
        }
    }

    /// Converts a text.
    pub(crate) fn text(&self, text: &str) -> String {
        match self {
            Self::Original => text.to_owned(),
            Self::Hans(simplified) => simplified.convert(text),
            Self::Hant(traditional, record) => traditional.convert_part(text, *record),
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
        let converted = Converter::new(Script::Hant, []).snippet(snippet);
        let chars: Vec<char> = converted.text.chars().collect();
        let marked: Vec<String> = converted
            .highlights
            .iter()
            .map(|[from, to]| chars[*from..*to].iter().collect())
            .collect();
        assert_eq!(marked, ["頭髮", "出發", "軟件"]);
        let hans = Converter::new(Script::Hans, []);
        assert_eq!(hans.text("頭髮與裏面"), "头发与里面");
        assert_eq!(hans.text("看著一部名著"), "看着一部名著");
        assert_eq!(Converter::new(Script::Original, []).text("頭髮与"), "頭髮与");
    }

    #[test]
    fn paragraphs_of_a_traditional_record_stay_as_they_are() {
        let texts = ["標題", "她回娘家了，老么出嫁，于洋出席。"];
        let hant = Converter::new(Script::Hant, texts);
        assert_eq!(hant.text(texts[1]), texts[1]);
        let texts = ["标题", "于先生在胡同里。"];
        let hant = Converter::new(Script::Hant, texts);
        assert_eq!(hant.text(texts[1]), "于先生在衚衕裡。");
    }
}
