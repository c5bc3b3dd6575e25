//! Category 034, monoradar service messages: what a radar says of itself.
//!
//! EUROCONTROL-SPEC-0149-2b (formerly SUR.ET1.ST05.2000-STD-02b-01), editions 1.27 to 1.29. They differ in
//! which values of I034/000 and I034/070 have a name, not in any length.

use super::layout::Layout::{Compound, Fixed, Octets, Repeated};
use super::layout::{Definition, Layout, code, count, item, signed, spare, unsigned};

/// The items in the order of their presence bits.
pub(super) static ITEMS: [Option<Definition>; 14] = [
    // Data Source Identifier
    item("010", Fixed(&[code("SAC", 8), code("SIC", 8)])),
    // Message Type
    item("000", Fixed(&[code("", 8)])),
    // Time of Day
    item("030", Fixed(&[unsigned("", 24, 1.0 / 128.0, "s")])),
    // Sector Number
    item("020", Fixed(&[unsigned("", 8, 360.0 / 256.0, "deg")])),
    // Antenna Rotation Speed
    item("041", Fixed(&[unsigned("", 16, 1.0 / 128.0, "s")])),
    // System Configuration and Status
    item(
        "050",
        Compound(&[
            // Common Part
            item(
                "COM",
                Fixed(&[
                    code("NOGO", 1),
                    code("RDPC", 1),
                    code("RDPR", 1),
                    code("OVLRDP", 1),
                    code("OVLXMT", 1),
                    code("MSC", 1),
                    code("TSV", 1),
                    spare(1),
                ]),
            ),
            None,
            None,
            // Specific Status Information for a PSR Sensor
            item("PSR", CHANNELS),
            // Specific Status Information for a SSR Sensor
            item("SSR", CHANNELS),
            // Specific Status Information for a Mode S Sensor
            item(
                "MDS",
                Fixed(&[
                    code("ANT", 1),
                    code("CHAB", 2),
                    code("OVLSUR", 1),
                    code("MSC", 1),
                    code("SCF", 1),
                    code("DLF", 1),
                    code("OVLSCF", 1),
                    code("OVLDLF", 1),
                    spare(7),
                ]),
            ),
        ]),
    ),
    // System Processing Mode
    item(
        "060",
        Compound(&[
            // Common Part
            item(
                "COM",
                Fixed(&[spare(1), code("REDRDP", 3), code("REDXMT", 3), spare(1)]),
            ),
            None,
            None,
            // Specific Processing Mode Information for a PSR Sensor
            item(
                "PSR",
                Fixed(&[code("POL", 1), code("REDRAD", 3), code("STC", 2), spare(2)]),
            ),
            // Specific Processing Mode Information for a SSR Sensor
            item("SSR", Fixed(&[code("REDRAD", 3), spare(5)])),
            // Specific Processing Mode Information for a Mode S Sensor
            item("MDS", Fixed(&[code("REDRAD", 3), code("CLU", 1), spare(4)])),
        ]),
    ),
    // Message Count Values
    item("070", Repeated(&[code("TYP", 5), count("COUNT", 11)])),
    // Generic Polar Window
    item(
        "100",
        Fixed(&[
            unsigned("RHOST", 16, 1.0 / 256.0, "NM"),
            unsigned("RHOEND", 16, 1.0 / 256.0, "NM"),
            unsigned("THETAST", 16, 360.0 / 65_536.0, "deg"),
            unsigned("THETAEND", 16, 360.0 / 65_536.0, "deg"),
        ]),
    ),
    // Data Filter
    item("110", Fixed(&[code("", 8)])),
    // 3D-Position Of Data Source
    item(
        "120",
        Fixed(&[
            signed("HGT", 16, 1.0, "m"),
            signed("LAT", 24, 180.0 / 8_388_608.0, "deg"),
            signed("LON", 24, 180.0 / 8_388_608.0, "deg"),
        ]),
    ),
    // Collimation Error
    item(
        "090",
        Fixed(&[
            signed("RNG", 8, 1.0 / 128.0, "NM"),
            signed("AZM", 8, 360.0 / 16_384.0, "deg"),
        ]),
    ),
    // Reserved Expansion Field
    item("RE", Octets),
    // Special Purpose Field
    item("SP", Octets),
];
/// The antenna and the channels of a sensor of primary or secondary radar.
const CHANNELS: Layout = Fixed(&[
    code("ANT", 1),
    code("CHAB", 2),
    code("OVL", 1),
    code("MSC", 1),
    spare(3),
]);
