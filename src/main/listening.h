/*
 * Where the server listens: what the service manager bound, the option
 * --listen, the settings. For this room only.
 */
#ifndef CANDOUR_MAIN_LISTENING_H
#define CANDOUR_MAIN_LISTENING_H

#include "main/place.h"
#include "proc/proc.h"

struct listening {
    struct proc_listener listeners[PROC_LISTENERS_MAX];
    char kinds[PROC_LISTENERS_MAX]; /* START_VISITORS, START_PROXY, START_METRICS */
    size_t n;
};

/* First of all in the process: the service manager's, by their names "proxy" and "metrics". */
enum status listening_take(struct listening *l, struct fault *fault);
/* The rest. Sockets of the service manager stand in the place of those in the settings; --listen comes besides. */
enum status listening_open(struct listening *l, const struct option *listen, const struct place *place,
                           struct fault *fault);
/* After everything else has ended. */
void listening_close(struct listening *l);

/* The first listener for people that is no unix socket, or the first for people; NULL: none. */
const struct proc_listener *listening_first(const struct listening *l);
/* One that others than this machine reach; STR_NONE: none. */
struct str listening_reached_by_others(const struct listening *l);

#endif
