# SPDX-License-Identifier: Apache-2.0
"""Whether two programs gave the same. Unequal work is not compared."""
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import subprocess

import tools


def load_script(name):
    path = os.path.join(tools.TOP, "scripts", name)
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


rendering = load_script("compare-rendering")


def same_in_both(ours, dump, path, xml=True):
    """One small log: the same JSON to the byte, the same XML as trees."""
    if tools.output([ours, "events", "-q", "-t", "1", "--jsonl", path]) != \
            tools.output([dump, "-t", "1", "-o", "jsonl", path]):
        return False
    if not xml:
        return True
    a = rendering.read_xml(rendering.lines_of([ours, "events", "-q", "-t", "1", "--xml", path]))
    b = rendering.read_xml(rendering.lines_of([dump, "-t", "1", "-o", "xml", "--no-indent", path]))
    return a.records == b.records and not a.invalid and not b.invalid and a.by_key == b.by_key


def stream(command):
    """The lines of a command's output, one at a time."""
    process = subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    yield from process.stdout
    process.stdout.close()
    code = process.wait()
    if code < 0 or code >= 126:
        raise tools.Crash("exit code %d: %s" % (code, command))


class Lines:
    """Counts and hashes a command's output without holding it."""

    def __init__(self, command, only=None):
        self.count, digest = 0, hashlib.sha256()
        process = subprocess.Popen(["/bin/sh", "-c", command], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        if only is None:
            for piece in iter(lambda: process.stdout.read(1 << 20), b""):
                self.count += piece.count(b"\n")
                digest.update(piece)
        else:
            for piece in only(process.stdout):
                self.count += 1
                digest.update(piece)
        code = process.wait()
        if code < 0 or code >= 126:
            raise tools.Crash("exit code %d: %s" % (code, command))
        self.hash = digest.hexdigest()

    def __eq__(self, other):
        return self.count == other.count and self.hash == other.hash


def xml_events(stream):
    """An XML dump in one spelling: what stands between events is left out, and quotes are of one
    kind, escaped or not. Trees are held against each other chunk by chunk where the logs are made."""
    for line in stream:
        if line.startswith((b"Record ", b"<?xml ")) or not line.strip():
            continue
        yield line.replace(b"&quot;", b'"').replace(b"&apos;", b'"').replace(b"'", b'"')


def record_ids(stream):
    """Record ids of JSON lines of either program, in rising order: one gives the newest first."""
    ids = []
    for line in stream:
        value = json.loads(line)
        ids.append(int(value["record_id"] if "record_id" in value
                       else value["Event"]["System"]["EventRecordID"]))
    for number in sorted(ids):
        yield b"%d\n" % number


def sorted_lines(stream):
    """For programs that give files in an order of their own."""
    for digest in sorted(hashlib.sha256(line).digest() for line in stream):
        yield digest
