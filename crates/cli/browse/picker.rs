//! A list of choices that typing narrows down.

use tui_input::Input;
use wensou_text::fold;

/// What a picker chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Tag,
    Date,
    History,
}

/// One line of a picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// A tag, a value of `date:` or a query of the history. `None` removes the filter by date.
    pub(crate) value: Option<String>,
    /// The text that is shown. It must contain the typed text for the choice to stay.
    pub(crate) label: String,
    /// The number of documents, if it is known.
    pub(crate) count: Option<u64>,
}

/// An open picker.
#[derive(Debug)]
pub(crate) struct Picker {
    pub(crate) subject: Subject,
    /// What was typed to narrow the choices down.
    pub(crate) filter: Input,
    /// Whether the choices are still being counted.
    pub(crate) waiting: bool,
    /// The index of the selected choice among the matching ones.
    pub(crate) selected: usize,
    choices: Vec<Choice>,
}

impl Picker {
    pub(crate) fn new(subject: Subject, choices: Vec<Choice>) -> Self {
        Self { subject, filter: Input::default(), waiting: false, selected: 0, choices }
    }

    /// A picker whose choices are still being counted.
    pub(crate) fn waiting(subject: Subject) -> Self {
        Self { waiting: true, ..Self::new(subject, Vec::new()) }
    }

    /// Sets the choices of a picker that has waited for them.
    pub(crate) fn fill(&mut self, choices: Vec<Choice>) {
        self.choices = choices;
        self.waiting = false;
        // Keep the selection within the choices.
        self.move_by(0);
    }

    /// The choices that contain the typed text, in either script and case.
    pub(crate) fn matching(&self) -> Vec<&Choice> {
        let typed = fold(self.filter.value().trim());
        self.choices.iter().filter(|choice| fold(&choice.label).contains(&typed)).collect()
    }

    pub(crate) fn chosen(&self) -> Option<&Choice> {
        self.matching().get(self.selected).copied()
    }

    pub(crate) fn move_by(&mut self, lines: isize) {
        let last = self.matching().len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(lines).min(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_narrows_the_choices_in_either_script() {
        let choice = |label: &str| Choice { value: None, label: label.to_owned(), count: Some(1) };
        let mut picker =
            Picker::new(Subject::Tag, vec![choice("比特幣價格"), choice("以太坊"), choice("BTC")]);
        // Further than to the last choice.
        picker.move_by(9);
        assert_eq!(picker.chosen().unwrap().label, "BTC");
        picker.filter = Input::new("币".to_owned());
        picker.move_by(0);
        assert_eq!(picker.chosen().unwrap().label, "比特幣價格");
        picker.filter = Input::new("btc".to_owned());
        assert_eq!(picker.matching().len(), 1);
    }
}
