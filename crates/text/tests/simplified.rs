//! Tests of the conversion from Traditional to Simplified characters.

use wensou_text::Simplified;

/// Traditional texts and their Simplified forms.
const TEXTS: &str = "
看著他 看着他
執著 执着
隨著 随着
意味著 意味着
穿著 穿着
衣著 衣着
著急 着急
著手 着手
著陸 着陆
著重 着重
著眼 着眼
著想 着想
著火 着火
著落 着落
著迷 着迷
睡著了 睡着了
沿著河走 沿着河走
本著精神 本着精神
接著說 接着说
朝著 朝着
為著 为着
活著 活着
站著 站着
笑著說 笑着说
拿著書 拿着书
看著書 看着书
大著膽子 大着胆子
討論著問題 讨论着问题
配合著 配合着
面臨著困難 面临着困难
沉著應戰 沉着应战
有著悠久的歷史 有着悠久的历史
著作 著作
著作權 著作权
著名 著名
名著 名著
顯著 显著
卓著 卓著
原著 原著
土著 土著
編著 编著
專著 专著
論著 论著
巨著 巨著
遺著 遗著
譯著 译著
合著 合著
著稱 著称
著述 著述
臭名昭著 臭名昭著
見微知著 见微知著
魯迅所著 鲁迅所著
他看著一部著名的名著 他看着一部著名的名著
效果顯著 效果显著
妳好 妳好
祇有 只有
神祇 神祇
牠們 它们
麻痺 麻痹
姪子 侄子
暱稱 昵称
徬徨 彷徨
賸餘 剩余
什麼 什么
甚麼 什么
甚至 甚至
計畫 计划
規畫 规划
畫畫 画画
回覆 回复
覆蓋 覆盖
反覆 反复
大砲 大炮
飯舖 饭铺
詛呪 诅咒
乾隆 乾隆
乾坤 乾坤
乾淨 干净
";

#[test]
fn characters_of_taiwan_become_those_of_the_mainland_word_by_word() {
    let simplified = Simplified::new();
    let mut wrong = Vec::new();
    for line in TEXTS.lines().filter(|line| !line.is_empty()) {
        let (from, to) = line.split_once(' ').expect("two texts");
        for (before, after) in [("", ""), ("記者說", "。")] {
            let converted = simplified.convert(&format!("{before}{from}{after}"));
            if converted != format!("{}{to}{after}", before.replace("記者說", "记者说")) {
                wrong.push((from, converted));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn simplified_text_stays_as_it_is() {
    let simplified = Simplified::new();
    for text in ["鲁迅著的书", "看着他写的名著", "", "GPT-4 🚀\u{0}", "ﬁ㎏ 头发"]
    {
        assert_eq!(simplified.convert(text), text);
    }
    // The number of characters stays the same, also where a character folds to several.
    for text in ["ﬁ㎏看著", "㍿看著㎏", "著\u{0}著"] {
        assert_eq!(simplified.convert(text).chars().count(), text.chars().count());
    }
}
