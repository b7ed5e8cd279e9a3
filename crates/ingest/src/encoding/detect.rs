//! Detects the encoding of a file without a byte order mark: UTF-8 and UTF-16 by their bytes;
//! otherwise the encoding that the server or the page states, if the bytes allow it, or else the
//! most plausible one.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::text::punctuation::is_han;

/// Bytes of a file by which its legacy encoding is guessed.
const SAMPLE_BYTES: usize = 64 << 10;

/// Bytes at the start of a file by which UTF-16 is recognised: an even number.
const UTF16_SAMPLE_BYTES: usize = 4096;
/// Bytes at the start of a file in which a page declares its charset.
const HEAD_BYTES: usize = 4096;

/// Frequent characters of both scripts; they make up over a third of any Chinese text.
const FREQUENT: &str = "的一是不了在人有我他这這个個们們中来來上大为為爲和国國地到以说說时時要就出会會可也你对對\
    生能而子那得于於着著下自之年过過发發后後作里裡裏用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動\
    面起看定天分还還进進好小部其些主样樣理心她本前开開但因只从從想实實日军軍者意无無力它与與长長把机機十民第公此\
    已工使情明性知全三又关關点點正业業外将將两兩高间間由问問很最重并並物手应應战戰向头頭文体體政美相见見被利什二\
    等产產或新己制製身果加西斯月话話合回特代内內信表化老给給世位次度门門任常先海通教儿兒原东東声聲提立及比员員解\
    水名真论論处處走义義各入几幾口认認条條平系气氣题題活尔爾更别別打女变變四神总總何电電数數安少报報才结結反受目\
    太量再感建务務做接必场場件计計管期市直德资資命山金指克许許统統区區保至队隊形社便空决決治展马馬科司五基眼书書\
    非则則听聽白却卻界达達光放强強即像难難且权權思王象完设設式色路记記南品住告类類求据據程北边邊死张張该該交规規\
    万萬取拉格望觉覺术術领領共确確传傳师師观觀清今切院让讓识識候带帶导導争爭运運币幣价價链鏈易币";

/// A text with more than this [`frequent_proportion`] is certainly Chinese.
const CHINESE_PROPORTION: f64 = 0.12;
/// Text in UTF-16 has at least this [`frequent_proportion`], or at least this proportion of 16-bit
/// units with a zero byte.
const UTF16_PROPORTION: f64 = 0.2;

/// Detects the encoding of a file without a byte order mark. `hint` is the charset that the server
/// has stated, if it is known.
pub(crate) fn detect(bytes: &[u8], hint: Option<&'static Encoding>) -> &'static Encoding {
    let utf8 = std::str::from_utf8(bytes).is_ok();
    // English text in UTF-16 is valid UTF-8 too, with a NUL after each letter.
    if utf8 && !bytes.contains(&0) {
        return UTF_8;
    }
    if let Some(encoding) = utf16(bytes) {
        return encoding;
    }
    if utf8 || mostly_utf8(bytes) {
        return UTF_8;
    }
    let sample = sample(bytes);
    let chinese = Guess::of(sample);
    let stated = hint.into_iter().chain(declared(bytes));
    stated
        .filter(|&stated| stated != UTF_8)
        .find(|&stated| !stated.decode_without_bom_handling(bytes).1 && chinese.allows(stated))
        .unwrap_or_else(|| chinese.best(sample))
}

/// A sample of a file that starts at the first non-ASCII byte, which may come after a long script.
fn sample(bytes: &[u8]) -> &[u8] {
    let from = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    &bytes[from..bytes.len().min(from + SAMPLE_BYTES)]
}

/// How plausible bytes are as Chinese text in each of the two legacy encodings.
struct Guess {
    gb18030: f64,
    big5: f64,
}

impl Guess {
    fn of(sample: &[u8]) -> Self {
        Self { gb18030: plausibility(GB18030, sample), big5: plausibility(BIG5, sample) }
    }

    /// Whether a stated encoding in which the bytes are valid is believable. Servers and templates
    /// often state an encoding that the page no longer has, and every byte is valid in a
    /// single-byte encoding.
    fn allows(&self, stated: &'static Encoding) -> bool {
        let (as_stated, otherwise) = match stated {
            _ if stated == BIG5 => (self.big5, self.gb18030),
            _ if stated == GB18030 || stated == GBK => (self.gb18030, self.big5),
            _ => (0.0, self.gb18030.max(self.big5)),
        };
        otherwise <= CHINESE_PROPORTION || as_stated * 2.0 > otherwise
    }

    /// GB18030 or Big5, whichever is more plausible, if the text is Chinese; otherwise what
    /// chardetng guesses.
    fn best(&self, sample: &[u8]) -> &'static Encoding {
        let chinese = if self.gb18030 >= self.big5 { GB18030 } else { BIG5 };
        if self.gb18030.max(self.big5) > CHINESE_PROPORTION {
            return chinese;
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        let is_last = true;
        detector.feed(sample, is_last);
        let top_level_domain = None;
        let guessed = detector.guess(top_level_domain, Utf8Detection::Deny);
        // Text with so few frequent characters may be in another language. chardetng, which also
        // considers punctuation and other languages, decides whether it is Chinese. If so, the
        // frequent characters decide between GB18030 and Big5.
        if guessed == BIG5 || guessed == GBK { chinese } else { guessed }
    }
}

/// How plausible bytes are as Chinese text in an encoding: the [`frequent_proportion`] of the
/// decoded text.
fn plausibility(encoding: &'static Encoding, sample: &[u8]) -> f64 {
    let (text, _) = encoding.decode_without_bom_handling(sample);
    frequent_proportion(&text)
}

/// Whether a text is certainly Chinese, because many of its characters are frequent Chinese ones.
pub(crate) fn is_chinese(text: &str) -> bool {
    frequent_proportion(text) > CHINESE_PROPORTION
}

/// The proportion of frequent Chinese characters among the non-ASCII ones, minus a penalty for
/// characters that could not be decoded and private ones.
pub(crate) fn frequent_proportion(text: &str) -> f64 {
    let (mut frequent, mut all, mut broken) = (0_u32, 0_u32, 0_u32);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        broken += u32::from(c == '\u{fffd}' || ('\u{e000}'..='\u{f8ff}').contains(&c));
        frequent += u32::from(is_han(c) && is_frequent(c));
    }
    if all == 0 {
        return 0.0;
    }
    (f64::from(frequent) - 2.0 * f64::from(broken)) / f64::from(all)
}

/// Whether a character is one of [`FREQUENT`].
pub(crate) fn is_frequent(c: char) -> bool {
    use std::sync::OnceLock;
    // A bit for each character of the basic multilingual plane.
    static TABLE: OnceLock<Vec<u64>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = vec![0; 1 << 10];
        for c in FREQUENT.chars().filter(|c| is_han(*c)).map(u32::from) {
            table[c as usize / 64] |= 1 << (c % 64);
        }
        table
    });
    table.get(c as usize / 64).is_some_and(|word: &u64| word >> (c as u32 % 64) & 1 == 1)
}

/// Whether the bytes are UTF-8 with a few errors, such as a truncated or spliced file.
pub(crate) fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut han, mut broken) = (0_usize, 0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        han += chunk.valid().chars().filter(|c| is_han(*c)).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    // Fewer than one error for 20 non-ASCII characters, or for two Chinese ones. In other encodings
    // two bytes may be valid UTF-8 by chance, but hardly ever the three bytes of a Chinese
    // character.
    broken * 20 < valid || broken * 2 < han
}

/// Detects UTF-16 without a byte order mark: by zero bytes, which are one of the two bytes of every
/// ASCII character, or by frequent Chinese characters.
pub(crate) fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(UTF16_SAMPLE_BYTES) & !1];
    if sample.len() < 4 {
        return None;
    }
    // Counts the zero bytes at even offsets (0) or at odd ones (1).
    let zeros = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|b| **b == 0).count();
    let (even_zeros, odd_zeros) = (zeros(0), zeros(1));
    let units = sample.len() / 2;
    let plausible = |encoding: &'static Encoding, zeros: usize| {
        // Unpaired surrogates are rare in real text, but in random bytes, one unit in 32 is a
        // surrogate.
        let (text, _) = encoding.decode_without_bom_handling(sample);
        let bad = |c: &char| c.is_control() && !c.is_whitespace() || *c == '\u{fffd}';
        if text.chars().filter(bad).count() * 50 > units {
            return 0.0;
        }
        // Chinese text is recognised by its characters, other text by the zero byte of each unit.
        frequent_proportion(&text).max(zeros as f64 / units as f64)
    };
    let (little, big) = (plausible(UTF_16LE, odd_zeros), plausible(UTF_16BE, even_zeros));
    if little.max(big) < UTF16_PROPORTION {
        return None;
    }
    Some(if little >= big { UTF_16LE } else { UTF_16BE })
}

/// The `charset=` declared at the start of an HTML page, in its first [`HEAD_BYTES`].
pub(crate) fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(HEAD_BYTES)].to_ascii_lowercase();
    if !head.contains(&b'<') {
        return None;
    }
    let at = head.windows(7).position(|window| window == b"charset")?;
    let after = head[at + 7..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let after = after.strip_prefix(b"\"").or_else(|| after.strip_prefix(b"'")).unwrap_or(after);
    let end = after
        .iter()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':')))
        .unwrap_or(after.len());
    let encoding = Encoding::for_label(&after[..end])?;
    // The HTML standard treats a page that declares UTF-16 in ASCII-compatible bytes as UTF-8.
    (encoding != UTF_16LE && encoding != UTF_16BE).then_some(encoding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1252;

    const TRADITIONAL: &str =
        "最近,正在進行AI大戰的各個大廠,被谷歌泄漏的一份內部文件,翻開了窘迫的一面。";
    const SIMPLIFIED: &str =
        "最近,正在进行AI大战的各个大厂,被谷歌泄漏的一份内部文件,翻开了窘迫的一面。";

    /// Detects an encoding without a hint.
    fn detect(bytes: &[u8]) -> &'static Encoding {
        let hint = None;
        super::detect(bytes, hint)
    }

    fn bytes(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    #[test]
    fn chinese_encodings_are_distinguished() {
        assert_eq!(detect(TRADITIONAL.as_bytes()), UTF_8);
        assert_eq!(detect(&bytes(BIG5, TRADITIONAL)), BIG5);
        assert_eq!(detect(&bytes(GB18030, TRADITIONAL)), GB18030);
        assert_eq!(detect(&bytes(GB18030, SIMPLIFIED)), GB18030);
    }

    #[test]
    fn a_page_cut_inside_a_character_stays_utf8() {
        assert_eq!(detect(&TRADITIONAL.as_bytes()[..TRADITIONAL.len() - 1]), UTF_8);
    }

    #[test]
    fn utf16_is_detected_without_a_byte_order_mark() {
        let utf16_bytes = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            format!("{TRADITIONAL}\n01 {SIMPLIFIED}\n").encode_utf16().flat_map(order).collect()
        };
        assert_eq!(detect(&utf16_bytes(u16::to_le_bytes)), UTF_16LE);
        assert_eq!(detect(&utf16_bytes(u16::to_be_bytes)), UTF_16BE);
    }

    #[test]
    fn a_declared_charset_is_believed_if_the_bytes_allow_it() {
        let page = format!("<html><meta charset=\"gbk\"><p>{SIMPLIFIED}</p>");
        assert_eq!(detect(&bytes(GB18030, &page)).name(), "GBK");
        let page = format!("<html><meta charset=\"utf-8\"><p>{TRADITIONAL}</p>");
        assert_eq!(detect(&bytes(BIG5, &page)), BIG5);
    }

    #[test]
    fn the_charset_stated_by_the_server_is_believed_if_the_bytes_allow_it() {
        let [big5, gbk] = [bytes(BIG5, TRADITIONAL), bytes(GB18030, SIMPLIFIED)];
        for stated in [GBK, BIG5, WINDOWS_1252, UTF_8, UTF_16LE] {
            assert_eq!(super::detect(&big5, Some(stated)), BIG5, "{}", stated.name());
            let found = super::detect(&gbk, Some(stated));
            assert!(found == GB18030 || found == GBK, "{}", stated.name());
        }
        let french = bytes(WINDOWS_1252, "D\u{e9}j\u{e0} vu, \u{e9}t\u{e9} \u{e0} No\u{eb}l");
        assert_eq!(super::detect(&french, Some(WINDOWS_1252)), WINDOWS_1252);
    }

    #[test]
    fn a_wrong_declared_charset_is_ignored() {
        let page = format!("<html><meta charset=\"gb2312\"><p>{TRADITIONAL}</p>");
        assert_eq!(detect(&bytes(BIG5, &page)), BIG5);
        let page = format!("<html><meta charset=\"iso-8859-1\"><p>{SIMPLIFIED}</p>");
        assert_eq!(detect(&bytes(GB18030, &page)), GB18030);
    }

    #[test]
    fn text_after_a_long_script_is_examined() {
        let page = format!("<script>{}</script><p>{TRADITIONAL}</p>", "var a = 1;\n".repeat(9000));
        assert_eq!(detect(&bytes(BIG5, &page)), BIG5);
    }

    #[test]
    fn utf16_is_detected_if_it_is_cut_has_no_ascii_or_nothing_else() {
        let utf16_bytes: Vec<u8> = "正在進行大戰的各個大廠被谷歌泄漏的一份內部文件翻開了窘迫的一面"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(detect(&utf16_bytes), UTF_16LE);
        assert_eq!(detect(&utf16_bytes[..utf16_bytes.len() - 1]), UTF_16LE);
        let english: Vec<u8> = "Plain text.\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(detect(&english), UTF_16BE);
    }
}
