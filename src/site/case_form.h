/* The form of a made-up case, made from the vocabulary. For this room only. */
#ifndef CANDOUR_SITE_CASE_FORM_H
#define CANDOUR_SITE_CASE_FORM_H

#include "policy/draft.h"
#include "policy/evaluate.h"
#include "site/site.h"
#include "site/site_pages.h"

enum { CASE_CONDUCT_MAX = 5 }; /* entries that the form takes */

enum case_act { CASE_ANSWER, CASE_ADD, CASE_REMOVE };
struct case_form {
    struct request *req;
    struct policy_draft *draft; /* what could be read; draft->conduct_n entries are shown */
    enum case_act act;
    size_t removed;           /* CASE_REMOVE: the entry, from 0 */
    const struct value *sent; /* NULL: nothing was sent */
    const size_t *first;      /* where the fields of a fact begin among them, for each fact of each entry */
    struct str *mistakes;     /* of each fact for each entry; STR_NONE: none */
    size_t mistakes_n;
};

/* An empty form, of one entry. False when memory is gone. */
bool case_form_new(struct request *req, struct case_form *out);
/*
 * What was sent: values that can be taken into the draft, words for the others. STATUS_INVALID: it is no form of ours;
 * STATUS_NO_MEMORY. What the button asks for is done: an entry is added, or taken away.
 */
enum status case_form_read(struct request *req, struct case_form *out);

/* The place of a fact of an entry in `first` and `mistakes`. */
size_t case_form_place(const struct policy_fact *fact, size_t entry);
/* As it was sent in one of the fields of a fact; empty where nothing was. */
struct str case_form_typed(const struct case_form *form, const struct policy_fact *fact, size_t entry, size_t at);

/* "conduct-2-act": the id of a field, and its name. */
struct str case_form_id(struct arena *arena, const struct policy_fact *fact, size_t entry);
/* "#conduct-2-act"; of a day its first field. */
struct url case_form_link(struct arena *arena, const struct policy_fact *fact, size_t entry);
/* "Threatening", and where there are several entries "Threatening (2)". */
struct str case_form_label(const struct case_form *form, const struct policy_fact *fact, size_t entry);
/* What was known, in the words of the form. */
struct str case_form_words(const struct case_form *form, const struct policy_fact *fact, size_t entry);

/* Every mistake with its field, in the order of the form. False when memory is gone. */
bool case_form_mistakes(const struct case_form *form, const struct error_item **out, size_t *n);
/* The fields in their groups; with the questions of an answer (NULL: none) beside them. False when memory is gone. */
bool case_form_fill(const struct case_form *form, const struct policy_answer *answer, const struct facts_group **out,
                    size_t *n);

#endif
