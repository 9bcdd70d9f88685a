//! What a destination must not get, as `js/options/policy.ts` resolved it.

use std::sync::Arc;

use napi::{Error, Result, Status};
use napi_derive::napi;

use super::hide::NativeHide;
use super::limits::NativeLimits;
use crate::redact::{Policy, Rules};

#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativePolicy {
    pub hide: NativeHide,
    /// What users want redacted, as JSON; see `src/redact/rules/spec.rs`.
    pub redact: Option<String>,
    pub limits: NativeLimits,
}

pub(super) fn policy(told: NativePolicy) -> Result<Policy> {
    let rules = told.redact.as_deref().map(Rules::parse).transpose();
    let rules = rules.map_err(|why| Error::new(Status::InvalidArg, why))?;
    Ok(Policy {
        hide: told.hide.into(),
        rules: rules.map(Arc::new),
        limits: told.limits.into(),
        ..Policy::default()
    })
}
