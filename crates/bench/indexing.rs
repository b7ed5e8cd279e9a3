//! Measures builds: speed relative to segmentation alone and to a scan, memory, size.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use jieba_rs::Jieba;

use crate::archive::{self, Archive};
use crate::process::{Program, Took, on_one_core, run, settle, took};

/// Bytes of text for the bare segmentation: enough for a stable result.
const CUT: usize = 20 << 20;

/// Number of measurements, of which the best counts; fewer if they take too long.
const ROUNDS: usize = 5;
const LONG: Duration = Duration::from_secs(60);

pub(crate) fn measure(program: &Program, archive: &Archive, index: &Path) -> anyhow::Result<()> {
    let megabytes = archive.bytes as f64 / 1e6;
    let arguments = |command: &mut Command| {
        command.args(["index", "--rebuild", "--index"]).arg(index).arg(&archive.folder);
    };
    let mut one_core = on_one_core(&program.wensou);
    one_core.iter_mut().for_each(arguments);
    let mut command = Command::new(&program.wensou);
    arguments(&mut command);
    let cutting = Cutting::new(archive)?;
    let (mut cut, mut one, mut all) = (f64::MIN, None::<Took>, Duration::MAX);
    let start = Instant::now();
    // In turns, because the speed of the machine varies.
    for _ in 0..ROUNDS {
        settle();
        cut = cutting.speed()?.max(cut);
        archive::warm(&archive.folder)?;
        if let Some(command) = &mut one_core {
            let took = took(command)?;
            one = Some(one.filter(|best| best.wall <= took.wall).unwrap_or(took));
            settle();
            archive::warm(&archive.folder)?;
        }
        all = run(&mut command)?.min(all);
        if start.elapsed() > LONG {
            break;
        }
    }
    let peak = program.peak(&command)? as f64 / 1e6;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let speed = |took: Duration| megabytes / took.as_secs_f64();
    println!("| building | MB/s of source | × bare cut | peak memory, MB |");
    println!("|---|---:|---:|---:|");
    println!("| bare `Jieba::cut`, 1 thread | {cut:.1} | 1.00 | |");
    if let Some(Took { wall, processor }) = one {
        println!("| `wensou index`, 1 core | {:.1} | {:.2} | |", speed(wall), speed(wall) / cut);
        let (busy, times) = (speed(processor), speed(processor) / cut);
        println!("| the same, by the processor's time | {busy:.1} | {times:.2} | |");
    }
    let (fast, times) = (speed(all), speed(all) / cut);
    println!("| `wensou index`, {cores} cores | {fast:.1} | {times:.2} | {peak:.0} |");
    if let Some(one) = one {
        println!("| {cores} cores over 1 | | {:.2} times | |", speed(all) / speed(one.wall));
    }
    for scan in [&["rg", "-c"][..], &["grep", "-rc"]] {
        let mut command = Command::new(scan[0]);
        command.args(&scan[1..]).arg("減半").arg(&archive.folder);
        if let Ok(cost) = run(&mut command) {
            println!(
                "| a scan for one word with `{}` | {:.0} | {:.0} | |",
                scan[0],
                speed(cost),
                speed(cost) / cut
            );
        }
    }
    println!();
    settle();
    size(archive, index)
}

/// The floor: segmentation alone.
struct Cutting {
    jieba: Jieba,
    pages: Vec<String>,
}

impl Cutting {
    fn new(archive: &Archive) -> anyhow::Result<Self> {
        let step = (archive.bytes as usize / CUT).max(1);
        Ok(Self { jieba: Jieba::new(), pages: archive.pages(step)? })
    }

    /// Source text that one thread segments per second, in MB, without loading the dictionary.
    fn speed(&self) -> anyhow::Result<f64> {
        let start = Instant::now();
        let words: usize = self.pages.iter().map(|page| self.jieba.cut(page, true).len()).sum();
        let took = start.elapsed().as_secs_f64();
        anyhow::ensure!(words > 0, "the archive has no words");
        Ok(self.pages.iter().map(String::len).sum::<usize>() as f64 / 1e6 / took)
    }
}

/// Prints the size of each part of the index, also relative to the source.
fn size(archive: &Archive, index: &Path) -> anyhow::Result<()> {
    let mut parts: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(index) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let extension = entry.path().extension().and_then(|extension| extension.to_str());
            let part = match extension {
                Some("pairs" | "post") => "postings of bigrams, unigrams, words, paths",
                Some("store") => "originals",
                Some("idx" | "pos" | "fieldnorm") => "postings of fields",
                Some("term") => "dictionaries of fields",
                Some("fast") => "columns",
                _ => "descriptions and tables",
            };
            *parts.entry(part).or_default() += entry.metadata()?.len();
        }
    }
    println!("| on the disk | MB | bytes a byte of source |");
    println!("|---|---:|---:|");
    let row = |name: &str, bytes: u64| {
        let share = bytes as f64 / archive.bytes as f64;
        println!("| {name} | {:.1} | {share:.3} |", bytes as f64 / 1e6);
    };
    for (part, bytes) in &parts {
        row(part, *bytes);
    }
    row("all", parts.values().sum());
    println!();
    Ok(())
}
