//! A capture: nothing panics, every datagram lies within it, and there is no more of anything than room for it.

#![no_main]

use feeds::asterix::{Editions, decode};
use feeds::pcap::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let capture = read(octets);
    let found = capture.datagrams.len() + capture.faults.len() + capture.other_packets;
    assert!(found <= octets.len() / 12 + 1);
    for fault in &capture.faults {
        assert!(fault.offset <= octets.len() && !fault.to_string().is_empty());
    }
    for datagram in &capture.datagrams {
        assert!(datagram.offset + datagram.payload.len() <= octets.len());
        let _ = decode(datagram.payload, &Editions::LATEST);
    }
});
