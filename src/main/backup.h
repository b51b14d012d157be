/*
 * Backups: a folder with everything that a data folder needs to run again, but
 * its key. For this room only; docs/backup.md is what an administrator reads.
 *
 *   manifest.json   what the others are, with sizes and SHA-256; written last
 *   candour.db      the database as it stood at one moment, without a log
 *   candour.yaml    the settings
 *   erasures        the list of erasures (db/erasures.h)
 *   blobs.list      each blob: "HASH SIZE"
 *   blobs/ab/HASH   the blobs
 *   demonstration   where the data folder has that mark
 *
 * The key stays behind: a backup lies on other disks and machines, and with the
 * key whoever reads it could sign as the site and test guesses of what was
 * erased. The manifest holds a hash of the key, so that the right one is asked
 * for.
 *
 * Promises: what has a manifest is whole, since it is made under another name
 * ("DIR.unfinished") and read back before it gets its own. What an attacker who
 * may write to a backup could try: change a file (its hash differs), put a link
 * in it (never followed), name a path of their own (paths are ours, or hashes).
 * Somebody who makes the whole backup anew is not seen, but for the head of the
 * audit, where that was noted elsewhere.
 */
#ifndef CANDOUR_MAIN_BACKUP_H
#define CANDOUR_MAIN_BACKUP_H

#include <sodium.h>

#include "db/blob.h"
#include "db/erasures.h"
#include "main/place.h"

#define BACKUP_MANIFEST   "manifest.json"
#define BACKUP_BLOBS      "blobs"
#define BACKUP_LIST       "blobs.list"
#define BACKUP_UNFINISHED ".unfinished" /* behind the name of what is being made */

enum { BACKUP_FORMAT = 1, BACKUP_FILES = 5, BACKUP_HASH = 32, BACKUP_HEX = 2 * BACKUP_HASH };
enum { BACKUP_LIST_MAX = 256 * 1024 * 1024, BACKUP_ARENA_MAX = 1024 * 1024 * 1024 };

/* Said on standard error where it takes longer than a few seconds. */
struct backup_progress {
    const char *verb; /* "copied" */
    int64_t next_ns;  /* when the next line is due, on the steady clock; 0: not begun */
};
void backup_progress(struct backup_progress *p, int64_t done, int64_t all);

/* ---- Files (backup_files.c) ---- */

/* "cannot be written": the words for an errno, with STATUS_FULL where the disk is. */
enum status backup_fault(struct fault *fault, const char *folder, const char *name, int code);
/* A path below an open folder, no part of which may be a link: "blobs/ab/HASH". -1 with errno. */
int backup_open(int folder, const char *path);
/* SHA-256 and size of such a file, read from the disk where the system lets us. STATUS_NOT_FOUND. */
enum status backup_hash(int folder, const char *where, const char *path, unsigned char hash[BACKUP_HASH], int64_t *size,
                        struct fault *fault);
/* Copies an open file into a new one (0600) and says what it copied. Not synced. */
enum status backup_copy(int from, int folder, const char *where, const char *path, unsigned char hash[BACKUP_HASH],
                        int64_t *size, struct fault *fault);
/* blobs/ab below the folder. */
enum status backup_shelf(int folder, const char *where, const char *hex, struct fault *fault);

/* Takes the blobs of a data folder away, and their folder. */
void backup_blobs_clear(int folder);

/* A folder that is being made: a new name, or an empty folder, becomes one that is whole. */
struct backup_folder {
    const char *target;     /* without "/" at its end */
    const char *unfinished; /* where it is made */
    int fd;                 /* of that; locked */
};
/* Refuses a target that has something in it or is another user's. */
enum status backup_target_look(const char *target, struct fault *fault);
/* The same, then takes away what a run before left unfinished. */
enum status backup_folder_make(struct backup_folder *out, struct arena *arena, const char *target, struct fault *fault);
/* Syncs all of it. */
enum status backup_folder_sync(const struct backup_folder *f, struct fault *fault);
/* Gives it its name. */
enum status backup_folder_finish(struct backup_folder *f, struct fault *fault);
/* Takes away what was made; after finish it does nothing. */
void backup_folder_end(struct backup_folder *f);

/* ---- The manifest and what it says (backup_read.c) ---- */

struct backup_file {
    struct str name;
    int64_t size;
    unsigned char hash[BACKUP_HASH];
};

struct backup_blob {
    unsigned char hash[BLOB_HASH];
    int64_t size;
};

struct backup {
    struct str program, made; /* version; "2026-11-27T12:00:00Z" */
    int64_t schema;
    bool demonstration;
    unsigned char key_mark[BACKUP_HASH];
    int64_t entries; /* of the audit */
    struct str head_hex;
    int64_t erasures; /* number of the newest in the list */
    int64_t known;    /* … that the database says was done in it; not in the manifest */
    unsigned char erasures_hash[ERASURE_BYTES];
    struct backup_file files[BACKUP_FILES];
    size_t files_n;
    struct backup_blob *blobs; /* by hash */
    size_t blobs_n;
    int64_t bytes; /* of all files but the manifest */
};

/* What the manifest keeps of a key. */
void backup_key_mark(const unsigned char key[PLACE_KEY_SIZE], unsigned char mark[BACKUP_HASH]);
struct str backup_manifest_text(struct arena *arena, const struct backup *b);
/* One line for each blob. */
struct str backup_list_text(struct arena *arena, const struct backup *b);
/*
 * Reads all of a backup: each hash, the database, the chain of the audit, the list of erasures. STATUS_NOT_FOUND,
 * STATUS_DAMAGED (what has no manifest too), STATUS_NEWER.
 */
enum status backup_verify(struct arena *arena, const char *folder, struct backup *out, struct fault *fault);

/*
 * The first blob that the database of a backup names and that is not in its list; `*missing` whether there is one. An
 * older schema is not asked.
 */
enum status backup_blobs_look(const char *folder, const struct backup *b, unsigned char hash[BLOB_HASH], bool *missing,
                              struct fault *fault);
/* Opens the database of a backup, sealed; looks at every page and at the audit. */
enum status backup_database(struct arena *arena, const char *folder, struct backup *out, struct fault *fault);

/* ---- Making (backup_make.c) and bringing back (backup_restore.c) ---- */

enum status backup_make(struct installation *in, struct arena *arena, const char *target, struct backup *out,
                        struct fault *fault);

struct restore_options {
    const char *backup, *folder, *erasures;
    const char *key; /* a file; NULL: a new one is made */
};
/* `replayed`: how many erasures the backup had not done. */
enum status backup_restore(struct arena *arena, const struct restore_options *options, struct backup *out,
                           int64_t *replayed, struct fault *fault);

#endif
