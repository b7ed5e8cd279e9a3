//! Measures builds: their speed, beside the speeds of segmentation alone and of a scan of the
//! archive; their memory; and the size of the index.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use jieba_rs::Jieba;

use crate::archive::{self, Archive};
use crate::process::{Programs, Times, on_one_core, times_of, wall_time_of, write_dirty_pages};

/// The speed of segmentation alone is measured on a sample of the archive: at least about this many
/// bytes, and fewer than twice as many, which is enough for a stable result. Of a smaller archive,
/// all pages are segmented.
const SEGMENTED_BYTES: usize = 20 << 20;

/// The number of rounds of measurements. Of each measurement, the best result of all rounds counts.
const ROUNDS: usize = 5;
/// No further round begins when the rounds have taken this time.
const MAX_TIME: Duration = Duration::from_secs(60);

/// Measures builds of the archive, and prints tables of their speed and of the size of the index.
pub(crate) fn measure(programs: &Programs, archive: &Archive, index: &Path) -> anyhow::Result<()> {
    let add_arguments = |command: &mut Command| {
        command.args(["index", "--rebuild", "--index"]).arg(index).arg(&archive.folder);
    };
    let mut on_one_core = on_one_core(&programs.wensou);
    on_one_core.iter_mut().for_each(add_arguments);
    let mut on_all_cores = Command::new(&programs.wensou);
    add_arguments(&mut on_all_cores);
    let segmentation = BareSegmentation::new(archive)?;
    let mut best = BestResults {
        segmentation_speed: f64::MIN,
        one_core: None,
        all_cores: Duration::MAX,
        peak: 0,
    };
    let start = Instant::now();
    // Each round measures everything once, because the speed of the machine varies.
    for _ in 0..ROUNDS {
        write_dirty_pages();
        best.segmentation_speed = segmentation.speed()?.max(best.segmentation_speed);
        archive::warm_page_cache(&archive.folder)?;
        if let Some(command) = &mut on_one_core {
            let times = times_of(command)?;
            let faster = best.one_core.filter(|before| before.wall <= times.wall);
            best.one_core = Some(faster.unwrap_or(times));
            write_dirty_pages();
            archive::warm_page_cache(&archive.folder)?;
        }
        best.all_cores = wall_time_of(&mut on_all_cores)?.min(best.all_cores);
        if start.elapsed() > MAX_TIME {
            break;
        }
    }
    best.peak = programs.peak(&on_all_cores)?;
    print_speeds(&best, archive);
    write_dirty_pages();
    print_sizes(archive, index)
}

/// The best results of all rounds, and the peak memory.
struct BestResults {
    /// The speed of the bare segmentation, in MB per second.
    segmentation_speed: f64,
    /// The times of a build on one core; `None` if a process cannot be bound to a core here.
    one_core: Option<Times>,
    /// The wall time of a build on all cores.
    all_cores: Duration,
    /// The peak memory of one more build on all cores, after the rounds, in bytes.
    peak: u64,
}

/// Prints the speed of builds, and of scans of the archive for comparison.
fn print_speeds(best: &BestResults, archive: &Archive) {
    let megabytes = archive.bytes as f64 / 1e6;
    let speed = |time: Duration| megabytes / time.as_secs_f64();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let floor = best.segmentation_speed;
    println!("| building | MB/s of source | × bare cut | peak memory, MB |");
    println!("|---|---:|---:|---:|");
    println!("| bare `Jieba::cut`, 1 thread | {floor:.1} | 1.00 | |");
    if let Some(Times { wall, processor }) = best.one_core {
        println!("| `wensou index`, 1 core | {:.1} | {:.2} | |", speed(wall), speed(wall) / floor);
        let (by_processor, ratio) = (speed(processor), speed(processor) / floor);
        println!("| the same, by the processor's time | {by_processor:.1} | {ratio:.2} | |");
    }
    let (fast, ratio) = (speed(best.all_cores), speed(best.all_cores) / floor);
    let peak = best.peak as f64 / 1e6;
    println!("| `wensou index`, {cores} cores | {fast:.1} | {ratio:.2} | {peak:.0} |");
    if let Some(one_core) = best.one_core {
        println!("| {cores} cores over 1 | | {:.2} times | |", fast / speed(one_core.wall));
    }
    for scan in [&["rg", "-c"][..], &["grep", "-rc"]] {
        let mut command = Command::new(scan[0]);
        command.args(&scan[1..]).arg("減半").arg(&archive.folder);
        if let Ok(time) = wall_time_of(&mut command) {
            println!(
                "| a scan for one word with `{}` | {:.0} | {:.0} | |",
                scan[0],
                speed(time),
                speed(time) / floor
            );
        }
    }
    println!();
}

/// The floor of a build: segmentation alone.
struct BareSegmentation {
    jieba: Jieba,
    pages: Vec<String>,
}

impl BareSegmentation {
    fn new(archive: &Archive) -> anyhow::Result<Self> {
        let step = (archive.bytes as usize / SEGMENTED_BYTES).max(1);
        Ok(Self { jieba: Jieba::new(), pages: archive.pages(step)? })
    }

    /// How much source text one thread segments per second, in MB. The time of loading the
    /// dictionary does not count.
    fn speed(&self) -> anyhow::Result<f64> {
        let (start, use_hmm) = (Instant::now(), true);
        let words: usize = self.pages.iter().map(|page| self.jieba.cut(page, use_hmm).len()).sum();
        let seconds = start.elapsed().as_secs_f64();
        anyhow::ensure!(words > 0, "the archive has no words");
        Ok(self.pages.iter().map(String::len).sum::<usize>() as f64 / 1e6 / seconds)
    }
}

/// Prints the size of each part of the index, also relative to the source.
fn print_sizes(archive: &Archive, index: &Path) -> anyhow::Result<()> {
    let mut parts: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(index) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let extension = entry.path().extension().and_then(|extension| extension.to_str());
            let part = match extension {
                // Postings files of older indexes end in `pairs`; `--wensou` can be an old program.
                Some("pairs" | "post") => "postings of bigrams, unigrams, words, paths",
                Some("store") => "stored records",
                Some("idx" | "pos" | "fieldnorm") => "postings of fields",
                Some("term") => "dictionaries of fields",
                Some("fast") => "columns",
                _ => "descriptions and tables",
            };
            *parts.entry(part).or_default() += entry.metadata()?.len();
        }
    }
    println!("| on the disk | MB | bytes per byte of source |");
    println!("|---|---:|---:|");
    let row = |name: &str, bytes: u64| {
        let ratio = bytes as f64 / archive.bytes as f64;
        println!("| {name} | {:.1} | {ratio:.3} |", bytes as f64 / 1e6);
    };
    for (part, bytes) in &parts {
        row(part, *bytes);
    }
    row("all", parts.values().sum());
    println!();
    Ok(())
}
