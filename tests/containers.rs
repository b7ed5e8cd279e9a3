//! Containers and compressed pages: skipped members are reported, and `show --raw` prints the bytes
//! of a member.

use crate::util::Dir;

const PAGE: &str = "題目一_GPT\n\nAuthor:\n\n正文說到潮汐發電。\n";

/// Makes a tar file: for each member a header of 512 bytes and the content, filled up with zeros to
/// a multiple of 512 bytes; at the end two blocks of zeros.
fn tar(members: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in members {
        // The name, the permissions, the length in octal, spaces in the place of the checksum, and
        // the type `0` (a file). The checksum is the sum of the bytes.
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes.extend(header);
        bytes.extend(content.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

#[test]
fn a_page_in_a_container_is_found_and_printed_as_it_is() {
    let dir = Dir::new();
    // A page, a name that leads out of the container, a nested container, and an ignored picture.
    let members = [("甲/一.txt", PAGE), ("../二.txt", PAGE), ("三.zip", ""), ("四.png", "")];
    dir.write("pages/a.tar", tar(&members));
    dir.write("pages/b.txt.gz", "no gzip");
    let stderr = dir.run(&["index", "pages"]).stderr;
    assert!(stderr.contains("1 unsafe name") && stderr.contains("1 damaged"), "{stderr}");
    assert!(stderr.contains("1 nested container"), "{stderr}");
    let reason = "its name is too long or no path inside the container";
    assert!(stderr.contains(&format!("skipped pages/a.tar!/../二.txt: {reason}")), "{stderr}");
    let reason = "a container inside a container: unpack it first";
    assert!(stderr.contains(&format!("skipped pages/a.tar!/三.zip: {reason}")), "{stderr}");

    let hits = dir.hits(&["潮汐發電"]);
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0]["path"], "pages/a.tar!/甲/一.txt");
    let id = hits[0]["id"].as_str().unwrap();
    assert_eq!(dir.ok(&["show", id, "--raw"]), PAGE);
    assert_eq!(dir.ids(&["path:甲"]), [id]);
    // The page is no longer in the container: the bytes of another member must not be printed.
    dir.write("pages/a.tar", tar(&members[1..]));
    let ran = dir.run(&["show", id, "--raw"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("index it again"), "{}", ran.stderr);
}
