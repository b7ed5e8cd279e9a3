//! The pager: the user's own program for text that is longer than the screen.

use std::io::{self, Write};
use std::process::{Command, Stdio};

/// What runs where the user names no other.
const DEFAULT: &str = "less";

/// Shows text in the pager of `$WENSOU_PAGER` or `$PAGER`, and waits for its end. `false` if there
/// is none, or none is wanted: the text is then the caller's to print.
pub(crate) fn show(text: &[u8]) -> io::Result<bool> {
    let named = ["WENSOU_PAGER", "PAGER"].into_iter().find_map(|name| std::env::var(name).ok());
    let command = named.unwrap_or_else(|| DEFAULT.to_owned());
    if command.trim().is_empty() || command.trim() == "cat" {
        return Ok(false);
    }
    // By the shell, as git does it: the variable may hold options.
    let mut pager = Command::new("sh");
    pager.args(["-c", &command]).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Colours as they are, and leave the text on the screen.
        pager.env("LESS", "RX");
    }
    let Ok(mut child) = pager.spawn() else { return Ok(false) };
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(text) {
            // Left before the end: the reader has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            outcome => outcome?,
        }
    }
    // 127 is the shell's word for a program that is not there.
    Ok(child.wait()?.code() != Some(127))
}
