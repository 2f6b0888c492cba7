//! What an audit says is wrong with a merge.

use crate::history::snapshot::{Occurrence, RecordRef, Snapshot};
use crate::written::block::{Block, Entry};
use crate::written::value::TomlValue;

/// What of a record is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// The record as a whole.
    Whole,
    /// A field, by its key.
    Field(String),
    /// The organisation in whose folder it lies.
    Organisation,
    /// Its comments.
    Comments,
    /// A version of its file that cannot be read.
    Side,
}

impl Aspect {
    /// The field, if it is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Aspect::Field(name) => Some(name),
            Aspect::Whole | Aspect::Organisation | Aspect::Comments | Aspect::Side => None,
        }
    }

    /// The name in machine formats.
    pub fn name(&self) -> &str {
        match self {
            Aspect::Whole => "",
            Aspect::Field(name) => name,
            Aspect::Organisation => "org",
            Aspect::Comments => "#",
            Aspect::Side => "side",
        }
    }
}

/// What a merge did to a record that it should not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Damage {
    /// What a side entered or changed is not there.
    Lost,
    /// It is there more often than any side had it.
    Doubled,
    /// It says what no side says.
    Changed,
    /// The file it would stand in cannot be read.
    Unreadable,
}

impl Damage {
    /// The name in machine formats, and the end of the message's.
    pub fn name(self) -> &'static str {
        match self {
            Damage::Lost => "lost",
            Damage::Doubled => "doubled",
            Damage::Changed => "changed",
            Damage::Unreadable => "unreadable",
        }
    }
}

/// One thing that a merge lost, doubled or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFinding {
    /// What happened.
    pub what: Damage,
    /// What it is about; none where a whole file is.
    pub of: Option<RecordRef>,
    /// The name of its table; empty where it is none.
    pub kind: String,
    /// Where it stands in the merge, or stood on a side.
    pub file: String,
    /// The line there, from 1.
    pub line: usize,
    /// What of it.
    pub aspect: Aspect,
    /// What it should say.
    pub expected: Option<TomlValue>,
    /// What it says.
    pub found: Option<TomlValue>,
    /// The parents whose change is meant.
    pub sides: Vec<String>,
    /// Of a record that is gone, all it should say.
    pub(super) wanted: Option<Block>,
    /// Whether it is of one of several copies.
    pub(super) of_copy: bool,
}

impl AuditFinding {
    /// Whether a later state has what this says is wrong as it should be.
    pub(super) fn is_right_in(&self, later: &Snapshot) -> bool {
        let of = self.of.as_ref();
        let stands = of
            .and_then(|of| later.records.get(of))
            .map_or(&[][..], Vec::as_slice);
        let read = |stand: &Occurrence| of.and_then(|of| of.read(&stand.text));
        match (self.what, stands) {
            // What was in the file is not known, and so not whether all of it came back.
            (Damage::Unreadable, _) => false,
            (Damage::Lost, [stand]) if self.aspect == Aspect::Whole => {
                let row = read(stand);
                let holds =
                    |row: &Block, cell: &Entry| is_grown_from(row.says(&cell.name), &cell.data);
                self.wanted
                    .as_ref()
                    .zip(row.as_ref())
                    .is_some_and(|(wanted, row)| wanted.entries.iter().all(|cell| holds(row, cell)))
            }
            (Damage::Doubled, _) if self.aspect == Aspect::Whole => stands.len() < 2,
            (Damage::Changed, _) if self.aspect == Aspect::Whole => stands.is_empty(),
            (_, [stand]) if self.aspect == Aspect::Organisation => {
                self.expected.as_ref().and_then(TomlValue::as_text) == Some(&stand.org)
            }
            (_, [stand]) => read(stand).is_some_and(|row| self.is_right_of(&row)),
            _ => false,
        }
    }

    fn is_right_of(&self, row: &Block) -> bool {
        let wanted = self.expected.as_ref().map_or(&[][..], TomlValue::items);
        if self.aspect == Aspect::Comments {
            let comments = row.comments();
            return wanted
                .iter()
                .filter_map(TomlValue::as_text)
                .all(|comment| comments.iter().any(|there| there == comment));
        }
        let now = row.says(self.aspect.name());
        let grown = || {
            self.expected
                .as_ref()
                .is_some_and(|wanted| is_grown_from(now, wanted))
        };
        // Which of several copies was kept is seen in what it says; what was written later tells
        // nothing of that.
        let overtaken = || self.of_copy && wanted.is_empty() && now != self.found.as_ref();
        now == self.expected.as_ref() || self.what == Damage::Lost && grown() || overtaken()
    }
}

/// Whether a field says what it should; a list may have grown since.
fn is_grown_from(now: Option<&TomlValue>, wanted: &TomlValue) -> bool {
    let items = wanted.items();
    now == Some(wanted)
        || now.is_some_and(|now| {
            !items.is_empty() && items.iter().all(|item| now.items().contains(item))
        })
}

/// What could not be compared, or not be read at all.
pub(super) fn not_read(
    file: &str,
    line: usize,
    of: Option<&RecordRef>,
    sides: &[String],
) -> AuditFinding {
    AuditFinding {
        what: Damage::Unreadable,
        of: of.cloned(),
        kind: String::new(),
        file: file.to_owned(),
        line,
        aspect: if sides.is_empty() {
            Aspect::Whole
        } else {
            Aspect::Side
        },
        expected: None,
        found: None,
        sides: sides.to_vec(),
        wanted: None,
        of_copy: false,
    }
}
