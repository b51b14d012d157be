/*
 * The log: one line an event on standard error, `key=value`, made for journald.
 *
 * What can be said is a closed list of keys, and none of them can hold a
 * person's name, words of a report, a receipt, a passphrase or a visitor's
 * address: there is no key to put it under. Values are numbers, words of our
 * own code, a route's pattern (never the address that was asked for), or a
 * path of the data folder. Text is escaped and cut at 200 bytes.
 */
#ifndef CANDOUR_BASE_LOG_H
#define CANDOUR_BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

enum log_key {
    LOG_KEY_END = 0, /* ends the list; the macro adds it */
    LOG_ROLE,        /* word: parent, web, worker, command */
    LOG_PID,
    LOG_CODE,   /* an exit code, a signal, an errno, an SQLite code */
    LOG_STATUS, /* word: status_name() or an HTTP status as number */
    LOG_ROUTE,  /* word: the pattern of a route, "/news/{year}/{slug}" */
    LOG_COUNT,
    LOG_MS,      /* a duration in milliseconds */
    LOG_AT,      /* word: file:line of our code, or a setting's name */
    LOG_JOB,     /* word: the kind of a job */
    LOG_CHANGED, /* number: of LOG_COUNT */
    LOG_FAILED,  /* the same */
    LOG_STEP,    /* number: attempts so far */
    LOG_FILE,    /* text: a path in the data folder */
    LOG_WHAT,    /* text: what happened, in words of our own or of a library (errors of SQLite, libfyaml) */
    LOG_WHERE,   /* text: an address that we listen on */
};

struct log_field {
    enum log_key key;
    bool is_text;
    int64_t number;
    struct str text;
};

#define LOG_I64(k, v) ((struct log_field){ .key = (k), .number = (int64_t)(v) })
#define LOG_STR(k, v) ((struct log_field){ .key = (k), .is_text = true, .text = (v) })

/* Where an event has nothing to say but its name. */
#define LOG_NOTHING ((struct log_field){ .key = LOG_KEY_END })

/* `event` is a literal like "proc.child_ended"; then one field or more. */
#define log_event(level, event, ...)                                                                                   \
    log_write((level), (event), (const struct log_field[]){ __VA_ARGS__, { .key = LOG_KEY_END } })

void log_write(enum log_level level, const char *event, const struct log_field *fields);

/* Events below this level are dropped; LOG_INFO until set. */
void log_level_set(enum log_level level);
/* The word that every line of this process carries as role=; a literal. */
void log_role_set(const char *role);
/* Where lines go; standard error until set. -1 drops them (tests). */
void log_descriptor_set(int fd);

#endif
