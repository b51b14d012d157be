/* Random bytes from getrandom(2). */
#include "base/entropy.h"

#include <errno.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/banned.h"

static const struct entropy *used;

void entropy_use(const struct entropy *entropy)
{
    used = entropy;
}

void entropy_fill(void *out, size_t n)
{
    if (used) {
        used->fill(used->self, out, n);
        return;
    }
    unsigned char *p = out;
    while (n) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0) {
            if (errno == EINTR)
                continue;
            bug("the kernel gives no random bytes");
        }
        p += got;
        n -= (size_t)got;
    }
}

struct str entropy_id(struct arena *arena, size_t chars)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char *p = arena_alloc(arena, chars + 1, 1);
    if (!p)
        return STR_NONE;
    entropy_fill(p, chars);
    for (size_t i = 0; i < chars; i++)
        p[i] = (unsigned char)alphabet[p[i] & 31];
    return (struct str){ (const char *)p, chars };
}
