/* SPDX-License-Identifier: Apache-2.0 */
/* tocsin events: the event logs themselves, one mode a file. */
#include "cli/events_list.h"
#include "cli/events_tables.h"

int cmd_events(const struct cli *cli)
{
	if (cli_has(cli, OPT_INFO))
		return events_info(cli);
	if (cli_has(cli, OPT_SUMMARY))
		return events_summary(cli);
	return events_list(cli);
}
