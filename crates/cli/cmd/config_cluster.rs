//! The settings of clusters in `wensou config`. No secret is shown: of the credentials, only their
//! kinds and the path of their file.

use serde_json::json;
use wensou_cluster::{ClientOptions, ClusterSettings, CopyOptions};

use super::config_row::Row;
use crate::config::{GlobalSettings, SettingOrigin};
use crate::open_index::is_address;

/// The settings of clusters, if an index is on one.
pub(super) fn rows(global: &GlobalSettings) -> Vec<Row> {
    if !is_address(&global.index) && !is_address(&global.written) {
        return Vec::new();
    }
    let mut rows = vec![credentials(global)];
    rows.extend(credentials_file(global));
    rows.extend([ca_file(global), insecure_http(global), timeout(global), grace(global)]);
    rows
}

/// The origin of a setting of the config file, or that of its default if it `is_set` nowhere.
fn origin(global: &GlobalSettings, is_set: bool) -> SettingOrigin {
    let line = global.cluster_line.filter(|_| is_set);
    line.map_or(SettingOrigin::Default, SettingOrigin::File)
}

/// Which credentials are used. Their values are never shown.
fn credentials(global: &GlobalSettings) -> Row {
    let in_environment = ClusterSettings::credential_kinds_in_environment();
    let in_file = global.cluster.credential_kinds();
    let (kinds, origin) = match in_environment.first() {
        Some((_, variable)) => {
            let kinds = in_environment.iter().map(|(kind, _)| *kind).collect();
            (kinds, SettingOrigin::Environment(variable))
        }
        None => {
            let origin = origin(global, !in_file.is_empty());
            (in_file, origin)
        }
    };
    let text = if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") };
    Row::new("cluster.credentials", json!(kinds), origin).with_text(text)
}

/// The path of the file of credentials, if the config file names one.
fn credentials_file(global: &GlobalSettings) -> Option<Row> {
    let path = global.cluster.credentials_file.as_ref()?.display().to_string();
    Some(Row::new("cluster.credentials_file", json!(path), origin(global, true)))
}

fn ca_file(global: &GlobalSettings) -> Row {
    let in_file = global.cluster.ca_file.as_ref().map(|path| path.display().to_string());
    let in_environment = ClusterSettings::ca_file_in_environment();
    let (path, origin) = match in_environment {
        Some((path, variable)) => {
            (Some(path.display().to_string()), SettingOrigin::Environment(variable))
        }
        None => {
            let origin = origin(global, in_file.is_some());
            (in_file, origin)
        }
    };
    let text = path.clone().unwrap_or_else(|| "none: the system's authorities".to_owned());
    Row::new("cluster.ca_file", json!(path), origin).with_text(text)
}

fn insecure_http(global: &GlobalSettings) -> Row {
    let setting = &global.insecure_http;
    Row::new("cluster.insecure_http", json!(setting.value), setting.origin)
}

/// The time limit of a request. A value of the environment that is no number is shown as it is.
fn timeout(global: &GlobalSettings) -> Row {
    let (value, origin) = match ClusterSettings::timeout_in_environment() {
        Some((text, variable)) => {
            let value = text.parse::<u64>().map_or_else(|_| json!(text), |seconds| json!(seconds));
            (value, SettingOrigin::Environment(variable))
        }
        None => {
            let default = ClientOptions::default().timeout.as_secs();
            let in_file = global.cluster.timeout.map(std::num::NonZero::get);
            (json!(in_file.unwrap_or(default)), origin(global, in_file.is_some()))
        }
    };
    in_seconds(Row::new("cluster.timeout", value, origin))
}

/// How long a replaced copy is kept.
fn grace(global: &GlobalSettings) -> Row {
    let (in_file, default) = (global.cluster.grace, CopyOptions::default().grace.as_secs());
    let origin = origin(global, in_file.is_some());
    in_seconds(Row::new("cluster.grace", json!(in_file.unwrap_or(default)), origin))
}

/// A setting whose value is a number of seconds.
fn in_seconds(row: Row) -> Row {
    let text = format!("{} s", row.text);
    row.with_text(text)
}
