//! The laws of the decoder and of its map back to the bytes of the file.

use wensou_ingest::{decode, fuzz_entry};

/// The encodings that the first byte chooses from; `None` leaves the choice to the detector.
const LABELS: [Option<&str>; 8] = [
    None,
    Some("gb18030"),
    Some("big5"),
    Some("utf-16le"),
    Some("utf-16be"),
    Some("shift_jis"),
    Some("euc-kr"),
    Some("windows-1252"),
];

/// Panics if `data` breaks a law: its first byte chooses the encoding, the rest is the file.
pub fn check(data: &[u8]) {
    let Some((first, raw)) = data.split_first() else { return };
    let label = LABELS[usize::from(*first) % LABELS.len()];
    let Ok(decoded) = fuzz_entry::decode_with_offsets(raw, label) else { return };
    if label.is_none() {
        assert_eq!(decode(raw).expect("a text that can be decoded"), decoded.text);
    }
    assert!(decoded.offsets.is_sorted(), "offsets in order");
    // The first offset of a pair is where a character begins in the text, or where the text ends;
    // the second offset is the same place in the file.
    let boundaries: Vec<(usize, usize)> = decoded
        .offsets
        .chunk_by(|(_, in_file), (_, next_in_file)| in_file == next_in_file)
        // Some codes of an encoding decode to two characters, which have the same offset in the
        // file: keep the last.
        .filter_map(|same| same.last().copied())
        .collect();
    assert!(boundaries.last().is_some_and(|(_, at)| *at <= raw.len()), "offsets inside the file");
    // The bytes of each character decode to it by themselves, unless bytes were replaced or left
    // out, or lines are in other encodings (`lossy`). In ISO-2022-JP, what bytes mean depends on
    // the escape sequence before them.
    if decoded.lossy || decoded.encoding == encoding_rs::ISO_2022_JP {
        return;
    }
    assert_eq!(
        boundaries.last(),
        Some(&(decoded.text.len(), raw.len())),
        "offsets to the end of the file"
    );
    for pair in boundaries.windows(2) {
        let [(start, from), (end, to)] = pair else { continue };
        let (piece, broken) = decoded.encoding.decode_without_bom_handling(&raw[*from..*to]);
        assert!(
            !broken && piece == decoded.text[*start..*end],
            "the bytes of each character decode to it"
        );
    }
}
