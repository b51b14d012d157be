/*
 * Printing a list of any length: a page at a time, each in a snapshot of its own, in lines or as one JSON array. For
 * this room only.
 */
#ifndef CANDOUR_MAIN_ROWS_SAID_H
#define CANDOUR_MAIN_ROWS_SAID_H

#include "base/status.h"
#include "base/str.h"

struct arena;
struct json_writer;

/*
 * Reads the next page into the arena, which was emptied before, and prints its rows: into `w`, or as lines on standard
 * output where `w` is NULL. `*n`: how many. What it needs to go on from there it keeps in `self`, not in the arena.
 */
typedef enum status rows_page_fn(void *self, struct arena *arena, struct json_writer *w, size_t *n,
                                 struct fault *fault);
/* A page of less than `full` rows is the last. `none` is said where there are no rows at all. The exit code. */
int rows_say(struct arena *arena, bool json, size_t full, rows_page_fn *page, void *self, const char *none);

#endif
