//! Writes a copy of a page in which each line begins with a private character that stands for the
//! number of the line, without scripts, styles and comments.

/// The first private character of planes 15 and 16.
const FIRST: u32 = 0xf_0000;
/// Private characters of one plane: the last two code points of each are no characters.
const PLANE: usize = 0xfffe;
/// How many lines can be numbered.
pub(super) const MAX_LINES: usize = 2 * PLANE;

/// The character that stands for a line.
fn character(line: usize) -> Option<char> {
    let at = u32::try_from(line % PLANE).ok()?;
    let plane = u32::try_from(line / PLANE).ok().filter(|plane| *plane < 2)?;
    char::from_u32(FIRST + plane * 0x1_0000 + at)
}

/// The line that a character stands for.
pub(super) fn line_of(c: char) -> Option<usize> {
    let at = u32::from(c).checked_sub(FIRST)?;
    let (plane, at) = (at >> 16, usize::try_from(at & 0xffff).ok()?);
    (at < PLANE).then_some(usize::try_from(plane).ok()? * PLANE + at)
}

/// A copy in progress.
pub(super) struct NumberedCopy<'a> {
    text: &'a str,
    copy: String,
    /// Everything before this byte has been copied or skipped.
    done: usize,
}

impl<'a> NumberedCopy<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, copy: String::with_capacity(text.len() + text.len() / 8), done: 0 }
    }

    /// Numbers the beginning of a line at or after byte `at`.
    pub(super) fn number_line(&mut self, at: usize, line: usize) {
        self.copy_to(at);
        self.copy.extend(character(line));
    }

    /// Leaves out a range of the text.
    pub(super) fn skip(&mut self, start: usize, end: usize) {
        self.copy_to(start);
        if self.text.is_char_boundary(end) {
            self.done = self.done.max(end);
        }
    }

    pub(super) fn finish(mut self) -> String {
        self.copy_to(self.text.len());
        self.copy
    }

    fn copy_to(&mut self, at: usize) {
        let Some(piece) = self.text.get(self.done..at) else { return };
        self.done = at;
        // Private characters of the page itself must not stand for lines, and an extractor has no
        // use for NULs. Both are rare: look for their first bytes.
        if memchr::memchr3(0xf3, 0xf4, 0, piece.as_bytes()).is_some() {
            self.copy.extend(piece.chars().filter(|c| line_of(*c).is_none() && *c != '\0'));
        } else {
            self.copy.push_str(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_a_character_of_its_own() {
        for line in [0, 1, PLANE - 1, PLANE, MAX_LINES - 1] {
            assert_eq!(character(line).and_then(line_of), Some(line));
        }
        assert_eq!((character(MAX_LINES), line_of('甲'), line_of('\u{ffff}')), (None, None, None));
    }

    #[test]
    fn private_characters_of_the_page_are_left_out() {
        let text = "<p>甲\u{f0005}乙</p><script>x</script>\0";
        let mut copy = NumberedCopy::new(text);
        copy.number_line(3, 0);
        let script = text.find('x').unwrap();
        copy.skip(script, script + 1);
        assert_eq!(copy.finish(), "<p>\u{f0000}甲乙</p><script></script>");
    }
}
