//! What comes of a merge: pieces that are settled and records that are not, to be written with
//! markers once it is known how the sides are called.

use crate::locale::{Arg, Label};
use crate::merge::marks::{self, Names};
use crate::merge::record::{About, Clash, ClashReason, Side};
use crate::problem::{Place, Problem, Rule};
use crate::record::text::{field_name, said};
use crate::rules::Rules;
use crate::written::page;
use crate::written::value::TomlValue;

/// Three versions as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    layout: Layout,
    /// Each piece with the blank lines above it.
    pieces: Vec<(String, Piece)>,
    /// Records that are in conflict.
    pub conflicts: Vec<Conflict>,
    /// What its reader should look at though nothing clashes.
    pub notices: Vec<Notice>,
}

/// How a file is written beside its paragraphs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// Whether it begins with a byte order mark.
    pub(super) mark: bool,
    /// How its lines end; pieces have `\n`.
    pub(super) newline: &'static str,
    /// What stands behind the last paragraph.
    pub(super) end: String,
}

/// A piece of a merged file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// What is settled.
    Text(String),
    /// A conflict, by its index.
    Conflict(usize),
}

/// A merge as the text of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text, with conflict markers where there are conflicts.
    pub text: String,
    /// The line on which the markers of each conflict begin, from 1.
    pub lines: Vec<usize>,
}

/// A field of a record that the reader of a merge should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The record's id; empty for an organisation's file.
    pub id: String,
    /// The field.
    pub field: String,
    /// Why.
    pub about: About,
}

/// A record whose versions cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its id; empty for an organisation's file.
    pub id: String,
    /// What clashes in it.
    pub clashes: Vec<Clash>,
    /// What it is in the base, ours and theirs; empty where it is not there.
    versions: [String; 3],
}

impl Conflict {
    /// A record of these versions: base, ours and theirs.
    pub(super) fn of(id: &str, versions: [Option<&str>; 3], clashes: Vec<Clash>) -> Conflict {
        Conflict {
            id: id.to_owned(),
            clashes,
            versions: versions.map(|text| text.unwrap_or_default().to_owned()),
        }
    }
}

impl Merged {
    /// A file without any piece yet.
    pub(super) fn new(layout: Layout) -> Merged {
        Merged {
            layout,
            pieces: Vec::new(),
            conflicts: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// A file of just this text, as it is.
    pub(super) fn text(text: &str) -> Merged {
        let mut merged = Merged::new(Layout {
            newline: "\n",
            ..Layout::default()
        });
        merged.push("", Piece::Text(text.to_owned()));
        merged
    }

    /// Adds a piece at the end, below some blank lines.
    pub(super) fn push(&mut self, gap: &str, piece: Piece) {
        self.pieces.push((gap.to_owned(), piece));
    }

    /// Adds a conflict at the end, below some blank lines.
    pub(super) fn push_conflict(&mut self, gap: &str, conflict: Conflict) {
        self.push(gap, Piece::Conflict(self.conflicts.len()));
        self.conflicts.push(conflict);
    }

    /// Whether nothing clashes.
    pub fn is_clean(&self) -> bool {
        self.conflicts.is_empty()
    }

    /// The text of the file; `names` stand behind the markers of its conflicts.
    pub fn written(&self, names: &Names) -> Written {
        let shown = self.conflicts.iter().map(|conflict| {
            let [base, ours, theirs] = &conflict.versions;
            marks::conflict(base, ours, theirs, names)
        });
        let shown: Vec<String> = shown.collect();
        let (mut lines, mut line) = (Vec::new(), 1);
        let mut paragraphs: Vec<(&str, &str)> = Vec::new();
        for (gap, piece) in &self.pieces {
            line += gap.matches('\n').count();
            let text = match piece {
                Piece::Text(text) => text,
                Piece::Conflict(n) => {
                    lines.push(line);
                    &shown[*n]
                }
            };
            line += text.matches('\n').count();
            paragraphs.push((gap, text));
        }
        let Layout { mark, newline, end } = &self.layout;
        Written {
            text: page::text(*mark, newline, paragraphs, end),
            lines,
        }
    }

    /// What clashes, and what was put in an order that nobody knows, as problems of the merged
    /// file as it was written; `mine` is the side of who reads them.
    pub fn problems(
        &self,
        file: &str,
        written: &Written,
        rules: &Rules,
        mine: Side,
    ) -> Vec<Problem> {
        let conflicts = self.conflicts.iter().zip(&written.lines);
        let clashes = conflicts.flat_map(|(conflict, &line)| {
            let place = || Place {
                line,
                column: 1,
                ..Place::file(file)
            };
            let mut problems: Vec<Problem> = conflict
                .clashes
                .iter()
                .map(|clash| clash.problem(&conflict.id, place(), rules, mine))
                .collect();
            // A record that was entered twice is one clash, however many of its fields differ.
            problems.dedup();
            problems
        });
        let notices = self.notices.iter().map(|Notice { id, field, about }| {
            let fields = rules.fields_of(id);
            let line = written
                .text
                .lines()
                .position(|line| line.starts_with("id") && line.contains(id.as_str()))
                .map_or(1, |n| n + 1);
            let rule = match about {
                About::SameDay => Rule::MERGE_SAME_DAY,
                About::TakenUpAgain => Rule::MERGE_TAKEN_UP_AGAIN,
            };
            Problem::new(rule)
                .at(Place {
                    line,
                    column: 1,
                    ..Place::file(file)
                })
                .with("id", named(id, None))
                .with("field", &field_name(&fields, field))
        });
        clashes.chain(notices).collect()
    }
}

/// A record as messages name it: without an id it is an organisation's file.
fn named(id: &str, title: Option<&Label>) -> Arg {
    match title {
        _ if id.is_empty() => Arg::Message("merge-this-file"),
        Some(Label { zh, en }) => Arg::Label(Label {
            zh: format!("{id}“{zh}”"),
            en: format!("{id} “{en}”"),
        }),
        None => Arg::Text(id.to_owned()),
    }
}

impl Clash {
    /// The clash as a problem of the record of an id; without one, of an organisation's file.
    /// `mine` is the side of who reads it.
    pub fn problem(&self, id: &str, place: Place, rules: &Rules, mine: Side) -> Problem {
        let rule = match self.why {
            ClashReason::Changed => Rule::MERGE_CHANGED,
            ClashReason::Retracted => Rule::MERGE_RETRACTED,
            ClashReason::Deleted => Rule::MERGE_DELETED,
            ClashReason::Added => Rule::MERGE_ADDED,
            ClashReason::Misplaced => Rule::MERGE_MISPLACED,
            ClashReason::Closed => Rule::MERGE_CLOSED,
        };
        let title = self.title.as_ref().and_then(|title| {
            let kind = rules.kind_of(id)?;
            said(Some(&kind.fields[kind.title]), title)
                .into_iter()
                .next()
        });
        let problem = Problem::new(rule)
            .at(place)
            .with("id", named(id, title.as_ref()));
        let [ours, theirs] = self
            .words(rules, id)
            .map(|said| said.map_or(Arg::Message("merge-nothing"), Arg::Labels));
        let (own, other) = if mine == Side::Ours {
            (ours, theirs)
        } else {
            (theirs, ours)
        };
        match self.why {
            ClashReason::Changed => {
                let field = field_name(&rules.fields_of(id), &self.field);
                problem
                    .with("field", &field)
                    .with("ours", own)
                    .with("theirs", other)
            }
            ClashReason::Closed => problem.with("ours", own).with("theirs", other),
            ClashReason::Retracted
            | ClashReason::Deleted
            | ClashReason::Added
            | ClashReason::Misplaced => problem,
        }
    }

    /// What the field of a record of an id says on our side and on theirs, as people read it; of
    /// lists what the other side does not have.
    pub fn words(&self, rules: &Rules, id: &str) -> [Option<Vec<Label>>; 2] {
        let fields = rules.fields_of(id);
        let field = fields.iter().find(|field| field.name == self.field);
        let words = |one: &Option<TomlValue>, other: &Option<TomlValue>| {
            let words = said(field, &one.as_ref()?.without(other.as_ref()));
            (!words.is_empty()).then_some(words)
        };
        [
            words(&self.ours, &self.theirs),
            words(&self.theirs, &self.ours),
        ]
    }
}
