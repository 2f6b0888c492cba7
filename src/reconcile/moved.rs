//! Organisations that moved while others entered records: what one side moved away and the other
//! changed at the old place, and what both moved to different places, of which git leaves every
//! record twice.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::history::snapshot::LedgerFile;
use crate::merge::merged::{Merged, Written};
use crate::merge::record::Side;
use crate::merge::{FileForm, Versions, merge};
use crate::name::OrgPath;
use crate::path::shown;
use crate::problem::{Place, Problem, Problems, Rule};
use crate::reconcile::Settlement;
use crate::reconcile::unmerged::{Unmerged, unmerged};
use crate::record::Value;
use crate::rules::Rules;
use crate::source::Source;
use crate::tree::write::Lock;
use crate::tree::{Root, Tree, change, scan};

/// A merge as it is to be written; nobody here knows how the sides are called.
pub type Writing<'w> = &'w dyn Fn(&Merged) -> (Written, Side);

/// A file that was merged, and how it is written.
#[derive(Debug)]
pub struct MergedFile {
    /// Its path below the ledger's root.
    pub name: String,
    /// What came of the merge.
    pub merged: Merged,
    /// The same as it is written.
    pub written: Written,
    /// The side of who sits here.
    pub mine: Side,
}

/// A file that one side moved away with its organisation and the other changed at the old place:
/// git found no more than that it was changed and deleted.
#[derive(Debug)]
pub struct MovedAway {
    /// Where it was changed.
    pub left: PathBuf,
    /// Where it is now.
    pub target: PathBuf,
    /// What both come from.
    base: String,
}

/// The files that one side moved away and the other changed at the old place.
///
/// # Errors
/// git cannot say, or the organisations cannot be seen.
pub fn moved_away(root: &Root, rules: &Rules) -> Result<Vec<MovedAway>, Problems> {
    let moves = Tree::organisations(root, rules)?.moves;
    let find = |file: &Unmerged| {
        let below = &file.name;
        let [base, ..] = match file.texts(root) {
            Ok(texts) => texts,
            Err(problem) => return Some(Err(problem.into())),
        };
        let file = LedgerFile::of(below, "").filter(|file| file.form != FileForm::Stamp)?;
        let now = moves.now(&file.org);
        let target = root.path.join(below.replacen(
            &format!("orgs/{}/", file.org),
            &format!("orgs/{now}/"),
            1,
        ));
        let left = root.path.join(below);
        (now != file.org && left.is_file() && target.is_file()).then_some(Ok(MovedAway {
            left,
            target,
            base: base?,
        }))
    };
    unmerged(root)?
        .iter()
        .filter(|file| file.is_of_one())
        .filter_map(find)
        .collect()
}

impl MovedAway {
    /// What was changed at the old place merged into the file at the new one; the old one goes.
    /// What clashes stands between markers there.
    ///
    /// # Errors
    /// A file cannot be read, or not merged by record.
    pub fn settlement(
        &self,
        root: &Root,
        rules: &Rules,
        writing: Writing<'_>,
    ) -> Result<(Settlement, MergedFile), Problem> {
        let [ours, theirs] =
            [&self.target, &self.left].map(|path| scan::read_file(&root.path, path));
        let (ours, theirs) = (ours?, theirs?);
        let base = Source::new(&ours.file, self.base.clone());
        let versions = Versions {
            base: &base,
            ours: &ours,
            theirs: &theirs,
        };
        let file = merged_file(versions, &ours.file, rules, writing)
            .ok_or_else(|| Problem::new(Rule::NOT_BY_RECORD).at(Place::file(&*theirs.file)))?;
        let mut settlement = Settlement::default();
        let read = [
            (&*self.target, Some(ours.text.as_bytes())),
            (&*self.left, Some(theirs.text.as_bytes())),
        ];
        settlement.write(&self.target, file.written.text.as_bytes(), &read);
        settlement.remove(&self.left, theirs.text.as_bytes());
        settlement.tell_git_of(root, &self.left);
        // What stands between markers is not merged yet.
        if file.merged.is_clean() {
            settlement.tell_git_of(root, &self.target);
        }
        Ok((settlement, file))
    }
}

/// Versions as one, without asking anybody; none where they cannot be merged by record.
fn merged_file(
    versions: Versions<'_>,
    name: &str,
    rules: &Rules,
    writing: Writing<'_>,
) -> Option<MergedFile> {
    let form = FileForm::of(&format!("/{name}"));
    let merged = merge(versions, form, rules, &mut |_, _| None).ok()?;
    let (written, mine) = writing(&merged);
    Some(MergedFile {
        name: name.to_owned(),
        merged,
        written,
        mine,
    })
}

/// An organisation with two new places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedTwice {
    /// Where it was.
    pub from: OrgPath,
    /// Where our side and theirs moved it.
    pub places: [OrgPath; 2],
}

/// The organisations that both sides moved, to different places; those that went along with one
/// above them are not named.
///
/// # Errors
/// The organisations cannot be seen.
pub fn moved_twice(
    root: &Root,
    rules: &Rules,
    waiting: &[Unmerged],
) -> Result<Vec<MovedTwice>, Problems> {
    let orgs = Tree::organisations(root, rules)?.orgs;
    let alone = |version: usize| -> BTreeSet<OrgPath> {
        let files = waiting
            .iter()
            .filter(|file| file.is_only_of(version))
            .filter_map(|file| LedgerFile::of(&file.name, ""));
        files
            .filter(|file| file.form == FileForm::Organisation)
            .filter_map(|file| file.org.parse().ok())
            .collect()
    };
    let [left, ours, theirs] = [0, 1, 2].map(alone);
    let was = |place: &OrgPath, from: &OrgPath| {
        let org = orgs.iter().find(|org| org.path == *place);
        let formerly = org
            .and_then(|org| org.get("formerly"))
            .map_or(&[][..], Value::items);
        formerly
            .iter()
            .filter_map(Value::as_text)
            .any(|former| former == from.as_str())
    };
    let find = |from: &OrgPath| {
        let place = |side: &BTreeSet<OrgPath>| side.iter().find(|place| was(place, from)).cloned();
        Some(MovedTwice {
            from: from.clone(),
            places: [place(&ours)?, place(&theirs)?],
        })
    };
    Ok(left.iter().filter_map(find).collect())
}

impl MovedTwice {
    /// Whether a file lies in one of its places, or where it was.
    pub fn holds(&self, name: &str) -> bool {
        let org = |org: &OrgPath| {
            name.strip_prefix("orgs/")
                .and_then(|name| name.strip_prefix(org.as_str()))
                .is_some_and(|rest| rest.starts_with('/'))
        };
        self.places.iter().chain([&self.from]).any(org)
    }

    /// That it was moved twice.
    pub fn problem(&self, mine: Side) -> Problem {
        let (own, other) = self.place_of(mine);
        let file = format!("orgs/{own}/org.toml");
        let problem = Problem::new(Rule::MOVED_TWICE)
            .at(Place::file(file))
            .with("org", self.from.as_str());
        problem
            .with("ours", own.as_str())
            .with("theirs", other.as_str())
    }

    /// All of it brought together at one place, record by record; what clashes stands between
    /// markers there.
    ///
    /// # Errors
    /// A file cannot be read, or not merged by record.
    pub fn settlement(
        &self,
        root: &Root,
        rules: &Rules,
        (waiting, at): (&[Unmerged], Side),
        writing: Writing<'_>,
    ) -> Result<(Settlement, Vec<MergedFile>), Problem> {
        let (kept, gone) = self.place_of(at);
        let (kept_folder, gone_folder) = (root.org_folder(kept), root.org_folder(gone));
        let files = files_below(&gone_folder).map_err(|error| Problem::io(&gone_folder, &error))?;
        let mut settlement = Settlement::default();
        let mut all_merged: Vec<MergedFile> = Vec::new();
        for file in &files {
            let below = file.strip_prefix(&gone_folder).unwrap_or(file);
            let old = shown(&root.path, &root.org_folder(&self.from).join(below));
            let base = match waiting.iter().find(|file| file.name == old) {
                Some(file) => file.texts(root)?[0].take(),
                None => None,
            };
            let joined = Joined {
                gone: file,
                kept: &kept_folder.join(below),
                base: base.unwrap_or_default(),
                at,
            };
            all_merged.extend(joined.plan(root, rules, writing, &mut settlement)?);
        }
        // What stands between markers is not merged yet.
        let clashes = |name: &str| {
            let mut merged = all_merged.iter();
            merged.any(|file| file.name == name && !file.merged.is_clean())
        };
        let names = waiting.iter().map(|file| &file.name);
        let settled = names.filter(|name| self.holds(name) && !clashes(name));
        settlement.merged = settled.cloned().collect();
        Ok((settlement, all_merged))
    }

    /// The place to which a side moved it, and that of the other.
    pub fn place_of(&self, side: Side) -> (&OrgPath, &OrgPath) {
        let [ours, theirs] = &self.places;
        match side {
            Side::Ours => (ours, theirs),
            Side::Theirs => (theirs, ours),
        }
    }

    /// What follows once all files are at one place: the folders of the other go, and the
    /// organisation answers to it, for what others still enter there.
    ///
    /// # Errors
    /// The organisations cannot be seen, or its file not be written.
    pub fn finish(
        &self,
        root: &Root,
        rules: &Rules,
        lock: &Lock,
        at: Side,
    ) -> Result<(), Problems> {
        let (kept, gone) = self.place_of(at);
        // git does not know empty folders.
        remove_empty_below(&root.org_folder(gone));
        let orgs = Tree::organisations(root, rules)?.orgs;
        if let (Some(org), Some(n)) = (
            orgs.iter().find(|org| org.path == *kept),
            rules.org.index("formerly"),
        ) {
            let mut fields = org.fields.clone();
            let mut formerly = fields[n].as_ref().map_or(&[][..], Value::items).to_vec();
            formerly.retain(|former| former.as_text() != Some(kept.as_str()));
            formerly.push(Value::Text(gone.as_str().into()));
            fields[n] = Some(Value::List(formerly));
            change::organisation(root, lock, rules, kept, &fields)?;
        }
        Ok(())
    }
}

/// A file of the place that is no more, and the one of that name at the place that is kept.
struct Joined<'j> {
    gone: &'j Path,
    kept: &'j Path,
    base: String,
    at: Side,
}

impl Joined<'_> {
    /// Plans to have the one file take in the other; gives the merge, where both are there.
    fn plan(
        &self,
        root: &Root,
        rules: &Rules,
        writing: Writing<'_>,
        settlement: &mut Settlement,
    ) -> Result<Option<MergedFile>, Problem> {
        let (kept, gone) = (self.kept, self.gone);
        let is_toml = kept.extension().is_some_and(|ending| ending == "toml");
        let bytes = scan::read_bytes(&root.path, gone)?;
        let Some(stands) = scan::read_if_there(&root.path, kept)? else {
            settlement.move_to(gone, kept, &bytes);
            return Ok(None);
        };
        if !is_toml {
            // A file of another kind that both have, differently, is left for a person.
            if stands == bytes {
                settlement.remove(gone, &bytes);
            }
            return Ok(None);
        }
        let there = Source::decode(&shown(&root.path, kept), stands)?;
        let other = Source::decode(&shown(&root.path, gone), bytes.clone())?;
        let base = Source::new(&there.file, self.base.clone());
        let (ours, theirs) = match self.at {
            Side::Ours => (&there, &other),
            Side::Theirs => (&other, &there),
        };
        let versions = Versions {
            base: &base,
            ours,
            theirs,
        };
        let merged = merged_file(versions, &there.file, rules, writing)
            .ok_or_else(|| Problem::new(Rule::NOT_BY_RECORD).at(Place::file(&*other.file)))?;
        let read = [
            (kept, Some(there.text.as_bytes())),
            (gone, Some(other.text.as_bytes())),
        ];
        settlement.write(kept, merged.written.text.as_bytes(), &read);
        settlement.remove(gone, &bytes);
        Ok(Some(merged))
    }
}

/// Takes away a folder and those below it as far as they are empty.
fn remove_empty_below(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_empty_below(&entry.path());
        }
    }
    // One that is not empty stays.
    let _ = std::fs::remove_dir(folder);
}

fn files_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(files_below(&entry.path())?);
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}
