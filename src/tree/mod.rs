//! A ledger on disk: where it is, what it holds, what is wrong with it, and how it is changed.
//!
//! Reading never writes and never stops at the first bad file. Writing goes through [`mod@write`]
//! alone.

pub mod canon;
pub mod change;
pub mod check;
pub mod files;
pub mod format;
pub mod intake;
pub mod journal;
pub mod ledger;
pub mod pass;
pub mod scan;
pub mod splice;
pub mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::day::Day;
use crate::locale::Lang;
use crate::name::{OrgPath, RecordId};
use crate::path::resolved;
use crate::problem::{Place, Problem, Problems, Rule};
use crate::record::Record;
use crate::record::organisation::{Match, Moves, Organisation};
use crate::rules::Rules;
use crate::source::Source;
use crate::spelling::{folded, nearest};
use crate::toml::{Reader, Reading, parse};
use crate::tree::files::{Files, Folder, ListedFile, Texts};
use crate::written::selection::Selection;

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
    /// Whether members have points.
    pub points: bool,
    /// Names that narrative reports print: of the district, the campaign, and whatever a place
    /// adds.
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
                return Err(Problem::new(Rule::NO_LEDGER)
                    .with("path", from.display().to_string())
                    .into());
            };
            match scan::stands(&place.join("ledger.toml"))? {
                true => break place,
                false if explicit.is_some() => {
                    return Err(Problem::new(Rule::NO_LEDGER)
                        .with("path", place.display().to_string())
                        .into());
                }
                false => {}
            }
        };
        let path = resolved(folder).map_err(|error| Problem::io(folder, &error))?;
        Root::read(
            path.clone(),
            &scan::read_file(&path, &path.join("ledger.toml"))?,
        )
    }

    /// The root at a folder, with settings as a text of `ledger.toml` says them.
    ///
    /// # Errors
    /// The text cannot be read as that.
    pub fn read(path: PathBuf, source: &Source) -> Result<Root, Problems> {
        let document = parse(source).map_err(Problems)?;
        let reading = Reading::new(source);
        let reader = Reader::new(&reading, &document.root, 0..0);
        let format = reader.integer("format").unwrap_or(FORMAT);
        let language = reader
            .choice(
                "language",
                &[("zh-CN", Some(Lang::Zh)), ("en", Some(Lang::En))],
                Some(None),
            )
            .flatten();
        let begins = reader.day("begins");
        let points = match reader.node("points") {
            Some(_) => reader.boolean("points"),
            None => true,
        };
        let own = NAMES
            .iter()
            .filter_map(|&key| Some((key.to_owned(), reader.text(key)?)));
        let more = reader
            .table("names")
            .map(|table| table.pairs())
            .unwrap_or_default();
        // An empty name is one that is not given: a report that needs it must say so.
        let names = own
            .chain(more)
            .filter(|(_, name)| !name.is_empty())
            .collect();
        let root = Root {
            path,
            language,
            begins,
            points,
            names,
        };
        if format > FORMAT {
            let place = reader.place_of("format");
            return Err(Problem::new(Rule::NEWER_FORMAT)
                .at(place)
                .with("found", format)
                .with("known", FORMAT)
                .into());
        }
        reader.finish();
        match reading.into_problems() {
            problems if problems.is_empty() => Ok(root),
            problems => Err(Problems(problems)),
        }
    }

    /// Refuses what is about points of members where the ledger has none.
    ///
    /// # Errors
    /// It has none.
    pub fn refuse_points(&self) -> Result<(), Problem> {
        match self.points {
            true => Ok(()),
            false => Err(Problem::new(Rule::NO_POINTS)),
        }
    }

    /// The ledger's own rules, merged with the built-in ones, and what is wrong with them.
    pub fn rules(&self) -> (Arc<Rules>, Vec<Problem>) {
        rules(self)
    }

    /// The folder of an organisation.
    pub fn org_folder(&self, org: &OrgPath) -> PathBuf {
        self.path.join("orgs").join(org.as_str())
    }
}

/// A ledger's own rules, merged with the built-in ones, and what is wrong with them.
pub fn rules(files: &dyn Files) -> (Arc<Rules>, Vec<Problem>) {
    rules_with(files, Vec::new())
}

/// The same with more files of rules.
pub fn rules_with(files: &dyn Files, more: Vec<Source>) -> (Arc<Rules>, Vec<Problem>) {
    let (rules, mut problems) = rules_of_records(files, more);
    problems.extend_from_slice(rules.figure_problems());
    (rules, problems)
}

/// The same for who computes no figure: figures are not read, and what is wrong with them is not
/// found.
pub fn rules_of_records(files: &dyn Files, more: Vec<Source>) -> (Arc<Rules>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut sources = more;
    for file in files.below("rules", &mut problems) {
        match files.read(&file) {
            Ok(source) => sources.push(source),
            Err(problem) => problems.push(problem),
        }
    }
    let (rules, found) = Rules::load_for_records(&sources);
    problems.extend(found);
    (rules, problems)
}

self_cell::self_cell!(
    /// A ledger together with its rules, for whoever cannot borrow them from elsewhere.
    pub struct Loaded {
        owner: Arc<Rules>,
        #[covariant]
        dependent: Tree,
    }
);

impl Loaded {
    /// Makes a ledger from its rules.
    pub fn from(rules: Arc<Rules>, make: impl for<'r> FnOnce(&'r Rules) -> Tree<'r>) -> Loaded {
        Loaded::new(rules, |rules| make(rules))
    }

    /// The ledger.
    pub fn tree(&self) -> &Tree<'_> {
        self.borrow_dependent()
    }
}

/// A record and the organisation whose folder it lies in.
#[derive(Clone, Debug)]
pub struct OwnedRecord<'r> {
    /// The organisation, by its index in the tree.
    pub org: usize,
    /// The record.
    pub record: Record<'r>,
}

/// Everything a ledger holds, and everything wrong with it.
#[derive(Debug)]
pub struct Tree<'r> {
    /// What is configured.
    pub rules: &'r Rules,
    /// Organisations in the order of their ids: each just before those under it.
    pub orgs: Vec<Organisation>,
    /// Records that could be read, by organisation and then by file.
    pub entries: Vec<OwnedRecord<'r>>,
    /// Where the records of each organisation are.
    pub(crate) ledgers: Vec<Vec<ListedFile>>,
    /// What is wrong, in order of place. Findings over several records are `check`'s.
    pub problems: Vec<Problem>,
    /// Organisations that were moved, from their former ids.
    pub moves: Moves,
    /// The day the ledger began: obligations are owed from the first whole window on or after it.
    pub begins: Option<Day>,
    /// Organisations by their names as they are compared; none where several have one.
    by_name: OnceLock<BTreeMap<String, Option<usize>>>,
    /// Records by their ids.
    by_id: OnceLock<HashMap<RecordId, usize>>,
    /// Where the records of each organisation are among the entries.
    index: OnceLock<Index>,
}

/// Where the records of each organisation are among all, and of each kind among those.
#[derive(Debug)]
struct Index {
    ranges: Vec<std::ops::Range<usize>>,
    by_kind: Vec<ByKind>,
}

impl Index {
    fn of(orgs: usize, entries: &[OwnedRecord<'_>]) -> Index {
        let mut start = 0;
        let mut next = |org: usize| {
            let end = start + entries[start..].partition_point(|entry| entry.org <= org);
            std::mem::replace(&mut start, end)..end
        };
        let ranges: Vec<_> = (0..orgs).map(&mut next).collect();
        let by_kind = ranges
            .par_iter()
            .map(|range| ByKind::of_entries(&entries[range.clone()]))
            .collect();
        Index { ranges, by_kind }
    }
}

impl<'r> Tree<'r> {
    /// The organisation whose name, short name or id a text of a record is.
    pub fn org_named(&self, text: &str) -> Option<usize> {
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name: BTreeMap<String, Option<usize>> = BTreeMap::new();
            for (n, org) in self.orgs.iter().enumerate() {
                let names: BTreeSet<&str> = [org.name(), org.short(), org.path.as_str()].into();
                for name in names {
                    by_name
                        .entry(folded(name).into_owned())
                        .and_modify(|other| *other = None)
                        .or_insert(Some(n));
                }
            }
            by_name
        });
        by_name.get(&*folded(text)).copied().flatten()
    }

    /// The record that has an id, however its letters are written.
    pub fn entry_with_id(&self, id: &str) -> Option<&OwnedRecord<'r>> {
        let by_id = self.by_id.get_or_init(|| {
            let entries = self.entries.iter().enumerate();
            entries
                .map(|(n, entry)| (entry.record.id.clone(), n))
                .collect()
        });
        by_id.get(&*folded(id)).map(|&n| &self.entries[n])
    }

    /// Reads a whole ledger, of its records what is selected.
    pub fn load(
        files: &dyn Files,
        begins: Option<Day>,
        rules: &'r Rules,
        selection: &Selection,
        problems: Vec<Problem>,
    ) -> Tree<'r> {
        let mut tree = Tree::outline(files, begins, rules, problems);
        tree.read_records(files, selection);
        tree
    }

    /// Reads the records of a ledger whose organisations are known, and keeps what is selected.
    pub fn read_records(&mut self, files: &dyn Files, selection: &Selection) {
        self.entries = pass::keep(self, files, selection);
        self.index = OnceLock::new();
    }

    /// Notes organisations that stand where another was formerly: what is entered there may be
    /// meant for either.
    fn note_former_ids_in_use(&mut self) {
        for org in &self.orgs {
            let now = self.moves.now(org.path.as_str());
            if now != org.path.as_str() && self.orgs.iter().any(|other| other.path.as_str() == now)
            {
                let place = Place::file(org.file());
                self.problems.push(
                    Problem::new(Rule::FORMER_IN_USE)
                        .at(place)
                        .with("org", org.path.as_str())
                        .with("now", now),
                );
            }
        }
    }

    /// An organisation that one clerk put under another, which a second clerk moved meanwhile: it
    /// belongs under it still.
    fn follow_those_above(&mut self) {
        if self.moves.is_empty() {
            return;
        }
        let standing: BTreeMap<OrgPath, String> = self
            .orgs
            .iter()
            .map(|org| (org.folder.clone(), org.name().to_owned()))
            .collect();
        // Those above come first, and so it is known whether they are where their folder is.
        let mut in_place: BTreeSet<OrgPath> = BTreeSet::new();
        let mut left = Vec::new();
        for org in &mut self.orgs {
            let now: Option<OrgPath> = self.moves.now(org.folder.as_str()).parse().ok();
            // Another may have taken the place meanwhile; one of the same name is the same one.
            let free = |now: &OrgPath| standing.get(now).is_none_or(|name| name == org.name());
            match now.filter(|now| *now != org.folder && free(now)) {
                Some(now)
                    if org
                        .folder
                        .parent()
                        .is_some_and(|above| !in_place.contains(&above)) =>
                {
                    left.push(org.folder.clone());
                    org.path = now;
                }
                _ => drop(in_place.insert(org.folder.clone())),
            }
        }
        self.orgs
            .retain(|org| org.path == org.folder || !standing.contains_key(&org.path));
        self.orgs.sort_by(|a, b| a.path.cmp(&b.path));
        self.orgs.dedup_by(|a, b| a.path == b.path);
        for folder in left {
            if let Some(owner) = self.owner(&folder) {
                self.note_left_behind(&folder, owner);
            }
        }
    }

    /// Keeps the place of an organisation of which two clerks moved another under it, and it under
    /// that one.
    fn note_circle(&mut self, folder: OrgPath) {
        let place = Place::file(format!("orgs/{folder}"));
        self.problems.push(
            Problem::new(Rule::MOVED_IN_CIRCLE)
                .at(place)
                .with("org", folder.as_str()),
        );
        self.push_unreadable(folder);
    }

    fn note_left_behind(&mut self, folder: &OrgPath, owner: usize) {
        let owner = &self.orgs[owner];
        let problem = Problem::new(Rule::LEFT_BEHIND).at(Place::file(format!("orgs/{folder}")));
        self.problems.push(
            problem
                .with("name", owner.name())
                .with("org", owner.path.as_str()),
        );
    }

    /// The organisation of that id, or the one that was moved from there.
    pub fn owner(&self, path: &OrgPath) -> Option<usize> {
        let find = |id: &str| {
            self.orgs
                .binary_search_by(|org| org.path.segments().cmp(id.split('/')))
                .ok()
        };
        find(path.as_str()).or_else(|| find(&self.moves.now(path.as_str())))
    }

    /// Reads the organisations alone, for commands that look at no record.
    ///
    /// # Errors
    /// Something kept the program from seeing all there are.
    pub fn organisations(root: &Root, rules: &'r Rules) -> Result<Tree<'r>, Problems> {
        // While another moves an organisation its folder can be gone from where it was just seen.
        let mut patience = 3;
        loop {
            let tree = Tree::outline(root, root.begins, rules, Vec::new());
            match Problem::refuse_hidden(&tree.problems) {
                Err(problems) if patience > 0 && problems.0.iter().any(Problem::is_absence) => {
                    patience -= 1
                }
                result => return result.map(|()| tree),
            }
        }
    }

    /// Reads the organisations, and notes where their records are.
    pub fn outline(
        files: &dyn Files,
        begins: Option<Day>,
        rules: &'r Rules,
        mut problems: Vec<Problem>,
    ) -> Tree<'r> {
        let folders = files.organisations(&mut problems);
        let mut tree = Tree {
            rules,
            orgs: Vec::new(),
            entries: Vec::new(),
            ledgers: Vec::new(),
            problems,
            moves: Moves::default(),
            begins,
            by_name: OnceLock::new(),
            by_id: OnceLock::new(),
            index: OnceLock::new(),
        };
        let (stand, bare): (Vec<&Folder>, Vec<&Folder>) =
            folders.iter().partition(|folder| folder.file.is_some());
        let read = |folder: &&Folder| Organised::read(files, folder, rules);
        for organised in stand.par_iter().map(read).collect::<Vec<_>>() {
            tree.add_organisation(organised);
        }
        tree.moves = Moves::of(&tree.orgs);
        tree.follow_those_above();
        tree.note_former_ids_in_use();
        let owned = |folder: &Folder| tree.owner(&folder.org).filter(|_| !tree.moves.is_empty());
        let owners: Vec<Option<usize>> = bare.iter().map(|folder| owned(folder)).collect();
        for (folder, owner) in bare.into_iter().zip(owners) {
            match owner {
                None if tree.moves.go_in_a_circle(folder.org.as_str()) => {
                    tree.note_circle(folder.org.clone())
                }
                None => tree.add_organisation(Organised::read(files, folder, rules)),
                Some(owner) if folder.ledgers.is_empty() || tree.orgs[owner].path == folder.org => {
                }
                Some(owner) => tree.note_left_behind(&folder.org, owner),
            }
        }
        tree.orgs.sort_by(|a, b| a.path.cmp(&b.path));
        // What was left behind at a former place comes after what stands in its own.
        tree.ledgers = vec![Vec::new(); tree.orgs.len()];
        for folder in folders {
            if let Some(org) = tree.owner(&folder.org) {
                tree.ledgers[org].extend(folder.ledgers);
            }
        }
        tree
    }

    /// A tree from texts, for tests and for programs that have no folder: organisations and ledgers
    /// by id.
    pub fn from_texts(
        rules: &'r Rules,
        orgs: &[(&str, &str)],
        ledgers: &[(&str, &str)],
    ) -> Tree<'r> {
        let unknown = ledgers
            .iter()
            .filter(|(path, _)| !orgs.iter().any(|(org, _)| org == path));
        let problems = unknown
            .map(|(path, _)| Problem::new(Rule::UNKNOWN_ORG).with("name", *path))
            .collect();
        Tree::load(
            &Texts { orgs, ledgers },
            None,
            rules,
            &Selection::everything(),
            problems,
        )
    }

    fn add_organisation(&mut self, organised: Organised) {
        self.problems.extend(organised.problems);
        match organised.org {
            Some(org) => self.orgs.push(org),
            None => self.push_unreadable(organised.path),
        }
    }

    /// Keeps the place of an organisation whose file cannot be read, so that its records have an
    /// owner.
    fn push_unreadable(&mut self, path: OrgPath) {
        let kind = std::sync::Arc::clone(&self.rules.org);
        let fields = vec![None; kind.fields.len()];
        self.orgs.push(Organisation::new(path, kind, fields));
    }

    /// The organisation that `text` names.
    ///
    /// # Errors
    /// None of that name, or several: then their paths.
    pub fn org(&self, text: &str) -> Result<usize, Problem> {
        find_org(&self.orgs, text, self.rules)
    }

    /// The top organisation, where there is just one.
    ///
    /// # Errors
    /// No organisation at all, or several tops.
    pub fn top(&self) -> Result<usize, Problem> {
        let tops: Vec<usize> = (0..self.orgs.len())
            .filter(|&n| self.orgs[n].path.depth() == 0)
            .collect();
        match tops[..] {
            [] => Err(Problem::new(Rule::NO_ORGS)),
            [top] => Ok(top),
            _ => {
                let names: Vec<String> = tops
                    .iter()
                    .map(|&n| self.orgs[n].path.to_string())
                    .collect();
                Err(Problem::new(Rule::WHICH_TOP).with("candidates", candidates(names)))
            }
        }
    }

    /// The indices of an organisation and of all under it.
    pub fn subtree(&self, org: usize) -> std::ops::Range<usize> {
        let top = &self.orgs[org].path;
        let end = self.orgs[org..]
            .iter()
            .position(|o| !o.path.is_within(top))
            .map_or(self.orgs.len(), |n| org + n);
        org..end
    }

    /// Records of one organisation.
    pub fn entries_of(&self, org: usize) -> &[OwnedRecord<'r>] {
        let start = self.entries.partition_point(|entry| entry.org < org);
        let end = self.entries.partition_point(|entry| entry.org <= org);
        &self.entries[start..end]
    }

    /// The same, with what is known of the organisation.
    pub fn records_of(&self, org: usize) -> Records<'_> {
        let index = self
            .index
            .get_or_init(|| Index::of(self.orgs.len(), &self.entries));
        let range = index.ranges[org].clone();
        Records {
            tree: self,
            org,
            first: range.start,
            entries: &self.entries[range],
            by_kind: &index.by_kind[org],
        }
    }

    /// Problems that stand in the way of a report.
    pub fn blocking(&self) -> Vec<Problem> {
        self.problems
            .iter()
            .filter(|p| p.blocks())
            .cloned()
            .collect()
    }
}

/// The records of one organisation, as a tree holds them or as they pass by.
#[derive(Clone, Copy)]
pub struct Records<'t> {
    /// The ledger.
    pub tree: &'t Tree<'t>,
    /// The organisation, by its index in the tree.
    pub org: usize,
    /// Its records.
    pub entries: &'t [OwnedRecord<'t>],
    /// The index of the first of them.
    first: usize,
    by_kind: &'t ByKind,
}

impl<'t> Records<'t> {
    /// Records that pass by: their indices begin with 0.
    pub fn passing(
        tree: &'t Tree<'t>,
        org: usize,
        entries: &'t [OwnedRecord<'t>],
        by_kind: &'t ByKind,
    ) -> Records<'t> {
        Records {
            tree,
            org,
            entries,
            first: 0,
            by_kind,
        }
    }

    /// The organisation.
    pub fn organisation(&self) -> &'t Organisation {
        &self.tree.orgs[self.org]
    }

    /// A record by its index.
    pub fn record(&self, n: usize) -> &'t Record<'t> {
        &self.entries[n - self.first].record
    }

    /// The kinds of which some record is so, by their indices among the rules' kinds.
    pub fn kinds_that(&self, is_so: impl Fn(&Record<'_>) -> bool) -> impl Iterator<Item = usize> {
        let kinds = self.by_kind.0.iter();
        kinds
            .filter(move |(_, indices)| {
                let mut records = indices.iter().map(|&n| &self.entries[n as usize].record);
                records.any(&is_so)
            })
            .map(|(kind, _)| *kind)
    }

    /// The records of a kind with their indices, in order.
    pub fn of_kind(
        &self,
        kind: &str,
    ) -> impl Iterator<Item = (usize, &'t OwnedRecord<'t>)> + use<'t> {
        let (entries, first) = (self.entries, self.first);
        let kind = self
            .tree
            .rules
            .kinds
            .iter()
            .find(|known| known.name == kind);
        kind.map_or(&[][..], |kind| self.by_kind.of(kind.number))
            .iter()
            .map(move |&n| (first + n as usize, &entries[n as usize]))
    }
}

/// The records of an organisation by their kinds: the number of each kind, and the indices of its
/// records.
#[derive(Debug)]
pub struct ByKind(Vec<(usize, Vec<u32>)>);

impl ByKind {
    /// Puts records in order by kind.
    pub fn of_entries(entries: &[OwnedRecord<'_>]) -> ByKind {
        let mut kinds: Vec<(usize, Vec<u32>)> = Vec::new();
        for (n, entry) in entries.iter().enumerate() {
            let n = u32::try_from(n).unwrap_or(u32::MAX);
            match kinds
                .iter_mut()
                .find(|(kind, _)| *kind == entry.record.kind.number)
            {
                Some((_, indices)) => indices.push(n),
                None => kinds.push((entry.record.kind.number, vec![n])),
            }
        }
        ByKind(kinds)
    }

    fn of(&self, kind: usize) -> &[u32] {
        self.0
            .iter()
            .find(|(known, _)| *known == kind)
            .map_or(&[], |(_, indices)| indices)
    }
}

/// An organisation's file, as far as it could be read.
struct Organised {
    path: OrgPath,
    org: Option<Organisation>,
    problems: Vec<Problem>,
}

impl Organised {
    fn read(files: &dyn Files, folder: &Folder, rules: &Rules) -> Organised {
        let path = folder.org.clone();
        let unreadable = |problem| Organised {
            path: folder.org.clone(),
            org: None,
            problems: vec![problem],
        };
        match folder.file.as_ref().map(|file| files.read(file)) {
            Some(Ok(source)) => {
                let (org, problems) = ledger::read_organisation(&source, path.clone(), rules);
                Organised {
                    path,
                    org,
                    problems,
                }
            }
            Some(Err(problem)) => unreadable(problem),
            None => unreadable(
                Problem::new(Rule::MISSING_ORG_FILE)
                    .at(Place::file(format!("orgs/{path}/org.toml"))),
            ),
        }
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
    Place {
        file: record.origin.file.clone(),
        line: record.origin.line,
        column: 1,
        width: text.chars().count(),
        text,
    }
}

/// The organisation among `orgs` that `text` names.
///
/// # Errors
/// None of that name, or several that answer equally well: then their paths.
pub fn find_org(orgs: &[Organisation], text: &str, rules: &Rules) -> Result<usize, Problem> {
    find_org_bare(orgs, text, rules).map_err(|problem| match problem.rule {
        Rule::UNKNOWN_ORG => unknown_org(text, orgs),
        _ => problem,
    })
}

/// That no organisation is called so, with those of some whose names are nearest.
pub fn unknown_org(text: &str, orgs: &[Organisation]) -> Problem {
    let segments = orgs
        .iter()
        .filter_map(|org| org.path.as_str().rsplit('/').next());
    let near = nearest(text, orgs.iter().map(Organisation::name).chain(segments));
    let hint = if near.is_empty() { "none" } else { "other" };
    Problem::new(Rule::UNKNOWN_ORG)
        .with("name", text)
        .with("hint", hint)
        .with("suggested", near.join("、"))
}

/// As [`find_org`], without a look for what was nearly meant.
///
/// # Errors
/// As [`find_org`].
pub fn find_org_bare(orgs: &[Organisation], text: &str, rules: &Rules) -> Result<usize, Problem> {
    let mut found: Vec<(Match, usize)> = orgs
        .iter()
        .enumerate()
        .filter_map(|(n, org)| Some((org.answers_to(text, &rules.naming)?, n)))
        .collect();
    found.sort();
    match found[..] {
        [] => {
            // Who still uses a former id means the same organisation.
            let now = Moves::of(orgs).now(text);
            orgs.iter()
                .position(|org| org.path.as_str() == now)
                .ok_or_else(|| unknown_org(text, &[]))
        }
        [(_, n)] => Ok(n),
        _ => {
            let best = found[0].0;
            let equal: Vec<usize> = found
                .iter()
                .filter(|(m, _)| *m == best)
                .map(|(_, n)| *n)
                .collect();
            match equal[..] {
                [n] => Ok(n),
                _ => {
                    let names: Vec<String> = equal
                        .iter()
                        .map(|&n| format!("{}  {}", orgs[n].path, orgs[n].name()))
                        .collect();
                    Err(Problem::new(Rule::AMBIGUOUS_ORG)
                        .with("name", text)
                        .with("candidates", candidates(names)))
                }
            }
        }
    }
}
