//! Tests of addresses: what is read, what is refused, and what is never shown.

use super::*;

#[test]
fn an_address_is_read_and_printed() {
    for (given, printed) in [
        ("https://host/news", "https://host:9200/news"),
        ("HTTPS://Host:443/news/", "https://host:443/news"),
        ("http://127.0.0.1:9201,127.0.0.1:9202/新闻", "http://127.0.0.1:9201,127.0.0.1:9202/新闻"),
        ("https://a,https://b:1/n", "https://a:9200,b:1/n"),
        ("https://a,a:9200/n", "https://a:9200/n"),
        ("https://[::1]/n", "https://[::1]:9200/n"),
        ("https://[2001:DB8::0:1]:9201,b/n", "https://[2001:db8::1]:9201,b:9200/n"),
    ] {
        let address = ClusterAddress::parse(given).unwrap();
        assert_eq!(address.to_string(), printed);
        assert_eq!(ClusterAddress::parse(printed), Ok(address));
    }
}

#[test]
fn what_is_not_an_address_is_refused() {
    for given in [
        "",
        "index",
        "ftp://a/n",
        "https:/a/n",
        "https://",
        "https:///n",
        "https://a",
        "https://a/",
        "https://a,/n",
        "https://,a/n",
        "https://a b/n",
        "https://a:/n",
        "https://a:0/n",
        "https://a:65536/n",
        "https://a:+1/n",
        "https://a:x/n",
        "https://::1/n",
        "https://[::1/n",
        "https://[a]/n",
        "https://[::1]9200/n",
        "https://a/b/n",
        // OpenSearch allows no capitals in names.
        "https://a/N",
        "https://a/n?x=1",
        "https://a/n#x",
        "https://a,http://b/n",
        // A host has only ASCII characters.
        "https://中文/n",
        // No name begins with an underscore.
        "https://a/_all",
        "https://a//n",
        "https://a:9200:9200/n",
        "https://a\n/n",
    ] {
        assert!(ClusterAddress::parse(given).is_err(), "{given}");
    }
}

#[test]
fn credentials_in_an_address_are_refused_and_never_shown() {
    for given in [
        "https://me:hunter2@a/n",
        "https://hunter2@a/n",
        "https://a,me:hunter2@b/n",
        // A password with a slash in it.
        "https://me:x/hunter2@a/n",
        "https://me:hunter2@",
        "HTTP://me:hunter2@127.0.0.1/n",
    ] {
        let error = ClusterAddress::parse(given).unwrap_err();
        assert_eq!(error, AddressError::CredentialsInAddress);
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        assert!(error.to_string().contains("WENSOU_CLUSTER_PASSWORD"));
    }
}

#[test]
fn http_is_allowed_to_this_machine_only() {
    for (hosts, allowed) in [
        ("127.0.0.1", true),
        ("127.8.8.8:9", true),
        ("localhost", true),
        ("LOCALHOST", true),
        ("[::1]", true),
        ("127.0.0.1,[::1]", true),
        ("127.0.0.1,b", false),
        ("10.0.0.1", false),
        ("localhost.example", false),
        ("127.0.0.1.example", false),
        ("0.0.0.0", false),
        ("[::2]", false),
        // Some resolvers read this as 127.0.0.1. Here it is a name like any other.
        ("127.1", false),
        // IPv4 addresses in the form of IPv6.
        ("[::ffff:127.0.0.1]", true),
        ("[::ffff:10.0.0.1]", false),
    ] {
        let address = ClusterAddress::parse(&format!("http://{hosts}/n")).unwrap();
        let passes = |insecure_http| address.check_encryption(insecure_http).is_ok();
        assert_eq!(passes(false), allowed, "{hosts}");
        assert!(passes(true), "{hosts}");
        let address = ClusterAddress::parse(&format!("https://{hosts}/n")).unwrap();
        let insecure_http = false;
        assert!(address.check_encryption(insecure_http).is_ok());
    }
}

#[test]
fn the_longest_alias_leaves_room_for_the_stamp() {
    let longest = "n".repeat(MAX_NAME_BYTES - MAX_SUFFIX_BYTES);
    let address = ClusterAddress::parse(&format!("https://a/{longest}")).unwrap();
    // A hyphen precedes the stamp.
    assert!(address.physical_name(&"0".repeat(MAX_SUFFIX_BYTES - 1)).is_ok());
    assert!(ClusterAddress::parse(&format!("https://a/{longest}n")).is_err());
}

#[test]
fn a_stamp_must_keep_the_rules_for_names() {
    let address = ClusterAddress::parse("https://a/n").unwrap();
    assert!(address.physical_name("a").is_ok());
    assert!(address.physical_name("A").is_err());
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,60}", hosts in "[\\[\\]:/,@a0é]{0,20}") {
        let _ = ClusterAddress::parse(&text);
        let _ = ClusterAddress::parse(&format!("https://{hosts}"));
    }
}
