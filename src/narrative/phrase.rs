//! How a number is put into words: rounded, with a unit and a qualifier, and still exact about what
//! it says.
//!
//! A printed number claims something: 3.5万余 claims at least 35,000. Rounding follows the claim, in
//! whole numbers throughout: 余 and 不低于 round down, 近 rounds up, a bare number to the nearest.

use crate::locale::Lang;
use crate::number::{Fraction, MOST_PLACES, rounded};

/// What a number is counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Ones.
    #[default]
    One,
    /// Ten thousands: 万.
    Wan,
    /// Hundred millions: 亿.
    Yi,
    /// Hundredths: %.
    Percent,
    /// Hundredths, as a difference of two percentages: 个百分点.
    Points,
    /// Tenths of a point of a score.
    Tenths,
}

impl Scale {
    /// One of it, in ones.
    fn size(self) -> Fraction {
        match self {
            Scale::One => Fraction::whole(1),
            Scale::Wan => Fraction::whole(10_000),
            Scale::Yi => Fraction::whole(100_000_000),
            Scale::Percent | Scale::Points => Fraction { num: 1, den: 100 },
            Scale::Tenths => Fraction::whole(1),
        }
    }
}

/// What is claimed of the number printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Qualifier {
    /// It is the nearest.
    #[default]
    Nearest,
    /// The true number is this and more: 余.
    Over,
    /// The true number is almost this: 近.
    Nearly,
    /// The true number is no less: 不低于.
    AtLeast,
}

/// How an integer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numerals {
    /// With digits.
    #[default]
    Digits,
    /// In Chinese numerals: 三十五.
    Chinese,
    /// As a place in an order: 第3.
    Ordinal,
}

/// How a number is put into words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberStyle {
    /// What it is counted in.
    pub scale: Scale,
    /// Decimals; none: as many as the number has. Of 万 and 亿 those that are zero are not written.
    pub places: Option<u32>,
    /// Rounded to multiples of this many ones instead.
    pub step: Option<i128>,
    /// What is claimed of it.
    pub qualifier: Qualifier,
    /// How it is written.
    pub form: Numerals,
    /// What follows: 元.
    pub tail: String,
    /// Whether 余 stands before 万 or 亿: 224余万元.
    pub before_unit: bool,
}

/// How many decimals a number is written with that has no end of them.
const ENDLESS: u32 = 2;

impl NumberStyle {
    /// The number that is printed, and whether it is the true one.
    pub fn rounded(&self, value: Fraction) -> Option<(Fraction, bool)> {
        let style = self.fitting(value);
        let granule = match style.step {
            Some(step) => Fraction::new(step, 1)?,
            None => style
                .scale
                .size()
                .over(Fraction::whole(10i128.pow(style.decimals(value))))?,
        };
        let steps = value.over(granule)?;
        let floor = steps.num.div_euclid(steps.den);
        let exact = steps.num.rem_euclid(steps.den) == 0;
        let negative = steps.num < 0;
        let count = match self.qualifier {
            Qualifier::AtLeast => floor,
            // Of a number below 0 its size is meant.
            Qualifier::Over => floor + i128::from(!exact && negative),
            Qualifier::Nearly => floor + i128::from(!exact && !negative),
            // Half away from zero.
            Qualifier::Nearest => {
                let twice = steps
                    .num
                    .abs()
                    .checked_mul(2)?
                    .checked_add(steps.den)?
                    .div_euclid(steps.den.checked_mul(2)?);
                twice * steps.num.signum()
            }
        };
        let printed = Fraction {
            num: count.checked_mul(granule.num)?,
            den: granule.den,
        };
        Some((printed, printed == value))
    }

    /// The style that a number is written in: below one 万 or 亿, and below the step it is rounded
    /// to, it is written exactly. Money in yuan, 3500元; other numbers in the unit where its
    /// decimals say them exactly, 0.55万, else in ones.
    fn fitting(&self, value: Fraction) -> NumberStyle {
        let in_units = value
            .over(self.scale.size())
            .filter(|_| matches!(self.scale, Scale::Wan | Scale::Yi));
        let below = in_units.filter(|n| n.abs() < Fraction::whole(1));
        let said = |n: Fraction| {
            n.decimal()
                .is_some_and(|n| !n.is_zero() && n.places() <= self.places.unwrap_or(0))
        };
        let step = match (self.step, self.places, self.qualifier) {
            (Some(step), _, _) => Some(step),
            (None, None, Qualifier::Over | Qualifier::Nearly) => Some(1),
            (None, _, _) => None,
        };
        let exactly = || NumberStyle {
            scale: Scale::One,
            places: Some(decimals_of(value)),
            step: None,
            ..self.clone()
        };
        match below {
            _ if self.scale == Scale::One
                && step.is_some_and(|step| value.abs() < Fraction::whole(step)) =>
            {
                exactly()
            }
            Some(n) if !(self.tail.is_empty() && said(n)) => exactly(),
            _ => self.clone(),
        }
    }

    /// How many decimals a number is rounded to.
    fn decimals(&self, value: Fraction) -> u32 {
        match (self.places, self.qualifier) {
            (Some(places), _) => places.min(MOST_PLACES),
            // 余 and 近 are said of whole numbers.
            (None, Qualifier::Over | Qualifier::Nearly) => 0,
            (None, _) => value.over(self.scale.size()).map_or(ENDLESS, decimals_of),
        }
    }

    /// The words for a number.
    pub fn words(&self, value: Fraction, lang: Lang) -> String {
        let Some((printed, exact)) = self.rounded(value) else {
            return "—".to_owned();
        };
        let style = self.fitting(value);
        style.written(style.number(printed, style.decimals(value)), exact, lang)
    }

    fn written(&self, number: String, exact: bool, lang: Lang) -> String {
        let (wan, yi, points) = match lang {
            Lang::Zh => ("万", "亿", "个百分点"),
            Lang::En => (" × 10,000", " × 100 million", " percentage points"),
        };
        let unit = match self.scale {
            Scale::One | Scale::Tenths => "",
            Scale::Wan => wan,
            Scale::Yi => yi,
            Scale::Percent => "%",
            Scale::Points => points,
        };
        let tail = match (self.tail.as_str(), lang) {
            ("元", Lang::En) => " yuan",
            (tail, _) => tail,
        };
        // What is exact needs no 余 and no 近; 不低于 holds all the same.
        match (self.qualifier, exact, lang) {
            (Qualifier::Over, false, Lang::Zh) if self.before_unit => {
                format!("{number}余{unit}{tail}")
            }
            (Qualifier::Over, false, Lang::Zh) => format!("{number}{unit}余{tail}"),
            (Qualifier::Over, false, Lang::En) => format!("over {number}{unit}{tail}"),
            (Qualifier::Nearly, false, Lang::Zh) => format!("近{number}{unit}{tail}"),
            (Qualifier::Nearly, false, Lang::En) => format!("nearly {number}{unit}{tail}"),
            (Qualifier::AtLeast, _, Lang::Zh) => format!("不低于{number}{unit}{tail}"),
            (Qualifier::AtLeast, _, Lang::En) => format!("at least {number}{unit}{tail}"),
            (Qualifier::Nearest | Qualifier::Over | Qualifier::Nearly, _, _) => {
                format!("{number}{unit}{tail}")
            }
        }
    }

    fn number(&self, printed: Fraction, decimals: u32) -> String {
        let places = if self.step.is_some() && self.scale == Scale::One {
            0
        } else {
            decimals
        };
        let size = self.scale.size();
        let (num, den) = (
            printed.num.saturating_mul(size.den),
            printed.den.saturating_mul(size.num),
        );
        let digits = rounded(num, den, places);
        match (self.form, self.scale) {
            (Numerals::Chinese, _) => digits.parse().map_or(digits, chinese),
            (Numerals::Ordinal, _) => format!("第{digits}"),
            (Numerals::Digits, Scale::Wan | Scale::Yi) if digits.contains('.') => digits
                .trim_end_matches('0')
                .trim_end_matches('.')
                .to_owned(),
            (Numerals::Digits, _) => digits,
        }
    }
}

/// How many decimals a number has.
fn decimals_of(value: Fraction) -> u32 {
    value.decimal().map_or(ENDLESS, |number| number.places())
}

/// A whole number in Chinese numerals: 一百零三, 十二.
pub fn chinese(n: i64) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    const UNITS: [&str; 4] = ["", "十", "百", "千"];
    const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];
    if n == 0 {
        return DIGITS[0].to_owned();
    }
    let mut out = String::new();
    let mut rest = n.unsigned_abs();
    let mut groups = Vec::new();
    while rest > 0 {
        groups.push((rest % 10_000) as usize);
        rest /= 10_000;
    }
    let mut gap = false;
    for (place, &group) in groups.iter().enumerate().rev() {
        if group == 0 {
            gap = !out.is_empty();
            continue;
        }
        gap |= !out.is_empty() && group < 1000;
        let mut left = group;
        for power in (0..4).rev() {
            let size = 10usize.pow(power);
            let digit = left / size;
            left %= size;
            if digit == 0 {
                gap |= !out.is_empty() && left > 0 && group >= size;
                continue;
            }
            if gap {
                out.push_str(DIGITS[0]);
                gap = false;
            }
            out.push_str(DIGITS[digit]);
            out.push_str(UNITS[power as usize]);
        }
        out.push_str(GROUPS[place.min(GROUPS.len() - 1)]);
    }
    // 一十二 is said 十二.
    let said = out
        .strip_prefix("一十")
        .map_or(out.clone(), |rest| format!("十{rest}"));
    if n < 0 { format!("负{said}") } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(scale: Scale, places: u32, qualifier: Qualifier) -> NumberStyle {
        NumberStyle {
            scale,
            places: Some(places),
            qualifier,
            ..NumberStyle::default()
        }
    }

    #[test]
    fn qualifiers_round_the_way_they_claim() {
        for (value, scale, places, qualifier, text) in [
            (35_480, Scale::Wan, 1, Qualifier::Over, "3.5万余"),
            (35_000, Scale::Wan, 1, Qualifier::Over, "3.5万"),
            (30_012, Scale::Wan, 1, Qualifier::Over, "3万余"),
            (35_480, Scale::Wan, 1, Qualifier::Nearly, "近3.6万"),
            (35_480, Scale::Wan, 0, Qualifier::AtLeast, "不低于3万"),
            (35_480, Scale::Wan, 1, Qualifier::Nearest, "3.5万"),
            (35_500, Scale::Wan, 1, Qualifier::Nearest, "3.6万"),
            (123_456_789, Scale::Yi, 2, Qualifier::Over, "1.23亿余"),
            (9, Scale::Wan, 0, Qualifier::Over, "9"),
            (8_600, Scale::Wan, 1, Qualifier::Over, "8600"),
            (9_999, Scale::Wan, 1, Qualifier::Nearly, "9999"),
            (5_500, Scale::Wan, 2, Qualifier::Nearest, "0.55万"),
            (5_500, Scale::Wan, 1, Qualifier::Nearest, "5500"),
            (-5_500, Scale::Wan, 2, Qualifier::Nearest, "-0.55万"),
            (0, Scale::Wan, 1, Qualifier::Nearest, "0"),
        ] {
            assert_eq!(
                style(scale, places, qualifier).words(Fraction::whole(value), Lang::Zh),
                text,
                "{value}"
            );
        }
        let hundreds = NumberStyle {
            step: Some(100),
            qualifier: Qualifier::Over,
            ..NumberStyle::default()
        };
        assert_eq!(hundreds.words(Fraction::whole(12_345), Lang::Zh), "12300余");
        let yuan = NumberStyle {
            tail: "元".to_owned(),
            ..style(Scale::Wan, 0, Qualifier::Over)
        };
        assert_eq!(
            yuan.words(Fraction::whole(3_501_000), Lang::Zh),
            "350万余元"
        );
        let before = NumberStyle {
            before_unit: true,
            ..yuan
        };
        assert_eq!(
            before.words(Fraction::whole(2_243_000), Lang::Zh),
            "224余万元"
        );
    }

    #[test]
    fn money_below_its_unit_is_said_exactly() {
        let money = |scale, places| NumberStyle {
            tail: "元".to_owned(),
            ..style(scale, places, Qualifier::Nearest)
        };
        for (value, text) in [
            (3_500, "3500元"),
            (2_600, "2600元"),
            (9_999, "9999元"),
            (-1_700, "-1700元"),
            (0, "0元"),
            (26_000, "2.6万元"),
        ] {
            assert_eq!(
                money(Scale::Wan, 1).words(Fraction::whole(value), Lang::Zh),
                text,
                "{value}"
            );
        }
        assert_eq!(
            money(Scale::Wan, 1).words(
                Fraction {
                    num: 350_050,
                    den: 100
                },
                Lang::Zh
            ),
            "3500.5元"
        );
        assert_eq!(
            money(Scale::Yi, 2).words(Fraction::whole(55_000_000), Lang::Zh),
            "55000000元"
        );
        let natural = NumberStyle {
            tail: "元".to_owned(),
            ..NumberStyle::default()
        };
        assert_eq!(
            natural.words(Fraction { num: 7001, den: 2 }, Lang::Zh),
            "3500.5元"
        );
    }

    #[test]
    fn percentages_and_points() {
        let third = Fraction { num: 1, den: 3 };
        assert_eq!(
            style(Scale::Percent, 1, Qualifier::Nearest).words(third, Lang::Zh),
            "33.3%"
        );
        assert_eq!(
            style(Scale::Points, 1, Qualifier::Nearest).words(
                third.minus(Fraction { num: 1, den: 2 }).expect("small"),
                Lang::Zh
            ),
            "-16.7个百分点"
        );
    }

    #[test]
    fn chinese_numerals() {
        for (n, text) in [
            (0, "零"),
            (3, "三"),
            (10, "十"),
            (12, "十二"),
            (20, "二十"),
            (103, "一百零三"),
            (110, "一百一十"),
            (1001, "一千零一"),
            (10_001, "一万零一"),
            (100_100, "十万零一百"),
            (12_000, "一万二千"),
            (100_000_001, "一亿零一"),
            (-5, "负五"),
        ] {
            assert_eq!(chinese(n), text, "{n}");
        }
    }
}
