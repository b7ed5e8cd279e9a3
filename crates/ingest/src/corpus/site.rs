//! Which site a page belongs to.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The key of a page's site: the host of its address, else the site's name, else its folder.
///
/// `path` is the path of the file or member. Lines that recur, such as menus, are looked for among
/// the pages with the same key.
pub(crate) fn site_key(url: Option<&str>, site: Option<&str>, path: &str) -> u64 {
    // The seeds keep hosts, names and folders apart.
    match (url.and_then(host), site.map(str::trim).filter(|site| !site.is_empty())) {
        (Some(host), _) => xxh3_64_with_seed(host.to_ascii_lowercase().as_bytes(), 1),
        (None, Some(site)) => xxh3_64_with_seed(site.as_bytes(), 2),
        (None, None) => xxh3_64_with_seed(folder(path).as_bytes(), 3),
    }
}

/// The host in an address such as `https://www.example.org:80/a`, without `www.` and the port.
fn host(url: &str) -> Option<&str> {
    let (_, after) = url.split_once("://")?;
    let authority = after.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

/// The path without its last component.
fn folder(path: &str) -> &str {
    path.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_site_share_a_key() {
        let of = |url, path| site_key(url, Some("示例網"), path);
        let page = of(Some("https://www.example.org/a/1.html"), "a/1.html");
        assert_eq!(page, of(Some("http://example.org:80?id=2"), "b/2.html"));
        assert_ne!(page, of(Some("https://example.com/a/1.html"), "a/1.html"));
        assert_eq!(of(None, "a/1.txt"), of(Some("no address"), "b/1.txt"));
        assert_eq!(site_key(None, None, "a/b/1.txt"), site_key(None, Some(" "), "a/b/2.txt"));
        assert_eq!(site_key(None, None, "a.zip!/b/1.txt"), site_key(None, None, "a.zip!/b/2.txt"));
        assert_ne!(site_key(None, None, "a/b/1.txt"), site_key(None, None, "a/c/1.txt"));
    }
}
