//! The registers against an obvious evaluator: what is counted once, which days a window holds,
//! what is not known; and words for numbers against what they claim.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ledger::day::{Day, Period};
use ledger::figure::{Evaluation, Figure, Scope};
use ledger::locale::Lang;
use ledger::narrative::phrase::{NumberStyle, Qualifier, Scale};
use ledger::number::{Decimal, Fraction};
use ledger::rules::Rules;
use ledger::tree::Tree;
use proptest::prelude::*;

const PATHS: &[&str] = &["a", "a/b", "a/b/d", "a/c"];
const NAMES: &[&str] = &["甲", "乙", "丙"];
const SECTORS: &[&str] = &["community", "office", "enterprise"];

/// Accepted, completed, and where they were asked: surveyed, satisfied.
type Numbers = (i64, i64, Option<(i64, i64)>);

/// A row of a register, as its writer sees it.
#[derive(Clone, Debug)]
enum Row {
    Partner {
        unit: usize,
        party: bool,
        from: Day,
        until: Option<Day>,
    },
    Seat {
        person: usize,
        from: Day,
        until: Option<Day>,
    },
    Fund {
        spent: bool,
        demo: bool,
        on: Day,
        amount: i64,
    },
    Site {
        sector: usize,
        since: Day,
        until: Option<Day>,
        highlight: bool,
    },
    Service {
        month: Day,
        known: Option<Numbers>,
    },
    Visit {
        on: Day,
        people: i64,
    },
    Base {
        opened: Day,
        closed: Option<Day>,
    },
    Award {
        on: Day,
        year: i32,
        recipient: usize,
        stars: Option<i64>,
    },
    CoBuilding {
        set: Day,
        done: Option<Day>,
        back: Option<Day>,
    },
    Resource {
        on: Day,
        venue: bool,
        shared: bool,
        withdrawn: Option<Day>,
    },
}

#[derive(Clone, Debug)]
struct Fact {
    org: usize,
    retracted: bool,
    row: Row,
}

fn day() -> impl Strategy<Value = Day> {
    (0i64..900).prop_map(|n| Day::new(2025, 1, 1).expect("a day").plus(n))
}

/// Whether a row of the co-building lists is a need: those of each third day are.
fn is_need(on: Day) -> bool {
    on.day().is_multiple_of(3)
}

fn later(from: Day, days: Option<i64>) -> Option<Day> {
    days.map(|n| from.plus(n))
}

fn row() -> impl Strategy<Value = Row> {
    let span = || prop::option::weighted(0.4, 0i64..300);
    prop_oneof![
        (0..3usize, any::<bool>(), day(), span()).prop_map(|(unit, party, from, n)| Row::Partner {
            unit,
            party,
            from,
            until: later(from, n)
        }),
        (0..3usize, day(), span()).prop_map(|(person, from, n)| Row::Seat {
            person,
            from,
            until: later(from, n)
        }),
        (any::<bool>(), any::<bool>(), day(), 0i64..100_000).prop_map(
            |(spent, demo, on, amount)| Row::Fund {
                spent,
                demo,
                on,
                amount
            }
        ),
        (0..3usize, day(), span(), any::<bool>()).prop_map(|(sector, since, n, highlight)| {
            Row::Site {
                sector,
                since,
                until: later(since, n),
                highlight,
            }
        }),
        (
            day(),
            prop::option::weighted(
                0.8,
                (0i64..50, 0i64..50, prop::option::of((1i64..20, 0i64..20)))
            )
        )
            .prop_map(|(month, known)| Row::Service { month, known }),
        (day(), 1i64..60).prop_map(|(on, people)| Row::Visit { on, people }),
        (day(), span()).prop_map(|(opened, n)| Row::Base {
            opened,
            closed: later(opened, n)
        }),
        (
            day(),
            2024..2028i32,
            0..PATHS.len(),
            prop::option::of(1i64..6)
        )
            .prop_map(|(on, year, recipient, stars)| Row::Award {
                on,
                year,
                recipient,
                stars
            }),
        (day(), span(), span()).prop_map(|(set, done, back)| {
            let done = later(set, done);
            Row::CoBuilding {
                set,
                done,
                back: done.and_then(|d| later(d, back)),
            }
        }),
        (day(), any::<bool>(), any::<bool>(), span()).prop_map(|(on, venue, shared, n)| {
            Row::Resource {
                on,
                venue,
                shared,
                withdrawn: later(on, n),
            }
        }),
    ]
}

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let fact =
        (0..PATHS.len(), prop::bool::weighted(0.1), row()).prop_map(|(org, retracted, row)| Fact {
            org,
            retracted,
            row,
        });
    prop::collection::vec(fact, 0..50)
}

fn tree(facts: &[Fact]) -> Tree<'static> {
    let orgs: Vec<(&str, String)> = PATHS
        .iter()
        .enumerate()
        .map(|(n, path)| {
            let sector = if n < 2 { "community" } else { "social-org" };
            (
                *path,
                format!("name = \"组织{n}\"\nkind = \"party-committee\"\nsector = \"{sector}\"\n"),
            )
        })
        .collect();
    let mut ledgers: Vec<String> = vec![String::new(); PATHS.len()];
    for (n, fact) in facts.iter().enumerate() {
        let out = &mut ledgers[fact.org];
        let id = |prefix: &str| format!("{prefix}-20250101-{n:08}");
        let until = |key: &str, day: &Option<Day>| {
            day.map_or(String::new(), |day| format!("{key} = {day}\n"))
        };
        let (kind, body) = match &fact.row {
            Row::Partner {
                unit,
                party,
                from,
                until: end,
            } => (
                "partner",
                format!(
                    "id = \"{}\"\nunit = \"{}\"\nparty_org = {party}\njoined = {from}\n{}",
                    id("pa"),
                    NAMES[*unit],
                    until("left", end)
                ),
            ),
            Row::Seat {
                person,
                from,
                until: end,
            } => (
                "seat",
                format!(
                    "id = \"{}\"\nperson = \"{}\"\nfrom = {from}\n{}",
                    id("se"),
                    NAMES[*person],
                    until("until", end)
                ),
            ),
            // In fen, with and without needless zeros.
            Row::Fund {
                spent,
                demo,
                on,
                amount,
            } => (
                "fund",
                format!(
                    "id = \"{}\"\ndate = {on}\nstage = \"{}\"\nsource = \"fiscal\"\npurpose = \"{}\"\namount = {}.{:02}\n",
                    id("fu"),
                    if *spent { "spent" } else { "budget" },
                    if *demo { "demo-site" } else { "training" },
                    amount / 100,
                    amount % 100
                ),
            ),
            Row::Site {
                sector,
                since,
                until: end,
                highlight,
            } => (
                "demo_site",
                format!(
                    "id = \"{}\"\nname = \"{n}\"\nsector = \"{}\"\nsince = {since}\n{}highlight = {highlight}\n",
                    id("ds"),
                    SECTORS[*sector],
                    until("until", end)
                ),
            ),
            Row::Service { month, known } => {
                let month = format!(
                    "id = \"{}\"\nmonth = \"{:04}-{:02}\"\n",
                    id("sv"),
                    month.year(),
                    month.month()
                );
                let numbers = match known {
                    None => "no_data = \"未报\"\n".to_owned(),
                    Some((accepted, completed, asked)) => {
                        let asked = asked.map_or(String::new(), |(a, b)| {
                            format!("surveyed = {a}\nsatisfied = {b}\n")
                        });
                        format!("accepted = {accepted}\ncompleted = {completed}\n{asked}")
                    }
                };
                ("service", month + &numbers)
            }
            Row::Visit { on, people } => (
                "base_visit",
                format!(
                    "id = \"{}\"\nbase = \"ba-20250101-0000000a\"\ndate = {on}\nvisitor = \"x\"\npeople = {people}\n",
                    id("bv")
                ),
            ),
            Row::Base { opened, closed } => (
                "base",
                format!(
                    "id = \"{}\"\nname = \"{n}\"\ntype = \"red\"\nopened = {opened}\n{}",
                    id("ba"),
                    until("closed", closed)
                ),
            ),
            Row::Award {
                on,
                year,
                recipient,
                stars,
            } => {
                let stars = stars.map_or(String::new(), |s| format!("stars = {s}\n"));
                (
                    "award",
                    format!(
                        "id = \"{}\"\ndate = {on}\nyear = {year}\ntitle = \"t\"\nrecipient = \"组织{recipient}\"\n{stars}",
                        id("aw")
                    ),
                )
            }
            Row::CoBuilding { set, done, back } => {
                let mut updates = String::new();
                for (day, status) in [(done, "done"), (back, "returned")] {
                    if let Some(day) = day {
                        let _ = writeln!(updates, "    {{ on = {day}, status = \"{status}\" }},");
                    }
                }
                let updates = if updates.is_empty() {
                    String::new()
                } else {
                    format!("updates = [\n{updates}]\n")
                };
                let body = format!(
                    "list = \"co-building\"\ntitle = \"t\"\nowner = \"o\"\nset = {set}\ndue = {}\n{updates}",
                    set.plus(30)
                );
                ("task", format!("id = \"{}\"\n{body}", id("t")))
            }
            Row::Resource {
                on,
                venue,
                shared,
                withdrawn,
            } => {
                let updates = withdrawn.map_or(String::new(), |day| {
                    format!("updates = [\n    {{ on = {day}, status = \"withdrawn\" }},\n]\n")
                });
                let category = if *venue { "venue" } else { "goods" };
                let list = if is_need(*on) { "need" } else { "resource" };
                let body = format!(
                    "list = \"{list}\"\ncategory = \"{category}\"\nname = \"x\"\ndate = {on}\nshared = {shared}\n{updates}"
                );
                ("resource", format!("id = \"{}\"\n{body}", id("re")))
            }
        };
        let _ = writeln!(out, "[[{kind}]]\n{body}");
        if fact.retracted {
            let _ = writeln!(out, "retracted = {{ on = 2025-01-01, why = \"x\" }}");
        }
    }
    let orgs: Vec<(&str, &str)> = orgs
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let ledgers: Vec<(&str, &str)> = PATHS
        .iter()
        .copied()
        .zip(ledgers.iter().map(String::as_str))
        .collect();
    let tree = Tree::from_texts(Rules::built_in(), &orgs, &ledgers);
    assert_eq!(tree.problems, []);
    tree
}

/// Goes through the facts one by one.
struct Obvious<'f> {
    rows: Vec<&'f Row>,
    year: i32,
    as_of: Day,
}

impl Obvious<'_> {
    fn in_force(&self, from: Day, until: Option<Day>) -> bool {
        from <= self.as_of && until.is_none_or(|until| self.as_of <= until)
    }

    /// This year to date: in the year of the period, and not after the as-of day.
    fn ytd(&self, day: Day) -> bool {
        day.year() == self.year && day <= self.as_of
    }

    fn number(&self, each: impl Fn(&Row) -> i64) -> Figure {
        Figure::Number(self.rows.iter().map(|row| each(row)).sum::<i64>().into())
    }

    /// A sum of money, from rows in fen.
    fn money(&self, each: impl Fn(&Row) -> i64) -> Figure {
        Figure::Number(
            Decimal::new(self.rows.iter().map(|row| i128::from(each(row))).sum(), 2)
                .expect("it fits"),
        )
    }

    fn different<T: Ord>(&self, each: impl Fn(&Row) -> Option<T>) -> Figure {
        Figure::Number(
            (self
                .rows
                .iter()
                .filter_map(|row| each(row))
                .collect::<BTreeSet<T>>()
                .len() as i64)
                .into(),
        )
    }

    fn value(&self, metric: &str) -> Figure {
        let one = |yes: bool| i64::from(yes);
        let first = |day: Day| Day::new(day.year(), day.month(), 1).expect("a first");
        match metric {
            "partners" => self.different(|row| match row {
                Row::Partner {
                    unit, from, until, ..
                } if self.in_force(*from, *until) => Some(*unit),
                _ => None,
            }),
            "partners_party_orgs" => self.different(|row| match row {
                Row::Partner {
                    unit,
                    party: true,
                    from,
                    until,
                } if self.in_force(*from, *until) => Some(*unit),
                _ => None,
            }),
            "seats_held" => self.different(|row| match row {
                Row::Seat {
                    person,
                    from,
                    until,
                } if self.in_force(*from, *until) => Some(*person),
                _ => None,
            }),
            "funds_spent" => self.money(|row| match row {
                Row::Fund {
                    spent: true,
                    on,
                    amount,
                    ..
                } if on.year() == self.year && *on <= self.as_of => *amount,
                _ => 0,
            }),
            "demo_sites_invested" => self.money(|row| match row {
                Row::Fund {
                    spent: true,
                    demo: true,
                    on,
                    amount,
                } if *on <= self.as_of => *amount,
                _ => 0,
            }),
            "sites_cultivated" => self.number(|row| match row {
                Row::Site { since, .. } => one(since.year() == self.year && *since <= self.as_of),
                _ => 0,
            }),
            "sites_office" => self.number(|row| match row {
                Row::Site {
                    sector: 1, since, ..
                } => one(since.year() == self.year && *since <= self.as_of),
                _ => 0,
            }),
            "sites_highlighted" => self.number(|row| match row {
                Row::Site {
                    highlight: true,
                    since,
                    until,
                    ..
                } => one(self.in_force(*since, *until)),
                _ => 0,
            }),
            "sites_sectors" => self.different(|row| match row {
                Row::Site { sector, since, .. }
                    if since.year() == self.year && *since <= self.as_of =>
                {
                    Some(*sector)
                }
                _ => None,
            }),
            "services_accepted" => {
                let months: Vec<Option<i64>> = self
                    .rows
                    .iter()
                    .filter_map(|row| match row {
                        Row::Service { month, known } if self.ytd(first(*month)) => {
                            Some(known.map(|(accepted, ..)| accepted))
                        }
                        _ => None,
                    })
                    .collect();
                // Months of which nothing is known are not months of zeros.
                if !months.is_empty() && months.iter().all(Option::is_none) {
                    return Figure::NoData;
                }
                Figure::Number(months.into_iter().flatten().sum::<i64>().into())
            }
            "services_satisfaction" => {
                let (mut num, mut den) = (0, 0);
                for row in &self.rows {
                    if let Row::Service {
                        month,
                        known: Some((_, _, Some((surveyed, satisfied)))),
                    } = row
                        && self.ytd(first(*month))
                    {
                        (num, den) = (num + i128::from(*satisfied), den + i128::from(*surveyed));
                    }
                }
                if den == 0 {
                    Figure::NoData
                } else {
                    Figure::Ratio { num, den }
                }
            }
            "base_batches" => self.number(|row| match row {
                Row::Visit { on, .. } => one(self.ytd(*on)),
                _ => 0,
            }),
            "base_people" => self.number(|row| match row {
                Row::Visit { on, people } if self.ytd(*on) => *people,
                _ => 0,
            }),
            "bases" => self.number(|row| match row {
                Row::Base { opened, closed } => one(self.in_force(*opened, *closed)),
                _ => 0,
            }),
            "bases_first_opened" => {
                let opened = self.rows.iter().filter_map(|row| match row {
                    Row::Base { opened, .. }
                        if opened.year() == self.year && *opened <= self.as_of =>
                    {
                        Some(*opened)
                    }
                    _ => None,
                });
                opened.min().map_or(Figure::NoData, Figure::Day)
            }
            "starred_commended" => self.different(|row| match row {
                Row::Award {
                    on,
                    year,
                    recipient: recipient @ 2..,
                    stars: Some(_),
                } if *year == self.year && *on <= self.as_of => Some(*recipient),
                _ => None,
            }),
            "co_building_solved" => self.number(|row| match row {
                Row::CoBuilding {
                    set,
                    done: Some(done),
                    back,
                } => one(*set <= self.as_of
                    && *done <= self.as_of
                    && back.is_none_or(|back| back > self.as_of)),
                _ => 0,
            }),
            "resources_shared" => self.number(|row| match row {
                Row::Resource {
                    on,
                    shared: true,
                    withdrawn,
                    ..
                } if !is_need(*on) => {
                    one(*on <= self.as_of && withdrawn.is_none_or(|day| day > self.as_of))
                }
                _ => 0,
            }),
            other => panic!("the evaluator does not know {other}"),
        }
    }
}

const METRICS: &[&str] = &[
    "partners",
    "partners_party_orgs",
    "seats_held",
    "funds_spent",
    "demo_sites_invested",
    "sites_cultivated",
    "sites_office",
    "sites_highlighted",
    "sites_sectors",
    "services_accepted",
    "services_satisfaction",
    "base_batches",
    "base_people",
    "bases",
    "bases_first_opened",
    "starred_commended",
    "co_building_solved",
    "resources_shared",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn registers_agree_with_the_obvious_evaluator(facts in facts(), start in day(), offset in -40i64..300) {
        let tree = tree(&facts);
        let as_of = start.plus(offset);
        for period in [Period::quarter(start), Period::month(start), Period::year(start)] {
            let evaluation = Evaluation::new(&tree, period, as_of);
            for (n, path) in PATHS.iter().enumerate() {
                let org = tree.org(path).expect("it is there");
                let under: Vec<usize> = (0..PATHS.len()).filter(|&m| PATHS[m] == *path || PATHS[m].starts_with(&format!("{path}/"))).collect();
                for (scope, orgs) in [(Scope::Under(tree.subtree(org)), under), (Scope::These(vec![org]), vec![n])] {
                    let rows = facts.iter().filter(|f| !f.retracted && orgs.contains(&f.org)).map(|f| &f.row).collect();
                    let obvious = Obvious { rows, year: period.last().year(), as_of };
                    for name in METRICS {
                        let metric = tree.rules.metric(name).expect("built in");
                        let got = evaluation.figure(metric, &scope).expect("it fits");
                        prop_assert_eq!(got, obvious.value(name), "{} of {} in {} as of {}", name, path, period, as_of);
                        if let Figure::Number(value) = got {
                            let counted = evaluation.counted(metric, &scope);
                            let sum = counted.iter().try_fold(Decimal::ZERO, |sum, (_, amount)| sum.plus(*amount));
                            prop_assert_eq!(sum, Some(value), "{} adds up", name);
                        }
                    }
                }
            }
        }
    }

    /// What is printed is read back from its digits: it is the nearest, or what its qualifier
    /// claims; below one 万 or 亿 it is the number itself.
    #[test]
    fn words_claim_no_more_than_is_true(
        hundredths in prop_oneof![-1_000_000_000_000i128..1_000_000_000_000, -2_000_000i128..2_000_000],
        scale in 0..3usize,
        places in prop::option::of(0u32..4),
        step in prop::option::of(1i128..5000),
        money in any::<bool>(),
        before_unit in any::<bool>(),
    ) {
        let (scale, size) = [(Scale::One, 1i128), (Scale::Wan, 10_000), (Scale::Yi, 100_000_000)][scale];
        let value = Fraction { num: hundredths, den: 100 };
        let step = step.filter(|_| scale == Scale::One);
        let tail = if money { "元" } else { "" }.to_owned();
        for qualifier in [Qualifier::Nearest, Qualifier::Over, Qualifier::Nearly, Qualifier::AtLeast] {
            let style = NumberStyle { scale, places, step, qualifier, tail: tail.clone(), before_unit, ..NumberStyle::default() };
            let words = style.words(value, Lang::Zh);
            let digits: String = words.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-')).collect();
            let unit = if words.contains('万') { 10_000 } else if words.contains('亿') { 100_000_000 } else { 1 };
            let said = Fraction::from(digits.parse::<Decimal>().expect("digits")).times(Fraction::whole(unit)).expect("small");
            let decimals = digits.split_once('.').map_or(0, |(_, part)| part.len() as u32);
            let last_digit = Fraction { num: step.unwrap_or(unit), den: 10i128.pow(decimals) };
            let exact = said == value;
            if value.abs() < Fraction::whole(step.unwrap_or(1)) && scale == Scale::One && (step.is_some() || places.is_none() && qualifier != Qualifier::AtLeast) {
                prop_assert!(exact, "{} for {:?}", words, value);
            }
            if value.abs() < Fraction::whole(size) && scale != Scale::One {
                prop_assert!(exact && (unit == 1 || !money), "{} for {:?}", words, value);
            }
            let over = value.minus(said).expect("small");
            let nothing = Fraction::whole(0);
            match qualifier {
                Qualifier::AtLeast => prop_assert!(over >= nothing && over < last_digit, "{} for {:?}", words, value),
                // Of a number below 0 its size is meant.
                Qualifier::Over | Qualifier::Nearly => {
                    let more = if (qualifier == Qualifier::Over) == (value >= nothing) { over >= nothing } else { over <= nothing };
                    prop_assert!(more && over.abs() < last_digit, "{} for {:?}", words, value);
                }
                Qualifier::Nearest => {
                    let twice = over.abs().times(Fraction::whole(2)).expect("small");
                    prop_assert!(twice <= last_digit, "{} for {:?}", words, value);
                }
            }
            prop_assert_eq!(words.contains('余'), qualifier == Qualifier::Over && !exact, "{}", words);
            prop_assert_eq!(words.contains('近'), qualifier == Qualifier::Nearly && !exact, "{}", words);
            prop_assert_eq!(words.contains("不低于"), qualifier == Qualifier::AtLeast, "{}", words);
            prop_assert_eq!(words.contains("余万") || words.contains("余亿"), qualifier == Qualifier::Over && !exact && before_unit && unit > 1, "{}", words);
        }
    }
}
