//! Recognises parts of a page other than the article by their classes and ids.

use super::nesting::ContainerKind;

/// Names of comments, whole or as the beginning of a word.
const COMMENTS: [&str; 16] = [
    "changyan",
    "cmt",
    "disqus",
    "dsthread",
    "fbcomments",
    "gentie",
    "giscus",
    "gitalk",
    "guestbook",
    "liuyan",
    "pinglun",
    "sohucs",
    "twikoo",
    "utterances",
    "valine",
    "waline",
];

/// Words that, after one of [`ABBREVIATIONS`], name a list of comments.
const LISTS: [&str; 12] = [
    "area", "areas", "box", "con", "content", "cont", "list", "main", "part", "title", "tit",
    "wrap",
];

/// Short names of comments (`pl` is 評論, `tie` is 跟帖, `lyb` is 留言板), which other things have, too.
const ABBREVIATIONS: [&str; 4] = ["lyb", "pl", "tie", "wypl"];

/// Names of replies, whole or as the beginning of a word.
const REPLIES: [&str; 6] = ["huifu", "huitie", "genlou", "replies", "reply", "respond"];

/// Names of the footer of the site. As words they can name the footer of the article.
const FOOTERS: [&str; 5] = ["footer", "foot", "site-footer", "page-footer", "global-footer"];

/// Words that name lists of other articles, and links to other pages.
const OTHERS: [&str; 11] = [
    "relate",
    "relates",
    "relevant",
    "hot",
    "hotlist",
    "popular",
    "rank",
    "ranking",
    "trending",
    "prevnext",
    "pagination",
];

/// Beginnings of such words.
const OTHER_BEGINNINGS: [&str; 7] =
    ["related", "recommend", "tuijian", "xiangguan", "hotnews", "paihang", "sidebar"];

/// Words that name notices, buttons, people and captions. In alphabetical order.
const NOTICES: [&str; 49] = [
    "ad",
    "ads",
    "app",
    "appdown",
    "audio",
    "author",
    "authors",
    "banner",
    "banquan",
    "bio",
    "breadcrumb",
    "breadcrumbs",
    "caption",
    "cookie",
    "cookies",
    "crumb",
    "crumbs",
    "declare",
    "disclaimer",
    "erweima",
    "guanggao",
    "login",
    "menu",
    "mianze",
    "modal",
    "nav",
    "newsletter",
    "notice",
    "outbrain",
    "pager",
    "paywall",
    "player",
    "popup",
    "profile",
    "promo",
    "promotion",
    "qr",
    "qrcode",
    "shengming",
    "social",
    "tag",
    "tags",
    "tip",
    "tips",
    "toolbar",
    "tools",
    "user",
    "video",
    "widget",
];

/// Beginnings of such words.
const NOTICE_BEGINNINGS: [&str; 7] =
    ["advert", "copyright", "donat", "download", "share", "sponsor", "subscri"];

/// What the value of a `class` or `id`, in lower case, says that an element is, if it is a part of
/// a page other than the article: comments, related or popular articles, a sidebar, the footer of
/// the site, a notice.
pub(super) fn of(value: &str) -> impl Iterator<Item = ContainerKind> {
    value.split_ascii_whitespace().flat_map(|name| {
        let footer = FOOTERS.contains(&name).then_some(ContainerKind::Other);
        let mut words = name.split(['-', '_']).filter(|word| !word.is_empty()).peekable();
        let is_list = words.peek().is_some_and(|first| ABBREVIATIONS.contains(first))
            && name.split(['-', '_']).skip(1).any(|word| LISTS.contains(&word));
        let list = (is_list || is_list_of_comments(name)).then_some(ContainerKind::Comments);
        footer.into_iter().chain(list).chain(words.filter_map(kind_of_word))
    })
}

/// Whether a name is one of [`ABBREVIATIONS`] and one of [`LISTS`], as `plbox` is.
fn is_list_of_comments(name: &str) -> bool {
    let list_after = |short: &&str| name.strip_prefix(*short).is_some_and(|l| LISTS.contains(&l));
    ABBREVIATIONS.iter().any(list_after)
}

fn kind_of_word(word: &str) -> Option<ContainerKind> {
    let begins = |beginnings: &[&str]| beginnings.iter().any(|begin| word.starts_with(begin));
    // A commentary is an article.
    let is_comment = || word.contains("comment") && !word.contains("commentar");
    if is_comment() || begins(&COMMENTS) {
        Some(ContainerKind::Comments)
    } else if begins(&REPLIES) {
        Some(ContainerKind::Replies)
    } else if OTHERS.contains(&word) || begins(&OTHER_BEGINNINGS) {
        Some(ContainerKind::Other)
    } else if NOTICES.binary_search(&word).is_ok() || begins(&NOTICE_BEGINNINGS) {
        Some(ContainerKind::Notice)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(value: &str) -> Vec<ContainerKind> {
        of(value).collect()
    }

    #[test]
    fn other_parts_are_recognised_by_the_words_of_their_classes() {
        assert!(NOTICES.is_sorted());
        for value in
            ["comments", "comment-list", "commentbox", "article_related", "hot news", "site-footer"]
        {
            let is_part = |kind: &ContainerKind| *kind != ContainerKind::Notice;
            assert!(kinds(value).iter().any(is_part), "{value}");
        }
        for value in [
            "content",
            "article",
            "relative",
            "hotel",
            "post-footer",
            "photo",
            "franking",
            "pl-4",
            "tie",
            "commentary",
            "applet",
        ] {
            assert_eq!(kinds(value), [], "{value}");
        }
    }

    #[test]
    fn comments_are_recognised_by_their_names_in_english_and_pinyin() {
        for value in [
            "postcomments",
            "pinglun",
            "pl_box",
            "pllist",
            "liuyan",
            "changyan",
            "sohucs",
            "tie-list",
            "tie-areas",
            "cmt-list",
            "disqus_thread",
            "fb-comments",
            "gentie",
        ] {
            assert!(kinds(value).contains(&ContainerKind::Comments), "{value}");
        }
        for value in ["reply", "reply-list", "huifu"] {
            assert_eq!(kinds(value)[0], ContainerKind::Replies, "{value}");
        }
    }
}
