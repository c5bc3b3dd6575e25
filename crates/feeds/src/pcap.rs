//! Captures of network traffic (pcap and pcapng) to the datagrams in them.
//!
//! The blocks of a capture are read by `pcap-parser`, the packets in them by `etherparse`. Either byte order, micro-
//! and nanoseconds; Ethernet with VLAN tags, Linux cooked, loopback and bare IP; IPv4 with options and IPv6
//! with extensions. A packet that was cut short or fragmented gives a fault instead of half a datagram.

use etherparse::{EtherType, NetSlice, SlicedPacket, TransportSlice};
use pcap_parser::pcapng::{Block, InterfaceDescriptionBlock, parse_block_be, parse_block_le};
use pcap_parser::{Linktype, PcapHeader};
use std::net::{IpAddr, SocketAddr};

/// Nanoseconds of a second.
const SECOND_NS: u32 = 1_000_000_000;
/// The first octets of a pcapng file, in either byte order.
const PCAPNG_MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// A UDP datagram of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Octet of the capture at which its packet's block begins.
    pub offset: usize,
    /// When it was captured, ns since 1970-01-01T00:00:00 UTC.
    pub time_ns: i64,
    /// From where.
    pub source: SocketAddr,
    /// Whereto.
    pub destination: SocketAddr,
    /// What it holds.
    pub payload: &'a [u8],
}

/// A capture that has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capture<'a> {
    /// Its whole UDP datagrams, in their order.
    pub datagrams: Vec<Datagram<'a>>,
    /// How many packets of other kinds it holds, such as TCP and ARP.
    pub other_packets: usize,
    /// What could not be read, in the order of the capture.
    pub faults: Vec<Fault>,
}

/// Something that could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("octet {offset} of the capture: {flaw}")]
pub struct Fault {
    /// Octet of the capture at which the block begins.
    pub offset: usize,
    /// What is wrong.
    pub flaw: Flaw,
}

/// What is wrong with a capture or a packet of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Neither pcap nor pcapng.
    #[error("this is no capture: it begins neither as pcap nor as pcapng")]
    NoCapture,
    /// A block that goes beyond the end of the capture or breaks the rules of its format, so that the next cannot be found.
    #[error("the {left} octets from here on do not begin with a whole block; they are lost")]
    Broken {
        /// Octets from the block's beginning to the end of the capture.
        left: usize,
    },
    /// A packet of an interface that was not described, or on a link that is not known here.
    #[error("the link of the packet (type {0:?}) is not one that is known here")]
    Link(Option<i32>),
    /// A packet without a moment, or with one that cannot be told.
    #[error("the packet has no moment that can be told")]
    Time,
    /// A packet that was captured in part.
    #[error("{captured} octets of {sent} were captured of the packet")]
    Cut {
        /// Octets there.
        captured: u32,
        /// Octets that went over the wire.
        sent: u32,
    },
    /// A part of an IP packet.
    #[error("the packet is a fragment; fragments are not put together")]
    Fragment,
    /// A packet that breaks the rules of its protocols.
    #[error("the packet breaks the rules of its protocols: {0}")]
    Packet(String),
}

/// Reads a capture. Never panics; what is whole comes out, whatever follows it.
#[must_use]
pub fn read(capture: &[u8]) -> Capture<'_> {
    let mut reading = Capture::default();
    if capture.starts_with(&PCAPNG_MAGIC) {
        next_generation(capture, &mut reading);
    } else if let Ok((rest, header)) = pcap_parser::parse_pcap_header(capture) {
        classic(capture, rest, &header, &mut reading);
    } else {
        reading.fault(0, Flaw::NoCapture);
    }
    reading
}

impl<'a> Capture<'a> {
    fn fault(&mut self, offset: usize, flaw: Flaw) {
        self.faults.push(Fault { offset, flaw });
    }

    fn packet(&mut self, packet: &Packet<'a>) {
        match packet.datagram() {
            Ok(Some(datagram)) => self.datagrams.push(datagram),
            Ok(None) => self.other_packets += 1,
            Err(flaw) => self.fault(packet.offset, flaw),
        }
    }
}

fn classic<'a>(
    whole: &'a [u8],
    mut rest: &'a [u8],
    header: &PcapHeader,
    reading: &mut Capture<'a>,
) {
    let frame = match (header.is_modified_format(), header.is_bigendian()) {
        (true, _) => pcap_parser::parse_pcap_frame_modified,
        (false, true) => pcap_parser::parse_pcap_frame_be,
        (false, false) => pcap_parser::parse_pcap_frame,
    };
    let tick_ns = if header.is_nanosecond_precision() {
        1
    } else {
        1_000
    };
    // The high bits of the link say how long a check sum at the end of each frame is.
    let link = Some(header.network.0 & 0x03ff_ffff);
    while !rest.is_empty() {
        let offset = whole.len() - rest.len();
        let Ok((after, block)) = frame(rest) else {
            return reading.fault(offset, Flaw::Broken { left: rest.len() });
        };
        rest = after;
        let fraction_ns = i64::from(block.ts_usec) * tick_ns;
        let time_ns = i64::from(block.ts_sec) * i64::from(SECOND_NS) + fraction_ns;
        reading.packet(&Packet {
            offset,
            link,
            time_ns: (fraction_ns < i64::from(SECOND_NS)).then_some(time_ns),
            captured: block.caplen,
            sent: block.origlen,
            octets: block.data,
        });
    }
}

fn next_generation<'a>(whole: &'a [u8], reading: &mut Capture<'a>) {
    let mut rest = whole;
    let mut big_endian = false;
    let mut interfaces = Vec::new();
    while !rest.is_empty() {
        let offset = whole.len() - rest.len();
        // A section says its byte order behind its length.
        if rest.starts_with(&PCAPNG_MAGIC) {
            big_endian = rest.get(8..12) == Some(&[0x1a, 0x2b, 0x3c, 0x4d]);
            interfaces.clear();
        }
        let parsed = if big_endian {
            parse_block_be(rest)
        } else {
            parse_block_le(rest)
        };
        let block = match parsed {
            Ok((after, block)) if after.len() < rest.len() => {
                rest = after;
                block
            }
            _ => return reading.fault(offset, Flaw::Broken { left: rest.len() }),
        };
        match block {
            Block::InterfaceDescription(interface) => interfaces.push(Interface::new(&interface)),
            Block::EnhancedPacket(packet) => {
                let interface = interfaces.get(packet.if_id as usize);
                let ticks = u64::from(packet.ts_high) << 32 | u64::from(packet.ts_low);
                reading.packet(&Packet {
                    offset,
                    link: interface.map(|interface| interface.link),
                    time_ns: interface.and_then(|interface| interface.moment_ns(ticks)),
                    captured: packet.caplen,
                    sent: packet.origlen,
                    octets: packet
                        .data
                        .get(..packet.caplen as usize)
                        .unwrap_or_default(),
                });
            }
            Block::SimplePacket(_) => reading.fault(offset, Flaw::Time),
            _ => {}
        }
    }
}

/// An interface of a pcapng section.
struct Interface {
    link: i32,
    ticks_per_second: Option<u64>,
    offset_s: i64,
}

impl Interface {
    fn new(block: &InterfaceDescriptionBlock<'_>) -> Self {
        Self {
            link: block.linktype.0,
            ticks_per_second: block.ts_resolution().filter(|ticks| *ticks > 0),
            offset_s: block.ts_offset(),
        }
    }

    fn moment_ns(&self, ticks: u64) -> Option<i64> {
        let since_ns =
            i128::from(ticks) * i128::from(SECOND_NS) / i128::from(self.ticks_per_second?);
        let offset_ns = i128::from(self.offset_s) * i128::from(SECOND_NS);
        i64::try_from(since_ns + offset_ns).ok()
    }
}

/// A packet as it was captured.
struct Packet<'a> {
    offset: usize,
    link: Option<i32>,
    time_ns: Option<i64>,
    captured: u32,
    sent: u32,
    octets: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Its datagram; none where it is of another kind.
    fn datagram(&self) -> Result<Option<Datagram<'a>>, Flaw> {
        if self.captured < self.sent {
            return Err(Flaw::Cut {
                captured: self.captured,
                sent: self.sent,
            });
        }
        let packet = self.sliced()?;
        let Some((source, destination)) = packet.net.as_ref().and_then(addresses) else {
            return Ok(None);
        };
        if packet.is_ip_payload_fragmented() {
            return Err(Flaw::Fragment);
        }
        let Some(TransportSlice::Udp(udp)) = packet.transport else {
            return Ok(None);
        };
        Ok(Some(Datagram {
            offset: self.offset,
            time_ns: self.time_ns.ok_or(Flaw::Time)?,
            source: SocketAddr::new(source, udp.source_port()),
            destination: SocketAddr::new(destination, udp.destination_port()),
            payload: udp.payload(),
        }))
    }

    fn sliced(&self) -> Result<SlicedPacket<'a>, Flaw> {
        let after = |octets: usize| {
            let short = || {
                Flaw::Packet(format!(
                    "{} octets, the link alone has {octets}",
                    self.octets.len()
                ))
            };
            self.octets.get(octets..).ok_or_else(short)
        };
        let link = self.link.ok_or(Flaw::Link(None))?;
        let sliced = match Linktype(link) {
            Linktype::ETHERNET => SlicedPacket::from_ethernet(self.octets),
            Linktype::LINUX_SLL => SlicedPacket::from_linux_sll(self.octets),
            Linktype::LINUX_SLL2 => {
                let kind = self
                    .octets
                    .first_chunk::<2>()
                    .map_or(0, |kind| u16::from_be_bytes(*kind));
                SlicedPacket::from_ether_type(EtherType(kind), after(20)?)
            }
            // Four octets with the family, in the byte order of whoever captured: IP says itself which it is.
            Linktype::NULL | Linktype::LOOP => SlicedPacket::from_ip(after(4)?),
            Linktype::RAW | Linktype(12) | Linktype(14) | Linktype::IPV4 | Linktype::IPV6 => {
                SlicedPacket::from_ip(self.octets)
            }
            _ => return Err(Flaw::Link(Some(link))),
        };
        sliced.map_err(|reason| Flaw::Packet(reason.to_string()))
    }
}

fn addresses(net: &NetSlice<'_>) -> Option<(IpAddr, IpAddr)> {
    match net {
        NetSlice::Ipv4(ip) => {
            let header = ip.header();
            Some((
                header.source_addr().into(),
                header.destination_addr().into(),
            ))
        }
        NetSlice::Ipv6(ip) => {
            let header = ip.header();
            Some((
                header.source_addr().into(),
                header.destination_addr().into(),
            ))
        }
        NetSlice::Arp(_) => None,
    }
}
