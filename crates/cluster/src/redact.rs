//! Makes texts that a server sent fit for messages: without secrets, on one line, and short.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

/// The most characters of a server's text that a message repeats.
const MESSAGE_CHARS: usize = 300;

/// The most characters of a server's text that are looked at.
const SEARCHED_CHARS: usize = 16_384;

/// Shorter secrets are not removed: to replace a letter everywhere would hide nothing.
const MIN_SECRET_BYTES: usize = 4;

/// Removes the secrets of a client from texts that a server sent. A server, or a proxy before it,
/// may repeat the headers of a request in its error page.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    secrets: Vec<SecretString>,
}

impl Redactor {
    pub(crate) fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let mut all = Vec::new();
        for secret in secrets {
            let encoded = STANDARD.encode(secret.expose_secret());
            all.push(SecretString::from(encoded));
            all.push(secret);
        }
        all.retain(|secret| secret.expose_secret().len() >= MIN_SECRET_BYTES);
        // Replace the longest secrets first: a secret may be part of another one, which would not
        // be found after that part was replaced.
        all.sort_by_key(|secret| std::cmp::Reverse(secret.expose_secret().len()));
        Self { secrets: all }
    }

    /// The text without secrets and control characters, shortened.
    pub(crate) fn clean(&self, text: &str) -> String {
        // The cut may split a secret, whose first part is then not replaced. A message ends long
        // before that part, unless nearly all of the text is long secrets: replacing them shortens
        // it.
        let mut text: String = text.chars().take(SEARCHED_CHARS).collect();
        for secret in &self.secrets {
            if text.contains(secret.expose_secret()) {
                text = text.replace(secret.expose_secret(), "***");
            }
        }
        let mut line: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(MESSAGE_CHARS + 1)
            .collect();
        if line.chars().count() > MESSAGE_CHARS {
            line.pop();
            line.push('…');
        }
        line.trim().to_owned()
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
        let clean = Redactor::default().clean(&"长".repeat(10_000));
        assert_eq!(clean.chars().count(), MESSAGE_CHARS + 1);
    }
}
