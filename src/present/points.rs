//! Points of members: one member's sheet, or how many of each branch have which grade. Nothing here
//! puts members in order by their points.

use std::ops::Range;

use serde_json::{Map, Value as Json, json};

use crate::figure::scorecard::{ItemScore, Member, Score, Scored, Scoring};
use crate::figure::{Basis, Contribution, record_of};
use crate::locale::Locale;
use crate::number::Decimal;
use crate::present::score::ScoreSheet;
use crate::problem::Problem;
use crate::record::{Record, Value};
use crate::table::{Cell, Column, Letterhead, Table, TableRow};

/// The points of members by a scorecard, as they are shown.
#[derive(Clone, Copy)]
pub struct PointsView<'p> {
    /// The scorecard in its cycle.
    pub scoring: &'p Scoring<'p>,
    /// The language.
    pub locale: &'p Locale,
}

impl PointsView<'_> {
    /// A member's entries in the order of their days, each with the balance after it; what follows
    /// from other records, limits and the grade at the end.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn sheet(&self, member: &Member) -> Result<Table, Problem> {
        let label = |id: &str| self.locale.text(id);
        let mut table = Table {
            title: self.title(member),
            columns: self.columns(),
            letterhead: Some(self.letterhead(self.title(member))),
            ..Table::default()
        };
        if member.is_exempt {
            table.notes.push(label("points-exempt"));
            return Ok(table);
        }
        let of = Scored::Member(member.code.clone());
        let score = self.scoring.score(&of)?;
        let mut balance = score.start;
        if !balance.is_zero() {
            let start = label("score-start");
            table
                .rows
                .push(row("", &start, None, balance, Default::default()));
        }
        for (day, name, points, beside) in self.entries(&score) {
            balance = balance.plus(points).unwrap_or(balance);
            table
                .rows
                .push(row(&day, &name, Some(points), balance, beside));
        }
        if let Some(change) = score
            .points
            .minus(balance)
            .filter(|change| !change.is_zero())
        {
            let why = match &score.vetoed_by {
                Some(name) => sheet_of(self).vetoed(name),
                None => label("points-limits"),
            };
            table.rows.push(row(
                "",
                &why,
                Some(change),
                score.points,
                Default::default(),
            ));
        }
        let total = row(
            "",
            &label("row-total"),
            None,
            score.points,
            Default::default(),
        );
        table.rows.push(TableRow {
            total: true,
            ..total
        });
        if let Some(grade) = self.scoring.grade(&score, &of)? {
            let grade = self.scoring.card.grades[grade]
                .label
                .get(self.locale.lang());
            let words = [("grade", grade.into())];
            table.notes.push(self.locale.say("points-grade", &words));
        }
        Ok(table)
    }

    fn columns(&self) -> Vec<Column> {
        let label = |id: &str| self.locale.text(id);
        vec![
            Column::text("date", label("label-date")),
            Column::text("item", label("label-item")),
            Column::number("points", label("label-points-given"), "points"),
            Column::number("balance", label("label-balance"), "points"),
            Column {
                compact: false,
                ..Column::text("evidence", label("label-evidence"))
            },
            Column {
                compact: false,
                ..Column::text("place", label("label-place"))
            },
            Column {
                compact: false,
                ..Column::text("id", label("label-id"))
            },
        ]
    }

    /// What is signed below a sheet, and what stands above it.
    fn letterhead(&self, title: String) -> Letterhead {
        let below = [
            "points-sign-member",
            "points-sign-secretary",
            "points-sign-day",
        ];
        Letterhead {
            title,
            above: [String::new(), String::new(), String::new()],
            below: below.map(|id| self.locale.text(id)).to_vec(),
        }
    }

    fn title(&self, member: &Member) -> String {
        let tree = self.scoring.evaluation.tree;
        let lang = self.locale.lang();
        let words = [
            ("card", (&self.scoring.card.label).into()),
            ("member", member.code.as_str().into()),
            ("org", tree.orgs[member.org].name().into()),
            ("period", self.scoring.evaluation.period.label(lang).into()),
            ("as_of", self.scoring.evaluation.as_of.to_string().into()),
        ];
        self.locale.say("points-title", &words)
    }

    /// The entries by day, then what counts figures.
    fn entries(&self, score: &Score) -> Vec<(String, String, Decimal, [String; 3])> {
        let tree = self.scoring.evaluation.tree;
        let mut dated = Vec::new();
        let mut rest = Vec::new();
        let sheet = sheet_of(self);
        for (name, _, item) in sheet.items(score) {
            // What is more or less than what was given: figures, limits, a start.
            let added = match item.is_given {
                true => sum(item).unwrap_or_default(),
                false => Decimal::ZERO,
            };
            let rest_of = item.points.minus(added).filter(|points| !points.is_zero());
            rest.extend(rest_of.map(|points| {
                let name = match added.is_zero() {
                    true => name.clone(),
                    false => {
                        let words = [("item", name.as_str().into())];
                        self.locale.say("points-item-limits", &words)
                    }
                };
                let beside = match item.is_given {
                    true => Default::default(),
                    false => self.beside(item),
                };
                (String::new(), name, points, beside)
            }));
            if !item.is_given {
                continue;
            }
            for (contribution, amount) in &item.counted {
                let Basis::Record(n) = contribution.from else {
                    continue;
                };
                let record = record_of(tree, n);
                let evidence = record.named("evidence").and_then(Value::as_text);
                let origin = &record.origin;
                let beside = [
                    evidence.unwrap_or_default().to_owned(),
                    format!("{}:{}", origin.file, origin.line),
                    record.id.to_string(),
                ];
                let day = record
                    .starts()
                    .map_or_else(String::new, |day| day.to_string());
                dated.push((day, name.clone(), *amount, beside));
            }
        }
        dated.sort_by(|a, b| (&a.0, &a.3[2]).cmp(&(&b.0, &b.3[2])));
        dated.extend(rest);
        dated
    }

    /// The records behind an item that counts a figure: no evidence, places, ids.
    fn beside(&self, item: &ItemScore) -> [String; 3] {
        let record = |contribution: &Contribution| match contribution.from {
            Basis::Record(n) => Some(record_of(self.scoring.evaluation.tree, n)),
            Basis::Window(_) | Basis::Organisation => None,
        };
        let all = item.counted.iter();
        let records: Vec<&Record<'_>> = all.filter_map(|(of, _)| record(of)).collect();
        let place = |r: &&Record<'_>| format!("{}:{}", r.origin.file, r.origin.line);
        let places: Vec<String> = records.iter().map(place).collect();
        let ids: Vec<String> = records.iter().map(|r| r.id.to_string()).collect();
        [String::new(), places.join("\n"), ids.join("\n")]
    }

    /// How many members of each organisation are scored, are exempt, and have each grade.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn grades(&self, orgs: Range<usize>) -> Result<Table, Problem> {
        let tree = self.scoring.evaluation.tree;
        let (lang, grades) = (self.locale.lang(), &self.scoring.card.grades);
        let count = |name: &str, label: String| Column::number(name, label, "persons");
        let mut columns = vec![
            Column::text("org", self.locale.text("label-org")),
            count("members", self.locale.text("points-members")),
            count("exempt", self.locale.text("points-exempted")),
        ];
        let of_grades = grades.iter();
        columns.extend(of_grades.map(|g| count(&g.name, g.label.get(lang).to_owned())));
        if !grades.is_empty() {
            columns.push(count("none", self.locale.text("points-none")));
        }
        let width = columns.len() - 1;
        let mut rows: Vec<(usize, Vec<i64>)> = Vec::new();
        for member in self.scoring.members(orgs) {
            if rows.last().is_none_or(|(org, _)| *org != member.org) {
                rows.push((member.org, vec![0; width]));
            }
            let Some((_, counts)) = rows.last_mut() else {
                continue;
            };
            counts[0] += 1;
            if member.is_exempt {
                counts[1] += 1;
                continue;
            }
            let of = Scored::Member(member.code.clone());
            let score = self.scoring.score(&of)?;
            let place = self.scoring.grade(&score, &of)?.unwrap_or(grades.len());
            if let Some(count) = counts.get_mut(2 + place) {
                *count += 1;
            }
        }
        let mut total = vec![0; width];
        for (_, counts) in &rows {
            total.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
        }
        let line = |name: &str, counts: &[i64]| {
            let counts = counts.iter().map(|n| Cell::from(*n));
            TableRow::of(
                [Cell::Text(name.to_owned())]
                    .into_iter()
                    .chain(counts)
                    .collect(),
            )
        };
        let of_orgs = rows
            .iter()
            .map(|(org, counts)| line(tree.orgs[*org].short(), counts));
        let total = TableRow {
            total: true,
            ..line(&self.locale.text("row-total"), &total)
        };
        Ok(Table {
            columns,
            rows: of_orgs.chain([total]).collect(),
            ..Table::default()
        })
    }

    /// A member's score as an object.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn json(&self, member: &Member) -> Result<Json, Problem> {
        let tree = self.scoring.evaluation.tree;
        let mut object = Map::new();
        object.insert("member".to_owned(), member.code.as_str().into());
        object.insert("org".to_owned(), tree.orgs[member.org].path.as_str().into());
        object.insert("exempt".to_owned(), member.is_exempt.into());
        if !member.is_exempt {
            let of = Scored::Member(member.code.clone());
            let score = self.scoring.score(&of)?;
            let grade = self.scoring.grade(&score, &of)?;
            let grade = grade.map(|n| self.scoring.card.grades[n].name.as_str());
            object.insert("points".to_owned(), json!(score.points));
            object.insert("grade".to_owned(), json!(grade));
            let sheet = sheet_of(self);
            sheet.add_to(&mut object, &score);
        }
        Ok(object.into())
    }
}

fn sheet_of<'p>(view: &PointsView<'p>) -> ScoreSheet<'p> {
    ScoreSheet {
        scoring: view.scoring,
        locale: view.locale,
    }
}

fn sum(item: &ItemScore) -> Option<Decimal> {
    item.counted
        .iter()
        .try_fold(Decimal::ZERO, |sum, (_, amount)| sum.plus(*amount))
}

fn row(
    day: &str,
    name: &str,
    points: Option<Decimal>,
    balance: Decimal,
    [evidence, place, id]: [String; 3],
) -> TableRow {
    TableRow::of(vec![
        Cell::Text(day.to_owned()),
        Cell::Text(name.to_owned()),
        points.map_or(Cell::Empty, Cell::Number),
        Cell::Number(balance),
        Cell::Text(evidence),
        Cell::Text(place),
        Cell::Text(id),
    ])
}
