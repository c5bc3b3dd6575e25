"""Connects to a TAK server as a map would, and prints each event about a drawing as a line of JSON."""

import json
import socket
import sys
import xml.etree.ElementTree as ElementTree

HELLO = (
    '<event version="2.0" uid="reader" type="a-f-G-U-C" how="h-e" time="2026-01-01T00:00:00Z" '
    'start="2026-01-01T00:00:00Z" stale="2099-01-01T00:00:00Z">'
    '<point lat="0" lon="0" hae="0" ce="9999999" le="9999999"/>'
    '<detail><contact callsign="reader"/></detail></event>'
)

connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.sendall(HELLO.encode())
print("ready", flush=True)
parser = ElementTree.XMLPullParser(["end"])
parser.feed("<stream>")
while received := connection.recv(65_536):
    parser.feed(received.decode())
    for _, element in parser.read_events():
        if element.tag == "event" and element.get("type") == "u-d-f":
            corners = [link.get("point") for link in element.iter("link")]
            print(json.dumps({**element.attrib, "corners": corners}), flush=True)
