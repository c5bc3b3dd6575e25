"""Every field of ASTERIX records beside PyPI's libasterix: bits, worth and text must be the same.

    cargo build --release -p feeds --example asterix_lines
    python bench/asterix_peer.py target/release/examples/asterix_lines [CAPTURE.pcap] [--tiny]

Records with random bits are made for every edition, with every item, part and repetition, and both decoders
read them (`--tiny`: few). A capture named on the command line, or by ASTERIX_CAPTURE, is read by both as well, in every
edition; without one that part is skipped, and says so. Needs `pip install libasterix`.
"""

import os
import random
import struct
import subprocess
import sys

import asterix.generated as specification
from asterix.base import (
    Bits, Compound, ContentInteger, ContentQuantity, ContentString, Element, Explicit, Extended, Group,
    RawDatablock, Repetitive, Spare, StringICAO,
)

EDITIONS_034 = ["1.27", "1.28", "1.29"]
EDITIONS_048 = ["1.27", "1.28", "1.29", "1.30", "1.31", "1.32"]
EDITIONS_EXPANSION = ["none", "1.11", "1.12", "1.13"]


def category(number, edition):
    return getattr(specification, f"Cat_{number:03}_{edition.replace('.', '_')}")


def expansion(edition):
    return None if edition == "none" else getattr(specification, f"Ref_048_{edition.replace('.', '_')}").cv_expansion


# What libasterix reads.

def element_line(path, element):
    """Bits, worth and text of one field."""
    raw = element.as_uint()
    content = element._get_rule()._get_content()
    worth, text = float(raw), ""
    if isinstance(content, ContentQuantity):
        worth = content._as_quantity()
    elif isinstance(content, ContentInteger):
        worth = float(content.as_integer())
    elif isinstance(content, ContentString):
        text = content.as_string()
    return (path, raw, worth, text)


def item_lines(path, item, out):
    if isinstance(item, Spare):
        return
    value = item.arg
    variation_lines(f"{path}/{value.cv_name}", value.arg.arg, out)


def variation_lines(path, variation, out):
    if isinstance(variation, Element):
        out.append(element_line(path, variation))
    elif isinstance(variation, Group):
        for item in variation.arg:
            item_lines(path, item, out)
    elif isinstance(variation, Extended):
        for octet in variation.arg:
            for item in octet:
                if item is not None:
                    item_lines(path, item, out)
    elif isinstance(variation, Repetitive):
        for index, part in enumerate(variation.arg):
            variation_lines(f"{path}[{index}]", part, out)
    elif isinstance(variation, Compound):
        compound_lines(path, variation.arg, out)
    elif isinstance(variation, Explicit):
        octet_lines(path, variation.get_bytes(), out)
    else:
        raise TypeError(type(variation))


def compound_lines(path, parts, out):
    for name, part in parts.items():
        variation_lines(f"{path}/{name}", part.arg.arg, out)


def octet_lines(path, octets, out):
    out.extend((f"{path}[{index}]", octet, float(octet), "") for index, octet in enumerate(octets))


def record_lines(number, record, expansion_class):
    out = []
    for name, item in record.items_regular.items():
        variation = item.arg.arg
        if number == 48 and name == "RE" and expansion_class is not None:
            read, left = expansion_class._parse(Bits.from_bytes(variation.get_bytes()))
            assert len(left) == 0
            compound_lines(name, read.arg, out)
        else:
            variation_lines(name, variation, out)
    return out


def peer(payloads, editions):
    """The records that libasterix reads of datagrams."""
    service, target, expansion_edition = editions
    expansion_class = expansion(expansion_edition)
    records = []
    for payload in payloads:
        for block in RawDatablock.parse(Bits.from_bytes(payload)):
            number = block.get_category()
            found = category(number, service if number == 34 else target).cv_uap.parse(
                block.get_raw_records())
            if isinstance(found, ValueError):
                raise found
            records.extend((number, record_lines(number, record, expansion_class)) for record in found)
    return records


# What Rampart reads.

def ours(program, capture, editions):
    printed = subprocess.run([program, *editions], input=capture, capture_output=True, check=True).stdout.decode()
    records, faults = [], []
    for line in printed.splitlines():
        words = line.split(" ", 4)
        if words[0] == "fault":
            faults.append(line)
        elif words[1] == "category":
            records.append((int(words[2]), []))
        else:
            records[-1][1].append((words[1], int(words[2]), float(words[3]), words[4]))
    return records, faults


# Random records.

def random_bits(count, stream):
    return [stream.randrange(2) for _ in range(count)]


def number_bits(number, count):
    return [number >> bit & 1 for bit in reversed(range(count))]


def random_variation(variation, stream, expansion_class):
    """Bits of one value of that shape; spare bits are zero."""
    if issubclass(variation, Element):
        content = variation.cv_rule.cv_content
        if issubclass(content, ContentString) and content.cv_string_type is StringICAO:
            letters = list(range(1, 27)) + [32] + list(range(48, 58))
            return [bit for _ in range(variation.cv_bit_size // 6) for bit in number_bits(stream.choice(letters), 6)]
        return random_bits(variation.cv_bit_size, stream)
    if issubclass(variation, Group):
        return [bit for item, _ in variation.cv_items_list for bit in random_item(item, stream)]
    if issubclass(variation, Extended):
        octets = variation.cv_items_list
        sent = stream.randint(1, len(octets))
        bits = []
        for index, octet in enumerate(octets[:sent]):
            for part in octet:
                bits += [int(index + 1 < sent)] if part is None else random_item(part[0], stream)
        return bits
    if issubclass(variation, Repetitive):
        chained = variation.cv_rep_bytes is None
        count = stream.randint(int(chained), 4)
        bits = [] if chained else number_bits(count, 8)
        for index in range(count):
            bits += random_variation(variation.cv_variation, stream, None)
            bits += [int(index + 1 < count)] if chained else []
        return bits
    if issubclass(variation, Compound):
        return random_present(variation.cv_items_list, stream)
    if issubclass(variation, Explicit):
        octets = random_expansion(expansion_class, stream) if expansion_class else random_bits(
            8 * stream.randrange(6), stream)
        return number_bits(len(octets) // 8 + 1, 8) + octets
    raise TypeError(variation)


def random_item(item, stream):
    if issubclass(item, Spare):
        return [0] * item.cv_bit_size
    return random_variation(item.cv_non_spare.cv_rule.cv_variation, stream, None)


def random_values(definitions, stream, share, expansion_class=None):
    """The bits of each item that is present; none for the others."""
    values = []
    for definition in definitions:
        there = definition is not None and stream.random() < share
        inner = expansion_class if there and definition.cv_name == "RE" else None
        values.append(random_variation(definition.cv_rule.cv_variation, stream, inner) if there else None)
    return values


def random_present(definitions, stream, share=0.5, expansion_class=None):
    values = random_values(definitions, stream, share, expansion_class)
    last = max((index for index, value in enumerate(values) if value is not None), default=0)
    octets = last // 7 + 1
    bits = []
    for octet in range(octets):
        flags = values[octet * 7:octet * 7 + 7]
        bits += [int(value is not None) for value in flags] + [0] * (7 - len(flags)) + [int(octet + 1 < octets)]
    return bits + [bit for value in values if value is not None for bit in value]


def random_expansion(expansion_class, stream):
    values = random_values(expansion_class.cv_items_list, stream, 0.3)
    bits = [int(value is not None) for value in values] + [0] * (8 - len(values))
    bits += [bit for value in values if value is not None for bit in value]
    return bits if len(bits) // 8 < 255 else random_expansion(expansion_class, stream)


def octets_of(bits):
    return bytes(int("".join(map(str, bits[index:index + 8])), 2) for index in range(0, len(bits), 8))


def random_block(number, edition, expansion_class, stream):
    uap = category(number, edition).cv_uap.cv_record
    definitions = [item.cv_non_spare for item in uap.cv_items_list]
    body = b""
    for _ in range(stream.randint(1, 3)):
        bits = []
        while not any(bits[:7]) and sum(bits[:32]) == 0:
            bits = random_present(definitions, stream, stream.choice([0.1, 0.4, 0.9]),
                                  expansion_class if number == 48 else None)
        body += octets_of(bits)
    return bytes([number]) + struct.pack(">H", len(body) + 3) + body


def as_capture(payloads):
    """A capture of bare IPv4 with these datagrams."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 101)
    for payload in payloads:
        udp = struct.pack(">HHHH", 8600, 8600, len(payload) + 8, 0) + payload
        packet = struct.pack(">BBHHHBBH4s4s", 0x45, 0, len(udp) + 20, 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1") + udp
        out += struct.pack("<IIII", 1_700_000_000, 0, len(packet), len(packet)) + packet
    return out


def payloads_of(capture):
    """The datagrams of a little-endian Ethernet capture, read without Rampart."""
    offset, payloads = 24, []
    while offset < len(capture):
        length = struct.unpack_from("<I", capture, offset + 8)[0]
        packet = capture[offset + 16:offset + 16 + length]
        offset += 16 + length
        header = (packet[14] & 15) * 4
        size = struct.unpack_from(">H", packet, 14 + header + 4)[0]
        payloads.append(packet[14 + header + 8:14 + header + size])
    return payloads


def compare(name, program, payloads, capture, editions):
    theirs = peer(payloads, editions)
    mine, faults = ours(program, capture, editions)
    fields = sum(len(lines) for _, lines in theirs)
    if mine == theirs and not faults:
        return len(theirs), fields
    print(f"{name}: editions {editions}: {len(mine)} records here, {len(theirs)} there; faults {faults[:3]}")
    for index, (a, b) in enumerate(zip(mine, theirs)):
        for left, right in zip(a[1], b[1]):
            if left != right:
                sys.exit(f"record {index}: {left} here, {right} there")
        if a != b:
            sys.exit(f"record {index}: {len(a[1])} fields here, {len(b[1])} there")
    sys.exit(1)


def main():
    words = [word for word in sys.argv[1:] if word != "--tiny"]
    program = words[0]
    named = words[1] if len(words) > 1 else os.environ.get("ASTERIX_CAPTURE")
    datagrams = 10 if "--tiny" in sys.argv else 100
    records = fields = 0
    for target in EDITIONS_048:
        for edition in EDITIONS_EXPANSION:
            stream = random.Random(f"{target} {edition}")
            service = stream.choice(EDITIONS_034)
            payloads = []
            for _ in range(datagrams):
                kinds = [(34, service), (48, target)]
                stream.shuffle(kinds)
                payloads.append(b"".join(random_block(*kind, expansion(edition), stream) for kind in kinds))
            found = compare("random records", program, payloads, as_capture(payloads), (service, target, edition))
            records, fields = records + found[0], fields + found[1]
    print(f"random records of every edition: {records} records with {fields} fields, all equal")
    if not named or not os.path.exists(named):
        print("capture: skipped, none is named")
        return
    with open(named, "rb") as file:
        capture = file.read()
    for target in EDITIONS_048:
        for service in EDITIONS_034:
            found = compare("capture", program, payloads_of(capture), capture, (service, target, "none"))
    print(f"capture, in every edition: {found[0]} records with {found[1]} fields, all equal")


if __name__ == "__main__":
    main()
