//! Figures by the values of a field, by state or by month.

use std::collections::BTreeSet;

use crate::day::Period;
use crate::figure::{Basis, Contribution, Evaluation, Figure, Lens, Scope, record_of, referred};
use crate::problem::{Problem, Rule};
use crate::record::{Record, Value};
use crate::rules::grouping::GroupBy;
use crate::rules::kind::{FieldDef, FieldType};
use crate::rules::metric::Metric;

/// Those of one value; of records that have none, nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// By what they are put together.
    pub by: GroupBy,
    /// The value that they have.
    pub value: Option<Value>,
}

impl Evaluation<'_> {
    /// The values that something has that contributes to a figure: of a list all its items.
    fn values(&self, by: &GroupBy, of: &Contribution) -> Vec<Option<Value>> {
        let record = match &of.from {
            Basis::Record(n) => Some(record_of(self.tree, *n)),
            Basis::Window(_) | Basis::Organisation => None,
        };
        let named = |record: &Record<'_>, field: &str| {
            let field = record.kind.named(field)?;
            record.get(field).cloned()
        };
        let value = match by {
            GroupBy::Field(field) => record.and_then(|record| named(record, field)),
            GroupBy::Org(field) => self.tree.orgs[of.org].fields[*field].clone(),
            GroupBy::State => record
                .and_then(|record| record.status_on(self.as_of))
                .map(|status| Value::Text(status.choice.name.as_str().into())),
            GroupBy::Month => {
                let day = match &of.from {
                    Basis::Window(window) => Some(window.window.first()),
                    _ => record.and_then(|record| Some(record.belongs()?.first())),
                };
                day.map(|day| Value::Period(Period::month(day)))
            }
            GroupBy::Referred { by, field } => record.and_then(|record| {
                let id = named(record, by)?;
                named(&referred(self.tree, Some(&id))?.record, field)
            }),
        };
        match value {
            Some(Value::List(items)) if !items.is_empty() => items.into_iter().map(Some).collect(),
            Some(Value::List(_)) => vec![None],
            value => vec![value],
        }
    }

    /// Whether something that contributes to a figure is in a group.
    pub fn is_in(&self, group: &Group, of: &Contribution) -> bool {
        self.values(&group.by, of).contains(&group.value)
    }

    /// The groups of what some figures are made of: words of a choice in the order of the rules,
    /// other values in their own, those that have none last.
    pub fn groups(
        &self,
        metrics: &[&Metric],
        scope: &Scope,
        by: &GroupBy,
        field: Option<&FieldDef>,
    ) -> Vec<Group> {
        in_groups(by, field, self.all_values(metrics, scope, by))
    }

    /// The values that anything has that contributes to some figures.
    fn all_values(
        &self,
        metrics: &[&Metric],
        scope: &Scope,
        by: &GroupBy,
    ) -> BTreeSet<Option<Value>> {
        let mut values = BTreeSet::new();
        for metric in super::tally::made_of(self.tree.rules, metrics) {
            let counted = self.counted(metric, scope);
            values.extend(counted.iter().flat_map(|(of, _)| self.values(by, of)));
        }
        values
    }
}

/// A group of each value, in the order in which people look for them.
fn in_groups(
    by: &GroupBy,
    field: Option<&FieldDef>,
    values: BTreeSet<Option<Value>>,
) -> Vec<Group> {
    let mut values: Vec<Option<Value>> = values.into_iter().collect();
    in_order(&mut values, field);
    let group = |value| Group {
        by: by.clone(),
        value,
    };
    values.into_iter().map(group).collect()
}

impl Lens {
    /// What looks only at a group.
    pub fn of_group(group: &Group) -> Lens {
        Lens {
            group: Some(group.clone()),
            ..Lens::default()
        }
    }
}

/// Puts values of a field in the order in which people look for them.
pub fn in_order(values: &mut [Option<Value>], field: Option<&FieldDef>) {
    values.sort();
    let choices = match field.map(|field| &field.ty) {
        Some(FieldType::Choice(choices)) => choices.as_slice(),
        _ => &[],
    };
    values.sort_by_key(|value| {
        let word = value.as_ref().and_then(Value::as_text);
        let place = choices
            .iter()
            .position(|choice| Some(choice.name.as_str()) == word);
        (value.is_none(), place.unwrap_or(usize::MAX))
    });
}

/// The figures of groups, and of all together.
#[derive(Clone, Debug, Default)]
pub struct GroupReport {
    /// The groups, each with a value for each metric.
    pub groups: Vec<(Group, Vec<Figure>)>,
    /// The figures of all.
    pub total: Vec<Figure>,
    /// The same of what it is compared with: a row for each group, then the total.
    pub before: Vec<Vec<Figure>>,
}

/// The most groups of a report.
pub const MOST_GROUPS: usize = 2_000;

impl GroupReport {
    /// Computes the figures; those of the earlier evaluation have groups of their own too.
    ///
    /// # Errors
    /// More groups than anybody reads, or a sum that does not fit.
    pub fn of(
        now: &Evaluation<'_>,
        earlier: Option<&Evaluation<'_>>,
        metrics: &[&Metric],
        scope: &Scope,
        (by, field): (&GroupBy, Option<&FieldDef>),
    ) -> Result<GroupReport, Problem> {
        let mut values = now.all_values(metrics, scope, by);
        values.extend(
            earlier
                .into_iter()
                .flat_map(|e| e.all_values(metrics, scope, by)),
        );
        let groups = in_groups(by, field, values);
        if groups.len() > MOST_GROUPS {
            return Err(Problem::new(Rule::TOO_MANY_GROUPS)
                .with("count", groups.len())
                .with("most", MOST_GROUPS));
        }
        let rows = |evaluation: &Evaluation<'_>, is_earlier: bool| {
            let of_group = |group: Option<&Group>| -> Result<Vec<Figure>, Problem> {
                let lens = group.map(Lens::of_group).unwrap_or_default();
                let figure = |metric: &&Metric| match is_earlier {
                    true => evaluation.earlier_figure(metric, scope, &lens),
                    false => evaluation.figure_through(metric, scope, &lens),
                };
                metrics.iter().map(figure).collect()
            };
            let of_groups = groups.iter().map(Some).chain([None]).map(of_group);
            of_groups.collect::<Result<Vec<_>, Problem>>()
        };
        let mut found = rows(now, false)?;
        let before = match earlier {
            Some(earlier) => rows(earlier, true)?,
            None => Vec::new(),
        };
        let total = found.pop().unwrap_or_default();
        Ok(GroupReport {
            groups: groups.into_iter().zip(found).collect(),
            total,
            before,
        })
    }
}
