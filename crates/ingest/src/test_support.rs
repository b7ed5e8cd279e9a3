//! What the tests of several modules share.

/// Asserts that each text has the summary that stands beside it. The message names all texts that
/// have another one.
pub(crate) fn assert_summaries(cases: &[(&str, &str)], summary: impl Fn(&str) -> String) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|&(text, wanted)| (text, wanted, summary(text)))
        .filter(|(_, wanted, found)| found != wanted)
        .map(|(text, wanted, found)| format!("{text}\n   got  {found}\n   want {wanted}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
