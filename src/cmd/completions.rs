//! `ledger completions SHELL`, and the answers to what a shell asks when somebody presses Tab.
//!
//! The shell gets a few lines that ask the program itself, so that kinds, organisations and records
//! are those of the ledger at hand. Nothing that goes wrong here is said: a line being typed is no
//! place for it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command as Clap};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{Bash, EnvCompleter, Fish, Powershell, Zsh};

use crate::cmd::fields::is_one_word;
use crate::cmd::ledger::Ledger;
use crate::cmd::options::Meaning;
use crate::cmd::{Command, Session, Status, asked_for, change, first_word, options};
use crate::day::{Day, Period};
use crate::locale::{Label, Lang, Locale};
use crate::record::{Record, text};
use crate::rules::kind::{Choice, Kind};
use crate::rules::{Class, Rules};
use crate::spelling::is_steering;
use crate::tree::Root;
use crate::written::selection::Selection;

pub(super) const COMMAND: Command = Command {
    name: "completions",
    build,
    run,
};

/// The variable by which a shell says that it asks, and in whose words.
pub(super) const ASKED_BY: &str = "LEDGER_COMPLETE";

/// The shells that can ask.
const SHELLS: &[&dyn EnvCompleter] = &[&Bash, &Zsh, &Fish, &Powershell];

/// PowerShell takes what programs print for text of the machine's old code page unless told.
const UTF8_FOR_POWERSHELL: &str = "[Console]::OutputEncoding = [System.Text.Encoding]::UTF8\n";

/// The most records that are offered; the newest are.
const RECORDS: usize = 40;

fn build(locale: &Locale, _: &Rules) -> Clap {
    let names = SHELLS.iter().map(|shell| shell.name());
    let shell = options::positional(locale, "shell", "value-shell");
    options::command(locale, "completions")
        .arg(shell.value_parser(PossibleValuesParser::new(names)))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let asked = matches
        .get_one::<String>("shell")
        .map_or("", String::as_str);
    if let Some(shell) = SHELLS.iter().find(|shell| shell.name() == asked) {
        let mut lines = Vec::new();
        if shell.is("powershell") {
            lines.extend(UTF8_FOR_POWERSHELL.as_bytes());
        }
        shell.write_registration(ASKED_BY, "ledger", "ledger", "ledger", &mut lines)?;
        session.out.write_all(&lines)?;
    }
    Ok(Status::Clean)
}

/// The command line that a shell asks about: the words after a `--` that stands before all others.
pub(super) fn asked_about(args: &[OsString]) -> Option<Vec<OsString>> {
    let words = args.get(1).filter(|arg| *arg == "--");
    words.map(|_| args[2..].to_vec())
}

/// Answers what a shell asks: what the word under the cursor may become.
///
/// # Errors
/// The answer cannot be written.
pub(super) fn answer(session: &mut Session<'_>, shell: &OsStr) -> Result<Status> {
    let Some(shell) = SHELLS.iter().find(|known| *known.name() == *shell) else {
        return Ok(Status::Clean);
    };
    let typed = session.args.iter().skip(1);
    let words: Vec<String> = typed
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let rules = Arc::clone(session.readable_rules());
    let about = |word: &String| rules.kind(word).or_else(|| rules.kind_of(word));
    let kind = words.iter().skip(1).find_map(about);
    let desk = Arc::new(Desk {
        shell: shell.name(),
        root: session.root().ok(),
        kind: kind.cloned(),
        lang: session.locale.lang(),
        today: session.today,
        rules: Arc::clone(&rules),
    });
    let mut command = asked_for(session);
    if let (Some("edit"), Some(kind)) = (first_word(&session.args).as_deref(), kind) {
        command = command.mut_subcommand("edit", |_| change::edit_of(kind, &session.locale));
    }
    let mut command = answered(command, &desk);
    let here = std::env::current_dir().ok();
    let mut lines = Vec::new();
    let args = session.args.clone();
    // A word that nothing can be said of is an error there, and no answer here.
    if shell
        .write_complete(&mut command, args, here.as_deref(), &mut lines)
        .is_ok()
    {
        let text = String::from_utf8_lossy(&lines);
        session.out.write_all(harmless(&text).as_bytes())?;
    }
    Ok(Status::Clean)
}

/// An answer without what would steer the terminal that shows it; what parts words stays.
fn harmless(answer: &str) -> String {
    let parts_words = |c: char| ['\n', '\t', '\u{b}'].contains(&c);
    let is_steering = |c: char| is_steering(c) && !parts_words(c);
    answer.replace(is_steering, " ")
}

/// A command whose arguments know what to offer.
fn answered(command: Clap, desk: &Arc<Desk>) -> Clap {
    let command = command.mut_args(|arg| match arg.get::<Meaning>().cloned() {
        Some(meaning) => {
            let desk = Arc::clone(desk);
            arg.add(ArgValueCompleter::new(move |typed: &OsStr| {
                desk.offers(&meaning, &typed.to_string_lossy())
            }))
        }
        None => arg,
    });
    command.mut_subcommands(|sub| answered(sub, desk))
}

/// What is at hand where a line is typed.
struct Desk {
    /// The shell, by its name.
    shell: &'static str,
    root: Option<Root>,
    rules: Arc<Rules>,
    /// The kind that the line is about.
    kind: Option<Arc<Kind>>,
    lang: Lang,
    today: Day,
}

/// A word that may be meant, and what it is.
type Offer = (String, String);

impl Desk {
    /// The words that what was typed may become.
    fn offers(&self, meaning: &Meaning, typed: &str) -> Vec<CompletionCandidate> {
        let found = match meaning {
            Meaning::File => return self.files(typed, |_| true),
            Meaning::Folder => return self.files(typed, Path::is_dir),
            Meaning::Organisation => self.organisations(typed),
            Meaning::Record(kinds) => self.records(kinds, typed),
            Meaning::Period => self.periods(),
            Meaning::Year => self.years(),
            Meaning::Day => self.days(),
            Meaning::Kind => {
                let kinds = self.rules.kinds.iter();
                self.labelled(kinds.map(|kind| (kind.name.as_str(), &kind.label)), typed)
            }
            Meaning::Choice(choices) => self.choices(choices.iter(), typed),
            Meaning::Status => self.choices(self.statuses(), typed),
            Meaning::Field => self.fields("", typed),
            Meaning::Test => self.fields("=", typed),
            Meaning::Metrics => self.metrics(typed),
            Meaning::Rule => self.rules_of(|_| true),
            Meaning::Report => self.rules_of(|class| class == Class::Report),
            Meaning::Template => self.rules_of(|class| class == Class::Template),
            Meaning::Scorecard => self.rules_of(|class| class == Class::Scorecard),
            Meaning::Words(words) => {
                let words = words.iter();
                words
                    .map(|word| ((*word).to_owned(), String::new()))
                    .collect()
            }
        };
        // What comes from a ledger is put on a command line, and may mean nothing there.
        let fits = |(word, _): &Offer| word.starts_with(typed) && is_one_word(word);
        let offers = found.into_iter().filter(fits);
        offers
            .map(|(word, what)| {
                let what = (!what.is_empty()).then(|| what.into());
                CompletionCandidate::new(word).help(what)
            })
            .collect()
    }

    /// Names with labels: the label in the clerk's language, unless the name is being typed.
    fn labelled<'l>(
        &self,
        of: impl Iterator<Item = (&'l str, &'l Label)>,
        typed: &str,
    ) -> Vec<Offer> {
        let by_label = match typed.chars().next() {
            None => self.lang == Lang::Zh,
            Some(first) => !first.is_ascii(),
        };
        of.map(|(name, label)| match by_label && is_one_word(&label.zh) {
            true => (label.zh.clone(), name.to_owned()),
            false => (name.to_owned(), label.get(self.lang).to_owned()),
        })
        .collect()
    }

    fn choices<'c>(&self, choices: impl Iterator<Item = &'c Choice>, typed: &str) -> Vec<Offer> {
        let choices = choices.map(|choice| (choice.name.as_str(), &choice.label));
        self.labelled(choices, typed)
    }

    /// The statuses of the kind that the line is about, or of all.
    fn statuses(&self) -> impl Iterator<Item = &Choice> {
        let kinds = self.kinds().filter_map(|kind| kind.life.as_ref());
        let statuses = kinds.flat_map(|life| &life.statuses);
        statuses.map(|status| &status.choice)
    }

    /// The kind that the line is about, or all.
    fn kinds(&self) -> impl Iterator<Item = &Kind> {
        let all = self.rules.kinds.iter().map(|kind| &**kind);
        all.filter(|kind| {
            self.kind
                .as_ref()
                .is_none_or(|asked| asked.name == kind.name)
        })
    }

    /// The fields of the kind that the line is about, each with a sign after it.
    fn fields(&self, sign: &str, typed: &str) -> Vec<Offer> {
        let Some(kind) = &self.kind else {
            return Vec::new();
        };
        let fields = self.labelled(kind.named_fields(), typed);
        let signed = |(word, what)| (format!("{word}{sign}"), what);
        fields.into_iter().map(signed).collect()
    }

    /// Metrics by name; where several are given, one more after the last comma.
    fn metrics(&self, typed: &str) -> Vec<Offer> {
        let before = typed.rfind(',').map_or("", |at| &typed[..=at]);
        let metrics = self.rules.metrics().iter();
        metrics
            .map(|metric| {
                let label = metric.label.get(self.lang).to_owned();
                (format!("{before}{}", metric.name), label)
            })
            .collect()
    }

    fn rules_of(&self, is_asked: impl Fn(Class) -> bool) -> Vec<Offer> {
        let items = self
            .rules
            .items()
            .iter()
            .filter(|item| is_asked(item.class));
        items
            .map(|item| (item.name.clone(), String::new()))
            .collect()
    }

    /// Files and folders whose path begins with what was typed, as the shell must have them: some
    /// put on the line what they are given, quoted or not.
    fn files(&self, typed: &str, is_asked: impl Fn(&Path) -> bool) -> Vec<CompletionCandidate> {
        let typed = match self.shell {
            "bash" => typed.replace('\\', ""),
            "powershell" => typed.trim_start_matches('\'').to_owned(),
            _ => typed.to_owned(),
        };
        let is_end = |c: char| c == '/' || std::path::is_separator(c);
        let (folder, start) = typed.split_at(typed.rfind(is_end).map_or(0, |at| at + 1));
        let home = std::env::home_dir().unwrap_or_default();
        let place = match folder.strip_prefix("~/") {
            Some(below) => home.join(below),
            None => Path::new(".").join(folder),
        };
        let is_hidden = |name: &str| name.starts_with('.') && !start.starts_with('.');
        let mut words = Vec::new();
        for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
            let (name, path) = (entry.file_name(), entry.path());
            let Some(name) = name.to_str().filter(|name| !name.contains(is_steering)) else {
                continue;
            };
            if name.starts_with(start) && !is_hidden(name) && (path.is_dir() || is_asked(&path)) {
                let end = if path.is_dir() { "/" } else { "" };
                words.push(self.quoted(&format!("{folder}{name}{end}")));
            }
        }
        words.sort();
        words.into_iter().map(CompletionCandidate::new).collect()
    }

    /// A path as it must stand on a line of the shell, where the shell does not see to that.
    fn quoted(&self, path: &str) -> String {
        match self.shell {
            "bash" => {
                let (home, rest) = path.split_at(if path.starts_with("~/") { 2 } else { 0 });
                let letter = |c: char| match is_one_word(c.encode_utf8(&mut [0; 4])) {
                    true => c.to_string(),
                    false => format!("\\{c}"),
                };
                format!("{home}{}", rest.chars().map(letter).collect::<String>())
            }
            "powershell" if !is_one_word(path) => format!("'{}'", path.replace('\'', "''")),
            _ => path.to_owned(),
        }
    }

    /// The periods that are mostly meant.
    fn periods(&self) -> Vec<Offer> {
        let today = self.today;
        let (quarter, month) = (Period::quarter(today), Period::month(today));
        let year = Period::year(today);
        [
            quarter,
            quarter.previous(),
            month,
            month.previous(),
            Period::half_year(today),
            year,
            year.previous(),
        ]
        .map(|period| (period.to_string(), period.label(self.lang)))
        .into()
    }

    fn years(&self) -> Vec<Offer> {
        let year = self.today.year();
        (0..3)
            .map(|n| ((year - n).to_string(), String::new()))
            .collect()
    }

    /// Today and the days of the week before.
    fn days(&self) -> Vec<Offer> {
        let days = (0..7).map(|n| self.today.plus(-n));
        days.map(|day| (day.to_string(), day.words(self.lang)))
            .collect()
    }

    /// Organisations by path, by the end of it, by what they are called and by pinyin initials.
    fn organisations(&self, typed: &str) -> Vec<Offer> {
        let Some(root) = self.root.clone() else {
            return Vec::new();
        };
        let ledger = Ledger::in_folder(root);
        let tree = ledger.outline();
        let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
        let ends = tree.orgs.iter().flat_map(|org| ends_of(org.path.as_str()));
        ends.for_each(|end| *shared.entry(end).or_default() += 1);
        let mut offers = Vec::new();
        for org in tree.orgs.iter() {
            let (path, name) = (org.path.as_str(), org.name());
            let initials = ledger.rules.naming.initials(name);
            let initials = initials
                .iter()
                .any(|known| !typed.is_empty() && known == typed);
            let own = ends_of(path).filter(|end| shared.get(end) == Some(&1));
            let words = [path].into_iter().chain(own).chain([name, org.short()]);
            let word = words.into_iter().find(|word| word.starts_with(typed));
            // Initials are replaced by what they stand for: no shell takes them for its beginning.
            let word = word
                .map(str::to_owned)
                .or_else(|| initials.then(|| typed.to_owned()));
            offers.extend(word.map(|word| (word, name.to_owned())));
        }
        offers
    }

    /// The newest records of some kinds, or of any, with their titles.
    fn records(&self, kinds: &[String], typed: &str) -> Vec<Offer> {
        let Some(root) = self.root.clone() else {
            return Vec::new();
        };
        let ledger = Ledger::in_folder(root);
        let asked = ledger.rules.kinds.iter().map(|kind| kind.name.as_str());
        let asked = asked.filter(|name| kinds.is_empty() || kinds.iter().any(|kind| kind == name));
        let tree = ledger.load(&Selection::of_kinds(&ledger.rules, asked));
        let records = tree.entries.iter().map(|entry| &entry.record);
        let mut found: Vec<_> = records
            .filter(|record| record.id.as_str().starts_with(typed))
            .collect();
        // The day of an id is that on which the record was entered.
        let entered = |record: &Record<'_>| record.id.as_str().split('-').nth(1).map(str::to_owned);
        found.sort_by_key(|record| Reverse(entered(record)));
        let title = |record: &&Record<'_>| {
            let title = record.title().map(text::plain);
            (record.id.as_str().to_owned(), title.unwrap_or_default())
        };
        found.iter().take(RECORDS).map(title).collect()
    }
}

/// The ends of a path, the shortest first: of `a/b/c` they are `c`, `b/c` and all of it.
fn ends_of(path: &str) -> impl Iterator<Item = &str> {
    let cuts = path.rmatch_indices('/').map(|(at, _)| &path[at + 1..]);
    cuts.chain([path])
}
