//! A made-up district of any size: the real areas of Jianxi District, invented records.
//!
//! The same size and seed give the same bytes on every machine. Persons are placeholders. Some
//! organisations are late, miss what they owe, extend, return and overrun, so that no column is
//! idle.

mod registers;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::day::{Day, Period};
use crate::name::RecordId;
use crate::record::{Origin, Record, Value, input};
use crate::rules::Rules;
use crate::rules::kind::{FieldType, Kind};
use crate::tree::canon;
use crate::written::block::Block;

/// The sub-districts and communities of Jianxi District, from the statistical division codes of
/// 2023.
const AREAS: &str = include_str!("jianxi.csv");

/// How much to make.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many districts stand side by side; the first is Jianxi, the others are numbered copies.
    pub districts: usize,
    /// The number of the first of them, so that a nation can be made piece by piece.
    pub first: usize,
    /// Quarters of records, counted back from 2026Q3.
    pub quarters: usize,
    /// Where the dice start.
    pub seed: u64,
}

impl Default for Size {
    /// The sample district: three quarters.
    fn default() -> Size {
        Size {
            districts: 1,
            first: 0,
            quarters: 3,
            seed: 20_260_703,
        }
    }
}

/// Paths below the root and texts of every file of a ledger, `ledger.toml` first.
pub fn district(size: &Size) -> Vec<(String, String)> {
    let mut maker = Maker::new(size);
    let mut files = vec![
        ("ledger.toml".to_owned(), SETTINGS.to_owned()),
        ("rules/stars.toml".to_owned(), STARS.to_owned()),
    ];
    let mut reviewed = Vec::new();
    for number in size.first..size.first + size.districts {
        let organisations = maker.organisations(number);
        for org in &organisations {
            files.push((format!("orgs/{}/org.toml", org.path), maker.org_file(org)));
        }
        for org in &organisations {
            files.extend(maker.ledgers(org));
        }
        let is_two_new = |org: &PlannedOrg| matches!(org.sector, "enterprise" | "social-org");
        reviewed.extend(organisations.into_iter().filter(is_two_new));
    }
    for org in &reviewed {
        files.push(maker.review(org));
    }
    files
}

/// A small generator with the same output everywhere (splitmix64).
struct Dice(u64);

impl Dice {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included.
    fn from(&mut self, low: i64, high: i64) -> i64 {
        low + (self.bits() % (high - low + 1).unsigned_abs()) as i64
    }

    /// True `percent` times in a hundred.
    fn chance(&mut self, percent: i64) -> bool {
        self.from(1, 100) <= percent
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[(self.bits() % words.len() as u64) as usize]
    }
}

/// An organisation to be.
struct PlannedOrg {
    path: String,
    name: String,
    short: String,
    kind: &'static str,
    sector: &'static str,
    code: String,
    members: i64,
    /// How reliable it is, in percent: what it owes is on time so often.
    diligence: i64,
    joint: bool,
    founded: Option<&'static str>,
    exempt: bool,
}

struct Maker {
    rules: &'static Rules,
    dice: Dice,
    periods: Vec<Period>,
    seed: u64,
    /// Who is secretary, by the organisation's path.
    secretaries: BTreeMap<String, String>,
    /// Names of the organisations in enterprises and social organisations.
    two_new: Vec<String>,
    /// How many leaders have a contact point.
    leaders: usize,
    /// How many members have a code.
    persons: usize,
}

impl Maker {
    fn new(size: &Size) -> Maker {
        let mut periods = vec![Period::quarter(
            Day::new(2026, 7, 1).unwrap_or_else(Day::today),
        )];
        while periods.len() < size.quarters {
            periods.push(periods[periods.len() - 1].previous());
        }
        periods.reverse();
        Maker {
            rules: Rules::built_in(),
            dice: Dice(size.seed),
            periods,
            seed: size.seed,
            secretaries: BTreeMap::new(),
            two_new: Vec::new(),
            leaders: 0,
            persons: 0,
        }
    }

    fn organisations(&mut self, number: usize) -> Vec<PlannedOrg> {
        self.two_new.clear();
        let mut planned: Vec<PlannedOrg> = Vec::new();
        let mut paths: Vec<(String, String)> = Vec::new();
        let suffix = if number == 0 {
            String::new()
        } else {
            format!("-{}", number + 1)
        };
        for line in AREAS.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [code, parent, name, kind] = cells[..] else {
                continue;
            };
            let stem = self.rules.naming.stem(name).to_owned();
            let segment = self.rules.naming.segment(name);
            let above = paths
                .iter()
                .find(|(known, _)| known == parent)
                .map(|(_, path)| path.clone());
            let path = match &above {
                Some(above) => format!("{above}/{segment}"),
                None => format!("{segment}{suffix}"),
            };
            paths.push((code.to_owned(), path.clone()));
            let (kind, sector, name) = match kind {
                "district" => (
                    "district-committee",
                    "district",
                    format!("中共洛阳市{stem}区委员会"),
                ),
                "subdistrict" => ("working-committee", "subdistrict", format!("{name}党工委")),
                _ => ("party-committee", "community", format!("{stem}社区党委")),
            };
            let short = match kind {
                "district-committee" => format!("{stem}区委"),
                _ => name.clone(),
            };
            let joint =
                kind == "working-committee" || kind == "party-committee" && self.dice.chance(40);
            let is_subdistrict = kind == "working-committee";
            planned.push(self.plan(path.clone(), name, short, kind, sector, code, joint));
            if is_subdistrict {
                self.branches(&path, &stem, &mut planned);
            }
        }
        planned
    }

    // One call, and a table of its own would say the same twice.
    #[allow(clippy::too_many_arguments)]
    fn plan(
        &mut self,
        path: String,
        name: String,
        short: String,
        kind: &'static str,
        sector: &'static str,
        code: &str,
        joint: bool,
    ) -> PlannedOrg {
        let members = match kind {
            "branch" => self.dice.from(3, 28),
            "party-committee" => self.dice.from(30, 220),
            _ => self.dice.from(8, 40),
        };
        let diligence = if self.dice.chance(15) {
            self.dice.from(45, 70)
        } else {
            self.dice.from(82, 99)
        };
        PlannedOrg {
            path,
            name,
            short,
            kind,
            sector,
            code: code.to_owned(),
            members,
            diligence,
            joint,
            founded: None,
            exempt: false,
        }
    }

    /// A few branches under a sub-district: its office, an enterprise, a social organisation.
    fn branches(&mut self, above: &str, stem: &str, planned: &mut Vec<PlannedOrg>) {
        for (segment, sector, name) in [
            ("jiguan", "office", format!("{stem}街道机关党支部")),
            ("feigong", "enterprise", format!("{stem}商圈联合党支部")),
            ("shehui", "social-org", format!("{stem}志愿服务联合党支部")),
        ] {
            if sector != "office" {
                self.two_new.push(name.clone());
            }
            let mut branch = self.plan(
                format!("{above}/{segment}"),
                name.clone(),
                name,
                "branch",
                sector,
                "",
                false,
            );
            if sector == "social-org" && self.dice.chance(30) {
                branch.founded = Some("2026-05-12");
            }
            branch.exempt = sector == "enterprise" && self.dice.chance(20);
            planned.push(branch);
        }
    }

    fn org_file(&mut self, org: &PlannedOrg) -> String {
        let kind = Arc::clone(&self.rules.org);
        let first = self.periods[0].first().plus(-60);
        let mut counts = vec![format!("on={first},members={}", org.members)];
        if org.founded.is_none() {
            counts.push(format!(
                "on=2026-06-30,members={}",
                org.members + self.dice.from(-1, 4)
            ));
        }
        let exempt: Vec<String> = if org.exempt {
            vec![
                "obligation=group-meeting,from=2026-04-01,until=2026-06-30,reason=企业停工检修"
                    .to_owned(),
            ]
        } else {
            Vec::new()
        };
        let secretary = match self.person() {
            // The head of the district has a contact point too.
            _ if org.kind == "district-committee" => "常委01".to_owned(),
            person => person,
        };
        self.secretaries.insert(org.path.clone(), secretary.clone());
        let mut given: Vec<(&str, Vec<String>)> = vec![
            ("name", vec![org.name.clone()]),
            ("kind", vec![org.kind.to_owned()]),
            ("sector", vec![org.sector.to_owned()]),
            ("secretary", vec![secretary]),
            ("headcount", counts),
        ];
        if org.short != org.name {
            given.push(("short", vec![org.short.clone()]));
        }
        given.extend((!org.code.is_empty()).then(|| ("code", vec![org.code.clone()])));
        given.extend(org.founded.map(|day| ("founded", vec![day.to_owned()])));
        given.extend((!exempt.is_empty()).then_some(("exempt", exempt)));
        let values = values(&kind, &given);
        canon::canonical(&Block::default(), &kind.fields, &values)
    }

    fn person(&mut self) -> String {
        format!("{}某", self.dice.pick(words::SURNAMES))
    }

    /// What reviewers gave an organisation by the scorecard: a file of their own.
    fn review(&mut self, org: &PlannedOrg) -> (String, String) {
        let on = Day::new(2026, 9, 22);
        let mut given = vec![
            ("党员群众评价", self.dice.from(15, 25), "走访评议"),
            ("台账规范", self.dice.from(8, 15), "查阅台账"),
        ];
        if self.dice.chance(30) {
            given.push(("创新项目", self.dice.from(3, 10), "现场展示"));
        }
        if self.dice.chance(3) {
            given.push(("一票否决事项", 0, "发生安全责任事故"));
        }
        let mut text = String::new();
        for (item, points, reason) in given {
            let words = [
                ("date", "2026-09-22"),
                ("card", "stars"),
                ("item", item),
                ("points", &*points.to_string()),
                ("reason", reason),
                ("signer", "评审组01"),
            ];
            if let Some(record) = self.record("mark", on, &words) {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&canon::record(&record, self.rules));
            }
        }
        (format!("orgs/{}/2026/review-3n.toml", org.path), text)
    }

    /// The ledger files of one organisation, a file for each year.
    fn ledgers(&mut self, org: &PlannedOrg) -> Vec<(String, String)> {
        let mut records = Vec::new();
        if org.joint {
            let kind = if org.kind == "working-committee" {
                "grand-working-committee"
            } else {
                "grand-party-committee"
            };
            records.push(self.record(
                "committee",
                Day::new(2025, 3, 18),
                &[("type", kind), ("established", "2025-03-18")],
            ));
        }
        for period in self.periods.clone() {
            self.quarter(org, period, &mut records);
        }
        records.extend(self.registers(org));
        // The dice may say one thing twice; a clerk would not enter it again.
        let mut seen = BTreeSet::new();
        let records = records.into_iter().flatten();
        let records = records.filter(|record| {
            record
                .sameness()
                .is_none_or(|same| seen.insert((record.kind.name.clone(), same)))
        });
        let mut by_year: BTreeMap<i32, String> = BTreeMap::new();
        for record in records {
            let text = by_year
                .entry(record.starts().map_or(0, Day::year))
                .or_default();
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&canon::record(&record, self.rules));
        }
        by_year
            .into_iter()
            .map(|(year, text)| (format!("orgs/{}/{year}/desk-7k.toml", org.path), text))
            .collect()
    }

    fn quarter(
        &mut self,
        org: &PlannedOrg,
        period: Period,
        out: &mut Vec<Option<Record<'static>>>,
    ) {
        let founded: Option<Day> = org.founded.and_then(|day| day.parse().ok());
        let alive = |day: Day| founded.is_none_or(|founded| founded <= day);
        for month in period.windows(crate::day::Every::MONTH) {
            if !alive(month.first()) {
                continue;
            }
            if org.kind != "branch" {
                let meeting = self.regular(org, month);
                let id = meeting.as_ref().map(|m| m.id.to_string());
                let day = meeting.as_ref().and_then(Record::starts);
                out.push(meeting);
                if org.kind != "party-committee" || self.dice.chance(75) {
                    let task = self.task(org, day.unwrap_or(month.first()), id);
                    out.push(task);
                }
                continue;
            }
            for (ty, titles) in [
                ("theme-day", words::THEME_DAYS),
                ("group-meeting", words::GROUP_MEETINGS),
            ] {
                let meeting = self.meeting(org, ty, month, titles);
                out.push(meeting);
            }
            if org.members >= 6 {
                let meeting =
                    self.meeting(org, "committee-meeting", month, words::COMMITTEE_MEETINGS);
                out.push(meeting);
            }
        }
        if !alive(period.first()) {
            return;
        }
        if org.kind == "branch" {
            for (ty, titles) in [
                ("general-meeting", words::GENERAL_MEETINGS),
                ("party-lesson", words::LESSONS),
            ] {
                let meeting = self.meeting(org, ty, period, titles);
                out.push(meeting);
            }
            if period.first().month() == 1 {
                let meeting = self.meeting(org, "life-meeting", period, words::LIFE_MEETINGS);
                out.push(meeting);
            }
        }
        if org.joint {
            let meeting = self.meeting(org, "joint-meeting", period, words::JOINT_MEETINGS);
            out.push(meeting);
        }
        for _ in 0..self.dice.from(0, 1) + i64::from(org.kind != "branch") {
            let commitment = self.commitment(org, period);
            out.push(commitment);
        }
        if matches!(org.kind, "party-committee" | "working-committee") {
            let filing = self.filing(org, period);
            out.push(filing);
        }
    }

    /// The monthly meeting: mostly in the first week, sometimes later, sometimes not at all.
    fn regular(&mut self, org: &PlannedOrg, month: Period) -> Option<Record<'static>> {
        let day = if self.dice.chance(org.diligence) {
            month.first().plus(self.dice.from(0, 6))
        } else if self.dice.chance(60) {
            month.first().plus(self.dice.from(8, 25))
        } else {
            return None;
        };
        let title = format!(
            "{}月例会：{}",
            month.first().month(),
            self.dice.pick(words::REGULAR_THEMES)
        );
        self.held(org, "regular", day, &title)
    }

    fn meeting(
        &mut self,
        org: &PlannedOrg,
        ty: &str,
        window: Period,
        titles: &[&str],
    ) -> Option<Record<'static>> {
        let day = window
            .first()
            .plus(self.dice.from(2, window.last().since(window.first()) - 1));
        let title = self.dice.pick(titles);
        self.dice
            .chance(org.diligence)
            .then(|| self.held(org, ty, day, title))
            .flatten()
    }

    fn held(
        &mut self,
        org: &PlannedOrg,
        ty: &str,
        day: Day,
        title: &str,
    ) -> Option<Record<'static>> {
        let due = match org.kind {
            "branch" => org.members,
            _ => self.dice.from(9, 24),
        };
        let missing = if self.dice.chance(55) {
            0
        } else {
            self.dice.from(1, (due / 4).max(1))
        };
        let (date, due_text, present) = (
            day.to_string(),
            due.to_string(),
            (due - missing).to_string(),
        );
        let drawn = self.person();
        // Most regular meetings and lessons are the secretary's.
        let secretary = self
            .secretaries
            .get(&org.path)
            .filter(|_| matches!(ty, "regular" | "party-lesson") && due % 5 != 0);
        let host = secretary.cloned().unwrap_or(drawn);
        let who = format!("{}:{}", self.person(), self.dice.pick(words::ABSENCES));
        let mut given = vec![
            ("date", date.as_str()),
            ("type", ty),
            ("title", title),
            ("host", &host),
        ];
        if self.dice.chance(92) {
            given.extend([("due", due_text.as_str()), ("present", present.as_str())]);
        }
        if missing == 1 {
            given.push(("absent", &who));
        }
        let problem = self.dice.pick(words::PROBLEMS);
        if ty == "regular" && self.dice.chance(30) {
            given.push(("problems", problem));
        }
        self.record("meeting", Some(day), &given)
    }

    fn task(
        &mut self,
        org: &PlannedOrg,
        set: Day,
        source: Option<String>,
    ) -> Option<Record<'static>> {
        let due = set.plus(self.dice.from(25, 80));
        let extended = self
            .dice
            .chance(10)
            .then(|| due.plus(self.dice.from(15, 40)).to_string());
        let list = self
            .dice
            .pick(&["task", "task", "problem", "problem", "duty", "co-building"]);
        let title = self.dice.pick(match list {
            "problem" => words::PROBLEMS,
            "co-building" => words::CO_BUILDING,
            _ => words::TASKS,
        });
        let (set_text, due_text, lead) = (set.to_string(), due.to_string(), self.person());
        let mut given = vec![
            ("list", list),
            ("title", title),
            ("lead", lead.as_str()),
            ("owner", org.short.as_str()),
            ("set", set_text.as_str()),
            ("due", due_text.as_str()),
        ];
        given.extend(extended.as_deref().map(|day| ("extended_to", day)));
        given.extend(source.as_deref().map(|id| ("source", id)));
        let updates = self.progress(org, set, due);
        given.extend(updates.iter().map(|update| ("updates", update.as_str())));
        self.record("task", Some(set), &given)
    }

    /// How a task went: mostly done in time and closed, sometimes late, returned, dropped, for
    /// good, or without data.
    fn progress(&mut self, org: &PlannedOrg, set: Day, due: Day) -> Vec<String> {
        let started = set.plus(self.dice.from(3, 12));
        let mut updates = vec![format!(
            "on={started},status=in-progress,percent={}",
            self.dice.from(1, 6) * 10
        )];
        let on_time = self.dice.chance(org.diligence);
        let done = if on_time {
            due.plus(-self.dice.from(0, 8))
        } else {
            due.plus(self.dice.from(2, 45))
        };
        match self.dice.from(1, 100) {
            1..=4 => updates.push(format!("on={done},status=ongoing")),
            5..=6 => updates.push(format!(
                "on={done},status=dropped,note=事项已由上级统一办理"
            )),
            7..=9 => updates.push(format!("on={done},status=no-data,note=上级数据未出")),
            10..=16 if !on_time => {}
            n => {
                updates.push(format!("on={done},status=done"));
                if n % 9 == 0 {
                    let (back, again) = (done.plus(3), done.plus(12));
                    updates.push(format!("on={back},status=returned,note=佐证材料不全"));
                    updates.push(format!("on={again},status=done"));
                    updates.push(format!("on={},status=closed,by=党建办", again.plus(5)));
                } else if n % 3 != 0 {
                    updates.push(format!(
                        "on={},status=closed,by=党建办",
                        done.plus(self.dice.from(2, 14))
                    ));
                }
            }
        }
        updates
    }

    fn commitment(&mut self, org: &PlannedOrg, period: Period) -> Option<Record<'static>> {
        let signed = period.first().plus(self.dice.from(2, 30));
        let due = signed.plus(self.dice.from(40, 140));
        let (ty, tier) = if org.kind == "branch" {
            ("member-promise", "member")
        } else {
            ("public-promise", "grassroots")
        };
        let (signed_text, due_text, by) = (signed.to_string(), due.to_string(), self.person());
        let title = self.dice.pick(words::PROMISES);
        let outcome = match self.dice.chance(org.diligence) {
            true => "kept",
            false if self.dice.chance(70) => "broken",
            false => "withdrawn",
        };
        let published = format!("on={},status=published", signed.plus(3));
        let note = if outcome == "kept" {
            ""
        } else {
            ",note=条件尚不具备"
        };
        let ended = format!(
            "on={},status={outcome}{note}",
            due.plus(-self.dice.from(0, 10))
        );
        let mut given = vec![
            ("type", ty),
            ("tier", tier),
            ("title", title),
            ("by", by.as_str()),
            ("to", org.short.as_str()),
            ("signed", signed_text.as_str()),
            ("due", due_text.as_str()),
            ("updates", published.as_str()),
        ];
        if self.dice.chance(94) {
            given.push(("updates", &ended));
        }
        self.record("commitment", Some(signed), &given)
    }

    /// The quarterly return: a few days before the deadline, or late, or never; some come back
    /// once.
    fn filing(&mut self, org: &PlannedOrg, period: Period) -> Option<Record<'static>> {
        let filed = if self.dice.chance(org.diligence) {
            period.end().plus(self.dice.from(-6, 9))
        } else if self.dice.chance(65) {
            period.end().plus(self.dice.from(10, 18))
        } else {
            return None;
        };
        let (quarter, filed_text, by) = (period.to_string(), filed.to_string(), self.person());
        let back = format!("on={},status=returned,note=进展描述不具体", filed.plus(1));
        let approved = format!("on={},status=approved", filed.plus(self.dice.from(3, 9)));
        let mut given = vec![
            ("quarter", quarter.as_str()),
            ("filed", filed_text.as_str()),
            ("by", by.as_str()),
        ];
        if self.dice.chance(12) {
            given.push(("updates", &back));
        }
        given.push(("updates", &approved));
        self.record("filing", Some(filed), &given)
    }

    /// A record from words as a clerk would type them; nothing where a word does not fit its field.
    fn record(
        &mut self,
        kind: &str,
        day: Option<Day>,
        given: &[(&str, &str)],
    ) -> Option<Record<'static>> {
        let kind = self.rules.kind(kind)?;
        let mut grouped: Vec<(&str, Vec<String>)> = Vec::new();
        for (name, text) in given {
            match grouped.iter_mut().find(|(known, _)| known == name) {
                Some((_, texts)) => texts.push((*text).to_owned()),
                None => grouped.push((name, vec![(*text).to_owned()])),
            }
        }
        let id = RecordId::new(&kind.prefix, day?, self.dice.bits());
        let values = values(kind, &grouped);
        Some(Record::new(
            id,
            kind,
            values,
            None,
            Origin {
                file: "".into(),
                line: 0,
                at: 0,
            },
        ))
    }
}

/// Values of a kind from words, read through the door that flags use.
fn values(kind: &Kind, given: &[(&str, Vec<String>)]) -> Vec<Option<Value>> {
    let today = Day::new(2026, 9, 30).unwrap_or_else(Day::today);
    kind.fields
        .iter()
        .map(|field| {
            let (_, texts) = given.iter().find(|(name, _)| *name == field.name)?;
            let mut read: Vec<Value> = texts
                .iter()
                .filter_map(|text| input::value(field, text, today).ok())
                .collect();
            if matches!(field.ty, FieldType::Table(_)) {
                read.sort_by_key(|row| row.field(0).and_then(Value::as_day));
            }
            if field.list {
                Some(Value::List(read))
            } else {
                read.into_iter().next()
            }
        })
        .collect()
}

/// The scorecard by which organisations in enterprises and social organisations are rated.
const STARS: &str = include_str!("stars.toml");

const SETTINGS: &str = r#"format = 1
district = "涧西区"
campaign = "强基领航"
language = "zh-CN"
liaison = "地企党建联系会"
media = "先锋网"
"#;
