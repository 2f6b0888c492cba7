//! An organisation that one side moved to one place and the other to another: git leaves both, and
//! every record twice.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cmd::Session;
use crate::cmd::merge_driver::{in_style, mine, names, say_merged};
use crate::cmd::prompt;
use crate::cmd::resolve::unmerged::{Unmerged, mark_merged};
use crate::history::snapshot::LedgerFile;
use crate::merge::record::Side;
use crate::merge::{FileForm, Versions, merge};
use crate::name::OrgPath;
use crate::path::shown;
use crate::problem::{Place, Problem, Problems, Rule};
use crate::record::Value;
use crate::source::Source;
use crate::tree::write::{Lock, Precondition};
use crate::tree::{Root, Tree, change, scan};

/// An organisation with two new places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MovedTwice {
    /// Where it was.
    pub(super) from: OrgPath,
    /// Where our side and theirs moved it.
    places: [OrgPath; 2],
}

/// The organisations that both sides moved, to different places; those that went along with one
/// above them are not named.
///
/// # Errors
/// The organisations cannot be seen.
pub(super) fn moved_twice(
    root: &Root,
    session: &Session<'_>,
    waiting: &[Unmerged],
) -> Result<Vec<MovedTwice>, Problems> {
    let orgs = Tree::organisations(root, session.readable_rules())?.orgs;
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
    pub(super) fn holds(&self, name: &str) -> bool {
        let org = |org: &OrgPath| {
            name.strip_prefix("orgs/")
                .and_then(|name| name.strip_prefix(org.as_str()))
                .is_some_and(|rest| rest.starts_with('/'))
        };
        self.places.iter().chain([&self.from]).any(org)
    }

    /// That it was moved twice.
    pub(super) fn problem(&self, mine: Side) -> Problem {
        let [ours, theirs] = &self.places;
        let (own, other) = if mine == Side::Ours {
            (ours, theirs)
        } else {
            (theirs, ours)
        };
        let file = format!("orgs/{own}/org.toml");
        let problem = Problem::new(Rule::MOVED_TWICE)
            .at(Place::file(file))
            .with("org", self.from.as_str());
        problem
            .with("ours", own.as_str())
            .with("theirs", other.as_str())
    }

    /// Asks where it is to be; none: it is left as it is.
    pub(super) fn ask(&self, session: &Session<'_>, root: &Root) -> Result<Option<Side>> {
        let mine = mine(&root.path);
        let question = self.problem(mine).sentences(&session.locale).0;
        let names = names(&session.locale, mine);
        let option = |whose: &str, place: &OrgPath| {
            session.locale.say(
                "merge-option",
                &[("whose", whose.into()), ("said", place.as_str().into())],
            )
        };
        let options = vec![
            option(&names.ours, &self.places[0]),
            option(&names.theirs, &self.places[1]),
            session.locale.text("merge-leave"),
        ];
        Ok([Some(Side::Ours), Some(Side::Theirs), None]
            [prompt::choose(session, &question, &options)?.min(2)])
    }

    /// Brings all of it together at one place, record by record; what clashes stands between
    /// markers there.
    pub(super) fn join(
        &self,
        session: &mut Session<'_>,
        root: &Root,
        waiting: &[Unmerged],
        at: Side,
    ) -> Result<()> {
        let [ours, theirs] = &self.places;
        let (kept, gone) = if at == Side::Ours {
            (ours, theirs)
        } else {
            (theirs, ours)
        };
        let lock = session.lock(root)?;
        // git is told too: to put files back would not take that back.
        lock.cannot_be_undone();
        let (kept_folder, gone_folder) = (root.org_folder(kept), root.org_folder(gone));
        let files = files_below(&gone_folder).map_err(|error| Problem::io(&gone_folder, &error))?;
        let mut clashing: Vec<String> = Vec::new();
        for file in &files {
            let below = file.strip_prefix(&gone_folder).unwrap_or(file);
            let old = shown(&root.path, &root.org_folder(&self.from).join(below));
            let base = match waiting.iter().find(|file| file.name == old) {
                Some(file) => file.texts(root)?[0].take(),
                None => None,
            };
            let kept = kept_folder.join(below);
            if self.join_file(
                session,
                root,
                &lock,
                file,
                &kept,
                &base.unwrap_or_default(),
                at,
            )? {
                clashing.push(shown(&root.path, &kept));
            }
        }
        // Folders that are empty now go too; git does not know them.
        for file in &files {
            for folder in file
                .ancestors()
                .skip(1)
                .take_while(|folder| folder.starts_with(&gone_folder))
            {
                let _ = std::fs::remove_dir(folder);
            }
        }
        // What others still enter at the place that is no more is found by it.
        let orgs = Tree::organisations(root, session.readable_rules())?.orgs;
        if let (Some(org), Some(n)) = (
            orgs.iter().find(|org| org.path == *kept),
            session.readable_rules().org.index("formerly"),
        ) {
            let mut fields = org.fields.clone();
            let mut formerly = fields[n].as_ref().map_or(&[][..], Value::items).to_vec();
            formerly.retain(|former| former.as_text() != Some(kept.as_str()));
            formerly.push(Value::Text(gone.as_str().into()));
            fields[n] = Some(Value::List(formerly));
            change::organisation(root, &lock, session.readable_rules(), kept, &fields)?;
        }
        drop(lock);
        // What stands between markers is not merged yet.
        let of_it =
            |name: &&str| self.holds(name) && !clashing.iter().any(|clashing| clashing == name);
        let moved: Vec<&str> = waiting
            .iter()
            .map(|file| file.name.as_str())
            .filter(of_it)
            .collect();
        mark_merged(root, &moved)?;
        let args = [
            ("from", gone.as_str().into()),
            ("path", kept.as_str().into()),
        ];
        Ok(session.tell("resolve-moved", &args)?)
    }

    /// One file of the place that is no more, merged into the one that is kept; says whether
    /// anything clashes there.
    #[expect(
        clippy::too_many_arguments,
        reason = "a file, its other place and what both come from"
    )]
    fn join_file(
        &self,
        session: &mut Session<'_>,
        root: &Root,
        lock: &Lock,
        gone: &Path,
        kept: &Path,
        base: &str,
        at: Side,
    ) -> Result<bool> {
        let is_toml = kept.extension().is_some_and(|ending| ending == "toml");
        let bytes = scan::read_bytes(&root.path, gone)?;
        let stands = scan::read_if_there(&root.path, kept)?;
        let mut clashes = false;
        if let Some(there) = stands.clone().filter(|_| is_toml) {
            let (there, other) = (
                Source::decode(&shown(&root.path, kept), there)?,
                Source::decode(&shown(&root.path, gone), bytes.clone())?,
            );
            let name = there.file.to_string();
            let base = Source::new(&name, base);
            let (ours, theirs) = if at == Side::Ours {
                (&there, &other)
            } else {
                (&other, &there)
            };
            let versions = Versions {
                base: &base,
                ours,
                theirs,
            };
            let form = FileForm::of(&format!("/{name}"));
            let merged = merge(versions, form, session.readable_rules(), &mut |_, _| None);
            let Ok(merged) = merged else {
                return Err(Problem::new(Rule::NOT_BY_RECORD)
                    .at(Place::file(&*other.file))
                    .into());
            };
            let basis = Precondition::of(kept, Some(there.text.as_bytes()))
                .and(gone, Some(other.text.as_bytes()));
            let (written, mine) = in_style(&session.locale, &root.path, &merged);
            lock.write(kept, &basis, written.text.as_bytes())?;
            clashes = !merged.is_clean();
            say_merged(session, &name, (&merged, &written), mine)?;
        } else if stands.is_none() {
            lock.write(kept, &Precondition::of(kept, None), &bytes)?;
        }
        // A file of another kind that both have, differently, is left for a person.
        if is_toml || stands.is_none_or(|stands| stands == bytes) {
            lock.remove(gone, &Precondition::of(gone, Some(&bytes)))?;
        }
        Ok(clashes)
    }
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
