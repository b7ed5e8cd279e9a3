//! The well-known keys of dumps, columns of tables and keys of front matter.

use serde::{Deserialize, Serialize};

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Field {
    /// The id.
    Id,
    /// `flash` for a flash item; everything else is an article.
    Kind,
    /// The title.
    Title,
    /// The text, or a list of paragraphs.
    Text,
    /// When it was published.
    Date,
    /// The outlet that it came from.
    Source,
    /// The site.
    Site,
    /// Who wrote it.
    Author,
    /// Who translated or compiled it.
    Translator,
    /// Who edited it.
    Editor,
    /// The category.
    Category,
    /// The tags.
    Tags,
    /// The address.
    Url,
    /// The column of a flash item.
    Column,
}

/// The fields and their names in `--map`.
const NAMES: [(Field, &str); 14] = [
    (Field::Id, "id"),
    (Field::Kind, "kind"),
    (Field::Title, "title"),
    (Field::Text, "text"),
    (Field::Date, "date"),
    (Field::Source, "source"),
    (Field::Site, "site"),
    (Field::Author, "author"),
    (Field::Translator, "translator"),
    (Field::Editor, "editor"),
    (Field::Category, "category"),
    (Field::Tags, "tags"),
    (Field::Url, "url"),
    (Field::Column, "column"),
];

impl Field {
    /// Its name in `--map`.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(field, _)| *field == self).map_or("", |(_, name)| name)
    }

    /// The field with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(field, _)| *field)
    }

    /// The names of all fields.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(_, name)| *name)
    }
}

/// The keys of each field, in lower case, without `_`, `-`, spaces and a prefix such as `news`. Of
/// several keys in one record, the first in this order that has a value is taken.
static KEYS: &[(Field, &[&str])] = &[
    (Field::Id, &["id", "docid", "docno", "uuid", "編號", "编号"]),
    (Field::Kind, &["kind"]),
    (
        Field::Title,
        &[
            "title",
            "headline",
            "contenttitle",
            "subject",
            "titletext",
            "heading",
            "標題",
            "标题",
            "題目",
            "题目",
            "新聞標題",
            "新闻标题",
            "文章標題",
            "文章标题",
            "題名",
            "题名",
            "主題",
            "主题",
        ],
    ),
    (
        Field::Text,
        &[
            "text",
            "paragraphs",
            "content",
            "contents",
            "body",
            "bodytext",
            "fulltext",
            "maintext",
            "articlebody",
            "contenttext",
            "contenthtml",
            "bodyhtml",
            "html",
            "articletext",
            "maincontent",
            "rawcontent",
            "cleantext",
            "plaintext",
            "post",
            "正文",
            "內容",
            "内容",
            "全文",
            "內文",
            "内文",
            "本文",
            "文本",
            "新聞內容",
            "新闻内容",
            "文章內容",
            "文章内容",
            "正文內容",
            "正文内容",
            "detail",
            "message",
            "article",
            "story",
            "description",
            "desc",
            "summary",
            "abstract",
            "digest",
            "excerpt",
            "intro",
            "摘要",
            "簡介",
            "简介",
            "導語",
            "导语",
            "描述",
        ],
    ),
    (
        Field::Date,
        &[
            "date",
            "datetime",
            "datepublished",
            "publishedat",
            "published",
            "publishtime",
            "publishdate",
            "publishedtime",
            "publisheddate",
            "publishat",
            "publishedon",
            "publicationdate",
            "pubdate",
            "pubtime",
            "pubat",
            "pubdatetime",
            "releasetime",
            "releasedate",
            "issuetime",
            "issuedate",
            "posttime",
            "postdate",
            "postedat",
            "posted",
            "postedon",
            "displaytime",
            "showtime",
            "time",
            "timestamp",
            "日期",
            "時間",
            "时间",
            "發布時間",
            "发布时间",
            "發佈時間",
            "發布日期",
            "发布日期",
            "發佈日期",
            "發表時間",
            "发表时间",
            "發表日期",
            "发表日期",
            "出版日期",
            "新聞日期",
            "新闻日期",
            "新聞時間",
            "新闻时间",
            "createdat",
            "createtime",
            "createdtime",
            "createdate",
            "created",
            "createddate",
            "ctime",
            "創建時間",
            "创建时间",
            "inputtime",
            "addtime",
            "updatedat",
            "updatetime",
            "updatedtime",
            "updated",
            "modified",
            "modifiedat",
            "lastmod",
            "更新時間",
            "更新时间",
        ],
    ),
    (
        Field::Source,
        &[
            "source",
            "sourcename",
            "outlet",
            "media",
            "medianame",
            "publisher",
            "publishername",
            "provider",
            "from",
            "newspaper",
            "來源",
            "来源",
            "出處",
            "出处",
            "媒體",
            "媒体",
            "新聞來源",
            "新闻来源",
            "文章來源",
            "文章来源",
            "發布機構",
            "发布机构",
        ],
    ),
    (Field::Site, &["site", "sitename", "website", "channelname", "網站", "网站", "站點", "站点"]),
    (
        Field::Author,
        &[
            "author",
            "authors",
            "authorname",
            "byline",
            "creator",
            "writer",
            "reporter",
            "journalist",
            "nickname",
            "username",
            "作者",
            "記者",
            "记者",
            "撰文",
            "作者名",
            "發布者",
            "发布者",
        ],
    ),
    (
        Field::Translator,
        &["translator", "translators", "譯者", "译者", "編譯", "编译", "翻譯", "翻译"],
    ),
    (Field::Editor, &["editor", "editors", "責編", "责编", "編輯", "编辑", "責任編輯", "责任编辑"]),
    (
        Field::Category,
        &[
            "category",
            "categories",
            "categoryname",
            "section",
            "channel",
            "class",
            "classname",
            "topic",
            "label",
            "cat",
            "分類",
            "分类",
            "類別",
            "类别",
            "欄目",
            "栏目",
            "版面",
            "頻道",
            "频道",
            "板塊",
            "板块",
            "類型",
            "类型",
        ],
    ),
    (Field::Column, &["column", "columnname"]),
    (
        Field::Tags,
        &[
            "tags",
            "tag",
            "taglist",
            "keywords",
            "keyword",
            "labels",
            "topics",
            "hashtags",
            "標籤",
            "标签",
            "標簽",
            "關鍵詞",
            "关键词",
            "關鍵字",
            "关键字",
            "標籤列表",
        ],
    ),
    (
        Field::Url,
        &[
            "url",
            "link",
            "href",
            "permalink",
            "canonical",
            "canonicalurl",
            "weburl",
            "pageurl",
            "sourceurl",
            "originurl",
            "originalurl",
            "sharelink",
            "shareurl",
            "externalurl",
            "uri",
            "鏈接",
            "链接",
            "連結",
            "网址",
            "網址",
            "地址",
            "原文鏈接",
            "原文链接",
            "原文連結",
        ],
    ),
];

/// What stands in front of keys in dumps of databases.
const PREFIXES: [&str; 6] = ["news", "article", "post", "doc", "item", "page"];

/// The field of a key and its rank among the keys of the field: the smaller, the better.
pub(crate) fn meaning(key: &str) -> Option<(Field, u16)> {
    let key: String = key
        .chars()
        .filter(|c| !matches!(c, '_' | '-' | ' ' | '\u{feff}' | '"' | '\u{3000}'))
        .flat_map(char::to_lowercase)
        .collect();
    let exact = |key: &str| {
        KEYS.iter().find_map(|(field, keys)| {
            let rank = keys.iter().position(|known| *known == key)?;
            Some((*field, u16::try_from(rank).ok()?))
        })
    };
    let without_prefix = || {
        let short = PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix))?;
        exact(short).filter(|(field, _)| *field != Field::Kind)
    };
    // A key with a prefix comes after all others.
    exact(&key).or_else(|| without_prefix().map(|(field, rank)| (field, rank + 1000)))
}

/// Whether a key is well known.
pub(crate) fn is_known(key: &str) -> bool {
    meaning(key).is_some()
}

/// Whether a key stands for a title or a text.
pub(crate) fn is_text(key: &str) -> bool {
    meaning(key).is_some_and(|(field, _)| matches!(field, Field::Title | Field::Text))
}

/// Whether JSON that begins with `head` has a key that stands for a title or a text.
pub(crate) fn has_text_key(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    let mut strings = head.split('"');
    // A string is a key if a colon follows.
    let mut last = strings.next();
    for piece in strings {
        if piece.trim_start().starts_with(':') && last.is_some_and(is_text) {
            return true;
        }
        last = Some(piece);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_meanings() {
        let of = |key| meaning(key).map(|(field, _)| field);
        for (key, field) in [
            ("publish_time", Field::Date),
            ("pubDate", Field::Date),
            ("Created At", Field::Date),
            ("source_name", Field::Source),
            ("news_content", Field::Text),
            ("articleTitle", Field::Title),
            ("標籤", Field::Tags),
            ("_id", Field::Id),
            ("\u{feff}title", Field::Title),
        ] {
            assert_eq!(of(key), Some(field), "{key}");
        }
        assert_eq!(of("views"), None);
        assert!(has_text_key(b"{\"a\":1, \"Content\" : \"x\"}"));
        assert!(!has_text_key(b"{\"a\":\"title\"}"));
    }

    #[test]
    fn no_key_has_two_meanings() {
        let mut keys: Vec<&str> = KEYS.iter().flat_map(|(_, keys)| keys.iter().copied()).collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }
}
