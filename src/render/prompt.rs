//! Questions asked at a terminal: keys come in, lines go out, and nothing here knows what a ledger
//! is. What a key does to a question is apart from the terminal that it was pressed at.

use std::io::{ErrorKind, IsTerminal, Result, Stderr, Write, stderr, stdin};
use std::time::Duration;

use crossterm::cursor::{MoveToColumn, MoveUp};
use crossterm::event::{
    DisableBracketedPaste, EnableBracketedPaste, Event, KeyCode, KeyEvent, KeyEventKind,
    KeyModifiers, poll, read,
};
use crossterm::style::{Color, Print, ResetColor, SetForegroundColor};
use crossterm::terminal::{Clear, ClearType, disable_raw_mode, enable_raw_mode, size};
use crossterm::{execute, queue};
use tui_input::{Input, InputRequest};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::render::wrap;
use crate::spelling::{folded, initials, visible};

/// How many suggestions or options are shown at once.
const PAGE: usize = 7;

/// A question that is answered by a line of text.
pub struct LineQuestion<'q> {
    /// What is asked.
    pub text: &'q str,
    /// How to answer, shown below; may be empty.
    pub help: &'q str,
    /// What an empty answer means.
    pub default: Option<&'q str>,
    /// What stands in the line at first, to be changed.
    pub initial: &'q str,
    /// What a text that was begun may become.
    pub suggest: &'q dyn Fn(&str) -> Vec<String>,
    /// Whether there is a question before it that can be gone back to (Shift-Tab).
    pub may_go_back: bool,
}

/// What came of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply<T> {
    /// It was answered.
    Answered(T),
    /// The one before it is to be asked again.
    Back,
    /// The person gave up (Esc, Ctrl-C).
    GivenUp,
}

/// What is wrong with an answer, in a sentence.
type Check<'c> = &'c dyn Fn(&str) -> std::result::Result<(), String>;

/// A question that is answered by one of a few options, narrowed down by what is typed.
pub struct Choice<'q> {
    /// What is asked.
    pub text: &'q str,
    /// How to answer, shown below.
    pub help: &'q str,
    /// What is said where no option has what was typed.
    pub nothing: &'q str,
    /// What there is to choose from; each is shown on a line.
    pub options: &'q [String],
    /// The option that is offered first, by index.
    pub first: usize,
    /// Whether there is a question before it that can be gone back to (Shift-Tab).
    pub may_go_back: bool,
}

impl<'q> LineQuestion<'q> {
    /// A question with nothing in its line.
    pub fn new(text: &'q str, help: &'q str) -> LineQuestion<'q> {
        LineQuestion {
            text,
            help,
            default: None,
            initial: "",
            suggest: &|_| Vec::new(),
            may_go_back: false,
        }
    }

    /// Asks at the terminal until `check` finds nothing wrong.
    ///
    /// # Errors
    /// The terminal cannot be used, or is gone.
    pub fn ask(&self, check: Check<'_>, colour: bool) -> Result<Reply<String>> {
        Terminal::open(colour)?.ask(&mut LineDialog::new(self, check))
    }
}

impl Choice<'_> {
    /// Asks at the terminal; gives the index of an option.
    ///
    /// # Errors
    /// The terminal cannot be used, or is gone.
    pub fn ask(&self, colour: bool) -> Result<Reply<usize>> {
        Terminal::open(colour)?.ask(&mut ChoiceDialog::new(self))
    }
}

/// What a key made of a question.
enum Step<T> {
    Open,
    Ended(Reply<T>),
}

/// A question while it is being answered.
trait Dialog {
    type Answer;

    /// What is asked.
    fn question(&self) -> &str;

    /// The default that is shown beside the question.
    fn default(&self) -> Option<&str>;

    /// Whether the question before it can be gone back to.
    fn may_go_back(&self) -> bool;

    /// What has been typed so far.
    fn input(&self) -> &Input;

    /// What has been typed, to be changed by a request.
    fn edit(&mut self, request: InputRequest);

    /// A key that does not edit the text.
    fn key(&mut self, key: Key) -> Step<Self::Answer>;

    /// The lines under what is typed, each at most so many columns wide, where so many rows are.
    fn below(&self, columns: usize, rows: usize) -> Vec<(Option<Color>, String)>;

    /// An answer as it stays on the screen.
    fn shown(&self, answer: &Self::Answer) -> String;
}

/// A key that does something other than editing the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Enter,
    Tab,
    Up,
    Down,
    PageUp,
    PageDown,
    Back,
    GiveUp,
}

/// What a key press means.
enum Meaning {
    Edits(InputRequest),
    Does(Key),
    Nothing,
}

/// The keys of shells and of Windows alike: `readline`'s, and the arrows.
fn meaning(key: KeyEvent, typed: &str) -> Meaning {
    use InputRequest as R;
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    match key.code {
        // What Windows reports for AltGr.
        KeyCode::Char(c) if control && alt => Meaning::Edits(R::InsertChar(c)),
        KeyCode::Char('d') if control && typed.is_empty() => Meaning::Does(Key::GiveUp),
        KeyCode::Char(c) if control => match c.to_ascii_lowercase() {
            'a' => Meaning::Edits(R::GoToStart),
            'b' => Meaning::Edits(R::GoToPrevChar),
            'c' => Meaning::Does(Key::GiveUp),
            'd' => Meaning::Edits(R::DeleteNextChar),
            'e' => Meaning::Edits(R::GoToEnd),
            'f' => Meaning::Edits(R::GoToNextChar),
            'h' => Meaning::Edits(R::DeletePrevChar),
            'j' | 'm' => Meaning::Does(Key::Enter),
            'k' => Meaning::Edits(R::DeleteTillEnd),
            'n' => Meaning::Does(Key::Down),
            'p' => Meaning::Does(Key::Up),
            'u' => Meaning::Edits(R::DeleteFromStart),
            'w' => Meaning::Edits(R::DeletePrevWord),
            'y' => Meaning::Edits(R::Yank),
            _ => Meaning::Nothing,
        },
        KeyCode::Char('b') if alt => Meaning::Edits(R::GoToPrevWord),
        KeyCode::Char('f') if alt => Meaning::Edits(R::GoToNextWord),
        KeyCode::Char('d') if alt => Meaning::Edits(R::DeleteNextWord),
        KeyCode::Backspace if control || alt => Meaning::Edits(R::DeletePrevWord),
        KeyCode::Delete if control => Meaning::Edits(R::DeleteNextWord),
        KeyCode::Left if control => Meaning::Edits(R::GoToPrevWord),
        KeyCode::Right if control => Meaning::Edits(R::GoToNextWord),
        KeyCode::Char(c) if !alt => Meaning::Edits(R::InsertChar(c)),
        KeyCode::Backspace => Meaning::Edits(R::DeletePrevChar),
        KeyCode::Delete => Meaning::Edits(R::DeleteNextChar),
        KeyCode::Left => Meaning::Edits(R::GoToPrevChar),
        KeyCode::Right => Meaning::Edits(R::GoToNextChar),
        KeyCode::Home => Meaning::Edits(R::GoToStart),
        KeyCode::End => Meaning::Edits(R::GoToEnd),
        KeyCode::Enter => Meaning::Does(Key::Enter),
        KeyCode::Tab => Meaning::Does(Key::Tab),
        KeyCode::BackTab => Meaning::Does(Key::Back),
        KeyCode::Up => Meaning::Does(Key::Up),
        KeyCode::Down => Meaning::Does(Key::Down),
        KeyCode::PageUp => Meaning::Does(Key::PageUp),
        KeyCode::PageDown => Meaning::Does(Key::PageDown),
        KeyCode::Esc => Meaning::Does(Key::GiveUp),
        _ => Meaning::Nothing,
    }
}

/// What an event makes of a question. What is pasted is one answer, however many lines it has.
fn step<D: Dialog>(dialog: &mut D, event: Event) -> Step<D::Answer> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            match meaning(key, dialog.input().value()) {
                Meaning::Edits(request) => dialog.edit(request),
                Meaning::Does(Key::GiveUp) => return Step::Ended(Reply::GivenUp),
                Meaning::Does(Key::Back) if dialog.may_go_back() => {
                    return Step::Ended(Reply::Back);
                }
                Meaning::Does(key) => return dialog.key(key),
                Meaning::Nothing => {}
            }
        }
        Event::Paste(text) => {
            for c in text.trim_end_matches(['\r', '\n']).chars() {
                let c = if c.is_control() { ' ' } else { c };
                dialog.edit(InputRequest::InsertChar(c));
            }
        }
        _ => {}
    }
    Step::Open
}

struct LineDialog<'q> {
    question: &'q LineQuestion<'q>,
    check: Check<'q>,
    input: Input,
    suggestions: Vec<String>,
    chosen: Option<usize>,
    wrong: Option<String>,
}

impl<'q> LineDialog<'q> {
    fn new(question: &'q LineQuestion<'q>, check: Check<'q>) -> LineDialog<'q> {
        let mut dialog = LineDialog {
            question,
            check,
            input: Input::new(question.initial.to_owned()),
            suggestions: Vec::new(),
            chosen: None,
            wrong: None,
        };
        if question.initial.is_empty() {
            dialog.suggest();
        }
        dialog
    }

    fn suggest(&mut self) {
        self.suggestions = (self.question.suggest)(self.input.value());
        self.chosen = None;
    }
}

impl Dialog for LineDialog<'_> {
    type Answer = String;

    fn question(&self) -> &str {
        self.question.text
    }

    fn default(&self) -> Option<&str> {
        self.question.default
    }

    fn may_go_back(&self) -> bool {
        self.question.may_go_back
    }

    fn input(&self) -> &Input {
        &self.input
    }

    fn edit(&mut self, request: InputRequest) {
        if self.input.handle(request).is_some_and(|did| did.value) {
            self.wrong = None;
            self.suggest();
        }
    }

    fn key(&mut self, key: Key) -> Step<String> {
        let last = self.suggestions.len().checked_sub(1);
        match (key, last) {
            (Key::Tab, Some(_)) => {
                let chosen = self.chosen.unwrap_or(0);
                self.input = Input::new(self.suggestions[chosen].clone());
                self.suggest();
            }
            (Key::Up, _) => self.chosen = self.chosen.and_then(|at| at.checked_sub(1)),
            (Key::Down, Some(last)) => {
                self.chosen = Some(self.chosen.map_or(0, |at| (at + 1).min(last)));
            }
            (Key::Enter, _) => {
                let answer = match (self.chosen, self.input.value(), self.question.default) {
                    (Some(chosen), _, _) => self.suggestions[chosen].clone(),
                    (None, "", Some(default)) => default.to_owned(),
                    (None, typed, _) => typed.to_owned(),
                };
                match (self.check)(&answer) {
                    Ok(()) => return Step::Ended(Reply::Answered(answer)),
                    Err(wrong) => self.wrong = Some(wrong),
                }
            }
            _ => {}
        }
        Step::Open
    }

    fn below(&self, columns: usize, rows: usize) -> Vec<(Option<Color>, String)> {
        let shown = page(self.suggestions.len(), self.chosen.unwrap_or(0), rows);
        let options = shown.map(|n| option(&self.suggestions[n], self.chosen == Some(n)));
        let wrong = self.wrong.iter().flat_map(|wrong| {
            let lines = wrap(&format!("# {}", visible(wrong)), columns);
            lines.into_iter().map(|line| (Some(Color::Red), line))
        });
        wrong
            .chain(options)
            .chain(help(self.question.help, columns))
            .collect()
    }

    fn shown(&self, answer: &String) -> String {
        answer.clone()
    }
}

struct ChoiceDialog<'q> {
    choice: &'q Choice<'q>,
    input: Input,
    /// The options as they are compared, and the initials of their pinyin.
    words: Vec<(String, String)>,
    /// Of the options those that have what was typed, by index.
    left: Vec<usize>,
    /// The one that Enter takes, by its place among those that are left.
    at: usize,
}

impl<'q> ChoiceDialog<'q> {
    fn new(choice: &'q Choice<'q>) -> ChoiceDialog<'q> {
        let words = |option: &String| (any_case(option), initials(option));
        ChoiceDialog {
            choice,
            input: Input::default(),
            words: choice.options.iter().map(words).collect(),
            left: (0..choice.options.len()).collect(),
            at: choice.first,
        }
    }
}

impl Dialog for ChoiceDialog<'_> {
    type Answer = usize;

    fn question(&self) -> &str {
        self.choice.text
    }

    fn default(&self) -> Option<&str> {
        None
    }

    fn may_go_back(&self) -> bool {
        self.choice.may_go_back
    }

    fn input(&self) -> &Input {
        &self.input
    }

    fn edit(&mut self, request: InputRequest) {
        if self.input.handle(request).is_none_or(|did| !did.value) {
            return;
        }
        let wanted = any_case(self.input.value().trim());
        // One letter is somewhere in nearly every line.
        let begins = |initials: &str| match wanted.len() {
            0 | 1 => initials.starts_with(&wanted),
            _ => initials.contains(&wanted),
        };
        let is_meant =
            |(words, initials): &(String, String)| words.contains(&wanted) || begins(initials);
        let left = self.words.iter().enumerate();
        self.left = left
            .filter(|(_, words)| is_meant(words))
            .map(|(n, _)| n)
            .collect();
        self.at = 0;
    }

    fn key(&mut self, key: Key) -> Step<usize> {
        let last = self.left.len().saturating_sub(1);
        match key {
            // Round about, as the last of a few is often meant.
            Key::Up => self.at = self.at.checked_sub(1).unwrap_or(last),
            Key::Down | Key::Tab => self.at = if self.at == last { 0 } else { self.at + 1 },
            Key::PageUp => self.at = self.at.saturating_sub(PAGE),
            Key::PageDown => self.at = (self.at + PAGE).min(last),
            Key::Enter => {
                if let Some(option) = self.left.get(self.at) {
                    return Step::Ended(Reply::Answered(*option));
                }
            }
            Key::Back | Key::GiveUp => {}
        }
        Step::Open
    }

    fn below(&self, columns: usize, rows: usize) -> Vec<(Option<Color>, String)> {
        let shown = page(self.left.len(), self.at, rows);
        let options = shown.map(|n| option(&self.choice.options[self.left[n]], n == self.at));
        let nothing = self.left.is_empty().then(|| {
            let text = format!("# {}", self.choice.nothing);
            (Some(Color::Red), text)
        });
        let help = help(self.choice.help, columns);
        options.chain(nothing).chain(help).collect()
    }

    fn shown(&self, answer: &usize) -> String {
        self.choice.options[*answer].clone()
    }
}

fn any_case(text: &str) -> String {
    folded(text).to_lowercase()
}

/// Of so many the ones that are shown: a page, or fewer on a low screen, with one of them in the
/// middle of it where that can be.
fn page(len: usize, at: usize, rows: usize) -> std::ops::Range<usize> {
    let page = PAGE.min(rows.saturating_sub(3).max(1)).min(len);
    let first = at.saturating_sub(page / 2).min(len - page);
    first..first + page
}

fn option(option: &str, is_chosen: bool) -> (Option<Color>, String) {
    let option = visible(option);
    match is_chosen {
        true => (Some(Color::Cyan), format!("> {option}")),
        false => (None, format!("  {option}")),
    }
}

fn help(help: &str, columns: usize) -> impl Iterator<Item = (Option<Color>, String)> {
    let lines = match help {
        "" => Vec::new(),
        help => wrap(&format!("[{help}]"), columns),
    };
    lines.into_iter().map(|line| (Some(Color::DarkCyan), line))
}

/// A terminal that gives each key as it is pressed, until this is dropped. Questions go to standard
/// error, so that what a command prints can be kept while it asks; every text that is printed here
/// is `visible`.
struct Terminal {
    out: Stderr,
    colour: bool,
    /// How many rows the cursor stands below the first of what was drawn.
    row: u16,
}

impl Terminal {
    fn open(colour: bool) -> Result<Terminal> {
        enable_raw_mode()?;
        let mut terminal = Terminal {
            out: stderr(),
            colour,
            row: 0,
        };
        execute!(terminal.out, EnableBracketedPaste)?;
        Ok(terminal)
    }

    fn ask<D: Dialog>(mut self, dialog: &mut D) -> Result<Reply<D::Answer>> {
        loop {
            self.draw(dialog)?;
            let Step::Ended(reply) = step(dialog, next_event()?) else {
                continue;
            };
            let (mark, left) = match &reply {
                Reply::Answered(answer) => ('>', dialog.shown(answer)),
                Reply::Back => ('<', String::new()),
                Reply::GivenUp => ('?', dialog.input().value().to_owned()),
            };
            self.finish(dialog.question(), mark, &left)?;
            return Ok(reply);
        }
    }

    /// Draws a question over what was drawn of it before, and puts the cursor where it is typed.
    fn draw<D: Dialog>(&mut self, dialog: &D) -> Result<()> {
        let (columns, rows) = size()?;
        // The last column stays free: terminals differ in what they do after it.
        let width = usize::from(columns).saturating_sub(1).max(1);
        let question = question(dialog.question(), dialog.default());
        let typed = visible(dialog.input().value());
        let before: String = dialog
            .input()
            .value()
            .chars()
            .take(dialog.input().cursor())
            .collect();
        let cursor = hard_wrapped(&format!("{question}{}", visible(&before)), width);
        let mut top = hard_wrapped(&format!("{question}{typed}"), width);
        let mut row = cursor.len() - 1;
        let rows = usize::from(rows).max(1);
        // On a low screen help goes first, then options; of what is typed the cursor's row is seen.
        let mut below = dialog.below(width, rows.saturating_sub(top.len()));
        below.truncate(rows.saturating_sub(top.len()));
        if top.len() > rows {
            let first = (row + 1).saturating_sub(rows);
            top = top.split_off(first);
            top.truncate(rows);
            row -= first;
        }
        self.start()?;
        self.coloured(Some(Color::Green), "?")?;
        let first = top[0].strip_prefix('?').unwrap_or(&top[0]);
        queue!(self.out, Print(first))?;
        for line in &top[1..] {
            queue!(self.out, Print("\r\n"), Print(line))?;
        }
        for (colour, line) in &below {
            queue!(self.out, Print("\r\n"))?;
            self.coloured(*colour, &cut(line, width))?;
        }
        let up = short(top.len() + below.len() - 1 - row);
        if up > 0 {
            queue!(self.out, MoveUp(up))?;
        }
        let column = cursor.last().map_or(0, |line| line.width());
        queue!(self.out, MoveToColumn(short(column)))?;
        self.row = short(row);
        self.out.flush()
    }

    /// Leaves a question as it was answered, and the cursor on the line after it.
    fn finish(&mut self, question: &str, mark: char, answer: &str) -> Result<()> {
        self.start()?;
        self.coloured(Some(Color::Green), &mark.to_string())?;
        queue!(self.out, Print(format!(" {} ", visible(question))))?;
        self.coloured(Some(Color::Cyan), &visible(answer))?;
        queue!(self.out, Print("\r\n"))?;
        self.out.flush()
    }

    /// Takes away what was drawn.
    fn start(&mut self) -> Result<()> {
        if self.row > 0 {
            queue!(self.out, MoveUp(self.row))?;
        }
        queue!(self.out, MoveToColumn(0), Clear(ClearType::FromCursorDown))
    }

    fn coloured(&mut self, colour: Option<Color>, text: &str) -> Result<()> {
        match colour.filter(|_| self.colour) {
            Some(colour) => queue!(
                self.out,
                SetForegroundColor(colour),
                Print(text),
                ResetColor
            ),
            None => queue!(self.out, Print(text)),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A terminal that is gone needs no setting right.
        let _ = execute!(self.out, DisableBracketedPaste);
        let _ = disable_raw_mode();
    }
}

/// What happens next at the terminal. A terminal that is gone without a word would be asked for
/// ever.
fn next_event() -> Result<Event> {
    while !poll(Duration::from_secs(1))? {
        if !stdin().is_terminal() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    read()
}

fn question(text: &str, default: Option<&str>) -> String {
    let default = default.map(|default| format!("({}) ", visible(default)));
    format!("? {} {}", visible(text), default.unwrap_or_default())
}

/// A text in lines of at most so many columns, broken anywhere; at least one line.
fn hard_wrapped(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line, mut taken) = (Vec::new(), String::new(), 0);
    for c in text.chars() {
        let columns = c.width().unwrap_or(0);
        if taken + columns > width {
            lines.push(std::mem::take(&mut line));
            taken = 0;
        }
        line.push(c);
        taken += columns;
    }
    lines.push(line);
    lines
}

/// What of a line there is room for.
fn cut(line: &str, width: usize) -> String {
    match line.width() <= width {
        true => line.to_owned(),
        false => format!("{}…", hard_wrapped(line, width.saturating_sub(1).max(1))[0]),
    }
}

fn short(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(dialog: &mut impl Dialog, keys: &[(KeyCode, KeyModifiers)]) -> bool {
        keys.iter().all(|(code, modifiers)| {
            let key = Event::Key(KeyEvent::new(*code, *modifiers));
            matches!(step(dialog, key), Step::Open)
        })
    }

    fn write(dialog: &mut impl Dialog, text: &str) {
        for c in text.chars() {
            assert!(press(dialog, &[(KeyCode::Char(c), KeyModifiers::NONE)]));
        }
    }

    const ENTER: [(KeyCode, KeyModifiers); 1] = [(KeyCode::Enter, KeyModifiers::NONE)];

    fn line_with<T>(check: impl FnOnce(&mut LineDialog<'_>) -> T) -> T {
        let question = LineQuestion {
            default: Some("一楼"),
            suggest: &|typed| match typed {
                "" => Vec::new(),
                _ => vec!["会议室".to_owned(), "活动中心".to_owned()],
            },
            ..LineQuestion::new("地点：", "")
        };
        let is_short = |answer: &str| match answer.len() {
            0..30 => Ok(()),
            _ => Err("太长".to_owned()),
        };
        check(&mut LineDialog::new(&question, &is_short))
    }

    fn control(c: char) -> (KeyCode, KeyModifiers) {
        (KeyCode::Char(c), KeyModifiers::CONTROL)
    }

    #[test]
    fn a_line_is_edited_with_the_keys_of_a_shell() {
        line_with(|dialog| {
            let left = (KeyCode::Left, KeyModifiers::NONE);
            let cases: [(&[_], &str); 7] = [
                (&[control('u')], ""),
                (&[left, left, control('u')], "室外"),
                (&[left, left, control('k')], "二楼会议"),
                (&[control('w')], "二楼会议室"),
                (&[(KeyCode::Home, KeyModifiers::NONE), control('k')], ""),
                (&[left, control('d')], "二楼会议室"),
                (
                    &[control('a'), (KeyCode::Delete, KeyModifiers::NONE)],
                    "楼会议室外",
                ),
            ];
            for (keys, left) in cases {
                press(dialog, &[control('e'), control('u')]);
                write(dialog, "二楼会议室外");
                assert!(press(dialog, keys));
                assert_eq!(dialog.input.value(), left, "{keys:?}");
            }
        });
    }

    #[test]
    fn an_answer_is_what_was_typed_chosen_or_offered() {
        let answer = |dialog: &mut LineDialog<'_>| {
            let enter = Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
            match step(dialog, enter) {
                Step::Ended(Reply::Answered(answer)) => answer,
                _ => panic!("not answered"),
            }
        };
        line_with(|dialog| assert_eq!(answer(dialog), "一楼"));
        line_with(|dialog| {
            write(dialog, "h");
            press(dialog, &[(KeyCode::Down, KeyModifiers::NONE); 3]);
            assert_eq!(answer(dialog), "活动中心");
        });
        line_with(|dialog| {
            write(dialog, "h");
            press(dialog, &[(KeyCode::Tab, KeyModifiers::NONE)]);
            assert_eq!(dialog.input.value(), "会议室");
        });
        line_with(|dialog| {
            step(
                dialog,
                Event::Paste("两行\r\n一个回答\u{1b}[2J\n".to_owned()),
            );
            assert_eq!(answer(dialog), "两行  一个回答 [2J");
        });
    }

    #[test]
    fn a_wrong_answer_is_said_until_it_is_changed() {
        line_with(|dialog| {
            write(dialog, "十个汉字加起来有三十字节");
            assert!(press(dialog, &ENTER));
            assert!(
                dialog
                    .below(80, 20)
                    .iter()
                    .any(|(_, line)| line == "# 太长")
            );
            press(dialog, &[(KeyCode::Backspace, KeyModifiers::NONE)]);
            assert!(dialog.wrong.is_none());
        });
    }

    #[test]
    fn options_are_narrowed_down_by_what_is_typed() {
        let options: Vec<String> = (1..=30).map(|n| format!("第 {n} 次 Meeting")).collect();
        let choice = Choice {
            text: "哪一条",
            help: "用方向键",
            nothing: "没有",
            options: &options,
            first: 0,
            may_go_back: false,
        };
        let mut dialog = ChoiceDialog::new(&choice);
        press(&mut dialog, &[(KeyCode::Up, KeyModifiers::NONE)]);
        assert_eq!(dialog.at, 29);
        write(&mut dialog, "2 次 meet");
        assert_eq!(dialog.left, [1, 11, 21]);
        press(&mut dialog, &[(KeyCode::Down, KeyModifiers::NONE)]);
        assert_eq!(dialog.below(80, 20)[1].1, "> 第 12 次 Meeting");
        // On a low screen fewer are shown.
        assert_eq!(dialog.below(80, 4).len(), 2);
        write(&mut dialog, "没有");
        assert!(press(&mut dialog, &ENTER), "there is nothing to take");
        assert_eq!(dialog.below(80, 20)[0].1, "# 没有");
        assert!(!press(&mut dialog, &[control('c')]));
    }

    #[test]
    fn initials_narrow_options_down_and_a_question_is_gone_back_to_where_there_is_one() {
        let options = ["党课 Party lesson", "主题党日", "支委会"].map(str::to_owned);
        let mut choice = Choice {
            text: "类型",
            help: "",
            nothing: "",
            options: &options,
            first: 0,
            may_go_back: false,
        };
        let back = [(KeyCode::BackTab, KeyModifiers::SHIFT)];
        let mut dialog = ChoiceDialog::new(&choice);
        write(&mut dialog, "DR");
        assert_eq!(dialog.left, [1]);
        press(&mut dialog, &[control('u')]);
        write(&mut dialog, "z");
        assert_eq!(dialog.left, [1, 2]);
        assert!(press(&mut dialog, &back), "there is none before");
        choice.may_go_back = true;
        assert!(!press(&mut ChoiceDialog::new(&choice), &back));
    }

    #[test]
    fn lines_are_broken_where_the_terminal_ends() {
        assert_eq!(hard_wrapped("组织abc", 4), ["组织", "abc"]);
        assert_eq!(hard_wrapped("a组织", 4), ["a组", "织"]);
        assert_eq!(hard_wrapped("", 4), [""]);
        assert_eq!(cut("组织台账", 6), "组织…");
    }
}
