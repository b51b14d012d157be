/*
 * A site in a test: the real web room over a front and a database that the
 * test holds in its hands. Heads go through the real parser.
 */
#ifndef CANDOUR_TESTS_WEB_WORLD_H
#define CANDOUR_TESTS_WEB_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "web/inside.h"

/* A database of one number. */
struct db {
    _Atomic uint64_t shown;     /* the public generation as every process sees it */
    _Atomic uint64_t committed; /* as a snapshot reads it */
    _Atomic bool away;
    _Atomic int reads_open;
    _Atomic int writes;
    enum status write_fails;           /* instead of what the act says */
    bool later_fails;                  /* db_write_later itself refuses */
    void (*after_read)(struct db *db); /* when a snapshot has ended: the test may make an act */
};

struct db_tx {
    struct db *db;
    uint64_t generation;
    bool writing;
    struct fault fault;
};

void db_publish(struct db *db); /* an act: number shown, then committed */

struct site {
    struct arena *arena;
    struct db db;
    struct web *web;
    const struct http_app *app;
};

struct site_options {
    const char *settings; /* YAML; NULL: none */
    const struct route *routes;
    size_t routes_n;
    const struct auth *auth;
    bool demonstration;
    bool no_database;
    struct db *(*reopen)(void *self);
    void *reopen_self;
};
void site_open(struct site *site, const struct site_options *options);
void site_close(struct site *site);

struct ask {
    const char *method; /* NULL: GET */
    const char *target;
    const char *host;   /* NULL: localhost:8080 */
    const char *fields; /* whole lines */
    const char *body;   /* NULL: none; a form */
    bool secure;
    size_t piece; /* of a body for a sink; 0: all of it at once */
    size_t gone;  /* bytes of it after which the client goes away, and nobody gets an answer; 0: it stays */
};

enum answered_by { BY_JUDGE, BY_LOOP, BY_POOL, BY_SINK, BY_NOBODY };
struct reply {
    enum answered_by by;
    int status;
    char *fields; /* NUL at the end */
    char *body;
    size_t body_n;
    bool head_only, no_length;
    int retry_after;
    int tries; /* how often it was taken */
};
void ask(struct site *site, const struct ask *question, struct reply *out);
void get(struct site *site, const char *target, struct reply *out);
void reply_free(struct reply *reply);

/* The value of a header of the answer, NUL at the end; "" for none. Good until the next call. */
const char *header(const struct reply *reply, const char *name);
/* The cookie that an answer set, "name=value"; "" for none. Good until the next call. */
const char *cookie(const struct reply *reply);

/* What threads of a test do: an exchange whose answer comes later. */
struct http_exchange *exchange_begin(struct site *site, const struct ask *question);
void exchange_wait(struct http_exchange *x, struct reply *out);

/* Catches the log while it lives. */
void log_catch(void);
const char *log_caught(void);

#endif
