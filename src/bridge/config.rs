//! The configuration as `js/options.ts` resolved it.

use std::sync::Arc;
use std::time::Duration;

use napi::{Error, Result, Status};
use napi_derive::napi;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::Resource;

use super::filter::filter;
use super::gate::NativeGate;
use super::policy::{NativePolicy, policy};
use super::spool::NativeSpool;
use super::thread::give_way;
use crate::batch::BatchLimits;
use crate::config::{Config, Destination, RouteConfig};
use crate::export::{Encoding, Memory, ProxyEnv, Target};
use crate::redact::clean_attributes;
use crate::sinks::FileTarget;

#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativeHeader {
    pub name: String,
    pub value: String,
}

/// A collector, and how to talk to it.
#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativeTarget {
    pub traces_url: String,
    pub headers: Vec<NativeHeader>,
    #[napi(ts_type = "'http/protobuf' | 'http/json'")]
    pub protocol: String,
    pub gzip: bool,
    /// From 0, which only packs, to 9.
    pub gzip_level: u32,
    pub timeout_ms: u32,
    pub certificate_pem: Option<String>,
    pub client_certificate_pem: Option<String>,
    pub client_key_pem: Option<String>,
}

/// A file that lines are appended to.
#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativeFile {
    pub path: String,
    pub max_bytes: f64,
    pub max_files: u32,
}

/// Standard error.
#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativeConsole {
    pub colours: bool,
}

/// One place that spans go to.
#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativeDestination {
    /// No two are alike.
    pub name: String,
    /// As it may be shown.
    pub endpoint: String,
    /// JSON; see `src/bridge/filter.rs`.
    pub filter: Option<String>,
    pub policy: NativePolicy,
    pub schedule_delay_ms: u32,
    /// Where this and all like it are `null`, spans are kept for `take_kept`, apart from those of
    /// other environments.
    pub otlp: Option<NativeTarget>,
    pub file: Option<NativeFile>,
    pub console: Option<NativeConsole>,
}

#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativeConfig {
    /// Resource attributes as a JSON object.
    pub resource: String,
    pub destinations: Vec<NativeDestination>,
    pub extra_ca_pem: Option<String>,
    pub https_proxy: Option<String>,
    pub http_proxy: Option<String>,
    pub all_proxy: Option<String>,
    pub no_proxy: Option<String>,
    pub user_agent: String,
    pub exit_flush_ms: u32,
    pub max_queue_bytes: f64,
    pub max_batch_bytes: f64,
    pub max_batch_spans: u32,
    pub gate: NativeGate,
    /// Where spans for collectors wait, besides memory.
    pub spool: Option<NativeSpool>,
    pub quiet: bool,
}

impl NativeDestination {
    fn is_memory(&self) -> bool {
        self.otlp.is_none() && self.file.is_none() && self.console.is_none()
    }
}

impl NativeConfig {
    pub(super) fn is_kept_in_memory(&self) -> bool {
        self.destinations.iter().any(NativeDestination::is_memory)
    }

    /// `memory` is where spans are kept, if they are.
    pub(super) fn into_config(mut self, memory: &Arc<Memory>) -> Result<Config> {
        let destinations = std::mem::take(&mut self.destinations).into_iter();
        Ok(Config {
            resource: resource(&self.resource)?,
            gate: self.gate.clone().into_gate()?,
            routes: destinations.map(|one| self.route(one, memory)).collect::<Result<_>>()?,
            max_queue_bytes: bytes(self.max_queue_bytes),
            on_thread: give_way,
            quiet: self.quiet,
            exit_budget: Duration::from_millis(u64::from(self.exit_flush_ms)),
        })
    }

    fn route(&self, told: NativeDestination, memory: &Arc<Memory>) -> Result<RouteConfig> {
        Ok(RouteConfig {
            name: told.name,
            endpoint: told.endpoint,
            filter: told.filter.as_deref().map(filter).transpose()?.unwrap_or_default(),
            policy: policy(told.policy)?,
            batch: BatchLimits {
                max_spans: self.max_batch_spans as usize,
                max_bytes: bytes(self.max_batch_bytes),
                delay: Duration::from_millis(u64::from(told.schedule_delay_ms)),
            },
            spool: self.spool.clone().map(|spool| {
                let max_bytes = bytes(spool.max_bytes) as u64;
                spool.into_config(max_bytes)
            }),
            destination: match (told.otlp, told.file, told.console) {
                (Some(target), _, _) => Destination::Collector(Box::new(self.target(target))),
                (None, Some(file), _) => Destination::File(FileTarget {
                    path: file.path.into(),
                    max_bytes: bytes(file.max_bytes) as u64,
                    max_files: file.max_files,
                }),
                (None, None, Some(NativeConsole { colours })) => {
                    Destination::Console { is_coloured: colours }
                }
                (None, None, None) => Destination::Memory(Arc::clone(memory)),
            },
        })
    }

    fn target(&self, told: NativeTarget) -> Target {
        Target {
            endpoint: told.traces_url,
            headers: told.headers.into_iter().map(|h| (h.name, h.value)).collect(),
            encoding: match told.protocol.as_str() {
                "http/json" => Encoding::Json,
                _ => Encoding::Protobuf,
            },
            gzip: told.gzip,
            gzip_level: told.gzip_level,
            timeout: Duration::from_millis(u64::from(told.timeout_ms)),
            ca_pem: told.certificate_pem.map(String::into_bytes),
            client_cert_pem: told.client_certificate_pem.map(String::into_bytes),
            client_key_pem: told.client_key_pem.map(String::into_bytes),
            user_agent: self.user_agent.clone(),
            proxy: ProxyEnv {
                https_proxy: self.https_proxy.clone(),
                http_proxy: self.http_proxy.clone(),
                all_proxy: self.all_proxy.clone(),
                no_proxy: self.no_proxy.clone(),
            },
            extra_ca_pem: self.extra_ca_pem.clone().map(String::into_bytes),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` from float saturates, and JS has checked the range"
)]
pub(super) fn bytes(number: f64) -> usize {
    number as usize
}

fn resource(json: &str) -> Result<Resource> {
    let attributes: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json)
        .map_err(|error| Error::new(Status::InvalidArg, format!("resource: {error}")))?;
    let attributes = attributes
        .into_iter()
        .filter_map(|(key, value)| Some(KeyValue::new(key, resource_value(value)?)));
    let mut attributes: Vec<KeyValue> = attributes.collect();
    clean_attributes(&mut attributes);
    Ok(Resource::builder_empty().with_attributes(attributes).build())
}

fn resource_value(value: serde_json::Value) -> Option<Value> {
    Some(match value {
        serde_json::Value::Bool(bool) => bool.into(),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => number.as_f64()?.into(),
        },
        serde_json::Value::String(text) => text.into(),
        serde_json::Value::Array(items) => {
            let item = |item: serde_json::Value| match item {
                serde_json::Value::String(text) => StringValue::from(text),
                other => StringValue::from(other.to_string()),
            };
            Value::Array(Array::String(items.into_iter().map(item).collect()))
        }
        serde_json::Value::Null | serde_json::Value::Object(_) => return None,
    })
}
