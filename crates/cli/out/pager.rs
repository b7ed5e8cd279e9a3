//! Runs the user's pager for text that is longer than the screen.

use std::io::{self, Write};
use std::process::{Command, Stdio};

/// The default pager.
const DEFAULT: &str = "less";

/// Whether this value of `$WENSOU_PAGER` or `$PAGER` means that no pager is wanted.
pub(crate) fn means_none(command: &str) -> bool {
    ["", "cat"].contains(&command.trim())
}

/// Shows text in a pager: the command in `$WENSOU_PAGER`; if that is not set, the one in `$PAGER`;
/// if neither is set, [`DEFAULT`]. Waits until the pager ends. Returns `false` if the pager does
/// not exist, or if the command is empty or `cat`: the caller must then print the text.
pub(crate) fn show(text: &[u8]) -> io::Result<bool> {
    let configured =
        ["WENSOU_PAGER", "PAGER"].into_iter().find_map(|name| std::env::var(name).ok());
    let command = configured.unwrap_or_else(|| DEFAULT.to_owned());
    if means_none(&command) {
        return Ok(false);
    }
    // Run the command in a shell, as git does, because the variable may contain options.
    let mut pager = Command::new("sh");
    pager.args(["-c", &command]).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Print colours (R), and leave the text on the screen at the end (X).
        pager.env("LESS", "RX");
    }
    let Ok(mut child) = pager.spawn() else { return Ok(false) };
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(text) {
            // The user has quit the pager before it read everything.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            outcome => outcome?,
        }
    }
    // The shell returns 127 if the program does not exist.
    Ok(child.wait()?.code() != Some(127))
}
