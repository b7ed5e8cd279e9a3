//! Writes `crates/text/data/dict.bin`, the second argument, from the dictionary of jieba-rs.
//!
//! Usage: `gen-dict JIEBA_RS/src/data/dict.txt crates/text/data/dict.bin` (see `just gen-dict`).
//!
//! Every word is folded; words with the same fold are merged and their frequencies added. Words
//! with anything but Han characters are left out, because only runs of Han are looked up, but they
//! count in the total, so that probabilities equal jieba's. The file is raw deflate over
//! front-coded lines: the total in the first line, then `SHARED <tab> REST <tab> FREQUENCY`, where
//! SHARED is the number of leading characters that the word has in common with the word before it.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "gen-dict: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [source, target] = args.as_slice() else {
        return Err("usage: gen-dict dict.txt dict.bin".into());
    };
    let text = fs::read_to_string(source).map_err(|e| format!("{source}: {e}"))?;

    let mut words: BTreeMap<String, u64> = BTreeMap::new();
    let (mut lines, mut total) = (0, 0);
    for line in text.lines() {
        let mut fields = line.split_ascii_whitespace();
        let (Some(word), Some(freq)) = (fields.next(), fields.next()) else { continue };
        let freq: u64 = freq.parse().map_err(|e| format!("{line}: {e}"))?;
        *words.entry(wensou_text::fold(word)).or_default() += freq;
        lines += 1;
        total += freq;
    }
    let merged = words.len();
    words.retain(|word, _| word.chars().all(wensou_text::is_han));

    let mut coded = format!("{total}\n");
    let mut before: Vec<char> = Vec::new();
    for (word, freq) in &words {
        let chars: Vec<char> = word.chars().collect();
        let shared = before.iter().zip(&chars).take_while(|(a, b)| a == b).count();
        let suffix: String = chars[shared..].iter().collect();
        coded.push_str(&format!("{shared}\t{suffix}\t{freq}\n"));
        before = chars;
    }
    let best_compression = 10;
    let packed = miniz_oxide::deflate::compress_to_vec(coded.as_bytes(), best_compression);
    fs::write(target, &packed).map_err(|e| format!("{target}: {e}"))?;
    let _ = writeln!(
        io::stderr(),
        "gen-dict: {lines} lines, {merged} words after folding, {} of Han alone, total {total}, {} bytes",
        words.len(),
        packed.len()
    );
    Ok(())
}
