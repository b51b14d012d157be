/* See rows_said.h. What was printed is not taken back: a list that cannot be read to its end says so and fails. */
#include "main/rows_said.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "main/command.h"
#include "main/post_call.h"
#include "base/banned.h"

int rows_say(struct arena *arena, bool json, size_t full, rows_page_fn *page, void *self, const char *none)
{
    struct fault fault;
    struct buf out;
    struct json_writer w;
    size_t all = 0, n = full;
    enum status status = STATUS_OK;
    buf_init(&out, NULL, SAID_MAX);
    json_writer_init(&w, &out);
    json_open_array(&w);
    while (n == full && status == STATUS_OK) {
        n = 0;
        arena_reset(arena);
        status = page(self, arena, json ? &w : NULL, &n, &fault);
        all += n;
        if (status == STATUS_OK && json && !post_call_flush(&out))
            status = fault_no_memory(&fault);
    }
    json_close_array(&w);
    if (status == STATUS_OK && json)
        post_call_say(&out);
    else if (status == STATUS_OK && all == 0)
        printf("%s\n", none);
    buf_free(&out);
    return status == STATUS_OK ? EXIT_DONE : command_fail(&fault);
}
