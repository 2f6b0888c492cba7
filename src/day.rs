//! Calendar time: days, periods and the day a report speaks of.
//!
//! This is the only file that knows `chrono`. A day is a date without a zone; a period is
//! half-open, `[start, end)`, so that quarters meet without gap or overlap.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Duration, Months, NaiveDate};

use crate::locale::Lang;
use crate::number::Decimal;
use crate::spelling::half_width;

/// A calendar day, of a year from 1000 to 9999: what is written has four digits and can be read
/// again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

/// A half-open stretch of days: a month, a quarter, a half-year, a year, or any range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    start: Day,
    end: Day,
}

/// The last year has an end, which lies in the year after it.
const END_YEAR: i32 = 10_000;

/// What a period is called, derived from its two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodName {
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// January to June, or July to December.
    HalfYear,
    /// A calendar year.
    Year,
    /// Anything else.
    Range,
}

/// An earlier period that one is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// The period before.
    Previous,
    /// The same period a year earlier.
    YearBefore,
}

impl FromStr for Earlier {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Earlier, NotATime> {
        match text {
            "previous" | "上期" | "上季度" | "上月" => Ok(Earlier::Previous),
            "year" | "去年同期" | "同期" => Ok(Earlier::YearBefore),
            _ => Err(NotATime),
        }
    }
}

/// What a day or period may leave unsaid because it is known from elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// The day on which somebody says `today` or `this quarter`; none for what was written long
    /// ago, as in a form.
    pub today: Option<Day>,
    /// The year of what names none: `7月3日`.
    pub year: Option<i32>,
}

impl From<Day> for When {
    /// Said today: of this year, unless it names another.
    fn from(today: Day) -> When {
        When {
            today: Some(today),
            year: Some(today.year()),
        }
    }
}

/// The text is not a day or period in any accepted form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotATime;

impl fmt::Display for NotATime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a day or period")
    }
}

impl std::error::Error for NotATime {}

/// So many hours, for those who reckon with times of day.
pub fn hours(count: u8) -> chrono::TimeDelta {
    chrono::TimeDelta::seconds(3600 * i64::from(count))
}

impl Day {
    /// The first day there is.
    pub const FIRST: Day = Day(match NaiveDate::from_ymd_opt(1000, 1, 1) {
        Some(day) => day,
        None => NaiveDate::MIN,
    });

    /// The last day there is.
    pub const LAST: Day = Day(match NaiveDate::from_ymd_opt(9999, 12, 31) {
        Some(day) => day,
        None => NaiveDate::MAX,
    });

    /// How many bytes a day takes where it is written out: `2026-07-05`.
    pub const WIDTH: usize = 10;

    /// The day of a calendar date, if there is one and its year is 1000 to 9999.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Day> {
        (1000..=9999).contains(&year).then_some(())?;
        NaiveDate::from_ymd_opt(year, month, day).map(Day)
    }

    /// The day that `2026-07-05` says: just this form, as it stands in files.
    pub fn from_canonical(text: &[u8]) -> Option<Day> {
        let [year @ .., b'-', m1, m2, b'-', d1, d2] = text else {
            return None;
        };
        Day::new(
            digits(year).filter(|_| year.len() == 4)? as i32,
            digits(&[*m1, *m2])?,
            digits(&[*d1, *d2])?,
        )
    }

    /// The day that `20260705` says, as record ids carry it.
    pub fn from_compact(text: &[u8]) -> Option<Day> {
        let [year @ .., m1, m2, d1, d2] = text else {
            return None;
        };
        Day::new(
            digits(year).filter(|_| year.len() == 4)? as i32,
            digits(&[*m1, *m2])?,
            digits(&[*d1, *d2])?,
        )
    }

    /// The day in a sentence: `2026年4月13日`.
    pub fn words(self, lang: Lang) -> String {
        match lang {
            Lang::Zh => format!("{}年{}月{}日", self.year(), self.month(), self.day()),
            Lang::En => self.to_string(),
        }
    }

    /// The day where its year is known: `4月13日`.
    pub fn short_words(self, lang: Lang) -> String {
        match lang {
            Lang::Zh => format!("{}月{}日", self.month(), self.day()),
            Lang::En => format!("{:02}-{:02}", self.month(), self.day()),
        }
    }

    /// The ten-day part of the month: 上旬, 中旬, 下旬.
    pub fn part_of_month(self, lang: Lang) -> &'static str {
        match (self.day(), lang) {
            (1..=10, Lang::Zh) => "上旬",
            (11..=20, Lang::Zh) => "中旬",
            (_, Lang::Zh) => "下旬",
            (1..=10, Lang::En) => "early",
            (11..=20, Lang::En) => "mid",
            (_, Lang::En) => "late",
        }
    }

    /// Today by this machine's clock and zone.
    pub fn today() -> Day {
        Day(chrono::Local::now().date_naive())
    }

    /// Calendar year.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// Calendar month, 1 to 12.
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// Day of the month, 1 to 31.
    pub fn day(self) -> u32 {
        self.0.day()
    }

    /// The day `n` days later, or earlier when negative; stays inside the calendar.
    pub fn plus(self, n: i64) -> Day {
        Duration::try_days(n)
            .and_then(|d| self.0.checked_add_signed(d))
            .filter(|d| (1..=END_YEAR).contains(&d.year()))
            .map_or(self, Day)
    }

    /// Days from `other` to this day.
    pub fn since(self, other: Day) -> i64 {
        (self.0 - other.0).num_days()
    }

    /// The next day.
    pub fn next(self) -> Day {
        self.0
            .succ_opt()
            .filter(|day| day.year() <= END_YEAR)
            .map_or(self, Day)
    }

    /// The same day of the month `n` months away, or the month's last day where it has none.
    fn months(self, n: i32) -> Day {
        let months = Months::new(n.unsigned_abs());
        let moved = if n >= 0 {
            self.0.checked_add_months(months)
        } else {
            self.0.checked_sub_months(months)
        };
        moved
            .filter(|d| (1..=END_YEAR).contains(&d.year()))
            .map_or(self, Day)
    }

    /// The first day of this day's month.
    pub fn month_start(self) -> Day {
        self.plus(1 - i64::from(self.day()))
    }

    /// `20260703`, as record ids carry it.
    pub fn compact(self) -> String {
        self.0.format("%Y%m%d").to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%Y-%m-%d").fmt(f)
    }
}

impl FromStr for Day {
    type Err = NotATime;

    /// Reads the forms clerks write that say the whole day: `2026-07-05`, `2026.7.5`, `2026/7/5`,
    /// `2026年7月5日`, `2026年7月5号`, `二〇二六年七月五日`, `20260705`, with half- or full-width digits,
    /// also with a time of day, which is left out.
    fn from_str(text: &str) -> Result<Day, NotATime> {
        Day::read(text, When::default())
    }
}

impl Day {
    /// Reads what [`Day::from_str`] does, and what leaves something unsaid: `7月5日`, `7-05`, `7/5`,
    /// where the year is known; 今天, 昨天, 明天, 前天 where it is known when that was said. What could
    /// be two days (`7.1` may be the tenth, its nought lost in a spreadsheet) is none.
    ///
    /// # Errors
    /// It is not a day, or not enough of one.
    pub fn read(text: &str, when: When) -> Result<Day, NotATime> {
        let text = with_digits(&half_width(text.trim())).replace(['—', '–'], "-");
        let text = without_clock(&text);
        if let Some(today) = when.today
            && let Some((_, days)) = RELATIVE.iter().find(|(word, _)| *word == text)
        {
            return Ok(today.plus(*days));
        }
        if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Day::from_compact(text.as_bytes()).ok_or(NotATime);
        }
        let dotted = text.contains('.');
        let text = text.replace(['年', '月', '.', '/'], "-");
        let text = text.strip_suffix(['日', '号']).unwrap_or(&text);
        let parts: Vec<&str> = text.split('-').map(str::trim).collect();
        match parts[..] {
            [year, month, day] if year.len() == 4 => {
                let (year, month, day) = (number(year), number(month), number(day));
                year.zip(month)
                    .zip(day)
                    .and_then(|((year, month), day)| Day::new(year as i32, month, day))
            }
            [month, day] if !dotted || day.len() == 2 => {
                let short = |part: &str| number(part).filter(|_| part.len() <= 2);
                let year = when.year.ok_or(NotATime)?;
                short(month)
                    .zip(short(day))
                    .and_then(|(month, day)| Day::new(year, month, day))
            }
            _ => None,
        }
        .ok_or(NotATime)
    }

    /// The day that a spreadsheet counts as its `serial` from `start`.
    pub fn from_serial(serial: i64, start: Day) -> Option<Day> {
        // 1980 to 2100: other numbers in a column of days are no days.
        let day = start.plus(serial);
        (1980..=2100).contains(&day.year()).then_some(day)
    }
}

/// Days that are said from today.
const RELATIVE: [(&str, i64); 8] = [
    ("今天", 0),
    ("today", 0),
    ("昨天", -1),
    ("yesterday", -1),
    ("前天", -2),
    ("明天", 1),
    ("tomorrow", 1),
    ("后天", 2),
];

/// The year that a title names, and its month or quarter: `2026年7月会议统计表`, `2026年第三季度`. A day
/// is neither; of several years, or of several months, none is meant.
pub fn mentioned(text: &str) -> (Option<i32>, Option<Period>) {
    let text: String = with_digits(&half_width(text))
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let text = without_works(&text);
    let mut years: Vec<i32> = Vec::new();
    let mut periods: Vec<Period> = Vec::new();
    for (at, _) in text.match_indices('年') {
        let (before, after) = (&text[..at], &text[at + '年'.len_utf8()..]);
        let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
        let year = match digits {
            4 => before[before.len() - 4..].parse::<i32>().ok(),
            _ => None,
        };
        let Some(year) = year.filter(|year| (1900..=2100).contains(year)) else {
            continue;
        };
        // `2025—2026年`: from one year to another.
        let from =
            before[..before.len() - 4].trim_end_matches(['-', '—', '–', '~', '～', '至', '到']);
        let since = from.bytes().rev().take_while(u8::is_ascii_digit).count();
        if since == 4 && from.len() < before.len() - 4 {
            years.extend(from[from.len() - 4..].parse::<i32>());
        }
        let end = after.find(['月', '度', '年']);
        let word = end.and_then(|end| Some((end, after[end..].chars().next()?)));
        if let Some((end, word)) = word {
            let rest = &after[end + word.len_utf8()..];
            let is_day = word == '月' && rest.starts_with(|c: char| c.is_ascii_digit());
            if is_day && after[..end].bytes().all(|b| b.is_ascii_digit()) {
                continue;
            }
            let said = format!("{year}年{}{word}", &after[..end]);
            let period = Period::read(&said, When::default()).ok();
            let is_part =
                |period: &Period| matches!(period.span(), PeriodName::Month | PeriodName::Quarter);
            periods.extend(period.filter(is_part));
        }
        years.push(year);
    }
    years.dedup();
    periods.dedup();
    match (&years[..], &periods[..]) {
        ([year], [period]) => (Some(*year), Some(*period)),
        ([year], _) => (Some(*year), None),
        _ => (None, None),
    }
}

/// A text without the titles of works that it names: `《…条例（2018年）》`.
fn without_works(text: &str) -> String {
    let mut inside = 0usize;
    let outside = text.chars().filter(|c| {
        match c {
            '《' => inside += 1,
            '》' => inside = inside.saturating_sub(1),
            _ => return inside == 0,
        }
        false
    });
    outside.collect()
}

/// A text without the day of the week and the time of day after its day.
fn without_clock(text: &str) -> &str {
    let is_clock = |rest: &str| {
        let rest = match rest
            .trim()
            .strip_prefix("星期")
            .or(rest.trim().strip_prefix('周'))
        {
            Some(week) => week.trim_start_matches(['一', '二', '三', '四', '五', '六', '日', '天']),
            None => rest,
        };
        let rest = rest.trim_start_matches(['上', '下', '中', '午', '晚', '早', '晨', ' ']);
        if rest.is_empty() {
            return true;
        }
        let digits = rest.bytes().filter(u8::is_ascii_digit).count();
        rest.contains([':', '时', '点'])
            && digits > 0
            && rest
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | '时' | '点' | '分' | '半'))
    };
    let text = match text.split_once('(') {
        Some((day, week)) if week.starts_with(['周', '星']) => day.trim_end(),
        _ => text,
    };
    let day_word = text.find(['日', '号']).map(|at| at + '日'.len_utf8());
    let at = day_word.or_else(|| text.find([' ', 'T']));
    match at.map(|at| text.split_at(at)) {
        Some((day, rest)) if is_clock(rest.trim_start_matches(['T', ' '])) => day,
        _ => text,
    }
}

/// A text whose Chinese numerals stand before 年, 月, 日, 号 or 季 as digits: `二〇二六年七月三日` is
/// `2026年7月3日`.
fn with_digits(text: &str) -> String {
    if !text.contains(is_numeral) {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut numerals = String::new();
    for c in text.chars() {
        if is_numeral(c) {
            numerals.push(c);
            continue;
        }
        let number = match c {
            '年' if numerals.chars().count() == 4 => digit_by_digit(&numerals),
            '月' | '日' | '号' | '季' => {
                Decimal::from_chinese(&numerals).and_then(Decimal::whole)
            }
            _ => None,
        };
        match number {
            Some(number) => out.push_str(&number.to_string()),
            None => out.push_str(&numerals),
        }
        numerals.clear();
        out.push(c);
    }
    out + &numerals
}

fn is_numeral(c: char) -> bool {
    "〇零○一二三四五六七八九十".contains(c)
}

/// The number that Chinese digits say one after the other, as years are written.
fn digit_by_digit(numerals: &str) -> Option<i64> {
    numerals.chars().try_fold(0, |number, c| {
        let digit = match c {
            '○' => 0,
            c => Decimal::from_chinese(c.encode_utf8(&mut [0; 4]))
                .and_then(Decimal::whole)
                .filter(|digit| *digit < 10)?,
        };
        Some(number * 10 + digit)
    })
}

/// How long the windows are that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// From Monday to Sunday.
    Week,
    /// So many months, counted from January; twelve can be divided by them.
    Months(u32),
}

impl Every {
    /// A month.
    pub const MONTH: Every = Every::Months(1);
    /// A quarter.
    pub const QUARTER: Every = Every::Months(3);
    /// Half a year.
    pub const HALF_YEAR: Every = Every::Months(6);
    /// A year.
    pub const YEAR: Every = Every::Months(12);

    /// The window that a day lies in.
    pub fn around(self, day: Day) -> Period {
        match self {
            Every::Week => {
                let monday = i64::from(day.0.weekday().num_days_from_monday());
                let start = day.plus(-monday);
                Period {
                    start,
                    end: start.plus(7),
                }
            }
            Every::Months(12) => Period::year(day),
            Every::Months(months) => {
                let before = (day.month() - 1) % months;
                let start = Period::month(day)
                    .start
                    .months(-i32::try_from(before).unwrap_or(0));
                Period {
                    start,
                    end: start.months(i32::try_from(months).unwrap_or(1)),
                }
            }
        }
    }
}

impl Period {
    /// From `first` to `last`, both included; nothing where `last` is earlier.
    pub fn range(first: Day, last: Day) -> Option<Period> {
        (first <= last).then(|| Period {
            start: first,
            end: last.next(),
        })
    }

    /// The calendar month that holds `day`.
    pub fn month(day: Day) -> Period {
        let start = day.month_start();
        Period {
            start,
            end: start.months(1),
        }
    }

    /// The calendar quarter that holds `day`.
    pub fn quarter(day: Day) -> Period {
        let start = day.month_start().months(-((day.month() as i32 - 1) % 3));
        Period {
            start,
            end: start.months(3),
        }
    }

    /// The half-year that holds `day`.
    pub fn half_year(day: Day) -> Period {
        let start = day.month_start().months(-((day.month() as i32 - 1) % 6));
        Period {
            start,
            end: start.months(6),
        }
    }

    /// The calendar year that holds `day`.
    pub fn year(day: Day) -> Period {
        let start = day.month_start().months(1 - day.month() as i32);
        Period {
            start,
            end: start.months(12),
        }
    }

    /// First day.
    pub fn first(self) -> Day {
        self.start
    }

    /// Last day, included.
    pub fn last(self) -> Day {
        self.end.plus(-1)
    }

    /// The first day that is no longer part of it.
    pub fn end(self) -> Day {
        self.end
    }

    /// Whether `day` lies in it.
    pub fn contains(self, day: Day) -> bool {
        self.start <= day && day < self.end
    }

    /// Whether all of `other` lies in it.
    pub fn covers(self, other: Period) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// What it is called.
    pub fn span(self) -> PeriodName {
        if self == Period::month(self.start) {
            PeriodName::Month
        } else if self == Period::quarter(self.start) {
            PeriodName::Quarter
        } else if self == Period::half_year(self.start) {
            PeriodName::HalfYear
        } else if self == Period::year(self.start) {
            PeriodName::Year
        } else {
            PeriodName::Range
        }
    }

    /// Every whole window inside it, in order; of those that keep to no quarter (weeks, two or four
    /// months) the ones whose last day lies in it.
    pub fn windows(self, every: Every) -> Vec<Period> {
        let of = |day| every.around(day);
        let is_inside = |window: Period| match every {
            Every::Week | Every::Months(2 | 4) => self.contains(window.last()),
            Every::Months(_) => self.covers(window),
        };
        let mut window = of(self.start);
        let mut found = Vec::new();
        while window.end <= self.end {
            // Beyond the calendar a window has no days.
            if is_inside(window) && window.start < window.end {
                found.push(window);
            }
            let next = of(window.end);
            if next == window {
                break; // the end of the calendar
            }
            window = next;
        }
        found
    }

    /// The period of the same name just before; for a range, as many days just before it.
    pub fn previous(self) -> Period {
        let months = match self.span() {
            PeriodName::Month => 1,
            PeriodName::Quarter => 3,
            PeriodName::HalfYear => 6,
            PeriodName::Year => 12,
            PeriodName::Range => {
                return Period {
                    start: self.start.plus(-self.end.since(self.start)),
                    end: self.start,
                };
            }
        };
        Period {
            start: self.start.months(-months),
            end: self.start,
        }
    }

    /// The same period a year earlier.
    pub fn year_earlier(self) -> Period {
        match self.span() {
            PeriodName::Range => Period {
                start: self.start.months(-12),
                end: self.last().months(-12).next(),
            },
            _ => Period {
                start: self.start.months(-12),
                end: self.end.months(-12),
            },
        }
    }

    /// The month that `2026-07` says: just this form, as it stands in files.
    pub fn from_canonical_month(text: &str) -> Option<Period> {
        match text.as_bytes() {
            [y1, y2, y3, y4, b'-', m1, m2] => {
                let (year, month) = (digits(&[*y1, *y2, *y3, *y4])?, digits(&[*m1, *m2])?);
                Day::new(year as i32, month, 1).map(Period::month)
            }
            _ => None,
        }
    }

    /// The quarter that `2026Q3` says: just this form, as it stands in files.
    pub fn from_canonical_quarter(text: &str) -> Option<Period> {
        match text.as_bytes() {
            [y1, y2, y3, y4, b'Q', quarter @ b'1'..=b'4'] => {
                let year = digits(&[*y1, *y2, *y3, *y4])?;
                Day::new(year as i32, u32::from(quarter - b'1') * 3 + 1, 1).map(Period::quarter)
            }
            _ => None,
        }
    }

    /// Reads any accepted form, as somebody says it today.
    ///
    /// # Errors
    /// As [`Period::read`].
    pub fn parse(text: &str, today: Day) -> Result<Period, NotATime> {
        Period::read(text, today.into())
    }

    /// Reads any accepted form; a bare `Q3` or `7月` needs a year, `this` and `last` need today.
    ///
    /// Forms: `2026Q3`, `2026-Q3`, `2026年3季度`, `2026年第三季度`, `Q3`, `this`, `last` (quarters),
    /// `2026-07`, `2026年7月`, `2026年7月份`, `7月`, `2026H1`, `2026年上半年`, `2026`, `2026年`, `2026年度`,
    /// `A..B` with days, months, quarters or years on both sides: `2026-07..2026-08`.
    ///
    /// # Errors
    /// It is not a period, or not enough of one.
    pub fn read(text: &str, when: When) -> Result<Period, NotATime> {
        let text = with_digits(&half_width(text.trim()));
        if let Some((a, b)) = text.split_once("..") {
            // Days, or whole months, quarters and years: from the first day of one to the last of
            // the other.
            let (first, last) = (Period::read(a, when)?, Period::read(b, when)?);
            return Period::range(first.first(), last.last()).ok_or(NotATime);
        }
        if let Some(today) = when.today {
            let this = Period::quarter(today);
            match text.as_str() {
                "this" | "本季度" | "这季度" => return Ok(this),
                "last" | "上季度" => {
                    return Some(this.previous())
                        .filter(|last| last.start >= Day::FIRST)
                        .ok_or(NotATime);
                }
                _ => {}
            }
        }
        // `7-05` is a day of this year to who types a day, and no period to who types a period.
        if let Ok(day) = text.parse::<Day>() {
            return Ok(Period {
                start: day,
                end: day.next(),
            });
        }
        let lower = text.to_ascii_lowercase();
        let (head, tail) = match lower.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
            Some((at, _)) => lower.split_at(at),
            None => (lower.as_str(), ""),
        };
        let month_alone = number(head).filter(|_| head.len() <= 2 && is_month_word(tail));
        if let (Some(month), Some(year)) = (month_alone, when.year) {
            let first = Day::new(year, month, 1).ok_or(NotATime)?;
            return Ok(Period::month(first));
        }
        let quarter_alone = number(head).filter(|_| head.len() == 1 && tail == "季度");
        if let (Some(quarter @ 1..=4), Some(year)) = (quarter_alone, when.year) {
            let first = Day::new(year, 3 * quarter - 2, 1).ok_or(NotATime)?;
            return Ok(Period::quarter(first));
        }
        let tail = tail.trim_start_matches(['-', '年', ' ', '.', '/']);
        let year = if head.is_empty() {
            when.year
        } else {
            (head.len() == 4).then(|| head.parse().ok()).flatten()
        };
        let first = |month: u32| year.and_then(|y| Day::new(y, month, 1)).ok_or(NotATime);
        let quarter = tail
            .strip_prefix('q')
            .or_else(|| {
                tail.strip_suffix("季度")
                    .map(|q| q.trim_start_matches('第'))
            })
            .map(str::trim);
        match (head.is_empty(), tail, quarter) {
            (false, "" | "度", _) => Ok(Period::year(first(1)?)),
            (_, "h1" | "上半年", _) => Ok(Period::half_year(first(1)?)),
            (_, "h2" | "下半年", _) => Ok(Period::half_year(first(7)?)),
            (_, _, Some(q)) => match ["1", "2", "3", "4"]
                .iter()
                .zip(["一", "二", "三", "四"])
                .position(|(d, c)| q == *d || q == c)
            {
                Some(n) => Ok(Period::quarter(first(n as u32 * 3 + 1)?)),
                None => Err(NotATime),
            },
            (false, month, None) => {
                let month = month.strip_suffix('份').unwrap_or(month);
                match number(month.strip_suffix('月').unwrap_or(month)) {
                    Some(m) if month.len() <= 5 => Ok(Period::month(first(m)?)),
                    _ => Err(NotATime),
                }
            }
            (true, _, None) => Err(NotATime),
        }
    }

    /// What "this year to date" is called at the end of the period: `前三季度`.
    pub fn to_date(self, lang: Lang) -> String {
        match (lang, self.last().month(), self.span()) {
            (Lang::Zh, 3, PeriodName::Quarter) => "一季度".to_owned(),
            (Lang::Zh, 6, PeriodName::Quarter | PeriodName::HalfYear) => "上半年".to_owned(),
            (Lang::Zh, 9, PeriodName::Quarter) => "前三季度".to_owned(),
            (Lang::Zh, 12, _) => "全年".to_owned(),
            (Lang::Zh, 1, _) => "1月".to_owned(),
            (Lang::Zh, month, _) => format!("1—{month}月"),
            (Lang::En, month, _) => format!("months 1–{month}"),
        }
    }

    /// What the period is called in a heading: `2026年第三季度`, `2026Q3`.
    pub fn label(self, lang: Lang) -> String {
        let (y, m) = (self.start.year(), self.start.month());
        match (lang, self.span()) {
            (Lang::Zh, PeriodName::Month) => format!("{y}年{m}月"),
            (Lang::Zh, PeriodName::Quarter) => format!(
                "{y}年第{}季度",
                ["一", "二", "三", "四"][(m as usize - 1) / 3]
            ),
            (Lang::Zh, PeriodName::HalfYear) => {
                format!("{y}年{}半年", if m == 1 { "上" } else { "下" })
            }
            (Lang::Zh, PeriodName::Year) => format!("{y}年"),
            (Lang::Zh, PeriodName::Range) => format!("{} 至 {}", self.start, self.last()),
            (Lang::En, PeriodName::Range) => format!("{} to {}", self.start, self.last()),
            (Lang::En, _) => self.to_string(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m) = (self.start.year(), self.start.month());
        match self.span() {
            PeriodName::Month => write!(f, "{y:04}-{m:02}"),
            PeriodName::Quarter => write!(f, "{y:04}Q{}", (m - 1) / 3 + 1),
            PeriodName::HalfYear => write!(f, "{y:04}H{}", (m - 1) / 6 + 1),
            PeriodName::Year => write!(f, "{y:04}"),
            PeriodName::Range => write!(f, "{}..{}", self.start, self.last()),
        }
    }
}

/// Whether it is what stands behind the number of a month.
fn is_month_word(text: &str) -> bool {
    matches!(text, "月" | "月份")
}

/// The number that a few digits say.
fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u32::from(byte - b'0'))
    })
}

fn number(text: &str) -> Option<u32> {
    (!text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn days_are_read_in_every_form_clerks_write() {
        for text in [
            "2026-07-05",
            "2026.7.5",
            "2026/7/5",
            "2026年7月5日",
            "20260705",
            "２０２６年７月５日",
            " 2026-7-5 ",
        ] {
            assert_eq!(text.parse::<Day>(), Ok(day("2026-07-05")), "{text}");
        }
        for text in [
            "2026年7月5号",
            "二〇二六年七月五日",
            "2026-07-05 00:00:00",
            "2026/7/5 9:30",
        ] {
            assert_eq!(text.parse::<Day>(), Ok(day("2026-07-05")), "{text}");
        }
        for text in [
            "2026-02-30",
            "2026-13-01",
            "26-7-5",
            "2026-07-05 12",
            "7-5",
            "2026年7月",
            "",
            "2026-07-05-01",
            "26-07-05",
            "2026070",
            "0000-01-01",
            "0001-01-01",
            "00010101",
            "10000-01-01",
        ] {
            assert_eq!(text.parse::<Day>(), Err(NotATime), "{text}");
        }
    }

    #[test]
    fn periods_are_read_in_every_form() {
        let today = day("2026-11-22");
        for (text, name) in [
            ("2026Q3", "2026Q3"),
            ("2026-Q3", "2026Q3"),
            ("2026q3", "2026Q3"),
            ("2026年3季度", "2026Q3"),
            ("2026年第三季度", "2026Q3"),
            ("Q3", "2026Q3"),
            ("last", "2026Q3"),
            ("this", "2026Q4"),
            ("2026-07", "2026-07"),
            ("2026年7月", "2026-07"),
            ("2026", "2026"),
            ("2026年", "2026"),
            ("2026H1", "2026H1"),
            ("2026年下半年", "2026H2"),
            ("2026-04-01..2026-06-30", "2026Q2"),
            ("2026-04-02..2026-06-30", "2026-04-02..2026-06-30"),
            ("2026-07-05", "2026-07-05..2026-07-05"),
        ] {
            assert_eq!(
                Period::parse(text, today).map(|p| p.to_string()),
                Ok(name.to_owned()),
                "{text}"
            );
        }
        for text in [
            "2026Q5",
            "2026-13",
            "quarter",
            "2026-06-30..2026-04-01",
            "",
            "2026Q",
            "99999",
            "2026H3",
            "0000",
            "0001",
            "0001Q1",
            "0999-12",
            "10000",
        ] {
            assert_eq!(Period::parse(text, today), Err(NotATime), "{text}");
        }
    }

    #[test]
    fn what_is_written_can_be_read_again_to_the_ends_of_the_calendar() {
        for day in [Day::FIRST, Day::LAST] {
            assert_eq!(day.to_string().parse(), Ok(day));
            for period in [
                Period::month(day),
                Period::quarter(day),
                Period::half_year(day),
                Period::year(day),
            ] {
                assert_eq!(Period::parse(&period.to_string(), day), Ok(period));
            }
        }
        assert_eq!(Period::parse("last", Day::FIRST), Err(NotATime));
        assert_eq!(
            (Day::new(999, 12, 31), Day::new(10_000, 1, 1)),
            (None, None)
        );
    }

    #[test]
    fn windows_are_the_whole_ones_inside() {
        let today = day("2026-11-22");
        let windows = |p: &str, every| {
            Period::parse(p, today)
                .expect("a period")
                .windows(every)
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(windows("2026Q3", Every::MONTH), "2026-07 2026-08 2026-09");
        assert_eq!(windows("2026Q3", Every::QUARTER), "2026Q3");
        assert_eq!(windows("2026Q3", Every::YEAR), "");
        assert_eq!(
            windows("2026-05-15..2026-08-15", Every::MONTH),
            "2026-06 2026-07"
        );
        assert_eq!(
            windows("9999", Every::QUARTER),
            "9999Q1 9999Q2 9999Q3 9999Q4"
        );
        assert_eq!(windows("9999", Every::YEAR), "9999");
    }

    #[test]
    fn neighbours() {
        let p = |t| Period::parse(t, day("2026-11-22")).expect("a period");
        assert_eq!(p("2026Q1").previous(), p("2025Q4"));
        assert_eq!(p("2026-03").year_earlier(), p("2025-03"));
        assert_eq!(
            p("2026-04-10..2026-04-19").previous(),
            p("2026-03-31..2026-04-09")
        );
    }

    #[test]
    fn what_is_left_unsaid_is_taken_from_where_it_was_said() {
        let said = When::from(day("2026-07-20"));
        for (text, read) in [
            ("7月5日", Some("2026-07-05")),
            ("七月五日", Some("2026-07-05")),
            ("十一月二十日", Some("2026-11-20")),
            ("7-05", Some("2026-07-05")),
            ("7/5", Some("2026-07-05")),
            ("8.15", Some("2026-08-15")),
            ("今天", Some("2026-07-20")),
            ("昨天", Some("2026-07-19")),
            ("8.1", None),
            ("8.15-16", None),
            ("9月底前", None),
            ("7月", None),
            ("2月30日", None),
        ] {
            assert_eq!(Day::read(text, said).ok(), read.map(day), "{text}");
        }
        let in_a_form = When {
            year: Some(2025),
            today: None,
        };
        assert_eq!(Day::read("7月5日", in_a_form), Ok(day("2025-07-05")));
        assert_eq!(Day::read("今天", in_a_form), Err(NotATime));
        assert_eq!(Day::read("7月5日", When::default()), Err(NotATime));
        for (text, read) in [
            ("7月", Some("2025-07")),
            ("七月份", Some("2025-07")),
            ("三季度", Some("2025Q3")),
            ("2026年度", Some("2026")),
            ("二〇二六年七月", Some("2026-07")),
            ("2026年第三季度", Some("2026Q3")),
            ("本季度", None),
            ("13月", None),
        ] {
            let period = Period::read(text, in_a_form).ok().map(|p| p.to_string());
            assert_eq!(period.as_deref(), read, "{text}");
        }
    }
}
