//! Which encoding a file is in: marks, then validity, then what the file declares, then plausibility.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::punctuation::is_han;

/// How much of a file is looked at where looking at all of it is not needed.
const SAMPLE: usize = 64 << 10;

/// Characters that make up more than a third of any Chinese text, in both scripts.
const FREQUENT: &str = "的一是不了在人有我他这這个個们們中来來上大为為爲和国國地到以说說时時要就出会會可也你对對\
    生能而子那得于於着著下自之年过過发發后後作里裡裏用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動\
    面起看定天分还還进進好小部其些主样樣理心她本前开開但因只从從想实實日军軍者意无無力它与與长長把机機十民第公此\
    已工使情明性知全三又关關点點正业業外将將两兩高间間由问問很最重并並物手应應战戰向头頭文体體政美相见見被利什二\
    等产產或新己制製身果加西斯月话話合回特代内內信表化老给給世位次度门門任常先海通教儿兒原东東声聲提立及比员員解\
    水名真论論处處走义義各入几幾口认認条條平系气氣题題活尔爾更别別打女变變四神总總何电電数數安少报報才结結反受目\
    太量再感建务務做接必场場件计計管期市直德资資命山金指克许許统統区區保至队隊形社便空决決治展马馬科司五基眼书書\
    非则則听聽白却卻界达達光放强強即像难難且权權思王象完设設式色路记記南品住告类類求据據程北边邊死张張该該交规規\
    万萬取拉格望觉覺术術领領共确確传傳师師观觀清今切院让讓识識候带帶导導争爭运運币幣价價链鏈易币";

/// The encoding of a file without a byte order mark, by its bytes alone.
pub(crate) fn detect(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    if let Some(wide) = utf16(bytes) {
        return wide;
    }
    if mostly_utf8(bytes) {
        return UTF_8;
    }
    let declared = declared(bytes);
    if let Some(declared) = declared
        && declared != UTF_8
        && declared.decode_without_bom_handling(bytes).1
    {
        // The declaration is a lie: the bytes are not even valid in it.
        return guess(bytes);
    }
    declared.filter(|&encoding| encoding != UTF_8).unwrap_or_else(|| guess(bytes))
}

/// Chinese multi-byte text: the plausible one of GB18030 and Big5, else what chardetng thinks.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let simplified = plausibility(GB18030, sample);
    let traditional = plausibility(BIG5, sample);
    if simplified.max(traditional) > 0.12 {
        return if simplified >= traditional { GB18030 } else { BIG5 };
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    // Short text: chardetng knows more of punctuation and of other languages than the frequency does.
    if guessed == BIG5 || guessed.name() == "GBK" {
        return if simplified >= traditional { GB18030 } else { BIG5 };
    }
    guessed
}

/// Share of frequent characters among the characters beyond ASCII, less what cannot be decoded.
fn plausibility(encoding: &'static Encoding, sample: &[u8]) -> f64 {
    let (text, _) = encoding.decode_without_bom_handling(sample);
    frequency(&text)
}

fn frequency(text: &str) -> f64 {
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

fn is_frequent(c: char) -> bool {
    use std::sync::OnceLock;
    static TABLE: OnceLock<Vec<char>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table: Vec<char> = FREQUENT.chars().filter(|c| is_han(*c)).collect();
        table.sort_unstable();
        table.dedup();
        table
    });
    table.binary_search(&c).is_ok()
}

/// UTF-8 with a few broken places, such as a file cut short or spliced from two encodings.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    // Text in another encoding has valid pairs only by chance.
    broken * 20 < valid
}

/// UTF-16 without a mark: zero bytes on one side only, or text that is plausible only as UTF-16.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.len() < 4 || bytes.len() % 2 == 1 {
        return None;
    }
    let sample = &bytes[..bytes.len().min(4096) & !1];
    let zeros = |side: usize| sample.iter().skip(side).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if even + odd == 0 {
        // Wide text without a single line feed, digit or blank is not a page.
        return None;
    }
    let units = sample.len() / 2;
    let plausible = |encoding: &'static Encoding, zeros: usize| {
        let (text, broken) = encoding.decode_without_bom_handling(sample);
        let control = text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
        if broken && bytes.len() == sample.len() || control * 50 > units {
            return 0.0;
        }
        // Chinese text shows by its characters, any other by the zero half of each unit.
        frequency(&text).max(zeros as f64 / units as f64)
    };
    let (little, big) = (plausible(UTF_16LE, odd), plausible(UTF_16BE, even));
    if little.max(big) < 0.2 {
        return None;
    }
    Some(if little >= big { UTF_16LE } else { UTF_16BE })
}

/// `charset=` of an HTML page's head.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(4096)].to_ascii_lowercase();
    if !head.contains(&b'<') {
        return None;
    }
    let at = head.windows(7).position(|window| window == b"charset")?;
    let rest = head[at + 7..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest
        .iter()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':')))
        .unwrap_or(rest.len());
    let encoding = Encoding::for_label(&rest[..end])?;
    // A file that is not UTF-16 but says so is, by the standard, UTF-8.
    (encoding != UTF_16LE && encoding != UTF_16BE).then_some(encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRADITIONAL: &str =
        "最近,正在進行AI大戰的各個大廠,被谷歌泄漏的一份內部文件,翻開了窘迫的一面。";
    const SIMPLIFIED: &str =
        "最近,正在进行AI大战的各个大厂,被谷歌泄漏的一份内部文件,翻开了窘迫的一面。";

    fn bytes(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    #[test]
    fn chinese_encodings_are_told_apart() {
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
    fn utf16_without_a_mark() {
        let wide = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            format!("{TRADITIONAL}\n01 {SIMPLIFIED}\n").encode_utf16().flat_map(order).collect()
        };
        assert_eq!(detect(&wide(u16::to_le_bytes)), UTF_16LE);
        assert_eq!(detect(&wide(u16::to_be_bytes)), UTF_16BE);
    }

    #[test]
    fn a_declared_charset_counts_where_the_bytes_allow_it() {
        let page = format!("<html><meta charset=\"gbk\"><p>{SIMPLIFIED}</p>");
        assert_eq!(detect(&bytes(GB18030, &page)).name(), "GBK");
        let page = format!("<html><meta charset=\"utf-8\"><p>{TRADITIONAL}</p>");
        assert_eq!(detect(&bytes(BIG5, &page)), BIG5);
    }
}
