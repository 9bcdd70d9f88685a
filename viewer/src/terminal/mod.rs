//! What commands print: text that fits the terminal, in colours where there is one. Nothing that came
//! in a span is printed but through `safe`.

pub mod amount;
pub mod safe;
pub mod screen;
pub mod table;
pub mod timeline;
pub mod tree;
pub mod width;
