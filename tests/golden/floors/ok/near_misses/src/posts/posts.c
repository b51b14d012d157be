/*
 * Everything here looks like a fault and is none.
 */
#include "posts/posts.h"

#include <string.h>

/* #include "site/site.h" and SELECT id FROM post; socket(1) <p> */
#include "staff/staff.h"
#include "posts/posts_sql.h"
#include "base/banned.h"

// #include "main/main.h"
static const char *const words[] = {
    "Select a file, then insert it into the list", "DELETE", "update the post", "create a post", "commit",
    "candour post import FILE.md", "usage: <file> <a-name> a < b > c", "socket(AF_UNIX)", "begin with a heading",
    "<atom>", "<%s>", "please begin", "COMMITTED", "'", "\"",
};
static int send_later(int listener, int bind)
{
    struct sender { int (*send)(int); } s = { 0 };
    return s.send(listener) + sqlite3_bind_int(bind) + (int)sizeof(words);
}
