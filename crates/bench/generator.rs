//! Generates news pages in the layout of the sample archive. Their text is a random walk over the
//! words of the sample archive, in which words usually follow each other as they do there. Between
//! them are some numbers, Latin words, and rare characters, such as those of names.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use wensou_text::{Folded, Segmenter};

/// A generator of pseudo-random numbers (SplitMix64), so that every run makes the same pages.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, or 0 if `end` is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// The words of the sample archive.
struct Words {
    /// Each word once. The number of a word is its index here.
    words: Vec<String>,
    /// For each word, the numbers of the words that follow it somewhere in the archive, each
    /// repeated as often as it follows.
    followers: Vec<Vec<u32>>,
}

impl Words {
    fn new() -> anyhow::Result<Self> {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/archive");
        let segmenter = Segmenter::standard();
        let (mut words, mut followers, mut numbers) = (Vec::new(), Vec::new(), HashMap::new());
        let mut last = None;
        for entry in walkdir::WalkDir::new(sample).sort_by_file_name() {
            let entry = entry?;
            let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
            segmenter.words(&Folded::new(&text), |token| {
                let number = *numbers.entry(token.text.to_string()).or_insert_with(|| {
                    words.push(token.text.to_string());
                    followers.push(Vec::new());
                    words.len() as u32 - 1
                });
                if let Some(last) = last.replace(number) {
                    let of_last: &mut Vec<u32> = &mut followers[last as usize];
                    of_last.push(number);
                }
            });
        }
        anyhow::ensure!(!words.is_empty(), "the sample archive is not there");
        Ok(Self { words, followers })
    }

    /// The next word of a random walk. `last` is the number of the previous word; it is set to the
    /// number of the returned word.
    fn draw(&self, random: &mut Random, last: &mut usize) -> &str {
        let followers = &self.followers[*last];
        // Jump to another word sometimes; otherwise the walk would repeat texts of the small
        // archive.
        *last = match followers.is_empty() || random.below(4) == 0 {
            true => random.below(self.words.len()),
            false => followers[random.below(followers.len())] as usize,
        };
        &self.words[*last]
    }

    /// Appends a sentence of at least `minimum` words and less than twice `minimum`. A number, a
    /// Latin word or a rare character counts as a word.
    fn sentence(&self, random: &mut Random, minimum: usize, out: &mut String) {
        let mut last = random.below(self.words.len());
        for word in 0..minimum + random.below(minimum) {
            match random.below(40) {
                0 => {
                    let _ = write!(out, "{}", random.below(100_000));
                }
                1 => out.push_str(["BTC", "Ethereum", "DeFi", "NFT", "AI"][random.below(5)]),
                // Any Han character of the first 20,480; most of these are rare.
                2 => out.extend(char::from_u32(0x4E00 + random.below(0x5000) as u32)),
                _ => out.push_str(self.draw(random, &mut last)),
            }
            if word > 4 && random.below(9) == 0 {
                out.push(',');
            }
        }
    }
}

/// A page chooses its flash items from at most this many.
const MAX_FLASH_CHOICES: usize = 400;

/// Writes `pages` pages into subfolders of `folder`, at most a thousand in each.
pub(crate) fn write(folder: &Path, pages: usize) -> anyhow::Result<()> {
    let words = Words::new()?;
    let mut random = Random::new(1);
    let mut flashes: Vec<String> = Vec::new();
    for number in 1..=pages {
        let subfolder = folder.join(format!("{:03}", number / 1000));
        if number == 1 || number.is_multiple_of(1000) {
            std::fs::create_dir_all(&subfolder)?;
        }
        let text = page(&words, &mut random, &mut flashes);
        std::fs::write(subfolder.join(format!("{number:06}.txt")), text)?;
    }
    Ok(())
}

/// A page with flash items between its paragraphs. `flashes` has the items that it chooses from:
/// those made for earlier pages, and new ones, which are added.
fn page(words: &Words, random: &mut Random, flashes: &mut Vec<String>) -> String {
    let mut text =
        String::from("币圈快讯 币圈快讯\nCtrl+D 币圈快讯\nads\n首页 > 比特币 > Info\n\n");
    words.sentence(random, 8, &mut text);
    // 1900/1/1 is how the pages of this layout say that they have no date.
    text.push_str("_BTC:BTC币\n\nAuthor:\n\nTime:1900/1/1 0:00:00\n\n来源:金色财经\n\n");
    for _ in 0..4 + random.below(6) {
        for _ in 0..1 + random.below(3) {
            words.sentence(random, 12, &mut text);
            text.push('。');
        }
        text.push_str("\n\n");
        if random.below(2) == 0 {
            // Usually a new item joins those to choose from. Then any of these is chosen, so an
            // item may occur in several pages, or in none.
            if flashes.is_empty() || random.below(10) < 7 {
                let flash = flash(words, random);
                flashes.push(flash);
                if flashes.len() > MAX_FLASH_CHOICES {
                    flashes.swap_remove(random.below(MAX_FLASH_CHOICES));
                }
            }
            text.push_str(&flashes[random.below(flashes.len())]);
            text.push_str("\n\n");
        }
    }
    text.push_str("Tags:BTCETHDOGEBTC币ETH币DOGE币\n\n比特币\nads\n");
    text
}

/// A flash item.
fn flash(words: &Words, random: &mut Random) -> String {
    let mut text = String::new();
    words.sentence(random, 8, &mut text);
    text.push_str(":金色财经报道,");
    for _ in 0..2 {
        words.sentence(random, 14, &mut text);
        text.push('。');
    }
    let (month, day) = (1 + random.below(12), 1 + random.below(28));
    let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
    let year = 2018 + random.below(7);
    let _ = write!(text, "[{year}/{month}/{day} {hour}:{minute:02}:{second:02}]");
    text
}
