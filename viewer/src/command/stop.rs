//! Why a command ends before it is done.

use std::fmt::Display;

use crate::export::ExportError;
use crate::store::StoreError;

#[derive(Debug)]
pub enum Stop {
    /// It was called wrongly: a sentence. Becomes exit code 2.
    Misused(String),
    /// It could not do what it should, or there is nothing that was asked for: a sentence. Becomes
    /// exit code 1.
    Failed(String),
    /// Whoever reads its output has read enough, which is no fault.
    Gone,
}

impl Stop {
    pub fn failed(why: &impl Display) -> Self {
        Self::Failed(format!("{why}."))
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(format!("the store cannot be read: {error}."))
    }
}

impl From<ExportError> for Stop {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Gone => Self::Gone,
            ExportError::Store(error) => error.into(),
        }
    }
}
