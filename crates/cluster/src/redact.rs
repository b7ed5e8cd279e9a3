//! Makes texts that a server sent fit for messages: without secrets, on one line, and short.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

/// The most characters of a server's text that a message repeats.
const MESSAGE_CHARS: usize = 300;

/// The most bytes of a server's text that are searched for secrets. What follows is dropped.
const SEARCHED_BYTES: usize = 16 << 10;

/// The least number of bytes of a secret that is removed. A shorter one, such as `a`, occurs in
/// ordinary words: to replace it everywhere would hide nothing.
const MIN_SECRET_BYTES: usize = 4;

/// Removes the secrets of a client from texts that a server sent. A server, or a proxy before it,
/// may repeat the headers of a request in its error page.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    secrets: Vec<SecretString>,
}

impl Redactor {
    /// Removes these secrets, and their base64.
    pub(crate) fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let mut all = Vec::new();
        for secret in secrets {
            let encoded = STANDARD.encode(secret.expose_secret());
            all.push(SecretString::from(encoded));
            all.push(secret);
        }
        all.retain(|secret| secret.expose_secret().len() >= MIN_SECRET_BYTES);
        Self { secrets: all }
    }

    /// The text without secrets and control characters, shortened.
    pub(crate) fn clean(&self, text: &str) -> String {
        self.clean_bytes(text.as_bytes())
    }

    /// As [`Redactor::clean`], for a text that need not be UTF-8.
    pub(crate) fn clean_bytes(&self, text: &[u8]) -> String {
        let searched = &text[..text.len().min(SEARCHED_BYTES)];
        let is_cut = searched.len() < text.len();
        let (mut kept, mut at) = (Vec::new(), 0);
        for secret in self.secrets_in(searched, is_cut) {
            kept.extend_from_slice(&searched[at..secret.start]);
            kept.extend_from_slice(b"***");
            at = secret.end;
        }
        kept.extend_from_slice(&searched[at..]);
        let mut visible = String::from_utf8_lossy(&kept).into_owned();
        if is_cut {
            // The cut may be inside a character.
            visible.truncate(visible.trim_end_matches(char::REPLACEMENT_CHARACTER).len());
        }
        let mut chars = visible.chars().map(|c| if c.is_control() { ' ' } else { c });
        let mut line: String = chars.by_ref().take(MESSAGE_CHARS).collect();
        if is_cut || chars.next().is_some() {
            line.push('…');
        }
        line.trim().to_owned()
    }

    /// The ranges of a text that secrets cover, in order and disjoint. If the text `is_cut` at its
    /// end, this includes the beginning of a secret there.
    fn secrets_in(&self, text: &[u8], is_cut: bool) -> Vec<Range<usize>> {
        let mut covered: Vec<Range<usize>> = Vec::new();
        for secret in &self.secrets {
            let secret = secret.expose_secret().as_bytes();
            let starts = (0..text.len()).filter(|start| {
                let remaining = &text[*start..];
                remaining.starts_with(secret) || (is_cut && secret.starts_with(remaining))
            });
            covered.extend(starts.map(|start| start..text.len().min(start + secret.len())));
        }
        covered.sort_unstable_by_key(|range| range.start);
        // Secrets may overlap, for example because one is a part of another.
        let mut disjoint: Vec<Range<usize>> = Vec::new();
        for range in covered {
            match disjoint.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => disjoint.push(range),
            }
        }
        disjoint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_their_encoding_are_removed() {
        let redactor = Redactor::new(["me:hunter2".into(), "hunter2".into()]);
        let text = "Basic bWU6aHVudGVyMg== me:hunter2 hunter2\n\u{1b}[31m";
        assert_eq!(redactor.clean(text), "Basic *** *** ***  [31m");
    }

    #[test]
    fn long_texts_are_shortened() {
        for count in [MESSAGE_CHARS + 1, 10_000] {
            let clean = Redactor::default().clean(&"长".repeat(count));
            assert_eq!(clean.chars().count(), MESSAGE_CHARS + 1);
        }
        let fits = "长".repeat(MESSAGE_CHARS);
        assert_eq!(Redactor::default().clean(&fits), fits);
    }

    #[test]
    fn the_beginning_of_a_secret_at_the_cut_is_removed() {
        // The token has 1,002 bytes, so with each separator the cut is inside a token.
        let token = format!("{}é", "tok3n".repeat(200));
        let redactor = Redactor::new([token.clone().into()]);
        for separator in ["", " ", "<br>"] {
            let text = format!("{token}{separator}").repeat(40);
            assert!(text.len() > SEARCHED_BYTES);
            let clean = redactor.clean(&text);
            assert!(!clean.contains("tok3n"), "{clean}");
            assert!(clean.starts_with("***") && clean.ends_with('…'), "{clean}");
        }
    }

    #[test]
    fn a_secret_that_overlaps_another_one_is_removed_whole() {
        let redactor = Redactor::new(["abcdef".into(), "efghij".into()]);
        assert_eq!(redactor.clean("<abcdefghij> <abcdef>"), "<***> <***>");
    }
}
