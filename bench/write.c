/*
 * How fast durable small writes are: db_write (threads that wait) and
 * db_write_later (nobody waits) at 1, 16 and 128 at once, alone and with
 * another process writing beside them, next to a plain loop of BEGIN
 * IMMEDIATE, INSERT, COMMIT on SQLite with the same settings.
 *
 *     bench/write [--rounds N] [--ms N] [--folder DIR]
 *     bench/write --only "db_write, 128"      one way, alone, for a profiler
 *
 * All ways take turns in each round, so that a machine that is slower for a
 * while is so for all; the medians over the rounds are printed, with the
 * machine and the command. Exit 1 where a target is missed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/db.h"
#include "db/sqlite.h"
#include "base/banned.h"

enum { AT_ONCE_MAX = 128, ROUNDS_MAX = 50, TIMES_MAX = 1 << 20 };

static char queue_sql[8192];

#define TABLE  "CREATE TABLE note (n INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT"
#define INSERT "INSERT INTO note (n, body) VALUES (?1, ?2)"

static struct db_migration migrations[] = { { 1, "0001_queue", queue_sql }, { 2, "0002_bench", TABLE } };
static const struct db_statement insert_note = { .name = "bench.insert", .sqlite = INSERT, .writes = true };
static const char body[] =
    "A small note, of the size of an audit line or of a session, that somebody waits for on a page.";

static int round_ms = 400;

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "bench/write: %s: %s\n", what, why);
    exit(2);
}

static enum status insert(struct db_tx *tx, void *arg)
{
    struct db_cursor *c = NULL;
    enum status status = db_start(tx, &insert_note, &c);
    if (status != STATUS_OK)
        return status;
    db_bind_int(c, 1, *(int64_t *)arg);
    db_bind_text(c, 2, (struct str){ body, sizeof body - 1 });
    bool row = false;
    status = db_step(c, &row);
    db_finish(c);
    return status;
}

static struct db *open_database(const char *folder, bool create)
{
    struct db_options options = { .folder = folder, .migrations = migrations, .migrations_n = 2, .create = create };
    struct fault fault = { 0 };
    struct db *db = NULL;
    if (db_open(&db, &options, &fault) != STATUS_OK)
        die(folder, fault.text);
    return db;
}

/* ---- The ways ---- */

static _Atomic int64_t next_id = 1;

struct run {
    struct db *db;
    int64_t end;
    _Atomic int64_t acts;
    _Atomic int waiting;
    sem_t over;
};

static void *threads_run(void *arg)
{
    struct run *run = arg;
    struct fault fault = { 0 };
    while (clock_steady_ns() < run->end) {
        int64_t n = atomic_fetch_add(&next_id, 1);
        if (db_write(run->db, insert, &n, &fault) != STATUS_OK)
            die("db_write", fault.text);
        atomic_fetch_add(&run->acts, 1);
    }
    return NULL;
}

static void run_threads(struct run *run, int at_once)
{
    pthread_t threads[AT_ONCE_MAX];
    for (int i = 0; i < at_once; i++) {
        if (pthread_create(&threads[i], NULL, threads_run, run) != 0)
            die("pthread_create", "no thread");
    }
    for (int i = 0; i < at_once; i++)
        pthread_join(threads[i], NULL);
}

struct chain {
    struct run *run;
    int64_t n;
};

/* As a connection does: when one act is answered, the next one comes. */
static void later_done(void *self, enum status status, const struct fault *fault)
{
    struct chain *chain = self;
    struct run *run = chain->run;
    if (status != STATUS_OK)
        die("db_write_later", fault->text);
    atomic_fetch_add(&run->acts, 1);
    if (clock_steady_ns() < run->end) {
        chain->n = atomic_fetch_add(&next_id, 1);
        if (db_write_later(run->db, insert, &chain->n, later_done, chain) != STATUS_OK)
            die("db_write_later", "refused");
    } else if (atomic_fetch_sub(&run->waiting, 1) == 1) {
        sem_post(&run->over);
    }
}

static void run_later(struct run *run, int at_once)
{
    static struct chain chains[AT_ONCE_MAX];
    sem_init(&run->over, 0, 0);
    atomic_store(&run->waiting, at_once);
    for (int i = 0; i < at_once; i++) {
        chains[i] = (struct chain){ run, atomic_fetch_add(&next_id, 1) };
        if (db_write_later(run->db, insert, &chains[i].n, later_done, &chains[i]) != STATUS_OK)
            die("db_write_later", "refused");
    }
    while (sem_wait(&run->over) != 0)
        continue;
    sem_destroy(&run->over);
}

/* ---- Plain SQLite ---- */

static sqlite3 *plain_open(const char *folder)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/plain.db", folder);
    sqlite3 *handle = NULL;
    if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL))
        die(path, sqlite3_errmsg(handle));
    sqlite3_busy_timeout(handle, 10000);
    if (sqlite3_exec(handle,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                     "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
                     "PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 1000;"
                     "CREATE TABLE IF NOT EXISTS note (n INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT",
                     NULL, NULL, NULL) != SQLITE_OK)
        die(path, sqlite3_errmsg(handle));
    return handle;
}

struct plain {
    sqlite3 *handle;
    sqlite3_stmt *begin, *insert, *commit;
};

static void plain_prepare(struct plain *p, const char *folder)
{
    p->handle = plain_open(folder);
    if (sqlite3_prepare_v2(p->handle, "BEGIN IMMEDIATE", -1, &p->begin, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(p->handle, INSERT, -1, &p->insert, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(p->handle, "COMMIT", -1, &p->commit, NULL) != SQLITE_OK)
        die("plain", sqlite3_errmsg(p->handle));
}

static void plain_step(struct plain *p, sqlite3_stmt *s)
{
    if (sqlite3_step(s) != SQLITE_DONE)
        die("plain", sqlite3_errmsg(p->handle));
    sqlite3_reset(s);
}

static void plain_act(struct plain *p, int64_t n)
{
    plain_step(p, p->begin);
    sqlite3_bind_int64(p->insert, 1, n);
    sqlite3_bind_text(p->insert, 2, body, sizeof body - 1, SQLITE_STATIC);
    plain_step(p, p->insert);
    plain_step(p, p->commit);
}

static void plain_end(struct plain *p)
{
    sqlite3_finalize(p->begin);
    sqlite3_finalize(p->insert);
    sqlite3_finalize(p->commit);
    sqlite3_db_config(p->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL); /* and the log stays as long as it is */
    sqlite3_close(p->handle);
}

/*
 * A log that grows costs more to sync than one that is written over, as it is
 * from its second pass on: both logs are brought to their full length first.
 */
static enum status warm_up(struct db_tx *tx, void *arg)
{
    static char large[6 * 1000 * 1000];
    memset(large, 'x', sizeof large);
    struct db_cursor *c = NULL;
    enum status status = db_start(tx, &insert_note, &c);
    if (status != STATUS_OK)
        return status;
    db_bind_int(c, 1, *(int64_t *)arg);
    db_bind_text(c, 2, (struct str){ large, sizeof large });
    bool row = false;
    status = db_step(c, &row);
    db_finish(c);
    return status;
}

static void plain_warm_up(const char *folder)
{
    sqlite3 *handle = plain_open(folder);
    if (sqlite3_exec(handle, "INSERT INTO note VALUES (0, replace(hex(zeroblob(3000000)), '0', 'x'))", NULL, NULL,
                     NULL))
        die("plain", sqlite3_errmsg(handle));
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(handle);
}

/* ---- The other process ---- */

static int64_t times[TIMES_MAX];

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* bench/write --beside FOLDER: writes until its standard input ends, then prints "ACTS P50 P99 MAX" in µs.
 */
static int beside(const char *folder)
{
    struct db *db = open_database(folder, false);
    /* Below all others: theirs still go at the end of the table, as in the plain one. */
    int64_t id = -((int64_t)getpid() << 36) + (clock_steady_ns() & 0xffff) * 1000000, n = 0;
    printf("ready\n");
    fflush(stdout);
    struct pollfd over = { .fd = STDIN_FILENO, .events = POLLIN };
    while (n < TIMES_MAX && poll(&over, 1, 0) == 0) {
        int64_t began = clock_steady_ns();
        id++;
        struct fault fault = { 0 };
        if (db_write(db, insert, &id, &fault) != STATUS_OK)
            die("beside", fault.text);
        times[n++] = (clock_steady_ns() - began) / 1000;
    }
    db_close(db);
    if (!n)
        die("beside", "not one act");
    qsort(times, (size_t)n, sizeof times[0], by_size);
    printf("%lld %lld %lld %lld\n", (long long)n, (long long)times[n / 2], (long long)times[n * 99 / 100],
           (long long)times[n - 1]);
    return 0;
}

struct other {
    pid_t pid;
    int to, from;
};

static struct other other_start(const char *folder)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        die("pipe", strerrordesc_np(errno));
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execl("/proc/self/exe", "write", "--beside", folder, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    char line[64];
    if (pid < 0 || read(out[0], line, sizeof line) <= 0)
        die("beside", "did not start");
    return (struct other){ pid, in[1], out[0] };
}

static int64_t other_p99_us(struct other other)
{
    close(other.to);
    char line[128] = { 0 };
    ssize_t n = read(other.from, line, sizeof line - 1);
    close(other.from);
    int how = 0;
    waitpid(other.pid, &how, 0);
    struct str rest = { line, n > 0 ? (size_t)n : 0 }, piece = STR_NONE;
    int64_t p99 = 0;
    for (int i = 0; i < 3; i++) {
        if (!str_cut(&rest, ' ', &piece))
            die("beside", "said nothing");
    }
    if (!WIFEXITED(how) || WEXITSTATUS(how) != 0 || !str_to_i64(piece, &p99))
        die("beside", "failed");
    return p99;
}

/* ---- Rounds ---- */

enum way_kind { WAY_PLAIN, WAY_THREADS, WAY_LATER };

static const struct way {
    const char *name;
    enum way_kind kind;
    int at_once;
} ways[] = {
    { "plain commits, 1", WAY_PLAIN, 1 },      { "db_write, 1", WAY_THREADS, 1 },
    { "db_write_later, 1", WAY_LATER, 1 },     { "db_write, 16", WAY_THREADS, 16 },
    { "db_write_later, 16", WAY_LATER, 16 },   { "db_write, 128", WAY_THREADS, 128 },
    { "db_write_later, 128", WAY_LATER, 128 },
};

enum { WAYS = sizeof ways / sizeof ways[0] };

/* Acts a second of this way. */
static double run_way(const struct way *way, struct db *db, const char *folder)
{
    int64_t began = clock_steady_ns();
    int64_t end = began + (int64_t)round_ms * 1000 * 1000, acts = 0;
    if (way->kind == WAY_PLAIN) {
        struct plain p;
        plain_prepare(&p, folder);
        began = clock_steady_ns();
        end = began + (int64_t)round_ms * 1000 * 1000;
        for (; clock_steady_ns() < end; acts++)
            plain_act(&p, atomic_fetch_add(&next_id, 1));
        int64_t took = clock_steady_ns() - began;
        plain_end(&p);
        return (double)acts * 1e9 / (double)took;
    }
    struct run run = { .db = db, .end = end };
    if (way->kind == WAY_THREADS)
        run_threads(&run, way->at_once);
    else
        run_later(&run, way->at_once);
    return (double)run.acts * 1e9 / (double)(clock_steady_ns() - began);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof values[0], by_value);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void print_machine(int argc, char **argv)
{
    struct utsname name;
    uname(&name);
    char model[128] = "unknown processor", line[256];
    FILE *f = fopen("/proc/cpuinfo", "re");
    while (f && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon) {
            snprintf(model, sizeof model, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
            break;
        }
    }
    if (f)
        fclose(f);
    printf("machine: %s, %ld processors, %s %s, SQLite %s\ncommand:", model, sysconf(_SC_NPROCESSORS_ONLN),
           name.sysname, name.release, sqlite3_libversion());
    for (int i = 0; i < argc; i++)
        printf(" %s", argv[i]);
    printf("\n");
}

static bool target(bool met, const char *what, double value, const char *unit)
{
    printf("%s  %s: %.2f%s\n", met ? "met   " : "MISSED", what, value, unit);
    return met;
}

static void schema_read(void)
{
    FILE *f = fopen(QUEUE_SQL, "re");
    if (!f || !fread(queue_sql, 1, sizeof queue_sql - 1, f))
        die(QUEUE_SQL, "cannot be read");
    fclose(f);
}

static void remove_files(const char *folder)
{
    static const char *const names[] = { "candour.db", "candour.db-wal", "candour.db-shm", "write.lock",
                                         "generation", "plain.db",       "plain.db-wal",   "plain.db-shm" };
    char path[4300];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

int main(int argc, char **argv)
{
    schema_read();
    if (sqlite_memory_use(NULL) != STATUS_OK)
        die("SQLite", "does not start");
    if (argc == 3 && strcmp(argv[1], "--beside") == 0)
        return beside(argv[2]);
    int64_t rounds = 7, ms = round_ms;
    const char *only = NULL;
    const char *base = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--rounds") == 0 && str_to_i64(str_of(argv[i + 1]), &rounds))
            continue;
        if (strcmp(argv[i], "--ms") == 0 && str_to_i64(str_of(argv[i + 1]), &ms))
            continue;
        if (strcmp(argv[i], "--folder") == 0)
            base = argv[i + 1];
        else if (strcmp(argv[i], "--only") == 0)
            only = argv[i + 1];
        else
            die(argv[i], "is not an option; there are --rounds N, --ms N, --folder DIR, --only WAY");
    }
    if (argc % 2 == 0 || rounds < 1 || rounds > ROUNDS_MAX || ms < 10 || ms > 10000)
        die("usage", "bench/write [--rounds 1..50] [--ms 10..10000] [--folder DIR] [--only WAY]");
    round_ms = (int)ms;
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/candour-bench-XXXXXX", base);
    if (!mkdtemp(folder))
        die(folder, strerrordesc_np(errno));
    print_machine(argc, argv);
    struct db *db = open_database(folder, true);
    static double alone[WAYS][ROUNDS_MAX], together[WAYS][ROUNDS_MAX], p99[WAYS][ROUNDS_MAX];
    int64_t none = 0;
    struct fault fault = { 0 };
    if (db_write(db, warm_up, &none, &fault) != STATUS_OK)
        die("warm up", fault.text);
    plain_warm_up(folder);
    for (int w = 0; only && w < WAYS; w++) {
        for (int r = 0; r < rounds && strcmp(only, ways[w].name) == 0; r++)
            printf("%s: %.0f acts a second\n", only, run_way(&ways[w], db, folder));
    }
    if (only) {
        db_close(db);
        remove_files(folder);
        return 0;
    }
    for (int r = 0; r < rounds; r++) {
        for (int i = 0; i < WAYS; i++) {
            int w = (i + r) % WAYS;
            alone[w][r] = run_way(&ways[w], db, folder);
        }
        /* Not plain ones: SQLite's busy handler starves one of two for more than ten seconds. */
        for (int w = 1; w < WAYS; w++) {
            struct other other = other_start(folder);
            together[w][r] = run_way(&ways[w], db, folder);
            p99[w][r] = (double)other_p99_us(other) / 1000;
        }
        fprintf(stderr, "round %d of %d\n", r + 1, (int)rounds);
    }
    db_close(db);
    remove_files(folder);
    printf("\n%-22s %12s %8s %12s %12s %18s\n", "acts a second", "alone", "ratio", "us an act", "beside",
           "other's p99 ms");
    double plain = 0, ratio[WAYS], other[WAYS];
    for (int w = 0; w < WAYS; w++) {
        double a = median(alone[w], (int)rounds), t = median(together[w], (int)rounds);
        other[w] = median(p99[w], (int)rounds);
        if (w == 0)
            plain = a;
        ratio[w] = a / plain;
        printf("%-22s %12.0f %8.2f %12.1f", ways[w].name, a, ratio[w], 1e6 / a);
        if (w)
            printf(" %12.0f %18.1f", t, other[w]);
        printf("\n");
    }
    printf("\n");
    bool met =
        target(1 / ratio[1] <= 1.2, "db_write at 1, time against a plain commit (at most 1.2)", 1 / ratio[1], "");
    met &= target(1 / ratio[2] <= 1.2, "db_write_later at 1, the same", 1 / ratio[2], "");
    met &= target(ratio[5] >= 20, "db_write at 128, acts against plain commits (at least 20)", ratio[5], "");
    met &= target(ratio[6] >= 20, "db_write_later at 128, the same", ratio[6], "");
    for (int w = 1; w < WAYS; w++)
        met &= target(other[w] < 50, "the other process's p99 beside it (under 50 ms)", other[w], " ms");
    return met ? 0 : 1;
}
