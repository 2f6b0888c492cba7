//! A period stamped as reported: its figures, what they counted, and whether both are still so.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::day::{Day, Period};
use crate::figure::Figure;
use crate::name::OrgPath;
use crate::number::Decimal;
use crate::problem::{Problem, Rule};
use crate::source::Source;
use crate::toml::{Reader, Reading, parse};
use crate::tree::Tree;
use crate::written::canonical::quoted;
use crate::written::parsed;
use crate::written::value::TomlValue;

/// A report as it was given: who closed it and when, and what stood in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The period.
    pub period: Period,
    /// The organisation at the top, by the id it had.
    pub org: OrgPath,
    /// The day whose knowledge it used.
    pub as_of: Day,
    /// How many levels below the organisation have rows.
    pub depth: usize,
    /// The last day up to which returns were judged, where that is later than the as-of day.
    pub judged: Option<Day>,
    /// The day it was closed.
    pub on: Day,
    /// Who closed it.
    pub by: String,
    /// The commit that held the ledger just as it was then, if one did.
    pub commit: Option<String>,
    /// Earlier closings of the same period: day, who, why it was closed again, the figures' hash.
    pub earlier: Vec<Closing>,
    /// The rows.
    pub rows: Vec<StampRow>,
    /// The line of each row's header in the file it was read from, from 1.
    pub(super) lines: Vec<usize>,
}

/// A closing that another took the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The day.
    pub on: Day,
    /// Who closed it.
    pub by: String,
    /// Why it was closed again.
    pub why: String,
    /// The hash of what it said.
    pub hash: String,
}

/// A row of a stamped report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampRow {
    /// Which row it is.
    pub role: String,
    /// The organisation, by the id it had.
    pub org: String,
    /// The figures by metric; one without data is not among them.
    pub figures: BTreeMap<String, Figure>,
    /// The hash of what was counted.
    pub evidence: String,
}

impl StampRow {
    /// A figure as it was stamped.
    pub fn figure(&self, metric: &str) -> Figure {
        let figure = self.figures.get(metric);
        figure.copied().unwrap_or(Figure::NoData)
    }
}

/// The hash of some lines.
pub(super) fn hash(lines: impl Iterator<Item = String>) -> String {
    let mut hasher = Sha256::new();
    for line in lines {
        hasher.update(line.as_bytes());
        hasher.update(b"\n");
    }
    hasher
        .finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing into a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A figure as a stamp writes it: exact, in a form that says what it is.
fn written(figure: Figure) -> Option<String> {
    match figure {
        Figure::Number(n) => Some(n.to_string()),
        Figure::Ratio { num, den } => Some(quoted(&format!("{num}/{den}"))),
        Figure::Points(tenths) => Some(quoted(&format!("{tenths} tenths"))),
        Figure::Day(day) => Some(day.to_string()),
        Figure::NoData => None,
    }
}

fn read_figure(plain: &TomlValue) -> Option<Figure> {
    match plain {
        TomlValue::Word(word) => word
            .parse::<Decimal>()
            .map(Figure::Number)
            .ok()
            .or_else(|| word.parse().map(Figure::Day).ok()),
        TomlValue::Text(text) => match text.split_once('/') {
            Some((num, den)) => Some(Figure::Ratio {
                num: num.parse().ok()?,
                den: den.parse().ok().filter(|den| *den != 0)?,
            }),
            None => text
                .strip_suffix(" tenths")?
                .parse()
                .map(Figure::Points)
                .ok(),
        },
        TomlValue::List(_) | TomlValue::Table(_) => None,
    }
}

impl Stamp {
    /// The stamp that is to take this one's place, which remembers it.
    pub fn succeeded_by(&self, new: Stamp, why: &str) -> Stamp {
        let closing = Closing {
            on: self.on,
            by: self.by.clone(),
            why: why.to_owned(),
            hash: self.hash(),
        };
        let earlier = self.earlier.iter().cloned().chain([closing]).collect();
        Stamp { earlier, ..new }
    }

    /// Where stamps of a period and organisation lie, below the root.
    pub fn file(period: Period, org: &OrgPath) -> String {
        format!("closed/{period}/{org}.toml")
    }

    /// The hash of what it says of the period.
    pub fn hash(&self) -> String {
        let head = [
            self.period.to_string(),
            self.org.to_string(),
            self.as_of.to_string(),
            self.depth.to_string(),
        ];
        let closings = self
            .earlier
            .iter()
            .map(|one| format!("{} {} {} {}", one.on, one.by, one.why, one.hash));
        let closings: Vec<String> = closings
            .chain([format!("{} {}", self.on, self.by)])
            .collect();
        let rows = self.rows.iter().flat_map(|row| {
            let figures = row
                .figures
                .iter()
                .filter_map(|(name, figure)| Some(format!("{name} = {}", written(*figure)?)));
            [format!("[{} {}]", row.role, row.org), row.evidence.clone()]
                .into_iter()
                .chain(figures)
        });
        let judged = self.judged.map(|day| format!("judged {day}"));
        let judged = judged
            .into_iter()
            .chain(self.commit.iter().map(|commit| format!("commit {commit}")));
        hash(head.into_iter().chain(judged).chain(closings).chain(rows))
    }

    /// Whether another says the same of the period.
    pub fn says_the_same(&self, other: &Stamp) -> bool {
        self.rows == other.rows && self.as_of == other.as_of && self.depth == other.depth
    }

    /// Its file's text.
    pub fn text(&self) -> String {
        let mut text = format!(
            "period = {}\norg = {}\nas_of = {}\ndepth = {}\non = {}\nby = {}\nhash = {}\n",
            quoted(&self.period.to_string()),
            quoted(self.org.as_str()),
            self.as_of,
            self.depth,
            self.on,
            quoted(&self.by),
            quoted(&self.hash()),
        );
        if let Some(day) = self.judged {
            let _ = writeln!(text, "judged = {day}");
        }
        if let Some(commit) = &self.commit {
            let _ = writeln!(text, "commit = {}", quoted(commit));
        }
        for closing in &self.earlier {
            let Closing { on, by, why, hash } = closing;
            let _ = write!(
                text,
                "\n[[earlier]]\non = {on}\nby = {}\nwhy = {}\nhash = {}\n",
                quoted(by),
                quoted(why),
                quoted(hash)
            );
        }
        for row in &self.rows {
            let _ = write!(
                text,
                "\n[[row]]\nrow = {}\norg = {}\nevidence = {}\n",
                quoted(&row.role),
                quoted(&row.org),
                quoted(&row.evidence)
            );
            text.push_str("[row.figures]\n");
            text.extend(
                row.figures
                    .iter()
                    .filter_map(|(name, figure)| Some(format!("{name} = {}\n", written(*figure)?))),
            );
        }
        text
    }

    /// Reads a stamp.
    ///
    /// # Errors
    /// The file is not one; or what it says is not what was stamped.
    pub fn read(source: &Source) -> Result<Stamp, Vec<Problem>> {
        let document = parse(source)?;
        let reading = Reading::new(source);
        let reader = Reader::new(&reading, &document.root, 0..0);
        let (as_of, on, judged) = (reader.day("as_of"), reader.day("on"), reader.day("judged"));
        let period = reader
            .required("period")
            .and_then(|text| Period::parse(&text, as_of?).ok());
        let org = reader.required("org").and_then(|text| text.parse().ok());
        let depth = reader
            .integer("depth")
            .and_then(|depth| usize::try_from(depth).ok());
        let (by, hash) = (
            reader.text("by").unwrap_or_default(),
            reader.required("hash").unwrap_or_default(),
        );
        let commit = reader.text("commit");
        let mut earlier = Vec::new();
        for closing in reader.tables("earlier") {
            let text = |key| closing.text(key).unwrap_or_default();
            let (by, why, hash) = (text("by"), text("why"), text("hash"));
            earlier.extend(closing.day("on").map(|on| Closing { on, by, why, hash }));
            closing.finish();
        }
        let (mut rows, mut lines, mut whole) = (Vec::new(), Vec::new(), true);
        for row in reader.tables("row") {
            let text = |key| row.text(key).unwrap_or_default();
            let (role, org, evidence) = (text("row"), text("org"), text("evidence"));
            let mut figures = BTreeMap::new();
            for (name, _, node) in row
                .table("figures")
                .iter()
                .flat_map(|figures| figures.keys().collect::<Vec<_>>())
            {
                match read_figure(&parsed::value(node.get_ref())) {
                    Some(figure) => drop(figures.insert(name.to_owned(), figure)),
                    None => whole = false,
                }
            }
            lines.push(row.place().line);
            rows.push(StampRow {
                role,
                org,
                figures,
                evidence,
            });
            row.finish();
        }
        reader.finish();
        let mut problems = reading.into_problems();
        let broken = || Problem::new(Rule::STAMP_CHANGED).at(source.place(0..0));
        let stamp = match (period, org, as_of, on, depth) {
            (Some(period), Some(org), Some(as_of), Some(on), Some(depth)) if whole => Some(Stamp {
                period,
                org,
                as_of,
                judged,
                depth,
                on,
                by,
                commit,
                earlier,
                rows,
                lines,
            }),
            _ => None,
        };
        match stamp {
            Some(stamp) if problems.is_empty() && stamp.hash() == hash => Ok(stamp),
            _ => {
                problems.push(broken());
                Err(problems)
            }
        }
    }

    /// The row that stands for an organisation in a role.
    pub fn row(&self, tree: &Tree, role: &str, org: usize) -> Option<&StampRow> {
        let owner = |org: &str| org.parse().ok().and_then(|path| tree.owner(&path));
        self.rows
            .iter()
            .find(|stamped| stamped.role == role && owner(&stamped.org) == Some(org))
    }
}
