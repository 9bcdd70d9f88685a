//! What lists show of a trace, as programs get it.

use serde::Serialize;

use super::search::Match;
use super::trace::Trace;
use crate::intake::{Root, Tokens, hex};

const NANOS_PER_MS: f64 = 1e6;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TraceSummary {
    pub trace_id: String,
    pub name: String,
    pub start_ms: f64,
    pub duration_ms: f64,
    pub status: TraceStatus,
    pub service: Option<String>,
    pub agents: Vec<String>,
    pub session_id: Option<String>,
    pub user_id: Option<String>,
    pub span_count: i64,
    pub error_count: i64,
    pub llm_calls: i64,
    pub tool_calls: i64,
    pub tokens: TokenSums,
    pub cost_usd: Option<f64>,
    pub input: Option<String>,
    pub output: Option<String>,
    /// Where a search found it.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub found: Option<Match>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TraceStatus {
    Ok,
    /// A span of it failed.
    Error,
    /// No span failed, and its root has not come yet.
    Open,
}

/// What the model calls of something add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenSums {
    pub prompt: i64,
    pub completion: i64,
    pub total: i64,
    pub cache_read: i64,
    pub reasoning: i64,
}

impl TokenSums {
    pub fn add(&mut self, tokens: &Tokens) {
        *self += Self {
            prompt: tokens.prompt.unwrap_or(0),
            completion: tokens.completion.unwrap_or(0),
            total: tokens.total.unwrap_or(0),
            cache_read: tokens.cache_read.unwrap_or(0),
            reasoning: tokens.reasoning.unwrap_or(0),
        };
    }
}

impl std::ops::AddAssign for TokenSums {
    fn add_assign(&mut self, other: Self) {
        self.prompt = self.prompt.saturating_add(other.prompt);
        self.completion = self.completion.saturating_add(other.completion);
        self.total = self.total.saturating_add(other.total);
        self.cache_read = self.cache_read.saturating_add(other.cache_read);
        self.reasoning = self.reasoning.saturating_add(other.reasoning);
    }
}

impl From<Trace> for TraceSummary {
    fn from(trace: Trace) -> Self {
        Self {
            trace_id: hex::encode(&trace.trace_id),
            start_ms: millis(trace.start_ns),
            duration_ms: millis(trace.end_ns.saturating_sub(trace.start_ns)),
            status: if trace.error_count > 0 {
                TraceStatus::Error
            } else if trace.root == Root::No {
                TraceStatus::Open
            } else {
                TraceStatus::Ok
            },
            name: trace.name,
            service: trace.service,
            agents: trace.agents,
            session_id: trace.session,
            user_id: trace.user,
            span_count: trace.span_count,
            error_count: trace.error_count,
            llm_calls: trace.llm_calls,
            tool_calls: trace.tool_calls,
            tokens: TokenSums {
                prompt: trace.prompt,
                completion: trace.completion,
                total: trace.total,
                cache_read: trace.cache_read,
                reasoning: trace.reasoning,
            },
            cost_usd: trace.cost,
            input: trace.input,
            output: trace.output,
            found: None,
        }
    }
}

/// To the microsecond, which a double still tells apart.
pub fn millis(nanos: i64) -> f64 {
    (nanos as f64 / 1000.0).round() * 1000.0 / NANOS_PER_MS
}
