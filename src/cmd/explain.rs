//! `ledger explain METRIC`: the records behind a figure, by file and line.

use std::sync::Arc;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};
use serde_json::{Map, Value as Json, json};

use crate::cmd::ledger::Ledger;
use crate::cmd::report::{as_of_words, cell};
use crate::cmd::{self, Command, Session, Status};
use crate::figure::evidence::Evidence;
use crate::figure::rank::{Place, Places};
use crate::figure::{Basis, Evaluation, Figure, Lens, Scope, record_of, tally};
use crate::locale::Locale;
use crate::number::Decimal;
use crate::problem::{Problem, Rule};
use crate::record::text;
use crate::render::json::{pretty, value};
use crate::render::terminal;
use crate::rules::Rules;
use crate::rules::metric::{Measure, Metric};
use crate::table::{Cell, Column, Row, Table};

pub(super) const COMMAND: Command = Command {
    name: "explain",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    cmd::command(locale, "explain")
        .arg(cmd::positional(locale, "metric", "value-metric"))
        .arg(cmd::quarter_option(locale))
        .arg(cmd::org_option(locale))
        .arg(cmd::as_of_option(locale))
        .arg(cmd::switch(locale, "own"))
        .arg(cmd::switch(locale, "wide"))
        .arg(cmd::at_option(locale))
        .arg(cmd::switch(locale, "skip-bad"))
        .arg(cmd::format_option(locale, &["table", "json"]))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let (period, as_of, today) = session.window(matches)?;
    let ledger = Ledger::asked(session, matches)?;
    let name = matches
        .get_one::<String>("metric")
        .map_or("", String::as_str);
    let Some(metric) = ledger.rules.metric(name) else {
        let all: Vec<&str> = ledger
            .rules
            .metrics()
            .iter()
            .map(|m| m.name.as_str())
            .collect();
        return Err(Problem::new(Rule::UNKNOWN_METRIC)
            .with("name", name)
            .with("allowed", all.join(", "))
            .into());
    };
    let tree = &ledger.load(&tally::selection_to_list(&ledger.rules, &[metric]));
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let org = session.org(tree, matches)?;
    let own = matches.get_flag("own");
    let scope = if own {
        Scope::These(vec![org])
    } else {
        Scope::Under(tree.subtree(org))
    };
    let evaluation = Evaluation::new(tree, period, as_of).until(today);
    let judged_until = evaluation.judged_until(metric);
    let explained = Explained {
        evaluation: &evaluation,
        scope: &scope,
        org,
        own,
        locale: &session.locale,
    };
    let text = match cmd::format_of(matches, "table") {
        "json" => {
            let mut object = explained.json(metric)?;
            object.insert("org".to_owned(), tree.orgs[org].path.as_str().into());
            object.insert("period".to_owned(), period.to_string().into());
            object.insert("as_of".to_owned(), as_of.to_string().into());
            if let Some(day) = judged_until {
                object.insert("filings_as_of".to_owned(), day.to_string().into());
            }
            if let Some(at) = &ledger.at {
                object.insert("at".to_owned(), at.id.as_str().into());
            }
            if !left_out.is_empty() {
                object.insert("left_out".to_owned(), cmd::places(&left_out).into());
            }
            pretty(&Json::Object(object))
        }
        _ => {
            let title = session.locale.say(
                "explain-title",
                &[
                    ("metric", (&metric.label).into()),
                    ("org", tree.orgs[org].name().into()),
                    ("period", period.label(session.locale.lang()).into()),
                    (
                        "as_of",
                        as_of_words(&session.locale, as_of, judged_until).into(),
                    ),
                    (
                        "value",
                        cell(metric, evaluation.figure(metric, &scope)?)
                            .words()
                            .into(),
                    ),
                ],
            );
            let bad: String = cmd::left_out_notes(&session.locale, &left_out)
                .iter()
                .map(|note| format!("{note}\n"))
                .collect();
            format!(
                "{title}\n{bad}{}",
                explained.tables(metric, cmd::table_style(session, matches))?
            )
        }
    };
    write!(session.out, "{text}")?;
    Ok(Status::Clean)
}

struct Explained<'e> {
    evaluation: &'e Evaluation<'e>,
    scope: &'e Scope,
    org: usize,
    own: bool,
    locale: &'e Locale,
}

impl Explained<'_> {
    fn figure(&self, metric: &Metric) -> Result<Cell, Problem> {
        Ok(cell(metric, self.evaluation.figure(metric, self.scope)?))
    }

    /// The metric that a place is given by, and all places.
    fn places<'m>(&'m self, metric: &Metric) -> Result<Option<(&'m Metric, Arc<Places>)>, Problem> {
        let Measure::Rank(ranking) = &metric.measure else {
            return Ok(None);
        };
        let Some(by) = self.evaluation.tree.rules.metric(&ranking.by) else {
            return Ok(None);
        };
        Ok(Some((
            by,
            self.evaluation
                .places(ranking, self.org, self.own, &Lens::default())?,
        )))
    }

    /// The figures that a ratio or score is made of, each with the weight it has, if any.
    fn parts<'m>(
        &'m self,
        metric: &'m Metric,
    ) -> Vec<(&'static str, Vec<&'m Metric>, Option<i64>)> {
        let find = |names: &[String]| {
            names
                .iter()
                .filter_map(|name| self.evaluation.tree.rules.metric(name))
                .collect::<Vec<_>>()
        };
        match &metric.measure {
            Measure::Ratio { of, to } => vec![
                ("numerator", find(of), None),
                ("denominator", find(to), None),
            ],
            Measure::Score { parts } => parts
                .iter()
                .map(|(name, weight)| ("part", find(std::slice::from_ref(name)), Some(*weight)))
                .collect(),
            Measure::Records { .. }
            | Measure::Obligation { .. }
            | Measure::Members
            | Measure::Organisations { .. }
            | Measure::View { .. }
            | Measure::Disagreement { .. }
            | Measure::Plus { .. }
            | Measure::Rank(_) => Vec::new(),
        }
    }

    fn json(&self, metric: &Metric) -> Result<Map<String, Json>, Problem> {
        let mut object = Map::new();
        object.insert("metric".to_owned(), metric.name.as_str().into());
        object.insert("value".to_owned(), value(&self.figure(metric)?));
        let records = self
            .evaluation
            .counted(metric, self.scope)
            .iter()
            .map(|(c, amount)| json!(Evidence::of(self.evaluation.tree, c, *amount)))
            .collect();
        object.insert("records".to_owned(), Json::Array(records));
        let parts = self.parts(metric);
        if !parts.is_empty() {
            let parts = parts
                .into_iter()
                .map(|(role, metrics, weight)| self.part(role, &metrics, weight));
            object.insert(
                "parts".to_owned(),
                Json::Array(parts.collect::<Result<_, _>>()?),
            );
        }
        if let Some((by, places)) = self.places(metric)? {
            let place = |place: &Place| {
                let org = self.evaluation.tree.orgs[place.org].path.as_str();
                json!({ "org": org, "value": value(&cell(by, place.figure)), "place": place.place })
            };
            object.insert("by".to_owned(), by.name.as_str().into());
            object.insert(
                "places".to_owned(),
                places.order.iter().map(place).collect(),
            );
        }
        Ok(object)
    }

    /// One part of a ratio or score; a part of several figures is their sum.
    fn part(&self, role: &str, metrics: &[&Metric], weight: Option<i64>) -> Result<Json, Problem> {
        let inner: Vec<Map<String, Json>> = metrics
            .iter()
            .map(|m| self.json(m))
            .collect::<Result<_, _>>()?;
        if let ([only], Some(weight)) = (&inner[..], weight) {
            let mut object = only.clone();
            object.insert("role".to_owned(), role.into());
            object.insert("weight".to_owned(), weight.into());
            return Ok(Json::Object(object));
        }
        let names: Vec<&str> = metrics.iter().map(|m| m.name.as_str()).collect();
        let mut sum = Some(Decimal::ZERO);
        for metric in metrics {
            if let Figure::Number(number) = self.evaluation.figure(metric, self.scope)? {
                sum = sum.and_then(|sum| sum.plus(number));
            }
        }
        let records: Vec<Json> = inner
            .iter()
            .filter_map(|o| o["records"].as_array())
            .flatten()
            .cloned()
            .collect();
        Ok(
            json!({ "role": role, "metric": names.join(" + "), "metrics": names, "value": sum, "records": records }),
        )
    }

    fn tables(&self, metric: &Metric, style: terminal::Style) -> Result<String, Problem> {
        if let Some((by, places)) = self.places(metric)? {
            return Ok(terminal::draw(
                &self.table_of_places(by, &places),
                style,
                self.locale,
            ));
        }
        let parts = self.parts(metric);
        if parts.is_empty() {
            return Ok(terminal::draw(&self.table(metric), style, self.locale));
        }
        let mut out = String::new();
        for (role, metrics, weight) in parts {
            for part in metrics {
                let words = self.figure(part)?.words();
                let lead = match weight {
                    Some(weight) => self
                        .locale
                        .say("explain-weight", &[("weight", weight.into())]),
                    None => self.locale.text(&format!("explain-{role}")),
                };
                out.push_str(&format!(
                    "\n{lead}{} = {words}\n",
                    part.label.get(self.locale.lang())
                ));
                if weight.is_none() {
                    out.push_str(&terminal::draw(&self.table(part), style, self.locale));
                }
            }
        }
        Ok(out)
    }

    /// The peers of an organisation in their order, with the figure that gives it.
    fn table_of_places(&self, by: &Metric, places: &Places) -> Table {
        let (tree, locale) = (self.evaluation.tree, self.locale);
        let row = |place: &Place| {
            let org = &tree.orgs[place.org];
            let cells = vec![
                Cell::from(place.place as i64),
                Cell::Text(org.short().to_owned()),
                cell(by, place.figure),
            ];
            Row {
                cells,
                total: false,
            }
        };
        let place = Column::number("place", locale.text("label-rank"), "rank");
        let figure = Column::number(
            &by.name,
            by.label.get(locale.lang()).to_owned(),
            by.unit.name(),
        );
        Table {
            columns: vec![place, Column::text("org", locale.text("label-org")), figure],
            notes: vec![locale.say("explain-places", &[("metric", (&by.label).into())])],
            rows: places.order.iter().map(row).collect(),
            ..Table::default()
        }
    }

    fn table(&self, metric: &Metric) -> Table {
        let (tree, locale) = (self.evaluation.tree, self.locale);
        let label = |id: &str| locale.text(id);
        let counted = self.evaluation.counted(metric, self.scope);
        let rows = counted.iter().map(|(contribution, amount)| {
            let org = Cell::Text(tree.orgs[contribution.org].short().to_owned());
            let record_cells = |n: usize| {
                let record = record_of(tree, n);
                let what = text::title(record, locale);
                (
                    record.id.to_string(),
                    format!("{}:{}", record.origin.file, record.origin.line),
                    what,
                )
            };
            let (what, place, id) = match &contribution.from {
                Basis::Record(n) => {
                    let (id, place, what) = record_cells(*n);
                    (what, place, id)
                }
                Basis::Window(window) => {
                    let name = tree
                        .rules
                        .obligation(&window.obligation)
                        .map_or("", |o| o.label.get(locale.lang()));
                    let state = locale.text(&format!("window-{}", window.state.name()));
                    let (ids, places): (Vec<String>, Vec<String>) = window
                        .records
                        .iter()
                        .map(|&n| record_cells(n))
                        .map(|(id, place, _)| (id, place))
                        .unzip();
                    (
                        format!("{name} {} {state}", window.window.label(locale.lang())),
                        places.join("\n"),
                        ids.join("\n"),
                    )
                }
                Basis::Organisation => {
                    let what = if matches!(metric.measure, Measure::Members) {
                        "label-members"
                    } else {
                        "label-org"
                    };
                    (
                        label(what),
                        tree.orgs[contribution.org].file(),
                        String::new(),
                    )
                }
            };
            Row {
                cells: vec![
                    org,
                    Cell::Text(what),
                    Cell::Number(*amount),
                    Cell::Text(place),
                    Cell::Text(id),
                ],
                total: false,
            }
        });
        Table {
            columns: vec![
                Column::text("org", label("label-org")),
                Column {
                    compact: false,
                    ..Column::text("what", label("label-what"))
                },
                Column::number("contributes", label("label-contributes"), "items"),
                Column::text("place", label("label-place")),
                Column {
                    compact: false,
                    ..Column::text("id", label("label-id"))
                },
            ],
            notes: if counted.is_empty() {
                vec![locale.text("explain-nothing")]
            } else {
                Vec::new()
            },
            rows: rows.collect(),
            ..Table::default()
        }
    }
}
