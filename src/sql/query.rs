//! The query that gives the rows and columns of a report over the tables of a ledger.

use crate::day::{Day, Period};
use crate::problem::{Problem, Rule};
use crate::locale::Arg;
use crate::rules::Rules;
use crate::rules::metric::Metric;
use crate::sql::dialect::Dialect;
use crate::sql::figure::{Form, Made};
use crate::sql::frame::Frame;
use crate::sql::step::{Draft, From, Refused, Step, columns};

/// The most figures in one statement: with more, engines are slow to plan it.
const MOST_IN_A_STATEMENT: usize = 40;

/// What is asked of a report, to be computed by an engine.
#[derive(Clone, Debug)]
pub struct Query<'r> {
    /// The rules.
    pub rules: &'r Rules,
    /// The day on which the ledger began, where it says so.
    pub begins: Option<Day>,
    /// The organisation at the top, by its id; none: every one that has none above it is a row.
    pub org: Option<&'r str>,
    /// How many levels below it have rows.
    pub depth: usize,
    /// Each row speaks of its organisation alone, not of those under it.
    pub own: bool,
    /// The period.
    pub period: Period,
    /// The day whose knowledge is used.
    pub as_of: Day,
    /// Today, where the as-of day was not asked for.
    pub today: Option<Day>,
    /// The figures, in order.
    pub metrics: Vec<&'r Metric>,
    /// The engine.
    pub dialect: Dialect,
}

impl Query<'_> {
    /// The text: one statement, or several of which the last gives the rows.
    ///
    /// # Errors
    /// A figure that cannot be said in SQL, by its name.
    pub fn text(&self) -> Result<String, Problem> {
        let head = format!(
            "-- {} of {}, as of {}, for {}\n",
            self.metrics.len(),
            self.period,
            self.as_of,
            self.dialect.name()
        );
        let head = head.replacen(" of ", " figures of ", 1);
        let mut wanted: Vec<&Metric> = Vec::new();
        for &metric in &self.metrics {
            if !wanted.iter().any(|known| known.name == metric.name) {
                wanted.push(metric);
            }
        }
        if wanted.len() <= MOST_IN_A_STATEMENT {
            return Ok(head + &self.statement(&wanted, &self.metrics, true)?);
        }
        let mut text = head;
        let mut kept = Vec::new();
        for (n, part) in wanted.chunks(MOST_IN_A_STATEMENT).enumerate() {
            let name = format!("figures_{}", n + 1);
            let statement = self.statement(part, part, false)?;
            text.push_str(&format!("\n{}", self.dialect.kept(&name, &statement)));
            kept.push((name, part));
        }
        let mut from = From::new(&kept[0].0, "f");
        for (name, _) in &kept[1..] {
            from.join(format!(
                "JOIN {name} ON {name}.role = f.role AND {name}.org = f.org"
            ));
        }
        let mut asked = vec![self.heading()];
        for metric in &self.metrics {
            let part = kept.iter().position(|(_, part)| {
                part.iter().any(|known| known.name == metric.name)
            });
            let of = match part {
                Some(0) | None => "f",
                Some(n) => &kept[n].0,
            };
            asked.push(format!("{of}.{}", self.dialect.ident(&metric.name)));
        }
        text.push_str(&format!(
            "\n-- all of them together\nSELECT {}\n{}\n{}\n",
            columns(&asked),
            from.text(),
            ORDER
        ));
        Ok(text)
    }

    fn heading(&self) -> String {
        let row = self.dialect.quoted("row");
        format!("f.role AS {row}, f.org, f.name")
    }

    /// One statement with some figures; where it is not the last it keeps what others are joined
    /// by.
    fn statement(
        &self,
        wanted: &[&Metric],
        shown: &[&Metric],
        is_last: bool,
    ) -> Result<String, Problem> {
        let refused = |metric: &Metric, why: Refused| {
            Problem::new(Rule::NOT_IN_SQL)
                .at(metric.place.clone())
                .with("metric", &metric.label)
                .with("name", &*metric.name)
                .with("why", Arg::Message(why))
        };
        let mut draft = Draft::new(self);
        let mut frame = Frame::new(self.period, String::new());
        let mut made = Made::default();
        let mut forms: Vec<(&str, Form)> = Vec::new();
        for metric in wanted {
            let form = made.form(&mut draft, &mut frame, metric);
            forms.push((&metric.name, form.map_err(|why| refused(metric, why))?));
        }
        self.scope(&mut draft, &made);
        let last = wanted[wanted.len().saturating_sub(1)];
        let rows = frame
            .figures(&mut draft)
            .and_then(|rows| made.layers(&mut draft, "", rows))
            .map_err(|why| refused(last, why))?;
        let mut asked = match is_last {
            true => vec![self.heading()],
            false => vec!["f.role, f.org, f.name, f.place".to_owned()],
        };
        for metric in shown {
            let form = forms.iter().find(|(name, _)| *name == metric.name);
            let name = draft.ident(&metric.name);
            asked.extend(form.map(|(_, form)| match form.shown(&draft) {
                column if column == format!("f.{name}") => column,
                shown => format!("{shown} AS {name}"),
            }));
        }
        let mut end = format!(
            "SELECT {}\nFROM {rows} f\nWHERE f.role IN ('own', 'org', 'total')",
            columns(&asked)
        );
        if is_last {
            end.push_str(&format!("\n{ORDER}\n"));
        }
        Ok(draft.statement(&end))
    }

    /// The step that says which organisations each row covers.
    fn scope(&self, draft: &mut Draft<'_>, made: &Made<'_>) {
        let dialect = self.dialect;
        let mut parts = Vec::new();
        match self.org {
            None => {
                let listed = format!("FROM org u\nWHERE u.depth <= {}", self.depth);
                let (each, all) = match self.own {
                    true => (format!("u.id {listed}"), format!("u.id {listed}")),
                    false => (
                        format!("a.org FROM org u JOIN org_above a ON a.above = u.id\nWHERE u.depth \
                                 <= {}", self.depth),
                        "u.id FROM org u".to_owned(),
                    ),
                };
                parts.push(format!("SELECT 'org' AS role, u.id AS org, {each}"));
                parts.push(format!("SELECT 'total', '', {all}"));
            }
            Some(org) => {
                let top = dialect.text(org);
                let depth = org.split('/').count() + self.depth;
                parts.push(format!("SELECT 'own' AS role, {top} AS org, {top} AS member"));
                let listed = format!(
                    "FROM org_above u JOIN org o ON o.id = u.org AND o.depth <= {depth}"
                );
                let below = format!("u.above = {top} AND u.distance > 0");
                match self.own {
                    true => {
                        parts.push(format!("SELECT 'org', u.org, u.org {listed}\nWHERE {below}"));
                        parts.push(format!(
                            "SELECT 'total', {top}, u.org {listed}\nWHERE u.above = {top}"
                        ));
                    }
                    false => {
                        parts.push(format!(
                            "SELECT 'org', u.org, a.org {listed}\nJOIN org_above a ON a.above = \
                             u.org\nWHERE {below}"
                        ));
                        parts.push(format!(
                            "SELECT 'total', {top}, a.org FROM org_above a WHERE a.above = {top}"
                        ));
                    }
                }
            }
        }
        if made.needs_under {
            parts.push("SELECT 'under', a.above, a.org FROM org_above a".to_owned());
        }
        if made.needs_each {
            parts.push("SELECT 'each', o.id, o.id FROM org o".to_owned());
        }
        let about = "which organisations each row covers";
        let body = parts.join("\nUNION ALL\n");
        draft.steps.push(Step::new("scope (role, org, member)", about, body));
    }
}

/// The rows in the order of the report: `n` is the order within a ledger.
const ORDER: &str = "ORDER BY CASE f.role WHEN 'own' THEN 0 WHEN 'org' THEN 1 ELSE 2 END, \
                     SPLIT_PART(f.org, '/', 1), f.place";
