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
}

impl NativeGate {
    pub(super) fn into_gate(self) -> Result<Gate> {
        let prices = self.prices.as_deref().map(Prices::with).transpose();
        let prices = prices.map_err(|error| Error::new(Status::InvalidArg, error.to_string()))?;
        Ok(Gate { prices: prices.map(Arc::new) })
    }
}
