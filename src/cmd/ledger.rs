//! The ledger that a command looks at: its settings, its rules and its files.

use std::sync::Arc;

use anyhow::Result;

use crate::cmd::Session;
use crate::problem::{Problem, Problems, Rule};
use crate::record::selection::Selection;
use crate::rules::Rules;
use crate::tree::files::Files;
use crate::tree::{Loaded, Root, Tree};

/// A ledger that a command looks at.
pub(super) struct Ledger {
    /// Its folder and its settings.
    pub root: Root,
    /// The rules in force.
    pub rules: Arc<Rules>,
    /// Where its files are.
    files: Box<dyn Files>,
    /// What is wrong with its own rules, though they can be used.
    problems: Vec<Problem>,
}

impl Ledger {
    /// The ledger of a session.
    ///
    /// # Errors
    /// There is none; its settings or its rules cannot be read.
    pub(super) fn of(session: &Session<'_>) -> Result<Ledger> {
        let (root, rules) = (session.root()?, session.rules()?);
        Ok(Ledger { files: Box::new(root.clone()), root, rules, problems: session.rule_problems().to_vec() })
    }

    /// Where its files are.
    pub(super) fn files(&self) -> &dyn Files {
        &*self.files
    }

    /// Its organisations, without their records.
    pub(super) fn outline(&self) -> Tree<'_> {
        Tree::outline(self.files(), self.root.begins, &self.rules, self.problems.clone())
    }

    /// The ledger with what is selected of its records.
    pub(super) fn load(&self, selection: &Selection) -> Tree<'_> {
        Tree::load(self.files(), self.root.begins, &self.rules, selection, self.problems.clone())
    }

    /// The same with all of its records, together with its rules.
    pub(super) fn loaded(&self) -> Loaded {
        Loaded::from(Arc::clone(&self.rules), |rules| {
            Tree::load(self.files(), self.root.begins, rules, &Selection::everything(), self.problems.clone())
        })
    }
}

impl Session<'_> {
    /// What of a ledger whose records were read stands in the way of true figures; with `skip_bad` it is said and left out.
    ///
    /// # Errors
    /// There is something, and it may not be left out.
    pub fn left_out(&mut self, tree: &Tree<'_>, skip_bad: bool) -> Result<Vec<Problem>> {
        let blocking = tree.blocking();
        if blocking.is_empty() {
            return Ok(blocking);
        }
        if !skip_bad {
            let mut all = blocking;
            all.push(Problem::new(Rule::UNREADABLE).with("count", all.len()));
            return Err(Problems(all).into());
        }
        self.say_problems(&blocking)?;
        let note = self.locale.say("left-out-bad", &[("count", blocking.len().into())]);
        writeln!(self.err, "{note}")?;
        Ok(blocking)
    }
}
