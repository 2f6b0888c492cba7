//! Exact numbers: decimals as records hold them, fractions as figures are made of them. No binary
//! float.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The most decimals a number can have here.
pub const MOST_PLACES: u32 = 6;

/// A number with a few decimals, kept as a whole number of its smallest unit.
///
/// Always in its shortest form: 3500.50 is 35005 tenths. So equal numbers are equal values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decimal {
    units: i64,
    places: u8,
}

/// The text is not a number with at most [`MOST_PLACES`] decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADecimal;

impl fmt::Display for NotADecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a decimal number")
    }
}

impl std::error::Error for NotADecimal {}

impl Decimal {
    /// Nothing.
    pub const ZERO: Decimal = Decimal {
        units: 0,
        places: 0,
    };

    /// More than any sum may be.
    pub const TOO_LARGE: Decimal = Decimal {
        units: i64::MAX,
        places: 0,
    };

    /// One.
    pub const ONE: Decimal = Decimal {
        units: 1,
        places: 0,
    };

    /// `units` of 10 to the power of minus `places`; nothing where that cannot be held.
    pub fn new(mut units: i128, mut places: u32) -> Option<Decimal> {
        while places > 0 && units % 10 == 0 {
            units /= 10;
            places -= 1;
        }
        Some(Decimal {
            units: units.try_into().ok()?,
            places: places.try_into().ok()?,
        })
    }

    /// The whole number that Chinese numerals write out: `四十一` is 41, `三万五千` 35,000. Digits in a
    /// row (`二〇二六`) and what is short for something (`一百五`) are none.
    pub fn from_chinese(text: &str) -> Option<Decimal> {
        let (mut whole, mut section, mut digit) = (0i64, 0i64, None);
        let (mut last_unit, mut last_section, mut nought) = (i64::MAX, i64::MAX, false);
        for c in text.chars() {
            match (chinese_digit(c), chinese_unit(c)) {
                (Some(0), _) if digit.is_none() && !nought => nought = true,
                (Some(value), _) if digit.is_none() && value > 0 => {
                    // 一百五 leaves its unit out.
                    let follows_on = last_unit == i64::MAX || last_unit == 10 || nought;
                    digit = Some((value, follows_on));
                    nought = false;
                }
                (None, Some(unit @ (10 | 100 | 1000))) if unit < last_unit => {
                    // 十五 begins without its one.
                    let (value, _) = match digit.take() {
                        Some(digit) => digit,
                        None if unit == 10 && section == 0 && !nought => (1, true),
                        None => return None,
                    };
                    section += value * unit;
                    last_unit = unit;
                }
                (None, Some(unit)) if unit > 1000 && unit < last_section => {
                    let ones = digit
                        .take()
                        .map_or(Some(0), |(value, fine)| fine.then_some(value));
                    section += ones?;
                    if section == 0 {
                        return None;
                    }
                    whole += section * unit;
                    (section, last_unit, last_section) = (0, i64::MAX, unit);
                }
                _ => return None,
            }
        }
        let after_section = whole > 0 && section == 0;
        let ones = match digit {
            Some((value, fine)) if fine && (!after_section || text.contains(['零', '〇'])) => {
                value
            }
            None if !nought || text.chars().count() == 1 => 0,
            _ => return None,
        };
        (!text.is_empty()).then(|| Decimal::from(whole + section + ones))
    }

    /// How many decimals it is written with.
    pub fn places(self) -> u32 {
        self.places.into()
    }

    /// The whole number, if it is one and fits.
    pub fn whole(self) -> Option<i64> {
        (self.places == 0).then_some(self.units)
    }

    /// Whether it is 0.
    pub fn is_zero(self) -> bool {
        self.units == 0
    }

    /// The sum, if it can be held.
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        let places = self.places().max(other.places());
        Decimal::new(self.at(places)?.checked_add(other.at(places)?)?, places)
    }

    /// The difference, if it can be held.
    pub fn minus(self, other: Decimal) -> Option<Decimal> {
        self.plus(Decimal {
            units: other.units.checked_neg()?,
            places: other.places,
        })
    }

    /// A multiple, if it can be held.
    pub fn times(self, n: i128) -> Option<Decimal> {
        Decimal::new(i128::from(self.units).checked_mul(n)?, self.places())
    }

    /// The quotient of two, as a fraction that is not in lowest terms; nothing where the second is
    /// 0.
    pub fn over(self, other: Decimal) -> Option<Fraction> {
        let places = self.places().max(other.places());
        Fraction::new(self.at(places)?, other.at(places)?)
    }

    /// Whether it has no more than 18 digits, as a column of a database has room for.
    pub fn fits(self) -> bool {
        self.units.unsigned_abs() < 10u64.pow(18)
    }

    /// The number as a whole number of a unit of `places` decimals, at least its own.
    fn at(self, places: u32) -> Option<i128> {
        i128::from(self.units).checked_mul(10i128.checked_pow(places - self.places())?)
    }
}

impl From<i64> for Decimal {
    fn from(n: i64) -> Decimal {
        Decimal {
            units: n,
            places: 0,
        }
    }
}

impl From<Decimal> for Fraction {
    fn from(number: Decimal) -> Fraction {
        Fraction {
            num: number.units.into(),
            den: 10i128.pow(number.places()),
        }
    }
}

impl FromStr for Decimal {
    type Err = NotADecimal;

    /// Reads `-12`, `3500`, `3500.50`; no exponent, no separators.
    fn from_str(text: &str) -> Result<Decimal, NotADecimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number =
            |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let places = u32::try_from(part.len()).map_err(|_| NotADecimal)?;
        if !is_number(whole) || !is_number(part) || places > MOST_PLACES {
            return Err(NotADecimal);
        }
        let units: i128 = format!("{whole}{part}").parse().map_err(|_| NotADecimal)?;
        Decimal::new(if negative { -units } else { units }, places).ok_or(NotADecimal)
    }
}

fn chinese_digit(c: char) -> Option<i64> {
    const DIGITS: &str = "零一二三四五六七八九";
    let c = match c {
        '〇' => '零',
        '两' => '二',
        c => c,
    };
    DIGITS
        .chars()
        .position(|digit| digit == c)
        .map(|n| n as i64)
}

fn chinese_unit(c: char) -> Option<i64> {
    match c {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1000),
        '万' => Some(10_000),
        '亿' => Some(100_000_000),
        _ => None,
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&rounded(
            self.units.into(),
            10i128.pow(self.places()),
            self.places(),
        ))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        Fraction::from(*self).cmp(&Fraction::from(*other))
    }
}

impl Serialize for Decimal {
    /// A JSON number with just these digits.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(serializer)
    }
}

impl Decimal {
    /// A JSON number with just these digits.
    pub fn json(self) -> serde_json::Number {
        serde_json::Number::from_string_unchecked(self.to_string())
    }
}

/// A fraction of whole numbers; the denominator is positive.
#[derive(Clone, Copy, Debug)]
pub struct Fraction {
    /// Above the line.
    pub num: i128,
    /// Below the line, more than 0.
    pub den: i128,
}

impl Fraction {
    /// A whole number.
    pub const fn whole(n: i128) -> Fraction {
        Fraction { num: n, den: 1 }
    }

    /// `num / den`, if the denominator is not 0.
    pub fn new(num: i128, den: i128) -> Option<Fraction> {
        match den {
            0 => None,
            den if den < 0 => Some(Fraction {
                num: num.checked_neg()?,
                den: den.checked_neg()?,
            }),
            den => Some(Fraction { num, den }),
        }
    }

    /// The sum, if it can be held.
    pub fn plus(self, other: Fraction) -> Option<Fraction> {
        let num = self
            .num
            .checked_mul(other.den)?
            .checked_add(other.num.checked_mul(self.den)?)?;
        Some(
            Fraction {
                num,
                den: self.den.checked_mul(other.den)?,
            }
            .reduced(),
        )
    }

    /// The difference, if it can be held.
    pub fn minus(self, other: Fraction) -> Option<Fraction> {
        self.plus(Fraction {
            num: other.num.checked_neg()?,
            den: other.den,
        })
    }

    /// The product, if it can be held.
    pub fn times(self, other: Fraction) -> Option<Fraction> {
        let (a, b) = (
            Fraction {
                num: self.num,
                den: other.den,
            }
            .reduced(),
            Fraction {
                num: other.num,
                den: self.den,
            }
            .reduced(),
        );
        Some(Fraction {
            num: a.num.checked_mul(b.num)?,
            den: a.den.checked_mul(b.den)?,
        })
    }

    /// The quotient, if there is one and it can be held.
    pub fn over(self, other: Fraction) -> Option<Fraction> {
        self.times(Fraction::new(other.den, other.num)?)
    }

    /// The same without its sign.
    pub fn abs(self) -> Fraction {
        Fraction {
            num: self.num.saturating_abs(),
            den: self.den,
        }
    }

    /// The same in lowest terms.
    pub fn reduced(self) -> Fraction {
        let (mut a, mut b) = (self.num.unsigned_abs(), self.den.unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        match i128::try_from(a) {
            Ok(common) if common > 1 => Fraction {
                num: self.num / common,
                den: self.den / common,
            },
            _ => self,
        }
    }

    /// The decimal that it is, where it has one of at most [`MOST_PLACES`] places.
    pub fn decimal(self) -> Option<Decimal> {
        let Fraction { num, den } = self.reduced();
        let scale = 10i128.pow(MOST_PLACES);
        if scale % den != 0 {
            return None;
        }
        Decimal::new(num.checked_mul(scale / den)?, MOST_PLACES)
    }

    /// Rounded to a number of decimals, half away from zero; nothing where that cannot be held.
    pub fn round(self, places: u32) -> Option<Decimal> {
        let Fraction { num, den } = self.reduced();
        let twice = num
            .unsigned_abs()
            .checked_mul(10u128.checked_pow(places)?)?
            .checked_mul(2)?;
        let den = den.unsigned_abs();
        let units = i128::try_from(twice.checked_add(den)? / den.checked_mul(2)?).ok()?;
        Decimal::new(if num < 0 { -units } else { units }, places)
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Fraction) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Fraction) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    /// By value, whatever the terms. Whole parts are compared, then what is left turned upside
    /// down, as in Euclid's algorithm: no product has to be held.
    fn cmp(&self, other: &Fraction) -> Ordering {
        let (mut a, mut b) = (*self, *other);
        let mut turned = false;
        loop {
            let (whole_a, whole_b) = (a.num.div_euclid(a.den), b.num.div_euclid(b.den));
            let (rest_a, rest_b) = (a.num.rem_euclid(a.den), b.num.rem_euclid(b.den));
            let order = whole_a.cmp(&whole_b).then_with(|| match (rest_a, rest_b) {
                (0, 0) => Ordering::Equal,
                (0, _) => Ordering::Less,
                (_, 0) => Ordering::Greater,
                // Both are left: looked at upside down, where the order is turned.
                _ => Ordering::Equal,
            });
            if order != Ordering::Equal || rest_a == 0 {
                return if turned { order.reverse() } else { order };
            }
            (a, b) = (
                Fraction {
                    num: a.den,
                    den: rest_a,
                },
                Fraction {
                    num: b.den,
                    den: rest_b,
                },
            );
            turned = !turned;
        }
    }
}

/// A quotient with just `places` decimals, half rounded away from zero, computed in whole numbers.
pub fn rounded(num: i128, den: i128, places: u32) -> String {
    let scale = 10i128.pow(places);
    let (num, negative) = (num.abs(), (num < 0) != (den < 0));
    let den = den.abs().max(1);
    let whole = num
        .checked_mul(scale * 2)
        .map_or(i128::MAX, |n| (n + den) / (den * 2));
    let sign = if negative && whole != 0 { "-" } else { "" };
    if places == 0 {
        return format!("{sign}{whole}");
    }
    format!(
        "{sign}{}.{:0width$}",
        whole / scale,
        whole % scale,
        width = places as usize
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numerals_are_read_and_what_is_short_is_not() {
        for (text, number) in [
            ("四十一", Some(41)),
            ("十", Some(10)),
            ("十五", Some(15)),
            ("二十", Some(20)),
            ("一百零五", Some(105)),
            ("一百一十", Some(110)),
            ("两百", Some(200)),
            ("三千五百", Some(3500)),
            ("三万五千", Some(35_000)),
            ("三万零五", Some(30_005)),
            ("一亿二千万", Some(120_000_000)),
            ("零", Some(0)),
            ("九", Some(9)),
            ("一百五", None),
            ("三万五", None),
            ("二〇二六", None),
            ("十十", None),
            ("百", None),
            ("三十五四十", None),
            ("", None),
            ("四十一个", None),
        ] {
            let read = Decimal::from_chinese(text).and_then(Decimal::whole);
            assert_eq!(read, number, "{text}");
        }
    }

    #[test]
    fn quotients_are_exact_to_the_last_place() {
        for (num, den, places, text) in [
            (5, 6, 6, "0.833333"),
            (1, 3, 1, "0.3"),
            (2, 3, 1, "0.7"),
            (1, 8, 2, "0.13"),
            (-1, 8, 2, "-0.13"),
            (0, 5, 1, "0.0"),
            (-1, 1000, 1, "0.0"),
            (7, 7, 6, "1.000000"),
        ] {
            assert_eq!(rounded(num, den, places), text, "{num}/{den}");
        }
    }

    #[test]
    fn decimals_are_read_and_written_without_needless_zeros() {
        for (text, written) in [
            ("3500", Some("3500")),
            ("3500.50", Some("3500.5")),
            ("3500.00", Some("3500")),
            ("-0.05", Some("-0.05")),
            ("+7", Some("7")),
            ("0.000001", Some("0.000001")),
            ("0.0000001", None),
            ("1e3", None),
            ("1.", None),
            (".5", None),
            ("-", None),
            ("nan", None),
            ("1_000", None),
        ] {
            assert_eq!(
                text.parse::<Decimal>()
                    .ok()
                    .map(|d| d.to_string())
                    .as_deref(),
                written,
                "{text}"
            );
        }
    }

    #[test]
    fn sums_and_orders_need_no_float() {
        let of = |text: &str| text.parse::<Decimal>().expect("a decimal");
        assert_eq!(of("0.1").plus(of("0.2")), Some(of("0.3")));
        assert_eq!(of("3500").minus(of("0.5")), Some(of("3499.5")));
        assert!(of("-2.5") < of("-2.4") && of("0.09") < of("0.1"));
        let huge = Fraction {
            num: i128::MAX,
            den: i128::MAX - 1,
        };
        assert!(
            huge > Fraction::whole(1)
                && huge
                    < Fraction {
                        num: i128::MAX - 1,
                        den: i128::MAX - 2
                    }
        );
        assert_eq!(Fraction { num: 2, den: 4 }, Fraction { num: 1, den: 2 });
        assert_eq!(Fraction { num: 1, den: 3 }.decimal(), None);
        assert_eq!(
            Fraction {
                num: -1445,
                den: 20
            }
            .round(1),
            Some(of("-72.3"))
        );
    }
}
