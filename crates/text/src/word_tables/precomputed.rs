//! Tables that are computed from others before the program is compiled, and kept as files.

use crate::version::analysis_fingerprint;

/// The contents of a precomputed table, if it is up to date: what else its first line says, and the
/// other lines. The first line has the fingerprint of the analysis that it was computed by. `None`
/// if that differs; the caller then computes the table, which is slower.
pub(crate) fn precomputed(table: &'static str) -> Option<(&'static str, &'static str)> {
    let (header, lines) = table.split_once('\n')?;
    let header = header.strip_prefix("# ")?;
    let (number, more) = header.split_once(' ').unwrap_or((header, ""));
    (number == format!("{:016x}", analysis_fingerprint())).then_some((more, lines))
}

/// Compares a precomputed table with what it should be. With `WENSOU_BLESS` set it writes the table
/// and returns `false`: the crate has to be compiled again to see it.
#[cfg(test)]
pub(crate) fn assert_precomputed(name: &str, table: &str, more: &str, lines: &str) -> bool {
    let wanted = format!("# {:016x} {more}\n{lines}", analysis_fingerprint());
    if std::env::var_os("WENSOU_BLESS").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
        std::fs::write(path, wanted).unwrap();
        return false;
    }
    let cure = "renew it with: WENSOU_BLESS=1 cargo test -p wensou-text --lib made";
    assert!(table == wanted, "data/{name} is out of date: {cure}");
    true
}
