//! Which files and folders an index covers after `wensou index`.

use std::fs::ReadDir;
use std::io::{IsTerminal, stderr, stdin};
use std::path::{Path, PathBuf};

use anyhow::bail;
use wensou_index::{Added, Index, Root, RootSet, RootTotals, Settings, canonical, is_index_folder};

use super::summary::comma_separated;
use crate::args::Index as Args;
use crate::config::GlobalSettings;
use crate::out::count::count_noun;
use crate::out::{Terminal, sanitize};

/// The folders that the sample archive can be in.
const SAMPLE_FOLDERS: [&str; 2] = ["data/archive", "data"];

/// The roots of a build, and what the user must be told or asked about them.
#[derive(Debug, Default)]
pub(super) struct RootPlan {
    pub(super) roots: RootSet,
    /// Roots that have moved: old and new path.
    pub(super) moved: Vec<(PathBuf, PathBuf)>,
    /// Changes that the user should know of.
    pub(super) notes: Vec<String>,
    /// Roots whose records are removed although no flag names them: the user has to confirm that.
    removed: Vec<Root>,
    /// Roots that have moved, with their new path. Files that are not there are removed: the user
    /// has to confirm that, too.
    followed: Vec<(Root, PathBuf)>,
    /// Whether the only root is the sample archive, indexed because no other was named.
    pub(super) is_sample: bool,
}

impl RootPlan {
    /// The roots after this run; `before` has the settings of the existing index. Fails if the
    /// flags cannot be followed, such as a `--remove` of a path that the index does not cover.
    pub(super) fn new(
        global: &GlobalSettings,
        args: &Args,
        before: Option<&Settings>,
    ) -> anyhow::Result<Self> {
        let new_path_of_move = args.renamed.get(1);
        let named_paths = args.paths.iter().chain(&args.only).chain(new_path_of_move);
        refuse_indexes(named_paths.chain(&args.base))?;
        if let Some(base) = &args.base {
            // The root of a share is the folder of the whole archive.
            let roots = RootSet::of(std::slice::from_ref(base));
            return Ok(Self { roots, ..Self::default() });
        }
        let covered = before.map(Settings::root_set).unwrap_or_default();
        if !global.archive.is_empty() {
            return Self::of_config(global, args, &covered);
        }
        let mut plan = Self { roots: covered.clone(), ..Self::default() };
        let names_roots = !(args.paths.is_empty() && args.only.is_empty());
        // The first roots that the user names replace the sample archive.
        let sample = before.filter(|settings| settings.sample && names_roots);
        if sample.is_some() || !args.only.is_empty() {
            plan.roots = RootSet::of(&args.only);
        }
        plan.follow_move(args)?;
        plan.remove(args)?;
        plan.add(args);
        let dropped = covered.not_covered_by(&plan.roots);
        match sample {
            Some(settings) if !dropped.is_empty() => plan.notes.push(format!(
                "the sample archive ({}) is no longer covered",
                comma_separated(&settings.given)
            )),
            None if !args.only.is_empty() => plan.removed = dropped.into_iter().cloned().collect(),
            _ => {}
        }
        if plan.roots.roots().is_empty() && args.only.is_empty() {
            let Some(sample) = sample_archive() else {
                bail!("name the files or folders to index: wensou index PATH…");
            };
            plan.roots = RootSet::of(&[sample]);
            plan.is_sample = true;
        }
        // An index of the sample archive stays one while its roots stay the same.
        plan.is_sample |= before.is_some_and(|settings| settings.sample) && plan.roots == covered;
        Ok(plan)
    }

    /// The roots that the config file lists, and no others. Fails if a flag would change them.
    fn of_config(global: &GlobalSettings, args: &Args, covered: &RootSet) -> anyhow::Result<Self> {
        let roots = RootSet::of(&global.archive);
        let origin = match global.archive.origin {
            crate::config::SettingOrigin::File(line) => global.location(line),
            _ => "the config file".to_owned(),
        };
        if !(args.only.is_empty() && args.remove.is_empty() && args.renamed.is_empty()) {
            bail!("what this index covers is listed in `archive`, {origin}: change it there");
        }
        if let Some(path) = args.paths.iter().find(|path| roots.covering(path).is_none()) {
            bail!(
                "{} is outside the archive, which is listed in {origin}: add it to `archive` there",
                path.display()
            );
        }
        let dropped: Vec<Root> = covered.not_covered_by(&roots).into_iter().cloned().collect();
        let notes = dropped.iter().map(|root| {
            format!(
                "{} is no longer covered: `archive`, {origin}, does not list it",
                root.given.display()
            )
        });
        Ok(Self { notes: notes.collect(), roots, ..Self::default() })
    }

    /// Replaces the root that `--move` names.
    fn follow_move(&mut self, args: &Args) -> anyhow::Result<()> {
        let [old, new] = args.renamed.as_slice() else { return Ok(()) };
        if !new.exists() {
            bail!("{} does not exist: --move names the old path, then the new one", new.display());
        }
        let Some(root) = self.roots.remove(old) else {
            bail!("the index does not cover {}; it covers {}", old.display(), self.names());
        };
        // A link may lead from the old path to the new one. An empty folder may be left of a mount.
        if root.path != canonical(new) && holds_anything(old) {
            bail!(
                "{old} still exists, and --move is for what was renamed: to cover {new} instead, \
                 use `wensou index {new} --remove {old}`",
                old = old.display(),
                new = new.display()
            );
        }
        self.roots.add(new);
        self.followed.push((root, new.clone()));
        self.moved.push((old.clone(), new.clone()));
        self.notes.push(format!("{} is now {}", old.display(), new.display()));
        Ok(())
    }

    /// Removes the roots that `--remove` names.
    fn remove(&mut self, args: &Args) -> anyhow::Result<()> {
        for path in &args.remove {
            let Some(root) = self.roots.remove(path) else {
                match self.roots.covering(path) {
                    Some(outer) => bail!(
                        "{} is a part of {}, which the index covers: leave it out with --exclude",
                        path.display(),
                        outer.given.display()
                    ),
                    None => bail!(
                        "the index does not cover {}; it covers {}",
                        path.display(),
                        self.names()
                    ),
                }
            };
            self.notes.push(format!("{} is no longer covered", root.given.display()));
        }
        if !args.remove.is_empty() && self.roots.roots().is_empty() && args.paths.is_empty() {
            bail!("that would leave nothing: name what the index is to cover with --only PATH");
        }
        Ok(())
    }

    /// Adds the paths that the command line names, unless a root covers them.
    fn add(&mut self, args: &Args) {
        for path in &args.paths {
            match self.roots.add(path) {
                Added::New => {}
                Added::Covered(root) if root == *path => {}
                Added::Covered(root) => self.notes.push(format!(
                    "{} is a part of {}, which is updated",
                    path.display(),
                    root.display()
                )),
                Added::TakesOver(inner) => self.notes.push(format!(
                    "{} {} now a part of {}: articles there get new ids",
                    comma_separated(&inner),
                    if inner.len() == 1 { "is" } else { "are" },
                    path.display()
                )),
            }
        }
    }

    /// The roots, for a message.
    fn names(&self) -> String {
        let given: Vec<PathBuf> =
            self.roots.roots().iter().map(|root| root.given.clone()).collect();
        if given.is_empty() { "nothing".to_owned() } else { comma_separated(&given) }
    }

    /// What is removed from the index although no flag names it, a line for each root.
    fn losses(&self, index: Option<&Index>) -> Vec<String> {
        let size = |totals: RootTotals| {
            let records = count_noun(totals.records, "record");
            format!("{} with {records}", count_noun(totals.files, "file"))
        };
        let removed = self.removed.iter().map(|root| {
            let totals = index.and_then(|index| index.root_totals(&root.given));
            let size = totals.map_or(String::new(), |totals| format!(" ({})", size(totals)));
            format!("this removes {}{size} from the index", root.given.display())
        });
        let not_moved = self.followed.iter().filter_map(|(root, new)| {
            let totals = index.and_then(|index| index.totals_not_moved(&root.given, new));
            let Some(totals) = totals else {
                return Some(format!(
                    "the index cannot be read, so this may remove what {} does not have of {}",
                    new.display(),
                    root.given.display()
                ));
            };
            (totals.files > 0).then(|| {
                format!(
                    "this removes {} of {} from the index, because {} does not have them",
                    size(totals),
                    root.given.display(),
                    new.display()
                )
            })
        });
        removed.chain(not_moved).collect()
    }

    /// Asks the user before records are removed that no flag names. Returns whether to go on.
    pub(super) fn confirm(
        &self,
        global: &GlobalSettings,
        args: &Args,
        terminal: &mut Terminal,
    ) -> anyhow::Result<bool> {
        if self.removed.is_empty() && self.followed.is_empty() || args.dry_run {
            return Ok(true);
        }
        let losses = self.losses(Index::open(&global.index).ok().as_ref());
        if losses.is_empty() {
            return Ok(true);
        }
        for loss in losses {
            terminal.notice(sanitize::line(&loss));
        }
        if args.yes {
            return Ok(true);
        }
        if !(stdin().is_terminal() && stderr().is_terminal()) {
            terminal.notice("nothing was changed: confirm with --yes");
            return Ok(false);
        }
        terminal.notice("go on? [y/N]");
        let mut answer = String::new();
        stdin().read_line(&mut answer)?;
        let agreed = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
        if !agreed {
            terminal.notice("nothing was changed");
        }
        Ok(agreed)
    }
}

/// Whether a path leads to a file, or to a folder that is not empty or cannot be listed.
fn holds_anything(path: &Path) -> bool {
    let Ok(metadata) = path.metadata() else { return false };
    let is_empty = |mut entries: ReadDir| entries.next().is_none();
    !metadata.is_dir() || !path.read_dir().is_ok_and(is_empty)
}

/// Fails if a path is an index folder or lies in one, even if a root would cover it: an index is
/// never archive content.
fn refuse_indexes<'p>(mut paths: impl Iterator<Item = &'p PathBuf>) -> anyhow::Result<()> {
    let is_in_index = |path: &&PathBuf| canonical(path).ancestors().any(is_index_folder);
    match paths.find(is_in_index) {
        None => Ok(()),
        Some(path) => bail!(
            "{} is an index folder or lies in one: name the folder of the pages instead",
            path.display()
        ),
    }
}

/// The sample archive, if the working folder has it.
pub(crate) fn sample_archive() -> Option<PathBuf> {
    SAMPLE_FOLDERS.into_iter().map(PathBuf::from).find(|path| path.is_dir())
}
