/*
 * The turnstile of lock.h, with locks of open file descriptions.
 *
 * Promise: a process that dies gives the lock back at once (the kernel does).
 * An attacker who may open the file may stop all writing, and no more: the
 * data folder belongs to candour alone.
 */
#include "db/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/log.h"
#include "base/banned.h"

enum { BYTE_WRITING = 0, BYTE_WAITING = 1 };

static int change(int fd, int command, short type, off_t byte)
{
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
    int rc;
    do
        rc = fcntl(fd, command, &lock);
    while (rc == -1 && errno == EINTR);
    return rc;
}

enum status db_lock_take(int fd, struct fault *fault)
{
    int rc = change(fd, F_OFD_SETLKW, F_WRLCK, BYTE_WAITING);
    if (rc == 0) {
        rc = change(fd, F_OFD_SETLKW, F_WRLCK, BYTE_WRITING);
        int held = errno;
        change(fd, F_OFD_SETLK, F_UNLCK, BYTE_WAITING);
        errno = held;
    }
    if (rc == 0)
        return STATUS_OK;
    return fault_set(fault, STATUS_IO, "The lock file write.lock could not be locked (%s). Use a local file system.",
                     strerrordesc_np(errno));
}

void db_lock_give(int fd)
{
    if (change(fd, F_OFD_SETLK, F_UNLCK, BYTE_WRITING) == -1)
        log_event(LOG_ERROR, "db.unlock_failed", LOG_I64(LOG_CODE, errno));
}
