//! How many records are in a person's view of the ledgers.

use crate::rules::kind::{FieldType, Kind};
use crate::rules::metric::{Metric, Window};
use crate::rules::view::{PersonField, View, ViewPart};
use crate::sql::frame::Frame;
use crate::sql::seen::days;
use crate::sql::step::{Draft, Reads, Refused, all};

impl<'q> Frame<'q> {
    /// The step with how many records are in a view of each organisation: `org`, `count`.
    pub(super) fn viewed(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        view: &'q View,
        window: Window,
    ) -> Result<String, Refused> {
        let dialect = draft.dialect();
        let person = dialect.ident(&draft.rules().org.fields[view.person].name);
        let body = format!(
            "SELECT o.id AS org, {} AS person\nFROM org o\nWHERE o.{person} IS NOT NULL",
            dialect.folded(&format!("o.{person}"))
        );
        let about = format!("whose {} view that of each organisation is", view.name);
        let persons = draft.step(&format!("{}_person{}", view.name, self.suffix), about, body);
        let mut parts = Vec::new();
        for part in &view.parts {
            for by in &part.by {
                parts.extend(self.view_part(draft, &persons, (part, by), window)?);
            }
        }
        let name = format!("{}_{}{}", view.name, metric.name, self.suffix);
        let union = match parts.len() {
            0 => "SELECT o.id AS org, o.id AS record FROM org o WHERE FALSE".to_owned(),
            _ => parts.join("\nUNION\n"),
        };
        let about = format!("the records in each {} view, each once", view.name);
        let records = draft.step(&format!("{name}_record"), about, union);
        let body = format!("SELECT v.org, COUNT(*) AS count\nFROM {records} v\nGROUP BY v.org");
        let about = format!("{}: how many they are", metric.name);
        Ok(draft.step(&name, about, body))
    }

    /// The records of a part of a view that name its person in one way.
    fn view_part(
        &self,
        draft: &mut Draft<'q>,
        persons: &str,
        (part, by): (&'q ViewPart, &'q PersonField),
        window: Window,
    ) -> Result<Vec<String>, Refused> {
        let (dialect, as_of) = (draft.dialect(), draft.query.as_of);
        let kind: &'q Kind = &part.kind;
        let named: Vec<(Option<String>, &Kind, &str)> = match by {
            PersonField::Own(field) => vec![(None, kind, kind.fields[*field].name.as_str())],
            PersonField::Through { reference, field } => {
                let FieldType::Record(of) = &kind.fields[*reference].ty else {
                    return Ok(Vec::new());
                };
                let id = draft.seen(kind, as_of).folded(dialect, *reference);
                let all = draft.rules().kinds.iter().map(|kind| &**kind);
                let able = all.filter(|other| of.contains(&other.name));
                let able = able.filter(|other| other.index(field).is_some());
                let step = |other: &'q Kind| {
                    let kept = draft.seen(other, as_of).looked_up(dialect);
                    (
                        Some(format!("JOIN {kept} t ON t.id = {id}")),
                        other,
                        field.as_str(),
                    )
                };
                able.map(step).collect()
            }
        };
        let mut parts = Vec::new();
        for (join, other, field) in named {
            let mut from = Reads::new(persons, "v");
            let keeper = match part.below {
                true => {
                    from.join("JOIN org_above a ON a.above = v.org".to_owned());
                    "a.org"
                }
                false => "v.org",
            };
            let seen = draft.seen(kind, as_of).name(dialect);
            from.join(format!("JOIN {seen} r ON r.org = {keeper}"));
            let names = match &join {
                Some(_) => "t.id",
                None => "r.id",
            };
            join.into_iter().for_each(|join| from.join(join));
            from.join(format!(
                "JOIN person_named p ON p.kind = {} AND p.record = {names} AND p.field = {}\n     \
                 AND p.name = v.person",
                dialect.text(&other.name),
                dialect.text(field)
            ));
            let (first, last) = match part.date {
                Some(field) => days(dialect, "r", &kind.fields[field]),
                None => draft.seen(kind, as_of).belongs(dialect),
            };
            let mut tests = vec![match window {
                Window::AsOf => format!("{first} IS NOT NULL"),
                window => self.inside(draft, (&first, &last), window),
            }];
            tests.extend(draft.condition(&part.filter, kind, as_of, &mut from)?);
            parts.push(format!(
                "SELECT v.org, r.id AS record\n{}\nWHERE {}",
                from.text(),
                all(&tests)
            ));
        }
        Ok(parts)
    }
}
