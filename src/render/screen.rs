//! The door to a terminal: nothing that a file holds may steer it.

use std::io::{Result, Write};

use crate::spelling::is_steering;

/// An output that, where a person looks at it, lets no control characters through but line ends,
/// tabs and colours.
pub struct Screen<'o> {
    inner: &'o mut dyn Write,
    guarded: bool,
    colour: bool,
}

impl<'o> Screen<'o> {
    /// `guarded` where `inner` is a terminal; `colour` where our own colours go to it.
    pub fn new(inner: &'o mut dyn Write, guarded: bool, colour: bool) -> Screen<'o> {
        Screen {
            inner,
            guarded,
            colour,
        }
    }
}

impl Write for Screen<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if !self.guarded {
            return self.inner.write(bytes);
        }
        // Texts come whole; what is no text could only do harm here.
        let text = String::from_utf8_lossy(bytes);
        let mut rest = &*text;
        let mut out = String::with_capacity(rest.len());
        while let Some(c) = rest.chars().next() {
            let len = if self.colour { colour_len(rest) } else { 0 }.max(c.len_utf8());
            match c {
                _ if len > c.len_utf8() => out.push_str(&rest[..len]),
                '\n' | '\t' => out.push(c),
                '\r' if rest.starts_with("\r\n") => out.push(c),
                c if is_steering(c) => out.extend(c.escape_default()),
                c => out.push(c),
            }
            rest = &rest[len..];
        }
        self.inner.write_all(out.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.inner.flush()
    }
}

/// How long the change of colour is with which a text begins; 0 where it begins with none.
fn colour_len(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let digits = rest
        .bytes()
        .take_while(|b| b.is_ascii_digit() || *b == b';')
        .count();
    if rest[digits..].starts_with('m') {
        2 + digits + 1
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, guarded: bool, colour: bool) -> String {
        let mut out = Vec::new();
        Screen::new(&mut out, guarded, colour)
            .write_all(text.as_bytes())
            .expect("memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_terminal_is_steered_by_nobody() {
        let hostile = "甲\u{1b}]0;x\u{7}\u{9b}2J\u{202e}乙\r\u{8}\n\t丙\r\n";
        assert_eq!(
            shown(hostile, true, true),
            "甲\\u{1b}]0;x\\u{7}\\u{9b}2J\\u{202e}乙\\r\\u{8}\n\t丙\r\n"
        );
        assert_eq!(
            shown(hostile, false, false),
            hostile,
            "a file gets the bytes as they are"
        );
        assert_eq!(
            shown("\u{1b}[1;31m红\u{1b}[0m", true, true),
            "\u{1b}[1;31m红\u{1b}[0m"
        );
        assert_eq!(shown("\u{1b}[31m", true, false), "\\u{1b}[31m");
    }
}
