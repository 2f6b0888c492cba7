//! What merges left at the former place of an organisation, brought to where it is now: ledgers,
//! and whole organisations that were put under it there.

use crate::merge::marks::Names;
use crate::merge::record::Side;
use crate::merge::{FileForm, Refused, Versions, merge};
use crate::problem::{Place, Problem, Problems, Rule};
use crate::rules::Rules;
use crate::source::Source;
use crate::tree::write::{Lock, Precondition};
use crate::tree::{Root, Tree, change, scan};

/// Brings what merges left at the former place of an organisation to where it is now; says how many
/// files.
///
/// A file that is there already is merged with, record by record.
///
/// # Errors
/// A record stands in both, differently; a file cannot be read; or the system refuses.
pub(super) fn bring_along(root: &Root, lock: &Lock, rules: &Rules) -> Result<usize, Problems> {
    let folders = scan::all_organisations(&root.path)?;
    let tree = Tree::organisations(root, rules)?;
    let mut brought = 0;
    for folder in &folders {
        let Some(now) = tree
            .owner(&folder.org)
            .map(|owner| &tree.orgs[owner].path)
            .filter(|now| **now != folder.org)
        else {
            continue;
        };
        for path in folder
            .file
            .iter()
            .chain(&folder.ledgers)
            .map(|file| &file.path)
        {
            let Ok(below) = path.strip_prefix(root.org_folder(&folder.org)) else {
                continue;
            };
            let target = root.org_folder(now).join(below);
            let left = scan::read_file(&root.path, path)?;
            let stands = scan::file_if_there(&root.path, &target)?;
            let text = match &stands {
                Some(stands) => both(
                    stands,
                    &left,
                    if folder.file.as_ref().is_some_and(|file| file.path == *path) {
                        FileForm::Organisation
                    } else {
                        FileForm::Records
                    },
                    rules,
                )?,
                None => left.text.clone(),
            };
            let basis = Precondition::of(
                &target,
                stands.as_ref().map(|stands| stands.text.as_bytes()),
            )
            .and(path, Some(left.text.as_bytes()));
            lock.write(&target, &basis, text.as_bytes())?;
            // A kill before this leaves equal copies, which count once.
            lock.remove(path, &Precondition::of(path, Some(left.text.as_bytes())))?;
            brought += 1;
            change::remove_empty_above(root, path);
        }
    }
    Ok(brought)
}

/// Two files of one name as one, by record.
fn both(stands: &Source, left: &Source, form: FileForm, rules: &Rules) -> Result<String, Problems> {
    let versions = Versions {
        base: &Source::new(&stands.file, ""),
        ours: stands,
        theirs: left,
    };
    match merge(versions, form, rules, &mut |_, _| None) {
        Ok(merged) if merged.is_clean() => Ok(merged.written(&Names::default()).text),
        Ok(merged) => {
            let written = merged.written(&Names::default());
            // No markers are left to resolve: two files stand there, and one of them is to be
            // mended.
            let differ = |problem: Problem| {
                Problem {
                    rule: Rule::LEFT_DIFFERS,
                    ..problem
                }
                .at(Place::file(&*left.file))
                .with("file", &*stands.file)
            };
            Err(Problems(
                merged
                    .problems(&left.file, &written, rules, Side::Ours)
                    .into_iter()
                    .map(differ)
                    .collect(),
            ))
        }
        Err(Refused::Unreadable(problems)) => Err(Problems(problems)),
        Err(Refused::NotALedger | Refused::Unproven) => Err(Problem::new(Rule::UNPROVEN)
            .at(Place::file(&*left.file))
            .into()),
    }
}
