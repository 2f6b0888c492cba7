//! `ledger doctor`: what the program finds on this machine, and what would mend what is missing.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output, schema};
use crate::git::setup::{PARTS, State};
use crate::git::{self, Repo};
use crate::locale::Locale;
use crate::path::resolved;
use crate::render::json;
use crate::rules::Rules;
use crate::table::{Cell, Column, Table, TableRow};
use crate::tree::Root;
use crate::tree::write::known_writer;

pub(super) const COMMAND: Command = Command {
    name: "doctor",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "doctor").args(output::table_options(locale, options::TABLES))
}

/// One thing that was looked at.
struct Finding {
    /// The message that names it.
    what: &'static str,
    /// What was found.
    found: String,
    /// What would mend it; none where nothing is missing.
    mend: Option<String>,
    /// Whether it is a comfort only.
    is_optional: bool,
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
    let locale = &session.locale;
    // Programs get names that do not change with the language.
    let raw = matches.get_flag("raw") || form == Format::Json;
    let mut findings = vec![program(), language(locale), ledger(session)];
    findings.extend(clone_of(session));
    findings.push(completions(locale));
    let is_amiss = |finding: &Finding| finding.mend.is_some() && !finding.is_optional;
    let is_well = !findings.iter().any(is_amiss);
    let word = |message: &str| {
        Cell::Text(match raw {
            true => message.trim_start_matches("doctor-").to_owned(),
            false => locale.text(message),
        })
    };
    let row = |finding: &Finding| {
        let state = match finding.mend {
            None => "doctor-well",
            Some(_) if finding.is_optional => "doctor-optional",
            Some(_) => "doctor-amiss",
        };
        TableRow::of(vec![
            word(state),
            word(finding.what),
            Cell::Text(finding.found.clone()),
            Cell::Text(finding.mend.clone().unwrap_or_default()),
        ])
    };
    let columns = ["state", "what", "found", "mend"];
    let column = |name: &str| Column::text(name, locale.text(&format!("label-doctor-{name}")));
    let table = Table {
        columns: columns.map(column).into(),
        rows: findings.iter().map(row).collect(),
        ..Table::default()
    };
    let json = |found: &_| Ok(json::list(found, "findings"));
    output::show(session, matches, form, &table.into(), json)?;
    Ok(match is_well {
        true => Status::Clean,
        false => Status::Findings,
    })
}

fn program() -> Finding {
    let place = std::env::current_exe().and_then(resolved);
    let place = place
        .map(|place| place.display().to_string())
        .unwrap_or_default();
    Finding {
        what: "doctor-program",
        is_optional: false,
        found: format!("ledger {} {place}", env!("CARGO_PKG_VERSION")),
        mend: None,
    }
}

fn language(locale: &Locale) -> Finding {
    Finding {
        what: "doctor-language",
        is_optional: false,
        found: locale.lang().tag().to_owned(),
        mend: None,
    }
}

fn ledger(session: &Session<'_>) -> Finding {
    let locale = &session.locale;
    let (found, mend) = match session.root() {
        Ok(root) => (root.path.display().to_string(), None),
        Err(problems) => {
            let first = problems.0.first();
            let (said, help) = first
                .map(|problem| problem.sentences(locale))
                .unwrap_or_default();
            let place = first.and_then(|problem| problem.place.as_ref());
            let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
            (format!("{place}{said}"), Some(help.unwrap_or_default()))
        }
    };
    let rules = session.rule_problems();
    let mend = match rules.is_empty() {
        true => mend,
        false => Some(locale.text("doctor-mend-rules")),
    };
    Finding {
        what: "doctor-ledger",
        is_optional: false,
        found,
        mend,
    }
}

/// How this clone stands: its writer, git and what git needs, the schemas for editors.
fn clone_of(session: &Session<'_>) -> Vec<Finding> {
    let locale = &session.locale;
    let mut findings = vec![git_itself(locale)];
    let Ok(root) = session.root() else {
        return findings;
    };
    // Without git nothing is known of a repository.
    if findings[0].mend.is_none() {
        findings.extend(repository(locale, &root));
    }
    let writer = known_writer(&root.path).ok().flatten();
    findings.push(Finding {
        what: "doctor-writer",
        is_optional: false,
        found: match writer {
            Some(writer) => writer.as_str().to_owned(),
            None => locale.text("doctor-no-writer"),
        },
        mend: None,
    });
    let is_there = schema::is_set_up(&root);
    findings.push(Finding {
        what: "doctor-editor",
        is_optional: true,
        found: locale.text(if is_there {
            "doctor-there"
        } else {
            "doctor-missing"
        }),
        mend: (!is_there).then(|| "ledger schema --editor".to_owned()),
    });
    findings
}

/// The repository of a ledger, and each part of what it needs.
fn repository(locale: &Locale, root: &Root) -> Vec<Finding> {
    let found = |what, found, mend| Finding {
        what,
        is_optional: false,
        found,
        mend,
    };
    let repo = match Repo::of(&root.path) {
        Ok(repo) => repo,
        Err(problem) => {
            let mend = locale.text("doctor-mend-repository");
            let said = problem.sentences(locale).0;
            return vec![found("doctor-repository", said, Some(mend))];
        }
    };
    let top = repo.top.display().to_string();
    let mut findings = vec![found("doctor-repository", top, None)];
    for part in PARTS {
        let (state, mend) = match part.state(root, &repo) {
            Ok(State::Ready) => ("doctor-there", None),
            Ok(State::ByHand { file, line }) => {
                let args = [("file", file.into()), ("line", line.into())];
                let mend = locale.say("doctor-mend-by-hand", &args);
                ("doctor-other", Some(mend))
            }
            Ok(State::Missing) | Err(_) => ("doctor-missing", Some("ledger git setup".to_owned())),
        };
        findings.push(found(part.message(), locale.text(state), mend));
    }
    findings
}

fn git_itself(locale: &Locale) -> Finding {
    let said = git::text(Path::new("."), ["--version"]);
    let (found, mend) = match said {
        Ok(version) => (version, None),
        Err(problem) => {
            let (said, help) = problem.sentences(locale);
            (said, help.or(Some(String::new())))
        }
    };
    Finding {
        what: "doctor-git",
        is_optional: false,
        found,
        mend,
    }
}

/// Whether the person's shell asks the program when Tab is pressed, as far as its files say.
fn completions(locale: &Locale) -> Finding {
    let shell = std::env::var("SHELL").unwrap_or_default();
    let shell = match shell.rsplit('/').next() {
        Some(known @ ("bash" | "zsh" | "fish")) => known,
        _ if cfg!(windows) => "powershell",
        _ => "bash",
    };
    let home = std::env::home_dir().unwrap_or_default();
    let files: &[&str] = match shell {
        "bash" => &[".bashrc", ".bash_profile"],
        "zsh" => &[".zshrc"],
        "fish" => &[
            ".config/fish/config.fish",
            ".config/fish/completions/ledger.fish",
        ],
        _ => &[
            "Documents/PowerShell/Microsoft.PowerShell_profile.ps1",
            "Documents/WindowsPowerShell/Microsoft.PowerShell_profile.ps1",
        ],
    };
    let says = |path: PathBuf| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.contains("ledger completions") || text.contains(super::completions::ASKED_BY)
    };
    let of_machine = ["/usr/share", "/usr/local/share"].map(|share| {
        let place = match shell {
            "zsh" => "zsh/vendor-completions/_ledger",
            "fish" => "fish/vendor_completions.d/ledger.fish",
            _ => "bash-completion/completions/ledger",
        };
        Path::new(share).join(place)
    });
    let own = files.iter().map(|file| home.join(file));
    let is_there = own.chain(of_machine).any(says);
    let mend = match shell {
        "bash" => "echo 'source <(ledger completions bash)' >> ~/.bashrc",
        "zsh" => "echo 'source <(ledger completions zsh)' >> ~/.zshrc",
        "fish" => "echo 'ledger completions fish | source' >> ~/.config/fish/config.fish",
        _ => "ledger completions powershell | Out-String | Invoke-Expression",
    };
    Finding {
        what: "doctor-completions",
        is_optional: true,
        found: match is_there {
            true => shell.to_owned(),
            false => locale.text("doctor-missing"),
        },
        mend: (!is_there).then(|| mend.to_owned()),
    }
}
