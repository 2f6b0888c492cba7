//! `ledger resolve [FILE]`: files with conflict markers, merged by record; what truly clashes is
//! asked, never guessed.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::{Arg, ArgAction, ArgMatches, Command as Clap};
use unicode_width::UnicodeWidthStr;

use crate::cmd::{Command, Session, Status, options, prompt};
use crate::locale::{Label, Locale};
use crate::merge::marks::Names;
use crate::merge::merged::{Conflict, Merged, Written};
use crate::merge::record::{Clash, ClashReason, Side};
use crate::name::OrgPath;
use crate::path::{resolved, shown};
use crate::problem::{Place, Problem, Rule};
use crate::reconcile::Settlement;
use crate::reconcile::file::{self, State, ToMerge, in_conflict};
use crate::reconcile::moved::{MergedFile, MovedAway, MovedTwice, moved_away, moved_twice};
use crate::reconcile::placed::{PlacedFile, placed};
use crate::reconcile::style::{self, mine, names};
use crate::reconcile::unmerged::{Unmerged, next_step, unmerged};
use crate::render::wrap;
use crate::rules::Rules;
use crate::spelling::visible;
use crate::tree::Root;

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
        Err(error) if tally.done > 0 && prompt::is_cancelled(&error) => true,
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
        let status = match resolve(session, root, (path, file)) {
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
    let rules = Arc::clone(session.readable_rules());
    let waiting = unmerged(root)?;
    for moved in moved_twice(root, &rules, &waiting)? {
        let answer = match session.interactive {
            true => ask_where(session, root, &moved)?,
            false => None,
        };
        match answer {
            Some(side) => {
                join(session, root, &moved, (&waiting, side))?;
                tally.count(Status::Clean);
            }
            None => {
                session.say_problems(&[moved.problem(mine(&root.path))])?;
                let names = waiting.iter().map(|file| file.name.clone());
                seen.extend(names.filter(|name| moved.holds(name)));
                tally.count(Status::Findings);
            }
        }
    }
    for file in placed(root, &rules, &unmerged(root)?)? {
        if !seen.contains(&file.name) && settle_place(session, root, &file)? {
            seen.insert(file.name);
            tally.count(Status::Clean);
        }
    }
    for moved in moved_away(root, &rules)? {
        seen.extend([&moved.left, &moved.target].map(|path| shown(&root.path, path)));
        let status = bring(session, root, &moved)?;
        tally.count(status);
    }
    Ok(())
}

/// Carries a plan out while others wait, then tells git.
fn carry_out(session: &mut Session<'_>, root: &Root, settlement: &Settlement) -> Result<()> {
    if settlement.changes_files() {
        let lock = session.lock(root)?;
        settlement.apply(&lock)?;
    }
    Ok(settlement.tell_git(root)?)
}

/// Asks where an organisation is to be that was moved twice; none: it is left as it is.
fn ask_where(session: &Session<'_>, root: &Root, moved: &MovedTwice) -> Result<Option<Side>> {
    let mine = mine(&root.path);
    let question = moved.problem(mine).sentences(&session.locale).0;
    let names = names(&session.locale, mine);
    let option = |whose: &str, place: &OrgPath| {
        session.locale.say(
            "merge-option",
            &[("whose", whose.into()), ("said", place.as_str().into())],
        )
    };
    let options = [
        option(&names.ours, &moved.places[0]),
        option(&names.theirs, &moved.places[1]),
        session.locale.text("merge-leave"),
    ];
    Ok([Some(Side::Ours), Some(Side::Theirs), None]
        [prompt::choose(session, &question, &options)?.min(2)])
}

/// Brings an organisation that was moved twice together at one of its places.
fn join(
    session: &mut Session<'_>,
    root: &Root,
    moved: &MovedTwice,
    (waiting, at): (&[Unmerged], Side),
) -> Result<()> {
    let rules = Arc::clone(session.readable_rules());
    let locale = &session.locale;
    let writing = |merged: &Merged| style::written(locale, &root.path, merged);
    let (settlement, files) = moved.settlement(root, &rules, (waiting, at), &writing)?;
    let lock = session.lock(root)?;
    settlement.apply(&lock)?;
    moved.finish(root, &rules, &lock, at)?;
    drop(lock);
    settlement.tell_git(root)?;
    for file in &files {
        say_file(session, file)?;
    }
    let (kept, gone) = moved.place_of(at);
    let args = [
        ("from", gone.as_str().into()),
        ("path", kept.as_str().into()),
    ];
    Ok(session.tell("resolve-moved", &args)?)
}

/// Has a file that git put elsewhere lie where its organisation is now; false where something else
/// lies there.
fn settle_place(session: &mut Session<'_>, root: &Root, file: &PlacedFile) -> Result<bool> {
    let Some(settlement) = file.settlement(root)? else {
        return Ok(false);
    };
    carry_out(session, root, &settlement)?;
    let args = [
        ("from", file.from.as_str().into()),
        ("path", file.belongs.as_str().into()),
    ];
    session.tell("resolve-placed", &args)?;
    Ok(true)
}

/// Merges what was changed at the old place of an organisation into the file at the new one.
fn bring(session: &mut Session<'_>, root: &Root, moved: &MovedAway) -> Result<Status> {
    let rules = Arc::clone(session.readable_rules());
    let locale = &session.locale;
    let writing = |merged: &Merged| style::written(locale, &root.path, merged);
    let (settlement, file) = match moved.settlement(root, &rules, &writing) {
        Ok(planned) => planned,
        Err(problem) if problem.rule == Rule::NOT_BY_RECORD => {
            session.say_problems(&[problem])?;
            return Ok(Status::Findings);
        }
        Err(problem) => return Err(problem.into()),
    };
    carry_out(session, root, &settlement)?;
    say_file(session, &file)?;
    let args = [
        ("from", shown(&root.path, &moved.left).into()),
        ("path", file.name.as_str().into()),
    ];
    session.tell("resolve-moved", &args)?;
    // What clashes now stands between markers at the new place, where the next round asks for it.
    Ok(Status::Clean)
}

/// Says what clashes in a file that was merged without asking.
fn say_file(session: &mut Session<'_>, file: &MergedFile) -> Result<()> {
    say_merged(
        session,
        &file.name,
        (&file.merged, &file.written),
        file.mine,
    )
}

/// Says what clashes, and what was put in an order that nobody knows.
pub(super) fn say_merged(
    session: &mut Session<'_>,
    path: &str,
    (merged, written): (&Merged, &Written),
    mine: Side,
) -> Result<()> {
    let problems = merged.problems(path, written, session.readable_rules(), mine);
    session.say_problems(&problems)
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

fn resolve(
    session: &mut Session<'_>,
    root: &Root,
    (path, file): (&PathBuf, Option<&Unmerged>),
) -> Result<Status> {
    let to_merge = match file::look(root, session.readable_rules(), path, file)? {
        State::ToMerge(to_merge) => to_merge,
        settled => {
            let said = match &settled {
                State::Merged(settlement) => {
                    settlement.tell_git(root)?;
                    "resolve-merged"
                }
                State::ToAdd => "resolve-to-add",
                State::Settled | State::ToMerge(_) => "resolve-nothing",
            };
            session.tell(said, &[("path", shown(&root.path, path).into())])?;
            return Ok(Status::Clean);
        }
    };
    let name = to_merge.name();
    if to_merge.is_of_one_side() {
        session.tell("resolve-one-side", &[("path", name.into())])?;
    }
    let merged = match merged(session, root, &to_merge)? {
        Ok(merged) => merged,
        Err(problems) => {
            session.say_problems(&problems)?;
            return Ok(Status::Findings);
        }
    };
    let (written, mine) = style::written(&session.locale, &root.path, &merged);
    carry_out(session, root, &to_merge.settlement(root, &merged, &written))?;
    say_merged(session, name, (&merged, &written), mine)?;
    if !session.interactive {
        remark_deletions(session, root, name, &merged.conflicts)?;
    }
    let (said, status) = match merged.is_clean() {
        true => ("resolve-merged", Status::Clean),
        false => ("resolve-left", Status::Findings),
    };
    let count = merged.conflicts.len();
    session.tell(said, &[("path", name.into()), ("count", count.into())])?;
    Ok(status)
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

/// The sides as one; on a terminal, with the answers of the person who sits at it.
fn merged(
    session: &Session<'_>,
    root: &Root,
    file: &ToMerge,
) -> Result<Result<Merged, Vec<Problem>>> {
    let mine = mine(&root.path);
    let Names { ours, theirs, .. } = names(&session.locale, mine);
    let whose = [session.locale.text("merge-base"), ours, theirs];
    let rules = session.readable_rules();
    let mut stopped: Option<anyhow::Error> = None;
    let merged = file.merge(whose, rules, &mut |id: &str, clash: &Clash| {
        if !session.interactive || stopped.is_some() {
            return None;
        }
        ask(session, root, file.name(), id, clash, mine).unwrap_or_else(|error| {
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
        ClashReason::Deleted => file::elsewhere(root, name, id)
            .map(|path| locale.say("resolve-elsewhere", &[("path", path.into())])),
        ClashReason::Added => Some(locale.text("resolve-two-things")),
        ClashReason::Changed
        | ClashReason::Retracted
        | ClashReason::Misplaced
        | ClashReason::Closed => None,
    }
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
