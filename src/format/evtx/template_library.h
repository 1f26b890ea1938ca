/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Template definitions of all files at hand, for records whose own chunk has lost the definition
 * that they use. Read once, when the first such record asks; answers are the same for any number of
 * threads and any order of asking.
 *
 * A record names its template by the offset of the definition and by a short id, the first four
 * bytes of the definition's GUID. With the definition lost the short id is all there is, and it is
 * not unique: a candidate must have that id and slots for exactly the record's values, of types
 * that they have or integers for integers (so it is for every record of 354 public logs). The
 * record's own file comes first, then the other files in their order; of several fitting ones in a
 * file the first counts. Where they are not all alike the answer says so (it never is for 354
 * public logs; a file can be made to do it).
 */
#ifndef TOCSIN_FORMAT_EVTX_TEMPLATE_LIBRARY_H
#define TOCSIN_FORMAT_EVTX_TEMPLATE_LIBRARY_H

#include "base/error.h"
#include "format/evtx/binxml.h"

/* Where chunks come from: the owner of the files. */
struct template_feed {
	void *context;
	uint32_t source_count;
	/* Path of a source, for people; lives as long as the library. */
	const char *(*path)(void *context, uint32_t source);
	/*
	 * Calls `chunk` for each chunk of a source, in file order; a source that can't be read has
	 * none. Stops when `chunk` returns false.
	 */
	void (*chunks)(void *context, uint32_t source,
		       bool (*chunk)(void *argument, struct view bytes, uint64_t offset),
		       void *argument);
};

struct template_library;

/* `feed` is copied; its context must outlive the library. NULL without memory. */
struct template_library *template_library_new(const struct template_feed *feed);
void template_library_free(struct template_library *l);

/* Where a definition was found. */
struct template_place {
	const char *path;
	uint64_t offset; /* of the definition in its file */
	bool ambiguous;  /* another one that fits is not like it, here or in another file */
};

/*
 * The template with this short id that fits these values; NULL when none is known. From any thread;
 * what it returns lives as long as the library.
 */
const struct binxml_program *template_library_find(struct template_library *l, uint32_t source,
						   uint32_t short_id, const struct value *values,
						   uint32_t count,
						   struct template_place *ret_place);

#endif
