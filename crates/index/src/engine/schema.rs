//! The tantivy schema: fields that are filtered, counted and stored.
//!
//! Text, dates and whatever else ranking needs are in the [postings](wensou_postings) instead.

use tantivy::schema::{
    FAST, Field, IndexRecordOption, NumericOptions, STORED, Schema, TextFieldIndexing, TextOptions,
};

/// The value of [`Fields::provenance`] for a date that is not known.
pub const PROVENANCE_NONE: u64 = 0;
/// The value of [`Fields::provenance`] for an inferred date.
pub const PROVENANCE_INFERRED: u64 = 1;
/// The value of [`Fields::provenance`] for a date that the page states.
pub const PROVENANCE_STATED: u64 = 2;

/// The id of the field [`Fields::record`]: tantivy numbers fields in the order in which [`schema`]
/// adds them, from 0.
pub(crate) const RECORD_FIELD: u32 = 14;

/// The handle of each field. *Fast* fields are columns, and other fields are indexed, except
/// [`Fields::record`], which is stored. *Fast and indexed* fields are both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// The id, and those of the variants of a flash item. Indexed, for `show ID` and `id:`.
    pub id: Field,
    /// The id, if the column of id numbers in the postings cannot hold it: a dump gave it, or it
    /// was lengthened to be unique. Fast, so that ids are listed without reading stored records.
    pub external_id: Field,
    /// The index of the record in the order of the walk when its document was written. Fast, for
    /// the order of `export`.
    pub ordinal: Field,
    /// The code of the [`Kind`](crate::Kind). Fast and indexed, for `kind:`.
    pub kind: Field,
    /// [`PROVENANCE_NONE`], [`PROVENANCE_INFERRED`] or [`PROVENANCE_STATED`]. Fast and indexed, for
    /// `date:none` and `date:inferred`.
    pub provenance: Field,
    /// Each tag, folded, for `tag:`.
    pub tag: Field,
    /// Each tag for counting: folded form, U+001F, original form. Fast.
    pub tag_facet: Field,
    /// Source or outlet, author, translator and editor, folded, for `source:`.
    pub source: Field,
    /// Sources for counting, as `tag_facet`.
    pub source_facet: Field,
    /// The category, folded, for `category:`.
    pub category: Field,
    /// Categories for counting, as `tag_facet`.
    pub category_facet: Field,
    /// The values of [`HAS_VALUES`](crate::HAS_VALUES) that are true of the record, for `has:`.
    pub has: Field,
    /// The script of title and body: `hans`, `hant`, `mixed` or `none`, for `script:`.
    pub script: Field,
    /// The number of occurrences of the record. Fast.
    pub occurrences: Field,
    /// The encoded record: the only stored field.
    pub record: Field,
    /// Names of authors, translators and editors, folded, for `author:`.
    pub author: Field,
    /// The name of the site, its host, and the host without `www.`, folded, for `site:`.
    pub site: Field,
    /// The address as [`url_key`](crate::url_key) writes it, for `url:`.
    pub url: Field,
}

/// The schema and its fields.
#[must_use]
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let facet = || TextOptions::default().set_fast("raw");
    let number = || NumericOptions::default().set_fast().set_indexed();
    // tantivy scores none of these fields, so their lengths are not stored.
    let keyword = || {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_index_option(IndexRecordOption::Basic)
                .set_fieldnorms(false),
        )
    };
    let fields = Fields {
        id: builder.add_text_field("id", keyword()),
        external_id: builder.add_text_field("external_id", facet()),
        ordinal: builder.add_u64_field("ordinal", FAST),
        kind: builder.add_u64_field("kind", number()),
        provenance: builder.add_u64_field("provenance", number()),
        tag: builder.add_text_field("tag", keyword()),
        tag_facet: builder.add_text_field("tag_facet", facet()),
        source: builder.add_text_field("source", keyword()),
        source_facet: builder.add_text_field("source_facet", facet()),
        category: builder.add_text_field("category", keyword()),
        category_facet: builder.add_text_field("category_facet", facet()),
        has: builder.add_text_field("has", keyword()),
        script: builder.add_text_field("script", keyword()),
        occurrences: builder.add_u64_field("occurrences", FAST),
        record: builder.add_bytes_field("record", STORED),
        author: builder.add_text_field("author", keyword()),
        site: builder.add_text_field("site", keyword()),
        url: builder.add_text_field("url", keyword()),
    };
    (builder.build(), fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_field_is_the_id_of_the_field_of_records() {
        let (_, fields) = schema();
        assert_eq!(fields.record.field_id(), RECORD_FIELD);
    }
}
