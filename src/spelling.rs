//! Spellings of one text: as the program writes it, and as it compares names.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Full-width signs as half-width ones, and the ideographic space as a blank.
pub fn half_width(text: &str) -> String {
    text.chars().map(narrow).collect()
}

fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Whether a character steers a terminal or turns the order of text around: control characters,
/// marks of direction, line and paragraph separators. No text of a person needs one raw.
pub fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text with such characters spelled out as escapes. Line ends stay.
pub fn visible(text: &str) -> String {
    let steers = |c: char| is_steering(c) && c != '\n';
    if !text.contains(steers) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| {
            if steers(c) {
                c.escape_default().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// Characters that take no room and change no meaning; they come along with copied text.
pub const NOTHINGS: [char; 3] = ['\u{200b}', '\u{2060}', '\u{feff}'];

fn is_nothing(c: char) -> bool {
    NOTHINGS.contains(&c)
}

/// A text as the program writes it: in NFC, without blanks at its ends and invisible characters,
/// with half-width letters, digits and blanks. Full-width punctuation is Chinese and stays; so do
/// the blanks of a text of several lines.
pub fn tidy(text: &str) -> Cow<'_, str> {
    let lines = text.contains('\n');
    let is_wide = |c: char| narrow(c) != c && c.is_alphanumeric() || c == '\u{3000}' && !lines;
    changed(text, &is_wide)
}

/// A text as names are compared: tidy, and with half-width punctuation too. Two spellings of one
/// name are equal.
pub fn folded(text: &str) -> Cow<'_, str> {
    changed(text, &|c| narrow(c) != c)
}

/// A text in NFC, as databases hold it that have no word for what is equal to what.
pub fn composed(text: &str) -> Cow<'_, str> {
    match is_nfc(text) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.nfc().collect()),
    }
}

/// Whether two texts are spellings of one name.
pub fn same(a: &str, b: &str) -> bool {
    let may_be_trimmed =
        |text: &str| text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    match a == b || a.is_ascii() && b.is_ascii() {
        // Most are words of the rules: nothing to fold but blanks.
        true => a == b || (may_be_trimmed(a) || may_be_trimmed(b)) && a.trim() == b.trim(),
        false => folded(a) == folded(b),
    }
}

/// Of some names the few that are nearest to one that is none of them, the nearest first.
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    const SHOWN: usize = 3;
    /// One of two characters may be wrong in a short name, and of a longer one nearly half.
    const NEAR: f64 = 0.48;
    /// What is much farther than the nearest was hardly meant.
    const BEHIND: f64 = 0.15;
    /// What is longer than any name, in bytes, is like none, and takes long to compare.
    const LONGEST: usize = 200;
    let heard = Heard::of(if name.len() > LONGEST { "" } else { name });
    let mut near: Vec<(f64, &str)> = names
        .map(|other| (heard.nearness(&Heard::of(other)), other))
        .filter(|(near, _)| *near > NEAR)
        .collect();
    let nearest = near.iter().map(|(near, _)| *near).fold(0.0, f64::max);
    near.retain(|(near, _)| *near >= nearest - BEHIND);
    near.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then(a.1.len().cmp(&b.1.len()))
            .then(a.1.cmp(b.1))
    });
    near.dedup();
    near.into_iter().take(SHOWN).map(|(_, name)| name).collect()
}

/// A name as it is compared with what was nearly it: how it is written, and how it sounds. Who
/// types by sound takes a wrong character of the right sound (会义 for 会议).
struct Heard {
    written: String,
    sounds: Vec<String>,
}

impl Heard {
    fn of(name: &str) -> Heard {
        let written = folded(name).to_lowercase();
        let sound_of = |c: char| sound(c).unwrap_or_else(|| c.to_string());
        let sounds = match written.is_ascii() {
            true => Vec::new(),
            false => written.chars().map(sound_of).collect(),
        };
        Heard { written, sounds }
    }

    /// How near another name is: 1 is one that has this one in it.
    fn nearness(&self, other: &Heard) -> f64 {
        /// A right sound is a little less than the right character.
        const BY_SOUND: f64 = 0.95;
        if !self.written.is_empty() && other.written.contains(&self.written) {
            return 1.0;
        }
        let by_character = strsim::normalized_damerau_levenshtein(&self.written, &other.written);
        if self.sounds.is_empty() || other.sounds.is_empty() {
            return by_character;
        }
        let (ours, theirs) = (&self.sounds, &other.sounds);
        if theirs.windows(ours.len()).any(|part| part == &ours[..]) {
            return BY_SOUND;
        }
        let apart = strsim::generic_damerau_levenshtein(ours, theirs);
        let of = ours.len().max(theirs.len());
        // Lengths of names are far below what a float holds exactly.
        let by_sound = 1.0 - apart as f64 / of as f64;
        by_character.max(by_sound * BY_SOUND)
    }
}

/// The syllable of a Chinese character without its tone, in ASCII letters: 吕 is `lv`.
pub fn sound(c: char) -> Option<String> {
    use pinyin::ToPinyin;
    Some(c.to_pinyin()?.plain().replace('ü', "v"))
}

/// The initials of a text's pinyin, small; letters and digits stand for themselves: `党课 A` is
/// `dka`.
pub fn initials(text: &str) -> String {
    let initial = |c: char| match c.is_ascii_alphanumeric() {
        true => Some(c.to_ascii_lowercase()),
        false => sound(c)?.chars().next(),
    };
    text.chars().filter_map(initial).collect()
}

fn changed<'t>(text: &'t str, is_wide: &dyn Fn(char) -> bool) -> Cow<'t, str> {
    let is_fine = |c: char| !is_nothing(c) && !is_wide(c);
    let is_trimmed = text.trim().len() == text.len();
    if is_trimmed && (text.is_ascii() || text.chars().all(is_fine) && is_nfc(text)) {
        return Cow::Borrowed(text);
    }
    let narrowed = text
        .chars()
        .filter(|c| !is_nothing(*c))
        .map(|c| if is_wide(c) { narrow(c) } else { c });
    let mut text: String = narrowed.collect();
    if !text.chars().all(is_always_nfc) {
        text = text.nfc().collect();
    }
    Cow::Owned(text.trim().to_owned())
}

fn is_nfc(text: &str) -> bool {
    text.is_ascii()
        || text.chars().all(is_always_nfc)
        || is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// Whether a character is in NFC whatever stands beside it, as those of nearly every text are:
/// Latin without marks, punctuation, Chinese, full-width forms.
fn is_always_nfc(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '\u{2010}'..='\u{2027}' | '\u{3000}'..='\u{3029}')
        || matches!(c, '\u{3105}'..='\u{9fff}' | '\u{ff01}'..='\u{ff65}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one() {
        let name = "示例A公司(集团)";
        for spelling in [
            "示例Ａ公司（集团）",
            " 示例A公司(集团)",
            "示例A公司(集团)\u{3000}",
            "示例\u{200b}A公司(集团)",
        ] {
            assert!(same(spelling, name), "{spelling:?}");
        }
        assert!(same("cafe\u{301}", "caf\u{e9}"));
        assert!(!same("示例B公司(集团)", name));
    }

    #[test]
    fn what_is_taken_for_nfc_is_in_nfc_beside_anything() {
        use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
        let all = ('\0'..=char::MAX).filter(|c| is_always_nfc(*c));
        for c in all {
            assert!(
                canonical_combining_class(c) == 0 && !is_combining_mark(c),
                "{c:?}"
            );
            assert_eq!(is_nfc_quick(std::iter::once(c)), IsNormalized::Yes, "{c:?}");
        }
    }

    #[test]
    fn tidy_texts_keep_their_punctuation_and_their_lines() {
        assert_eq!(
            tidy("关于（试行）的通知，第１２号"),
            "关于（试行）的通知，第12号"
        );
        assert_eq!(tidy("一\u{3000}二"), "一 二");
        assert_eq!(
            tidy("\u{3000}一\n\u{3000}\u{3000}二"),
            "一\n\u{3000}\u{3000}二"
        );
        assert!(matches!(tidy("七月例会"), Cow::Borrowed(_)));
    }
}
