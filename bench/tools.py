# SPDX-License-Identifier: Apache-2.0
"""The programs of the bench (ours, the peers'), how a command is timed, and the machine."""
import json
import os
import platform
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
import time

EVTX_VERSION, RIPGREP_VERSION = "0.15.1", "14.1.1"
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Crash(Exception):
    pass


def say(text):
    print(text, file=sys.stderr, flush=True)


def output(command, **more):
    """stdout of a command; a signal is a crash, any exit code is not."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more)
    if done.returncode < 0 or done.returncode >= 128:
        raise Crash("ended by a signal: %s" % (command,))
    return done.stdout


# ---- Programs


def build():
    if "TOCSIN" in os.environ:
        ours = os.environ["TOCSIN"]
    else:
        say("building tocsin (preset release)")
        subprocess.run([os.path.join(TOP, "scripts/build"), "release"], check=True, stdout=sys.stderr)
        ours = os.path.join(TOP, "build/tocsin")
    maker = os.environ.get("MAKE_EVIDENCE") or os.path.join(os.path.dirname(ours), "make-evidence")
    return os.path.abspath(ours), os.path.abspath(maker)


def cargo(name, version, features, root, program):
    """Installs one program into `root` with the release profile of its authors."""
    path = os.path.join(root, "bin", program)
    if os.access(path, os.X_OK):
        return path
    tool = shutil.which("cargo")
    if not tool:
        return None
    say("installing %s %s" % (name, version))
    command = [tool, "install", name, "--version", "=" + version, "--locked", "--root", root]
    if features:
        command += ["--features", features]
    done = subprocess.run(command, stdout=sys.stderr)
    return path if done.returncode == 0 else None


def find_peer(variable, program, install, banner):
    """By its variable, else at the version that is pinned, else whatever is there; or none. Other
    programs have the same names (python-evtx has an evtx_dump, too): it has to say which one it is."""
    named = os.environ.get(variable)
    if named and os.access(named, os.X_OK):
        return named
    found = (install() if install else None) or shutil.which(program)
    return found if found and first_line([found, "--version"]).startswith(banner) else None


def peers(root, quick):
    """evtx_dump as it is shipped: its features `fast-alloc`, its release profile."""

    def evtx():
        return cargo("evtx", EVTX_VERSION, "fast-alloc", root, "evtx_dump")

    def ripgrep():
        return cargo("ripgrep", RIPGREP_VERSION, None, root, "rg")

    return {
        "evtx_dump": find_peer("EVTX_DUMP", "evtx_dump", None if quick else evtx, "EVTX Parser"),
        "rg": find_peer("RG", "rg", None if quick else ripgrep, "ripgrep"),
        "jq": find_peer("JQ", "jq", None, "jq"),
        "evtxexport": find_peer("EVTXEXPORT", "evtxexport", None, ""),
    }


def features_of(path):
    """What cargo noted beside a program that it installed."""
    notes = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(path))), ".crates2.json")
    try:
        with open(notes) as f:
            for name, how in json.load(f)["installs"].items():
                if os.path.basename(path) in how["bins"]:
                    rustc = how["rustc"].split("\n")[0]
                    return "features: %s; profile: %s; %s" % (
                        ", ".join(["default"] + how["features"]), how["profile"], rustc)
    except (OSError, ValueError, KeyError):
        pass
    return None


def first_line(command):
    try:
        return output(command).decode("utf-8", "replace").split("\n")[0].strip()
    except OSError:
        return "?"


def versions(ours, found):
    lines = ["%s (commit %s)" % (first_line([ours, "--version"]), first_line(
        ["git", "-C", TOP, "describe", "--always", "--dirty", "--abbrev=10"]))]
    for name, path in found.items():
        if not path:
            lines.append("%s: not here" % name)
            continue
        flag = "-V" if name == "evtxexport" else "--version"
        more = features_of(path)
        lines.append(first_line([path, flag]) + (" (%s)" % more if more else ""))
    return lines


# ---- Time


def timed(command):
    """Wall time of a shell command. 1 is "nothing found", 2 "something could not be read"."""
    start = time.perf_counter()
    code = subprocess.call(["/bin/sh", "-c", command], stderr=subprocess.DEVNULL,
                           stdin=subprocess.DEVNULL)
    took = time.perf_counter() - start
    if code < 0 or code >= 126:
        raise Crash("exit code %d: %s" % (code, command))
    return took


def interleaved(commands, runs, between=None):
    """`runs` rounds of all commands, so that what disturbs the machine meets all of them."""
    times = [[] for _ in commands]
    for _ in range(runs):
        for i, command in enumerate(commands):
            times[i].append(timed(command))
            if between:
                between()
    return times


def first_text(command, text):
    """Seconds until `text` comes on a terminal that is the command's output, and until its end."""
    ours, theirs = pty.openpty()
    start = time.perf_counter()
    process = subprocess.Popen(["/bin/sh", "-c", command], stdout=theirs, stderr=subprocess.DEVNULL,
                               stdin=subprocess.DEVNULL, start_new_session=True)
    os.close(theirs)
    seen, first = b"", None
    while True:
        try:
            if not select.select([ours], [], [], 600)[0]:
                break
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        if first is None:
            seen += piece
            if text in seen:
                first = time.perf_counter() - start
    os.close(ours)
    code = process.wait()
    if code < 0 or code >= 126:
        raise Crash("exit code %d: %s" % (code, command))
    return first, time.perf_counter() - start


def peak_kib(argv):
    """Peak resident memory. A child of ours starts with our own peak, GNU time's with its own."""
    null = subprocess.DEVNULL
    gnu = shutil.which("time", path="/usr/bin:/bin")
    if gnu:
        done = subprocess.run([gnu, "-f", "peak %M"] + argv, stdout=null, stderr=subprocess.PIPE)
        found = re.search(rb"peak (\d+)\s*$", done.stderr)
        if found:
            return int(found.group(1))
    process = subprocess.Popen(argv, stdout=null, stderr=null)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_maxrss


# ---- The machine


def read(path):
    try:
        with open(path) as f:
            return f.read()
    except OSError:
        return ""


def rate(command, size, runs):
    return size / 1e6 / min(timed(command) for _ in range(runs))


def machine(log, runs):
    """What it is, and what it can do: bytes read, bytes searched for one word, bytes written."""
    cpu = re.search(r"model name\s*:\s*(.*)", read("/proc/cpuinfo"))
    flags = (re.search(r"flags\s*:\s*(.*)", read("/proc/cpuinfo")) or [""])[0]
    simd = [f for f in ("sse4_2", "avx2", "avx512bw", "pclmulqdq", "vpclmulqdq") if f in flags]
    memory = re.search(r"MemTotal:\s*(\d+)", read("/proc/meminfo"))
    size, written = os.path.getsize(log), os.path.join(os.path.dirname(log), "output")
    log, to = shlex.quote(log), shlex.quote(written)
    lines = [
        "%s, %d processors, %s" % (cpu.group(1) if cpu else platform.processor(), os.cpu_count(),
                                   ", ".join(simd) or "no SIMD known"),
        "%.1f GiB of memory, %s %s" % (int(memory.group(1)) / 1048576 if memory else 0,
                                       platform.system(), platform.release()),
        "plain read (dd, 1 MiB at a time): %s MB/s" % thousands(
            rate("dd if=%s of=/dev/null bs=1M" % log, size, runs)),
        "grep -c -F of a word: %s MB/s" % thousands(
            rate("LC_ALL=C grep -c -F BinaryFormatter.Deserialize %s >/dev/null" % log, size, runs)),
        "plain write to a file (dd, 1 MiB at a time): %s MB/s" % thousands(
            rate("dd if=/dev/zero of=%s bs=1M count=%d" % (to, size >> 20), size, runs)),
    ]
    os.unlink(written)
    load = os.getloadavg()[0]
    if load > os.cpu_count() / 2:
        lines.append("others worked on it meanwhile: load %.1f" % load)
    return lines


def thousands(number):
    return format(int(round(number)), ",")
