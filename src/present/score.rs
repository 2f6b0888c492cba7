//! A score, item by item, with the records behind each.

use serde_json::{Map, Value as Json, json};

use crate::figure::evidence::Evidence;
use crate::figure::scorecard::{BlockScore, ItemScore, Score, Scoring};
use crate::locale::{Arg, Locale};
use crate::number::Decimal;
use crate::present::cell;
use crate::present::contribution::{is_headcount, table_of};
use crate::rules::scorecard::{Block, Item, Way};
use crate::table::{Cell, Column, Table, TableRow};

/// How a score is shown.
#[derive(Clone, Copy)]
pub struct ScoreSheet<'s> {
    /// The scorecard in its cycle.
    pub scoring: &'s Scoring<'s>,
    /// The language.
    pub locale: &'s Locale,
}

impl ScoreSheet<'_> {
    /// The sheet, and behind it a table of records for each item that counts any.
    pub fn tables(&self, score: &Score) -> Vec<Table> {
        let behind = self
            .items(score)
            .into_iter()
            .filter(|(_, _, item)| !item.counted.is_empty());
        let of_item = |(label, is_headcount, item): (String, bool, &ItemScore)| Table {
            title: format!("{label} = {}", item.points),
            ..table_of(
                &self.scoring.evaluation,
                self.locale,
                is_headcount,
                &item.counted,
            )
        };
        [self.sheet(score)]
            .into_iter()
            .chain(behind.map(of_item))
            .collect()
    }

    /// Every item with what people call it and whether it counts heads.
    pub fn items<'c>(&self, score: &'c Score) -> Vec<(String, bool, &'c ItemScore)> {
        let lang = self.locale.lang();
        let rules = self.scoring.evaluation.tree.rules;
        let of_blocks = self.scoring.card.blocks.iter().zip(&score.blocks);
        let listed = of_blocks.flat_map(|(block, scored)| block.items.iter().zip(&scored.items));
        let named = listed.map(|(item, scored)| {
            let metric = item.way.metric().and_then(|name| rules.metric(name));
            let label = item.label.get(lang).to_owned();
            (label, metric.is_some_and(is_headcount), scored)
        });
        let others = score
            .others
            .iter()
            .map(|item| (item.name.clone(), false, item));
        named.chain(others).collect()
    }

    /// All lines that add up to the score.
    pub fn sheet(&self, score: &Score) -> Table {
        let label = |id: &str| self.locale.text(id);
        let lang = self.locale.lang();
        let mut rows = Vec::new();
        if !score.start.is_zero() {
            rows.push(self.line(&label("score-start"), "", Cell::Empty, score.start));
        }
        for (block, scored) in self.scoring.card.blocks.iter().zip(&score.blocks) {
            for (item, scored) in block.items.iter().zip(&scored.items) {
                let words = self.way(item);
                let value = self.value(item, scored);
                rows.push(self.line(item.label.get(lang), &words, value, scored.points));
            }
            let words = self.limits(block, scored.sum, scored.points);
            rows.push(self.subtotal(block.label.get(lang), &words, scored.points));
        }
        for item in &score.others {
            let value = Cell::Number(item.points);
            rows.push(self.line(&item.name, &label("score-given"), value, item.points));
        }
        let words = match &score.vetoed_by {
            Some(name) => self.vetoed(name),
            None if score.sum != score.points => self
                .locale
                .say("score-held", &[("sum", score.sum.to_string().into())]),
            None => String::new(),
        };
        rows.push(self.subtotal(&label("row-total"), &words, score.points));
        Table {
            columns: vec![
                Column::text("item", label("label-item")),
                Column::text("way", label("label-way")),
                Column::number("value", label("label-value"), "items"),
                Column::number("points", label("label-points"), "points"),
            ],
            rows,
            ..Table::default()
        }
    }

    /// That an item makes the whole score nothing, in words.
    pub fn vetoed(&self, name: &str) -> String {
        let lang = self.locale.lang();
        let mut items = self.scoring.card.items();
        let item = items.find(|(_, item)| item.name == name);
        let called = item.map_or(name, |(_, item)| item.label.get(lang));
        self.locale.say("score-vetoed", &[("item", called.into())])
    }

    fn line(&self, name: &str, way: &str, value: Cell, points: Decimal) -> TableRow {
        TableRow::of(vec![
            Cell::Text(name.to_owned()),
            Cell::Text(way.to_owned()),
            value,
            Cell::Number(points),
        ])
    }

    fn subtotal(&self, name: &str, words: &str, points: Decimal) -> TableRow {
        TableRow {
            total: true,
            ..self.line(name, words, Cell::Empty, points)
        }
    }

    fn value(&self, item: &Item, scored: &ItemScore) -> Cell {
        let rules = self.scoring.evaluation.tree.rules;
        match item.way.metric().and_then(|name| rules.metric(name)) {
            Some(metric) => cell(metric, scored.value),
            None => Cell::Number(scored.points),
        }
    }

    /// How an item's points come about, in words.
    fn way(&self, item: &Item) -> String {
        let say = |id: &str, args: &[(&'static str, Decimal)]| {
            let args: Vec<(&str, Arg)> = args
                .iter()
                .map(|(name, points)| (*name, points.to_string().into()))
                .collect();
            self.locale.say(id, &args)
        };
        let words = match &item.way {
            Way::Each { points, .. } if item.vetoes && points.is_zero() => String::new(),
            Way::Each { points, .. } => say("score-each", &[("points", *points)]),
            Way::Missing { of, points, .. } => {
                say("score-missing", &[("of", *of), ("points", *points)])
            }
            Way::Bands { .. } => self.locale.text("score-bands"),
            Way::Best { points, .. } => say("score-best", &[("points", *points)]),
            Way::Full { points, .. } => say("score-full", &[("points", *points)]),
            Way::Given { .. } => self.locale.text("score-given"),
        };
        let mut parts = vec![words];
        if item.vetoes {
            parts.push(self.locale.text("score-vetoes"));
        }
        parts.extend(item.limits.cap.map(|cap| say("score-cap", &[("cap", cap)])));
        parts.extend(
            item.limits
                .floor
                .map(|floor| say("score-floor", &[("floor", floor)])),
        );
        parts.retain(|part| !part.is_empty());
        parts.join(&self.locale.text("score-and"))
    }

    /// What became of a block's sum, in words.
    fn limits(&self, block: &Block, sum: Decimal, points: Decimal) -> String {
        let mut parts = Vec::new();
        if block.limits.hold(sum) != sum {
            parts.push(
                self.locale
                    .say("score-held", &[("sum", sum.to_string().into())]),
            );
        }
        if block.limits.hold(sum) != points {
            let share = block.share.to_string();
            parts.push(self.locale.say("score-share", &[("share", share.into())]));
        }
        parts.join(&self.locale.text("score-and"))
    }

    /// Adds the items of a score to an object.
    pub fn add_to(&self, object: &mut Map<String, Json>, score: &Score) {
        let item = |item: &ItemScore| {
            let records = item.counted.iter();
            let tree = self.scoring.evaluation.tree;
            let records: Vec<Json> = records
                .map(|(contribution, amount)| json!(Evidence::of(tree, contribution, *amount)))
                .collect();
            json!({ "item": item.name, "points": item.points, "records": records })
        };
        let block = |(block, scored): (&Block, &BlockScore)| {
            json!({
                "block": block.label.get(self.locale.lang()),
                "start": block.start,
                "items": scored.items.iter().map(item).collect::<Vec<_>>(),
                "sum": scored.sum,
                "points": scored.points,
            })
        };
        let blocks = self
            .scoring
            .card
            .blocks
            .iter()
            .zip(&score.blocks)
            .map(block);
        let cycle = self.scoring.evaluation.period.to_string();
        object.insert("scorecard".to_owned(), self.scoring.card.version().into());
        object.insert("cycle".to_owned(), cycle.into());
        object.insert("start".to_owned(), json!(score.start));
        object.insert("blocks".to_owned(), blocks.collect());
        object.insert("others".to_owned(), score.others.iter().map(item).collect());
        object.insert("sum".to_owned(), json!(score.sum));
        object.insert("vetoed_by".to_owned(), json!(score.vetoed_by));
    }
}
