//! The tags of a template: `{{ … }}`, `{% … %}`, `{# … #}`, as people type them in Word and WPS.
//!
//! Word processors put curly quotes and full-width signs where straight ones are meant; inside a
//! tag, outside its strings, they are read as what was meant. Character by character, so that
//! places stay true.

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
    /// Whether it is a block of this one word.
    fn is_alone(&self, text: &[char], word: &str) -> bool {
        let inner = &text[self.start + 2..self.end.saturating_sub(2).max(self.start + 2)];
        let is_mark = |c: &char| matches!(c, '-' | '+') || c.is_ascii_whitespace();
        self.sort == Sort::Block
            && inner
                .iter()
                .skip_while(|c| is_mark(c))
                .take_while(|c| !is_mark(c))
                .copied()
                .eq(word.chars())
            && inner.iter().filter(|c| !is_mark(c)).count() == word.len()
    }

    /// The first word of a block: `for`, `endif`.
    pub fn keyword(&self, text: &[char]) -> String {
        let inner = &text[self.start + 2..self.end.saturating_sub(2).max(self.start + 2)];
        inner
            .iter()
            .skip_while(|c| matches!(c, '-' | '+') || c.is_whitespace())
            .take_while(|c| c.is_alphanumeric() || **c == '_')
            .collect()
    }
}

/// The tags of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// In order.
    pub found: Vec<Tag>,
    /// Where one opens that does not end; nothing behind it is a tag.
    pub open: Option<usize>,
}

/// The tags of a text. They end where the engine takes them to end: outside of strings and
/// brackets. What stands between `{% raw %}` and `{% endraw %}` is text.
pub fn tags(text: &[char]) -> Tags {
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
        let Some(end) = end_of(text, at + 2, sort, close) else {
            return Tags {
                found,
                open: Some(at),
            };
        };
        let tag = Tag {
            sort,
            start: at,
            end,
        };
        found.push(tag);
        at = end;
        if tag.is_alone(text, "raw") {
            match end_of_raw(text, end) {
                Some(tag) => {
                    at = tag.end;
                    found.push(tag);
                }
                None => {
                    return Tags {
                        found,
                        open: Some(tag.start),
                    };
                }
            }
        }
    }
    Tags { found, open: None }
}

/// The tag that ends what began with `{% raw %}` before `from`.
fn end_of_raw(text: &[char], from: usize) -> Option<Tag> {
    let opens =
        (from..text.len().saturating_sub(1)).filter(|&at| text[at] == '{' && text[at + 1] == '%');
    opens
        .map(|start| (start, &text[start..text.len().min(start + LONGEST_END)]))
        .find_map(|(start, stretch)| {
            let end = stretch.windows(2).position(|pair| pair == ['%', '}'])? + 2;
            let tag = Tag {
                sort: Sort::Block,
                start,
                end: start + end,
            };
            tag.is_alone(text, "endraw").then_some(tag)
        })
}

/// No `{% endraw %}` is longer, in characters.
const LONGEST_END: usize = 64;

/// The index after the tag that opened before `from`; strings and brackets inside may hold
/// anything.
fn end_of(text: &[char], from: usize, sort: Sort, close: char) -> Option<usize> {
    let (mut quote, mut depth): (Option<char>, usize) = (None, 0);
    let mut at = from;
    while at < text.len() {
        let c = text[at];
        match quote {
            Some(open) if closes(open, c) => quote = None,
            Some(_) if c == '\\' => at += 1,
            Some(_) => {}
            None if depth == 0 && c == close && text.get(at + 1) == Some(&'}') => {
                return Some(at + 2);
            }
            None if sort == Sort::Comment => {}
            None if is_quote(c) => quote = Some(c),
            None => match narrow(c) {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            },
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
    for tag in tags(text)
        .found
        .into_iter()
        .filter(|tag| tag.sort != Sort::Comment)
    {
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
/// A line that holds nothing but blocks and comments is no line of the document: its space and its
/// end are left out. Blocks within a line leave the line as it is.
pub fn engine_text(text: &[char]) -> Vec<(char, usize)> {
    let read = normalised(text);
    let silent: Vec<Tag> = tags(text)
        .found
        .into_iter()
        .filter(|tag| tag.sort != Sort::Print)
        .collect();
    let line_end = |from: usize| {
        text[from..]
            .iter()
            .position(|c| *c == '\n')
            .map_or(text.len(), |n| from + n + 1)
    };
    let mut out = Vec::with_capacity(text.len());
    // The first silent tag that does not lie before the line.
    let mut first = 0;
    let mut start = 0;
    while start < text.len() {
        let mut end = line_end(start);
        let here = first;
        // A tag may run over lines; its line ends where the last line it touches does.
        while let Some(tag) = silent.get(first).filter(|tag| tag.start < end) {
            if tag.end > end {
                end = line_end(tag.end);
            }
            first += 1;
        }
        let mut inside = vec![false; end - start];
        for tag in &silent[here..first] {
            inside[tag.start - start..tag.end.min(end) - start].fill(true);
        }
        let alone =
            here < first && (start..end).all(|n| inside[n - start] || text[n].is_whitespace());
        out.extend(
            (start..end)
                .filter(|&n| !alone || inside[n - start])
                .map(|n| (read[n], n)),
        );
        start = end;
    }
    out
}

/// A word or sign inside a tag, by the indices of its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub sort: WordSort,
    /// The index of its first character.
    pub start: usize,
    /// The index after its last character.
    pub end: usize,
}

/// What a word of a tag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordSort {
    /// A name or keyword.
    Name,
    /// A number, up to its point.
    Number,
    /// A string.
    Text,
    /// Anything else.
    Sign,
}

/// The words and signs of a tag whose signs are as the engine knows them, without what opens and
/// closes it.
pub fn words(tag: &[char]) -> Vec<Token> {
    let mark = |c: Option<&char>| usize::from(matches!(c, Some('-' | '+')));
    let start = 2 + mark(tag.get(2));
    let end = tag.len().saturating_sub(2);
    let end = (end - mark(end.checked_sub(1).and_then(|n| tag.get(n)))).max(start.min(tag.len()));
    // What is not ASCII is a letter or no word of any language.
    let is_word =
        |c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() && !c.is_whitespace();
    let mut found = Vec::new();
    let mut at = start;
    while at < end {
        let c = tag[at];
        let from = at;
        at += 1;
        let sort = match c {
            _ if c.is_whitespace() => continue,
            '"' | '\'' => {
                while at < end && tag[at] != c {
                    at += if tag[at] == '\\' { 2 } else { 1 };
                }
                at = (at + 1).min(end);
                WordSort::Text
            }
            _ if is_word(c) => {
                while at < end && is_word(tag[at]) {
                    at += 1;
                }
                if c.is_ascii_digit() {
                    WordSort::Number
                } else {
                    WordSort::Name
                }
            }
            _ => {
                let pair = matches!(
                    (c, tag.get(at)),
                    ('<' | '>' | '=' | '!', Some('=')) | ('/', Some('/')) | ('*', Some('*'))
                );
                at += usize::from(pair && at < end);
                WordSort::Sign
            }
        };
        found.push(Token {
            sort,
            start: from,
            end: at,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_blocks_alone_is_no_line() {
        let read = |text: &str| {
            engine_text(&text.chars().collect::<Vec<_>>())
                .into_iter()
                .map(|(c, _)| c)
                .collect::<String>()
        };
        assert_eq!(
            read("a\n  {% if x %} \nb{% endif %}\nc\n"),
            "a\n{% if x %}b{% endif %}\nc\n"
        );
        assert_eq!(
            read("{% set a = 1 %}{# 说明 #}\n{{ a }}\n"),
            "{% set a = 1 %}{# 说明 #}{{ a }}\n"
        );
        assert_eq!(read("{# 两\n行 #}\nx"), "{# 两\n行 #}x");
    }

    #[test]
    fn what_word_processors_type_is_read_as_meant() {
        let read = |text: &str| {
            normalised(&text.chars().collect::<Vec<_>>())
                .into_iter()
                .collect::<String>()
        };
        assert_eq!(
            read("“共”{{ a（window＝“ytd”，org=‘武汉路’）｜余 }}，"),
            "“共”{{ a(window=\"ytd\",org='武汉路')|余 }}，"
        );
        assert_eq!(
            read(r#"{{ x|join("，") }}{{ y|join(“、”) }}"#),
            r#"{{ x|join("，") }}{{ y|join("、") }}"#
        );
        assert_eq!(read("{# “a” #}{{ 不完"), "{# “a” #}{{ 不完");
    }

    #[test]
    fn tags_are_found() {
        let text: Vec<char> = "a{{ '}}' }}b{%- for x in y %}{# c #}".chars().collect();
        let found = tags(&text).found;
        assert_eq!(
            found.iter().map(|t| t.sort).collect::<Vec<_>>(),
            [Sort::Print, Sort::Block, Sort::Comment]
        );
        assert_eq!(found[1].keyword(&text), "for");
        assert_eq!((found[0].start, found[0].end), (1, 11));
        let ends = |text: &str| {
            let chars: Vec<char> = text.chars().collect();
            let tags = tags(&chars);
            (
                tags.found
                    .iter()
                    .map(|tag| chars[tag.start..tag.end].iter().collect())
                    .collect::<Vec<String>>(),
                tags.open,
            )
        };
        assert_eq!(
            ends("{{ a(b={1: {2: 3}}) }}x"),
            (vec!["{{ a(b={1: {2: 3}}) }}".to_owned()], None)
        );
        assert_eq!(
            ends("a{{ b }}{{ c{{ d }}"),
            (vec!["{{ b }}".to_owned()], Some(8))
        );
        let raw = (
            vec![
                "{% raw %}".to_owned(),
                "{%- endraw %}".to_owned(),
                "{{ c }}".to_owned(),
            ],
            None,
        );
        assert_eq!(ends("{% raw %}{{ \"{%- endraw %}{{ c }}"), raw);
        assert_eq!(
            ends("{% raw %}{{ a }}"),
            (vec!["{% raw %}".to_owned()], Some(0))
        );
    }
}
