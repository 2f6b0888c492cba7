//! What was owed, and what became of it: the windows of obligations are rows that the program
//! makes, so that no calendar is reckoned with in SQL but the days of a quota's share.

use crate::day::{Day, Period};
use crate::rules::kind::Kind;
use crate::rules::obligation::{MOST_IN_A_WINDOW, Obligation, Quota};
use crate::sql::dialect;
use crate::sql::seen::days;
use crate::sql::step::{Draft, Reads, Refused, Step, all};

/// An obligation in a period.
pub(super) struct Debt<'q> {
    pub(super) rule: &'q Obligation,
    kind: &'q Kind,
    /// Its windows, each with the day as of which it is looked at.
    windows: Vec<(Period, Day)>,
    /// The step with the windows.
    step: String,
    /// What the names of its steps begin with.
    name: String,
    suffix: String,
}

impl<'q> Draft<'q> {
    /// The obligations of some names that have windows in a period, and the step with the windows.
    pub(super) fn debts(
        &mut self,
        names: impl Iterator<Item = &'q str>,
        period: Period,
        suffix: &str,
    ) -> Vec<Debt<'q>> {
        let (query, rules) = (self.query, self.rules());
        let step = self.fresh(&format!("owed_window{suffix}"));
        let mut debts = Vec::new();
        let mut rows = Vec::new();
        for rule in names.filter_map(|name| rules.obligation(name)) {
            let begun = |window: &Period| query.begins.is_none_or(|day| day <= window.first());
            let windows: Vec<(Period, Day)> = period
                .windows(rule.every)
                .into_iter()
                .filter(begun)
                .map(|window| (window, rule.judged_on(window, query.as_of, query.today)))
                .collect();
            let kind = rules.kinds.iter().find(|kind| kind.name == rule.kind);
            let (false, Some(kind)) = (windows.is_empty(), kind) else {
                continue;
            };
            rows.extend(windows.iter().map(|window| self.window(rule, *window)));
            debts.push(Debt {
                rule,
                kind,
                windows,
                step: step.clone(),
                name: rule.name.clone(),
                suffix: suffix.to_owned(),
            });
        }
        if !rows.is_empty() {
            self.steps.push(Step::new(
                format!(
                    "{step} (obligation, first_day, last_day, over, judged, on_time_from, \
                     on_time_until)"
                ),
                "windows of obligations in the period, computed by the program: \
                 judged is the day as of which one is looked at",
                format!("VALUES\n  {}", rows.join(",\n  ")),
            ));
        }
        debts
    }

    fn window(&self, rule: &Obligation, (window, judged): (Period, Day)) -> String {
        let (from, until) = rule
            .within
            .unwrap_or((1, window.end().since(window.first())));
        let day = |n: i64| window.first().plus(n - 1);
        let days = [
            window.first(),
            window.last(),
            rule.over(window),
            judged,
            day(from),
            day(until),
        ];
        let days: Vec<String> = days.into_iter().map(dialect::day).collect();
        format!("({}, {})", self.dialect().text(&rule.name), days.join(", "))
    }

    /// The step with what became of each window of an obligation: `org`, `state`, `returned`, and
    /// how many `times` it is owed so.
    pub(super) fn debt(&mut self, debt: &Debt<'q>) -> Result<String, Refused> {
        let exempt = self.exempt(debt);
        let standing = self.standing(debt);
        let counted = debt.rule.members.map(|least| self.counted(debt, least));
        let records = self.records(debt)?;
        let owing = self.owing(debt, (standing, counted));
        Ok(match (&debt.rule.quota, debt.rule.times) {
            (None, 1) => self.once(debt, (&owing, &exempt, &records)),
            (None, times) => {
                let asked = format!(
                    "SELECT w.org, w.first_day, w.over, w.judged, '' AS asked_by, {times} AS \
                     times\n\
                     FROM {owing} w"
                );
                self.often(debt, (&asked, &exempt, &records))
            }
            (Some(quota), _) => {
                let asked = self.asked(debt, quota, &owing);
                self.often(debt, (&asked, &exempt, &records))
            }
        })
    }

    fn named(debt: &Debt<'_>, what: &str) -> String {
        format!("{}_{what}{}", debt.name, debt.suffix)
    }

    /// `w` are the windows of an obligation.
    fn is_its(&self, debt: &Debt<'_>) -> String {
        format!("w.obligation = {}", self.dialect().text(&debt.rule.name))
    }

    fn exempt(&mut self, debt: &Debt<'_>) -> String {
        let (from, until) = (self.ident("from"), self.ident("until"));
        let body = format!(
            "SELECT DISTINCT e.org, w.first_day\n\
             FROM org_exempt e\n\
             JOIN {} w ON w.obligation = e.obligation AND e.{from} <= w.last_day\n\
             WHERE {} AND (e.{until} IS NULL\n         \
             OR (e.{until} >= w.first_day AND e.{until} >= e.{from}))",
            debt.step,
            self.is_its(debt)
        );
        let about = format!("who is excused from {}", debt.rule.name);
        self.step(&Draft::named(debt, "exempt"), about, body)
    }

    /// Where a record of a kind is in force on the first and the last day of a window.
    fn standing(&mut self, debt: &Debt<'q>) -> Option<String> {
        let wanted = debt.rule.standing.as_deref()?;
        let kind: &'q Kind = self.rules().kinds.iter().find(|kind| kind.name == wanted)?;
        let mut parts = Vec::new();
        for judged in debt.judged() {
            let dialect = self.dialect();
            let seen = self.seen(kind, judged).name(dialect);
            parts.push(format!(
                "SELECT r.org, w.first_day\n\
                 FROM {seen} r JOIN {} w ON r.starts <= w.first_day AND (r.ends IS NULL OR r.ends \
                 >= w.last_day)\n\
                 WHERE {} AND w.judged = {}",
                debt.step,
                self.is_its(debt),
                dialect::day(judged)
            ));
        }
        let about = format!("where a {wanted} is in force on every day of the window");
        let body = parts.join("\nUNION\n");
        let body = match parts.len() {
            1 => body.replacen("SELECT ", "SELECT DISTINCT ", 1),
            _ => body,
        };
        Some(self.step(&Draft::named(debt, "standing"), about, body))
    }

    /// Where there are so many members on the first day of a window.
    fn counted(&mut self, debt: &Debt<'_>, least: i64) -> String {
        let on = self.ident("on");
        let body = format!(
            "SELECT h.org, w.first_day, h.members,\n       \
             ROW_NUMBER() OVER (PARTITION BY h.org, w.first_day ORDER BY h.{on} DESC, h.n DESC) AS \
             back\n\
             FROM org_headcount h JOIN {} w ON h.{on} <= w.first_day\n\
             WHERE {} AND h.members IS NOT NULL",
            debt.step,
            self.is_its(debt)
        );
        let about = "members on the first day of each window, the last count first";
        let all = self.step(&Draft::named(debt, "headcount"), about, body);
        let body = format!(
            "SELECT h.org, h.first_day FROM {all} h WHERE h.back = 1 AND h.members >= {least}"
        );
        let about = format!("where there are {least} members or more");
        self.step(&Draft::named(debt, "members"), about, body)
    }

    /// The organisations that owe the obligation in each window, exemptions aside.
    fn owing(
        &mut self,
        debt: &Debt<'_>,
        (standing, counted): (Option<String>, Option<String>),
    ) -> String {
        let dialect = self.dialect();
        let rule = debt.rule;
        let mut from = Reads::new("org", "o");
        from.join(format!("JOIN {} w ON {}", debt.step, self.is_its(debt)));
        for (step, alias) in [(standing, "s"), (counted, "h")] {
            if let Some(step) = step {
                from.join(format!(
                    "JOIN {step} {alias} ON {alias}.org = o.id AND {alias}.first_day = w.first_day"
                ));
            }
        }
        let mut owes = Vec::new();
        for (column, words) in [("o.kind", &rule.org_kinds), ("o.sector", &rule.sectors)] {
            if !words.is_empty() {
                owes.push(dialect.one_of(column, words.iter().map(String::as_str)));
            }
        }
        owes.push("(o.founded IS NULL OR o.founded <= w.first_day)".to_owned());
        owes.push("(o.dissolved IS NULL OR o.dissolved > w.last_day)".to_owned());
        let body = format!(
            "SELECT o.id AS org, w.first_day, w.last_day, w.over, w.judged\n{}\nWHERE {}",
            from.text(),
            all(&owes)
        );
        let about = format!("who owes {}, exemptions aside", rule.name);
        self.step(&Draft::named(debt, "owing"), about, body)
    }

    /// The records that stand in a window: `org`, `first_day`, `on_time`, `returned`, and in which
    /// order they come.
    fn records(&mut self, debt: &Debt<'q>) -> Result<String, Refused> {
        let (dialect, kind, rule) = (self.dialect(), debt.kind, debt.rule);
        let mut parts = Vec::new();
        for judged in debt.judged() {
            let seen = self.seen(kind, judged);
            let name = seen.name(dialect);
            // Records without a life were never sent back.
            let returned = match kind.life {
                Some(_) => seen.returned(),
                None => "0".to_owned(),
            };
            let asked_by = match &rule.quota {
                Some(quota) => seen.folded(dialect, quota.by),
                None => "''".to_owned(),
            };
            let (first, last) = days(dialect, "r", &kind.fields[rule.date]);
            let on_time = match rule.deadline {
                Some(_) => "r.starts <= w.over".to_owned(),
                None => format!("{first} BETWEEN w.on_time_from AND w.on_time_until"),
            };
            let mut from = Reads::new(&name, "r");
            from.join(format!(
                "JOIN {} w ON {first} >= w.first_day AND {last} <= w.last_day",
                debt.step
            ));
            let mut tests = vec![self.is_its(debt)];
            if debt.judged().len() > 1 {
                tests.push(format!("w.judged = {}", dialect::day(judged)));
            }
            tests.extend(self.condition(&rule.filter, kind, judged, &mut from)?);
            parts.push(format!(
                "SELECT r.org, w.first_day, {asked_by} AS asked_by, r.starts, r.seq,\n       \
                 CASE WHEN {on_time} THEN 1 ELSE 0 END AS on_time, {returned} AS returned\n\
                 {}\n\
                 WHERE {}",
                from.text(),
                all(&tests)
            ));
        }
        let about = format!("records that stand in a window of {}", rule.name);
        Ok(self.step(
            &Draft::named(debt, "record"),
            about,
            parts.join("\nUNION ALL\n"),
        ))
    }

    /// What is owed once in a window: every record in it counts.
    fn once(&mut self, debt: &Debt<'_>, (owing, exempt, records): (&str, &str, &str)) -> String {
        let body = format!(
            "SELECT w.org, COALESCE(r.returned, 0) AS returned, 1 AS times,\n       \
             CASE WHEN x.org IS NOT NULL THEN 'exempt' WHEN r.on_time = 1 THEN 'met' WHEN \
             r.on_time = 0 THEN 'late' ELSE 'missed' END AS state\n\
             FROM {owing} w\n\
             LEFT JOIN (\n  \
             SELECT r.org, r.first_day, MAX(r.on_time) AS on_time, MAX(r.returned) AS returned \
             FROM {records} r GROUP BY r.org, r.first_day\n\
             ) r ON r.org = w.org AND r.first_day = w.first_day\n\
             LEFT JOIN {exempt} x ON x.org = w.org AND x.first_day = w.first_day\n\
             WHERE x.org IS NOT NULL OR r.org IS NOT NULL OR w.over <= w.judged"
        );
        let about = format!("what became of {}", debt.rule.name);
        self.step(&Draft::named(debt, "owed"), about, body)
    }

    /// How often each record of a quota asks for it in a window: its share by days, rounded down.
    fn asked(&mut self, debt: &Debt<'q>, quota: &Quota, owing: &str) -> String {
        let dialect = self.dialect();
        let found = self
            .rules()
            .kinds
            .iter()
            .find(|kind| kind.name == quota.kind);
        let Some(kind) = found else {
            return format!("SELECT w.*, '' AS asked_by, 0 AS times FROM {owing} w WHERE FALSE");
        };
        let mut parts = Vec::new();
        for judged in debt.judged() {
            let seen = self.seen(kind, judged).name(dialect);
            let number = format!("r.{}", dialect.ident(&kind.fields[quota.field].name));
            let in_force = dialect.days_between(
                "GREATEST(r.starts, w.first_day)",
                "LEAST(COALESCE(r.ends, w.last_day), w.last_day)",
            );
            let whole = dialect.days_between("w.first_day", "w.last_day");
            let share = dialect.quotient(
                &format!("{} * GREATEST({in_force} + 1, 0)", dialect.wide(&number)),
                &dialect.wide(&format!("({whole} + 1)")),
            );
            parts.push(format!(
                "SELECT w.org, w.first_day, w.over, w.judged, r.id AS asked_by,\n       \
                 LEAST({share}, {MOST_IN_A_WINDOW}) AS times\n\
                 FROM {owing} w JOIN {seen} r ON r.org = w.org\n\
                 WHERE {number} > 0 AND w.judged = {}",
                dialect::day(judged)
            ));
        }
        parts.join("\nUNION ALL\n")
    }

    /// What is owed several times in a window: each record meets it once, in the order of their
    /// days, and what is left over is missed.
    fn often(&mut self, debt: &Debt<'_>, (asked, exempt, records): (&str, &str, &str)) -> String {
        let asked = self.step(
            &Draft::named(debt, "asked"),
            format!("how often {} is owed", debt.rule.name),
            asked.to_owned(),
        );
        let made = self.step(
            &Draft::named(debt, "made"),
            "the records in the order of their days",
            format!(
                "SELECT r.*, ROW_NUMBER() OVER (PARTITION BY r.org, r.first_day, r.asked_by ORDER \
                 BY r.starts, r.seq) AS k\n\
                 FROM {records} r"
            ),
        );
        let same = "r.org = a.org AND r.first_day = a.first_day AND r.asked_by = a.asked_by";
        let excused =
            format!("LEFT JOIN {exempt} x ON x.org = a.org AND x.first_day = a.first_day");
        let body = format!(
            "SELECT a.org, r.returned, 1 AS times,\n       \
             CASE WHEN x.org IS NOT NULL THEN 'exempt' WHEN r.on_time = 1 THEN 'met' ELSE 'late' \
             END AS state\n\
             FROM {asked} a JOIN {made} r ON {same} AND r.k <= a.times\n\
             {excused}\n\
             UNION ALL\n\
             SELECT a.org, 0, a.times - COALESCE(r.made, 0),\n       \
             CASE WHEN x.org IS NOT NULL THEN 'exempt' ELSE 'missed' END\n\
             FROM {asked} a\n\
             LEFT JOIN (\n  \
             SELECT r.org, r.first_day, r.asked_by, COUNT(*) AS made FROM {made} r GROUP BY r.org, \
             r.first_day, r.asked_by\n\
             ) r ON {same}\n\
             {excused}\n\
             WHERE a.times > COALESCE(r.made, 0) AND (x.org IS NOT NULL OR a.over <= a.judged)"
        );
        let about = format!("what became of {}", debt.rule.name);
        self.step(&Draft::named(debt, "owed"), about, body)
    }
}

impl Debt<'_> {
    /// The days as of which its windows are looked at.
    fn judged(&self) -> Vec<Day> {
        let mut days: Vec<Day> = self.windows.iter().map(|(_, judged)| *judged).collect();
        days.sort_unstable();
        days.dedup();
        days
    }
}
