//! Pages in every encoding are decoded correctly. `examples/encodings.rs` measures this on real
//! text.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod encode;

use encode::PageEncoding;

const TRADITIONAL: &str = "昨天下午,市政府在新落成的圖書館裏舉行了一場關於古地圖的講座。主講人說,最早的海圖只畫出港口和淺灘,\
    水手靠星星辨認方向;到了後來,測量的人帶着儀器走遍各地,才把山川的位置一一記下來。聽眾當中有不少學生,他們問得最多的問題是:\
    為什麼同一條河在三張圖上有三個名字?\n答案並不複雜,因為每一個朝代都有自己的叫法,而畫圖的人只寫他聽見的那一個。\n";
const SIMPLIFIED: &str = "昨天下午,市政府在新落成的图书馆里举行了一场关于古地图的讲座。主讲人说,最早的海图只画出港口和浅滩,\
    水手靠星星辨认方向;到了后来,测量的人带着仪器走遍各地,才把山川的位置一一记下来。听众当中有不少学生,他们问得最多的问题是:\
    为什么同一条河在三张图上有三个名字?\n答案并不复杂,因为每一个朝代都有自己的叫法,而画图的人只写他听见的那一个。\n";
/// Spoken Cantonese, with characters that Big5 has only in its Hong Kong extension.
const CANTONESE: &str = "佢哋琴日喺圖書館聽咗一個講座,講嘅係古地圖。最早嘅海圖淨係畫咗碼頭同淺灘,啲水手要睇住天上嘅星先至搵到方向。\
    後來有人帶住啲架生周圍去量,先將山同河嘅位一樣樣記低。有個細路問:點解同一條河喺三張圖度有三個名嘅?\n\
    佢話其實好簡單,每個朝代都有自己嘅叫法,畫圖嘅人就寫低佢聽到嗰個。\n";

/// Encodes pages that are parts of a text, and checks that they are decoded to the same text. The
/// pages start at every fifth character, so that no two begin alike.
fn assert_decoded(text: &str, encoding: PageEncoding) {
    let starts: Vec<usize> = text.char_indices().step_by(5).map(|(at, _)| at).collect();
    for start in starts {
        let page: String = text[start..].chars().chain(text.chars()).take(200).collect();
        let bytes = encoding.encode(&page);
        let decoded = wensou_ingest::decode(&bytes).unwrap();
        assert_eq!(decoded, page, "{} from {start}", encoding.name());
    }
}

#[test]
fn traditional_pages_are_decoded() {
    for encoding in PageEncoding::ALL {
        assert_decoded(TRADITIONAL, encoding);
    }
}

#[test]
fn simplified_pages_are_decoded() {
    for encoding in PageEncoding::ALL.into_iter().filter(|encoding| !encoding.is_only_traditional())
    {
        assert_decoded(SIMPLIFIED, encoding);
    }
}

#[test]
fn cantonese_pages_are_decoded() {
    for encoding in PageEncoding::ALL.into_iter().filter(|encoding| *encoding != PageEncoding::Big5)
    {
        assert_decoded(CANTONESE, encoding);
    }
}

#[test]
fn characters_of_four_bytes_are_decoded() {
    let text = TRADITIONAL.replace("星星", "𠮷星😀");
    for encoding in
        [PageEncoding::Gb18030, PageEncoding::Utf16Le, PageEncoding::Utf16Be, PageEncoding::Utf8]
    {
        assert_decoded(&text, encoding);
    }
}
