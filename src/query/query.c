/* SPDX-License-Identifier: Apache-2.0 */
/* Queries and their matchers: ownership, and the evaluator bound to one query. */
#include "query/query.h"

#include <stdlib.h>

#include "query/evaluate.h"
#include "query/match_fast.h"

struct query *query_new(void)
{
	struct query *const q = calloc(1, sizeof(*q));

	if (q)
		q->max = q->first = q->last = UINT64_MAX;
	return q;
}

void query_free(struct query *q)
{
	if (!q)
		return;
	arena_free(&q->arena);
	free(q);
}

struct matcher {
	const struct query *query;
	struct arena bound; /* for the two below; NULL: predicate_evaluate() does it */
	const struct fast_match *where, *parameters;
	struct arena arena; /* of the event at hand */
	struct regex **regexes;
	struct tocsin_error error;
	struct evaluation evaluation;
};

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	for (size_t i = 0; m->regexes && i < m->query->regex_count; i++)
		regex_free(m->regexes[i]);
	free(m->regexes);
	buf_free(&m->evaluation.text);
	arena_free(&m->arena);
	fast_match_free(m->where);
	fast_match_free(m->parameters);
	arena_free(&m->bound);
	free(m);
}

struct matcher *matcher_new(const struct query *q, const struct message_catalogue *catalogue,
			    enum query_subject subject)
{
	struct matcher *const m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->query = q;
	m->regexes = calloc(q->regex_count + 1, sizeof(*m->regexes));
	for (size_t i = 0; m->regexes && i < q->regex_count; i++) {
		/* They compiled when the query was made: only memory can fail here. */
		if (regex_compile(q->regexes[i].pattern, q->regexes[i].nocase, &m->regexes[i],
				  NULL) != TOCSIN_OK) {
			matcher_free(m);
			return NULL;
		}
	}
	if (!m->regexes) {
		matcher_free(m);
		return NULL;
	}
	if (q->where)
		m->where = fast_match_new(&m->bound, q, q->where);
	if (q->parameters)
		m->parameters = fast_match_new(&m->bound, q, q->parameters);
	m->evaluation.arena = &m->arena;
	m->evaluation.catalogue = catalogue;
	m->evaluation.subject = subject;
	m->evaluation.regexes = m->regexes;
	m->evaluation.regex_count = q->regex_count;
	m->evaluation.error = &m->error;
	return m;
}

static enum tri answer(struct matcher *m, const struct fast_match *fast, const struct predicate *p)
{
	if (fast)
		return fast_match_evaluate(fast, &m->evaluation);
	return p ? predicate_evaluate(p, &m->evaluation) : TRI_TRUE;
}

enum tri matcher_match(struct matcher *m, const struct event *e)
{
	arena_reset(&m->arena);
	m->evaluation.event = e;
	m->evaluation.message_known = false;
	m->evaluation.regex_failures = 0;
	return answer(m, m->where, m->query->where);
}

enum tri matcher_parameters(struct matcher *m)
{
	return answer(m, m->parameters, m->query->parameters);
}

struct datum matcher_value(struct matcher *m, const struct operand *o)
{
	return operand_evaluate(o, &m->evaluation);
}

enum message_source matcher_message(struct matcher *m, struct view *ret_text)
{
	return evaluation_message(&m->evaluation, ret_text);
}

const struct tocsin_error *matcher_error(const struct matcher *m)
{
	return m->error.status == TOCSIN_OK ? NULL : &m->error;
}
