//! Replays the seeds and the regression inputs of a target without libFuzzer, for the tests of the
//! crates.

use std::panic::catch_unwind;
use std::path::Path;

/// Runs the check of a target on each of its seeds and regression inputs.
pub fn all(target: &str, check: fn(&[u8])) {
    // `tests/regressions.rs` of a crate includes this file. The folder of every crate is two levels
    // below the root of the repository.
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let mut count = 0;
    for folder in ["seeds", "regressions"] {
        // A target that never failed has no regression inputs.
        let Ok(files) = std::fs::read_dir(fuzz.join(folder).join(target)) else { continue };
        for file in files {
            let path = file.expect("a file").path();
            let input = std::fs::read(&path).expect("its bytes");
            assert!(catch_unwind(|| check(&input)).is_ok(), "{}", path.display());
            count += 1;
        }
    }
    assert!(count > 0, "no seeds for {target}");
}
