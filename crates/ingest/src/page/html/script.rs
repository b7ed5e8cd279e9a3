//! Fields in the scripts of a page, such as `pubtime:'2019-09-23 07:48'` or `"source":"…"`.

/// Maximum bytes of scripts that are searched.
const MAX_BYTES: usize = 1_000_000;
/// Maximum bytes of a value.
const MAX_VALUE: usize = 120;

/// The first value that `accept` accepts, among those of the field `name` in the scripts at these
/// byte ranges of the page.
pub(super) fn value<'t, T>(
    text: &'t str,
    scripts: &[(usize, usize)],
    name: &str,
    accept: impl Fn(&'t str) -> Option<T>,
) -> Option<T> {
    let mut searched = 0;
    for (start, end) in scripts {
        let Some(script) = text.get(*start..*end) else { continue };
        searched += script.len();
        if searched > MAX_BYTES {
            return None;
        }
        if let Some(found) = in_script(script, name, &accept) {
            return Some(found);
        }
    }
    None
}

/// The first value that `accept` accepts, among those of the field `name` in a script.
pub(super) fn in_script<'t, T>(
    script: &'t str,
    name: &str,
    accept: impl Fn(&'t str) -> Option<T>,
) -> Option<T> {
    memchr::memmem::find_iter(script.as_bytes(), name.as_bytes()).find_map(|at| {
        let before = script[..at].bytes().next_back();
        if before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return None;
        }
        accept(quoted(&script[at + name.len()..])?)
    })
}

/// The quoted value at the start of `text`, after `":`, `=` or the like.
fn quoted(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(['"', '\'']).trim_start();
    let text = text.strip_prefix([':', '='])?.trim_start();
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = &text[1..];
    let end = value.bytes().take(MAX_VALUE).position(|b| b == quote as u8)?;
    Some(value[..end].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quoted_value_after_a_whole_field_name_is_found() {
        let script = r#"var a = {title:'甲', pubtime : '2019-09-23 07:48', "source": "新华网", xsource:"乙"};"#;
        let text = |name| in_script(script, name, Some);
        assert_eq!(text("pubtime"), Some("2019-09-23 07:48"));
        assert_eq!(text("source"), Some("新华网"));
        assert_eq!(text("title"), Some("甲"));
        assert_eq!((text("time"), text("author")), (None, None));
    }
}
