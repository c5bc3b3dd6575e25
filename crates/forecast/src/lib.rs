//! How often each site will be attacked, and with how many rounds, learned from the log of attacks.
//!
//! # The subject
//!
//! A log of attacks is short, uneven and moving. Most sites were hit once or never; the rate of last
//! month is not that of last year; and reports contradict each other. Three ideas deal with that:
//!
//! * **Pooling.** How often site *s* is attacked with class *m* is a gamma-distributed rate around
//!   the theatre's overall rate times the site's exposure. The site's own record moves it from there:
//!   much where the record is long, little where it is short. A site never hit yet is therefore not
//!   safe by assumption (gamma-Poisson smoothing; Clayton and Kaldor, Biometrics 43, 1987).
//! * **Forgetting.** A report of age *a* days counts for 0.5^(*a* / half-life).
//! * **Averaging.** No half-life ([`HalfLife`]) and no strength of pooling ([`POOLING`]) is chosen.
//!   Each pair is asked what it would have said, week after week, of the seven days that followed;
//!   pairs are weighed by how well they did (prequential log scores; Dawid, JRSS A 147, 1984).
//!
//! * **Contest.** That is the default. Other [`models`] are asked week by week too, and one of them is used
//!   only if its gain over the default is above 0 with 95 % certainty ([`contest`], [`Choice`]). Then
//!   rates are drawn from what it says of the whole horizon, path by path.
//!
//! Every draw carries all that is uncertain: the pair, the overall rate, and each site's own rate.
//!
//! ```
//! fn expected_attacks(theatre: &theatre::Theatre, site: usize, class: usize) -> f64 {
//!     let forecast = forecast::Forecast::fit(theatre);
//!     forecast.mean_rate(site, class) * f64::from(theatre.horizon_days)
//! }
//! ```
//!
//! Two modules stand beside that: [`hawkes`], attacks that call forth attacks in continuous time, and
//! [`time_of_day`], at which hours attacks come.
//!
//! # What is deliberately absent
//!
//! * **The future.** Only reports made by the forecast's date are seen
//!   ([`theatre::incident::known_on`]), and each week of the backtest sees only those made by its own
//!   origin. A report made later changes no bit of the forecast.
//! * **Judged threats.** A class that the log never showed is not forecast here. A
//!   [`theatre::Threat`] is a judgement, not a fit: the caller draws its probability uniformly within
//!   its interval and adds its events on top of these rates. Salvo sizes are given for every class of
//!   the catalogue all the same.
//! * **Bursts**, by default: within the horizon an attack does not make the next one likelier, unless a
//!   self-exciting model was chosen.
//! * Files, clocks, threads, and functions of the platform's own mathematics library: the same
//!   theatre gives the same bits everywhere.

pub mod contest;
pub mod counts;
pub mod distributions;
pub mod hawkes;
pub mod models;
pub mod predictive;
pub mod scores;
pub mod time_of_day;

mod attacks;
mod backtest;
mod challenger;
mod choice;
mod exposure;
mod optimise;
mod rates;
mod record;
mod salvo;
mod special;
mod tally;

pub use choice::Choice;
pub use rates::{Forecast, HalfLifeScore, RateDraw, Rates};
pub use record::{Record, attacks};
pub use salvo::{MOST_ROUNDS, SalvoDraw};
pub use tally::{HalfLife, POOLING};
