//! Totals over traces: how long things took, how often they failed, what they used; by agent, by
//! model and by tool, and who handed over to whom.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};
use serde::Serialize;

use super::filter::{Filter, Page};
use super::spans::Handoff;
use super::summary::{TokenSums, millis};
use super::trace::Trace;
use super::traces::matching;
use super::{StoreError, keys};
use crate::intake::Tokens;

/// The newest traces that are counted, so that an answer comes in the end.
const MAX_TRACES: usize = 200_000;
const PAGE: usize = 5_000;

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    pub totals: Totals,
    pub agents: Vec<Usage>,
    pub models: Vec<Usage>,
    pub tools: Vec<Usage>,
    pub handoffs: Vec<HandoffCount>,
    /// There were more traces than are counted.
    pub is_partial: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    pub traces: usize,
    pub spans: i64,
    /// Traces with a span that failed.
    pub errors: usize,
    pub llm_calls: i64,
    pub tool_calls: i64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub tokens: TokenSums,
    pub cost_usd: Option<f64>,
}

/// What one agent, model or tool did. Tokens and cost of an agent are those of its model calls; its
/// durations are those of its runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    pub name: String,
    pub count: usize,
    pub error_count: usize,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub tokens: TokenSums,
    pub cost_usd: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HandoffCount {
    #[serde(flatten)]
    pub handoff: Handoff,
    pub count: usize,
}

pub fn stats(connection: &Connection, filter: &Filter) -> Result<Stats, StoreError> {
    let mut sums = Sums::default();
    let mut durations = Vec::new();
    let mut totals = Totals::default();
    let mut page = Page { limit: PAGE, before: None };
    let mut spans = connection.prepare(
        "SELECT kind, agent, model, tool, status, start_ns, end_ns, handoff_from, handoff_to, \
         prompt, completion, total, cache_read, reasoning, cost FROM spans \
         WHERE key BETWEEN ? AND ?",
    )?;
    let is_partial = loop {
        let listed = matching(connection, filter, page)?;
        for trace in listed.items {
            let (first, last) = keys::spans_of(trace.key);
            let mut rows = spans.query(params![first, last])?;
            while let Some(row) = rows.next()? {
                sums.add(row)?;
            }
            durations.push(trace.end_ns.saturating_sub(trace.start_ns));
            totals.add(trace);
        }
        let Some(next) = listed.next else { break false };
        if totals.traces >= MAX_TRACES {
            break true;
        }
        page.before = Some(next);
    };
    (totals.p50_ms, totals.p95_ms) = percentiles(&mut durations);
    let handoffs = sums.handoffs.into_iter();
    Ok(Stats {
        totals,
        agents: sorted(sums.agents),
        models: sorted(sums.models),
        tools: sorted(sums.tools),
        handoffs: handoffs
            .map(|((from, to), count)| HandoffCount { handoff: Handoff { from, to }, count })
            .collect(),
        is_partial,
    })
}

impl Totals {
    fn add(&mut self, trace: Trace) {
        self.traces += 1;
        self.spans += trace.span_count;
        self.errors += usize::from(trace.error_count > 0);
        self.llm_calls += trace.llm_calls;
        self.tool_calls += trace.tool_calls;
        add_cost(&mut self.cost_usd, trace.cost);
        self.tokens += super::summary::TraceSummary::from(trace).tokens;
    }
}

#[derive(Default)]
struct Sums {
    agents: BTreeMap<String, Sum>,
    models: BTreeMap<String, Sum>,
    tools: BTreeMap<String, Sum>,
    handoffs: BTreeMap<(String, String), usize>,
}

#[derive(Default)]
struct Sum {
    durations: Vec<i64>,
    error_count: usize,
    tokens: TokenSums,
    cost_usd: Option<f64>,
}

impl Sums {
    fn add(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let kind: String = row.get(0)?;
        let agent: Option<String> = row.get(1)?;
        let failed = row.get::<_, i64>(4)? == 2;
        let duration = row.get::<_, i64>(6)?.saturating_sub(row.get(5)?);
        if let (Some(from), Some(to)) = (row.get(7)?, row.get(8)?) {
            *self.handoffs.entry((from, to)).or_default() += 1;
        }
        if kind == "AGENT"
            && let Some(agent) = &agent
        {
            self.agents.entry(agent.clone()).or_default().run(duration, failed);
        }
        if kind == "TOOL"
            && let Some(tool) = row.get::<_, Option<String>>(3)?
        {
            self.tools.entry(tool).or_default().run(duration, failed);
        }
        if !matches!(kind.as_str(), "LLM" | "EMBEDDING" | "RERANKER") {
            return Ok(());
        }
        let tokens = Tokens {
            prompt: row.get(9)?,
            completion: row.get(10)?,
            total: row.get(11)?,
            cache_read: row.get(12)?,
            reasoning: row.get(13)?,
        };
        let cost: Option<f64> = row.get(14)?;
        if let Some(agent) = agent {
            self.agents.entry(agent).or_default().use_up(&tokens, cost);
        }
        if let Some(model) = row.get::<_, Option<String>>(2)? {
            let sum = self.models.entry(model).or_default();
            sum.run(duration, failed);
            sum.use_up(&tokens, cost);
        }
        Ok(())
    }
}

impl Sum {
    fn run(&mut self, duration: i64, failed: bool) {
        self.durations.push(duration);
        self.error_count += usize::from(failed);
    }

    fn use_up(&mut self, tokens: &Tokens, cost: Option<f64>) {
        self.tokens.add(tokens);
        add_cost(&mut self.cost_usd, cost);
    }
}

fn add_cost(sum: &mut Option<f64>, cost: Option<f64>) {
    if let Some(cost) = cost {
        *sum = Some(sum.unwrap_or(0.0) + cost);
    }
}

/// Those that did most come first.
fn sorted(sums: BTreeMap<String, Sum>) -> Vec<Usage> {
    let mut all: Vec<Usage> = sums
        .into_iter()
        .map(|(name, mut sum)| {
            let (p50_ms, p95_ms) = percentiles(&mut sum.durations);
            Usage {
                name,
                count: sum.durations.len(),
                error_count: sum.error_count,
                p50_ms,
                p95_ms,
                tokens: sum.tokens,
                cost_usd: sum.cost_usd,
            }
        })
        .collect();
    all.sort_by_key(|usage| std::cmp::Reverse(usage.count));
    all
}

/// In milliseconds; each is a duration that there was.
fn percentiles(durations: &mut [i64]) -> (f64, f64) {
    durations.sort_unstable();
    let at = |percent: usize| {
        let rank = (durations.len() * percent).div_ceil(100).saturating_sub(1);
        durations.get(rank).map_or(0.0, |duration| millis(*duration))
    };
    (at(50), at(95))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_durations_that_there_were() {
        for (durations, expected) in [
            (vec![], (0.0, 0.0)),
            (vec![7], (7.0, 7.0)),
            (vec![2, 1], (1.0, 2.0)),
            ((1..=100).rev().collect(), (50.0, 95.0)),
        ] {
            let mut nanos: Vec<i64> = durations.iter().map(|ms: &i64| ms * 1_000_000).collect();
            assert_eq!(percentiles(&mut nanos), expected, "{durations:?}");
        }
    }
}
