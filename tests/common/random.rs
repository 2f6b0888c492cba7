//! Made-up rules and ledgers that ask for every mechanism, with what is hard about each: texts in
//! several spellings, days on the edges of windows, updates of one day, gaps.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ledger::day::Day;

/// Numbers as good as random, the same each time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    pub fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    /// Whether something happens that happens once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// A day, often one on which something begins or ends.
    pub fn day(&mut self) -> Day {
        const EDGES: [&str; 10] = [
            "2025-12-31",
            "2026-01-01",
            "2026-01-31",
            "2026-02-01",
            "2026-02-15",
            "2026-03-10",
            "2026-03-31",
            "2026-04-01",
            "2026-06-30",
            "2026-07-01",
        ];
        match self.once_in(2) {
            true => self.one(&EDGES).parse().expect("a day"),
            false => {
                let first: Day = "2025-11-20".parse().expect("a day");
                first.plus(self.below(440) as i64)
            }
        }
    }
}

pub const ORGS: [&str; 7] = ["a", "a/b", "a/b/d", "a/b/e", "a/c", "a/c/f", "a/g"];
const KINDS: [&str; 4] = ["party-committee", "working-committee", "branch", "branch"];
const SECTORS: [&str; 3] = ["community", "office", "enterprise"];
/// Names that are one in several spellings, and names of organisations.
const NAMES: [&str; 7] = [
    "甲公司",
    "Ａ公司",
    "A公司\u{3000}",
    "乙（集团）",
    "乙(集团)",
    "示例d",
    "示例ｃ",
];
const PERSONS: [&str; 4] = ["书记甲", "甲", "乙、甲", "丙"];
const STATUSES: [&str; 6] = ["new", "going", "done", "closed", "returned", "dropped"];

/// The kinds: what is done and due, what lasts, what is noted by the month.
const KIND_RULES: &str = r#"
[[kind]]
name = "deed"
zh = "事项"
en = "deed"
prefix = "dd"
period = "due"
start = "set"
title = "title"
field = [
    { name = "title", zh = "名称", en = "title", type = "text" },
    { name = "type", zh = "类型", en = "type", type = "choice", values = [
        { name = "a", zh = "甲类", en = "type a" }, { name = "b", zh = "乙类", en = "type b" },
    ] },
    { name = "owner", zh = "责任人", en = "owner", type = "text" },
    { name = "helpers", zh = "配合人", en = "helpers", type = "text", list = true },
    { name = "unit", zh = "单位", en = "unit", type = "text" },
    { name = "set", zh = "下达", en = "set", type = "date", required = true },
    { name = "due", zh = "时限", en = "due", type = "date" },
    { name = "extended_to", zh = "延期", en = "extended to", type = "date" },
    { name = "amount", zh = "金额", en = "amount", type = "decimal", places = 2, min = -1000 },
    { name = "count", zh = "件数", en = "count", type = "integer", unless = "why" },
    { name = "why", zh = "未报原因", en = "why", type = "text" },
    { name = "flag", zh = "重点", en = "flag", type = "boolean" },
    { name = "source", zh = "来源", en = "source", type = "record", of = ["note", "deed"] },
    { name = "select", zh = "所选", en = "selected", type = "integer" },
    { name = "updates", zh = "进展", en = "updates", type = "updates" },
]
[kind.life]
due = "due"
extended = "extended_to"
done = "done"
status = [
    { name = "new", zh = "新", en = "new", phase = "open" },
    { name = "going", zh = "推进", en = "going on", phase = "ongoing" },
    { name = "done", zh = "完成", en = "done", phase = "finished" },
    { name = "closed", zh = "销号", en = "closed", phase = "finished" },
    { name = "returned", zh = "退回", en = "returned", phase = "open" },
    { name = "dropped", zh = "取消", en = "dropped", phase = "dropped" },
]

[[kind]]
name = "span"
zh = "任期"
en = "span"
prefix = "sp"
period = "from"
start = "from"
end = "until"
title = "person"
field = [
    { name = "person", zh = "人员", en = "person", type = "text" },
    { name = "from", zh = "起", en = "from", type = "date", required = true },
    { name = "until", zh = "止", en = "until", type = "date" },
    { name = "times", zh = "次数", en = "times", type = "integer", max = 366 },
]

[[kind]]
name = "note"
zh = "记录"
en = "note"
prefix = "nt"
period = "month"
start = "on"
title = "place"
field = [
    { name = "on", zh = "日期", en = "on", type = "date", required = true },
    { name = "month", zh = "月份", en = "month", type = "month" },
    { name = "year", zh = "年度", en = "year", type = "year" },
    { name = "place", zh = "地点", en = "place", type = "text" },
    { name = "span", zh = "任期", en = "of span", type = "record", of = ["span"] },
    { name = "sum", zh = "合计", en = "sum", type = "integer" },
]
"#;

/// A test of deeds that a filter may hold.
fn test(dice: &mut Dice) -> (&'static str, String) {
    let name = |dice: &mut Dice| format!("\"{}\"", dice.one(&NAMES));
    match dice.below(18) {
        0 => ("type", "\"a\"".to_owned()),
        1 => ("type", "[\"a\", \"b\"]".to_owned()),
        2 => ("unit", name(dice)),
        3 => ("helpers", format!("\"{}\"", dice.one(&PERSONS))),
        4 => ("amount", "{ over = 2.5 }".to_owned()),
        5 => ("amount", "[2.5, 0]".to_owned()),
        6 => ("count", format!("{}", dice.below(3))),
        7 => (
            "set",
            format!("{{ at_least = {}, under = 2026-10-01 }}", dice.day()),
        ),
        8 => ("flag", "true".to_owned()),
        9 => ("state", "[\"done\", \"new\"]".to_owned()),
        10 => ("phase", "\"open\"".to_owned()),
        11 => ("overdue", "true".to_owned()),
        12 => ("on_time", "true".to_owned()),
        13 => (
            "org",
            format!(
                "{{ kind = \"branch\", founded = {{ under = {} }} }}",
                dice.day()
            ),
        ),
        14 => ("unit", format!("{{ sector = \"{}\" }}", dice.one(&SECTORS))),
        15 => ("source", "{ kind = \"note\" }".to_owned()),
        16 => (
            "source",
            dice.one(&[
                "{ kind = \"deed\", state = \"done\" }",
                "{ kind = \"note\", sum = { over = 1 } }",
            ])
            .to_owned(),
        ),
        _ => (
            "any",
            "[{ type = \"a\" }, { flag = true, select = 1 }, { title = { holds = \"路\" } }]"
                .to_owned(),
        ),
    }
}

/// `where`, `except`, `has` and `lacks` of deeds.
fn filter(dice: &mut Dice) -> String {
    let mut text = String::new();
    if dice.once_in(3) {
        return text;
    }
    for key in ["where", "except"] {
        if dice.once_in(2) {
            continue;
        }
        let mut tests = BTreeSet::new();
        let mut inner = Vec::new();
        for _ in 0..=dice.below(2) {
            let (name, is) = test(dice);
            if tests.insert(name) {
                inner.push(format!("{name} = {is}"));
            }
        }
        let _ = writeln!(text, "{key} = {{ {} }}", inner.join(", "));
    }
    for key in ["has", "lacks"] {
        if dice.once_in(6) {
            let field = dice.one(&["helpers", "count", "why", "amount", "flag"]);
            let _ = writeln!(text, "{key} = [\"{field}\"]");
        }
    }
    text
}

fn window(dice: &mut Dice) -> &'static str {
    dice.one(&[
        "period",
        "period",
        "ytd",
        "to-date",
        "year",
        "since:2026-02-15",
        "as-of",
    ])
}

/// Metrics by name: each says what it is about, the rest is as the dice fall.
fn metrics(dice: &mut Dice) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, unit: &str, body: &str| {
        let _ = writeln!(
            text,
            "[[metric]]\nname = \"{name}\"\nzh = \"{name}\"\nen = \"{name}\"\nunit = \"{unit}\"\n{body}\n"
        );
    };
    let of_deeds = |dice: &mut Dice, take: &str| {
        let date = dice.one(&[
            "",
            "",
            "set",
            "effective-due",
            "finished",
            "entered:done",
            "due",
        ]);
        let date = match date {
            "" => String::new(),
            date => format!("date = \"{date}\"\n"),
        };
        format!(
            "kind = \"deed\"\n{take}\nwindow = \"{}\"\n{date}{}",
            window(dice),
            filter(dice)
        )
    };
    for (name, take) in [
        ("counted", ""),
        ("counted_too", ""),
        ("counted-three", ""),
        ("sum_unless", "sum = \"count\""),
        ("sum_money", "sum = \"amount\""),
        ("sum_of_list", "sum = \"helpers\""),
        ("distinct_unit", "distinct = \"unit\""),
        ("distinct_helper", "distinct = \"helpers\""),
        ("distinct_type", "distinct = \"type\""),
        ("distinct_org", "distinct = \"org\""),
        ("average", "average = \"amount\""),
        ("average_days", "average = [\"set\", \"finished\"]"),
        ("median", "median = \"amount\""),
        ("largest", "largest = \"amount\""),
        ("smallest", "smallest = \"select\""),
        ("days_over", "sum = [\"effective-due\", \"finished\"]"),
    ] {
        let body = of_deeds(dice, take);
        metric(name, "items", &body);
    }
    for (name, take) in [
        ("first_day", "earliest = \"set\""),
        ("last_day", "latest = \"due\""),
    ] {
        let body = of_deeds(dice, take);
        metric(name, "day", &body);
    }
    let of_notes = format!(
        "kind = \"note\"\nsum = \"sum\"\nwindow = \"{}\"",
        window(dice)
    );
    metric("noted", "items", &of_notes);
    metric(
        "noted_in",
        "items",
        &format!(
            "kind = \"note\"\nwhere = {{ month = [\"2026-03\", \"2026-04\"], year = 2026 }}\nwindow = \"{}\"",
            window(dice)
        ),
    );
    let of_notes = format!(
        "kind = \"note\"\nlast = \"sum\"\nwindow = \"{}\"",
        window(dice)
    );
    metric("last", "items", &of_notes);
    metric(
        "in_force",
        "persons",
        "kind = \"span\"\ndistinct = \"person\"\nwindow = \"as-of\"",
    );
    metric("headcount", "persons", "members = true");
    metric(
        "branches",
        "items",
        "organisations = true\nwhere = { kind = \"branch\" }",
    );
    let with = dice.one(&["counted", "distinct_unit", "once_met", "sum_money", "last"]);
    metric(
        "orgs_with",
        "items",
        &format!("organisations = true\nwith = \"{with}\""),
    );
    metric(
        "orgs_without",
        "items",
        &format!("organisations = true\nwithout = \"{with}\"\nexcept = {{ sector = \"office\" }}"),
    );
    for (name, obligations, state) in [
        ("once_owed", "\"once\"", "owed"),
        ("once_met", "\"once\"", "met"),
        ("once_late", "\"once\"", "late"),
        ("once_missed", "\"once\", \"twice\"", "missed"),
        ("once_exempt", "\"once\", \"by-quota\"", "exempt"),
        ("twice_met", "\"twice\"", "met"),
        ("twice_late", "\"twice\"", "late"),
        ("twice_missed", "\"twice\"", "missed"),
        ("quota_owed", "\"by-quota\"", "owed"),
        ("quota_met", "\"by-quota\"", "met"),
        ("filed_late", "\"filed\"", "late"),
        ("filed_missed", "\"filed\"", "missed"),
        ("filed_returned", "\"filed\", \"once\"", "returned"),
    ] {
        metric(
            name,
            "times",
            &format!("obligation = [{obligations}]\nvalue = \"{state}\""),
        );
    }
    metric(
        "viewed",
        "items",
        &format!("view = \"own\"\nwindow = \"{}\"", window(dice)),
    );
    metric(
        "plus",
        "items",
        "plus = [\"counted\", \"sum_unless\", \"sum_money\"]\nminus = [\"noted\"]",
    );
    metric("plus_unknown", "items", "plus = [\"sum_unless\", \"last\"]");
    metric(
        "ratio",
        "percent",
        "ratio = { of = [\"counted\"], to = [\"counted_too\", \"counted-three\"] }",
    );
    metric(
        "ratio_owed",
        "percent",
        "ratio = { of = [\"once_met\", \"once_late\"], to = [\"once_owed\"] }",
    );
    metric(
        "ratio_money",
        "percent",
        "ratio = { of = [\"sum_money\", \"days_over\"], to = [\"plus\"] }",
    );
    metric(
        "ratio_quota",
        "percent",
        "ratio = { of = [\"quota_met\"], to = [\"quota_owed\"] }",
    );
    metric(
        "scored",
        "points",
        "score = [{ metric = \"ratio\", weight = 3 }, { metric = \"ratio_owed\", weight = 7 }, { metric = \"ratio_money\", weight = 2 }, { metric = \"ratio_quota\", weight = 11 }]",
    );
    let peers = |dice: &mut Dice| {
        dice.one(&[
            "",
            "peers = { under = \"all\" }",
            "peers = { under = \"a\", level = \"any\", kind = [\"branch\", \"working-committee\"] }",
            "peers = { under = \"all\", level = 1 }",
            "peers = { level = \"any\", sector = [\"office\", \"community\"] }",
        ])
    };
    for (name, by) in [
        ("rank_score", "scored"),
        ("rank_ratio", "ratio_money"),
        ("rank_count", "counted"),
        ("rank_card", "stars"),
        ("rank_average", "average"),
    ] {
        let lowest = dice.one(&["", "lowest_first = true"]);
        let body = format!("rank = \"{by}\"\n{lowest}\n{}", peers(dice));
        metric(name, "rank", &body);
    }
    metric("stars", "points", "scorecard = \"stars\"");
    metric(
        "contradicted",
        "items",
        "disagreement = { kind = \"deed\", grade = \"type\", high = [\"a\"], low = [\"b\"], person = \"owner\", points = \"note\", sum = \"sum\", by = \"place\" }\nwindow = \"to-date\"",
    );
    text
}

/// Obligations, a view, a scorecard.
fn duties(dice: &mut Dice) -> String {
    let every = |dice: &mut Dice| dice.one(&["month", "quarter", "week", "2-months", "half-year"]);
    let (first, last) = (1 + dice.below(3), 5 + dice.below(20));
    let mut text = format!(
        "[[obligation]]\nname = \"once\"\nzh = \"一次\"\nen = \"once\"\nkind = \"deed\"\ndate = \"set\"\nevery = \"{}\"\nwithin = [{first}, {last}]\norg_kinds = [\"branch\", \"party-committee\"]\n{}\n",
        every(dice),
        dice.one(&[
            "members = 6",
            "standing = \"span\"",
            "standing = \"span\"",
            "sectors = [\"community\", \"office\"]"
        ]),
    );
    let _ = write!(
        text,
        "[[obligation]]\nname = \"twice\"\nzh = \"两次\"\nen = \"twice\"\nkind = \"deed\"\nevery = \"{}\"\ntimes = 2\nwithin = [1, 20]\n{}\n",
        every(dice),
        filter(dice)
    );
    text.push_str(
        "[[obligation]]\nname = \"by-quota\"\nzh = \"定额\"\nen = \"by quota\"\nkind = \"note\"\ndate = \"on\"\nevery = \"quarter\"\nwithin = [1, 60]\nquota = { kind = \"span\", field = \"times\", by = \"span\" }\n\n",
    );
    let _ = write!(
        text,
        "[[obligation]]\nname = \"filed\"\nzh = \"上报\"\nen = \"filed\"\nkind = \"deed\"\nevery = \"{}\"\ndeadline_day = {}\njudged_after = {}\n{}\n",
        dice.one(&["month", "quarter"]),
        dice.one(&["1", "10", "15"]),
        dice.below(30),
        dice.one(&[
            "where = { state = [\"done\", \"returned\", \"new\"] }",
            "where = { type = \"a\" }",
            ""
        ]),
    );
    text.push_str(
        r#"
[[view]]
name = "own"
zh = "个人台账"
en = "own"
person = "secretary"
[[view.part]]
zh = "负责"
en = "owns"
kind = "deed"
by = ["owner", "unit"]
[[view.part]]
zh = "下级"
en = "below"
kind = "deed"
date = "set"
by = ["owner"]
below = true
[[view.part]]
zh = "任内"
en = "noted"
kind = "note"
by = ["span.person"]
"#,
    );
    let each = dice.one(&["1.25", "-0.5", "3"]);
    let share = dice.one(&["100", "33.3", "70"]);
    let _ = write!(
        text,
        r#"
[[scorecard]]
name = "stars"
zh = "星级"
en = "stars"
cycle = "{}"
except = {{ sector = "enterprise" }}
start = 10
cap = 60
floor = -5
places = {}
open = {}
base = {{ by = "kind", branch = 12.5 }}
[[scorecard.block]]
zh = "一"
en = "one"
start = 1.5
share = {share}
cap = 20
items = [
    {{ name = "each", zh = "每件", en = "each one", metric = "counted", each = {each}, cap = 6 }},
    {{ name = "money", zh = "金额", en = "money", metric = "average", each = 0.01 }},
    {{ name = "missing", zh = "缺少", en = "missing", metric = "once_met", start = 4, missing = {{ of = 3, each = -1.5 }}, floor = 0 }},
]
[[scorecard.block]]
zh = "二"
en = "two"
items = [
    {{ name = "bands", zh = "档次", en = "bands", metric = "ratio_owed", bands = [{{ at_least = 66.6, points = 5 }}, {{ at_least = 20, points = 2.125 }}, {{ points = 0 }}] }},
    {{ name = "best", zh = "最好", en = "best", metric = "{}", best = 7 }},
    {{ name = "full", zh = "全部", en = "full", metric = "ratio", full = 9 }},
    {{ name = "given", zh = "评分（常）", en = "given", given = [-2, 3] }},
    {{ name = "veto", zh = "否决", en = "veto", metric = "filed_returned", veto = true }},
]
"#,
        dice.one(&["year", "quarter", "half-year"]),
        dice.below(3),
        dice.once_in(2),
        dice.one(&["counted", "sum_money", "ratio_money", "median", "scored"]),
    );
    text
}

fn org(dice: &mut Dice, path: &str) -> String {
    let mut text = format!(
        "name = \"示例{}\"\nkind = \"{}\"\n",
        path.rsplit('/').next().unwrap_or_default(),
        dice.one(&KINDS)
    );
    if !dice.once_in(4) {
        let _ = writeln!(text, "sector = \"{}\"", dice.one(&SECTORS));
    }
    if !dice.once_in(3) {
        let _ = writeln!(
            text,
            "secretary = \"{}\"",
            dice.one(&["甲", "乙", "丙", " "])
        );
    }
    if dice.once_in(3) {
        let _ = writeln!(text, "founded = {}", dice.day());
    }
    if dice.once_in(5) {
        let _ = writeln!(text, "dissolved = {}", dice.day());
    }
    let mut counts = Vec::new();
    let mut on = dice.day();
    for _ in 0..dice.below(4) {
        counts.push(format!("{{ on = {on}, members = {} }}", 3 + dice.below(7)));
        // Two counts of one day: the last one written holds.
        if dice.once_in(2) {
            on = dice.day();
        }
    }
    let _ = writeln!(text, "headcount = [{}]", counts.join(", "));
    let mut exempt = Vec::new();
    for _ in 0..dice.below(4) {
        let (obligation, from) = (
            dice.one(&["once", "twice", "by-quota", "filed"]),
            dice.day(),
        );
        let until = match dice.once_in(4) {
            true => String::new(),
            false => format!(", until = {}", from.plus(dice.below(120) as i64 - 10)),
        };
        exempt.push(format!(
            "{{ obligation = \"{obligation}\", from = {from}{until} }}"
        ));
    }
    let _ = writeln!(text, "exempt = [{}]", exempt.join(", "));
    text
}

/// The ids of records so far, by kind.
#[derive(Default)]
struct Ids {
    deeds: Vec<String>,
    spans: Vec<String>,
    notes: Vec<String>,
    /// When the last deed is due.
    due: Option<Day>,
}

fn id(dice: &mut Dice, prefix: &str, day: Day, n: usize) -> String {
    format!(
        "{prefix}-{}-{:08x}",
        day.compact(),
        dice.below(0xffff) * 0x1000 + n
    )
}

fn deed(dice: &mut Dice, ids: &mut Ids) -> String {
    // Some come on the last day on which what is due the month before may come.
    let is_last_day = dice.once_in(8);
    let set = match is_last_day {
        true => dice
            .one(&["2026-06-10", "2026-06-01", "2026-06-15", "2026-07-10"])
            .parse()
            .expect("a day"),
        false => dice.day(),
    };
    let id = id(dice, "dd", set, ids.deeds.len());
    let mut text = format!("[[deed]]\nid = \"{id}\"\nset = {set}\n");
    let mut put = |field: &str, value: String| {
        let _ = writeln!(text, "{field} = {value}");
    };
    let quoted = |text: &str| format!("\"{text}\"");
    put("title", quoted(dice.one(&["一号路", "二号", "三"])));
    if !dice.once_in(4) {
        put("type", quoted(dice.one(&["a", "b"])));
    }
    if !dice.once_in(4) {
        put("owner", quoted(dice.one(&PERSONS)));
    }
    if !dice.once_in(3) {
        let helpers: Vec<String> = (0..dice.below(4))
            .map(|_| quoted(dice.one(&PERSONS)))
            .collect();
        put("helpers", format!("[{}]", helpers.join(", ")));
    }
    if !dice.once_in(4) {
        put("unit", quoted(dice.one(&NAMES)));
    }
    if !dice.once_in(6) {
        let due = match (is_last_day, dice.below(4), ids.due) {
            (true, ..) => set.plus(-17),
            (false, 0, _) => dice.day(),
            // As the one before.
            (false, 1, Some(due)) => due,
            _ => set.plus(dice.below(100) as i64 - 30),
        };
        ids.due = Some(due);
        put("due", due.to_string());
        if dice.once_in(4) {
            put("extended_to", due.plus(dice.below(40) as i64).to_string());
        }
    }
    if !dice.once_in(3) {
        put(
            "amount",
            dice.one(&["2.5", "0", "-3.25", "1000.01", "7", "2.50"])
                .to_owned(),
        );
    }
    let counts = dice.below(5);
    if [1, 2].contains(&counts) {
        put("why", "\"未报\"".to_owned());
    }
    if counts > 1 {
        put("count", dice.below(4).to_string());
    }
    if dice.once_in(2) {
        put("flag", dice.one(&["true", "false"]).to_owned());
    }
    if dice.once_in(2) {
        put("select", dice.below(4).to_string());
    }
    let others = match dice.once_in(2) {
        true => &ids.deeds,
        false => &ids.notes,
    };
    if let (false, true) = (others.is_empty(), dice.once_in(2)) {
        put("source", quoted(&others[dice.below(others.len())]));
    }
    let mut updates = Vec::new();
    for _ in 0..dice.below(5) {
        let on = match dice.once_in(3) {
            true => dice.day(),
            false => set.plus(dice.below(80) as i64 / 4 * 4),
        };
        updates.push(format!(
            "    {{ on = {on}, status = \"{}\" }},",
            dice.one(&STATUSES)
        ));
    }
    if !updates.is_empty() {
        let _ = writeln!(text, "updates = [\n{}\n]", updates.join("\n"));
    }
    retracted(dice, &mut text);
    ids.deeds.push(id);
    text
}

fn retracted(dice: &mut Dice, text: &mut String) {
    if dice.once_in(9) {
        text.push_str("retracted = { on = 2026-03-01, why = \"误记\" }\n");
    }
    text.push('\n');
}

fn span(dice: &mut Dice, ids: &mut Ids) -> String {
    let from = dice.day();
    let id = id(dice, "sp", from, ids.spans.len());
    let mut text = format!(
        "[[span]]\nid = \"{id}\"\nfrom = {from}\nperson = \"{}\"\n",
        dice.one(&PERSONS)
    );
    if dice.once_in(2) {
        let until = match dice.once_in(2) {
            true => dice.day().max(from),
            false => from.plus(dice.below(300) as i64),
        };
        let _ = writeln!(text, "until = {until}");
    }
    if !dice.once_in(4) {
        let _ = writeln!(text, "times = {}", dice.below(9));
    }
    retracted(dice, &mut text);
    ids.spans.push(id);
    text
}

fn note(dice: &mut Dice, ids: &mut Ids) -> String {
    let on = dice.day();
    let id = id(dice, "nt", on, ids.notes.len());
    let mut text = format!("[[note]]\nid = \"{id}\"\non = {on}\n");
    if !dice.once_in(5) {
        let _ = writeln!(text, "month = \"2026-{:02}\"", 1 + dice.below(6));
    }
    if dice.once_in(2) {
        let _ = writeln!(text, "year = {}", 2025 + dice.below(2));
    }
    if !dice.once_in(3) {
        let _ = writeln!(text, "place = \"{}\"", dice.one(&PERSONS));
    }
    if let (false, true) = (ids.spans.is_empty(), !dice.once_in(4)) {
        let _ = writeln!(
            text,
            "span = \"{}\"",
            ids.spans[dice.below(ids.spans.len())]
        );
    }
    if !dice.once_in(4) {
        let _ = writeln!(text, "sum = {}", dice.below(5));
    }
    retracted(dice, &mut text);
    ids.notes.push(id);
    text
}

fn given(dice: &mut Dice, n: usize) -> String {
    let on = dice.day();
    let id = id(dice, "mk", on, n);
    format!(
        "[[mark]]\nid = \"{id}\"\ndate = {on}\ncard = \"{}\"\nitem = \"{}\"\npoints = {}\nreason = \
         \"现场查看\"\nsigner = \"丙\"\n\n",
        dice.one(&["stars", "星级", "星级", "别的"]),
        dice.one(&["given", "评分(常)", "另外"]),
        dice.below(9) as i64 - 3
    )
}

/// The files of a ledger with rules of its own.
pub fn files(dice: &mut Dice) -> Vec<(String, String)> {
    let mut files = vec![
        ("rules/kinds.toml".to_owned(), KIND_RULES.to_owned()),
        ("rules/duties.toml".to_owned(), duties(dice)),
        ("rules/metrics.toml".to_owned(), metrics(dice)),
    ];
    if dice.once_in(3) {
        let text = "format = 1\ndistrict = \"示例区\"\nbegins = 2026-02-01\n";
        files.push(("ledger.toml".to_owned(), text.to_owned()));
    }
    let mut ids = Ids::default();
    for path in ORGS {
        files.push((format!("orgs/{path}/org.toml"), org(dice, path)));
        let mut text = String::new();
        for _ in 0..dice.below(4) {
            text.push_str(&span(dice, &mut ids));
        }
        for _ in 0..dice.below(14) {
            text.push_str(&note(dice, &mut ids));
        }
        for _ in 0..dice.below(22) {
            text.push_str(&deed(dice, &mut ids));
        }
        for n in 0..dice.below(4) {
            text.push_str(&given(dice, n));
        }
        files.push((format!("orgs/{path}/2026/test-00.toml"), text));
    }
    files
}
