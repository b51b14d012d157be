/*
 * Uploads in the test build: a form with files, which answers what came of
 * each, so that streaming can be tried over HTTP before there is a page that
 * takes files.
 */
#include <sodium.h>
#include <unistd.h>

#include "base/arena.h"
#include "http/http_pages.h"
#include "http/http_routes.h"

#include "base/banned.h"

enum { TEST_UPLOAD_WORDS, TEST_UPLOAD_FILE, TEST_UPLOAD_MORE, TEST_UPLOAD_FIELDS };
static const struct form_field upload_fields[TEST_UPLOAD_FIELDS] = {
    [TEST_UPLOAD_WORDS] = { .name = "words", .type = FIELD_LINES, .max = 200 },
    [TEST_UPLOAD_FILE] = { .name = "file", .type = FIELD_FILE, .min = 1, .max = 8 * 1024 * 1024, .required = true },
    [TEST_UPLOAD_MORE] = { .name = "more", .type = FIELD_FILE, .max = 1000, .files = 3 },
};
const struct upload_form test_upload_form = { upload_fields, TEST_UPLOAD_FIELDS };

/*
 * route: GET /test/upload
 * permission: public
 * cache: no-store
 * help: Test build: a form with files.
 */
enum http_status test_upload(struct request *req, struct response *res)
{
    struct test_upload_page view = { .action = URL_OWN("/test/upload"), .token = form_token(req, res) };
    web_layout(req, &view.layout, STR("Upload"));
    test_upload_page_write(&res->body, req->language, &view);
    return HTTP_OK;
}

static bool hash_file(int fd, uint64_t size, char hex[2 * crypto_hash_sha256_BYTES + 1])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    unsigned char piece[16 * 1024];
    crypto_hash_sha256_state state;
    uint64_t all = 0;
    ssize_t n;
    crypto_hash_sha256_init(&state);
    while ((n = read(fd, piece, sizeof piece)) > 0) {
        crypto_hash_sha256_update(&state, piece, (unsigned long long)n);
        all += (uint64_t)n;
    }
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(hex, 2 * sizeof hash + 1, hash, sizeof hash);
    return n == 0 && all == size;
}

static bool say_files(struct request *req, struct response *res, size_t field)
{
    const struct upload_file *file;
    for (size_t i = 0; (file = request_file(req, field, i)); i++) {
        char hex[2 * crypto_hash_sha256_BYTES + 1] = "none";
        if (file->fd >= 0 && !hash_file(file->fd, file->size, hex))
            return false;
        buf_format(&res->body, "%s %llu %s %.*s\n", upload_fields[field].name, (unsigned long long)file->size, hex,
                   STR_ARG(file->name));
    }
    return true;
}

static enum http_status say(struct request *req, struct response *res)
{
    struct value values[TEST_UPLOAD_FIELDS];
    bool all_good;
    enum status status = form_read(req, upload_fields, TEST_UPLOAD_FIELDS, values, &all_good);
    if (status != STATUS_OK)
        return response_error(req, res, http_status_of(status));
    res->content_type = STR("text/plain; charset=utf-8");
    for (size_t i = TEST_UPLOAD_FILE; i <= TEST_UPLOAD_MORE; i++)
        if (!say_files(req, res, i))
            return response_error(req, res, HTTP_SERVER_ERROR);
    buf_format(&res->body, "words %.*s\n", STR_ARG(values[TEST_UPLOAD_WORDS].text));
    return all_good ? HTTP_OK : HTTP_UNPROCESSABLE;
}

/*
 * route: POST /test/upload
 * permission: public
 * body: upload 16777216 test_upload_form
 * help: Test build: says the size and the SHA-256 of each file.
 */
enum http_status test_upload_sent(struct request *req, struct response *res)
{
    return say(req, res);
}

/*
 * route: POST /test/upload/signed-in
 * permission: signed-in
 * body: upload 16777216 test_upload_form
 * help: Test build: the same, for who is signed in.
 */
enum http_status test_upload_private(struct request *req, struct response *res)
{
    return say(req, res);
}

/*
 * route: POST /test/upload/open
 * permission: public
 * body: upload 16777216 test_upload_form
 * csrf: none: it is what loads are tried with
 * help: Test build: the same, without a token.
 */
enum http_status test_upload_open(struct request *req, struct response *res)
{
    return say(req, res);
}
