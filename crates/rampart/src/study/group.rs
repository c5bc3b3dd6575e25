//! One draw of everything that is not known exactly, and what raids do under it.

use super::setup::{Rounds, Setup, Source};
use forecast::{Rates, SalvoDraw};
use raid::{Flights, Raid, RaidKey, SourceEffects, Unknowns};
use std::collections::BTreeMap;
use theatre::{Stream, Theatre};

const PURPOSE_RATES: u32 = 1;
const PURPOSE_SALVO: u32 = 2;
const PURPOSE_THREAT: u32 = 3;
const PURPOSE_ROUNDS: u32 = 4;

/// One draw of a judged threat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThreatDraw {
    /// Probability that it comes within the horizon.
    pub probability: f64,
    /// Chance that rockets on the same site come first.
    pub preceded_by_rockets: f64,
}

/// One group of a study.
#[derive(Debug)]
pub struct Group {
    /// Munitions, systems and people.
    pub unknowns: Unknowns,
    /// Attacks a day by site and class of the forecast.
    pub rates: Rates,
    /// Judged threats.
    pub threats: Vec<ThreatDraw>,
    /// Salvo sizes, by munition class.
    pub salvos: BTreeMap<usize, SalvoDraw>,
    /// What raids do, by source of [`Setup::sources`].
    pub effects: Vec<SourceEffects>,
}

impl Group {
    /// Draws group `number` and flies `raids` raids of each source.
    #[must_use]
    pub fn run(theatre: &Theatre, setup: &Setup, seed: u64, number: u32, raids: u32) -> Self {
        let mut group = Self::draw(theatre, setup, seed, number);
        group.effects = setup
            .sources
            .iter()
            .map(|source| group.fly(setup, source, seed, number, raids))
            .collect();
        group
    }

    /// Draws group `number` and flies nothing.
    #[must_use]
    pub fn draw(theatre: &Theatre, setup: &Setup, seed: u64, number: u32) -> Self {
        let unknowns = Unknowns::draw(&theatre.catalogue, seed, number);
        let mut stream = Stream::new(seed, number, 0, PURPOSE_RATES);
        let rates = setup.forecast.draw_rates(&mut stream).rates;
        let threats = (0..)
            .zip(&theatre.threats)
            .map(|(index, threat)| {
                let mut stream = Stream::new(seed, number, index, PURPOSE_THREAT);
                ThreatDraw {
                    probability: threat.probability.at(stream.uniform()),
                    preceded_by_rockets: threat.preceded_by_rockets.at(stream.uniform()),
                }
            })
            .collect();
        let mut salvos = BTreeMap::new();
        for source in &setup.sources {
            if let Rounds::Forecast(class) = source.rounds {
                salvos.entry(class).or_insert_with(|| {
                    let entity = u32::try_from(class).unwrap_or(u32::MAX);
                    let mut stream = Stream::new(seed, number, entity, PURPOSE_SALVO);
                    setup.forecast.salvo_draw(class, &mut stream)
                });
            }
        }
        Self {
            unknowns,
            rates,
            threats,
            salvos,
            effects: Vec::new(),
        }
    }

    fn fly(
        &self,
        setup: &Setup,
        source: &Source,
        seed: u64,
        number: u32,
        raids: u32,
    ) -> SourceEffects {
        let radii = setup.radii_m.len();
        let mut effects = SourceEffects::new(source.munition, source.kind, radii, &setup.loadouts);
        let flights = Flights::new(&self.unknowns.munitions[source.munition]);
        for index in 0..raids {
            let replication = number.wrapping_mul(raids).wrapping_add(index);
            let key = RaidKey {
                seed,
                replication,
                entity: source.entity,
            };
            let raid = self.raid(&flights, source, key);
            effects.add(&raid, &self.unknowns, &setup.radii_m, &setup.loadouts);
        }
        effects.mean()
    }

    /// One raid of a source; `flights` is of the source's munition, under this group's draw.
    #[must_use]
    pub fn raid(&self, flights: &Flights<'_>, source: &Source, key: RaidKey) -> Raid {
        let mut stream = Stream::new(key.seed, key.replication, key.entity, PURPOSE_ROUNDS);
        let rounds = match source.rounds {
            Rounds::Forecast(class) => self
                .salvos
                .get(&class)
                .map_or(0, |salvo| salvo.rounds(&mut stream)),
            Rounds::Between(low, high) => {
                let span = f64::from(high.saturating_sub(low)) + 1.0;
                low + (stream.uniform() * span) as u32
            }
        };
        flights.raid(rounds, &self.unknowns.systems, &self.unknowns.people, key)
    }
}
