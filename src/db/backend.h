/*
 * What a back-end must do, and the shapes that db's own files share. Nobody
 * outside src/db includes this but a back-end's twin and its tests.
 *
 * A back-end owns connections ("links") and statements in use ("cursors").
 * `db.c` and `writer.c` own threads, queues, groups and the rules about them,
 * and know no database: PostgreSQL fills the same struct, with groups of one.
 */
#ifndef CANDOUR_DB_BACKEND_H
#define CANDOUR_DB_BACKEND_H

#include <pthread.h>
#include <stdatomic.h>

#include "db/db.h"

/* Where the data lies: files, the lock between processes, the shared number. */
struct db_place {
    _Atomic uint64_t *generation; /* what every process sees at once */
    unsigned group_limit;         /* acts that may share one commit */
    struct str name;              /* for messages: a path, never a password */
    int64_t schema;               /* the step it has reached */
};

/* One connection. Belongs to one thread at a time. */
struct db_link {
    struct db_place *place;
    bool broken; /* after a failure of the world: close it and connect anew */
};

struct db_tx {
    struct db *db;
    struct db_link *link;
    bool writing;
    bool open;
    uint64_t generation; /* reading: the number of this snapshot */
    uint64_t raised;     /* writing: the highest number that the open group set, or 0 */
    int64_t began_ns;    /* reading: on the steady clock */
    struct fault fault;
};

/* The head of every back-end's cursor. */
struct db_cursor {
    struct db_tx *tx;
    bool ended;  /* there are no more rows; a further step gives none */
    bool writes; /* its statement may change rows */
    int64_t changed;
};

struct db_backend {
    const char *name;

    /* Checks, makes, migrates; gives the place and the link of the writer. */
    enum status (*open)(const struct db_options *options, struct db_place **place, struct db_link **link,
                        struct fault *fault);
    void (*close)(struct db_place *place);

    enum status (*connect)(struct db_place *place, bool writing, struct db_link **out, struct fault *fault);
    void (*disconnect)(struct db_link *link);

    /* Reading: the snapshot stands, and its public generation is known, when `read_begin` comes back. */
    enum status (*read_begin)(struct db_link *link, uint64_t *generation, struct fault *fault);
    void (*read_end)(struct db_link *link);

    /* Writing: `enter` waits for the lock between processes and begins; after it, `leave` always. */
    enum status (*enter)(struct db_link *link, struct fault *fault);
    enum status (*keep)(struct db_link *link, struct fault *fault); /* a savepoint begins */
    enum status (*kept)(struct db_link *link, struct fault *fault); /* … and its work stays */
    enum status (*undo)(struct db_link *link, struct fault *fault); /* … or is taken back */
    bool (*is_open)(struct db_link *link);                          /* whether the transaction still stands */
    /* `raised`, where not 0, is shown to every process before the commit. */
    enum status (*commit)(struct db_link *link, uint64_t raised, struct fault *fault);
    void (*leave)(struct db_link *link); /* takes back what was not committed, gives the lock back */

    /* What waits in the log, in pages; 0 where there is no such thing. */
    unsigned (*log_pages)(struct db_link *link);
    enum status (*checkpoint)(struct db_link *link, bool truncate, bool *whole, struct fault *fault);
    /* Reads every page; STATUS_DAMAGED. */
    enum status (*check)(struct db_link *link, struct fault *fault);
    /* As db_copy. */
    enum status (*copy)(struct db_link *link, const char *path, db_copied_fn *told, void *self, struct fault *fault);

    enum status (*start)(struct db_link *link, const struct db_statement *statement, struct db_cursor **out,
                         struct fault *fault);
    void (*bind_int)(struct db_cursor *c, int at, int64_t v);
    void (*bind_text)(struct db_cursor *c, int at, struct str v);
    void (*bind_bytes)(struct db_cursor *c, int at, struct str v);
    void (*bind_null)(struct db_cursor *c, int at);
    enum status (*step)(struct db_cursor *c, bool *row, struct fault *fault);
    bool (*column_null)(struct db_cursor *c, int at);
    int64_t (*column_int)(struct db_cursor *c, int at);
    struct str (*column_bytes)(struct db_cursor *c, int at, struct arena *arena);
    bool (*column_fits)(struct db_cursor *c, int at, enum db_type type, bool optional);
    int64_t (*last_id)(struct db_link *link);
    void (*finish)(struct db_cursor *c);
    /* Finishes what was left unfinished; how many. */
    unsigned (*sweep)(struct db_link *link);
};

/* ---- The writer (writer.c) ---- */

struct db_writer;

enum {
    DB_GROUP_MAX = 128,               /* acts in one commit: 64 left a fifth of what a quick disk can do */
    DB_GROUP_NS = 5 * 1000 * 1000,    /* an open group takes no further act after this */
    DB_LOG_PAGES = 1000,              /* the log is moved into the database when it has grown by so many */
    DB_IDLE_MS = 1000,                /* … or when nothing was written for so long */
    DB_SNAPSHOT_MS = 5000,            /* no snapshot lives longer */
    DB_BEHIND_MS = 2000,              /* the shared number may be ahead of the row for so long */
    DB_CHECK_BYTES = 8 * 1024 * 1024, /* databases up to this size are read whole at opening */
};

enum status db_writer_start(struct db *db, struct db_link *link, struct db_writer **out, struct fault *fault);
/* Runs what is queued, moves the log, ends the thread and its link. */
void db_writer_stop(struct db_writer *writer);
/* Asks that the row be raised to the shared number, soon. Never waits. */
void db_writer_mend(struct db_writer *writer);

struct db_reader;

struct db {
    const struct db_backend *backend;
    char *folder; /* the data folder, for what lies beside the database */
    struct db_place *place;
    struct db_writer *writer;     /* NULL: a sealed copy */
    _Atomic int64_t behind_since; /* when a reader first saw the row behind the shared number; 0: it is not */
    pthread_key_t key;            /* of each thread's reader */
    pthread_mutex_t mutex;        /* for the list */
    struct db_reader *readers;
};

/* Whether this thread has a snapshot open. */
bool db_has_snapshot(struct db *db);
/* Runs a statement that gives no rows and takes at most one number. */
enum status db_run(struct db_tx *tx, const struct db_statement *statement, const int64_t *number);
/* The words for a status that came without any. */
enum status db_fault_plain(struct fault *fault, enum status status);

#endif
