//! The containers of a page, such as its `div` elements: which of its lines stand in them.

use std::ops::Range;

use super::elements::{is_block, is_container};

/// What the name of an element says that it is, if it is not the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContainerKind {
    /// The comments of readers.
    Comments,
    /// Comments, or the posts of a forum.
    Replies,
    /// Another part of the page, such as a menu or a list of other articles.
    Other,
    /// A notice, buttons, people, a caption: beside the article, such an element has no text of it.
    Notice,
}

/// The most containers that are told apart; more than a page within the
/// [`limits`](super::limits) has. The contents of all others belong to the container around them.
const MAX_CONTAINERS: usize = 20_000;

/// The containers that were opened so far, numbered as they open. The first, 0, is the whole page.
#[derive(Debug)]
pub(super) struct Containers(Vec<Container>);

#[derive(Debug)]
struct Container {
    /// The number of the container around this one; that of the whole page is its own.
    parent: u32,
    kind: Option<ContainerKind>,
}

impl Default for Containers {
    fn default() -> Self {
        Self(vec![Container { parent: 0, kind: None }])
    }
}

impl Containers {
    /// Opens an element inside the container `parent`. Returns the number of the container that its
    /// text stands in. A block element that has a kind is a container, too.
    pub(super) fn open(&mut self, parent: u32, name: &str, kind: Option<ContainerKind>) -> u32 {
        let kind = if name == "figcaption" { Some(ContainerKind::Notice) } else { kind };
        let is_new = is_container(name) || kind.is_some() && is_block(name);
        match u32::try_from(self.0.len()) {
            Ok(number) if is_new && self.0.len() < MAX_CONTAINERS => {
                self.0.push(Container { parent, kind });
                number
            }
            _ => parent,
        }
    }
}

/// The containers of a page and its lines.
#[derive(Debug)]
pub(super) struct Nesting {
    containers: Containers,
    /// The container of each line.
    of_line: Vec<u32>,
    /// The lines of each container, those of the containers inside it included. A container has all
    /// lines between its first and its last.
    ranges: Vec<Range<usize>>,
}

/// The lines of a container before any is known: less than all others, and more.
const NO_LINES: Range<usize> = Range { start: usize::MAX, end: 0 };

impl Nesting {
    /// `of_line` has the container of each line of the page.
    pub(super) fn new(containers: Containers, of_line: Vec<u32>) -> Self {
        let mut ranges = vec![NO_LINES; containers.0.len()];
        let mut add = |container: u32, lines: Range<usize>| {
            if let Some(range) = ranges.get_mut(container as usize) {
                *range = range.start.min(lines.start)..range.end.max(lines.end);
            }
            ranges.get(container as usize).cloned()
        };
        for (line, container) in of_line.iter().enumerate() {
            add(*container, line..line + 1);
        }
        // A container has a higher number than the one around it.
        for (number, container) in containers.0.iter().enumerate().skip(1).rev() {
            if let Some(range) = add(number as u32, NO_LINES) {
                add(container.parent, range);
            }
        }
        Self { containers, of_line, ranges }
    }

    /// The innermost container of a line.
    pub(super) fn of(&self, line: usize) -> usize {
        self.of_line.get(line).map_or(0, |container| *container as usize)
    }

    /// The container around a container; `None` for the whole page.
    pub(super) fn parent(&self, container: usize) -> Option<usize> {
        let parent = self.containers.0.get(container)?.parent as usize;
        (container > 0).then_some(parent)
    }

    /// A container and those around it, from the inside.
    pub(super) fn and_around(&self, container: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(container), |inner| self.parent(*inner))
    }

    /// The lines of a container, those of the containers inside it included.
    pub(super) fn lines(&self, container: usize) -> Range<usize> {
        self.ranges.get(container).filter(|range| range.start < range.end).cloned().unwrap_or(0..0)
    }

    /// The smallest container that has both lines.
    pub(super) fn around(&self, first: usize, last: usize) -> usize {
        self.and_around(self.of(first)).find(|c| self.lines(*c).contains(&last)).unwrap_or(0)
    }

    /// The containers that have a kind, as they open.
    pub(super) fn with_kind(&self) -> impl Iterator<Item = (usize, ContainerKind)> {
        let containers = self.containers.0.iter().enumerate();
        containers.filter_map(|(number, container)| Some((number, container.kind?)))
    }

    /// For each line, whether it stands in a container with a kind that has none of the lines
    /// `outside`.
    pub(super) fn marked_lines(&self, outside: &[usize]) -> Vec<bool> {
        let mut is_inside = vec![false; self.of_line.len()];
        let mut end = 0;
        for (container, _) in self.with_kind() {
            let lines = self.lines(container);
            if !outside.iter().any(|line| lines.contains(line)) {
                // Containers open in the order of their lines: what was filled is not again.
                (lines.start.max(end)..lines.end).for_each(|line| is_inside[line] = true);
                end = end.max(lines.end);
            }
        }
        is_inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_has_the_lines_of_those_inside_it() {
        let mut containers = Containers::default();
        let body = containers.open(0, "body", None);
        let wrap = containers.open(body, "div", None);
        assert_eq!(containers.open(wrap, "p", None), wrap, "a paragraph is no container");
        let text = containers.open(wrap, "div", None);
        let comments = containers.open(body, "p", Some(ContainerKind::Comments));
        let nesting = Nesting::new(containers, vec![wrap, text, text, comments, body]);
        let lines = |container: u32| nesting.lines(container as usize);
        assert_eq!((lines(0), lines(body), lines(wrap)), (0..5, 0..5, 0..3));
        assert_eq!((lines(text), lines(comments)), (1..3, 3..4));
        assert_eq!(nesting.around(1, 2), text as usize);
        assert_eq!(nesting.around(0, 2), wrap as usize);
        assert_eq!(nesting.around(2, 3), body as usize);
        assert_eq!(nesting.marked_lines(&[0]), [false, false, false, true, false]);
        assert_eq!(nesting.marked_lines(&[3]), [false; 5]);
    }
}
