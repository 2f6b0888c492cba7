//! What a path inside a ledger is, and how messages show a path.

use std::path::{Path, PathBuf};

use crate::name::{OrgPath, is_year_folder};
use crate::spelling::is_steering;

/// What a file is by its path below the ledger's root, `/` between its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerPath {
    /// `ledger.toml`.
    Settings,
    /// `orgs/ORG/org.toml`.
    Organisation(OrgPath),
    /// `orgs/ORG/YEAR/NAME.toml`.
    Records(OrgPath),
    /// `rules/….toml`.
    Rules,
    /// `closed/NAME.toml`, by its name.
    Stamp(String),
    /// A TOML file below `orgs/` that nothing reads.
    Misplaced,
    /// Nothing of the ledger's.
    Other,
}

impl LedgerPath {
    /// What stands at a path.
    pub fn of(path: &str) -> LedgerPath {
        let Some(stem) = path.strip_suffix(".toml") else {
            return LedgerPath::Other;
        };
        match stem.split_once('/') {
            None if stem == "ledger" => LedgerPath::Settings,
            Some(("rules", _)) => LedgerPath::Rules,
            Some(("closed", name)) => LedgerPath::Stamp(name.to_owned()),
            Some(("orgs", below)) => LedgerPath::below_orgs(below),
            _ => LedgerPath::Other,
        }
    }

    fn below_orgs(stem: &str) -> LedgerPath {
        let known = match stem.rsplit_once('/') {
            Some((org, "org")) => org.parse().ok().map(LedgerPath::Organisation),
            Some((folder, _)) => folder
                .rsplit_once('/')
                .filter(|(_, year)| is_year_folder(year))
                .and_then(|(org, _)| org.parse().ok())
                .map(LedgerPath::Records),
            None => None,
        };
        known.unwrap_or(LedgerPath::Misplaced)
    }
}

/// A path without links, as people and other programs write it.
///
/// # Errors
/// Nothing stands there, or the system refuses.
pub fn resolved(path: impl AsRef<Path>) -> std::io::Result<PathBuf> {
    dunce::canonicalize(path)
}

/// A path as messages show it: relative to `root`, `/` between parts.
pub fn shown(root: &Path, path: &Path) -> String {
    path_text(path.strip_prefix(root).unwrap_or(path))
}

/// A path as messages show it: `/` between parts, and no characters that steer a terminal.
pub fn path_text(path: &Path) -> String {
    let text = path.display().to_string();
    // Elsewhere a backslash is a letter like any other.
    let text = if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text
    };
    text.replace(is_steering, "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_what_they_hold() {
        let org = |path: &str| path.parse::<OrgPath>().expect("an organisation");
        for (path, is) in [
            ("ledger.toml", LedgerPath::Settings),
            ("orgs/a/org.toml", LedgerPath::Organisation(org("a"))),
            ("orgs/a/b/org.toml", LedgerPath::Organisation(org("a/b"))),
            ("orgs/a/b/2026/x-00.toml", LedgerPath::Records(org("a/b"))),
            ("orgs/a/2026/org.toml", LedgerPath::Misplaced),
            ("orgs/org.toml", LedgerPath::Misplaced),
            ("orgs/a/x.toml", LedgerPath::Misplaced),
            ("orgs/a/2026/x.txt", LedgerPath::Other),
            ("rules/kinds/x.toml", LedgerPath::Rules),
            ("rules/templates/x.md", LedgerPath::Other),
            (
                "closed/2026Q3/a.toml",
                LedgerPath::Stamp("2026Q3/a".to_owned()),
            ),
            ("x/ledger.toml", LedgerPath::Other),
        ] {
            assert_eq!(LedgerPath::of(path), is, "{path}");
        }
    }
}
