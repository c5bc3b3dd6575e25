//! The reserved expansion field of category 048.
//!
//! EUROCONTROL-SPEC-0149-4, appendix A, editions 1.11 to 1.13; each adds to the one before.

use super::Expansion048;
use super::layout::Layout::{Compound, Extended, Fixed, Repeated};
use super::layout::{Definition, Layout, code, count, item, octal, signed, spare, unsigned};

/// The layout of the whole field.
pub(super) fn layout(edition: Expansion048) -> Layout {
    match edition {
        Expansion048::V1_11 => Layout::Expansion(&ITEMS_1_11),
        Expansion048::V1_12 => Layout::Expansion(&ITEMS_1_12),
        Expansion048::V1_13 => Layout::Expansion(&ITEMS_1_13),
    }
}

static ITEMS_1_11: [Option<Definition>; 7] =
    [MODE_5, MODE_5_NEW, MODE_4, PLOT, RANGE, TRACK, COMMON];
static ITEMS_1_12: [Option<Definition>; 8] = [
    MODE_5,
    MODE_5_NEW,
    MODE_4,
    PLOT,
    RANGE,
    TRACK,
    COMMON,
    GENERIC_1_12,
];
static ITEMS_1_13: [Option<Definition>; 8] = [
    MODE_5, MODE_5_NEW, MODE_4, PLOT, RANGE, TRACK, COMMON, GENERIC,
];

/// Mode 5 Reports.
const MODE_5: Option<Definition> = item(
    "MD5",
    Compound(&[
        MODE_5_SUMMARY,
        // PIN/ National Origin/Mission Code
        item(
            "PMN",
            Fixed(&[
                spare(2),
                code("PIN", 14),
                spare(2),
                code("NAV", 1),
                code("NAT", 5),
                spare(2),
                code("MIS", 6),
            ]),
        ),
        MODE_5_POSITION,
        MODE_5_ALTITUDE,
        EXTENDED_MODE_1,
        TIME_OFFSET,
        X_PULSES,
    ]),
);
/// Mode 5 Reports, New Format.
const MODE_5_NEW: Option<Definition> = item(
    "M5N",
    Compound(&[
        MODE_5_SUMMARY,
        // PIN/ National Origin/Mission Code
        item(
            "PMN",
            Fixed(&[
                spare(2),
                code("PIN", 14),
                spare(4),
                code("NOV", 1),
                code("NO", 11),
            ]),
        ),
        MODE_5_POSITION,
        MODE_5_ALTITUDE,
        EXTENDED_MODE_1,
        TIME_OFFSET,
        X_PULSES,
        // Figure of Merit
        item("FOM", Fixed(&[spare(3), code("FOM", 5)])),
    ]),
);
/// Mode 5 Summary.
const MODE_5_SUMMARY: Option<Definition> = item(
    "SUM",
    Fixed(&[
        code("M5", 1),
        code("ID", 1),
        code("DA", 1),
        code("M1", 1),
        code("M2", 1),
        code("M3", 1),
        code("MC", 1),
        spare(1),
    ]),
);
/// Mode 5 Reported Position.
const MODE_5_POSITION: Option<Definition> = item(
    "POS",
    Fixed(&[
        signed("LAT", 24, 180.0 / 8_388_608.0, "deg"),
        signed("LON", 24, 180.0 / 8_388_608.0, "deg"),
    ]),
);
/// Mode 5 GNSS-derived Altitude.
const MODE_5_ALTITUDE: Option<Definition> = item(
    "GA",
    Fixed(&[spare(1), code("RES", 1), signed("GA", 14, 25.0, "ft")]),
);
/// Extended Mode 1 Code in Octal Representation.
const EXTENDED_MODE_1: Option<Definition> = item(
    "EM1",
    Fixed(&[
        code("V", 1),
        code("G", 1),
        code("L", 1),
        spare(1),
        octal("EM1", 12),
    ]),
);
/// Time Offset for POS and GA.
const TIME_OFFSET: Option<Definition> = item("TOS", Fixed(&[unsigned("", 8, 1.0 / 128.0, "s")]));
/// X Pulse Presence.
const X_PULSES: Option<Definition> = item(
    "XP",
    Fixed(&[
        spare(2),
        code("XP", 1),
        code("X5", 1),
        code("XC", 1),
        code("X3", 1),
        code("X2", 1),
        code("X1", 1),
    ]),
);
/// Extended Mode 4 Report.
const MODE_4: Option<Definition> = item("M4E", Extended(&[&[spare(5), code("FOEFRI", 2)]]));
/// Radar Plot Characteristics.
const PLOT: Option<Definition> = item(
    "RPC",
    Compound(&[
        // Score
        item("SCO", Fixed(&[count("", 8)])),
        // Signal/Clutter Ratio
        item("SRC", Fixed(&[unsigned("", 16, 0.1, "dB")])),
        // Range Width
        item("RW", Fixed(&[unsigned("", 16, 1.0 / 256.0, "NM")])),
        // Ambiguous Range
        item("AR", Fixed(&[unsigned("", 16, 1.0 / 256.0, "NM")])),
    ]),
);
/// Extended Range Report.
const RANGE: Option<Definition> = item("ERR", Fixed(&[unsigned("", 24, 1.0 / 256.0, "NM")]));
/// Radar Track Characteristics.
const TRACK: Option<Definition> = item(
    "RTC",
    Compound(&[
        // Plot/Track Link
        item(
            "PTL",
            Fixed(&[
                spare(3),
                code("SCN", 1),
                code("RC", 1),
                code("AC", 1),
                code("SSR", 1),
                code("PSR", 1),
                code("PLOTNR", 16),
            ]),
        ),
        // ADS-B/Track Link
        item("ATL", Repeated(&[code("", 16)])),
        // Turn State
        item("TRN", Fixed(&[unsigned("", 8, 1.0, "%")])),
        // Next Predicted Position
        item(
            "NPP",
            Fixed(&[
                unsigned("PREDRHO", 16, 1.0 / 128.0, "NM"),
                unsigned("PREDTHETA", 16, 360.0 / 65_536.0, "deg"),
                unsigned("EVOLRHOSTART", 16, 1.0 / 128.0, "NM"),
                unsigned("EVOLRHOEND", 16, 1.0 / 128.0, "NM"),
                unsigned("EVOLTHETASTART", 16, 360.0 / 65_536.0, "deg"),
                unsigned("EVOLTHETAEND", 16, 360.0 / 65_536.0, "deg"),
                unsigned("NOISERHOSTART", 16, 1.0 / 128.0, "NM"),
                unsigned("NOISERHOEND", 16, 1.0 / 128.0, "NM"),
                unsigned("NOISETHETASTART", 16, 360.0 / 65_536.0, "deg"),
                unsigned("NOISETHETAEND", 16, 360.0 / 65_536.0, "deg"),
                unsigned("PREDTIME", 16, 1.0 / 128.0, "s"),
            ]),
        ),
        // Data Link Characteristics
        item(
            "DLK",
            Repeated(&[code("TYPE", 4), code("ORIGIN", 2), code("STATE", 2)]),
        ),
        // Lockout Characteristics
        item(
            "LCK",
            Fixed(&[code("LS", 1), unsigned("LOCTIM", 15, 1.0, "ms")]),
        ),
        // Transition Code
        item(
            "TC",
            Fixed(&[
                spare(7),
                count("TCOUNT1", 4),
                code("TCODE1", 5),
                count("TCOUNT2", 4),
                octal("TCODE2", 12),
                count("TCOUNT3", 4),
                octal("TCODE3", 12),
            ]),
        ),
        // Track Life Cycle
        item(
            "TLC",
            Fixed(&[
                code("ACQI", 2),
                count("TRKUPDCTR", 14),
                unsigned("LASTTRKUPD", 16, 1.0, "ms"),
            ]),
        ),
        // Adjacent Sensor Information
        item(
            "ASI",
            Repeated(&[
                code("SACADJS", 8),
                code("SICADJS", 8),
                unsigned("TIMEOFDAYSCN", 16, 1.0 / 128.0, "s"),
                code("DATAUSE", 7),
                code("DRNA", 1),
                code("DRN", 16),
            ]),
        ),
        // Track Extrapolation Source
        item("TES", Fixed(&[code("", 8)])),
        // Identity Requested
        item("IR", Fixed(&[code("IR", 1), unsigned("M3A", 7, 1.0, "s")])),
    ]),
);
/// Common and Plot Characteristics.
const COMMON: Option<Definition> = item(
    "CPC",
    Compound(&[
        // Plot Number
        item("PNB", Fixed(&[code("", 16)])),
        // Replies/Plot Link
        item("RPL", Repeated(&[code("TYPE", 8), code("REPLYNBR", 16)])),
        // Scan Number
        item("SNB", Fixed(&[count("", 8)])),
        // Common and Plot Characteristics Date
        item(
            "DATE",
            Fixed(&[
                count("Y1", 4),
                count("Y2", 4),
                count("Y3", 4),
                count("Y4", 4),
                count("M1", 4),
                count("M2", 4),
                count("D1", 4),
                count("D2", 4),
            ]),
        ),
    ]),
);
/// Generic Category 048 Data.
const GENERIC: Option<Definition> = item(
    "GEN48",
    Compound(&[
        ALTERNATIVE_2,
        ALTERNATIVE_3,
        ALTERNATIVE_LEVEL,
        // Radar Cross Section
        item(
            "RCSDB",
            Fixed(&[spare(2), signed("RCSDB", 14, 0.01, "dBm2")]),
        ),
        // Radar Cross Section
        item("RCSM", Fixed(&[spare(2), unsigned("RCSM", 30, 1e-6, "m2")])),
    ]),
);
/// Alternative Mode 2 Code.
const ALTERNATIVE_2: Option<Definition> = item(
    "ALTM2",
    Fixed(&[
        code("V", 1),
        code("G", 1),
        code("L", 1),
        spare(1),
        octal("ALTM2", 12),
    ]),
);
/// Alternative Mode 3/A.
const ALTERNATIVE_3: Option<Definition> = item(
    "ALTM3",
    Fixed(&[
        code("V", 1),
        code("G", 1),
        code("L", 1),
        spare(1),
        octal("ALTM3", 12),
    ]),
);
/// Alternative Flight Level.
const ALTERNATIVE_LEVEL: Option<Definition> = item(
    "ALTFL",
    Fixed(&[code("V", 1), code("G", 1), signed("ALTFL", 14, 0.25, "FL")]),
);
const GENERIC_1_12: Option<Definition> = item(
    "GEN48",
    Compound(&[ALTERNATIVE_2, ALTERNATIVE_3, ALTERNATIVE_LEVEL]),
);
