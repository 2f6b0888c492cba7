//! From what a clerk types (a flag, an answer, a cell) to values, forgiving in form, strict in
//! meaning.

use crate::day::{Day, Period, PeriodName, When};
use crate::locale::{Arg, Choices};
use crate::number::Decimal;
use crate::problem::{Problem, Rule};
use crate::record::Value;
use crate::record::read::{out_of_range, unfit};
use crate::rules::kind::{Choice, FieldDef, FieldType};
use crate::spelling::{half_width, tidy};

/// Reads one value of a field; for a list, one of its items.
///
/// Choices are accepted by name or by label in either language, numbers with separators or
/// full-width digits, dates in every form of [`Day`], tables as `a=…,b=…` or as `a:b` in the order
/// of their fields.
///
/// # Errors
/// A problem that names the field and what is allowed.
pub fn value(field: &FieldDef, text: &str, when: impl Into<When>) -> Result<Value, Problem> {
    let when = when.into();
    let text = tidy(text).into_owned();
    // In a field of numbers it is an amount.
    if let Some(number) = personal_number(&text).filter(|_| !field.ty.is_number()) {
        return Err(Problem::new(Rule::PERSONAL_NUMBER)
            .with("field", &field.label)
            .with("what", Arg::Message(number)));
    }
    if text.is_empty() {
        return Err(Problem::new(Rule::EMPTY_INPUT).with("field", &field.label));
    }
    let wrong = || not_understood(field, &text);
    let period = |span| {
        Period::read(&text, when)
            .ok()
            .filter(|p| p.span() == span)
            .map(Value::Period)
            .ok_or_else(wrong)
    };
    match &field.ty {
        FieldType::Text | FieldType::Record(_) | FieldType::Organisation => {
            Ok(Value::Text(text.into()))
        }
        FieldType::Path => match is_safe_path(&text) {
            true => Ok(Value::Text(text.into())),
            false => Err(Problem::new(Rule::UNSAFE_PATH)
                .with("field", &field.label)
                .with("value", text)),
        },
        FieldType::Boolean => match text.to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "是" | "有" | "√" | "✓" | "✔" => {
                Ok(Value::Boolean(true))
            }
            "false" | "no" | "n" | "0" | "否" | "无" | "×" | "✗" | "✘" | "x" => {
                Ok(Value::Boolean(false))
            }
            _ => Err(wrong()),
        },
        FieldType::Date => Day::read(&text, when).map(Value::Day).map_err(|_| wrong()),
        FieldType::Month => period(PeriodName::Month),
        FieldType::Quarter => period(PeriodName::Quarter),
        FieldType::Year => period(PeriodName::Year),
        FieldType::Integer { min, max } => {
            let number = number(without_percent(field, &text))
                .and_then(Decimal::whole)
                .ok_or_else(wrong)?;
            if number < *min || number > *max {
                return Err(out_of_range(&field.label, *min, *max));
            }
            Ok(Value::Integer(number))
        }
        FieldType::Decimal { places, min, max } => {
            let number = number(without_percent(field, &text)).ok_or_else(wrong)?;
            match unfit(&field.label, number, *places, (*min, *max)) {
                Some(problem) => Err(problem),
                None => Ok(Value::Decimal(number)),
            }
        }
        FieldType::Choice(choices) => Choice::said(choices, &text)
            .map(|c| Value::Text(c.name.as_str().into()))
            .ok_or_else(|| {
                let known = choices.iter().map(|c| (c.name.as_str(), &c.label));
                Problem::new(Rule::UNKNOWN_VALUE)
                    .with("field", &field.label)
                    .with("value", text.as_str())
                    .with("allowed", Choices::labelled(&text, known))
            }),
        FieldType::Table(columns) => table(field, columns, &text, when),
    }
}

/// That a text is no value of a field, with how such values are written.
pub fn not_understood(field: &FieldDef, text: &str) -> Problem {
    Problem::new(Rule::WRONG_INPUT)
        .with("field", &field.label)
        .with("wanted", Arg::Message(field.ty.message()))
        .with("how", field.ty.message())
        .with("found", format!("“{text}”"))
}

/// `60%` of a field of percents is 60.
fn without_percent<'t>(field: &FieldDef, text: &'t str) -> &'t str {
    match field.label.zh.contains('%') {
        true => text.strip_suffix(['%', '％']).unwrap_or(text),
        false => text,
    }
}

/// `1,200`, `１２`, `3万`, `3.5万元`, `90件`, `四十一`, `3500.50` as numbers. What separates no groups of
/// three is no separator: `35,00` is a slip. What is only about right (`90余件`) is none.
pub fn number(text: &str) -> Option<Decimal> {
    let text = half_width(text);
    let text = text.trim().trim_start_matches(['¥', '￥']).trim_start();
    let text = MEASURES
        .iter()
        .find_map(|measure| text.strip_suffix(measure))
        .map_or(text, str::trim_end);
    if let Some(number) = Decimal::from_chinese(text) {
        return Some(number);
    }
    if !text.is_empty() && text.chars().all(|c| c == '★') {
        return i64::try_from(text.chars().count()).ok().map(Decimal::from);
    }
    let whole = text
        .split(['.', '万'])
        .next()
        .unwrap_or_default()
        .trim_start_matches(['-', '+'])
        .trim();
    let mut groups = whole.split([',', ' ']);
    let first = groups.next().unwrap_or_default();
    if whole.len() > first.len()
        && (!(1..=3).contains(&first.len()) || groups.any(|group| group.len() != 3))
    {
        return None;
    }
    let text = text.replace([',', ' '], "");
    let (digits, unit) = match text.strip_suffix('万') {
        Some(digits) => (digits, 10_000),
        None => (text.as_str(), 1),
    };
    digits.parse::<Decimal>().ok()?.times(unit)
}

fn table(field: &FieldDef, columns: &[FieldDef], text: &str, when: When) -> Result<Value, Problem> {
    let mut values = vec![None; columns.len()];
    let pairs: Vec<&str> = text.split([',', '，', ';', '；']).collect();
    let key_of = |pair: &str| {
        let (key, rest) = pair.split_once('=')?;
        let n = columns
            .iter()
            .position(|c| c.name == key.trim() || c.label.is(key.trim()))?;
        Some((n, rest.to_owned()))
    };
    if pairs.first().is_some_and(|first| key_of(first).is_some()) {
        let mut parts: Vec<(usize, String)> = Vec::new();
        for pair in pairs {
            match (key_of(pair), parts.last_mut()) {
                (Some(part), _) => parts.push(part),
                // A comma inside a value: the piece goes on with it.
                (None, Some((_, text))) => text.push_str(&format!("，{pair}")),
                (None, None) => {}
            }
        }
        for (n, part) in parts {
            values[n] = Some(value(&columns[n], &part, when)?);
        }
    } else {
        let mut parts = text.splitn(columns.len(), [':', '：']);
        for (n, column) in columns.iter().enumerate() {
            if let Some(part) = parts.next().filter(|part| !part.trim().is_empty()) {
                values[n] = Some(value(column, part, when)?);
            }
        }
    }
    match columns
        .iter()
        .zip(&values)
        .find(|(column, value)| column.required && value.is_none())
    {
        None => Ok(Value::Table(values)),
        Some((column, _)) => Err(Problem::new(Rule::MISSING_FIELD)
            .with("field", column.name.as_str())
            .with("kind", &field.label)),
    }
}

/// What stands behind a number and says what it counts, the longer before the shorter.
const MEASURES: [&str; 42] = [
    "平方米",
    "人次",
    "场次",
    "课时",
    "学时",
    "星级",
    "个人",
    "元",
    "件",
    "条",
    "次",
    "人",
    "个",
    "名",
    "项",
    "场",
    "户",
    "批",
    "处",
    "份",
    "家",
    "篇",
    "期",
    "组",
    "星",
    "分",
    "天",
    "台",
    "支",
    "座",
    "位",
    "间",
    "套",
    "本",
    "辆",
    "张",
    "亩",
    "盏",
    "把",
    "棵",
    "册",
    "所",
];

/// A text with the digits of a personal number in it hidden, where it has one.
pub fn masked(text: &str) -> String {
    if personal_number(text).is_none() {
        return text.to_owned();
    }
    let hide = |c: char| match half_width(c.encode_utf8(&mut [0; 4])).as_str() {
        digit if digit.bytes().all(|b| b.is_ascii_digit()) => '*',
        _ => c,
    };
    text.chars().map(hide).collect()
}

/// Whether a path stays in the ledger: relative, and never upwards.
pub fn is_safe_path(text: &str) -> bool {
    let windows_drive = text.as_bytes().get(1) == Some(&b':');
    !text.starts_with(['/', '\\'])
        && !windows_drive
        && !text.split(['/', '\\']).any(|part| part == "..")
}

/// The message that names a resident identity number or mobile number in the text, if there is one.
///
/// An identity number is 17 digits and a digit or X with a possible birth date inside; a mobile
/// number is 11 digits from 13 to 19, also behind +86, also in groups of 3-4-4. A number beside a
/// unit is an amount.
pub fn personal_number(text: &str) -> Option<&'static str> {
    // Nearly no text has so many digits; a full-width one has the second byte 0xbc.
    if text
        .bytes()
        .filter(|byte| byte.is_ascii_digit() || *byte == 0xbc)
        .count()
        < 11
    {
        return None;
    }
    let text: Vec<char> = half_width(text).chars().collect();
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        // A run of digits, single spaces or hyphens between groups allowed.
        let mut digits = String::new();
        let mut groups = vec![0];
        let mut end = at;
        while end < text.len() {
            let joins = matches!(text[end], ' ' | '-' | '.')
                && text.get(end + 1).is_some_and(char::is_ascii_digit);
            if text[end].is_ascii_digit() {
                digits.push(text[end]);
                *groups.last_mut()? += 1;
            } else if joins {
                groups.push(0);
            } else {
                break;
            }
            end += 1;
        }
        let x = text.get(end).is_some_and(|c| c.eq_ignore_ascii_case(&'x'));
        if groups.len() <= 4
            && (digits.len() == 18 || digits.len() == 17 && x)
            && has_birth_date(&digits)
        {
            return Some("identity-number");
        }
        let number = digits
            .strip_prefix("86")
            .filter(|rest| rest.len() == 11)
            .unwrap_or(&digits);
        let grouped = matches!(
            groups[..],
            [11] | [13] | [3, 4, 4] | [3, 8] | [7, 4] | [2, 11] | [2, 3, 4, 4]
        );
        let mobile = grouped
            && number.len() == 11
            && number.starts_with('1')
            && number.as_bytes()[1] >= b'3';
        if mobile && !is_amount(&text, at, end) {
            return Some("mobile-number");
        }
        at = end;
    }
    None
}

/// Whether the digits from `at` to `end` count something: money or a measure stands beside them.
fn is_amount(text: &[char], at: usize, end: usize) -> bool {
    const UNITS: [&str; 9] = [
        "元", "万元", "亿", "吨", "平方", "公里", "公斤", "千瓦", "立方",
    ];
    // 元旦 and 元宵 are days.
    const NO_UNITS: [&str; 2] = ["元旦", "元宵"];
    let signed = at > 0 && matches!(text[at - 1], '¥' | '￥' | '$');
    let after: String = text[end..]
        .iter()
        .skip_while(|c| **c == ' ')
        .take(2)
        .collect();
    let counted =
        UNITS.iter().any(|unit| after.starts_with(unit)) && !NO_UNITS.contains(&after.as_str());
    signed || counted
}

fn has_birth_date(digits: &str) -> bool {
    digits[6..14]
        .parse::<Day>()
        .is_ok_and(|day| (1900..=2100).contains(&day.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_persons_are_found() {
        for (text, found) in [
            ("电话13812345678", Some("mobile-number")),
            ("+8613812345678", Some("mobile-number")),
            ("138 1234 5678", Some("mobile-number")),
            ("１３８１２３４５６７８", Some("mobile-number")),
            ("410305199003071234", Some("identity-number")),
            ("41030519900307123X。", Some("identity-number")),
            ("410305001001", None),
            ("2026-07-03 2026-07-05", None),
            ("12812345678", None),
            ("文号 20260703123456789", None),
            ("138 0000 0000", Some("mobile-number")),
            ("总投资19059000000元", None),
            ("总投资 ￥19059000000", None),
            ("约13800000000 万元", None),
            ("13800000000元旦后联系", Some("mobile-number")),
            ("张三13812345678万达广场", Some("mobile-number")),
            ("138.1234.5678", Some("mobile-number")),
            ("1381234 5678", Some("mobile-number")),
            ("合计13812345678.50元", None),
        ] {
            assert_eq!(personal_number(text), found, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_read_as_clerks_write_them() {
        for (text, number) in [
            ("1,200", Some(1200)),
            ("１２", Some(12)),
            ("3.5万", Some(35_000)),
            ("3万", Some(30_000)),
            ("-4", Some(-4)),
            ("3.5", None),
            ("35,00", None),
            ("1,2345", None),
            ("1,234,567", Some(1_234_567)),
            ("", None),
            ("x", None),
            ("-0.5万", Some(-5_000)),
            ("9223372036854775808", None),
            ("90件", Some(90)),
            ("四十一", Some(41)),
            ("四十一人", Some(41)),
            ("3.5万元", Some(35_000)),
            ("90余件", None),
            ("三十五/四十", None),
        ] {
            assert_eq!(
                super::number(text).and_then(Decimal::whole),
                number,
                "{text}"
            );
        }
        assert_eq!(
            super::number("３，５００．５０")
                .map(|n| n.to_string())
                .as_deref(),
            Some("3500.5")
        );
    }
}
