//! The journal: what is found again after what has happened to it.

#![allow(clippy::unwrap_used, clippy::panic, dead_code)]

#[path = "support/disk.rs"]
mod disk;

use disk::Disk;
use proptest::prelude::*;
use rampart::watch::journal::{Files, Found, Journal, JournalError, Kind, Limits, read_all};
use std::fs;
use std::path::{Path, PathBuf};

type Held = Vec<(u64, i64, Kind, Vec<u8>)>;

/// An empty folder of a test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn open(disk: &Disk, limits: Limits) -> (Journal<Disk>, Found, Held) {
    let mut held = Held::new();
    let (journal, found) = Journal::open(disk.clone(), limits, |record| {
        held.push((
            record.position,
            record.time_ns,
            record.kind,
            record.payload.to_vec(),
        ));
    })
    .unwrap();
    (journal, found, held)
}

fn all(disk: &Disk) -> Held {
    let mut held = Held::new();
    read_all(&mut disk.clone(), |record| {
        held.push((
            record.position,
            record.time_ns,
            record.kind,
            record.payload.to_vec(),
        ));
    })
    .unwrap();
    held
}

#[test]
fn ending_the_program_loses_nothing_and_no_position_is_used_twice() {
    let disk = Disk::default();
    let (mut journal, ..) = open(&disk, Limits::default());
    assert_eq!(journal.append(5, Kind::Started, b"one"), 0);
    assert_eq!(journal.append(6, Kind::Datagram, b"two"), 1);
    drop(journal);
    let (mut journal, found, held) = open(&disk, Limits::default());
    assert!(!found.stopped);
    assert_eq!(held.len(), 2);
    assert_eq!(held[1], (1, 6, Kind::Datagram, b"two".to_vec()));
    assert_eq!(journal.append(7, Kind::Started, b""), 1 << 32);
    assert_eq!(journal.append(8, Kind::Stopped, b""), (1 << 32) + 1);
    drop(journal);
    let (mut journal, found, _) = open(&disk, Limits::default());
    assert!(found.stopped);
    assert_eq!(journal.append(9, Kind::Started, b""), (1 << 32) + 2);
}

#[test]
fn lost_power_takes_what_was_not_on_the_disk_alone() {
    let disk = Disk::default();
    let (mut journal, ..) = open(&disk, Limits::default());
    for number in 0..100_u8 {
        journal.append(i64::from(number), Kind::Datagram, &[number; 40]);
        if number == 59 {
            journal.start_sync();
            disk.carry_out_sync();
            assert_eq!(journal.unsynced(), 0);
        }
    }
    assert_eq!(journal.unsynced(), 40);
    drop(journal);
    disk.lose_power(0.5);
    let (mut journal, found, held) = open(&disk, Limits::default());
    assert!((60..80).contains(&held.len()), "{}", held.len());
    assert!(found.torn_bytes > 0);
    assert!(
        held.iter()
            .zip(0..)
            .all(|(record, position)| record.0 == position)
    );
    assert_eq!(journal.append(0, Kind::Started, b""), 1 << 32);
}

#[test]
fn what_an_ended_program_had_not_brought_to_the_disk_the_next_one_does() {
    let disk = Disk::default();
    let (mut journal, ..) = open(&disk, Limits::default());
    journal.append(5, Kind::Started, b"one");
    drop(journal);
    let (mut journal, ..) = open(&disk, Limits::default());
    journal.append(6, Kind::Started, b"two");
    disk.lose_power(0.0);
    let (_, _, held) = open(&disk, Limits::default());
    assert_eq!(held, [(0, 5, Kind::Started, b"one".to_vec())]);
}

#[test]
fn power_lost_within_the_first_record_leaves_a_journal_that_opens() {
    let disk = Disk::default();
    let (mut journal, ..) = open(&disk, Limits::default());
    journal.append(5, Kind::Started, b"one");
    drop(journal);
    let (segment, whole) = disk.platter().segments.pop_first().unwrap();
    for length in 0..whole.len() {
        let disk = Disk::default();
        let mut bytes = whole[..length].to_vec();
        if let Some(last) = bytes.last_mut() {
            *last ^= 0x55;
        }
        disk.platter().segments.insert(segment, bytes);
        let (_, found, held) = open(&disk, Limits::default());
        assert_eq!((found.records, held), (0, Held::new()), "{length} bytes");
    }
}

#[test]
fn a_full_disk_loses_records_but_no_positions_and_recovers() {
    let disk = Disk::default();
    let (mut journal, ..) = open(&disk, Limits::default());
    journal.append(0, Kind::Datagram, b"kept");
    disk.platter().full = true;
    assert_eq!(journal.append(1, Kind::Datagram, b"lost"), 1);
    assert!(journal.is_failing());
    disk.platter().full = false;
    assert_eq!(journal.append(2, Kind::Datagram, b"kept"), 2);
    assert!(!journal.is_failing());
    assert_eq!(journal.lost(), 1);
    let positions: Vec<u64> = all(&disk).iter().map(|record| record.0).collect();
    assert_eq!(positions, [0, 2]);
}

#[test]
fn the_disk_it_takes_is_bounded() {
    let disk = Disk::default();
    let limits = Limits {
        segment_bytes: 1_000,
        total_bytes: 5_000,
    };
    let (mut journal, ..) = open(&disk, limits);
    for number in 0..2_000 {
        journal.append(number, Kind::Datagram, &[0; 60]);
        let bytes: usize = disk.platter().segments.values().map(Vec::len).sum();
        assert!(bytes <= 5_100, "{bytes}");
    }
    let held = all(&disk);
    assert!(held.len() > 40);
    assert_eq!(held.last().unwrap().0, 1_999);
}

#[test]
fn what_stands_before_the_last_checkpoint_is_not_shown() {
    let disk = Disk::default();
    let limits = Limits {
        segment_bytes: 1_000,
        ..Limits::default()
    };
    let (mut journal, ..) = open(&disk, limits);
    for number in 0..1_000 {
        let kind = match number {
            100 | 700 => Kind::Checkpoint,
            _ => Kind::Tick,
        };
        journal.append(number, kind, b"");
    }
    drop(journal);
    let (_, found, held) = open(&disk, limits);
    assert_eq!(
        held.first(),
        Some(&(700, 700, Kind::Checkpoint, Vec::new()))
    );
    assert_eq!(held.len(), 300);
    assert!((300..350).contains(&found.records), "{}", found.records);
}

#[test]
fn files_are_kept_and_locked() {
    let folder = folder("journal-files");
    let limits = Limits {
        segment_bytes: 10_000,
        ..Limits::default()
    };
    let (mut journal, _) = Journal::open(Files::open(&folder).unwrap(), limits, |_| {}).unwrap();
    for number in 0..1_000 {
        journal.append(number, Kind::Datagram, &[1; 50]);
    }
    assert!(matches!(Files::open(&folder), Err(JournalError::InUse)));
    let mut count = 0;
    read_all(&mut Files::read_only(&folder).unwrap(), |_| count += 1).unwrap();
    assert_eq!(count, 1_000);
    journal.start_sync();
    // A hang would fail the test; the disk takes as long as it takes.
    while journal.unsynced() > 0 {
        std::thread::yield_now();
    }
    assert!(!journal.sync_failed());
    drop(journal);
    assert!(Files::open(&folder).is_ok());
}

#[test]
fn a_foreign_file_is_no_journal() {
    let folder = folder("journal-foreign");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("00000000000000000000.journal"),
        "something else",
    )
    .unwrap();
    let opened = Journal::open(Files::open(&folder).unwrap(), Limits::default(), |_| {});
    let Err(error) = opened else { panic!("taken") };
    assert!(error.to_string().contains("move it away"), "{error}");
}

proptest! {
    /// Whatever is cut off or spoilt at the end, what comes before it is read, and nothing else.
    #[test]
    fn spoilt_ends_cost_what_is_spoilt_alone(
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..40),
        cut in 0_usize..4_000,
        spoilt in prop::option::of((0_usize..4_000, 1_u8..)),
    ) {
        let disk = Disk::default();
        let (mut journal, ..) = open(&disk, Limits::default());
        for (payload, time) in payloads.iter().zip(0..) {
            journal.append(time, Kind::Datagram, payload);
        }
        drop(journal);
        let before = all(&disk);
        {
            let mut platter = disk.platter();
            let bytes = platter.segments.get_mut(&0).unwrap();
            let length = bytes.len().saturating_sub(cut).max(8);
            bytes.truncate(length);
            if let Some((place, flip)) = spoilt
                && let Some(byte) = bytes.get_mut(8 + place)
            {
                *byte ^= flip;
            }
        }
        let after = all(&disk);
        prop_assert!(after.len() <= before.len());
        prop_assert_eq!(&after[..], &before[..after.len()]);
    }
}
