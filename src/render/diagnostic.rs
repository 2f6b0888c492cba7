//! A problem as people read it: where, what, the line itself with carets, and what would put it
//! right.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::locale::Locale;
use crate::problem::{Place, Problem};
use crate::spelling::is_steering;

/// A problem over several lines, with a final line end.
pub fn text(problem: &Problem, locale: &Locale, colour: bool) -> String {
    let (message, help) = problem.sentences(locale);
    let mut out = match &problem.place {
        Some(place) => format!("{place}: {message} [{}]\n", problem.rule.name),
        None => format!("{message}\n"),
    };
    for place in problem
        .place
        .iter()
        .chain(problem.other.as_deref())
        .filter(|place| !place.text.is_empty())
    {
        out.push_str(&carets(place, colour));
    }
    if let Some(help) = help {
        for (n, line) in help.lines().enumerate() {
            let lead = if n == 0 {
                format!("  {}", locale.text("help-lead"))
            } else {
                "    ".to_owned()
            };
            out.push_str(&format!("{lead}{line}\n"));
        }
    }
    out
}

/// The line, and carets under what is meant.
fn carets(place: &Place, colour: bool) -> String {
    // Each character that steers a terminal stands as one that does not, so that the carets stay in
    // place.
    let text: String = place
        .text
        .chars()
        .map(|c| {
            if is_steering(c) && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect();
    let start = text
        .char_indices()
        .nth(place.column.saturating_sub(1))
        .map_or(text.len(), |(at, _)| at);
    let end = text[start..]
        .char_indices()
        .nth(place.width)
        .map_or(text.len(), |(at, _)| start + at);
    let snippet = Snippet::source(text.as_str())
        .line_start(place.line.max(1))
        .annotation(AnnotationKind::Primary.span(start..end.max(start)));
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let drawn = renderer
        .decor_style(DecorStyle::Ascii)
        .render(&[Group::with_level(Level::ERROR).element(snippet)]);
    // The library opens with an arrow to a path, which our first line gives already.
    drawn
        .lines()
        .filter(|line| !line.trim_end().ends_with("-->") && !line.trim().is_empty())
        .map(|line| format!("{line}\n"))
        .collect()
}
