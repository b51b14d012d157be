/*
 * Asking for a passphrase.
 *
 * Promises: it is not shown, stays in no buffer of the C library, and the
 * terminal shows what is typed again afterwards, also where the question is
 * broken off by a signal. It is never an argument: those are seen by everybody
 * on the machine.
 */
#include "main/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/banned.h"

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
enum { ENDING = sizeof ending / sizeof ending[0] };

static volatile sig_atomic_t caught;
/* A pipe that the handler rings: a signal may come just before we wait, or in another thread. */
static int bell[2] = { -1, -1 };

static void note(int signal)
{
    int saved = errno;
    ssize_t ignored = write(bell[1], "", 1);
    (void)ignored;
    caught = signal;
    errno = saved;
}

enum line { LINE_WHOLE, LINE_NONE, LINE_TOO_LONG };

/* False where the bell rang first. */
static bool wait_for_input(int fd)
{
    struct pollfd both[2] = { { .fd = fd, .events = POLLIN }, { .fd = bell[0], .events = POLLIN } };
    while (poll(both, 2, -1) < 0)
        if (errno != EINTR)
            return false;
    return both[1].revents == 0;
}

/* Byte by byte, so that nothing behind the line is taken. */
static enum line read_line(int fd, char out[ASK_BYTES], struct str *answer)
{
    size_t n = 0;
    while (n < ASK_BYTES - 1) {
        if (!wait_for_input(fd))
            return LINE_NONE;
        ssize_t got = read(fd, out + n, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || (got == 0 && n == 0))
            return LINE_NONE;
        if (got == 0 || out[n] == '\n') {
            if (n && out[n - 1] == '\r')
                n--;
            out[n] = '\0';
            *answer = (struct str){ out, n };
            return LINE_WHOLE;
        }
        n++;
    }
    return LINE_TOO_LONG;
}

/* A question that does not arrive is no reason to stop: what is typed still counts. */
static void say(const char *words)
{
    ssize_t ignored = write(STDERR_FILENO, words, strlen(words));
    (void)ignored;
}

static enum line ask_hidden(const char *question, char out[ASK_BYTES], struct str *answer)
{
    struct sigaction before[ENDING], noting = { .sa_handler = note };
    struct termios shown, hidden;
    sigemptyset(&noting.sa_mask);
    if (tcgetattr(STDIN_FILENO, &shown) != 0 || pipe2(bell, O_CLOEXEC | O_NONBLOCK) != 0)
        return LINE_NONE;
    caught = 0;
    for (size_t i = 0; i < ENDING; i++)
        sigaction(ending[i], &noting, &before[i]);
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    enum line line = LINE_NONE;
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0) {
        say(question);
        line = read_line(STDIN_FILENO, out, answer);
        say("\n");
    }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    for (size_t i = 0; i < ENDING; i++)
        sigaction(ending[i], &before[i], NULL);
    close(bell[0]);
    close(bell[1]);
    bell[0] = bell[1] = -1;
    if (caught)
        raise(caught); /* now that the terminal is as it was */
    return line;
}

static enum status fault_of(enum line line, struct fault *fault)
{
    switch (line) {
    case LINE_WHOLE: return STATUS_OK;
    case LINE_NONE:
        return fault_set(fault, STATUS_UNAVAILABLE,
                         "There was no passphrase: type it, or give it as one line on standard input.");
    case LINE_TOO_LONG: break;
    }
    return fault_set(fault, STATUS_INVALID, "The passphrase is too long; take at most %d characters.", PASSPHRASE_MAX);
}

enum status ask_passphrase(const char *question, bool twice, char out[ASK_BYTES], struct str *answer,
                           struct fault *fault)
{
    *answer = STR_NONE;
    if (!isatty(STDIN_FILENO))
        return fault_of(read_line(STDIN_FILENO, out, answer), fault);
    enum status status = fault_of(ask_hidden(question, out, answer), fault);
    if (status != STATUS_OK || !twice)
        return status;
    char again[ASK_BYTES];
    struct str second = STR_NONE;
    status = fault_of(ask_hidden("The same again: ", again, &second), fault);
    if (status == STATUS_OK && !str_equal(*answer, second))
        status = fault_set(fault, STATUS_INVALID, "The two passphrases differ; nothing was changed. Try again.");
    explicit_bzero(again, sizeof again);
    return status;
}
