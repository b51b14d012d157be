/*
 * Fuzz target of the front's grammar: any bytes, whole and cut.
 *
 * What must hold for all input: no read outside the bytes (the sanitizers
 * watch), the same result however they are cut, and a head that was accepted
 * keeps every promise of http.h.
 *
 * With -DREPLAY it is a program that runs the files of its folders once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "http/http.h"

#ifdef REPLAY
#include <dirent.h>
#include <stdio.h>
#endif

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(fact)                                                                                                     \
    do {                                                                                                               \
        if (!(fact))                                                                                                   \
            abort();                                                                                                   \
    } while (0)

static bool is_within(struct str s, const char *p, size_t n)
{
    return s.n == 0 || (s.p >= p && s.p + s.n <= p + n);
}

static void check_head(const struct http_head *head, const char *bytes, size_t used, const char *path, const char *host)
{
    MUST(used <= HTTP_HEAD_MAX && memcmp(bytes + used - 4, "\r\n\r\n", 4) == 0);
    MUST(memchr(bytes, '\0', used) == NULL);
    MUST(head->path.p == path && head->path.n >= 1 && path[0] == '/' && str_is_text(head->path));
    for (size_t i = 0; i < head->path.n; i++)
        MUST((unsigned char)path[i] >= 0x20 && path[i] != 0x7F && path[i] != '\\');
    struct str rest = str_slice(head->path, 1, head->path.n);
    struct str segment;
    while (str_cut(&rest, '/', &segment))
        MUST(!str_equal(segment, STR(".")) && !str_equal(segment, STR("..")));
    MUST(head->raw_path.n + (head->query.p ? head->query.n + 1 : 0) <= HTTP_TARGET_MAX);
    MUST(is_within(head->raw_path, bytes, used) && is_within(head->query, bytes, used));
    MUST(head->host.p == host && head->host.n >= 1 && head->host.n <= HTTP_HOST_MAX);
    for (size_t i = 0; i < head->host.n; i++)
        MUST(host[i] > ' ' && (unsigned char)host[i] < 0x7F && !(host[i] >= 'A' && host[i] <= 'Z'));
    MUST(head->fields_n >= 1 && head->fields_n <= HTTP_FIELDS_MAX);
    int hosts = 0;
    int lengths = 0;
    int types = 0;
    for (size_t i = 0; i < head->fields_n; i++) {
        struct http_field f = head->fields[i];
        MUST(is_within(f.name, bytes, used) && is_within(f.value, bytes, used) && f.name.n > 0);
        MUST(!str_equal_nocase(f.name, STR("Transfer-Encoding")));
        MUST(str_find_byte(f.value, '\r') < 0 && str_find_byte(f.value, '\n') < 0);
        hosts += str_equal_nocase(f.name, STR("Host"));
        lengths += str_equal_nocase(f.name, STR("Content-Length"));
        types += str_equal_nocase(f.name, STR("Content-Type"));
    }
    MUST(hosts == 1 && lengths <= 1 && types <= 1 && (lengths == 1 || head->length == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http_field fields[HTTP_FIELDS_MAX];
    static char path[HTTP_TARGET_MAX];
    static char host[HTTP_HOST_MAX];
    struct http_head head;
    struct http_parse whole = { .result = HTTP_PARSED_MORE };
    size_t decided = size + 1;
#ifdef REPLAY
    size_t step = 1;
#else
    /* Long inputs are cut at some places only, or the fuzzer would spend its time here. */
    size_t step = 1 + size / 64;
#endif
    for (size_t cut = 0; cut <= size; cut = cut < size && cut + step > size ? size : cut + step) {
        /* A copy of just this size, so that reading past the cut is seen. */
        char *bytes = mem_alloc(cut);
        MUST(bytes);
        if (cut > 0)
            memcpy(bytes, data, cut);
        struct http_parse now = http_parse_head((struct str){ bytes, cut }, &head, fields, path, host);
        if (now.result == HTTP_PARSED_HEAD)
            check_head(&head, bytes, now.used, path, host);
        if (now.result == HTTP_PARSED_ERROR)
            MUST(now.closes && (now.error == 400 || now.error == 413 || now.error == 414 || now.error == 417 ||
                                now.error == 431 || now.error == 501 || now.error == 505));
        if (decided <= size)
            MUST(now.result == whole.result && now.used == whole.used && now.error == whole.error &&
                 now.closes == whole.closes);
        else if (now.result != HTTP_PARSED_MORE) {
            whole = now;
            decided = cut;
        } else
            MUST(cut < HTTP_HEAD_MAX);
        mem_free(bytes);
    }
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    static uint8_t bytes[256 * 1024];
    int files = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (!folder) {
            perror(argv[i]);
            return 2;
        }
        for (struct dirent *e = readdir(folder); e; e = readdir(folder)) {
            char name[4096];
            snprintf(name, sizeof name, "%s/%s", argv[i], e->d_name);
            FILE *f = e->d_name[0] == '.' ? NULL : fopen(name, "rb");
            if (!f)
                continue;
            size_t n = fread(bytes, 1, sizeof bytes, f);
            fclose(f);
            LLVMFuzzerTestOneInput(bytes, n);
            files++;
        }
        closedir(folder);
    }
    printf("%d inputs\n", files);
    return files > 0 ? 0 : 1;
}
#endif
