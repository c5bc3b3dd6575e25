//! Captures of network traffic (pcap and pcapng) to the datagrams in them.
//!
//! Blocks are those of draft-ietf-opsawg-pcap and -pcapng; the packets in them are read by `etherparse`. Either byte order, micro-
//! and nanoseconds; Ethernet with VLAN tags, Linux cooked, loopback and bare IP; IPv4 with options and IPv6
//! with extensions. A packet that was cut short or fragmented gives a fault instead of half a datagram.

use etherparse::{EtherType, NetSlice, SlicedPacket, TransportSlice};
use std::net::{IpAddr, SocketAddr};

/// Nanoseconds of a second.
const SECOND_NS: i64 = 1_000_000_000;
/// Kinds of blocks of pcapng; that of a section reads the same in either byte order.
const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const PACKET: u32 = 6;
/// Octets of the header of a pcap file.
const HEADER_OCTETS: usize = 24;

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
    Link(Option<u32>),
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
    let magic = Order::Little.wide(capture, 0);
    if magic == Some(SECTION) {
        next_generation(capture, &mut reading);
    } else if let Some(style) = Style::of(capture) {
        classic(capture, &style, &mut reading);
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

/// In which order the octets of a number stand.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn short(self, octets: &[u8], at: usize) -> Option<u16> {
        let number = *octets.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(number),
            Self::Big => u16::from_be_bytes(number),
        })
    }

    fn wide(self, octets: &[u8], at: usize) -> Option<u32> {
        let number = *octets.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(number),
            Self::Big => u32::from_be_bytes(number),
        })
    }
}

/// What the header of a pcap file says.
struct Style {
    order: Order,
    tick_ns: i64,
    /// Octets before each packet.
    frame_octets: usize,
    link: u32,
}

impl Style {
    fn of(capture: &[u8]) -> Option<Self> {
        let with = |order: Order| {
            let (tick_ns, frame_octets) = match order.wide(capture, 0)? {
                0xa1b2_c3d4 => (1_000, 16),
                0xa1b2_3c4d => (1, 16),
                // As an old patch for Linux wrote it, with the interface behind the lengths.
                0xa1b2_cd34 => (1_000, 24),
                _ => return None,
            };
            // The high bits of the link say how long a check sum at the end of each frame is.
            let link = order.wide(capture, 20)? & 0x03ff_ffff;
            Some(Self {
                order,
                tick_ns,
                frame_octets,
                link,
            })
        };
        with(Order::Little).or_else(|| with(Order::Big))
    }

    fn frame<'a>(&self, octets: &'a [u8], offset: usize) -> Option<(Packet<'a>, usize)> {
        let number = |at| self.order.wide(octets, at);
        let fraction_ns = i64::from(number(4)?) * self.tick_ns;
        let time_ns = i64::from(number(0)?) * SECOND_NS + fraction_ns;
        let captured = number(8)?;
        let end = self.frame_octets.checked_add(captured as usize)?;
        let packet = Packet {
            offset,
            link: Some(self.link),
            time_ns: (fraction_ns < SECOND_NS).then_some(time_ns),
            captured,
            sent: number(12)?,
            octets: octets.get(self.frame_octets..end)?,
        };
        Some((packet, end))
    }
}

fn classic<'a>(capture: &'a [u8], style: &Style, reading: &mut Capture<'a>) {
    let mut offset = HEADER_OCTETS;
    while let Some(rest) = capture.get(offset..).filter(|rest| !rest.is_empty()) {
        let Some((packet, length)) = style.frame(rest, offset) else {
            return reading.fault(offset, Flaw::Broken { left: rest.len() });
        };
        reading.packet(&packet);
        offset += length;
    }
}

fn next_generation<'a>(capture: &'a [u8], reading: &mut Capture<'a>) {
    let mut offset = 0;
    let mut order = Order::Little;
    let mut interfaces = Vec::new();
    while let Some(rest) = capture.get(offset..).filter(|rest| !rest.is_empty()) {
        let broken = Flaw::Broken { left: rest.len() };
        // A section says its byte order behind its length.
        let section = order.wide(rest, 0) == Some(SECTION);
        if section {
            order = match Order::Little.wide(rest, 8) {
                Some(0x1a2b_3c4d) => Order::Little,
                _ => Order::Big,
            };
            interfaces.clear();
        }
        let Some((kind, body, length)) = block(rest, order) else {
            return reading.fault(offset, broken);
        };
        match kind {
            SECTION if order.wide(body, 0) != Some(0x1a2b_3c4d) => {
                return reading.fault(offset, broken);
            }
            INTERFACE => interfaces.push(Interface::of(body, order)),
            OLD_PACKET | PACKET => match packet(body, order, kind, offset, &interfaces) {
                Some(packet) => reading.packet(&packet),
                None => return reading.fault(offset, broken),
            },
            SIMPLE_PACKET => reading.fault(offset, Flaw::Time),
            _ => {}
        }
        offset += length;
    }
}

/// The block with which some octets begin: its kind, what it holds, and its length.
fn block(octets: &[u8], order: Order) -> Option<(u32, &[u8], usize)> {
    let told = order.wide(octets, 4)?;
    let length = told as usize;
    let end = length
        .checked_sub(4)
        .filter(|end| *end >= 8 && length.is_multiple_of(4))?;
    let again = order.wide(octets.get(..length)?, end)?;
    (again == told).then_some((order.wide(octets, 0)?, octets.get(8..end)?, length))
}

fn packet<'a>(
    body: &'a [u8],
    order: Order,
    kind: u32,
    offset: usize,
    interfaces: &[Option<Interface>],
) -> Option<Packet<'a>> {
    let number = |at| order.wide(body, at);
    let index = match kind {
        OLD_PACKET => u32::from(order.short(body, 0)?),
        _ => number(0)?,
    };
    let interface = interfaces.get(index as usize).and_then(Option::as_ref);
    let ticks = u64::from(number(4)?) << 32 | u64::from(number(8)?);
    let captured = number(12)?;
    Some(Packet {
        offset,
        link: interface.map(|interface| interface.link),
        time_ns: interface.and_then(|interface| interface.moment_ns(ticks)),
        captured,
        sent: number(16)?,
        octets: body.get(20..)?.get(..captured as usize)?,
    })
}

/// An interface of a pcapng section.
struct Interface {
    link: u32,
    ticks_per_second: Option<u64>,
    offset_s: i64,
}

impl Interface {
    /// None where its block is shorter than it has to be.
    fn of(body: &[u8], order: Order) -> Option<Self> {
        let mut interface = Self {
            link: order.short(body, 0)?.into(),
            ticks_per_second: Some(1_000_000),
            offset_s: 0,
        };
        let mut options = body.get(8..)?;
        while let (Some(code @ 1..), Some(length)) =
            (order.short(options, 0), order.short(options, 2))
        {
            let length = usize::from(length);
            let Some(value) = options.get(4..4 + length) else {
                break;
            };
            match (code, value) {
                (9, [power]) => interface.ticks_per_second = ticks_per_second(*power),
                (14, value) => {
                    interface.offset_s = value.try_into().map_or(0, |seconds| match order {
                        Order::Little => i64::from_le_bytes(seconds),
                        Order::Big => i64::from_be_bytes(seconds),
                    });
                }
                _ => {}
            }
            options = options
                .get(4 + length.next_multiple_of(4)..)
                .unwrap_or_default();
        }
        Some(interface)
    }

    fn moment_ns(&self, ticks: u64) -> Option<i64> {
        let since_ns =
            i128::from(ticks) * i128::from(SECOND_NS) / i128::from(self.ticks_per_second?);
        let offset_ns = i128::from(self.offset_s) * i128::from(SECOND_NS);
        i64::try_from(since_ns + offset_ns).ok()
    }
}

/// The resolution of an interface: a power of ten, or of two where the highest bit is set.
fn ticks_per_second(power: u8) -> Option<u64> {
    match power {
        0..0x80 => 10_u64.checked_pow(power.into()),
        _ => 2_u64.checked_pow((power & 0x7f).into()),
    }
}

/// A packet as it was captured.
struct Packet<'a> {
    offset: usize,
    link: Option<u32>,
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
        // Numbers of the registry of link types (tcpdump.org/linktypes.html).
        let sliced = match link {
            1 => SlicedPacket::from_ethernet(self.octets),
            113 => SlicedPacket::from_linux_sll(self.octets),
            276 => {
                let kind = self
                    .octets
                    .first_chunk::<2>()
                    .map_or(0, |kind| u16::from_be_bytes(*kind));
                SlicedPacket::from_ether_type(EtherType(kind), after(20)?)
            }
            // Four octets with the family, in the byte order of whoever captured: IP says itself which it is.
            0 | 108 => SlicedPacket::from_ip(after(4)?),
            12 | 14 | 101 | 228 | 229 => SlicedPacket::from_ip(self.octets),
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
