/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BinXML values without a template: some providers write their elements out in each record. Only
 * what they write is known here: elements with literal text, one piece each, that the compiler
 * (binxml_compile.c) reads without looking further; everything else is left to it.
 */
#include "format/evtx/binxml_token.h"
#include "format/evtx/skim.h"

/* Elements inside each other; those seen have one or two. */
#define DEPTH_MAX 8u

/* A stream up to `end`, all of it in the chunk. */
struct stream {
	const uint8_t *chunk;
	uint32_t at, end;
};

/* What the place in an element is. */
enum state { STATE_TAG, STATE_BODY, STATE_TEXT };

static bool skip(struct stream *s, uint32_t n)
{
	if (n > s->end - s->at)
		return false;
	s->at += n;
	return true;
}

/* A name that stands before its reference or right behind it, as start_fits() has it. */
static bool skip_name(struct stream *s, uint32_t token)
{
	const uint32_t field = s->at;
	uint32_t offset, bytes;

	if (!skip(s, 4))
		return false;
	offset = le32(s->chunk + field);
	if (offset == s->at) {
		if (s->end - s->at < 8)
			return false;
		return skip(s, 10 + 2u * le16(s->chunk + offset + 6));
	}
	if (offset < 8 || offset > token || token - offset < 8)
		return false;
	bytes = 10 + 2u * le16(s->chunk + offset + 6);
	return bytes <= field - offset;
}

static bool skip_text(struct stream *s)
{
	const uint32_t at = s->at;

	return skip(s, 3) && s->chunk[at] == VALUE_STRING && skip(s, 2u * le16(s->chunk + at + 1));
}

static bool skip_start(struct stream *s, bool more)
{
	const uint32_t token = s->at;

	return skip(s, 4) && skip_name(s, token) && (!more || skip(s, 4));
}

/* An attribute with one text. */
static bool skip_attribute(struct stream *s)
{
	if (!skip_name(s, s->at) || s->at == s->end ||
	    (s->chunk[s->at] & ~TOKEN_MORE) != TOKEN_VALUE)
		return false;
	s->at++;
	return skip_text(s);
}

/* One token of an element at `depth`; *state is that of the innermost element. */
static bool skip_token(struct stream *s, enum state *state, unsigned *depth)
{
	const uint8_t token = s->chunk[s->at++];

	switch (token & ~TOKEN_MORE) {
	case TOKEN_OPEN:
		/* Text beside elements would be several pieces. */
		if (*state != STATE_BODY || *depth == DEPTH_MAX ||
		    !skip_start(s, token & TOKEN_MORE))
			return false;
		++*depth;
		*state = STATE_TAG;
		return true;
	case TOKEN_ATTRIBUTE:
		return *state == STATE_TAG && skip_attribute(s);
	case TOKEN_BODY:
		if (*state != STATE_TAG)
			return false;
		*state = STATE_BODY;
		return true;
	case TOKEN_VALUE:
		if (*state != STATE_BODY || !skip_text(s) || s->at == s->end ||
		    s->chunk[s->at] != TOKEN_CLOSE)
			return false;
		*state = STATE_TEXT;
		return true;
	case TOKEN_CLOSE_EMPTY:
		if (*state != STATE_TAG)
			return false;
		--*depth;
		*state = STATE_BODY;
		return true;
	case TOKEN_CLOSE:
		if (*state == STATE_TAG)
			return false;
		--*depth;
		*state = STATE_BODY;
		return true;
	default:
		return false;
	}
}

bool skim_inline(struct view chunk, uint32_t at, uint32_t end)
{
	struct stream s = {chunk.p, at, end};
	enum state state = STATE_TAG;
	unsigned depth = 1;

	if (s.at >= s.end || (s.chunk[s.at] & ~TOKEN_MORE) != TOKEN_OPEN)
		return false;
	s.at++;
	if (!skip_start(&s, s.chunk[at] & TOKEN_MORE))
		return false;
	while (depth && s.at < s.end) {
		if (!skip_token(&s, &state, &depth))
			return false;
	}
	/* One root, and the end. */
	return !depth && (s.at == s.end || s.chunk[s.at] == TOKEN_END);
}
