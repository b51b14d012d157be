/*
 * candour post import: from files to posts.
 *
 * Promises: what fits into one act (200 files, 12 MB) is one act: all of it or
 * nothing. More is taken in act by act, in the order given: a file that cannot
 * be taken in is named and left out, and costs only itself. An interrupt, like
 * a failure of the disk, leaves whole acts; the same command again finds those
 * unchanged and goes on. One act is in memory at a time.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "main/jobs.h"
#include "main/post_call.h"
#include "main/post_import.h"
#include "main/posts_said.h"
#include "media/media.h"
#include "base/banned.h"

enum { JOB_ARENA_MAX = 16 * 1024 * 1024, OUTCOMES = IMPORT_SAME + 1, EXIT_INTERRUPTED = 130 };

/* When standard error is a terminal its line moves on; elsewhere a line stands there now and then. */
static const int64_t terminal_ns = INT64_C(200000000), first_ns = INT64_C(2000000000), next_ns = INT64_C(5000000000);

struct importing {
    struct call *call;
    struct arena *arena; /* of one act */
    struct import_paths paths;
    struct post_faults *faults;
    struct post_import import;
    size_t looked;          /* files that were taken in or left out */
    size_t taken[OUTCOMES]; /* of them, by what became of them */
    size_t left_out;
    bool many;              /* more than one act */
    bool terminal, on_line; /* standard error is one; a line of progress stands on it */
    int64_t next;           /* when progress is said again */
    struct buf said, wrong; /* JSON: what was taken in since it was last written; all faults */
    struct json_writer said_json, wrong_json;
};

/* ---- Interrupts ---- */

static volatile sig_atomic_t stop_wanted;

static void on_signal(int number)
{
    (void)number;
    stop_wanted = 1;
}

/* The act that is running is ended first; a second signal ends the program at once, and the act is undone. */
static void listen_for_stop(void)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction old;
    struct sigaction now = { .sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND };
    sigemptyset(&now.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &now, NULL);
}

/* ---- What is said ---- */

static const char *outcome_words(enum import_outcome outcome)
{
    switch (outcome) {
    case IMPORT_POST: return "new post";
    case IMPORT_EDITION: return "new edition";
    case IMPORT_RECORD: return "same edition, its record brought up to date";
    case IMPORT_SAME: return "nothing changed";
    }
    return "";
}

static const char *outcome_word(enum import_outcome outcome)
{
    switch (outcome) {
    case IMPORT_POST: return "post";
    case IMPORT_EDITION: return "edition";
    case IMPORT_RECORD: return "record";
    case IMPORT_SAME: return "same";
    }
    return "";
}

static void put_results(struct json_writer *w, const struct post_import *import)
{
    for (size_t i = 0; i < import->files_n; i++) {
        const struct import_result *r = &import->results[i];
        json_open_object(w);
        post_call_put(w, "key", r->key);
        post_call_put(w, "outcome", str_of(outcome_word(r->outcome)));
        json_name(w, STR("number"));
        json_put_i64(w, r->number);
        post_call_put(w, "edition", r->hash_hex);
        post_call_put(w, "campaign_unknown", r->campaign);
        json_close_object(w);
    }
}

static void progress_wipe(struct importing *m)
{
    if (m->on_line)
        fprintf(stderr, "\r%-60s\r", "");
    m->on_line = false;
}

static void progress(struct importing *m)
{
    int64_t now = clock_steady_ns();
    if (!m->many)
        return;
    if (m->next == 0)
        m->next = now + (m->terminal ? 0 : first_ns);
    if (now < m->next)
        return;
    m->next = now + (m->terminal ? terminal_ns : next_ns);
    fprintf(stderr, m->terminal ? "\rtook in %zu of %zu files" : "took in %zu of %zu files\n", m->looked, m->paths.n);
    m->on_line = m->terminal;
    fflush(stderr);
}

static void leave_out(struct importing *m, const char *path, const struct fault *fault)
{
    if (m->faults->n == 0)
        post_faults_add(m->faults, str_of(path), 1, 1, "%s", fault->text);
    progress_wipe(m);
    if (m->call->json)
        posts_said_fault_objects(&m->wrong_json, m->faults);
    else
        posts_said_faults(m->faults);
    m->left_out++;
    m->looked++;
}

static void leave_out_twice(void *self, const char *path, const char *other)
{
    struct importing *m = self;
    struct fault fault;
    arena_reset(m->arena);
    m->faults->n = 0;
    fault_set(&fault, STATUS_CONFLICT,
              "The same name stands twice in this import (%s); a post's name is its file's. Rename one, or leave it "
              "out.",
              other);
    leave_out(m, path, &fault);
}

static void say_one_act(const struct importing *m)
{
    for (size_t i = 0; i < m->import.files_n; i++) {
        const struct import_result *r = &m->import.results[i];
        printf("%.*s: %s, edition %lld %.*s\n", STR_ARG(r->key), outcome_words(r->outcome), (long long)r->number,
               STR_ARG(r->hash_hex));
        if (r->campaign.p != NULL)
            printf(
                "%.*s: there is no campaign \"%.*s\", so its page shows that name and no more; candour campaign list "
                "names those there are, campaign set makes one\n",
                STR_ARG(r->key), STR_ARG(r->campaign));
    }
}

static void say_all(const struct importing *m)
{
    static const char *const words[OUTCOMES][2] = { [IMPORT_POST] = { "new post", "new posts" },
                                                    [IMPORT_EDITION] = { "new edition", "new editions" },
                                                    [IMPORT_RECORD] = { "record brought up to date",
                                                                        "records brought up to date" },
                                                    [IMPORT_SAME] = { "unchanged", "unchanged" } };
    const char *between = ": ";
    printf("%zu files", m->looked);
    for (int i = 0; i < OUTCOMES; i++)
        if (m->taken[i] > 0) {
            printf("%s%zu %s", between, m->taken[i], words[i][m->taken[i] != 1]);
            between = ", ";
        }
    if (m->left_out > 0)
        printf("%s%zu left out", between, m->left_out);
    printf("\n");
}

/* ---- One act ---- */

/* Whether it is the file's own fault; any other would meet the next one too. */
static bool is_of_file(enum status status)
{
    switch (status) {
    case STATUS_NOT_FOUND:
    case STATUS_INVALID:
    case STATUS_CONFLICT:
    case STATUS_REFUSED:
    case STATUS_LIMIT: return true;
    case STATUS_OK:
    case STATUS_DENIED:
    case STATUS_BUSY:
    case STATUS_UNAVAILABLE:
    case STATUS_DAMAGED:
    case STATUS_NEWER:
    case STATUS_FULL:
    case STATUS_IO:
    case STATUS_NO_MEMORY: break;
    }
    return false;
}

/*
 * Makes the pictures of an import ready for the page, unless a server is at it: a job is taken by one of them alone.
 * Other jobs that wait are the server's. What cannot be made is said by "post publish", and by the job's own end.
 */
static void do_jobs(struct importing *m)
{
    struct fault fault;
    size_t pictures = 0;
    const struct call *call = m->call;
    for (size_t i = 0; i < m->import.files_n; i++)
        pictures += m->import.results[i].outcome != IMPORT_SAME && posts_import_has_picture(&m->import, i);
    struct arena *arena = pictures == 0 ? NULL : arena_new(JOB_ARENA_MAX);
    while (arena != NULL && !stop_wanted && pictures-- > 0 &&
           jobs_do_next_kind(call->in.db, call->in.settings, arena, jobs_known, STR(MEDIA_RENDER_JOB), &fault) ==
               STATUS_OK)
        progress(m);
    arena_free(arena);
}

/* Everything before the write, into the arena of the act. */
static enum status read_act(struct importing *m, const char *const *paths, size_t n, struct fault *fault)
{
    struct call *call = m->call;
    m->faults->n = 0;
    struct post_source *sources = ARENA_ARRAY(m->arena, n, struct post_source);
    if (sources == NULL)
        return fault_no_memory(fault);
    for (size_t i = 0; i < n; i++) {
        enum status status = posts_said_source(m->arena, paths[i], &sources[i], fault);
        if (status != STATUS_OK) /* of a file that this user may not read only that file is told */
            return status == STATUS_IO ? fault->status = STATUS_NOT_FOUND : status;
    }
    enum status status = posts_import_read(m->arena, sources, n, &call->act, m->faults, &m->import, fault);
    m->import.submit = call->options[OPTION_SUBMIT].seen;
    return status == STATUS_OK ? posts_import_keep(call->in.db, &m->import, fault) : status;
}

static enum status one_act(struct importing *m, const char *const *paths, size_t n, struct fault *fault)
{
    arena_reset(m->arena);
    enum status status = read_act(m, paths, n, fault);
    if (status != STATUS_OK)
        return status;
    m->call->act.now = clock_now_ms();
    status = db_write(m->call->in.db, posts_import_write, &m->import, fault);
    if (status != STATUS_OK)
        posts_import_forget(m->call->in.db, &m->import);
    else
        status = posts_import_kept(m->call->in.db, &m->import, fault);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        m->taken[m->import.results[i].outcome]++;
    m->looked += n;
    if (m->call->json)
        put_results(&m->said_json, &m->import);
    if (m->call->json && !post_call_flush(&m->said))
        return fault_no_memory(fault);
    progress(m);
    do_jobs(m);
    return STATUS_OK;
}

/* ---- Many acts ---- */

/* What cannot be taken in together is taken in by halves, so that a bad file is left alone with itself. */
static enum status take(struct importing *m, const char *const *paths, size_t n, struct fault *fault)
{
    if (stop_wanted)
        return STATUS_OK;
    enum status status = one_act(m, paths, n, fault);
    if (status == STATUS_OK || !is_of_file(status) || stop_wanted)
        return is_of_file(status) ? STATUS_OK : status;
    if (n == 1) {
        leave_out(m, paths[0], fault);
        progress(m);
        return STATUS_OK;
    }
    status = take(m, paths, n / 2, fault);
    return status == STATUS_OK ? take(m, paths + n / 2, n - n / 2, fault) : status;
}

/* How many of the paths make the next act. A file whose size cannot be told is refused where it is read. */
static size_t next_act(const char *const *paths, size_t n)
{
    size_t files = 0;
    int64_t bytes = 0;
    for (; files < n && files < POST_IMPORT_FILES_MAX; files++) {
        struct stat st;
        bytes += stat(paths[files], &st) == 0 ? st.st_size : 0;
        if (files > 0 && bytes > POST_IMPORT_BYTES_MAX)
            break;
    }
    return files;
}

static int many_end(struct importing *m, enum status status, struct fault *fault)
{
    progress_wipe(m);
    if (m->call->json) {
        json_close_array(&m->wrong_json);
        json_close_array(&m->said_json);
        json_name(&m->said_json, STR("faults"));
        json_put_raw(&m->said_json, buf_ok(&m->wrong) ? buf_str(&m->wrong) : STR("[]"));
        json_close_object(&m->said_json);
        buf_add_byte(&m->said, '\n');
        if (!post_call_flush(&m->said) || !buf_ok(&m->wrong))
            status = fault_set(fault, STATUS_LIMIT, "There are too many faults for JSON: mend some and try again.");
    } else if (status == STATUS_OK && !stop_wanted) {
        say_all(m);
    }
    size_t taken = m->looked - m->left_out;
    if (status != STATUS_OK || stop_wanted)
        fprintf(stderr, "%s: %zu of %zu files are taken in, each act whole. The same command goes on from there%s.\n",
                status == STATUS_OK ? "Interrupted" : "Ended early", taken, m->paths.n,
                status == STATUS_OK ? "" : " when that is mended");
    return status != STATUS_OK ? command_fail(fault)
           : stop_wanted       ? EXIT_INTERRUPTED
           : m->left_out > 0   ? EXIT_REFUSED
                               : EXIT_DONE;
}

static int many_acts(struct importing *m)
{
    struct fault fault;
    struct call *call = m->call;
    size_t all = m->paths.n;
    enum status status = import_twice(call->arena, &m->paths, leave_out_twice, m, &fault);
    size_t n = m->paths.n;
    m->paths.n = all; /* of the files that were given */
    listen_for_stop();
    for (size_t at = 0; at < n && status == STATUS_OK && !stop_wanted;) {
        size_t act = next_act(m->paths.list + at, n - at);
        status = take(m, m->paths.list + at, act, &fault);
        at += act;
    }
    return many_end(m, status, &fault);
}

static int import_many(struct importing *m)
{
    struct call *call = m->call;
    int code = command_actor(&call->in, &call->options[OPTION_AS], &call->options[OPTION_USER], &call->actor);
    if (code != EXIT_DONE)
        return code;
    m->many = true;
    m->terminal = isatty(STDERR_FILENO) == 1;
    buf_init(&m->said, NULL, SAID_MAX);
    buf_init(&m->wrong, NULL, SAID_MAX);
    json_writer_init(&m->said_json, &m->said);
    json_writer_init(&m->wrong_json, &m->wrong);
    json_open_object(&m->said_json);
    json_name(&m->said_json, STR("imported"));
    json_open_array(&m->said_json);
    json_open_array(&m->wrong_json);
    code = many_acts(m);
    buf_free(&m->said);
    buf_free(&m->wrong);
    return code;
}

/* ---- One act, and the command ---- */

static void say_json(const struct importing *m, bool imported)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, m->call->arena, SAID_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    json_name(&w, STR("imported"));
    json_open_array(&w);
    if (imported)
        put_results(&w, &m->import);
    json_close_array(&w);
    json_name(&w, STR("faults"));
    posts_said_faults_json(&w, m->faults);
    json_close_object(&w);
    post_call_say(&out);
}

static int import_one(struct importing *m, int64_t elsewhere_at)
{
    struct fault fault;
    struct call *call = m->call;
    struct post_source *sources = ARENA_ARRAY(m->arena, m->paths.n, struct post_source);
    if (sources == NULL) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    for (size_t i = 0; i < m->paths.n; i++)
        if (posts_said_source(m->arena, m->paths.list[i], &sources[i], &fault) != STATUS_OK) {
            command_fail(&fault);
            return EXIT_CANNOT;
        }
    enum status status = posts_import_read(m->arena, sources, m->paths.n, &call->act, m->faults, &m->import, &fault);
    if (status == STATUS_OK) {
        bool elsewhere = call->options[OPTION_ELSEWHERE].seen;
        m->import.submit = call->options[OPTION_SUBMIT].seen;
        m->import.elsewhere = elsewhere ? str_of(call->options[OPTION_ELSEWHERE].value) : STR_NONE;
        m->import.elsewhere_at = elsewhere_at;
        status = posts_import_keep(call->in.db, &m->import, &fault);
    }
    if (status == STATUS_OK) { /* nobody types a passphrase for a file that has faults */
        int code = command_actor(&call->in, &call->options[OPTION_AS], &call->options[OPTION_USER], &call->actor);
        if (code != EXIT_DONE)
            return code;
        if (!call->options[OPTION_AS].seen) /* who types a passphrase may have been away */
            status = posts_import_keep_again(call->in.db, &m->import, &fault);
        call->act.now = clock_now_ms();
        if (status == STATUS_OK)
            status = db_write(call->in.db, posts_import_write, &m->import, &fault);
        if (status != STATUS_OK)
            posts_import_forget(call->in.db, &m->import);
        else
            status = posts_import_kept(call->in.db, &m->import, &fault);
    }
    if (call->json && (status == STATUS_OK || status == STATUS_INVALID))
        say_json(m, status == STATUS_OK);
    if (status != STATUS_OK) {
        if (!call->json)
            posts_said_faults(m->faults);
        return command_fail(&fault);
    }
    do_jobs(m);
    if (!call->json)
        say_one_act(m);
    return EXIT_DONE;
}

int post_import(struct call *call)
{
    struct fault fault;
    struct importing m = { .call = call, .faults = ARENA_NEW(call->arena, struct post_faults) };
    bool elsewhere = call->options[OPTION_ELSEWHERE].seen;
    int64_t elsewhere_at = 0;
    if (elsewhere != call->options[OPTION_AT].seen ||
        (elsewhere && !post_call_at(&call->options[OPTION_AT], &elsewhere_at)))
        return options_wrong(call->command, "A post that was made elsewhere has an address and a time: "
                                            "--published-elsewhere https://… --at 2026-03-02T19:11.");
    enum status status = m.faults == NULL ? fault_no_memory(&fault)
                                          : import_paths(call->arena, call->argv, (size_t)call->argc, &m.paths, &fault);
    if (status != STATUS_OK)
        return command_fail(&fault);
    if (elsewhere && (m.paths.n != 1 || call->options[OPTION_SUBMIT].seen))
        return options_wrong(call->command, "A post that was made elsewhere is taken in alone, and not handed in.");
    m.arena = arena_new(POST_IMPORT_ARENA);
    if (m.arena == NULL) {
        fault_no_memory(&fault);
        return command_fail(&fault);
    }
    m.faults->arena = m.arena;
    call->act = (struct act){ .by = &call->actor };
    int code = next_act(m.paths.list, m.paths.n) == m.paths.n ? import_one(&m, elsewhere_at) : import_many(&m);
    arena_free(m.arena);
    return code;
}
