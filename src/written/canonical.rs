//! Rows of canonical text: one key a line in the order of the kind, one blank line between records,
//! values as the program writes them. A single pass; text that is written in any other way is
//! refused at once and left to the full parser.
//!
//! What is accepted here is just what `fmt` would leave as it is, so that a text is canonical if
//! every row of it was accepted here and holds values that fit its fields.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::day::Day;
use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType, HEAD, Kind, head_mask};
use crate::spelling::is_steering;
use crate::written::selection::Selection;
use crate::written::{Data, Field, Given, Item, Row};

/// A list longer than this many columns is broken into lines.
pub const LONGEST_LINE: usize = 100;

/// The text is not written as the program writes it, or is no TOML at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCanonical;

type Result<T> = std::result::Result<T, NotCanonical>;

/// A canonical text as it is read, row after row.
pub struct Rows<'s, 'r> {
    rules: &'r Rules,
    selection: &'r Selection,
    scan: Scan<'s>,
    /// Kinds by their index, those met last first: a file has few.
    kinds: Vec<usize>,
}

impl<'s, 'r> Rows<'s, 'r> {
    /// Starts at the beginning of a text. Rows have the fields that are selected; of the others it
    /// is only seen that they fit.
    pub fn new(text: &'s str, rules: &'r Rules, selection: &'r Selection) -> Rows<'s, 'r> {
        Rows {
            rules,
            selection,
            scan: Scan::new(text),
            kinds: (0..rules.kinds.len()).collect(),
        }
    }

    /// Reads the next row into `row`, whose memory is used again; false at the end of the text.
    ///
    /// # Errors
    /// The text goes on in another way than the program writes it.
    pub fn next(&mut self, row: &mut Row<'s>) -> Result<bool> {
        self.scan.recycle(row);
        if self.scan.at == self.scan.bytes.len() {
            return Ok(false);
        }
        if self.scan.at > 0 {
            self.scan.line_end()?;
        }
        let (start, line) = (self.scan.at, self.scan.line);
        let name = self.name()?;
        (row.header, row.line) = (start..self.scan.at - 1, line);
        let used = self
            .kinds
            .iter()
            .position(|&kind| self.rules.kinds[kind].name == name)
            .ok_or(NotCanonical)?;
        self.kinds[..=used].rotate_right(1);
        let kind = &self.rules.kinds[self.kinds[0]];
        (row.name, row.kind) = (Cow::Borrowed(name), Some(self.kinds[0]));
        if self.scan.starts_with(b"id = ") {
            row.fields.push(self.scan.field("id", None, &[])?);
        }
        let wanted = self.selection.of(self.kinds[0]);
        row.skipped = self.scan.fields(
            &kind.fields,
            |n| n >= Given::MOST || wanted.reads(n, kind),
            &mut row.fields,
        )?;
        if self.scan.starts_with(b"retracted = ") {
            row.fields.push(
                self.scan
                    .field("retracted", None, &self.rules.shared.retraction)?,
            );
        }
        // What follows is the blank line above the next row, or a key that has no place here.
        match self.scan.bytes.get(self.scan.at) {
            None | Some(b'\n') => Ok(true),
            Some(_) => Err(NotCanonical),
        }
    }

    /// The name in a header.
    fn name(&mut self) -> Result<&'s str> {
        self.scan.take(b"[[")?;
        let name = self.scan.while_bytes(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-'
        });
        self.scan.take(b"]]\n")?;
        self.scan.line += 1;
        Ok(name)
    }
}

/// The fields of a text that is one table of this kind, as an organisation's file is.
///
/// # Errors
/// The text is not canonical.
pub fn table<'s>(text: &'s str, kind: &Kind) -> Result<Vec<Field<'s>>> {
    let mut scan = Scan::new(text);
    let mut fields = Vec::new();
    scan.fields(&kind.fields, |_| true, &mut fields)?;
    if scan.at == scan.bytes.len() {
        Ok(fields)
    } else {
        Err(NotCanonical)
    }
}

/// A place in a text, and what can be taken there.
struct Scan<'s> {
    text: &'s str,
    bytes: &'s [u8],
    at: usize,
    line: usize,
    is_plain: bool,
    /// Memory of tables and lists that nobody needs any more.
    spare_fields: Vec<Vec<Field<'s>>>,
    spare_items: Vec<Vec<Item<'s>>>,
}

impl<'s> Scan<'s> {
    fn new(text: &'s str) -> Scan<'s> {
        let bytes = text.as_bytes();
        Scan {
            text,
            bytes,
            at: 0,
            line: 1,
            is_plain: is_plain(bytes),
            spare_fields: Vec::new(),
            spare_items: Vec::new(),
        }
    }

    /// Empties a row and keeps the memory of its lists and tables for the next.
    fn recycle(&mut self, row: &mut Row<'s>) {
        for field in row.fields.drain(..) {
            self.spare(field.data);
        }
    }

    /// Keeps the memory of a value for the next.
    fn spare(&mut self, data: Data<'s>) {
        match data {
            Data::List(mut items) => {
                for item in items.drain(..) {
                    self.spare_table(item.data);
                }
                self.spare_items.push(items);
            }
            data => self.spare_table(data),
        }
    }

    fn spare_table(&mut self, data: Data<'s>) {
        if let Data::Table(mut fields) = data {
            fields.clear();
            self.spare_fields.push(fields);
        }
    }

    #[inline]
    fn starts_with<const N: usize>(&self, word: &[u8; N]) -> bool {
        self.bytes[self.at..].first_chunk() == Some(word)
    }

    /// The eight bytes that stand here, as a number; past the end of the text they are 0.
    #[inline]
    fn word(&self) -> u64 {
        let rest = &self.bytes[self.at..];
        match rest.first_chunk() {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => rest
                .iter()
                .rev()
                .fold(0, |word, byte| word << 8 | u64::from(*byte)),
        }
    }

    /// The first of some fields whose `key = ` stands here.
    #[inline]
    fn which(&self, definitions: &[FieldDef]) -> Option<usize> {
        let word = self.word();
        let rest = &self.bytes[self.at..];
        let is_it = |definition: &FieldDef| {
            let length = definition.name.len();
            word & head_mask(length) == definition.head
                && (length <= HEAD
                    || rest.get(HEAD..length) == definition.name.as_bytes().get(HEAD..))
                && rest[length..].first_chunk() == Some(b" = ")
        };
        definitions.iter().position(is_it)
    }

    /// The lines of a table's fields, in the order of their definitions. Those that are wanted are
    /// put into `fields`, the others are looked at and named in what is returned.
    #[inline]
    fn fields(
        &mut self,
        definitions: &[FieldDef],
        is_wanted: impl Fn(usize) -> bool,
        fields: &mut Vec<Field<'s>>,
    ) -> Result<Given> {
        let mut skipped = Given::default();
        let mut next = 0;
        while let Some(ahead) = self.which(&definitions[next..]) {
            let index = next + ahead;
            let definition = &definitions[index];
            if is_wanted(index) {
                fields.push(self.field(&definition.name, Some(index), columns_of(definition))?);
            } else if self.skip(definition)? {
                skipped.insert(index);
            }
            next = index + 1;
        }
        Ok(skipped)
    }

    /// A whole field that nobody asked for, whose key is known to stand here: whether it says
    /// anything.
    #[inline]
    fn skip(&mut self, definition: &FieldDef) -> Result<bool> {
        let key = self.at..self.at + definition.name.len();
        self.at = key.end + " = ".len();
        let is_given = match &definition.ty {
            // Most fields hold a text, which always fits.
            FieldType::Text | FieldType::Path | FieldType::Record(_) | FieldType::Organisation
                if !definition.list && self.starts_with(b"\"") =>
            {
                !self.string()?.trim_start().is_empty()
            }
            _ => {
                let name = self.text.get(key).unwrap_or_default();
                let data = self.line_value(name, columns_of(definition))?;
                if !data.fits(definition) {
                    return Err(NotCanonical);
                }
                let is_given = !data.is_blank();
                self.spare(data);
                is_given
            }
        };
        self.line_end()?;
        Ok(is_given)
    }

    #[inline]
    fn take<const N: usize>(&mut self, word: &[u8; N]) -> Result<()> {
        if !self.starts_with(word) {
            return Err(NotCanonical);
        }
        self.at += N;
        Ok(())
    }

    #[inline]
    fn line_end(&mut self) -> Result<()> {
        self.line += 1;
        self.take(b"\n")
    }

    fn while_bytes(&mut self, holds: impl Fn(u8) -> bool) -> &'s str {
        let start = self.at;
        let length = self.bytes[start..]
            .iter()
            .take_while(|byte| holds(**byte))
            .count();
        self.at += length;
        // All of what is taken is ASCII, so these are boundaries of characters.
        self.text.get(start..start + length).unwrap_or_default()
    }

    /// A whole line `key = value`, or as many lines as the value takes; the key is known to stand
    /// here.
    #[inline]
    fn field(
        &mut self,
        key: &str,
        index: Option<usize>,
        columns: &[FieldDef],
    ) -> Result<Field<'s>> {
        let field = self.pair(key, index, columns, true)?;
        self.line_end()?;
        Ok(field)
    }

    /// `key = value`; the key is known to stand here.
    #[inline]
    fn pair(
        &mut self,
        key: &str,
        index: Option<usize>,
        columns: &[FieldDef],
        own_line: bool,
    ) -> Result<Field<'s>> {
        let key = self.at..self.at + key.len();
        let name = self.text.get(key.clone()).unwrap_or_default();
        let start = key.end + " = ".len();
        self.at = start;
        let data = if own_line {
            self.line_value(name, columns)?
        } else {
            self.value(columns)?
        };
        Ok(Field {
            name: Cow::Borrowed(name),
            index,
            key,
            span: start..self.at,
            data,
        })
    }

    /// The value of a line, which may take several.
    #[inline]
    fn line_value(&mut self, name: &str, columns: &[FieldDef]) -> Result<Data<'s>> {
        match self.bytes.get(self.at) {
            Some(b'[') => self.list(name, columns),
            _ => self.value(columns),
        }
    }

    #[inline]
    fn value(&mut self, columns: &[FieldDef]) -> Result<Data<'s>> {
        match self.bytes.get(self.at) {
            Some(b'"') => self.string().map(Data::Text),
            Some(b'0'..=b'9' | b'-') => self.number(),
            Some(b't') => self.take(b"true").map(|()| Data::Boolean(true)),
            Some(b'f') => self.take(b"false").map(|()| Data::Boolean(false)),
            Some(b'{') => self.table(columns),
            Some(b'[') => self.flat_list(columns),
            _ => Err(NotCanonical),
        }
    }

    /// A basic string of one line in which just those characters are escaped that must be.
    #[inline]
    fn string(&mut self) -> Result<Cow<'s, str>> {
        let start = self.at + 1;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = end_of_string(rest).ok_or(NotCanonical)?;
        let raw = self.text.get(start..start + length).ok_or(NotCanonical)?;
        if !self.is_plain {
            if raw.contains('\\') {
                return self.escaped(start);
            }
            if raw.chars().any(is_steering) {
                return Err(NotCanonical);
            }
        }
        self.at = start + length + 1;
        Ok(Cow::Borrowed(raw))
    }

    /// A string with escapes: accepted if writing it anew gives the same.
    fn escaped(&mut self, start: usize) -> Result<Cow<'s, str>> {
        let mut text = String::new();
        let mut chars = self.text.get(start..).unwrap_or_default().char_indices();
        loop {
            let (at, c) = chars.next().ok_or(NotCanonical)?;
            match c {
                '"' => {
                    self.at = start + at + 1;
                    let written = self.text.get(start - 1..self.at).unwrap_or_default();
                    return if quoted(&text) == written {
                        Ok(Cow::Owned(text))
                    } else {
                        Err(NotCanonical)
                    };
                }
                '\\' => match chars.next().map(|(_, c)| c) {
                    Some('"') => text.push('"'),
                    Some('\\') => text.push('\\'),
                    Some('n') => text.push('\n'),
                    Some('r') => text.push('\r'),
                    Some('t') => text.push('\t'),
                    Some('u') => {
                        let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                        let code = u32::from_str_radix(&digits, 16)
                            .ok()
                            .and_then(char::from_u32);
                        text.push(code.ok_or(NotCanonical)?);
                    }
                    _ => return Err(NotCanonical),
                },
                '\n' => return Err(NotCanonical),
                c => text.push(c),
            }
        }
    }

    /// A day, a whole number, or one with decimals of which the last is not 0.
    #[inline]
    fn number(&mut self) -> Result<Data<'s>> {
        if let Some(day) = self.bytes[self.at..].first_chunk::<{ Day::WIDTH }>()
            && day[4] == b'-'
        {
            let day = Day::from_canonical(day).ok_or(NotCanonical)?;
            self.at += Day::WIDTH;
            return Ok(Data::Day(day));
        }
        self.plain_number()
    }

    fn plain_number(&mut self) -> Result<Data<'s>> {
        let text = self.while_bytes(|b| b.is_ascii_digit() || b == b'-' || b == b'.');
        let (whole, decimals) = text
            .split_once('.')
            .map_or((text, None), |(whole, decimals)| (whole, Some(decimals)));
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        let is_number =
            |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if !is_number(digits) || digits.len() > 1 && digits.starts_with('0') {
            return Err(NotCanonical);
        }
        match decimals {
            None if text == "-0" => Err(NotCanonical),
            None => text.parse().map(Data::Integer).map_err(|_| NotCanonical),
            Some(decimals) if is_number(decimals) && !decimals.ends_with('0') => {
                Ok(Data::Float(Cow::Borrowed(text)))
            }
            Some(_) => Err(NotCanonical),
        }
    }

    /// `{ a = 1, b = 2 }`, with keys in the order of the columns; of a field without columns only
    /// `{}` is left to be refused.
    fn table(&mut self, columns: &[FieldDef]) -> Result<Data<'s>> {
        let mut fields = self.spare_fields.pop().unwrap_or_default();
        if self.starts_with(b"{}") {
            self.at += 2;
            return Ok(Data::Table(fields));
        }
        self.take(b"{ ")?;
        let mut next = 0;
        loop {
            let index = next + self.which(&columns[next..]).ok_or(NotCanonical)?;
            fields.push(self.pair(
                &columns[index].name,
                Some(index),
                columns_of(&columns[index]),
                false,
            )?);
            if self.starts_with(b" }") {
                self.at += 2;
                return Ok(Data::Table(fields));
            }
            self.take(b", ")?;
            next = index + 1;
        }
    }

    /// A list that is the value of a line: flat, or with a line for each item where it must be.
    fn list(&mut self, name: &str, columns: &[FieldDef]) -> Result<Data<'s>> {
        let start = self.at;
        if !self.starts_with(b"[\n") {
            let flat = self.flat_list(columns)?;
            let holds_tables =
                matches!(&flat, Data::List(items) if !items.is_empty()) && !columns.is_empty();
            return if !holds_tables && self.fits(name, start) {
                Ok(flat)
            } else {
                Err(NotCanonical)
            };
        }
        self.at += 2;
        self.line += 1;
        let mut items = self.spare_items.pop().unwrap_or_default();
        // What the list would take on one line: its items, `, ` between them, and the brackets.
        let mut width = name.len() + " = []".len();
        let tables = !columns.is_empty();
        while !self.starts_with(b"]") {
            self.take(b"    ")?;
            let item = self.item(columns)?;
            if !tables {
                let text = self.text.get(item.span.clone()).unwrap_or_default();
                width += text.width() + if items.is_empty() { 0 } else { ", ".len() };
            }
            items.push(item);
            self.take(b",\n")?;
            self.line += 1;
        }
        self.at += 1;
        let must_be_broken = !items.is_empty() && (tables || width > LONGEST_LINE);
        if must_be_broken {
            Ok(Data::List(items))
        } else {
            Err(NotCanonical)
        }
    }

    /// Whether a flat list is short enough to stand on its line.
    fn fits(&self, name: &str, start: usize) -> bool {
        let text = self.text.get(start..self.at).unwrap_or_default();
        let most = LONGEST_LINE.saturating_sub(name.len() + " = ".len());
        // No character takes more columns than bytes.
        text.len() <= most || text.width() <= most
    }

    fn flat_list(&mut self, columns: &[FieldDef]) -> Result<Data<'s>> {
        self.take(b"[")?;
        let mut items = self.spare_items.pop().unwrap_or_default();
        if self.starts_with(b"]") {
            self.at += 1;
            return Ok(Data::List(items));
        }
        loop {
            items.push(self.item(columns)?);
            if self.starts_with(b"]") {
                self.at += 1;
                return Ok(Data::List(items));
            }
            self.take(b", ")?;
        }
    }

    fn item(&mut self, columns: &[FieldDef]) -> Result<Item<'s>> {
        let start = self.at;
        // A list in a list fits no field.
        let data = if self.starts_with(b"[") {
            return Err(NotCanonical);
        } else {
            self.value(columns)?
        };
        Ok(Item {
            span: start..self.at,
            data,
        })
    }
}

/// The columns of a field that holds tables; none of another.
fn columns_of(definition: &FieldDef) -> &[FieldDef] {
    match &definition.ty {
        FieldType::Table(columns) => columns,
        _ => &[],
    }
}

/// Where the first quote is; none where the line ends before it.
#[inline]
fn end_of_string(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    // The lowest byte of `word` that is 0 is the lowest that is marked in its highest bit.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, rest) = bytes.as_chunks::<8>();
    for (n, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ u64::from_le_bytes([b'"'; 8]))
            | zeros(word ^ u64::from_le_bytes([b'\n'; 8]));
        if found != 0 {
            let at = 8 * n + found.trailing_zeros() as usize / 8;
            return (bytes[at] == b'"').then_some(at);
        }
    }
    let at =
        bytes.len() - rest.len() + rest.iter().position(|byte| matches!(byte, b'"' | b'\n'))?;
    (bytes[at] == b'"').then_some(at)
}

/// Whether no string of a text can have an escape, or a character that must be one: most texts are
/// so.
fn is_plain(bytes: &[u8]) -> bool {
    // No branch and no early end, so that many bytes are looked at at once. The last three may
    // begin a character that steers a terminal: U+0080 to U+009F, U+061C, U+200E to U+2069.
    let is_special = |byte: u8| {
        byte < 0x20 && byte != b'\n' || matches!(byte, b'\\' | 0x7f | 0xc2 | 0xd8 | 0xe2)
    };
    !bytes
        .iter()
        .fold(false, |special, byte| special | is_special(*byte))
}

/// A text as a basic string of one line.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Marks of direction and their like stay escapes: raw they would be seen by nobody.
            c if is_steering(c) => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
