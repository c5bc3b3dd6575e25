//! How people are placed, and what becomes of them.

mod support;

use raid::casualties::{is_night, mean_cover, postures};
use support::people;
use theatre::Blast;

#[test]
fn people_are_all_somewhere_and_time_only_helps() {
    for effect in [Blast::Fragments, Blast::Blast] {
        for hour in [3.0, 12.0] {
            let mut last = [f64::INFINITY; 2];
            for step in 0..60 {
                let placed = postures(&people(), effect, hour, f64::from(step));
                let everybody: f64 = placed.iter().map(|posture| posture.share).sum();
                assert!((everybody - 1.0).abs() < 1e-12);
                let cover = mean_cover(&placed);
                assert!(cover[0] <= last[0] && cover[1] <= last[1]);
                last = cover;
            }
        }
    }
}

#[test]
fn by_night_people_are_indoors_and_slower() {
    let people = people();
    assert!(is_night(23.5) && is_night(0.0) && !is_night(6.0) && !is_night(21.9));
    let placed = |hour: f64, time_s: f64| postures(&people, Blast::Fragments, hour, time_s);
    let (day, night) = (placed(12.0, 0.0), placed(2.0, 0.0));
    assert!(night[1].share > day[1].share);
    assert!(mean_cover(&night)[0] < mean_cover(&day)[0]);
    // Fewer have reached a shelter after the same time: what waking takes is lost.
    for time_s in [8.0, 15.0, 25.0] {
        let woken = placed(2.0, time_s + people.wake_s);
        assert!(placed(2.0, time_s)[3].share < placed(12.0, time_s)[3].share);
        assert!((woken[3].share - placed(12.0, time_s)[3].share).abs() < 1e-12);
    }
}

#[test]
fn nineteen_of_twenty_who_act_have_reached_shelter_by_the_last_moment() {
    let people = people();
    let sheltered = postures(&people, Blast::Fragments, 12.0, people.shelter_last_s)[3].share
        / people.compliance;
    assert!((sheltered - 0.95).abs() < 1e-12, "{sheltered}");
    let early = postures(&people, Blast::Fragments, 12.0, people.shelter_first_s)[3].share;
    assert_eq!(early, 0.0);
}

/// A shelter stops fragments, not blast: under cover a large warhead kills few and hurts many.
#[test]
fn shelter_stops_fragments_and_not_blast() {
    let people = people();
    let placed = postures(&people, Blast::Blast, 12.0, 300.0);
    assert!((placed[3].share - people.compliance).abs() < 1e-3);
    assert_eq!(
        (placed[3].killed, placed[3].hurt),
        (people.shelter, people.blast_shelter)
    );
    let fragments = postures(&people, Blast::Fragments, 12.0, 300.0);
    assert_eq!(fragments[3].hurt, people.shelter);
}
