//! Tests of the conversion from Simplified to Traditional characters.

use std::path::PathBuf;
use std::{fmt, fs};

use wensou_text::{Script, Traditional, t2s};

use crate::corpora;

/// Traditional texts that the conversion must restore exactly after t2s has made them Simplified.
const TEXTS: &str = "
政府干預 鬆脆餅乾 巨頭發布 一個中年 拉升
干涉內政 干擾信號 若干問題 幹部會議 骨幹企業 能幹的人 樹幹 乾燥空氣 乾淨能源 乾隆皇帝
理髮店 頭髮很長 發展迅速 發現問題 髮型設計師 發行債券 白髮老人
皇后與王后 今後三天 後來的事 前後左右 太后
公里以外 英里 里程碑 這裡 那裡有水 家裡 裡面 鄰里關係 數里之外
麵包和麵條 方便麵 面對面 表面現象 全面
鐘錶業 手錶 表格 代表團 表現很好 點鐘 一見鍾情
茶几 幾乎 幾個人 幾天後
穀倉 山谷 谷歌公司 稻穀
松樹 放鬆管制 寬鬆政策 輕鬆 松鼠
鬥爭 戰鬥機 北斗系統 漏斗
準備金 標準 批准 不准進入 核准
醜聞 小丑 丑角
歷史 日曆 農曆新年 經歷 曆法
重複 複雜 複製 恢復 答覆 覆蓋 反覆
制度 限制 製造業 研製藥品 製作 體制改革
一隻貓 三隻狗 只有 只是 只要
征服 長征 徵稅 徵求意見 象徵 特徵
衝突 衝擊 沖洗 沖繩
收穫 獲得 獲利
聯繫 關係 系統 體系 維繫
雲端 白雲 人云亦云
戲曲 曲線 歌曲
捐款 回歸 回收 迂迴
頒布 宣布 分布 布局
臺灣 臺北市 電視台 平台 台階
周期 周末 一周年
出發 一齣戲 出現
志願 雜誌 日誌 意志
注意 註冊 注射 備註
採用 採訪 神采 風采
范先生 範圍 模範
余先生 業餘 剩餘 十餘年
杯子 世界盃 歐洲盃
劃分 計劃 規劃 圖畫 畫家
合併 並且 吞併
準確 水準
餘額 餘下
葉子 樹葉
僕人 前仆後繼
姜太公 生薑
鞦韆 千萬 畢昇 提升 升級
嘗試 品嚐 嚐鮮
三天後抵達 444天後直至他卸任 850餘起 10餘縣 30隻時 10里外
德·里歐 范·戴克 《周易》云：「
幹出新業績 乾草原 不復存在 一齣戲 公告一出
天后宮 后冠 鍾宇晨 郁慕明 張弘範 溥儁 乞伏乾歸 余秋雨 龍雲為對抗中央
臺中市 臺東市區 煙臺市 邢臺市 豐臺區 五臺山 平台經濟 中華台北
原係遊牧部落 星系由恆星構成 玻璃製品 木製家具 對摺 艱鉅任務 點讚 烏龍麵 餵貓 電子菸
";

#[test]
fn the_traditional_form_of_a_character_depends_on_its_word() {
    let traditional = Traditional::new();
    let texts: Vec<&str> = TEXTS.split_whitespace().collect();
    assert!(texts.len() > 50);
    let wrong: Vec<(&str, String)> = texts
        .iter()
        .map(|text| (*text, traditional.convert(&t2s(text))))
        .filter(|(text, converted)| text != converted)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn words_are_restored_alone_and_in_a_sentence() {
    let traditional = Traditional::new();
    let lines = include_str!("traditional_words.txt").lines();
    let words = lines.filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    let mut wrong = Vec::new();
    for word in words {
        let simplified = t2s(word);
        let alone = traditional.convert(&simplified);
        let sentence = traditional.convert(&format!("记者说{simplified}。"));
        if alone != word || sentence != format!("記者說{word}。") {
            wrong.push((word, alone, sentence));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_measure_word_is_told_from_an_adverb_by_what_follows() {
    let traditional = Traditional::new();
    for (simplified, expected) in [
        ("他说这只可爱的猫很乖", "他說這隻可愛的貓很乖"),
        ("那只小白狗", "那隻小白狗"),
        ("每只股票", "每隻股票"),
        ("这只会让人失望", "這只會讓人失望"),
        ("那只说明他的手段", "那只說明他的手段"),
        ("这只是小猫", "這只是小貓"),
    ] {
        assert_eq!(traditional.convert(simplified), expected);
    }
}

#[test]
fn what_stands_around_a_word_decides_its_form() {
    let traditional = Traditional::new();
    for (simplified, expected) in [
        // 隻 counts, 只 is an adverb.
        ("该只股票与各只股票、首只ETF、数只产品", "該隻股票與各隻股票、首隻ETF、數隻產品"),
        ("那只黑天鹅", "那隻黑天鵝"),
        ("单只基金，余下数只，十几只", "單隻基金，餘下數隻，十幾隻"),
        ("一只只，成千上万只鸟", "一隻隻，成千上萬隻鳥"),
        ("指数只涨了1%", "指數只漲了1%"),
        ("人数只增不减", "人數只增不減"),
        ("这周一只涨了一点", "這周一只漲了一點"),
        // A glass that is emptied, and what is or was made dry.
        ("干一杯，先干为敬", "乾一杯，先乾為敬"),
        ("一口气干了三杯", "一口氣乾了三杯"),
        ("我干了这杯，你随意", "我乾了這杯，你隨意"),
        ("衣服还没干，皮肤很干，油箱已干", "衣服還沒乾，皮膚很乾，油箱已乾"),
        ("衣服干了。他干了三年，活还没干", "衣服乾了。他幹了三年，活還沒幹"),
        ("嘴唇干，口干，头发吹干", "嘴唇乾，口乾，頭髮吹乾"),
        ("鲍鱼干、菜干、地瓜干、苹果干", "鮑魚乾、菜乾、地瓜乾、蘋果乾"),
        ("如果干得好，菜农干什么", "如果幹得好，菜農幹什麼"),
        // Cards are issued by banks, and worn in the hair.
        ("银行发卡量增长，发卡行称", "銀行發卡量增長，發卡行稱"),
        ("各银行累计发卡两亿张", "各銀行累計發卡兩億張"),
        ("她戴了一个发卡", "她戴了一個髮卡"),
        ("请系好鞋带。请系安全带。系里的安排", "請繫好鞋帶。請繫安全帶。系裡的安排"),
        ("两碗面，一碗面", "兩碗麵，一碗麵"),
    ] {
        assert_eq!(traditional.convert(simplified), expected);
    }
}

#[test]
fn surnames_and_given_names_keep_their_forms() {
    let traditional = Traditional::new();
    for (simplified, expected) in [
        ("于洋和于东来出席", "于洋和于東來出席"),
        ("于建嵘教授表示", "于建嶸教授表示"),
        ("记者于晓光报道", "記者于曉光報道"),
        ("导演于淑珍说", "導演于淑珍說"),
        ("于海外上市，于华东、华南设厂", "於海外上市，於華東、華南設廠"),
        ("于吉林长春举行", "於吉林長春舉行"),
        ("于北京举行，于国家有利", "於北京舉行，於國家有利"),
        ("余则成与余家辉发言", "余則成與余家輝發言"),
        ("余永定称，余款已付，余志明", "余永定稱，餘款已付，余志明"),
        ("方志敏、方志恒、方志远、方志强", "方志敏、方志恆、方志遠、方志強"),
        ("游本昌获奖，吴游，游志宏说", "游本昌獲獎，吳游，游志宏說"),
        ("涂建军任职，涂志刚", "涂建軍任職，涂志剛"),
        ("涂口红，游日本", "塗口紅，遊日本"),
        ("朴赞郁与金钟国来华", "朴贊郁與金鍾國來華"),
        ("曹冲称象，张冲，李冲", "曹沖稱象，張沖，李沖"),
        ("吴征、王征、李征", "吳征、王征、李征"),
        ("干露露与种丹妮", "干露露與种丹妮"),
        ("钟志强医生", "鍾志強醫生"),
    ] {
        assert_eq!(traditional.convert(simplified), expected);
    }
}

#[test]
fn a_part_of_a_traditional_document_stays_as_it_is() {
    let traditional = Traditional::new();
    for text in ["她回娘家了，老么出嫁，于洋出席。", "胡同", "方志敏", "里脊", "吃只雞", "干部"]
    {
        assert_eq!(traditional.convert_part(text, Script::Hant), text);
    }
    assert_eq!(traditional.convert("娘家的老么，么儿"), "娘家的老么，么兒");
    // Characters that Traditional text does not use are converted, also among Traditional ones.
    let text = "這個記者寫於臺灣，說那裡發現問題，这于洋無關。";
    assert_eq!(traditional.convert(text), text.replace('这', "這"));
    assert_eq!(traditional.convert_part("头发", Script::Hant), "頭髮");
}

#[test]
fn the_particle_of_taiwan_is_written_in_all_words() {
    let traditional = Traditional::new();
    for word in ["看着", "执着", "沿着", "着陆", "衣着", "着手", "穿着", "着急", "睡着了"]
    {
        let expected = word.replace('着', "著").replace('执', "執").replace('陆', "陸");
        assert_eq!(traditional.convert(word), expected);
        assert_eq!(traditional.convert(&format!("记者说{word}。")), format!("記者說{expected}。"));
    }
}

#[test]
fn traditional_text_stays_as_it_is() {
    let traditional = Traditional::new();
    for text in ["皇后與后里的關係", "于先生說：這裏爲後院", "", "GPT-4 🚀\u{0}", "ﬁ㎏ 頭髮"]
    {
        assert_eq!(traditional.convert(text), text);
    }
    // A character that only Traditional text uses stays in mixed text, too.
    assert_eq!(
        traditional.convert("发现裏面的头发，这个爲什么后来"),
        "發現裏面的頭髮，這個爲什麼後來"
    );
}

/// Pairs of characters of which writers of Traditional choose either in the same word, as in 台灣
/// and 臺灣. No conversion can know which one a text had.
const FREE_CHOICES: [&str; 17] = [
    "臺台", "佔占", "週周", "裏裡", "爲為", "蹟跡", "僱雇", "昇升", "綫線", "于於", "畫劃", "遊游",
    "岩巖", "泛氾", "舖鋪", "慾欲", "啓啟",
];

#[test]
fn real_traditional_text_is_restored_from_simplified() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpora/drcd-dev/corpus.jsonl");
    let Ok(lines) = fs::read_to_string(&path) else {
        corpora::report_skipped(&format!("no {}; this test wants real text", path.display()));
        return;
    };
    let mut sentences = Vec::new();
    for line in lines.lines() {
        let document: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let text = document["text"].as_str().unwrap_or_default();
        sentences.extend(text.split_inclusive(['。', '！', '？', '\n']).map(str::to_owned));
    }
    let sample = sentences.iter().step_by(sentences.len() / 2000).take(2000);
    let (all, sample) = (restored(sentences.iter()), restored(sample));
    println!("all sentences: {all}\n2,000 of them: {sample}");
    // Most characters that are not restored are free choices. The limits cannot be much higher: a
    // conversion that counts the forms in one half of the documents, and always chooses the more
    // frequent one, does not restore more of the other half.
    assert!(all.percent >= 99.89 && all.percent_apart_from_free >= 99.95, "{all}");
    assert!(sample.percent >= 99.9 && sample.percent_apart_from_free >= 99.95, "{sample}");
}

/// How many characters are the same after the conversion to Simplified and back.
struct Restored {
    /// The number of characters that were converted.
    chars: usize,
    /// The percentage of characters that are as in the original.
    percent: f64,
    /// The same percentage if differences within a group of [`FREE_CHOICES`] are not counted.
    percent_apart_from_free: f64,
}

impl fmt::Display for Restored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} characters: {:.3} % as in the original, {:.3} % apart from free choices",
            self.chars, self.percent, self.percent_apart_from_free
        )
    }
}

/// Converts Traditional sentences to Simplified and back.
fn restored<'a>(sentences: impl Iterator<Item = &'a String>) -> Restored {
    let traditional = Traditional::new();
    let (mut chars, mut different, mut wrong) = (0, 0, 0);
    for sentence in sentences {
        let converted = traditional.convert(&t2s(sentence));
        assert_eq!(converted.chars().count(), sentence.chars().count(), "{sentence}");
        for (was, is) in sentence.chars().zip(converted.chars()) {
            let free = FREE_CHOICES.iter().any(|forms| forms.contains(was) && forms.contains(is));
            chars += 1;
            different += usize::from(was != is);
            wrong += usize::from(was != is && !free);
        }
    }
    let percent_right = |errors: usize| 100.0 - 100.0 * errors as f64 / chars as f64;
    Restored {
        chars,
        percent: percent_right(different),
        percent_apart_from_free: percent_right(wrong),
    }
}
