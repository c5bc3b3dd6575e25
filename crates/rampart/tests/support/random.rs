//! Random theatre folders.

use super::dice::Dice;
use super::{Place, Text};

/// How large the random theatres are.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub sites: (u32, u32),
    /// Most people at one site.
    pub people: u32,
    /// Systems that stocks and deployments hold, by number in [`SYSTEMS`].
    pub systems: usize,
    /// Most units of one stock.
    pub units: u32,
    pub incidents: u32,
    pub missions: u32,
}

pub const SYSTEMS: [&str; 3] = ["c-ram", "patriot", "sense-and-warn"];
const MUNITIONS: [&str; 7] = [
    "rocket-107",
    "rocket-107",
    "rocket-122",
    "mortar-82",
    "mortar-120",
    "ballistic-missile",
    "unknown",
];
const AS_OF: jiff::civil::Date = jiff::civil::date(2020, 3, 16);

/// A random theatre: sound input, though no plan may keep all its limits.
pub fn folder(seed: u64, scale: &Scale) -> Text {
    let mut dice = Dice::new(seed);
    let horizon = dice.whole(1, 200);
    let mut text = Text::new(horizon, seed);
    let places = places(&mut dice, scale);
    for place in &places {
        text = text.site(place);
    }
    text = incidents(text, &mut dice, &places, scale);
    text = stocks(text, &mut dice, &places, scale, horizon);
    text = missions(text, &mut dice, &places, scale);
    text = threats(text, &mut dice, &places);
    movement(text, &mut dice, &places, horizon)
}

fn places(dice: &mut Dice, scale: &Scale) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for index in 0..dice.whole(scale.sites.0, scale.sites.1) {
        let mut place = Place::new(&format!("s-{index}"), 0.0, 0);
        (place.latitude, place.longitude) = match places.last() {
            // Near the last one, so that one battery may cover several sites.
            Some(last) if dice.chance(0.6) => {
                let away_deg = dice.between(5.0, 30.0) / 111.0;
                let (sine, cosine) = dice.between(0.0, std::f64::consts::TAU).sin_cos();
                (
                    last.latitude + away_deg * cosine,
                    last.longitude + away_deg * sine / 0.83,
                )
            }
            _ => (dice.between(30.0, 37.0), dice.between(40.0, 47.0)),
        };
        place.radius_m = dice.pick(&[150.0, 400.0, 700.0, 900.0, 1_500.0]);
        place.outside = index > 0 && dice.chance(0.12);
        if !dice.chance(0.1) {
            place.people = dice.whole(1, scale.people);
        }
        place.capacity = (place.people + dice.whole(0, scale.people)).max(1);
        if dice.chance(0.6) {
            let most = if dice.chance(0.1) {
                place.capacity
            } else {
                place.people / 2
            };
            place.guard = dice.whole(0, most);
        }
        if dice.chance(0.5) {
            place.partners = dice.whole(0, 2 * scale.people);
        }
        place.exposure = dice.pick(&[0.0, 0.1, 0.5, 1.0, 1.0, 2.0]);
        if dice.chance(0.2) {
            place.criticality = dice.between(0.0, f64::from(scale.people));
        }
        if dice.chance(0.3) {
            place.upkeep = dice.between(0.0, 0.002);
        }
        places.push(place);
    }
    places
}

fn incidents(mut text: Text, dice: &mut Dice, places: &[Place], scale: &Scale) -> Text {
    let count = if dice.chance(0.15) {
        0
    } else {
        dice.whole(0, scale.incidents)
    };
    for index in 0..count {
        // Some attacks lie after the theatre's date and are unknown to it.
        let date = AS_OF.saturating_sub(jiff::Span::new().days(i64::from(dice.whole(0, 300)) - 10));
        let late = if dice.chance(0.2) {
            dice.whole(0, 60)
        } else {
            0
        };
        let reported = date.saturating_add(jiff::Span::new().days(i64::from(late)));
        let site = &places[dice.whole(0, places.len() as u32 - 1) as usize].id;
        let corrects = index > 0 && dice.chance(0.1);
        let supersedes = if corrects {
            format!("r-{}", dice.whole(0, index - 1))
        } else {
            String::new()
        };
        let nothing = corrects && dice.chance(0.4);
        let munition = if nothing {
            "none"
        } else {
            dice.pick(&MUNITIONS)
        };
        let low = dice.whole(1, 12);
        let high = low + dice.whole(0, 3);
        let (low, high) = if nothing { (0, 0) } else { (low, high) };
        let mut hurt = || {
            let any = !nothing && dice.chance(0.2);
            if any { dice.whole(0, 5) } else { 0 }
        };
        let casualties = [hurt(), hurt(), hurt(), hurt()].map(|count| count.to_string());
        let warned = dice.pick(&["", "before", "after", "no", "unknown"]);
        let campaign = dice.pick(&["", "", "", "red", "blue"]);
        let confidence = dice.pick(&["confirmed", "reported", "disputed"]);
        text.incidents.push_str(&format!(
            "r-{index},{date},{reported},{site},{munition},{low},{high},{},{warned},{campaign},\
             a test,{confidence},{supersedes}\n",
            casualties.join(",")
        ));
    }
    text
}

fn stocks(mut text: Text, dice: &mut Dice, places: &[Place], scale: &Scale, horizon: u32) -> Text {
    let inside: Vec<&str> = places
        .iter()
        .filter(|place| !place.outside)
        .map(|place| place.id.as_str())
        .collect();
    let first = dice.whole(0, SYSTEMS.len() as u32 - 1) as usize;
    for step in 0..scale.systems.min(SYSTEMS.len()) {
        let system = SYSTEMS[(first + step) % SYSTEMS.len()];
        for _ in 0..dice.pick(&[0, 1, 1, 1, 2]) {
            let available = dice.whole(0, scale.units);
            let arrives = dice.whole(1, horizon.min(40));
            let mut more = format!(
                "[[stock]]\nsystem = \"{system}\"\navailable = {available}\narrives_day = {arrives}\n"
            );
            if dice.chance(0.3) {
                let some = dice.some_of(inside.len(), 0.5);
                let named: Vec<&str> = some.iter().map(|&place| inside[place]).collect();
                more.push_str(&format!("sites = {named:?}\n"));
            }
            text = text.state(&more);
        }
        if dice.chance(0.4) {
            let site = dice.pick(&inside);
            let (quantity, movable) = (dice.whole(1, scale.units.clamp(1, 2)), dice.chance(0.5));
            text = text.state(&format!(
                "[[deployed]]\nsystem = \"{system}\"\nsite = \"{site}\"\nquantity = {quantity}\nmovable = {movable}\n"
            ));
        }
    }
    text
}

fn missions(mut text: Text, dice: &mut Dice, places: &[Place], scale: &Scale) -> Text {
    for index in 0..dice.whole(0, scale.missions) {
        let able = dice.some_of(places.len(), 0.4);
        let there: u32 = able
            .iter()
            .map(|&site| places[site].people.saturating_sub(places[site].guard))
            .sum();
        let share = if dice.chance(0.05) { 2.5 } else { 0.5 };
        let people = (f64::from(there) * share * dice.uniform()) as u32;
        let sites: Vec<&str> = able.iter().map(|&site| places[site].id.as_str()).collect();
        text = text.state(&format!(
            "[[mission]]\nid = \"m-{index}\"\npeople = {people}\nsites = {sites:?}\n"
        ));
    }
    text
}

fn threats(mut text: Text, dice: &mut Dice, places: &[Place]) -> Text {
    for index in 0..dice.pick(&[0, 1, 1, 2]) {
        let munition = dice.pick(&["ballistic-missile", "ballistic-missile", "rocket-122"]);
        let some = dice.some_of(places.len(), 0.4);
        let sites: Vec<&str> = some.iter().map(|&site| places[site].id.as_str()).collect();
        let simultaneous = dice.chance(0.5);
        let (rounds, low) = (dice.whole(1, 15), dice.between(0.0, 0.6));
        let high = low + dice.between(0.0, 0.4);
        let mut more = format!(
            "[[threat]]\nid = \"t-{index}\"\nmunition = \"{munition}\"\nsites = {sites:?}\n\
             simultaneous = {simultaneous}\nrounds = {{ low = 1, high = {rounds} }}\n\
             probability = {{ low = {low}, high = {high}, source = \"assumed\" }}\n"
        );
        if dice.chance(0.6) {
            let low = dice.between(0.0, 0.5);
            more.push_str(&format!(
                "preceded_by_rockets = {{ low = {low}, high = {}, source = \"assumed\" }}\n",
                low + 0.5 * dice.uniform()
            ));
        }
        text = text.state(&more);
    }
    text
}

fn movement(text: Text, dice: &mut Dice, places: &[Place], horizon: u32) -> Text {
    if dice.chance(0.1) {
        return text;
    }
    let people: u32 = places.iter().map(|place| place.people).sum();
    let lift = f64::from(people) * dice.uniform() / f64::from(horizon);
    let per_day = (lift as u32).max(dice.whole(0, 1));
    let may_leave = (0.5 * f64::from(people) * dice.uniform()) as u32;
    let each = dice.pick(&[0.0, 0.00002, 0.001]);
    text.state(&format!(
        "[movement]\npeople_per_day = {per_day}\nmay_leave = {may_leave}\nloss_per_person = {each}"
    ))
}
