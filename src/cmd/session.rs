//! What every command is given: the language, the streams, the ledger's root and rules.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::ArgMatches;

use crate::day::{Day, Period};
use crate::locale::{Arg, Locale};
use crate::problem::{Problem, Problems, Rule, refuse_blocking};
use crate::render::diagnostic;
use crate::render::terminal::TableStyle;
use crate::rules::Rules;
use crate::spelling::visible;
use crate::tree::write::Lock;
use crate::tree::{Root, Tree, rules_of_records};

/// What every command is given.
pub struct Session<'a> {
    /// The language.
    pub locale: Locale,
    /// Today, by the clock or by `--today`.
    pub today: Day,
    /// How a table may be drawn on the output.
    pub style: TableStyle,
    /// Whether a person sits at the terminal and can be asked.
    pub interactive: bool,
    /// Whether results go to a terminal.
    pub to_terminal: bool,
    /// Results.
    pub out: &'a mut dyn Write,
    /// Everything else that is said.
    pub err: &'a mut dyn Write,
    pub(super) args: Vec<OsString>,
    /// Whether `--root` or the environment says where the ledger is.
    pub(super) is_told_where: bool,
    pub(super) root: Result<Root, Problems>,
    /// Read when they are asked for first.
    pub(super) rules: OnceCell<(Arc<Rules>, Vec<Problem>)>,
}

impl Session<'_> {
    /// The ledger's root.
    ///
    /// # Errors
    /// There is none, or its `ledger.toml` cannot be read.
    pub fn root(&self) -> Result<Root, Problems> {
        self.root.clone()
    }

    /// Prints a message among the results.
    ///
    /// # Errors
    /// The output cannot be written to.
    pub fn tell(&mut self, message: &str, args: &[(&'static str, Arg)]) -> std::io::Result<()> {
        writeln!(self.out, "{}", self.locale.say(message, args))
    }

    /// Prints a message beside the results.
    ///
    /// # Errors
    /// The error output cannot be written to.
    pub fn remark(&mut self, message: &str, args: &[(&'static str, Arg)]) -> std::io::Result<()> {
        writeln!(self.err, "{}", self.locale.say(message, args))
    }

    fn rules_and_problems(&self) -> &(Arc<Rules>, Vec<Problem>) {
        self.rules.get_or_init(|| match &self.root {
            Ok(root) => rules_of_records(root, Vec::new()),
            Err(_) => Rules::load(&[]),
        })
    }

    /// The rules as far as they can be read.
    pub fn readable_rules(&self) -> &Arc<Rules> {
        &self.rules_and_problems().0
    }

    /// What is wrong with the ledger's own rules.
    pub fn rule_problems(&self) -> Vec<Problem> {
        let (rules, problems) = self.rules_and_problems();
        [problems, rules.figure_problems()].concat()
    }

    /// The rules in force, for who computes no figure.
    ///
    /// # Errors
    /// What the ledger's own rules say of records is wrong.
    pub fn rules_of_records(&self) -> Result<Arc<Rules>, Problems> {
        let (rules, problems) = self.rules_and_problems();
        refuse_blocking(problems)?;
        Ok(Arc::clone(rules))
    }

    /// The rules in force.
    ///
    /// # Errors
    /// The ledger's own rules are wrong: figures by half of them would be wrong too.
    pub fn rules(&self) -> Result<Arc<Rules>, Problems> {
        let rules = self.rules_of_records()?;
        refuse_blocking(rules.figure_problems())?;
        Ok(rules)
    }

    /// The right to write; says so while it has to wait for another process.
    ///
    /// # Errors
    /// As [`Lock::take`].
    pub fn lock(&mut self, root: &Root) -> Result<Lock, Problem> {
        self.lock_folder(&root.path)
    }

    /// The right to write into a folder that is to become a ledger.
    ///
    /// # Errors
    /// As [`Lock::take`].
    pub(super) fn lock_folder(&mut self, folder: &Path) -> Result<Lock, Problem> {
        let waiting = self.locale.text("waiting");
        let err = &mut self.err;
        let lock = Lock::take(folder, &mut || {
            // Nothing is lost if this cannot be said.
            let _ = writeln!(err, "{waiting}");
        })?;
        let typed: Vec<String> = self
            .args
            .iter()
            .skip(1)
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect();
        lock.is_held_by(&typed.join(" "));
        if let Some(left) = lock.left_undone() {
            let args = [
                ("count", left.len().into()),
                ("files", left.join(", ").into()),
            ];
            let _ = writeln!(
                self.err,
                "{}",
                self.locale.say("finished-what-was-killed", &args)
            );
        }
        Ok(lock)
    }

    /// Prints a text that a record, a rule or a document holds: on a terminal not even colours come
    /// through.
    ///
    /// # Errors
    /// The stream cannot be written.
    pub fn print(&mut self, text: &str) -> Result<()> {
        if !self.to_terminal {
            return Ok(self.out.write_all(text.as_bytes())?);
        }
        for line in text.split_inclusive('\n') {
            self.out
                .write_all(visible(&line.replace("\r\n", "\n")).as_bytes())?;
        }
        Ok(())
    }

    /// Prints problems for people.
    ///
    /// # Errors
    /// The stream cannot be written.
    pub fn say_problems(&mut self, problems: &[Problem]) -> Result<()> {
        for problem in problems {
            write!(
                self.err,
                "{}",
                diagnostic::text(problem, &self.locale, false)
            )?;
        }
        Ok(())
    }

    /// Reads a day that was typed, as an error in the user's language.
    ///
    /// # Errors
    /// Not a day.
    pub fn day(&self, text: &str) -> Result<Day, Problem> {
        Day::read(text, self.today.into())
            .map_err(|_| Problem::new(Rule::BAD_DAY).with("value", text))
    }

    /// Reads a period that was typed.
    ///
    /// # Errors
    /// Not a period.
    pub fn period(&self, text: &str) -> Result<Period, Problem> {
        Period::parse(text, self.today)
            .map_err(|_| Problem::new(Rule::BAD_PERIOD).with("value", text))
    }

    /// The period and as-of day that the flags `--quarter` and `--as-of` ask for; and today, where
    /// no as-of day is given.
    ///
    /// # Errors
    /// Not a period, not a day.
    pub fn window(&self, matches: &ArgMatches) -> Result<(Period, Day, Option<Day>), Problem> {
        let period = self.period(
            matches
                .get_one::<String>("quarter")
                .map_or("this", String::as_str),
        )?;
        Ok(match matches.get_one::<String>("as-of") {
            Some(text) => (period, self.day(text)?, None),
            None => (
                period,
                crate::figure::default_as_of(period, self.today),
                Some(self.today),
            ),
        })
    }

    /// The organisation that `--org` names, or the top one.
    ///
    /// # Errors
    /// None of that name, or several.
    pub fn org(&self, tree: &Tree, matches: &ArgMatches) -> Result<usize, Problem> {
        match matches.get_one::<String>("org") {
            Some(name) => tree.org(name),
            None => tree.top(),
        }
    }
}
