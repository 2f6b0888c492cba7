//! Templates: what they may say, how they are checked, how they are filled in.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr, Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use crate::locale::{Arg, Lang};
use crate::narrative::ask;
use crate::narrative::bounds;
use crate::narrative::marks;
use crate::narrative::phrase::{NumberStyle, Numerals, Qualifier, Scale};
use crate::narrative::quantity::{Claim, Context};
use crate::narrative::quantity::{Provenance, Quantity, percent};
use crate::narrative::refusal::{beyond, refuse};
use crate::narrative::tags::{Tag, WordSort, engine_text, normalised, tags, words};
use crate::narrative::things::{DayThing, OrgThing, PeriodThing, RecordThing};
use crate::narrative::word::{
    self, Broken, DOCUMENT, PartPiece, TagFault, WordFile, WordPart, escaped,
};
use crate::number::{Fraction, MOST_PLACES};
use crate::problem::{Place, Problem, Rule};
use crate::rules::kind::{FieldDef, FieldType};
use crate::source::Source;
use crate::spelling::nearest;
use crate::tree::NAMES;

/// A template.
pub enum Template {
    /// Markdown.
    Markdown(Source),
    /// Text as it is.
    Plain(Source),
    /// A Word file, with its name for messages.
    Word(String, WordFile),
}

/// A template filled in. Its figures are still marked.
pub enum Filled {
    /// Markdown or text.
    Text(String),
    /// A Word file: its parts, by name.
    Word(BTreeMap<String, String>),
}

/// How many things that are wrong with one template are worth naming.
const MOST_NAMED: usize = 100;

/// How printed values are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    Plain,
    Markdown,
    Xml,
}

impl Template {
    /// The largest template of a name, in bytes.
    pub fn most_bytes(name: &str) -> u64 {
        if ending(name) == "docx" {
            word::MOST_PACKED
        } else {
            bounds::MOST_TEXT as u64
        }
    }

    /// A template from a file's bytes; its name says what it is.
    ///
    /// # Errors
    /// Not text, not a Word file, too large.
    pub fn read(name: &str, bytes: Vec<u8>) -> Result<Template, Problem> {
        let most = Template::most_bytes(name);
        if bytes.len() as u64 > most {
            return Err(Template::too_large(name));
        }
        match &*ending(name) {
            "docx" => Ok(Template::Word(
                name.to_owned(),
                WordFile::open(bytes).map_err(|broken| not_word(name, broken))?,
            )),
            "md" | "markdown" => Ok(Template::Markdown(Source::decode(name, bytes)?)),
            "txt" => Ok(Template::Plain(Source::decode(name, bytes)?)),
            _ => Err(Problem::new(Rule::TEMPLATE_ENDING).with("path", name)),
        }
    }

    /// What is said of a file that is larger than any template of its name.
    pub fn too_large(name: &str) -> Problem {
        beyond("bounds-file", (Template::most_bytes(name) >> 20) as usize).at(Place::file(name))
    }

    /// Fills the template in.
    ///
    /// # Errors
    /// What is wrong with the template, at its line and column; in a Word file a line is a
    /// paragraph. What is beyond the bounds of `bounds`.
    pub fn fill(&self, context: &Arc<Context>) -> Result<Filled, Vec<Problem>> {
        // On a stack of a known size, whichever thread asks: how deep a template may be is measured
        // against it.
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .stack_size(bounds::STACK)
                .spawn_scoped(scope, || self.filled(context));
            match thread.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(filled)) => filled,
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(error) => Err(vec![Problem::io(self.name(), &error)]),
            }
        })
    }

    fn name(&self) -> &str {
        match self {
            Template::Markdown(source) | Template::Plain(source) => &source.file,
            Template::Word(name, _) => name,
        }
    }

    fn filled(&self, context: &Arc<Context>) -> Result<Filled, Vec<Problem>> {
        match self {
            Template::Markdown(source) => text(source, context, Escape::Markdown).map(Filled::Text),
            Template::Plain(source) => text(source, context, Escape::Plain).map(Filled::Text),
            Template::Word(name, word) => {
                let mut parts = BTreeMap::new();
                let mut problems = Vec::new();
                // All parts together are bounded as one is.
                let mut left = Left::new(word::MOST_XML);
                for (part, xml) in &word.parts {
                    let file = if part == DOCUMENT {
                        name.clone()
                    } else {
                        format!("{name}#{}", part.trim_start_matches("word/"))
                    };
                    match fill_part(&file, xml, context, &mut left) {
                        Ok(Some(filled)) => {
                            parts.insert(part.clone(), filled);
                        }
                        Ok(None) => {}
                        Err(found) => problems.extend(found),
                    }
                    if problems.len() > MOST_NAMED || left.fuel == 0 {
                        break;
                    }
                }
                if problems.is_empty() {
                    Ok(Filled::Word(parts))
                } else {
                    Err(problems)
                }
            }
        }
    }
}

/// What a template may still do and write.
struct Left {
    /// The most it may write in all, in bytes.
    most: usize,
    /// How much of that is left.
    bytes: usize,
    /// What the engine may still do: nothing after a part that it could not carry out.
    fuel: u64,
}

impl Left {
    fn new(most: usize) -> Left {
        Left {
            most,
            bytes: most,
            fuel: bounds::FUEL,
        }
    }
}

fn ending(name: &str) -> String {
    name.rsplit_once('.')
        .map_or("", |(_, ending)| ending)
        .to_lowercase()
}

fn not_word(name: &str, broken: Broken) -> Problem {
    let why = match broken {
        Broken::NotWord => "word-not-word",
        Broken::TooLarge => "word-too-large",
        Broken::NotXml => "word-not-xml",
    };
    Problem::new(Rule::TEMPLATE_WORD)
        .at(Place::file(name))
        .with("why", Arg::Message(why))
}

/// What the engine reads, and for each of its characters where the one that it stands for is in the
/// template.
#[derive(Default)]
struct Program<O> {
    text: String,
    origins: Vec<O>,
}

impl<O: Copy> Program<O> {
    fn push(&mut self, c: char, origin: O) {
        self.text.push(c);
        self.origins.push(origin);
    }

    /// The first and the last of what the engine means by a range of its bytes.
    fn origin(&self, range: Range<usize>) -> Option<(O, O)> {
        let count = |end: usize| {
            self.text
                .get(..end.min(self.text.len()))
                .map_or(0, |before| before.chars().count())
        };
        let (start, end) = (count(range.start), count(range.end));
        let last = *self.origins.last()?;
        let first = self.origins.get(start).copied().unwrap_or(last);
        Some((
            first,
            self.origins
                .get(end.saturating_sub(1).max(start))
                .copied()
                .unwrap_or(last),
        ))
    }
}

/// A text template: its own text is what the engine reads, but for the signs inside tags and their
/// checkpoints.
fn text(source: &Source, context: &Arc<Context>, escape: Escape) -> Result<String, Vec<Problem>> {
    let chars: Vec<char> = marks::clean(source.text.trim_start_matches('\u{feff}'))
        .chars()
        .collect();
    let shown = Source::new(&source.file, chars.iter().collect::<String>());
    let offsets: Vec<usize> = std::iter::once(0)
        .chain(chars.iter().scan(0, |offset, c| {
            *offset += c.len_utf8();
            Some(*offset)
        }))
        .collect();
    let place = |from: usize, to: usize| {
        let of = |n: usize| offsets[n.min(chars.len())];
        shown.place(of(from)..of(to))
    };
    let found = tags(&chars);
    if let Some(at) = found.open {
        return Err(vec![
            Problem::new(Rule::TEMPLATE_UNCLOSED).at(place(at, at + 2)),
        ]);
    }
    let keywords: Vec<String> = found.found.iter().map(|tag| tag.keyword(&chars)).collect();
    bounds::check(found.found.iter().zip(keywords.iter().map(String::as_str))).map_err(
        |beyond| {
            let start = found.found[beyond.tag].start;
            vec![beyond.problem().at(place(start, start + 2))]
        },
    )?;
    let inner = found
        .found
        .iter()
        .map(|tag| (tag.start, inner(&chars, tag)));
    let problems = dubious(&inner.collect::<Vec<_>>(), context);
    if !problems.is_empty() {
        return Err(problems
            .into_iter()
            .map(|(n, problem)| problem.at(place(n, n + 1)))
            .collect());
    }
    let (read, of): (Vec<char>, Vec<usize>) = engine_text(&chars).into_iter().unzip();
    let mut program = Program::default();
    let mut at = 0;
    for tag in tags(&read).found {
        (at..tag.start).for_each(|n| program.push(read[n], of[n]));
        for (c, n) in bounds::guarded(&read[tag.start..tag.end]) {
            program.push(c, of[tag.start + n]);
        }
        at = tag.end;
    }
    (at..read.len()).for_each(|n| program.push(read[n], of[n]));
    let whole = |range: Range<usize>| match program.origin(range) {
        Some((first, last)) => place(first, last + 1),
        None => Place::file(&*source.file),
    };
    render(
        environment(context, escape, Vec::new()),
        &program.text,
        context,
        &mut Left::new(bounds::MOST_WRITTEN),
        &whole,
    )
}

/// The characters of a tag as the engine reads them.
fn inner(chars: &[char], tag: &Tag) -> String {
    normalised(&chars[tag.start..tag.end]).into_iter().collect()
}

/// A part of a Word file; nothing where it holds no tag.
fn fill_part(
    file: &str,
    xml: &str,
    context: &Arc<Context>,
    left: &mut Left,
) -> Result<Option<String>, Vec<Problem>> {
    let cleaned = marks::clean(xml);
    let part = WordPart::read(&cleaned).map_err(|broken| vec![not_word(file, broken)])?;
    let places = PartPlaces::of(file, &part);
    let pieces = part.pieces().map_err(|at| {
        let problem = match at.why {
            TagFault::Ends => Problem::new(Rule::TEMPLATE_BLOCK),
            TagFault::Unclosed => Problem::new(Rule::TEMPLATE_UNCLOSED),
            TagFault::TextOnly => Problem::new(Rule::TEMPLATE_TEXT_ONLY),
            TagFault::Beyond(beyond) => beyond.problem(),
        };
        vec![problem.at(places.place(at.line, at.column, 2))]
    })?;
    if let [PartPiece::Literal(only)] = &pieces[..] {
        // Comments alone go too; a part without any tag stays as it is packed.
        return Ok((only != cleaned.trim_start_matches('\u{feff}')).then(|| only.clone()));
    }
    drop(part);
    let PartProgram {
        program,
        literals,
        texts,
        starts,
    } = PartProgram::of(pieces);
    let start_of = |n: usize| places.place(starts[n].0, starts[n].1, 2);
    let problems = dubious(&texts, context);
    if !problems.is_empty() {
        return Err(problems
            .into_iter()
            .map(|(n, problem)| problem.at(start_of(n)))
            .collect());
    }
    let block = texts.iter().find(|(_, text)| text.starts_with("{%"));
    drop(cleaned);
    let filled = render(
        environment(context, Escape::Xml, literals),
        &program.text,
        context,
        left,
        &|range| places.of_range(&program, range),
    )?;
    // A block that begins inside an element and ends outside it leaves what is no document any
    // more.
    match WordPart::read(&filled) {
        Ok(part) => {
            let has_mark = xml.starts_with('\u{feff}');
            let mark = if has_mark { "\u{feff}" } else { "" };
            Ok(Some(format!("{mark}{}", part.without_empty_tables())))
        }
        Err(Broken::TooLarge) => Err(vec![not_word(file, Broken::TooLarge)]),
        Err(_) => {
            let place = block.map_or_else(|| Place::file(file), |(n, _)| start_of(*n));
            Err(vec![Problem::new(Rule::TEMPLATE_BLOCK).at(place)])
        }
    }
}

/// The paragraphs of a Word part as lines, so that messages can point at them.
struct PartPlaces {
    lines: Vec<String>,
    /// Where each line begins in `shown`.
    starts: Vec<usize>,
    shown: Source,
}

impl PartPlaces {
    fn of(file: &str, part: &WordPart<'_>) -> PartPlaces {
        let lines: Vec<String> = part
            .lines()
            .map(|line| line.replace(['\n', '\t'], " "))
            .collect();
        let starts = lines.iter().scan(0, |start, line| {
            *start += line.len() + 1;
            Some(*start - line.len() - 1)
        });
        PartPlaces {
            starts: starts.collect(),
            shown: Source::new(file, lines.join("\n")),
            lines,
        }
    }

    /// A tag by its paragraph and character.
    fn place(&self, line: usize, column: usize, width: usize) -> Place {
        let bytes = |n: usize| {
            self.lines
                .get(line)
                .map_or(0, |l| l.chars().take(n).map(char::len_utf8).sum::<usize>())
        };
        let end = self.shown.text.len();
        let start = self.starts.get(line).copied().unwrap_or(end);
        self.shown
            .place(start + bytes(column)..start + bytes(column + width))
    }

    /// A stretch of a program that was made of the part.
    fn of_range(&self, program: &Program<Origin>, range: Range<usize>) -> Place {
        match program.origin(range) {
            Some((Some((line, start)), last)) => {
                let end = last
                    .filter(|(l, _)| *l == line)
                    .map_or(start, |(_, end)| end);
                self.place(line, start, end + 1 - start.min(end))
            }
            _ => Place::file(&*self.shown.file),
        }
    }
}

/// A paragraph of a Word part and a character in it; none for what the part does not have.
type Origin = Option<(usize, usize)>;

/// What the engine is given of a Word part: its tags. The XML itself it never sees, so that nothing
/// in that is a template.
#[derive(Default)]
struct PartProgram {
    program: Program<Origin>,
    /// The XML between the tags, by the number under which the program prints it.
    literals: Vec<Value>,
    /// The tags by their numbers.
    texts: Vec<(usize, String)>,
    /// The paragraph and character of each tag.
    starts: Vec<(usize, usize)>,
}

impl PartProgram {
    fn of(pieces: Vec<PartPiece>) -> PartProgram {
        let mut made = PartProgram::default();
        for piece in pieces {
            match piece {
                PartPiece::Literal(xml) => {
                    let number = format!("{{{{- _part[{}] -}}}}\n", made.literals.len());
                    number.chars().for_each(|c| made.program.push(c, None));
                    made.literals.push(Value::from_safe_string(xml));
                }
                PartPiece::Tag { text, line, column } => made.push_tag(&text, line, column),
            }
        }
        made
    }

    fn push_tag(&mut self, text: &str, line: usize, column: usize) {
        let one_line = text.chars().map(|c| if c == '\n' { ' ' } else { c });
        let chars: Vec<char> = one_line.collect();
        let marked = |c: Option<&char>| usize::from(matches!(c, Some('-' | '+')));
        let begins = 2 + marked(chars.get(2));
        let ends = (chars.len() - 2 - marked(chars.get(chars.len() - 3))).max(begins);
        let at = |n: usize| Some((line, column + n));
        let program = &mut self.program;
        program.push(chars[0], at(0));
        program.push(chars[1], at(1));
        program.push('-', at(1));
        for (c, n) in bounds::guarded(&chars)
            .into_iter()
            .filter(|(_, n)| (begins..ends).contains(n))
        {
            program.push(c, at(n));
        }
        program.push('-', at(ends));
        program.push(chars[chars.len() - 2], at(chars.len() - 2));
        program.push('}', at(chars.len() - 1));
        program.push('\n', at(chars.len() - 1));
        self.starts.push((line, column));
        self.texts
            .push((self.texts.len(), chars.into_iter().collect()));
    }
}

/// A document as it is written, up to a bound.
struct Bounded {
    text: String,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text.len() + bytes.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.text
            .push_str(std::str::from_utf8(bytes).map_err(io::Error::other)?);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Fills in what the engine reads, once every name in it is known, with what is left to do and
/// write; `place` finds its bytes in the template.
fn render(
    mut environment: Environment<'_>,
    source: &str,
    context: &Arc<Context>,
    left: &mut Left,
    place: &dyn Fn(Range<usize>) -> Place,
) -> Result<String, Vec<Problem>> {
    let most = left.most;
    environment.set_fuel(Some(left.fuel));
    let wrong = |error: Error| {
        vec![explained(
            &error,
            most,
            place(error.range().unwrap_or(0..0)),
        )]
    };
    let template = environment.template_from_str(source).map_err(wrong)?;
    let unknown: Vec<Problem> = unknown_names(&environment, &template, source, context)
        .into_iter()
        .take(MOST_NAMED)
        .map(|(name, range)| unknown(&name, context).at(place(range)))
        .collect();
    if !unknown.is_empty() {
        return Err(crate::problem::sorted(unknown));
    }
    let mut out = Bounded {
        text: String::new(),
        most: left.bytes,
    };
    left.fuel = 0;
    let done = template
        .render_captured_to(Value::from_object(Globals::new(context)), &mut out)
        .map_err(wrong)?;
    left.fuel = done.state().fuel_levels().map_or(0, |(_, fuel)| fuel);
    left.bytes -= out.text.len();
    drop(done);
    match context.problems() {
        problems if problems.is_empty() => Ok(out.text),
        problems => Err(problems),
    }
}

/// What a template may name at its top: figures, names, the organisation, the period.
#[derive(Debug)]
struct Globals {
    context: Arc<Context>,
    /// What was named before: a name is the same thing wherever it stands.
    known: Mutex<BTreeMap<String, Value>>,
}

impl Globals {
    fn new(context: &Arc<Context>) -> Globals {
        Globals {
            context: Arc::clone(context),
            known: Mutex::default(),
        }
    }

    fn find(&self, name: &str) -> Option<Value> {
        let context = &self.context;
        let lang = context.locale.lang();
        Some(match name {
            "org" | "本组织" => Value::from_object(OrgThing::new(context, context.org)),
            "orgs" | "下级组织" => Value::from(
                context
                    .below(context.org)
                    .into_iter()
                    .map(|n| Value::from_object(OrgThing::new(context, n)))
                    .collect::<Vec<_>>(),
            ),
            "period" | "本期" => Value::from_object(PeriodThing {
                period: context.period,
                lang,
            }),
            // The day on which it is written, where nobody asks for another.
            "today" | "今天" => Value::from_object(DayThing {
                day: context.today.unwrap_or(context.as_of),
                lang,
            }),
            "as_of" | "截至" => Value::from_object(DayThing {
                day: context.as_of,
                lang,
            }),
            "names" => Value::from_pairs(
                context
                    .names
                    .iter()
                    .map(|(key, name)| (key.clone(), marks::clean(name))),
            ),
            name => match context.tree().rules.metric(name) {
                Some(metric) => Value::from_object(Quantity::of(
                    context,
                    context.ask(metric.clone(), context.org),
                )),
                None => Value::from(marks::clean(context.names.get(name)?)),
            },
        })
    }
}

impl Object for Globals {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = known.get(name) {
            return Some(value.clone());
        }
        let value = self.find(name)?;
        known.insert(name.to_owned(), value.clone());
        Some(value)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }
}

/// Names a template uses that nothing answers to, each where it first stands.
fn unknown_names(
    environment: &Environment<'_>,
    template: &minijinja::Template<'_, '_>,
    source: &str,
    context: &Arc<Context>,
) -> Vec<(String, Range<usize>)> {
    let context = Globals::new(context);
    let functions: BTreeSet<String> = environment
        .globals()
        .map(|(name, _)| name.to_owned())
        .collect();
    let named = template.undeclared_variables(false).into_iter();
    let unknown: Vec<String> = named
        .filter(|name| !functions.contains(name) && context.find(name).is_none())
        .collect();
    if unknown.is_empty() {
        return Vec::new();
    }
    let uses = first_uses(source);
    let mut found: Vec<(String, Range<usize>)> = unknown
        .into_iter()
        .map(|name| (name.clone(), uses.get(&name).cloned().unwrap_or(0..0)))
        .collect();
    found.sort_by_key(|(_, range)| range.start);
    found
}

/// Where each name first stands as a word of its own inside a tag.
fn first_uses(source: &str) -> BTreeMap<String, Range<usize>> {
    let chars: Vec<char> = source.chars().collect();
    let (mut found, mut offset, mut at) = (BTreeMap::new(), 0, 0);
    for tag in tags(&chars).found {
        let text = &chars[tag.start..tag.end];
        for word in words(text)
            .into_iter()
            .filter(|word| word.sort == WordSort::Name)
        {
            let (start, end) = (tag.start + word.start, tag.start + word.end);
            if chars[start - 1] == '.' {
                continue;
            }
            offset += chars[at..start].iter().map(|c| c.len_utf8()).sum::<usize>();
            at = start;
            let name: String = chars[start..end].iter().collect();
            let range = offset..offset + name.len();
            found.entry(name).or_insert(range);
        }
    }
    found
}

/// Tags that compare a figure itself, where only its value can be compared: the engine would give a
/// wrong answer and say nothing. With each the number given beside it.
fn dubious(texts: &[(usize, String)], context: &Context) -> Vec<(usize, Problem)> {
    let metrics: BTreeSet<&str> = context
        .tree()
        .rules
        .metrics()
        .iter()
        .flat_map(|m| {
            [
                m.name.as_str(),
                m.label.get(Lang::Zh),
                m.label.get(Lang::En),
            ]
        })
        .collect();
    // A number that a record holds is a figure too.
    let fields = FieldNames::of(context);
    // Names that stand for figures because a template set them so.
    let mut figures: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for (at, text) in texts.iter().filter(|(_, text)| !text.starts_with("{#")) {
        let is_figure = |name: &str, of: bool| {
            metrics.contains(name) || figures.contains(name) || of && fields.numbers.contains(name)
        };
        let tag = Lexed::new(text, &is_figure);
        let words = &tag.words;
        if let Some("set" | "with") = words.first().map(String::as_str)
            && words.get(2).is_some_and(|sign| sign == "=")
            && tag.has_figure(3..words.len())
        {
            figures.insert(words[1].clone());
        }
        let mut compares = (0..words.len()).filter(|&n| tag.is_comparison(n));
        let with_number = |n: usize| {
            let (left, right) = (tag.left(n), tag.right(n));
            tag.is_number(right.clone()) && tag.ends_in(left.clone(), &fields.either)
                || tag.is_number(left) && tag.ends_in(right, &fields.either)
        };
        if compares
            .any(|n| tag.has_figure(tag.left(n)) || tag.has_figure(tag.right(n)) || with_number(n))
        {
            found.push((*at, Problem::new(Rule::TEMPLATE_COMPARES)));
        }
        if found.len() >= MOST_NAMED {
            break;
        }
    }
    found
}

/// Names and labels of the fields of records that are numbers.
struct FieldNames<'d> {
    /// Of fields that are numbers in every kind that has them.
    numbers: BTreeSet<&'d str>,
    /// Of fields that are numbers in one kind and something else in another: `due`.
    either: BTreeSet<&'d str>,
}

impl<'d> FieldNames<'d> {
    fn of(context: &'d Context) -> FieldNames<'d> {
        fn collect<'d>(
            fields: &'d [FieldDef],
            numbers: &mut BTreeSet<&'d str>,
            others: &mut BTreeSet<&'d str>,
        ) {
            for field in fields {
                let names = [
                    field.name.as_str(),
                    field.label.get(Lang::Zh),
                    field.label.get(Lang::En),
                ];
                if field.ty.is_number() {
                    numbers.extend(names)
                } else {
                    others.extend(names)
                }
                if let FieldType::Table(columns) = &field.ty {
                    collect(columns, numbers, others);
                }
            }
        }
        let (mut numbers, mut others) = (BTreeSet::new(), BTreeSet::new());
        for kind in &context.tree().rules.kinds {
            collect(&kind.fields, &mut numbers, &mut others);
        }
        let either: BTreeSet<&str> = numbers.intersection(&others).copied().collect();
        numbers.retain(|name| !either.contains(name));
        FieldNames { numbers, either }
    }
}

/// The words and signs of a tag; strings are one sign each.
struct Lexed {
    words: Vec<String>,
    /// Of each word, whether it names a figure.
    figures: Vec<bool>,
    /// Of each bracket, its other end.
    partner: Vec<Option<usize>>,
    /// Of each word, how many brackets it stands in.
    depth: Vec<usize>,
    /// The first `in`.
    first_in: Option<usize>,
}

impl Lexed {
    /// Takes a tag apart; `is_figure` is asked with a name and whether it is taken of something.
    fn new(text: &str, is_figure: &dyn Fn(&str, bool) -> bool) -> Lexed {
        let chars: Vec<char> = text.chars().collect();
        let said = |word: &crate::narrative::tags::Token| match word.sort {
            WordSort::Text => "\"\"".to_owned(),
            _ => chars[word.start..word.end].iter().collect::<String>(),
        };
        let words: Vec<String> = words(&chars).iter().map(said).collect();
        let taken = |n: usize| n > 0 && words[n - 1] == ".";
        let figures = words
            .iter()
            .enumerate()
            .map(|(n, word)| is_figure(word, taken(n)))
            .collect();
        let (mut partner, mut depth, mut open) = (
            vec![None; words.len()],
            Vec::with_capacity(words.len()),
            Vec::new(),
        );
        for (n, word) in words.iter().enumerate() {
            if matches!(word.as_str(), ")" | "]" | "}")
                && let Some(other) = open.pop()
            {
                partner[n] = Some(other);
                partner[other] = Some(n);
            }
            depth.push(open.len());
            if matches!(word.as_str(), "(" | "[" | "{") {
                open.push(n);
            }
        }
        let first_in = words.iter().position(|word| word == "in");
        Lexed {
            words,
            figures,
            partner,
            depth,
            first_in,
        }
    }

    fn is(&self, n: usize, word: &str) -> bool {
        self.words.get(n).is_some_and(|w| w == word)
    }

    /// Whether the word at `n` compares what stands before it with what stands after it.
    fn is_comparison(&self, n: usize) -> bool {
        const TESTS: &[&str] = &[
            "eq",
            "equalto",
            "ne",
            "lt",
            "lessthan",
            "le",
            "gt",
            "greaterthan",
            "ge",
            "in",
            "even",
            "odd",
            "divisibleby",
        ];
        match self.words[n].as_str() {
            "<" | ">" | "<=" | ">=" | "==" | "!=" => true,
            // `for o in orgs` compares nothing.
            "in" => self.words[0] != "for" || self.first_in.is_some_and(|first| first < n),
            "is" => {
                let test = n + 1 + usize::from(self.is(n + 1, "not"));
                self.words
                    .get(test)
                    .is_some_and(|word| TESTS.contains(&word.as_str()))
            }
            _ => false,
        }
    }

    /// Whether an operand ends at the word: it stands between operands, or outside of the brackets
    /// of the word at `of`.
    fn ends(&self, n: usize, of: usize) -> bool {
        self.depth[n] < self.depth[of]
            || self.depth[n] == self.depth[of]
                && self.partner[n].is_none()
                && is_boundary(&self.words[n])
    }

    /// The operand that stands behind the word at `n`.
    fn right(&self, n: usize) -> Range<usize> {
        let end = (n + 1..self.words.len())
            .find(|&at| self.ends(at, n) || self.depth[at] == self.depth[n] && self.closes(at));
        n + 1..end.unwrap_or(self.words.len())
    }

    /// The operand that stands before the word at `n`.
    fn left(&self, n: usize) -> Range<usize> {
        let start = (0..n).rev().find(|&at| self.ends(at, n));
        start.map_or(0, |at| at + 1)..n
    }

    /// Whether the word closes a bracket that nothing opened.
    fn closes(&self, n: usize) -> bool {
        self.partner[n].is_none() && matches!(self.words[n].as_str(), ")" | "]" | "}")
    }

    /// Whether words are a number that stands in the tag.
    fn is_number(&self, range: Range<usize>) -> bool {
        let mut words = self.words[range].iter().filter(|word| *word != "-");
        words
            .next()
            .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// Whether words end in a field of one of these names.
    fn ends_in(&self, range: Range<usize>, names: &BTreeSet<&str>) -> bool {
        matches!(&self.words[range], [.., dot, name] if dot == "." && names.contains(name.as_str()))
    }

    /// Whether words hold a figure itself: not its value or another part of it, and not as what a
    /// function is given.
    fn has_figure(&self, range: Range<usize>) -> bool {
        const FUNCTIONS: &[&str] = &[
            "figure", "records", "total", "share", "指标", "记录", "合计", "占比",
        ];
        const PARTS: &[&str] = &[
            "value", "known", "reason", "records", "names", "first", "last", "orgs", "label",
            "unit", "part", "compare", "by",
        ];
        let words = &self.words;
        let is_word = |n: usize| words[n].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let mut n = range.start;
        while n < range.end {
            if matches!(words[n].as_str(), "(" | "[" | "{")
                && n > range.start
                && (is_word(n - 1) || words[n - 1] == ")")
            {
                // Given to a function, or chosen by.
                n = self.partner[n].map_or(range.end, |end| end.min(range.end));
            } else if self.figures[n]
                || FUNCTIONS.contains(&words[n].as_str())
                    && n + 1 < range.end
                    && words[n + 1] == "("
            {
                let next = match self.is(n + 1, "(") {
                    true => self.partner[n + 1].map_or(words.len(), |end| end + 1),
                    false => n + 1,
                };
                let follows = |sign: &str, of: &[&str]| {
                    next + 1 < range.end
                        && words[next] == sign
                        && of.contains(&words[next + 1].as_str())
                };
                if !(follows(".", PARTS) || follows("|", &["length", "count", "names", "列举"])) {
                    return true;
                }
            }
            n += 1;
        }
        false
    }
}

/// Words between which an operand ends.
fn is_boundary(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "not"
            | "if"
            | "elif"
            | "else"
            | "set"
            | "with"
            | "="
            | ","
            | "is"
            | "in"
            | "<"
            | ">"
            | "<="
            | ">="
            | "=="
            | "!="
    )
}

fn unknown(name: &str, context: &Context) -> Problem {
    if NAMES.contains(&name) {
        return Problem::new(Rule::TEMPLATE_NO_NAME).with("name", name);
    }
    let metrics = context.tree().rules.metrics().iter();
    let near = nearest(name, metrics.map(|metric| metric.name.as_str()));
    let near = near.first().copied().unwrap_or_default();
    let hint = if near.is_empty() {
        "template-not-near"
    } else {
        "template-near"
    };
    shortened(
        Problem::new(Rule::TEMPLATE_UNKNOWN)
            .with("name", name)
            .with("near", near)
            .with("hint", Arg::Message(hint)),
    )
}

/// The longest word that a message repeats, in bytes: some list all there is.
const LONGEST_SAID: usize = 4_000;

/// What the engine says of a template, as a problem in two languages.
fn explained(error: &Error, most: usize, place: Place) -> Problem {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(problem) = inner.downcast_ref::<Problem>() {
            return shortened(problem.clone()).at(place);
        }
        source = inner.source();
    }
    let (why, mend) = match error.kind() {
        ErrorKind::WriteFailure => return beyond("bounds-written", most >> 20).at(place),
        ErrorKind::SyntaxError => ("template-syntax", "template-syntax-mend"),
        ErrorKind::UnknownFilter => ("template-filter", "template-filter-mend"),
        ErrorKind::UnknownFunction => ("template-function", "template-function-mend"),
        ErrorKind::UnknownTest => ("template-test", "template-test-mend"),
        ErrorKind::UnknownMethod => ("template-method", "template-method-mend"),
        ErrorKind::UndefinedError => ("template-undefined", "template-undefined-mend"),
        ErrorKind::MissingArgument | ErrorKind::TooManyArguments => {
            ("template-arguments", "template-arguments-mend")
        }
        ErrorKind::OutOfFuel => ("template-endless", "template-endless-mend"),
        _ => ("template-operation", "template-operation-mend"),
    };
    let problem = Problem::new(Rule::TEMPLATE)
        .at(place)
        .with("why", Arg::Message(why))
        .with("mend", Arg::Message(mend));
    shortened(problem.with("detail", error.detail().unwrap_or_default()))
}

/// The same problem; what a template has made may be of any length, a message may not.
fn shortened(mut problem: Problem) -> Problem {
    for (_, arg) in &mut problem.args {
        if let Arg::Text(text) = arg
            && text.len() > LONGEST_SAID
        {
            text.truncate(text.floor_char_boundary(LONGEST_SAID));
            text.push('…');
        }
    }
    problem
}

/// A filter's argument: a quantity, or a number that becomes one.
fn quantity(context: &Arc<Context>, value: &Value) -> Result<Arc<Quantity>, Error> {
    if let Some(quantity) = value.downcast_object::<Quantity>() {
        return Ok(quantity);
    }
    let number = match value.kind() {
        ValueKind::Number => fraction(value),
        _ => None,
    };
    let number = number.ok_or_else(|| {
        refuse(
            Problem::new(Rule::TEMPLATE_NOT_A_NUMBER)
                .with("value", marks::stripped(&value.to_string())),
        )
    })?;
    Ok(Arc::new(Quantity::new(
        context,
        Provenance::Computed(number),
        NumberStyle::default(),
    )))
}

fn fraction(value: &Value) -> Option<Fraction> {
    if let Some(n) = value.as_i64() {
        return Some(Fraction::whole(n.into()));
    }
    let number = f64::try_from(value.clone())
        .ok()
        .filter(|n| n.abs() < 1e15)?;
    Fraction::new((number * 1e12).round() as i128, 1_000_000_000_000)
}

fn environment(
    context: &Arc<Context>,
    escape: Escape,
    literals: Vec<Value>,
) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    let of = Arc::clone(context);
    environment.set_formatter(move |out, state, value| {
        if value.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        if value.is_safe() {
            return out
                .write_str(value.as_str().unwrap_or_default())
                .map_err(Error::from);
        }
        // A number that the template computed is a figure too, though no record stands behind it.
        let text = match (value.kind() == ValueKind::Number)
            .then(|| fraction(value))
            .flatten()
        {
            Some(number) => {
                state.consume_fuel(bounds::OF_QUANTITY)?;
                let computed = Arc::new(Quantity::new(
                    &of,
                    Provenance::Computed(number),
                    NumberStyle::default(),
                ));
                // As it was meant, without what binary arithmetic adds to it.
                let digits = number
                    .decimal()
                    .map_or_else(|| value.to_string(), |number| number.to_string());
                marks::marked(of.note(&computed), &digits)
            }
            None if value.is_none() => String::new(),
            None => bounds::printed(state, value)?,
        };
        let text = match escape {
            Escape::Plain => text,
            Escape::Markdown => markdown(&text),
            Escape::Xml => escaped(&text),
        };
        out.write_str(&text).map_err(Error::from)
    });
    // It would print what the program is made of into the document.
    environment.remove_global("debug");
    // Nothing a record holds may become markup.
    environment.remove_filter("safe");
    bounds::add_checkpoints(&mut environment);
    filters(&mut environment, context);
    functions(&mut environment, context);
    pictures(&mut environment, context, escape);
    environment.add_global("_part", Value::from(literals));
    environment
}

/// A value's text as Markdown: what a clerk typed is text, not a table's edge or an emphasis.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, c) in text.chars().enumerate() {
        match c {
            '|' | '*' | '`' | '<' | '[' | '\\' | '_' | '&' | '~' => out.extend(['\\', c]),
            // At the beginning of a line these make headings, lists and rules.
            '#' | '>' | '+' | '=' if n == 0 => out.extend(['\\', c]),
            '-' if n == 0 && !text[1..].starts_with(|d: char| d.is_ascii_digit()) => {
                out.extend(['\\', c])
            }
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn filters(environment: &mut Environment<'_>, context: &Arc<Context>) {
    type Change = fn(&mut NumberStyle, Option<u32>);
    let changes: &[(&str, &str, Change)] = &[
        ("wan", "万", |s, p| scale(s, Scale::Wan, p.or(Some(0)), "")),
        ("yi", "亿", |s, p| scale(s, Scale::Yi, p.or(Some(2)), "")),
        ("yuan", "元", |s, p| scale(s, Scale::One, p, "元")),
        ("wan_yuan", "万元", |s, p| {
            scale(s, Scale::Wan, p.or(Some(0)), "元")
        }),
        ("yi_yuan", "亿元", |s, p| {
            scale(s, Scale::Yi, p.or(Some(2)), "元")
        }),
        ("over_wan", "余万", |s, p| {
            over_before(s, Scale::Wan, p, "")
        }),
        ("over_yi", "余亿", |s, p| over_before(s, Scale::Yi, p, "")),
        ("over_wan_yuan", "余万元", |s, p| {
            over_before(s, Scale::Wan, p, "元")
        }),
        ("over_yi_yuan", "余亿元", |s, p| {
            over_before(s, Scale::Yi, p, "元")
        }),
        ("percent", "百分比", |s, p| {
            scale(s, Scale::Percent, p.or(Some(1)), "")
        }),
        ("points", "百分点", |s, p| {
            scale(s, Scale::Points, p.or(Some(1)), "")
        }),
        ("decimals", "小数", |s, p| s.places = p.or(Some(0))),
        ("to", "取整到", |s, step| {
            if !matches!(s.scale, Scale::Percent | Scale::Points) {
                scale(s, Scale::One, Some(0), "");
                s.step = step.map(i128::from).filter(|n| *n > 0);
            }
        }),
        ("over", "余", |s, _| s.qualifier = Qualifier::Over),
        ("nearly", "近", |s, _| s.qualifier = Qualifier::Nearly),
        ("at_least", "不低于", |s, _| {
            s.qualifier = Qualifier::AtLeast
        }),
        ("chinese", "大写", |s, _| s.form = Numerals::Chinese),
        ("ordinal", "第", |s, _| s.form = Numerals::Ordinal),
    ];
    for (name, label, change) in changes {
        for name in [*name, *label] {
            let (context, change) = (Arc::clone(context), *change);
            let places = !matches!(name, "to" | "取整到");
            environment.add_filter(
                name,
                move |value: &Value, argument: Option<u32>| -> Result<Value, Error> {
                    let argument = argument.map(|n| if places { n.min(MOST_PLACES) } else { n });
                    Ok(Value::from_object(
                        quantity(&context, value)?.styled(|style| change(style, argument)),
                    ))
                },
            );
        }
    }
    for name in ["names", "列举"] {
        let context = Arc::clone(context);
        environment.add_filter(
            name,
            move |value: &Value, most: Option<usize>| -> Result<String, Error> {
                let all: Vec<String> = match value.downcast_object_ref::<Quantity>() {
                    Some(quantity) => quantity
                        .names()
                        .iter()
                        .map(|name| marks::clean(name))
                        .collect(),
                    None => value.try_iter()?.map(|item| item.to_string()).collect(),
                };
                let shown = &all[..most.unwrap_or(all.len()).min(all.len())];
                let more = if shown.len() < all.len() {
                    context.locale.text("names-more")
                } else {
                    String::new()
                };
                Ok(format!("{}{more}", context.locale.join(shown)))
            },
        );
    }
}

/// 余 before the unit: 224余万元.
fn over_before(style: &mut NumberStyle, unit: Scale, places: Option<u32>, tail: &str) {
    scale(style, unit, places.or(Some(0)), tail);
    style.qualifier = Qualifier::Over;
    style.before_unit = true;
}

fn scale(style: &mut NumberStyle, scale: Scale, places: Option<u32>, tail: &str) {
    style.scale = scale;
    style.places = places;
    // One rounding is enough: two could claim what is not true.
    style.step = None;
    style.tail = tail.to_owned();
}

fn functions(environment: &mut Environment<'_>, context: &Arc<Context>) {
    let each = |environment: &mut Environment<'_>,
                names: [&'static str; 2],
                make: &dyn Fn(Arc<Context>) -> Value| {
        for name in names {
            environment.add_global(name, make(Arc::clone(context)));
        }
    };
    each(environment, ["figure", "指标"], &|context| {
        Value::from_function(move |name: &str, kwargs: Kwargs| -> Result<Value, Error> {
            let metric = context
                .tree()
                .rules
                .metric(name)
                .cloned()
                .ok_or_else(|| refuse(unknown(name, &context)))?;
            let org = context.org;
            Ok(Value::from_object(Quantity::of(
                &context,
                ask::refine(&context, &context.ask(metric, org), &kwargs)?,
            )))
        })
    });
    each(environment, ["records", "记录"], &|context| {
        Value::from_function(move |kind: &str, kwargs: Kwargs| -> Result<Value, Error> {
            Ok(Value::from_object(Quantity::of(
                &context,
                ask::records(&context, kind, &kwargs)?,
            )))
        })
    });
    each(environment, ["organisation", "组织"], &|context| {
        Value::from_function(move |name: &str| -> Result<Value, Error> {
            let org = context.named(name).map_err(refuse)?;
            Ok(Value::from_object(OrgThing::new(&context, org)))
        })
    });
    each(environment, ["total", "合计"], &|context| {
        Value::from_function(move |parts: Rest<Value>| -> Result<Value, Error> {
            let parts = shallow(flat(&context, &parts, 0)?)?;
            let style = parts
                .first()
                .map_or_else(NumberStyle::default, |part| part.style.clone());
            Ok(Value::from_object(Quantity::new(
                &context,
                Provenance::Total(parts),
                style,
            )))
        })
    });
    each(environment, ["share", "占比"], &|context| {
        Value::from_function(move |part: &Value, whole: &Value| -> Result<Value, Error> {
            let parts = shallow(vec![quantity(&context, part)?, quantity(&context, whole)?])?;
            let origin = Provenance::Share(Arc::clone(&parts[0]), Arc::clone(&parts[1]));
            Ok(Value::from_object(Quantity::new(
                &context,
                origin,
                percent(),
            )))
        })
    });
    // Says that parts add up to a whole; `--check-sums` looks whether they do as they are printed.
    each(environment, ["adds_up", "分项"], &|context| {
        Value::from_function(
            move |whole: &Value, parts: Rest<Value>| -> Result<Value, Error> {
                context.claim(Claim {
                    whole: quantity(&context, whole)?,
                    parts: flat(&context, &parts, 0)?,
                });
                Ok(Value::from(""))
            },
        )
    });
}

/// `chart("逾期任务的逾期天数")`: a picture of a report, where the text can hold one.
fn pictures(environment: &mut Environment<'_>, context: &Arc<Context>, escape: Escape) {
    for name in ["chart", "图表"] {
        let context = Arc::clone(context);
        let make = move |name: &str| -> Result<Value, Error> {
            match escape {
                Escape::Markdown => {
                    let image = context.picture(name).map_err(refuse)?;
                    Ok(Value::from_safe_string(image))
                }
                Escape::Plain | Escape::Xml => Err(refuse(Problem::new(Rule::TEMPLATE_NO_PICTURE))),
            }
        };
        environment.add_function(name, make);
    }
}

/// Numbers are not put together of numbers deeper than this.
const DEEPEST: usize = 32;

/// The same numbers, if none is put together too deep.
fn shallow(parts: Vec<Arc<Quantity>>) -> Result<Vec<Arc<Quantity>>, Error> {
    match parts.iter().all(|part| part.depth < DEEPEST) {
        true => Ok(parts),
        false => Err(refuse(Problem::new(Rule::TEMPLATE_TOO_DEEP))),
    }
}

/// Quantities given one by one or in lists; a record or an organisation is none.
fn flat(
    context: &Arc<Context>,
    values: &[Value],
    depth: usize,
) -> Result<Vec<Arc<Quantity>>, Error> {
    let mut found = Vec::new();
    if depth > DEEPEST {
        return Err(refuse(Problem::new(Rule::TEMPLATE_TOO_DEEP)));
    }
    for value in values {
        let thing = value.downcast_object_ref::<RecordThing>().is_some()
            || value.downcast_object_ref::<OrgThing>().is_some();
        match value.kind() {
            _ if found.len() >= bounds::MOST_PARTS => {
                return Err(refuse(beyond("bounds-parts", bounds::MOST_PARTS)));
            }
            ValueKind::Seq | ValueKind::Iterable if !thing => found.extend(flat(
                context,
                &value.try_iter()?.collect::<Vec<_>>(),
                depth + 1,
            )?),
            _ => found.push(quantity(context, value)?),
        }
    }
    Ok(found)
}
