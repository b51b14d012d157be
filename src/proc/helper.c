/*
 * Starting a helper, asking it one thing, and being rid of it.
 *
 * The caller may have many threads, so between fork and exec there is nothing
 * but system calls. The helper is killed before it is waited for, in every
 * case: one that closes its answer and stays costs nothing.
 */
#include "proc/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/banned.h"

enum {
    ASIDE = 10, /* descriptors are moved there before they go to their numbers */
    PIECE = 64 * 1024,
    CODE_NOT_STARTED = 127,
};

bool proc_helper_beside(const char *name, char *out, size_t size)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0 || (size_t)n >= sizeof self - 1)
        return false;
    self[n] = '\0';
    char *slash = memrchr(self, '/', (size_t)n);
    if (slash == NULL)
        return false;
    slash[1] = '\0';
    int wrote = snprintf(out, size, "%s%s", self, name);
    return wrote > 0 && (size_t)wrote < size;
}

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static _Noreturn void become(const struct proc_helper *helper, char *const argv[], pid_t parent, const int ends[3])
{
    int from[4] = { ends[0], ends[1], helper->loud ? 2 : ends[2], helper->file };
    char *const environment[] = { NULL };
    for (size_t i = 0; i < 4; i++)
        if ((from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, ASIDE)) < 0)
            _exit(CODE_NOT_STARTED);
    for (int i = 0; i < 4; i++)
        if (dup2(from[i], i) < 0)
            _exit(CODE_NOT_STARTED);
    if (close_range(PROC_HELPER_FILE + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
        getppid() != parent)
        _exit(CODE_NOT_STARTED);
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    signal(SIGINT, SIG_IGN); /* Ctrl-C is for who started it, and may want the answer still */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(helper->path, argv, environment);
    _exit(CODE_NOT_STARTED);
}

/* One piece, at most one byte more than the limit allows. */
static enum status hear_piece(int *answer, struct buf *out, size_t limit)
{
    size_t left = limit - out->n;
    size_t most = left < PIECE ? left + 1 : PIECE;
    char *room = buf_room(out, most);
    if (room == NULL)
        return STATUS_NO_MEMORY;
    ssize_t n = read(*answer, room, most);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? STATUS_OK : STATUS_IO;
    if ((size_t)n > left)
        return STATUS_LIMIT;
    buf_grew(out, (size_t)n);
    if (n == 0)
        shut(answer);
    return STATUS_OK;
}

/* Until the other side closes. */
static enum status hear(int *answer, struct buf *out, size_t limit, int64_t ends)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && *answer >= 0) {
        int64_t left = ends - clock_steady_ns() / 1000000;
        if (left <= 0)
            return STATUS_BUSY;
        struct pollfd polled = { .fd = *answer, .events = POLLIN };
        int got = poll(&polled, 1, left > INT_MAX ? INT_MAX : (int)left);
        if (got < 0 && errno != EINTR)
            return STATUS_IO;
        if (got > 0)
            status = hear_piece(answer, out, limit);
    }
    return status;
}

/* Until it ended by itself, but not longer than the deadline: who closed its answer may still be cleaning up. */
static bool ended_in_time(pid_t pid, int64_t ends, int *how)
{
    for (;;) {
        pid_t got = waitpid(pid, how, WNOHANG);
        if (got == pid)
            return true;
        if (got < 0 && errno != EINTR)
            return false;
        if (clock_steady_ns() / 1000000 >= ends)
            return false;
        poll(NULL, 0, 1);
    }
}

static enum status reap(pid_t pid, int64_t ends, enum status status)
{
    int how = 0;
    if (status != STATUS_OK || !ended_in_time(pid, ends, &how)) {
        kill(pid, SIGKILL);
        while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
            ;
        return status != STATUS_OK ? status : STATUS_BUSY;
    }
    if (WIFEXITED(how) && WEXITSTATUS(how) == CODE_NOT_STARTED)
        return STATUS_NOT_FOUND;
    return WIFEXITED(how) && WEXITSTATUS(how) == 0 ? STATUS_OK : STATUS_DAMAGED;
}

/* A file in memory, at its beginning: writing to it cannot wait, and cannot raise SIGPIPE. -1: none could be made. */
static int question_file(struct str question)
{
    int fd = memfd_create("question", MFD_CLOEXEC);
    size_t done = 0;
    while (fd >= 0 && done < question.n) {
        ssize_t n = pwrite(fd, question.p + done, question.n - done, (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            shut(&fd);
        else
            done += (size_t)n;
    }
    return fd;
}

enum status proc_helper_ask(const struct proc_helper *helper, struct buf *out, struct fault *fault)
{
    if (access(helper->path, X_OK) != 0)
        return fault_set(fault, STATUS_NOT_FOUND, "The helper is not there.");
    int answer[2] = { -1, -1 };
    int question = question_file(helper->question), nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    enum status status = STATUS_IO;
    const char *slash = strrchr(helper->path, '/');
    char name[64];
    snprintf(name, sizeof name, "%s", slash ? slash + 1 : helper->path);
    char *argv[] = { name, NULL };
    if (question >= 0 && nothing >= 0 && pipe2(answer, O_CLOEXEC) == 0 && fcntl(answer[0], F_SETFL, O_NONBLOCK) == 0) {
        int64_t ends = clock_steady_ns() / 1000000 + helper->ms;
        pid_t self = getpid(), pid = fork();
        if (pid == 0)
            become(helper, argv, self, (const int[]){ question, answer[1], nothing });
        shut(&answer[1]);
        if (pid > 0)
            status = reap(pid, ends, hear(&answer[0], out, helper->limit, ends));
        else
            status = errno == ENOMEM || errno == EAGAIN ? STATUS_NO_MEMORY : STATUS_IO;
    }
    shut(&question);
    shut(&nothing);
    shut(&answer[0]);
    shut(&answer[1]);
    return status == STATUS_OK ? STATUS_OK : fault_set(fault, status, "The helper gave no answer.");
}
