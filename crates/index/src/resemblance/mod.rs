//! Which texts are near-duplicates: the same, or nearly the same.
//!
//! `sketch` reduces a text to a few hashes of its shingles, which are runs of adjacent characters.
//! From these hashes, `candidates` finds pairs of texts that may be near-duplicates.
//! `samples` decides about most of these pairs without reading the texts. The texts of the
//! remaining pairs are compared (`compare`), and near-duplicates are joined into `groups`. A group
//! is a connected component of such pairs, so the outcome does not depend on the order of the
//! texts.
//! `finder` does all of this for articles that are not in one index.

mod candidates;
mod compare;
mod finder;
mod groups;
mod samples;
mod sketch;

pub(crate) use self::candidates::candidate_pairs;
pub(crate) use self::compare::Comparable;
pub use self::finder::{ArticleText, NearDuplicateFinder};
pub(crate) use self::groups::Groups;
pub(crate) use self::samples::{Likeness, Sample, Samples, SamplesWriter, sketch_and_sample};
pub(crate) use self::sketch::HASHES_PER_SKETCH;
pub use self::sketch::Sketch;
