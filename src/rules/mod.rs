//! What may be configured: kinds of record, obligations, metrics, layouts of reports.
//!
//! The built-in rules are TOML files inside the program; a ledger's `rules/` folder may replace any
//! of them by name, extend a kind, or add more. Both are read by the same code, so whatever the
//! program ships can be ejected, changed and read back. Rules never look at records.

pub mod filter;
pub mod form;
pub mod grouping;
pub mod kind;
pub mod metric;
pub mod naming;
pub mod obligation;
pub mod report_spec;
pub mod scorecard;
pub mod view;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, LazyLock, OnceLock};

use toml::de::{DeTable, DeValue};

use crate::day::Day;
use crate::locale::{Arg, Choices, Label, Lang, Locale};
use crate::problem::{Place, Problem, Rule};
use crate::source::Source;
use crate::toml::{Reader, Reading, parse, parse_own};
use form::{Alias, FormSpec, Wording};
use grouping::{RecordPart, Rows};
use kind::{FieldDef, FieldType, Kind, Shared};
use metric::{Against, Measure, Metric, Unit};
use naming::Naming;
use obligation::Obligation;
use report_spec::{ChartSpec, ReportSpec};
use scorecard::Scorecard;
use view::View;

/// The rule files inside the program, in reading order.
const BUILT_IN: &[(&str, &str)] = &[
    (
        "organisation.toml",
        include_str!("builtin/organisation.toml"),
    ),
    (
        "kinds/meeting.toml",
        include_str!("builtin/kinds/meeting.toml"),
    ),
    (
        "kinds/commitment.toml",
        include_str!("builtin/kinds/commitment.toml"),
    ),
    ("kinds/task.toml", include_str!("builtin/kinds/task.toml")),
    (
        "kinds/filing.toml",
        include_str!("builtin/kinds/filing.toml"),
    ),
    (
        "kinds/committee.toml",
        include_str!("builtin/kinds/committee.toml"),
    ),
    (
        "kinds/contact.toml",
        include_str!("builtin/kinds/contact.toml"),
    ),
    ("kinds/visit.toml", include_str!("builtin/kinds/visit.toml")),
    (
        "kinds/inspection.toml",
        include_str!("builtin/kinds/inspection.toml"),
    ),
    ("kinds/fund.toml", include_str!("builtin/kinds/fund.toml")),
    (
        "kinds/demo_site.toml",
        include_str!("builtin/kinds/demo_site.toml"),
    ),
    ("kinds/post.toml", include_str!("builtin/kinds/post.toml")),
    (
        "kinds/rating.toml",
        include_str!("builtin/kinds/rating.toml"),
    ),
    ("kinds/mark.toml", include_str!("builtin/kinds/mark.toml")),
    ("kinds/award.toml", include_str!("builtin/kinds/award.toml")),
    (
        "kinds/cultivation.toml",
        include_str!("builtin/kinds/cultivation.toml"),
    ),
    ("kinds/seat.toml", include_str!("builtin/kinds/seat.toml")),
    (
        "kinds/partner.toml",
        include_str!("builtin/kinds/partner.toml"),
    ),
    (
        "kinds/agreement.toml",
        include_str!("builtin/kinds/agreement.toml"),
    ),
    (
        "kinds/resource.toml",
        include_str!("builtin/kinds/resource.toml"),
    ),
    (
        "kinds/service.toml",
        include_str!("builtin/kinds/service.toml"),
    ),
    (
        "kinds/publicity.toml",
        include_str!("builtin/kinds/publicity.toml"),
    ),
    ("kinds/base.toml", include_str!("builtin/kinds/base.toml")),
    (
        "kinds/base_visit.toml",
        include_str!("builtin/kinds/base_visit.toml"),
    ),
    (
        "kinds/liaison_member.toml",
        include_str!("builtin/kinds/liaison_member.toml"),
    ),
    (
        "kinds/member.toml",
        include_str!("builtin/kinds/member.toml"),
    ),
    (
        "kinds/points.toml",
        include_str!("builtin/kinds/points.toml"),
    ),
    (
        "kinds/appraisal.toml",
        include_str!("builtin/kinds/appraisal.toml"),
    ),
    (
        "kinds/survey.toml",
        include_str!("builtin/kinds/survey.toml"),
    ),
    ("forms.toml", include_str!("builtin/forms.toml")),
    ("obligations.toml", include_str!("builtin/obligations.toml")),
    ("views.toml", include_str!("builtin/views.toml")),
    ("metrics.toml", include_str!("builtin/metrics.toml")),
    ("figures.toml", include_str!("builtin/figures.toml")),
    ("scorecards.toml", include_str!("builtin/scorecards.toml")),
    (
        "reports/standard.toml",
        include_str!("builtin/reports/standard.toml"),
    ),
    (
        "reports/closing.toml",
        include_str!("builtin/reports/closing.toml"),
    ),
];

/// Everything configured, checked against itself.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Kinds of record, built-in ones first.
    pub kinds: Vec<Arc<Kind>>,
    /// What an organisation's own file may hold, as a kind without id.
    pub org: Arc<Kind>,
    /// Fields of updates and retractions.
    pub shared: Shared,
    /// What is owed.
    pub obligations: Vec<Obligation>,
    /// How folder names are made from Chinese names.
    pub naming: Naming,
    /// What stands on an area when a division table is imported.
    pub areas: Vec<Area>,
    /// Words of forms.
    pub wording: Wording,
    /// Forms that are known, the ledger's own.
    pub forms: Vec<FormSpec>,
    /// Other names of organisations in forms.
    pub aliases: Vec<Alias>,
    /// What is made of these: read when it is asked for first, for most commands look at no figure.
    figures: OnceLock<Figures>,
    /// What is wrong with them.
    wrong_figures: OnceLock<Vec<Problem>>,
    /// The texts of the rules that were read before the figures, for the list of all.
    listed: Vec<NamedRule>,
    /// The ledger's own files of rules.
    local: Arc<[Source]>,
}

/// What is computed from records, and how it is laid out; and the text of every rule.
#[derive(Clone, Debug, Default)]
struct Figures {
    views: Vec<View>,
    metrics: Vec<Metric>,
    scorecards: Vec<Scorecard>,
    layouts: Vec<ReportSpec>,
    items: Vec<NamedRule>,
    /// What is wrong with how they are written.
    problems: Vec<Problem>,
    /// The metrics by name: a ledger may define many, each made of others.
    index: HashMap<String, usize>,
}

impl Figures {
    /// The same with the templates inside the program, the metrics by name, and those of
    /// scorecards with what the scorecards look at.
    fn finished(mut self) -> Figures {
        for metric in &mut self.metrics {
            if let Some((card, of)) = metric.measure.scorecard_mut() {
                let versions = self.scorecards.iter().filter(|known| known.name == *card);
                let names: BTreeSet<&str> = versions.flat_map(Scorecard::metrics).collect();
                of.extend(names.into_iter().map(str::to_owned));
            }
        }
        self.items
            .extend(TEMPLATES.iter().map(|(file, text)| NamedRule {
                class: Class::Template,
                name: file.split('.').next().unwrap_or_default().to_owned(),
                file: format!("built-in/templates/{file}").into(),
                text: (*text).to_owned(),
                built_in: true,
            }));
        self.index = self
            .metrics
            .iter()
            .enumerate()
            .map(|(n, metric)| (metric.name.clone(), n))
            .collect();
        self
    }
}

/// The organisation that stands on an area of an imported division table.
#[derive(Clone, Debug)]
pub struct Area {
    /// The area's kind in the table: `subdistrict`.
    pub name: String,
    /// The kind of organisation.
    pub kind: String,
    /// Its sector.
    pub sector: String,
}

/// The classes of named rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A kind of record.
    Kind,
    /// An obligation.
    Obligation,
    /// A view.
    View,
    /// A figure.
    Metric,
    /// A scheme of points.
    Scorecard,
    /// A report.
    Report,
    /// A template of a narrative report: a file of its own, not a table.
    Template,
}

/// The templates inside the program: file names and texts. The catalogues have what people call
/// them.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "work-report.md",
        include_str!("builtin/templates/work-report.md"),
    ),
    (
        "meeting-brief.md",
        include_str!("builtin/templates/meeting-brief.md"),
    ),
];

impl Class {
    /// The classes by the names of their tables.
    pub const TABLES: &[(&str, Class)] = &[
        ("kind", Class::Kind),
        ("obligation", Class::Obligation),
        ("view", Class::View),
        ("metric", Class::Metric),
        ("scorecard", Class::Scorecard),
        ("report", Class::Report),
    ];

    /// All classes by name.
    pub fn all() -> impl Iterator<Item = (&'static str, Class)> {
        Class::TABLES
            .iter()
            .copied()
            .chain([("template", Class::Template)])
    }

    /// Its name, which is that of its tables.
    pub fn name(self) -> &'static str {
        Class::all()
            .find(|(_, class)| *class == self)
            .map_or("", |(name, _)| name)
    }
}

/// A named rule and its text.
#[derive(Clone, Debug)]
pub struct NamedRule {
    /// What it is.
    pub class: Class,
    /// Its name.
    pub name: String,
    /// The file it is written in.
    pub file: Arc<str>,
    /// Its text.
    pub text: String,
    /// Whether it comes with the program.
    pub built_in: bool,
}

impl NamedRule {
    /// What people call it, where it is no table that says so. The catalogues are read for that,
    /// which no command does that does not ask for it.
    pub fn label(&self) -> Option<Label> {
        let text = |lang| Locale::new(lang).text(&format!("template-{}", self.name));
        (self.class == Class::Template).then(|| Label {
            zh: text(Lang::Zh),
            en: text(Lang::En),
        })
    }

    /// Whether it has that name, or is called so in either language.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.label().is_some_and(|label| label.is(name))
    }
}

impl Rules {
    /// The rules inside the program, changed by a ledger's own.
    ///
    /// What is wrong with the ledger's own is returned beside; such an item is left out.
    pub fn load(local: &[Source]) -> (Arc<Rules>, Vec<Problem>) {
        let (rules, mut problems) = Rules::load_for_records(local);
        problems.extend_from_slice(rules.figure_problems());
        (rules, problems)
    }

    /// The same for who computes no figure: figures are not read, and what is wrong with them
    /// ([`Rules::figure_problems`]) is not found.
    pub fn load_for_records(local: &[Source]) -> (Arc<Rules>, Vec<Problem>) {
        if local.is_empty() {
            return (Arc::clone(Rules::built_in()), Vec::new());
        }
        let (rules, mut problems) = Rules::of_records(local);
        rules.check_kinds(&mut problems);
        (Arc::new(rules), problems)
    }

    /// The rules inside the program alone.
    pub fn built_in() -> &'static Arc<Rules> {
        static BUILT_IN_RULES: LazyLock<Arc<Rules>> =
            LazyLock::new(|| Arc::new(Rules::of_records(&[]).0));
        &BUILT_IN_RULES
    }

    /// What records are and what is owed; figures are read when they are asked for.
    fn of_records(local: &[Source]) -> (Rules, Vec<Problem>) {
        let built_in = built_in_sources();
        let of_records = built_in.iter().filter(|source| !has_figures(source));
        let (files, mut problems) = files(all_of(of_records, local));
        let mut draft = Draft::default();
        draft.read(&files, [Class::Kind, Class::Obligation]);
        for (reading, _, _) in files {
            problems.extend(reading.into_problems());
        }
        let rules = Rules {
            local: local.into(),
            listed: draft.figures.items,
            ..draft.rules
        };
        (rules, problems)
    }

    /// What is computed from records, read when it is asked for first.
    fn figures(&self) -> &Figures {
        self.figures.get_or_init(|| {
            let built_in = built_in_sources();
            let of_figures = built_in.iter().filter(|source| has_figures(source));
            // What cannot be parsed was found with the kinds.
            let (files, _) = files(all_of(of_figures, &self.local));
            let items = self.listed.clone();
            let mut draft = Draft {
                rules: self.clone(),
                figures: Figures {
                    items,
                    ..Figures::default()
                },
            };
            let classes = [Class::View, Class::Metric, Class::Scorecard, Class::Report];
            draft.read(&files, classes);
            let problems = files
                .into_iter()
                .map(|(reading, ..)| reading.into_problems());
            Figures {
                problems: problems.flatten().collect(),
                ..draft.figures.finished()
            }
        })
    }

    /// What is wrong with the ledger's own figures, and with what is made of them.
    pub fn figure_problems(&self) -> &[Problem] {
        // Those inside the program are right: a test reads them all.
        if self.local.is_empty() {
            return &[];
        }
        self.wrong_figures.get_or_init(|| {
            let mut problems = self.figures().problems.clone();
            self.check_references(&mut problems);
            problems
        })
    }

    /// What belongs to a person's ledger.
    pub fn views(&self) -> &[View] {
        &self.figures().views
    }

    /// Figures.
    pub fn metrics(&self) -> &[Metric] {
        &self.figures().metrics
    }

    /// Scorecards, each version by itself.
    pub fn scorecards(&self) -> &[Scorecard] {
        &self.figures().scorecards
    }

    /// The version of a scorecard that scores the cycle around a day: the latest that begins on the
    /// cycle's first day or before.
    pub fn scorecard(&self, name: &str, day: Day) -> Option<&Scorecard> {
        let of_cycle = self.scorecards().iter().filter(|card| {
            let first = card.cycle.around(day).first();
            card.is_called(name) && card.from.is_none_or(|from| from <= first)
        });
        of_cycle.max_by_key(|card| card.from)
    }

    /// The same for a person who asks for it.
    ///
    /// # Errors
    /// There is none of that name, or none that early.
    pub fn asked_scorecard(&self, name: &str, day: Day) -> Result<&Scorecard, Problem> {
        self.scorecard(name, day).ok_or_else(|| {
            let known = self.scorecards().iter().map(|card| &card.label);
            // It is there, but not yet in that cycle.
            let is_later = self.scorecards().iter().any(|card| card.is_called(name));
            let rule = match is_later {
                true => Rule::NO_VERSION,
                false => Rule::UNKNOWN_NAME,
            };
            Problem::new(rule)
                .with("name", name)
                .with("allowed", Choices::named(name, known))
        })
    }

    /// Reports.
    pub fn layouts(&self) -> &[ReportSpec] {
        &self.figures().layouts
    }

    /// Every named rule with its text.
    pub fn items(&self) -> &[NamedRule] {
        &self.figures().items
    }

    /// The kind of that name (`demo_site`, also typed `demo-site`), or of that label in either
    /// language.
    pub fn kind(&self, name: &str) -> Option<&Arc<Kind>> {
        let typed = name.replace('-', "_");
        self.kinds
            .iter()
            .find(|k| k.name == typed)
            .or_else(|| self.kinds.iter().find(|k| k.label.is(name)))
    }

    /// The kind that ids of this prefix belong to.
    pub fn kind_of(&self, id: &str) -> Option<&Arc<Kind>> {
        let id: crate::name::RecordId = id.parse().ok()?;
        self.kinds.iter().find(|kind| kind.prefix == id.prefix())
    }

    /// The `id` field, as every kind has it.
    pub fn id_field(&self) -> FieldDef {
        let label = self.shared.id.clone();
        FieldDef {
            name: "id".to_owned(),
            head: kind::head("id"),
            label,
            also: Vec::new(),
            ask: kind::Ask::Never,
            required: true,
            list: false,
            unless: None,
            key: 0,
            ty: FieldType::Text,
        }
    }

    /// The field that takes a record back, as every kind has it.
    pub fn retraction_field(&self) -> FieldDef {
        let (label, ty) = (
            self.shared.retracted.clone(),
            FieldType::Table(self.shared.retraction.clone()),
        );
        FieldDef {
            name: "retracted".to_owned(),
            head: kind::head("retracted"),
            label,
            also: Vec::new(),
            ask: kind::Ask::Never,
            required: false,
            list: false,
            unless: None,
            key: 0,
            ty,
        }
    }

    /// Every field that a record's table may hold: `id`, the kind's own, `retracted`.
    pub fn all_fields(&self, kind: &Kind) -> Vec<FieldDef> {
        let mut all = vec![self.id_field()];
        all.extend(kind.fields.iter().cloned());
        all.push(self.retraction_field());
        all
    }

    /// The fields of the record of an id, of an organisation's file where it is empty; none of an
    /// id of no kind.
    pub fn fields_of(&self, id: &str) -> Vec<FieldDef> {
        match self.kind_of(id) {
            Some(kind) => self.all_fields(kind),
            None if id.is_empty() => self.org.fields.clone(),
            None => Vec::new(),
        }
    }

    /// The metric of that name, or of that label in either language.
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metric_named(name)
            .or_else(|| self.metrics().iter().find(|m| m.label.is(name)))
    }

    /// The metric of just that name.
    fn metric_named(&self, name: &str) -> Option<&Metric> {
        let figures = self.figures();
        figures.index.get(name).map(|&n| &figures.metrics[n])
    }

    /// The obligation of that name.
    pub fn obligation(&self, name: &str) -> Option<&Obligation> {
        self.obligations.iter().find(|o| o.name == name)
    }

    /// The view of that name, or of that label in either language.
    pub fn view(&self, name: &str) -> Option<&View> {
        self.views()
            .iter()
            .find(|v| v.name == name || v.label.is(name))
    }

    /// The report of that name, or of that label in either language.
    pub fn layout(&self, name: &str) -> Option<&ReportSpec> {
        self.layouts()
            .iter()
            .find(|l| l.name == name || l.label.is(name))
    }

    /// The metric of that name or label, for a person who asks for it.
    ///
    /// # Errors
    /// There is none.
    pub fn asked_metric(&self, name: &str) -> Result<&Metric, Problem> {
        self.metric(name).ok_or_else(|| {
            let known = self.metrics().iter().map(|m| (m.name.as_str(), &m.label));
            Problem::new(Rule::UNKNOWN_METRIC)
                .with("name", name)
                .with("allowed", Choices::labelled(name, known))
        })
    }

    /// The picture of any report that people call so, in either language.
    ///
    /// # Errors
    /// There is none.
    pub fn asked_chart(&self, name: &str) -> Result<&ChartSpec, Problem> {
        let mut charts = self.layouts().iter().flat_map(|report| &report.charts);
        charts
            .clone()
            .find(|chart| chart.label.is(name))
            .ok_or_else(|| {
                let known = charts.by_ref().map(|chart| &chart.label);
                Problem::new(Rule::UNKNOWN_NAME)
                    .with("name", name)
                    .with("allowed", Choices::named(name, known))
            })
    }

    /// The kind of that name or label, for a person who asks for it.
    ///
    /// # Errors
    /// There is none.
    pub fn asked_kind(&self, name: &str) -> Result<&Arc<Kind>, Problem> {
        self.kind(name).ok_or_else(|| {
            let known = self.kinds.iter().map(|k| (k.name.as_str(), &k.label));
            Problem::new(Rule::UNKNOWN_KIND)
                .with("name", name)
                .with("allowed", Choices::labelled(name, known))
        })
    }

    /// Notes what figures say of one another that is not there, or does not fit.
    fn check_references(&self, problems: &mut Vec<Problem>) {
        let all = || self.metrics().iter().map(|m| m.name.as_str());
        for metric in self.metrics() {
            for part in metric.parts() {
                if self.metric_named(part).is_none() {
                    problems.push(unknown_rule(&metric.place, "metric", part, all()));
                } else if !self.fits_in(metric, part) {
                    problems.push(bad_rule(&metric.place, "bad-rule-part", part));
                }
            }
            self.check_scorecard_of(metric, problems);
            if let Measure::View { view, .. } = &metric.measure
                && !self.views().iter().any(|v| v.name == *view)
            {
                let all = self.views().iter().map(|v| v.name.as_str());
                problems.push(unknown_rule(&metric.place, "view", view, all));
            }
            if let Measure::Score { parts } = &metric.measure
                && parts
                    .iter()
                    .any(|(_, weight)| !(1..=1_000_000).contains(weight))
            {
                problems.push(bad_rule(&metric.place, "bad-rule-weight", "weight"));
            }
        }
        for card in self.scorecards() {
            for part in card.metrics() {
                match self.metric_named(part) {
                    None => problems.push(unknown_rule(&card.place, "metric", part, all())),
                    Some(metric) if !card.can_look_at(metric) => {
                        problems.push(bad_rule(&card.place, "bad-rule-scored", part));
                    }
                    Some(metric) if card.wants_ratio(part) && metric.unit != Unit::Percent => {
                        problems.push(bad_rule(&card.place, "bad-rule-full", part));
                    }
                    Some(_) => {}
                }
            }
        }
        for layout in self.layouts() {
            self.check_rows(layout, problems);
            let columns = layout.columns().map(|(_, column)| &column.metric);
            let charts = layout.charts.iter().flat_map(|chart| &chart.metrics);
            for name in columns.chain(charts) {
                if self.metric_named(name).is_none() {
                    problems.push(unknown_rule(&layout.place, "metric", name, all()));
                }
            }
        }
    }

    /// Notes where the scorecard that a metric looks at is none, or is of others, or has no such
    /// grade.
    fn check_scorecard_of(&self, metric: &Metric, problems: &mut Vec<Problem>) {
        let (card, of_members, grades) = match &metric.measure {
            Measure::Scorecard { card, .. } => (card, false, Vec::new()),
            Measure::Disagreement { between, .. } => match &between.against {
                Against::Scorecard {
                    card, good, poor, ..
                } => (card, true, good.iter().chain(poor).collect()),
                Against::Points { .. } => return,
            },
            _ => return,
        };
        let cards = self.scorecards().iter();
        let of_these = cards.filter(|known| known.is_of_members() == of_members);
        let versions: Vec<&Scorecard> = of_these.clone().filter(|c| c.name == *card).collect();
        if versions.is_empty() {
            let known = of_these.map(|card| card.name.as_str());
            problems.push(unknown_rule(&metric.place, "scorecard", card, known));
            return;
        }
        let known = versions.iter().flat_map(|card| &card.grades);
        let known: BTreeSet<&str> = known.map(|grade| grade.name.as_str()).collect();
        for grade in grades
            .into_iter()
            .filter(|grade| !known.contains(grade.as_str()))
        {
            let all = known.iter().copied();
            problems.push(unknown_rule(&metric.place, "grade", grade, all));
        }
    }

    /// Whether the rows of a report can be what it says.
    fn check_rows(&self, layout: &ReportSpec, problems: &mut Vec<Problem>) {
        let metrics: Vec<&Metric> = match &layout.rows {
            Rows::Organisations => return,
            Rows::Groups(_) => {
                let columns = layout.columns();
                columns
                    .filter_map(|(_, column)| self.metric_named(&column.metric))
                    .collect()
            }
            Rows::Records(rows) => self.metric_named(&rows.of).into_iter().collect(),
        };
        let groups = match &layout.rows {
            Rows::Groups(by) => Some(by),
            Rows::Records(rows) => rows.group.as_ref(),
            Rows::Organisations => None,
        };
        if let Some(problem) = groups.and_then(|by| self.grouping(by, &metrics).err()) {
            problems.push(problem.at(layout.place.clone()));
        }
        let Rows::Records(rows) = &layout.rows else {
            return;
        };
        if metrics.is_empty() {
            let all = self.metrics().iter().map(|m| m.name.as_str());
            problems.push(unknown_rule(&layout.place, "of", &rows.of, all));
        }
        let kinds = self.kinds_behind(&metrics);
        let ranks = |part: &RecordPart| {
            let points = |kind: &&Arc<Kind>| {
                let gives = kind.gives.filter(|_| kind.person.is_some());
                gives.is_some_and(|gives| kind.fields[gives.points].name == part.name())
            };
            kinds.iter().any(points)
        };
        if rows.order.iter().any(|(part, _)| ranks(part)) {
            problems.push(bad_rule(&layout.place, "bad-rule-ranks-persons", "order"));
        }
        let parts = rows.columns.iter().map(|column| &column.part);
        for part in parts.chain(rows.order.iter().map(|(part, _)| part)) {
            if let RecordPart::Field(name) = part
                && !kinds.iter().any(|kind| kind.named(name).is_some())
            {
                let of_kinds = kinds.iter().flat_map(|kind| kind.field_names());
                let names = of_kinds.chain(RecordPart::NAMED.iter().map(|(name, _)| *name));
                problems.push(unknown_rule(&layout.place, "field", name, names));
            }
        }
    }

    /// Whether a figure can be made of another. Figures that are made of others must not be made of
    /// one another in a circle.
    fn fits_in(&self, metric: &Metric, part: &str) -> bool {
        let is = |holds: &dyn Fn(&Metric) -> bool| self.metric_named(part).is_some_and(holds);
        match &metric.measure {
            Measure::Ratio { .. } => is(&Metric::is_additive),
            Measure::Score { .. } => is(&|m| matches!(m.measure, Measure::Ratio { .. })),
            Measure::Rank(_) => is(&|m| !matches!(m.measure, Measure::Rank(_))),
            Measure::Scorecard { .. } => true,
            // What two parts count is one thing: only sums can be added up.
            Measure::Plus { .. } => is(&|m| m.sums() && m.parts().is_empty()),
            Measure::Organisations { .. } => is(&|m| m.is_additive() && m.parts().is_empty()),
            Measure::Records { .. }
            | Measure::Obligation { .. }
            | Measure::Members
            | Measure::View { .. }
            | Measure::Disagreement { .. } => true,
        }
    }

    fn check_kinds(&self, problems: &mut Vec<Problem>) {
        // The first of each label and prefix, in the order of names, keeps it.
        let mut by_name: Vec<&Arc<Kind>> = self.kinds.iter().collect();
        by_name.sort_by(|a, b| a.name.cmp(&b.name));
        let (mut labels, mut prefixes) = (HashMap::new(), HashMap::new());
        for kind in by_name {
            let first_zh = *labels
                .entry(("zh", kind.label.zh.as_str()))
                .or_insert(&kind.name);
            let first_en = *labels
                .entry(("en", kind.label.en.as_str()))
                .or_insert(&kind.name);
            if let Some(first) = [first_zh, first_en]
                .into_iter()
                .find(|first| **first != kind.name)
            {
                problems.push(bad_rule(&kind.place, "bad-rule-label-taken", first));
            }
            let first = *prefixes.entry(kind.prefix.as_str()).or_insert(&kind.name);
            if *first != kind.name {
                problems.push(bad_rule(&kind.place, "bad-rule-prefix-taken", first));
            }
        }
        let is_known = |name: &String| self.kinds.iter().any(|kind| kind.name == *name);
        for kind in &self.kinds {
            for field in &kind.fields {
                let kind::FieldType::Record(kinds) = &field.ty else {
                    continue;
                };
                for name in kinds.iter().filter(|name| !is_known(name)) {
                    let all = self.kinds.iter().map(|k| k.name.as_str());
                    problems.push(unknown_rule(&kind.place, &field.name, name, all));
                }
            }
        }
    }
}

fn unknown_rule<'n>(
    place: &Place,
    field: &str,
    name: &str,
    allowed: impl IntoIterator<Item = &'n str>,
) -> Problem {
    Problem::new(Rule::UNKNOWN_RULE)
        .at(place.clone())
        .with("field", field)
        .with("value", name)
        .with("allowed", Choices::of(name, allowed))
}

fn bad_rule(place: &Place, why: &'static str, field: &str) -> Problem {
    Problem::new(Rule::BAD_RULE)
        .at(place.clone())
        .with("why", Arg::Message(why))
        .with("field", field)
}

/// A file of rules as it is read, and whether it comes with the program.
type RuleFile<'s> = (Reading<'s>, DeTable<'s>, bool);

fn built_in_sources() -> Vec<Source> {
    BUILT_IN
        .iter()
        .map(|(name, text)| Source::new(&format!("built-in/{name}"), *text))
        .collect()
}

/// Whether a file inside the program defines figures or what is made of them, and nothing else.
fn has_figures(source: &Source) -> bool {
    let file = source.file.trim_start_matches("built-in/");
    file.starts_with("reports/")
        || [
            "views.toml",
            "metrics.toml",
            "figures.toml",
            "scorecards.toml",
        ]
        .contains(&file)
}

/// Files inside the program and then a ledger's own, each with whether it comes with the program.
fn all_of<'s>(
    built_in: impl Iterator<Item = &'s Source>,
    local: &'s [Source],
) -> impl Iterator<Item = (&'s Source, bool)> {
    let local = local.iter().map(|source| (source, false));
    built_in.map(|source| (source, true)).chain(local)
}

/// Parses files of rules; what cannot be parsed is left out.
fn files<'s>(
    sources: impl Iterator<Item = (&'s Source, bool)>,
) -> (Vec<RuleFile<'s>>, Vec<Problem>) {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for (source, built_in) in sources {
        if built_in {
            files.push((Reading::new(source), parse_own(source), built_in));
            continue;
        }
        match parse(source) {
            Ok(document) => {
                problems.extend(document.findings);
                files.push((Reading::new(source), document.root, built_in));
            }
            Err(found) => problems.extend(found),
        }
    }
    (files, problems)
}

/// Rules as they are being read.
struct Draft {
    rules: Rules,
    figures: Figures,
}

impl Default for Draft {
    fn default() -> Draft {
        let rules = Rules {
            kinds: Vec::new(),
            org: Arc::new(Kind::blank(
                "organisation".to_owned(),
                Place::file("built-in/organisation.toml"),
            )),
            shared: Shared::default(),
            obligations: Vec::new(),
            naming: Naming::default(),
            areas: Vec::new(),
            wording: Wording::default(),
            forms: Vec::new(),
            aliases: Vec::new(),
            figures: OnceLock::new(),
            wrong_figures: OnceLock::new(),
            listed: Vec::new(),
            local: Arc::default(),
        };
        Draft {
            rules,
            figures: Figures::default(),
        }
    }
}

impl Draft {
    /// Reads some classes of rules; each refers only to those before it, whichever file they stand
    /// in.
    fn read(&mut self, files: &[RuleFile<'_>], classes: impl IntoIterator<Item = Class>) {
        if self.rules.kinds.is_empty() {
            for (reading, root, built_in) in files {
                self.read_organisation(reading, root, *built_in);
            }
        }
        for class in classes {
            for (reading, root, built_in) in files {
                self.read_class(class, reading, root, *built_in);
            }
            if class == Class::Kind {
                self.rules
                    .kinds
                    .iter_mut()
                    .enumerate()
                    .for_each(|(n, kind)| Arc::make_mut(kind).number = n);
            }
        }
    }

    fn read_organisation(&mut self, reading: &Reading<'_>, root: &DeTable<'_>, built_in: bool) {
        let reader = Reader::new(reading, root, 0..0);
        if built_in {
            if let Some(shared) = reader.table("shared") {
                let fields = |key| {
                    shared
                        .tables(key)
                        .into_iter()
                        .filter_map(|f| FieldDef::read(f, &Shared::default()))
                        .collect()
                };
                let label = |key| {
                    shared
                        .table(key)
                        .map(|label| label.label())
                        .unwrap_or_default()
                };
                self.rules.shared = Shared {
                    id: label("id"),
                    retracted: label("retracted"),
                    update: fields("update"),
                    retraction: fields("retraction"),
                };
            }
            if let Some(naming) = reader.table("naming") {
                self.rules.naming.generic = naming.texts("generic");
                self.rules.naming.offices = naming.texts("offices");
                self.rules.naming.readings = naming
                    .tables("reading")
                    .into_iter()
                    .filter_map(|r| Some((r.required("name")?, r.required("pinyin")?)))
                    .collect();
            }
            for area in reader.tables("area") {
                if let (Some(name), Some(kind), Some(sector)) = (
                    area.required("name"),
                    area.required("kind"),
                    area.required("sector"),
                ) {
                    self.rules.areas.push(Area { name, kind, sector });
                }
            }
        }
        if let Some(table) = reader.table("organisation") {
            if built_in {
                if let Some(kind) = Kind::read(table, &self.rules.shared) {
                    self.rules.org = Arc::new(kind);
                }
            } else {
                Arc::make_mut(&mut self.rules.org).extend(table, &self.rules.shared);
            }
        }
        if let Some(words) = reader.table("wording") {
            self.rules.wording.extend(words);
        }
        let (forms, aliases) = (reader.tables("form"), reader.tables("alias"));
        let forms = forms.into_iter().filter_map(FormSpec::read);
        self.rules.forms.extend(forms);
        let aliases = aliases.into_iter().filter_map(Alias::read);
        self.rules.aliases.extend(aliases);
        if !built_in {
            let of_classes = Class::TABLES.iter().map(|(name, _)| *name);
            let tables: Vec<&str> = of_classes
                .chain(["organisation"])
                .chain(form::TABLES)
                .collect();
            for (key, span, _) in reader.keys() {
                if !tables.contains(&key) {
                    reading.note(
                        Problem::new(Rule::UNKNOWN_FIELD)
                            .at(reading.source.place(span))
                            .with("field", key)
                            .with("kind", Arg::Message("this-table"))
                            .with("allowed", Choices::of(key, tables.iter().copied())),
                    );
                }
            }
        }
    }

    fn read_class(
        &mut self,
        class: Class,
        reading: &Reading<'_>,
        root: &DeTable<'_>,
        built_in: bool,
    ) {
        let starts = item_starts(root);
        // What is there already, and whether it came with the program.
        let mut known: HashMap<String, (bool, Arc<str>)> = HashMap::new();
        for item in self.figures.items.iter().filter(|item| item.class == class) {
            known.insert(item.name.clone(), (item.built_in, Arc::clone(&item.file)));
        }
        let named: Vec<(String, String)> = self
            .rules
            .obligations
            .iter()
            .map(|o| (o.name.clone(), o.kind.clone()))
            .collect();
        for item in Reader::new(reading, root, 0..0).tables(class.name()) {
            let Some(mut name) = item.text("name") else {
                item.missing("name");
                continue;
            };
            // Each version of a scorecard is a rule of its own.
            if class == Class::Scorecard
                && let Some(from) = item.day("from")
            {
                name = format!("{name}@{from}");
            }
            let place = item.place();
            let extends = item.node("extend").is_some();
            let before = known.get(&name);
            if let Some((_, file)) =
                before.filter(|(of_program, _)| *of_program == built_in && !extends)
            {
                item.note(
                    Problem::new(Rule::DUPLICATE_RULE)
                        .at(place)
                        .with("name", name)
                        .with("file", file.to_string()),
                );
                continue;
            }
            let is_new = before.is_none();
            let at = starts.partition_point(|start| reading.source.line(*start) < place.line);
            let text = slice(
                &reading.source.text,
                starts.get(at).copied().unwrap_or(0)
                    ..starts.get(at + 1).copied().unwrap_or(usize::MAX),
            );
            let file = Arc::clone(&reading.source.file);
            if extends && class == Class::Kind {
                self.extend_kind(item, &name);
            } else {
                self.read_item(class, item, (!is_new).then_some(name.as_str()), &named);
            }
            if !is_new && !extends {
                self.figures
                    .items
                    .retain(|i| i.class != class || i.name != name);
            }
            known.insert(name.clone(), (built_in, Arc::clone(&file)));
            self.figures.items.push(NamedRule {
                class,
                name,
                file,
                text,
                built_in,
            });
        }
    }

    fn extend_kind(&mut self, item: Reader<'_, '_>, name: &str) {
        match self.rules.kinds.iter_mut().find(|k| k.name == name) {
            Some(kind) => Arc::make_mut(kind).extend(item, &self.rules.shared),
            None => {
                let known = self.rules.kinds.iter().map(|k| k.name.as_str());
                item.note(obligation::unknown(&item, "name", name, known));
            }
        }
    }

    /// Reads a rule, which takes the place of one of that name.
    fn read_item(
        &mut self,
        class: Class,
        item: Reader<'_, '_>,
        instead: Option<&str>,
        obligations: &[(String, String)],
    ) {
        let (rules, figures) = (&mut self.rules, &mut self.figures);
        let is_it = |name: &str| instead == Some(name);
        match class {
            Class::Kind => replace(
                &mut rules.kinds,
                Kind::read(item, &rules.shared).map(Arc::new),
                |k| is_it(&k.name),
            ),
            Class::Obligation => replace(
                &mut rules.obligations,
                Obligation::read(item, &rules.kinds, &rules.org),
                |o| is_it(&o.name),
            ),
            Class::View => replace(
                &mut figures.views,
                View::read(item, &rules.kinds, &rules.org),
                |v| is_it(&v.name),
            ),
            Class::Metric => replace(
                &mut figures.metrics,
                Metric::read(item, &rules.kinds, &rules.org, obligations),
                |m| is_it(&m.name),
            ),
            Class::Scorecard => replace(
                &mut figures.scorecards,
                Scorecard::read(item, &rules.kinds, &rules.org),
                |card| is_it(&card.version()),
            ),
            Class::Report => replace(&mut figures.layouts, ReportSpec::read(item), |l| {
                is_it(&l.name)
            }),
            Class::Template => {}
        }
    }
}

/// Puts `new` in the place of the item it replaces, or at the end.
fn replace<T>(items: &mut Vec<T>, new: Option<T>, same: impl Fn(&T) -> bool) {
    let Some(new) = new else { return };
    match items.iter_mut().find(|item| same(item)) {
        Some(old) => *old = new,
        None => items.push(new),
    }
}

/// Offsets at which the named rules of a file start, in order.
fn item_starts(root: &DeTable<'_>) -> Vec<usize> {
    let mut starts: Vec<usize> = root
        .iter()
        .flat_map(|(_, node)| match node.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| item.span().start).collect(),
            _ => vec![node.span().start],
        })
        .collect();
    starts.sort_unstable();
    starts
}

fn slice(text: &str, range: Range<usize>) -> String {
    let text = text
        .get(range.start..range.end.min(text.len()))
        .unwrap_or_default();
    // A comment above the next item belongs to that one.
    let mut lines: Vec<&str> = text.lines().collect();
    while lines
        .last()
        .is_some_and(|line| line.trim().is_empty() || line.starts_with('#'))
    {
        lines.pop();
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rules_hold_together() {
        for source in built_in_sources() {
            let document = parse(&source).expect("TOML 1.0");
            assert_eq!(document.findings, [], "{}", source.file);
        }
        let (rules, mut problems) = Rules::of_records(&[]);
        rules.check_kinds(&mut problems);
        rules.check_references(&mut problems);
        problems.extend(rules.figures().problems.clone());
        assert_eq!(problems, []);
    }

    #[test]
    fn every_built_in_figure_says_what_it_means() {
        let silent: Vec<String> = Rules::built_in()
            .metrics()
            .iter()
            .filter(|m| m.meaning.is_none())
            .map(|m| m.name.clone())
            .collect();
        assert_eq!(silent, Vec::<String>::new());
    }
}
