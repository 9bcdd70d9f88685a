//! What is done to spans before any destination gets them, as `js/options/` resolved it.

use std::sync::Arc;

use napi::{Error, Result, Status};
use napi_derive::napi;

use crate::config::Gate;
use crate::cost::Prices;

#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativeGate {
    /// What the app knows of prices, by model, as a JSON object; `null` where no cost is wanted.
    pub prices: Option<String>,
    /// Which traces are sent, as the JSON of `src/sample/rules.rs`; `null` where all are.
    pub sample: Option<String>,
}

impl NativeGate {
    pub(super) fn into_gate(self) -> Result<Gate> {
        let invalid = |why: String| Error::new(Status::InvalidArg, why);
        let prices = self.prices.as_deref().map(Prices::with).transpose();
        let prices = prices.map_err(|error| invalid(error.to_string()))?;
        let sample = self.sample.as_deref().map(serde_json::from_str).transpose();
        let sample = sample.map_err(|error| invalid(format!("sample: {error}")))?;
        Ok(Gate { prices: prices.map(Arc::new), sample })
    }
}
