/* Looking into a picture, for the check of a bare file: the same program that reads pictures at an import. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "media/media.h"
#include "posts/check_inside.h"

#include "base/banned.h"

enum picture_found picture_look(struct arena *arena, const char *path, struct media_facts *facts, struct str *why)
{
    struct fault fault = { 0 };
    const char *slash = strrchr(path, '/');
    *facts = (struct media_facts){ 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        *why = errno == ENOENT ? STR("there is no such file") : STR("it could not be opened");
        return errno == ENOENT ? PICTURE_MISSING : PICTURE_UNREADABLE;
    }
    enum status status = media_facts_read(arena, fd, str_of(slash == NULL ? path : slash + 1), facts, &fault);
    close(fd);
    if (status == STATUS_OK)
        return PICTURE_READ;
    *why = str_copy(arena, str_of(fault.text));
    if (why->p == NULL)
        *why = STR("there was no memory to look into it");
    return PICTURE_UNREADABLE;
}
