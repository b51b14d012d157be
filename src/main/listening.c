/*
 * Where the server listens.
 *
 * Promises: whoever comes in over a listener for visitors is nobody's proxy;
 * /metrics is read on this machine alone, also where the service manager made
 * the socket for it.
 */
#include "main/listening.h"

#include <string.h>

#include "main/start_message.h"
#include "main/wiring.h"
#include "base/banned.h"

static bool has(const struct listening *l, char kind)
{
    return memchr(l->kinds, kind, l->n) != NULL;
}

enum status listening_take(struct listening *l, struct fault *fault)
{
    enum status status = proc_service_listeners(l->listeners, &l->n, fault);
    for (size_t i = 0; i < l->n; i++) {
        const struct proc_listener *one = &l->listeners[i];
        l->kinds[i] = strcmp(one->name, "metrics") == 0                 ? START_METRICS
                      : one->is_unix || strcmp(one->name, "proxy") == 0 ? START_PROXY
                                                                        : START_VISITORS;
        if (status == STATUS_OK && l->kinds[i] == START_METRICS && !proc_listen_is_local(str_of(one->where)))
            status = fault_set(fault, STATUS_REFUSED,
                               "The socket \"metrics\" of the service manager is reached by others than this machine "
                               "(%s): let it listen on 127.0.0.1 or a path.",
                               one->where);
    }
    return status;
}

static enum status open_one(struct listening *l, struct str where, char kind, const struct place *place,
                            struct fault *fault)
{
    size_t first = l->n;
    enum status status = proc_listen(where, l->listeners, &l->n, fault);
    for (size_t i = first; i < l->n && status == STATUS_OK; i++) {
        l->kinds[i] = l->listeners[i].is_unix && kind == START_VISITORS ? START_PROXY : kind;
        status = proc_listener_give(&l->listeners[i], place->owner, place->group, fault);
    }
    return status;
}

static enum status open_list(struct listening *l, const struct setting_value *list, char kind,
                             const struct place *place, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < list->list_n && status == STATUS_OK; i++)
        status = open_one(l, list->list[i], kind, place, fault);
    return status;
}

enum status listening_open(struct listening *l, const struct option *listen, const struct place *place,
                           struct fault *fault)
{
    const struct setting_value *given = settings_get(place->settings, main_setting_listen);
    const struct setting_value *proxy = settings_get(place->settings, main_setting_proxy_listen);
    struct str metrics = settings_get(place->settings, main_setting_metrics)->text;
    bool activated = has(l, START_VISITORS) || has(l, START_PROXY);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < listen->values_n && status == STATUS_OK; i++)
        status = open_one(l, str_of(listen->values[i]), START_VISITORS, place, fault);
    if (status == STATUS_OK && !activated && !listen->seen)
        status = open_list(l, given, START_VISITORS, place, fault);
    if (status == STATUS_OK && !activated)
        status = open_list(l, proxy, START_PROXY, place, fault);
    if (status == STATUS_OK && !has(l, START_VISITORS) && !has(l, START_PROXY))
        status = open_one(l, STR("localhost:8080"), START_VISITORS, place, fault);
    if (status == STATUS_OK && metrics.n && !has(l, START_METRICS))
        status = open_one(l, metrics, START_METRICS, place, fault);
    return status;
}

void listening_close(struct listening *l)
{
    proc_listeners_close(l->listeners, l->n);
}

const struct proc_listener *listening_first(const struct listening *l)
{
    const struct proc_listener *first = NULL;
    for (size_t i = 0; i < l->n; i++) {
        if (l->kinds[i] == START_METRICS)
            continue;
        if (!l->listeners[i].is_unix)
            return &l->listeners[i];
        first = first ? first : &l->listeners[i];
    }
    return first;
}

struct str listening_reached_by_others(const struct listening *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (!proc_listen_is_local(str_of(l->listeners[i].where)))
            return str_of(l->listeners[i].where);
    return STR_NONE;
}
