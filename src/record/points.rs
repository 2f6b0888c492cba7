//! What a record that gives points says of the item of a scorecard under which it gives them.

use crate::locale::{Choices, Label};
use crate::number::Decimal;
use crate::problem::{Problem, Rule};
use crate::record::Value;
use crate::rules::Rules;
use crate::rules::kind::Kind;
use crate::rules::scorecard::{Item, Scorecard, Way};

/// Whether records of a kind give the points of a scorecard.
fn is_given_by(card: &Scorecard, rules: &Rules, kind: &Kind) -> bool {
    let giving = card.giving(&rules.kinds);
    giving.is_some_and(|giving| giving.number == kind.number)
}

/// The scorecards of its day under which a record may give points, with the item, where one has it.
fn cards<'r>(
    rules: &'r Rules,
    kind: &Kind,
    values: &[Option<Value>],
) -> Vec<(&'r Scorecard, Option<&'r Item>)> {
    let value = |field: usize| values.get(field).and_then(Option::as_ref);
    let (Some(gives), Some(days)) = (kind.gives, value(kind.period).and_then(Value::as_period))
    else {
        return Vec::new();
    };
    let name = value(gives.item)
        .and_then(Value::as_text)
        .unwrap_or_default();
    let named = gives.card.and_then(|card| value(card)?.as_text());
    let is_in_force = |card: &&Scorecard| {
        let now = rules.scorecard(&card.name, days.first());
        now.is_some_and(|now| now.version() == card.version())
    };
    let item = |card: &'r Scorecard| {
        let mut items = card.items().map(|(_, item)| item);
        items.find(|item| matches!(item.way, Way::Given { .. }) && item.is_called(name))
    };
    cards_given(rules, kind)
        .into_iter()
        .filter(is_in_force)
        .filter(|card| named.is_none_or(|named| card.is_called(named)))
        .map(|card| (card, item(card)))
        .collect()
}

/// The scorecard and the item under which a record gives points.
pub fn item<'r>(
    rules: &'r Rules,
    kind: &Kind,
    values: &[Option<Value>],
) -> Option<(&'r Scorecard, &'r Item)> {
    let mut all = cards(rules, kind, values).into_iter();
    all.find_map(|(card, item)| Some((card, item?)))
}

/// The only points that an item can be given, where it has a range of one.
pub fn fixed(rules: &Rules, kind: &Kind, values: &[Option<Value>]) -> Option<Decimal> {
    match &item(rules, kind, values)?.1.way {
        Way::Given { range } => range.floor.filter(|floor| Some(*floor) == range.cap),
        _ => None,
    }
}

/// The scorecards whose points a kind gives.
pub fn cards_given<'r>(rules: &'r Rules, kind: &Kind) -> Vec<&'r Scorecard> {
    let cards = rules.scorecards().iter();
    cards
        .filter(|card| is_given_by(card, rules, kind))
        .collect()
}

/// What the items are called that a record may give points of, as far as it says by which
/// scorecard.
pub fn items_given<'r>(rules: &'r Rules, kind: &Kind, values: &[Option<Value>]) -> Vec<&'r Label> {
    let is_given = |item: &&Item| matches!(item.way, Way::Given { .. });
    let cards = cards(rules, kind, values);
    let items = cards.into_iter().flat_map(|(card, _)| card.items());
    let items = items.map(|(_, item)| item).filter(is_given);
    items.map(|item| &item.label).collect()
}

/// What is wrong with the points that a record gives: no scorecard has the item, or they lie
/// outside its range.
pub fn refused(rules: &Rules, kind: &Kind, values: &[Option<Value>]) -> Option<Problem> {
    let gives = kind.gives?;
    let value = |field: usize| values.get(field).and_then(Option::as_ref);
    let name = value(gives.item)?.as_text()?;
    let all = cards(rules, kind, values);
    let named = gives.card.and_then(|card| value(card)?.as_text());
    if let Some(named) = named.filter(|_| all.is_empty()) {
        let known = cards_given(rules, kind);
        // Where there is no scorecard at all, points wait for one.
        let is_wrong = !known.is_empty() && !known.iter().any(|card| card.is_called(named));
        let labels = known.iter().map(|card| &card.label);
        return is_wrong.then(|| {
            Problem::new(Rule::NOT_SCORED)
                .with("name", named)
                .with("allowed", Choices::named(named, labels))
        });
    }
    let Some(item) = all.iter().find_map(|(_, item)| *item) else {
        let is_open = all.is_empty() || all.iter().any(|(card, _)| card.open);
        let labels = items_given(rules, kind, values);
        return (!is_open).then(|| {
            Problem::new(Rule::UNKNOWN_ITEM)
                .with("name", name)
                .with("allowed", Choices::named(name, labels))
        });
    };
    let points = value(gives.points)?.as_number()?;
    let Way::Given { range } = &item.way else {
        return None;
    };
    let (least, most) = (range.floor?, range.cap?);
    (range.hold(points) != points).then(|| {
        Problem::new(Rule::POINTS_OUT_OF_RANGE)
            .with("item", &item.label)
            .with("points", points.to_string())
            .with("least", least.to_string())
            .with("most", most.to_string())
    })
}
