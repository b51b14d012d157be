/*
 * What a function may answer when the world, not our code, is at fault.
 *
 * A `struct fault` carries the words for the person: one line, plain, with
 * what to do. It never holds a name, a report, a receipt or a passphrase.
 * Our own mistakes call `bug()`, and only where memory or data may be wrong.
 */
#ifndef CANDOUR_BASE_STATUS_H
#define CANDOUR_BASE_STATUS_H

#include <stdbool.h>

enum status {
    STATUS_OK = 0,
    STATUS_NOT_FOUND,   /* there is no such thing */
    STATUS_INVALID,     /* what was given is wrong; the fault says where */
    STATUS_DENIED,      /* this person may not */
    STATUS_CONFLICT,    /* somebody was faster, or it exists already */
    STATUS_REFUSED,     /* a rule forbids it now; the fault says which */
    STATUS_LIMIT,       /* a named bound was reached */
    STATUS_BUSY,        /* somebody else holds it; try again */
    STATUS_UNAVAILABLE, /* the database or another process is away */
    STATUS_DAMAGED,     /* the data on disk is not what we wrote */
    STATUS_NEWER,       /* written by a newer candour */
    STATUS_FULL,        /* no room on the disk */
    STATUS_IO,          /* reading or writing failed otherwise */
    STATUS_NO_MEMORY,
};

enum { FAULT_TEXT_SIZE = 512 };

struct fault {
    enum status status;
    char text[FAULT_TEXT_SIZE]; /* UTF-8, cut to size at a code point, ends in NUL */
};

/* Sets both and returns the status, so that `return fault_set(…)` reads well. `fault` may be NULL. */
enum status fault_set(struct fault *fault, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* STATUS_NO_MEMORY with its words. */
enum status fault_no_memory(struct fault *fault);
/* The name of a status for a log line: "not-found". */
const char *status_name(enum status status);

/* Logs and aborts. For broken invariants only. */
#define bug(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void bug_at(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
