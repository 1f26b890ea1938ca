/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for yaml_libyaml.c in a build without libyaml. */
#include "base/yaml.h"

#ifndef TOCSIN_HAVE_YAML

enum tocsin_status yaml_parse(struct arena *a, struct view text, struct yaml_node **ret_root,
			      struct tocsin_error *error)
{
	(void)a;
	(void)text;
	(void)ret_root;
	return error_set(error, TOCSIN_UNSUPPORTED, 0,
			 "this build reads no YAML: it was made without libyaml");
}

#endif
