//! What a destination must not get, as `js/options/policy.ts` resolved it.

use napi::Result;
use napi_derive::napi;

use super::hide::NativeHide;
use crate::redact::Policy;

#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativePolicy {
    pub hide: NativeHide,
}

pub(super) fn policy(told: NativePolicy) -> Result<Policy> {
    Ok(Policy { hide: told.hide.into() })
}
