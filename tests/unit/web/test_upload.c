/* Forms with files through the whole room: what is kept, for how long, and what is left when anything fails. */
#include "world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/banned.h"

/* ---- The seam: open(2), as a file system would answer that has no files without a name, or is out of them ---- */

static int tmpfile_fails; /* errno; 0: the kernel's own answer */

int open(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    unsigned mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(ap, unsigned) : 0;
    va_end(ap);
    if ((flags & O_TMPFILE) == O_TMPFILE && tmpfile_fails) {
        errno = tmpfile_fails;
        return -1;
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* ---- A site with a form of files ---- */

enum { FIELD_WORDS, FIELD_PICTURE, FIELD_MORE, FIELDS };
static const struct form_field fields[FIELDS] = {
    [FIELD_WORDS] = { .name = "words", .type = FIELD_TEXT, .max = 20, .required = true },
    [FIELD_PICTURE] = { .name = "picture", .type = FIELD_FILE, .min = 2, .max = 10, .required = true },
    [FIELD_MORE] = { .name = "more", .type = FIELD_FILE, .max = 2000, .files = UPLOAD_FILES_MAX },
};
static const struct upload_form form = { fields, FIELDS };

static struct value values[FIELDS];
static char first_bytes[64]; /* of the first picture */
static struct upload_file first;
static int first_kept; /* a duplicate of its descriptor */
static size_t names_in_folder;
static int handled;
static char folder[64];

static size_t entries(const char *path)
{
    size_t n = 0;
    DIR *d = opendir(path);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
    closedir(d);
    return n;
}

static enum http_status form_page(struct request *req, struct response *res)
{
    buf_add(&res->body, form_token(req, res));
    return HTTP_OK;
}

static enum http_status view(struct request *req, struct response *res, void *arg)
{
    (void)req;
    (void)arg;
    buf_add(&res->body, STR("written"));
    return HTTP_OK;
}

static enum status act(struct db_tx *tx, void *arg)
{
    (void)tx;
    (void)arg;
    return STATUS_OK;
}

static enum http_status sent(struct request *req, struct response *res)
{
    bool all_good;
    handled++;
    enum status status = form_read(req, fields, FIELDS, values, &all_good);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    const struct upload_file *file = request_file(req, FIELD_PICTURE, 0);
    memset(first_bytes, 0, sizeof first_bytes);
    if (file) {
        first = *file;
        if (file->fd >= 0) {
            assert_true(read(file->fd, first_bytes, sizeof first_bytes - 1) >= 0);
            if (first_kept >= 0)
                close(first_kept);
            first_kept = dup(file->fd);
        }
    }
    assert_null(request_file(req, FIELD_PICTURE, 1));
    names_in_folder = entries(folder);
    buf_add(&res->body, all_good ? STR("good") : STR("again"));
    return all_good ? HTTP_OK : HTTP_UNPROCESSABLE;
}

static enum http_status sent_and_written(struct request *req, struct response *res)
{
    handled++;
    return write_then(req, res, act, NULL, view, NULL);
}

#define UPLOAD .method = "POST", .body = BODY_UPLOAD, .body_max = 100000, .upload = &form, .help = "", .where = "test"
static const struct route routes[] = {
    { .method = "GET", .path = "/form", .handler = form_page, .help = "", .where = "test" },
    { .path = "/form", .csrf = true, .handler = sent, UPLOAD },
    { .path = "/open", .handler = sent, UPLOAD },
    { .path = "/write", .handler = sent_and_written, UPLOAD },
    { .path = "/private", .permission = PERMISSION_SIGNED_IN, .csrf = true, .handler = sent, UPLOAD },
};

static struct site site;
static struct reply reply;
static char jar[512], token[128];
static size_t descriptors;

static int open_site(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/candour-upload-XXXXXX");
    assert_non_null(mkdtemp(folder));
    site_open(&site, &(struct site_options){ .routes = routes, .routes_n = sizeof routes / sizeof *routes });
    site.web->upload_folder = folder;
    ask(&site, &(struct ask){ .target = "/form" }, &reply);
    snprintf(token, sizeof token, "%s", reply.body);
    snprintf(jar, sizeof jar, "Cookie: %s\r\nContent-Type: multipart/form-data; boundary=B\r\n", cookie(&reply));
    handled = 0;
    tmpfile_fails = 0;
    first_kept = -1;
    first = (struct upload_file){ .fd = -1 };
    descriptors = entries("/proc/self/fd");
    return 0;
}

static void nothing_stays(void)
{
    assert_int_equal(atomic_load(&site.web->uploads), 0);
    assert_int_equal(atomic_load(&site.web->upload_bytes), 0);
    assert_int_equal(atomic_load(&site.db.reads_open), 0);
    if (first_kept >= 0)
        close(first_kept);
    first_kept = -1;
    assert_int_equal(entries("/proc/self/fd"), descriptors);
    assert_int_equal(entries(folder), 0);
}

static int close_site(void **state)
{
    (void)state;
    nothing_stays();
    reply_free(&reply);
    site_close(&site);
    return rmdir(folder);
}

/* ---- Bodies ---- */

static char body[UPLOAD_TEXT_MAX + 4096];
static size_t body_n;

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(body + body_n, sizeof body - body_n, format, ap);
    va_end(ap);
    assert_true(n >= 0 && body_n + (size_t)n < sizeof body);
    body_n += (size_t)n;
}

static void add_words(const char *name, const char *words)
{
    add("--B\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", name, words);
}

static void add_file(const char *name, const char *file, const char *bytes)
{
    add("--B\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n\r\n%s\r\n", name, file, bytes);
}

static void begin_body(void)
{
    body_n = 0;
    add_words("form-token", token);
    add_words("words", "Asha");
}

static int send_to(const char *target, struct ask question)
{
    add("--B--\r\n");
    question.method = "POST";
    question.target = target;
    question.body = body;
    if (!question.fields)
        question.fields = jar;
    handled = 0;
    reply_free(&reply);
    ask(&site, &question, &reply);
    return reply.status;
}

/* With members of struct ask. */
#define SEND(...) send_to("/form", (struct ask){ __VA_ARGS__ })

/* ---- Tests ---- */

static void file_is_there_for_its_handler_and_gone_afterwards(void **state)
{
    (void)state;
    begin_body();
    add_file("picture", "a/b.jpg", "12345");
    assert_int_equal(SEND(0), 200);
    assert_int_equal(handled, 1);
    assert_string_equal(first_bytes, "12345");
    assert_int_equal(first.size, 5);
    assert_int_equal(names_in_folder, 0);
    assert_int_equal(values[FIELD_PICTURE].number, 1);
    assert_int_equal(fcntl(first.fd, F_GETFD), -1);
    /* What a handler duplicated is the handler's. */
    assert_int_equal(pread(first_kept, first_bytes, 5, 0), 5);
}

static void every_cut_into_pieces_gives_the_same(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 40; piece++) {
        begin_body();
        add_file("picture", "x", "\r\n--C\r\n");
        add_file("more", "y", "");
        assert_int_equal(SEND(.piece = piece), 200);
        assert_string_equal(first_bytes, "\r\n--C\r\n");
        nothing_stays();
    }
}

static void client_that_goes_away_anywhere_leaves_nothing(void **state)
{
    (void)state;
    begin_body();
    add_file("picture", "x", "12345");
    add_file("more", "y", "67890");
    size_t whole = body_n;
    for (size_t gone = 1; gone < whole; gone++) {
        body_n = whole;
        SEND(.gone = gone);
        assert_int_equal(reply.by, BY_NOBODY);
        assert_int_equal(handled, 0);
        nothing_stays();
    }
}

static void memory_that_ends_anywhere_leaves_nothing(void **state)
{
    (void)state;
    int failed = 0;
    for (uint64_t k = 1;; k++) {
        begin_body();
        add_file("picture", "x", "12345");
        mem_fail_at(k);
        int status = SEND(0);
        bool reached = mem_calls() >= k;
        mem_fail_at(0);
        nothing_stays();
        if (!reached) {
            assert_int_equal(status, 200);
            break;
        }
        assert_true(status == 200 || status == 500 || status == 503);
        failed += status != 200;
    }
    assert_true(failed > 1);
}

static void full_disk_is_503_and_leaves_nothing(void **state)
{
    (void)state;
    struct rlimit before;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    begin_body();
    add_file("picture", "x", "12345");
    add("--B\r\nContent-Disposition: form-data; name=\"more\"; filename=\"y\"\r\n\r\n");
    memset(body + body_n, 'z', 2000);
    body_n += 2000;
    add("\r\n");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 1000, before.rlim_max }), 0);
    log_catch();
    int status = SEND(0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    const char *said = log_caught();
    assert_int_equal(status, 503);
    assert_int_equal(handled, 0);
    assert_non_null(strstr(said, "event=web.upload_failed"));
    assert_non_null(strstr(said, "status=full"));
}

static void without_descriptors_it_is_503(void **state)
{
    (void)state;
    static const int codes[] = { EMFILE, ENFILE, ENOSPC, EDQUOT };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        tmpfile_fails = codes[i];
        begin_body();
        add_file("picture", "x", "12345");
        assert_int_equal(SEND(0), 503);
        assert_int_equal(handled, 0);
    }
    tmpfile_fails = EACCES;
    begin_body();
    add_file("picture", "x", "12345");
    assert_int_equal(SEND(0), 500);
}

static void file_system_without_nameless_files_gives_one_whose_name_is_gone(void **state)
{
    (void)state;
    static const int codes[] = { EOPNOTSUPP, EISDIR };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        tmpfile_fails = codes[i];
        begin_body();
        add_file("picture", "x", "12345");
        assert_int_equal(SEND(0), 200);
        assert_string_equal(first_bytes, "12345");
        assert_int_equal(names_in_folder, 0);
        nothing_stays();
    }
    site.web->upload_folder = "/nowhere";
    begin_body();
    add_file("picture", "x", "12345");
    assert_int_equal(SEND(0), 500);
}

static void file_of_exactly_its_limit_is_kept_and_one_byte_more_is_not(void **state)
{
    (void)state;
    begin_body();
    add_file("picture", "x", "1234567890");
    assert_int_equal(SEND(.piece = 3), 200);
    begin_body();
    add_file("picture", "x", "1234567890a");
    assert_int_equal(SEND(.piece = 3), 422);
    assert_int_equal(first.fd, -1);
    assert_int_equal(first.size, 11);
    assert_int_equal(values[FIELD_PICTURE].state, VALUE_INVALID);
    begin_body();
    add_file("picture", "x", "1");
    assert_int_equal(SEND(0), 422);
    assert_int_equal(values[FIELD_PICTURE].state, VALUE_INVALID);
    begin_body();
    add_file("picture", "", "");
    assert_int_equal(SEND(0), 422);
    assert_int_equal(values[FIELD_PICTURE].state, VALUE_ABSENT);
}

static void words_have_a_limit_together(void **state)
{
    (void)state;
    for (size_t more = 0; more <= 1; more++) {
        body_n = 0;
        add_words("form-token", token);
        add_file("picture", "x", "12345");
        add("--B\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\n");
        size_t letters = UPLOAD_TEXT_MAX - strlen("x") + more;
        memset(body + body_n, 'z', letters);
        body_n += letters;
        add("\r\n");
        assert_int_equal(SEND(.piece = 1000), more ? 413 : 422);
    }
    assert_int_equal(values[FIELD_WORDS].text.n, UPLOAD_TEXT_MAX - strlen("x"));
}

static void files_have_a_limit(void **state)
{
    (void)state;
    for (int n = UPLOAD_FILES_MAX - 1; n <= UPLOAD_FILES_MAX; n++) {
        begin_body();
        add_file("picture", "x", "12345");
        for (int i = 0; i < n; i++)
            add_file("more", "y", "1");
        assert_int_equal(SEND(0), n < UPLOAD_FILES_MAX ? 200 : 413);
        nothing_stays();
    }
}

static void uploads_at_once_and_their_bytes_have_limits(void **state)
{
    (void)state;
    for (size_t more = 0; more <= 1; more++) {
        begin_body();
        add_file("picture", "x", "12345");
        atomic_store(&site.web->uploads, UPLOADS_MAX - 1 + more);
        assert_int_equal(SEND(0), more ? 503 : 200);
        assert_int_equal(atomic_load(&site.web->uploads), UPLOADS_MAX - 1 + more);
        atomic_store(&site.web->uploads, 0);
        begin_body();
        add_file("picture", "x", "12345");
        atomic_store(&site.web->upload_bytes, (uint64_t)UPLOADS_BYTES_MAX - 5 + more);
        assert_int_equal(SEND(0), more ? 503 : 200);
        assert_int_equal(atomic_load(&site.web->upload_bytes), (uint64_t)UPLOADS_BYTES_MAX - 5 + more);
        atomic_store(&site.web->upload_bytes, 0);
    }
}

static void token_comes_first_and_is_good_or_nothing_is_kept(void **state)
{
    (void)state;
    body_n = 0;
    add_file("picture", "x", "12345");
    add_words("form-token", token);
    assert_int_equal(SEND(0), 403);
    body_n = 0;
    token[5] = token[5] == 'A' ? 'B' : 'A';
    add_words("form-token", token);
    add_file("picture", "x", "12345");
    assert_int_equal(SEND(0), 403);
    assert_int_equal(reply.by, BY_SINK);
    assert_int_equal(handled, 0);
}

static void token_is_refused_where_it_ends_and_however_long_it_is(void **state)
{
    (void)state;
    body_n = 0;
    add_words("form-token", "AAAA");
    assert_int_equal(SEND(0), 403);
    assert_int_equal(reply.by, BY_SINK);
    body_n = 0;
    add("--B\r\nContent-Disposition: form-data; name=\"form-token\"\r\n\r\n");
    memset(body + body_n, 'A', UPLOAD_TEXT_MAX + 1);
    body_n += UPLOAD_TEXT_MAX + 1;
    add("\r\n");
    assert_int_equal(SEND(0), 403);
}

static void part_that_is_not_as_declared_is_400(void **state)
{
    (void)state;
    static const char *const parts[][2] = {
        { "form-token\"; x=\"", "" },
        { "form-token", "" },
        { "form-token\"; filename=\"x", "" },
        { "picture", "words for a file" },
        { "words\"; filename=\"x", "a file for words" },
        { "words", "twice" },
        { "nobody", "" },
        { "Picture\"; filename=\"x", "" },
        { "picture\"; filename=\"", "x" },
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        begin_body();
        add_words(parts[i][0], parts[i][1]);
        assert_int_equal(SEND(0), 400);
        assert_int_equal(reply.by, BY_SINK);
    }
    body_n = 0;
    add_words("form-token", token);
    add_words("words", "\xFF");
    assert_int_equal(SEND(0), 400);
    assert_int_equal(reply.by, BY_SINK);
    body_n = 0;
    add_words("form-token\"; filename=\"x", token);
    assert_int_equal(SEND(0), 400);
}

static void room_of_a_file_that_is_not_kept_is_free_at_once(void **state)
{
    (void)state;
    begin_body();
    add_file("picture", "x", "1234567890a");
    add_file("more", "y", "1234567890");
    atomic_store(&site.web->upload_bytes, (uint64_t)UPLOADS_BYTES_MAX - 10);
    assert_int_equal(SEND(.piece = 1), 422);
    atomic_fetch_sub(&site.web->upload_bytes, (uint64_t)UPLOADS_BYTES_MAX - 10);
}

static void route_without_a_token_takes_none_and_one(void **state)
{
    (void)state;
    for (int with = 0; with <= 1; with++) {
        body_n = 0;
        if (with)
            add_words("form-token", "whatever");
        add_words("words", "Asha");
        add_file("picture", "x", "12345");
        assert_int_equal(send_to("/open", (struct ask){ 0 }), 200);
    }
}

static void request_without_a_body_is_no_upload(void **state)
{
    (void)state;
    static const char *const targets[] = { "/form", "/open", "/private" };
    static const int statuses[] = { 403, 400, 403 };
    for (size_t i = 0; i < 3; i++) {
        reply_free(&reply);
        ask(&site, &(struct ask){ .method = "POST", .target = targets[i], .fields = jar }, &reply);
        assert_int_equal(reply.status, statuses[i]);
    }
}

static void permission_is_asked_before_a_byte_is_taken(void **state)
{
    (void)state;
    begin_body();
    add_file("picture", "x", "12345");
    assert_int_equal(send_to("/private", (struct ask){ .gone = 1 }), 403);
    assert_int_equal(reply.by, BY_SINK);
}

static void without_a_database_it_is_503_before_a_byte_is_taken(void **state)
{
    (void)state;
    atomic_store(&site.web->away, true);
    begin_body();
    add_file("picture", "x", "12345");
    assert_int_equal(SEND(0), 503);
    assert_int_equal(reply.by, BY_SINK);
    atomic_store(&site.web->away, false);
}

static void act_that_follows_leaves_nothing_either(void **state)
{
    (void)state;
    for (int fails = 0; fails <= 1; fails++) {
        site.db.write_fails = fails ? STATUS_CONFLICT : STATUS_OK;
        begin_body();
        add_file("picture", "x", "12345");
        assert_int_equal(send_to("/write", (struct ask){ 0 }), fails ? 409 : 200);
        nothing_stays();
    }
    site.db.write_fails = STATUS_OK;
}

static void form_of_another_kind_is_400(void **state)
{
    (void)state;
    begin_body();
    assert_int_equal(SEND(.fields = "Content-Type: application/x-www-form-urlencoded\r\n"), 400);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(file_is_there_for_its_handler_and_gone_afterwards),
        TEST(every_cut_into_pieces_gives_the_same),
        TEST(client_that_goes_away_anywhere_leaves_nothing),
        TEST(memory_that_ends_anywhere_leaves_nothing),
        TEST(full_disk_is_503_and_leaves_nothing),
        TEST(without_descriptors_it_is_503),
        TEST(file_system_without_nameless_files_gives_one_whose_name_is_gone),
        TEST(file_of_exactly_its_limit_is_kept_and_one_byte_more_is_not),
        TEST(words_have_a_limit_together),
        TEST(files_have_a_limit),
        TEST(uploads_at_once_and_their_bytes_have_limits),
        TEST(token_comes_first_and_is_good_or_nothing_is_kept),
        TEST(token_is_refused_where_it_ends_and_however_long_it_is),
        TEST(part_that_is_not_as_declared_is_400),
        TEST(room_of_a_file_that_is_not_kept_is_free_at_once),
        TEST(route_without_a_token_takes_none_and_one),
        TEST(request_without_a_body_is_no_upload),
        TEST(permission_is_asked_before_a_byte_is_taken),
        TEST(without_a_database_it_is_503_before_a_byte_is_taken),
        TEST(act_that_follows_leaves_nothing_either),
        TEST(form_of_another_kind_is_400),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
