/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in a YAML tree: the same for every reader of YAML. */
#include "base/yaml.h"

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
	if (!node || node->kind != YAML_MAPPING)
		return NULL;
	for (size_t i = 0; i < node->count; i++)
		if (strcmp(node->keys[i], key) == 0)
			return &node->children[i];
	return NULL;
}

const char *yaml_text(const struct yaml_node *node, const char *key)
{
	const struct yaml_node *const member = yaml_get(node, key);

	return member && member->kind == YAML_SCALAR ? member->text : NULL;
}
