//! A message of CAP: nothing panics, and a message that breaks the standard says where.

#![no_main]

use feeds::cap::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    match check(text) {
        Ok(checked) => assert!(!checked.identifier.is_empty() && !checked.sender.is_empty()),
        Err(faults) => assert!(!faults.is_empty() && faults.len() <= 100),
    }
});
