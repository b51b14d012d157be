/*
 * The lock between processes: a turnstile on two bytes of a file.
 *
 * Whoever wants to write takes byte 1 (waiting), then byte 0 (writing), then
 * gives byte 1 back. The next in line is then already past the turnstile, and
 * one who has just written queues behind it: two busy processes alternate.
 * One byte alone, `flock`, and SQLite's busy handler each starve the second.
 */
#ifndef CANDOUR_DB_LOCK_H
#define CANDOUR_DB_LOCK_H

#include "base/status.h"

/* `fd` was opened by this process itself: the lock belongs to the open file. Waits as long as it takes. */
enum status db_lock_take(int fd, struct fault *fault);
void db_lock_give(int fd);

#endif
