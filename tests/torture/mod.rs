//! Campaigns: hundreds of random folders, damages, power cuts and errors, for each of which the
//! right outcome is known. These modules are campaigns:
//!
//! - `answers`: damage of a large index, and whether searches answer wrongly;
//! - `cuts`: power cuts during builds;
//! - `damages`: damage of a small index, and whether a verb panics, or `export` or `search` prints
//!   a wrong text;
//! - `foreign`: files of the user in index folders and in folders that look like one;
//! - `hostile`: index folders that an attacker has changed;
//! - `read_errors`: files of the archive that cannot be read for some time;
//! - `readers`: processes that read an index while it is updated;
//! - `repair`: damaged indexes that `check --repair` must repair.
//!
//! The other modules are helpers of the campaigns.
//!
//! `cargo test` runs a few rounds of each campaign. `just torture` runs them in full: it sets an
//! environment variable for each campaign, which gives the number of rounds. The campaign `readers`
//! has no rounds: its variable gives the number of seconds. Every round has a seed of its own, so
//! that `WENSOU_ROUND=17` repeats round 17 alone. This does not hold for `cuts`, where a round uses
//! the build that an earlier round has recorded: alone, it records a build and cuts that. At its
//! end a campaign prints one line of figures.

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
