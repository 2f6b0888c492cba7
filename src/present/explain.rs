//! What stands behind a figure, as tables and as an object.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::figure::evidence::Evidence;
use crate::figure::rank::{Places, Standing};
use crate::figure::scorecard::{Score, Scored, Scoring};
use crate::figure::{Evaluation, Figure, Lens, Scope};
use crate::locale::Locale;
use crate::number::Decimal;
use crate::present::cell;
use crate::present::contribution::{is_headcount, lead, parts, table_of};
use crate::present::score::ScoreSheet;
use crate::problem::Problem;
use crate::rules::metric::{Measure, Metric};
use crate::table::{Cell, Column, Table, TableRow};

/// A figure that is to be explained.
pub struct Explained<'e> {
    /// What computes it.
    pub evaluation: &'e Evaluation<'e>,
    /// The organisations it speaks of.
    pub scope: &'e Scope,
    /// The one that was asked for.
    pub org: usize,
    /// Whether it speaks of that one alone.
    pub own: bool,
    /// The language.
    pub locale: &'e Locale,
}

impl Explained<'_> {
    /// Its value.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn figure(&self, metric: &Metric) -> Result<Cell, Problem> {
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

    /// The scorecard that gives a figure, and the score; none where the organisation has none.
    fn score<'m>(&'m self, metric: &Metric) -> Result<Option<(Scoring<'m>, Score)>, Problem> {
        let Measure::Scorecard { card, .. } = &metric.measure else {
            return Ok(None);
        };
        let scoring = self.evaluation.scoring(card);
        let Some(scoring) = scoring.filter(|scoring| scoring.scores(self.org)) else {
            return Ok(None);
        };
        let score = scoring.score(&Scored::Organisation(self.scope.clone()))?;
        Ok(Some((scoring, score)))
    }

    /// Its value and what stands behind it, as an object.
    ///
    /// # Errors
    /// As [`Explained::figure`].
    pub fn json(&self, metric: &Metric) -> Result<Map<String, Json>, Problem> {
        let mut object = Map::new();
        object.insert("metric".to_owned(), metric.name.as_str().into());
        object.insert("value".to_owned(), self.figure(metric)?.json());
        let records = self
            .evaluation
            .counted(metric, self.scope)
            .iter()
            .map(|(c, amount)| json!(Evidence::of(self.evaluation.tree, c, *amount)))
            .collect();
        object.insert("records".to_owned(), Json::Array(records));
        let parts = parts(self.evaluation.tree.rules, metric);
        if !parts.is_empty() {
            let parts = parts
                .into_iter()
                .map(|(role, metrics, weight)| self.part(role, &metrics, weight));
            object.insert(
                "parts".to_owned(),
                Json::Array(parts.collect::<Result<_, _>>()?),
            );
        }
        if let Some((scoring, score)) = self.score(metric)? {
            let sheet = ScoreSheet {
                scoring: &scoring,
                locale: self.locale,
            };
            sheet.add_to(&mut object, &score);
            return Ok(object);
        }
        if let Some((by, places)) = self.places(metric)? {
            let place = |place: &Standing| {
                let org = self.evaluation.tree.orgs[place.org].path.as_str();
                json!({ "org": org, "value": cell(by, place.figure).json(), "place": place.place })
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
        Ok(json!({
            "role": role,
            "metric": names.join(" + "),
            "metrics": names,
            "value": sum,
            "records": records,
        }))
    }

    /// The tables of what stands behind a figure; of one that is made of others a table each, and
    /// of one that is only weighed the heading alone.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn tables(&self, metric: &Metric) -> Result<Vec<Table>, Problem> {
        if let Some((by, places)) = self.places(metric)? {
            return Ok(vec![self.table_of_places(by, &places)]);
        }
        if let Some((scoring, score)) = self.score(metric)? {
            let sheet = ScoreSheet {
                scoring: &scoring,
                locale: self.locale,
            };
            return Ok(sheet.tables(&score));
        }
        let parts = parts(self.evaluation.tree.rules, metric);
        if parts.is_empty() {
            return Ok(vec![self.table(metric)]);
        }
        let mut tables = Vec::new();
        for (role, metrics, weight) in parts {
            for part in metrics {
                let table = match weight {
                    None => self.table(part),
                    Some(_) => Table::default(),
                };
                let title = self.part_title(role, part, weight)?;
                tables.push(Table { title, ..table });
            }
        }
        Ok(tables)
    }

    /// What a part is to the figure, and its own figure.
    fn part_title(
        &self,
        role: &str,
        part: &Metric,
        weight: Option<i64>,
    ) -> Result<String, Problem> {
        let words = self.figure(part)?.words();
        let lead = lead(self.locale, role, weight);
        let label = part.label.get(self.locale.lang());
        Ok(format!("{lead}{label} = {words}"))
    }

    /// The peers of an organisation in their order, with the figure that gives it.
    fn table_of_places(&self, by: &Metric, places: &Places) -> Table {
        let (tree, locale) = (self.evaluation.tree, self.locale);
        let row = |place: &Standing| {
            let org = &tree.orgs[place.org];
            let cells = vec![
                Cell::from(place.place as i64),
                Cell::Text(org.short().to_owned()),
                cell(by, place.figure),
            ];
            TableRow::of(cells)
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
        let counted = self.evaluation.counted(metric, self.scope);
        table_of(self.evaluation, self.locale, is_headcount(metric), &counted)
    }
}
