/*
 * What the files of SQLite's back-end share: the place with its files, a
 * connection, and the words for its errors. For src/db/sqlite*.c alone.
 */
#ifndef CANDOUR_DB_SQLITE_H
#define CANDOUR_DB_SQLITE_H

#include <sqlite3.h>

#include "db/backend.h"

/* "cand", in the header of the file: whose it is. */
enum { SQLITE_PLACE_APPLICATION = 0x63616e64 };

enum sqlite_file { FILE_DATABASE, FILE_LOG, FILE_LOCK, FILE_GENERATION, SQLITE_FILES };

struct sqlite_place {
    struct db_place base;
    char *folder;
    char *path[SQLITE_FILES];
    struct sqlite_file_id {
        uint64_t device, number;
    } seen[SQLITE_FILES];   /* which file it was when we opened it */
    int lock;               /* descriptor, -1: none */
    bool sealed;            /* a copy that is only read */
    _Atomic uint64_t still; /* stands for the shared number of a sealed one */
};

struct sqlite_cursor;

struct sqlite_link {
    struct db_link base;
    sqlite3 *handle;
    bool writing;
    unsigned log_pages;           /* after the last commit of this connection */
    struct sqlite_cursor **slots; /* kept statements, a hash table by the statement's address */
    size_t slots_n, slots_size;
    struct sqlite_cursor *busy; /* in use now */
};

/* Puts our allocator into SQLite, once a process. */
enum status sqlite_memory_use(struct fault *fault);

enum status sqlite_place_open(const struct db_options *options, struct db_place **place, struct db_link **link,
                              struct fault *fault);
void sqlite_place_close(struct db_place *place);
/* STATUS_UNAVAILABLE where a file is not the one that was opened. */
enum status sqlite_place_check(const struct sqlite_place *place, struct fault *fault);

enum status sqlite_connect(struct db_place *place, bool writing, struct db_link **out, struct fault *fault);
void sqlite_disconnect(struct db_link *link);
enum status sqlite_check(struct db_link *link, struct fault *fault);
enum status sqlite_copy(struct db_link *link, const char *path, db_copied_fn *told, void *self, struct fault *fault);

/*
 * Fills with zeros what no cell of a page uses. Under the lock, the log being empty; a commit follows before the lock
 * is given back, whatever it says.
 */
enum status sqlite_blank(struct sqlite_link *link, struct fault *fault);

/* From SQLite's code of the last call to our status and words; marks the link where it must not be used again. */
enum status sqlite_fault(struct sqlite_link *link, int code, const char *during, struct fault *fault);

/* The first column of the first row, as a number. */
enum status sqlite_ask(struct sqlite_link *link, const char *sql, int64_t *out, struct fault *fault);
/* Several statements, none of whose rows matter. */
enum status sqlite_script(struct sqlite_link *link, const char *sql, const char *during, struct fault *fault);

#endif
