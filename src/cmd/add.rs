//! `ledger add KIND`: enter one record.

use std::sync::Arc;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::fields::{
    clerk_name, field_args, field_values, flag_names, is_typable, spelled, typed_label,
};
use crate::cmd::ledger::Ledger;
use crate::cmd::prompt::{Asked, Proposed, Turn};
use crate::cmd::{Command, Session, Status, options, prompt};
use crate::figure::scorecard::{Scored, Scoring};
use crate::figure::{Evaluation, tally};
use crate::locale::{Lang, Locale};
use crate::name::OrgPath;
use crate::path::resolved;
use crate::problem::{Problem, Problems, Rule};
use crate::record::organisation::Organisation;
use crate::record::{Record, Value, points};
use crate::rules::Rules;
use crate::rules::kind::{Ask, FieldType, Kind};
use crate::tree::change::{self, NewRecord};
use crate::tree::check::{broken_bounds, doubts};
use crate::tree::write::{writer, writer_as};
use crate::tree::{Root, Tree, journal};

pub(super) const COMMAND: Command = Command {
    name: "add",
    build,
    run,
};

fn build(locale: &Locale, rules: &Rules) -> Clap {
    let named = |name: &str| rules.kinds.iter().any(|kind| kind.name == name);
    options::command(locale, "add")
        .subcommand_required(true)
        .subcommands(rules.kinds.iter().map(|kind| {
            let command = Clap::new(kind.name.clone())
                .about(locale.say("cmd-add-kind", &[("kind", (&kind.label).into())]))
                .aliases(
                    [typed_label(&kind.label.zh), kind.name.replace('_', "-")]
                        .into_iter()
                        .filter(|alias| is_typable(alias) && !named(alias)),
                )
                .arg(options::org_option(locale))
                .arg(options::option(locale, "as", "value-writer"))
                .arg(options::option(locale, "like", "value-id"));
            field_args(command, kind, locale)
        }))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let Some((name, matches)) = matches.subcommand() else {
        return Err(Problem::new(Rule::USAGE).into());
    };
    let root = session.root()?;
    let rules = session.rules_of_records()?;
    let kind = Arc::clone(rules.asked_kind(name)?);
    let mut values = field_values(session, &kind, matches, &[])?;
    if let Some(id) = matches.get_one::<String>("like") {
        copy_from(&root, &rules, &kind, id, &mut values)?;
    }
    let org = which_org(session, &root, &rules, matches)?;
    if let Some(gives) = kind.gives.filter(|gives| values[gives.points].is_none()) {
        values[gives.points] = fixed_points(&rules, &kind, &values);
    }
    let mut entry = Entry {
        kind: &kind,
        org,
        values,
    };
    let asked = complete(session, &rules, &mut entry)?;
    let new = loop {
        match NewRecord::of(&root, &rules, &kind, entry.values.clone(), session.today) {
            Ok(new) => break new,
            // What was answered is not lost for one answer that is wrong.
            Err(problems) if !asked.is_empty() => {
                session.say_problems(&problems.0)?;
                review(session, &rules, &mut entry, &asked)?;
            }
            Err(problems) => return Err(problems.into()),
        }
    };
    let org = entry.org;
    confirm_doubtful(session, &root, &rules, &org, &new)?;
    let lock = session.lock(&root)?;
    let asked = matches.get_one::<String>("as").cloned();
    let writer = match asked {
        Some(name) => {
            let (writer, before) = writer_as(&lock, &spelled(&name, &rules))?;
            if let Some(before) = before {
                let names = [
                    ("writer", writer.as_str().into()),
                    ("before", before.as_str().into()),
                ];
                session.remark("writer-changed", &names)?;
            }
            writer
        }
        None => writer(&lock, &|| spelled(&clerk_name(), &rules))?,
    };
    let place = change::add(&root, &lock, &rules, &org, &writer, &new)?;
    session.tell(
        "added",
        &[
            ("kind", (&kind.label).into()),
            ("id", new.record().id.as_str().into()),
            ("place", format!("{}:{}", place.file, place.line).into()),
        ],
    )?;
    drop(lock);
    say_cap(session, &kind, new.record())?;
    Ok(Status::Clean)
}

/// A record while it is being entered.
struct Entry<'k> {
    kind: &'k Kind,
    /// The folder of its organisation.
    org: OrgPath,
    /// Its values so far, by the indices of the kind's fields.
    values: Vec<Option<Value>>,
}

/// The points of an item that can only be given so many, as a value of their field.
fn fixed_points(rules: &Rules, kind: &Kind, values: &[Option<Value>]) -> Option<Value> {
    let points = points::fixed(rules, kind, values)?;
    let field = kind.gives?.points;
    Some(match (&kind.fields[field].ty, points.whole()) {
        (FieldType::Integer { .. }, Some(whole)) => Value::Integer(whole),
        _ => Value::Decimal(points),
    })
}

/// Says where the points of a new record count only in part, for their item has reached its most.
fn say_cap(session: &mut Session<'_>, kind: &Kind, record: &Record<'_>) -> Result<()> {
    if kind.gives.is_none() {
        return Ok(());
    }
    let rules = session.rules()?;
    let found = points::item(&rules, kind, &record.fields);
    let (Some((card, item)), Some(days)) = (found, record.belongs()) else {
        return Ok(());
    };
    let Some(cap) = item.limits.cap else {
        return Ok(());
    };
    let ledger = Ledger::readable(session)?;
    let tree = ledger.load(&tally::selection_of_scorecard(&rules, card));
    let evaluation = Evaluation::new(&tree, days, session.today.max(days.last()));
    let scoring = Scoring::new(&evaluation, card);
    let person = kind.person.and_then(|field| record.get(field)?.as_text());
    let of = match person {
        Some(code) => Scored::Member(code.to_owned()),
        None => match tree.entry_with_id(record.id.as_str()) {
            Some(entry) => scoring.organisation(entry.org),
            None => return Ok(()),
        },
    };
    let score = scoring.score(&of)?;
    let mut items = score.blocks.iter().flat_map(|block| &block.items);
    let reached = items.find(|scored| scored.name == item.name);
    if reached.is_some_and(|scored| scored.counts_in_part()) {
        let words = [
            ("item", (&item.label).into()),
            ("cap", cap.to_string().into()),
        ];
        session.remark("points-cap", &words)?;
    }
    Ok(())
}

/// Points out what may be a slip of the pen, while it can still be put right: the same thing
/// entered before, a start more than a year ahead, an update before it. Who is asked may give up;
/// off a terminal it is said, and entered all the same.
fn confirm_doubtful(
    session: &mut Session<'_>,
    root: &Root,
    rules: &Rules,
    org: &OrgPath,
    new: &NewRecord<'_>,
) -> Result<()> {
    let doubts: Vec<Problem> = doubts(new.record(), session.today)
        .into_iter()
        .chain(change::doubles(root, rules, org, new))
        .collect();
    session.say_problems(&doubts)?;
    if session.interactive
        && !doubts.is_empty()
        && !prompt::confirm(session, &session.locale.text("prompt-enter-anyway"))?
    {
        return Err(Problem::new(Rule::CANCELLED).into());
    }
    Ok(())
}

/// The organisation by `--org`; a full id needs no other organisation to be read.
fn which_org(
    session: &Session<'_>,
    root: &Root,
    rules: &Rules,
    matches: &ArgMatches,
) -> Result<OrgPath> {
    let asked = matches.get_one::<String>("org");
    if let Some(path) = asked.and_then(|text| text.parse::<OrgPath>().ok())
        && resolved(root.org_folder(&path))
            .is_ok_and(|real| real == root.org_folder(&path) && real.join("org.toml").is_file())
    {
        return Ok(path);
    }
    if asked.is_none() && !session.interactive {
        let org = ["org".to_owned(), session.locale.text("label-org")];
        return Err(missing_flags(&session.locale, &[org]).into());
    }
    let orgs = Tree::organisations(root, rules)?.orgs;
    let n = match (asked, orgs.len()) {
        (_, 0) => return Err(Problem::new(Rule::NO_ORGS).into()),
        (Some(text), _) => crate::tree::find_org(&orgs, text, rules)?,
        (None, 1) => 0,
        (None, _) => {
            let default = likely_org(root, &orgs);
            prompt::org(session, &orgs, rules, default.as_deref())?
        }
    };
    Ok(orgs[n].folder.clone())
}

/// The organisation in whose folder somebody stands, or whose ledger this clone wrote last.
fn likely_org(root: &Root, orgs: &[Organisation]) -> Option<String> {
    let here = resolved(std::env::current_dir().ok()?).ok();
    let last = journal::last_of(&root.path).ok();
    let last =
        last.and_then(|journal| Some(journal.replacements(&root.path).first()?.path.clone()));
    [here, last].into_iter().flatten().find_map(|place| {
        let below = place.strip_prefix(root.path.join("orgs")).ok()?.to_owned();
        let is_it = |org: &&Organisation| below.starts_with(org.folder.as_str());
        let deepest = orgs
            .iter()
            .filter(is_it)
            .max_by_key(|org| org.folder.depth())?;
        Some(deepest.name().to_owned())
    })
}

/// Fills in what another record says of fields that are not given, but for its days and progress.
fn copy_from(
    root: &Root,
    rules: &Rules,
    kind: &Kind,
    id: &str,
    values: &mut [Option<Value>],
) -> Result<(), Problems> {
    let found = change::find(root, rules, id)?.record;
    if found.kind.number != kind.number {
        return Err(Problem::new(Rule::WRONG_REFERENCE)
            .with("id", found.id.as_str())
            .with("found", &found.kind.label)
            .with("wanted", &kind.label)
            .into());
    }
    let updates = kind.life.as_ref().map(|life| life.updates);
    for (n, field) in kind.fields.iter().enumerate() {
        let is_own =
            field.ty.is_time() || Some(n) == updates || matches!(field.ty, FieldType::Path);
        if values[n].is_none() && !is_own {
            values[n] = found.get(n).cloned();
        }
    }
    Ok(())
}

/// That a record cannot be entered without these flags, each by its name and what it is called in
/// Chinese.
fn missing_flags(locale: &Locale, flags: &[[String; 2]]) -> Problem {
    let flag = |[name, chinese]: &[String; 2]| match locale.lang() {
        Lang::Zh if is_typable(chinese) => format!("--{chinese}"),
        _ => format!("--{name}"),
    };
    let flags: Vec<String> = flags.iter().map(flag).collect();
    Problem::new(Rule::MISSING_FLAGS).with("flags", flags.join(" "))
}

/// Asks for what is missing, or says what is where nobody can be asked; gives the fields that were
/// asked for.
fn complete(session: &mut Session<'_>, rules: &Rules, entry: &mut Entry<'_>) -> Result<Vec<usize>> {
    let kind = entry.kind;
    let must = |n: usize| {
        entry.values[n].is_none() && kind.fields[n].must_be_given(|name| entry.has(name))
    };
    let missing: Vec<usize> = (0..kind.fields.len()).filter(|&n| must(n)).collect();
    if missing.is_empty() {
        return Ok(Vec::new()); // all that must be said was said; the rest has flags
    }
    if !session.interactive {
        let named = |&n: &usize| {
            let [name, _, chinese, _] = flag_names(&kind.fields[n]);
            [name, chinese]
        };
        let flags: Vec<[String; 2]> = missing.iter().map(named).collect();
        return Err(missing_flags(&session.locale, &flags).into());
    }
    let likely = likely_values(session, rules, entry)?;
    let order = order_of_questions(kind);
    let is_asked = |n: usize| match kind.fields[n].ask {
        Ask::IfListed => kind.columns.contains(&n),
        ask => matches!(ask, Ask::Always | Ask::Again),
    };
    let mut asked: Vec<usize> = Vec::new();
    // What was said before to questions that were gone back over.
    let mut said: Vec<Option<Value>> = vec![None; kind.fields.len()];
    let mut at = 0;
    while let Some(&n) = order.get(at) {
        let why = kind.fields[n].unless.as_deref();
        if kind.gives.is_some_and(|gives| gives.points == n) && entry.values[n].is_none() {
            entry.values[n] = fixed_points(rules, kind, &entry.values);
        }
        let is_excused = why.is_some_and(|why| entry.has(why));
        let is_open = (missing.contains(&n) || is_asked(n)) && entry.values[n].is_none();
        if !is_open || is_excused {
            at += 1;
            continue;
        }
        let proposed = match &said[n] {
            Some(value) => Proposed::Current(Some(value)),
            None => Proposed::Likely(likely[n].as_ref()),
        };
        match ask(session, entry, (n, proposed), !asked.is_empty())? {
            Turn::Said(()) => {
                asked.push(n);
                at += 1;
            }
            Turn::Back => {
                if let Some(before) = asked.pop() {
                    let fixed = fixed_points(rules, kind, &entry.values);
                    said[before] = entry.values[before].take();
                    entry.follow_item(rules, (before, fixed));
                    at = order.iter().position(|&n| n == before).unwrap_or(0);
                }
            }
        }
    }
    review(session, rules, entry, &asked)?;
    Ok(asked)
}

/// The fields of a kind in the order in which they are asked for: its day first, and why numbers
/// are not known before the numbers, which are not asked for then.
fn order_of_questions(kind: &Kind) -> Vec<usize> {
    let whys = kind
        .fields
        .iter()
        .filter_map(|field| field.unless.as_deref());
    let reasons: Vec<usize> = whys.filter_map(|why| kind.index(why)).collect();
    let (before, after): (Vec<usize>, Vec<usize>) =
        (0..kind.fields.len()).partition(|&n| n == kind.start || reasons.contains(&n));
    [before, after].concat()
}

/// What is likely to be answered: the day, and what the record of the kind says that was entered
/// last in the organisation.
fn likely_values(
    session: &Session<'_>,
    rules: &Rules,
    entry: &Entry<'_>,
) -> Result<Vec<Option<Value>>> {
    let kind = entry.kind;
    let mut fields = kind.fields.iter().zip(&entry.values);
    let is_again = fields.any(|(field, value)| field.ask == Ask::Again && value.is_none());
    let root = session.root()?;
    let latest = is_again.then(|| change::latest(&root, rules, &entry.org, kind));
    let latest = latest.flatten();
    let likely = |n: usize| match kind.fields[n].ask {
        _ if n == kind.start => Some(Value::Day(session.today)),
        Ask::Again => latest.as_ref()?.get(n).cloned(),
        _ => None,
    };
    Ok((0..kind.fields.len()).map(likely).collect())
}

impl Entry<'_> {
    /// Where another item was said, gives its points, if it has only those. Points that followed
    /// from the one `before` are gone; then their field is to be asked for.
    fn follow_item(
        &mut self,
        rules: &Rules,
        (changed, before): (usize, Option<Value>),
    ) -> Option<usize> {
        let gives = self.kind.gives;
        let gives = gives.filter(|g| g.item == changed || g.card == Some(changed))?;
        let points = &mut self.values[gives.points];
        let followed = before.is_some() && *points == before;
        if followed {
            *points = None;
        }
        match fixed_points(rules, self.kind, &self.values) {
            Some(fixed) => {
                self.values[gives.points] = Some(fixed);
                None
            }
            None => followed.then_some(gives.points),
        }
    }

    /// Whether a field is given, by its name.
    fn has(&self, name: &str) -> bool {
        let field = self.kind.index(name);
        field.is_some_and(|n| self.values[n].is_some())
    }
}

/// Asks for a field until what is said contradicts no earlier answer: the others are not lost.
fn ask(
    session: &mut Session<'_>,
    entry: &mut Entry<'_>,
    (n, proposed): (usize, Proposed<'_>),
    may_go_back: bool,
) -> Result<Turn<()>> {
    loop {
        let asked = Asked {
            kind: entry.kind,
            n,
            values: &entry.values,
        };
        match prompt::field_in_turn(session, asked, proposed, may_go_back)? {
            Turn::Said(value) => entry.values[n] = value,
            Turn::Back => return Ok(Turn::Back),
        }
        let broken = broken_bounds(entry.kind, &entry.values);
        let Some((_, problem)) = broken.into_iter().find(|(field, _)| *field == n) else {
            return Ok(Turn::Said(()));
        };
        session.say_problems(&[problem])?;
    }
}

/// Shows what was said and what was asked, lets any answer be changed and more be said, until it is
/// to be entered.
fn review(
    session: &mut Session<'_>,
    rules: &Rules,
    entry: &mut Entry<'_>,
    asked: &[usize],
) -> Result<()> {
    /// What stands above the fields: to enter it, to drop it, and whose it is.
    const ABOVE: usize = 3;
    let kind = entry.kind;
    let updates = kind.life.as_ref().map(|life| life.updates);
    let orgs = Tree::organisations(&session.root()?, rules)?.orgs;
    loop {
        let shown = |n: &usize| {
            entry.values[*n].is_some() || kind.fields[*n].ask == Ask::More || asked.contains(n)
        };
        let fields: Vec<usize> = (0..kind.fields.len())
            .filter(|n| Some(*n) != updates && shown(n))
            .collect();
        let org = orgs.iter().find(|org| org.folder == entry.org);
        let org = org.map_or(entry.org.as_str(), Organisation::name);
        let mut options = vec![
            session.locale.text("prompt-enter"),
            session.locale.text("prompt-drop"),
            prompt::answer_of_org(session, org),
        ];
        let answer =
            |n: &usize| prompt::answer(session, &kind.fields[*n], entry.values[*n].as_ref());
        options.extend(fields.iter().map(answer));
        let question = session.locale.text("prompt-review");
        let changed = match prompt::choose(session, &question, &options)? {
            0 => return Ok(()),
            1 => return Err(Problem::new(Rule::CANCELLED).into()),
            2 => {
                prompt::org(session, &orgs, rules, None).map(|n| entry.org = orgs[n].folder.clone())
            }
            chosen => {
                let n = fields[chosen - ABOVE];
                let before = entry.values[n].clone();
                let fixed = fixed_points(rules, kind, &entry.values);
                let proposed = Proposed::Current(before.as_ref());
                let answered = ask(session, entry, (n, proposed), false);
                if answered.is_err() {
                    entry.values[n] = before;
                }
                match entry.follow_item(rules, (n, fixed)) {
                    Some(points) => ask(session, entry, (points, Proposed::Likely(None)), false),
                    None => answered,
                }
                .map(drop)
            }
        };
        // Who gives up one answer keeps it, and all others.
        match changed {
            Err(error) if prompt::is_cancelled(&error) => {}
            ended => ended?,
        }
    }
}
