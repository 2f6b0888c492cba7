//! What the last command of a clone wrote, taken out of what stands by now: by record, so that what
//! came into the same files since stays.

use std::collections::BTreeSet;
use std::path::Path;

use crate::git::Repo;
use crate::git::objects::{Object, Objects};
use crate::history::snapshot::{Content, LedgerFile, Occurrence, RecordRef, Snapshot};
use crate::history::trail::{Event, between};
use crate::merge::{FileForm, Versions, merge};
use crate::path::shown;
use crate::problem::{Place, Problem, Problems, Rule};
use crate::rules::Rules;
use crate::source::Source;
use crate::tree::files::Files;
use crate::tree::journal::Journal;
use crate::tree::write::Replacement;
use crate::tree::{Root, scan};

/// What taking back a command does.
#[derive(Debug, Default)]
pub struct Undo {
    /// The files, as they stand and as they are to be.
    pub files: Vec<Replacement>,
    /// What becomes of each record, organisations and stamps among them, and how it stands, or
    /// will stand, wherever it is.
    pub records: Vec<(RecordRef, Occurrence, Event)>,
}

/// Works out what takes back what a command wrote.
///
/// # Errors
/// Some of it no longer stands as the command left it, or was committed: others may have it then.
pub fn plan(root: &Root, rules: &Rules, journal: &Journal) -> Result<Undo, Problems> {
    let written = journal.replacements(&root.path);
    let mut committed = Committed::of(root)?;
    let mut undo = Undo::default();
    let mut problems = Vec::new();
    for file in &written {
        let name = shown(&root.path, &file.path);
        let place = || Place::file(name.clone());
        let form = LedgerFile::of(&name, "");
        if committed.has(&name, form.as_ref(), file)? {
            problems.push(Problem::new(Rule::UNDO_COMMITTED).at(place()));
            continue;
        }
        let stands = scan::read_if_there(&root.path, &file.path)?;
        let stands = stands.map(String::from_utf8).transpose();
        let taken_back = match (stands, &form) {
            (Ok(stands), _) if stands == file.after => Some((stands, file.before.clone())),
            (Ok(Some(stands)), Some(form)) => {
                let after = merged(
                    &name,
                    rules,
                    form.form,
                    [&file.after, &file.before],
                    &stands,
                );
                after.map(|after| (Some(stands), after))
            }
            _ => None,
        };
        let Some((before, after)) = taken_back else {
            problems.push(Problem::new(Rule::UNDO_CHANGED).at(place()));
            continue;
        };
        let replacement = Replacement {
            path: file.path.clone(),
            before,
            after,
        };
        if replacement.before == replacement.after {
            continue;
        }
        let is_organisation = |form: &LedgerFile| form.form == FileForm::Organisation;
        if replacement.after.is_none() && form.as_ref().is_some_and(is_organisation) {
            refuse_orphans(root, &file.path, &written)?;
        }
        if let Some(form) = &form {
            let sides = [&replacement.before, &replacement.after];
            undo.records.extend(events(&name, form, sides));
        }
        undo.files.push(replacement);
    }
    match (problems.is_empty(), undo.files.is_empty()) {
        (false, _) => Err(Problems(problems)),
        (true, true) => Err(Problem::new(Rule::NOTHING_TO_UNDO).into()),
        (true, false) => Ok(undo),
    }
}

/// Refuses to take an organisation's file away while something stands in its folder that the
/// command did not write: it would be nobody's.
fn refuse_orphans(root: &Root, file: &Path, written: &[Replacement]) -> Result<(), Problem> {
    let mut problems = Vec::new();
    let name = shown(&root.path, file.parent().unwrap_or(&root.path));
    let others = root.below(&name, &mut problems).into_iter();
    let mut others = others.filter(|other| written.iter().all(|made| made.path != other.path));
    match others.next() {
        Some(other) => {
            let place = Place::file(shown(&root.path, &other.path));
            Err(Problem::new(Rule::UNDO_CHANGED).at(place))
        }
        None => Ok(()),
    }
}

/// What stands without what a command changed from `before` to `after`; none where both touch the
/// same record.
fn merged(
    name: &str,
    rules: &Rules,
    form: FileForm,
    [after, before]: [&Option<String>; 2],
    stands: &str,
) -> Option<Option<String>> {
    let source = |text: &str| Source::new(name, text);
    let [base, theirs] = [after, before].map(|text| source(text.as_deref().unwrap_or_default()));
    let versions = Versions {
        base: &base,
        ours: &source(stands),
        theirs: &theirs,
    };
    let merged = merge(versions, form, rules, &mut |_, _| None).ok()?;
    let text = merged
        .is_clean()
        .then(|| merged.written(&Default::default()).text)?;
    // A file that the command made goes with its last record.
    let is_gone = before.is_none() && text.trim().is_empty();
    Some((!is_gone).then_some(text))
}

fn snapshot(name: &str, file: &LedgerFile, text: Option<&str>) -> Snapshot {
    let mut snapshot = Snapshot::default();
    if let Some(text) = text {
        snapshot.add(name, file, &Content::of(Source::new(name, text), file.form));
    }
    snapshot
}

/// What happens to the records of a file from one text to another, in the order they stand.
fn events(
    name: &str,
    file: &LedgerFile,
    sides: [&Option<String>; 2],
) -> Vec<(RecordRef, Occurrence, Event)> {
    let [old, new] = sides.map(|text| snapshot(name, file, text.as_deref()));
    let ids: BTreeSet<&RecordRef> = old.records.keys().chain(new.records.keys()).collect();
    let event = |id: &RecordRef| {
        let [was, is] = [&old, &new].map(|side| side.records.get(id)?.first());
        let event = between(id, was, is)?;
        Some((id.clone(), is.or(was)?.clone(), event))
    };
    let mut events: Vec<_> = ids.into_iter().filter_map(event).collect();
    events.sort_by_key(|(_, at, _)| at.line);
    events
}

/// What the last commit has.
struct Committed {
    /// git's objects and the ledger's folder below the repository's; none without a repository.
    objects: Option<(Objects, String)>,
}

impl Committed {
    fn of(root: &Root) -> Result<Committed, Problem> {
        // Where there is a repository, what git cannot tell may be committed.
        let repo = Repo::near(&root.path)?;
        let open = |repo: Repo| Ok((Objects::open(&repo)?, repo.prefix.clone()));
        Ok(Committed {
            objects: repo.map(open).transpose()?,
        })
    }

    /// Whether it has anything that a command wrote to a file: a record as the command left it, or
    /// the whole text where no record was changed.
    fn has(
        &mut self,
        name: &str,
        form: Option<&LedgerFile>,
        written: &Replacement,
    ) -> Result<bool, Problem> {
        let Some((objects, prefix)) = &mut self.objects else {
            return Ok(false);
        };
        let head = match objects.find(&format!("HEAD:{prefix}{name}"))? {
            Some(Object::Content(bytes)) => String::from_utf8(bytes).ok(),
            Some(Object::TooLarge) | None => None,
        };
        let sides = [&written.before, &written.after];
        let touched = form.map_or(Vec::new(), |form| events(name, form, sides));
        let (Some(form), false) = (form, touched.is_empty()) else {
            return Ok(head.is_some() && head == written.after);
        };
        let [head, after] =
            [&head, &written.after].map(|text| snapshot(name, form, text.as_deref()));
        let is_there = |id: &RecordRef| {
            let [head, after] = [&head, &after].map(|side| side.records.get(id)?.first());
            between(id, after, head).is_none()
        };
        Ok(touched.iter().any(|(id, ..)| is_there(id)))
    }
}
