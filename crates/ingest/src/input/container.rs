//! What all containers share: the paths of members, and how members are passed on or reported.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::http::{self, MediaKind};
use super::last_io_error::LastIoError;
use super::meter::{Meter, Metered};
use super::name::{Name, SeenNames};
use super::peek::{HEAD_BYTES, Peeked};
use super::recognise::{self, Verdict};
use super::{
    Event, FileFormat, Input, Kind, MEMBER_SEPARATOR, Visit,
    codec::Codec,
    fault::{damage_reason, too_large},
};
use crate::input::file_list::SourceFile;
use crate::input::folder_walk::lossy_path;
use crate::options::Options;
use crate::report::{Reason, Skipped};

/// A file that is being read, with its limits: usually a container. For other files, only
/// [`skip_file`](Self::skip_file) is used.
pub(super) struct Container<'c> {
    pub(super) source: &'c SourceFile,
    pub(super) options: &'c Options,
    pub(super) meter: &'c Meter,
    pub(super) last_io_error: &'c LastIoError,
}

impl Container<'_> {
    /// The displayed path of a member.
    pub(super) fn member_path(&self, member: &str) -> String {
        format!("{}{MEMBER_SEPARATOR}{member}", self.source.path.to_string_lossy())
    }

    /// The path of a member relative to the root.
    pub(super) fn relative_member_path(&self, member: &str) -> String {
        format!("{}{MEMBER_SEPARATOR}{member}", self.source.relative)
    }

    /// Reports that the file cannot be read, or cannot be read to its end.
    pub(super) fn skip_file(&self, reason: Reason, visit: Visit<'_>) -> ControlFlow<()> {
        // A reader that wraps the metered one may have replaced the meter's error by its own.
        let reason = self.meter.exceeded().unwrap_or(reason);
        visit(Event::Skipped(Skipped { path: lossy_path(&self.source.path), line: None, reason }))
    }

    /// Reports that a member cannot be read.
    pub(super) fn skip_member(
        &self,
        member: &str,
        reason: Reason,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        let path = PathBuf::from(self.member_path(member));
        visit(Event::Skipped(Skipped { path, line: None, reason }))
    }

    /// Returns the path and the format of a member, unless its name shows that it is not read; then
    /// reports the member to `visit` and returns `None`. `raw` is the name as stored.
    pub(super) fn admit(
        &self,
        seen_names: &mut SeenNames,
        raw: &[u8],
        visit: Visit<'_>,
    ) -> ControlFlow<(), Option<(String, FileFormat)>> {
        let name = Name::of(raw);
        let path = match seen_names.claim(&name.text) {
            Ok(path) => path,
            Err(reason) => {
                self.skip_member(&name.text, reason, visit)?;
                return ControlFlow::Continue(None);
            }
        };
        if name.is_guessed {
            visit(Event::NonUtf8Name(self.member_path(&path).into()))?;
        }
        let is_hidden = path.split('/').any(|part| part.starts_with('.'));
        match FileFormat::of(&path).filter(|_| !is_hidden) {
            None => visit(Event::Ignored(self.member_path(&path).into()))?,
            Some(format) if format.kind.is_container() => {
                self.skip_member(&path, Reason::Nested, visit)?;
            }
            Some(format) => return ControlFlow::Continue(Some((path, format))),
        }
        ControlFlow::Continue(None)
    }

    /// Passes a member to `visit`, if its content is a page or a dump; otherwise reports the member
    /// as skipped or ignored. `inner` reads the `bytes` bytes of the member, which can be
    /// compressed, as `format` says.
    pub(super) fn emit(
        &self,
        path: &str,
        format: FileFormat,
        bytes: u64,
        inner: impl Read,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        let is_plain = format.codec == Codec::Plain;
        let read = match format.codec.reader(inner) {
            Ok(read) => read,
            Err(error) => return self.skip_member(path, damage_reason(&error), visit),
        };
        let mut read = Peeked::new(Metered { inner: read, meter: self.meter }, HEAD_BYTES);
        let content = recognise::content(&mut read);
        let kind = match recognise::verdict(format.kind, content, read.head()) {
            Verdict::Read(kind) if kind.is_container() => {
                return self.skip_member(path, Reason::Nested, visit);
            }
            Verdict::Read(kind) => kind,
            Verdict::Refused(reason) => return self.skip_member(path, reason, visit),
            Verdict::Ignored => return visit(Event::Ignored(self.member_path(path).into())),
        };
        if is_plain && matches!(kind, Kind::Page(_)) && bytes > self.options.max_file_bytes {
            return self.skip_member(path, too_large(bytes, self.options), visit);
        }
        visit(Event::Input(Input {
            path: self.member_path(path),
            relative: self.relative_member_path(path),
            kind,
            bytes: is_plain.then_some(bytes),
            charset: None,
            url: None,
            preprocessed_file_bytes: None,
            root: None,
            read: &mut read,
            last_io_error: self.last_io_error,
        }))
    }

    /// Passes to `visit` a response that a crawler has recorded, if it is a page or a dump by its
    /// media type and content; otherwise reports it as skipped or ignored.
    pub(super) fn emit_fetched(
        &self,
        response: FetchedResponse<'_>,
        read: impl Read,
        visit: Visit<'_>,
    ) -> ControlFlow<()> {
        let FetchedResponse { name, media_type, url } = response;
        let by_media_type = match http::media_kind(media_type) {
            MediaKind::Text(kind) => kind,
            MediaKind::Document => return self.skip_member(name, document_in_crawl(), visit),
            MediaKind::NotText => return visit(Event::Ignored(self.member_path(name).into())),
        };
        let mut read = Peeked::new(Metered { inner: read, meter: self.meter }, HEAD_BYTES);
        let content = recognise::content(&mut read);
        let kind = match recognise::verdict(by_media_type, content, read.head()) {
            Verdict::Read(kind) if kind.is_container() => {
                return self.skip_member(name, Reason::Nested, visit);
            }
            Verdict::Read(kind) => kind,
            // No command (`--pre`) gets a part of a crawl, so no earlier run can have read it.
            Verdict::Refused(reason) if reason.keeps_records() => {
                return self.skip_member(name, document_in_crawl(), visit);
            }
            Verdict::Refused(reason) => return self.skip_member(name, reason, visit),
            Verdict::Ignored => return visit(Event::Ignored(self.member_path(name).into())),
        };
        visit(Event::Input(Input {
            path: self.member_path(name),
            relative: self.relative_member_path(name),
            kind,
            bytes: None,
            charset: media_type.and_then(http::charset),
            url,
            preprocessed_file_bytes: None,
            root: None,
            read: &mut read,
            last_io_error: self.last_io_error,
        }))
    }

    /// Reports a response with another status than 200, which is not read: it is a redirection, or
    /// the page of an error.
    pub(super) fn skip_status(&self, name: &str, status: u16, visit: Visit<'_>) -> ControlFlow<()> {
        self.skip_member(name, Reason::HttpStatus(status), visit)
    }
}

/// Why a document in a crawl is not read.
fn document_in_crawl() -> Reason {
    Reason::Unsupported(
        "a document in a crawl, such as a PDF: take it out to convert it".to_owned(),
    )
}

/// A response that a crawler has recorded.
pub(super) struct FetchedResponse<'p> {
    /// The number of its record in the file, which serves as the name of the member.
    pub(super) name: &'p str,
    /// The media type that the server stated, with its parameters.
    pub(super) media_type: Option<&'p str>,
    pub(super) url: Option<String>,
}
