//! Places: an organisation among its peers, by a figure. The same wherever it is asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::figure::{Evaluation, Figure, Lens, Memory, Scope};
use crate::number::Fraction;
use crate::problem::Problem;
use crate::rules::metric::{Level, Peers, Ranking, Under};
use crate::tree::Tree;

/// The places of an organisation and its peers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Best first; those without a figure have no place.
    pub order: Vec<Standing>,
    /// The place of each organisation, by its index in the tree.
    by_org: BTreeMap<usize, usize>,
}

/// An organisation's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The organisation, by its index in the tree.
    pub org: usize,
    /// The figure it is ranked by.
    pub figure: Figure,
    /// Its place, from 1; equals share one.
    pub place: usize,
}

impl Evaluation<'_> {
    /// The place of the first organisation of a scope; no data where it has no figure, or is not
    /// among the peers.
    pub(super) fn place(
        &self,
        ranking: &Ranking,
        scope: &Scope,
        lens: &Lens,
    ) -> Result<Figure, Problem> {
        let (org, own) = match scope {
            Scope::Under(orgs) => (orgs.start, false),
            Scope::These(orgs) => match orgs.first() {
                Some(&org) => (org, true),
                None => return Ok(Figure::NoData),
            },
        };
        let places = self.places(ranking, org, own, lens)?;
        Ok(places.by_org.get(&org).map_or(Figure::NoData, |&place| {
            Figure::Number((place as i64).into())
        }))
    }

    /// The places of an organisation and its peers by the figure looked at through a lens; nobody's
    /// where it is none of those that the ranking is about.
    ///
    /// # Errors
    /// As [`Evaluation::figure`].
    pub fn places(
        &self,
        ranking: &Ranking,
        org: usize,
        own: bool,
        lens: &Lens,
    ) -> Result<Arc<Places>, Problem> {
        let group = Group::of(self.tree, &ranking.peers, org);
        let (Some(group), Some(metric)) = (group, self.tree.rules.metric(&ranking.by)) else {
            return Ok(Arc::default());
        };
        let key = format!(
            "{ranking:?} {own} {:?} {:?} {}",
            group.parent, group.depth, lens.key
        );
        if let Some(found) = Memory::recall(&self.memory.by_ranking, &key) {
            return Ok(found);
        }
        let mut ranked: Vec<(Fraction, Standing)> = Vec::new();
        for peer in (0..self.tree.orgs.len())
            .filter(|&n| self.tree.orgs[n].exists_on(self.as_of) && group.holds(self.tree, n))
        {
            let scope = if own {
                Scope::These(vec![peer])
            } else {
                Scope::Under(self.tree.subtree(peer))
            };
            let figure = self.figure_through(metric, &scope, lens)?;
            ranked.extend(comparable(figure).map(|value| {
                (
                    value,
                    Standing {
                        org: peer,
                        figure,
                        place: 0,
                    },
                )
            }));
        }
        // Stable: those that share a place stay in the order of their ids.
        ranked.sort_by(|(a, _), (b, _)| {
            if ranking.lowest_first {
                a.cmp(b)
            } else {
                b.cmp(a)
            }
        });
        let mut places = Places::default();
        for (n, (value, place)) in ranked.iter().enumerate() {
            let shared = n
                .checked_sub(1)
                .filter(|&before| ranked[before].0 == *value);
            let place = Standing {
                place: shared.map_or(n + 1, |before| places.order[before].place),
                ..*place
            };
            places.by_org.insert(place.org, place.place);
            places.order.push(place);
        }
        Ok(Memory::keep(
            &self.memory.by_ranking,
            &key,
            Arc::new(places),
        ))
    }
}

fn comparable(figure: Figure) -> Option<Fraction> {
    match figure {
        Figure::Number(number) => Some(number.into()),
        Figure::Ratio { num, den } => Fraction::new(num, den),
        Figure::Points(tenths) => Some(Fraction::whole(tenths.into())),
        Figure::Day(_) | Figure::NoData => None,
    }
}

/// Organisations that are peers of one another.
struct Group<'p> {
    peers: &'p Peers,
    /// Where all of them stand, if that is the organisation above.
    parent: Option<String>,
    /// The level of all of them, if they have one.
    depth: Option<usize>,
}

impl<'p> Group<'p> {
    /// The group of an organisation, if it belongs to one.
    fn of(tree: &Tree, peers: &'p Peers, org: usize) -> Option<Group<'p>> {
        let path = &tree.orgs[org].path;
        let parent = match peers.under {
            // A top organisation has nobody beside it.
            Under::Parent => Some(path.parent()?.to_string()),
            Under::All | Under::Org(_) => None,
        };
        let depth = match peers.level {
            Level::Same => Some(path.depth()),
            Level::At(depth) => Some(depth),
            Level::Any => None,
        };
        let group = Group {
            peers,
            parent,
            depth,
        };
        group.holds(tree, org).then_some(group)
    }

    fn holds(&self, tree: &Tree, org: usize) -> bool {
        let org = &tree.orgs[org];
        let path = org.path.as_str();
        let below = |top: &str| {
            path.strip_prefix(top)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let under = match (&self.peers.under, &self.parent) {
            (Under::Org(top), _) => below(top),
            (_, Some(parent)) => path
                .rsplit_once('/')
                .is_some_and(|(above, _)| above == parent),
            (_, None) => true,
        };
        let among = |words: &[String], field: &str| {
            words.is_empty() || words.iter().any(|word| word == org.text(field))
        };
        under
            && self.depth.is_none_or(|depth| org.path.depth() == depth)
            && (self.peers.orgs.is_empty() || self.peers.orgs.iter().any(|named| named == path))
            && among(&self.peers.kinds, "kind")
            && among(&self.peers.sectors, "sector")
    }
}
