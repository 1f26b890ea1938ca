# SPDX-License-Identifier: Apache-2.0
"""The rows of the table: the work, both commands, and how their outputs are held against each other."""
import collections
import json
import os
import shlex

import equal
import tools
from data import NEEDLE

COMMAND = ('Get-EventLog -LogName Application -Source "MSExchange Common" -EntryType Error | '
           'Where-Object { $_.Message -like "*%s*" }' % NEEDLE)

# What attackers leave in logs; those that the bench uses mean the same to both programs.
WORDS = ["mimikatz", "psexesvc", "procdump", "sekurlsa", "cobaltstrike", "meterpreter", "rubeus",
         "bloodhound", "lazagne", "wce.exe", "secretsdump", "certutil -decode", "vssadmin delete",
         "wmic shadowcopy", "invoke-expression", "downloadstring", "frombase64string", "ntdsutil"]
PATTERNS = ["mimi(katz|drv|lib)", "psexe[cs](vc)?", "procdump(64)?[.]exe", "sekurlsa::[a-z]+",
            "cobalt ?strike", "meter(preter|sploit)", "rubeus[.]exe", "(blood|sharp)hound",
            "lazagne", "wce(32|64)?[.]exe", "secrets?dump", "certutil +-(decode|urlcache)",
            "vssadmin +delete", "wmic +shadowcopy", "ntdsutil"]


class Row:
    """`ours` and `peer` print what `only` compares; `peer_timed` is the peer's way that is timed."""

    def __init__(self, key, work, log, ours, peer=None, target=None, only=None, peer_timed=None,
                 compared="bytes", sink="/dev/null"):
        self.key, self.work, self.log, self.target = key, work, log, target
        self.ours, self.peer, self.only, self.compared, self.sink = ours, peer, only, compared, sink
        self.peer_timed = peer_timed or peer

    def bytes(self):
        if os.path.isdir(self.log):
            return sum(os.path.getsize(os.path.join(folder, name))
                       for folder, _, names in os.walk(self.log) for name in names)
        return os.path.getsize(self.log)

    def run(self, command):
        """As it is timed. grep stops at its first hit when its output is /dev/null: it counts."""
        if " | " in command or command.startswith("find "):
            return "%s >%s" % (command, self.sink)
        return "exec %s >%s" % (command, self.sink)

    def shown(self, command, found):
        """Short: without folders."""
        for name, path in found.items():
            if path:
                command = command.replace(shlex.quote(path), name)
        return command.replace(os.path.dirname(self.log.rstrip("/")) + "/", "")


class Rows:
    def __init__(self, data, ours, found, cores):
        self.data, self.cores = data, cores
        self.tocsin = shlex.quote(ours)
        self.dump = found["evtx_dump"] and shlex.quote(found["evtx_dump"])
        self.rg = found["rg"] and shlex.quote(found["rg"])

    def dumped(self, log, threads=1, form="jsonl"):
        if not self.dump:
            return None
        more = " --no-indent" if form == "xml" else ""
        return "%s -t %d -o %s%s %s" % (self.dump, threads, form, more, shlex.quote(log))

    def searched(self, log, search):
        """evtx_dump | grep, to be compared and to be timed."""
        dumped = self.dumped(log)
        return (dumped and "%s | LC_ALL=C grep %s" % (dumped, search),
                dumped and "%s | LC_ALL=C grep -c %s" % (dumped, search))

    def events(self, log, options, threads=1):
        return "%s events -q -t %d %s %s" % (self.tocsin, threads, options, shlex.quote(log))

    # ---- The printed command

    def query(self, share, name, target):
        log = self.data.dense(share)
        ours = "%s query -q -t 1 -o jsonl %s %s" % (self.tocsin, shlex.quote(COMMAND), shlex.quote(log))
        peer, counted = self.searched(log, "-F " + NEEDLE)
        return Row("query-" + name, "2021-063's command, %s" % name.replace("-", " "), log, ours, peer, target,
                   equal.record_ids, counted, "record ids")

    # ---- Selections of one per cent

    def census(self, log):
        """How often ids and providers come, and the times, as the records tell."""
        ids, providers, times, numbers, total = collections.Counter(), collections.Counter(), [], [], 0
        command = self.events(log, "--shape flat --jsonl", self.cores)
        for line in equal.stream(command):
            total += 1
            if total % 8:  # enough to choose by
                continue
            value = json.loads(line)
            ids[value["event_id"]] += 1
            providers[value["provider"]] += 1
            times.append(value["time"])
            numbers.append(value["record_id"])
        return ids, providers, times, numbers

    @staticmethod
    def nearest(counter):
        total = sum(counter.values())
        return min(counter, key=lambda k: (abs(counter[k] - total / 100), str(k)))

    def select_id(self):
        log = self.data.dense()
        number = self.nearest(self.census(log)[0])
        search = '\'"EventID":\\({"#attributes":{"Qualifiers":[0-9]*},"#text":\\)\\?%d[,}]\'' % number
        peer, counted = self.searched(log, search)
        return Row("id", "--id, 1 % of the records", log, self.events(log, "--jsonl --id %d" % number),
                   peer, 10, None, counted)

    def select_provider(self):
        log = self.data.dense()
        name = self.nearest(self.census(log)[1])
        peer, counted = self.searched(log, "-F '\"Provider\":{\"#attributes\":{\"Name\":\"%s\"'" % name)
        return Row("provider", "--provider, 1 % of the records", log,
                   self.events(log, "--jsonl --provider %s" % shlex.quote(name)), peer, 10, None, counted)

    def select_since(self):
        """The last of the log; whole ten minutes, so that grep has prefixes to look for."""
        log = self.data.writer()
        times = sorted(self.census(log)[2])
        since = times[-max(1, len(times) // 100)][:15]
        prefixes = sorted({t[:15] for t in times if t[:15] >= since})
        search = "-E 'SystemTime\":\"(%s)'" % "|".join(prefixes)
        peer, counted = self.searched(log, search)
        return Row("since", "--since, the newest 1 % of the records", log,
                   self.events(log, "--jsonl --since %s0:00Z" % since), peer, 10, None, counted)

    def select_record(self):
        log = self.data.writer()
        last = max(self.census(log)[3])
        low = last // 2
        span = "%d-%d" % (low, low + last // 100)
        dumped = self.dumped(log)
        return Row("record", "--record, 1 % of the records", log,
                   self.events(log, "--jsonl --record " + span),
                   dumped and dumped.replace(" -t 1", " -t 1 --events " + span, 1), 10)

    # ---- Search over all values

    def search(self, key, work, option, words, flag):
        """Ten of the words: those that the programs mean the same by, in keys and escapes."""
        log = self.data.dense()
        sample = self.data.one_pass()
        tool = self.rg or "LC_ALL=C grep"
        chosen = []
        for word in words:
            if len(chosen) == 10:
                break
            ours = self.events(sample, "--jsonl %s %s" % (option, shlex.quote(word)))
            if self.dump:
                theirs = "%s | %s -i %s %s" % (self.dumped(sample), tool, flag, shlex.quote(word))
                if equal.Lines(ours) != equal.Lines(theirs):
                    continue
            chosen.append(word)
        if len(chosen) < 10:
            self.data.notes.append("%s: %d patterns, not 10: of the others the programs find "
                                   "different numbers" % (key, len(chosen)))
        path = self.data.path(key + ".patterns")
        with open(path, "w") as f:
            f.write("\n".join(chosen) + "\n")
        given = " ".join("%s %s" % (option, shlex.quote(word)) for word in chosen)
        peer = self.dump and "%s | %s -i %s -f %s" % (self.dumped(log), tool, flag, shlex.quote(path))
        counted = peer and peer.replace(" -i ", " -c -i ")
        return Row(key, work, log, self.events(log, "--jsonl " + given), peer, 8, None, counted)

    def search_text(self):
        return self.search("text", "--text, 10 words in all values", "--text", WORDS, "-F")

    def search_regex(self):
        flag = "" if self.rg else "-E"
        return self.search("regex", "--regex, 10 patterns in all values", "--regex", PATTERNS, flag)

    # ---- Dumps

    def dump_all(self, form, threads, to_file):
        log = self.data.dense()
        where = "a file" if to_file else "/dev/null"
        who = "1 thread" if threads == 1 else "all cores"
        key = "dump-%s-%s%s" % (form, "1" if threads == 1 else "all", "-file" if to_file else "")
        only, compared = (equal.xml_events, "hash, quotes of one kind") if form == "xml" else (None, "bytes")
        return Row(key, "dump to %s, %s, to %s" % (form.upper(), who, where), log,
                   self.events(log, "--" + form, threads),
                   self.dumped(log, 1 if threads == 1 else 0, form), 2, only, None, compared,
                   shlex.quote(self.data.path("output")) if to_file else "/dev/null")

    def speedup(self, form, to_file):
        """Our own two runs: on all cores, and with one thread."""
        row = self.dump_all(form, self.cores, to_file)
        row.key = row.key.replace("dump-%s-all" % form, "speedup-" + form)
        row.work = row.work.replace("dump to", "speed-up of the dump to")
        row.peer = row.peer_timed = self.events(row.log, "--" + form, 1)
        row.target = 1.9 if self.cores > 1 else None
        return row

    def small_files(self, times):
        log = self.data.small(times)
        ours = self.events(log, "--jsonl", self.cores)
        peer = self.dump and "find %s -name '*.evtx' -print0 | xargs -0 -P %d -n 1 %s -t 1 -o jsonl"
        one, all = (peer and peer % (shlex.quote(log), n, self.dump) for n in (1, self.cores))
        # Several that write into one pipe mix up their lines: one after the other to be compared.
        return Row("small", "many small files, JSONL, all cores", log, ours, one, 5, equal.sorted_lines,
                   all, "lines, in any order")

    def count(self):
        log = self.data.dense()
        row = Row("count", "number of records", log, self.events(log, "--count"), compared="the number")
        if self.dump:
            row.peer = self.dumped(log) + " | wc -l"
            row.peer_timed = self.dumped(log)
        return row

    def all(self, small_times):
        """In the order of the table; a row's data is made when it is asked for."""
        yield "query-no-hit", lambda: self.query(0, "no-hit", 25)
        yield "query-hits-in-0.1-%-of-the-chunks", lambda: self.query(1000, "hits-in-0.1-%-of-the-chunks", 20)
        yield "query-hits-in-10-%-of-the-chunks", lambda: self.query(10, "hits-in-10-%-of-the-chunks", 8)
        yield "id", self.select_id
        yield "provider", self.select_provider
        yield "since", self.select_since
        yield "record", self.select_record
        yield "text", self.search_text
        yield "regex", self.search_regex
        yield "count", self.count
        for form in ("jsonl", "xml"):
            for to_file in (False, True):
                end = "-file" if to_file else ""
                yield "dump-%s-1%s" % (form, end), lambda f=form, t=to_file: self.dump_all(f, 1, t)
        if self.cores > 1:
            for form in ("jsonl", "xml"):
                for to_file in (False, True):
                    end = "-file" if to_file else ""
                    yield ("dump-%s-all%s" % (form, end),
                           lambda f=form, t=to_file: self.dump_all(f, self.cores, t))
            for form in ("jsonl", "xml"):
                for to_file in (False, True):
                    end = "-file" if to_file else ""
                    yield "speedup-%s%s" % (form, end), lambda f=form, t=to_file: self.speedup(f, t)
        yield "small", lambda: self.small_files(small_times)
