//! Tests that no error, and nothing that is printed for debugging, has a secret, whatever a server
//! repeats.

use proptest::prelude::*;
use secrecy::SecretString;

use super::*;

/// A server that repeats the headers of a request in its answer. `shape`, from 0 to 5, chooses the
/// part of the answer that repeats them.
fn echo(status: u16, shape: u8) -> Mock {
    Mock::new(move |_, seen| {
        let headers = seen.headers.as_str();
        match shape {
            0 => Reply::exception(status, headers, headers),
            1 => Reply::Status(status, format!("<html>{headers}")),
            2 => Reply::Status(status, json!({"error": headers, "status": status}).to_string()),
            3 => Reply::Status(
                status,
                json!({"error": {"type": "x", "caused_by": {"reason": headers}}}).to_string(),
            ),
            4 => Reply::Raw(headers.as_bytes().to_vec()),
            _ => Reply::ok(
                json!({"timed_out": false, "_shards": {"total": 1, "successful": 0, "failed": 1,
                "failures": [{"reason": {"type": headers, "reason": headers}}]}})
                .to_string(),
            ),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_error_has_a_secret(
        secret in "[A-Za-z0-9!$%&/()=?.,-]{8,40}",
        credential_kind in 0..3_u8,
        status in prop::sample::select(vec![400, 401, 403, 404, 409, 413, 418, 429, 500, 503]),
        shape in 0..6_u8,
    ) {
        let value = SecretString::from(secret.clone());
        let credentials = match credential_kind {
            0 => Credentials::basic("me", value),
            1 => Credentials::api_key(value),
            _ => Credentials::bearer(value),
        };
        let credentials = credentials.unwrap();
        let header = credentials.header().unwrap().to_str().unwrap().to_owned();
        let encoded = header.split(' ').nth(1).unwrap();
        let mock = echo(status, shape);
        let options = ClientOptions { attempts: 2, ..ClientOptions::default() };
        let client = client_of(&[&mock], &credentials, &options).unwrap();
        let error = search(&client).unwrap_err();
        let text = format!("{error} {error:?} {client:?} {credentials:?} {credentials}");
        // A password is only sent in base64.
        prop_assert!(mock.requests()[0].headers.contains(&secret) || credential_kind == 0);
        prop_assert!(mock.requests()[0].headers.contains(encoded));
        prop_assert!(!text.contains(&secret) && !text.contains(encoded), "{}", text);
    }
}
