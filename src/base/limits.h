/* SPDX-License-Identifier: Apache-2.0 */
/* Every cap on work or memory that input can drive, with its reason. */
#ifndef TOCSIN_BASE_LIMITS_H
#define TOCSIN_BASE_LIMITS_H

/* Elements open at once in one record, nested BinXML values included. Real records stay below 20.
 */
#define LIMIT_XML_DEPTH 256

/* BinXML values inside BinXML values. Real records nest twice (forwarded events); each level costs
 * C stack. */
#define LIMIT_BINXML_NESTING 16

/* Array values repeated inside each other's elements. Windows has none; each level costs C stack.
 */
#define LIMIT_ARRAY_NESTING 8

/* Nodes that one record may expand to: a value used in several places may hold the template again
 * (600 bytes can ask for 600 MB). Real records stay below 198. */
#define LIMIT_RECORD_NODES (1u << 18)

/* Text that one record may render to. Real records stay below 64 KiB of BinXML, at most 3 bytes of
 * UTF-8 a unit. */
#define LIMIT_RECORD_TEXT (16u << 20)

/* The same for all walks over one chunk's records, however often they are walked: a chunk has room
 * for 2,322 records, each of which could ask for LIMIT_RECORD_NODES. Real chunks stay below 100,000
 * a pass; 2^21 take about 50 ms. */
#define LIMIT_CHUNK_NODES (1u << 21)

/* Text made for one chunk: names, joined values, renderings. Real chunks stay below 256 KiB a pass.
 */
#define LIMIT_CHUNK_TEXT (64u << 20)

/* Text that one unit of a scan (a megabyte of log) may render to in one format: real ones stay
 * below 4 MiB; several units are held at once. Records beyond it are told as lost. */
#define LIMIT_UNIT_TEXT (64u << 20)

/* What all units of a run of `events` hold of rendered text before the workers wait for the unit
 * whose turn it is, and the pieces in which that one is handed on. */
#define LIMIT_EVENTS_HELD (8u << 20)
#define LIMIT_EVENTS_PIECE (256u << 10)

/* What the workers of `events` together keep of memory for rendered text from unit to unit. A unit
 * of a dense log takes 4 MiB. */
#define LIMIT_EVENTS_KEPT (24u << 20)

/* Rows that `events --sort` and --tail hold before they go to a temporary file, and the hashes of
 * --dedupe. */
#define LIMIT_ROWS_HELD (16u << 20)

/* Compiled templates that a worker keeps over chunks; more are compiled again for each chunk.
 * Windows has ~10,000. */
#define LIMIT_TEMPLATES_KEPT 16384

/* Kept templates whose hashes fall together; more are compiled again for each chunk, so that a file
 * made for it can't turn each look-up into a walk over all. */
#define LIMIT_TEMPLATE_CHAIN 64

/* Compiled size of all kept templates of a worker. Over the 350 logs of the public samples the
 * whole reader stays below 13 MiB; a log in which each record brings its own (a collector's: the
 * computer is a part of some templates) would fill any room, and is read faster where less is kept.
 */
#define LIMIT_TEMPLATE_BYTES (16u << 20)

/* Template definitions that portable records share, in bytes: Windows' 10,000 take about 16 MiB.
 * Beyond it records bring their definitions along. */
#define LIMIT_PORTABLE_STORE (16u << 20)

/* A portable record or definition. What a chunk of 64 KiB can hold takes less than twice that;
 * names that many places share could ask for more. */
#define LIMIT_PORTABLE_FORM (256u << 10)

/* Forms of definitions (where their names stand) that a worker knows by their bytes: in all, of
 * those whose hashes fall together, and the text of one's names; others are compiled for each
 * chunk. Over the public samples they take 1.1 MiB, 4 a bucket and 1 kB of text. */
#define LIMIT_VARIANT_BYTES (8u << 20)
#define LIMIT_TEMPLATE_VARIANTS 32
#define LIMIT_VARIANT_TEXT (64u << 10)

/* Text of all names of a chunk that is skimmed; those of the public samples stay below
 * 10 kB. */
#define LIMIT_SKIM_TEXT (1u << 20)

/* Compiled size of the templates of all files that are kept for records whose own is lost, and how
 * many times it is noted that a file has one of them (a collection of twenty hosts has more: they
 * are then known from fewer files). Windows' own take some MiB. */
#define LIMIT_LIBRARY_BYTES (32u << 20)
#define LIMIT_LIBRARY_PLACES (1u << 17)

/* Bytes of all template definitions compiled for one chunk. Real ones don't overlap, so they fit
 * into the chunk. */
#define LIMIT_CHUNK_DEFINITIONS (4u * 65536u)

/* Substitution values of one template instance: the count field has 32 bits, Windows' manifests
 * allow 256. */
#define LIMIT_SUBSTITUTIONS 4096

/* One arena's total between resets: what a worker may hold for one chunk's records. */
#define LIMIT_ARENA_BYTES (256u << 20)

/* What a worker keeps of its arena from chunk to chunk. Real chunks stay below it; what a chunk
 * made for it took beyond is given back. */
#define LIMIT_ARENA_KEPT (16u << 20)

/* A growable output buffer. */
#define LIMIT_BUFFER_BYTES (1u << 30)

/* Advisory documents, packs and detection commands are pages of text; the largest CERT-EU one has
 * 15 kB. */
#define LIMIT_DOCUMENT_BYTES (4u << 20)

/* One data file (data/, --data DIR). The largest will be a catalogue of Windows' message texts. */
#define LIMIT_DATA_FILE_BYTES (64u << 20)

/* CVEs of one advisory; the most in any of CERT-EU's is 59, a vendor's quarterly list has some
 * hundred. */
#define LIMIT_ADVISORY_CVES 1024u

/* A code block of an advisory that is looked at for being a command; a longer one is a listing. */
#define LIMIT_CODE_BLOCK (64u << 10)

/* Detections of one pack: each is a query that every event is asked. */
#define LIMIT_PACK_DETECTIONS 256

/* Nested collections of a YAML document; packs and rules stay below 10. */
#define LIMIT_YAML_DEPTH 64

/* Values of one YAML document: each costs about 100 bytes. The largest data file has some thousand.
 */
#define LIMIT_YAML_NODES (1u << 18)

/* Nesting of parentheses, script blocks and arrays in a command: each level costs C stack. */
#define LIMIT_EXPRESSION_DEPTH 128

/* Folder depth of an evidence walk; Windows paths have at most 260 characters of folders. */
#define LIMIT_WALK_DEPTH 128

/* Chunk places looked at for a chunk's signature when a file named .evtx (or given) has no event
 * log header: 1 GiB, so that a disk image given by mistake costs a second, not an hour. */
#define LIMIT_PROBE_CHUNKS 16384

/* Steps of one regular expression on one text (PCRE2 match limit): beyond it the answer is an
 * error, not "no". */
#define LIMIT_REGEX_STEPS 1000000u

/* Memory of one regular expression's backtracking, in KiB. */
#define LIMIT_REGEX_KIB 65536u

/* Texts of one event that may reach LIMIT_REGEX_STEPS; the rest of the event is then not tried: it
 * stays undecided, and a hostile log can't multiply the steps by its values. */
#define LIMIT_REGEX_FAILURES 8

/* One detection command; printed ones stay below 2 kB, lists of ids or hashes make them longer. */
#define LIMIT_COMMAND_BYTES (256u << 10)

/* Length of one wildcard or regular expression. Printed ones stay below 200; a set with a range
 * costs up to 65,536 steps to compile. */
#define LIMIT_PATTERN_UNITS 4096

/* Hits of one detection in the records of one log and host that check shows one by one; the rest is
 * counted, by what ran. An attack leaves some, a crash loop some thousand. */
#define LIMIT_HITS_KEPT 10000

/* The same when a run has this many hits in all, and what is then kept of each new detection, log
 * and host: thousands of hosts stay in memory. */
#define LIMIT_HITS_ALL 100000
#define LIMIT_HITS_FEW 10

/* Bytes of text that check keeps of one hit. A record has 64 KiB; the longest real ones (stack
 * traces) stay below 32 KiB. */
#define LIMIT_HIT_TEXT (64u << 10)

/* The same when the texts of a unit of a scan or of a whole run take this much, and what is then
 * kept of each. */
#define LIMIT_UNIT_HIT_TEXT (16u << 20)
#define LIMIT_HIT_TEXTS (64u << 20)
#define LIMIT_HIT_TEXT_FEW 400

/* Builds over time of one log and host: a real one has some tens. */
#define LIMIT_BUILDS_KEPT 1000

/* Times that a log and host tells of a cleared log. */
#define LIMIT_CLEARED_KEPT 1000

/* Runs of consecutive record ids in all: real logs have one or a few each. */
#define LIMIT_ID_RUNS (1u << 20)

/* `events --summary`: units of a name's text; Windows allows 255 for channels and providers. */
#define LIMIT_SUMMARY_NAME 256

/* Channels of one source: a collector's log has some hundred. */
#define LIMIT_SUMMARY_LOGS 1000

/* Counts of one source, each for a provider's event id or a computer: an Application log has some
 * hundred, a collector's log some thousand. */
#define LIMIT_SUMMARY_COUNTERS 32768

/* Runs of record ids of one source. */
#define LIMIT_SUMMARY_RUNS 65536

/* Losses of one source that are told one by one; the rest is counted. */
#define LIMIT_LOSSES_KEPT 1000

/* Threads of one run. */
#define LIMIT_THREADS 256

#endif
