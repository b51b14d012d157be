/*
 * Expressions whose unknown places have few values (unknown.h): each combination is tried, as if it were known. That is
 * exact, and says of each leaf what it could make by itself.
 */
#include "dmn/unknown.h"

#include "base/arena.h"
#include "base/banned.h"

/* The combinations that were tried: of each place its values, and what came of each. */
struct trial {
    struct place_seen places[UNKNOWN_PLACES_MAX];
    struct feel_entry
        *contexts[UNKNOWN_PLACES_MAX]; /* of an entry: those of its slot that are places; nothing else is */
    size_t contexts_n[UNKNOWN_PLACES_MAX], at[UNKNOWN_PLACES_MAX]; /* how many they are, looked at, and which it is */
    struct feel_value *lists[UNKNOWN_PLACES_MAX];
    size_t counts[UNKNOWN_PLACES_MAX], n, all;
    struct feel_value *results;
};

/* Whether no leaf is in two of the places: then one that changes moves along one of them alone. */
static bool places_apart(const struct unknown *u, const struct trial *trial)
{
    uint64_t seen[LEAF_WORDS] = { 0 };
    for (size_t i = 0; i < trial->n; i++) {
        const uint64_t *leaves = trial->places[i].set->leaves;
        for (size_t k = 0; leaves && k < u->leaf_words; k++) {
            if (seen[k] & leaves[k])
                return false;
            seen[k] |= leaves[k];
        }
    }
    return true;
}

/* What a leaf could make of the expression: the results along each line of its place, where they differ. */
static struct set along(struct unknown *u, const struct trial *trial, size_t dimension, const struct set *reach)
{
    struct set out = { 0 };
    bool in[DMN_UNKNOWN_TRIES_MAX];
    size_t step = 1, n = trial->counts[dimension];
    for (size_t i = 0; i < dimension; i++)
        step *= trial->counts[i];
    for (size_t i = 0; i < n; i++) {
        in[i] = !reach || reach->kinds || reach->n == 0;
        for (size_t j = 0; !in[i] && j < reach->n; j++)
            in[i] = reach->parts[j].form != PART_VALUE || feel_same(reach->parts[j].value, trial->lists[dimension][i]);
    }
    for (size_t k = 0; k < trial->all; k++) {
        const struct feel_value *first = NULL;
        bool differ = false;
        if (k / step % n != 0)
            continue; /* the first of its line */
        for (size_t i = 0; i < n; i++) {
            const struct feel_value *result = &trial->results[k + i * step];
            if (!in[i])
                continue;
            differ = differ || (first && !feel_same(*first, *result));
            first = result;
        }
        for (size_t i = 0; differ && i < n; i++)
            if (in[i])
                set_add_value(u, &out, trial->results[k + i * step]);
    }
    return out;
}

static void trial_leaves(struct unknown *u, const struct trial *trial, struct set *out)
{
    struct set **by_leaf = ARENA_ARRAY(u->run->arena, u->leaves_most, struct set *);
    uint64_t *leaves = leaves_none(u);
    if (!by_leaf || !leaves) {
        run_no_memory(u->run);
        return;
    }
    for (size_t i = 0; i < trial->n; i++) {
        const struct set *set = trial->places[i].set;
        struct set none = { 0 }, *whole = set_kept(u, along(u, trial, i, NULL));
        for (size_t leaf = 0; set->leaves && leaf < u->leaves_n; leaf++) {
            if (!(set->leaves[leaf / 64] >> leaf % 64 & 1))
                continue;
            if (set->by_leaf && !unknown_step(u, (int64_t)trial->all))
                return; /* the leaves of all places have been taken down already */
            const struct set *reach = set->by_leaf && set->by_leaf[leaf] ? set->by_leaf[leaf] : &none;
            by_leaf[leaf] = set->by_leaf ? set_kept(u, along(u, trial, i, reach)) : whole;
            if (by_leaf[leaf] && by_leaf[leaf]->n > 0)
                leaves[leaf / 64] |= UINT64_C(1) << leaf % 64;
        }
    }
    out->leaves = out->choice = leaves;
    out->by_leaf = by_leaf;
}

/* For the entries of each slot one context, which holds them alone. */
static bool find_contexts(struct unknown *u, struct trial *trial)
{
    for (size_t i = 0; i < trial->n; i++) {
        size_t n = 0;
        if (!trial->places[i].entry.p || trial->contexts[i])
            continue;
        struct feel_entry *entries = ARENA_ARRAY(u->run->arena, trial->n, struct feel_entry);
        if (!entries) {
            run_no_memory(u->run);
            return false;
        }
        for (size_t j = i; j < trial->n; j++)
            if (trial->places[j].slot == trial->places[i].slot) {
                trial->contexts[j] = entries;
                trial->at[j] = n;
                entries[n++].name = trial->places[j].entry;
            }
        for (size_t j = i; j < trial->n; j++)
            if (trial->contexts[j] == entries)
                trial->contexts_n[j] = n;
    }
    return true;
}

/* What there is to try; false where it is too much, or cannot be said. */
static bool find_trial(struct unknown *u, const struct frame *frame, const struct node *node, struct trial *trial)
{
    *trial = (struct trial){ .all = 1 };
    if (!unknown_places(frame, node, trial->places, &trial->n) || trial->n == 0)
        return false;
    for (size_t i = 0; i < trial->n; i++) {
        const struct place_seen *place = &trial->places[i];
        if (!set_values(u, place->set, DMN_UNKNOWN_TRIES_MAX, &trial->lists[i], &trial->counts[i]))
            return false;
        trial->all *= trial->counts[i];
        if (trial->all > DMN_UNKNOWN_TRIES_MAX || trial->all == 0)
            return false;
    }
    if (!find_contexts(u, trial))
        return false;
    trial->results = ARENA_ARRAY(u->run->arena, trial->all, struct feel_value);
    if (!trial->results)
        run_no_memory(u->run);
    return trial->results != NULL;
}

/* Puts the values of one combination where the expression finds them. */
static bool place_values(struct unknown *u, struct frame *frame, const struct trial *trial, const size_t *at)
{
    for (size_t i = 0; i < trial->n; i++) {
        const struct place_seen *place = &trial->places[i];
        struct feel_value value = trial->lists[i][at[i]];
        if (place->entry.p)
            trial->contexts[i][trial->at[i]].value = value;
        else
            frame->values[place->slot] = value;
    }
    for (size_t i = 0; i < trial->n; i++)
        if (trial->places[i].entry.p && trial->at[i] == 0)
            frame->values[trial->places[i].slot] = run_context(u->run, trial->contexts[i], trial->contexts_n[i]);
    return !u->run->stopped;
}

bool unknown_try(struct unknown *u, struct frame *frame, const struct node *node, struct set *out)
{
    struct trial trial;
    size_t at[UNKNOWN_PLACES_MAX] = { 0 };
    if (!find_trial(u, frame, node, &trial))
        return false;
    *out = (struct set){ 0 };
    for (size_t k = 0; k < trial.all; k++) {
        if (!unknown_step(u, 1) || !place_values(u, frame, &trial, at))
            return false;
        trial.results[k] = run_node(u->run, node, frame->values);
        set_add_value(u, out, trial.results[k]);
        for (size_t i = 0; i < trial.n && ++at[i] == trial.counts[i]; i++)
            at[i] = 0;
    }
    for (size_t i = 0; i < trial.n; i++)
        set_depend(u, out, trial.places[i].set->leaves);
    if (places_apart(u, &trial) && !set_is_one(out, NULL) && unknown_step(u, (int64_t)(trial.all * trial.n)))
        trial_leaves(u, &trial, out);
    *out = set_settled(*out);
    return true;
}
