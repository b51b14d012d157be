/*
 * Whole files, safely: read with a bound; written so that after a crash there
 * is the old one or the new one (write, sync, rename, sync of the folder).
 */
#ifndef CANDOUR_BASE_FILE_H
#define CANDOUR_BASE_FILE_H

#include "base/status.h"
#include "base/str.h"

/*
 * A regular file of at most `limit` bytes. STATUS_NOT_FOUND, STATUS_LIMIT,
 * STATUS_IO; the fault names the path and what to do.
 */
enum status file_read(struct arena *arena, const char *path, size_t limit, struct str *out, struct fault *fault);
/* `mode` as for chmod. STATUS_FULL where the disk is full; the old file is then untouched. */
enum status file_write(const char *path, struct str bytes, unsigned mode, struct fault *fault);
/* Makes the folder (0700) if there is none. STATUS_CONFLICT where something else has the name. */
enum status file_make_folder(const char *path, struct fault *fault);

#endif
