//! Manual pages of the command line, one a command, in the user's language.

use clap::{Arg as Flag, Command};
use roff::{Roff, bold, roman};

use crate::locale::Locale;
use crate::render::help;

/// The pages of a command and of all below it, each with the name of its file.
pub fn pages(command: &Command, locale: &Locale) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    add(command, command.get_name(), locale, &mut pages);
    pages
}

fn add(command: &Command, path: &str, locale: &Locale, pages: &mut Vec<(String, String)>) {
    let name = format!("{}.1", path.replace(' ', "-"));
    pages.push((name, page(command, path, locale)));
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        add(sub, &format!("{path} {}", sub.get_name()), locale, pages);
    }
}

/// The page of one command.
pub fn page(command: &Command, path: &str, locale: &Locale) -> String {
    let name = path.replace(' ', "-");
    let version = format!("ledger {}", env!("CARGO_PKG_VERSION"));
    let manual = locale.text("man-manual");
    let about = command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut roff = Roff::new();
    // A page has no day of its own; an empty word would be dropped, and those after it shift.
    roff.control("TH", [&*name.to_uppercase(), "1", " ", &version, &manual]);
    // Commands are copied from here: no word is stretched or parted.
    roff.control("nh", []).control("ad", ["l"]);
    heading(&mut roff, locale, "man-name");
    roff.text([roman(format!("{name} - {about}"))]);
    heading(&mut roff, locale, "help-usage");
    roff.text([bold(help::usage(command, path, locale))]);
    if let Some(more) = command.get_long_about() {
        heading(&mut roff, locale, "man-description");
        roff.text([roman(more.to_string())]);
    }
    let args: Vec<&Flag> = command
        .get_arguments()
        .filter(|a| !a.is_hide_set())
        .collect();
    let of = |is_one: &dyn Fn(&Flag) -> bool, name: &dyn Fn(&Flag) -> String| {
        let args = args.iter().filter(|arg| is_one(arg));
        args.map(|arg| (name(arg), help::text_of(arg)))
            .collect::<Vec<_>>()
    };
    let positionals = of(&Flag::is_positional, &help::placeholder);
    list(&mut roff, locale, "help-arguments", &positionals);
    list(
        &mut roff,
        locale,
        "help-commands",
        &help::subcommands(command),
    );
    for (title, is_global) in [("help-options", false), ("help-global", true)] {
        let is_one = |arg: &Flag| !arg.is_positional() && arg.is_global_set() == is_global;
        list(&mut roff, locale, title, &of(&is_one, &help::flag));
    }
    match path.rsplit_once(' ') {
        None => {
            for (title, text) in [
                ("man-files", "man-files-text"),
                ("man-environment", "man-environment-text"),
                ("man-exit", "man-exit-text"),
            ] {
                heading(&mut roff, locale, title);
                paragraphs(&mut roff, &locale.text(text));
            }
        }
        Some((above, _)) => {
            heading(&mut roff, locale, "man-see");
            roff.text([bold(above.replace(' ', "-")), roman("(1)")]);
        }
    }
    roff.render()
}

/// A heading, without the colon that a help page has there.
fn heading(roff: &mut Roff, locale: &Locale, message: &str) {
    let text = locale.text(message);
    let text = text.trim_end_matches(['：', ':', ' ']).to_uppercase();
    roff.control("SH", [text.as_str()]);
}

fn list(roff: &mut Roff, locale: &Locale, title: &str, rows: &[(String, String)]) {
    if rows.is_empty() {
        return;
    }
    heading(roff, locale, title);
    for (name, text) in rows {
        roff.control("TP", []);
        roff.text([bold(name.as_str())]);
        roff.text([roman(text.as_str())]);
    }
}

fn paragraphs(roff: &mut Roff, text: &str) {
    for line in text.lines() {
        roff.control("PP", []);
        roff.text([roman(line)]);
    }
}
