//! Who the client is: a user with a password, an API key, or a token.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use thiserror::Error;
use ureq::http::HeaderValue;

use crate::redact::Redactor;

/// The most bytes that a file of credentials may have.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// The environment variables that have credentials.
const VARIABLES: SettingNames = SettingNames {
    user: "WENSOU_CLUSTER_USER",
    password: "WENSOU_CLUSTER_PASSWORD",
    api_key: "WENSOU_CLUSTER_API_KEY",
    token: "WENSOU_CLUSTER_TOKEN",
};

/// The keys in the configuration and in a file of credentials.
const KEYS: SettingNames =
    SettingNames { user: "user", password: "password", api_key: "api_key", token: "token" };

/// What the client proves its identity with. `Debug` and `Display` show only which kind it is.
#[derive(Clone, Default)]
pub struct Credentials {
    kind: CredentialKind,
}

#[derive(Clone, Default)]
enum CredentialKind {
    #[default]
    None,
    Basic {
        user: String,
        password: SecretString,
    },
    ApiKey(SecretString),
    Bearer(SecretString),
}

/// Credentials as a configuration has them: one kind, or the path of a file with one kind.
///
/// The file is TOML with the keys `user` and `password`, or `api_key`, or `token`. On Unix, nobody
/// but its owner may have rights to it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CredentialSettings {
    /// The user of Basic authentication.
    pub user: Option<String>,
    /// The password of that user.
    pub password: Option<SecretString>,
    /// An API key.
    pub api_key: Option<SecretString>,
    /// A bearer token.
    pub token: Option<SecretString>,
    /// A file with the keys above.
    pub credentials_file: Option<PathBuf>,
}

/// Why there are no usable credentials. The message ends with the cure, and shows no secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// More than one kind is given.
    #[error("both {first} and {second} are given: keep one of them")]
    Multiple {
        /// The name of one setting.
        first: String,
        /// The name of the other.
        second: String,
    },
    /// A user without a password, or a password without a user.
    #[error("{given} is given without {missing}: set both, or neither")]
    Incomplete {
        /// The name of the setting that is there.
        given: &'static str,
        /// The name of the setting that is missing.
        missing: &'static str,
    },
    /// A value is empty or has characters that the header of a request cannot have.
    #[error("{name} {problem}: set it to the value alone, without quotation marks and line breaks")]
    Value {
        /// The name of the setting.
        name: &'static str,
        /// What is wrong with the value.
        problem: &'static str,
    },
    /// The file cannot be read.
    #[error("the file of credentials {} cannot be read ({problem}): correct `credentials_file`, or give this user the right to read it", .path.display())]
    File {
        /// The path.
        path: PathBuf,
        /// Why it cannot be read.
        problem: String,
    },
    /// Others than the owner have rights to the file.
    #[error("others may read the file of credentials {}: run `chmod 600 {}`", .path.display(), .path.display())]
    FileIsOpen {
        /// The path.
        path: PathBuf,
    },
    /// The file is not TOML with the four keys.
    #[error(
        "the file of credentials {} cannot be understood{}: write lines such as `user = \"reader\"`; \
         the keys are user, password, api_key and token", .path.display(), line_note(*.line)
    )]
    FileSyntax {
        /// The path.
        path: PathBuf,
        /// The line of the mistake, from 1, if it is known.
        line: Option<usize>,
    },
}

fn line_note(line: Option<usize>) -> String {
    line.map(|line| format!(" (line {line})")).unwrap_or_default()
}

impl Credentials {
    /// No credentials: for a cluster without access control.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The credentials of the environment, or else those of the settings, or none.
    ///
    /// The environment has `WENSOU_CLUSTER_USER` and `WENSOU_CLUSTER_PASSWORD`, or
    /// `WENSOU_CLUSTER_API_KEY`, or `WENSOU_CLUSTER_TOKEN`. If one of them is set and not empty,
    /// the settings are not looked at.
    ///
    /// # Errors
    ///
    /// [`CredentialsError`] names the settings to correct.
    pub fn find(settings: &CredentialSettings) -> Result<Self, CredentialsError> {
        Self::find_with(settings, |name| std::env::var_os(name))
    }

    /// Like [`Self::find`], with the variables of the environment that `variable` returns.
    ///
    /// # Errors
    ///
    /// As [`Self::find`].
    pub fn find_with(
        settings: &CredentialSettings,
        variable: impl Fn(&str) -> Option<std::ffi::OsString>,
    ) -> Result<Self, CredentialsError> {
        let value = |name: &'static str| match variable(name).map(std::ffi::OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) if value.is_empty() => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(_)) => Err(CredentialsError::Value { name, problem: "is not UTF-8" }),
        };
        let environment = CredentialSettings {
            user: value(VARIABLES.user)?,
            password: value(VARIABLES.password)?.map(Into::into),
            api_key: value(VARIABLES.api_key)?.map(Into::into),
            token: value(VARIABLES.token)?.map(Into::into),
            credentials_file: None,
        };
        let found = Self::given_in(&environment, &VARIABLES)?;
        if found.is_none() { Self::from_settings(settings) } else { Ok(found) }
    }

    /// The credentials of the settings, or none.
    ///
    /// # Errors
    ///
    /// [`CredentialsError`] names the settings to correct.
    pub fn from_settings(settings: &CredentialSettings) -> Result<Self, CredentialsError> {
        let Some(path) = &settings.credentials_file else {
            return Self::given_in(settings, &KEYS);
        };
        if let Some((name, _)) = KEYS.given(settings).first() {
            let second = "credentials_file".to_owned();
            return Err(CredentialsError::Multiple { first: (*name).to_owned(), second });
        }
        Self::given_in(&read_file(path)?, &KEYS)
    }

    /// A user and a password.
    ///
    /// # Errors
    ///
    /// If one of them is empty or has control characters, or the user has a colon.
    pub fn basic(user: &str, password: SecretString) -> Result<Self, CredentialsError> {
        let settings = CredentialSettings {
            user: Some(user.to_owned()),
            password: Some(password),
            ..CredentialSettings::default()
        };
        Self::given_in(&settings, &KEYS)
    }

    /// An API key, sent as `Authorization: ApiKey …`.
    ///
    /// # Errors
    ///
    /// If the key is empty or has characters that a header cannot have.
    pub fn api_key(key: SecretString) -> Result<Self, CredentialsError> {
        let settings = CredentialSettings { api_key: Some(key), ..CredentialSettings::default() };
        Self::given_in(&settings, &KEYS)
    }

    /// A bearer token, such as a JSON web token.
    ///
    /// # Errors
    ///
    /// If the token is empty or has characters that a header cannot have.
    pub fn bearer(token: SecretString) -> Result<Self, CredentialsError> {
        let settings = CredentialSettings { token: Some(token), ..CredentialSettings::default() };
        Self::given_in(&settings, &KEYS)
    }

    /// Whether there are no credentials.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self.kind, CredentialKind::None)
    }

    /// The value of the header `Authorization`, marked as sensitive.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let value = SecretString::from(match &self.kind {
            CredentialKind::None => return None,
            CredentialKind::Basic { user, password } => {
                let login = SecretString::from(format!("{user}:{}", password.expose_secret()));
                format!("Basic {}", STANDARD.encode(login.expose_secret()))
            }
            CredentialKind::ApiKey(key) => format!("ApiKey {}", key.expose_secret()),
            CredentialKind::Bearer(token) => format!("Bearer {}", token.expose_secret()),
        });
        let mut value = HeaderValue::from_str(value.expose_secret()).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// What removes these credentials from texts.
    pub(crate) fn redactor(&self) -> Redactor {
        match &self.kind {
            CredentialKind::None => Redactor::default(),
            CredentialKind::Basic { user, password } => {
                let login = format!("{user}:{}", password.expose_secret()).into();
                Redactor::new([login, password.clone()])
            }
            CredentialKind::ApiKey(secret) | CredentialKind::Bearer(secret) => {
                Redactor::new([secret.clone()])
            }
        }
    }

    /// The credentials that the settings have, which must be of one kind; [`Self::none`] if they
    /// have none. Does not look at `credentials_file`. `names` are the names of the settings, for
    /// errors.
    fn given_in(
        settings: &CredentialSettings,
        names: &SettingNames,
    ) -> Result<Self, CredentialsError> {
        let given = names.given(settings);
        // User and password are one kind of credentials, which has the name of the user here.
        let kind_of = |name: &str| {
            if name == names.password { names.user.to_owned() } else { name.to_owned() }
        };
        for (name, value) in &given {
            let is_encoded = name == &names.user || name == &names.password;
            check_value(name, value, is_encoded)?;
            if name == &names.user && value.contains(':') {
                return Err(CredentialsError::Value { name, problem: "contains a colon" });
            }
            let (first_name, _) = given[0];
            if kind_of(name) != kind_of(first_name) {
                let (first, second) = (first_name.to_owned(), (*name).to_owned());
                return Err(CredentialsError::Multiple { first, second });
            }
        }
        let incomplete = |given, missing| CredentialsError::Incomplete { given, missing };
        let kind = match (&settings.user, &settings.password, &settings.api_key, &settings.token) {
            (Some(_), None, ..) => return Err(incomplete(names.user, names.password)),
            (None, Some(_), ..) => return Err(incomplete(names.password, names.user)),
            (Some(user), Some(password), ..) => {
                CredentialKind::Basic { user: user.clone(), password: password.clone() }
            }
            (_, _, Some(key), _) => CredentialKind::ApiKey(key.clone()),
            (.., Some(token)) => CredentialKind::Bearer(token.clone()),
            _ => CredentialKind::None,
        };
        Ok(Self { kind })
    }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            CredentialKind::None => "no credentials",
            CredentialKind::Basic { .. } => "a user and a password",
            CredentialKind::ApiKey(_) => "an API key",
            CredentialKind::Bearer(_) => "a token",
        })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({self})")
    }
}

/// The names that the settings have in the environment, or in the configuration.
struct SettingNames {
    user: &'static str,
    password: &'static str,
    api_key: &'static str,
    token: &'static str,
}

impl SettingNames {
    /// The names and values of the settings that are there.
    fn given<'a>(&self, settings: &'a CredentialSettings) -> Vec<(&'static str, &'a str)> {
        let secret =
            |value: &'a Option<SecretString>| value.as_ref().map(ExposeSecret::expose_secret);
        [
            (self.user, settings.user.as_deref()),
            (self.password, secret(&settings.password)),
            (self.api_key, secret(&settings.api_key)),
            (self.token, secret(&settings.token)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

/// Checks that a value can be sent. `is_encoded` says whether the value is sent in base64, as user
/// and password are: then it may have any characters but control characters.
fn check_value(name: &'static str, value: &str, is_encoded: bool) -> Result<(), CredentialsError> {
    let problem = if value.is_empty() {
        "is empty"
    } else if value.chars().any(char::is_control) {
        "contains a line break or another control character"
    } else if !is_encoded && !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        "contains a blank or a character beyond ASCII"
    } else {
        return Ok(());
    };
    Err(CredentialsError::Value { name, problem })
}

/// Reads a file of credentials, after checking its rights on the open handle.
fn read_file(path: &Path) -> Result<CredentialSettings, CredentialsError> {
    let unreadable = |problem: String| CredentialsError::File { path: path.to_owned(), problem };
    let failed = |error: std::io::Error| unreadable(error.to_string());
    // Opening a pipe would wait for its writer.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(unreadable("it is not a regular file".to_owned()));
    }
    let file = File::open(path).map_err(failed)?;
    if is_open_to_others(&file.metadata().map_err(failed)?) {
        return Err(CredentialsError::FileIsOpen { path: path.to_owned() });
    }
    let mut text = String::new();
    file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(failed)?;
    let text = SecretString::from(text);
    let text = text.expose_secret();
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(unreadable(format!("it has more than {MAX_FILE_BYTES} bytes")));
    }
    // The parser's message would repeat the line, and with it the secret.
    let syntax = |line| CredentialsError::FileSyntax { path: path.to_owned(), line };
    let settings: CredentialSettings = toml::from_str(text).map_err(|error| {
        let start = error.span().and_then(|span| text.get(..span.start));
        syntax(start.map(|before| before.matches('\n').count() + 1))
    })?;
    // Files that name each other would be read for ever.
    if settings.credentials_file.is_some() { Err(syntax(None)) } else { Ok(settings) }
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.mode() & 0o077 != 0
}

/// Outside Unix, rights are access control lists. By default, those of a user's folder keep others
/// out.
#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
