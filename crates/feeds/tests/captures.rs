//! Captures of every kind, made here, and broken ones.

use feeds::pcap::{Capture, Flaw, read};
use proptest::prelude::*;

const PAYLOAD: &[u8] = b"forty-two octets of something quite random";

/// A UDP datagram in IPv4, with options where there are any.
fn ipv4(options: &[u8], fragment: u16) -> Vec<u8> {
    let udp = udp();
    let header = 20 + options.len();
    let mut packet = vec![0x40 | (header / 4) as u8, 0];
    packet.extend(((header + udp.len()) as u16).to_be_bytes());
    packet.extend([0, 0]);
    packet.extend(fragment.to_be_bytes());
    packet.extend([64, 17, 0, 0, 10, 0, 0, 1, 239, 0, 0, 7]);
    packet.extend(options);
    packet.extend(udp);
    packet
}

fn ipv6() -> Vec<u8> {
    let udp = udp();
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend((udp.len() as u16).to_be_bytes());
    packet.extend([17, 64]);
    packet.extend([0x11; 16]);
    packet.extend([0x22; 16]);
    packet.extend(udp);
    packet
}

fn udp() -> Vec<u8> {
    let mut udp = vec![0x21, 0x98, 0x21, 0x99];
    udp.extend((PAYLOAD.len() as u16 + 8).to_be_bytes());
    udp.extend([0, 0]);
    udp.extend(PAYLOAD);
    udp
}

fn ethernet(tags: &[u8], kind: u16, packet: &[u8]) -> Vec<u8> {
    let mut frame = vec![1; 12];
    frame.extend(tags);
    frame.extend(kind.to_be_bytes());
    frame.extend(packet);
    frame
}

/// How a capture is written.
#[derive(Clone, Copy)]
struct Style {
    big_endian: bool,
    nanoseconds: bool,
}

const STYLES: [Style; 4] = [
    Style {
        big_endian: false,
        nanoseconds: false,
    },
    Style {
        big_endian: true,
        nanoseconds: false,
    },
    Style {
        big_endian: false,
        nanoseconds: true,
    },
    Style {
        big_endian: true,
        nanoseconds: true,
    },
];

impl Style {
    fn wide(self, number: u32) -> [u8; 4] {
        if self.big_endian {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    }

    fn short(self, number: u16) -> [u8; 2] {
        if self.big_endian {
            number.to_be_bytes()
        } else {
            number.to_le_bytes()
        }
    }

    fn capture(self, link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
        let magic = if self.nanoseconds {
            0xa1b2_3c4d
        } else {
            0xa1b2_c3d4
        };
        let mut out = self.wide(magic).to_vec();
        out.extend(self.short(2));
        out.extend(self.short(4));
        for number in [0, 0, 65_535, link] {
            out.extend(self.wide(number));
        }
        for packet in packets {
            let length = packet.len() as u32;
            for number in [1_700_000_000, 250_000, length, length] {
                out.extend(self.wide(number));
            }
            out.extend(packet);
        }
        out
    }

    fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let padding = (4 - body.len() % 4) % 4;
        let length = (body.len() + padding + 12) as u32;
        let mut block = self.wide(kind).to_vec();
        block.extend(self.wide(length));
        block.extend(body);
        block.extend(vec![0; padding]);
        block.extend(self.wide(length));
        block
    }

    /// A section of pcapng with one interface, whose ticks are nanoseconds or, without an option, microseconds.
    fn section(self, link: u16, packets: &[Vec<u8>]) -> Vec<u8> {
        let mut header = self.wide(0x1a2b_3c4d).to_vec();
        header.extend(self.short(1));
        header.extend(self.short(0));
        header.extend([0xff; 8]);
        let mut out = self.block(0x0a0d_0d0a, &header);
        let mut interface = self.short(link).to_vec();
        interface.extend([0, 0]);
        interface.extend(self.wide(65_535));
        if self.nanoseconds {
            interface.extend(self.short(9));
            interface.extend(self.short(1));
            interface.extend([9, 0, 0, 0, 0, 0, 0, 0]);
        }
        out.extend(self.block(1, &interface));
        // A block of another kind, interface statistics, between them.
        out.extend(self.block(0xbad, &[1, 2, 3, 4]));
        for packet in packets {
            let ticks: u64 = if self.nanoseconds {
                1_700_000_000_000_250_000
            } else {
                1_700_000_000_250_000
            };
            let mut body = self.wide(0).to_vec();
            body.extend(self.wide((ticks >> 32) as u32));
            body.extend(self.wide(ticks as u32));
            body.extend(self.wide(packet.len() as u32));
            body.extend(self.wide(packet.len() as u32));
            body.extend(packet);
            out.extend(self.block(6, &body));
        }
        out
    }
}

fn assert_whole(capture: &Capture<'_>, style: Style, count: usize) {
    assert_eq!(capture.faults, []);
    assert_eq!(capture.datagrams.len(), count);
    let fraction_ns = if style.nanoseconds {
        250_000
    } else {
        250_000_000
    };
    for datagram in &capture.datagrams {
        assert_eq!(datagram.payload, PAYLOAD);
        assert_eq!(datagram.time_ns, 1_700_000_000_000_000_000 + fraction_ns);
        assert_eq!(
            (datagram.source.port(), datagram.destination.port()),
            (8_600, 8_601)
        );
    }
}

fn links() -> Vec<(u16, Vec<u8>)> {
    let four = ipv4(&[], 0);
    let cooked = [&[0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0][..], &four].concat();
    let cooked_2 = [
        &[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0][..],
        &four,
    ]
    .concat();
    vec![
        (1, ethernet(&[], 0x0800, &four)),
        (
            1,
            ethernet(&[], 0x0800, &[four.as_slice(), &[0; 6]].concat()),
        ),
        (1, ethernet(&[0x81, 0, 0, 7], 0x0800, &four)),
        (
            1,
            ethernet(&[0x88, 0xa8, 0, 7, 0x81, 0, 0, 8], 0x86dd, &ipv6()),
        ),
        (1, ethernet(&[], 0x0800, &ipv4(&[1; 12], 0))),
        (113, cooked),
        (276, cooked_2),
        (0, [&[2, 0, 0, 0][..], &four].concat()),
        (108, [&[0, 0, 0, 24][..], &ipv6()].concat()),
        (101, four.clone()),
        (101, ipv6()),
        (228, four),
        (229, ipv6()),
    ]
}

#[test]
fn every_link_and_byte_order_gives_its_datagrams() {
    for style in STYLES {
        for (link, packet) in links() {
            let packets = vec![packet; 3];
            assert_whole(&read(&style.capture(link.into(), &packets)), style, 3);
            assert_whole(&read(&style.section(link, &packets)), style, 3);
        }
    }
}

#[test]
fn sections_of_either_byte_order_follow_each_other() {
    let packets = [ethernet(&[], 0x0800, &ipv4(&[], 0))];
    let sections = [
        STYLES[0].section(1, &packets),
        STYLES[1].section(1, &packets),
    ]
    .concat();
    assert_whole(&read(&sections), STYLES[0], 2);
}

#[test]
fn what_is_no_udp_is_counted_and_left() {
    let arp = ethernet(
        &[],
        0x0806,
        &[
            0, 1, 8, 0, 6, 4, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2,
        ],
    );
    let unknown = ethernet(&[], 0x88cc, &[1, 2, 3]);
    let mut tcp = ipv4(&[], 0);
    tcp[9] = 6;
    tcp[32] = 0x50;
    let capture = STYLES[0].capture(1, &[arp, unknown, ethernet(&[], 0x0800, &tcp)]);
    let reading = read(&capture);
    assert_eq!(
        (reading.faults.as_slice(), reading.datagrams.len()),
        (&[][..], 0)
    );
    assert_eq!(reading.other_packets, 3);
}

#[test]
fn half_a_datagram_is_none() {
    let good = ethernet(&[], 0x0800, &ipv4(&[], 0));
    let first = ethernet(&[], 0x0800, &ipv4(&[], 0x2000));
    let later = ethernet(&[], 0x0800, &ipv4(&[], 0x0003));
    let mut cut = STYLES[0].capture(1, &[good.clone(), first, later, good.clone()]);
    // The last packet was longer on the wire.
    let last = cut.len() - good.len();
    cut[last - 4..last].copy_from_slice(&200_u32.to_le_bytes());
    let reading = read(&cut);
    let flaws: Vec<&Flaw> = reading.faults.iter().map(|fault| &fault.flaw).collect();
    let captured = good.len() as u32;
    assert_eq!(
        flaws,
        [
            &Flaw::Fragment,
            &Flaw::Fragment,
            &Flaw::Cut {
                captured,
                sent: 200
            }
        ]
    );
    assert_eq!(reading.datagrams.len(), 1);
    // The length in UDP says more than there is.
    let mut longer = ipv4(&[], 0);
    longer[24..26].copy_from_slice(&500_u16.to_be_bytes());
    let capture = STYLES[0].capture(101, &[longer, ipv4(&[], 0)]);
    let reading = read(&capture);
    assert!(matches!(reading.faults[0].flaw, Flaw::Packet(_)));
    assert_eq!((reading.faults[0].offset, reading.datagrams.len()), (24, 1));
}

#[test]
fn a_capture_says_what_it_cannot_tell() {
    let flaws = |capture: &[u8]| {
        let faults = read(capture).faults;
        faults
            .into_iter()
            .map(|fault| (fault.offset, fault.flaw))
            .collect::<Vec<_>>()
    };
    assert_eq!(flaws(b""), [(0, Flaw::NoCapture)]);
    assert_eq!(flaws(b"{\"t\":1}"), [(0, Flaw::NoCapture)]);
    let packet = [ipv4(&[], 0)];
    assert_eq!(
        flaws(&STYLES[0].capture(9_999, &packet)),
        [(24, Flaw::Link(Some(9_999)))]
    );
    // A microsecond that is more than a second.
    let mut late = STYLES[0].capture(101, &packet);
    late[28..32].copy_from_slice(&2_000_000_u32.to_le_bytes());
    assert_eq!(flaws(&late), [(24, Flaw::Time)]);
    // A packet of an interface that was not described, and one without a moment.
    let section = STYLES[0].section(101, &[]);
    let mut lost = STYLES[0].section(101, &packet);
    let at = section.len() + 8;
    lost[at] = 7;
    assert_eq!(flaws(&lost), [(section.len(), Flaw::Link(None))]);
    let simple = [
        section.clone(),
        STYLES[0].block(3, &[&[62, 0, 0, 0][..], &packet[0]].concat()),
    ]
    .concat();
    assert_eq!(flaws(&simple), [(section.len(), Flaw::Time)]);
    let broken = [section.clone(), vec![6, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]].concat();
    assert_eq!(flaws(&broken), [(section.len(), Flaw::Broken { left: 12 })]);
}

proptest! {
    #[test]
    fn a_capture_cut_anywhere_keeps_what_is_whole(at in any::<prop::sample::Index>(), style in 0_usize..4, next in any::<bool>()) {
        let packets = vec![ethernet(&[], 0x0800, &ipv4(&[], 0)); 3];
        let whole = if next { STYLES[style].section(1, &packets) } else { STYLES[style].capture(1, &packets) };
        let reading = read(&whole);
        let at = at.index(whole.len());
        let cut = read(&whole[..at]);
        let ends: Vec<usize> = reading.datagrams.iter().map(|it| it.offset).skip(1).chain([whole.len()]).collect();
        let kept = ends.iter().filter(|end| **end <= at).count();
        prop_assert_eq!(&cut.datagrams, &reading.datagrams[..kept]);
        prop_assert!(cut.faults.len() <= 1);
        prop_assert!(cut.faults.len() == 1 || at >= 24);
        for fault in cut.faults {
            prop_assert!(fault.offset <= at);
        }
    }

    #[test]
    fn changed_octets_never_panic(
        style in 0_usize..4,
        next in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let packets: Vec<Vec<u8>> = links().into_iter().filter(|(link, _)| *link == 1).map(|(_, packet)| packet).collect();
        let mut capture = if next { STYLES[style].section(1, &packets) } else { STYLES[style].capture(1, &packets) };
        for (at, octet) in changes {
            let at = at.index(capture.len());
            capture[at] = octet;
        }
        let reading = read(&capture);
        prop_assert!(reading.datagrams.len() + reading.faults.len() + reading.other_packets <= capture.len() / 16 + 1);
    }

    #[test]
    fn any_octets_never_panic(octets in prop::collection::vec(any::<u8>(), 0..300), start in 0_usize..3) {
        let begin = vec![STYLES[0].capture(1, &[]), STYLES[0].section(1, &[]), vec![]].swap_remove(start);
        let capture = [begin, octets].concat();
        let reading = read(&capture);
        for fault in &reading.faults {
            prop_assert!(fault.offset < capture.len().max(1));
        }
    }
}
