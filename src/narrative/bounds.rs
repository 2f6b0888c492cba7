//! What a template may hold and make. Templates come from strangers: what is beyond these bounds is
//! one clear error, said before it costs time or memory.
//!
//! The engine counts what it does (its fuel): instructions, bytes that are written, items that are
//! visited. What it does not count is how large a value is all told, when lists hold lists. So
//! every operand in a tag is sent through a checkpoint, which pays for the whole value and refuses
//! one that is nested too deep; sums, products and joined texts are made of numbers and texts
//! alone. A value that is never too deep, and paid for wherever it is used, can neither overflow
//! the stack nor double itself for free.

use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, State};

use crate::narrative::quantity::Quantity;
use crate::narrative::refusal::{beyond, refuse};
use crate::narrative::tags::{Sort, Tag, Token, WordSort, words};
use crate::problem::{Problem, Rule};

/// The largest template of Markdown or text, in bytes.
pub const MOST_TEXT: usize = 1 << 20;

/// The largest document of Markdown or text that a template makes, in bytes.
pub const MOST_WRITTEN: usize = 2 << 20;

/// The longest tag, in characters.
pub const LONGEST_TAG: usize = 2_000;

/// How many tags a template, or a part of a Word file, may have.
const MOST_TAGS: usize = 20_000;

/// How long they may be together, in characters.
const MOST_IN_TAGS: usize = 200_000;

/// How deep `if` and `for` may stand in one another; each `elif` counts, as the engine reads it as
/// one more `if`.
const DEEPEST_BLOCK: usize = 64;

/// How deep lists may hold lists.
const DEEPEST_VALUE: usize = 8;

/// The longest text that is printed at one place, in bytes.
const MOST_PRINTED: usize = 1 << 20;

/// Of how many numbers a total may be made.
pub const MOST_PARTS: usize = 10_000;

/// How many lines the trace of a document may have: one a figure, and one for each record behind
/// it.
pub const MOST_TRACED: usize = 200_000;

/// What the engine may do: an instruction costs 1, as do 64 bytes that are made. A Word table of
/// 2,000 organisations with thirty figures each takes two thirds of it.
pub const FUEL: u64 = 2_000_000;

/// What a number of the ledger costs: it holds the question it answers.
pub const OF_QUANTITY: u64 = 4;

/// The stack the engine runs on, in bytes: several times what the deepest template within these
/// bounds takes.
pub const STACK: usize = 64 << 20;

/// A bound that a template goes beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// The tag that does, by index.
    pub tag: usize,
    what: &'static str,
    most: usize,
}

impl Beyond {
    /// What is said of it.
    pub fn problem(self) -> Problem {
        beyond(self.what, self.most)
    }
}

/// Whether the tags of a text, each with its keyword, are few, short and shallow enough.
///
/// # Errors
/// The first bound that they go beyond.
pub fn check<'t>(tags: impl Iterator<Item = (&'t Tag, &'t str)>) -> Result<(), Beyond> {
    let (mut length, mut open) = (0, Vec::new());
    for (n, (tag, keyword)) in tags.enumerate() {
        if n >= MOST_TAGS {
            return Err(Beyond {
                tag: n,
                what: "bounds-tags",
                most: MOST_TAGS,
            });
        }
        if tag.sort == Sort::Comment {
            continue;
        }
        if tag.end - tag.start > LONGEST_TAG {
            return Err(Beyond {
                tag: n,
                what: "bounds-tag",
                most: LONGEST_TAG,
            });
        }
        length += tag.end - tag.start;
        if length > MOST_IN_TAGS {
            return Err(Beyond {
                tag: n,
                what: "bounds-in-tags",
                most: MOST_IN_TAGS,
            });
        }
        if tag.sort != Sort::Block {
            continue;
        }
        // For each open block, how deep it and its `elif`s stand.
        match keyword {
            "elif" => {
                if let Some(depth) = open.last_mut() {
                    *depth += 1;
                }
            }
            "if" | "for" | "with" | "filter" | "autoescape" | "set" => {
                let above = open.last().copied().unwrap_or(0);
                // A `set` with a value has no end, and is as deep as what it stands in.
                if keyword != "set" {
                    open.push(above + 1);
                }
            }
            end if end.starts_with("end") && end != "endset" => {
                open.pop();
            }
            _ => {}
        }
        if open.last().is_some_and(|depth| *depth > DEEPEST_BLOCK) {
            return Err(Beyond {
                tag: n,
                what: "bounds-blocks",
                most: DEEPEST_BLOCK,
            });
        }
    }
    Ok(())
}

/// A tag, its signs as the engine knows them, with a checkpoint behind every operand; each
/// character with the index of the one it stands for.
pub fn guarded(tag: &[char]) -> Vec<(char, usize)> {
    let mut put: Vec<(usize, &str)> = Vec::new();
    Expressions {
        tag,
        words: words(tag),
        at: 0,
        put: &mut put,
    }
    .read();
    let mut out = Vec::with_capacity(tag.len() + put.len() * HELD.len());
    let mut put = put.into_iter().peekable();
    for (n, c) in tag.iter().enumerate() {
        while let Some((_, text)) = put.next_if(|(at, _)| *at == n) {
            out.extend(text.chars().map(|c| (c, n.saturating_sub(1))));
        }
        out.push((*c, n));
    }
    out
}

/// The checkpoint of any operand, as it is put into a tag.
const HELD: &str = "|_held";
/// The checkpoint of what is added, multiplied or joined.
const TERM: &str = "|_term";

/// The operands of a tag, found as the engine's parser finds them: a word, then what is called,
/// chosen or taken of it.
struct Expressions<'t> {
    tag: &'t [char],
    words: Vec<Token>,
    at: usize,
    /// What is put into the tag, and before which of its characters.
    put: &'t mut Vec<(usize, &'static str)>,
}

/// What stands between two brackets, or in the tag itself.
#[derive(Clone, Copy, Default)]
struct Nesting {
    /// Whether names before `=` are names of arguments.
    call: bool,
    /// Whether what stands in it is given to a test, whose result is no more than yes or no.
    test: bool,
    /// Whether the operand is added, multiplied or joined to what stands before it.
    term: bool,
    /// Whether the operand is given to a test without brackets.
    given: bool,
}

/// What the last word ended.
#[derive(Clone, Copy, PartialEq)]
enum After {
    /// No operand.
    Nothing,
    /// A number, a text, yes or no: nothing to check.
    Constant,
    /// An operand.
    Operand,
}

impl Expressions<'_> {
    fn is(&self, n: usize, word: &str) -> bool {
        self.words.get(n).is_some_and(|w| {
            w.sort != WordSort::Text && self.tag[w.start..w.end].iter().copied().eq(word.chars())
        })
    }

    fn is_any(&self, n: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(n, word))
    }

    /// The index after the next such sign outside of brackets.
    fn behind(&self, from: usize, sign: &str, stop: &str) -> Option<usize> {
        let mut depth = 0usize;
        for n in from..self.words.len() {
            match () {
                () if self.is_any(n, &["(", "[", "{"]) => depth += 1,
                () if self.is_any(n, &[")", "]", "}"]) => depth = depth.saturating_sub(1),
                () if depth == 0 && self.is(n, sign) => return Some(n + 1),
                () if depth == 0 && self.is(n, stop) => return None,
                () => {}
            }
        }
        None
    }

    fn read(&mut self) {
        let end = self.words.len();
        if self.tag.starts_with(&['{', '#']) {
            return;
        }
        if self.tag.starts_with(&['{', '{']) {
            return self.expression(After::Nothing, false);
        }
        let statement = [
            "for",
            "set",
            "with",
            "filter",
            "if",
            "elif",
            "do",
            "autoescape",
        ]
        .into_iter()
        .find(|word| self.is(0, word));
        self.at = match statement {
            Some("for") => self.behind(1, "in", "").unwrap_or(end),
            Some("with") => self.behind(1, "=", "").unwrap_or(end),
            // What a `set` with an end takes is a text, which filters may follow.
            Some("set") => match self.behind(1, "=", "|") {
                Some(at) => at,
                None => {
                    self.at = self.behind(1, "|", "").map_or(end, |n| n - 1);
                    return self.expression(After::Constant, false);
                }
            },
            Some("filter") => {
                self.at = 1;
                let after = self.named();
                return self.expression(after, false);
            }
            Some(_) => 1,
            None => return,
        };
        self.expression(After::Nothing, statement == Some("with"));
    }

    /// Passes over the name of a filter or test.
    fn named(&mut self) -> After {
        self.at += 1;
        while self.is(self.at, ".") {
            self.at += 2;
        }
        After::Operand
    }

    /// Ends an operand before the word at hand.
    fn end(&mut self, after: After, level: &mut Nesting, chained: bool) {
        let place = match self.at {
            0 => return,
            n => self.words[(n - 1).min(self.words.len() - 1)].end,
        };
        let term = !chained && (level.term || self.is_any(self.at, &["+", "*", "~"]));
        match after {
            After::Operand => self
                .put
                .push((place, if term && !level.given { TERM } else { HELD })),
            After::Constant | After::Nothing => {}
        }
        if level.given {
            self.put.push((place, ")"));
            level.given = false;
        }
        if !chained {
            level.term = false;
        }
    }

    /// Puts a checkpoint behind every operand from here to the tag's end; in a `with` after each
    /// comma stands another name.
    fn expression(&mut self, mut after: After, with: bool) {
        const KEYWORDS: &[&str] = &["and", "or", "not", "if", "else", "in", "is", "recursive"];
        let mut above: Vec<Nesting> = Vec::new();
        let mut level = Nesting::default();
        while self.at < self.words.len() {
            let word = self.words[self.at];
            let continues = self.is_any(self.at, &[".", "(", "["])
                || word.sort == WordSort::Text && after == After::Constant;
            let chained = self.is_any(self.at, &["|", "is"]);
            if after != After::Nothing && !continues {
                let given = level.given;
                self.end(after, &mut level, chained);
                after = if given { After::Constant } else { after };
            }
            let follows = after != After::Nothing;
            match word.sort {
                WordSort::Text | WordSort::Number => after = After::Constant,
                WordSort::Name if follows || self.is_any(self.at, KEYWORDS) => {
                    after = After::Nothing;
                    if follows && self.is(self.at, "is") {
                        self.at += 1 + usize::from(self.is(self.at + 1, "not"));
                        self.named();
                        after = self.given_to_test(&mut above, &mut level);
                        continue;
                    }
                }
                WordSort::Name if level.call && self.is(self.at + 1, "=") => self.at += 1,
                WordSort::Name => {
                    let constant =
                        self.is_any(self.at, &["true", "True", "false", "False", "none", "None"]);
                    after = if constant {
                        After::Constant
                    } else {
                        After::Operand
                    };
                }
                WordSort::Sign => {
                    if self.is(self.at, "|") && follows {
                        self.at += 1;
                        after = self.named();
                        continue;
                    }
                    if self.is(self.at, ".") && follows {
                        self.at += 2;
                        after = After::Operand;
                        continue;
                    }
                    if self.is_any(self.at, &["(", "[", "{"]) {
                        above.push(level);
                        level = Nesting {
                            call: follows && self.is(self.at, "("),
                            ..Nesting::default()
                        };
                        after = After::Nothing;
                    } else if self.is_any(self.at, &[")", "]", "}"]) {
                        after = if level.test {
                            After::Constant
                        } else {
                            After::Operand
                        };
                        level = above.pop().unwrap_or_default();
                    } else {
                        level.term = follows && self.is_any(self.at, &["+", "*", "~"])
                            || level.term && !follows;
                        after = After::Nothing;
                        if with && above.is_empty() && self.is(self.at, ",") {
                            self.at = self.behind(self.at, "=", "").unwrap_or(self.words.len());
                            continue;
                        }
                    }
                }
            }
            self.at += 1;
        }
        if after != After::Nothing {
            self.end(after, &mut level, false);
        }
    }

    /// What a test is given, behind its name: in brackets, as an operand, or nothing.
    fn given_to_test(&mut self, above: &mut Vec<Nesting>, level: &mut Nesting) -> After {
        const NO_OPERAND: &[&str] = &["and", "or", "else", "is", "if", "in", "not", "recursive"];
        if self.is(self.at, "(") {
            above.push(*level);
            *level = Nesting {
                call: true,
                test: true,
                ..Nesting::default()
            };
            self.at += 1;
            return After::Nothing;
        }
        let begins = self.words.get(self.at).is_some_and(|word| match word.sort {
            WordSort::Name => !self.is_any(self.at, NO_OPERAND),
            WordSort::Number | WordSort::Text => true,
            WordSort::Sign => self.is_any(self.at, &["[", "{", "-"]),
        });
        if !begins {
            return After::Constant;
        }
        self.put.push((self.words[self.at].start, "("));
        level.given = true;
        After::Nothing
    }
}

/// The checkpoints, as filters that no template can name as its own.
pub fn add_checkpoints(environment: &mut Environment<'_>) {
    environment.add_filter("_held", |state: &State<'_, '_>, value: Value| {
        held(state, value)
    });
    environment.add_filter("_term", |state: &State<'_, '_>, value: Value| {
        match holds(&value) {
            true => Err(refuse(Problem::new(Rule::TEMPLATE_LIST_TERM))),
            false => held(state, value),
        }
    });
}

/// Whether a value holds others.
fn holds(value: &Value) -> bool {
    matches!(
        value.kind(),
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map
    ) && value.try_iter().is_ok()
}

/// The value, once it is paid for as a whole.
///
/// # Errors
/// It is nested too deep, or is more than a template may still do.
pub fn held(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    // What is counted here: halves of an instruction.
    let most = state.fuel_levels().map_or(u64::MAX, |(_, left)| {
        left.saturating_mul(2).saturating_add(2)
    });
    let mut left = most;
    let whole = weigh(&value, 0, &mut left);
    state.consume_fuel((most - left) / 2)?;
    whole?;
    // What is made anew each time it is looked at is made once.
    match value.kind() {
        ValueKind::Iterable => Ok(Value::from(value.try_iter()?.collect::<Vec<_>>())),
        _ => Ok(value),
    }
}

fn weigh(value: &Value, depth: usize, left: &mut u64) -> Result<(), Error> {
    let own = match value.as_str() {
        Some(text) => 1 + text.len() as u64 / if depth == 0 { 512 } else { 32 },
        None if value.downcast_object_ref::<Quantity>().is_some() => 2 * OF_QUANTITY,
        None => 1,
    };
    // What is left is not enough: the engine says so when it is asked to pay.
    *left = left.saturating_sub(own);
    if *left == 0 || !holds(value) {
        return Ok(());
    }
    if depth >= DEEPEST_VALUE {
        return Err(refuse(beyond("bounds-values", DEEPEST_VALUE)));
    }
    for item in value.try_iter()? {
        weigh(&item, depth + 1, left)?;
        if value.kind() == ValueKind::Map {
            weigh(&value.get_item(&item)?, depth + 1, left)?;
        }
        if *left == 0 {
            break;
        }
    }
    Ok(())
}

/// What a value is printed as, without marks of its own.
///
/// # Errors
/// It is too deep, too much, or too long for one place.
pub fn printed(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    held(state, value.clone())?;
    let text = value.to_string();
    match text.len() > MOST_PRINTED {
        true => Err(refuse(beyond("bounds-printed", MOST_PRINTED >> 20))),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operand_is_checked() {
        let read = |text: &str| {
            let out = guarded(&text.chars().collect::<Vec<_>>());
            assert!(
                out.iter()
                    .all(|(c, n)| text.chars().nth(*n) == Some(*c) || "|_heldtrm()".contains(*c)),
                "{text}"
            );
            out.into_iter()
                .map(|(c, _)| c)
                .collect::<String>()
                .replace(HELD, "ʰ")
                .replace(TERM, "ᵗ")
        };
        for (tag, checked) in [
            ("{{ a }}", "{{ aʰ }}"),
            (
                "{{- a.b[c].d(e, f=g)|h(2)|i -}}",
                "{{- a.b[cʰ].d(eʰ, f=gʰ)ʰ|h(2)ʰ|iʰ -}}",
            ),
            (
                "{{ 1 + a.value * -b ~ 'x' 'y' ~ c }}",
                "{{ 1 + a.valueᵗ * -bᵗ ~ 'x' 'y' ~ cᵗ }}",
            ),
            (
                "{{ a + b|sum - (c, [d])[0] }}",
                "{{ aᵗ + bʰ|sumᵗ - (cʰ, [dʰ]ʰ)[0]ʰ }}",
            ),
            ("{{ {'k': v, w: 1} }}", "{{ {'k': vʰ, wʰ: 1}ʰ }}"),
            (
                "{% if a == b and not c in [1, d] %}",
                "{% if aʰ == bʰ and not cʰ in [1, dʰ]ʰ %}",
            ),
            (
                "{% if a is defined and b is not divisibleby(c) or d %}",
                "{% if aʰ is defined and bʰ is not divisibleby(cʰ) or dʰ %}",
            ),
            (
                "{% if a is in b.c and x is eq 3 %}",
                "{% if aʰ is in (b.cʰ) and xʰ is eq (3) %}",
            ),
            (
                "{% for a, b in c|sort(attribute='x') if b %}",
                "{% for a, b in cʰ|sort(attribute='x')ʰ if bʰ %}",
            ),
            (
                "{% set a.b = c if d else e %}",
                "{% set a.b = cʰ if dʰ else eʰ %}",
            ),
            ("{% set a | upper %}", "{% set a | upperʰ %}"),
            ("{% set a %}", "{% set a %}"),
            (
                "{% with a = b, c = d(e=f) %}",
                "{% with a = bʰ, c = d(e=fʰ)ʰ %}",
            ),
            (
                "{% filter replace(a, 'b') %}",
                "{% filter replace(aʰ, 'b')ʰ %}",
            ),
            ("{% endfor %}", "{% endfor %}"),
            ("{# a + b #}", "{# a + b #}"),
            ("{{ a(*b, **c) }}", "{{ a(*bʰ, **cʰ)ʰ }}"),
            ("{{ a[1:b] ** c }}", "{{ a[1:bʰ]ʰ ** cʰ }}"),
            ("{{ }}", "{{ }}"),
            ("{{}}", "{{}}"),
        ] {
            assert_eq!(read(tag), checked, "{tag}");
        }
    }
}
