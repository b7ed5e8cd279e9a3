//! How the screen is divided, at any size.

use ratatui::layout::Rect;

/// Minimum number of columns for a preview beside the list.
const MIN_COLUMNS_BESIDE: u16 = 100;
/// Minimum number of columns for a preview below the list, if there are enough rows for both.
pub(crate) const MIN_COLUMNS_BELOW: u16 = 60;
/// Minimum number of rows for the list and, below it, the separator and the preview.
const MIN_ROWS_BELOW: u16 = 12;
/// Minimum number of columns to draw an item of the list in two lines instead of three.
const MIN_COLUMNS_TWO_LINES: u16 = 60;
/// Minimum length in characters of the snippets that are requested: shorter ones say too little.
const MIN_SNIPPET_CHARS: usize = 10;
/// Maximum number of text columns in a preview: longer lines of Chinese text are hard to read.
const MAX_PREVIEW_COLUMNS: usize = 100;

/// The areas of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) query: Rect,
    /// The line below the query, with a message about the query or the list.
    pub(crate) notice: Rect,
    pub(crate) list: Option<Rect>,
    /// The line that separates list and preview.
    pub(crate) separator: Option<Rect>,
    pub(crate) preview: Option<Rect>,
    pub(crate) footer: Rect,
    /// Number of items that are visible as a whole.
    pub(crate) visible_items: usize,
    /// Number of lines of an item.
    pub(crate) lines_per_item: u16,
    /// Maximum number of characters of a snippet that fit into its line.
    pub(crate) snippet_chars: usize,
}

/// Divides a screen of `(columns, rows)`; with `preview_only`, the preview replaces the list.
pub(crate) fn layout(size: (u16, u16), preview_only: bool) -> Layout {
    let (columns, rows) = size;
    let row = |y: u16| Rect::new(0, y.min(rows), columns, u16::from(y < rows));
    // Below the query and the notice, and above the footer.
    let body = Rect::new(0, 2.min(rows), columns, rows.saturating_sub(3));
    let mut list = body;
    let mut separator = None;
    let mut preview = None;
    if columns >= MIN_COLUMNS_BESIDE {
        // The list gets 45 % of the columns. The separator has an empty column on either side.
        list.width = (u32::from(columns) * 45 / 100) as u16;
        let preview_x = list.width + 3;
        separator = Some(Rect { x: list.width + 1, width: 1, ..body });
        preview = Some(Rect { x: preview_x, width: columns - preview_x, ..body });
    } else if columns >= MIN_COLUMNS_BELOW && body.height >= MIN_ROWS_BELOW {
        list.height = body.height / 2;
        let separator_y = body.y + list.height;
        separator = Some(Rect { y: separator_y, height: 1, ..body });
        let preview_height = body.height - list.height - 1;
        preview = Some(Rect { y: separator_y + 1, height: preview_height, ..body });
    }
    let lines_per_item = if list.width >= MIN_COLUMNS_TWO_LINES { 2 } else { 3 };
    let visible_items = usize::from(list.height / lines_per_item);
    // A Han character takes two columns. In an item of two lines, the source stands before the
    // snippet and takes up to 8 characters.
    let snippet_chars = match lines_per_item {
        2 => usize::from(list.width / 2).saturating_sub(8),
        _ => usize::from(list.width / 2).saturating_sub(1),
    };
    // A narrower line cuts a snippet of the minimum length when it is drawn.
    let snippet_chars = snippet_chars.max(MIN_SNIPPET_CHARS);
    let mut layout = Layout {
        query: row(0),
        notice: row(1),
        list: Some(list),
        separator,
        preview,
        footer: if rows > 2 { row(rows - 1) } else { Rect::default() },
        visible_items,
        lines_per_item,
        snippet_chars,
    };
    if preview_only {
        (layout.list, layout.separator, layout.preview) = (None, None, Some(body));
    }
    layout
}

/// Number of text columns in a preview, which leaves room for a space and the scroll bar.
pub(crate) fn preview_columns(area: Rect) -> usize {
    usize::from(area.width).saturating_sub(2).clamp(2, MAX_PREVIEW_COLUMNS)
}
