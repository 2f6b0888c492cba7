//! Which organisation, and which record, a form means by a name.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::locale::Arg;
use crate::problem::{Problem, Rule};
use crate::record::input::masked;
use crate::record::organisation::Match;
use crate::record::text::plain;
use crate::spelling::{folded, nearest};
use crate::tree::{Tree, find_org_bare, unknown_org};

/// The organisations of a ledger, by whatever forms call them; each name is looked for once.
pub(super) struct Places<'t> {
    tree: &'t Tree<'t>,
    known: RefCell<HashMap<Asked, Result<usize, Problem>>>,
}

/// A name, and the organisation under which it is looked for first.
type Asked = (String, Option<usize>);

impl<'t> Places<'t> {
    pub(super) fn of(tree: &'t Tree<'t>) -> Places<'t> {
        Places {
            tree,
            known: RefCell::default(),
        }
    }

    /// The organisation that is called so, if possible among those under another.
    ///
    /// # Errors
    /// There is none, with the nearest; or there are several.
    pub(super) fn find(&self, name: &str, within: Option<usize>) -> Result<usize, Problem> {
        let key = (folded(name).into_owned(), within);
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let found = self.look(name, within);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    /// The organisation that another lies under, or is; below it one of that name.
    ///
    /// # Errors
    /// As [`Places::find`]; there must be one just there.
    pub(super) fn find_under(&self, name: &str, above: usize) -> Result<usize, Problem> {
        let found = self.find(name, Some(above))?;
        match self.tree.subtree(above).contains(&found) {
            true => Ok(found),
            false => Err(Problem::new(Rule::FORM_ORG_ELSEWHERE)
                .with("name", name)
                .with("org", self.tree.orgs[found].path.as_str())
                .with("above", self.tree.orgs[above].name())),
        }
    }

    fn look(&self, name: &str, within: Option<usize>) -> Result<usize, Problem> {
        let tree = self.tree;
        let aliases = &tree.rules.aliases;
        let alias = aliases
            .iter()
            .find(|alias| folded(&alias.name) == folded(name));
        // “（盖章）” is no part of a name.
        let bare = match name.split_once(['（', '(']) {
            Some((bare, inside)) if inside.contains('章') => bare,
            _ => name,
        };
        let name = alias.map_or(bare, |alias| alias.org.as_str());
        if let Some(above) = within {
            let below = tree.subtree(above);
            let orgs = &tree.orgs[below.clone()];
            if let Ok(found) = find_org_bare(orgs, name, tree.rules) {
                return Ok(below.start + found);
            }
            if let Some(found) = self.ending(name, below) {
                return Ok(found);
            }
        }
        match find_org_bare(&tree.orgs, name, tree.rules) {
            Ok(found) => Ok(found),
            Err(problem) if problem.rule == Rule::UNKNOWN_ORG => Err(self.unknown(name)),
            Err(problem) => Err(problem),
        }
    }

    /// The one below whose name ends so: 机关党支部 for 工农街道机关党支部.
    fn ending(&self, name: &str, below: std::ops::Range<usize>) -> Option<usize> {
        const LEAST: usize = 4;
        let name = folded(name);
        let mut ends = below.filter(|n| folded(self.tree.orgs[*n].name()).ends_with(&*name));
        match (name.chars().count() >= LEAST, ends.next(), ends.next()) {
            (true, Some(one), None) => Some(one),
            _ => None,
        }
    }

    /// That nobody is called so; the nearest names are looked for a few times only, for they are
    /// compared with all there are.
    fn unknown(&self, name: &str) -> Problem {
        const LOOKED_FOR: usize = 40;
        let failed = |found: &&Result<usize, Problem>| found.is_err();
        let orgs = match self.known.borrow().values().filter(failed).count() {
            0..LOOKED_FOR => &self.tree.orgs[..],
            _ => &[],
        };
        unknown_org(&masked(name), orgs)
    }

    /// Whether a text is an organisation's name beyond doubt, as the name of a sheet may be.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        let found = self.find(name, None).ok()?;
        let org = &self.tree.orgs[found];
        let by_letters = matches!(
            org.answers_to(name, &self.tree.rules.naming),
            Some(Match::Suffix | Match::Initials)
        );
        (!by_letters).then_some(found)
    }
}

/// The records that others point to, by what people call them.
pub(super) struct Titles<'t> {
    tree: &'t Tree<'t>,
    by_title: HashMap<(usize, String), Vec<usize>>,
    by_id: HashMap<&'t str, &'t str>,
}

impl<'t> Titles<'t> {
    pub(super) fn of(tree: &'t Tree<'t>) -> Titles<'t> {
        let mut by_title: HashMap<_, Vec<usize>> = HashMap::new();
        for (n, entry) in tree.entries.iter().enumerate() {
            let record = &entry.record;
            if let (Some(title), None) = (record.title(), &record.retracted) {
                let key = (record.kind.number, folded(&plain(title)).into_owned());
                by_title.entry(key).or_default().push(n);
            }
        }
        let records = tree.entries.iter().map(|entry| &entry.record);
        let by_id = records.map(|record| (record.id.as_str(), record.kind.name.as_str()));
        Titles {
            tree,
            by_title,
            by_id: by_id.collect(),
        }
    }

    /// That no record of some kinds is called so, with the nearest that are.
    fn unknown(&self, kinds: &[String], name: &str) -> Problem {
        let kinds: Vec<_> = kinds
            .iter()
            .filter_map(|kind| self.tree.rules.kind(kind))
            .collect();
        let is_asked = |number: usize| kinds.iter().any(|kind| kind.number == number);
        let titles = self.by_title.keys();
        let titles = titles.filter(|(number, _)| is_asked(*number));
        let mut near = nearest(name, titles.map(|(_, title)| title.as_str()));
        near.sort_unstable();
        let labels = kinds.iter().map(|kind| kind.label.clone());
        Problem::new(Rule::FORM_NO_SUCH_RECORD)
            .with("name", masked(name))
            .with("kinds", Arg::Labels(labels.collect()))
            .with(
                "near",
                if near.is_empty() {
                    "—".to_owned()
                } else {
                    near.join("、")
                },
            )
    }

    /// The id of the record of one of some kinds that a form calls so: by its id, or by its title
    /// where only one has it, in the organisation first.
    ///
    /// # Errors
    /// There is none, or there are several.
    pub(super) fn find(
        &self,
        kinds: &[String],
        name: &str,
        org: Option<usize>,
    ) -> Result<String, Problem> {
        let tree = self.tree;
        if self
            .by_id
            .get(name)
            .is_some_and(|kind| kinds.iter().any(|known| known == kind))
        {
            return Ok(name.to_owned());
        }
        let title = folded(name);
        let mut titled: Vec<usize> = kinds
            .iter()
            .filter_map(|kind| tree.rules.kind(kind))
            .flat_map(|kind| {
                let found = self
                    .by_title
                    .get(&(kind.number, title.clone().into_owned()));
                found.cloned().unwrap_or_default()
            })
            .collect();
        let here = |n: &&usize| Some(tree.entries[**n].org) == org;
        if titled.iter().filter(here).count() == 1 {
            titled.retain(|n| Some(tree.entries[*n].org) == org);
        }
        match titled[..] {
            [n] => Ok(tree.entries[n].record.id.as_str().to_owned()),
            [] => Err(self.unknown(kinds, name)),
            ref several => {
                let ids = several
                    .iter()
                    .map(|n| tree.entries[*n].record.id.as_str().to_owned());
                Err(Problem::new(Rule::AMBIGUOUS_RECORD)
                    .with("id", name)
                    .with("candidates", crate::tree::candidates(ids.collect())))
            }
        }
    }
}
