//! From what was captured to what goes on the wire: OpenInference attributes, derived here from
//! whole requests and responses so that the event loop never has to.
//!
//! A *part* is such a snapshot; [`PartKind`] says what there is. `docs/attributes.md` tells users
//! what becomes of each.

mod attributes;
mod derivation;
mod draft;
mod kind;
mod openai;
mod values;
mod view;

pub use attributes::{Attributes, size_of_entry};
pub use derivation::Derivation;
pub use kind::PartKind;
pub use values::{attribute_value, json_text};
