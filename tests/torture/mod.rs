//! Campaigns: hundreds of random folders, damages, power cuts and errors, for each of which the
//! right outcome is known.
//!
//! `cargo test` runs a few rounds of each. `just torture` runs them in full: it sets environment
//! variables that give the number of rounds of each campaign. Every round has a seed of its own, so
//! that `WENSOU_ROUND=17` repeats round 17 alone. At its end a campaign prints one line of figures.

mod answers;
mod attacker;
mod campaign;
mod cuts;
mod damages;
mod foreign;
mod hostile;
mod limits;
mod preload;
mod read_errors;
mod readers;
mod repair;
mod replay;
mod snapshot;
mod world;
