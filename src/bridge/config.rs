//! The configuration as `js/options.ts` resolved it.

use std::sync::Arc;
use std::time::Duration;

use napi::{Error, Result, Status};
use napi_derive::napi;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::Resource;

use super::thread::give_way;
use crate::batch::BatchLimits;
use crate::config::{Config, Destination, RouteConfig};
use crate::export::{Encoding, Memory, ProxyEnv, Target};
use crate::filter::Filter;
use crate::redact::Policy;

#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativeHeader {
    pub name: String,
    pub value: String,
}

#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativeConfig {
    /// Resource attributes as a JSON object.
    pub resource: String,
    /// `memory` keeps spans for `take_kept`, apart from those of other environments.
    #[napi(ts_type = "'otlp' | 'memory'")]
    pub sink: String,
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
    pub schedule_delay_ms: u32,
    pub quiet: bool,
}

impl NativeConfig {
    pub(super) fn is_kept_in_memory(&self) -> bool {
        self.sink == "memory"
    }

    /// `memory` is where spans are kept, if they are.
    pub(super) fn into_config(self, memory: Arc<Memory>) -> Result<Config> {
        let resource = resource(&self.resource)?;
        let batch = BatchLimits {
            max_spans: self.max_batch_spans as usize,
            max_bytes: bytes(self.max_batch_bytes),
            delay: Duration::from_millis(u64::from(self.schedule_delay_ms)),
        };
        Ok(Config {
            resource,
            max_queue_bytes: bytes(self.max_queue_bytes),
            on_thread: give_way,
            quiet: self.quiet,
            exit_budget: Duration::from_millis(u64::from(self.exit_flush_ms)),
            routes: vec![RouteConfig {
                name: String::new(),
                endpoint: String::new(),
                filter: Filter::default(),
                policy: Policy::default(),
                batch,
                destination: if self.is_kept_in_memory() {
                    Destination::Memory(memory)
                } else {
                    Destination::Collector(Box::new(self.into_target()))
                },
            }],
        })
    }

    fn into_target(self) -> Target {
        Target {
            endpoint: self.traces_url,
            headers: self.headers.into_iter().map(|h| (h.name, h.value)).collect(),
            encoding: match self.protocol.as_str() {
                "http/json" => Encoding::Json,
                _ => Encoding::Protobuf,
            },
            gzip: self.gzip,
            gzip_level: self.gzip_level,
            timeout: Duration::from_millis(u64::from(self.timeout_ms)),
            ca_pem: self.certificate_pem.map(String::into_bytes),
            client_cert_pem: self.client_certificate_pem.map(String::into_bytes),
            client_key_pem: self.client_key_pem.map(String::into_bytes),
            user_agent: self.user_agent,
            proxy: ProxyEnv {
                https_proxy: self.https_proxy,
                http_proxy: self.http_proxy,
                all_proxy: self.all_proxy,
                no_proxy: self.no_proxy,
            },
            extra_ca_pem: self.extra_ca_pem.map(String::into_bytes),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` from float saturates, and JS has checked the range"
)]
fn bytes(number: f64) -> usize {
    number as usize
}

fn resource(json: &str) -> Result<Resource> {
    let attributes: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json)
        .map_err(|error| Error::new(Status::InvalidArg, format!("resource: {error}")))?;
    let attributes = attributes
        .into_iter()
        .filter_map(|(key, value)| Some(KeyValue::new(key, resource_value(value)?)));
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
