//! A ledger on disk: where it is, what it holds, what is wrong with it, and how it is changed.
//!
//! Reading never writes and never stops at the first bad file. Writing goes through [`mod@write`] alone.

pub mod canon;
pub mod change;
pub mod check;
pub mod format;
pub mod ledger;
pub mod scan;
pub mod splice;
pub mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::day::Day;
use crate::locale::Lang;
use crate::name::OrgPath;
use crate::problem::{Place, Problem, Problems, Rule};
use crate::record::organisation::{Match, Moves, Organisation};
use crate::record::{Record, Value};
use crate::rules::Rules;
use crate::rules::kind::FieldType;
use crate::source::Source;
use crate::spelling::folded;
use crate::wire::{Reader, Reading, parse};

/// The file-format version this program writes and the latest it reads.
pub const FORMAT: i64 = 1;

/// The keys of `ledger.toml` that are names for narrative reports; a table `names` may hold more.
pub const NAMES: &[&str] = &["district", "campaign", "liaison", "media"];

/// A ledger's root folder and what its `ledger.toml` says.
#[derive(Clone, Debug)]
pub struct Root {
    /// The folder, without symbolic links.
    pub path: PathBuf,
    /// The language of this ledger's clerks.
    pub language: Option<Lang>,
    /// The day the ledger began, where it says so.
    pub begins: Option<Day>,
    /// Names that narrative reports print: of the district, the campaign, and whatever a place adds.
    pub names: BTreeMap<String, String>,
}

impl Root {
    /// Opens the ledger at `explicit`, or the nearest one at or above `from`.
    ///
    /// # Errors
    /// No `ledger.toml` there, or one that cannot be read.
    pub fn open(explicit: Option<&Path>, from: &Path) -> Result<Root, Problems> {
        let mut places = from.ancestors();
        let folder = loop {
            let Some(place) = explicit.or_else(|| places.next()) else {
                return Err(Problem::new(Rule::NO_LEDGER).with("path", from.display().to_string()).into());
            };
            match scan::stands(&place.join("ledger.toml"))? {
                true => break place,
                false if explicit.is_some() => return Err(Problem::new(Rule::NO_LEDGER).with("path", place.display().to_string()).into()),
                false => {}
            }
        };
        let path = folder.canonicalize().map_err(|error| Problem::io(folder, &error))?;
        let source = scan::read_file(&path, &path.join("ledger.toml"))?;
        let document = parse(&source).map_err(Problems)?;
        let reading = Reading::new(&source);
        let reader = Reader::new(&reading, &document.root, 0..0);
        let format = reader.integer("format").unwrap_or(FORMAT);
        let language = reader.choice("language", &[("zh-CN", Some(Lang::Zh)), ("en", Some(Lang::En))], Some(None)).flatten();
        let begins = reader.day("begins");
        let own = NAMES.iter().filter_map(|&key| Some((key.to_owned(), reader.text(key)?)));
        let more = reader.table("names").map(|table| table.pairs()).unwrap_or_default();
        // An empty name is one that is not given: a report that needs it must say so.
        let names = own.chain(more).filter(|(_, name)| !name.is_empty()).collect();
        let root = Root { path, language, begins, names };
        if format > FORMAT {
            let place = reader.place_of("format");
            return Err(Problem::new(Rule::NEWER_FORMAT).at(place).with("found", format).with("known", FORMAT).into());
        }
        reader.finish();
        match reading.into_problems() {
            problems if problems.is_empty() => Ok(root),
            problems => Err(Problems(problems)),
        }
    }

    /// The ledger's own rules, merged with the built-in ones, and what is wrong with them.
    pub fn rules(&self) -> (Rules, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut sources = Vec::new();
        for file in scan::rule_files(&self.path, &mut problems) {
            match scan::read_file(&self.path, &file) {
                Ok(source) => sources.push(source),
                Err(problem) => problems.push(problem),
            }
        }
        let (rules, found) = Rules::load(&sources);
        problems.extend(found);
        (rules, problems)
    }

    /// The folder of an organisation.
    pub fn org_folder(&self, org: &OrgPath) -> PathBuf {
        self.path.join("orgs").join(org.as_str())
    }
}

/// A record and the organisation whose folder it lies in.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The organisation, by its index in the tree.
    pub org: usize,
    /// The record.
    pub record: Record,
}

/// Everything a ledger holds, and everything wrong with it.
#[derive(Debug)]
pub struct Tree {
    /// What is configured.
    pub rules: Rules,
    /// Organisations in the order of their ids: each just before those under it.
    pub orgs: Vec<Organisation>,
    /// Records that could be read, by organisation and then by file.
    pub entries: Vec<Entry>,
    /// What is wrong, in order of place. Findings over several records are `check`'s.
    pub problems: Vec<Problem>,
    /// Organisations that were moved, from their former ids.
    pub moves: Moves,
    /// The day the ledger began: obligations are owed from the first whole window on or after it.
    pub begins: Option<Day>,
    /// Organisations by their names as they are compared; none where several have one.
    by_name: OnceLock<BTreeMap<String, Option<usize>>>,
}

impl Tree {
    /// The organisation whose name, short name or id a text of a record is.
    pub fn org_named(&self, text: &str) -> Option<usize> {
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name: BTreeMap<String, Option<usize>> = BTreeMap::new();
            for (n, org) in self.orgs.iter().enumerate() {
                let names: BTreeSet<&str> = [org.name(), org.short(), org.path.as_str()].into();
                for name in names {
                    by_name.entry(folded(name).into_owned()).and_modify(|other| *other = None).or_insert(Some(n));
                }
            }
            by_name
        });
        by_name.get(&*folded(text)).copied().flatten()
    }

    /// Reads a whole ledger.
    pub fn load(root: &Root, rules: Rules, problems: Vec<Problem>) -> Tree {
        let (mut tree, folders) = Tree::without_records(root, rules, problems);
        let of = |folder: &scan::Folder| tree.owner(&folder.org);
        let owned = folders.iter().filter_map(|folder| Some((of(folder)?, folder)));
        let mut files: Vec<(usize, &Path)> =
            owned.flat_map(|(org, folder)| folder.ledgers.iter().map(move |file| (org, file.as_path()))).collect();
        // What was left behind at a former place comes after what stands in its own.
        files.sort_by_key(|(org, _)| *org);
        // Files are read side by side; their results are joined in the order of the files.
        let read = |&(org, file): &(usize, &Path)| match scan::read_file(&root.path, file) {
            Ok(source) => (org, ledger::read_records(&source, &tree.rules)),
            Err(problem) => (org, (Vec::new(), vec![problem])),
        };
        let read: Vec<_> = files.par_iter().map(read).collect();
        for (org, (records, problems)) in read {
            tree.add_records(org, records, problems);
        }
        tree.refuse_duplicates();
        tree.follow_moves();
        tree.problems = crate::problem::sorted(std::mem::take(&mut tree.problems));
        tree
    }

    /// Notes organisations that stand where another was formerly: what is entered there may be meant for either.
    fn note_former_ids_in_use(&mut self) {
        for org in &self.orgs {
            let now = self.moves.now(org.path.as_str());
            if now != org.path.as_str() && self.orgs.iter().any(|other| other.path.as_str() == now) {
                let place = Place::file(org.file());
                self.problems.push(Problem::new(Rule::FORMER_IN_USE).at(place).with("org", org.path.as_str()).with("now", now));
            }
        }
    }

    /// An organisation that one clerk put under another, which a second clerk moved meanwhile: it belongs under it still.
    fn follow_those_above(&mut self) {
        if self.moves.is_empty() {
            return;
        }
        let standing: BTreeMap<OrgPath, String> = self.orgs.iter().map(|org| (org.folder.clone(), org.name().to_owned())).collect();
        // Those above come first, and so it is known whether they are where their folder is.
        let mut in_place: BTreeSet<OrgPath> = BTreeSet::new();
        let mut left = Vec::new();
        for org in &mut self.orgs {
            let now: Option<OrgPath> = self.moves.now(org.folder.as_str()).parse().ok();
            // Another may have taken the place meanwhile; one of the same name is the same one.
            let free = |now: &OrgPath| standing.get(now).is_none_or(|name| name == org.name());
            match now.filter(|now| *now != org.folder && free(now)) {
                Some(now) if org.folder.parent().is_some_and(|above| !in_place.contains(&above)) => {
                    left.push(org.folder.clone());
                    org.path = now;
                }
                _ => drop(in_place.insert(org.folder.clone())),
            }
        }
        self.orgs.retain(|org| org.path == org.folder || !standing.contains_key(&org.path));
        self.orgs.sort_by(|a, b| a.path.cmp(&b.path));
        self.orgs.dedup_by(|a, b| a.path == b.path);
        for folder in left {
            if let Some(owner) = self.owner(&folder) {
                self.note_left_behind(&folder, owner);
            }
        }
    }

    /// Keeps the place of an organisation of which two clerks moved another under it, and it under that one.
    fn note_circle(&mut self, folder: OrgPath) {
        let place = Place::file(format!("orgs/{folder}"));
        self.problems.push(Problem::new(Rule::MOVED_IN_CIRCLE).at(place).with("org", folder.as_str()));
        self.push_unreadable(folder);
    }

    fn note_left_behind(&mut self, folder: &OrgPath, owner: usize) {
        let owner = &self.orgs[owner];
        let problem = Problem::new(Rule::LEFT_BEHIND).at(Place::file(format!("orgs/{folder}")));
        self.problems.push(problem.with("name", owner.name()).with("org", owner.path.as_str()));
    }

    /// The organisation of that id, or the one that was moved from there.
    pub fn owner(&self, path: &OrgPath) -> Option<usize> {
        let find = |id: &str| self.orgs.binary_search_by(|org| org.path.segments().cmp(id.split('/'))).ok();
        find(path.as_str()).or_else(|| find(&self.moves.now(path.as_str())))
    }

    /// Where records name an organisation by a former id, its present one is put.
    fn follow_moves(&mut self) {
        if self.moves.is_empty() {
            return;
        }
        let mut entries = std::mem::take(&mut self.entries);
        for entry in &mut entries {
            let kind = std::sync::Arc::clone(&entry.record.kind);
            for (field, value) in kind.fields.iter().zip(&mut entry.record.fields) {
                if let (FieldType::Organisation, Some(Value::Text(id))) = (&field.ty, value)
                    && let Some(owner) = id.parse().ok().and_then(|path| self.owner(&path))
                {
                    self.orgs[owner].path.as_str().clone_into(id);
                }
            }
        }
        self.entries = entries;
    }

    /// Reads the organisations alone, for commands that look at no record.
    ///
    /// # Errors
    /// Something kept the program from seeing all there are.
    pub fn organisations(root: &Root, rules: Rules) -> Result<Tree, Problems> {
        // While another moves an organisation its folder can be gone from where it was just seen.
        let mut patience = 3;
        loop {
            let (tree, _) = Tree::without_records(root, rules.clone(), Vec::new());
            match Problem::refuse_hidden(&tree.problems) {
                Err(problems) if patience > 0 && problems.0.iter().any(Problem::is_absence) => patience -= 1,
                result => return result.map(|()| tree),
            }
        }
    }

    fn without_records(root: &Root, rules: Rules, mut problems: Vec<Problem>) -> (Tree, Vec<scan::Folder>) {
        let folders = scan::organisations(&root.path, &mut problems);
        let mut tree = Tree {
            rules,
            orgs: Vec::new(),
            entries: Vec::new(),
            problems,
            moves: Moves::default(),
            begins: root.begins,
            by_name: OnceLock::new(),
        };
        let (stand, bare): (Vec<&scan::Folder>, Vec<&scan::Folder>) = folders.iter().partition(|folder| folder.file.is_some());
        for folder in stand {
            tree.read_organisation(root, folder.org.clone(), folder.file.as_deref());
        }
        tree.moves = Moves::of(&tree.orgs);
        tree.follow_those_above();
        tree.note_former_ids_in_use();
        let owned = |folder: &scan::Folder| tree.owner(&folder.org).filter(|_| !tree.moves.is_empty());
        let owners: Vec<Option<usize>> = bare.iter().map(|folder| owned(folder)).collect();
        for (folder, owner) in bare.into_iter().zip(owners) {
            match owner {
                None if tree.moves.go_in_a_circle(folder.org.as_str()) => tree.note_circle(folder.org.clone()),
                None => tree.read_organisation(root, folder.org.clone(), None),
                Some(owner) if folder.ledgers.is_empty() || tree.orgs[owner].path == folder.org => {}
                Some(owner) => tree.note_left_behind(&folder.org, owner),
            }
        }
        tree.orgs.sort_by(|a, b| a.path.cmp(&b.path));
        (tree, folders)
    }

    /// A tree from texts, for tests and for programs that have no folder: organisations and ledgers by id.
    pub fn from_texts(rules: Rules, orgs: &[(&str, &str)], ledgers: &[(&str, &str)]) -> Tree {
        let mut tree = Tree {
            rules,
            orgs: Vec::new(),
            entries: Vec::new(),
            problems: Vec::new(),
            moves: Moves::default(),
            begins: None,
            by_name: OnceLock::new(),
        };
        let mut orgs: Vec<(OrgPath, &str)> = orgs.iter().filter_map(|(path, text)| Some((path.parse().ok()?, *text))).collect();
        orgs.sort_by(|a, b| a.0.cmp(&b.0));
        for (path, text) in orgs {
            let file = format!("orgs/{path}/org.toml");
            tree.add_organisation(path, &Source::new(&file, text));
        }
        for (path, text) in ledgers {
            let Some(org) = tree.orgs.iter().position(|org| org.path.as_str() == *path) else {
                tree.problems.push(Problem::new(Rule::UNKNOWN_ORG).with("name", *path));
                continue;
            };
            let source = Source::new(&format!("orgs/{path}/2026/test-00.toml"), *text);
            let (records, problems) = ledger::read_records(&source, &tree.rules);
            tree.add_records(org, records, problems);
        }
        tree.moves = Moves::of(&tree.orgs);
        tree.entries.sort_by_key(|entry| entry.org);
        tree.refuse_duplicates();
        tree.follow_moves();
        tree.problems = crate::problem::sorted(std::mem::take(&mut tree.problems));
        tree
    }

    fn read_organisation(&mut self, root: &Root, path: OrgPath, file: Option<&Path>) {
        let source = match file.map(|file| scan::read_file(&root.path, file)) {
            Some(Ok(source)) => source,
            Some(Err(problem)) => {
                self.problems.push(problem);
                return self.push_unreadable(path);
            }
            None => {
                self.problems.push(Problem::new(Rule::MISSING_ORG_FILE).at(Place::file(format!("orgs/{path}/org.toml"))));
                return self.push_unreadable(path);
            }
        };
        self.add_organisation(path, &source);
    }

    fn add_organisation(&mut self, path: OrgPath, source: &Source) {
        match ledger::read_organisation(source, path.clone(), &self.rules) {
            (Some(org), problems) => {
                self.problems.extend(problems);
                self.orgs.push(org);
            }
            (None, problems) => {
                self.problems.extend(problems);
                self.push_unreadable(path);
            }
        }
    }

    /// Keeps the place of an organisation whose file cannot be read, so that its records have an owner.
    fn push_unreadable(&mut self, path: OrgPath) {
        let kind = std::sync::Arc::clone(&self.rules.org);
        let fields = vec![None; kind.fields.len()];
        self.orgs.push(Organisation::new(path, kind, fields));
    }

    fn add_records(&mut self, org: usize, records: Vec<Record>, problems: Vec<Problem>) {
        self.problems.extend(problems);
        self.entries.extend(records.into_iter().map(|record| Entry { org, record }));
    }

    /// Of equal records under one id one is kept; different ones are a problem, and none is kept.
    fn refuse_duplicates(&mut self) {
        let mut by_id: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (n, entry) in self.entries.iter().enumerate() {
            by_id.entry(entry.record.id.as_str()).or_default().push(n);
        }
        let mut drop = vec![false; self.entries.len()];
        for (id, twins) in by_id.into_iter().filter(|(_, twins)| twins.len() > 1) {
            let first = &self.entries[twins[0]];
            let differ = twins[1..]
                .iter()
                .map(|&n| &self.entries[n])
                .any(|other| other.org != first.org || !other.record.says_the_same(&first.record));
            for &n in &twins[1..] {
                drop[n] = true;
            }
            if !differ {
                continue;
            }
            drop[twins[0]] = true;
            // Each copy is left out and so each is named, with another beside it.
            for (&n, &other) in twins.iter().zip(twins.iter().cycle().skip(1)) {
                let other = place_of(&self.entries[other].record);
                self.problems.push(
                    Problem::new(Rule::DUPLICATE_ID)
                        .at(place_of(&self.entries[n].record))
                        .with("id", id)
                        .with("first", other.to_string())
                        .and_at(other),
                );
            }
        }
        let mut n = 0;
        self.entries.retain(|_| {
            n += 1;
            !drop[n - 1]
        });
    }

    /// The organisation that `text` names.
    ///
    /// # Errors
    /// None of that name, or several: then their paths.
    pub fn org(&self, text: &str) -> Result<usize, Problem> {
        find_org(&self.orgs, text, &self.rules)
    }

    /// The top organisation, where there is just one.
    ///
    /// # Errors
    /// No organisation at all, or several tops.
    pub fn top(&self) -> Result<usize, Problem> {
        let tops: Vec<usize> = (0..self.orgs.len()).filter(|&n| self.orgs[n].path.depth() == 0).collect();
        match tops[..] {
            [] => Err(Problem::new(Rule::NO_ORGS)),
            [top] => Ok(top),
            _ => {
                let names: Vec<String> = tops.iter().map(|&n| self.orgs[n].path.to_string()).collect();
                Err(Problem::new(Rule::WHICH_TOP).with("candidates", candidates(names)))
            }
        }
    }

    /// The indices of an organisation and of all under it.
    pub fn subtree(&self, org: usize) -> std::ops::Range<usize> {
        let top = &self.orgs[org].path;
        let end = self.orgs[org..].iter().position(|o| !o.path.is_within(top)).map_or(self.orgs.len(), |n| org + n);
        org..end
    }

    /// Records of one organisation.
    pub fn entries_of(&self, org: usize) -> &[Entry] {
        let start = self.entries.partition_point(|entry| entry.org < org);
        let end = self.entries.partition_point(|entry| entry.org <= org);
        &self.entries[start..end]
    }

    /// Problems that stand in the way of a report.
    pub fn blocking(&self) -> Vec<Problem> {
        self.problems.iter().filter(|p| p.blocks()).cloned().collect()
    }
}

/// Names to choose from, a line each; of very many, the first.
pub fn candidates(mut names: Vec<String>) -> String {
    const SHOWN: usize = 20;
    if names.len() > SHOWN {
        let more = names.len() - SHOWN;
        names.truncate(SHOWN);
        names.push(format!("… (+{more})"));
    }
    names.join("\n")
}

/// The header of a record, as a place.
pub fn place_of(record: &Record) -> Place {
    let text = format!("[[{}]]", record.kind.name);
    Place { file: record.origin.file.clone(), line: record.origin.line, column: 1, width: text.chars().count(), text }
}

/// The organisation among `orgs` that `text` names.
///
/// # Errors
/// None of that name, or several that answer equally well: then their paths.
pub fn find_org(orgs: &[Organisation], text: &str, rules: &Rules) -> Result<usize, Problem> {
    let mut found: Vec<(Match, usize)> =
        orgs.iter().enumerate().filter_map(|(n, org)| Some((org.answers_to(text, &rules.naming)?, n))).collect();
    found.sort();
    match found[..] {
        [] => {
            // Who still uses a former id means the same organisation.
            let now = Moves::of(orgs).now(text);
            orgs.iter().position(|org| org.path.as_str() == now).ok_or_else(|| Problem::new(Rule::UNKNOWN_ORG).with("name", text))
        }
        [(_, n)] => Ok(n),
        _ => {
            let best = found[0].0;
            let equal: Vec<usize> = found.iter().filter(|(m, _)| *m == best).map(|(_, n)| *n).collect();
            match equal[..] {
                [n] => Ok(n),
                _ => {
                    let names: Vec<String> = equal.iter().map(|&n| format!("{}  {}", orgs[n].path, orgs[n].name())).collect();
                    Err(Problem::new(Rule::AMBIGUOUS_ORG).with("name", text).with("candidates", candidates(names)))
                }
            }
        }
    }
}
