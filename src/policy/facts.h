/*
 * Facts of a case: one JSON object, checked against the vocabulary (policy/vocabulary.yaml).
 *
 * Every member is optional; absent or null means not known. A wrong name, type or value, and a date that cannot be, is
 * an error that names the path: "conduct[0].act: …". What is checked here is taken by the models as it is.
 */
#ifndef CANDOUR_POLICY_FACTS_H
#define CANDOUR_POLICY_FACTS_H

#include "dmn/dmn.h"

enum policy_type {
    POLICY_BOOLEAN,
    POLICY_NUMBER, /* whole, from 1 to POLICY_NUMBER_MAX */
    POLICY_DATE,   /* "2022-10-16", from 1900 to 2199 */
    POLICY_TEXT,   /* one line of at most POLICY_TEXT_MAX characters */
    POLICY_TEXTS,  /* such lines, each once, at most POLICY_TEXTS_MAX */
    POLICY_ONE_OF,
    POLICY_SOME_OF, /* each once; a list that is given is complete */
};
enum {
    POLICY_CONDUCT_MAX = 50, /* entries of conduct */
    POLICY_TEXT_MAX = 200,
    POLICY_TEXTS_MAX = 20,
    POLICY_NUMBER_MAX = 100000,
    POLICY_GROUPS_MAX = 16,
};

struct policy_value {
    struct str word, label; /* as in the JSON; as people read it */
};
struct policy_fact {
    struct str path;        /* "conduct[].act" */
    struct str group, name; /* "conduct[]", "act" */
    enum policy_type type;
    const struct policy_value *values;
    size_t values_n;
    struct str unless_known; /* what counts while it is not known; STR_NONE: nothing does */
    struct str label, help, question;
    int ask; /* the place among the questions */
};
/* Generated from the file by tools/vocabulary_gen.py, in its order; a group stands together. */
extern const struct policy_fact policy_vocabulary[];
extern const size_t policy_vocabulary_n;

/*
 * The fact of a path as a model or an answer has it ("conduct[3].act", "conduct.act", "hostility.strands[0]");
 * NULL: none.
 */
const struct policy_fact *policy_fact_find(struct str path);

struct policy_facts {
    /* The groups but conduct, each with all its members; what is not known is null, or what counts then. */
    struct dmn_input groups[POLICY_GROUPS_MAX];
    size_t groups_n;
    bool conduct_known;               /* false: there is one entry of which nothing is known */
    const struct feel_value *conduct; /* one context an entry */
    size_t conduct_n;
};
/* Values live in the arena. `json` NULL or JSON null: nothing is known. STATUS_INVALID, STATUS_LIMIT, STATUS_NO_MEMORY.
 */
enum status policy_facts_read(struct arena *arena, const struct json *json, struct policy_facts *out,
                              struct fault *fault);
/* One of a group, "dates.incident"; FEEL_NONE where it is not known. Not for conduct. */
struct feel_value policy_facts_get(const struct policy_facts *facts, struct str path);

#endif
