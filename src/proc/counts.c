/*
 * What the parent counts, where a child may read it.
 *
 * Promise: a child that was taken over can change nothing of it: the memory is
 * sealed against every mapping that could write, but for the parent's own.
 */
#include "proc/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/banned.h"

struct proc_counts *proc_counts_new(int *out, struct fault *fault)
{
    *out = -1;
    struct proc_counts *counts = MAP_FAILED;
    int fd = memfd_create("counts", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && ftruncate(fd, sizeof *counts) == 0)
        counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (counts != MAP_FAILED &&
        fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0) {
        *out = fd;
        return counts;
    }
    int error = errno;
    if (counts != MAP_FAILED)
        munmap(counts, sizeof *counts);
    if (fd >= 0)
        close(fd);
    fault_set(fault, STATUS_IO, "Memory to count in could not be had: %s.", strerror(error));
    return NULL;
}

const struct proc_counts *proc_counts_map(int fd, struct fault *fault)
{
    const struct proc_counts *counts = mmap(NULL, sizeof *counts, PROT_READ, MAP_SHARED, fd, 0);
    if (counts != MAP_FAILED)
        return counts;
    fault_set(fault, STATUS_IO, "What the parent counts could not be mapped: %s.", strerror(errno));
    return NULL;
}
