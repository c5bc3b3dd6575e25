//! What is said below the map: how to read it, and what it leaves out.

use super::panel::Sheet;
use super::{ARROWS_MAX, LABELS_MAX, Panels};
use crate::brief::html::text::{clip, count};
use std::fmt::Write;

/// No note lists more names than this.
const NAMES_MAX: usize = 8;

/// What the map does not show.
pub fn notes(sheet: &Sheet, panels: &Panels, far: &[usize], beyond: &[usize]) -> String {
    let names = |indices: &[usize]| -> String {
        let clipped: Vec<String> = indices
            .iter()
            .take(NAMES_MAX)
            .map(|&index| clip(sheet.spots[index].name, 40))
            .collect();
        let more = indices.len().saturating_sub(NAMES_MAX);
        let tail = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{}{tail}", clipped.join(", "))
    };
    let mut notes = String::from(
        "Circle area shows own people after the plan; arrows and their numbers show who moves.",
    );
    if panels.with_inset {
        notes.push_str(" The dashed box is drawn larger in the inset.");
    }
    if sheet.spots.len() > LABELS_MAX {
        let _ = write!(
            notes,
            " Only the {LABELS_MAX} sites with most people are labelled, of {}.",
            sheet.spots.len()
        );
    }
    if sheet.moves_left_out > 0 {
        let more = sheet.moves_left_out;
        let _ = write!(
            notes,
            " Only the {ARROWS_MAX} greatest moves are drawn; the table has {more} more."
        );
    }
    if !panels.unlabelled.is_empty() {
        let _ = write!(
            notes,
            " No room for the label of {}.",
            names(&panels.unlabelled)
        );
    }
    if !far.is_empty() {
        notes.push_str(" Places beyond the map’s edge stand in boxes, with their distance from the nearest site on the map.");
    }
    if !beyond.is_empty() {
        let _ = write!(
            notes,
            " Beyond the map: {}: {}.",
            count(beyond.len() as u64, "place", "places"),
            names(beyond)
        );
    }
    notes
}
