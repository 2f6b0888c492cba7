//! An obvious evaluator of the contract's metrics, over random small ledgers, against the program.
//!
//! It shares nothing with the program but the calendar: it works on the made-up facts themselves,
//! goes through them one by one, and looks at single days where the program compares ends.

use std::fmt::Write as _;

use ledger::day::{Day, Period};
use ledger::figure::report::{Question, report};
use ledger::figure::{Evaluation, Figure, Scope};
use ledger::rules::Rules;
use ledger::rules::metric::{Measure, Metric};
use ledger::tree::Tree;
use proptest::prelude::*;

const PATHS: &[&str] = &["a", "a/b", "a/b/d", "a/c"];
const KINDS: &[&str] = &[
    "district-committee",
    "party-committee",
    "working-committee",
    "branch",
    "branch",
    "unit",
];
const MEETINGS: &[&str] = &[
    "regular",
    "general-meeting",
    "committee-meeting",
    "group-meeting",
    "party-lesson",
    "theme-day",
    "life-meeting",
    "joint-meeting",
    "study",
];
const TASK_STATUSES: &[&str] = &[
    "not-started",
    "in-progress",
    "ongoing",
    "done",
    "closed",
    "returned",
    "dropped",
    "no-data",
];
const COMMITMENT_STATUSES: &[&str] = &["proposed", "published", "kept", "broken", "withdrawn"];

type Updates = [(Day, &'static str)];

#[derive(Clone, Debug)]
struct Org {
    kind: &'static str,
    founded: Option<Day>,
    dissolved: Option<Day>,
    headcount: Vec<(Day, i64)>,
    exempt: Option<(usize, Day, Option<Day>)>,
    committee: Option<(Day, Option<Day>)>,
}

#[derive(Clone, Debug)]
enum What {
    Meeting {
        ty: &'static str,
        due: Option<i64>,
        present: Option<i64>,
    },
    Task {
        due: Day,
        extended: Option<Day>,
        updates: Vec<(Day, &'static str)>,
    },
    Commitment {
        due: Day,
        extended: Option<Day>,
        updates: Vec<(Day, &'static str)>,
    },
    Filing {
        quarter: Day,
        returned: Option<Day>,
    },
}

#[derive(Clone, Debug)]
struct Fact {
    org: usize,
    start: Day,
    retracted: bool,
    what: What,
}

#[derive(Clone, Debug)]
struct World {
    orgs: Vec<Org>,
    facts: Vec<Fact>,
}

fn epoch() -> Day {
    "2025-12-20".parse().expect("a day")
}

fn day() -> impl Strategy<Value = Day> {
    (0i64..400).prop_map(|n| epoch().plus(n))
}

fn org() -> impl Strategy<Value = Org> {
    (
        prop::sample::select(KINDS),
        prop::option::weighted(0.3, day()),
        prop::option::weighted(0.2, day()),
        prop::collection::vec((day(), 5i64..9), 0..3),
        prop::option::weighted(0.3, (0usize..9, day(), prop::option::of(day()))),
        prop::option::weighted(0.4, (day(), prop::option::weighted(0.3, day()))),
    )
        .prop_map(
            |(kind, founded, dissolved, headcount, exempt, committee)| Org {
                kind,
                founded,
                dissolved,
                headcount,
                exempt,
                committee,
            },
        )
}

fn updates(statuses: &'static [&'static str]) -> impl Strategy<Value = Vec<(Day, &'static str)>> {
    prop::collection::vec((day(), prop::sample::select(statuses)), 0..5)
}

fn fact() -> impl Strategy<Value = Fact> {
    let number = || prop::option::weighted(0.8, 0i64..20);
    let what = prop_oneof![
        4 => (prop::sample::select(MEETINGS), number(), number()).prop_map(|(ty, due, present)| What::Meeting { ty, due, present }),
        3 => (day(), prop::option::weighted(0.2, day()), updates(TASK_STATUSES)).prop_map(|(due, extended, updates)| What::Task { due, extended, updates }),
        2 => (day(), prop::option::weighted(0.2, day()), updates(COMMITMENT_STATUSES)).prop_map(|(due, extended, updates)| What::Commitment { due, extended, updates }),
        2 => (day(), prop::option::weighted(0.3, day())).prop_map(|(quarter, returned)| What::Filing { quarter: quarter_start(quarter), returned }),
    ];
    (0..PATHS.len(), day(), prop::bool::weighted(0.1), what).prop_map(
        |(org, start, retracted, what)| Fact {
            org,
            start,
            retracted,
            what,
        },
    )
}

fn world() -> impl Strategy<Value = World> {
    (
        prop::collection::vec(org(), PATHS.len()),
        prop::collection::vec(fact(), 0..40),
    )
        .prop_map(|(orgs, facts)| World { orgs, facts })
}

fn month_start(day: Day) -> Day {
    Day::new(day.year(), day.month(), 1).expect("a first")
}

fn quarter_start(day: Day) -> Day {
    Day::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).expect("a first")
}

fn next_month(day: Day) -> Day {
    let start = month_start(day);
    if start.month() == 12 {
        Day::new(start.year() + 1, 1, 1)
    } else {
        Day::new(start.year(), start.month() + 1, 1)
    }
    .expect("a first")
}

// The ledger as text.

impl World {
    fn tree(&self) -> Tree<'static> {
        let orgs: Vec<(&str, String)> = PATHS
            .iter()
            .zip(&self.orgs)
            .map(|(path, org)| (*path, org_text(org)))
            .collect();
        let ledgers: Vec<(&str, String)> = PATHS
            .iter()
            .enumerate()
            .map(|(n, path)| (*path, self.ledger(n)))
            .collect();
        let borrow =
            |texts: &[(&'static str, String)]| -> Vec<(&'static str, String)> { texts.to_vec() };
        let (orgs, ledgers) = (borrow(&orgs), borrow(&ledgers));
        let tree = Tree::from_texts(
            Rules::built_in(),
            &orgs
                .iter()
                .map(|(p, t)| (*p, t.as_str()))
                .collect::<Vec<_>>(),
            &ledgers
                .iter()
                .map(|(p, t)| (*p, t.as_str()))
                .collect::<Vec<_>>(),
        );
        assert_eq!(tree.problems, [], "the made-up ledger must be readable");
        tree
    }

    fn ledger(&self, org: usize) -> String {
        let mut text = String::new();
        for (n, fact) in self
            .facts
            .iter()
            .enumerate()
            .filter(|(_, fact)| fact.org == org)
        {
            let s = fact.start;
            let list = |updates: &[(Day, &str)]| {
                let rows: Vec<String> = updates
                    .iter()
                    .map(|(on, status)| format!("{{ on = {on}, status = \"{status}\" }}"))
                    .collect();
                format!("updates = [{}]\n", rows.join(", "))
            };
            let extended = |day: &Option<Day>| {
                day.map(|d| format!("extended_to = {d}\n"))
                    .unwrap_or_default()
            };
            let (kind, prefix, body) = match &fact.what {
                What::Meeting { ty, due, present } => {
                    let mut body = format!("date = {s}\ntype = \"{ty}\"\ntitle = \"t\"\n");
                    for (name, value) in [("due", due), ("present", present)] {
                        if let Some(value) = value {
                            let _ = writeln!(body, "{name} = {value}");
                        }
                    }
                    ("meeting", "m", body)
                }
                What::Task {
                    due,
                    extended: e,
                    updates,
                } => (
                    "task",
                    "t",
                    format!(
                        "list = \"task\"\ntitle = \"t\"\nowner = \"o\"\nset = {s}\ndue = {due}\n{}{}",
                        extended(e),
                        list(updates)
                    ),
                ),
                What::Commitment {
                    due,
                    extended: e,
                    updates,
                } => (
                    "commitment",
                    "c",
                    format!(
                        "type = \"public-promise\"\ntitle = \"t\"\nby = \"b\"\nsigned = {s}\ndue = {due}\n{}{}",
                        extended(e),
                        list(updates)
                    ),
                ),
                What::Filing { quarter, returned } => {
                    let back = returned
                        .map(|on| list(&[(on, "returned"), (on, "approved")]))
                        .unwrap_or_default();
                    (
                        "filing",
                        "f",
                        format!(
                            "quarter = \"{}\"\nfiled = {s}\n{back}",
                            Period::quarter(*quarter)
                        ),
                    )
                }
            };
            let _ = write!(
                text,
                "[[{kind}]]\nid = \"{prefix}-20260101-{n:08}\"\n{body}"
            );
            if fact.retracted {
                text.push_str("retracted = { on = 2026-01-01, why = \"x\" }\n");
            }
        }
        if let Some((from, until)) = self.orgs[org].committee {
            let _ = write!(
                text,
                "[[committee]]\nid = \"gc-20260101-0000000{org}\"\ntype = \"grand-party-committee\"\nestablished = {from}\n"
            );
            if let Some(until) = until {
                let _ = writeln!(text, "ended = {until}");
            }
        }
        text
    }
}

fn org_text(org: &Org) -> String {
    let mut text = format!("name = \"n\"\nkind = \"{}\"\n", org.kind);
    for (name, day) in [("founded", org.founded), ("dissolved", org.dissolved)] {
        if let Some(day) = day {
            let _ = writeln!(text, "{name} = {day}");
        }
    }
    let rows: Vec<String> = org
        .headcount
        .iter()
        .map(|(on, n)| format!("{{ on = {on}, members = {n} }}"))
        .collect();
    let _ = writeln!(text, "headcount = [{}]", rows.join(", "));
    if let Some((obligation, from, until)) = &org.exempt {
        let until = until.map(|u| format!(", until = {u}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "exempt = [{{ obligation = \"{}\", from = {from}{until} }}]",
            OBLIGATIONS[*obligation].name
        );
    }
    text
}

// The contract, read slowly.

struct Obligation {
    name: &'static str,
    months: u32,
    kinds: &'static [&'static str],
    first_week: bool,
    seven: bool,
    joint: bool,
}

const COMMITTEES: &[&str] = &["district-committee", "party-committee", "working-committee"];
const OBLIGATIONS: &[Obligation] = &[
    Obligation {
        name: "regular",
        months: 1,
        kinds: COMMITTEES,
        first_week: true,
        seven: false,
        joint: false,
    },
    Obligation {
        name: "general-meeting",
        months: 3,
        kinds: &["branch"],
        first_week: false,
        seven: false,
        joint: false,
    },
    Obligation {
        name: "committee-meeting",
        months: 1,
        kinds: &["branch"],
        first_week: false,
        seven: true,
        joint: false,
    },
    Obligation {
        name: "group-meeting",
        months: 1,
        kinds: &["branch"],
        first_week: false,
        seven: false,
        joint: false,
    },
    Obligation {
        name: "party-lesson",
        months: 3,
        kinds: &["branch"],
        first_week: false,
        seven: false,
        joint: false,
    },
    Obligation {
        name: "theme-day",
        months: 1,
        kinds: &["branch"],
        first_week: false,
        seven: false,
        joint: false,
    },
    Obligation {
        name: "life-meeting",
        months: 12,
        kinds: &["branch"],
        first_week: false,
        seven: false,
        joint: false,
    },
    Obligation {
        name: "joint-meeting",
        months: 3,
        kinds: KINDS,
        first_week: false,
        seven: false,
        joint: true,
    },
    Obligation {
        name: "filing",
        months: 3,
        kinds: &["party-committee", "working-committee"],
        first_week: false,
        seven: false,
        joint: false,
    },
];

struct Oracle<'w> {
    world: &'w World,
    period: Period,
    as_of: Day,
}

#[derive(Default)]
struct Tally {
    owed: i64,
    met: i64,
    late: i64,
    missed: i64,
    returned: i64,
}

impl Oracle<'_> {
    fn in_period(&self, day: Day) -> bool {
        self.period.first() <= day && day <= self.period.last()
    }

    fn alive(&self, fact: &Fact) -> bool {
        !fact.retracted && fact.start <= self.as_of
    }

    fn facts(&self, orgs: &[usize]) -> Vec<&Fact> {
        self.world
            .facts
            .iter()
            .filter(|f| orgs.contains(&f.org) && self.alive(f))
            .collect()
    }

    /// Updates up to the as-of day, by day, those of one day in the order written.
    fn seen(&self, updates: &[(Day, &'static str)]) -> Vec<(Day, &'static str)> {
        let mut seen: Vec<(Day, &'static str)> = Vec::new();
        for offset in 0..400 {
            let day = epoch().plus(offset);
            seen.extend(
                updates
                    .iter()
                    .filter(|(on, _)| *on == day && day <= self.as_of),
            );
        }
        seen
    }

    fn status(&self, updates: &[(Day, &'static str)], first: &'static str) -> &'static str {
        self.seen(updates)
            .last()
            .map_or(first, |(_, status)| status)
    }

    /// The first day of the last unbroken run of statuses among `these`, if it still lasts.
    fn run(&self, updates: &[(Day, &'static str)], these: &[&str]) -> Option<Day> {
        let mut since = None;
        for (on, status) in self.seen(updates) {
            if !these.contains(&status) {
                since = None;
            } else if since.is_none() {
                since = Some(on);
            }
        }
        since
    }

    fn tally(&self, obligation: &Obligation, orgs: &[usize]) -> Tally {
        let mut tally = Tally::default();
        for &n in orgs {
            let org = &self.world.orgs[n];
            if !obligation.kinds.contains(&org.kind) {
                continue;
            }
            let mut first = Day::new(2025, 1, 1).expect("a day");
            while first.year() < 2028 {
                let mut end = first;
                for _ in 0..obligation.months {
                    end = next_month(end);
                }
                self.window(&mut tally, obligation, (n, org), (first, end));
                first = end;
            }
        }
        tally
    }

    fn window(
        &self,
        tally: &mut Tally,
        obligation: &Obligation,
        (n, org): (usize, &Org),
        (first, end): (Day, Day),
    ) {
        let days: Vec<Day> = (0..end.since(first)).map(|k| first.plus(k)).collect();
        let last = *days.last().expect("a window has days");
        if !self.in_period(first) || !self.in_period(last) {
            return;
        }
        let in_being =
            |d: Day| org.founded.is_none_or(|f| d >= f) && org.dissolved.is_none_or(|x| d < x);
        let excused = |d: Day| {
            org.exempt.is_some_and(|(o, from, until)| {
                OBLIGATIONS[o].name == obligation.name && d >= from && until.is_none_or(|u| d <= u)
            })
        };
        let joint = |d: Day| {
            org.committee.is_some_and(|(from, until)| {
                from <= self.as_of && d >= from && until.is_none_or(|u| d <= u)
            })
        };
        if !days
            .iter()
            .all(|&d| in_being(d) && !excused(d) && (!obligation.joint || joint(d)))
        {
            return;
        }
        if obligation.seven {
            let mut count = None;
            let mut best = None;
            for (on, members) in &org.headcount {
                if *on <= first && best.is_none_or(|b| *on >= b) {
                    (best, count) = (Some(*on), Some(*members));
                }
            }
            if count.is_none_or(|c| c < 7) {
                return;
            }
        }
        let mine = self.facts(&[n]);
        let (mut any, mut on_time, mut returned) = (false, false, false);
        let deadline = if obligation.name == "filing" {
            end.plus(9)
        } else {
            last
        };
        for fact in mine {
            match &fact.what {
                What::Meeting { ty, .. }
                    if *ty == obligation.name && days.contains(&fact.start) =>
                {
                    any = true;
                    on_time |= !obligation.first_week || fact.start.day() <= 7;
                }
                What::Filing {
                    quarter,
                    returned: back,
                } if obligation.name == "filing" && *quarter == first => {
                    any = true;
                    on_time |= fact.start <= deadline;
                    returned |= back.is_some_and(|on| on <= self.as_of);
                }
                _ => {}
            }
        }
        let over = deadline <= self.as_of;
        if !any && !over {
            return;
        }
        tally.owed += 1;
        tally.met += i64::from(on_time);
        tally.late += i64::from(any && !on_time);
        tally.missed += i64::from(!any);
        tally.returned += i64::from(returned);
    }

    fn meetings(&self, orgs: &[usize]) -> Tally {
        let mut sum = Tally::default();
        for obligation in OBLIGATIONS.iter().filter(|o| o.name != "filing") {
            let one = self.tally(obligation, orgs);
            sum.owed += one.owed;
            sum.met += one.met;
            sum.late += one.late;
            sum.missed += one.missed;
        }
        sum
    }

    fn attendance(&self, orgs: &[usize]) -> (i64, i64) {
        let mut sums = (0, 0);
        for fact in self.facts(orgs) {
            if let What::Meeting {
                due: Some(due),
                present: Some(present),
                ..
            } = fact.what
                && self.in_period(fact.start)
            {
                sums = (sums.0 + due, sums.1 + present);
            }
        }
        sums
    }

    fn count(&self, orgs: &[usize], test: impl Fn(&Fact) -> bool) -> i64 {
        self.facts(orgs).into_iter().filter(|f| test(f)).count() as i64
    }

    /// The value of a metric: a number, or a ratio's two parts.
    fn value(&self, metric: &str, orgs: &[usize]) -> (i64, Option<i64>) {
        let filing = &OBLIGATIONS[8];
        let finished =
            |u: &[(Day, &'static str)]| ["done", "closed"].contains(&self.status(u, "not-started"));
        let task = |test: &dyn Fn(Day, bool, &Updates) -> bool| {
            self.count(orgs, |f| match &f.what {
                What::Task {
                    due,
                    extended,
                    updates,
                } => test(extended.unwrap_or(*due), extended.is_some(), updates),
                _ => false,
            })
        };
        let is_due = |due: Day, u: &[(Day, &'static str)]| {
            self.in_period(due) && !["dropped", "ongoing"].contains(&self.status(u, "not-started"))
        };
        let commitment = |test: &dyn Fn(Day, &str) -> bool| {
            self.count(orgs, |f| match &f.what {
                What::Commitment {
                    due,
                    extended,
                    updates,
                } => test(extended.unwrap_or(*due), self.status(updates, "proposed")),
                _ => false,
            })
        };
        let number = |n: i64| (n, None);
        match metric {
            "meetings_held" => number(self.count(orgs, |f| {
                matches!(f.what, What::Meeting { .. }) && self.in_period(f.start)
            })),
            "meetings_owed" => number(self.meetings(orgs).owed),
            "meetings_met" => number(self.meetings(orgs).met),
            "meetings_late" => number(self.meetings(orgs).late),
            "meetings_missed" => number(self.meetings(orgs).missed),
            "meetings_rate" => {
                let t = self.meetings(orgs);
                (t.met + t.late, Some(t.owed))
            }
            "attendance_due" => number(self.attendance(orgs).0),
            "attendance_present" => number(self.attendance(orgs).1),
            "attendance_rate" => (self.attendance(orgs).1, Some(self.attendance(orgs).0)),
            "tasks_due" => number(task(&|due, _, u| is_due(due, u))),
            "tasks_done" => number(task(&|due, _, u| is_due(due, u) && finished(u))),
            "tasks_done_on_time" => number(task(&|due, _, u| {
                is_due(due, u) && self.run(u, &["done", "closed"]).is_some_and(|d| d <= due)
            })),
            "tasks_overdue" => number(task(&|due, _, u| {
                due < self.as_of
                    && !finished(u)
                    && !["dropped", "ongoing"].contains(&self.status(u, "not-started"))
            })),
            "tasks_open" => number(task(&|_, _, u| {
                !finished(u) && self.status(u, "not-started") != "dropped"
            })),
            "tasks_extended" => number(task(&|due, extended, u| is_due(due, u) && extended)),
            "tasks_closed" => number(task(&|_, _, u| {
                self.run(u, &["closed"]).is_some_and(|d| self.in_period(d))
            })),
            "tasks_completion_rate" => (
                self.value("tasks_done", orgs).0,
                Some(self.value("tasks_due", orgs).0),
            ),
            "commitments_signed" => number(self.count(orgs, |f| {
                matches!(f.what, What::Commitment { .. }) && self.in_period(f.start)
            })),
            "commitments_due" => number(commitment(&|due, s| {
                self.in_period(due) && s != "withdrawn"
            })),
            "commitments_kept" => number(commitment(&|due, s| self.in_period(due) && s == "kept")),
            "commitments_broken" => {
                number(commitment(&|due, s| self.in_period(due) && s == "broken"))
            }
            "commitments_kept_rate" => (
                self.value("commitments_kept", orgs).0,
                Some(self.value("commitments_due", orgs).0),
            ),
            "filings_owed" => number(self.tally(filing, orgs).owed),
            "filings_on_time" => number(self.tally(filing, orgs).met),
            "filings_late" => number(self.tally(filing, orgs).late),
            "filings_returned" => number(self.tally(filing, orgs).returned),
            "filings_missing" => number(self.tally(filing, orgs).missed),
            "meetings_on_time_rate" => (self.meetings(orgs).met, Some(self.meetings(orgs).owed)),
            "tasks_on_time_rate" => (
                self.value("tasks_done_on_time", orgs).0,
                Some(self.value("tasks_due", orgs).0),
            ),
            "filings_on_time_rate" => (
                self.tally(filing, orgs).met,
                Some(self.tally(filing, orgs).owed),
            ),
            "members" => number(
                orgs.iter()
                    .map(|&n| self.members(&self.world.orgs[n]))
                    .sum(),
            ),
            other => self.of_one_kind(other, orgs),
        }
    }

    /// `theme_day_owed` and the like: one kind of meeting alone.
    fn of_one_kind(&self, metric: &str, orgs: &[usize]) -> (i64, Option<i64>) {
        let kind = OBLIGATIONS.iter().find_map(|o| {
            Some((
                o,
                metric
                    .strip_prefix(&o.name.replace('-', "_"))?
                    .strip_prefix('_')?,
            ))
        });
        let Some((obligation, what)) = kind else {
            panic!("the oracle does not know {metric}")
        };
        let tally = self.tally(obligation, orgs);
        let (mut held, mut due_sum, mut present_sum) = (0, 0, 0);
        for fact in self.facts(orgs) {
            if let What::Meeting { ty, due, present } = fact.what
                && ty == obligation.name
                && self.in_period(fact.start)
            {
                held += 1;
                if let (Some(due), Some(present)) = (due, present) {
                    due_sum += due;
                    present_sum += present;
                }
            }
        }
        match what {
            "owed" => (tally.owed, None),
            "met" => (tally.met, None),
            "late" => (tally.late, None),
            "missed" => (tally.missed, None),
            "held" => (held, None),
            "due" => (due_sum, None),
            "present" => (present_sum, None),
            "on_time_rate" => (tally.met, Some(tally.owed)),
            "attendance_rate" => (present_sum, Some(due_sum)),
            other => panic!("the oracle does not know {other} of {metric}"),
        }
    }

    /// The latest headcount of an organisation in being; of one day, the last written.
    fn members(&self, org: &Org) -> i64 {
        if org.founded.is_some_and(|f| f > self.as_of)
            || org.dissolved.is_some_and(|d| d <= self.as_of)
        {
            return 0;
        }
        let mut latest: Option<(Day, i64)> = None;
        for (on, members) in &org.headcount {
            if *on <= self.as_of && latest.is_none_or(|(day, _)| *on >= day) {
                latest = Some((*on, *members));
            }
        }
        latest.map_or(0, |(_, members)| members)
    }
}

/// Every metric of the meetings, tasks, commitments and returns, but for those that are made of
/// others by weight or order, and visits, which the made-up ledgers do not have. `registers.rs`
/// looks at the others.
fn metrics(rules: &Rules) -> Vec<&Metric> {
    let known = |m: &&Metric| {
        of_the_quarter(m)
            && !matches!(m.measure, Measure::Score { .. } | Measure::Rank { .. })
            && !m.name.starts_with("visits_")
    };
    rules.metrics().iter().filter(known).collect()
}

fn of_the_quarter(metric: &Metric) -> bool {
    &*metric.place.file == "built-in/metrics.toml"
}

fn periods(start: Day, days: i64) -> Vec<Period> {
    let range = Period::range(start, start.plus(days)).expect("a range");
    vec![
        Period::month(start),
        Period::quarter(start),
        Period::half_year(start),
        Period::year(start),
        range,
    ]
}

fn under(top: &str) -> Vec<usize> {
    (0..PATHS.len())
        .filter(|&n| PATHS[n] == top || PATHS[n].starts_with(&format!("{top}/")))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_metric_agrees_with_the_obvious_evaluator(world in world(), start in day(), days in 0i64..200, offsets in prop::collection::vec(-20i64..140, 2)) {
        let tree = world.tree();
        for period in periods(start, days) {
            for offset in &offsets {
                let as_of = period.first().plus(*offset);
                let evaluation = Evaluation::new(&tree, period, as_of);
                let oracle = Oracle { world: &world, period, as_of };
                for (n, path) in PATHS.iter().enumerate() {
                    let org = tree.org(path).expect("it is there");
                    for (scope, orgs) in [(Scope::Under(tree.subtree(org)), under(path)), (Scope::These(vec![org]), vec![n])] {
                        for metric in metrics(tree.rules) {
                            let expected = match oracle.value(&metric.name, &orgs) {
                                (n, None) => Figure::Number(n.into()),
                                (_, Some(0)) => Figure::NoData,
                                (num, Some(den)) => Figure::Ratio { num: num.into(), den: den.into() },
                            };
                            let got = evaluation.figure(metric, &scope).expect("it fits");
                            prop_assert_eq!(got, expected, "{} of {} in {} as of {}", metric.name, path, period, as_of);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_explain_prints_adds_up_and_rows_add_up_to_the_total(world in world(), start in day(), offset in -20i64..140) {
        let tree = world.tree();
        let period = Period::quarter(start);
        let as_of = period.first().plus(offset);
        let evaluation = Evaluation::new(&tree, period, as_of);
        let metrics: Vec<_> = tree.rules.metrics().iter().filter(|m| of_the_quarter(m) && matches!(m.measure, Measure::Records { .. } | Measure::Obligation { .. })).collect();
        for own in [false, true] {
            for depth in [1, 3] {
                let question = Question { org: 0, depth, own, period, as_of, today: None, metrics: metrics.clone(), compare: None };
                let answer = report(&tree, &question).expect("it fits");
                let (total, rows) = answer.rows.split_last().expect("a total");
                for (n, metric) in metrics.iter().enumerate() {
                    let number = |figure: &Figure| match figure { Figure::Number(n) => n.whole().expect("a whole number"), other => panic!("{other:?}") };
                    if own || depth == 1 {
                        let sum: i64 = rows.iter().map(|row| number(&row.values[n])).sum();
                        prop_assert_eq!(sum, number(&total.values[n]), "{}", &metric.name);
                    }
                    let scope = if own { Scope::These((0..PATHS.len()).filter(|&o| depth == 3 || PATHS[o].matches('/').count() < 2).collect()) } else { Scope::Under(tree.subtree(0)) };
                    let explained: i64 = evaluation.counted(metric, &scope).iter().map(|(_, amount)| amount.whole().expect("a whole number")).sum();
                    prop_assert_eq!(explained, number(&total.values[n]), "{}", &metric.name);
                }
            }
        }
    }
}

/// Found by the property above, once in some thousand worlds: kept where it is seen every time.
#[test]
fn an_exemption_that_ends_before_it_begins_excuses_from_nothing() {
    let org = "name = \"n\"\nkind = \"branch\"\nexempt = [{ obligation = \"party-lesson\", from = 2026-06-15, until = 2026-04-10 }]\n";
    let tree = Tree::from_texts(Rules::built_in(), &[("a", org)], &[]);
    let quarter = Period::quarter("2026-06-30".parse().expect("a day"));
    let evaluation = Evaluation::new(&tree, quarter, quarter.last());
    let metric = tree.rules.metric("party_lesson_owed").expect("built in");
    assert_eq!(
        evaluation.figure(metric, &Scope::These(vec![0])),
        Ok(Figure::Number(1.into()))
    );
}
