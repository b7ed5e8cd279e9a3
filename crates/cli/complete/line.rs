//! Splits a bash line into words as bash does, and quotes candidates for that line.

/// A line up to the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The words without quotes. The last one is at the cursor and may be empty.
    pub(super) words: Vec<String>,
    /// The quote that is open at the cursor.
    quote: Option<char>,
}

/// Splits a line up to the cursor at spaces outside quotes. Variables and substitutions are not
/// expanded.
pub(super) fn split(line: &str) -> Line {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut in_word = false;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, _) if c.is_whitespace() => {
                if in_word {
                    words.push(std::mem::take(&mut word));
                }
                in_word = false;
                continue;
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if c == open => quote = None,
            (None | Some('"'), '\\') => {
                let next = chars.next();
                // In double quotes, a backslash escapes only these characters. At the end of the
                // line, it escapes nothing.
                if quote.is_some() && !matches!(next, Some('"' | '\\' | '$' | '`'))
                    || next.is_none()
                {
                    word.push(c);
                }
                word.extend(next);
            }
            _ => word.push(c),
        }
        in_word = true;
    }
    words.push(word);
    Line { words, quote }
}

impl Line {
    /// The text that bash must put in place of `replaced` to complete the last word to `candidate`.
    ///
    /// `replaced` is only the end of that word, because bash also splits words at colons. It is as
    /// it was typed, with its backslashes, but without the open quote. Returns `None` if
    /// `candidate` does not begin with the part of the word before `replaced`.
    pub(super) fn insertion(&self, candidate: &str, replaced: &str) -> Option<String> {
        let word = self.words.last()?;
        let unquote = |text: &str| split(text).words.pop().unwrap_or_default();
        let unquoted = match self.quote {
            None => unquote(replaced),
            // The quote was opened before `replaced`.
            Some('"') => unquote(&format!("\"{replaced}")),
            // In single quotes, a backslash escapes nothing.
            Some(_) => replaced.to_owned(),
        };
        let kept = word.strip_suffix(unquoted.as_str())?;
        let remainder = candidate.strip_prefix(kept)?;
        Some(quoted(remainder, self.quote))
    }
}

/// Escapes a text for bash, inside the given quotes or outside quotes.
fn quoted(text: &str, quote: Option<char>) -> String {
    let special = |c: char| match quote {
        None => c.is_whitespace() || "'\"\\$`!&;|<>()[]{}*?#~^".contains(c),
        Some('"') => "\"\\$`".contains(c),
        Some(_) => false,
    };
    let mut out = String::new();
    for c in text.chars() {
        match (quote, c) {
            (Some('\''), '\'') => out += r"'\''",
            _ if special(c) => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        split(line).words
    }

    #[test]
    fn a_line_is_split_into_words_as_bash_splits_it() {
        assert_eq!(words("wensou search 減半"), ["wensou", "search", "減半"]);
        assert_eq!(words("wensou  search "), ["wensou", "search", ""]);
        assert_eq!(words("wensou search '減半 tag:B"), ["wensou", "search", "減半 tag:B"]);
        assert_eq!(words(r#"a "b \"c\" \d" e\ f"#), ["a", r#"b "c" \d"#, "e f"]);
        assert_eq!(words("a '' b"), ["a", "", "b"]);
        assert_eq!(words(r"a\"), [r"a\"]);
        assert_eq!(words(""), [""]);
    }

    #[test]
    fn a_candidate_is_quoted_like_the_word_that_it_completes() {
        let insertion =
            |line: &str, candidate, replaced| split(line).insertion(candidate, replaced);
        let some = |text: &str| Some(text.to_owned());
        // bash splits words at colons outside quotes, so it replaces only what follows the colon.
        assert_eq!(insertion("w tag:B", "tag:BTC", "B"), some("BTC"));
        assert_eq!(insertion("w tag:B", "tag:「B $C」", "B"), some(r"「B\ \$C」"));
        assert_eq!(insertion("w '減半 tag:B", "減半 tag:BTC", "減半 tag:B"), some("減半 tag:BTC"));
        assert_eq!(insertion("w 'B", "B'C D", "B"), some(r"B'\''C D"));
        assert_eq!(insertion("w \"B", "B\"$ D", "B"), some("B\\\"\\$ D"));
        assert_eq!(insertion(r"w a\ b", "a bc", r"a\ b"), some(r"a\ bc"));
        let (line, candidate) = (r#"w "\"減半\" \d B"#, r#""減半" \d BTC"#);
        assert_eq!(
            insertion(line, candidate, r#"\"減半\" \d B"#),
            some(r#"\"減半\" \\d BTC"#),
            "bash passes the backslashes, too"
        );
        assert_eq!(insertion(r"w 'a\b B", r"a\b BTC", r"a\b B"), some(r"a\b BTC"));
        assert_eq!(insertion("w tag:B", "other", "B"), None);
    }
}
