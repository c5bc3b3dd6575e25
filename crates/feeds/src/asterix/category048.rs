//! Category 048, monoradar target reports: what a radar sees.
//!
//! EUROCONTROL-SPEC-0149-4 (formerly SUR.ET1.ST05.2000-STD-04-01). Only I048/020, 090 and 230 are laid out
//! differently from one edition to another; each edition before is the next with something taken away.

use super::Edition048;
use super::layout::Layout::{Chained, Compound, Extended, Fixed, Octets, Repeated};
use super::layout::{
    Definition, Layout, Part, code, count, item, letters, octal, signed, spare, unsigned,
};

/// The layout of the item that stands at a presence bit, from 0.
pub(super) fn definition(edition: Edition048, index: usize) -> Option<Definition> {
    let latest = (*ITEMS.get(index)?)?;
    let layout = match latest.name {
        "020" => target_report(edition),
        "090" if edition < Edition048::V1_32 => FLIGHT_LEVEL_UNSIGNED,
        "230" if edition < Edition048::V1_21 => CAPABILITY_1_14,
        _ => latest.layout,
    };
    Some(Definition { layout, ..latest })
}

/// I048/020 grew by a flag in 1.21 (X-pulse), by another until 1.27 (extended range), and by octets in 1.31 and 1.32.
fn target_report(edition: Edition048) -> Layout {
    match edition {
        Edition048::V1_14 => Extended(&[FIRST, SECOND_1_14]),
        Edition048::V1_21 => Extended(&[FIRST, SECOND_1_21]),
        Edition048::V1_27 | Edition048::V1_28 | Edition048::V1_29 | Edition048::V1_30 => {
            Extended(&[FIRST, SECOND])
        }
        Edition048::V1_31 => Extended(&[FIRST, SECOND, THIRD]),
        Edition048::V1_32 => TARGET_REPORT,
    }
}

const FIRST: &[Part] = &[
    code("TYP", 3),
    code("SIM", 1),
    code("RDP", 1),
    code("SPI", 1),
    code("RAB", 1),
];
const SECOND: &[Part] = &[
    code("TST", 1),
    code("ERR", 1),
    code("XPP", 1),
    code("ME", 1),
    code("MI", 1),
    code("FOEFRI", 2),
];
const SECOND_1_21: &[Part] = &[
    code("TST", 1),
    spare(1),
    code("XPP", 1),
    code("ME", 1),
    code("MI", 1),
    code("FOEFRI", 2),
];
const SECOND_1_14: &[Part] = &[
    code("TST", 1),
    spare(2),
    code("ME", 1),
    code("MI", 1),
    code("FOEFRI", 2),
];
const THIRD: &[Part] = &[
    code("ADSB/EP", 1),
    code("ADSB/VAL", 1),
    code("SCN/EP", 1),
    code("SCN/VAL", 1),
    code("PAI/EP", 1),
    code("PAI/VAL", 1),
    spare(1),
];
const TARGET_REPORT: Layout = Extended(&[
    FIRST,
    SECOND,
    THIRD,
    &[
        code("ACASXV/EP", 1),
        code("ACASXV/VAL", 4),
        code("POXPR/EP", 1),
        code("POXPR/VAL", 1),
    ],
    &[
        code("POACT/EP", 1),
        code("POACT/VAL", 1),
        code("DTFXPR/EP", 1),
        code("DTFXPR/VAL", 1),
        code("DTFACT/EP", 1),
        code("DTFACT/VAL", 1),
        spare(1),
    ],
    &[
        code("IRMXPR/EP", 1),
        code("IRMXPR/VAL", 1),
        code("IRMACT/EP", 1),
        code("IRMACT/VAL", 1),
        spare(3),
    ],
]);
/// Since 1.32 in two's complement, before from zero.
const FLIGHT_LEVEL: Layout = Fixed(&[code("V", 1), code("G", 1), signed("FL", 14, 0.25, "FL")]);
const FLIGHT_LEVEL_UNSIGNED: Layout =
    Fixed(&[code("V", 1), code("G", 1), unsigned("FL", 14, 0.25, "FL")]);
const CAPABILITY: Layout = Fixed(&[
    code("COM", 3),
    code("STAT", 3),
    code("SI", 1),
    spare(1),
    code("MSSC", 1),
    code("ARC", 1),
    code("AIC", 1),
    code("B1A", 1),
    code("B1B", 4),
]);
const CAPABILITY_1_14: Layout = Fixed(&[
    code("COM", 3),
    code("STAT", 3),
    spare(2),
    code("MSSC", 1),
    code("ARC", 1),
    code("AIC", 1),
    code("B1A", 1),
    code("B1B", 4),
]);

/// The items in the order of their presence bits, as edition 1.32 lays them out.
pub(super) static ITEMS: [Option<Definition>; 28] = [
    // Data Source Identifier
    item("010", Fixed(&[code("SAC", 8), code("SIC", 8)])),
    // Time of Day
    item("140", Fixed(&[unsigned("", 24, 1.0 / 128.0, "s")])),
    // Target Report Descriptor
    item("020", TARGET_REPORT),
    // Measured Position in Polar Co-ordinates
    item(
        "040",
        Fixed(&[
            unsigned("RHO", 16, 1.0 / 256.0, "NM"),
            unsigned("THETA", 16, 360.0 / 65_536.0, "deg"),
        ]),
    ),
    // Mode-3/A Code in Octal Representation
    item(
        "070",
        Fixed(&[
            code("V", 1),
            code("G", 1),
            code("L", 1),
            spare(1),
            octal("MODE3A", 12),
        ]),
    ),
    // Flight Level in Binary Representation
    item("090", FLIGHT_LEVEL),
    // Radar Plot Characteristics
    item(
        "130",
        Compound(&[
            // SSR Plot Runlength
            item("SRL", Fixed(&[unsigned("", 8, 360.0 / 8_192.0, "deg")])),
            // Number of Received Replies for (M)SSR
            item("SRR", Fixed(&[count("", 8)])),
            // Amplitude of (M)SSR Reply
            item("SAM", Fixed(&[signed("", 8, 1.0, "dBm")])),
            // Primary Plot Runlength
            item("PRL", Fixed(&[unsigned("", 8, 360.0 / 8_192.0, "deg")])),
            // Amplitude of Primary Plot
            item("PAM", Fixed(&[signed("", 8, 1.0, "dBm")])),
            // Difference in Range Between PSR and SSR Plot
            item("RPD", Fixed(&[signed("", 8, 1.0 / 256.0, "NM")])),
            // Difference in Azimuth Between PSR and SSR Plot
            item("APD", Fixed(&[signed("", 8, 360.0 / 16_384.0, "deg")])),
        ]),
    ),
    // Aircraft Address
    item("220", Fixed(&[code("", 24)])),
    // Aircraft Identification
    item("240", Fixed(&[letters("", 48)])),
    // BDS Register Data
    item(
        "250",
        Repeated(&[code("MBDATA", 56), code("BDS1", 4), code("BDS2", 4)]),
    ),
    // Track Number
    item("161", Fixed(&[spare(4), code("TRN", 12)])),
    // Calculated Position in Cartesian Co-ordinates
    item(
        "042",
        Fixed(&[
            signed("X", 16, 1.0 / 128.0, "NM"),
            signed("Y", 16, 1.0 / 128.0, "NM"),
        ]),
    ),
    // Calculated Track Velocity in Polar Co-ordinates
    item(
        "200",
        Fixed(&[
            unsigned("GSP", 16, 1.0 / 16_384.0, "NM/s"),
            unsigned("HDG", 16, 360.0 / 65_536.0, "deg"),
        ]),
    ),
    // Track Status
    item(
        "170",
        Extended(&[
            &[
                code("CNF", 1),
                code("RAD", 2),
                code("DOU", 1),
                code("MAH", 1),
                code("CDM", 2),
            ],
            &[
                code("TRE", 1),
                code("GHO", 1),
                code("SUP", 1),
                code("TCC", 1),
                spare(3),
            ],
        ]),
    ),
    // Track Quality
    item(
        "210",
        Fixed(&[
            unsigned("SIGX", 8, 1.0 / 128.0, "NM"),
            unsigned("SIGY", 8, 1.0 / 128.0, "NM"),
            unsigned("SIGV", 8, 1.0 / 16_384.0, "NM/s"),
            unsigned("SIGH", 8, 360.0 / 4_096.0, "deg"),
        ]),
    ),
    // Warning/Error Conditions and Target Classification
    item("030", Chained(&[code("", 7)])),
    // Mode-3/A Code Confidence Indicator
    item("080", CONFIDENCE),
    // Mode-C Code and Code Confidence Indicator
    item(
        "100",
        Fixed(&[
            code("V", 1),
            code("G", 1),
            spare(2),
            code("MODEC", 12),
            spare(4),
            code("QC1", 1),
            code("QA1", 1),
            code("QC2", 1),
            code("QA2", 1),
            code("QC4", 1),
            code("QA4", 1),
            code("QB1", 1),
            code("QD1", 1),
            code("QB2", 1),
            code("QD2", 1),
            code("QB4", 1),
            code("QD4", 1),
        ]),
    ),
    // Height Measured by a 3D Radar
    item("110", Fixed(&[spare(2), signed("3DH", 14, 25.0, "ft")])),
    // Radial Doppler Speed
    item(
        "120",
        Compound(&[
            // Calculated Doppler Speed
            item(
                "CAL",
                Fixed(&[code("D", 1), spare(5), signed("CAL", 10, 1.0, "m/s")]),
            ),
            // Raw Doppler Speed
            item(
                "RDS",
                Repeated(&[
                    unsigned("DOP", 16, 1.0, "m/s"),
                    unsigned("AMB", 16, 1.0, "m/s"),
                    unsigned("FRQ", 16, 1.0, "MHz"),
                ]),
            ),
        ]),
    ),
    // Communications/ACAS Capability and Flight Status
    item("230", CAPABILITY),
    // ACAS Resolution Advisory Report
    item("260", Fixed(&[code("", 56)])),
    // Mode-1 Code in Octal Representation
    item(
        "055",
        Fixed(&[code("V", 1), code("G", 1), code("L", 1), code("MODE1", 5)]),
    ),
    // Mode-2 Code in Octal Representation
    item(
        "050",
        Fixed(&[
            code("V", 1),
            code("G", 1),
            code("L", 1),
            spare(1),
            octal("MODE2", 12),
        ]),
    ),
    // Mode-1 Code Confidence Indicator
    item(
        "065",
        Fixed(&[
            spare(3),
            code("QA4", 1),
            code("QA2", 1),
            code("QA1", 1),
            code("QB2", 1),
            code("QB1", 1),
        ]),
    ),
    // Mode-2 Code Confidence Indicator
    item("060", CONFIDENCE),
    // Special Purpose Field
    item("SP", Octets),
    // Reserved Expansion Field
    item("RE", Octets),
];
/// Whether each pulse of a code of four digits is of high quality, as Modes 2 and 3/A have it.
const CONFIDENCE: Layout = Fixed(&[
    spare(4),
    code("QA4", 1),
    code("QA2", 1),
    code("QA1", 1),
    code("QB4", 1),
    code("QB2", 1),
    code("QB1", 1),
    code("QC4", 1),
    code("QC2", 1),
    code("QC1", 1),
    code("QD4", 1),
    code("QD2", 1),
    code("QD1", 1),
]);
