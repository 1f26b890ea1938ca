/* SPDX-License-Identifier: Apache-2.0 */
/* From a stream to a file: event logs are read at any place. */
#include "evidence/drain.h"

#include <stdlib.h>

#include "base/spool.h"
#include "base/stream.h"

/* What most systems' pipes hold. */
#define STEP 65536u

/* Copies to the end. What can't be written is the status, what can't be read only told. */
static enum tocsin_status copy(struct stream *from, struct spool *to, uint8_t *buffer,
			       struct tocsin_error *error)
{
	size_t n;

	for (;;) {
		if (stream_read(from, buffer, STEP, &n, error) != TOCSIN_OK) {
			error->offset = spool_size(to);
			return TOCSIN_OK;
		}
		if (!n)
			return error_status(error_set(error, TOCSIN_OK, 0, ""));
		TRY(spool_append(to, buffer, n, error));
	}
}

enum tocsin_status evidence_drain(const char *path, struct os_file **ret_file,
				  struct tocsin_error *error)
{
	uint8_t *const buffer = malloc(STEP);
	struct stream *from = NULL;
	struct spool *to = NULL;
	struct tocsin_error told;
	enum tocsin_status status = TOCSIN_NO_MEMORY;

	if (!buffer)
		error_set(error, TOCSIN_NO_MEMORY, 0, "out of memory");
	else
		status = stream_open(path, &from, error);
	if (status == TOCSIN_OK)
		status = spool_open(&to, error);
	if (status == TOCSIN_OK)
		status = copy(from, to, buffer, error);
	if (status == TOCSIN_OK) {
		told = *error;
		status = spool_to_file(to, ret_file, error);
		to = NULL;
		if (status == TOCSIN_OK)
			*error = told;
	}
	spool_close(to);
	stream_close(from);
	free(buffer);
	return status;
}
