/*
 * Values in a message between parent and child: eight bytes for a number, a
 * length and bytes for a string. Both ends are the same program on the same
 * machine, so the machine's own byte order is used.
 *
 * A message that is cut short is found: every take looks at what is left.
 */
#include "proc/proc.h"

#include <string.h>

#include "base/banned.h"

void proc_put_i64(struct buf *b, int64_t v)
{
    buf_add(b, (struct str){ (const char *)&v, sizeof v });
}

void proc_put_str(struct buf *b, struct str s)
{
    proc_put_i64(b, (int64_t)s.n);
    buf_add(b, s);
}

bool proc_take_i64(struct str *rest, int64_t *out)
{
    if (rest->n < sizeof *out)
        return false;
    memcpy(out, rest->p, sizeof *out);
    *rest = str_slice(*rest, sizeof *out, rest->n);
    return true;
}

bool proc_take_str(struct str *rest, struct str *out)
{
    int64_t n = 0;
    struct str from = *rest;
    if (!proc_take_i64(&from, &n) || n < 0 || (uint64_t)n > from.n)
        return false;
    *out = str_slice(from, 0, (size_t)n);
    *rest = str_slice(from, (size_t)n, from.n);
    return true;
}
