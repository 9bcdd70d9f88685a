//! Rows in columns. Where the line has no room for all, the columns that may be cut give way, the
//! widest first; a column that is empty throughout is not shown.

use super::screen::{Screen, Style};
use super::{safe, width};
use crate::command::Stop;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// Whole, at the left.
    Left,
    /// Whole, at the right: numbers.
    Right,
    /// At the left, and may be cut.
    Cut,
}

pub struct Cell {
    text: String,
    style: Style,
}

/// Text of a span, or of ours: it is safe afterwards in any case.
pub fn cell(text: impl AsRef<str>) -> Cell {
    styled(Style::Plain, text)
}

pub fn styled(style: Style, text: impl AsRef<str>) -> Cell {
    Cell { text: safe::line(text.as_ref()), style }
}

pub struct Table {
    heads: Vec<(&'static str, Fit)>,
    rows: Vec<Vec<Cell>>,
}

const GAP: &str = "  ";
/// A column that is cut below it says nothing.
const MIN_CUT_COLUMNS: usize = 6;

impl Table {
    pub fn new(heads: &[(&'static str, Fit)]) -> Self {
        Self { heads: heads.to_vec(), rows: Vec::new() }
    }

    /// As many cells as there are heads.
    pub fn add(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    pub fn print(&self, screen: &mut Screen) -> Result<(), Stop> {
        let widths = self.widths(screen.width);
        let heads: Vec<Cell> =
            self.heads.iter().map(|(head, _)| styled(Style::Faint, head)).collect();
        for row in std::iter::once(&heads).chain(&self.rows) {
            let line = self.line(row, &widths, screen);
            screen.line(&line)?;
        }
        Ok(())
    }

    fn line(&self, row: &[Cell], widths: &[usize], screen: &Screen) -> String {
        let shown = row.iter().zip(&self.heads).zip(widths).filter(|(_, width)| **width > 0);
        let last = widths.iter().rposition(|width| *width > 0);
        let mut line = String::new();
        for (at, ((cell, (_, fit)), columns)) in shown.enumerate() {
            if at > 0 {
                line += GAP;
            }
            let text = match fit {
                Fit::Right => width::right(&cell.text, *columns),
                Fit::Left | Fit::Cut => width::left(&cell.text, *columns),
            };
            line += &screen.paint(cell.style, &text);
        }
        // Nothing is to the right of it.
        if last.is_some() { line.trim_end().to_owned() } else { line }
    }

    fn widths(&self, room: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .heads
            .iter()
            .enumerate()
            .map(|(at, (head, _))| {
                let cells = self.rows.iter().filter_map(|row| row.get(at));
                let widest = cells.map(|cell| width::of(&cell.text)).max().unwrap_or(0);
                if widest == 0 { 0 } else { widest.max(width::of(head)) }
            })
            .collect();
        let Some(room) = room else { return widths };
        loop {
            let shown = widths.iter().filter(|width| **width > 0).count();
            let total = widths.iter().sum::<usize>() + GAP.len() * shown.saturating_sub(1);
            let Some(over) = total.checked_sub(room).filter(|over| *over > 0) else {
                return widths;
            };
            let mut cuttable: Vec<usize> = widths
                .iter()
                .zip(&self.heads)
                .filter(|(width, (_, fit))| *fit == Fit::Cut && **width > MIN_CUT_COLUMNS)
                .map(|(width, _)| *width)
                .collect();
            cuttable.sort_unstable();
            let Some(widest) = cuttable.pop() else { return widths };
            // Down to the next widest, so that in the end they are equal.
            let next = cuttable.pop().filter(|next| *next < widest).unwrap_or(widest - 1);
            let wanted = next.max(widest.saturating_sub(over)).max(MIN_CUT_COLUMNS);
            let first = widths
                .iter_mut()
                .zip(&self.heads)
                .find(|(width, (_, fit))| *fit == Fit::Cut && **width == widest);
            if let Some((width, _)) = first {
                *width = wanted;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_cut_gives_way_the_widest_first() {
        let mut table = Table::new(&[
            ("id", Fit::Left),
            ("input", Fit::Cut),
            ("output", Fit::Cut),
            ("n", Fit::Right),
        ]);
        table.add(vec![cell("0123456789"), cell("x".repeat(50)), cell("y".repeat(20)), cell("")]);
        assert_eq!(table.widths(None), [10, 50, 20, 0]);
        assert_eq!(table.widths(Some(64)), [10, 30, 20, 0]);
        assert_eq!(table.widths(Some(40)).iter().sum::<usize>(), 36);
        assert_eq!(table.widths(Some(10)), [10, 6, 6, 0]);
    }
}
