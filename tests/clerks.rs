//! Clerks who work side by side: random branches through real git, against an oracle of what they
//! meant.
//!
//! Each run makes a base, lets two to four clerks work on branches of it, and brings the branches
//! together by merge, rebase and cherry-pick: with the driver, without it, and with git's union.
//! The oracle knows what each clerk did, not how files look. `LEDGER_MERGE_RUNS=500` is the long
//! run; its table stands in docs/merging.md.

#![allow(clippy::print_stdout)] // the table is what the long run is for

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Output;

use common::{Desk, id_of};
use ledger::record::text::plain;
use ledger::rules::Rules;
use ledger::tree::{Root, Tree};
use ledger::written::selection::Selection;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ledger");

/// Numbers that look random and are the same in every run of a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }
}

/// A record as a clerk means it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Meant {
    fields: BTreeMap<String, String>,
    updates: BTreeSet<(String, String, String)>,
    units: BTreeSet<String>,
    retracted: Option<String>,
    comments: BTreeSet<String>,
    org: String,
}

type World = BTreeMap<String, Meant>;

/// What stands in a world where the first branch was moved from `a/b` to `a/d`.
const MOVED: &str = "moved";

/// What a merge of worlds should come to: the world, and the records nobody but a person can
/// decide.
fn together(base: &World, ours: &World, theirs: &World) -> (World, BTreeSet<String>) {
    let (mut world, mut clash) = (World::new(), BTreeSet::new());
    for id in ours.keys().chain(theirs.keys()) {
        let empty = Meant::default();
        let (b, o, t) = (base.get(id).unwrap_or(&empty), ours.get(id), theirs.get(id));
        let (Some(o), Some(t)) = (o, t) else {
            world.extend(o.or(t).map(|one| (id.clone(), one.clone())));
            continue;
        };
        let mut disagree = false;
        let mut pick = |b: Option<&String>, o: Option<&String>, t: Option<&String>| {
            disagree |= o != t && o != b && t != b;
            if o == b { t.cloned() } else { o.cloned() }
        };
        let names: BTreeSet<&String> = b
            .fields
            .keys()
            .chain(o.fields.keys())
            .chain(t.fields.keys())
            .collect();
        let fields = names.into_iter().filter_map(|name| {
            Some((
                name.clone(),
                pick(b.fields.get(name), o.fields.get(name), t.fields.get(name))?,
            ))
        });
        let fields: BTreeMap<String, String> = fields.collect();
        let org = pick(Some(&b.org), Some(&o.org), Some(&t.org)).unwrap_or_default();
        let retracted = pick(
            b.retracted.as_ref(),
            o.retracted.as_ref(),
            t.retracted.as_ref(),
        );
        let said = |m: &Meant| (m.fields.clone(), m.updates.clone(), m.units.clone());
        let taken_back = o.retracted.is_some() != t.retracted.is_some() && b.retracted.is_none();
        let edited = if o.retracted.is_some() {
            said(t) != said(b)
        } else {
            said(o) != said(b)
        };
        if disagree || taken_back && edited {
            clash.insert(id.clone());
        }
        fn set<T: Ord + Clone>(b: &BTreeSet<T>, o: &BTreeSet<T>, t: &BTreeSet<T>) -> BTreeSet<T> {
            o.union(t)
                .filter(|item| !b.contains(item) || o.contains(item) && t.contains(item))
                .cloned()
                .collect()
        }
        let meant = Meant {
            fields,
            updates: set(&b.updates, &o.updates, &t.updates),
            units: set(&b.units, &o.units, &t.units),
            retracted,
            comments: set(&b.comments, &o.comments, &t.comments),
            org,
        };
        world.insert(id.clone(), meant);
    }
    if world.contains_key(MOVED) {
        move_branch(&mut world);
    }
    (world, clash)
}

/// What was entered in the first branch, or in an organisation under it, is where it was moved to.
fn move_branch(world: &mut World) {
    for meant in world
        .values_mut()
        .filter(|meant| meant.org == "a/b" || meant.org.starts_with("a/b/"))
    {
        meant.org.replace_range(..3, "a/d");
    }
}

impl Desk {
    /// The records as the reader sees them; none where a file cannot be read.
    fn world(&self) -> Option<World> {
        let root = Root::open(Some(self.ledger.path()), Path::new("/")).ok()?;
        let tree = Tree::load(
            &root,
            root.begins,
            Rules::built_in(),
            &Selection::everything(),
            Vec::new(),
        );
        if !tree.blocking().is_empty() {
            return None;
        }
        let comments = self.comments();
        let mut world = World::new();
        if tree.orgs.iter().any(|org| org.path.as_str() == "a/d") {
            world.insert(MOVED.to_owned(), Meant::default());
        }
        for entry in &tree.entries {
            let record = &entry.record;
            let mut meant = Meant {
                org: tree.orgs[entry.org].path.to_string(),
                ..Meant::default()
            };
            for (field, value) in record.kind.fields.iter().zip(&record.fields) {
                let Some(value) = value else { continue };
                match field.name.as_str() {
                    "updates" => {
                        let cell = |row: &ledger::record::Value, n| {
                            row.field(n).map(plain).unwrap_or_default()
                        };
                        meant.updates = value
                            .items()
                            .iter()
                            .map(|row| (cell(row, 0), cell(row, 1), cell(row, 3)))
                            .collect();
                        // Out of the order of their days they would mean something else.
                        if !value
                            .items()
                            .windows(2)
                            .all(|pair| pair[0].field(0) <= pair[1].field(0))
                        {
                            return None;
                        }
                    }
                    "supporting" => meant.units = value.items().iter().map(plain).collect(),
                    name => drop(meant.fields.insert(name.to_owned(), plain(value))),
                }
            }
            meant.retracted = record
                .retracted
                .as_ref()
                .and_then(|r| r.field(2))
                .map(plain);
            meant.comments = comments
                .get(record.id.as_str())
                .cloned()
                .unwrap_or_default();
            world.insert(record.id.to_string(), meant);
        }
        Some(world)
    }

    /// Comments by the record in whose lines they stand, found by reading lines.
    fn comments(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (path, bytes) in self
            .ledger
            .bytes()
            .into_iter()
            .filter(|(path, _)| path.extension().is_some_and(|e| e == "toml"))
        {
            let text = String::from_utf8(bytes).unwrap_or_else(|_| panic!("{}", path.display()));
            for block in text.split("\n\n") {
                let id = block
                    .lines()
                    .find_map(|line| Some(line.strip_prefix("id = \"")?.split_once('"')?.0));
                let comments = block.lines().filter_map(|line| {
                    line.split_once("# ")
                        .map(|(_, comment)| comment.trim().to_owned())
                });
                if let Some(id) = id {
                    found.entry(id.to_owned()).or_default().extend(comments);
                }
            }
        }
        found
    }

    /// Counts what was merged cleanly and wrongly by whether it is found, and goes back to where it
    /// was right.
    fn count_damage(
        &self,
        head: &str,
        found: Option<&World>,
        wanted: &World,
        tally: &mut Tally,
        what: &str,
    ) {
        // Where a rebase dropped everything it ended where it began.
        let range = if self.must(&["rev-parse", "HEAD"]) == head {
            "HEAD".to_owned()
        } else {
            format!("{head}..HEAD")
        };
        let audit = self.ledger.run(&["audit-merges", &range]);
        let check = self.ledger.run(&["check"]);
        if check.code == 1 || audit.code == 1 {
            tally.loud += 1;
        } else {
            tally.silent += 1;
            println!("{what}: silent\n{}", difference(found, wanted));
        }
        self.must(&["checkout", "-q", "-f", "-B", "result", head]);
        self.must(&["clean", "-fdq"]);
    }

    /// Whether a record stands in a file with conflict markers.
    fn marked(&self, id: &str) -> bool {
        let texts = self
            .ledger
            .bytes()
            .into_iter()
            .filter_map(|(_, bytes)| String::from_utf8(bytes).ok());
        texts
            .into_iter()
            .any(|text| text.contains("<<<<<<< ") && text.contains(id))
    }

    /// The file in which a record stands, and its text.
    fn file_of(&self, id: &str) -> (std::path::PathBuf, String) {
        let files = self
            .ledger
            .bytes()
            .into_iter()
            .filter(|(path, _)| path.to_string_lossy().contains("orgs"));
        let mut found =
            files.filter_map(|(path, bytes)| Some((path, String::from_utf8(bytes).ok()?)));
        found
            .find(|(_, text)| text.contains(&format!("id = \"{id}\"")))
            .unwrap_or_else(|| panic!("{id} is nowhere"))
    }
}

const WORDS: &[&str] = &["甲单位", "乙单位", "丙单位", "丁单位"];
const ORGS: &[&str] = &["a", "a/b", "a/c"];

/// One thing a clerk does, to the files and to what is meant.
fn work(clone: &Desk, world: &mut World, clerk: usize, n: usize, dice: &mut Dice) {
    let ledger = &clone.ledger;
    let live: Vec<String> = world
        .iter()
        .filter(|(id, meant)| id.as_str() != MOVED && meant.retracted.is_none())
        .map(|(id, _)| id.clone())
        .collect();
    let moved = world.contains_key(MOVED);
    // One clerk alone moves an organisation: where two do, a person must choose.
    if clerk == 1 && !moved && dice.roll(8) == 0 {
        ledger.ok(&["org", "move", "a/b", "--segment", "d"]);
        move_branch(world);
        world.insert(MOVED.to_owned(), Meant::default());
        return;
    }
    let act = if live.is_empty() { 0 } else { dice.roll(12) };
    if act < 3 {
        // Most clerks write into files of their own; some share one.
        let writer = if dice.roll(3) == 0 {
            "shared-00".to_owned()
        } else {
            format!("clerk{clerk}-00")
        };
        ledger.write(".ledger/writer", format!("{writer}\n").as_bytes());
        let org = ORGS[dice.roll(ORGS.len())];
        let mut org = if moved && org == "a/b" { "a/d" } else { org }.to_owned();
        // Another clerk may move meanwhile what this one puts a new organisation under.
        if dice.roll(6) == 0 {
            let segment = format!("s{clerk}{n}");
            ledger.ok(&[
                "org",
                "add",
                &format!("新支部{clerk}-{n}"),
                "--under",
                &org,
                "--segment",
                &segment,
                "--kind",
                "branch",
            ]);
            org = format!("{org}/{segment}");
        }
        let title = format!("任务{clerk}-{n}");
        let args = [
            "add",
            "task",
            "--org",
            &org,
            "--list",
            "problem",
            "--title",
            &title,
            "--owner",
            "示例党委",
            "--set",
            "2026-07-03",
            "--due",
            "2026-09-20",
        ];
        // Ids are random; a run must be the same again.
        let random = id_of(&ledger.ok(&args));
        let id = format!("t-20261122-0000{clerk}{n:03}");
        let (path, text) = clone.file_of(&random);
        fs::write(path, text.replace(&random, &id)).expect("written");
        let fields = [
            ("list", "problem"),
            ("title", &title),
            ("owner", "示例党委"),
            ("set", "2026-07-03"),
            ("due", "2026-09-20"),
        ];
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        world.insert(
            id,
            Meant {
                fields,
                org,
                ..Meant::default()
            },
        );
        return;
    }
    let id = live[dice.roll(live.len())].clone();
    let meant = world.get_mut(&id).expect("it lives");
    match act {
        3..=5 => {
            let field = ["title", "owner", "note", "category"][dice.roll(4)];
            // Now and then two clerks mean the same.
            let value = if dice.roll(3) == 0 {
                WORDS[dice.roll(2)].to_owned()
            } else {
                format!("{}{clerk}-{n}", WORDS[dice.roll(4)])
            };
            ledger.ok(&["edit", &id, &format!("--{field}"), &value]);
            meant.fields.insert(field.to_owned(), value);
        }
        6 | 7 => {
            let day = format!("2026-08-{:02}", 1 + dice.roll(6));
            let status = ["in-progress", "done", "returned"][dice.roll(3)];
            let note = if dice.roll(4) == 0 {
                "已核".to_owned()
            } else {
                format!("说明{clerk}-{n}")
            };
            let row = (day.clone(), status.to_owned(), note.clone());
            if meant.updates.insert(row) {
                ledger.ok(&[
                    "update", &id, "--status", status, "--on", &day, "--note", &note,
                ]);
            }
        }
        8 => {
            let mut units = meant.units.clone();
            let unit = WORDS[dice.roll(4)].to_owned();
            if !units.remove(&unit) {
                units.insert(unit);
            }
            let args: Vec<String> = units
                .iter()
                .flat_map(|unit| ["--supporting".to_owned(), unit.clone()])
                .collect();
            let args: Vec<&str> = if units.is_empty() {
                vec!["--supporting", ""]
            } else {
                args.iter().map(String::as_str).collect()
            };
            if ledger.run(&[&["edit", &id], &args[..]].concat()).code == 0 {
                meant.units = units;
            }
        }
        9 => {
            let why = format!("误录{clerk}-{n}");
            ledger.ok(&["retract", &id, "--why", &why, "--by", "x"]);
            meant.retracted = Some(why);
        }
        10 => {
            // By hand: a comment above the record, or behind one of its fields.
            let (path, text) = clone.file_of(&id);
            let comment = format!("注{clerk}-{n}");
            let line = format!("id = \"{id}\"\n");
            let new = match dice.roll(2) {
                0 => text.replace(
                    &format!("[[task]]\n{line}"),
                    &format!("# {comment}\n[[task]]\n{line}"),
                ),
                _ => text.replace(&line, &format!("id = \"{id}\" # {comment}\n")),
            };
            if new != text {
                fs::write(path, new).expect("written");
                meant.comments.insert(comment);
            }
        }
        _ => {
            // By hand: the record goes to the end of its file.
            let (path, text) = clone.file_of(&id);
            let mut blocks: Vec<String> = text
                .trim_end()
                .split("\n\n")
                .map(|block| format!("{}\n", block.trim_end()))
                .collect();
            let at = blocks
                .iter()
                .position(|block| block.contains(&format!("id = \"{id}\"")))
                .expect("its block");
            let block = blocks.remove(at);
            blocks.push(block);
            fs::write(path, blocks.join("\n")).expect("written");
        }
    }
}

/// A clerk's branch: commits, and what was meant after each.
struct Branch {
    tip: String,
    steps: Vec<World>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Setup {
    Driver,
    Plain,
    Union,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Merge,
    Rebase,
    CherryPick,
}

/// What became of bringing branches together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    clean: usize,
    needless: usize,
    resolved: usize,
    true_conflict: usize,
    mistaken: usize,
    loud: usize,
    silent: usize,
}

impl Setup {
    fn prepare(self, clone: &Desk) {
        let info = clone.ledger.path().join(".git/info");
        fs::create_dir_all(&info).expect("a folder");
        let attributes = if self == Setup::Union {
            "*.toml merge=union\n"
        } else {
            ""
        };
        fs::write(info.join("attributes"), attributes).expect("written");
        match self {
            Setup::Driver => {
                clone.must(&[
                    "config",
                    "merge.ledger.driver",
                    &format!("'{PROGRAM}' merge-driver %O %A %B %P"),
                ]);
                clone.must(&["config", "merge.directoryRenames", "false"]);
            }
            Setup::Plain | Setup::Union => {
                clone.git(&["config", "--unset", "merge.ledger.driver"]);
                clone.git(&["config", "--unset", "merge.directoryRenames"]);
            }
        }
    }
}

impl Way {
    /// Brings a branch into the one that is checked out: what git says, and the driver through it.
    fn bring(self, clone: &Desk, branch: &Branch, base: &str) -> Output {
        match self {
            Way::Merge => clone.git(&["merge", "-q", "--no-ff", "-m", "merge", &branch.tip]),
            Way::CherryPick => clone.git(&[
                "cherry-pick",
                "--allow-empty",
                "--keep-redundant-commits",
                &format!("{base}..{}", branch.tip),
            ]),
            Way::Rebase => {
                let onto = clone.must(&["rev-parse", "HEAD"]);
                clone.must(&["branch", "-q", "-f", "work", &branch.tip]);
                let output = clone.git(&["rebase", "-q", "--onto", &onto, base, "work"]);
                if output.status.success() {
                    let new = clone.must(&["rev-parse", "HEAD"]);
                    clone.must(&["checkout", "-q", "-B", "result", &new]);
                }
                output
            }
        }
    }

    fn abort(self, clone: &Desk, back_to: &str) {
        let _ = match self {
            Way::Merge => clone.git(&["merge", "--abort"]),
            Way::Rebase => clone.git(&["rebase", "--abort"]),
            Way::CherryPick => clone.git(&["cherry-pick", "--abort"]),
        };
        clone.must(&["checkout", "-q", "-f", "-B", "result", back_to]);
        clone.must(&["clean", "-fdq"]);
    }
}

/// One run: a base, its branches, every setup and every way.
fn run(seed: u64, tallies: &mut BTreeMap<(Setup, Way), Tally>) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..8).for_each(|_| _ = dice.roll(2));
    let clone = Desk::new(&[
        (
            "orgs/a/b/org.toml",
            "name = \"第一支部\"\nkind = \"branch\"\n",
        ),
        (
            "orgs/a/c/org.toml",
            "name = \"第二支部\"\nkind = \"branch\"\n",
        ),
    ]);
    let mut world = World::new();
    for n in 0..4 + dice.roll(8) {
        work(&clone, &mut world, 9, n, &mut dice);
    }
    let base = clone.commit("base");
    assert_eq!(
        clone.world().as_ref(),
        Some(&world),
        "seed {seed}: the oracle knows the base"
    );
    let mut branches = Vec::new();
    for clerk in 0..2 + dice.roll(3) {
        clone.must(&["checkout", "-q", "--detach", &base]);
        let mut own = world.clone();
        let mut steps = Vec::new();
        let mut tip = base.clone();
        for commit in 0..1 + dice.roll(2) {
            for n in 0..1 + dice.roll(4) {
                work(&clone, &mut own, clerk, 10 * commit + n, &mut dice);
            }
            tip = clone.commit(&format!("clerk {clerk}, commit {commit}"));
            steps.push(own.clone());
        }
        assert_eq!(
            clone.world().as_ref(),
            Some(&own),
            "seed {seed}: the oracle knows clerk {clerk}"
        );
        branches.push(Branch { tip, steps });
    }
    for setup in [Setup::Driver, Setup::Plain, Setup::Union] {
        setup.prepare(&clone);
        for way in [Way::Merge, Way::Rebase, Way::CherryPick] {
            let tally = tallies.entry((setup, way)).or_default();
            clone.must(&["checkout", "-q", "-f", "-B", "result", &base]);
            let mut now = world.clone();
            for (n, branch) in branches.iter().enumerate() {
                bring_in(
                    &clone,
                    (setup, way),
                    branch,
                    (&base, &world),
                    &mut now,
                    (tally, &format!("seed {seed}, {setup:?} {way:?}, clerk {n}")),
                );
            }
        }
    }
}

fn bring_in(
    clone: &Desk,
    (setup, way): (Setup, Way),
    branch: &Branch,
    base: (&str, &World),
    now: &mut World,
    (tally, what): (&mut Tally, &str),
) {
    // A merge looks at a branch as a whole, the other ways at each of its commits.
    let mut steps: Vec<&World> = branch.steps.iter().collect();
    if way == Way::Merge {
        steps.drain(..steps.len() - 1);
    }
    let (mut wanted, mut clash, mut before) = (now.clone(), BTreeSet::new(), base.1);
    for step in steps {
        let (next, clashes) = together(before, &wanted, step);
        (wanted, before) = (next, step);
        clash.extend(clashes);
    }
    let head = clone.must(&["rev-parse", "HEAD"]);
    let output = way.bring(clone, branch, base.0);
    if !output.status.success() {
        // Where a folder was moved git goes by likeness, and may take one ledger for another.
        let mistaken = String::from_utf8_lossy(&output.stderr).contains("[merge-misplaced]");
        if mistaken {
            tally.mistaken += 1;
        } else if clash.is_empty() {
            tally.needless += 1;
            // What git does not see is one file moved and changed it cannot give to the driver.
            let beyond = clone
                .must(&["status", "--porcelain"])
                .lines()
                .any(|line| line.starts_with("DU") || line.starts_with("UD"));
            assert!(
                setup != Setup::Driver || beyond,
                "{what}: a needless conflict\n{}",
                clone.must(&["diff"])
            );
            if way == Way::Merge {
                let marked: BTreeSet<String> = wanted
                    .keys()
                    .filter(|id| clone.marked(id))
                    .cloned()
                    .collect();
                let before = clone.must(&["diff"]);
                let ran = clone.ledger.run(&["resolve"]);
                if setup == Setup::Union && ran.code == 1 {
                    // Lines of both, without a marker, in a file that git asks about for another
                    // reason.
                    way.abort(clone, &head);
                    return;
                }
                if ran.code == 1 && ran.err.contains("[merge-misplaced]") {
                    // Here too git took one ledger for another, which only resolve could see.
                    (tally.needless, tally.mistaken) = (tally.needless - 1, tally.mistaken + 1);
                    way.abort(clone, &head);
                    return;
                }
                assert_eq!(
                    ran.code,
                    0,
                    "{what}: resolve\n{}{}\n{}",
                    ran.out,
                    ran.err,
                    clone.must(&["diff"])
                );
                clone.must(&["add", "-A"]);
                let stopped = clone
                    .ledger
                    .run(&["check", "--commit"])
                    .out
                    .contains("[merge-incomplete]");
                clone.commit("resolved");
                let found = clone.world();
                if let Some(found) = &found {
                    marked.iter().for_each(|id| {
                        assert_eq!(
                            found.get(id),
                            wanted.get(id),
                            "{what}: resolved\n{before}\n{}",
                            clone.must(&["show"])
                        )
                    });
                }
                if found.as_ref() == Some(&wanted) {
                    assert!(
                        !stopped,
                        "{what}: nothing is lost, and it would not be committed"
                    );
                    let audit = clone
                        .ledger
                        .run(&["audit-merges", &format!("{head}..HEAD")]);
                    assert_eq!(
                        audit.code, 0,
                        "{what}: a false alarm\n{}{}",
                        audit.out, audit.err
                    );
                    tally.resolved += 1;
                    *now = wanted;
                } else {
                    // Another file was merged by lines without a marker, and wrongly.
                    clone.count_damage(&head, found.as_ref(), &wanted, tally, what);
                }
                return;
            }
        } else {
            tally.true_conflict += 1;
            if setup == Setup::Driver {
                shown_whole(clone, &clash, what);
            }
            // Where plain git merged a file cleanly there is nothing to resolve.
            let asked: BTreeSet<String> = clash
                .iter()
                .filter(|id| clone.marked(id))
                .cloned()
                .collect();
            if way == Way::Merge && !asked.is_empty() {
                let ran = clone.ledger.run(&["resolve"]);
                assert_eq!(
                    ran.code, 1,
                    "{what}: resolve guesses\n{}{}",
                    ran.out, ran.err
                );
                if !ran.err.contains("[merge-misplaced]") {
                    shown_whole(clone, &clash, what);
                }
            }
        }
        way.abort(clone, &head);
        return;
    }
    let found = clone.world();
    if clash.is_empty() && found.as_ref() == Some(&wanted) {
        let audit = clone
            .ledger
            .run(&["audit-merges", &format!("{head}..HEAD")]);
        assert_eq!(
            audit.code, 0,
            "{what}: a false alarm\n{}{}",
            audit.out, audit.err
        );
        tally.clean += 1;
        *now = wanted;
        return;
    }
    assert!(
        setup != Setup::Driver,
        "{what}: silently wrong, {clash:?} clash\n{}\n{}",
        difference(found.as_ref(), &wanted),
        clone.ledger.run(&["check"]).out
    );
    // Without the driver both sides' changes of one record may stand together where a person should
    // have been asked.
    if found.as_ref() == Some(&wanted) {
        tally.clean += 1;
        *now = wanted;
        return;
    }
    clone.count_damage(&head, found.as_ref(), &wanted, tally, what);
}

fn difference(found: Option<&World>, wanted: &World) -> String {
    let Some(found) = found else {
        return "unreadable".to_owned();
    };
    let ids: BTreeSet<&String> = found.keys().chain(wanted.keys()).collect();
    let differ = ids
        .into_iter()
        .filter(|id| found.get(*id) != wanted.get(*id));
    differ
        .map(|id| {
            format!(
                "{id}\n  found {:?}\n  wanted {:?}\n",
                found.get(id),
                wanted.get(id)
            )
        })
        .collect()
}

/// Files in conflict show just the records that clash, whole, in both versions.
fn shown_whole(clone: &Desk, clash: &BTreeSet<String>, what: &str) {
    let mut shown = BTreeSet::new();
    for (path, bytes) in clone.ledger.bytes() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if path.extension().is_none_or(|e| e != "toml")
            || !text.contains("<<<<<<< ")
            || text.contains("<<<<<<<<")
        {
            continue; // a conflict that plain git put inside another stays as it is
        }
        let sides = ledger::merge::marks::sides(&text)
            .unwrap_or_else(|line| panic!("{what}: markers at {line}\n{text}"));
        for part in text.split("<<<<<<< ").skip(1) {
            let (conflict, _) = part
                .split_once(">>>>>>> ")
                .unwrap_or_else(|| panic!("{what}: it does not end\n{text}"));
            // Behind the first marker stands whose version it is.
            let (_, versions) = conflict.split_once('\n').expect("a line");
            let (ours, theirs) = versions.split_once("=======\n").expect("two versions");
            // A side may not have it.
            for version in [ours, theirs]
                .into_iter()
                .filter(|version| !version.is_empty())
            {
                let row = ledger::written::block::Block::read(version)
                    .unwrap_or_else(|| panic!("{what}: a whole record\n{text}"));
                shown.insert(row.identity());
            }
        }
        assert!(
            ledger::toml::parse(&ledger::source::Source::new("", sides.agreed)).is_ok(),
            "{what}\n{text}"
        );
    }
    assert!(
        shown.iter().all(|id| clash.contains(id)),
        "{what}: {shown:?} are shown, {clash:?} clash\n{}",
        clone.must(&["diff"])
    );
}

/// Runs that once showed something: commits that a rebase dropped, a file that git mixed into
/// another, orders of one day.
const TOLD: [u64; 4] = [2088, 5010, 9039, 9112];

#[test]
fn nothing_is_lost_between_clerks() {
    let runs = std::env::var("LEDGER_MERGE_RUNS")
        .ok()
        .and_then(|runs| runs.parse().ok())
        .unwrap_or(12);
    let from = std::env::var("LEDGER_MERGE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1);
    let halves: Vec<BTreeMap<(Setup, Way), Tally>> = std::thread::scope(|scope| {
        let half = |odd: u64| {
            move || {
                let mut tallies = BTreeMap::new();
                // The table is of the other runs alone.
                for seed in TOLD.into_iter().filter(|seed| seed / 2 % 2 == odd) {
                    let mut told = BTreeMap::new();
                    run(seed, &mut told);
                    assert!(
                        told.values().all(|tally: &Tally| tally.silent == 0),
                        "seed {seed}: {told:?}"
                    );
                }
                (from..from + runs)
                    .filter(|seed| seed % 2 == odd)
                    .for_each(|seed| run(seed, &mut tallies));
                tallies
            }
        };
        let threads = [scope.spawn(half(0)), scope.spawn(half(1))];
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no assertion fails"))
            .collect()
    });
    let mut tallies: BTreeMap<(Setup, Way), Tally> = BTreeMap::new();
    for (key, tally) in halves.into_iter().flatten() {
        let sum = tallies.entry(key).or_default();
        sum.clean += tally.clean;
        sum.needless += tally.needless;
        sum.resolved += tally.resolved;
        sum.true_conflict += tally.true_conflict;
        sum.mistaken += tally.mistaken;
        sum.loud += tally.loud;
        sum.silent += tally.silent;
    }
    println!(
        "| setup | way | clean | needless conflict | of these resolved by record | true conflict | git took a file for another, shown | damaged, found | damaged, silent |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for ((setup, way), t) in &tallies {
        println!(
            "| {setup:?} | {way:?} | {} | {} | {} | {} | {} | {} | {} |",
            t.clean, t.needless, t.resolved, t.true_conflict, t.mistaken, t.loud, t.silent
        );
    }
    for ((setup, way), tally) in tallies {
        assert_eq!(tally.silent, 0, "{setup:?} {way:?}");
        assert!(tally.clean > 0, "{setup:?} {way:?} never came together");
    }
}
