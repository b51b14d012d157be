/* Words and numbers of failures. */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

/* vsnprintf may cut a character in two; the half is taken off. */
static void whole_characters(char *text)
{
    size_t n = strlen(text);
    if (n + 1 < FAULT_TEXT_SIZE)
        return;
    while (n && ((unsigned char)text[n - 1] & 0xC0) == 0x80)
        n--;
    if (n && ((unsigned char)text[n - 1] & 0x80))
        n--;
    text[n] = '\0';
}

enum status fault_set(struct fault *fault, enum status status, const char *format, ...)
{
    if (!fault)
        return status;
    va_list ap;
    va_start(ap, format);
    fault->status = status;
    vsnprintf(fault->text, sizeof fault->text, format, ap);
    whole_characters(fault->text);
    va_end(ap);
    return status;
}

enum status fault_no_memory(struct fault *fault)
{
    return fault_set(fault, STATUS_NO_MEMORY, "There was not enough memory. Nothing was changed; try again.");
}

const char *status_name(enum status status)
{
    switch (status) {
    case STATUS_OK: return "ok";
    case STATUS_NOT_FOUND: return "not-found";
    case STATUS_INVALID: return "invalid";
    case STATUS_DENIED: return "denied";
    case STATUS_CONFLICT: return "conflict";
    case STATUS_REFUSED: return "refused";
    case STATUS_LIMIT: return "limit";
    case STATUS_BUSY: return "busy";
    case STATUS_UNAVAILABLE: return "unavailable";
    case STATUS_DAMAGED: return "damaged";
    case STATUS_NEWER: return "newer";
    case STATUS_FULL: return "full";
    case STATUS_IO: return "io";
    case STATUS_NO_MEMORY: return "no-memory";
    }
    return "unknown";
}

void bug_at(const char *file, int line, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fprintf(stderr, "level=error event=bug at=%s:%d what=\"", file, line);
    vfprintf(stderr, format, ap);
    fprintf(stderr, "\"\n");
    va_end(ap);
    abort();
}
