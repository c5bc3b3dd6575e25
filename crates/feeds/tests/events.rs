//! The three data sets with the quirks of their files. Every event here is invented.

#![allow(clippy::unwrap_used)]

use feeds::events::{
    DataSet, DateOrder, Days, Event, Options, PlacePrecision, Reading, Refusal, Why, read,
};
use jiff::civil::{Date, date};
use proptest::prelude::*;

const ACLED: &str = "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,actor2,location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,timestamp";
const GED: &str = "id,relid,year,type_of_violence,side_a,side_b,source_article,source_office,source_headline,where_prec,where_coordinates,where_description,latitude,longitude,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,best,high,low";
const GTD: &str = "eventid,iyear,imonth,iday,approxdate,extended,resolution,country_txt,city,latitude,longitude,specificity,summary,attacktype1_txt,gname,weaptype1_txt,weapsubtype1_txt,weapdetail,nkill,nwound,scite1,scite2,scite3";

fn whole(header: &str, rows: &[&str]) -> Reading {
    with(header, rows, Options::default()).unwrap()
}

fn with(header: &str, rows: &[&str], options: Options) -> Result<Reading, Refusal> {
    let text = format!("{header}\n{}\n", rows.join("\n"));
    read(text.as_bytes(), &options)
}

fn acled(id: &str, day: &str, codes: [&str; 2], place: &str, rest: &str) -> String {
    let [time, geo] = codes;
    format!(
        "{id},{day},2020,{time},Political violence,Explosions/Remote violence,\
         Shelling/artillery/missile attack,Group A,Forces B,North,{place},{geo},{rest}"
    )
}

fn one(row: &str) -> Event {
    let reading = whole(ACLED, &[row]);
    assert_eq!(reading.dropped, [], "{row}");
    reading.events.into_iter().next().unwrap()
}

fn dropped(header: &str, row: &str) -> (Why, String) {
    let reading = whole(header, &[row]);
    assert_eq!(
        (reading.events.len(), reading.dropped.len()),
        (0, 1),
        "{row}"
    );
    assert_eq!(reading.dropped[0].line, 2);
    (reading.dropped[0].why, reading.dropped[0].reason.clone())
}

fn days(first: Date, last: Date) -> Days {
    Days { first, last }
}

#[test]
fn a_row_of_acled_is_read_whole() {
    let rest = "\"Paper One; Agency, Two; Paper One\",National,\"Ten \"\"107 mm\"\" rockets,\nat night.\",3,1584000000";
    let event = one(&acled(
        "XXX1",
        "12 March 2020",
        ["1", "1"],
        "36.24,43.96",
        rest,
    ));
    assert_eq!(event.days, days(date(2020, 3, 12), date(2020, 3, 12)));
    assert_eq!(
        (event.place.latitude_deg, event.place.longitude_deg),
        (36.24, 43.96)
    );
    assert_eq!(event.place_precision, Some(PlacePrecision::Exact));
    assert_eq!(event.kind, "Explosions/Remote violence");
    assert_eq!(event.sub_kind, "Shelling/artillery/missile attack");
    assert_eq!(event.actors, "Group A; Forces B");
    assert_eq!(event.text, "Ten \"107 mm\" rockets,\nat night.");
    assert_eq!((event.killed, event.wounded), (Some(3), None));
    assert_eq!(event.sources, ["Paper One", "Agency, Two"]);
    assert_eq!(event.remarks, Vec::<String>::new());
}

#[test]
fn coarse_dates_and_places_of_acled_stay_coarse() {
    let coded = |codes| one(&acled("XXX1", "2020-02-12", codes, "36.2,43.9", "A,,,0,1"));
    let week = coded(["2", "2"]);
    assert_eq!(week.days, days(date(2020, 2, 9), date(2020, 2, 15)));
    assert_eq!(week.days.middle(), date(2020, 2, 12));
    assert_eq!(week.place_precision, Some(PlacePrecision::Near));
    let month = coded(["3", "3"]);
    assert_eq!(month.days, days(date(2020, 2, 1), date(2020, 2, 29)));
    assert_eq!(
        (month.days.count(), month.days.middle()),
        (29, date(2020, 2, 15))
    );
    assert_eq!(month.place_precision, Some(PlacePrecision::Region));
    let silent = coded(["", ""]);
    assert_eq!(silent.days.count(), 1);
    assert_eq!(silent.place_precision, None);
    assert_eq!(silent.remarks, ["time_precision is not given"]);
}

#[test]
fn an_event_that_was_updated_counts_once() {
    let row = |killed: &str, stamp: &str| {
        let rest = format!("A,,,{killed},{stamp}");
        acled("XXX1", "2020-02-12", ["1", "1"], "36.2,43.9", &rest)
    };
    let (newer, older, other) = (row("5", "1600"), row("2", "1500"), row("7", ""));
    let reading = whole(ACLED, &[&newer, &older, &other]);
    assert_eq!(reading.rows, 3);
    assert_eq!(reading.events.len(), 1);
    assert_eq!(reading.events[0].killed, Some(5));
    let lines: Vec<u32> = reading.dropped.iter().map(|row| row.line).collect();
    assert_eq!(lines, [3, 4]);
    assert!(reading.dropped.iter().all(|row| row.why == Why::Replaced));
    assert_eq!(
        reading.dropped[0].reason,
        "line 2 has the same id and is newer"
    );
    // Without a time of change the later row is the newer.
    let reading = whole(ACLED, &[&row("2", ""), &row("5", "")]);
    assert_eq!(
        (reading.events[0].line, reading.events[0].killed),
        (3, Some(5))
    );
}

#[test]
fn the_columns_of_acled_may_be_in_capitals_and_few() {
    let text = "\u{feff}EVENT_ID_CNTY;EVENT_DATE;EVENT_TYPE;LATITUDE;LONGITUDE;FATALITIES\r\n\
                XXX1;12-Mar-20;Battles;36,24;43,96;-99\r\n";
    let reading = read(text.as_bytes(), &Options::default()).unwrap();
    assert_eq!(reading.notes, ["columns are parted by semicolons"]);
    let event = &reading.events[0];
    assert_eq!(
        (event.days.first, event.place.latitude_deg),
        (date(2020, 3, 12), 36.24)
    );
    assert_eq!(event.killed, None);
    let tabs = text.replace(';', "\t");
    let reading = read(tabs.as_bytes(), &Options::default()).unwrap();
    assert_eq!(reading.events.len(), 1);
}

#[test]
fn a_position_that_is_none_is_never_taken() {
    let of = |place| {
        dropped(
            ACLED,
            &acled("XXX1", "2020-02-12", ["1", "1"], place, "A,,,0,1"),
        )
    };
    assert_eq!(of(","), (Why::Place, "no position is given".to_owned()));
    assert_eq!(
        of("0,0.0"),
        (Why::Place, "the position 0, 0 stands for none".to_owned())
    );
    let swapped = of("143.9,36.2");
    let expected = "there is no position 143.9, 36.2; latitude and longitude look swapped";
    assert_eq!(swapped, (Why::Place, expected.to_owned()));
    for place in [
        "36.2,",
        "36.2,nan",
        "36.2,inf",
        "36.2,1e1",
        "36.2 N,43.9",
        "36.2,181",
        "-91,200",
    ] {
        assert_eq!(of(place).0, Why::Place, "{place}");
    }
}

#[test]
fn rows_that_cannot_be_read_are_named() {
    let good = acled("XXX9", "2020-02-12", ["1", "1"], "36.2,43.9", "A,,,0,1");
    for (row, why) in [
        (
            acled("", "2020-02-12", ["1", "1"], "36.2,43.9", "A,,,0,1"),
            Why::Id,
        ),
        (
            acled("X", "", ["1", "1"], "36.2,43.9", "A,,,0,1"),
            Why::Date,
        ),
        (
            acled("X", "2020-02-30", ["1", "1"], "36.2,43.9", "A,,,0,1"),
            Why::Date,
        ),
        (
            acled("X", "2020-02-12", ["4", "1"], "36.2,43.9", "A,,,0,1"),
            Why::Code,
        ),
        (
            acled("X", "2020-02-12", ["1", "x"], "36.2,43.9", "A,,,0,1"),
            Why::Code,
        ),
        (
            acled("X", "2020-02-12", ["1", "1"], "36.2,43.9", "A,,,0"),
            Why::Fields,
        ),
        (
            acled("X", "2020-02-12", ["1", "1"], "36.2,43.9", "\"A,,,0,1"),
            Why::Quotes,
        ),
    ] {
        let reading = whole(ACLED, &[&row, &good]);
        assert_eq!(
            (reading.rows, reading.events.len(), reading.dropped.len()),
            (2, 1, 1),
            "{row}"
        );
        assert_eq!(
            (reading.dropped[0].line, reading.dropped[0].why),
            (2, why),
            "{row}"
        );
    }
}

#[test]
fn odd_counts_are_taken_as_not_known_and_said() {
    let of = |count| {
        one(&acled(
            "X",
            "2020-02-12",
            ["1", "1"],
            "36.2,43.9",
            &format!("A,,,{count},1"),
        ))
    };
    for (count, killed) in [
        ("7", Some(7)),
        ("7.0", Some(7)),
        ("", None),
        ("-9", None),
        ("-99", None),
    ] {
        let event = of(count);
        assert_eq!((event.killed, event.remarks.len()), (killed, 0), "{count}");
    }
    for count in ["-3", "1.5", "some", "99999999999999999999"] {
        let event = of(count);
        assert_eq!(event.killed, None, "{count}");
        assert_eq!(
            event.remarks,
            [format!("fatalities is `{count}`, taken as not known")]
        );
    }
}

#[test]
fn an_ambiguous_date_refuses_the_file_unless_its_order_is_said() {
    let row = acled("X", "12/03/2020", ["1", "1"], "36.2,43.9", "A,,,0,1");
    let refusal = with(ACLED, &[&row], Options::default()).unwrap_err();
    assert!(matches!(refusal, Refusal::AmbiguousDate { line: 2, .. }));
    assert!(refusal.mend().contains("--dates dmy"));
    for (order, day) in [
        (DateOrder::DayFirst, date(2020, 3, 12)),
        (DateOrder::MonthFirst, date(2020, 12, 3)),
    ] {
        let options = Options { dates: Some(order) };
        let reading = with(ACLED, &[&row], options).unwrap();
        assert_eq!(reading.events[0].days.first, day);
    }
}

fn ged(codes: [&str; 2], dates: [&str; 2], clarity: &str) -> Event {
    let [date_prec, where_prec] = codes;
    let [start, end] = dates;
    let row = format!(
        "500001,XXX-2020-1-1,2020,1,Government of X,Group A,\
         \"Agency,2020-03-12,\"\"Rockets; two dead\"\";Paper\",Agency;Paper,Rockets on base,\
         {where_prec},North town,North base,36.24,43.96,{clarity},{date_prec},{start},{end},0,0,2,4,1"
    );
    let reading = whole(GED, &[&row]);
    assert_eq!(reading.data_set, DataSet::UcdpGed);
    assert_eq!(reading.dropped, []);
    reading.events[0].clone()
}

#[test]
fn a_row_of_ged_is_read_with_its_precision() {
    let midnight = ["2020-03-12 00:00:00.000"; 2];
    let event = ged(["1", "1"], midnight, "1");
    assert_eq!(event.days, days(date(2020, 3, 12), date(2020, 3, 12)));
    assert_eq!(event.sources, ["Agency", "Paper"]);
    assert_eq!(event.kind, "state-based conflict");
    assert_eq!(event.location, "North town; North base");
    assert_eq!(
        (event.killed, event.place_precision),
        (Some(2), Some(PlacePrecision::Exact))
    );
    let span = |code, dates| ged([code, "2"], dates, "1").days.count();
    assert_eq!(span("2", ["2020-03-12", "2020-03-15"]), 4);
    assert_eq!(span("2", midnight), 3);
    assert_eq!(span("3", midnight), 7);
    assert_eq!(span("4", midnight), 31);
    assert_eq!(span("5", ["2020-01-01", "2020-12-31"]), 366);
    for (code, precision) in [
        ("2", PlacePrecision::Near),
        ("3", PlacePrecision::Region),
        ("7", PlacePrecision::Region),
    ] {
        assert_eq!(
            ged(["1", code], midnight, "1").place_precision,
            Some(precision)
        );
    }
    let sum = ged(["1", "1"], midnight, "2");
    assert_eq!(sum.remarks, ["event_clarity 2: may sum up several events"]);
}

fn gtd(dates: [&str; 3], counts: [&str; 2], specificity: &str) -> String {
    let [year, month, day] = dates;
    let [killed, wounded] = counts;
    format!(
        "202003120001,{year},{month},{day},,0,,Xland,North,36.24,43.96,{specificity},\
         \"03/12/2020: Assailants fired rockets.\",Bombing/Explosion,Group A,Explosives,\
         \"Projectile (rockets, mortars, RPGs, etc.)\",107mm rockets,{killed},{wounded},\
         \"\"\"Rockets,\"\" Agency.\",Paper,"
    )
}

#[test]
fn a_row_of_gtd_is_read_with_what_it_does_not_know() {
    let event = |row: String| {
        let reading = whole(GTD, &[&row]);
        assert_eq!(reading.dropped, []);
        reading.events[0].clone()
    };
    let plain = event(gtd(["2020", "3", "12"], ["2", "-9"], "1"));
    assert_eq!(plain.days, days(date(2020, 3, 12), date(2020, 3, 12)));
    assert_eq!((plain.killed, plain.wounded), (Some(2), None));
    assert_eq!(
        plain.sub_kind,
        "Explosives / Projectile (rockets, mortars, RPGs, etc.)"
    );
    assert_eq!(
        plain.text,
        "03/12/2020: Assailants fired rockets. 107mm rockets"
    );
    assert_eq!(plain.sources, ["Rockets,\" Agency.", "Paper"]);
    let month = event(gtd(["2020", "3", "0"], ["", "-99"], "3"));
    assert_eq!(month.days, days(date(2020, 3, 1), date(2020, 3, 31)));
    assert_eq!((month.killed, month.wounded), (None, None));
    assert_eq!(month.place_precision, Some(PlacePrecision::Near));
    let year = event(gtd(["2020", "0", "0"], ["0", "1.0"], "4"));
    assert_eq!(year.days.count(), 366);
    assert_eq!(
        (year.wounded, year.place_precision),
        (Some(1), Some(PlacePrecision::Region))
    );
}

#[test]
fn a_bad_row_of_gtd_is_named() {
    for dates in [
        ["2020", "13", "1"],
        ["2020", "2", "30"],
        ["", "3", "1"],
        ["2020", "x", "0"],
    ] {
        assert_eq!(
            dropped(GTD, &gtd(dates, ["0", "0"], "1")).0,
            Why::Date,
            "{dates:?}"
        );
    }
    assert_eq!(
        dropped(GTD, &gtd(["2020", "3", "1"], ["0", "0"], "9")).0,
        Why::Code
    );
    let rounded =
        gtd(["2020", "3", "1"], ["0", "0"], "1").replacen("202003120001", "2.02003E+11", 1);
    let (why, reason) = dropped(GTD, &rounded);
    assert_eq!(why, Why::Id);
    assert!(reason.contains("rounded by a spreadsheet"), "{reason}");
}

#[test]
fn latin_1_and_utf_16_give_the_same_events() {
    let text = format!(
        "{GTD}\r\n{}\r\n",
        gtd(["2020", "3", "12"], ["2", "1"], "1").replace("North", "Nördlich")
    );
    let plain = read(text.as_bytes(), &Options::default()).unwrap();
    let latin: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let wide: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    for (bytes, note) in [(latin, "Windows-1252"), (wide, "UTF-16")] {
        let reading = read(&bytes, &Options::default()).unwrap();
        assert_eq!(reading.events, plain.events);
        assert!(reading.notes[0].contains(note), "{:?}", reading.notes);
    }
}

#[test]
fn files_that_are_none_of_these_are_refused_with_the_mend() {
    let refusal = |text: &str| read(text.as_bytes(), &Options::default()).unwrap_err();
    assert_eq!(refusal(" \n"), Refusal::Empty);
    assert!(matches!(
        refusal("id,date,site\n1,2,3\n"),
        Refusal::Header { .. }
    ));
    let columns = refusal("event_id_cnty,event_date,latitude\n1,2,3\n").to_string();
    assert_eq!(
        columns,
        "this is a file of ACLED, without its columns `event_type`, `longitude`"
    );
    let twice = format!("{ACLED},latitude\n");
    assert_eq!(refusal(&twice), Refusal::Twice { column: "latitude" });
    assert_eq!(whole(ACLED, &[]).rows, 0);
}

/// Text that is near to being a file, so that damage reaches every column.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let rows = vec![
        format!(
            "{ACLED}\n{}\n",
            acled(
                "X1",
                "12 March 2020",
                ["2", "1"],
                "36.2,43.9",
                "A;B,,\"x\ny\",1,9"
            )
        ),
        format!("{GTD}\n{}\n", gtd(["2020", "3", "0"], ["1", "-9"], "1")),
        format!("{GED}\n1,1,2020,1,a,b,,,,1,,,36.2,43.9,1,1,2020-03-12,2020-03-12,0,0,1,1,1\n"),
    ];
    let cuts = prop::collection::vec(
        (any::<prop::sample::Index>(), any::<Vec<u8>>(), 0..40_usize),
        0..6,
    );
    (prop::sample::select(rows), cuts).prop_map(|(text, cuts)| {
        let mut bytes = text.into_bytes();
        for (place, put, taken) in cuts {
            let at = place.index(bytes.len() + 1);
            let end = (at + taken).min(bytes.len());
            bytes.splice(at..end, put.into_iter().take(20));
        }
        bytes
    })
}

proptest! {
    #[test]
    fn any_bytes_give_a_reading_or_a_refusal(bytes in prop_oneof![any::<Vec<u8>>(), nearly()]) {
        if let Ok(reading) = read(&bytes, &Options { dates: Some(DateOrder::DayFirst) }) {
            // Nothing is lost in silence.
            prop_assert_eq!(reading.rows, reading.events.len() + reading.dropped.len());
            for event in &reading.events {
                prop_assert!(event.days.first <= event.days.last);
                prop_assert!(event.days.middle() >= event.days.first);
                prop_assert!(event.days.middle() <= event.days.last);
                prop_assert!(event.place.latitude_deg.abs() <= 90.0);
                prop_assert!(!event.id.is_empty());
            }
        }
    }
}
