"""Messages of CAP against the schema of OASIS, and events of Cursor on Target as a server reads them.

    cargo build --release -p feeds --example warning_texts
    python bench/warning_peer.py target/release/examples/warning_texts [CAP-v1.2.xsd]

The schema, named on the command line or by CAP_SCHEMA, is not part of Rampart: without it, that part is skipped
and says so. Needs `pip install lxml`.
"""

import os
import subprocess
import sys
from datetime import datetime

from lxml import etree

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


def check_prose(alert):
    """What the schema leaves to prose, by other code than Rampart's."""
    def text(name):
        return alert.findtext(f".//{CAP}{name}")

    for name in ("identifier", "sender"):
        assert text(name) and not set(text(name)) & set(" ,<&"), text(name)
    for name in ("sent", "effective", "expires"):
        assert text(name).endswith("-00:00"), text(name)
        datetime.fromisoformat(text(name))
    pairs = text("polygon").split(" ")
    assert len(pairs) >= 4 and pairs[0] == pairs[-1]
    for pair in pairs:
        latitude, longitude = map(float, pair.split(","))
        assert abs(latitude) <= 90 and abs(longitude) <= 180
    assert (text("msgType") == "Alert") == (text("references") is None)
    for reference in (text("references") or "").split():
        assert len(reference.split(",")) == 3
    assert (text("status") == "Exercise") == (text("note") is not None)


def check_event(event):
    assert event.tag == "event" and event.get("version") == "2.0" and event.get("type") == "u-d-f"
    moments = [datetime.fromisoformat(event.get(name)) for name in ("time", "start", "stale")]
    assert moments == sorted(moments) and moments[0] < moments[2]
    links = [link.get("point") for link in event.findall("detail/link")]
    assert len(links) >= 4 and links[0] == links[-1]
    exercise = event.get("opex") == "e"
    assert exercise == (event.get("how") == "m-s") == event.get("uid").startswith("rampart-exercise-")
    assert exercise == event.findtext("detail/remarks").startswith("EXERCISE")


def main():
    printed = subprocess.run([sys.argv[1]], capture_output=True, check=True).stdout
    named = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("CAP_SCHEMA")
    schema = etree.XMLSchema(etree.parse(named)) if named and os.path.exists(named) else None
    counts = {b"cap": 0, b"cot": 0}
    stream = b""
    for line in printed.split(b"\0")[:-1]:
        kind, text = line.split(b" ", 1)
        counts[kind] += 1
        if kind == b"cap":
            alert = etree.fromstring(text)
            check_prose(alert)
            if schema is not None:
                schema.assertValid(alert)
        else:
            stream += text
    # A server sees one stream without an end.
    events = etree.fromstring(b"<stream>" + stream + b"</stream>")
    for event in events:
        check_event(event)
    assert len(events) == counts[b"cot"]
    valid = "valid by the schema and" if schema is not None else "(schema skipped, none is named)"
    print(f"{counts[b'cap']} messages of CAP {valid} as the prose has them; {counts[b'cot']} events read from one stream")


if __name__ == "__main__":
    main()
