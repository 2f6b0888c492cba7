//! How tables from below are understood: words beside the names of fields, forms that a ledger
//! knows, other names of organisations.

use crate::locale::Choices;
use crate::problem::{Place, Problem, Rule};
use crate::spelling::folded;
use crate::toml::Reader;

/// Words of tables that are no field's name and no value.
#[derive(Clone, Debug, Default)]
pub struct Wording {
    /// Headings of the column with the organisation.
    pub organisation: Vec<String>,
    /// Headings of the column with the organisation above it.
    pub above: Vec<String>,
    /// Headings of a running number.
    pub serial: Vec<String>,
    /// What stands before a colon above a table, with the organisation behind it.
    pub reporter: Vec<String>,
    /// The first words of a row with the total of all rows.
    pub total: Vec<String>,
    /// The first words of a row with the total of the rows since the last such row.
    pub subtotal: Vec<String>,
    /// The first words of rows of figures that are neither records nor totals.
    pub other_figures: Vec<String>,
    /// What the heading of a day says if a day there means that something is done.
    pub completion: Vec<String>,
    /// The first words of rows to be signed.
    pub signature: Vec<String>,
    /// The first words of notes.
    pub note: Vec<String>,
    /// The first words of a row that shows how to fill in the form.
    pub example: Vec<String>,
    /// Signs that say that there is nothing to say.
    pub blank: Vec<String>,
    /// Words that say that there is none.
    pub none: Vec<String>,
    /// Words that say that a number is not known.
    pub unknown: Vec<String>,
    /// Spellings that mean one thing in a heading: the first is taken for the second.
    pub alike: Vec<(String, String)>,
    /// What a heading may have more or less than the name of its field.
    pub endings: Vec<String>,
}

/// A form whose columns are known: its headings say what it is.
#[derive(Clone, Debug)]
pub struct FormSpec {
    /// Its name.
    pub name: String,
    /// The kind of its rows.
    pub kind: String,
    /// The sheets it stands on; any where none is named.
    pub sheet: Option<String>,
    /// The last row of the heading, from 1; found by the headings where it is not given.
    pub heading: Option<u32>,
    /// The headings by which it is found again, from left to right.
    pub headings: Vec<String>,
    /// What stands in its columns: the letter of a column, and the name of a field, or `org`,
    /// `above`, `id`, `updates.on` and the like.
    pub columns: Vec<(String, String)>,
    /// Values that every row has though the form does not say them.
    pub set: Vec<(String, String)>,
    /// The year of dates that name none.
    pub year: Option<i32>,
    /// Where it is defined.
    pub place: Place,
}

/// Another name that forms use for an organisation.
#[derive(Clone, Debug)]
pub struct Alias {
    /// The name.
    pub name: String,
    /// The organisation's id.
    pub org: String,
}

/// The keys of a file of rules that are read here.
pub const TABLES: [&str; 3] = ["wording", "form", "alias"];

impl Wording {
    /// Adds the words of a file of rules.
    pub(super) fn extend(&mut self, reader: Reader<'_, '_>) {
        for (key, words) in [
            ("organisation", &mut self.organisation),
            ("above", &mut self.above),
            ("serial", &mut self.serial),
            ("reporter", &mut self.reporter),
            ("total", &mut self.total),
            ("subtotal", &mut self.subtotal),
            ("other_figures", &mut self.other_figures),
            ("completion", &mut self.completion),
            ("signature", &mut self.signature),
            ("note", &mut self.note),
            ("example", &mut self.example),
            ("blank", &mut self.blank),
            ("none", &mut self.none),
            ("unknown", &mut self.unknown),
            ("endings", &mut self.endings),
        ] {
            // As they are compared: cells are held against them by the ten thousand.
            words.extend(reader.texts(key).iter().map(|word| squeezed(word)));
        }
        self.alike.extend(reader.pairs_of_texts("alike"));
        reader.finish();
    }

    /// Whether a text is one of some words, however it is spelled.
    pub fn is(words: &[String], text: &str) -> bool {
        let text = squeezed(text);
        words.contains(&text)
    }

    /// Whether a short text begins or ends with one of some words: `工农街道合计`, `小计（3项）`.
    pub fn is_labelled_by(words: &[String], text: &str) -> bool {
        const LONGEST: usize = 12;
        let text = squeezed(text);
        let bare = text.split(['(', ':']).next().unwrap_or_default();
        let is_it = |word: &String| {
            // “grand total” is a word of its own; letters in a row may be part of any.
            let (begins, ends) = (
                bare.starts_with(word.as_str()),
                bare.ends_with(word.as_str()),
            );
            bare == word || !word.is_ascii() && (begins || ends)
        };
        bare.chars().count() <= LONGEST && words.iter().any(is_it)
    }

    /// Whether a text begins with one of some words and a colon, a bracket or its end follows.
    pub fn begins(words: &[String], text: &str) -> bool {
        let text = squeezed(text);
        words.iter().any(|word| {
            let rest = text.strip_prefix(word.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '(', '1', '、', '.']))
        })
    }
}

/// A text as words of forms are compared: folded, small, without blanks.
pub fn squeezed(text: &str) -> String {
    let letters = folded(text);
    let letters = letters.chars().filter(|c| !c.is_whitespace());
    letters.flat_map(char::to_lowercase).collect()
}

impl FormSpec {
    /// Reads a form from its table.
    pub fn read(reader: Reader<'_, '_>) -> Option<FormSpec> {
        let place = reader.place();
        let pairs = |key| reader.table(key).map(|table| table.pairs());
        let number = |key: &'static str| reader.integer(key);
        let spec = FormSpec {
            name: reader.text("name").unwrap_or_default(),
            kind: reader.required("kind").unwrap_or_default(),
            sheet: reader.text("sheet"),
            heading: number("heading").and_then(|row| u32::try_from(row).ok()),
            headings: reader.texts("headings"),
            columns: pairs("columns").unwrap_or_default(),
            set: pairs("set").unwrap_or_default(),
            year: number("year").and_then(|year| i32::try_from(year).ok()),
            place,
        };
        if spec.heading.is_none() && spec.headings.is_empty() {
            reader.missing("heading");
        }
        reader.finish();
        (!spec.kind.is_empty()).then_some(spec)
    }
}

impl Alias {
    pub(super) fn read(reader: Reader<'_, '_>) -> Option<Alias> {
        let alias = Alias {
            name: reader.required("name")?,
            org: reader.required("org")?,
        };
        reader.finish();
        Some(alias)
    }
}

/// That a form says something of a kind that does not fit it.
pub fn unknown_in_form<'n>(
    place: &Place,
    field: &str,
    value: &str,
    allowed: impl IntoIterator<Item = &'n str>,
) -> Problem {
    Problem::new(Rule::UNKNOWN_VALUE)
        .at(place.clone())
        .with("field", field)
        .with("value", value)
        .with("allowed", Choices::of(value, allowed))
}
