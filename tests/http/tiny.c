/*
 * A site of a few fixed pages behind the front, to try the front alone.
 *
 *   http_tiny [--port N] [--proxy] [--loops N] [--root FILE]
 *
 * Prints "listening 127.0.0.1:PORT" and serves until SIGTERM or SIGINT; then
 * it drains and ends with 0, or with 1 where a request was cut off.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "http/http.h"

#include "base/banned.h"

enum { BODY_MAX = 1024, UPLOAD_MAX = 64 * 1024 * 1024 };

#define PLAIN "Content-Type: text/plain; charset=utf-8\r\n"
static char page[64 * 1024] = "ok\n";
static size_t page_n = 3;

static enum status upload_begin(void *self, struct http_exchange *x, void **state)
{
    (void)self;
    (void)x;
    *state = mem_zero(1, sizeof(uint64_t));
    return *state ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status upload_piece(void *state, struct str bytes)
{
    *(uint64_t *)state += bytes.n;
    return STATUS_OK;
}

static enum status upload_end(void *state)
{
    (void)state;
    return STATUS_OK;
}

static const struct http_sink upload = { upload_begin, upload_piece, upload_end, mem_free };

static struct http_verdict judge(void *self, const struct http_head *head)
{
    (void)self;
    struct str rest = head->host;
    struct str name;
    str_cut(&rest, ':', &name);
    if (!str_equal(name, STR("127.0.0.1")) && !str_equal(name, STR("localhost")))
        return (struct http_verdict){ .error = 421 };
    if (str_equal(head->path, STR("/upload")))
        return (struct http_verdict){ .body_max = UPLOAD_MAX, .sink = &upload };
    return (struct http_verdict){ .body_max = head->method == HTTP_POST ? BODY_MAX : 0 };
}

static bool cached(void *self, const struct http_head *head, struct http_answer *out)
{
    (void)self;
    if (!str_equal(head->path, STR("/")) && !str_equal(head->path, STR("/healthz")))
        return false;
    *out = (struct http_answer){ .status = 200, .fields = STR(PLAIN), .body = { page, page_n } };
    return true;
}

static void error_page(void *self, int status, const struct http_head *head, struct http_answer *out)
{
    (void)self;
    (void)head;
    *out = (struct http_answer){ .status = status, .fields = STR(PLAIN), .body = str_of(http_reason(status)) };
}

static void take(void *self, struct http_exchange *x)
{
    const struct http_head *head = http_exchange_head(x);
    struct http_answer answer = { .status = 200, .fields = STR(PLAIN) };
    char *text = NULL;
    if (str_equal(head->path, STR("/echo")) || str_equal(head->path, STR("/upload"))) {
        struct str body = http_exchange_body(x);
        uint64_t *taken = http_exchange_state(x);
        if (asprintf(&text, "%.*s %.*s %llu from %.*s%s\n", STR_ARG(head->method_name), STR_ARG(head->path),
                     (unsigned long long)(taken ? *taken : body.n), STR_ARG(head->address),
                     head->secure ? " secure" : "") < 0)
            text = NULL;
        mem_free(taken);
        answer.body = text ? str_of(text) : STR("no memory\n");
        answer.owner = text;
        answer.release = free;
    } else {
        error_page(self, 404, head, &answer);
    }
    http_answer(x, &answer);
}

static int listen_on(int port, int *bound)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    socklen_t n = sizeof address;
    int on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, n) != 0 || listen(fd, 1024) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &n) != 0)
        return -1;
    *bound = ntohs(address.sin_port);
    return fd;
}

int main(int argc, char **argv)
{
    int port = 0;
    int loops = 0;
    bool proxy = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--port") == 0 && i + 1 < argc)
            port = (int)strtol(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--loops") == 0 && i + 1 < argc)
            loops = (int)strtol(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--proxy") == 0)
            proxy = true;
        else if (strcmp(argv[i], "--root") == 0 && i + 1 < argc) {
            FILE *f = fopen(argv[++i], "rb");
            if (!f)
                return 2;
            page_n = fread(page, 1, sizeof page, f);
            fclose(f);
        } else
            return 2;
    }
    struct http_listener listener = { .proxy = proxy };
    listener.fd = listen_on(port, &port);
    if (listener.fd < 0) {
        perror("http_tiny: cannot listen");
        return 2;
    }
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    const struct http_app app = { .judge = judge, .cached = cached, .error_page = error_page, .take = take };
    const struct http_options options = { .listeners = &listener, .listeners_n = 1, .loops = loops };
    struct http_server *server;
    struct fault fault;
    if (http_server_start(&server, &options, &app, &fault) != STATUS_OK) {
        fprintf(stderr, "http_tiny: %s\n", fault.text);
        return 2;
    }
    printf("listening 127.0.0.1:%d\n", port);
    fflush(stdout);
    int number;
    sigwait(&ends, &number);
    http_server_drain(server);
    bool whole = http_server_wait(server);
    http_server_free(server);
    close(listener.fd);
    return whole ? 0 : 1;
}
