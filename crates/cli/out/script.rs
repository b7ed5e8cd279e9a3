//! Converts text to Simplified or Traditional for display. The archive and the index do not change.

use anyhow::Context;
use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use wensou_query::Snippet;
use wensou_text::t2s;

use crate::types::Script;

/// Converts text for display.
pub(crate) enum Converter {
    /// No conversion.
    Original,
    /// To Simplified.
    Hans,
    /// To Traditional.
    Hant(Box<OpenCC>),
}

impl Converter {
    pub(crate) fn new(script: Script) -> anyhow::Result<Self> {
        Ok(match script {
            Script::Original => Self::Original,
            Script::Hans => Self::Hans,
            Script::Hant => {
                let opencc = OpenCC::from_config(BuiltinConfig::S2t);
                Self::Hant(Box::new(opencc.context("cannot convert to Traditional")?))
            }
        })
    }

    /// Converts a text.
    pub(crate) fn text(&self, text: &str) -> String {
        match self {
            Self::Original => text.to_owned(),
            Self::Hans => t2s(text),
            Self::Hant(opencc) => opencc.convert(text),
        }
    }

    /// Converts a snippet; the highlights stay on their characters.
    pub(crate) fn snippet(&self, snippet: Snippet) -> Snippet {
        if matches!(self, Self::Original) {
            return snippet;
        }
        let text = self.text(&snippet.text);
        if text.chars().count() == snippet.text.chars().count() {
            return Snippet { text, ..snippet };
        }
        // The length has changed: convert piece by piece to keep the highlights aligned.
        let chars: Vec<char> = snippet.text.chars().collect();
        let piece = |from: usize, to: usize| self.text(&chars[from..to].iter().collect::<String>());
        let (mut text, mut highlights, mut at, mut length) = (String::new(), Vec::new(), 0, 0);
        let mut push = |piece: String| {
            length += piece.chars().count();
            text.push_str(&piece);
            length
        };
        for [start, end] in snippet.highlights {
            let from = push(piece(at, start));
            highlights.push([from, push(piece(start, end))]);
            at = end;
        }
        push(piece(at, chars.len()));
        Snippet { text, highlights, ..Snippet::default() }
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
        let converted = Converter::new(Script::Hant).unwrap().snippet(snippet);
        let chars: Vec<char> = converted.text.chars().collect();
        let marked: Vec<String> = converted
            .highlights
            .iter()
            .map(|[from, to]| chars[*from..*to].iter().collect())
            .collect();
        assert_eq!(marked, ["頭髮", "出發", "軟件"]);
        assert_eq!(Converter::new(Script::Hans).unwrap().text("頭髮與裏面"), "头发与里面");
        assert_eq!(Converter::new(Script::Original).unwrap().text("頭髮与"), "頭髮与");
    }
}
