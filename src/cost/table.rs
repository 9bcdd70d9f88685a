//! Which price a call has: its model's among those that the app gave, else its model's at the host
//! that answered.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::model_name::names_of;
use super::price::{Cost, Price, Usage};

/// What is known of a call besides its token counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Call<'c> {
    pub model: &'c str,
    /// As in `llm.provider`.
    pub provider: Option<&'c str>,
    /// As in `service_tier`.
    pub tier: Option<&'c str>,
}

/// Prices that an app gave are not what they should be.
#[derive(Debug)]
pub struct InvalidPrices(serde_json::Error);

impl std::fmt::Display for InvalidPrices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "prices: {}", self.0)
    }
}

impl std::error::Error for InvalidPrices {}

/// The app's prices before the table's.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    /// By model in lower case; whoever hosts it.
    own: HashMap<String, Price>,
}

impl Prices {
    /// `own` is a JSON object of prices by model.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn with(own: &str) -> Result<Self, InvalidPrices> {
        let own: HashMap<String, Price> = serde_json::from_str(own).map_err(InvalidPrices)?;
        let own = own.into_iter().map(|(model, price)| (model.trim().to_lowercase(), price));
        Ok(Self { own: own.collect() })
    }

    /// `None` where anything is not known: the model, its price at this host, or a part of it.
    pub fn cost(&self, call: Call<'_>, usage: &Usage) -> Option<Cost> {
        let lower = |text: &str| text.trim().to_ascii_lowercase();
        let model = lower(call.model);
        let provider = call.provider.map(lower);
        let tier = call.tier.map(lower);
        let own = names_of(&model).find_map(|name| self.own.get(name));
        let price = own.or_else(|| TABLE.find(&model, provider.as_deref()))?;
        price.cost(usage, tier.as_deref())
    }
}

/// Of `data/prices.json`.
#[derive(Debug, Default, Deserialize)]
struct Table {
    vendors: Vec<Vendor>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vendor {
    /// The hosts that ask these prices.
    providers: Vec<String>,
    /// What routers put before the names of this vendor's models.
    prefixes: Vec<String>,
    /// False where the models are others', and cost something else elsewhere.
    names_are_its_own: bool,
    models: Vec<Row>,
    #[serde(skip)]
    by_id: HashMap<String, usize>,
}

#[derive(Debug, Deserialize)]
struct Row {
    ids: Vec<String>,
    #[serde(flatten)]
    price: Price,
}

/// Who passes a vendor's prices on: a router, and `openai`, which stands for every host that speaks
/// OpenAI's API and is not known, most often something in front of the vendor.
const INTERMEDIARIES: [&str; 2] = ["openai", "openrouter"];

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    // A test sees to it that it can be read.
    let mut table: Table =
        serde_json::from_str(include_str!("../../data/prices.json")).unwrap_or_default();
    for vendor in &mut table.vendors {
        let rows = vendor.models.iter().enumerate();
        vendor.by_id = rows
            .flat_map(|(row, model)| model.ids.iter().map(move |id| (id.clone(), row)))
            .collect();
    }
    table
});

impl Table {
    fn find(&self, model: &str, provider: Option<&str>) -> Option<&Price> {
        let through = provider.is_none_or(|provider| INTERMEDIARIES.contains(&provider));
        self.vendors.iter().find_map(|vendor| {
            let is_host =
                provider.is_some_and(|provider| vendor.providers.iter().any(|own| own == provider));
            let prefixed =
                || vendor.prefixes.iter().find_map(|prefix| model.strip_prefix(prefix.as_str()));
            if is_host && let Some(price) = vendor.price(model) {
                return Some(price);
            }
            if is_host || through {
                let bare = vendor.names_are_its_own.then_some(model);
                return vendor.price(prefixed().or(bare)?);
            }
            None
        })
    }
}

impl Vendor {
    fn price(&self, model: &str) -> Option<&Price> {
        let row = names_of(model).find_map(|name| self.by_id.get(name))?;
        self.models.get(*row).map(|row| &row.price)
    }
}

#[cfg(test)]
mod tests;
