/*
 * Blobs in memory, for the tests of the job: what was put, and which call is
 * to fail.
 */
#include "blob_twin.h"

#include <sodium.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/banned.h"

struct blob_twin blob_twin;

void blob_twin_clear(void)
{
    for (size_t i = 0; i < blob_twin.n; i++)
        mem_free(blob_twin.each[i].bytes);
    blob_twin = (struct blob_twin){ 0 };
}

static struct blob_one *find(const unsigned char hash[BLOB_HASH])
{
    for (size_t i = 0; i < blob_twin.n; i++)
        if (memcmp(blob_twin.each[i].hash, hash, BLOB_HASH) == 0)
            return &blob_twin.each[i];
    return NULL;
}

enum status blob_put(struct db *db, struct str bytes, unsigned char hash[BLOB_HASH], struct fault *fault)
{
    (void)db;
    if (blob_twin.put_fails != STATUS_OK)
        return fault_set(fault, blob_twin.put_fails, "The disk is full: make room and try again.");
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    if (find(hash))
        return STATUS_OK;
    if (blob_twin.n == BLOB_TWIN_MAX)
        return STATUS_LIMIT;
    struct blob_one *one = &blob_twin.each[blob_twin.n];
    one->bytes = mem_alloc(bytes.n);
    if (one->bytes == NULL)
        return fault_no_memory(fault);
    memcpy(one->hash, hash, BLOB_HASH);
    memcpy(one->bytes, bytes.p, bytes.n);
    one->n = bytes.n;
    blob_twin.n++;
    return STATUS_OK;
}

enum status blob_delete(struct db *db, const unsigned char hash[BLOB_HASH], struct fault *fault)
{
    (void)db;
    (void)fault;
    struct blob_one *one = find(hash);
    if (one == NULL)
        return STATUS_OK;
    mem_free(one->bytes);
    *one = blob_twin.each[--blob_twin.n];
    return STATUS_OK;
}

enum status blob_open(struct db *db, const unsigned char hash[BLOB_HASH], int *fd, int64_t *size, struct fault *fault)
{
    (void)db;
    struct blob_one *one = find(hash);
    if (one == NULL)
        return fault_set(fault, STATUS_NOT_FOUND, "There is no such blob.");
    *size = (int64_t)one->n;
    *fd = memfd_create("blob", MFD_CLOEXEC);
    return *fd >= 0 && write(*fd, one->bytes, one->n) == (ssize_t)one->n ? STATUS_OK : STATUS_IO;
}
