//! The parser against archives whose truth is known: `make_archive.py` of `../shared` writes them. Without
//! `../shared`, python3 or xz there is nothing to compare with, and the tests say so and pass.

mod generated;
mod made;
mod score;
mod variants;
