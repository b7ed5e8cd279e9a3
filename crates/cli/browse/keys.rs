//! The table of keys. Both dispatch and the help screen read it, so they always agree.
//!
//! The keys of commands are keys with Ctrl or Alt, and keys that type no character. Characters
//! always go to the query, because input methods send them, too.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    /// The previous hit, even if the preview has the focus.
    Previous,
    /// The next hit, even if the preview has the focus.
    Next,
    /// Show the preview full screen, or leave it; in a popup, choose the selected line or bar.
    Open,
    /// Move the focus between list and preview.
    Focus,
    /// Filter by the next kind.
    Kind,
    /// Choose a tag to filter by.
    Tags,
    /// Choose a date to filter by.
    Dates,
    /// From a flash item to the pages that contain it, from a page to its copies and flash items.
    Follow,
    Similar,
    /// Back to the list from which this one was opened.
    Back,
    Pager,
    Editor,
    CopyId,
    CopyCitation,
    /// Open the address of the record in the browser.
    Visit,
    /// Show the hits over time.
    DateBars,
    /// The next sort order.
    Sort,
    NextMatch,
    PreviousMatch,
    /// Choose an earlier query.
    History,
    /// The query of the history before the one that is shown.
    Older,
    /// The query of the history after the one that is shown.
    Newer,
    Suspend,
    Help,
    /// One step back: from the preview to the list, to the previous list, to an empty query, out of
    /// the program.
    Escape,
    Quit,
    /// Quit as if the program had been interrupted.
    Abort,
}

/// One key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A command with its keys and its help.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) command: Command,
    pub(crate) keys: &'static [Key],
    pub(crate) help: &'static str,
    /// The name of the command in the bottom line, or [`NO_HINT`].
    pub(crate) hint: &'static str,
}

const fn plain(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::NONE }
}

const fn ctrl(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), modifiers: KeyModifiers::CONTROL }
}

const fn alt(code: KeyCode) -> Key {
    Key { code, modifiers: KeyModifiers::ALT }
}

const fn bind(
    command: Command,
    keys: &'static [Key],
    hint: &'static str,
    help: &'static str,
) -> Binding {
    Binding { command, keys, help, hint }
}

/// For a command that the bottom line leaves out.
const NO_HINT: &str = "";

/// The bindings of all commands, in the order of the help.
pub(crate) const KEYS: &[Binding] = &[
    bind(Command::Help, &[plain(KeyCode::F(1))], "help", "this help; also ? in an empty query"),
    bind(
        Command::Open,
        &[plain(KeyCode::Enter)],
        "open",
        "show the preview full screen, or close it",
    ),
    bind(
        Command::Kind,
        &[ctrl('k'), plain(KeyCode::F(2))],
        "kind",
        "switch between both kinds, articles and flash items",
    ),
    bind(Command::Tags, &[ctrl('t'), plain(KeyCode::F(3))], "tags", "filter by a tag of the hits"),
    bind(Command::Dates, &[ctrl('d'), plain(KeyCode::F(4))], "dates", "filter by date"),
    bind(
        Command::Follow,
        &[ctrl('f'), plain(KeyCode::F(5))],
        "follow",
        "from a flash item to its pages, from a page to its copies and flash items",
    ),
    bind(
        Command::Similar,
        &[ctrl('s'), plain(KeyCode::F(6))],
        "similar",
        "documents similar to this one",
    ),
    bind(Command::Pager, &[ctrl('o'), plain(KeyCode::F(7))], "pager", "read the record in $PAGER"),
    bind(
        Command::Editor,
        &[ctrl('e'), plain(KeyCode::F(8))],
        "editor",
        "open the file of the record in $VISUAL or $EDITOR at the passage",
    ),
    bind(Command::CopyId, &[ctrl('y'), plain(KeyCode::F(9))], "copy", "copy the id of the record"),
    bind(
        Command::CopyCitation,
        &[alt(KeyCode::Char('y')), plain(KeyCode::F(10))],
        "cite",
        "copy a citation: author, title, source, site, date, address, path and byte range",
    ),
    bind(Command::Visit, &[alt(KeyCode::Char('o'))], NO_HINT, "open the web address of the record"),
    bind(
        Command::DateBars,
        &[alt(KeyCode::Char('d'))],
        NO_HINT,
        "the hits over time; Left Right and Enter narrow by date",
    ),
    bind(
        Command::Sort,
        &[alt(KeyCode::Char('s'))],
        NO_HINT,
        "newest first, oldest first, usual order",
    ),
    bind(Command::NextMatch, &[alt(KeyCode::Char('n'))], NO_HINT, "next match in the preview"),
    bind(
        Command::PreviousMatch,
        &[alt(KeyCode::Char('p'))],
        NO_HINT,
        "previous match in the preview",
    ),
    bind(Command::History, &[ctrl('r')], NO_HINT, "choose an earlier query"),
    bind(
        Command::Older,
        &[alt(KeyCode::Up)],
        NO_HINT,
        "the previous query of the history; also Up on the first hit",
    ),
    bind(Command::Newer, &[alt(KeyCode::Down)], NO_HINT, "the next query of the history"),
    bind(Command::Focus, &[plain(KeyCode::Tab)], "focus", "move in the list or in the preview"),
    bind(Command::Up, &[plain(KeyCode::Up)], NO_HINT, "one up"),
    bind(Command::Down, &[plain(KeyCode::Down)], NO_HINT, "one down"),
    bind(Command::PageUp, &[plain(KeyCode::PageUp)], NO_HINT, "a screen up"),
    bind(Command::PageDown, &[plain(KeyCode::PageDown)], NO_HINT, "a screen down"),
    bind(Command::First, &[plain(KeyCode::Home)], NO_HINT, "to the first"),
    bind(Command::Last, &[plain(KeyCode::End)], NO_HINT, "to the last hit that is loaded"),
    bind(Command::Previous, &[ctrl('p')], NO_HINT, "previous hit, wherever the focus is"),
    bind(Command::Next, &[ctrl('n')], NO_HINT, "next hit, wherever the focus is"),
    bind(Command::Back, &[alt(KeyCode::Left)], NO_HINT, "back to the previous list"),
    bind(
        Command::Escape,
        &[plain(KeyCode::Esc)],
        NO_HINT,
        "go back; then clear the query; then leave",
    ),
    bind(Command::Suspend, &[ctrl('z')], NO_HINT, "suspend; `fg` in the shell comes back"),
    bind(Command::Quit, &[ctrl('q')], "quit", "leave"),
    bind(Command::Abort, &[ctrl('c')], NO_HINT, "leave at once, with exit status 130"),
];

/// The keys that the widget of the query line handles, and what the mouse does, for the help.
pub(crate) const EDITING: &[(&str, &str)] = &[
    ("Left Right", "move in the query; with Ctrl by words"),
    ("Ctrl-A", "to the beginning of the query"),
    ("Ctrl-W", "delete the word before the cursor"),
    ("Ctrl-U", "clear the query"),
    ("Mouse", "click selects, another click opens; the wheel scrolls; with Shift, text is marked"),
];

/// The command of a key press; `None` if it goes to the query line.
pub(crate) fn command(event: KeyEvent) -> Option<Command> {
    let pressed = Key {
        code: match event.code {
            // Caps Lock and Shift make no difference.
            KeyCode::Char(c) => KeyCode::Char(c.to_ascii_lowercase()),
            code => code,
        },
        modifiers: event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT),
    };
    if matches!(pressed.code, KeyCode::Char(_)) && pressed.modifiers.is_empty() {
        return None;
    }
    KEYS.iter().find(|binding| binding.keys.contains(&pressed)).map(|binding| binding.command)
}

/// The names of all keys of a binding.
pub(crate) fn names(binding: &Binding) -> String {
    binding.keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

/// The short name of the first key of a binding, such as `^K`.
pub(crate) fn short_name(binding: &Binding) -> String {
    binding.keys.first().map(Key::to_string).unwrap_or_default().replace("Ctrl-", "^")
}

/// The name of the first key of a command.
pub(crate) fn key_name(command: Command) -> String {
    let key = KEYS
        .iter()
        .find(|binding| binding.command == command)
        .and_then(|binding| binding.keys.first());
    key.map(Key::to_string).unwrap_or_default()
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("Ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("Alt-")?;
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            code => write!(f, "{code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_bound_twice() {
        let all: Vec<&Key> = KEYS.iter().flat_map(|binding| binding.keys).collect();
        for (at, key) in all.iter().enumerate() {
            assert!(!all[..at].contains(key), "{key} is bound twice");
        }
    }

    #[test]
    fn no_key_that_types_a_character_is_a_command() {
        for binding in KEYS {
            for key in binding.keys {
                let typed = matches!(key.code, KeyCode::Char(_)) && key.modifiers.is_empty();
                assert!(!typed, "{key}");
            }
        }
        for c in ['比', 'ㄅ', 'a', 'K', '?', ' ', '。'] {
            for modifiers in [KeyModifiers::NONE, KeyModifiers::SHIFT] {
                assert_eq!(command(KeyEvent::new(KeyCode::Char(c), modifiers)), None);
            }
        }
    }

    #[test]
    fn a_command_is_found_with_caps_lock_too() {
        for c in ['k', 'K'] {
            let event = KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
            assert_eq!(command(event), Some(Command::Kind));
        }
        assert_eq!(key_name(Command::Kind), "Ctrl-K");
        assert_eq!(key_name(Command::Back), "Alt-Left");
    }
}
