//! `ledger resolve [FILE]`: files with conflict markers, merged by record; what truly clashes is
//! asked, never guessed.

mod placed;
mod twice;
mod unmerged;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::{Arg, ArgAction, ArgMatches, Command as Clap};
use unicode_width::UnicodeWidthStr;

use crate::cmd::merge_driver::{in_style, mine, names, say_merged};
use crate::cmd::resolve::placed::placed;
use crate::cmd::resolve::twice::moved_twice;
use crate::cmd::resolve::unmerged::{Unmerged, mark_merged, next_step, unmerged};
use crate::cmd::{Command, Session, Status, options, prompt};
use crate::history::snapshot::LedgerFile;
use crate::locale::{Label, Locale};
use crate::merge::marks::{self, Names, Sides};
use crate::merge::merged::{Conflict, Merged};
use crate::merge::record::{Clash, ClashReason, Side};
use crate::merge::{FileForm, Refused, Versions, merge};
use crate::name::RecordId;
use crate::path::{resolved, shown};
use crate::problem::{Place, Problem, Problems, Rule};
use crate::render::wrap;
use crate::rules::Rules;
use crate::source::Source;
use crate::spelling::visible;
use crate::tree::files::Files;
use crate::tree::write::Precondition;
use crate::tree::{Root, Tree, scan};
use crate::written::page::Page;

pub(super) const COMMAND: Command = Command {
    name: "resolve",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    let files = Arg::new("file")
        .value_name(locale.text("value-file"))
        .help(locale.text("arg-resolve"))
        .action(ArgAction::Append)
        .num_args(0..);
    options::command(locale, "resolve").arg(files)
}

/// How far it came.
#[derive(Default)]
struct Progress {
    done: usize,
    left: usize,
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let mut tally = Progress::default();
    let named = matches.get_many::<String>("file").map(|files| {
        files
            .map(|file| inside(&root, file))
            .collect::<Result<Vec<_>, _>>()
    });
    let ended = resolve_all(session, &root, named.transpose()?, &mut tally);
    let stopped = match ended {
        Ok(()) => false,
        // What was answered before is written and stays.
        Err(error)
            if tally.done > 0
                && error
                    .downcast_ref::<Problem>()
                    .is_some_and(|problem| problem.rule == Rule::CANCELLED) =>
        {
            true
        }
        Err(error) => return Err(error),
    };
    let said = if stopped {
        "resolve-stopped"
    } else {
        "resolve-done"
    };
    session.tell(
        said,
        &[("done", tally.done.into()), ("left", tally.left.into())],
    )?;
    if !stopped && tally.left == 0 {
        if tally.done > 0
            && unmerged(&root)?.is_empty()
            && let Some(next) = next_step(&root.path)
        {
            session.tell("resolve-next", &[("command", next.into())])?;
        }
        return Ok(Status::Clean);
    }
    if !stopped && !session.interactive {
        session.remark("resolve-not-asked", &[])?;
    }
    Ok(Status::Findings)
}

fn resolve_all(
    session: &mut Session<'_>,
    root: &Root,
    named: Option<Vec<PathBuf>>,
    tally: &mut Progress,
) -> Result<()> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let asked_for = named.is_some();
    if !asked_for {
        places(session, root, tally, &mut seen)?;
    }
    let waiting = unmerged(root)?;
    let files = match named {
        Some(files) => files,
        None => {
            let mut files: BTreeSet<PathBuf> = in_conflict(root)?.into_iter().collect();
            files.extend(
                waiting
                    .iter()
                    .filter(|file| file.is_of_both())
                    .map(|file| root.path.join(&file.name))
                    .filter(|path| path.is_file()),
            );
            files.into_iter().collect()
        }
    };
    for path in &files {
        let name = shown(&root.path, path);
        let file = waiting.iter().find(|file| file.name == name);
        let status = match resolve(session, root, path, file) {
            Ok(status) => status,
            // One file that cannot be read must not keep the others from being merged.
            Err(error) => match error.downcast::<Problem>() {
                Ok(problem)
                    if problem.rule == Rule::BAD_MARKER
                        || problem.blocks() && problem.rule != Rule::IO =>
                {
                    session.say_problems(&[problem])?;
                    Status::Findings
                }
                Ok(problem) => return Err(problem.into()),
                Err(error) => return Err(error),
            },
        };
        tally.count(status);
        seen.insert(name);
    }
    // What git has not merged and what was not looked at here is still to be settled.
    let others = waiting
        .iter()
        .filter(|file| !asked_for && !seen.contains(&file.name));
    let rule = |file: &Unmerged| {
        if file.is_of_one() {
            Rule::CHANGED_AND_DELETED
        } else {
            Rule::NOT_BY_RECORD
        }
    };
    let problems: Vec<Problem> = others
        .map(|file| Problem::new(rule(file)).at(Place::file(&*file.name)))
        .collect();
    tally.left += problems.len();
    session.say_problems(&problems)
}

impl Progress {
    fn count(&mut self, status: Status) {
        match status {
            Status::Clean => self.done += 1,
            Status::Findings | Status::NotAll => self.left += 1,
        }
    }
}

/// Settles where organisations are: what both moved to different places, and what was changed at a
/// place that is no more.
fn places(
    session: &mut Session<'_>,
    root: &Root,
    tally: &mut Progress,
    seen: &mut BTreeSet<String>,
) -> Result<()> {
    let waiting = unmerged(root)?;
    for moved in moved_twice(root, session, &waiting)? {
        let answer = if session.interactive {
            moved.ask(session, root)?
        } else {
            None
        };
        match answer {
            Some(side) => {
                moved.join(session, root, &waiting, side)?;
                tally.count(Status::Clean);
            }
            None => {
                session.say_problems(&[moved.problem(mine(&root.path))])?;
                seen.extend(
                    waiting
                        .iter()
                        .map(|file| file.name.clone())
                        .filter(|name| moved.holds(name)),
                );
                tally.count(Status::Findings);
            }
        }
    }
    for file in placed(root, session, &unmerged(root)?)? {
        if !seen.contains(&file.name) && file.settle(session, root)? {
            seen.insert(file.name);
            tally.count(Status::Clean);
        }
    }
    for moved in moved_away(session, root)? {
        seen.extend([&moved.left, &moved.target].map(|path| shown(&root.path, path)));
        let status = bring(session, root, &moved)?;
        tally.count(status);
    }
    Ok(())
}

/// A file that was named, as it lies below the root.
fn inside(root: &Root, file: &str) -> Result<PathBuf, Problem> {
    let here = std::env::current_dir().unwrap_or_default().join(file);
    let path = if here.exists() {
        here
    } else {
        root.path.join(file)
    };
    let real = resolved(&path).map_err(|error| Problem::io(file, &error))?;
    if real.starts_with(&root.path) {
        return Ok(real);
    }
    Err(Problem::new(Rule::LINK_OUTSIDE)
        .at(Place::file(file))
        .with("target", real.display().to_string()))
}

/// Every file of the ledger that holds conflict markers, or cannot be read: it may hold some too.
fn in_conflict(root: &Root) -> Result<Vec<PathBuf>, Problems> {
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

/// A file that one side moved away with its organisation and the other changed at the old place:
/// git found no more than that it was changed and deleted.
struct MovedAway {
    /// Where it was changed.
    left: PathBuf,
    /// Where it is now.
    target: PathBuf,
    /// What both come from.
    base: String,
}

fn moved_away(session: &Session<'_>, root: &Root) -> Result<Vec<MovedAway>, Problems> {
    let moves = Tree::organisations(root, session.readable_rules())?.moves;
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

/// Merges what was changed at the old place into the file at the new one; the old one goes when
/// nothing clashes.
fn bring(session: &mut Session<'_>, root: &Root, moved: &MovedAway) -> Result<Status> {
    let [ours, theirs] = [&moved.target, &moved.left].map(|path| scan::read_file(&root.path, path));
    let (ours, theirs) = (ours?, theirs?);
    let base = Source::new(&ours.file, moved.base.clone());
    let versions = Versions {
        base: &base,
        ours: &ours,
        theirs: &theirs,
    };
    let rules = Arc::clone(session.readable_rules());
    let form = FileForm::of(&format!("/{}", ours.file));
    let Ok(merged) = merge(versions, form, &rules, &mut |_, _| None) else {
        session
            .say_problems(&[Problem::new(Rule::NOT_BY_RECORD).at(Place::file(&*theirs.file))])?;
        return Ok(Status::Findings);
    };
    let lock = session.lock(root)?;
    // git is told too: to put files back would not take that back.
    lock.cannot_be_undone();
    let basis = Precondition::of(&moved.target, Some(ours.text.as_bytes()))
        .and(&moved.left, Some(theirs.text.as_bytes()));
    let (written, mine) = in_style(&session.locale, &root.path, &merged);
    lock.write(&moved.target, &basis, written.text.as_bytes())?;
    lock.remove(
        &moved.left,
        &Precondition::of(&moved.left, Some(theirs.text.as_bytes())),
    )?;
    drop(lock);
    // What stands between markers is not merged yet.
    let both = [&*theirs.file, &*ours.file];
    mark_merged(root, if merged.is_clean() { &both } else { &both[..1] })?;
    say_merged(session, &ours.file, (&merged, &written), mine)?;
    let args = [
        ("from", theirs.file.as_ref().into()),
        ("path", ours.file.as_ref().into()),
    ];
    session.tell("resolve-moved", &args)?;
    // What clashes now stands between markers at the new place, where the next round asks for it.
    Ok(Status::Clean)
}

fn resolve(
    session: &mut Session<'_>,
    root: &Root,
    path: &Path,
    file: Option<&Unmerged>,
) -> Result<Status> {
    let name = shown(&root.path, path);
    let before = scan::read_file(&root.path, path)?;
    let sides = marks::sides(&before.text).map_err(|line| {
        let place = Place {
            line,
            column: 1,
            ..Place::file(&name)
        };
        Problem::new(Rule::BAD_MARKER).at(place)
    })?;
    let as_left = match file {
        Some(file) => file.left_as(root, &before.text, &sides)?,
        None => false,
    };
    if sides.lines.is_empty() && !as_left {
        let said = match file {
            // It was merged before, and git could not be told.
            Some(file) if file.merges_to(root, &before.text, session.readable_rules())? => {
                mark_merged(root, &[&name])?;
                "resolve-merged"
            }
            Some(_) => "resolve-to-add",
            None => "resolve-nothing",
        };
        session.tell(said, &[("path", name.into())])?;
        return Ok(Status::Clean);
    }
    if sides.lines.is_empty() {
        session.tell("resolve-one-side", &[("path", name.as_str().into())])?;
    }
    let merged = merged(session, root, &name, &sides, (file, as_left))?;
    let merged = match merged {
        Ok(merged) => merged,
        Err(refused) => {
            let first = sides.lines.first().copied().unwrap_or(1);
            session.say_problems(&not_by_record(&name, first, refused))?;
            return Ok(Status::Findings);
        }
    };
    let (written, mine) = in_style(&session.locale, &root.path, &merged);
    let lock = session.lock(root)?;
    // git is told too: to put files back would not take that back.
    lock.cannot_be_undone();
    lock.write(
        path,
        &Precondition::of(path, Some(before.text.as_bytes())),
        written.text.as_bytes(),
    )?;
    drop(lock);
    if merged.is_clean() && (file.is_some() || next_step(&root.path).is_some()) {
        mark_merged(root, &[&name])?;
    }
    say_merged(session, &name, (&merged, &written), mine)?;
    if !session.interactive {
        remark_deletions(session, root, &name, &merged.conflicts)?;
    }
    let is_done = merged.is_clean();
    let said = if is_done {
        "resolve-merged"
    } else {
        "resolve-left"
    };
    let count = merged.conflicts.len();
    session.tell(said, &[("path", name.into()), ("count", count.into())])?;
    Ok(match is_done {
        true => Status::Clean,
        false => Status::Findings,
    })
}

/// Why a file cannot be merged by record, from the line of its first mark.
fn not_by_record(name: &str, line: usize, refused: Refused) -> Vec<Problem> {
    let mut problems = match refused {
        Refused::Unreadable(problems) => problems,
        Refused::NotALedger | Refused::Unproven => Vec::new(),
    };
    let first = Place {
        line,
        column: 1,
        ..Place::file(name)
    };
    problems.push(Problem::new(Rule::NOT_BY_RECORD).at(first));
    problems
}

/// Says what is known of records that one side took out and the other changed.
fn remark_deletions(
    session: &mut Session<'_>,
    root: &Root,
    name: &str,
    conflicts: &[Conflict],
) -> Result<()> {
    for conflict in conflicts {
        let deleted = conflict.clashes.iter();
        for clash in deleted.filter(|clash| clash.why == ClashReason::Deleted) {
            if let Some(remark) = remark(&session.locale, root, name, &conflict.id, clash) {
                writeln!(session.err, "{remark}")?;
            }
        }
    }
    Ok(())
}

/// Whether a text is records with ids and nothing else; lines that conflicts leave over are often
/// less.
fn is_ledger(text: &str) -> bool {
    let ids = |page: Page<'_>| page.keys().all(|key| key.id.parse::<RecordId>().is_ok());
    Page::read(&Source::new("", text)).is_some_and(ids)
}

/// The sides as one; on a terminal, with the answers of the person who sits at it.
fn merged(
    session: &Session<'_>,
    root: &Root,
    name: &str,
    sides: &Sides,
    (file, as_left): (Option<&Unmerged>, bool),
) -> Result<Result<Merged, Refused>> {
    let texts = match file.map_or(Ok([const { None }; 3]), |file| file.texts(root))? {
        [base, Some(ours), Some(theirs)] if as_left => [base.unwrap_or_default(), ours, theirs],
        // Where git knows nothing of what both come from, it is what both still have in common.
        [None, None, None] if sides.base.is_none() && is_ledger(&sides.agreed) => [
            sides.agreed.clone(),
            sides.ours.clone(),
            sides.theirs.clone(),
        ],
        [base, _, _] => [
            sides.base.clone().or(base).unwrap_or_default(),
            sides.ours.clone(),
            sides.theirs.clone(),
        ],
    };
    let source = |(text, whose): (String, String)| Source::new(&format!("{name} ({whose})"), text);
    let [base, ours, theirs] = texts;
    let mine = mine(&root.path);
    let Names {
        ours: own,
        theirs: other,
        ..
    } = names(&session.locale, mine);
    let [base, ours, theirs] = [
        (base, session.locale.text("merge-base")),
        (ours, own),
        (theirs, other),
    ]
    .map(source);
    let versions = Versions {
        base: &base,
        ours: &ours,
        theirs: &theirs,
    };
    let rules = session.readable_rules();
    let mut stopped: Option<anyhow::Error> = None;
    let form = FileForm::of(&format!("/{name}"));
    let merged = merge(versions, form, rules, &mut |id: &str, clash: &Clash| {
        if !session.interactive || stopped.is_some() {
            return None;
        }
        ask(session, root, name, id, clash, mine).unwrap_or_else(|error| {
            stopped = Some(error);
            None
        })
    });
    match stopped {
        Some(error) => Err(error),
        None => Ok(merged),
    }
}

/// What a choice does to a record that one side took back.
fn retraction(locale: &Locale, said: Option<Vec<Label>>) -> Vec<Label> {
    let text = match said {
        Some(said) => locale.say("resolve-retract", &[("said", locale.labels(&said).into())]),
        None => locale.text("resolve-keep"),
    };
    vec![Label {
        zh: text.clone(),
        en: text,
    }]
}

/// What a person should know before deciding.
fn remark(locale: &Locale, root: &Root, name: &str, id: &str, clash: &Clash) -> Option<String> {
    match clash.why {
        // Who moved a record to another organisation by hand took it out here, and did not mean to
        // take it away.
        ClashReason::Deleted => elsewhere(root, name, id)
            .map(|path| locale.say("resolve-elsewhere", &[("path", path.into())])),
        ClashReason::Added => Some(locale.text("resolve-two-things")),
        ClashReason::Changed
        | ClashReason::Retracted
        | ClashReason::Misplaced
        | ClashReason::Closed => None,
    }
}

/// Another file in which a record stands.
fn elsewhere(root: &Root, name: &str, id: &str) -> Option<String> {
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

/// Asks which side is right; none: it is left as it is.
fn ask(
    session: &Session<'_>,
    root: &Root,
    name: &str,
    id: &str,
    clash: &Clash,
    mine: Side,
) -> Result<Option<Side>> {
    let locale = &session.locale;
    let problem = clash.problem(id, Place::file(name), session.readable_rules(), mine);
    let mut question = problem.sentences(locale).0;
    question.extend(remark(locale, root, name, id, clash).map(|remark| format!("\n{remark}")));
    let option = |whose: &str, said: Option<Vec<Label>>| {
        // A whole record is named by its lines.
        let said = said.map_or_else(|| locale.text("merge-nothing"), |said| locale.labels(&said));
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let room = session.style.width.unwrap_or(80).saturating_sub(20).max(20);
        let short = wrap(&visible(&said), room)
            .into_iter()
            .next()
            .unwrap_or_default();
        let more = if short.width() < said.width() {
            "…"
        } else {
            ""
        };
        locale.say(
            "merge-option",
            &[
                ("whose", whose.into()),
                ("said", format!("{short}{more}").into()),
            ],
        )
    };
    let [ours, theirs] = clash.words(session.readable_rules(), id);
    let [ours, theirs] = match clash.why {
        ClashReason::Retracted => [ours, theirs].map(|said| Some(retraction(locale, said))),
        ClashReason::Changed
        | ClashReason::Deleted
        | ClashReason::Added
        | ClashReason::Misplaced
        | ClashReason::Closed => [ours, theirs],
    };
    let names = names(locale, mine);
    // Who sits here finds what is his own first.
    let mut sides = [
        (Side::Ours, option(&names.ours, ours)),
        (Side::Theirs, option(&names.theirs, theirs)),
    ];
    if mine == Side::Theirs {
        sides.reverse();
    }
    let [(first, own), (second, other)] = sides;
    let options = [own, other, locale.text("merge-leave")];
    Ok(match prompt::choose(session, &question, &options)? {
        0 => Some(first),
        1 => Some(second),
        _ => None,
    })
}
