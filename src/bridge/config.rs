//! The configuration as `js/options.ts` resolved it.

use std::time::Duration;

use napi::{Error, Result, Status};
use napi_derive::napi;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::Resource;

use crate::batch::BatchLimits;
use crate::config::Config;
use crate::export::{Encoding, ProxyEnv, Target};
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

impl TryFrom<NativeConfig> for Config {
    type Error = Error;

    fn try_from(from: NativeConfig) -> Result<Self> {
        Ok(Self {
            resource: resource(&from.resource)?,
            batch: BatchLimits {
                max_spans: from.max_batch_spans as usize,
                max_bytes: bytes(from.max_batch_bytes),
                delay: Duration::from_millis(u64::from(from.schedule_delay_ms)),
            },
            max_queue_bytes: bytes(from.max_queue_bytes),
            policy: Policy::default(),
            quiet: from.quiet,
            exit_budget: Duration::from_millis(u64::from(from.exit_flush_ms)),
            target: Target {
                endpoint: from.traces_url,
                headers: from.headers.into_iter().map(|h| (h.name, h.value)).collect(),
                encoding: match from.protocol.as_str() {
                    "http/json" => Encoding::Json,
                    _ => Encoding::Protobuf,
                },
                gzip: from.gzip,
                gzip_level: from.gzip_level,
                timeout: Duration::from_millis(u64::from(from.timeout_ms)),
                ca_pem: from.certificate_pem.map(String::into_bytes),
                client_cert_pem: from.client_certificate_pem.map(String::into_bytes),
                client_key_pem: from.client_key_pem.map(String::into_bytes),
                user_agent: from.user_agent,
                proxy: ProxyEnv {
                    https_proxy: from.https_proxy,
                    http_proxy: from.http_proxy,
                    all_proxy: from.all_proxy,
                    no_proxy: from.no_proxy,
                },
                extra_ca_pem: from.extra_ca_pem.map(String::into_bytes),
            },
        })
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
