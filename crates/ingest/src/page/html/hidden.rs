//! Shows hidden text. Some pages hide their article until a script shows it: WeChat with
//! `visibility: hidden`, others in `noscript`, `template` or the `foreignObject` of an image.
//!
//! A page is changed so that its hidden text counts as shown, in a copy of the same length: names
//! of elements become `div` and spaces, and words in attributes are misspelled. So the offsets of
//! the copy are those of the page.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

use super::amount::amount;
use super::elements::is_void;
use super::lines::WithoutErrors;
use super::open_elements::{OpenElements, Roles, declares};
use super::stated_data::attribute;

/// Which hidden text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    /// Text that readers see, although an extractor takes it for hidden: in the `foreignObject` of
    /// an image, or with `backface-visibility: hidden`, which hides the back of what is turned.
    Apparently,
    /// That, and text that takes up space, or is shown to some readers: `visibility: hidden`,
    /// `aria-hidden` and `noscript`.
    LaidOut,
    /// That, and text that is not laid out: `display: none`, `hidden`, `template`, `textarea`.
    All,
}

/// A page with its hidden text shown.
#[derive(Debug)]
pub(super) struct RevealedPage {
    /// The page, in as many bytes as before.
    pub(super) text: String,
    /// The [`amount`] of text that was hidden.
    pub(super) amount: usize,
}

/// Shows the hidden text of a page; `None` if it has none. Takes linear time.
pub(super) fn show(page: &str, hidden: Hidden) -> Option<RevealedPage> {
    let mut bytes = page.as_bytes().to_vec();
    let starts = rename_elements(&mut bytes, hidden);
    let renamed = String::from_utf8(bytes).ok()?;
    let (tags, amount) = hiding_tags(&renamed, &starts, hidden);
    if amount == 0 {
        return None;
    }
    let mut bytes = renamed.into_bytes();
    for (start, end) in tags {
        let Some(tag) = bytes.get_mut(start..end) else { continue };
        // The name of the element stays.
        let name_end = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
        let attributes = &mut tag[name_end..];
        misspell(attributes, b"hidden");
        if hidden == Hidden::All {
            misspell(attributes, b"none");
        }
    }
    Some(RevealedPage { text: String::from_utf8(bytes).ok()?, amount })
}

/// Whether text of the page may be hidden [only apparently](Hidden::Apparently).
pub(super) fn may_seem_hidden(page: &str) -> bool {
    [&b"foreignObject"[..], b"foreignobject", b"backface-visibility"]
        .iter()
        .any(|name| memchr::memmem::find(page.as_bytes(), name).is_some())
}

/// Replaces the last letter of each occurrence of a word.
fn misspell(bytes: &mut [u8], word: &[u8]) {
    let mut at = 0;
    while let Some(found) = bytes.get(at..at + word.len()) {
        if found.eq_ignore_ascii_case(word) {
            at += word.len();
            bytes[at - 1] = b'x';
        } else {
            at += 1;
        }
    }
}

/// Makes each element whose text is never shown a `div`. Returns where its start tags begin.
fn rename_elements(bytes: &mut [u8], hidden: Hidden) -> Vec<usize> {
    let mut starts = Vec::new();
    // Where the image begins that is open, and whether it has a `foreignObject`.
    let mut image: Option<(usize, bool)> = None;
    let opening: Vec<usize> = memchr::memchr_iter(b'<', bytes).collect();
    for at in opening {
        let is_end = bytes.get(at + 1) == Some(&b'/');
        let name_start = at + 1 + usize::from(is_end);
        let name_bytes = bytes[name_start..].iter().take_while(|b| b.is_ascii_alphanumeric());
        let name_end = name_start + name_bytes.take(MAX_NAME).count();
        let name = bytes[name_start..name_end].to_ascii_lowercase();
        // The names of custom elements have a hyphen, and begin like others.
        let is_whole =
            bytes.get(name_end).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
        let is_renamed = match &*name {
            _ if !is_whole => false,
            b"noscript" => hidden != Hidden::Apparently,
            b"foreignobject" => image.is_some(),
            b"template" | b"textarea" => hidden == Hidden::All,
            _ => false,
        };
        if is_renamed {
            rename(&mut bytes[name_start..name_end]);
            if !is_end {
                starts.push(at);
            }
        }
        match (&*name, is_end, &mut image) {
            (b"svg", false, None) => image = Some((at, false)),
            (b"foreignobject", false, Some((_, has_text))) => *has_text = true,
            (b"svg", true, Some((start, has_text))) => {
                if *has_text {
                    rename(&mut bytes[*start + 1..*start + 4]);
                    rename(&mut bytes[name_start..name_end]);
                }
                image = None;
            }
            _ => {}
        }
    }
    starts
}

/// The length of the longest name that [`rename_elements`] looks for, and one more.
const MAX_NAME: usize = 14;

fn rename(name: &mut [u8]) {
    name.fill(b' ');
    name[..3].copy_from_slice(b"div");
}

/// The ranges of the tags whose attributes hide their elements, and the amount of hidden text.
/// `starts` are the offsets of tags that were renamed.
fn hiding_tags(page: &str, starts: &[usize], hidden: Hidden) -> (Vec<(usize, usize)>, usize) {
    let mut tags = Vec::new();
    let mut total = 0;
    let mut elements = OpenElements::default();
    let mut is_code = false;
    let mut emitter = DefaultEmitter::new_with_span();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(page, WithoutErrors(emitter)) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name);
                is_code = matches!(&*name, "script" | "style");
                if is_void(&name) {
                    continue;
                }
                let style = attribute(&tag, b"style");
                let is_laid_out = !tag.attributes.contains_key(&b"hidden"[..])
                    && !style.as_deref().is_some_and(|style| declares(style, "display:none"));
                let is_visible =
                    style.as_deref().is_none_or(|style| !declares(style, "visibility:hidden"))
                        && attribute(&tag, b"aria-hidden").is_none_or(|value| value != "true");
                let hides = match hidden {
                    Hidden::Apparently => style
                        .as_deref()
                        .is_some_and(|style| declares(style, "backface-visibility:hidden")),
                    Hidden::LaidOut => is_laid_out && !is_visible,
                    Hidden::All => !is_laid_out || !is_visible,
                };
                if hides {
                    tags.push((tag.span.start, tag.span.end));
                }
                let is_renamed = starts.binary_search(&tag.span.start).is_ok();
                elements.open(&name, Roles::default(), hides || is_renamed);
            }
            Token::EndTag(tag) => {
                is_code = false;
                elements.close(&String::from_utf8_lossy(&tag.name));
            }
            Token::String(string) if elements.is_hidden() && !is_code => {
                total += amount(&String::from_utf8_lossy(&string.value));
            }
            _ => {}
        }
    }
    (tags, total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_text_is_shown_in_as_many_bytes() {
        for (page, expected) in [
            (
                "<div style='visibility: hidden'>字</div>",
                "<div style='visibility: hiddex'>字</div>",
            ),
            ("<p aria-hidden=\"true\">字</p>", "<p aria-hiddex=\"true\">字</p>"),
            ("<NoScript><p>字</p></noscript>", "<div     ><p>字</p></div     >"),
            (
                "<svg><foreignObject><p>字</p></foreignObject></svg>",
                "<div><div          ><p>字</p></div          ></div>",
            ),
        ] {
            for hidden in [Hidden::LaidOut, Hidden::All] {
                let found = show(page, hidden).unwrap();
                assert_eq!((&*found.text, found.amount), (expected, 1));
            }
        }
        for (page, expected) in [
            ("<div style='DISPLAY:none'>字</div>", "<div style='DISPLAY:nonx'>字</div>"),
            ("<div hidden>字</div>", "<div hiddex>字</div>"),
            ("<textarea>字</textarea>", "<div     >字</div     >"),
            ("<template>字</template>", "<div     >字</div     >"),
        ] {
            assert!(show(page, Hidden::LaidOut).is_none(), "{page}");
            assert_eq!(show(page, Hidden::All).unwrap().text, expected);
        }
        let images = "<svg><foreignObject>字</foreignObject></svg><noscript>字</noscript>";
        let expected = show(images, Hidden::Apparently).unwrap().text;
        assert!(
            expected.ends_with("字</div          ></div><noscript>字</noscript>"),
            "{expected}"
        );
        for page in ["<p>hidden none</p>", "<svg><title>字</title></svg>", "<p hidden></p>字"] {
            assert!(show(page, Hidden::All).is_none(), "{page}");
        }
    }
}
