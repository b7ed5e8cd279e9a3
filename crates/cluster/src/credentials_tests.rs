//! Tests of credentials: only one kind may be given, and no message shows a secret. The secret is
//! `hunter2` wherever a test looks for it.

use std::ffi::OsString;

use super::*;

/// The credentials of an environment with these variables.
fn find(variables: &[(&str, &str)]) -> Result<Credentials, CredentialsError> {
    let value = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| OsString::from(value))
    };
    Credentials::find_with(&CredentialSettings::default(), value)
}

/// The value of the header `Authorization`.
fn header(credentials: &Credentials) -> String {
    credentials.header().unwrap().to_str().unwrap().to_owned()
}

/// A file with this text. Temporary files are readable by their owner only.
fn private_file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

/// The credentials of settings that name this file.
fn from_path(path: &Path) -> Result<Credentials, CredentialsError> {
    let credentials_file = Some(path.to_owned());
    let settings = CredentialSettings { credentials_file, ..CredentialSettings::default() };
    Credentials::from_settings(&settings)
}

/// The credentials of a file with this text.
fn from_file(text: &str) -> Result<Credentials, CredentialsError> {
    from_path(private_file(text).path())
}

#[test]
fn each_kind_has_its_header() {
    let basic =
        find(&[("WENSOU_CLUSTER_USER", "me"), ("WENSOU_CLUSTER_PASSWORD", "hunter2")]).unwrap();
    assert_eq!(header(&basic), "Basic bWU6aHVudGVyMg==");
    assert_eq!(header(&find(&[("WENSOU_CLUSTER_API_KEY", "k=")]).unwrap()), "ApiKey k=");
    assert_eq!(header(&find(&[("WENSOU_CLUSTER_TOKEN", "t.t")]).unwrap()), "Bearer t.t");
    assert!(find(&[]).unwrap().header().is_none());
    assert!(find(&[("WENSOU_CLUSTER_TOKEN", "")]).unwrap().is_none());
    assert_eq!(header(&from_file("user = \"me\"\npassword = 'hunter2'").unwrap()), header(&basic));
    assert_eq!(header(&from_file("token = \"x\"").unwrap()), "Bearer x");
}

#[test]
fn two_kinds_are_refused_and_named() {
    let error =
        find(&[("WENSOU_CLUSTER_API_KEY", "a"), ("WENSOU_CLUSTER_TOKEN", "b")]).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("WENSOU_CLUSTER_API_KEY") && text.contains("WENSOU_CLUSTER_TOKEN"));
    let error = find(&[("WENSOU_CLUSTER_PASSWORD", "a"), ("WENSOU_CLUSTER_TOKEN", "b")]);
    assert!(matches!(error, Err(CredentialsError::Multiple { .. })));
    let settings = CredentialSettings {
        token: Some("t".into()),
        credentials_file: Some("f".into()),
        ..CredentialSettings::default()
    };
    let text = Credentials::from_settings(&settings).unwrap_err().to_string();
    assert!(text.contains("token") && text.contains("credentials_file"));
}

#[test]
fn a_user_or_password_alone_and_values_that_cannot_be_sent_are_refused() {
    let environments: [&[(&str, &str)]; 6] = [
        &[("WENSOU_CLUSTER_USER", "me")],
        &[("WENSOU_CLUSTER_PASSWORD", "hunter2")],
        &[("WENSOU_CLUSTER_USER", "m:e"), ("WENSOU_CLUSTER_PASSWORD", "hunter2")],
        &[("WENSOU_CLUSTER_USER", "me"), ("WENSOU_CLUSTER_PASSWORD", "hunter2\n")],
        &[("WENSOU_CLUSTER_TOKEN", "hunter2\r\nX-Evil: 1")],
        &[("WENSOU_CLUSTER_API_KEY", "hunter2 密")],
    ];
    for variables in environments {
        let error = find(variables).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    // User and password are sent in base64, so they may have characters beyond ASCII.
    assert!(Credentials::basic("用户", "密码".into()).is_ok());
}

#[test]
fn the_environment_takes_precedence_over_the_settings() {
    let settings = CredentialSettings { token: Some("t".into()), ..CredentialSettings::default() };
    let from_settings = Credentials::find_with(&settings, |_| None).unwrap();
    assert_eq!(header(&from_settings), "Bearer t");
    let variable = |name: &str| (name == "WENSOU_CLUSTER_API_KEY").then(|| OsString::from("k"));
    let from_environment = Credentials::find_with(&settings, variable).unwrap();
    assert_eq!(header(&from_environment), "ApiKey k");
}

#[test]
fn errors_of_a_file_do_not_show_its_secret() {
    for text in [
        // Not TOML, another type than text, or an unknown key.
        "password = hunter2",
        "password = \"hunter2",
        "hunter2",
        "token = [\"hunter2\"]",
        "user = 1\npassword = 'hunter2'",
        "secret = 'hunter2'",
        // A file must not name another file.
        "credentials_file = 'hunter2'",
        // Two kinds, a password without a user, and a control character.
        "token = 'hunter2'\napi_key = 'hunter2'",
        "password = 'hunter2'",
        "token = 'hunter2\u{1}'",
    ] {
        let error = from_file(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{text}: {error:?}");
    }
    let error = from_file("user = 'me'\npassword = hunter2").unwrap_err();
    assert!(error.to_string().contains("line 2"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_have_rights_to_is_refused_with_the_cure() {
    use std::os::unix::fs::PermissionsExt;
    for (mode, refused) in
        [(0o600, false), (0o400, false), (0o644, true), (0o640, true), (0o602, true)]
    {
        let file = private_file("token = 'hunter2'");
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        match from_path(file.path()) {
            Ok(_) => assert!(!refused, "{mode:o}"),
            Err(error) => {
                assert!(refused, "{mode:o}");
                assert!(error.to_string().contains("chmod 600"), "{error}");
            }
        }
    }
}

#[test]
fn the_error_of_a_missing_file_or_a_folder_names_its_path() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("none"), folder.path().to_owned()] {
        let text = from_path(&path).unwrap_err().to_string();
        assert!(text.contains(&path.display().to_string()), "{text}");
    }
}

#[test]
fn secrets_are_not_printed() {
    let settings = CredentialSettings {
        user: Some("me".into()),
        password: Some("hunter2".into()),
        ..CredentialSettings::default()
    };
    let credentials = Credentials::from_settings(&settings).unwrap();
    let printed = format!("{settings:?} {credentials:?} {credentials} {:?}", credentials.header());
    // The header has the base64 of `me:hunter2`, which begins with `bWU6`.
    assert!(!printed.contains("hunter2") && !printed.contains("bWU6"), "{printed}");
}
