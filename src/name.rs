//! Names that are safe as file names and keys: record ids, paths of organisations, writers.
//!
//! Each is parsed once; whoever holds one need not check it again. None can climb out of a folder.

use std::fmt;
use std::str::FromStr;

use compact_str::{CompactString, format_compact};

use crate::day::Day;

/// The text does not have the form that the name asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadName;

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a valid name")
    }
}

impl std::error::Error for BadName {}

/// A record's identity: its kind's prefix, the day it was entered, 40 random bits.
///
/// `m-20260703-7k3f9x2v`: the last part is eight characters of lower-case Crockford base32.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(CompactString);

/// Digits of Crockford's base32, lower case: no i, l, o, u.
const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What a byte that is no digit stands for.
const NO_DIGIT: u8 = 0xff;

/// What each byte stands for as a digit of Crockford's base32.
const DIGIT: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut n = 0;
    while n < CROCKFORD.len() {
        digits[CROCKFORD[n] as usize] = n as u8;
        n += 1;
    }
    digits
};

impl std::borrow::Borrow<str> for RecordId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl RecordId {
    /// The id of a record entered on `day`, from 40 random bits (the rest of `bits` is ignored).
    pub fn new(prefix: &str, day: Day, bits: u64) -> RecordId {
        RecordId(format_compact!(
            "{prefix}-{}-{}",
            day.compact(),
            base32(bits, 8)
        ))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A number that equal ids have in common, and others hardly ever: of the kind, the day and the
    /// random bits.
    pub fn number(&self) -> u64 {
        let digits = |bytes: &[u8], base: u64| {
            bytes.iter().fold(0u64, |number, b| {
                number * base + u64::from(DIGIT[usize::from(*b)])
            })
        };
        match self.0.as_bytes() {
            [
                prefix @ ..,
                b'-',
                y1,
                y2,
                y3,
                y4,
                m1,
                m2,
                d1,
                d2,
                b'-',
                a,
                b,
                c,
                d,
                e,
                f,
                g,
                h,
            ] => {
                let kind = prefix.iter().fold(0u64, |number, letter| {
                    number * 27 + u64::from(letter - b'a' + 1)
                });
                let day = digits(&[*y1, *y2, *y3, *y4, *m1, *m2, *d1, *d2], 10);
                // Spread over all bits, so that the parts hardly ever cancel out.
                let spread = kind.wrapping_mul(0xd6e8_feb8_6659_fd93)
                    ^ day.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                spread ^ digits(&[*a, *b, *c, *d, *e, *f, *g, *h], 32)
            }
            _ => 0,
        }
    }

    /// The kind's prefix.
    pub fn prefix(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

impl FromStr for RecordId {
    type Err = BadName;

    fn from_str(text: &str) -> Result<RecordId, BadName> {
        let [
            prefix @ ..,
            b'-',
            y1,
            y2,
            y3,
            y4,
            m1,
            m2,
            d1,
            d2,
            b'-',
            a,
            b,
            c,
            d,
            e,
            f,
            g,
            h,
        ] = text.as_bytes()
        else {
            return Err(BadName);
        };
        let good = (1..=8).contains(&prefix.len())
            && prefix.iter().all(u8::is_ascii_lowercase)
            && Day::from_compact(&[*y1, *y2, *y3, *y4, *m1, *m2, *d1, *d2]).is_some()
            && [a, b, c, d, e, f, g, h]
                .into_iter()
                .all(|b| DIGIT[usize::from(*b)] != NO_DIGIT);
        good.then(|| RecordId(text.into())).ok_or(BadName)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `text` may be a kind's id prefix: one to eight lower-case letters.
pub fn is_prefix(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase())
}

/// Whether `text` may name a kind, a field, a metric: lower-case letters, digits, `_` and `-`.
pub fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
}

/// `count` base32 characters from the low bits of `bits`.
fn base32(bits: u64, count: usize) -> String {
    (0..count)
        .rev()
        .map(|n| CROCKFORD[(bits >> (5 * n)) as usize & 31] as char)
        .collect()
}

/// An organisation's id: its path below `orgs/`, segments joined by `/`.
///
/// Ordered so that an organisation stands just before everything under it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrgPath(String);

impl OrgPath {
    /// The id as text: `jianxi/wuhanlu`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Segments from the top.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// Its own segment, the last.
    pub fn segment(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The organisation above, if this is not a top one.
    pub fn parent(&self) -> Option<OrgPath> {
        self.0
            .rsplit_once('/')
            .map(|(parent, _)| OrgPath(parent.to_owned()))
    }

    /// The id of the organisation at the top, which this one is or stands under.
    pub fn top(&self) -> &str {
        self.0.split('/').next().unwrap_or(&self.0)
    }

    /// The organisation of this segment under this one.
    pub fn child(&self, segment: &str) -> Result<OrgPath, BadName> {
        if is_segment(segment) {
            format!("{self}/{segment}").parse()
        } else {
            Err(BadName)
        }
    }

    /// How many organisations stand above it.
    pub fn depth(&self) -> usize {
        self.0.matches('/').count()
    }

    /// Whether it is `top` or stands somewhere under it.
    pub fn is_within(&self, top: &OrgPath) -> bool {
        self.0
            .strip_prefix(&top.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether its last segments are `suffix`: `wuhanlu` and `jianxi/wuhanlu` are suffixes of
    /// `jianxi/wuhanlu`.
    pub fn ends_with(&self, suffix: &str) -> bool {
        self.0
            .strip_suffix(suffix)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    }
}

/// Whether `text` may be a segment: `[a-z0-9][a-z0-9-]*`, not four digits alone (those are year
/// folders), and not longer than a file name may be.
pub fn is_segment(text: &str) -> bool {
    let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.bytes().next().is_some_and(lower)
        && text.len() <= 100
        && text.bytes().all(|b| lower(b) || b == b'-')
        && !is_year_folder(text)
}

/// Whether `text` names a folder of one year's ledgers: four digits.
pub fn is_year_folder(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
}

impl FromStr for OrgPath {
    type Err = BadName;

    fn from_str(text: &str) -> Result<OrgPath, BadName> {
        let good = !text.is_empty() && text.len() <= 1000 && text.split('/').all(is_segment);
        good.then(|| OrgPath(text.to_owned())).ok_or(BadName)
    }
}

impl fmt::Display for OrgPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Ord for OrgPath {
    fn cmp(&self, other: &OrgPath) -> std::cmp::Ordering {
        self.segments().cmp(other.segments())
    }
}

impl PartialOrd for OrgPath {
    fn partial_cmp(&self, other: &OrgPath) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Who writes in this clone: the stem of the ledger files it appends to, `desk-7k`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Writer(String);

impl Writer {
    /// A new writer: what is usable of `name`, plus two random characters that tell clones apart.
    pub fn mint(name: &str, bits: u64) -> Writer {
        let mut stem: String = name
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .take(24)
            .collect();
        while stem.contains("--") {
            stem = stem.replace("--", "-");
        }
        let stem = stem.trim_matches('-');
        Writer(format!(
            "{}-{}",
            if stem.is_empty() { "desk" } else { stem },
            base32(bits, 2)
        ))
    }

    /// The writer's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Writer {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Writer, BadName> {
        // The same letters as a segment, so that it is a file name everywhere.
        (is_segment(text) && text.len() <= 40)
            .then(|| Writer(text.to_owned()))
            .ok_or(BadName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_parsed_strictly() {
        let id = RecordId::new("m", Day::new(2026, 7, 3).expect("a day"), 0x12_3456_789a);
        assert_eq!(id.to_string().parse::<RecordId>(), Ok(id.clone()));
        assert_eq!(id.prefix(), "m");
        for bad in [
            "m-20260703-7k3f9x2",
            "m-20260703-7k3f9x2u",
            "M-20260703-7k3f9x2v",
            "m-20260732-7k3f9x2v",
            "m-20260703-7k3f9x2v-x",
            "../x",
        ] {
            assert_eq!(bad.parse::<RecordId>(), Err(BadName), "{bad}");
        }
    }

    #[test]
    fn paths_cannot_climb() {
        for bad in [
            "", "..", "a/../b", "/a", "a/", "a//b", "A", "a/2026", "a b", "涧西", "-a",
        ] {
            assert_eq!(bad.parse::<OrgPath>(), Err(BadName), "{bad}");
        }
        let path = |t: &str| t.parse::<OrgPath>().expect("a path");
        assert!(path("a/b/c").is_within(&path("a/b")) && !path("a/bc").is_within(&path("a/b")));
        assert!(path("a/b").ends_with("b") && !path("a/ab").ends_with("b"));
        let mut sorted = ["a-b", "a/c", "a", "a/b/d", "a/b"].map(path);
        sorted.sort();
        assert_eq!(
            sorted.map(|p| p.to_string()),
            ["a", "a/b", "a/b/d", "a/c", "a-b"]
        );
    }

    #[test]
    fn writers_are_minted_from_any_name() {
        assert_eq!(Writer::mint("Desk Clerk", 0).as_str(), "desk-clerk-00");
        assert_eq!(Writer::mint("王", 33).as_str(), "desk-11");
        assert!("../x".parse::<Writer>().is_err());
    }
}
