//! Tables that are computed from others before the program is compiled, and kept as files.

use crate::version::analysis_fingerprint;

/// The contents of a precomputed table: the details of its first line, and the other lines. The
/// first line begins with the fingerprint of the analysis by which the table was computed. `None`
/// if that is not the fingerprint of this program; the caller then computes the table, which is
/// slower.
pub(crate) fn contents_if_current(table: &'static str) -> Option<(&'static str, &'static str)> {
    let (header, lines) = table.split_once('\n')?;
    let header = header.strip_prefix("# ")?;
    let (fingerprint, details) = header.split_once(' ').unwrap_or((header, ""));
    (fingerprint == format!("{:016x}", analysis_fingerprint())).then_some((details, lines))
}

/// Compares the precomputed `table` in the file `name` with what it should be: `details` after
/// the fingerprint, then `lines`. With `WENSOU_BLESS` set it writes the file and returns `false`,
/// because the crate has to be compiled again before it has the new table.
#[cfg(test)]
pub(crate) fn assert_precomputed(name: &str, table: &str, details: &str, lines: &str) -> bool {
    let wanted = format!("# {:016x} {details}\n{lines}", analysis_fingerprint());
    if std::env::var_os("WENSOU_BLESS").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
        std::fs::write(path, wanted).unwrap();
        return false;
    }
    let cure = "renew it with: WENSOU_BLESS=1 cargo test -p wensou-text --lib precomputed";
    assert!(table == wanted, "data/{name} is out of date: {cure}");
    true
}
