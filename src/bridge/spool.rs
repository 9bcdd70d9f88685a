//! The spool's directory for the command line: looking at it and clearing it.

use std::path::PathBuf;

use napi::{Error, Result, Status};
use napi_derive::napi;

use super::stats::number;
use crate::config::SpoolConfig;
use crate::spool::{Folder, Survey, clear, survey};

/// A directory that spans wait in.
#[napi(object, use_nullable = true)]
#[derive(Clone, PartialEq)]
pub struct NativeSpool {
    pub dir: String,
    pub max_bytes: f64,
    /// What was meant for other destinations is sent too.
    pub takes_all: bool,
}

/// What one process left, or has, in the directory.
#[napi(object, use_nullable = true)]
pub struct NativeSpoolSurvey {
    pub pid: u32,
    pub is_held: bool,
    pub destination: String,
    pub segments: f64,
    pub bytes: f64,
    pub waiting_spans: f64,
    pub damaged: f64,
    pub newer: f64,
    pub oldest_ms: Option<f64>,
}

impl NativeSpool {
    pub(super) fn into_config(self, max_bytes: u64) -> SpoolConfig {
        SpoolConfig { dir: PathBuf::from(self.dir), max_bytes, takes_all: self.takes_all }
    }
}

impl From<Survey> for NativeSpoolSurvey {
    fn from(survey: Survey) -> Self {
        Self {
            pid: survey.pid,
            is_held: survey.is_held,
            destination: survey.destination,
            segments: number(survey.segments),
            bytes: number(survey.bytes),
            waiting_spans: number(survey.waiting_spans),
            damaged: number(survey.damaged),
            newer: number(survey.newer),
            oldest_ms: survey.oldest_ms.map(number),
        }
    }
}

pub(super) fn look(dir: &str) -> Result<Vec<NativeSpoolSurvey>> {
    let found = survey(&Folder::new(dir)).map_err(to_js)?;
    Ok(found.into_iter().map(Into::into).collect())
}

pub(super) fn remove(dir: &str) -> Result<NativeSpoolSurvey> {
    clear(&Folder::new(dir)).map(Into::into).map_err(to_js)
}

fn to_js(error: std::io::Error) -> Error {
    Error::new(Status::GenericFailure, error.to_string())
}
