//! Lines below a title that have a form of their own: `NAME/OUTLET`, a sentence after a label, the
//! date of a decision, a date without a year.

use crate::date;
use crate::page::labels::{Delimiter, Label, Labels};
use crate::page::names::unlabelled::{Unlabelled, unlabelled};
use crate::page::names::value::{bare_name, person_name};
use crate::page::names::{is_certain_outlet, is_outlet};
use crate::page::page_words::page_words;
use crate::record::Moment;
use crate::text::punctuation::{is_colon, is_sentence_end, is_space};

/// The parts of `NAME/OUTLET`.
pub(super) fn author_and_outlet(text: &str) -> Option<[&str; 2]> {
    let (name, outlet) = text.split_once(['/', '\u{ff0f}'])?;
    let (name, outlet) = (name.trim(), outlet.trim());
    (page_words().is_people(name) && is_outlet(outlet) && !page_words().is_people(outlet))
        .then_some([name, outlet])
}

/// Whether a line is a sentence after a label, as in an interview: `记者：您为什么回来？`. The
/// sentence has marks, and what stands before the first of them is no name.
pub(super) fn is_labelled_sentence(text: &str, labels: &Labels) -> bool {
    let Some(found) = labels.at_start(text).filter(|found| found.delimiter == Delimiter::Colon)
    else {
        return false;
    };
    let value = &text[found.value_start..];
    /// Maximum characters of a name before a comma that may be a pen name.
    const MAX_PEN_NAME: usize = 6;
    let is_sign = |c: char| is_sentence_end(c) || c == '\u{ff0c}';
    let Some(end) = value.find(is_sign) else { return false };
    let name = value[..end].trim();
    let after = value[end..].trim_start_matches(is_sign).trim_start();
    let begins_field = labels.at_start(after).is_some() || date::parse_prefix(after).is_some();
    if begins_field && name.chars().nth(MAX_PEN_NAME).is_none() {
        return false;
    }
    let is_named = match found.label {
        Label::Author | Label::Reporter | Label::Writer | Label::Translator | Label::Editor => {
            page_words().is_people(person_name(name)) || is_certain_outlet(bare_name(name))
        }
        Label::Source => {
            is_certain_outlet(bare_name(name)) || unlabelled(name, labels) != Unlabelled::NoName
        }
        _ => return false,
    };
    !is_named
}

/// The date of a law or decision: `（2007年6月29日…会议通过）` below its title.
pub(super) fn date_of_decision(text: &str) -> Option<Moment> {
    let inner = text.strip_prefix(['（', '('])?.strip_suffix(['）', ')'])?;
    let (moment, bytes) = date::at_start(inner)?;
    let remaining = inner[bytes..].trim_end();
    ["通过", "通過", "公布", "发布", "發布", "施行"]
        .iter()
        .any(|end| remaining.ends_with(end))
        .then_some(moment)
}

/// The date without a year that a line begins with, such as `03-04 10:00`.
pub(super) fn partial_date(text: &str) -> Option<&str> {
    let is_part = |c: char| {
        c.is_ascii_digit() || is_space(c) || is_colon(c) || matches!(c, '-' | '/' | '月' | '日')
    };
    let partial = text[..text.find(|c| !is_part(c)).unwrap_or(text.len())].trim();
    (date::is_partial(partial) && partial.contains(['-', '/', '月'])).then_some(partial)
}
