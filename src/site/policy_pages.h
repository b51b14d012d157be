/* What the pages on the rules of recording share. For this room only. */
#ifndef CANDOUR_SITE_POLICY_PAGES_H
#define CANDOUR_SITE_POLICY_PAGES_H

#include "policy/evaluate.h"
#include "site/site.h"
#include "site/site_pages.h"

/* "16 October 2022" of a day as pack.h has it; words for one that is not known and for one that is open. */
struct str policy_page_day(struct request *req, int day);
/* Today, as pack.h has a day. */
int policy_page_today(const struct request *req);
/* "The law from 7 June 2022", and where its page is. */
struct str policy_page_title(struct request *req, const struct policy_version *version);
struct url policy_page_version(struct request *req, const struct policy_version *version);
struct url policy_page_model(struct request *req, const struct policy_model *model);
/* Whether a version has this file for itself; what is only taken in by others has no page. */
bool policy_page_used(const struct policy_pack *pack, const struct policy_model *model);
/* A version in the words of a list. */
void policy_page_row(struct request *req, const struct policy_version *version, struct policy_row *out);
/*
 * The pack in force, with its sign-offs, inside the request's snapshot; while the database is away the one in the
 * program, of which nobody can say who signed it.
 */
enum status policy_page_pack(struct request *req, const struct policy_pack **out, struct fault *fault);
/* Whether and by whom it was signed off; before `web_layout`. */
struct str policy_page_signed(struct request *req, const struct policy_version *version);
/*
 * Where a row stands that a reason names ("recording-2023-06/7", "public-order-1998/poa-4a/4"), in one of these
 * versions; STR_NONE where it names none.
 */
struct url policy_page_rule(struct request *req, const struct policy_version *const *versions, size_t n,
                            struct str rule);
/* Where a decision's table is; `model` has it. */
struct url policy_page_decision(struct request *req, const struct policy_model *model, struct str decision);

/* What is in the tables of `version` and not in those of `before`, and the other way round. False: no memory. */
bool policy_page_changes(struct request *req, const struct policy_version *before, const struct policy_version *version,
                         const struct policy_change **out, size_t *n);

#endif
