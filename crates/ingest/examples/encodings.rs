//! `encodings DIR`: how often a page's encoding is detected, by encoding and page size.
//!
//! DIR holds `drcd-dev/corpus.jsonl` (Traditional) and `cmrc-dev/corpus.jsonl` (Simplified), the
//! development sets of DRCD and CMRC 2018, two corpora of questions about Wikipedia paragraphs. A
//! page counts as detected if the decoded text equals the text that was encoded.
//! `docs/ENCODINGS.md` has the figures. If the environment variable `SHOW` is set, pages that are
//! not detected are printed.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]

#[path = "../tests/encodings/encode.rs"]
mod encode;

use encode::PageEncoding;

/// Sizes of pages, in bytes.
const SIZES: [usize; 7] = [200, 500, 1000, 2000, 5000, 10_000, 20_000];
/// Number of pages for each encoding and size.
const PAGES: u64 = 1000;

fn main() {
    let Some(dir) = std::env::args().nth(1) else {
        println!("usage: encodings DIR");
        return;
    };
    for (corpus, traditional) in [("drcd-dev", true), ("cmrc-dev", false)] {
        let file = format!("{dir}/{corpus}/corpus.jsonl");
        let Ok(lines) = std::fs::read_to_string(&file) else {
            println!("skipped: {file} is not there; give the folder of the corpora");
            continue;
        };
        let text: Vec<char> = lines
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|record| record["text"].as_str().unwrap().trim().to_owned() + "\n")
            .collect::<String>()
            .chars()
            .collect();
        println!("\n{corpus}: {} characters, {PAGES} pages per figure, % detected", text.len());
        println!("{:18}{}", "", SIZES.map(|size| format!("{size:>8}")).concat());
        for encoding in PageEncoding::ALL {
            if encoding.is_only_traditional() && !traditional {
                continue;
            }
            let percent = |size| detected_fraction(&text, encoding, size) * 100.0;
            let row = SIZES.map(|size| format!("{:>8.2}", percent(size)));
            println!("{:18}{}", encoding.name(), row.concat());
        }
    }
}

/// The fraction of pages of this size, made of `text`, whose encoding is detected.
fn detected_fraction(text: &[char], encoding: PageEncoding, size: usize) -> f64 {
    let mut detected = 0;
    for number in 0..PAGES {
        // Two primes spread the start offsets over the corpus; they are the same in every run.
        let start = (number * 7919 * 104_729) as usize % text.len();
        let (page, bytes) = page(text, start, encoding, size);
        let read = wensou_ingest::decode(&bytes);
        let is_detected = read.as_ref().is_ok_and(|text| *text == page);
        detected += u32::from(is_detected);
        if !is_detected && std::env::var_os("SHOW").is_some() {
            let read = read.map_or_else(|reason| reason.to_string(), std::borrow::Cow::into_owned);
            println!("{} {size}: {page:.80?} read as {read:.80?}", encoding.name());
        }
    }
    f64::from(detected) / PAGES as f64
}

/// A page of at most `size` bytes that begins at `start`, without characters that the encoding
/// lacks.
fn page(text: &[char], start: usize, encoding: PageEncoding, size: usize) -> (String, Vec<u8>) {
    let (mut page, mut bytes) = (String::new(), encoding.bom().to_vec());
    for c in text.iter().cycle().skip(start) {
        // Replace common characters by their Cantonese counterparts, which Big5-HKSCS has and Big5
        // lacks.
        let c = match c {
            '的' if encoding == PageEncoding::Big5Hkscs => '嘅',
            '了' if encoding == PageEncoding::Big5Hkscs => '咗',
            '在' if encoding == PageEncoding::Big5Hkscs => '喺',
            other => *other,
        };
        let before = bytes.len();
        if encoding.encode_char(c, &mut bytes) {
            if bytes.len() > size {
                bytes.truncate(before);
                break;
            }
            page.push(c);
        }
    }
    (page, bytes)
}
