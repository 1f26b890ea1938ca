/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headings by their words, and the model's sections, lists and code from the blocks. Which headings
 * exist and how they are spelt was counted over CERT-EU's documents of 2017 to 2026.
 */
#include "advisory/reading.h"

/* Longer ones before their own beginnings. */
static const char *const headings[] = {
	"Affected Products and Fixed Release",
	"Affected Products",
	"Compromise assessment",
	"Details",
	"Detection of Exploitation",
	"Detections",
	"Detection",
	"Exploitation Detection",
	"Exploitation",
	"Exploits",
	"Investigation",
	"List of IOCs",
	"Mitigation and Workarounds",
	"Mitigations Summary",
	"Mitigations",
	"Mitigation",
	"Non affected versions",
	"Other Possible Mitigations",
	"Possible Workarounds",
	"Prevention",
	"Products Affected by SunBurst",
	"Products Affected by Supernova",
	"Products Affected",
	"Products and versions affected",
	"Recommandations",
	"Recommendations and Mitigations",
	"Recommendations and Workarounds",
	"Recommendations",
	"Recommendation",
	"References",
	"Related CVEs",
	"Remediation",
	"Summary",
	"Techincal details",
	"Technical Details",
	"Technical Detail",
	"Threat hunting",
	"Unaffected Products",
	"Versions Affected",
	"Vulnerable Systems",
	"Workarounds Recommended by Microsoft",
	"Workarounds",
	"Workaround",
};

size_t heading_known(struct view v)
{
	const char *const update = "**[Update]** ";
	const size_t skip = view_starts(v, update) ? strlen(update) : 0;
	const struct view words = view_slice(v, skip, v.n);

	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		size_t n = strlen(headings[i]);

		if (!view_starts_nocase(words, headings[i]))
			continue;
		if (n < words.n && words.p[n] == ':')
			n++;
		if (n == words.n || words.p[n] == ' ')
			return skip + n;
	}
	return 0;
}

static bool has(const char *heading, const char *word)
{
	return view_find_nocase(view_of(heading), 0, word) != SIZE_MAX;
}

/* `word` with no letter on either side, so that "ioc" is not found in "biochemical". */
static bool has_word(const char *heading, const char *word)
{
	const struct view v = view_of(heading);
	const size_t n = strlen(word);

	for (size_t at = view_find_nocase(v, 0, word); at != SIZE_MAX;
	     at = view_find_nocase(v, at + 1, word))
		if ((at == 0 || !is_alpha(v.p[at - 1])) &&
		    (at + n >= v.n || !is_alpha(v.p[at + n])))
			return true;
	return false;
}

enum advisory_section_kind heading_kind(const char *heading)
{
	static const char *const recommend[] = {"recommend",  "recommand",  "remediation",
						"mitigation", "workaround", "prevention"};
	static const char *const detect[] = {"detect",      "hunting",       "indicator",
					     "compromise",  "investigation", "exploits",
					     "exploitation"};

	if (has_word(heading, "references"))
		return ADVISORY_REFERENCES;
	if (has(heading, "affected") || has(heading, "vulnerable systems"))
		return has(heading, "unaffected") || has(heading, "non affected") ||
				       has(heading, "non-affected") || has(heading, "not affected")
			       ? ADVISORY_OTHER
			       : ADVISORY_AFFECTED_PRODUCTS;
	for (size_t i = 0; i < sizeof(recommend) / sizeof(recommend[0]); i++)
		if (has(heading, recommend[i]))
			return ADVISORY_RECOMMENDATIONS;
	for (size_t i = 0; i < sizeof(detect) / sizeof(detect[0]); i++)
		if (has(heading, detect[i]))
			return ADVISORY_DETECTION;
	if (has_word(heading, "ioc") || has_word(heading, "iocs"))
		return ADVISORY_DETECTION;
	if (has(heading, "technical d") || has(heading, "techincal d") ||
	    view_starts_nocase(view_of(heading), "details"))
		return ADVISORY_TECHNICAL_DETAILS;
	if (has_word(heading, "summary"))
		return ADVISORY_SUMMARY;
	return ADVISORY_OTHER;
}

const char *advisory_section_name(enum advisory_section_kind kind)
{
	switch (kind) {
	case ADVISORY_SUMMARY:
		return "summary";
	case ADVISORY_TECHNICAL_DETAILS:
		return "technical_details";
	case ADVISORY_AFFECTED_PRODUCTS:
		return "affected_products";
	case ADVISORY_RECOMMENDATIONS:
		return "recommendations";
	case ADVISORY_DETECTION:
		return "detection";
	case ADVISORY_REFERENCES:
		return "references";
	case ADVISORY_OTHER:
		break;
	}
	return "other";
}

/* Length of a citation `[1]`, `[2, 3]`, `[4-5]` at the start of `v`, or 0. */
static size_t citation_length(struct view v)
{
	size_t n = 1;

	if (!v.n || v.p[0] != '[')
		return 0;
	while (n < v.n && (is_digit(v.p[n]) || v.p[n] == ',' || v.p[n] == ' ' || v.p[n] == '-'))
		n++;
	return n > 1 && n < v.n && v.p[n] == ']' ? n + 1 : 0;
}

/* An item's words alone: what a reader takes for the product's name. */
static const char *plain_text(struct reading *r, struct view v)
{
	char *const out = arena_alloc(r->arena, v.n + 1);
	size_t n = 0;

	if (!out) {
		r->failed = true;
		return "";
	}
	for (size_t i = 0; i < v.n;) {
		const struct view rest = view_slice(v, i, v.n);
		const size_t citation = citation_length(rest);
		const uint8_t c = v.p[i];
		const bool edge = i == 0 || i + 1 == v.n || v.p[i - 1] == ' ' ||
				  v.p[i + 1] == ' ' || !is_alpha(v.p[i - 1]) ||
				  !is_alpha(v.p[i + 1]);

		if (citation) {
			i += citation;
			while (n && out[n - 1] == ' ')
				n--;
			continue;
		}
		/* an underscore inside a word is part of a name, a blank on both sides of a star is
		 * no emphasis */
		if (c == '`' ||
		    (c == '*' && !(i + 1 < v.n && v.p[i + 1] == ' ' && i && v.p[i - 1] == ' ')) ||
		    (c == '_' && edge)) {
			i++;
			continue;
		}
		if (c == '\\' && i + 1 < v.n && strchr("\\`*_{}[]()#+-.!<>$'\"", v.p[i + 1])) {
			out[n++] = (char)v.p[i + 1];
			i += 2;
			continue;
		}
		out[n++] = (char)c;
		i++;
	}
	while (n &&
	       (out[n - 1] == ' ' || out[n - 1] == ',' || out[n - 1] == ';' || out[n - 1] == '.'))
		n--;
	out[n] = 0;
	return reading_plain_blanks(r, out);
}

struct build {
	struct reading *r;
	struct view body;
	bool published;
	struct list sections, products, recommendations, codes, references;
	size_t content; /* where the open section's text begins */
	enum advisory_section_kind parent;
};

/* The open section ends in front of `end`. */
static void end_section(struct build *b, size_t end)
{
	struct advisory_section *const s = b->sections.items;
	struct view text;

	if (!b->sections.count)
		return;
	text = view_trim(view_slice(b->body, b->content, end - b->content));
	s[b->sections.count - 1].text = reading_copy(b->r, text);
	if (s[b->sections.count - 1].kind == ADVISORY_REFERENCES)
		references_read(b->r, text, b->published, &b->references);
}

static void begin_section(struct build *b, const struct block *heading)
{
	enum advisory_section_kind kind = heading_kind(heading->text);
	struct advisory_section *s;

	end_section(b, heading->begin);
	s = list_add(b->r, &b->sections, sizeof(*s));
	if (!s)
		return;
	if (heading->level == 1)
		b->parent = kind;
	else if (kind == ADVISORY_OTHER)
		kind = b->parent;
	s->kind = kind;
	s->level = heading->level;
	s->heading = heading->text;
	s->text = "";
	b->content = heading->end;
}

static void add_item(struct build *b, const struct block *block)
{
	const struct advisory_section *const s = b->sections.items;
	struct advisory_item *item;
	struct list *to;

	if (!b->sections.count)
		return;
	switch (s[b->sections.count - 1].kind) {
	case ADVISORY_AFFECTED_PRODUCTS:
		to = &b->products;
		break;
	case ADVISORY_RECOMMENDATIONS:
		to = &b->recommendations;
		break;
	default:
		return;
	}
	item = list_add(b->r, to, sizeof(*item));
	if (!item)
		return;
	item->text = block->text;
	item->plain = plain_text(b->r, view_of(block->text));
	item->depth = block->kind == BLOCK_ITEM ? block->level : 0;
	item->prose = block->kind == BLOCK_TEXT;
}

static void add_code(struct build *b, const struct block *block)
{
	struct advisory_code *const code = list_add(b->r, &b->codes, sizeof(*code));

	if (!code)
		return;
	code->text = block->text;
	code->tag = block->tag;
	code->fenced = block->fenced;
	code->section = b->sections.count ? b->sections.count - 1 : ADVISORY_NONE;
	code_classify(code);
}

void sections_build(struct reading *r, struct view body, const struct list *blocks,
		    struct advisory *a)
{
	const struct block *const block = blocks->items;
	struct build b = {.r = r,
			  .body = body,
			  .published = a->form == ADVISORY_PUBLISHED,
			  .parent = ADVISORY_OTHER};

	for (size_t i = 0; i < blocks->count; i++) {
		switch (block[i].kind) {
		case BLOCK_HEADING:
			begin_section(&b, &block[i]);
			break;
		case BLOCK_TEXT:
		case BLOCK_ITEM:
			add_item(&b, &block[i]);
			break;
		case BLOCK_CODE:
			add_code(&b, &block[i]);
			break;
		}
	}
	end_section(&b, body.n);
	a->sections = b.sections.items;
	a->section_count = b.sections.count;
	a->products = b.products.items;
	a->product_count = b.products.count;
	a->recommendations = b.recommendations.items;
	a->recommendation_count = b.recommendations.count;
	a->codes = b.codes.items;
	a->code_count = b.codes.count;
	a->references = b.references.items;
	a->reference_count = b.references.count;
}
