/* SPDX-License-Identifier: Apache-2.0 */
/* The modes of `tocsin events`; each returns the exit code. */
#ifndef TOCSIN_CLI_EVENTS_LIST_H
#define TOCSIN_CLI_EVENTS_LIST_H

#include "cli/cli.h"

/* The selected events. */
int events_list(const struct cli *cli);

#endif
