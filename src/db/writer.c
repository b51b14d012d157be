/*
 * The writer: every act of a process on the one write connection, one after the
 * other, several in one commit. One thread has the writer at a time: the
 * writer's own, or a caller of db_write who finds it free and so needs nobody
 * to be woken, neither for his act nor for the answer.
 *
 * Promises: an act is answered STATUS_OK only after the commit that holds it;
 * acts are run and answered in the order in which they came; a group never
 * waits for more; whatever one member does to the transaction, the others are
 * run again. Between two groups the lock between processes is free.
 *
 * What goes wrong here loses data, so a group is tried in three ways, each only
 * when the one before it left nothing behind: all bare in one commit; each in a
 * savepoint of its own (which costs as much again as a small act, so not for
 * groups where all goes well); each alone.
 */
#include "db/backend.h"

#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/seam.h"
#include "base/banned.h"

enum act_kind { ACT_WRITE, ACT_CHECKPOINT, ACT_MEND };

/* Something queued. It lives on the stack of the thread that waits, or on the heap (`done`), or in the writer. */
struct act {
    struct act *next;
    enum act_kind kind;
    db_write_fn *fn;
    void *arg;
    db_done_fn *done;
    void *self;
    sem_t *answered;
    bool on_heap;
    bool truncate, whole;
    enum status status;
    struct fault fault;
};

static const int64_t IDLE_NS = (int64_t)DB_IDLE_MS * 1000 * 1000;

struct db_writer {
    struct db *db;
    struct db_tx tx; /* tx.link may be NULL: after a failure, until it is needed */
    pthread_t thread;
    bool started;

    pthread_mutex_t mutex;
    pthread_cond_t wake; /* of the writer's own thread */
    struct act *first, **last;
    bool closing;
    bool busy;         /* somebody has the writer: … */
    pthread_t running; /* … this thread */
    bool watching;     /* the writer's thread wakes by itself at idle_ns or before */
    int64_t idle_ns;   /* when the log is to be moved if nobody writes till then; 0: all is moved */
    bool mend_queued;
    struct act mend;

    _Atomic uint64_t acts, groups, failures;

    /* Of the thread that has the writer; `tx` too. */
    unsigned log_moved; /* pages of the log when it was last moved, as far as it got */
    bool log_dirty;     /* something was written since, … */
    int64_t written_ns; /* … the last time then */
};

static const struct db_statement generation_mend = {
    .name = "db.generation_mend",
    .sqlite = "UPDATE public_generation SET n = ?1 WHERE id = 1 AND n < ?1",
    .postgres = "UPDATE public_generation SET n = $1 WHERE id = 1 AND n < $1",
    .writes = true,
};

/* ---- The queue ---- */

static void queue_locked(struct db_writer *w, struct act *act)
{
    act->next = NULL;
    *w->last = act;
    w->last = &act->next;
    if (!w->busy)
        pthread_cond_signal(&w->wake);
}

static bool queue(struct db_writer *w, struct act *act)
{
    pthread_mutex_lock(&w->mutex);
    bool open = !w->closing;
    if (open)
        queue_locked(w, act);
    pthread_mutex_unlock(&w->mutex);
    return open;
}

static struct act *take_locked(struct db_writer *w)
{
    struct act *act = w->first;
    if (act) {
        w->first = act->next;
        if (!w->first)
            w->last = &w->first;
    }
    return act;
}

static void have_locked(struct db_writer *w)
{
    w->busy = true;
    w->running = pthread_self();
}

static void give_back(struct db_writer *w)
{
    pthread_mutex_lock(&w->mutex);
    w->busy = false;
    w->idle_ns = w->log_dirty ? w->written_ns + IDLE_NS : 0;
    if (w->first || w->closing || (w->idle_ns && !w->watching))
        pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->mutex);
}

/* The next one for an open group: an act of writing, if somebody waits with one. */
static struct act *take_for_group(struct db_writer *w)
{
    pthread_mutex_lock(&w->mutex);
    struct act *act = w->first && w->first->kind != ACT_CHECKPOINT ? take_locked(w) : NULL;
    pthread_mutex_unlock(&w->mutex);
    return act;
}

static void count(_Atomic uint64_t *n)
{
    atomic_fetch_add_explicit(n, 1, memory_order_relaxed);
}

static void answer(struct db_writer *w, struct act *act)
{
    if (act->status != STATUS_OK && act->fault.status != act->status)
        db_fault_plain(&act->fault, act->status);
    if (act->kind == ACT_WRITE && act->status == STATUS_OK)
        count(&w->acts);
    if (act->kind == ACT_MEND) {
        pthread_mutex_lock(&w->mutex);
        w->mend_queued = false;
        pthread_mutex_unlock(&w->mutex);
    } else if (act->on_heap) {
        if (act->done)
            act->done(act->self, act->status, &act->fault);
        mem_free(act);
    } else {
        sem_post(act->answered); /* act is gone from here on */
    }
}

/* ---- One act, one group ---- */

static enum status enter(struct db_writer *w, struct fault *fault)
{
    const struct db_backend *backend = w->db->backend;
    if (w->tx.link && w->tx.link->broken) {
        backend->disconnect(w->tx.link);
        w->tx.link = NULL;
    }
    if (!w->tx.link) {
        enum status status = backend->connect(w->db->place, true, &w->tx.link, fault);
        if (status != STATUS_OK) {
            count(&w->failures);
            return status;
        }
    }
    enum status status = backend->enter(w->tx.link, fault);
    if (status != STATUS_OK) {
        count(&w->failures);
        return status;
    }
    w->tx.open = true;
    w->tx.raised = 0;
    return STATUS_OK;
}

static void leave(struct db_writer *w)
{
    w->tx.open = false;
    w->db->backend->leave(w->tx.link);
}

static enum status mend(struct db_tx *tx)
{
    int64_t shown = (int64_t)db_generation(tx->db);
    return db_run(tx, &generation_mend, &shown);
}

/* Not all of its 500 bytes, for each act. */
static void fault_clear(struct fault *fault)
{
    fault->status = STATUS_OK;
    fault->text[0] = '\0';
}

static void run_fn(struct db_writer *w, struct act *act)
{
    struct db_tx *tx = &w->tx;
    fault_clear(&tx->fault);
    fault_clear(&act->fault);
    act->status = act->kind == ACT_MEND ? mend(tx) : act->fn(tx, act->arg);
    unsigned left = w->db->backend->sweep(tx->link);
    if (left)
        log_event(LOG_ERROR, "db.statement_unfinished", LOG_I64(LOG_COUNT, left));
    if (act->status != STATUS_OK)
        act->fault = tx->fault;
}

/* Whether the act was done, and the transaction is as open as it was. */
static bool run_bare(struct db_writer *w, struct act *act)
{
    run_fn(w, act);
    if (!w->db->backend->is_open(w->tx.link) && act->status == STATUS_OK)
        act->status = db_fault_plain(&act->fault, STATUS_IO);
    return act->status == STATUS_OK;
}

/* So that a failure takes back this act alone. False: the transaction does not stand any more, or not as before. */
static bool run_kept(struct db_writer *w, struct act *act)
{
    const struct db_backend *backend = w->db->backend;
    struct db_link *link = w->tx.link;
    uint64_t raised = w->tx.raised;
    struct fault fault = { 0 };
    enum status status = backend->keep(link, &fault);
    if (status == STATUS_OK) {
        if (run_bare(w, act)) {
            status = backend->kept(link, &fault);
        } else {
            w->tx.raised = raised;
            return backend->is_open(link) && backend->undo(link, &fault) == STATUS_OK;
        }
    }
    if (status == STATUS_OK)
        return true;
    act->status = status;
    act->fault = fault;
    return false;
}

static enum status commit(struct db_writer *w, struct fault *fault)
{
    enum status status = w->db->backend->commit(w->tx.link, w->tx.raised, fault);
    count(status == STATUS_OK ? &w->groups : &w->failures);
    if (status == STATUS_OK) {
        w->log_dirty = true;
        w->written_ns = clock_steady_ns();
    } else if (w->tx.raised) {
        db_writer_mend(w); /* the number that was shown is ahead of the row: ask that it be caught up */
    }
    return status;
}

static void run_alone(struct db_writer *w, struct act *act)
{
    act->status = enter(w, &act->fault);
    if (act->status != STATUS_OK)
        return;
    if (run_bare(w, act))
        act->status = commit(w, &act->fault);
    leave(w);
}

/*
 * Once more, after one of them failed: each kept apart from the others, still in one commit, with as many more as
 * `limit` lets in. So a refusal costs its group a second run, and no commit of its own. False: not even so.
 */
static bool run_apart(struct db_writer *w, struct act **members, unsigned *n, unsigned limit)
{
    struct fault fault = { 0 };
    if (enter(w, &fault) != STATUS_OK)
        return false;
    bool stands = true, any = false;
    int64_t end = clock_steady_ns() + DB_GROUP_NS;
    for (unsigned i = 0; i < *n && stands; i++) {
        stands = run_kept(w, members[i]);
        any |= members[i]->status == STATUS_OK;
        bool open = stands && i + 1 == *n && *n < limit && clock_steady_ns() < end;
        struct act *more = open ? take_for_group(w) : NULL;
        if (more)
            members[(*n)++] = more;
    }
    if (stands && any)
        stands = commit(w, &fault) == STATUS_OK;
    leave(w);
    return stands;
}

static void run_group(struct db_writer *w, struct act *act)
{
    act->status = enter(w, &act->fault);
    if (act->status != STATUS_OK) {
        answer(w, act);
        return;
    }
    struct act *members[DB_GROUP_MAX];
    unsigned limit = w->db->place->group_limit < DB_GROUP_MAX ? w->db->place->group_limit : DB_GROUP_MAX;
    unsigned n = 0;
    bool done = true, refused;
    int64_t end = clock_steady_ns() + DB_GROUP_NS;
    while (act) {
        members[n++] = act;
        done = run_bare(w, act);
        act = done && n < limit && clock_steady_ns() < end ? take_for_group(w) : NULL;
    }
    refused = !done;
    if (done) {
        struct fault fault = { 0 };
        enum status status = commit(w, &fault);
        done = status == STATUS_OK;
        if (!done && n == 1) {
            members[0]->status = status;
            members[0]->fault = fault;
        }
    }
    leave(w);
    /* A group of one was alone already; its own answer stands. */
    bool alone = !done && n > 1 && !run_apart(w, members, &n, refused ? limit : n);
    for (unsigned i = 0; i < n; i++) {
        if (alone)
            run_alone(w, members[i]);
        answer(w, members[i]);
    }
}

/* ---- The log ---- */

static enum status move_log(struct db_writer *w, bool truncate, bool *whole, struct fault *fault)
{
    *whole = false;
    const struct db_backend *backend = w->db->backend;
    if (w->tx.link && w->tx.link->broken) {
        backend->disconnect(w->tx.link);
        w->tx.link = NULL;
    }
    if (!w->tx.link) {
        enum status status = backend->connect(w->db->place, true, &w->tx.link, fault);
        if (status != STATUS_OK)
            return status;
    }
    enum status status = backend->checkpoint(w->tx.link, truncate, whole, fault);
    w->log_moved = *whole ? 0 : backend->log_pages(w->tx.link);
    if (status == STATUS_OK && *whole)
        w->log_dirty = false;
    return status;
}

static void move_log_unasked(struct db_writer *w)
{
    struct fault fault = { 0 };
    bool whole = false;
    if (move_log(w, false, &whole, &fault) != STATUS_OK)
        log_event(LOG_WARN, "db.checkpoint_failed", LOG_STR(LOG_STATUS, str_of(status_name(fault.status))));
}

static bool log_is_long(struct db_writer *w)
{
    if (!w->tx.link)
        return false;
    unsigned pages = w->db->backend->log_pages(w->tx.link);
    if (pages < w->log_moved)
        w->log_moved = 0; /* it began anew */
    return pages >= w->log_moved + (db_seam.log_pages ? db_seam.log_pages : DB_LOG_PAGES);
}

/* ---- The thread ---- */

static void run_act(struct db_writer *w, struct act *act)
{
    if (act->kind == ACT_CHECKPOINT) {
        act->status = move_log(w, act->truncate, &act->whole, &act->fault);
        answer(w, act);
        return;
    }
    run_group(w, act);
    if (log_is_long(w))
        move_log_unasked(w);
}

static bool is_idle(const struct db_writer *w)
{
    return w->idle_ns && clock_steady_ns() >= w->idle_ns;
}

/* Waits for the writer, and for something to do with it. NULL: the log is to be moved; `over`: and that is all. */
static struct act *wait_for_act(struct db_writer *w, bool *over)
{
    pthread_mutex_lock(&w->mutex);
    while (w->busy || (!w->first && !w->closing && !is_idle(w))) {
        /* Who has the writer now leaves it idle later than that. */
        int64_t at = w->busy ? clock_steady_ns() + IDLE_NS : w->idle_ns;
        w->watching = at != 0;
        if (w->watching) {
            struct timespec until = { .tv_sec = at / 1000000000, .tv_nsec = at % 1000000000 };
            pthread_cond_timedwait(&w->wake, &w->mutex, &until);
        } else {
            pthread_cond_wait(&w->wake, &w->mutex);
        }
    }
    w->watching = true;
    have_locked(w);
    struct act *act = take_locked(w);
    *over = !act && w->closing;
    pthread_mutex_unlock(&w->mutex);
    return act;
}

static void *run(void *self)
{
    struct db_writer *w = self;
    bool over = false;
    while (!over) {
        struct act *act = wait_for_act(w, &over);
        if (act) {
            run_act(w, act);
        } else if (w->log_dirty) {
            move_log_unasked(w);
            w->log_dirty = false; /* a reader may hold it up; the next write brings it here again */
        }
        give_back(w);
    }
    return NULL;
}

enum status db_writer_start(struct db *db, struct db_link *link, struct db_writer **out, struct fault *fault)
{
    struct db_writer *w = mem_zero(1, sizeof *w);
    if (!w) {
        db->backend->disconnect(link);
        return fault_no_memory(fault);
    }
    w->db = db;
    w->tx.db = db;
    w->tx.link = link;
    w->tx.writing = true;
    w->last = &w->first;
    w->mend.kind = ACT_MEND;
    pthread_mutex_init(&w->mutex, NULL);
    pthread_condattr_t attribute;
    pthread_condattr_init(&attribute);
    pthread_condattr_setclock(&attribute, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &attribute);
    pthread_condattr_destroy(&attribute);
    *out = w;
    /* Signals are for other threads. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&w->thread, NULL, run, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    w->started = rc == 0;
    if (!w->started)
        return fault_set(fault, STATUS_NO_MEMORY, "A thread could not be started. Raise the limit of processes.");
    return STATUS_OK;
}

void db_writer_stop(struct db_writer *w)
{
    pthread_mutex_lock(&w->mutex);
    w->closing = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->mutex);
    if (w->started)
        pthread_join(w->thread, NULL);
    if (w->tx.link)
        w->db->backend->disconnect(w->tx.link);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->mutex);
    mem_free(w);
}

void db_writer_mend(struct db_writer *w)
{
    pthread_mutex_lock(&w->mutex);
    if (!w->mend_queued && !w->closing) {
        w->mend_queued = true;
        queue_locked(w, &w->mend);
    }
    pthread_mutex_unlock(&w->mutex);
}

/* ---- For callers ---- */

void db_counts(const struct db *db, struct db_counts *out)
{
    struct db_writer *w = db->writer;
    out->acts = atomic_load_explicit(&w->acts, memory_order_relaxed);
    out->groups = atomic_load_explicit(&w->groups, memory_order_relaxed);
    out->failures = atomic_load_explicit(&w->failures, memory_order_relaxed);
}

static enum status closing(struct fault *fault)
{
    return fault_set(fault, STATUS_UNAVAILABLE, "candour is ending and takes no more changes. Try again in a minute.");
}

static enum status wait_for(struct db_writer *w, struct act *act, struct fault *fault)
{
    if (!w)
        bug("a sealed copy of a database was to be written");
    sem_t answered;
    sem_init(&answered, 0, 0);
    act->answered = &answered;
    pthread_mutex_lock(&w->mutex);
    if (w->busy && pthread_equal(w->running, pthread_self()))
        bug("an act asked to wait for another");
    if (act->kind == ACT_WRITE && db_has_snapshot(w->db))
        bug("a write was waited for in an open snapshot");
    bool open = !w->closing, mine = open && !w->busy && !w->first;
    if (mine)
        have_locked(w);
    else if (open)
        queue_locked(w, act);
    pthread_mutex_unlock(&w->mutex);
    if (mine) {
        run_act(w, act);
        give_back(w);
    }
    while (open && sem_wait(&answered) != 0)
        continue; /* a signal */
    sem_destroy(&answered);
    if (!open)
        return closing(fault);
    if (act->status != STATUS_OK && fault)
        *fault = act->fault;
    return act->status;
}

enum status db_write(struct db *db, db_write_fn *fn, void *arg, struct fault *fault)
{
    struct act act = { .kind = ACT_WRITE, .fn = fn, .arg = arg };
    return wait_for(db->writer, &act, fault);
}

enum status db_write_later(struct db *db, db_write_fn *fn, void *arg, db_done_fn *done, void *self)
{
    if (!db->writer)
        bug("a sealed copy of a database was to be written");
    struct act *act = mem_zero(1, sizeof *act);
    if (!act)
        return STATUS_NO_MEMORY;
    act->on_heap = true;
    act->kind = ACT_WRITE;
    act->fn = fn;
    act->arg = arg;
    act->done = done;
    act->self = self;
    if (queue(db->writer, act))
        return STATUS_OK;
    mem_free(act);
    return STATUS_UNAVAILABLE;
}

enum status db_checkpoint(struct db *db, bool truncate, bool *whole, struct fault *fault)
{
    struct act act = { .kind = ACT_CHECKPOINT, .truncate = truncate };
    enum status status = wait_for(db->writer, &act, fault);
    *whole = act.whole;
    return status;
}
