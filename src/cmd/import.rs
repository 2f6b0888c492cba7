//! `ledger import [KIND] FILE…`: takes in tables that others filled in.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::{Arg as Flag, ArgAction, ArgMatches, Command as Clap};
use serde_json::json;

use crate::cmd::fields::{clerk_name, spelled};
use crate::cmd::ledger::Ledger;
use crate::cmd::options::{self, Format};
use crate::cmd::{Command, Session, Status, output, prompt};
use crate::form::plan::{Action, Plan, Planner, kinds_needed};
use crate::form::{self, Request};
use crate::locale::{Arg, Locale};
use crate::present::intake::{Planned, cell_name};
use crate::problem::{Place, Problem, Problems, Rule};
use crate::render::{forms, json, terminal};
use crate::rules::Rules;
use crate::rules::form::FormSpec;
use crate::rules::kind::Kind;
use crate::sheet::{self, Workbook};
use crate::source::Source;
use crate::table::Table;
use crate::toml::{Reader, Reading, parse};
use crate::tree::intake::take_in;
use crate::tree::scan::{read_if_there, read_named};
use crate::tree::write::{Lock, Precondition, writer};
use crate::tree::{Root, Tree, find_org};
use crate::written::canonical::quoted;
use crate::written::selection::Selection;

pub(super) const COMMAND: Command = Command {
    name: "import",
    build,
    run,
};

const FORMATS: &[Format] = &[Format::Table, Format::Json];

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "import")
        .long_about(locale.text("cmd-import-long"))
        .arg(
            options::positional(locale, "files", "value-file")
                .num_args(1..)
                .action(ArgAction::Append),
        )
        .arg(options::org_option(locale))
        .arg(options::option(locale, "sheet", "value-text"))
        .arg(options::option(locale, "year", "value-number"))
        .arg(options::option(locale, "state-day", "value-day"))
        .arg(options::option(locale, "set", "value-setting").action(ArgAction::Append))
        .arg(options::option(locale, "alias", "value-alias").action(ArgAction::Append))
        .arg(options::option(locale, "map", "value-file"))
        .arg(options::option(locale, "map-out", "value-file"))
        .arg(options::switch(locale, "dry-run"))
        .arg(options::switch(locale, "yes"))
        .arg(
            Flag::new("skip-bad")
                .long("skip-bad")
                .action(ArgAction::SetTrue)
                .help(locale.text("flag-skip-rows")),
        )
        .arg(options::option(locale, "refused", "value-file"))
        .arg(options::switch(locale, "force"))
        .arg(options::format_option(locale, FORMATS))
}

/// A file as it was read, and what its rows are.
struct Input {
    name: String,
    workbook: Workbook,
    kind: Arc<Kind>,
    spec: Option<FormSpec>,
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let aliases = Aliases::asked(session, matches)?;
    let ledger = match &aliases {
        None => Ledger::of(session)?,
        Some(aliases) => Ledger::with_rules(session, vec![aliases.source.clone()])?,
    };
    let inputs = inputs(session, &ledger.rules, matches)?;
    let flag = |name: &str| matches.get_flag(name);
    // Who is asked would keep everybody else waiting; who is not holds what is read to what is
    // written.
    let lock = match flag("yes") && !flag("dry-run") {
        true => Some(session.lock(&ledger.root)?),
        false => None,
    };
    let tree = load(&ledger, &inputs);
    session.left_out(&tree, false)?;
    if tree.orgs.is_empty() {
        return Err(Problem::new(Rule::NO_ORGS).into());
    }
    let mut requests = requests(session, &tree, &inputs, matches)?;
    let mut plans = plans(&inputs, &requests)?;
    if session.interactive && ask(session, &tree, &mut requests, &plans)? {
        plans = self::plans(&inputs, &requests)?;
    }
    let planned: Vec<Planned<'_, '_>> = inputs
        .iter()
        .zip(requests.iter().zip(&plans))
        .map(|(input, (request, plan))| Planned {
            file: &input.name,
            request,
            plan,
        })
        .collect();
    show(session, matches, &planned)?;
    save_beside(session, matches, &inputs, &planned)?;
    let count = |action: Action| plans.iter().map(|plan| plan.count(action)).sum::<usize>();
    let (refused, added, changed) = (
        count(Action::Refused),
        count(Action::Add),
        count(Action::Change),
    );
    let clean = match refused {
        0 => Status::Clean,
        _ => Status::Findings,
    };
    if flag("dry-run") {
        return Ok(clean);
    }
    if refused > 0 && !flag("skip-bad") {
        let problem = Problem::new(Rule::FORM_REFUSED).with("count", refused);
        return Err(problem.into());
    }
    if added + changed == 0 {
        session.remark("intake-nothing-new", &[])?;
        return Ok(clean);
    }
    let lock = match lock {
        Some(lock) => lock,
        None => confirmed(
            session,
            &ledger,
            (&inputs, &requests, &plans),
            added + changed,
        )?,
    };
    let writer = writer(&lock, &|| spelled(&clerk_name(), &ledger.rules))?;
    let drafts = requests.iter().zip(&plans);
    let drafts = drafts.flat_map(|(request, plan)| plan.drafts(request));
    let drafts = drafts.collect();
    if let Some(aliases) = aliases {
        aliases.keep(&ledger.root, &lock)?;
    }
    take_in(&ledger.root, &lock, &tree, drafts, session.today, &writer)?;
    drop(lock);
    let counts = [("added", added.into()), ("changed", changed.into())];
    session.remark("taken-in", &counts)?;
    Ok(clean)
}

/// Other names of organisations that are to be known from now on.
struct Aliases {
    /// The rules that say so.
    source: Source,
}

impl Aliases {
    /// Where they are kept.
    const FILE: &str = "rules/aliases.toml";

    /// Those of `--alias NAME=ORG` that are not known yet.
    ///
    /// # Errors
    /// No name, or no such organisation.
    fn asked(session: &Session<'_>, matches: &ArgMatches) -> Result<Option<Aliases>> {
        let Some(asked) = matches.get_many::<String>("alias") else {
            return Ok(None);
        };
        let rules = session.rules()?;
        let orgs = Tree::organisations(&session.root()?, &rules)?.orgs;
        let mut text = String::new();
        for pair in asked {
            let parts = pair.split_once(['=', '＝']);
            let Some((name, org)) = parts.filter(|(name, _)| !name.trim().is_empty()) else {
                return Err(Problem::new(Rule::USAGE)
                    .with("what", Arg::Message("usage-alias"))
                    .with("subject", pair.as_str())
                    .into());
            };
            let org = &orgs[find_org(&orgs, org.trim(), &rules)?];
            let is_known = rules
                .aliases
                .iter()
                .any(|alias| alias.name == name.trim() && alias.org == org.path.as_str());
            if is_known {
                continue;
            }
            let (name, org) = (quoted(name.trim()), quoted(org.path.as_str()));
            let alias = format!("[[alias]]\nname = {name}\norg = {org}\n");
            if !text.contains(&alias) {
                text.push_str(&alias);
            }
        }
        let source = Source::new(Aliases::FILE, text);
        Ok((!source.text.is_empty()).then_some(Aliases { source }))
    }

    /// Adds them to those that are kept.
    fn keep(&self, root: &Root, lock: &Lock) -> Result<(), Problem> {
        let path = root.path.join(Aliases::FILE);
        let old = read_if_there(&root.path, &path)?;
        let mut text = old.clone().unwrap_or_default();
        if !text.is_empty() {
            text.push(b'\n');
        }
        text.extend(self.source.text.bytes());
        lock.write(&path, &Precondition::of(&path, old.as_deref()), &text)
    }
}

/// Asks once for what all rows of a form leave unsaid; says whether there was anything.
fn ask(
    session: &Session<'_>,
    tree: &Tree<'_>,
    requests: &mut [Request<'_>],
    plans: &[Plan],
) -> Result<bool> {
    let mut asked = false;
    for (request, plan) in requests.iter_mut().zip(plans) {
        if plan.breaks(Rule::FORM_NO_ORG) {
            request.org = Some(prompt::org(session, &tree.orgs, tree.rules, None)?);
            asked = true;
        }
        if plan.breaks(Rule::CELL_YEAR) {
            request.year = Some(prompt::year(session, &session.locale.text("prompt-year"))?);
            asked = true;
        }
        if plan.breaks(Rule::CELL_STATE_DAY) {
            let question = session.locale.text("prompt-state-day");
            request.state_day = Some(prompt::day(session, &question)?);
            asked = true;
        }
    }
    Ok(asked)
}

/// The ledger with the records that the files must be held against.
fn load<'l>(ledger: &'l Ledger, inputs: &[Input]) -> Tree<'l> {
    let needed = inputs.iter().flat_map(|input| kinds_needed(&input.kind));
    ledger.load(&Selection::of_kinds(&ledger.rules, needed))
}

/// Asks whether to write, and takes the right to it; what was shown must still be so then.
fn confirmed(
    session: &mut Session<'_>,
    ledger: &Ledger,
    (inputs, requests, plans): (&[Input], &[Request<'_>], &[Plan]),
    changes: usize,
) -> Result<Lock> {
    if !session.interactive {
        return Err(Problem::new(Rule::FORM_UNCONFIRMED).into());
    }
    let count = [("count", changes.into())];
    let question = session.locale.say("prompt-take-in", &count);
    if !prompt::confirm(session, &question)? {
        return Err(Problem::new(Rule::CANCELLED).into());
    }
    let lock = session.lock(&ledger.root)?;
    let tree = load(ledger, inputs);
    let now: Vec<Request<'_>> = requests
        .iter()
        .map(|request| Request {
            tree: &tree,
            ..request.clone()
        })
        .collect();
    let actions = |plans: &[Plan]| -> Vec<Action> {
        let rows = plans.iter().flat_map(|plan| &plan.rows);
        rows.map(|row| row.action).collect()
    };
    match actions(&self::plans(inputs, &now)?) == actions(plans) {
        true => Ok(lock),
        false => Err(Problem::new(Rule::FORM_OVERTAKEN).into()),
    }
}

/// The files, each with the kind that was named, that its form is known by, or that its headings
/// are of.
fn inputs(
    session: &mut Session<'_>,
    rules: &Arc<Rules>,
    matches: &ArgMatches,
) -> Result<Vec<Input>> {
    let words: Vec<&String> = matches.get_many("files").into_iter().flatten().collect();
    let (named, files) = match &words[..] {
        [first, rest @ ..] if !rest.is_empty() => match rules.kind(first) {
            Some(kind) => (Some(Arc::clone(kind)), rest),
            None if !Path::new(first).exists() => {
                return Err(rules
                    .asked_kind(first)
                    .err()
                    .unwrap_or_else(|| Problem::new(Rule::USAGE))
                    .into());
            }
            None => (None, &words[..]),
        },
        // A kind alone is no file.
        [only] if rules.kind(only).is_some() && !Path::new(only).exists() => {
            let file = session.locale.text("value-file");
            return Err(Problem::new(Rule::MISSING_ARGUMENTS)
                .with("flags", file)
                .into());
        }
        words => (None, words),
    };
    let told = match matches.get_one::<String>("map") {
        Some(file) => Some(spec_in(file)?),
        None => None,
    };
    let mut inputs = Vec::new();
    for file in files {
        let bytes = read_named(Path::new(file.as_str()))?;
        let workbook = sheet::read(file, &bytes)?;
        let spec = told.clone().or_else(|| {
            let known = form::known(rules, &workbook).cloned();
            known.filter(|spec| named.as_ref().is_none_or(|kind| kind.name == spec.kind))
        });
        let kind = match (&named, &spec) {
            (Some(kind), _) => Arc::clone(kind),
            (None, Some(spec)) => Arc::clone(rules.asked_kind(&spec.kind)?),
            (None, None) => guessed(session, rules, file, &workbook)?,
        };
        inputs.push(Input {
            name: (*file).clone(),
            workbook,
            kind,
            spec,
        });
    }
    Ok(inputs)
}

/// The kind whose table a file has by its headings, as it is confirmed where somebody can be asked.
fn guessed(
    session: &Session<'_>,
    rules: &Arc<Rules>,
    file: &str,
    workbook: &Workbook,
) -> Result<Arc<Kind>> {
    const CLEAR: u32 = 8;
    let stem = Path::new(file)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    let likely = form::kinds(rules, &workbook.sheets, &stem);
    let label = |kind: &Kind| kind.label.get(session.locale.lang()).to_owned();
    let by_name = |kind: &Kind| Ok(Arc::clone(rules.asked_kind(&kind.name)?));
    match &likely[..] {
        [] => Err(Problem::new(Rule::FORM_NO_TABLE_AT_ALL)
            .at(Place::file(file))
            .into()),
        several if session.interactive => {
            let shown: Vec<&Kind> = several.iter().map(|(kind, _)| *kind).take(7).collect();
            let question = session.locale.say("prompt-kind", &[("file", file.into())]);
            let options: Vec<String> = shown.iter().map(|kind| label(kind)).collect();
            by_name(shown[prompt::choose(session, &question, &options)?])
        }
        [(kind, _)] => by_name(kind),
        [(kind, first), (_, second), ..] if *first >= second + CLEAR => by_name(kind),
        several => {
            let names: Vec<String> = several
                .iter()
                .take(4)
                .map(|(kind, _)| label(kind))
                .collect();
            Err(Problem::new(Rule::FORM_UNCLEAR_KIND)
                .at(Place::file(file))
                .with("kinds", session.locale.join(&names))
                .into())
        }
    }
}

/// What a file of `--map` tells of a form.
fn spec_in(file: &str) -> Result<FormSpec, Problems> {
    let source = Source::decode(file, read_named(Path::new(file))?)?;
    let document = parse(&source).map_err(Problems)?;
    let reading = Reading::new(&source);
    let reader = Reader::new(&reading, &document.root, 0..0);
    let spec = reader
        .tables("form")
        .into_iter()
        .filter_map(FormSpec::read)
        .next();
    if spec.is_none() {
        reader.missing("form");
    }
    reader.finish();
    match (spec, reading.into_problems()) {
        (Some(spec), problems) if problems.is_empty() => Ok(spec),
        (_, problems) => Err(Problems(problems)),
    }
}

/// How each file is to be read.
fn requests<'t>(
    session: &Session<'_>,
    tree: &'t Tree<'t>,
    inputs: &'t [Input],
    matches: &ArgMatches,
) -> Result<Vec<Request<'t>>> {
    let request = |input| request(session, tree, input, matches);
    inputs.iter().map(request).collect()
}

fn request<'t>(
    session: &Session<'_>,
    tree: &'t Tree<'t>,
    input: &'t Input,
    matches: &ArgMatches,
) -> Result<Request<'t>> {
    let text = |name: &str| matches.get_one::<String>(name);
    let org = text("org").map(|name| tree.org(name)).transpose()?;
    let year = |text: &String| {
        prompt::year_of(text)
            .ok_or_else(|| Problem::new(Rule::BAD_PERIOD).with("value", text.as_str()))
    };
    let year = text("year").map(year).transpose()?;
    let set = matches.get_many::<String>("set").into_iter().flatten();
    let set = set
        .map(|text| {
            let pair = text.split_once(['=', '＝']);
            let pair = pair.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
            pair.ok_or_else(|| Problem::new(Rule::BAD_SETTING).with("value", text.as_str()))
        })
        .collect::<Result<_, _>>()?;
    Ok(Request {
        tree,
        kind: &input.kind,
        today: session.today,
        org,
        sheet: text("sheet").cloned(),
        year,
        state_day: text("state-day").map(|day| session.day(day)).transpose()?,
        set,
        spec: input.spec.clone(),
    })
}

/// Reads the files and holds them against the ledger, those of one kind against one another too.
fn plans(inputs: &[Input], requests: &[Request<'_>]) -> Result<Vec<Plan>, Problem> {
    let mut planners: Vec<Planner<'_, '_>> = Vec::new();
    let mut by_kind: Vec<(usize, usize)> = Vec::new();
    let mut plans = Vec::new();
    for (input, request) in inputs.iter().zip(requests) {
        let at = |problem: Problem| match problem.place {
            None => problem.at(Place::file(&input.name)),
            Some(_) => problem,
        };
        let form = form::read(request, &input.workbook).map_err(at)?;
        let number = request.kind.number;
        let n = match by_kind.iter().find(|(kind, _)| *kind == number) {
            Some((_, n)) => *n,
            None => {
                by_kind.push((number, planners.len()));
                planners.push(Planner::of(request));
                planners.len() - 1
            }
        };
        plans.push(planners[n].plan(form));
    }
    Ok(plans)
}

fn show(
    session: &mut Session<'_>,
    matches: &ArgMatches,
    planned: &[Planned<'_, '_>],
) -> Result<()> {
    if options::format_of(matches, Format::Table) == Format::Json {
        let files: Vec<_> = planned
            .iter()
            .map(|file| file.json(&session.locale))
            .collect();
        return session.print(&json::pretty(&json!({ "files": files })));
    }
    const SHOWN: usize = 200;
    for file in planned {
        let mut table: Table = file.table(&session.locale);
        let rows = table.rows.len();
        if session.to_terminal && rows > SHOWN {
            table.rows.truncate(SHOWN);
            let more = [("count", (rows - SHOWN).into())];
            table.notes.push(session.locale.say("intake-more", &more));
        }
        let drawn = terminal::draw(&table, session.style, &session.locale);
        session.out.write_all(drawn.as_bytes())?;
        for line in file.remarks(&session.locale) {
            writeln!(session.out, "{line}")?;
        }
        refused(session, file)?;
    }
    Ok(())
}

/// Says why rows are refused, cell by cell.
fn refused(session: &mut Session<'_>, file: &Planned<'_, '_>) -> Result<()> {
    const CELLS: usize = 6;
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    let mut helps: Vec<String> = Vec::new();
    for row in &file.plan.rows {
        for found in &row.problems {
            let (sentence, help) = found.problem.sentences(&session.locale);
            let cell = cell_name(&row.sheet, found.at);
            // What is wrong with many cells in the same way is said once.
            match lines.iter_mut().find(|(other, _)| *other == sentence) {
                Some((_, cells)) => cells.push(cell),
                None => lines.push((sentence, vec![cell])),
            }
            helps.extend(help.filter(|help| !helps.contains(help)));
        }
    }
    for (sentence, mut cells) in lines {
        if cells.len() > CELLS {
            let more = cells.split_off(CELLS).len();
            cells.push(format!("… (+{more})"));
        }
        writeln!(session.err, "{}: {sentence}", session.locale.join(&cells))?;
    }
    for help in helps {
        writeln!(session.err, "  {}{help}", session.locale.text("help-lead"))?;
    }
    Ok(())
}

/// Writes what was asked for beside: the rows that are refused, what was understood of the columns.
fn save_beside(
    session: &mut Session<'_>,
    matches: &ArgMatches,
    inputs: &[Input],
    planned: &[Planned<'_, '_>],
) -> Result<()> {
    if let Some(path) = matches.get_one::<String>("map-out") {
        let known = planned.iter().filter_map(|file| file.plan.spec.as_ref());
        let text: Vec<String> = known.map(form::spec_text).collect();
        output::save(
            session,
            matches,
            Path::new(path),
            text.join("\n").as_bytes(),
        )?;
    }
    let is_refused = planned
        .iter()
        .any(|file| file.plan.count(Action::Refused) > 0);
    if let (Some(path), true) = (matches.get_one::<String>("refused"), is_refused) {
        let plans = planned.iter().map(|file| file.plan);
        let files = inputs.iter().map(|input| &input.workbook).zip(plans);
        let bytes = forms::refused(files, &session.locale, session.today)
            .map_err(|_| Problem::new(Rule::SHEET_DAMAGED).at(Place::file(path)))?;
        output::save(session, matches, Path::new(path), &bytes)?;
    }
    Ok(())
}
