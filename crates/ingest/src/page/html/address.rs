//! Finds the address of a page.

use super::metadata::Parts;
use crate::page::labels::{Delimiter, Label};
use crate::text::char_boundary_before;

/// Maximum bytes of an address.
const MAX_BYTES: usize = 2_000;
/// Maximum bytes from the beginning of a page to a comment of the program that saved it.
const MAX_HEAD: usize = 4_000;

impl Parts<'_> {
    /// The address of the page: the first that is stated, except that of a home page if another
    /// follows; else the address from which a program has saved the page, or that behind a label.
    pub(super) fn url(&self) -> Option<String> {
        let data = self.stated_data;
        let stated = [
            data.canonical.as_deref(),
            data.content(&["og:url"]),
            self.json.url.as_deref(),
            data.content(&["dc.identifier"]),
        ];
        let stated: Vec<String> = stated
            .into_iter()
            .flatten()
            .filter_map(|url| absolute(url, data.base.as_deref()))
            .collect();
        let saved = || saved_from(self.html).map(str::to_owned);
        let shown = || self.labelled_address().map(str::to_owned);
        let page = stated.iter().find(|url| !is_home(url)).cloned();
        page.or_else(saved).or_else(|| stated.first().cloned()).or_else(shown)
    }

    /// The address behind a label such as `本文链接`.
    fn labelled_address(&self) -> Option<&str> {
        let may_have_one = |text: &str| text.len() <= MAX_BYTES && text.contains("://");
        let mut lines = self.layout.lines.iter().filter(|line| may_have_one(&line.text));
        lines.find_map(|line| {
            let found = self.labels.at_start(&line.text)?;
            let is_labelled = found.label == Label::Link && found.delimiter == Delimiter::Colon;
            is_labelled.then(|| at_start(line.text[found.value_start..].trim_start()))?
        })
    }
}

/// The address that a text begins with.
fn at_start(text: &str) -> Option<&str> {
    let end =
        text.find(|c: char| !c.is_ascii() || c.is_whitespace() || matches!(c, '<' | '>' | '"'));
    let url = &text[..end.unwrap_or(text.len())];
    is_absolute(url).then_some(url)
}

/// The address that a browser, or an extension such as SingleFile, wrote into a comment when it
/// saved the page.
fn saved_from(page: &str) -> Option<&str> {
    let head = &page[..char_boundary_before(page, MAX_HEAD)];
    let browser = || {
        let (_, after) = head.split_once("<!-- saved from url=(")?;
        at_start(after.split_once(')')?.1)
    };
    let extension = || {
        let (_, after) = head.split_once("Page saved with SingleFile")?;
        at_start(after.split_once("url:")?.1.trim_start())
    };
    browser().or_else(extension)
}

fn is_absolute(url: &str) -> bool {
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
}

/// Whether an address has no path, or only that of an index page.
fn is_home(url: &str) -> bool {
    let (_, host_and_path) = url.split_once("://").unwrap_or(("", url));
    let path = host_and_path.split_once('/').map_or("", |(_, path)| path);
    path.is_empty() || matches!(path, "index.html" | "index.htm" | "index.php" | "index.shtml")
}

/// An address that may be relative, as a browser resolves it: against `base`, the value of the
/// page's `base` element. `None` if it stays relative.
pub(super) fn absolute(url: &str, base: Option<&str>) -> Option<String> {
    let url = url.trim();
    if url.is_empty() || is_absolute(url) {
        return (!url.is_empty()).then(|| url.to_owned());
    }
    let base = base.map(str::trim).unwrap_or_default();
    let base = match base.strip_prefix("//") {
        Some(host) => format!("https://{host}"),
        None => base.to_owned(),
    };
    if let Some(host) = url.strip_prefix("//") {
        let scheme = if base.starts_with("http://") { "http" } else { "https" };
        let has_host = !host.is_empty() && !host.starts_with('/');
        return has_host.then(|| format!("{scheme}://{host}"));
    }
    let has_scheme = url.split(['/', '?', '#']).next().is_some_and(|start| start.contains(':'));
    if has_scheme || !is_absolute(&base) || url.starts_with(['?', '#']) {
        return None;
    }
    let path_start = base.find("://").map_or(0, |at| at + 3);
    let path_start =
        base[path_start..].find(['/', '?', '#']).map_or(base.len(), |at| path_start + at);
    let (origin, path) = base.split_at(path_start);
    if url.starts_with('/') {
        return Some(format!("{origin}{url}"));
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let folder = path.rfind('/').map_or("", |end| &path[..end]);
    let mut folders: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    let mut relative = url;
    loop {
        if let Some(after) = relative.strip_prefix("./") {
            relative = after;
        } else if let Some(after) = relative.strip_prefix("../") {
            folders.pop();
            relative = after;
        } else {
            break;
        }
    }
    folders.push(relative);
    Some(format!("{origin}/{}", folders.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_absolute_as_in_a_browser() {
        let base = Some("https://a.cn/b/c.html?x=/y/");
        for (url, base, wanted) in [
            ("http://a.cn/1", None, Some("http://a.cn/1")),
            ("//a.cn/1", None, Some("https://a.cn/1")),
            ("//a.cn/1", Some("http://b.cn/"), Some("http://a.cn/1")),
            ("/2021/1.html", Some("https://a.cn"), Some("https://a.cn/2021/1.html")),
            ("/2021/1.html", base, Some("https://a.cn/2021/1.html")),
            ("1.html", base, Some("https://a.cn/b/1.html")),
            ("../../1.html", base, Some("https://a.cn/1.html")),
            ("1.html", Some("//a.cn"), Some("https://a.cn/1.html")),
            ("/1.html", None, None),
            ("javascript:void(0)", base, None),
            ("?page=1", base, None),
            ("", base, None),
        ] {
            assert_eq!(absolute(url, base).as_deref(), wanted, "{url}");
        }
    }

    #[test]
    fn the_address_of_a_saved_page_stands_in_a_comment() {
        let page = "<!DOCTYPE html>\n<!-- saved from url=(0050)https://a.cn/1 -->\n<p>";
        assert_eq!(saved_from(page), Some("https://a.cn/1"));
        let page =
            "<html><!--\n Page saved with SingleFile \n url: https://a.cn/1 \n saved date: x";
        assert_eq!(saved_from(page), Some("https://a.cn/1"));
        assert_eq!(saved_from("<!-- saved from url=(0014)about:internet -->"), None);
        assert!(is_home("https://a.cn/") && is_home("https://a.cn") && !is_home("https://a.cn/1"));
    }
}
