/*
 * Two servers that say what they saw, for differential.py and cuts.py.
 *
 *   http_twin FRONT-SOCKET [UPSTREAM-SOCKET]
 *
 * On the first unix socket the front listens, before a site that takes every
 * head and every body (from /upload… by a sink) and answers with what it was
 * told. On the second is a
 * plain reader of what nginx passes on to it, which answers in the same words;
 * it shares no line with the front. Prints "ready" and serves until its
 * standard input ends.
 *
 * A report stands in a field, since the answer to HEAD has no body:
 *   X-Saw: METHOD, bytes and hash of the body, Host, decoded path, target; of
 *   the last three the length, a hash, and the first bytes.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/http.h"

#include "base/banned.h"

enum { SHOWN = 400, REPORT_MAX = 4 * SHOWN + 512, UPSTREAM_MAX = 256 * 1024 };

/* FNV-1a: the bytes are the test's own, nobody builds a collision. */
struct sum {
    size_t n;
    unsigned long long hash;
};
#define SUM_START ((struct sum){ 0, 0xCBF29CE484222325 })

static struct sum sum_on(struct sum sum, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        sum.hash = (sum.hash ^ (unsigned char)s.p[i]) * 0x100000001B3;
    sum.n += s.n;
    return sum;
}

static int put_part(char *out, size_t size, const char *name, struct str s)
{
    int shown = (int)(s.n < SHOWN ? s.n : SHOWN);
    return snprintf(out, size, " %s=%zu:%llx:%.*s", name, s.n, sum_on(SUM_START, s).hash, shown, s.n > 0 ? s.p : "");
}

struct seen {
    struct str method, host, path, target;
    struct sum body;
};

/* "X-Saw: …" with its line end. */
static struct str report(char out[REPORT_MAX], const struct seen *seen)
{
    size_t n = (size_t)snprintf(out, REPORT_MAX, "X-Saw: %.*s body=%zu:%llx", STR_ARG(seen->method), seen->body.n,
                                seen->body.hash);
    n += (size_t)put_part(out + n, REPORT_MAX - n, "host", seen->host);
    n += (size_t)put_part(out + n, REPORT_MAX - n, "path", seen->path);
    n += (size_t)put_part(out + n, REPORT_MAX - n, "target", seen->target);
    n += (size_t)snprintf(out + n, REPORT_MAX - n, "\r\n");
    return (struct str){ out, n };
}

/* ---- Behind the front ---- */

static enum status begin(void *self, struct http_exchange *x, void **state)
{
    (void)self;
    (void)x;
    struct sum *sum = malloc(sizeof *sum);
    if (sum)
        *sum = SUM_START;
    *state = sum;
    return sum ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status piece(void *state, struct str bytes)
{
    struct sum *sum = state;
    *sum = sum_on(*sum, bytes);
    return STATUS_OK;
}

static enum status end(void *state)
{
    (void)state;
    return STATUS_OK;
}

static const struct http_sink sink = { begin, piece, end, free };

/* Both ways of taking a body: in memory, and piece by piece for paths that begin with "/upload". */
static struct http_verdict judge(void *self, const struct http_head *head)
{
    (void)self;
    return (struct http_verdict){ .body_max = HTTP_BODY_MEMORY_MAX,
                                  .sink = str_starts(head->path, STR("/upload")) ? &sink : NULL };
}

static bool cached(void *self, const struct http_head *head, struct http_answer *out)
{
    (void)self;
    (void)head;
    (void)out;
    return false;
}

static void error_page(void *self, int status, const struct http_head *head, struct http_answer *out)
{
    (void)self;
    (void)head;
    *out = (struct http_answer){ .status = status };
}

static void take(void *self, struct http_exchange *x)
{
    (void)self;
    const struct http_head *head = http_exchange_head(x);
    size_t target_n = head->raw_path.n + (head->query.p ? head->query.n + 1 : 0);
    struct sum *sum = http_exchange_state(x);
    struct seen seen = { head->method_name,
                         http_field(head, STR("Host")),
                         head->path,
                         { head->raw_path.p, target_n },
                         sum ? *sum : sum_on(SUM_START, http_exchange_body(x)) };
    free(sum);
    char *text = malloc(REPORT_MAX);
    if (!text || !str_equal_nocase(seen.host, head->host))
        abort();
    struct http_answer answer = { .status = 200, .release = free, .owner = text };
    answer.fields = report(text, &seen);
    http_answer(x, &answer);
}

/* ---- Behind nginx: reads one request of nginx's own making, answers, closes ---- */

static struct str field(struct str head, const char *name)
{
    struct str line;
    size_t n = strlen(name);
    while (str_cut(&head, '\n', &line)) {
        if (line.n <= n || strncasecmp(line.p, name, n) != 0 || line.p[n] != ':')
            continue;
        line = str_slice(line, n + 1, line.n);
        if (line.n > 0 && line.p[0] == ' ')
            line = str_slice(line, 1, line.n);
        return str_ends(line, STR("\r")) ? str_slice(line, 0, line.n - 1) : line;
    }
    return STR("");
}

static void answer_nginx(int fd)
{
    static char bytes[UPSTREAM_MAX];
    size_t n = 0;
    const char *end = NULL;
    size_t wanted = sizeof bytes;
    struct str head = STR("");
    while (n < wanted) {
        ssize_t got = recv(fd, bytes + n, sizeof bytes - n, 0);
        if (got <= 0)
            return;
        n += (size_t)got;
        if (end || !(end = memmem(bytes, n, "\r\n\r\n", 4)))
            continue;
        head = (struct str){ bytes, (size_t)(end - bytes) + 2 };
        wanted = head.n + 2 + strtoul(field(head, "Content-Length").p, NULL, 10);
        if (wanted > sizeof bytes)
            return;
    }
    struct str body = { bytes + head.n + 2, wanted - head.n - 2 };
    struct seen seen = { field(head, "X-Method"), field(head, "X-Host"), field(head, "X-Path"), field(head, "X-Target"),
                         sum_on(SUM_START, body) };
    char text[REPORT_MAX];
    struct str saw = report(text, &seen);
    char out[REPORT_MAX + 128];
    int out_n = snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n%.*s\r\n",
                         STR_ARG(saw));
    send(fd, out, (size_t)out_n, MSG_NOSIGNAL);
}

static void *serve_upstream(void *listener)
{
    for (;;) {
        int fd = accept(*(int *)listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        answer_nginx(fd);
        close(fd);
    }
}

static int listen_on(const char *path)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 512) != 0) {
        perror(path);
        exit(2);
    }
    return fd;
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3)
        return 2;
    struct http_listener front = { .fd = listen_on(argv[1]) };
    static int upstream;
    pthread_t thread;
    if (argc == 3) {
        upstream = listen_on(argv[2]);
        if (pthread_create(&thread, NULL, serve_upstream, &upstream) != 0)
            return 2;
    }
    const struct http_app app = { .judge = judge, .cached = cached, .error_page = error_page, .take = take };
    const struct http_options options = { .listeners = &front, .listeners_n = 1, .loops = 1, .threads = 2 };
    struct http_server *server;
    struct fault fault;
    if (http_server_start(&server, &options, &app, &fault) != STATUS_OK) {
        fprintf(stderr, "http_twin: %s\n", fault.text);
        return 2;
    }
    puts("ready");
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    http_server_drain(server);
    bool whole = http_server_wait(server);
    http_server_free(server);
    return whole ? 0 : 1;
}
