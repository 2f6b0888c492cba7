//! Templates: what they may say, how they are checked, how they are filled in.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr, Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use crate::locale::Arg;
use crate::narrative::ask;
use crate::narrative::desk::{Claim, Desk};
use crate::narrative::marks;
use crate::narrative::phrase::{Form, Qualifier, Scale, Style};
use crate::narrative::quantity::{Origin, Quantity, percent};
use crate::narrative::tags::{Tag, engine_text, normalised, tags};
use crate::narrative::things::{DayThing, OrgThing, PeriodThing, RecordThing, refuse};
use crate::narrative::word::{Broken, DOCUMENT, Part, Piece, Why, Word, escaped};
use crate::number::{Fraction, MOST_PLACES};
use crate::problem::{Place, Problem, Rule};
use crate::source::Source;
use crate::tree::NAMES;

/// A template.
pub enum Template {
    /// Markdown.
    Markdown(Source),
    /// Text as it is.
    Plain(Source),
    /// A Word file, with its name for messages.
    Word(String, Word),
}

/// A template filled in. Its figures are still marked.
pub enum Filled {
    /// Markdown or text.
    Text(String),
    /// A Word file: its parts, by name.
    Word(BTreeMap<String, String>),
}

/// How much a template may do before it is taken to go round in circles: some minutes' work for no district.
const FUEL: u64 = 50_000_000;

/// How printed values are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    Plain,
    Markdown,
    Xml,
}

impl Template {
    /// A template from a file's bytes; its name says what it is.
    ///
    /// # Errors
    /// Not text, not a Word file, too large.
    pub fn read(name: &str, bytes: Vec<u8>) -> Result<Template, Problem> {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
        match ending.as_str() {
            "docx" => Ok(Template::Word(name.to_owned(), Word::open(bytes).map_err(|broken| not_word(name, broken))?)),
            "md" | "markdown" => Ok(Template::Markdown(Source::decode(name, bytes)?)),
            "txt" => Ok(Template::Plain(Source::decode(name, bytes)?)),
            _ => Err(Problem::new(Rule::TEMPLATE_ENDING).with("path", name)),
        }
    }

    /// Fills the template in.
    ///
    /// # Errors
    /// What is wrong with the template, at its line and column; in a Word file a line is a paragraph.
    pub fn fill(&self, desk: &Arc<Desk>) -> Result<Filled, Vec<Problem>> {
        match self {
            Template::Markdown(source) => text(source, desk, Escape::Markdown).map(Filled::Text),
            Template::Plain(source) => text(source, desk, Escape::Plain).map(Filled::Text),
            Template::Word(name, word) => {
                let mut parts = BTreeMap::new();
                let mut problems = Vec::new();
                for (part, xml) in &word.parts {
                    let file = if part == DOCUMENT { name.clone() } else { format!("{name}#{}", part.trim_start_matches("word/")) };
                    match fill_part(&file, xml, desk) {
                        Ok(Some(filled)) => {
                            parts.insert(part.clone(), filled);
                        }
                        Ok(None) => {}
                        Err(found) => problems.extend(found),
                    }
                }
                if problems.is_empty() { Ok(Filled::Word(parts)) } else { Err(problems) }
            }
        }
    }
}

fn not_word(name: &str, broken: Broken) -> Problem {
    let why = match broken {
        Broken::NotWord => "word-not-word",
        Broken::TooLarge => "word-too-large",
        Broken::NotXml => "word-not-xml",
    };
    Problem::new(Rule::TEMPLATE_WORD).at(Place::file(name)).with("why", Arg::Message(why))
}

/// A text template: its own text is what the engine reads, but for the signs inside tags.
fn text(source: &Source, desk: &Arc<Desk>, escape: Escape) -> Result<String, Vec<Problem>> {
    let chars: Vec<char> = marks::clean(source.text.trim_start_matches('\u{feff}')).chars().collect();
    let (read, of): (String, Vec<usize>) = engine_text(&chars).into_iter().unzip();
    let shown = Source::new(&source.file, chars.iter().collect::<String>());
    let place = |range: std::ops::Range<usize>| {
        // From the engine's bytes to its characters, to ours, to our bytes.
        let before = read[..range.start.min(read.len())].chars().count();
        let within = read[range.start.min(read.len())..range.end.min(read.len())].chars().count();
        let offset = |n: usize| chars.iter().take(n).map(|c| c.len_utf8()).sum::<usize>();
        let start = of.get(before).copied().unwrap_or(chars.len());
        shown.place(offset(start)..offset(start + within))
    };
    let problems = dubious(&tags(&chars).iter().map(|tag| (tag.start, inner(&chars, tag))).collect::<Vec<_>>(), desk);
    let at = |n: usize, problem: Problem| {
        let start: usize = chars.iter().take(n).map(|c| c.len_utf8()).sum();
        problem.at(shown.place(start..start + 1))
    };
    if !problems.is_empty() {
        return Err(problems.into_iter().map(|(n, problem)| at(n, problem)).collect());
    }
    render(&environment(desk, escape, Vec::new()), &read, desk, &place)
}

/// The characters of a tag as the engine reads them.
fn inner(chars: &[char], tag: &Tag) -> String {
    normalised(&chars[tag.start..tag.end]).into_iter().collect()
}

/// A part of a Word file; nothing where it holds no tag.
fn fill_part(file: &str, xml: &str, desk: &Arc<Desk>) -> Result<Option<String>, Vec<Problem>> {
    let broken = |broken| vec![not_word(file, broken)];
    let cleaned = marks::clean(xml);
    let part = Part::read(&cleaned).map_err(broken)?;
    let lines: Vec<String> = part.lines().iter().map(|line| line.replace(['\n', '\t'], " ")).collect();
    let shown = Source::new(file, lines.join("\n"));
    // A tag by its paragraph and character, as a place that messages can point at.
    let place = |line: usize, column: usize, width: usize| {
        let start: usize = lines.iter().take(line).map(|l| l.len() + 1).sum();
        let of = |n: usize| lines.get(line).map_or(0, |l| l.chars().take(n).map(char::len_utf8).sum::<usize>());
        shown.place(start + of(column)..start + of(column + width))
    };
    let pieces = part.pieces().map_err(|at| {
        let rule = match at.why {
            Why::Ends => Rule::TEMPLATE_BLOCK,
            Why::Unclosed => Rule::TEMPLATE_UNCLOSED,
            Why::TextOnly => Rule::TEMPLATE_TEXT_ONLY,
        };
        vec![Problem::new(rule).at(place(at.line, at.column, 2))]
    })?;
    if let [Piece::Literal(only)] = &pieces[..] {
        // Comments alone go too; a part without any tag stays as it is packed.
        return Ok((only != cleaned.trim_start_matches('\u{feff}')).then(|| only.clone()));
    }
    // One line for each piece, so that the engine's line says which one is wrong; the XML itself it never sees.
    let (mut program, mut literals, mut placed) = (String::new(), Vec::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Literal(xml) => {
                program.push_str(&format!("{{{{- _part({}) -}}}}\n", literals.len()));
                literals.push(xml);
                placed.push(None);
            }
            Piece::Tag { text, line, column } => {
                let text = text.replace('\n', " ");
                let inner = text[2..text.len() - 2].trim_start_matches(['-', '+']).trim_end_matches(['-', '+']).to_owned();
                let (open, close) = (&text[..2], &text[text.len() - 2..]);
                program.push_str(&format!("{open}-{inner}-{close}\n"));
                placed.push(Some((line, column, text)));
            }
        }
    }
    let of_line = |line: usize, column: usize, width: usize| match placed.get(line).and_then(Option::as_ref) {
        Some((line, start, text)) => {
            let column = column.saturating_sub(1).min(text.chars().count().saturating_sub(1));
            place(*line, start + column, width.max(1))
        }
        None => Place::file(file),
    };
    let of_range = |range: std::ops::Range<usize>| {
        let before = &program[..range.start.min(program.len())];
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count());
        of_line(line, column, program.get(range).map_or(1, |t| t.chars().count()))
    };
    let texts: Vec<(usize, String)> =
        placed.iter().enumerate().filter_map(|(n, p)| p.as_ref().map(|(_, _, text)| (n, text.clone()))).collect();
    let problems = dubious(&texts, desk);
    if !problems.is_empty() {
        return Err(problems.into_iter().map(|(n, problem)| problem.at(of_line(n, 0, 2))).collect());
    }
    let filled = render(&environment(desk, Escape::Xml, literals), &program, desk, &of_range)?;
    // A block that begins inside an element and ends outside it leaves what is no document any more.
    match Part::read(&filled) {
        Ok(part) => {
            let mark = if xml.starts_with('\u{feff}') { "\u{feff}" } else { "" };
            Ok(Some(format!("{mark}{}", part.without_empty_tables())))
        }
        Err(_) => {
            let first = placed.iter().flatten().find(|(_, _, text)| text.starts_with("{%"));
            Err(vec![Problem::new(Rule::TEMPLATE_BLOCK).at(first.map_or_else(|| Place::file(file), |(l, c, _)| place(*l, *c, 2)))])
        }
    }
}

/// Fills in what the engine reads, once every name in it is known; `place` finds its bytes in the template.
fn render(
    environment: &Environment<'_>,
    source: &str,
    desk: &Arc<Desk>,
    place: &dyn Fn(std::ops::Range<usize>) -> Place,
) -> Result<String, Vec<Problem>> {
    let wrong = |error: Error| vec![explained(&error, place(error.range().unwrap_or(0..0)))];
    let template = environment.template_from_str(source).map_err(wrong)?;
    let unknown: Vec<Problem> = unknown_names(environment, &template, source, desk)
        .into_iter()
        .map(|(name, range)| unknown(&name, desk).at(place(range)))
        .collect();
    if !unknown.is_empty() {
        return Err(crate::problem::sorted(unknown));
    }
    let filled = template.render(Value::from_object(Context { desk: Arc::clone(desk) })).map_err(wrong)?;
    match desk.problems() {
        problems if problems.is_empty() => Ok(filled),
        problems => Err(problems),
    }
}

/// What a template may name at its top: figures, names, the organisation, the period.
#[derive(Debug)]
struct Context {
    desk: Arc<Desk>,
}

impl Object for Context {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let desk = &self.desk;
        let lang = desk.locale.lang();
        Some(match key.as_str()? {
            "org" | "本组织" => Value::from_object(OrgThing::new(desk, desk.org)),
            "orgs" | "下级组织" => {
                Value::from(desk.below(desk.org).into_iter().map(|n| Value::from_object(OrgThing::new(desk, n))).collect::<Vec<_>>())
            }
            "period" | "本期" => Value::from_object(PeriodThing { period: desk.period, lang }),
            "as_of" | "截至" => Value::from_object(DayThing { day: desk.as_of, lang }),
            "names" => Value::from_pairs(desk.names.iter().map(|(key, name)| (key.clone(), marks::clean(name)))),
            name => match desk.tree.rules.metric(name) {
                Some(metric) => Value::from_object(Quantity::of(desk, desk.ask(metric.clone(), desk.org))),
                None => Value::from(marks::clean(desk.names.get(name)?)),
            },
        })
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
    desk: &Arc<Desk>,
) -> Vec<(String, std::ops::Range<usize>)> {
    let context = Arc::new(Context { desk: Arc::clone(desk) });
    let functions: Vec<String> = environment.globals().map(|(name, _)| name.to_owned()).collect();
    let mut found: Vec<(String, std::ops::Range<usize>)> = template
        .undeclared_variables(false)
        .into_iter()
        .filter(|name| !functions.contains(name) && context.get_value(&Value::from(name.as_str())).is_none())
        .map(|name| {
            let range = first_use(source, &name).unwrap_or(0..0);
            (name, range)
        })
        .collect();
    found.sort_by_key(|(_, range)| range.start);
    found
}

/// Where a name stands as a word of its own inside a tag.
fn first_use(source: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let chars: Vec<char> = source.chars().collect();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    for tag in tags(&chars) {
        let start: usize = chars.iter().take(tag.start).map(|c| c.len_utf8()).sum();
        let text: String = chars[tag.start..tag.end].iter().collect();
        for (at, _) in text.match_indices(name) {
            let before = text[..at].chars().next_back().is_some_and(|c| is_word(c) || matches!(c, '.' | '"' | '\''));
            let after = text[at + name.len()..].chars().next().is_some_and(is_word);
            if !before && !after {
                return Some(start + at..start + at + name.len());
            }
        }
    }
    None
}

/// Tags that compare a figure itself, where only its value can be compared: the engine would give a wrong answer
/// and say nothing. With each the number given beside it.
fn dubious(texts: &[(usize, String)], desk: &Desk) -> Vec<(usize, Problem)> {
    // Names that stand for figures because a template set them so.
    let mut figures: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for (at, text) in texts.iter().filter(|(_, text)| !text.starts_with("{#")) {
        let words = lexed(text);
        let is_figure = |figures: &[String], name: &str| figures.iter().any(|f| f == name) || desk.tree.rules.metric(name).is_some();
        if let Some("set" | "with") = words.first().map(String::as_str)
            && words.get(2).is_some_and(|sign| sign == "=")
            && has_figure(&words[3..], &|name| is_figure(&figures, name))
        {
            figures.push(words[1].clone());
        }
        let compares = (0..words.len()).filter(|&n| is_comparison(&words, n));
        let operands = compares.flat_map(|n| [left(&words[..n]), right(&words[n + 1..])]);
        if operands.into_iter().any(|operand| has_figure(operand, &|name| is_figure(&figures, name))) {
            found.push((*at, Problem::new(Rule::TEMPLATE_COMPARES)));
        }
    }
    found
}

/// Whether the word at `n` compares what stands before it with what stands after it.
fn is_comparison(words: &[String], n: usize) -> bool {
    const TESTS: &[&str] = &["eq", "equalto", "ne", "lt", "lessthan", "le", "gt", "greaterthan", "ge", "in", "even", "odd", "divisibleby"];
    match words[n].as_str() {
        "<" | ">" | "<=" | ">=" | "==" | "!=" => true,
        // `for o in orgs` compares nothing.
        "in" => words[0] != "for" || words[..n].contains(&"in".to_owned()),
        "is" => words[n + 1..].iter().find(|word| *word != "not").is_some_and(|word| TESTS.contains(&word.as_str())),
        _ => false,
    }
}

/// Words between which an operand ends.
fn is_boundary(word: &str) -> bool {
    matches!(
        word,
        "and" | "or" | "not" | "if" | "elif" | "else" | "set" | "with" | "=" | "," | "is" | "in" | "<" | ">" | "<=" | ">=" | "==" | "!="
    )
}

/// The operand that begins a list of words.
fn right(words: &[String]) -> &[String] {
    let mut depth = 0i32;
    let end = words.iter().position(|word| {
        depth += i32::from(matches!(word.as_str(), "(" | "[" | "{"));
        depth -= i32::from(matches!(word.as_str(), ")" | "]" | "}"));
        depth < 0 || depth == 0 && is_boundary(word)
    });
    &words[..end.unwrap_or(words.len())]
}

/// The operand that ends a list of words.
fn left(words: &[String]) -> &[String] {
    let mut depth = 0i32;
    let start = words.iter().rposition(|word| {
        depth += i32::from(matches!(word.as_str(), ")" | "]" | "}"));
        depth -= i32::from(matches!(word.as_str(), "(" | "[" | "{"));
        depth < 0 || depth == 0 && is_boundary(word)
    });
    &words[start.map_or(0, |n| n + 1)..]
}

/// Whether words hold a figure itself: not its value or another part of it, and not as what a function is given.
fn has_figure(words: &[String], is_figure: &dyn Fn(&str) -> bool) -> bool {
    const FUNCTIONS: &[&str] = &["figure", "records", "total", "share", "指标", "记录", "合计", "占比"];
    const PARTS: &[&str] =
        &["value", "known", "reason", "records", "names", "first", "last", "orgs", "label", "unit", "part", "compare", "by"];
    let is_word = |n: usize| words.get(n).is_some_and(|word| word.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
    // For each open bracket, whether what it holds is given to a function or chosen by.
    let mut given: Vec<bool> = Vec::new();
    for (n, word) in words.iter().enumerate() {
        match word.as_str() {
            "(" | "[" | "{" => given.push(n > 0 && (is_word(n - 1) || words[n - 1] == ")")),
            ")" | "]" | "}" => {
                given.pop();
            }
            name if !given.contains(&true)
                && (is_figure(name) || FUNCTIONS.contains(&name) && words.get(n + 1).is_some_and(|w| w == "(")) =>
            {
                let mut next = n + 1;
                if words.get(next).is_some_and(|w| w == "(") {
                    let mut depth = 0i32;
                    let end = words[next..].iter().position(|w| {
                        depth += i32::from(w == "(") - i32::from(w == ")");
                        depth == 0
                    });
                    next += end.map_or(0, |end| end + 1);
                }
                let follows = |sign: &str, of: &[&str]| {
                    words.get(next).is_some_and(|w| w == sign) && words.get(next + 1).is_some_and(|w| of.contains(&w.as_str()))
                };
                if !(follows(".", PARTS) || follows("|", &["length", "count", "names", "列举"])) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// The words and signs of a tag; strings are one sign each.
fn lexed(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut chars = text.trim_start_matches(['{', '%', '-', '+']).trim_end_matches(['}', '%', '-', '+']).chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        if c == '"' || c == '\'' {
            while let Some(inner) = chars.next() {
                if inner == '\\' {
                    chars.next();
                } else if inner == c {
                    break;
                }
            }
            words.push("\"\"".to_owned());
        } else if c.is_alphanumeric() || c == '_' {
            let mut word = String::from(c);
            while let Some(next) = chars.next_if(|n| n.is_alphanumeric() || *n == '_') {
                word.push(next);
            }
            words.push(word);
        } else {
            let mut sign = String::from(c);
            if matches!(c, '<' | '>' | '=' | '!') {
                sign.extend(chars.next_if(|n| *n == '='));
            }
            words.push(sign);
        }
    }
    words
}

fn unknown(name: &str, desk: &Desk) -> Problem {
    if NAMES.contains(&name) {
        return Problem::new(Rule::TEMPLATE_NO_NAME).with("name", name);
    }
    let near = desk.tree.rules.metrics.iter().map(|m| (crate::narrative::distance(name, &m.name), m)).min_by_key(|(d, _)| *d);
    let near = near.filter(|(d, _)| *d <= name.chars().count() / 2).map_or("", |(_, m)| m.name.as_str());
    let hint = if near.is_empty() { "template-not-near" } else { "template-near" };
    Problem::new(Rule::TEMPLATE_UNKNOWN).with("name", name).with("near", near).with("hint", Arg::Message(hint))
}

/// What the engine says of a template, as a problem in two languages.
fn explained(error: &Error, place: Place) -> Problem {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(problem) = inner.downcast_ref::<Problem>() {
            return problem.clone().at(place);
        }
        source = inner.source();
    }
    let (why, mend) = match error.kind() {
        ErrorKind::SyntaxError => ("template-syntax", "template-syntax-mend"),
        ErrorKind::UnknownFilter => ("template-filter", "template-filter-mend"),
        ErrorKind::UnknownFunction => ("template-function", "template-function-mend"),
        ErrorKind::UnknownTest => ("template-test", "template-test-mend"),
        ErrorKind::UnknownMethod => ("template-method", "template-method-mend"),
        ErrorKind::UndefinedError => ("template-undefined", "template-undefined-mend"),
        ErrorKind::MissingArgument | ErrorKind::TooManyArguments => ("template-arguments", "template-arguments-mend"),
        ErrorKind::OutOfFuel => ("template-endless", "template-endless-mend"),
        _ => ("template-operation", "template-operation-mend"),
    };
    Problem::new(Rule::TEMPLATE)
        .at(place)
        .with("why", Arg::Message(why))
        .with("mend", Arg::Message(mend))
        .with("detail", error.detail().unwrap_or_default())
}

/// A filter's argument: a quantity, or a number that becomes one.
fn quantity(desk: &Arc<Desk>, value: &Value) -> Result<Arc<Quantity>, Error> {
    if let Some(quantity) = value.downcast_object::<Quantity>() {
        return Ok(quantity);
    }
    let number = match value.kind() {
        ValueKind::Number => fraction(value),
        _ => None,
    };
    let number =
        number.ok_or_else(|| refuse(Problem::new(Rule::TEMPLATE_NOT_A_NUMBER).with("value", marks::stripped(&value.to_string()))))?;
    Ok(Arc::new(Quantity::new(desk, Origin::Computed(number), Style::default())))
}

fn fraction(value: &Value) -> Option<Fraction> {
    if let Some(n) = value.as_i64() {
        return Some(Fraction::whole(n.into()));
    }
    let number = f64::try_from(value.clone()).ok().filter(|n| n.abs() < 1e15)?;
    Fraction::new((number * 1e12).round() as i128, 1_000_000_000_000)
}

fn environment(desk: &Arc<Desk>, escape: Escape, literals: Vec<String>) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    let of = Arc::clone(desk);
    environment.set_formatter(move |out, _, value| {
        if value.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        if value.is_safe() {
            return out.write_str(value.as_str().unwrap_or_default()).map_err(Error::from);
        }
        // A number that the template computed is a figure too, though no record stands behind it.
        let text = match (value.kind() == ValueKind::Number).then(|| fraction(value)).flatten() {
            Some(number) => {
                let computed = Arc::new(Quantity::new(&of, Origin::Computed(number), Style::default()));
                marks::marked(of.note(&computed), &value.to_string())
            }
            None if value.is_none() => String::new(),
            None => value.to_string(),
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
    filters(&mut environment, desk);
    functions(&mut environment, desk);
    environment.add_function("_part", move |n: usize| Value::from_safe_string(literals.get(n).cloned().unwrap_or_default()));
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
            '-' if n == 0 && !text[1..].starts_with(|d: char| d.is_ascii_digit()) => out.extend(['\\', c]),
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn filters(environment: &mut Environment<'_>, desk: &Arc<Desk>) {
    type Change = fn(&mut Style, Option<u32>);
    let changes: &[(&str, &str, Change)] = &[
        ("wan", "万", |s, p| scale(s, Scale::Wan, p.or(Some(0)), "")),
        ("yi", "亿", |s, p| scale(s, Scale::Yi, p.or(Some(2)), "")),
        ("yuan", "元", |s, p| scale(s, Scale::One, p, "元")),
        ("wan_yuan", "万元", |s, p| scale(s, Scale::Wan, p.or(Some(0)), "元")),
        ("yi_yuan", "亿元", |s, p| scale(s, Scale::Yi, p.or(Some(2)), "元")),
        ("over_wan", "余万", |s, p| over_before(s, Scale::Wan, p, "")),
        ("over_yi", "余亿", |s, p| over_before(s, Scale::Yi, p, "")),
        ("over_wan_yuan", "余万元", |s, p| over_before(s, Scale::Wan, p, "元")),
        ("over_yi_yuan", "余亿元", |s, p| over_before(s, Scale::Yi, p, "元")),
        ("percent", "百分比", |s, p| scale(s, Scale::Percent, p.or(Some(1)), "")),
        ("points", "百分点", |s, p| scale(s, Scale::Points, p.or(Some(1)), "")),
        ("decimals", "小数", |s, p| s.places = p.or(Some(0))),
        ("to", "取整到", |s, step| {
            if !matches!(s.scale, Scale::Percent | Scale::Points) {
                scale(s, Scale::One, Some(0), "");
                s.step = step.map(i128::from).filter(|n| *n > 0);
            }
        }),
        ("over", "余", |s, _| s.qualifier = Qualifier::Over),
        ("nearly", "近", |s, _| s.qualifier = Qualifier::Nearly),
        ("at_least", "不低于", |s, _| s.qualifier = Qualifier::AtLeast),
        ("chinese", "大写", |s, _| s.form = Form::Chinese),
        ("ordinal", "第", |s, _| s.form = Form::Ordinal),
    ];
    for (name, label, change) in changes {
        for name in [*name, *label] {
            let (desk, change) = (Arc::clone(desk), *change);
            let places = !matches!(name, "to" | "取整到");
            environment.add_filter(name, move |value: &Value, argument: Option<u32>| -> Result<Value, Error> {
                let argument = argument.map(|n| if places { n.min(MOST_PLACES) } else { n });
                Ok(Value::from_object(quantity(&desk, value)?.styled(|style| change(style, argument))))
            });
        }
    }
    for name in ["names", "列举"] {
        let desk = Arc::clone(desk);
        environment.add_filter(name, move |value: &Value, most: Option<usize>| -> Result<String, Error> {
            let all: Vec<String> = match value.downcast_object_ref::<Quantity>() {
                Some(quantity) => quantity.names().iter().map(|name| marks::clean(name)).collect(),
                None => value.try_iter()?.map(|item| item.to_string()).collect(),
            };
            let shown = &all[..most.unwrap_or(all.len()).min(all.len())];
            let more = if shown.len() < all.len() { desk.locale.text("names-more") } else { String::new() };
            Ok(format!("{}{more}", desk.locale.join(shown)))
        });
    }
}

/// 余 before the unit: 224余万元.
fn over_before(style: &mut Style, unit: Scale, places: Option<u32>, tail: &str) {
    scale(style, unit, places.or(Some(0)), tail);
    style.qualifier = Qualifier::Over;
    style.before_unit = true;
}

fn scale(style: &mut Style, scale: Scale, places: Option<u32>, tail: &str) {
    style.scale = scale;
    style.places = places;
    // One rounding is enough: two could claim what is not true.
    style.step = None;
    style.tail = tail.to_owned();
}

fn functions(environment: &mut Environment<'_>, desk: &Arc<Desk>) {
    let each = |environment: &mut Environment<'_>, names: [&'static str; 2], make: &dyn Fn(Arc<Desk>) -> Value| {
        for name in names {
            environment.add_global(name, make(Arc::clone(desk)));
        }
    };
    each(environment, ["figure", "指标"], &|desk| {
        Value::from_function(move |name: &str, kwargs: Kwargs| -> Result<Value, Error> {
            let metric = desk.tree.rules.metric(name).cloned().ok_or_else(|| refuse(unknown(name, &desk)))?;
            let org = desk.org;
            Ok(Value::from_object(Quantity::of(&desk, ask::refine(&desk, &desk.ask(metric, org), &kwargs)?)))
        })
    });
    each(environment, ["records", "记录"], &|desk| {
        Value::from_function(move |kind: &str, kwargs: Kwargs| -> Result<Value, Error> {
            Ok(Value::from_object(Quantity::of(&desk, ask::records(&desk, kind, &kwargs)?)))
        })
    });
    each(environment, ["organisation", "组织"], &|desk| {
        Value::from_function(move |name: &str| -> Result<Value, Error> {
            let org = desk.tree.org(name).map_err(refuse)?;
            Ok(Value::from_object(OrgThing::new(&desk, org)))
        })
    });
    each(environment, ["total", "合计"], &|desk| {
        Value::from_function(move |parts: Rest<Value>| -> Result<Value, Error> {
            let parts = shallow(flat(&desk, &parts, 0)?)?;
            let style = parts.first().map_or_else(Style::default, |part| part.style.clone());
            Ok(Value::from_object(Quantity::new(&desk, Origin::Total(parts), style)))
        })
    });
    each(environment, ["share", "占比"], &|desk| {
        Value::from_function(move |part: &Value, whole: &Value| -> Result<Value, Error> {
            let parts = shallow(vec![quantity(&desk, part)?, quantity(&desk, whole)?])?;
            let origin = Origin::Share(Arc::clone(&parts[0]), Arc::clone(&parts[1]));
            Ok(Value::from_object(Quantity::new(&desk, origin, percent())))
        })
    });
    // Says that parts add up to a whole; `--check-sums` looks whether they do as they are printed.
    each(environment, ["adds_up", "分项"], &|desk| {
        Value::from_function(move |whole: &Value, parts: Rest<Value>| -> Result<Value, Error> {
            desk.claim(Claim { whole: quantity(&desk, whole)?, parts: flat(&desk, &parts, 0)? });
            Ok(Value::from(""))
        })
    });
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
fn flat(desk: &Arc<Desk>, values: &[Value], depth: usize) -> Result<Vec<Arc<Quantity>>, Error> {
    let mut found = Vec::new();
    if depth > DEEPEST {
        return Err(refuse(Problem::new(Rule::TEMPLATE_TOO_DEEP)));
    }
    for value in values {
        let thing = value.downcast_object_ref::<RecordThing>().is_some() || value.downcast_object_ref::<OrgThing>().is_some();
        match value.kind() {
            ValueKind::Seq | ValueKind::Iterable if !thing => found.extend(flat(desk, &value.try_iter()?.collect::<Vec<_>>(), depth + 1)?),
            _ => found.push(quantity(desk, value)?),
        }
    }
    Ok(found)
}
