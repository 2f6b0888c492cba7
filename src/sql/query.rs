//! The query that gives the rows and columns of a report over the tables of a ledger.

use crate::day::{Day, Period};
use crate::locale::Arg;
use crate::problem::{Problem, Rule};
use crate::rules::Rules;
use crate::rules::metric::Metric;
use crate::sql::dialect::Dialect;
use crate::sql::figure::{Form, Made};
use crate::sql::frame::Frame;
use crate::sql::step::{Draft, Reads, Refused, Step, columns};

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
    /// What the row of the organisation at the top alone is called, and that of all together.
    pub names: [String; 2],
    /// The engine.
    pub dialect: Dialect,
}

impl Query<'_> {
    /// The text: one statement, or several of which the last gives the rows.
    ///
    /// # Errors
    /// A figure that cannot be said in SQL, by its name.
    pub fn text(&self) -> Result<String, Problem> {
        let names: Vec<&str> = self.metrics.iter().map(|m| m.name.as_str()).collect();
        let head = format!(
            "-- {}\n-- period {}..{}, as of {}, dialect {}\n",
            names.join(", "),
            self.period.first(),
            self.period.last(),
            self.as_of,
            self.dialect.name()
        );
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
        let mut from = Reads::new(&kept[0].0, "f");
        for (name, _) in &kept[1..] {
            from.join(format!(
                "JOIN {name} ON {name}.role = f.role AND {name}.org = f.org"
            ));
        }
        let mut asked = vec![self.heading()];
        for metric in &self.metrics {
            let part = kept
                .iter()
                .position(|(_, part)| part.iter().any(|known| known.name == metric.name));
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

    /// The step that says which organisations each row covers. A peer is an organisation without a
    /// row, among which others have their places.
    fn scope(&self, draft: &mut Draft<'_>, made: &Made<'_>) {
        let dialect = self.dialect;
        let mut parts = Vec::new();
        let (mut from, is_listed) = match self.org {
            None => (Reads::new("org", "o"), format!("o.depth <= {}", self.depth)),
            Some(org) => {
                let top = dialect.text(org);
                let depth = org.split('/').count() + self.depth;
                parts.push(format!("SELECT 'own', {top}, {top}"));
                let mut from = Reads::new("org", "o");
                from.join(format!(
                    "LEFT JOIN org_above u ON u.org = o.id AND u.above = {top} AND u.distance > 0"
                ));
                (from, format!("u.org IS NOT NULL AND o.depth <= {depth}"))
            }
        };
        let top = dialect.text(self.org.unwrap_or_default());
        // With --own the total covers just what the rows show, so that they still add up to it.
        let all = match (self.own, self.org) {
            (true, None) => format!("o.id\n{}\nWHERE {is_listed}", from.text()),
            (true, Some(_)) => {
                format!("o.id\n{}\nWHERE o.id = {top} OR ({is_listed})", from.text())
            }
            (false, None) => "o.id\nFROM org o".to_owned(),
            (false, Some(_)) => format!("a.org\nFROM org_above a WHERE a.above = {top}"),
        };
        parts.push(format!("SELECT 'total', {top}, {all}"));
        let member = match self.own {
            true => "o.id",
            false => {
                from.join("JOIN org_above a ON a.above = o.id".to_owned());
                "a.org"
            }
        };
        parts.push(match made.needs_peers {
            true => format!(
                "SELECT CASE WHEN {is_listed} THEN 'org' ELSE 'peer' END, o.id, {member}\n{}",
                from.text()
            ),
            false => format!(
                "SELECT 'org', o.id, {member}\n{}\nWHERE {is_listed}",
                from.text()
            ),
        });
        if made.needs_under {
            parts.push("SELECT 'under', a.above, a.org FROM org_above a".to_owned());
        }
        let about = "which organisations each row covers";
        let body = parts.join("\nUNION ALL\n");
        draft
            .steps
            .push(Step::new("scope (role, org, member)", about, body));
    }
}

/// The rows in the order of the report: `n` is the order within a ledger.
const ORDER: &str = "ORDER BY CASE f.role WHEN 'own' THEN 0 WHEN 'org' THEN 1 ELSE 2 END, \
                     SPLIT_PART(f.org, '/', 1), f.place";
