//! Tells the items of a blog's export that are no articles: pictures, menus, settings, comments.

use serde_json::Value;

use crate::fields::key_reader::RawFields;

/// The key under which the kind in the category of an item is kept.
pub(super) const KEY: &str = "blogger:kind";
/// The keys that state the kind of an item, as WordPress and Blogger write them.
const KIND_KEYS: [&str; 3] = ["wp:post_type", "blogger:type", KEY];
/// The start of a category by which older exports of Blogger state the kind of an entry.
const CATEGORY: &str = "http://schemas.google.com/blogger/2008/kind#";
/// Kinds of items that hold no article, whatever text they have: files, parts of the layout, older
/// versions, orders and forms. A site can have kinds of its own, such as `news`, whose items are
/// articles if they have a text.
const OTHER_KINDS: [&str; 31] = [
    "attachment",
    "nav_menu_item",
    "revision",
    "custom_css",
    "customize_changeset",
    "oembed_cache",
    "user_request",
    "wp_block",
    "wp_template",
    "wp_template_part",
    "wp_global_styles",
    "wp_navigation",
    "wp_font_family",
    "wp_font_face",
    "acf-field",
    "acf-field-group",
    "feedback",
    "wpcf7_contact_form",
    "elementor_library",
    "et_pb_layout",
    "mc4wp-form",
    "wpforms",
    "shop_order",
    "shop_coupon",
    "product_variation",
    "scheduled-action",
    "reply",
    "comment",
    "settings",
    "template",
    "popup",
];

/// The kind that a category of an entry stands for; `None` for a category as readers see it.
pub(super) fn of_category(term: &str) -> Option<&str> {
    term.strip_prefix(CATEGORY)
}

/// Removes the keys of the kind from an item. Returns its kind if it is no article.
pub(super) fn take_other_kind(fields: &mut RawFields) -> Option<String> {
    let kinds = KIND_KEYS.map(|key| fields.remove(key));
    let kind = kinds.into_iter().flatten().find_map(|kind| match kind {
        Value::String(kind) => Some(kind.trim().to_ascii_lowercase()),
        _ => None,
    })?;
    let has_text =
        ["content", "description", "excerpt"].iter().any(|key| fields.contains_key(*key));
    let is_article = match kind.as_str() {
        "post" | "page" => true,
        kind => has_text && !OTHER_KINDS.contains(&kind),
    };
    (!is_article).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_that_are_no_articles_are_told_by_their_kind() {
        let kind_of = |key: &str, kind: &str, text: &str| {
            let mut fields = RawFields::new();
            fields.insert(key.to_owned(), kind.into());
            if !text.is_empty() {
                fields.insert("content".to_owned(), text.into());
            }
            let other = take_other_kind(&mut fields);
            assert!(!fields.contains_key(key), "the key counts as used");
            other
        };
        for (key, kind, text, is_article) in [
            ("wp:post_type", "post", "", true),
            ("wp:post_type", "page", "正文", true),
            ("wp:post_type", "news", "正文", true),
            ("wp:post_type", "news", "", false),
            ("wp:post_type", "attachment", "图片说明", false),
            ("wp:post_type", "nav_menu_item", "", false),
            ("blogger:type", "POST", "正文", true),
            ("blogger:type", "COMMENT", "评论", false),
            (KEY, "settings", "zh-CN", false),
        ] {
            let other = kind_of(key, kind, text);
            assert_eq!(other.is_none(), is_article, "{kind} {text}");
        }
        assert_eq!(take_other_kind(&mut RawFields::new()), None);
        assert_eq!(of_category("http://schemas.google.com/blogger/2008/kind#post"), Some("post"));
        assert_eq!(of_category("财经"), None);
    }
}
