//! Two languages: which one to speak, labels that carry both, and the catalogues of messages.
//!
//! Nothing a person reads is written elsewhere. The catalogues hold the same messages with the same
//! variables (a test compares them); labels of kinds, fields and values come from the rules.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::spelling::{nearest, visible};

/// A language the program speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lang {
    /// 简体中文.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The language's tag.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// The catalogue's source text.
    pub fn catalogue(self) -> &'static str {
        match self {
            Lang::Zh => include_str!("zh-CN.ftl"),
            Lang::En => include_str!("en.ftl"),
        }
    }
}

impl FromStr for Lang {
    type Err = ();

    /// `zh-CN`, `zh_CN.UTF-8`, `zh`, `en`, `en_GB`, and the languages' own names.
    fn from_str(text: &str) -> Result<Lang, ()> {
        let lower = text.to_ascii_lowercase();
        match lower.split(['-', '_', '.']).next() {
            Some("zh" | "中文") => Ok(Lang::Zh),
            Some("en" | "english") => Ok(Lang::En),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// What the machine's locale asks for, if it is a language the program speaks.
pub fn system() -> Option<Lang> {
    sys_locale::get_locale()?.parse().ok()
}

/// A name for people, in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Label {
    /// The label in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// Whether `text` is this label in either language.
    pub fn is(&self, text: &str) -> bool {
        self.zh == text || self.en.eq_ignore_ascii_case(text)
    }
}

/// What is put into a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// The user's own words, a name, a path.
    Text(String),
    /// A count; English chooses the plural by it.
    Number(i64),
    /// A name that has a form in each language.
    Label(Label),
    /// Several names, joined as the language joins them.
    Labels(Vec<Label>),
    /// What may be given instead of a word that is none of it.
    Choices(Choices),
    /// Another message of the catalogue, with the same words filled in.
    Message(&'static str),
}

/// What may be given instead of a word that is none of it: what was nearly meant first, and of many
/// only a few.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    /// Those that are nearest to what was given.
    near: Vec<Label>,
    /// All there are, or the first of very many.
    shown: Vec<Label>,
    count: usize,
}

impl Choices {
    /// As many are shown whole.
    const ALL: usize = 40;
    /// As many are shown beside what was nearly meant.
    const BESIDE: usize = 20;
    /// Of more, so many show what they are like.
    const FEW: usize = 6;

    /// The choices among bare names, for what is written in files.
    pub fn of<'n>(given: &str, names: impl IntoIterator<Item = &'n str>) -> Choices {
        let named = |name: &'n str| {
            let both = || name.to_owned();
            let label = Label {
                zh: both(),
                en: both(),
            };
            (vec![name], label)
        };
        Choices::among(given, names.into_iter().map(named).collect())
    }

    /// The choices among names in two languages.
    pub fn named<'n>(given: &str, names: impl IntoIterator<Item = &'n Label>) -> Choices {
        let named = |label: &'n Label| (vec![&*label.zh, &*label.en], label.clone());
        Choices::among(given, names.into_iter().map(named).collect())
    }

    /// The choices among names that have labels: those come first where the language has them.
    pub fn labelled<'n>(
        given: &str,
        names: impl IntoIterator<Item = (&'n str, &'n Label)>,
    ) -> Choices {
        let named = |(name, label): (&'n str, &'n Label)| {
            let shown = Label {
                zh: format!("{}({name})", label.zh),
                en: name.to_owned(),
            };
            (vec![name, &label.zh, &label.en], shown)
        };
        Choices::among(given, names.into_iter().map(named).collect())
    }

    fn among(given: &str, mut all: Vec<(Vec<&str>, Label)>) -> Choices {
        // Several kinds have the same fields and words.
        let mut seen = HashSet::new();
        all.retain(|(words, _)| seen.insert(words.clone()));
        let words = all.iter().flat_map(|(words, _)| words.iter().copied());
        let near = nearest(given, words);
        let of_word = |word: &&str| all.iter().find(|(words, _)| words.contains(word));
        let mut labels: Vec<Label> = Vec::new();
        for (_, label) in near.iter().filter_map(of_word) {
            if !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        let count = all.len();
        let first = match (labels.is_empty(), count) {
            (true, 0..=Choices::ALL) | (false, 0..=Choices::BESIDE) => count,
            (true, _) => Choices::FEW,
            (false, _) => 0,
        };
        let shown = all.into_iter().take(first).map(|(_, label)| label);
        Choices {
            near: labels,
            shown: shown.collect(),
            count,
        }
    }
}

impl From<Choices> for Arg {
    fn from(choices: Choices) -> Arg {
        Arg::Choices(choices)
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Arg {
        Arg::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Arg {
        Arg::Text(text)
    }
}

impl From<&Label> for Arg {
    fn from(label: &Label) -> Arg {
        Arg::Label(label.clone())
    }
}

impl From<usize> for Arg {
    fn from(n: usize) -> Arg {
        Arg::Number(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl From<i64> for Arg {
    fn from(n: i64) -> Arg {
        Arg::Number(n)
    }
}

/// A catalogue, ready to speak.
pub struct Locale {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Locale {
    /// The catalogue of one language.
    pub fn new(lang: Lang) -> Locale {
        // A catalogue is part of the program and a test reads both whole; what still parses is
        // used.
        let resource = match FluentResource::try_new(lang.catalogue().to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        let mut bundle = FluentBundle::new_concurrent(vec![lang.tag().parse().unwrap_or_default()]);
        // Isolation marks are for bidirectional text; on a terminal they are stray characters.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Locale { lang, bundle }
    }

    /// The language it speaks.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The message without variables.
    pub fn text(&self, id: &str) -> String {
        self.say(id, &[])
    }

    /// The message with its variables filled in; the id itself where the catalogue lacks it.
    pub fn say(&self, id: &str, args: &[(&'static str, Arg)]) -> String {
        self.find(id, args).unwrap_or_else(|| id.to_owned())
    }

    /// The message, or its attribute after a dot (`unknown-field.help`), if the catalogue has it.
    pub fn find(&self, id: &str, args: &[(&'static str, Arg)]) -> Option<String> {
        let (message, attribute) = match id.split_once('.') {
            Some((message, attribute)) => (message, Some(attribute)),
            None => (id, None),
        };
        let message = self.bundle.get_message(message)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        let mut fluent = FluentArgs::new();
        for (name, arg) in args {
            fluent.set(*name, self.value(arg, args));
        }
        Some(
            self.bundle
                .format_pattern(pattern, Some(&fluent), &mut Vec::new())
                .into_owned(),
        )
    }

    fn value(&self, arg: &Arg, args: &[(&'static str, Arg)]) -> FluentValue<'static> {
        match arg {
            Arg::Text(text) => visible(text).into(),
            Arg::Number(n) => (*n).into(),
            // Labels may be a ledger's own.
            Arg::Label(label) => visible(label.get(self.lang)).into(),
            Arg::Labels(labels) => visible(&self.labels(labels)).into(),
            Arg::Choices(choices) => self.choices(choices).into(),
            Arg::Message(id) => {
                // The inner message may use the outer one's words, but not other messages: no
                // circles.
                let words: Vec<_> = args
                    .iter()
                    .filter(|(_, arg)| !matches!(arg, Arg::Message(_)))
                    .cloned()
                    .collect();
                self.say(id, &words).into()
            }
        }
    }

    /// Items in a list, as the language joins them: `甲、乙`, `a, b`.
    pub fn join<S: AsRef<str>>(&self, items: &[S]) -> String {
        let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
        items.join(match self.lang {
            Lang::Zh => "、",
            Lang::En => ", ",
        })
    }

    /// Several names in a list.
    pub fn labels(&self, labels: &[Label]) -> String {
        self.join(
            &labels
                .iter()
                .map(|label| label.get(self.lang))
                .collect::<Vec<_>>(),
        )
    }

    fn choices(&self, choices: &Choices) -> String {
        let is_whole = choices.shown.len() == choices.count;
        let id = match (choices.near.is_empty(), is_whole) {
            (true, true) => "choices",
            (true, false) => "choices-many",
            (false, true) => "choices-near",
            (false, false) => "choices-nearest",
        };
        let args = [
            ("near", Arg::Labels(choices.near.clone())),
            ("shown", Arg::Labels(choices.shown.clone())),
            ("count", choices.count.into()),
        ];
        self.say(id, &args)
    }

    /// Whether the catalogue has the message.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }
}
