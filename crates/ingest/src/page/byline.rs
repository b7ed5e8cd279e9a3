//! Bylines at the top of a body: the author and the source of an article.

use crate::page::header::set_once;
use crate::page::labels::{Field, Label, fields, is_name};

/// Author and source named in the first lines of a body.
#[derive(Debug, Default)]
pub(crate) struct Byline {
    author: Option<String>,
    pub(crate) compiler: Option<String>,
    pub(crate) source: Option<String>,
}

impl Byline {
    /// Reads one line and returns whether it is only a byline. If it is not, the line is body text,
    /// and only clearly separated values are taken from it.
    pub(crate) fn take(&mut self, line: &str) -> bool {
        let fields = fields(line);
        if fields.is_empty() {
            return false;
        }
        let whole = fields.iter().all(|field| is_name(field.value));
        let last = fields.len() - 1;
        for (number, field) in fields.iter().enumerate() {
            // Body text may directly follow the last value; a space shows where the value ends.
            let value = if whole || number < last {
                field.value
            } else {
                field.value.split_once(' ').map_or("", |(name, _)| name)
            };
            self.note(&Field { label: field.label, value });
        }
        whole
    }

    pub(crate) fn author(self) -> Option<String> {
        self.author.or(self.compiler)
    }

    fn note(&mut self, field: &Field<'_>) {
        match field.label {
            Label::Author => set_once(&mut self.author, field.value),
            Label::Compiler => set_once(&mut self.compiler, field.value),
            Label::Source => set_once(&mut self.source, field.value),
            Label::Time | Label::Other => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> (bool, Option<String>, Option<String>) {
        let mut byline = Byline::default();
        let whole = byline.take(line);
        let source = byline.source.clone();
        (whole, byline.author(), source)
    }

    #[test]
    fn bylines() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(of("來源:阿爾法工場"), (true, None, some("阿爾法工場")));
        assert_eq!(of("本文來源:環球外匯網"), (true, None, some("環球外匯網")));
        assert_eq!(
            of("原文作者:PackyMcCormick,NotBoring原文編譯:Sleepy,BlockBeats"),
            (true, some("PackyMcCormick,NotBoring"), None)
        );
        assert_eq!(of("編譯:Sleepy"), (true, some("Sleepy"), None));
        assert_eq!(of("來源:師天浩 圖片來源:由無界AI工具生成"), (true, None, some("師天浩")));
        assert_eq!(of("作者:張三 來源:鏈聞"), (true, some("張三"), some("鏈聞")));
    }

    #[test]
    fn glued_text_is_not_eaten() {
        let line = "來源:師天浩 圖片來源:由無界AI工具生成近來,AIGC技術的快速發展吸引了全球各行各業的關注,成為熱議話題。ChatGPT的加入更是讓人工智能這一領域成為人們關注的焦點。";
        assert_eq!(of(line), (false, None, Some("師天浩".to_owned())));
        let line = "本文來源:環球外匯網 在2017年一度逼近20000美元之后,比特幣的價格在2020年尾聲終于又升破了這一關口。";
        assert_eq!(of(line), (false, None, Some("環球外匯網".to_owned())));
    }
}
