//! Three versions of a ledger file as one: by record, field by field.
//!
//! Pure: texts in, a text out. What one side changed is taken; what both changed is put together
//! where it can be, and shown as a conflict around the whole record where it cannot. The result is
//! parsed again and proven to hold what each side changed before it counts as merged. Never touches
//! files or git.

mod file;
pub mod items;
pub mod marks;
pub mod merged;
mod proof;
pub mod record;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::merge::marks::Names;
use crate::merge::merged::{Conflict, Layout, Merged, Notice, Piece};
use crate::merge::record::{Clash, ClashReason, Resolver, Side};
use crate::problem::Problem;
use crate::rules::Rules;
use crate::source::Source;
use crate::toml::parse;
use crate::written::block::Block;
use crate::written::page::{Page, Paragraph, RecordKey};
use crate::written::value::TomlValue;

/// Three versions of one file.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'v> {
    /// Where both come from; empty where there is none.
    pub base: &'v Source,
    /// The version that is merged into.
    pub ours: &'v Source,
    /// The version that is merged.
    pub theirs: &'v Source,
}

/// What a file is merged as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileForm {
    /// Records, each by its id.
    Records,
    /// One table: an organisation's file.
    Organisation,
    /// One table that is taken whole: what a closed period said.
    Stamp,
}

impl FileForm {
    /// The form of a file at a path of a repository: an `org.toml` somewhere below a folder `orgs`
    /// is an organisation's, what lies below a folder `closed` is a stamp.
    pub fn of(path: &str) -> FileForm {
        let below = |folder: &str| path.split('/').any(|part| part == folder);
        match (below("orgs"), below("closed")) {
            (true, _) if path.ends_with("/org.toml") => FileForm::Organisation,
            (false, true) => FileForm::Stamp,
            (true, _) | (false, false) => FileForm::Records,
        }
    }
}

/// Why versions could not be merged by record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// One is not a ledger file: TOML of another kind, or nothing but comments in all of them.
    NotALedger,
    /// One is a ledger file that cannot be read, with what is wrong.
    Unreadable(Vec<Problem>),
    /// The result did not prove to hold what each side changed.
    Unproven,
}

/// Merges three versions of a file.
///
/// `judge` may decide what clashes; what it leaves is a conflict of the result.
///
/// # Errors
/// The versions are not ledger files, cannot be read, or the result does not prove.
pub fn merge(
    versions: Versions<'_>,
    form: FileForm,
    rules: &Rules,
    judge: &mut Resolver<'_>,
) -> Result<Merged, Refused> {
    // A base that is itself an unfinished merge, as git makes of several bases, says of a record in
    // conflict there no more than what its versions have in common.
    let base = match marks::has_marks(&versions.base.text) {
        true => Cow::Owned(Source::new(
            &versions.base.file,
            settled(&versions.base.text, form),
        )),
        false => Cow::Borrowed(versions.base),
    };
    let versions = Versions {
        base: &base,
        ..versions
    };
    let mut decided = Decided::new();
    let mut judge = |id: &str, clash: &Clash| {
        let side = judge(id, clash)?;
        decided
            .entry(id.to_owned())
            .or_default()
            .push(clash.clone());
        Some(side)
    };
    // What is proven is the text as it will stand; how the sides are called changes nothing.
    let (merged, text, proven) = match form {
        FileForm::Records => {
            let pages = Pages::read(versions)?;
            let merged = merge_records(versions, &pages, rules, &mut judge)?;
            let text = merged.written(&Names::default()).text;
            let proven = proof::records_hold(versions, &pages, &decided, (&merged, &text));
            (merged, text, proven)
        }
        FileForm::Organisation | FileForm::Stamp => {
            let merged = file::merge(versions, form, rules, &mut judge)?;
            let text = merged.written(&Names::default()).text;
            let is_side = || {
                [versions.ours, versions.theirs]
                    .iter()
                    .any(|side| side.text == text)
            };
            let proven = match form {
                FileForm::Stamp => !merged.is_clean() || is_side(),
                FileForm::Organisation | FileForm::Records => {
                    proof::file_holds(versions, &decided, (&merged, &text))
                }
            };
            (merged, text, proven)
        }
    };
    if proven {
        return Ok(merged);
    }
    match parse(&Source::new("", marks::agreed(&text))) {
        Err(_) => Err(why_not(versions)),
        Ok(_) => Err(Refused::Unproven),
    }
}

/// What the versions of an unfinished merge have in common.
fn settled(text: &str, form: FileForm) -> String {
    let Ok(sides) = marks::sides(text) else {
        return text.to_owned();
    };
    if let (FileForm::Organisation, Some(ours), Some(theirs)) = (
        form,
        Block::read_file(&sides.ours),
        Block::read_file(&sides.theirs),
    ) {
        return record::common(&ours, &theirs).text();
    }
    let [ours, theirs] = [&sides.ours, &sides.theirs].map(|text| Source::new("", text.as_str()));
    let (FileForm::Records, Some(ours), Some(theirs)) =
        (form, Page::read(&ours), Page::read(&theirs))
    else {
        return sides.agreed;
    };
    let mut settled = String::new();
    for paragraph in &ours.paragraphs {
        let (key, text) = (paragraph.key.as_ref(), &paragraph.text);
        let other = key
            .and_then(|key| theirs.record(key))
            .map(|other| &other.text);
        if other == Some(text) || key.is_none() && theirs.notes().any(|note| note == text) {
            settled.push_str(text);
        } else if let Some([one, other]) =
            other.and_then(|other| Some([Block::read(text)?, Block::read(other)?]))
            && one.kind == other.kind
        {
            settled.push_str(&record::common(&one, &other).text());
        }
        settled.push('\n');
    }
    settled
}

/// What a judge decided, by the record's id.
type Decided = BTreeMap<String, Vec<Clash>>;

/// The pages of three versions.
struct Pages<'v> {
    base: Page<'v>,
    ours: Page<'v>,
    theirs: Page<'v>,
}

impl<'v> Pages<'v> {
    fn read(versions: Versions<'v>) -> Result<Pages<'v>, Refused> {
        // Large files are cut side by side.
        let read = |source: &'v Source| {
            if marks::has_marks(&source.text) {
                None
            } else {
                Page::read(source)
            }
        };
        let (base, (ours, theirs)) = rayon::join(
            || read(versions.base),
            || rayon::join(|| read(versions.ours), || read(versions.theirs)),
        );
        let (Some(base), Some(ours), Some(theirs)) = (base, ours, theirs) else {
            return Err(why_not(versions));
        };
        let pages = Pages { base, ours, theirs };
        let all = || pages.all().into_iter().flat_map(Page::keys);
        if !all().any(|key| key.id.parse::<crate::name::RecordId>().is_ok()) {
            return Err(Refused::NotALedger);
        }
        // Which of two records of one id is which cannot be known.
        if all().any(|key| key.copy > 0) {
            return Err(Refused::Unreadable(Vec::new()));
        }
        Ok(pages)
    }

    fn all(&self) -> [&Page<'v>; 3] {
        [&self.base, &self.ours, &self.theirs]
    }

    /// What a record is in the base, ours and theirs.
    fn texts(&self, key: &RecordKey<'_>) -> [Option<&str>; 3] {
        self.all()
            .map(|page| page.record(key).map(|paragraph| &*paragraph.text))
    }

    /// Every record that ours or theirs has, once: ours in their order, then what only they have.
    fn keys(&self) -> impl Iterator<Item = &RecordKey<'v>> {
        self.ours.keys().chain(
            self.theirs
                .keys()
                .filter(|key| self.ours.record(key).is_none()),
        )
    }
}

/// Why versions are not all ledger files that can be merged by record.
fn why_not(versions: Versions<'_>) -> Refused {
    let all = [versions.base, versions.ours, versions.theirs];
    // Whatever else a file holds, and however broken it is: where there is a record's id somebody
    // must look.
    let id = |line: &str| -> Option<bool> {
        let value = line
            .trim_start()
            .strip_prefix("id")?
            .trim_start()
            .strip_prefix('=')?;
        let id = value
            .trim_start()
            .strip_prefix(['"', '\''])?
            .split(['"', '\''])
            .next()?;
        Some(id.parse::<crate::name::RecordId>().is_ok())
    };
    if !all
        .iter()
        .any(|source| source.text.lines().any(|line| id(line) == Some(true)))
    {
        return Refused::NotALedger;
    }
    Refused::Unreadable(
        all.into_iter()
            .filter_map(|source| parse(source).err())
            .flatten()
            .collect(),
    )
}

/// What becomes of one record.
enum Fate<'v> {
    /// It is not there.
    Gone,
    /// It is there with this text.
    Text(Cow<'v, str>),
    /// Its versions are all there is to show.
    Conflict(Conflict),
}

fn merge_records(
    versions: Versions<'_>,
    pages: &Pages<'_>,
    rules: &Rules,
    judge: &mut Resolver<'_>,
) -> Result<Merged, Refused> {
    let mut notices = Vec::new();
    let mut fates: HashMap<&RecordKey<'_>, Fate<'_>> = HashMap::new();
    let (stranger_ours, stranger_theirs) = (
        is_stranger(&pages.base, &pages.ours),
        is_stranger(&pages.base, &pages.theirs),
    );
    for key in pages.keys() {
        let texts @ [base, ours, theirs] = pages.texts(key);
        // What the other side entered or changed; what it left alone is where git took the file
        // from.
        let news = ours.or(theirs) != base;
        let fate =
            if news && (stranger_ours && ours.is_none() || stranger_theirs && theirs.is_none()) {
                misplaced(&key.id, ours, theirs)
            } else {
                fate(&key.id, texts, rules, judge, &mut notices).ok_or_else(|| why_not(versions))?
            };
        fates.insert(key, fate);
    }
    let comments = |page: &Page<'_>| -> Vec<String> { page.notes().map(str::to_owned).collect() };
    let mut notes: HashMap<String, usize> = HashMap::new();
    for note in items::comments(
        &comments(&pages.base),
        &comments(&pages.ours),
        &comments(&pages.theirs),
    ) {
        *notes.entry(note).or_default() += 1;
    }
    Ok(Sheet {
        pages,
        fates,
        notes,
    }
    .merged(notices))
}

/// Whether a version holds none of the records of the version it should come from.
///
/// Records are not deleted, so git took one file for another: it goes by likeness where a folder
/// was moved, and ledgers are much alike. What the other side entered then belongs elsewhere.
fn is_stranger(base: &Page<'_>, side: &Page<'_>) -> bool {
    let empty = |page: &Page<'_>| page.keys().next().is_none();
    !empty(base) && !empty(side) && side.keys().all(|key| base.record(key).is_none())
}

fn misplaced<'v>(id: &str, ours: Option<&str>, theirs: Option<&str>) -> Fate<'v> {
    let said = |text: Option<&str>| text.map(|text| TomlValue::Text(text.to_owned()));
    let clash = Clash {
        why: ClashReason::Misplaced,
        title: None,
        field: String::new(),
        ours: said(ours),
        theirs: said(theirs),
    };
    Fate::Conflict(Conflict::of(id, [None, ours, theirs], vec![clash]))
}

/// What becomes of each paragraph, to be put in order.
struct Sheet<'p, 'v> {
    pages: &'p Pages<'v>,
    fates: HashMap<&'p RecordKey<'v>, Fate<'p>>,
    /// Comments that stand for themselves and are still to be put somewhere: how often each.
    notes: HashMap<String, usize>,
}

/// A paragraph of the result: where it comes from and what became of it.
struct MergedParagraph<'p, 'v> {
    from: &'p Paragraph<'v>,
    became: Became<'p>,
}

/// What a paragraph that is there became.
enum Became<'p> {
    Text(Cow<'p, str>),
    Conflict(Conflict),
}

impl<'p, 'v> Sheet<'p, 'v> {
    /// What became of a paragraph, if it is to be put here.
    fn piece(&mut self, from: &'p Paragraph<'v>) -> Option<MergedParagraph<'p, 'v>> {
        let became = match &from.key {
            Some(key) => match self.fates.remove(key)? {
                Fate::Gone => return None,
                Fate::Text(text) => Became::Text(text),
                Fate::Conflict(conflict) => Became::Conflict(conflict),
            },
            None => {
                let left = self.notes.get_mut(&*from.text).filter(|left| **left > 0)?;
                *left -= 1;
                Became::Text(Cow::Borrowed(&*from.text))
            }
        };
        Some(MergedParagraph { from, became })
    }

    /// The file: our paragraphs in their order, and what only they have behind what it follows on
    /// their side.
    fn merged(mut self, notices: Vec<Notice>) -> Merged {
        let Pages { base, ours, theirs } = self.pages;
        let mut own: Vec<MergedParagraph<'_, '_>> = Vec::new();
        // Behind how many of our pieces each of our paragraphs ends; comments that are alike in
        // their order.
        let mut records: HashMap<&RecordKey<'_>, usize> = HashMap::new();
        let mut notes: HashMap<&str, VecDeque<usize>> = HashMap::new();
        for paragraph in &ours.paragraphs {
            own.extend(self.piece(paragraph));
            match &paragraph.key {
                Some(key) => drop(records.insert(key, own.len())),
                None => notes
                    .entry(&paragraph.text)
                    .or_default()
                    .push_back(own.len()),
            }
        }
        let is_new = |p: &Paragraph<'_>| {
            p.key
                .as_ref()
                .is_some_and(|key| base.record(key).is_none() && theirs.record(key).is_none())
        };
        let mut others: BTreeMap<usize, Vec<MergedParagraph<'_, '_>>> = BTreeMap::new();
        let mut after = 0;
        for paragraph in &theirs.paragraphs {
            let known = match &paragraph.key {
                Some(key) => records.get(key).copied(),
                None => notes
                    .get_mut(&*paragraph.text)
                    .and_then(VecDeque::pop_front),
            };
            if let Some(known) = known {
                after = known;
            } else if let Some(piece) = self.piece(paragraph) {
                // Our own new records come first, so that a file grows at its end on both sides.
                while paragraph.key.is_some()
                    && own.get(after).is_some_and(|piece| is_new(piece.from))
                {
                    after += 1;
                }
                others.entry(after).or_default().push(piece);
            }
        }
        let mut pieces = others.remove(&0).unwrap_or_default();
        for (n, piece) in own.into_iter().enumerate() {
            pieces.push(piece);
            pieces.extend(others.remove(&(n + 1)).unwrap_or_default());
        }
        self.laid_out(pieces, notices)
    }

    /// These pieces, laid out as our side writes its files.
    fn laid_out(&self, pieces: Vec<MergedParagraph<'_, '_>>, notices: Vec<Notice>) -> Merged {
        let ours = &self.pages.ours;
        let mut merged = Merged::new(Layout {
            mark: ours.mark,
            newline: ours.newline,
            end: ours.end.to_string(),
        });
        merged.notices = notices;
        for (n, piece) in pieces.into_iter().enumerate() {
            let gap = match (n, &*piece.from.gap) {
                (0, _) => "",
                (_, "") => "\n",
                (_, gap) => gap,
            };
            match piece.became {
                Became::Text(text) => merged.push(gap, Piece::Text(text.into_owned())),
                Became::Conflict(conflict) => merged.push_conflict(gap, conflict),
            }
        }
        merged
    }
}

/// What becomes of a record with these versions; none where one cannot be read.
fn fate<'v>(
    id: &str,
    [base, ours, theirs]: [Option<&'v str>; 3],
    rules: &Rules,
    judge: &mut Resolver<'_>,
    notices: &mut Vec<Notice>,
) -> Option<Fate<'v>> {
    let taken = |text: Option<&'v str>| text.map_or(Fate::Gone, |text| Fate::Text(text.into()));
    if ours == theirs || theirs == base {
        return Some(taken(ours));
    }
    if ours == base {
        return Some(taken(theirs));
    }
    let read = |text: Option<&str>| text.map_or(Some(None), |text| Block::read(text).map(Some));
    let (b, o, t) = (read(base)?, read(ours)?, read(theirs)?);
    let shown = |clashes| Fate::Conflict(Conflict::of(id, [base, ours, theirs], clashes));
    let merged = match (&o, &t) {
        (Some(o), Some(t)) => {
            let kind = o
                .kind
                .as_deref()
                .and_then(|name| rules.kind(name))
                .map(AsRef::as_ref);
            record::merge(b.as_ref(), o, t, kind, judge)
        }
        // Taken out on one side: if the other left it as it was, it is out.
        (Some(left), None) | (None, Some(left)) if b.as_ref().is_some_and(|b| b.is_same(left)) => {
            return Some(Fate::Gone);
        }
        (left, right) => {
            let said = |row: &Option<Block>| row.as_ref().map(|row| TomlValue::Text(row.text()));
            let one = left.as_ref().or(right.as_ref());
            let kind = one.and_then(|row| rules.kind(row.kind.as_deref()?));
            let title = kind.and_then(|kind| one?.says(&kind.fields[kind.title].name).cloned());
            let clash = Clash {
                why: ClashReason::Deleted,
                title,
                field: String::new(),
                ours: said(left),
                theirs: said(right),
            };
            return Some(match judge(id, &clash) {
                Some(Side::Ours) => taken(ours),
                Some(Side::Theirs) => taken(theirs),
                None => shown(vec![clash]),
            });
        }
    };
    notices.extend(merged.notices.into_iter().map(|(field, about)| Notice {
        id: id.to_owned(),
        field,
        about,
    }));
    Some(if merged.clashes.is_empty() {
        Fate::Text(merged.block.text().into())
    } else {
        shown(merged.clashes)
    })
}
