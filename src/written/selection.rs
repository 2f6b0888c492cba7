//! Which fields of which kinds a question looks at: all others are checked and not kept.

use crate::rules::Rules;
use crate::rules::kind::{Kind, LifeCycle};

/// What is kept of each kind of record, by the index of the kind among the rules' kinds.
#[derive(Clone, Debug)]
pub struct Selection {
    by_kind: Vec<Wanted>,
    others: Wanted,
}

/// What is kept of the records of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// No field.
    Nothing,
    /// These fields: by their index, whether it is kept.
    Fields(Vec<bool>),
    /// Every field.
    Everything,
}

impl Wanted {
    /// Whether a field is kept.
    pub fn keeps(&self, field: usize) -> bool {
        match self {
            Wanted::Nothing => false,
            Wanted::Fields(fields) => fields.get(field).copied().unwrap_or(false),
            Wanted::Everything => true,
        }
    }

    /// Whether a row must have a field: it is kept, or its kind's life is read from it.
    pub(super) fn reads(&self, field: usize, kind: &Kind) -> bool {
        let lives_by = |life: &LifeCycle| life.updates == field && *self != Wanted::Nothing;
        self.keeps(field) || kind.life.as_ref().is_some_and(lives_by)
    }

    /// How many places the fields that are kept take, of so many that there are.
    pub fn len(&self, all: usize) -> usize {
        match self {
            Wanted::Nothing => 0,
            Wanted::Fields(fields) => fields.len(),
            Wanted::Everything => all,
        }
    }

    /// Asks for one more field.
    pub fn add(&mut self, field: usize) {
        if *self == Wanted::Nothing {
            *self = Wanted::Fields(Vec::new());
        }
        if let Wanted::Fields(fields) = self {
            if fields.len() <= field {
                fields.resize(field + 1, false);
            }
            fields[field] = true;
        }
    }
}

impl Selection {
    /// Every field of every kind.
    pub fn everything() -> Selection {
        Selection {
            by_kind: Vec::new(),
            others: Wanted::Everything,
        }
    }

    /// No record of any kind, until something is asked for.
    pub fn nothing() -> Selection {
        Selection {
            by_kind: Vec::new(),
            others: Wanted::Nothing,
        }
    }

    /// Every field of these kinds, by their names.
    pub fn of_kinds<'k>(rules: &Rules, kinds: impl IntoIterator<Item = &'k str>) -> Selection {
        let mut selection = Selection::nothing();
        for kind in kinds {
            if let Some(n) = rules.kinds.iter().position(|known| known.name == kind) {
                *selection.of_mut(n) = Wanted::Everything;
            }
        }
        selection
    }

    /// What is kept of a kind.
    pub fn of(&self, kind: usize) -> &Wanted {
        self.by_kind.get(kind).unwrap_or(&self.others)
    }

    /// What is kept of a kind, to be added to.
    pub fn of_mut(&mut self, kind: usize) -> &mut Wanted {
        while self.by_kind.len() <= kind {
            self.by_kind.push(self.others.clone());
        }
        &mut self.by_kind[kind]
    }
}
