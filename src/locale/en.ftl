### Problems: for each rule a sentence on what is wrong, then what puts it right

problem-io = cannot be read or written: {$reason} (system code {$code})
    .help = {$what ->
        [in-use] close it there and try again
       *[other] check its permissions, the space on the disk and the path, and try again
    }
problem-not-a-file = not a plain file (a pipe, a device or a socket); it was not opened
    .help = move it out of the ledger
problem-not-a-folder = a file with the name of a folder: no organisation or year is read from it
    .help = if a folder belongs here, put it back (git checkout); if it is a note, give its name an ending, such as .txt
problem-too-large = the file is larger than {$most} MiB and was not read
    .help = ledger files are text; check whether something else was put here
problem-link-outside = the symbolic link leads out of the ledger ({$target}) and was not followed
    .help = put the file itself into the ledger
problem-link-loop = the symbolic link leads to a folder, to nothing, or to itself; it was not followed
    .help = remove the link and put the file or folder itself here
problem-folders-too-deep = folders are nested deeper than {$most} levels; this one was not read
    .help = use fewer levels
problem-bad-folder = “{$name}” cannot be the folder of an organisation
    .help = use lower-case letters, digits and hyphens, not four digits alone, as in wuhanlu
problem-missing-org-file = an organisation's folder lacks its org.toml
    .help = create it with at least a name and a kind, or remove the folder
problem-misplaced-file = nothing reads this file: ledgers lie in a four-digit year folder of an organisation
    .help = move it, for instance into 2026/
problem-case-collision = “{$name}” and “{$other}” differ only by case and would overwrite each other on Windows
    .help = rename one of them
problem-nul-byte = the file holds NUL bytes and is not text
    .help = restore the file from a backup or from git
problem-not-utf8 = the file is not UTF-8{$looks}
    .help = save it as UTF-8 without a byte order mark
looks-like-gbk = , it looks like GBK
looks-like-utf16 = , it is UTF-16
looks-like-nothing = {""}
problem-conflict-marker = an unfinished merge
    .help = run ledger resolve to merge by record; in ledger.toml, in rules/, or where you prefer it, keep what is right and remove the lines that start with <<<<<<<, ======= and >>>>>>>
problem-syntax = {$what}
    .help = mend this line by the rules of TOML 1.0; other files are not affected
problem-toml-1-1 = {$what}
    .help = ledgers are TOML 1.0, which every tool reads
toml-1-1-escape = the escapes \e and \x came with TOML 1.1
toml-1-1-comma = a comma at the end of an inline table came with TOML 1.1
toml-1-1-newline = line breaks inside an inline table came with TOML 1.1
toml-1-1-time = a time without seconds came with TOML 1.1
problem-too-many-values = the file holds {$count} values, comments and lines, more than one ledger file should; it was not read
    .help = look for a list, comments or empty lines that run on and on and take them out; if all are records, keep them in several files
problem-nested-too-deep = nested too deep
    .help = ledgers need no more than three levels
problem-bom = the file starts with a byte order mark
    .help = ledger fmt removes it
problem-crlf = lines end in CRLF
    .help = ledger fmt turns them into LF
problem-too-many = this file has {$count} more problems, not listed
    .help = mend those above and check again
all-kinds = any kind of record
choices = there are: {$shown}
choices-many = there are {$count}, such as: {$shown} …
choices-near = perhaps “{$near}”; there are: {$shown}
choices-nearest = perhaps “{$near}”?
problem-unknown-kind = there is no kind of record called “{$name}”
    .help = {$allowed}
problem-unknown-field = “{$field}” is not a field of {$kind}
    .help = {$allowed}
problem-unknown-value = “{$value}” is not a value of “{$field}”
    .help = {$allowed}
problem-wrong-type = “{$field}” should be {$wanted}, not {$found}
    .help = write dates as 2026-07-03 and numbers as 12, without quotes; texts in double quotes
problem-too-many-decimals = “{$field}” has at most {$places ->
        [one] one decimal
       *[other] {$places} decimals
    }
    .help = check the number; no more decimals are kept
problem-out-of-range = “{$field}” should lie between {$min} and {$max}
    .help = check the number
problem-missing-field = {$kind} lacks the required field “{$field}”
    .help = add the line: {$field} = …
problem-bad-id = the id is not in form
    .help = it should be {$prefix}-DATE-8 characters, as in {$prefix}-20260703-7k3f9x2v
problem-wrong-prefix = the prefix of {$id} is not “{$prefix}”, that of {$kind}
    .help = check whether the record is of the right kind
problem-duplicate-id = the id {$id} stands on two different records, the other at {$first}
    .help = if they are one record remove the wrong copy; if they are two give one a new id
problem-dangling-reference = “{$field}” points to {$id}, which does not exist
    .help = put the right id, or remove the field
problem-dangling-organisation = “{$field}” names organisation {$org}, which does not exist
    .help = put the right id (`ledger org tree` lists them), or remove the field
problem-retracted-reference = “{$field}” points to {$id}, which was retracted
    .help = put another id, or retract this record too
problem-entered-twice = {$kind} “{$title}” stands there already: {$other}
    .help = if it is one thing, keep one and retract the other (ledger retract ID --why …); if it is two, let the titles tell them apart
problem-far-ahead = {$field} {$day} is more than a year away
    .help = check the year
problem-spelling = “{$field}” holds blanks, full-width or invisible characters that the program would not have written
    .help = write it as “{$tidy}”
problem-missing-attachment = “{$field}”: {$value} is not there
    .help = put the file in its place, or take the entry out
problem-taken-up-again = finished, and taken up again on {$on}
    .help = two clerks may not have known of each other: if it is finished, enter that once more; if it was sent back, enter it as returned
problem-merge-taken-up-again = {$id}: one side finished it, and a later entry of the other in “{$field}” takes it up again
    .help = check which is right; if it is finished, enter that once more
problem-known-and-unknown = {$field} is given beside “{$other}”: it counts nowhere
    .help = remove the number, or the reason
problem-held-twice = {$kind} “{$value}” stands twice for the same time: also in {$other}
    .help = end the earlier one before the later one begins, or retract the one entered twice
problem-template = the template cannot be carried out: {$why}
    .help = {$mend}
problem-template-unknown = there is no figure or name “{$name}”{$hint}
    .help = `ledger rules list metrics` shows the figures; a name of your own goes into [names] of ledger.toml
problem-template-no-name = the ledger does not say what “{$name}” is
    .help = write {$name} = "…" into ledger.toml
problem-template-bad-value = “{$field}” cannot be {$value}
    .help = give a text, a number, or a list of them
problem-template-not-a-metric = only a figure by its name can be asked with a window, a period or a comparison
    .help = ask the figure first, then compute with it
problem-template-not-records = this figure is not counted from records: it takes no other window and no filter
    .help = ask it with org, period or as_of only
problem-template-not-a-number = “{$value}” is not a number
    .help = put a figure or a number before the filter
problem-template-compares = a figure is compared instead of its value
    .help = write .value behind it: tasks_overdue.value > 0; to ask whether there is any, the figure alone is enough
problem-template-block = the ends of this block do not fit together
    .help = let it begin and end in one paragraph or one table row, or give each end a paragraph or row of its own
problem-template-unclosed = this tag is not closed in its paragraph
    .help = close it with two half-width braces, or a percent sign and a brace, in the same paragraph; brackets and quotes inside it go in pairs
problem-template-text-only = this block cannot be used in a Word file
    .help = use for, if, with and set only
problem-template-no-picture = only a template in Markdown (.md) can ask for a picture
    .help = write the template as .md, the document still as Word: --out report.docx
problem-template-too-deep = numbers are put together of numbers too often
    .help = add them up in one step
problem-template-bounds = the template goes beyond its bounds: {$what}
    .help = no report needs as much: see whether the template is mistaken, or where it comes from; if it is right, make several of it
problem-template-list-term = lists cannot be added, multiplied, or joined by ~
    .help = to make a text of one write | join(", "); to add up its numbers | sum, or total(…)
bounds-file = the file is larger than {$most} MiB
bounds-tags = there are more than {$most} tags
bounds-tag = a tag is longer than {$most} characters
bounds-in-tags = the tags are longer than {$most} characters together
bounds-blocks = if and for stand more than {$most} deep in one another (each elif counts)
bounds-values = lists hold lists more than {$most} deep
bounds-parts = a total is made of more than {$most} numbers
bounds-looked = its figures have records looked at more than {$most} million times
bounds-traced = the trace has more than {$most} lines (without --trace the document can be written)
bounds-pictures = more than {$most} pictures
bounds-printed = more than {$most} MiB are printed at one place
bounds-written = the document is larger than {$most} MiB
problem-template-word = this is not a Word file that can be filled in: {$why}
    .help = save it as .docx in Word or WPS
problem-template-ending = the name “{$path}” does not say what kind of template it is
    .help = templates end in .md, .docx or .txt
problem-unknown-template = there is no template “{$name}”
    .help =
        {$allowed}
        or name a file .md, .docx, .txt
problem-out-is-template = {$path} is the template itself
    .help = give the document another name
problem-out-exists = {$path} is there already and was not written over
    .help = give another name, or add --force
problem-out-format = a .{$ending} file is not {$format}
    .help = leave --format out, or let the name end otherwise
problem-out-ending = files .{$ending} cannot be written
    .help = end the name in one of {$allowed}
problem-trace-where = a trace needs a document to stand beside
    .help = add --out FILE, or write --trace=FILE
problem-no-word-here = a Word file or a workbook cannot be printed on the terminal
    .help = add --out FILE, or another --format
template-near = {" "}(perhaps {$near})
template-not-near = {""}
word-not-word = no document is found in it
word-too-large = it unpacks to more than a document can be
word-not-xml = its text is damaged
template-syntax-mend = see that each for and if has its endfor and endif, and that brackets and quotes are in pairs ({$detail})
template-filter-mend = filters: wan, yi, yuan, wan_yuan, yi_yuan, over_wan, over_yi, over_wan_yuan, over_yi_yuan, percent, points, decimals, to, over, nearly, at_least, chinese, ordinal, names
template-function-mend = functions: figure, records, organisation, total, share, adds_up, chart
template-test-mend = write `is defined`, or `.known` for a figure
template-method-mend = a figure has .compare("previous"), .by("sector") and .rank(lowest_first=true)
template-undefined-mend = see the guide to templates for what figures, records and organisations have
template-arguments-mend = see the guide to templates for what is to be given ({$detail})
template-endless-mend = look for a loop inside a loop, and for texts and lists that grow
template-operation-mend = put .value behind a figure to compute with it ({$detail})
template-syntax = it is not written as templates are
template-filter = there is no filter of that name
template-function = there is no function of that name
template-test = there is no test of that name
template-method = the thing before the dot cannot do that
template-undefined = nothing stands there: the thing before the dot has no part of that name
template-arguments = too few or too many things are given
template-endless = it does too much: it goes round in circles, or makes too large a thing
template-operation = these things cannot be put together so
problem-nobody-named = {$org} names nobody as “{$field}”
    .help = enter it with `ledger org edit {$org} --secretary NAME`
problem-wrong-reference = {$id} is a {$found}; here it should be one of: {$wanted}
    .help = check the id
problem-above-limit = {$field} {$value} is above {$other} {$limit}
    .help = check both numbers
problem-wrong-order = {$field} {$value} is before {$other} {$limit}
    .help = check both dates
problem-update-before-start = the update of {$on} is before {$field} {$start}
    .help = check both dates
problem-updates-unsorted = updates are not in the order of their dates: {$second} stands after {$first}
    .help = put them in order, earliest first
problem-personal-number = “{$field}” holds {$what}, which no ledger may
    .help = remove the number; name persons by a code
identity-number = a resident identity number
mobile-number = a mobile number
problem-unsafe-path = the path “{$value}” in “{$field}” leads out of the ledger
    .help = write a path relative to the ledger, without ..
problem-outside-life = {$org} was not in being on {$day}
    .help = check the date, or when the organisation was founded and dissolved
problem-duplicate-rule = the rule “{$name}” is defined twice, also in {$file}
    .help = remove one; to add to a kind write extend = true
problem-unknown-rule = “{$field}” names “{$value}”, which does not exist
    .help = {$allowed}
problem-bad-rule = {$why}
    .help = see docs/rules.md; ledger rules show prints the built-in rules
bad-rule-name = “{$field}” takes lower-case letters, digits, _ and -, starting with a letter
bad-rule-prefix = a prefix is one to eight lower-case letters
bad-rule-prefix-taken = the prefix is taken by “{$field}”
bad-rule-field = a field's name is used twice, or is a reserved one (id, org, as, root, lang, color, today, help, phase, overdue, on_time, retracted)
bad-rule-not-a-date = “{$field}” should name a field that holds a date, a month, a quarter or a year
bad-rule-no-updates = a kind with a life cycle needs a field of type = "updates"
bad-rule-bound = a bound has either at_most or not_before
bad-rule-extend = only a choice field can be given more values
bad-rule-range = min is above max
bad-rule-bound-too-far = “{$field}” should lie between -{$most} and {$most}, so that sums still fit
bad-rule-places = places should be 0 to 6
bad-rule-level = level should be "same", "any" or a number of levels below the top
bad-rule-judged-after = judged_after needs a deadline_day and should be 0 to 366 days
bad-rule-twice = the same name is used twice
bad-rule-label-taken = the label is that of “{$field}”
bad-rule-start = the field that start names must be required
bad-rule-two-measures = a metric has just one of kind, obligation, ratio, score, rank, scorecard, members, organisations, view, disagreement, plus, and takes one of sum, distinct, earliest, latest
bad-rule-with-and-without = organisations are counted with a figure or without one, not both
bad-rule-filter-type = the filter “{$field}” does not fit the type of its field and could never hold
bad-rule-filter = the filter “{$field}” takes a text, a number, true or false, a list of texts or numbers, or a table of comparisons
bad-rule-comparison = the filter “{$field}” compares with “over”, “under”, “at_least” or “at_most” a number or a day, with “holds” a text
bad-rule-any = “{$field}” is a list of tables of tests, of which one must hold
bad-rule-within = within is [first, last], two days counted from 1
bad-rule-deadline = deadline_day lies between 1 and 28
bad-rule-two-limits = within and deadline_day exclude each other
bad-rule-no-measure = a metric has one of kind, obligation, obligations_of, ratio, score, rank, scorecard, members, organisations, view, disagreement, plus
bad-rule-part = “{$field}” cannot be a part here: ratios are made of figures that add up, scores of ratios
bad-rule-month = “{$field}” should be 1 to 12
bad-rule-number = “{$field}” should be a number with at most 6 decimals
bad-rule-cap = cap is less than floor
bad-rule-share = share should be 0 to 100
bad-rule-items-twice = two items have one name
bad-rule-way = an item has a metric and one way of counting it (each, missing, bands, best or full), or is given by persons (given), or only vetoes (metric and veto)
bad-rule-given = given should be true, a number of points, or [least, most]
bad-rule-scored = a scorecard cannot look at “{$field}”: places and other scores give no points; the score of members looks only at counts and sums of records about persons
bad-rule-rows = rows has either by (what it groups by) or of (whose records it lists)
bad-rule-times = times should be 1 to 366
bad-rule-grades-twice = two grades have one name
bad-rule-grade-order = grades stand from the best down (at_least falling, the one without it last)
bad-rule-best = the score of members has no best: members are not compared
bad-rule-negative = “{$field}” cannot be less than 0
bad-rule-bands = bands stand from the highest down, one at least, the one without at_least last
bad-rule-stars = stars should be 1 to 7
bad-rule-full = “{$field}” is no ratio: full takes ratios, each and bands take counts
bad-rule-ranks-persons = members cannot be put in order by their points
bad-rule-weight = a weight is a whole number from 1 to 1000000
problem-usage = {$what}
    .help = add --help to see how it is used
usage-unknown-argument = “{$subject}” is not known{$hint ->
        [none] {""}
       *[other] ; did you mean {$suggested}?
    }
usage-unknown-command = there is no command or kind called “{$subject}”{$hint ->
        [none] {""}
       *[other] ; did you mean {$suggested}?
    }
usage-kind = “{$subject}” is a kind of record and follows a command: ledger add {$subject}, ledger list {$subject}
usage-missing-command = a command or kind is missing
usage-missing-argument = required arguments are missing: {$subject}
usage-missing-value = “{$subject}” lacks its value
usage-bad-value = “{$subject}” cannot be “{$value}”
usage-value-count = “{$subject}” has the wrong number of values
usage-conflict = “{$subject}” is given twice, or excludes another argument
usage-other = the command line is not understood
usage-where-order = “{$subject}”: this is neither a number nor a day; use =, != or ~ (holds)
usage-where = a filter is written FIELD=VALUE, not “{$subject}”
problem-no-ledger = there is no ledger.toml in {$path} or above
    .help = name the ledger's folder with --root, or start one with ledger init
problem-ledger-exists = {$path} is there already and was not touched
problem-newer-format = the ledger has format {$found}; this program reads up to {$known}
    .help = use a later program
problem-unknown-org = no organisation is called “{$name}”{$hint ->
        [other] ; perhaps {$suggested}?
       *[none] {""}
    }
    .help = ledger org tree shows all; full name, short name, code, end of the path or initials will do
problem-ambiguous-org = several organisations are called “{$name}”
    .help = give the path of one:
        {$candidates}
problem-which-top = there are several organisations at the top
    .help = name one with --org:
        {$candidates}
problem-no-orgs = the ledger has no organisation yet
    .help = make some with ledger org add or ledger org import
problem-org-exists = the organisation {$org} is there already
    .help = choose another folder name with --segment, or change it with ledger org edit
problem-unknown-record = no record has “{$id}” in its id or title
    .help = look for it with ledger find TEXT; for a record that is in no file any more give ledger log its whole id
problem-ambiguous-record = several records answer to “{$id}”
    .help = give the whole id or title:
        {$candidates}
problem-bad-period = “{$value}” is not a period
    .help = write 2026Q3, Q3, this, last, 2026-07, 2026, 2026H1, 2026-04-01..2026-06-30; years are 1000 to 9999
problem-bad-day = “{$value}” is not a day
    .help = write 2026-07-05, 2026/7/5 or 20260705; years are 1000 to 9999
problem-unknown-metric = there is no metric called “{$name}”
    .help =
        {$allowed}
        all of them: ledger rules list metrics
problem-unknown-name = there is no “{$name}”
    .help = {$allowed}
problem-empty-input = “{$field}” cannot be empty
    .help = say what it is
problem-missing-flags = required arguments are missing: {$flags}
    .help = add them to the command; on a terminal they are asked for
problem-missing-arguments = required arguments are missing: {$flags}
    .help = add them to the command
problem-already-finished = {$id} is finished already
    .help = to change its status say so: ledger update --status
problem-org-twice = “{$name}” stands there already ({$org})
    .help = change it with ledger org edit
problem-no-lifecycle = a {$kind} has no status to update
    .help = change its fields with ledger edit
problem-nothing-to-change = nothing to change was given
    .help = the fields are: {$allowed}
problem-already-retracted = {$id} is retracted already
problem-unreadable-ledger = {$count ->
        [one] 1 problem stands
       *[other] {$count} problems stand
    } in the way of true figures; nothing was computed
    .help = mend what is named above; or add --skip-bad, and the result names what it leaves out
problem-out-in-ledger = a report cannot be written to {$path}: that is part of the ledger
    .help = choose another file
problem-maybe-saved = the change is in the file, but the system did not confirm that it is on the disk: {$reason} (system code {$code})
    .help = look with ledger show or list before doing it again
problem-not-tables = the records of this file are written as one list of inline tables and cannot be changed one by one
    .help = run ledger fmt first
problem-wrong-exemption = the exemption ends on {$until}, before it begins on {$from}
    .help = check both dates
problem-import-depth = nested deeper than {$most} levels; nothing was imported
    .help = check the parent codes
waiting = another process (ledger or git) is writing; waiting …
problem-busy = another ledger process kept the ledger locked; nothing was changed
    .help = try again when it has ended
problem-git-locked = git is at work here, or a git that was cut short left this file behind; nothing more was written
    .help = try again when git has ended; where no git is running any more, delete {$path} and try again
problem-unproven-write = what was about to be written did not prove to hold what it should; the file was not touched
    .help = this is a defect of the program; please report it with the file
problem-no-git = git cannot be run: {$reason}
    .help = install git, and see that git --version works on the command line
problem-not-a-repository = {$path} does not lie in a git repository
    .help = run git init first, or try again where the repository is
problem-unknown-commit = “{$value}” names no commit, tag or day with a commit
    .help = give a commit, a tag, or a day on or after the first commit (2026-09-30); ledger log ID and git log list them
problem-git-objects-missing = this clone was made without everything that history holds, and nothing is downloaded here
    .help = run git fetch --refetch --no-filter, then again
problem-git-failed = git could not do it: {$said}
    .help = put right what git says, then try again; where something is missing or corrupt, git fsck names it, and another clone has it still
problem-git-damaged = a part of history that this clone should hold is missing or damaged: {$said}
    .help = run git fsck, which names what is wrong; clone anew from where everything is whole, and keep this folder until all that was not pushed is saved
problem-merge-changed = {$id}: both sides changed “{$field}”: ours “{$ours}”, theirs “{$theirs}”
    .help = run ledger resolve to choose, or keep the right version and remove the marker lines
problem-merge-retracted = {$id}: one side retracted the record, the other changed it
    .help = run ledger resolve to choose, or keep the right version and remove the marker lines
problem-merge-deleted = {$id}: one side took the record out of the file, the other changed it
    .help = run ledger resolve to choose, or keep the right version and remove the marker lines
problem-merge-added = {$id}: both sides entered different things under one id
    .help = if they are one thing run ledger resolve; if they are two give one a new id
problem-merge-same-day = {$id}: both sides added to “{$field}” on one day; they stand in the order of the life cycle
    .help = check the order
problem-merged-by-lines = this file could not be merged by record; git merged it line by line
    .help = look at it, run ledger check, then git add it
problem-unmerged = this file could not be merged; our version stands
    .help = merge it again with git checkout --merge
problem-not-by-record = this file is in conflict, and its sides cannot be merged by record
    .help = where an error is named above mend it and run this again; else bring both together by hand, remove the markers, and git add it
problem-bad-marker = the conflict markers do not pair up
    .help = complete or remove this marker, or make them anew with git checkout --merge FILE
problem-changed-meanwhile = another program changed this file after it was read (another branch may have been checked out); nothing was written
    .help = run the command again
problem-left-differs = {$id}: {$file} says something else
    .help = make the two agree, or give one of them another id; then run ledger org move again
problem-moved-in-circle = {$org} was moved under an organisation that was moved under it
    .help = move one of the two elsewhere, under another name: ledger org move ORG --under OTHER --segment NAME
problem-left-behind = what lies here belongs to {$name}, which is now {$org}; it counts, but should stand with the rest
    .help = run ledger org move {$org} to bring it along
problem-org-inside = {$org} cannot be moved under itself ({$to})
    .help = choose another organisation to move it under
problem-already-dissolved = {$name} was dissolved on {$day}
    .help = to change the day use ledger org edit --dissolved
problem-restated = since {$period} was reported, {$count ->
        [one] a figure of {$org} has changed
       *[other] {$count} figures of {$org} have changed
    }
    .help =
        compare with ledger report --quarter {$period} --compare closed, see who entered and changed what with ledger blame {$org} --quarter {$period}; to report anew run ledger close {$period} --why REASON
        {$changes}
problem-recounted = the figures of {$period} stand as reported, but other records are behind those of {$org}
    .help = ledger explain shows the records there are now, ledger blame who entered and changed them
problem-stamp-changed = this is no stamp of a closed period, or not as it was stamped
    .help = restore the file with git; only ledger close writes stamps
problem-period-not-over = {$period} is over on {$day}; it cannot be closed yet
    .help = run it when the period is over; --as-of must lie between its last day and today
problem-already-closed = {$period} was closed on {$on} by {$by}, and its figures have changed since
    .help = look at the changes with ledger report --quarter {$period} --compare closed; to report anew add --why REASON
problem-not-closed = {$period} is not closed for {$org}
    .help = close it with ledger close, or name with --org an organisation that is closed
problem-changed-and-deleted = one side deleted this file, the other changed it
    .help = to keep it run git add FILE, to delete it git rm FILE
problem-moved-twice = both sides moved {$org}, to different places: ours “{$ours}”, theirs “{$theirs}”
    .help = run ledger resolve on a terminal to choose one; git keeps both as it is, and every record would count twice
problem-merge-incomplete = what is about to be committed does not hold all that the sides have; {$said}
    .help = put it back and git add the file; where it is meant so, use git commit --no-verify
problem-merge-closed = both sides closed this period, with different figures: ours “{$ours}”, theirs “{$theirs}”
    .help = run ledger resolve to keep one; if the merged records say otherwise, close it again with ledger close --why
problem-merge-misplaced = {$id}: git took another file for this one (one side moved a folder), so the record may belong elsewhere
    .help = look at both versions, put the record where its organisation is, and remove the marker lines
problem-former-id-in-use = {$org} is the id that {$now} had before it was moved; what is entered here may be meant for either
    .help = give one of them another id with ledger org move --segment
problem-org-former = {$org} is the id that {$now} had before it was moved; others may still enter records there
    .help = choose another folder name with --segment
problem-cancelled = cancelled; nothing was written
problem-not-understood = “{$field}” should be {$wanted}, not {$found}
    .help =
        { $how ->
            [type-date] as in 2026-07-03, or 7-3 of this year; write out in full what may be doubted
            [type-month] as in 2026-07
            [type-quarter] as in 2026Q3
            [type-year] as in 2026
            [type-integer] as in 12 or 1,200; write out in full what may be doubted
            [type-decimal] as in 12 or 1,200.5; write out in full what may be doubted
            [type-boolean] yes or no
            [type-table] its parts in their order, with colons between: a:b
           *[other] look at it again, and write it out in full
        }
problem-nothing-to-undo = there is no command to take back
    .help = only the last command of this clone that wrote anything can be, and moves of organisations and merges cannot; ledger retract and ledger edit put a record right
problem-undo-changed = this file was changed after that command; nothing was taken back
    .help = put the records right with ledger edit or ledger retract
problem-undo-committed = what that command wrote is committed and others may have it; nothing was taken back
    .help = ledger retract ID --why REASON takes a record back
problem-undo-unconfirmed = nobody can be asked whether to take it back; nothing was changed
    .help = run it on a terminal, or add --yes
problem-form-unwritable = the workbook cannot be written: {$reason}
    .help = a field may be longer than a cell can be
problem-sheet-unknown = neither a spreadsheet nor text
    .help = open it in a spreadsheet program and save it as .xlsx or .csv
problem-sheet-damaged = the file is damaged or incomplete
    .help = ask the sender to open it, save it again and send it once more
problem-sheet-locked = the file needs a password to be opened
    .help = ask the sender to take the password off
problem-sheet-empty = the file has nothing in it
problem-sheet-too-large = the file unpacks to more than any form should be, and was not read
    .help = delete sheets, rows and columns that are not needed and save it again
problem-sheet-open-quote = a quotation mark is left open from this line on, so that the rows behind it run into one cell
    .help = put in the quotation mark that is missing
problem-cell-uncomputed = a formula whose result is not in the file
    .help = open it in a spreadsheet program, save it, and import it again
problem-cell-broken = a formula with the error {$value}
    .help = put the formula right, or write the value
problem-cell-percent = nobody knows whether “{$value}” is a percentage: the column has both 60 and 0.6
    .help = write 60% throughout the column
problem-cell-year = “{$field}” says “{$value}”, without a year
    .help = give --year 2026, or put the year into the title
problem-cell-state-day = the state “{$value}” has no day
    .help = add a column with the day, or give --state-day 2026-09-30 for all states without one
problem-cell-state = progress without a state
    .help = add a column with the state, or give --set status=in-progress
problem-form-no-org = this row names no organisation
    .help = add a column with the organisation, write “unit: …” above the table, or give --org
problem-form-two-orgs = whose it is is not clear: the form, the name of its sheet and --org do not agree on {$name} and {$other}
    .help = put one of them right, or give --org
problem-form-no-such-record = no {$kinds} is called “{$name}”
    .help = write its whole title or its id; near it: {$near}
problem-form-two-ticks = more than one is ticked under {$field}
    .help = tick just one
problem-form-two-tables = two tables of one sort stand side by side
    .help = move the right one below, or to a sheet of its own
problem-cell-missing = “{$field}” is not filled in
    .help = fill in the cell; what is the same in every row may be given as --set FIELD=VALUE
problem-cell-future = the state is of {$day}, which is still to come
    .help = compare the day
problem-form-org-elsewhere = “{$name}” ({$org}) is not under “{$above}”
    .help = compare the two columns
problem-form-other-org = the record {$id} belongs to “{$org}”, the form says “{$other}”
    .help = a form cannot move a record: retract it and enter it anew
problem-form-twice = the same record as in row {$row}, with other values
    .help = keep the right one of the two rows
problem-form-retracted = the record {$id} was retracted
    .help = take the row out; to enter it once more, delete its id
problem-form-unknown-sheet = no sheet is called “{$name}”
    .help = {$allowed}
problem-form-no-table = no heading of a {$kind} table was found
    .help = the headings are: {$seen}. Use the names of fields, or say with --map what the columns are
problem-form-no-known-table = no sheet has a table of a known kind
    .help = name the kind, as in ledger import meeting FILE
problem-form-unclear-kind = this may be a table of several kinds: {$kinds}
    .help = name the kind, as in ledger import meeting FILE
problem-form-refused = {$count ->
        [one] one row cannot be taken in; nothing was written
       *[other] {$count} rows cannot be taken in; nothing was written
    }
    .help = put them right and import again; or add --skip-bad to take in the others, with --refused BACK.xlsx for those that must go back
problem-form-overtaken = the ledger was changed meanwhile; nothing was written
    .help = import again and look at what it shows now
problem-form-unconfirmed = nobody can be asked whether this is right; nothing was written
    .help = look at it, then add --yes
problem-bad-setting = “{$value}” is not FIELD=VALUE
    .help = for instance --set type=regular
problem-nothing-to-choose = there is no record to choose from
    .help = enter one with ledger add
problem-where-kind = of which kind is the field in “{$value}”?
    .help = name the kind, as in ledger list task
problem-output = results cannot be written out: {$reason} (system code {$code})
problem-sum-too-large = {$metric} ({$name}) is too large to be computed exactly
    .help = look for a number with too many digits among its records: ledger list, sorted by that field
problem-import-header = the heading should have the columns code, parent_code, name, kind
    .help = name the columns in the first line
problem-import-row = in this row “{$field}” is missing or broken; nothing was imported
    .help = check the number of cells and the quotation marks
problem-import-duplicate = the code {$code} is given twice, first on line {$first}
    .help = each row has a code of its own
problem-import-orphan = the parent code {$code} is not in the table
    .help = add its row, or leave the code empty and use --under
problem-import-cycle = following the parents of {$code} leads back to it
    .help = mend the parent code

### What the system says

io-not-found = not found
io-in-use = another program (WPS or Excel?) has it open
io-permission = permission denied
io-full = the disk is full
io-file-too-large = larger than the system allows
io-read-only = the disk is read-only
io-exists = it exists already
io-not-a-folder = not a folder
io-is-a-folder = a folder, not a file
io-bad-name = the name is not valid
io-quota = the quota is used up
io-other = the system refused

### Errors of TOML syntax

syntax-duplicate-key = the key stands twice in one table
syntax-no-equals = the key lacks its =
syntax-no-value = the value after = is missing
syntax-extra-equals = there is one = too many
syntax-unclosed-array = the closing ] of the list is missing
syntax-missing-comma = a comma between two items is missing
syntax-extra-comma = there is one comma too many
syntax-unclosed-inline = the closing brace of the inline table is missing
syntax-unclosed-header = the closing bracket of the header is missing
syntax-bad-string = the quotes are not closed, or the text holds a character that may not stand in it
syntax-bad-escape = the escape after the backslash is not valid
syntax-unquoted = texts stand in double quotes
syntax-bad-key = a key takes letters, digits, _ and - only
syntax-two-on-a-line = only one item may stand on a line
syntax-bad-date = there is no such date, or it is not written as 2026-07-03
syntax-bad-time = the time is not valid
syntax-bad-number = the number is not valid
syntax-bad-comment = the comment holds a character that may not stand in it
syntax-lone-cr = a carriage return without a line feed
syntax-other = this is not TOML

### Types of values

type-text = a text
type-path = a relative path
type-integer = a whole number
type-decimal = a number like 3500 or 3500.5
type-float = a number with a point or an exponent
type-boolean = true or false
type-date = a date
type-datetime = a date with a time
type-list = a list
type-table = a table
type-records = records written [[…]]
type-month = a month such as 2026-07
type-quarter = a quarter such as 2026Q3
type-year = a year such as 2026
type-choice = one of the choices
type-organisation = an organisation's id
type-record = a record's id
this-table = this table
yes = yes
no = no

### Help pages

help-lead = to mend it:{" "}
help-usage = Usage:{" "}
help-arguments = Arguments:
help-commands = Commands:
help-options = Options:
help-global = Global options:
help-see-global = for the global options --root, --lang, --color see ledger --help
help-required = {" "}(required)
help-choices = : {$choices}
help-table = , written {$form}
help-repeat = {" "}(may be repeated)
value-command = command
value-options = options
value-folder = folder
value-lang = language
value-when = when
value-day = day
value-rev = commit
value-org = organisation
value-period = period
value-format = format
value-writer = name
value-template = TEMPLATE
value-text = text
value-number = number
value-boolean = yes/no
value-choice = choice
value-id = id
value-table = parts
value-name = name
value-segment = segment
value-range = range
value-file = file
value-kind = kind
value-test = field=value
value-setting = FIELD=VALUE
value-field = field
value-days = days
value-metric = metric
value-metrics = metric,metric
value-compare = with
value-class = class
value-rule = rule
value-status = status
value-state = STATE
cmd-ledger = Work ledgers of grassroots organisations: entered once, summed up each quarter, every figure traceable.
cmd-init = start a ledger
cmd-org = manage organisations
cmd-add = enter a record
cmd-add-kind = enter one {$kind}
cmd-edit = change fields of a record
cmd-edit-long = Change fields of a record: ledger edit ID --FIELD VALUE …, with the fields that ledger add KIND --help lists; an empty value ("") removes the field.
cmd-update = note progress and a new status
cmd-done = mark as done
cmd-retract = take back a mistaken record (kept, counted nowhere)
cmd-import = take in tables that others filled in (.xlsx, .xls, .ods, .csv)
cmd-import-long = Take in tables: ledger import [KIND] FILE… shows which rows would be added, changed or refused, and writes them in one go once that is confirmed. A table taken in twice adds nothing.
cmd-form = give out a form to be filled in (.xlsx)
cmd-form-long = Give out a form to be filled in, with lists to choose from; with --quarter it holds the records that are there. ledger import takes it back in.
cmd-undo = take back what the last command of this clone wrote
cmd-undo-long = Take back what the last command of this clone wrote, as long as all of it still stands as it was written and is not committed.
cmd-show = show one record
cmd-list = list records
cmd-find = find a text in all records
cmd-due = reminders: owed, due soon, overdue
cmd-merge-driver = for git to call: merge three versions of a file by record
cmd-git = set up this clone so that merges go by record
cmd-git-setup = register the merge driver, attributes and the check before commits; keeps what is there
cmd-git-status = say what is missing
cmd-resolve = merge files with conflict markers by record; ask about true conflicts
cmd-audit-merges = look at every merge in history: which records it lost, doubled or changed
cmd-log = say who entered a record and changed it, when, field by field
cmd-blame = say who entered each record of an organisation's quarter and changed it last
cmd-org-move = move an organisation with all under it; without a place, bring along what merges left behind
cmd-org-rename = give an organisation another name
cmd-org-dissolve = dissolve an organisation; its records stay
cmd-close = stamp a quarter as reported; later changes are allowed, and shown
cmd-check = check everything: what is wrong, where, and how to mend it
cmd-fmt = write ledger files in canonical form
cmd-report = the quarterly table
cmd-write = a narrative report from a template, every figure traceable
cmd-secretary = the secretary's ledger: chaired, taught, visited, owned
cmd-explain = the records behind a figure
cmd-rules = see and change the rules (kinds, obligations, metrics, reports)
cmd-org-add = add an organisation
cmd-org-list = list organisations
cmd-org-tree = show organisations as a tree
cmd-org-edit = change an organisation
cmd-org-import = import organisations from CSV (code, parent_code, name, kind)
cmd-rules-list = list rules
cmd-rules-show = print a rule's definition
cmd-rules-eject = copy a built-in rule into the ledger's rules/ to change it
flag-root = the ledger's folder (default: here or above)
flag-lang = language: zh-CN or en
flag-color = colour: auto, always or never
flag-today = take this day as today
flag-help = show this help
flag-version = show the version
flag-org = organisation: path, name, code or initials
flag-list-quarter = only what belongs to a period: 2026Q3, this, last, 2026-07, 2026, 2026H1, A..B (default: any)
flag-quarter = period: 2026Q3, this, last, 2026-07, 2026, 2026H1, A..B (default: this)
flag-at = as the ledger was committed: a commit, a tag, or a day
flag-as-of = as of this day (default: the period's last day, or today if earlier)
flag-format = format: {$formats}
flag-as = name of this clone's writer (fixed at the first write)
flag-trace = list every figure with its records beside the document, or with --trace=FILE into that file
flag-check-sums = warn where printed parts do not add up to the printed whole
flag-org-short = its new short name
flag-org-on = the first day it is no more (default: today)
flag-close-why = why it is reported anew
flag-commit = for the check before a commit: leaves out changes to closed periods
flag-within = how far ahead to look: 14d, 2w (default: 14d)
flag-skip-bad = leave out what cannot be read, and name it
flag-skip-rows = take in the right rows and leave the others
flag-sheet = read only this sheet
flag-year = the year of days that name none
flag-state-day = the day of states (such as done) that name none
flag-set = what every row has though the form does not say it; may be repeated: --set type=regular
flag-map = a file that says what the columns are
flag-map-out = save what was understood of the columns; in rules/ it lets the form be known again
flag-dry-run = only show what would happen
flag-yes = do not ask
flag-refused = save the rows that cannot be taken in, with why, as .xlsx to be sent back
flag-raw = CSV for programs: names, plain numbers, no BOM
flag-depth = how many levels of organisations to list (default: 1)
flag-report = which report (default: standard)
flag-metrics = these figures only, separated by commas
flag-out = write to a file
flag-own = each organisation alone, without those under it
flag-compare = add the change against the previous period or the year before (previous, year)
flag-force = write over a file that is there
flag-wide = show every column however wide
flag-where = a filter such as type=regular, state=done, due<2026-10-01, amount>3000, title~tree
flag-like = fill in the rest as in this record
flag-from = from this day on
flag-until = up to this day
flag-list-status = the status, such as in-progress
flag-list-state = open, done or overdue
flag-list-type = the type, such as regular
flag-kind = only this kind
flag-sort = sort by a field; - before it reverses
flag-retracted = include retracted records
flag-sample = fill it with the sample district (made-up records)
flag-district = name of the district
flag-under = the organisation above
flag-segment = folder name (default: from the name's pinyin)
flag-check = only show what would change
flag-status = the new status
flag-on = date (default: today)
flag-percent = progress, 0 to 100
flag-note = a note
flag-by = by whom
flag-why = the reason
arg-dir = the new ledger's folder (default: here)
arg-base = the version both come from
arg-ours = our version; the result takes its place
arg-theirs = their version
arg-path = the file's path in the repository
arg-resolve = files with conflict markers; without any, all of them
arg-range = a range of commits such as v1..main (default: all of this branch)
arg-quarter = the quarter, such as 2026Q3
arg-id = a record's id, or any unique part of it
arg-name = the organisation's name
arg-template = a template's name, or a file .md, .docx, .txt
arg-org = organisation: path, name, code or initials
arg-file = a CSV file (UTF-8 or GBK)
arg-kind = a kind such as meeting
arg-text = the text, or the initials of a title's pinyin
arg-files = the kind, which may be left out, and files
arg-metric = a metric's name: see ledger rules list metrics
arg-class = one class only: kinds, obligations, metrics or reports
arg-rule = a rule's name such as task, tasks_due, or kind:task

### Headings

label-id = id
intake-row = row
intake-action = action
intake-org = organisation
intake-heading = {$file}: {$kind}
intake-title = subject
intake-what = what
intake-add = add
intake-change = change
intake-same = same
intake-refused = refused
intake-count-add = {$count} to add
intake-count-change = {$count} to change
intake-count-same = {$count} the same
intake-count-refused = {$count} refused
intake-count-not-a-record = {$count} rows that are no records
intake-becomes = {$field}: {$before} → {$after}
intake-nothing = (nothing)
intake-sum = the total in {$cell} says {$says}, its rows come to {$rows}
intake-of-other = the sheet {$sheet} looks like a table of {$kind} and was not read: ledger import {$name} {$file}
intake-others = rows below a heading that are no records (titles, totals, notes): {$rows}
intake-left-out = columns that were left out: {$columns}
intake-missing = no longer in the form, and left as it is: {$id} {$title}
intake-more = {$count} more rows
intake-why = why it is sent back
intake-nothing-new = there is nothing to write
taken-in = written: {$added} added, {$changed} changed
form-title = {$names} form
form-notes = What is marked * must be filled in; one row for each. Choose where there is a list; days as 2026-07-03; several items on lines of their own in one cell (Alt+Enter). Please write no identity or mobile numbers.
form-given = {$count ->
        [one] with one record that is there
       *[other] with {$count} records that are there
    }
undo-command = last command that wrote: ledger {$command}
undo-removes = removes {$kind} {$id} {$title}
undo-restores = brings back {$kind} {$id} {$title}
undo-changes = changes back {$kind} {$id} {$title}
undo-removes-file = removes {$path}
undo-restores-file = puts back {$path}
undo-more = and {$count} more
undone = {$count ->
        [one] taken back, one file
       *[other] taken back, {$count} files
    }
finished-what-was-killed = the last command was killed half way and has now been finished{$count ->
        [0] {""}
       *[other] ; these files were changed meanwhile and were left as they are: {$files}
    }
label-rank = place
label-org = organisation
label-stamp = stamp of a period
label-kind = kind
label-place = place
label-state = status
label-members = members
label-day = due
label-days-left = days left
label-what = what
label-part = part
label-date = date
label-seq = no.
label-row = row
label-contributes = contributes
label-class = class
label-name = name
label-label = label
label-unit = unit
label-window = window
label-meaning = meaning
report-title = {$org}: {$report}, {$period} (as of {$as_of})
as-of-and-returns = {$as_of}, returns as of {$day}
report-compared = changes against {$period} (as of {$as_of})
report-mark = {$mark} marks what lags or needs attention
report-left-out = {$count ->
        [one] 1 column
       *[other] {$count} columns
    } not shown for want of room: {$names}. Add --wide to see all.
row-own = {$org} (own)
row-total = total
row-left-out = left out {$place}
change-short = change
change-label = {$label}, change
change-points = {$label}, change in percentage points
secretary-title = {$org}, {$view} of {$person}, {$period} (as of {$as_of})
names-more = , and others
sums-differ = note: {$label} {$whole}, but its parts as printed add up to {$sum}: {$parts}
sums-own = {" "}(what is lacking is the organisation's own {$own}, which is not printed)
trace-title = {$org}, {$period}: where the figures come from (as of {$as_of}), {$count} in all
trace-metric = {$metric} ({$name}) of {$org}, {$period} as of {$as_of} = {$value} {$asked}
trace-change = difference = {$value}
trace-growth = growth = {$value}
trace-field = {$field} of the record = {$value}
trace-total = sum = {$value}
trace-share = share = {$value}
trace-written = Numbers of the template itself, without records: {$numbers}
trace-computed = {$value}: computed in the template, no record stands behind it
explain-title = {$org}, {$period}: {$metric} = {$value} (as of {$as_of})
explain-places = places by {$metric}; equals share one
explain-nothing = no records
explain-weight = weight {$weight}:{" "}
explain-numerator = numerator:{" "}
explain-denominator = denominator:{" "}
window-met = on time
window-late = late
window-missed = missed
window-exempt = exempt
class-kind = kind
class-obligation = obligation
class-template = template
class-view = view
class-metric = metric
class-scorecard = scorecard
class-report = report
unit-items = items
unit-times = times
unit-persons = persons
unit-person-times = person-times
unit-yuan = yuan
unit-percent = percent
unit-points = points
unit-rank = rank
unit-day = day

### What is said when something is done

added = added {$kind} {$id} ({$place})
changed = changed {$kind} {$id} ({$place})
unchanged = {$kind} {$id} is as it was ({$place})
status-moved = : {$from} → {$to}
updated = updated {$kind} {$id} ({$place})
retracted = retracted {$kind} {$id} ({$place}); it stays readable and counts nowhere
org-added = added {$name} ({$org})
org-changed = changed {$name} ({$org})
org-imported = imported {$count ->
        [one] 1 organisation
       *[other] {$count} organisations
    }; {$already} were there already and not touched
init-done = started a ledger in {$path} with {$files ->
        [one] 1 file
       *[other] {$files} files
    }
writer-changed = from now on this clone writes as {$writer}; until now it wrote as {$before}
prompt-enter-anyway = Enter it all the same?
prompt-record = Which one?
prompt-review = Enter it if it is right; choose a line to change it
prompt-enter = enter
prompt-drop = drop
prompt-state-day = On which day did the states come about that name none?
prompt-year = Which year are the days of that name none?
prompt-take-in = {$count ->
        [one] Write this one?
       *[other] Write these {$count}?
    }
prompt-kind = What kind of table is {$file}?
prompt-undo = Take it back?
check-warnings = { $count ->
        [one] one warning
       *[other] {$count} warnings
    } not shown: they keep nobody from committing; ledger check shows them
init-next = Next: ledger org add NAME --kind KIND, or ledger org import FILE.
init-next-sample = Next: ledger report --quarter 2026Q3 prints the quarter, ledger due the reminders.
ejected = wrote {$path}; changes to it take effect at once
written = wrote {$path}
as-committed = The ledger as it was committed on {$day} ({$id}).
left-out-bad = left out, as named above: {$count}
list-count = {$kind}: {$count} (as of {$as_of})
list-count-all = {$count} records (as of {$as_of})
state-open = open
state-done = done
state-overdue = overdue
label-starts = day
label-title = title
label-found = found in
due-count = today is {$today}; {$count ->
        [one] 1 reminder
       *[other] {$count} reminders
    }, overdue or due within {$days} days
due-times = {$window} ({$count} still to come)
due-overdue = overdue
due-soon = due
merge-ours = ours
merge-theirs = theirs
merge-upstream = theirs (upstream)
merge-mine = mine
merge-base = base
merge-nothing = (nothing)
merge-this-file = this organisation
merge-option = {$whose}: {$said}
merge-leave = leave it, with its markers
resolve-retract = retract it ({$said})
resolve-keep = keep it, with what both sides changed
resolve-elsewhere = it stands in {$path} now: if it was moved there, choose “(nothing)” here and make the change there
resolve-two-things = if they are two, leave it, and give one of them another id (an organisation: another folder)
resolve-one-side = {$path} is one side only, without markers; it is merged again by record
resolve-nothing = {$path} holds no conflict markers
resolve-merged = merged {$path} by record, and told git so
resolve-to-add = {$path} is no longer in conflict; look at it, then git add it
resolve-stopped = cancelled; what was settled is written ({$done} files), the rest is as it was
resolve-next = look at it, then run {$command}
resolve-not-asked = this is no terminal, so nothing was asked; run ledger resolve in a terminal of its own
resolve-left = {$path}: {$count ->
        [one] a record is
       *[other] {$count} records are
    } still in conflict; the markers stand around whole records
resolve-done = files done: {$done}, still in conflict: {$left}
git-driver = the merge driver
git-renames = git does not guess where new files belong
git-attributes = .gitattributes
git-ignore = .gitignore
git-hook = the check before each commit
git-ready = ready: {$what}
git-missing = missing: {$what}
git-by-hand = by hand: {$what}. Have {$file} do this: {$line}
git-next = run ledger git setup to put it there
progress = looking through history
audit-again = made again from {$commit} by rebase or cherry-pick
audit-without = a rebase that ended here left {$commit} of {$author} out: {$subject}
audit-looked-at = looked at: {$merges ->
        [one] one merge
       *[other] {$merges} merges
    }, {$again ->
        [one] one commit made again by rebase or cherry-pick
       *[other] {$again} commits made again by rebase or cherry-pick
    }
audit-clean = nothing lost, doubled or changed
audit-found = {$count ->
        [one] a problem
       *[other] {$count} problems
    }: look at the records with ledger show and ledger log ID, and put back what should be there
audit-past = {$past ->
        [one] one more was
       *[other] {$past} more were
    } put right since
audit-mended = {" "}(put right since)
audit-not-seen = not looked at ({$count}), since this clone lacks history that they come from: {$commits} (git fetch --unshallow brings it, or git fetch --refetch --no-filter)
audit-untraced = not looked at ({$count}), since this clone does not know from what rebase or cherry-pick made them: {$commits}
audit-comments = comments
audit-stamp = stamp of
audit-lost-record = lost: {$kind} {$id} is gone (it stands in {$sides})
audit-lost-field = lost: “{$field}” of {$kind} {$id} should be “{$expected}” and was “{$found}” after it (changed in {$sides})
audit-doubled-record = doubled: {$kind} {$id} stands there more than once
audit-doubled-field = doubled: “{$field}” of {$kind} {$id} should be “{$expected}” and was “{$found}” after it
audit-changed-record = changed: {$kind} {$id} is there, though the sides together do not have it
audit-changed-field = changed: “{$field}” of {$kind} {$id} should be “{$expected}” and was “{$found}” after it
audit-unreadable-record = the merge left this file unreadable
deed-entered = entered
deed-found = there already (this clone lacks the history before)
deed-changed = changed
deed-decided = decided in the merge
deed-removed = removed
not-committed = (not committed yet)
blame-kind = kind
blame-title = title
blame-entered = entered
blame-by = entered by
blame-changed = last changed
blame-changed-by = changed by
blame-retracted = {" "}(retracted)
blame-none = no records of {$period}
blame-times = changes
org-moved = {$name} was moved from {$from} to {$to}; the former id still works
org-brought = files that were left behind and were brought along: {$count}
org-stays = {$name} stays at {$org}; nothing was left behind
org-renamed = {$old} is now {$name} ({$org})
org-dissolved = {$name} is dissolved as of {$day}; its records stay
org-leaves-record = still open: {$id} {$title}
org-leaves-org = still in being under it: {$org} {$name}
close-done = closed {$period} of {$org} as of {$as_of}: {$figures} figures in {$path}
close-commit = the ledger as it was then is commit {$id}: --at {$id} shows it again
close-same = {$period} is closed already, and nothing has changed ({$path})
report-only-changed = only what has changed since is shown; --wide shows every figure
report-unchanged = nothing has changed since; --wide shows every figure
report-closed = compared with what {$by} reported on {$on}
check-no-driver = note: this clone has no merge driver, git would merge ledgers line by line; run ledger git setup
log-field = {$label}: {$value}
resolve-moved = {$from} was moved away; the changes made there are now in {$path}, and git was told so
resolve-placed = {$from} belongs to an organisation that was moved; it now lies at {$path}, and git was told so
audit-unreadable-field = not compared: this file cannot be read in {$sides}, and the merge holds something else
check-staged = what was checked is what is staged for the commit; the files say something else by now
check-stopped = the commit was stopped; where this is not of your making and the commit must go first, use git commit --no-verify
check-clean = clean: {$orgs ->
        [one] 1 organisation
       *[other] {$orgs} organisations
    }, {$records ->
        [one] 1 record
       *[other] {$records} records
    }
check-warned = nothing wrong, {$count ->
        [one] 1 warning
       *[other] {$count} warnings
    } in {$orgs ->
        [one] 1 organisation
       *[other] {$orgs} organisations
    } and {$records ->
        [one] 1 record
       *[other] {$records} records
    }
check-found = {$count ->
        [one] 1 problem
       *[other] {$count} problems
    } in {$orgs ->
        [one] 1 organisation
       *[other] {$orgs} organisations
    } and {$records ->
        [one] 1 readable record
       *[other] {$records} readable records
    }
fmt-checked = files looked at: {$files}; would change: {$changed}; problems left alone: {$bad}
fmt-done = files looked at: {$files}; changed: {$changed}; problems left alone: {$bad}

### Prompts

prompt-no = no
prompt-yes = yes
prompt-back = , Shift-Tab for the question before
prompt-date = a day, as in 2026-07-05, 7-5, today, yesterday
prompt-candidates = part of it or initials; arrows to choose
prompt-clear = empty it to take it away
prompt-skip = (Enter to skip)
prompt-offered = Enter takes the last one; - leaves it out
prompt-choose = arrows to choose, type to filter, Enter to take, Esc to cancel
prompt-edit = Which one is to be changed?
prompt-status = Which state is it in now?
prompt-why = Why is it taken back?
prompt-why-empty = a record is not taken back without a reason
prompt-nothing = nothing here has that; Ctrl-U clears it
prompt-list = separate items by semicolons; Enter to skip
prompt-org = a name, a path or initials; Tab completes
prompt-colon = :

# How a figure went since another period, in a sentence of a report.
trend-unknown = —
trend-place-up = up
trend-place-down = down
trend-rate-up = up
trend-rate-down = down
trend-up = up
trend-down = down
trend-same = unchanged

# Tables as pages and workbooks
page-overview = Overview
page-table = Table
page-charts = Charts
page-sources = Where figures come from
page-see = see
page-footer = &CPage &P of &N
page-mark = coloured figures lag or need a look
letterhead-title = {$report}, {$period}
letterhead-org = Organisation: {$org}
letterhead-day = As of: {$as_of}
letterhead-units = Units: {$units}
letterhead-signed-head = Head:
letterhead-signed-clerk = Filled in by:
letterhead-signed-day = Date:
chart-days = {$from}–{$until} days
chart-days-over = {$from} days or more
due-title = Reminders
label-period = period
label-severity = severity
label-file = file
label-line = line
label-column = column
label-message = what is wrong
label-help = what puts it right
label-rule = rule
label-writer = writer
label-deed = deed
label-commit = commit
label-field = field
label-change = change
severity-error = error
severity-warning = warning
value-fields = fields
flag-fields = fields to list: names separated by commas, or all
flag-trend = the change over so many periods, a row each
bad-rule-periods = “{$field}” is a whole number from 2 to 40, for shows = "trend" only
calendar-name = Ledger reminders
calendar-event = {$kind}: {$what} ({$org})
cmd-export = export all registers
cmd-sql = print a report as SQL, for an engine that holds an export
cmd-sql-long =
    print a report as SQL, for an engine that holds an export

    The statement runs over the tables of “ledger export --out FOLDER” and gives the rows of “ledger report --raw”: the same organisations in the same order, the same figures, quotients with six decimals, NULL where there is no data. Without names of metrics it gives those of a report.

    A database may hold the exports of several ledgers: with --all every organisation that has none above it is a row, and the total covers all of them.
flag-all = all ledgers that the database holds, instead of one organisation
flag-dialect = the engine: duckdb (default) or spark
value-dialect = engine
problem-not-in-sql = “{$metric}” ({$name}) cannot be computed in a database: {$why}
    .help = ask ledger report for it
not-in-sql-rows = the rows of this report are not organisations
not-in-sql-name = the rows of the statement have a column of that name
not-in-sql-org-list = it looks into a list of the organisation's file
not-in-sql-members = it looks at the scores of members
not-in-sql-distinct = it counts rows of a table inside records
export-title = Work ledger
trace-more = {$count} in all, {$more} more not listed; --trace=FILE lists all
template-work-report = work report
template-meeting-brief = meeting brief
letterhead-part = {$title} ({$blocks})

# Scores

label-item = item
label-way = how
label-value = figure
label-points = points
score-start = to begin with
score-each = {$points} for each
score-missing = {$points} for each short of {$of}
score-bands = by bands
score-best = {$points} for the best, the others their share
score-full = the ratio of {$points}
score-given = given by persons
score-vetoes = veto
score-cap = at most {$cap}
score-floor = at least {$floor}
score-and = {"; "}
score-held = {$sum} in all, held within limits
score-share = {$share}% of it count
score-vetoed = veto: {$item}
cmd-points = points of members: one member's sheet, or how many have which grade
cmd-rate = stars by a scorecard: scores, stars and reasons; written when confirmed
arg-member = the member's code (without it only how many have each grade)
arg-scorecard = the scorecard's name
value-member = CODE
value-scorecard = SCORECARD
flag-card = by which scorecard (default: points of members)
flag-each = a sheet for each member, in the order of codes, to print and sign
flag-rate-year = the year that is rated (default: this one)
flag-rate-yes = write without asking
flag-notice = mark the drafts as shown in public (from today unless said)
flag-decide = decide what was shown long enough (today unless said), with the honours that follow
label-points-given = points
label-balance = balance
label-evidence = evidence
points-title = {$card}  {$member} ({$org})  {$period}  (as of {$as_of})
points-counts = {$card}: members of each grade  {$period}  (as of {$as_of})
points-exempt = exempt from points
points-limits = limits and shares
points-grade = grade: {$grade}
points-members = members
points-exempted = exempt
points-sign-member = Member:
points-sign-secretary = Secretary:
points-sign-day = Date:
rate-title = {$card}  {$org}  {$period}  (as of {$as_of})
rate-none = none
rate-last = stars last year
rate-proposed = proposed
rate-written = stars written
rate-why = remarks
rate-draft = draft
rate-noticed = shown {$day}
rate-decided = decided {$day}
rate-not = not {$grade}: {$why}
rate-need = “{$metric}” does not reach what is needed
rate-share = as many as may have it have it
rate-ladder = too far above last year's
rate-newcomer = new this year: no stars yet
rate-nothing = nothing to be written
prompt-rate = Write {$count} drafts of ratings?
prompt-rate-notice = Write {$count} days of notice?
prompt-rate-decide = Write {$count} decisions and honours?
problem-scorecard-of-organisations = “{$name}” scores organisations, not members
    .help = use ledger rate
problem-scorecard-of-members = “{$name}” scores members and gives no stars
    .help = use ledger points
problem-unknown-member = there is no member of the code “{$name}” in this organisation
    .help = see ledger list member
problem-points-off = this ledger has no points of members
    .help = take points = false out of ledger.toml to have them
problem-rating-not-noticed = {$id} was not shown in public
    .help = first run ledger rate with --notice
problem-rating-too-early = {$id} is to be shown for {$days} days
    .help = it can be decided from {$until}
problem-rating-no-reason = {$id} has other stars than proposed, and nothing says why
    .help = run ledger edit {$id} --reason REASON
points-cap = “{$item}” has reached its most, {$cap}; what goes beyond does not count
problem-unknown-item = the scorecard has no item “{$name}”
    .help = {$allowed}
problem-points-out-of-range = the points for “{$item}” lie between {$least} and {$most}, not {$points}
    .help = give points within the range, or another item
value-year = year
before-label = {$label} ({$period})
label-month = month
label-deadline = due by
label-progress = progress
label-days-overdue = days overdue
row-none = (none)
rows-subtotal = {$group}: {$count}
rows-progress = {": "}
flag-beside = with --compare: the figures compared with stand beside
problem-too-many-groups = there are {$count} groups, more than {$most}
    .help = take a field with fewer values, or less with --org
problem-rows-not-organisations = the rows of this report are no organisations: {$name} does not go with it
    .help = leave out {$name}
flag-report-by = rows by a field of the records or organisations, by state, month, org.FIELD or REFERENCE.FIELD
cmd-rules-check = what the ledger's own rules do, or those of a file: figures now, records they count, who is scored
arg-rules-file = a file of rules that is not in rules/ yet (without it: the ledger's own)
label-effect = comes to
effect-kind = {$count} records
effect-obligation = owed {$count} times in the period
effect-metric = {$value} ({$count} counted)
effect-orgs = scores {$count} organisations
effect-members = scores {$count} members
effect-columns = {$count} columns
rules-none = there are no rules of its own
rules-checked = the rules can be used. Figures are for {$period}, as of {$as_of}
points-item-limits = {$item}: limits
rate-no-drafts = there are no drafts yet: first run ledger rate without --notice and --decide
points-none = no grade
problem-rating-ahead = {$day} is still to come
    .help = a notice or a decision has the day it was made
problem-rating-not-begun = the year to be rated begins on {$day}; there is nothing to rate yet
    .help = choose another --year or --as-of
problem-scorecard-not-yet = “{$name}” does not hold in this cycle yet
    .help = its from is to be the cycle's first day or earlier
problem-unknown-scorecard = there is no scorecard “{$name}”
    .help = {$allowed}

cmd-completions = print the completion script of a shell: Tab completes commands, fields, organisations and ids
value-shell = shell
arg-shell = bash, zsh, fish or powershell
value-path = file
value-report = report

cmd-schema = JSON Schema for editors: of records, organisations, settings and rules, local kinds included
arg-schema-dir = write all of them into this folder (without it that of records is printed)
flag-editor = write them into .ledger/schema/, and tombi.toml and .taplo.toml where there are none, so that editors suggest and check
cmd-man = the manual, in both languages
arg-man-dir = write it into this folder (man1/ and zh_CN/man1/; without it the main page is printed)
man-written = wrote { $count } pages of the manual: { $path }
man-manual = ledger manual
man-name = Name
man-description = Description
man-files = Files
man-files-text =
    ledger.toml: the root of a ledger, with the district's name, the language and other settings
    orgs/…/org.toml: an organisation; orgs/…/2026/*.toml: its records of a year
    rules/: local kinds, obligations, metrics, reports, scorecards and templates
    the folder .ledger/: this clone's own, never committed
man-environment = Environment
man-environment-text =
    LEDGER_ROOT: the ledger's folder
    LEDGER_LANG: the language, zh-CN or en
    NO_COLOR: no colours; COLUMNS: the width of tables
man-exit = Exit status
man-exit-text =
    0: done and clean
    1: done, with findings (check, comparison, merge conflict)
    2: not done (usage, bad input, reading or writing); nothing is half done
man-see = See also

cmd-status = where one stands: what is due this week, what is wrong, what is not committed (ledger alone does this too)
status-heading = Work ledger of { $district }, { $day }
status-heading-unnamed = Work ledger in { $path }, { $day }
status-nothing-due = nothing falls due within { $days } days, and nothing is overdue
status-due = { $late } overdue, { $soon } due within { $days } days (ledger due lists all)
status-clean = nothing is wrong: { $orgs } organisations, { $records } records
status-warnings = no errors, { $warnings ->
        [one] 1 hint
       *[other] { $warnings } hints
    } (ledger check lists them): { $orgs } organisations, { $records } records
status-problems = { $count ->
        [one] 1 problem
       *[other] { $count } problems
    } (ledger check says where, and what would put it right)
status-no-git = not in a git repository: changes have no history, and clerks cannot merge (git init, then ledger git setup)
status-git-fails = git cannot be asked (ledger doctor says why)
status-committed = everything is committed
status-uncommitted = changes in { $count ->
        [one] 1 file
       *[other] { $count } files
    } are not committed (git add -A, git commit)
begin =
    There is no ledger here yet.
      ledger init               start one in this folder; it asks
      ledger init FOLDER        start one in another folder
      ledger init try --sample  with a sample district, to see the reports first
      cd FOLDER                 open one that is there; or add --root FOLDER
    ledger --help lists all commands.
cmd-doctor = look at this machine: program, ledger, git, editor, completions, and what would mend what is missing
label-doctor-state = state
label-doctor-what = item
label-doctor-found = found
label-doctor-mend = what mends it
doctor-well = fine
doctor-amiss = amiss
doctor-program = program
doctor-language = language
doctor-ledger = ledger
doctor-git = git
doctor-repository = git repository
doctor-writer = writer
doctor-no-writer = chosen at the first write
doctor-editor = JSON Schema for editors
doctor-completions = completions
doctor-there = there
doctor-missing = missing
doctor-other = something else is there
doctor-mend-rules = ledger check lists what is wrong with the rules
doctor-mend-repository = git init, then ledger git setup
doctor-mend-by-hand = add to { $file }: { $line }
flag-begins = the day the ledger begins (default: today): what was due before is not owed
flag-orgs = a table of organisations (CSV: code, parent_code, name, kind), imported at once
init-own = my organisations
init-sample = a sample district, to try
init-ask-language = 语言 Language
init-ask-what = What goes into the new ledger
init-ask-district = Name of the district:
init-help-district = reports print it; may be left empty, it stands in ledger.toml
init-ask-begins = It begins on:
init-ask-orgs = Table of organisations (CSV file):
init-help-orgs = columns code, parent_code, name, kind; empty if there is none: later ledger org add or ledger org import
init-editor = wrote settings for editors: .ledger/schema/, tombi.toml, .taplo.toml
init-next-orgs = Next: ledger add meeting enters the first record, ledger report --quarter this prints the quarter, ledger git setup lets clerks merge without losing records.
language-name = English
doctor-optional = optional
export-tables = exported { $tables } tables: { $orgs } organisations, { $records } records → { $path } (load.duckdb.sql and load.spark.sql load them)
flag-alias = another name of an organisation, known from now on (kept in rules/aliases.toml): --alias "2-7 branch=erqi"
value-alias = name=organisation
usage-alias = “{$subject}” is not NAME=ORGANISATION
