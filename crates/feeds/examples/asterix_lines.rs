//! Prints every field of every record of a capture of ASTERIX, a line each, for comparing with another decoder:
//!
//!     asterix_lines EDITION_034 EDITION_048 EDITION_OF_EXPANSION|none < capture.pcap
//!
//! A line is the number of the record from 0, the path of the field, its bits as a number, its worth, and its
//! text; lines that begin with `fault` say what could not be read.

use feeds::asterix::{Editions, decode};
use std::io::{Read, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [service, target, expansion] = words.as_slice() else {
        return Err(
            "needed: the editions of category 034, category 048 and its expansion field".into(),
        );
    };
    let expansion = (expansion != "none")
        .then(|| expansion.parse())
        .transpose()?;
    let editions = Editions {
        service: service.parse()?,
        target: target.parse()?,
        expansion,
    };
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let capture = feeds::pcap::read(&bytes);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for fault in &capture.faults {
        writeln!(out, "fault {fault}")?;
    }
    let mut number = 0;
    for datagram in &capture.datagrams {
        let decoded = decode(datagram.payload, &editions);
        for fault in &decoded.faults {
            writeln!(out, "fault packet at {}: {fault}", datagram.offset)?;
        }
        for record in &decoded.records {
            writeln!(out, "{number} category {}", record.category.number())?;
            for (path, field) in record.fields() {
                let text = field.text().unwrap_or_default();
                writeln!(
                    out,
                    "{number} {path} {} {} {text}",
                    field.raw,
                    field.number()
                )?;
            }
            number += 1;
        }
    }
    Ok(())
}
