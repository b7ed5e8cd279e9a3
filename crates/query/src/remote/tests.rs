//! Compares the matches of expressions and of prefixes of ids on a cluster with those in a local
//! index that has the same documents.

use jiff::civil::date;
use wensou_cluster::{
    Client, ClientOptions, ClusterAddress, ClusterIndex, CopyOptions, Credentials, copy,
};

use super::dsl::{Translator, parts_to_verify};
use crate::index_ref::IndexRef;
use crate::lang::{Clock, parse};
use crate::plan::Mode;
use crate::runner::Runner;
use crate::test_support::{QUERIES, sample_index_in};

#[test]
fn expressions_and_prefixes_of_ids_match_on_a_cluster_as_in_a_local_index() {
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
    let runner = Runner::new(&index);
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
    for (prefix, limit) in [("a", 0), ("a", 1), ("a", 3), ("no such id", 3)] {
        let [here, there] = [IndexRef::from(&index), IndexRef::from(&remote)]
            .map(|index| index.ids(prefix, limit).unwrap());
        assert_eq!(there, here, "{limit} ids that start with {prefix}");
    }
}
