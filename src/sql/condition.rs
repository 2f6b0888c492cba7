//! Filters as conditions. What a record lacks makes a test NULL, which counts as not passed; so a
//! test that must not hold says what NULL is.

use crate::day::Day;
use crate::rules::filter::{Bound, Comparison, Filter, Is, Subject, Test};
use crate::rules::kind::{FieldDef, FieldType, Kind, Phase};
use crate::spelling::folded;
use crate::sql::dialect::{self, Dialect};
use crate::sql::seen::days;
use crate::sql::step::{Draft, Reads, Refused, Step, all};
use crate::sql::tables::has_own_table;

/// The step that finds organisations by their names.
const BY_NAME: &str = "org_by_name";

impl<'q> Draft<'q> {
    /// The condition under which records `r` of a kind, which `from` reads, pass a filter as of a
    /// day: tests that must all hold.
    pub(super) fn condition(
        &mut self,
        filter: &'q Filter,
        kind: &'q Kind,
        day: Day,
        from: &mut Reads,
    ) -> Result<Vec<String>, Refused> {
        let test = |test| self.test(test, kind, day, from);
        filter.tests.iter().map(test).collect()
    }

    fn test(
        &mut self,
        test: &'q Test,
        kind: &'q Kind,
        day: Day,
        from: &mut Reads,
    ) -> Result<String, Refused> {
        let dialect = self.dialect();
        let holds = match &test.subject {
            Subject::Field(field) => self.of_field(kind, *field, &test.is, day, from)?,
            Subject::KindOf(field) => self.of_kind(kind, *field, &test.is),
            Subject::Org(field) => {
                from.join("JOIN org o ON o.id = r.org".to_owned());
                self.of_organisation(*field, &test.is, "o")?
            }
            Subject::Named { by, field } => {
                let alias = self.org_named(kind, *by, day, from);
                self.of_organisation(*field, &test.is, &alias)?
            }
            Subject::State => match &test.is {
                Is::OneOf(words) => {
                    let state = self.seen(kind, day).state();
                    dialect.one_of(&state, words.iter().map(String::as_str))
                }
                _ => "FALSE".to_owned(),
            },
            Subject::Phase => {
                let is_one = |phase: Phase| match &test.is {
                    Is::OneOf(words) => words.iter().any(|word| word == phase.name()),
                    _ => false,
                };
                self.in_phase(kind, day, is_one)
            }
            Subject::Overdue => {
                let waits = |phase: Phase| matches!(phase, Phase::Open | Phase::NoData);
                let waits = self.in_phase(kind, day, waits);
                let due = self.seen(kind, day).due();
                format!("({waits} AND {due} < {})", dialect::day(day))
            }
            Subject::OnTime => {
                let seen = self.seen(kind, day);
                format!("{} <= {}", seen.finished(), seen.due())
            }
            Subject::Any(filters) => {
                let mut either = Vec::new();
                for filter in filters {
                    either.push(all(&self.condition(filter, kind, day, from)?));
                }
                format!("({})", either.join(" OR "))
            }
            Subject::Referred { by, of } => self.referred(kind, (*by, of), day, from)?,
        };
        Ok(match test.negated {
            true => format!("NOT COALESCE({holds}, FALSE)"),
            false => holds,
        })
    }

    /// Whether a record's state on a day is of some phases.
    fn in_phase(&mut self, kind: &'q Kind, day: Day, is_one: impl Fn(Phase) -> bool) -> String {
        let dialect = self.dialect();
        let seen = self.seen(kind, day);
        let statuses = seen.statuses(is_one);
        dialect.one_of(&seen.state(), statuses)
    }

    fn of_field(
        &mut self,
        kind: &'q Kind,
        number: usize,
        is: &'q Is,
        day: Day,
        from: &mut Reads,
    ) -> Result<String, Refused> {
        let (dialect, field) = (self.dialect(), &kind.fields[number]);
        if let Is::Present = is {
            let here = present(dialect, "r", field);
            let unless = field.unless.as_deref().and_then(|why| kind.index(why));
            return Ok(match unless {
                // What the record says is not known is not lacking either.
                Some(why) => {
                    format!("({here} OR {})", present(dialect, "r", &kind.fields[why]))
                }
                None => here,
            });
        }
        if has_own_table(field) {
            return Ok(self.of_items(kind, field, is, from));
        }
        let text = match needs_folding(field, is) {
            true => self.seen(kind, day).folded(dialect, number),
            false => format!("r.{}", dialect.ident(&field.name)),
        };
        Ok(compared(dialect, "r", field, &text, is))
    }

    /// Whether one of the items of a list passes.
    fn of_items(&mut self, kind: &Kind, field: &FieldDef, is: &Is, from: &mut Reads) -> String {
        if let FieldType::Table(_) = field.ty {
            return "FALSE".to_owned();
        }
        let dialect = self.dialect();
        let value = format!("l.{}", dialect.ident("value"));
        let value = match needs_folding(field, is) {
            true => dialect.folded(&value),
            false => value,
        };
        let item = FieldDef {
            name: "value".to_owned(),
            list: false,
            ..field.clone()
        };
        let passes = compared(dialect, "l", &item, &value, is);
        let table = format!("{}_{}", kind.name, field.name);
        let step = self.step(
            &format!("{table}_has"),
            format!("{} in whose {} it stands", kind.name, field.name),
            format!(
                "SELECT DISTINCT l.record\nFROM {} l\nWHERE {passes}",
                dialect.ident(&table)
            ),
        );
        let alias = format!("has{}", from.len());
        from.join(format!("LEFT JOIN {step} {alias} ON {alias}.record = r.id"));
        format!("{alias}.record IS NOT NULL")
    }

    /// Whether a reference points to a record of some kinds, by how its id begins.
    fn of_kind(&self, kind: &Kind, field: usize, is: &Is) -> String {
        let column = format!("r.{}", self.ident(&kind.fields[field].name));
        let Is::OneOf(words) = is else {
            return "FALSE".to_owned();
        };
        let named = self.rules().kinds.iter();
        let prefixes: Vec<String> = named
            .filter(|kind| words.contains(&kind.name))
            .map(|kind| format!("{column} LIKE '{}-%'", kind.prefix))
            .collect();
        match prefixes.len() {
            0 => "FALSE".to_owned(),
            _ => format!("({})", prefixes.join(" OR ")),
        }
    }

    /// The alias of the organisation that a field names, or else of the one that keeps the record.
    fn org_named(&mut self, kind: &'q Kind, by: usize, day: Day, from: &mut Reads) -> String {
        self.by_name = true;
        let dialect = self.dialect();
        let name = self.seen(kind, day).folded(dialect, by);
        let (found, alias) = (format!("found_{by}"), format!("named_{by}"));
        from.join(format!(
            "LEFT JOIN {BY_NAME} {found} ON {found}.name = {name}"
        ));
        from.join(format!(
            "LEFT JOIN org {alias} ON {alias}.id = COALESCE({found}.org, r.org)"
        ));
        alias
    }

    /// Whether the record that a field points to passes the filter of its kind.
    fn referred(
        &mut self,
        kind: &'q Kind,
        (by, of): (usize, &'q [(usize, Filter)]),
        day: Day,
        from: &mut Reads,
    ) -> Result<String, Refused> {
        let dialect = self.dialect();
        let mut passing = Vec::new();
        for (number, filter) in of {
            let other: &'q Kind = &self.rules().kinds[*number];
            let kept = self.seen(other, day).looked_up(dialect);
            let mut of_other = Reads::new(&kept, "r");
            let passes = self.condition(filter, other, day, &mut of_other)?;
            passing.push(format!(
                "SELECT r.id\n{}\nWHERE {}",
                of_other.text(),
                all(&passes)
            ));
        }
        if passing.is_empty() {
            return Ok("FALSE".to_owned());
        }
        let field = &kind.fields[by].name;
        let step = self.step(
            &format!("{}_{field}_passes", kind.name),
            format!("what {field} of {} may point to", kind.name),
            passing.join("\nUNION ALL\n"),
        );
        let id = self.seen(kind, day).folded(dialect, by);
        let alias = format!("points{}", from.len());
        from.join(format!("LEFT JOIN {step} {alias} ON {alias}.id = {id}"));
        Ok(format!("{alias}.id IS NOT NULL"))
    }

    /// The condition under which an organisation passes a filter of organisations.
    pub(super) fn of_organisations(
        &self,
        filter: &Filter,
        alias: &str,
    ) -> Result<Vec<String>, Refused> {
        let mut found = Vec::new();
        for test in &filter.tests {
            if let Subject::Org(field) = &test.subject {
                let holds = self.of_organisation(*field, &test.is, alias)?;
                found.push(match test.negated {
                    true => format!("NOT COALESCE({holds}, FALSE)"),
                    false => holds,
                });
            }
        }
        Ok(found)
    }

    fn of_organisation(&self, field: usize, is: &Is, alias: &str) -> Result<String, Refused> {
        let (dialect, field) = (self.dialect(), &self.rules().org.fields[field]);
        if let Is::Present = is {
            return Ok(present(dialect, alias, field));
        }
        if has_own_table(field) {
            return Err("not-in-sql-org-list");
        }
        let column = format!("{alias}.{}", dialect.ident(&field.name));
        let text = match needs_folding(field, is) {
            true => dialect.folded(&column),
            false => column,
        };
        Ok(compared(dialect, alias, field, &text, is))
    }
}

/// Organisations by each of their names that only one has.
pub(super) fn organisations_by_name(dialect: Dialect) -> Step {
    let (name, short) = (own_name("o"), short_name("o"));
    let named = |name: &str| {
        let name = dialect.folded(name);
        format!("SELECT {name} AS name, o.id AS org FROM org o")
    };
    let body = format!(
        "SELECT n.name, MIN(n.org) AS org\n\
         FROM (\n  \
         {}\n  \
         UNION {}\n  \
         UNION {}\n\
         ) n\n\
         GROUP BY n.name\n\
         HAVING COUNT(*) = 1",
        named(&name),
        named(&short),
        named("o.id"),
    );
    Step::new(
        BY_NAME,
        "organisations by the names that only one has",
        body,
    )
}

/// An organisation's short name, or else its name.
pub(super) fn short_name(alias: &str) -> String {
    format!("COALESCE(NULLIF({alias}.short, ''), {})", own_name(alias))
}

/// An organisation's name, or that of its folder.
fn own_name(alias: &str) -> String {
    format!("COALESCE(NULLIF({alias}.name, ''), REGEXP_REPLACE({alias}.id, '^.*/', ''))")
}

/// Whether an organisation is in being on a day.
pub(super) fn exists_on(alias: &str, on: Day) -> String {
    let on = dialect::day(on);
    format!(
        "({alias}.founded IS NULL OR {alias}.founded <= {on}) AND ({alias}.dissolved IS NULL OR \
         {alias}.dissolved > {on})"
    )
}

/// Whether a field has a value.
fn present(dialect: Dialect, alias: &str, field: &FieldDef) -> String {
    match has_own_table(field) {
        true => {
            let count = dialect.ident(&format!("{}_count", field.name));
            format!("{alias}.{count} > 0")
        }
        false => format!("{alias}.{} IS NOT NULL", dialect.ident(&field.name)),
    }
}

/// Whether a value is compared as names are.
fn needs_folding(field: &FieldDef, is: &Is) -> bool {
    let is_text = is_free_text(&field.ty);
    let holds =
        |all: &[(Comparison, Bound)]| all.iter().any(|(_, bound)| matches!(bound, Bound::Text(_)));
    match is {
        Is::OneOf(_) => is_text,
        Is::Compared(all) => is_text && holds(all),
        Is::Number(_) | Is::True | Is::Present => false,
    }
}

/// Whether a value is a text that people write as they like.
pub(super) fn is_free_text(ty: &FieldType) -> bool {
    matches!(
        ty,
        FieldType::Text | FieldType::Path | FieldType::Record(_) | FieldType::Organisation
    )
}

/// Whether a value compares as asked; `text` is its column, folded where that is needed.
fn compared(dialect: Dialect, alias: &str, field: &FieldDef, text: &str, is: &Is) -> String {
    let (first, _) = days(dialect, alias, field);
    match is {
        Is::Present => format!("{text} IS NOT NULL"),
        Is::True => match field.ty {
            FieldType::Boolean => text.to_owned(),
            _ => "FALSE".to_owned(),
        },
        Is::Number(numbers) => {
            let all: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            match &all[..] {
                [] => "FALSE".to_owned(),
                [one] => format!("{text} = {one}"),
                all => format!("{text} IN ({})", all.join(", ")),
            }
        }
        Is::OneOf(words) if matches!(field.ty, FieldType::Date) => {
            let day = |word: &String| {
                let day: Day = folded(word).parse().ok()?;
                (day.to_string() == folded(word)).then(|| dialect::day(day))
            };
            let all: Vec<String> = words.iter().filter_map(day).collect();
            match all.len() {
                0 => "FALSE".to_owned(),
                _ => format!("{text} IN ({})", all.join(", ")),
            }
        }
        Is::OneOf(words) => {
            let words: Vec<String> = words.iter().map(|word| folded(word).into_owned()).collect();
            dialect.one_of(text, words.iter().map(String::as_str))
        }
        Is::Compared(bounds) => {
            let each = bounds.iter().map(|(how, bound)| match bound {
                Bound::Number(number) => format!("{text} {} {number}", sign(*how)),
                Bound::Day(day) => format!("{first} {} {}", sign(*how), dialect::day(*day)),
                Bound::Text(part) => {
                    format!("POSITION({} IN {text}) > 0", dialect.text(&folded(part)))
                }
            });
            all(&each.collect::<Vec<_>>())
        }
    }
}

fn sign(how: Comparison) -> &'static str {
    match how {
        Comparison::Is | Comparison::Holds => "=",
        Comparison::IsNot => "<>",
        Comparison::Under => "<",
        Comparison::AtMost => "<=",
        Comparison::Over => ">",
        Comparison::AtLeast => ">=",
    }
}
