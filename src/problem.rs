//! The one diagnostic: what is wrong, where, and what would put it right.
//!
//! A problem carries no sentence, only the rule it breaks and the words to fill in; the catalogues
//! turn it into a sentence in either language. It travels as an error through `anyhow` where it
//! stops a command.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::locale::{Arg, Locale};

/// How far a problem reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing in the file can be relied on: no report while it stands.
    File,
    /// The record or setting cannot be understood: no report while it stands.
    Record,
    /// Readable and counted, but wrong.
    Finding,
    /// Readable and counted, and perhaps meant so: said, but nobody is held up by it.
    Warning,
    /// Not about what is on disk: a command that could not be carried out.
    Usage,
}

/// A rule that can be broken, by its stable name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// The stable name, as `check` prints it; the message in the catalogues is `problem-NAME`.
    pub name: &'static str,
    /// How far breaking it reaches.
    pub severity: Severity,
}

macro_rules! rules {
    ($($constant:ident $name:literal $severity:ident $doc:literal;)*) => {
        impl Rule {
            $(
                #[doc = $doc]
                pub const $constant: Rule = Rule {
                    name: $name,
                    severity: Severity::$severity,
                };
            )*
            /// Every rule, by reach and subject.
            pub const ALL: &[Rule] = &[$(Rule::$constant),*];
        }
    };
}

rules! {
    // The tree of files.
    IO "io" File "A file or folder cannot be read or written.";
    NOT_A_FILE "not-a-file" File "A pipe, socket or device stands where a ledger file is expected.";
    NOT_A_FOLDER "not-a-folder" Finding
        "A file stands where an organisation's or a year's folder could stand.";
    TOO_LARGE "too-large" File "A file is larger than any ledger should be.";
    LINK_OUTSIDE "link-outside" File "A symbolic link leads out of the ledger.";
    LINK_LOOP "link-loop" File "A symbolic link leads nowhere, to a folder, or back to itself.";
    TOO_DEEP_FOLDERS "folders-too-deep" File "Folders are nested deeper than organisations can be.";
    BAD_FOLDER "bad-folder" File "A folder under orgs/ has a name that no organisation can have.";
    MISSING_ORG_FILE "missing-org-file" File "A folder under orgs/ lacks its org.toml.";
    MOVED_IN_CIRCLE "moved-in-circle" File "Organisations were each moved under the other.";
    LEFT_BEHIND "left-behind" Finding
        "Ledgers or organisations lie at the former place of an organisation that was moved.";
    FORMER_IN_USE "former-id-in-use" Finding
        "An organisation stands where another was before it was moved.";
    MISPLACED_FILE "misplaced-file" Finding "A TOML file lies where nothing reads it.";
    CASE_COLLISION "case-collision" Finding "Two names differ only by case.";
    // The text of one file.
    NUL "nul-byte" File "A file holds NUL bytes.";
    NOT_UTF8 "not-utf8" File "A file is not UTF-8.";
    CONFLICT "conflict-marker" File "A file holds the marks of an unfinished merge.";
    SYNTAX "syntax" File "A file is not TOML.";
    TOML_1_1 "toml-1-1" File "A construct that TOML 1.0 does not have.";
    TOO_MANY_VALUES "too-many-values" File "A file holds more values than a ledger has.";
    TOO_DEEP "nested-too-deep" File "Values are nested too deep.";
    BOM "bom" Finding "A file starts with a byte order mark.";
    CRLF "crlf" Finding "Lines end in CRLF.";
    TOO_MANY "too-many" Record "A file with more problems than are worth naming.";
    // What a table holds.
    UNKNOWN_KIND "unknown-kind" Record "A table is named by no kind of record.";
    UNKNOWN_FIELD "unknown-field" Record "A key that is no field of the kind.";
    UNKNOWN_VALUE "unknown-value" Record "A value that is not among the field's choices.";
    WRONG_TYPE "wrong-type" Record "A value of the wrong type.";
    TOO_MANY_DECIMALS "too-many-decimals" Record "A number with more decimals than its field has.";
    OUT_OF_RANGE "out-of-range" Record "A number outside the field's range.";
    MISSING_FIELD "missing-field" Record "A required field is missing.";
    BAD_ID "bad-id" Record "An id that is not in form.";
    WRONG_PREFIX "wrong-prefix" Finding "An id whose prefix belongs to another kind.";
    DUPLICATE_ID "duplicate-id" Record "One id on two different records.";
    // What records say together.
    DANGLING_REFERENCE "dangling-reference" Finding "An id that no record has.";
    DANGLING_ORG "dangling-organisation" Finding "An id that no organisation has.";
    RETRACTED_REFERENCE "retracted-reference" Finding "An id of a record that was taken back.";
    KNOWN_AND_UNKNOWN "known-and-unknown" Finding "A number beside the reason why it is not known.";
    HELD_TWICE "held-twice" Finding "Two records of what can be held only once at a time.";
    WRONG_REFERENCE "wrong-reference" Finding
        "An id of a record of another kind than the field allows.";
    ABOVE_LIMIT "above-limit" Finding "A number above the one that bounds it.";
    WRONG_ORDER "wrong-order" Finding "A date before the one it must follow.";
    UPDATE_BEFORE_START "update-before-start" Finding "An update dated before its record began.";
    UPDATES_UNSORTED "updates-unsorted" Finding "Updates that are not in the order of their dates.";
    WRONG_EXEMPTION "wrong-exemption" Finding "An exemption that ends before it begins.";
    PERSONAL_NUMBER "personal-number" Finding "A resident identity number or a mobile number.";
    UNSAFE_PATH "unsafe-path" Finding "A path that leads out of the ledger.";
    OUTSIDE_LIFE "outside-life" Finding "A record dated when its organisation was not in being.";
    ENTERED_TWICE "entered-twice" Warning
        "Two records of one organisation that say the same thing.";
    FAR_AHEAD "far-ahead" Warning "A record that begins more than a year from today.";
    SPELLING "spelling" Warning "A text as the program would not have written it.";
    MISSING_ATTACHMENT "missing-attachment" Warning "An attachment that is not there.";
    TAKEN_UP_AGAIN "taken-up-again" Warning
        "A finished record that a later update takes up again without a word.";
    // Closed periods.
    RESTATED "restated" Finding "A figure that is no longer what was reported.";
    RECOUNTED "recounted" Finding "Figures as they were reported, made of other records.";
    STAMP_CHANGED "stamp-changed" Finding
        "A stamp of a closed period that does not say what was stamped.";
    // Rules.
    DUPLICATE_RULE "duplicate-rule" Record "Two rules of one name.";
    UNKNOWN_RULE "unknown-rule" Record "A rule refers to another that does not exist.";
    BAD_RULE "bad-rule" Record "A rule that contradicts itself.";
    // Commands.
    USAGE "usage" Usage "The command line is not understood.";
    NO_LEDGER "no-ledger" Usage "No ledger.toml here or above.";
    LEDGER_EXISTS "ledger-exists" Usage "There is a ledger already.";
    NEWER_FORMAT "newer-format" Usage "The ledger was written for a later program.";
    UNKNOWN_ORG "unknown-org" Usage "No organisation of that name.";
    AMBIGUOUS_ORG "ambiguous-org" Usage "Several organisations of that name.";
    WHICH_TOP "which-top" Usage "Several top organisations and none named.";
    NO_ORGS "no-orgs" Usage "The ledger has no organisation yet.";
    ORG_EXISTS "org-exists" Usage "The organisation's folder is there already.";
    ORG_FORMER "org-former" Usage "An id that another organisation had before it was moved.";
    ORG_INSIDE "org-inside" Usage "An organisation cannot be moved under itself.";
    ALREADY_DISSOLVED "already-dissolved" Usage "The organisation is dissolved already.";
    UNKNOWN_RECORD "unknown-record" Usage "No record of that id.";
    AMBIGUOUS_RECORD "ambiguous-record" Usage "Several records share that part of an id.";
    BAD_PERIOD "bad-period" Usage "Not a period.";
    BAD_DAY "bad-day" Usage "Not a day.";
    UNKNOWN_METRIC "unknown-metric" Usage "No metric of that name.";
    UNKNOWN_NAME "unknown-name" Usage "No such rule, field, report.";
    EMPTY_INPUT "empty-input" Usage "An empty answer where there must be one.";
    MISSING_FLAGS "missing-flags" Usage "Required fields were not given and nobody can be asked.";
    MISSING_ARGUMENTS "missing-arguments" Usage "Required arguments were not given.";
    FINISHED "already-finished" Usage "What is to be marked as done is done.";
    ORG_TWICE "org-twice" Usage "An organisation of that name stands there already.";
    NO_LIFECYCLE "no-lifecycle" Usage "The kind has no life cycle to update.";
    NOTHING_TO_CHANGE "nothing-to-change" Usage "An edit without a field.";
    RETRACTED "already-retracted" Usage "The record is retracted already.";
    UNREADABLE "unreadable-ledger" Usage "A report would leave out what cannot be read.";
    OUT_EXISTS "out-exists" Usage "A file that would be written over.";
    OUT_FORMAT "out-format" Usage "A file whose name says another format.";
    OUT_IN_LEDGER "out-in-ledger" Usage "A report would overwrite the ledger itself.";
    MAYBE_SAVED "maybe-saved" Usage
        "The system did not confirm that a change has reached the disk.";
    NOT_TABLES "not-tables" Usage
        "Records written as a list of inline tables cannot be changed one by one.";
    CHANGED_MEANWHILE "changed-meanwhile" Usage
        "Another program changed a file between its being read and its being replaced.";
    BUSY "busy" Usage "Another process holds the lock.";
    GIT_LOCKED "git-locked" Usage "git holds its own lock, or left it behind.";
    UNPROVEN "unproven-write" Usage "What was about to be written did not hold what it should.";
    NOT_OVER "period-not-over" Usage "A period that is to be closed before it is over.";
    ALREADY_CLOSED "already-closed" Usage
        "A period that is closed, and whose figures have changed since.";
    NOT_CLOSED "not-closed" Usage "A comparison with a period that is not closed.";
    NO_GIT "no-git" Usage "git is not there.";
    UNKNOWN_COMMIT "unknown-commit" Usage "No commit of that name, tag or day.";
    NOT_A_REPOSITORY "not-a-repository" Usage "The ledger does not lie in a git repository.";
    LEFT_DIFFERS "left-differs" Usage
        "What was left behind says something else than what stands at the new place.";
    MISSING_OBJECTS "git-objects-missing" Usage
        "This clone was made without all that history holds.";
    GIT_FAILED "git-failed" Usage "git could not do what it was asked.";
    GIT_DAMAGED "git-damaged" Usage
        "A clone that should have everything lacks a part of history, or cannot read it.";
    MERGE_CHANGED "merge-changed" Usage "Both sides of a merge changed one field, differently.";
    MERGE_RETRACTED "merge-retracted" Usage
        "One side of a merge took a record back, the other changed it.";
    MERGE_DELETED "merge-deleted" Usage
        "One side of a merge took a record out, the other changed it.";
    MERGE_ADDED "merge-added" Usage "Both sides of a merge entered different records under one id.";
    MERGE_MISPLACED "merge-misplaced" Usage
        "A record entered into a file that git took for another.";
    CHANGED_AND_DELETED "changed-and-deleted" Usage
        "A file that one side deleted and the other changed.";
    MOVED_TWICE "moved-twice" Usage "An organisation that both sides moved, to different places.";
    MERGE_INCOMPLETE "merge-incomplete" Usage
        "A merge that is about to be committed without all that its sides have.";
    MERGE_CLOSED "merge-closed" Usage "Two clones closed one period, with different figures.";
    MERGE_SAME_DAY "merge-same-day" Usage
        "Both sides of a merge put items on one day: their order is not known.";
    MERGE_TAKEN_UP_AGAIN "merge-taken-up-again" Usage
        "A record that one side finished and a later update of the other takes up again.";
    MERGED_BY_LINES "merged-by-lines" Usage "A ledger file that could be merged only line by line.";
    SHEET_NOT_TEXT "sheet-unknown" Usage "A file that is neither a spreadsheet nor text.";
    SHEET_DAMAGED "sheet-damaged" Usage "A spreadsheet that cannot be unpacked or read.";
    SHEET_LOCKED "sheet-locked" Usage "A spreadsheet that needs a password.";
    SHEET_EMPTY "sheet-empty" Usage "A spreadsheet without a value in any cell.";
    SHEET_TOO_LARGE "sheet-too-large" Usage "A spreadsheet larger than any form.";
    SHEET_OPEN_QUOTE "sheet-open-quote" Usage "Separated values with a quotation mark left open.";
    NOTHING_TO_UNDO "nothing-to-undo" Usage "No command whose files could be put back.";
    UNDO_CHANGED "undo-changed" Usage "A file that was changed since the command to be undone.";
    UNDO_COMMITTED "undo-committed" Usage "What was to be undone is committed.";
    WRONG_INPUT "not-understood" Usage "What was typed is no value of its field.";
    UNDO_UNCONFIRMED "undo-unconfirmed" Usage "A command to be undone, and nobody to confirm it.";
    FORM_UNWRITABLE "form-unwritable" Usage "A form whose texts are longer than cells may be.";
    WHERE_KIND "where-kind" Usage "A field of no kind that was named.";
    NOTHING_TO_CHOOSE "nothing-to-choose" Usage "No record that could be meant.";
    CELL_UNCOMPUTED "cell-uncomputed" Usage "A formula without the value that it had.";
    CELL_BROKEN "cell-broken" Usage "A cell with the error of a formula.";
    CELL_PERCENT "cell-percent" Usage "A number of which nobody knows whether it is a percentage.";
    CELL_YEAR "cell-year" Usage "A day or month without a year.";
    CELL_STATE_DAY "cell-state-day" Usage "A state without the day on which it came about.";
    CELL_STATE "cell-state" Usage "Progress without a state.";
    FORM_NO_ORG "form-no-org" Usage "A row that names no organisation, and nothing else does.";
    FORM_TWO_ORGS "form-two-orgs" Usage "A sheet named as one organisation, for another.";
    FORM_NO_SUCH_RECORD "form-no-such-record" Usage "A cell that names a record that is not there.";
    FORM_TWO_TICKS "form-two-ticks" Usage "Two values of a field ticked in one row of a form.";
    FORM_TWO_TABLES "form-two-tables" Usage "Two tables side by side on a sheet.";
    CELL_MISSING "cell-missing" Usage "A cell that must be filled in and is not.";
    CELL_FUTURE "cell-future" Usage "A state on a day that is still to come.";
    FORM_ORG_ELSEWHERE "form-org-elsewhere" Usage
        "An organisation that is not under the one that the form names beside it.";
    FORM_OTHER_ORG "form-other-org" Usage "A record that belongs to another organisation.";
    FORM_TWICE "form-twice" Usage "Two rows of a form that say different things of one record.";
    FORM_RETRACTED "form-retracted" Usage "A row of a form for a record that was taken back.";
    FORM_UNKNOWN_SHEET "form-unknown-sheet" Usage "No sheet of that name.";
    FORM_NO_TABLE "form-no-table" Usage "No sheet has a table of that kind.";
    FORM_REFUSED "form-refused" Usage "Rows of a form that cannot be taken in.";
    FORM_NO_TABLE_AT_ALL "form-no-known-table" Usage "No sheet has a table of any kind.";
    FORM_OVERTAKEN "form-overtaken" Usage "The ledger changed while somebody was asked.";
    FORM_UNCONFIRMED "form-unconfirmed" Usage "A form to be taken in, and nobody to confirm it.";
    BAD_SETTING "bad-setting" Usage "A setting that is not NAME=VALUE.";
    FORM_UNCLEAR_KIND "form-unclear-kind" Usage "A form that may be of several kinds.";
    NOT_BY_RECORD "not-by-record" Usage
        "A file in conflict whose sides cannot be merged by record.";
    BAD_MARKER "bad-marker" Usage
        "A conflict marker that belongs to no conflict, or a conflict that does not end.";
    UNMERGED "unmerged" Usage "A file that git could not merge either.";
    CANCELLED "cancelled" Usage "The person stopped the prompts.";
    OUTPUT "output" Usage "Results cannot be written out.";
    TEMPLATE "template" Usage "A template that the engine cannot read or carry out.";
    TEMPLATE_UNKNOWN "template-unknown" Usage "A name in a template that is no figure.";
    TEMPLATE_NO_NAME "template-no-name" Usage
        "A name that the ledger's configuration does not give.";
    TEMPLATE_BAD_VALUE "template-bad-value" Usage "A value that a figure cannot be asked with.";
    TEMPLATE_NOT_A_METRIC "template-not-a-metric" Usage "A computed number asked like a figure.";
    TEMPLATE_NOT_RECORDS "template-not-records" Usage
        "A figure that is not of records, asked for a window or filter.";
    TEMPLATE_NOT_A_NUMBER "template-not-a-number" Usage "Words where a number is meant.";
    TEMPLATE_COMPARES "template-compares" Usage "A figure compared instead of its value.";
    TEMPLATE_BLOCK "template-block" Usage "A block whose ends do not fit together in a Word file.";
    TEMPLATE_UNCLOSED "template-unclosed" Usage "A tag that is not closed in its paragraph.";
    TEMPLATE_TEXT_ONLY "template-text-only" Usage
        "A block that works on text alone, in a Word file.";
    TOO_MANY_GROUPS "too-many-groups" Usage "More groups than a report can show.";
    ROWS_OF_RECORDS "rows-not-organisations" Usage
        "An option for organisations in a report of others.";
    NOT_OF_MEMBERS "scorecard-of-organisations" Usage
        "A scorecard of organisations asked for members.";
    NOT_IN_SQL "not-in-sql" Usage "A figure or report that cannot be said in SQL.";
    OF_MEMBERS "scorecard-of-members" Usage "A scorecard of members asked for ratings.";
    UNKNOWN_ITEM "unknown-item" Finding "Points for an item that the scorecard does not have.";
    POINTS_OUT_OF_RANGE "points-out-of-range" Finding "Points outside the range of their item.";
    NO_SUCH_MEMBER "unknown-member" Usage "No member of that code.";
    NO_POINTS "points-off" Usage "Points of members in a ledger that has none.";
    RATING_NOT_NOTICED "rating-not-noticed" Usage "A rating to be decided that nobody was shown.";
    RATING_AHEAD "rating-ahead" Usage "A notice or decision on a day still to come.";
    RATING_NOT_BEGUN "rating-not-begun" Usage "Ratings of a year that has not begun.";
    NO_VERSION "scorecard-not-yet" Usage "A scorecard that does not hold in a cycle.";
    NOT_SCORED "unknown-scorecard" Finding "Points by a scorecard that there is not.";
    RATING_TOO_EARLY "rating-too-early" Usage "A rating to be decided before its notice is over.";
    RATING_NO_REASON "rating-no-reason" Usage
        "A rating that a person changed without saying why.";
    TEMPLATE_NO_PICTURE "template-no-picture" Usage "A picture in a template that cannot hold one.";
    TEMPLATE_TOO_DEEP "template-too-deep" Usage "Numbers put together of numbers too often.";
    TEMPLATE_BOUNDS "template-bounds" Usage "A template that holds or makes more than any report.";
    TEMPLATE_LIST_TERM "template-list-term" Usage
        "A list that is added, multiplied or joined to a text.";
    TEMPLATE_WORD "template-word" Usage "A Word file that is none.";
    TEMPLATE_ENDING "template-ending" Usage "A template whose name does not say what it is.";
    UNKNOWN_TEMPLATE "unknown-template" Usage "No template of that name.";
    OUT_IS_TEMPLATE "out-is-template" Usage "A document that would be written over its template.";
    OUT_ENDING "out-ending" Usage "A document whose name says what cannot be written.";
    TRACE_WHERE "trace-where" Usage "A trace without a place beside a document.";
    NO_WORD_HERE "no-word-here" Usage "A Word file or a workbook for the terminal.";
    NOBODY_NAMED "nobody-named" Usage "An organisation whose file names no secretary.";
    SUM_TOO_LARGE "sum-too-large" Usage "A sum that is too large to be held exactly.";
    IMPORT_HEADER "import-header" Record "An import without the columns it needs.";
    IMPORT_ROW "import-row" Record "An import row that is incomplete.";
    IMPORT_DUPLICATE "import-duplicate" Record "One code on two rows of an import.";
    IMPORT_ORPHAN "import-orphan" Record "An import row under a code that is not there.";
    IMPORT_DEPTH "import-depth" Record "Import rows nested deeper than organisations can be.";
    IMPORT_CYCLE "import-cycle" Record "Import rows that stand above themselves.";
}

/// Where in a file a problem stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, relative to the ledger's root where it lies inside.
    pub file: Arc<str>,
    /// Line, from 1; 0 when the problem is the whole file.
    pub line: usize,
    /// Column in characters, from 1; 0 when the problem is the whole file.
    pub column: usize,
    /// The line's text, for carets; empty when the problem is the whole file.
    pub text: String,
    /// How many characters the carets cover.
    pub width: usize,
}

impl Place {
    /// A file as a whole.
    pub fn file(path: impl AsRef<Path>) -> Place {
        let file = crate::path::path_text(path.as_ref());
        Place {
            file: file.into(),
            line: 0,
            column: 0,
            text: String::new(),
            width: 0,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Always three parts: editors and scripts split on the colons.
        write!(
            f,
            "{}:{}:{}",
            self.file,
            self.line.max(1),
            self.column.max(1)
        )
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The rule broken.
    pub rule: Rule,
    /// Where, for problems on disk.
    pub place: Option<Place>,
    /// Another place that belongs to it: the first of two equal ids.
    pub other: Option<Box<Place>>,
    /// Words for the message, by the names its catalogue entry uses.
    pub args: Vec<(&'static str, Arg)>,
}

/// What Windows says of a file that another program has open for itself.
pub const IN_USE: i32 = 32;

/// What Windows says of a part of a file that another program has locked.
const LOCKED: i32 = 33;

impl Problem {
    /// Whether one of its words is this text.
    pub fn has(&self, name: &str, text: &str) -> bool {
        self.text(name) == Some(text)
    }

    /// The text of one of its words.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.args.iter().find_map(|(known, arg)| match arg {
            Arg::Text(text) if *known == name => Some(text.as_str()),
            _ => None,
        })
    }

    /// A problem without a place.
    pub fn new(rule: Rule) -> Problem {
        Problem {
            rule,
            place: None,
            other: None,
            args: Vec::new(),
        }
    }

    /// The same with a place.
    pub fn at(self, place: Place) -> Problem {
        Problem {
            place: Some(place),
            ..self
        }
    }

    /// The same with a second place.
    pub fn and_at(self, place: Place) -> Problem {
        Problem {
            other: Some(Box::new(place)),
            ..self
        }
    }

    /// The same with one more word.
    pub fn with(mut self, name: &'static str, arg: impl Into<Arg>) -> Problem {
        self.args.push((name, arg.into()));
        self
    }

    /// What the system said about a file.
    pub fn io(path: impl AsRef<Path>, error: &io::Error) -> Problem {
        let reason = match error.kind() {
            _ if cfg!(windows) && matches!(error.raw_os_error(), Some(IN_USE | LOCKED)) => {
                "io-in-use"
            }
            io::ErrorKind::NotFound => "io-not-found",
            io::ErrorKind::PermissionDenied => "io-permission",
            io::ErrorKind::StorageFull => "io-full",
            io::ErrorKind::FileTooLarge => "io-file-too-large",
            io::ErrorKind::ReadOnlyFilesystem => "io-read-only",
            io::ErrorKind::AlreadyExists => "io-exists",
            io::ErrorKind::NotADirectory => "io-not-a-folder",
            io::ErrorKind::IsADirectory => "io-is-a-folder",
            io::ErrorKind::InvalidFilename => "io-bad-name",
            io::ErrorKind::QuotaExceeded => "io-quota",
            _ => "io-other",
        };
        Problem::new(Rule::IO)
            .at(Place::file(path))
            .with("reason", Arg::Message(reason))
            .with("what", reason.trim_start_matches("io-"))
            .with(
                "code",
                error
                    .raw_os_error()
                    .map_or_else(|| "?".to_owned(), |code| code.to_string()),
            )
    }

    /// What is wrong and, where the catalogue has it, what would put it right.
    pub fn sentences(&self, locale: &Locale) -> (String, Option<String>) {
        let id = format!("problem-{}", self.rule.name);
        let help = locale.find(&format!("{id}.help"), &self.args);
        (
            locale.say(&id, &self.args),
            help.filter(|help| !help.is_empty()),
        )
    }

    /// Whether it is that a file or folder was not there when it was to be read.
    pub fn is_absence(&self) -> bool {
        self.rule == Rule::IO
            && self
                .args
                .iter()
                .any(|(_, arg)| matches!(arg, Arg::Message("io-not-found")))
    }

    /// Whether a report must not be made while it stands.
    pub fn blocks(&self) -> bool {
        match self.rule.severity {
            Severity::File | Severity::Record => true,
            Severity::Finding | Severity::Warning | Severity::Usage => false,
        }
    }

    /// Whether it keeps the program from seeing what there is: a file or folder that the system
    /// does not let it read, or a folder of the root that is a link to nowhere or out of the
    /// ledger. Then nothing can be said of the ledger as a whole.
    pub fn hides(&self) -> bool {
        let at_root = || {
            self.place
                .as_ref()
                .is_some_and(|place| !place.file.contains('/'))
        };
        self.rule == Rule::IO
            || matches!(self.rule, Rule::LINK_LOOP | Rule::LINK_OUTSIDE) && at_root()
    }

    /// Refuses to go on where something is hidden.
    ///
    /// # Errors
    /// Those problems that hide something.
    pub fn refuse_hidden(problems: &[Problem]) -> Result<(), Problems> {
        let hidden: Vec<Problem> = problems
            .iter()
            .filter(|problem| problem.hides())
            .cloned()
            .collect();
        if hidden.is_empty() {
            Ok(())
        } else {
            Err(Problems(hidden))
        }
    }

    /// Whether it may be meant so, and holds nobody up.
    pub fn is_warning(&self) -> bool {
        self.rule.severity == Severity::Warning
    }

    fn order(&self) -> (&Option<Place>, &'static str) {
        (&self.place, self.rule.name)
    }
}

impl fmt::Display for Problem {
    /// For developers; people read the catalogue's sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{} {:?}", self.rule.name, self.args)
    }
}

impl std::error::Error for Problem {}

/// Several problems that together stop a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|p| writeln!(f, "{p}"))
    }
}

impl std::error::Error for Problems {}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Problems {
        Problems(vec![problem])
    }
}

/// Refuses to go on while a problem stands in the way of true figures.
///
/// # Errors
/// Those problems that do.
pub fn refuse_blocking(problems: &[Problem]) -> Result<(), Problems> {
    let bad: Vec<Problem> = problems.iter().filter(|p| p.blocks()).cloned().collect();
    if bad.is_empty() {
        Ok(())
    } else {
        Err(Problems(bad))
    }
}

/// In the order of their places, each once.
pub fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|a, b| a.order().cmp(&b.order()));
    problems.dedup();
    problems
}
