//! Makes records of the fields that a dump states.

use super::exported;
use super::location::Location;
use crate::encoding::mended::Mended;
use crate::fields::field::Field;
use crate::fields::field_map::FieldMap;
use crate::fields::key_reader::{KeyReader, RawFields};
use crate::fields::understood::UnderstoodFields;
use crate::flash::item::outlet;
use crate::page::labels::Labels;
use crate::record::{
    Article, Date, DateOrigin, DateProvenance, FlashItem, Occurrence, Record, TitleOrigin,
};
use crate::title;

/// Maximum length of an id in bytes. Ids are typed, printed and looked up; they never name a file.
const MAX_ID_BYTES: usize = 512;

/// A record, with what was noticed when its fields were understood.
#[derive(Debug)]
pub(crate) struct ReadRecord {
    pub(crate) record: Record,
    /// A date that was not understood.
    pub(crate) unread_date: Option<String>,
    /// What was repaired of the mojibake in its texts.
    pub(crate) mended: Mended,
}

/// Understands the records of one dump, and counts the keys that it does not use.
pub(crate) struct RecordReader<'m> {
    /// Where the dates that records state come from: a field, or the header of a mail.
    date_origin: DateOrigin,
    /// Whether an article without a title gets one from the beginning of its text.
    pub(crate) derives_titles: bool,
    pub(crate) keys: KeyReader<'m>,
}

impl<'m> RecordReader<'m> {
    pub(crate) fn new(map: &'m FieldMap, labels: &'m Labels, date_origin: DateOrigin) -> Self {
        Self { date_origin, derives_titles: false, keys: KeyReader::new(map, labels) }
    }

    /// Makes a record from its fields. The id of the record is empty if the fields state none.
    ///
    /// # Errors
    ///
    /// What is wrong with the record.
    pub(crate) fn read(
        &mut self,
        fields: &RawFields,
        at: Location<'_>,
    ) -> Result<ReadRecord, String> {
        // `wensou export` wrote fields that are understood and repaired already.
        if exported::is_exported(fields) {
            let record = exported::read(fields, at)?;
            check_id(record_id(&record))?;
            let unread_date = exported::unread_date(fields);
            return Ok(ReadRecord { record, unread_date, mended: Mended::default() });
        }
        let mut understood = self.keys.understand(fields, at.line);
        check_id(&understood.id)?;
        if understood.title.is_empty() && understood.paragraphs.is_empty() {
            return Err(no_text_message(fields));
        }
        understood.mend();
        let (unread_date, mended) = (understood.unread_date.take(), understood.mended);
        let date = match understood.date {
            Some(moment) => {
                Date { value: Some(moment), provenance: DateProvenance::Stated(self.date_origin) }
            }
            None => Date::default(),
        };
        let record = match understood.is_flash {
            true => Record::Flash(flash(understood, date, at)),
            false => Record::Article(self.article(understood, date, at)),
        };
        Ok(ReadRecord { record, unread_date, mended })
    }
}

fn check_id(id: &str) -> Result<(), String> {
    if id.len() > MAX_ID_BYTES || id.contains(char::is_control) {
        return Err(format!(
            "its id is longer than {MAX_ID_BYTES} bytes or has control characters"
        ));
    }
    Ok(())
}

fn record_id(record: &Record) -> &str {
    match record {
        Record::Article(article) => &article.id,
        Record::Flash(flash) => &flash.id,
    }
}

/// The message about a record without title and text, which names its keys.
fn no_text_message(fields: &RawFields) -> String {
    /// Maximum number of keys that are named.
    const MAX_NAMED_KEYS: usize = 8;
    /// Maximum characters of a key that are printed.
    const MAX_KEY_CHARS: usize = 40;
    let clean = |key: &String| {
        let key = key.chars().filter(|c| !c.is_control()).take(MAX_KEY_CHARS);
        format!("`{}`", key.collect::<String>())
    };
    let filled = fields.iter().filter(|(_, value)| !value.is_null());
    let names: Vec<String> = filled.take(MAX_NAMED_KEYS).map(|(key, _)| clean(key)).collect();
    if names.is_empty() {
        return "it is empty".to_owned();
    }
    let names = names.join(", ");
    format!("no title and no text in {names}; --map text=KEY can name the key")
}

fn flash(mut understood: UnderstoodFields, date: Date, at: Location<'_>) -> FlashItem {
    let text = understood.paragraphs.join("\n");
    FlashItem {
        column: understood.take(Field::Column),
        outlet: understood.take(Field::Source).or_else(|| outlet(&text).map(str::to_owned)),
        category: understood.take(Field::Category),
        url: understood.take(Field::Url),
        id: understood.id,
        title: understood.title,
        text,
        date,
        tags: understood.tags,
        occurrences: vec![Occurrence { path: at.path.to_owned(), span: at.span }],
        variants: Vec::new(),
    }
}

impl RecordReader<'_> {
    fn article(&self, mut understood: UnderstoodFields, date: Date, at: Location<'_>) -> Article {
        let column = understood.take(Field::Column);
        let (mut title, mut title_origin) =
            (std::mem::take(&mut understood.title), TitleOrigin::Stated);
        if title.is_empty() && self.derives_titles {
            let first = understood.paragraphs.first().map_or("", String::as_str);
            (title, title_origin) = (title::derived(first).to_owned(), TitleOrigin::Derived);
        }
        let translator = understood.take(Field::Translator);
        Article {
            site: understood.take(Field::Site),
            category: understood.take(Field::Category).or(column),
            author: understood.take(Field::Author).or_else(|| translator.clone()),
            translator,
            editor: understood.take(Field::Editor),
            source: understood.take(Field::Source),
            url: understood.take(Field::Url),
            id: understood.id,
            path: at.path.to_owned(),
            span: at.span,
            title,
            title_origin,
            date,
            paragraphs: understood.paragraphs,
            tags: understood.tags,
            ..Article::default()
        }
    }
}
