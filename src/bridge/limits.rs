//! A destination's limits, as `js/options/limits.ts` resolved them.

use napi_derive::napi;

use super::config::bytes;
use crate::limits::Limits;

#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativeLimits {
    pub value_length: Option<f64>,
    pub span_bytes: Option<f64>,
}

impl From<NativeLimits> for Limits {
    fn from(told: NativeLimits) -> Self {
        Self {
            value_length: told.value_length.map(bytes),
            span_bytes: told.span_bytes.map(bytes),
            ..Self::default()
        }
    }
}
