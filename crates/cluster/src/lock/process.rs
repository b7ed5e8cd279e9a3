//! Identifies the process that holds a lock, and tells whether it still runs.

use serde::{Deserialize, Serialize};

/// A process, identified among all processes that ever ran on any machine. That works on Linux;
/// elsewhere, only the process id is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Process {
    /// The boot id of the machine and the PID namespace, within which process ids are unique. Each
    /// container has a namespace of its own.
    space: Option<String>,
    pid: u32,
    /// When the process was started, in ticks since the machine was booted. It tells processes
    /// apart that had the same id one after the other.
    started: Option<String>,
}

impl Process {
    /// This process.
    pub(super) fn current() -> Self {
        let pid = std::process::id();
        Self { space: pid_space(), pid, started: state_of(pid).map(|state| state.started) }
    }

    /// The process id.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether the process still runs; `None` if that cannot be known, for example because it is a
    /// process of another machine.
    pub(super) fn is_running(&self) -> Option<bool> {
        if self.space.is_none() || self.space != pid_space() || self.started.is_none() {
            return None;
        }
        self.runs_in_state(state_of(self.pid))
    }

    /// Whether the process still runs, by the state of the process that has its id; `None` if that
    /// cannot be known. `found` is `None` if no state can be read. The process may exist all the
    /// same: with the mount option `hidepid`, `/proc` hides the processes of other users.
    fn runs_in_state(&self, found: Option<ProcessState>) -> Option<bool> {
        match found {
            Some(found) => Some(!found.has_ended && Some(found.started) == self.started),
            None if exists(self.pid) => None,
            None => Some(false),
        }
    }
}

/// The boot id and the PID namespace of this process.
fn pid_space() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), namespace.display()))
}

/// What Linux says of a process.
struct ProcessState {
    /// When it was started, in ticks since the machine was booted.
    started: String,
    /// Whether it has ended and is listed only because its parent has not yet asked for its exit
    /// status (a zombie).
    has_ended: bool,
}

/// Reads `/proc/PID/stat`; `None` if there is no such process, if it is hidden from this one, or if
/// the system is not Linux.
fn state_of(pid: u32) -> Option<ProcessState> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field, the name of the program in parentheses, may contain blanks and parentheses.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    let has_ended = matches!(fields.next()?, "Z" | "X");
    // The state was field 3, the first one after the name. Skip 18 fields: the time of the start is
    // field 22.
    Some(ProcessState { started: fields.nth(18)?.to_owned(), has_ended })
}

/// Whether there is a process with this id, or may be one. A process that has ended counts until
/// its parent has asked for its exit status.
#[cfg(unix)]
fn exists(pid: u32) -> bool {
    use rustix::process::{Pid, test_kill_process};

    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    // A process of another user exists although it must not be signalled.
    pid.is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn exists(_: u32) -> bool {
    true
}

/// The name of this machine, for messages.
pub(super) fn host_name() -> String {
    let named = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let named = named.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    let name: String = named.trim().chars().filter(|c| !c.is_control()).take(80).collect();
    if name.is_empty() { "an unnamed machine".to_owned() } else { name }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_has_ended_does_not_run() {
        let own = Process::current();
        assert_eq!(own.is_running(), Some(true));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let started = state_of(child.id()).map(|state| state.started);
        let process = Process { pid: child.id(), started, ..own.clone() };
        child.wait().unwrap();
        assert_eq!(process.is_running(), Some(false));
        // The process id was reused.
        let other = Process { started: Some("1".to_owned()), ..own.clone() };
        assert_eq!(other.is_running(), Some(false));
        // A process on another machine, or in another container.
        let elsewhere = Process { space: Some("other".to_owned()), ..own };
        assert_eq!(elsewhere.is_running(), None);
    }

    #[test]
    fn a_process_that_proc_hides_has_not_ended() {
        let hidden = None;
        let own = Process::current();
        assert_eq!(own.runs_in_state(hidden), None, "it exists");
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let ended = Process { pid: child.id(), ..own };
        child.wait().unwrap();
        let missing = None;
        assert_eq!(ended.runs_in_state(missing), Some(false));
    }
}
