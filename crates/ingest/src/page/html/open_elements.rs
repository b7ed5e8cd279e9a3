//! Follows which elements are open: whether text is hidden, which roles (date, source, author,
//! editor) attributes give it, and how deep a parser would nest. Never recursive; each tag costs
//! constant time on average.

use foldhash::HashMap;

use super::elements::{ends_before, is_annotation, is_formatting, is_inline};
use super::nesting::{ContainerKind, Containers};
use super::part_names;

/// What the text of an element is (a date, a source, an author, an editor), according to an
/// attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Roles(u8);

impl Roles {
    pub(super) const DATE: Self = Self(1);
    pub(super) const SOURCE: Self = Self(2);
    pub(super) const AUTHOR: Self = Self(4);
    pub(super) const EDITOR: Self = Self(8);
    /// The element is another part of the page, such as a list of comments.
    const OTHER_PART: Self = Self(16);
    /// The element has the comments of readers.
    const COMMENTS: Self = Self(32);
    /// The element has replies: comments, or the posts of a forum.
    const REPLIES: Self = Self(64);
    /// The element has something else than text of the article, such as a notice or buttons.
    const NOTICE: Self = Self(128);

    pub(super) fn has(self, role: Self) -> bool {
        self.0 & role.0 != 0
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn is_only(self, role: Self) -> bool {
        self == role
    }

    /// The roles in the value of a `class`, `id`, `itemprop` or `rel` attribute. Some pages name
    /// them in pinyin: `laiyuan` is a source, `zuozhe` an author and `bianji` an editor.
    pub(super) fn of(value: &str) -> Self {
        let value = value.to_ascii_lowercase();
        let any = |words: &[&str]| words.iter().any(|word| value.contains(word));
        let mut roles = 0;
        if any(&["time", "date", "pubd"]) && !any(&["timeline", "update", "modif", "validate"]) {
            roles |= Self::DATE.0;
        }
        if any(&["source", "media_name", "medianame", "laiyuan", "where"])
            && !any(&["resource", "sourcemap"])
        {
            roles |= Self::SOURCE.0;
        }
        if any(&["author", "byline", "writer", "zuozhe", "creator"]) && !any(&["authority"]) {
            roles |= Self::AUTHOR.0;
        }
        if any(&["editor", "bianji"]) {
            // The element of an editor has no other role, whatever else its attribute contains.
            roles = Self::EDITOR.0;
        }
        for name in part_names::of(&value) {
            roles |= match name {
                ContainerKind::Comments => Self::COMMENTS.0 | Self::OTHER_PART.0,
                ContainerKind::Replies => Self::REPLIES.0 | Self::OTHER_PART.0,
                ContainerKind::Other => Self::OTHER_PART.0,
                ContainerKind::Notice => Self::NOTICE.0,
            };
        }
        Self(roles)
    }

    /// What the names of an element say that it is, if it is not the article.
    fn container_kind(self) -> Option<ContainerKind> {
        [
            (Self::COMMENTS, ContainerKind::Comments),
            (Self::REPLIES, ContainerKind::Replies),
            (Self::OTHER_PART, ContainerKind::Other),
            (Self::NOTICE, ContainerKind::Notice),
        ]
        .into_iter()
        .find_map(|(role, kind)| self.has(role).then_some(kind))
    }

    /// The roles that elements inside inherit.
    fn without_marks(self) -> Self {
        Self(self.0 & 15)
    }
}

/// An open element.
struct Open {
    /// Hash of its name.
    name: u64,
    formatting: bool,
    /// Whether its text is not shown.
    hidden: bool,
    roles: Roles,
    /// Number of levels from this element up to the ancestor whose roles it has, not counting
    /// inline elements; 0 if the roles are its own.
    inherited: u8,
    /// See [`OpenElements::part`].
    part: u32,
    /// See [`OpenElements::container`].
    container: u32,
    end_tag: EndTag,
}

/// Whether an element can end without an end tag, when another element starts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EndTag {
    /// It can. The string is the name of the element. An `a` ends in this way only before another
    /// `a`.
    Optional(&'static str),
    /// It cannot.
    Required,
}

/// The elements with [`EndTag::Optional`].
const OPTIONAL: [&str; 13] =
    ["p", "li", "dt", "dd", "td", "th", "tr", "option", "rt", "rp", "rb", "rtc", "a"];

/// An element without roles of its own has those of an ancestor at most this many levels above it,
/// not counting inline elements.
const MAX_INHERITED: u8 = 4;

/// Elements nested deeper than this are not followed.
const MAX_OPEN: usize = 10_000;

/// The open elements.
#[derive(Default)]
pub(super) struct OpenElements {
    stack: Vec<Open>,
    /// How many elements of each name are open, so that an unmatched end tag costs no search.
    counts: HashMap<u64, u32>,
    /// How many open elements are hidden.
    hidden: usize,
    /// How many elements so far are other parts of the page.
    parts: u32,
    pub(super) containers: Containers,
    /// How many formatting elements of each name were still open when their parent was closed: a
    /// parser opens them again.
    dangling: HashMap<u64, u32>,
    /// The sum of `dangling`.
    dangling_total: u64,
    /// Whether an end tag has come since elements were last reopened.
    end_tag_seen: bool,
    /// The greatest depth at which elements were nested; each element beyond [`MAX_OPEN`] adds one.
    pub(super) max_depth: usize,
    /// Estimated number of elements that a parser opens again.
    pub(super) reopened_elements: u64,
}

impl OpenElements {
    pub(super) fn is_hidden(&self) -> bool {
        self.hidden > 0
    }

    pub(super) fn roles(&self) -> Roles {
        self.stack.last().map(|open| open.roles).unwrap_or_default()
    }

    /// The number of the innermost open element that is a part of the page beside the article, such
    /// as a menu, a list of comments or of related articles; 0 outside all of these. They are
    /// numbered as they open.
    pub(super) fn part(&self) -> u32 {
        self.stack.last().map_or(0, |open| open.part)
    }

    /// The number of the innermost open container, such as a `div`, among
    /// [`containers`](Self::containers).
    pub(super) fn container(&self) -> u32 {
        self.stack.last().map_or(0, |open| open.container)
    }

    /// Whether an element is another part of the page by its name. The footer of an article belongs
    /// to the article.
    fn is_other_part(&self, name: &str) -> bool {
        let is_in_article = || self.counts.get(&hash("article")).is_some_and(|count| *count > 0);
        matches!(name, "nav" | "aside") || name == "footer" && !is_in_article()
    }

    /// Opens an element that is not void.
    pub(super) fn open(&mut self, name: &str, roles: Roles, hidden: bool) {
        self.count_reopened_elements();
        while let Some(Open { end_tag: EndTag::Optional(open), .. }) = self.stack.last() {
            if !ends_before(open, name) {
                break;
            }
            self.pop();
        }
        if self.stack.len() >= MAX_OPEN {
            self.max_depth += 1;
            return;
        }
        let key = hash(name);
        let hidden = hidden || is_annotation(name);
        let mut part = self.part();
        // The classes of the whole page say what it has, such as comments.
        let is_whole_page = matches!(name, "html" | "body");
        let mut kind = if is_whole_page { None } else { roles.container_kind() };
        if roles.has(Roles::OTHER_PART) && !is_whole_page || self.is_other_part(name) {
            self.parts += 1;
            part = self.parts;
            kind = kind.or(Some(ContainerKind::Other));
        }
        let container = self.containers.open(self.container(), name, kind);
        let roles = roles.without_marks();
        let (roles, inherited) = match self.stack.last() {
            Some(parent) if roles == Roles::default() && parent.inherited < MAX_INHERITED => {
                (parent.roles, parent.inherited + u8::from(!is_inline(name)))
            }
            _ => (roles, 0),
        };
        let optional = OPTIONAL.iter().find(|optional| **optional == name);
        self.stack.push(Open {
            name: key,
            formatting: is_formatting(name),
            hidden,
            roles,
            inherited,
            part,
            container,
            end_tag: optional.map_or(EndTag::Required, |name| EndTag::Optional(name)),
        });
        *self.counts.entry(key).or_default() += 1;
        self.hidden += usize::from(hidden);
        self.max_depth = self.max_depth.max(self.stack.len());
    }

    /// Closes the innermost element of this name, and all inside it.
    pub(super) fn close(&mut self, name: &str) {
        let key = hash(name);
        self.end_tag_seen = true;
        if self.counts.get(&key).is_none_or(|count| *count == 0) {
            if let Some(count) = self.dangling.get_mut(&key).filter(|count| **count > 0) {
                *count -= 1;
                self.dangling_total -= 1;
            }
            return;
        }
        while self.stack.last().is_some_and(|open| open.name != key) {
            // A formatting element that is closed only because an element around it is closed will
            // be opened again.
            if let Some(open) = self.pop()
                && open.formatting
            {
                *self.dangling.entry(open.name).or_default() += 1;
                self.dangling_total += 1;
            }
        }
        self.pop();
    }

    /// Counts the elements that a parser opens again before text or a start tag.
    pub(super) fn count_reopened_elements(&mut self) {
        if std::mem::take(&mut self.end_tag_seen) {
            self.reopened_elements += self.dangling_total;
        }
    }

    /// Removes the innermost element, and returns it.
    fn pop(&mut self) -> Option<Open> {
        let open = self.stack.pop()?;
        self.hidden -= usize::from(open.hidden);
        if let Some(count) = self.counts.get_mut(&open.name) {
            *count -= 1;
        }
        Some(open)
    }
}

/// Whether the attributes `style` and `hidden` hide an element.
pub(super) fn is_hidden(style: Option<&str>, hidden: bool) -> bool {
    hidden || style.is_some_and(|style| style.contains("none") && declares(style, "display:none"))
}

/// Whether a style has a declaration, which is given in lower case and without spaces.
pub(super) fn declares(style: &str, declaration: &str) -> bool {
    style.contains(':')
        && style
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .to_ascii_lowercase()
            .contains(declaration)
}

fn hash(name: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_footer_of_an_article_is_no_other_part() {
        let mut elements = OpenElements::default();
        elements.open("body", Roles::of("has-comments"), false);
        assert_eq!(elements.part(), 0, "the class of the whole page");
        elements.open("article", Roles::default(), false);
        elements.open("footer", Roles::default(), false);
        assert_eq!(elements.part(), 0);
        elements.close("article");
        elements.open("footer", Roles::default(), false);
        elements.open("p", Roles::default(), false);
        assert_eq!(elements.part(), 1);
        elements.close("footer");
        assert_eq!(elements.part(), 0);
    }
}
