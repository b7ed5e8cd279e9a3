//! Writes a copy of a page without scripts, styles and comments, in which each line begins with a
//! private-use character that encodes the number of the line. Text that an extractor returns from
//! the copy can then be traced back to its lines.

/// The first private-use character of plane 15. Those of plane 16 are used after them.
const FIRST: u32 = 0xf_0000;
/// The number of private-use characters in a plane: all its code points but the last two, which are
/// noncharacters.
const PLANE: usize = 0xfffe;
/// The maximum number of lines that can be numbered.
pub(super) const MAX_LINES: usize = 2 * PLANE;

/// The character that encodes a line number; `None` from [`MAX_LINES`] on.
fn character(line: usize) -> Option<char> {
    let at = u32::try_from(line % PLANE).ok()?;
    let plane = u32::try_from(line / PLANE).ok().filter(|plane| *plane < 2)?;
    char::from_u32(FIRST + plane * 0x1_0000 + at)
}

/// The line number that a character encodes, if it encodes one.
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

    /// Copies the text up to byte `at`, where a line begins, and inserts the character of the line.
    /// If the text is skipped beyond `at`, the character follows what was skipped.
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

    /// Copies the rest of the text, and returns the copy.
    pub(super) fn finish(mut self) -> String {
        self.copy_to(self.text.len());
        self.copy
    }

    fn copy_to(&mut self, at: usize) {
        let Some(piece) = self.text.get(self.done..at) else { return };
        self.done = at;
        // Leave out the private-use characters of the page itself, which must not encode lines, and
        // NULs, which an extractor has no use for. Both are rare: most pieces have none of their
        // first bytes.
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
        copy.number_line("<p>".len(), 0);
        let script = text.find('x').unwrap();
        copy.skip(script, script + 1);
        assert_eq!(copy.finish(), "<p>\u{f0000}甲乙</p><script></script>");
    }
}
