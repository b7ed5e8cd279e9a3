//! Writes a copy before it is published: its documents into an index that is new or a clone, and
//! their statistics.

use std::time::{Duration, Instant};

use serde_json::json;
use xxhash_rust::xxh3::xxh3_64;

use super::documents::for_each_document;
use super::options::{Copied, CopyProgress, DocumentsToSend};
use super::sums;
use crate::bulk::{BulkWriter, Operation};
use crate::error::{Error, Result};
use crate::index::ClusterIndex;
use crate::physical_index::{Health, REPLICAS_WAIT};
use crate::publication::{
    Publication, bulk_options, check_none_refused, delete_if_marked, is_lost, is_lost_or_missing,
    is_marked, refresh,
};
use crate::request::{Request, encode_segment};
use crate::schema::{self, statistics_name};
use crate::source::file_sums;
use crate::statistics::StatisticsBuilder;

/// If writing took longer than this before it failed because a shard was lost, it is not repeated:
/// the nodes may come back, so the user decides whether to start again.
const RETRY_WITHIN: Duration = Duration::from_secs(180);

impl Publication<'_> {
    /// The name of the index of documents of this copy. Its stamp is a hash of the format, the
    /// analysis, the time of the build and the files of the generation in the folder, so the same
    /// copy has the same name. For some options, the hash also has the name of the published index.
    pub(super) fn documents_name(&self, published: Option<&ClusterIndex>) -> Result<String> {
        // `ComputedSumDiffers` and `All` are for a published index that cannot be trusted. The name
        // of that index is part of the hash, so that the new index has another name even if the
        // generation is the same.
        let distrusted_index = match self.options.to_send {
            DocumentsToSend::StatedSumDiffers => "",
            DocumentsToSend::ComputedSumDiffers | DocumentsToSend::All => {
                published.map_or("", ClusterIndex::documents_index)
            }
        };
        let meta = self.index.meta();
        let versions = format!("{} {} {}", schema::FORMAT, meta.analysis, meta.built);
        let hashed = format!("{versions} {}{distrusted_index}", file_sums(meta));
        Ok(self.address.physical_name(&format!("{:016x}", xxh3_64(hashed.as_bytes())))?)
    }

    /// Writes the index of documents and that of statistics. If a shard is lost, because a node was
    /// lost before the shard had a replica, or if the index of documents is gone, because the
    /// cluster has lost its state, writes both once more, unless the first time took longer than
    /// [`RETRY_WITHIN`].
    pub(super) fn write_with_retry(
        &self,
        published: Option<&ClusterIndex>,
        documents_index: &str,
        progress: CopyProgress<'_>,
    ) -> Result<Copied> {
        let started = Instant::now();
        // If a shard is missing for too long, waiting for it fails with `StateNotReached`.
        let may_be_transient =
            |error: &Error| error.is_transient() || matches!(error, Error::StateNotReached { .. });
        match self.write(published, documents_index, progress) {
            Err(error) if may_be_transient(&error) && started.elapsed() < RETRY_WITHIN => {
                // The index of statistics is created last, so it may not exist yet.
                if !is_lost_or_missing(self.client, documents_index)
                    && !is_lost(self.client, &statistics_name(documents_index))
                {
                    return Err(error);
                }
                delete_if_marked(self.client, documents_index, self.address.alias())?;
                self.write(published, documents_index, progress)
            }
            written => written,
        }
    }

    /// Writes the index of documents and that of statistics once, and at last the description that
    /// makes the index of documents whole.
    fn write(
        &self,
        published: Option<&ClusterIndex>,
        documents_index: &str,
        progress: CopyProgress<'_>,
    ) -> Result<Copied> {
        // The documents of an index that several machines have written have fields that those of a
        // copy do not have, so such an index is not cloned.
        let original = published.filter(|published| {
            published.description().shares == 0 && self.options.to_send != DocumentsToSend::All
        });
        self.create_or_clone(documents_index, original)?;
        let (copied, statistics) = self.send_documents(documents_index, progress)?;
        // A copy is sent by one machine, not in shares.
        let shares = 0;
        self.describe(documents_index, statistics, shares)?;
        Ok(copied)
    }

    /// Creates the index of documents `name`: a clone of `original` if its documents were analysed
    /// in the same way, and if the shards of the clone become available within the patience of the
    /// options; otherwise an empty index. An index that an interrupted copy has begun is kept,
    /// unless shards of it are lost. Fails if there is an index with this name that does not have
    /// our mark.
    fn create_or_clone(&self, name: &str, original: Option<&ClusterIndex>) -> Result<()> {
        let Self { client, options, .. } = self;
        let (alias, analysis) = (self.address.alias(), self.index.meta().analysis.as_str());
        // These settings remove the block on writes that publishing sets, and the one that the
        // cluster sets when a disk is nearly full.
        let unblocked = json!({
            "index.blocks.write": null,
            "index.blocks.read_only_allow_delete": null,
        });
        let request = Request::head(format!("/{}", encode_segment(name)));
        if client.send(&request.by_cluster_manager().accept(404))?.status() != 404 {
            if !is_marked(client, name, alias)? {
                return Err(Error::NotMarked { index: name.to_owned() });
            }
            if !is_lost(client, name) {
                self.put_to(name, "_settings", &unblocked)?;
                self.set_replicas_of_begun(name)?;
                return client.wait_for_replicas(name, REPLICAS_WAIT);
            }
            client.delete_index(name)?;
        }
        let layout = self.layout()?;
        let create = || {
            let body = schema::documents_index_body(layout, analysis, alias);
            self.created_or_already_ours(name, client.create_index(name, &body))?;
            client.wait_for_replicas(name, REPLICAS_WAIT)
        };
        let original = original.filter(|original| original.description().analysis == analysis);
        let Some(original) = original else { return create() };
        let endpoint = format!("_clone/{}", encode_segment(name));
        // A clone does not inherit the number of replicas.
        let mut settings = unblocked;
        settings["index.number_of_replicas"] = json!(layout.replicas);
        // Somebody may have removed the block that publishing has set, to change documents.
        let blocked = json!({ "index.blocks.write": true });
        self.put_to(original.documents_index(), "_settings", &blocked)?;
        let cloned =
            self.put_to(original.documents_index(), &endpoint, &json!({ "settings": settings }));
        self.created_or_already_ours(name, cloned)?;
        match client.wait_for_health(name, Health::Yellow, options.patience) {
            // The shards of a clone are on the nodes of the original, which may take no further
            // shards, for example because their disks are nearly full. Those of a new index can be
            // on other nodes.
            Err(Error::StateNotReached { .. }) => {
                client.delete_index(name)?;
                return create();
            }
            health => health?,
        };
        client.wait_for_replicas(name, REPLICAS_WAIT)?;
        // The clone has the description of the original. Remove it: the clone must not count as
        // whole before it has its own description.
        self.put_to(name, "_mapping", &json!({ "_meta": schema::unfinished_meta(analysis, alias) }))
    }

    /// Sends to the index `name` the documents that differ, and deletes those in it that the index
    /// in the folder does not have. Returns what was done, and the statistics of all documents.
    fn send_documents(
        &self,
        name: &str,
        progress: CopyProgress<'_>,
    ) -> Result<(Copied, StatisticsBuilder)> {
        let Self { index, client, options, lock, .. } = self;
        refresh(client, name)?;
        let mut sums_on_cluster = match options.to_send {
            DocumentsToSend::ComputedSumDiffers => sums::computed_sums(client, name)?,
            DocumentsToSend::StatedSumDiffers | DocumentsToSend::All => {
                sums::stated_sums(client, name)?
            }
        };
        let mut writer = BulkWriter::new(client, name, bulk_options())?;
        let mut copied = Copied::default();
        let statistics = for_each_document(index, |document| {
            copied.documents += 1;
            if sums_on_cluster.remove(document.id).as_deref() != Some(document.sum) {
                copied.sent += 1;
                writer.push(&Operation::index(document.id, document.json))?;
            }
            lock.check()?;
            let [done, all] = document.progress;
            progress(done, all);
            Ok(())
        })?;
        for id in sums_on_cluster.keys() {
            copied.deleted += 1;
            writer.push(&Operation::delete(id))?;
        }
        check_none_refused(writer.finish()?)?;
        Ok((copied, statistics))
    }
}

#[cfg(test)]
mod tests {
    use wensou_index::{BuildOptions, Index};
    use wensou_ingest::Silent;

    use super::*;
    use crate::client_options::ClientOptions;
    use crate::copy::CopyOptions;
    use crate::credentials::Credentials;
    use crate::mock::{Mock, Reply, address_of, client_of};

    /// The answer about the health of an index that does not exist.
    const MISSING: &str = r#"{"status":"red","timed_out":true,"active_shards":0,
        "initializing_shards":0,"unassigned_shards":0}"#;
    /// The answer about the health of an index whose shards are all there.
    const HEALTHY: &str = r#"{"status":"green","timed_out":false}"#;

    /// The answer to a request that writes the document of a lock.
    const VERSION: &str = r#"{"_seq_no":3,"_primary_term":1}"#;

    /// How often the index of documents is created if the cluster fails each time, and then says
    /// this of its health.
    fn attempts_to_write(health_of_documents: &'static str) -> usize {
        let folder = tempfile::tempdir().unwrap();
        let [archive, dir] = ["archive", "index"].map(|name| folder.path().join(name));
        std::fs::create_dir(&archive).unwrap();
        std::fs::write(archive.join("a.txt"), "標題\n\n正文在此,講一件事。\n").unwrap();
        wensou_index::build(&dir, &[archive], &BuildOptions::default(), &Silent).unwrap();
        let index = Index::open(&dir).unwrap();
        let mock = Mock::new(move |_, seen| match &seen.line {
            line if line.contains("_cluster/health/n-wensou-lock?") => Reply::ok(HEALTHY),
            line if line.contains("wensou-lock") => Reply::ok(VERSION),
            line if line.contains("_cluster/health/n-1?") => Reply::ok(health_of_documents),
            // The index of statistics is never there.
            line if line.contains("_cluster/health/n-1.terms?") => Reply::ok(MISSING),
            line if line.starts_with("PUT /n-1") => Reply::Status(503, "overloaded".to_owned()),
            _ => Reply::exception(404, "index_not_found_exception", "no such index [n-1]"),
        });
        let options = ClientOptions { attempts: 1, ..ClientOptions::default() };
        let client = client_of(&[&mock], &Credentials::none(), &options).unwrap();
        let (address, options) = (address_of(&[&mock]), CopyOptions::default());
        let publication = Publication::begin(&index, &client, &address, &options).unwrap();
        let (published, progress) = (None, |_: u64, _: u64| {});
        let written = publication.write_with_retry(published, "n-1", &progress);
        assert!(matches!(written, Err(Error::Unavailable { .. })), "{written:?}");
        let created = mock.requests().into_iter().filter(|seen| seen.line.starts_with("PUT /n-1"));
        created.count()
    }

    #[test]
    fn a_copy_is_repeated_if_its_index_of_documents_is_gone() {
        assert_eq!(attempts_to_write(MISSING), 2);
        assert_eq!(attempts_to_write(HEALTHY), 1, "an absent index of statistics is no reason");
    }
}
