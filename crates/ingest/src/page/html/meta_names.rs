//! The names under which pages state their metadata, in `meta` elements and in scripts.

/// Names of `meta` elements with the time of publication.
pub(super) const PUBLISHED: [&str; 8] = [
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "bytedance:published_time",
    "article:publish_time",
    "datepublished",
    "article.published",
    "rnews:datepublished",
];
/// Names of `meta` elements with a date that is less certain than one in the byline.
pub(super) const DATES: [&str; 25] = [
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "publishtime",
    "publish_time",
    "published_time",
    "publicationdate",
    "published",
    "og:release_date",
    "og:time",
    "og:pubdate",
    "sailthru.date",
    "dc.date",
    "dc.date.issued",
    "dc.date.created",
    "dcterms.date",
    "dcterms.issued",
    "dcterms.created",
    "weibo:article:create_at",
    "firstpublishedtime",
    "cxenseparse:recs:publishtime",
    "parsely-pub-date",
    "date",
    "datecreated",
];
/// Names of `meta` elements with the outlet.
pub(super) const SOURCES: [&str; 7] =
    ["source", "contentsource", "mediaid", "article:source", "og:source", "dc.source", "medianame"];
/// Names of `meta` elements with the author.
pub(super) const AUTHORS: [&str; 7] = [
    "article:author",
    "og:article:author",
    "author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "parsely-author",
];
/// Fields of scripts with the date of the article, not of the visit.
pub(super) const SCRIPT_DATES: [&str; 10] = [
    "pubtime",
    "pubTime",
    "publishTime",
    "publish_time",
    "publishDate",
    "pubDate",
    "newsTime",
    "ptime",
    "datePublished",
    // WeChat.
    "createTime",
];
/// Names of `meta` elements by which we recognise content management systems that state the editor
/// as `author`.
pub(super) const EDITORIAL_SYSTEMS: [&str; 4] =
    ["contentid", "manuscriptid", "publishedtype", "filetype"];
