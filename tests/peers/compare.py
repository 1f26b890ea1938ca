# SPDX-License-Identifier: Apache-2.0
"""Compares what other EVTX readers find in our writer's logs with what was written.

compare.py CASES DEMO: each log of CASES has its expectations beside it (x.expected.jsonl); the logs
of DEMO are only counted. Each reader words values in its own way, so both sides are brought into
one form by type before they are compared.
"""
import base64
import datetime
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

EVENT = re.compile(r"<Event xmlns=.*?</Event>", re.S)
NS = "{http://schemas.microsoft.com/win/2004/08/events/event}"
FLOAT, BOOL, BINARY, GUID, FILETIME, SYSTEMTIME = 0x0B, 0x0D, 0x0E, 0x0F, 0x11, 0x12
INTEGERS = set(range(0x03, 0x0B)) | {0x10, 0x14, 0x15}

# What a reader is known not to read; a case for the others.
SKIPPED = {
    "evtxexport": {"nulls"},  # refuses a null value of a normal substitution
    "python-evtx": {"arrays", "dirty"},  # no arrays of numbers; goes by the header's chunk count
}


def known_fault(reader, want, got):
    """libevtx before 2019 reads negative numbers and characters beyond U+FFFF wrongly."""
    if reader != "evtxexport":
        return False
    want, got = want[1], got[1]
    if isinstance(want, int):
        return want < 0 and got < 0
    beyond = re.compile("[\U00010000-\U0010ffff]")
    return beyond.sub("?", str(want)) == beyond.sub("?", str(got))


class Evtx:
    """Runs a program that prints XML."""

    def __init__(self, name, command):
        self.name = name
        self.command = command

    def events(self, path):
        run = subprocess.run(self.command + [path], capture_output=True)
        complaint = run.stderr.decode("utf-8", "replace").strip()
        if run.returncode != 0 or complaint:
            raise ValueError("exit %d: %s" % (run.returncode, complaint[:300]))
        return EVENT.findall(run.stdout.decode("utf-8"))


READ_WITH_PYTHON = """
import sys, Evtx.Evtx
with Evtx.Evtx.Evtx(sys.argv[1]) as log:
    for record in log.records():
        sys.stdout.buffer.write(record.xml().encode("utf-8"))
"""


def rust_version(program):
    run = subprocess.run([program, "--version"], capture_output=True)
    return run.returncode == 0 and run.stdout.startswith(b"EVTX Parser")


def readers():
    found = []
    dump, export = os.environ["EVTX_DUMP"], os.environ["EVTXEXPORT"]
    python = os.environ["PYTHON"]
    # python-evtx brings a script of the same name: the version tells them apart.
    if shutil.which(dump) and rust_version(dump):
        found.append(Evtx("evtx_dump", [dump, "--validate-checksums"]))
    if shutil.which(export):
        found.append(Evtx("evtxexport", [export, "-f", "xml"]))
    probe = [python, "-c", "import Evtx.Evtx"]
    if subprocess.run(probe, capture_output=True).returncode == 0:
        found.append(Evtx("python-evtx", [python, "-c", READ_WITH_PYTHON]))
    return found


def time_form(text, reader, kind):
    """Ticks of 100 ns; python-evtx knows microseconds, and of a SYSTEMTIME seconds."""
    match = re.match(r"(\d+)-(\d+)-(\d+)[T ](\d+):(\d+):(\d+)(?:\.(\d+))?", text)
    if not match:
        return text
    whole = datetime.datetime(*(int(match.group(i)) for i in range(1, 7)))
    ticks = int(((match.group(7) or "") + "0000000")[:7])
    if reader == "python-evtx":
        ticks = 0 if kind == SYSTEMTIME else ticks // 100 * 100
    return whole, ticks


def form(kind, text, reader, found):
    text = (text or "").replace("\r\n", "\n")
    if not text:
        return ""
    if kind in INTEGERS:
        return int(text, 0)
    if kind in (FLOAT, FLOAT + 1):
        return float(text)
    if kind == BOOL:
        return text.lower()
    if kind == GUID:
        return text.lower()
    if kind in (FILETIME, SYSTEMTIME):
        return time_form(text, reader, kind)
    if kind == BINARY and found and reader == "python-evtx":
        return base64.b64decode(text).hex().upper()
    return text


SYSTEM = [  # expected name, element, attribute, type
    ("Provider", "Provider", "Name", 1),
    ("EventSourceName", "Provider", "EventSourceName", 1),
    ("Guid", "Provider", "Guid", GUID),
    ("EventID", "EventID", None, 6),
    ("Qualifiers", "EventID", "Qualifiers", 6),
    ("Version", "Version", None, 4),
    ("Level", "Level", None, 4),
    ("Task", "Task", None, 6),
    ("Opcode", "Opcode", None, 4),
    ("Keywords", "Keywords", None, 0x15),
    ("TimeCreated", "TimeCreated", "SystemTime", FILETIME),
    ("EventRecordID", "EventRecordID", None, 10),
    ("ActivityID", "Correlation", "ActivityID", GUID),
    ("RelatedActivityID", "Correlation", "RelatedActivityID", GUID),
    ("ProcessID", "Execution", "ProcessID", 8),
    ("ThreadID", "Execution", "ThreadID", 8),
    ("Channel", "Channel", None, 1),
    ("Computer", "Computer", None, 1),
    ("UserID", "Security", "UserID", 1),
]
RENDERING = [("Message", "Message"), ("LevelName", "Level"), ("TaskName", "Task")]


def differences(expected, event, reader):
    """Yields (where, expected, found) for what differs."""
    system = event.find(NS + "System")
    for name, element, attribute, kind in SYSTEM:
        node = system.find(NS + element)
        text = None
        if node is not None:
            text = node.get(attribute) if attribute else node.text
        want, got = form(kind, expected.get(name), reader, False), form(kind, text, reader, True)
        if want != got:
            yield name, want, got
    for name, element in RENDERING:
        node = event.find(NS + "RenderingInfo/" + NS + element)
        want = form(1, expected.get(name), reader, False)
        got = form(1, node.text if node is not None else None, reader, True)
        if want != got:
            yield name, want, got
    want, got = expected_data(expected, reader), found_data(expected, event, reader)
    if len(want) != len(got):
        yield "number of values", len(want), len(got)
    for i, pair in enumerate(zip(want, got)):
        if pair[0] != pair[1] and not known_fault(reader, *pair):
            yield "value %d" % i, pair[0], pair[1]


def expected_data(expected, reader):
    out = []
    for entry in expected["data"]:
        value = entry["value"]
        kind = value["type"] & 0x7F
        for text in value.get("items", [value.get("text")]):
            out.append((entry["name"], form(kind, text, reader, False)))
    if "binary" in expected:
        out.append(("Binary", expected["binary"]))
    return out


def found_data(expected, event, reader):
    kinds = []
    for entry in expected["data"]:
        value = entry["value"]
        kinds += [value["type"] & 0x7F] * len(value.get("items", [0]))
    out = []
    data = event.find(NS + "EventData")
    if data is None:
        data = event.find(NS + "UserData")
        nodes = [] if data is None else list(data[0])
    else:
        nodes = list(data)
    for node in nodes:
        tag = node.tag.split("}")[-1]
        text = node.text or ""
        if tag == "Binary" and "binary" not in expected:
            if text:
                out.append((tag, text))
            continue
        if tag == "Binary" or (reader == "python-evtx" and data.tag == NS + "EventData"
                               and node.get("Name") is None
                               and ("<string>" in text or not text)):
            if tag == "Binary":
                out.append((tag, form(BINARY, text, reader, True)))
                continue
            # python-evtx words an array as markup of its own.
            items = re.findall(r"<string>(.*?)</string>\n", text.replace("\r\n", "\n"), re.S)
            if not items and len(kinds) > len(out):
                items = [text]
            out += [("", form(1, item, reader, True)) for item in items]
            continue
        kind = kinds[len(out)] if len(out) < len(kinds) else 1
        name = node.get("Name", "") if tag == "Data" and data.tag == NS + "EventData" else tag
        out.append((name, form(kind, text, reader, True)))
    return out


def compare(reader, path, expected):
    """Number of differences, each printed."""
    events = reader.events(path)
    bad = 0
    if len(events) != len(expected):
        print("%s: %s: %d events instead of %d" % (reader.name, path, len(events), len(expected)))
        bad += 1
    for want, text in zip(expected, events):
        for where, a, b in differences(want, ET.fromstring(text), reader.name):
            bad += 1
            if bad <= 10:
                print("%s: %s: record %s: %s: %r was written, %r was read"
                      % (reader.name, path, want["EventRecordID"], where, a, b))
    return bad


def main():
    cases, demo = sys.argv[1:3]
    present = readers()
    bad = 0
    for reader in present:
        files = events = 0
        for path in sorted(glob.glob(cases + "/*.evtx")):
            name = os.path.basename(path)[: -len(".evtx")]
            if name in SKIPPED.get(reader.name, ()):
                continue
            with open(path[: -len(".evtx")] + ".expected.jsonl", encoding="utf-8") as lines:
                expected = [json.loads(line) for line in lines]
            try:
                bad += compare(reader, path, expected)
            except (ValueError, ET.ParseError) as error:
                print("%s: %s: %s" % (reader.name, path, error))
                bad += 1
            files += 1
            events += len(expected)
        for path in sorted(glob.glob(demo + "/**/*.evtx", recursive=True)):
            try:
                events += len(reader.events(path))
            except ValueError as error:
                print("%s: %s: %s" % (reader.name, path, error))
                bad += 1
            files += 1
        print("%s: %d files, %d events" % (reader.name, files, events))
    missing = 3 - len(present)
    if missing:
        print("skipped: %d readers of other projects (not installed)" % missing)
    if bad:
        print("%d differences" % bad)
        return 1
    return 77 if not present else 0


if __name__ == "__main__":
    sys.exit(main())
