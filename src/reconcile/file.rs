//! One file that git left: what stands in it, the versions it comes from, and what they come to by
//! record.

use std::path::{Path, PathBuf};

use crate::merge::marks::{self, Sides};
use crate::merge::merged::{Merged, Written};
use crate::merge::record::Resolver;
use crate::merge::{FileForm, Refused, Versions, merge};
use crate::name::RecordId;
use crate::path::shown;
use crate::problem::{Place, Problem, Problems, Rule};
use crate::reconcile::Settlement;
use crate::reconcile::unmerged::{Unmerged, is_in_between};
use crate::rules::Rules;
use crate::source::Source;
use crate::tree::files::Files;
use crate::tree::{Root, scan};
use crate::written::page::Page;

/// A file, as git or a person left it.
#[derive(Debug)]
pub enum State {
    /// Nothing in it is to be merged, and git waits for nothing.
    Settled,
    /// It is what its versions come to; git can be told.
    Merged(Settlement),
    /// It has no conflict, and is not what its versions come to: a person settled it, and is to
    /// tell git.
    ToAdd,
    /// Its versions are to be merged.
    ToMerge(Box<ToMerge>),
}

/// A file whose versions are to be merged.
#[derive(Debug)]
pub struct ToMerge {
    name: String,
    path: PathBuf,
    before: Source,
    /// What stands between its markers, and beside them.
    sides: Sides,
    /// What the base, ours and theirs say.
    texts: [String; 3],
    /// Whether git waits for it.
    is_unmerged: bool,
}

/// Looks at a file; `file` is what git says of it, where it has not merged it.
///
/// # Errors
/// It cannot be read, its markers do not belong together, or git cannot say.
pub fn look(
    root: &Root,
    rules: &Rules,
    path: &Path,
    file: Option<&Unmerged>,
) -> Result<State, Problem> {
    let name = shown(&root.path, path);
    let before = scan::read_file(&root.path, path)?;
    let sides = marks::sides(&before.text)
        .map_err(|line| Problem::new(Rule::BAD_MARKER).at(on_line(&name, line)))?;
    let as_left = match file {
        Some(file) => file.left_as(root, &before.text, &sides)?,
        None => false,
    };
    if !sides.lines.is_empty() || as_left {
        let texts = versions(root, &sides, file, as_left)?;
        return Ok(State::ToMerge(Box::new(ToMerge {
            name,
            path: path.to_owned(),
            before,
            sides,
            texts,
            is_unmerged: file.is_some(),
        })));
    }
    match file {
        // It was merged before, and git could not be told.
        Some(file) if file.merges_to(root, &before.text, rules)? => {
            let mut settlement = Settlement::default();
            settlement.tell_git_of(root, path);
            Ok(State::Merged(settlement))
        }
        Some(_) => Ok(State::ToAdd),
        None => Ok(State::Settled),
    }
}

/// What the base, ours and theirs of a file say.
fn versions(
    root: &Root,
    sides: &Sides,
    file: Option<&Unmerged>,
    as_left: bool,
) -> Result<[String; 3], Problem> {
    let known = file.map_or(Ok([const { None }; 3]), |file| file.texts(root))?;
    let [ours, theirs] = [&sides.ours, &sides.theirs].map(String::clone);
    Ok(match known {
        [base, Some(ours), Some(theirs)] if as_left => [base.unwrap_or_default(), ours, theirs],
        // Where git knows nothing of what both come from, it is what both still have in common.
        [None, None, None] if sides.base.is_none() && is_ledger(&sides.agreed) => {
            [sides.agreed.clone(), ours, theirs]
        }
        [base, _, _] => [
            sides.base.clone().or(base).unwrap_or_default(),
            ours,
            theirs,
        ],
    })
}

/// Whether a text is records with ids and nothing else; lines that conflicts leave over are often
/// less.
fn is_ledger(text: &str) -> bool {
    let ids = |page: Page<'_>| page.keys().all(|key| key.id.parse::<RecordId>().is_ok());
    Page::read(&Source::new("", text)).is_some_and(ids)
}

impl ToMerge {
    /// The file, below the ledger's root.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the file is one side's, without a marker: no driver ran where git left it.
    pub fn is_of_one_side(&self) -> bool {
        self.sides.lines.is_empty()
    }

    /// Merges the versions; messages call them `whose`: the base, ours, theirs. `judge` may decide
    /// what clashes.
    ///
    /// # Errors
    /// They cannot be merged by record: why.
    pub fn merge(
        &self,
        whose: [String; 3],
        rules: &Rules,
        judge: &mut Resolver<'_>,
    ) -> Result<Merged, Vec<Problem>> {
        let [base, ours, theirs] = [0, 1, 2].map(|n| {
            let name = format!("{} ({})", self.name, whose[n]);
            Source::new(&name, self.texts[n].as_str())
        });
        let versions = Versions {
            base: &base,
            ours: &ours,
            theirs: &theirs,
        };
        let form = FileForm::of(&format!("/{}", self.name));
        merge(versions, form, rules, judge).map_err(|refused| self.not_by_record(refused))
    }

    /// Why the file cannot be merged by record, from the line of its first mark.
    fn not_by_record(&self, refused: Refused) -> Vec<Problem> {
        let mut problems = match refused {
            Refused::Unreadable(problems) => problems,
            Refused::NotALedger | Refused::Unproven => Vec::new(),
        };
        let first = self.sides.lines.first().copied().unwrap_or(1);
        problems.push(Problem::new(Rule::NOT_BY_RECORD).at(on_line(&self.name, first)));
        problems
    }

    /// Has the file say what its versions come to. What stands between markers is not merged yet.
    pub fn settlement(&self, root: &Root, merged: &Merged, written: &Written) -> Settlement {
        let mut settlement = Settlement::default();
        let before = self.before.text.as_bytes();
        settlement.write(
            &self.path,
            written.text.as_bytes(),
            &[(&*self.path, Some(before))],
        );
        if merged.is_clean() && (self.is_unmerged || is_in_between(&root.path)) {
            settlement.tell_git_of(root, &self.path);
        }
        settlement
    }
}

fn on_line(name: &str, line: usize) -> Place {
    Place {
        line,
        column: 1,
        ..Place::file(name)
    }
}

/// Every file of the ledger that holds conflict markers, or cannot be read: it may hold some too.
///
/// # Errors
/// Something kept the walk from seeing all there is.
pub fn in_conflict(root: &Root) -> Result<Vec<PathBuf>, Problems> {
    let folders = scan::all_organisations(&root.path)?;
    let mut problems = Vec::new();
    let others = ["closed", "rules"]
        .into_iter()
        .flat_map(|folder| root.below(folder, &mut problems));
    let files = folders
        .into_iter()
        .flat_map(|folder| folder.file.into_iter().chain(folder.ledgers))
        .chain(others)
        .map(|file| file.path);
    let marked = |path: &PathBuf| {
        scan::read_file(&root.path, path).map_or(true, |source| marks::has_marks(&source.text))
    };
    let found = files.filter(marked).collect();
    Problem::refuse_hidden(&problems).map(|()| found)
}

/// Another file than `name` in which the record of an id stands.
pub fn elsewhere(root: &Root, name: &str, id: &str) -> Option<String> {
    let files = scan::organisations(&root.path, &mut Vec::new())
        .into_iter()
        .flat_map(|folder| folder.ledgers)
        .map(|file| file.path);
    let mut others = files
        .filter(|path| shown(&root.path, path) != name)
        .filter_map(|path| scan::read_file(&root.path, &path).ok());
    let stands = |source: &Source| {
        Page::read(source).is_some_and(|page| page.keys().any(|key| key.id == id))
    };
    others
        .find(|source| source.text.contains(id) && stands(source))
        .map(|source| source.file.to_string())
}
