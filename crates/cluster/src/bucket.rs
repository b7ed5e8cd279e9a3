//! A statistics bucket: the document frequencies of some terms, packed into one document.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::document::TermHash;

/// Some terms, with the number of articles and of flash items that have each.
///
/// A bucket is a string: the base64 of 16 bytes for each term, ascending by hash. The bytes of a
/// term are its hash and the two numbers, in little-endian order. The cluster parses the documents
/// that it returns, and parsing numbers would take three times as long as parsing a string.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    packed: String,
}

/// The number of bytes of a term in a bucket.
const TERM_BYTES: usize = 16;

impl Bucket {
    /// Packs terms: the hash of each, and the numbers of articles and of flash items that have it.
    /// The hashes must ascend.
    pub(crate) fn new(terms: &[(u64, [u32; 2])]) -> Self {
        let mut bytes = Vec::with_capacity(terms.len() * TERM_BYTES);
        for (hash, counts) in terms {
            bytes.extend(hash.to_le_bytes());
            counts.iter().for_each(|count| bytes.extend(count.to_le_bytes()));
        }
        Self { packed: STANDARD.encode(bytes) }
    }

    /// Unpacks the terms: the hash of each, and the numbers of articles and of flash items that
    /// have it.
    ///
    /// # Errors
    ///
    /// If the string is damaged.
    pub fn decode(&self) -> Result<Vec<(TermHash, [u64; 2])>, base64::DecodeError> {
        let bytes = STANDARD.decode(&self.packed)?;
        let (terms, []) = bytes.as_chunks::<TERM_BYTES>() else {
            return Err(base64::DecodeError::InvalidLength(bytes.len()));
        };
        let decode_term = |bytes: &[u8; TERM_BYTES]| {
            let (hash, counts) = bytes.split_first_chunk().unwrap_or((&[0; 8], &[]));
            let (counts, _) = counts.as_chunks();
            let mut counts = counts.iter().map(|count| u32::from_le_bytes(*count));
            let mut next_count = || u64::from(counts.next().unwrap_or_default());
            (TermHash(u64::from_le_bytes(*hash)), [next_count(), next_count()])
        };
        Ok(terms.iter().map(decode_term).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_bucket_decodes_to_the_terms_that_were_packed(
            terms in prop::collection::btree_map(any::<u64>(), any::<[u32; 2]>(), 0..80),
        ) {
            let terms: Vec<(u64, [u32; 2])> = terms.into_iter().collect();
            let bucket = Bucket::new(&terms);
            let written = serde_json::to_string(&bucket).unwrap();
            let decoded = serde_json::from_str::<Bucket>(&written).unwrap().decode().unwrap();
            let expected: Vec<(TermHash, [u64; 2])> =
                terms.iter().map(|(hash, count)| (TermHash(*hash), count.map(u64::from))).collect();
            prop_assert_eq!(decoded, expected);
        }
    }

    #[test]
    fn a_damaged_bucket_is_an_error() {
        // `AAAA` is the base64 of 3 bytes, but every term has 16. The others are not base64.
        for packed in ["é", "AAAA", "====", "A"] {
            assert!(Bucket { packed: packed.to_owned() }.decode().is_err(), "{packed}");
        }
        assert!(Bucket::default().decode().unwrap().is_empty());
    }
}
