/* SPDX-License-Identifier: Apache-2.0 */
/* tocsin events: the event logs themselves, one mode a file. */
#include "cli/events_list.h"

int cmd_events(const struct cli *cli)
{
	return events_list(cli);
}
