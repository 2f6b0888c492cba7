//! The tags of a template: `{{ … }}`, `{% … %}`, `{# … #}`, as people type them in Word and WPS.
//!
//! Word processors put curly quotes and full-width signs where straight ones are meant; inside a tag, outside
//! its strings, they are read as what was meant. Character by character, so that places stay true.

/// A tag in a text, by the indices of its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// What it does.
    pub sort: Sort,
    /// The index of its first character.
    pub start: usize,
    /// The index after its last character.
    pub end: usize,
}

/// What a tag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Prints a value.
    Print,
    /// Does something: `for`, `if`, `set`.
    Block,
    /// Says something to people only.
    Comment,
}

impl Tag {
    /// The first word of a block: `for`, `endif`.
    pub fn keyword(&self, text: &[char]) -> String {
        let inner = &text[self.start + 2..self.end.saturating_sub(2).max(self.start + 2)];
        inner.iter().skip_while(|c| matches!(c, '-' | '+') || c.is_whitespace()).take_while(|c| c.is_alphanumeric() || **c == '_').collect()
    }
}

/// The tags of a text, in order. One that does not end is left to the template engine to complain of.
pub fn tags(text: &[char]) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 1 < text.len() {
        let (sort, close) = match (text[at], text[at + 1]) {
            ('{', '{') => (Sort::Print, '}'),
            ('{', '%') => (Sort::Block, '%'),
            ('{', '#') => (Sort::Comment, '#'),
            _ => {
                at += 1;
                continue;
            }
        };
        match end_of(text, at + 2, sort, close) {
            Some(end) => {
                found.push(Tag { sort, start: at, end });
                at = end;
            }
            None => at += 2,
        }
    }
    found
}

/// No tag is longer, in characters: one that is not closed is not looked for to the end of a large text.
const LONGEST: usize = 2_000;

/// The index after the tag that opened before `from`; strings inside may hold anything.
fn end_of(text: &[char], from: usize, sort: Sort, close: char) -> Option<usize> {
    let mut quote: Option<char> = None;
    let mut at = from;
    while at < text.len().min(from + LONGEST) {
        let c = text[at];
        match quote {
            Some(open) if closes(open, c) => quote = None,
            Some(_) if c == '\\' => at += 1,
            Some(_) => {}
            None if c == close && text.get(at + 1) == Some(&'}') => return Some(at + 2),
            None if sort != Sort::Comment && is_quote(c) => quote = Some(c),
            None => {}
        }
        at += 1;
    }
    None
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’' | '＂' | '＇')
}

/// Whether `c` ends the string that `open` began: a curly quote is ended by any of its kind.
fn closes(open: char, c: char) -> bool {
    match open {
        '"' => c == '"',
        '\'' => c == '\'',
        '“' | '”' | '＂' => matches!(c, '“' | '”' | '＂' | '"'),
        _ => matches!(c, '‘' | '’' | '＇' | '\''),
    }
}

/// The same text with the signs inside tags as the template engine knows them.
pub fn normalised(text: &[char]) -> Vec<char> {
    let mut out = text.to_vec();
    for tag in tags(text).into_iter().filter(|tag| tag.sort != Sort::Comment) {
        let mut quote: Option<char> = None;
        let mut at = tag.start + 2;
        while at + 2 < tag.end {
            let c = text[at];
            match quote {
                Some(open) if closes(open, c) => {
                    out[at] = straight(c);
                    quote = None;
                }
                Some(_) if c == '\\' => at += 1,
                // A straight quote inside a string of curly ones would end it.
                Some(_) => {}
                None if is_quote(c) => {
                    out[at] = straight(c);
                    quote = Some(c);
                }
                None => out[at] = narrow(c),
            }
            at += 1;
        }
    }
    out
}

fn straight(c: char) -> char {
    match c {
        '“' | '”' | '＂' | '"' => '"',
        _ => '\'',
    }
}

fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '、' => ',',
        '\u{3000}' | '\u{a0}' | '\u{200b}' => ' ',
        other => other,
    }
}

/// The text as the template engine reads it, with the index of each character in the text itself.
///
/// A line that holds nothing but blocks and comments is no line of the document: its space and its end are left
/// out. Blocks within a line leave the line as it is.
pub fn engine_text(text: &[char]) -> Vec<(char, usize)> {
    let read = normalised(text);
    let silent: Vec<Tag> = tags(text).into_iter().filter(|tag| tag.sort != Sort::Print).collect();
    let mut out = Vec::with_capacity(text.len());
    let mut start = 0;
    while start < text.len() {
        let end = text[start..].iter().position(|c| *c == '\n').map_or(text.len(), |n| start + n + 1);
        // A tag may run over lines; its line ends where the last line it touches does.
        let end = silent.iter().filter(|t| start <= t.start && t.start < end).map(|t| t.end).max().map_or(end, |last| {
            if last <= end { end } else { text[last..].iter().position(|c| *c == '\n').map_or(text.len(), |n| last + n + 1) }
        });
        let in_tag = |n: usize| silent.iter().any(|tag| tag.start <= n && n < tag.end);
        let alone = (start..end).any(in_tag) && (start..end).all(|n| in_tag(n) || text[n].is_whitespace());
        out.extend((start..end).filter(|&n| !alone || in_tag(n)).map(|n| (read[n], n)));
        start = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_blocks_alone_is_no_line() {
        let read = |text: &str| engine_text(&text.chars().collect::<Vec<_>>()).into_iter().map(|(c, _)| c).collect::<String>();
        assert_eq!(read("a\n  {% if x %} \nb{% endif %}\nc\n"), "a\n{% if x %}b{% endif %}\nc\n");
        assert_eq!(read("{% set a = 1 %}{# 说明 #}\n{{ a }}\n"), "{% set a = 1 %}{# 说明 #}{{ a }}\n");
        assert_eq!(read("{# 两\n行 #}\nx"), "{# 两\n行 #}x");
    }

    #[test]
    fn what_word_processors_type_is_read_as_meant() {
        let read = |text: &str| normalised(&text.chars().collect::<Vec<_>>()).into_iter().collect::<String>();
        assert_eq!(read("“共”{{ a（window＝“ytd”，org=‘武汉路’）｜余 }}，"), "“共”{{ a(window=\"ytd\",org='武汉路')|余 }}，");
        assert_eq!(read(r#"{{ x|join("，") }}{{ y|join(“、”) }}"#), r#"{{ x|join("，") }}{{ y|join("、") }}"#);
        assert_eq!(read("{# “a” #}{{ 不完"), "{# “a” #}{{ 不完");
    }

    #[test]
    fn tags_are_found() {
        let text: Vec<char> = "a{{ '}}' }}b{%- for x in y %}{# c #}".chars().collect();
        let found = tags(&text);
        assert_eq!(found.iter().map(|t| t.sort).collect::<Vec<_>>(), [Sort::Print, Sort::Block, Sort::Comment]);
        assert_eq!(found[1].keyword(&text), "for");
        assert_eq!((found[0].start, found[0].end), (1, 11));
    }
}
