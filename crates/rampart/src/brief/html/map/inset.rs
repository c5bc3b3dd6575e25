//! Which cluster of sites is drawn larger beside the map.

use super::frame::Projection;
use super::panel::{self, Sheet, View};
use super::{BESIDE, INSET, Spot, fit, fit_with_boxes};

/// Distances that make a cluster, px of the map.
const LINKS_PX: [f64; 8] = [40.0, 34.0, 28.0, 23.0, 19.0, 15.0, 12.0, 9.0];
/// An inset that magnifies less than this is not worth its room.
const ZOOM_MIN: f64 = 1.8;

/// Maps with an inset of their densest cluster, one for each distance that makes another cluster.
pub fn candidates(sheet: &Sheet, near: &[usize], far: &[usize]) -> Vec<(View, View)> {
    let projection = fit_with_boxes(sheet.spots, near, far, &BESIDE);
    let mut seen: Vec<Vec<usize>> = Vec::new();
    let mut views = Vec::new();
    for link_px in LINKS_PX {
        let Some(members) = densest(sheet.spots, near, &projection, link_px) else {
            continue;
        };
        let zoomed = fit(sheet.spots, &members, &INSET);
        if zoomed.px_per_km >= ZOOM_MIN * projection.px_per_km && !seen.contains(&members) {
            views.push(with_inset(sheet, near, far, projection, zoomed));
            seen.push(members);
        }
    }
    views
}

fn with_inset(
    sheet: &Sheet,
    near: &[usize],
    far: &[usize],
    whole: Projection,
    zoomed: Projection,
) -> (View, View) {
    let room = zoomed.frame().less(22.0);
    let (inside, rest): (Vec<usize>, Vec<usize>) = near
        .iter()
        .partition(|&&index| room.holds(zoomed.point(sheet.spots[index].place)));
    let mut main = View::new(whole, rest, far.to_vec(), "Map of the theatre");
    main.dots.clone_from(&inside);
    main.marked = Some(panel::marked(&whole, &zoomed));
    let mut inset = View::new(zoomed, inside, Vec::new(), "Inset of the densest cluster");
    inset.is_inset = true;
    (main, inset)
}

/// The cluster with most sites that is small beside the map, in the order of the sites.
fn densest(
    spots: &[Spot],
    near: &[usize],
    projection: &Projection,
    link_px: f64,
) -> Option<Vec<usize>> {
    let mut best: Option<Vec<usize>> = None;
    for mut members in linked(spots, near, projection, link_px) {
        let larger = best.as_ref().is_none_or(|best| members.len() > best.len());
        if members.len() >= 3 && larger && is_small(spots, &members, projection) {
            members.sort_unstable();
            best = Some(members);
        }
    }
    best
}

/// Groups of sites that a chain of links of at most `link_px` joins.
fn linked(
    spots: &[Spot],
    near: &[usize],
    projection: &Projection,
    link_px: f64,
) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &index in near {
        let here = projection.point(spots[index].place);
        let close = |other: &usize| projection.point(spots[*other].place).distance(here) < link_px;
        let (joined, apart): (Vec<Vec<usize>>, Vec<Vec<usize>>) = groups
            .into_iter()
            .partition(|group| group.iter().any(close));
        let mut merged: Vec<usize> = joined.into_iter().flatten().collect();
        merged.push(index);
        groups = apart;
        groups.push(merged);
    }
    groups
}

fn is_small(spots: &[Spot], members: &[usize], projection: &Projection) -> bool {
    let points = members
        .iter()
        .map(|&index| projection.point(spots[index].place));
    let [mut west, mut east, mut top, mut bottom] = [f64::MAX, f64::MIN, f64::MAX, f64::MIN];
    for point in points {
        (west, east, top, bottom) = (
            west.min(point.x),
            east.max(point.x),
            top.min(point.y),
            bottom.max(point.y),
        );
    }
    east - west < 0.3 * projection.width && bottom - top < 0.3 * projection.height
}
