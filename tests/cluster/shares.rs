//! Several machines that index an archive together make what one machine makes.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::queries::Queries;
use super::running::Cluster;
use super::{cluster, refused, run_on, same};
use crate::util::{Dir, Ran, copy_folder, files_below, sample};

/// The folders that are the shares, in the order of the walk.
const SHARES: [&str; 4] = ["a", "b", "c", "d"];

/// An archive in four folders, with an index of the whole and the statistics of all shares.
struct Divided {
    dir: Dir,
}

/// A long text, for near-duplicates.
fn long_text(number: u32) -> String {
    let chars = (0..240).map(|n| 0x4E00 + (n * 7919 + number * 104_729) % 20_000);
    chars.filter_map(char::from_u32).collect()
}

/// The pages and dumps that have records in common with others.
fn write_common_records(dir: &Dir) {
    let item = "交易所上線新幣:據交易所公告,交易所今日上線新幣,並開放充值。[2023/3/15 8:00:00]";
    let simplified =
        "交易所上线新币:据交易所公告,交易所今日上线新币,并开放充值。[2023/3/15 8:00:00]";
    let other = "監管機構發佈聲明:監管機構今日發佈聲明,提醒投資者注意風險。[2023/4/1 9:30:00]";
    let page = |title: &str, text: &str| format!("{title}\n\n{text}\n\n後文如下。\n");
    // The item of the later share is read in another script, and is a variant of the first.
    dir.write("archive/a/one.txt", page("甲頁", &format!("前文一。\n\n{item}\n\n{other}")));
    dir.write("archive/b/two.txt", page("乙页", &format!("前文二。\n\n{simplified}")));
    dir.write("archive/c/three.txt", page("丙頁", &format!("另一段。\n\n{other}\n\n{item}")));
    dir.write("archive/d/four.txt", page("丁页", &format!("又一段。\n\n{simplified}\n\n{item}")));
    // A text that two sites have, one of them with a line of its own.
    for (share, line) in [("a", ""), ("c", "本文來自合作媒體。\n\n"), ("d", "")] {
        let text = format!("{line}{}", long_text(1));
        dir.write(&format!("archive/{share}/copied.txt"), page("同一篇文章", &text));
    }
    dir.write("archive/b/copied.txt", page("另一篇文章", &long_text(2)));
    dir.write("archive/d/again.txt", page("另一篇文章", &long_text(2)));
    // Dumps of several shares use the same id, and one has the item of pages.
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

impl Divided {
    fn new() -> Self {
        let dir = Dir::new();
        let archive = dir.path().join("archive");
        copy_folder(&sample(), &dir.path().join("sample"));
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

    /// Surveys each share by a process of its own, and merges what they have found.
    fn survey(&self) {
        let surveys = SHARES.map(|share| {
            let (path, part) = (format!("archive/{share}"), format!("{share}.stats"));
            self.start(&["survey", &path, "--base", "archive", "-o", &part])
        });
        surveys.into_iter().for_each(succeed);
        let parts = SHARES.map(|share| format!("{share}.stats"));
        let merge: Vec<&str> =
            ["survey", "--merge"].into_iter().chain(parts.iter().map(String::as_str)).collect();
        self.dir.ok(&[&merge[..], &["-o", "all.stats"]].concat());
    }

    fn start(&self, args: &[&str]) -> Child {
        let mut command = self.dir.command(args);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn send(&self, share: &str, address: &str) -> Child {
        let (path, local) = (format!("archive/{share}"), format!("local-{share}"));
        let from = ["index", &path, "--base", "archive", "--stats", "all.stats"];
        self.start(&[&from[..], &["--index", address, "--local", &local]].concat())
    }

    /// Checks that the index at an address answers as that of the whole archive.
    fn equals_whole(&self, address: &str) {
        let indexes = ["whole", address];
        same(&self.dir, indexes, &["export"]);
        let exported = self.dir.ok(&["export", "--index", "whole"]);
        self.dir.write("queries.txt", Queries::new(&exported, 5).lines(120));
        same(&self.dir, indexes, &["search", "--batch", "queries.txt", "-f", "json"]);
        for args in [
            &["tags"][..],
            &["timeline", "交易所", "--by", "month"],
            &["search", "同一篇文章", "-f", "json"],
            &["search", "\"交易所今日上線\"", "-f", "json", "--facet", "tag"],
            &["similar", &self.id_of("同一篇文章")],
            &["show", "r1@d/records.jsonl"],
        ] {
            same(&self.dir, indexes, args);
        }
        let checked = run_on(&self.dir, address, &["check", "--all"]);
        assert_eq!(checked.code, 0, "{}\n{}", checked.stdout, checked.stderr);
    }

    fn id_of(&self, title: &str) -> String {
        let ran = run_on(&self.dir, "whole", &["search", title, "-f", "ids", "-n", "1"]);
        ran.stdout.trim().to_owned()
    }
}

/// Waits for a process; returns what it said.
fn finish(child: Child) -> Ran {
    Ran::from(child.wait_with_output().unwrap())
}

fn succeed(child: Child) {
    let ran = finish(child);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn four_machines_make_the_index_of_one() {
    let Some(cluster) = cluster() else { return };
    let divided = Divided::new();
    let address = cluster.address("shared");
    let sent: Vec<Ran> =
        SHARES.map(|share| divided.send(share, &address)).into_iter().map(finish).collect();
    for ran in &sent {
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let published = sent.iter().filter(|ran| ran.stderr.contains("all shares are there"));
    assert_eq!(published.count(), 1, "{sent:?}");
    divided.equals_whole(&address);
    assert_eq!(cluster.indexes_of("shared").len(), 2, "what the machines told each other is gone");
    // A share that is sent again finds that all is done.
    let ran = finish(divided.send("b", &address));
    assert!(ran.code == 0 && ran.stderr.contains("nothing was sent"), "{}", ran.stderr);
    // An index of the whole takes the place of what several machines have sent.
    divided.dir.ok(&["copy", "--index", "whole", "--to", &address, "--quiet"]);
    same(&divided.dir, ["whole", &address], &["export"]);
}

#[test]
fn shares_are_sent_in_any_order_and_again_after_a_kill() {
    let Some(cluster) = cluster() else { return };
    let divided = Divided::new();
    let address = cluster.address("reversed");
    for share in ["d", "c"] {
        let ran = finish(divided.send(share, &address));
        assert!(ran.code == 0 && ran.stderr.contains("files are there"), "{}", ran.stderr);
    }
    refused(&run_on(&divided.dir, &address, &["search", "比特幣"]), 3, &["no index"]);
    for wait in [300, 500, 700] {
        let mut killed = divided.send("b", &address);
        std::thread::sleep(Duration::from_millis(wait));
        killed.kill().unwrap();
        killed.wait().unwrap();
    }
    succeed(divided.send("b", &address));
    succeed(divided.send("a", &address));
    divided.equals_whole(&address);
}

#[test]
fn shares_that_do_not_fit_together_are_refused() {
    let Some(cluster) = cluster() else { return };
    let divided = Divided::new();
    let address = cluster.address("misfit");
    succeed(divided.send("a", &address));
    let stats = ["--base", "archive", "--stats", "all.stats", "--index", &address];
    let overlapping = ["index", "archive/a/one.txt", "archive/b", "--local", "overlapping"];
    let ran = divided.dir.run(&[&overlapping[..], &stats].concat());
    refused(&ran, 2, &["a/one.txt is in another share", ".parts"]);
    // A page that was not surveyed.
    divided.dir.write("archive/b/new.txt", "新的一頁\n\n正文。\n");
    let ran = finish(divided.send("b", &address));
    assert!(ran.code != 0 && ran.stderr.contains("changed since the survey"), "{}", ran.stderr);
    refused(&run_on(&divided.dir, &address, &["search", "比特幣"]), 3, &["no index"]);
}

/// A scheduler that runs each job when it is submitted, one task after the other.
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
fn the_jobs_of_the_documentation_index_an_archive() {
    let Some(cluster) = cluster() else { return };
    let divided = Divided::new();
    let address = cluster.address("jobs");
    divided.dir.write("jobs/shares.txt", "a\nb\nc d\n");
    let sbatch = divided.dir.write("bin/sbatch", SBATCH);
    #[cfg(unix)]
    fs::set_permissions(&sbatch, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scaling/slurm.sh");
    let line = format!(
        "PATH=$PWD/bin:$PATH BASE=$PWD/archive JOBS=$PWD/jobs LOCAL=$PWD/local INDEX={address} {}",
        script.display()
    );
    for line in [line.as_str(), "cd archive && wensou index . --quiet --index ../again"] {
        let ran = Ran::from(divided.dir.shell(line).output().unwrap());
        assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
    }
    same(&divided.dir, ["again", &address], &["export"]);
}

#[test]
fn a_new_survey_replaces_the_index() {
    let Some(cluster) = cluster() else { return };
    let divided = Divided::new();
    let address = cluster.address("renewed");
    let send_all = |divided: &Divided, cluster: &Cluster| {
        let address = cluster.address("renewed");
        SHARES.map(|share| divided.send(share, &address)).into_iter().for_each(succeed);
    };
    send_all(&divided, &cluster);
    let page = "archive/c/new.txt";
    divided.dir.write(page, "新的一頁\n\n新聞的正文說到第七項改革。\n");
    divided.survey();
    divided.dir.ok(&["index", "archive", "--quiet", "--index", "whole"]);
    send_all(&divided, &cluster);
    divided.equals_whole(&address);
    assert_eq!(cluster.indexes_of("renewed").len(), 2);
}
