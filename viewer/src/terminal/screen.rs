//! Standard output: whether it is a terminal, how wide it is, whether colours are wanted; and what is
//! written to it. When whoever reads has gone, `Stop::Gone` says so, and the command ends quietly.

use std::io::{BufWriter, ErrorKind, IsTerminal as _, Stdout, Write as _};

use serde::Serialize;
use terminal_size::{Height, Width};

use super::safe;
use crate::command::Stop;

/// Where a terminal does not say.
const USUAL_SIZE: (usize, usize) = (80, 24);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Strong,
    Faint,
    Kind,
    Good,
    Warning,
    Bad,
}

pub struct Screen {
    output: BufWriter<Stdout>,
    /// `None` where lines may be of any length.
    pub width: Option<usize>,
    pub is_terminal: bool,
    has_colours: bool,
}

impl Screen {
    pub fn open() -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let wants = |name: &str, unless: &str| {
            std::env::var(name)
                .is_ok_and(|value| !value.is_empty() && (unless.is_empty() || value == unless))
        };
        let mut screen = Self {
            output: BufWriter::new(std::io::stdout()),
            width: None,
            is_terminal,
            has_colours: is_terminal && !wants("NO_COLOR", "") && !wants("TERM", "dumb"),
        };
        screen.measure();
        screen
    }

    /// A terminal's size changes while something runs; returns its columns and rows.
    pub fn measure(&mut self) -> (usize, usize) {
        let size = terminal_size::terminal_size_of(std::io::stdout())
            .map(|(Width(width), Height(height))| (usize::from(width), usize::from(height)))
            .filter(|(width, height)| *width > 0 && *height > 0)
            .unwrap_or(USUAL_SIZE);
        self.width = self.is_terminal.then_some(size.0);
        size
    }

    pub fn paint(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Plain => return text.to_owned(),
            Style::Strong => 1,
            Style::Faint => 2,
            Style::Kind => 36,
            Style::Good => 32,
            Style::Warning => 33,
            Style::Bad => 31,
        };
        if self.has_colours && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// `text` is safe already.
    pub fn print(&mut self, text: &str) -> Result<(), Stop> {
        self.bytes(text.as_bytes())
    }

    pub fn line(&mut self, text: &str) -> Result<(), Stop> {
        self.print(text)?;
        self.print("\n")
    }

    /// A value for programs, over several lines for people who look at it.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Stop> {
        let text = serde_json::to_string_pretty(value).map_err(|error| Stop::failed(&error))?;
        self.line(&safe::json(&text))
    }

    pub fn json_line(&mut self, value: &impl Serialize) -> Result<(), Stop> {
        let text = serde_json::to_string(value).map_err(|error| Stop::failed(&error))?;
        self.line(&safe::json(&text))
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        written(self.output.write_all(bytes))
    }

    pub fn flush(&mut self) -> Result<(), Stop> {
        written(self.output.flush())
    }
}

fn written(outcome: std::io::Result<()>) -> Result<(), Stop> {
    outcome.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Stop::Gone,
        _ => Stop::Failed(format!("cannot write: {error}.")),
    })
}
