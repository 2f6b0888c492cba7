//! How Chinese names become names of folders, and initials that people type.

use crate::spelling::sound;

/// How folder names are made from Chinese names.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    /// Endings that say what a place is, not which: taken off before the name is spelled.
    pub generic: Vec<String>,
    /// Endings of offices: what stands before a person's name may end so.
    pub offices: Vec<String>,
    /// Readings that the dictionary gets wrong in names of places.
    pub readings: Vec<(String, String)>,
}

impl Naming {
    /// The name without the endings that say what a place is.
    pub fn stem<'n>(&self, name: &'n str) -> &'n str {
        let mut stem = name;
        while let Some(shorter) = self
            .generic
            .iter()
            .filter_map(|ending| stem.strip_suffix(ending.as_str()))
            .filter(|rest| !rest.is_empty())
            .min_by_key(|rest| rest.len())
        {
            stem = shorter;
        }
        stem
    }

    /// The syllables of a name: `武汉路` is `wu`, `han`, `lu`; letters and digits stand for
    /// themselves.
    fn syllables(&self, name: &str) -> Vec<String> {
        let mut rest = name;
        let mut found = Vec::new();
        while let Some(c) = rest.chars().next() {
            if let Some((phrase, reading)) = self
                .readings
                .iter()
                .find(|(phrase, _)| rest.starts_with(phrase.as_str()))
            {
                found.extend(reading.split(' ').map(str::to_owned));
                rest = &rest[phrase.len()..];
                continue;
            }
            if let Some(reading) = sound(c) {
                found.push(reading);
            } else if c.is_ascii_alphanumeric() {
                found.push(c.to_ascii_lowercase().to_string());
            }
            rest = &rest[c.len_utf8()..];
        }
        found
    }

    /// A folder name for an organisation's name: `武汉路街道党工委` is `wuhanlu`.
    ///
    /// Empty where nothing in the name can be spelled.
    pub fn segment(&self, name: &str) -> String {
        let mut segment: String = self.syllables(self.stem(name)).concat();
        segment.retain(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        segment.truncate(80);
        segment
    }

    /// The initials of a name, without and with its ending: `武汉路街道党工委` is `whl` and `whljddgw`.
    pub fn initials(&self, name: &str) -> [String; 2] {
        [self.stem(name), name].map(|name| {
            self.syllables(name)
                .iter()
                .filter_map(|s| s.chars().next())
                .collect()
        })
    }
}
