//! How a template is refused: in the words of a problem, passed through the template engine.

use minijinja::{Error, ErrorKind};

use crate::locale::Arg;
use crate::problem::{Problem, Rule};

/// A problem as the template engine passes it on.
pub fn refuse(problem: Problem) -> Error {
    Error::new(ErrorKind::InvalidOperation, problem.rule.name).with_source(problem)
}

/// A template that is beyond a bound; `what` is a message of the catalogues.
pub fn beyond(what: &'static str, most: usize) -> Problem {
    Problem::new(Rule::TEMPLATE_BOUNDS)
        .with("what", Arg::Message(what))
        .with("most", most)
}
