//! What a model call costs, from its token counts and a table of prices: `data/prices.json`, which
//! has a date, and the prices that the app gives, which come first.
//!
//! A price is never guessed. A model that the table does not name, a host with prices of its own, a
//! service tier or kind of token without a price: no cost. `docs/cost.md` tells users so.
//!
//! Nothing here knows napi: whoever shows traces prices them with the same code.

mod attributes;
mod model_name;
mod price;
mod table;

pub use attributes::{add_cost, cost_of};
pub use price::{Cost, Price, Rates, Usage};
pub use table::{Call, InvalidPrices, Prices};
