/*
 * candour-media: one question about one picture, one answer, the end.
 *
 * It decodes strangers' files, so it is the program that an attacker would
 * take over first. Therefore: it has no network, no database and no file but
 * the one that it was handed for reading, it can gain no rights, its memory and
 * its time are bounded by the kernel, it writes no file and no core, and it says
 * nothing about the picture but what wire.h allows. Who asks kills it when it
 * is late.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "media/helper/helper.h"
#include "proc/helper.h"
#include "base/banned.h"

enum { EXIT_BY_HAND = 2, EXIT_FAILED = 1, HELPER_ARENA_MAX = 96 * 1024 * 1024 };

/* Until its end or `most` bytes; by position, for the descriptor is shared. */
static ssize_t read_whole(int fd, char *out, size_t most)
{
    size_t n = 0;
    while (n < most) {
        ssize_t got = pread(fd, out + n, most - n, (off_t)n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

static bool write_whole(struct str s)
{
    while (s.n > 0) {
        ssize_t n = write(STDOUT_FILENO, s.p, s.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        s = str_slice(s, (size_t)n, s.n);
    }
    return true;
}

/* The picture in memory: a copy, so that it cannot change while it is read. */
static struct media_verdict picture_take(struct str *out, void **memory)
{
    struct stat st;
    if (fstat(PROC_HELPER_FILE, &st) != 0 || !S_ISREG(st.st_mode))
        return (struct media_verdict){ .trouble = MEDIA_UNREADABLE };
    if (st.st_size > MEDIA_FILE_MAX)
        return (struct media_verdict){ .trouble = MEDIA_FILE_HUGE, .a = st.st_size };
    *memory = mem_alloc((size_t)st.st_size + 1);
    if (*memory == NULL)
        return (struct media_verdict){ .trouble = MEDIA_MEMORY };
    ssize_t n = read_whole(PROC_HELPER_FILE, *memory, (size_t)st.st_size);
    *out = (struct str){ *memory, n < 0 ? 0 : (size_t)n };
    return (struct media_verdict){ .trouble = n < 0 ? MEDIA_UNREADABLE : MEDIA_FINE };
}

static bool answer(struct arena *arena, const struct media_verdict *v, const struct media_facts *facts,
                   const struct media_renditions *renditions)
{
    struct buf out;
    buf_init(&out, arena, MEDIA_RENDER_ANSWER_MAX);
    media_verdict_put(&out, v);
    if (v->trouble == MEDIA_FINE && facts)
        media_facts_put(&out, facts);
    if (v->trouble == MEDIA_FINE && renditions)
        media_renditions_put(&out, renditions);
    return buf_ok(&out) && write_whole(buf_str(&out));
}

static bool serve(struct arena *arena, const char *program)
{
    char said[MEDIA_QUESTION_MAX];
    enum media_question question;
    struct media_wish wish;
    struct media_facts facts = { 0 };
    struct media_renditions renditions = { 0 };
    struct str bytes = STR_NONE;
    void *memory = NULL;
    ssize_t n = read_whole(STDIN_FILENO, said, sizeof said);
    if (n < 0 || !media_question_take((struct str){ said, (size_t)n }, &question, &wish))
        return answer(arena, &(struct media_verdict){ .trouble = MEDIA_QUESTION_BAD }, NULL, NULL);
    struct media_verdict v = picture_take(&bytes, &memory);
    struct container container;
    /* What its bytes alone rule out costs no start of the library. */
    if (v.trouble == MEDIA_FINE)
        v = container_look(bytes, &container);
    bool done = true;
    if (v.trouble == MEDIA_FINE && (!picture_start(program) || !sandbox_shut())) {
        done = false;
    } else if (question == MEDIA_ASK_FACTS) {
        if (v.trouble == MEDIA_FINE)
            v = picture_read(arena, bytes, &facts);
        done = answer(arena, &v, &facts, NULL);
    } else {
        if (v.trouble == MEDIA_FINE)
            v = picture_render(arena, bytes, &wish, &renditions);
        done = answer(arena, &v, NULL, &renditions);
    }
    mem_free(memory);
    return done;
}

int main(int argc, char **argv)
{
    struct stat st;
    if (argc != 1 || isatty(STDIN_FILENO) || fstat(PROC_HELPER_FILE, &st) != 0) {
        fprintf(stderr, "candour-media is a part of candour and is started by it.\n");
        return EXIT_BY_HAND;
    }
    if (!sandbox_limits())
        return EXIT_FAILED;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    struct arena *arena = arena_new(HELPER_ARENA_MAX);
    bool done = arena != NULL && serve(arena, argv[0]);
    /* At once: what libraries do at an end costs time, and is not allowed any more. */
    _exit(done ? 0 : EXIT_FAILED);
}
