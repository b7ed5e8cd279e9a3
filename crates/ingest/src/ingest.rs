//! The two passes over an archive: the survey that collects its evidence, and the reading that hands
//! records on.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use encoding_rs::Encoding;

use crate::draft::Draft;
use crate::error::Error;
use crate::evidence::Evidence;
use crate::fingerprint::Fingerprint;
use crate::flashes::{Flashes, Keys, content, other_id};
use crate::found::{Found, Shown};
use crate::id::short;
use crate::ids::Ids;
use crate::inputs::{self, Event, Input, Kind};
use crate::options::Options;
use crate::ordered::{Out, ordered};
use crate::page::Outline;
use crate::progress::{Phase, Progress};
use crate::read::{Memory, Reader};
use crate::record::{Article, FlashItem, Record};
use crate::report::{Noted, Reason, Report, Skipped};
use crate::sources::{Files, Source, Sources, Writer};
use crate::spill::{Spill, Spilled, Surveyed};
use crate::walk::{Walk, walk};

/// Reads the archive in `roots` and gives `sink` every record: articles in the order of the walk, then
/// flash items in the order first seen.
///
/// The same files give the same records in the same order, whatever the number of threads. In memory
/// an archive costs some 15 bytes for an article (its id), 50 for a distinct flash item and up to 100 for what
/// its pages have in common above it; the list of files, what the survey understands of pages (at most 2 GiB), the texts
/// of flash items and the places where they stand are in temporary files. A page of which that is kept is read once, and is
/// as it was then. Beside them there is the report, which names what is out of the ordinary.
///
/// # Errors
///
/// [`Error::Root`] and [`Error::NotAFile`] for inputs that cannot be read at all, [`Error::Encoding`]
/// for an unknown name in the options, [`Error::Spill`] if a temporary file fails, and
/// [`Error::Sink`] with the first error of `sink`. A page that cannot be read is no error: it is
/// named in the report.
pub fn ingest<E>(
    roots: &[PathBuf],
    options: &Options,
    progress: &dyn Progress,
    sink: &mut dyn FnMut(Record) -> Result<(), E>,
) -> Result<Report, Error<E>> {
    // Looked at first, because to look at files takes longer.
    encoding(options)?;
    ingest_looked(look(roots)?, options, progress, sink)
}

/// Looks at the files in `roots` and opens none.
///
/// # Errors
///
/// [`Error::Root`], [`Error::NotAFile`] and [`Error::Spill`], as [`ingest`].
pub fn look<E>(roots: &[PathBuf]) -> Result<Looked, Error<E>> {
    let mut files = Writer::new(roots).map_err(Error::Spill)?;
    let mut fingerprint = Fingerprint::default();
    let walk = walk(roots, &mut |root, source, about| {
        fingerprint.add(&source, about);
        files.push(root, source).map_err(Error::Spill)
    })?;
    Ok(Looked { sources: files.finish().map_err(Error::Spill)?, walk, fingerprint })
}

/// An archive whose files have been looked at.
pub struct Looked {
    sources: Sources,
    walk: Walk,
    fingerprint: Fingerprint,
}

impl Looked {
    /// What [`fingerprint`](crate::fingerprint()) would have said of it; may wait as that does.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint.number()
    }
}

/// The encoding that the options name.
fn encoding<E>(options: &Options) -> Result<Option<&'static Encoding>, Error<E>> {
    let Some(label) = &options.encoding else { return Ok(None) };
    let encoding = Encoding::for_label(label.trim().as_bytes());
    encoding.map(Some).ok_or_else(|| Error::Encoding { label: label.clone() })
}

/// [`ingest`] of an archive whose files have been looked at.
///
/// # Errors
///
/// As [`ingest`].
pub fn ingest_looked<E>(
    looked: Looked,
    options: &Options,
    progress: &dyn Progress,
    sink: &mut dyn FnMut(Record) -> Result<(), E>,
) -> Result<Report, Error<E>> {
    let encoding = encoding(options)?;
    let Looked { sources, walk, .. } = looked;
    progress.start(sources.iter().len() as u64, sources.bytes());
    let reader = Reader { options, encoding };

    progress.phase(Phase::Survey);
    let threads = options.threads.clamp(1, sources.iter().len().max(1));
    let survey = survey(&reader, &sources, threads, progress).map_err(Error::Spill)?;
    let evidence = &survey.evidence;

    progress.phase(Phase::Read);
    let mut taker = Taker {
        report: Report {
            skipped: walk.skipped,
            ignored: walk.ignored,
            odd_names: walk.odd_names,
            ..Report::default()
        },
        flashes: Flashes::new().map_err(Error::Spill)?,
        ids: Ids::default(),
        evidence,
        sink,
    };
    // A dump's record can take a page's item's place, whose text is then needed once more.
    let brief = !evidence.items_in_dumps;
    let worker = || {
        let (mut memory, mut files) = (Memory::new(brief), InOrder::of(&sources));
        let mut spilled = survey.spilled.clone();
        let (reader, survey) = (&reader, &survey);
        move |number: usize, out: &Out<Found>| {
            let (by, at) = survey.stretches[number];
            spilled[by].go_on(at);
            for source in files.stretch(number) {
                let taken = source.and_then(|source| Ok((source, spilled[by].take()?)));
                let (source, surveyed) = match taken {
                    Ok(both) => both,
                    Err(error) => {
                        // Where nobody takes it, nobody misses it.
                        let _ = out.put(Found::Fault(error), 0);
                        return;
                    }
                };
                let flow = reader.read(&source, surveyed, evidence, &mut memory, &mut |found| {
                    let weight = found.weight();
                    out.put(found, weight)
                });
                if flow.is_continue() {
                    progress.advance(1, source.bytes);
                }
            }
        }
    };
    ordered(0..survey.stretches.len(), threads, worker, |found| taker.take(found))?;
    taker.finish()
}

/// Files that one thread takes at once. In the first pass the next are taken by whichever thread has nothing to do, for
/// processors are not equally fast at all times; in the second pass fewer wait in a queue than would stop a thread.
const STRETCH: usize = 16;

/// The files of an archive, a stretch at a time.
struct InOrder {
    files: Files,
    /// Files that have been gone by.
    gone: usize,
}

impl InOrder {
    fn of(sources: &Sources) -> Self {
        Self { files: sources.iter(), gone: 0 }
    }

    /// The files of a stretch behind those asked for before, which have been gone through.
    fn stretch(&mut self, number: usize) -> impl Iterator<Item = io::Result<Source>> + '_ {
        let first = number * STRETCH;
        let mut passed = first - std::mem::replace(&mut self.gone, first + STRETCH);
        (0..STRETCH).map_while(move |_| self.files.nth(std::mem::take(&mut passed)))
    }
}

/// What the first pass found.
struct Survey {
    /// What the archive says about itself.
    evidence: Evidence,
    /// Of each thread, its pages as far as they are understood by themselves.
    spilled: Vec<Spilled>,
    /// Which of them has each stretch, and where it begins there.
    stretches: Vec<(usize, u64)>,
}

/// What one thread has of the first pass.
struct Surveying {
    evidence: Evidence,
    spill: Spill,
    /// The stretches that it took, and where each begins.
    stretches: Vec<(usize, u64)>,
    /// Room for a page.
    raw: Vec<u8>,
}

/// The first pass.
fn survey(
    reader: &Reader<'_>,
    sources: &Sources,
    threads: usize,
    progress: &dyn Progress,
) -> io::Result<Survey> {
    let count = sources.iter().len().div_ceil(STRETCH);
    let next = AtomicUsize::new(0);
    let some = || -> io::Result<Surveying> {
        let mut mine = Surveying {
            evidence: Evidence::default(),
            spill: Spill::new(threads),
            stretches: Vec::new(),
            raw: Vec::new(),
        };
        let mut files = InOrder::of(sources);
        let claim = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|next| *next < count);
        while let Some(number) = claim() {
            mine.stretches.push((number, mine.spill.end()));
            for source in files.stretch(number) {
                let source = source?;
                reader.survey(&source, &mut mine);
                progress.advance(1, source.bytes);
            }
        }
        Ok(mine)
    };
    let mut evidence = Evidence::default();
    let (mut spilled, mut stretches) = (Vec::with_capacity(threads), vec![(0, 0); count]);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(some)).collect();
        for (by, thread) in threads.into_iter().enumerate() {
            let joined = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let mine = joined?;
            evidence.merge(mine.evidence);
            spilled.push(mine.spill.finish());
            for (number, at) in mine.stretches {
                stretches[number] = (by, at);
            }
        }
        io::Result::Ok(())
    })?;
    evidence.finish();
    Ok(Survey { evidence, spilled, stretches })
}

/// The receiving end of the second pass: gives ids, keeps flash items, counts.
struct Taker<'a, E> {
    report: Report,
    flashes: Flashes,
    ids: Ids,
    evidence: &'a Evidence,
    sink: &'a mut dyn FnMut(Record) -> Result<(), E>,
}

impl<E> Taker<'_, E> {
    fn take(&mut self, found: Found) -> Result<(), Error<E>> {
        match found {
            Found::Skipped(skipped) => self.report.skipped.push(skipped),
            Found::Ignored(path) => self.report.ignored.push(path),
            Found::OddName(path) => self.report.odd_names.push(path),
            Found::Fault(error) => return Err(Error::Spill(error)),
            Found::Dump { bytes } => {
                self.report.dumps += 1;
                self.report.bytes += bytes;
            }
            Found::Page(page) => {
                self.report.pages += 1;
                self.report.bytes += page.bytes;
                self.report.mojibake_repaired += u64::from(page.mojibake_repaired);
                let path = || PathBuf::from(&page.article.path);
                if page.lossy {
                    self.report.lossy.push(path());
                }
                let noted =
                    page.mojibake_kept.iter().map(|span| Noted { path: path(), span: *span });
                self.report.mojibake_kept.extend(noted);
                let mut article = page.article;
                article.id = self.ids.fresh('a', page.path_hash);
                for shown in page.flashes {
                    let id = self.keep(shown, &article.path).map_err(Error::Spill)?;
                    article.flashes.push(id);
                }
                self.article(article)?;
            }
            Found::Record { record, line } => match *record {
                Record::Article(article) => self.dumped(article, line)?,
                Record::Flash(flash) => self.keep_dumped(flash).map_err(Error::Spill)?,
            },
        }
        Ok(())
    }

    /// An article of a dump: its id is its own, or made from its content.
    fn dumped(&mut self, mut article: Article, line: u64) -> Result<(), Error<E>> {
        if article.id.is_empty() {
            let text = article.paragraphs.join("\n");
            let hash = content(&article.title, &text, article.date.value);
            article.id = self.ids.fresh('a', hash);
        } else if !self.ids.claim(&article.id) {
            self.report.skipped.push(Skipped {
                path: PathBuf::from(article.path),
                line: Some(line),
                reason: Reason::DuplicateId(article.id),
            });
            return Ok(());
        }
        self.article(article)
    }

    fn article(&mut self, article: Article) -> Result<(), Error<E>> {
        self.report.articles += 1;
        self.report.undated += u64::from(article.date.value.is_none());
        self.report.unsplit_tags += u64::from(article.unsplit_tags.is_some());
        (self.sink)(Record::Article(article)).map_err(Error::Sink)
    }

    /// Keeps a flash item until the end; returns its id.
    fn keep(&mut self, shown: Shown, path: &str) -> io::Result<String> {
        let Shown { keys, mut item, span } = shown;
        let id = self.id(keys);
        if let Some(item) = &mut item {
            item.id.clone_from(&id);
        }
        let key = self.flashes.add(keys, item.as_deref_mut(), false)?;
        self.flashes.see(key, path, span)?;
        Ok(if key.0 == key.1 { id } else { other_id(keys) })
    }

    fn keep_dumped(&mut self, mut flash: FlashItem) -> io::Result<()> {
        let keys = Keys::of(&flash.title, &flash.text, flash.date.value);
        flash.id = self.id(keys);
        let seen_in = std::mem::take(&mut flash.seen_in);
        let key = self.flashes.add(keys, Some(&mut flash), true)?;
        seen_in.iter().try_for_each(|seen| self.flashes.see(key, &seen.path, seen.span))
    }

    /// The id of an item's first writing.
    fn id(&self, keys: Keys) -> String {
        let dumped = self.evidence.dumped.get(&keys.content);
        dumped.cloned().unwrap_or_else(|| short('f', keys.content))
    }

    fn finish(mut self) -> Result<Report, Error<E>> {
        self.report.flashes_distinct = self.flashes.distinct();
        self.report.flashes_seen = self.flashes.seen();
        for flash in self.flashes.drain().map_err(Error::Spill)? {
            (self.sink)(Record::Flash(flash.map_err(Error::Spill)?)).map_err(Error::Sink)?;
        }
        Ok(self.report)
    }
}

impl Reader<'_> {
    /// Adds what a file says about the archive, and keeps what is understood of it if it is a plain page. What cannot be read is named
    /// in the second pass.
    fn survey(&self, source: &Source, survey: &mut Surveying) {
        let Surveying { evidence, spill, raw, .. } = survey;
        let mut kept = false;
        let _ = inputs::each(source, self.options, &mut |event| {
            match event {
                Event::Input(input) if input.kind == Kind::Dump => {
                    self.survey_dump(input, evidence);
                }
                Event::Input(mut input) => {
                    if self.bytes(&mut input, raw).is_ok()
                        && let Ok(decoded) = self.decode(raw, &input)
                    {
                        let markup = self.markup(&input, &decoded.text);
                        let outline = Outline::of(&decoded.text, markup);
                        outline.survey(evidence);
                        if source.form.is_plain_page()
                            && let Some(mark) = decoded.shift()
                        {
                            let draft = Draft::of(&decoded.text, &outline);
                            let (bytes, lossy) = (raw.len() as u64, decoded.lossy);
                            spill.push(Some(&Surveyed { draft, bytes, mark, lossy }));
                            kept = true;
                        }
                    }
                }
                Event::Skipped(_) | Event::Ignored(_) | Event::OddName(_) => {}
            }
            ControlFlow::Continue(())
        });
        if !kept {
            spill.push(None);
        }
    }

    fn survey_dump(&self, input: Input<'_>, evidence: &mut Evidence) {
        let _ = self.dump(input, &mut |found| {
            if let Found::Record { record, .. } = found {
                match *record {
                    Record::Flash(flash) => {
                        evidence.items_in_dumps = true;
                        if !flash.id.is_empty() {
                            let key = content(&flash.title, &flash.text, flash.date.value);
                            evidence.name_item(key, flash.id);
                        }
                    }
                    Record::Article(article) => evidence.tags.see_given(&article.tags),
                }
            }
            ControlFlow::Continue(())
        });
    }
}
