//! An index that several machines have built together equals the one that a single machine builds.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::random_queries::RandomQueries;
use super::{
    COPY_WITHOUT_REPLICAS, INDEXES_OF_A_COPY, QUICK_COPY, assert_refused, assert_same_output,
    cluster, run_on,
};
use crate::util::{Dir, Ran, copy_folder, files_below, sample_archive};

/// The folders of the archive, in the order of the walk. Each is a share.
const SHARES: [&str; 4] = ["a", "b", "c", "d"];

/// An archive in four folders, the shares. Beside the archive are `whole`, an index of all shares
/// that one process has built, and `all.stats`, the merged surveys of the shares.
struct DividedArchive {
    dir: Dir,
}

impl DividedArchive {
    fn new() -> Self {
        let dir = Dir::new();
        let archive = dir.path().join("archive");
        copy_folder(&sample_archive(), &dir.path().join("sample"));
        for (number, file) in files_below(&dir.path().join("sample")).iter().enumerate() {
            let share = SHARES[number % SHARES.len()];
            let name = file.strip_prefix(dir.path().join("sample")).unwrap();
            let to = archive.join(share).join(name);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::rename(file, to).unwrap();
        }
        write_common_records(&dir);
        dir.ok(&["index", "archive", "--quiet", "--index", "whole"]);
        let divided = Self { dir };
        divided.survey();
        divided
    }

    /// Surveys each share in a process of its own, and merges the surveys into `all.stats`.
    fn survey(&self) {
        let processes = SHARES.map(|share| {
            let (path, survey) = (format!("archive/{share}"), format!("{share}.stats"));
            self.start(&["survey", &path, "--base", "archive", "-o", &survey])
        });
        processes.into_iter().for_each(succeed);
        let surveys = SHARES.map(|share| format!("{share}.stats"));
        let merge: Vec<&str> =
            ["survey", "--merge"].into_iter().chain(surveys.iter().map(String::as_str)).collect();
        self.dir.ok(&[&merge[..], &["-o", "all.stats"]].concat());
    }

    /// Starts the binary.
    fn start(&self, args: &[&str]) -> Child {
        let mut command = self.dir.command(args);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Starts a process that indexes a share and sends it to an address.
    fn send(&self, share: &str, address: &str) -> Child {
        let (path, local) = (format!("archive/{share}"), format!("local-{share}"));
        let from = ["index", &path, "--base", "archive", "--stats", "all.stats"];
        let to = ["--index", address, "--local", &local];
        self.start(&[&from[..], &to, &COPY_WITHOUT_REPLICAS].concat())
    }

    /// Indexes and sends all shares at the same time.
    fn send_all(&self, address: &str) -> Vec<Ran> {
        SHARES.map(|share| self.send(share, address)).into_iter().map(finish).collect()
    }

    /// Checks that the index at an address gives the same answers as `whole`, and is intact.
    fn assert_equals_whole(&self, address: &str) {
        let indexes = ["whole", address];
        assert_same_output(&self.dir, indexes, &["export"]);
        let exported = self.dir.ok(&["export", "--index", "whole"]);
        self.dir.write("queries.txt", RandomQueries::with_seed(&exported, 5).lines(120));
        assert_same_output(&self.dir, indexes, &["search", "--batch", "queries.txt", "-f", "json"]);
        for args in [
            &["tags"][..],
            &["timeline", "交易所", "--by", "month"],
            &["search", "同一篇文章", "-f", "json"],
            &["search", "\"交易所今日上線\"", "-f", "json", "--facet", "tag"],
            &["similar", &self.id_of("同一篇文章")],
            // The third record with the id `r1`: the path of its file is added to the id.
            &["show", "r1@d/records.jsonl"],
        ] {
            assert_same_output(&self.dir, indexes, args);
        }
        let checked = run_on(&self.dir, address, &["check", "--all"]);
        assert_eq!(checked.code, 0, "{}\n{}", checked.stdout, checked.stderr);
    }

    /// The id of the first hit for a title in `whole`.
    fn id_of(&self, title: &str) -> String {
        let ran = run_on(&self.dir, "whole", &["search", title, "-f", "ids", "-n", "1"]);
        ran.stdout.trim().to_owned()
    }
}

/// A text of 240 characters, long enough for near-duplicates. The two primes scatter the
/// characters, so that the texts of different numbers have no passages in common.
fn long_text(number: u32) -> String {
    let chars = (0..240).map(|n| 0x4E00 + (n * 7919 + number * 104_729) % 20_000);
    chars.filter_map(char::from_u32).collect()
}

/// Writes pages and dumps that have records or ids in common with those of other shares.
fn write_common_records(dir: &Dir) {
    let listing = "交易所上線新幣:據交易所公告,交易所今日上線新幣,並開放充值。[2023/3/15 8:00:00]";
    let simplified_listing =
        "交易所上线新币:据交易所公告,交易所今日上线新币,并开放充值。[2023/3/15 8:00:00]";
    let statement = "監管機構發佈聲明:監管機構今日發佈聲明,提醒投資者注意風險。[2023/4/1 9:30:00]";
    let page = |title: &str, text: &str| format!("{title}\n\n{text}\n\n後文如下。\n");
    // The pages of the shares a, c and d have `listing`, which is in Traditional script. The pages
    // of b and d have its variant in Simplified script.
    dir.write("archive/a/one.txt", page("甲頁", &format!("前文一。\n\n{listing}\n\n{statement}")));
    dir.write("archive/b/two.txt", page("乙页", &format!("前文二。\n\n{simplified_listing}")));
    dir.write(
        "archive/c/three.txt",
        page("丙頁", &format!("另一段。\n\n{statement}\n\n{listing}")),
    );
    dir.write(
        "archive/d/four.txt",
        page("丁页", &format!("又一段。\n\n{simplified_listing}\n\n{listing}")),
    );
    // Near-duplicates: pages of three shares have the first long text (in c, after an additional
    // line), and pages of two shares have the second.
    for (share, line) in [("a", ""), ("c", "本文來自合作媒體。\n\n"), ("d", "")] {
        let text = format!("{line}{}", long_text(1));
        dir.write(&format!("archive/{share}/copied.txt"), page("同一篇文章", &text));
    }
    dir.write("archive/b/copied.txt", page("另一篇文章", &long_text(2)));
    dir.write("archive/d/again.txt", page("另一篇文章", &long_text(2)));
    // Dumps of three shares give the same id to different articles. Another dump has a flash item
    // that pages have, too.
    let records = [
        ("b", r#"{"id":"r1","title":"第一個","text":"第一個轉儲的文章。"}"#),
        ("c", r#"{"id":"r1","title":"第二個","text":"第二個轉儲的文章。"}"#),
        ("d", r#"{"id":"r1","title":"第三個","text":"第三個轉儲的文章。"}"#),
    ];
    for (share, record) in records {
        dir.write(&format!("archive/{share}/records.jsonl"), format!("{record}\n"));
    }
    let flash = r#"{"kind":"flash","id":"k1","title":"監管機構發佈聲明","text":"監管機構今日發佈聲明,提醒投資者注意風險。","date":"2023-04-01T09:30:00","tags":["監管"]}"#;
    dir.write("archive/c/flashes.jsonl", format!("{flash}\n"));
}

/// Waits for a process; returns its output and exit status.
fn finish(child: Child) -> Ran {
    Ran::from(child.wait_with_output().unwrap())
}

/// Waits for a process that must succeed.
fn succeed(child: Child) {
    assert_success(&finish(child));
}

fn assert_success(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn four_machines_build_the_same_index_as_one() {
    let Some(cluster) = cluster() else { return };
    let divided = DividedArchive::new();
    let address = cluster.address("shared");
    let sent = divided.send_all(&address);
    sent.iter().for_each(assert_success);
    let published = sent.iter().filter(|ran| ran.stderr.contains("all shares are there"));
    assert_eq!(published.count(), 1, "{sent:?}");
    divided.assert_equals_whole(&address);
    assert_eq!(
        cluster.indexes_of("shared").len(),
        INDEXES_OF_A_COPY,
        "only the indexes of documents and of statistics remain: the index of parts is deleted"
    );
    // Sending a share again changes nothing.
    let ran = finish(divided.send("b", &address));
    assert!(ran.code == 0 && ran.stderr.contains("nothing was sent"), "{}", ran.stderr);
    // A copy of an index of the whole archive replaces what several machines have sent.
    let copy = ["copy", "--index", "whole", "--to", &address, "--quiet"];
    divided.dir.ok(&[&copy[..], &QUICK_COPY].concat());
    assert_same_output(&divided.dir, ["whole", &address], &["export"]);
}

#[test]
fn shares_are_sent_in_any_order_and_again_after_a_kill() {
    let Some(cluster) = cluster() else { return };
    let divided = DividedArchive::new();
    let address = cluster.address("reversed");
    for share in ["d", "c"] {
        let ran = finish(divided.send(share, &address));
        assert!(ran.code == 0 && ran.stderr.contains("files are there"), "{}", ran.stderr);
    }
    assert_refused(&run_on(&divided.dir, &address, &["search", "比特幣"]), 3, &["no index"]);
    // Kill the process of share b at several moments while it builds or sends.
    for milliseconds in [300, 500, 700] {
        let mut killed = divided.send("b", &address);
        std::thread::sleep(Duration::from_millis(milliseconds));
        killed.kill().unwrap();
        killed.wait().unwrap();
    }
    succeed(divided.send("b", &address));
    succeed(divided.send("a", &address));
    divided.assert_equals_whole(&address);
}

#[test]
fn shares_that_do_not_fit_together_are_refused() {
    let Some(cluster) = cluster() else { return };
    let divided = DividedArchive::new();
    let address = cluster.address("misfit");
    succeed(divided.send("a", &address));
    let share_options = ["--base", "archive", "--stats", "all.stats", "--index", &address];
    let overlapping = ["index", "archive/a/one.txt", "archive/b", "--local", "overlapping"];
    let ran = divided.dir.run(&[&overlapping[..], &share_options].concat());
    assert_refused(&ran, 2, &["a/one.txt is in another share", ".parts"]);
    // A page that was added after the survey.
    divided.dir.write("archive/b/new.txt", "新的一頁\n\n正文。\n");
    let ran = finish(divided.send("b", &address));
    assert!(ran.code != 0 && ran.stderr.contains("changed since the survey"), "{}", ran.stderr);
    assert_refused(&run_on(&divided.dir, &address, &["search", "比特幣"]), 3, &["no index"]);
}

/// A script that stands for Slurm's `sbatch`. It runs each job when it is submitted, one task after
/// the other, and prints a job id.
const SBATCH: &str = r#"#!/bin/sh
for argument; do
    case $argument in
    --array=1-*) tasks=${argument#--array=1-} ;;
    --wrap=*) job=${argument#--wrap=} ;;
    esac
done
for task in $(seq "${tasks:-1}"); do
    SLURM_ARRAY_TASK_ID=$task sh -c "$job" >&2 || exit 1
done
echo 42
"#;

#[test]
fn the_slurm_script_in_docs_indexes_an_archive() {
    let Some(cluster) = cluster() else { return };
    let divided = DividedArchive::new();
    let address = cluster.address("jobs");
    // One share per line; the third share has two folders.
    divided.dir.write("jobs/shares.txt", "a\nb\nc d\n");
    let sbatch = divided.dir.write("bin/sbatch", SBATCH);
    fs::set_permissions(&sbatch, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scaling/slurm.sh");
    let script_line = format!(
        "PATH=$PWD/bin:$PATH BASE=$PWD/archive JOBS=$PWD/jobs LOCAL=$PWD/local INDEX={address} {}",
        script.display()
    );
    // The second line builds an index of the whole archive at once, to compare with.
    for line in [script_line.as_str(), "cd archive && wensou index . --quiet --index ../again"] {
        let ran = Ran::from(divided.dir.shell(line).output().unwrap());
        assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
    }
    assert_same_output(&divided.dir, ["again", &address], &["export"]);
}

#[test]
fn shares_of_a_new_survey_replace_the_index() {
    let Some(cluster) = cluster() else { return };
    let divided = DividedArchive::new();
    let address = cluster.address("renewed");
    divided.send_all(&address).iter().for_each(assert_success);
    divided.dir.write("archive/c/new.txt", "新的一頁\n\n新聞的正文說到第七項改革。\n");
    divided.survey();
    divided.dir.ok(&["index", "archive", "--quiet", "--index", "whole"]);
    divided.send_all(&address).iter().for_each(assert_success);
    divided.assert_equals_whole(&address);
    assert_eq!(cluster.indexes_of("renewed").len(), INDEXES_OF_A_COPY);
}
