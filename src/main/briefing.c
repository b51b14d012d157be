/*
 * What the children are told, in one version after another.
 *
 * Promises: a settings file with a fault becomes no version; the key and what
 * the folder is stay as they were at the start, so that a visitor's form stays
 * good; a version that is gone leaves no key in memory.
 */
#include "main/briefing.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "main/roles.h"
#include "main/start_message.h"
#include "main/wiring.h"
#include "base/banned.h"

enum { BRIEFING_ARENA_MAX = 4 * 1024 * 1024 };

enum status briefing_may_be_served(const struct place *place, struct str reached, struct fault *fault)
{
    struct str address = settings_get(place->settings, wiring_setting("site.address"))->text;
    if (!place->demonstration)
        return STATUS_OK;
    if (!wiring_address_is_local(address))
        return fault_set(fault, STATUS_REFUSED,
                         "%s holds the demonstration, whose passphrases everybody knows, and site.address is no "
                         "localhost address: serve a folder that candour init made without --demonstration, or take "
                         "site.address out of %s/" PLACE_SETTINGS ".",
                         place->folder, place->folder);
    if (reached.n)
        return fault_set(fault, STATUS_REFUSED,
                         "%s holds the demonstration, whose passphrases everybody knows, and others than this machine "
                         "reach %.*s: listen on localhost, 127.0.0.1 or [::1], or serve a folder that candour init "
                         "made without --demonstration.",
                         place->folder, STR_ARG(reached));
    return STATUS_OK;
}

static enum status fill(struct briefing *t, const struct briefing_descriptors *descriptors, struct fault *fault)
{
    buf_init(&t->for_web, t->arena, PROC_TOLD_MAX);
    buf_init(&t->for_worker, t->arena, PROC_TOLD_MAX);
    start_message_write(&t->for_web, (struct str){ descriptors->kinds, descriptors->n }, &t->place, true);
    start_message_write(&t->for_worker, STR(""), &t->place, false);
    if (!buf_ok(&t->for_web) || !buf_ok(&t->for_worker))
        return fault_no_memory(fault);
    t->children[BRIEFING_WEB] =
        (struct proc_child){ role_web.word, buf_str(&t->for_web), descriptors->fds, descriptors->n };
    t->children[BRIEFING_WORKER] = (struct proc_child){ role_worker.word, buf_str(&t->for_worker), NULL, 0 };
    return STATUS_OK;
}

enum status briefing_make(struct briefing *out, const struct place *place, struct str address,
                          const struct briefing_descriptors *descriptors, struct fault *fault)
{
    *out = (struct briefing){ .arena = arena_new(BRIEFING_ARENA_MAX), .place = *place };
    if (!out->arena)
        return fault_no_memory(fault);
    out->place.address = str_copy(out->arena, address);
    return fill(out, descriptors, fault);
}

static void refused(int line, int column, const char *what)
{
    char at[64] = PLACE_SETTINGS;
    if (line)
        snprintf(at, sizeof at, PLACE_SETTINGS ":%d:%d", line, column);
    log_event(LOG_ERROR, "serve.settings_refused", LOG_STR(LOG_AT, str_of(at)), LOG_STR(LOG_WHAT, str_of(what)));
}

bool briefing_make_again(struct briefing *out, const struct briefing *before, const struct listening *listening,
                         const struct briefing_descriptors *descriptors)
{
    struct fault fault;
    struct setting_fault *faults = NULL;
    size_t n = 0;
    *out = (struct briefing){ .arena = arena_new(BRIEFING_ARENA_MAX), .place = before->place };
    enum status status =
        out->arena ? place_settings(&out->place, out->arena, &faults, &n, &fault) : fault_no_memory(&fault);
    for (size_t i = 0; status != STATUS_OK && i < n; i++)
        refused(faults[i].line, faults[i].column, faults[i].text);
    if (status == STATUS_OK) {
        out->place.address = str_copy(out->arena, before->place.address);
        status = briefing_may_be_served(&out->place, listening_reached_by_others(listening), &fault);
    }
    if (status == STATUS_OK)
        status = fill(out, descriptors, &fault);
    if (status == STATUS_OK)
        return true;
    if (n == 0)
        refused(0, 0, fault.text);
    briefing_free(out);
    return false;
}

void briefing_free(struct briefing *t)
{
    if (t->for_web.p)
        explicit_bzero(t->for_web.p, t->for_web.n);
    explicit_bzero(t->place.key, sizeof t->place.key);
    arena_free(t->arena);
    *t = (struct briefing){ 0 };
}

static bool same(const struct setting_value *a, const struct setting_value *b)
{
    bool equal = a->list_n == b->list_n && str_equal(a->text, b->text);
    for (size_t i = 0; equal && i < a->list_n; i++)
        equal = str_equal(a->list[i], b->list[i]);
    return equal;
}

void briefing_needs_restart(const struct place *start, const struct place *now)
{
    const struct setting *const rows[] = { main_setting_listen, main_setting_proxy_listen, main_setting_metrics };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!same(settings_get(start->settings, rows[i]), settings_get(now->settings, rows[i])))
            log_event(LOG_WARN, "serve.needs_restart", LOG_STR(LOG_AT, str_of(rows[i]->name)),
                      LOG_STR(LOG_WHAT, STR("this setting counts when the server is started")));
}
