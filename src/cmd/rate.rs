//! `ledger rate SCORECARD`: what a scorecard proposes for organisations; drafts of ratings, their
//! public notice and the decision, each written only when somebody confirms it.

use anyhow::Result;
use clap::{Arg, ArgMatches, Command as Clap};

use crate::cmd::fields::{clerk_name, spelled};
use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output, prompt};
use crate::day::{Day, Period};
use crate::figure::rating::{Round, Step};
use crate::figure::scorecard::Scoring;
use crate::figure::{Evaluation, default_as_of, tally};
use crate::locale::Locale;
use crate::present::left_out_notes;
use crate::present::rate::RateView;
use crate::problem::{Problem, Problems, Rule};
use crate::record::Value;
use crate::render::json::pretty;
use crate::rules::Rules;
use crate::tree::intake::{Draft, take_in};
use crate::tree::write::{Lock, writer};
use crate::tree::{Root, Tree};

pub(super) const COMMAND: Command = Command {
    name: "rate",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    let day = |name: &'static str| -> Arg {
        options::option(locale, name, "value-day")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("")
    };
    options::command(locale, "rate")
        .arg(options::positional(locale, "scorecard", "value-scorecard"))
        .arg(options::option(locale, "year", "value-year").help(locale.text("flag-rate-year")))
        .arg(options::org_option(locale))
        .arg(options::as_of_option(locale))
        .arg(day("notice"))
        .arg(day("decide").conflicts_with("notice"))
        .arg(options::switch(locale, "yes").help(locale.text("flag-rate-yes")))
        .arg(options::switch(locale, "skip-bad"))
        .args(output::table_options(locale, options::TABLES))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
    let period = year(session, matches)?;
    let step = step(session, matches)?;
    if let Step::Notice(day) | Step::Decide(day) = step
        && day > session.today
    {
        let problem = Problem::new(Rule::RATING_AHEAD).with("day", day.to_string());
        return Err(problem.into());
    }
    let as_of = match matches.get_one::<String>("as-of") {
        Some(text) => session.day(text)?,
        None => default_as_of(period, session.today),
    };
    let ledger = Ledger::of(session)?;
    let yes = matches.get_flag("yes");
    // Whoever is asked would keep everybody else waiting.
    let lock = match yes {
        true => Some(session.lock(&ledger.root)?),
        false => None,
    };
    let asked = matches
        .get_one::<String>("scorecard")
        .map_or("", String::as_str);
    let card = ledger.rules.asked_scorecard(asked, period.last())?;
    if card.is_of_members() {
        return Err(Problem::new(Rule::OF_MEMBERS)
            .with("name", &card.label)
            .into());
    }
    let selection = tally::selection_to_rate(&ledger.rules, card);
    let tree = &ledger.load(&selection);
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let org = session.org(tree, matches)?;
    let round = round_of(tree, (period, as_of), asked, org)?;
    show(session, matches, form, (&round, org), &left_out)?;
    let drafts = drafts(session, &round, step, yes)?;
    let is_read = matches!(step, Step::Propose) && !yes;
    let may_ask = session.interactive && form == Format::Table;
    if drafts.is_empty() || is_read && !may_ask {
        if drafts.is_empty() && (yes || !is_read) {
            say_nothing(session, &round)?;
        }
        return Ok(Status::Clean);
    }
    let lock = match lock {
        Some(lock) => lock,
        None => {
            let lock = confirmed(session, &ledger.root, step, drafts.len())?;
            let now = &ledger.load(&selection);
            let again = round_of(now, (period, as_of), asked, org)?.drafts(step);
            // What was shown must still be so.
            if !again.is_ok_and(|again| said(&again) == said(&drafts)) {
                return Err(Problem::new(Rule::FORM_OVERTAKEN).into());
            }
            lock
        }
    };
    let writer = writer(&lock, &|| spelled(&clerk_name(), &ledger.rules))?;
    let (added, changed) = counts(&drafts);
    take_in(&ledger.root, &lock, tree, drafts, session.today, &writer)?;
    drop(lock);
    let counts = [("added", added.into()), ("changed", changed.into())];
    session.remark("taken-in", &counts)?;
    Ok(Status::Clean)
}

/// Shows what is proposed.
fn show(
    session: &mut Session<'_>,
    matches: &ArgMatches,
    form: Format,
    (round, org): (&Round<'_>, usize),
    left_out: &[Problem],
) -> Result<()> {
    let (scoring, locale) = (&round.scoring, &session.locale);
    let evaluation = &scoring.evaluation;
    let view = RateView {
        scoring,
        rated: &round.rated,
        locale,
    };
    let words = [
        ("card", (&scoring.card.label).into()),
        ("org", evaluation.tree.orgs[org].name().into()),
        ("period", evaluation.period.label(locale.lang()).into()),
        ("as_of", evaluation.as_of.to_string().into()),
    ];
    let title = locale.say("rate-title", &words);
    let found = view.publication(title, left_out_notes(locale, left_out));
    let json = |_: &_| Ok(pretty(&view.json()));
    let bytes = output::drawn(session, matches, form, &found, json)?;
    output::deliver(session, matches, form, &bytes)
}

/// What a step writes; before the first day of what is rated there is nothing.
fn drafts<'t>(
    session: &Session<'_>,
    round: &Round<'t>,
    step: Step,
    yes: bool,
) -> Result<Vec<Draft<'t>>> {
    let evaluation = &round.scoring.evaluation;
    let first = evaluation.period.first();
    match step {
        Step::Propose if evaluation.as_of < first || session.today < first => match yes {
            true => {
                let day = first.to_string();
                Err(Problem::new(Rule::RATING_NOT_BEGUN).with("day", day).into())
            }
            false => Ok(Vec::new()),
        },
        step => Ok(round.drafts(step).map_err(Problems)?),
    }
}

/// Says that there is nothing to write, and why.
fn say_nothing(session: &mut Session<'_>, round: &Round<'_>) -> Result<()> {
    let is_written = round.rated.iter().any(|(_, written)| written.is_some());
    let words = match is_written {
        true => "rate-nothing",
        false => "rate-no-drafts",
    };
    Ok(session.remark(words, &[])?)
}

/// Asks whether to write, and takes the right to it.
fn confirmed(session: &mut Session<'_>, root: &Root, step: Step, count: usize) -> Result<Lock> {
    if !session.interactive {
        return Err(Problem::new(Rule::FORM_UNCONFIRMED).into());
    }
    let question = session
        .locale
        .say(question(step), &[("count", count.into())]);
    match prompt::confirm(session, &question)? {
        true => Ok(session.lock(root)?),
        false => Err(Problem::new(Rule::CANCELLED).into()),
    }
}

fn round_of<'t>(
    tree: &'t Tree<'t>,
    (period, as_of): (Period, Day),
    card: &str,
    org: usize,
) -> Result<Round<'t>> {
    let evaluation = Evaluation::new(tree, period, as_of);
    let card = tree.rules.asked_scorecard(card, period.last())?;
    let scoring = Scoring::new(&evaluation, card);
    Ok(Round::of(scoring, tree.subtree(org))?)
}

/// What drafts write, and of what.
fn said(drafts: &[Draft<'_>]) -> Vec<(String, Vec<Option<Value>>)> {
    let one = |draft: &Draft<'_>| match draft {
        Draft::Add { org, kind, values } => (format!("{org} {}", kind.name), values.clone()),
        Draft::Change { record, values } => (record.id.to_string(), values.clone()),
    };
    drafts.iter().map(one).collect()
}

fn counts(drafts: &[Draft<'_>]) -> (usize, usize) {
    let added = drafts
        .iter()
        .filter(|draft| matches!(draft, Draft::Add { .. }))
        .count();
    (added, drafts.len() - added)
}

fn question(step: Step) -> &'static str {
    match step {
        Step::Propose => "prompt-rate",
        Step::Notice(_) => "prompt-rate-notice",
        Step::Decide(_) => "prompt-rate-decide",
    }
}

/// The year that is rated: this one, unless another is named.
fn year(session: &Session<'_>, matches: &ArgMatches) -> Result<Period, Problem> {
    let Some(text) = matches.get_one::<String>("year") else {
        return Ok(Period::year(session.today));
    };
    let year = prompt::year_of(text).and_then(|year| Day::new(year, 12, 31));
    year.map(Period::year)
        .ok_or_else(|| Problem::new(Rule::BAD_PERIOD).with("value", text.as_str()))
}

fn step(session: &Session<'_>, matches: &ArgMatches) -> Result<Step, Problem> {
    let day = |name: &str| match matches.get_one::<String>(name).map(String::as_str) {
        None => Ok(None),
        Some("") => Ok(Some(session.today)),
        Some(text) => session.day(text).map(Some),
    };
    Ok(match (day("notice")?, day("decide")?) {
        (_, Some(day)) => Step::Decide(day),
        (Some(day), None) => Step::Notice(day),
        (None, None) => Step::Propose,
    })
}
