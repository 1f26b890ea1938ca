/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes sample event logs with our own EVTX writer, the same bytes on every machine:
 *
 *   make-evidence DIR                   the demo's evidence: four Exchange servers
 *   make-evidence --writer-cases DIR    a log per feature of the writer, with expectations
 *   make-evidence --large FILE MIB      one dense log without anything to find
 *
 * All names, accounts and texts are invented; the layouts are those of the real events.
 */
#include "evidence_cases.h"

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--writer-cases") == 0)
		write_cases(argv[2]);
	return 0;
}
