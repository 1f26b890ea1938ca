/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a predicate needs. Besides its answer, what its evaluation says counts: the user is told
 * that PowerShell fails to compare, or that an expression ran out of steps, even where the other
 * side of an AND is FALSE. Chains are evaluated in order and end with the first child that decides
 * (evaluate.c), so a child is reached only where those before it left the answer open.
 */
#include "query/prefilter_plan.h"

/* What it needs to be TRUE or UNDECIDED, and to tell an error. */
struct needs {
	struct need answer, error;
};

static struct needs needs_of(struct planner *p, const struct predicate *of, bool negated);

/* Errors of an operand that is a predicate. */
static struct need operand_error(struct planner *p, const struct operand *o)
{
	return o->kind == OPERAND_PREDICATE ? needs_of(p, o->as.predicate, false).error
					    : need_never();
}

static bool better(const struct need *a, const struct need *b)
{
	return a->known && (!b->known || a->rate < b->rate);
}

/* Children that must all hold. Where none of the literals of one child's need stands, it is FALSE
 * and those behind it are not evaluated: those before it may still tell errors. */
static struct needs all_hold(struct planner *p, const struct predicate *of, bool negated)
{
	struct needs best = {need_unknown(), need_never()};
	struct need before = need_never(), best_whole = need_unknown();

	for (size_t i = 0; i < of->count; i++) {
		const struct needs child = needs_of(p, of->children[i], negated);
		const struct need errors = need_either(p, before, child.error);
		const struct need whole = need_either(p, child.answer, errors);

		if (better(&whole, &best_whole)) {
			best_whole = whole;
			best.answer = child.answer;
		}
		/* Without literals to stand for it, the answer may still be needed inside. */
		if (!best_whole.known && better(&child.answer, &best.answer))
			best.answer = child.answer;
		before = errors;
	}
	best.error = better(&best_whole, &before) ? best_whole : before;
	return best;
}

static struct needs one_holds(struct planner *p, const struct predicate *of, bool negated)
{
	struct needs all = {need_never(), need_never()};

	for (size_t i = 0; i < of->count; i++) {
		const struct needs child = needs_of(p, of->children[i], negated);

		all.answer = need_either(p, all.answer, child.answer);
		all.error = need_either(p, all.error, child.error);
	}
	return all;
}

static struct needs needs_of(struct planner *p, const struct predicate *of, bool negated)
{
	/* Depth is bounded by the front ends (LIMIT_EXPRESSION_DEPTH). */
	struct needs n = {need_unknown(), need_never()};

	switch (of->kind) {
	case PREDICATE_CONSTANT:
		if (of->constant == (negated ? TRI_TRUE : TRI_FALSE))
			n.answer = need_never();
		break;
	case PREDICATE_AND:
		return negated ? one_holds(p, of, true) : all_hold(p, of, false);
	case PREDICATE_OR:
		return negated ? all_hold(p, of, true) : one_holds(p, of, false);
	case PREDICATE_XOR:
		n.error = one_holds(p, of, false).error;
		break;
	case PREDICATE_NOT:
		return needs_of(p, of->children[0], !negated);
	case PREDICATE_TEST:
		if (of->left.kind == OPERAND_PREDICATE)
			return needs_of(p, of->left.as.predicate, negated);
		break;
	case PREDICATE_COMPARE:
		n.answer = need_compare(p, of, negated);
		n.error = need_either(
			p, need_compare_error(p, of),
			need_either(p, operand_error(p, &of->left), operand_error(p, &of->right)));
		break;
	}
	return n;
}

struct need need_predicate(struct planner *p, const struct predicate *of)
{
	const struct needs n = needs_of(p, of, false);

	return need_either(p, n.answer, n.error);
}
