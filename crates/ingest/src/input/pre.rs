//! Reads files through a command of the user (`--pre`), which turns them into text.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::fault::too_large;
use super::file_list::SourceFile;
use super::folder_walk::lossy_path;
use super::last_io_error::LastIoError;
use super::recognise::{self, Verdict};
use super::sniff::sniff;
use super::{Event, Input, Kind, Visit, open};
use crate::options::Options;
use crate::options::pre_command::PreCommand;
use crate::report::{Reason, Skipped};

/// Bytes of the error output that are kept.
const MAX_STDERR_BYTES: u64 = 4 << 10;
/// Maximum characters of the error output in a reason.
const MAX_MESSAGE_CHARS: usize = 200;
/// The longest pause between two checks of whether a command has ended.
const MAX_PAUSE: Duration = Duration::from_millis(20);

/// Runs the command on a file, and passes what it prints to `visit`.
pub(super) fn visit_output(
    source: &SourceFile,
    options: &Options,
    command: &PreCommand,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let skip =
        |reason| Event::Skipped(Skipped { path: lossy_path(&source.path), line: None, reason });
    let (file, file_bytes) = match open::regular(&source.path) {
        Ok(opened) => opened,
        Err(reason) => return visit(skip(reason)),
    };
    let printed = match run(command.program(), &source.path, file, options) {
        Ok(printed) => printed,
        Err(reason) => return visit(skip(reason)),
    };
    // What a command prints has no name: it counts as text unless its content says otherwise.
    let by_name = Kind::TEXT;
    let kind = match recognise::verdict(by_name, sniff(&printed), &printed) {
        Verdict::Read(kind @ (Kind::Page(_) | Kind::Dump(_))) => kind,
        Verdict::Refused(reason) => return visit(skip(failed(&format!("it printed {reason}")))),
        Verdict::Read(_) => return visit(skip(failed("it printed a container"))),
        // What counts as text is ignored only if it is the source of a program.
        Verdict::Ignored => return visit(skip(failed("it printed the source of a program"))),
    };
    visit(Event::Input(Input {
        path: source.path.to_string_lossy().into_owned(),
        relative: source.relative.clone(),
        kind,
        bytes: Some(printed.len() as u64),
        charset: None,
        url: None,
        // Spans refer to the file, not to what was printed.
        preprocessed_file_bytes: Some(file_bytes),
        root: None,
        read: &mut &printed[..],
        last_io_error: &LastIoError::default(),
    }))
}

/// The reason to skip a file whose command has failed.
fn failed(what: &str) -> Reason {
    Reason::CommandFailed(what.to_owned())
}

/// Runs the command, and returns what it printed.
fn run(program: &Path, path: &Path, file: File, options: &Options) -> Result<Vec<u8>, Reason> {
    let child = Command::new(program)
        .arg(path)
        .stdin(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.map_err(|error| failed(&format!("{}: {error}", program.display())))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let running = Running::register(child);
    // Both outputs are read at the same time, because a command waits while the pipe of one of them
    // is full.
    let stderr_reader =
        thread::Builder::new().spawn(move || stderr.map_or_else(Vec::new, first_bytes));
    let Ok(stderr_reader) = stderr_reader else {
        running.kill();
        return Err(failed("the system refused a thread"));
    };
    let limit = options.max_file_bytes;
    let mut printed = Vec::new();
    let read = stdout.map_or(Ok(0), |stdout| stdout.take(limit + 1).read_to_end(&mut printed));
    if printed.len() as u64 > limit {
        running.kill();
        return Err(too_large(printed.len() as u64, options));
    }
    let status = running.wait().and_then(|status| read.map(|_| status));
    let status = status.map_err(|error| failed(&error.to_string()))?;
    let errors = stderr_reader.join().unwrap_or_default();
    match status.success() {
        true => Ok(printed),
        false => Err(failed(&failure_message(status, &errors))),
    }
}

/// The beginning of the error output; the rest is read and dropped.
fn first_bytes(mut stderr: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stderr.by_ref().take(MAX_STDERR_BYTES).read_to_end(&mut bytes);
    let _ = io::copy(&mut stderr, &mut io::sink());
    bytes
}

/// The exit status of a command, and the first line of its error output.
fn failure_message(status: ExitStatus, errors: &[u8]) -> String {
    let errors = String::from_utf8_lossy(errors);
    let line = errors.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line: String = line.chars().filter(|c| !c.is_control()).take(MAX_MESSAGE_CHARS).collect();
    if line.is_empty() { status.to_string() } else { format!("{status}: {line}") }
}

/// The commands that are running.
static RUNNING: Mutex<Vec<Arc<Mutex<Child>>>> = Mutex::new(Vec::new());

/// Kills the commands of [`PreCommand`] that are running, for a program that is about to end.
pub fn kill_commands() {
    for child in lock(&RUNNING).iter() {
        let _ = lock(child).kill();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A command that is running; it is killed when this is dropped.
struct Running(Arc<Mutex<Child>>);

impl Running {
    /// Adds a child process to [`RUNNING`].
    fn register(child: Child) -> Self {
        let child = Arc::new(Mutex::new(child));
        lock(&RUNNING).push(Arc::clone(&child));
        Self(child)
    }

    fn kill(&self) {
        let mut child = lock(&self.0);
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Waits until the command ends. Does not hold the lock meanwhile, so that [`kill_commands`]
    /// need not wait.
    fn wait(&self) -> io::Result<ExitStatus> {
        let mut pause = Duration::from_micros(100);
        loop {
            if let Some(status) = lock(&self.0).try_wait()? {
                return Ok(status);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        lock(&RUNNING).retain(|other| !Arc::ptr_eq(other, &self.0));
    }
}
