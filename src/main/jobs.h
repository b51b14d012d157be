/* Jobs of the queue: which room does what, and doing one. For this room only. */
#ifndef CANDOUR_MAIN_JOBS_H
#define CANDOUR_MAIN_JOBS_H

#include "base/settings.h"
#include "db/db.h"

/*
 * Does one kind of job, perhaps twice. It ends the job itself in the write of its own work (db_job_end), so that both
 * are whole or absent; any other answer than STATUS_OK means that it could not, and the job is tried again later.
 */
struct job_kind {
    const char *kind; /* NULL ends a table */
    enum status (*run)(struct db *db, const struct settings *settings, struct arena *arena, const struct job *job,
                       struct fault *fault);
};

/* All kinds that this program does. */
extern const struct job_kind jobs_known[];

/*
 * Takes the next job that is due and does it by `table`. STATUS_NOT_FOUND: none is due. A kind that is not in the
 * table is held for a person. The arena is reset first.
 */
enum status jobs_do_next(struct db *db, const struct settings *settings, struct arena *arena,
                         const struct job_kind *table, struct fault *fault);
/* The same of one kind alone, whatever else waits. */
enum status jobs_do_next_kind(struct db *db, const struct settings *settings, struct arena *arena,
                              const struct job_kind *table, struct str kind, struct fault *fault);

#endif
