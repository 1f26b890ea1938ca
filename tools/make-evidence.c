/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes sample event logs with our own EVTX writer, the same bytes on every machine:
 *
 *   make-evidence DIR                   the demo's evidence: four Exchange servers
 *   make-evidence --writer-cases DIR    a log per feature of the writer, with expectations
 *   make-evidence --edge-cases DIR      a log per row of docs/edge-cases.md
 *   make-evidence --fuzz-corpus DIR     the seeds of the EVTX fuzz targets (fuzz/corpus)
 *   make-evidence --large FILE MIB      one dense log without anything to find
 *   make-evidence --large FILE MIB N    the same, every Nth event one that 2021-063 looks for
 *
 * All names, accounts and texts are invented; the layouts are those of the real events.
 */
#include "evidence_corpus.h"
#include "evidence_edges.h"
#include "evidence_hosts.h"

static int usage(void)
{
	fputs("usage: make-evidence DIR\n"
	      "       make-evidence --writer-cases DIR\n"
	      "       make-evidence --edge-cases DIR\n"
	      "       make-evidence --fuzz-corpus DIR\n"
	      "       make-evidence --large FILE MIB [N]\n",
	      stderr);
	return 2;
}

static void write_edges(const char *folder)
{
	make_folders(folder);
	for (size_t i = 0; i < EDGE_CASES; i++) {
		char name[64], path[PATH_SIZE];
		struct edge e;
		FILE *f;

		snprintf(name, sizeof(name), "%s.evtx", edge_cases[i].name);
		join_path(path, folder, name);
		edge_cases[i].make(&e);
		f = fopen(path, "wb");
		if (!f)
			fail(path, strerror(errno));
		if (fwrite(e.log.p, 1, e.log.n, f) != e.log.n || fclose(f) != 0)
			fail(path, strerror(errno));
		buf_free(&e.log);
	}
}

int main(int argc, char **argv)
{
	uint64_t mib, every = 0;

	if (argc == 2 && argv[1][0] != '-') {
		printf("%llu records of 4 hosts\n", (unsigned long long)write_hosts(argv[1]));
	} else if (argc == 3 && strcmp(argv[1], "--writer-cases") == 0) {
		write_cases(argv[2]);
	} else if (argc == 3 && strcmp(argv[1], "--edge-cases") == 0) {
		write_edges(argv[2]);
	} else if (argc == 3 && strcmp(argv[1], "--fuzz-corpus") == 0) {
		write_corpus(argv[2]);
	} else if ((argc == 4 || argc == 5) && strcmp(argv[1], "--large") == 0) {
		if (!text_parse_u64(view_of(argv[3]), &mib) || mib == 0 || mib > 1u << 20 ||
		    (argc == 5 && (!text_parse_u64(view_of(argv[4]), &every) || every == 0)))
			return usage();
		printf("%llu records\n", (unsigned long long)write_large(argv[2], mib, every));
	} else {
		return usage();
	}
	return 0;
}
