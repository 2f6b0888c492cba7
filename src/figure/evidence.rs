//! What contributes to a figure, as programs are told: ids, files, lines, and how much each adds.

use serde::Serialize;

use crate::figure::{Basis, Contribution, record_of};
use crate::number::Decimal;
use crate::tree::Tree;

/// What one record or window adds to a figure.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Evidence {
    /// A record.
    Record {
        /// Its id.
        id: String,
        /// Its organisation's id.
        org: String,
        /// Its file.
        file: String,
        /// The line of its header.
        line: usize,
        /// What it adds.
        contributes: Decimal,
        /// Why it adds nothing though it stands there.
        #[serde(skip_serializing_if = "Option::is_none")]
        no_data: Option<String>,
    },
    /// A window of an obligation.
    Window {
        /// The organisation that owes it.
        org: String,
        /// The obligation's name.
        obligation: String,
        /// The window.
        window: String,
        /// What became of it.
        state: &'static str,
        /// Whether a record of it was sent back.
        returned: bool,
        /// The records that stand in it.
        ids: Vec<String>,
        /// Their files and lines.
        places: Vec<String>,
        /// What it adds.
        contributes: Decimal,
    },
    /// An organisation itself.
    Organisation {
        /// Its id.
        org: String,
        /// Its file.
        file: String,
        /// The first line.
        line: usize,
        /// What it adds.
        contributes: Decimal,
    },
}

impl Evidence {
    /// A record, and what it adds.
    pub fn of_record(tree: &Tree, entry: usize, contributes: Decimal) -> Evidence {
        let record = record_of(tree, entry);
        let org = tree.orgs[tree.entries[entry].org].path.to_string();
        let (id, file, line) = (
            record.id.to_string(),
            record.origin.file.to_string(),
            record.origin.line,
        );
        Evidence::Record {
            id,
            org,
            file,
            line,
            contributes,
            no_data: None,
        }
    }

    /// What a contribution is, by file and line.
    pub fn of(tree: &Tree, contribution: &Contribution, contributes: Decimal) -> Evidence {
        let organisation = &tree.orgs[contribution.org];
        let org = organisation.path.to_string();
        match &contribution.from {
            Basis::Record(n) => match Evidence::of_record(tree, *n, contributes) {
                // An organisation's ledger may lie at a former place; the figure is the
                // organisation's.
                Evidence::Record { id, file, line, .. } => Evidence::Record {
                    id,
                    org,
                    file,
                    line,
                    contributes,
                    no_data: contribution.unknown.clone(),
                },
                other => other,
            },
            Basis::Window(window) => {
                let records: Vec<_> = window.records.iter().map(|&n| record_of(tree, n)).collect();
                Evidence::Window {
                    org,
                    obligation: window.obligation.to_string(),
                    window: window.window.to_string(),
                    state: window.state.name(),
                    returned: window.returned,
                    ids: records.iter().map(|record| record.id.to_string()).collect(),
                    places: records
                        .iter()
                        .map(|record| format!("{}:{}", record.origin.file, record.origin.line))
                        .collect(),
                    contributes,
                }
            }
            Basis::Organisation => Evidence::Organisation {
                file: organisation.file(),
                org,
                line: 1,
                contributes,
            },
        }
    }
}
