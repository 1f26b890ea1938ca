# SPDX-License-Identifier: Apache-2.0
"""Where our time goes, by function, as `perf` samples it."""
import os
import re
import shutil
import subprocess

SHOWN = 9
LINE = re.compile(r"^\s*([0-9.]+)%\s+(\S+)\s+\[(.)\]\s+(\S+)")


def shares(command, scratch):
    """The functions with the most samples, the kernel's as one; None without perf."""
    perf = shutil.which("perf")
    if not perf:
        return None
    path = os.path.join(scratch, "perf.data")
    try:
        subprocess.run([perf, "record", "-q", "-F", "4000", "-o", path, "/bin/sh", "-c", command],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        report = subprocess.run([perf, "report", "-i", path, "--no-children", "--comm", "tocsin", "--sort", "dso,sym"],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode("utf-8", "replace")
    finally:
        if os.path.exists(path):
            os.unlink(path)
    total, kernel, functions = 0.0, 0.0, {}
    for line in report.split("\n"):
        found = LINE.match(line)
        if not found:
            continue
        share, name = float(found.group(1)), found.group(4)
        total += share
        if found.group(3) == "k":
            kernel += share
        else:
            name = re.sub(r"\.(isra|part|constprop|lto_priv|cold)\..*", "", name).lstrip("_")
            functions[name] = functions.get(name, 0.0) + share
    if not total:
        return None
    first = [("the system: reading, writing", kernel)]
    most = first + sorted(functions.items(), key=lambda f: -f[1])[:SHOWN]
    rest = total - sum(share for _, share in most)
    return [(name, 100 * share / total) for name, share in most + [("others", rest)]]


def table(profiles):
    lines = ["| work | per cent of the time |", "|---|---|"]
    for work, parts in profiles:
        lines.append("| %s | %s |" % (work.replace("|", "\\|"), ", ".join(
            "%s %.0f" % (name, share) if " " in name or name == "others" else "`%s` %.0f" % (name, share)
            for name, share in parts)))
    return lines
