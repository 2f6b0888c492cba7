//! A year of the registers: money, sites, co-building, counters, platforms, bases, members.
//!
//! Each organisation has dice of its own, so that a register more leaves the others as they were.

use crate::day::{Day, Period, PeriodName};
use crate::record::Record;
use crate::sample::{Dice, Maker, PlannedOrg, words};

/// A record's fields as a clerk would type them.
type Given<'g> = &'g [(&'g str, &'g str)];

impl Maker {
    /// The registers of one organisation.
    pub(super) fn registers(&mut self, org: &PlannedOrg) -> Vec<Option<Record<'static>>> {
        let seed = org.path.bytes().fold(self.seed, |seed, byte| {
            seed.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte)
        });
        let dice = std::mem::replace(&mut self.dice, Dice(seed));
        let mut out = Vec::new();
        match org.kind {
            "district-committee" => self.district_desk(&mut out),
            "working-committee" => {
                self.letter(org, &mut out);
                self.inspections(org, &mut out);
                self.contact(org, &mut out);
                self.co_building(org, 5, &mut out);
                self.solved_long_ago(org, &mut out);
                self.sites(org, 60, &mut out);
                self.spending(org, 4, &mut out);
                self.posts(3, &mut out);
            }
            "party-committee" => {
                self.letter(org, &mut out);
                self.counter(&mut out);
                self.co_building(org, 2, &mut out);
                self.sites(org, 25, &mut out);
                self.spending(org, 1, &mut out);
                self.posts(2, &mut out);
            }
            _ => self.branch_registers(org, &mut out),
        }
        self.dice = dice;
        out
    }

    /// The months of the year that the registers cover.
    fn months(&self) -> Vec<Period> {
        let last = self
            .periods
            .last()
            .map_or_else(Day::today, |period| period.last());
        let mut month = Period::month(last);
        let mut months = Vec::new();
        for _ in 0..(self.periods.len() * 3).max(12) {
            months.push(month);
            month = month.previous();
        }
        months.reverse();
        months
    }

    fn day_in(&mut self, period: Period) -> Day {
        period
            .first()
            .plus(self.dice.from(0, period.last().since(period.first())))
    }

    /// A record dated by one of its fields.
    fn row(
        &mut self,
        kind: &str,
        day: Day,
        date: &str,
        given: Given<'_>,
    ) -> Option<Record<'static>> {
        let text = day.to_string();
        let mut all = given.to_vec();
        all.push((date, &text));
        self.record(kind, Some(day), &all)
    }

    fn district_desk(&mut self, out: &mut Vec<Option<Record<'static>>>) {
        self.surveys_and_funds(out);
        self.honours(out);
        self.liaison(out);
        self.bases(out);
    }

    /// Surveys, and money planned, given out and spent.
    fn surveys_and_funds(&mut self, out: &mut Vec<Option<Record<'static>>>) {
        for (topic, teams, from, until) in [
            ("基层党建工作现状", "5", on(2025, 11, 5), "2025-11-28"),
            ("党建引领基层治理", "6", on(2026, 4, 13), "2026-05-22"),
        ] {
            out.push(self.row(
                "survey",
                from,
                "from",
                &[
                    ("topic", topic),
                    ("teams", teams),
                    ("until", until),
                    ("method", "走访座谈"),
                ],
            ));
        }
        for (day, stage, source, purpose, amount) in [
            (on(2026, 1, 16), "budget", "fiscal", "premises", "3600000"),
            (on(2026, 1, 16), "budget", "fiscal", "function", "2450000"),
            (on(2026, 1, 16), "budget", "fiscal", "training", "1580000"),
            (
                on(2026, 2, 27),
                "allocated",
                "fiscal",
                "premises",
                "1800000",
            ),
            (
                on(2026, 3, 19),
                "allocated",
                "fiscal",
                "demo-site",
                "2200000",
            ),
            (on(2026, 4, 23), "spent", "dues", "training", "318600"),
            (on(2026, 6, 26), "spent", "fiscal", "reward", "415000"),
            (on(2025, 12, 18), "spent", "fiscal", "demo-site", "1286400"),
            (on(2026, 5, 14), "spent", "fiscal", "demo-site", "873500"),
            (
                on(2026, 8, 20),
                "spent",
                "self-raised",
                "party-building",
                "64200.50",
            ),
        ] {
            out.push(self.row(
                "fund",
                day,
                "date",
                &[
                    ("stage", stage),
                    ("source", source),
                    ("purpose", purpose),
                    ("amount", amount),
                ],
            ));
        }
    }

    /// Demonstration sites, and awards with their rewards.
    fn honours(&mut self, out: &mut Vec<Option<Record<'static>>>) {
        for (name, sector, month) in [
            ("示例第一中学", "school", 3),
            ("示例人民医院", "institution", 4),
            ("示例重工", "soe", 5),
        ] {
            let name = format!("{name}党建示范点");
            let given = [
                ("name", &*name),
                ("sector", sector),
                ("level", "city"),
                ("zone", "工业遗产示范圈"),
                ("state", "named"),
                ("highlight", "true"),
            ];
            out.push(self.row("demo_site", on(2026, month, 11), "since", &given));
        }
        for (n, recipient) in self.two_new.clone().iter().take(12).enumerate() {
            let stars = ["5", "4", "4", "3", "3"][n % 5];
            let reward = ["20000", "12000", "12000", "8000", "8000"][n % 5];
            let given = [
                ("year", "2025"),
                ("title", "星级两新党组织"),
                ("recipient", recipient),
                ("stars", stars),
                ("reward", reward),
            ];
            out.push(self.row("award", on(2026, 6, 26), "date", &given));
        }
        out.push(self.row(
            "award",
            on(2026, 6, 26),
            "date",
            &[
                ("year", "2025"),
                ("title", "先进基层党组织"),
                ("recipient", "重庆路街道党工委"),
            ],
        ));
    }

    /// Units of the liaison meeting, what is published each month, and the meetings.
    fn liaison(&mut self, out: &mut Vec<Option<Record<'static>>>) {
        for (n, unit) in words::ENTERPRISES.iter().enumerate() {
            let ty = ["central-enterprise", "local-enterprise", "institute"][n % 3];
            let joined = on(2025, 3, 20).plus(30 * i64::try_from(n).unwrap_or(0));
            out.push(self.row(
                "liaison_member",
                joined,
                "joined",
                &[("unit", unit), ("type", ty)],
            ));
        }
        let months = self.months();
        for month in &months {
            let text = month.to_string();
            for (platform, low, high) in [
                ("党建微信公众号", 900, 1600),
                ("先锋网", 700, 1300),
                ("视频号", 200, 500),
            ] {
                let items = self.dice.from(low, high).to_string();
                let given = [
                    ("month", &*text),
                    ("platform", platform),
                    ("items", &*items),
                ];
                out.push(self.record("publicity", Some(month.first()), &given));
            }
            if month.first().month() % 3 == 2 {
                let day = self.day_in(*month);
                let given = [
                    ("type", "liaison"),
                    ("title", "地企党建联系会季度会议"),
                    ("due", "12"),
                    ("present", "11"),
                    ("host", "常委02"),
                ];
                out.push(self.row("meeting", day, "date", &given));
            }
        }
    }

    /// Bases of practice and who visited them.
    fn bases(&mut self, out: &mut Vec<Option<Record<'static>>>) {
        let months = self.months();
        for (n, (name, ty)) in words::BASES.iter().enumerate() {
            let opened = on(2025, 4, 18).plus(24 * i64::try_from(n).unwrap_or(0));
            let base = self.row("base", opened, "opened", &[("name", name), ("type", ty)]);
            let id = base
                .as_ref()
                .map(|base| base.id.to_string())
                .unwrap_or_default();
            out.push(base);
            for month in &months {
                for _ in 0..self.dice.from(1, 4) {
                    let (day, people) = (self.day_in(*month), self.dice.from(12, 85).to_string());
                    let visitor = self.dice.pick(words::BUSINESS);
                    let topic = self.dice.pick(words::THEME_DAYS);
                    let given = [
                        ("base", &*id),
                        ("visitor", visitor),
                        ("people", &*people),
                        ("topic", topic),
                    ];
                    out.push(self.row("base_visit", day.max(opened), "date", &given));
                }
            }
        }
    }

    /// The letter of responsibility of the year; some sign late, a few not at all.
    fn letter(&mut self, org: &PlannedOrg, out: &mut Vec<Option<Record<'static>>>) {
        if !self.dice.chance(94) {
            return;
        }
        let signed = Day::new(2026, 2, 9)
            .unwrap_or_else(Day::today)
            .plus(self.dice.from(0, 40));
        let secretary = self.secretaries.get(&org.path).cloned().unwrap_or_default();
        let tier = if org.kind == "working-committee" {
            "committee"
        } else {
            "grassroots"
        };
        let early = self.dice.chance(12);
        let above = if org.kind == "working-committee" {
            "涧西区委"
        } else {
            "街道党工委"
        };
        let given = [
            ("type", "responsibility-letter"),
            ("tier", tier),
            ("title", "2026年党建工作责任书"),
            ("by", &*secretary),
            ("to", above),
            // Where the year's work was brought forward the letter is kept already.
            ("due", if early { "2026-09-30" } else { "2026-12-31" }),
            (
                "updates",
                if early {
                    "on=2026-09-28,status=kept"
                } else {
                    "on=2026-03-31,status=published"
                },
            ),
        ];
        out.push(self.row("commitment", signed, "signed", &given));
    }

    /// Inspections and the rectifications they ask for.
    fn inspections(&mut self, org: &PlannedOrg, out: &mut Vec<Option<Record<'static>>>) {
        for quarter in self.periods.clone() {
            let (day, findings) = (self.day_in(quarter), self.dice.from(0, 3));
            let count = findings.to_string();
            let given = [
                ("team", "区委第二督导组"),
                ("method", "查阅台账、实地查看"),
                ("findings", &*count),
                ("report", "督导情况通报"),
            ];
            let inspection = self.row("inspection", day, "date", &given);
            let id = inspection
                .as_ref()
                .map(|record| record.id.to_string())
                .unwrap_or_default();
            out.push(inspection);
            for _ in 0..findings {
                let due = day.plus(self.dice.from(20, 45));
                let done = format!("on={},status=done", due.plus(self.dice.from(-12, 3)));
                let closed = format!("on={},status=closed,by=督导组", due.plus(9));
                let (due, title) = (due.to_string(), self.dice.pick(words::PROBLEMS));
                let mut given = vec![
                    ("list", "rectification"),
                    ("title", title),
                    ("owner", &*org.short),
                    ("due", &*due),
                    ("source", &*id),
                ];
                if self.dice.chance(85) {
                    given.push(("updates", &done));
                    if self.dice.chance(70) {
                        given.push(("updates", &closed));
                    }
                }
                out.push(self.row("task", day, "set", &given));
            }
        }
    }

    /// One leader's contact point, and his visits.
    fn contact(&mut self, org: &PlannedOrg, out: &mut Vec<Option<Record<'static>>>) {
        self.leaders += 1;
        let leader = format!("常委{:02}", self.leaders);
        let from = Day::new(2025, 10, 13).unwrap_or_else(Day::today);
        let contact = self.row(
            "contact",
            from,
            "from",
            &[("leader", &*leader), ("post", "区委常委"), ("quota", "4")],
        );
        let id = contact
            .as_ref()
            .map(|record| record.id.to_string())
            .unwrap_or_default();
        out.push(contact);
        for quarter in self.periods.clone() {
            if !self.dice.chance(90) {
                continue;
            }
            let day = self.day_in(quarter);
            let found = self.dice.from(0, 3);
            let solved = found - self.dice.from(0, found.min(1));
            let (found, solved) = (found.to_string(), solved.to_string());
            let purpose = self.dice.pick(&[
                "lesson",
                "theme-day",
                "study",
                "guidance",
                "problem-solving",
            ]);
            let given = [
                ("contact", &*id),
                ("purpose", purpose),
                ("found", &*found),
                ("solved", &*solved),
            ];
            let visit = self.row("visit", day, "date", &given);
            let source = visit
                .as_ref()
                .map(|record| record.id.to_string())
                .unwrap_or_default();
            out.push(visit);
            if self.dice.chance(50) {
                let due = day.plus(40);
                let done = format!("on={},status=done", due.plus(-5));
                let (due, title) = (due.to_string(), self.dice.pick(words::TASKS));
                let given = [
                    ("list", "contact"),
                    ("title", title),
                    ("lead", &*leader),
                    ("owner", &*org.short),
                    ("due", &*due),
                    ("source", &*source),
                    ("updates", &*done),
                ];
                out.push(self.row("task", day, "set", &given));
            }
        }
    }

    /// Part-time members, partner units, agreements, the three lists.
    fn co_building(&mut self, org: &PlannedOrg, most: i64, out: &mut Vec<Option<Record<'static>>>) {
        let first = Day::new(2025, 3, 25).unwrap_or_else(Day::today);
        let mut units: Vec<&str> = Vec::new();
        for _ in 0..self.dice.from(1, most) {
            let unit = self.dice.pick(words::PARTNERS);
            if units.contains(&unit) {
                continue;
            }
            units.push(unit);
            let joined = first.plus(self.dice.from(0, 400));
            let party = if self.dice.chance(80) {
                "true"
            } else {
                "false"
            };
            let partner = self.row(
                "partner",
                joined,
                "joined",
                &[("unit", unit), ("party_org", party)],
            );
            let id = partner
                .as_ref()
                .map(|record| record.id.to_string())
                .unwrap_or_default();
            out.push(partner);
            if self.dice.chance(70) {
                let given = [
                    ("partner", &*id),
                    ("projects", self.dice.pick(words::CO_BUILDING)),
                    ("until", "2027-12-31"),
                ];
                out.push(self.row("agreement", joined.plus(12), "signed", &given));
            }
            if org.joint {
                let person = format!("委员{:03}", self.dice.from(1, 60));
                let from = joined.plus(20);
                let until = self.dice.chance(12).then(|| from.plus(200).to_string());
                let mut given = vec![("person", &*person), ("unit", unit)];
                given.extend(until.as_deref().map(|day| ("until", day)));
                let twice = out
                    .iter()
                    .flatten()
                    .any(|r| r.named("person").and_then(|p| p.as_text()) == Some(&person));
                if !twice {
                    out.push(self.row("seat", from, "from", &given));
                }
            }
            for _ in 0..self.dice.from(1, 3) {
                let (list, category, name) = *self.choose(words::RESOURCES);
                let (day, quantity) = (
                    joined.plus(self.dice.from(5, 120)),
                    self.dice.from(1, 40).to_string(),
                );
                let matched = format!("on={},status=matched", day.plus(10));
                let delivered = format!("on={},status=delivered", day.plus(30));
                let shared = matches!(category, "venue" | "goods") && self.dice.chance(75);
                let mut given = vec![
                    ("list", list),
                    ("category", category),
                    ("name", name),
                    ("provider", unit),
                ];
                if category == "goods" {
                    given.push(("quantity", &quantity));
                }
                if shared {
                    given.push(("shared", "true"));
                }
                given.push(("updates", &matched));
                if self.dice.chance(70) {
                    given.push(("updates", &delivered));
                }
                out.push(self.row("resource", day, "date", &given));
            }
        }
    }

    fn choose<'w, T>(&mut self, items: &'w [T]) -> &'w T {
        &items[(self.dice.bits() % items.len() as u64) as usize]
    }

    /// Co-building matters that were settled soon after the joint committees began.
    fn solved_long_ago(&mut self, org: &PlannedOrg, out: &mut Vec<Option<Record<'static>>>) {
        for _ in 0..self.dice.from(1, 3) {
            let set = Day::new(2020, 10, 20)
                .unwrap_or_else(Day::today)
                .plus(self.dice.from(0, 300));
            let due = set.plus(60);
            let done = format!("on={},status=done", due.plus(-self.dice.from(0, 20)));
            let (due, title) = (due.to_string(), self.dice.pick(words::CO_BUILDING));
            let given = [
                ("list", "co-building"),
                ("title", title),
                ("owner", &*org.short),
                ("due", &*due),
                ("updates", &*done),
            ];
            out.push(self.row("task", set, "set", &given));
        }
    }

    fn sites(&mut self, org: &PlannedOrg, percent: i64, out: &mut Vec<Option<Record<'static>>>) {
        if !self.dice.chance(percent) {
            return;
        }
        let since = Day::new(2025, 5, 10)
            .unwrap_or_else(Day::today)
            .plus(self.dice.from(0, 480));
        let state = self
            .dice
            .pick(&["cultivating", "cultivating", "named", "upgraded"]);
        let stem = self.rules.naming.stem(&org.name).to_owned();
        let name = format!("{stem}{}", self.dice.pick(words::SITES));
        let zone = self.dice.pick(words::ZONES);
        let mut given = vec![
            ("name", &*name),
            ("sector", org.sector),
            ("level", "district"),
            ("zone", zone),
            ("state", state),
        ];
        if self.dice.chance(40) {
            given.push(("highlight", "true"));
        }
        out.push(self.row("demo_site", since, "since", &given));
    }

    fn spending(&mut self, org: &PlannedOrg, rows: i64, out: &mut Vec<Option<Record<'static>>>) {
        for _ in 0..rows {
            let month = *self.choose(&self.months());
            let (day, amount) = (
                self.day_in(month),
                (self.dice.from(8, 260) * 100).to_string(),
            );
            let source = self.dice.pick(&[
                "fiscal",
                "fiscal",
                "dues",
                "self-raised",
                "co-building",
                "other",
            ]);
            let purpose = self.dice.pick(&[
                "premises",
                "function",
                "training",
                "demo-site",
                "service",
                "party-building",
                "other",
            ]);
            let given = [
                ("stage", "spent"),
                ("source", source),
                ("purpose", purpose),
                ("project", &*org.short),
                ("amount", &*amount),
            ];
            out.push(self.row("fund", day, "date", &given));
        }
    }

    fn posts(&mut self, most: i64, out: &mut Vec<Option<Record<'static>>>) {
        for _ in 0..self.dice.from(0, most) {
            self.persons += 1;
            let member = format!("党员{:04}", self.persons);
            let since = Day::new(2025, 10, 1)
                .unwrap_or_else(Day::today)
                .plus(self.dice.from(0, 300));
            let ty = self.dice.pick(&["pioneer", "demonstration"]);
            let given = [
                ("member", &*member),
                ("type", ty),
                ("name", self.dice.pick(words::POSTS)),
                ("promise", self.dice.pick(words::PROMISES)),
            ];
            out.push(self.row("post", since, "since", &given));
        }
    }

    /// Twelve months of a community's counter; now and then a month's figures are not out.
    fn counter(&mut self, out: &mut Vec<Option<Record<'static>>>) {
        let usual = self.dice.from(80, 420);
        for month in self.months() {
            let text = month.to_string();
            if self.dice.chance(2) {
                let given = [("month", &*text), ("no_data", "系统升级，数据未出")];
                out.push(self.record("service", Some(month.first()), &given));
                continue;
            }
            let accepted = usual + self.dice.from(-40, 60);
            let completed = accepted - self.dice.from(0, accepted / 20);
            let surveyed = completed / 4;
            let satisfied = surveyed - self.dice.from(0, (surveyed / 25).max(1));
            let [accepted, completed, surveyed, satisfied] =
                [accepted, completed, surveyed, satisfied].map(|n| n.to_string());
            let given = [
                ("month", &*text),
                ("accepted", &*accepted),
                ("completed", &*completed),
                ("surveyed", &*surveyed),
                ("satisfied", &*satisfied),
            ];
            out.push(self.record("service", Some(month.first()), &given));
        }
    }

    fn branch_registers(&mut self, org: &PlannedOrg, out: &mut Vec<Option<Record<'static>>>) {
        if matches!(org.sector, "enterprise" | "social-org") && org.founded.is_none() {
            self.two_new_branch(org, out);
        } else if org.sector == "office" {
            self.members_of_office(org, out);
            self.cultivations(out);
            self.sites(org, 50, out);
        }
    }

    /// Stars, cultivation and appraisal of a two-new branch.
    fn two_new_branch(&mut self, org: &PlannedOrg, out: &mut Vec<Option<Record<'static>>>) {
        let day = |month: u32, day: u32| on(2026, month, day);
        let (score, veto) = (self.dice.from(62, 99), self.dice.chance(5));
        let stars =
            ["", "2", "3", "4", "5"][usize::try_from((score - 50) / 10).unwrap_or(0).min(4)];
        let score = score.to_string();
        let mut given = vec![
            ("year", "2025"),
            ("scheme", "两新党组织星级创评办法"),
            ("score", &*score),
            ("decided", "2026-05-29"),
        ];
        if veto {
            given.push(("veto", "true"));
        } else if !stars.is_empty() {
            given.push(("stars", stars));
        }
        out.push(self.record("rating", Day::new(2025, 12, 31), &given));
        // A rating belongs to the year it is for; this year's has not been made.
        let half = self.dice.from(60, 98).to_string();
        let given = [
            ("year", "2026"),
            ("scheme", "两新党组织星级创评办法（半年）"),
            ("score", &*half),
            ("stars", "3"),
        ];
        out.push(self.record("rating", Some(day(7, 15)), &given));
        self.sites(org, 55, out);
        if self.dice.chance(60) {
            let ty = self.dice.pick(&[
                "member-to-backbone",
                "backbone-to-member",
                "backbone-to-manager",
                "brand",
            ]);
            self.persons += 1;
            let (person, on) = (
                format!("骨干{:04}", self.persons),
                day(3, 2).plus(self.dice.from(0, 150)),
            );
            let given: Vec<(&str, &str)> = if ty == "brand" {
                vec![("type", ty)]
            } else {
                vec![("type", ty), ("person", &person)]
            };
            out.push(self.row("cultivation", on, "date", &given));
        }
        for year in ["2025", "2026"] {
            let low = self.dice.from(0, 1).to_string();
            let counts = [
                ("year", year),
                ("excellent", "3"),
                ("qualified", "9"),
                ("basically_qualified", "1"),
                ("unqualified", &*low),
            ];
            out.push(self.record("appraisal", Some(day(1, 20)), &counts));
        }
    }

    /// The members of an office branch with their points and grades.
    fn members_of_office(&mut self, org: &PlannedOrg, out: &mut Vec<Option<Record<'static>>>) {
        let day = |month: u32, day: u32| on(2026, month, day);
        for n in 0..org.members.min(6) {
            self.persons += 1;
            let code = format!("党员{:04}", self.persons);
            let class = self.dice.pick(&["cadre", "regular", "regular", "retired"]);
            out.push(self.row(
                "member",
                day(1, 1).plus(-400),
                "since",
                &[("code", &*code), ("class", class)],
            ));
            for _ in 0..self.dice.from(1, 3) {
                let (on, points) = (
                    day(1, 10).plus(self.dice.from(0, 250)),
                    self.dice.from(1, 10).to_string(),
                );
                let given = [
                    ("member", &*code),
                    ("rule", self.dice.pick(words::POINTS)),
                    ("points", &*points),
                ];
                out.push(self.row("points", on, "date", &given));
            }
            let grade = if n == 0 {
                "excellent"
            } else {
                self.dice.pick(&[
                    "excellent",
                    "qualified",
                    "qualified",
                    "qualified",
                    "basically-qualified",
                    "unqualified",
                ])
            };
            let given = [("year", "2026"), ("member", &*code), ("grade", grade)];
            out.push(self.record("appraisal", Some(day(1, 20)), &given));
        }
    }

    fn cultivations(&mut self, out: &mut Vec<Option<Record<'static>>>) {
        for month in self
            .months()
            .into_iter()
            .map(Period::first)
            .map(Period::month)
            .filter(|m| m.span() == PeriodName::Month)
            .step_by(5)
        {
            self.persons += 1;
            let person = format!("骨干{:04}", self.persons);
            let on = self.day_in(month);
            out.push(self.row(
                "cultivation",
                on,
                "date",
                &[("type", "member-to-backbone"), ("person", &person)],
            ));
        }
    }
}

/// A day that the sample knows to be one.
fn on(year: i32, month: u32, day: u32) -> Day {
    Day::new(year, month, day).unwrap_or_else(Day::today)
}
