//! `ledger audit-merges [RANGE]`: what each merge lost, doubled or changed, whoever made it.

use std::sync::Arc;

use anyhow::Result;
use clap::{Arg, ArgMatches, Command as Clap};
use serde_json::{Value as Json, json};

use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::git::Repo;
use crate::history::audit::{Audit, Case, Made, Verdict};
use crate::history::finding::{Aspect, AuditFinding};
use crate::history::snapshot::RecordRef;
use crate::locale::Locale;
use crate::present::record;
use crate::record::text::{field_name, said};
use crate::render::json;
use crate::rules::Rules;
use crate::spelling::visible;
use crate::written::value::TomlValue;

pub(super) const COMMAND: Command = Command {
    name: "audit-merges",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    let range = Arg::new("range")
        .value_name(locale.text("value-range"))
        .help(locale.text("arg-range"));
    options::command(locale, "audit-merges")
        .arg(range)
        .arg(options::format_option(
            locale,
            &[Format::Text, Format::Json],
        ))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let rules = Arc::clone(session.readable_rules());
    let repo = Repo::of(&root.path)?;
    let range = matches
        .get_one::<String>("range")
        .map_or("HEAD", String::as_str);
    let mut audit = Audit::new(&repo, &rules, range)?;
    let as_json = options::format_of(matches, Format::Text) == Format::Json;
    let cases = std::mem::take(&mut audit.cases);
    let progress = output::progress(&session.locale, cases.len());
    let mut not_seen = audit.beyond.clone();
    let (mut found, mut past, mut list) = (0usize, 0usize, Vec::new());
    for case in &cases {
        match audit.verdict(case)? {
            Verdict::NotSeen => not_seen.push(case.commit.name.clone()),
            Verdict::Seen(findings) => {
                let mended = findings
                    .iter()
                    .map(|finding| audit.is_mended(case, finding))
                    .collect::<Result<Vec<_>, _>>()?;
                let findings: Vec<(AuditFinding, bool)> =
                    findings.into_iter().zip(mended).collect();
                found += findings.iter().filter(|(_, mended)| !mended).count();
                past += findings.iter().filter(|(_, mended)| *mended).count();
                if as_json {
                    list.extend(
                        findings
                            .iter()
                            .map(|(finding, mended)| to_json(case, finding, *mended)),
                    );
                } else if !findings.is_empty() {
                    let text = for_people(&session.locale, &rules, case, &findings);
                    progress.suspend(|| write!(session.out, "{text}"))?;
                }
            }
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    // At the edge of a shallow clone a merge without its parents is one that was not seen.
    not_seen.sort();
    not_seen.dedup();
    let seen = || {
        cases
            .iter()
            .filter(|case| !not_seen.contains(&case.commit.name))
    };
    let merges = seen().filter(|case| case.made == Made::Merge).count();
    let again = seen()
        .filter(|case| matches!(case.made, Made::Again(_)))
        .count();
    if as_json {
        let object = json!({
            "merges": merges,
            "made_again": again,
            "findings": list,
            "not_seen": not_seen,
            "untraced": audit.untraced,
        });
        write!(session.out, "{}", json::pretty(&object))?;
    } else {
        let counts = [
            ("merges", merges.into()),
            ("again", again.into()),
            ("count", found.into()),
            ("past", past.into()),
        ];
        say_outcome(session, &counts, found == 0, past > 0)?;
        say_commits(session, "audit-not-seen", &not_seen)?;
        say_commits(session, "audit-untraced", &audit.untraced)?;
    }
    Ok(if found == 0 {
        Status::Clean
    } else {
        Status::Findings
    })
}

fn say_outcome(
    session: &mut Session<'_>,
    counts: &[(&'static str, crate::locale::Arg)],
    is_clean: bool,
    has_past: bool,
) -> Result<()> {
    session.tell("audit-looked-at", counts)?;
    let said = if is_clean {
        "audit-clean"
    } else {
        "audit-found"
    };
    session.tell(said, counts)?;
    if has_past {
        session.tell("audit-past", counts)?;
    }
    Ok(())
}

/// Names some commits, if there are any.
fn say_commits(session: &mut Session<'_>, message: &str, names: &[String]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let commits: Vec<&str> = names.iter().map(|name| short(name)).collect();
    let args = [
        ("count", names.len().into()),
        ("commits", commits.join(" ").into()),
    ];
    Ok(session.tell(message, &args)?)
}

/// As much of a commit's name as tells it from others.
pub(super) fn short(name: &str) -> &str {
    name.get(..10).unwrap_or(name)
}

fn for_people(
    locale: &Locale,
    rules: &Rules,
    case: &Case,
    findings: &[(AuditFinding, bool)],
) -> String {
    let commit = &case.commit;
    let mut text = format!(
        "{}  {}  {}  {}\n",
        short(&commit.name),
        commit.day,
        visible(&commit.author),
        visible(&commit.subject)
    );
    let how = match &case.made {
        Made::Merge => None,
        Made::Again(again) => {
            Some(locale.say("audit-again", &[("commit", short(&again.name).into())]))
        }
        Made::Without(left) => {
            let args = [
                ("commit", short(&left.name).into()),
                ("author", visible(&left.author).into()),
                ("subject", visible(&left.subject).into()),
            ];
            Some(locale.say("audit-without", &args))
        }
    };
    text.extend(how.map(|how| format!("  {how}\n")));
    for (finding, mended) in findings {
        let since = if *mended {
            locale.text("audit-mended")
        } else {
            String::new()
        };
        text.push_str(&format!(
            "  {}:{}:1: {}{since}\n",
            visible(&finding.file),
            finding.line,
            sentence(locale, rules, finding)
        ));
    }
    text.push('\n');
    text
}

/// What a finding says, in a sentence.
pub(super) fn sentence(locale: &Locale, rules: &Rules, finding: &AuditFinding) -> String {
    let fields = rules.fields_of(match &finding.of {
        Some(RecordRef::Record(id) | RecordRef::Stamp(id)) => id,
        Some(RecordRef::Organisation(_)) | None => "",
    });
    let name = finding.aspect.name();
    let field = fields.iter().find(|field| field.name == name);
    let words = |one: &Option<TomlValue>, other: &Option<TomlValue>| {
        let words = one
            .as_ref()
            .map(|value| locale.labels(&said(field, &value.without(other.as_ref()))));
        words
            .filter(|words| !words.is_empty())
            .map_or_else(|| locale.text("merge-nothing"), |words| visible(&words))
    };
    let field_name = match finding.aspect {
        Aspect::Comments => locale.text("audit-comments"),
        Aspect::Organisation => locale.text("label-org"),
        Aspect::Whole | Aspect::Field(_) | Aspect::Side => {
            field_name(&fields, name).get(locale.lang()).to_owned()
        }
    };
    let label = rules.kind(&finding.kind).map_or_else(
        || finding.kind.clone(),
        |kind| kind.label.get(locale.lang()).to_owned(),
    );
    let (label, id) = match &finding.of {
        Some(RecordRef::Organisation(org)) => (locale.text("label-org"), org.clone()),
        Some(RecordRef::Stamp(stamp)) => (locale.text("audit-stamp"), stamp.clone()),
        Some(RecordRef::Record(id)) => (label, visible(id)),
        None => (label, String::new()),
    };
    let sides: Vec<&str> = finding.sides.iter().map(|side| short(side)).collect();
    let whole = if finding.aspect == Aspect::Whole {
        "record"
    } else {
        "field"
    };
    let args = [
        ("kind", label.into()),
        ("id", id.into()),
        ("field", field_name.into()),
        ("expected", words(&finding.expected, &finding.found).into()),
        ("found", words(&finding.found, &finding.expected).into()),
        ("sides", sides.join(" ").into()),
    ];
    locale.say(&format!("audit-{}-{whole}", finding.what.name()), &args)
}

fn to_json(case: &Case, finding: &AuditFinding, mended: bool) -> Json {
    json!({
        "commit": case.commit.name,
        "again": if let Made::Again(again) = &case.made { Some(&again.name) } else { None },
        "without": if let Made::Without(left) = &case.made { Some(&left.name) } else { None },
        "day": case.commit.day,
        "author": case.commit.author,
        "what": finding.what.name(),
        "id": finding.of.as_ref().map(ToString::to_string).unwrap_or_default(),
        "kind": finding.kind,
        "file": finding.file,
        "line": finding.line,
        "field": finding.aspect.name(),
        "expected": finding.expected.as_ref().map(record::written),
        "found": finding.found.as_ref().map(record::written),
        "sides": finding.sides,
        "mended": mended,
    })
}
