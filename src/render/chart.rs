//! Charts as SVG: legible in grey print, for every eye, and with labels that are never cut.
//!
//! Drawn here rather than by a library: those that draw SVG measure text by a font, of which none
//! with Chinese can be shipped, and cut or overlap labels otherwise.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::narrative::word::escaped;
use crate::render::wrap;
use crate::spelling::visible;
use crate::table::{Cell, Chart, ChartForm, Series};

/// How wide a chart is, in pixels.
const WIDTH: f64 = 720.0;

/// How wide half a Chinese character is at the size of labels, in pixels.
const EM: f64 = 7.0;

/// How high the place of a bar is, in pixels.
const BAR: f64 = 26.0;

/// How high the field of lines is, in pixels.
const FIELD: f64 = 240.0;

/// The colours of lines: apart from one another for every eye, and in grey.
const COLOURS: [&str; 4] = ["#0b3c6f", "#d55e00", "#5a9bd4", "#555555"];

/// The dashes of lines, for print without colours.
const DASHES: [&str; 4] = ["", "7 4", "2 3", "9 3 2 3"];

/// A chart as an SVG element.
pub fn svg(chart: &Chart) -> String {
    match chart.form {
        ChartForm::Bars => bars(chart),
        ChartForm::Lines => lines(chart),
    }
}

/// How wide a label is, in pixels.
fn width(text: &str) -> f64 {
    visible(text).width() as f64 * EM
}

/// The greatest value of an axis: a hundred for percentages, else the next round number.
fn top(chart: &Chart) -> f64 {
    let marks = || chart.mark.iter().map(|(_, cell)| cell);
    let cells = || chart.cells().chain(marks());
    if cells().any(Cell::is_ratio) {
        return cells().map(Cell::size).fold(100.0, f64::max);
    }
    let most = cells().map(Cell::size).fold(1.0, f64::max);
    let unit = 10_f64.powf(most.log10().floor());
    let steps = [1.0, 2.0, 4.0, 5.0, 10.0].map(|step| step * unit);
    steps.into_iter().find(|step| *step >= most).unwrap_or(most)
}

fn start(height: f64, title: &str) -> String {
    let label = escaped(&visible(title));
    format!(
        "<svg viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-label=\"{label}\" \
         xmlns=\"http://www.w3.org/2000/svg\">\n"
    )
}

/// A text at a place; `anchor` is `start`, `middle` or `end`.
fn text(out: &mut String, (x, y): (f64, f64), anchor: &str, words: &str) {
    let words = escaped(&visible(words));
    // Writing into a string cannot fail.
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>"
    );
}

/// A bar for each category from left to right, its label before and its value behind it.
fn bars(chart: &Chart) -> String {
    let Some(series) = chart.series.first() else {
        return String::new();
    };
    let labels = chart.categories.iter();
    let labels: Vec<Vec<String>> = labels.map(|label| wrap(label, LABEL)).collect();
    let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
    let left = widest(&mut labels.iter().flatten().map(|line| width(line))) + 12.0;
    let values = widest(&mut series.cells.iter().map(|cell| width(&cell.words())));
    let field = WIDTH - left - values - 16.0;
    let scale = field / top(chart);
    let head = if chart.mark.is_some() { 24.0 } else { 6.0 };
    let high = |lines: &Vec<String>| BAR.max(LINE * lines.len() as f64 + 8.0);
    let height = head + labels.iter().map(high).sum::<f64>() + 6.0;
    let mut out = start(height, &chart.title);
    let mut y = head;
    for (lines, cell) in labels.iter().zip(&series.cells) {
        let middle = y + high(lines) / 2.0;
        let first = middle + 5.0 - LINE * (lines.len() as f64 - 1.0) / 2.0;
        for (n, line) in lines.iter().enumerate() {
            text(&mut out, (left - 8.0, first + LINE * n as f64), "end", line);
        }
        let length = (cell.size().max(0.0) * scale).max(0.0);
        let (from, thick) = (middle - 9.0, BAR - 8.0);
        let _ = writeln!(
            out,
            "<rect class=\"bar\" x=\"{left:.1}\" y=\"{from:.1}\" \
             width=\"{length:.1}\" height=\"{thick:.1}\"/>"
        );
        // Beside the field, where the line of the mark is never in the way.
        let at = (left + field + 10.0, middle + 5.0);
        text(&mut out, at, "start", &cell.words());
        y += high(lines);
    }
    if let Some((name, cell)) = chart.mark.as_ref().filter(|(_, cell)| cell.size() >= 0.0) {
        let x = left + cell.size() * scale;
        let from = head - 4.0;
        let _ = writeln!(
            out,
            "<line class=\"mark\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{from:.1}\" y2=\"{height:.1}\"/>"
        );
        let words = format!("{name} {}", cell.words());
        // The label stays within the picture.
        let half = width(&words) / 2.0;
        text(
            &mut out,
            (x.clamp(half, WIDTH - half), 14.0),
            "middle",
            &words,
        );
    }
    out + "</svg>\n"
}

/// The longest line of a label, in half characters; longer ones take more lines.
const LABEL: usize = 34;

/// How far apart lines of a label are, in pixels.
const LINE: f64 = 17.0;

/// A line for each series over the categories, each with dashes and marks of its own.
fn lines(chart: &Chart) -> String {
    let left = 56.0;
    let head = 10.0 + LEGEND * chart.series.len() as f64;
    let field = Field {
        left,
        head,
        step: (WIDTH - left - BEHIND) / chart.categories.len().max(1) as f64,
        top: top(chart),
    };
    let mut out = start(head + FIELD + 44.0, &chart.title);
    field.grid(&mut out, chart);
    field.categories(&mut out, &chart.categories);
    for (n, series) in chart.series.iter().enumerate() {
        field.series(&mut out, n, series);
    }
    field.last_values(&mut out, chart);
    out + "</svg>\n"
}

/// How much room the legend of a series takes, in pixels.
const LEGEND: f64 = 22.0;

/// How much room is kept behind the field of lines, in pixels.
const BEHIND: f64 = 70.0;

/// Where lines are drawn: from where on, how far apart categories are, the greatest value.
struct Field {
    left: f64,
    head: f64,
    step: f64,
    top: f64,
}

impl Field {
    fn x(&self, category: usize) -> f64 {
        self.left + self.step * (category as f64 + 0.5)
    }

    fn y(&self, value: f64) -> f64 {
        self.head + FIELD * (1.0 - value / self.top)
    }

    /// The values of a series that are there, with the category of each.
    fn points<'s>(&self, series: &'s Series) -> impl Iterator<Item = (usize, &'s Cell)> {
        let cells = series.cells.iter().enumerate();
        cells.filter(|(_, cell)| cell.size() >= 0.0)
    }

    fn grid(&self, out: &mut String, chart: &Chart) {
        let is_percent = chart.is_percent();
        let (left, right) = (self.left, WIDTH - BEHIND);
        for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let value = self.top * part;
            let y = self.y(value);
            let _ = writeln!(
                out,
                "<line class=\"grid\" x1=\"{left:.1}\" x2=\"{right:.1}\" \
                 y1=\"{y:.1}\" y2=\"{y:.1}\"/>"
            );
            let words = match is_percent {
                true => format!("{value:.0}%"),
                false => format!("{value}"),
            };
            text(out, (left - 8.0, y + 5.0), "end", &words);
        }
    }

    /// The labels along the axis; those that would touch stand on two levels.
    fn categories(&self, out: &mut String, labels: &[String]) {
        let widest = labels.iter().map(|label| width(label)).fold(0.0, f64::max);
        let touch = widest + 6.0 > self.step;
        for (n, label) in labels.iter().enumerate() {
            let level = if touch && n % 2 == 1 { 16.0 } else { 0.0 };
            let y = self.head + FIELD + 18.0 + level;
            text(out, (self.x(n), y), "middle", label);
        }
    }

    /// A line with its marks and its legend; it is broken where there is no value.
    fn series(&self, out: &mut String, n: usize, series: &Series) {
        let (colour, dashes) = (COLOURS[n % COLOURS.len()], DASHES[n % DASHES.len()]);
        let look = format!("class=\"line\" stroke=\"{colour}\" stroke-dasharray=\"{dashes}\"");
        let (left, legend) = (self.left, 14.0 + LEGEND * n as f64);
        let _ = writeln!(out, "<path d=\"M{left:.1} {legend:.1}h36\" {look}/>");
        mark(out, n, (left + 18.0, legend), colour);
        text(out, (left + 44.0, legend + 5.0), "start", &series.label);
        let mut path = String::new();
        let mut before = None;
        for (at, cell) in self.points(series) {
            let follows = at.checked_sub(1).is_some_and(|last| before == Some(last));
            let verb = if follows { 'L' } else { 'M' };
            let _ = write!(path, "{verb}{:.1} {:.1}", self.x(at), self.y(cell.size()));
            before = Some(at);
        }
        let _ = writeln!(out, "<path d=\"{path}\" {look}/>");
        for (at, cell) in self.points(series) {
            mark(out, n, (self.x(at), self.y(cell.size())), colour);
        }
    }

    /// The last value of each line beside its end; those that would touch make room for one
    /// another.
    fn last_values(&self, out: &mut String, chart: &Chart) {
        let last = |series: &Series| {
            let (at, cell) = self.points(series).last()?;
            Some((self.y(cell.size()) + 5.0, self.x(at) + 10.0, cell.words()))
        };
        let mut labels: Vec<(f64, f64, String)> = chart.series.iter().filter_map(last).collect();
        labels.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        let mut least = f64::NEG_INFINITY;
        for (wanted, x, words) in labels {
            let y = wanted.max(least);
            text(out, (x, y), "start", &words);
            least = y + 16.0;
        }
    }
}

/// The mark of a series: a disc, a square, a triangle, a ring.
fn mark(out: &mut String, series: usize, (x, y): (f64, f64), colour: &str) {
    let _ = match series % 4 {
        0 => writeln!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>"
        ),
        1 => writeln!(
            out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"8\" height=\"8\" fill=\"{colour}\"/>",
            x - 4.0,
            y - 4.0
        ),
        2 => writeln!(
            out,
            "<path d=\"M{:.1} {:.1}h10l-5 -9z\" fill=\"{colour}\"/>",
            x - 5.0,
            y + 4.0
        ),
        _ => writeln!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#fff\" stroke=\"{colour}\" \
             stroke-width=\"2\"/>"
        ),
    };
}
