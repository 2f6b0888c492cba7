//! `ledger points`: one member's sheet of points, or how many members have which grade.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};
use serde_json::Value as Json;

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::figure::scorecard::{Member, Scoring};
use crate::figure::{Evaluation, tally};
use crate::locale::Locale;
use crate::present::left_out_notes;
use crate::present::points::PointsView;
use crate::problem::{Problem, Rule};
use crate::render::json::{pretty, report};
use crate::rules::Rules;
use crate::table::{Publication, Table};

pub(super) const COMMAND: Command = Command {
    name: "points",
    build,
    run,
};

/// The scorecard that is meant where none is named.
const CARD: &str = "points";

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "points")
        .arg(options::positional(locale, "member", "value-member").required(false))
        .arg(options::option(locale, "card", "value-scorecard"))
        .arg(options::switch(locale, "each"))
        .arg(options::quarter_option(locale))
        .arg(options::org_option(locale))
        .arg(options::as_of_option(locale))
        .arg(options::at_option(locale))
        .arg(options::switch(locale, "skip-bad"))
        .args(output::table_options(locale, options::TABLES))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
    let (period, as_of, today) = session.window(matches)?;
    let ledger = Ledger::asked(session, matches)?;
    ledger.root.refuse_points()?;
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let rules = &ledger.rules;
    let card = rules.asked_scorecard(text("card").unwrap_or(CARD), period.last())?;
    if !card.is_of_members() {
        return Err(Problem::new(Rule::NOT_OF_MEMBERS)
            .with("name", &card.label)
            .into());
    }
    let tree = &ledger.load(&tally::selection_of_scorecard(rules, card));
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let orgs = tree.subtree(session.org(tree, matches)?);
    let evaluation = Evaluation::new(tree, period, as_of).until(today);
    let scoring = Scoring::new(&evaluation, card);
    let view = PointsView {
        scoring: &scoring,
        locale: &session.locale,
    };
    let members: Vec<&Member> = match (text("member"), matches.get_flag("each")) {
        (Some(code), _) => {
            let member = scoring.member(code).filter(|m| orgs.contains(&m.org));
            let unknown = || Problem::new(Rule::NO_SUCH_MEMBER).with("name", code);
            vec![member.ok_or_else(unknown)?]
        }
        (None, true) => scoring.members(orgs.clone()),
        (None, false) => Vec::new(),
    };
    let is_counts = text("member").is_none() && !matches.get_flag("each");
    let words = [
        ("card", (&card.label).into()),
        (
            "period",
            scoring
                .evaluation
                .period
                .label(session.locale.lang())
                .into(),
        ),
        ("as_of", as_of.to_string().into()),
    ];
    let title = session.locale.say("points-counts", &words);
    let tables = match is_counts {
        true => vec![view.grades(orgs)?],
        false => members
            .iter()
            .map(|m| view.sheet(m))
            .collect::<Result<_, _>>()?,
    };
    let notes = left_out_notes(&session.locale, &left_out);
    let found = match <[Table; 1]>::try_from(tables) {
        // A table alone needs no heading above its own.
        Ok([mut table]) => {
            if table.title.is_empty() {
                table.title = title;
            }
            table.notes.extend(notes);
            table.into()
        }
        Err(tables) => Publication {
            title,
            notes,
            tables,
            ..Publication::default()
        },
    };
    let json = |found: &_| match is_counts {
        true => Ok(report(found)),
        false => {
            let sheets: Result<Vec<Json>, Problem> =
                members.iter().map(|member| view.json(member)).collect();
            Ok(pretty(&sheets?.into()))
        }
    };
    let bytes = output::drawn(session, matches, form, &found, json)?;
    output::deliver(session, matches, form, &bytes)?;
    Ok(Status::Clean)
}
