//! The ledger that a command looks at: its settings, its rules and its files.

use std::sync::Arc;

use anyhow::Result;
use clap::ArgMatches;

use crate::cmd::Session;
use crate::git::Repo;
use crate::git::commit::CommitFiles;
use crate::locale::Locale;
use crate::problem::{Problem, Problems, Rule, refuse_blocking};
use crate::rules::Rules;
use crate::source::Source;
use crate::tree::files::Files;
use crate::tree::{self, Loaded, Root, Tree};
use crate::written::selection::Selection;

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
    /// The commit that it is read from, if it is not the folder as it stands.
    pub(super) at: Option<At>,
}

/// The commit that a ledger is read from.
#[derive(Clone, Debug)]
pub(super) struct At {
    /// Its name.
    pub(super) id: String,
    /// The day on which it was made.
    pub(super) day: String,
}

impl At {
    /// That this is what is looked at, in words.
    pub(super) fn said(&self, locale: &Locale) -> String {
        let short = self.id.get(..10).unwrap_or(&self.id);
        locale.say(
            "as-committed",
            &[("id", short.into()), ("day", self.day.as_str().into())],
        )
    }
}

impl Ledger {
    /// The ledger of a session.
    ///
    /// # Errors
    /// There is none; its settings or its rules cannot be read.
    pub(super) fn of(session: &Session<'_>) -> Result<Ledger> {
        session.rules()?;
        Ledger::readable(session)
    }

    /// The ledger of a session by those of its rules that can be read; what is wrong with the
    /// others is among its problems.
    ///
    /// # Errors
    /// There is none, or its settings cannot be read.
    pub(super) fn readable(session: &Session<'_>) -> Result<Ledger> {
        let rules = Arc::clone(session.readable_rules());
        Ok(Ledger::standing(
            session.root()?,
            rules,
            session.rule_problems(),
        ))
    }

    /// The ledger of a session by its rules and those of more files.
    ///
    /// # Errors
    /// There is none, or something is wrong with the rules.
    pub(super) fn with_rules(session: &Session<'_>, more: Vec<Source>) -> Result<Ledger> {
        let root = session.root()?;
        let (rules, problems) = tree::rules_with(&root, more);
        match problems.is_empty() {
            true => Ok(Ledger::standing(root, rules, problems)),
            false => Err(Problems(problems).into()),
        }
    }

    /// The ledger in a folder, by those of its rules that can be read.
    pub(super) fn in_folder(root: Root) -> Ledger {
        let (rules, problems) = root.rules();
        Ledger::standing(root, rules, problems)
    }

    /// A ledger that is read from its folder as it stands.
    fn standing(root: Root, rules: Arc<Rules>, problems: Vec<Problem>) -> Ledger {
        Ledger {
            files: Box::new(root.clone()),
            root,
            rules,
            problems,
            at: None,
        }
    }

    /// The ledger of a session, or as it was committed where `--at` asks for that; then it is said.
    ///
    /// # Errors
    /// As [`Ledger::of`]; and there is no such commit, or no ledger in it.
    pub(super) fn asked(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Ledger> {
        let Some(rev) = matches.get_one::<String>("at") else {
            return Ledger::of(session);
        };
        let folder = session.root()?.path;
        let commit = CommitFiles::of(Repo::of(&folder)?, rev)?;
        let settings =
            commit
                .read_named("ledger.toml")
                .map_err(|problem| match problem.is_absence() {
                    true => Problem::new(Rule::NO_LEDGER)
                        .with("path", format!("{} ({rev})", folder.display())),
                    false => problem,
                })?;
        let root = Root::read(folder, &settings)?;
        let (rules, problems) = tree::rules(&commit);
        refuse_blocking(&problems)?;
        let at = At {
            id: commit.id.clone(),
            day: commit.day.clone(),
        };
        writeln!(session.err, "{}", at.said(&session.locale))?;
        Ok(Ledger {
            files: Box::new(commit),
            root,
            rules,
            problems,
            at: Some(at),
        })
    }

    /// Its folder, where it is read from there.
    pub(super) fn folder(&self) -> Option<&Root> {
        self.at.is_none().then_some(&self.root)
    }

    /// Where its files are.
    pub(super) fn files(&self) -> &dyn Files {
        &*self.files
    }

    /// Its organisations, without their records.
    pub(super) fn outline(&self) -> Tree<'_> {
        Tree::outline(
            self.files(),
            self.root.begins,
            &self.rules,
            self.problems.clone(),
        )
    }

    /// The ledger with what is selected of its records.
    pub(super) fn load(&self, selection: &Selection) -> Tree<'_> {
        Tree::load(
            self.files(),
            self.root.begins,
            &self.rules,
            selection,
            self.problems.clone(),
        )
    }

    /// The same with all of its records, together with its rules.
    pub(super) fn loaded(&self) -> Loaded {
        Loaded::from(Arc::clone(&self.rules), |rules| {
            Tree::load(
                self.files(),
                self.root.begins,
                rules,
                &Selection::everything(),
                self.problems.clone(),
            )
        })
    }
}

impl Session<'_> {
    /// What of a ledger whose records were read stands in the way of true figures; with `skip_bad`
    /// it is said and left out.
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
        let note = self
            .locale
            .say("left-out-bad", &[("count", blocking.len().into())]);
        writeln!(self.err, "{note}")?;
        Ok(blocking)
    }
}
