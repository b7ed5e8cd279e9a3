//! The user's command that turns files into text, and which files it is run for.

use std::path::{Path, PathBuf};

use ignore::overrides::{Override, OverrideBuilder};

/// A command that turns files into text, such as `pdftotext`, and the globs of the files that it is
/// run for.
///
/// It is run as `COMMAND PATH`, with the file as its standard input. Its output is read instead of
/// the file. Without globs it is run for every file that cannot be read otherwise.
#[derive(Debug, Clone)]
pub struct PreCommand {
    program: PathBuf,
    /// `None` if no globs were given.
    globs: Option<Override>,
    /// The globs as they were given, one a line.
    glob_text: String,
}

impl PreCommand {
    /// The command `program`, to be run for the files that `globs` select. Globs are those of
    /// ripgrep's `--glob`: a glob without a slash is compared with the file name, and `!` in front
    /// of a glob excludes files.
    ///
    /// # Errors
    ///
    /// A message, if a glob is invalid.
    pub fn new(program: impl Into<PathBuf>, globs: &[String]) -> Result<Self, String> {
        let glob_text = globs.join("\n");
        let globs = if globs.is_empty() { None } else { Some(parse_globs(globs)?) };
        Ok(Self { program: program.into(), globs, glob_text })
    }

    /// The command and its globs as text, by which an index sees that they have changed.
    pub(crate) fn text(&self) -> String {
        format!("{}\n{}", self.program.display(), self.glob_text)
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Whether the globs select a file with this path below its root; `false` without globs.
    pub(crate) fn selects(&self, relative: &Path) -> bool {
        let is_dir = false;
        // To the matcher, a file that the globs do not select is an ignored one.
        self.globs.as_ref().is_some_and(|globs| !globs.matched(relative, is_dir).is_ignore())
    }

    /// Whether the command gets every file that cannot be read otherwise.
    pub(crate) fn takes_every_unread_file(&self) -> bool {
        self.globs.is_none()
    }
}

/// Globs as a matcher, in which a later glob overrides those before it.
fn parse_globs(globs: &[String]) -> Result<Override, String> {
    let mut builder = OverrideBuilder::new("");
    for glob in globs {
        builder.add(glob).map_err(|error| error.to_string())?;
    }
    builder.build().map_err(|error| error.to_string())
}
