/* SPDX-License-Identifier: Apache-2.0 */
/* The modes of `tocsin events` that tell of logs instead of listing records. Each reads its options
 * by itself, and returns the exit code. */
#ifndef TOCSIN_CLI_EVENTS_TABLES_H
#define TOCSIN_CLI_EVENTS_TABLES_H

#include "cli/cli.h"

int events_summary(const struct cli *cli); /* --summary */
int events_info(const struct cli *cli);    /* --info */

#endif
