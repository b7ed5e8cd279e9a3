//! Tests with an index on a cluster: compares the matches of expressions and of prefixes of ids
//! with those in a local index that has the same documents, and reads a document that was
//! forgotten.

use jiff::civil::date;
use wensou_cluster::{
    Client, ClientOptions, ClusterAddress, ClusterIndex, CopyOptions, Credentials, copy,
};
use wensou_index::Index;

use super::ClusterEngine;
use super::dsl::{Translator, parts_to_verify};
use crate::engine::{Engine, IdLookup};
use crate::error::Error;
use crate::index_ref::IndexRef;
use crate::lang::{Clock, parse};
use crate::plan::Mode;
use crate::runner::Runner;
use crate::test_support::{QUERIES, sample_index_in};

#[test]
fn an_index_on_a_cluster_answers_as_the_local_index_that_was_copied() {
    let Ok(address) = std::env::var("WENSOU_TEST_CLUSTER") else {
        eprintln!("skipped: WENSOU_TEST_CLUSTER names no cluster");
        return;
    };
    let address = ClusterAddress::parse(&address).unwrap();
    let client =
        Client::connect(&address, &Credentials::none(), &ClientOptions::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let index = sample_index_in(folder.path());
    let options = CopyOptions::default();
    let copied = copy(&index, &client, &address, &options, &|_, _| ()).unwrap();
    assert!(copied.documents > 100);
    let remote = ClusterIndex::open_with(client, &address).unwrap();
    compare_matches(&index, &remote);
    let mut ids = Vec::new();
    for (prefix, limit) in [("no such id", 3), ("a", 0), ("a", 1), ("a", 3)] {
        ids = IndexRef::from(&index).ids(prefix, limit).unwrap();
        let remote_ids = IndexRef::from(&remote).ids(prefix, limit).unwrap();
        assert_eq!(remote_ids, ids, "{limit} ids that start with {prefix}");
    }
    read_a_forgotten_document(&remote, &ids[0]);
}

/// Expressions match as many documents on the cluster as in the local index, if the cluster can
/// decide all parts of them.
fn compare_matches(index: &Index, remote: &ClusterIndex) {
    let runner = Runner::new(index);
    for typed in QUERIES {
        let query = parse(typed, &Clock { today: date(2024, 5, 1) }).unwrap();
        for mode in [Mode::Strict, Mode::Relaxed, Mode::Undated] {
            let plan = runner.plan(&query, mode).unwrap();
            if !parts_to_verify(&plan.match_expr).is_empty() {
                continue;
            }
            let here = runner.engine().count(&plan.match_expr).unwrap() as u64;
            let query = Translator::default().query(&plan.match_expr);
            assert_eq!(remote.count(&query).unwrap(), here, "{typed} {mode:?} {query}");
        }
    }
}

/// Reads a document by its address after the cache has forgotten it. The error does not say that an
/// id is unknown: nobody has asked for an id.
fn read_a_forgotten_document(remote: &ClusterIndex, id: &str) {
    let engine = ClusterEngine::new(remote);
    let Ok(IdLookup::One(address)) = engine.lookup(id) else { panic!("{id} is not found") };
    assert_eq!(engine.id(address).unwrap(), id);
    engine.invalidate_addresses();
    let outcome = engine.id(address);
    assert!(matches!(outcome, Err(Error::StaleAddress { number: 0 })), "{outcome:?}");
}
