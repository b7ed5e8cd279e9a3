//! Decodes a dump as a stream, and maps offsets of its text back to the file.

use std::io::{self, BufRead, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};

use crate::encoding::detect::detect;
use crate::encoding::offset_map::OffsetMap;
use crate::record::Span;

/// Bytes to read at a time; twice as many for the first part of the file, by which the encoding is
/// detected unless it is all ASCII.
const BUFFER: usize = 64 << 10;
/// If a sample that is not UTF-8 has fewer non-ASCII bytes than this, a detected encoding is
/// believed only if it is a multi-byte encoding in which the sample is valid. Otherwise the text is
/// taken for UTF-8 with errors.
const MIN_NON_ASCII: usize = 4;

/// A dump as UTF-8. Text that is UTF-8 already is passed on as it is, even where it is invalid.
pub(crate) struct TextReader<'r> {
    inner: &'r mut dyn Read,
    buffer: Vec<u8>,
    /// Number of bytes of the buffer that have been consumed.
    consumed: usize,
    /// Offset of the beginning of the buffer in the text.
    text_start: u64,
    /// Offset of the end of the buffer in the file.
    file_end: u64,
    /// Length of the byte order mark.
    bom_bytes: u64,
    /// The encoding to use, if it is given; otherwise it is detected.
    given: Option<&'static Encoding>,
    state: State,
    /// Whether bytes were invalid in the encoding.
    lossy: bool,
    /// The first bytes of a character of which the buffer has only these, at its end.
    cut_char: Vec<u8>,
    /// Maximum bytes of the file that are kept for mapping offsets, beside those of one buffer.
    window: usize,
}

/// What is known about the encoding.
enum State {
    /// All bytes so far are ASCII.
    Undecided,
    /// The bytes are passed on as they are.
    Utf8,
    /// The bytes are in another encoding.
    Decoding(Box<Transcoder>),
}

/// Decodes an encoding other than UTF-8, and keeps the bytes after the last offset that was mapped.
struct Transcoder {
    decoder: Decoder,
    encoding: &'static Encoding,
    /// The bytes of the file after the last offset that was mapped.
    raw: Vec<u8>,
    /// Where `raw` begins, at a character.
    raw_start: MappedOffset,
    /// Whether the decoder was told that the file has ended.
    ended: bool,
}

/// A point of a dump, as an offset in the file and as the corresponding offset in the text.
#[derive(Clone, Copy)]
struct MappedOffset {
    file: u64,
    text: u64,
}

impl<'r> TextReader<'r> {
    /// A reader that decodes from the encoding `given`, or else from the detected one. Records have
    /// at most `window` bytes; the beginnings of longer records are not mapped exactly.
    pub(crate) fn new(
        inner: &'r mut dyn Read,
        given: Option<&'static Encoding>,
        window: usize,
    ) -> Self {
        Self {
            inner,
            buffer: Vec::new(),
            consumed: 0,
            text_start: 0,
            file_end: 0,
            bom_bytes: 0,
            given,
            state: State::Undecided,
            lossy: false,
            cut_char: Vec::new(),
            window,
        }
    }

    /// Offset in the text of the next byte.
    pub(crate) fn offset(&self) -> u64 {
        self.text_start + self.consumed as u64
    }

    /// Number of bytes read from the file.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.file_end
    }

    /// Whether bytes so far were invalid in the encoding of the file.
    pub(crate) fn is_lossy(&self) -> bool {
        self.lossy
    }

    /// Notes whether the next part of a file in UTF-8 is invalid; an empty part is its end.
    fn check_utf8(&mut self, part: &[u8]) {
        if self.lossy {
            return;
        }
        let mut part = part;
        if !self.cut_char.is_empty() {
            // Complete the character with the bytes that continue it.
            let is_more = |byte: &&u8| (0x80..0xc0).contains(*byte);
            let more = part.iter().take(3).take_while(is_more).count();
            self.cut_char.extend_from_slice(&part[..more]);
            part = &part[more..];
            match std::str::from_utf8(&self.cut_char) {
                // A short part may not complete it.
                Err(error) if error.error_len().is_none() && more > 0 && part.is_empty() => return,
                cut_char => self.lossy = cut_char.is_err(),
            }
            self.cut_char.clear();
        }
        if let Err(error) = std::str::from_utf8(part) {
            match error.error_len() {
                Some(_) => self.lossy = true,
                None => self.cut_char.extend_from_slice(&part[error.valid_up_to()..]),
            }
        }
    }

    /// The bytes of the file for a range of the text. Ranges must come in order.
    pub(crate) fn span(&mut self, start: u64, end: u64) -> Span {
        match &mut self.state {
            State::Undecided | State::Utf8 => {
                Span { start: self.bom_bytes + start, end: self.bom_bytes + end }
            }
            State::Decoding(transcoder) => {
                Span { start: transcoder.map_offset(start), end: transcoder.map_offset(end) }
            }
        }
    }

    /// Reads the next part of the file into the buffer.
    fn fill(&mut self) -> io::Result<()> {
        self.text_start += self.buffer.len() as u64;
        self.consumed = 0;
        let is_first = self.file_end == 0;
        let wanted = if is_first { 2 * BUFFER } else { BUFFER };
        let mut raw = std::mem::take(&mut self.buffer);
        raw.clear();
        // The first part decides about the encoding, so it is read whole.
        let mut read = 0;
        while read < wanted {
            raw.resize(wanted, 0);
            match self.inner.read(&mut raw[read..]) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // Pass on what has been read; the next call returns the error again.
                Err(_) if read > 0 => break,
                Err(error) => return Err(error),
            }
            if !is_first {
                break;
            }
        }
        raw.truncate(read);
        let start = self.file_end;
        self.file_end += read as u64;
        if is_first {
            let bom = Encoding::for_bom(&raw);
            self.decide_encoding(bom.map(|(encoding, _)| encoding).or(self.given), start, &raw);
            if let Some((_, length)) = bom {
                self.bom_bytes = length as u64;
                raw.drain(..length);
                if let State::Decoding(transcoder) = &mut self.state {
                    transcoder.raw_start = MappedOffset { file: self.bom_bytes, text: 0 };
                }
            }
        } else if matches!(self.state, State::Undecided) {
            let stated = None;
            self.decide_encoding(stated, start, &raw);
        }
        // All text before this offset has been passed on.
        let passed_on = self.text_start;
        if matches!(self.state, State::Utf8) {
            self.check_utf8(&raw);
        }
        self.buffer = match &mut self.state {
            State::Undecided | State::Utf8 => raw,
            State::Decoding(transcoder) => {
                // Mapping an offset drops the bytes before it.
                if transcoder.raw.len() > self.window {
                    transcoder.map_offset(passed_on);
                }
                let (text, has_errors) = transcoder.decode(&raw);
                self.lossy |= has_errors;
                text
            }
        };
        Ok(())
    }

    /// Decides which encoding the file has, by a part of the file that begins at `start`.
    fn decide_encoding(&mut self, stated: Option<&'static Encoding>, start: u64, raw: &[u8]) {
        let encoding = match stated {
            Some(encoding) => encoding,
            None if raw.is_ascii() && !raw.contains(&0) => return,
            None => guessed_encoding(raw),
        };
        self.state = if encoding == UTF_8 {
            State::Utf8
        } else {
            State::Decoding(Box::new(Transcoder {
                decoder: encoding.new_decoder_without_bom_handling(),
                encoding,
                raw: Vec::new(),
                raw_start: MappedOffset { file: start, text: self.text_start },
                ended: false,
            }))
        };
    }
}

impl BufRead for TextReader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        // A part of the file may decode to nothing.
        while self.consumed == self.buffer.len() {
            let before = self.file_end;
            self.fill()?;
            if self.file_end == before && self.buffer.is_empty() {
                break;
            }
        }
        Ok(&self.buffer[self.consumed..])
    }

    fn consume(&mut self, bytes: usize) {
        self.consumed += bytes;
    }
}

impl Read for TextReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

/// The encoding of a dump, part of which is `sample`. Bytes that are invalid in UTF-8 do not rule
/// out UTF-8 if others are valid characters of several bytes.
fn guessed_encoding(sample: &[u8]) -> &'static Encoding {
    let has_nul = sample.contains(&0);
    match std::str::from_utf8(sample) {
        Ok(_) if !has_nul => return UTF_8,
        // The sample ends inside a character.
        Err(error) if error.error_len().is_none() && !has_nul => return UTF_8,
        _ => {}
    }
    let hint = None;
    let guessed = detect(sample, hint);
    // The sample may end inside a character.
    let is_last = false;
    let mut decoder = guessed.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length(sample.len()).unwrap_or(4 * sample.len() + 16);
    let (.., errors) = decoder.decode_to_utf8(sample, &mut vec![0; room], is_last);
    let is_multi_byte = !guessed.is_single_byte();
    let may_be_utf8 = || {
        sample.utf8_chunks().any(|chunk| !chunk.valid().is_ascii())
            || sample.iter().filter(|byte| !byte.is_ascii()).count() < MIN_NON_ASCII
    };
    if is_multi_byte && !errors || !may_be_utf8() { guessed } else { UTF_8 }
}

impl Transcoder {
    /// Decodes the next part of the file; an empty part is its end. Also returns whether bytes of
    /// it are invalid.
    fn decode(&mut self, raw: &[u8]) -> (Vec<u8>, bool) {
        let is_last = raw.is_empty();
        if is_last && std::mem::replace(&mut self.ended, true) {
            return (Vec::new(), false);
        }
        self.raw.extend_from_slice(raw);
        let room = self.decoder.max_utf8_buffer_length(raw.len()).unwrap_or(4 * raw.len() + 16);
        let mut text = vec![0; room];
        let (result, _, written, has_errors) = self.decoder.decode_to_utf8(raw, &mut text, is_last);
        debug_assert_eq!(result, CoderResult::InputEmpty);
        text.truncate(written);
        (text, has_errors)
    }

    /// Maps an offset of the text to the file, and drops the bytes before it.
    fn map_offset(&mut self, text: u64) -> u64 {
        let raw_start = self.raw_start;
        let Some(ahead) = text.checked_sub(raw_start.text) else { return raw_start.file };
        let ahead = usize::try_from(ahead).unwrap_or(usize::MAX);
        let bom_bytes = 0;
        let offsets = OffsetMap::decoded([ahead].into_iter(), &self.raw, bom_bytes, self.encoding);
        let bytes = usize::try_from(offsets.byte_at(ahead)).unwrap_or(usize::MAX);
        self.raw.drain(..bytes.min(self.raw.len()));
        let file = raw_start.file + bytes as u64;
        self.raw_start = MappedOffset { file, text };
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, GB18030};

    fn utf16_bytes(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn the_span_of_each_line_in_the_file_decodes_to_that_line() {
        let line = "最近,正在進行AI大戰的各個大廠,被谷歌泄漏的一份內部文件,翻開了窘迫的一面。\n";
        let text = "{\"id\":1}\n".to_owned() + &line.repeat(4000);
        for (name, raw) in [
            ("utf-8", text.clone().into_bytes()),
            ("utf-8 with a byte order mark", ["\u{feff}".as_bytes(), text.as_bytes()].concat()),
            ("big5", BIG5.encode(&text).0.into_owned()),
            ("gb18030", GB18030.encode(&text).0.into_owned()),
            ("utf-16le", utf16_bytes(&format!("\u{feff}{text}"), u16::to_le_bytes)),
            ("utf-16be", utf16_bytes(&text, u16::to_be_bytes)),
        ] {
            let mut source = &raw[..];
            let (encoding, window) = (None, 1 << 20);
            let mut reader = TextReader::new(&mut source, encoding, window);
            let mut lines = 0;
            loop {
                let start = reader.offset();
                let mut line = Vec::new();
                if reader.read_until(b'\n', &mut line).unwrap() == 0 {
                    break;
                }
                let span = reader.span(start, reader.offset());
                let bytes = &raw[span.start as usize..span.end as usize];
                let found = match name {
                    "big5" => BIG5.decode_without_bom_handling(bytes).0,
                    "gb18030" => GB18030.decode_without_bom_handling(bytes).0,
                    "utf-16le" => encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0,
                    "utf-16be" => encoding_rs::UTF_16BE.decode_without_bom_handling(bytes).0,
                    _ => UTF_8.decode_without_bom_handling(bytes).0,
                };
                assert_eq!(found.as_bytes(), line, "{name}");
                lines += 1;
            }
            assert_eq!((lines, reader.bytes_read()), (4001, raw.len() as u64), "{name}");
        }
    }

    #[test]
    fn text_whose_offsets_are_never_mapped_does_not_fill_the_memory() {
        let raw = GB18030.encode(&"最近的新聞。".repeat(200_000)).0.into_owned();
        let mut source = &raw[..];
        let (encoding, window) = (None, 1 << 16);
        let mut reader = TextReader::new(&mut source, encoding, window);
        while !reader.fill_buf().unwrap().is_empty() {
            let length = reader.fill_buf().unwrap().len();
            reader.consume(length);
            if let State::Decoding(transcoder) = &reader.state {
                // The window is one `BUFFER` long, and a piece that is read is at most two long.
                // The file is far longer.
                assert!(transcoder.raw.len() <= 4 * BUFFER);
            }
        }
        let end = reader.offset();
        assert_eq!(reader.span(0, end).end, raw.len() as u64);
    }
}
