//! A trace's row: what all its spans so far add up to. Spans come in any order and in several
//! requests; each changes the row once.

use rusqlite::{Connection, OptionalExtension as _, Row, Statement, params};

use super::keys;
use crate::intake::{Record, Root};

/// Beyond what a line shows.
const MAX_AGENTS: usize = 32;
const AGENT_SEPARATOR: char = '\n';

#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    pub key: i64,
    pub trace_id: [u8; 16],
    /// The number that the next span gets.
    pub next_seq: i64,
    pub root: Root,
    pub root_start_ns: i64,
    pub name: String,
    pub input: Option<String>,
    pub output: Option<String>,
    pub service: Option<String>,
    pub start_ns: i64,
    pub end_ns: i64,
    pub session: Option<String>,
    pub user: Option<String>,
    pub agents: Vec<String>,
    pub span_count: i64,
    pub error_count: i64,
    pub llm_calls: i64,
    pub tool_calls: i64,
    pub prompt: i64,
    pub completion: i64,
    pub total: i64,
    pub cache_read: i64,
    pub reasoning: i64,
    pub cost: Option<f64>,
}

/// The columns in the order in which `read` and `save` have them.
pub const COLUMNS: &str = "t.key, t.trace_id, t.next_seq, t.root, t.root_start_ns, t.name, t.input, \
    t.output, t.service, t.start_ns, t.end_ns, t.session, t.user, t.agents, t.span_count, \
    t.error_count, t.llm_calls, t.tool_calls, t.prompt, t.completion, t.total, t.cache_read, \
    t.reasoning, t.cost";

const SAVE: &str = "INSERT OR REPLACE INTO traces (key, trace_id, next_seq, root, root_start_ns, \
    name, input, output, service, start_ns, end_ns, session, user, agents, span_count, error_count, \
    llm_calls, tool_calls, prompt, completion, total, cache_read, reasoning, cost) \
    VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

impl Trace {
    pub fn new(key: i64, trace_id: [u8; 16]) -> Self {
        Self {
            key,
            trace_id,
            next_seq: 0,
            root: Root::No,
            root_start_ns: i64::MAX,
            name: String::new(),
            input: None,
            output: None,
            service: None,
            start_ns: i64::MAX,
            end_ns: 0,
            session: None,
            user: None,
            agents: Vec::new(),
            span_count: 0,
            error_count: 0,
            llm_calls: 0,
            tool_calls: 0,
            prompt: 0,
            completion: 0,
            total: 0,
            cache_read: 0,
            reasoning: 0,
            cost: None,
        }
    }

    pub fn has_room(&self) -> bool {
        self.next_seq < keys::MAX_SPANS
    }

    pub fn add(&mut self, span: &Record) {
        self.next_seq += 1;
        self.span_count += 1;
        self.start_ns = self.start_ns.min(span.start_ns);
        self.end_ns = self.end_ns.max(span.end_ns);
        // While there is no root, the earliest span stands for it.
        let is_better = (span.root, -span.start_ns) > (self.root, -self.root_start_ns);
        if self.span_count == 1 || is_better {
            self.root = span.root;
            self.root_start_ns = span.start_ns;
            self.name.clone_from(&span.name);
            self.input.clone_from(&span.input);
            self.output.clone_from(&span.output);
            self.service.clone_from(&span.service);
        }
        for (slot, value) in [(&mut self.session, &span.session), (&mut self.user, &span.user)] {
            if slot.is_none() {
                slot.clone_from(value);
            }
        }
        if let Some(agent) = &span.agent {
            let agent = agent.replace(AGENT_SEPARATOR, " ");
            if self.agents.len() < MAX_AGENTS && !self.agents.contains(&agent) {
                self.agents.push(agent);
            }
        }
        self.error_count += i64::from(span.failed());
        self.llm_calls += i64::from(span.kind == "LLM");
        self.tool_calls += i64::from(span.kind == "TOOL");
        if span.is_counted() {
            self.count(span);
        }
    }

    fn count(&mut self, span: &Record) {
        let tokens = &span.tokens;
        for (sum, value) in [
            (&mut self.prompt, tokens.prompt),
            (&mut self.completion, tokens.completion),
            (&mut self.total, tokens.total),
            (&mut self.cache_read, tokens.cache_read),
            (&mut self.reasoning, tokens.reasoning),
        ] {
            *sum = sum.saturating_add(value.unwrap_or(0));
        }
        if let Some(cost) = span.cost {
            self.cost = Some(self.cost.unwrap_or(0.0) + cost);
        }
    }

    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let agents: String = row.get(13)?;
        Ok(Self {
            key: row.get(0)?,
            trace_id: row.get(1)?,
            next_seq: row.get(2)?,
            root: match row.get(3)? {
                0 => Root::No,
                1 => Root::Local,
                _ => Root::Yes,
            },
            root_start_ns: row.get(4)?,
            name: row.get(5)?,
            input: row.get(6)?,
            output: row.get(7)?,
            service: row.get(8)?,
            start_ns: row.get(9)?,
            end_ns: row.get(10)?,
            session: row.get(11)?,
            user: row.get(12)?,
            agents: agents
                .split(AGENT_SEPARATOR)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            span_count: row.get(14)?,
            error_count: row.get(15)?,
            llm_calls: row.get(16)?,
            tool_calls: row.get(17)?,
            prompt: row.get(18)?,
            completion: row.get(19)?,
            total: row.get(20)?,
            cache_read: row.get(21)?,
            reasoning: row.get(22)?,
            cost: row.get(23)?,
        })
    }

    pub fn save_statement(connection: &Connection) -> rusqlite::Result<Statement<'_>> {
        connection.prepare(SAVE)
    }

    pub fn save(&self, statement: &mut Statement<'_>) -> rusqlite::Result<()> {
        statement.execute(params![
            self.key,
            self.trace_id,
            self.next_seq,
            self.root as i64,
            self.root_start_ns,
            self.name,
            self.input,
            self.output,
            self.service,
            self.start_ns,
            self.end_ns,
            self.session,
            self.user,
            self.agents.join("\n"),
            self.span_count,
            self.error_count,
            self.llm_calls,
            self.tool_calls,
            self.prompt,
            self.completion,
            self.total,
            self.cache_read,
            self.reasoning,
            self.cost,
        ])?;
        Ok(())
    }
}

pub fn by_key(connection: &Connection, key: i64) -> rusqlite::Result<Option<Trace>> {
    connection
        .query_row(&format!("SELECT {COLUMNS} FROM traces t WHERE t.key = ?"), [key], Trace::read)
        .optional()
}
