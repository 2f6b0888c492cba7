//! TOML 1.0 with the place of everything: what every file of a ledger is read through.
//!
//! The parser accepts TOML 1.1 and a byte order mark; this layer refuses the one and reports the
//! other, and gives each syntax error a name that the catalogues can say in two languages. `Reader`
//! takes a table apart key by key, collecting what is wrong instead of stopping at the first.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml_parser::parser::EventReceiver;
use toml_parser::{ErrorSink, Span, decoder::Encoding};

use crate::day::Day;
use crate::locale::{Arg, Choices, Label};
use crate::number::Decimal;
use crate::problem::{Place, Problem, Rule};
use crate::source::Source;

/// A value and where it stands.
pub type Node<'s> = Spanned<DeValue<'s>>;

/// A file's data, its comments, and what is wrong with it though it can be read.
#[derive(Debug)]
pub struct Document<'s> {
    /// The root table.
    pub root: DeTable<'s>,
    /// What the data does not hold.
    pub trivia: Trivia,
    /// A byte order mark, CRLF line ends.
    pub findings: Vec<Problem>,
}

/// Comments and headers, in the order of the text.
#[derive(Debug, Default)]
pub struct Trivia {
    /// Comments, from `#` to the end of the line.
    pub comments: Vec<Range<usize>>,
    /// Offsets of the `[` that opens each table header.
    pub headers: Vec<usize>,
}

/// How many syntax errors of one file are reported; the rest are echoes of the first.
const MAX_SYNTAX_ERRORS: usize = 5;

/// Reads a text as TOML 1.0.
///
/// # Errors
/// Conflict markers if there are any; else syntax errors, or constructs of TOML 1.1.
pub fn parse(source: &Source) -> Result<Document<'_>, Vec<Problem>> {
    let mut findings = Vec::new();
    let bom = if source.text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    if bom > 0 {
        findings.push(Problem::new(Rule::BOM).at(source.place(0..bom)));
    }
    if let Some(at) = source.text.find("\r\n") {
        findings.push(Problem::new(Rule::CRLF).at(source.place(at..at)));
    }
    refuse_dense(source)?;
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    if !errors.is_empty() {
        let conflicts = conflict_markers(source);
        return Err(if conflicts.is_empty() {
            syntax_problems(source, &errors)
        } else {
            conflicts
        });
    }
    let mut pass = Pass {
        source,
        trivia: Trivia::default(),
        open: Vec::new(),
        comma: None,
        problems: Vec::new(),
    };
    let tokens = toml_parser::Source::new(&source.text).lex().into_vec();
    toml_parser::parser::parse_document(&tokens, &mut pass, &mut ());
    let root = root.into_inner();
    bad_numbers(source, &root, &mut pass.problems);
    if !pass.problems.is_empty() {
        return Err(crate::problem::sorted(pass.problems));
    }
    Ok(Document {
        root,
        trivia: pass.trivia,
        findings,
    })
}

/// Reads a text that comes with the program: nothing is looked for that only people write. A test
/// holds these texts to [`parse`].
pub fn parse_own(source: &Source) -> DeTable<'_> {
    DeTable::parse_recoverable(&source.text).0.into_inner()
}

/// What a value takes in memory while a file is read, in bytes: its node, and the tokens it is made
/// of.
const BYTES_PER_VALUE: usize = 300;

/// What a comment takes, and a line end, in bytes: a token, and a place in the list of comments.
const BYTES_PER_COMMENT: usize = 100;
const BYTES_PER_LINE: usize = 48;

/// What any file may take beside eight times its size, in bytes.
const BYTES_FOR_ANY: usize = 100 << 20;

/// Refuses a file that holds so many values, comments and lines in so few bytes that reading it
/// would take many times its size: a list of millions of numbers, or millions of empty lines. No
/// ledger comes near.
pub fn refuse_dense(source: &Source) -> Result<(), Vec<Problem>> {
    if source.text.len() < BYTES_FOR_ANY / BYTES_PER_VALUE {
        return Ok(());
    }
    // Each value but the first of a list stands behind one of these; those inside strings count
    // too.
    let (mut count, mut bytes) = (0usize, 0);
    for byte in source.text.bytes() {
        let takes = match byte {
            b',' | b'=' | b'[' | b'{' => BYTES_PER_VALUE,
            b'#' => BYTES_PER_COMMENT,
            b'\n' => BYTES_PER_LINE,
            _ => continue,
        };
        (count, bytes) = (count + 1, bytes + takes);
    }
    match bytes > source.text.len() * 8 + BYTES_FOR_ANY {
        true => Err(vec![
            Problem::new(Rule::TOO_MANY_VALUES)
                .at(source.place(0..0))
                .with("count", count),
        ]),
        false => Ok(()),
    }
}

/// The parser leaves numbers as text: `0x` alone and what does not fit 64 bits are found here.
fn bad_numbers(source: &Source, table: &DeTable<'_>, problems: &mut Vec<Problem>) {
    fn look(source: &Source, node: &Node<'_>, problems: &mut Vec<Problem>) {
        let bad = match node.get_ref() {
            DeValue::Integer(_) => integer(node.get_ref()).is_none(),
            DeValue::Float(n) => n.as_str().parse::<f64>().is_err(),
            DeValue::Array(items) => {
                return items.iter().for_each(|item| look(source, item, problems));
            }
            DeValue::Table(table) => return bad_numbers(source, table, problems),
            DeValue::String(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => false,
        };
        if bad {
            problems.push(
                Problem::new(Rule::SYNTAX)
                    .at(source.place(node.span()))
                    .with("what", Arg::Message("syntax-bad-number")),
            );
        }
    }
    table
        .iter()
        .for_each(|(_, node)| look(source, node, problems));
}

fn conflict_markers(source: &Source) -> Vec<Problem> {
    let mut offset = 0;
    let (mut open, mut found) = (false, Vec::new());
    for line in source.text.split_inclusive('\n') {
        let (begins, ends) = (line.starts_with("<<<<<<< "), line.starts_with(">>>>>>> "));
        // A conflict is one thing to settle; an end without a beginning is one too.
        if begins || ends && !open {
            found.push(Problem::new(Rule::CONFLICT).at(source.place(offset..offset + 7)));
        }
        open = begins || open && !ends;
        offset += line.len();
    }
    found
}

fn syntax_problems(source: &Source, errors: &[toml::de::Error]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for error in errors {
        let place = source.place(error.span().unwrap_or(0..0));
        if problems
            .last()
            .and_then(|p| p.place.as_ref())
            .is_some_and(|p| p.line == place.line)
        {
            continue;
        }
        // The parser's own words, without the part that names what it expected.
        let said = error
            .message()
            .split(", expected")
            .next()
            .unwrap_or_default();
        if said.starts_with("cannot recurse") {
            return vec![Problem::new(Rule::TOO_DEEP).at(place)];
        }
        let what = SYNTAX
            .iter()
            .find(|(english, _)| *english == said)
            .map_or("syntax-other", |(_, id)| id);
        problems.push(
            Problem::new(Rule::SYNTAX)
                .at(place)
                .with("what", Arg::Message(what)),
        );
        if problems.len() == MAX_SYNTAX_ERRORS {
            break;
        }
    }
    problems.sort_by(|a, b| a.place.cmp(&b.place));
    problems
}

/// The parser's descriptions and the messages that say them in two languages.
pub const SYNTAX: &[(&str, &str)] = &[
    ("duplicate key", "syntax-duplicate-key"),
    ("key with no value", "syntax-no-equals"),
    (
        "missing assignment between key-value pairs",
        "syntax-no-equals",
    ),
    ("missing value for key", "syntax-no-value"),
    ("missing value", "syntax-no-value"),
    ("extra `=`", "syntax-extra-equals"),
    (
        "extra assignment between key-value pairs",
        "syntax-extra-equals",
    ),
    ("unexpected `=` in array", "syntax-extra-equals"),
    ("unclosed array", "syntax-unclosed-array"),
    (
        "missing comma between array elements",
        "syntax-missing-comma",
    ),
    (
        "missing comma between key-value pairs",
        "syntax-missing-comma",
    ),
    ("extra comma in array", "syntax-extra-comma"),
    ("extra comma in inline table", "syntax-extra-comma"),
    ("unclosed inline table", "syntax-unclosed-inline"),
    ("unclosed table", "syntax-unclosed-header"),
    ("unclosed array table", "syntax-unclosed-header"),
    ("invalid basic string", "syntax-bad-string"),
    ("invalid literal string", "syntax-bad-string"),
    ("invalid multi-line basic string", "syntax-bad-string"),
    ("invalid multi-line literal string", "syntax-bad-string"),
    ("missing opening quote", "syntax-bad-string"),
    ("missing escaped value", "syntax-bad-escape"),
    ("too few unicode value digits", "syntax-bad-escape"),
    ("string values must be quoted", "syntax-unquoted"),
    ("invalid unquoted key", "syntax-bad-key"),
    ("unquoted keys cannot be empty", "syntax-bad-key"),
    ("unexpected key or value", "syntax-two-on-a-line"),
    ("unexpected content", "syntax-two-on-a-line"),
    ("invalid date", "syntax-bad-date"),
    ("invalid date-time", "syntax-bad-date"),
    ("invalid datetime", "syntax-bad-date"),
    ("invalid local date", "syntax-bad-date"),
    ("invalid time", "syntax-bad-time"),
    ("invalid time offset", "syntax-bad-time"),
    ("unexpected leading zero", "syntax-bad-number"),
    ("redundant numeric sign", "syntax-bad-number"),
    ("redundant integer number prefix", "syntax-bad-number"),
    ("`_` may only go between digits", "syntax-bad-number"),
    (
        "integers with a radix cannot be signed",
        "syntax-bad-number",
    ),
    ("radix must be lowercase", "syntax-bad-number"),
    ("invalid integer number", "syntax-bad-number"),
    ("invalid floating-point number", "syntax-bad-number"),
    ("invalid comment character", "syntax-bad-comment"),
    (
        "carriage return must be followed by newline",
        "syntax-lone-cr",
    ),
];

/// One walk over the tokens of a valid document: collects trivia, refuses TOML 1.1.
struct Pass<'s> {
    source: &'s Source,
    trivia: Trivia,
    open: Vec<Bracket>,
    comma: Option<Span>,
    problems: Vec<Problem>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Array,
    InlineTable,
}

impl Pass<'_> {
    fn refuse(&mut self, span: Span, what: &'static str) {
        let place = self.source.place(span.start()..span.end());
        self.problems.push(
            Problem::new(Rule::TOML_1_1)
                .at(place)
                .with("what", Arg::Message(what)),
        );
    }

    fn escapes(&mut self, span: Span, kind: Option<Encoding>) {
        let (Some(Encoding::BasicString | Encoding::MlBasicString), Some(raw)) =
            (kind, self.source.text.get(span.start()..span.end()))
        else {
            return;
        };
        let mut chars = raw.chars();
        while let Some(c) = chars.next() {
            if c == '\\' && matches!(chars.next(), Some('e' | 'x')) {
                return self.refuse(span, "toml-1-1-escape");
            }
        }
    }

    fn in_inline_table(&self) -> bool {
        self.open.last() == Some(&Bracket::InlineTable)
    }
}

impl EventReceiver for Pass<'_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.trivia.headers.push(span.start());
    }

    fn array_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.trivia.headers.push(span.start());
    }

    fn inline_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) -> bool {
        self.open.push(Bracket::InlineTable);
        true
    }

    fn inline_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        if let Some(comma) = self.comma.take() {
            self.refuse(comma, "toml-1-1-comma");
        }
        self.open.pop();
    }

    fn array_open(&mut self, _: Span, _: &mut dyn ErrorSink) -> bool {
        self.comma = None;
        self.open.push(Bracket::Array);
        true
    }

    fn array_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.comma = None;
        self.open.pop();
    }

    fn simple_key(&mut self, span: Span, kind: Option<Encoding>, _: &mut dyn ErrorSink) {
        self.comma = None;
        self.escapes(span, kind);
    }

    fn scalar(&mut self, span: Span, kind: Option<Encoding>, _: &mut dyn ErrorSink) {
        self.comma = None;
        self.escapes(span, kind);
        let raw = self
            .source
            .text
            .get(span.start()..span.end())
            .unwrap_or_default();
        if kind.is_none()
            && raw
                .find(':')
                .is_some_and(|at| raw.as_bytes().get(at + 3) != Some(&b':'))
        {
            self.refuse(span, "toml-1-1-time");
        }
    }

    fn value_sep(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.comma = self.in_inline_table().then_some(span);
    }

    fn comment(&mut self, span: Span, _: &mut dyn ErrorSink) {
        if self.in_inline_table() {
            self.refuse(span, "toml-1-1-newline");
        }
        self.trivia.comments.push(span.start()..span.end());
    }

    fn newline(&mut self, span: Span, _: &mut dyn ErrorSink) {
        if self.in_inline_table() {
            self.refuse(span, "toml-1-1-newline");
        }
    }
}

/// A source and the problems found in it so far.
pub struct Reading<'s> {
    /// The text being read.
    pub source: &'s Source,
    problems: RefCell<Vec<Problem>>,
    count: std::cell::Cell<usize>,
}

/// How many problems of one file are named; of a file with more, only how many more is said.
const MAX_PROBLEMS: usize = 100;

impl<'s> Reading<'s> {
    /// Starts with no problem.
    pub fn new(source: &'s Source) -> Reading<'s> {
        Reading {
            source,
            problems: RefCell::default(),
            count: std::cell::Cell::new(0),
        }
    }

    /// Notes a problem.
    pub fn note(&self, problem: Problem) {
        self.count.set(self.count.get() + 1);
        if self.count.get() <= MAX_PROBLEMS {
            self.problems.borrow_mut().push(problem);
        }
    }

    /// How many were noted.
    pub fn count(&self) -> usize {
        self.count.get()
    }

    /// What was noted; of very many the first, and how many more there are.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        let more = self.count.get() - problems.len();
        if more > 0 {
            let last = self
                .source
                .place(self.source.text.len()..self.source.text.len());
            problems.push(Problem::new(Rule::TOO_MANY).at(last).with("count", more));
        }
        problems
    }
}

/// What a value is, as the messages name it.
pub fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "type-text",
        DeValue::Integer(_) => "type-integer",
        DeValue::Float(_) => "type-float",
        DeValue::Boolean(_) => "type-boolean",
        DeValue::Datetime(d) if d.time.is_none() => "type-date",
        DeValue::Datetime(_) => "type-datetime",
        DeValue::Array(_) => "type-list",
        DeValue::Table(_) => "type-table",
    }
}

/// An integer that fits 64 bits.
pub fn integer(value: &DeValue<'_>) -> Option<i64> {
    match value {
        DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).ok(),
        _ => None,
    }
}

/// A date of the calendar without a time.
pub fn day(value: &DeValue<'_>) -> Option<Day> {
    let DeValue::Datetime(found) = value else {
        return None;
    };
    let date = found
        .date
        .filter(|_| found.time.is_none() && found.offset.is_none())?;
    Day::new(date.year.into(), date.month.into(), date.day.into())
}

/// A number with few decimals, read from its text: 12, 3500.5, 3500.50.
pub fn decimal(value: &DeValue<'_>) -> Option<Decimal> {
    match value {
        DeValue::Float(n) => n.as_str().parse().ok(),
        _ => integer(value).map(Decimal::from),
    }
}

/// A table being taken apart: each key asked for is remembered, and `finish` refuses the rest.
pub struct Reader<'a, 's> {
    reading: &'a Reading<'s>,
    table: &'a DeTable<'s>,
    span: Range<usize>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a, 's> Reader<'a, 's> {
    /// Reads `table`, which stands at `span`.
    pub fn new(
        reading: &'a Reading<'s>,
        table: &'a DeTable<'s>,
        span: Range<usize>,
    ) -> Reader<'a, 's> {
        Reader {
            reading,
            table,
            span,
            asked: RefCell::default(),
        }
    }

    /// Where the table stands.
    pub fn place(&self) -> Place {
        self.reading.source.place(self.span.clone())
    }

    /// Where a key's value stands, or the table where the key is missing.
    pub fn place_of(&self, key: &str) -> Place {
        self.find(key).map_or_else(
            || self.place(),
            |node| self.reading.source.place(node.span()),
        )
    }

    /// Notes a problem.
    pub fn note(&self, problem: Problem) {
        self.reading.note(problem);
    }

    fn find(&self, key: &str) -> Option<&'a Node<'s>> {
        self.table
            .iter()
            .find(|(k, _)| k.get_ref() == key)
            .map(|(_, node)| node)
    }

    /// A key's value, whatever it is.
    pub fn node(&self, key: &'static str) -> Option<&'a Node<'s>> {
        self.asked.borrow_mut().push(key);
        self.find(key)
    }

    fn typed<T>(
        &self,
        key: &'static str,
        wanted: &'static str,
        read: impl FnOnce(&'a Node<'s>) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(key)?;
        let value = read(node);
        if value.is_none() {
            self.wrong_type(key, node, wanted);
        }
        value
    }

    fn wrong_type(&self, key: &str, node: &Node<'_>, wanted: &'static str) {
        self.note(
            Problem::new(Rule::WRONG_TYPE)
                .at(self.reading.source.place(node.span()))
                .with("field", key)
                .with("wanted", Arg::Message(wanted))
                .with("found", Arg::Message(type_name(node.get_ref()))),
        );
    }

    /// A text.
    pub fn text(&self, key: &'static str) -> Option<String> {
        self.typed(key, "type-text", |node| {
            node.get_ref().as_str().map(str::to_owned)
        })
    }

    /// A text that must be there.
    pub fn required(&self, key: &'static str) -> Option<String> {
        if self.find(key).is_none() {
            self.missing(key);
        }
        self.text(key)
    }

    /// Notes that a key must be there.
    pub fn missing(&self, key: &str) {
        self.note(
            Problem::new(Rule::MISSING_FIELD)
                .at(self.place())
                .with("field", key)
                .with("kind", Arg::Message("this-table")),
        );
    }

    /// An integer.
    pub fn integer(&self, key: &'static str) -> Option<i64> {
        self.typed(key, "type-integer", |node| integer(node.get_ref()))
    }

    /// A day.
    pub fn day(&self, key: &'static str) -> Option<Day> {
        self.typed(key, "type-date", |node| day(node.get_ref()))
    }

    /// True or false; false when absent.
    pub fn boolean(&self, key: &'static str) -> bool {
        self.typed(key, "type-boolean", |node| node.get_ref().as_bool())
            .unwrap_or(false)
    }

    /// A list of texts; one text alone is a list of one.
    pub fn texts(&self, key: &'static str) -> Vec<String> {
        self.typed(key, "type-list", |node| match node.get_ref() {
            DeValue::String(text) => Some(vec![text.to_string()]),
            DeValue::Array(items) => items
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect(),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// A list of pairs of texts.
    pub fn pairs_of_texts(&self, key: &'static str) -> Vec<(String, String)> {
        let pair = |node: &Node<'_>| match node.get_ref() {
            DeValue::Array(items) => match &items[..] {
                [a, b] => Some((
                    a.get_ref().as_str()?.to_owned(),
                    b.get_ref().as_str()?.to_owned(),
                )),
                _ => None,
            },
            _ => None,
        };
        self.typed(key, "type-list", |node| match node.get_ref() {
            DeValue::Array(items) => items.iter().map(pair).collect(),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// A table.
    pub fn table(&self, key: &'static str) -> Option<Reader<'a, 's>> {
        self.typed(key, "type-table", |node| match node.get_ref() {
            DeValue::Table(table) => Some(Reader::new(self.reading, table, node.span())),
            _ => None,
        })
    }

    /// A value as a table of its own, if it is one.
    pub fn inner(&self, node: &'a Node<'s>) -> Option<Reader<'a, 's>> {
        match node.get_ref() {
            DeValue::Table(table) => Some(Reader::new(self.reading, table, node.span())),
            _ => None,
        }
    }

    /// A list of tables.
    pub fn tables(&self, key: &'static str) -> Vec<Reader<'a, 's>> {
        self.typed(key, "type-list", |node| match node.get_ref() {
            DeValue::Array(items) => items
                .iter()
                .map(|item| match item.get_ref() {
                    DeValue::Table(table) => Some(Reader::new(self.reading, table, item.span())),
                    _ => None,
                })
                .collect(),
            _ => None,
        })
        .unwrap_or_default()
    }

    /// The labels `zh` and `en`, both required.
    pub fn label(&self) -> Label {
        Label {
            zh: self.required("zh").unwrap_or_default(),
            en: self.required("en").unwrap_or_default(),
        }
    }

    /// One of a few words, required unless there is a default.
    pub fn choice<T: Copy>(
        &self,
        key: &'static str,
        choices: &[(&str, T)],
        default: Option<T>,
    ) -> Option<T> {
        let text = if default.is_some() {
            self.text(key)
        } else {
            self.required(key)
        };
        let Some(text) = text else { return default };
        let found = choices
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, value)| *value);
        if found.is_none() {
            let allowed: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.unknown_value(key, &text, allowed);
        }
        found
    }

    /// Notes that a value is not among the allowed ones.
    pub fn unknown_value<'n>(
        &self,
        key: &str,
        value: &str,
        allowed: impl IntoIterator<Item = &'n str>,
    ) {
        self.note(
            Problem::new(Rule::UNKNOWN_VALUE)
                .at(self.place_of(key))
                .with("field", key)
                .with("value", value)
                .with("allowed", Choices::of(value, allowed)),
        );
    }

    /// Notes a key that may not stand here.
    pub fn unknown_key<'n>(&self, key: &str, allowed: impl IntoIterator<Item = &'n str>) {
        let span = self
            .keys()
            .find(|(name, _, _)| *name == key)
            .map_or(self.span.clone(), |(_, span, _)| span);
        self.note(
            Problem::new(Rule::UNKNOWN_FIELD)
                .at(self.reading.source.place(span))
                .with("field", key)
                .with("kind", Arg::Message("this-table"))
                .with("allowed", Choices::of(key, allowed)),
        );
    }

    /// Every key of the table, with its place.
    pub fn keys(&self) -> impl Iterator<Item = (&'a str, Range<usize>, &'a Node<'s>)> {
        self.table
            .iter()
            .map(|(key, node)| (key.get_ref().as_ref(), key.span(), node))
    }

    /// Every key and its text, for tables whose keys are the user's own.
    pub fn pairs(&self) -> Vec<(String, String)> {
        self.keys()
            .filter_map(|(key, _, node)| match node.get_ref().as_str() {
                Some(text) => Some((key.to_owned(), text.to_owned())),
                None => {
                    self.note(
                        Problem::new(Rule::WRONG_TYPE)
                            .at(self.reading.source.place(node.span()))
                            .with("field", key)
                            .with("wanted", Arg::Message("type-text"))
                            .with("found", Arg::Message(type_name(node.get_ref()))),
                    );
                    None
                }
            })
            .collect()
    }

    /// Refuses every key that was not asked for, naming those that may stand here.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for (key, span, _) in self.keys() {
            if !asked.contains(&key) {
                let mut allowed: Vec<&str> = Vec::new();
                allowed.extend(asked.iter().filter(|key| **key != "extend"));
                allowed.sort_unstable();
                allowed.dedup();
                self.note(
                    Problem::new(Rule::UNKNOWN_FIELD)
                        .at(self.reading.source.place(span))
                        .with("field", key)
                        .with("kind", Arg::Message("this-table"))
                        .with("allowed", Choices::of(key, allowed)),
                );
            }
        }
    }
}
