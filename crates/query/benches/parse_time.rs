//! Measures the time to parse queries of growing length and of many shapes, such as nested
//! parentheses. The time must grow linearly; a parser that backtracks can take exponential time for
//! nested parentheses. Prints the nanoseconds per character for each length. The last column
//! divides them by those of the shortest length; if the time grows linearly, it stays near 1 or
//! below.
//!
//! ```sh
//! cargo bench -p wensou-query --bench parse_time
//! ```

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::hint::black_box;
use std::time::Instant;

use wensou_query::lang::{Clock, parse_lenient};

/// The lengths of the queries in characters, each twice the one before.
const LENGTHS: [usize; 5] = [256, 512, 1024, 2048, 4096];

fn main() {
    let clock = Clock { today: jiff::civil::date(2024, 1, 1) };
    println!("{:<14} {:>7} {:>9} {:>8}", "shape", "length", "ns/char", "ratio");
    // A query repeats the piece, then has 減, then repeats what closes the piece.
    for (shape, piece, close) in [
        ("parentheses", "(", ")"),
        ("not", "NOT ", ""),
        ("minus", "-", ""),
        ("or", "減 OR ", ""),
        ("or in groups", "(減 OR ", ")"),
        ("quotes", "\"減\" ", ""),
        ("open quotes", "\"", ""),
        ("fields", "tag:a,b ", ""),
        // No field is named `taf`; `tag` is suggested.
        ("near misses", "taf:x ", ""),
        ("one run", "減", ""),
    ] {
        let mut shortest = None;
        for length in LENGTHS {
            let count = length / (piece.chars().count() + close.len());
            let query = piece.repeat(count) + "減" + &close.repeat(count);
            let query: String = query.chars().take(length).collect();
            let (rounds, started) = (200, Instant::now());
            for _ in 0..rounds {
                black_box(parse_lenient(black_box(&query), &clock));
            }
            let nanos = started.elapsed().as_nanos() as f64 / f64::from(rounds);
            let per_char = nanos / query.chars().count() as f64;
            let ratio = per_char / *shortest.get_or_insert(per_char);
            println!("{shape:<14} {length:>7} {per_char:>9.1} {ratio:>8.2}");
        }
    }
}
