//! A datagram of ASTERIX, in the editions that its first three octets choose: nothing panics, and what is read without a
//! fault is written as it was read.

#![no_main]

use feeds::asterix::plot::{DopplerSense, Station};
use feeds::asterix::{
    Edition034, Edition048, Editions, Expansion048, decode, encode, plot, service,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let [first, second, third, datagram @ ..] = octets else {
        return;
    };
    let of = |octet: &u8, count: usize| usize::from(*octet) % count;
    let (Some(&service), Some(&target)) = (
        Edition034::ALL.get(of(first, Edition034::ALL.len())),
        Edition048::ALL.get(of(second, Edition048::ALL.len())),
    ) else {
        return;
    };
    let editions = Editions {
        service,
        target,
        expansion: Expansion048::ALL
            .get(of(third, Expansion048::ALL.len() + 1))
            .copied(),
    };
    let decoded = decode(datagram, &editions);
    for fault in &decoded.faults {
        assert!(fault.octet < datagram.len() && !fault.to_string().is_empty());
    }
    let station = Station {
        height_m: 100.0,
        doppler: DopplerSense::Receding,
        noise_dbm: Some(-110.0),
    };
    for record in &decoded.records {
        assert!(
            record
                .fields()
                .iter()
                .all(|(_, field)| field.number().is_finite())
        );
        if let Ok(report) = plot::from_record(record, &station, 1_700_000_000_000_000_000) {
            assert!(report.plot.range_m > 0.0 && report.plot.elevation_rad.is_finite());
        }
        let _ = service::from_record(record, i64::MIN);
    }
    if let Ok(written) = encode(&decoded.records, &editions) {
        assert_eq!(decode(&written, &editions).records, decoded.records);
    }
});
