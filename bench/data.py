# SPDX-License-Identifier: Apache-2.0
"""The logs of the bench: by our writer, and dense ones of chunks out of public samples."""
import glob
import json
import os
import shutil
import struct
import subprocess
import zlib

import tools
from equal import same_in_both

CHUNK, HEADER = 65536, 4096
FULL = 60000  # a chunk of a log in use is full up to its last record
NEEDLE = "BinaryFormatter.Deserialize"


def good_chunk(chunk):
    """A full chunk with right checksums."""
    if len(chunk) != CHUNK or chunk[:8] != b"ElfChnk\0":
        return False
    free, data_crc = struct.unpack_from("<II", chunk, 48)
    return (FULL <= free <= CHUNK
            and zlib.crc32(chunk[:120] + chunk[128:512]) == struct.unpack_from("<I", chunk, 124)[0]
            and zlib.crc32(chunk[512:free]) == data_crc)


def chunks_of(path):
    with open(path, "rb") as f:
        f.seek(HEADER)
        while True:
            chunk = f.read(CHUNK)
            if len(chunk) < CHUNK:
                return
            if good_chunk(chunk):
                yield chunk


def header(chunks):
    """A file header; the count has 16 bits and a reader goes by the size."""
    h = bytearray(HEADER)
    struct.pack_into("<8sQQQIHHHH", h, 0, b"ElfFile\0", 0, chunks - 1, 0xffffffff, 128, 1, 3, HEADER,
                     min(chunks, 65535))
    struct.pack_into("<I", h, 124, zlib.crc32(h[:120]))
    return bytes(h)


def write_log(path, chunks, count):
    """`count` chunks; `chunks` is a function of the place."""
    with open(path + ".part", "wb") as f:
        f.write(header(count))
        for i in range(count):
            f.write(chunks(i))
    os.replace(path + ".part", path)


def find_samples(data):
    folder = os.environ.get("TOCSIN_SAMPLES_DIR")
    if not folder:
        done = subprocess.run([os.path.join(tools.TOP, "scripts/samples"), os.path.join(data, "samples")],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        folder = done.stdout.decode().strip()
    return sorted(glob.glob(os.path.join(glob.escape(folder), "**", "*.evtx"), recursive=True)) if folder else []


class Data:
    """Made once per folder, size and set of programs; a later run finds it there."""

    def __init__(self, folder, ours, maker, found, mib):
        self.folder, self.ours, self.maker = folder, ours, maker
        self.dump, self.mib = found["evtx_dump"], mib
        os.makedirs(folder, exist_ok=True)
        self.samples = find_samples(folder)
        self.notes = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def made(self, name, make):
        """The file, made when it is not there in this size with these programs."""
        path, note = self.path(name), self.path(name + ".made")
        wanted = json.dumps([self.mib, bool(self.dump), len(self.samples)])
        if os.path.exists(path) and tools.read(note) == wanted:
            return path
        tools.say("making " + name)
        if os.path.isdir(path):
            shutil.rmtree(path)
        make(path)
        with open(note, "w") as f:
            f.write(wanted)
        return path

    def large(self, path, mib, every=None):
        command = [self.maker, "--large", path, str(mib)] + ([str(every)] if every else [])
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def writer(self):
        return self.made("writer.evtx", lambda path: self.large(path, self.mib))

    def demo(self):
        def make(path):
            subprocess.run([self.maker, path], check=True, stdout=subprocess.DEVNULL)

        return self.made("demo", make)

    # ---- dense logs

    def sample_chunks(self):
        """Full chunks of the samples that both programs render the same way."""

        def make(path):
            chunks = [c for sample in self.samples for c in chunks_of(sample)]
            chunks = [c for c in chunks if NEEDLE.encode("utf-16-le") not in c]
            kept = chunks
            if self.dump:
                kept = [c for c in chunks if self.renders_same(c)]
            with open(path, "wb") as f:
                f.write(b"".join(kept))
            with open(path + ".count", "w") as f:
                f.write("%d %d" % (len(kept), len(chunks)))

        path = self.made("chunks.bin", make)
        kept, full = tools.read(path + ".count").split()
        self.notes.append("%s full chunks in the samples, %s of them used%s" % (
            full, kept, ": those that both programs render the same" if self.dump else ""))
        with open(path, "rb") as f:
            return [f.read(CHUNK) for _ in range(int(kept))]

    def renders_same(self, chunk):
        path = self.path("one.evtx")
        write_log(path, lambda i: chunk, 1)
        return same_in_both(self.ours, self.dump, path)

    def dense(self, share=0):
        """The samples' chunks, again and again; one of `share` chunks has an event that is sought."""
        name = "dense-1-in-%d.evtx" % share if share else "dense.evtx"

        def make(path):
            chunks = self.sample_chunks() or list(chunks_of(self.writer()))
            hits = self.hit_chunks() if share else []

            def chunk(i):
                if share and i % share == share // 2:
                    return hits[i // share % len(hits)]
                return chunks[i % len(chunks)]

            write_log(path, chunk, self.mib * 16)

        return self.made(name, make)

    def one_pass(self):
        """Each of the chunks once: to try patterns on."""

        def make(path):
            chunks = self.sample_chunks() or list(chunks_of(self.writer()))
            write_log(path, lambda i: chunks[i], len(chunks))

        return self.made("one-pass.evtx", make)

    def hit_chunks(self):
        """Chunks of our writer with a few of the events that the command of 2021-063 finds."""
        path = self.path("hits.evtx")
        self.large(path, 8, 80)
        needle = NEEDLE.encode("utf-16-le")
        return [c for c in chunks_of(path) if needle in c]

    def first_hit(self):
        """Hits in the first and in the last chunk of a log, so that either order finds one at once."""

        def make(path):
            shutil.copyfile(self.dense(), path)
            chunk = self.hit_chunks()[0]
            with open(path, "r+b") as f:
                f.seek(HEADER)
                f.write(chunk)
                f.seek(-CHUNK, os.SEEK_END)
                f.write(chunk)

        return self.made("first-hit.evtx", make)

    def eight(self):
        """Eight times the dense log, one behind the other."""

        def make(path):
            with open(self.dense(), "rb") as f, open(path, "wb") as to:
                to.write(header(self.mib * 16 * 8))
                for _ in range(8):
                    f.seek(HEADER)
                    shutil.copyfileobj(f, to, 1 << 20)

        return self.made("dense-x8.evtx", make)

    # ---- many small files

    def small(self, times):
        """The samples' files `times` over: those of which both give the same."""

        def make(folder):
            files = self.samples or glob.glob(os.path.join(glob.escape(self.demo()), "**", "*.evtx"),
                                              recursive=True)
            if self.dump:
                files = [f for f in files if same_in_both(self.ours, self.dump, f, xml=False)]
            for again in range(times):
                to = os.path.join(folder, "%02d" % again)
                os.makedirs(to)
                for i, path in enumerate(files):
                    shutil.copyfile(path, os.path.join(to, "%03d.evtx" % i))

        return self.made("small", make)
