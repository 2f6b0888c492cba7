//! A text with a name: bytes become text here, and offsets become file:line:column.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::problem::{Place, Problem, Rule};

/// The largest file that is read, in bytes. A ledger file of a busy clerk's year is a thousandth of
/// it.
pub const MAX_BYTES: u64 = 64 << 20;

/// A named text.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name shown in messages: relative to the root, `/` between parts.
    pub file: Arc<str>,
    /// The text, byte for byte as on disk (a byte order mark included).
    pub text: String,
    /// Offsets of every line's first byte, found when the first place is asked for.
    lines: OnceLock<Vec<usize>>,
}

/// The longest line, in bytes, that a message repeats.
const LONGEST_SHOWN: usize = 2000;

impl Source {
    /// A text under a name, as rules built into the program and tests have it.
    pub fn new(file: &str, text: impl Into<String>) -> Source {
        Source {
            file: file.into(),
            text: text.into(),
            lines: OnceLock::new(),
        }
    }

    /// Bytes of a file as text.
    ///
    /// # Errors
    /// NUL bytes, or bytes that are not UTF-8, with the place of the first.
    pub fn decode(file: &str, bytes: Vec<u8>) -> Result<Source, Problem> {
        let place_of = |bytes: &[u8], at: usize| {
            let line = bytes[..at].iter().filter(|&&b| b == b'\n').count() + 1;
            let start = bytes[..at]
                .iter()
                .rposition(|&b| b == b'\n')
                .map_or(0, |n| n + 1);
            let column = String::from_utf8_lossy(&bytes[start..at]).chars().count() + 1;
            Place {
                file: file.into(),
                line,
                column,
                text: String::new(),
                width: 0,
            }
        };
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(Problem::new(Rule::NOT_UTF8)
                .at(place_of(&bytes, 0))
                .with("looks", crate::locale::Arg::Message("looks-like-utf16")));
        }
        if let Some(at) = memchr::memchr(0, &bytes) {
            return Err(Problem::new(Rule::NUL).at(place_of(&bytes, at)));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source::new(file, text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                let gbk = encoding_rs::GBK
                    .decode_without_bom_handling_and_without_replacement(&bytes)
                    .is_some();
                let looks = crate::locale::Arg::Message(if gbk {
                    "looks-like-gbk"
                } else {
                    "looks-like-nothing"
                });
                Err(Problem::new(Rule::NOT_UTF8)
                    .at(place_of(&bytes, at))
                    .with("looks", looks))
            }
        }
    }

    /// Where a stretch of bytes stands.
    pub fn place(&self, span: Range<usize>) -> Place {
        let at = self.floor(span.start);
        let line = self.line(at);
        let lines = self.lines();
        let line_start = lines[line - 1];
        let line_end = lines.get(line).map_or(self.text.len(), |next| next - 1);
        let end = self.floor(span.end).clamp(at, line_end.max(at));
        let shown = line_end - line_start <= LONGEST_SHOWN;
        Place {
            file: Arc::clone(&self.file),
            line,
            column: self.text[line_start..at].chars().count() + 1,
            text: if shown {
                self.text[line_start..line_end]
                    .trim_end_matches('\r')
                    .to_owned()
            } else {
                String::new()
            },
            width: self.text[at..end].chars().count().max(1),
        }
    }

    /// The line number of an offset, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.lines().partition_point(|&start| start <= at)
    }

    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            std::iter::once(0)
                .chain(self.text.match_indices('\n').map(|(at, _)| at + 1))
                .collect()
        })
    }

    fn floor(&self, at: usize) -> usize {
        self.text.floor_char_boundary(at)
    }

    /// Where the text begins, behind a byte order mark.
    pub fn start(&self) -> usize {
        match self.text.strip_prefix('\u{feff}') {
            Some(rest) => self.text.len() - rest.len(),
            None => 0,
        }
    }

    /// `\r\n` where the text's first line ends so, else `\n`.
    pub fn newline(&self) -> &'static str {
        newline(&self.text)
    }
}

/// `\r\n` where the text's first line ends so, else `\n`.
pub fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Some lines with `\n` at the end of each, the last included.
pub fn whole_lines(text: &str) -> Cow<'_, str> {
    let text = if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    };
    if text.is_empty() || text.ends_with('\n') {
        text
    } else {
        Cow::Owned(format!("{text}\n"))
    }
}
