//! Which process of which machine holds a lock, and whether it still runs.

use serde::{Deserialize, Serialize};

/// A process, told apart from every other one that ran on any machine. The fields are those of
/// Linux; elsewhere, nothing is known of a process but its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Process {
    /// The id of the start of the machine, and the namespace that the number is of: containers
    /// number their processes by themselves.
    space: Option<String>,
    pid: u32,
    /// When it was started, in ticks since the start of the machine: numbers are used again.
    started: Option<String>,
}

impl Process {
    /// This process.
    pub(super) fn current() -> Self {
        let pid = std::process::id();
        Self { space: space(), pid, started: state_of(pid).map(|state| state.started) }
    }

    /// Its number.
    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it runs; `None` if that cannot be known here.
    pub(super) fn runs(&self) -> Option<bool> {
        if self.space.is_none() || self.space != space() || self.started.is_none() {
            return None;
        }
        let found = state_of(self.pid);
        Some(found.is_some_and(|found| !found.ended && Some(found.started) == self.started))
    }
}

fn space() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), namespace.display()))
}

struct State {
    started: String,
    /// It has ended, and its parent has not asked for its exit status.
    ended: bool,
}

fn state_of(pid: u32) -> Option<State> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program stands in parentheses, and may contain blanks and parentheses.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    let ended = matches!(fields.next()?, "Z" | "X");
    Some(State { started: fields.nth(18)?.to_owned(), ended })
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
    fn a_process_that_ended_is_known_as_such() {
        let own = Process::current();
        assert_eq!(own.runs(), Some(true));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let started = state_of(child.id()).map(|state| state.started);
        let process = Process { pid: child.id(), started, ..own.clone() };
        child.wait().unwrap();
        assert_eq!(process.runs(), Some(false));
        // Its number is used again.
        let other = Process { started: Some("1".to_owned()), ..own.clone() };
        assert_eq!(other.runs(), Some(false));
        // On another machine, or in another container.
        let elsewhere = Process { space: Some("other".to_owned()), ..own };
        assert_eq!(elsewhere.runs(), None);
    }
}
