//! The records of a commit, as far as they stand in files that matter.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use crate::git::objects::{Object, Objects, Oid};
use crate::merge::FileForm;
use crate::merge::marks::has_marks;
use crate::path::LedgerPath;
use crate::problem::Problem;
use crate::record::organisation::Moves;
use crate::source::Source;
use crate::written::block::Block;
use crate::written::page::{Page, Paragraph};
use crate::written::value::TomlValue;

/// A file of a ledger, by its path below the ledger's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerFile {
    /// The organisation in whose folder it lies; of a stamp its name below `closed`.
    pub org: String,
    /// What it holds.
    pub form: FileForm,
}

impl LedgerFile {
    /// What a path of a repository is to the ledger whose folder is `prefix`; none where it is
    /// nothing.
    pub fn of(path: &str, prefix: &str) -> Option<LedgerFile> {
        match LedgerPath::of(path.strip_prefix(prefix)?) {
            LedgerPath::Stamp(name) => Some(LedgerFile {
                org: name,
                form: FileForm::Stamp,
            }),
            LedgerPath::Organisation(org) => Some(LedgerFile {
                org: org.to_string(),
                form: FileForm::Organisation,
            }),
            LedgerPath::Records(org) => Some(LedgerFile {
                org: org.to_string(),
                form: FileForm::Records,
            }),
            LedgerPath::Settings
            | LedgerPath::Rules
            | LedgerPath::Misplaced
            | LedgerPath::Other => None,
        }
    }
}

/// What a file's content says.
#[derive(Debug)]
pub enum Content {
    /// Records: the id, the line and the text of each.
    Records(Vec<(String, usize, String)>),
    /// A file that is one table, with its text.
    Whole(String),
    /// Nothing that can be read.
    Unreadable,
}

impl Content {
    /// What a text says as a file of that form.
    pub fn of(source: Source, form: FileForm) -> Content {
        if form != FileForm::Records {
            return match Block::read_file(&source.text) {
                Some(_) => Content::Whole(source.text),
                None => Content::Unreadable,
            };
        }
        match has_marks(&source.text) {
            true => Content::Unreadable,
            false => records(&source).map_or(Content::Unreadable, Content::Records),
        }
    }
}

/// Contents by the objects they come from, each read once while it is of use.
pub struct BlobCache {
    objects: Objects,
    known: BTreeMap<(Oid, FileForm), Rc<Content>>,
    bytes: usize,
}

/// How many bytes of contents are kept before they are forgotten: a merge's files are mostly those
/// of the one before.
const KEPT: usize = 32 << 20;

impl BlobCache {
    /// A library of what `objects` reads.
    pub fn new(objects: Objects) -> BlobCache {
        BlobCache {
            objects,
            known: BTreeMap::new(),
            bytes: 0,
        }
    }

    /// The objects themselves.
    pub fn objects(&mut self) -> &mut Objects {
        &mut self.objects
    }

    /// The content of an object.
    ///
    /// # Errors
    /// git went away, or this clone does not have it.
    pub fn content(&mut self, oid: &str, form: FileForm) -> Result<Rc<Content>, Problem> {
        Ok(self
            .content_if(oid, form, |_| true)?
            .unwrap_or_else(|| Rc::new(Content::Unreadable)))
    }

    /// The content of an object of whose bytes `is_asked` holds; another is not taken apart.
    ///
    /// # Errors
    /// As [`BlobCache::content`].
    pub fn content_if(
        &mut self,
        oid: &str,
        form: FileForm,
        is_asked: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Rc<Content>>, Problem> {
        let key = (oid.to_owned(), form);
        if let Some(content) = self.known.get(&key) {
            return Ok(Some(Rc::clone(content)));
        }
        if self.bytes >= KEPT {
            self.known.clear();
            self.bytes = 0;
        }
        let source = match self.objects.read(oid)? {
            Object::Content(bytes) if !is_asked(&bytes) => return Ok(None),
            Object::Content(bytes) => Source::decode("", bytes).ok(),
            Object::TooLarge => None,
        };
        self.bytes += source.as_ref().map_or(0, |source| source.text.len());
        let content =
            Rc::new(source.map_or(Content::Unreadable, |source| Content::of(source, form)));
        self.known.insert(key, Rc::clone(&content));
        Ok(Some(content))
    }
}

fn records(source: &Source) -> Option<Vec<(String, usize, String)>> {
    let page = Page::read(source)?;
    let record =
        |p: &Paragraph<'_>| Some((p.key.as_ref()?.id.to_string(), p.line, p.text.to_string()));
    Some(page.paragraphs.iter().filter_map(record).collect())
}

/// A record as it stands in a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The organisation in whose folder it lies.
    pub org: String,
    /// Its file.
    pub file: String,
    /// Its line.
    pub line: usize,
    /// Its text.
    pub text: String,
}

/// What is followed through history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordRef {
    /// An organisation's file, by its id.
    Organisation(String),
    /// A record, by its id.
    Record(String),
    /// The stamp of a closed period, by its name below `closed`.
    Stamp(String),
}

impl RecordRef {
    /// Its lines, taken apart; none where they cannot be read.
    pub fn read(&self, text: &str) -> Option<Block> {
        match self {
            RecordRef::Organisation(_) | RecordRef::Stamp(_) => Block::read_file(text),
            RecordRef::Record(_) => Block::read(text),
        }
    }

    /// The id of a record, if it is one.
    pub fn record(&self) -> Option<&str> {
        match self {
            RecordRef::Record(id) => Some(id),
            RecordRef::Organisation(_) | RecordRef::Stamp(_) => None,
        }
    }

    /// The organisation, if it is one.
    pub fn organisation(&self) -> Option<&str> {
        match self {
            RecordRef::Organisation(org) => Some(org),
            RecordRef::Record(_) | RecordRef::Stamp(_) => None,
        }
    }
}

/// As machine formats name it; no id of a record has a colon.
impl fmt::Display for RecordRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordRef::Organisation(org) => write!(f, "org:{org}"),
            RecordRef::Record(id) => f.write_str(id),
            RecordRef::Stamp(name) => write!(f, "closed:{name}"),
        }
    }
}

/// The records of some files of a commit, organisations and stamps among them.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Where each record stands: more than once where it is doubled.
    pub records: BTreeMap<RecordRef, Vec<Occurrence>>,
    /// Files that cannot be read.
    pub unreadable: BTreeSet<String>,
}

impl Snapshot {
    /// Adds what a file says.
    pub fn add(&mut self, path: &str, file: &LedgerFile, content: &Content) {
        let stand = |line, text: &str| Occurrence {
            org: file.org.clone(),
            file: path.to_owned(),
            line,
            text: text.to_owned(),
        };
        match content {
            Content::Unreadable => {
                self.unreadable.insert(path.to_owned());
            }
            Content::Whole(text) => {
                let of = match file.form {
                    FileForm::Stamp => RecordRef::Stamp,
                    FileForm::Organisation | FileForm::Records => RecordRef::Organisation,
                };
                let stands = self.records.entry(of(file.org.clone())).or_default();
                stands.push(stand(1, text));
            }
            Content::Records(records) => {
                records.iter().for_each(|(id, line, text)| {
                    self.records
                        .entry(RecordRef::Record(id.clone()))
                        .or_default()
                        .push(stand(*line, text))
                });
            }
        }
    }

    /// The organisations of the snapshot, with what their files say.
    pub fn organisations(&self) -> impl Iterator<Item = (&str, Block)> {
        self.records.iter().filter_map(|(id, stands)| {
            Some((id.organisation()?, Block::read_file(&stands.first()?.text)?))
        })
    }
}

/// What was moved between a base and some versions of it: an organisation says where it was
/// formerly, or the only new one of the same name took its place.
pub fn moves_between(base: &Snapshot, versions: &[&Snapshot]) -> Moves {
    let mut moves = Moves::default();
    let old: BTreeMap<&str, Block> = base.organisations().collect();
    for version in versions {
        let new: BTreeMap<&str, Block> = version.organisations().collect();
        for (path, row) in new.iter().filter(|(path, _)| !old.contains_key(*path)) {
            let formerly = row
                .says("formerly")
                .map_or(&[][..], TomlValue::items)
                .iter()
                .filter_map(TomlValue::as_text);
            formerly.for_each(|former| moves.add(former, path));
        }
        for (path, row) in old.iter().filter(|(path, _)| !new.contains_key(*path)) {
            // Where its records went it went too, if they went to one place.
            let ids = base
                .records
                .iter()
                .filter(|(_, stands)| stands.iter().any(|stand| stand.org == **path))
                .map(|(id, _)| id);
            let went: BTreeSet<&str> = ids
                .filter_map(|id| version.records.get(id))
                .flatten()
                .map(|stand| stand.org.as_str())
                .collect();
            if let (1, Some(to)) = (
                went.len(),
                went.first()
                    .filter(|to| new.contains_key(*to) && !old.contains_key(*to)),
            ) {
                moves.add(path, to);
                continue;
            }
            let same = |other: &Block| {
                other.says("name").is_some() && other.says("name") == row.says("name")
            };
            let mut twins = new
                .iter()
                .filter(|(other, twin)| !old.contains_key(*other) && same(twin));
            if let (Some((twin, _)), None) = (twins.next(), twins.next()) {
                moves.add(path, twin);
            }
        }
    }
    moves
}
