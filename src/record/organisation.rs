//! An organisation: what its folder is called, what its file says, which names it answers to.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::day::{Day, Period};
use crate::name::OrgPath;
use crate::record::Value;
use crate::rules::kind::{FieldType, Kind};
use crate::rules::naming::Naming;
use crate::spelling::folded;

/// The field with the names that an organisation had.
pub const FORMER_NAMES: &str = "former_names";

/// A grassroots organisation, or the district above them.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Its id.
    pub path: OrgPath,
    /// What its folder is called: its id, unless a merge left it where an organisation above it was
    /// before it was moved.
    pub folder: OrgPath,
    /// What its file may hold.
    pub kind: Arc<Kind>,
    /// What its file holds, by the indices of the fields.
    pub fields: Vec<Option<Value>>,
    /// Its first day, where its file says it.
    pub founded: Option<Day>,
    /// The first day on which it is no more.
    pub dissolved: Option<Day>,
    /// Members, by day of count.
    pub headcount: Vec<(Day, i64)>,
    /// What it is excused from.
    pub exemptions: Vec<Exemption>,
}

/// Days on which an organisation does not owe an obligation.
#[derive(Clone, Debug)]
pub struct Exemption {
    /// The obligation's name.
    pub obligation: String,
    /// First day.
    pub from: Day,
    /// Last day; none: for good.
    pub until: Option<Day>,
}

impl Organisation {
    /// An organisation of values that were read from its file.
    pub fn new(path: OrgPath, kind: Arc<Kind>, fields: Vec<Option<Value>>) -> Organisation {
        let rows = |name: &str| {
            let index = kind.index(name);
            let columns = match index.map(|n| &kind.fields[n].ty) {
                Some(FieldType::Table(columns)) => columns.as_slice(),
                _ => &[],
            };
            let rows = index
                .and_then(|n| fields[n].as_ref())
                .map_or(&[][..], Value::items);
            (rows, move |column: &str| {
                columns
                    .iter()
                    .position(|c| c.name == column)
                    .unwrap_or(usize::MAX)
            })
        };
        let (counts, column) = rows("headcount");
        let mut headcount: Vec<(Day, i64)> = counts
            .iter()
            .filter_map(|row| {
                Some((
                    row.field(column("on"))?.as_day()?,
                    row.field(column("members"))?.as_integer()?,
                ))
            })
            .collect();
        headcount.sort_by_key(|(day, _)| *day);
        let (exempt, column) = rows("exempt");
        let exemptions = exempt
            .iter()
            .filter_map(|row| {
                Some(Exemption {
                    obligation: row.field(column("obligation"))?.as_text()?.to_owned(),
                    from: row.field(column("from"))?.as_day()?,
                    until: row.field(column("until")).and_then(Value::as_day),
                })
            })
            .collect();
        let day = |name: &str| {
            kind.index(name)
                .and_then(|n| fields[n].as_ref())
                .and_then(Value::as_day)
        };
        let (founded, dissolved) = (day("founded"), day("dissolved"));
        Organisation {
            folder: path.clone(),
            path,
            founded,
            dissolved,
            headcount,
            exemptions,
            kind,
            fields,
        }
    }

    /// Its file, below the ledger's root.
    pub fn file(&self) -> String {
        format!("orgs/{}/org.toml", self.folder)
    }

    /// A field's value by name.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(self.kind.index(field)?)?.as_ref()
    }

    /// A text field by name; empty when absent.
    pub fn text(&self, field: &str) -> &str {
        self.get(field).and_then(Value::as_text).unwrap_or_default()
    }

    /// The full name, or the folder's where the file has none.
    pub fn name(&self) -> &str {
        match self.text("name") {
            "" => self.path.segment(),
            name => name,
        }
    }

    /// The short name where there is one.
    pub fn short(&self) -> &str {
        match self.text("short") {
            "" => self.name(),
            short => short,
        }
    }

    /// Whether it is in being on every day of a period.
    pub fn exists_through(&self, period: Period) -> bool {
        self.founded.is_none_or(|day| day <= period.first())
            && self.dissolved.is_none_or(|day| day >= period.end())
    }

    /// Whether it is in being on a day.
    pub fn exists_on(&self, day: Day) -> bool {
        Period::range(day, day).is_some_and(|day| self.exists_through(day))
    }

    /// Whether it is excused from an obligation on any day of a period.
    ///
    /// An exemption that ends before it begins, which `check` reports, excuses from nothing.
    pub fn is_exempt(&self, obligation: &str, period: Period) -> bool {
        self.exemptions.iter().any(|e| {
            let first = e.from.max(period.first());
            e.obligation == obligation
                && first < period.end()
                && e.until.is_none_or(|until| first <= until)
        })
    }

    /// The latest count of members on or before a day.
    pub fn members_on(&self, day: Day) -> Option<i64> {
        self.headcount
            .iter()
            .rev()
            .find(|(on, _)| *on <= day)
            .map(|(_, members)| *members)
    }

    /// Whether `text` is its name followed by what its kind is called: 武汉路街道党工委 where the file says
    /// 武汉路街道, 涧西区委 where it says 涧西区. The name may lack its ending: 华山路社区党委 for 华山路社区居民委员会.
    fn is_titled(&self, text: &str, naming: &Naming) -> bool {
        let kind = self.kind.index("kind").map(|n| &self.kind.fields[n].ty);
        let Some(FieldType::Choice(choices)) = kind else {
            return false;
        };
        let label = choices
            .iter()
            .find(|choice| choice.name == self.text("kind"))
            .map_or("", |choice| &choice.label.zh);
        let Some(stem) = text
            .strip_suffix(label)
            .filter(|stem| !label.is_empty() && !stem.is_empty())
        else {
            return false;
        };
        let joined = label
            .chars()
            .next()
            .map_or_else(String::new, |first| format!("{stem}{first}"));
        let is_ending =
            |rest: &str| rest.is_empty() || naming.generic.iter().any(|ending| ending == rest);
        [self.name(), self.short()]
            .iter()
            .any(|name| *name == joined || name.strip_prefix(stem).is_some_and(is_ending))
    }

    /// Whether its name goes on after `text` with what such places are called: 工农街道 for
    /// 工农街道党工委.
    fn is_shortened(&self, text: &str, naming: &Naming) -> bool {
        let is_ending = |rest: &str| naming.generic.iter().any(|ending| ending == rest);
        [self.name(), self.short()].iter().any(|whole| {
            let whole = folded(whole);
            whole.strip_prefix(text).is_some_and(is_ending)
        })
    }

    /// The names that it had before it was renamed.
    pub fn former_names(&self) -> impl Iterator<Item = &str> {
        let names = self.get(FORMER_NAMES).map_or(&[][..], Value::items);
        names.iter().filter_map(Value::as_text)
    }

    /// How well `text` names it: full id, name or short name, name and kind, a former name, name
    /// without its ending, path suffix, initials.
    pub fn answers_to(&self, text: &str, naming: &Naming) -> Option<Match> {
        let text = &*folded(text);
        let is = |name: &str| folded(name) == text;
        if self.path.as_str() == text {
            Some(Match::Id)
        } else if is(self.name())
            || is(self.short())
            || (!self.text("code").is_empty() && is(self.text("code")))
        {
            Some(Match::Name)
        } else if self.is_titled(text, naming) {
            Some(Match::Title)
        } else if self.former_names().any(is) {
            Some(Match::Former)
        } else if self.is_shortened(text, naming) {
            Some(Match::Shortened)
        } else if self.path.ends_with(text) {
            Some(Match::Suffix)
        } else if text.is_ascii()
            && [self.name(), self.short()]
                .iter()
                .any(|name| naming.initials(name).contains(&text.to_lowercase()))
        {
            Some(Match::Initials)
        } else {
            None
        }
    }
}

/// How a text names an organisation, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It is the id.
    Id,
    /// It is the name, the short name or the code.
    Name,
    /// It is the name with what the kind of organisation is called.
    Title,
    /// It is a name that it had.
    Former,
    /// It is the name without what such places are called.
    Shortened,
    /// It is the end of the path.
    Suffix,
    /// It is the initials of the name's pinyin.
    Initials,
}

/// Folders that were moved: from the old id to the new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves(BTreeMap<String, String>);

impl Moves {
    /// What organisations say they were formerly.
    pub fn of(orgs: &[Organisation]) -> Moves {
        let mut moves = Moves::default();
        for org in orgs {
            for former in org
                .get("formerly")
                .map_or(&[][..], Value::items)
                .iter()
                .filter_map(Value::as_text)
            {
                moves.add(former, org.path.as_str());
            }
        }
        moves
    }

    /// Notes a move; of several of one folder the first is kept.
    pub fn add(&mut self, old: &str, new: &str) {
        if old != new {
            self.0
                .entry(old.to_owned())
                .or_insert_with(|| new.to_owned());
        }
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where an organisation is after every move of it and of those above it; where it was, if
    /// moves go in a circle.
    pub fn now(&self, org: &str) -> String {
        self.followed(org).unwrap_or_else(|| org.to_owned())
    }

    /// Whether organisations were each moved under the other, so that nothing says where they are.
    pub fn go_in_a_circle(&self, org: &str) -> bool {
        self.followed(org).is_none()
    }

    fn followed(&self, org: &str) -> Option<String> {
        let mut path = org.to_owned();
        // More moves in a row than there are moves are a circle.
        for _ in 0..=self.0.len() {
            let moved = self.0.iter().rev().find_map(|(old, new)| {
                let below = path.strip_prefix(old.as_str())?;
                (below.is_empty() || below.starts_with('/')).then(|| format!("{new}{below}"))
            });
            match moved {
                Some(moved) => path = moved,
                None => return Some(path),
            }
        }
        None
    }
}
